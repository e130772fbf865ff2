//! Verification: the groups, their snapshots and the tags that alone tell the level.
//!
//! Groups of a run are found by its unique name in one paged listing per region; a handful with known ids is asked for
//! directly. Tags are read where the group shows them, and from DescribeSnapshots where it does not.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use super::event::{Event, Goal, Phase, StopReason};
use super::follow::may_run_on;
use super::group_listing::{GroupListing, Matching, Window};
use super::records::{Stage, TargetIndex};
use super::{CallPurpose, Session};
use crate::base::consistency::Consistency;
use crate::base::http::HttpReply;
use crate::base::time::Time;
use crate::catalog::{budget, pacing};
use crate::ecs::api::requests::{DescribeSnapshotGroups, DescribeSnapshots, Filled, GroupFilter, Ids, SnapshotFilter};
use crate::ecs::api::{Operation, replies};
use crate::ecs::reply::{self, Failure};
use crate::run::verdict::{GroupLookup, SnapshotState, observed};

/// So few instances are worth a call of their own.
const WORTH_ONE_CALL: usize = 10;

/// What verification keeps between calls.
#[derive(Debug, Default)]
pub(super) struct Verification {
    /// Instances whose group must be looked at.
    watches: BTreeMap<u16, BTreeMap<TargetIndex, GroupWatch>>,
    /// Instances that may be tried once more if no group is found.
    pub(super) retry: BTreeSet<TargetIndex>,
    /// Listings under way, by region.
    sweeps: BTreeMap<u16, GroupListing>,
    /// When a region is listed next, and the pause after that.
    pace: BTreeMap<u16, (Time, Duration)>,
    /// Looks that came to a conclusion.
    concluded: usize,
}

#[derive(Debug)]
struct GroupWatch {
    /// Since when the command is known to be over; what was asked earlier may show less than there is.
    since: Time,
    /// From this time on a missing group is no group.
    conclude_at: Time,
    /// When its group was first seen, and first seen accomplished.
    first_seen: Option<Time>,
    accomplished_since: Option<Time>,
}

/// What a listing shows of an instance.
enum Seen {
    /// Nothing that could be relied on yet.
    Nothing,
    /// A group that may still change.
    Unfinished { accomplished: bool },
    /// All there is.
    All(GroupLookup),
}

impl Verification {
    pub(super) fn is_idle(&self) -> bool {
        self.watches.is_empty() && self.sweeps.is_empty()
    }

    pub(super) fn next_wake(&self) -> Time {
        self.watches
            .keys()
            .filter(|region| !self.sweeps.contains_key(region))
            .map(|region| self.pace.get(region).map_or(Time::EPOCH, |(at, _)| *at))
            .min()
            .unwrap_or(Time::FAR_FUTURE)
    }

    /// Instances whose group must be looked at.
    fn count(&self) -> usize {
        self.watches.values().map(BTreeMap::len).sum()
    }

    /// Those of one region.
    fn of_region(&self, region: u16) -> impl Iterator<Item = (TargetIndex, &GroupWatch)> {
        self.watches.get(&region).into_iter().flatten().map(|(&index, watch)| (index, watch))
    }
}

impl Session {
    /// From here on the instance's group is looked for.
    pub(super) fn watch_group(&mut self, index: TargetIndex) {
        let Some(target) = self.state.target(index) else { return };
        let retry = self.verification.retry.contains(&index);
        if target.stage != Stage::Looking && !retry {
            return;
        }
        let region = target.region;
        let outcome = target.outcome.as_deref();
        // A log that names a group lets its absence be doubted for longer.
        let named = outcome.is_some_and(|outcome| outcome.snapshot_group_id.is_some());
        let wait = Duration::from_secs(if named {
            pacing::VISIBLE_WAIT.as_secs()
        } else {
            // The plug-in is over; only the service's own delay is left.
            pacing::VERIFY_GAP.as_secs() * 4
        });
        let mut conclude_at = self.now.plus(wait);
        if may_run_on(outcome) {
            // Its time is up, and it went on all the same: a group it makes now still takes its time to show.
            let late = self.now.plus(pacing::VISIBLE_WAIT);
            conclude_at = late.max(self.settled_at(index));
        }
        let watch = GroupWatch { since: self.now, conclude_at, first_seen: None, accomplished_since: None };
        self.verification.watches.entry(region).or_default().insert(index, watch);
        let gap = pacing::VERIFY_GAP;
        let soon = self.now.plus(Duration::from_millis(500));
        let pace = self.verification.pace.entry(region).or_insert((soon, gap));
        pace.1 = gap;
        pace.0 = pace.0.min(soon);
    }

