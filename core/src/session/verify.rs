//! Verification: the groups, their snapshots and the tags that alone tell the level.
//!
//! Groups of a run are found by its unique name in one paged listing per region; a handful with known ids is asked for
//! directly. Tags are read where the group shows them, and from DescribeSnapshots where it does not.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::event::{Event, Goal, Phase};
use super::follow::may_run_on;
use super::state::{Stage, TargetIndex};
use super::{Errand, Session};
use crate::api::requests::{DescribeSnapshotGroups, DescribeSnapshots, Filled, GroupFilter, Ids, SnapshotFilter};
use crate::api::{Operation, replies};
use crate::catalog::{budget, pacing};
use crate::consistency::Consistency;
use crate::http::HttpReply;
use crate::reply::{self, Failure};
use crate::time::Time;
use crate::verdict::{GroupEvidence, Look, SnapshotEvidence, SnapshotState, level_of_tags};

/// Tag of a snapshot that names the instance it was made of.
const CREATED_FROM: &str = "acs:ecs:createFrom";

/// What verification keeps between calls.
#[derive(Debug, Default)]
pub(super) struct Verification {
    /// Instances whose group must be looked at.
    watches: BTreeMap<u16, BTreeMap<TargetIndex, Watch>>,
    /// Instances that may be tried once more if no group is found.
    pub(super) retry: BTreeSet<TargetIndex>,
    /// Listings under way, by region.
    sweeps: BTreeMap<u16, Sweep>,
    /// When a region is listed next, and the pause after that.
    pace: BTreeMap<u16, (Time, Duration)>,
    /// Groups in the last full listing.
    last_listing: usize,
}

#[derive(Debug)]
struct Watch {
    /// From this time on a missing group is no group.
    conclude_at: Time,
    /// When its group was first seen, and first seen accomplished.
    seen_at: Option<Time>,
    accomplished_at: Option<Time>,
}

#[derive(Debug, Default)]
struct Sweep {
    groups: Vec<replies::SnapshotGroup>,
    by_name: bool,
    outstanding: usize,
    /// Tags and states from DescribeSnapshots.
    snapshots: BTreeMap<String, replies::Snapshot>,
    asked_snapshots: bool,
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
    fn of_region(&self, region: u16) -> impl Iterator<Item = (TargetIndex, &Watch)> {
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
        let named = outcome.is_some_and(|outcome| outcome.snapshot_group_id.is_some());
        let wait = Duration::from_secs(if named {
            pacing::VISIBLE_WAIT.value
        } else {
            // The plug-in is over; only the service's own delay is left.
            pacing::VERIFY_GAP.value * 4
        });
        let mut conclude_at = self.now.plus(wait);
        if may_run_on(outcome) {
            conclude_at = conclude_at.max(self.settled_at(index));
        }
        let watch = Watch { conclude_at, seen_at: None, accomplished_at: None };
        self.verification.watches.entry(region).or_default().insert(index, watch);
        let gap = Duration::from_secs(pacing::VERIFY_GAP.value);
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
        if nothing_else || self.direct(targets).is_some() {
            return true;
        }
        let half_of_flight = (self.setup.job.run.max_in_flight as usize).div_ceil(2);
        let enough = self.verification.last_listing.max(20).min(half_of_flight.max(1));
        targets.len() >= enough
    }

    /// The ids of a handful of groups that the log names.
    fn direct(&self, targets: &[TargetIndex]) -> Option<Vec<String>> {
        if targets.len() > 10 {
            return None;
        }
        targets.iter().map(|&index| self.state.target(index)?.outcome.as_ref()?.snapshot_group_id.clone()).collect()
    }

    fn begin_sweep(&mut self, region: u16, targets: &[TargetIndex]) {
        let name = self.region(region);
        let direct = self.direct(targets).and_then(|ids| Ids::new(ids).ok());
        let by_name = direct.is_none();
        let filter = match direct {
            Some(ids) => GroupFilter::Ids(ids),
            None => match Filled::new(self.state.group_name.as_str()) {
                Ok(name) => GroupFilter::Name(name),
                Err(_) => return,
            },
        };
        self.verification.sweeps.insert(region, Sweep { by_name, outstanding: 1, ..Sweep::default() });
        let call = DescribeSnapshotGroups { filter, next_token: None }.into_call(&name);
        self.read(Errand::Groups { region }, call);
    }

