"""What the pure operations answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ._record import Record
from .enums import (
    CodeKind,
    Consistency,
    Eligibility,
    Form,
    Layer,
    ParameterKind,
    Platform,
    Repeat,
    RetryClass,
    Scope,
    Severity,
    Verdict,
)

__all__ = [
    "Budget",
    "BudgetTerm",
    "CaseResult",
    "Catalog",
    "CheckResult",
    "CheckedInstance",
    "CodeExplanation",
    "Command",
    "CommandExplanation",
    "DecodeResult",
    "Exercised",
    "Export",
    "ExportedFile",
    "Finding",
    "Measured",
    "Outcome",
    "ParameterExplanation",
    "PolicyCheck",
    "PolicyExplanation",
    "PolicyResult",
    "PolicySummary",
    "PolicyTest",
    "ReadParameter",
    "Signature",
    "WaivedBy",
]


@dataclass(frozen=True, kw_only=True, repr=False)
class Finding(Record):
    """Something about input that its author should know."""

    code: str
    """``CS103``. Codes are never reused."""
    severity: Severity
    """How much it weighs."""
    place: str
    """JSON pointer to the place in the input; empty for the whole."""
    message: str
    """What is the case."""
    help: str
    """What to do."""
    fix: Any = None
    """A JSON patch (RFC 6902) that mends it."""
    accepted: str | None = None
    """The reason the job gives for taking this finding on purpose."""

    @property
    def blocks(self) -> bool:
        """Whether it stops what it speaks of: an error that was not accepted."""
        return self.severity == Severity.ERROR and self.accepted is None

    def __str__(self) -> str:
        place = f"{self.place}: " if self.place else ""
        return f"{self.severity} {self.code} {place}{self.message} ({self.help})"


@dataclass(frozen=True, kw_only=True, repr=False)
class Reachable(Record):
    """The consistency that a job can reach on instances nobody has looked at."""

    consistency: Consistency
    """The level."""
    condition: Finding
    """What must be the case for it."""


@dataclass(frozen=True, kw_only=True, repr=False)
class CheckedInstance(Record):
    """What was found about one instance, and what comes of it."""

    findings: tuple[Finding, ...]
    """What was found about its facts."""
    instance_id: str
    """``i-...``."""
    platform: Platform | None
    """Which plug-in it takes; ``None`` when the facts do not tell."""
    eligible: Eligibility
    """Whether it can be snapshotted, as far as the API shows."""
    predicted_consistency: Consistency
    """The consistency the job will give on it."""
    predicted_why: Finding
    """Why."""


@dataclass(frozen=True, kw_only=True, repr=False)
class PolicyExplanation(Record):
    """A part of a policy's expression, what came of it, and the parts that made it so."""

    expression: str
    """The part as text."""
    value: Any
    """What came of it; ``None`` when it could not be worked out."""
    trouble: str | None = None
    """What is not known, or why it could not be worked out."""
    entry: str | None = None
    """The entry of a list it was worked out for."""
    because: tuple[PolicyExplanation, ...] = ()
    """The parts that made it so."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Measured(Record):
    """The value a policy went by, and the one it asks for."""

    expression: str
    """What was measured: ``job.linux.freeze_timeout_seconds``."""
    value: Any
    """Its value."""
    wanted: str | None = None
    """What is asked for, ``<= 15``; ``None`` where it is no comparison."""


@dataclass(frozen=True, kw_only=True, repr=False)
class WaivedBy(Record):
    """The waiver that lets somebody off."""

    reason: str
    """Why."""
    owner: str
    """Who answers for it."""
    expires: str
    """The last day it holds."""


@dataclass(frozen=True, kw_only=True, repr=False)
class PolicySummary(Record):
    """A policy with what came of it."""

    policy: str
    """Its id."""
    severity: Severity
    """How much it weighs."""
    per_instance: bool
    """Whether it is judged for each instance; otherwise once for the job."""
    passed: int
    """Instances, or the job, that meet it."""
    failed: int
    """That do not."""
    skipped: int
    """That it is not for."""
    cannot_judge: int
    """Of which it cannot be told."""
    waived: int
    """Of those that do not meet it or cannot be judged: let off by a waiver."""


@dataclass(frozen=True, kw_only=True, repr=False)
class PolicyResult(Record):
    """What a policy says of the job or of one instance."""

    policy: str
    """The policy's id."""
    instance_id: str | None
    """The instance; ``None`` for the job as a whole."""
    result: Verdict
    """What came of it."""
    finding: Finding | None = None
    """In words, where it is not met or cannot be judged. Its place is a pointer into what ``about`` names."""
    about: str | None = None
    """What the place is a place in: ``job``, ``instance`` or ``plan``."""
    measured: Measured | None = None
    """What was measured and what is asked for."""
    waived: WaivedBy | None = None
    """The waiver that lets it off."""
    links: tuple[str, ...] = ()
    """Where to read on."""
    explanation: PolicyExplanation | None = None
    """Which parts of the expression made it so, with their values."""

    @property
    def blocks(self) -> bool:
        """Whether it stands against the job: an error that nobody waived."""
        return self.finding is not None and self.finding.blocks


