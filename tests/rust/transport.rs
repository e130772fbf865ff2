//! The transport against a real listener on this machine that answers, refuses, hangs, lies and hangs up.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use consnap_client::transport::{HttpTransport, TransportOptions};
use consnap_core::base::http::{HttpReply, HttpRequest, Sent, TransportFailure, TransportReason};
use consnap_core::ecs::api::endpoint::Endpoint;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;

/// What the listener does with one request.
#[derive(Copy, Clone)]
enum Act {
    /// Sends this and keeps the connection.
    Say(&'static str),
    /// Sends this and closes.
    SayAndClose(&'static str),
    /// Reads nothing and closes.
    CloseUnread,
    /// Never answers.
    Hang,
}

const OK: &str =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Acs-Request-Id: R-1\r\nContent-Length: 2\r\n\r\n{}";

struct Listener {
    endpoint: Endpoint,
    connections: Arc<AtomicUsize>,
    requests: Arc<tokio::sync::Mutex<Vec<String>>>,
}

impl Listener {
    /// Answers the requests of all connections in this order, then hangs.
    async fn doing(acts: &'static [Act]) -> Self {
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = Endpoint::parse(&socket.local_addr().unwrap().to_string()).unwrap();
        let listener = Self { endpoint, connections: Arc::default(), requests: Arc::default() };
        let (connections, requests) = (Arc::clone(&listener.connections), Arc::clone(&listener.requests));
        let done = Arc::new(AtomicUsize::new(0));
        tokio::spawn(async move {
            loop {
                let (stream, _) = socket.accept().await.unwrap();
                connections.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(serve(stream, acts, Arc::clone(&done), Arc::clone(&requests)));
            }
        });
        listener
    }

    async fn requests(&self) -> Vec<String> {
        self.requests.lock().await.clone()
    }
}

async fn serve(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    acts: &[Act],
    done: Arc<AtomicUsize>,
    requests: Arc<tokio::sync::Mutex<Vec<String>>>,
) {
    loop {
        let next = acts.get(done.load(Ordering::SeqCst)).copied();
        if let Some(Act::CloseUnread) = next {
            done.fetch_add(1, Ordering::SeqCst);
            return;
        }
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            if stream.read(&mut byte).await.unwrap_or(0) == 0 {
                return;
            }
            head.push(byte[0]);
        }
        requests.lock().await.push(String::from_utf8(head).unwrap());
        done.fetch_add(1, Ordering::SeqCst);
        match next {
            Some(Act::Say(text)) => stream.write_all(text.as_bytes()).await.unwrap(),
            Some(Act::SayAndClose(text)) => {
                stream.write_all(text.as_bytes()).await.unwrap();
                return;
            }
            _ => std::future::pending().await,
        }
    }
}

fn options() -> TransportOptions {
    TransportOptions {
        connect_timeout: Duration::from_millis(700),
        read_timeout: Duration::from_secs(1),
        total_timeout: Duration::from_secs(10),
        body_limit: 1000,
        ca_file: None,
    }
}

fn request() -> HttpRequest {
    HttpRequest {
        method: "POST".into(),
        path: "/".into(),
        query: "RegionId=cn-hangzhou&Signature=hush%2F%2B%2A".to_owned(),
        headers: vec![
            ("host".into(), "ecs.cn-hangzhou.aliyuncs.com".to_owned()),
            ("x-acs-security-token".into(), "hush".to_owned()),
        ],
        body: Vec::new(),
    }
}

async fn send(endpoint: &Endpoint) -> Result<HttpReply, TransportFailure> {
    HttpTransport::new(options()).unwrap().send(endpoint, &request()).await
}

async fn failure_of(acts: &'static [Act]) -> (Sent, TransportReason) {
    let listener = Listener::doing(acts).await;
    let failure = send(&listener.endpoint).await.unwrap_err();
    assert!(!failure.detail.contains("hush") && !failure.detail.contains('?'), "{}", failure.detail);
    assert!(failure.detail.starts_with(&listener.endpoint.authority()), "{}", failure.detail);
    (failure.sent, failure.reason)
}

#[tokio::test]
async fn sends_what_was_signed_and_reads_the_reply() {
    let listener = Listener::doing(&[Act::Say(OK)]).await;
    let reply = send(&listener.endpoint).await.unwrap();
    assert_eq!(
        (reply.status, reply.body.as_slice(), reply.header("x-acs-request-id")),
        (200, b"{}".as_slice(), Some("R-1"))
    );
    let requests = listener.requests().await;
    let mut lines = requests[0].split("\r\n");
    // The query byte for byte: a changed one would break signature version 1.
    assert_eq!(lines.next(), Some("POST /?RegionId=cn-hangzhou&Signature=hush%2F%2B%2A HTTP/1.1"));
    let mut headers: Vec<String> = lines.filter(|line| !line.is_empty()).map(str::to_ascii_lowercase).collect();
    headers.sort();
    assert_eq!(
        headers,
        ["accept: */*", "content-length: 0", "host: ecs.cn-hangzhou.aliyuncs.com", "x-acs-security-token: hush"]
    );
}

#[tokio::test]
async fn a_reply_with_any_status_is_a_reply() {
    let listener = Listener::doing(&[
        Act::SayAndClose("HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n"),
        Act::SayAndClose("HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/html\r\n\r\n<html>busy</html>"),
        Act::SayAndClose("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"),
    ])
    .await;
    let transport = HttpTransport::new(options()).unwrap();
    for (status, body) in [(302, ""), (503, "<html>busy</html>"), (200, "{}")] {
        let reply = transport.send(&listener.endpoint, &request()).await.unwrap();
        assert_eq!((reply.status, String::from_utf8(reply.body).unwrap().as_str()), (status, body));
    }
    assert_eq!(listener.requests().await.len(), 3, "a redirect is not followed, a 503 is not repeated");
}

#[tokio::test]
async fn before_the_connection_nothing_was_sent() {
    let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let free = socket.local_addr().unwrap();
    drop(socket);
    let failure = send(&Endpoint::parse(&free.to_string()).unwrap()).await.unwrap_err();
    assert_eq!((failure.sent, failure.reason), (Sent::No, TransportReason::ConnectionRefused));
    assert!(failure.detail.starts_with(&format!("{free}: ")), "{}", failure.detail);

    let failure = send(&Endpoint::parse("no-such-host.invalid").unwrap()).await.unwrap_err();
    assert_eq!((failure.sent, failure.reason), (Sent::No, TransportReason::NameResolution));

    // Nobody answers the TLS handshake.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = Endpoint::parse(&format!("https://{}", silent.local_addr().unwrap())).unwrap();
    let failure = send(&endpoint).await.unwrap_err();
    assert_eq!((failure.sent, failure.reason), (Sent::No, TransportReason::TimedOut));

    // Somebody answers it, but not in TLS.
    let plain = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = Endpoint::parse(&format!("https://{}", plain.local_addr().unwrap())).unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = plain.accept().await.unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
    });
    let failure = send(&endpoint).await.unwrap_err();
    assert_eq!((failure.sent, failure.reason), (Sent::No, TransportReason::Tls));
}

