//! Severities an organisation gives to consnap's own findings.

use std::collections::BTreeMap;

use crate::diagnostics::finding::{Finding, Severity};
use crate::diagnostics::guards::{is_adjustable, is_guard};
use crate::diagnostics::messages::{self, policies as rows};
use crate::input::document::shorten;

/// Severities that count instead of consnap's own, by code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Severities(BTreeMap<&'static str, Severity>);

impl Severities {
    /// From codes and severities; those that cannot be are findings, each at its code under `place`.
    pub fn read(wanted: &BTreeMap<String, Severity>, place: &str) -> (Self, Vec<Finding>) {
        let mut severities = Self::default();
        let add =
            |(code, severity): (&String, &Severity)| severities.add(code, *severity, &format!("{place}/{code}")).err();
        let findings = wanted.iter().filter_map(add).collect();
        (severities, findings)
    }

    /// Adds one.
    ///
    /// # Errors
    ///
    /// The finding that says why it cannot be: no such finding of `check`, or one that guards against a dangerous command
    /// would be lowered.
    pub fn add(&mut self, code: &str, severity: Severity, place: &str) -> Result<(), Finding> {
        let finding = |row| Finding::new(row, place.to_owned()).with("code", shorten(code));
        let Some(row) = messages::find(code) else { return Err(finding(&rows::ADJUSTMENT_UNKNOWN)) };
        if is_guard(row) && severity < row.severity {
            return Err(finding(&rows::ADJUSTMENT_REFUSED));
        }
        if !is_adjustable(row) {
            return Err(finding(&rows::ADJUSTMENT_UNKNOWN));
        }
        self.0.insert(row.code, severity);
        Ok(())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// By code.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, Severity)> {
        self.0.iter().map(|(code, severity)| (*code, *severity))
    }

    /// Gives a finding the severity it has here. One that weighs less than its row in this case stays light when its code is
    /// lowered or left alone, and is raised like the others.
    pub(super) fn apply(&self, finding: &mut Finding) {
        if let Some(severity) = self.0.get(finding.row.code).copied()
            && (finding.severity == finding.row.severity || severity > finding.row.severity)
        {
            finding.severity = severity;
        }
    }
}
