//! Facts and job held together: which facts belong to the job, and which instances of the job have none.

use std::collections::BTreeSet;

use crate::diagnostics::finding::Finding;
use crate::diagnostics::messages::{parameters, prerequisites as rows};
use crate::input::document::shorten;
use crate::input::facts::InstanceFacts;
use crate::input::job::Job;

/// Of instances without facts so many are named; the others are counted.
const NAMED: usize = 10;

/// Whether a job selects an instance.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Selected {
    /// It does.
    Yes,
    /// It does not, for this part of the job.
    No(&'static str),
    /// A fact that decides it is missing: this one.
    Unknown(&'static str),
}

/// Whether the job selects an instance, as far as its facts tell.
pub fn selects<S: AsRef<str> + Ord>(job: &Job, facts: &InstanceFacts<S>) -> Selected {
    let targets = &job.targets;
    let id = facts.instance_id.as_ref();
    if targets.exclude.ids.iter().any(|excluded| excluded == id) {
        return Selected::No("targets.exclude.ids");
    }
    if !targets.all && targets.tags.is_empty() && !targets.ids.iter().any(|selected| selected == id) {
        return Selected::No("targets.ids");
    }
    let region = facts.region_id.as_ref().map(AsRef::as_ref).filter(|region| !region.is_empty());
    if region.is_some_and(|region| !job.regions.is_empty() && !job.regions.iter().any(|one| one == region)) {
        return Selected::No("regions");
    }
    if targets.tags.is_empty() && targets.exclude.tags.is_empty() {
        return Selected::Yes;
    }
    let Some(tags) = &facts.tags else { return Selected::Unknown("tags") };
    let has = |(key, value): (&String, &String)| tags.iter().any(|(k, v)| k.as_ref() == key && v.as_ref() == value);
    if targets.exclude.tags.iter().any(has) {
        Selected::No("targets.exclude.tags")
    } else if targets.tags.iter().all(has) {
        Selected::Yes
    } else {
        Selected::No("targets.tags")
    }
}

/// What keeps the facts of an instance from belonging to the job; nothing where the job names no instances.
pub(super) fn not_selected<S: AsRef<str> + Ord>(job: &Job, facts: &InstanceFacts<S>) -> Option<Finding> {
    let (targets, id) = (&job.targets, facts.instance_id.as_ref());
    let names_instances = targets.all || !targets.tags.is_empty() || !targets.ids.is_empty();
    if id.is_empty() || !names_instances {
        return None;
    }
    let about = |row| Finding::new(row, "/instance_id").with("instance", shorten(id));
    match selects(job, facts) {
        Selected::Yes => None,
        Selected::No(part) => Some(about(&rows::NOT_SELECTED).with("part", part)),
        Selected::Unknown(fact) => Some(about(&rows::SELECTION_UNKNOWN).with("fact", fact)),
    }
}

/// Whether a finding of an instance says that the job does not select it, or that this is not known.
pub fn leaves_out(finding: &Finding) -> bool {
    [rows::NOT_SELECTED.code, rows::SELECTION_UNKNOWN.code].contains(&finding.code())
}

/// What has been seen of a job's instances.
#[derive(Debug)]
pub struct Joining<'a> {
    job: &'a Job,
    seen: BTreeSet<String>,
    selected: u32,
    facts: usize,
}

impl<'a> Joining<'a> {
    /// Of a job. One that names no instances belongs to any.
    pub fn new(job: &'a Job) -> Self {
        Self { job, seen: BTreeSet::new(), selected: 0, facts: 0 }
    }

    /// What keeps the facts of an instance from counting.
    pub fn take<S: AsRef<str> + Ord>(&mut self, facts: &InstanceFacts<S>) -> Vec<Finding> {
        let not_selected = not_selected(self.job, facts);
        if let Some(repeated) = self.note(facts.instance_id.as_ref(), not_selected.is_none()) {
            return vec![repeated];
        }
        not_selected.into_iter().collect()
    }

    /// Takes an instance whose facts were held to the job elsewhere ([`not_selected`]); says whether it came before.
    pub fn note(&mut self, id: &str, is_selected: bool) -> Option<Finding> {
        self.facts = self.facts.saturating_add(1);
        if id.is_empty() {
            return None;
        }
        if !self.seen.insert(id.to_owned()) {
            return Some(Finding::new(&rows::FACTS_REPEATED, "/instance_id").with("instance", shorten(id)));
        }
        self.selected = self.selected.saturating_add(u32::from(is_selected));
        None
    }

    /// What is missing when all facts have been seen.
    pub fn finish(self) -> Vec<Finding> {
        if self.facts == 0 {
            return vec![Finding::new(&rows::NO_FACTS, "")];
        }
        let targets = &self.job.targets;
        let mut findings = Vec::new();
        let missing: Vec<&str> = targets.selected_ids().into_iter().filter(|id| !self.seen.contains(*id)).collect();
        if !missing.is_empty() {
            let mut named = missing.iter().take(NAMED).map(|id| format!("`{}`", shorten(id))).collect::<Vec<_>>();
            if missing.len() > NAMED {
                named.push("…".to_owned());
            }
            let finding = Finding::new(&rows::WITHOUT_FACTS, "/targets/ids").with("count", missing.len().to_string());
            findings.push(finding.with("instances", named.join(", ")));
        }
        if let (true, Some(expect)) = (targets.ids.is_empty(), targets.expect) {
            let (least, most) = (expect.min.unwrap_or(0), expect.max.unwrap_or(u32::MAX));
            if least <= most && !(least..=most).contains(&self.selected) {
                let most = expect.max.map_or_else(|| "∞".to_owned(), |most| most.to_string());
                let finding = Finding::new(&parameters::EXPECT_BOUNDS, "/targets/expect");
                let finding = finding.with("count", self.selected.to_string());
                findings.push(finding.with("least", least.to_string()).with("most", most));
            }
        }
        findings
    }
}
