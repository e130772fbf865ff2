//! The credential value and parsers of the files and replies credentials come in. Fetching is the client's business.
//!
//! Source: the official credentials SDKs and the `aliyun` CLI (docs/sources/api.md 6).

pub mod cli_profile;
pub mod environment;
pub mod external;
pub mod ini;
pub mod issued;
pub mod source;
pub mod sts;

use serde::{Deserialize, Deserializer};
use zeroize::Zeroizing;

pub use environment::from_environment;
pub use source::CredentialSource;

use crate::base::time::Time;
use crate::diagnostics::error::{Error, ErrorKind};
use crate::diagnostics::messages::calls;

/// A secret: its `Debug` shows nothing, it cannot be serialised, and its memory is cleared.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes a secret into custody.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The secret itself, for signing only.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

/// What signs requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// `LTAI...` or `STS....`; not a secret.
    pub access_key_id: String,
    /// The secret.
    pub access_key_secret: Secret,
    /// The STS token, for temporary credentials.
    pub security_token: Option<Secret>,
    /// When temporary credentials end.
    pub expires_at: Option<Time>,
    /// Where they come from, for `whoami`: `environment`, `profile ops of the CLI`.
    pub source: String,
}

impl Credential {
    /// Puts the parts together; an id or secret that is missing or empty is an error that names it as its source spells it.
    fn assemble(
        source: String,
        id: (&str, Option<String>),
        secret: (&str, Option<Secret>),
        token: Option<Secret>,
    ) -> Result<Self, Error> {
        let missing = |name: &str| {
            Error::new(ErrorKind::Credential, &calls::CREDENTIALS_INCOMPLETE)
                .with("source", source.clone())
                .with("missing", name)
        };
        // A blank around a pasted key spoils every signature.
        let access_key_id =
            id.1.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()).ok_or_else(|| missing(id.0))?;
        let access_key_secret = secret.1.filter(|text| !text.is_empty()).ok_or_else(|| missing(secret.0))?;
        let security_token = token.filter(|text| !text.is_empty());
        let token = security_token.as_ref().map_or("", Secret::expose);
        let parts = [(id.0, access_key_id.as_str()), (secret.0, access_key_secret.expose()), ("security_token", token)];
        if let Some((key, _)) = parts.iter().find(|(_, text)| !text.bytes().all(|byte| byte.is_ascii_graphic())) {
            return Err(Error::new(ErrorKind::Credential, &calls::KEY_WITH_BLANK)
                .with("source", source)
                .with("key", *key));
        }
        Ok(Self { access_key_id, access_key_secret, security_token, expires_at: None, source })
    }

    /// Whether they have ended, or will within three minutes, as the SDKs refresh them.
    pub fn is_ending(&self, now: Time) -> bool {
        self.expires_at.is_some_and(|end| end.since(now).as_secs() <= 180)
    }
}

/// What serde says without the values it met, which may be secrets.
fn position(error: &serde_json::Error) -> String {
    let what = match error.classify() {
        serde_json::error::Category::Eof => "it ends too early",
        serde_json::error::Category::Syntax | serde_json::error::Category::Io => "it is not JSON",
        serde_json::error::Category::Data => "a member has another type than expected",
    };
    format!("{what} (line {}, column {})", error.line(), error.column())
}
