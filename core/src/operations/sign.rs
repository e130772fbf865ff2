//! Operation `sign`: a signature of either version with every stage visible.

use std::collections::BTreeMap;

use super::{Deserialize, Serialize, Value};
use crate::ecs::credentials::Secret;
use crate::ecs::sign::{v1, v3};

/// The signature version.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Version {
    /// HMAC-SHA1 over the parameters.
    V1,
    /// ACS3-HMAC-SHA256 over the whole request.
    V3,
}

/// A request to sign.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SignInput {
    /// `v1` or `v3`.
    pub version: Version,
    /// `POST` or `GET`.
    #[serde(default = "post")]
    pub method: String,
    /// The host, such as `ecs.cn-hangzhou.aliyuncs.com`; a `host` header counts before it.
    #[serde(default)]
    pub host: Option<String>,
    /// The path, `/` for ECS and STS.
    #[serde(default)]
    pub path: Option<String>,
    /// Parameters, decoded. Version 1: `Action`, `Version`, `Format` and the call's own; the other common ones are added.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "BTreeMap<String, String>"))]
    pub params: BTreeMap<String, Value>,
    /// The body; version 3 signs its hash.
    #[serde(default)]
    pub body: Option<String>,
    /// Headers. Version 3 adds the `x-acs-*` headers that the members below give and that are not among these.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// The id of the access key.
    pub access_key_id: String,
    /// The secret of the access key.
    #[serde(deserialize_with = "secret")]
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub access_key_secret: Secret,
    /// The token of temporary credentials.
    #[serde(default, deserialize_with = "optional_secret")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub security_token: Option<Secret>,
    /// The time of the request, such as `2024-05-06T07:08:09Z`.
    #[serde(default)]
    pub timestamp: Option<String>,
    /// A text that no other request of the last 15 minutes has.
    #[serde(default)]
    pub nonce: Option<String>,
    /// Version 3: the headers to sign; `host`, `content-type` and all `x-acs-*` when left out.
    #[serde(default)]
    pub signed_headers: Option<Vec<String>>,
    /// The language of errors.
    #[serde(default)]
    pub lang: crate::Lang,
}

/// The stages of the signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SignOutput {
    /// Version 3: the canonical request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub canonical_request: Option<String>,
    /// What the keyed hash is taken of.
    pub string_to_sign: String,
    /// The signature: Base64 in version 1, hexadecimal in version 3.
    pub signature: String,
    /// Version 3: the value of the `authorization` header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorization: Option<String>,
}

/// Signs a request.
pub fn sign(input: &SignInput) -> SignOutput {
    let values: Vec<(&str, String)> = input.params.iter().map(|(name, value)| (name.as_str(), text(value))).collect();
    let params: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    match input.version {
        Version::V1 => sign_v1(input, params),
        Version::V3 => sign_v3(input, &params),
    }
}

fn sign_v1<'a>(input: &'a SignInput, mut params: Vec<(&'a str, &'a str)>) -> SignOutput {
    let common = v1::common_parameters(
        &input.access_key_id,
        input.security_token.as_ref().map(Secret::expose),
        input.timestamp.as_deref().unwrap_or_default(),
        input.nonce.as_deref().unwrap_or_default(),
    );
    for (name, value) in common {
        if !value.is_empty() && !params.iter().any(|(given, _)| *given == name) {
            params.push((name, value));
        }
    }
    let string_to_sign = v1::string_to_sign(&input.method, &params);
    let signature = v1::signature(&string_to_sign, input.access_key_secret.expose());
    SignOutput { canonical_request: None, string_to_sign, signature, authorization: None }
}

fn sign_v3(input: &SignInput, params: &[(&str, &str)]) -> SignOutput {
    let mut headers: BTreeMap<String, &str> =
        input.headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.as_str())).collect();
    let body_hash = v3::payload_hash(input.body.as_deref().unwrap_or_default().as_bytes());
    let token = input.security_token.as_ref().map(Secret::expose);
    for (name, value) in [
        ("host", input.host.as_deref()),
        ("x-acs-date", input.timestamp.as_deref()),
        ("x-acs-signature-nonce", input.nonce.as_deref()),
        ("x-acs-content-sha256", Some(body_hash.as_str())),
        ("x-acs-accesskey-id", token.map(|_| input.access_key_id.as_str())),
        ("x-acs-security-token", token),
    ] {
        if let Some(value) = value {
            headers.entry(name.to_owned()).or_insert(value);
        }
    }
    let pairs: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    let chosen: Option<Vec<String>> =
        input.signed_headers.as_ref().map(|names| names.iter().map(|name| name.to_ascii_lowercase()).collect());
    let signed: Vec<&str> = match &chosen {
        Some(names) => names.iter().map(String::as_str).collect(),
        None => v3::default_signed_headers(pairs.iter().map(|(name, _)| *name)),
    };
    let path = input.path.as_deref().unwrap_or("/");
    let canonical_request = v3::canonical_request(&input.method, path, params, &pairs, &signed, &body_hash);
    let string_to_sign = v3::string_to_sign(&canonical_request);
    let signature = v3::signature(&string_to_sign, input.access_key_secret.expose());
    let authorization = Some(v3::authorization(&input.access_key_id, &signed, &signature));
    SignOutput { canonical_request: Some(canonical_request), string_to_sign, signature, authorization }
}

/// A parameter as the wire carries it: text as it is, everything else as JSON.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn post() -> String {
    "POST".to_owned()
}

fn secret<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
    String::deserialize(deserializer).map(Secret::new)
}

fn optional_secret<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Secret>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.map(Secret::new))
}
