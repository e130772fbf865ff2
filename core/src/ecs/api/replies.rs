//! Replies, as far as consnap reads them. Unknown members are ignored; a list that must be there but is not is an
//! error, so that a reply from something else than the service never reads as "there is none".

use std::borrow::Cow;

use serde::Deserialize;

use super::invocation_result::InvocationResult;
use super::lenient::{
    borrowed_filled, borrowed_id, borrowed_text, filled, id, known_list, list, number_or_text, text, truth,
};

/// Reply of `RunCommand`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RunCommand {
    /// `t-...`.
    #[serde(deserialize_with = "id")]
    pub invoke_id: String,
    /// `c-...`.
    #[serde(default, deserialize_with = "text")]
    pub command_id: Option<String>,
}

/// Reply of `DescribeInvocations`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeInvocations<'a> {
    /// The invocations of this page.
    #[serde(borrow, deserialize_with = "list")]
    pub invocations: Vec<Invocation<'a>>,
    /// The next page, if there is one.
    #[serde(default, deserialize_with = "filled")]
    pub next_token: Option<String>,
    /// All there are; without meaning when pages go by token.
    #[serde(default, deserialize_with = "number_or_text")]
    pub total_count: Option<i64>,
}

/// An invocation with what became of it on each instance.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Invocation<'a> {
    /// `t-...`.
    #[serde(deserialize_with = "text")]
    pub invoke_id: Option<String>,
    /// Over all instances: `Pending`, `Running`, `Success`, `Failed`, `PartialFailed`, ...
    #[serde(deserialize_with = "text")]
    pub invocation_status: Option<String>,
    /// In the legacy family; never decides.
    #[serde(deserialize_with = "text")]
    pub invoke_status: Option<String>,
    /// When it was made.
    #[serde(deserialize_with = "text")]
    pub creation_time: Option<String>,
    /// The command, Base64 as asked for.
    #[serde(deserialize_with = "text")]
    pub command_content: Option<String>,
    /// Seconds.
    #[serde(deserialize_with = "number_or_text")]
    pub timeout: Option<i64>,
    /// Tags; check them yourself.
    #[serde(borrow, deserialize_with = "list")]
    pub tags: Vec<Tag<'a>>,
    /// Each instance. Output only when it was asked for.
    #[serde(borrow, deserialize_with = "list")]
    pub invoke_instances: Vec<InvocationResult<'a>>,
}

/// Reply of `DescribeInvocationResults`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeInvocationResults<'a> {
    /// The page.
    #[serde(borrow)]
    pub invocation: InvocationResultPage<'a>,
}

/// A page of results.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct InvocationResultPage<'a> {
    /// The results.
    #[serde(borrow, deserialize_with = "list")]
    pub invocation_results: Vec<InvocationResult<'a>>,
    /// The next page, if there is one.
    #[serde(default, deserialize_with = "filled")]
    pub next_token: Option<String>,
    /// All there are; without meaning when pages go by token.
    #[serde(default, deserialize_with = "number_or_text")]
    pub total_count: Option<i64>,
}

/// Reply of `SendFile`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct SendFile {
    /// `f-...`.
    #[serde(deserialize_with = "id")]
    pub invoke_id: String,
}

/// Reply of `DescribeSendFileResults`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeSendFileResults {
    /// The sent files of this page.
    #[serde(deserialize_with = "list")]
    pub invocations: Vec<SentFile>,
}

/// A sent file with what became of it on each instance.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct SentFile {
    /// `f-...`.
    #[serde(deserialize_with = "text")]
    pub invoke_id: Option<String>,
    /// Each instance.
    #[serde(deserialize_with = "list")]
    pub invoke_instances: Vec<SentFileResult>,
}

/// What became of a sent file on one instance.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct SentFileResult {
    /// `i-...`.
    #[serde(deserialize_with = "text")]
    pub instance_id: Option<String>,
    /// `Pending`, `Running`, `Success`, `Failed`, ...
    #[serde(deserialize_with = "text")]
    pub invocation_status: Option<String>,
    /// Why it failed.
    #[serde(deserialize_with = "text")]
    pub error_code: Option<String>,
}

