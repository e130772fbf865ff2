//! Holding a job, its instances and its plan to policies.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;
use serde_json::Value;

use super::engine::{EvalError, Scope, Steps};
use super::explain::{self, Explanation, Measured};
use super::rules::{PolicySet, Rule};
use super::tree::Node;
use super::view::{self, PlanView};
use super::{Verdict, bounds};
use consnap_core::base::time::Time;
use consnap_core::check::CheckContext;
use consnap_core::diagnostics::error::{Error, ErrorKind};
use consnap_core::diagnostics::finding::{Finding, RenderedFinding, Severity};
use consnap_core::diagnostics::messages::policies::{self as rows, reasons};
use consnap_core::diagnostics::messages::runs;
use consnap_core::diagnostics::text::{Lang, Text};
use consnap_core::input::document::shorten;
use consnap_core::input::job::Job;
use consnap_core::run::plan::Plan;
use consnap_core::run::session::{Session, Setup};

/// What is held to the policies.
#[derive(Copy, Clone, Debug)]
pub struct Input<'a> {
    /// The job.
    pub job: &'a Job,
    /// The facts of instances, each as its reader gives them back in JSON.
    pub instances: &'a [Value],
    /// The plan, as `plan` gives it in JSON.
    pub plan: Option<&'a Value>,
    /// The day by which waivers end.
    pub today: Option<Date>,
    /// Whether what is met is listed too.
    pub all: bool,
    /// The language of words.
    pub lang: Lang,
}

/// What the policies say.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Judged {
    /// About waivers, and about the work it took.
    pub findings: Vec<RenderedFinding>,
    /// Each policy with what came of it.
    pub policies: Vec<PolicySummary>,
    /// What is not met or cannot be judged, waived or not; what is met too, where that was asked for.
    pub results: Vec<PolicyResult>,
    /// Whether nothing stands against the job: no error among findings and results but those waived.
    pub passed: bool,
}

/// A policy with what came of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PolicySummary {
    /// Its id.
    pub policy: String,
    /// How much it weighs.
    pub severity: Severity,
    /// Whether it is judged for each instance; otherwise once for the job.
    pub per_instance: bool,
    /// Instances, or the job, that meet it.
    pub passed: u32,
    /// That do not.
    pub failed: u32,
    /// That it is not for.
    pub skipped: u32,
    /// Of which it cannot be told.
    pub cannot_judge: u32,
    /// Of those that do not meet it or cannot be judged: let off by a waiver.
    pub waived: u32,
}

/// What a policy says of the job or of one instance.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PolicyResult {
    /// The policy's id.
    pub policy: String,
    /// The instance; null for the job as a whole.
    pub instance_id: Option<String>,
    /// What came of it.
    pub result: Verdict,
    /// In words, where it is not met or cannot be judged. Its place is a pointer into what `about` names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finding: Option<RenderedFinding>,
    /// What the place is a place in: `job`, `instance` or `plan`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub about: Option<&'static str>,
    /// What was measured and what is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub measured: Option<Measured>,
    /// The waiver that lets it off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waived: Option<WaivedBy>,
    /// Where to read on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<String>,
    /// Which parts of the expression made it so, with their values.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Explanation>,
    /// The finding before it was put into words.
    #[serde(skip)]
    pub said: Option<Finding>,
}

/// The waiver that lets somebody off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WaivedBy {
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// The last day it holds.
    pub expires: String,
}

impl PolicyResult {
    /// Whether it stands against the job: an error that nobody waived.
    pub fn blocks(&self) -> bool {
        self.finding.as_ref().is_some_and(RenderedFinding::blocks)
    }
}

impl Judged {
    /// Why a run must not start; `None` when nothing stands against it.
    pub fn refusal(&self) -> Option<Error> {
        let findings = self.results.iter().filter(|result| result.blocks()).filter_map(|result| result.said.clone());
        (!self.passed)
            .then(|| Error::new(ErrorKind::Rejected, &runs::POLICIES_NOT_MET).with_findings(findings.collect()))
    }
}

impl PolicySet {
    /// Tells a run that it is going to be held to these policies: it waits at its plan, and keeps the facts until then.
    pub fn prepare(&self, setup: &mut Setup) {
        setup.severities = self.severities().clone();
        setup.keep_facts = self.reads_instances();
        setup.pause_at_plan = true;
    }

