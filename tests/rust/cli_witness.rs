//! `linux.quiesce` from end to end: scripts written, uploaded and run, their record read, and the verdict that comes of it.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::cli_run::Simulated;
use super::{Done, Place};

const JOB: &str = "\
version: 1
regions: [cn-hangzhou]
targets: {ids: [IDS]}
instance_ram_role: AppSnapshotRoleName
group_name: nightly-{run}
linux:
  freeze_timeout_seconds: 10
  quiesce: {engine: mariadb, name: m1, limit: 60, settings: {LOCK_WAIT: '3'}}
run: {canary: 0, max_in_flight: 50, max_errors: 50}
";

/// An instance: what its record says, the exit code that is forced, and what must come of it: result, proof, the witness's
/// verdict, why a record does not count, and the code of the reason.
type Case =
    (&'static str, &'static str, Option<i64>, &'static str, &'static str, &'static str, &'static str, &'static str);

const CASES: &[Case] = &[
    ("valid", "as_run", None, "ok", "witness", "valid", "", "CS350"),
    ("lost", "lost", None, "weaker", "tag", "contradicted", "", "CS390"),
    ("written", "written", None, "weaker", "tag", "contradicted", "", "CS390"),
    ("expired", "expired", None, "weaker", "tag", "contradicted", "", "CS390"),
    ("refused", "refused", None, "weaker", "tag", "contradicted", "", "CS390"),
    ("stale", "stale", None, "ok", "tag", "none", "other_time", "CS350"),
    ("otherboot", "other_boot", None, "ok", "tag", "none", "other_boot", "CS350"),
    ("foreign", "other_scripts", None, "ok", "tag", "none", "other_scripts", "CS350"),
    ("forged", "forged", None, "ok", "tag", "none", "foreign", "CS350"),
    ("cut", "cut", None, "ok", "tag", "none", "cut", "CS350"),
    ("unreadable", "unreadable", None, "ok", "tag", "none", "unread", "CS350"),
    ("absent", "absent", None, "ok", "tag", "none", "absent", "CS350"),
    ("unreleased", "unreleased", None, "urgent", "tag", "unreleased", "", "CS393"),
    ("nine", "as_run", Some(9), "failed", "", "refused", "", "CS391"),
    ("ninestale", "stale", Some(9), "urgent", "", "none", "other_time", "CS381"),
    ("nineabsent", "absent", Some(9), "urgent", "", "none", "absent", "CS381"),
    ("ten", "as_run", Some(10), "weaker", "tag", "expired", "", "CS392"),
    ("tenlost", "lost", Some(10), "weaker", "tag", "lost", "", "CS392"),
    ("tenforged", "forged", Some(10), "urgent", "tag", "none", "foreign", "CS381"),
];

fn id(name: &str) -> String {
    format!("i-bp1{name}")
}

/// A simulator and a job for these instances.
fn world(place: &Place, cases: &[Case]) -> (Simulated, String) {
    let mut scenario = "version: 1\ntime_scale: 60\ninstances:\n".to_owned();
    let mut faults = String::new();
    for (name, record, exit, ..) in cases {
        let id = id(name);
        writeln!(
            scenario,
            "  - {{id: {id}, role: AppSnapshotRoleName, guest: {{quiesce_record: {record}, pre_script: {{exists: false}}, \
             post_script: {{exists: false}}}}}}"
        )
        .unwrap();
        if let Some(exit) = exit {
            // The look where the data lie, two files, the look at them, the start.
            writeln!(faults, "  - {{instances: [{id}], nth: 5, exit_code: {exit}}}").unwrap();
        }
    }
    if !faults.is_empty() {
        scenario.push_str("guest_faults:\n");
        scenario.push_str(&faults);
    }
    let ids = cases.iter().map(|case| id(case.0)).collect::<Vec<_>>().join(", ");
    let job = place.file("job.yaml", &JOB.replace("IDS", &ids));
    (Simulated::start(place, &scenario), job.to_str().unwrap().to_owned())
}

/// Runs a command with the simulator's key and clock.
fn consnap(place: &Place, arguments: &[&str]) -> Done {
    let mut command = place.command(arguments);
    command.env("ALIBABA_CLOUD_ACCESS_KEY_ID", "testid").env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "testsecret");
    Done::of(command.env("CONSNAP_TIME_SCALE", "60").output().unwrap())
}

