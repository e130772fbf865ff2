//! The cases of policies: what each gives, and what none of them tries out.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::document::{Case, Placed};
use super::engine::{Scope, Steps};
use super::explain::Explanation;
use super::judge::{Exercises, verdict};
use super::rules::{PolicySet, Rule};
use super::types::PLAN;
use super::{Verdict, bounds, view};
use consnap_core::diagnostics::finding::{Finding, RenderedFinding};
use consnap_core::diagnostics::messages::{parameters, policies as rows};
use consnap_core::diagnostics::text::Lang;
use consnap_core::input::document::{Null, clean, shorten};
use consnap_core::input::{facts, job};

/// What came of the cases.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TestReport {
    /// Cases that give something else than expected, documents of cases that cannot be read, and policies and branches that
    /// no case tries out.
    pub findings: Vec<RenderedFinding>,
    /// The cases, in the order of the documents.
    pub cases: Vec<CaseResult>,
    /// What the cases try out of each policy.
    pub exercised: Vec<Coverage>,
    /// Whether every case gives what it is expected to give, and nothing was wrong with the documents.
    pub passed: bool,
}

/// What came of a case.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CaseResult {
    /// The policy's id.
    pub policy: String,
    /// The case's name.
    pub name: String,
    /// Where it stands: a JSON pointer into the documents.
    pub place: String,
    /// What must come out.
    pub expected: Verdict,
    /// What came out; null when the case cannot be tried.
    pub got: Option<Verdict>,
    /// Whether that is the same.
    pub passed: bool,
    /// Why it came out so, where it is not met or cannot be judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Explanation>,
}

/// What the cases try out of a policy: how often each verdict came out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Coverage {
    /// The policy's id.
    pub policy: String,
    /// Cases in which it is met.
    pub passed: u32,
    /// In which it is not.
    pub failed: u32,
    /// For which it is not.
    pub skipped: u32,
    /// In which it cannot be judged.
    pub cannot_judge: u32,
    /// Verdicts it can give and that no case gives.
    pub missing: Vec<Verdict>,
}

impl PolicySet {
    /// Tries the cases of the documents out.
    pub fn test(&self, lang: Lang) -> TestReport {
        let by_id: BTreeMap<&str, &Rule> = self.rules.iter().map(|rule| (rule.policy.id.as_str(), rule)).collect();
        let mut exercises: BTreeMap<&str, Exercises> = BTreeMap::new();
        let mut findings = Vec::new();
        let mut cases = Vec::with_capacity(self.cases.len());
        let mut left = bounds::STEPS_OF_ALL;
        for Placed { place, item } in &self.cases {
            // One of a policy that is not there, or that cannot be used, has been said.
            let rule = by_id.get(item.policy.as_str());
            let tried = match rule {
                Some(rule) if left > 0 => self.try_out(rule, &item.case, place, &mut left, &mut findings),
                _ => None,
            };
            let (got, explanation) = tried.map_or((None, None), |(got, explanation)| (Some(got), explanation));
            if let (Some(rule), Some(got)) = (rule, got) {
                let of_rule = exercises.entry(rule.policy.id.as_str()).or_default();
                let count = of_rule.entry(got).or_insert(0);
                *count = count.saturating_add(1);
            }
            let passed = got == Some(item.case.expect);
            if let (false, Some(got)) = (passed, got) {
                findings.push(
                    Finding::new(&rows::CASE_DIFFERS, place.clone())
                        .with("policy", item.policy.clone())
                        .with("case", shorten(&item.case.name))
                        .with("got", got.name())
                        .with("expected", item.case.expect.name()),
                );
            }
            cases.push(CaseResult {
                policy: item.policy.clone(),
                name: item.case.name.clone(),
                place: place.clone(),
                expected: item.case.expect,
                got,
                passed,
                explanation,
            });
        }
        if left == 0 {
            findings.push(Finding::new(&rows::TOO_MUCH_WORK, "").with("limit", bounds::STEPS_OF_ALL.to_string()));
        }
        let exercised: Vec<Coverage> = self.rules.iter().map(|rule| exercised(rule, &exercises)).collect();
        for (rule, exercised) in
            self.rules.iter().zip(&exercised).filter(|(_, exercised)| !exercised.missing.is_empty())
        {
            let branches: Vec<&str> = exercised.missing.iter().map(|verdict| verdict.name()).collect();
            let finding = Finding::new(&rows::NEVER_EXERCISED, rule.place.clone());
            findings.push(finding.with("policy", rule.policy.id.clone()).with("branches", branches.join(", ")));
        }
        let passed = cases.iter().all(|case| case.passed) && !findings.iter().any(Finding::blocks);
        TestReport { findings: findings.iter().map(|finding| finding.render(lang)).collect(), cases, exercised, passed }
    }

