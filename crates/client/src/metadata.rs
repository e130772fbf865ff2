//! The metadata service of ECS: what an instance is told about itself (docs/sources/api.md 6.4). Never asked through a
//! proxy.

use std::borrow::Cow;
use std::time::Duration;

use consnap_core::Error;
use consnap_core::base::http::{HttpReply, HttpRequest, Sent};
use consnap_core::ecs::api::endpoint::Endpoint;
use consnap_core::ecs::sign::USER_AGENT;

use crate::transport::{HttpTransport, TransportOptions};

/// The largest reply taken, in bytes; real ones have 2 KB.
const REPLY_LIMIT: usize = 64 << 10;
/// How long a token is asked for.
const TOKEN_SECONDS: &str = "21600";

/// A conversation with the metadata service.
#[derive(Clone, Debug)]
pub struct Metadata {
    endpoint: Endpoint,
    /// Whether it may be asked without a token when it gives none.
    without_token: bool,
    patience: Duration,
    token: Option<String>,
}

impl Metadata {
    /// Begins with the question for a token. `endpoint` is [`Endpoint::metadata`], or a simulator on this machine;
    /// `patience` is waited for each answer.
    ///
    /// # Errors
    ///
    /// In words: nobody answers, or it gives no token and may not be asked without one.
    pub async fn open(endpoint: Endpoint, without_token: bool, patience: Duration) -> Result<Self, String> {
        let mut metadata = Self { endpoint, without_token, patience, token: None };
        metadata.token = metadata.ask_token().await?;
        Ok(metadata)
    }

    /// Asks for a path, `/latest/meta-data/...`.
    ///
    /// # Errors
    ///
    /// No answer, in words.
    pub async fn get(&self, path: &str) -> Result<HttpReply, String> {
        let mut request = plain_request("GET", path, "", &self.endpoint);
        if let Some(token) = &self.token {
            request.headers.push((Cow::Borrowed("x-aliyun-ecs-metadata-token"), token.clone()));
        }
        self.send(&request).await.map_err(|(_, detail)| detail)
    }

    /// A token of the hardened mode; `None` when the service gives none and may be asked without.
    async fn ask_token(&self) -> Result<Option<String>, String> {
        let mut request = plain_request("PUT", "/latest/api/token", "", &self.endpoint);
        request.headers.push((Cow::Borrowed("x-aliyun-ecs-metadata-token-ttl-seconds"), TOKEN_SECONDS.to_owned()));
        match self.send(&request).await {
            Ok(answer) if answer.status == 200 => {
                let token = String::from_utf8_lossy(&answer.body).trim().to_owned();
                if !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic()) {
                    return Ok(Some(token));
                }
                if self.without_token { Ok(None) } else { Err("the token cannot be used".to_owned()) }
            }
            Ok(answer) if !self.without_token => Err(format!("HTTP {} to the question for a token", answer.status)),
            // Where nobody listens, nobody answers the next question either.
            Err((sent, detail)) if !self.without_token || sent == Sent::No => Err(detail),
            Ok(_) | Err(_) => Ok(None),
        }
    }

    async fn send(&self, request: &HttpRequest) -> Result<HttpReply, (Sent, String)> {
        let options = TransportOptions {
            connect_timeout: self.patience,
            read_timeout: self.patience,
            total_timeout: self.patience.saturating_mul(2),
            body_limit: REPLY_LIMIT,
            ca_file: None,
        };
        let transport = HttpTransport::new(options).map_err(|error: Error| (Sent::No, error.to_string()))?;
        transport.send(&self.endpoint, request).await.map_err(|failure| (failure.sent, failure.detail))
    }
}

/// A request that nobody signs.
pub(crate) fn plain_request(method: &'static str, path: &str, query: &str, endpoint: &Endpoint) -> HttpRequest {
    HttpRequest {
        method: Cow::Borrowed(method),
        // The transport puts a question mark after the path; behind a fragment it stays off the wire, where a server of few
        // lines would take it for part of the path.
        path: Cow::Owned(if query.is_empty() { format!("{path}#") } else { path.to_owned() }),
        query: query.to_owned(),
        headers: vec![
            (Cow::Borrowed("host"), endpoint.authority()),
            (Cow::Borrowed("user-agent"), USER_AGENT.to_owned()),
        ],
        body: Vec::new(),
    }
}