fn run(place: &Place, simulated: &Simulated, job: &str) -> Done {
    consnap(place, &["run", job, "--format", "json", "--endpoint", &simulated.endpoint])
}

fn instance<'r>(report: &'r Value, name: &str) -> &'r Value {
    let all = report["instances"].as_array().unwrap();
    all.iter().find(|instance| instance["instance_id"] == id(name)).unwrap()
}

#[track_caller]
fn holds(report: &Value, cases: &[Case]) {
    for (name, _, _, result, proof, verdict, reason, code) in cases {
        let found = instance(report, name);
        assert_eq!(found["result"], *result, "{name}: {found}");
        assert_eq!(found["why"]["code"], *code, "{name}: {found}");
        assert_eq!(found["held"], *result == "urgent", "{name}: {found}");
        assert_eq!(found["witness"]["verdict"], *verdict, "{name}: {found}");
        assert_eq!(found["witness"]["reason"].as_str().unwrap_or_default(), *reason, "{name}: {found}");
        let said = found["proof"].as_str().unwrap_or_default();
        assert!(said == *proof || *proof == "tag" && said == "tag+log", "{name}: {said}");
        let level = if *result == "ok" { "application" } else { found["got"].as_str().unwrap() };
        assert_eq!(found["got"], level, "{name}");
        assert!(*result == "ok" || level != "application" || *result == "urgent", "{name}: {level}");
    }
}

#[test]
fn each_record_comes_to_its_verdict() {
    let place = Place::new();
    let (simulated, job) = world(&place, CASES);
    let done = run(&place, &simulated, &job);
    assert_eq!(done.exit, 5, "{}{}", done.out, done.err);
    let report = done.json();
    holds(&report, CASES);
    assert_eq!((&report["summary"]["witnessed"], &report["summary"]["contradicted"]), (&json!(1), &json!(4)));
    let record = &instance(&report, "valid")["witness"]["record"];
    assert_eq!(
        (&record["name"], &record["verdict"], &record["mounts"]),
        (&json!("m1"), &json!("proven"), &json!(["/"]))
    );

    // The journal tells the same to everybody who reads it later, and resume and verify change nothing of it.
    let run_id = report["run_id"].as_str().unwrap();
    let shown = place.run(&["show", run_id, "--format", "json"]);
    holds(&shown.json(), CASES);
    let verified = consnap(&place, &["verify", run_id, "--format", "json"]);
    holds(&verified.json(), CASES);
    let text = place.run(&["show", run_id, "--all"]);
    for word in ["witness", "CS390", "CS391", "CS392", "CS393", "`written`"] {
        assert!(text.out.contains(word), "{word}: {}", text.out);
    }
    // Ten of them rest on tags and codes alone, and the reader is told.
    assert!(text.out.contains("No valid record of the quiesce scripts on 10 of the instances (first "), "{}", text.out);
    let page = place.file("report.html", "");
    place.run(&["show", run_id, "--report", page.to_str().unwrap()]);
    let page = std::fs::read_to_string(page).unwrap();
    for word in ["record of the scripts", "mariadb m1 verdict=written", "it is from before the last start", "held_ms="]
    {
        assert!(page.contains(word), "{word}");
    }
    let history = place.run(&["history", "--format", "json"]).json();
    assert_eq!((&history[0]["witnessed"], &history[0]["contradicted"]), (&json!(1), &json!(4)));
}

