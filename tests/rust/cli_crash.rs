//! The real binary is killed (SIGKILL) before and after every call of a run, and its journal is cut after every event: each
//! time `resume` ends with the verdict that is true, and no instance is snapshotted twice.

use std::io::{Read, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::cli_run::Simulated;
use super::{Done, Place};

/// Two that come out well, one that silently falls back, one whose plug-in fails for certain.
const FLEET: &str = "\
version: 1
time_scale: 100
instances:
  - {id: i-bp1good000000000001, platform: linux, role: AppSnapshotRoleName}
  - {id: i-bp1good000000000002, platform: windows, role: AppSnapshotRoleName}
  - {id: i-bp1weak000000000001, platform: linux, role: AppSnapshotRoleName, guest: {pre_script: {mode: '0755'}}}
  - {id: i-bp1fail000000000001, platform: linux, role: AppSnapshotRoleName}
guest_faults:
  - {instances: [i-bp1fail000000000001], exit_code: 4}
";

const JOB: &str = "\
version: 1
regions: [cn-hangzhou]
targets: {ids: [i-bp1good000000000001, i-bp1good000000000002, i-bp1weak000000000001, i-bp1fail000000000001]}
instance_ram_role: AppSnapshotRoleName
group_name: nightly-{run}
linux: {pre_script_path: /tmp/prescript.sh, post_script_path: /tmp/postscript.sh, script_timeout_seconds: 60}
run: {canary: 0, max_in_flight: 10, max_errors: 10}
";

/// What must come out of it, whatever happened in between.
const RESULTS: [(&str, &str); 4] = [
    ("i-bp1fail000000000001", "failed"),
    ("i-bp1good000000000001", "ok"),
    ("i-bp1good000000000002", "ok"),
    ("i-bp1weak000000000001", "weaker"),
];

/// When the client dies.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
enum Death {
    /// Before the service has the call.
    Before(usize),
    /// After the service carried it out; the reply never arrives.
    After(usize),
    /// After the service carried out the first call of a name; the reply never arrives.
    AfterFirst(&'static str),
    /// Never.
    Spared,
}

/// Stands between client and simulator, counts calls, and kills the client at the chosen one.
struct Guillotine {
    endpoint: String,
    calls: Arc<Mutex<Vec<String>>>,
    victim: Arc<Mutex<Option<Child>>>,
}

impl Guillotine {
    fn before(upstream: &str, death: Death) -> Self {
        let upstream = upstream.trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let calls: Arc<Mutex<Vec<String>>> = Arc::default();
        let victim: Arc<Mutex<Option<Child>>> = Arc::default();
        let (counted, condemned) = (Arc::clone(&calls), Arc::clone(&victim));
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let (upstream, counted, condemned) = (upstream.clone(), Arc::clone(&counted), Arc::clone(&condemned));
                std::thread::spawn(move || relay(client, &upstream, death, &counted, &condemned));
            }
        });
        Self { endpoint, calls, victim }
    }
}

/// Passes one request and one reply at a time, as HTTP/1.1 without pipelining has them.
fn relay(
    mut client: TcpStream,
    upstream: &str,
    death: Death,
    calls: &Mutex<Vec<String>>,
    victim: &Mutex<Option<Child>>,
) -> Option<()> {
    let mut service = TcpStream::connect(upstream).ok()?;
    loop {
        let request = message(&mut client)?;
        let text = String::from_utf8_lossy(&request).into_owned();
        let action = text.lines().find_map(|line| line.strip_prefix("x-acs-action: ")).unwrap_or("-").to_owned();
        let (number, first) = {
            let mut calls = calls.lock().unwrap();
            let first = !calls.contains(&action);
            calls.push(action.clone());
            (calls.len(), first)
        };
        if death == Death::Before(number) {
            return kill(victim);
        }
        service.write_all(&request).ok()?;
        let reply = message(&mut service)?;
        if death == Death::After(number) || (first && matches!(death, Death::AfterFirst(name) if name == action)) {
            return kill(victim);
        }
        client.write_all(&reply).ok()?;
    }
}

