//! `cargo xtask bench`: figures and ratios of one run, as a table. Each measurement runs in a process of its own, so that
//! one's memory is not another's.
//!
//! Not timed tests: nothing here fails a build. What a figure is held to stands beside it.

use std::hint::black_box;
use std::process::Command;
use std::time::{Duration, Instant};

use consnap_core::Time;
use consnap_core::base::http::HttpRequest;
use consnap_core::check::{CheckContext, check_many};
use consnap_core::plugin::output::{ContentEncoding, decode_page};
use consnap_core::run::session::Session;
use consnap_simulator::{Answer, Ended, MemoryDriver, Onward, Service, Simulator};

mod client;
mod command_line;
mod estate;
mod fleet;
mod policies;

/// A measured figure beside what it is held to.
pub(crate) struct Row {
    pub(crate) what: String,
    pub(crate) measured: String,
    pub(crate) held_to: &'static str,
    pub(crate) holds: bool,
}

type Bench = fn() -> Vec<Row>;

const BENCHES: &[(&str, Bench)] = &[
    ("check", check),
    ("decode", decode),
    ("session-10k", || session(10_000, None)),
    ("session-100k", || session(100_000, Some(Duration::from_secs(3)))),
    ("client", client::bench),
    ("command-line", command_line::bench),
    ("estate", estate::bench),
    ("policy", policies::bench),
];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if let Some(name) = arguments.iter().find_map(|argument| argument.strip_prefix("--only=")) {
        for (_, bench) in BENCHES.iter().filter(|(known, _)| *known == name) {
            for row in bench() {
                println!("{}", line(&row));
            }
        }
        return;
    }
    println!("{:<58} {:>26}   {:<34} holds", "what", "measured", "held to");
    let own = std::env::current_exe().expect("the path of this program");
    for (name, _) in BENCHES.iter().filter(|(name, _)| arguments.is_empty() || arguments.iter().any(|a| a == name)) {
        let status = Command::new(&own).arg(format!("--only={name}")).status().expect("this program starts again");
        if !status.success() {
            println!("{name}: ended with {status}");
        }
    }
}

fn line(row: &Row) -> String {
    let holds = if row.holds { "yes" } else { "NO" };
    format!("{:<58} {:>26}   {:<34} {holds}", row.what, row.measured, row.held_to)
}

/// The median of some repetitions, each of which tells how long it took.
pub(crate) fn median(repetitions: usize, mut once: impl FnMut() -> Duration) -> Duration {
    let mut taken: Vec<Duration> = (0..repetitions).map(|_| once()).collect();
    taken.sort_unstable();
    taken[repetitions / 2]
}

/// Facts of about 800 bytes; every second instance has something wrong with it.
fn facts(n: usize) -> String {
    let (category, status) =
        if n.is_multiple_of(2) { ("cloud_essd", "Running") } else { ("cloud_efficiency", "Stopped") };
    format!(
        concat!(
            r#"{{"instance_id":"i-bp1{:017}","region_id":"cn-hangzhou","zone_id":"cn-hangzhou-k","instance_name":"db-{}","#,
            r#""status":"{}","os_type":"linux","os_name":"Alibaba Cloud Linux  3.2104 LTS 64位","#,
            r#""os_name_en":"Alibaba Cloud Linux  3.2104 LTS 64 bit","network_type":"vpc","metadata_endpoint":"","#,
            r#""ram_role":"AppSnapshotRoleName","cloud_assistant":{{"online":true,"version":"2.2.3.1090"}},"disks":["#,
            r#"{{"disk_id":"d-bp1{:017}","category":"{}","kind":"system","size_gib":40,"status":"In_use","multi_attach":"Disabled"}},"#,
            r#"{{"disk_id":"d-bp2{:017}","category":"cloud_essd","kind":"data","size_gib":500,"status":"In_use","multi_attach":"Disabled"}}],"#,
            r#""guest":{{"pre_script":{{"path":"/tmp/prescript.sh","exists":true,"owner":"root","mode":"0700"}},"#,
            r#""post_script":{{"path":"/tmp/postscript.sh","exists":true,"owner":"root","mode":"0700"}}}}}}"#
        ),
        n, n, status, n, category, n
    )
}

