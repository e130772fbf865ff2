//! The real binary starts nothing twice, nothing into somebody else's start, and nothing whose disks it does not know: answers
//! that come after the life of a token, a process that slept, two jobs on one instance, journals that were touched.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Barrier, OnceLock};
use std::time::Duration;

use consnap_client::journal::{Journal, load};
use consnap_core::run::session::{Event, Numbered};
use serde_json::{Value, json};

use super::cli_crash::{calls_of, consnap};
use super::cli_proxy::{Proxy, page, with_body};
use super::cli_run::Simulated;
use super::cli_truth::{A, B, FLEET, JOB};
use super::{Done, Place};

/// Eleven minutes of the service at this scale: longer than a token lives.
const SCALE: &str = "400";
const ELEVEN_MINUTES: Duration = Duration::from_millis(11 * 60_000 / 400 + 50);

struct Scene {
    place: Place,
    simulated: Simulated,
}

impl Scene {
    fn new(more: &str) -> Self {
        let place = Place::new();
        let fleet = FLEET.replace("time_scale: 200", &format!("time_scale: {SCALE}"));
        let simulated = Simulated::start(&place, &format!("{fleet}{more}"));
        place.file("job.yaml", JOB);
        Self { place, simulated }
    }

    fn groups(&self) -> [usize; 2] {
        groups(&self.simulated)
    }

    fn run(&self, endpoint: &str, arguments: &[&str]) -> Done {
        Done::of(command(&self.place, endpoint, arguments).output().unwrap())
    }

    fn directory(&self, run: &str) -> PathBuf {
        self.place.folder.path().join(".local/state/consnap").join(run)
    }
}

/// How many groups both instances have.
fn groups(simulated: &Simulated) -> [usize; 2] {
    let truth = simulated.ask("/__consnap/truth");
    [A, B].map(|id| {
        let one = truth.as_array().unwrap().iter().find(|one| one["instance_id"] == id).unwrap();
        one["groups"].as_array().unwrap().len()
    })
}

fn command(place: &Place, endpoint: &str, arguments: &[&str]) -> Command {
    let mut command = consnap(place, endpoint, &[arguments, &["--format", "json"]].concat());
    command.env("CONSNAP_TIME_SCALE", SCALE);
    command
}

fn instance<'a>(report: &'a Value, id: &str) -> &'a Value {
    report["instances"].as_array().unwrap().iter().find(|instance| instance["instance_id"] == id).unwrap()
}

fn result<'a>(report: &'a Value, id: &str) -> &'a str {
    instance(report, id)["result"].as_str().unwrap()
}

fn code<'a>(report: &'a Value, id: &str) -> &'a str {
    instance(report, id)["why"]["code"].as_str().unwrap()
}

/// What the service says when it is busy, in the place of its own yes and with its own headers.
fn busy(reply: &[u8]) -> Vec<u8> {
    let body = json!({"RequestId": "r", "Code": "ServiceUnavailable", "Message": "busy"});
    let changed = String::from_utf8(with_body(reply, |_| body.to_string())).unwrap();
    let (_, rest) = changed.split_once("\r\n").unwrap();
    format!("HTTP/1.1 503 Busy\r\nretry-after: 3600\r\n{rest}").into_bytes()
}

#[cfg(unix)]
fn signal(name: &str, process: u32) {
    assert!(Command::new("kill").args([name, &process.to_string()]).status().unwrap().success());
}

/// The start is carried out, and what is heard of it comes when its token may have been forgotten: as an answer that asks to
/// try again, or as a closed connection after the process was stopped for so long. It is looked for, by a look that finds it and by
/// one that does not, and never sent again.
#[cfg(unix)]
#[test]
fn a_start_whose_answer_comes_after_the_life_of_its_token_is_never_sent_again() {
    let ways = [(false, true), (false, false), (true, true), (true, false)];
    std::thread::scope(|scope| {
        for (stopped, tags_are_shown) in ways {
            scope.spawn(move || answered_late(stopped, tags_are_shown));
        }
    });
}

