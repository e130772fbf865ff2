//! Audits: whether each instance has a recovery point that is good enough and new enough.
//!
//! [`present`] judges what an account has now, [`archive`] a past period from the journals of runs. Both give one value, the
//! [`Audit`], which is then written as text, JSON, [CSV](csv) or a [page](html). Unknown is never met.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::Serialize;

use crate::base::consistency::{Consistency, RequiredConsistency};
use crate::base::time::Time;
use crate::diagnostics::error::{Error, ErrorKind};
use crate::diagnostics::exit_status::ExitStatus;
use crate::diagnostics::finding::RenderedFinding;
use crate::diagnostics::messages::audits;
use crate::diagnostics::text::{Lang, Text};
use crate::input::job::Job;

pub mod archive;
mod csv;
mod gaps;
mod html;
mod present;

pub use csv::csv;
pub use html::html;
pub use present::{present, snapshots_to_ask};

/// The version of the audit's form; it grows as that of the report does.
pub const AUDIT_VERSION: u32 = 1;

/// What must hold.
#[derive(Copy, Clone, Debug)]
pub struct Objective {
    /// The greatest age of the newest good group (recovery point objective).
    pub rpo: Duration,
    /// The consistency it must have, where no job says so.
    pub required: RequiredConsistency,
}

/// Some instances, with what a job says of them.
#[derive(Clone, Debug, Default)]
pub struct Selector {
    /// These. Ids and tags both empty select every instance.
    pub ids: BTreeSet<String>,
    /// Those that carry all of these tags.
    pub tags: BTreeMap<String, String>,
    /// Never these.
    pub without_ids: BTreeSet<String>,
    /// Never those that carry any of these tags.
    pub without_tags: BTreeMap<String, String>,
    /// Disks left out on purpose, each with its instance; an empty instance stands for any.
    pub excluded_disks: BTreeSet<(String, String)>,
    /// The consistency required of them, where it is said.
    pub required: Option<RequiredConsistency>,
}

impl Selector {
    /// What a job selects.
    pub fn of_job(job: &Job) -> Self {
        let disks = job.exclude_disks.iter().flatten();
        Self {
            ids: job.targets.ids.iter().cloned().collect(),
            tags: job.targets.tags.clone(),
            without_ids: job.targets.exclude.ids.iter().cloned().collect(),
            without_tags: job.targets.exclude.tags.clone(),
            excluded_disks: disks.map(|disk| (disk.instance.clone(), disk.disk.clone())).collect(),
            required: Some(job.required_consistency),
        }
    }

    /// Whether it selects an instance with these tags.
    pub fn selects(&self, instance_id: &str, tags: &BTreeMap<String, String>) -> bool {
        let has = |(key, value): (&String, &String)| tags.get(key) == Some(value);
        let wanted = match (self.ids.is_empty(), self.tags.is_empty()) {
            (true, true) => true,
            (false, _) => self.ids.contains(instance_id),
            (true, false) => self.tags.iter().all(has),
        };
        wanted && !self.without_ids.contains(instance_id) && !self.without_tags.iter().any(has)
    }
}

/// What several selectors say of one instance.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Wanted {
    required: RequiredConsistency,
    /// Only what all of them leave out is left out.
    excluded: BTreeSet<String>,
}

/// What the selectors that select an instance say of it; `None` when none does.
fn wanted<'s>(
    instance_id: &str,
    selecting: impl Iterator<Item = &'s Selector>,
    objective: &Objective,
) -> Option<Wanted> {
    let mut wanted: Option<Wanted> = None;
    for selector in selecting {
        let mine = selector.excluded_disks.iter().filter(|(owner, _)| owner.is_empty() || owner == instance_id);
        let excluded: BTreeSet<String> = mine.map(|(_, disk)| disk.clone()).collect();
        let required = selector.required.unwrap_or(objective.required);
        wanted = Some(match wanted {
            None => Wanted { required, excluded },
            Some(so_far) => Wanted {
                required: if required == RequiredConsistency::Application { required } else { so_far.required },
                excluded: so_far.excluded.intersection(&excluded).cloned().collect(),
            },
        });
    }
    wanted
}

/// An audit.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Audit {
    /// The version of this form: 1.
    pub audit_version: u32,
    /// The version of consnap.
    pub consnap: &'static str,
    /// `service` (what is there now) or `archive` (journals of past runs).
    pub source: &'static str,
    /// The account; `None` when the archive holds runs of several.
    pub account_id: Option<String>,
    /// The regions looked at.
    pub regions: Vec<String>,
    /// The service's clock when the audit began; for an archive the end of the period.
    pub as_of: Time,
    /// The period audited, for an archive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<Period>,
    /// The objective in seconds.
    pub rpo_seconds: u64,
    /// The exit status of the command line: 0, 1 or 4.
    pub exit_status: u8,
    /// Counts.
    pub summary: Summary,
    /// Each instance selected, worst first.
    pub instances: Vec<InstanceAudit>,
    /// Instances that nothing selected.
    pub not_selected: Vec<NotSelected>,
    /// What could not be read; each stands against success.
    pub unread: Vec<RenderedFinding>,
    /// How it came out, in some sentences.
    pub sentences: Vec<String>,
}

