//! The credential value and parsers of the files and replies credentials come in. Fetching is the client's business.

use zeroize::Zeroizing;

use crate::time::Time;

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
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(..)")
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
