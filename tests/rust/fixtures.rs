//! Shared cases: `tests/fixtures/<operation>/*.json`. Every language runs the same files through its public function.
//!
//! `UPDATE_FIXTURES=1` writes what the function answers into `expect`, except in files that hold outside truth
//! (`"locked": true`). Those name only the members that the outside speaks of, and only these are compared.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A file of cases.
#[derive(Debug, Serialize, Deserialize)]
pub struct Suite {
    /// The operation, as `consnap op` names it.
    pub op: String,
    /// What these cases are about.
    pub about: String,
    /// Whether `expect` comes from outside and is never rewritten.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub locked: bool,
    /// The cases.
    pub cases: Vec<Case>,
}

/// One case.
#[derive(Debug, Serialize, Deserialize)]
pub struct Case {
    /// What it shows.
    pub name: String,
    /// What goes in.
    pub input: Value,
    /// What must come out, compared by value.
    #[serde(default)]
    pub expect: Value,
}

/// Runs every case of an operation and returns how many there were. Panics, naming all that differ.
pub fn run(operation: &str, mut answer: impl FnMut(&Value) -> Value) -> usize {
    let update = std::env::var_os("UPDATE_FIXTURES").is_some_and(|value| value == "1");
    let (mut count, mut wrong) = (0, Vec::new());
    for (path, mut suite) in read(operation) {
        let mut changed = false;
        for case in &mut suite.cases {
            count += 1;
            let mut got = answer(&case.input);
            if suite.locked {
                keep_named(&case.expect, &mut got);
            }
            if got == case.expect {
                continue;
            }
            if update && !suite.locked {
                case.expect = got;
                changed = true;
            } else {
                let file = path.file_name().unwrap_or_default().to_string_lossy();
                wrong.push(format!("{file}: {}\n{}", case.name, differences(&case.expect, &got)));
            }
        }
        if changed {
            let text = serde_json::to_string_pretty(&suite).unwrap_or_default() + "\n";
            if let Err(error) = std::fs::write(&path, text) {
                panic!("{}: {error}", path.display());
            }
        }
    }
    println!("{operation}: {count} cases");
    assert!(count > 0, "no cases under {}", folder(operation).display());
    assert!(wrong.is_empty(), "{} of {count} cases differ:\n{}", wrong.len(), wrong.join("\n"));
    count
}

/// Leaves of an answer the members that are expected.
fn keep_named(expect: &Value, got: &mut Value) {
    if let (Value::Object(expect), Value::Object(got)) = (expect, got) {
        got.retain(|name, _| expect.contains_key(name));
    }
}

/// All files of an operation, by name.
pub fn read(operation: &str) -> Vec<(PathBuf, Suite)> {
    let entries = std::fs::read_dir(folder(operation)).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.sort();
    let read_one = |path: PathBuf| {
        let suite = std::fs::read(&path)
            .map_err(|error| error.to_string())
            .and_then(|bytes| serde_json::from_slice(&bytes).map_err(|error| error.to_string()));
        match suite {
            Ok(suite) => (path, suite),
            Err(error) => panic!("{}: {error}", path.display()),
        }
    };
    paths.into_iter().map(read_one).collect()
}

/// Where the cases of an operation lie.
pub fn folder(operation: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(operation)
}

/// The places, as JSON pointers, where two values differ; at most ten.
fn differences(expected: &Value, got: &Value) -> String {
    let mut lines = Vec::new();
    compare("", expected, got, &mut lines);
    lines.truncate(10);
    lines.join("\n")
}

fn compare(place: &str, expected: &Value, got: &Value, lines: &mut Vec<String>) {
    match (expected, got) {
        (Value::Object(left), Value::Object(right)) => {
            for key in left.keys().chain(right.keys().filter(|key| !left.contains_key(*key))) {
                let at = |map: &serde_json::Map<String, Value>| map.get(key).cloned().unwrap_or(Value::Null);
                compare(&format!("{place}/{key}"), &at(left), &at(right), lines);
            }
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            for (index, (left, right)) in left.iter().zip(right).enumerate() {
                compare(&format!("{place}/{index}"), left, right, lines);
            }
        }
        _ if expected == got => {}
        _ => lines.push(format!("  {place}: expected {expected}, got {got}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn differences_name_their_place() {
        let text = differences(&json!({"a": [1, 2], "b": 1}), &json!({"a": [1, 3], "c": 1}));
        assert_eq!(text, "  /a/1: expected 2, got 3\n  /b: expected 1, got null\n  /c: expected null, got 1");
    }
}
