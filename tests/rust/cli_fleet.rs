//! Control over fleets, with the real binary: what is selected, and how far a run goes.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::cli_run::Simulated;
use super::{Done, Place};

const FLEET: &str = "\
version: 1
time_scale: 100
fleets:
  - {count: 20, id_prefix: i-bp1web, template: {role: AppSnapshotRoleName, tags: {app: web}}}
instances:
  - {id: i-bp1other0000000000001, role: AppSnapshotRoleName, tags: {app: other}}
";

const JOB: &str = "\
version: 1
regions: [cn-hangzhou]
instance_ram_role: AppSnapshotRoleName
group_name: nightly-{run}
linux: {pre_script_path: /tmp/prescript.sh, post_script_path: /tmp/postscript.sh, script_timeout_seconds: 60}
";

fn run(place: &Place, simulated: &Simulated, arguments: &[&str]) -> Done {
    let words: Vec<&str> = arguments.iter().copied().chain(["--format", "json"]).collect();
    Done::of(super::cli_crash::consnap(place, &simulated.endpoint, &words).output().unwrap())
}

fn job(place: &Place, name: &str, more: &str) -> String {
    place.file(name, &format!("{JOB}{more}")).to_str().unwrap().to_owned()
}

fn count(report: &Value, result: &str) -> usize {
    report["instances"].as_array().unwrap().iter().filter(|instance| instance["result"] == result).count()
}

#[test]
fn instances_come_from_tags_from_lists_and_from_whole_regions() {
    let place = Place::new();
    let simulated = Simulated::start(&place, FLEET);
    let none = job(&place, "none.yaml", "");
    let all =
        job(&place, "all.yaml", "targets: {all: true, expect: {min: 10, max: 60}, exclude: {tags: {app: other}}}\n");
    let list = place.file("list.txt", "# tonight\ni-bp1web00000000000001\n\n  i-bp1web00000000000002  # the second\n");
    let list = list.to_str().unwrap();
    for (words, planned) in [
        (vec!["plan", &none, "--tag", "app=web"], 20),
        (vec!["plan", &none, "--whole-region", "--expect", "1-100"], 21),
        (vec!["plan", &all], 20),
        // Flags go before the document's selection, whatever kind that is of.
        (vec!["plan", &all, "--expect", "2", "--instances-from", list], 2),
    ] {
        let done = run(&place, &simulated, &words);
        assert_eq!(done.exit, 0, "{words:?}: {}{}", done.out, done.err);
        assert_eq!(done.json()["instances"].as_array().unwrap().len(), planned, "{words:?}: {}", done.out);
    }
    // Standard input, as `jq -r .instance_id` or `aliyun` writes it.
    let mut command = place.command(&["plan", &none, "--instances-from", "-", "--format", "json"]);
    command.args(["--endpoint", &simulated.endpoint]).write_stdin("i-bp1web00000000000003\n");
    command.env("ALIBABA_CLOUD_ACCESS_KEY_ID", "testid").env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "testsecret");
    let done = Done::of(command.output().unwrap());
    assert_eq!(done.json()["instances"][0]["instance_id"], "i-bp1web00000000000003", "{}", done.err);
    // Nothing of this selects more than was meant.
    run(&place, &simulated, &["plan", &none, "--whole-region"]).refuses(2, &["CS163", "targets.expect.max"]);
    run(&place, &simulated, &["plan", &none, "--whole-region", "--expect", "1-20"]).refuses(2, &["CE303", "21"]);
    let empty = place.file("empty.txt", "# nobody\n");
    run(&place, &simulated, &["plan", &all, "--instances-from", empty.to_str().unwrap()]).refuses(2, &["CS111"]);
    run(&place, &simulated, &["plan", &none, "--instances-from", "no-such.txt"]).refuses(2, &["no-such.txt"]);
    run(&place, &simulated, &["plan", &none, "--whole-region", "--expect", "1-99", "--tag", "app=web"])
        .refuses(2, &["CS110"]);
}

