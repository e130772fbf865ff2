//! `consnap resume`: goes on with a run from its journal.

use consnap_client::driver::Clock;
use consnap_client::journal::Journal;
use consnap_core::Time;
use consnap_core::session::{Goal, Session};

use crate::commands::run::report_of;
use crate::connection::ConnectionArguments;
use crate::console::Console;
use crate::course::{Course, state_directory};
use crate::exit::{Exit, Failure};
use crate::past_run::PastRun;
use crate::running;

/// Go on with a run from its journal: look at what was started, start what waits; sends writing calls
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  consnap resume 8f3a01c2

What was started is only looked at: nothing is ever started twice. Instances that waited for their turn are started, \
unless the run had stopped. The credentials must belong to the account of the run.")]
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
    let (mut journal, recorded) = Journal::open(&state_directory()?, &arguments.run)?;
    let past = PastRun::of(recorded)?;
    let connection = arguments.connection.open(&past.header.regions, past.header.endpoint.as_deref())?;
    let clock = Clock::of_wall(past.events.last().map_or(Time::EPOCH, |numbered| numbered.at));
    let mut session = Session::resume(past.setup(Goal::Run)?, &past.events, clock.now());
    let runtime = running::runtime()?;
    let course = Course { runtime: &runtime, connection: &connection, clock: &clock };
    course.drive(&mut session, &mut journal, console);
    report_of(&session, arguments.all, console)
}
