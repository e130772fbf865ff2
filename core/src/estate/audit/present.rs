//! Judges what an account has now.

use std::collections::{BTreeMap, BTreeSet};

use super::gaps::gaps;
use super::{
    AUDIT_VERSION, Audit, AuditResult, InstanceAudit, NotSelected, Objective, Point, Selector, Summary, Wanted, span,
    wanted,
};
use crate::base::consistency::{Consistency, RequiredConsistency};
use crate::base::time::Time;
use crate::catalog::disks::can_have_snapshots;
use crate::diagnostics::finding::Finding;
use crate::diagnostics::messages::audits as rows;
use crate::diagnostics::text::Lang;
use crate::estate::inventory::{Estate, Group, Instance, RegionEstate, is_unclear};
use crate::run::verdict::SnapshotState;

/// Groups of an instance that are looked into whatever their age.
const NEWEST: usize = 3;

/// The snapshots whose groups do not show enough, by region: ask for them before judging. Groups too old to matter are left
/// out but for the newest few of each instance.
pub fn snapshots_to_ask(estate: &Estate, selectors: &[Selector], objective: &Objective) -> Vec<(String, Vec<String>)> {
    let fresh = |group: &Group| group.created_at.is_none_or(|at| estate.as_of.since(at) <= objective.rpo);
    let mut asked = Vec::new();
    for region in &estate.regions {
        let mut ids = Vec::new();
        for (id, groups) in groups_by_instance(region) {
            let Some(instance) = region.instances.get(id) else { continue };
            let Some(wanted) = wanted_of(id, instance, selectors, objective) else { continue };
            let expected = expected_disks(instance, &wanted);
            for (newer, group) in groups.iter().enumerate() {
                if matches!(look(group, &expected, wanted.required), Seen::Good(_))
                    || (newer >= NEWEST && !fresh(group))
                {
                    break;
                }
                // A group under way tells nothing yet.
                if group.status == SnapshotState::Accomplished {
                    let unclear = group.members.iter().filter(|member| is_unclear(member));
                    ids.extend(unclear.map(|member| member.evidence.snapshot_id.to_string()));
                }
            }
        }
        if !ids.is_empty() {
            asked.push((region.region.clone(), ids));
        }
    }
    asked
}

/// Judges every instance that a selector selects; all instances without selectors.
pub fn present(estate: &Estate, selectors: &[Selector], objective: &Objective, lang: Lang) -> Audit {
    let mut instances = Vec::new();
    let mut not_selected = Vec::new();
    let mut unread = Vec::new();
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut groups_seen = 0usize;
    for region in &estate.regions {
        groups_seen += region.groups.len();
        if let Some(error) = &region.unread.instances {
            let finding = Finding::new(&rows::INSTANCES_NOT_LISTED, "");
            let finding = finding.with("region", region.region.clone()).with("reason", error.message(lang));
            unread.push(finding.render(lang));
        }
        let groups = groups_by_instance(region);
        for (id, instance) in &region.instances {
            seen.insert(id);
            let of_it: &[&Group] = groups.get(id.as_str()).map_or(&[], Vec::as_slice);
            match wanted_of(id, instance, selectors, objective) {
                Some(wanted) => {
                    let judge = Judge { estate, region, objective, lang };
                    instances.push(judge.instance(id, instance, &wanted, of_it));
                }
                None => not_selected.push(NotSelected {
                    instance_id: id.clone(),
                    name: instance.name.clone(),
                    region: region.region.clone(),
                    newest: of_it.iter().find_map(|group| application_point(group)),
                }),
            }
        }
    }
    let asked: BTreeSet<&String> = selectors.iter().flat_map(|one| one.ids.difference(&one.without_ids)).collect();
    for id in asked.into_iter().filter(|id| !seen.contains(id.as_str())) {
        let required = selectors.iter().find(|one| one.ids.contains(id)).and_then(|one| one.required);
        let nothing = Instance::default();
        let wanted = Wanted { required: required.unwrap_or(objective.required), excluded: BTreeSet::new() };
        let why = Finding::new(&rows::INSTANCE_NOT_THERE, "");
        instances.push(blank(id, &nothing, "", &wanted, AuditResult::Unknown, &why, lang));
    }
    Audit {
        audit_version: AUDIT_VERSION,
        consnap: env!("CARGO_PKG_VERSION"),
        source: "service",
        account_id: Some(estate.account_id.clone()),
        regions: estate.regions.iter().map(|region| region.region.clone()).collect(),
        as_of: estate.as_of,
        period: None,
        rpo_seconds: objective.rpo.as_secs(),
        exit_status: 0,
        summary: Summary {
            groups: u32::try_from(groups_seen).unwrap_or(u32::MAX),
            calls: estate.calls,
            ..Summary::default()
        },
        instances,
        not_selected,
        unread,
        sentences: Vec::new(),
    }
    .finish(lang)
}

