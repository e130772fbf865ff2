//! Credentials in environment variables.

use super::{Credential, Secret};
use crate::error::Error;

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
}
