//! Judges a past period from the journals of runs: their verdicts, checked against the raw replies that were kept.

use std::collections::{BTreeMap, BTreeSet};

use super::gaps::{gaps, longest};
use super::{
    AUDIT_VERSION, Audit, AuditResult, InstanceAudit, Objective, Period, Point, Selector, Summary, span, wanted,
};
use crate::base::consistency::{Consistency, RequiredConsistency};
use crate::base::http::HttpReply;
use crate::base::time::Time;
use crate::diagnostics::finding::Finding;
use crate::diagnostics::messages::audits as rows;
use crate::diagnostics::text::Lang;
use crate::ecs::api::replies;
use crate::estate::inventory::Group;
use crate::run::session::{State, Target};
use crate::run::verdict::observed::{both, level};
use crate::run::verdict::{GroupLookup, ResultKind};

/// What a journal tells of an instance.
#[derive(Clone, Debug)]
pub struct ArchivedVerdict {
    /// The run.
    pub run_id: String,
    /// `i-...`.
    pub instance_id: String,
    /// Its name; hostile text.
    pub name: String,
    /// Its region.
    pub region: String,
    /// The tags by which the run's job selected it; it carried them all.
    pub selected_by: BTreeMap<String, String>,
    /// When the group was made, else when the command was started, else when the run began.
    pub at: Time,
    /// What it was worth.
    pub worth: RecoveryPoint,
    /// Disks that had to be covered.
    pub expected: Vec<String>,
    /// Disks the job left out.
    pub excluded: Vec<String>,
}

/// What a verdict is worth as a recovery point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecoveryPoint {
    /// A group whose every expected disk reached this level.
    Group {
        /// `ssg-...`.
        group_id: String,
        /// The level of its weakest expected disk.
        level: Consistency,
        /// The level that the raw replies show, where they show the group.
        replies_say: Option<Consistency>,
    },
    /// No group, or one that leaves disks out.
    Nothing,
    /// It was not learnt, or the run is not over.
    Unknown,
}

/// A run that could not be read, and why.
#[derive(Clone, Debug)]
pub struct UnreadableRun {
    /// Its id.
    pub run_id: String,
    /// Why, in words.
    pub reason: String,
}

/// The groups that raw replies show: later replies count, and tags that DescribeSnapshots shows are added.
#[derive(Clone, Debug, Default)]
pub struct ObservedGroups {
    groups: BTreeMap<String, Group>,
}

impl ObservedGroups {
    /// Takes in a raw reply that was kept; one of another operation, or one that cannot be read, says nothing.
    pub fn take(&mut self, operation: &str, reply: &HttpReply) {
        use crate::ecs::api::Operation;
        if operation == Operation::DescribeSnapshotGroups.name() {
            let page = crate::ecs::reply::parse::<replies::DescribeSnapshotGroups<'_>>(
                Operation::DescribeSnapshotGroups,
                reply,
            );
            for group in page.iter().flat_map(|page| &page.groups) {
                self.groups.insert(group.snapshot_group_id.to_string(), crate::estate::inventory::group_of(group));
            }
        } else if operation == Operation::DescribeSnapshots.name() {
            let page = crate::ecs::reply::parse::<replies::DescribeSnapshots<'_>>(Operation::DescribeSnapshots, reply);
            let Ok(page) = page else { return };
            for member in self.groups.values_mut().flat_map(|group| &mut group.members) {
                let known = &mut member.evidence;
                let shown = page.snapshots.iter().find(|snapshot| *snapshot.snapshot_id == *known.snapshot_id);
                if let Some(snapshot) = shown {
                    (known.level, known.both_tags) = both((known.level, known.both_tags), level(snapshot));
                }
            }
        }
    }

    /// The weakest level the replies show for these disks of a group; `None` when they do not show all of them.
    fn level_of(&self, group_id: &str, disks: &[String]) -> Option<Consistency> {
        let group = self.groups.get(group_id)?;
        let levels = disks.iter().map(|disk| {
            let member = group.members.iter().find(|member| *member.evidence.disk_id == **disk)?;
            let evidence = &member.evidence;
            Some(if evidence.both_tags { Consistency::Unknown } else { evidence.level })
        });
        levels.collect::<Option<Vec<Consistency>>>()?.into_iter().min()
    }
}

