//! Signature version 3: ACS3-HMAC-SHA256 over method, path, query, chosen headers and the body's hash.
//!
//! Source: the vendor's page of the V3 signature, docs/sources/api.md 5.2; the published signature reproduces. The
//! official SDKs
//! choose different headers to sign, so a verifier must take them from the request's own `SignedHeaders`.

use base16ct::lower::encode_string;
use std::borrow::Cow;

use hmac::Hmac;
use sha2::{Digest as _, Sha256};

use crate::ecs::api::ApiCall;
use crate::ecs::credentials::Credential;

use super::{canonical_query, keyed_hash};

/// The algorithm's name, the first word of the `authorization` header.
pub const ALGORITHM: &str = "ACS3-HMAC-SHA256";

/// SHA-256 of an empty body in hexadecimal.
pub const EMPTY_PAYLOAD_HASH: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// The canonical request. `query` is decoded, in any order; `headers` have lower-case names; of them those in
/// `signed_headers` are signed, with surrounding blanks trimmed, and one that is missing counts as empty.
pub fn canonical_request(
    method: &str,
    path: &str,
    query: &[(&str, &str)],
    headers: &[(&str, &str)],
    signed_headers: &[&str],
    payload_sha256_hex: &str,
) -> String {
    canonical(method, path, &canonical_query(query), headers, &sorted(signed_headers), payload_sha256_hex)
}

fn sorted<'a>(names: &[&'a str]) -> Vec<&'a str> {
    let mut names = names.to_vec();
    names.sort_unstable();
    names.dedup();
    names
}

fn canonical(
    method: &str,
    path: &str,
    query: &str,
    headers: &[(&str, &str)],
    signed_headers: &[&str],
    payload_sha256_hex: &str,
) -> String {
    let mut out = String::with_capacity(query.len() + 700);
    out.push_str(method);
    out.push('\n');
    if path.is_empty() {
        out.push('/');
    } else {
        out.push_str(&path.replace('+', "%20").replace('*', "%2A").replace("%7E", "~"));
    }
    out.push('\n');
    out.push_str(query);
    out.push('\n');
    for name in signed_headers {
        let value = headers.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.trim());
        out.push_str(name);
        out.push(':');
        out.push_str(value);
        out.push('\n');
    }
    out.push('\n');
    out.push_str(&signed_headers.join(";"));
    out.push('\n');
    out.push_str(payload_sha256_hex);
    out
}

/// The algorithm and the hash of the canonical request.
pub fn string_to_sign(canonical: &str) -> String {
    format!("{ALGORITHM}\n{}", payload_hash(canonical.as_bytes()))
}

/// The keyed hash of a string to sign in lower-case hexadecimal; the key is the plain secret.
pub fn signature(string_to_sign: &str, secret: &str) -> String {
    encode_string(&keyed_hash::<Hmac<Sha256>>(secret.as_bytes(), string_to_sign.as_bytes()).into_bytes())
}

/// SHA-256 in lower-case hexadecimal, as `x-acs-content-sha256` carries it.
pub fn payload_hash(payload: &[u8]) -> String {
    if payload.is_empty() { EMPTY_PAYLOAD_HASH.to_owned() } else { encode_string(&Sha256::digest(payload)) }
}

/// The value of the `authorization` header.
pub fn authorization(access_key_id: &str, signed_headers: &[&str], signature: &str) -> String {
    format!(
        "{ALGORITHM} Credential={access_key_id},SignedHeaders={},Signature={signature}",
        sorted(signed_headers).join(";")
    )
}

/// The headers the documentation signs: `host`, `content-type` and all `x-acs-*`.
pub fn default_signed_headers<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut chosen: Vec<&str> =
        names.filter(|name| matches!(*name, "host" | "content-type") || name.starts_with("x-acs-")).collect();
    chosen.sort_unstable();
    chosen.dedup();
    chosen
}

/// Adds the headers of a signed call and returns its query.
pub(super) fn sign_headers(
    call: &ApiCall,
    params: &mut [(&str, &str)],
    headers: &mut Vec<(Cow<'static, str>, String)>,
    credential: &Credential,
    date: &str,
    nonce: &str,
) -> String {
    let mut add = |name: &'static str, value: &str| headers.push((Cow::Borrowed(name), value.to_owned()));
    add("x-acs-action", call.operation.name());
    add("x-acs-version", call.operation.version());
    add("x-acs-date", date);
    add("x-acs-signature-nonce", nonce);
    add("x-acs-content-sha256", EMPTY_PAYLOAD_HASH);
    if let Some(token) = &credential.security_token {
        add("x-acs-accesskey-id", &credential.access_key_id);
        add("x-acs-security-token", token.expose());
    }
    let query = canonical_query(params);
    let seen: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (name.as_ref(), value.as_str())).collect();
    let signed_headers = default_signed_headers(seen.iter().map(|(name, _)| *name));
    let request = canonical("POST", "/", &query, &seen, &signed_headers, EMPTY_PAYLOAD_HASH);
    let signed = signature(&string_to_sign(&request), credential.access_key_secret.expose());
    let value = authorization(&credential.access_key_id, &signed_headers, &signed);
    headers.push((Cow::Borrowed("authorization"), value));
    query
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vector of the vendor's page.
    #[test]
    fn published_signature_reproduces() {
        let query = [("RegionId", "cn-shanghai"), ("ImageId", "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd")];
        let headers = [
            ("host", "ecs.cn-shanghai.aliyuncs.com"),
            ("x-acs-action", "RunInstances"),
            ("x-acs-content-sha256", EMPTY_PAYLOAD_HASH),
            ("x-acs-date", "2023-10-26T10:22:32Z"),
            ("x-acs-signature-nonce", "3156853299f313e23d1673dc12e1703d"),
            ("x-acs-version", "2014-05-26"),
            ("accept", "application/json"),
        ];
        let signed = default_signed_headers(headers.iter().map(|(name, _)| *name));
        let request = canonical_request("POST", "/", &query, &headers, &signed, &payload_hash(b""));
        let text = string_to_sign(&request);
        assert_eq!(text, "ACS3-HMAC-SHA256\n7ea06492da5221eba5297e897ce16e55f964061054b7695beedaac1145b1e259");
        assert_eq!(
            signature(&text, "YourAccessKeySecret"),
            "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
        );
    }
}
