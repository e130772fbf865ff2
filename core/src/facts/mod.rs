//! What is known of an instance. `None` means unknown, which is never clean.

mod from_api;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::time::Time;

pub use from_api::from_api;

/// The facts of one instance, from our own JSON, from API replies or from the guest probe.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct InstanceFacts {
    /// `i-...`.
    pub instance_id: String,
    /// `cn-hangzhou`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region_id: Option<String>,
    /// `cn-hangzhou-k`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone_id: Option<String>,
    /// The instance's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance_name: Option<String>,
    /// `Running`, `Stopped`, ...
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// `linux` or `windows`, as DescribeInstances says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub os_type: Option<String>,
    /// The name of the operating system, in Chinese on many accounts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub os_name: Option<String>,
    /// The name of the operating system in English.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub os_name_en: Option<String>,
    /// `vpc` or `classic`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network_type: Option<String>,
    /// `enabled` (also the empty string) or `disabled`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata_endpoint: Option<String>,
    /// `optional` or `required`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata_tokens: Option<String>,
    /// Security or financial locks on the instance, by reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locks: Option<Vec<String>>,
    /// The attached RAM role; the empty string means none is attached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ram_role: Option<String>,
    /// Cloud Assistant as the API sees it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cloud_assistant: Option<CloudAssistant>,
    /// All attached disks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disks: Option<Vec<Disk>>,
    /// Tags of the instance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<BTreeMap<String, String>>,
    /// What only the guest knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guest: Option<Guest>,
    /// When these facts were collected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collected_at: Option<Time>,
}

/// Cloud Assistant as the API sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct CloudAssistant {
    /// Whether a heartbeat came within two minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub online: Option<bool>,
    /// `2.2.3.1090`; empty when it is not installed or not running.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The last heartbeat.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_heartbeat: Option<String>,
    /// Tasks under way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active_tasks: Option<u32>,
}

/// An attached disk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Disk {
    /// `d-...`.
    pub disk_id: String,
    /// `cloud_essd`, `cloud_auto`, ...
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// `system` or `data`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// `PL0` to `PL3`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub performance_level: Option<String>,
    /// GiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size_gib: Option<u32>,
    /// `In_use`, ...
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// `/dev/xvda` as the API names it; the guest may name it otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// `Disabled`, `Enabled`, `LegacyShared`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub multi_attach: Option<String>,
    /// Whether it is encrypted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encrypted: Option<bool>,
    /// `cn-hangzhou-k`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone_id: Option<String>,
    /// Snapshot tasks under way on this disk.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snapshots_in_progress: Option<u32>,
}

/// What only the guest knows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Guest {
    /// Mounted file systems.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mounts: Option<Vec<Mount>>,
    /// The pre-freeze script.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pre_script: Option<Script>,
    /// The post-thaw script.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub post_script: Option<Script>,
    /// Whether the metadata service answers inside the guest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata_reachable: Option<bool>,
    /// Whether `acs-plugin-manager` is found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub launcher_present: Option<bool>,
    /// Windows: VSS writers that are stable; an empty list means there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vss_writers: Option<Vec<String>>,
}

/// A mounted file system or a Windows volume.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Mount {
    /// `/data`, `D:`.
    pub target: String,
    /// `ext4`, `xfs`, `NTFS`, `nfs4`, ...
    pub file_system: String,
    /// What is mounted, `/dev/vdb1`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The disk it lies on, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disk_id: Option<String>,
    /// Mount options, `rw,noexec`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub options: Option<String>,
    /// Whether it holds application data. Unknown counts as data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holds_data: Option<bool>,
}

/// A script as it lies in the guest.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Script {
    /// The path looked at.
    pub path: String,
    /// Whether it is there.
    pub exists: bool,
    /// `regular file`, `symbolic link`, ...
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// `root`, or the numeric user id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Octal, `0700`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<String>,
    /// SHA-256 of the content in hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// Whether its file system forbids execution.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub noexec: Option<bool>,
}
