//! The operations of the core, of which `check` and `plan` take policies here, with `policy_check` and `policy_test`: jobs and
//! instances held to organisation policies, and the cases of such policies tried out. Every front comes in through [`run`].

use std::collections::BTreeMap;

use consnap_core::base::time::Time;
use consnap_core::check::CheckContext;
use consnap_core::diagnostics::error::Error;
use consnap_core::diagnostics::finding::{Finding, RenderedFinding, Severity};
use consnap_core::diagnostics::text::Lang;
use consnap_core::input::{facts, job};
use consnap_core::operations::check::day;
use consnap_core::operations::{self, CheckInput, CheckOutput, PlanInput, PlanOutput, carry_out, plan};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Input, Judged, PolicyBatch, PolicyResult, PolicySet, PolicySummary, TestReport};

/// The names of all operations, as [`run`] takes them.
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
    "witness",
];

/// Carries out an operation by name, one of the core or of this crate. `check` and `plan` take `policies` as well: a policy
/// document, or a list of them, that job, instances and plan are held to. Their severities go before those of the input.
///
/// # Errors
///
/// `CE101` for an unknown operation, `CE102` for an input that is no object, misses a member, has an unknown one or one
/// of the wrong type.
pub fn run(name: &str, mut input: Value) -> Result<Value, Error> {
    match name {
        _ if takes_policies(name, &input) => run_with(name, input, &Parts { check: &operations::check, plan: &plan }),
        "check" | "plan" => {
            // `null` means no policies.
            take_policies(&mut input);
            operations::run(name, input)
        }
        _ if operations::NAMES.contains(&name) => operations::run(name, input),
        _ => Err(operations::unknown(name, NAMES)),
    }
}

/// Whether this call of an operation is for this crate: it is about policies, or has some.
pub fn takes_policies(name: &str, input: &Value) -> bool {
    match name {
        "policy_check" | "policy_test" => true,
        "check" | "plan" => input.get("policies").is_some_and(|policies| !policies.is_null()),
        _ => false,
    }
}

/// The operations of the core that these need: a host that loads its parts apart asks another part for them.
#[derive(Copy, Clone)]
pub struct Parts<'a> {
    /// Checks job and facts.
    pub check: &'a dyn Fn(&CheckInput) -> Result<CheckOutput, Error>,
    /// Makes the plan, where a policy reads one that is not given.
    pub plan: Planner<'a>,
}

/// [`run`] where policies are taken ([`takes_policies`]), with the core's operations from elsewhere.
///
/// # Errors
///
/// As [`run`], and those of the parts.
pub fn run_with(name: &str, input: Value, parts: &Parts<'_>) -> Result<Value, Error> {
    match name {
        "check" => composed(name, input, |input, policies| check_held(&input, policies, parts)),
        "plan" => composed(name, input, |input, policies| plan_held(&input, policies, parts.plan)),
        "policy_test" => carry_out(name, input, |input| Ok(policy_test(&input))),
        "policy_check" => carry_out(name, input, |input| policy_check_with(&input, parts.plan)),
        _ => Err(operations::unknown(name, NAMES)),
    }
}

/// The JSON Schemas of an operation: `{input, output}`.
#[cfg(feature = "schema")]
pub fn schema(name: &str) -> Option<Value> {
    match name {
        "policy_check" => Some(operations::schemas::<PolicyCheckInput, PolicyCheckOutput>(name)),
        "policy_test" => Some(operations::schemas::<PolicyTestInput, PolicyTestOutput>(name)),
        "check" => Some(members::joined(
            operations::schema(name)?,
            operations::schemas::<members::OfCheck, members::Said>(name),
        )),
        "plan" => Some(members::joined(
            operations::schema(name)?,
            operations::schemas::<members::OfPlan, members::Said>(name),
        )),
        _ => operations::schema(name),
    }
}

/// What `check` and `plan` take and say beside what the core knows.
#[cfg(feature = "schema")]
mod members {
    use serde::{Deserialize, Serialize};
    use serde_json::Value;

