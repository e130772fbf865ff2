//! What a call costs, against a bare HTTP client that does the same calls and looks at nothing.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use consnap_client::caller::ApiCaller;
use consnap_client::driver::{Caller, Clock, Wish};
use consnap_client::transport::{HttpTransport, TransportOptions};
use consnap_core::api::requests::{DescribeInvocations, Filled, InvocationFilter};
use consnap_core::api::{ApiCall, Operation, replies};
use consnap_core::credentials::{Credential, Secret};
use consnap_core::http::{HttpReply, TransportFailure};
use consnap_core::session::{Goal, Session, Setup};
use consnap_core::{Time, reply};
use consnap_simulator::scenario::{Fleet, InstanceSpec, Scenario};
use consnap_simulator::{Simulator, server};
use http_body_util::{BodyExt as _, Empty, Full};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::Row;

const CALLS: usize = 5_000;

pub(crate) fn bench() -> Vec<Row> {
    let page = page_of_50();
    let canned = serve_canned(vec![page]);
    let bare = on_one_thread(bare_client(canned, CALLS, "/".to_owned()));
    let ours = on_one_thread(our_client(canned, CALLS));
    let ratio = ours.as_secs_f64() / bare.as_secs_f64();
    let (session, replies) = whole_session();
    let calls = replies.len();
    let bare_replay = on_one_thread(bare_client(serve_canned(replies), calls, "/".to_owned()));
    let whole = session.as_secs_f64() / bare_replay.as_secs_f64();
    vec![
        Row {
            what: format!("bare hyper client, {CALLS} pages of 50 results"),
            measured: format!("{:.0} us CPU a call", micros(bare, CALLS)),
            held_to: "-",
            holds: true,
        },
        Row {
            what: "sign + send + read typed, the same calls".to_owned(),
            measured: format!("{:.0} us CPU, {ratio:.2} x", micros(ours, CALLS)),
            held_to: "at most 1.5 x",
            holds: ratio <= 1.5,
        },
        Row {
            what: format!("whole session with journal, 2,000 instances, {calls} calls"),
            measured: format!("{:.0} us CPU, {whole:.2} x", micros(session, calls)),
            held_to: "at most 4 x the same calls bare",
            holds: whole <= 4.0,
        },
    ]
}

fn micros(taken: Duration, calls: usize) -> f64 {
    taken.as_secs_f64() * 1e6 / calls.max(1) as f64
}

fn credential() -> Credential {
    Credential {
        access_key_id: "testid".to_owned(),
        access_key_secret: Secret::new("testsecret"),
        security_token: None,
        expires_at: None,
        source: "bench".to_owned(),
    }
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
    thread_time().checked_sub(before).unwrap()
}

fn page_of_50() -> Vec<u8> {
    let results: Vec<serde_json::Value> = (0..50)
        .map(|n| {
            serde_json::json!({"InstanceId": format!("i-bp1{n:017}"), "InvocationStatus": "Success", "ExitCode": 0,
                "Output": "W3NuYXBzaG90Z3JvdXA9InNzZy1icDFleGFtcGxlMDAwMDAwMDAwMSJdW21lc3NhZ2U9IkZpbmlzaCB3aG9sZSBQcm9jZXNzZXMgb2YgU25hcHNob3Qgc3VjY2Vzc2Z1bGx5Il0K",
                "Dropped": 0, "ErrorCode": "", "ErrorInfo": "", "StartTime": "2026-11-03T08:12:44Z",
                "FinishTime": "2026-11-03T08:12:53Z", "CreationTime": "2026-11-03T08:12:43Z", "Repeats": 1,
                "UpdateTime": "2026-11-03T08:12:53Z", "StopTime": "", "InstanceInvokeStatus": "Finished", "Timed": false})
        })
        .collect();
    serde_json::json!({"RequestId": "7C0E4B1A-22F1-5D09-9A53-0B6E1D2F3A41", "TotalCount": 1, "PageNumber": 1,
        "PageSize": 50, "NextToken": "", "Invocations": {"Invocation": [{"InvokeId": "t-hz0exampleinv0001",
        "InvocationStatus": "Success", "InvokeInstances": {"InvokeInstance": results}}]}})
    .to_string()
    .into_bytes()
}

/// A server in a thread of its own that gives canned bodies, one after the other, over and over.
fn serve_canned(bodies: Vec<Vec<u8>>) -> SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.set_nonblocking(true).expect("not blocking");
    let address = listener.local_addr().expect("its address");
    let bodies: Arc<Vec<Bytes>> = Arc::new(bodies.into_iter().map(Bytes::from).collect());
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async move {
            let listener = TcpListener::from_std(listener).expect("a listener");
            let turn = Arc::new(std::sync::atomic::AtomicUsize::new(0));
            loop {
                let (stream, _) = listener.accept().await.expect("a connection");
                let (bodies, turn) = (Arc::clone(&bodies), Arc::clone(&turn));
                tokio::spawn(async move {
                    let service = hyper::service::service_fn(move |_: hyper::Request<hyper::body::Incoming>| {
                        let n = turn.fetch_add(1, std::sync::atomic::Ordering::Relaxed) % bodies.len();
                        let body = bodies[n].clone();
                        async move { Ok::<_, Infallible>(hyper::Response::new(Full::new(body))) }
                    });
                    let _ = hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), service)
                        .await;
                });
            }
        });
    });
    address
}

