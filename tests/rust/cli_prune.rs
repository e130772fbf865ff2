//! `consnap prune` against the simulator over HTTP: what goes, what stays, and what is written down before.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::cli_run::{Simulated, with_key};
use super::{Done, Place};

const DAY: u32 = 86_400;

/// A month of nights of two instances, and groups that must not be touched.
fn estate(more: &str) -> String {
    let mut groups: Vec<String> = (1..=6)
        .map(|night| {
            let age = night * DAY;
            format!("instance: 'i-bp1good*', name: nightly-run{night}, age_seconds: {age}, tags: {{'consnap:run': run{night}}}")
        })
        .collect();
    let untouched = [
        "instance: i-bp1good000000000001, name: by-hand, age_seconds: 9000000",
        "instance: i-bp1good000000000001, name: held-runh, age_seconds: 9100000, tags: {'consnap:run': runh, 'consnap:hold': ''}",
        "instance: i-bp1good000000000001, name: golden-runi, age_seconds: 9200000, usage: image, tags: {'consnap:run': runi}",
        "instance: i-bp1good000000000001, name: stuck-runp, age_seconds: 9300000, status: progressing, tags: {'consnap:run': runp}",
        "instance: i-bp1weak000000000001, name: weak-runw, age_seconds: 9000000, consistency: file_system, tags: {'consnap:run': runw}",
        "instance: i-bp1weak000000000001, name: weaker-runw, age_seconds: 9900000, consistency: crash, tags: {'consnap:run': runw}",
    ];
    groups.extend(untouched.map(str::to_owned));
    let groups = groups.join("}\n  - {");
    format!(
        "version: 1\ntime_scale: 20\naccess_keys:\n  - {{id: testid, secret: testsecret}}\n  - {{id: reader, secret: testsecret, refused_operations: [DeleteSnapshotGroup]}}\n{more}instances:\n  - {{id: i-bp1good000000000001, disks: [{{}}, {{}}]}}\n  - {{id: i-bp1good000000000002}}\n  - {{id: i-bp1weak000000000001}}\ngroups:\n  - {{{groups}}}\n"
    )
}

const LAST_TWO: [&str; 5] = ["prune", "--region", "cn-hangzhou", "--keep-last", "2"];

fn prune(place: &Place, simulated: &Simulated, more: &[&str]) -> Done {
    with_key(place, &[&LAST_TWO[..], &["--endpoint", simulated.endpoint.as_str()], more].concat())
}

/// Names and how many groups of each name are left, over all instances.
fn left(simulated: &Simulated) -> Vec<(String, usize)> {
    let truth = simulated.ask("/__consnap/truth");
    let mut names: Vec<String> = truth
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|one| one["groups"].as_array().unwrap())
        .map(|group| group["name"].as_str().unwrap().split("-run").next().unwrap().to_owned())
        .collect();
    names.sort();
    let mut counted: Vec<(String, usize)> = Vec::new();
    for name in names {
        match counted.last_mut() {
            Some((known, count)) if *known == name => *count += 1,
            _ => counted.push((name, 1)),
        }
    }
    counted
}

fn after_pruning() -> Vec<(String, usize)> {
    [("by-hand", 1), ("golden", 1), ("held", 1), ("nightly", 4), ("stuck", 1), ("weak", 1), ("weaker", 1)]
        .map(|(name, count)| (name.to_owned(), count))
        .to_vec()
}

fn deletions(simulated: &Simulated) -> u64 {
    simulated.ask("/__consnap/requests")["counts"]["DeleteSnapshotGroup"].as_u64().unwrap_or(0)
}

/// The events of the only clean-up that left a journal.
fn journal(home: &Path) -> Vec<Value> {
    let folder = home.join(".local/state/consnap/prune");
    let one = std::fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    let text = std::fs::read_to_string(one.join("journal.jsonl")).unwrap();
    text.lines().skip(1).map(|line| serde_json::from_str::<Value>(line).unwrap()["event"].take()).collect()
}