    #[derive(Deserialize, schemars::JsonSchema)]
    pub(super) struct OfCheck {
        /// A policy document, or a list of them, that job and instances are held to as well. Their severities go before those
        /// given here.
        #[serde(default)]
        #[expect(dead_code, reason = "only its schema is wanted")]
        policies: Option<Value>,
    }

    #[derive(Deserialize, schemars::JsonSchema)]
    pub(super) struct OfPlan {
        /// A policy document, or a list of them, that the plan is held to. Their severities go before those given here.
        #[serde(default)]
        #[expect(dead_code, reason = "only its schema is wanted")]
        policies: Option<Value>,
    }

    #[derive(Serialize, schemars::JsonSchema)]
    pub(super) struct Said {
        /// What policies say, where there are any.
        #[serde(skip_serializing_if = "Option::is_none")]
        policies: Option<super::PolicyCheckOutput>,
    }

    /// The schemas of the core with the members of the others.
    pub(super) fn joined(mut schemas: Value, mut more: Value) -> Value {
        for side in ["input", "output"] {
            for part in ["properties", "$defs"] {
                let Some(Value::Object(more)) = more.pointer_mut(&format!("/{side}/{part}")).map(Value::take) else {
                    continue;
                };
                let place = schemas.get_mut(side).and_then(Value::as_object_mut);
                let part =
                    place.map(|schema| schema.entry(part).or_insert_with(|| Value::Object(serde_json::Map::new())));
                if let Some(members) = part.and_then(Value::as_object_mut) {
                    members.extend(more);
                }
            }
        }
        schemas
    }
}

/// Takes the policies out of the input of `check` or `plan`, so that what is left is that of the core's operation.
pub fn take_policies(input: &mut Value) -> Option<Value> {
    input.as_object_mut()?.remove("policies").filter(|policies| !policies.is_null())
}

/// Carries out an operation of the core on the members that are its own.
fn composed<I: DeserializeOwned, O: Serialize>(
    name: &str,
    mut input: Value,
    operation: impl FnOnce(I, Value) -> Result<O, Error>,
) -> Result<Value, Error> {
    let policies = take_policies(&mut input).unwrap_or_default();
    carry_out(name, input, |input| operation(input, policies))
}

/// What an operation of the core gives, and what the policies say.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Held<O> {
    /// What it gives without policies, but for severities.
    #[serde(flatten)]
    pub output: O,
    /// What the policies say.
    pub policies: PolicyCheckOutput,
}

/// `check` with job and facts held to policies.
fn check_held(input: &CheckInput, policies: Value, parts: &Parts<'_>) -> Result<Held<CheckOutput>, Error> {
    let severities = with_severities_of(&policies, &input.severities);
    let output = (parts.check)(&CheckInput { severities, ..input.clone() })?;
    let held = PolicyCheckInput {
        policies,
        job: Some(input.job.clone()),
        facts: input.facts.clone(),
        plan: None,
        as_of: input.as_of.clone(),
        now: input.now,
        all: false,
        lang: input.lang,
    };
    Ok(Held { output, policies: policy_check_with(&held, parts.plan)? })
}

/// `plan` with job, facts and plan held to policies.
fn plan_held(input: &PlanInput, policies: Value, planner: Planner<'_>) -> Result<Held<PlanOutput>, Error> {
    let severities = with_severities_of(&policies, &input.severities);
    let output = planner(&PlanInput { severities, ..input.clone() })?;
    let held = PolicyCheckInput {
        policies,
        job: Some(input.job.clone()),
        facts: Some(input.facts.clone()),
        // No plan is one, too: what reads it cannot be judged.
        plan: Some(output.plan.as_ref().and_then(|plan| serde_json::to_value(plan).ok()).unwrap_or_default()),
        as_of: input.as_of.clone(),
        now: input.now,
        all: false,
        lang: input.lang,
    };
    Ok(Held { output, policies: policy_check_with(&held, planner)? })
}

