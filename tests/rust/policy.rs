//! Organisation policies: every row of their table shows in some case, bounds hold over a whole fleet, and severities reach
//! check and plan.

use std::collections::BTreeSet;

use consnap_client::document::Document;
use consnap_core::diagnostics::messages::policies;
use consnap_policy::{bounds, operations};
use consnap_tests::fixtures;
use serde_json::{Value, json};

fn codes(value: &Value, seen: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            seen.extend(members.get("code").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|member| codes(member, seen));
        }
        Value::Array(items) => items.iter().for_each(|item| codes(item, seen)),
        _ => {}
    }
}

#[test]
fn every_row_occurs() {
    let mut seen = BTreeSet::new();
    for operation in ["policy_check", "policy_test"] {
        for (_, suite) in fixtures::read(operation) {
            suite.cases.iter().for_each(|case| codes(&case.expect, &mut seen));
        }
    }
    // Shown below: too large for a file.
    let elsewhere = ["CS411", "CS426"];
    let missing: Vec<_> = policies::ROWS
        .iter()
        .map(|row| row.code)
        .filter(|code| !seen.contains(*code) && !elsewhere.contains(code))
        .collect();
    assert_eq!(missing, Vec::<&str>::new());
}

fn run(name: &str, input: Value) -> Value {
    operations::run(name, input).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn policy(id: &str, require: &str) -> Value {
    json!({"id": id, "require": require, "message": {"en": "no"}})
}

fn job() -> Value {
    json!({"version": 1, "targets": {"ids": ["i-a"]}, "instance_ram_role": "R", "group_name": "n-{run}", "regions": ["r-1"]})
}

fn found<'a>(answer: &'a Value, code: &str) -> Vec<&'a Value> {
    answer["findings"].as_array().unwrap().iter().filter(|finding| finding["code"] == code).collect()
}

#[test]
fn too_many_policies_and_too_much_work_end() {
    let many: Vec<Value> = (0..=bounds::POLICIES).map(|at| policy(&format!("p{at}"), "job.version == 1")).collect();
    let document = json!({"version": 1, "language": "cel", "policies": many});
    let answer = run("policy_check", json!({"policies": document, "job": job()}));
    assert_eq!((found(&answer, "CS411").len(), &answer["passed"]), (1, &json!(false)));
    assert_eq!(answer["policies"].as_array().unwrap().len(), bounds::POLICIES);

    // Each goes over as many entries as one expression may, for each instance.
    let disks: Vec<Value> = (0..400).map(|at| json!({"disk_id": format!("d-{at}"), "size_gib": 1})).collect();
    let facts: Vec<Value> = (0..200).map(|at| json!({"instance_id": format!("i-{at}"), "disks": disks})).collect();
    let nested = "instance.disks.all(a, instance.disks.all(b, a.size_gib == b.size_gib))";
    let document = json!({"version": 1, "language": "cel", "policies": [policy("nested", nested)]});
    let answer = run("policy_check", json!({"policies": document, "job": job(), "facts": facts}));
    assert_eq!((found(&answer, "CS426").len(), &answer["passed"]), (1, &json!(false)));
    let summary = &answer["policies"][0];
    assert_eq!(summary["passed"].as_u64().unwrap() + summary["cannot_judge"].as_u64().unwrap(), 200);
}

/// Reads a policy and judges by it on a thread with the smallest stack there is: that of a browser, or of the main thread on
/// Windows. Gives back whether it was too deep.
fn too_deep(require: String) -> bool {
    let work = move || {
        let document = json!({"version": 1, "language": "cel", "policies": [policy("p", &require)]});
        let facts =
            json!({"instance_id": "i-a", "disks": [{"disk_id": "d-1"}, {"disk_id": "d-2"}], "tags": {"a": "b"}});
        let answer = run("policy_check", json!({"policies": document, "job": job(), "facts": facts}));
        !found(&answer, "CS413").is_empty() || !found(&answer, "CS412").is_empty()
    };
    std::thread::Builder::new().stack_size(1 << 20).spawn(work).unwrap().join().unwrap()
}