#[test]
fn what_goes_is_shown_first_and_deleted_once() {
    let place = Place::new();
    let simulated = Simulated::start(&place, &estate(""));
    let before = left(&simulated);
    let dry = prune(&place, &simulated, &[]);
    assert_eq!(dry.exit, 0, "{}", dry.err);
    for word in [
        "WOULD GO",
        "8 groups would be deleted, 9 kept",
        "never touched: 1",
        "say `--yes`",
        "CS835",
        "CS836",
        "CS837",
        "CS839",
    ] {
        assert!(dry.out.contains(word), "{word}: {}", dry.out);
    }
    assert_eq!((left(&simulated), deletions(&simulated)), (before, 0));
    assert!(!place.folder.path().join(".local/state/consnap/prune").exists());

    let done = prune(&place, &simulated, &["--yes", "--format", "json"]);
    assert_eq!(done.exit, 0, "{}{}", done.out, done.err);
    let report = done.json();
    assert_eq!((&report["deleted"], &report["kept"], &report["dry_run"]), (&json!(8), &json!(9), &json!(false)));
    jsonschema::validate(&place.run(&["schema", "prune"]).json(), &report).unwrap();
    assert_eq!((left(&simulated), deletions(&simulated)), (after_pruning(), 8));
    let events = journal(place.folder.path());
    let kinds = |kind: &str| events.iter().filter(|event| event["event"] == kind).count();
    assert_eq!((kinds("intended"), kinds("ended"), events.len()), (8, 8, 16));
    assert!(
        events[0]["request"]["operation"] == "DeleteSnapshotGroup" && events[1]["ended"] == "deleted",
        "{events:?}"
    );
    assert!(done.err.contains(report["prune_id"].as_str().unwrap()), "{}", done.err);
    // A clean-up is no run.
    assert_eq!(place.run(&["history", "--format", "json"]).json(), json!([]));

    let again = prune(&place, &simulated, &["--yes"]);
    assert_eq!(again.exit, 0, "{}", again.err);
    assert!(again.out.contains("Nothing is to be deleted"), "{}", again.out);
    assert_eq!(deletions(&simulated), 8);
}

#[test]
fn what_young_groups_and_selections_keep() {
    let place = Place::new();
    let simulated = Simulated::start(&place, &estate(""));
    let count = |more: &[&str]| {
        let done = prune(&place, &simulated, &[more, &["--format", "json"]].concat());
        assert_eq!(done.exit, 0, "{}", done.err);
        done.json()["to_delete"].as_u64().unwrap()
    };
    // Four and a half days: the fifth and the sixth night of both.
    assert_eq!(count(&["--keep-within", "4d12h"]), 4);
    assert_eq!(count(&["-i", "i-bp1good000000000002"]), 4);
    assert_eq!(count(&["-i", "i-bp1weak000000000001"]), 0);
    // Whoever asks for less has a good group there; the crash-consistent one is older and weaker.
    assert_eq!(count(&["-i", "i-bp1weak000000000001", "--require", "file_system"]), 1);
    let at = ["--endpoint", simulated.endpoint.as_str()];
    with_key(&place, &["prune", "--region", "cn-hangzhou", at[0], at[1]]).refuses(2, &["CE432", "--keep-last"]);
    with_key(&place, &["prune", "--keep-last", "0", at[0], at[1]]).refuses(2, &["--keep-last"]);
    with_key(&place, &["prune", "--keep-last", "1", at[0], at[1]]).refuses(2, &["CE301"]);
}

#[test]
fn a_lost_answer_is_looked_for() {
    let place = Place::new();
    let faults = "api_faults:\n  - {operation: DeleteSnapshotGroup, nth: 1, connection_closed: after_effect}\n  - {operation: DeleteSnapshotGroup, nth: 3, error: {status: 503, code: ServiceUnavailable}}\n  - {operation: DeleteSnapshotGroup, nth: 5, throttle: {time_left_millis: 100}}\n";
    let simulated = Simulated::start(&place, &estate(faults));
    let done = prune(&place, &simulated, &["--yes"]);
    assert_eq!(done.exit, 0, "{}{}", done.out, done.err);
    assert!(done.out.contains("8 of 8 groups are deleted"), "{}", done.out);
    assert_eq!((left(&simulated), deletions(&simulated)), (after_pruning(), 10));
    let events = journal(place.folder.path());
    assert_eq!(events.iter().filter(|event| event["ended"] == "gone").count(), 1);
    assert_eq!(events.iter().filter(|event| event["event"] == "in_doubt").count(), 2);
}

