//! `consnap verify`: looks again at what a run made.

use consnap_client::operations::verify_run;
use consnap_client::past_run::PastRun;

use crate::commands::status;
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

The journal stays as it is: the look is shown, not recorded. A run that is not over is for `consnap resume`, which asks how its commands ended.")]
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
    if let Err(error) = past.must_be_over(console.lang()) {
        let open = status::ring_for(&arguments.run, console)?.or_worse(Exit::Unknown);
        return Ok(console.failure(error.into()).or_worse(open));
    }
    let connection = arguments.connection.open(&past.header.regions, past.header.endpoint.as_deref())?;
    let mut run = verify_run(&past, &connection, console.lang())?;
    drive::drive(&mut run, &drive::runtime()?, console)?;
    drive::report_of(&run, arguments.shown.shown(), console)
}
