//! The job document: what to snapshot, how, and how carefully.
//!
//! Reading never fails ([`read`]): it returns the job as far as it can be read, plus findings. Numbers keep the value
//! that was written, even out of range: judging them is the business of [`crate::check`].

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::base::consistency::RequiredConsistency;

pub mod accept;
pub mod forms;
mod parse;
mod quiesce;
mod read;
#[cfg(feature = "schema")]
pub mod schema;

pub use parse::JobError;
pub use quiesce::Quiesce;
pub use read::{KEYS, from_str_json, read, read_for_command};
#[cfg(feature = "schema")]
pub use schema::schema;

/// A job. Our own JSON is `snake_case`; unknown keys are findings.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Job {
    /// The version of the document, always 1.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 1)))]
    pub version: u32,
    /// Regions to look in, such as `cn-hangzhou`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub regions: Vec<String>,
    /// Which instances.
    pub targets: Targets,
    /// The RAM role the plug-in uses, or `attached`: the role each instance already has.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = r"^[A-Za-z0-9._-]{1,64}$")))]
    pub instance_ram_role: String,
    /// Name of the snapshot-consistent groups. `{run}`, `{date}` and `{time}` are replaced.
    #[cfg_attr(feature = "schema", schemars(length(min = 2, max = 128)))]
    pub group_name: String,
    /// Description of the groups, 2 to 256 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(length(min = 2, max = 256)))]
    pub description: Option<String>,
    /// Disks left out, each with its instance. Given but empty writes `ExcludeDiskId=""` as the vendor's sample does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exclude_disks: Option<Vec<ExcludedDisk>>,
    /// The consistency that must be reached.
    pub required_consistency: RequiredConsistency,
    /// Parameters for Linux instances.
    pub linux: LinuxOptions,
    /// Parameters for Windows instances.
    pub windows: WindowsOptions,
    /// Accepted, of no effect today.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instant_access: Option<bool>,
    /// Days, 1 to 65535; of no effect today. The plug-in spells it `InstantAccessRentationDays`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 65535)))]
    pub instant_access_retention_days: Option<i64>,
    /// Findings taken on purpose; they stay visible.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub accept: Vec<Accept>,
    /// How the run proceeds.
    pub run: RunOptions,
}

/// Which instances: by id, by tag, or all of the regions; one of the three. `exclude` wins; duplicates fall away.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Targets {
    /// Instance ids, `i-...`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(inner(regex(pattern = r"^i-[a-z0-9]+$"))))]
    pub ids: Vec<String>,
    /// Tags; all keys must match.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// Every instance of the regions. So wide a selection must have an upper bound, `expect.max`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub all: bool,
    /// Left out in any case.
    pub exclude: Exclude,
    /// Bounds of the selection; one outside is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expect: Option<Expect>,
}

impl Targets {
    /// The ids that remain when the excluded ones are taken away, in the order of the document.
    pub fn selected_ids(&self) -> Vec<&str> {
        let excluded: BTreeSet<_> = self.exclude.ids.iter().collect();
        self.ids.iter().filter(|id| !excluded.contains(id)).map(String::as_str).collect()
    }
}

/// Instances left out in any case.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Exclude {
    /// Instance ids.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ids: Vec<String>,
    /// Tags; an instance with any of them is left out.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
}

/// How many instances a selection must have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Expect {
    /// At least so many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<u32>,
    /// At most so many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<u32>,
}

/// A disk left out of the snapshot of its instance. It is sent only to its owner.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ExcludedDisk {
    /// `i-...`.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = r"^i-[a-z0-9]+$")))]
    pub instance: String,
    /// `d-...`.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = r"^d-[a-z0-9]+$")))]
    pub disk: String,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Parameters of the Linux plug-in. What is left out is left out of the command.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct LinuxOptions {
    /// Application pre-freeze script, absolute path; root only, mode 0700.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^/")))]
    pub pre_script_path: Option<String>,
    /// Application post-thaw script, absolute path; root only, mode 0700.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^/")))]
    pub post_script_path: Option<String>,
    /// Limit of each script in seconds. The plug-in's default is 1800.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 86400)))]
    pub script_timeout_seconds: Option<i64>,
    /// Whether to freeze file systems. The plug-in's default is true.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub freeze_file_systems: Option<bool>,
    /// Limit of the freeze in seconds. The plug-in's default is 30.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 86400)))]
    pub freeze_timeout_seconds: Option<i64>,
    /// Scripts that are put on the instances before the run, in place of what lies there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upload: Option<Upload>,
    /// A service that is held still by scripts of consnap.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quiesce: Option<Quiesce>,
}

