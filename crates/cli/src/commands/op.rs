//! `consnap op` (hidden): the border of the engine, JSON in and JSON out, for scripts and for tests in any language.

use std::io::BufRead as _;
use std::path::Path;

use consnap_client::document;
use consnap_client::operations::operation;
use consnap_core::diagnostics::messages::errors;
use consnap_core::{Error, ErrorKind};
use serde_json::Value;

use crate::console::Console;
use crate::exit::{Exit, Failure};

/// Carry out an operation of the engine: one JSON object on standard input, one on standard output; sends nothing
#[derive(Debug, clap::Args)]
#[command(hide = true)]
pub(crate) struct Arguments {
    /// The operation
    name: String,
    /// JSON Lines: one object a line, one answer a line; a line that cannot be carried out answers {"error": ...}
    #[arg(long)]
    lines: bool,
}

pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Failure> {
    if !arguments.lines {
        let text = document::read_text(Path::new("-"))?;
        let answer = operation(&arguments.name, parse(&arguments.name, &text)?)?;
        console.json_line(&answer)?;
        return Ok(Exit::Reached);
    }
    let mut exit = Exit::Reached;
    for line in std::io::stdin().lock().lines() {
        let answered = match line {
            Ok(line) if line.trim().is_empty() => continue,
            Ok(line) => parse(&arguments.name, &line).and_then(|input| operation(&arguments.name, input)),
            Err(error) => Err(unreadable(&arguments.name, &error.to_string())),
        };
        let answer = answered.unwrap_or_else(|error| {
            exit = Exit::Usage;
            serde_json::json!({ "error": error.render(console.lang()) })
        });
        console.json_line(&answer)?;
    }
    Ok(exit)
}

fn parse(name: &str, text: &str) -> Result<Value, Error> {
    serde_json::from_str(text).map_err(|error| unreadable(name, &error.to_string()))
}

fn unreadable(name: &str, reason: &str) -> Error {
    Error::new(ErrorKind::Input, &errors::UNREADABLE_INPUT).with("operation", name).with("reason", reason)
}
