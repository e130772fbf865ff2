//! Reading a document by its shape: never fails, and nothing that was written is lost without a word.
//!
//! A [`Shape`] says which keys and types are known. [`clean`] keeps what fits it and makes a finding of everything
//! else, so that the typed reading that follows cannot fail.

use crate::input::job::MaxErrors;
use serde_json::{Map, Value, json};

use crate::diagnostics::finding::Finding;
use crate::diagnostics::messages::parameters;

mod duplicates;
mod similar;

pub(crate) use duplicates::duplicate_keys;
pub use similar::most_similar;

/// What a value must look like.
#[derive(Debug)]
pub enum Shape {
    /// Text.
    Text,
    /// A whole number that the typed form can hold.
    Whole(i64, i64),
    /// A number, whole or not, within bounds.
    Number(f64, f64),
    /// True or false.
    Truth,
    /// One of a few words.
    Choice(&'static [&'static str]),
    /// The word `auto`, or seconds.
    AutoOrSeconds,
    /// A number of instances, or a share of them such as `5%`.
    CountOrPercent,
    /// A point in time.
    Time,
    /// A list.
    List(&'static Shape),
    /// Any keys, each with text.
    TextMap,
    /// Any keys, each with a value of one shape.
    Map(&'static Shape),
    /// A mapping with known keys.
    Object(&'static [Key]),
    /// A mapping that a reader of its own looks into.
    Document,
}

/// A known key of a mapping.
#[derive(Debug)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// What its value must look like.
    pub shape: Shape,
    /// Whether it must be there.
    pub required: bool,
}

/// A key that may be left out.
pub const fn optional(name: &'static str, shape: Shape) -> Key {
    Key { name, shape, required: false }
}

/// A key that must be there.
pub const fn required(name: &'static str, shape: Shape) -> Key {
    Key { name, shape, required: true }
}

impl Shape {
    /// The name of the type in messages; types, like keys, are not translated.
    fn type_name(&self) -> String {
        let name = match self {
            Self::Text | Self::Choice(_) => "string",
            Self::Whole(..) => "integer",
            Self::Number(..) => "number",
            Self::Truth => "boolean",
            Self::AutoOrSeconds => "auto, or integer",
            Self::CountOrPercent => "integer, or share such as `5%`",
            Self::Time => "time",
            Self::List(_) => "list",
            Self::Object(keys) if keys.len() <= 6 => {
                let names: Vec<&str> = keys.iter().map(|key| key.name).collect();
                return format!("mapping with the keys {}", names.join(", "));
            }
            Self::TextMap | Self::Map(_) | Self::Object(_) | Self::Document => "mapping",
        };
        name.to_owned()
    }
}

/// How a document treats `null`.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Null {
    /// Said: somebody left a value out.
    Advice,
    /// Silent: it means "unknown", as facts do.
    Unknown,
}

/// Keeps what fits the shape; everything else becomes a finding. `None` when nothing of the value can be used.
pub fn clean(document: &Value, keys: &'static [Key], null: Null) -> (Option<Value>, Vec<Finding>) {
    clean_with(document, keys, null, |_| None)
}

/// The place of what another tool calls by another name.
pub(crate) type Alias = fn(&str) -> Option<&'static str>;

/// As [`clean`]; keys that another tool gives are shown ours.
pub(crate) fn clean_with(
    document: &Value,
    keys: &'static [Key],
    null: Null,
    alias: Alias,
) -> (Option<Value>, Vec<Finding>) {
    let place = String::new();
    let mut cleaner = Cleaner { root: document, root_keys: keys, null, alias, place, findings: Vec::new() };
    let kept = cleaner.object(document, keys);
    (kept, cleaner.findings)
}

struct Cleaner<'a> {
    root: &'a Value,
    root_keys: &'static [Key],
    null: Null,
    alias: Alias,
    /// JSON pointer of the value at hand.
    place: String,
    findings: Vec<Finding>,
}

