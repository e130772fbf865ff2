//! What a program prints that hands out credentials (mode `External` of the CLI, docs/sources/api.md 6.2).

use serde::Deserialize;

use super::{Credential, Secret, position};
use crate::base::time::Time;
use crate::diagnostics::error::{Error, ErrorKind};
use crate::diagnostics::messages::calls;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Printed {
    mode: Option<String>,
    access_key_id: Option<String>,
    access_key_secret: Option<Secret>,
    sts_token: Option<Secret>,
    expiration: Option<String>,
}

/// Reads what the program printed: a profile of mode `AK` or `StsToken`, and when it ends. `source` is for messages and for
/// `whoami`.
pub fn parse(printed: &[u8], source: &str) -> Result<Credential, Error> {
    let unusable = |detail: String| {
        Error::new(ErrorKind::Credential, &calls::CREDENTIALS_REPLY_UNREADABLE)
            .with("source", source)
            .with("detail", detail)
    };
    let printed: Printed = serde_json::from_slice(printed).map_err(|error| unusable(position(&error)))?;
    let mode = printed.mode.as_deref().unwrap_or_default();
    let with_token = mode.eq_ignore_ascii_case("StsToken");
    if !with_token && !mode.eq_ignore_ascii_case("AK") {
        return Err(unusable("`mode` is neither `AK` nor `StsToken`".to_owned()));
    }
    if with_token && printed.sts_token.as_ref().is_none_or(Secret::is_empty) {
        return Err(unusable("`sts_token` is missing".to_owned()));
    }
    let end = match printed.expiration.as_deref().filter(|text| with_token && !text.trim().is_empty()) {
        Some(text) => Some(Time::parse(text.trim()).ok_or_else(|| unusable("`expiration` is not a time".to_owned()))?),
        None => None,
    };
    let mut credential = Credential::assemble(
        source.to_owned(),
        ("access_key_id", printed.access_key_id),
        ("access_key_secret", printed.access_key_secret),
        printed.sts_token.filter(|_| with_token),
    )?;
    credential.expires_at = end;
    Ok(credential)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_both_modes_and_never_repeats_a_value() {
        let sts = br#"{"mode":"StsToken","access_key_id":"STS.1","access_key_secret":"hush","sts_token":"t","expiration":"2025-11-03T14:12:45Z"}"#;
        assert_eq!(parse(sts, "p").unwrap().expires_at, Time::parse("2025-11-03T14:12:45Z"));
        let key = br#"{"mode":"AK","access_key_id":"LTAI","access_key_secret":"hush","sts_token":"t"}"#;
        assert_eq!(parse(key, "p").unwrap().security_token, None);
        for (bad, code) in [
            (&br#"{"mode":"StsToken","access_key_id":"S","access_key_secret":"hush"}"#[..], "CE207"),
            (br#"{"mode":"hush","access_key_id":"S","access_key_secret":"hush"}"#, "CE207"),
            (br#"{"mode":"AK","access_key_id":"S"}"#, "CE202"),
            (br#"{"mode":"StsToken","access_key_id":"S","access_key_secret":"hush","sts_token":"t","expiration":"hush"}"#, "CE207"),
            (b"hush", "CE207"),
            (br#"{"mode":["hush"]}"#, "CE207"),
        ] {
            let error = parse(bad, "p").unwrap_err();
            assert_eq!(error.row.code, code);
            assert!(!error.to_string().contains("hush"), "{error}");
        }
    }
}
