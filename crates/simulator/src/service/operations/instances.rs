//! `DescribeInstances`.

use super::{Call, Here, tags_match};
use crate::json::Json;
use crate::scenario::TotalCounts;
use crate::service::Simulator;
use crate::service::error::ApiError;
use crate::service::paging::{Page, PageRules};
use crate::world::Instance;
use consnap_core::Platform;

const PAGES: PageRules =
    PageRules { operation: "DescribeInstances", max_results: 100, min_results: 10, max_page_size: 100, strict: false };

const STATUSES: &[&str] = &["Pending", "Running", "Starting", "Stopping", "Stopped"];

impl Simulator {
    pub(super) fn describe_instances(&self, call: &Call<'_>, here: Here) -> Result<Vec<u8>, ApiError> {
        let parameters = call.parameters;
        let page = Page::read(PAGES, parameters)?;
        let status = parameters.filter("Status");
        if status.is_some_and(|status| !STATUSES.contains(&status)) {
            return Err(ApiError::of("InvalidStatus.NotFound"));
        }
        let ids = match parameters.json_list("InstanceIds") {
            None => None,
            Some(Ok(ids)) if ids.len() <= 100 => Some(ids),
            Some(_) => return Err(ApiError::of("InvalidInstanceIds.Malformed")),
        };
        let tags = parameters.pairs("Tag");
        let carry = |position: u32| {
            self.world.instance(position).is_some_and(|instance| tags_match(&tags, self.tags_of(instance)))
        };
        let all = u32::try_from(self.world.instances.len()).unwrap_or(u32::MAX);
        let covered = if tags.is_empty() { all } else { self.covered_by_tags((0..all).filter(|at| carry(*at)))? };
        let (name, network, zone, image) = (
            parameters.filter("InstanceName"),
            parameters.filter("InstanceNetworkType"),
            parameters.filter("ZoneId"),
            parameters.filter("ImageId"),
        );
        let matches = |position: u32| {
            let instance = self.world.instance(position)?;
            let spec = &instance.spec;
            let fits = position < covered
                && status.is_none_or(|status| spec.status == status)
                && name.is_none_or(|pattern| name_matches(pattern, &instance.name))
                && network.is_none_or(|network| spec.network_type == network)
                && zone.is_none_or(|zone| self.zone_of(instance) == zone)
                && image.is_none_or(|image| image_id(instance) == image)
                && (tags.is_empty() || tags_match(&tags, self.tags_of(instance)));
            fits.then_some((position, instance))
        };
        let whole = self.scenario.service.total_counts == TotalCounts::Listing;
        // Ids that do not exist are simply not there.
        let (found, token, total) = match &ids {
            Some(ids) => page.scan_and_count(ids.len() as u64, whole, |place| {
                let id = ids.get(usize::try_from(place).ok()?)?;
                matches(here.find(self.world.find(id))?)
            }),
            None => page.scan_and_count(here.places(self.world.instances.len()), whole, |place| {
                matches(u32::try_from(place).ok()?)
            }),
        };
        Ok(Json::write(256 + found.len() * 1800, |json| {
            json.text("RequestId", call.request_id);
            json.count("TotalCount", total);
            json.number("PageNumber", page.number);
            json.count("PageSize", page.size);
            json.text("NextToken", &token);
            json.list("Instances", "Instance", found, |json, (position, instance)| {
                self.write_instance(json, position, instance);
            });
        }))
    }

    /// The zone of an instance; zone k of the region unless the scenario says otherwise.
    pub(super) fn zone_of(&self, instance: &Instance) -> String {
        if instance.spec.zone.is_empty() { format!("{}-k", self.scenario.region) } else { instance.spec.zone.clone() }
    }