fn wanted_of(id: &str, instance: &Instance, selectors: &[Selector], objective: &Objective) -> Option<Wanted> {
    let everything = [Selector::default()];
    let selectors = if selectors.is_empty() { &everything[..] } else { selectors };
    wanted(id, selectors.iter().filter(|selector| selector.selects(id, &instance.tags)), objective)
}

/// The groups of each instance, the newest first; those without a time before all others.
fn groups_by_instance(region: &RegionEstate) -> BTreeMap<&str, Vec<&Group>> {
    let mut by_instance: BTreeMap<&str, Vec<&Group>> = BTreeMap::new();
    for group in region.groups.values() {
        if let Some(id) = &group.instance_id {
            by_instance.entry(id).or_default().push(group);
        }
    }
    for groups in by_instance.values_mut() {
        groups.sort_by_key(|group| std::cmp::Reverse(group.created_at.unwrap_or(Time::FAR_FUTURE)));
    }
    by_instance
}

fn expected_disks<'i>(instance: &'i Instance, wanted: &Wanted) -> Vec<&'i str> {
    let mut expected: Vec<&str> = Vec::new();
    for disk in &instance.disks {
        let can = disk.category.as_deref().is_none_or(can_have_snapshots);
        if can && !wanted.excluded.contains(&disk.disk_id) {
            expected.push(&disk.disk_id);
        }
    }
    expected
}

/// What a group is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Seen<'g> {
    /// Every expected disk has a snapshot of the required level.
    Good(Consistency),
    /// Those that have one have that level, but some have none.
    Uncovered(Consistency, Vec<&'g str>),
    /// It reaches less.
    Weaker(Consistency),
    /// It cannot be told.
    Unclear,
}

fn look<'g>(group: &Group, expected: &[&'g str], required: RequiredConsistency) -> Seen<'g> {
    match group.status {
        SnapshotState::Failed => return Seen::Weaker(Consistency::None),
        SnapshotState::Progressing | SnapshotState::Unknown => return Seen::Unclear,
        SnapshotState::Accomplished => {}
    }
    let mut level = Consistency::Application;
    let mut uncovered = Vec::new();
    for &disk in expected {
        let member = group.members.iter().find(|member| *member.evidence.disk_id == *disk);
        match member.map(|member| &member.evidence) {
            None => uncovered.push(disk),
            Some(evidence) if evidence.status == SnapshotState::Failed => uncovered.push(disk),
            Some(evidence) if evidence.both_tags || evidence.status != SnapshotState::Accomplished => {
                return Seen::Unclear;
            }
            Some(evidence) => level = level.min(evidence.level),
        }
    }
    if uncovered.len() == expected.len() {
        return Seen::Weaker(Consistency::None);
    }
    match (required.is_met_by(level), uncovered.is_empty()) {
        (false, _) => Seen::Weaker(level),
        (true, true) if group.created_at.is_none() => Seen::Unclear,
        (true, true) => Seen::Good(level),
        (true, false) => Seen::Uncovered(level, uncovered),
    }
}

