# Written by `cargo xtask generate`. Do not edit.
"""What a run reached, with the evidence; and what a plan would do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ._behaviour import ReportMethods
from ._record import Record
from .enums import (
    Consistency, Layer, Platform, Proof, RecordDefect, RecordState, RequiredConsistency, ResultKind, SnapshotState,
    WitnessVerdict,
)
from .results import Finding, PolicyCheck

__all__ = [
    "CauseGroup",
    "CommandReport",
    "DiskReport",
    "Explanation",
    "HistoryEntry",
    "InstanceReport",
    "OpenGuest",
    "OpenGuestStatus",
    "OtherResults",
    "Plan",
    "PlanResult",
    "PlannedCall",
    "PlannedInstance",
    "RecordSummary",
    "Release",
    "ReliedUpon",
    "Report",
    "Status",
    "StepReport",
    "Stopped",
    "Summary",
    "UnreadableRunStatus",
    "WitnessReport",
]


@dataclass(frozen=True, kw_only=True, repr=False)
class Summary(Record):
    """Counts of a run."""

    instances: int
    """All instances."""

    ok: int
    """The required consistency was reached."""

    urgent: int
    """May be held."""

    unknown: int
    """Could not be learnt."""

    failed: int
    """No usable snapshot."""

    weaker: int
    """Weaker than required."""

    not_run: int
    """Not started."""

    stopped_before_start: int
    """Of those, not started because the run stopped starting."""

    open: int
    """Started, and still open when consnap stopped looking."""

    expected_disks: int
    """Disks that must have a snapshot, of instances that were started."""

    covered_disks: int
    """Of those, disks that have one."""

    excluded_disks: int
    """Disks the job leaves out."""

    untagged: int
    """Instances whose snapshots should carry the run's tag and could not be tagged."""

    calls: int
    """Calls to the service."""

    throttled: int
    """How often the service asked to slow down."""

    contradicted: int | None = None
    """Instances whose tags the record of the scripts contradicts."""

    longest_hold_instance: str | None = None
    """The instance with the longest hold."""

    longest_hold_millis: int | None = None
    """The longest time from freeze to thaw that a log shows, in milliseconds."""

    witnessed: int | None = None
    """Of those that are ``ok``, instances whose scripts' record bears the tags out."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Stopped(Record):
    """Why nothing new was started."""

    reason: str
    """``held``, ``canary``, ``errors``, ``account``, ``user``, ``deadline``, ``journal``, ``unreachable``,
    ``other_run``."""

    detail: str
    """The instance, number, code or run behind it."""

    message: str
    """Both in words."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Explanation(Record):
    """A catalogue row in words."""

    meaning: str
    """What it means."""

    cause: str
    """Why it happens."""

    next_step: str
    """What to do."""


@dataclass(frozen=True, kw_only=True, repr=False)
class CauseGroup(Record):
    """Instances that came out alike for the same cause."""

    result: ResultKind
    """How they came out."""

    why: Finding
    """The cause, with the words of its first instance."""

    instances: tuple[str, ...]
    """The instances."""

    explained_by: str | None = None
    """Key of the catalogue row that explains it, where there is one."""

    explanation: Explanation | None = None
    """What that means, why, and what to do."""


@dataclass(frozen=True, kw_only=True, repr=False)
class DiskReport(Record):
    """An expected disk."""

    disk_id: str
    """``d-...``."""

    device: str | None
    """``/dev/xvda``."""

    snapshot_id: str | None
    """``s-...``; ``None`` when the group has none of it."""

    status: SnapshotState | None
    """The snapshot's state."""

    level: Consistency | None
    """The level its tags show."""

    both_tags: bool
    """Whether it carries both consistency tags, which contradict each other."""


@dataclass(frozen=True, kw_only=True, repr=False)
class StepReport(Record):
    """A step of the plug-in."""

    step: str
    """``pre_script``, ``pre_script_ended``, ``freeze``, ``frozen``, ``group``, ``thaw``, ``post_script``,
    ``post_script_ended``."""

    at: str
    """When."""


