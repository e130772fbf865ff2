//! The operations, each as the service carries it out.

mod assistants;
mod disks;
mod files;
mod identity;
mod instances;
mod invocations;
mod roles;
mod run_command;
mod snapshots;
mod tags;

use consnap_core::Time;
use consnap_core::ecs::api::Operation;

pub(crate) use files::SentFiles;
pub(crate) use run_command::ClientTokens;

use super::Simulator;
use super::error::ApiError;
use super::request::Parameters;
use crate::scenario::BeyondTagFilter;

/// Regions the service knows besides the scenario's own. They are empty.
const REGIONS: &[(&str, &str)] = &[
    ("cn-hangzhou", "华东1（杭州）"),
    ("cn-shanghai", "华东2（上海）"),
    ("cn-beijing", "华北2（北京）"),
    ("cn-shenzhen", "华南1（深圳）"),
    ("cn-hongkong", "中国香港"),
    ("ap-southeast-1", "新加坡"),
    ("eu-central-1", "德国（法兰克福）"),
    ("us-west-1", "美国（硅谷）"),
];

impl Simulator {
    /// Carries a verified call out. `caller` is the id of the key that signed; `done_at` is when its answer leaves; a write is under way until then.
    pub(super) fn carry_out(
        &mut self,
        operation: Operation,
        parameters: &Parameters,
        caller: &str,
        now: Time,
        done_at: Time,
        request_id: &str,
    ) -> Result<Vec<u8>, ApiError> {
        let call = Call { parameters, now, request_id };
        match operation {
            Operation::GetCallerIdentity => return Ok(self.get_caller_identity(&call, caller)),
            Operation::AssumeRole => return self.assume_role(parameters, now, request_id),
            Operation::AssumeRoleWithOidc => return self.assume_role_with_oidc(parameters, now, request_id),
            Operation::DescribeRegions => return Ok(self.describe_regions(&call)),
            _ => {}
        }
        let here = self.check_region(parameters)?;
        match operation {
            Operation::RunCommand => self.run_command(&call, here, done_at),
            Operation::DescribeInvocations => self.describe_invocations(&call, here),
            Operation::DescribeInvocationResults => self.describe_invocation_results(&call, here),
            Operation::SendFile => self.send_file(&call, here, done_at),
            Operation::DescribeSendFileResults => Ok(self.describe_send_file_results(&call, here)),
            Operation::StopInvocation => self.stop_invocation(&call, here),
            Operation::AttachInstanceRamRole => self.attach_instance_ram_role(&call, here),
            Operation::DescribeInstanceRamRole => self.describe_instance_ram_role(&call, here),
            Operation::DescribeInstances => self.describe_instances(&call, here),
            Operation::DescribeDisks => self.describe_disks(&call, here),
            Operation::DescribeCloudAssistantStatus => self.describe_cloud_assistant_status(&call, here),
            Operation::DescribeSnapshotGroups => self.describe_snapshot_groups(&call, here),
            Operation::DescribeSnapshots => self.describe_snapshots(&call, here),
            Operation::TagResources => self.tag_resources(&call, here),
            Operation::DeleteSnapshotGroup => self.delete_snapshot_group(&call, here),
            Operation::DescribeRegions
            | Operation::GetCallerIdentity
            | Operation::AssumeRole
            | Operation::AssumeRoleWithOidc => Err(ApiError::of("InvalidAction.NotFound")),
        }
    }

    /// Whether a call goes to the region the scenario's instances are in; others exist but are empty.
    fn check_region(&self, parameters: &Parameters) -> Result<Here, ApiError> {
        let region = parameters.required("RegionId")?;
        if region == self.scenario.region {
            Ok(Here(true))
        } else if REGIONS.iter().any(|(known, _)| *known == region) {
            Ok(Here(false))
        } else {
            Err(ApiError::of("InvalidRegionId.NotFound"))
        }
    }
}

impl Simulator {
    /// Where the coverage of a filter by tags ends, of positions that carry the tags.
    fn covered_by_tags(&self, mut carrying: impl Iterator<Item = u32>) -> Result<u32, ApiError> {
        let rules = &self.scenario.service;
        match (carrying.nth(rules.tag_filter_covers as usize), rules.beyond_tag_filter) {
            (None, _) => Ok(u32::MAX),
            (Some(first_beyond), BeyondTagFilter::Cut) => Ok(first_beyond),
            (Some(_), BeyondTagFilter::Refuse) => Err(ApiError::of("NumberExceed.Tags")),
        }
    }
}

/// A call as an operation sees it.
struct Call<'c> {
    parameters: &'c Parameters,
    now: Time,
    request_id: &'c str,
}

/// Whether the scenario's instances are in the region asked.
#[derive(Copy, Clone)]
struct Here(bool);

impl Here {
    /// So many places in this region, else none.
    fn places(self, count: usize) -> u64 {
        if self.0 { count as u64 } else { 0 }
    }

    /// A finding in this region, else nothing.
    fn find<T>(self, found: Option<T>) -> Option<T> {
        if self.0 { found } else { None }
    }
}

/// Whether a resource with these tags meets a `Tag.N` filter: every key, with its value unless that is empty.
fn tags_match<'t>(filter: &[(&str, &str)], mut tags: impl Iterator<Item = (&'t str, &'t str)> + Clone) -> bool {
    filter.iter().all(|(key, value)| {
        tags.by_ref().clone().any(|(tag_key, tag_value)| tag_key == *key && (value.is_empty() || tag_value == *value))
    })
}

/// Refuses tags the service refuses (docs/sources/api.md 4.1, docs/sources/api.md 4.16).
fn check_tags(tags: &[(&str, &str)], longest_key: usize) -> Result<(), ApiError> {
    if tags.len() > 20 {
        return Err(ApiError::of("NumberExceed.Tags"));
    }
    for (position, (key, value)) in tags.iter().enumerate() {
        let reserved = key.starts_with("acs:") || key.starts_with("aliyun");
        let url = |text: &str| text.contains("http://") || text.contains("https://");
        if key.chars().count() > longest_key || reserved || url(key) {
            return Err(ApiError::of("InvalidTagKey.Malformed"));
        }
        if value.chars().count() > 128 || url(value) {
            return Err(ApiError::of("InvalidTagValue.Malformed"));
        }
        if tags.iter().take(position).any(|(other, _)| other == key) {
            return Err(ApiError::of("Duplicate.TagKey"));
        }
    }
    Ok(())
}