    /// Holds a run that has made its plan to the policies.
    pub fn judge_run(&self, session: &Session, now: Option<Time>, lang: Lang) -> Judged {
        let facts: Vec<Value> = session.facts().iter().filter_map(|facts| serde_json::to_value(facts).ok()).collect();
        let plan = Plan::of(session.state(), session.job().run.attach_role, lang);
        let plan = plan.and_then(|plan| serde_json::to_value(plan).ok());
        let today = CheckContext { as_of: None, now }.today();
        self.judge(&Input { job: session.job(), instances: &facts, plan: plan.as_ref(), today, all: false, lang })
    }

    /// Holds a scene to the policies.
    pub fn judge(&self, scene: &Input<'_>) -> Judged {
        let job = view::job(scene.job);
        let plan =
            if self.reads_plan() { scene.plan.map(PlanView::of).unwrap_or_default() } else { PlanView::default() };
        let steps = Steps::default();
        let asked = Options { today: scene.today, all: scene.all, lang: scene.lang };
        let mut session = Judging::new(self, asked);
        let mut root = Scope::new(&self.engine, &self.patterns);
        root.set("job", &job, &steps);
        if let Some(fleet) = &plan.fleet {
            root.set("plan", fleet, &steps);
        }
        for (at, rule) in self.rules.iter().enumerate().filter(|(_, rule)| !rule.reads.instance) {
            session.judge(at, rule, None, &root, &steps);
        }
        if self.reads_instances() {
            let planned = self.rules.iter().any(|rule| rule.reads.instance && rule.reads.plan);
            for facts in scene.instances {
                let id = facts.get("instance_id").and_then(Value::as_str).unwrap_or_default();
                let with_instance = if planned { plan.for_instance(id) } else { None };
                let mut scope = root.inner();
                scope.set("instance", facts, &steps);
                if let Some(plan) = &with_instance {
                    scope.set("plan", plan, &steps);
                }
                for (at, rule) in self.rules.iter().enumerate().filter(|(_, rule)| rule.reads.instance) {
                    session.judge(at, rule, Some((id, facts)), &scope, &steps);
                }
            }
        }
        session.end()
    }
}

/// Entries an expression may look at for one verdict.
fn most_steps(rule: &Rule) -> u64 {
    bounds::STEPS_OF_ONE / rule.size.max(1)
}

/// One policy in one scope.
pub(super) fn verdict(rule: &Rule, scope: &Scope<'_, '_>, steps: &Steps) -> (Verdict, Option<RuleOutcome>) {
    let (verdict, by) = decide(rule, scope, steps);
    (verdict, by.map(|(node, trouble)| RuleOutcome::of(node, scope, steps, trouble)))
}