fn kill(victim: &Mutex<Option<Child>>) -> Option<()> {
    loop {
        // It may call before we have heard of it.
        if let Some(victim) = victim.lock().unwrap().as_mut() {
            // SIGKILL: nothing is cleaned up.
            return victim.kill().ok();
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A whole message with a `content-length`.
pub(super) fn message(stream: &mut impl Read) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 16_384];
    loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let length: usize = length.map_or(0, |length| length.trim().parse().unwrap());
            if bytes.len() >= end + 4 + length {
                return Some(bytes);
            }
        }
        match stream.read(&mut chunk) {
            Ok(count) if count > 0 => bytes.extend_from_slice(&chunk[..count]),
            _ => return None,
        }
    }
}

pub(crate) fn consnap(place: &Place, endpoint: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_consnap"));
    command
        .env_clear()
        .env("HOME", place.folder.path())
        .env("CONSNAP_TIME_SCALE", "100")
        .env("ALIBABA_CLOUD_ACCESS_KEY_ID", "testid")
        .env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "testsecret")
        .current_dir(place.folder.path())
        .args(arguments)
        .args(["--endpoint", endpoint])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Runs the job and dies as told; then `resume`. Gives the calls of the run, the report after the resume, and whether there
/// was anything to resume.
fn live_and_die(death: Death) -> (Vec<String>, Option<Value>) {
    let place = Place::new();
    let simulated = Simulated::start(&place, FLEET);
    let job = place.file("job.yaml", JOB);
    let guillotine = Guillotine::before(&simulated.endpoint, death);
    let mut child =
        consnap(&place, &guillotine.endpoint, &["run", job.to_str().unwrap(), "--format", "json"]).spawn().unwrap();
    let mut out = child.stdout.take().unwrap();
    *guillotine.victim.lock().unwrap() = Some(child);
    let mut report = String::new();
    out.read_to_string(&mut report).unwrap();
    let _ = guillotine.victim.lock().unwrap().as_mut().unwrap().wait();
    let calls = guillotine.calls.lock().unwrap().clone();
    let (Death::Before(last) | Death::After(last)) = death else {
        truth_holds(&simulated, &serde_json::from_str(&report).unwrap(), "the run itself");
        return (calls, None);
    };
    if calls.len() < last {
        // How often a running command is looked at depends on the machine: this time it took fewer calls.
        truth_holds(&simulated, &serde_json::from_str(&report).unwrap(), "the run itself");
        return (calls, None);
    }
    assert_eq!(report, "", "{death:?}: it was to die");
    let Some(run) = only_run(&place) else {
        assert_eq!(groups(&simulated), 0, "{death:?}: something was started without a journal");
        return (calls, None);
    };
    let done = resume(&place, &simulated, &run);
    assert_eq!(done.exit, 1, "{death:?}: {}{}", done.out, done.err);
    let report = done.json();
    truth_holds(&simulated, &report, &format!("{death:?}"));
    (calls, Some(report))
}

fn resume(place: &Place, simulated: &Simulated, run: &str) -> Done {
    Done::of(consnap(place, &simulated.endpoint, &["resume", run, "--format", "json"]).output().unwrap())
}

fn only_run(place: &Place) -> Option<String> {
    let history = place.run(&["history", "--format", "json"]).json();
    let runs = history.as_array().unwrap();
    assert!(runs.len() <= 1, "{history}");
    Some(runs.first()?["run_id"].as_str().unwrap().to_owned())
}

fn groups(simulated: &Simulated) -> usize {
    let truth = simulated.ask("/__consnap/truth");
    let instances = truth["instances"].as_array().or_else(|| truth.as_array()).unwrap();
    instances.iter().map(|instance| instance["groups"].as_array().map_or(0, Vec::len)).sum()
}

fn truth_holds(simulated: &Simulated, report: &Value, when: &str) {
    let mut results: Vec<(&str, &str)> = report["instances"]
        .as_array()
        .unwrap()
        .iter()
        .map(|instance| (instance["instance_id"].as_str().unwrap(), instance["result"].as_str().unwrap()))
        .collect();
    results.sort_unstable();
    assert_eq!(results, RESULTS, "{when}");
    assert_eq!(report["exit_status"], 1, "{when}");
    assert_eq!(groups(simulated), 3, "{when}: one group each, none for the one that failed before");
}

