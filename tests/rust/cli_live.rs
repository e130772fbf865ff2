//! `consnap live-check` and `consnap record` against the simulator over HTTP.

use consnap_core::ecs::api::replies;
use serde_json::{Value, json};

use super::cli_run::{Simulated, with_key};
use super::{Done, Place};

const LINUX: &str = "i-bp1linux000000000001";
const WINDOWS: &str = "i-bp1windows0000000001";

fn scenario(more: &str) -> String {
    format!(
        "version: 1\ntime_scale: 100\naccount: '1234567890123456'\nroles: [{{name: PayrollRole}}]\n{more}instances:\n  - {{id: {LINUX}, name: payroll-db, role: PayrollRole, tags: {{owner: lovelace}}, disks: [{{}}, {{}}], guest: {{pre_script: {{path: /opt/payroll/pre.sh}}, post_script: {{path: /opt/payroll/post.sh}}}}}}\n  - {{id: {WINDOWS}, name: payroll-sql, platform: windows, role: PayrollRole}}\n"
    )
}

fn live_check(place: &Place, simulated: &Simulated, instance: &str, more: &[&str]) -> Done {
    let line = ["live-check", "-i", instance, "--region", "cn-hangzhou", "--endpoint", simulated.endpoint.as_str()];
    let arguments = [&line[..], more].concat();
    let mut command = place.command(&arguments);
    command.env("ALIBABA_CLOUD_ACCESS_KEY_ID", "testid").env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "testsecret");
    Done::of(command.env("CONSNAP_TIME_SCALE", "100").output().unwrap())
}

fn result<'a>(report: &'a Value, id: &str) -> &'a str {
    let all = report["assumptions"].as_array().unwrap();
    all.iter().find(|one| one["id"] == id).unwrap()["result"].as_str().unwrap()
}

#[test]
fn it_says_what_it_would_do_and_does_nothing_without_a_yes() {
    let place = Place::new();
    let simulated = Simulated::start(&place, &scenario(""));
    let done = live_check(&place, &simulated, LINUX, &[]);
    assert_eq!((done.exit, done.out.as_str()), (2, ""), "{}", done.err);
    for word in ["`echo`", "frozen for a moment", LINUX, "--yes"] {
        assert!(done.err.contains(word), "{word}: {}", done.err);
    }
    assert_eq!(simulated.ask("/__consnap/requests")["counts"], json!({}));
    let at = ["--endpoint", simulated.endpoint.as_str()];
    with_key(&place, &["live-check", "--yes", at[0], at[1]]).refuses(2, &["CE433"]);
    with_key(&place, &["live-check", "-i", LINUX, "-i", WINDOWS, "--yes", at[0], at[1]]).refuses(2, &["CE433"]);
    let gone = live_check(&place, &simulated, "i-bp1gone000000000001", &["--yes"]);
    assert_eq!(gone.exit, 2, "{}", gone.err);
    assert!(gone.err.contains("CE302"), "{}", gone.err);
}

#[test]
fn assumptions_are_walked_on_both_platforms() {
    let place = Place::new();
    let simulated = Simulated::start(&place, &scenario(""));
    let scripts =
        ["--pre-script", "/opt/payroll/pre.sh", "--post-script", "/opt/payroll/post.sh", "--script-timeout", "60"];
    let done = live_check(&place, &simulated, LINUX, &[&["--yes", "--format", "json"], &scripts[..]].concat());
    assert_eq!(done.exit, 0, "{}{}", done.out, done.err);
    let report = done.json();
    for id in ["A01", "A03", "A07", "A09", "A12", "A13", "A15", "A18", "A21", "A22", "A33"] {
        assert_eq!(result(&report, id), "settled", "{id}: {report}");
    }
    for (id, expected) in [("A02", "not_seen"), ("A08", "not_seen"), ("A23", "not_seen"), ("A11", "not_here")] {
        assert_eq!(result(&report, id), expected, "{id}");
    }
    let all = report["assumptions"].as_array().unwrap().len();
    assert_eq!(all, consnap_core::catalog::assumptions::ROWS.len());
    assert_eq!((&report["contradicted"], &report["run_exit_status"]), (&json!(0), &json!(0)));

    let without = live_check(&place, &simulated, LINUX, &["--yes", "--format", "json"]).json();
    assert_eq!((result(&without, "A02"), result(&without, "A18")), ("settled", "not_seen"));
    let windows = live_check(&place, &simulated, WINDOWS, &["--yes"]);
    assert_eq!(windows.exit, 0, "{}{}", windows.out, windows.err);
    for word in ["A23  SETTLED", "A25  SETTLED", "Contradicted: 0", "consnap record --run"] {
        assert!(windows.out.contains(word), "{word}: {}", windows.out);
    }
    // The run has a journal as every run has.
    let history = place.run(&["history", "--format", "json"]).json();
    assert_eq!(history.as_array().unwrap().len(), 3);
}