    pub(super) fn drive_verification(&mut self) {
        if self.verification.watches.is_empty() {
            return;
        }
        if self.state.counts.waiting == 0 && self.polls.is_empty() && self.state.phase < Phase::Verify {
            self.emit(Event::PhaseEntered { phase: Phase::Verify });
        }
        let regions: Vec<u16> = self.verification.watches.keys().copied().collect();
        for region in regions {
            let due = self.verification.pace.get(&region).is_none_or(|(at, _)| *at <= self.now);
            if !due || self.verification.sweeps.contains_key(&region) {
                continue;
            }
            let targets: Vec<TargetIndex> = self.verification.of_region(region).map(|(index, _)| index).collect();
            if self.worth_a_listing(&targets) {
                self.begin_sweep(region, &targets);
            } else if let Some(pace) = self.verification.pace.get_mut(&region) {
                // More results will come; asking again before then would only spin.
                pace.0 = self.now.plus(Duration::from_secs(1));
            }
        }
    }

    /// A listing costs a page per hundred groups, so it waits until enough results are in, or nothing else is left.
    fn worth_a_listing(&self, targets: &[TargetIndex]) -> bool {
        let counts = self.state.counts;
        let watched = u32::try_from(self.verification.count()).unwrap_or(u32::MAX);
        let nothing_else = counts.in_flight <= watched || self.setup.goal == Goal::Verify || !self.canary.is_empty();
        if nothing_else || (targets.len() <= WORTH_ONE_CALL && self.calls_for(targets) == 1) {
            return true;
        }
        // A listing of a large run takes as long as its pages are many, and what ends meanwhile waits for the next one: when all
        // is started and the last results are near, one listing tells of all.
        let pages = u64::from(counts.done.saturating_add(counts.in_flight)) / 100;
        let last_start = self.state.invocations.last().map_or(Time::EPOCH, |invocation| invocation.accepted_at);
        let near = last_start
            .plus_seconds(self.usual_run_seconds.max(pacing::POLL_FIRST.as_secs()) * 2)
            .plus_seconds(pages / 10);
        if counts.waiting == 0 && pages > 10 && self.now < near {
            return false;
        }
        let half_of_flight = (self.setup.job.run.max_in_flight as usize).div_ceil(2);
        // Each listing begins at the first group of the run: only when there are three times as many is it worth another.
        let many = (self.verification.concluded * 2).max(counts.in_flight as usize / 4).max(20);
        let enough = many.min(half_of_flight.max(1));
        targets.len() >= enough
    }

    /// How many calls a look for the groups of these instances takes.
    fn calls_for(&self, targets: &[TargetIndex]) -> usize {
        let started = targets.first().and_then(|&index| self.state.target(index)).map_or(0, |first| {
            self.state.targets.iter().filter(|target| target.region == first.region && target.starts > 0).count()
        });
        targets.len().min(started / 100 + 1)
    }

    /// The questions that ask for the groups of these instances and no others, each by the run's name: what a log names is
    /// no reason to look there.
    fn direct(&self, targets: &[TargetIndex]) -> Vec<GroupFilter> {
        let of_target = |index: &TargetIndex| {
            let target = self.state.target(*index)?;
            let name = Filled::new(self.state.group_name.as_str()).ok()?;
            Some(GroupFilter::NameOfInstance { name, instance_id: Filled::new(&*target.id).ok()? })
        };
        targets.iter().filter_map(of_target).collect()
    }

