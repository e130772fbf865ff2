//! Puts a pair together: settings, texts, the account.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use consnap_core::diagnostics::messages::errors;
use consnap_core::{Error, ErrorKind};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::engines::{self, Engine};
use crate::settings::unfit;

/// How long a script may be: what the upload carries.
pub const MOST_BYTES: usize = 24_576;

/// A script.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Script {
    /// Its text.
    pub content: String,
    /// The SHA-256 of the text, which the record of a run names.
    pub sha256: String,
}

/// The two scripts of a service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Pair {
    /// The engine.
    pub engine: &'static str,
    /// The name of the service: the record lies in `/run/consnap/NAME.last`.
    pub name: String,
    /// All settings of the pair and their values, defaults included.
    pub settings: BTreeMap<&'static str, String>,
    /// Runs before the freeze.
    pub pre: Script,
    /// Runs after the thaw.
    pub post: Script,
    /// What makes the account, and the ways to let it in. Nothing where the engine is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
}

/// Writes a pair. Name and limit are the settings `NAME` and `LIMIT`.
///
/// # Errors
///
/// `CE440` for an engine without scripts, `CE441` for a setting that it does not have, `CE442` for one that is given
/// twice, `CE443` to `CE447` for a value that does not fit, `CE448` for a script that the upload would not carry.
pub fn write(
    engine: &str,
    name: Option<&str>,
    limit: Option<u32>,
    settings: &[(String, String)],
) -> Result<Pair, Error> {
    let engine = engines::engine(engine)?;
    let values = values(engine, name, limit, settings)?;
    let script = |role, when| {
        let content = text(engine, role, when, &values);
        if content.len() > MOST_BYTES {
            return Err(Error::new(ErrorKind::Input, &errors::SCRIPT_TOO_LONG)
                .with("size", content.len().to_string())
                .with("most", MOST_BYTES.to_string()));
        }
        let sha256 = base16ct::lower::encode_string(&Sha256::digest(content.as_bytes()));
        Ok(Script { content, sha256 })
    };
    let (pre, post) = (script("pre", "before the freeze")?, script("post", "after the thaw")?);
    let settings: BTreeMap<_, _> = values.into_iter().collect();
    let name = settings.get("NAME").cloned().unwrap_or_default();
    let account = engine.account.map(|account| account.replace("@NAME@", &name));
    Ok(Pair { engine: engine.name, name, settings, pre, post, account })
}

/// The value of each setting, in the order of the text.
fn values(
    engine: &Engine,
    name: Option<&str>,
    limit: Option<u32>,
    settings: &[(String, String)],
) -> Result<Vec<(&'static str, String)>, Error> {
    let known = engine.settings();
    let own = [name.map(|name| ("NAME", name.to_owned())), limit.map(|limit| ("LIMIT", limit.to_string()))];
    let others = settings.iter().map(|(name, value)| (name.as_str(), value.clone()));
    let mut given = BTreeMap::new();
    for (name, value) in own.into_iter().flatten().chain(others) {
        if !known.iter().any(|setting| setting.name == name) {
            return Err(Error::new(ErrorKind::Input, &errors::NO_SUCH_SETTING)
                .with("engine", engine.name)
                .with("name", name)
                .with("nearest", engines::nearest(name, known.iter().map(|setting| setting.name)))
                .with("known", known.iter().map(|setting| setting.name).collect::<Vec<_>>().join(", ")));
        }
        if given.insert(name.to_owned(), value).is_some() {
            return Err(Error::new(ErrorKind::Input, &errors::SETTING_TWICE).with("name", name));
        }
    }
    let value = |setting: &crate::Setting| {
        let value = given.remove(setting.name).unwrap_or_else(|| setting.default.to_owned());
        if setting.kind.fits(&value) { Ok((setting.name, value)) } else { Err(unfit(setting, &value)) }
    };
    known.iter().map(value).collect()
}

fn text(engine: &Engine, role: &str, when: &str, values: &[(&'static str, String)]) -> String {
    let mut text = format!(
        "#!/bin/sh\n# consnap quiesce script for {name}, {when}.\n\
         # Built by scripts/build.sh of consnap; the comments stand in its sources.\nROLE={role} ENGINE={name}\n",
        name = engine.name
    );
    for (name, value) in values {
        // The shell goes over lists by blanks; `PATH` alone has colons.
        let is_list = matches!(*name, "STATE_BASE" | "PAIRS" | "DATA");
        let value = if is_list { value.replace(':', " ") } else { value.clone() };
        // Writing into a text cannot fail.
        let _ = writeln!(text, "{name}='{value}'");
    }
    // Comments would take a fifth of the room; what they tell ShellCheck stays.
    for line in engine.parts.iter().flat_map(|part| part.lines()) {
        let code = line.trim_start_matches(' ');
        if line.is_empty() || code.starts_with('#') && !code.starts_with("# shellcheck ") {
            continue;
        }
        text.push_str(line);
        text.push('\n');
    }
    text.push_str("# All of the text is read before any of it runs: to replace the file meanwhile does no harm.\n");
    text.push_str("{ main \"$@\"; exit; }\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(name: &str, limit: Option<u32>, settings: &[(&str, &str)]) -> &'static str {
        let settings: Vec<_> = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        write(name, None, limit, &settings).unwrap_err().row.code
    }

    #[test]
    fn what_does_not_fit_is_refused_with_a_code_of_its_own() {
        assert_eq!(code("oracle", None, &[]), "CE440");
        assert_eq!(code("redis", None, &[("METHODS", "auto")]), "CE441");
        assert_eq!(code("elasticsearch", Some(60), &[]), "CE441");
        assert_eq!(code("redis", Some(60), &[("LIMIT", "60")]), "CE442");
        assert_eq!(code("redis", None, &[("NAME", "../x")]), "CE443");
        assert_eq!(code("redis", None, &[("DB_USER", "a b")]), "CE444");
        assert_eq!(code("redis", None, &[("SOCKET", "relative")]), "CE445");
        assert_eq!(code("redis", Some(4), &[]), "CE446");
        assert_eq!(code("redis", None, &[("METHOD", "auto,pause")]), "CE447");
        let long = format!("/{}", "x".repeat(30_000));
        assert_eq!(code("redis", None, &[("SOCKET", &long)]), "CE448");
    }
}
