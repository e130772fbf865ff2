//! Operation `facts`: replies of the API, as they were copied from somewhere, to the facts of instances.

use super::{Deserialize, Serialize, Value};
use crate::base::time::Time;
use crate::diagnostics::error::{Error, ErrorKind};
use crate::diagnostics::finding::{Finding, RenderedFinding};
use crate::diagnostics::messages::{errors, prerequisites};
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
        let Some(operation) = operation_of(reply) else {
            let known = OPERATIONS.map(|(_, operation)| operation).join(", ");
            return Err(unreadable(at, &format!("not a reply of {known}")));
        };
        match operation {
            "DescribeInstances" => instances.extend(read::<DescribeInstances<'_>>(at, reply)?.instances),
            "DescribeDisks" => disks.extend(read::<DescribeDisks>(at, reply)?.disks),
            "DescribeCloudAssistantStatus" => {
                statuses.extend(read::<DescribeCloudAssistantStatus>(at, reply)?.statuses);
            }
            "DescribeInstanceRamRole" => {
                roles.extend(read::<DescribeInstanceRamRole>(at, reply)?.roles);
                roles_known = true;
            }
            "DescribeInvocations" => {
                let page = read::<DescribeInvocations<'_>>(at, reply)?;
                let results = page.invocations.into_iter().flat_map(|invocation| invocation.invoke_instances);
                answers.extend(results.map(|result| Answer::of(result, input.probed_at)));
            }
            _ => {
                let page = read::<DescribeInvocationResults<'_>>(at, reply)?.invocation;
                answers.extend(page.invocation_results.into_iter().map(|result| Answer::of(result, input.probed_at)));
            }
        }
        recognised.push(operation);
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

/// The member that a reply of an operation holds, and the operation.
const OPERATIONS: [(&str, &str); 6] = [
    ("Instances", "DescribeInstances"),
    ("Disks", "DescribeDisks"),
    ("InstanceCloudAssistantStatusSet", "DescribeCloudAssistantStatus"),
    ("InstanceRamRoleSets", "DescribeInstanceRamRole"),
    ("Invocations", "DescribeInvocations"),
    ("Invocation", "DescribeInvocationResults"),
];
/// So many of them show what the API knows of an instance; the others carry what the guest says.
const OF_THE_API: usize = 4;

/// The operation whose reply this is, by what it holds.
fn operation_of(reply: &Value) -> Option<&'static str> {
    OPERATIONS.iter().find(|(member, _)| reply.get(member).is_some()).map(|(_, operation)| *operation)
}

/// The replies that a text holds, if it holds replies and nothing else: a list, or one after the other.
pub(super) fn replies_in(text: &[u8]) -> Option<Value> {
    // Facts are many, and have no such member: the text need not be read twice.
    let mentions =
        |(member, _): &(&str, &str)| memchr::memmem::find(text, format!("\"{member}\"").as_bytes()).is_some();
    if !OPERATIONS.iter().any(mentions) {
        return None;
    }
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let documents: Result<Vec<Value>, _> = serde_json::Deserializer::from_slice(text).into_iter::<Value>().collect();
    let flat = documents.ok()?.into_iter().flat_map(|document| match document {
        Value::Array(list) => list,
        one => vec![one],
    });
    let replies: Vec<Value> = flat.collect();
    (!replies.is_empty() && replies.iter().all(|reply| operation_of(reply).is_some())).then_some(Value::Array(replies))
}

/// Whether replies of the API stand where facts are looked for.
pub fn holds_replies(given: &Value) -> bool {
    match given {
        Value::Array(list) => !list.is_empty() && list.iter().all(|reply| operation_of(reply).is_some()),
        one => operation_of(one).is_some(),
    }
}

/// The facts that replies give, where replies stand instead of facts, and the finding that says so.
pub(super) fn from_replies(given: &Value) -> Option<(Vec<Value>, Option<Finding>)> {
    if !holds_replies(given) {
        return None;
    }
    let replies = match given {
        Value::Array(list) => list.clone(),
        one => vec![one.clone()],
    };
    let input = FactsInput { replies, probes: Vec::new(), probed_at: None, lang: Lang::En };
    let output = facts(&input).ok()?;
    let list: Vec<Value> = output.facts.iter().filter_map(|facts| serde_json::to_value(facts).ok()).collect();
    let missing: Vec<&str> = OPERATIONS
        .iter()
        .take(OF_THE_API)
        .map(|(_, operation)| *operation)
        .filter(|operation| !output.recognised.contains(operation))
        .collect();
    let mut recognised = output.recognised.clone();
    recognised.dedup();
    let first = output.facts.first();
    let region = first.and_then(|facts| facts.region_id.as_deref()).unwrap_or("<region>");
    let instance = first.map_or("<instance>", |facts| &facts.instance_id);
    let command = |operation: &&str| match *operation {
        "DescribeInstances" => {
            format!("`aliyun ecs DescribeInstances --RegionId {region} --InstanceIds '[\"{instance}\"]'`")
        }
        "DescribeDisks" => format!("`aliyun ecs DescribeDisks --RegionId {region} --InstanceId {instance}`"),
        "DescribeInstanceRamRole" => {
            format!("`aliyun ecs DescribeInstanceRamRole --RegionId {region} --InstanceIds '[\"{instance}\"]'`")
        }
        _ => format!("`aliyun ecs {operation} --RegionId {region} --InstanceId.1 {instance}`"),
    };
    let commands = missing.iter().map(command).collect::<Vec<_>>().join(", ");
    let finding = (!missing.is_empty()).then(|| {
        let finding = Finding::new(&prerequisites::REPLIES_AS_FACTS, "/facts");
        let finding = finding.with("operations", recognised.join(", ")).with("missing", missing.join(", "));
        finding.with("commands", commands)
    });
    Some((list, finding))
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
