//! Scenarios of the simulator, from files.

use std::path::Path;

use consnap_core::catalog::messages::errors;
use consnap_core::{Error, ErrorKind};
use consnap_simulator::Scenario;
use serde::Deserialize as _;

use crate::console::Console;
use crate::document::Document;
use crate::exit::Failure;

/// Reads a scenario.
pub(crate) fn read(path: &Path, _console: &mut Console) -> Result<Scenario, Failure> {
    let document = Document::read(path)?;
    Scenario::deserialize(&document.value).map_err(|error| {
        Error::new(ErrorKind::Input, &errors::UNREADABLE_SCENARIO)
            .with("path", document.name.clone())
            .with("reason", error.to_string())
            .into()
    })
}
