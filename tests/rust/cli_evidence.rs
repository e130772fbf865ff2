//! What a run leaves behind: pages, data and figures; with names of instances that would like to be more than text.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use super::cli_run::{Simulated, with_key};
use super::{Done, Place};

/// Names and an output that try each sink.
const HOSTILE: &str = r#"
version: 1
time_scale: 300
instances:
  - {id: i-bp1good000000000001, name: "</td><script>alert(1)</script>", platform: linux, role: AppSnapshotRoleName}
  - {id: i-bp1good000000000002, name: "a\"} 1\nconsnap_run_exit_status 0\\", platform: windows, role: AppSnapshotRoleName}
  - {id: i-bp1weak000000000001, name: "\e[2J\u202Egpj\u2066::error::x ##vso[task]", platform: linux, role: AppSnapshotRoleName,
     guest: {pre_script: {mode: '0755'}}}
  - {id: i-bp1fail000000000001, name: "'-->`<img src=x onerror=alert(1)>`", platform: linux, role: AppSnapshotRoleName}
guest_faults:
  - {instances: [i-bp1fail000000000001], exit_code: 4, output_text: "[level=\"error\"][message=\"<style>*{display:none}</style>\"]"}
"#;

const JOB: &str = "\
version: 1
regions: [cn-hangzhou]
targets: {ids: [i-bp1good000000000001, i-bp1good000000000002, i-bp1weak000000000001, i-bp1fail000000000001]}
instance_ram_role: AppSnapshotRoleName
group_name: nightly-{run}
linux: {pre_script_path: /opt/app/pre.sh, post_script_path: /opt/app/post.sh, script_timeout_seconds: 60}
run: {max_errors: 9}
";

/// The scripts lie where the job says.
fn fleet() -> String {
    let scripts = "{path: /opt/app/pre.sh}, post_script: {path: /opt/app/post.sh}";
    HOSTILE
        .replace(
            "guest: {pre_script: {mode: '0755'}}",
            "guest: {pre_script: {path: /opt/app/pre.sh, mode: '0755'}, post_script: {path: /opt/app/post.sh}}",
        )
        .replace(
            "platform: linux, role: AppSnapshotRoleName}",
            &format!("platform: linux, role: AppSnapshotRoleName, guest: {{pre_script: {scripts}}}}}"),
        )
}

fn read(place: &Place, name: &str) -> String {
    std::fs::read_to_string(place.folder.path().join(name)).unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// The samples of a text of figures: name with labels, and value. Panics where a line is none.
fn samples(text: &str) -> BTreeMap<String, f64> {
    let mut samples = BTreeMap::new();
    let mut declared = String::new();
    for line in text.lines() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            help.split(' ').next().unwrap().clone_into(&mut declared);
        } else if let Some(kind) = line.strip_prefix("# TYPE ") {
            assert_eq!(kind, format!("{declared} gauge"));
        } else {
            let (series, value) = line.rsplit_once(' ').unwrap();
            let (name, labels) = series.split_once('{').unwrap_or((series, "}"));
            assert_eq!(name, declared, "{line}");
            assert!(labels.ends_with('}'), "{line}");
            // Every quote in a value is escaped: what is left is pairs.
            let plain = labels.replace("\\\\", "").replace("\\\"", "");
            assert_eq!(plain.matches('"').count() % 2, 0, "{line}");
            assert!(samples.insert(series.to_owned(), value.parse().unwrap()).is_none(), "twice: {line}");
        }
    }
    samples
}

