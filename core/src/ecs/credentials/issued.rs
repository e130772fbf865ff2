//! Temporary credentials as the metadata service, a credentials URI and STS answer them (docs/sources/api.md 6.4).

use serde::Deserialize;

use super::{Credential, Secret, position};
use crate::base::time::Time;
use crate::diagnostics::error::{Error, ErrorKind};
use crate::diagnostics::messages::calls;

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Wire {
    code: Option<String>,
    access_key_id: Option<String>,
    access_key_secret: Option<Secret>,
    security_token: Option<Secret>,
    expiration: Option<String>,
    /// STS wraps them.
    credentials: Option<Box<Wire>>,
}

/// Reads the body of a reply. A `Code` other than `Success`, a missing token or an end that cannot be read are errors.
/// `source` is for messages and for `whoami`.
pub fn parse(body: &[u8], source: &str) -> Result<Credential, Error> {
    let unusable = |detail: String| {
        Error::new(ErrorKind::Credential, &calls::CREDENTIALS_REPLY_UNREADABLE)
            .with("source", source)
            .with("detail", detail)
    };
    let wire: Wire = serde_json::from_slice(body).map_err(|error| unusable(position(&error)))?;
    if let Some(code) = wire.code.as_deref().filter(|code| *code != "Success") {
        return Err(unusable(format!("`Code` is `{code}`")));
    }
    let wire = match wire.credentials {
        Some(inner) => *inner,
        None => wire,
    };
    if wire.security_token.as_ref().is_none_or(Secret::is_empty) {
        return Err(unusable("`SecurityToken` is missing".to_owned()));
    }
    let end = wire.expiration.as_deref().and_then(Time::parse);
    let end = end.ok_or_else(|| unusable("`Expiration` is missing or not a time".to_owned()))?;
    let mut credential = Credential::assemble(
        source.to_owned(),
        ("AccessKeyId", wire.access_key_id),
        ("AccessKeySecret", wire.access_key_secret),
        wire.security_token,
    )?;
    credential.expires_at = Some(end);
    Ok(credential)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_metadata_and_sts_replies() {
        let inner = r#""AccessKeyId":"STS.N1","AccessKeySecret":"hush","SecurityToken":"token","Expiration":"2025-11-03T14:12:45Z""#;
        let metadata = parse(format!(r#"{{{inner},"Code":"Success"}}"#).as_bytes(), "metadata").unwrap();
        let sts = parse(format!(r#"{{"RequestId":"x","Credentials":{{{inner}}}}}"#).as_bytes(), "metadata").unwrap();
        assert_eq!(metadata, sts);
        let end = Time::parse("2025-11-03T14:12:45Z").unwrap();
        assert!(!metadata.is_ending(Time::from_millis(end.millis() - 181_000)));
        assert!(metadata.is_ending(Time::from_millis(end.millis() - 180_000)));
        assert!(parse(br#"{"Code":"AssumeRoleUnauthorized"}"#, "m").unwrap_err().to_string().contains("AssumeRole"));
        for bad in ["", "404", "{}", r#"{"Expiration":"x","SecurityToken":"t"}"#] {
            assert_eq!(parse(bad.as_bytes(), "m").unwrap_err().row.code, "CE207", "{bad}");
        }
    }
}