@dataclass(frozen=True, kw_only=True, repr=False)
class CommandReport(Record):
    """The result of a command."""

    invocation_status: str
    """As the service gave it."""

    error_code: str
    """As the service gave it."""

    exit_code: int | None
    """As the service gave it."""

    layer: Layer
    """Which layer it speaks for."""

    explained_by: str
    """Key of the catalogue row."""

    explanation: Explanation | None
    """That row in words."""

    plugin_version: str | None
    """Version of the plug-in."""

    started_at: str | None
    """Start in the guest."""

    finished_at: str | None
    """End in the guest."""

    logged_group_id: str | None
    """The group that the plug-in's log names: ``ssg-...``."""

    steps: tuple[StepReport, ...]
    """What the plug-in's log says happened when. Times of the guest's clock, counted from the start of the command."""

    dropped: int
    """Bytes the service cut from the output."""

    error_lines: tuple[str, ...]
    """The log's error lines; hostile text."""

    findings: tuple[Finding, ...]
    """What is odd about the result."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Release(Record):
    """That somebody has looked into a guest that may have been held, and let it go."""

    at: str
    """When."""

    by: str
    """Who; hostile text."""

    note: str
    """What was seen or done; hostile text."""


@dataclass(frozen=True, kw_only=True, repr=False)
class RecordSummary(Record):
    """What a record says."""

    role: str
    """Who wrote it: ``pre``, ``holder`` or ``post``."""

    name: str
    """The name of the service."""

    engine: str
    """The engine."""

    verdict: str
    """The verdict of the script; ``consnap scripts explain`` explains it."""

    exit_code: int
    """Its exit code."""

    mounts: tuple[str, ...]
    """Mount points with data of the service, in the kernel's spelling."""

    held_ms: int | None = None
    """For how many milliseconds the service was held."""

    saw_frozen: bool | None = None
    """Whether a file system was frozen before the hold or still at the release: then the record says nothing about
    it."""

    why: str | None = None
    """Why the pre-script refused."""


@dataclass(frozen=True, kw_only=True, repr=False)
class WitnessReport(Record):
    """What consnap's own read of the record told, and what it comes to."""

    message: str
    """In words."""

    state: RecordState
    """What the record shows by itself."""

    code: str | None = None
    """Code of the service or of the transport, where the record could not be read."""

    outside: tuple[str, ...] = ()
    """Mount points with data of the service that are not, or not whole, in the group; the guest's words."""

    reason: RecordDefect | None = None
    """Why it does not count."""

    reason_text: str | None = None
    """Why, in words."""

    record: RecordSummary | None = None
    """What it says, if it could be read; the guest's words, whether it counts or not."""

    verdict: WitnessVerdict | None = None
    """What record, exit code and tags come to; missing while the instance is open."""


@dataclass(frozen=True, kw_only=True, repr=False)
class InstanceReport(Record):
    """One instance."""

    result: ResultKind
    """How it came out."""

    instance_id: str
    """``i-...``."""

    name: str
    """Its name; hostile text."""

    region: str
    """Its region."""

    platform: Platform | None
    """Its platform, where known."""

    wanted: RequiredConsistency
    """The level the job requires."""

    predicted: Consistency
    """The level that was expected."""

    predicted_why: Finding
    """Why that was expected."""

    got: Consistency
    """The level reached."""

    proof: Proof | None
    """What that rests on."""

    held: bool
    """Whether the guest may still be held."""

    held_millis: int | None
    """From freeze to thaw in milliseconds, where the log shows it."""

    disks_covered: int
    """Expected disks with a good snapshot."""

    disks_expected: int
    """Expected disks."""

    disks: tuple[DiskReport, ...]
    """Each expected disk."""

    excluded_disks: tuple[str, ...]
    """Disks the job leaves out."""

    group_id: str | None
    """``ssg-...``."""

    group_created_at: str | None
    """When the service says the group was made."""

    why: Finding
    """Why."""

    command: CommandReport | None
    """The command's result, where there is one."""

    starts: int
    """How often it was started."""

    started_at: str | None
    """When its last start was intended, or sent once more, or taken by the service: the latest of these."""

    agent_version: str | None
    """Version of Cloud Assistant."""

    findings: tuple[Finding, ...]
    """Everything the check found."""

    released: Release | None = None
    """That somebody has looked into the guest and let it go; result and ``held`` stay as they were judged."""

    witness: WitnessReport | None = None
    """What the record of the quiesce scripts told, where it was asked for."""


