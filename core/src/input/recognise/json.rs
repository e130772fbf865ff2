//! JSON as people paste it: one document after the other, with anything between them, in the forms that SDKs print.

use serde_json::{Map, Value};

use super::kinds::TextKind;

/// What a document is.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum DocumentKind {
    /// A reply of an operation, by its name.
    Reply(&'static str),
    /// A reply that refuses a call.
    Refusal,
    /// The parameters of `RunCommand`.
    RunCommand,
    /// Results of commands, outside of a reply.
    Results,
    /// Facts of an instance, as consnap writes them.
    Facts,
    /// A job.
    Job,
    /// Policies of an organisation.
    Policies,
    /// A policy of RAM.
    RamPolicy,
    /// Credentials.
    Credentials,
    /// None of them.
    Unknown,
}

impl DocumentKind {
    /// The kind of text.
    pub const fn kind(self) -> TextKind {
        match self {
            Self::Reply(_) => TextKind::Reply,
            Self::Refusal => TextKind::Refusal,
            Self::RunCommand => TextKind::Call,
            Self::Results => TextKind::Results,
            Self::Facts => TextKind::Facts,
            Self::Job => TextKind::Job,
            Self::Policies => TextKind::Policies,
            Self::RamPolicy => TextKind::RamPolicy,
            Self::Credentials => TextKind::Credentials,
            Self::Unknown => TextKind::Nothing,
        }
    }
}

/// Replies, by a member that they alone hold. The first that fits counts.
const REPLIES: &[(&str, &str)] = &[
    ("Instances", "DescribeInstances"),
    ("Disks", "DescribeDisks"),
    ("InstanceCloudAssistantStatusSet", "DescribeCloudAssistantStatus"),
    ("InstanceRamRoleSets", "DescribeInstanceRamRole"),
    ("AttachInstanceRamRoleResults", "AttachInstanceRamRole"),
    ("SnapshotGroups", "DescribeSnapshotGroups"),
    ("Snapshots", "DescribeSnapshots"),
    ("Regions", "DescribeRegions"),
    ("Invocation", "DescribeInvocationResults"),
    ("InvocationResult", "DescribeInvocationResults"),
];
/// Members of which a result has at least one.
const OF_RESULTS: &[&str] = &[
    "InvocationStatus",
    "InvokeRecordStatus",
    "ExitCode",
    "Output",
    "ErrorCode",
    "InvocationResults",
    "InvokeInstances",
];
const OF_JOBS: &[&str] = &[
    "targets",
    "group_name",
    "instance_ram_role",
    "required_consistency",
    "exclude_disks",
    "group_description",
    "linux",
    "windows",
];
const OF_CREDENTIALS: &[&str] = &["access_key_secret", "AccessKeySecret", "SecurityToken", "Credentials"];

impl DocumentKind {
    /// What a value is, by what it holds.
    pub fn of(value: &Value) -> Self {
        let Some(members) = value.as_object() else { return Self::Unknown };
        let has = |name: &&str| member(members, name).is_some();
        let text = |name: &str| member(members, name).is_some_and(Value::is_string);
        let nested = |name: &str| member(members, name).is_some_and(|inner| inner.is_object() || inner.is_array());
        // Facts have a member `disks` as well, and only replies in the spelling of an SDK begin in lower case.
        if members.get("instance_id").is_some_and(Value::is_string) && !has(&"InvocationStatus") && !has(&"ExitCode") {
            return Self::Facts;
        }
        if let Some((_, operation)) = REPLIES.iter().find(|(name, _)| nested(name)) {
            return Self::Reply(operation);
        }
        if nested("Invocations") {
            let sent = value.to_string();
            let files = ["\"TargetDir\"", "\"targetDir\"", "\"target_dir\""].iter().any(|mark| sent.contains(mark));
            return Self::Reply(if files { "DescribeSendFileResults" } else { "DescribeInvocations" });
        }
        let refuses = ["Message", "RequestId", "HostId", "Recommend"].iter().any(has);
        match () {
            () if OF_CREDENTIALS.iter().any(has) || has(&"profiles") && has(&"current") => Self::Credentials,
            () if text("Code") && refuses && !has(&"InstanceId") => Self::Refusal,
            () if text("CommandContent") && !has(&"InvokeId") => Self::RunCommand,
            () if OF_RESULTS.iter().any(has) => Self::Results,
            () if has(&"Statement") || has(&"PolicyDocument") || has(&"DefaultPolicyVersion") => Self::RamPolicy,
            () if has(&"AssumeRolePolicyDocument") => Self::RamPolicy,
            () if members.contains_key("policies") => Self::Policies,
            () if OF_JOBS.iter().any(|name| members.contains_key(*name)) => Self::Job,
            () if text("InvokeId") => Self::Reply("RunCommand"),
            () if text("AccountId") && text("Arn") => Self::Reply("GetCallerIdentity"),
            () => Self::Unknown,
        }
    }
}