/// Policies, and what is held to them.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PolicyCheckInput {
    /// A policy document, or a list of documents that are used together.
    pub policies: Value,
    /// The job document; without it only the policies themselves are read.
    #[serde(default)]
    pub job: Option<Value>,
    /// The facts of one instance, or a list of them; without it only policies about the job are judged.
    #[serde(default)]
    pub facts: Option<Value>,
    /// A plan as the operation `plan` gives it; worked out of job and facts when a policy reads it and it is not given.
    #[serde(default)]
    pub plan: Option<Value>,
    /// Judge by the newest edition of the vendor's documents not later than this day, `2025-06-01`.
    #[serde(default)]
    pub as_of: Option<String>,
    /// The time of the check, by which waivers end; without it that is not judged.
    #[serde(default)]
    pub now: Option<Time>,
    /// List what is met too.
    #[serde(default)]
    pub all: bool,
    /// The language of words.
    #[serde(default)]
    pub lang: Lang,
}

/// What the policies say.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PolicyCheckOutput {
    /// About the policy documents and their waivers. Places are JSON pointers into the documents; into a list of documents
    /// they begin with the document's number.
    pub findings: Vec<RenderedFinding>,
    /// Each policy with what came of it, in the order of the documents.
    pub policies: Vec<PolicySummary>,
    /// What is not met or cannot be judged, waived or not; what is met too, where that was asked for.
    pub results: Vec<PolicyResult>,
    /// Severities the documents give to consnap's own findings: the input of `check` and `plan`.
    pub severities: BTreeMap<String, Severity>,
    /// Whether nothing stands against the job: no error among findings and results but those waived.
    pub passed: bool,
}

/// Holds a job and instances to policies. What cannot be read of the documents is a finding and counts as not met; what is
/// wrong with job and facts themselves is for `check` to say.
///
/// # Errors
///
/// `CE102` when `as_of` cannot be read.
pub fn policy_check(input: &PolicyCheckInput) -> Result<PolicyCheckOutput, Error> {
    policy_check_with(input, &plan)
}

/// Who makes a plan.
pub type Planner<'a> = &'a dyn Fn(&PlanInput) -> Result<PlanOutput, Error>;

/// [`policy_check`] with a planner.
fn policy_check_with(input: &PolicyCheckInput, planner: Planner<'_>) -> Result<PolicyCheckOutput, Error> {
    let as_of = input.as_of.as_deref().map(|text| day("policy_check", text)).transpose()?;
    let today = CheckContext { as_of, now: input.now }.today();
    let (set, read) = PolicySet::read(&input.policies);
    let judged = match &input.job {
        None => Judged { passed: true, ..Judged::default() },
        Some(document) => {
            let (job, _) = job::read(document);
            let documents = match &input.facts {
                None | Some(Value::Null) => &[],
                Some(Value::Array(list)) => list.as_slice(),
                Some(one) => std::slice::from_ref(one),
            };
            let known = |document| serde_json::to_value(facts::read(document).0).unwrap_or_default();
            let instances: Vec<Value> = documents.iter().map(known).collect();
            let plan = match &input.plan {
                None if set.reads_plan() && !documents.is_empty() => planned(input, document, &set, planner)?,
                given => given.clone(),
            };
            let scene = Input {
                job: &job,
                instances: &instances,
                plan: plan.as_ref(),
                today,
                all: input.all,
                lang: input.lang,
            };
            set.judge(&scene)
        }
    };
    Ok(answer(&set, &read, judged, input.lang))
}

/// The policies of an input that many instances are held to one by one, and what was found reading them. The facts of
/// all of them are only asked for where a policy reads the plan; those of the input are of no weight.
///
/// # Errors
///
/// `CE102` when `as_of` cannot be read.
pub fn policy_batch(
    mut input: PolicyCheckInput,
    facts: impl FnOnce() -> Vec<Value>,
) -> Result<(PolicyBatch, Vec<Finding>), Error> {
    let as_of = input.as_of.as_deref().map(|text| day("policy_check", text)).transpose()?;
    let today = CheckContext { as_of, now: input.now }.today();
    let (set, read) = PolicySet::read(&input.policies);
    let document = input.job.take().unwrap_or_default();
    let (job, _) = job::read(&document);
    if input.plan.is_none() && set.reads_plan() {
        let facts = facts();
        if !facts.is_empty() {
            input.facts = Some(Value::Array(facts));
            input.plan = planned(&input, &document, &set, &plan)?;
        }
    }
    Ok((PolicyBatch::new(set, &job, input.plan.as_ref(), today, input.lang), read))
}

