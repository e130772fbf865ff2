//! `consnap schema`: JSON Schemas of the job document and of every operation.

use consnap_core::diagnostics::messages::errors;
use consnap_core::{Error, ErrorKind};
use consnap_policy::operations;

use crate::console::Console;
use crate::exit::{Exit, Failure};
use crate::schemas;

/// Write the JSON Schema of the job document, of policies, of a report, a scenario or of an operation; sends nothing
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  consnap schema job > consnap-job.schema.json   for the editor: completion and checks while typing
  consnap schema plan                            input and output of `consnap op plan`; a plan is in its output
  consnap schema decode                          input and output of `consnap op decode`")]
pub(crate) struct Arguments {
    /// `job`, `policy`, `report`, `audit`, `prune`, `error`, `scenario`, `call` and `truth` of the simulator, or the name of an operation
    #[arg(default_value = "job")]
    of: String,
}

pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Failure> {
    let name = arguments.of.as_str();
    let schema = schemas::schema(name).ok_or_else(|| {
        Error::new(ErrorKind::Input, &errors::UNKNOWN_SCHEMA)
            .with("name", name)
            .with("known", format!("{}, {}", schemas::DOCUMENTS.join(", "), operations::NAMES.join(", ")))
    })?;
    console.json(&schema)?;
    Ok(Exit::Reached)
}
