# Written by `cargo xtask generate`. Do not edit.
"""What the simulator and a rehearsal tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from .._behaviour import CallMethods
from .._record import Record
from ..enums import Consistency, Weight
from ..events import Event
from ..report import Report
from ..results import Finding

__all__ = [
    "Call",
    "GroupTruth",
    "InstanceTruth",
    "Moment",
    "Rehearsal",
    "TimelineSpan",
]


@dataclass(frozen=True, kw_only=True, repr=False)
class Call(CallMethods, Record):
    """A request as the service saw it, without anything secret."""

    operation: str
    """The operation's name; empty when the request could not be read."""

    at: str
    """When it came, on the service's clock."""

    parameters: tuple[tuple[str, str], ...]
    """Its own parameters, decoded, in the order they came; none when it was refused before they were looked at."""

    result: Literal["ok"] | Mapping[str, Any] | Literal["connection_closed"] | Literal["silence"]
    """What came of it."""

    unknown_parameters: tuple[str, ...] = ()
    """Those of them the operation does not have."""


@dataclass(frozen=True, kw_only=True, repr=False)
class GroupTruth(Record):
    """A group that really exists."""

    group_id: str
    """``ssg-...``."""

    name: str
    """Its name."""

    created_at: str
    """When it was made."""

    status: str
    """``progressing``, ``accomplished`` or ``failed``."""

    level: Consistency
    """Its weakest expected disk."""

    snapshots: int
    """Member snapshots."""


@dataclass(frozen=True, kw_only=True, repr=False)
class InstanceTruth(Record):
    """What really happened on an instance."""

    instance_id: str
    """``i-...``."""

    commands: int
    """Commands that reached the service for it."""

    started: int
    """Starts of the plug-in."""

    groups: tuple[GroupTruth, ...]
    """Groups made, the oldest first."""

    level: Consistency
    """The level of the last group: its weakest expected disk, by the tags that were put. Expected is every attached
    disk that snapshots can be made of, less the one excluded. [``Consistency::None``] without a group,
    [``Consistency::Unknown``] while the group is in progress and for contradicting tags."""

    held: bool
    """Whether the guest is held now: application locked or file systems frozen."""

    held_millis: int
    """Milliseconds the guest was held, over all runs that ended."""

    exit_code: int | None = None
    """The exit code of the plug-in's last run, even when nobody was told."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Moment(Record):
    """Something that happened. The same thing on several instances, one right after the other, is told once."""

    from_millis: int
    """When, in milliseconds after the run began."""

    to_millis: int
    """When it happened last, if it is told once for several times."""

    weight: Weight
    """How much it matters."""

    text: str
    """In words. Names in backticks; they may be hostile text."""


@dataclass(frozen=True, kw_only=True, repr=False)
class TimelineSpan(Record):
    """A phase of a run, and what happened in it."""

    phase: str
    """``identity``, ``discover``, ``check``, ``attach``, ``run``, ``verify``, ``ended``."""

    title: str
    """The phase in words."""

    moments: tuple[Moment, ...]
    """What happened, in order. Empty when nothing did that is worth a line."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Rehearsal(Record):
    """What would happen."""

    events: tuple[Event, ...]
    """Every event of the run, in order."""

    timeline: tuple[TimelineSpan, ...]
    """The same in plain words, phase by phase."""

    report: Report
    """The report as the run would give it."""

    truth: tuple[InstanceTruth, ...]
    """What really happened in the simulated guests, known here only."""

    ended: str
    """``done``; ``refused`` for a job that ``check`` refuses, of which nothing was started; or ``stuck`` for a
    defect of consnap."""

    ended_at: str
    """When the run ended."""

    findings: tuple[Finding, ...]
    """About job and scenario."""