    /// Asks for the groups of a region's watched instances, in whichever way takes fewer calls.
    fn begin_sweep(&mut self, region: u16, targets: &[TargetIndex]) {
        let name = self.region(region);
        let one_by_one = targets.len() <= self.calls_for(targets);
        let filters = if one_by_one { self.direct(targets) } else { Vec::new() };
        let filters = if filters.is_empty() {
            let Ok(name) = Filled::new(self.state.group_name.as_str()) else { return };
            vec![GroupFilter::Name(name)]
        } else {
            filters
        };
        let group_listing = GroupListing::new(self.now, filters.len());
        self.verification.sweeps.insert(region, group_listing);
        for filter in filters {
            let call = DescribeSnapshotGroups { filter: filter.clone(), next_token: None }.into_call(&name);
            self.read(CallPurpose::Groups { region, filter }, call);
        }
    }

    /// A page of groups has come. It tells of every instance whose command was known to be over when it was asked for, also
    /// of those that came after the listing began: a long listing keeps up with the results.
    pub(super) fn groups_listed(
        &mut self,
        region: u16,
        filter: &GroupFilter,
        sent: Time,
        reply: &HttpReply,
    ) -> Result<(), Failure> {
        let operation = Operation::DescribeSnapshotGroups;
        let page = reply::parse::<replies::DescribeSnapshotGroups<'_>>(operation, reply)?;
        let name = self.region(region);
        let next_token = page.next_token.and_then(|token| Filled::new(token).ok());
        let Some(group_listing) = self.verification.sweeps.get_mut(&region) else { return Ok(()) };
        let watches = self.verification.watches.get(&region);
        let is_watched = |index: &TargetIndex| {
            watches.and_then(|watches| watches.get(index)).is_some_and(|watch| watch.since <= sent)
        };
        let mut recent = TargetIndex::MAX;
        for group in &page.groups {
            // A service that ignores the filter must not lend us somebody else's group.
            if group.name.as_deref() != Some(&*self.state.group_name) {
                continue;
            }
            let Some(instance) = observed::instance_of(group) else {
                group_listing.unplaced.push(group.snapshot_group_id.to_string());
                continue;
            };
            let Some(index) = self.state.find_after(recent, instance) else { continue };
            recent = index;
            if is_watched(&index) {
                group_listing.take_group(group, index);
            } else {
                group_listing.take_early(index);
            }
        }
        if let Some(token) = &next_token {
            if !group_listing.is_new(token.as_str()) {
                return Err(reply::endless_pages(operation, reply));
            }
            let call = DescribeSnapshotGroups { filter: filter.clone(), next_token }.into_call(&name);
            self.read(CallPurpose::Groups { region, filter: filter.clone() }, call);
            return Ok(());
        }
        group_listing.outstanding = group_listing.outstanding.saturating_sub(1);
        if group_listing.outstanding > 0 {
            return Ok(());
        }
        self.groups_complete(region);
        Ok(())
    }

    /// All pages are in. Where a finished group shows no tags, the snapshots themselves are asked.
    fn groups_complete(&mut self, region: u16) {
        let name = self.region(region);
        let Some(group_listing) = self.verification.sweeps.get_mut(&region) else { return };
        let untagged = group_listing.untagged_snapshots();
        if group_listing.asked_snapshots || untagged.is_empty() {
            self.evaluate(region);
            return;
        }
        group_listing.ask_snapshots(&untagged);
        let chunks: Vec<Ids<100>> =
            untagged.chunks(100).filter_map(|chunk| Ids::new(chunk.iter().cloned()).ok()).collect();
        group_listing.outstanding = chunks.len();
        for ids in chunks {
            let call = DescribeSnapshots { filter: SnapshotFilter::Ids(ids), next_token: None }.into_call(&name);
            self.read(CallPurpose::Snapshots { region }, call);
        }
    }

    /// A page of snapshots has come.
    pub(super) fn snapshots_listed(&mut self, region: u16, reply: &HttpReply) -> Result<(), Failure> {
        let page = reply::parse::<replies::DescribeSnapshots<'_>>(Operation::DescribeSnapshots, reply)?;
        let Some(group_listing) = self.verification.sweeps.get_mut(&region) else { return Ok(()) };
        page.snapshots.iter().for_each(|snapshot| group_listing.take_snapshot(snapshot));
        group_listing.outstanding = group_listing.outstanding.saturating_sub(1);
        if group_listing.outstanding == 0 {
            self.evaluate(region);
        }
        Ok(())
    }

