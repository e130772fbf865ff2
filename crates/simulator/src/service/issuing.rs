//! Temporary credentials: handed out by STS, by the metadata service of the machine consnap runs on, and by a credentials
//! URI (docs/sources/api.md 6.4). What is handed out signs from then on, until it ends.

use std::borrow::Cow;
use std::time::Duration;

use consnap_core::Time;
use consnap_core::base::http::{HttpReply, HttpRequest};

use super::Simulator;
use super::error::ApiError;
use super::request::Parameters;
use crate::json::Json;
use crate::random::mix;
use crate::scenario::{AccessKey, MetadataTokens, Role};

/// The keys handed out, with whom they stand for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Issued {
    keys: Vec<IssuedKey>,
}

#[derive(Clone, Debug)]
struct IssuedKey {
    key: AccessKey,
    /// `acs:ram::ACCOUNT:assumed-role/ROLE/SESSION`.
    arn: String,
}

impl Issued {
    /// The keys, for whoever verifies signatures.
    pub(super) fn keys(&self) -> impl Iterator<Item = &AccessKey> {
        self.keys.iter().map(|issued| &issued.key)
    }

    /// Whom a key stands for, when it was handed out.
    pub(super) fn arn_of(&self, access_key_id: &str) -> Option<&str> {
        self.keys.iter().find(|issued| issued.key.id == access_key_id).map(|issued| issued.arn.as_str())
    }
}

/// The token that the metadata service hands out; whoever has it asked for it.
const METADATA_TOKEN: &str = "simulated-metadata-token";
const METADATA_ROLES: &str = "/latest/meta-data/ram/security-credentials/";

/// The durations STS takes, in seconds.
const DURATIONS: std::ops::RangeInclusive<i64> = 900..=43_200;

impl Simulator {
    /// `AssumeRole`.
    pub(super) fn assume_role(
        &mut self,
        parameters: &Parameters,
        now: Time,
        request_id: &str,
    ) -> Result<Vec<u8>, ApiError> {
        let role = self.assumable(parameters.required("RoleArn")?)?;
        let session = parameters.required("RoleSessionName")?.to_owned();
        let seconds = duration(parameters)?;
        Ok(self.sts_reply(&role, &session, seconds, now, request_id))
    }

    /// `AssumeRoleWithOIDC`: nobody signs it, the token counts.
    pub(super) fn assume_role_with_oidc(
        &mut self,
        parameters: &Parameters,
        now: Time,
        request_id: &str,
    ) -> Result<Vec<u8>, ApiError> {
        let provider = parameters.required("OIDCProviderArn")?;
        if !provider.starts_with(&format!("acs:ram::{}:oidc-provider/", self.scenario.account)) {
            return Err(ApiError::of("EntityNotExist.OIDCProvider"));
        }
        parameters.required("OIDCToken")?;
        let role = self.assumable(parameters.required("RoleArn")?)?;
        let session = parameters.required("RoleSessionName")?.to_owned();
        let seconds = duration(parameters)?;
        Ok(self.sts_reply(&role, &session, seconds, now, request_id))
    }

    fn sts_reply(&mut self, role: &Role, session: &str, seconds: u32, now: Time, request_id: &str) -> Vec<u8> {
        let (key, end) = self.issue(role, session, seconds, now);
        let arn = self.issued.arn_of(&key.id).unwrap_or_default().to_owned();
        Json::write(600, |json| {
            json.text("RequestId", request_id);
            json.object("AssumedRoleUser", |json| {
                json.text("Arn", &arn);
                json.text("AssumedRoleId", &format!("34458433936495****:{session}"));
            });
            json.object("Credentials", |json| write_key(json, &key, end));
        })
    }

    /// The role of an ARN that may be taken on.
    fn assumable(&self, arn: &str) -> Result<Role, ApiError> {
        let name = arn.strip_prefix(&format!("acs:ram::{}:role/", self.scenario.account));
        let role = name.and_then(|name| self.scenario.roles.iter().find(|role| role.name == name));
        let role = role.ok_or_else(|| ApiError::of("EntityNotExist.Role"))?;
        if role.assumable { Ok(role.clone()) } else { Err(ApiError::of("NoPermission")) }
    }

