//! The credentials file of the SDKs: `~/.alibabacloud/credentials` (docs/sources/api.md 6.3).

use std::collections::BTreeMap;

use super::source::{AssumeRole, CredentialSource, OidcRole, Role, StsPlace};
use super::{Credential, Secret};
use crate::diagnostics::error::{Error, ErrorKind};
use crate::diagnostics::messages::calls;

/// Reads the file's text. `section` is the profile's name; `file` is for messages.
///
/// [`TYPES`] are supported; another type is an error that names it. As the SDKs read it: `=` or `:` between name and value,
/// names in any letter case, a comment behind a value, a value in quotes.
pub fn parse(text: &str, file: &str, section: &str) -> Result<CredentialSource, Error> {
    let mut sections: BTreeMap<&str, BTreeMap<String, &str>> = BTreeMap::new();
    let mut current = "";
    for (number, line) in (1..).zip(text.trim_start_matches('\u{feff}').lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') || line.starts_with(';') {
            continue;
        }
        let bare = without_comment(line);
        if let Some(name) = bare.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            current = name.trim();
            sections.entry(current).or_default();
        } else if let Some((key, value)) = bare.split_once(['=', ':']) {
            sections.entry(current).or_default().insert(key.trim().to_ascii_lowercase(), unquoted(value.trim()));
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
    let given = |token: Option<Secret>| {
        Credential::assemble(
            source.clone(),
            ("access_key_id", value("access_key_id")),
            ("access_key_secret", value("access_key_secret").map(Secret::new)),
            token,
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
        if let Some(seconds) = value("role_session_expiration").and_then(|text| text.parse().ok()).filter(|of| *of > 0)
        {
            role.duration_seconds = seconds;
        }
        Ok::<_, Error>(role)
    };
    match required("type")?.as_str() {
        "access_key" => given(None),
        "sts" => given(Some(Secret::new(required("security_token")?))),
        "ecs_ram_role" => Ok(CredentialSource::Metadata { role_name: value("role_name") }),
        "ram_role_arn" => {
            let base = given(None)?;
            Ok(CredentialSource::Role(Box::new(AssumeRole { base, role: role()?, sts: StsPlace::default() })))
        }
        "oidc_role_arn" => Ok(CredentialSource::Oidc(OidcRole {
            provider_arn: required("oidc_provider_arn")?,
            token_file: required("oidc_token_file_path")?,
            role: role()?,
            sts: StsPlace::default(),
        })),
        kind => {
            let row = match kind {
                "rsa_key_pair" => &calls::SECTION_TYPE_DEPRECATED,
                "bearer" => &calls::NO_ACCESS_KEY,
                _ => &calls::SECTION_TYPE_NOT_SUPPORTED,
            };
            let error = Error::new(ErrorKind::Credential, row).with("profile", section).with("file", file);
            Err(error.with("mode", kind))
        }
    }
}

/// The types of a section that can be used.
pub const TYPES: &[&str] = &["access_key", "sts", "ecs_ram_role", "ram_role_arn", "oidc_role_arn"];

/// A line without the comment at its end: `#` anywhere, `;` behind a blank.
fn without_comment(line: &str) -> &str {
    let at = [line.find('#'), line.find(" ;"), line.find("\t;")].into_iter().flatten().min();
    at.and_then(|at| line.get(..at)).unwrap_or(line).trim_end()
}

/// A value without the quotes around it.
fn unquoted(value: &str) -> &str {
    ['"', '\''].iter().find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote)).unwrap_or(value)
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
        assert_eq!(parse(file, "f", "odd").unwrap_err().row.code, "CE252");
        assert_eq!(parse(file, "f", "nobody").unwrap_err().row.code, "CE204");
        let error = parse("[default]\nhush", "f", "default").unwrap_err();
        assert_eq!(error.to_string(), "`f` cannot be read: line 2 is neither `[section]` nor `key = value`");
    }

    /// A file as people have it: comments, quotes, letter case, every type.
    const FIELD: &str = include_str!("field.ini");

    #[test]
    fn sections_of_the_field() {
        for (section, expected) in [
            ("default", "Given testid testsecret -"),
            ("client1", "Metadata EcsRamRoleTest"),
            ("client2", "Role role_arn session_name foo 3600"),
            ("client3", "CE250 `oidc_role_arn`"),
            ("sts", "Given testid testsecret tok"),
            ("bearer", "CE252"),
            ("quoted", "Given testid testsecret -"),
            ("notype", "CE202 `type`"),
            ("ROLE", "Role acs:ram::1234567890123456:role/x s testid 7200"),
            ("colon", "Given testid testsecret -"),
            ("other", "CE249 `access_key`, `sts`"),
            ("blank", "CE253 access_key_secret"),
            ("role", "CE204 `ROLE`"),
        ] {
            let described = match parse(FIELD, "credentials", section) {
                Ok(found) => describe(found),
                Err(error) => format!("{} {} {}", error.row.code, error, error.help(crate::Lang::En)),
            };
            let (code, words) = expected.split_once(' ').unwrap_or((expected, ""));
            let is_right = described.starts_with(code) && described.contains(words);
            assert!(described == expected || code.starts_with("CE") && is_right, "{section}: {described}");
        }
    }

    fn describe(found: CredentialSource) -> String {
        match found {
            CredentialSource::Given(given) => {
                let token = given.security_token.as_ref().map_or("-", Secret::expose);
                format!("Given {} {} {token}", given.access_key_id, given.access_key_secret.expose())
            }
            CredentialSource::Metadata { role_name } => format!("Metadata {}", role_name.unwrap_or_default()),
            CredentialSource::Role(assume) => {
                let CredentialSource::Given(base) = &assume.base else { panic!("given") };
                let role = &assume.role;
                format!("Role {} {} {} {}", role.arn, role.session_name, base.access_key_id, role.duration_seconds)
            }
            other => format!("{other:?}"),
        }
    }
}
