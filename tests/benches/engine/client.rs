//! What the client costs, against a bare hyper client that sends the same requests (signed beforehand), receives the same
//! replies and reads them into JSON values; over plain HTTP, and over HTTPS with a connection that is kept. A client that
//! reads nothing stands beside it: it shows how much of the cost is reading.
//!
//! The calls are those of a real run over HTTP against the simulator, recorded once and played back.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use consnap_client::caller::ApiCaller;
use consnap_client::driver::{Caller, Clock, Control};
use consnap_client::journal::{self, Journal};
use consnap_client::transport::{HttpTransport, TransportOptions};
use consnap_core::base::http::{HttpReply, HttpRequest, TransportFailure};
use consnap_core::ecs::api::{ApiCall, Operation, replies};
use consnap_core::ecs::sign::{SignatureVersion, sign_call};
use consnap_core::run::session::Session;
use consnap_core::{Time, ecs::reply};
use consnap_simulator::server;
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject as _};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use crate::{Row, fleet};

/// How often a recorded run is played back.
const ROUNDS: usize = 20;
const INSTANCES: u32 = 2_000;

pub(crate) fn bench() -> Vec<Row> {
    let recorded = Arc::new(recorded_session());
    let session = crate::median(5, || whole_session(caller));
    let calls = recorded.len();
    let bytes = recorded.iter().map(|call| call.reply.len()).sum::<usize>() / calls.max(1);
    let plain = serve_canned(&recorded, None);
    let tls = Certificate::new();
    let encrypted = serve_canned(&recorded, Some(&tls));
    let bare = |server, looks, tls| a_round(bare_client(server, Arc::clone(&recorded), looks, tls));
    let ours = |endpoint, tls| a_round(our_client(endpoint, Arc::clone(&recorded), tls));
    let (blind, reading) = (bare(plain, Looks::AtNothing, None), bare(plain, Looks::AtJson, None));
    let our_plain = ours(format!("http://{plain}"), None);
    let reading_tls = bare(encrypted, Looks::AtJson, Some(&tls));
    let our_tls = ours(format!("https://{encrypted}"), Some(&tls));
    let _ = std::fs::remove_file(&tls.file);
    let ratio = |one: Duration, other: Duration| one.as_secs_f64() / other.as_secs_f64();
    let row = |what: String, taken: Duration, against: Option<(Duration, f64, &'static str)>| {
        let each = format!("{:.0} us CPU a call", taken.as_secs_f64() * 1e6 / calls as f64);
        let Some((other, most, held_to)) = against else {
            return Row { what, measured: each, held_to: "-", holds: true };
        };
        let ratio = ratio(taken, other);
        Row { what, measured: format!("{each}, {ratio:.2} x"), held_to, holds: ratio <= most }
    };
    vec![
        row(format!("bare hyper, {calls} calls of a run, {bytes} bytes a reply, unread"), blind, None),
        row("bare hyper that reads the replies into JSON values".to_owned(), reading, None),
        row(
            "  sign + send + read typed, the same calls".to_owned(),
            our_plain,
            Some((reading, 1.5, "at most 1.5 x the reading client")),
        ),
        row(
            format!("  whole session with journal, {INSTANCES} instances"),
            session,
            Some((reading, 4.0, "at most 4 x the reading client")),
        ),
        row("bare hyper that reads, over HTTPS, one connection".to_owned(), reading_tls, None),
        row(
            "  sign + send + read typed over HTTPS, connection reused".to_owned(),
            our_tls,
            Some((reading_tls, 1.5, "at most 1.5 x the reading client")),
        ),
    ]
}

/// CPU time of one round of a client's calls.
fn a_round(client: impl Future) -> Duration {
    on_one_thread(client) / u32::try_from(ROUNDS).unwrap_or(1)
}

/// What a bare client does with a reply.
#[derive(Copy, Clone)]
enum Looks {
    AtNothing,
    AtJson,
}

/// A call of the recorded run, with what answered it.
struct Recorded {
    call: ApiCall,
    request: HttpRequest,
    reply: Bytes,
}

/// CPU time of the calling thread.
fn thread_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(u64::try_from(time.tv_sec).unwrap_or(0), u32::try_from(time.tv_nsec).unwrap_or(0))
}

/// Runs a future on a runtime of this thread alone, and tells its CPU time.
fn on_one_thread<T>(future: impl Future<Output = T>) -> Duration {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let before = thread_time();
    runtime.block_on(future);
    thread_time().saturating_sub(before)
}

/// Runs a future in a thread of its own, with a name that profiles show.
fn in_background<F: Future + 'static>(future: impl FnOnce() -> F + Send + 'static) {
    let body = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(future());
    };
    std::thread::Builder::new().name("service".to_owned()).spawn(body).expect("a thread");
}

