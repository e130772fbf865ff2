//! The border by name: shared cases through [`consnap_policy::operations::run`], the way all other languages call it.

use consnap_core::Lang;
use consnap_policy::operations;
use consnap_tests::fixtures;

fn run_all(operation: &str) -> usize {
    fixtures::run(operation, |input| match operations::run(operation, input.clone()) {
        Ok(answer) => answer,
        Err(error) => {
            let lang = if input["lang"] == "zh" { Lang::Zh } else { Lang::En };
            serde_json::json!({ "error": error.render(lang) })
        }
    })
}

#[test]
fn signatures() {
    assert_eq!(run_all("sign"), 159);
}

#[test]
fn commands_as_they_leave() {
    assert_eq!(run_all("build"), 36);
}

#[test]
fn pasted_commands() {
    assert_eq!(run_all("explain"), 222);
}

#[test]
fn jobs_against_facts() {
    assert_eq!(run_all("check"), 338);
}

#[test]
fn results_as_they_came() {
    assert_eq!(run_all("decode"), 277);
}

#[test]
fn exports_for_every_tool() {
    assert_eq!(run_all("export"), 43);
}

#[test]
fn facts_from_replies() {
    assert_eq!(run_all("facts"), 30);
}

#[test]
fn plans_of_facts_at_hand() {
    assert_eq!(run_all("plan"), 13);
}

#[test]
fn jobs_against_policies() {
    assert_eq!(run_all("policy_check"), 56);
}

#[test]
fn cases_of_policies() {
    assert_eq!(run_all("policy_test"), 9);
}

#[test]
fn probes() {
    assert_eq!(run_all("probe"), 3);
}

#[test]
fn records_of_scripts() {
    assert_eq!(run_all("witness"), 113);
}