    /// A page of groups has come.
    pub(super) fn groups_listed(&mut self, region: u16, reply: &HttpReply) -> Result<(), Failure> {
        let page = reply::parse::<replies::DescribeSnapshotGroups>(Operation::DescribeSnapshotGroups, reply)?;
        let name = self.region(region);
        let next = page.next_token.and_then(|token| Filled::new(token).ok());
        let group_name = self.state.group_name.clone();
        let Some(sweep) = self.verification.sweeps.get_mut(&region) else { return Ok(()) };
        let by_name = sweep.by_name;
        // A service that ignores the filter must not lend us somebody else's group.
        sweep
            .groups
            .extend(page.groups.into_iter().filter(|group| !by_name || group.name.as_deref() == Some(&*group_name)));
        if let (Some(token), true) = (next, by_name)
            && let Ok(filter) = Filled::new(group_name)
        {
            let filter = GroupFilter::Name(filter);
            let call = DescribeSnapshotGroups { filter, next_token: Some(token) }.into_call(&name);
            self.read(Errand::Groups { region }, call);
            return Ok(());
        }
        sweep.outstanding = 0;
        if by_name {
            self.verification.last_listing = sweep.groups.len();
        }
        self.groups_complete(region);
        Ok(())
    }

    /// All pages are in. Where a finished group shows no tags, the snapshots themselves are asked.
    fn groups_complete(&mut self, region: u16) {
        let untagged = self.untagged_snapshots(region);
        let name = self.region(region);
        let Some(sweep) = self.verification.sweeps.get_mut(&region) else { return };
        if sweep.asked_snapshots || untagged.is_empty() {
            self.evaluate(region);
            return;
        }
        sweep.asked_snapshots = true;
        let chunks: Vec<Ids<100>> =
            untagged.chunks(100).filter_map(|chunk| Ids::new(chunk.iter().cloned()).ok()).collect();
        sweep.outstanding = chunks.len();
        for ids in chunks {
            let call = DescribeSnapshots { filter: SnapshotFilter::Ids(ids), next_token: None }.into_call(&name);
            self.read(Errand::Snapshots { region }, call);
        }
    }

    fn untagged_snapshots(&self, region: u16) -> Vec<String> {
        let Some(sweep) = self.verification.sweeps.get(&region) else { return Vec::new() };
        let watched: BTreeSet<&str> = self
            .verification
            .of_region(region)
            .filter_map(|(index, _)| self.state.target(index))
            .map(|target| &*target.id)
            .collect();
        sweep
            .groups
            .iter()
            .filter(|group| state_of(group.status.as_deref()) == SnapshotState::Accomplished)
            .filter(|group| instance_of(group).is_some_and(|instance| watched.contains(instance)))
            .flat_map(|group| &group.snapshots)
            .filter(|snapshot| level(snapshot).0 == Consistency::Crash || !usable(snapshot))
            .map(|snapshot| snapshot.snapshot_id.clone())
            .collect()
    }

    /// A page of snapshots has come.
    pub(super) fn snapshots_listed(&mut self, region: u16, reply: &HttpReply) -> Result<(), Failure> {
        let page = reply::parse::<replies::DescribeSnapshots>(Operation::DescribeSnapshots, reply)?;
        let Some(sweep) = self.verification.sweeps.get_mut(&region) else { return Ok(()) };
        for snapshot in page.snapshots {
            sweep.snapshots.insert(snapshot.snapshot_id.clone(), snapshot);
        }
        sweep.outstanding = sweep.outstanding.saturating_sub(1);
        if sweep.outstanding == 0 {
            self.evaluate(region);
        }
        Ok(())
    }

