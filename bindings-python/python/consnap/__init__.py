# Written by `cargo xtask generate`. Do not edit.
"""Application-consistent snapshots of Alibaba Cloud ECS instances one can rely on: check, build, run, verify.

>>> import consnap
>>> job = consnap.Job(instance_ram_role="AppSnapshotRoleName", group_name="nightly-{run}")
>>> consnap.build_command(job, "linux").form
<Form.VENDOR: 'vendor'>

Importing this package loads next to nothing: every name is loaded when it is first used.
"""

# Names of a type checker only; `typing` itself costs more to load than all of this.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from .async_client import (
        AsyncClient as AsyncClient, AsyncRun as AsyncRun,
    )
    from .client import (
        Client as Client, Run as Run,
    )
    from .enums import (
        CodeKind as CodeKind, Consistency as Consistency, Eligibility as Eligibility, ExportTarget as ExportTarget,
        Form as Form, Lang as Lang, Layer as Layer, ParameterKind as ParameterKind, Platform as Platform,
        Proof as Proof, RecordDefect as RecordDefect, RecordState as RecordState, Repeat as Repeat,
        RequiredConsistency as RequiredConsistency, ResultKind as ResultKind, RetryClass as RetryClass, Scope as Scope,
        Sent as Sent, Severity as Severity, SnapshotState as SnapshotState, TextKind as TextKind, Verdict as Verdict,
        Weight as Weight, WitnessVerdict as WitnessVerdict,
    )
    from .errors import (
        ApiError as ApiError, ClientClosed as ClientClosed, ConfigError as ConfigError, ConsnapError as ConsnapError,
        CredentialError as CredentialError, NothingSelected as NothingSelected, PlanChanged as PlanChanged,
        PolicyRefused as PolicyRefused, ProtocolError as ProtocolError, RunBusy as RunBusy, RunLeft as RunLeft,
        StillRunning as StillRunning, ThrottledError as ThrottledError, TransportError as TransportError,
    )
    from .events import (
        Event as Event,
    )
    from .facts import (
        CloudAssistant as CloudAssistant, Disk as Disk, Folder as Folder, Guest as Guest,
        InstanceFacts as InstanceFacts, Mount as Mount, Script as Script,
    )
    from .job import (
        Accept as Accept, Exclude as Exclude, ExcludedDisk as ExcludedDisk, Expect as Expect, Job as Job,
        LinuxOptions as LinuxOptions, Quiesce as Quiesce, RunOptions as RunOptions, Targets as Targets,
        Upload as Upload, WindowsOptions as WindowsOptions,
    )
    from .operations import (
        budget as budget, build_command as build_command, catalog as catalog, check as check, check_many as check_many,
        decode as decode, decode_many as decode_many, explain as explain, explain_command as explain_command,
        explain_parameter as explain_parameter, explain_text as explain_text, export as export, operation as operation,
        operation_names as operation_names, plan as plan, policy_check as policy_check, policy_test as policy_test,
        read_facts as read_facts, schema as schema, sign as sign,
    )
    from .past_runs import (
        history as history, release as release, show as show, status as status,
    )
    from .report import (
        CauseGroup as CauseGroup, CommandReport as CommandReport, DiskReport as DiskReport, Explanation as Explanation,
        HistoryEntry as HistoryEntry, InstanceReport as InstanceReport, OpenGuest as OpenGuest,
        OpenGuestStatus as OpenGuestStatus, OtherResults as OtherResults, Plan as Plan, PlanResult as PlanResult,
        PlannedCall as PlannedCall, PlannedInstance as PlannedInstance, RecordSummary as RecordSummary,
        Release as Release, ReliedUpon as ReliedUpon, Report as Report, Status as Status, StepReport as StepReport,
        Stopped as Stopped, Summary as Summary, UnreadableRunStatus as UnreadableRunStatus,
        WitnessReport as WitnessReport,
    )
    from .results import (
        Budget as Budget, BudgetTerm as BudgetTerm, CaseResult as CaseResult, Catalog as Catalog,
        CheckResult as CheckResult, CheckedInstance as CheckedInstance, CodeExplanation as CodeExplanation,
        Command as Command, CommandExplanation as CommandExplanation, Coverage as Coverage,
        DecodeResult as DecodeResult, Export as Export, ExportedFile as ExportedFile, Finding as Finding,
        Measured as Measured, Outcome as Outcome, ParameterExplanation as ParameterExplanation,
        PolicyCheck as PolicyCheck, PolicyExplanation as PolicyExplanation, PolicyResult as PolicyResult,
        PolicySummary as PolicySummary, PolicyTest as PolicyTest, Reachable as Reachable,
        ReadParameter as ReadParameter, Signature as Signature, TextExplanation as TextExplanation,
        WaivedBy as WaivedBy,
    )
    from .tables import (
        CheckTable as CheckTable, DecodeTable as DecodeTable,
    )

    __version__: str

