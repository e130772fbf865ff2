//! HTTP messages as plain values. Who sends and receives them is not the core's business.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// Whether a request may have reached the service. It decides whether a call may be repeated.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Sent {
    /// Certainly not.
    No,
    /// Perhaps: the connection broke, or the service said 5xx.
    Maybe,
    /// It answered.
    Yes,
}

/// A signed request, ready to leave.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpRequest {
    /// `POST` or `GET`.
    pub method: Cow<'static, str>,
    /// The path, `/` for RPC.
    pub path: Cow<'static, str>,
    /// The query as it goes over the wire, without the question mark.
    pub query: String,
    /// Header names in lower case, in the order they are sent. `host` is among them.
    pub headers: Vec<(Cow<'static, str>, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl HttpRequest {
    /// The first value of a header; `name` in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// Shows no query, header value or body: they carry keys and tokens.
impl std::fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HttpRequest")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("query", &format_args!("<{} bytes>", self.query.len()))
            .field("body", &format_args!("<{} bytes>", self.body.len()))
            .finish_non_exhaustive()
    }
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HttpReply {
    /// The HTTP status.
    pub status: u16,
    /// Header names in lower case.
    pub headers: Vec<(Cow<'static, str>, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl HttpReply {
    /// The first value of a header; `name` in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// Why no reply came.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransportReason {
    /// The name of the endpoint cannot be resolved.
    NameResolution,
    /// Nobody listens.
    ConnectionRefused,
    /// TLS failed: wrong clock, missing certificate authority, something in between.
    Tls,
    /// No answer in time.
    TimedOut,
    /// The connection ended before the whole reply was there.
    ConnectionClosed,
    /// There are no credentials to sign with: they ended and new ones cannot be had.
    Credentials,
    /// Anything else.
    Other,
}

crate::base::consistency::wire_names!(TransportReason {
    NameResolution => "name_resolution", ConnectionRefused => "connection_refused", Tls => "tls",
    TimedOut => "timed_out", ConnectionClosed => "connection_closed", Credentials => "credentials", Other => "other",
});

/// A request that got no reply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransportFailure {
    /// Whether the service may have seen the request.
    pub sent: Sent,
    /// Why.
    pub reason: TransportReason,
    /// The transport's own words, without the URL (it carries tokens).
    pub detail: String,
}
