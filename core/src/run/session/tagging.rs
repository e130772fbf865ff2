//! A tag of our own on the snapshots of a run, where the job asks for it: `consnap:run` with the run's id. By it
//! `consnap prune` knows them also where the journal of the run is not at hand.
//!
//! It is put when the groups were verified, fifty snapshots a call, and never touches the consistency tags. The same tag twice
//! is the same tag: a call that may have been carried out is repeated, and after a crash everything untagged is tagged.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::event::{Event, Goal, Purpose};
use super::records::{Target, TargetIndex};
use super::{QueuedCall, Session};
use crate::catalog::api_errors::{RetryClass, Scope};
use crate::catalog::pacing;
use crate::ecs::api::requests::{Filled, Ids, TagResources, Tags};
use crate::ecs::reply::Failure;
use crate::ecs::tags;
use crate::run::verdict::GroupLookup;

/// Snapshots in one TagResources (docs/sources/api.md 4.16).
const SNAPSHOTS_PER_CALL: usize = 50;

/// Tags on their way.
#[derive(Debug, Default)]
pub(super) struct Tagging {
    /// Instances whose snapshots get the tag, by region.
    waiting: BTreeMap<u16, BTreeSet<TargetIndex>>,
    /// Calls without an answer, and for whom. The snapshots of one instance may be more than a call holds.
    open: BTreeMap<u64, Vec<TargetIndex>>,
    /// Instances of which a call failed while another was open.
    failed: BTreeSet<TargetIndex>,
    /// The code with which the service refused it to this account: nobody asks again.
    refused: Option<String>,
}

impl Tagging {
    pub(super) fn is_idle(&self) -> bool {
        self.waiting.is_empty() && self.open.is_empty()
    }
}

impl Session {
    /// The group of an instance was looked at: if there is one, its snapshots are to be tagged.
    pub(super) fn tag_later(&mut self, index: TargetIndex) {
        if !self.setup.job.run.tag_snapshots || self.setup.goal != Goal::Run || self.journal_broken {
            return;
        }
        let Some(target) = self.state.target(index).filter(|target| !target.tagged) else { return };
        if !snapshots_of(target).is_empty() {
            self.tagging.waiting.entry(target.region).or_default().insert(index);
        }
    }

    /// Sends what fills a call, and the rest when nothing more will come.
    pub(super) fn drive_tagging(&mut self) {
        if self.tagging.waiting.is_empty() {
            return;
        }
        let counts = self.state.counts;
        let nothing_else = counts.in_flight == 0 && counts.waiting == 0 && self.verification.is_idle();
        for (region, waiting) in std::mem::take(&mut self.tagging.waiting) {
            let (mut chosen, mut snapshots) = (Vec::new(), Vec::new());
            for index in waiting {
                let of_target = self.state.target(index).map(snapshots_of).unwrap_or_default();
                if snapshots.len() + of_target.len() > SNAPSHOTS_PER_CALL {
                    self.tag(&std::mem::take(&mut chosen), &std::mem::take(&mut snapshots));
                }
                chosen.push(index);
                snapshots.extend(of_target);
            }
            if nothing_else {
                self.tag(&chosen, &snapshots);
            } else if !chosen.is_empty() {
                self.tagging.waiting.insert(region, chosen.into_iter().collect());
            }
        }
    }

    /// Sends one call, or several for an instance with more snapshots than a call holds.
    fn tag(&mut self, targets: &[TargetIndex], snapshots: &[String]) {
        let Some(region) = targets.first().and_then(|&index| self.state.target(index)).map(|target| target.region)
        else {
            return;
        };
        if self.journal_broken {
            return;
        }
        if let Some(code) = self.tagging.refused.clone() {
            self.tags_over(targets, Some(&code));
            return;
        }
        let (region, run) = (self.region(region), self.setup.run_id.clone());
        for chunk in snapshots.chunks(SNAPSHOTS_PER_CALL) {
            let call = self.next_call;
            self.write(Purpose::Tag, targets, |_| {
                let request = TagResources {
                    resource_type: Filled::new("snapshot").ok()?,
                    resource_ids: Ids::new(chunk.iter().cloned()).ok()?,
                    tags: Tags::new([(tags::RUN, run.clone())]).ok()?,
                };
                Some(request.into_call(&region))
            });
            if self.next_call > call {
                self.tagging.open.insert(call, targets.to_vec());
            }
        }
    }

    /// The service tagged them.
    pub(super) fn tagged(&mut self, call: u64, request_id: Option<String>) {
        self.emit(Event::CallAccepted { call, invoke_id: None, request_id, adopted: false });
        let Some(mut targets) = self.tagging.open.remove(&call) else { return };
        let others = &self.tagging.open;
        targets.retain(|target| !others.values().any(|open| open.contains(target)));
        targets.retain(|target| !self.tagging.failed.contains(target));
        self.tags_over(&targets, None);
    }

    /// A call failed, and the failure does not simply mean "slower".
    pub(super) fn tagging_failed(&mut self, queued: QueuedCall, failure: Failure) {
        let passing = failure.retry != RetryClass::Never;
        if passing && queued.attempt < pacing::WRITE_ATTEMPTS && !self.journal_broken {
            self.repeat(queued, failure.name(), &failure);
            return;
        }
        if failure.scope == Scope::Account {
            self.tagging.refused = Some(failure.name().to_owned());
        }
        self.tags_refused(queued.id, failure);
    }

    /// A call was rejected, or is not repeated any more. One snapshot that is gone spoils a whole call, so it is halved.
    pub(super) fn tags_refused(&mut self, call: u64, failure: Failure) {
        let (code, scope) = (failure.name().to_owned(), failure.scope);
        self.emit(Event::CallRejected { call, failure });
        let Some(targets) = self.tagging.open.remove(&call) else { return };
        if scope == Scope::Account || targets.len() < 2 || self.journal_broken {
            self.tagging.failed.extend(&targets);
            self.tags_over(&targets, Some(&code));
            return;
        }
        let (left, right) = targets.split_at(targets.len() / 2);
        for half in [left, right] {
            let snapshots: Vec<String> =
                half.iter().filter_map(|&index| self.state.target(index)).flat_map(snapshots_of).collect();
            self.tag(half, &snapshots);
        }
    }

    /// A call may have been carried out, and nobody is there to repeat it.
    pub(super) fn tags_lost(&mut self, call: u64) {
        self.emit(Event::CallLost { call });
        self.tagging.open.remove(&call);
    }

    fn tags_over(&mut self, targets: &[TargetIndex], failed: Option<&str>) {
        if targets.is_empty() {
            return;
        }
        let instances: Vec<Arc<str>> =
            targets.iter().filter_map(|&index| self.state.target(index)).map(|target| Arc::clone(&target.id)).collect();
        self.emit(Event::SnapshotsTagged { instances, failed: failed.map(str::to_owned) });
    }
}

/// The snapshots of the group that was found for an instance.
fn snapshots_of(target: &Target) -> Vec<String> {
    let Some(GroupLookup::Found(evidence)) = target.look.as_deref() else { return Vec::new() };
    evidence.snapshots.iter().map(|snapshot| snapshot.snapshot_id.to_string()).collect()
}
