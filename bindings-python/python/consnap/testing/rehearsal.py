"""A job played against a scenario in memory and in virtual time: hours pass in milliseconds, and nothing is sent."""

from __future__ import annotations

from .._input import carry_out, moment, plain
from .records import Rehearsal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from os import PathLike
    from typing import Any

    from .._types import JobInput

__all__ = ["rehearse"]


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
