//! Findings: what is wrong, or worth knowing, about input. They are data, not errors.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::diagnostics::spoken;
use crate::diagnostics::text::{Lang, Text};

/// How much a finding weighs.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Good to know.
    Advice,
    /// Worth a change; nothing is stopped.
    Warning,
    /// Must be changed, or taken on purpose where that is allowed; it stops what it speaks of.
    Error,
}

crate::base::consistency::wire_names!(Severity { Advice => "advice", Warning => "warning", Error => "error" });

/// A row of the message catalogue: one code, its weight and its words. Codes are never reused.
#[derive(Debug, Serialize)]
pub struct MessageRow {
    /// `CS103` for findings, `CE101` for errors.
    pub code: &'static str,
    /// The weight it has unless the place that raises it knows better.
    pub severity: Severity,
    /// What is the case. `{name}` stands for an argument. Lower case, no full stop, user text in backticks.
    pub message: Text,
    /// What to do.
    pub help: Text,
    /// Whether a job may take it on purpose (`accept`).
    pub acceptable: bool,
    /// The document and edition the rule comes from.
    pub source: &'static str,
}

impl PartialEq for MessageRow {
    fn eq(&self, other: &Self) -> bool {
        self.code == other.code
    }
}

impl Eq for MessageRow {}

/// The values a message speaks of, by name.
pub type Args = Vec<(Cow<'static, str>, String)>;

/// Something about input that its author should know. Rendered into words only when somebody reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The row with code and words.
    pub row: &'static MessageRow,
    /// The weight in this case.
    pub severity: Severity,
    /// JSON pointer to the place in the input; empty for the whole.
    pub place: Cow<'static, str>,
    /// Values for the words.
    pub args: Args,
    /// A JSON patch (RFC 6902) that mends it.
    pub fix: Option<serde_json::Value>,
    /// Set when the job takes this finding on purpose: the reason it gives.
    pub accepted: Option<String>,
}

impl Finding {
    /// A finding of a row at a place.
    pub fn new(row: &'static MessageRow, place: impl Into<Cow<'static, str>>) -> Self {
        Self { row, severity: row.severity, place: place.into(), args: Vec::new(), fix: None, accepted: None }
    }

    /// With a value for the words.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        // A run of a hundred thousand instances keeps as many findings, most of them with one value.
        self.args.reserve_exact(1);
        self.args.push((Cow::Borrowed(name), value.into()));
        self
    }

    /// With another weight than the row's.
    #[must_use]
    pub fn weighing(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// With a JSON patch that mends it.
    #[must_use]
    pub fn with_fix(mut self, patch: serde_json::Value) -> Self {
        self.fix = Some(patch);
        self
    }

    /// The code, such as `CS103`.
    pub fn code(&self) -> &'static str {
        self.row.code
    }

    /// Whether it stops what it speaks of: an error that was not accepted.
    pub fn blocks(&self) -> bool {
        self.severity == Severity::Error && self.accepted.is_none()
    }

    /// What is the case, in words.
    pub fn message(&self, lang: Lang) -> String {
        spoken::fill(&self.row.message, &self.args, lang)
    }

    /// What to do, in words.
    pub fn help(&self, lang: Lang) -> String {
        spoken::fill(&self.row.help, &self.args, lang)
    }

    /// The form that leaves the engine.
    pub fn render(&self, lang: Lang) -> RenderedFinding {
        RenderedFinding {
            code: self.row.code.to_owned(),
            severity: self.severity,
            place: self.place.clone().into_owned(),
            message: self.message(lang),
            help: self.help(lang),
            fix: self.fix.clone(),
            accepted: self.accepted.clone(),
        }
    }
}

/// A finding in words, as it crosses the border.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RenderedFinding {
    /// `CS103`.
    pub code: String,
    /// How much it weighs.
    pub severity: Severity,
    /// JSON pointer to the place in the input; empty for the whole.
    pub place: String,
    /// What is the case.
    pub message: String,
    /// What to do.
    pub help: String,
    /// A JSON patch (RFC 6902) that mends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix: Option<serde_json::Value>,
    /// The reason the job gives for taking this finding on purpose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<String>,
}

impl RenderedFinding {
    /// Whether it stops what it speaks of: an error that was not accepted.
    pub fn blocks(&self) -> bool {
        self.severity == Severity::Error && self.accepted.is_none()
    }
}

/// A finding as the journal keeps it: code and values, no words, so that an old journal speaks today's language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredFinding {
    code: Cow<'static, str>,
    severity: Severity,
    #[serde(default, skip_serializing_if = "str::is_empty")]
    place: Cow<'static, str>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    args: Args,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    accepted: Option<String>,
}

impl From<&Finding> for StoredFinding {
    fn from(finding: &Finding) -> Self {
        Self {
            code: Cow::Borrowed(finding.row.code),
            severity: finding.severity,
            place: finding.place.clone(),
            args: finding.args.clone(),
            accepted: finding.accepted.clone(),
        }
    }
}

impl From<StoredFinding> for Finding {
    /// A code that this version does not know becomes the row for unknown codes: nothing is lost.
    fn from(stored: StoredFinding) -> Self {
        let known = crate::diagnostics::messages::find(&stored.code);
        let mut args = stored.args;
        if known.is_none() {
            args.push((Cow::Borrowed("code"), stored.code.into_owned()));
        }
        Self {
            row: known.unwrap_or(&crate::diagnostics::messages::errors::UNKNOWN_CODE),
            severity: stored.severity,
            place: stored.place,
            args,
            fix: None,
            accepted: stored.accepted,
        }
    }
}

impl Serialize for Finding {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        StoredFinding::from(self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Finding {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        StoredFinding::deserialize(deserializer).map(Finding::from)
    }
}
