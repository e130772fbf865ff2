//! Retention: which groups that consnap made may be deleted, and deleting them.
//!
//! [`decide`] is a pure function. Only groups of runs in the journals at hand, or those whose every snapshot carries the tag
//! [`tags::RUN`](crate::ecs::tags::RUN), can be deleted at all. Whatever is unknown is kept.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::Serialize;

use crate::base::consistency::{Consistency, RequiredConsistency};
use crate::base::time::Time;
use crate::diagnostics::error::{Error, ErrorKind};
use crate::diagnostics::finding::Finding;
use crate::diagnostics::messages::retention as rows;
use crate::estate::audit::{Selector, span};
use crate::estate::inventory::{Estate, Group, Instance, Member, RegionEstate, Scope};
use crate::run::session::State;
use crate::run::verdict::{GroupLookup, SnapshotState};

mod deletion;
mod report;

pub use deletion::{Deletion, DeletionEvent, Deletions, Ended, Next, Numbered};
pub use report::{Pruning, Row, pruning};

/// What is kept.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Rule {
    /// So many of the newest good groups of each instance; at least 1.
    pub keep_last: u32,
    /// Everything younger than this, in seconds.
    #[serde(rename = "keep_within_seconds", serialize_with = "seconds")]
    #[cfg_attr(feature = "schema", schemars(with = "u64"))]
    pub keep_within: Duration,
    /// The consistency of a good group.
    pub required: RequiredConsistency,
}

impl Rule {
    /// A rule; one group is kept where nothing is said of the newest.
    ///
    /// Errors: nothing is said at all.
    pub fn new(
        keep_last: Option<u32>,
        keep_within: Option<Duration>,
        required: RequiredConsistency,
    ) -> Result<Self, Error> {
        if keep_last.is_none() && keep_within.is_none() {
            return Err(Error::new(ErrorKind::Input, &rows::KEEP_NOTHING_SAID));
        }
        let keep_last = keep_last.unwrap_or(1).max(1);
        Ok(Self { keep_last, keep_within: keep_within.unwrap_or_default(), required })
    }
}

fn seconds<S: serde::Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(duration.as_secs())
}

/// What the journals tell of groups that consnap made.
#[derive(Clone, Debug, Default)]
pub struct ManagedGroups {
    groups: BTreeMap<String, OwnGroup>,
}

/// A group in a journal.
#[derive(Clone, Debug)]
struct OwnGroup {
    run_id: String,
    /// What the run named it, and for which instance and when it was made: a group that is otherwise is not the run's.
    name: String,
    instance_id: String,
    created_at: Option<Time>,
    /// The disks it had to cover.
    expected: Vec<String>,
}

impl ManagedGroups {
    /// Takes in the groups that a run found as its own.
    pub fn take(&mut self, state: &State) {
        for target in &state.targets {
            // Of several groups with the run's name none is known to be ours.
            let Some(GroupLookup::Found(group)) = target.look.as_deref() else { continue };
            let expected = target.expected.iter().map(|disk| disk.disk_id.to_string()).collect();
            let own = OwnGroup {
                run_id: state.run_id.clone(),
                name: state.group_name.clone(),
                instance_id: target.id.to_string(),
                created_at: group.created_at,
                expected,
            };
            self.groups.insert(group.group_id.to_string(), own);
        }
    }

    /// The run that made a group, from a journal or from the tag on all its snapshots. A group that bears another name, or is
    /// of another instance or time than the journal says, is nobody's: versions before 0.2 believed what a guest printed.
    fn run_of<'g>(&'g self, group: &'g Group) -> Option<&'g str> {
        if let Some(own) = self.groups.get(&group.group_id) {
            let is_it = own.name == group.name
                && group.instance_id.as_ref() == Some(&own.instance_id)
                && own.created_at == group.created_at;
            return is_it.then_some(&own.run_id);
        }
        let mut runs = group.members.iter().map(|member| member.run.as_deref().filter(|run| !run.is_empty()));
        let first = runs.next()??;
        // Guests may tag as well; the name holds the run's id.
        (group.name.contains(first) && runs.all(|run| run == Some(first))).then_some(first)
    }