#[test]
fn a_run_leaves_page_data_and_figures_and_no_name_escapes() {
    let place = Place::new();
    let simulated = Simulated::start(&place, &fleet());
    let job = place.file("job.yaml", JOB);
    let arguments = [
        "run",
        job.to_str().unwrap(),
        "--endpoint",
        &simulated.endpoint,
        "--report",
        "run.html",
        "--report",
        "run.json",
        "--metrics-file",
        "run.prom",
    ];
    let done = with_key(&place, &arguments);
    assert_eq!(done.exit, 1, "{}{}", done.out, done.err);
    assert!(done.err.contains("report: run.html"), "{}", done.err);
    assert_eq!(names(place.folder.path()).iter().filter(|name| name.contains("run.")).count(), 3, "no draft is left");

    let page = read(&place, "run.html");
    assert_eq!((page.matches("<script>").count(), page.matches("<style>").count()), (1, 1), "only ours");
    for wrong in [
        "<img",
        "onerror=alert(1)>",
        "alert(1)</script>",
        "\u{1b}",
        "\u{202e}",
        "\u{2066}",
        "http-equiv=\"refresh",
        "src=\"",
        "url(",
    ] {
        assert!(!page.contains(wrong), "{wrong:?}");
    }
    assert!(page.contains("content=\"default-src 'none'; style-src 'sha256-"), "its own policy");
    for word in [
        "2 of 4 instances are application-consistent",
        "&lt;/td&gt;&lt;script&gt;",
        "APPConsistent:True",
        "FsConsistent:True",
        "no snapshot",
        "the same group",
        "/docs/restore.md\">From a group to a running database",
        "frozen",
        "group complete",
        "Assumptions",
        "A18",
        "A02",
        "wave 1",
        "Making the snapshots",
        "&lt;style&gt;*{display:none}",
    ] {
        assert!(page.contains(word), "{word}");
    }
    let id = serde_json::from_str::<Value>(&read(&place, "run.json")).unwrap()["run_id"].as_str().unwrap().to_owned();
    let again = place.run(&["show", &id, "--html"]);
    assert_eq!((again.exit, again.out.as_str()), (1, page.as_str()), "the journal tells the same page: {}", again.err);
    let chinese = place.run(&["--lang", "zh", "show", &id, "--html"]);
    for word in ["lang=\"zh-Hans\"", "4 台实例中有 2 台达到应用一致性", "快照一致性组", "一致性降级"]
    {
        assert!(chinese.out.contains(word), "{word}");
    }

    let figures = samples(&read(&place, "run.prom"));
    for (series, value) in [
        ("consnap_run_exit_status", 1.0),
        ("consnap_run_instances{result=\"ok\"}", 2.0),
        ("consnap_run_instances{result=\"failed\"}", 1.0),
        ("consnap_run_instances{result=\"urgent\"}", 0.0),
        ("consnap_instance_ok{instance_id=\"i-bp1weak000000000001\",region=\"cn-hangzhou\"}", 0.0),
        ("consnap_instance_ok{instance_id=\"i-bp1good000000000001\",region=\"cn-hangzhou\"}", 1.0),
    ] {
        assert_eq!(figures.get(series), Some(&value), "{series}");
    }
    let last =
        "consnap_instance_last_success_timestamp_seconds{instance_id=\"i-bp1good000000000002\",region=\"cn-hangzhou\"}";
    assert!(figures[last] > 1_700_000_000.0);
    assert!(!figures.keys().any(|series| series.contains("last_success") && series.contains("weak")));
    assert!(
        figures.keys().any(|series| series.contains(r#"name="a\"} 1 consnap_run_exit_status 0\\""#)),
        "{figures:?}"
    );
    assert!(figures.keys().any(|series| series.starts_with("consnap_instance_hold_seconds{")));
}

#[test]
fn the_last_success_outlives_a_run_that_failed_and_one_that_saw_nothing() {
    let place = Place::new();
    let job = place.file("job.yaml", JOB);
    let run = |endpoint: &str| {
        let done =
            with_key(&place, &["run", job.to_str().unwrap(), "--endpoint", endpoint, "--metrics-file", "run.prom"]);
        (done.exit, samples(&read(&place, "run.prom")))
    };
    let last = |figures: &BTreeMap<String, f64>, instance: &str| {
        figures
            .iter()
            .find(|(series, _)| series.contains("last_success") && series.contains(instance))
            .map(|(_, value)| *value)
    };
    let good = fleet().replace("exit_code: 4", "nth: 9, exit_code: 4").replace("'0755'", "'0700'");
    let (exit, first) = run(&Simulated::start(&place, &good).endpoint);
    assert_eq!(exit, 0);
    let then = last(&first, "i-bp1fail").unwrap();
    let bad = Simulated::start(&place, &fleet());
    // Seconds of hurried time: two runs may end in the same one, so the second is run until they do not.
    let good = "i-bp1good000000000001";
    let (exit, second) =
        (0..9).map(|_| run(&bad.endpoint)).find(|(_, second)| last(second, good) != last(&first, good)).unwrap();
    assert_eq!((exit, last(&second, "i-bp1fail")), (1, Some(then)), "the failed run takes nothing back");
    let blind = "access_keys: [{id: testid, secret: testsecret, refused_operations: [DescribeInstances]}]\n";
    let refused = Simulated::start(&place, &format!("{}{blind}", fleet()));
    let (exit, third) = run(&refused.endpoint);
    assert_eq!((exit, third["consnap_run_exit_status"]), (3, 3.0));
    assert_eq!(last(&third, "i-bp1fail"), Some(then), "a run that saw nobody keeps what is known");
    assert_eq!(third.get("consnap_run_instances{result=\"ok\"}"), Some(&0.0));
}

#[test]
fn the_schema_holds_a_real_report_and_notices_a_broken_one() {
    let place = Place::new();
    let done = place.run(&["demo", "--report", "demo.json", "--format", "json"]);
    assert_eq!(done.exit, 0, "{}", done.err);
    let schema = place.run(&["schema", "report"]).json();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let written: Value = serde_json::from_str(&read(&place, "demo.json")).unwrap();
    assert_eq!(written, done.json(), "the file is what standard output says");
    let wrong: Vec<String> = validator.iter_errors(&written).map(|error| error.to_string()).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    assert_eq!(written["report_version"], 1);
    assert!(!written["assumptions"].as_array().unwrap().is_empty());
    let steps: Vec<&Value> = written["instances"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|one| one["command"]["steps"].as_array().into_iter().flatten())
        .collect();
    for step in ["pre_script", "freeze", "frozen", "group", "thaw", "post_script_ended"] {
        assert!(steps.iter().any(|one| one["step"] == step), "{step}");
    }
    for (pointer, broken) in
        [("/summary/ok", json!("277")), ("/instances/0/result", json!("fine")), ("/started_at", json!(null))]
    {
        let mut other = written.clone();
        *other.pointer_mut(pointer).unwrap() = broken;
        assert!(!validator.is_valid(&other), "{pointer}");
    }
    let mut newer = written;
    newer["something_new"] = json!(1);
    assert!(validator.is_valid(&newer), "new members come without a new version");
}

#[test]
fn events_are_lines_of_json_and_nothing_else_is_on_standard_error() {
    let place = Place::new();
    let simulated = Simulated::start(&place, &fleet());
    let job = place.file("job.yaml", JOB);
    let arguments = [
        "run",
        job.to_str().unwrap(),
        "--endpoint",
        &simulated.endpoint,
        "--log-format",
        "json",
        "--report",
        "run.html",
    ];
    let done = with_key(&place, &arguments);
    assert_eq!(done.exit, 1, "{}", done.err);
    let lines: Vec<Value> = done.err.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let told = |event: &str| lines.iter().filter(|line| line["event"] == event).count();
    for (event, count) in [("run_started", 1), ("plan_made", 1), ("command_finished", 4), ("run_ended", 1)] {
        assert_eq!(told(event), count, "{event}");
    }
    assert!(told("note") > 0);
    let numbers: Vec<u64> = lines.iter().filter_map(|line| line["seq"].as_u64()).collect();
    assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>());
    for wrong in ["\u{1b}", "\u{202e}", "\u{2066}", "::error", "##vso"] {
        assert!(!done.err.contains(wrong), "{wrong:?}");
    }
    let names: Vec<&str> = lines.iter().filter_map(|line| line["name"].as_str()).collect();
    assert!(names.contains(&"\u{1b}[2J\u{202e}gpj\u{2066}::error::x ##vso[task]"), "the value is whole: {names:?}");
    let refused = Done::of(place.command(&["run", "job.yaml", "--log-format", "json"]).output().unwrap());
    let error: Value = serde_json::from_str(refused.err.lines().last().unwrap()).unwrap();
    assert_eq!((refused.exit, &error["event"], &error["error"]["code"]), (3, &json!("error"), &json!("CE201")));
}

#[test]
fn a_file_that_cannot_be_written_is_said_before_anything_is_sent() {
    let place = Place::new();
    place.file("job.yaml", JOB);
    // Nobody listens there: what is refused is refused before the first call.
    let at = ["--endpoint", "http://127.0.0.1:9"];
    let run = |more: &[&str]| with_key(&place, &[&["run", "job.yaml"], &at[..], more].concat());
    run(&["--report", "report.pdf"]).refuses(2, &["CE424", "`report.pdf`", ".html"]);
    run(&["--report", "nowhere/report.html"]).refuses(2, &["CE422", "nowhere/report.html"]);
    run(&["--metrics-file", "nowhere/run.prom"]).refuses(2, &["CE422", "nowhere/run.prom"]);
    std::fs::create_dir(place.folder.path().join("folder.json")).unwrap();
    run(&["--report", "folder.json"]).refuses(2, &["CE422"]);
    place.run(&["show", "abcdefgh", "--report", "x"]).refuses(2, &["CE424"]);
    assert_eq!(names(place.folder.path()), ["folder.json", "job.yaml"]);
}
