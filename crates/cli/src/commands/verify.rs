//! `consnap verify`: looks again at what a run made.

use consnap_client::operations::verify_run;
use consnap_client::past_run::PastRun;

use crate::connection::ConnectionArguments;
use crate::console::Console;
use crate::drive::{self, state_directory};
use crate::evidence::ShownArguments;
use crate::exit::{Exit, Failure};

/// Look again at the groups, snapshots and tags a run made; sends reading calls only
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  consnap verify 8f3a01c2

The journal stays as it is: the look is shown, not recorded.")]
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
    let past = PastRun::load(&state_directory()?, &arguments.run)?;
    let connection = arguments.connection.open(&past.header.regions, past.header.endpoint.as_deref())?;
    let mut run = verify_run(&past, &connection)?;
    drive::drive(&mut run, &drive::runtime()?, console)?;
    drive::report_of(&run, arguments.shown.shown(), console)
}