/// The same without a word: the expression that decided, where the policy is not met or cannot be judged, and why it
/// cannot.
pub(super) fn decide<'r>(
    rule: &'r Rule,
    scope: &Scope<'_, '_>,
    steps: &Steps,
) -> (Verdict, Option<(&'r Node, Option<EvalError>)>) {
    if let Some(when) = &rule.when {
        match truth(when, scope, steps) {
            Ok(true) => {}
            Ok(false) => return (Verdict::Skip, None),
            Err(trouble) => return (Verdict::CannotJudge, Some((when, Some(trouble)))),
        }
    }
    match truth(&rule.require, scope, steps) {
        Ok(true) => (Verdict::Pass, None),
        Ok(false) => (Verdict::Fail, Some((&rule.require, None))),
        Err(trouble) => (Verdict::CannotJudge, Some((&rule.require, Some(trouble)))),
    }
}

fn truth(node: &Node, scope: &Scope<'_, '_>, steps: &Steps) -> Result<bool, EvalError> {
    // Types were looked through, but a member of any type may hold anything.
    scope.truth(&node.expression, steps)?.ok_or_else(|| EvalError::NotComputable("no truth".to_owned()))
}

/// Why a policy is not met, or cannot be judged.
pub(super) struct RuleOutcome {
    pub(super) explanation: Explanation,
    measured: Option<Measured>,
    place: explain::Place,
    /// What is not known, or cannot be worked out, and why.
    trouble: Option<(String, EvalError)>,
}

impl RuleOutcome {
    fn of(node: &Node, scope: &Scope<'_, '_>, steps: &Steps, trouble: Option<EvalError>) -> Self {
        let trouble = trouble.map(|trouble| match trouble {
            EvalError::TooMuch => (node.to_string(), EvalError::TooMuch),
            trouble => (explain::missing(node, scope, steps).unwrap_or_default(), trouble),
        });
        if matches!(trouble, Some((_, EvalError::TooMuch))) {
            let explanation = Explanation {
                expression: shorten(&node.to_string()),
                value: Value::Null,
                trouble: None,
                entry: None,
                because: Vec::new(),
            };
            return Self { explanation, measured: None, place: explain::Place::default(), trouble };
        }
        let (explanation, measured, place) = explain::explain(node, scope, steps);
        Self { explanation, measured, place, trouble }
    }

    fn reason(&self, lang: Lang) -> String {
        let Some((what, trouble)) = &self.trouble else { return String::new() };
        let (text, detail): (&Text, &str) = match trouble {
            EvalError::Missing(_) => (&reasons::MISSING, ""),
            EvalError::NotComputable(detail) => (&reasons::NOT_COMPUTABLE, detail),
            EvalError::TooMuch => (&reasons::TOO_MUCH, ""),
        };
        text.fill(lang, &[("what".into(), shorten(what)), ("detail".into(), shorten(detail))])
    }
}

#[derive(Copy, Clone, Debug, Default)]
struct Counts {
    passed: u32,
    failed: u32,
    skipped: u32,
    cannot_judge: u32,
    waived: u32,
}

/// How it is judged, and what is told of it.
#[derive(Copy, Clone, Debug)]
pub(super) struct Options {
    /// The day by which waivers end.
    pub(super) today: Option<Date>,
    /// Whether what is met is told too.
    pub(super) all: bool,
    /// The language of words.
    pub(super) lang: Lang,
}

/// What came of each policy.
#[derive(Clone, Debug)]
pub(super) struct Totals {
    counts: Vec<Counts>,
    /// Whether each waiver let somebody off.
    used: Vec<bool>,
    /// Steps that may still be taken.
    left: u64,
}

impl Totals {
    fn new(set: &PolicySet) -> Self {
        Self {
            counts: vec![Counts::default(); set.rules.len()],
            used: vec![false; set.waivers.len()],
            left: bounds::STEPS_OF_ALL,
        }
    }

    /// Takes in what came of other instances. Both were allowed all steps; false when together they took more.
    pub(super) fn add(&mut self, other: &Self) -> bool {
        for (mine, theirs) in self.counts.iter_mut().zip(&other.counts) {
            mine.passed = mine.passed.saturating_add(theirs.passed);
            mine.failed = mine.failed.saturating_add(theirs.failed);
            mine.skipped = mine.skipped.saturating_add(theirs.skipped);
            mine.cannot_judge = mine.cannot_judge.saturating_add(theirs.cannot_judge);
            mine.waived = mine.waived.saturating_add(theirs.waived);
        }
        for (mine, theirs) in self.used.iter_mut().zip(&other.used) {
            *mine |= *theirs;
        }
        let taken = bounds::STEPS_OF_ALL.saturating_sub(other.left);
        let within = taken == 0 || taken < self.left;
        self.left = self.left.saturating_sub(taken);
        within
    }
}

pub(super) struct Judging<'a> {
    set: &'a PolicySet,
    asked: Options,
    sums: Totals,
    /// With the number of the policy, by which they are sorted.
    results: Vec<(usize, PolicyResult)>,
}

impl<'a> Judging<'a> {
    pub(super) fn new(set: &'a PolicySet, asked: Options) -> Self {
        Self { set, asked, sums: Totals::new(set), results: Vec::new() }
    }

    /// Goes on after others.
    pub(super) fn after(set: &'a PolicySet, asked: Options, sums: &Totals) -> Self {
        Self { set, asked, sums: sums.clone(), results: Vec::new() }
    }

    /// Judges in words, within the steps that are left.
    pub(super) fn judge(
        &mut self,
        at: usize,
        rule: &Rule,
        instance: Option<(&str, &Value)>,
        scope: &Scope<'_, '_>,
        steps: &Steps,
    ) {
        let (result, told) = self.within_steps(rule, steps, |steps| verdict(rule, scope, steps));
        let waiver = self.count(at, rule, result, instance);
        if told.is_none() && !self.asked.all {
            return;
        }
        let said = self.said(rule, instance.map(|(id, _)| id), (result, told), waiver);
        self.results.push((at, said));
    }

    /// Judges without a word: what came of it, whether there is anything to say, and the waiver that lets it off.
    pub(super) fn weigh(
        &mut self,
        at: usize,
        rule: &Rule,
        instance: Option<(&str, &Value)>,
        scope: &Scope<'_, '_>,
        steps: &Steps,
    ) -> (Verdict, bool, Option<WaivedBy>) {
        let (result, speaks) = self.within_steps(rule, steps, |steps| {
            let (result, by) = decide(rule, scope, steps);
            (result, by.map(drop))
        });
        (result, speaks.is_some(), self.count(at, rule, result, instance))
    }

