//! Operation `witness`: what the record of the quiesce scripts shows about a command.

use super::{Deserialize, Serialize};
use crate::base::time::Time;
use crate::catalog::witness::{self as table, AtBest, RecordDefect, RecordState, WitnessVerdict};
use crate::diagnostics::text::Lang;
use crate::plugin::witness::{Ran, RecordSummary, WitnessRead, WitnessScripts, judge, parse};
use crate::run::verdict::Proof;

/// A record, how it was read, and the command it is held to.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct WitnessInput {
    /// The record as consnap's own command read it; without it there is none. A line in the output of the plug-in is no record.
    #[serde(default)]
    pub record: Option<String>,
    /// What the read tells beside it.
    pub read: WitnessRead,
    /// The scripts of the job.
    pub scripts: WitnessScripts,
    /// The command of the plug-in.
    pub command: WitnessCommand,
    /// The language of words.
    #[serde(default)]
    pub lang: Lang,
}

/// The command a record is held to.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct WitnessCommand {
    /// When it began, as the service has it.
    pub started_at: Option<Time>,
    /// When it ended.
    pub finished_at: Option<Time>,
    /// The exit code of the plug-in.
    pub exit_code: Option<i64>,
    /// Whether every expected snapshot is tagged as application-consistent.
    #[serde(default)]
    pub tagged_application: bool,
    /// The disks that must be in the group; without them nothing shows that all data of the service are in it.
    #[serde(default)]
    pub expected_disks: Vec<String>,
}

/// What the record comes to.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WitnessOutput {
    /// What record, exit code and tags come to.
    pub verdict: WitnessVerdict,
    /// In words.
    pub message: &'static str,
    /// What to do.
    pub next_step: &'static str,
    /// What the level rests on, where the record adds to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proof: Option<Proof>,
    /// What the instance can come to at best; missing: as tags and exit code say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_best: Option<AtBest>,
    /// Whether the guest may still be held; missing: as the exit code says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held: Option<bool>,
    /// What the record shows by itself.
    pub state: RecordState,
    /// Why it does not count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<RecordDefect>,
    /// Why, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason_text: Option<String>,
    /// Mount points with data of the service that are not, or not whole, in the group; the guest's words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub outside: Vec<String>,
    /// What it says, if it could be read; the guest's words, whether it counts or not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<RecordSummary>,
}

/// Reads a record and holds it to a command.
pub fn witness(input: &WitnessInput) -> WitnessOutput {
    let ran = Ran { started_at: input.command.started_at, finished_at: input.command.finished_at };
    let read = parse(input.record.as_deref().unwrap_or_default());
    let record = read.as_ref().ok().map(RecordSummary::of);
    // The scripts release a service; file systems are not theirs.
    let saw_frozen = record.as_ref().is_none_or(|record| record.saw_frozen);
    let expected = input.command.expected_disks.iter().map(String::as_str);
    let judged = read.and_then(|record| judge(&record, &input.scripts, &input.read, ran, expected));
    let (state, outside, none) = match judged {
        Ok((state, outside)) => (state, outside, None),
        Err(none) => (RecordState::None, Vec::new(), Some(none)),
    };
    let verdict = table::verdict(input.command.exit_code, input.command.tagged_application, state);
    let row = table::row(verdict);
    WitnessOutput {
        verdict,
        message: row.map_or("", |row| row.meaning.get(input.lang)),
        next_step: row.map_or("", |row| row.next_step.get(input.lang)),
        proof: (verdict == WitnessVerdict::Valid).then_some(Proof::Witness),
        at_best: row.and_then(|row| row.at_best),
        held: row.and_then(|row| row.held).filter(|held| *held || !saw_frozen),
        state,
        reason: none.map(|defect| defect.defect),
        reason_text: none.map(|defect| defect.text(input.lang)),
        outside,
        record,
    }
}
