//! `consnap plan`: the calls that would be made, with a hash to approve.

use consnap_client::operations::{RunOptions, begin_run, plan_status};
use consnap_core::run::plan::Plan;
use consnap_core::run::session::Goal;
use consnap_policy::operations::PolicyCheckOutput;
use serde::Serialize;

use crate::commands::run::usable_job;
use crate::connection::ConnectionArguments;
use crate::console::Console;
use crate::drive::{self, state_directory};
use crate::evidence::EvidenceArguments;
use crate::exit::{Exit, Failure};
use crate::job::JobArguments;
use crate::plan_text;
use crate::policies::PolicyArguments;

/// Look instances up and show what `run` would do, with a hash to approve; without a probe, sends reading calls only
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  consnap plan job.yaml
  consnap plan job.yaml --format json | jq -r .hash
  consnap plan job.yaml --probe=if_unknown")]
pub(crate) struct Arguments {
    #[command(flatten)]
    job: JobArguments,
    /// Allow the instance consnap runs on among the targets
    #[arg(long)]
    include_self: bool,
    #[command(flatten)]
    policies: PolicyArguments,
    #[command(flatten)]
    connection: ConnectionArguments,
}

/// A plan, and what policies say.
#[derive(Serialize)]
struct Held<'a> {
    #[serde(flatten)]
    plan: &'a Plan,
    policies: &'a PolicyCheckOutput,
}

pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Failure> {
    let mut document = arguments.job.document(console.lang())?;
    let policies = arguments.policies.usable(console)?;
    let job = usable_job(&mut document, policies.as_ref(), console)?;
    let connection = arguments.connection.open(&job.regions, None)?;
    let runtime = drive::runtime()?;
    let options = RunOptions {
        policies: policies.as_ref().map(|policies| &policies.gate),
        include_self: arguments.include_self,
        ..RunOptions::default()
    };
    let (job, state) = ((job, document.value.clone()), state_directory()?);
    let mut run = runtime.block_on(begin_run(job, Goal::Plan, options, &connection, &state))?;
    drive::say_limit(&run, console);
    drive::drive(&mut run, &runtime, console)?;
    let Some(plan) = run.plan(console.lang()) else {
        return drive::report_of(&run, drive::Shown { all: true, evidence: &EvidenceArguments::default() }, console);
    };
    let held = policies.as_ref().map(|policies| policies.gate.judge(&run, console.lang()).said);
    if let (Some(policies), true) = (&held, console.is_json()) {
        console.json(&Held { plan: &plan, policies })?;
    } else if console.is_json() {
        console.json(&plan)?;
    } else {
        plan_text::print(&plan, run.session().job(), console)?;
    }
    if let (Some(policies), Some(held), false) = (&policies, &held, console.is_json()) {
        for line in policies.lines(held, Some(&document), console) {
            console.data(&line)?;
        }
    }
    Ok(plan_status(&plan, held.as_ref()))
}