#[test]
fn a_selection_that_shrank_since_the_last_run_is_refused() {
    let place = Place::new();
    let simulated = Simulated::start(&place, FLEET);
    let job = job(&place, "job.yaml", "targets: {tags: {app: web}}\nrun: {canary: 0, max_in_flight: 50}\n");
    assert_eq!(run(&place, &simulated, &["run", &job]).exit, 0);
    drop(simulated);
    let fewer = |count: u32| Simulated::start(&place, &FLEET.replace("count: 20", &format!("count: {count}")));
    // The endpoint belongs to what a run is compared with, so the smaller fleet must answer in the place of the first.
    let moved = |simulated: &Simulated| {
        let state = place.folder.path().join(".local/state/consnap");
        for entry in std::fs::read_dir(&state).unwrap() {
            let journal = entry.unwrap().path().join("journal.jsonl");
            if !journal.exists() {
                continue;
            }
            let recorded =
                consnap_client::journal::load(&state, journal.parent().unwrap().file_name().unwrap().to_str().unwrap())
                    .unwrap();
            let mut header = recorded.header;
            header.endpoint = Some(simulated.endpoint.clone());
            std::fs::remove_dir_all(journal.parent().unwrap()).unwrap();
            let mut journal = consnap_client::journal::Journal::create(&state, &header).unwrap();
            for (seq, event) in (1..).zip(&recorded.events) {
                journal.append(seq, &serde_json::from_str::<Value>(event).unwrap()).unwrap();
            }
            journal.sync().unwrap();
        }
    };
    let nine_tenths = fewer(18);
    moved(&nine_tenths);
    let done = run(&place, &nine_tenths, &["run", &job]);
    assert_eq!(done.exit, 0, "a tenth less is still the same fleet: {}", done.err);
    drop(nine_tenths);
    let half = fewer(9);
    moved(&half);
    run(&place, &half, &["run", &job]).refuses(2, &["CE309", "18", "--fewer"]);
    assert_eq!(run(&place, &half, &["plan", &job]).exit, 0, "a plan may show it");
    assert_eq!(run(&place, &half, &["run", &job, "--fewer"]).exit, 0);
    // What was agreed to once is the measure from then on.
    assert_eq!(run(&place, &half, &["run", &job]).exit, 0);
}

#[test]
fn failures_are_endured_up_to_a_share() {
    let place = Place::new();
    let faults = "guest_faults: [{instances: ['i-bp1web*'], exit_code: 4}]\n";
    let simulated = Simulated::start(&place, &format!("{FLEET}{faults}"));
    let targets = "targets: {tags: {app: web}}\n";
    let job = job(&place, "job.yaml", &format!("{targets}run: {{canary: 0, max_in_flight: 2, max_errors: 25%}}\n"));
    let done = run(&place, &simulated, &["run", &job]);
    assert_eq!(done.exit, 1, "{}", done.err);
    let report = done.json();
    // A quarter of 20 is endured; the sixth failure stops it, and the wave of two it came with is the last.
    assert_eq!((count(&report, "failed"), count(&report, "not_run")), (6, 14), "{}", done.out);
    assert_eq!(report["stopped"]["reason"], "errors");
}

#[test]
fn nothing_is_started_after_the_deadline() {
    let place = Place::new();
    // Each command takes a minute; a deadline of ninety seconds lets two waves of ten begin.
    let slow = FLEET.replace(
        "tags: {app: web}}",
        "tags: {app: web}, guest: {post_script: {path: /tmp/postscript.sh, millis: 55000}}}",
    );
    let simulated = Simulated::start(&place, &slow.replace("time_scale: 100", "time_scale: 50"));
    let job = job(&place, "job.yaml", "targets: {tags: {app: web}}\nrun: {canary: 0, max_in_flight: 5}\n");
    let words = ["run", &job, "--deadline", "90s", "--format", "json", "--endpoint", &simulated.endpoint];
    let mut command = place.command(&words);
    command.env("ALIBABA_CLOUD_ACCESS_KEY_ID", "testid").env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "testsecret");
    let done = Done::of(command.env("CONSNAP_TIME_SCALE", "50").output().unwrap());
    assert_eq!(done.exit, 1, "{}", done.err);
    let report = done.json();
    let (ok, not_run) = (count(&report, "ok"), count(&report, "not_run"));
    assert!(ok >= 5 && not_run >= 5 && ok + not_run == 20, "{ok} {not_run}: {}", done.out);
    assert_eq!(report["stopped"]["reason"], "deadline");
    // A time of day that has just passed: the window is missed, and nothing is started at all.
    let passed = time_of_day(-5);
    let done = run(&place, &simulated, &["run", &job, "--start-before", &passed]);
    assert_eq!(done.exit, 1, "{}", done.err);
    assert_eq!(count(&done.json(), "not_run"), 20, "{}", done.out);
}

