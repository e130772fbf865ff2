//! Which data classes and enumerations the Python package has, in which module, and which part of which schema each mirrors.

/// A generated module of data classes.
pub(super) struct Module {
    /// Its path below the package, without `.py`.
    pub(super) path: &'static str,
    /// Its first line.
    pub(super) about: &'static str,
    /// What a list is: `Sequence` where people write it, `tuple` in answers.
    pub(super) list: &'static str,
    /// Its classes, each after those it needs.
    pub(super) classes: &'static [Class],
}

/// A data class.
pub(super) struct Class {
    /// Its name.
    pub(super) name: &'static str,
    /// Where its schema is.
    pub(super) part: Part,
    /// The class of `_behaviour.py` with its methods.
    pub(super) behaviour: Option<&'static str>,
    /// Members whose type and default the schema does not tell.
    pub(super) members: &'static [(&'static str, &'static str)],
    /// An example for its documentation, which is a test.
    pub(super) example: &'static str,
}

/// A part of what `consnap schema NAME` answers.
#[derive(Copy, Clone, PartialEq, Eq)]
pub(super) struct Part {
    /// The name that is asked for.
    pub(super) schema: &'static str,
    /// `input`, `output` or, for a document, nothing.
    pub(super) side: &'static str,
    /// The definition; nothing for the root.
    pub(super) definition: &'static str,
}

const fn at(schema: &'static str, side: &'static str, definition: &'static str) -> Part {
    Part { schema, side, definition }
}

const fn class(name: &'static str, part: Part) -> Class {
    Class { name, part, behaviour: None, members: &[], example: "" }
}

const fn job(name: &'static str) -> Class {
    class(name, at("job", "", name))
}

const fn report(name: &'static str) -> Class {
    class(name, at("report", "", name))
}

const fn facts(name: &'static str) -> Class {
    class(name, at("facts", "output", name))
}

impl Class {
    const fn with(self, behaviour: &'static str) -> Self {
        Self { behaviour: Some(behaviour), ..self }
    }

    const fn where_(self, members: &'static [(&'static str, &'static str)]) -> Self {
        Self { members, ..self }
    }

    const fn shown(self, example: &'static str) -> Self {
        Self { example, ..self }
    }
}

/// Modules that people write; their public names are those in `__all__`.
pub(super) const HAND_WRITTEN: &[&str] =
    &["async_client", "client", "errors", "events", "operations", "past_runs", "tables"];

pub(super) const ENUMERATIONS: &[(&str, Part)] = &[
    ("Lang", at("build", "input", "Lang")),
    ("Platform", at("report", "", "Platform")),
    ("Consistency", at("report", "", "Consistency")),
    ("RequiredConsistency", at("report", "", "RequiredConsistency")),
    ("Severity", at("report", "", "Severity")),
    ("Eligibility", at("check", "output", "Eligibility")),
    ("Form", at("build", "output", "Form")),
    ("Repeat", at("decode", "output", "Repeat")),
    ("RetryClass", at("explain", "output", "RetryClass")),
    ("Scope", at("explain", "output", "Scope")),
    ("ParameterKind", at("explain", "output", "ParameterKind")),
    ("Layer", at("report", "", "Layer")),
    ("ResultKind", at("report", "", "ResultKind")),
    ("Proof", at("report", "", "Proof")),
    ("SnapshotState", at("report", "", "SnapshotState")),
    ("Sent", at("report", "", "Sent")),
    ("ExportTarget", at("export", "input", "Target")),
    ("Weight", at("simulate", "output", "Weight")),
    ("CodeKind", at("explain", "output", "CodeKind")),
    ("TextKind", at("explain", "output", "TextKind")),
    ("Verdict", at("policy_check", "output", "Verdict")),
    ("WitnessVerdict", at("report", "", "WitnessVerdict")),
    ("RecordState", at("report", "", "RecordState")),
    ("RecordDefect", at("report", "", "RecordDefect")),
];

