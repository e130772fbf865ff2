//! Replies of the service made fit to be shared: what could name a customer, a machine or a secret is replaced, the same by the
//! same throughout a record; what consnap decides on stays.
//!
//! It is a list of what may stay, not of what must go: a text under a key that is not known to be harmless is replaced.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use regex::{Captures, Regex};
use serde_json::{Map, Value};

/// Keys whose texts stay as they are: states, kinds, times, sizes, systems and regions. Ids inside of them are replaced all the same.
const KEPT: &[&str] = &[
    "AttachedTime",
    "Available",
    "Category",
    "CloudAssistantStatus",
    "CloudAssistantVersion",
    "Code",
    "CommandType",
    "CreationTime",
    "DetachedTime",
    "Device",
    "DiskChargeType",
    "ErrorCode",
    "ExitCode",
    "ExpiredTime",
    "FinishTime",
    "FinishedTime",
    "HttpEndpoint",
    "HttpTokens",
    "ImageId",
    "InstanceChargeType",
    "InstanceInvokeStatus",
    "InstanceNetworkType",
    "InstanceType",
    "InstanceTypeFamily",
    "InternetChargeType",
    "InvocationStatus",
    "InvokeRecordStatus",
    "InvokeStatus",
    "LastHeartbeatTime",
    "LastInvokedTime",
    "LastModifiedTime",
    "LockReason",
    "MultiAttach",
    "OSName",
    "OSNameEn",
    "OSType",
    "OperationStatus",
    "PerformanceLevel",
    "Progress",
    "ProgressStatus",
    "RegionId",
    "RepeatMode",
    "SnapshotType",
    "SourceDiskSize",
    "SourceDiskType",
    "StartTime",
    "Status",
    "StopTime",
    "StoppedMode",
    "TerminationMode",
    "Type",
    "UpdateTime",
    "Usage",
    "ZoneId",
];
/// Keys of texts in Base64 that are looked into.
const BASE64: &[&str] = &["Output", "CommandContent"];
/// Tags whose keys and values stay: the level of a snapshot is what a record is for.
const TAGS: &[&str] = &["appconsistent", "fsconsistent", "acs:ecs:createfrom", "consnap:run", "consnap:job"];
/// Kinds of ids by what they begin with; the beginning stays.
const ID: &str =
    r"(?-u)\b(ssg|snap|vsw|vpc|eni|lt|ds|dh|hpc|rg|sg|sl|cmk|key|auto|i|d|s|t|c|f|m|p|e|o|r)-([a-z0-9]{10,40})\b";
const UUID: &str = r"(?-u)\b[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}\b";
const IPV4: &str = r"(?-u)\b[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\b";
const IPV6: &str = r"(?-u)\b[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{0,4}){3,7}";
const MAC: &str = r"(?-u)\b[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}\b";
const ACCOUNT: &str = r"(?-u)\b[0-9]{12,20}\b";
const KEY: &str = r"(?-u)\b(?:LTAI|STS\.|TMP\.)[A-Za-z0-9]{6,}\b";
/// Shortest name that is looked for inside of other texts: shorter ones would hit words by chance.
const SHORTEST_NAME: usize = 4;

/// Nothing that a pattern knows as a whole is longer.
const LONGEST_PATTERN: usize = 64;

/// Replaces throughout one record.
#[derive(Debug)]
pub struct Anonymizer {
    patterns: Vec<(Kind, Regex)>,
    /// What stands for what, by kind.
    replaced: BTreeMap<(Kind, String), String>,
    /// What was written by us: it is not replaced again.
    own: BTreeSet<String>,
    counts: BTreeMap<Kind, u32>,
}

#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Key,
    Uuid,
    Mac,
    Ipv6,
    Ipv4,
    Id,
    Account,
    Name,
}

impl Default for Anonymizer {
    fn default() -> Self {
        Self::new()
    }
}

impl Anonymizer {
    /// Nothing was replaced so far.
    pub fn new() -> Self {
        let patterns = [
            (Kind::Key, KEY),
            (Kind::Uuid, UUID),
            (Kind::Mac, MAC),
            (Kind::Ipv6, IPV6),
            (Kind::Ipv4, IPV4),
            (Kind::Id, ID),
            (Kind::Account, ACCOUNT),
        ];
        // Each of them is tried by a test.
        let patterns = patterns.into_iter().filter_map(|(kind, text)| Some((kind, Regex::new(text).ok()?))).collect();
        Self { patterns, replaced: BTreeMap::new(), own: BTreeSet::new(), counts: BTreeMap::new() }
    }

