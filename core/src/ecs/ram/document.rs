//! A policy as it was written, read with findings.

use serde_json::{Map, Value};

use crate::diagnostics::finding::Finding;
use crate::diagnostics::messages::permissions as rows;

/// A statement.
#[derive(Debug, Default)]
pub(super) struct Statement {
    /// Where it stands, as a JSON pointer.
    pub(super) place: String,
    /// `Allow`; else `Deny`.
    pub(super) allows: bool,
    /// `Action`, with the pointers of its members.
    pub(super) actions: Vec<(String, String)>,
    /// Whether it speaks of all actions but these (`NotAction`).
    pub(super) all_actions_but: bool,
    /// `Resource`.
    pub(super) resources: Vec<String>,
    /// Whether it speaks of all resources but these (`NotResource`).
    pub(super) all_resources_but: bool,
    /// Whether there are conditions.
    pub(super) conditional: bool,
    /// `Principal`: kind and name, with its pointer; kind `*` for everybody.
    pub(super) principals: Vec<(String, String, String)>,
}

const MEMBERS: &[&str] = &["Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition", "Principal"];

/// Reads a document; `None` when it is no policy at all.
pub(super) fn read(document: &Value, findings: &mut Vec<Finding>) -> Option<Vec<Statement>> {
    let unreadable =
        |place: &str, detail: &str| Finding::new(&rows::POLICY_UNREADABLE, place.to_owned()).with("detail", detail);
    let Value::Object(policy) = document else {
        findings.push(unreadable("", "it is not a JSON object"));
        return None;
    };
    unknown_members(policy, &["Version", "Statement"], "", findings);
    match policy.get("Version") {
        Some(Value::String(version)) if version == "1" => {}
        Some(_) => findings.push(unreadable("/Version", "`Version` is not \"1\"")),
        None => findings.push(unreadable("", "`Version` is missing; it must be \"1\"")),
    }
    let statements = match policy.get("Statement") {
        Some(Value::Array(statements)) => {
            statements.iter().enumerate().map(|(index, one)| (format!("/Statement/{index}"), one)).collect()
        }
        Some(one @ Value::Object(_)) => vec![("/Statement".to_owned(), one)],
        _ => {
            findings.push(unreadable("", "`Statement` is missing or not a list"));
            return None;
        }
    };
    let read = statements.into_iter().filter_map(|(place, statement)| {
        let Value::Object(statement) = statement else {
            findings.push(unreadable(&place, "a statement is not an object"));
            return None;
        };
        unknown_members(statement, MEMBERS, &place, findings);
        let allows = match statement.get("Effect").and_then(Value::as_str) {
            Some("Allow") => true,
            Some("Deny") => false,
            _ => {
                findings.push(unreadable(&place, "`Effect` is neither `Allow` nor `Deny`"));
                return None;
            }
        };
        let all_actions_but = statement.contains_key("NotAction");
        let all_resources_but = statement.contains_key("NotResource");
        let mut texts = |name: &str| texts(statement.get(name), &format!("{place}/{name}"), findings);
        let actions = texts(if all_actions_but { "NotAction" } else { "Action" });
        let resources = texts(if all_resources_but { "NotResource" } else { "Resource" });
        let mut principals = Vec::new();
        match statement.get("Principal") {
            Some(Value::Object(kinds)) => {
                for (kind, names) in kinds {
                    let at = format!("{place}/Principal/{}", escaped(kind));
                    principals.extend(
                        self::texts(Some(names), &at, findings)
                            .into_iter()
                            .map(|(name, place)| (kind.clone(), name, place)),
                    );
                }
            }
            Some(Value::String(everybody)) => {
                principals.push(("*".to_owned(), everybody.clone(), format!("{place}/Principal")));
            }
            Some(_) => findings.push(unreadable(&format!("{place}/Principal"), "`Principal` is not an object")),
            None => {}
        }
        let conditional = statement.get("Condition").is_some_and(|condition| match condition {
            Value::Object(members) => !members.is_empty(),
            Value::Null => false,
            _ => true,
        });
        Some(Statement {
            allows,
            actions,
            all_actions_but,
            resources: resources.into_iter().map(|(text, _)| text).collect(),
            all_resources_but,
            conditional,
            principals,
            place,
        })
    });
    Some(read.collect())
}

fn unknown_members(object: &Map<String, Value>, known: &[&str], place: &str, findings: &mut Vec<Finding>) {
    for name in object.keys().filter(|name| !known.contains(&name.as_str())) {
        let at = format!("{place}/{}", escaped(name));
        findings.push(Finding::new(&rows::POLICY_MEMBER_UNKNOWN, at).with("member", name.clone()));
    }
}

/// One text or a list of them, each with its pointer.
fn texts(value: Option<&Value>, place: &str, findings: &mut Vec<Finding>) -> Vec<(String, String)> {
    let not_text = |at: String| Finding::new(&rows::POLICY_UNREADABLE, at).with("detail", "it is not a text");
    match value {
        None => Vec::new(),
        Some(Value::String(text)) => vec![(text.trim().to_owned(), place.to_owned())],
        Some(Value::Array(list)) => {
            let mut out = Vec::new();
            for (index, value) in list.iter().enumerate() {
                match value {
                    Value::String(text) => out.push((text.trim().to_owned(), format!("{place}/{index}"))),
                    _ => findings.push(not_text(format!("{place}/{index}"))),
                }
            }
            out
        }
        Some(_) => {
            findings.push(not_text(place.to_owned()));
            Vec::new()
        }
    }
}

/// A name inside a JSON pointer.
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