    /// The listing of a region is complete: conclude what can be concluded.
    fn evaluate(&mut self, region: u16) {
        let Some(sweep) = self.verification.sweeps.remove(&region) else { return };
        let now = self.now;
        let mut by_instance: BTreeMap<&str, Vec<&replies::SnapshotGroup>> = BTreeMap::new();
        for group in &sweep.groups {
            if let Some(instance) = instance_of(group) {
                by_instance.entry(instance).or_default().push(group);
            }
        }
        let mut concluded: Vec<(TargetIndex, Look)> = Vec::new();
        let mut seen: Vec<(TargetIndex, bool)> = Vec::new();
        for (index, watch) in self.verification.of_region(region) {
            let Some(target) = self.state.target(index) else { continue };
            let named = target.outcome.as_ref().and_then(|outcome| outcome.snapshot_group_id.as_deref());
            let candidates = by_instance.get(&*target.id).map(Vec::as_slice).unwrap_or_default();
            let chosen = match (named, candidates) {
                (Some(named), _) => candidates.iter().find(|group| group.snapshot_group_id == named).copied(),
                (None, [one]) => Some(*one),
                (None, [_, _, ..]) => {
                    let groups = candidates.iter().map(|group| group.snapshot_group_id.clone()).collect();
                    concluded.push((index, Look::Ambiguous { groups }));
                    continue;
                }
                (None, []) => None,
            };
            let Some(group) = chosen else {
                if now >= watch.conclude_at {
                    let look = named.map_or(Look::Nothing, |id| Look::NotVisible { group_id: id.to_owned() });
                    concluded.push((index, look));
                }
                continue;
            };
            let evidence = evidence(group, &sweep.snapshots);
            let seen_at = watch.seen_at.unwrap_or(now);
            let waited = |since: Time, seconds: u64| now.since(since) >= Duration::from_secs(seconds);
            match evidence.status {
                SnapshotState::Failed => concluded.push((index, Look::Found(evidence))),
                SnapshotState::Progressing | SnapshotState::Unknown => {
                    if waited(seen_at, u64::from(budget::GROUP.seconds)) {
                        concluded.push((index, Look::Found(evidence)));
                    } else {
                        seen.push((index, false));
                    }
                }
                SnapshotState::Accomplished => {
                    let accomplished_at = watch.accomplished_at.unwrap_or(now);
                    let complete = target.expected.iter().all(|disk| {
                        evidence.snapshots.iter().any(|snapshot| {
                            snapshot.disk_id == disk.disk_id
                                && snapshot.level != Consistency::Crash
                                && matches!(snapshot.status, SnapshotState::Accomplished | SnapshotState::Failed)
                        })
                    });
                    // A command that runs on may still change the picture: both scripts, the tags.
                    let finished = target.outcome.as_ref().is_none_or(|outcome| outcome.finished);
                    if (complete && finished) || waited(accomplished_at, pacing::TAG_WAIT.value) {
                        concluded.push((index, Look::Found(evidence)));
                    } else {
                        seen.push((index, true));
                    }
                }
            }
        }
        for (index, accomplished) in seen {
            let watch = self.verification.watches.get_mut(&region).and_then(|watches| watches.get_mut(&index));
            if let Some(watch) = watch {
                watch.seen_at.get_or_insert(now);
                if accomplished {
                    watch.accomplished_at.get_or_insert(now);
                }
            }
        }
        for (index, look) in concluded {
            self.conclude_look(region, index, look);
        }
        self.pace_next(region);
    }

    fn conclude_look(&mut self, region: u16, index: TargetIndex, look: Look) {
        if let Some(watches) = self.verification.watches.get_mut(&region) {
            watches.remove(&index);
            if watches.is_empty() {
                self.verification.watches.remove(&region);
            }
        }
        let retry = self.verification.retry.remove(&index);
        let Some(target) = self.state.target(index) else { return };
        let instance = target.id.to_string();
        let explained_by = target.outcome.as_ref().map(|outcome| outcome.explained_by.to_string());
        if retry && look == Look::Nothing && self.state.stopped.is_none() {
            let not_before = self.now.plus_seconds(pacing::RETRY_PAUSE.value);
            let explained_by = explained_by.unwrap_or_default();
            self.emit(Event::RetryScheduled { instance, not_before, explained_by });
            self.waiting.push_back(index);
            self.pauses.insert((not_before, index));
            return;
        }
        self.emit(Event::GroupLooked { instance, look });
    }

