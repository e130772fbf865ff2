//! The engine of consnap in a browser or in Node. It decides nothing: JSON text goes in, JSON text comes out, and
//! `package/index.js` gives both their typed clothes.
//!
//! It is linked as one program and cut in two: the engine, which a page loads first, and what only rehearsals,
//! plans and signatures reach, which it loads when a rehearsal is asked for. Both share memory and functions, so that nothing is
//! loaded twice.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use consnap_core::Lang;
use consnap_core::catalog::messages::errors;
use consnap_core::error::{Error, ErrorKind, RenderedError};
use consnap_core::ops;
use consnap_simulator::rehearse;
use serde_json::Value;
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
        rehearse::NAME => on_demand(Demand::Rehearsal, value),
        "plan" => on_demand(Demand::Plan, value),
        "sign" => on_demand(Demand::Signature, value),
        "facts" => on_demand(Demand::Facts, value),
        "probe" => on_demand(Demand::Probe, value),
        _ => ops::run_small(operation, value),
    };
    match answer {
        Ok(answer) => Ok(answer.to_string()),
        Err(error) => Err(text(&error.render(lang))),
    }
}

/// The names of the engine's operations, as a JSON list; `facts`, `plan`, `probe`, `sign` and `simulate` come with the
/// second module.
#[wasm_bindgen]
pub fn operations() -> String {
    ops::NAMES
        .iter()
        .filter(|name| !matches!(**name, "facts" | "plan" | "probe" | "sign"))
        .copied()
        .collect::<Value>()
        .to_string()
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

/// What the second module is asked for.
#[derive(Copy, Clone)]
enum Demand {
    Rehearsal,
    Plan,
    Signature,
    Facts,
    Probe,
}

/// Why the second module gave nothing.
enum Refusal {
    NotLoaded,
    Failed(Error),
}

impl From<SplitLoaderError> for Refusal {
    fn from(_: SplitLoaderError) -> Self {
        Self::NotLoaded
    }
}

/// Everything that only this function reaches is cut out into the second module.
#[wasm_split(rehearsal, fallible)]
fn second_module(demand: Demand, input: Value) -> Result<Value, Refusal> {
    match demand {
        Demand::Rehearsal => rehearse::run(input),
        Demand::Plan => ops::run_plan(input),
        Demand::Signature => ops::run_sign(input),
        Demand::Facts => ops::run_facts(input),
        Demand::Probe => ops::run_probe(input),
    }
    .map_err(Refusal::Failed)
}

/// Asks the second module, which its host has loaded before: `package/rehearsal.js` answers at once whether it is there, so
/// that nothing is ever waited for.
fn on_demand(demand: Demand, input: Value) -> Result<Value, Error> {
    let mut asking = pin!(second_module(demand, input));
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
    let name = match demand {
        Demand::Rehearsal => rehearse::NAME,
        Demand::Plan => "plan",
        Demand::Signature => "sign",
        Demand::Facts => "facts",
        Demand::Probe => "probe",
    };
    Err(Error::new(ErrorKind::Input, &errors::MODULE_NOT_LOADED).with("operation", name))
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
