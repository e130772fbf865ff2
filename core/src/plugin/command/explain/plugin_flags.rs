//! How the plug-in reads its arguments: Go's `flag` package (inferred, docs/sources/launcher.md 6).

use serde::Serialize;

use super::PLACE;
use crate::base::consistency::Platform;
use crate::catalog::parameters::{self, ParameterKind, ParameterRow};
use crate::diagnostics::finding::Finding;
use crate::diagnostics::messages::writing;

/// A parameter as the plug-in reads it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReadParameter {
    /// Its name as written, without dashes.
    pub name: String,
    /// Its value.
    pub value: String,
    /// Whether the plug-in of the platform has it.
    pub known: bool,
}

/// Reads arguments up to the first stray word. An unknown parameter ends the plug-in with exit code 2; the rest is read
/// all the same, to tell everything at once.
pub(super) fn read(platform: Platform, arguments: &[String], findings: &mut Vec<Finding>) -> Vec<ReadParameter> {
    let mut read: Vec<ReadParameter> = Vec::new();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let name = argument.strip_prefix("--").or_else(|| argument.strip_prefix('-'));
        let Some(name) = name.filter(|_| argument != "-" && argument != "--") else {
            let lost: Vec<&str> = std::iter::once(argument).chain(rest).map(String::as_str).collect();
            findings.push(Finding::new(&writing::STRAY_WORD, PLACE).with("lost", lost.join(" ")));
            break;
        };
        if name.is_empty() || name.starts_with(['-', '=']) {
            findings.push(Finding::new(&writing::MALFORMED, PLACE).with("argument", argument.clone()));
            continue;
        }
        let (name, value) = name.split_once('=').map_or((name, None), |(name, value)| (name, Some(value.to_owned())));
        let row = parameters::find(name);
        let known = row.filter(|row| row.is_for(platform));
        if known.is_none() {
            findings.push(unknown(platform, name, row));
        }
        let value = match (value, known.map(|row| row.kind)) {
            (Some(value), _) => value,
            (None, Some(ParameterKind::Boolean)) => "true".to_owned(),
            (None, None) => String::new(),
            (None, Some(_)) => {
                if let Some(next) = rest.next() {
                    next.clone()
                } else {
                    findings.push(Finding::new(&writing::MALFORMED, PLACE).with("argument", argument.clone()));
                    continue;
                }
            }
        };
        if let Some(row) = known {
            check(row, &value, findings);
        }
        if let Some(earlier) = read.iter().find(|earlier| earlier.name == name) {
            findings.push(
                Finding::new(&writing::REPEATED, PLACE)
                    .with("name", name)
                    .with("earlier", earlier.value.clone())
                    .with("value", value.clone()),
            );
        }
        read.push(ReadParameter { name: name.to_owned(), value, known: known.is_some() });
    }
    for row in parameters::ROWS.iter().filter(|row| row.required && row.is_for(platform)) {
        match read.iter().rev().find(|parameter| parameter.name == row.wire) {
            None => findings.push(Finding::new(&writing::MISSING, PLACE).with("name", row.wire)),
            Some(parameter) if parameter.value.is_empty() => {
                findings.push(Finding::new(&writing::EMPTY_REQUIRED, PLACE).with("name", row.wire));
            }
            Some(_) => {}
        }
    }
    read
}

fn unknown(platform: Platform, name: &str, elsewhere: Option<&ParameterRow>) -> Finding {
    if elsewhere.is_some() {
        return Finding::new(&writing::OTHER_PLATFORM_PARAMETER, PLACE)
            .with("name", name)
            .with("platform", platform.name());
    }
    if name == "help" || name == "h" {
        return Finding::new(&writing::PLUGIN_HELP, PLACE).with("name", name);
    }
    if let Some(row) = nearest(platform, name) {
        return Finding::new(&writing::MISSPELT, PLACE).with("name", name).with("nearest", row.wire);
    }
    let known = parameters::ROWS.iter().filter(|row| row.is_for(platform)).map(|row| row.wire);
    Finding::new(&writing::UNKNOWN_PARAMETER, PLACE)
        .with("name", name)
        .with("known", known.collect::<Vec<_>>().join(", "))
}

/// The parameter that was probably meant.
pub(super) fn nearest(platform: Platform, name: &str) -> Option<&'static ParameterRow> {
    let name = name.to_ascii_lowercase();
    parameters::ROWS
        .iter()
        .filter(|row| row.is_for(platform))
        .map(|row| (strsim::normalized_damerau_levenshtein(&row.wire.to_ascii_lowercase(), &name), *row))
        .filter(|(likeness, _)| *likeness >= 0.7)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, row)| row)
}

/// What the plug-in takes for a value of this kind.
fn check(row: &ParameterRow, value: &str, findings: &mut Vec<Finding>) {
    let bad = || Finding::new(&writing::BAD_VALUE, PLACE).with("name", row.wire).with("value", value);
    match row.kind {
        ParameterKind::Text => {}
        ParameterKind::Boolean => {
            if boolean(value).is_none() {
                findings.push(bad());
            }
        }
        ParameterKind::Integer => {
            let Some(number) = integer(value) else {
                findings.push(bad());
                return;
            };
            if number.to_string() != value {
                findings.push(
                    Finding::new(&writing::ODD_NUMBER, PLACE)
                        .with("name", row.wire)
                        .with("value", value)
                        .with("number", number.to_string()),
                );
            }
            if let Some((least, most)) = row.range
                && !(least..=most).contains(&number)
            {
                findings.push(
                    Finding::new(&writing::OUT_OF_RANGE, PLACE)
                        .with("name", row.wire)
                        .with("value", number.to_string())
                        .with("least", least.to_string())
                        .with("most", most.to_string()),
                );
            }
        }
    }
}

/// Go's `strconv.ParseBool`.
pub(super) fn boolean(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Some(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Some(false),
        _ => None,
    }
}

/// Go's `strconv.ParseInt` with base 0: prefixes `0x`, `0b`, `0o` and `0`, underscores between digits.
pub(super) fn integer(text: &str) -> Option<i64> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let lower = digits.to_ascii_lowercase();
    let (base, digits) = match lower.as_bytes() {
        [b'0', b'x', ..] => (16, lower.get(2..)?),
        [b'0', b'b', ..] => (2, lower.get(2..)?),
        [b'0', b'o', ..] => (8, lower.get(2..)?),
        [b'0', _, ..] => (8, lower.get(1..)?),
        _ => (10, lower.as_str()),
    };
    // An underscore stands between two digits, or between a prefix and a digit.
    let misplaced = digits.ends_with('_') || digits.contains("__") || (base == 10 && digits.starts_with('_'));
    let bare = digits.replace('_', "");
    if misplaced || !bare.starts_with(|c: char| c.is_digit(base)) {
        return None;
    }
    let sign = if negative { "-" } else { "" };
    i64::from_str_radix(&format!("{sign}{bare}"), base).ok()
}
