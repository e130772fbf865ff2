//! Signatures against the vectors of the official SDKs and of the vendor's pages, at every stage.

use std::collections::BTreeMap;

use consnap_core::ecs::sign::{v1, v3};
use serde::Deserialize;

#[derive(Deserialize)]
struct File {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    input: Input,
    expect: Expect,
}

#[derive(Deserialize)]
struct Input {
    method: String,
    #[serde(default)]
    host: String,
    #[serde(default)]
    path: String,
    params: BTreeMap<String, String>,
    #[serde(default)]
    body: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    access_key_id: String,
    access_key_secret: String,
    security_token: Option<String>,
    timestamp: String,
    nonce: String,
    #[serde(default)]
    signed_headers: Vec<String>,
}

#[derive(Deserialize)]
struct Expect {
    canonical_request: Option<String>,
    string_to_sign: String,
    signature: String,
    authorization: Option<String>,
}

fn cases(text: &str) -> Vec<Case> {
    serde_json::from_str::<File>(text).unwrap().cases
}

fn pairs(map: &BTreeMap<String, String>) -> Vec<(&str, &str)> {
    map.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

#[test]
fn version_1_agrees_with_the_official_sdks() {
    let all = [cases(include_str!("../fixtures/sign/v1.json")), cases(include_str!("../fixtures/sign/v1-legacy.json"))];
    let mut count = 0;
    for Case { name, input, expect } in all.iter().flatten() {
        let mut params = pairs(&input.params);
        params.extend(v1::common_parameters(
            &input.access_key_id,
            input.security_token.as_deref(),
            &input.timestamp,
            &input.nonce,
        ));
        let text = v1::string_to_sign(&input.method, &params);
        assert_eq!(text, expect.string_to_sign, "{name}");
        assert_eq!(v1::signature(&text, &input.access_key_secret), expect.signature, "{name}");
        count += 1;
    }
    assert_eq!(count, 104);
}

#[test]
fn version_3_agrees_with_the_official_sdks() {
    let all = cases(include_str!("../fixtures/sign/v3.json"));
    for Case { name, input, expect } in &all {
        let mut headers = pairs(&input.headers);
        headers.push(("host", &input.host));
        let signed: Vec<&str> = input.signed_headers.iter().map(String::as_str).collect();
        let hash = v3::payload_hash(input.body.as_bytes());
        let request =
            v3::canonical_request(&input.method, &input.path, &pairs(&input.params), &headers, &signed, &hash);
        assert_eq!(Some(&request), expect.canonical_request.as_ref(), "{name}");
        let text = v3::string_to_sign(&request);
        assert_eq!(text, expect.string_to_sign, "{name}");
        let signature = v3::signature(&text, &input.access_key_secret);
        assert_eq!(signature, expect.signature, "{name}");
        let authorization = v3::authorization(&input.access_key_id, &signed, &signature);
        assert_eq!(Some(&authorization), expect.authorization.as_ref(), "{name}");
    }
    assert_eq!(all.len(), 55);
}

#[test]
fn the_documented_header_set_is_what_node_signs() {
    for Case { name, input, .. } in cases(include_str!("../fixtures/sign/v3.json")) {
        if name.contains("node") {
            let names = input.headers.keys().map(String::as_str).chain(["host"]);
            assert_eq!(v3::default_signed_headers(names), input.signed_headers, "{name}");
        }
    }
}
