//! `consnap role`: the RAM role of the instances, and the policies around it.

mod attach;
mod check;
mod print;

use crate::console::Console;
use crate::exit::{Exit, Failure};

/// Print and check the RAM policies that are needed, attach the role of the instances; only `role attach` sends writing calls
#[derive(Debug, clap::Args)]
#[command(arg_required_else_help = true, disable_help_subcommand = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Print(print::Arguments),
    Check(check::Arguments),
    Attach(attach::Arguments),
}

/// A policy as it is typed.
#[derive(Copy, Clone, Debug, PartialEq, Eq, clap::ValueEnum)]
enum PolicyName {
    /// Trust policy of the instances' role: ECS may assume it
    Trust,
    /// Permission policy of the instances' role: what the plug-in calls
    Instance,
    /// Permission policy of whoever runs consnap
    Operator,
}

impl From<PolicyName> for consnap_core::ram::PolicyKind {
    fn from(name: PolicyName) -> Self {
        match name {
            PolicyName::Trust => Self::Trust,
            PolicyName::Instance => Self::Instance,
            PolicyName::Operator => Self::Operator,
        }
    }
}

pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Failure> {
    match &arguments.command {
        Command::Print(arguments) => print::run(arguments, console),
        Command::Check(arguments) => check::run(arguments, console),
        Command::Attach(arguments) => attach::run(arguments, console),
    }
}
