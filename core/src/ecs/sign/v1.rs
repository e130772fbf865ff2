//! Signature version 1: HMAC-SHA1 over all parameters, which stand in the query or in a form body.
//!
//! Source: "Request signatures" of the ECS API reference (2021), docs/sources/api.md 5.1; both published signatures
//! reproduce.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::Hmac;
use sha1::Sha1;

use crate::ecs::api::ApiCall;
use crate::ecs::credentials::Credential;

use super::{canonical_query, keyed_hash, push_encoded};

/// What is signed: method, `%2F`, and the parameters sorted and encoded twice. `params` in any order; `Signature` is skipped.
pub fn string_to_sign(method: &str, params: &[(&str, &str)]) -> String {
    let signed: Vec<(&str, &str)> = params.iter().copied().filter(|(name, _)| *name != "Signature").collect();
    of_canonical(method, &canonical_query(&signed))
}

fn of_canonical(method: &str, query: &str) -> String {
    let mut out = String::with_capacity(method.len() + 5 + query.len() * 5 / 4);
    out.push_str(method);
    out.push_str("&%2F&");
    push_encoded(&mut out, query);
    out
}

/// The Base64 of the keyed hash of a string to sign; the key is the secret followed by `&`.
pub fn signature(string_to_sign: &str, secret: &str) -> String {
    let key = zeroize::Zeroizing::new(format!("{secret}&"));
    let hash = keyed_hash::<Hmac<Sha1>>(key.as_bytes(), string_to_sign.as_bytes());
    STANDARD.encode(hash.into_bytes())
}

/// The parameters every request signed this way carries besides its own, without `Action`, `Version`, `Format` and
/// `Signature`.
pub fn common_parameters<'a>(
    access_key_id: &'a str,
    security_token: Option<&'a str>,
    timestamp: &'a str,
    nonce: &'a str,
) -> Vec<(&'static str, &'a str)> {
    let mut params = vec![
        ("AccessKeyId", access_key_id),
        ("SignatureMethod", "HMAC-SHA1"),
        ("SignatureNonce", nonce),
        ("SignatureVersion", "1.0"),
        ("Timestamp", timestamp),
    ];
    params.extend(security_token.map(|token| ("SecurityToken", token)));
    params
}

/// The signed query of a call.
pub(super) fn sign_query<'a>(
    call: &ApiCall,
    params: &mut Vec<(&'a str, &'a str)>,
    credential: &'a Credential,
    date: &'a str,
    nonce: &'a str,
) -> String {
    params.push(("Action", call.operation.name()));
    params.push(("Version", call.operation.version()));
    params.push(("Format", "JSON"));
    let token = credential.security_token.as_ref().map(crate::ecs::credentials::Secret::expose);
    params.extend(common_parameters(&credential.access_key_id, token, date, nonce));
    let mut query = canonical_query(params);
    let signed = signature(&of_canonical("POST", &query), credential.access_key_secret.expose());
    query.push_str("&Signature=");
    push_encoded(&mut query, &signed);
    query
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Vector 1 of docs/sources/api.md 5.1, published by the vendor.
    #[test]
    fn published_signature_reproduces() {
        let mut params =
            common_parameters("testid", None, "2016-02-23T12:46:24Z", "3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf");
        params.extend([
            ("Action", "DescribeRegions"),
            ("Format", "XML"),
            ("Version", "2014-05-26"),
            ("Signature", "x"),
        ]);
        let text = string_to_sign("GET", &params);
        assert_eq!(signature(&text, "testsecret"), "OLeaidS1JvxuMvnyHOwuJ+uX5qY=");
        assert_eq!(signature(&string_to_sign("POST", &params), "testsecret"), "MxbnVAM4w6sft9xjVpe/GCKueuk=");
    }
}
