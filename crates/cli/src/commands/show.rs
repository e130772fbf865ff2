//! `consnap show`: the report of a run, from its journal.

use consnap_client::past_run::PastRun;
use consnap_core::report::{Report, html, timeline};

use crate::commands::run::print;
use crate::console::Console;
use crate::drive::state_directory;
use crate::evidence::ReportArguments;
use crate::exit::{Exit, Failure};

/// Show the report of a run from its journal, with the evidence of each instance; sends nothing
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  consnap show 8f3a01c2 --all
  consnap show 8f3a01c2 --report nightly.html    one page with all evidence, for whoever asks later
  consnap show 8f3a01c2 --format json | jq '.instances[] | {instance_id, got, disks}'")]
pub(crate) struct Arguments {
    /// The run's id
    run: String,
    /// List the instances that reached what was required too, one by one
    #[arg(long)]
    all: bool,
    /// Write the page of the report to standard output instead of the table
    #[arg(long, conflicts_with = "all")]
    html: bool,
    #[command(flatten)]
    report: ReportArguments,
}

pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Failure> {
    arguments.report.prepare()?;
    let past = PastRun::load(&state_directory()?, &arguments.run)?;
    let report = Report::of(&past.state(), None, 0, console.lang());
    if arguments.html {
        let page = html(&report, &timeline(&past.events, console.lang()), console.lang());
        console.raw(page.as_bytes())?;
        return Ok(Exit::from_code(report.exit_status));
    }
    let written = arguments.report.write(&report, &past.events, console);
    Ok(print(&report, arguments.all, console)?.or_worse(written))
}
