//! The policy document: read with findings, never failing, and nothing of it lost without a word.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Verdict;
use super::bounds;
use consnap_core::diagnostics::finding::{Finding, Severity};
use consnap_core::diagnostics::messages::{parameters, policies as rows};
use consnap_core::diagnostics::text::Lang;
use consnap_core::input::document::{Key, Null, Shape, clean, optional, required, shorten};
use consnap_core::input::job::forms::parse_day;

/// A policy document: rules, who is let off them, and cases that show what they do.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct PolicyDocument {
    /// The version of the document, always 1.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 1)))]
    pub version: u32,
    /// The language of the expressions, always `cel`. Needed where there are policies.
    pub language: Language,
    /// The policies.
    pub policies: Vec<Policy>,
    /// Who is let off a policy, why and until when.
    pub waivers: Vec<Waiver>,
    /// Severities of consnap's own findings that count otherwise here.
    pub findings: Vec<Adjustment>,
    /// Cases of policies of this or of other documents.
    pub cases: Vec<FreeCase>,
}

/// The language of the expressions.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// The Common Expression Language.
    #[default]
    Cel,
}

/// A policy: what must hold, of whom, and what to say when it does not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Policy {
    /// Its name in reports, waivers and cases: small letters, digits and hyphens, at most 64.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^[a-z0-9][a-z0-9-]{0,63}$")))]
    pub id: String,
    /// How much it weighs when it is not met, or cannot be judged; an error stops a run.
    #[serde(default = "error")]
    pub severity: Severity,
    /// The expression that says whom it is for; everybody without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// The expression that must be true.
    pub require: String,
    /// What to say when it is not met.
    pub message: Words,
    /// What to do then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<Words>,
    /// Where to read on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<String>,
    /// What it gives in known cases.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cases: Vec<Case>,
}

fn error() -> Severity {
    Severity::Error
}

/// A text of a policy's author.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Words {
    /// English.
    pub en: String,
    /// Simplified Chinese; the English text stands in for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zh: Option<String>,
}

impl Words {
    /// The text in a language, or in English.
    pub fn get(&self, lang: Lang) -> &str {
        match (lang, &self.zh) {
            (Lang::Zh, Some(zh)) if !zh.is_empty() => zh,
            _ => &self.en,
        }
    }
}

/// Who is let off a policy. What is waived stays visible.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Waiver {
    /// The policy's id.
    pub policy: String,
    /// Instance ids; `*` for the job and all instances. Either these or `tags`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub instances: Vec<String>,
    /// Tags of instances; all must match. Either these or `instances`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// The last day it holds, `2027-01-01`.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")))]
    pub expires: String,
}

/// Another severity for one of consnap's own findings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Adjustment {
    /// `CS134`.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^CS[0-9]{3}$")))]
    pub code: String,
    /// The severity it counts with. What guards against a dangerous command cannot be lowered.
    pub severity: Severity,
    /// Why.
    pub reason: String,
}

/// What a policy gives for a job and facts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Case {
    /// What it shows.
    pub name: String,
    /// Members of a job document; those it must have and that are left out get a usual value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<Map<String, Value>>,
    /// Facts of one instance; without `instance_id` it has one of the cases' own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts: Option<Map<String, Value>>,
    /// What the plan says, by the names expressions know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<Map<String, Value>>,
    /// What must come out.
    pub expect: Verdict,
}

/// A case that stands apart from its policy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FreeCase {
    /// The policy's id.
    pub policy: String,
    /// The case.
    #[serde(flatten)]
    pub case: Case,
}

pub(super) static KEYS: &[Key] = &[
    required("version", Shape::Whole(0, u32::MAX as i64)),
    optional("language", Shape::Choice(&["cel"])),
    optional("policies", Shape::List(&Shape::Object(POLICY))),
    optional("waivers", Shape::List(&Shape::Object(WAIVER))),
    optional("findings", Shape::List(&Shape::Object(ADJUSTMENT))),
    optional("cases", Shape::List(&Shape::Object(FREE_CASE))),
];
static POLICY: &[Key] = &[
    required("id", Shape::Text),
    optional("severity", SEVERITY),
    optional("when", Shape::Text),
    required("require", Shape::Text),
    required("message", Shape::Object(WORDS)),
    optional("help", Shape::Object(WORDS)),
    optional("links", Shape::List(&Shape::Text)),
    optional("cases", Shape::List(&Shape::Object(CASE))),
];
const SEVERITY: Shape = Shape::Choice(&["advice", "warning", "error"]);
static WORDS: &[Key] = &[required("en", Shape::Text), optional("zh", Shape::Text)];
static WAIVER: &[Key] = &[
    required("policy", Shape::Text),
    optional("instances", Shape::List(&Shape::Text)),
    optional("tags", Shape::TextMap),
    required("reason", Shape::Text),
    required("owner", Shape::Text),
    required("expires", Shape::Text),
];
static ADJUSTMENT: &[Key] =
    &[required("code", Shape::Text), required("severity", SEVERITY), required("reason", Shape::Text)];