@dataclass(frozen=True, kw_only=True, repr=False)
class PolicyCheck(Record):
    """What organisation policies say."""

    findings: tuple[Finding, ...]
    """About the policy documents and their waivers; into a list of documents places begin with the document's number."""
    policies: tuple[PolicySummary, ...]
    """Each policy with what came of it, in the order of the documents."""
    results: Sequence[PolicyResult]
    """What is not met or cannot be judged, waived or not; what is met too, where that was asked for. Of a table each is put
    into words when it is looked at."""
    severities: Mapping[str, str]
    """Severities the documents give to consnap's own findings."""
    passed: bool
    """Whether nothing stands against the job: no error among findings and results but those waived."""


@dataclass(frozen=True, kw_only=True, repr=False)
class CaseResult(Record):
    """What came of a case of a policy."""

    policy: str
    """The policy's id."""
    name: str
    """The case's name."""
    place: str
    """Where it stands: a JSON pointer into the documents."""
    expected: Verdict
    """What must come out."""
    got: Verdict | None
    """What came out; ``None`` when the case cannot be tried."""
    passed: bool
    """Whether that is the same."""
    explanation: PolicyExplanation | None = None
    """Why it came out so, where it is not met or cannot be judged."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Exercised(Record):
    """What the cases try out of a policy: how often each verdict came out."""

    policy: str
    """The policy's id."""
    passed: int
    """Cases in which it is met."""
    failed: int
    """In which it is not."""
    skipped: int
    """For which it is not."""
    cannot_judge: int
    """In which it cannot be judged."""
    missing: tuple[Verdict, ...]
    """Verdicts it can give and that no case gives."""


@dataclass(frozen=True, kw_only=True, repr=False)
class PolicyTest(Record):
    """What came of the cases of policies."""

    findings: tuple[Finding, ...]
    """Cases that give something else than expected, what cannot be read, and what no case tries out."""
    cases: tuple[CaseResult, ...]
    """The cases, in the order of the documents."""
    exercised: tuple[Exercised, ...]
    """What the cases try out of each policy."""
    passed: bool
    """Whether every case gives what it is expected to give, and nothing was wrong with the documents."""


