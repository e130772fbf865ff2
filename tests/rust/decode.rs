//! Results and their outcomes: the shared cases, every row of the catalogue among them, and hostile input.

use std::collections::BTreeSet;
use std::time::Duration;

use consnap_core::ecs::api::invocation_result::InvocationResult;
use consnap_core::plugin::output::{ContentEncoding, decode, decode_page};
use consnap_core::{Lang, operations};
use consnap_core::{
    catalog::{codes, exit_codes, statuses, task_errors},
    diagnostics::messages,
};
use consnap_tests::{cpu_time, fixtures};
use proptest::prelude::*;
use serde_json::{Value, json};

fn answer(input: &Value) -> Value {
    match operations::run("decode", input.clone()) {
        Ok(answer) => answer,
        Err(error) => json!({ "error": error.render(Lang::En) }),
    }
}

#[test]
fn shared_cases() {
    fixtures::run("decode", answer);
}

/// Where a result contradicts itself or tells no exit code, nothing is known: not that no group was made, either.
#[test]
fn a_result_that_contradicts_itself_may_have_left_a_group() {
    for (status, exit_code, error) in [
        ("Failed", None, ""),
        ("Failed", Some(0), ""),
        ("Success", None, ""),
        ("Success", Some(0), "InstanceNotRunning"),
        ("Success", Some(12), ""),
    ] {
        let result = InvocationResult {
            invocation_status: status.into(),
            exit_code,
            error_code: error.into(),
            ..InvocationResult::default()
        };
        let outcome = decode(&result, ContentEncoding::PlainText);
        let told = format!("{status} {exit_code:?} {error}: {outcome:?}");
        assert!(outcome.held && outcome.group_may_exist && !outcome.succeeded, "{told}");
    }
}

/// All values of a member, wherever it stands in the expectations of the shared cases.
fn seen(member: &str) -> BTreeSet<String> {
    fn walk(value: &Value, member: &str, into: &mut BTreeSet<String>) {
        match value {
            Value::Object(members) => {
                into.extend(members.get(member).and_then(Value::as_str).map(str::to_owned));
                members.values().for_each(|inner| walk(inner, member, into));
            }
            Value::Array(items) => items.iter().for_each(|item| walk(item, member, into)),
            _ => {}
        }
    }
    let mut into = BTreeSet::new();
    for (_, suite) in fixtures::read("decode") {
        suite.cases.iter().for_each(|case| walk(&case.expect, member, &mut into));
    }
    into
}

#[test]
fn every_row_of_the_catalogue_occurs_in_a_case() {
    let explained = seen("explained_by");
    // Not decoded to: the status says Timeout before the agent's 1; Success and Failed leave the word to the exit code
    // when there is one.
    let never = ["exit:agent:1"];
    let of_invocations: Vec<_> =
        statuses::ROWS.iter().filter(|row| !row.of_one_instance).map(|row| row.outcome.key).collect();
    let missing: Vec<_> = codes::outcome_rows()
        .map(|row| row.key)
        .filter(|key| !explained.contains(*key) && !never.contains(key) && !of_invocations.contains(key))
        .collect();
    assert!(missing.is_empty(), "no case leads to {missing:?}");

    let found = seen("code");
    let missing: Vec<_> =
        messages::outcomes::ROWS.iter().map(|row| row.code).filter(|code| !found.contains(*code)).collect();
    assert!(missing.is_empty(), "no case shows {missing:?}");
}

/// The columns of the catalogue are what comes out, for every number and whatever the output says.
#[test]
fn nothing_but_a_named_group_makes_a_success() {
    let statuses = statuses::ROWS.iter().map(|row| row.outcome.name).chain(["", "success", "New"]);
    let numbers = exit_codes::rows().map(|row| row.number).chain([17, 300]);
    let (statuses, numbers): (Vec<_>, Vec<_>) = (statuses.collect(), numbers.collect());
    let codes: Vec<_> = task_errors::ROWS.iter().map(|row| row.name).chain(["", "New"]).collect();
    let named = "[snapshotgroup=\"ssg-1\"]";
    for status in &statuses {
        for number in numbers.iter().copied().map(Some).chain([None]) {
            for code in &codes {
                for output in ["", named] {
                    let result = InvocationResult {
                        invocation_status: (*status).into(),
                        exit_code: number,
                        error_code: (*code).into(),
                        output: output.into(),
                        ..InvocationResult::default()
                    };
                    let outcome = decode(&result, ContentEncoding::PlainText);
                    let may =
                        matches!(*status, "Success" | "") && number == Some(0) && code.is_empty() && output == named;
                    assert_eq!(outcome.succeeded, may, "{result:?}");
                    assert!(!outcome.succeeded || outcome.finished);
                    if output == named && outcome.finished && !outcome.succeeded {
                        assert!(outcome.group_may_exist, "{result:?}");
                    }
                    if *status == "Timeout" {
                        assert!(outcome.held && outcome.group_may_exist, "{result:?}");
                    }
                    assert!(codes::find(&outcome.explained_by).is_some(), "{result:?}");
                }
            }
        }
    }
}