const EXPECT: Shape = Shape::Choice(&["PASS", "FAIL", "SKIP", "CANNOT_JUDGE"]);
static CASE: &[Key] = &[
    required("name", Shape::Text),
    optional("job", Shape::Document),
    optional("facts", Shape::Document),
    optional("plan", Shape::Document),
    required("expect", EXPECT),
];
static FREE_CASE: &[Key] = &[
    required("policy", Shape::Text),
    required("name", Shape::Text),
    optional("job", Shape::Document),
    optional("facts", Shape::Document),
    optional("plan", Shape::Document),
    required("expect", EXPECT),
];

/// A member of a list, with its place in the document.
#[derive(Clone, Debug)]
pub(super) struct Placed<T> {
    pub(super) place: String,
    pub(super) item: T,
}

/// What could be read of a document.
#[derive(Clone, Debug, Default)]
pub(super) struct Read {
    pub(super) policies: Vec<Placed<Policy>>,
    /// Each with its last day; one without such a day, a reason, an owner or one way of naming instances has none and waives
    /// nothing.
    pub(super) waivers: Vec<Placed<(Waiver, Option<Date>)>>,
    pub(super) adjustments: Vec<Placed<Adjustment>>,
    pub(super) cases: Vec<Placed<FreeCase>>,
}

/// Reads a document; `place` is where it stands in a list of documents, empty for one alone.
pub(super) fn read(document: &Value, place: &str, findings: &mut Vec<Finding>) -> Read {
    let begun = findings.len();
    let (kept, mut found) = clean(document, KEYS, Null::Advice);
    for finding in &mut found {
        finding.place = format!("{place}{}", finding.place).into();
        // A patch speaks of the document alone.
        if !place.is_empty() {
            finding.fix = None;
        }
    }
    findings.append(&mut found);
    let mut reader = Reader { document, place, findings };
    if kept.is_some() {
        reader.whole();
    }
    let policies: Vec<Placed<Policy>> = reader.list("policies", POLICY, bounds::POLICIES);
    let mut read = Read {
        waivers: reader.waivers(),
        adjustments: reader.list("findings", ADJUSTMENT, bounds::ENTRIES),
        cases: reader.list("cases", FREE_CASE, bounds::ENTRIES),
        policies,
    };
    for placed in &mut read.policies {
        let policy = &placed.item;
        let place = placed.place.clone();
        if !is_id(&policy.id) && !policy.id.is_empty() {
            let finding = Finding::new(&parameters::BAD_FORM, format!("{place}/id")).with("key", "id");
            reader.findings.push(finding.with("value", shorten(&policy.id)).with("sample", "`freeze-at-most-15s`"));
        }
        let texts =
            [("id", Some(&policy.id)), ("message/en", Some(&policy.message.en)), ("require", Some(&policy.require))];
        for (key, text) in texts {
            reader.filled(key, text, &place, document);
        }
    }
    for placed in &read.adjustments {
        reader.filled("reason", Some(&placed.item.reason), &placed.place, document);
    }
    let nothing = read.policies.is_empty() && read.cases.is_empty() && read.waivers.is_empty();
    if nothing && read.adjustments.is_empty() && reader.findings.len() == begun {
        reader.findings.push(Finding::new(&rows::NOTHING_IN_IT, place.to_owned()));
    }
    read
}

/// The cases of a policy, each at its place in the document as it was written.
pub(super) fn cases(written: Option<&Value>, place: &str) -> Vec<Placed<Case>> {
    let items = written.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let read = |(at, item): (usize, &Value)| {
        let kept = item.is_object().then(|| clean(item, CASE, Null::Unknown).0).flatten()?;
        Some(Placed { place: format!("{place}/{at}"), item: serde_json::from_value(kept).ok()? })
    };
    items.iter().take(bounds::ENTRIES).enumerate().filter_map(read).collect()
}

