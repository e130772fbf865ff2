//! The engine of consnap in a browser or in Node. It decides nothing: JSON text goes in, JSON text comes out, and
//! `package/index.js` gives both their typed clothes.
//!
//! It is linked as one program and cut in three: the engine, which a page loads first; what only rehearsals, plans, signatures
//! and readers of replies reach, which it loads when one of them is asked for; and what only policies reach. They share memory
//! and functions, so that nothing is loaded twice.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use consnap_core::Lang;
use consnap_core::diagnostics::error::{Error, ErrorKind, RenderedError};
use consnap_core::diagnostics::messages::errors;
use consnap_core::operations::{self, CheckInput, CheckOutput, PlanInput, PlanOutput, carry_out};
use consnap_policy::operations::{NAMES, Parts, run_with, take_policies, takes_policies};
use consnap_simulator::rehearse;
use serde_json::{Value, json};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_split_helpers::{SplitLoaderError, wasm_split};

/// Carries out an operation by name. Takes and gives JSON text.
///
/// # Errors
///
/// The rendered error as JSON text, when the call could not be carried out.
#[wasm_bindgen]
pub fn run(operation: &str, input: &str) -> Result<String, String> {
    let value: Value = match serde_json::from_str(input) {
        Ok(value) => value,
        Err(error) => {
            let row = &errors::UNREADABLE_INPUT;
            let error =
                Error::new(ErrorKind::Input, row).with("operation", operation).with("reason", error.to_string());
            return Err(text(&error.render(Lang::En)));
        }
    };
    let lang = if value.get("lang").and_then(Value::as_str) == Some("zh") { Lang::Zh } else { Lang::En };
    let answer = match operation {
        _ if takes_policies(operation, &value) => policies(operation, value),
        rehearse::NAME => on_demand(operation, value),
        "check" if value.get("facts").is_some_and(operations::holds_replies) => on_demand(operation, value),
        "explain" if value.get("text").is_some_and(Value::is_string) => on_demand(operation, value),
        _ if SECOND_PART.contains(&operation) => on_demand(operation, value),
        _ => first_part(operation, value),
    };
    match answer {
        Ok(answer) => Ok(answer.to_string()),
        Err(error) => Err(text(&error.render(lang))),
    }
}

/// The names of the engine's operations, as a JSON list; those of the second part and `simulate` come with it, `policy_check` and
/// `policy_test` with the third.
#[wasm_bindgen]
pub fn operations() -> String {
    NAMES
        .iter()
        .filter(|name| !SECOND_PART.contains(name) && !matches!(**name, "policy_check" | "policy_test"))
        .copied()
        .collect::<Value>()
        .to_string()
}

/// What expressions of policies see, as JSON: variables with their members, and functions. It comes with the third part.
///
/// # Errors
///
/// The rendered error as JSON text, when that is not loaded.
#[wasm_bindgen]
pub fn policy_reference() -> Result<String, String> {
    match policies(REFERENCE, Value::Null) {
        Ok(reference) => Ok(reference.to_string()),
        Err(error) => Err(text(&error.render(Lang::En))),
    }
}

/// The version of consnap.
#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

/// The day up to which the engine's facts were gathered, `2026-11-22`.
#[wasm_bindgen]
pub fn catalogue_date() -> String {
    consnap_core::catalog::DATE.to_owned()
}

/// What is read or made only on demand: it comes with the second part.
const SECOND_PART: &[&str] = &["decode", "facts", "plan", "probe", "sign", "witness"];

/// What the third part is asked for where it is no operation.
const REFERENCE: &str = "policy_reference";

/// What a page can do with the engine alone.
fn first_part(operation: &str, mut input: Value) -> Result<Value, Error> {
    match operation {
        "budget" => carry_out(operation, input, |input| Ok(operations::budget(&input))),
        "build" => carry_out(operation, input, |input| Ok(operations::build(&input))),
        "catalog" => carry_out(operation, input, |input| Ok(operations::catalog(&input))),
        "check" => {
            take_policies(&mut input);
            carry_out(operation, input, |input| operations::check_facts(&input))
        }
        "explain" => carry_out(operation, input, |input| operations::explain_one(&input)),
        "export" => carry_out(operation, input, |input| operations::export(&input)),
        _ => Err(operations::unknown(operation, NAMES)),
    }
}

/// Why a part gave nothing.
enum Refusal {
    NotLoaded,
    Failed(Error),
}

impl From<SplitLoaderError> for Refusal {
    fn from(_: SplitLoaderError) -> Self {
        Self::NotLoaded
    }
}