__all__ = [
    "Accept",
    "ApiError",
    "AsyncClient",
    "AsyncRun",
    "Budget",
    "BudgetTerm",
    "CaseResult",
    "Catalog",
    "CauseGroup",
    "CheckResult",
    "CheckTable",
    "CheckedInstance",
    "Client",
    "ClientClosed",
    "CloudAssistant",
    "CodeExplanation",
    "CodeKind",
    "Command",
    "CommandExplanation",
    "CommandReport",
    "ConfigError",
    "Consistency",
    "ConsnapError",
    "Coverage",
    "CredentialError",
    "DecodeResult",
    "DecodeTable",
    "Disk",
    "DiskReport",
    "Eligibility",
    "Event",
    "Exclude",
    "ExcludedDisk",
    "Expect",
    "Explanation",
    "Export",
    "ExportTarget",
    "ExportedFile",
    "Finding",
    "Folder",
    "Form",
    "Guest",
    "HistoryEntry",
    "InstanceFacts",
    "InstanceReport",
    "Job",
    "Lang",
    "Layer",
    "LinuxOptions",
    "Measured",
    "Mount",
    "NothingSelected",
    "OpenGuest",
    "OpenGuestStatus",
    "OtherResults",
    "Outcome",
    "ParameterExplanation",
    "ParameterKind",
    "Plan",
    "PlanChanged",
    "PlanResult",
    "PlannedCall",
    "PlannedInstance",
    "Platform",
    "PolicyCheck",
    "PolicyExplanation",
    "PolicyRefused",
    "PolicyResult",
    "PolicySummary",
    "PolicyTest",
    "Proof",
    "ProtocolError",
    "Quiesce",
    "Reachable",
    "ReadParameter",
    "RecordDefect",
    "RecordState",
    "RecordSummary",
    "Release",
    "ReliedUpon",
    "Repeat",
    "Report",
    "RequiredConsistency",
    "ResultKind",
    "RetryClass",
    "Run",
    "RunBusy",
    "RunLeft",
    "RunOptions",
    "Scope",
    "Script",
    "Sent",
    "Severity",
    "Signature",
    "SnapshotState",
    "Status",
    "StepReport",
    "StillRunning",
    "Stopped",
    "Summary",
    "Targets",
    "TextExplanation",
    "TextKind",
    "ThrottledError",
    "TransportError",
    "UnreadableRunStatus",
    "Upload",
    "Verdict",
    "WaivedBy",
    "Weight",
    "WindowsOptions",
    "WitnessReport",
    "WitnessVerdict",
    "budget",
    "build_command",
    "catalog",
    "check",
    "check_many",
    "decode",
    "decode_many",
    "explain",
    "explain_command",
    "explain_parameter",
    "explain_text",
    "export",
    "history",
    "operation",
    "operation_names",
    "plan",
    "policy_check",
    "policy_test",
    "read_facts",
    "release",
    "schema",
    "show",
    "sign",
    "status",
]

_HOMES = {
    "async_client": "AsyncClient AsyncRun",
    "client": "Client Run",
    "enums": (
        "CodeKind Consistency Eligibility ExportTarget Form Lang Layer ParameterKind Platform Proof "
        "RecordDefect RecordState Repeat RequiredConsistency ResultKind RetryClass Scope Sent Severity "
        "SnapshotState TextKind Verdict Weight WitnessVerdict"
    ),
    "errors": (
        "ApiError ClientClosed ConfigError ConsnapError CredentialError NothingSelected PlanChanged "
        "PolicyRefused ProtocolError RunBusy RunLeft StillRunning ThrottledError TransportError"
    ),
    "events": "Event",
    "facts": "CloudAssistant Disk Folder Guest InstanceFacts Mount Script",
    "job": "Accept Exclude ExcludedDisk Expect Job LinuxOptions Quiesce RunOptions Targets Upload WindowsOptions",
    "operations": (
        "budget build_command catalog check check_many decode decode_many explain explain_command "
        "explain_parameter explain_text export operation operation_names plan policy_check policy_test "
        "read_facts schema sign"
    ),
    "past_runs": "history release show status",
    "report": (
        "CauseGroup CommandReport DiskReport Explanation HistoryEntry InstanceReport OpenGuest "
        "OpenGuestStatus OtherResults Plan PlanResult PlannedCall PlannedInstance RecordSummary Release "
        "ReliedUpon Report Status StepReport Stopped Summary UnreadableRunStatus WitnessReport"
    ),
    "results": (
        "Budget BudgetTerm CaseResult Catalog CheckResult CheckedInstance CodeExplanation Command "
        "CommandExplanation Coverage DecodeResult Export ExportedFile Finding Measured Outcome "
        "ParameterExplanation PolicyCheck PolicyExplanation PolicyResult PolicySummary PolicyTest Reachable "
        "ReadParameter Signature TextExplanation WaivedBy"
    ),
    "tables": "CheckTable DecodeTable",
}


def __getattr__(name: str) -> object:
    if name == "__version__":
        from ._native import version

        return version()
    for module, names in _HOMES.items():
        if name in names.split():
            # Not `import_module`: it loads modules that nothing else here needs.
            value: object = getattr(__import__(f"{__name__}.{module}", fromlist=[name]), name)
            globals()[name] = value
            return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> "list[str]":
    return [*globals(), *__all__, "__version__"]
