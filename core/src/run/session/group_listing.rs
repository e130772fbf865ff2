//! A listing of groups under way. Pages are reduced to what is needed as they come: a run of a hundred thousand instances
//! lists a thousand of them.

use std::collections::{BTreeMap, BTreeSet};

use super::records::TargetIndex;
use crate::base::consistency::Consistency;
use crate::base::time::Time;
use crate::ecs::api::replies;
use crate::run::verdict::observed::{both, evidence, level, state_of};
use crate::run::verdict::{GroupEvidence, SnapshotState};

/// A listing and what it has shown so far.
#[derive(Debug)]
pub(super) struct GroupListing {
    /// When it began: what it does not show was not there then.
    pub(super) began_at: Time,
    /// Groups with the run's name, of watched instances.
    groups: BTreeMap<TargetIndex, Vec<GroupEvidence>>,
    /// Instances of which a group was shown before they were watched: what this listing says of them is not whole.
    early: BTreeSet<TargetIndex>,
    /// Groups with the run's name of which nobody can tell the instance.
    pub(super) unplaced: Vec<String>,
    /// The tokens of the pages so far: one that comes again leads round in a circle.
    tokens: BTreeSet<String>,
    /// Snapshots that were asked for by themselves.
    asked: BTreeSet<Box<str>>,
    /// Calls queued or under way.
    pub(super) outstanding: usize,
    /// What DescribeSnapshots said beyond the groups.
    snapshots: BTreeMap<Box<str>, SeenSnapshot>,
    pub(super) asked_snapshots: bool,
}

/// When a group of an instance may have been made that counts, by the service's clock.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) struct Window {
    pub(super) from: Time,
    pub(super) until: Time,
}

impl Window {
    /// Whether a group that was made then counts. One whose time is not known does not.
    fn holds(self, created_at: Option<Time>) -> bool {
        created_at.is_some_and(|at| self.from <= at && at <= self.until)
    }
}

/// What a listing shows of an instance.
#[derive(Debug)]
pub(super) enum Matching {
    /// No group with the run's name.
    None,
    /// The one group that is of this start.
    One(GroupEvidence),
    /// Several.
    Several(Vec<String>),
    /// Groups of which nobody can tell the instance: one of them may be this one's.
    Unplaced(Vec<String>),
    /// Only groups that were not made in the time of the start.
    OutOfTime(Vec<String>),
}

/// A snapshot that was asked for by itself.
#[derive(Debug)]
struct SeenSnapshot {
    status: Option<SnapshotState>,
    level: Consistency,
    both_tags: bool,
}

impl GroupListing {
    pub(super) fn new(began_at: Time, outstanding: usize) -> Self {
        Self {
            began_at,
            groups: BTreeMap::new(),
            early: BTreeSet::new(),
            unplaced: Vec::new(),
            tokens: BTreeSet::new(),
            asked: BTreeSet::new(),
            outstanding,
            snapshots: BTreeMap::new(),
            asked_snapshots: false,
        }
    }

    /// Whether a token leads to a page that was not read yet.
    pub(super) fn is_new(&mut self, token: &str) -> bool {
        self.tokens.insert(token.to_owned())
    }

    /// Takes in a group with the run's name. Pages may overlap while groups are made.
    pub(super) fn take_group(&mut self, group: &replies::SnapshotGroup<'_>, index: TargetIndex) {
        let seen = evidence(group);
        let groups = self.groups.entry(index).or_default();
        if let Some(known) = groups.iter_mut().find(|known| known.group_id == seen.group_id) {
            *known = seen;
        } else {
            // Nearly always the only one, and there are as many lists as instances.
            groups.reserve_exact(1);
            groups.push(seen);
        }
    }

    /// A group of an instance that is not watched yet.
    pub(super) fn take_early(&mut self, index: TargetIndex) {
        self.early.insert(index);
    }

    /// Whether a page showed a group of this instance before it was watched.
    pub(super) fn was_early(&self, index: TargetIndex) -> bool {
        self.early.contains(&index)
    }

    pub(super) fn take_snapshot(&mut self, snapshot: &replies::Snapshot<'_>) {
        let (level, both_tags) = level(snapshot);
        let status = snapshot.status.as_deref().map(|status| state_of(Some(status)));
        self.snapshots.insert((*snapshot.snapshot_id).into(), SeenSnapshot { status, level, both_tags });
    }

    /// Members of finished groups that show no tag there, or are not usable yet.
    pub(super) fn untagged_snapshots(&self) -> Vec<String> {
        self.groups
            .values()
            .flatten()
            .filter(|group| group.status == SnapshotState::Accomplished)
            .flat_map(|group| &group.snapshots)
            .filter(|snapshot| snapshot.level == Consistency::Crash || snapshot.status != SnapshotState::Accomplished)
            .map(|snapshot| snapshot.snapshot_id.to_string())
            .collect()
    }

    /// These snapshots are asked for by themselves.
    pub(super) fn ask_snapshots(&mut self, snapshots: &[String]) {
        self.asked_snapshots = true;
        self.asked.extend(snapshots.iter().map(|id| id.as_str().into()));
    }

    /// The group of an instance: the only one with the run's name that was made in the time of its start. What the output
    /// names says nothing here.
    pub(super) fn matching(&mut self, index: TargetIndex, window: Window) -> Matching {
        let all = self.groups.remove(&index).unwrap_or_default();
        let ids = |groups: &[GroupEvidence]| groups.iter().map(|group| group.group_id.to_string()).collect();
        let (mut ours, others): (Vec<_>, Vec<_>) = all.into_iter().partition(|group| window.holds(group.created_at));
        match (ours.pop(), ours.is_empty()) {
            (Some(one), true) => Matching::One(self.with_snapshots(one)),
            (Some(one), false) => {
                ours.push(one);
                Matching::Several(ids(&ours))
            }
            (None, _) if !self.unplaced.is_empty() => Matching::Unplaced(self.unplaced.clone()),
            (None, _) if !others.is_empty() => Matching::OutOfTime(ids(&others)),
            (None, _) => Matching::None,
        }
    }

    /// Adds what the snapshots said of themselves. One that was asked for and is not shown says nothing.
    fn with_snapshots(&self, mut evidence: GroupEvidence) -> GroupEvidence {
        for snapshot in &mut evidence.snapshots {
            if let Some(asked) = self.snapshots.get(&snapshot.snapshot_id) {
                snapshot.status = asked.status.unwrap_or(snapshot.status);
                (snapshot.level, snapshot.both_tags) =
                    both((snapshot.level, snapshot.both_tags), (asked.level, asked.both_tags));
            } else if self.asked.contains(&snapshot.snapshot_id) {
                snapshot.status = SnapshotState::Unknown;
            }
        }
        evidence
    }
}
