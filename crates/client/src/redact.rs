//! Secrets that come back: a service or a proxy may repeat what it was sent, in an error, a page or a header. They are taken
//! out of every reply where it enters, before anything keeps it, says it or shows it.
//!
//! A secret is known as it is, and behind what JSON, URLs and HTML put before a character (`\\u002b`, `%2B`, `%252B`, `&#43;`),
//! in any mixture; and in Base64, standard or for URLs, wherever it begins. What takes its place has its length, so that JSON
//! stays JSON and Base64 stays Base64.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use consnap_core::base::http::{HttpReply, TransportFailure};
use consnap_core::ecs::credentials::Credential;
use memchr::memmem;
use zeroize::Zeroizing;

/// Shorter texts are no secrets, and would be found everywhere.
const SHORTEST: usize = 8;

/// How many credentials are remembered: those that were renewed may still be valid.
const REMEMBERED: usize = 16;

/// The secrets of the credentials that signed.
#[derive(Default)]
pub(crate) struct Redactor {
    known: Vec<Arc<Credential>>,
    secrets: Vec<KnownSecret>,
}

struct KnownSecret {
    plain: Zeroizing<Vec<u8>>,
    /// What Base64 makes of it at each of three places, without the characters that its neighbours change.
    base64: Vec<Zeroizing<Vec<u8>>>,
}

impl Redactor {
    /// Takes note of the secrets of a credential.
    pub(crate) fn know(&mut self, credential: &Arc<Credential>) {
        if self.known.iter().any(|known| Arc::ptr_eq(known, credential)) {
            return;
        }
        if self.known.len() >= REMEMBERED {
            self.known.remove(0);
        }
        self.known.push(Arc::clone(credential));
        let secrets = [Some(&credential.access_key_secret), credential.security_token.as_ref()];
        for secret in secrets.into_iter().flatten().map(|secret| secret.expose().as_bytes()) {
            if secret.len() >= SHORTEST && !self.secrets.iter().any(|known| *known.plain == *secret) {
                self.secrets.push(KnownSecret::of(secret));
            }
        }
    }

    /// Takes the secrets out of a reply.
    pub(crate) fn clean_reply(&self, reply: &mut HttpReply) {
        for (_, value) in &mut reply.headers {
            self.clean_text(value);
        }
        self.clean(&mut reply.body);
    }

    /// Takes the secrets out of what the transport says.
    pub(crate) fn clean_failure(&self, failure: &mut TransportFailure) {
        self.clean_text(&mut failure.detail);
    }

    fn clean_text(&self, text: &mut String) {
        let mut bytes = std::mem::take(text).into_bytes();
        self.clean(&mut bytes);
        // Whole characters were replaced by others of ASCII.
        *text = String::from_utf8_lossy(&bytes).into_owned();
    }

    fn clean(&self, bytes: &mut [u8]) {
        // Nothing that is escaped stands in most replies.
        let escaped = bytes.iter().any(|byte| matches!(byte, b'%' | b'\\' | b'&'));
        for secret in &self.secrets {
            fill_all(bytes, &secret.plain, b'*');
            for encoded in &secret.base64 {
                fill_all(bytes, encoded, b'A');
            }
            if escaped {
                fill_escaped(bytes, &secret.plain);
            }
        }
    }
}

impl KnownSecret {
    fn of(secret: &[u8]) -> Self {
        let mut base64: Vec<Zeroizing<Vec<u8>>> = Vec::new();
        for before in 0..3_usize {
            let mut text = Zeroizing::new(vec![0; before]);
            text.extend_from_slice(secret);
            // A character holds six bits: the first ones share theirs with what stands before, the last with what follows.
            let first = (before * 8).div_ceil(6);
            let whole = (text.len() * 8) / 6;
            for encoded in [STANDARD_NO_PAD.encode(&*text), URL_SAFE_NO_PAD.encode(&*text)] {
                let encoded = Zeroizing::new(encoded.into_bytes());
                let inner = encoded.get(first..whole).unwrap_or_default();
                if inner.len() >= SHORTEST && !base64.iter().any(|known| **known == *inner) {
                    base64.push(Zeroizing::new(inner.to_vec()));
                }
            }
        }
        Self { plain: Zeroizing::new(secret.to_vec()), base64 }
    }
}

