//! The scripts of `linux.quiesce`, put into the document of a job: the engine has no scripts of its own.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use consnap_core::Finding;
use consnap_core::diagnostics::messages::{errors, quiesce as rows};
use consnap_core::input::document::shorten;
use serde_json::{Map, Value};

use crate::engines::{ENGINES, Engine};
use crate::{Kind, pair};

const PLACE: &str = "/linux/quiesce";

/// Writes the scripts of `linux.quiesce` into the document of a job, in place of what stands there; a document without that
/// member stays as it is. What the check of the job says by itself (the engine, the name, the limit) is not said here.
pub fn compose(document: &mut Value) -> Vec<Finding> {
    let Some(quiesce) = document.pointer_mut(PLACE).and_then(Value::as_object_mut) else { return Vec::new() };
    for content in ["pre_content", "post_content"] {
        quiesce.remove(content);
    }
    let engine = quiesce.get("engine").and_then(Value::as_str);
    let Some(engine) = ENGINES.iter().find(|known| Some(known.name) == engine && !known.is_refused()) else {
        return Vec::new();
    };
    let settings = match settings(engine, quiesce) {
        Ok(settings) => settings,
        Err(findings) => return findings,
    };
    match pair::write(engine.name, None, None, &settings) {
        Ok(pair) => {
            for (content, script) in [("pre_content", pair.pre), ("post_content", pair.post)] {
                quiesce.insert(content.to_owned(), Value::from(STANDARD.encode(script.content)));
            }
            Vec::new()
        }
        Err(error) if error.row == &errors::SCRIPT_TOO_LONG => {
            vec![unfit(engine, "settings", "…", format!("0-{} bytes", crate::MOST_BYTES))]
        }
        // Name and limit: the check of the job says so.
        Err(_) => Vec::new(),
    }
}

/// All settings of a pair, or what is wrong with them.
fn settings(engine: &Engine, quiesce: &Map<String, Value>) -> Result<Vec<(String, String)>, Vec<Finding>> {
    let known = engine.settings();
    let (mut settings, mut findings) = (Vec::new(), Vec::new());
    let given = quiesce.get("settings").and_then(Value::as_object).into_iter().flatten();
    for (name, value) in given {
        let place = |finding: Finding| Finding { place: format!("{PLACE}/settings/{}", token(name)).into(), ..finding };
        // What is no text is said by whoever reads the document.
        let Some(value) = value.as_str() else { continue };
        if ["NAME", "LIMIT"].contains(&name.as_str()) {
            let key = format!("linux.quiesce.settings.{name}");
            findings.push(place(Finding::new(&rows::QUIESCE_CONFLICT, "").with("key", key)));
            continue;
        }
        match known.iter().find(|setting| setting.name == name) {
            None => {
                let names = known.iter().map(|setting| setting.name).filter(|name| !["NAME", "LIMIT"].contains(name));
                let allowed = names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
                findings.push(place(unfit(engine, &shorten(name), &shorten(value), allowed)));
            }
            Some(setting) if !setting.kind.fits(value) => {
                findings.push(place(unfit(engine, name, &shorten(value), allowed(&setting.kind))));
            }
            Some(_) => settings.push((name.clone(), value.to_owned())),
        }
    }
    for (key, name) in [("name", "NAME"), ("limit", "LIMIT")] {
        match quiesce.get(key) {
            Some(Value::String(text)) => settings.push((name.to_owned(), text.clone())),
            Some(Value::Number(number)) => settings.push((name.to_owned(), number.to_string())),
            _ => {}
        }
    }
    if findings.is_empty() { Ok(settings) } else { Err(findings) }
}

fn unfit(engine: &Engine, name: &str, value: &str, allowed: String) -> Finding {
    Finding::new(&rows::QUIESCE_SETTING, format!("{PLACE}/settings"))
        .with("engine", engine.name)
        .with("name", name)
        .with("value", value)
        .with("allowed", allowed)
}

