//! Profiles of the `aliyun` CLI: `~/.aliyun/config.json` (docs/sources/api.md 6.2).

use serde::Deserialize;

use super::source::{AssumeRole, CredentialSource, DEFAULT_DURATION_SECONDS, Login, OidcRole, Role, StsPlace};
use super::{Credential, Secret, position};
use crate::base::time::Time;
use crate::diagnostics::error::{Error, ErrorKind};
use crate::diagnostics::finding::MessageRow;
use crate::diagnostics::messages::calls;

/// A profile that can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CliProfile {
    /// Its name.
    pub name: String,
    /// How its credentials are had; `None` when it is a profile of access keys without any, as `aliyun configure` makes
    /// one.
    pub recipe: Option<CredentialSource>,
    /// The region it prefers.
    pub region_id: Option<String>,
}

/// The modes that can be used, as the CLI writes them.
pub const MODES: &[&str] = &[
    "AK",
    "StsToken",
    "RamRoleArn",
    "EcsRamRole",
    "ChainableRamRoleArn",
    "OIDC",
    "External",
    "CredentialsURI",
    "OAuth",
    "CloudSSO",
];

/// Modes that the CLI itself calls deprecated, and what takes their place.
const DEPRECATED: &[(&str, &str)] = &[
    ("RsaKeyPair", "`OIDC`, `EcsRamRole` or `AK`"),
    ("RamRoleArnWithRoleName", "`ChainableRamRoleArn`, `source_profile`: `EcsRamRole`"),
];

/// Modes that sign nothing.
const WITHOUT_KEYS: &[&str] = &["BearerToken", "Anonymous"];

/// Profiles that may lead to one another before it is a circle.
const LONGEST_CHAIN: usize = 8;

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    current: Option<String>,
    #[serde(default)]
    profiles: Vec<Entry>,
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Entry {
    name: String,
    mode: Option<String>,
    access_key_id: Option<String>,
    access_key_secret: Option<Secret>,
    sts_token: Option<Secret>,
    /// Seconds since the epoch; 0 when not known.
    sts_expiration: Option<i64>,
    region_id: Option<String>,
    ram_role_name: Option<String>,
    ram_role_arn: Option<String>,
    ram_session_name: Option<String>,
    /// As the Python SDK spells it for OIDC.
    role_session_name: Option<String>,
    expired_seconds: Option<u32>,
    policy: Option<String>,
    external_id: Option<String>,
    source_profile: Option<String>,
    sts_region: Option<String>,
    sts_endpoint: Option<String>,
    enable_vpc: Option<bool>,
    endpoint_type: Option<String>,
    oidc_provider_arn: Option<String>,
    oidc_token_file: Option<String>,
    process_command: Option<String>,
    credentials_uri: Option<Secret>,
    private_key: Option<Secret>,
    key_pair_name: Option<String>,
    cloud_sso_sign_in_url: Option<String>,
    bearer_token: Option<Secret>,
}

/// Reads the file's text. `wanted` names the profile; without it the file's `current` one counts. `file` is for messages.
///
/// [`MODES`] are read in any case, as the CLI takes them; another mode is an error that names it.
pub fn parse(text: &str, file: &str, wanted: Option<&str>) -> Result<CliProfile, Error> {
    let read: File = serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| {
        Error::new(ErrorKind::Credential, &calls::CREDENTIALS_FILE_UNREADABLE)
            .with("file", file)
            .with("detail", position(&error))
    })?;
    let wanted = wanted.or(read.current.as_deref()).filter(|name| !name.is_empty()).unwrap_or("default").to_owned();
    let profiles = Profiles { all: &read.profiles, file };
    let profile = profiles.find(&wanted)?;
    let recipe = profiles.recipe(profile, 1)?;
    Ok(CliProfile { recipe, region_id: filled(profile.region_id.as_ref()), name: wanted })
}

/// The profiles of one file.
struct Profiles<'a> {
    all: &'a [Entry],
    file: &'a str,
}

