//! Signatures of requests, each stage visible: version 3 (ACS3-HMAC-SHA256, the default) and version 1 (HMAC-SHA1).
//!
//! Sources: the vendor's "Request signatures" pages (version 1: API21; version 3: the page of the V3 signature) and the
//! official SDKs, whose vectors stand in `tests/fixtures/sign`.

pub mod v1;
pub mod v3;

use std::borrow::Cow;

use hmac::{KeyInit, Mac};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};

use crate::base::http::HttpRequest;
use crate::base::time::Time;
use crate::ecs::api::ApiCall;
use crate::ecs::credentials::Credential;

/// The `user-agent` of every request.
pub const USER_AGENT: &str = concat!("consnap/", env!("CARGO_PKG_VERSION"));

/// Which signature a request carries.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum SignatureVersion {
    /// ACS3-HMAC-SHA256: in headers, signs host and body too.
    #[default]
    V3,
    /// HMAC-SHA1 over the parameters, in the query.
    V1,
}

/// Signs a call: `POST /` with the call's parameters in the query and an empty body, as the official SDKs send it.
///
/// `host` is the authority of the endpoint (`ecs.cn-beijing.aliyuncs.com`, `127.0.0.1:8080`), `now` the service's time
/// as well as it is known, `nonce` a text never used before (the service refuses a second use).
pub fn sign_call(
    call: &ApiCall,
    host: &str,
    credential: &Credential,
    now: Time,
    nonce: &str,
    version: SignatureVersion,
) -> HttpRequest {
    let mut params: Vec<(&str, &str)> = Vec::with_capacity(call.parameters.len() + 10);
    params.extend(call.parameters.iter().map(|(name, value)| (name.as_ref(), value.as_str())));
    let date = now.to_wire();
    let mut headers: Vec<(Cow<'static, str>, String)> = Vec::with_capacity(12);
    headers.push((Cow::Borrowed("host"), host.to_owned()));
    headers.push((Cow::Borrowed("accept"), "application/json".to_owned()));
    headers.push((Cow::Borrowed("user-agent"), USER_AGENT.to_owned()));
    let query = match version {
        SignatureVersion::V1 => v1::sign_query(call, &mut params, credential, &date, nonce),
        SignatureVersion::V3 => v3::sign_headers(call, &mut params, &mut headers, credential, &date, nonce),
    };
    HttpRequest { method: Cow::Borrowed("POST"), path: Cow::Borrowed("/"), query, headers, body: Vec::new() }
}

/// Everything but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Percent-encodes text as both signatures want it: UTF-8, unreserved characters of RFC 3986 kept, a space is `%20`.
pub fn percent_encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    push_encoded(&mut out, text);
    out
}

fn push_encoded(out: &mut String, text: &str) {
    out.extend(utf8_percent_encode(text, RESERVED));
}

/// The parameters in the order of their names (byte order of the raw UTF-8), encoded and joined: `a=1&b=2`.
fn canonical_query(params: &[(&str, &str)]) -> String {
    let mut sorted: Vec<&(&str, &str)> = params.iter().collect();
    sorted.sort_unstable();
    let length: usize = sorted.iter().map(|(name, value)| name.len() + value.len() * 5 / 4 + 2).sum();
    let mut out = String::with_capacity(length);
    for (name, value) in sorted {
        if !out.is_empty() {
            out.push('&');
        }
        push_encoded(&mut out, name);
        out.push('=');
        push_encoded(&mut out, value);
    }
    out
}

/// The keyed hash of a message.
#[expect(
    clippy::expect_used,
    reason = "HMAC takes a key of any length (RFC 2104); the trait's error is for other MACs"
)]
fn keyed_hash<M: Mac + KeyInit>(key: &[u8], message: &[u8]) -> hmac::digest::CtOutput<M> {
    let mut mac = <M as KeyInit>::new_from_slice(key).expect("any key length");
    mac.update(message);
    mac.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodes_everything_but_the_unreserved() {
        assert_eq!(percent_encode("aZ09-_.~"), "aZ09-_.~");
        assert_eq!(percent_encode(" *+/%=&"), "%20%2A%2B%2F%25%3D%26");
        assert_eq!(percent_encode("\u{4f60}\u{0}\u{7f}"), "%E4%BD%A0%00%7F");
    }

    #[test]
    fn sorts_by_raw_name_then_value() {
        assert_eq!(canonical_query(&[("b", "2"), ("a.10", "x"), ("a.2", "y"), ("B", ""), ("b", "1")]), {
            "B=&a.10=x&a.2=y&b=1&b=2"
        });
    }
}
