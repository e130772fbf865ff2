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

/// Divides the line of a program into words, as the official SDKs do: blanks divide, quotes keep together. Outside of Windows
/// a backslash takes the next character as it is, also in double quotes before `"`, `\\`, `$`, `` ` `` and a line break; on
/// Windows it belongs to paths, and only `\"` in double quotes is special. `None`: a quote is open, or it ends in a backslash.
pub fn words(line: &str, on_windows: bool) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut characters = line.chars().peekable();
    while let Some(c) = characters.next() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some('"'), '\\') => {
                let special = if on_windows { "\"" } else { "\"\\$`\n" };
                let next = characters.next_if(|next| special.contains(*next));
                word.get_or_insert_default().push(next.unwrap_or('\\'));
            }
            (None, '"' | '\'') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, '\\') if !on_windows => word.get_or_insert_default().push(characters.next()?),
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    quote.is_none().then_some(words)
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
    // Without a mode, a token makes them temporary ones, as the SDKs take it.
    let has_token = printed.sts_token.as_ref().is_some_and(|token| !token.is_empty());
    let with_token = mode.eq_ignore_ascii_case("StsToken") || mode.is_empty() && has_token;
    if !with_token && !mode.is_empty() && !mode.eq_ignore_ascii_case("AK") {
        return Err(unusable("`mode` is neither `AK` nor `StsToken`".to_owned()));
    }
    if with_token && !has_token {
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

    #[test]
    fn a_line_is_divided_as_the_sdks_divide_it() {
        let both = |line: &str| (words(line, false), words(line, true));
        let list = |words: &[&str]| Some(words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>());
        for (line, elsewhere, on_windows) in [
            ("get-cred  --json", list(&["get-cred", "--json"]), list(&["get-cred", "--json"])),
            ("sh -c 'cat ./a b'", list(&["sh", "-c", "cat ./a b"]), list(&["sh", "-c", "cat ./a b"])),
            (r#"a "b \" c" d"#, list(&["a", "b \" c", "d"]), list(&["a", "b \" c", "d"])),
            (
                r#""C:\Program Files\x.exe" -v"#,
                list(&[r"C:\Program Files\x.exe", "-v"]),
                list(&[r"C:\Program Files\x.exe", "-v"]),
            ),
            (r"C:\bin\x.exe", list(&["C:binx.exe"]), list(&[r"C:\bin\x.exe"])),
            (r"a\ b", list(&["a b"]), list(&[r"a\", "b"])),
            ("a '' b", list(&["a", "", "b"]), list(&["a", "", "b"])),
            ("a # b", list(&["a", "#", "b"]), list(&["a", "#", "b"])),
            ("a 'b", None, None),
            (r"a\", None, list(&[r"a\"])),
            ("  ", list(&[]), list(&[])),
        ] {
            assert_eq!(both(line), (elsewhere, on_windows), "{line}");
        }
    }

    #[test]
    fn without_a_mode_a_token_tells() {
        let sts = br#"{"access_key_id":"STS.1","access_key_secret":"hush","sts_token":"t"}"#;
        assert!(parse(sts, "p").unwrap().security_token.is_some());
        let key = br#"{"access_key_id":"LTAI","access_key_secret":"hush"}"#;
        assert!(parse(key, "p").unwrap().security_token.is_none());
    }
}
