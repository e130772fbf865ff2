"""Test your own scripts against a simulated ECS: :class:`Simulator`, and the pytest fixture ``ecs_simulator``.

:func:`rehearse` plays a whole job in virtual time, without a port.
"""

from __future__ import annotations

from .rehearsal import Moment, Rehearsal, Stretch, rehearse
from .simulator import Call, GroupTruth, InstanceTruth, Simulator

__all__ = ["Call", "GroupTruth", "InstanceTruth", "Moment", "Rehearsal", "Simulator", "Stretch", "rehearse"]