impl<'a> Profiles<'a> {
    fn find(&self, name: &str) -> Result<&'a Entry, Error> {
        self.all.iter().find(|profile| profile.name == name).ok_or_else(|| {
            let known: Vec<String> = self.all.iter().map(|profile| format!("`{}`", profile.name)).collect();
            Error::new(ErrorKind::Credential, &calls::PROFILE_NOT_FOUND)
                .with("profile", name)
                .with("file", self.file)
                .with("known", if known.is_empty() { "-".to_owned() } else { known.join(", ") })
        })
    }

    fn source(&self, profile: &Entry) -> String {
        format!("profile `{}` in `{}`", profile.name, self.file)
    }

    fn lacks(&self, profile: &Entry, missing: &str) -> Error {
        Error::new(ErrorKind::Credential, &calls::CREDENTIALS_INCOMPLETE)
            .with("source", self.source(profile))
            .with("missing", missing)
    }

    fn required(&self, profile: &Entry, name: &str, value: Option<&String>) -> Result<String, Error> {
        filled(value).ok_or_else(|| self.lacks(profile, name))
    }

    /// `depth` counts the profiles on the way.
    fn recipe(&self, profile: &Entry, depth: usize) -> Result<Option<CredentialSource>, Error> {
        let mode = profile.mode.as_deref().filter(|mode| !mode.is_empty()).unwrap_or_else(|| mode_of(profile));
        let known = MODES.iter().copied().find(|known| known.eq_ignore_ascii_case(mode));
        Ok(Some(match known {
            Some("AK") => {
                if is_empty(profile) {
                    return Ok(None);
                }
                CredentialSource::Given(self.given(profile, false)?)
            }
            Some("StsToken") => {
                if profile.sts_token.as_ref().is_none_or(Secret::is_empty) {
                    return Err(self.lacks(profile, "sts_token"));
                }
                CredentialSource::Given(self.given(profile, true)?)
            }
            Some("RamRoleArn") => {
                // A token may be left over from another mode; only temporary keys have one.
                let temporary = profile.access_key_id.as_deref().is_some_and(|id| id.trim().starts_with("STS."));
                self.assumed(profile, CredentialSource::Given(self.given(profile, temporary)?))?
            }
            Some("ChainableRamRoleArn") => {
                let name = self.required(profile, "source_profile", profile.source_profile.as_ref())?;
                let circle = || {
                    Error::new(ErrorKind::Credential, &calls::PROFILES_IN_A_CIRCLE)
                        .with("profile", profile.name.clone())
                        .with("file", self.file)
                };
                if depth >= LONGEST_CHAIN {
                    return Err(circle());
                }
                let source = self.find(&name)?;
                let base = self.recipe(source, depth + 1)?.ok_or_else(|| self.lacks(source, "access_key_id"))?;
                self.assumed(profile, base)?
            }
            Some("EcsRamRole") => CredentialSource::Metadata { role_name: filled(profile.ram_role_name.as_ref()) },
            Some("OIDC") => CredentialSource::Oidc(OidcRole {
                provider_arn: self.required(profile, "oidc_provider_arn", profile.oidc_provider_arn.as_ref())?,
                token_file: self.required(profile, "oidc_token_file", profile.oidc_token_file.as_ref())?,
                role: self.role(profile)?,
                sts: sts(profile),
            }),
            Some("External") => CredentialSource::External {
                command: self.required(profile, "process_command", profile.process_command.as_ref())?,
            },
            Some("CredentialsURI") => {
                let uri = profile.credentials_uri.clone().filter(|uri| !uri.is_empty());
                CredentialSource::Uri { uri: uri.ok_or_else(|| self.lacks(profile, "credentials_uri"))? }
            }
            Some(mode @ ("OAuth" | "CloudSSO")) => CredentialSource::Login(self.login(profile, mode)?),
            _ => return Err(self.unusable(profile, mode)),
        }))
    }

    /// What the login of a profile left in it.
    fn login(&self, profile: &Entry, mode: &'static str) -> Result<Login, Error> {
        let has_token = profile.sts_token.as_ref().is_some_and(|token| !token.is_empty());
        // As the CLI has it: without a time of their end they have ended.
        if is_empty(profile) || !has_token || profile.sts_expiration.is_none_or(|seconds| seconds <= 0) {
            return Err(self.of_mode(&calls::LOGIN_ABSENT, profile, mode));
        }
        let stored = self.given(profile, true)?;
        Ok(Login { profile: profile.name.clone(), mode, file: self.file.to_owned(), stored })
    }

    fn of_mode(&self, row: &'static MessageRow, profile: &Entry, mode: &str) -> Error {
        Error::new(ErrorKind::Credential, row)
            .with("profile", profile.name.clone())
            .with("file", self.file)
            .with("mode", mode)
    }

    /// What is said of a mode that cannot be used, with the way out.
    fn unusable(&self, profile: &Entry, mode: &str) -> Error {
        if let Some((_, successor)) = DEPRECATED.iter().find(|(known, _)| known.eq_ignore_ascii_case(mode)) {
            return self.of_mode(&calls::PROFILE_MODE_DEPRECATED, profile, mode).with("successor", *successor);
        }
        if WITHOUT_KEYS.iter().any(|known| known.eq_ignore_ascii_case(mode)) {
            return self.of_mode(&calls::NO_ACCESS_KEY, profile, mode);
        }
        self.of_mode(&calls::PROFILE_MODE_NOT_SUPPORTED, profile, mode)
            .with("modes", format!("`{}`", MODES.join("`, `")))
    }

    /// What stands in the profile itself.
    fn given(&self, profile: &Entry, with_token: bool) -> Result<Credential, Error> {
        let mut credential = Credential::assemble(
            self.source(profile),
            ("access_key_id", profile.access_key_id.clone()),
            ("access_key_secret", profile.access_key_secret.clone()),
            profile.sts_token.clone().filter(|_| with_token),
        )?;
        credential.expires_at = profile
            .sts_expiration
            .filter(|seconds| credential.security_token.is_some() && *seconds > 0)
            .map(|seconds| Time::from_millis(seconds.saturating_mul(1000)));
        Ok(credential)
    }

    fn assumed(&self, profile: &Entry, base: CredentialSource) -> Result<CredentialSource, Error> {
        Ok(CredentialSource::Role(Box::new(AssumeRole { base, role: self.role(profile)?, sts: sts(profile) })))
    }

    fn role(&self, profile: &Entry) -> Result<Role, Error> {
        let mut role = Role::new(self.required(profile, "ram_role_arn", profile.ram_role_arn.as_ref())?)
            .called(profile.ram_session_name.clone().or_else(|| profile.role_session_name.clone()));
        role.duration_seconds =
            profile.expired_seconds.filter(|seconds| *seconds > 0).unwrap_or(DEFAULT_DURATION_SECONDS);
        role.policy = filled(profile.policy.as_ref());
        role.external_id = filled(profile.external_id.as_ref());
        Ok(role)
    }
}