    /// What is said of one that is not met or cannot be judged, however many steps are left.
    pub(super) fn word(
        &mut self,
        rule: &Rule,
        instance: Option<(&str, &Value)>,
        scope: &Scope<'_, '_>,
        steps: &Steps,
    ) -> PolicyResult {
        steps.allow(most_steps(rule));
        let judged = verdict(rule, scope, steps);
        let waiver = self.waiver(&rule.policy.id, instance);
        self.said(rule, instance.map(|(id, _)| id), judged, waiver)
    }

    pub(super) fn into_sums(self) -> Totals {
        self.sums
    }

    fn within_steps<T>(
        &mut self,
        rule: &Rule,
        steps: &Steps,
        judge: impl FnOnce(&Steps) -> (Verdict, Option<T>),
    ) -> (Verdict, Option<T>) {
        if self.sums.left == 0 {
            return (Verdict::CannotJudge, None);
        }
        let most = most_steps(rule);
        steps.allow(most);
        let judged = judge(steps);
        let taken = most.saturating_sub(steps.left()).saturating_add(1).saturating_mul(rule.size);
        self.sums.left = self.sums.left.saturating_sub(taken);
        judged
    }

    fn count(&mut self, at: usize, rule: &Rule, result: Verdict, instance: Option<(&str, &Value)>) -> Option<WaivedBy> {
        let waiver = match result {
            Verdict::Fail | Verdict::CannotJudge => self.waiver(&rule.policy.id, instance),
            Verdict::Pass | Verdict::Skip => None,
        };
        if let Some(counts) = self.sums.counts.get_mut(at) {
            let count = match result {
                Verdict::Pass => &mut counts.passed,
                Verdict::Fail => &mut counts.failed,
                Verdict::Skip => &mut counts.skipped,
                Verdict::CannotJudge => &mut counts.cannot_judge,
            };
            *count = count.saturating_add(1);
            counts.waived = counts.waived.saturating_add(u32::from(waiver.is_some()));
        }
        waiver
    }

    fn said(
        &self,
        rule: &Rule,
        instance: Option<&str>,
        (result, told): (Verdict, Option<RuleOutcome>),
        waiver: Option<WaivedBy>,
    ) -> PolicyResult {
        let said = told.as_ref().map(|told| self.finding(rule, result, told, waiver.as_ref()));
        let finding = said.as_ref().map(|finding| finding.render(self.asked.lang));
        let policy = &rule.policy;
        let (measured, about, explanation) = match told {
            Some(told) => (told.measured, told.place.variable, Some(told.explanation)),
            None => (None, None, None),
        };
        PolicyResult {
            policy: policy.id.clone(),
            instance_id: instance.map(str::to_owned),
            result,
            links: if finding.is_some() { policy.links.clone() } else { Vec::new() },
            finding,
            about,
            measured,
            waived: waiver,
            explanation,
            said,
        }
    }

    /// The waiver that lets an instance, or the job, off a policy.
    fn waiver(&mut self, policy: &str, instance: Option<(&str, &Value)>) -> Option<WaivedBy> {
        for (at, placed) in self.set.waivers.iter().enumerate() {
            let (waiver, day) = &placed.item;
            let over = match (day, self.asked.today) {
                (None, _) => true,
                (Some(day), Some(today)) => *day < today,
                (Some(_), None) => false,
            };
            if over || waiver.policy != policy {
                continue;
            }
            let named = |id: &str| waiver.instances.iter().any(|named| named == "*" || named == id);
            let tagged = |facts: &Value| {
                let has = |(key, value): (&String, &String)| {
                    facts.get("tags").and_then(|tags| tags.get(key)).and_then(Value::as_str) == Some(value)
                };
                !waiver.tags.is_empty() && waiver.tags.iter().all(has)
            };
            let covers = match instance {
                Some((id, facts)) => named(id) || tagged(facts),
                None => named("*"),
            };
            if covers {
                if let Some(used) = self.sums.used.get_mut(at) {
                    *used = true;
                }
                return Some(WaivedBy {
                    reason: waiver.reason.clone(),
                    owner: waiver.owner.clone(),
                    expires: waiver.expires.clone(),
                });
            }
        }
        None
    }

