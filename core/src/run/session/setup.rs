//! What a session is told before it begins.

use std::collections::BTreeMap;

use super::{Goal, OpenGuest};
use crate::base::time::Time;
use crate::catalog::pacing;
use crate::check::Severities;
use crate::diagnostics::finding::Finding;
use crate::input::facts::Guest;
use crate::input::job::Job;

/// How many instances the last run of the same job selected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastSelection {
    /// That run's id.
    pub run_id: String,
    /// How many.
    pub count: u32,
}

/// Why an instance is not started although the plan would.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holder {
    /// A living process of the same state directory works on it, in this run.
    Process(String),
    /// Its guest may be held since this run, and nobody has released it.
    Guest(String),
}

/// What a session is told before it begins.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The job.
    pub job: Job,
    /// What was found when the job was read: a run does not begin where one of them blocks.
    pub reading_findings: Vec<Finding>,
    /// Eight characters `[0-9a-z]`, new for each run.
    pub run_id: String,
    /// All randomness of the session.
    pub seed: u64,
    /// What the run is for.
    pub goal: Goal,
    /// Judge by the facts of this date, `2024-04-01`; the newest without it.
    pub as_of: Option<jiff::civil::Date>,
    /// The instance consnap itself runs on, where known.
    pub own_instance: Option<String>,
    /// Whether that instance may be among the targets: it would freeze its own journal.
    pub include_self: bool,
    /// Only a plan with this hash may run.
    pub approved_plan: Option<String>,
    /// Whether the session pauses when the plan is made, until [`Session::go_ahead`](super::Session::go_ahead).
    pub pause_at_plan: bool,
    /// What the last run of this job selected, where known: a selection that has shrunk by more than a tenth since is refused.
    pub last_selection: Option<LastSelection>,
    /// Guests that earlier runs left open, and that this run does not start: its exit status speaks of them too.
    pub left_open: Vec<OpenGuest>,
    /// Whether it may have shrunk this time.
    pub fewer: bool,
    /// Whether the end of the journal of a run that is gone on with was torn: what it said last is not known.
    pub torn_journal: bool,
    /// Whether an instance on which somebody else's snapshot plug-in is at work is waited for instead of set aside.
    pub wait: bool,
    /// Nothing is started after this time.
    pub no_start_after: Option<Time>,
    /// Severities an organisation gives to findings.
    pub severities: Severities,
    /// Whether the facts of instances are kept after their check, for [`Session::facts`](super::Session::facts).
    pub keep_facts: bool,
    /// Calls a second per API, until the service asks to slow down.
    pub calls_per_second: u32,
    /// Calls under way at the same time.
    pub calls_in_flight: usize,
    /// What earlier looks into guests told, by instance: where the job asks for a probe, one that is young enough is not
    /// made again.
    pub known_guests: BTreeMap<String, Guest>,
}

impl Setup {
    /// A setup with the catalogue's pacing.
    pub fn new(job: Job, run_id: impl Into<String>, seed: u64, goal: Goal) -> Self {
        Self {
            job,
            reading_findings: Vec::new(),
            run_id: run_id.into(),
            seed,
            goal,
            as_of: None,
            own_instance: None,
            include_self: false,
            approved_plan: None,
            pause_at_plan: false,
            last_selection: None,
            left_open: Vec::new(),
            fewer: false,
            torn_journal: false,
            wait: false,
            no_start_after: None,
            severities: Severities::default(),
            keep_facts: false,
            calls_per_second: pacing::CALLS_PER_SECOND,
            calls_in_flight: pacing::CALLS_IN_FLIGHT,
            known_guests: BTreeMap::new(),
        }
    }
}
