//! Credentials in environment variables.

use super::source::{CredentialSource, OidcRole, Role, StsPlace};
use super::{Credential, Secret};
use crate::diagnostics::error::Error;

/// The switches of the default chain, as the official SDKs spell them (docs/sources/api.md 6.1).
pub mod variables {
    /// The CLI's file of profiles, instead of `~/.aliyun/config.json`.
    pub const CONFIG_FILE: &str = "ALIBABA_CLOUD_CONFIG_FILE";
    /// The SDKs' file of sections, instead of `~/.alibabacloud/credentials`.
    pub const CREDENTIALS_FILE: &str = "ALIBABA_CLOUD_CREDENTIALS_FILE";
    /// The profile or section.
    pub const PROFILE: &str = "ALIBABA_CLOUD_PROFILE";
    /// `true`: the CLI's file does not count.
    pub const CLI_PROFILE_DISABLED: &str = "ALIBABA_CLOUD_CLI_PROFILE_DISABLED";
    /// `true`: the metadata service is not asked.
    pub const METADATA_DISABLED: &str = "ALIBABA_CLOUD_ECS_METADATA_DISABLED";
    /// The role of the instance; asked for when not set.
    pub const METADATA_ROLE: &str = "ALIBABA_CLOUD_ECS_METADATA";
    /// `true`: no credentials without a token of the metadata service.
    pub const METADATA_V1_DISABLED: &str = "ALIBABA_CLOUD_IMDSV1_DISABLED";
    /// A URI that answers with credentials.
    pub const CREDENTIALS_URI: &str = "ALIBABA_CLOUD_CREDENTIALS_URI";
    /// `1` or `true`: programs of profiles are not run.
    pub const EXTERNAL_DISABLED: &str = "ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS";
    /// The region.
    pub const REGION: &str = "ALIBABA_CLOUD_REGION_ID";
    /// The region whose STS is asked.
    pub const STS_REGION: &str = "ALIBABA_CLOUD_STS_REGION";
    /// `true`: STS is asked inside the VPC.
    pub const VPC_ENDPOINT: &str = "ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED";
    /// The role that OIDC takes on.
    pub const ROLE_ARN: &str = "ALIBABA_CLOUD_ROLE_ARN";
    /// The identity provider of OIDC.
    pub const OIDC_PROVIDER_ARN: &str = "ALIBABA_CLOUD_OIDC_PROVIDER_ARN";
    /// The file with the token of OIDC.
    pub const OIDC_TOKEN_FILE: &str = "ALIBABA_CLOUD_OIDC_TOKEN_FILE";
    /// How the session of a role is called.
    pub const ROLE_SESSION_NAME: &str = "ALIBABA_CLOUD_ROLE_SESSION_NAME";
}

/// Where STS is asked, as the environment has it.
pub fn sts_place(variable: impl Fn(&str) -> Option<String>) -> StsPlace {
    let set = |name: &str| variable(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    StsPlace {
        endpoint: None,
        region: set(variables::STS_REGION),
        in_vpc: set(variables::VPC_ENDPOINT).map(|text| text.eq_ignore_ascii_case("true")),
    }
}

/// The role of OIDC as the environment has it; `None` unless role, provider and token file are all set, as the SDKs take
/// it: each may be there for something else.
pub fn oidc_from_environment(variable: impl Fn(&str) -> Option<String>) -> Option<CredentialSource> {
    let set = |name: &str| variable(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    Some(CredentialSource::Oidc(OidcRole {
        provider_arn: set(variables::OIDC_PROVIDER_ARN)?,
        token_file: set(variables::OIDC_TOKEN_FILE)?,
        role: Role::new(set(variables::ROLE_ARN)?).called(set(variables::ROLE_SESSION_NAME)),
        sts: sts_place(&variable),
    }))
}

/// Reads `ALIBABA_CLOUD_ACCESS_KEY_ID`, `ALIBABA_CLOUD_ACCESS_KEY_SECRET` and `ALIBABA_CLOUD_SECURITY_TOKEN` through
/// `variable`.
///
/// `None` when neither key nor secret is set. One without the other is an error, although the SDKs would go on to the
/// next place: another account's credentials must not be used by accident.
pub fn from_environment(variable: impl Fn(&str) -> Option<String>) -> Result<Option<Credential>, Error> {
    const ID: &str = "ALIBABA_CLOUD_ACCESS_KEY_ID";
    const SECRET: &str = "ALIBABA_CLOUD_ACCESS_KEY_SECRET";
    let set = |name| variable(name).filter(|text| !text.trim().is_empty());
    let (id, secret) = (set(ID), set(SECRET));
    if id.is_none() && secret.is_none() {
        return Ok(None);
    }
    let token = set("ALIBABA_CLOUD_SECURITY_TOKEN").map(Secret::new);
    Credential::assemble("environment".to_owned(), (ID, id), (SECRET, secret.map(Secret::new)), token).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(set: &[(&str, &str)]) -> Result<Option<Credential>, Error> {
        from_environment(|name| set.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn both_or_neither() {
        assert!(read(&[]).unwrap().is_none());
        assert!(read(&[("ALIBABA_CLOUD_ACCESS_KEY_ID", ""), ("ALIBABA_CLOUD_SECURITY_TOKEN", "t")]).unwrap().is_none());
        let error = read(&[("ALIBABA_CLOUD_ACCESS_KEY_ID", "id")]).unwrap_err();
        assert_eq!(error.to_string(), "the credentials from environment lack `ALIBABA_CLOUD_ACCESS_KEY_SECRET`");
        let both = [("ALIBABA_CLOUD_ACCESS_KEY_ID", "id"), ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "hush")];
        let found = read(&both).unwrap().unwrap();
        assert_eq!((found.access_key_id.as_str(), found.security_token.is_none()), ("id", true));
        assert!(!format!("{found:?}").contains("hush"));
    }

    #[test]
    fn oidc_needs_all_three() {
        let all = [
            ("ALIBABA_CLOUD_ROLE_ARN", "acs:ram::1:role/ops"),
            ("ALIBABA_CLOUD_OIDC_PROVIDER_ARN", "p"),
            ("ALIBABA_CLOUD_OIDC_TOKEN_FILE", "/t"),
        ];
        let with = |count: usize| {
            let set = all.iter().take(count).copied().collect::<Vec<_>>();
            oidc_from_environment(|name| set.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
        };
        assert_eq!((with(0), with(1), with(2)), (None, None, None));
        let Some(CredentialSource::Oidc(oidc)) = with(3) else { panic!("OIDC") };
        assert_eq!((oidc.role.session_name.as_str(), oidc.role.duration_seconds), ("consnap", 3600));
    }
}
