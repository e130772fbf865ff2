//! Events are the truth of a run: its state is the fold of its events. The same stream feeds progress, callbacks,
//! history and the journal.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::base::consistency::{Consistency, Platform};
use crate::base::time::Time;
use crate::diagnostics::error::ErrorKind;
use crate::diagnostics::finding::Finding;
use crate::ecs::api::ApiCall;
use crate::ecs::reply::Failure;
use crate::input::job::AttachRole;
use crate::plugin::command::Form;
use crate::plugin::output::Outcome;
use crate::run::session::records::OpenGuest;
use crate::run::verdict::{ExpectedDisk, GroupLookup, WitnessEvidence};

/// An event with its number and time. Numbers begin at 1 and have no gaps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Numbered {
    /// Its number.
    pub seq: u64,
    /// When it happened, by the session's clock.
    pub at: Time,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

/// What a run is for.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Goal {
    /// Discover and check only; nothing is written.
    Plan,
    /// The whole way.
    Run,
    /// Look again at what an earlier run made; nothing is written.
    Verify,
}

/// A phase, for progress.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Whose credentials these are.
    Identity,
    /// Instances, disks, Cloud Assistant, roles.
    Discover,
    /// Into the guests, where asked.
    Probe,
    /// The rules.
    Check,
    /// Attaching the role where asked.
    Attach,
    /// Uploading scripts where asked.
    Upload,
    /// Commands, in waves.
    Run,
    /// Groups, snapshots, tags.
    Verify,
    /// All is said.
    Ended,
}

crate::base::consistency::wire_names!(Phase {
    Identity => "identity", Discover => "discover", Probe => "probe", Check => "check", Attach => "attach", Upload => "upload", Run => "run",
    Verify => "verify", Ended => "ended",
});

/// A command that goes, byte for byte the same, to one or more instances.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlannedCommand {
    /// The platform it is for.
    pub platform: Platform,
    /// The command line.
    pub command: String,
    /// How it is written.
    pub form: Form,
    /// `Timeout` of RunCommand in seconds.
    pub timeout_seconds: u32,
    /// The full time budget in seconds: after so long nothing of it can still be running.
    pub budget_seconds: u32,
    /// The RAM role it names.
    pub role: String,
    /// Findings of writing it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
}

/// What a writing call is for.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Start the plug-in.
    Run,
    /// Attach the role.
    Attach,
    /// Put the scripts there.
    Upload,
    /// Tag the snapshots with the run.
    Tag,
}

/// Why nothing new is started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum StopReason {
    /// A guest may still be held.
    Held {
        /// The instance.
        instance: String,
    },
    /// The canary did not come out well.
    Canary {
        /// The instance.
        instance: String,
    },
    /// More failures than `max_errors`.
    Errors {
        /// How many.
        failures: u32,
    },
    /// The service refuses this account or these credentials.
    Account {
        /// The service's code.
        code: String,
    },
    /// The user asked to stop.
    User,
    /// The deadline or `start_before` has passed.
    Deadline,
    /// The journal cannot be written.
    Journal,
    /// The service could not be reached for too long.
    Unreachable,
    /// Another run, or somebody, is at work on the same instances.
    OtherRun {
        /// Its id.
        run: String,
    },
    /// The journal's plan is not the one its job makes.
    Unproven,
}

impl StopReason {
    /// Why nothing more is started after a call of reading or writing was given up. Only the service itself refuses an account.
    pub(super) fn of_failure(failure: &Failure) -> Self {
        if failure.is_of_service() || failure.kind == ErrorKind::Credential {
            Self::Account { code: failure.name().to_owned() }
        } else {
            Self::Unreachable
        }
    }

    /// The key as it stands in JSON and messages.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Held { .. } => "held",
            Self::Canary { .. } => "canary",
            Self::Errors { .. } => "errors",
            Self::Account { .. } => "account",
            Self::User => "user",
            Self::Deadline => "deadline",
            Self::Journal => "journal",
            Self::Unreachable => "unreachable",
            Self::OtherRun { .. } => "other_run",
            Self::Unproven => "unproven",
        }
    }

    /// What it names: an instance, a number, a code, a run. Empty where the reason says it all.
    pub fn detail(&self) -> String {
        match self {
            Self::Held { instance } | Self::Canary { instance } => instance.clone(),
            Self::Errors { failures } => failures.to_string(),
            Self::Account { code } => code.clone(),
            Self::OtherRun { run } => run.clone(),
            Self::User | Self::Deadline | Self::Journal | Self::Unreachable | Self::Unproven => String::new(),
        }
    }
}