fn fill_all(bytes: &mut [u8], needle: &[u8], with: u8) {
    let finder = memmem::Finder::new(needle);
    let mut from = 0;
    while let Some(at) = bytes.get(from..).and_then(|rest| finder.find(rest)) {
        let (start, end) = (from + at, from + at + needle.len());
        if let Some(found) = bytes.get_mut(start..end) {
            found.fill(with);
        }
        from = end;
    }
}

/// Finds a secret of which any character may stand behind an escape.
fn fill_escaped(bytes: &mut [u8], secret: &[u8]) {
    let mut at = 0;
    while at < bytes.len() {
        match escaped_length(bytes.get(at..).unwrap_or_default(), secret) {
            Some(length) => {
                if let Some(found) = bytes.get_mut(at..at + length) {
                    found.fill(b'*');
                }
                at += length;
            }
            None => at += 1,
        }
    }
}

/// How many bytes a secret takes at the beginning of a text, if it stands there.
fn escaped_length(text: &[u8], secret: &[u8]) -> Option<usize> {
    let mut at = 0;
    for &byte in secret {
        at += length_of(text.get(at..)?, byte)?;
    }
    Some(at)
}

/// How many bytes a character takes at the beginning of a text, as it is or behind an escape.
fn length_of(text: &[u8], wanted: u8) -> Option<usize> {
    let hex = |digits: &[u8]| std::str::from_utf8(digits).ok().and_then(|digits| u32::from_str_radix(digits, 16).ok());
    let wanted_code = u32::from(wanted);
    match text.first()? {
        b'%' => {
            // `%2B`, and each further encoding puts `25` behind the sign.
            let mut digits = 1;
            while text.get(digits..digits + 2) == Some(b"25") && wanted != b'%' {
                digits += 2;
            }
            (hex(text.get(digits..digits + 2)?)? == wanted_code).then_some(digits + 2)
        }
        b'\\' => {
            // JSON within JSON has more than one.
            let signs = text.iter().take_while(|byte| **byte == b'\\').count();
            let next = text.get(signs)?;
            if *next == b'u' {
                return (hex(text.get(signs + 1..signs + 5)?)? == wanted_code).then_some(signs + 5);
            }
            (*next == wanted).then_some(signs + 1)
        }
        b'&' => {
            let inner = text.strip_prefix(b"&#")?;
            let end = inner.iter().take(8).position(|byte| *byte == b';')?;
            let number = inner.get(..end)?;
            let code = match number.strip_prefix(b"x").or_else(|| number.strip_prefix(b"X")) {
                Some(digits) => hex(digits)?,
                None => std::str::from_utf8(number).ok()?.parse().ok()?,
            };
            (code == wanted_code).then_some(end + 3)
        }
        byte => (*byte == wanted).then_some(1),
    }
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::STANDARD;
    use consnap_core::ecs::credentials::Secret;

    use super::*;

    const KEY: &str = "kEy/Se+cret==0123456789abcd";
    const TOKEN: &str = "CAIS/token+with/signs==and9more";

    fn redactor() -> Redactor {
        let credential = Credential {
            access_key_id: "testid".to_owned(),
            access_key_secret: Secret::new(KEY),
            security_token: Some(Secret::new(TOKEN)),
            expires_at: None,
            source: "test".to_owned(),
        };
        let mut redactor = Redactor::default();
        redactor.know(&Arc::new(credential));
        redactor
    }

    fn percent(text: &str) -> String {
        text.bytes()
            .map(|byte| match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
                other => format!("%{other:02X}"),
            })
            .collect()
    }

    /// All the ways in which a secret may come back.
    fn forms(secret: &str) -> Vec<String> {
        let mut forms = vec![
            secret.to_owned(),
            percent(secret),
            percent(secret).replace("%2F", "%2f").replace("%2B", "%2b").replace("%3D", "%3d"),
            percent(&percent(secret)),
            percent(&percent(&percent(secret))),
            secret.replace('/', "\\/"),
            secret.replace('/', "\\\\\\/"),
            secret.chars().fold(String::new(), |text, char| format!("{text}\\u{:04x}", u32::from(char))),
            secret.replace('+', "\\u002b").replace('=', "%3D"),
            secret.replace('+', "&#43;").replace('/', "&#x2F;"),
        ];
        forms.retain(|form| form.len() >= secret.len());
        forms
    }

    #[test]
    fn secrets_go_in_every_form_they_come_back_in() {
        let redactor = redactor();
        for secret in [KEY, TOKEN] {
            for form in forms(secret) {
                let text = format!("{{\"Message\":\"before {form} after\"}}");
                let mut reply = HttpReply {
                    status: 403,
                    headers: vec![("x-echo".into(), form.clone())],
                    body: text.clone().into_bytes(),
                };
                redactor.clean_reply(&mut reply);
                let body = String::from_utf8(reply.body).unwrap();
                assert_eq!(body.len(), text.len());
                assert!(body.contains("before *") && body.contains("* after"), "{form}: {body}");
                assert!(reply.headers[0].1.bytes().all(|byte| byte == b'*'), "{form}: {:?}", reply.headers);
                let value: serde_json::Value = serde_json::from_str(&body).unwrap();
                assert!(!value.to_string().contains(secret));
            }
            // In Base64, wherever it begins and whatever follows.
            for before in 0..7 {
                for encode in [|text: &str| STANDARD.encode(text), |text: &str| URL_SAFE_NO_PAD.encode(text)] {
                    let encoded = encode(&format!("{}{secret}{}", "x".repeat(before), "y".repeat(before % 4)));
                    let mut bytes = encoded.clone().into_bytes();
                    redactor.clean(&mut bytes);
                    let decoded = STANDARD.decode(&bytes).or_else(|_| URL_SAFE_NO_PAD.decode(&bytes)).unwrap();
                    let decoded = String::from_utf8_lossy(&decoded).into_owned();
                    // What is left of it are bits at its ends.
                    assert!(
                        !decoded.contains(&secret[2..]) && !decoded.contains(&secret[..secret.len() - 2]),
                        "{decoded}"
                    );
                }
            }
        }
    }

    #[test]
    fn everything_else_stays_as_it_is() {
        let redactor = redactor();
        let text = r#"{"RequestId":"r","Output":"a2V5","Tags":{"a":"%25 \\ & &#1; \\u00e4"},"Key":"kEy/Se"}"#;
        let mut bytes = text.as_bytes().to_vec();
        redactor.clean(&mut bytes);
        assert_eq!(bytes, text.as_bytes());
        let mut failure = TransportFailure {
            sent: consnap_core::base::http::Sent::Maybe,
            reason: consnap_core::base::http::TransportReason::Other,
            detail: format!("proxy says {KEY}"),
        };
        redactor.clean_failure(&mut failure);
        assert!(!failure.detail.contains(KEY));
    }

    #[test]
    fn credentials_that_were_renewed_are_still_known() {
        let mut redactor = redactor();
        for number in 0..3 {
            let credential = Credential {
                access_key_id: "testid".to_owned(),
                access_key_secret: Secret::new(format!("secret-number-{number}")),
                security_token: None,
                expires_at: None,
                source: "test".to_owned(),
            };
            redactor.know(&Arc::new(credential));
        }
        let mut bytes = format!("{KEY} secret-number-0 secret-number-2").into_bytes();
        redactor.clean(&mut bytes);
        assert!(bytes.iter().all(|byte| matches!(byte, b'*' | b' ')));
    }
}