impl Cleaner<'_> {
    fn value(&mut self, value: &Value, shape: &'static Shape) -> Option<Value> {
        match (shape, value) {
            (Shape::Text, Value::String(_)) | (Shape::Truth, Value::Bool(_)) | (Shape::Document, Value::Object(_)) => {
                Some(value.clone())
            }
            (Shape::Time, Value::String(text)) if crate::base::time::Time::parse(text).is_some() => Some(value.clone()),
            (Shape::AutoOrSeconds, Value::String(text)) if text == "auto" => Some(value.clone()),
            (Shape::CountOrPercent, Value::String(text)) if MaxErrors::parse_percent(text).is_some() => {
                Some(value.clone())
            }
            (Shape::CountOrPercent | Shape::AutoOrSeconds, Value::Number(_)) => {
                self.whole(value, 0, i64::from(u32::MAX), shape)
            }
            (Shape::Whole(least, most), Value::Number(_)) => self.whole(value, *least, *most, shape),
            (Shape::Number(least, most), Value::Number(_)) => self.number(value, *least, *most),
            (Shape::Choice(choices), Value::String(text)) => self.choice(text, choices),
            (Shape::List(inner), Value::Array(items)) => {
                let items = items.iter().enumerate();
                Some(items.filter_map(|(at, item)| self.inside(&at.to_string(), |it| it.value(item, inner))).collect())
            }
            (Shape::TextMap, Value::Object(members)) => Some(Value::Object(
                members
                    .iter()
                    .filter_map(|(key, member)| {
                        let kept = self.inside(key, |it| it.value(member, &Shape::Text))?;
                        Some((key.clone(), kept))
                    })
                    .collect(),
            )),
            (Shape::Map(inner), Value::Object(members)) => Some(Value::Object(
                members
                    .iter()
                    .filter_map(|(key, member)| {
                        let kept = self.inside(key, |it| it.value(member, inner))?;
                        Some((key.clone(), kept))
                    })
                    .collect(),
            )),
            (Shape::Object(keys), _) => self.object(value, keys),
            _ => self.wrong_type(value, shape),
        }
    }

    fn object(&mut self, value: &Value, keys: &'static [Key]) -> Option<Value> {
        let Value::Object(members) = value else {
            return self.wrong_type(value, &Shape::Object(keys));
        };
        let mut kept = Map::new();
        for (name, member) in members {
            match keys.iter().find(|key| key.name == name) {
                None => self.unknown_key(name, members, keys),
                Some(key) if member.is_null() => {
                    if self.null == Null::Advice && !key.required {
                        let place = self.pointer(name);
                        let fix = json!([{"op": "remove", "path": place}]);
                        let finding = Finding::new(&parameters::EMPTY_VALUE, place).with("key", name);
                        self.findings.push(finding.with_fix(fix));
                    }
                }
                Some(key) => {
                    if let Some(member) = self.inside(name, |it| it.value(member, &key.shape)) {
                        kept.insert(name.clone(), member);
                    }
                }
            }
        }
        for key in keys.iter().filter(|key| key.required) {
            if members.get(key.name).is_none_or(Value::is_null) {
                let finding = Finding::new(&parameters::MISSING_KEY, self.place.clone()).with("key", key.name);
                self.findings.push(finding);
            }
            if !kept.contains_key(key.name) {
                match key.shape {
                    Shape::Text => kept.insert(key.name.to_owned(), Value::String(String::new())),
                    Shape::Object(_) | Shape::Whole(..) => None,
                    // Nothing stands for what is missing: better to know nothing of the whole.
                    _ => return None,
                };
            }
        }
        Some(Value::Object(kept))
    }

    fn whole(&mut self, value: &Value, least: i64, most: i64, shape: &'static Shape) -> Option<Value> {
        match value.as_i64() {
            Some(number) if (least..=most).contains(&number) => Some(value.clone()),
            None if value.is_f64() => self.wrong_type(value, shape),
            _ => {
                let finding = Finding::new(&parameters::NUMBER_RANGE, self.place.clone())
                    .with("key", self.key())
                    .with("value", value.to_string())
                    .with("least", least.to_string())
                    .with("most", most.to_string());
                self.findings.push(finding);
                None
            }
        }
    }

    fn number(&mut self, value: &Value, least: f64, most: f64) -> Option<Value> {
        if value.as_f64().is_some_and(|number| (least..=most).contains(&number)) {
            return Some(value.clone());
        }
        let finding = Finding::new(&parameters::NUMBER_RANGE, self.place.clone())
            .with("key", self.key())
            .with("value", value.to_string())
            .with("least", least.to_string())
            .with("most", most.to_string());
        self.findings.push(finding);
        None
    }

    fn choice(&mut self, text: &str, choices: &'static [&'static str]) -> Option<Value> {
        if choices.contains(&text) {
            return Some(Value::String(text.to_owned()));
        }
        let mut finding = Finding::new(&parameters::BAD_CHOICE, self.place.clone())
            .with("key", self.key())
            .with("value", shorten(text))
            .with("choices", quoted(choices.iter().copied()));
        if let Some(similar) = most_similar(text, choices.iter().copied()) {
            finding = finding.with_fix(json!([{"op": "replace", "path": self.place, "value": similar}]));
        }
        self.findings.push(finding);
        None
    }

    fn wrong_type(&mut self, value: &Value, shape: &Shape) -> Option<Value> {
        if self.place.is_empty() {
            let finding = Finding::new(&parameters::NO_MAPPING, "");
            self.findings.push(finding.with("found", shorten(&value.to_string())));
            return None;
        }
        let meant = meant(value, shape);
        let mut expected = shape.type_name();
        if let (Shape::Object(keys), Some(Value::Object(members))) = (shape, &meant) {
            let members = keys.iter().filter_map(|key| Some(format!("{}: {}", key.name, members.get(key.name)?)));
            expected.push_str(&[": {", &members.collect::<Vec<_>>().join(", "), "}"].concat());
        }
        let mut finding = Finding::new(&parameters::WRONG_TYPE, self.place.clone())
            .with("key", self.key())
            .with("expected", expected)
            .with("found", shorten(&value.to_string()));
        if let Some(meant) = meant {
            finding = finding.with_fix(json!([{"op": "replace", "path": self.place, "value": meant}]));
        }
        self.findings.push(finding);
        None
    }

    fn unknown_key(&mut self, name: &str, members: &Map<String, Value>, keys: &'static [Key]) {
        let place = self.pointer(name);
        let free = keys.iter().map(|key| key.name).filter(|known| members.get(*known).is_none_or(Value::is_null));
        // `pre_script` for `pre_script_path`: the beginning of one key alone.
        let begins =
            |known: &&str| name.len() >= 4 && known.strip_prefix(name).is_some_and(|rest| rest.starts_with('_'));
        let mut beginning = free.clone().filter(begins);
        let begun = beginning.next().filter(|_| beginning.next().is_none());
        let known = quoted(keys.iter().map(|key| key.name));
        let (similar, fix) = if let Some(similar) = most_similar(name, free).or(begun) {
            let fix = json!([{"op": "move", "from": place, "path": self.pointer(similar)}]);
            (Some(similar.to_owned()), fix)
        } else if let Some(path) = self.elsewhere(name) {
            let section = path.rsplit_once('/').map_or("", |(section, _)| section);
            let mut fix = vec![json!({"op": "move", "from": place, "path": path})];
            if !self.root.pointer(section).is_some_and(Value::is_object) {
                fix.insert(0, json!({"op": "add", "path": section, "value": {}}));
            }
            (Some(path.trim_start_matches('/').replace('/', ".")), Value::Array(fix))
        } else {
            (None, json!([{"op": "remove", "path": place}]))
        };
        let row = if similar.is_some() { &parameters::UNKNOWN_KEY_SIMILAR } else { &parameters::UNKNOWN_KEY };
        let mut finding = Finding::new(row, place).with("key", shorten(name));
        if let Some(similar) = similar {
            finding = finding.with("similar", similar);
        }
        self.findings.push(finding.with("known", known).with_fix(fix));
    }

    /// The free place in the document for a key which stands in the wrong one, or which another tool calls so.
    fn elsewhere(&self, name: &str) -> Option<String> {
        let in_section = self.root_keys.iter().find_map(|section| {
            let Shape::Object(keys) = &section.shape else { return None };
            let key = keys.iter().find(|key| similar::same_word(key.name, name))?;
            Some(format!("/{}/{}", section.name, key.name))
        });
        in_section
            .or_else(|| (self.alias)(name).map(str::to_owned))
            .filter(|path| self.root.pointer(path).is_none_or(Value::is_null))
    }

    fn inside<T>(&mut self, name: &str, what: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.place.len();
        self.place.push('/');
        push_escaped(&mut self.place, name);
        let result = what(self);
        self.place.truncate(length);
        result
    }

    fn pointer(&self, name: &str) -> String {
        let mut pointer = self.place.clone();
        pointer.push('/');
        push_escaped(&mut pointer, name);
        pointer
    }

    /// The place as a reader would name it, `linux.pre_script_path`.
    fn key(&self) -> String {
        shorten(&self.place.trim_start_matches('/').replace('/', ".").replace("~1", "/").replace("~0", "~"))
    }
}

