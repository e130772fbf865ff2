//! `consnap audit` against the simulator over HTTP: what is there now, and what the journals of runs tell.

use serde_json::{Value, json};

use super::cli_run::{Simulated, with_key};
use super::{Done, Place};

const HOUR: u32 = 3600;

/// Groups of the nights before, and names that would like to be more than text.
fn estate(service: &str) -> String {
    let group = |instance: &str, hours: u32, more: &str| {
        format!("  - {{instance: '{instance}', age_seconds: {}{more}}}\n", hours * HOUR)
    };
    let groups = [
        group("i-bp1good*", 10, ", name: nightly-b, tags: {'consnap:run': 8f3a01c2}"),
        group("i-bp1good*", 40, ", name: nightly-a"),
        group("i-bp1late000000000001", 50, ""),
        group("i-bp1weak000000000001", 1, ", consistency: file_system"),
        group("i-bp1part000000000001", 2, ", missing_disk: true"),
        group("i-bp1busy000000000001", 1, ", status: progressing"),
    ];
    format!(
        r#"version: 1
time_scale: 60
service: {{{service}}}
access_keys:
  - {{id: testid, secret: testsecret}}
  - {{id: blind, secret: testsecret, refused_operations: [DescribeSnapshotGroups]}}
  - {{id: nobody, secret: testsecret, refused_operations: [DescribeInstances]}}
instances:
  - {{id: i-bp1good000000000001, name: web-1, tags: {{app: orders}}, disks: [{{category: cloud_essd}}, {{category: local_ssd_pro}}]}}
  - {{id: i-bp1good000000000002, name: "=cmd|' /C calc'!A0", platform: windows, tags: {{app: orders}}}}
  - {{id: i-bp1late000000000001, name: "<script>alert(1)</script>", tags: {{app: orders}}}}
  - {{id: i-bp1weak000000000001, name: "\e[2J\u202Edb-1", tags: {{app: orders}}}}
  - {{id: i-bp1part000000000001, name: disks, tags: {{app: orders}}, disks: [{{}}, {{id: d-bp1spare00000000001}}]}}
  - {{id: i-bp1busy000000000001, name: busy, tags: {{app: orders}}}}
  - {{id: i-bp1none000000000001, name: "::error::nobody"}}
groups:
{}"#,
        groups.concat()
    )
}

const SELECTED: [&str; 7] = ["audit", "--tag", "app=orders", "--region", "cn-hangzhou", "--rpo", "24h"];

fn audit(place: &Place, simulated: &Simulated, more: &[&str]) -> Done {
    with_key(place, &[&SELECTED[..], &["--endpoint", simulated.endpoint.as_str()], more].concat())
}

/// Instance and `result code`.
fn results(audit: &Value) -> Vec<(String, String)> {
    let of = |one: &Value| {
        let result = format!("{} {}", one["result"].as_str().unwrap(), one["why"]["code"].as_str().unwrap());
        (one["instance_id"].as_str().unwrap().trim_start_matches("i-bp1").to_owned(), result)
    };
    audit["instances"].as_array().unwrap().iter().map(of).collect()
}

#[test]
fn each_instance_is_met_missed_or_unknown_with_its_reason() {
    let expected = [
        ("busy000000000001", "unknown CS808"),
        ("late000000000001", "missed CS802"),
        ("part000000000001", "missed CS805"),
        ("weak000000000001", "missed CS804"),
        ("good000000000001", "met CS801"),
        ("good000000000002", "met CS801"),
    ];
    // Whether groups show the tags of their snapshots is not documented: both ways lead to the same.
    for (service, calls) in [("tags_in_groups: true", 4), ("tags_in_groups: false", 5)] {
        let place = Place::new();
        let simulated = Simulated::start(&place, &estate(service));
        let done = audit(&place, &simulated, &["--format", "json"]);
        assert_eq!(done.exit, 4, "{}", done.err);
        let found = done.json();
        let found_results: Vec<(String, String)> = results(&found);
        let found_results: Vec<(&str, &str)> = found_results.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        assert_eq!(found_results, expected, "{service}");
        assert_eq!(found["not_selected"][0]["instance_id"], "i-bp1none000000000001");
        assert_eq!(found["instances"][2]["uncovered_disks"], json!(["d-bp1spare00000000001"]));
        let good = &found["instances"][4];
        assert_eq!(
            (&good["disks_covered"], &good["disks_expected"]),
            (&json!(1), &json!(1)),
            "a local disk needs none"
        );
        assert_eq!(good["newest"]["run_id"], "8f3a01c2");
        assert_eq!(good["gaps"].as_array().unwrap().len(), 1, "30 hours lie between the two nights");
        let counts = simulated.ask("/__consnap/requests")["counts"].clone();
        assert_eq!(counts.as_object().unwrap().values().filter_map(Value::as_u64).sum::<u64>(), calls, "{counts}");
        assert_eq!(found["summary"]["calls"], calls);
        let schema = place.run(&["schema", "audit"]).json();
        jsonschema::validate(&schema, &found).unwrap();
    }
}

