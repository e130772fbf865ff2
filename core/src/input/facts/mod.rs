//! What is known of an instance. `None` means unknown, which is never clean.
//!
//! The types are generic over their text: `String` by default, [`BorrowedText`] where a hundred thousand documents are
//! read in one go and no text should be copied.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::base::time::Time;

mod borrowed_text;
pub mod from_api;
mod read;

pub use borrowed_text::BorrowedText;
pub use from_api::from_api;
pub use read::{KEYS, known, read};

/// The numbers of a dotted version such as `2.2.3.1090`, by which versions compare; `None` for one that is written otherwise.
pub(crate) fn version_numbers(version: &str) -> Option<Vec<u64>> {
    version.split('.').map(|part| part.parse().ok()).collect()
}

/// The facts of one instance, from our own JSON, from API replies or from the guest probe.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct InstanceFacts<S: Ord = String> {
    /// `i-...`.
    pub instance_id: S,
    /// `cn-hangzhou`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region_id: Option<S>,
    /// `cn-hangzhou-k`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone_id: Option<S>,
    /// The instance's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance_name: Option<S>,
    /// `Running`, `Stopped`, ...
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<S>,
    /// `linux` or `windows`, as DescribeInstances says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub os_type: Option<S>,
    /// The name of the operating system, in Chinese on many accounts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub os_name: Option<S>,
    /// The name of the operating system in English.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub os_name_en: Option<S>,
    /// `vpc` or `classic`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network_type: Option<S>,
    /// `enabled` (also the empty string) or `disabled`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata_endpoint: Option<S>,
    /// `optional` or `required`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata_tokens: Option<S>,
    /// Security or financial locks on the instance, by reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locks: Option<Vec<S>>,
    /// The attached RAM role; the empty string means none is attached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ram_role: Option<S>,
    /// Cloud Assistant as the API sees it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cloud_assistant: Option<CloudAssistant<S>>,
    /// All attached disks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disks: Option<Vec<Disk<S>>>,
    /// Tags of the instance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<BTreeMap<S, S>>,
    /// What only the guest knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guest: Option<Guest<S>>,
    /// When these facts were collected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collected_at: Option<Time>,
}

/// Cloud Assistant as the API sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CloudAssistant<S = String> {
    /// Whether a heartbeat came within two minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub online: Option<bool>,
    /// `2.2.3.1090`; empty when it is not installed or not running.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<S>,
    /// The last heartbeat.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_heartbeat: Option<S>,
    /// Tasks under way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active_tasks: Option<u32>,
}

/// An attached disk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Disk<S = String> {
    /// `d-...`.
    pub disk_id: S,
    /// `cloud_essd`, `cloud_auto`, ...
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<S>,
    /// `system` or `data`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<S>,
    /// `PL0` to `PL3`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub performance_level: Option<S>,
    /// GiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size_gib: Option<u32>,
    /// `In_use`, ...
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<S>,
    /// `/dev/xvda` as the API names it; the guest may name it otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<S>,
    /// `Disabled`, `Enabled`, `LegacyShared`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub multi_attach: Option<S>,
    /// Whether it is encrypted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encrypted: Option<bool>,
    /// `cn-hangzhou-k`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone_id: Option<S>,
    /// Snapshot tasks under way on this disk.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snapshots_in_progress: Option<u32>,
}

/// What only the guest knows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, bound(deserialize = "S: Deserialize<'de> + Ord"))]
pub struct Guest<S = String> {
    /// Mounted file systems.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mounts: Option<Vec<Mount<S>>>,
    /// Linux: mount points on which the service of `linux.quiesce` keeps data, as its processes show.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_mounts: Option<Vec<S>>,
    /// The pre-freeze script.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pre_script: Option<Script<S>>,
    /// The post-thaw script.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub post_script: Option<Script<S>>,
    /// Whether the metadata service answers inside the guest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata_reachable: Option<bool>,
    /// Whether `acs-plugin-manager` is found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub launcher_present: Option<bool>,
    /// Windows: VSS writers that are stable; an empty list means there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vss_writers: Option<Vec<S>>,
    /// Windows: VSS writers that are not stable, each with the number of its state; empty when all are stable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vss_writers_not_stable: Option<BTreeMap<S, S>>,
    /// Windows: VSS writers of which it is not known that they had no error, each with the words for their last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vss_writer_errors: Option<BTreeMap<S, S>>,
    /// Windows: services that run and belong to products that keep data; they tell which writers are needed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_services: Option<Vec<S>>,
    /// Whether a process that freezes file systems for a snapshot (`fsfreezer`) is alive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub freezer_running: Option<bool>,
    /// Whether a snapshot plug-in is alive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plugin_running: Option<bool>,
    /// The RAM role the guest sees; the empty string means that it sees none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata_role: Option<S>,
    /// The newest version of Cloud Assistant installed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_version: Option<S>,
    /// The newest version of the snapshot plug-in installed; empty where none has been fetched yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plugin_version: Option<S>,
    /// When the guest was looked into.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probed_at: Option<Time>,
}

/// A mounted file system or a Windows volume.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Mount<S = String> {
    /// `/data`, `D:`.
    pub target: S,
    /// `ext4`, `xfs`, `NTFS`, `nfs4`, ...
    pub file_system: S,
    /// What is mounted, `/dev/vdb1`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<S>,
    /// The disk it lies on, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disk_id: Option<S>,
    /// All disks it lies on, where it lies on several (LVM, RAID).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disk_ids: Option<Vec<S>>,
    /// Devices it lies on that are none of the instance's cloud disks, as the guest names them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other_devices: Option<Vec<S>>,
    /// Mount options, `rw,noexec`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub options: Option<S>,
    /// Whether it holds application data. Unknown counts as data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holds_data: Option<bool>,
}

/// A script as it lies in the guest.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Script<S = String> {
    /// The path looked at.
    pub path: S,
    /// Whether it is there.
    pub exists: bool,
    /// `regular file`, `symbolic link`, ...
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<S>,
    /// `root`, or the numeric user id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<S>,
    /// Octal, `0700`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<S>,
    /// SHA-256 of the content in hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<S>,
    /// Whether its file system forbids execution.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub noexec: Option<bool>,
    /// Bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// The folders above it, up to the root.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub folders: Option<Vec<Folder<S>>>,
}

/// A folder above a script.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Folder<S = String> {
    /// Its path.
    pub path: S,
    /// `directory`, `symbolic link`, ...
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<S>,
    /// `root`, or the numeric user id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<S>,
    /// `root`, or the numeric group id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<S>,
    /// Octal, `1777`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<S>,
}
