//! Job and facts to the exact calls that would be made, with a hash to approve.
//!
//! The hash is over the canonical calls without time, nonce, token and run id, so that a plan made in the afternoon can be
//! approved and run at night, and any change of command, instance or role makes it another plan.

use base16ct::lower::encode_string;
use std::collections::BTreeMap;

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::base::consistency::{Consistency, Platform};
use crate::catalog::pacing;
use crate::diagnostics::finding::RenderedFinding;
use crate::diagnostics::text::Lang;
use crate::ecs::api::Operation;
use crate::input::job::AttachRole;
use crate::run::session::{PlannedCommand, Stage, State};

/// The calls in canonical form: region, role to attach, command and time-out, with their instances.
#[derive(Clone, Debug, Default)]
pub struct Canonical {
    starts: BTreeMap<(String, bool, String, u32), Vec<String>>,
}

impl Canonical {
    /// Adds an instance that would be started.
    pub fn add(&mut self, region: &str, attach: bool, (command, timeout_seconds): (&str, u32), instance: &str) {
        self.starts
            .entry((region.to_owned(), attach, command.to_owned(), timeout_seconds))
            .or_default()
            .push(instance.to_owned());
    }

    /// SHA-256 in hexadecimal, of a form that does not depend on the order of discovery.
    pub fn hash(mut self) -> String {
        let mut sorted: Vec<serde_json::Value> = Vec::with_capacity(self.starts.len());
        for ((region, attach, command, timeout), instances) in &mut self.starts {
            instances.sort_unstable();
            sorted.push(serde_json::json!([region, attach, command, timeout, instances]));
        }
        let text = serde_json::Value::from(sorted).to_string();
        encode_string(&Sha256::digest(text.as_bytes()))
    }
}

/// What would be done, as it crosses the border.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Plan {
    /// The hash to approve: `consnap run --approve HASH`.
    pub hash: String,
    /// The account the credentials belong to.
    pub account_id: Option<String>,
    /// Name of the groups, with this plan's run id.
    pub group_name: String,
    /// The calls that write, in the order they would be made; waves may split them further.
    #[cfg_attr(feature = "schema", schemars(with = "Vec<WrittenCall>"))]
    pub calls: Vec<PlannedCall>,
    /// Each instance.
    pub instances: Vec<PlannedInstance>,
    /// Instances that would be started.
    pub eligible: u32,
    /// Instances that would not.
    pub set_aside: u32,
}

/// A call that writes.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(into = "WrittenCall")]
pub enum PlannedCall {
    /// The role is attached to instances that have none.
    AttachRole {
        /// For whom.
        to: Recipients,
        /// The role.
        ram_role: String,
    },
    /// A script is uploaded.
    SendFile {
        /// For whom.
        to: Recipients,
        /// The file on the instances.
        file: String,
        /// SHA-256 of its content in hexadecimal.
        sha256: String,
    },
    /// The command is run.
    RunCommand {
        /// For whom.
        to: Recipients,
        /// The command line.
        command: String,
        /// Its time-out.
        timeout_seconds: u32,
    },
}

/// Instances of one region and platform that a call is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipients {
    /// The region.
    pub region: String,
    /// The platform of a command.
    pub platform: Platform,
    /// The instances.
    pub instances: Vec<String>,
}

impl PlannedCall {
    /// The operation of the API.
    pub const fn operation(&self) -> Operation {
        match self {
            Self::AttachRole { .. } => Operation::AttachInstanceRamRole,
            Self::SendFile { .. } => Operation::SendFile,
            Self::RunCommand { .. } => Operation::RunCommand,
        }
    }

    /// For whom it is.
    pub const fn to(&self) -> &Recipients {
        match self {
            Self::AttachRole { to, .. } | Self::SendFile { to, .. } | Self::RunCommand { to, .. } => to,
        }
    }
}

/// A call that writes.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "PlannedCall"))]
struct WrittenCall {
    /// `RunCommand`, `SendFile` or `AttachInstanceRamRole`.
    operation: &'static str,
    /// The region.
    region: String,
    /// The platform of a command.
    platform: Platform,
    /// The command line, for `RunCommand`.
    #[serde(skip_serializing_if = "Option::is_none")]
    command: Option<String>,
    /// The role, for `AttachInstanceRamRole`.
    #[serde(skip_serializing_if = "Option::is_none")]
    ram_role: Option<String>,
    /// The file on the instances, for `SendFile`.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    /// SHA-256 of its content in hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<String>,
    /// `Timeout` in seconds, for `RunCommand`.
    #[serde(skip_serializing_if = "Option::is_none")]
    timeout_seconds: Option<u32>,
    /// For whom.
    instances: Vec<String>,
}