/// The disks a group has members of, as if exactly these were expected: what was attached when it was made is not known.
fn own_disks(group: &Group) -> Vec<&str> {
    group.members.iter().map(|member| &*member.evidence.disk_id).collect()
}

fn application_point(group: &Group) -> Option<Point> {
    match look(group, &own_disks(group), RequiredConsistency::Application) {
        Seen::Good(level) => point(group, level),
        _ => None,
    }
}

fn point(group: &Group, level: Consistency) -> Option<Point> {
    let mut runs = group.members.iter().map(|member| member.run.as_deref());
    let first = runs.next().flatten();
    let run_id = first.filter(|_| runs.all(|run| run == first)).map(str::to_owned);
    let created_at = group.created_at?;
    Some(Point { group_id: group.group_id.clone(), created_at, level, run_id, shown_by_reply: None })
}

fn blank(
    id: &str,
    instance: &Instance,
    region: &str,
    wanted: &Wanted,
    result: AuditResult,
    why: &Finding,
    lang: Lang,
) -> InstanceAudit {
    InstanceAudit {
        result,
        instance_id: id.to_owned(),
        name: instance.name.clone(),
        region: region.to_owned(),
        required: wanted.required,
        newest: None,
        age_seconds: None,
        disks_covered: 0,
        disks_expected: 0,
        uncovered_disks: Vec::new(),
        excluded_disks: wanted.excluded.iter().cloned().collect(),
        newer_weaker: 0,
        gaps: Vec::new(),
        why: why.render(lang),
    }
}

struct Judge<'a> {
    estate: &'a Estate,
    region: &'a RegionEstate,
    objective: &'a Objective,
    lang: Lang,
}