    /// Hands out a key for a role.
    fn issue(&mut self, role: &Role, session: &str, seconds: u32, now: Time) -> (AccessKey, Time) {
        let number = self.issued.keys.len() as u64 + 1;
        let text =
            |salt: u64| format!("{:016x}{:016x}", mix(self.scenario.seed ^ mix(number ^ salt)), mix(number + salt));
        let passed = u32::try_from(now.since(self.origin.unwrap_or(now)).as_secs()).unwrap_or(u32::MAX);
        let key = AccessKey {
            id: format!("STS.SIMULATED{number:08}"),
            secret: text(1),
            security_token: Some(text(2)),
            expires_after_seconds: Some(passed.saturating_add(seconds)),
            refused_operations: role.refused_operations.clone(),
        };
        let arn = format!("acs:ram::{}:assumed-role/{}/{session}", self.scenario.account, role.name);
        self.issued.keys.push(IssuedKey { key: key.clone(), arn });
        (key, now.plus(Duration::from_secs(u64::from(seconds))))
    }

    /// What the metadata service and a credentials URI answer for a role; `None` when there is no such role.
    pub fn temporary_credentials(&mut self, role: &str, session: &str) -> Option<Vec<u8>> {
        let role = self.scenario.roles.iter().find(|known| known.name == role)?.clone();
        let now = self.now;
        let (key, end) = self.issue(&role, session, role.session_seconds.max(1), now);
        Some(Json::write(500, |json| {
            write_key(json, &key, end);
            json.text("LastUpdated", &now.to_wire());
            json.text("Code", "Success");
        }))
    }

    /// The metadata service of the machine consnap runs on.
    pub(super) fn metadata(&mut self, request: &HttpRequest) -> HttpReply {
        let machine = self.scenario.own_machine.clone();
        let reply = |status: u16, body: Vec<u8>| HttpReply {
            status,
            headers: vec![(Cow::Borrowed("content-type"), "text/plain".to_owned())],
            body,
        };
        let not_found = || reply(404, b"404 - Not Found".to_vec());
        if request.path == "/latest/api/token" {
            let asked = request.header("x-aliyun-ecs-metadata-token-ttl-seconds").and_then(|text| text.parse().ok());
            return match (request.method.as_ref(), machine.metadata_tokens, asked) {
                ("PUT", MetadataTokens::Optional | MetadataTokens::Required, Some(1u32..=21_600)) => {
                    reply(200, METADATA_TOKEN.as_bytes().to_vec())
                }
                ("PUT", MetadataTokens::Unknown, _) => not_found(),
                _ => reply(400, Vec::new()),
            };
        }
        match (request.header("x-aliyun-ecs-metadata-token"), machine.metadata_tokens) {
            (None, MetadataTokens::Required) => return reply(403, Vec::new()),
            (Some(token), MetadataTokens::Optional | MetadataTokens::Required) if token != METADATA_TOKEN => {
                return reply(401, Vec::new());
            }
            _ => {}
        }
        let role = machine.role.unwrap_or_default();
        match request.path.strip_prefix(METADATA_ROLES) {
            _ if request.method != "GET" => reply(405, Vec::new()),
            Some("") if !role.is_empty() => reply(200, role.into_bytes()),
            Some(asked) if !role.is_empty() && asked == role => {
                self.temporary_credentials(&role, "vm-ram-assume-role").map_or_else(not_found, |body| reply(200, body))
            }
            None if request.path == "/latest/meta-data/region-id" => {
                reply(200, self.scenario.region.clone().into_bytes())
            }
            None if request.path == "/latest/meta-data/instance-id" && !machine.instance_id.is_empty() => {
                reply(200, machine.instance_id.into_bytes())
            }
            _ => not_found(),
        }
    }
}

fn duration(parameters: &Parameters) -> Result<u32, ApiError> {
    let seconds = parameters.number("DurationSeconds")?.unwrap_or(3600);
    if !DURATIONS.contains(&seconds) {
        return Err(ApiError::of("InvalidParameter.DurationSeconds"));
    }
    u32::try_from(seconds).map_err(|_| ApiError::of("InvalidParameter.DurationSeconds"))
}

fn write_key(json: &mut Json, key: &AccessKey, end: Time) {
    json.text("AccessKeyId", &key.id);
    json.text("AccessKeySecret", &key.secret);
    json.text("SecurityToken", key.security_token.as_deref().unwrap_or_default());
    json.text("Expiration", &end.to_wire());
}
