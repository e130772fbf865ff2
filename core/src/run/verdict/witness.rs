//! What the record of the quiesce scripts adds to a verdict.

use serde::{Deserialize, Serialize};

use crate::catalog::codes::Layer;
use crate::catalog::witness::{self as table, RecordDefect, RecordState, WitnessRow, WitnessVerdict};
use crate::diagnostics::finding::Finding;
use crate::diagnostics::messages::{outcomes, verdicts as rows};
use crate::diagnostics::text::Lang;
use crate::input::document::shorten;
use crate::plugin::output::Outcome;
use crate::plugin::witness::{Defect, RecordSummary};

/// What consnap's own read of a record told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WitnessEvidence {
    /// What the record shows about the command.
    pub state: RecordState,
    /// Why it does not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<RecordDefect>,
    /// The line of the record that is wrong, from 1; 0 for none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub line: usize,
    /// The key that is wrong; empty for none. One of consnap's own words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub key: String,
    /// Of the service, where the record could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Mount points with data of the service that are not, or not whole, in the group; hostile text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outside: Vec<String>,
    /// What it says, whether it counts or not; hostile text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<RecordSummary>,
}

impl WitnessEvidence {
    /// The record could not be read: it says nothing.
    pub fn unread(code: &str) -> Self {
        let unread = Self::none(Defect { defect: RecordDefect::Unread, line: 0, key: "" }, None);
        Self { code: Some(code.to_owned()), ..unread }
    }

    /// There is none that counts.
    pub fn none(defect: Defect, record: Option<RecordSummary>) -> Self {
        let Defect { defect, line, key } = defect;
        Self {
            state: RecordState::None,
            reason: Some(defect),
            line,
            key: key.to_owned(),
            code: None,
            outside: Vec::new(),
            record,
        }
    }

    /// What it shows.
    pub fn of((state, outside): (RecordState, Vec<String>), record: RecordSummary) -> Self {
        Self { state, reason: None, line: 0, key: String::new(), code: None, outside, record: Some(record) }
    }

    /// Why the record does not count, in words.
    pub fn reason_text(&self, lang: Lang) -> Option<String> {
        let args = [("line".into(), self.line.to_string()), ("key".into(), self.key.clone())];
        self.reason.map(|reason| reason.text().fill(lang, &args))
    }

    /// The row of the table for a command that ended so; `tagged`: all expected snapshots are tagged as
    /// application-consistent.
    pub fn row(&self, outcome: &Outcome, tagged: bool) -> Option<&'static WitnessRow> {
        table::row(table::verdict(own_exit_code(outcome), tagged, self.state))
    }

    /// What it says about whether the guest is held, where it says anything.
    pub(super) fn held(&self, outcome: &Outcome, tagged: bool) -> Option<bool> {
        let held = self.row(outcome, tagged)?.held?;
        // The scripts release a service; file systems are not theirs.
        let frozen = self.record.as_ref().is_none_or(|record| record.saw_frozen);
        let by_log = [&outcomes::THAW_NOT_LOGGED, &outcomes::FREEZE_INTERRUPTED, &outcomes::FREEZE_BEGUN];
        let frozen = frozen || outcome.findings.iter().any(|finding| by_log.contains(&finding.row));
        (held || !frozen).then_some(held)
    }

    /// Whether it takes back that a guest may be held after this outcome.
    pub fn clears(&self, outcome: &Outcome) -> bool {
        // What clears does so with and without tags.
        self.held(outcome, false) == Some(false)
    }

    /// Why the verdict is what it is, where the record decides it.
    pub(super) fn why(&self, verdict: WitnessVerdict) -> Option<Finding> {
        let record = self.record.as_ref();
        let word = record.map_or("-", |record| record.verdict.as_str());
        let row = match verdict {
            WitnessVerdict::Contradicted => &rows::WITNESS_CONTRADICTED,
            WitnessVerdict::Outside => {
                let mounts = shorten(&self.outside.join(", "));
                return Some(Finding::new(&rows::WITNESS_OUTSIDE, "").with("mounts", mounts));
            }
            WitnessVerdict::Refused => {
                let why = record.and_then(|record| record.why.as_deref()).unwrap_or("-");
                return Some(Finding::new(&rows::WITNESS_REFUSED, "").with("why", shorten(why)));
            }
            WitnessVerdict::Lost | WitnessVerdict::Expired => &rows::WITNESS_ENDED_EARLY,
            WitnessVerdict::Unreleased => return Some(Finding::new(&rows::WITNESS_UNRELEASED, "")),
            WitnessVerdict::Valid | WitnessVerdict::None => return None,
        };
        Some(Finding::new(row, "").with("word", shorten(word)))
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde asks for it")]
fn is_zero(line: &usize) -> bool {
    *line == 0
}

/// The exit code, where the plug-in itself gave it.
fn own_exit_code(outcome: &Outcome) -> Option<i64> {
    let own = outcome.finished && (outcome.layer == Layer::Plugin || outcome.ended_with_zero());
    outcome.exit_code.filter(|_| own)
}