#[test]
fn killed_before_and_after_every_call() {
    let (calls, _) = live_and_die(Death::Spared);
    let writing = calls.iter().filter(|call| *call == "RunCommand").count();
    assert_eq!(writing, 2, "one for each platform: {calls:?}");
    assert!(calls.len() >= 9, "{calls:?}");
    let deaths: Vec<Death> =
        (1..=calls.len()).flat_map(|number| [Death::Before(number), Death::After(number)]).collect();
    let turn = Arc::new(Mutex::new(deaths.into_iter()));
    let resumed = Arc::new(Mutex::new(0));
    let workers: Vec<_> = (0..4)
        .map(|_| {
            let (turn, resumed) = (Arc::clone(&turn), Arc::clone(&resumed));
            std::thread::spawn(move || {
                loop {
                    let Some(death) = turn.lock().unwrap().next() else { return };
                    let (_, report) = live_and_die(death);
                    *resumed.lock().unwrap() += usize::from(report.is_some());
                }
            })
        })
        .collect();
    for worker in workers {
        worker.join().unwrap();
    }
    // From the first writing call on there is something to resume, and each of those ended with the truth.
    assert!(*resumed.lock().unwrap() >= 8, "{} of {}", resumed.lock().unwrap(), calls.len());
}

#[test]
fn a_journal_cut_after_every_event() {
    let place = Place::new();
    let simulated = Simulated::start(&place, FLEET);
    let job = place.file("job.yaml", JOB);
    let run = consnap(&place, &simulated.endpoint, &["run", job.to_str().unwrap(), "--format", "json"]);
    let report = Done::of({ run }.output().unwrap()).json();
    truth_holds(&simulated, &report, "the run itself");
    let id = report["run_id"].as_str().unwrap();
    let journal = place.folder.path().join(".local/state/consnap").join(id).join("journal.jsonl");
    let whole = std::fs::read(&journal).unwrap();
    let ends: Vec<usize> = (1..=whole.len()).filter(|&end| whole[end - 1] == b'\n').collect();
    assert!(ends.len() > 15, "{}", String::from_utf8_lossy(&whole));
    for (line, &end) in ends.iter().enumerate() {
        // The power went in the middle of the next line, or what had been written was taken back as a whole.
        let torn = if line % 2 == 0 { (end + 11).min(whole.len()) } else { end };
        std::fs::write(&journal, &whole[..torn]).unwrap();
        let done = resume(&place, &simulated, id);
        let when = format!("cut after line {} of {}, exit {}: {}", line + 1, ends.len(), done.exit, done.err);
        // What was started and is not in the journal any more is repeated with its token, or found and adopted.
        assert_eq!(done.exit, 1, "{when}\n{}", done.out);
        truth_holds(&simulated, &done.json(), &when);
    }
}

/// The power went while the plan was written down; whoever took it up was killed after the first start. The third process
/// starts the others as the second one had found them: a number among the commands of the first one would be another
/// platform's command.
#[test]
fn torn_before_its_plan_and_killed_after_its_start() {
    let place = Place::new();
    let job = place.file("job.yaml", &JOB.replace("max_in_flight: 10", "max_in_flight: 1"));
    let id = {
        let elsewhere = Simulated::start(&place, FLEET);
        let run = consnap(&place, &elsewhere.endpoint, &["run", job.to_str().unwrap(), "--format", "json"]);
        Done::of({ run }.output().unwrap()).json()["run_id"].as_str().unwrap().to_owned()
    };
    let journal = place.folder.path().join(".local/state/consnap").join(&id).join("journal.jsonl");
    let whole = std::fs::read_to_string(&journal).unwrap();
    let checked = whole.find(r#""event":"instance_checked""#).unwrap();
    let end = checked + whole[checked..].find('\n').unwrap() + 1;
    std::fs::write(&journal, &whole[..end + 11]).unwrap();

    let simulated = Simulated::start(&place, FLEET);
    let guillotine = Guillotine::before(&simulated.endpoint, Death::AfterFirst("RunCommand"));
    let mut second = consnap(&place, &guillotine.endpoint, &["resume", &id, "--format", "json"]).spawn().unwrap();
    let mut out = second.stdout.take().unwrap();
    *guillotine.victim.lock().unwrap() = Some(second);
    let mut report = String::new();
    out.read_to_string(&mut report).unwrap();
    let _ = guillotine.victim.lock().unwrap().as_mut().unwrap().wait();
    assert_eq!(report, "", "it was to die: {:?}", guillotine.calls.lock().unwrap());

    let done = resume(&place, &simulated, &id);
    assert_eq!(done.exit, 1, "{}{}", done.out, done.err);
    truth_holds(&simulated, &done.json(), "the third process");
}

#[test]
fn a_damaged_journal_is_refused_and_left_as_it_is() {
    let place = Place::new();
    let simulated = Simulated::start(&place, FLEET);
    let job = place.file("job.yaml", JOB);
    let run = consnap(&place, &simulated.endpoint, &["run", job.to_str().unwrap(), "--format", "json"]);
    let report = Done::of({ run }.output().unwrap()).json();
    let id = report["run_id"].as_str().unwrap();
    let journal = place.folder.path().join(".local/state/consnap").join(id).join("journal.jsonl");
    let mut bytes = std::fs::read(&journal).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&journal, &bytes).unwrap();
    for command in ["resume", "verify"] {
        let done = Done::of(consnap(&place, &simulated.endpoint, &[command, id]).output().unwrap());
        done.refuses(2, &["journal.jsonl", "line"]);
    }
    assert_eq!(std::fs::read(&journal).unwrap(), bytes);
    // The state directory lists it all the same, and says what is wrong with it.
    let history = place.run(&["history", "--format", "json"]).json();
    assert_eq!(history[0]["run_id"], id);
    assert!(history[0]["unreadable"].as_str().unwrap().contains("line"), "{history}");
}