async fn bare_client(server: SocketAddr, calls: usize, path: String) {
    let stream = TcpStream::connect(server).await.expect("a connection");
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake::<_, Empty<Bytes>>(TokioIo::new(stream)).await.expect("a handshake");
    tokio::spawn(connection);
    for _ in 0..calls {
        sender.ready().await.expect("ready");
        let request = hyper::Request::post(&path).header("host", "127.0.0.1").body(Empty::new()).expect("a request");
        let reply = sender.send_request(request).await.expect("a reply");
        std::hint::black_box(reply.into_body().collect().await.expect("a body").to_bytes());
    }
}

fn caller(endpoint: String) -> ApiCaller {
    let transport = HttpTransport::new(TransportOptions::default()).expect("a transport");
    ApiCaller::new(transport, credential(), Some(endpoint))
}

async fn our_client(server: SocketAddr, calls: usize) {
    let caller = caller(format!("http://{server}"));
    let call = DescribeInvocations {
        filter: InvocationFilter::Invocation {
            invoke_id: Filled::new("t-hz0exampleinv0001").expect("an id"),
            include_output: true,
        },
        next_token: None,
    }
    .into_call("cn-hangzhou");
    let now = Time::parse("2026-11-03T02:00:00Z").expect("a time");
    for _ in 0..calls {
        let reply = caller.call(&call, now).await.expect("a reply");
        let page = reply::parse::<replies::DescribeInvocations<'_>>(Operation::DescribeInvocations, &reply);
        assert_eq!(std::hint::black_box(page.expect("a page")).invocations[0].invoke_instances.len(), 50);
    }
}

/// Keeps the bodies that came, to play them to the bare client.
struct Recording {
    inner: ApiCaller,
    bodies: Mutex<Vec<Vec<u8>>>,
}

impl Caller for Recording {
    async fn call(&self, call: ApiCall, signed_at: Time) -> Result<HttpReply, TransportFailure> {
        let reply = self.inner.call(&call, signed_at).await?;
        self.bodies.lock().expect("nobody died").push(reply.body.clone());
        Ok(reply)
    }
}

/// CPU time of a whole run over HTTP, and the bodies that came.
fn whole_session() -> (Duration, Vec<Vec<u8>>) {
    let mut scenario = Scenario::empty();
    scenario.time_scale = 50.0;
    scenario.fleets.push(Fleet {
        count: 2_000,
        id_prefix: "i-bp1web".to_owned(),
        template: InstanceSpec { role: Some("AppSnapshotRoleName".to_owned()), ..InstanceSpec::default() },
    });
    let simulator = Simulator::new(scenario);
    let mut job = crate::fleet::job();
    job.targets.ids = simulator.truth().into_iter().map(|truth| truth.instance_id).collect();
    job.run.canary = 0;
    job.run.max_in_flight = 2_000;
    let (ready, endpoint) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async move {
            let served = server::serve(simulator, 0).await.expect("a port");
            ready.send(served.endpoint().clone()).expect("somebody waits");
            served.run_forever().await;
        });
    });
    let caller = Arc::new(Recording { inner: caller(endpoint.recv().expect("an endpoint")), bodies: Mutex::default() });
    let state = std::env::temp_dir().join(format!("consnap-bench-{}", std::process::id()));
    let taken = on_one_thread(async {
        let clock = Clock::starting_at(Clock::of_wall(Time::EPOCH).now(), 50.0);
        let setup = Setup::new(job.clone(), "a1b2c3d4", 1, Goal::Run);
        let header = consnap_client::journal::Header {
            format: consnap_client::journal::FORMAT,
            consnap_version: "bench".to_owned(),
            catalogue_version: "bench".to_owned(),
            run_id: "a1b2c3d4".to_owned(),
            account: "1".to_owned(),
            regions: job.regions.clone(),
            endpoint: None,
            job: serde_json::to_value(&job).expect("a job"),
            plan_hash: String::new(),
            started_at: clock.now(),
        };
        let mut journal = consnap_client::journal::Journal::create(&state, &header).expect("a journal");
        let mut session = Session::new(setup, clock.now());
        let (_keep, wish) = watch::channel(Wish::GoOn);
        consnap_client::driver::drive(&mut session, &mut journal, &caller, &clock, wish, |_, _| {}).await;
        assert_eq!(session.state().counts.failures, 0, "{:?}", session.error());
    });
    let _ = std::fs::remove_dir_all(&state);
    let bodies = std::mem::take(&mut *caller.bodies.lock().expect("nobody died"));
    (taken, bodies)
}
