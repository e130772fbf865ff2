//! Policies held to many instances that nobody keeps: each is read, judged and let go. What is said of one in words is
//! worked out again for whoever reads it.

use jiff::civil::Date;
use serde_json::Value;

use super::engine::{Scope, Steps};
use super::judge::{Judging, Options, Totals};
use super::rules::{PolicySet, Rule};
use super::view::{self, PlanView};
use super::{Judged, PolicyResult};
use consnap_core::diagnostics::finding::Severity;
use consnap_core::diagnostics::text::Lang;
use consnap_core::input::job::Job;

/// Policies, compiled once, with all that they are held to but the instances.
#[derive(Clone, Debug)]
pub struct PolicyBatch {
    set: PolicySet,
    job: Value,
    plan: PlanView,
    asked: Options,
}

/// A policy that the job or an instance does not meet, or that cannot be judged. They sort as results do.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NotMet {
    /// The number of the policy.
    pub policy: u32,
    /// The number of the instance, from 0; `None` for the job as a whole.
    pub instance: Option<u32>,
    /// Whether a waiver lets it off.
    pub waived: bool,
}

/// What came of some of the instances, or of the job.
#[derive(Clone, Debug)]
pub struct BatchPart {
    sums: Totals,
    not_met: Vec<NotMet>,
}

/// What came of everything.
#[derive(Clone, Debug)]
pub struct BatchJudged {
    /// Findings, policies, and whether they are met. The results are left to [`PolicyBatch::words`].
    pub judged: Judged,
    /// What is not met or cannot be judged, in the order of the results.
    pub not_met: Vec<NotMet>,
}

impl PolicyBatch {
    /// Policies with the job, the plan as `plan` gives it in JSON, and the day by which waivers end.
    pub fn new(set: PolicySet, job: &Job, plan: Option<&Value>, today: Option<Date>, lang: Lang) -> Self {
        let plan = if set.reads_plan() { plan.map(PlanView::of).unwrap_or_default() } else { PlanView::default() };
        Self { set, job: view::job(job), plan, asked: Options { today, all: false, lang } }
    }

    /// The policies.
    pub fn set(&self) -> &PolicySet {
        &self.set
    }

    /// Judges the job as a whole.
    pub fn judge_job(&self) -> BatchPart {
        let (mut judging, mut not_met) = (Judging::new(&self.set, self.asked), Vec::new());
        let steps = Steps::default();
        let root = self.root(&steps);
        for (at, rule) in self.set.rules.iter().enumerate().filter(|(_, rule)| !rule.reads.instance) {
            if let (_, true, waiver) = judging.weigh(at, rule, None, &root, &steps) {
                not_met.push(NotMet { policy: number(at), instance: None, waived: waiver.is_some() });
            }
        }
        BatchPart { sums: judging.into_sums(), not_met }
    }

    /// Judges instances, which are numbered from `first`: facts as [`known`](consnap_core::input::facts::known) gives them. After a
    /// part that was judged already it goes on with the steps that are left.
    pub fn judge_instances(
        &self,
        first: u32,
        after: Option<&BatchPart>,
        instances: impl Iterator<Item = Value>,
    ) -> BatchPart {
        let mut judging = match after {
            Some(part) => Judging::after(&self.set, self.asked, &part.sums),
            None => Judging::new(&self.set, self.asked),
        };
        let mut not_met = Vec::new();
        let steps = Steps::default();
        let root = self.root(&steps);
        for (instance, facts) in (first..).zip(instances) {
            self.within(&root, &steps, &facts, |scope, id| {
                for (at, rule) in self.of_instances() {
                    if let (_, true, waiver) = judging.weigh(at, rule, Some((id, &facts)), scope, &steps) {
                        let waived = waiver.is_some();
                        not_met.push(NotMet { policy: number(at), instance: Some(instance), waived });
                    }
                }
            });
        }
        BatchPart { sums: judging.into_sums(), not_met }
    }

    /// Puts the job and its instances together; `None` when they took more steps together than all may take: then they
    /// have to be judged one after the other.
    pub fn put_together(&self, job: BatchPart, instances: impl IntoIterator<Item = BatchPart>) -> Option<BatchJudged> {
        let BatchPart { mut sums, mut not_met } = job;
        for part in instances {
            if !sums.add(&part.sums) {
                return None;
            }
            not_met.extend(part.not_met);
        }
        Some(self.end(&sums, not_met))
    }

    /// Ends with the job and all instances, judged one after the other.
    pub fn put_in_line(&self, job: BatchPart, instances: BatchPart) -> BatchJudged {
        let BatchPart { sums, not_met } = instances;
        self.end(&sums, [job.not_met, not_met].concat())
    }

    /// Those of them in words; the facts of an instance are asked for by its number.
    pub fn words(&self, not_met: &[NotMet], facts_of: impl Fn(u32) -> Value) -> Vec<PolicyResult> {
        let mut judging = Judging::new(&self.set, self.asked);
        let steps = Steps::default();
        let root = self.root(&steps);
        let mut words = Vec::with_capacity(not_met.len());
        for NotMet { policy, instance, .. } in not_met {
            let Some(rule) = usize::try_from(*policy).ok().and_then(|at| self.set.rules.get(at)) else { continue };
            match instance {
                None => words.push(judging.word(rule, None, &root, &steps)),
                Some(instance) => {
                    let facts = facts_of(*instance);
                    self.within(&root, &steps, &facts, |scope, id| {
                        words.push(judging.word(rule, Some((id, &facts)), scope, &steps));
                    });
                }
            }
        }
        words
    }

    fn end(&self, sums: &Totals, mut not_met: Vec<NotMet>) -> BatchJudged {
        not_met.sort_unstable();
        let weighs = |policy: u32| {
            let rule = usize::try_from(policy).ok().and_then(|at| self.set.rules.get(at));
            rule.is_some_and(|rule| rule.policy.severity == Severity::Error)
        };
        let stands = not_met.iter().any(|one| !one.waived && weighs(one.policy));
        let mut judged = Judging::after(&self.set, self.asked, sums).end();
        judged.passed &= !stands;
        BatchJudged { judged, not_met }
    }

    fn root<'v>(&'v self, steps: &'v Steps) -> Scope<'v, 'v> {
        let mut root = Scope::new(&self.set.engine, &self.set.patterns);
        root.set("job", &self.job, steps);
        if let Some(fleet) = &self.plan.fleet {
            root.set("plan", fleet, steps);
        }
        root
    }

    fn of_instances(&self) -> impl Iterator<Item = (usize, &Rule)> {
        self.set.rules.iter().enumerate().filter(|(_, rule)| rule.reads.instance)
    }

    /// Looks at an instance in a scope of its own.
    fn within(&self, root: &Scope<'_, '_>, steps: &Steps, facts: &Value, look: impl FnOnce(&Scope<'_, '_>, &str)) {
        let id = facts.get("instance_id").and_then(Value::as_str).unwrap_or_default();
        let planned = self.of_instances().any(|(_, rule)| rule.reads.plan);
        let with_instance = if planned { self.plan.for_instance(id) } else { None };
        let mut scope = root.inner();
        scope.set("instance", facts, steps);
        if let Some(plan) = &with_instance {
            scope.set("plan", plan, steps);
        }
        look(&scope, id);
    }
}

fn number(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
