//! Scenarios of the simulator, from files.

use std::path::Path;

use consnap_client::document::Document;
use consnap_core::diagnostics::messages::errors;
use consnap_core::{Error, ErrorKind, Finding};
use consnap_simulator::Scenario;

use crate::console::Console;
use crate::exit::Failure;

/// Reads a scenario; one with findings that block it is not played.
pub(crate) fn read(path: &Path, console: &mut Console) -> Result<Scenario, Failure> {
    let document = Document::read(path)?;
    let (scenario, findings) = Scenario::read(&document.value);
    let rendered: Vec<_> = findings.iter().map(|finding| finding.render(console.lang())).collect();
    console.findings_as_notes(&rendered, Some(&document));
    if findings.iter().any(Finding::blocks) {
        return Err(Error::new(ErrorKind::Input, &errors::SCENARIO_UNUSABLE).into());
    }
    Ok(scenario)
}
