//! What time does to a run, with the real binary over HTTP: the clock jumps between a crash and the resume, the service is
//! gone for an hour or three, a temporary key ends while something runs.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use consnap_client::journal::{Journal, load};
use consnap_core::Time;
use consnap_core::run::session::{Event, Numbered};
use serde_json::Value;

use super::cli_crash::{accepted, calls_of, wait_for};
use super::cli_run::Simulated;
use super::{Done, Place};

const JOB: &str = "\
version: 1
regions: [cn-hangzhou]
targets: {ids: [i-bp1a0000000000000001, i-bp1weak000000000001]}
instance_ram_role: AppSnapshotRoleName
group_name: nightly-{run}
linux: {pre_script_path: /tmp/prescript.sh, post_script_path: /tmp/postscript.sh, script_timeout_seconds: 1800}
run: {canary: 0, max_in_flight: 10, max_errors: 10}
";

/// The post-script takes its time; one instance silently falls back.
fn fleet(time_scale: u32, seconds: u32, more: &str) -> String {
    let slow = format!("post_script: {{path: /tmp/postscript.sh, millis: {seconds}000}}");
    format!(
        "version: 1\ntime_scale: {time_scale}\ninstances:\n  \
         - {{id: i-bp1a0000000000000001, platform: linux, role: AppSnapshotRoleName, guest: {{{slow}}}}}\n  \
         - {{id: i-bp1weak000000000001, platform: linux, role: AppSnapshotRoleName, guest: {{{slow}, pre_script: {{mode: '0755'}}}}}}\n\
         {more}"
    )
}

fn consnap(place: &Place, time_scale: u32, endpoint: &str, arguments: &[&str]) -> Command {
    let mut command = super::cli_crash::consnap(place, endpoint, arguments);
    command.env("CONSNAP_TIME_SCALE", time_scale.to_string());
    command
}

fn results(report: &Value) -> Vec<(&str, &str)> {
    let instances = report["instances"].as_array().unwrap();
    let mut results: Vec<_> = instances
        .iter()
        .map(|instance| (instance["instance_id"].as_str().unwrap(), instance["result"].as_str().unwrap()))
        .collect();
    results.sort_unstable();
    results
}

const TRUTH: [(&str, &str); 2] = [("i-bp1a0000000000000001", "ok"), ("i-bp1weak000000000001", "weaker")];

/// The journal of a run that died after its last intent, as if written by a clock that was so much ahead.
fn died_by_another_clock(place: &Place, run: &str, ahead_millis: i64) {
    let state = place.folder.path().join(".local/state/consnap");
    let recorded = load(&state, run).unwrap();
    let mut events: Vec<Numbered> = recorded.events.iter().map(|event| serde_json::from_str(event).unwrap()).collect();
    let last_intent = events.iter().rposition(|numbered| matches!(numbered.event, Event::CallIntended { .. })).unwrap();
    events.truncate(last_intent + 1);
    std::fs::remove_dir_all(state.join(run)).unwrap();
    let mut journal = Journal::create(&state, &recorded.header).unwrap();
    for mut numbered in events {
        numbered.at = Time::from_millis(numbered.at.millis() + ahead_millis);
        journal.append(numbered.seq, &numbered).unwrap();
    }
    journal.sync().unwrap();
}

/// The zone data are built in: a machine without them knows its zone all the same, and one that does not is never in UTC.
#[test]
fn a_time_without_offset_is_of_this_machines_zone_or_refused() {
    let place = Place::new();
    let simulated = Simulated::start(&place, &fleet(200, 1, ""));
    let job = place.file("job.yaml", &JOB.replace("run: {", "run: {start_before: '03:00', "));
    let tried = |zone: &str| {
        let mut command = consnap(&place, 200, &simulated.endpoint, &["run", job.to_str().unwrap(), "--yes"]);
        Done::of(command.env("TZ", zone).env("TZDIR", "/nonexistent").output().unwrap())
    };
    for unknown in ["Nowhere/City", "", "local time"] {
        tried(unknown).refuses(2, &["CE312", "03:00+08:00"]);
    }
    let state = place.folder.path().join(".local/state/consnap");
    assert!(!state.exists() || consnap_client::journal::list(&state).unwrap().is_empty(), "a run began");
    for (zone, hour) in [("Asia/Shanghai", 19), ("Asia/Tokyo", 18), ("Africa/Lagos", 2)] {
        let done = tried(zone);
        let newest = consnap_client::journal::list(&state).unwrap().pop().unwrap();
        let limit = newest.header.unwrap().no_start_after.unwrap();
        assert_eq!(limit.millis().div_euclid(3_600_000).rem_euclid(24), hour, "{zone}: {}", done.err);
        assert!(done.err.contains(&limit.to_wire()), "{zone}: {}", done.err);
    }
}