#[test]
fn two_consnaps_on_one_run_do_not_meet() {
    let place = Place::new();
    let slow = FLEET.replace("time_scale: 100", "time_scale: 1");
    let simulated = Simulated::start(&place, &slow);
    let job = place.file("job.yaml", JOB);
    let mut first = consnap(&place, &simulated.endpoint, &["run", job.to_str().unwrap()]);
    let first = first.env("CONSNAP_TIME_SCALE", "1").spawn().unwrap();
    let run = wait_for(|| only_run(&place));
    let second = resume(&place, &simulated, &run);
    second.refuses(2, &[&run]);
    // `show` reads along.
    assert_eq!(place.run(&["show", &run, "--format", "json"]).json()["run_id"], run.as_str());
    let done = Done::of(first.wait_with_output().unwrap());
    assert_eq!(done.exit, 1, "{}", done.err);
    assert_eq!(groups(&simulated), 3);
}

#[test]
fn a_run_that_was_killed_is_named_before_anything_starts() {
    let place = Place::new();
    let simulated = Simulated::start(&place, &FLEET.replace("time_scale: 100", "time_scale: 1"));
    let job = place.file("job.yaml", JOB);
    let mut first = consnap(&place, &simulated.endpoint, &["run", job.to_str().unwrap()]);
    let mut first = first.env("CONSNAP_TIME_SCALE", "1").spawn().unwrap();
    wait_for(|| (calls_of(&simulated, "RunCommand") > 0).then_some(()));
    let run = only_run(&place).unwrap();
    let going_on = place.run(&["status"]);
    assert!(going_on.out.contains(&format!("run {run} is going on")), "{}", going_on.out);
    assert!(!going_on.out.contains("UNKNOWN"), "{}", going_on.out);
    first.kill().unwrap();
    first.wait().unwrap();
    // Nothing of it is known to be over, and no process follows it.
    let status = place.run(&["status", "--format", "json"]);
    let open = status.json();
    assert_eq!((status.exit, &open["unfinished_runs"][0]), (4, &Value::from(run.as_str())), "{open}");
    assert_eq!(open["running_runs"], serde_json::json!([]), "{open}");
    // A directory that lost its journal says nothing of its guests.
    std::fs::create_dir(place.folder.path().join(".local/state/consnap/l0st")).unwrap();
    let lost = place.run(&["status"]);
    assert!(lost.exit == 4 && lost.out.contains("run l0st cannot be read"), "{}", lost.out);
    std::fs::remove_dir(place.folder.path().join(".local/state/consnap/l0st")).unwrap();
    let started = calls_of(&simulated, "RunCommand");
    let second = consnap(&place, &simulated.endpoint, &["run", job.to_str().unwrap()]).output().unwrap();
    let second = Done::of(second);
    let named = format!("run `{run}` of the same job is not over");
    assert!(second.err.contains(&named) && second.err.contains(&format!("`consnap resume {run}`")), "{}", second.err);
    // What it started is still at work.
    assert_eq!(calls_of(&simulated, "RunCommand"), started, "{}", second.err);
}