/// Reply of operations that answer nothing but their request id: `StopInvocation`, `TagResources`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Acknowledged {
    /// The service's id of the request.
    #[serde(deserialize_with = "id")]
    pub request_id: String,
}

/// Reply of `DeleteSnapshotGroup`. Snapshots that could not be deleted stand in it with HTTP status 200.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeleteSnapshotGroup {
    /// Each member snapshot.
    #[serde(rename = "OperationProgressSet", deserialize_with = "list")]
    pub progress: Vec<OperationProgress>,
}

/// What became of one snapshot.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct OperationProgress {
    /// `Success`, or something else.
    #[serde(deserialize_with = "filled")]
    pub operation_status: Option<String>,
    /// Empty when it worked.
    #[serde(deserialize_with = "filled")]
    pub error_code: Option<String>,
    /// In words; foreign text.
    #[serde(deserialize_with = "filled")]
    pub error_msg: Option<String>,
    /// The snapshot, among others.
    #[serde(rename = "RelatedItemSet", deserialize_with = "list")]
    pub items: Vec<RelatedItem>,
}

/// A name and its value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct RelatedItem {
    /// `SnapshotId`.
    #[serde(deserialize_with = "filled")]
    pub name: Option<String>,
    /// `s-...`.
    #[serde(deserialize_with = "filled")]
    pub value: Option<String>,
}

/// Reply of `AttachInstanceRamRole`. Instances that failed stand in it with HTTP status 200.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AttachInstanceRamRole {
    /// Each instance.
    #[serde(rename = "AttachInstanceRamRoleResults", deserialize_with = "list")]
    pub results: Vec<AttachResult>,
    /// How many failed.
    #[serde(default, deserialize_with = "number_or_text")]
    pub fail_count: Option<i64>,
}

/// What became of one instance.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct AttachResult {
    /// `i-...`.
    #[serde(deserialize_with = "text")]
    pub instance_id: Option<String>,
    /// Whether it worked.
    #[serde(deserialize_with = "truth")]
    pub success: Option<bool>,
    /// `200`, or an error code. A number in some documents (C12).
    #[serde(deserialize_with = "text")]
    pub code: Option<String>,
    /// In words.
    #[serde(deserialize_with = "text")]
    pub message: Option<String>,
}

/// Reply of `DescribeInstanceRamRole`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeInstanceRamRole {
    /// Instance and role.
    #[serde(rename = "InstanceRamRoleSets", deserialize_with = "list")]
    pub roles: Vec<InstanceRole>,
    /// All there are.
    #[serde(default, deserialize_with = "number_or_text")]
    pub total_count: Option<i64>,
}

/// The role of an instance.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct InstanceRole {
    /// `i-...`.
    #[serde(deserialize_with = "text")]
    pub instance_id: Option<String>,
    /// Missing or empty: none is attached.
    #[serde(deserialize_with = "filled")]
    pub ram_role_name: Option<String>,
}

/// Reply of `DescribeInstances`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeInstances<'a> {
    /// The instances of this page.
    #[serde(borrow, deserialize_with = "list")]
    pub instances: Vec<Instance<'a>>,
    /// The next page, if there is one.
    #[serde(default, deserialize_with = "filled")]
    pub next_token: Option<String>,
    /// All there are; without meaning when pages go by token.
    #[serde(default, deserialize_with = "number_or_text")]
    pub total_count: Option<i64>,
}

