//! `consnap plan`: the calls that would be made, with a hash to approve.

use consnap_client::driver::Clock;
use consnap_core::Time;

use crate::commands::run::{report_of, usable_job};
use crate::connection::ConnectionArguments;
use crate::console::Console;
use crate::course::{Conditions, Course};
use crate::exit::{Exit, Failure};
use crate::job::JobArguments;
use crate::{own_instance, plan_text, running};

/// Look instances up and show what `run` would do, with a hash to approve; sends reading calls only
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  consnap plan job.yaml
  consnap plan job.yaml --format json | jq -r .hash")]
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
    let runtime = running::runtime()?;
    let course = Course { runtime: &runtime, connection: &connection, clock: &Clock::of_wall(Time::EPOCH) };
    let conditions = Conditions {
        approve: None,
        own_instance: own_instance::find(connection.is_loopback),
        include_self: arguments.include_self,
    };
    let planned = course.plan(&job, conditions, console)?;
    let Some(plan) = planned.plan else {
        return report_of(&planned.session, true, console);
    };
    if console.is_json() {
        console.json(&plan)?;
    } else {
        plan_text::print(&plan, &job, console)?;
    }
    Ok(if plan.set_aside == 0 { Exit::Reached } else { Exit::Findings })
}