/// A period.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Period {
    /// Its beginning.
    pub from: Time,
    /// Its end.
    pub to: Time,
}

impl Period {
    /// A period.
    ///
    /// Errors: one that ends before or as it begins.
    pub fn new(from: Time, to: Time) -> Result<Self, Error> {
        if to <= from {
            let error = Error::new(ErrorKind::Input, &audits::PERIOD_EMPTY);
            return Err(error.with("from", from.to_wire()).with("to", to.to_wire()));
        }
        Ok(Self { from, to })
    }
}

/// Counts of an audit.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Summary {
    /// Instances selected.
    pub instances: u32,
    /// The objective is met.
    pub met: u32,
    /// It is missed.
    pub missed: u32,
    /// It cannot be told.
    pub unknown: u32,
    /// Instances that nothing selected.
    pub not_selected: u32,
    /// Groups looked at; for an archive, verdicts.
    pub groups: u32,
    /// Calls to the service.
    pub calls: u64,
}

/// How an instance came out, worst first.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum AuditResult {
    /// It cannot be told.
    Unknown,
    /// There is no good group that is new enough.
    Missed,
    /// There is one.
    Met,
}

crate::base::consistency::wire_names!(AuditResult { Unknown => "unknown", Missed => "missed", Met => "met" });

impl AuditResult {
    /// Its word, in capital letters as the table shows it.
    pub const fn word(self, lang: Lang) -> &'static str {
        let text = match self {
            Self::Unknown => Text::new("UNKNOWN", "结果未知"),
            Self::Missed => Text::new("MISSED", "未达到"),
            Self::Met => Text::new("MET", "达标"),
        };
        text.get(lang)
    }
}

/// One instance.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InstanceAudit {
    /// How it came out.
    pub result: AuditResult,
    /// `i-...`.
    pub instance_id: String,
    /// Its name; hostile text.
    pub name: String,
    /// Its region; empty when it was not found.
    pub region: String,
    /// The consistency required of it.
    pub required: RequiredConsistency,
    /// The newest group of the required consistency that covers every disk; where there is none, the newest of that
    /// consistency.
    pub newest: Option<Point>,
    /// Its age in seconds.
    pub age_seconds: Option<u64>,
    /// Disks with a good snapshot in it.
    pub disks_covered: u32,
    /// Disks that must have one: attached, able to have snapshots, not left out.
    pub disks_expected: u32,
    /// Disks that must have one and have none.
    pub uncovered_disks: Vec<String>,
    /// Disks left out on purpose.
    pub excluded_disks: Vec<String>,
    /// Groups newer than that one, all of which reach less.
    pub newer_weaker: u32,
    /// Times longer than the objective without a good group, as far as groups, or verdicts of the period, still show it.
    pub gaps: Vec<Gap>,
    /// Why.
    pub why: RenderedFinding,
}

/// A group as a recovery point.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Point {
    /// `ssg-...`.
    pub group_id: String,
    /// When it was made.
    pub created_at: Time,
    /// The level of its weakest disk that must be covered.
    pub level: Consistency,
    /// The run that made it, from a tag or a journal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_id: Option<String>,
    /// Whether a raw reply that was kept shows the same level; only for an archive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shown_by_reply: Option<bool>,
}

/// A time without a good group.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Gap {
    /// The good group before, or the beginning of the period.
    pub from: Time,
    /// The good group after, or the end of the period.
    pub to: Time,
    /// How long.
    pub seconds: u64,
}

/// An instance that nothing selected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NotSelected {
    /// `i-...`.
    pub instance_id: String,
    /// Its name; hostile text.
    pub name: String,
    /// Its region.
    pub region: String,
    /// Its newest application-consistent group, if there is one.
    pub newest: Option<Point>,
}

impl Audit {
    /// Counts, order, exit status and sentences, once everything else is there.
    fn finish(mut self, lang: Lang) -> Self {
        self.instances.sort_by(|a, b| a.result.cmp(&b.result).then_with(|| a.instance_id.cmp(&b.instance_id)));
        let count = |result| {
            let of = self.instances.iter().filter(|instance| instance.result == result).count();
            u32::try_from(of).unwrap_or(u32::MAX)
        };
        self.summary.met = count(AuditResult::Met);
        self.summary.missed = count(AuditResult::Missed);
        self.summary.unknown = count(AuditResult::Unknown);
        self.summary.instances = u32::try_from(self.instances.len()).unwrap_or(u32::MAX);
        self.summary.not_selected = u32::try_from(self.not_selected.len()).unwrap_or(u32::MAX);
        self.exit_status = if self.summary.unknown > 0 || !self.unread.is_empty() {
            ExitStatus::Unknown
        } else {
            ExitStatus::findings_if(self.summary.missed > 0)
        }
        .code();
        self.sentences = sentences(&self, lang);
        self
    }
}