    /// Whether it covers what it had to, as far as that is known; whoever tagged it has looked.
    fn covers(&self, group: &Group) -> bool {
        let expected = self.groups.get(&group.group_id).map(|own| own.expected.as_slice());
        expected.unwrap_or_default().iter().all(|disk| {
            let covers = |member: &Member| *member.evidence.disk_id == **disk;
            group.members.iter().any(covers)
        })
    }
}

/// What becomes of a group.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Ruling {
    /// It is to be deleted.
    Delete,
    /// It stays.
    Keep,
}

/// The decision about one group that consnap made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// What becomes of it.
    pub fate: Ruling,
    /// Its region.
    pub region: String,
    /// `ssg-...`.
    pub group_id: String,
    /// Its name; hostile text.
    pub group_name: String,
    /// Its instance, where known.
    pub instance_id: Option<String>,
    /// When it was made, where known.
    pub created_at: Option<Time>,
    /// The level of its weakest snapshot.
    pub level: Consistency,
    /// The run that made it.
    pub run_id: String,
    /// Its snapshots.
    pub snapshots: Vec<String>,
    /// Why.
    pub why: Finding,
}

/// What must be listed: who selects by tags needs the instances that carry them.
pub fn scope(selectors: &[Selector]) -> Scope {
    let by_tag = selectors.iter().any(|one| !one.tags.is_empty() || !one.without_tags.is_empty());
    if by_tag { Scope::Everything } else { Scope::Groups }
}

/// The groups of decisions by region: look at them again before they are deleted.
pub fn groups_by_region(decisions: &[&Decision]) -> BTreeMap<String, Vec<String>> {
    let mut by_region: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for decision in decisions {
        by_region.entry(decision.region.clone()).or_default().push(decision.group_id.clone());
    }
    by_region
}

/// What was to be deleted, and after another look still is.
pub fn still_to_delete(decisions: &[&Decision], now: &[Decision]) -> Vec<Deletion> {
    let still = |decision: &&&Decision| {
        now.iter().any(|other| other.group_id == decision.group_id && other.fate == Ruling::Delete)
    };
    let deletion = |decision: &&Decision| Deletion {
        region: decision.region.clone(),
        group_id: decision.group_id.clone(),
        instance_id: decision.instance_id.clone().unwrap_or_default(),
        snapshots: decision.snapshots.clone(),
    };
    decisions.iter().filter(still).map(deletion).collect()
}

/// Decides about every group of the estate that consnap made and a selector selects; all of them without selectors.
/// Newest first within an instance.
pub fn decide(estate: &Estate, own: &ManagedGroups, selectors: &[Selector], rule: &Rule) -> Vec<Decision> {
    decide_with(estate, own, selectors, rule, true)
}

/// The snapshots whose use decides, by region: ask for them before deciding.
pub fn snapshots_to_ask(
    estate: &Estate,
    own: &ManagedGroups,
    selectors: &[Selector],
    rule: &Rule,
) -> Vec<(String, Vec<String>)> {
    let mut asked: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for decision in decide_with(estate, own, selectors, rule, false) {
        let region = estate.regions.iter().find(|region| region.region == decision.region);
        let group = region.and_then(|region| region.groups.get(&decision.group_id));
        if let (Ruling::Delete, Some(group)) = (decision.fate, group) {
            let unasked = group.members.iter().filter(|member| !member.asked);
            let snapshots = unasked.map(|member| member.evidence.snapshot_id.to_string());
            asked.entry(decision.region).or_default().extend(snapshots);
        }
    }
    asked.into_iter().filter(|(_, snapshots)| !snapshots.is_empty()).collect()
}