#[cfg(unix)]
fn answered_late(stopped: bool, tags_are_shown: bool) {
    let scene = Scene::new("");
    let process = Arc::new(OnceLock::<u32>::new());
    let its_id = Arc::clone(&process);
    let proxy = Proxy::before(&scene.simulated.endpoint, move |operation, nth, request, service| {
        let reply = service();
        match operation {
            "RunCommand" if nth == 1 && stopped => {
                let process = *its_id.wait();
                signal("-STOP", process);
                std::thread::sleep(ELEVEN_MINUTES);
                signal("-CONT", process);
                Vec::new()
            }
            "RunCommand" if nth == 1 => {
                std::thread::sleep(ELEVEN_MINUTES);
                busy(&reply)
            }
            "DescribeInvocations" if !tags_are_shown && request.contains("consnap%3Acall") => {
                with_body(&reply, |mut body| {
                    body["Invocations"]["Invocation"] = json!([]);
                    body["TotalCount"] = json!(0);
                    body.to_string()
                })
            }
            _ => reply,
        }
    });
    let run = command(&scene.place, &proxy.endpoint, &["run", "job.yaml"]).spawn().unwrap();
    process.set(run.id()).unwrap();
    let done = Done::of(run.wait_with_output().unwrap());
    let what = format!("stopped {stopped}, tags {tags_are_shown}: {}{}", done.out, done.err);
    assert_eq!((proxy.count("RunCommand"), scene.groups()), (1, [1, 1]), "{what}");
    let report = done.json();
    for id in [A, B] {
        // What is found is judged; what is not is never said to have failed.
        let expected: &[&str] = if tags_are_shown { &["ok"] } else { &["ok", "unknown"] };
        assert!(expected.contains(&result(&report, id)), "{what}");
    }
}

fn named(name: &str) -> String {
    JOB.replace("nightly", name).replace(&format!("{A}, {B}"), A)
}

/// Two jobs look at the same moment, see nobody and start, from one state directory each: both see the other afterwards, and
/// neither calls its snapshot a backup.
#[test]
fn of_two_jobs_that_met_on_one_instance_neither_has_a_backup() {
    // The plug-in is at work for minutes: long enough on a slow machine, too.
    let slow = "guest: {post_script: {path: /tmp/postscript.sh, millis: 280000}}";
    let fleet = FLEET.replace("role: AppSnapshotRoleName", &format!("role: AppSnapshotRoleName, {slow}"));
    let simulated = Simulated::start(&Place::new(), &fleet.replace("time_scale: 200", "time_scale: 40"));
    let places = [("here", Place::new()), ("there", Place::new())];
    for (name, place) in &places {
        place.file("job.yaml", &named(name).replace("script_timeout_seconds: 30", "script_timeout_seconds: 300"));
    }
    let both = Barrier::new(2);
    let proxy = Proxy::before(&simulated.endpoint, move |operation, nth, _, service| {
        if operation == "RunCommand" && nth <= 2 {
            both.wait();
        }
        service()
    });
    let started = places.each_ref().map(|(_, place)| {
        let mut run = command(place, &proxy.endpoint, &["run", "job.yaml"]);
        run.env("CONSNAP_TIME_SCALE", "40").spawn().unwrap()
    });
    for child in started {
        let done = Done::of(child.wait_with_output().unwrap());
        let report = done.json();
        let what = format!("{}{}", done.out, done.err);
        assert_eq!((done.exit, result(&report, A), code(&report, A)), (4, "unknown", "CS387"), "{what}");
    }
    assert_eq!((proxy.count("RunCommand"), groups(&simulated)), (2, [2, 0]));
}