fn sentences(audit: &Audit, lang: Lang) -> Vec<String> {
    let summary = &audit.summary;
    let fill = |text: &Text, args: &[(&'static str, String)]| {
        let args: Vec<_> = args.iter().map(|(name, value)| ((*name).into(), value.clone())).collect();
        text.fill(lang, &args)
    };
    let counts = [
        ("met", summary.met.to_string()),
        ("all", summary.instances.to_string()),
        ("rpo", span(audit.rpo_seconds)),
        ("count", summary.not_selected.to_string()),
    ];
    let mut out = vec![fill(if audit.period.is_some() { &MET_IN_PERIOD } else { &MET_NOW }, &counts)];
    if let Some(worst) = audit.instances.first().filter(|worst| worst.result != AuditResult::Met) {
        let same = audit.instances.iter().filter(|instance| instance.result == worst.result).count();
        let args = [
            ("count", same.to_string()),
            ("result", worst.result.word(lang).to_owned()),
            ("who", worst.instance_id.clone()),
            ("why", worst.why.message.clone()),
            ("help", worst.why.help.clone()),
        ];
        out.push(fill(&WORST, &args));
        out.push(fill(&TO_DO, &args));
    }
    if summary.not_selected > 0 {
        out.push(fill(&NOBODY, &counts));
    }
    out.push(fill(&EXIT, &[("status", audit.exit_status.to_string())]));
    out
}

/// `45 s`, `12 min`, `26 h`, `3 d`, `3 d 4 h`: whole units, rounded down.
pub fn span(seconds: u64) -> String {
    match seconds {
        0..=119 => format!("{seconds} s"),
        120..=7_199 => format!("{} min", seconds / 60),
        7_200..=172_799 => format!("{} h", seconds / 3_600),
        _ if seconds % 86_400 < 3_600 => format!("{} d", seconds / 86_400),
        _ => format!("{} d {} h", seconds / 86_400, seconds % 86_400 / 3_600),
    }
}

const MET_NOW: Text = Text::new(
    "{met} of {all} instances have a good group not older than {rpo}.",
    "{all} 台实例中有 {met} 台在 {rpo} 内有合格的快照一致性组。",
);
const MET_IN_PERIOD: Text = Text::new(
    "{met} of {all} instances had a good group every {rpo} of the period.",
    "{all} 台实例中有 {met} 台在该时段内每 {rpo} 都有合格的快照一致性组。",
);
const WORST: Text =
    Text::new("Worst: {count} {result} ({who}): {why}.", "最严重：{result} {count} 个（{who}）：{why}。");
const TO_DO: Text = Text::new("To do: {help}.", "处理方法：{help}。");
const NOBODY: Text = Text::new(
    "In no job or selection given: {count} of these regions.",
    "这些地域中有 {count} 台实例不在所给的作业或选择范围内。",
);
const EXIT: Text = Text::new("Exit status {status}.", "退出状态 {status}。");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_of_time() {
        for (seconds, text) in
            [(0, "0 s"), (119, "119 s"), (120, "2 min"), (93_600, "26 h"), (187_200, "2 d 4 h"), (259_200, "3 d")]
        {
            assert_eq!(span(seconds), text);
        }
    }

    #[test]
    fn selectors_say_together_what_is_wanted() {
        let objective = Objective { rpo: Duration::from_secs(1), required: RequiredConsistency::FileSystem };
        let disk = |disk: &str| ("i-1".to_owned(), disk.to_owned());
        let one = Selector { excluded_disks: [disk("d-1"), disk("d-2")].into(), ..Selector::default() };
        let required = Some(RequiredConsistency::Application);
        let other = Selector { excluded_disks: [disk("d-2")].into(), required, ..Selector::default() };
        let both = wanted("i-1", [&one, &other].into_iter(), &objective).unwrap();
        assert_eq!(both.required, RequiredConsistency::Application);
        assert_eq!(both.excluded, BTreeSet::from(["d-2".to_owned()]));
        assert_eq!(wanted("i-2", [&one].into_iter(), &objective).unwrap().excluded, BTreeSet::new());
        assert_eq!(wanted("i-1", std::iter::empty(), &objective), None);
    }

    #[test]
    fn ids_tags_and_what_is_left_out() {
        let tags = BTreeMap::from([("app".to_owned(), "orders".to_owned())]);
        let all = Selector::default();
        assert!(all.selects("i-1", &tags));
        let by_tag = Selector { tags: tags.clone(), without_ids: ["i-2".to_owned()].into(), ..Selector::default() };
        assert!(by_tag.selects("i-1", &tags));
        assert!(!by_tag.selects("i-2", &tags) && !by_tag.selects("i-1", &BTreeMap::new()));
        let by_id = Selector { ids: ["i-1".to_owned()].into(), without_tags: tags.clone(), ..Selector::default() };
        assert!(by_id.selects("i-1", &BTreeMap::new()));
        assert!(!by_id.selects("i-1", &tags) && !by_id.selects("i-3", &BTreeMap::new()));
    }
}