    fn finding(&self, rule: &Rule, result: Verdict, told: &RuleOutcome, waiver: Option<&WaivedBy>) -> Finding {
        let (policy, lang) = (&rule.policy, self.asked.lang);
        let place = told.place.pointer.clone();
        let finding = if result == Verdict::CannotJudge {
            Finding::new(&rows::CANNOT_JUDGE, place).with("reason", told.reason(lang))
        } else {
            let measured = told.measured.as_ref().map_or_else(String::new, |measured| {
                let text = if measured.wanted.is_some() { &reasons::WANTED } else { &reasons::MEASURED };
                let wanted = measured.wanted.clone().unwrap_or_default();
                let arguments = [
                    ("expression".into(), measured.expression.clone()),
                    ("value".into(), shorten(&measured.value.to_string())),
                    ("wanted".into(), shorten(&wanted)),
                ];
                text.fill(lang, &arguments)
            });
            let help = match policy.help.as_ref().map(|help| help.get(lang)).filter(|help| !help.is_empty()) {
                Some(help) => help.to_owned(),
                None => reasons::HELP.fill(lang, &[("policy".into(), policy.id.clone())]),
            };
            Finding::new(&rows::NOT_MET, place)
                .with("message", policy.message.get(lang))
                .with("measured", measured)
                .with("help", help)
        };
        let mut finding = finding.with("policy", policy.id.clone()).weighing(policy.severity);
        finding.accepted = waiver.map(|waiver| waiver.reason.clone());
        finding
    }

    pub(super) fn end(mut self) -> Judged {
        let lang = self.asked.lang;
        let mut findings = Vec::new();
        for (placed, used) in self.set.waivers.iter().zip(&self.sums.used) {
            let (waiver, day) = &placed.item;
            let Some(day) = day else { continue };
            let known = self.set.rules.iter().any(|rule| rule.policy.id == waiver.policy);
            let row = match self.asked.today {
                Some(today) if *day < today => Some(&rows::WAIVER_EXPIRED),
                None => Some(&rows::WAIVER_UNDATED),
                Some(_) if known && !used => Some(&rows::WAIVER_UNUSED),
                Some(_) => None,
            };
            findings.extend(row.map(|row| {
                Finding::new(row, placed.place.clone())
                    .with("policy", shorten(&waiver.policy))
                    .with("expires", waiver.expires.clone())
                    .with("owner", shorten(&waiver.owner))
            }));
        }
        findings.extend(self.set.adjustment_findings());
        if self.sums.left == 0 {
            findings.push(Finding::new(&rows::TOO_MUCH_WORK, "").with("limit", bounds::STEPS_OF_ALL.to_string()));
        }
        self.results.sort_by_key(|(at, _)| *at);
        let results: Vec<PolicyResult> = self.results.into_iter().map(|(_, result)| result).collect();
        let stands = findings.iter().any(Finding::blocks) || results.iter().any(PolicyResult::blocks);
        let summary = |(rule, counts): (&Rule, &Counts)| PolicySummary {
            policy: rule.policy.id.clone(),
            severity: rule.policy.severity,
            per_instance: rule.reads.instance,
            passed: counts.passed,
            failed: counts.failed,
            skipped: counts.skipped,
            cannot_judge: counts.cannot_judge,
            waived: counts.waived,
        };
        Judged {
            findings: findings.iter().map(|finding| finding.render(lang)).collect(),
            policies: self.set.rules.iter().zip(&self.sums.counts).map(summary).collect(),
            results,
            passed: !stands,
        }
    }
}

/// Verdicts by their number.
pub(super) type Exercises = BTreeMap<Verdict, u32>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_add_up_while_the_steps_suffice() {
        let sums = |passed, used, taken| Totals {
            counts: vec![Counts { passed, waived: 1, ..Counts::default() }],
            used: vec![used, false],
            left: bounds::STEPS_OF_ALL - taken,
        };
        let mut all = sums(1, false, 5);
        assert!(all.add(&sums(2, true, 7)));
        assert_eq!((all.counts[0].passed, all.counts[0].waived, all.left), (3, 2, bounds::STEPS_OF_ALL - 12));
        assert_eq!(all.used, [true, false]);
        // Each alone was within the bound; one after the other the second would have met it.
        assert!(!all.add(&sums(1, false, bounds::STEPS_OF_ALL - 12)));
        assert_eq!(all.left, 0);
        // Nothing took no steps.
        assert!(all.add(&sums(0, false, 0)));
    }
}