#[tokio::test]
async fn after_the_connection_it_may_have_been_sent() {
    use TransportReason::{ConnectionClosed, Other, TimedOut};
    const HALF: &str = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"InvokeId\":";
    const CHUNK: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{\"Invo";
    const HUGE: &str = "HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n";
    for (name, acts, reason) in [
        ("closed unread", &[Act::CloseUnread][..], ConnectionClosed),
        ("closed after reading", &[Act::SayAndClose("")], ConnectionClosed),
        ("half a body", &[Act::SayAndClose(HALF)], ConnectionClosed),
        ("half a chunk", &[Act::SayAndClose(CHUNK)], ConnectionClosed),
        ("half a head", &[Act::SayAndClose("HTTP/1.1 200 OK\r\nContent-")], ConnectionClosed),
        ("half a body, then silence", &[Act::Say(HALF)], TimedOut),
        ("silence", &[Act::Hang], TimedOut),
        ("not HTTP", &[Act::SayAndClose("SSH-2.0-OpenSSH_9.6\r\n\r\n")], Other),
    ] {
        assert_eq!(failure_of(acts).await, (Sent::Maybe, reason), "{name}");
    }
    let listener = Listener::doing(&[Act::Say(HUGE)]).await;
    let failure = send(&listener.endpoint).await.unwrap_err();
    assert_eq!((failure.sent, failure.reason), (Sent::Maybe, TimedOut), "announced, but never came");
}

#[tokio::test]
async fn a_body_over_the_limit_is_not_taken() {
    let long: &'static str =
        Box::leak(format!("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n{}", "x".repeat(1001)).into_boxed_str());
    let acts: &'static [Act] = Box::leak(vec![Act::SayAndClose(long)].into_boxed_slice());
    assert_eq!(failure_of(acts).await, (Sent::Maybe, TransportReason::Other));
}

#[tokio::test]
async fn connections_are_kept_and_a_call_is_never_sent_twice() {
    let listener = Listener::doing(&[Act::Say(OK), Act::Say(OK), Act::SayAndClose("")]).await;
    let transport = HttpTransport::new(options()).unwrap();
    for _ in 0..2 {
        transport.send(&listener.endpoint, &request()).await.unwrap();
    }
    assert_eq!(listener.connections.load(Ordering::SeqCst), 1);
    // The third call goes over the kept connection, is read, and gets no reply: repeating it is not the transport's business.
    let failure = transport.send(&listener.endpoint, &request()).await.unwrap_err();
    assert_eq!((failure.sent, failure.reason), (Sent::Maybe, TransportReason::ConnectionClosed));
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(listener.requests().await.len(), 3);
}

#[tokio::test]
async fn a_kept_connection_that_the_server_closed_is_replaced() {
    let listener = Listener::doing(&[Act::SayAndClose(OK), Act::Say(OK)]).await;
    let transport = HttpTransport::new(options()).unwrap();
    transport.send(&listener.endpoint, &request()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    transport.send(&listener.endpoint, &request()).await.unwrap();
    assert_eq!(listener.requests().await.len(), 2);
}

/// Run by the test below in a process whose environment names a proxy that does not exist.
#[tokio::test]
#[ignore = "run by `loopback_never_goes_through_a_proxy`"]
async fn behind_a_dead_proxy() {
    let listener = Listener::doing(&[Act::Say(OK)]).await;
    send(&listener.endpoint).await.unwrap();
    let elsewhere = send(&Endpoint::parse("no-such-host.invalid").unwrap()).await.unwrap_err();
    assert_eq!((elsewhere.sent, elsewhere.reason), (Sent::No, TransportReason::ConnectionRefused));
}

#[test]
fn loopback_never_goes_through_a_proxy() {
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "behind_a_dead_proxy", "--ignored", "--nocapture"])
        .envs(
            ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"]
                .map(|name| (name, "http://127.0.0.1:9")),
        )
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}{}", String::from_utf8_lossy(&output.stderr));
}