/// A hold that was perfect is no proof for data on a disk that is not in the group.
#[test]
fn data_outside_of_the_group_are_no_copy_of_the_service() {
    // Where its data lie; result, proof, the witness's verdict, why it does not count, the code, and the mounts outside.
    let cases = [
        ("inside", "[/, /data1]", "ok", "witness", "valid", None, "CS350", json!(null)),
        ("excluded", "[/, /data2]", "weaker", "tag", "outside", None, "CS394", json!(["/data2"])),
        ("nodisk", "[/, /data3]", "ok", "tag", "none", Some("unlocated"), "CS350", json!(null)),
        ("nomount", "[/, /nowhere]", "ok", "tag", "none", Some("unlocated"), "CS350", json!(null)),
    ];
    let mut scenario = "version: 1\ntime_scale: 60\ninstances:\n".to_owned();
    let mut excluded = Vec::new();
    for (name, mounts, ..) in &cases {
        writeln!(
            scenario,
            "  - {{id: {}, role: AppSnapshotRoleName, disks: [{{}}, {{}}, {{id: d-bp1{name}out}}], guest: {{quiesce_mounts: {mounts}, data_seen: first, \
             mounts: [{{target: /, file_system: ext4, disks: [0]}}, {{target: /data1, file_system: xfs, disks: [0, 1]}}, \
             {{target: /data2, file_system: ext4, disks: [2]}}, {{target: /data3, file_system: ext4, disks: []}}], \
             pre_script: {{exists: false}}, post_script: {{exists: false}}}}}}",
            id(name)
        )
        .unwrap();
        excluded.push(format!("{{instance: {}, disk: d-bp1{name}out}}", id(name)));
    }
    let place = Place::new();
    let simulated = Simulated::start(&place, &scenario);
    let ids = cases.iter().map(|case| id(case.0)).collect::<Vec<_>>().join(", ");
    let job = format!("{}exclude_disks: [{}]\n", JOB.replace("IDS", &ids), excluded.join(", "));
    let job = place.file("job.yaml", &job);
    let done = run(&place, &simulated, job.to_str().unwrap());
    assert_eq!(done.exit, 1, "{}{}", done.out, done.err);
    let report = done.json();
    for (name, _, result, proof, verdict, reason, code, outside) in &cases {
        let found = instance(&report, name);
        assert_eq!((&found["result"], &found["why"]["code"]), (&json!(result), &json!(code)), "{name}: {found}");
        let witness = &found["witness"];
        assert_eq!((&witness["verdict"], &witness["outside"]), (&json!(verdict), outside), "{name}: {found}");
        assert_eq!(witness["reason"].as_str(), *reason, "{name}: {found}");
        let said = found["proof"].as_str().unwrap();
        assert!(said == *proof || *proof == "tag" && said == "tag+log", "{name}: {said}");
    }
    // What the probe sees beforehand is not begun; what it cannot tell is said.
    let all = scenario.replace("data_seen: first", "data_seen: all");
    let fresh = Place::new();
    let simulated = Simulated::start(&fresh, &all);
    let done = run(&fresh, &simulated, job.to_str().unwrap());
    let before = done.json();
    for (name, ..) in &cases {
        let found = instance(&before, name);
        let codes: Vec<&str> =
            found["findings"].as_array().unwrap().iter().filter_map(|finding| finding["code"].as_str()).collect();
        let (result, code) = match *name {
            "inside" => ("ok", None),
            "excluded" => ("not_run", Some("CS258")),
            _ => ("ok", Some("CS259")),
        };
        assert_eq!(found["result"], result, "{name}: {found}");
        for known in ["CS258", "CS259"] {
            assert_eq!(codes.contains(&known), code == Some(known), "{name}: {codes:?}");
        }
    }
    let run_id = report["run_id"].as_str().unwrap();
    let text = place.run(&["show", run_id, "--all"]);
    assert!(text.out.contains("CS394") && text.out.contains("/data2"), "{}", text.out);
}

