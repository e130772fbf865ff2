//! `GetCallerIdentity` (STS) and `DescribeRegions`.

use super::{Call, REGIONS};
use crate::json::Json;
use crate::service::Simulator;

impl Simulator {
    pub(super) fn get_caller_identity(&self, call: &Call<'_>, caller: &str) -> Vec<u8> {
        let account = &self.scenario.account;
        let assumed = self.issued.arn_of(caller);
        Json::write(300, |json| {
            json.text("IdentityType", if assumed.is_some() { "AssumedRoleUser" } else { "RAMUser" });
            json.text("AccountId", account);
            json.text("RequestId", call.request_id);
            json.text("PrincipalId", "216959339000654321");
            if let Some(arn) = assumed {
                json.text("RoleId", "34458433936495****");
                json.text("Arn", arn);
            } else {
                json.text("UserId", "216959339000654321");
                json.text("Arn", &format!("acs:ram::{account}:user/simulated"));
            }
        })
    }

    pub(super) fn describe_regions(&self, call: &Call<'_>) -> Vec<u8> {
        let own = self.scenario.region.as_str();
        let regions: Vec<(&str, &str)> =
            REGIONS.iter().copied().chain((!REGIONS.iter().any(|(id, _)| *id == own)).then_some((own, own))).collect();
        Json::write(2048, |json| {
            json.text("RequestId", call.request_id);
            json.list("Regions", "Region", regions, |json, (id, name)| {
                json.text("RegionId", id);
                // The old central endpoint is what the service really says for Hangzhou (docs/sources/feature.md 11
                // C14).
                if id == "cn-hangzhou" {
                    json.text("RegionEndpoint", "ecs.aliyuncs.com");
                } else {
                    json.text("RegionEndpoint", &format!("ecs.{id}.aliyuncs.com"));
                }
                json.text("LocalName", name);
            });
        })
    }
}