#[test]
fn a_service_that_behaves_otherwise_is_told() {
    let place = Place::new();
    let service = "service: {client_token_seconds: 0, tags_in_groups: false}\nguest_faults: [{tags: other_case}]\n";
    let simulated = Simulated::start(&place, &scenario(service));
    let done = live_check(&place, &simulated, WINDOWS, &["--yes", "--format", "json"]);
    assert_eq!(done.exit, 1, "{}{}", done.out, done.err);
    let report = done.json();
    assert_eq!(result(&report, "A13"), "contradicted");
    assert_eq!((result(&report, "A08"), result(&report, "A01")), ("settled", "settled"));
}

/// Words that must be in no record.
const NAMING: [&str; 10] = [
    "payroll",
    "lovelace",
    "PayrollRole",
    "bp1linux",
    "1234567890123456",
    "testid",
    "10.0.0.",
    "/opt/",
    "vpc-bp1",
    "owner",
];

fn is_shareable(text: &str) {
    let plain = decoded(&serde_json::from_str(text).unwrap());
    for word in NAMING {
        assert!(!text.contains(word) && !plain.contains(word), "{word}");
    }
}

/// All texts in Base64 of a record, as they read.
fn decoded(value: &Value) -> String {
    match value {
        Value::Object(members) => members
            .iter()
            .map(|(key, inner)| match (key.as_str(), inner) {
                ("Output" | "CommandContent", Value::String(text)) => {
                    String::from_utf8(base64::Engine::decode(&base64::engine::general_purpose::STANDARD, text).unwrap())
                        .unwrap()
                }
                _ => decoded(inner),
            })
            .collect(),
        Value::Array(items) => items.iter().map(decoded).collect(),
        _ => String::new(),
    }
}

#[test]
fn records_can_be_shared_and_are_still_replies() {
    let place = Place::new();
    let simulated = Simulated::start(&place, &scenario(""));
    let scripts =
        ["--pre-script", "/opt/payroll/pre.sh", "--post-script", "/opt/payroll/post.sh", "--script-timeout", "60"];
    let done = live_check(&place, &simulated, LINUX, &[&["--yes", "--format", "json"], &scripts[..]].concat());
    assert_eq!(done.exit, 0, "{}", done.err);
    let run = done.json()["run_id"].as_str().unwrap().to_owned();

    let at = ["--endpoint", simulated.endpoint.as_str()];
    let line = ["record", "-i", LINUX, "--region", "cn-hangzhou", "--out", "r.json", at[0], at[1]];
    let done = with_key(&place, &line);
    assert_eq!((done.exit, done.out.as_str()), (0, ""), "{}", done.err);
    assert!(done.err.contains("6 replies") && done.err.contains("read it"), "{}", done.err);
    let text = std::fs::read_to_string(place.folder.path().join("r.json")).unwrap();
    is_shareable(&text);
    let record: Value = serde_json::from_str(&text).unwrap();
    let body = |operation: &str| {
        let all = record["replies"].as_array().unwrap();
        all.iter().find(|one| one["operation"] == operation).unwrap()["body"].to_string()
    };
    let (instances, groups, disks) = (body("DescribeInstances"), body("DescribeSnapshotGroups"), body("DescribeDisks"));
    let instances: replies::DescribeInstances<'_> = serde_json::from_str(&instances).unwrap();
    let groups: replies::DescribeSnapshotGroups<'_> = serde_json::from_str(&groups).unwrap();
    let disks: replies::DescribeDisks = serde_json::from_str(&disks).unwrap();
    assert_eq!(groups.groups[0].instance_id.as_deref(), Some(instances.instances[0].instance_id.as_str()));
    assert!(disks.disks.iter().all(|disk| disk.is_attached_to(&instances.instances[0].instance_id)));
    let tags = &groups.groups[0].snapshots[0].tags;
    assert!(tags.iter().any(|tag| tag.key == "APPConsistent" && tag.value == "True"), "{tags:?}");

    drop(simulated);
    let kept = place.run(&["record", "--run", &run]);
    assert_eq!(kept.exit, 0, "{}", kept.err);
    is_shareable(&kept.out);
    let operations: Vec<&str> = kept.out.matches("\"operation\": \"").map(|_| "reply").collect();
    assert!(operations.len() >= 3, "{}", kept.out);
    assert!(decoded(&kept.json()).contains("[level="), "lines of the plug-in stay");
    place.run(&["record"]).refuses(2, &["--instance"]);
    place.run(&["record", "--run", "nosuchrun"]).refuses(2, &["CE322"]);
    place.run(&["record", "--run", &run, "--out", "nowhere/r.json"]).refuses(2, &["CE422"]);
}