/// A long query must not ring the alarm, and a tag that the record contradicts is no success.
#[test]
fn a_refusal_and_a_contradiction_are_failures_and_no_alarm() {
    for (name, word, exit) in [("nine", "CS391", 1), ("written", "CS390", 1), ("valid", "witness", 0)] {
        let place = Place::new();
        let cases: Vec<Case> = CASES.iter().filter(|case| case.0 == name).copied().collect();
        let (simulated, job) = world(&place, &cases);
        let done = consnap(&place, &["run", &job, "--all", "--endpoint", &simulated.endpoint]);
        assert_eq!(done.exit, exit, "{name}: {}{}", done.out, done.err);
        assert!(done.out.contains(word), "{name}: {}", done.out);
        assert!(!done.err.contains("may be held"), "{name}: {}", done.err);
        assert!(!done.out.contains("maybe now"), "{name}: {}", done.out);
    }
}

/// In the other order of script and freeze the scripts notice it and refuse: no claim of an application-consistent copy.
#[test]
fn the_other_order_of_script_and_freeze_is_refused_by_the_scripts() {
    let place = Place::new();
    let scenario = "version: 1\ntime_scale: 60\ninstances:\n  - {id: i-bp1valid, role: AppSnapshotRoleName, guest: \
                    {script_order: after_freeze, pre_script: {exists: false}, post_script: {exists: false}}}\n";
    let simulated = Simulated::start(&place, scenario);
    let job = place.file("job.yaml", &JOB.replace("IDS", "i-bp1valid"));
    let done = run(&place, &simulated, job.to_str().unwrap());
    assert_eq!(done.exit, 1, "{}{}", done.out, done.err);
    let report = done.json();
    let found = instance(&report, "valid");
    assert_eq!((&found["result"], &found["got"]), (&json!("weaker"), &json!("file_system")));
    assert_eq!(
        (&found["witness"]["state"], &found["witness"]["record"]["why"]),
        (&json!("refused"), &json!("frozen_already"))
    );
}

#[test]
fn what_is_wrong_with_the_member_is_said_before_anything_is_sent() {
    let place = Place::new();
    for (quiesce, code) in [
        ("{engine: oracle}", "CS105"),
        ("{engine: elasticsearch}", "CS105"),
        ("{engine: mariadb, limit: 4}", "CS133"),
        ("{engine: mariadb, limit: 15}", "CS277"),
        ("{engine: mariadb, name: '../x'}", "CS143"),
        ("{engine: mariadb, settings: {METHODS: auto}}", "CS275"),
        ("{engine: mariadb, settings: {LOCK_WAIT: '61'}}", "CS275"),
        ("{engine: mariadb, settings: {LIMIT: '60'}}", "CS274"),
    ] {
        let text = JOB.replace("IDS", "i-bp1a");
        let (before, _) = text.split_once("{engine").unwrap();
        let job = place.file("job.yaml", &format!("{before}{quiesce}\n"));
        let job = job.to_str().unwrap();
        consnap(&place, &["run", job, "--yes"]).refuses(2, &[code, "CE300"]);
        let checked = place.run(&["check", job, "--format", "json"]);
        assert_eq!(checked.exit, 1, "{quiesce}: {}", checked.out);
        assert!(checked.out.contains(code), "{quiesce}: {}", checked.out);
    }
    // Where nobody writes the scripts, a job with the member is refused.
    let job = place.file("job.yaml", &JOB.replace("IDS", "i-bp1a"));
    let job = job.to_str().unwrap();
    let checked = place.run(&["check", job, "--format", "json"]);
    assert_eq!((checked.exit, &checked.json()["findings"]), (0, &json!([])), "{}", checked.out);
    place.run(&["command", job, "--platform", "linux"]).refuses(1, &["CS276"]);
    place.run(&["export", job, "--to", "aliyun-cli", "--platform", "linux"]).refuses(1, &["linux.quiesce"]);
    let exported = place.run(&["export", job, "--to", "cron"]);
    assert_eq!(exported.exit, 0, "{}", exported.err);
}