#[test]
fn a_clock_that_jumps_between_crash_and_resume() {
    const DAY: i64 = 86_400_000;
    for (jump, ahead_millis) in [("back by a day", DAY), ("forward by a day", -DAY), ("back by a minute", 60_000)] {
        let place = Place::new();
        let simulated = Simulated::start(&place, &fleet(200, 50, ""));
        let job = place.file("job.yaml", JOB);
        let run = ["run", job.to_str().unwrap(), "--format", "json"];
        let report = Done::of(consnap(&place, 200, &simulated.endpoint, &run).output().unwrap()).json();
        assert_eq!(results(&report), TRUTH);
        let id = report["run_id"].as_str().unwrap();
        died_by_another_clock(&place, id, ahead_millis);
        let resume = consnap(&place, 200, &simulated.endpoint, &["resume", id, "--format", "json"]).output().unwrap();
        let done = Done::of(resume);
        assert_eq!(done.exit, 1, "{jump}: {}{}", done.out, done.err);
        assert_eq!(results(&done.json()), TRUTH, "{jump}");
        let truth = simulated.ask("/__consnap/truth");
        let instances = truth["instances"].as_array().or_else(|| truth.as_array()).unwrap();
        assert!(instances.iter().all(|one| one["groups"].as_array().unwrap().len() == 1), "{jump}: {truth}");
    }
}

/// Between client and service: passes everything on, or nothing.
struct Line {
    endpoint: String,
    cut: Arc<AtomicBool>,
}

impl Line {
    fn to(service: &str) -> Self {
        let service = service.trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let cut: Arc<AtomicBool> = Arc::default();
        let is_cut = Arc::clone(&cut);
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                if is_cut.load(Ordering::SeqCst) {
                    continue;
                }
                let Ok(server) = TcpStream::connect(&service) else { continue };
                for (from, to) in [(&client, &server), (&server, &client)] {
                    let (from, to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
                    let is_cut = Arc::clone(&is_cut);
                    std::thread::spawn(move || pass_on(from, to, &is_cut));
                }
            }
        });
        Self { endpoint, cut }
    }
}

fn pass_on(mut from: TcpStream, mut to: TcpStream, is_cut: &AtomicBool) {
    let mut chunk = [0; 16_384];
    from.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
    loop {
        if is_cut.load(Ordering::SeqCst) {
            break;
        }
        match from.read(&mut chunk) {
            Ok(0) => break,
            Ok(count) => {
                if to.write_all(&chunk[..count]).is_err() {
                    break;
                }
            }
            Err(error) if matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => {}
            Err(_) => break,
        }
    }
    let _ = from.shutdown(Shutdown::Both);
    let _ = to.shutdown(Shutdown::Both);
}

/// The command that the end of a run offers.
fn next_command(place: &Place, report: &Value) -> Vec<String> {
    let id = report["run_id"].as_str().unwrap();
    let shown = place.run(&["show", id]);
    let said = format!("{}{}", shown.out, shown.err);
    let at = said.find(&format!("`consnap resume {id}")).unwrap_or_else(|| panic!("no way on is offered: {said}"));
    let command = said[at + 1..].split('`').next().unwrap();
    command.split(' ').skip(1).chain(["--format", "json"]).map(str::to_owned).collect()
}

/// Runs the job; the service is gone for so many hours as soon as the command is under way.
fn gone_for(hours: u32, time_scale: u32) -> (Place, Simulated, Done) {
    let place = Place::new();
    let simulated = Simulated::start(&place, &fleet(time_scale, 1500, ""));
    let job = place.file("job.yaml", JOB);
    let line = Line::to(&simulated.endpoint);
    let child =
        consnap(&place, time_scale, &line.endpoint, &["run", job.to_str().unwrap(), "--format", "json"]).spawn();
    let child = child.unwrap();
    // A start in doubt would be another story.
    wait_for(|| accepted(&place));
    line.cut.store(true, Ordering::SeqCst);
    std::thread::sleep(Duration::from_secs(u64::from(hours) * 3600) / time_scale);
    line.cut.store(false, Ordering::SeqCst);
    let done = Done::of(child.wait_with_output().unwrap());
    let id = done.json()["run_id"].as_str().unwrap().to_owned();
    let journal = place.folder.path().join(".local/state/consnap").join(id).join("journal.jsonl");
    assert!(std::fs::read_to_string(journal).unwrap().contains("call_repeated"), "nobody noticed: {}", done.out);
    (place, simulated, done)
}