    /// A reply's body. What is no JSON says nothing that may be shared: it becomes null.
    pub fn body(&mut self, body: &[u8]) -> Value {
        let Ok(value) = serde_json::from_slice::<Value>(body) else { return Value::Null };
        // Names first, so that texts further up that mention them lose them too.
        self.learn(&value, "");
        self.value(&value, "", false)
    }

    /// A name that no reply may show, such as that of a role in a job: it is replaced wherever a free text has it.
    pub fn learn_name(&mut self, name: &str) {
        if !name.is_empty() && !self.is_pattern(name) {
            self.stand_in(Kind::Name, name, "");
        }
    }

    /// A free text, such as a line of a log: without names and without anything a pattern knows.
    pub fn text(&mut self, text: &str) -> String {
        let mut out = self.without_patterns(text);
        let names = self
            .replaced
            .iter()
            .filter(|((kind, name), _)| *kind == Kind::Name && (SHORTEST_NAME..=text.len()).contains(&name.len()));
        let mut names: Vec<(&str, &str)> = names.map(|((_, name), by)| (name.as_str(), by.as_str())).collect();
        // The longer first: one may contain another.
        names.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        for (name, by) in names {
            out = out.replace(name, by);
        }
        out
    }

    fn without_patterns(&mut self, text: &str) -> String {
        // Taken out, so that what stands for a find can be looked up meanwhile.
        let patterns = std::mem::take(&mut self.patterns);
        let mut out = text.to_owned();
        for (kind, pattern) in &patterns {
            let with = |found: &Captures<'_>| {
                let whole = found.get(0).map_or("", |found| found.as_str());
                match kind {
                    Kind::Id => {
                        let head = found.get(1).map_or("", |head| head.as_str());
                        self.stand_in(Kind::Id, whole, &format!("{head}-"))
                    }
                    kind => self.stand_in(*kind, whole, ""),
                }
            };
            if let Cow::Owned(changed) = pattern.replace_all(&out, with) {
                out = changed;
            }
        }
        self.patterns = patterns;
        out
    }

    /// Takes in the names of a reply before anything of it is written.
    fn learn(&mut self, value: &Value, key: &str) {
        match value {
            Value::Object(members) => members.iter().for_each(|(key, inner)| self.learn(inner, key)),
            Value::Array(items) => items.iter().for_each(|item| self.learn(item, key)),
            Value::String(text) if !KEPT.contains(&key) && !BASE64.contains(&key) && !is_tag_word(key, text) => {
                self.learn_name(text);
            }
            _ => {}
        }
    }

    fn value(&mut self, value: &Value, key: &str, kept_tag: bool) -> Value {
        match value {
            Value::Object(members) => self.object(members),
            Value::Array(items) => Value::Array(items.iter().map(|item| self.value(item, key, false)).collect()),
            Value::String(text) => Value::String(self.string(text, key, kept_tag)),
            // An account's number, should it ever come as one.
            Value::Number(number) if number.to_string().len() >= 12 => Value::from(0),
            other => other.clone(),
        }
    }

    fn object(&mut self, members: &Map<String, Value>) -> Value {
        let tag = |name: &str| members.get(name).and_then(Value::as_str);
        let kept_tag =
            tag("TagKey").or_else(|| tag("Key")).is_some_and(|key| TAGS.contains(&&*key.to_ascii_lowercase()));
        let mut out = Map::new();
        for (key, inner) in members {
            let is_member = key.len() <= 64 && key.bytes().all(|byte| byte.is_ascii_alphanumeric());
            // The service's members have plain names; anything else may be text of a customer.
            let name = if is_member { key.clone() } else { self.stand_in(Kind::Name, key, "") };
            let inner = self.value(inner, key, kept_tag);
            out.insert(name, inner);
        }
        Value::Object(out)
    }

    fn string(&mut self, text: &str, key: &str, kept_tag: bool) -> String {
        if BASE64.contains(&key) {
            let decoded = STANDARD.decode(text).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            return match decoded {
                Some(decoded) => STANDARD.encode(self.log(&decoded)),
                None => String::new(),
            };
        }
        let is_value = matches!(key, "TagValue" | "Value");
        let is_tag = kept_tag
            && (matches!(key, "TagKey" | "Key")
                || (is_value && (text.eq_ignore_ascii_case("true") || self.is_pattern(text))));
        if key.ends_with("Version") && is_version(text) {
            return text.to_owned();
        }
        // A state must stay what it is, even where somebody named an instance after it.
        if KEPT.contains(&key) || is_tag || text.is_empty() {
            return self.without_patterns(text);
        }
        if self.is_pattern(text) { self.text(text) } else { self.stand_in(Kind::Name, text, "") }
    }

    /// Output of a command: lines of the plug-in's own log stay, without names and ids; of others, which a script may have
    /// written, only the length is told.
    fn log(&mut self, output: &str) -> String {
        let mut out = String::with_capacity(output.len());
        for line in output.lines() {
            if line.starts_with("[level=") || line.starts_with("acs-plugin-manager ") {
                let (before, version, after) = around_version(line);
                out.push_str(&self.text(before));
                out.push_str(version);
                out.push_str(&self.text(after));
            } else if !line.trim().is_empty() {
                // Writing into a String cannot fail.
                let _ = write!(out, "({} bytes)", line.len());
            }
            out.push('\n');
        }
        out
    }

    /// Whether a text as a whole is something a pattern replaces.
    fn is_pattern(&self, text: &str) -> bool {
        text.len() <= LONGEST_PATTERN
            && self
                .patterns
                .iter()
                .any(|(_, pattern)| pattern.find(text).is_some_and(|found| found.len() == text.len()))
    }

    /// What stands for a text, always the same.
    fn stand_in(&mut self, kind: Kind, text: &str, head: &str) -> String {
        if let Some(known) = self.replaced.get(&(kind, text.to_owned())) {
            return known.clone();
        }
        if self.own.contains(text) {
            return text.to_owned();
        }
        let count = self.counts.entry(kind).or_insert(0);
        *count = count.saturating_add(1);
        let number = *count;
        let by = match kind {
            Kind::Key => format!("LTAI{number:020}"),
            Kind::Uuid => format!("00000000-0000-4000-8000-E{number:011X}"),
            Kind::Mac => format!("00:16:3e:00:{:02x}:{:02x}", number / 256 % 256, number % 256),
            Kind::Ipv6 => format!("2001:db8:0:0::{number:x}"),
            Kind::Ipv4 => format!("192.0.2.{}", number % 256),
            Kind::Id => format!("{head}example{number:013}"),
            Kind::Account => format!("{}", 1_000_000_000_000_000_u64 + u64::from(number)),
            Kind::Name => format!("name-{number}"),
        };
        self.own.insert(by.clone());
        self.replaced.insert((kind, text.to_owned()), by.clone());
        by
    }
}

