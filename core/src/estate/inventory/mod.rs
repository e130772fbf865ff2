//! What an account has in some regions: instances with their disks, snapshot-consistent groups with their tags. The ground
//! of [audits](crate::estate::audit) and of [retention](crate::estate::retention).

use std::collections::{BTreeMap, BTreeSet};

use crate::base::time::Time;
use crate::diagnostics::error::Error;
use crate::run::verdict::{SnapshotEvidence, SnapshotState};

mod reader;

pub use reader::{EstateReader, Scope};
pub(crate) use reader::{group_of, is_unclear};

/// What was read.
#[derive(Clone, Debug)]
pub struct Estate {
    /// The account.
    pub account_id: String,
    /// The service's clock when reading began: ages are counted from here.
    pub as_of: Time,
    /// Calls sent.
    pub calls: u64,
    /// Each region.
    pub regions: Vec<RegionEstate>,
}

impl Estate {
    /// The refusal where the instances of no region could be listed.
    pub fn no_instances(&self) -> Option<&Error> {
        self.nothing(|region| region.unread.instances.as_ref().filter(|_| region.instances.is_empty()))
    }

    /// The refusal where the groups of no region could be listed.
    pub fn no_groups(&self) -> Option<&Error> {
        self.nothing(|region| region.unread.groups.as_ref().filter(|_| region.groups.is_empty()))
    }

    /// The first refusal, where every region has one.
    fn nothing(&self, refusal: impl Fn(&RegionEstate) -> Option<&Error>) -> Option<&Error> {
        let all: Option<Vec<&Error>> = self.regions.iter().map(refusal).collect();
        all?.first().copied()
    }
}

/// What was read of a region.
#[derive(Clone, Debug, Default)]
pub struct RegionEstate {
    /// `cn-hangzhou`.
    pub region: String,
    /// Its instances, by id.
    pub instances: BTreeMap<String, Instance>,
    /// Its groups, by id.
    pub groups: BTreeMap<String, Group>,
    /// Snapshots that disks were made from, as far as these disks exist.
    pub sources_of_disks: BTreeSet<String>,
    /// What could not be read.
    pub unread: Unread,
}

/// What could not be read of a region, each with the error. What is missing here is unknown, not absent.
#[derive(Clone, Debug, Default)]
pub struct Unread {
    /// Some or all instances.
    pub instances: Option<Error>,
    /// Some or all disks.
    pub disks: Option<Error>,
    /// Some or all groups.
    pub groups: Option<Error>,
    /// Some snapshots that were asked for by their id.
    pub snapshots: Option<Error>,
}

impl Unread {
    /// The errors, with the API that gave them.
    pub fn errors(&self) -> impl Iterator<Item = &Error> {
        [&self.instances, &self.disks, &self.groups, &self.snapshots].into_iter().flatten()
    }
}

/// An instance.
#[derive(Clone, Debug, Default)]
pub struct Instance {
    /// Its name; hostile text.
    pub name: String,
    /// `Running`, ...
    pub status: Option<String>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// Its disks.
    pub disks: Vec<AttachedDisk>,
}

/// A disk of an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttachedDisk {
    /// `d-...`.
    pub disk_id: String,
    /// `/dev/xvda` as the API names it.
    pub device: Option<String>,
    /// `cloud_essd`, ...
    pub category: Option<String>,
}

/// A snapshot-consistent group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// `ssg-...`.
    pub group_id: String,
    /// Its instance, where its members tell one.
    pub instance_id: Option<String>,
    /// Its name; hostile text.
    pub name: String,
    /// Its state.
    pub status: SnapshotState,
    /// When it was made.
    pub created_at: Option<Time>,
    /// Whether it, or one of its members, carries the tag [`tags::HOLD`](crate::ecs::tags::HOLD).
    pub on_hold: bool,
    /// Its members.
    pub members: Vec<Member>,
}

/// A member of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Snapshot, disk, state and level.
    pub evidence: SnapshotEvidence,
    /// The value of the tag [`tags::RUN`](crate::ecs::tags::RUN).
    pub run: Option<String>,
    /// Whether the snapshot itself was asked for, and answered.
    pub asked: bool,
    /// Its usage, once it was asked for: `image`, `disk`, `image_disk` or `none`.
    pub usage: Option<String>,
}

impl Group {
    /// Whether it is complete, and no tag of it contradicts another.
    pub fn is_settled(&self) -> bool {
        self.status == SnapshotState::Accomplished
            && self.members.iter().all(|member| {
                !member.evidence.both_tags
                    && matches!(member.evidence.status, SnapshotState::Accomplished | SnapshotState::Failed)
            })
    }
}
