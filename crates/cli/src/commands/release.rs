//! `consnap release`: lets a guest go that somebody has looked into.

use consnap_client::open_guests;
use consnap_core::Text;
use consnap_core::diagnostics::spoken;

use crate::console::Console;
use crate::drive::state_directory;
use crate::exit::{Exit, Failure};

/// Let a guest go that may have been held, after somebody has looked into it; sends nothing
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  consnap release 8f3a01c2 i-bp1db000000000000003 --note \"thawed by console, orders are written again\"

The verdict of the run, and its exit status, stay as they were judged. `status`, metrics and later runs count the guest no longer. A second \
release is no error and changes nothing.")]
pub(crate) struct Arguments {
    /// The run's id
    run: String,
    /// The instance
    instance: String,
    /// What was seen or done
    #[arg(long, value_name = "TEXT")]
    note: String,
    /// Who has looked; the user of this session when not given
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
}

pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Failure> {
    let by = arguments.by.clone().unwrap_or_else(open_guests::this_user);
    let told = (by.as_str(), arguments.note.as_str());
    let release =
        open_guests::release(&state_directory()?, &arguments.run, &arguments.instance, told, crate::clock::now())?;
    if console.is_json() {
        console.json(&release)?;
        return Ok(Exit::Reached);
    }
    let args = [
        ("instance", arguments.instance.clone()),
        spoken::value("by", &release.by, console.lang()).unwrap_or_default(),
        ("at", release.at.to_wire()),
        ("note", release.note),
    ];
    let line = console.safe(&console.text(&RELEASED, &args));
    console.data(&line)?;
    Ok(Exit::Reached)
}

static RELEASED: Text = Text::new(
    "{instance} was released by {by_whom} at {at}: {note}",
    "{by_whom} 已于 {at} 解除 {instance} 的告警：{note}",
);