/// Escapes a key for a JSON pointer (RFC 6901).
fn push_escaped(pointer: &mut String, name: &str) {
    for character in name.chars() {
        match character {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            _ => pointer.push(character),
        }
    }
}

/// The value that was most likely meant, in the right type.
fn meant(value: &Value, shape: &Shape) -> Option<Value> {
    match (shape, value) {
        (Shape::Text, Value::Number(number)) => Some(number.to_string().into()),
        (Shape::Text, Value::Bool(truth)) => Some(truth.to_string().into()),
        (Shape::Whole(least, most), Value::String(text)) => {
            let digits = text.trim().trim_end_matches(['s', 'S']);
            digits.parse::<i64>().ok().filter(|number| (least..=most).contains(&number)).map(Value::from)
        }
        (Shape::Whole(least, most), Value::Number(number)) => {
            let text = number.to_string();
            let digits = text.strip_suffix(".0")?;
            digits.parse::<i64>().ok().filter(|number| (least..=most).contains(&number)).map(Value::from)
        }
        (Shape::Truth, Value::String(text)) => match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "1" => Some(true.into()),
            "false" | "no" | "off" | "0" => Some(false.into()),
            _ => None,
        },
        (Shape::CountOrPercent, Value::String(text)) => text.trim().parse::<u32>().ok().map(Value::from),
        (Shape::AutoOrSeconds, Value::String(text)) => {
            text.trim().trim_end_matches(['s', 'S']).parse::<u32>().ok().map(Value::from)
        }
        (Shape::List(Shape::Text), Value::String(_)) | (Shape::List(Shape::Object(_)), Value::Object(_)) => {
            Some(json!([value]))
        }
        (Shape::Object(keys), _) if keys.iter().map(|key| key.name).eq(["min", "max"]) => range(value),
        _ => None,
    }
}