fn check() -> Vec<Row> {
    let count = 100_000;
    let lines: Vec<String> = (0..count).map(facts).collect();
    let average = lines.iter().map(String::len).sum::<usize>() / count;
    let document = lines.join("\n");
    let (job, context) = (fleet::job(), CheckContext::default());
    let taken = median(5, || {
        let begin = Instant::now();
        let mut findings = 0;
        let (seen, problems) = check_many(&job, document.as_bytes(), &context, |checked| {
            findings += black_box(checked).check.findings.len();
        });
        assert_eq!((seen, problems.len()), (count, 0));
        black_box(findings);
        begin.elapsed()
    });
    let plain = median(5, || {
        let begin = Instant::now();
        for line in document.lines() {
            black_box(serde_json::from_str::<serde_json::Value>(line).expect("JSON"));
        }
        begin.elapsed()
    });
    let rate = count as f64 / taken.as_secs_f64();
    vec![
        Row {
            what: format!("check from JSON, all reasons ({average} bytes each)"),
            measured: format!("{rate:.0} instances/s"),
            held_to: "at least 500,000/s",
            holds: rate >= 500_000.0,
        },
        Row {
            what: "  against only reading the same JSON into values".to_owned(),
            measured: format!("{:.2} x its time", taken.as_secs_f64() / plain.as_secs_f64()),
            held_to: "-",
            holds: true,
        },
    ]
}

fn pages(count: usize, output: &str) -> Vec<Vec<u8>> {
    use base64::Engine as _;
    let encoded = base64::engine::general_purpose::STANDARD.encode(output);
    (0..count / 50)
        .map(|page| {
            let results: Vec<serde_json::Value> = (0..50)
                .map(|n| {
                    serde_json::json!({
                        "InvokeId": "t-hz0exampleinv0001", "CommandId": "c-hz0examplecmd0001",
                        "InstanceId": format!("i-bp1{:017}", page * 50 + n), "InvocationStatus": "Success",
                        "InvokeRecordStatus": "Finished", "ExitCode": 0, "Output": encoded, "Dropped": 0, "ErrorCode": "",
                        "ErrorInfo": "", "StartTime": "2026-11-03T08:12:44Z", "FinishedTime": "2026-11-03T08:12:53Z",
                        "StopTime": "", "Repeats": 1, "Username": "root", "Tags": {"Tag": []}
                    })
                })
                .collect();
            serde_json::json!({"RequestId": "7C0E4B1A-22F1-5D09-9A53-0B6E1D2F3A41", "Invocation": {
                "PageNumber": 1, "PageSize": 50, "TotalCount": 50, "NextToken": "",
                "InvocationResults": {"InvocationResult": results}}})
            .to_string()
            .into_bytes()
        })
        .collect()
}

fn decode() -> Vec<Row> {
    let last =
        "[snapshotgroup=\"ssg-bp170v57ca9j01jbtest\"][message=\"Finish whole Processes of Snapshot successfully\"]\n";
    let mut long = String::new();
    for n in 0..24 {
        use std::fmt::Write as _;
        writeln!(
            long,
            "[level=\"info\"][time=\"2026-11-03 08:12:45.{n:09}\"][message=\"Attached DiskId=d-bp1example{n:012}, Device=/dev/xvd{n}, Category=cloud_essd, with \"quotes\" inside and more\"]"
        )
        .expect("text");
    }
    long.push_str(last);
    [
        ("one-line outputs", last.to_owned(), 200_000, "at least 800,000/s", 800_000.0),
        ("25-line outputs", long, 50_000, "at least 150,000/s", 150_000.0),
    ]
    .into_iter()
    .map(|(what, output, count, held_to, goal)| {
        let pages = pages(count, &output);
        let taken = median(5, || {
            let begin = Instant::now();
            let decoded: usize = pages
                .iter()
                .map(|page| {
                    let decoded = decode_page(page, ContentEncoding::Base64);
                    decoded.outcomes.iter().filter(|outcome| outcome.succeeded).count()
                })
                .sum();
            assert_eq!(decoded, count);
            begin.elapsed()
        });
        let rate = count as f64 / taken.as_secs_f64();
        Row {
            what: format!("decode pages of 50, {what} ({} bytes)", output.len()),
            measured: format!("{rate:.0} results/s"),
            held_to,
            holds: rate >= goal,
        }
    })
    .collect()
}

