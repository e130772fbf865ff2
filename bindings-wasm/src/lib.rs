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
use consnap_core::operations;
use consnap_core::operations::{PlanInput, PlanOutput};
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
        _ if is_of_policies(operation, &value) => policies(operation, value),
        rehearse::NAME => on_demand(Demand::Rehearsal, value),
        "plan" => on_demand(Demand::Plan, value),
        "sign" => on_demand(Demand::Signature, value),
        "facts" => on_demand(Demand::Facts, value),
        "probe" => on_demand(Demand::Probe, value),
        _ => operations::run_small(operation, value),
    };
    match answer {
        Ok(answer) => Ok(answer.to_string()),
        Err(error) => Err(text(&error.render(lang))),
    }
}

/// The names of the engine's operations, as a JSON list; `facts`, `plan`, `probe`, `sign` and `simulate` come with the
/// second part, `policy_check` and `policy_test` with the third.
#[wasm_bindgen]
pub fn operations() -> String {
    operations::NAMES
        .iter()
        .filter(|name| !matches!(**name, "facts" | "plan" | "policy_check" | "policy_test" | "probe" | "sign"))
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

/// What the third part is asked for where it is no operation.
const REFERENCE: &str = "policy_reference";

/// Whether something is to be held to policies.
fn is_of_policies(operation: &str, input: &Value) -> bool {
    match operation {
        "policy_check" | "policy_test" => true,
        "check" | "plan" => input.get("policies").is_some_and(|policies| !policies.is_null()),
        _ => false,
    }
}

/// What the second part is asked for.
#[derive(Copy, Clone)]
enum Demand {
    Rehearsal,
    Plan,
    Signature,
    Facts,
    Probe,
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
fn second_part(demand: Demand, input: Value) -> Result<Value, Refusal> {
    match demand {
        Demand::Rehearsal => rehearse::run(input),
        Demand::Plan => operations::run_plan(input),
        Demand::Signature => operations::run_sign(input),
        Demand::Facts => operations::run_facts(input),
        Demand::Probe => operations::run_probe(input),
    }
    .map_err(Refusal::Failed)
}

/// A plan for policies that read one.
#[wasm_split(rehearsal, fallible)]
fn plan_of(input: PlanInput) -> Result<PlanOutput, Refusal> {
    operations::plan::plan_alone(&input).map_err(Refusal::Failed)
}

/// Everything that only this function reaches is cut out into the third part. A plan comes from the second.
#[wasm_split(policies, fallible)]
fn third_part(operation: String, input: Value) -> Result<Value, Refusal> {
    if operation == REFERENCE {
        let members = consnap_core::policy::reference();
        return Ok(json!({"members": members, "functions": consnap_core::policy::FUNCTIONS}));
    }
    let planner = |input: &PlanInput| at_once(plan_of(input.clone()), "plan", "loadRehearsal");
    operations::run_policy(&operation, input, &planner).map_err(Refusal::Failed)
}

fn on_demand(demand: Demand, input: Value) -> Result<Value, Error> {
    let name = match demand {
        Demand::Rehearsal => rehearse::NAME,
        Demand::Plan => "plan",
        Demand::Signature => "sign",
        Demand::Facts => "facts",
        Demand::Probe => "probe",
    };
    at_once(second_part(demand, input), name, "loadRehearsal")
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
        let chinese = of("nothing", r#"{"lang": "zh"}"#)["message"].to_string();
        assert!(chinese.chars().any(|c| c > '\u{2e80}'), "{chinese}");
    }
}