/// A number, or two with a hyphen between them, as a mapping of least and most.
fn range(value: &Value) -> Option<Value> {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let (least, most) = text.split_once('-').unwrap_or((&text, &text));
    let (least, most) = (least.trim().parse::<u32>().ok()?, most.trim().parse::<u32>().ok()?);
    (least <= most).then(|| json!({"min": least, "max": most}))
}

/// Names in backticks, for a message.
pub fn quoted<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// Foreign text of bearable length.
pub fn shorten(text: &str) -> String {
    const MOST: usize = 80;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static INNER: &[Key] = &[optional("depth", Shape::Whole(0, 9)), optional("on", Shape::Truth)];
    static KEYS: &[Key] = &[
        required("name", Shape::Text),
        optional("list", Shape::List(&Shape::Text)),
        optional("colour", Shape::Choice(&["red", "green"])),
        optional("inner", Shape::Object(INNER)),
    ];

    type Said = (String, String, Option<Value>);

    fn read(document: &Value) -> (Option<Value>, Vec<Said>) {
        let (kept, findings) = clean_with(document, KEYS, Null::Advice, |name| (name == "Colour").then_some("/colour"));
        let findings = findings.into_iter().map(|f| (f.code().to_owned(), f.place.into_owned(), f.fix)).collect();
        (kept, findings)
    }

    #[test]
    fn keeps_what_fits() {
        let document = json!({"name": "a", "list": ["b"], "colour": "red", "inner": {"depth": 3, "on": true}});
        assert_eq!(read(&document), (Some(document), vec![]));
    }

    #[test]
    fn names_what_does_not() {
        let (kept, findings) = read(&json!({
            "nmae": "a", "list": "b", "colour": "grean", "inner": {"depth": 10, "on": "yes"}, "depth": 3, "x/y": null,
        }));
        assert_eq!(kept, Some(json!({"name": "", "inner": {}})));
        let replace = |path: &str, value: Value| Some(json!([{"op": "replace", "path": path, "value": value}]));
        let mut expected = vec![
            ("CS102".into(), "/nmae".into(), Some(json!([{"op": "move", "from": "/nmae", "path": "/name"}]))),
            ("CS103".into(), "/list".into(), replace("/list", json!(["b"]))),
            ("CS105".into(), "/colour".into(), replace("/colour", json!("green"))),
            ("CS133".into(), "/inner/depth".into(), None),
            ("CS103".into(), "/inner/on".into(), replace("/inner/on", json!(true))),
            ("CS101".into(), "/depth".into(), Some(json!([{"op": "remove", "path": "/depth"}]))),
            ("CS101".into(), "/x~1y".into(), Some(json!([{"op": "remove", "path": "/x~1y"}]))),
            ("CS104".into(), String::new(), None),
        ];
        let mut findings = findings;
        findings.sort_by(|a, b| a.1.cmp(&b.1));
        expected.sort_by(|a: &Said, b| a.1.cmp(&b.1));
        assert_eq!(findings, expected);
    }

    #[test]
    fn a_key_in_the_wrong_place_is_shown_its_section() {
        let (_, findings) = read(&json!({"name": "a", "Depth": 3}));
        let fix = json!([{"op": "add", "path": "/inner", "value": {}}, {"op": "move", "from": "/Depth", "path": "/inner/depth"}]);
        assert_eq!(findings, vec![("CS102".into(), "/Depth".into(), Some(fix))]);
    }

    #[test]
    fn a_key_of_another_tool_is_shown_ours() {
        let (_, findings) = read(&json!({"name": "a", "inner": {"Colour": "red"}}));
        let fix = json!([{"op": "move", "from": "/inner/Colour", "path": "/colour"}]);
        assert_eq!(findings, vec![("CS102".into(), "/inner/Colour".into(), Some(fix))]);
        // Where ours is taken there is no place to move to.
        let (_, findings) = read(&json!({"name": "a", "colour": "red", "inner": {"Colour": "red"}}));
        assert_eq!(findings[0].0, "CS101");
    }

    #[test]
    fn long_keys_and_no_object() {
        let long = "k".repeat(100_000);
        assert_eq!(read(&json!({"name": "a", long: 1})).1.len(), 1);
        assert_eq!(read(&json!([])).0, None);
        assert_eq!(read(&json!(null)).1[0].0, "CS108");
    }
}
