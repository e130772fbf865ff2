//! The border by name: shared cases through [`consnap_core::ops::run`], the way all other languages call it.

use consnap_core::{Lang, ops};
use consnap_tests::fixtures;

fn run_all(operation: &str) -> usize {
    fixtures::run(operation, |input| match ops::run(operation, input.clone()) {
        Ok(answer) => answer,
        Err(error) => serde_json::json!({ "error": error.render(Lang::En) }),
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
    assert_eq!(run_all("explain"), 41);
}