/// The verdicts of a run, instance by instance. `selected_by` are the tags of its job's targets.
pub fn verdicts(state: &State, selected_by: &BTreeMap<String, String>, shown: &ObservedGroups) -> Vec<ArchivedVerdict> {
    let region = |target: &Target| state.regions.get(usize::from(target.region)).cloned().unwrap_or_default();
    let of_target = |target: &Target| {
        let made_at = match target.look.as_deref() {
            Some(GroupLookup::Found(group)) => group.created_at,
            _ => None,
        };
        let expected: Vec<String> = target.expected.iter().map(|disk| disk.disk_id.to_string()).collect();
        ArchivedVerdict {
            run_id: state.run_id.clone(),
            instance_id: target.id.to_string(),
            name: target.name.to_string(),
            region: region(target),
            selected_by: selected_by.clone(),
            at: made_at.or(target.started_at).unwrap_or(state.started_at),
            worth: worth(target, &expected, shown),
            excluded: target.excluded.to_vec(),
            expected,
        }
    };
    state.targets.iter().map(of_target).collect()
}

fn worth(target: &Target, expected: &[String], shown: &ObservedGroups) -> RecoveryPoint {
    let Some(verdict) = target.verdict.as_deref() else {
        return if target.starts > 0 { RecoveryPoint::Unknown } else { RecoveryPoint::Nothing };
    };
    let covered = verdict.disks_covered == verdict.disks_expected && verdict.disks_expected > 0;
    match (verdict.result, &verdict.group_id) {
        // A weaker one may still be enough for whoever asks for less.
        (ResultKind::Ok | ResultKind::Weaker, Some(group_id)) if covered => RecoveryPoint::Group {
            group_id: group_id.clone(),
            level: verdict.reached,
            replies_say: shown.level_of(group_id, expected),
        },
        (ResultKind::Unknown, _) => RecoveryPoint::Unknown,
        _ => RecoveryPoint::Nothing,
    }
}

/// An archive: verdicts of all runs that began before the end of the period, and runs that cannot be read.
#[derive(Clone, Debug, Default)]
pub struct Archive {
    /// The account of the runs, when it is one.
    pub account_id: Option<String>,
    /// What the journals tell.
    pub verdicts: Vec<ArchivedVerdict>,
    /// What they do not.
    pub unreadable: Vec<UnreadableRun>,
}

/// From when on runs count for a period: what was made before it still does, as long as the objective allows.
pub fn since(period: Period, objective: &Objective) -> Time {
    let before = i64::try_from(objective.rpo.as_millis()).unwrap_or(i64::MAX).saturating_mul(2);
    Time::from_millis(period.from.millis().saturating_sub(before))
}

/// Judges a period. Instances are those the runs had, and those a selector names by id.
pub fn past(archive: &Archive, selectors: &[Selector], objective: &Objective, period: Period, lang: Lang) -> Audit {
    let mut by_instance: BTreeMap<&str, Vec<&ArchivedVerdict>> = BTreeMap::new();
    for verdict in archive.verdicts.iter().filter(|verdict| verdict.at <= period.to) {
        by_instance.entry(&verdict.instance_id).or_default().push(verdict);
    }
    let mut unread: Vec<_> = archive
        .unreadable
        .iter()
        .map(|run| {
            let finding = Finding::new(&rows::RUN_UNREADABLE, "").with("run", run.run_id.clone());
            finding.with("reason", run.reason.clone()).render(lang)
        })
        .collect();
    let mut instances = Vec::new();
    let mut regions = BTreeSet::new();
    let everything = [Selector::default()];
    let selecting = if selectors.is_empty() { &everything[..] } else { selectors };
    for (id, verdicts) in &mut by_instance {
        verdicts.sort_by_key(|verdict| verdict.at);
        let mut tags = BTreeMap::new();
        for verdict in verdicts.iter() {
            tags.extend(verdict.selected_by.clone());
        }
        let selectors = selecting.iter().filter(|selector| selector.selects(id, &tags));
        let Some(wanted) = wanted(id, selectors, objective) else { continue };
        regions.extend(verdicts.last().map(|verdict| verdict.region.clone()));
        for verdict in verdicts.iter() {
            if let Some(finding) = contradiction(verdict) {
                unread.push(finding.render(lang));
            }
        }
        instances.push(judge(id, verdicts, wanted.required, objective, period, lang));
    }
    let asked: BTreeSet<&String> = selectors.iter().flat_map(|one| one.ids.difference(&one.without_ids)).collect();
    for id in asked.into_iter().filter(|id| !by_instance.contains_key(id.as_str())) {
        let selecting = selectors.iter().filter(|selector| selector.ids.contains(id));
        let required = wanted(id, selecting, objective).map_or(objective.required, |wanted| wanted.required);
        instances.push(judge(id, &[], required, objective, period, lang));
    }
    let count = archive.verdicts.iter().filter(|verdict| verdict.at >= period.from && verdict.at <= period.to).count();
    Audit {
        audit_version: AUDIT_VERSION,
        consnap: env!("CARGO_PKG_VERSION"),
        source: "archive",
        account_id: archive.account_id.clone(),
        regions: regions.into_iter().collect(),
        as_of: period.to,
        period: Some(period),
        rpo_seconds: objective.rpo.as_secs(),
        exit_status: 0,
        summary: Summary { groups: u32::try_from(count).unwrap_or(u32::MAX), ..Summary::default() },
        instances,
        not_selected: Vec::new(),
        unread,
        sentences: Vec::new(),
    }
    .finish(lang)
}

