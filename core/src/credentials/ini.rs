//! The credentials file of the SDKs: `~/.alibabacloud/credentials` (ecs-domain 6.3).

use std::collections::BTreeMap;

use super::{Credential, Secret};
use crate::catalog::messages::calls;
use crate::error::{Error, ErrorKind};

/// Reads the file's text. `section` is the profile's name; `file` is for messages.
///
/// Type `access_key` is supported; another type is an error that names it.
pub fn parse(text: &str, file: &str, section: &str) -> Result<Credential, Error> {
    let mut sections: BTreeMap<&str, BTreeMap<&str, &str>> = BTreeMap::new();
    let mut current = "";
    for (number, line) in (1..).zip(text.trim_start_matches('\u{feff}').lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') || line.starts_with(';') {
            continue;
        }
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            current = name.trim();
            sections.entry(current).or_default();
        } else if let Some((key, value)) = line.split_once('=') {
            sections.entry(current).or_default().insert(key.trim(), value.trim());
        } else {
            return Err(Error::new(ErrorKind::Credential, &calls::CREDENTIALS_FILE_UNREADABLE)
                .with("file", file)
                .with("detail", format!("line {number} is neither `[section]` nor `key = value`")));
        }
    }
    let Some(values) = sections.get(section) else {
        let known: Vec<String> = sections.keys().map(|name| format!("`{name}`")).collect();
        return Err(Error::new(ErrorKind::Credential, &calls::PROFILE_NOT_FOUND)
            .with("profile", section)
            .with("file", file)
            .with("known", if known.is_empty() { "-".to_owned() } else { known.join(", ") }));
    };
    let kind = values.get("type").copied().unwrap_or_default();
    if kind != "access_key" {
        return Err(Error::new(ErrorKind::Credential, &calls::PROFILE_MODE_NOT_SUPPORTED)
            .with("profile", section)
            .with("file", file)
            .with("mode", kind));
    }
    let value = |name: &str| values.get(name).map(|text| (*text).to_owned());
    Credential::assemble(
        format!("section `{section}` in `{file}`"),
        ("access_key_id", value("access_key_id")),
        ("access_key_secret", value("access_key_secret").map(Secret::new)),
        None,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_sections() {
        let file = "# made up\n[default]\ntype = access_key\naccess_key_id=LTAI1\naccess_key_secret = a=b\n\n[node]\ntype = ecs_ram_role\nrole_name = r\n";
        let found = parse(file, "f", "default").unwrap();
        assert_eq!((found.access_key_id.as_str(), found.access_key_secret.expose()), ("LTAI1", "a=b"));
        assert_eq!(parse(file, "f", "node").unwrap_err().row.code, "CE203");
        assert_eq!(parse(file, "f", "ops").unwrap_err().row.code, "CE204");
        let error = parse("[default]\nhush", "f", "default").unwrap_err();
        assert_eq!(error.to_string(), "`f` cannot be read: line 2 is neither `[section]` nor `key = value`");
    }
}
