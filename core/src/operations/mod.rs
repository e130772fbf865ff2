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
#[cfg(feature = "policy")]
pub mod policy;
pub mod probe;
pub mod sign;

pub use budget::{BudgetInput, BudgetOutput, budget};
pub use build::{BuildInput, BuildOutput, build};
pub use catalog::{CatalogInput, CatalogOutput, catalog};
pub use check::{CheckInput, CheckOutput, check};
pub use decode::{DecodeInput, DecodeOutput, decode};
pub use explain::{ExplainInput, ExplainOutput, explain};
pub use export::{ExportInput, ExportOutput, export};
pub use facts::{FactsInput, FactsOutput, facts};
pub use plan::{PlanInput, PlanOutput, plan};
#[cfg(feature = "policy")]
pub use policy::{
    PolicyCheckInput, PolicyCheckOutput, PolicyTestInput, PolicyTestOutput, policy_batch, policy_check, policy_test,
};
pub use probe::{ProbeInput, ProbeOutput, probe};
pub use sign::{SignInput, SignOutput, sign};

/// The names of all operations, as [`run`] takes them.
#[cfg(not(feature = "policy"))]
pub const NAMES: &[&str] =
    &["budget", "build", "catalog", "check", "decode", "explain", "export", "facts", "plan", "probe", "sign"];

/// The names of all operations, as [`run`] takes them.
#[cfg(feature = "policy")]
pub const NAMES: &[&str] = &[
    "budget",
    "build",
    "catalog",
    "check",
    "decode",
    "explain",
    "export",
    "facts",
    "plan",
    "policy_check",
    "policy_test",
    "probe",
    "sign",
];

/// Carries out an operation by name.
///
/// # Errors
///
/// `CE101` for an unknown operation, `CE102` for an input that is no object, misses a member, has an unknown one or one
/// of the wrong type.
pub fn run(name: &str, input: Value) -> Result<Value, Error> {
    match name {
        "facts" => run_facts(input),
        #[cfg(not(feature = "policy"))]
        "plan" => run_plan(input),
        "probe" => run_probe(input),
        "sign" => run_sign(input),
        #[cfg(feature = "policy")]
        "check" | "plan" | "policy_check" | "policy_test" => run_policy(name, input, &plan::plan_alone),
        _ => run_small(name, input),
    }
}

/// Carries out `sign` on JSON.
///
/// # Errors
///
/// As [`run`].
pub fn run_sign(input: Value) -> Result<Value, Error> {
    carry_out("sign", input, |input| Ok(sign(&input)))
}

/// Carries out `facts` on JSON.
///
/// # Errors
///
/// As [`run`].
pub fn run_facts(input: Value) -> Result<Value, Error> {
    carry_out("facts", input, |input| facts(&input))
}

/// Carries out `probe` on JSON.
///
/// # Errors
///
/// As [`run`].
pub fn run_probe(input: Value) -> Result<Value, Error> {
    carry_out("probe", input, |input| Ok(probe(&input)))
}

/// Carries out `plan` on JSON, without policies.
///
/// # Errors
///
/// As [`run`]; `CE103` when there are policies.
pub fn run_plan(input: Value) -> Result<Value, Error> {
    carry_out("plan", input, |input| plan::plan_alone(&input))
}

/// Carries out `policy_check` or `policy_test` on JSON, or `check` or `plan` with policies. A plan that is needed is made by
/// the planner.
///
/// # Errors
///
/// As [`run`], and those of the planner.
#[cfg(feature = "policy")]
pub fn run_policy(name: &str, input: Value, planner: policy::Planner<'_>) -> Result<Value, Error> {
    match name {
        "check" => carry_out(name, input, |input| check::check_held(&input, planner)),
        "plan" => carry_out(name, input, |input| plan::plan_held(&input, planner)),
        "policy_test" => carry_out(name, input, |input| Ok(policy_test(&input))),
        _ => carry_out("policy_check", input, |input| policy::policy_check_with(&input, planner)),
    }
}

/// [`run`] without `facts`, `plan`, `probe`, `sign` and the policies, for a host that would rather load session, readers of replies,
/// hash functions and the engine of policies when they are needed.
///
/// # Errors
///
/// As [`run`]; `CE103` for a `check` with policies.
pub fn run_small(name: &str, input: Value) -> Result<Value, Error> {
    match name {
        "budget" => carry_out(name, input, |input| Ok(budget(&input))),
        "build" => carry_out(name, input, |input| Ok(build(&input))),
        "catalog" => carry_out(name, input, |input| Ok(catalog(&input))),
        "check" => carry_out(name, input, |input| check::check_alone(&input)),
        "decode" => carry_out(name, input, |input| decode(&input)),
        "explain" => carry_out(name, input, |input| explain(&input)),
        "export" => carry_out(name, input, |input| export(&input)),
        _ => Err(unknown_operation(name)),
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
        #[cfg(feature = "policy")]
        "policy_check" => Some(schemas::<PolicyCheckInput, PolicyCheckOutput>(name)),
        #[cfg(feature = "policy")]
        "policy_test" => Some(schemas::<PolicyTestInput, PolicyTestOutput>(name)),
        "probe" => Some(schemas::<ProbeInput, ProbeOutput>(name)),
        "sign" => Some(schemas::<SignInput, SignOutput>(name)),
        _ => None,
    }
}

/// The JSON Schema of the error of a call that could not be carried out.
#[cfg(feature = "schema")]
pub fn error_schema() -> Value {
    let settings = schemars::generate::SchemaSettings::draft2020_12().for_serialize();
    serde_json::json!(settings.into_generator().into_root_schema_for::<crate::diagnostics::error::RenderedError>())
}

fn carry_out<I: DeserializeOwned, O: Serialize>(
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

#[cfg(feature = "schema")]
fn schemas<I: schemars::JsonSchema, O: schemars::JsonSchema>(name: &str) -> Value {
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

/// An operation was asked to hold something to policies where they are not loaded.
#[cfg(feature = "policy")]
fn not_loaded(name: &str) -> Error {
    Error::new(ErrorKind::Input, &errors::MODULE_NOT_LOADED).with("operation", name).with("load", "loadPolicies")
}

fn unknown_operation(name: &str) -> Error {
    let nearest = NAMES
        .iter()
        .copied()
        .max_by(|a, b| strsim::jaro_winkler(a, name).total_cmp(&strsim::jaro_winkler(b, name)))
        .unwrap_or_default();
    Error::new(ErrorKind::Input, &errors::UNKNOWN_OPERATION)
        .with("operation", name)
        .with("nearest", nearest)
        .with("known", NAMES.join(", "))
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
