//! An outcome in words, as it crosses the border.

use serde::{Deserialize, Serialize};

use super::Outcome;
use crate::base::consistency::Consistency;
use crate::base::time::Time;
use crate::catalog::codes::Layer;
use crate::catalog::codes::{self, OutcomeRow, Repeat};
use crate::catalog::{api_errors, statuses, vss};
use crate::diagnostics::finding::{Finding, RenderedFinding};
use crate::diagnostics::messages::outcomes;
use crate::diagnostics::text::Lang;

impl Outcome {
    /// The row of the catalogue that explains it. A key of another version of consnap reads as unknown.
    pub fn row(&self) -> &'static OutcomeRow {
        codes::find(&self.explained_by).unwrap_or(&statuses::UNKNOWN)
    }

    /// What it means, in words.
    pub fn message(&self, lang: Lang) -> &'static str {
        self.row().meaning.get(lang)
    }

    /// What usually leads to it, in words.
    pub fn cause(&self, lang: Lang) -> &'static str {
        self.row().cause.get(lang)
    }

    /// What to do, in words.
    pub fn next_step(&self, lang: Lang) -> &'static str {
        self.row().next_step.get(lang)
    }

    /// When a new run on this instance makes sense. Whatever may exist or be held is looked at first.
    pub fn repeat(&self) -> Repeat {
        if self.succeeded {
            return Repeat::NotNeeded;
        }
        if self.held || self.group_may_exist {
            Repeat::AfterLook
        } else if self.finished {
            self.row().repeat
        } else {
            Repeat::NotNeeded
        }
    }

    /// The form that leaves the engine.
    pub fn render(&self, lang: Lang) -> RenderedOutcome {
        RenderedOutcome {
            instance_id: self.instance_id.clone(),
            snapshot_group_id: self.snapshot_group_id.clone(),
            finished: self.finished,
            invocation_status: self.invocation_status.clone().into_owned(),
            error_code: self.error_code.clone(),
            exit_code: self.exit_code,
            layer: self.layer,
            succeeded: self.succeeded,
            group_may_exist: self.group_may_exist,
            held: self.held,
            repeat: self.repeat(),
            claimed: self.claimed,
            explained_by: self.row().key.to_owned(),
            message: self.message(lang).to_owned(),
            cause: self.cause(lang).to_owned(),
            next_step: self.next_step(lang).to_owned(),
            findings: self.findings.iter().map(|finding| rendered(finding, lang)).collect(),
            plugin_version: self.plugin_version.clone(),
            started_at: self.started_at,
            finished_at: self.finished_at,
            frozen_millis: self.frozen_millis,
            dropped: self.dropped,
            error_lines: self.error_lines.clone(),
        }
    }
}

/// A finding in words. One that names a code says what the code means.
pub fn rendered(finding: &Finding, lang: Lang) -> RenderedFinding {
    let mut rendered = finding.render(lang);
    let code = finding.args.iter().find(|(name, _)| name == "code").map_or("", |(_, code)| code);
    let words = if finding.row == &outcomes::API_CODE_IN_OUTPUT {
        api_errors::find(code).map(|row| (row.meaning, row.next_step))
    } else if finding.row == &outcomes::VSS_IN_OUTPUT {
        vss::find_error(code).map(|row| (row.meaning, row.next_step))
    } else {
        None
    };
    if let Some((meaning, next_step)) = words {
        let between = if lang == Lang::Zh { "：" } else { ": " };
        rendered.message = format!("{}{between}{}", rendered.message, meaning.get(lang));
        next_step.get(lang).clone_into(&mut rendered.help);
    }
    rendered
}

/// What became of one instance's command, in words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RenderedOutcome {
    /// `i-...`; empty when bare output was decoded.
    pub instance_id: String,
    /// `ssg-...`, the last one the output names.
    pub snapshot_group_id: Option<String>,
    /// Whether the result is final.
    pub finished: bool,
    /// The invocation status as given.
    pub invocation_status: String,
    /// The task error code as given.
    pub error_code: String,
    /// The exit code as given.
    pub exit_code: Option<i64>,
    /// Which layer the result speaks for.
    pub layer: Layer,
    /// A snapshot-consistent group was made. No word about its level: only tags tell.
    pub succeeded: bool,
    /// A group may exist although the command failed.
    pub group_may_exist: bool,
    /// The guest may still be held: application locked or file systems frozen.
    pub held: bool,
    /// When a new run on this instance makes sense.
    pub repeat: Repeat,
    /// The level the plug-in's own log claims; never proof without tags.
    pub claimed: Option<Consistency>,
    /// Key of the catalogue row behind the words: `exit:plugin:12`.
    pub explained_by: String,
    /// What it means.
    pub message: String,
    /// What usually leads to it.
    pub cause: String,
    /// What to do.
    pub next_step: String,
    /// What is odd about the result (`CS5xx`).
    pub findings: Vec<RenderedFinding>,
    /// Version of the plug-in, from its banner.
    pub plugin_version: Option<String>,
    /// Start in the guest.
    pub started_at: Option<Time>,
    /// End in the guest.
    pub finished_at: Option<Time>,
    /// From freeze to thaw in milliseconds, from the log's step banners.
    pub frozen_millis: Option<u64>,
    /// Bytes the service cut from the output.
    pub dropped: u64,
    /// The last lines of the log that speak of an error; hostile text.
    pub error_lines: Vec<String>,
}
