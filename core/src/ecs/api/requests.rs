//! One struct per operation, with only the parameters consnap sends, and their spelling on the wire.
//!
//! The service spells "these instances" in three ways (docs/sources/api.md 4, docs/sources/feature.md 11 C6):
//! `InstanceId.1`, `InstanceId.2` (repeat list),
//! `InstanceIds` (one string holding a JSON array), and `InstanceId` (one id). Each request knows its own.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

pub use super::filters::{Filled, Ids, Tags};
use super::{ApiCall, Operation};

/// The type of a command, which must fit the platform.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CommandType {
    /// Linux.
    RunShellScript,
    /// Windows, `cmd.exe`.
    RunBatScript,
    /// Windows, PowerShell.
    RunPowerShellScript,
}

impl CommandType {
    /// The name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::RunShellScript => "RunShellScript",
            Self::RunBatScript => "RunBatScript",
            Self::RunPowerShellScript => "RunPowerShellScript",
        }
    }
}

/// Runs a command on instances. One unfit instance fails the whole call.
///
/// Always sent with `ContentEncoding=Base64`, `EnableParameter=false` (else `{{...}}` is replaced) and
/// `KeepCommand=false`; never with `Name` (the agent puts it unquoted into a shell line) or `TerminationMode`.
#[derive(Clone, Debug)]
pub struct RunCommand {
    /// Must fit the platform.
    pub command_type: CommandType,
    /// The command as the guest gets it; at most 24 KB after Base64.
    pub command_content: Filled,
    /// Where.
    pub instance_ids: Ids<100>,
    /// Seconds after which the service gives up, 10 to 86400.
    pub timeout_seconds: u32,
    /// The same token with the same bytes is carried out once; ASCII, at most 64 characters.
    pub client_token: Filled,
    /// Tags of the invocation.
    pub tags: Option<Tags>,
}

impl RunCommand {
    /// The call.
    pub fn into_call(self, region: &str) -> ApiCall {
        let mut call = call(Operation::RunCommand, region);
        call.push("Type", self.command_type.name());
        call.push("CommandContent", STANDARD.encode(self.command_content.as_str()));
        call.push("ContentEncoding", "Base64");
        call.push("EnableParameter", "false");
        call.push("KeepCommand", "false");
        call.push("Timeout", self.timeout_seconds.to_string());
        call.push("ClientToken", self.client_token);
        call.push_list("InstanceId", self.instance_ids.as_slice());
        call.push_tags(self.tags.as_ref());
        call
    }
}

/// Puts a script on Linux instances: root's, mode 0700, in place of what lies there under its name.
///
/// Always sent with `ContentType=Base64`, `Overwrite=true` and owner, group and mode that the plug-in asks for: the service's
/// own defaults are mode 0644 and not to overwrite (docs/sources/api.md 4.18).
#[derive(Clone, Debug)]
pub struct SendFile {
    /// Its name, without the folder; at most 255 characters.
    pub name: Filled,
    /// The folder, made where it is missing; at most 255 characters.
    pub target_dir: Filled,
    /// Its content; at most 32 KB after Base64.
    pub content: Vec<u8>,
    /// Where.
    pub instance_ids: Ids<50>,
    /// Seconds after which the service gives up, from 10.
    pub timeout_seconds: u32,
    /// The same token with the same bytes is carried out once; ASCII, at most 64 characters.
    pub client_token: Filled,
}

impl SendFile {
    /// The call.
    pub fn into_call(self, region: &str) -> ApiCall {
        let mut call = call(Operation::SendFile, region);
        call.push("Name", self.name);
        call.push("TargetDir", self.target_dir);
        call.push("Content", STANDARD.encode(&self.content));
        call.push("ContentType", "Base64");
        call.push("FileOwner", "root");
        call.push("FileGroup", "root");
        call.push("FileMode", "0700");
        call.push("Overwrite", "true");
        call.push("Timeout", self.timeout_seconds.to_string());
        call.push("ClientToken", self.client_token);
        call.push_list("InstanceId", self.instance_ids.as_slice());
        call
    }
}

/// What became of a sent file, on each instance.
#[derive(Clone, Debug)]
pub struct DescribeSendFileResults {
    /// `f-...`.
    pub invoke_id: Filled,
}

impl DescribeSendFileResults {
    /// The call: one sent file with all its instances.
    pub fn into_call(self, region: &str) -> ApiCall {
        let mut call = call(Operation::DescribeSendFileResults, region);
        call.push("InvokeId", self.invoke_id);
        call.push_page(50, None);
        call
    }
}

