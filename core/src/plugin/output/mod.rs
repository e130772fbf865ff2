//! Plug-in output and exit codes to an outcome.
//!
//! Order of trust: invocation status, then task error code, then exit code, then the output. Two namespaces share the
//! exit code (plug-in 0 to 16 and 255, launcher 232 to 247), and the agent says 1 when *it* gave up waiting.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::base::consistency::Consistency;
use crate::base::time::Time;
use crate::catalog::codes::{self, ClearedBy, Layer};
use crate::diagnostics::finding::Finding;

mod encoding;
mod judge;
mod log;
mod named;
mod page;
mod words;

pub use judge::{Decoder, decode};
pub use named::plainly_said;
pub use page::{Decoded, Results, decode_page, read_results};
pub use words::{RenderedOutcome, rendered};

/// How the output is encoded.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum ContentEncoding {
    /// `Base64`, the service's default.
    #[default]
    Base64,
    /// `PlainText`.
    PlainText,
}

/// What became of one instance's command, as far as its result tells. It says nothing about the level reached: only tags do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// `i-...`; empty when bare output was decoded.
    pub instance_id: String,
    /// Whether the result is final.
    pub finished: bool,
    /// The invocation status as given.
    pub invocation_status: Cow<'static, str>,
    /// The task error code as given.
    pub error_code: String,
    /// The exit code as given.
    pub exit_code: Option<i64>,
    /// Which layer the result speaks for.
    pub layer: Layer,
    /// A snapshot-consistent group was made. No word about its level.
    pub succeeded: bool,
    /// A group may exist although the command failed.
    pub group_may_exist: bool,
    /// The guest may still be held: application locked or file systems frozen.
    pub held: bool,
    /// `ssg-...`, the last one the output names: a hint, never evidence. A script or an old log can print any id.
    pub snapshot_group_id: Option<String>,
    /// The level the plug-in's own log claims, if it does; never proof without tags.
    pub claimed: Option<Consistency>,
    /// Key of the catalogue row that explains it: `exit:plugin:12`, `status:Timeout`, `task:ClientNotRunning`.
    pub explained_by: Cow<'static, str>,
    /// What is odd about the result (`CS5xx`).
    pub findings: Vec<Finding>,
    /// Version of the plug-in, from its banner.
    pub plugin_version: Option<String>,
    /// Start and end in the guest.
    pub started_at: Option<Time>,
    /// End in the guest.
    pub finished_at: Option<Time>,
    /// From freeze to thaw in milliseconds, from the log's step banners.
    pub frozen_millis: Option<u64>,
    /// What the log says happened when.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<StepAt>,
    /// Bytes the service cut from the output.
    pub dropped: u64,
    /// The last lines of the log that speak of an error, for the reader; hostile text.
    pub error_lines: Vec<String>,
}

impl Outcome {
    /// What takes back the suspicion that the guest is held. What is not known is cleared by nothing.
    pub fn cleared_by(&self) -> ClearedBy {
        codes::find(&self.explained_by).map_or(ClearedBy::Nothing, |row| row.cleared_by)
    }

    /// Whether nobody waited for the end of the command: what tags show is not contradicted by it.
    pub fn is_unwatched(&self) -> bool {
        codes::find(&self.explained_by).is_some_and(|row| row.unwatched)
    }

    /// Whether the command came to its end with exit code 0, and nothing else about the result contradicts that.
    pub fn ended_with_zero(&self) -> bool {
        self.finished
            && self.exit_code == Some(0)
            && self.error_code.is_empty()
            && matches!(&*self.invocation_status, "Success" | "")
    }
}

/// A step of the plug-in that its log names.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The pre-freeze script begins.
    PreScript,
    /// The pre-freeze script is over, well or badly.
    PreScriptEnded,
    /// The file systems are being frozen.
    Freeze,
    /// The file systems are frozen.
    Frozen,
    /// The snapshot-consistent group is there.
    Group,
    /// The file systems are being thawed.
    Thaw,
    /// The post-thaw script begins.
    PostScript,
    /// The post-thaw script is over, well or badly.
    PostScriptEnded,
}

crate::base::consistency::wire_names!(Step {
    PreScript => "pre_script", PreScriptEnded => "pre_script_ended", Freeze => "freeze", Frozen => "frozen",
    Group => "group", Thaw => "thaw", PostScript => "post_script", PostScriptEnded => "post_script_ended",
});

/// When a step happened by the guest's own log.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepAt {
    /// The step.
    pub step: Step,
    /// Milliseconds after the log's first line.
    pub after_millis: u32,
}
