//! `consnap verify`: looks again at what a run made.

use consnap_client::driver::Clock;
use consnap_core::Time;
use consnap_core::session::{Goal, Session};

use crate::commands::run::report_of;
use crate::connection::ConnectionArguments;
use crate::console::Console;
use crate::course::Course;
use crate::exit::{Exit, Failure};
use crate::past_run::PastRun;
use crate::running::{self, InMemory};

/// Look again at the groups, snapshots and tags a run made; sends reading calls only
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  consnap verify 8f3a01c2

The journal stays as it is: the look is shown, not recorded.")]
pub(crate) struct Arguments {
    /// The run's id
    run: String,
    /// Show instances that reached what was required one by one too
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    connection: ConnectionArguments,
}

pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Failure> {
    let past = PastRun::load(&arguments.run)?;
    let connection = arguments.connection.open(&past.header.regions, past.header.endpoint.as_deref())?;
    let clock = Clock::of_wall(past.events.last().map_or(Time::EPOCH, |numbered| numbered.at));
    let mut session = Session::resume(past.setup(Goal::Verify)?, &past.events, clock.now());
    let runtime = running::runtime()?;
    let course = Course { runtime: &runtime, connection: &connection, clock: &clock };
    course.drive(&mut session, &mut InMemory::default(), console);
    report_of(&session, arguments.all, console)
}