fn decide_with(
    estate: &Estate,
    own: &ManagedGroups,
    selectors: &[Selector],
    rule: &Rule,
    use_counts: bool,
) -> Vec<Decision> {
    let mut decisions = Vec::new();
    for region in &estate.regions {
        let mut by_instance: BTreeMap<Option<&str>, Vec<&Group>> = BTreeMap::new();
        for group in region.groups.values() {
            by_instance.entry(group.instance_id.as_deref()).or_default().push(group);
        }
        for (instance, mut groups) in by_instance {
            if !is_selected(region, instance, selectors) {
                continue;
            }
            groups.sort_by_key(|group| std::cmp::Reverse(group.created_at.unwrap_or(Time::FAR_FUTURE)));
            let of_instance = OfInstance { estate, region, own, rule, use_counts, groups: &groups };
            of_instance.decide(instance, &mut decisions);
        }
    }
    decisions
}

/// Instances may be gone while their groups are still there: then only ids select them.
fn is_selected(region: &RegionEstate, instance: Option<&str>, selectors: &[Selector]) -> bool {
    let Some(id) = instance else { return selectors.is_empty() };
    let gone = Instance::default();
    let tags = &region.instances.get(id).unwrap_or(&gone).tags;
    selectors.is_empty() || selectors.iter().any(|selector| selector.selects(id, tags))
}

/// The groups of one instance, the newest first.
struct OfInstance<'a> {
    estate: &'a Estate,
    region: &'a RegionEstate,
    own: &'a ManagedGroups,
    rule: &'a Rule,
    /// Whether groups whose use is not known are kept; off while it is being found out what to ask.
    use_counts: bool,
    groups: &'a [&'a Group],
}

impl OfInstance<'_> {
    fn decide(&self, instance: Option<&str>, decisions: &mut Vec<Decision>) {
        let reaches = |group: &Group, required: RequiredConsistency| {
            group.created_at.is_some() && is_good(group) && required.is_met_by(level(group))
        };
        let newest_application =
            self.groups.iter().find(|group| reaches(group, RequiredConsistency::Application)).map(|g| &g.group_id);
        let mut good_so_far: Vec<&Group> = Vec::new();
        for &group in self.groups {
            let Some(run_id) = self.own.run_of(group) else { continue };
            let good = reaches(group, self.rule.required) && self.own.covers(group);
            let rank = good_so_far.len().saturating_add(1);
            let twin = self.groups.iter().find(|other| other.name == group.name && other.group_id != group.group_id);
            let why = if instance.is_none() || group.created_at.is_none() {
                Err(Finding::new(&rows::AGE_UNKNOWN, ""))
            } else if let Some(twin) = twin {
                Err(Finding::new(&rows::TWO_OF_ONE_NAME, "").with("other", twin.group_id.clone()))
            } else if newest_application == Some(&group.group_id) {
                Err(Finding::new(&rows::NEWEST_APPLICATION, ""))
            } else {
                self.fate(group, good.then_some(rank), good_so_far.last().copied())
            };
            if good {
                good_so_far.push(group);
            }
            let (fate, why) = match why {
                Ok(why) => (Ruling::Delete, why),
                Err(why) => (Ruling::Keep, why),
            };
            decisions.push(Decision {
                fate,
                region: self.region.region.clone(),
                group_id: group.group_id.clone(),
                group_name: group.name.clone(),
                instance_id: group.instance_id.clone(),
                created_at: group.created_at,
                level: level(group),
                run_id: run_id.to_owned(),
                snapshots: group.members.iter().map(|member| member.evidence.snapshot_id.to_string()).collect(),
                why,
            });
        }
    }

    /// Why a group is deleted, or else why it is kept. `rank` counts good groups from the newest, 1; `better` is the nearest
    /// newer good one.
    fn fate(&self, group: &Group, rank: Option<usize>, better: Option<&Group>) -> Result<Finding, Finding> {
        let rule = self.rule;
        let age = self.estate.as_of.since(group.created_at.unwrap_or(self.estate.as_of));
        let last = rule.keep_last.max(1);
        if let Some(rank) = rank.filter(|rank| u64::try_from(*rank).unwrap_or(u64::MAX) <= u64::from(last)) {
            return Err(Finding::new(&rows::AMONG_THE_LAST, "")
                .with("rank", rank.to_string())
                .with("last", last.to_string()));
        }
        if age <= rule.keep_within {
            return Err(Finding::new(&rows::WITHIN_TIME, "")
                .with("age", span(age.as_secs()))
                .with("within", span(rule.keep_within.as_secs())));
        }
        if group.on_hold {
            return Err(Finding::new(&rows::ON_HOLD, ""));
        }
        if is_settled(group) && rank.is_none() && better.is_none() {
            return Err(Finding::new(&rows::NOTHING_BETTER, "").with("level", level(group).name()));
        }
        if !is_settled(group) {
            return Err(Finding::new(&rows::UNDER_WAY, ""));
        }
        let used = |member: &&Member| {
            let snapshot: &str = &member.evidence.snapshot_id;
            self.region.sources_of_disks.contains(snapshot)
                || member.usage.as_deref().is_some_and(|usage| !usage.eq_ignore_ascii_case("none"))
        };
        if let Some(member) = group.members.iter().find(used) {
            return Err(Finding::new(&rows::IN_USE, "").with("snapshot", member.evidence.snapshot_id.to_string()));
        }
        let unread = &self.region.unread;
        if unread.groups.is_some() || unread.disks.is_some() {
            return Err(Finding::new(&rows::USE_UNKNOWN, ""));
        }
        if self.use_counts && group.members.iter().any(|member| !member.asked || member.usage.is_none()) {
            return Err(Finding::new(&rows::USE_UNKNOWN, ""));
        }
        match (rank, better) {
            (None, Some(better)) => Ok(Finding::new(&rows::WEAKER_AND_SUPERSEDED, "")
                .with("level", level(group).name())
                .with("better", better.group_id.clone())
                .with("age", span(age.as_secs()))),
            // Good, and beyond the newest ones that stay.
            _ => Ok(Finding::new(&rows::BEYOND_THE_RULE, "")
                .with("newer", last.to_string())
                .with("age", span(age.as_secs()))),
        }
    }
}