/// A certificate for this machine, and its authority as a file.
struct Certificate {
    chain: CertificateDer<'static>,
    key: Vec<u8>,
    file: PathBuf,
}

impl Certificate {
    fn new() -> Self {
        let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).expect("a certificate");
        let pem = made.cert.pem();
        let file = std::env::temp_dir().join(format!("consnap-bench-{}.pem", std::process::id()));
        std::fs::write(&file, &pem).expect("a file");
        let chain = CertificateDer::from_pem_slice(pem.as_bytes()).expect("a certificate");
        Self { chain, key: made.signing_key.serialize_der(), file }
    }

    fn acceptor(&self) -> TlsAcceptor {
        let key = PrivateKeyDer::try_from(self.key.clone()).expect("a key");
        let config =
            ServerConfig::builder_with_provider(Arc::new(tokio_rustls::rustls::crypto::ring::default_provider()))
                .with_safe_default_protocol_versions()
                .expect("versions")
                .with_no_client_auth()
                .with_single_cert(vec![self.chain.clone()], key)
                .expect("a configuration");
        TlsAcceptor::from(Arc::new(config))
    }

    fn connector(&self) -> TlsConnector {
        let mut roots = RootCertStore::empty();
        roots.add(self.chain.clone()).expect("an authority");
        let config =
            ClientConfig::builder_with_provider(Arc::new(tokio_rustls::rustls::crypto::ring::default_provider()))
                .with_safe_default_protocol_versions()
                .expect("versions")
                .with_root_certificates(roots)
                .with_no_client_auth();
        TlsConnector::from(Arc::new(config))
    }
}

/// A server in a thread of its own that gives the recorded replies, one after the other, over and over.
fn serve_canned(recorded: &[Recorded], tls: Option<&Certificate>) -> SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.set_nonblocking(true).expect("not blocking");
    let address = listener.local_addr().expect("its address");
    let bodies: Arc<Vec<Bytes>> = Arc::new(recorded.iter().map(|call| call.reply.clone()).collect());
    let acceptor = tls.map(Certificate::acceptor);
    in_background(|| async move {
        let listener = TcpListener::from_std(listener).expect("a listener");
        loop {
            let (stream, _) = listener.accept().await.expect("a connection");
            let (bodies, acceptor) = (Arc::clone(&bodies), acceptor.clone());
            tokio::spawn(async move {
                match acceptor {
                    None => answer(stream, bodies).await,
                    Some(acceptor) => answer(acceptor.accept(stream).await.expect("a handshake"), bodies).await,
                }
            });
        }
    });
    address
}

