//! Findings that a job takes on purpose. They stay visible, marked with the reason the job gives.

use jiff::civil::Date;

use super::forms::parse_day;
use super::{Accept, Job};
use crate::diagnostics::finding::Finding;
use crate::diagnostics::messages::{self, parameters};

/// Marks the findings that the job accepts and that may be accepted. An acceptance without a reason, or past its day,
/// does not count; without a day to judge by, an end date is not held against it.
pub fn apply_acceptances(job: &Job, today: Option<Date>, findings: &mut [Finding]) {
    let acceptances = Acceptances::new(job, today);
    for finding in findings {
        acceptances.apply(finding);
    }
}

/// Takes the acceptances out of a job that do not count on a day, so that whoever has the job alone need not know it.
pub fn keep_standing_acceptances(job: &mut Job, today: Option<Date>) {
    job.accept.retain(|accept| counts(accept, today));
}

/// The acceptances of a job that count.
#[derive(Debug)]
pub(crate) struct Acceptances<'a> {
    counting: Vec<&'a Accept>,
}

impl<'a> Acceptances<'a> {
    pub(crate) fn new(job: &'a Job, today: Option<Date>) -> Self {
        let counting = job.accept.iter().filter(|accept| counts(accept, today));
        Self { counting: counting.collect() }
    }

    pub(crate) fn apply(&self, finding: &mut Finding) {
        if finding.row.acceptable
            && let Some(accept) = self.counting.iter().find(|accept| accept.code == finding.row.code)
        {
            finding.accepted = Some(accept.reason.clone());
        }
    }
}

fn counts(accept: &Accept, today: Option<Date>) -> bool {
    let holds = match (&accept.until, today) {
        (None, _) => true,
        (Some(until), Some(today)) => parse_day(until).is_some_and(|until| today <= until),
        (Some(until), None) => parse_day(until).is_some(),
    };
    holds && !accept.reason.trim().is_empty()
}

/// Findings about acceptances that ended, or whose end cannot be judged without a day.
pub(crate) fn ended(job: &Job, today: Option<Date>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, accept) in job.accept.iter().enumerate() {
        // A code that is not known, or a day that is none, has been said when the document was read.
        let (Some(row), Some(until)) = (messages::find(&accept.code), accept.until.as_deref().and_then(parse_day))
        else {
            continue;
        };
        let finding = match today {
            Some(today) if today <= until => continue,
            Some(_) => &parameters::ACCEPT_EXPIRED,
            None => &parameters::ACCEPT_UNDATED,
        };
        let finding = Finding::new(finding, format!("/accept/{at}/until"));
        findings.push(finding.with("code", row.code).with("until", until.to_string()));
    }
    findings
}
