//! What the record of the quiesce scripts told, for a report.

use serde::Serialize;

use crate::catalog::witness::{self as table, RecordDefect, RecordState, WitnessVerdict};
use crate::diagnostics::text::Lang;
use crate::plugin::witness::RecordSummary;
use crate::run::session::Target;

/// What consnap's own read of the record told, and what it comes to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WitnessReport {
    /// What record, exit code and tags come to; missing while the instance is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<WitnessVerdict>,
    /// In words.
    pub message: String,
    /// What the record shows by itself.
    pub state: RecordState,
    /// Why it does not count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<RecordDefect>,
    /// Why, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason_text: Option<String>,
    /// Code of the service or of the transport, where the record could not be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Mount points with data of the service that are not, or not whole, in the group; the guest's words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub outside: Vec<String>,
    /// What it says, if it could be read; the guest's words, whether it counts or not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<RecordSummary>,
}

impl WitnessReport {
    pub(super) fn of(target: &Target, lang: Lang) -> Option<Self> {
        let witness = target.witness.as_deref()?;
        let verdict = target.verdict.as_ref().and_then(|verdict| verdict.witness);
        let words = verdict.and_then(table::row).map_or(witness.state.text(), |row| row.meaning);
        Some(Self {
            verdict,
            message: words.get(lang).to_owned(),
            state: witness.state,
            reason: witness.reason,
            reason_text: witness.reason_text(lang),
            code: witness.code.clone(),
            outside: witness.outside.clone(),
            record: witness.record.clone(),
        })
    }
}
