//! How credentials are had: what a profile or the environment says, before anything is fetched. Fetching is the client's.

use super::{Credential, Secret};
use crate::base::time::Time;
use crate::diagnostics::error::{Error, ErrorKind};
use crate::diagnostics::messages::calls;

/// A way to credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CredentialSource {
    /// They stand in the file or in the environment.
    Given(Credential),
    /// What the login of a profile of the CLI left in its file; the CLI renews it there.
    Login(Login),
    /// A role taken on with other credentials (STS `AssumeRole`).
    Role(Box<AssumeRole>),
    /// A role taken on with a token of an identity provider (STS `AssumeRoleWithOIDC`).
    Oidc(OidcRole),
    /// The role of the ECS instance consnap runs on, from the metadata service.
    Metadata {
        /// The role; asked for when not known.
        role_name: Option<String>,
    },
    /// A URI that answers with temporary credentials.
    Uri {
        /// Often with a token in it: a secret.
        uri: Secret,
    },
    /// A program that prints credentials.
    External {
        /// Program and arguments in one line, see [`external::words`](super::external::words): no shell reads it.
        command: String,
    },
}

/// A login through the CLI (modes `OAuth` and `CloudSSO`), which consnap does not make itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// The profile.
    pub profile: String,
    /// Its mode, as the CLI writes it.
    pub mode: &'static str,
    /// The CLI's file, read anew when the credentials end.
    pub file: String,
    /// What it held.
    pub stored: Credential,
}

impl Login {
    /// What is stored, unless it has ended.
    pub fn at(&self, now: Time) -> Result<Credential, Error> {
        match self.stored.expires_at.filter(|end| *end <= now) {
            None => Ok(self.stored.clone()),
            Some(end) => Err(Error::new(ErrorKind::Credential, &calls::LOGIN_ENDED)
                .with("profile", self.profile.clone())
                .with("file", self.file.clone())
                .with("mode", self.mode)
                .with("expired_at", end.to_string())),
        }
    }
}

/// A role to take on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// `acs:ram::1234567890123456:role/ops`.
    pub arn: String,
    /// How the session is called in ActionTrail.
    pub session_name: String,
    /// How long the credentials last, 900 s at least.
    pub duration_seconds: u32,
    /// A policy that narrows the role further.
    pub policy: Option<String>,
    /// Agreed with the owner of the role.
    pub external_id: Option<String>,
}

/// `AssumeRole`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssumeRole {
    /// Whose credentials sign.
    pub base: CredentialSource,
    /// The role.
    pub role: Role,
    /// Where STS is asked.
    pub sts: StsPlace,
}

/// `AssumeRoleWithOIDC`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OidcRole {
    /// `acs:ram::1234567890123456:oidc-provider/ack`.
    pub provider_arn: String,
    /// The file with the provider's token; read anew each time, because it is replaced.
    pub token_file: String,
    /// The role.
    pub role: Role,
    /// Where STS is asked.
    pub sts: StsPlace,
}

/// Where STS is asked; the central host when nothing is said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StsPlace {
    /// The host, before everything else.
    pub endpoint: Option<String>,
    /// The region whose host is asked.
    pub region: Option<String>,
    /// Whether to ask inside a VPC; what the environment says when not given.
    pub in_vpc: Option<bool>,
}

impl StsPlace {
    /// With what the environment says where the profile says nothing.
    fn fill(&mut self, environment: &Self) {
        if self.region.is_none() {
            self.region.clone_from(&environment.region);
        }
        self.in_vpc = self.in_vpc.or(environment.in_vpc);
    }
}

/// The name of a session when none is given.
pub const SESSION_NAME: &str = "consnap";
/// How long credentials of a role last when nothing is said, in seconds, as the SDKs have it (docs/sources/api.md 6.1).
pub const DEFAULT_DURATION_SECONDS: u32 = 3600;
/// The shortest that STS takes, in seconds.
pub const SHORTEST_DURATION_SECONDS: u32 = 900;

impl Role {
    /// A role with the usual name of its session and the usual time.
    pub fn new(arn: impl Into<String>) -> Self {
        Self {
            arn: arn.into(),
            session_name: SESSION_NAME.to_owned(),
            duration_seconds: DEFAULT_DURATION_SECONDS,
            policy: None,
            external_id: None,
        }
    }

    /// With a name for its session, unless that is empty.
    #[must_use]
    pub fn called(mut self, session_name: Option<String>) -> Self {
        if let Some(name) = session_name.filter(|name| !name.trim().is_empty()) {
            name.trim().clone_into(&mut self.session_name);
        }
        self
    }
}

impl CredentialSource {
    /// Whether a program is run to have them, also for what a role builds on.
    pub fn runs_a_program(&self) -> bool {
        match self {
            Self::External { .. } => true,
            Self::Role(assume) => assume.base.runs_a_program(),
            _ => false,
        }
    }

    /// What it is, in a few words for `whoami`: never a secret. `place` is where the recipe was found.
    pub fn describe(&self, place: &str) -> String {
        match self {
            Self::Given(credential) => credential.source.clone(),
            Self::Login(login) => login.stored.source.clone(),
            Self::Role(assume) => format!("role `{}`, assumed by {place}", assume.role.arn),
            Self::Oidc(oidc) => format!("role `{}`, assumed with OIDC by {place}", oidc.role.arn),
            Self::Metadata { .. } if place.is_empty() => "metadata service of this instance".to_owned(),
            Self::Metadata { .. } => format!("metadata service of this instance, by {place}"),
            Self::Uri { .. } => format!("credentials URI of {place}"),
            Self::External { .. } => format!("program of {place}"),
        }
    }

    /// With what the environment says of STS where the profile says nothing.
    #[must_use]
    pub fn with_sts_of(mut self, environment: &StsPlace) -> Self {
        match &mut self {
            Self::Role(assume) => {
                assume.sts.fill(environment);
                assume.base = assume.base.clone().with_sts_of(environment);
            }
            Self::Oidc(oidc) => oidc.sts.fill(environment),
            Self::Given(_) | Self::Login(_) | Self::Metadata { .. } | Self::Uri { .. } | Self::External { .. } => {}
        }
        self
    }

    /// Whether new credentials can be had when these end.
    pub fn is_renewable(&self) -> bool {
        !matches!(self, Self::Given(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_speaks_where_a_profile_is_silent() {
        let environment = StsPlace { endpoint: None, region: Some("cn-beijing".to_owned()), in_vpc: Some(true) };
        let with = |sts: StsPlace| {
            let inner = AssumeRole {
                base: CredentialSource::Metadata { role_name: None },
                role: Role::new("a"),
                sts: StsPlace::default(),
            };
            let outer = AssumeRole { base: CredentialSource::Role(Box::new(inner)), role: Role::new("b"), sts };
            let CredentialSource::Role(outer) = CredentialSource::Role(Box::new(outer)).with_sts_of(&environment)
            else {
                panic!("a role")
            };
            let CredentialSource::Role(inner) = outer.base else { panic!("a role") };
            (outer.sts, inner.sts)
        };
        assert_eq!(with(StsPlace::default()), (environment.clone(), environment.clone()));
        let own = StsPlace { endpoint: None, region: Some("cn-shanghai".to_owned()), in_vpc: Some(false) };
        assert_eq!(with(own.clone()), (own, environment.clone()));
    }
}
