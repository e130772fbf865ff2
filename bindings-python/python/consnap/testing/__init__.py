"""Test your own scripts against a simulated ECS: :class:`Simulator`, and the pytest fixture ``ecs_simulator``."""

from __future__ import annotations

from .simulator import Call, GroupTruth, InstanceTruth, Simulator

__all__ = ["Call", "GroupTruth", "InstanceTruth", "Simulator"]
