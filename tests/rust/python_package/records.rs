//! Data classes and enumerations from the JSON Schemas.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::Value;

use super::tables::{Class, ENUMERATIONS, MODULES, Module, Part};
use super::{MARK, docstring, entries, wrapped};

/// The schemas the package mirrors.
pub(super) struct Mirror {
    schemas: BTreeMap<&'static str, Value>,
}

/// A member of a data class.
struct Member<'a> {
    name: &'a str,
    schema: &'a Value,
    /// Whether it is always there.
    required: bool,
}

/// A type, and whether null is one of its values.
struct Type {
    text: String,
    nullable: bool,
}

impl Mirror {
    pub(super) fn read() -> Self {
        let parts = ENUMERATIONS.iter().map(|(_, part)| part.schema);
        let names = parts.chain(MODULES.iter().flat_map(|module| module.classes).map(|class| class.part.schema));
        Self { schemas: names.map(|name| (name, consnap_cli::schema(name).expect(name))).collect() }
    }

    fn root(&self, part: Part) -> &Value {
        let whole = &self.schemas[part.schema];
        if part.side.is_empty() { whole } else { &whole[part.side] }
    }

    fn find(&self, part: Part) -> &Value {
        let root = self.root(part);
        let found = if part.definition.is_empty() { root } else { &root["$defs"][part.definition] };
        assert!(found.is_object(), "{} {} has no {}", part.schema, part.side, part.definition);
        found
    }

    /// The module of enumerations.
    pub(super) fn enumerations(&self) -> String {
        let mut text = format!(
            "{MARK}\"\"\"The words of consnap that have a fixed set of values. Each is a ``str``, so it compares with and prints as \
             its value.\"\"\"\n\nfrom __future__ import annotations\n\nfrom enum import Enum\n\n\n\
             class _Word(str, Enum):\n    def __str__(self) -> str:\n        return str(self.value)\n\n    \
             def __format__(self, spec: str) -> str:\n        return format(str(self.value), spec)\n"
        );
        for (name, part) in ENUMERATIONS {
            let schema = self.find(*part);
            write!(text, "\n\nclass {name}(_Word):\n{}", docstring(about(schema), 4)).expect("text");
            for (value, about) in values(schema).expect(name) {
                let member = value.replace('+', "_and_").replace(|c: char| !c.is_ascii_alphanumeric(), "_");
                write!(text, "\n    {} = \"{value}\"\n", member.to_ascii_uppercase()).expect("text");
                if !about.is_empty() {
                    text.push_str(&docstring(about, 4));
                }
            }
        }
        text
    }