#[test]
fn a_refusal_stops_and_an_unwritable_journal_sends_nothing() {
    let place = Place::new();
    let simulated = Simulated::start(&place, &estate(""));
    let before = left(&simulated);
    let run_as = |key: &str, state: Option<&str>| {
        let mut command =
            place.command(&[&LAST_TWO[..], &["--yes", "--endpoint", simulated.endpoint.as_str()]].concat());
        command.env("ALIBABA_CLOUD_ACCESS_KEY_ID", key).env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "testsecret");
        state.map(|state| command.env("CONSNAP_STATE_DIR", state));
        Done::of(command.output().unwrap())
    };
    let refused = run_as("reader", None);
    assert_eq!(refused.exit, 1, "{}{}", refused.out, refused.err);
    assert!(
        refused.out.contains("Forbidden.RAM") && refused.out.contains("CS848") || refused.out.contains("not tried"),
        "{}",
        refused.out
    );
    assert_eq!((left(&simulated), deletions(&simulated)), (before.clone(), 1));
    let file = place.file("no-directory", "");
    let nowhere = run_as("testid", Some(file.to_str().unwrap()));
    assert_ne!(nowhere.exit, 0, "{}", nowhere.out);
    assert_eq!((left(&simulated), deletions(&simulated)), (before, 1));
}

const ONE_INSTANCE: &str =
    "version: 1\ntime_scale: 300\ninstances:\n  - {id: i-bp1good000000000001, role: AppSnapshotRoleName}\n";
const ONE_JOB: &str = "version: 1\nregions: [cn-hangzhou]\ntargets: {ids: [i-bp1good000000000001]}\ninstance_ram_role: AppSnapshotRoleName\ngroup_name: nightly-{run}\nlinux: {pre_script_path: /tmp/prescript.sh, post_script_path: /tmp/postscript.sh, script_timeout_seconds: 60}\n";

/// Groups whose snapshots a run has tagged are known on a machine that has no journal of it.
#[test]
fn tagged_snapshots_are_known_without_a_journal() {
    let place = Place::new();
    let simulated = Simulated::start(&place, ONE_INSTANCE);
    let job = place.file("job.yaml", ONE_JOB);
    let job = job.to_str().unwrap();
    let at = ["--format", "json", "--endpoint", simulated.endpoint.as_str()];
    let mut groups = Vec::new();
    for _ in 0..3 {
        let run = with_key(&place, &[&["run", job, "--tag-snapshots"], &at[..]].concat());
        assert_eq!(run.exit, 0, "{}", run.err);
        groups.push(run.json()["instances"][0]["group_id"].clone());
    }
    let elsewhere = Place::new();
    let done = with_key(&elsewhere, &[&["prune", job, "--keep-last", "1", "--yes"], &at[..]].concat());
    assert_eq!((done.exit, done.json()["to_delete"].as_u64()), (0, Some(2)), "{}{}", done.out, done.err);
    let truth = simulated.ask("/__consnap/truth");
    let left: Vec<&Value> = truth[0]["groups"].as_array().unwrap().iter().map(|group| &group["group_id"]).collect();
    assert_eq!(left, [&groups[2]]);
}

