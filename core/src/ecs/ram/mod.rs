//! Policies of RAM: those consnap asks for, written with no right too many, and those somebody has, read and judged.

mod document;
mod judge;
mod pattern;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub use judge::{Judged, check};

use crate::catalog::ram::{self, ActionRow, Extra, WorksOn};

/// Whom a policy is for.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PolicyKind {
    /// The trust policy of the instances' role: who may take it on.
    Trust,
    /// The permission policy of the instances' role: what the plug-in calls.
    Instance,
    /// The permission policy of whoever runs consnap.
    Operator,
}

crate::base::consistency::wire_names!(PolicyKind { Trust => "trust", Instance => "instance", Operator => "operator" });

/// What a policy must allow beyond the usual.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// What is done beyond running and verifying.
    pub extras: Vec<Extra>,
    /// The role of the instances, which the operator may hand on; the vendor's example name when not given.
    pub role: Option<String>,
    /// The only instances that are touched, where their ids are known; all when empty, and beyond [`ram::MOST_INSTANCES`].
    pub instances: Vec<String>,
}

impl Wanted {
    /// The name of the instances' role.
    pub fn role(&self) -> &str {
        self.role.as_deref().filter(|role| !role.is_empty()).unwrap_or(ram::EXAMPLE_ROLE)
    }

    /// The resources that an action is allowed on. Tags of a request (`acs:RequestTag`) narrow none of these calls: whoever
    /// may send one chooses its tags.
    fn resources(&self, works_on: WorksOn) -> Vec<String> {
        let role = || format!("acs:ram:*:*:role/{}", self.role());
        let is_narrowed = (1..=ram::MOST_INSTANCES).contains(&self.instances.len());
        let instances = self.instances.iter().map(|id| format!("acs:ecs:*:*:instance/{id}"));
        match works_on {
            WorksOn::Role => vec![role()],
            WorksOn::Commanded if is_narrowed => instances.chain(["acs:ecs:*:*:command/*".to_owned()]).collect(),
            WorksOn::Attached if is_narrowed => instances.chain([role()]).collect(),
            WorksOn::Anything | WorksOn::Commanded | WorksOn::Attached => vec!["*".to_owned()],
        }
    }
}

impl Wanted {
    /// What an action works on, each of which must be allowed: whole where ids are not known.
    fn worked_on(&self, works_on: WorksOn) -> Vec<String> {
        let role = || format!("acs:ram:*:*:role/{}", self.role());
        let instances = || -> Vec<String> {
            if self.instances.is_empty() {
                return vec!["acs:ecs:*:*:instance/*".to_owned()];
            }
            self.instances.iter().map(|id| format!("acs:ecs:*:*:instance/{id}")).collect()
        };
        let with = |other: String| instances().into_iter().chain([other]).collect();
        match works_on {
            WorksOn::Anything => vec!["acs:ecs:*:*:*".to_owned()],
            WorksOn::Commanded => with("acs:ecs:*:*:command/*".to_owned()),
            WorksOn::Attached => with(role()),
            WorksOn::Role => vec![role()],
        }
    }
}

impl PolicyKind {
    /// The actions it must allow.
    pub fn actions(self, wanted: &Wanted) -> impl Iterator<Item = &'static ActionRow> {
        let rows: &'static [ActionRow] = match self {
            Self::Trust => &[],
            Self::Instance => ram::INSTANCE_ACTIONS,
            Self::Operator => ram::OPERATOR_ACTIONS,
        };
        rows.iter().filter(|row| row.only_to.is_none_or(|extra| wanted.extras.contains(&extra)))
    }
}

/// The policy as it is pasted into the RAM console: what is needed and nothing else.
pub fn policy(kind: PolicyKind, wanted: &Wanted) -> Value {
    if kind == PolicyKind::Trust {
        return trust(ram::INSTANCE_TRUST);
    }
    // One statement for all actions that work on the same.
    let mut statements: Vec<(Vec<String>, Vec<&str>)> = Vec::new();
    for row in kind.actions(wanted) {
        let resources = wanted.resources(row.works_on);
        match statements.iter_mut().find(|(known, _)| *known == resources) {
            Some((_, actions)) => actions.push(row.action),
            None => statements.push((resources, vec![row.action])),
        }
    }
    let statements: Vec<Value> = statements
        .into_iter()
        .map(|(resources, actions)| json!({"Effect": "Allow", "Action": actions, "Resource": resources}))
        .collect();
    json!({"Version": "1", "Statement": statements})
}

/// The trust policy of a role that a service takes on.
pub fn trust(service: &str) -> Value {
    json!({"Version": "1", "Statement": [{
        "Effect": "Allow", "Action": ram::ASSUME_ROLE, "Principal": {"Service": [service]},
    }]})
}

/// The permission policy of the role OOS works with.
pub fn oos_policy() -> Value {
    json!({"Version": "1", "Statement": [{"Effect": "Allow", "Action": ram::OOS_ACTIONS, "Resource": ["*"]}]})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_something_is_narrowed_to_the_instances() {
        let extras = Extra::ALL.to_vec();
        let wanted = Wanted { extras, role: Some("Backup".to_owned()), instances: vec!["i-a".to_owned()] };
        let policy = policy(PolicyKind::Operator, &wanted);
        let resources = |action: &str| {
            let statements = policy["Statement"].as_array().unwrap();
            let of = |one: &&Value| one["Action"].as_array().unwrap().contains(&json!(action));
            statements.iter().find(of).unwrap()["Resource"].clone()
        };
        let role = "acs:ram:*:*:role/Backup";
        assert_eq!(resources("ecs:RunCommand"), json!(["acs:ecs:*:*:instance/i-a", "acs:ecs:*:*:command/*"]));
        assert_eq!(resources("ecs:SendFile"), resources("ecs:RunCommand"));
        assert_eq!(resources("ecs:AttachInstanceRamRole"), json!(["acs:ecs:*:*:instance/i-a", role]));
        assert_eq!(resources("ram:PassRole"), json!([role]));
        assert_eq!(resources("ecs:DescribeInstances"), json!(["*"]));
        // What is printed for a job is enough for it, and not for another.
        let judged = |wanted: &Wanted| check(&policy, Some(PolicyKind::Operator), wanted);
        assert_eq!((judged(&wanted).missing, judged(&wanted).unclear), (vec![], vec![]));
        let other = Wanted { instances: vec!["i-b".to_owned()], ..wanted.clone() };
        assert_eq!(judged(&other).missing, ["ecs:RunCommand", "ecs:AttachInstanceRamRole", "ecs:SendFile"]);
        let unknown = Wanted { instances: vec![], ..wanted.clone() };
        assert_eq!((judged(&unknown).missing, judged(&unknown).unclear), (vec![], judged(&other).missing));
        let many = Wanted { instances: vec!["i-a".to_owned(); ram::MOST_INSTANCES + 1], ..Wanted::default() };
        assert_eq!(super::policy(PolicyKind::Operator, &many)["Statement"].as_array().unwrap().len(), 1);
        // The most that are narrowed make no policy that is longer than RAM takes.
        let most = Wanted { extras: Extra::ALL.to_vec(), ..Wanted::default() };
        let most = Wanted { instances: vec!["i-bp1a0000000000000001".to_owned(); ram::MOST_INSTANCES], ..most };
        let length = super::policy(PolicyKind::Operator, &most).to_string().len();
        assert!(length <= 6_144, "{length}");
    }
}
