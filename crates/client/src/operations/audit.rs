//! An audit of backups: of what the service shows now, or of what the journals of this machine tell of a past period.

use std::path::Path;

use consnap_core::diagnostics::messages::runs;
use consnap_core::estate::audit::{self, Audit, Objective, Period, Selector, archive as past_verdicts};
use consnap_core::estate::inventory::{EstateReader, Scope};
use consnap_core::{Error, ErrorKind, Lang};

use super::Connection;
use crate::{archive, reading, run};

/// Audits what the service shows now; without selectors every instance of the regions.
///
/// Errors: no region, nothing selected, and a refusal where the instances of no region could be listed.
pub async fn audit_present(
    selectors: &[Selector],
    objective: &Objective,
    connection: &Connection,
    lang: Lang,
) -> Result<Audit, Error> {
    let clock = connection.clock();
    let mut reader = EstateReader::new(connection.some_regions()?, Scope::Everything, run::new_seed()?);
    reading::read_all(&mut reader, &connection.caller, &clock).await;
    let mut estate = reader.estate()?;
    let unclear = audit::snapshots_to_ask(&estate, selectors, objective);
    if !unclear.is_empty() {
        for (region, snapshots) in &unclear {
            reader.look_at_snapshots(region, snapshots);
        }
        reading::read_all(&mut reader, &connection.caller, &clock).await;
        estate = reader.estate()?;
    }
    if let Some(refusal) = estate.no_instances() {
        return Err(refusal.clone());
    }
    something(audit::present(&estate, selectors, objective, lang))
}

/// Audits a past period by the journals of a state directory, those of some regions where any are given. Nothing is sent.
///
/// Errors: nothing selected, a state directory that cannot be listed.
pub fn audit_past(
    selectors: &[Selector],
    regions: &[String],
    objective: &Objective,
    period: Period,
    state_directory: &Path,
    lang: Lang,
) -> Result<Audit, Error> {
    let mut archive = archive::load(state_directory, past_verdicts::since(period, objective), period.to, lang)?;
    if !regions.is_empty() {
        archive.verdicts.retain(|verdict| regions.contains(&verdict.region));
    }
    something(past_verdicts::past(&archive, selectors, objective, period, lang))
}

/// An audit that is about something.
fn something(audit: Audit) -> Result<Audit, Error> {
    if audit.instances.is_empty() && audit.unread.is_empty() {
        return Err(Error::new(ErrorKind::Input, &runs::NOTHING_SELECTED));
    }
    Ok(audit)
}