/// In one state directory the second job leaves a guest alone that the first one may still hold, until it is released.
#[test]
fn a_guest_that_another_job_holds_is_not_started() {
    let scene = Scene::new(&format!("guest_faults: [{{instances: [{A}], exit_code: 12}}]\n"));
    scene.place.file("one.yaml", &named("one"));
    let endpoint = &scene.simulated.endpoint;
    let first = scene.run(endpoint, &["run", "one.yaml"]);
    assert_eq!(first.exit, 5, "{}{}", first.out, first.err);
    let other = scene.run(endpoint, &["run", "job.yaml"]);
    assert_eq!((other.exit, code(&other.json(), A)), (5, "CS389"), "{}{}", other.out, other.err);
    assert_eq!(result(&other.json(), B), "ok", "{}", other.out);
    assert_eq!((calls_of(&scene.simulated, "RunCommand"), scene.groups()[1]), (2, 1));
    let run = first.json()["run_id"].as_str().unwrap().to_owned();
    // The alarm goes on where the journal can no longer be read.
    let journal = scene.directory(&run).join("journal.jsonl");
    let whole = std::fs::read(&journal).unwrap();
    let mut damaged = whole.clone();
    damaged[whole.len() / 4] ^= 1;
    std::fs::write(&journal, damaged).unwrap();
    let status = scene.place.run(&["status"]);
    assert_eq!(status.exit, 5, "{}", status.out);
    assert!(status.out.starts_with(&format!("URGENT run {run} cannot be read")), "{}", status.out);
    let as_json = scene.place.run(&["status", "--format", "json"]).json();
    assert_eq!((&as_json["exit_status"], &as_json["unreadable_runs"][0]["held"]), (&json!(5), &json!(true)));
    std::fs::write(&journal, whole).unwrap();
    // What is known of it needs neither the service nor credentials.
    let unreachable = Done::of(consnap(&scene.place, "http://127.0.0.1:1", &["resume", &run]).output().unwrap());
    assert_eq!(unreachable.exit, 5, "{}{}", unreachable.out, unreachable.err);
    let mut nobody = scene.place.command(&["resume", &run]);
    let nobody = Done::of(nobody.env("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true").output().unwrap());
    assert_eq!(nobody.exit, 5, "{}{}", nobody.out, nobody.err);
    assert!(nobody.err.contains("CE2") && nobody.err.contains(&format!("URGENT {A}, run {run}")), "{}", nobody.err);
    assert_eq!(scene.place.run(&["release", &run, A, "--note", "thawed"]).exit, 0);
    let again = scene.run(endpoint, &["run", "job.yaml"]);
    assert_ne!(code(&again.json(), A), "CS389", "{}", again.out);
    assert_eq!(calls_of(&scene.simulated, "RunCommand"), 3);
}

