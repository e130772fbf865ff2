//! The border that every front (shell, Python, browser, Rust) shares: one input and one output struct and one function
//! per operation. It uses all other layers, and none uses it.
//!
//! Rust callers use the functions with their typed structs. Everybody else hands over one JSON object and gets one
//! back: [`run`]. Our own JSON is `snake_case`; only results of the service keep the service's spelling.
//!
//! What is wrong with a job, a command or a result comes back as *findings* in the output. An [`Error`] means that the
//! call itself could not be carried out: no such operation, a missing or unknown member.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::diagnostics::error::{Error, ErrorKind};
use crate::diagnostics::messages::errors;

pub mod budget;
pub mod build;
pub mod catalog;
pub mod check;
pub mod decode;
pub mod explain;
pub mod export;
pub mod facts;
pub mod plan;
pub mod probe;
pub mod sign;
pub mod witness;

pub use budget::{BudgetInput, BudgetOutput, budget};
pub use build::{BuildInput, BuildOutput, build};
pub use catalog::{CatalogInput, CatalogOutput, catalog};
pub use check::{CheckInput, CheckOutput, check, check_facts};
pub use decode::{DecodeInput, DecodeOutput, decode};
pub use explain::{ExplainInput, ExplainOutput, explain, explain_one};
pub use export::{ExportInput, ExportOutput, export};
pub use facts::{FactsInput, FactsOutput, facts, holds_replies};
pub use plan::{PlanInput, PlanOutput, plan};
pub use probe::{ProbeInput, ProbeOutput, probe};
pub use sign::{SignInput, SignOutput, sign};
pub use witness::{WitnessInput, WitnessOutput, witness};

/// The names of all operations, as [`run`] takes them.
pub const NAMES: &[&str] = &[
    "budget", "build", "catalog", "check", "decode", "explain", "export", "facts", "plan", "probe", "sign", "witness",
];

/// Carries out an operation by name.
///
/// # Errors
///
/// `CE101` for an unknown operation, `CE102` for an input that is no object, misses a member, has an unknown one or one
/// of the wrong type.
pub fn run(name: &str, input: Value) -> Result<Value, Error> {
    match name {
        "budget" => carry_out(name, input, |input| Ok(budget(&input))),
        "build" => carry_out(name, input, |input| Ok(build(&input))),
        "catalog" => carry_out(name, input, |input| Ok(catalog(&input))),
        "check" => carry_out(name, input, |input| check(&input)),
        "decode" => carry_out(name, input, |input| decode(&input)),
        "explain" => carry_out(name, input, |input| explain(&input)),
        "export" => carry_out(name, input, |input| export(&input)),
        "facts" => carry_out(name, input, |input| facts(&input)),
        "plan" => carry_out(name, input, |input| plan(&input)),
        "probe" => carry_out(name, input, |input| Ok(probe(&input))),
        "sign" => carry_out(name, input, |input| Ok(sign(&input))),
        "witness" => carry_out(name, input, |input| Ok(witness(&input))),
        _ => Err(unknown(name, NAMES)),
    }
}

/// The JSON Schemas of an operation: `{input, output}`.
#[cfg(feature = "schema")]
pub fn schema(name: &str) -> Option<Value> {
    match name {
        "budget" => Some(schemas::<BudgetInput, BudgetOutput>(name)),
        "build" => Some(schemas::<BuildInput, BuildOutput>(name)),
        "catalog" => Some(schemas::<CatalogInput, CatalogOutput>(name)),
        "check" => Some(schemas::<CheckInput, CheckOutput>(name)),
        "decode" => Some(schemas::<DecodeInput, DecodeOutput>(name)),
        "explain" => Some(schemas::<ExplainInput, ExplainOutput>(name)),
        "export" => Some(schemas::<ExportInput, ExportOutput>(name)),
        "facts" => Some(schemas::<FactsInput, FactsOutput>(name)),
        "plan" => Some(schemas::<PlanInput, PlanOutput>(name)),
        "probe" => Some(schemas::<ProbeInput, ProbeOutput>(name)),
        "sign" => Some(schemas::<SignInput, SignOutput>(name)),
        "witness" => Some(schemas::<WitnessInput, WitnessOutput>(name)),
        _ => None,
    }
}

/// The JSON Schema of the error of a call that could not be carried out.
#[cfg(feature = "schema")]
pub fn error_schema() -> Value {
    let settings = schemars::generate::SchemaSettings::draft2020_12().for_serialize();
    serde_json::json!(settings.into_generator().into_root_schema_for::<crate::diagnostics::error::RenderedError>())
}

/// Carries out one operation on JSON, for whoever adds operations or links only some of them.
///
/// # Errors
///
/// `CE102` for an input that is not the operation's, and the errors of the operation.
pub fn carry_out<I: DeserializeOwned, O: Serialize>(
    name: &str,
    input: Value,
    operation: impl FnOnce(I) -> Result<O, Error>,
) -> Result<Value, Error> {
    if !input.is_object() {
        return Err(unreadable(name, "not a JSON object".to_owned()));
    }
    let input = I::deserialize(input).map_err(|error| unreadable(name, error.to_string()))?;
    serde_json::to_value(operation(input)?).map_err(|error| unreadable(name, error.to_string()))
}

/// The JSON Schemas of the input and the output of an operation.
#[cfg(feature = "schema")]
pub fn schemas<I: schemars::JsonSchema, O: schemars::JsonSchema>(name: &str) -> Value {
    let output = schemars::generate::SchemaSettings::draft2020_12().for_serialize().into_generator();
    serde_json::json!({
        "operation": name,
        "input": schemars::schema_for!(I),
        "output": output.into_root_schema_for::<O>(),
    })
}

fn unreadable(name: &str, reason: String) -> Error {
    Error::new(ErrorKind::Input, &errors::UNREADABLE_INPUT).with("operation", name).with("reason", reason)
}

/// The error of an operation that is not among those known.
pub fn unknown(name: &str, known: &[&'static str]) -> Error {
    let nearest = known
        .iter()
        .copied()
        .max_by(|a, b| strsim::jaro_winkler(a, name).total_cmp(&strsim::jaro_winkler(b, name)))
        .unwrap_or_default();
    Error::new(ErrorKind::Input, &errors::UNKNOWN_OPERATION)
        .with("operation", name)
        .with("nearest", nearest)
        .with("known", known.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[cfg(feature = "schema")]
    #[test]
    fn every_operation_has_its_schemas() {
        for name in NAMES {
            let schema = schema(name).unwrap();
            assert_eq!(schema["input"]["additionalProperties"], json!(false), "{name}");
            assert!(schema["output"]["properties"].is_object() || schema["output"]["anyOf"].is_array(), "{name}");
        }
        assert_eq!(schema("nothing"), None);
    }

    #[test]
    fn calls_that_cannot_be_carried_out_are_errors() {
        let unknown = run("catalgo", json!({})).unwrap_err().render(crate::Lang::En);
        assert_eq!((unknown.code.as_str(), unknown.kind), ("CE101", ErrorKind::Input));
        assert!(unknown.help.contains("`catalog`"), "{}", unknown.help);
        for name in NAMES {
            for input in [json!(null), json!([]), json!({"no_such_member": 1})] {
                assert_eq!(run(name, input).unwrap_err().row.code, "CE102", "{name}");
            }
        }
    }
}
