# Written by `cargo xtask generate`. Do not edit.
"""The job document: which instances, how, and how carefully."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from ._record import Record
from .enums import RequiredConsistency
from .results import Command

__all__ = [
    "Accept",
    "Exclude",
    "ExcludedDisk",
    "Expect",
    "Job",
    "LinuxOptions",
    "Quiesce",
    "RunOptions",
    "Targets",
    "Upload",
    "WindowsOptions",
]


@dataclass(frozen=True, kw_only=True, repr=False)
class Exclude(Record):
    """Instances left out in any case."""

    ids: Sequence[str] = ()
    """Instance ids."""

    tags: Mapping[str, str] = field(default_factory=dict)
    """Tags; an instance with any of them is left out."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Expect(Record):
    """How many instances a selection must have."""

    max: int | None = None
    """At most so many."""

    min: int | None = None
    """At least so many."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Targets(Record):
    """Which instances: by id, by tag, or all of the regions; one of the three. ``exclude`` wins; duplicates fall
    away.

    >>> from consnap import Targets
    >>> Targets(tags={"backup": "nightly"}).to_dict()
    {'tags': {'backup': 'nightly'}}
    """

    all: bool | None = None
    """Every instance of the regions. So wide a selection must have an upper bound, ``expect.max``."""

    exclude: Exclude = Exclude()
    """Left out in any case."""

    expect: Expect | None = None
    """Bounds of the selection; one outside is refused."""

    ids: Sequence[str] = ()
    """Instance ids, ``i-...``."""

    tags: Mapping[str, str] = field(default_factory=dict)
    """Tags; all keys must match."""


@dataclass(frozen=True, kw_only=True, repr=False)
class ExcludedDisk(Record):
    """A disk left out of the snapshot of its instance. It is sent only to its owner."""

    instance: str
    """``i-...``."""

    disk: str
    """``d-...``."""

    reason: str | None = None
    """Why."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Upload(Record):
    """Scripts that are put on Linux instances before the run, under the paths of ``pre_script_path`` and
    ``post_script_path``; where those are missing, under ``/opt/consnap/pre.sh`` and ``/opt/consnap/post.sh``."""

    post: str | None = None
    """The post-thaw script, likewise."""

    post_content: str | None = None
    """The content of the post-thaw script, Base64."""

    pre: str | None = None
    """The pre-freeze script: a file beside the job document. Whoever reads the document from a file puts its content
    into ``pre_content``."""

    pre_content: str | None = None
    """The content of the pre-freeze script, Base64."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Quiesce(Record):
    """A database or another service that is held still for the snapshot, by scripts that consnap writes, uploads,
    and asks afterwards for what they saw. Not beside ``pre_script_path``, ``post_script_path`` and ``upload``."""

    engine: str
    """Which scripts: ``mariadb``, ``mysql``, ``postgresql``, ``redis``, ``valkey`` or ``generic``."""

    limit: int | None = None
    """Everything is released after so many seconds, whatever happens. 600 for ``postgresql``, 60 for the others when
    left out."""

    name: str | None = None
    """Name of the service; two services of one host need two names. The engine's when left out."""

    post_content: str | None = None
    """The post-thaw script, likewise."""

    pre_content: str | None = None
    """The pre-freeze script, Base64. Command line and Python write it; what stands here is replaced."""

    settings: Mapping[str, str] = field(default_factory=dict)
    """Other settings, each a text; ``consnap scripts list ENGINE`` has them."""


@dataclass(frozen=True, kw_only=True, repr=False)
class LinuxOptions(Record):
    """Parameters of the Linux plug-in. What is left out is left out of the command."""

    freeze_file_systems: bool | None = None
    """Whether to freeze file systems. The plug-in's default is true."""

    freeze_timeout_seconds: int | None = None
    """Limit of the freeze in seconds. The plug-in's default is 30."""

    post_script_path: str | None = None
    """Application post-thaw script, absolute path; root only, mode 0700."""

    pre_script_path: str | None = None
    """Application pre-freeze script, absolute path; root only, mode 0700."""

    quiesce: Quiesce | None = None
    """A service that is held still by scripts of consnap."""

    script_timeout_seconds: int | None = None
    """Limit of each script in seconds. The plug-in's default is 1800."""

    upload: Upload | None = None
    """Scripts that are put on the instances before the run, in place of what lies there."""


