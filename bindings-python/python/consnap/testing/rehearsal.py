"""A job played against a scenario in memory and in virtual time: hours pass in milliseconds, and nothing is sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .._input import carry_out, moment, plain
from .._record import Record
from ..enums import Weight
from ..report import Event, Report
from ..results import Finding
from .simulator import InstanceTruth

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime
    from os import PathLike

    from .._types import JobInput

__all__ = ["Moment", "Rehearsal", "Stretch", "rehearse"]


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
class Stretch(Record):
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
    timeline: tuple[Stretch, ...]
    """The same in words, phase by phase."""
    report: Report
    """The report as the run would give it."""
    truth: tuple[InstanceTruth, ...]
    """What really happened in the simulated guests, known here only."""
    ended: str
    """``done``, or ``stuck`` for a defect of consnap."""
    ended_at: str
    """When the run ended."""
    findings: tuple[Finding, ...]
    """About job and scenario."""


def rehearse(
    job: JobInput,
    scenario: Mapping[str, Any] | str | bytes | PathLike[str] | None = None,
    *,
    now: datetime | str = "2027-01-31T02:00:00Z",
    run_id: str | None = None,
    lang: str = "en",
) -> Rehearsal:
    """Plays a job against a scenario, in memory and in virtual time.

    Args:
        scenario: a mapping, JSON or YAML text, or the path of a file; the small one of :class:`Simulator` without it.
        now: when the run begins.
        run_id: the run's id, 8 characters.

    Raises:
        ConfigError: the scenario cannot be read. What is wrong with the job is in the report.

    >>> from consnap import Job, RunOptions, Targets
    >>> from consnap.testing import rehearse
    >>> job = Job(
    ...     regions=["cn-hangzhou"],
    ...     targets=Targets(ids=["i-bp1windows0000000001"]),
    ...     instance_ram_role="AppSnapshotRoleName",
    ...     group_name="nightly-{run}",
    ...     run=RunOptions(attach_role="if_missing"),
    ... )
    >>> rehearse(job).report.instances[0].got
    <Consistency.APPLICATION: 'application'>
    """
    members = {"job": plain(job), "scenario": plain(scenario), "now": moment(now), "run_id": run_id, "lang": lang}
    return Rehearsal.from_dict(carry_out("simulate", members, lang))
