//! Operation `check`: findings about a job and about instances, and the consistency that will come of it.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{Deserialize, Serialize, Value, facts, unreadable};
use crate::base::consistency::{Consistency, Platform};
use crate::base::time::Time;
use crate::check::{CheckContext, Checked, Checker, Eligibility, InstanceCheck, Joining, Severities, unwritten};
use crate::diagnostics::error::Error;
use crate::diagnostics::finding::{Finding, RenderedFinding, Severity};
use crate::diagnostics::text::Lang;
use crate::input::job;

/// A job, and what is known of instances.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CheckInput {
    /// The job document.
    pub job: Value,
    /// The facts of one instance, a list of them, replies of the API in their place, or a text with any of these; without it
    /// only the job is checked.
    #[serde(default)]
    pub facts: Option<Value>,
    /// Check the job for this platform only, where there are no facts to tell it.
    #[serde(default)]
    pub platform: Option<Platform>,
    /// Judge by the newest edition of the vendor's documents not later than this day, `2025-06-01`.
    #[serde(default)]
    pub as_of: Option<String>,
    /// The time of the check; without it the age of heartbeats and facts is not judged.
    #[serde(default)]
    pub now: Option<Time>,
    /// Severities that count instead of consnap's own, by code of finding; those of a policy document.
    #[serde(default)]
    pub severities: BTreeMap<String, Severity>,
    /// The language of words.
    #[serde(default)]
    pub lang: Lang,
}

/// What was found. For one instance its members stand beside `findings`, for a list under `instances`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CheckOutput {
    /// About the job document; for one instance also about its facts.
    pub findings: Vec<RenderedFinding>,
    /// The one instance.
    #[serde(flatten)]
    pub instance: Option<InstanceVerdict>,
    /// The instances, in the order of the facts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instances: Option<Vec<CheckedInstance>>,
    /// Without facts, for a given platform and a job that nothing stands against: what it can reach.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reachable: Option<Reachable>,
}

/// The consistency that a job can reach on instances nobody has looked at.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Reachable {
    /// The level.
    pub consistency: Consistency,
    /// What must be the case for it.
    pub condition: RenderedFinding,
}

/// One instance of a list.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CheckedInstance {
    /// What was found about its facts.
    pub findings: Vec<RenderedFinding>,
    /// What comes of it.
    #[serde(flatten)]
    pub verdict: InstanceVerdict,
}

/// What comes of the findings.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InstanceVerdict {
    /// `i-...`.
    pub instance_id: String,
    /// Which plug-in it takes; null when the facts do not tell.
    pub platform: Option<Platform>,
    /// Whether it can be snapshotted, as far as the API shows.
    pub eligible: Eligibility,
    /// The consistency the job will give on it.
    pub predicted_consistency: Consistency,
    /// Why.
    pub predicted_why: RenderedFinding,
}

/// Checks a job, and instances against it. What cannot be read of job or facts is a finding.
///
/// # Errors
///
/// `CE102` when `as_of` cannot be read.
pub fn check(input: &CheckInput) -> Result<CheckOutput, Error> {
    let Some((facts, findings)) = input.facts.as_ref().and_then(|given| facts::from_replies(given, input.lang)) else {
        return check_facts(input);
    };
    let mut output = check_facts(&CheckInput { facts: Some(Value::Array(facts)), ..input.clone() })?;
    output.findings.splice(0..0, findings.iter().map(|finding| finding.render(input.lang)));
    Ok(output)
}