#[test]
fn time_grows_with_the_length_only() {
    // What makes naive scanners slow: pairs that never end, many openings, many groups, many ids.
    for piece in [
        "[",
        "[a=\"",
        "[a=\"x\"]z",
        "\"",
        "[[[\"]",
        "ssg-a ",
        "[snapshotgroup=\"ssg-1\"]",
        "\n",
        "ssg-",
        "Xa LOCKING_ERR: ",
    ] {
        let [short, long] = [100_000, 1_000_000].map(|length: usize| {
            let text = format!("{}{}", piece.repeat(length / piece.len()), "[snapshotgroup=\"");
            let result = InvocationResult { output: text.into(), ..InvocationResult::default() };
            let begun = cpu_time();
            decode(&result, ContentEncoding::PlainText);
            cpu_time().saturating_sub(begun)
        });
        // Ten times the length: a square would take a hundred times as long.
        assert!(long < 40 * short + Duration::from_secs(1), "{piece:?} takes {short:?}, then {long:?}");
    }
}

/// Pieces of real outputs and replies, so that random texts reach deep.
fn piece() -> impl Strategy<Value = String> {
    const WORDS: &[&str] = &[
        "[level=\"error\"]",
        "[time=\"2025-11-03 08:12:45.120334907\"]",
        "[message=\"",
        "\"]",
        "[snapshotgroup=\"",
        "ssg-",
        "ssg-1",
        "###########3. Filesystem Freeze Completed",
        "###########4. Thawing FsFreeze",
        "Version 1.0",
        "\n",
        "\r\n",
        "[",
        "=\"",
        "快照",
        "A DOWNLOAD_FAIL.X: y",
        "panic: ",
        "\u{1b}[1;31mERROR:",
        "FsFreeze was interrupted",
        "Take AppConsistent snapshots successfully",
    ];
    prop_oneof![proptest::sample::select(WORDS).prop_map(str::to_owned), any::<String>()]
}

fn json_value() -> impl Strategy<Value = Value> {
    const NAMES: &[&str] = &[
        "Invocation",
        "InvocationResults",
        "InvocationResult",
        "Invocations",
        "InvokeInstances",
        "InvokeInstance",
        "body",
        "InstanceId",
        "InvocationStatus",
        "ExitCode",
        "Output",
        "ErrorCode",
        "Dropped",
        "StartTime",
        "FinishedTime",
        "FinishTime",
        "Code",
        "CommandContent",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        piece().prop_map(Value::from),
        proptest::sample::select(&["Success", "Failed", "Timeout", "Running", "ExecutionTimeout"][..])
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 64, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(proptest::sample::select(NAMES), inner, 0..6)
                .prop_map(|members| members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()),
        ]
    })
}

proptest! {
    #[test]
    fn any_bytes_are_a_page(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        decode_page(&bytes, ContentEncoding::Base64);
    }

    #[test]
    fn any_json_is_a_page(value in json_value()) {
        for encoding in [ContentEncoding::Base64, ContentEncoding::PlainText] {
            let decoded = decode_page(value.to_string().as_bytes(), encoding);
            for outcome in &decoded.outcomes {
                // What crosses the border and what the journal keeps.
                prop_assert!(serde_json::to_string(&outcome.render(Lang::Zh)).is_ok());
                let kept = serde_json::to_string(outcome).unwrap();
                prop_assert_eq!(&serde_json::from_str::<consnap_core::plugin::output::Outcome>(&kept).unwrap(), outcome);
            }
        }
    }

    #[test]
    fn any_output_has_an_outcome(
        pieces in proptest::collection::vec(piece(), 0..30),
        status in proptest::sample::select(&["Success", "Failed", "Timeout", "", "New"][..]),
        number in proptest::option::of(any::<i64>()),
        dropped in proptest::option::of(any::<i64>()),
        encode in any::<bool>(),
    ) {
        use base64::Engine;
        let text = pieces.concat();
        let output = if encode { base64::engine::general_purpose::STANDARD.encode(&text) } else { text };
        let encoding = if encode { ContentEncoding::Base64 } else { ContentEncoding::PlainText };
        let result = InvocationResult {
            invocation_status: status.into(), exit_code: number, dropped, output: output.into(), ..InvocationResult::default()
        };
        let outcome = decode(&result, encoding);
        prop_assert!(outcome.error_lines.len() <= 5);
        prop_assert!(!outcome.succeeded || outcome.snapshot_group_id.is_some());
    }

    #[test]
    fn any_bytes_are_an_output(bytes in proptest::collection::vec(any::<u8>(), 0..200), dropped in 0_i64..2) {
        use base64::Engine;
        let output = base64::engine::general_purpose::STANDARD.encode(&bytes);
        let result = InvocationResult { output: output.into(), dropped: Some(dropped), exit_code: Some(1), ..InvocationResult::default() };
        decode(&result, ContentEncoding::Base64);
    }
}