/// A member in the spelling of the service, or as some SDKs print it: `invokeId`, `invoke_id`.
pub fn member<'v>(members: &'v Map<String, Value>, name: &str) -> Option<&'v Value> {
    if let Some(value) = members.get(name) {
        return Some(value);
    }
    let same = |key: &str| {
        let mut letters = key.bytes().filter(|byte| *byte != b'_');
        let mut wanted = name.bytes();
        loop {
            match (letters.next(), wanted.next()) {
                (None, None) => return true,
                (Some(a), Some(b)) if a.eq_ignore_ascii_case(&b) => {}
                _ => return false,
            }
        }
    };
    members
        .iter()
        .find(|(key, _)| key.starts_with(|first: char| first.is_ascii_lowercase()) && same(key))
        .map(|(_, value)| value)
}

/// A reply in the spelling of the service, however an SDK printed it.
pub fn as_the_service_spells(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(as_the_service_spells).collect(),
        Value::Object(members) => {
            let spelled = members.into_iter().map(|(name, value)| (spelled(name), as_the_service_spells(value)));
            Value::Object(spelled.collect())
        }
        other => other,
    }
}

fn spelled(name: String) -> String {
    if !name.starts_with(|first: char| first.is_ascii_lowercase()) {
        return name;
    }
    let mut letters = String::with_capacity(name.len());
    let mut is_first = true;
    for letter in name.chars() {
        match letter {
            '_' => is_first = true,
            _ if std::mem::take(&mut is_first) => letters.push(letter.to_ascii_uppercase()),
            _ => letters.push(letter),
        }
    }
    match letters.strip_prefix("Os") {
        // `OSName`, `OSType`: the one word that the service writes in capitals.
        Some(rest) if rest.starts_with(|next: char| next.is_ascii_uppercase()) => format!("OS{rest}"),
        _ => letters,
    }
}

/// Why something that begins like JSON is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Malformed {
    /// It is never closed.
    Cut,
    /// A comma before a closing bracket.
    Comma,
    /// A value as a program prints it.
    Quotes,
    /// Anything else, in the words of the reader.
    Other(String),
}

/// The documents of a text, lists laid flat, or the place of what begins like one and is none: a byte of the text.
pub(super) fn documents(text: &str) -> Result<Vec<Value>, (usize, Malformed)> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(begin) = begin(text, from) {
        let end = end_of(text, begin);
        let part = text.get(begin..end.unwrap_or(text.len())).unwrap_or_default();
        let value = match (end, serde_json::from_str::<Value>(part)) {
            (Some(_), Ok(value)) => value,
            (_, read) => match as_printed(part) {
                Some(value) => value,
                None if end.is_none() => {
                    return Err((begin, if is_printed(part) { Malformed::Quotes } else { Malformed::Cut }));
                }
                None => return Err(why(part, begin, read.err())),
            },
        };
        flatten(value, &mut found, 0);
        let Some(end) = end else { break };
        from = end;
    }
    Ok(found)
}

/// A text without the documents that are read as what they are.
pub fn outside(text: &str) -> String {
    if let Ok(inner) = serde_json::from_str::<String>(text.trim()) {
        return outside(&inner);
    }
    if begin(text, 0).is_none() {
        // A reply in XML goes on to the end.
        return text.split('<').next().unwrap_or_default().to_owned();
    }
    let (mut kept, mut from) = (String::new(), 0);
    while let Some(begin) = begin(text, from) {
        let Some(end) = end_of(text, begin) else { break };
        let part = text.get(begin..end).unwrap_or_default();
        let value = serde_json::from_str::<Value>(part).ok().or_else(|| as_printed(part));
        let mut found = Vec::new();
        if let Some(value) = value {
            flatten(value, &mut found, 0);
        }
        let is_open = |value: &Value| matches!(DocumentKind::of(value), DocumentKind::Refusal | DocumentKind::Unknown);
        kept.push_str(text.get(from..begin).unwrap_or_default());
        if found.iter().any(is_open) || found.is_empty() {
            kept.push_str(part);
        }
        kept.push('\n');
        from = end;
    }
    kept.push_str(text.get(from..).unwrap_or_default());
    kept
}