impl Judge<'_> {
    fn instance(&self, id: &str, instance: &Instance, wanted: &Wanted, groups: &[&Group]) -> InstanceAudit {
        let expected = expected_disks(instance, wanted);
        let seen: Vec<Seen<'_>> = groups.iter().map(|group| look(group, &expected, wanted.required)).collect();
        let good = seen.iter().position(|seen| matches!(seen, Seen::Good(_)));
        let uncovered = seen.iter().position(|seen| matches!(seen, Seen::Uncovered(..)));
        // The newest good one; only where it is not new enough, a newer one that leaves disks out says more.
        let best = match (good, uncovered) {
            (Some(good), Some(uncovered)) if uncovered < good && !self.is_fresh(groups.get(good).copied()) => uncovered,
            (Some(good), _) => good,
            (None, Some(uncovered)) => uncovered,
            (None, None) => usize::MAX,
        };
        let (result, why) = self.result(instance, wanted, groups, &seen, best);
        let mut audit = blank(id, instance, &self.region.region, wanted, result, &Finding::new(why.row, ""), self.lang);
        audit.why = why.render(self.lang);
        audit.disks_expected = u32::try_from(expected.len()).unwrap_or(u32::MAX);
        if let (Some(group), Some(seen)) = (groups.get(best), seen.get(best)) {
            let (level, missing) = match seen {
                Seen::Good(level) => (*level, &[][..]),
                Seen::Uncovered(level, missing) => (*level, missing.as_slice()),
                Seen::Weaker(_) | Seen::Unclear => (Consistency::Unknown, &[][..]),
            };
            audit.newest = point(group, level);
            audit.age_seconds = self.age(group);
            audit.uncovered_disks = missing.iter().map(|disk| (*disk).to_owned()).collect();
            audit.disks_covered = u32::try_from(expected.len() - missing.len()).unwrap_or(u32::MAX);
        }
        let weaker = seen.iter().take(best).filter(|seen| matches!(seen, Seen::Weaker(_)));
        audit.newer_weaker = u32::try_from(weaker.count()).unwrap_or(u32::MAX);
        // Older groups are measured by their own disks: which were attached then is not known.
        let mut points: Vec<Time> = groups
            .iter()
            .filter(|group| matches!(look(group, &own_disks(group), wanted.required), Seen::Good(_)))
            .filter_map(|group| group.created_at)
            .collect();
        points.sort_unstable();
        audit.gaps = gaps(&points, None, self.estate.as_of, self.objective.rpo);
        audit
    }

    fn age(&self, group: &Group) -> Option<u64> {
        group.created_at.map(|at| self.estate.as_of.since(at).as_secs())
    }

    /// Whether a group is new enough; one without a time may be.
    fn is_fresh(&self, group: Option<&Group>) -> bool {
        let rpo = self.objective.rpo;
        group.is_some_and(|group| group.created_at.is_none_or(|at| self.estate.as_of.since(at) <= rpo))
    }

    fn result(
        &self,
        instance: &Instance,
        wanted: &Wanted,
        groups: &[&Group],
        seen: &[Seen<'_>],
        best: usize,
    ) -> (AuditResult, Finding) {
        let unread = &self.region.unread;
        if unread.disks.is_some() || instance.disks.is_empty() {
            return (AuditResult::Unknown, Finding::new(&rows::DISKS_NOT_LISTED, ""));
        }
        if expected_disks(instance, wanted).is_empty() {
            return (AuditResult::Missed, Finding::new(&rows::NO_DISK_TO_COVER, ""));
        }
        let chosen = groups.get(best).copied();
        let about = |row, group: &Group| {
            let age = self.age(group).map_or_else(|| "?".to_owned(), span);
            Finding::new(row, "")
                .with("group", group.group_id.clone())
                .with("age", age)
                .with("rpo", span(self.objective.rpo.as_secs()))
        };
        let good = match seen.get(best) {
            Some(Seen::Good(level)) => Some(*level),
            _ => None,
        };
        if let (Some(level), Some(group), true) = (good, chosen, self.is_fresh(chosen)) {
            let disks = expected_disks(instance, wanted).len().to_string();
            let why = about(&rows::OBJECTIVE_MET, group).with("disks", disks).with("level", level.name());
            return (AuditResult::Met, why);
        }
        if let Some(error) = &unread.groups {
            let why = Finding::new(&rows::GROUPS_NOT_LISTED, "").with("reason", error.message(self.lang));
            return (AuditResult::Unknown, why);
        }
        // A group that may be good and is new enough: unknown, never missed.
        let unclear = groups.iter().zip(seen).find(|(group, seen)| {
            let hidden = unread.snapshots.is_some() && group.members.iter().any(is_unclear);
            self.is_fresh(Some(group)) && (**seen == Seen::Unclear || (hidden && matches!(seen, Seen::Weaker(_))))
        });
        if let Some((group, _)) = unclear {
            return (AuditResult::Unknown, about(&rows::NEWER_NOT_SETTLED, group));
        }
        let why = match (seen.get(best), chosen) {
            (Some(Seen::Uncovered(level, disks)), Some(group)) => {
                let disks = disks.iter().map(|disk| format!("`{disk}`")).collect::<Vec<_>>().join(", ");
                about(&rows::DISK_WITHOUT_SNAPSHOT, group).with("level", level.name()).with("disks", disks)
            }
            (Some(Seen::Good(level)), Some(group)) => about(&rows::POINT_TOO_OLD, group).with("level", level.name()),
            _ => match (groups.first(), seen.first()) {
                (Some(group), Some(seen)) => {
                    let level = match seen {
                        Seen::Weaker(level) => *level,
                        _ => Consistency::Unknown,
                    };
                    about(&rows::ONLY_WEAKER, group)
                        .with("count", groups.len().to_string())
                        .with("required", wanted.required.name())
                        .with("level", level.name())
                }
                _ => Finding::new(&rows::NO_GROUP_AT_ALL, ""),
            },
        };
        (AuditResult::Missed, why)
    }
}

#[cfg(test)]
mod tests;
