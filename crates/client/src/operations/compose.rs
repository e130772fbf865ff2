//! Operations of the engine whose job has scripts that this crate's side must write.

use consnap_core::{Error, Lang};
use consnap_policy::operations;
use serde_json::Value;

/// Carries out an operation by name, as [`operations::run`] does; the scripts of `linux.quiesce` are written into the job of
/// `check` and `plan` first.
///
/// Errors: as of the operation.
pub fn operation(name: &str, mut input: Value) -> Result<Value, Error> {
    let job = input.get_mut("job").filter(|_| ["check", "plan"].contains(&name));
    let unfit = job.map(consnap_scripts::compose).unwrap_or_default();
    let lang = input.get("lang").and_then(|lang| serde_json::from_value(lang.clone()).ok()).unwrap_or(Lang::En);
    let mut answer = operations::run(name, input)?;
    if let Some(Value::Array(findings)) = answer.get_mut("findings") {
        findings.extend(unfit.iter().filter_map(|finding| serde_json::to_value(finding.render(lang)).ok()));
    }
    Ok(answer)
}