/// Puts what was read of the documents and what came of them together.
pub fn answer(set: &PolicySet, read: &[Finding], judged: Judged, lang: Lang) -> PolicyCheckOutput {
    let mut findings: Vec<RenderedFinding> = read.iter().map(|finding| finding.render(lang)).collect();
    let readable = !read.iter().any(Finding::blocks);
    findings.extend(judged.findings);
    PolicyCheckOutput {
        findings,
        policies: judged.policies,
        results: judged.results,
        severities: set.severities().iter().map(|(code, severity)| (code.to_owned(), severity)).collect(),
        passed: readable && judged.passed,
    }
}

/// The plan of a run that finds these facts; null when there is none.
fn planned(
    input: &PolicyCheckInput,
    job: &Value,
    set: &PolicySet,
    planner: Planner<'_>,
) -> Result<Option<Value>, Error> {
    let made = planner(&PlanInput {
        job: job.clone(),
        facts: input.facts.clone().unwrap_or_default(),
        run_id: None,
        as_of: input.as_of.clone(),
        now: input.now,
        severities: set.severities().iter().map(|(code, severity)| (code.to_owned(), severity)).collect(),
        lang: input.lang,
    })?;
    Ok(made.plan.and_then(|plan| serde_json::to_value(plan).ok()))
}

/// Severities asked for, with those that policies give before them.
pub fn with_severities_of(policies: &Value, asked: &BTreeMap<String, Severity>) -> BTreeMap<String, Severity> {
    let mut wanted = asked.clone();
    let of_policies = PolicySet::read(policies).0.severities().clone();
    wanted.extend(of_policies.iter().map(|(code, severity)| (code.to_owned(), severity)));
    wanted
}

/// Policies whose cases are tried out.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PolicyTestInput {
    /// A policy document, or a list of documents that are used together; cases may stand in documents of their own.
    pub policies: Value,
    /// The language of words.
    #[serde(default)]
    pub lang: Lang,
}

/// What came of the cases.
pub type PolicyTestOutput = TestReport;

/// Tries the cases of policies out, and says what none of them tries out.
pub fn policy_test(input: &PolicyTestInput) -> PolicyTestOutput {
    let (set, read) = PolicySet::read(&input.policies);
    let mut tried = set.test(input.lang);
    let mut findings: Vec<RenderedFinding> = read.iter().map(|finding| finding.render(input.lang)).collect();
    findings.append(&mut tried.findings);
    tried.passed = tried.passed && !read.iter().any(Finding::blocks);
    TestReport { findings, ..tried }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_operations_of_the_core_are_here() {
        let mine = ["policy_check", "policy_test"];
        let others: Vec<&str> = NAMES.iter().copied().filter(|name| !mine.contains(name)).collect();
        assert_eq!(others, operations::NAMES);
        assert_eq!(NAMES.len(), operations::NAMES.len() + mine.len());
        assert!(NAMES.is_sorted());
    }

    #[cfg(feature = "schema")]
    #[test]
    fn every_operation_has_its_schemas() {
        for name in NAMES {
            let schema = schema(name).unwrap();
            assert_eq!(schema["input"]["additionalProperties"], json!(false), "{name}");
            let takes = schema["input"]["properties"]["policies"].is_object();
            assert_eq!(takes, ["check", "plan", "policy_check", "policy_test"].contains(name), "{name}");
        }
        assert_eq!(schema("nothing"), None);
    }

    #[test]
    fn calls_that_cannot_be_carried_out_are_errors() {
        let unknown = run("policy_chek", json!({})).unwrap_err().render(Lang::En);
        assert_eq!(unknown.code, "CE101");
        assert!(unknown.help.contains("`policy_check`"), "{}", unknown.help);
        for name in NAMES {
            for input in
                [json!(null), json!([]), json!({"no_such_member": 1}), json!({"policies": [], "no_such_member": 1})]
            {
                assert_eq!(run(name, input).unwrap_err().row.code, "CE102", "{name}");
            }
        }
        let parts = Parts { check: &operations::check, plan: &plan };
        assert_eq!(run_with("build", json!({}), &parts).unwrap_err().row.code, "CE101");
    }
}