/// The mode that the CLI sees in a profile without one.
fn mode_of(profile: &Entry) -> &'static str {
    let is_set = |value: &Option<String>| filled(value.as_ref()).is_some();
    let holds = |value: &Option<Secret>| value.as_ref().is_some_and(|secret| !secret.is_empty());
    if is_set(&profile.access_key_id) && holds(&profile.access_key_secret) {
        return match (holds(&profile.sts_token), is_set(&profile.ram_role_arn)) {
            (true, _) => "StsToken",
            (false, true) => "RamRoleArn",
            (false, false) => "AK",
        };
    }
    let has_oidc = is_set(&profile.oidc_provider_arn) && is_set(&profile.oidc_token_file);
    let modes = [
        (holds(&profile.private_key) && is_set(&profile.key_pair_name), "RsaKeyPair"),
        (is_set(&profile.ram_role_name), "EcsRamRole"),
        (is_set(&profile.process_command), "External"),
        (has_oidc && is_set(&profile.ram_role_arn), "OIDC"),
        (is_set(&profile.cloud_sso_sign_in_url), "CloudSSO"),
        (holds(&profile.bearer_token), "BearerToken"),
    ];
    modes.iter().find(|(is_it, _)| *is_it).map_or("AK", |(_, mode)| *mode)
}

fn is_empty(profile: &Entry) -> bool {
    filled(profile.access_key_id.as_ref()).is_none() && profile.access_key_secret.as_ref().is_none_or(Secret::is_empty)
}