    fn try_out(
        &self,
        rule: &Rule,
        case: &Case,
        place: &str,
        left: &mut u64,
        findings: &mut Vec<Finding>,
    ) -> Option<(Verdict, Option<Explanation>)> {
        let begun = findings.len();
        let mut read = |found: Vec<Finding>, part: &str| {
            findings.extend(found.into_iter().filter(|finding| finding.row != &parameters::NO_TARGETS).map(
                |mut finding| {
                    finding.place = format!("{place}/{part}{}", finding.place).into();
                    finding.fix = None;
                    finding
                },
            ));
        };
        let (job, found) = job::read(&Value::Object(with_usual(case.job.as_ref(), &usual_job())));
        read(found, "job");
        let job = view::job(&job);
        let facts = case.facts.as_ref().map(|given| {
            let (facts, found) =
                facts::read(&Value::Object(with_usual(Some(given), &json!({"instance_id": "i-case"}))));
            read(found, "facts");
            serde_json::to_value(&facts).unwrap_or_default()
        });
        let plan = case.plan.as_ref().and_then(|given| {
            let (plan, found) = clean(&Value::Object(given.clone()), PLAN, Null::Unknown);
            read(found, "plan");
            plan
        });
        if findings.get(begun..).unwrap_or_default().iter().any(Finding::blocks) {
            return None;
        }
        let steps = Steps::default();
        let mut scope = Scope::new(&self.engine, &self.patterns);
        scope.set("job", &job, &steps);
        for (name, value) in [("instance", &facts), ("plan", &plan)] {
            if let Some(value) = value {
                scope.set(name, value, &steps);
            }
        }
        let most = bounds::STEPS_OF_ONE / rule.size.max(1);
        steps.allow(most);
        let (verdict, told) = verdict(rule, &scope, &steps);
        let taken = most.saturating_sub(steps.left()).saturating_add(1).saturating_mul(rule.size);
        *left = left.saturating_sub(taken);
        Some((verdict, told.map(|told| told.explanation)))
    }
}

/// What a job must have and a case need not say.
fn usual_job() -> Value {
    json!({
        "version": 1, "targets": {"ids": ["i-case"]}, "instance_ram_role": "AppSnapshotRoleName",
        "group_name": "nightly-{run}",
    })
}

fn with_usual(given: Option<&Map<String, Value>>, usual: &Value) -> Map<String, Value> {
    let mut whole = given.cloned().unwrap_or_default();
    for (key, value) in usual.as_object().into_iter().flatten() {
        whole.entry(key.clone()).or_insert_with(|| value.clone());
    }
    whole
}

fn exercised(rule: &Rule, exercises: &BTreeMap<&str, Exercises>) -> Coverage {
    let of_rule = exercises.get(rule.policy.id.as_str());
    let count = |verdict| of_rule.and_then(|counts| counts.get(&verdict)).copied().unwrap_or(0);
    // A policy for everybody never skips, and one that reads nothing that may be unknown can always be judged: whether it can
    // is not worked out here, so that this branch is named for all that read facts or the plan.
    let possible = [
        (Verdict::Pass, true),
        (Verdict::Fail, true),
        (Verdict::Skip, rule.when.is_some()),
        (Verdict::CannotJudge, rule.reads.instance || rule.reads.plan),
    ];
    Coverage {
        policy: rule.policy.id.clone(),
        passed: count(Verdict::Pass),
        failed: count(Verdict::Fail),
        skipped: count(Verdict::Skip),
        cannot_judge: count(Verdict::CannotJudge),
        missing: possible
            .into_iter()
            .filter(|(verdict, possible)| *possible && count(*verdict) == 0)
            .map(|(verdict, _)| verdict)
            .collect(),
    }
}
