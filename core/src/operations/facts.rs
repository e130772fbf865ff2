//! Operation `facts`: replies of the API, as they were copied from somewhere, to the facts of instances.

use super::{Deserialize, Serialize, Value};
use crate::base::time::Time;
use crate::diagnostics::error::{Error, ErrorKind};
use crate::diagnostics::finding::RenderedFinding;
use crate::diagnostics::messages::errors;
use crate::diagnostics::text::Lang;
use crate::ecs::api::invocation_result::InvocationResult;
use crate::ecs::api::replies::{
    self, DescribeCloudAssistantStatus, DescribeDisks, DescribeInstanceRamRole, DescribeInstances,
    DescribeInvocationResults, DescribeInvocations,
};
use crate::input::facts::{InstanceFacts, from_api};
use crate::plugin::probe;

/// Replies of the API.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FactsInput {
    /// Whole replies of DescribeInstances, DescribeDisks, DescribeCloudAssistantStatus and DescribeInstanceRamRole, in any
    /// order; each is recognised by what it holds. What no reply tells stays unknown.
    ///
    /// Replies of DescribeInvocations and DescribeInvocationResults count as answers of the guest probe, as operation
    /// `probe` writes it.
    pub replies: Vec<Value>,
    /// Answers of the guest probe that did not come in a reply.
    #[serde(default)]
    pub probes: Vec<ProbeAnswer>,
    /// When the guests were looked into.
    #[serde(default)]
    pub probed_at: Option<Time>,
    /// The language of words.
    #[serde(default)]
    pub lang: Lang,
}

/// The answer of the guest probe on one instance.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ProbeAnswer {
    /// `i-...`.
    pub instance_id: String,
    /// What the command wrote, as text or in Base64.
    pub output: String,
}

/// What is odd about the answer of an instance's guest.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProbeFindings {
    /// `i-...`.
    pub instance_id: String,
    /// What is odd.
    pub findings: Vec<RenderedFinding>,
}

/// The facts of the instances.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FactsOutput {
    /// One an instance of DescribeInstances; those of a probe alone stand behind them.
    pub facts: Vec<InstanceFacts>,
    /// The operations recognised, one a reply.
    pub recognised: Vec<&'static str>,
    /// What is odd about answers of the guest probe.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<ProbeFindings>,
}

/// Reads replies.
///
/// # Errors
///
/// `CE102` when a reply is of none of the operations, or cannot be read.
pub fn facts(input: &FactsInput) -> Result<FactsOutput, Error> {
    let (mut instances, mut disks, mut statuses, mut roles) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut answers: Vec<Answer> = Vec::with_capacity(input.probes.len());
    answers.extend(input.probes.iter().map(|probe| Answer {
        instance_id: probe.instance_id.clone(),
        output: probe.output.clone(),
        at: input.probed_at,
    }));
    let (mut roles_known, mut recognised) = (false, Vec::with_capacity(input.replies.len()));
    for (at, reply) in input.replies.iter().enumerate() {
        recognised.push(if reply.get("Instances").is_some() {
            instances.extend(read::<DescribeInstances<'_>>(at, reply)?.instances);
            "DescribeInstances"
        } else if reply.get("Disks").is_some() {
            disks.extend(read::<DescribeDisks>(at, reply)?.disks);
            "DescribeDisks"
        } else if reply.get("InstanceCloudAssistantStatusSet").is_some() {
            statuses.extend(read::<DescribeCloudAssistantStatus>(at, reply)?.statuses);
            "DescribeCloudAssistantStatus"
        } else if reply.get("InstanceRamRoleSets").is_some() {
            roles.extend(read::<DescribeInstanceRamRole>(at, reply)?.roles);
            roles_known = true;
            "DescribeInstanceRamRole"
        } else if reply.get("Invocations").is_some() {
            let page = read::<DescribeInvocations<'_>>(at, reply)?;
            let results = page.invocations.into_iter().flat_map(|invocation| invocation.invoke_instances);
            answers.extend(results.map(|result| Answer::of(result, input.probed_at)));
            "DescribeInvocations"
        } else if reply.get("Invocation").is_some() {
            let page = read::<DescribeInvocationResults<'_>>(at, reply)?.invocation;
            answers.extend(page.invocation_results.into_iter().map(|result| Answer::of(result, input.probed_at)));
            "DescribeInvocationResults"
        } else {
            let known = "not a reply of DescribeInstances, DescribeDisks, DescribeCloudAssistantStatus, DescribeInstanceRamRole, DescribeInvocations or DescribeInvocationResults";
            return Err(unreadable(at, known));
        });
    }
    let facts = instances.into_iter().map(|instance: replies::Instance<'_>| {
        let id = instance.instance_id.as_str();
        let status = statuses.iter().find(|status: &&replies::AssistantStatus| status.instance_id == id);
        let attached = roles.iter().find(|role: &&replies::InstanceRole| role.instance_id.as_deref() == Some(id));
        let role = attached.map(|role| role.ram_role_name.clone().unwrap_or_default());
        let role = role.or_else(|| roles_known.then(String::new));
        from_api(instance, &disks, status.cloned(), role)
    });
    let mut facts: Vec<InstanceFacts> = facts.collect();
    let mut findings = Vec::new();
    for answer in answers {
        let at = facts.iter().position(|known| known.instance_id == answer.instance_id).unwrap_or(facts.len());
        if at == facts.len() {
            facts.push(InstanceFacts { instance_id: answer.instance_id, ..InstanceFacts::default() });
        }
        let Some(known) = facts.get_mut(at) else { continue };
        let (guest, odd) = probe::guest_of(&answer.output, &known.instance_id, known.disks.as_deref(), answer.at);
        known.guest = guest;
        if !odd.is_empty() {
            let rendered = odd.iter().map(|finding| finding.render(input.lang)).collect();
            findings.push(ProbeFindings { instance_id: known.instance_id.clone(), findings: rendered });
        }
    }
    Ok(FactsOutput { facts, recognised, findings })
}

/// The answer of a probe.
struct Answer {
    instance_id: String,
    output: String,
    at: Option<Time>,
}

impl Answer {
    fn of(result: InvocationResult<'_>, given: Option<Time>) -> Self {
        let at = given.or_else(|| Time::parse(&result.finished_time));
        Self { instance_id: result.instance_id.into_owned(), output: result.output.into_owned(), at }
    }
}

fn read<'a, T: Deserialize<'a>>(at: usize, reply: &'a Value) -> Result<T, Error> {
    T::deserialize(reply).map_err(|error| unreadable(at, &error.to_string()))
}

fn unreadable(at: usize, why: &str) -> Error {
    Error::new(ErrorKind::Input, &errors::UNREADABLE_INPUT)
        .with("operation", "facts")
        .with("reason", format!("`replies[{at}]`: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn replies_are_recognised_and_joined() {
        let input = FactsInput {
            replies: vec![
                json!({"Instances": {"Instance": [{"InstanceId": "i-bp1a", "Status": "Running"}]}}),
                json!({"InstanceRamRoleSets": {"InstanceRamRoleSet": []}}),
            ],
            probes: Vec::new(),
            probed_at: None,
            lang: Lang::En,
        };
        let output = facts(&input).unwrap();
        assert_eq!(output.recognised, ["DescribeInstances", "DescribeInstanceRamRole"]);
        assert_eq!(output.facts[0].ram_role.as_deref(), Some(""));
        assert_eq!(output.facts[0].disks, None);
        let strange = FactsInput { replies: vec![json!({"Code": "Throttling"})], ..input };
        assert_eq!(facts(&strange).unwrap_err().row.code, "CE102");
    }
}
