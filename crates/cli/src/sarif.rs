//! SARIF 2.1.0: findings for code hosts and editors.

use std::collections::BTreeMap;

use consnap_core::Severity;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::{Value, json};

use crate::results::{Entry, Outcome};

/// What stands for itself in no path of a URI.
const PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'`')
    .add(b'{')
    .add(b'}')
    .add(b'|')
    .add(b'\\')
    .add(b'^')
    .add(b'[')
    .add(b']')
    .add(b'%')
    .add(b':');

/// The log of one run.
pub(crate) fn log(entries: &[Entry]) -> Value {
    let told: Vec<&Entry> = entries.iter().filter(|entry| is_told(entry)).collect();
    let mut rules: BTreeMap<&str, Value> = BTreeMap::new();
    for entry in &told {
        rules.entry(&entry.rule).or_insert_with(|| rule(entry));
    }
    let index: BTreeMap<&str, usize> = rules.keys().enumerate().map(|(at, id)| (*id, at)).collect();
    let results: Vec<Value> =
        told.iter().map(|entry| result(entry, index.get(entry.rule.as_str()).copied().unwrap_or_default())).collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "consnap",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": rules.into_values().collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

/// What is in order is not told.
fn is_told(entry: &Entry) -> bool {
    matches!(entry.outcome, Outcome::Failed | Outcome::Unknown) || !entry.message.is_empty()
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Advice => "note",
    }
}

fn rule(entry: &Entry) -> Value {
    let mut rule = json!({
        "id": entry.rule,
        "defaultConfiguration": {"level": level(entry.severity)},
    });
    if !entry.help.is_empty() {
        rule["help"] = json!({"text": entry.help});
    }
    // A link is its author's; only one that can be a URI is handed on.
    if let Some(link) = entry.link.as_deref().filter(|link| is_uri(link)) {
        rule["helpUri"] = json!(link);
    }
    rule
}

fn is_uri(link: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&b);
    link.strip_prefix("https://").or_else(|| link.strip_prefix("http://")).is_some_and(|rest| !rest.is_empty())
        && link.bytes().all(allowed)
}

fn result(entry: &Entry, index: usize) -> Value {
    let message = if entry.message.is_empty() { &entry.rule } else { &entry.message };
    let mut location = json!({"logicalLocations": [{"name": entry.subject}]});
    if let Some((file, position)) = &entry.file {
        let uri = utf8_percent_encode(&file.replace('\\', "/"), PATH).to_string();
        let mut physical = json!({"artifactLocation": {"uri": uri}});
        if let Some((line, column)) = position {
            physical["region"] = json!({"startLine": line, "startColumn": column});
        }
        location["physicalLocation"] = physical;
    }
    let mut result = json!({
        "ruleId": entry.rule,
        "ruleIndex": index,
        "level": level(entry.severity),
        "message": {"text": message},
        "locations": [location],
    });
    if entry.outcome == Outcome::Unknown {
        result["properties"] = json!({"result": "CANNOT_JUDGE"});
    }
    if let Some(reason) = &entry.waived {
        let kind = if entry.waived_in_file { "inSource" } else { "external" };
        result["suppressions"] = json!([{"kind": kind, "status": "accepted", "justification": reason}]);
    }
    result
}
