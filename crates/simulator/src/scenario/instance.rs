//! Instances of a scenario, as service and guest know them.

use std::collections::BTreeMap;

use consnap_core::Platform;
use serde::{Deserialize, Serialize};

/// An instance. What is left out makes it an eligible one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct InstanceSpec {
    /// `i-...`; made up in a fleet.
    pub id: String,
    /// Its name; in a fleet `{n}` is the number of the instance.
    pub name: String,
    /// Linux or Windows.
    pub platform: Platform,
    /// The system as `OSName` gives it, in Chinese; empty for Alibaba Cloud Linux 3 or Windows Server 2019.
    pub os_name: String,
    /// The system as `OSNameEn` gives it; empty likewise.
    pub os_name_en: String,
    /// `Running`, `Stopped`, `Starting`, `Stopping` or `Pending`.
    pub status: String,
    /// `vpc` or `classic`.
    pub network_type: String,
    /// The zone; empty for zone k of the region.
    pub zone: String,
    /// `enabled`, `disabled`, or empty as the service gives it for most instances.
    pub metadata_endpoint: String,
    /// `optional`, `required`, or empty likewise.
    pub metadata_tokens: String,
    /// Locks, such as `security` or `financial`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub locks: Vec<String>,
    /// Tags of the instance.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// The RAM role attached; absent for none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Its disks, the system disk first; one ESSD of 40 GiB when left out.
    pub disks: Vec<DiskSpec>,
    /// Cloud Assistant on it.
    pub cloud_assistant: CloudAssistantSpec,
    /// What only the guest knows.
    pub guest: GuestSpec,
}

impl Default for InstanceSpec {
    fn default() -> Self {
        Self {
            id: String::new(),
            name: String::new(),
            platform: Platform::Linux,
            os_name: String::new(),
            os_name_en: String::new(),
            status: "Running".to_owned(),
            network_type: "vpc".to_owned(),
            zone: String::new(),
            metadata_endpoint: String::new(),
            metadata_tokens: String::new(),
            locks: Vec::new(),
            tags: BTreeMap::new(),
            role: None,
            disks: vec![DiskSpec::default()],
            cloud_assistant: CloudAssistantSpec::default(),
            guest: GuestSpec::default(),
        }
    }
}

impl InstanceSpec {
    /// The Chinese name of the system, the usual one when none was given (docs/sources/feature.md 7.2).
    pub fn os_name_or_usual(&self) -> &str {
        match (self.os_name.as_str(), self.platform) {
            ("", Platform::Linux) => "Alibaba Cloud Linux  3.2104 LTS 64位",
            ("", Platform::Windows) => "Windows Server  2019 数据中心版 64位中文版",
            (name, _) => name,
        }
    }

    /// The English name of the system, likewise.
    pub fn os_name_en_or_usual(&self) -> &str {
        match (self.os_name_en.as_str(), self.platform) {
            ("", Platform::Linux) => "Alibaba Cloud Linux  3.2104 LTS 64 bit",
            ("", Platform::Windows) => "Windows Server  2019 Data Center Edition 64bit Chinese Edition",
            (name, _) => name,
        }
    }
}

/// Many instances of a kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Fleet {
    /// How many, up to 1,000,000.
    pub count: u32,
    /// What their ids begin with, `i-bp1web`; the number follows, filled up with zeros to 22 characters.
    pub id_prefix: String,
    /// What each of them is like; its `id` stays empty.
    pub template: InstanceSpec,
}

impl Fleet {
    /// The id of one of them, numbered from 1.
    pub(crate) fn id(&self, number: u32) -> String {
        let filling = 22usize.saturating_sub(self.id_prefix.len());
        format!("{}{number:0filling$}", self.id_prefix)
    }

    /// Whether one of them has an id, or one that begins so.
    pub(crate) fn has(&self, id: &str, beginning_only: bool) -> bool {
        let Some(digits) = id.strip_prefix(self.id_prefix.as_str()) else {
            return beginning_only && self.count > 0 && self.id_prefix.starts_with(id);
        };
        if beginning_only {
            return (1..=self.count).any(|number| self.id(number).starts_with(id));
        }
        digits.parse().is_ok_and(|number| (1..=self.count).contains(&number) && self.id(number) == id)
    }
}

impl Default for Fleet {
    fn default() -> Self {
        Self { count: 1, id_prefix: "i-bp1".to_owned(), template: InstanceSpec::default() }
    }
}

