//! Snapshot-consistent groups and their member snapshots.

use std::sync::Arc;

use consnap_core::{Consistency, Time};

use crate::scenario::{PastConsistency, PastGroup, PastStatus, Usage};

/// The consistency tags a run puts.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Tags {
    #[default]
    None,
    FileSystem,
    Application,
    /// `AppConsistent` instead of `APPConsistent`, as one edition of the documents spells it.
    ApplicationOtherCase,
    Both,
    /// Application on the first snapshot only.
    ApplicationOnFirst,
}

impl Tags {
    /// Key and value of each tag on the member at a position.
    pub(crate) fn on(self, member: usize) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::FileSystem => &[("FsConsistent", "True")],
            Self::Application => &[("APPConsistent", "True")],
            Self::ApplicationOtherCase => &[("AppConsistent", "True")],
            Self::Both => &[("APPConsistent", "True"), ("FsConsistent", "True")],
            Self::ApplicationOnFirst if member == 0 => &[("APPConsistent", "True")],
            Self::None | Self::ApplicationOnFirst => &[],
        }
    }

    /// The level these tags say.
    pub(crate) fn level(self, member: usize) -> Consistency {
        match self.on(member) {
            [] => Consistency::Crash,
            [("FsConsistent", _)] => Consistency::FileSystem,
            [_] => Consistency::Application,
            _ => Consistency::Unknown,
        }
    }
}

/// How a member snapshot stands.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(crate) enum MemberStatus {
    Progressing,
    Accomplished,
    Failed,
}

impl MemberStatus {
    /// As the service names it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Progressing => "progressing",
            Self::Accomplished => "accomplished",
            Self::Failed => "failed",
        }
    }
}

/// A group that was made, or will be when its time has come.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    /// Position of its instance.
    pub(crate) instance: u32,
    pub(crate) name: Arc<str>,
    pub(crate) description: Arc<str>,
    pub(crate) created_at: Time,
    /// From when the API shows it.
    pub(crate) visible_from: Time,
    /// When it ends, well or badly.
    pub(crate) settled_at: Time,
    /// It ends `failed`.
    pub(crate) fails: bool,
    pub(crate) tags: Tags,
    pub(crate) tagged_at: Time,
    /// Positions of the disks that have a member snapshot.
    pub(crate) members: Box<[u16]>,
    /// The member that ends `failed`.
    pub(crate) failed_member: Option<u16>,
    /// Positions of disks that should have a member and have none.
    pub(crate) missing_disk: Option<u16>,
    /// Number of the first member's id.
    pub(crate) first_snapshot: u64,
    /// What was made from the first member.
    pub(crate) usage: Usage,
    /// Positions of members that were deleted.
    pub(crate) deleted: Vec<u16>,
}

impl Group {
    /// A group of a scenario on an instance with so many disks, as of the first request.
    pub(crate) fn past(given: &PastGroup, instance: u32, disks: &[u16], begin: Time) -> Self {
        let age = i64::from(given.age_seconds).saturating_mul(1000);
        let created_at = Time::from_millis(begin.millis().saturating_sub(age));
        let all = disks.len().saturating_sub(usize::from(given.missing_disk));
        Self {
            instance,
            name: given.name.as_str().into(),
            description: "".into(),
            created_at,
            visible_from: created_at,
            settled_at: if given.status == PastStatus::Progressing { Time::FAR_FUTURE } else { created_at },
            fails: given.status == PastStatus::Failed,
            tags: match given.consistency {
                PastConsistency::Application => Tags::Application,
                PastConsistency::FileSystem => Tags::FileSystem,
                PastConsistency::Crash => Tags::None,
            },
            tagged_at: created_at,
            members: disks.get(..all).unwrap_or_default().into(),
            failed_member: None,
            missing_disk: disks.last().copied().filter(|_| given.missing_disk),
            first_snapshot: 0,
            usage: given.usage,
            deleted: Vec::new(),
        }
    }

    /// What was made from a member.
    pub(crate) fn usage_of(&self, member: usize) -> Usage {
        if member == 0 { self.usage } else { Usage::None }
    }

    /// Whether a member is still there.
    pub(crate) fn has_member(&self, member: usize) -> bool {
        self.deleted.is_empty() || !self.deleted.iter().any(|deleted| usize::from(*deleted) == member)
    }

    /// How it stands.
    pub(crate) fn status(&self, now: Time) -> MemberStatus {
        match (now >= self.settled_at, self.fails) {
            (false, _) => MemberStatus::Progressing,
            (true, false) => MemberStatus::Accomplished,
            (true, true) => MemberStatus::Failed,
        }
    }

    /// How a member stands.
    pub(crate) fn member_status(&self, member: usize, now: Time) -> MemberStatus {
        match self.status(now) {
            MemberStatus::Accomplished if self.failed_member.is_some_and(|failed| usize::from(failed) == member) => {
                MemberStatus::Failed
            }
            status => status,
        }
    }

    /// The consistency tags of a member by now.
    pub(crate) fn tags_of(&self, member: usize, now: Time) -> &'static [(&'static str, &'static str)] {
        if now >= self.tagged_at { self.tags.on(member) } else { &[] }
    }

    /// The level reached: the weakest over all disks that belong in it.
    pub(crate) fn level(&self, now: Time) -> Consistency {
        match self.status(now) {
            MemberStatus::Progressing => return Consistency::Unknown,
            MemberStatus::Failed => return Consistency::None,
            MemberStatus::Accomplished => {}
        }
        if self.failed_member.is_some() || self.missing_disk.is_some() || self.members.is_empty() {
            return Consistency::None;
        }
        let tagged = now >= self.tagged_at;
        (0..self.members.len())
            .map(|member| if tagged { self.tags.level(member) } else { Consistency::Crash })
            .min()
            .unwrap_or(Consistency::None)
    }
}