/// An instance.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Instance<'a> {
    /// `i-...`.
    #[serde(deserialize_with = "id")]
    pub instance_id: String,
    /// The instance's name.
    #[serde(default, deserialize_with = "text")]
    pub instance_name: Option<String>,
    /// `Running`, `Stopped`, ...
    #[serde(default, deserialize_with = "filled")]
    pub status: Option<String>,
    /// `cn-hangzhou`.
    #[serde(default, deserialize_with = "filled")]
    pub region_id: Option<String>,
    /// `cn-hangzhou-k`.
    #[serde(default, deserialize_with = "filled")]
    pub zone_id: Option<String>,
    /// In Chinese on many accounts.
    #[serde(default, rename = "OSName", deserialize_with = "filled")]
    pub os_name: Option<String>,
    /// In English.
    #[serde(default, rename = "OSNameEn", deserialize_with = "filled")]
    pub os_name_en: Option<String>,
    /// `linux` or `windows`.
    #[serde(default, rename = "OSType", deserialize_with = "filled")]
    pub os_type: Option<String>,
    /// `vpc` or `classic`.
    #[serde(default, deserialize_with = "filled")]
    pub instance_network_type: Option<String>,
    /// The serial number, which the guest sees too.
    #[serde(default, deserialize_with = "filled")]
    pub serial_number: Option<String>,
    /// The metadata service; members are empty strings where nothing was set.
    #[serde(default)]
    pub metadata_options: Option<MetadataOptions>,
    /// Locks on the instance; `None` where the reply does not speak of them.
    #[serde(default, deserialize_with = "known_list")]
    pub operation_locks: Option<Vec<OperationLock>>,
    /// Tags; missing entirely when there are none.
    #[serde(borrow, default, deserialize_with = "list")]
    pub tags: Vec<Tag<'a>>,
}

/// How the metadata service of an instance may be used.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct MetadataOptions {
    /// `enabled`, empty (enabled as well) or `disabled`.
    #[serde(deserialize_with = "text")]
    pub http_endpoint: Option<String>,
    /// `optional`, empty (optional as well) or `required`.
    #[serde(deserialize_with = "text")]
    pub http_tokens: Option<String>,
}

/// A lock on an instance.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct OperationLock {
    /// `financial`, `security`, `recycling`, ...
    #[serde(deserialize_with = "text")]
    pub lock_reason: Option<String>,
}

/// Reply of `DescribeDisks`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeDisks {
    /// The disks of this page.
    #[serde(deserialize_with = "list")]
    pub disks: Vec<Disk>,
    /// The next page, if there is one.
    #[serde(default, deserialize_with = "filled")]
    pub next_token: Option<String>,
    /// All there are; without meaning when pages go by token.
    #[serde(default, deserialize_with = "number_or_text")]
    pub total_count: Option<i64>,
}

/// A disk.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Disk {
    /// `d-...`.
    #[serde(deserialize_with = "id")]
    pub disk_id: String,
    /// Its instance; empty for a multi-attach disk: see [`Disk::is_attached_to`].
    #[serde(default, deserialize_with = "filled")]
    pub instance_id: Option<String>,
    /// `cloud_essd`, ...
    #[serde(default, deserialize_with = "filled")]
    pub category: Option<String>,
    /// `system` or `data`.
    #[serde(default, rename = "Type", deserialize_with = "filled")]
    pub kind: Option<String>,
    /// `PL0` to `PL3`; empty for other categories.
    #[serde(default, deserialize_with = "filled")]
    pub performance_level: Option<String>,
    /// GiB.
    #[serde(default, deserialize_with = "number_or_text")]
    pub size: Option<i64>,
    /// `In_use`, ...
    #[serde(default, deserialize_with = "filled")]
    pub status: Option<String>,
    /// `/dev/xvda`; empty for a multi-attach disk.
    #[serde(default, deserialize_with = "filled")]
    pub device: Option<String>,
    /// `Disabled`, `Enabled`, `LegacyShared`.
    #[serde(default, deserialize_with = "filled")]
    pub multi_attach: Option<String>,
    /// Whether it is encrypted.
    #[serde(default, deserialize_with = "truth")]
    pub encrypted: Option<bool>,
    /// `cn-hangzhou-k`.
    #[serde(default, deserialize_with = "filled")]
    pub zone_id: Option<String>,
    /// The snapshot it was made from, `s-...`.
    #[serde(default, deserialize_with = "filled")]
    pub source_snapshot_id: Option<String>,
    /// Where it is attached.
    #[serde(default, deserialize_with = "list")]
    pub attachments: Vec<Attachment>,
}