/// A document that stands as a JSON text among other text.
pub(super) fn written_as_text(text: &str) -> Option<String> {
    let at = ["\"{\\\"", "\"[{\\\"", "\"{\\n", "\"[\\n"].iter().filter_map(|begin| text.find(begin)).min()?;
    serde_json::Deserializer::from_str(text.get(at..)?).into_iter::<String>().next()?.ok()
}

/// The line of a byte, from 1.
pub(super) fn line_of(text: &str, at: usize) -> usize {
    1 + text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count()
}

/// The objects of a value: members of lists, and what a tool wrapped or wrote as text.
fn flatten(value: Value, found: &mut Vec<Value>, depth: usize) {
    const LEVELS: usize = 4;
    match value {
        Value::Array(items) => items.into_iter().for_each(|item| flatten(item, found, depth + 1)),
        Value::Object(mut members) if depth < LEVELS => {
            // How SDKs, the API explorer and log services print a reply.
            let sdk = ["headers", "statusCode", "status_code", "Headers", "StatusCode"];
            let wraps = |name: &&&str| members.get(**name).is_some_and(|inner| inner.is_object() || inner.is_string());
            let way = ["body", "Body", "data", "Data", "Response", "response", "result"].iter().find(wraps);
            let is_wrapped = members.len() == 1 || sdk.iter().any(|name| members.contains_key(*name));
            match way.filter(|_| is_wrapped).and_then(|name| members.get_mut(*name)).map(Value::take) {
                Some(Value::String(text)) => match serde_json::from_str(&text) {
                    Ok(inner) => flatten(inner, found, depth + 1),
                    Err(_) => found.push(Value::String(text)),
                },
                Some(inner) => flatten(inner, found, depth + 1),
                None => found.push(Value::Object(members)),
            }
        }
        Value::String(text) if depth > 0 && depth < LEVELS => match serde_json::from_str::<Value>(&text) {
            Ok(inner @ (Value::Object(_) | Value::Array(_))) => flatten(inner, found, depth + 1),
            _ => found.push(Value::String(text)),
        },
        other => found.push(other),
    }
}

/// Where an object or a list of objects begins. A list of words or numbers may be a mark of a log as well.
fn begin(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let next = |at: usize| bytes.get(at..)?.iter().find(|byte| !byte.is_ascii_whitespace()).copied();
    (from..bytes.len()).find(|at| match bytes.get(*at) {
        Some(b'{') => matches!(next(at + 1), Some(b'"' | b'\'' | b'}')),
        Some(b'[') => matches!(next(at + 1), Some(b'{' | b'[' | b']')),
        _ => false,
    })
}