#[test]
fn the_deepest_expression_fits_a_small_stack() {
    for (open, middle, close) in [
        ("(", "true", ")"),
        ("[", "1", "]"),
        ("!", "true", ""),
        ("1+", "1", ""),
        ("1+", "1 > 0", ""),
        ("job.version * ", "1 > 0", ""),
        ("true?1:", "1", ""),
        ("false ? true : ", "false", ""),
        ("size(", "'a'", ")"),
        ("!(", "true", ")"),
        ("[1].all(x, ", "false", ")"),
        ("instance.disks.exists(x, ", "false", ")"),
        ("instance.disks.map(x, ", "1", ")"),
        ("(false || ", "false", ")"),
        ("(false ? false : ", "false", ")"),
        ("instance.tags.all(k, instance.tags[k].startsWith('b') && ", "false", ")"),
        ("instance.tags[", "'a'", "]"),
        ("instance.", "a", ""),
    ] {
        let text = |levels: usize| format!("{}{middle}{}", open.repeat(levels), close.repeat(levels));
        let most = (1..100).find(|levels| too_deep(text(*levels))).expect("a bound");
        assert!(most > 3, "{open}: {most}");
        assert!(too_deep(text(150)) && too_deep(text(600)), "{open}");
    }
}

#[test]
fn severities_reach_check_and_plan() {
    let facts = json!({"instance_id": "i-a", "region_id": "r-1", "status": "Stopped", "os_type": "linux", "ram_role": "R",
        "os_name_en": "Alibaba Cloud Linux 3.2104 LTS 64 bit", "network_type": "vpc", "locks": [],
        "cloud_assistant": {"online": true}, "metadata_endpoint": "enabled", "metadata_tokens": "optional",
        "disks": [{"disk_id": "d-1", "category": "cloud_essd", "status": "In_use", "kind": "system", "size_gib": 40,
                   "multi_attach": "Disabled", "snapshots_in_progress": 0}]});
    let check = |severities: Value| run("check", json!({"job": job(), "facts": facts, "severities": severities}));
    assert_eq!(check(json!({}))["eligible"], "no");
    assert_eq!(check(json!({"CS201": "warning"}))["eligible"], "yes");
    assert_eq!(found(&check(json!({})), "CS140")[0]["severity"], "warning");
    assert_eq!(found(&check(json!({"CS140": "error"})), "CS140")[0]["severity"], "error");
    assert_eq!(found(&check(json!({"CS118": "warning"})), "CS422").len(), 1);

    let plan = |severities: Value| {
        let mut job = job();
        job["required_consistency"] = json!("file_system");
        run("plan", json!({"job": job, "facts": [facts], "severities": severities}))
    };
    assert_eq!(plan(json!({}))["plan"]["eligible"], 0);
    assert_eq!(plan(json!({"CS201": "warning"}))["plan"]["eligible"], 1);
    assert_eq!(plan(json!({"CS118": "warning"}))["plan"], Value::Null);
}

/// The pack that comes with consnap gives in its cases what it says, tries everything out, and is used together without a
/// clash.
#[test]
fn the_pack_holds() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../policies");
    let mut documents = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        documents.push(Document::read(&entry.unwrap().path()).unwrap().value);
    }
    let tried = run("policy_test", json!({"policies": documents}));
    assert_eq!((&tried["findings"], &tried["passed"]), (&json!([]), &json!(true)));
    assert!(tried["cases"].as_array().unwrap().len() > 60);
    for (document, policy) in documents
        .iter()
        .flat_map(|document| document["policies"].as_array().unwrap().iter().map(move |policy| (document, policy)))
    {
        assert!(policy["message"]["zh"].is_string(), "{policy}: {document}");
    }
}

#[test]
fn hooks_name_commands_there_are() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../.pre-commit-hooks.yaml");
    let hooks = Document::read(&path).unwrap().value;
    let commands: BTreeSet<String> = consnap_cli::help_pages().into_iter().map(|(name, _)| name).collect();
    let hooks = hooks.as_array().unwrap();
    assert_eq!(hooks.len(), 3);
    for hook in hooks {
        for key in ["id", "name", "description", "entry", "language", "files"] {
            assert!(hook[key].is_string(), "{hook}: {key}");
        }
        assert!(commands.contains(hook["entry"].as_str().unwrap()), "{hook}");
        assert_eq!(hook["language"], "python", "the package brings the command along");
    }
}
