//! Profiles of the `aliyun` CLI: `~/.aliyun/config.json` (ecs-domain 6.2).

use serde::Deserialize;

use super::{Credential, Secret, position};
use crate::catalog::messages::calls;
use crate::error::{Error, ErrorKind};
use crate::time::Time;

/// A profile that can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CliProfile {
    /// Its name.
    pub name: String,
    /// What signs.
    pub credential: Credential,
    /// The region it prefers.
    pub region_id: Option<String>,
}

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    current: Option<String>,
    #[serde(default)]
    profiles: Vec<Profile>,
}

#[derive(Deserialize)]
struct Profile {
    #[serde(default)]
    name: String,
    #[serde(default)]
    mode: Option<String>,
    #[serde(default)]
    access_key_id: Option<String>,
    #[serde(default)]
    access_key_secret: Option<Secret>,
    #[serde(default)]
    sts_token: Option<Secret>,
    /// Seconds since the epoch; 0 when not known.
    #[serde(default)]
    sts_expiration: Option<i64>,
    #[serde(default)]
    region_id: Option<String>,
}

/// Reads the file's text. `wanted` names the profile; without it the file's `current` one counts. `file` is for messages.
///
/// Modes `AK` and `StsToken` are supported, in any case as the CLI takes them; another mode is an error that names it.
pub fn parse(text: &str, file: &str, wanted: Option<&str>) -> Result<CliProfile, Error> {
    let read: File = serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| {
        Error::new(ErrorKind::Credential, &calls::CREDENTIALS_FILE_UNREADABLE)
            .with("file", file)
            .with("detail", position(&error))
    })?;
    let wanted = wanted.or(read.current.as_deref()).filter(|name| !name.is_empty()).unwrap_or("default").to_owned();
    let known: Vec<String> = read.profiles.iter().map(|profile| format!("`{}`", profile.name)).collect();
    let Some(profile) = read.profiles.into_iter().find(|profile| profile.name == wanted) else {
        return Err(Error::new(ErrorKind::Credential, &calls::PROFILE_NOT_FOUND)
            .with("profile", wanted)
            .with("file", file)
            .with("known", if known.is_empty() { "-".to_owned() } else { known.join(", ") }));
    };
    // The CLI takes a profile without a mode for one of access keys.
    let mode = profile.mode.as_deref().filter(|mode| !mode.is_empty()).unwrap_or("AK");
    let with_token = mode.eq_ignore_ascii_case("StsToken");
    if !with_token && !mode.eq_ignore_ascii_case("AK") {
        return Err(Error::new(ErrorKind::Credential, &calls::PROFILE_MODE_NOT_SUPPORTED)
            .with("profile", wanted)
            .with("file", file)
            .with("mode", mode));
    }
    let source = format!("profile `{wanted}` in `{file}`");
    if with_token && profile.sts_token.as_ref().is_none_or(Secret::is_empty) {
        return Err(Error::new(ErrorKind::Credential, &calls::CREDENTIALS_INCOMPLETE)
            .with("source", source)
            .with("missing", "sts_token"));
    }
    let mut credential = Credential::assemble(
        source,
        ("access_key_id", profile.access_key_id),
        ("access_key_secret", profile.access_key_secret),
        profile.sts_token.filter(|_| with_token),
    )?;
    credential.expires_at = profile
        .sts_expiration
        .filter(|seconds| with_token && *seconds > 0)
        .map(|seconds| Time::from_millis(seconds.saturating_mul(1000)));
    Ok(CliProfile { name: wanted, credential, region_id: profile.region_id.filter(|region| !region.is_empty()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"{"current":"sts","meta_path":"","profiles":[
        {"name":"default","mode":"AK","access_key_id":" LTAI1 ","access_key_secret":"hush","region_id":"cn-hangzhou"},
        {"name":"sts","mode":"stsToken","access_key_id":"STS.1","access_key_secret":"hush","sts_token":"token","sts_expiration":1700000000},
        {"name":"half","mode":"StsToken","access_key_id":"STS.1","access_key_secret":"hush"},
        {"name":"ecs","mode":"EcsRamRole","ram_role_name":"r"}]}"#;

    fn code(result: Result<CliProfile, Error>) -> &'static str {
        result.unwrap_err().row.code
    }

    #[test]
    fn takes_the_current_or_the_named_profile() {
        let current = parse(FILE, "f", None).unwrap();
        assert_eq!(current.credential.security_token.unwrap().expose(), "token");
        assert_eq!(current.credential.expires_at, Some(Time::from_millis(1_700_000_000_000)));
        let named = parse(FILE, "f", Some("default")).unwrap();
        assert_eq!(named.credential.access_key_id, "LTAI1");
        assert_eq!(named.region_id.as_deref(), Some("cn-hangzhou"));
    }

    #[test]
    fn says_what_is_wrong_without_the_secret() {
        let error = parse(FILE, "config.json", Some("ecs")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "profile `ecs` in `config.json` uses mode `EcsRamRole`, which consnap does not support yet"
        );
        let error = parse(FILE, "f", Some("nope")).unwrap_err();
        assert_eq!(error.to_string(), "there is no profile `nope` in `f`; it has: `default`, `sts`, `half`, `ecs`");
        assert_eq!(code(parse(FILE, "f", Some("half"))), "CE202");
        assert_eq!(code(parse("{}", "f", None)), "CE204");
        let error = parse(r#"{"profiles":[{"name":"default","sts_expiration":"hush"}]}"#, "f", None).unwrap_err();
        assert_eq!(error.row.code, "CE205");
        assert!(!error.to_string().contains("hush"), "{error}");
    }
}