/// Measures what the service takes, so that the session's own share can be told.
struct Watched {
    inner: Simulator,
    taken: Duration,
    calls: u64,
}

impl Service for Watched {
    fn handle(&mut self, now: Time, request: &HttpRequest) -> Answer {
        let begin = cpu_time();
        let answer = self.inner.handle(now, request);
        self.taken += cpu_time().saturating_sub(begin);
        self.calls += 1;
        answer
    }
}

fn session(count: u32, goal: Option<Duration>) -> Vec<Row> {
    let (simulator, setup) = fleet::run_over(count);
    let start = fleet::start();
    let mut watched = Watched { inner: simulator, taken: Duration::ZERO, calls: 0 };
    let mut driver = MemoryDriver::new(start, fleet::credential());
    let begin = cpu_time();
    let mut session = Session::new(setup, start);
    let ended = driver.run(&mut session, &mut watched, |events| {
        black_box(events);
        Onward::Go
    });
    let whole = cpu_time().saturating_sub(begin);
    assert_eq!(ended, Ended::Done);
    assert_eq!(session.state().counts.failures, 0);
    let signing = signing(watched.calls);
    let alone = whole.saturating_sub(watched.taken + signing);
    let thousands = f64::from(count) / 1000.0;
    vec![
        Row {
            what: format!("session alone, {count} instances"),
            measured: format!("{:.2} s CPU", alone.as_secs_f64()),
            held_to: if goal.is_some() { "at most 3 s" } else { "-" },
            holds: goal.is_none_or(|goal| alone <= goal),
        },
        Row {
            what: "  a thousand instances".to_owned(),
            measured: format!("{:.1} ms CPU", alone.as_secs_f64() * 1000.0 / thousands),
            held_to: "the same at 10,000 and 100,000",
            holds: true,
        },
        Row {
            what: "  with the simulator".to_owned(),
            measured: format!("{:.2} s CPU", whole.as_secs_f64()),
            held_to: if goal.is_some() { "at most 6 s" } else { "-" },
            holds: goal.is_none_or(|goal| whole <= goal * 2),
        },
        Row {
            what: "  calls per 1,000 instances with two disks".to_owned(),
            measured: format!("{:.0}", watched.calls as f64 / thousands),
            held_to: "at most 100",
            holds: watched.calls as f64 / thousands <= 100.0,
        },
    ]
}

/// What signing so many calls takes: the driver's business, not the session's.
fn signing(calls: u64) -> Duration {
    let id = consnap_core::ecs::api::requests::Filled::new("t-hz0exampleinv0001").expect("an id");
    let filter = consnap_core::ecs::api::requests::InvocationFilter::Invocation { invoke_id: id, include_output: true };
    let call =
        consnap_core::ecs::api::requests::DescribeInvocations { filter, next_token: None }.into_call("cn-hangzhou");
    let credential = fleet::credential();
    let begin = cpu_time();
    for number in 0..calls {
        let nonce = format!("{number:032x}");
        let version = consnap_core::ecs::sign::SignatureVersion::V3;
        black_box(consnap_core::ecs::sign::sign_call(&call, "127.0.0.1", &credential, fleet::start(), &nonce, version));
    }
    cpu_time().saturating_sub(begin)
}

/// CPU time of this process.
pub(crate) fn cpu_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(u64::try_from(time.tv_sec).unwrap_or(0), u32::try_from(time.tv_nsec).unwrap_or(0))
}
