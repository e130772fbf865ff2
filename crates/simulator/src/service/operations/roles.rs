//! `AttachInstanceRamRole` and `DescribeInstanceRamRole`.

use std::sync::Arc;

use super::{Call, Here};
use crate::json::Json;
use crate::service::Simulator;
use crate::service::error::ApiError;
use crate::service::paging::{Page, PageRules};
use crate::world::AttachedRole;

const PAGES: PageRules = PageRules {
    operation: "DescribeInstanceRamRole",
    max_results: 50,
    min_results: 1,
    max_page_size: 50,
    strict: true,
};

impl Simulator {
    pub(super) fn attach_instance_ram_role(&mut self, call: &Call<'_>, here: Here) -> Result<Vec<u8>, ApiError> {
        let parameters = call.parameters;
        parameters.required("InstanceIds")?;
        let name = parameters.required("RamRoleName")?;
        let ids = match parameters.json_list("InstanceIds") {
            Some(Ok(ids)) if (1..=100).contains(&ids.len()) => ids,
            _ => return Err(ApiError::of("InvalidInstanceIds.Malformed")),
        };
        let positions: Option<Vec<u32>> = ids.iter().map(|id| here.find(self.world.find(id))).collect();
        let positions = positions.ok_or_else(|| ApiError::of("InvalidInstanceId.NotFound"))?;
        let role = self.scenario.roles.iter().find(|role| role.name == name);
        let role = role.ok_or_else(|| ApiError::of("InvalidRamRole.NotFound"))?;
        if !role.trusts_ecs {
            return Err(ApiError::of("InvalidRamRole.NotEcsRole"));
        }
        let name: Arc<str> = name.into();
        let seen_from = call.now.plus_seconds(u64::from(self.scenario.service.role_propagation_seconds));
        let mut results = Vec::with_capacity(positions.len());
        for position in positions {
            let Some(instance) = self.world.instance_mut(position) else { continue };
            if instance.spec.network_type != "vpc" {
                return Err(ApiError::of("InvalidNetworkType.MismatchRamRole"));
            }
            let free = instance.role.as_ref().is_none_or(|role| role.name == name);
            if free && instance.role.is_none() {
                instance.role = Some(AttachedRole { name: Arc::clone(&name), seen_from });
            }
            results.push((Arc::clone(&instance.id), free));
        }
        let failed = results.iter().filter(|(_, attached)| !attached).count();
        Ok(Json::write(256 + results.len() * 120, |json| {
            json.text("RequestId", call.request_id);
            json.text("RamRoleName", &name);
            json.count("TotalCount", results.len());
            json.count("FailCount", failed);
            json.list(
                "AttachInstanceRamRoleResults",
                "AttachInstanceRamRoleResult",
                results,
                |json, (id, attached)| {
                    json.text("InstanceId", &id);
                    json.flag("Success", attached);
                    // Which code the service gives here is unknown (docs/sources/feature.md 12.6).
                    json.text("Code", if attached { "200" } else { "400" });
                    json.text(
                        "Message",
                        if attached {
                            "success"
                        } else {
                            "The specified instance already has another RAM role attached."
                        },
                    );
                },
            );
        }))
    }

    pub(super) fn describe_instance_ram_role(&self, call: &Call<'_>, here: Here) -> Result<Vec<u8>, ApiError> {
        let parameters = call.parameters;
        let page = Page::read(PAGES, parameters)?;
        let wanted = parameters.filter("RamRoleName");
        let ids = match parameters.json_list("InstanceIds") {
            None => None,
            Some(Ok(ids)) if ids.len() <= 50 => Some(ids),
            Some(_) => return Err(ApiError::of("InvalidInstanceIds.Malformed")),
        };
        let matches = |position: u32| {
            let instance = self.world.instance(position)?;
            let role = instance.role.as_ref().map_or("", |role| role.name.as_ref());
            wanted.is_none_or(|wanted| wanted == role).then_some((instance, role))
        };
        let (found, _, total) = match (ids, wanted) {
            (None, None) => return Err(ApiError::of("InvalidParameter.AllEmpty")),
            (Some(ids), _) => {
                let positions: Option<Vec<u32>> = ids.iter().map(|id| here.find(self.world.find(id))).collect();
                let positions = positions.ok_or_else(|| ApiError::of("InvalidInstanceId.NotFound"))?;
                page.scan(positions.len() as u64, |place| matches(*positions.get(usize::try_from(place).ok()?)?))
            }
            (None, Some(_)) => {
                page.scan(here.places(self.world.instances.len()), |place| matches(u32::try_from(place).ok()?))
            }
        };
        Ok(Json::write(256 + found.len() * 90, |json| {
            json.text("RequestId", call.request_id);
            json.text("RegionId", &self.scenario.region);
            json.count("TotalCount", total);
            json.number("PageNumber", page.number);
            json.count("PageSize", page.size);
            json.list("InstanceRamRoleSets", "InstanceRamRoleSet", found, |json, (instance, role)| {
                json.text("InstanceId", &instance.id);
                json.text("RamRoleName", role);
            });
        }))
    }
}