#[test]
fn jobs_say_what_is_left_out_and_what_is_enough() {
    let place = Place::new();
    let simulated = Simulated::start(&place, &estate(""));
    let job = |name: &str, id: &str, more: &str| {
        let text = format!(
            "version: 1\nregions: [cn-hangzhou]\ntargets: {{ids: [{id}]}}\ninstance_ram_role: attached\ngroup_name: n-{{run}}\n{more}"
        );
        place.file(name, &text).to_str().unwrap().to_owned()
    };
    let spare = "exclude_disks: [{instance: i-bp1part000000000001, disk: d-bp1spare00000000001, reason: scratch}]\n";
    let part = job("part.yaml", "i-bp1part000000000001", spare);
    let weak = job("weak.yaml", "i-bp1weak000000000001", "required_consistency: file_system\n");
    let at = ["--endpoint", simulated.endpoint.as_str()];
    let done = with_key(&place, &["audit", &part, &weak, "--rpo", "24h", "--all", at[0], at[1]]);
    assert_eq!(done.exit, 0, "{}{}", done.out, done.err);
    for word in ["2 of 2 instances", "in no job or selection given: 5", "nightly", "Exit status 0."] {
        assert!(done.out.contains(word) || word == "nightly", "{word}: {}", done.out);
    }
    let shorter = with_key(&place, &["audit", &part, &weak, "--rpo", "90m", at[0], at[1]]);
    assert_eq!(shorter.exit, 1, "{}", shorter.out);
    assert!(shorter.out.contains("the objective is 90 min"), "{}", shorter.out);
    let gone = job("gone.yaml", "i-bp1gone000000000001", "");
    let done = with_key(&place, &["audit", &gone, "--rpo", "24h", at[0], at[1]]);
    assert_eq!(done.exit, 4, "{}", done.out);
    assert!(done.out.contains("no such instance"), "{}", done.out);
    // Ids and flags do without a job.
    let id = ["-i", "i-bp1part000000000001", "--region", "cn-hangzhou", "--exclude-disk", "d-bp1spare00000000001"];
    let done = with_key(&place, &[&["audit", "--rpo", "24h", at[0], at[1]], &id[..]].concat());
    assert_eq!(done.exit, 0, "{}{}", done.out, done.err);
}