    fn pace_next(&mut self, region: u16) {
        let longest = Duration::from_secs(pacing::VERIFY_LONGEST.value);
        let conclude = self
            .verification
            .of_region(region)
            .filter(|(_, watch)| watch.seen_at.is_none())
            .map(|(_, watch)| watch.conclude_at)
            .min();
        let now = self.now;
        if let Some(pace) = self.verification.pace.get_mut(&region) {
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
            self.conclude_look(region, index, Look::Refused { code: failure.name().to_owned() });
        }
    }

    /// Looks again at everything that was started.
    pub(super) fn watch_everything_started(&mut self) {
        let started: Vec<TargetIndex> = (0..self.state.targets.len())
            .filter_map(|index| TargetIndex::try_from(index).ok())
            .filter(|&index| self.state.target(index).is_some_and(|target| target.starts > 0))
            .collect();
        for index in started {
            let Some(target) = self.state.target(index) else { continue };
            let region = target.region;
            let wait = Duration::from_secs(pacing::VERIFY_GAP.value * 2);
            let watch = Watch { conclude_at: self.now.plus(wait), seen_at: None, accomplished_at: Some(Time::EPOCH) };
            self.verification.watches.entry(region).or_default().insert(index, watch);
            self.verification.pace.insert(region, (self.now, Duration::from_secs(pacing::VERIFY_GAP.value)));
        }
    }
}

/// The instance a group belongs to: its own field, or the tag on its members.
fn instance_of(group: &replies::SnapshotGroup) -> Option<&str> {
    group.instance_id.as_deref().or_else(|| {
        let mut origins = group
            .snapshots
            .iter()
            .map(|snapshot| snapshot.tags.iter().find(|tag| tag.key == CREATED_FROM).map(|tag| tag.value.as_str()));
        let first = origins.next()??;
        origins.all(|origin| origin == Some(first)).then_some(first)
    })
}

fn state_of(status: Option<&str>) -> SnapshotState {
    match status {
        Some("accomplished") => SnapshotState::Accomplished,
        Some("progressing") => SnapshotState::Progressing,
        Some("failed") => SnapshotState::Failed,
        _ => SnapshotState::Unknown,
    }
}

/// Inside a group a snapshot has no status: availability and progress stand for it.
fn usable(snapshot: &replies::Snapshot) -> bool {
    snapshot.status.as_deref() == Some("accomplished")
        || (snapshot.status.is_none()
            && snapshot.available == Some(true)
            && snapshot.progress.as_deref() == Some("100%"))
}

fn level(snapshot: &replies::Snapshot) -> (Consistency, bool) {
    level_of_tags(snapshot.tags.iter().map(|tag| (tag.key.as_str(), tag.value.as_str())))
}

fn evidence(group: &replies::SnapshotGroup, asked: &BTreeMap<String, replies::Snapshot>) -> GroupEvidence {
    let snapshots = group
        .snapshots
        .iter()
        .map(|member| {
            let own = asked.get(&member.snapshot_id);
            let tags = || {
                let asked_tags = own.iter().flat_map(|snapshot| &snapshot.tags);
                member.tags.iter().chain(asked_tags).map(|tag| (tag.key.as_str(), tag.value.as_str()))
            };
            let (level, both_tags) = level_of_tags(tags());
            let status = match own {
                Some(own) if own.status.is_some() => state_of(own.status.as_deref()),
                _ if usable(member) => SnapshotState::Accomplished,
                _ => state_of(member.status.as_deref()),
            };
            SnapshotEvidence {
                snapshot_id: member.snapshot_id.as_str().into(),
                disk_id: member.source_disk_id.as_deref().unwrap_or_default().into(),
                status,
                level,
                both_tags,
            }
        })
        .collect();
    GroupEvidence {
        group_id: group.snapshot_group_id.as_str().into(),
        status: state_of(group.status.as_deref()),
        created_at: group.creation_time.as_deref().and_then(Time::parse),
        snapshots,
    }
}