/// As [`check`], where it is known that no replies stand in the place of facts ([`facts::holds_replies`]).
///
/// # Errors
///
/// `CE102` when `as_of` cannot be read.
pub fn check_facts(input: &CheckInput) -> Result<CheckOutput, Error> {
    let context =
        CheckContext { as_of: input.as_of.as_deref().map(|text| day("check", text)).transpose()?, now: input.now };
    let (job, mut findings) = job::read(&input.job);
    let (severities, refused) = severities(input);
    findings.extend(refused);
    let checker = Checker::new(&job, &context).weighing(&severities);
    let lang = input.lang;
    let mut joining = Joining::new(&job);
    let mut one = |facts: &Value| -> (Vec<Finding>, InstanceVerdict) {
        let (instance_id, check) = checker.check_joined(facts, &mut joining);
        let InstanceCheck { platform, findings, eligible, predicted, predicted_why } = check;
        let verdict = InstanceVerdict {
            instance_id,
            platform,
            eligible,
            predicted_consistency: predicted,
            predicted_why: predicted_why.render(lang),
        };
        (findings, verdict)
    };
    let mut output = CheckOutput { findings: Vec::new(), instance: None, instances: None, reachable: None };
    match &input.facts {
        None | Some(Value::Null) => {
            let of_job = checker.job_findings(input.platform.or_else(|| checker.only_platform(std::iter::empty())));
            output.reachable = input.platform.and_then(|platform| {
                // Whether it selects instances says nothing about what it can reach on them.
                let (_, of_reading) = job::read_for_command(&input.job);
                let stands = !of_reading.iter().chain(&of_job).any(Finding::blocks);
                let (consistency, condition) = checker.reachable(platform);
                stands.then(|| Reachable { consistency, condition: condition.render(lang) })
            });
            findings.extend(of_job);
            findings.extend(unwritten(&job, input.platform));
        }
        Some(Value::Array(list)) => {
            let checked = list.iter().map(|facts| {
                let (findings, verdict) = one(facts);
                CheckedInstance { findings: rendered(&findings, lang), verdict }
            });
            let checked: Vec<CheckedInstance> = checked.collect();
            let seen = checked.iter().map(|instance| instance.verdict.platform);
            let platform = input.platform.or_else(|| checker.only_platform(seen));
            findings.extend(checker.job_findings(platform));
            findings.extend(unwritten(&job, platform));
            output.instances = Some(checked);
            findings.extend(joining.finish());
        }
        Some(facts) => {
            let (of_instance, verdict) = one(facts);
            findings.extend(checker.job_findings(verdict.platform.or(input.platform)));
            findings.extend(unwritten(&job, verdict.platform.or(input.platform)));
            findings.extend(of_instance);
            findings.extend(joining.finish());
            output.instance = Some(verdict);
        }
    }
    output.findings = rendered(&findings, lang);
    Ok(output)
}

/// As [`check`] for a list, with the facts as text: a list, one object after the other, or replies of the API with anything
/// between them. Facts are not read twice.
///
/// # Errors
///
/// `CE102` when `as_of` cannot be read.
pub fn check_documents(input: &CheckInput, facts: &[u8]) -> Result<CheckOutput, Error> {
    if let Some((facts, findings)) = facts::in_text(facts, input.lang) {
        let facts = serde_json::to_vec(&facts).map_err(|error| unreadable("check", error.to_string()))?;
        let mut output = documents(input, |checker, sink| checker.check_many_joined(&facts, sink))?;
        output.findings.extend(findings.iter().map(|finding| finding.render(input.lang)));
        return Ok(output);
    }
    documents(input, |checker, sink| checker.check_many_joined(facts, sink))
}

/// As [`check_documents`], for the facts of instances that were looked up because the job selects them.
///
/// # Errors
///
/// `CE102` when `as_of` cannot be read.
pub fn check_found(input: &CheckInput, facts: &[u8]) -> Result<CheckOutput, Error> {
    documents(input, |checker, sink| checker.check_many(facts, sink))
}

fn documents(
    input: &CheckInput,
    check_all: impl Fn(&Checker<'_>, &mut dyn FnMut(Checked<'_>)) -> (usize, Vec<Finding>),
) -> Result<CheckOutput, Error> {
    let context =
        CheckContext { as_of: input.as_of.as_deref().map(|text| day("check", text)).transpose()?, now: input.now };
    let (job, mut findings) = job::read(&input.job);
    let (severities, refused) = severities(input);
    findings.extend(refused);
    let checker = Checker::new(&job, &context).weighing(&severities);
    let lang = input.lang;
    let mut instances: Vec<CheckedInstance> = Vec::new();
    let (_, of_batch) = check_all(&checker, &mut |checked| {
        let InstanceCheck { platform, findings, eligible, predicted, predicted_why } = checked.check;
        instances.push(CheckedInstance {
            findings: rendered(&findings, lang),
            verdict: InstanceVerdict {
                instance_id: checked.instance_id.to_owned(),
                platform,
                eligible,
                predicted_consistency: predicted,
                predicted_why: predicted_why.render(lang),
            },
        });
    });
    let seen = instances.iter().map(|instance| instance.verdict.platform);
    let platform = input.platform.or_else(|| checker.only_platform(seen));
    findings.extend(checker.job_findings(platform));
    findings.extend(unwritten(&job, platform));
    findings.extend(of_batch);
    Ok(CheckOutput { findings: rendered(&findings, lang), instance: None, instances: Some(instances), reachable: None })
}

/// The severities that count, and what is wrong with those that cannot.
pub fn severities(input: &CheckInput) -> (Severities, Vec<Finding>) {
    Severities::read(&input.severities, "/severities")
}

fn rendered(findings: &[Finding], lang: Lang) -> Vec<RenderedFinding> {
    findings.iter().map(|finding| finding.render(lang)).collect()
}

/// Reads a day such as `2025-06-01` in the input of an operation.
///
/// # Errors
///
/// `CE102` when it is not one.
pub fn day(operation: &str, text: &str) -> Result<Date, Error> {
    text.parse().map_err(|_| unreadable(operation, format!("`as_of`: `{text}` is not a day such as 2025-06-01")))
}
