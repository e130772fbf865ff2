//! The log of calls, for tests that ask what was really sent.

use std::collections::{BTreeMap, VecDeque};

use consnap_core::Time;
use consnap_core::ecs::api::Operation;
use serde::Serialize;

/// Calls kept; older ones are only counted.
const KEPT: usize = 100_000;

/// A request as the service saw it, without anything secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RecordedCall {
    /// The operation's name; empty when the request could not be read.
    pub operation: String,
    /// When it came, on the service's clock.
    pub at: Time,
    /// Its own parameters, decoded, in the order they came; none when it was refused before they were looked at.
    pub parameters: Vec<(String, String)>,
    /// Those of them the operation does not have.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unknown_parameters: Vec<String>,
    /// What came of it.
    pub result: CallResult,
}

impl RecordedCall {
    pub(crate) fn refused(at: Time, operation: String, code: &str) -> Self {
        Self {
            operation,
            at,
            parameters: Vec::new(),
            unknown_parameters: Vec::new(),
            result: CallResult::Error(code.to_owned()),
        }
    }
}

/// What came of a call, as the caller saw it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CallResult {
    /// A good reply.
    Ok,
    /// An error with this code.
    Error(String),
    /// The connection closed.
    ConnectionClosed,
    /// Nothing.
    Silence,
}

/// The log.
#[derive(Clone, Debug, Default)]
pub(crate) struct CallLog {
    recent: VecDeque<RecordedCall>,
    counts: BTreeMap<&'static str, u64>,
}

impl CallLog {
    pub(crate) fn add(&mut self, call: RecordedCall) {
        let name = Operation::ALL.iter().find(|operation| operation.name() == call.operation);
        *self.counts.entry(name.map_or("", |operation| operation.name())).or_default() += 1;
        if self.recent.len() == KEPT {
            self.recent.pop_front();
        }
        self.recent.push_back(call);
    }

    pub(crate) fn recent(&self) -> impl Iterator<Item = &RecordedCall> {
        self.recent.iter()
    }

    pub(crate) fn counts(&self) -> &BTreeMap<&'static str, u64> {
        &self.counts
    }
}
