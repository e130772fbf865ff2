//! `consnap completions`: completion scripts of shells.

use clap::CommandFactory as _;

use crate::console::Console;
use crate::exit::{Exit, Failure};

/// Write a completion script for a shell; sends nothing
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  consnap completions bash > ~/.local/share/bash-completion/completions/consnap")]
pub(crate) struct Arguments {
    /// The shell
    #[arg(value_enum)]
    shell: clap_complete::Shell,
}

pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut crate::arguments::Arguments::command(), "consnap", &mut script);
    console.raw(&script)?;
    Ok(Exit::Reached)
}