impl Disk {
    /// The instances it is attached to; several for a multi-attach disk.
    pub fn attached_to(&self) -> impl Iterator<Item = &str> {
        let others = self.attachments.iter().filter_map(|at| at.instance_id.as_deref());
        let own = self.instance_id.as_deref();
        own.into_iter().chain(others.filter(move |id| Some(*id) != own))
    }

    /// Whether it is attached to an instance.
    pub fn is_attached_to(&self, instance_id: &str) -> bool {
        self.attached_to().any(|id| id == instance_id)
    }
}

/// Where a disk is attached.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Attachment {
    /// `i-...`.
    #[serde(deserialize_with = "filled")]
    pub instance_id: Option<String>,
    /// `/dev/xvda`.
    #[serde(deserialize_with = "filled")]
    pub device: Option<String>,
}

/// Reply of `DescribeCloudAssistantStatus`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeCloudAssistantStatus {
    /// Each instance.
    #[serde(rename = "InstanceCloudAssistantStatusSet", deserialize_with = "list")]
    pub statuses: Vec<AssistantStatus>,
    /// The next page, if there is one.
    #[serde(default, deserialize_with = "filled")]
    pub next_token: Option<String>,
}

/// Cloud Assistant of an instance.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AssistantStatus {
    /// `i-...`.
    #[serde(deserialize_with = "id")]
    pub instance_id: String,
    /// Whether a heartbeat came in time. A text in the API, a truth value in some documents (C13).
    #[serde(default, deserialize_with = "truth")]
    pub cloud_assistant_status: Option<bool>,
    /// `2.2.3.1090`; empty when it is not installed or not running.
    #[serde(default, deserialize_with = "text")]
    pub cloud_assistant_version: Option<String>,
    /// Tasks under way.
    #[serde(default, deserialize_with = "number_or_text")]
    pub active_task_count: Option<i64>,
    /// The last heartbeat.
    #[serde(default, deserialize_with = "filled")]
    pub last_heartbeat_time: Option<String>,
}

/// Reply of `DescribeSnapshotGroups`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeSnapshotGroups<'a> {
    /// The groups of this page.
    #[serde(borrow, rename = "SnapshotGroups", deserialize_with = "list")]
    pub groups: Vec<SnapshotGroup<'a>>,
    /// The next page, if there is one.
    #[serde(default, deserialize_with = "filled")]
    pub next_token: Option<String>,
}

/// A snapshot-consistent group.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct SnapshotGroup<'a> {
    /// `ssg-...`.
    #[serde(borrow, deserialize_with = "borrowed_id")]
    pub snapshot_group_id: Cow<'a, str>,
    /// Its name.
    #[serde(borrow, default, deserialize_with = "borrowed_filled")]
    pub name: Option<Cow<'a, str>>,
    /// Its instance; empty when the members come from several.
    #[serde(borrow, default, deserialize_with = "borrowed_filled")]
    pub instance_id: Option<Cow<'a, str>>,
    /// `progressing`, `accomplished` or `failed`.
    #[serde(borrow, default, deserialize_with = "borrowed_filled")]
    pub status: Option<Cow<'a, str>>,
    /// When it was made.
    #[serde(borrow, default, deserialize_with = "borrowed_filled")]
    pub creation_time: Option<Cow<'a, str>>,
    /// Tags of the group.
    #[serde(borrow, default, deserialize_with = "list")]
    pub tags: Vec<Tag<'a>>,
    /// The members. Whether their consistency tags appear here is not documented; `DescribeSnapshots` shows them.
    #[serde(borrow, default, deserialize_with = "list")]
    pub snapshots: Vec<Snapshot<'a>>,
}

/// Reply of `DescribeSnapshots`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeSnapshots<'a> {
    /// The snapshots of this page.
    #[serde(borrow, deserialize_with = "list")]
    pub snapshots: Vec<Snapshot<'a>>,
    /// The next page, if there is one.
    #[serde(default, deserialize_with = "filled")]
    pub next_token: Option<String>,
    /// All there are; without meaning when pages go by token.
    #[serde(default, deserialize_with = "number_or_text")]
    pub total_count: Option<i64>,
}

