//! `consnap resume`: goes on with a run from its journal.

use consnap_client::operations::resume_run;
use consnap_client::past_run::PastRun;

use super::status;
use crate::connection::ConnectionArguments;
use crate::console::Console;
use crate::drive::{self, state_directory};
use crate::evidence::ShownArguments;
use crate::exit::{Exit, Failure};

/// Go on with a run from its journal: look at what was started, start what waits; sends writing calls
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  consnap resume 8f3a01c2

What was started is only looked at: nothing is ever started twice. Instances that waited for their turn are started, \
unless the run had stopped. The credentials must belong to the account of the run. Where the service cannot be asked, \
what is known of the run still counts: exit status 5 while a guest may be held.")]
pub(crate) struct Arguments {
    /// The run's id
    run: String,
    #[command(flatten)]
    shown: ShownArguments,
    #[command(flatten)]
    connection: ConnectionArguments,
}

pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Failure> {
    arguments.shown.evidence.prepare(console)?;
    match go_on(arguments, console) {
        Ok(exit) => Ok(exit),
        Err(failure) => Ok(console.failure(failure).or_worse(status::ring_for(&arguments.run, console)?)),
    }
}

fn go_on(arguments: &Arguments, console: &mut Console) -> Result<Exit, Failure> {
    let state = state_directory()?;
    let header = PastRun::load(&state, &arguments.run)?.header;
    let connection = arguments.connection.open(&header.regions, header.endpoint.as_deref())?;
    let mut run = resume_run(&arguments.run, &connection, &state)?;
    drive::say_limit(&run, console);
    drive::drive(&mut run, &drive::runtime()?, console)?;
    drive::report_of(&run, arguments.shown.shown(), console)
}
