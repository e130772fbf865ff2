//! The JSON Schema of the job document.

use serde_json::{Value, json};

use super::Job;
use super::read::KEYS;
use crate::input::document::{Key, Shape};

/// The JSON Schema of the job document: descriptions and ranges from the types, required keys from the reader.
pub fn schema() -> Value {
    let mut schema = schemars::schema_for!(Job).to_value();
    let definitions = schema.get("$defs").cloned().unwrap_or_default();
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("$id".into(), json!("https://consnap.dev/schema/job-1.json"));
        schema.insert("title".into(), json!("consnap job document, version 1"));
    }
    let mut named = definitions;
    tighten(&mut schema, KEYS, &mut named);
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("$defs".into(), named);
    }
    schema
}

/// Writes into the schema of a mapping what the reader asks for: required keys, and no others than the known ones.
pub fn tighten(schema: &mut Value, keys: &'static [Key], definitions: &mut Value) {
    let required: Vec<_> = keys.iter().filter(|key| key.required).map(|key| key.name).collect();
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("additionalProperties".into(), json!(false));
        if !required.is_empty() {
            schema.insert("required".into(), json!(required));
        }
    }
    for key in keys {
        let inner = match &key.shape {
            Shape::Object(inner) | Shape::List(Shape::Object(inner)) => *inner,
            _ => continue,
        };
        let property = schema.pointer(&format!("/properties/{}", key.name)).cloned().unwrap_or_default();
        let Some(name) = definition_name(&property) else { continue };
        if let Some(mut definition) = definitions.get_mut(&name).map(Value::take) {
            tighten(&mut definition, inner, definitions);
            if let Some(place) = definitions.get_mut(&name) {
                *place = definition;
            }
        }
    }
}

/// The definition a property refers to, itself or as the items of a list.
fn definition_name(property: &Value) -> Option<String> {
    match property {
        Value::Object(members) => match members.get("$ref").and_then(Value::as_str) {
            Some(reference) => reference.strip_prefix("#/$defs/").map(str::to_owned),
            None => members.values().find_map(definition_name),
        },
        Value::Array(items) => items.iter().find_map(definition_name),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::job::read;

    fn properties(schema: &Value) -> Vec<String> {
        schema["properties"].as_object().map(|p| p.keys().cloned().collect()).unwrap_or_default()
    }

    fn same_keys(schema: &Value, keys: &'static [Key], definitions: &Value) {
        let mut known: Vec<_> = keys.iter().map(|key| key.name.to_owned()).collect();
        known.sort();
        let mut typed = properties(schema);
        typed.sort();
        assert_eq!(typed, known);
        for key in keys {
            if let Shape::Object(inner) | Shape::List(Shape::Object(inner)) = &key.shape {
                let name = definition_name(&schema["properties"][key.name]).expect(key.name);
                same_keys(&definitions[&name], inner, definitions);
            }
        }
    }

    #[test]
    fn types_and_reader_know_the_same_keys() {
        let schema = schema();
        same_keys(&schema, KEYS, &schema["$defs"]);
    }

    #[test]
    fn required_and_closed() {
        let schema = schema();
        assert_eq!(schema["required"], json!(["version", "targets", "instance_ram_role", "group_name"]));
        assert_eq!(schema["additionalProperties"], json!(false));
        for (name, definition) in schema["$defs"].as_object().unwrap() {
            if definition.get("properties").is_some() {
                assert_eq!(definition["additionalProperties"], json!(false), "{name}");
            }
        }
    }

    #[test]
    fn every_property_is_described() {
        let schema = schema();
        let described = |schema: &Value| {
            for (name, property) in schema["properties"].as_object().into_iter().flatten() {
                assert!(property["description"].as_str().is_some_and(|text| !text.is_empty()), "{name}");
            }
        };
        described(&schema);
        schema["$defs"].as_object().unwrap().values().for_each(described);
    }

    #[test]
    fn what_the_reader_takes_the_types_take() {
        let (job, findings) = read(&json!({
            "version": 1, "targets": {"ids": ["i-a"]}, "instance_ram_role": "R", "group_name": "g-{run}",
        }));
        assert_eq!(findings, vec![]);
        let (again, findings) = read(&serde_json::to_value(&job).unwrap());
        assert_eq!((again, findings), (job, vec![]));
    }
}
