//! `consnap show`: the report of a run, from its journal.

use consnap_client::past_run::PastRun;
use consnap_core::report::Report;

use crate::commands::run::print;
use crate::console::Console;
use crate::course::state_directory;
use crate::exit::{Exit, Failure};

/// Show the report of a run from its journal, with the evidence of each instance; sends nothing
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  consnap show 8f3a01c2 --all
  consnap show 8f3a01c2 --format json | jq '.instances[] | {instance_id, got, disks}'")]
pub(crate) struct Arguments {
    /// The run's id
    run: String,
    /// Show instances that reached what was required one by one too
    #[arg(long)]
    all: bool,
}

pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Failure> {
    let past = PastRun::load(&state_directory()?, &arguments.run)?;
    let state = past.state();
    print(&Report::of(&state, None, 0, console.lang()), arguments.all, console)
}