/// Which invocations.
#[derive(Clone, Debug)]
pub enum InvocationFilter {
    /// One invocation, `t-...`. With output when asked.
    Invocation {
        /// `t-...`.
        invoke_id: Filled,
        /// Whether to give the output too, in Base64.
        include_output: bool,
    },
    /// All that carry these tags. The service gives no output for them.
    Tags(Tags),
    /// Those of them that run or wait for delivery (`InvokeStatus=Running`, the legacy family).
    RunningTags(Tags),
    /// All of the region that stand so, of anybody.
    Open(OpenStatus),
    /// All of the region that the service still knows.
    All,
}

/// How an invocation stands that is not over, in the legacy family of names (`InvokeStatus`). It goes from the first to the
/// second and never back: whoever lists them one after the other, in this order, misses none.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum OpenStatus {
    /// It runs, or waits for delivery or its time (assumption A33).
    Running,
    /// Somebody stopped it; what it began may go on.
    Stopping,
}

impl OpenStatus {
    const fn name(self) -> &'static str {
        match self {
            Self::Running => "Running",
            Self::Stopping => "Stopping",
        }
    }
}

/// Lists invocations, each with its instances.
#[derive(Clone, Debug)]
pub struct DescribeInvocations {
    /// Which.
    pub filter: InvocationFilter,
    /// The page to go on with.
    pub next_token: Option<Filled>,
}

impl DescribeInvocations {
    /// The call; 50 invocations a page, the most there are.
    pub fn into_call(self, region: &str) -> ApiCall {
        let mut call = call(Operation::DescribeInvocations, region);
        match self.filter {
            InvocationFilter::Invocation { invoke_id, include_output } => {
                call.push("InvokeId", invoke_id);
                call.push("IncludeOutput", if include_output { "true" } else { "false" });
                call.push("ContentEncoding", "Base64");
            }
            InvocationFilter::Tags(tags) => call.push_tags(Some(&tags)),
            InvocationFilter::RunningTags(tags) => {
                call.push("InvokeStatus", "Running");
                call.push_tags(Some(&tags));
            }
            InvocationFilter::All => {}
            InvocationFilter::Open(status) => call.push("InvokeStatus", status.name()),
        }
        call.push_page(50, self.next_token);
        call
    }
}

/// Lists the results of one invocation, output in Base64.
#[derive(Clone, Debug)]
pub struct DescribeInvocationResults {
    /// `t-...`.
    pub invoke_id: Filled,
    /// Only this instance.
    pub instance_id: Option<Filled>,
    /// The page to go on with.
    pub next_token: Option<Filled>,
}

impl DescribeInvocationResults {
    /// The call; 50 results a page, the most there are.
    pub fn into_call(self, region: &str) -> ApiCall {
        let mut call = call(Operation::DescribeInvocationResults, region);
        call.push("InvokeId", self.invoke_id);
        call.push_some("InstanceId", self.instance_id);
        call.push("ContentEncoding", "Base64");
        call.push_page(50, self.next_token);
        call
    }
}

/// Stops an invocation where it has not begun. What runs already may run on (docs/sources/api.md 4.4).
#[derive(Clone, Debug)]
pub struct StopInvocation {
    /// `t-...`.
    pub invoke_id: Filled,
    /// Only these; `None` stops it everywhere.
    pub instance_ids: Option<Ids<50>>,
}

impl StopInvocation {
    /// The call.
    pub fn into_call(self, region: &str) -> ApiCall {
        let mut call = call(Operation::StopInvocation, region);
        call.push("InvokeId", self.invoke_id);
        if let Some(ids) = &self.instance_ids {
            call.push_list("InstanceId", ids.as_slice());
        }
        call
    }
}

/// Attaches a role. Instances fail one by one: see the results, not only the status.
#[derive(Clone, Debug)]
pub struct AttachInstanceRamRole {
    /// The role.
    pub ram_role_name: Filled,
    /// Where.
    pub instance_ids: Ids<100>,
}

impl AttachInstanceRamRole {
    /// The call.
    pub fn into_call(self, region: &str) -> ApiCall {
        let mut call = call(Operation::AttachInstanceRamRole, region);
        call.push("RamRoleName", self.ram_role_name);
        call.push("InstanceIds", self.instance_ids.to_json());
        call
    }
}