/// A disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct DiskSpec {
    /// `d-...`; made up when empty, always in a fleet.
    pub id: String,
    /// `cloud_essd`, `cloud_auto`, `cloud_essd_entry`, `cloud_efficiency`, ... (docs/sources/feature.md 8.1).
    pub category: String,
    /// `PL0` to `PL3`; `PL1` for an ESSD when empty.
    pub performance_level: String,
    /// GiB.
    pub size_gib: u32,
    /// `In_use`, ...
    pub status: String,
    /// `Disabled`, `Enabled` or `LegacyShared`.
    pub multi_attach: String,
    /// Whether it is encrypted.
    pub encrypted: bool,
    /// Snapshots under way on it.
    pub snapshots_in_progress: u32,
}

impl Default for DiskSpec {
    fn default() -> Self {
        Self {
            id: String::new(),
            category: "cloud_essd".to_owned(),
            performance_level: String::new(),
            size_gib: 40,
            status: "In_use".to_owned(),
            multi_attach: "Disabled".to_owned(),
            encrypted: false,
            snapshots_in_progress: 0,
        }
    }
}

impl DiskSpec {
    /// A disk of a category and size in GiB.
    pub fn of(category: &str, size_gib: u32) -> Self {
        Self { category: category.to_owned(), size_gib, ..Self::default() }
    }

    /// Whether snapshots of it can be made at all: local and elastic ephemeral disks have none
    /// (docs/sources/feature.md 8.1).
    pub fn has_snapshots(&self) -> bool {
        !(self.category.starts_with("local_")
            || self.category.starts_with("ephemeral")
            || self.category.starts_with("elastic_ephemeral"))
    }
}

/// Cloud Assistant on an instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct CloudAssistantSpec {
    /// Whether its heartbeat arrives.
    pub online: bool,
    /// Whether it really takes commands: an agent can be gone within the two minutes that `online` lags behind.
    pub responds: bool,
    /// The version; empty for a usual one.
    pub version: String,
    /// Whether it is installed at all.
    pub installed: bool,
    /// Seconds since the last heartbeat.
    pub heartbeat_age_seconds: u32,
}

impl Default for CloudAssistantSpec {
    fn default() -> Self {
        Self { online: true, responds: true, version: String::new(), installed: true, heartbeat_age_seconds: 20 }
    }
}

/// What only the guest knows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct GuestSpec {
    /// The pre-freeze script.
    pub pre_script: ScriptSpec,
    /// The post-thaw script.
    pub post_script: ScriptSpec,
    /// Linux: whether the pre-freeze script runs before or after the file systems are frozen.
    pub script_order: ScriptOrder,
    /// Linux: what the record of consnap's quiesce scripts says after a run.
    pub quiesce_record: QuiesceRecord,
    /// Linux: mount points on which the service of `linux.quiesce` keeps data, as its record names them; `/` when empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub quiesce_mounts: Vec<String>,
    /// Linux: what the guest probe tells of these mount points.
    pub data_seen: DataSeen,
    /// Other files a job may take as its scripts; those sent with SendFile join them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<ScriptSpec>,
    /// Mounted file systems or Windows volumes; the usual ones when empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mounts: Vec<MountSpec>,
    /// Whether `acs-plugin-manager` is found.
    pub launcher_present: bool,
    /// Whether the launcher reaches the plug-in list.
    pub plugin_list_reachable: bool,
    /// The version the plug-in's log begins with; without it the one that was recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plugin_version: Option<String>,
    /// Whether the plug-in takes this system.
    pub system_supported: bool,
    /// Whether the metadata service answers.
    pub metadata_reachable: bool,
    /// Windows: whether VSS writers are stable.
    pub vss_writers: bool,
    /// Whether somebody else's `fsfreezer` is alive in it.
    pub freezer_running: bool,
    /// Milliseconds that freezing takes.
    pub freeze_millis: u32,
    /// Milliseconds until the group is accomplished.
    pub group_millis: Millis,
    /// The language of the system; Chinese Windows writes its output in GBK.
    pub language: Language,
}