    /// A module of data classes.
    pub(super) fn module(&self, module: &Module) -> String {
        let classes: String = module.classes.iter().map(|class| self.class(module, class)).collect();
        let up = if module.path.contains('/') { ".." } else { "." };
        let uses = |word: &str| {
            let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
            classes.match_indices(word).any(|(at, _)| {
                let before = classes[..at].chars().next_back();
                let after = classes[at + word.len()..].chars().next();
                !before.is_some_and(is_part)
                    && !after.is_some_and(is_part)
                    && before != Some('`')
                    && before != Some('"')
            })
        };
        let mut text = format!("{MARK}\"\"\"{}\"\"\"\n\nfrom __future__ import annotations\n\n", module.about);
        let several = |names: &[&'static str]| names.iter().copied().filter(|name| uses(name)).collect::<Vec<_>>();
        text.push_str(&import("collections.abc", &several(&["Mapping", "Sequence"])));
        text.push_str(&import("dataclasses", &[vec!["dataclass"], several(&["field"])].concat()));
        text.push_str(&import("typing", &several(&["Any", "Literal"])));
        text.push('\n');
        let mut homes: Vec<(String, Vec<&str>)> = vec![
            ("_behaviour".to_owned(), module.classes.iter().filter_map(|class| class.behaviour).collect()),
            ("_record".to_owned(), vec!["Record"]),
            ("enums".to_owned(), several(&ENUMERATIONS.iter().map(|(name, _)| *name).collect::<Vec<_>>())),
            ("events".to_owned(), several(&["Event"])),
        ];
        for other in MODULES.iter().filter(|other| other.path != module.path) {
            let own = |name: &&str| !module.classes.iter().any(|class| class.name == *name);
            let names: Vec<_> = other.classes.iter().map(|class| class.name).filter(own).collect();
            homes.push((other.path.to_owned(), several(&names)));
        }
        homes.sort();
        for (home, mut names) in homes {
            names.sort_unstable();
            text.push_str(&import(&format!("{up}{home}"), &names));
        }
        let mut names: Vec<_> = module.classes.iter().map(|class| class.name).collect();
        names.sort_unstable();
        text + "\n__all__ = [\n" + &entries(&names) + "]\n" + &classes
    }

    fn class(&self, module: &Module, class: &Class) -> String {
        let schema = self.find(class.part);
        let bases = class.behaviour.map_or_else(|| "Record".to_owned(), |behaviour| format!("{behaviour}, Record"));
        let mut text =
            format!("\n\n@dataclass(frozen=True, kw_only=True, repr=False)\nclass {}({bases}):\n", class.name);
        let about = docstring(about(schema), 4);
        if class.example.is_empty() {
            text.push_str(&about);
        } else {
            let example = class.example.replace('\n', "\n    ");
            let about = about.trim_end().trim_end_matches("\"\"\"");
            write!(text, "{about}\n\n    {example}\n    \"\"\"\n").expect("text");
        }
        let mut members = Vec::new();
        self.members(class.part, schema, true, &mut members);
        // Those that are always there in their own order, then the others.
        members.sort_by_key(|member| !member.required);
        let mut seen = BTreeSet::new();
        for member in members.iter().filter(|member| seen.insert(member.name)) {
            let typed = class.members.iter().find(|(name, _)| *name == member.name);
            let typed = typed.map_or_else(|| self.typed(module, class, member), |(_, typed)| (*typed).to_owned());
            write!(text, "\n    {}: {typed}\n{}", member.name, docstring(self.about(class, member), 4)).expect("text");
        }
        text
    }

    /// What a member is for; where only its type says that, this.
    fn about<'a>(&'a self, class: &Class, member: &Member<'a>) -> &'a str {
        let own = about(member.schema);
        let reference = member.schema["$ref"].as_str().and_then(|reference| reference.rsplit('/').next());
        let found = match reference {
            Some(definition) if own.is_empty() => about(&self.root(class.part)["$defs"][definition]),
            _ => own,
        };
        assert!(!found.is_empty(), "{}.{} says not what it is for", class.name, member.name);
        found
    }

    /// All members of an object, flattened parts and alternatives included.
    fn members<'a>(&'a self, part: Part, schema: &'a Value, always: bool, found: &mut Vec<Member<'a>>) {
        if let Some(definition) = schema["$ref"].as_str().and_then(|reference| reference.rsplit('/').next()) {
            self.members(part, &self.root(part)["$defs"][definition], always, found);
        }
        let required: Vec<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let properties = schema["properties"].as_object();
        for name in &required {
            if let Some((name, schema)) = properties.and_then(|properties| properties.get_key_value(*name)) {
                found.push(Member { name, schema, required: always });
            }
        }
        for (name, schema) in properties.into_iter().flatten() {
            if !required.contains(&name.as_str()) {
                found.push(Member { name, schema, required: false });
            }
        }
        for flattened in schema["allOf"].as_array().into_iter().flatten() {
            self.members(part, flattened, always, found);
        }
        for key in ["anyOf", "oneOf"] {
            for alternative in schema[key].as_array().into_iter().flatten() {
                self.members(part, alternative, false, found);
            }
        }
    }

    /// A member's annotation with its default.
    fn typed(&self, module: &Module, class: &Class, member: &Member<'_>) -> String {
        let Type { text, nullable } = self.type_of(module, class.part, member.schema);
        let or_none = if nullable && text != "Any" { format!("{text} | None") } else { text.clone() };
        if member.required {
            return or_none;
        }
        let default = &member.schema["default"];
        let list = text.starts_with("tuple[") || text.starts_with("Sequence[");
        match default {
            _ if nullable => format!("{or_none} = None"),
            _ if list => format!("{text} = ()"),
            _ if text.starts_with("Mapping[") => format!("{text} = field(default_factory=dict)"),
            Value::Bool(value) => format!("{text} = {}", if *value { "True" } else { "False" }),
            Value::Number(value) => format!("{text} = {value}"),
            Value::String(value) if text.starts_with("Literal[") || text == "str" => format!("{text} = \"{value}\""),
            Value::String(value) => format!("{text} = {text}.{}", value.to_ascii_uppercase()),
            Value::Object(_) => format!("{text} = {text}()"),
            _ if text == "Any" => "Any = None".to_owned(),
            _ => format!("{text} | None = None"),
        }
    }