/// Whether nothing about it can change any more by itself. A group that failed is settled.
fn is_settled(group: &Group) -> bool {
    match group.status {
        SnapshotState::Failed => {
            group.members.iter().all(|member| member.evidence.status != SnapshotState::Progressing)
        }
        _ => group.is_settled(),
    }
}

/// Whether every snapshot of it is finished and usable.
fn is_good(group: &Group) -> bool {
    group.is_settled()
        && !group.members.is_empty()
        && group.members.iter().all(|member| member.evidence.status == SnapshotState::Accomplished)
}

/// The level of its weakest snapshot.
fn level(group: &Group) -> Consistency {
    if group.status != SnapshotState::Accomplished || group.members.is_empty() {
        return if group.status == SnapshotState::Failed { Consistency::None } else { Consistency::Unknown };
    }
    let of = |member: &Member| match member.evidence.status {
        SnapshotState::Accomplished if member.evidence.both_tags => Consistency::Unknown,
        SnapshotState::Accomplished => member.evidence.level,
        SnapshotState::Failed => Consistency::None,
        SnapshotState::Progressing | SnapshotState::Unknown => Consistency::Unknown,
    };
    group.members.iter().map(of).min().unwrap_or(Consistency::Unknown)
}

/// The regions in which nothing may be deleted, because their groups could not be listed whole.
pub fn unread_regions(estate: &Estate) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut seen = BTreeSet::new();
    for region in &estate.regions {
        for error in [&region.unread.groups, &region.unread.disks].into_iter().flatten() {
            if seen.insert(&region.region) {
                let finding = Finding::new(&rows::REGION_NOT_LISTED, "").with("region", region.region.clone());
                findings.push(finding.with("reason", error.message(crate::diagnostics::text::Lang::En)));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests;
