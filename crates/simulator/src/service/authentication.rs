//! Verifies signatures the way the service does: decode, encode again canonically, sign, compare (docs/sources/sdk.md
//! 2.2).

use std::collections::{HashSet, VecDeque};
use std::hash::{BuildHasherDefault, DefaultHasher};

use consnap_core::Time;
use consnap_core::ecs::sign::{v1, v3};

use super::error::ApiError;
use super::request::{Request, Signature};
use crate::Checks;
use crate::random::hash;
use crate::scenario::AccessKey;

/// How far the clock of a caller may be off, in seconds (docs/sources/feature.md 10.1).
const CLOCK_SKEW_SECONDS: u64 = 15 * 60;
/// Nonces remembered. Older requests fail by their time anyway; the bound keeps memory small.
const NONCES: usize = 200_000;

/// A hasher without random keys: the simulator has no source of randomness but its seed.
pub(crate) type FixedState = BuildHasherDefault<DefaultHasher>;

/// The times a request is judged by.
#[derive(Copy, Clone, Debug)]
pub(crate) struct Moment {
    /// The caller's own clock as the server sees it.
    pub(crate) wall: Time,
    /// The clock of the simulated service, which may run faster.
    pub(crate) service: Time,
    /// The first request ever, from which tokens count.
    pub(crate) origin: Time,
}

/// Remembers nonces.
#[derive(Clone, Debug, Default)]
pub(crate) struct Gate {
    seen: HashSet<u64, FixedState>,
    order: VecDeque<u64>,
}

impl Gate {
    /// The key that signed a request, or why it is refused.
    pub(crate) fn authenticate<'k>(
        &mut self,
        mut keys: impl Iterator<Item = &'k AccessKey>,
        request: &Request<'_>,
        moment: Moment,
        checks: Checks,
    ) -> Result<&'k AccessKey, ApiError> {
        let common = Common::read(request)?;
        let key = keys
            .find(|key| key.id == common.access_key_id)
            .ok_or_else(|| ApiError::of("InvalidAccessKeyId.NotFound"))?;
        if checks.time {
            let timestamp = Time::parse(common.timestamp).ok_or_else(|| ApiError::of("IllegalTimestamp"))?;
            let near = |clock: Time| timestamp.since(clock).max(clock.since(timestamp)).as_secs() <= CLOCK_SKEW_SECONDS;
            // A scenario may let time pass faster than the caller's clock: both are honest.
            if !near(moment.wall) && !near(moment.service) {
                return Err(ApiError::of("IllegalTimestamp"));
            }
        }
        if checks.signature {
            verify(request, &common, &key.secret)?;
        }
        match (&key.security_token, common.security_token) {
            (Some(_), None) => return Err(ApiError::of("MissingSecurityToken")),
            (Some(expected), Some(given)) if expected != given => {
                return Err(ApiError::of("InvalidSecurityToken.Malformed"));
            }
            (None, Some(_)) => return Err(ApiError::of("InvalidSecurityToken.Malformed")),
            _ => {}
        }
        if let Some(seconds) = key.expires_after_seconds
            && moment.service >= moment.origin.plus_seconds(u64::from(seconds))
        {
            return Err(ApiError::of("InvalidSecurityToken.Expired"));
        }
        if checks.nonce && !self.take(hash(common.nonce.as_bytes())) {
            return Err(ApiError::of("SignatureNonceUsed"));
        }
        Ok(key)
    }

    fn take(&mut self, nonce: u64) -> bool {
        if !self.seen.insert(nonce) {
            return false;
        }
        self.order.push_back(nonce);
        if self.order.len() > NONCES
            && let Some(oldest) = self.order.pop_front()
        {
            self.seen.remove(&oldest);
        }
        true
    }
}

/// What every signed request carries, wherever its version puts it.
struct Common<'r> {
    access_key_id: &'r str,
    timestamp: &'r str,
    nonce: &'r str,
    security_token: Option<&'r str>,
}

impl<'r> Common<'r> {
    fn read(request: &'r Request<'_>) -> Result<Self, ApiError> {
        match &request.signature {
            Signature::V1 => {
                let required = |name: &str| request.common(name).ok_or_else(|| ApiError::missing(name));
                let access_key_id = required("AccessKeyId")?;
                required("Signature")?;
                if required("SignatureMethod")? != "HMAC-SHA1" {
                    return Err(ApiError::invalid("SignatureMethod"));
                }
                if required("SignatureVersion")? != "1.0" {
                    return Err(ApiError::invalid("SignatureVersion"));
                }
                Ok(Self {
                    access_key_id,
                    timestamp: required("Timestamp")?,
                    nonce: required("SignatureNonce")?,
                    security_token: request.common("SecurityToken"),
                })
            }
            Signature::V3 { access_key_id, .. } => {
                let header = |name: &str| request.http.header(name).filter(|value| !value.is_empty());
                let required = |name: &'static str| header(name).ok_or_else(|| ApiError::missing(name));
                Ok(Self {
                    access_key_id,
                    timestamp: required("x-acs-date")?,
                    nonce: required("x-acs-signature-nonce")?,
                    security_token: header("x-acs-security-token"),
                })
            }
        }
    }
}

/// Headers that a signature of version 3 must cover: without them a request could be replayed with another action.
const MUST_BE_SIGNED: &[&str] =
    &["host", "x-acs-action", "x-acs-version", "x-acs-date", "x-acs-signature-nonce", "x-acs-content-sha256"];

fn verify(request: &Request<'_>, common: &Common<'_>, secret: &str) -> Result<(), ApiError> {
    let string_to_sign;
    let (expected, given) = match &request.signature {
        Signature::V1 => {
            let parameters: Vec<(&str, &str)> = pairs(&request.query.0).chain(pairs(&request.form.0)).collect();
            string_to_sign = v1::string_to_sign(&request.http.method, &parameters);
            (v1::signature(&string_to_sign, secret), request.common("Signature").unwrap_or_default())
        }
        Signature::V3 { signed_headers, signature, .. } => {
            if MUST_BE_SIGNED.iter().any(|name| !signed_headers.iter().any(|signed| signed == name))
                || common.security_token.is_some() && !signed_headers.iter().any(|name| name == "x-acs-security-token")
            {
                return Err(ApiError::of("IncompleteSignature"));
            }
            let query: Vec<(&str, &str)> = pairs(&request.query.0).collect();
            let headers: Vec<(String, &str)> =
                request.http.headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.as_str())).collect();
            let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (name.as_str(), *value)).collect();
            let signed: Vec<&str> = signed_headers.iter().map(String::as_str).collect();
            let canonical = v3::canonical_request(
                &request.http.method,
                &request.http.path,
                &query,
                &headers,
                &signed,
                &v3::payload_hash(&request.http.body),
            );
            string_to_sign = v3::string_to_sign(&canonical);
            (v3::signature(&string_to_sign, secret), signature.as_str())
        }
    };
    if expected == given {
        return Ok(());
    }
    // Old SDKs compare the text after the colon with their own string (docs/sources/sdk.md 2.2, 5): nothing may follow
    // it.
    Err(ApiError::of("SignatureDoesNotMatch").with_message(format!(
        "Specified signature is not matched with our calculation. server string to sign is:{string_to_sign}"
    )))
}

fn pairs(list: &[(String, String)]) -> impl Iterator<Item = (&str, &str)> {
    list.iter().map(|(name, value)| (name.as_str(), value.as_str()))
}