/// Whether a text can be the id of a policy.
pub(super) fn is_id(text: &str) -> bool {
    let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    (1..=64).contains(&text.len()) && text.bytes().all(fits) && !text.starts_with('-')
}

struct Reader<'a> {
    document: &'a Value,
    place: &'a str,
    findings: &'a mut Vec<Finding>,
}

impl Reader<'_> {
    fn whole(&mut self) {
        let version = self.document.get("version").and_then(Value::as_i64);
        if let Some(version) = version.filter(|version| *version != 1) {
            let finding = Finding::new(&rows::UNKNOWN_VERSION, format!("{}/version", self.place));
            self.findings.push(finding.with("version", version.to_string()));
        }
        if self.document.get("policies").is_some() && self.document.get("language").is_none_or(Value::is_null) {
            let finding = Finding::new(&parameters::MISSING_KEY, self.place.to_owned());
            self.findings.push(finding.with("key", "language"));
        }
    }

    /// The members of a list that can be read, each with its place in the document as it was written.
    fn list<T: serde::de::DeserializeOwned>(
        &mut self,
        key: &'static str,
        keys: &'static [Key],
        most: usize,
    ) -> Vec<Placed<T>> {
        let items = self.document.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        if items.len() > most {
            let finding = Finding::new(&rows::TOO_MANY, format!("{}/{key}", self.place)).with("key", key);
            self.findings.push(finding.with("count", items.len().to_string()).with("limit", most.to_string()));
        }
        let read = |(at, item): (usize, &Value)| {
            // What does not fit has been said when the whole was read.
            let kept = item.is_object().then(|| clean(item, keys, Null::Unknown).0).flatten()?;
            let item = serde_json::from_value(kept).ok()?;
            Some(Placed { place: format!("{}/{key}/{at}", self.place), item })
        };
        items.iter().take(most).enumerate().filter_map(read).collect()
    }

    fn waivers(&mut self) -> Vec<Placed<(Waiver, Option<Date>)>> {
        let listed: Vec<Placed<Waiver>> = self.list("waivers", WAIVER, bounds::ENTRIES);
        let mut read = Vec::with_capacity(listed.len());
        for Placed { place, item: waiver } in listed {
            let day = parse_day(&waiver.expires);
            if day.is_none() && !waiver.expires.is_empty() {
                let finding = Finding::new(&parameters::BAD_FORM, format!("{place}/expires")).with("key", "expires");
                let finding = finding.with("value", shorten(&waiver.expires)).with("sample", "`2027-01-01`");
                self.findings.push(finding);
            }
            for (key, text) in [("reason", &waiver.reason), ("owner", &waiver.owner)] {
                let document = self.document;
                self.filled(key, Some(text), &place, document);
            }
            let one_way = waiver.instances.is_empty() != waiver.tags.is_empty();
            if !one_way {
                let finding = Finding::new(&rows::WAIVER_SCOPE, place.clone());
                self.findings.push(finding.with("policy", shorten(&waiver.policy)));
            }
            let sound = one_way && !waiver.reason.trim().is_empty() && !waiver.owner.trim().is_empty();
            read.push(Placed { place, item: (waiver, day.filter(|_| sound)) });
        }
        read
    }

    /// A text that stands there must say something; one that is missing has been said.
    fn filled(&mut self, key: &str, text: Option<&String>, place: &str, document: &Value) {
        let inside = place.strip_prefix(self.place).unwrap_or(place);
        let written = document.pointer(&format!("{inside}/{key}")).is_some_and(Value::is_string);
        if written && text.is_none_or(|text| text.trim().is_empty()) {
            let finding = Finding::new(&rows::EMPTY_TEXT, format!("{place}/{key}"));
            self.findings.push(finding.with("key", key.replace('/', ".")));
        }
    }
}

/// The JSON Schema of the policy document.
#[cfg(feature = "schema")]
pub fn schema() -> Value {
    let mut schema = schemars::schema_for!(PolicyDocument).to_value();
    let mut definitions = schema.get("$defs").cloned().unwrap_or_default();
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("$id".into(), "https://consnap.dev/schema/policy-1.json".into());
        schema.insert("title".into(), "consnap policy document, version 1".into());
    }
    consnap_core::input::job::schema::tighten(&mut schema, KEYS, &mut definitions);
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("$defs".into(), definitions);
    }
    schema
}
