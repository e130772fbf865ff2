//! `consnap schema`: JSON Schemas of the job document and of every operation.

use consnap_core::catalog::messages::errors;
use consnap_core::report::Report;
use consnap_core::{Error, ErrorKind, config, ops};
use consnap_simulator::Scenario;

use crate::console::Console;
use crate::exit::{Exit, Failure};

/// Write the JSON Schema of the job document, of a report, of a scenario or of an operation; sends nothing
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  consnap schema job > consnap-job.schema.json   for the editor: completion and checks while typing
  consnap schema decode                          input and output of `consnap op decode`")]
pub(crate) struct Arguments {
    /// `job`, `report`, `scenario`, or the name of an operation
    #[arg(default_value = "job")]
    of: String,
}

pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Failure> {
    let schema = match arguments.of.as_str() {
        "job" => config::schema(),
        "report" => serde_json::to_value(schemars::schema_for!(Report)).map_err(std::io::Error::other)?,
        "scenario" => serde_json::to_value(schemars::schema_for!(Scenario)).map_err(std::io::Error::other)?,
        name => ops::schema(name).ok_or_else(|| {
            Error::new(ErrorKind::Input, &errors::UNKNOWN_SCHEMA)
                .with("name", name)
                .with("known", format!("job, report, scenario, {}", ops::NAMES.join(", ")))
        })?,
    };
    console.json(&schema)?;
    Ok(Exit::Reached)
}