@dataclass(frozen=True, kw_only=True, repr=False)
class WindowsOptions(Record):
    """Parameters of the Windows plug-in."""

    vss_writers: bool | None = None
    """Whether VSS writers take part. The plug-in's default is true."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Accept(Record):
    """A finding taken on purpose."""

    code: str
    """``CS231``."""

    reason: str
    """Why."""

    owner: str | None = None
    """Who answers for it."""

    until: str | None = None
    """The last day it holds, ``2027-01-01``."""


@dataclass(frozen=True, kw_only=True, repr=False)
class RunOptions(Record):
    """How the run proceeds. Units are instances."""

    attach_role: Literal["never", "if_missing"] = "never"
    """Whether to attach the role."""

    canary: int = 1
    """Instances of the first wave, a call of its own; the rest starts only when all of them went well. 0: no canary."""

    deadline: str | None = None
    """Nothing new is started when so much time has passed, ``2h``."""

    max_errors: int | str = 1
    """After more failures than this nothing new is started: a number of instances, or a share of those that may be
    started (``5%``). 0: stop at the first."""

    max_in_flight: int = 10
    """Instances that may be running at the same time."""

    on_unknown: Literal["proceed", "set_aside"] = "proceed"
    """What to do with an instance whose fitness is unknown."""

    probe: Literal["never", "if_unknown", "always"] = "never"
    """Whether to look into the guest first."""

    probe_max_age: str | None = None
    """How old an earlier look may be to count, ``12h``; 24 hours without it."""

    spread_by: str | None = None
    """``tag:KEY``: instances with the same value are never frozen together."""

    start_before: str | None = None
    """Nothing new is started after this time of day: ``03:00`` by the clock of the machine, or ``03:00+08:00``. The
    nearest one counts: a run that something kept until 03:10 starts nothing."""

    tag_snapshots: bool = False
    """Whether to tag the snapshots ``consnap:run`` with the run's id when they were verified, so that ``consnap
    prune`` knows them without the journal. A call for each fifty snapshots."""

    timeout: Literal["auto"] | int = "auto"
    """``auto`` (from the time budget) or seconds."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Job(Record):
    """A job. Our own JSON is ``snake_case``; unknown keys are findings.

    >>> from consnap import Job, LinuxOptions, Targets
    >>> job = Job(
    ...     instance_ram_role="AppSnapshotRoleName",
    ...     group_name="nightly-{run}",
    ...     targets=Targets(ids=["i-bp1linux000000000001"]),
    ...     linux=LinuxOptions(pre_script_path="/tmp/prescript.sh", post_script_path="/tmp/postscript.sh"),
    ... )
    >>> Job.from_dict(job.to_dict()) == job
    True
    """

    version: int = 1
    """The version of the document, always 1."""

    targets: Targets = Targets()
    """Which instances."""

    instance_ram_role: str
    """The RAM role the plug-in uses, or ``attached``: the role each instance already has."""

    group_name: str
    """Name of the snapshot-consistent groups. ``{run}``, ``{date}`` and ``{time}`` are replaced."""

    accept: Sequence[Accept] = ()
    """Findings taken on purpose; they stay visible."""

    description: str | None = None
    """Description of the groups, 2 to 256 characters."""

    exclude_disks: Sequence[ExcludedDisk] | None = None
    """Disks left out, each with its instance. Given but empty writes ``ExcludeDiskId=""`` as the vendor's sample
    does."""

    instant_access: bool | None = None
    """Accepted, of no effect today."""

    instant_access_retention_days: int | None = None
    """Days, 1 to 65535; of no effect today. The plug-in spells it ``InstantAccessRentationDays``."""

    linux: LinuxOptions = LinuxOptions()
    """Parameters for Linux instances."""

    regions: Sequence[str] = ()
    """Regions to look in, such as ``cn-hangzhou``."""

    required_consistency: RequiredConsistency = RequiredConsistency.APPLICATION
    """The consistency that must be reached."""

    run: RunOptions = RunOptions()
    """How the run proceeds."""

    windows: WindowsOptions = WindowsOptions()
    """Parameters for Windows instances."""