/// A snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Snapshot<'a> {
    /// `s-...`.
    #[serde(borrow, deserialize_with = "borrowed_id")]
    pub snapshot_id: Cow<'a, str>,
    /// Its name.
    #[serde(borrow, default, deserialize_with = "borrowed_filled")]
    pub snapshot_name: Option<Cow<'a, str>>,
    /// The disk it is of, `d-...`.
    #[serde(borrow, default, deserialize_with = "borrowed_filled")]
    pub source_disk_id: Option<Cow<'a, str>>,
    /// `system` or `data`.
    #[serde(borrow, default, deserialize_with = "borrowed_filled")]
    pub source_disk_type: Option<Cow<'a, str>>,
    /// `progressing`, `accomplished` or `failed`; missing inside a group.
    #[serde(borrow, default, deserialize_with = "borrowed_filled")]
    pub status: Option<Cow<'a, str>>,
    /// `100%`.
    #[serde(borrow, default, deserialize_with = "borrowed_filled")]
    pub progress: Option<Cow<'a, str>>,
    /// Whether it can be used.
    #[serde(default, deserialize_with = "truth")]
    pub available: Option<bool>,
    /// When it was made.
    #[serde(borrow, default, deserialize_with = "borrowed_filled")]
    pub creation_time: Option<Cow<'a, str>>,
    /// Whether images or disks were made from it: `image`, `disk`, `image_disk` or `none`; missing inside a group.
    #[serde(borrow, default, deserialize_with = "borrowed_filled")]
    pub usage: Option<Cow<'a, str>>,
    /// Tags: the level really reached.
    #[serde(borrow, default, deserialize_with = "list")]
    pub tags: Vec<Tag<'a>>,
}

/// Reply of `DescribeRegions`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeRegions {
    /// The regions.
    #[serde(deserialize_with = "list")]
    pub regions: Vec<Region>,
}

/// A region.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Region {
    /// `cn-hangzhou`.
    #[serde(deserialize_with = "id")]
    pub region_id: String,
    /// `ecs.aliyuncs.com`.
    #[serde(default, deserialize_with = "filled")]
    pub region_endpoint: Option<String>,
    /// Its name for people.
    #[serde(default, deserialize_with = "filled")]
    pub local_name: Option<String>,
}

/// Reply of `GetCallerIdentity`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetCallerIdentity {
    /// The account's number.
    #[serde(deserialize_with = "id")]
    pub account_id: String,
    /// `acs:ram::123:user/ops`.
    #[serde(default, deserialize_with = "filled")]
    pub arn: Option<String>,
    /// `RAMUser`, `AssumedRoleUser`, `Account`.
    #[serde(default, deserialize_with = "filled")]
    pub identity_type: Option<String>,
    /// The user's id.
    #[serde(default, deserialize_with = "filled")]
    pub user_id: Option<String>,
}

/// A tag. Most operations write `TagKey` and `TagValue`, snapshot-consistent groups write `Key` and `Value`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "WireTag<'a>")]
pub struct Tag<'a> {
    /// The key.
    #[serde(borrow)]
    pub key: Cow<'a, str>,
    /// The value; may be empty.
    pub value: Cow<'a, str>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct WireTag<'a> {
    #[serde(borrow, deserialize_with = "borrowed_text")]
    tag_key: Cow<'a, str>,
    #[serde(borrow, deserialize_with = "borrowed_text")]
    tag_value: Cow<'a, str>,
    #[serde(borrow, deserialize_with = "borrowed_text")]
    key: Cow<'a, str>,
    #[serde(borrow, deserialize_with = "borrowed_text")]
    value: Cow<'a, str>,
}

impl<'a> From<WireTag<'a>> for Tag<'a> {
    fn from(wire: WireTag<'a>) -> Self {
        let first_filled = |one: Cow<'a, str>, other| if one.is_empty() { other } else { one };
        Self { key: first_filled(wire.tag_key, wire.key), value: first_filled(wire.tag_value, wire.value) }
    }
}
