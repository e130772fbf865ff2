//! Runs of the past in short: one entry a run, and what runs left open.

use serde::{Deserialize, Serialize};

use super::Report;
use crate::base::time::Time;
use crate::diagnostics::error::RenderedError;
use crate::diagnostics::finding::RenderedFinding;
use crate::run::session::{OpenGuest, Phase, State};
use crate::{Error, Lang};

/// A run in a list. Of one whose journal cannot be read there is nothing but its id and the reason.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HistoryEntry {
    /// The run's id.
    pub run_id: String,
    /// When it began, in UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<String>,
    /// The account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Name of the groups.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_name: Option<String>,
    /// How many instances it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instances: Option<u32>,
    /// Those that reached what is required.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ok: Option<u32>,
    /// Of these, those whose scripts' record bears the tags out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub witnessed: Option<u32>,
    /// Those whose tags the record contradicts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contradicted: Option<u32>,
    /// How the others ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub others: Option<OtherResults>,
    /// The time of its last event, in UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<String>,
    /// How long it took, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u64>,
    /// The exit status of the command line: 0 to 5.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_status: Option<u8>,
    /// Why its journal cannot be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unreadable: Option<String>,
}

/// The instances of a run that did not reach what was required, by result.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OtherResults {
    /// Those whose guest may still be held.
    pub urgent: u32,
    /// Those whose result is not known.
    pub unknown: u32,
    /// Those that failed.
    pub failed: u32,
    /// Those whose snapshots are weaker than required.
    pub weaker: u32,
    /// Those that were not started.
    pub not_run: u32,
    /// Under way when the journal ends: `resume` goes on with them.
    pub open: u32,
    /// Whether the run came to its end.
    pub ended: bool,
}

impl HistoryEntry {
    /// A run as its journal tells it.
    pub fn of(run_id: &str, account: &str, started_at: Time, state: &State, lang: Lang) -> Self {
        // A count that is worth a word.
        let some = |count: u32| (count > 0).then_some(count);
        let report = Report::of(state, None, 0, lang);
        let summary = report.summary;
        Self {
            run_id: run_id.to_owned(),
            started_at: Some(started_at.to_string()),
            account: Some(account.to_owned()),
            group_name: Some(report.group_name),
            instances: Some(summary.instances),
            ok: Some(summary.ok),
            witnessed: some(summary.witnessed),
            contradicted: some(summary.contradicted),
            others: Some(OtherResults {
                urgent: summary.urgent,
                unknown: summary.unknown,
                failed: summary.failed,
                weaker: summary.weaker,
                not_run: summary.not_run,
                open: summary.open,
                ended: state.phase == Phase::Ended,
            }),
            ended_at: Some(report.ended_at.to_string()),
            seconds: Some(report.ended_at.since(started_at).as_secs()),
            exit_status: Some(report.exit_status),
            unreadable: None,
        }
    }

    /// A run whose journal cannot be read.
    pub fn unreadable(run_id: &str, why: &Error, lang: Lang) -> Self {
        Self { run_id: run_id.to_owned(), unreadable: Some(why.message(lang)), ..Self::default() }
    }
}

/// What the runs of a state directory left open.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Status {
    /// 5: a guest may still be held; 4: a result is unknown, or a run or its journal is not at its end; 0: nothing is open.
    pub exit_status: u8,
    /// Guests that may be held, or whose result is unknown.
    pub guests: Vec<OpenGuestStatus>,
    /// Of the unfinished runs, those on which a process is at work.
    pub running_runs: Vec<String>,
    /// Runs that have not come to their end.
    pub unfinished_runs: Vec<String>,
    /// Runs whose journal cannot be read: what they left open is not known.
    pub unreadable_runs: Vec<UnreadableRunStatus>,
}

/// A guest that is open, and why.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OpenGuestStatus {
    /// The guest.
    #[serde(flatten)]
    pub guest: OpenGuest,
    /// The finding that keeps it open, and what to do.
    pub why: RenderedFinding,
}

/// A run whose journal cannot be read.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UnreadableRunStatus {
    /// The run.
    pub run_id: String,
    /// Whether what is left of its journal says that a guest may be held.
    pub held: bool,
    /// What is wrong with the journal, and what to do.
    pub why: RenderedError,
}
