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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PlannedCall {
    /// `RunCommand`, `SendFile` or `AttachInstanceRamRole`.
    pub operation: &'static str,
    /// The region.
    pub region: String,
    /// The platform of a command.
    pub platform: Platform,
    /// The command line, for `RunCommand`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// The role, for `AttachInstanceRamRole`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ram_role: Option<String>,
    /// The file on the instances, for `SendFile`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// SHA-256 of its content in hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// `Timeout` in seconds, for `RunCommand`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout_seconds: Option<u32>,
    /// For whom.
    pub instances: Vec<String>,
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
            calls.push(PlannedCall {
                operation: "AttachInstanceRamRole",
                region: region(at),
                platform: planned.platform,
                command: None,
                ram_role: Some(planned.role.clone()),
                file: None,
                sha256: None,
                timeout_seconds: None,
                instances: ids,
            });
        }
        for (at, ids) in uploads {
            for chunk in ids.chunks(usize::try_from(pacing::IDS_PER_CALL_REDUCED.value).unwrap_or(50)) {
                calls.extend(state.uploads.iter().map(|(path, sha256)| PlannedCall {
                    operation: "SendFile",
                    region: region(at),
                    platform: Platform::Linux,
                    command: None,
                    ram_role: None,
                    file: Some(path.clone()),
                    sha256: Some(sha256.clone()),
                    timeout_seconds: None,
                    instances: chunk.to_vec(),
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
    PlannedCall {
        operation: "RunCommand",
        region,
        platform: planned.platform,
        command: Some(planned.command.clone()),
        ram_role: None,
        file: None,
        sha256: None,
        timeout_seconds: Some(planned.timeout_seconds),
        instances: instances.to_vec(),
    }
}