@dataclass(frozen=True, kw_only=True, repr=False)
class CheckResult(Record):
    """What :func:`consnap.check` found."""

    findings: tuple[Finding, ...]
    """About the job document; for one instance also about its facts."""
    instance_id: str | None = None
    """For one instance: ``i-...``."""
    platform: Platform | None = None
    """For one instance: which plug-in it takes."""
    eligible: Eligibility | None = None
    """For one instance: whether it can be snapshotted, as far as the API shows."""
    predicted_consistency: Consistency | None = None
    """For one instance: the consistency the job will give on it."""
    predicted_why: Finding | None = None
    """For one instance: why."""
    instances: tuple[CheckedInstance, ...] | None = None
    """For a list of facts: each instance, in their order."""
    reachable: Reachable | None = None
    """Without facts, for a given platform and a job that nothing stands against: what it can reach."""
    policies: PolicyCheck | None = None
    """What policies say, where there are any."""

    @property
    def ok(self) -> bool:
        """Whether nothing blocks: neither the job, nor any instance, nor a policy."""
        if self.policies is not None and not self.policies.passed:
            return False
        instances = self.instances or ()
        found = [*self.findings, *(finding for instance in instances for finding in instance.findings)]
        fit = [self.eligible, *(instance.eligible for instance in instances)]
        return not any(finding.blocks for finding in found) and Eligibility.NO not in fit

    def to_dict(self) -> dict[str, Any]:
        out = super().to_dict()
        if self.instance_id is not None:
            out.setdefault("platform", None)
        return out


@dataclass(frozen=True, kw_only=True, repr=False)
class Command(Record):
    """The one command line of an instance, or why there is none."""

    command: str | None
    """The command; ``None`` if there is an error finding."""
    form: Form
    """How it is written."""
    arguments: tuple[str, ...]
    """The arguments the plug-in receives; empty without a command."""
    timeout_seconds: int
    """The ``Timeout`` to send with it, in seconds."""
    findings: tuple[Finding, ...]
    """What is wrong, or worth knowing."""


@dataclass(frozen=True, kw_only=True, repr=False)
class CodeExplanation(Record):
    """One meaning of a code."""

    kind: CodeKind
    """What kind of code it is."""
    key: str
    """The key of its row, unique over all kinds."""
    message: str
    """What it means."""
    next_step: str
    """What to do."""
    source: str
    """Document and edition."""
    name: str = ""
    """The symbolic name, where there is one."""
    cause: str | None = None
    """What usually leads to it."""
    layer: Layer | None = None
    """Which layer it speaks for (results only)."""
    held: bool | None = None
    """Whether the guest may still be held (results only)."""
    group_may_exist: bool | None = None
    """Whether a group may exist although the command failed (results only)."""
    repeat: Repeat | None = None
    """When a new run makes sense (results only)."""
    retry: RetryClass | None = None
    """Whether the call may be repeated (API errors only)."""
    scope: Scope | None = None
    """Whom it concerns (API errors only): ``instance``, ``batch`` or ``account``."""
    severity: Severity | None = None
    """How much it weighs (messages of consnap only)."""


@dataclass(frozen=True, kw_only=True, repr=False)
class ReadParameter(Record):
    """A parameter as the plug-in reads it."""

    name: str
    """Its name as written, without dashes."""
    value: str
    """Its value."""
    known: bool
    """Whether the plug-in of the platform has it."""


@dataclass(frozen=True, kw_only=True, repr=False)
class CommandExplanation(Record):
    """What becomes of a command in the guest."""

    platform: Platform
    """The platform it was followed on."""
    modelled: bool
    """Whether the way of the command could be followed."""
    plugin: str | None
    """The plug-in that the launcher is told to start."""
    arguments: tuple[str, ...] | None
    """The arguments the plug-in would receive; ``None`` when it would not run, or when that cannot be told."""
    parameters: tuple[ReadParameter, ...]
    """The parameters as the plug-in would read them."""
    findings: tuple[Finding, ...]
    """What is wrong, lost or injected on the way, or worth knowing."""
    corrected: str | None
    """The same parameters written so that they arrive, where it is clear what was meant and something is wrong."""