/// The last whole line of a journal has one wrong bit, or the end is missing: what it may have said is asked for.
#[test]
fn a_journal_with_a_doubtful_end_starts_nothing_again() {
    let scene = Scene::new("");
    let endpoint = &scene.simulated.endpoint;
    let done = scene.run(endpoint, &["run", "job.yaml"]);
    assert_eq!(done.exit, 0, "{}{}", done.out, done.err);
    let run = done.json()["run_id"].as_str().unwrap().to_owned();
    let journal = scene.directory(&run).join("journal.jsonl");
    let whole = std::fs::read(&journal).unwrap();
    let ends: Vec<usize> = (1..=whole.len()).filter(|&end| whole[end - 1] == b'\n').collect();
    let text = String::from_utf8_lossy(&whole).into_owned();
    let place_of = |event: &str| text.lines().position(|line| line.contains(&format!(r#""event":"{event}""#))).unwrap();
    for line in [place_of("call_intended"), place_of("call_accepted"), ends.len() - 1] {
        let (begin, end) = (ends[line - 1], ends[line]);
        let flipped = |at: usize| {
            let mut bytes = whole[..end].to_vec();
            bytes[at] ^= 1;
            bytes
        };
        for (what, bytes) in [
            ("a bit near its begin", flipped(begin + 12)),
            ("a bit in its middle", flipped(usize::midpoint(begin, end))),
            ("no end", whole[..usize::midpoint(begin, end)].to_vec()),
        ] {
            std::fs::write(&journal, bytes).unwrap();
            let done = scene.run(endpoint, &["resume", &run]);
            let what = format!("line {line}, {what}: {}{}", done.out, done.err);
            assert_eq!((done.exit, scene.groups()), (0, [1, 1]), "{what}");
            assert_eq!(calls_of(&scene.simulated, "RunCommand"), 1, "{what}");
        }
    }
}

/// Somebody else may have written it: it is not obeyed, and nothing is sent.
#[cfg(unix)]
#[test]
fn a_journal_that_others_may_have_written_sends_nothing() {
    use std::os::unix::fs::{PermissionsExt as _, chown};
    let scene = Scene::new("");
    let endpoint = &scene.simulated.endpoint;
    let done = scene.run(endpoint, &["run", "job.yaml"]);
    assert_eq!(done.exit, 0, "{}{}", done.out, done.err);
    let run = done.json()["run_id"].as_str().unwrap().to_owned();
    let directory = scene.directory(&run);
    let proxy = Proxy::before(endpoint, |_, _, _, service| service());
    let refused = |code: &str, path: &Path| {
        let done = scene.run(&proxy.endpoint, &["resume", &run]);
        let what = format!("{}: {}{}", path.display(), done.out, done.err);
        assert!(done.exit == 2 && (done.out.contains(code) || done.err.contains(code)), "exit {}, {what}", done.exit);
        assert_eq!(proxy.calls(), Vec::<String>::new());
    };
    let open = |path: &Path, more: u32| {
        let mode = std::fs::metadata(path).unwrap().permissions().mode();
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode | more)).unwrap();
        refused("CE331", path);
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    let state = directory.parent().unwrap();
    for path in [state, &directory, &directory.join("journal.jsonl")] {
        open(path, 0o002);
    }
    let journal = directory.join("journal.jsonl");
    if chown(&journal, Some(65_534), None).is_err() {
        return super::skipped::skipped("a journal of another user: it takes root to make one");
    }
    refused("CE330", &journal);
}

/// A gateway answers for the disks of one instance: that one does not start, the other does.
#[test]
fn an_instance_whose_disks_are_not_known_does_not_start() {
    let scene = Scene::new("");
    let proxy = Proxy::before(&scene.simulated.endpoint, |operation, _, request, service| {
        if operation == "DescribeDisks" && request.contains(A) { page("502 Bad Gateway") } else { service() }
    });
    let done = scene.run(&proxy.endpoint, &["run", "job.yaml"]);
    assert_eq!(done.exit, 1, "{}{}", done.out, done.err);
    let report = done.json();
    assert_eq!((result(&report, A), result(&report, B)), ("not_run", "ok"), "{report}");
    assert_eq!((code(&report, A), scene.groups()), ("CS385", [0, 1]), "{report}");
    assert!(proxy.count("DescribeDisks") > 3, "it was asked more than once");
}

/// A run of an earlier version started an instance whose disks it did not know: `verify` learns them.
#[test]
fn disks_that_were_not_known_at_the_start_are_learnt_by_verify() {
    let scene = Scene::new("");
    let endpoint = &scene.simulated.endpoint;
    let done = scene.run(endpoint, &["run", "job.yaml"]);
    assert_eq!(done.exit, 0, "{}{}", done.out, done.err);
    let run = done.json()["run_id"].as_str().unwrap().to_owned();
    let state = scene.directory("");
    let recorded = load(&state, &run).unwrap();
    std::fs::remove_dir_all(scene.directory(&run)).unwrap();
    let mut journal = Journal::create(&state, &recorded.header).unwrap();
    for event in &recorded.events {
        let mut numbered: Numbered = serde_json::from_str(event).unwrap();
        if let Event::InstanceChecked { instance, expected_disks, .. } = &mut numbered.event
            && **instance == *A
        {
            *expected_disks = [].into();
        }
        journal.append(numbered.seq, &numbered).unwrap();
    }
    journal.sync().unwrap();
    drop(journal);
    let shown = scene.place.run(&["show", &run, "--format", "json"]);
    assert_ne!(result(&shown.json(), A), "ok", "{}", shown.out);
    let verified = scene.run(endpoint, &["verify", &run]);
    assert_eq!((verified.exit, result(&verified.json(), A)), (0, "ok"), "{}{}", verified.out, verified.err);
    assert_eq!(calls_of(&scene.simulated, "RunCommand"), 1);
}