/// What happened. Instances are named by their id. What a run keeps of an event it shares with it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The first event of every run.
    RunStarted {
        /// `8f3a01c2`.
        run_id: String,
        /// What for.
        goal: Goal,
        /// The version of consnap.
        consnap: String,
        /// The date of the facts that were used.
        as_of: Option<String>,
    },
    /// Guests that earlier runs left open, and that this run does not start.
    LeftOpen {
        /// Which.
        guests: Vec<OpenGuest>,
    },
    /// The credentials belong to this caller.
    CallerIdentified {
        /// The account.
        account_id: String,
        /// The caller's resource name.
        arn: String,
    },
    /// A phase begins.
    PhaseEntered {
        /// Which.
        phase: Phase,
    },
    /// A command was written.
    CommandWritten {
        /// Its number, from 0.
        command: u32,
        /// The command.
        planned: PlannedCommand,
    },
    /// An instance was found, looked at and checked; or was asked for and not found.
    InstanceChecked {
        /// `i-...`.
        instance: Arc<str>,
        /// Its name; hostile text.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        name: String,
        /// Its region.
        region: String,
        /// Its platform, where known.
        platform: Option<Platform>,
        /// The level the command is expected to reach.
        predicted: Consistency,
        /// Why.
        why: Arc<Finding>,
        /// All findings about it.
        #[serde(default, skip_serializing_if = "is_empty")]
        findings: Arc<[Finding]>,
        /// The disks that must be in the group.
        #[serde(default, skip_serializing_if = "is_empty")]
        expected_disks: Arc<[ExpectedDisk]>,
        /// The disks the job leaves out.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        excluded_disks: Vec<String>,
        /// Version of Cloud Assistant.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        agent_version: Option<String>,
        /// The value of the `spread_by` tag.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        spread: Option<String>,
        /// Whether the role must be attached first.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        needs_role: bool,
        /// Whether scripts must be uploaded first.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        needs_upload: bool,
        /// The command it would get.
        command: Option<u32>,
        /// Why it is not started; `None` when it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        set_aside: Option<Finding>,
    },
    /// Discovery and check are complete; from here on the run can be resumed.
    PlanMade {
        /// The hash to approve.
        hash: String,
        /// Instances that will be started.
        eligible: u32,
        /// The groups' name.
        group_name: String,
        /// Whether roles are attached.
        attach_role: AttachRole,
    },
    /// A writing call is about to be sent. It must be durable before it is.
    CallIntended {
        /// Its number.
        call: u64,
        /// What for.
        purpose: Purpose,
        /// For whom.
        instances: Vec<Arc<str>>,
        /// The call, byte for byte.
        request: ApiCall,
        /// The service's time, at the earliest: by the `Date` of its last answer and what passed since. A time-out of the
        /// token counts from here, whatever the clock of this machine says.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        service_at: Option<Time>,
    },
    /// The service took it.
    CallAccepted {
        /// Its number.
        call: u64,
        /// `t-...` of RunCommand.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        invoke_id: Option<String>,
        /// The service's request id.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        request_id: Option<String>,
        /// Whether it was found by a look instead of an answer.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        adopted: bool,
    },
    /// The service rejected it: nothing of it happened.
    CallRejected {
        /// Its number.
        call: u64,
        /// How.
        failure: Failure,
    },
    /// It may have happened, and looking has begun.
    CallInDoubt {
        /// Its number.
        call: u64,
        /// The service's code or the transport's reason.
        code: String,
    },
    /// It may have happened, and nothing of it was found.
    CallLost {
        /// Its number.
        call: u64,
    },
    /// An instance is not started after all.
    NotStarted {
        /// The instance.
        instance: Arc<str>,
        /// Why.
        why: Finding,
    },
    /// The role of an instance is there, or cannot be had.
    RoleAttached {
        /// The instance.
        instance: Arc<str>,
        /// The service's code when it failed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        failed: Option<String>,
    },
    /// The scripts of an instance are uploaded and were looked at, or cannot be had as they should be.
    ScriptsUploaded {
        /// The instance.
        instance: String,
        /// What is wrong with them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        failed: Option<Finding>,
    },
    /// The command of an instance has a final result.
    CommandFinished {
        /// The instance.
        instance: Arc<str>,
        /// What became of it.
        outcome: Arc<Outcome>,
    },
    /// The record of the quiesce scripts was read after the command of an instance had ended, or could not be read.
    WitnessRead {
        /// The instance.
        instance: Arc<str>,
        /// What it told.
        witness: Arc<WitnessEvidence>,
    },
    /// The plug-in has another version than the one these facts were recorded of. Said of the first instance that shows it,
    /// which is one of the canary.
    PluginIsNew {
        /// The instance.
        instance: Arc<str>,
        /// The version.
        version: String,
    },
    /// The result of an instance was due, and nobody could read it: the guest may be held. It is asked for all the same.
    ResultOverdue {
        /// The instance.
        instance: Arc<str>,
    },
    /// The result of an instance can no longer be had.
    ResultGone {
        /// The instance.
        instance: Arc<str>,
        /// Why.
        code: String,
    },
    /// The result of an instance could not be had, and is asked for once more.
    ResultAskedAgain {
        /// The instance.
        instance: Arc<str>,
    },
    /// The instance is tried once more, because it certainly made no group.
    RetryScheduled {
        /// The instance.
        instance: Arc<str>,
        /// Not before.
        not_before: Time,
        /// Key of the catalogue row that allows it.
        explained_by: String,
    },
    /// The disks of an instance that was started without knowing them.
    DisksLearnt {
        /// The instance.
        instance: Arc<str>,
        /// The disks that must be in the group.
        expected_disks: Arc<[ExpectedDisk]>,
    },
    /// Somebody else's snapshot plug-in is at work on the instance, which is waited for.
    StartPostponed {
        /// The instance.
        instance: Arc<str>,
        /// Not before.
        not_before: Time,
        /// The other invocation, `t-...`.
        invocation: String,
        /// Its run; `-` when it is no run of consnap's.
        run: String,
    },
    /// Another snapshot plug-in was at work on the instance at the same time.
    PluginsOverlapped {
        /// The instance.
        instance: Arc<str>,
        /// The other invocation, `t-...`.
        invocation: String,
        /// Its run; `-` when it is no run of consnap's.
        run: String,
    },
    /// A look for the group of an instance is complete.
    GroupLooked {
        /// The instance.
        instance: Arc<str>,
        /// What was found.
        look: Arc<GroupLookup>,
    },
    /// Somebody has looked into a guest that may have been held, and lets it go. The verdict stays.
    GuestReleased {
        /// The instance.
        instance: Arc<str>,
        /// Who; hostile text.
        by: String,
        /// What was seen or done; hostile text.
        note: String,
    },
    /// The snapshots of instances carry the run's tag, or could not be tagged.
    SnapshotsTagged {
        /// The instances.
        instances: Vec<Arc<str>>,
        /// The service's code when it failed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        failed: Option<String>,
    },
    /// Nothing new is started from here on.
    StartsStopped {
        /// Why.
        #[serde(flatten)]
        why: StopReason,
    },
    /// The service's clock is so much ahead of ours.
    ClockCorrected {
        /// Milliseconds.
        offset_millis: i64,
    },
    /// The service asks to slow down.
    Throttled {
        /// The API.
        operation: crate::ecs::api::Operation,
        /// Its code.
        code: String,
    },
    /// A call will be repeated.
    CallRepeated {
        /// Its number, if it writes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        call: Option<u64>,
        /// The API.
        operation: crate::ecs::api::Operation,
        /// The service's code or the transport's reason.
        code: String,
        /// Which attempt comes next.
        attempt: u32,
        /// The service's time, at the earliest, when a start is sent once more.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        service_at: Option<Time>,
    },
    /// The run is over.
    RunEnded {
        /// Calls sent, over all attempts of the run that this process saw.
        calls: u64,
        /// The error that ended it before anything was started.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<String>,
        /// Of what kind it was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error_kind: Option<ErrorKind>,
    },
}

fn is_empty<T>(list: &Arc<[T]>) -> bool {
    list.is_empty()
}
