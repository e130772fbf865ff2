//! Whether a job and an instance fit each other, and which consistency that will give.
//!
//! Places of findings are JSON pointers into the job document ([`check_job`]) or into the facts ([`check`]).

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::catalog::messages::consistency;
use crate::config::Job;
use crate::consistency::{Consistency, Platform};
use crate::facts::InstanceFacts;
use crate::finding::Finding;
use crate::time::Time;

/// What the check is told about the world around job and facts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckContext {
    /// Judge by the edition of the documents that was valid on this day; the newest without it.
    pub as_of: Option<Date>,
    /// The time of the check. Without it the age of heartbeats and facts is not judged.
    pub now: Option<Time>,
}

/// Whether an instance can be snapshotted, as far as the API shows.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Eligibility {
    /// Nothing stands against it.
    Yes,
    /// Something blocks it: the findings say what.
    No,
    /// A fact the API could show is missing.
    Unknown,
}

crate::consistency::wire_names!(Eligibility { Yes => "yes", No => "no", Unknown => "unknown" });

/// What a check finds about one instance.
#[derive(Clone, Debug, PartialEq)]
pub struct InstanceCheck {
    /// Which plug-in it takes; `None` when the facts do not tell.
    pub platform: Option<Platform>,
    /// Everything worth saying, in the order of the facts.
    pub findings: Vec<Finding>,
    /// Whether it can be snapshotted.
    pub eligible: Eligibility,
    /// The consistency the job will give on it.
    pub predicted: Consistency,
    /// Why (a row `CS3xx`).
    pub predicted_why: Finding,
}

/// Checks the job document alone, for one platform or for all.
pub fn check_job(_job: &Job, _platform: Option<Platform>) -> Vec<Finding> {
    Vec::new()
}

/// Checks one instance. For many use a [`Checker`].
pub fn check<S: AsRef<str> + Ord>(job: &Job, facts: &InstanceFacts<S>, context: &CheckContext) -> InstanceCheck {
    Checker::new(job, context).check(facts)
}

/// Everything that depends on the job alone, worked out once.
#[derive(Debug)]
pub struct Checker<'a> {
    job: &'a Job,
    context: &'a CheckContext,
}

impl<'a> Checker<'a> {
    /// Prepares the check of many instances against one job.
    pub fn new(job: &'a Job, context: &'a CheckContext) -> Self {
        Self { job, context }
    }

    /// All findings about the job document itself, acceptances applied.
    pub fn job_findings(&self, platform: Option<Platform>) -> Vec<Finding> {
        let _ = self.context;
        check_job(self.job, platform)
    }

    /// Checks one instance.
    pub fn check<S: AsRef<str> + Ord>(&self, _facts: &InstanceFacts<S>) -> InstanceCheck {
        InstanceCheck {
            platform: None,
            findings: Vec::new(),
            eligible: Eligibility::Unknown,
            predicted: Consistency::Unknown,
            predicted_why: Finding::new(&consistency::UNKNOWN_FITNESS, ""),
        }
    }
}