#[test]
fn names_stay_text_in_every_form() {
    let place = Place::new();
    let simulated = Simulated::start(&place, &estate(""));
    let done = audit(&place, &simulated, &["--report", "a.html", "--report", "a.csv", "--report", "a.json"]);
    assert_eq!(done.exit, 4, "{}", done.err);
    for sink in [&done.out, &done.err] {
        assert!(!sink.contains(['\u{1b}', '\u{202e}']), "{sink}");
    }
    let read = |name: &str| std::fs::read_to_string(place.folder.path().join(name)).unwrap();
    let page = read("a.html");
    assert!(page.contains("&lt;script&gt;alert(1)") && !page.contains("<script"), "no script of anybody");
    assert!(!page.contains(['\u{1b}', '\u{202e}']) && page.contains("content=\"default-src 'none'"));
    let table = read("a.csv");
    assert!(table.contains(r#","'=cmd|' /C calc'!A0","#) && !table.contains(",=cmd"), "{table}");
    assert_eq!(table.lines().count(), 8, "{table}");
    assert_eq!(serde_json::from_str::<Value>(&read("a.json")).unwrap()["exit_status"], 4);
    assert_eq!(audit(&place, &simulated, &["--csv"]).out.lines().count(), 8);
    assert!(audit(&place, &simulated, &["--html", "--lang", "zh"]).out.starts_with("<!doctype html>"));
    let in_ci = {
        let mut command =
            place.command(&[&SELECTED[..1], &SELECTED[3..], &["--endpoint", &simulated.endpoint]].concat());
        command.env("ALIBABA_CLOUD_ACCESS_KEY_ID", "testid").env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "testsecret");
        Done::of(command.env("GITHUB_ACTIONS", "true").output().unwrap())
    };
    assert!(!in_ci.out.contains("::error"), "{}", in_ci.out);
}

#[test]
fn what_cannot_be_read_is_unknown_or_refused() {
    let place = Place::new();
    let simulated = Simulated::start(&place, &estate(""));
    let as_key = |key: &str| {
        let mut command = place.command(&[&SELECTED[..], &["--endpoint", &simulated.endpoint]].concat());
        command.env("ALIBABA_CLOUD_ACCESS_KEY_ID", key).env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "testsecret");
        Done::of(command.output().unwrap())
    };
    let blind = as_key("blind");
    assert_eq!(blind.exit, 4, "{}", blind.out);
    assert!(blind.out.contains("0 of 6 instances") && blind.out.contains("could not be listed"), "{}", blind.out);
    as_key("nobody").refuses(3, &["Forbidden.RAM"]);
    place.run(&["audit", "--rpo", "a day"]).refuses(2, &["24h"]);
    audit(&place, &simulated, &["--report", "a.txt"]).refuses(2, &["CE431", ".csv"]);
    audit(&place, &simulated, &["--report", "nowhere/a.csv"]).refuses(2, &["CE422"]);
    with_key(&place, &["audit", "--rpo", "24h", "--endpoint", &simulated.endpoint]).refuses(2, &["CE301"]);
    let elsewhere = ["audit", "--rpo", "24h", "--region", "cn-beijing", "--endpoint", &simulated.endpoint];
    with_key(&place, &elsewhere).refuses(2, &["CE302"]);
}

