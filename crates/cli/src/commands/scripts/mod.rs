//! `consnap scripts`: the quiesce scripts for databases.

mod explain;
mod lint;
mod list;
mod write;

use crate::console::Console;
use crate::exit::{Exit, Failure};

/// Write tested scripts that hold a database still, list them, explain their exit codes, lint your own; sends nothing
#[derive(Debug, clap::Args)]
#[command(arg_required_else_help = true, disable_help_subcommand = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    List(list::Arguments),
    Write(write::Arguments),
    Explain(explain::Arguments),
    Lint(lint::Arguments),
}

impl Arguments {
    /// Whether it writes findings.
    pub(crate) fn writes_findings(&self) -> bool {
        matches!(self.command, Command::Lint(_))
    }
}

pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Failure> {
    match &arguments.command {
        Command::List(arguments) => list::run(arguments, console),
        Command::Write(arguments) => write::run(arguments, console),
        Command::Explain(arguments) => explain::run(arguments, console),
        Command::Lint(arguments) => lint::run(arguments, console),
    }
}