/// Scripts that are put on Linux instances before the run, under the paths of `pre_script_path` and `post_script_path`; where
/// those are missing, under `/opt/consnap/pre.sh` and `/opt/consnap/post.sh`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Upload {
    /// The pre-freeze script: a file beside the job document. Whoever reads the document from a file puts its content into
    /// `pre_content`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pre: Option<String>,
    /// The post-thaw script, likewise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub post: Option<String>,
    /// The content of the pre-freeze script, Base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pre_content: Option<String>,
    /// The content of the post-thaw script, Base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub post_content: Option<String>,
}

impl LinuxOptions {
    /// Whether something is put on the instances under this path.
    pub fn uploads_to(&self, path: &str) -> bool {
        // The scripts of `quiesce` may still be to be written.
        let given =
            |content: Option<&String>| self.quiesce.is_some() || content.is_some_and(|content| !content.is_empty());
        self.contents().into_iter().any(|(at, content)| at == Some(path) && given(content))
    }

    /// The scripts that are put on the instances: guest path and content, as far as the content can be read.
    pub fn uploads(&self) -> impl Iterator<Item = (&str, Vec<u8>)> {
        self.contents().into_iter().filter_map(|(path, content)| Some((path?, STANDARD.decode(content?).ok()?)))
    }

    /// Path and content of both scripts, those of `quiesce` first.
    fn contents(&self) -> [(Option<&str>, Option<&String>); 2] {
        let (pre, post) = match (&self.quiesce, &self.upload) {
            (Some(quiesce), _) => (quiesce.pre_content.as_ref(), quiesce.post_content.as_ref()),
            (None, Some(upload)) => (upload.pre_content.as_ref(), upload.post_content.as_ref()),
            (None, None) => (None, None),
        };
        [(self.pre_script_path.as_deref(), pre), (self.post_script_path.as_deref(), post)]
    }
}

/// Parameters of the Windows plug-in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct WindowsOptions {
    /// Whether VSS writers take part. The plug-in's default is true.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vss_writers: Option<bool>,
}

/// A finding taken on purpose.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Accept {
    /// `CS231`.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = r"^CS[0-9]{3}$")))]
    pub code: String,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// The last day it holds, `2027-01-01`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(regex(pattern = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")))]
    pub until: Option<String>,
}

/// How the run proceeds. Units are instances.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct RunOptions {
    /// Instances of the first wave, a call of its own; the rest starts only when all of them went well. 0: no canary.
    pub canary: u32,
    /// Instances that may be running at the same time.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub max_in_flight: u32,
    /// After more failures than this nothing new is started: a number of instances, or a share of those that may be started
    /// (`5%`). 0: stop at the first.
    pub max_errors: MaxErrors,
    /// `tag:KEY`: instances with the same value are never frozen together.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^tag:.")))]
    pub spread_by: Option<String>,
    /// Nothing new is started after this time of day: `03:00` by the clock of the machine, or `03:00+08:00`. The nearest one
    /// counts: a run that something kept until 03:10 starts nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(regex(pattern = r"^([01][0-9]|2[0-3]):[0-5][0-9]")))]
    pub start_before: Option<String>,
    /// Nothing new is started when so much time has passed, `2h`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(regex(pattern = r"^([0-9]+[dhms])+$")))]
    pub deadline: Option<String>,
    /// Whether to tag the snapshots `consnap:run` with the run's id when they were verified, so that `consnap prune` knows them
    /// without the journal. A call for each fifty snapshots.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub tag_snapshots: bool,
    /// `auto` (from the time budget) or seconds.
    pub timeout: Timeout,
    /// Whether to attach the role.
    pub attach_role: AttachRole,
    /// Whether to look into the guest first.
    pub probe: Probe,
    /// How old an earlier look may be to count, `12h`; 24 hours without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(regex(pattern = r"^([0-9]+[dhms])+$")))]
    pub probe_max_age: Option<String>,
    /// What to do with an instance whose fitness is unknown.
    pub on_unknown: OnUnknown,
}

