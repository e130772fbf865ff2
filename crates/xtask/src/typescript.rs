//! TypeScript declarations from the JSON Schemas of the border, written anew with every package: they cannot drift.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Map, Value};

/// The declarations of the package: one interface a type, one overload of `run` an operation.
pub(crate) fn declarations(schemas: &[(&str, Value)], error: &Value) -> String {
    let mut types = BTreeMap::new();
    collect(error, &mut types);
    let mut overloads = String::new();
    for (operation, schema) in schemas {
        let mut of =
            |side: &str| schema.get(side).map_or_else(|| "unknown".to_owned(), |root| collect(root, &mut types));
        let (input, output) = (of("input"), of("output"));
        let _ = writeln!(overloads, "export function run(operation: {operation:?}, input: {input}): {output};");
    }
    let mut text = HEAD.to_owned();
    for (name, declaration) in types {
        let _ = write!(text, "\n{declaration}", declaration = declaration.replace("$NAME", &name));
    }
    text + "\n/** Carries out an operation. Throws `ConsnapError` when the call itself cannot be carried out. */\n"
        + &overloads
}

const HEAD: &str = "\
// Generated from the engine's own JSON Schemas by `cargo xtask wasm`.

/** A call that could not be carried out. What is wrong with input comes back as findings instead. */
export class ConsnapError extends Error {
  readonly detail: RenderedError;
}

/** Loads the engine: in a browser from its own address or a given one. */
export function load(source?: string | URL | Request | Response | BufferSource | WebAssembly.Module): Promise<void>;
/** Loads the engine from bytes or from a compiled module, at once. */
export function loadSync(module: BufferSource | WebAssembly.Module): void;
/** Where a part comes from: its own address, bytes, or a compiled module. */
export type PartSource = string | URL | Request | Response | BufferSource | WebAssembly.Module;
/** Where the modules of a part come from; what is left out comes from the package's own folder. `shared` is loaded once. */
export interface PartSources {
  shared?: PartSource;
  rehearsal?: PartSource;
  policies?: PartSource;
}
/** Loads what rehearses, plans, signs and reads replies, so that `run` knows `simulate`, `plan`, `sign`, `facts` and `probe`. The engine must be loaded. */
export function loadRehearsal(sources?: PartSources): Promise<void>;
/** Loads policies, so that `run` knows `policy_check` and `policy_test`, and `check` and `plan` take `policies`. The engine must be loaded; a policy that reads the plan needs `loadRehearsal` as well. */
export function loadPolicies(sources?: PartSources): Promise<void>;
/** What expressions of policies see: variables with their members, and functions. Policies must be loaded. */
export function policyReference(): {
  members: Array<{ path: string; type: string; values: string[]; about: string }>;
  functions: Array<{ form: string; gives: string; about: string }>;
};
/** The names of all operations. */
export function operations(): string[];
/** The version of consnap. */
export function version(): string;
/** The day up to which the engine's facts were gathered, `2026-11-22`. */
export function catalogueDate(): string;
";

/// Adds the types of a root schema and returns its name.
fn collect(root: &Value, types: &mut BTreeMap<String, String>) -> String {
    if let Some(definitions) = root.get("$defs").and_then(Value::as_object) {
        for (name, schema) in definitions {
            types.entry(name.clone()).or_insert_with(|| declaration(schema));
        }
    }
    let name = root.get("title").and_then(Value::as_str).unwrap_or("Unnamed").to_owned();
    types.entry(name.clone()).or_insert_with(|| declaration(root));
    name
}

fn declaration(schema: &Value) -> String {
    let plain_object = schema.get("properties").is_some()
        && ["oneOf", "anyOf", "allOf", "additionalProperties"]
            .iter()
            .all(|key| schema.get(key).is_none_or(Value::is_boolean));
    let body = type_of(schema, 0);
    let comment = comment(schema, "");
    if plain_object {
        format!("{comment}export interface $NAME {body}\n")
    } else {
        format!("{comment}export type $NAME = {body};\n")
    }
}