impl Default for GuestSpec {
    fn default() -> Self {
        Self {
            pre_script: ScriptSpec { path: "/tmp/prescript.sh".to_owned(), ..ScriptSpec::default() },
            post_script: ScriptSpec { path: "/tmp/postscript.sh".to_owned(), ..ScriptSpec::default() },
            script_order: ScriptOrder::BeforeFreeze,
            quiesce_record: QuiesceRecord::AsRun,
            quiesce_mounts: Vec::new(),
            data_seen: DataSeen::All,
            files: Vec::new(),
            mounts: Vec::new(),
            launcher_present: true,
            plugin_list_reachable: true,
            plugin_version: None,
            system_supported: true,
            metadata_reachable: true,
            vss_writers: true,
            freezer_running: false,
            freeze_millis: 15,
            group_millis: Millis { min: 600, max: 1_400 },
            language: Language::En,
        }
    }
}

use super::faults::Millis;

/// When the pre-freeze script runs: the documents say the first, a field note draws the second.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ScriptOrder {
    /// Before the file systems are frozen.
    #[default]
    BeforeFreeze,
    /// After it.
    AfterFreeze,
}

/// What the guest probe tells of the mount points on which a service keeps data.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DataSeen {
    /// All of them.
    #[default]
    All,
    /// The first alone: the service opens the others later.
    First,
    /// That it does not know them.
    Unknown,
}

/// What the record of consnap's quiesce scripts says after a run.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum QuiesceRecord {
    /// What the scripts would write: held to the end, refused, or begun and not ended.
    #[default]
    AsRun,
    /// The hold was lost.
    Lost,
    /// Something was written meanwhile.
    Written,
    /// The limit was over before the post-script.
    Expired,
    /// The pre-script refused.
    Refused,
    /// The release is not certain.
    Unreleased,
    /// It is from the day before.
    Stale,
    /// It was written before the last boot.
    OtherBoot,
    /// Other scripts wrote it.
    OtherScripts,
    /// Its end is missing.
    Cut,
    /// Somebody else than root may have made it.
    Forged,
    /// It is there and cannot be read.
    Unreadable,
    /// There is none.
    Absent,
}

/// The language of a guest's system.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Chinese.
    Zh,
}

/// A script as it lies in the guest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ScriptSpec {
    /// Where it lies.
    pub path: String,
    /// Whether it is there.
    pub exists: bool,
    /// Its mode, octal.
    pub mode: String,
    /// Its owner.
    pub owner: String,
    /// What it is: `file`, `link` or `directory`.
    pub kind: String,
    /// SHA-256 of its content in hexadecimal; made up when empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub sha256: String,
    /// What it exits with.
    pub exit_code: u8,
    /// Milliseconds it takes.
    pub millis: u32,
}

impl Default for ScriptSpec {
    fn default() -> Self {
        Self {
            path: String::new(),
            exists: true,
            mode: "0700".to_owned(),
            owner: "root".to_owned(),
            kind: "file".to_owned(),
            sha256: String::new(),
            exit_code: 0,
            millis: 120,
        }
    }
}

/// A mounted file system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct MountSpec {
    /// `/data`, `D:`.
    pub target: String,
    /// `ext4`, `xfs`, `NTFS`, `nfs4`, ...
    pub file_system: String,
    /// Mount options.
    pub options: String,
    /// Positions of the instance's disks it lies on, the system disk being 0; none for a network file system.
    pub disks: Vec<u32>,
}

impl Default for MountSpec {
    fn default() -> Self {
        Self { target: String::new(), file_system: String::new(), options: "rw,relatime".to_owned(), disks: Vec::new() }
    }
}

impl GuestSpec {
    /// The guest as a command finds it that names these scripts: what lies under a name is what runs.
    pub(crate) fn with_scripts(&self, pre: &str, post: &str) -> Self {
        let mut guest = self.clone();
        for (path, script) in [(pre, &mut guest.pre_script), (post, &mut guest.post_script)] {
            if let Some(found) = self.script_at(path) {
                *script = found.clone();
            }
        }
        guest
    }

    /// The script that lies under a name.
    pub(crate) fn script_at(&self, path: &str) -> Option<&ScriptSpec> {
        self.files
            .iter()
            .chain([&self.pre_script, &self.post_script])
            .find(|script| script.exists && script.path == path)
    }

    /// Whether what lies under a name may not be executed: the nearest mount decides.
    pub(crate) fn forbids_execution(&self, path: &str) -> bool {
        let holds = |mount: &&MountSpec| {
            let target = mount.target.trim_end_matches('/');
            path.strip_prefix(target).is_some_and(|rest| rest.starts_with('/'))
        };
        let nearest = self.mounts.iter().filter(holds).max_by_key(|mount| mount.target.len());
        nearest.is_some_and(|mount| mount.options.split(',').any(|option| option == "noexec"))
    }
}
