//! Raw replies that decided a verdict: what answers an auditor about last quarter.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use consnap_core::Error;
use consnap_core::base::http::HttpReply;
use serde::{Deserialize, Serialize};

use super::read::damaged;
use super::{REPLIES, io_error, line, run_directory};

/// A reply as it came, without headers that say nothing about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptReply {
    /// What was called, `DescribeSnapshots`.
    pub operation: String,
    /// The HTTP status.
    pub status: u16,
    /// The headers `date`, `content-type` and `x-acs-request-id`.
    pub headers: Vec<(String, String)>,
    /// The body, if it is UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Else the body in Base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body_base64: Option<String>,
}

impl KeptReply {
    pub(super) fn new(operation: &str, reply: &HttpReply) -> Self {
        let kept = |name: &str| matches!(name, "date" | "content-type" | "x-acs-request-id");
        let body = std::str::from_utf8(&reply.body).ok();
        Self {
            operation: operation.to_owned(),
            status: reply.status,
            headers: reply
                .headers
                .iter()
                .map(|(name, value)| (name.to_ascii_lowercase(), value.clone()))
                .filter(|(name, _)| kept(name))
                .collect(),
            body: body.map(str::to_owned),
            body_base64: body.is_none().then(|| STANDARD.encode(&reply.body)),
        }
    }

    /// The reply as it came, with the headers that were kept.
    pub fn reply(&self) -> HttpReply {
        let decoded = || self.body_base64.as_ref().and_then(|text| STANDARD.decode(text).ok());
        let body = self.body.as_ref().map(|text| text.clone().into_bytes()).or_else(decoded);
        let headers = self.headers.iter().map(|(name, value)| (name.clone().into(), value.clone())).collect();
        HttpReply { status: self.status, headers, body: body.unwrap_or_default() }
    }
}

/// The kept replies of a run, each with the number of its call. A last line that is torn is left out; any other damage is
/// an error, because an archive with silent holes answers nobody.
pub fn load_replies(state: &Path, run_id: &str) -> Result<Vec<(u64, KeptReply)>, Error> {
    let path = run_directory(state, run_id)?.join(REPLIES);
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(io_error(&path, &error)),
    };
    let mut replies = Vec::new();
    for (number, full) in (1_u64..).zip(bytes.split_inclusive(|byte| *byte == b'\n')) {
        let Some(text) = full.strip_suffix(b"\n") else { break };
        let line = line::read(text, "reply").map_err(|detail| damaged(&path, number, detail))?;
        let reply = serde_json::from_str(line.text).map_err(|error| damaged(&path, number, &error.to_string()))?;
        replies.push((line.seq, reply));
    }
    Ok(replies)
}

/// The length up to and with the last line's end.
pub(super) fn whole_length(mut file: &File) -> std::io::Result<u64> {
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at.saturating_add(1));
    Ok(u64::try_from(whole).unwrap_or(u64::MAX))
}
