//! What the state of a run keeps of each instance, call and invocation.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::event::Purpose;
use crate::base::consistency::{Consistency, Platform};
use crate::base::time::Time;
use crate::catalog::pacing;
use crate::diagnostics::finding::Finding;
use crate::ecs::api::ApiCall;
use crate::plugin::output::Outcome;
use crate::run::verdict::{ExpectedDisk, GroupLookup, Verdict, WitnessEvidence};

/// Index of an instance in [`super::State::targets`].
pub type TargetIndex = u32;

/// Where an instance stands.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// It will not be started.
    SetAside,
    /// It waits for its turn.
    Waiting {
        /// Not before this time.
        not_before: Time,
    },
    /// Its call may be under way.
    Starting {
        /// The call.
        call: u64,
    },
    /// Its command was taken.
    Running {
        /// Index in [`super::State::invocations`].
        invocation: u32,
    },
    /// Its command is over, or lost; a look for the group must tell.
    Looking,
    /// All is known that can be.
    Done,
}

/// An instance of the run.
#[derive(Clone, Debug)]
pub struct Target {
    /// `i-...`.
    pub id: Arc<str>,
    /// Its name; hostile text.
    pub name: Box<str>,
    /// Index in [`super::State::regions`].
    pub region: u16,
    /// Its platform, where known.
    pub platform: Option<Platform>,
    /// The level the command is expected to reach.
    pub predicted: Consistency,
    /// Why.
    pub predicted_why: Arc<Finding>,
    /// All findings about it.
    pub findings: Arc<[Finding]>,
    /// The disks that must be in the group.
    pub expected: Arc<[ExpectedDisk]>,
    /// The disks the job leaves out.
    pub excluded: Box<[String]>,
    /// Version of Cloud Assistant.
    pub agent_version: Option<Box<str>>,
    /// The value of the `spread_by` tag.
    pub spread: Option<Box<str>>,
    /// Whether the role must be attached first, and is not yet.
    pub needs_role: bool,
    /// Whether the plan attaches the role.
    pub role_planned: bool,
    /// Whether the scripts must be uploaded first, and are not yet.
    pub needs_upload: bool,
    /// When consnap attached the role.
    pub role_attached_at: Option<Time>,
    /// Index in [`super::State::commands`].
    pub command: Option<u32>,
    /// Where it stands.
    pub stage: Stage,
    /// How often it was started.
    pub starts: u8,
    /// When its first start was intended, by the service's clock: no group of this run was made before.
    pub first_sent: Option<Time>,
    /// When its command was last known to be over, or lost, by the service's clock.
    pub ended: Option<Time>,
    /// Index in [`super::State::invocations`] of its last start.
    pub invocation: Option<u32>,
    /// When its last start was intended, or sent once more, or taken by the service: the latest of these.
    pub started_at: Option<Time>,
    /// Whether the start is in doubt and nothing of it was found.
    pub lost: bool,
    /// Whether its start was found by a look instead of an answer.
    pub start_adopted: bool,
    /// Whether its start was sent more than once, with its token.
    pub start_repeated: bool,
    /// Another invocation whose plug-in was at work at the same time, and its run.
    pub overlapped: Option<(Box<str>, Box<str>)>,
    /// Whether its result was due and nobody could read it: the guest may be held, until the result or the group tells.
    pub overdue: bool,
    /// What became of the command.
    pub outcome: Option<Arc<Outcome>>,
    /// What the record of the quiesce scripts told, once it was read.
    pub witness: Option<Arc<WitnessEvidence>>,
    /// What the look for the group found.
    pub look: Option<Arc<GroupLookup>>,
    /// Whether its snapshots carry the run's tag.
    pub tagged: bool,
    /// Why it was not started.
    pub not_run: Option<Box<Finding>>,
    /// That somebody has let the guest go; [`Target::release`] tells whether that still stands.
    pub released: Option<Box<Release>>,
    /// Whether the guest was known as held then.
    pub released_while_held: bool,
    /// The verdict, once all is known.
    pub verdict: Option<Box<Verdict>>,
}

impl Target {
    /// Whether the guest may be held, by all that is known so far.
    pub fn is_held(&self) -> bool {
        self.verdict.as_deref().map_or_else(|| self.may_be_held(), |verdict| verdict.held)
    }

    /// The release, unless it came to light only afterwards that the guest is held: nobody has looked into that.
    pub fn release(&self) -> Option<&Release> {
        self.released.as_deref().filter(|_| self.released_while_held || !self.is_held())
    }

    /// Whether the outcome of the command leaves the guest held, and no record takes that back; or the outcome is overdue.
    pub fn may_be_held(&self) -> bool {
        let Some(outcome) = self.outcome.as_deref() else { return self.overdue };
        outcome.held && !self.witness.as_deref().is_some_and(|witness| witness.clears(outcome))
    }
}

/// A writing call.
#[derive(Clone, Debug)]
pub struct CallRecord {
    /// What for.
    pub purpose: Purpose,
    /// For whom.
    pub targets: Vec<TargetIndex>,
    /// The call, as long as it may have to be repeated.
    pub request: Option<Box<ApiCall>>,
    /// When it was intended.
    pub intended_at: Time,
    /// When that was by the service's clock, at the earliest.
    pub service_at: Option<Time>,
    /// When it was sent last, by the service's clock.
    pub last_sent_at: Option<Time>,
    /// Whether looking has begun.
    pub in_doubt: bool,
    /// Whether it was sent more than once.
    pub repeated: bool,
}

/// An invocation the service took.
#[derive(Clone, Debug)]
pub struct Invocation {
    /// `t-...`.
    pub invoke_id: Box<str>,
    /// Index in [`super::State::regions`].
    pub region: u16,
    /// Instances without a final result.
    pub open: Vec<TargetIndex>,
    /// When the service's yes came, or it was found. A call that is repeated may be carried out long after it was intended:
    /// its time-out cannot count from before this.
    pub accepted_at: Time,
    /// `Timeout` in seconds.
    pub timeout_seconds: u32,
}

impl Invocation {
    /// How long after its acceptance its results are due.
    pub(super) fn due_after(&self) -> Duration {
        pacing::RESULT_GRACE.saturating_add(Duration::from_secs(self.timeout_seconds.into()))
    }
}

/// That somebody has looked into a guest that may have been held, and let it go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Release {
    /// When.
    pub at: Time,
    /// Who; hostile text.
    pub by: String,
    /// What was seen or done; hostile text.
    pub note: String,
}

/// A guest that an earlier run left open: it may still be held, or nobody knows what became of its start.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OpenGuest {
    /// The run that started it.
    pub run_id: String,
    /// `i-...`.
    pub instance_id: String,
    /// Its region.
    pub region: String,
    /// Whether it may be held; else its result is unknown.
    pub held: bool,
}

/// Counters for progress and reports.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Instances whose start was intended and that are not done.
    pub in_flight: u32,
    /// Of these, instances whose command has no final result yet.
    pub unread: u32,
    /// Instances that wait for their turn.
    pub waiting: u32,
    /// Instances done, those never started included.
    pub done: u32,
    /// Started instances that came out other than `Ok`, and those the service refused.
    pub failures: u32,
}
