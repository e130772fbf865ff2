//! `consnap policy`: organisation policies, checked, tried out, explained and begun.

mod check;
mod explain;
mod new;
mod test;

pub(crate) use check::documents;

use crate::console::Console;
use crate::exit::{Exit, Failure};

/// Check jobs against policies of the organisation, try policies out, explain and begin them; sends nothing
#[derive(Debug, clap::Args)]
#[command(arg_required_else_help = true, disable_help_subcommand = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Check(check::Arguments),
    Test(test::Arguments),
    Explain(explain::Arguments),
    New(new::Arguments),
}

impl Arguments {
    pub(crate) fn writes_findings(&self) -> bool {
        matches!(self.command, Command::Check(_) | Command::Test(_))
    }
}

pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Failure> {
    match &arguments.command {
        Command::Check(arguments) => check::run(arguments, console),
        Command::Test(arguments) => test::run(arguments, console),
        Command::Explain(arguments) => explain::run(arguments, console),
        Command::New(arguments) => new::run(arguments, console),
    }
}