async fn answer(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, bodies: Arc<Vec<Bytes>>) {
    let turn = AtomicUsize::new(0);
    let service = hyper::service::service_fn(move |_: hyper::Request<hyper::body::Incoming>| {
        let body = bodies[turn.fetch_add(1, Ordering::Relaxed) % bodies.len()].clone();
        async move { Ok::<_, Infallible>(hyper::Response::new(Full::new(body))) }
    });
    let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

async fn bare_client(server: SocketAddr, recorded: Arc<Vec<Recorded>>, looks: Looks, tls: Option<&Certificate>) {
    let stream = TcpStream::connect(server).await.expect("a connection");
    stream.set_nodelay(true).expect("no delay");
    match tls {
        None => bare_calls(stream, &recorded, looks).await,
        Some(tls) => {
            let name = ServerName::try_from("127.0.0.1").expect("a name");
            bare_calls(tls.connector().connect(name, stream).await.expect("a handshake"), &recorded, looks).await;
        }
    }
}

async fn bare_calls(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, recorded: &[Recorded], looks: Looks) {
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake::<_, Full<Bytes>>(TokioIo::new(stream)).await.expect("a handshake");
    tokio::spawn(connection);
    for call in (0..ROUNDS).flat_map(|_| recorded) {
        sender.ready().await.expect("ready");
        let target = format!("{}?{}", call.request.path, call.request.query);
        let mut request = hyper::Request::builder().method(&*call.request.method).uri(target);
        for (name, value) in &call.request.headers {
            request = request.header(&**name, value);
        }
        let request = request.body(Full::new(Bytes::from(call.request.body.clone()))).expect("a request");
        let reply = sender.send_request(request).await.expect("a reply");
        let body = reply.into_body().collect().await.expect("a body").to_bytes();
        if let Looks::AtJson = looks {
            std::hint::black_box(serde_json::from_slice::<serde_json::Value>(&body).expect("JSON"));
        }
        std::hint::black_box(body);
    }
}

async fn our_client(endpoint: String, recorded: Arc<Vec<Recorded>>, tls: Option<&Certificate>) {
    let caller = caller_trusting(endpoint, tls.map(|tls| tls.file.as_path()));
    for call in (0..ROUNDS).flat_map(|_| &*recorded) {
        let reply = caller.call(&call.call, fleet::start()).await.expect("a reply");
        read_typed(call.call.operation, &reply);
    }
}

/// Reads a reply as the session does.
fn read_typed(operation: Operation, reply: &HttpReply) {
    macro_rules! read {
        ($($known:ident => $kind:ty),+ $(,)?) => {
            match operation {
                $(Operation::$known => {
                    std::hint::black_box(reply::parse::<$kind>(operation, reply).expect("a typed reply"));
                })+
                other => panic!("no run calls {other:?}"),
            }
        };
    }
    read!(
        GetCallerIdentity => replies::GetCallerIdentity,
        DescribeInstances => replies::DescribeInstances<'_>,
        DescribeDisks => replies::DescribeDisks,
        DescribeCloudAssistantStatus => replies::DescribeCloudAssistantStatus,
        DescribeInstanceRamRole => replies::DescribeInstanceRamRole,
        RunCommand => replies::RunCommand,
        DescribeInvocations => replies::DescribeInvocations<'_>,
        DescribeSnapshotGroups => replies::DescribeSnapshotGroups<'_>,
        DescribeSnapshots => replies::DescribeSnapshots<'_>,
    );
}

fn caller(endpoint: String) -> ApiCaller {
    caller_trusting(endpoint, None)
}

fn caller_trusting(endpoint: String, ca_file: Option<&Path>) -> ApiCaller {
    let options = TransportOptions { ca_file: ca_file.map(Path::to_owned), ..TransportOptions::default() };
    ApiCaller::new(HttpTransport::new(options).expect("a transport"), fleet::credential(), Some(endpoint))
}

/// Keeps calls and replies, to play them back.
struct Recording {
    inner: ApiCaller,
    calls: Arc<Mutex<Vec<(ApiCall, HttpReply)>>>,
}

impl Caller for Recording {
    async fn call(&self, call: ApiCall, signed_at: Time) -> Result<HttpReply, TransportFailure> {
        let reply = self.inner.call(&call, signed_at).await?;
        self.calls.lock().expect("nobody died").push((call, reply.clone()));
        Ok(reply)
    }
}

/// CPU time of a whole run over HTTP with its journal.
fn whole_session<C: Caller>(caller: impl FnOnce(String) -> C) -> Duration {
    let (simulator, setup) = fleet::run_over_at(INSTANCES, 50.0);
    let (ready, endpoint) = std::sync::mpsc::channel();
    in_background(|| async move {
        let served = server::serve(simulator, 0).await.expect("a port");
        ready.send(served.endpoint().clone()).expect("somebody waits");
        served.run_forever().await;
    });
    let caller = Arc::new(caller(endpoint.recv().expect("an endpoint")));
    let state = std::env::temp_dir().join(format!("consnap-bench-{}", std::process::id()));
    let taken = on_one_thread(async {
        let clock = Clock::starting_at(Clock::of_wall(Time::EPOCH).now(), 50.0);
        let header = journal::Header {
            format: journal::FORMAT,
            consnap_version: "bench".to_owned(),
            catalogue_version: "bench".to_owned(),
            run_id: setup.run_id.clone(),
            account: "1".to_owned(),
            regions: setup.job.regions.clone(),
            endpoint: None,
            job: serde_json::to_value(&setup.job).expect("a job"),
            plan_hash: String::new(),
            started_at: clock.now(),
            job_hash: None,
            no_start_after: None,
            selected: None,
        };
        let mut journal = Journal::create(&state, &header).expect("a journal");
        let mut session = Session::new(setup, clock.now());
        let (_keep, wish) = watch::channel(Control::Run);
        consnap_client::driver::drive(&mut session, &mut journal, &caller, &clock, wish, |_, _| {}).await;
        assert_eq!(session.state().counts.failures, 0, "{:?}", session.error());
    });
    let _ = std::fs::remove_dir_all(&state);
    taken
}

/// The calls of such a run.
fn recorded_session() -> Vec<Recorded> {
    let calls = Arc::new(Mutex::default());
    whole_session(|endpoint| Recording { inner: caller(endpoint), calls: Arc::clone(&calls) });
    let calls = std::mem::take(&mut *calls.lock().expect("nobody died"));
    let recorded = calls.into_iter().map(|(call, reply): (ApiCall, HttpReply)| {
        let nonce = "00000000000000000000000000000000";
        let credential = fleet::credential();
        let request = sign_call(&call, "127.0.0.1", &credential, fleet::start(), nonce, SignatureVersion::V3);
        Recorded { request, reply: Bytes::from(reply.body), call }
    });
    recorded.collect()
}