    /// The listing of a region is complete: conclude what can be concluded, one after the other, so that what was seen of a
    /// large run is not held twice.
    fn evaluate(&mut self, region: u16) {
        let Some(mut group_listing) = self.verification.sweeps.remove(&region) else { return };
        let now = self.now;
        let watched: Vec<TargetIndex> = self.verification.of_region(region).map(|(index, _)| index).collect();
        for index in watched {
            match self.seen(&mut group_listing, region, index) {
                Seen::Nothing => {}
                Seen::Unfinished { accomplished } => {
                    let watch = self.verification.watches.get_mut(&region).and_then(|watches| watches.get_mut(&index));
                    if let Some(watch) = watch {
                        watch.first_seen.get_or_insert(now);
                        if accomplished {
                            watch.accomplished_since.get_or_insert(now);
                        }
                    }
                }
                Seen::All(look) => self.conclude_look(region, index, look),
            }
        }
        self.pace_next(region, group_listing.began_at);
    }

    /// What a complete listing shows of an instance.
    fn seen(&self, group_listing: &mut GroupListing, region: u16, index: TargetIndex) -> Seen {
        let watch = self.verification.watches.get(&region).and_then(|watches| watches.get(&index));
        let (Some(watch), Some(target)) = (watch, self.state.target(index)) else { return Seen::Nothing };
        if group_listing.was_early(index) {
            // Pages from before showed a group of that name; what they showed is not known any more.
            return Seen::Nothing;
        }
        // Only what a listing of that time or later does not show was not there at that time.
        let settled = group_listing.began_at >= watch.conclude_at;
        let window = self.window(index);
        let evidence = match group_listing.matching(index, window) {
            Matching::One(evidence) => evidence,
            Matching::None | Matching::OutOfTime(_) | Matching::Unplaced(_) if !settled => return Seen::Nothing,
            Matching::Several(groups) | Matching::Unplaced(groups) => {
                return Seen::All(GroupLookup::Ambiguous { groups });
            }
            Matching::OutOfTime(groups) => {
                let Window { from, until } = window;
                return Seen::All(GroupLookup::OutOfTime { groups, from, until });
            }
            Matching::None => {
                let named = target.outcome.as_ref().and_then(|outcome| outcome.snapshot_group_id.clone());
                return Seen::All(named.map_or(GroupLookup::Nothing, |group_id| GroupLookup::NotVisible { group_id }));
            }
        };
        let waited = |since: Option<Time>, seconds: u64| {
            since.is_some_and(|since| self.now.since(since) >= Duration::from_secs(seconds))
        };
        let accomplished = match evidence.status {
            SnapshotState::Failed => return Seen::All(GroupLookup::Found(evidence)),
            SnapshotState::Progressing | SnapshotState::Unknown => false,
            SnapshotState::Accomplished => true,
        };
        let over = if accomplished {
            let complete = target.expected.iter().all(|disk| {
                evidence.snapshots.iter().any(|snapshot| {
                    snapshot.disk_id == disk.disk_id
                        && snapshot.level != Consistency::Crash
                        && matches!(snapshot.status, SnapshotState::Accomplished | SnapshotState::Failed)
                })
            });
            // A command that runs on may still change the picture: both scripts, the tags.
            let finished = target.outcome.as_ref().is_none_or(|outcome| outcome.finished);
            (complete && finished) || waited(watch.accomplished_since, pacing::TAG_WAIT.as_secs())
        } else {
            waited(watch.first_seen, u64::from(budget::GROUP.seconds))
        };
        if over { Seen::All(GroupLookup::Found(evidence)) } else { Seen::Unfinished { accomplished } }
    }

    /// When the group of an instance may have been made: from its first start to the end of its command, by the service's
    /// clock, with room for what clocks and the service take.
    fn window(&self, index: TargetIndex) -> Window {
        let Some(target) = self.state.target(index) else { return Window { from: Time::EPOCH, until: Time::EPOCH } };
        let margin = pacing::CLOCK_MARGIN;
        let from = target.first_sent.map_or(Time::EPOCH, |at| at.minus(margin));
        let seen = match target.stage {
            Stage::Starting { .. } | Stage::Running { .. } => Time::FAR_FUTURE,
            _ => target.ended.unwrap_or(Time::FAR_FUTURE),
        };
        let ended = if may_run_on(target.outcome.as_deref()) {
            seen.max(self.state.by_service(self.settled_at(index)))
        } else {
            seen
        };
        Window { from, until: ended.plus(pacing::GROUP_SETTLE) }
    }