/// What a verdict is worth to whoever requires so much.
#[derive(Copy, Clone, PartialEq, Eq)]
enum Counts {
    Good,
    NotGood,
    Unclear,
}

fn counts(verdict: &ArchivedVerdict, required: RequiredConsistency) -> Counts {
    match &verdict.worth {
        RecoveryPoint::Unknown => Counts::Unclear,
        RecoveryPoint::Group { level, replies_say: Some(shown), .. } if shown != level => Counts::Unclear,
        RecoveryPoint::Group { level, .. } if required.is_met_by(*level) => Counts::Good,
        RecoveryPoint::Group { .. } | RecoveryPoint::Nothing => Counts::NotGood,
    }
}

fn contradiction(verdict: &ArchivedVerdict) -> Option<Finding> {
    let RecoveryPoint::Group { group_id, level, replies_say: Some(shown) } = &verdict.worth else { return None };
    (shown != level).then(|| {
        Finding::new(&rows::REPLY_CONTRADICTS, "")
            .with("run", verdict.run_id.clone())
            .with("group", group_id.clone())
            .with("shown", shown.name())
            .with("level", level.name())
    })
}

/// `verdicts` in the order of time, none after the period.
fn judge(
    id: &str,
    verdicts: &[&ArchivedVerdict],
    required: RequiredConsistency,
    objective: &Objective,
    period: Period,
    lang: Lang,
) -> InstanceAudit {
    let with = |wanted: &[Counts]| -> Vec<Time> {
        let of = verdicts.iter().filter(|verdict| wanted.contains(&counts(verdict, required)));
        of.map(|verdict| verdict.at).collect()
    };
    let good = with(&[Counts::Good]);
    let at_best = with(&[Counts::Good, Counts::Unclear]);
    // The last good group before the period still counts in it; without one the period's beginning is taken.
    let begin = |points: &[Time]| points.iter().copied().rfind(|at| *at <= period.from).unwrap_or(period.from);
    let within = |points: &[Time]| points.iter().copied().filter(|at| *at > period.from).collect::<Vec<Time>>();
    let found = gaps(&within(&good), Some(begin(&good)), period.to, objective.rpo);
    let certain = gaps(&within(&at_best), Some(begin(&at_best)), period.to, objective.rpo);
    let rpo = span(objective.rpo.as_secs());
    let in_period = verdicts.iter().any(|verdict| verdict.at >= period.from);
    let (result, why) = match (found.iter().max_by_key(|gap| gap.seconds), certain.is_empty()) {
        _ if !in_period && good.is_empty() => (AuditResult::Unknown, Finding::new(&rows::NOT_IN_ARCHIVE, "")),
        (None, _) => {
            let longest = longest(&within(&good), Some(begin(&good)), period.to).map_or(0, |gap| gap.seconds);
            let why = Finding::new(&rows::PERIOD_COVERED, "").with("points", within(&good).len().to_string());
            (AuditResult::Met, why.with("longest", span(longest)))
        }
        (Some(_), true) => {
            let unclear = with(&[Counts::Unclear]).len().to_string();
            let why = Finding::new(&rows::GAPS_UNCLEAR, "").with("rpo", rpo).with("unclear", unclear);
            (AuditResult::Unknown, why)
        }
        (Some(longest), false) => {
            let why = Finding::new(&rows::GAPS_IN_PERIOD, "")
                .with("count", found.len().to_string())
                .with("rpo", rpo)
                .with("longest", span(longest.seconds))
                .with("from", longest.from.to_wire())
                .with("to", longest.to.to_wire());
            (AuditResult::Missed, why)
        }
    };
    let last = verdicts.last();
    let newest = verdicts.iter().rfind(|verdict| counts(verdict, required) == Counts::Good);
    let newer = verdicts.iter().rev().take_while(|verdict| counts(verdict, required) != Counts::Good);
    let disks = newest.map_or(0, |verdict| u32::try_from(verdict.expected.len()).unwrap_or(u32::MAX));
    InstanceAudit {
        result,
        instance_id: id.to_owned(),
        name: last.map(|verdict| verdict.name.clone()).unwrap_or_default(),
        region: last.map(|verdict| verdict.region.clone()).unwrap_or_default(),
        required,
        newest: newest.and_then(|verdict| point(verdict)),
        age_seconds: newest.map(|verdict| period.to.since(verdict.at).as_secs()),
        disks_covered: disks,
        disks_expected: disks,
        uncovered_disks: Vec::new(),
        excluded_disks: last.map(|verdict| verdict.excluded.clone()).unwrap_or_default(),
        newer_weaker: u32::try_from(newer.count()).unwrap_or(u32::MAX),
        gaps: found,
        why: why.render(lang),
    }
}