/// The place behind the bracket that closes the one at a place.
fn end_of(text: &str, begin: usize) -> Option<usize> {
    let (mut depth, mut quote, mut escaped) = (0_usize, None, false);
    // Only what a program prints has values in single quotes.
    let single = text.get(begin..).is_some_and(is_printed);
    for (at, byte) in text.bytes().enumerate().skip(begin) {
        match (quote, byte) {
            _ if escaped => escaped = false,
            (Some(_), b'\\') => escaped = true,
            (Some(open), _) if open == byte => quote = None,
            (None, b'"') => quote = Some(b'"'),
            (None, b'\'') if single => quote = Some(b'\''),
            (None, b'{' | b'[') => depth += 1,
            (None, b'}' | b']') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}

/// Whether it looks like a value as Python prints it: names in single quotes.
fn is_printed(part: &str) -> bool {
    part.trim_start_matches(|c: char| matches!(c, '{' | '[') || c.is_ascii_whitespace()).starts_with('\'')
}

/// A value as Python prints it.
fn as_printed(part: &str) -> Option<Value> {
    if !is_printed(part) {
        return None;
    }
    let mut json = String::with_capacity(part.len());
    let mut letters = part.chars();
    let mut word = String::new();
    let end_word = |word: &mut String, json: &mut String| {
        json.push_str(match word.as_str() {
            "None" => "null",
            "True" => "true",
            "False" => "false",
            other => other,
        });
        word.clear();
    };
    while let Some(letter) = letters.next() {
        if letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '+') {
            word.push(letter);
            continue;
        }
        end_word(&mut word, &mut json);
        if !matches!(letter, '\'' | '"') {
            json.push(letter);
            continue;
        }
        json.push('"');
        loop {
            match letters.next()? {
                '\\' => match letters.next()? {
                    '\'' => json.push('\''),
                    'x' => {
                        json.push_str("\\u00");
                        json.extend([letters.next()?, letters.next()?]);
                    }
                    other => json.extend(['\\', other]),
                },
                end if end == letter => break,
                '"' => json.push_str("\\\""),
                other => json.push(other),
            }
        }
        json.push('"');
    }
    end_word(&mut word, &mut json);
    serde_json::from_str(&json).ok()
}

fn why(part: &str, begin: usize, error: Option<serde_json::Error>) -> (usize, Malformed) {
    if let Some(at) = comma(part) {
        return (begin + at, Malformed::Comma);
    }
    if is_printed(part) {
        return (begin, Malformed::Quotes);
    }
    (begin, Malformed::Other(error.map(|error| error.to_string()).unwrap_or_default()))
}

/// The comma before a closing bracket, where taking such commas out makes JSON.
fn comma(part: &str) -> Option<usize> {
    let (mut kept, mut first, mut quoted, mut escaped) = (String::with_capacity(part.len()), None, false, false);
    for (at, letter) in part.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ',' if !quoted && part.get(at + 1..)?.trim_start().starts_with(['}', ']']) => {
                first = first.or(Some(at));
                continue;
            }
            _ => {}
        }
        kept.push(letter);
    }
    first.filter(|_| serde_json::from_str::<serde::de::IgnoredAny>(&kept).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn documents_stand_among_other_text() {
        let text = "$ aliyun ecs X\n{\"a\": 1}\nINFO [x] [{\"b\": \"}\"}, {\"c\": 2}]\n";
        assert_eq!(documents(text), Ok(vec![json!({"a": 1}), json!({"b": "}"}), json!({"c": 2})]));
        assert_eq!(documents("[level=\"info\"] ${x}"), Ok(vec![]));
        let printed = "{'body': {'Code': 'A.B', 'Ok': True, 'It': \"it's\", 'No': None}, 'statusCode': 200}";
        assert_eq!(documents(printed), Ok(vec![json!({"Code": "A.B", "Ok": true, "It": "it's", "No": null})]));
    }

    #[test]
    fn what_is_no_json_says_where_and_why() {
        assert_eq!(documents("x\n{\"a\": [1"), Err((2, Malformed::Cut)));
        assert_eq!(documents("{\"a\": 1,\n}"), Err((7, Malformed::Comma)));
        assert_eq!(documents("{'a': lambda}"), Err((0, Malformed::Quotes)));
        assert!(matches!(documents("{\"a\" 1}"), Err((0, Malformed::Other(_)))));
    }

    #[test]
    fn documents_are_known_by_what_they_hold() {
        for (document, kind) in [
            (json!({"Instances": {"Instance": []}}), DocumentKind::Reply("DescribeInstances")),
            (json!({"invocation": {}}), DocumentKind::Reply("DescribeInvocationResults")),
            (json!({"Code": "A", "RequestId": "x"}), DocumentKind::Refusal),
            (json!({"CommandContent": "x", "Timeout": 60}), DocumentKind::RunCommand),
            (json!({"ExitCode": 1}), DocumentKind::Results),
            (json!({"instance_id": "i-1", "disks": []}), DocumentKind::Facts),
            (json!({"instance_id": "i-1", "exit_code": 1}), DocumentKind::Results),
            (json!({"version": 1, "targets": {}}), DocumentKind::Job),
            (json!({"Version": "1", "Statement": []}), DocumentKind::RamPolicy),
            (json!({"CommandId": "c", "InvokeId": "t"}), DocumentKind::Reply("RunCommand")),
            (json!({"profiles": [], "current": "x"}), DocumentKind::Credentials),
            (json!({"a": 1}), DocumentKind::Unknown),
            (json!([]), DocumentKind::Unknown),
        ] {
            assert_eq!(DocumentKind::of(&document), kind, "{document}");
        }
    }
}
