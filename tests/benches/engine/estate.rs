//! A whole estate, with the real binary over loopback HTTP and the real clock: how long a run over 10,000 instances takes
//! beside what its calls must take, and how much memory it needs.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::Row;
use crate::command_line::binary;

const INSTANCES: usize = 10_000;
const LATENCY_MILLIS: u32 = 50;
const CALLS_PER_SECOND: f64 = 10.0;
/// Identity, instances, what belongs to them, other runs of the job, starts, results, groups: each waits once for an answer.
const STAGES: u32 = 7;
/// The client's own: an answer that takes longer is asked for again.
const READ_TIMEOUT: Duration = Duration::from_secs(15);

struct Simulated(Child);

impl Drop for Simulated {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub(crate) fn bench() -> Vec<Row> {
    let Some(binary) = binary() else {
        println!("estate: no `consnap` binary beside this program; build it first");
        return Vec::new();
    };
    let folder = std::env::temp_dir().join(format!("consnap-estate-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let scenario = format!(
        "version: 1\nfleets:\n  - {{count: {INSTANCES}, id_prefix: i-bp1web, template: {{role: AppSnapshotRoleName, tags: {{app: web}}, \
         disks: [{{category: cloud_essd, size_gib: 40}}, {{category: cloud_essd, size_gib: 200}}]}}}}\n\
         api_faults:\n  - {{probability: 0.01, connection_closed: after_effect}}\n  \
         - {{latency_millis: {{min: {LATENCY_MILLIS}, max: {LATENCY_MILLIS}}}}}\n"
    );
    let ids: Vec<String> = (1..=INSTANCES).map(|number| format!("i-bp1web{number:014}")).collect();
    let job = serde_json::json!({
        "version": 1, "regions": ["cn-hangzhou"], "instance_ram_role": "AppSnapshotRoleName", "group_name": "nightly",
        "targets": {"ids": ids},
        "linux": {"pre_script_path": "/tmp/prescript.sh", "post_script_path": "/tmp/postscript.sh", "script_timeout_seconds": 60},
        "run": {"canary": 0, "max_in_flight": INSTANCES},
    });
    std::fs::write(folder.join("scenario.yaml"), scenario).expect("a file");
    std::fs::write(folder.join("job.json"), job.to_string()).expect("a file");
    let mut simulator = Command::new(&binary)
        .args(["simulate", "scenario.yaml"])
        .current_dir(&folder)
        .stdout(Stdio::piped())
        .spawn()
        .map(Simulated)
        .expect("the simulator starts");
    let mut line = String::new();
    BufReader::new(simulator.0.stdout.take().expect("its output")).read_line(&mut line).expect("a line");
    let endpoint = serde_json::from_str::<Value>(&line).expect("JSON")["endpoint"].as_str().expect("one").to_owned();
    let begin = Instant::now();
    let mut run = Command::new(&binary)
        .args(["run", "job.json", "--endpoint", &endpoint])
        .env_clear()
        .env("HOME", &folder)
        .env("ALIBABA_CLOUD_ACCESS_KEY_ID", "testid")
        .env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "testsecret")
        .current_dir(&folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the run starts");
    let mut megabytes = 0.0f64;
    while run.try_wait().expect("a child").is_none() {
        let status = std::fs::read_to_string(format!("/proc/{}/status", run.id())).unwrap_or_default();
        let peak = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or_default();
        let kilobytes = peak.split_whitespace().nth(1).and_then(|text| text.parse::<f64>().ok());
        megabytes = megabytes.max(kilobytes.unwrap_or(0.0) / 1024.0);
        std::thread::sleep(Duration::from_millis(20));
    }
    let taken = begin.elapsed();
    // What a person gets is text; the report as data is asked for afterwards, so that its size is not the run's.
    let told = |arguments: &[&str]| -> Value {
        let output = Command::new(&binary)
            .args(arguments)
            .env("HOME", &folder)
            .current_dir(&folder)
            .output()
            .expect("consnap starts");
        serde_json::from_slice(&output.stdout).expect("JSON")
    };
    let history = told(&["history", "--format", "json"]);
    let report = told(&["show", history[0]["run_id"].as_str().expect("a run"), "--format", "json"]);
    drop(simulator);
    let _ = std::fs::remove_dir_all(&folder);
    assert_eq!(report["summary"]["ok"], INSTANCES, "the run itself");
    // Roles are asked for fifty at a time: of all APIs this one is called most.
    let most_calls = INSTANCES.div_ceil(50) as f64;
    let guest = slowest_guest(&report);
    let latency = Duration::from_millis(u64::from(STAGES * LATENCY_MILLIS));
    let least = Duration::from_secs_f64(most_calls / CALLS_PER_SECOND) + latency + guest + READ_TIMEOUT;
    let ratio = taken.as_secs_f64() / least.as_secs_f64();
    vec![
        Row {
            what: format!("{INSTANCES} instances over HTTP, {LATENCY_MILLIS} ms latency, 1 % faults"),
            measured: format!("{:.1} s, {ratio:.2} x {:.1} s", taken.as_secs_f64(), least.as_secs_f64()),
            held_to: "1.15 x calls, latency, guest, time-out",
            holds: ratio <= 1.15,
        },
        Row {
            what: "  its memory".to_owned(),
            measured: format!("{megabytes:.0} MB"),
            held_to: "at most 80 MB",
            holds: megabytes <= 80.0,
        },
        Row {
            what: "  calls per 1,000 instances".to_owned(),
            measured: report["summary"]["calls"].to_string(),
            held_to: "at most 1,000 for these 10,000",
            holds: report["summary"]["calls"].as_u64().is_some_and(|calls| calls <= 1_000),
        },
    ]
}

/// The longest time between start and end of a command.
fn slowest_guest(report: &Value) -> Duration {
    let time = |instance: &Value, key: &str| instance["command"][key].as_str().and_then(consnap_core::Time::parse);
    let spans = report["instances"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|instance| Some(time(instance, "finished_at")?.since(time(instance, "started_at")?)));
    spans.max().unwrap_or_default()
}