@dataclass(frozen=True, kw_only=True, repr=False)
class ParameterExplanation(Record):
    """A parameter of the plug-in."""

    key: str
    """Where the job has it: a JSON pointer."""
    wire: str
    """How the plug-in spells it."""
    platforms: tuple[Platform, ...]
    """The platforms whose plug-in has it."""
    kind: ParameterKind
    """How the plug-in reads its value."""
    default: str | None
    """What the plug-in does when it is left out."""
    range: tuple[int, int] | None
    """Smallest and largest number, or shortest and longest text in characters."""
    required: bool
    """Whether the plug-in needs it."""
    about: str
    """What it is for."""
    source: str
    """Document and edition."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Outcome(Record):
    """What became of one instance's command. It says nothing about the level reached: only tags do."""

    instance_id: str
    """``i-...``; empty when bare output was decoded."""
    snapshot_group_id: str | None
    """``ssg-...``, the last one the output names."""
    finished: bool
    """Whether the result is final."""
    invocation_status: str
    """The invocation status as given."""
    error_code: str
    """The task error code as given."""
    exit_code: int | None
    """The exit code as given."""
    layer: Layer
    """Which layer the result speaks for."""
    succeeded: bool
    """A snapshot-consistent group was made. No word about its level."""
    group_may_exist: bool
    """A group may exist although the command failed."""
    held: bool
    """The guest may still be held: application locked or file systems frozen."""
    repeat: Repeat
    """When a new run makes sense."""
    claimed: Consistency | None
    """The level the plug-in's own log claims, if it does; never proof without tags."""
    explained_by: str
    """Key of the catalogue row that explains it: ``exit:plugin:12``."""
    message: str
    """What it means."""
    cause: str
    """What usually leads to it."""
    next_step: str
    """What to do."""
    findings: tuple[Finding, ...]
    """What is odd about the result."""
    plugin_version: str | None
    """Version of the plug-in, from its banner."""
    started_at: str | None
    """Start in the guest."""
    finished_at: str | None
    """End in the guest."""
    frozen_millis: int | None
    """From freeze to thaw in milliseconds, from the log."""
    dropped: int
    """Bytes the service cut from the output."""
    error_lines: tuple[str, ...]
    """The last lines of the log that speak of an error. Text from the guest: treat it as hostile."""


@dataclass(frozen=True, kw_only=True, repr=False)
class DecodeResult(Record):
    """What became of commands."""

    outcomes: tuple[Outcome, ...]
    """One outcome a result, in their order."""
    findings: tuple[Finding, ...] = ()
    """What could not be read of the results, by its place."""


@dataclass(frozen=True, kw_only=True, repr=False)
class BudgetTerm(Record):
    """A term of the time budget."""

    key: str
    """Its key."""
    seconds: int
    """Seconds it takes at worst, all repetitions together."""
    about: str
    """What it is for."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Budget(Record):
    """How long a command may take at worst."""

    terms: tuple[BudgetTerm, ...]
    """The terms, in the order they are spent."""
    total_seconds: int
    """Their sum in seconds, at most the largest time-out consnap sends."""
    exceeds_ceiling: bool
    """Whether the sum was above that."""


@dataclass(frozen=True, kw_only=True, repr=False)
class ExportedFile(Record):
    """A file of an export."""

    name: str
    """Its name."""
    language: str
    """The language of its content: ``shell``, ``batch``, ``json``, ``python``, ``go``, ``hcl``, ``yaml``, ``ini``, ``cron``."""
    content: str
    """Its content."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Export(Record):
    """A job written for another tool, or why it is not."""

    files: tuple[ExportedFile, ...]
    """The files, the most important first; none if there is an error finding."""
    made_by: str
    """Which consnap wrote them, and from which facts."""
    findings: tuple[Finding, ...]
    """What is wrong, or worth knowing."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Signature(Record):
    """The stages of a signature."""

    string_to_sign: str
    """What the keyed hash is taken of."""
    signature: str
    """Base64 in version 1, hexadecimal in version 3."""
    canonical_request: str | None = None
    """Version 3: the canonical request."""
    authorization: str | None = None
    """Version 3: the value of the ``authorization`` header."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Catalog(Record):
    """The tables everything else reads, in one language."""

    messages: tuple[Mapping[str, Any], ...]
    """Findings (``CS...``) and errors (``CE...``)."""
