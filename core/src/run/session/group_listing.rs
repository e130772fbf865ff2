//! A listing of groups under way. Pages are reduced to what is needed as they come: a run of a hundred thousand instances
//! lists a thousand of them.

use std::collections::BTreeMap;

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
    groups: BTreeMap<TargetIndex, Vec<SeenGroup>>,
    /// Calls queued or under way.
    pub(super) outstanding: usize,
    /// What DescribeSnapshots said beyond the groups.
    snapshots: BTreeMap<Box<str>, SeenSnapshot>,
    pub(super) asked_snapshots: bool,
}

/// A group of a watched instance.
#[derive(Debug)]
struct SeenGroup {
    evidence: GroupEvidence,
    /// Whether it bears the run's name.
    ours: bool,
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
        Self { began_at, groups: BTreeMap::new(), outstanding, snapshots: BTreeMap::new(), asked_snapshots: false }
    }

    /// Takes in a group of an instance. Pages may overlap while groups are made.
    pub(super) fn take_group(&mut self, group: &replies::SnapshotGroup<'_>, index: TargetIndex, run_name: &str) {
        let seen = SeenGroup { evidence: evidence(group), ours: group.name.as_deref() == Some(run_name) };
        let groups = self.groups.entry(index).or_default();
        if let Some(known) = groups.iter_mut().find(|known| known.evidence.group_id == seen.evidence.group_id) {
            *known = seen;
        } else {
            // Nearly always the only one, and there are as many lists as instances.
            groups.reserve_exact(1);
            groups.push(seen);
        }
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
            .filter(|group| group.evidence.status == SnapshotState::Accomplished)
            .flat_map(|group| &group.evidence.snapshots)
            .filter(|snapshot| snapshot.level == Consistency::Crash || snapshot.status != SnapshotState::Accomplished)
            .map(|snapshot| snapshot.snapshot_id.to_string())
            .collect()
    }

    /// The group of an instance: the one its log names, else the only one with the run's name. When there are several of
    /// that name, their ids.
    pub(super) fn evidence_of(
        &mut self,
        index: TargetIndex,
        named: Option<&str>,
    ) -> Result<Option<GroupEvidence>, Vec<String>> {
        let mut groups = self.groups.remove(&index).unwrap_or_default();
        match named {
            Some(named) => groups.retain(|group| *group.evidence.group_id == *named),
            // A service that ignores the filter must not lend us somebody else's group.
            None => groups.retain(|group| group.ours),
        }
        if groups.len() > 1 {
            return Err(groups.iter().map(|group| group.evidence.group_id.to_string()).collect());
        }
        let Some(SeenGroup { mut evidence, .. }) = groups.pop() else { return Ok(None) };
        for snapshot in &mut evidence.snapshots {
            if let Some(asked) = self.snapshots.get(&snapshot.snapshot_id) {
                snapshot.status = asked.status.unwrap_or(snapshot.status);
                (snapshot.level, snapshot.both_tags) =
                    both((snapshot.level, snapshot.both_tags), (asked.level, asked.both_tags));
            }
        }
        Ok(Some(evidence))
    }
}
