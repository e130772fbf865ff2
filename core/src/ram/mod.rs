//! Policies of RAM: those consnap asks for, written with no right too many, and those somebody has, read and judged.

mod document;
mod judge;
mod pattern;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub use judge::{Judged, check};

use crate::catalog::ram::{self, ActionRow};

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

crate::consistency::wire_names!(PolicyKind { Trust => "trust", Instance => "instance", Operator => "operator" });

/// What a policy must allow beyond the usual.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Whether consnap attaches the role itself (`run.attach_role`, `consnap role attach`).
    pub attaches: bool,
    /// Whether consnap uploads the scripts (`linux.upload`).
    pub uploads: bool,
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
        let attaches = wanted.attaches;
        let uploads: &'static [ActionRow] =
            if wanted.uploads && self == Self::Operator { ram::UPLOAD_ACTIONS } else { &[] };
        rows.iter().filter(move |row| attaches || !row.only_to_attach).chain(uploads)
    }
}

/// The policy as it is pasted into the RAM console: what is needed and nothing else.
pub fn policy(kind: PolicyKind, wanted: &Wanted) -> Value {
    if kind == PolicyKind::Trust {
        return json!({"Version": "1", "Statement": [{
            "Effect": "Allow", "Action": ram::ASSUME_ROLE, "Principal": {"Service": [ram::INSTANCE_TRUST]},
        }]});
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
