//! Policies of RAM: those consnap asks for, written with no right too many, and those somebody has, read and judged.

mod document;
mod judge;
mod pattern;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub use judge::{Judged, check};

use crate::catalog::ram::{self, ActionRow, Extra};

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
}

impl Wanted {
    /// The name of the instances' role.
    pub fn role(&self) -> &str {
        self.role.as_deref().filter(|role| !role.is_empty()).unwrap_or(ram::EXAMPLE_ROLE)
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
    let (pass, others): (Vec<&str>, Vec<&str>) =
        kind.actions(wanted).map(|row| row.action).partition(|action| *action == ram::PASS_ROLE);
    let mut statements = vec![json!({"Effect": "Allow", "Action": others, "Resource": ["*"]})];
    if !pass.is_empty() {
        let resource = format!("acs:ram:*:*:role/{}", wanted.role());
        statements.push(json!({"Effect": "Allow", "Action": pass, "Resource": [resource]}));
    }
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
