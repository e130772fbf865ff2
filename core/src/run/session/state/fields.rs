//! What the state of a run holds, to be read.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::consistency::RequiredConsistency;
use crate::base::time::Time;
use crate::diagnostics::error::ErrorKind;
use crate::run::session::event::{Goal, Phase, PlannedCommand, StopReason};
use crate::run::session::records::{CallRecord, Counts, Invocation, OpenGuest, Target};

/// What [`State`](super::State) holds. Whoever has a state reads these; only events change them.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StateFields {
    /// `8f3a01c2`.
    pub run_id: String,
    /// What for.
    pub goal: Goal,
    /// When it began.
    pub started_at: Time,
    /// The last event's time.
    pub last_at: Time,
    /// The last event's number.
    pub last_seq: u64,
    /// The account.
    pub account_id: Option<String>,
    /// The caller.
    pub caller_arn: Option<String>,
    /// The phase.
    pub phase: Phase,
    /// When the check began, whose time stands in the names of the groups.
    pub checked_at: Option<Time>,
    /// Regions of the job.
    pub regions: Vec<String>,
    /// The commands.
    pub commands: Vec<PlannedCommand>,
    /// The instances, in the order they were checked.
    pub targets: Vec<Target>,
    /// Writing calls without a final answer.
    pub calls: BTreeMap<u64, CallRecord>,
    /// The highest call number.
    pub last_call: u64,
    /// Invocations.
    pub invocations: Vec<Invocation>,
    /// Hash of the plan; set when discovery and check are complete.
    pub plan_hash: Option<String>,
    /// Name of the groups.
    pub group_name: String,
    /// Instances that the plan starts.
    pub startable: u32,
    /// Instances in one RunCommand.
    pub ids_per_call: usize,
    /// Versions of the plug-in that were seen and that the facts know nothing of.
    pub new_plugins: BTreeSet<String>,
    /// Why nothing new is started.
    pub stopped: Option<StopReason>,
    /// How far the service's clock is ahead, in milliseconds.
    pub clock_offset_millis: i64,
    /// How often the service asked to slow down.
    pub throttled: u64,
    /// Calls sent by the processes that ended this run.
    pub calls_sent: u64,
    /// Code of the error that ended the run.
    pub error: Option<String>,
    /// Of what kind it was.
    pub error_kind: Option<ErrorKind>,
    /// Guests that earlier runs left open.
    pub left_open: Vec<OpenGuest>,
    /// Counters.
    pub counts: Counts,
    /// What the job requires.
    pub required: RequiredConsistency,
    /// What is uploaded to Linux instances that need it: path and SHA-256.
    pub uploads: Vec<(String, String)>,
}