mod encrypted {
    use super::*;
    use tokio_rustls::TlsAcceptor;
    use tokio_rustls::rustls::ServerConfig;
    use tokio_rustls::rustls::crypto::ring;

    /// A server with a certificate for 127.0.0.1, and the certificate in PEM form.
    async fn listener() -> (Endpoint, String) {
        let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
        let key = tokio_rustls::rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = Endpoint::parse(&format!("https://{}", socket.local_addr().unwrap())).unwrap();
        tokio::spawn(async move {
            loop {
                let (stream, _) = socket.accept().await.unwrap();
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    if let Ok(stream) = acceptor.accept(stream).await {
                        serve(stream, &[Act::Say(OK)], Arc::default(), Arc::default()).await;
                    }
                });
            }
        });
        (endpoint, made.cert.pem())
    }

    #[tokio::test]
    async fn an_authority_must_be_known() {
        let (endpoint, pem) = listener().await;
        let failure = send(&endpoint).await.unwrap_err();
        assert_eq!((failure.sent, failure.reason), (Sent::No, TransportReason::Tls));

        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("ca.pem");
        std::fs::write(&file, pem).unwrap();
        let trusting = HttpTransport::new(TransportOptions { ca_file: Some(file), ..options() }).unwrap();
        assert_eq!(trusting.send(&endpoint, &request()).await.unwrap().status, 200);
    }

    #[tokio::test]
    async fn a_file_without_certificates_is_refused_at_once() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("ca.pem");
        let code = || {
            let made = HttpTransport::new(TransportOptions { ca_file: Some(file.clone()), ..options() });
            made.err().map(|error| error.row.code)
        };
        assert_eq!(code(), Some("CE217"));
        std::fs::write(&file, "nothing").unwrap();
        assert_eq!(code(), Some("CE217"));
        std::fs::write(&file, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").unwrap();
        assert_eq!(code(), Some("CE217"));
    }
}