    fn conclude_look(&mut self, region: u16, index: TargetIndex, look: GroupLookup) {
        if let Some(watches) = self.verification.watches.get_mut(&region) {
            watches.remove(&index);
            if watches.is_empty() {
                self.verification.watches.remove(&region);
            }
        }
        self.verification.concluded += 1;
        let retry = self.verification.retry.remove(&index);
        let Some(target) = self.state.target(index) else { return };
        let instance = Arc::clone(&target.id);
        let explained_by = target.outcome.as_ref().map(|outcome| outcome.explained_by.to_string());
        if retry && look == GroupLookup::Nothing && self.state.stopped.is_none() {
            let not_before = self.now.plus(pacing::RETRY_PAUSE);
            let explained_by = explained_by.unwrap_or_default();
            self.emit(Event::RetryScheduled { instance, not_before, explained_by });
            self.pauses.insert((not_before, index));
            return;
        }
        self.emit(Event::GroupLooked { instance: Arc::clone(&instance), look: Arc::new(look) });
        let held = self.state.target(index).and_then(|target| target.verdict.as_ref()).is_some_and(|it| it.held);
        if held && self.setup.goal == Goal::Run {
            self.stop_starts(StopReason::Held { instance: instance.to_string() });
        }
        self.tag_later(index);
    }

    /// When the region is listed next, after a listing that began at that time.
    fn pace_next(&mut self, region: u16, began_at: Time) {
        let longest = pacing::VERIFY_LONGEST;
        let conclude = self
            .verification
            .of_region(region)
            .filter(|(_, watch)| watch.first_seen.is_none())
            .map(|(_, watch)| watch.conclude_at)
            .min();
        let unseen = |watch: &GroupWatch| watch.since > began_at && watch.first_seen.is_none();
        let came_since = self.verification.of_region(region).any(|(_, watch)| unseen(watch));
        let now = self.now;
        if let Some(pace) = self.verification.pace.get_mut(&region) {
            if came_since {
                pace.0 = now;
                return;
            }
            pace.0 = now.plus(pace.1);
            // The moment at which "none" can be said must not be slept through.
            if let Some(conclude) = conclude.filter(|at| *at > now && *at < pace.0) {
                pace.0 = conclude;
            }
            pace.1 = (pace.1 * 2).min(longest);
        }
    }

    /// The service would not, or could not, tell: that is unknown, never none.
    pub(super) fn look_refused(&mut self, region: u16, failure: &Failure) {
        self.verification.sweeps.remove(&region);
        let refused: Vec<TargetIndex> = self.verification.of_region(region).map(|(index, _)| index).collect();
        for index in refused {
            self.verification.retry.remove(&index);
            self.conclude_look(region, index, GroupLookup::Refused { code: failure.name().to_owned() });
        }
    }

    /// Looks again at everything that was started.
    pub(super) fn watch_everything_started(&mut self) {
        let started: Vec<TargetIndex> = (0..self.state.targets.len())
            .filter_map(|index| TargetIndex::try_from(index).ok())
            .filter(|&index| self.state.target(index).is_some_and(|target| target.starts > 0))
            .collect();
        for index in started {
            if !self.asks_witness_again(index) {
                self.watch_again(index);
            }
        }
    }

    /// Looks again at an instance whose command is long over.
    pub(super) fn watch_again(&mut self, index: TargetIndex) {
        let Some(target) = self.state.target(index) else { return };
        let region = target.region;
        let wait = pacing::VERIFY_GAP * 2;
        let watch = GroupWatch {
            since: self.now,
            conclude_at: self.now.plus(wait),
            first_seen: None,
            accomplished_since: Some(Time::EPOCH),
        };
        self.verification.watches.entry(region).or_default().insert(index, watch);
        self.verification.pace.insert(region, (self.now, pacing::VERIFY_GAP));
    }
}