/// The time of day so many minutes from now, in UTC and said so.
fn time_of_day(minutes: i64) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let at = (i64::try_from(now.as_secs()).unwrap() / 60 + minutes).rem_euclid(24 * 60);
    format!("{:02}:{:02}Z", at / 60, at % 60)
}

#[test]
fn a_new_plug_in_is_said_after_the_canary_and_before_the_rest() {
    let place = Place::new();
    let newer = FLEET.replace("tags: {app: web}}", "tags: {app: web}, guest: {plugin_version: 1.2.0.0}}");
    let simulated = Simulated::start(&place, &newer);
    let job = job(&place, "job.yaml", "targets: {tags: {app: web}}\nrun: {canary: 1, max_in_flight: 50}\n");
    let done = run(&place, &simulated, &["run", &job, "--log-format", "json"]);
    assert_eq!(done.exit, 0, "{}", done.err);
    let events: Vec<Value> = done.err.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let at = |wanted: &dyn Fn(&Value) -> bool| events.iter().position(wanted).unwrap();
    let said = at(&|event| event["event"] == "plugin_is_new");
    assert_eq!(events[said]["version"], json!("1.2.0.0"));
    let rest = at(&|event| event["event"] == "call_intended" && event["instances"].as_array().unwrap().len() == 19);
    assert!(said < rest, "{said} {rest}");
    assert_eq!(events.iter().filter(|event| event["event"] == "plugin_is_new").count(), 1);
    let spoken = run(&place, &simulated, &["run", &job]);
    assert!(spoken.err.contains("1.2.0.0") && spoken.err.contains("1.0.0.8"), "{}", spoken.err);
}

/// Members of one cluster are never frozen together, however many are started at once.
#[test]
fn members_of_a_cluster_wait_for_each_other() {
    let place = Place::new();
    let mut instances = String::new();
    for (n, cluster) in ["a", "b", "a", "b", "a", "b"].iter().enumerate() {
        let guest = "guest: {post_script: {path: /tmp/postscript.sh, millis: 20000}}";
        let tags = format!("tags: {{app: db, cluster: {cluster}}}");
        writeln!(instances, "  - {{id: i-bp1node{n:014}, role: AppSnapshotRoleName, {tags}, {guest}}}").unwrap();
    }
    let simulated = Simulated::start(&place, &format!("version: 1\ntime_scale: 100\ninstances:\n{instances}"));
    let job = job(&place, "job.yaml", "targets: {tags: {app: db}}\nrun: {canary: 0, max_in_flight: 50}\n");
    let done = run(&place, &simulated, &["run", &job, "--spread-by", "tag:cluster", "--log-format", "json"]);
    assert_eq!(done.exit, 0, "{}", done.err);
    // Even and odd numbers are the two clusters.
    let cluster = |id: &Value| id.as_str().unwrap().bytes().last().unwrap() % 2;
    let mut busy: BTreeSet<u8> = BTreeSet::new();
    let mut waves = Vec::new();
    for event in done.err.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
        match event["event"].as_str().unwrap() {
            "call_intended" if event["purpose"] == "run" => {
                let instances = event["instances"].as_array().unwrap();
                waves.push(instances.len());
                assert!(instances.iter().all(|id| busy.insert(cluster(id))), "two of a cluster at once: {event}");
            }
            "command_finished" => assert!(busy.remove(&cluster(&event["instance"]))),
            _ => {}
        }
    }
    assert_eq!((waves[0], waves.iter().sum::<usize>()), (2, 6), "one of each cluster at a time: {waves:?}");
}
