//! `consnap policy`, and `--policy` on check, plan and run.

use std::path::Path;

use serde_json::{Value, json};

use super::Place;
use super::cli_run::{Simulated, with_key};

const JOB: &str = "\
version: 1
regions: [cn-hangzhou]
targets: {ids: [i-bp1linux000000000001]}
instance_ram_role: AppSnapshotRoleName
group_name: nightly-{run}
required_consistency: application
linux: {pre_script_path: /tmp/prescript.sh, post_script_path: /tmp/postscript.sh, script_timeout_seconds: 60}
";

const FREEZE: &str = "\
version: 1
language: cel
policies:
  - id: freeze-at-most-15s
    require: job.linux.freeze_timeout_seconds <= 15
    message: {en: the freeze may take too long, zh: 冻结时间过长}
    links: ['https://wiki.example/freeze']
  - id: tagged
    severity: warning
    require: has(instance.tags.owner)
    message: {en: nobody owns the instance}
";

const FACTS: &str =
    r#"[{"instance_id": "i-bp1linux000000000001", "tags": {}}, {"instance_id": "i-bp1windows0000000001"}]"#;

pub(super) fn schema(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/sarif").join(name);
    // The schema's pattern for languages has a bracket too many, which strict readers of patterns refuse.
    let text = std::fs::read_to_string(path).unwrap().replace("[a-zA-Z]{2}]?$", "[a-zA-Z]{2}$");
    serde_json::from_str(&text).unwrap()
}

#[test]
fn a_first_document_passes_its_own_cases() {
    let place = Place::new();
    let document = place.run(&["policy", "new"]);
    let file = place.file("ours.yaml", &document.out);
    let tested = place.run(&["policy", "test", file.to_str().unwrap(), "--format", "json"]);
    assert_eq!((tested.exit, &tested.json()["findings"]), (0, &json!([])), "{}", tested.err);
    let id = "production-keeps-application-consistency";
    let explained = place.run(&["policy", "explain", id, "--policy", "ours.yaml"]);
    assert!(explained.out.contains("CANNOT_JUDGE tags are not known"), "{}", explained.out);
    place.run(&["policy", "explain", "else", "--policy", "ours.yaml"]).refuses(2, &["CE427", id]);
}

#[test]
fn a_verdict_names_line_value_and_explanation() {
    let place = Place::new();
    place.file("job.yaml", JOB);
    place.file("facts.json", FACTS);
    place.file("freeze.yaml", FREEZE);
    let checked = place.run(&["policy", "check", "freeze.yaml", "--job", "job.yaml", "--facts", "facts.json"]);
    assert_eq!(checked.exit, 1, "{}", checked.err);
    for words in [
        "`job.linux.freeze_timeout_seconds` is 30, wanted is <= 15",
        "--> job.yaml:7:1",
        "https://wiki.example/freeze",
        "|   false  has(instance.tags.owner)",
        "policy `tagged` cannot be judged: `instance.tags` is not known",
        "2 policies: 0 met, 2 not met, 1 cannot be judged",
    ] {
        assert!(checked.out.contains(words), "{words}:\n{}", checked.out);
    }
    let chinese = place.run(&["policy", "check", "freeze.yaml", "--job", "job.yaml", "--lang", "zh"]);
    assert!(chinese.out.contains("冻结时间过长"), "{}", chinese.out);

    let typo = FREEZE.replace("freeze_timeout_seconds", "freeze_timeout");
    place.file("typo.yaml", &typo);
    let read = place.run(&["policy", "check", "typo.yaml"]);
    assert_eq!(read.exit, 1);
    assert!(read.out.contains("typo.yaml:5:5") && read.out.contains("CS417"), "{}", read.out);

    place.run(&["policy", "check", "nowhere.yaml"]).refuses(2, &["CE401"]);
    std::fs::create_dir(place.folder.path().join("empty")).unwrap();
    place.run(&["policy", "check", "empty"]).refuses(2, &["CE426"]);
    place.run(&["history", "--format", "sarif"]).refuses(2, &["CE425"]);
}