/// Which role is attached.
#[derive(Clone, Debug)]
pub struct DescribeInstanceRamRole {
    /// Of which instances.
    pub instance_ids: Ids<50>,
}

impl DescribeInstanceRamRole {
    /// The call; 50 instances a page, so that one page holds all.
    pub fn into_call(self, region: &str) -> ApiCall {
        let mut call = call(Operation::DescribeInstanceRamRole, region);
        call.push("InstanceIds", self.instance_ids.to_json());
        call.push("PageSize", "50");
        call
    }
}

/// Which instances.
#[derive(Clone, Debug)]
pub enum InstanceFilter {
    /// These. Unknown ids are simply not returned.
    Ids(Ids<100>),
    /// Those that carry all of these tags.
    Tags(Tags),
    /// All of the region.
    Region,
}

/// Instances.
#[derive(Clone, Debug)]
pub struct DescribeInstances {
    /// Which.
    pub filter: InstanceFilter,
    /// The page to go on with.
    pub next_token: Option<Filled>,
}

impl DescribeInstances {
    /// The call; 100 instances a page, with the metadata options.
    pub fn into_call(self, region: &str) -> ApiCall {
        let mut call = call(Operation::DescribeInstances, region);
        match self.filter {
            InstanceFilter::Ids(ids) => call.push("InstanceIds", ids.to_json()),
            InstanceFilter::Tags(tags) => call.push_tags(Some(&tags)),
            InstanceFilter::Region => {}
        }
        call.push("AdditionalAttributes.1", "META_OPTIONS");
        call.push_page(100, self.next_token);
        call
    }
}

/// Which disks.
#[derive(Clone, Debug)]
pub enum DiskFilter {
    /// All of the region: 500 a page, the cheapest way to learn the disks of many instances.
    Region,
    /// Those of one instance.
    Instance(Filled),
    /// These.
    Ids(Ids<100>),
}

/// Disks.
#[derive(Clone, Debug)]
pub struct DescribeDisks {
    /// Which.
    pub filter: DiskFilter,
    /// The page to go on with.
    pub next_token: Option<Filled>,
}

impl DescribeDisks {
    /// The call; 500 disks a page, the most there are.
    pub fn into_call(self, region: &str) -> ApiCall {
        let mut call = call(Operation::DescribeDisks, region);
        match self.filter {
            DiskFilter::Region => {}
            DiskFilter::Instance(id) => call.push("InstanceId", id),
            DiskFilter::Ids(ids) => call.push("DiskIds", ids.to_json()),
        }
        call.push_page(500, self.next_token);
        call
    }
}

/// Cloud Assistant of instances.
#[derive(Clone, Debug)]
pub struct DescribeCloudAssistantStatus {
    /// Of which; all of them come in one page.
    pub instance_ids: Ids<100>,
}

impl DescribeCloudAssistantStatus {
    /// The call.
    pub fn into_call(self, region: &str) -> ApiCall {
        let mut call = call(Operation::DescribeCloudAssistantStatus, region);
        call.push_list("InstanceId", self.instance_ids.as_slice());
        call
    }
}

/// Which snapshot-consistent groups.
#[derive(Clone, Debug)]
pub enum GroupFilter {
    /// These, `ssg-...`.
    Ids(Ids<10>),
    /// Those of this name.
    Name(Filled),
    /// Those of one instance.
    Instance(Filled),
    /// Those of one instance with this name.
    NameOfInstance {
        /// The name.
        name: Filled,
        /// `i-...`.
        instance_id: Filled,
    },
    /// All of the region.
    Region,
}

/// Snapshot-consistent groups with their snapshots.
#[derive(Clone, Debug)]
pub struct DescribeSnapshotGroups {
    /// Which.
    pub filter: GroupFilter,
    /// The page to go on with.
    pub next_token: Option<Filled>,
}

impl DescribeSnapshotGroups {
    /// The call; 100 groups a page, the most there are.
    pub fn into_call(self, region: &str) -> ApiCall {
        let mut call = call(Operation::DescribeSnapshotGroups, region);
        match self.filter {
            GroupFilter::Ids(ids) => call.push_list("SnapshotGroupId", ids.as_slice()),
            GroupFilter::Name(name) => call.push("Name", name),
            GroupFilter::Instance(id) => call.push("InstanceId", id),
            GroupFilter::NameOfInstance { name, instance_id } => {
                call.push("Name", name);
                call.push("InstanceId", instance_id);
            }
            GroupFilter::Region => {}
        }
        call.push_page(100, self.next_token);
        call
    }
}

