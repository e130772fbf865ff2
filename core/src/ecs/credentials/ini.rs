//! The credentials file of the SDKs: `~/.alibabacloud/credentials` (docs/sources/api.md 6.3).

use std::collections::BTreeMap;

use super::source::{AssumeRole, CredentialSource, OidcRole, Role, StsPlace};
use super::{Credential, Secret};
use crate::diagnostics::error::{Error, ErrorKind};
use crate::diagnostics::messages::calls;

/// Reads the file's text. `section` is the profile's name; `file` is for messages.
///
/// Types `access_key`, `ecs_ram_role`, `ram_role_arn` and `oidc_role_arn` are supported; another type is an error that names it.
pub fn parse(text: &str, file: &str, section: &str) -> Result<CredentialSource, Error> {
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
    let source = format!("section `{section}` in `{file}`");
    let value = |name: &str| values.get(name).map(|text| (*text).to_owned()).filter(|text| !text.is_empty());
    let given = || {
        Credential::assemble(
            source.clone(),
            ("access_key_id", value("access_key_id")),
            ("access_key_secret", value("access_key_secret").map(Secret::new)),
            None,
        )
        .map(CredentialSource::Given)
    };
    let required = |name: &str| {
        value(name).ok_or_else(|| {
            Error::new(ErrorKind::Credential, &calls::CREDENTIALS_INCOMPLETE)
                .with("source", source.clone())
                .with("missing", name)
        })
    };
    let role = || {
        let mut role = Role::new(required("role_arn")?).called(value("role_session_name"));
        // The SDKs' own template writes `{}` for "no policy".
        role.policy = value("policy").filter(|policy| policy != "{}");
        Ok::<_, Error>(role)
    };
    match values.get("type").copied().unwrap_or_default() {
        "access_key" => given(),
        "ecs_ram_role" => Ok(CredentialSource::Metadata { role_name: value("role_name") }),
        "ram_role_arn" => {
            Ok(CredentialSource::Role(Box::new(AssumeRole { base: given()?, role: role()?, sts: StsPlace::default() })))
        }
        "oidc_role_arn" => Ok(CredentialSource::Oidc(OidcRole {
            provider_arn: required("oidc_provider_arn")?,
            token_file: required("oidc_token_file_path")?,
            role: role()?,
            sts: StsPlace::default(),
        })),
        kind => Err(Error::new(ErrorKind::Credential, &calls::PROFILE_MODE_NOT_SUPPORTED)
            .with("profile", section)
            .with("file", file)
            .with("mode", kind)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_sections() {
        let file = "# made up\n[default]\ntype = access_key\naccess_key_id=LTAI1\naccess_key_secret = a=b\n\n\
                    [node]\ntype = ecs_ram_role\nrole_name = r\n[odd]\ntype = bearer\n\
                    [ops]\ntype = ram_role_arn\naccess_key_id=LTAI1\naccess_key_secret = x\nrole_arn = acs:ram::1:role/ops\npolicy = {}\n\
                    [pod]\ntype = oidc_role_arn\nrole_arn = acs:ram::1:role/ops\noidc_provider_arn = p\noidc_token_file_path = /t\n\
                    [half]\ntype = ram_role_arn\naccess_key_id=LTAI1\naccess_key_secret = x\n";
        let CredentialSource::Given(found) = parse(file, "f", "default").unwrap() else { panic!("given") };
        assert_eq!((found.access_key_id.as_str(), found.access_key_secret.expose()), ("LTAI1", "a=b"));
        assert_eq!(parse(file, "f", "node").unwrap(), CredentialSource::Metadata { role_name: Some("r".to_owned()) });
        let CredentialSource::Role(ops) = parse(file, "f", "ops").unwrap() else { panic!("a role") };
        assert_eq!((ops.role.duration_seconds, ops.role.policy), (3600, None));
        let CredentialSource::Oidc(pod) = parse(file, "f", "pod").unwrap() else { panic!("OIDC") };
        assert_eq!((pod.token_file.as_str(), pod.role.session_name.as_str()), ("/t", "consnap"));
        assert_eq!(parse(file, "f", "half").unwrap_err().row.code, "CE202");
        assert_eq!(parse(file, "f", "odd").unwrap_err().row.code, "CE203");
        assert_eq!(parse(file, "f", "nobody").unwrap_err().row.code, "CE204");
        let error = parse("[default]\nhush", "f", "default").unwrap_err();
        assert_eq!(error.to_string(), "`f` cannot be read: line 2 is neither `[section]` nor `key = value`");
    }
}