pub(super) const MODULES: &[Module] = &[
    Module {
        path: "job",
        about: "The job document: which instances, how, and how carefully.",
        list: "Sequence",
        classes: &[
            job("Exclude"),
            job("Expect"),
            job("Targets").where_(&[("all", "bool | None = None")]).shown(
                ">>> from consnap import Targets\n>>> Targets(tags={\"backup\": \"nightly\"}).to_dict()\n\
                 {'tags': {'backup': 'nightly'}}",
            ),
            job("ExcludedDisk"),
            job("Upload"),
            job("Quiesce"),
            job("LinuxOptions"),
            job("WindowsOptions"),
            job("Accept"),
            job("RunOptions").where_(&[("tag_snapshots", "bool = False")]),
            class("Job", at("job", "", "")).where_(&[("version", "int = 1"), ("targets", "Targets = Targets()")]).shown(
                ">>> from consnap import Job, LinuxOptions, Targets\n>>> job = Job(\n\
                 ...     instance_ram_role=\"AppSnapshotRoleName\",\n...     group_name=\"nightly-{run}\",\n\
                 ...     targets=Targets(ids=[\"i-bp1linux000000000001\"]),\n\
                 ...     linux=LinuxOptions(pre_script_path=\"/tmp/prescript.sh\", post_script_path=\"/tmp/postscript.sh\"),\n\
                 ... )\n>>> Job.from_dict(job.to_dict()) == job\nTrue",
            ),
        ],
    },
    Module {
        path: "facts",
        about: "What is known of an instance. ``None`` means unknown, which is never clean.",
        list: "Sequence",
        classes: &[
            facts("CloudAssistant"),
            facts("Disk"),
            facts("Mount"),
            facts("Folder"),
            facts("Script"),
            facts("Guest"),
            facts("InstanceFacts"),
        ],
    },
    Module {
        path: "results",
        about: "What the pure operations answer.",
        list: "tuple",
        classes: &[
            class("Finding", at("check", "output", "RenderedFinding")).with("FindingMethods"),
            class("CheckedInstance", at("check", "output", "CheckedInstance")),
            class("PolicyExplanation", at("policy_check", "output", "Explanation")),
            class("Measured", at("policy_check", "output", "Measured")),
            class("WaivedBy", at("policy_check", "output", "WaivedBy")),
            class("PolicySummary", at("policy_check", "output", "PolicySummary")),
            class("PolicyResult", at("policy_check", "output", "PolicyResult")).with("PolicyResultMethods"),
            class("PolicyCheck", at("policy_check", "output", "")).where_(&[("results", "Sequence[PolicyResult]")]),
            class("CaseResult", at("policy_test", "output", "CaseResult")),
            class("Coverage", at("policy_test", "output", "Coverage")),
            class("PolicyTest", at("policy_test", "output", "")),
            class("Reachable", at("check", "output", "Reachable")),
            class("CheckResult", at("check", "output", "")).with("CheckResultMethods"),
            class("Command", at("build", "output", "")),
            class("CodeExplanation", at("explain", "output", "RenderedExplanation")).where_(&[("name", "str = \"\"")]),
            class("ReadParameter", at("explain", "output", "ReadParameter")),
            class("CommandExplanation", at("explain", "output", "CommandExplanation")),
            class("ParameterExplanation", at("explain", "output", "ParameterExplanation")),
            class("Outcome", at("decode", "output", "RenderedOutcome")),
            class("TextExplanation", at("explain", "output", "TextExplanation")),
            class("DecodeResult", at("decode", "output", "")),
            class("BudgetTerm", at("budget", "output", "BudgetTerm")),
            class("Budget", at("budget", "output", "")),
            class("ExportedFile", at("export", "output", "ExportedFile")),
            class("Export", at("export", "output", "")),
            class("Signature", at("sign", "output", "")),
            class("Catalog", at("catalog", "output", "")),
        ],
    },
    Module {
        path: "report",
        about: "What a run reached, with the evidence; and what a plan would do.",
        list: "tuple",
        classes: &[
            report("Summary"),
            report("Stopped"),
            report("Explanation"),
            report("CauseGroup"),
            report("DiskReport"),
            report("StepReport"),
            report("CommandReport"),
            report("Release"),
            report("RecordSummary"),
            report("WitnessReport"),
            report("InstanceReport"),
            report("ReliedUpon"),
            report("OpenGuest"),
            class("Report", at("report", "", ""))
                .with("ReportMethods")
                .where_(&[("instances", "Sequence[InstanceReport]"), ("error", "Any = None")]),
            class("OtherResults", at("history", "", "OtherResults")),
            class("HistoryEntry", at("history", "", "HistoryEntry")),
            class("OpenGuestStatus", at("status", "", "OpenGuestStatus")),
            class("UnreadableRunStatus", at("status", "", "UnreadableRunStatus")).where_(&[("why", "Any")]),
            class("Status", at("status", "", "")),
            class("PlannedCall", at("plan", "output", "PlannedCall")),
            class("PlannedInstance", at("plan", "output", "PlannedInstance")),
            class("Plan", at("plan", "output", "Plan")).where_(&[("instances", "Sequence[PlannedInstance]")]),
            class("PlanResult", at("plan", "output", "")),
        ],
    },
    Module {
        path: "testing/records",
        about: "What the simulator and a rehearsal tell.",
        list: "tuple",
        classes: &[
            class("Call", at("call", "", "")).with("CallMethods"),
            class("GroupTruth", at("truth", "", "GroupTruth")),
            class("InstanceTruth", at("truth", "", "")),
            class("Moment", at("simulate", "output", "Moment")),
            class("TimelineSpan", at("simulate", "output", "TimelineSpan")),
            class("Rehearsal", at("simulate", "output", "")).where_(&[
                ("events", "tuple[Event, ...]"),
                ("report", "Report"),
                ("truth", "tuple[InstanceTruth, ...]"),
            ]),
        ],
    },
];