/// Which snapshots.
#[derive(Clone, Debug)]
pub enum SnapshotFilter {
    /// These, `s-...`.
    Ids(Ids<100>),
    /// Those of one instance.
    Instance(Filled),
}

/// Snapshots with their tags.
#[derive(Clone, Debug)]
pub struct DescribeSnapshots {
    /// Which.
    pub filter: SnapshotFilter,
    /// The page to go on with.
    pub next_token: Option<Filled>,
}

impl DescribeSnapshots {
    /// The call; 100 snapshots a page, the most there are.
    pub fn into_call(self, region: &str) -> ApiCall {
        let mut call = call(Operation::DescribeSnapshots, region);
        match self.filter {
            SnapshotFilter::Ids(ids) => call.push("SnapshotIds", ids.to_json()),
            SnapshotFilter::Instance(id) => call.push("InstanceId", id),
        }
        call.push_page(100, self.next_token);
        call
    }
}

/// Tags resources.
#[derive(Clone, Debug)]
pub struct TagResources {
    /// `snapshot`, `instance`, `invocation`, ...
    pub resource_type: Filled,
    /// Which.
    pub resource_ids: Ids<50>,
    /// The tags.
    pub tags: Tags,
}

impl TagResources {
    /// The call.
    pub fn into_call(self, region: &str) -> ApiCall {
        let mut call = call(Operation::TagResources, region);
        call.push("ResourceType", self.resource_type);
        call.push_list("ResourceId", self.resource_ids.as_slice());
        call.push_tags(Some(&self.tags));
        call
    }
}

/// Deletes a snapshot-consistent group with its snapshots.
#[derive(Clone, Debug)]
pub struct DeleteSnapshotGroup {
    /// `ssg-...`.
    pub snapshot_group_id: Filled,
}

impl DeleteSnapshotGroup {
    /// The call.
    pub fn into_call(self, region: &str) -> ApiCall {
        let mut call = call(Operation::DeleteSnapshotGroup, region);
        call.push("SnapshotGroupId", self.snapshot_group_id);
        call
    }
}

/// Regions.
#[derive(Copy, Clone, Debug, Default)]
pub struct DescribeRegions;

impl DescribeRegions {
    /// The call; `region` only chooses the endpoint.
    pub fn into_call(self, region: &str) -> ApiCall {
        let mut call = bare_call(Operation::DescribeRegions, region);
        call.push("AcceptLanguage", "en-US");
        call
    }
}

/// Whose credentials these are.
#[derive(Copy, Clone, Debug, Default)]
pub struct GetCallerIdentity;

impl GetCallerIdentity {
    /// The call; `region` only chooses the endpoint.
    pub fn into_call(self, region: &str) -> ApiCall {
        bare_call(Operation::GetCallerIdentity, region)
    }
}

fn bare_call(operation: Operation, region: &str) -> ApiCall {
    ApiCall { operation, region: region.to_owned(), parameters: Vec::with_capacity(16) }
}

fn call(operation: Operation, region: &str) -> ApiCall {
    let mut call = bare_call(operation, region);
    call.push("RegionId", region);
    call
}

impl ApiCall {
    fn push(&mut self, name: &'static str, value: impl Into<String>) {
        self.parameters.push((Cow::Borrowed(name), value.into()));
    }

    fn push_some(&mut self, name: &'static str, value: Option<Filled>) {
        if let Some(value) = value {
            self.push(name, value);
        }
    }

    fn push_list(&mut self, name: &'static str, values: &[String]) {
        let numbered = (1..).zip(values).map(|(n, value)| (Cow::Owned(format!("{name}.{n}")), value.clone()));
        self.parameters.extend(numbered);
    }

    fn push_tags(&mut self, tags: Option<&Tags>) {
        for (n, (key, value)) in (1..).zip(tags.map_or(&[][..], Tags::as_slice)) {
            self.parameters.push((Cow::Owned(format!("Tag.{n}.Key")), key.clone()));
            self.parameters.push((Cow::Owned(format!("Tag.{n}.Value")), value.clone()));
        }
    }

    fn push_page(&mut self, size: u32, next_token: Option<Filled>) {
        self.push("MaxResults", size.to_string());
        self.push_some("NextToken", next_token);
    }
}