/// Four numbers are an address as well as a version.
fn is_version(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

/// A line of a log, cut around the version that it tells.
fn around_version(line: &str) -> (&str, &str, &str) {
    const WORD: &str = "Version ";
    let Some(at) = line.find(WORD) else { return (line, "", "") };
    let (before, rest) = line.split_at(at + WORD.len());
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
    let (version, after) = rest.split_at(end);
    (before, version, after)
}

/// Keys and values of tags are learnt as names, but for those that stay.
fn is_tag_word(key: &str, text: &str) -> bool {
    let is_tag = matches!(key, "TagKey" | "Key" | "TagValue" | "Value");
    is_tag && (TAGS.contains(&&*text.to_ascii_lowercase()) || text.eq_ignore_ascii_case("true"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use consnap_core::ecs::api::replies::DescribeSnapshotGroups;
    use serde_json::json;

    #[test]
    fn every_pattern_compiles_and_replaces() {
        let mut scrubber = Anonymizer::new();
        assert_eq!(scrubber.patterns.len(), 7);
        for (text, expected) in [
            ("i-bp1h4adlltjc1d48goaq", "i-example0000000000001"),
            (
                "see i-bp1h4adlltjc1d48goaq, ssg-bp1h4adlltjc1d48goaq",
                "see i-example0000000000001, ssg-example0000000000002",
            ),
            ("192.168.7.4 10.0.0.1", "192.0.2.1 192.0.2.2"),
            ("fe80:0:0:0:1:2:3:4", "2001:db8:0:0::1"),
            ("00:16:3e:11:22:33", "00:16:3e:00:00:01"),
            ("acs:ram::1234567890123456:role/x", "acs:ram::1000000000000001:role/x"),
            ("LTAI5tAbCdEfGh STS.NUabcdefgh", "LTAI00000000000000000001 LTAI00000000000000000002"),
            ("6299D894-C7C3-5835-81B6-4FA7B76A0193", "00000000-0000-4000-8000-E00000000001"),
            ("2026-11-22T05:29:42Z", "2026-11-22T05:29:42Z"),
        ] {
            assert_eq!(scrubber.text(text), expected, "{text}");
        }
    }

    #[test]
    fn a_reply_keeps_what_decides_and_nothing_that_names() {
        let body = json!({"RequestId": "6299D894-C7C3-5835-81B6-4FA7B76A0193", "NextToken": "AAAAsecret",
            "SnapshotGroups": {"SnapshotGroup": [{"SnapshotGroupId": "ssg-bp1h4adlltjc1d48goaq", "Name": "payroll-nightly",
            "InstanceId": "i-bp1h4adlltjc1d48goaq", "Status": "accomplished", "CreationTime": "2025-11-03T08:12:46Z",
            "Description": "of payroll-nightly by 10.1.2.3",
            "Snapshots": {"Snapshot": [{"SnapshotId": "s-bp1h4adlltjc1d48goaq", "Available": true, "Progress": "100%",
            "Tags": {"Tag": [{"Key": "APPConsistent", "Value": "True"}, {"Key": "owner", "Value": "ada@example.com"},
            {"Key": "acs:ecs:createFrom", "Value": "i-bp1h4adlltjc1d48goaq"}]}}]}}]}});
        let mut scrubber = Anonymizer::new();
        let scrubbed = scrubber.body(body.to_string().as_bytes());
        let text = scrubbed.to_string();
        for word in ["payroll", "bp1h4", "10.1.2.3", "ada", "owner", "AAAAsecret", "6299D894"] {
            assert!(!text.contains(word), "{word}: {text}");
        }
        for word in ["APPConsistent", "True", "accomplished", "2025-11-03T08:12:46Z", "100%"] {
            assert!(text.contains(word), "{word}: {text}");
        }
        let read: DescribeSnapshotGroups<'_> = serde_json::from_str(&text).unwrap();
        let group = &read.groups[0];
        let from = group.snapshots[0].tags.iter().find(|tag| tag.key == "acs:ecs:createFrom").unwrap();
        assert_eq!(Some(&*from.value), group.instance_id.as_deref(), "the same by the same");
        // In a later reply too.
        let again = scrubber.body(br#"{"InstanceId":"i-bp1h4adlltjc1d48goaq","InstanceName":"payroll-nightly"}"#);
        assert_eq!(again["InstanceId"], *group.instance_id.as_deref().unwrap());
        let odd =
            scrubber.body(br#"{"InstanceName":"Running","Status":"Running","CloudAssistantVersion":"2.2.3.569"}"#);
        assert_eq!((&odd["Status"], &odd["CloudAssistantVersion"]), (&json!("Running"), &json!("2.2.3.569")));
        assert_ne!(odd["InstanceName"], "Running");
        assert_eq!(again["InstanceName"], *group.name.as_deref().unwrap());
    }

    #[test]
    fn output_keeps_the_plug_ins_lines_only() {
        let output = "[level=\"info\"][message=\"Version 1.0.0.8 on 10.0.0.8 for BackupRole\"]\n[level=\"info\"][message=\"group [snapshotgroup=\"ssg-bp1h4adlltjc1d48goaq\"]\"]\npassword is hunter2\n";
        let body = json!({"Output": STANDARD.encode(output), "Odd key of ada": 1, "Number": 1_234_567_890_123_456_u64});
        let mut scrubber = Anonymizer::new();
        scrubber.learn_name("BackupRole");
        let scrubbed = scrubber.body(body.to_string().as_bytes());
        let log = String::from_utf8(STANDARD.decode(scrubbed["Output"].as_str().unwrap()).unwrap()).unwrap();
        assert!(log.contains("Version 1.0.0.8 on 192.0.2.1 for name-"), "{log}");
        assert!(log.contains("snapshotgroup=\"ssg-example") && log.ends_with("(19 bytes)\n"), "{log}");
        assert_eq!(scrubbed["Number"], 0);
        assert!(!scrubbed.to_string().contains("ada"));
        assert_eq!(Anonymizer::new().body(b"<html>"), Value::Null);
    }
}