impl From<PlannedCall> for WrittenCall {
    fn from(call: PlannedCall) -> Self {
        let operation = call.operation().name();
        let Recipients { region, platform, instances } = call.to().clone();
        let bare = Self {
            operation,
            region,
            platform,
            command: None,
            ram_role: None,
            file: None,
            sha256: None,
            timeout_seconds: None,
            instances,
        };
        match call {
            PlannedCall::AttachRole { ram_role, .. } => Self { ram_role: Some(ram_role), ..bare },
            PlannedCall::SendFile { file, sha256, .. } => Self { file: Some(file), sha256: Some(sha256), ..bare },
            PlannedCall::RunCommand { command, timeout_seconds, .. } => {
                Self { command: Some(command), timeout_seconds: Some(timeout_seconds), ..bare }
            }
        }
    }
}

/// An instance of the plan.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PlannedInstance {
    /// `i-...`.
    pub instance_id: String,
    /// Its name; hostile text.
    pub name: String,
    /// The platform, where known.
    pub platform: Option<Platform>,
    /// Whether it would be started.
    pub starts: bool,
    /// The level the command is expected to reach.
    pub predicted_consistency: Consistency,
    /// Why.
    pub predicted_why: RenderedFinding,
    /// Why it would not be started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub set_aside: Option<RenderedFinding>,
    /// The disks that must be in the group.
    pub expected_disks: Vec<String>,
    /// Everything found.
    pub findings: Vec<RenderedFinding>,
}

impl Plan {
    /// The plan of a state whose discovery and check are complete.
    pub fn of(state: &State, attach_role: AttachRole, lang: Lang) -> Option<Self> {
        let hash = state.plan_hash.clone()?;
        let mut starts: BTreeMap<(u16, u32), Vec<String>> = BTreeMap::new();
        let mut attaches: BTreeMap<(u16, u32), Vec<String>> = BTreeMap::new();
        let mut uploads: BTreeMap<u16, Vec<String>> = BTreeMap::new();
        let mut instances = Vec::with_capacity(state.targets.len());
        let mut eligible = 0;
        for target in &state.targets {
            let begins = !matches!(target.stage, Stage::SetAside);
            if let (true, Some(command)) = (begins, target.command) {
                eligible += 1;
                starts.entry((target.region, command)).or_default().push(target.id.to_string());
                if target.needs_upload {
                    uploads.entry(target.region).or_default().push(target.id.to_string());
                }
                if target.needs_role && attach_role == AttachRole::IfMissing {
                    attaches.entry((target.region, command)).or_default().push(target.id.to_string());
                }
            }
            instances.push(PlannedInstance {
                instance_id: target.id.to_string(),
                name: target.name.to_string(),
                platform: target.platform,
                starts: begins,
                predicted_consistency: target.predicted,
                predicted_why: target.predicted_why.render(lang),
                set_aside: target.not_run.as_ref().map(|finding| finding.render(lang)),
                expected_disks: target.expected.iter().map(|disk| disk.disk_id.to_string()).collect(),
                findings: target.findings.iter().map(|finding| finding.render(lang)).collect(),
            });
        }
        let region = |index: u16| state.regions.get(usize::from(index)).cloned().unwrap_or_default();
        let command = |index: u32| state.commands.get(index as usize);
        let mut calls = Vec::new();
        for ((at, index), ids) in attaches {
            let Some(planned) = command(index) else { continue };
            let to = Recipients { region: region(at), platform: planned.platform, instances: ids };
            calls.push(PlannedCall::AttachRole { to, ram_role: planned.role.clone() });
        }
        for (at, ids) in uploads {
            for chunk in ids.chunks(pacing::IDS_PER_CALL_REDUCED) {
                let to = Recipients { region: region(at), platform: Platform::Linux, instances: chunk.to_vec() };
                calls.extend(state.uploads.iter().map(|(path, sha256)| PlannedCall::SendFile {
                    to: to.clone(),
                    file: path.clone(),
                    sha256: sha256.clone(),
                }));
            }
        }
        for ((at, index), ids) in starts {
            let Some(planned) = command(index) else { continue };
            calls.extend(ids.chunks(state.ids_per_call.max(1)).map(|chunk| run_call(region(at), planned, chunk)));
        }
        Some(Self {
            hash,
            account_id: state.account_id.clone(),
            group_name: state.group_name.clone(),
            calls,
            set_aside: u32::try_from(instances.len()).unwrap_or(u32::MAX).saturating_sub(eligible),
            eligible,
            instances,
        })
    }
}

fn run_call(region: String, planned: &PlannedCommand, instances: &[String]) -> PlannedCall {
    PlannedCall::RunCommand {
        to: Recipients { region, platform: planned.platform, instances: instances.to_vec() },
        command: planned.command.clone(),
        timeout_seconds: planned.timeout_seconds,
    }
}
