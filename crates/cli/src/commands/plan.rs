//! `consnap plan`: the calls that would be made, with a hash to approve.

use consnap_client::run::Run;
use consnap_core::session::Goal;

use crate::commands::run::usable_job;
use crate::connection::ConnectionArguments;
use crate::console::Console;
use crate::course::{self, state_directory};
use crate::evidence::EvidenceArguments;
use crate::exit::{Exit, Failure};
use crate::job::JobArguments;
use crate::plan_text;

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
    connection: ConnectionArguments,
}

pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Failure> {
    let document = arguments.job.document()?;
    let job = usable_job(&document, console)?;
    let connection = arguments.connection.open(&job.regions, None)?;
    let runtime = course::runtime()?;
    let mut setup = connection.setup(job, Goal::Plan)?;
    setup.own_instance = runtime.block_on(connection.own_instance());
    setup.include_self = arguments.include_self;
    let clock = connection.clock();
    let mut run = Run::begin(setup, document.value, &state_directory()?, &connection.caller, clock)?;
    course::drive(&mut run, &runtime, console)?;
    let Some(plan) = run.plan(console.lang()) else {
        return course::report_of(&run, course::Shown { all: true, evidence: &EvidenceArguments::default() }, console);
    };
    if console.is_json() {
        console.json(&plan)?;
    } else {
        plan_text::print(&plan, run.session().job(), console)?;
    }
    Ok(if plan.set_aside == 0 { Exit::Reached } else { Exit::Findings })
}