impl Default for RunOptions {
    fn default() -> Self {
        Self {
            canary: 1,
            max_in_flight: 10,
            max_errors: MaxErrors::Count(1),
            spread_by: None,
            start_before: None,
            deadline: None,
            tag_snapshots: false,
            timeout: Timeout::default(),
            attach_role: AttachRole::default(),
            probe: Probe::default(),
            probe_max_age: None,
            on_unknown: OnUnknown::default(),
        }
    }
}

/// How many failures a run endures.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum MaxErrors {
    /// So many instances.
    Count(u32),
    /// So many of a hundred instances that may be started, 0 to 100; what is left over of an instance is none.
    Percent(u8),
}

impl MaxErrors {
    /// How many instances that is, of so many that may be started.
    pub fn of(self, startable: u32) -> u32 {
        match self {
            Self::Count(count) => count,
            Self::Percent(percent) => {
                u32::try_from(u64::from(startable) * u64::from(percent) / 100).unwrap_or(u32::MAX)
            }
        }
    }

    /// Reads `5%`.
    pub fn parse_percent(text: &str) -> Option<Self> {
        let digits = text.strip_suffix('%')?;
        let plain = (1..=3).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        let percent: u8 = plain.then(|| digits.parse().ok()).flatten()?;
        (percent <= 100).then_some(Self::Percent(percent))
    }
}

impl From<u32> for MaxErrors {
    fn from(count: u32) -> Self {
        Self::Count(count)
    }
}

impl std::fmt::Display for MaxErrors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Count(count) => count.fmt(f),
            Self::Percent(percent) => write!(f, "{percent}%"),
        }
    }
}

impl Serialize for MaxErrors {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Count(count) => serializer.serialize_u32(*count),
            Self::Percent(_) => serializer.collect_str(self),
        }
    }
}

impl<'de> Deserialize<'de> for MaxErrors {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = MaxErrors;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a number of instances or a share such as `5%`")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<MaxErrors, E> {
                MaxErrors::parse_percent(text).ok_or_else(|| E::custom("a number of instances or a share such as `5%`"))
            }
            fn visit_u64<E: serde::de::Error>(self, count: u64) -> Result<MaxErrors, E> {
                u32::try_from(count).map(MaxErrors::Count).map_err(E::custom)
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for MaxErrors {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "MaxErrors".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A number of instances, or a share of those that may be started.",
            "oneOf": [
                {"type": "integer", "minimum": 0, "maximum": u32::MAX},
                {"type": "string", "pattern": "^([0-9]|[1-9][0-9]|100)%$"}
            ]
        })
    }
}

/// The `Timeout` of RunCommand.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub enum Timeout {
    /// From the time budget.
    #[default]
    Auto,
    /// Seconds.
    Seconds(u32),
}

impl Serialize for Timeout {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Auto => serializer.serialize_str("auto"),
            Self::Seconds(seconds) => serializer.serialize_u32(*seconds),
        }
    }
}

impl<'de> Deserialize<'de> for Timeout {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Timeout;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("`auto` or a number of seconds")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Timeout, E> {
                if text == "auto" { Ok(Timeout::Auto) } else { Err(E::custom("`auto` or a number of seconds")) }
            }
            fn visit_u64<E: serde::de::Error>(self, seconds: u64) -> Result<Timeout, E> {
                u32::try_from(seconds).map(Timeout::Seconds).map_err(E::custom)
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Timeout {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Timeout".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "`auto` (from the time budget) or seconds, 10 to 86400.",
            "oneOf": [{"const": "auto"}, {"type": "integer", "minimum": 10, "maximum": 86400}]
        })
    }
}

/// Whether to attach the role.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum AttachRole {
    /// Never.
    #[default]
    Never,
    /// Where an instance has none; a different one is a finding and never replaced.
    IfMissing,
}

/// Whether to look into the guest first.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Probe {
    /// Never; with `linux.quiesce` as `if_unknown`, to learn where the service keeps its data.
    #[default]
    Never,
    /// Where the consistency cannot be predicted without it: one read-only command an instance.
    IfUnknown,
    /// Everywhere: one read-only command an instance.
    Always,
}

/// What to do with an instance whose fitness is unknown.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum OnUnknown {
    /// Start it, and say so.
    #[default]
    Proceed,
    /// Set it aside.
    SetAside,
}