#[test]
fn two_consnaps_on_one_job_do_not_freeze_an_instance_twice() {
    let (place, other) = (Place::new(), Place::new());
    let slow = FLEET.replace("time_scale: 100", "time_scale: 1");
    let simulated = Simulated::start(&place, &slow);
    let job = place.file("job.yaml", JOB);
    let mut first = consnap(&place, &simulated.endpoint, &["run", job.to_str().unwrap()]);
    let first = first.env("CONSNAP_TIME_SCALE", "1").spawn().unwrap();
    wait_for(|| (calls_of(&simulated, "RunCommand") > 0).then_some(()));
    let run = only_run(&place).unwrap();
    // On the same machine, and on one that shares nothing with it but the account: as fast as it likes, as loose as it likes.
    for host in [&place, &other] {
        let faster = host.file(
            "faster.yaml",
            &format!("{}\nrun: {{canary: 0, max_in_flight: 50}}\n", JOB.split("\nrun:").next().unwrap()),
        );
        let second = consnap(host, &simulated.endpoint, &["run", faster.to_str().unwrap()]).output().unwrap();
        let second = Done::of(second);
        assert_eq!(second.exit, 2, "{}{}", second.out, second.err);
        let said = format!("{}{}", second.out, second.err);
        assert!(said.contains("CE307") && said.contains(&run), "{said}");
        assert!(
            second.out.is_empty()
                || second.json()["instances"].as_array().unwrap().iter().all(|one| one["result"] == "not_run"),
            "{}",
            second.out
        );
    }
    // Another job may run over the same instances; exit code 16 is what guards those.
    let done = Done::of(first.wait_with_output().unwrap());
    assert_eq!(done.exit, 1, "{}", done.err);
    assert_eq!(groups(&simulated), 3);
    // Once it is over, the job may run again: as fast as the service's day passes, or its clock would seem to go back.
    let mut again = consnap(&other, &simulated.endpoint, &["run", job.to_str().unwrap()]);
    let again = Done::of(again.env("CONSNAP_TIME_SCALE", "1").output().unwrap());
    assert_eq!(again.exit, 1, "{}{}", again.out, again.err);
    assert_eq!(groups(&simulated), 6);
}

#[cfg(unix)]
#[test]
fn interrupted_once_it_starts_nothing_new_and_follows_what_runs() {
    let place = Place::new();
    let slow = FLEET.replace("time_scale: 100", "time_scale: 1");
    let simulated = Simulated::start(&place, &slow);
    let job = place.file("job.yaml", &JOB.replace("canary: 0, max_in_flight: 10", "canary: 1"));
    let child = consnap(&place, &simulated.endpoint, &["run", job.to_str().unwrap(), "--format", "json"])
        .env("CONSNAP_TIME_SCALE", "1")
        .spawn()
        .unwrap();
    wait_for(|| (calls_of(&simulated, "RunCommand") > 0).then_some(()));
    interrupt(&child);
    let done = Done::of(child.wait_with_output().unwrap());
    let report = done.json();
    assert_eq!(report["summary"]["ok"], 1, "{}", done.err);
    assert_eq!(report["summary"]["not_run"], 3);
    assert_eq!((done.exit, groups(&simulated)), (1, 1), "{}", done.err);
}

#[cfg(unix)]
#[test]
fn interrupted_twice_it_leaves_at_once_and_resume_goes_on() {
    let place = Place::new();
    let slow = FLEET.replace("time_scale: 100", "time_scale: 1");
    let simulated = Simulated::start(&place, &slow);
    let job = place.file("job.yaml", JOB);
    let mut child = consnap(&place, &simulated.endpoint, &["run", job.to_str().unwrap(), "--format", "json"])
        .env("CONSNAP_TIME_SCALE", "1")
        .spawn()
        .unwrap();
    wait_for(|| (calls_of(&simulated, "RunCommand") > 1).then_some(()));
    // Two signals that come before the process looks are one: asked again until it is gone. Without leaving it would
    // follow its commands for minutes.
    wait_for(|| {
        interrupt(&child);
        std::thread::sleep(Duration::from_millis(300));
        child.try_wait().unwrap()
    });
    let done = Done::of(child.wait_with_output().unwrap());
    let run = only_run(&place).unwrap();
    assert_eq!(done.exit, 4, "{}", done.err);
    assert!(done.err.contains(&format!("consnap resume {run}")), "{}", done.err);
    let done = resume(&place, &simulated, &run);
    assert_eq!(done.exit, 1, "{}", done.err);
    truth_holds(&simulated, &done.json(), "after leaving");
}