    fn type_of(&self, module: &Module, part: Part, schema: &Value) -> Type {
        let plain = |text: &str| Type { text: text.to_owned(), nullable: false };
        let Some(members) = schema.as_object() else { return plain("Any") };
        if let Some(definition) = schema["$ref"].as_str().and_then(|reference| reference.rsplit('/').next()) {
            let resolved = &self.root(part)["$defs"][definition];
            if let Some(name) = self.name_of(part, definition, resolved) {
                return plain(name);
            }
            // A member of a class that is not listed would lose its type without a word.
            assert!(resolved["properties"].is_null(), "{definition} of {} has no class", part.schema);
            return self.type_of(module, part, resolved);
        }
        if let Some(values) = values(schema) {
            let values: Vec<String> = values.iter().map(|(value, _)| format!("\"{value}\"")).collect();
            return plain(&format!("Literal[{}]", values.join(", ")));
        }
        if let Some(value) = schema["const"].as_str() {
            return plain(&format!("Literal[\"{value}\"]"));
        }
        if let Some(alternatives) = members.get("anyOf").or_else(|| members.get("oneOf")).and_then(Value::as_array) {
            let (nulls, others): (Vec<_>, Vec<_>) = alternatives.iter().partition(|schema| schema["type"] == "null");
            let types: Vec<Type> = others.iter().map(|schema| self.type_of(module, part, schema)).collect();
            let texts: Vec<&str> = types.iter().map(|one| one.text.as_str()).collect();
            let nullable = !nulls.is_empty() || types.iter().any(|one| one.nullable);
            return Type { text: texts.join(" | "), nullable };
        }
        let kinds: Vec<&str> = match &schema["type"] {
            Value::String(kind) => vec![kind],
            Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
            _ => return plain("Any"),
        };
        let nullable = kinds.contains(&"null");
        let texts: Vec<String> = kinds
            .iter()
            .filter(|kind| **kind != "null")
            .map(|kind| match *kind {
                "string" => "str".to_owned(),
                "integer" => "int".to_owned(),
                "number" => "float".to_owned(),
                "boolean" => "bool".to_owned(),
                "array" => self.list(module, part, schema),
                _ => {
                    let values = &schema["additionalProperties"];
                    let inner =
                        if values.is_object() { self.type_of(module, part, values).text } else { "Any".to_owned() };
                    format!("Mapping[str, {inner}]")
                }
            })
            .collect();
        Type { text: texts.join(" | "), nullable }
    }

    fn list(&self, module: &Module, part: Part, schema: &Value) -> String {
        let items = |schema: &Value| {
            let one = self.type_of(module, part, schema);
            if one.nullable { format!("{} | None", one.text) } else { one.text }
        };
        if let Some(members) = schema["prefixItems"].as_array() {
            return format!("tuple[{}]", members.iter().map(items).collect::<Vec<_>>().join(", "));
        }
        let inner = items(&schema["items"]);
        match (&schema["minItems"], &schema["maxItems"]) {
            (Value::Number(least), most) if Some(least) == most.as_number() && least.as_u64() == Some(2) => {
                format!("tuple[{inner}, {inner}]")
            }
            _ if module.list == "tuple" => format!("tuple[{inner}, ...]"),
            _ => format!("Sequence[{inner}]"),
        }
    }

    /// The class or enumeration of a definition, where the package has one.
    fn name_of(&self, part: Part, definition: &str, resolved: &Value) -> Option<&'static str> {
        let classes = MODULES.iter().flat_map(|module| module.classes).map(|class| (class.name, class.part));
        let candidates: Vec<_> = classes
            .chain(ENUMERATIONS.iter().copied())
            .filter(|(_, other)| {
                other.definition == definition
                    || other.definition.is_empty() && self.root(*other)["title"].as_str() == Some(definition)
            })
            .collect();
        let same_schema = |other: &Part| other.schema == part.schema;
        match candidates.as_slice() {
            [] => None,
            [(name, _)] => Some(name),
            several => {
                let own = several.iter().find(|(_, other)| same_schema(other));
                let equal = || several.iter().find(|(_, other)| self.find(*other) == resolved);
                let found = own.or_else(equal);
                Some(found.unwrap_or_else(|| panic!("{definition} of {} is mirrored twice", part.schema)).0)
            }
        }
    }
}

/// A line of imports, broken where it is too long; nothing without names.
fn import(home: &str, names: &[&str]) -> String {
    if names.is_empty() {
        return String::new();
    }
    let line = format!("from {home} import {}\n", names.join(", "));
    if line.len() <= 121 {
        return line;
    }
    wrapped(&format!("from {home} import ("), names.iter().map(|name| (*name).to_owned()), 4, ")\n")
}

fn about(schema: &Value) -> &str {
    schema["description"].as_str().unwrap_or_default()
}

/// The values of an enumeration with what each means; `None` when it is something else.
fn values(schema: &Value) -> Option<Vec<(&str, &str)>> {
    if let Some(values) = schema["enum"].as_array() {
        return values.iter().map(|value| Some((value.as_str()?, ""))).collect();
    }
    let mut found = Vec::new();
    for one in schema["oneOf"].as_array()? {
        match one["const"].as_str() {
            Some(value) => found.push((value, about(one))),
            // Those without a description stand together.
            None => found.extend(one["enum"].as_array()?.iter().filter_map(Value::as_str).map(|value| (value, ""))),
        }
    }
    Some(found)
}
