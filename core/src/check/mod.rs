//! Whether a job and an instance fit each other, and which consistency that will give.
//! It uses `plugin` and the layers below it.
//!
//! Start at [`Checker`]. Places of findings are JSON pointers: into the job document for [`check_job`], into the facts
//! of the instance for [`check`].

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::base::consistency::{Consistency, Platform};
use crate::base::time::Time;
use crate::catalog::systems;
use crate::diagnostics::finding::Finding;
use crate::input::facts::InstanceFacts;
use crate::input::job::accept;
use crate::input::job::forms::parse_day;
use crate::input::job::{Job, LinuxOptions, WindowsOptions};

mod contents;
mod disks;
mod guest;
mod instance;
mod many;
mod parameters;
mod prediction;
mod quiesce;
mod selection;
mod severities;
mod system;

pub(crate) use guest::loose_folder;

pub use many::{Checked, check_many};
pub use quiesce::unwritten;
pub use selection::{Joining, Selected, leaves_out, selects};
pub use severities::Severities;

/// What the check is told about the world around job and facts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckContext {
    /// Judge by the edition of the documents that was valid on this day; by the newest without one.
    pub as_of: Option<Date>,
    /// The time of the check. Without it the age of facts is not judged.
    pub now: Option<Time>,
}

impl CheckContext {
    /// From the texts at the border: a day such as `2024-03-14` and a time such as `2024-05-06T07:08:09Z`. The names of
    /// those that cannot be read come back.
    pub fn read(as_of: Option<&str>, now: Option<&str>) -> Result<Self, Vec<&'static str>> {
        let context = Self { as_of: as_of.and_then(parse_day), now: now.and_then(Time::parse) };
        let mut unread = Vec::new();
        if as_of.is_some() && context.as_of.is_none() {
            unread.push("as_of");
        }
        if now.is_some() && context.now.is_none() {
            unread.push("now");
        }
        if unread.is_empty() { Ok(context) } else { Err(unread) }
    }

    /// The day by which acceptances end.
    pub fn today(&self) -> Option<Date> {
        self.now.and_then(|now| parse_day(now.to_wire().get(..10)?)).or(self.as_of)
    }
}

/// Whether an instance can be snapshotted, as far as it is known.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Eligibility {
    /// Nothing stands against it.
    Yes,
    /// Something blocks it: the findings say what.
    No,
    /// A fact that the API could show is missing. What only the guest knows does not count here.
    Unknown,
}

crate::base::consistency::wire_names!(Eligibility { Yes => "yes", No => "no", Unknown => "unknown" });

/// What a check finds about one instance.
#[derive(Clone, Debug, PartialEq)]
pub struct InstanceCheck {
    /// Which plug-in it takes; `None` when the facts do not tell.
    pub platform: Option<Platform>,
    /// Everything worth saying, in the order of the facts. Acceptances of the job are applied.
    pub findings: Vec<Finding>,
    /// Whether it can be snapshotted.
    pub eligible: Eligibility,
    /// The level the job will give on it. `None` when it is not eligible, `Unknown` when only the guest could tell.
    pub predicted: Consistency,
    /// Why (a row `CS300` to `CS319`).
    pub predicted_why: Finding,
}

/// Checks the parameters of the job document, for one platform or for all. Acceptances are not applied.
///
/// What only the document's text shows (unknown keys, targets) is said by [`crate::input::job::read`].
pub fn check_job(job: &Job, platform: Option<Platform>) -> Vec<Finding> {
    parameters::check(job, platform)
}

/// Checks one instance. For many use a [`Checker`], or [`check_many`] for documents.
pub fn check<S: AsRef<str> + Ord>(job: &Job, facts: &InstanceFacts<S>, context: &CheckContext) -> InstanceCheck {
    Checker::new(job, context).check(facts)
}

/// The check of many instances against one job: everything that depends on the job alone is worked out once.
#[derive(Debug)]
pub struct Checker<'a> {
    job: &'a Job,
    context: &'a CheckContext,
    acceptances: accept::Acceptances<'a>,
    severities: Severities,
    edition: Option<&'static systems::Edition>,
    /// Instance and disk of each exclusion, sorted.
    exclusions: Vec<(&'a str, &'a str)>,
}

impl<'a> Checker<'a> {
    /// Prepares the check.
    pub fn new(job: &'a Job, context: &'a CheckContext) -> Self {
        let exclusions = job.exclude_disks.iter().flatten();
        let mut exclusions: Vec<_> = exclusions.map(|e| (e.instance.as_str(), e.disk.as_str())).collect();
        exclusions.sort_unstable();
        Self {
            job,
            context,
            acceptances: accept::Acceptances::new(job, context.today()),
            severities: Severities::default(),
            edition: systems::edition(context.as_of),
            exclusions,
        }
    }

    /// With the severities an organisation gives to findings.
    #[must_use]
    pub fn weighing(mut self, severities: &Severities) -> Self {
        self.severities = severities.clone();
        self
    }

    /// The level that the job can reach on instances nobody has looked at, and the condition under which it does.
    pub fn reachable(&self, platform: Platform) -> (Consistency, Finding) {
        prediction::reachable(self.job, platform)
    }

    /// The one platform that a job is about: that of all its instances, or the one whose section alone it has where none is known.
    pub fn only_platform(&self, mut seen: impl Iterator<Item = Option<Platform>>) -> Option<Platform> {
        let first = seen.next().unwrap_or_else(|| {
            let (linux, windows) =
                (self.job.linux != LinuxOptions::default(), self.job.windows != WindowsOptions::default());
            (windows && !linux).then_some(Platform::Windows)
        });
        first.filter(|first| seen.all(|other| other == Some(*first)))
    }

    /// All findings about the job itself: [`check_job`], acceptances that ended, and the others applied.
    pub fn job_findings(&self, platform: Option<Platform>) -> Vec<Finding> {
        let mut findings = check_job(self.job, platform);
        findings.extend(accept::ended(self.job, self.context.today()));
        for finding in &mut findings {
            self.weigh(finding);
        }
        findings
    }

    /// Gives a finding the severity it has here, and marks one that the job accepts.
    fn weigh(&self, finding: &mut Finding) {
        self.severities.apply(finding);
        self.acceptances.apply(finding);
    }

    /// Checks one instance.
    pub fn check<S: AsRef<str> + Ord>(&self, facts: &InstanceFacts<S>) -> InstanceCheck {
        instance::check(self, facts, Vec::new())
    }

    /// Checks one instance from its document; gives back its id as well. What cannot be read is a finding at the front,
    /// and the instance is not eligible for sure.
    pub fn check_document(&self, document: &serde_json::Value) -> (String, InstanceCheck) {
        let (facts, findings) = crate::input::facts::read(document);
        let check = instance::check(self, &facts, findings);
        (facts.instance_id, check)
    }

    /// As [`Checker::check_document`], where the facts are held to the instances the job selects as well.
    pub fn check_joined(&self, document: &serde_json::Value, joining: &mut Joining<'_>) -> (String, InstanceCheck) {
        let (facts, mut findings) = crate::input::facts::read(document);
        findings.extend(joining.take(&facts));
        let check = instance::check(self, &facts, findings);
        (facts.instance_id, check)
    }

    /// The disks excluded for an instance.
    fn excluded(&self, instance: &str) -> &[(&'a str, &'a str)] {
        let from = self.exclusions.partition_point(|(owner, _)| *owner < instance);
        let rest = self.exclusions.get(from..).unwrap_or_default();
        let length = rest.partition_point(|(owner, _)| *owner == instance);
        rest.get(..length).unwrap_or_default()
    }
}