fn point(verdict: &ArchivedVerdict) -> Option<Point> {
    let RecoveryPoint::Group { group_id, level, replies_say } = &verdict.worth else { return None };
    Some(Point {
        group_id: group_id.clone(),
        created_at: verdict.at,
        level: *level,
        run_id: Some(verdict.run_id.clone()),
        shown_by_reply: Some(replies_say.is_some()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn at(hours: i64) -> Time {
        Time::from_millis(hours * 3_600_000)
    }

    fn verdict(hours: i64, worth: RecoveryPoint) -> ArchivedVerdict {
        ArchivedVerdict {
            run_id: format!("run{hours}"),
            instance_id: "i-1".to_owned(),
            name: "db-1".to_owned(),
            region: "cn-hangzhou".to_owned(),
            selected_by: BTreeMap::new(),
            at: at(hours),
            worth,
            expected: vec!["d-1".to_owned()],
            excluded: Vec::new(),
        }
    }

    fn good(replies_say: Option<Consistency>) -> RecoveryPoint {
        RecoveryPoint::Group { group_id: "ssg-1".to_owned(), level: Consistency::Application, replies_say }
    }

    fn audit(verdicts: Vec<ArchivedVerdict>) -> Audit {
        let archive = Archive { account_id: None, verdicts, unreadable: Vec::new() };
        let required = RequiredConsistency::Application;
        let objective = Objective { rpo: Duration::from_secs(24 * 3600), required };
        past(&archive, &[], &objective, Period { from: at(100), to: at(172) }, Lang::En)
    }

    fn outcome(verdicts: Vec<ArchivedVerdict>) -> (AuditResult, String, u8) {
        let audit = audit(verdicts);
        let one = &audit.instances[0];
        (one.result, one.why.code.clone(), audit.exit_status)
    }

    #[test]
    fn a_night_without_a_good_group_is_a_gap() {
        let nights = || [96, 120, 144, 168].map(|hours| verdict(hours, good(Some(Consistency::Application)))).to_vec();
        assert_eq!(outcome(nights()), (AuditResult::Met, "CS814".to_owned(), 0));
        let mut missed = nights();
        missed[2].worth = RecoveryPoint::Nothing;
        assert_eq!(outcome(missed.clone()), (AuditResult::Missed, "CS812".to_owned(), 1));
        let gap = audit(missed.clone()).instances[0].gaps[0];
        assert_eq!((gap.from, gap.to, gap.seconds), (at(120), at(168), 48 * 3600));
        // Not learnt is not missed, and not met.
        missed[2].worth = RecoveryPoint::Unknown;
        assert_eq!(outcome(missed), (AuditResult::Unknown, "CS813".to_owned(), 4));
    }

    #[test]
    fn the_group_before_the_period_counts_and_what_comes_after_does_not() {
        let verdicts = [80, 128, 152, 173].map(|hours| verdict(hours, good(None))).to_vec();
        let audit = audit(verdicts);
        let one = &audit.instances[0];
        assert_eq!(one.gaps, [super::super::Gap { from: at(80), to: at(128), seconds: 48 * 3600 }]);
        assert_eq!(one.newest.as_ref().map(|point| point.created_at), Some(at(152)));
        assert_eq!(one.newest.as_ref().and_then(|point| point.shown_by_reply), Some(false));
    }

    #[test]
    fn a_reply_that_says_otherwise_makes_a_verdict_unclear() {
        let mut nights = [96, 120, 144, 168].map(|hours| verdict(hours, good(None))).to_vec();
        nights[1].worth = good(Some(Consistency::FileSystem));
        let audit = audit(nights);
        assert_eq!((audit.instances[0].result, audit.exit_status), (AuditResult::Unknown, 4));
        assert_eq!(audit.unread[0].code, "CS816");
    }

    #[test]
    fn who_is_named_and_in_no_run_is_unknown() {
        let archive = Archive::default();
        let objective = Objective { rpo: Duration::from_secs(3600), required: RequiredConsistency::Application };
        let named = Selector { ids: ["i-2".to_owned()].into(), ..Selector::default() };
        let period = Period { from: at(1), to: at(9) };
        let audit = past(&archive, &[named], &objective, period, Lang::En);
        assert_eq!((audit.instances[0].why.code.as_str(), audit.exit_status), ("CS811", 4));
        assert_eq!(past(&archive, &[], &objective, period, Lang::En).instances.len(), 0);
    }
}
