//! A job, or everything that is wrong with its document: for programs that have no place for findings beside a job.

use std::fmt;

use serde_json::Value;

use super::{Job, from_str_json, read};
use crate::diagnostics::finding::Finding;
use crate::diagnostics::text::Lang;

/// A job document that cannot be used as it is written. Nothing of it was thrown away: `findings` has all that was found.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct JobError {
    /// What was found while reading, at least one of which blocks; each with its place, its message and what to do.
    pub findings: Vec<Finding>,
}

impl Job {
    /// Reads a job document. A key that is not known, a value of another type and a missing key are an error here, so that no
    /// caller can lose them; [`read`] gives the job as far as it can be read beside its findings.
    ///
    /// Whether the values make sense is the business of [`crate::check`].
    ///
    /// ```
    /// use consnap_core::input::job::Job;
    /// use serde_json::json;
    ///
    /// let refused = Job::parse(&json!({"version": 1, "targets": {"ids": ["i-a"]}, "group_nam": "nightly"})).unwrap_err();
    /// assert!(refused.findings.iter().any(|finding| finding.place == "/group_nam"));
    /// ```
    pub fn parse(document: &Value) -> Result<Self, JobError> {
        usable(read(document))
    }

    /// Reads a job document from JSON text, as [`Job::parse`] does. A key that stands twice is an error too.
    pub fn parse_json(text: &str) -> Result<Self, JobError> {
        usable(from_str_json(text))
    }
}

fn usable((job, findings): (Job, Vec<Finding>)) -> Result<Job, JobError> {
    if findings.iter().any(Finding::blocks) { Err(JobError { findings }) } else { Ok(job) }
}

/// In English: each finding that blocks, on a line of its own.
impl fmt::Display for JobError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the job document cannot be used")?;
        for finding in self.findings.iter().filter(|finding| finding.blocks()) {
            write!(f, "\n  {} {}: {}", finding.code(), finding.place, finding.message(Lang::En))?;
        }
        Ok(())
    }
}

impl std::error::Error for JobError {}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn job() -> Value {
        json!({"version": 1, "targets": {"ids": ["i-a"]}, "instance_ram_role": "Role", "group_name": "g"})
    }

    #[test]
    fn a_good_document_is_a_job() {
        assert_eq!(Job::parse(&job()).map(|job| job.group_name), Ok("g".to_owned()));
        assert_eq!(Job::parse_json(&job().to_string()), Job::parse(&job()));
    }

    #[test]
    fn nothing_that_was_found_is_lost() {
        for (key, value, place) in [
            ("linuks", json!({}), "/linuks"),
            ("linux", json!({"freeze_timeout": 5}), "/linux/freeze_timeout"),
            ("linux", json!(5), "/linux"),
            ("group_name", json!(null), ""),
            ("required_consistency", json!("best"), "/required_consistency"),
        ] {
            let mut document = job();
            document[key] = value;
            let (_, findings) = read(&document);
            let error = Job::parse(&document).expect_err(key);
            assert_eq!(error.findings, findings);
            assert!(error.to_string().lines().any(|line| line.contains(place)), "{error}");
        }
        let twice = r#"{"version": 1, "targets": {"ids": ["i-a"]}, "instance_ram_role": "R", "group_name": "g", "group_name": "h"}"#;
        assert!(Job::parse_json(twice).is_err());
        assert!(Job::parse_json("no JSON").is_err());
    }

    #[test]
    fn serde_alone_throws_nothing_away_either() {
        for (key, value) in
            [("linuks", json!({})), ("linux", json!({"freeze_timeout": 5})), ("run", json!({"canari": 1}))]
        {
            let mut document = job();
            document[key] = value;
            assert!(serde_json::from_value::<Job>(document).is_err(), "{key}");
        }
    }
}