/// The values of a kind, in a form that needs no language.
fn allowed(kind: &Kind) -> String {
    match kind {
        Kind::Name | Kind::Word => "`[A-Za-z0-9_.-]`".to_owned(),
        Kind::Path => "`/...`".to_owned(),
        Kind::Paths => "`/...:/...`".to_owned(),
        Kind::Number { least, most, seconds } => format!("{least}-{most}{}", if *seconds { " s" } else { "" }),
        Kind::Choice { of } => of.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", "),
    }
}

/// A member as a JSON pointer names it.
fn token(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use super::*;
    use consnap_core::input::job;
    use serde_json::json;

    fn composed(quiesce: &Value) -> (Value, Vec<String>) {
        let mut document = json!({"version": 1, "targets": {"ids": ["i-a"]}, "instance_ram_role": "R",
            "group_name": "g-{run}", "linux": {"quiesce": quiesce}});
        let findings = compose(&mut document);
        (document, findings.iter().map(|finding| format!("{} {}", finding.code(), finding.place)).collect())
    }

    #[test]
    fn the_scripts_of_the_job_are_those_of_the_pair() {
        let (document, findings) =
            composed(&json!({"engine": "mariadb", "name": "m1", "limit": 70, "settings": {"LOCK_WAIT": "3"}}));
        assert_eq!(findings, [""; 0]);
        let (job, findings) = job::read(&document);
        assert_eq!(findings, []);
        let settings = [("LOCK_WAIT".to_owned(), "3".to_owned())];
        let pair = pair::write("mariadb", Some("m1"), Some(70), &settings).unwrap();
        let uploads: Vec<_> = job.linux.uploads().collect();
        assert_eq!(uploads[0], ("/opt/consnap/m1-pre.sh", pair.pre.content.into_bytes()));
        assert_eq!(uploads[1], ("/opt/consnap/m1-post.sh", pair.post.content.into_bytes()));
        let scripts = consnap_core::plugin::witness::WitnessScripts::of(&job).unwrap();
        assert_eq!((scripts.pre_sha256, scripts.post_sha256), (pair.pre.sha256, pair.post.sha256));
        // Three waits for the lock.
        assert_eq!(job.linux.script_timeout_seconds, Some(99));
    }

    #[test]
    fn what_stands_there_is_replaced_and_what_does_not_fit_is_said_with_its_place() {
        let mine = json!({"engine": "redis", "pre_content": "ZXhpdCAw", "post_content": "ZXhpdCAw"});
        assert_ne!(composed(&mine).0["linux"]["quiesce"]["pre_content"], "ZXhpdCAw");
        for (setting, value, expected) in [
            ("METHOD", "stage", "CS275 /linux/quiesce/settings/METHOD"),
            ("SAVE_WAIT", "601", "CS275 /linux/quiesce/settings/SAVE_WAIT"),
            ("A/B", "x", "CS275 /linux/quiesce/settings/A~1B"),
            ("LIMIT", "60", "CS274 /linux/quiesce/settings/LIMIT"),
        ] {
            let (document, findings) = composed(&json!({"engine": "redis", "settings": {setting: value},
                "pre_content": "ZXhpdCAw"}));
            assert_eq!(findings, [expected]);
            assert!(document["linux"]["quiesce"]["pre_content"].is_null(), "nothing runs that was not written here");
        }
        let long = format!("/{}", "x".repeat(30_000));
        let settings = json!({"SOCKET": long});
        assert_eq!(composed(&json!({"engine": "redis", "settings": settings})).1, ["CS275 /linux/quiesce/settings"]);
        for quiesce in [json!({"engine": "oracle"}), json!({"engine": "elasticsearch"}), json!(5), json!({})] {
            let (document, findings) = composed(&quiesce);
            assert_eq!(findings, [""; 0]);
            assert!(job::read(&document).1.iter().any(Finding::blocks), "{document}");
        }
    }
}
