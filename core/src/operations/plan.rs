//! Operation `plan`: the calls a run of this job would make on these instances, with a hash to approve. Nothing is sent: it
//! knows only what the facts say.

use std::collections::{BTreeMap, BTreeSet};

use super::check::day;
use super::{Deserialize, Serialize, Value};
use crate::base::time::Time;
use crate::check::{CheckContext, Checker, Severities, unwritten};
use crate::diagnostics::error::Error;
use crate::diagnostics::finding::{Finding, RenderedFinding, Severity};
use crate::diagnostics::text::Lang;
use crate::input::facts::{self, InstanceFacts};
use crate::input::job::{self, Job};
use crate::run::plan::Plan;
use crate::run::session::{Goal, Session, Setup};

/// A job, and what is known of its instances.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PlanInput {
    /// The job document.
    pub job: Value,
    /// The facts of one instance, or a list of them. Those the job does not select are left out; one it names and that is
    /// not among them counts as an instance of which nothing is known.
    pub facts: Value,
    /// The run id in the groups' name; eight zeros without it.
    #[serde(default)]
    pub run_id: Option<String>,
    /// Judge by the newest edition of the vendor's documents not later than this day, `2025-06-01`.
    #[serde(default)]
    pub as_of: Option<String>,
    /// The time of the plan, for `{date}` and `{time}` in the groups' name; 1970 without it.
    #[serde(default)]
    pub now: Option<Time>,
    /// Severities that count instead of consnap's own, by code of finding; those of a policy document.
    #[serde(default)]
    pub severities: BTreeMap<String, Severity>,
    /// The language of words.
    #[serde(default)]
    pub lang: Lang,
}

/// The plan.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PlanOutput {
    /// About the job document and about facts that could not be read.
    pub findings: Vec<RenderedFinding>,
    /// The calls; null when a finding stands against the whole job, or no instance is selected.
    pub plan: Option<Plan>,
}

/// Plans a job over instances whose facts are at hand. The hash is that of a run that finds the same.
///
/// # Errors
///
/// `CE102` when `as_of` cannot be read.
pub fn plan(input: &PlanInput) -> Result<PlanOutput, Error> {
    let as_of = input.as_of.as_deref().map(|text| day("plan", text)).transpose()?;
    let now = input.now.unwrap_or(Time::EPOCH);
    let (mut job, mut findings) = job::read(&input.job);
    let context = CheckContext { as_of, now: input.now };
    let (severities, refused) = Severities::read(&input.severities, "/severities");
    findings.extend(refused);
    for finding in Checker::new(&job, &context).weighing(&severities).job_findings(None) {
        if !findings.contains(&finding) {
            findings.push(finding);
        }
    }
    findings.extend(unwritten(&job, None));
    let documents = match &input.facts {
        Value::Array(list) => list.as_slice(),
        one => std::slice::from_ref(one),
    };
    let mut known: Vec<InstanceFacts> = Vec::new();
    for document in documents {
        let (facts, of_facts) = facts::read(document);
        findings.extend(of_facts);
        if selects(&job, &facts) {
            known.push(facts);
        }
    }
    let ids: BTreeSet<&str> = known.iter().map(|facts| facts.instance_id.as_str()).collect();
    let nameless = |id: &&String| !ids.contains(id.as_str()) && !job.targets.exclude.ids.contains(id);
    let unknown: Vec<InstanceFacts> = job.targets.ids.iter().filter(nameless).map(|id| of_nothing(id)).collect();
    known.extend(unknown);
    if job.regions.is_empty() {
        job.regions.extend(known.iter().find_map(|facts| facts.region_id.clone()));
    }
    let home = job.regions.first().cloned().unwrap_or_default();
    let found = known.into_iter().map(|facts| (facts.region_id.clone().unwrap_or_else(|| home.clone()), facts));
    let found: Vec<(String, InstanceFacts)> = found.collect();
    let blocked = found.is_empty() || findings.iter().any(Finding::blocks);
    let attach_role = job.run.attach_role;
    let run_id = input.run_id.clone().unwrap_or_else(|| "00000000".to_owned());
    let mut setup = Setup::new(job, run_id, 0, Goal::Plan);
    setup.as_of = as_of;
    setup.severities = severities;
    let made = if blocked { None } else { Session::plan_of(setup, found, now).ok() };
    let plan = made.and_then(|state| Plan::of(&state, attach_role, input.lang));
    Ok(PlanOutput { findings: findings.iter().map(|finding| finding.render(input.lang)).collect(), plan })
}

/// Whether the job selects an instance, as far as its facts tell.
fn selects(job: &Job, facts: &InstanceFacts) -> bool {
    let has = |(key, value): (&String, &String)| facts.tags.as_ref().and_then(|tags| tags.get(key)) == Some(value);
    let targets = &job.targets;
    let excluded = targets.exclude.ids.contains(&facts.instance_id) || targets.exclude.tags.iter().any(has);
    let selected = targets.all
        || if targets.tags.is_empty() {
            targets.ids.contains(&facts.instance_id)
        } else {
            targets.tags.iter().all(has)
        };
    selected && !excluded
}

fn of_nothing(id: &str) -> InstanceFacts {
    InstanceFacts { instance_id: id.to_owned(), ..InstanceFacts::default() }
}