#[test]
fn sarif_and_junit_are_what_their_readers_expect() {
    let place = Place::new();
    place.file("job.yaml", JOB);
    place.file("facts.json", FACTS);
    let waived = format!(
        "{FREEZE}waivers:\n  - {{policy: freeze-at-most-15s, instances: ['*'], reason: until spring, owner: dba, expires: 2999-01-01}}\n"
    );
    std::fs::create_dir(place.folder.path().join("our policies")).unwrap();
    place.file("our policies/a.yaml", &waived);
    place.file("our policies/b.json", r#"{"version": 1, "langauge": "cel", "policies": []}"#);
    place.file("our policies/notes.txt", "no document");
    let validator = jsonschema::validator_for(&schema("sarif-schema-2.1.0.json")).unwrap();
    let lines: [&[&str]; 4] = [
        &["policy", "check", "our policies", "--job", "job.yaml", "--facts", "facts.json"],
        &["policy", "test", "our policies"],
        &["check", "job.yaml", "--facts", "facts.json", "--policy", "our policies/a.yaml"],
        &["check", "job.yaml"],
    ];
    for line in lines {
        let sarif = place.run(&[line, &["--format", "sarif"]].concat());
        let log = sarif.json();
        let wrong: Vec<String> = validator.iter_errors(&log).map(|error| error.to_string()).collect();
        assert_eq!(wrong, Vec::<String>::new(), "{line:?}");
        let junit = place.run(&[line, &["--format", "junit"]].concat());
        assert_eq!(junit.exit, sarif.exit, "{line:?}");
        let counted = well_formed(&junit.out);
        assert!(junit.out.contains(&format!("<testsuites name=\"consnap\" tests=\"{counted}\"")), "{}", junit.out);
    }
    let log = place.run(&[lines[0], &["--format", "sarif"]].concat()).json();
    let results = log["runs"][0]["results"].as_array().unwrap();
    let of = |rule: &str| results.iter().find(|result| result["ruleId"] == rule).unwrap();
    assert_eq!(of("freeze-at-most-15s")["suppressions"][0]["justification"], "until spring");
    assert_eq!(of("freeze-at-most-15s")["suppressions"][0]["kind"], "external");
    assert_eq!(of("CS102")["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "our%20policies/b.json");
    assert_eq!(of("tagged")["level"], "warning");
}

/// Reads XML to its end; gives how many cases there are.
fn well_formed(xml: &str) -> usize {
    let mut reader = quick_xml::Reader::from_str(xml);
    let mut cases = 0;
    loop {
        match reader.read_event().expect("well-formed XML") {
            quick_xml::events::Event::Eof => return cases,
            quick_xml::events::Event::Start(tag) | quick_xml::events::Event::Empty(tag) => {
                cases += usize::from(tag.name().as_ref() == "testcase");
                tag.attributes().for_each(|attribute| drop(attribute.expect("an attribute")));
            }
            _ => {}
        }
    }
}

#[test]
fn a_run_that_policies_stand_against_starts_nothing() {
    let place = Place::new();
    let simulated = Simulated::start(
        &place,
        "{version: 1, time_scale: 300, instances: [{id: i-bp1linux000000000001, platform: linux, role: AppSnapshotRoleName}]}",
    );
    let at = ["--endpoint", simulated.endpoint.as_str()];
    place.file("job.yaml", JOB);
    place.file("freeze.yaml", FREEZE);
    let counts = || simulated.ask("/__consnap/requests")["counts"].clone();
    let writes = || counts()["RunCommand"].as_u64().unwrap_or(0);
    let plan = with_key(&place, &["plan", "job.yaml", "--policy", "freeze.yaml", "--format", "json", at[0], at[1]]);
    assert_eq!(plan.exit, 1, "{}", plan.err);
    let plan = plan.json();
    assert_eq!((&plan["eligible"], &plan["policies"]["passed"]), (&json!(1), &json!(false)));
    let results: Vec<&Value> = plan["policies"]["results"].as_array().unwrap().iter().map(|of| &of["policy"]).collect();
    assert_eq!(results, ["freeze-at-most-15s", "tagged"], "facts of the run reach the policies");

    let refused = with_key(&place, &["run", "job.yaml", "--yes", "--policy", "freeze.yaml", at[0], at[1]]);
    refused.refuses(2, &["CE308", "freeze-at-most-15s"]);
    assert_eq!(writes(), 0);
    assert_eq!(place.run(&["history", "--format", "json"]).json(), json!([]), "a refused run leaves nothing behind");

    // A document that cannot be read refuses before anything at all is asked.
    place.file("typo.yaml", &FREEZE.replace("job.linux", "jbo.linux"));
    let before = counts();
    with_key(&place, &["run", "job.yaml", "--yes", "--policy", "typo.yaml", at[0], at[1]])
        .refuses(2, &["CE428", "CS418"]);
    assert_eq!(counts(), before);

    // What the policies allow runs; a severity they lower counts in the session too.
    place.file("fine.yaml", &FREEZE.replace("<= 15", "<= 30"));
    let run =
        with_key(&place, &["run", "job.yaml", "--yes", "--policy", "fine.yaml", "--format", "json", at[0], at[1]]);
    assert_eq!(run.exit, 0, "{}\n{}", run.err, run.out);
    assert!(writes() > 0);
}
