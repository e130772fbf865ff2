//! Operations `policy_check` and `policy_test`: jobs and instances held to organisation policies, and the cases of such
//! policies tried out.

use std::collections::BTreeMap;

use super::check::day;
use super::plan::{PlanInput, PlanOutput, plan_alone};
use super::{Deserialize, Serialize, Value};
use crate::base::time::Time;
use crate::check::CheckContext;
use crate::diagnostics::error::Error;
use crate::diagnostics::finding::{Finding, RenderedFinding, Severity};
use crate::diagnostics::text::Lang;
use crate::input::{facts, job};
use crate::policy::{Input, Judged, PolicyBatch, PolicyResult, PolicySet, PolicySummary, TestReport};

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
    policy_check_with(input, &plan_alone)
}

/// Who makes the plan, where a policy reads one that is not given: a host that loads policies and plans apart asks for it.
pub type Planner<'a> = &'a dyn Fn(&PlanInput) -> Result<PlanOutput, Error>;

/// [`policy_check`] with a planner.
pub(super) fn policy_check_with(input: &PolicyCheckInput, planner: Planner<'_>) -> Result<PolicyCheckOutput, Error> {
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
            input.plan = planned(&input, &document, &set, &super::plan::plan_alone)?;
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
        policies: None,
        lang: input.lang,
    })?;
    Ok(made.plan.and_then(|plan| serde_json::to_value(plan).ok()))
}

/// Severities asked for, with those that policies give before them.
pub(super) fn with_severities_of(
    policies: Option<&Value>,
    asked: &BTreeMap<String, Severity>,
) -> BTreeMap<String, Severity> {
    let mut wanted = asked.clone();
    if let Some(policies) = policies {
        let of_policies = PolicySet::read(policies).0.severities().clone();
        wanted.extend(of_policies.iter().map(|(code, severity)| (code.to_owned(), severity)));
    }
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
