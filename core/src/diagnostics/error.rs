//! Errors: calls that could not be carried out. What is wrong with input is a [`Finding`] instead.

use serde::{Deserialize, Serialize};

use crate::base::http::Sent;
use crate::diagnostics::finding::{Args, Finding, MessageRow, RenderedFinding};
use crate::diagnostics::spoken;
use crate::diagnostics::text::{Lang, Text};

/// What kind of failure, which tells what the caller can do about it.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// The input cannot be read or used: mend it. Nothing was sent.
    Input,
    /// consnap refuses: the input is readable, but carrying it out would be wrong.
    Rejected,
    /// No credentials, or the service does not take them: look at `whoami`.
    Credential,
    /// The service could not be reached, or the connection broke: look at the network, then repeat.
    Transport,
    /// The service asks to slow down: repeat later.
    Throttled,
    /// The service answered with an error: its code says what to do.
    Api,
    /// The reply cannot be understood: report it with the request id.
    Protocol,
}

/// A call that could not be carried out.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{}", self.message(Lang::En))]
pub struct Error {
    /// What kind.
    pub kind: ErrorKind,
    /// The row with code and words.
    pub row: &'static MessageRow,
    /// Values for the words.
    pub args: Args,
    /// The service's own error code, such as `InvalidInstance.NotFound`.
    pub api_code: Option<String>,
    /// What the catalogue says to do about that code.
    pub next_step: Option<&'static Text>,
    /// The service's id of the request, to quote to its support.
    pub request_id: Option<String>,
    /// Whether the request may have reached the service.
    pub sent: Sent,
    /// Whether to repeat the same call is safe and may help.
    pub retryable: bool,
    /// The findings that led to it.
    pub findings: Vec<Finding>,
}

impl Error {
    /// An error of a kind with its row; nothing sent, not retryable.
    pub fn new(kind: ErrorKind, row: &'static MessageRow) -> Self {
        Self {
            kind,
            row,
            args: Vec::new(),
            api_code: None,
            next_step: None,
            request_id: None,
            sent: Sent::No,
            retryable: false,
            findings: Vec::new(),
        }
    }

    /// With a value for the words.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.args.push((name.into(), value.into()));
        self
    }

    /// With the findings that led to it.
    #[must_use]
    pub fn with_findings(mut self, findings: Vec<Finding>) -> Self {
        self.findings = findings;
        self
    }

    /// What happened, in words.
    pub fn message(&self, lang: Lang) -> String {
        spoken::fill(&self.row.message, &self.args, lang)
    }

    /// What to do, in words: the catalogue's next step for the service's error code where it has one.
    pub fn help(&self, lang: Lang) -> String {
        match self.next_step {
            Some(next_step) => next_step.get(lang).to_owned(),
            None => spoken::fill(&self.row.help, &self.args, lang),
        }
    }

    /// The one serialised form.
    pub fn render(&self, lang: Lang) -> RenderedError {
        RenderedError {
            kind: self.kind,
            code: self.row.code.to_owned(),
            message: self.message(lang),
            help: self.help(lang),
            api_code: self.api_code.clone(),
            request_id: self.request_id.clone(),
            sent: self.sent,
            retryable: self.retryable,
            findings: self.findings.iter().map(|finding| finding.render(lang)).collect(),
        }
    }
}

/// An error in words, as it crosses the border.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RenderedError {
    /// What kind.
    pub kind: ErrorKind,
    /// consnap's code, such as `CE101`.
    pub code: String,
    /// What happened.
    pub message: String,
    /// What to do.
    pub help: String,
    /// The service's own error code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_code: Option<String>,
    /// The service's id of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// Whether the request may have reached the service.
    pub sent: Sent,
    /// Whether to repeat the same call is safe and may help.
    pub retryable: bool,
    /// The findings that led to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<RenderedFinding>,
}
