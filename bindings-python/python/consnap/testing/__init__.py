"""Test your own scripts against a simulated ECS: :class:`Simulator`, and the pytest fixture ``ecs_simulator``.

:func:`rehearse` plays a whole job in virtual time, without a port.
"""

from __future__ import annotations

from .records import Call, GroupTruth, InstanceTruth, Moment, Rehearsal, TimelineSpan
from .rehearsal import rehearse
from .simulator import Simulator

__all__ = ["Call", "GroupTruth", "InstanceTruth", "Moment", "Rehearsal", "Simulator", "TimelineSpan", "rehearse"]
