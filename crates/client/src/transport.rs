//! HTTP as the session needs it: one request, one reply, and when there is no reply, exactly whether the request may
//! have reached the service. No redirects, no retries, no URL in any message (it carries tokens).

mod tls;

use std::borrow::Cow;
use std::error::Error as StdError;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use consnap_core::Error;
use consnap_core::base::http::{HttpReply, HttpRequest, Sent, TransportFailure, TransportReason};
use consnap_core::ecs::api::endpoint::Endpoint;
use reqwest::{Client, Method, Url, redirect, retry};
use tokio::sync::OnceCell;

/// How calls are made.
#[derive(Clone, Debug)]
pub struct TransportOptions {
    /// The longest wait for a connection, TLS included.
    pub connect_timeout: Duration,
    /// The longest silence after that. Should be longer than `connect_timeout`: the wait for the first byte counts from the
    /// start, and when it ends first, the call counts as perhaps sent.
    pub read_timeout: Duration,
    /// The longest wait for a whole reply.
    pub total_timeout: Duration,
    /// The largest body taken, in bytes.
    pub body_limit: usize,
    /// A PEM file with the authorities to trust, instead of the system's.
    pub ca_file: Option<PathBuf>,
}

impl Default for TransportOptions {
    /// 5 s to connect, 15 s of silence, 60 s in all, 32 MiB.
    ///
    /// A page of 100 instances with 24 KB of output each in Base64 has 3.2 MB.
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(5),
            read_timeout: Duration::from_secs(15),
            total_timeout: Duration::from_secs(60),
            body_limit: 32 << 20,
            ca_file: None,
        }
    }
}

/// Sends requests over HTTP/1.1, with connections kept open.
///
/// Clients are built when they are first needed: a run against the simulator never loads certificates.
pub struct HttpTransport {
    options: TransportOptions,
    authorities: Option<rustls::RootCertStore>,
    plain: OnceCell<Client>,
    encrypted: OnceCell<Client>,
    encrypted_direct: OnceCell<Client>,
}

/// Which proxies a client asks.
#[derive(Copy, Clone, PartialEq, Eq)]
enum Proxies {
    /// None: this machine, which no proxy reaches.
    None,
    /// Those of the environment (`HTTPS_PROXY`, `NO_PROXY`).
    Environment,
}

impl HttpTransport {
    /// A transport. A `ca_file` that cannot be used is an error; nothing else is looked at yet.
    pub fn new(options: TransportOptions) -> Result<Self, Error> {
        let authorities = options.ca_file.as_deref().map(tls::authorities_from_file).transpose()?;
        Ok(Self {
            options,
            authorities,
            plain: OnceCell::new(),
            encrypted: OnceCell::new(),
            encrypted_direct: OnceCell::new(),
        })
    }

