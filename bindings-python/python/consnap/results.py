# Written by `cargo xtask generate`. Do not edit.
"""What the pure operations answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ._behaviour import CheckResultMethods, FindingMethods, PolicyResultMethods
from ._record import Record
from .enums import (
    CodeKind, Consistency, Eligibility, Form, Layer, ParameterKind, Platform, Repeat, RetryClass, Scope, Severity,
    TextKind, Verdict,
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
    "Coverage",
    "DecodeResult",
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
    "Reachable",
    "ReadParameter",
    "Signature",
    "TextExplanation",
    "WaivedBy",
]


@dataclass(frozen=True, kw_only=True, repr=False)
class Finding(FindingMethods, Record):
    """A finding in words, as it crosses the border."""

    code: str
    """``CS103``."""

    severity: Severity
    """How much it weighs."""

    place: str
    """JSON pointer to the place in the input; empty for the whole."""

    message: str
    """What is the case."""

    help: str
    """What to do."""

    accepted: str | None = None
    """The reason the job gives for taking this finding on purpose."""

    fix: Any = None
    """A JSON patch (RFC 6902) that mends it."""


@dataclass(frozen=True, kw_only=True, repr=False)
class CheckedInstance(Record):
    """One instance of a list."""

    findings: tuple[Finding, ...]
    """What was found about its facts."""

    instance_id: str
    """``i-...``."""

    platform: Platform | None
    """Which plug-in it takes; null when the facts do not tell."""

    eligible: Eligibility
    """Whether it can be snapshotted, as far as the API shows."""

    predicted_consistency: Consistency
    """The consistency the job will give on it."""

    predicted_why: Finding
    """Why."""


@dataclass(frozen=True, kw_only=True, repr=False)
class PolicyExplanation(Record):
    """A part of an expression, what came of it, and the parts that made it so."""

    expression: str
    """The part as text."""

    value: Any
    """What came of it; null when it could not be worked out."""

    because: tuple[PolicyExplanation, ...] = ()
    """The parts that made it so."""

    entry: str | None = None
    """The entry of a list it was worked out for: ``d = entry 2``."""

    trouble: str | None = None
    """What is not known, or why it could not be worked out."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Measured(Record):
    """The value a policy went by, and the one it asks for."""

    expression: str
    """What was measured: ``job.linux.freeze_timeout_seconds``."""

    value: Any
    """Its value."""

    wanted: str | None = None
    """What is asked for, ``<= 15``; nothing where it is no comparison."""


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
class PolicyResult(PolicyResultMethods, Record):
    """What a policy says of the job or of one instance."""

    policy: str
    """The policy's id."""

    instance_id: str | None
    """The instance; null for the job as a whole."""

    result: Verdict
    """What came of it."""

    about: str | None = None
    """What the place is a place in: ``job``, ``instance`` or ``plan``."""

    explanation: PolicyExplanation | None = None
    """Which parts of the expression made it so, with their values."""

    finding: Finding | None = None
    """In words, where it is not met or cannot be judged. Its place is a pointer into what ``about`` names."""

    links: tuple[str, ...] = ()
    """Where to read on."""

    measured: Measured | None = None
    """What was measured and what is asked for."""

    waived: WaivedBy | None = None
    """The waiver that lets it off."""


@dataclass(frozen=True, kw_only=True, repr=False)
class PolicyCheck(Record):
    """What the policies say."""

    findings: tuple[Finding, ...]
    """About the policy documents and their waivers. Places are JSON pointers into the documents; into a list of
    documents they begin with the document's number."""

    policies: tuple[PolicySummary, ...]
    """Each policy with what came of it, in the order of the documents."""

    results: Sequence[PolicyResult]
    """What is not met or cannot be judged, waived or not; what is met too, where that was asked for."""

    severities: Mapping[str, Severity]
    """Severities the documents give to consnap's own findings: the input of ``check`` and ``plan``."""

    passed: bool
    """Whether nothing stands against the job: no error among findings and results but those waived."""


@dataclass(frozen=True, kw_only=True, repr=False)
class CaseResult(Record):
    """What came of a case."""

    policy: str
    """The policy's id."""

    name: str
    """The case's name."""

    place: str
    """Where it stands: a JSON pointer into the documents."""

    expected: Verdict
    """What must come out."""

    got: Verdict | None
    """What came out; null when the case cannot be tried."""

    passed: bool
    """Whether that is the same."""

    explanation: PolicyExplanation | None = None
    """Why it came out so, where it is not met or cannot be judged."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Coverage(Record):
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
    """What came of the cases."""

    findings: tuple[Finding, ...]
    """Cases that give something else than expected, documents of cases that cannot be read, and policies and
    branches that no case tries out."""

    cases: tuple[CaseResult, ...]
    """The cases, in the order of the documents."""

    exercised: tuple[Coverage, ...]
    """What the cases try out of each policy."""

    passed: bool
    """Whether every case gives what it is expected to give, and nothing was wrong with the documents."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Reachable(Record):
    """The consistency that a job can reach on instances nobody has looked at."""

    consistency: Consistency
    """The level."""

    condition: Finding
    """What must be the case for it."""