@dataclass(frozen=True, kw_only=True, repr=False)
class ReliedUpon(Record):
    """An assumption that mattered."""

    id: str
    """``A01``."""

    what: str
    """What is assumed."""

    why: str
    """Why it is believed, and what would be the case if it were wrong."""

    instances: int
    """Instances it mattered for."""


@dataclass(frozen=True, kw_only=True, repr=False)
class OpenGuest(Record):
    """A guest that an earlier run left open: it may still be held, or nobody knows what became of its start."""

    run_id: str
    """The run that started it."""

    instance_id: str
    """``i-...``."""

    region: str
    """Its region."""

    held: bool
    """Whether it may be held; else its result is unknown."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Report(ReportMethods, Record):
    """The report of a run."""

    report_version: int
    """The version of the report's form: 1."""

    consnap: str
    """The version of consnap."""

    run_id: str
    """``8f3a01c2``."""

    goal: str
    """What the run was for."""

    account_id: str | None
    """The account."""

    regions: tuple[str, ...]
    """Regions."""

    group_name: str
    """Name of the groups."""

    plan_hash: str | None
    """Hash of the plan."""

    started_at: str
    """When it began."""

    ended_at: str
    """The last event's time."""

    required_consistency: RequiredConsistency
    """What the job requires."""

    exit_status: int
    """The exit status of the command line: 0, 1, 2, 3, 4 or 5."""

    summary: Summary
    """Counts."""

    causes: tuple[CauseGroup, ...]
    """Everything that is not ``ok``, grouped by cause, most urgent first."""

    instances: Sequence[InstanceReport]
    """Each instance, most urgent first."""

    sentences: tuple[str, ...]
    """How it ended, in three or four sentences."""

    assumptions: tuple[ReliedUpon, ...]
    """What consnap relied on here although nobody has seen it on the live service."""

    error: Any = None
    """The error that ended the run before anything was started."""

    left_open: tuple[OpenGuest, ...] = ()
    """Guests that earlier runs left open, and that this run did not start. They weigh in the exit status."""

    stopped: Stopped | None = None
    """Why nothing new was started, if so."""


@dataclass(frozen=True, kw_only=True, repr=False)
class OtherResults(Record):
    """The instances of a run that did not reach what was required, by result."""

    urgent: int
    """Those whose guest may still be held."""

    unknown: int
    """Those whose result is not known."""

    failed: int
    """Those that failed."""

    weaker: int
    """Those whose snapshots are weaker than required."""

    not_run: int
    """Those that were not started."""

    open: int
    """Under way when the journal ends: ``resume`` goes on with them."""

    ended: bool
    """Whether the run came to its end."""


@dataclass(frozen=True, kw_only=True, repr=False)
class HistoryEntry(Record):
    """A run in a list. Of one whose journal cannot be read there is nothing but its id and the reason."""

    run_id: str
    """The run's id."""

    account: str | None = None
    """The account."""

    contradicted: int | None = None
    """Those whose tags the record contradicts."""

    ended_at: str | None = None
    """The time of its last event, in UTC."""

    exit_status: int | None = None
    """The exit status of the command line: 0 to 5."""

    group_name: str | None = None
    """Name of the groups."""

    instances: int | None = None
    """How many instances it has."""

    ok: int | None = None
    """Those that reached what is required."""

    others: OtherResults | None = None
    """How the others ended."""

    seconds: int | None = None
    """How long it took, in seconds."""

    started_at: str | None = None
    """When it began, in UTC."""

    unreadable: str | None = None
    """Why its journal cannot be read."""

    witnessed: int | None = None
    """Of these, those whose scripts' record bears the tags out."""


