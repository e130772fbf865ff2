//! Calls as a script writes them: names held to the table of parameters, values written in the form the service wants.
//!
//! The service takes what it does not know without a word. A misspelt filter filters nothing, and the call answers for, or acts
//! on, everything; so whatever is not certain to arrive as it is meant is refused before it is sent.

use std::borrow::Cow;

use serde_json::Value;

use super::parameters::{self, EVERYWHERE, Form, Parameter};
use super::{ApiCall, Operation};
use crate::diagnostics::error::{Error, ErrorKind};
use crate::diagnostics::finding::MessageRow;
use crate::diagnostics::messages::{calls, runs};

/// A value as a script gives it. Numbers and truth values are their text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    /// One value.
    Text(String),
    /// Several, in their order.
    List(Vec<Given>),
    /// Names with values, in their order.
    Members(Vec<(String, Given)>),
}

/// The call of an operation by its name on the wire, for a region; the parameters in the form the service wants.
///
/// `region` is where the call goes; without it `RegionId` among the parameters says so, and without that `otherwise`.
///
/// Errors: there is no such operation or parameter, a value has another form than the parameter, something is empty, or two
/// regions are named.
pub fn call(
    operation: &str,
    region: Option<&str>,
    otherwise: Option<&str>,
    parameters: Vec<(String, Given)>,
) -> Result<ApiCall, Error> {
    let Some(known) = Operation::ALL.into_iter().find(|known| known.name() == operation) else {
        return Err(unknown_operation(operation));
    };
    let mut named = None;
    let mut written = Vec::with_capacity(parameters.len() + 1);
    for (name, value) in parameters {
        if name == "RegionId" {
            named = Some(one_text(known, &name, Form::Text, value)?);
        } else {
            write(known, name, value, &mut written)?;
        }
    }
    let region = region.filter(|region| !region.is_empty());
    if let (Some(region), Some(named)) = (region, named.as_deref())
        && region != named
    {
        return Err(error(known, &calls::TWO_REGIONS).with("region", region).with("other", named));
    }
    let region = named.as_deref().or(region).or(otherwise).unwrap_or_default().to_owned();
    if region.is_empty() && parameters::of(known).iter().any(|row| row.name == "RegionId") {
        return Err(Error::new(ErrorKind::Input, &runs::NO_REGION));
    }
    if !region.is_empty() {
        written.insert(0, (Cow::Borrowed("RegionId"), region.clone()));
    }
    Ok(ApiCall { operation: known, region, parameters: written })
}

