//! Plans, runs and later looks at them, as every front begins them.

use std::path::Path;

use consnap_core::input::job::Job;
use consnap_core::run::plan::Plan;
use consnap_core::run::session::{Goal, OpenGuest};
use consnap_core::{Error, Lang, Time};
use consnap_policy::operations::PolicyCheckOutput;
use jiff::civil::Date;
use serde_json::Value;

use super::{Connection, ExitStatus, PolicyGate};
use crate::driver::Clock;
use crate::past_run::PastRun;
use crate::run::Run;

/// What a plan or a new run is told besides its job.
#[derive(Clone, Debug, Default)]
pub struct RunOptions<'a> {
    /// The id of the run; a new one without it.
    pub run_id: Option<String>,
    /// The policies it is held to when its plan is made.
    pub policies: Option<&'a PolicyGate>,
    /// Whether it waits at its plan until somebody agrees.
    pub pause_at_plan: bool,
    /// Only a plan with this hash may run.
    pub approved_plan: Option<String>,
    /// Whether the instance consnap runs on may be among the targets.
    pub include_self: bool,
    /// Whether fewer instances may be selected than the last run of the job had.
    pub fewer: bool,
    /// Whether somebody else's plug-in is waited for.
    pub wait: bool,
    /// Whether the facts of instances are kept.
    pub keep_facts: bool,
    /// Judge by the facts of this day.
    pub as_of: Option<Date>,
    /// Guests that an earlier run left open.
    pub left_open: Vec<OpenGuest>,
    /// Nothing before this time is now; the wall clock tells it without.
    pub not_before: Option<Time>,
}

/// Begins a plan or a new run of a job and its document, for [`Run::drive`]. Nothing is sent yet but the question which
/// instance consnap runs on.
///
/// Errors: as [`Run::begin`]; the system gives no random numbers.
pub async fn begin_run(
    (job, document): (Job, Value),
    goal: Goal,
    options: RunOptions<'_>,
    connection: &Connection,
    state_directory: &Path,
) -> Result<Run, Error> {
    let mut setup = connection.setup(job, goal)?;
    if let Some(run_id) = options.run_id {
        setup.run_id = run_id;
    }
    setup.pause_at_plan = options.pause_at_plan;
    if let Some(policies) = options.policies {
        policies.prepare(&mut setup);
    }
    setup.approved_plan = options.approved_plan;
    setup.include_self = options.include_self;
    setup.fewer = options.fewer;
    setup.wait = options.wait;
    setup.keep_facts |= options.keep_facts;
    setup.as_of = options.as_of;
    setup.left_open = options.left_open;
    if !setup.include_self {
        setup.own_instance = connection.own_instance().await;
    }
    let now = Clock::of_wall(options.not_before.unwrap_or(Time::EPOCH)).now();
    let clock = Clock::starting_at(now, connection.time_scale);
    Run::begin(setup, document, state_directory, &connection.caller, clock)
}

/// Goes on with a run from its journal, over a connection to where it ran.
///
/// Errors: as [`Run::resume`].
pub fn resume_run(run_id: &str, connection: &Connection, state_directory: &Path) -> Result<Run, Error> {
    Run::resume(run_id, state_directory, &connection.caller, connection.time_scale)
}

/// Looks again at what a run made. Nothing is written.
///
/// Errors: a run that is not over, and as [`Run::verify`].
pub fn verify_run(past: &PastRun, connection: &Connection, lang: Lang) -> Result<Run, Error> {
    past.must_be_over(lang)?;
    Run::verify(past, &connection.caller, connection.time_scale)
}

/// The exit status of a plan and of what policies say of it.
pub fn plan_status(plan: &Plan, policies: Option<&PolicyCheckOutput>) -> ExitStatus {
    ExitStatus::findings_if(plan.set_aside > 0 || policies.is_some_and(|said| !said.passed))
}