fn filled(value: Option<&String>) -> Option<String> {
    value.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

fn sts(profile: &Entry) -> StsPlace {
    let of_type = profile.endpoint_type.as_deref().is_some_and(|kind| kind.eq_ignore_ascii_case("vpc"));
    let in_vpc = profile.enable_vpc.or(of_type.then_some(true));
    // Inside a VPC only the host of a region answers.
    let own = filled(profile.region_id.as_ref()).filter(|_| in_vpc == Some(true));
    StsPlace {
        endpoint: filled(profile.sts_endpoint.as_ref()),
        region: filled(profile.sts_region.as_ref()).or(own),
        in_vpc,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"{"current":"sts","meta_path":"","profiles":[
        {"name":"default","mode":"AK","access_key_id":" LTAI1 ","access_key_secret":"hush","region_id":"cn-hangzhou"},
        {"name":"sts","mode":"stsToken","access_key_id":"STS.1","access_key_secret":"hush","sts_token":"token","sts_expiration":1700000000},
        {"name":"half","mode":"StsToken","access_key_id":"STS.1","access_key_secret":"hush"},
        {"name":"fresh","mode":"AK","access_key_id":"","access_key_secret":""},
        {"name":"ecs","mode":"EcsRamRole","ram_role_name":"r"},
        {"name":"role","mode":"RamRoleArn","access_key_id":"LTAI1","access_key_secret":"hush","ram_role_arn":"acs:ram::1:role/ops","expired_seconds":900,"external_id":"x","sts_region":"cn-beijing","enable_vpc":true},
        {"name":"chain","mode":"ChainableRamRoleArn","source_profile":"ecs","ram_role_arn":"acs:ram::1:role/ops","ram_session_name":"s"},
        {"name":"a","mode":"ChainableRamRoleArn","source_profile":"b","ram_role_arn":"x"},
        {"name":"b","mode":"ChainableRamRoleArn","source_profile":"a","ram_role_arn":"x"},
        {"name":"oidc","mode":"OIDC","oidc_provider_arn":"p","oidc_token_file":"/t","ram_role_arn":"acs:ram::1:role/ops"},
        {"name":"ext","mode":"External","process_command":"get-cred --json"},
        {"name":"uri","mode":"CredentialsURI","credentials_uri":"http://127.0.0.1/hush"},
        {"name":"odd","mode":"Passport"}]}"#;

    fn recipe(name: &str) -> CredentialSource {
        parse(FILE, "f", Some(name)).unwrap().recipe.unwrap()
    }

    fn code(result: Result<CliProfile, Error>) -> &'static str {
        result.unwrap_err().row.code
    }

    #[test]
    fn takes_the_current_or_the_named_profile() {
        let Some(CredentialSource::Given(current)) = parse(FILE, "f", None).unwrap().recipe else { panic!("given") };
        assert_eq!(current.security_token.unwrap().expose(), "token");
        assert_eq!(current.expires_at, Some(Time::from_millis(1_700_000_000_000)));
        let named = parse(FILE, "f", Some("default")).unwrap();
        assert_eq!(named.region_id.as_deref(), Some("cn-hangzhou"));
        let Some(CredentialSource::Given(named)) = named.recipe else { panic!("given") };
        assert_eq!((named.access_key_id.as_str(), named.security_token), ("LTAI1", None));
        assert_eq!(parse(FILE, "f", Some("fresh")).unwrap().recipe, None);
    }

    #[test]
    fn reads_every_mode() {
        let CredentialSource::Role(assume) = recipe("role") else { panic!("a role") };
        assert_eq!((assume.role.duration_seconds, assume.role.external_id.as_deref()), (900, Some("x")));
        assert_eq!((assume.sts.region.as_deref(), assume.sts.in_vpc), (Some("cn-beijing"), Some(true)));
        assert_eq!(assume.role.session_name, "consnap");
        let CredentialSource::Role(chained) = recipe("chain") else { panic!("a role") };
        assert_eq!(chained.base, CredentialSource::Metadata { role_name: Some("r".to_owned()) });
        assert_eq!((chained.role.session_name.as_str(), chained.role.duration_seconds), ("s", 3600));
        let CredentialSource::Oidc(oidc) = recipe("oidc") else { panic!("OIDC") };
        assert_eq!((oidc.provider_arn.as_str(), oidc.token_file.as_str()), ("p", "/t"));
        assert_eq!(recipe("ext"), CredentialSource::External { command: "get-cred --json".to_owned() });
        assert!(matches!(recipe("uri"), CredentialSource::Uri { .. }));
        assert!(!format!("{:?}", recipe("uri")).contains("hush"));
        assert_eq!(code(parse(FILE, "f", Some("a"))), "CE208");
    }

    #[test]
    fn says_what_is_wrong_without_the_secret() {
        let error = parse(FILE, "config.json", Some("odd")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "profile `odd` in `config.json` uses mode `Passport`, which consnap does not support"
        );
        let error = parse(FILE, "f", Some("nope")).unwrap_err();
        assert!(error.to_string().starts_with("there is no profile `nope` in `f`; it has: `default`, `sts`, `half`"));
        assert_eq!(code(parse(FILE, "f", Some("half"))), "CE202");
        assert_eq!(code(parse("{}", "f", None)), "CE204");
        let error = parse(r#"{"profiles":[{"name":"default","sts_expiration":"hush"}]}"#, "f", None).unwrap_err();
        assert_eq!(error.row.code, "CE205");
        assert!(!error.to_string().contains("hush"), "{error}");
    }

    /// Profiles as people have them: every mode of the CLI.
    const FIELD: &str = include_str!("field.json");

    #[test]
    fn profiles_of_the_field() {
        for (name, expected) in [
            ("plain", "testid testsecret -"),
            ("lower", "testid testsecret -"),
            ("nomode", "testid testsecret -"),
            ("nomode-sts", "STS.x testsecret tok"),
            ("nomode-ecs", "Metadata"),
            ("nomode-sso", "CE254 `aliyun configure --profile nomode-sso --mode CloudSSO`"),
            ("sso", "CloudSSO STS.SIMULATED"),
            ("sso-nologin", "CE254 `aliyun configure --profile sso-nologin --mode CloudSSO`"),
            ("oauth", "CE254 `aliyun configure --profile oauth --mode OAuth`"),
            ("oauth-stored", "OAuth STS.SIMULATED"),
            ("bearer", "CE252 BearerToken"),
            ("anon", "CE252 Anonymous"),
            ("rsa", "CE251 `OIDC`, `EcsRamRole` or `AK`"),
            ("armwithrole", "CE251 `ChainableRamRoleArn`"),
            ("ext-quote", "External"),
            ("ext-empty", "CE202 process_command"),
            ("halfkey", "CE202 access_key_secret"),
            ("chain-ghost", "CE204 nobody"),
            ("chain-self", "CE208"),
            ("chain-sso", "Role"),
            ("quoted", "CE253 access_key_secret"),
            ("sts", "CE202 sts_token"),
            ("badarn", "Role"),
        ] {
            let described = match parse(FIELD, "config.json", Some(name)).map(|found| found.recipe) {
                Ok(Some(CredentialSource::Given(given))) => {
                    let token = given.security_token.as_ref().map_or("-", Secret::expose);
                    format!("{} {} {token}", given.access_key_id, given.access_key_secret.expose())
                }
                Ok(Some(CredentialSource::Login(login))) => format!("{} {}", login.mode, login.stored.access_key_id),
                Ok(other) => format!("{other:?}").replace("Some(", ""),
                Err(error) => format!("{} {error} {}", error.row.code, error.help(crate::Lang::En)),
            };
            let (begin, words) = expected.split_once(' ').unwrap_or((expected, ""));
            assert!(described.starts_with(begin) && described.contains(words), "{name}: {described}");
        }
    }

    #[test]
    fn a_login_lasts_as_long_as_what_it_left() {
        let CredentialSource::Login(login) = parse(FIELD, "f", Some("sso")).unwrap().recipe.unwrap() else {
            panic!("a login")
        };
        let end = login.stored.expires_at.unwrap();
        assert!(login.at(Time::from_millis(1_954_316_142_000 - 1)).is_ok());
        let ended = login.at(end).unwrap_err();
        assert_eq!(ended.row.code, "CE255");
        assert!(ended.help(crate::Lang::En).contains("`aliyun configure --profile sso --mode CloudSSO`"));
    }
}
