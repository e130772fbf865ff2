//! Groups that were made before the first day of a scenario.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A snapshot-consistent group that is there when the day begins, with a snapshot of every disk of its instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct PastGroup {
    /// Its instance; a final `*` stands for any ending and makes a group for each.
    pub instance: String,
    /// Its name.
    pub name: String,
    /// How long before the first request it was made, in seconds.
    pub age_seconds: u32,
    /// The consistency its snapshots are tagged with: `application`, `file_system` or `crash`.
    pub consistency: PastConsistency,
    /// How it ended.
    pub status: PastStatus,
    /// Whether the last disk has no snapshot in it.
    pub missing_disk: bool,
    /// What was made from its first snapshot.
    pub usage: Usage,
    /// More tags of each of its snapshots.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
}

impl Default for PastGroup {
    fn default() -> Self {
        Self {
            instance: String::new(),
            name: "earlier".to_owned(),
            age_seconds: 86_400,
            consistency: PastConsistency::default(),
            status: PastStatus::default(),
            missing_disk: false,
            usage: Usage::default(),
            tags: BTreeMap::new(),
        }
    }
}

/// The consistency a group was tagged with.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PastConsistency {
    /// `APPConsistent:True`.
    #[default]
    Application,
    /// `FsConsistent:True`.
    FileSystem,
    /// No tag.
    Crash,
}

/// How a group ended.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PastStatus {
    /// Well.
    #[default]
    Accomplished,
    /// Badly.
    Failed,
    /// Not yet, and it never will.
    Progressing,
}

/// What was made from a snapshot, as `Usage` of DescribeSnapshots says it.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Usage {
    /// Nothing.
    #[default]
    None,
    /// A custom image: the snapshot cannot be deleted before the image is.
    Image,
    /// A disk.
    Disk,
    /// Both.
    ImageDisk,
}

impl Usage {
    /// As the service names it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Image => "image",
            Self::Disk => "disk",
            Self::ImageDisk => "image_disk",
        }
    }

    /// Whether an image holds the snapshot.
    pub(crate) const fn is_held_by_image(self) -> bool {
        matches!(self, Self::Image | Self::ImageDisk)
    }
}
