//! `consnap check`: is the job right, are the instances fit, and which consistency will it give?

use std::path::{Path, PathBuf};

use consnap_core::Text;

use crate::console::Console;
use crate::document::Document;
use crate::exit::{Exit, Failure};

/// Check a job document, and instances against it; sends nothing
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  consnap check job.yaml
  consnap check job.yaml --facts fleet.json --as-of 2025-06-01
  consnap check job.yaml --facts fleet.jsonl --format json | jq '.instances[] | select(.eligible != \"yes\")'")]
pub(crate) struct Arguments {
    /// The job document, YAML or JSON; `-` reads standard input
    job: PathBuf,
    /// Facts of instances: one JSON object, a list, or JSON Lines
    #[arg(long, value_name = "FILE")]
    facts: Option<PathBuf>,
    /// Judge by the newest edition of the vendor's documents not later than this day
    #[arg(long, value_name = "DATE")]
    as_of: Option<String>,
}

pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Failure> {
    let document = Document::read(&arguments.job)?;
    todo!()
}
