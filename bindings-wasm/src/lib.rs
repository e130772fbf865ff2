//! The engine of consnap in a browser or in Node. It decides nothing: JSON text goes in, JSON text comes out, and
//! `package/index.js` gives both their typed clothes.
//!
//! It is built twice: without features as the engine that a page loads first, and with `rehearse` as the simulator that
//! it loads when a rehearsal is asked for.

use consnap_core::Lang;
use consnap_core::error::{Error, ErrorKind, RenderedError};
use consnap_core::ops;
use serde_json::Value;
use wasm_bindgen::prelude::wasm_bindgen;

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
            let row = &consnap_core::catalog::messages::errors::UNREADABLE_INPUT;
            let error =
                Error::new(ErrorKind::Input, row).with("operation", operation).with("reason", error.to_string());
            return Err(text(&error.render(Lang::En)));
        }
    };
    let lang = if value.get("lang").and_then(Value::as_str) == Some("zh") { Lang::Zh } else { Lang::En };
    match carry_out(operation, value) {
        Ok(answer) => Ok(answer.to_string()),
        Err(error) => Err(text(&error.render(lang))),
    }
}

#[cfg(not(feature = "rehearse"))]
fn carry_out(operation: &str, input: Value) -> Result<Value, Error> {
    ops::run(operation, input)
}

#[cfg(feature = "rehearse")]
fn carry_out(_: &str, input: Value) -> Result<Value, Error> {
    consnap_simulator::rehearse::run(input)
}

/// The names of all operations of this module, as a JSON list.
#[wasm_bindgen]
pub fn operations() -> String {
    let names = if cfg!(feature = "rehearse") { &["simulate"] } else { ops::NAMES };
    Value::from(names).to_string()
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

fn text(error: &RenderedError) -> String {
    serde_json::to_string(error).unwrap_or_default()
}

#[cfg(all(test, not(feature = "rehearse")))]
mod tests {
    use super::*;

    #[test]
    fn errors_are_rendered_in_the_callers_language() {
        let of = |operation, input| serde_json::from_str::<Value>(&run(operation, input).unwrap_err()).unwrap();
        assert_eq!(of("build", "{")["code"], "CE102");
        assert_eq!(of("nothing", "{}")["code"], "CE101");
        let chinese = of("nothing", r#"{"lang": "zh"}"#)["message"].to_string();
        assert!(chinese.chars().any(|c| c > '\u{2e80}'), "{chinese}");
    }
}
