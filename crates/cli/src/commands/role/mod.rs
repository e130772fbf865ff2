//! `consnap role`: the RAM role of the instances, and the policies around it.

mod attach;
mod check;
mod print;

use consnap_core::catalog::ram::Extra;
use consnap_core::ecs::ram::Wanted;

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

/// What is done with consnap beyond running and verifying.
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
struct Needs {
    /// Also what attaching the role needs (`consnap role attach`, `run.attach_role`)
    #[arg(long)]
    attach: bool,
    /// Also what uploading scripts needs (`linux.upload`)
    #[arg(long)]
    upload: bool,
    /// Also what tagging the snapshots needs (`run.tag_snapshots`)
    #[arg(long)]
    tag: bool,
    /// Also what deleting groups needs (`consnap prune`)
    #[arg(long)]
    prune: bool,
    /// The name of the instances' role; AppSnapshotRoleName when not given
    #[arg(long, value_name = "NAME")]
    role: Option<String>,
}

impl Needs {
    fn wanted(&self) -> Wanted {
        let extras = [
            (self.attach, Extra::Attach),
            (self.upload, Extra::Upload),
            (self.tag, Extra::Tag),
            (self.prune, Extra::Prune),
        ];
        let extras = extras.into_iter().filter_map(|(is_needed, extra)| is_needed.then_some(extra)).collect();
        Wanted { extras, role: self.role.clone(), ..Wanted::default() }
    }
}

impl From<PolicyName> for consnap_core::ecs::ram::PolicyKind {
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