fn type_of(schema: &Value, depth: usize) -> String {
    let Some(schema) = schema.as_object() else { return "unknown".to_owned() };
    let list = |key: &str| schema.get(key).and_then(Value::as_array);
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        return reference.rsplit('/').next().unwrap_or_default().to_owned();
    }
    if let Some(constant) = schema.get("const") {
        return constant.to_string();
    }
    if let Some(values) = list("enum") {
        return values.iter().map(Value::to_string).collect::<Vec<_>>().join(" | ");
    }
    let mut parts = Vec::new();
    if let Some(members) = list("oneOf").or_else(|| list("anyOf")) {
        let union = members.iter().map(|member| type_of(member, depth)).collect::<Vec<_>>().join(" | ");
        parts.push(format!("({union})"));
    }
    if let Some(members) = list("allOf") {
        parts.extend(members.iter().map(|member| type_of(member, depth)));
    }
    if schema.contains_key("properties") {
        parts.push(object(schema, depth));
    }
    if !parts.is_empty() {
        return parts.join(" & ");
    }
    match schema.get("type") {
        Some(Value::String(kind)) => basic(kind, schema, depth),
        Some(Value::Array(kinds)) => kinds
            .iter()
            .filter_map(Value::as_str)
            .map(|kind| basic(kind, schema, depth))
            .collect::<Vec<_>>()
            .join(" | "),
        _ => "unknown".to_owned(),
    }
}

fn basic(kind: &str, schema: &Map<String, Value>, depth: usize) -> String {
    match kind {
        "string" => "string".to_owned(),
        "integer" | "number" => "number".to_owned(),
        "boolean" => "boolean".to_owned(),
        "null" => "null".to_owned(),
        "array" => {
            if let Some(members) = schema.get("prefixItems").and_then(Value::as_array) {
                return format!(
                    "[{}]",
                    members.iter().map(|member| type_of(member, depth)).collect::<Vec<_>>().join(", ")
                );
            }
            schema
                .get("items")
                .map_or_else(|| "unknown[]".to_owned(), |items| format!("Array<{}>", type_of(items, depth)))
        }
        _ => match schema.get("additionalProperties") {
            Some(values @ Value::Object(_)) => format!("Record<string, {}>", type_of(values, depth)),
            _ => "Record<string, unknown>".to_owned(),
        },
    }
}

fn object(schema: &Map<String, Value>, depth: usize) -> String {
    let indent = "  ".repeat(depth + 1);
    let required: Vec<&str> =
        schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let mut text = "{\n".to_owned();
    for (name, member) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let optional = if required.contains(&name.as_str()) { "" } else { "?" };
        text += &comment(member, &indent);
        let _ = writeln!(text, "{indent}{name}{optional}: {};", type_of(member, depth + 1));
    }
    text + &"  ".repeat(depth) + "}"
}

fn comment(schema: &Value, indent: &str) -> String {
    schema.get("description").and_then(Value::as_str).map_or_else(String::new, |words| {
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ").replace("*/", "* /");
        format!("{indent}/** {words} */\n")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn schemas_become_declarations() {
        let root = json!({"title": "In", "type": "object", "required": ["a"], "properties": {
            "a": {"$ref": "#/$defs/A"}, "b": {"type": ["integer", "null"], "description": "Days."},
            "c": {"type": "array", "items": {"enum": ["x", "y"]}}},
            "$defs": {"A": {"oneOf": [{"const": "auto"}, {"type": "integer"}]}}});
        let text = declarations(
            &[("do", json!({"input": root, "output": {"title": "Out"}}))],
            &json!({"title": "RenderedError"}),
        );
        assert!(text.contains("export type A = (\"auto\" | number);"), "{text}");
        assert!(
            text.contains(
                "export interface In {\n  a: A;\n  /** Days. */\n  b?: number | null;\n  c?: Array<\"x\" | \"y\">;\n}"
            ),
            "{text}"
        );
        assert!(text.contains("export function run(operation: \"do\", input: In): Out;"), "{text}");
    }
}