/// Who may not tag still has the backup and is told how to go on; `resume` with the right tags what the run left.
#[test]
fn snapshots_that_could_not_be_tagged_are_tagged_by_resuming() {
    let place = Place::new();
    let keys = "access_keys:\n  - {id: testid, secret: testsecret}\n  - {id: untagging, secret: testsecret, refused_operations: [TagResources]}\n";
    let simulated = Simulated::start(&place, &format!("{ONE_INSTANCE}{keys}"));
    let job = place.file("job.yaml", ONE_JOB);
    let at = ["--endpoint", simulated.endpoint.as_str()];
    let mut command = place.command(&[&["run", job.to_str().unwrap(), "--tag-snapshots"], &at[..]].concat());
    command.env("ALIBABA_CLOUD_ACCESS_KEY_ID", "untagging").env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "testsecret");
    let run = Done::of(command.output().unwrap());
    assert_eq!(run.exit, 0, "{}{}", run.out, run.err);
    assert!(run.out.contains("Not tagged `consnap:run`: the snapshots of 1 instance"), "{}", run.out);
    let (_, after) = run.out.split_once("`consnap resume ").unwrap();
    let id = after.split('`').next().unwrap();

    let resumed = with_key(&place, &[&["resume", id], &at[..]].concat());
    assert_eq!(resumed.exit, 0, "{}{}", resumed.out, resumed.err);
    assert!(!resumed.out.contains("Not tagged"), "{}", resumed.out);
    // Another group, so that the tagged one may go.
    let second = with_key(&place, &[&["run", job.to_str().unwrap(), "--tag-snapshots"], &at[..]].concat());
    assert_eq!(second.exit, 0, "{}{}", second.out, second.err);
    let elsewhere = Place::new();
    let line = ["prune", job.to_str().unwrap(), "--keep-last", "1", "--format", "json"];
    let known = with_key(&elsewhere, &[&line[..], &at[..]].concat());
    assert_eq!(known.json()["to_delete"], 1, "{}{}", known.out, known.err);
}

/// Groups that carry no tag are known from the journals of the runs that made them, and from nowhere else.
#[test]
fn the_journals_of_runs_know_their_groups() {
    let place = Place::new();
    let simulated = Simulated::start(&place, ONE_INSTANCE);
    let job = place.file("job.yaml", ONE_JOB);
    let job = job.to_str().unwrap();
    let mut groups = Vec::new();
    for _ in 0..3 {
        let run = with_key(&place, &["run", job, "--format", "json", "--endpoint", &simulated.endpoint]);
        assert_eq!(run.exit, 0, "{}", run.err);
        groups.push(run.json()["instances"][0]["group_id"].as_str().unwrap().to_owned());
    }
    let elsewhere = Place::new();
    let line = ["prune", job, "--keep-last", "1", "--format", "json", "--endpoint", simulated.endpoint.as_str()];
    let stranger = with_key(&elsewhere, &line).json();
    assert_eq!(stranger["to_delete"], 0, "nothing tells that these are ours: {stranger}");
    let done = with_key(&place, &[&line[..], &["--yes"]].concat());
    assert_eq!(done.exit, 0, "{}{}", done.out, done.err);
    let gone: Vec<Value> = done.json()["groups"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["outcome"] == "deleted")
        .map(|row| row["group_id"].clone())
        .collect();
    assert_eq!(gone, [json!(groups[1]), json!(groups[0])]);
    assert_eq!(simulated.ask("/__consnap/truth")[0]["groups"][0]["group_id"], json!(groups[2]));
}

/// Killed in the middle: the next clean-up goes on, and nothing that must stay goes.
#[test]
fn a_clean_up_that_was_killed_is_simply_repeated() {
    let place = Place::new();
    let slow = "api_faults: [{operation: DeleteSnapshotGroup, latency_millis: {min: 8000, max: 8000}}]\n";
    let simulated = Simulated::start(&place, &estate(slow));
    let mut process = Command::new(env!("CARGO_BIN_EXE_consnap"))
        .args([&LAST_TWO[..], &["--yes", "--endpoint", simulated.endpoint.as_str()]].concat())
        .env_clear()
        .env("HOME", place.folder.path())
        .env("ALIBABA_CLOUD_ACCESS_KEY_ID", "testid")
        .env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "testsecret")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    while deletions(&simulated) < 3 {
        assert!(begun.elapsed() < Duration::from_secs(90), "nothing is deleted");
        std::thread::sleep(Duration::from_millis(30));
    }
    process.kill().unwrap();
    process.wait().unwrap();
    let events = journal(place.folder.path());
    // What left stands in the journal.
    let intended = events.iter().filter(|event| event["event"] == "intended").count() as u64;
    assert!(intended >= deletions(&simulated), "{events:?}");
    let done = prune(&place, &simulated, &["--yes"]);
    assert_eq!(done.exit, 0, "{}{}", done.out, done.err);
    assert_eq!((left(&simulated), deletions(&simulated)), (after_pruning(), 8));
}