/// Everything that only this function and [`plan_of`] reach is cut out into the second part.
#[wasm_split(rehearsal, fallible)]
fn second_part(operation: String, mut input: Value) -> Result<Value, Refusal> {
    match operation.as_str() {
        "check" => {
            take_policies(&mut input);
            carry_out("check", input, |input| operations::check(&input))
        }
        "decode" => carry_out("decode", input, |input| operations::decode(&input)),
        "explain" => carry_out("explain", input, |input| operations::explain(&input)),
        "facts" => carry_out("facts", input, |input| operations::facts(&input)),
        "plan" => {
            take_policies(&mut input);
            carry_out("plan", input, |input| operations::plan(&input))
        }
        "probe" => carry_out("probe", input, |input| Ok(operations::probe(&input))),
        "sign" => carry_out("sign", input, |input| Ok(operations::sign(&input))),
        "witness" => carry_out("witness", input, |input| Ok(operations::witness(&input))),
        _ => rehearse::run(input),
    }
    .map_err(Refusal::Failed)
}

/// A plan for policies that read one.
#[wasm_split(rehearsal, fallible)]
fn plan_of(input: PlanInput) -> Result<PlanOutput, Refusal> {
    operations::plan(&input).map_err(Refusal::Failed)
}

/// A check of what policies are held to, where replies stand in the place of facts.
#[wasm_split(rehearsal, fallible)]
fn check_of(input: CheckInput) -> Result<CheckOutput, Refusal> {
    operations::check(&input).map_err(Refusal::Failed)
}

/// Everything that only this function reaches is cut out into the third part. A plan, and what reads replies, comes from the
/// second.
#[wasm_split(policies, fallible)]
fn third_part(operation: String, input: Value) -> Result<Value, Refusal> {
    if operation == REFERENCE {
        let members = consnap_policy::reference();
        return Ok(json!({"members": members, "functions": consnap_policy::FUNCTIONS}));
    }
    let planner = |input: &PlanInput| at_once(plan_of(input.clone()), "plan", "loadRehearsal");
    let checker = |input: &CheckInput| match &input.facts {
        Some(facts) if operations::holds_replies(facts) => at_once(check_of(input.clone()), "check", "loadRehearsal"),
        _ => operations::check_facts(input),
    };
    run_with(&operation, input, &Parts { check: &checker, plan: &planner }).map_err(Refusal::Failed)
}

fn on_demand(operation: &str, input: Value) -> Result<Value, Error> {
    at_once(second_part(operation.to_owned(), input), operation, "loadRehearsal")
}

fn policies(operation: &str, input: Value) -> Result<Value, Error> {
    at_once(third_part(operation.to_owned(), input), operation, "loadPolicies")
}

/// Asks a part, which its host has loaded before: `package/parts.js` answers at once whether it is there, so that nothing is
/// ever waited for.
fn at_once<T>(
    asking: impl Future<Output = Result<T, Refusal>>,
    operation: &str,
    load: &'static str,
) -> Result<T, Error> {
    let mut asking = pin!(asking);
    let mut context = Context::from_waker(Waker::noop());
    // The first poll asks the host, the second takes its answer.
    for _ in 0..2 {
        match asking.as_mut().poll(&mut context) {
            Poll::Ready(Ok(answer)) => return Ok(answer),
            Poll::Ready(Err(Refusal::Failed(error))) => return Err(error),
            Poll::Ready(Err(Refusal::NotLoaded)) => break,
            Poll::Pending => {}
        }
    }
    let error = Error::new(ErrorKind::Input, &errors::MODULE_NOT_LOADED);
    Err(error.with("operation", operation.to_owned()).with("load", load))
}

fn text(error: &RenderedError) -> String {
    serde_json::to_string(error).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_rendered_in_the_callers_language() {
        let of = |operation, input| serde_json::from_str::<Value>(&run(operation, input).unwrap_err()).unwrap();
        assert_eq!(of("build", "{")["code"], "CE102");
        assert_eq!(of("simulate", "{}")["code"], "CE102");
        assert_eq!(of("nothing", "{}")["code"], "CE101");
        // Each operation is asked for in one part or another: none is unknown here that the engine knows.
        for name in operations::NAMES {
            assert_eq!(of(name, r#"{"no_such_member": 1}"#)["code"], "CE102", "{name}");
        }
        let chinese = of("nothing", r#"{"lang": "zh"}"#)["message"].to_string();
        assert!(chinese.chars().any(|c| c > '\u{2e80}'), "{chinese}");
    }
}