    /// Sends a request and reads the whole reply, whatever its status.
    pub async fn send(&self, endpoint: &Endpoint, request: &HttpRequest) -> Result<HttpReply, TransportFailure> {
        let authority = endpoint.authority();
        let outgoing = outgoing(endpoint, request).map_err(|detail| not_sent(&authority, &detail))?;
        let client = self.client(endpoint).await.map_err(|detail| not_sent(&authority, &detail))?;
        let broken = |error: reqwest::Error| failure(&authority, &error.without_url());
        let mut response = client.execute(outgoing).await.map_err(broken)?;
        let status = response.status().as_u16();
        let headers = response
            .headers()
            .iter()
            .map(|(name, value)| {
                (Cow::Owned(name.as_str().to_owned()), String::from_utf8_lossy(value.as_bytes()).into_owned())
            })
            .collect();
        let announced = response.content_length().and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
        let mut body = Vec::with_capacity(announced.min(1 << 20));
        while let Some(chunk) = response.chunk().await.map_err(broken)? {
            if body.len().saturating_add(chunk.len()) > self.options.body_limit {
                return Err(TransportFailure {
                    sent: Sent::Maybe,
                    reason: TransportReason::Other,
                    detail: format!("{authority}: the reply has more than {} bytes", self.options.body_limit),
                });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(HttpReply { status, headers, body })
    }

    async fn client(&self, endpoint: &Endpoint) -> Result<&Client, String> {
        if !endpoint.is_encrypted() {
            // reqwest wants a TLS configuration even for plain HTTP; this one trusts nobody and costs nothing.
            return self.plain.get_or_try_init(async || self.build(tls::trusting_nobody()?, Proxies::None)).await;
        }
        let (cell, proxies) = if endpoint.is_loopback() {
            (&self.encrypted_direct, Proxies::None)
        } else {
            (&self.encrypted, Proxies::Environment)
        };
        cell.get_or_try_init(async || {
            let authorities = self.authorities.clone().unwrap_or_else(tls::authorities_of_system);
            self.build(tls::trusting(authorities)?, proxies)
        })
        .await
    }

    fn build(&self, tls: rustls::ClientConfig, proxies: Proxies) -> Result<Client, String> {
        let mut builder = Client::builder()
            .tls_backend_preconfigured(tls)
            .http1_only()
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .referer(false)
            .connect_timeout(self.options.connect_timeout)
            .read_timeout(self.options.read_timeout)
            .timeout(self.options.total_timeout)
            // Shorter than servers keep idle connections: one that closes just as a call leaves would make it "maybe sent".
            .pool_idle_timeout(Duration::from_secs(20));
        if proxies == Proxies::None {
            builder = builder.no_proxy();
        }
        builder.build().map_err(|error| innermost(&error.without_url()))
    }
}

fn outgoing(endpoint: &Endpoint, request: &HttpRequest) -> Result<reqwest::Request, String> {
    let target = format!("{endpoint}{}?{}", request.path, request.query);
    let url = Url::parse(&target).map_err(|error| error.to_string())?;
    let method = Method::from_bytes(request.method.as_bytes()).map_err(|error| error.to_string())?;
    let mut outgoing = reqwest::Request::new(method, url);
    let headers = outgoing.headers_mut();
    headers.reserve(request.headers.len());
    for (name, value) in &request.headers {
        let name = reqwest::header::HeaderName::from_bytes(name.as_bytes()).map_err(|error| error.to_string())?;
        let mut value = reqwest::header::HeaderValue::from_str(value).map_err(|error| error.to_string())?;
        value.set_sensitive(matches!(name.as_str(), "authorization" | "x-acs-security-token"));
        headers.append(name, value);
    }
    // Said in full: some gateways answer 411 to a POST that leaves it out.
    headers.insert(reqwest::header::CONTENT_LENGTH, request.body.len().into());
    *outgoing.body_mut() = Some(request.body.clone().into());
    Ok(outgoing)
}

fn not_sent(authority: &str, detail: &str) -> TransportFailure {
    TransportFailure { sent: Sent::No, reason: TransportReason::Other, detail: format!("{authority}: {detail}") }
}

/// Before the connection stands nothing was sent; after that it may have been.
fn failure(authority: &str, error: &reqwest::Error) -> TransportFailure {
    let before = error.is_connect() || error.is_builder();
    let reason = if error.is_timeout() {
        TransportReason::TimedOut
    } else if before {
        why_no_connection(error)
    } else {
        why_broken(error)
    };
    TransportFailure {
        sent: if before { Sent::No } else { Sent::Maybe },
        reason,
        detail: format!("{authority}: {}", innermost(error)),
    }
}

fn why_no_connection(error: &reqwest::Error) -> TransportReason {
    if error.is_dns() {
        return TransportReason::NameResolution;
    }
    for cause in causes(error) {
        let Some(io) = cause.downcast_ref::<io::Error>() else { continue };
        if is_of_tls(io) {
            return TransportReason::Tls;
        }
        match io.kind() {
            io::ErrorKind::ConnectionRefused => return TransportReason::ConnectionRefused,
            io::ErrorKind::TimedOut => return TransportReason::TimedOut,
            // The other side hung up during the handshake.
            io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset => return TransportReason::Tls,
            _ => {}
        }
    }
    TransportReason::Other
}

/// Errors of TLS come wrapped in errors of input and output, more than once, where `source` steps over them.
fn is_of_tls(error: &io::Error) -> bool {
    error
        .get_ref()
        .is_some_and(|inner| inner.is::<rustls::Error>() || inner.downcast_ref::<io::Error>().is_some_and(is_of_tls))
}

fn why_broken(error: &reqwest::Error) -> TransportReason {
    let closed = causes(error).any(|cause| match cause.downcast_ref::<io::Error>() {
        Some(io) => matches!(
            io.kind(),
            io::ErrorKind::ConnectionReset
                | io::ErrorKind::ConnectionAborted
                | io::ErrorKind::BrokenPipe
                | io::ErrorKind::UnexpectedEof
        ),
        // hyper's own word for it; the text only chooses the words of a message.
        None => cause.to_string().contains("closed before message completed"),
    });
    if closed { TransportReason::ConnectionClosed } else { TransportReason::Other }
}

fn causes<'a>(error: &'a reqwest::Error) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error as &'a (dyn StdError + 'static)), |cause| {
        let cause: &'a (dyn StdError + 'static) = *cause;
        cause.source()
    })
}

/// The last cause says most, and never the URL.
fn innermost(error: &reqwest::Error) -> String {
    causes(error).last().map_or_else(String::new, ToString::to_string)
}