#[test]
fn the_service_is_gone_for_an_hour() {
    let (_place, simulated, done) = gone_for(1, 900);
    assert_eq!(done.exit, 1, "{}{}", done.out, done.err);
    assert_eq!(results(&done.json()), TRUTH);
    assert_eq!(calls_of(&simulated, "RunCommand"), 1);
}

#[test]
fn the_service_is_gone_for_longer_than_anybody_waits() {
    let (place, simulated, done) = gone_for(15, 6000);
    // Nobody could tell how the command ended, nor does a tag: the guest may be held.
    assert_eq!(done.exit, 5, "{}{}", done.out, done.err);
    let report = done.json();
    // The one that silently fell back ran no script and was over before.
    assert_eq!(results(&report)[0].1, "urgent", "{}", done.out);
    let words = next_command(&place, &report);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = Done::of(consnap(&place, 6000, &simulated.endpoint, &words).output().unwrap());
    assert_eq!(done.exit, 1, "{}{}", done.out, done.err);
    assert_eq!(results(&done.json()), TRUTH);
    assert_eq!(calls_of(&simulated, "RunCommand"), 1);
}

#[test]
fn a_temporary_key_ends_while_something_runs() {
    let place = Place::new();
    let keys = "access_keys:\n  - {id: testid, secret: testsecret}\n  - {id: STS.brief, secret: briefsecret, security_token: brieftoken, expires_after_seconds: 50}\n";
    let simulated = Simulated::start(&place, &fleet(20, 60, keys));
    let job = place.file("job.yaml", JOB);
    let brief = consnap(&place, 20, &simulated.endpoint, &["run", job.to_str().unwrap(), "--format", "json"])
        .env("ALIBABA_CLOUD_ACCESS_KEY_ID", "STS.brief")
        .env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "briefsecret")
        .env("ALIBABA_CLOUD_SECURITY_TOKEN", "brieftoken")
        .output()
        .unwrap();
    let done = Done::of(brief);
    assert_eq!(done.exit, 5, "{}{}", done.out, done.err);
    assert!(done.out.contains("InvalidSecurityToken.Expired"), "{}", done.out);
    let report = done.json();
    let words = next_command(&place, &report);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = Done::of(consnap(&place, 20, &simulated.endpoint, &words).output().unwrap());
    assert_eq!(done.exit, 1, "{}{}", done.out, done.err);
    assert_eq!(results(&done.json()), TRUTH);
    assert_eq!(calls_of(&simulated, "RunCommand"), 1);
}

/// Toward the service itself the pauses between attempts last as long as they say, whatever the scale of time asks for.
#[test]
fn only_a_simulator_is_hurried() {
    let place = Place::new();
    place.file("job.yaml", JOB);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut process = Command::new(env!("CARGO_BIN_EXE_consnap"))
        .env_clear()
        .env("HOME", place.folder.path())
        .env("HTTPS_PROXY", format!("http://{}", listener.local_addr().unwrap()))
        .env("CONSNAP_TIME_SCALE", "100000")
        .env("ALIBABA_CLOUD_ACCESS_KEY_ID", "testid")
        .env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "testsecret")
        .current_dir(place.folder.path())
        .args(["plan", "job.yaml"])
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    listener.set_nonblocking(true).unwrap();
    let began = Instant::now();
    let attempt = || {
        while listener.accept().is_err() {
            assert!(began.elapsed() < Duration::from_secs(90), "it gave up");
            std::thread::sleep(Duration::from_millis(2));
        }
        Instant::now()
    };
    // The pauses between five attempts are drawn from up to 0.5, 1, 2 and 4 s.
    let attempts: Vec<Instant> = (0..5).map(|_| attempt()).collect();
    process.kill().unwrap();
    process.wait().unwrap();
    assert!(attempts[4].duration_since(attempts[0]) > Duration::from_millis(50));
}