type Written = Vec<(Cow<'static, str>, String)>;

fn write(operation: Operation, name: String, value: Given, written: &mut Written) -> Result<(), Error> {
    let rows = parameters::of(operation);
    if let Some(row) = rows.iter().find(|row| row.name == name) {
        return in_form(operation, row, value, written);
    }
    let flattened = EVERYWHERE.contains(&name.as_str()) || rows.iter().any(|row| is_flattened(row, &name));
    if !flattened {
        return Err(unknown_parameter(operation, &name, rows.iter().map(|row| row.name)));
    }
    let value = one_text(operation, &name, Form::Text, value)?;
    written.push((Cow::Owned(name), value));
    Ok(())
}

/// Whether a name is that of a parameter with its numbers, as the wire has it: `InstanceId.1`, `Tag.2.Key`.
fn is_flattened(row: &Parameter, name: &str) -> bool {
    let Some(rest) = name.strip_prefix(row.name).and_then(|rest| rest.strip_prefix('.')) else { return false };
    let (number, member) = rest.split_once('.').map_or((rest, None), |(number, member)| (number, Some(member)));
    let numbered = !number.is_empty() && !number.starts_with('0') && number.bytes().all(|byte| byte.is_ascii_digit());
    numbered
        && match row.form {
            Form::List => member.is_none(),
            Form::Pairs => matches!(member, Some("Key" | "Value")),
            Form::Text | Form::Integer | Form::Boolean | Form::JsonList | Form::JsonObject => false,
        }
}

fn in_form(operation: Operation, row: &'static Parameter, value: Given, written: &mut Written) -> Result<(), Error> {
    let name = row.name;
    match row.form {
        Form::Text | Form::Integer | Form::Boolean => {
            written.push((Cow::Borrowed(name), one_text(operation, name, row.form, value)?));
        }
        Form::List => {
            for (number, item) in entries(operation, row, value)?.into_iter().enumerate() {
                let name = format!("{name}.{}", number + 1);
                let text = one_text(operation, &name, Form::Text, item)?;
                written.push((Cow::Owned(name), text));
            }
        }
        Form::Pairs => {
            for (number, (key, value)) in pairs(operation, row, value)?.into_iter().enumerate() {
                written.push((Cow::Owned(format!("{name}.{}.Key", number + 1)), key));
                if let Some(value) = value {
                    written.push((Cow::Owned(format!("{name}.{}.Value", number + 1)), value));
                }
            }
        }
        Form::JsonList => {
            let texts = match value {
                Given::Text(text) => match serde_json::from_str::<Vec<String>>(&text) {
                    Ok(texts) => texts,
                    Err(_) if text.is_empty() => return Err(empty(operation, name)),
                    Err(_) => return Err(misshapen(operation, name, row.form)),
                },
                value => entries(operation, row, value)?
                    .into_iter()
                    .map(|item| one_text(operation, name, Form::Text, item))
                    .collect::<Result<_, _>>()?,
            };
            if texts.is_empty() || texts.iter().any(String::is_empty) {
                return Err(empty(operation, name));
            }
            written.push((Cow::Borrowed(name), Value::from(texts).to_string()));
        }
        Form::JsonObject => {
            let text = match value {
                Given::Text(text) => {
                    serde_json::from_str::<serde_json::Map<String, Value>>(&text).is_ok().then_some(text)
                }
                Given::Members(members) => {
                    let members = members.into_iter().map(|(key, item)| match item {
                        Given::Text(text) => Some((key, Value::from(text))),
                        Given::List(_) | Given::Members(_) => None,
                    });
                    members.collect::<Option<serde_json::Map<_, _>>>().map(|members| Value::from(members).to_string())
                }
                Given::List(_) => None,
            };
            let text = text.ok_or_else(|| misshapen(operation, name, row.form))?;
            written.push((Cow::Borrowed(name), text));
        }
    }
    Ok(())
}

/// A single value in a form. What is empty is refused: to this service a filter that is empty is none at all.
fn one_text(operation: Operation, name: &str, form: Form, value: Given) -> Result<String, Error> {
    let text = match value {
        Given::Text(text) => text,
        Given::List(items) if items.is_empty() => return Err(empty(operation, name)),
        Given::Members(members) if members.is_empty() => return Err(empty(operation, name)),
        Given::List(_) | Given::Members(_) => return Err(misshapen(operation, name, form)),
    };
    let fits = match form {
        Form::Integer => text.parse::<i64>().is_ok(),
        Form::Boolean => matches!(text.as_str(), "true" | "false"),
        _ => true,
    };
    match () {
        () if text.is_empty() => Err(empty(operation, name)),
        () if !fits => Err(misshapen(operation, name, form)),
        () => Ok(text),
    }
}

/// The entries of a list; also of members that are numbered from 1.
fn entries(operation: Operation, row: &Parameter, value: Given) -> Result<Vec<Given>, Error> {
    let items = match value {
        Given::List(items) => items,
        Given::Members(members) if (1..).zip(&members).all(|(number, (key, _))| *key == number.to_string()) => {
            members.into_iter().map(|(_, item)| item).collect()
        }
        Given::Text(text) if text.is_empty() => return Err(empty(operation, row.name)),
        Given::Text(_) | Given::Members(_) => return Err(misshapen(operation, row.name, row.form)),
    };
    if items.is_empty() { Err(empty(operation, row.name)) } else { Ok(items) }
}

/// Keys with values: entries with `Key` and `Value`, or a mapping of keys to values.
fn pairs(operation: Operation, row: &Parameter, value: Given) -> Result<Vec<(String, Option<String>)>, Error> {
    let wrong = || misshapen(operation, row.name, row.form);
    let is_member = |key: &str| matches!(key, "Key" | "Value" | "key" | "value" | "TagKey" | "TagValue");
    if let Given::Members(members) = &value
        && !members.is_empty()
        && !members.iter().any(|(_, item)| matches!(item, Given::Members(_)))
    {
        // One entry that is not in a list looks like two tags of these names.
        if members.iter().any(|(key, _)| is_member(key)) {
            return Err(wrong());
        }
        let Given::Members(members) = value else { return Err(wrong()) };
        return (1..)
            .zip(members)
            .map(|(number, (key, item))| {
                let text = one_text(operation, &format!("{}.{number}.Value", row.name), Form::Text, item)?;
                if key.is_empty() {
                    Err(empty(operation, &format!("{}.{number}.Key", row.name)))
                } else {
                    Ok((key, Some(text)))
                }
            })
            .collect();
    }
    let entry = |(number, item)| {
        let Given::Members(members) = item else { return Err(wrong()) };
        let (mut key, mut value) = (None, None);
        for (name, item) in members {
            let member = match name.as_str() {
                "Key" => &mut key,
                "Value" => &mut value,
                _ => {
                    return Err(unknown_parameter(operation, &format!("{}.{number}.{name}", row.name), [].into_iter()));
                }
            };
            *member = Some(one_text(operation, &format!("{}.{number}.{name}", row.name), Form::Text, item)?);
        }
        Ok((key.ok_or_else(wrong)?, value))
    };
    (1..).zip(entries(operation, row, value)?).map(entry).collect()
}

fn error(operation: Operation, row: &'static MessageRow) -> Error {
    Error::new(ErrorKind::Input, row).with("operation", operation.name())
}

fn empty(operation: Operation, name: &str) -> Error {
    error(operation, &calls::PARAMETER_EMPTY).with("name", name)
}

fn misshapen(operation: Operation, name: &str, form: Form) -> Error {
    let wanted = match form {
        Form::Text => "\"...\"",
        Form::Integer => "50",
        Form::Boolean => "true",
        Form::List | Form::JsonList => "[\"...\", \"...\"]",
        Form::Pairs => "[{\"Key\": \"...\", \"Value\": \"...\"}]",
        Form::JsonObject => "{\"...\": \"...\"}",
    };
    error(operation, &calls::PARAMETER_FORM).with("name", name).with("wanted", wanted)
}

fn unknown_parameter(operation: Operation, name: &str, known: impl Iterator<Item = &'static str>) -> Error {
    let known: Vec<&str> = known.collect();
    match nearest(name, &known) {
        Some(nearest) => error(operation, &calls::PARAMETER_MISSPELT).with("name", name).with("nearest", nearest),
        None => error(operation, &calls::PARAMETER_UNKNOWN).with("name", name).with("known", known.join(", ")),
    }
}

fn unknown_operation(name: &str) -> Error {
    let known: Vec<&str> = Operation::ALL.into_iter().map(Operation::name).collect();
    let nearest = nearest(name, &known).unwrap_or(Operation::DescribeInstances.name());
    Error::new(ErrorKind::Input, &calls::API_OPERATION_UNKNOWN).with("operation", name).with("nearest", nearest)
}

/// The known name that was most likely meant: `instance_id` is `InstanceId`, `InstanceIdz` too.
fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let plain = |text: &str| text.chars().filter(|letter| *letter != '_').collect::<String>().to_ascii_lowercase();
    let wanted = plain(name);
    let scored = known.iter().map(|known| (strsim::normalized_levenshtein(&wanted, &plain(known)), *known));
    scored
        .filter(|(score, _)| *score >= 0.6)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, known)| known)
}
