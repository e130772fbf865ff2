//! JSON Schemas of what crosses the border: documents, answers and operations.

use consnap_core::estate::audit::Audit;
use consnap_core::estate::retention::Pruning;
use consnap_core::input::job;
use consnap_core::report::{HistoryEntry, Report, Status};
use consnap_core::run::session::Release;
use consnap_policy::operations;
use consnap_simulator::{InstanceTruth, RecordedCall, Scenario, rehearse};
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, schema_for};
use serde_json::{Value, json};

/// What has a schema besides operations: documents that are read, then answers.
pub(crate) const DOCUMENTS: [&str; 12] =
    ["job", "policy", "scenario", "report", "history", "status", "release", "audit", "prune", "error", "call", "truth"];

/// The JSON Schema of one of them, or `{operation, input, output}` of an operation.
pub fn schema(name: &str) -> Option<Value> {
    match name {
        "job" => Some(job::schema()),
        "policy" => Some(consnap_policy::schema()),
        "scenario" => Some(json!(schema_for!(Scenario))),
        "report" => Some(answer::<Report>()),
        "history" => Some(answer::<Vec<HistoryEntry>>()),
        "status" => Some(answer::<Status>()),
        "release" => Some(answer::<Release>()),
        "audit" => Some(answer::<Audit>()),
        "prune" => Some(answer::<Pruning>()),
        "error" => Some(consnap_core::operations::error_schema()),
        "call" => Some(answer::<RecordedCall>()),
        "truth" => Some(answer::<InstanceTruth>()),
        rehearse::NAME => Some(rehearse::schema()),
        name => operations::schema(name),
    }
}

/// As it is written, which says what is always there.
fn answer<T: JsonSchema>() -> Value {
    json!(SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<T>())
}