@dataclass(frozen=True, kw_only=True, repr=False)
class OpenGuestStatus(Record):
    """A guest that is open, and why."""

    run_id: str
    """The run that started it."""

    instance_id: str
    """``i-...``."""

    region: str
    """Its region."""

    held: bool
    """Whether it may be held; else its result is unknown."""

    why: Finding
    """The finding that keeps it open, and what to do."""


@dataclass(frozen=True, kw_only=True, repr=False)
class UnreadableRunStatus(Record):
    """A run whose journal cannot be read."""

    run_id: str
    """The run."""

    held: bool
    """Whether what is left of its journal says that a guest may be held."""

    why: Any
    """What is wrong with the journal, and what to do."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Status(Record):
    """What the runs of a state directory left open."""

    exit_status: int
    """5: a guest may still be held; 4: a result is unknown, or a run or its journal is not at its end; 0: nothing is
    open."""

    guests: tuple[OpenGuestStatus, ...]
    """Guests that may be held, or whose result is unknown."""

    running_runs: tuple[str, ...]
    """Of the unfinished runs, those on which a process is at work."""

    unfinished_runs: tuple[str, ...]
    """Runs that have not come to their end."""

    unreadable_runs: tuple[UnreadableRunStatus, ...]
    """Runs whose journal cannot be read: what they left open is not known."""


@dataclass(frozen=True, kw_only=True, repr=False)
class PlannedCall(Record):
    """A call that writes."""

    operation: str
    """``RunCommand``, ``SendFile`` or ``AttachInstanceRamRole``."""

    region: str
    """The region."""

    platform: Platform
    """The platform of a command."""

    instances: tuple[str, ...]
    """For whom."""

    command: str | None = None
    """The command line, for ``RunCommand``."""

    file: str | None = None
    """The file on the instances, for ``SendFile``."""

    ram_role: str | None = None
    """The role, for ``AttachInstanceRamRole``."""

    sha256: str | None = None
    """SHA-256 of its content in hexadecimal."""

    timeout_seconds: int | None = None
    """``Timeout`` in seconds, for ``RunCommand``."""


@dataclass(frozen=True, kw_only=True, repr=False)
class PlannedInstance(Record):
    """An instance of the plan."""

    instance_id: str
    """``i-...``."""

    name: str
    """Its name; hostile text."""

    platform: Platform | None
    """The platform, where known."""

    starts: bool
    """Whether it would be started."""

    predicted_consistency: Consistency
    """The level the command is expected to reach."""

    predicted_why: Finding
    """Why."""

    expected_disks: tuple[str, ...]
    """The disks that must be in the group."""

    findings: tuple[Finding, ...]
    """Everything found."""

    set_aside: Finding | None = None
    """Why it would not be started."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Plan(Record):
    """What would be done, as it crosses the border."""

    hash: str
    """The hash to approve: ``consnap run --approve HASH``."""

    account_id: str | None
    """The account the credentials belong to."""

    group_name: str
    """Name of the groups, with this plan's run id."""

    calls: tuple[PlannedCall, ...]
    """The calls that write, in the order they would be made; waves may split them further."""

    instances: Sequence[PlannedInstance]
    """Each instance."""

    eligible: int
    """Instances that would be started."""

    set_aside: int
    """Instances that would not."""


@dataclass(frozen=True, kw_only=True, repr=False)
class PlanResult(Record):
    """The plan."""

    findings: tuple[Finding, ...]
    """About the job document and about facts that could not be read."""

    plan: Plan | None
    """The calls; null when a finding stands against the whole job, or no instance is selected."""

    policies: PolicyCheck | None = None
    """What policies say, where there are any."""