    /// Tags of an instance: the scenario's and those put since.
    pub(super) fn tags_of<'s>(&'s self, instance: &'s Instance) -> impl Iterator<Item = (&'s str, &'s str)> + Clone {
        let put = self.world.extra_tags.get(instance.id.as_ref()).into_iter().flatten();
        let given = instance.spec.tags.iter();
        given
            .map(|(key, value)| (key.as_str(), value.as_str()))
            .chain(put.map(|(key, value)| (key.as_str(), value.as_str())))
    }

    fn write_instance(&self, json: &mut Json, position: u32, instance: &Instance) {
        let spec = &instance.spec;
        json.text("InstanceId", &instance.id);
        json.text("InstanceName", &instance.name);
        json.text("HostName", &host_name(instance));
        json.text("Status", &spec.status);
        json.text("RegionId", &self.scenario.region);
        json.text("ZoneId", &self.zone_of(instance));
        json.text("ImageId", image_id(instance));
        json.text("OSName", spec.os_name_or_usual());
        json.text("OSNameEn", spec.os_name_en_or_usual());
        json.text("OSType", spec.platform.name());
        json.text("InstanceNetworkType", &spec.network_type);
        let ip = private_ip(position);
        let (vpc_ip, classic_ip) =
            if spec.network_type == "vpc" { (Some(ip.as_str()), None) } else { (None, Some(ip.as_str())) };
        json.object("VpcAttributes", |json| {
            let in_vpc = vpc_ip.is_some();
            json.text("VpcId", if in_vpc { "vpc-bp1simulated00000000001" } else { "" });
            json.text("VSwitchId", if in_vpc { "vsw-bp1simulated00000000001" } else { "" });
            json.text("NatIpAddress", "");
            json.texts("PrivateIpAddress", "IpAddress", vpc_ip);
        });
        json.texts("InnerIpAddress", "IpAddress", classic_ip);
        json.object("MetadataOptions", |json| {
            json.text("HttpEndpoint", &spec.metadata_endpoint);
            json.text("HttpTokens", &spec.metadata_tokens);
        });
        json.list("OperationLocks", "LockReason", &spec.locks, |json, lock| json.text("LockReason", lock));
        // Instances without tags have no such member at all (seen in recorded replies, docs/sources/api.md 4.8).
        if self.tags_of(instance).next().is_some() {
            json.list("Tags", "Tag", self.tags_of(instance), |json, (key, value)| {
                json.text("TagKey", key);
                json.text("TagValue", value);
            });
        }
        json.constant(CONSTANT);
    }
}

/// What is the same for every instance: nothing here decides anything.
const CONSTANT: &str = r#""InstanceType":"ecs.g7.large","InstanceTypeFamily":"ecs.g7","Cpu":2,"Memory":8192,"IoOptimized":true,"DeviceAvailable":true,"PublicIpAddress":{"IpAddress":[]},"EipAddress":{"AllocationId":"","IpAddress":"","InternetChargeType":""},"SecurityGroupIds":{"SecurityGroupId":["sg-bp1simulated00000000001"]},"CreationTime":"2025-02-01T03:04Z","StartTime":"2025-02-01T03:05Z","ExpiredTime":"2099-12-31T15:59Z","AutoReleaseTime":"","InstanceChargeType":"PostPaid","InternetChargeType":"PayByTraffic","InternetMaxBandwidthIn":-1,"InternetMaxBandwidthOut":0,"StoppedMode":"Not-applicable","SpotStrategy":"NoSpot","SpotPriceLimit":0.0,"GPUAmount":0,"GPUSpec":"","Recyclable":false,"DeletionProtection":false,"ResourceGroupId":"","Description":"""#;

fn image_id(instance: &Instance) -> &'static str {
    match instance.spec.platform {
        Platform::Linux => "aliyun_3_x64_20G_alibase_20250117.vhd",
        Platform::Windows => "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd",
    }
}

fn host_name(instance: &Instance) -> String {
    format!("iZ{}Z", instance.id.strip_prefix("i-").unwrap_or(&instance.id))
}

fn private_ip(position: u32) -> String {
    let [_, b, c, d] = position.wrapping_add(0x0a00_000a).to_be_bytes();
    format!("10.{b}.{c}.{d}")
}

/// A name with `*` for anything.
fn name_matches(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| name.strip_prefix(first)) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        match rest.find(part) {
            Some(at) => rest = rest.get(at + part.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_match_with_wildcards() {
        for (pattern, name, matches) in [
            ("web-1", "web-1", true),
            ("web-1", "web-10", false),
            ("web-*", "web-10", true),
            ("*-1*", "web-10", true),
            ("*0", "web-10", true),
            ("*1", "web-10", false),
            ("w*b*0", "web-10", true),
            ("*", "", true),
        ] {
            assert_eq!(name_matches(pattern, name), matches, "{pattern} {name}");
        }
    }
}