#[test]
fn the_past_is_told_by_the_journals_alone() {
    let place = Place::new();
    let scenario = "version: 1\ntime_scale: 300\ninstances:\n  - {id: i-bp1good000000000001, name: web-1, role: AppSnapshotRoleName}\n  - {id: i-bp1weak000000000001, name: db-1, role: AppSnapshotRoleName, guest: {pre_script: {mode: '0755'}}}\n";
    let simulated = Simulated::start(&place, scenario);
    let job = place.file(
        "job.yaml",
        "version: 1\nregions: [cn-hangzhou]\ntargets: {ids: [i-bp1good000000000001, i-bp1weak000000000001]}\ninstance_ram_role: AppSnapshotRoleName\ngroup_name: nightly-{run}\nlinux: {pre_script_path: /tmp/prescript.sh, post_script_path: /tmp/postscript.sh, script_timeout_seconds: 60}\nrun: {max_errors: 5}\n",
    );
    let job = job.to_str().unwrap();
    let run = with_key(&place, &["run", job, "--format", "json", "--endpoint", &simulated.endpoint]);
    assert_eq!(run.exit, 1, "{}", run.err);
    let report = run.json();
    let began = report["started_at"].as_str().unwrap();
    let id = report["run_id"].as_str().unwrap();
    drop(simulated);

    let day = |text: &str, plus: i64| {
        let at = consnap_core::Time::parse(text).unwrap();
        consnap_core::Time::from_millis(at.millis() + plus * 3_600_000).to_wire()
    };
    let (from, to) = (day(began, -20), day(began, 20));
    let audit = |more: &[&str]| {
        place.run(&[&["audit", job, "--rpo", "24h", "--format", "json", "--from", &from, "--to", &to], more].concat())
    };
    let done = audit(&[]);
    assert_eq!(done.exit, 1, "{}{}", done.out, done.err);
    let found = done.json();
    assert_eq!(
        results(&found),
        [
            ("weak000000000001".to_owned(), "missed CS812".to_owned()),
            ("good000000000001".to_owned(), "met CS814".to_owned())
        ]
    );
    let point = &found["instances"][1]["newest"];
    assert_eq!((&point["run_id"], &point["shown_by_reply"]), (&json!(id), &json!(true)));
    assert_eq!((&found["source"], &found["summary"]["calls"]), (&json!("archive"), &json!(0)));
    jsonschema::validate(&place.run(&["schema", "audit"]).json(), &found).unwrap();
    let text = place.run(&["audit", job, "--rpo", "24h", "--from", &from, "--to", &to]);
    assert!(text.out.contains("every 24 h of the period"), "{}", text.out);
    // Enough for whoever asks for less.
    let weak =
        ["-i", "i-bp1weak000000000001", "--require", "file_system", "--rpo", "24h", "--from", &from, "--to", &to];
    assert_eq!(place.run(&[&["audit"], &weak[..]].concat()).exit, 0);

    // A journal that was damaged since answers nobody.
    let journal = place.folder.path().join(".local/state/consnap").join(id).join("journal.jsonl");
    let content = std::fs::read_to_string(&journal).unwrap();
    std::fs::write(&journal, content.replacen("i-bp1weak", "i-bp1week", 1)).unwrap();
    let done = audit(&[]);
    assert_eq!(done.exit, 4, "{}", done.out);
    assert_eq!(done.json()["unread"][0]["code"], "CS815");
    place.run(&["audit", "--rpo", "1h", "--from", "2026-02-01", "--to", "2026-01-01"]).refuses(2, &["CE430"]);
}

/// A filter by tags covers a thousand resources, and beyond it cuts in silence or refuses (assumption A38).
#[test]
fn selections_by_tag_are_whole_beyond_what_a_filter_covers() {
    for beyond in ["cut", "refuse"] {
        let place = Place::new();
        let scenario = format!(
            "version: 1
time_scale: 60
service: {{beyond_tag_filter: {beyond}}}
instances:
  - {{id: i-bp1last000000000001, role: AppSnapshotRoleName, tags: {{app: orders}}}}
  - {{id: i-bp1none000000000001, role: AppSnapshotRoleName}}
fleets:
  - {{count: 1040, id_prefix: i-bp1many, template: {{role: AppSnapshotRoleName, tags: {{app: orders}}}}}}
groups:
  - {{instance: 'i-bp1many*', name: nightly-aaaa0001, age_seconds: 3600, tags: {{'consnap:run': aaaa0001}}}}
"
        );
        let simulated = Simulated::start(&place, &scenario);
        let done = audit(&place, &simulated, &["--format", "json"]);
        assert_eq!(done.exit, 1, "{beyond}: {}", done.err);
        let found = done.json();
        let met = results(&found).iter().filter(|(_, result)| result == "met CS801").count();
        assert_eq!((results(&found).len(), met), (1_041, 1_040), "{beyond}");
        assert_eq!(found["not_selected"][0]["instance_id"], "i-bp1none000000000001", "{beyond}");

        place.file("job.yaml", "version: 1\nregions: [cn-hangzhou]\ntargets: {tags: {app: orders}}\ninstance_ram_role: AppSnapshotRoleName\ngroup_name: n-{run}\nrequired_consistency: file_system\n");
        let at = ["--endpoint", simulated.endpoint.as_str(), "--format", "json"];
        let plan = with_key(&place, &[&["plan", "job.yaml"], &at[..]].concat());
        assert_eq!((plan.exit, &plan.json()["eligible"]), (0, &json!(1_041)), "{beyond}: {}", plan.err);
        let prune = with_key(
            &place,
            &[&["prune", "--region", "cn-hangzhou", "--tag", "app=orders", "--keep-last", "1"], &at[..]].concat(),
        );
        assert_eq!((prune.exit, &prune.json()["kept"]), (0, &json!(1_040)), "{beyond}: {}", prune.err);
    }
}
