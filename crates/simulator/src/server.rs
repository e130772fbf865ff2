//! The simulator behind a port on 127.0.0.1, for real clients.
//!
//! Besides the API it answers as the metadata service of the machine it runs on (`/latest/...`), and `GET /__consnap/truth`,
//! `GET /__consnap/requests`, `GET /__consnap/credentials/ROLE` (a credentials URI) and `POST /__consnap/reset`, for tests.

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use consnap_core::Time;
use consnap_core::base::http::{HttpReply, HttpRequest};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::{Arrival, Service as _, Simulator};

/// Largest body taken, in bytes; a command is at most 24 KB.
const BODY_LIMIT: usize = 1024 * 1024;

/// A running server. It stops when it is dropped.
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: tokio::task::JoinHandle<()>,
}

struct Shared {
    simulator: Mutex<Simulator>,
    clock: Clock,
}

/// The wall clock, made monotonic.
struct Clock {
    started: Instant,
    started_at: Time,
}

impl Clock {
    fn start() -> Self {
        let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Self { started: Instant::now(), started_at: Time::EPOCH.plus(since_epoch) }
    }

    fn now(&self) -> Time {
        self.started_at.plus(self.started.elapsed())
    }
}

/// Listens on 127.0.0.1; port 0 takes a free one. Must be called inside a Tokio runtime with I/O and time.
///
/// # Errors
/// When the port cannot be bound.
pub async fn serve(mut simulator: Simulator, port: u16) -> io::Result<Server> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    let address = listener.local_addr()?;
    let clock = Clock::start();
    simulator.begin(clock.now());
    let shared = Arc::new(Shared { simulator: Mutex::new(simulator), clock });
    let accepting = tokio::spawn(accept(listener, Arc::clone(&shared)));
    Ok(Server { address, shared, accepting })
}

impl Server {
    /// `http://127.0.0.1:PORT`.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Looks into the simulator, or changes it.
    pub fn with<T>(&self, look: impl FnOnce(&mut Simulator) -> T) -> T {
        look(&mut self.shared.lock())
    }

    /// Stops listening and breaks open connections; what happened can still be looked into.
    pub fn stop(&self) {
        self.accepting.abort();
    }

    /// Stops listening and breaks open connections.
    pub fn shutdown(self) {
        drop(self);
    }

    /// Serves until the process ends.
    pub async fn run_forever(mut self) {
        // The task ends only by being stopped.
        let _ = (&mut self.accepting).await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Shared {
    /// The model has no state that a panic elsewhere could leave half done.
    fn lock(&self) -> MutexGuard<'_, Simulator> {
        self.simulator.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    // Dropped, and with it every connection, when the server stops.
    let mut connections = JoinSet::new();
    loop {
        let accepted = listener.accept().await;
        while connections.try_join_next().is_some() {}
        match accepted {
            Ok((stream, _)) => {
                connections.spawn(converse(stream, Arc::clone(&shared)));
            }
            // Out of descriptors, most likely: wait for some to come free.
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

async fn converse(stream: TcpStream, shared: Arc<Shared>) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| answer(request, Arc::clone(&shared)));
    // A connection that ends in an error has been closed, on purpose or by the client.
    let _ = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

/// The connection closes without a reply.
#[derive(Debug)]
struct Closed;

impl fmt::Display for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("connection closed on purpose")
    }
}

impl std::error::Error for Closed {}

async fn answer(request: Request<Incoming>, shared: Arc<Shared>) -> Result<Response<Full<Bytes>>, Closed> {
    if !is_local(&request) {
        return Ok(plain(StatusCode::FORBIDDEN, "text/plain", Vec::new()));
    }
    if let Some(control) = request.uri().path().strip_prefix("/__consnap/").map(str::to_owned) {
        return Ok(control_reply(&request, &control, &shared));
    }
    let (parts, body) = request.into_parts();
    let Ok(body) = Limited::new(body, BODY_LIMIT).collect().await else {
        return Ok(plain(StatusCode::PAYLOAD_TOO_LARGE, "text/plain", Vec::new()));
    };
    let http = HttpRequest {
        method: Cow::Owned(parts.method.as_str().to_owned()),
        path: Cow::Owned(parts.uri.path().to_owned()),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts
            .headers
            .iter()
            .map(|(name, value)| {
                (Cow::Owned(name.as_str().to_owned()), String::from_utf8_lossy(value.as_bytes()).into_owned())
            })
            .collect(),
        body: body.to_bytes().to_vec(),
    };
    let now = shared.clock.now();
    let answer = shared.lock().handle(now, &http);
    let delay = answer.at.since(now);
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    match answer.what {
        Arrival::Reply(reply) => Ok(response(reply)),
        Arrival::ConnectionClosed => Err(Closed),
        Arrival::Silence => std::future::pending().await,
    }
}

fn response(reply: HttpReply) -> Response<Full<Bytes>> {
    let mut response = Response::builder().status(reply.status);
    for (name, value) in &reply.headers {
        response = response.header(name.as_ref(), value);
    }
    response
        .body(Full::new(Bytes::from(reply.body)))
        .unwrap_or_else(|_| plain(StatusCode::INTERNAL_SERVER_ERROR, "text/plain", Vec::new()))
}

fn plain(status: StatusCode, kind: &'static str, body: Vec<u8>) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    response.headers_mut().insert("content-type", hyper::header::HeaderValue::from_static(kind));
    response
}

/// Whether a request is meant for this machine, and no page of somebody else's made a browser send it: a name may be led here,
/// and a form may be posted anywhere.
fn is_local(request: &Request<Incoming>) -> bool {
    let header = |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap_or("-"));
    let named = |authority: &str| {
        let (name, port) = match authority.rsplit_once(':') {
            Some((name, port)) if !name.is_empty() && !authority.ends_with(']') => (name, port),
            _ => (authority, "0"),
        };
        matches!(name, "127.0.0.1" | "localhost" | "[::1]") && port.parse::<u16>().is_ok()
    };
    let host = header("host").is_some_and(named);
    let origin = header("origin").is_none_or(|origin| origin.strip_prefix("http://").is_some_and(named));
    let site = header("sec-fetch-site").is_none_or(|site| matches!(site, "same-origin" | "none"));
    host && origin && site
}

fn control_reply(request: &Request<Incoming>, control: &str, shared: &Shared) -> Response<Full<Bytes>> {
    let json = |body: serde_json::Result<Vec<u8>>| plain(StatusCode::OK, "application/json", body.unwrap_or_default());
    match (request.method().as_str(), control) {
        ("GET", "truth") => {
            let mut simulator = shared.lock();
            simulator.catch_up(shared.clock.now());
            json(serde_json::to_vec(&simulator.truth()))
        }
        ("GET", "requests") => {
            let simulator = shared.lock();
            let calls: Vec<_> = simulator.calls().collect();
            json(serde_json::to_vec(&serde_json::json!({"counts": simulator.call_counts(), "calls": calls})))
        }
        ("GET", path) if path.starts_with("credentials/") => {
            let role = path.trim_start_matches("credentials/");
            let mut simulator = shared.lock();
            simulator.catch_up(shared.clock.now());
            match simulator.temporary_credentials(role, "uri") {
                Some(body) => json(Ok(body)),
                None => plain(StatusCode::NOT_FOUND, "text/plain", Vec::new()),
            }
        }
        ("POST", "reset") => {
            let mut simulator = shared.lock();
            simulator.reset();
            simulator.begin(shared.clock.now());
            json(Ok(b"{}".to_vec()))
        }
        _ => plain(StatusCode::NOT_FOUND, "text/plain", Vec::new()),
    }
}
