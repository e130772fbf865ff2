//! The job of a plan or of a run.

use consnap_core::check::{CheckContext, Checker, Severities};
use consnap_core::diagnostics::messages::runs;
use consnap_core::input::job::{self, Job};
use consnap_core::{Error, ErrorKind, Finding};
use serde_json::Value;

/// A job as far as it can be read, and all that is known of it before any instance is looked at.
#[derive(Clone, Debug)]
pub struct JobRead {
    /// The job.
    pub job: Job,
    /// What was found, in the document and in what it asks for.
    pub findings: Vec<Finding>,
}

/// Reads a job and checks it without instances, as of a day and a time; severities are those of the policies, if any. The
/// scripts of `linux.quiesce` are written into the document first, which from then on is the one to run and to keep.
pub fn read_job(document: &mut Value, context: &CheckContext, severities: &Severities) -> JobRead {
    let unfit = consnap_scripts::compose(document);
    let (job, mut findings) = job::read(document);
    findings.extend(unfit);
    for finding in Checker::new(&job, context).weighing(severities).job_findings(None) {
        if !findings.contains(&finding) {
            findings.push(finding);
        }
    }
    JobRead { job, findings }
}

impl JobRead {
    /// The job, unless a finding stands against it: then nothing may be sent.
    ///
    /// Errors: `CE300` with the findings.
    pub fn usable(self) -> Result<Job, Error> {
        if self.findings.iter().any(Finding::blocks) {
            return Err(Error::new(ErrorKind::Input, &runs::JOB_BLOCKED).with_findings(self.findings));
        }
        Ok(self.job)
    }
}
