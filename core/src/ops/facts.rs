//! Operation `facts`: replies of the API, as they were copied from somewhere, to the facts of instances.

use super::{Deserialize, Serialize, Value};
use crate::api::replies::{
    self, DescribeCloudAssistantStatus, DescribeDisks, DescribeInstanceRamRole, DescribeInstances,
};
use crate::catalog::messages::errors;
use crate::error::{Error, ErrorKind};
use crate::facts::{InstanceFacts, from_api};
use crate::text::Lang;

/// Replies of the API.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FactsInput {
    /// Whole replies of DescribeInstances, DescribeDisks, DescribeCloudAssistantStatus and DescribeInstanceRamRole, in any
    /// order; each is recognised by what it holds. What no reply tells stays unknown.
    pub replies: Vec<Value>,
    /// The language of words.
    #[serde(default)]
    pub lang: Lang,
}

/// The facts of the instances.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FactsOutput {
    /// One an instance of DescribeInstances.
    pub facts: Vec<InstanceFacts>,
    /// The operations recognised, one a reply.
    pub recognised: Vec<&'static str>,
}

/// Reads replies.
///
/// # Errors
///
/// `CE102` when a reply is of none of the operations, or cannot be read.
pub fn facts(input: &FactsInput) -> Result<FactsOutput, Error> {
    let (mut instances, mut disks, mut statuses, mut roles) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
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
        } else {
            let known = "not a reply of DescribeInstances, DescribeDisks, DescribeCloudAssistantStatus or DescribeInstanceRamRole";
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
    Ok(FactsOutput { facts: facts.collect(), recognised })
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
            lang: Lang::En,
        };
        let output = facts(&input).unwrap();
        assert_eq!(output.recognised, ["DescribeInstances", "DescribeInstanceRamRole"]);
        assert_eq!(output.facts[0].ram_role.as_deref(), Some(""));
        assert_eq!(output.facts[0].disks, None);
        let strange = FactsInput { replies: vec![json!({"Code": "Throttling"})], lang: Lang::En };
        assert_eq!(facts(&strange).unwrap_err().row.code, "CE102");
    }
}