@dataclass(frozen=True, kw_only=True, repr=False)
class CheckResult(CheckResultMethods, Record):
    """What was found. For one instance its members stand beside ``findings``, for a list under ``instances``."""

    findings: tuple[Finding, ...]
    """About the job document; for one instance also about its facts."""

    eligible: Eligibility | None = None
    """Whether it can be snapshotted, as far as the API shows."""

    instance_id: str | None = None
    """``i-...``."""

    instances: tuple[CheckedInstance, ...] | None = None
    """The instances, in the order of the facts."""

    platform: Platform | None = None
    """Which plug-in it takes; null when the facts do not tell."""

    policies: PolicyCheck | None = None
    """What policies say, where there are any."""

    predicted_consistency: Consistency | None = None
    """The consistency the job will give on it."""

    predicted_why: Finding | None = None
    """Why."""

    reachable: Reachable | None = None
    """Without facts, for a given platform and a job that nothing stands against: what it can reach."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Command(Record):
    """The command, or why there is none."""

    command: str | None
    """The command; null if there is an error finding."""

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
    """One meaning of a code in one language, as it crosses the border."""

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

    cause: str | None = None
    """What usually leads to it; of an assumption, why it is believed."""

    group_may_exist: bool | None = None
    """Whether a group may exist although the command failed; null where the code says nothing of it."""

    held: bool | None = None
    """Whether the guest may still be held; null where the code says nothing of it."""

    layer: Layer | None = None
    """Which layer it speaks for (results only)."""

    name: str = ""
    """The symbolic name, where there is one."""

    repeat: Repeat | None = None
    """When a new run makes sense (results only)."""

    retry: RetryClass | None = None
    """Whether the call may be repeated (API errors only)."""

    scope: Scope | None = None
    """Whom it concerns (API errors only)."""

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
    """The arguments the plug-in would receive; null when it would not run, or when that cannot be told."""

    parameters: tuple[ReadParameter, ...]
    """The parameters as the plug-in would read them."""

    findings: tuple[Finding, ...]
    """What is wrong, lost or injected on the way, or worth knowing."""

    corrected: str | None
    """The same parameters written so that they arrive, where it is clear what was meant and something is wrong."""


@dataclass(frozen=True, kw_only=True, repr=False)
class ParameterExplanation(Record):
    """A parameter in one language."""

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
    """What became of one instance's command, in words."""

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
    """A snapshot-consistent group was made. No word about its level: only tags tell."""

    group_may_exist: bool
    """A group may exist although the command failed."""

    held: bool
    """The guest may still be held: application locked or file systems frozen."""

    repeat: Repeat
    """When a new run on this instance makes sense."""

    claimed: Consistency | None
    """The level the plug-in's own log claims; never proof without tags."""

    explained_by: str
    """Key of the catalogue row behind the words: ``exit:plugin:12``."""

    message: str
    """What it means."""

    cause: str
    """What usually leads to it."""

    next_step: str
    """What to do."""

    findings: tuple[Finding, ...]
    """What is odd about the result (``CS5xx``)."""

    plugin_version: str | None
    """Version of the plug-in, from its banner."""

    started_at: str | None
    """Start in the guest."""

    finished_at: str | None
    """End in the guest."""

    frozen_millis: int | None
    """From freeze to thaw in milliseconds, from the log's step banners."""

    dropped: int
    """Bytes the service cut from the output."""

    error_lines: tuple[str, ...]
    """The last lines of the log that speak of an error; hostile text."""


@dataclass(frozen=True, kw_only=True, repr=False)
class TextExplanation(Record):
    """What a text was taken for, and what it holds."""

    kind: TextKind
    """What it was taken for."""

    taken_for: str
    """The same in words."""

    explained: bool
    """Whether anything of it is explained."""

    explanations: tuple[CodeExplanation, ...]
    """The codes it names."""

    parameters: tuple[ParameterExplanation, ...]
    """The parameters it names."""

    commands: tuple[CommandExplanation, ...]
    """The commands it holds."""

    outcomes: tuple[Outcome, ...]
    """The results it holds, or the one of its output."""

    findings: tuple[Finding, ...]
    """About the text as a whole, and about what stands around a command."""


@dataclass(frozen=True, kw_only=True, repr=False)
class DecodeResult(Record):
    """What became of the commands."""

    outcomes: tuple[Outcome, ...]
    """One outcome a result, in their order."""

    findings: tuple[Finding, ...] = ()
    """What could not be read of the results, by its place."""


@dataclass(frozen=True, kw_only=True, repr=False)
class BudgetTerm(Record):
    """A term of the budget."""

    key: str
    """Its key."""

    seconds: int
    """Seconds it takes at worst, all repetitions together."""

    about: str
    """What it is for."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Budget(Record):
    """The time budget."""

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
    """The language of its content: ``shell``, ``batch``, ``json``, ``python``, ``go``, ``hcl``, ``yaml``, ``ini``,
    ``cron``, ``xml``."""

    content: str
    """Its content."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Export(Record):
    """The files, or why there are none."""

    files: tuple[ExportedFile, ...]
    """The files, the most important first; none if there is an error finding."""

    made_by: str
    """Which consnap wrote them, and from which facts."""

    findings: tuple[Finding, ...]
    """What is wrong, or worth knowing."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Signature(Record):
    """The stages of the signature."""

    string_to_sign: str
    """What the keyed hash is taken of."""

    signature: str
    """The signature: Base64 in version 1, hexadecimal in version 3."""

    authorization: str | None = None
    """Version 3: the value of the ``authorization`` header."""

    canonical_request: str | None = None
    """Version 3: the canonical request."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Catalog(Record):
    """All tables."""

    messages: tuple[Any, ...]
    """Findings (``CS...``) and errors (``CE...``)."""