#[cfg(unix)]
fn interrupt(child: &Child) {
    let status = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(status.success());
}

pub(crate) fn calls_of(simulated: &Simulated, operation: &str) -> u64 {
    simulated.ask("/__consnap/requests")["counts"][operation].as_u64().unwrap_or(0)
}

/// Whether a run knows that its first command was taken.
pub(crate) fn accepted(place: &Place) -> Option<()> {
    let runs = std::fs::read_dir(place.folder.path().join(".local/state/consnap")).ok()?;
    let mut journals = runs.filter_map(|run| std::fs::read_to_string(run.ok()?.path().join("journal.jsonl")).ok());
    journals.any(|journal| journal.contains("call_accepted")).then_some(())
}

pub(crate) fn wait_for<T>(mut there: impl FnMut() -> Option<T>) -> T {
    let begin = Instant::now();
    loop {
        if let Some(found) = there() {
            return found;
        }
        assert!(begin.elapsed() < Duration::from_secs(90), "it never came");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_state_directory_that_cannot_be_written_starts_nothing() {
    let place = Place::new();
    let simulated = Simulated::start(&place, FLEET);
    let job = place.file("job.yaml", JOB);
    let run = |state: &Path| {
        let mut command = consnap(&place, &simulated.endpoint, &["run", job.to_str().unwrap()]);
        Done::of(command.env("CONSNAP_STATE_DIR", state).output().unwrap())
    };
    // Not even root writes there.
    let done = run(Path::new("/proc/consnap"));
    done.refuses(2, &["/proc/consnap"]);
    let file = place.file("a-file", "");
    run(&file).refuses(2, &["a-file"]);
    assert_eq!(calls_of(&simulated, "RunCommand"), 0);
    assert_eq!(groups(&simulated), 0);
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_fills_up_stops_new_starts_and_loses_no_verdict() {
    let place = Place::new();
    let simulated = Simulated::start(&place, FLEET);
    let job = place.file("job.yaml", &JOB.replace("canary: 0, max_in_flight: 10", "canary: 1, max_in_flight: 1"));
    let program = env!("CARGO_BIN_EXE_consnap");
    // Files may not grow beyond so many blocks of 512 bytes; somewhere on the way every size is too small.
    let mut stopped = 0;
    for blocks in [1, 4, 7, 8, 9, 10, 12, 16] {
        let script = format!(
            "trap '' XFSZ; ulimit -f {blocks}; exec '{program}' run '{}' --format json --endpoint {}",
            job.display(),
            simulated.endpoint
        );
        let mut command = consnap(&place, &simulated.endpoint, &[]);
        let template = Command::new("sh");
        let mut shell = template;
        shell.arg("-c").arg(&script).env_clear().current_dir(place.folder.path());
        for (name, value) in command.get_envs() {
            shell.env(name, value.unwrap());
        }
        shell.env("PATH", "/usr/bin:/bin").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let _ = &mut command;
        let before = groups(&simulated);
        let done = Done::of(shell.output().unwrap());
        let made = groups(&simulated) - before;
        if done.out.is_empty() {
            assert_eq!((done.exit, made), (2, 0), "{blocks}: {}", done.err);
            continue;
        }
        let report: Value = serde_json::from_str(&done.out).unwrap();
        // Whatever was made is in the report, even if it could not be written down.
        let with_group =
            report["instances"].as_array().unwrap().iter().filter(|one| one["group_id"].is_string()).count();
        assert_eq!(with_group, made, "{blocks}: {}{}", done.out, done.err);
        // What could not be written down is no success, and every command says the same.
        let shown = place.run(&["show", report["run_id"].as_str().unwrap()]);
        assert_eq!(
            (done.exit, &report["exit_status"]),
            (shown.exit, &Value::from(shown.exit)),
            "{blocks}: {}",
            shown.out
        );
        stopped += usize::from(report["stopped"]["reason"] == "journal");
    }
    assert!(stopped > 0, "no size hit the run in its middle");
}
