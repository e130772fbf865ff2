//! The parameters each operation has and how the service wants each written: the vendor's published API metadata of April 2026
//! (`tests/fixtures/api/parameters.json`, held to it by a test), with limits from the vendor's pages of the operations.
//!
//! The service takes a parameter it does not know without a word, and a filter it does not know filters nothing.

use super::Operation;

/// A parameter of an operation.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its name on the wire, without numbers: `InstanceId`, `Tag`.
    pub name: &'static str,
    /// How its value is written.
    pub form: Form,
    /// Whether the operation needs it.
    pub required: bool,
    /// What it is for, with unit, range and default.
    pub about: &'static str,
}

/// How the service wants a value written.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Form {
    /// One text.
    Text,
    /// One whole number.
    Integer,
    /// `true` or `false`.
    Boolean,
    /// A list: `Name.1`, `Name.2`.
    List,
    /// A list of keys with values: `Name.1.Key`, `Name.1.Value`.
    Pairs,
    /// One text that holds a JSON array of texts.
    JsonList,
    /// One text that holds a JSON object.
    JsonObject,
}

/// What every operation takes beside its own.
pub const EVERYWHERE: &[&str] = &["OwnerAccount", "OwnerId", "ResourceOwnerAccount", "ResourceOwnerId", "RegionId"];

const fn row(name: &'static str, form: Form, about: &'static str) -> Parameter {
    Parameter { name, form, required: false, about }
}

const fn text(name: &'static str, about: &'static str) -> Parameter {
    row(name, Form::Text, about)
}

const fn integer(name: &'static str, about: &'static str) -> Parameter {
    row(name, Form::Integer, about)
}

const fn boolean(name: &'static str, about: &'static str) -> Parameter {
    row(name, Form::Boolean, about)
}

const fn list(name: &'static str, about: &'static str) -> Parameter {
    row(name, Form::List, about)
}

const fn pairs(name: &'static str, about: &'static str) -> Parameter {
    row(name, Form::Pairs, about)
}

const fn json_list(name: &'static str, about: &'static str) -> Parameter {
    row(name, Form::JsonList, about)
}

impl Parameter {
    const fn needed(self) -> Self {
        Self { required: true, ..self }
    }
}

const NEXT_TOKEN: Parameter = text("NextToken", "The page to go on with, from the reply before.");
const PAGE_NUMBER: Parameter =
    integer("PageNumber", "Number of the page, from 1; being retired, `NextToken` takes its place.");
const PAGE_SIZE: Parameter = integer("PageSize", "Entries a page; being retired, `MaxResults` takes its place.");
const RESOURCE_GROUP: Parameter = text("ResourceGroupId", "Resource group.");
const CLIENT_TOKEN: Parameter = text(
    "ClientToken",
    "The same token with the same parameters is carried out once; ASCII, at most 64 characters. consnap gives each call its own.",
);
const TAG_FILTER: Parameter = pairs("Tag", "Only what has all these tags; at most 20.");
const DRY_RUN: Parameter = boolean("DryRun", "Only check whether the call would be allowed.");
const LOCK_REASON: Parameter = text("LockReason", "Only what is locked for this reason.");
const ENCRYPTED: Parameter = boolean("Encrypted", "Only what is encrypted, or is not.");
const KMS_KEY: Parameter = text("KMSKeyId", "Only what is encrypted with this key.");
const ATTRIBUTES: Parameter = list("AdditionalAttributes", "More to tell of each entry.");
const CREATION_FILTER: Parameter = pairs(
    "Filter",
    "`CreationStartTime` and `CreationEndTime` with a time, `2027-01-31T02:00Z`: only what was created between them.",
);

/// The parameters of an operation, `RegionId` among them where it is its own.
pub const fn of(operation: Operation) -> &'static [Parameter] {
    match operation {
        Operation::RunCommand => RUN_COMMAND,
        Operation::DescribeInvocations => DESCRIBE_INVOCATIONS,
        Operation::DescribeInvocationResults => DESCRIBE_INVOCATION_RESULTS,
        Operation::SendFile => SEND_FILE,
        Operation::DescribeSendFileResults => DESCRIBE_SEND_FILE_RESULTS,
        Operation::StopInvocation => STOP_INVOCATION,
        Operation::AttachInstanceRamRole => ATTACH_INSTANCE_RAM_ROLE,
        Operation::DescribeInstanceRamRole => DESCRIBE_INSTANCE_RAM_ROLE,
        Operation::DescribeInstances => DESCRIBE_INSTANCES,
        Operation::DescribeDisks => DESCRIBE_DISKS,
        Operation::DescribeCloudAssistantStatus => DESCRIBE_CLOUD_ASSISTANT_STATUS,
        Operation::DescribeSnapshotGroups => DESCRIBE_SNAPSHOT_GROUPS,
        Operation::DescribeSnapshots => DESCRIBE_SNAPSHOTS,
        Operation::TagResources => TAG_RESOURCES,
        Operation::DeleteSnapshotGroup => DELETE_SNAPSHOT_GROUP,
        Operation::DescribeRegions => DESCRIBE_REGIONS,
        Operation::GetCallerIdentity => &[],
        Operation::AssumeRole => ASSUME_ROLE,
        Operation::AssumeRoleWithOidc => ASSUME_ROLE_WITH_OIDC,
    }
}

const RUN_COMMAND: &[Parameter] = &[
    text("Type", "`RunShellScript` (Linux), `RunBatScript` or `RunPowerShellScript` (Windows).").needed(),
    text("CommandContent", "The command, plain or in Base64; at most 24 KB after Base64, 18 KB with `KeepCommand`.")
        .needed(),
    text("ContentEncoding", "How `CommandContent` is written: `PlainText` (default) or `Base64`."),
    list("InstanceId", "The instances, 1 to 100. One that is not fit fails the whole call."),
    pairs("ResourceTag", "The instances with these tags, at most 100 of them, in place of `InstanceId`."),
    integer("Timeout", "Seconds after which the service gives up, from 10; 60 by default."),
    text("Name", "Name of the command, at most 128 characters."),
    text("Description", "Description, at most 512 characters."),
    text("WorkingDir", "Where it runs, at most 200 characters; `/root` or the agent's folder by default."),
    boolean("EnableParameter", "Whether `{{name}}` in the command is replaced; false by default."),
    row("Parameters", Form::JsonObject, "Values for `{{name}}`, at most 10; needs `EnableParameter`."),
    text("RepeatMode", "`Once` (default), `Period`, `NextRebootOnly`, `EveryReboot` or `DryRun`."),
    text("Frequency", "When it repeats: `rate(5m)` (60 s to 7 days), `at(...)` or a cron expression."),
    boolean("Timed", "Retired; the service ignores it."),
    boolean("KeepCommand", "Whether the command is kept for later use; false by default."),
    text("Username", "Who runs it, at most 255 characters; `root` or `System` by default."),
    text("WindowsPasswordName", "Windows: name of the password in the parameter store, at most 255 characters."),
    text("ContainerId", "The container it runs in, 64 hexadecimal digits."),
    text("ContainerName", "The container it runs in, by name."),
    CLIENT_TOKEN,
    RESOURCE_GROUP,
    pairs("Tag", "Tags of the invocation, at most 20."),
    text("TerminationMode", "What ends with a time-out or a stop: `Process` or `ProcessTree`."),
    text("Launcher", "The program that starts the script, at most 1 KB."),
    text("OssOutputDelivery", "Where in OSS the output is kept: `oss://bucket/prefix`."),
    text("RegionId", "The region.").needed(),
];

const DESCRIBE_INVOCATIONS: &[Parameter] = &[
    text("InvokeId", "Only this invocation, `t-...`."),
    text("InstanceId", "Only invocations on this instance."),
    text("CommandId", "Only invocations of this command, `c-...`."),
    text("CommandName", "Only commands of this name; ignored with `InstanceId`."),
    text("CommandType", "`RunShellScript`, `RunBatScript` or `RunPowerShellScript`."),
    text("InvokeStatus", "`Running`, `Finished`, `Failed`, `PartialFailed`, `Stopped` or `Stopping`."),
    text("RepeatMode", "`Once`, `Period`, `NextRebootOnly` or `EveryReboot`; ignored with `InstanceId`."),
    boolean("Timed", "Only invocations that repeat, or do not."),
    boolean("IncludeOutput", "Whether to give the output; false by default, needs `InvokeId` or `InstanceId`."),
    text("ContentEncoding", "How command and output come: `Base64` (default) or `PlainText`."),
    integer("MaxResults", "Invocations a page, at most 50; 10 by default."),
    NEXT_TOKEN,
    PAGE_NUMBER,
    PAGE_SIZE,
    RESOURCE_GROUP,
    TAG_FILTER,
    text("RegionId", "The region.").needed(),
];

const DESCRIBE_INVOCATION_RESULTS: &[Parameter] = &[
    text("InvokeId", "Only this invocation, `t-...`."),
    text("InstanceId", "Only results of this instance."),
    text("CommandId", "Only results of this command, `c-...`."),
    text("InvokeRecordStatus", "`Running`, `Finished`, `Failed`, `PartialFailed`, `Stopped` or `Stopping`."),
    boolean("IncludeHistory", "Whether to give earlier rounds of an invocation that repeats; false by default."),
    text("ContentEncoding", "How the output comes: `Base64` (default) or `PlainText`."),
    integer("MaxResults", "Results a page, at most 50; 10 by default."),
    NEXT_TOKEN,
    PAGE_NUMBER,
    PAGE_SIZE,
    RESOURCE_GROUP,
    TAG_FILTER,
    text("RegionId", "The region.").needed(),
];

const SEND_FILE: &[Parameter] = &[
    text("Name", "Name of the file, at most 255 characters.").needed(),
    text("TargetDir", "Its folder, made where it is missing; at most 255 characters.").needed(),
    text("Content", "Its content, plain or in Base64; at most 32 KB after Base64.").needed(),
    text("ContentType", "How `Content` is written: `PlainText` (default) or `Base64`."),
    list("InstanceId", "The instances, 1 to 50.").needed(),
    text("FileMode", "Linux: mode, octal; `0644` by default."),
    text("FileOwner", "Linux: owner, at most 64 characters; `root` by default."),
    text("FileGroup", "Linux: group, at most 64 characters; `root` by default."),
    boolean("Overwrite", "Whether to replace a file of that name; false by default."),
    text("Description", "Description, at most 512 characters."),
    integer("Timeout", "Seconds after which the service gives up, from 10; 60 by default."),
    CLIENT_TOKEN,
    RESOURCE_GROUP,
    pairs("Tag", "Tags of the transfer, at most 20."),
    text("RegionId", "The region.").needed(),
];

const DESCRIBE_SEND_FILE_RESULTS: &[Parameter] = &[
    text("InvokeId", "Only this transfer, `f-...`."),
    text("InstanceId", "Only transfers to this instance."),
    text("Name", "Only files of this name."),
    text("InvocationStatus", "`Pending`, `Running`, `Success`, `Failed` or `PartialFailed`."),
    integer("MaxResults", "Transfers a page, at most 50; 10 by default."),
    NEXT_TOKEN,
    PAGE_NUMBER,
    PAGE_SIZE,
    RESOURCE_GROUP,
    TAG_FILTER,
    text("RegionId", "The region.").needed(),
];

const STOP_INVOCATION: &[Parameter] = &[
    text("InvokeId", "The invocation, `t-...`.").needed(),
    list("InstanceId", "Where to stop it, at most 50 instances; without it everywhere."),
    text("RegionId", "The region.").needed(),
];

const ATTACH_INSTANCE_RAM_ROLE: &[Parameter] = &[
    json_list("InstanceIds", "The instances, 1 to 100.").needed(),
    text("RamRoleName", "The role.").needed(),
    text("Policy", "A policy that narrows the role's rights, 1 to 1024 characters."),
    text("RegionId", "The region.").needed(),
];

const DESCRIBE_INSTANCE_RAM_ROLE: &[Parameter] = &[
    json_list("InstanceIds", "Only these instances, at most 50; this or `RamRoleName` is needed."),
    text("RamRoleName", "Only instances with this role."),
    PAGE_NUMBER,
    integer("PageSize", "Entries a page, 1 to 50; 10 by default."),
    text("RegionId", "The region.").needed(),
];

const DESCRIBE_INSTANCES: &[Parameter] = &[
    json_list("InstanceIds", "Only these instances, at most 100."),
    text("InstanceName", "Only this name; `*` stands for any text."),
    text("Status", "`Pending`, `Running`, `Starting`, `Stopping` or `Stopped`."),
    text("InstanceType", "Only this type, `ecs.g7.large`."),
    text("InstanceTypeFamily", "Only this family, `ecs.g7`."),
    text("InstanceNetworkType", "`vpc` or `classic`."),
    text("InstanceChargeType", "`PostPaid` or `PrePaid`."),
    text("InternetChargeType", "`PayByBandwidth` or `PayByTraffic`."),
    text("ImageId", "Only this image."),
    text("VpcId", "Only this VPC, `vpc-...`."),
    text("VSwitchId", "Only this vSwitch, `vsw-...`."),
    text("ZoneId", "Only this zone, `cn-hangzhou-k`."),
    text("SecurityGroupId", "Only members of this security group, `sg-...`."),
    json_list("PrivateIpAddresses", "Only these private addresses, at most 100; VPC."),
    json_list("PublicIpAddresses", "Only these public addresses, at most 100."),
    json_list("InnerIpAddresses", "Only these inner addresses, at most 100; classic network."),
    json_list("EipAddresses", "Only these elastic addresses, at most 100."),
    list("Ipv6Address", "Only these IPv6 addresses."),
    text("RdmaIpAddresses", "Only this RDMA address of an HPC instance."),
    text("KeyPairName", "Only this key pair."),
    text("HpcClusterId", "Only this HPC cluster."),
    boolean("IoOptimized", "Only instances that are I/O optimised, or are not."),
    LOCK_REASON,
    RESOURCE_GROUP,
    text("HttpEndpoint", "Metadata service: `enabled` or `disabled`."),
    text("HttpTokens", "Metadata service with tokens: `optional` or `required`."),
    integer("HttpPutResponseHopLimit", "Metadata service: hop limit of a token's reply, 1 to 64."),
    ATTRIBUTES,
    DRY_RUN,
    boolean("NeedSaleCycle", "Whether to tell the billing cycle."),
    boolean("DeviceAvailable", "Only instances a disk can be attached to, or cannot."),
    CREATION_FILTER,
    pairs("Tag", "Only instances with all these tags, at most 20; the service looks at most at 1,000 instances."),
    integer("MaxResults", "Instances a page, 10 to 100; 10 by default."),
    NEXT_TOKEN,
    PAGE_NUMBER,
    PAGE_SIZE,
    text("RegionId", "The region.").needed(),
];

const DESCRIBE_DISKS: &[Parameter] = &[
    json_list("DiskIds", "Only these disks, at most 100."),
    text("InstanceId", "Only disks of this instance."),
    text("ZoneId", "Only this zone, `cn-hangzhou-k`."),
    text("DiskType", "`all`, `system` or `data`."),
    text("Category", "Only this category, `cloud_essd`."),
    text("Status", "`In_use`, `Available`, `Attaching`, `Detaching`, `Creating`, `ReIniting` or `All`."),
    text("DiskName", "Only this name."),
    text("DiskChargeType", "`PostPaid` or `PrePaid`."),
    boolean("Portable", "Only disks that can be detached alone, or cannot."),
    boolean("DeleteWithInstance", "Only disks that go with their instance, or do not."),
    boolean("DeleteAutoSnapshot", "Only disks whose automatic snapshots go with them, or do not."),
    boolean("EnableAutoSnapshot", "Only disks with automatic snapshots enabled, or without."),
    boolean("EnableAutomatedSnapshotPolicy", "Only disks with an automatic snapshot policy, or without."),
    text("AutoSnapshotPolicyId", "Only disks of this automatic snapshot policy."),
    boolean("EnableShared", "Retired: `MultiAttach` takes its place."),
    text("MultiAttach", "`Disabled`, `Enabled` or `LegacyShared`."),
    ENCRYPTED,
    KMS_KEY,
    text("SnapshotId", "Only disks made from this snapshot."),
    LOCK_REASON,
    RESOURCE_GROUP,
    ATTRIBUTES,
    DRY_RUN,
    CREATION_FILTER,
    TAG_FILTER,
    integer("MaxResults", "Disks a page, 10 to 500; 10 by default."),
    NEXT_TOKEN,
    PAGE_NUMBER,
    PAGE_SIZE,
    text("RegionId", "The region.").needed(),
];

const DESCRIBE_CLOUD_ASSISTANT_STATUS: &[Parameter] = &[
    list("InstanceId", "Only these instances, at most 100."),
    text("OSType", "`Windows`, `Linux` or `FreeBSD`."),
    integer("MaxResults", "Instances a page, 1 to 50; 10 by default. Ignored with `InstanceId`."),
    NEXT_TOKEN,
    PAGE_NUMBER,
    PAGE_SIZE,
    text("RegionId", "The region.").needed(),
];

const DESCRIBE_SNAPSHOT_GROUPS: &[Parameter] = &[
    list("SnapshotGroupId", "Only these groups, 1 to 10, `ssg-...`."),
    text("InstanceId", "Only groups of this instance."),
    text("Name", "Only this name."),
    list("Status", "`progressing`, `accomplished`, `failed`."),
    integer("MaxResults", "Groups a page, 1 to 100; 10 by default."),
    NEXT_TOKEN,
    RESOURCE_GROUP,
    TAG_FILTER,
    ATTRIBUTES,
    text("RegionId", "The region.").needed(),
];

const DESCRIBE_SNAPSHOTS: &[Parameter] = &[
    json_list("SnapshotIds", "Only these snapshots, at most 100."),
    text("InstanceId", "Only snapshots of this instance's disks."),
    text("DiskId", "Only snapshots of this disk."),
    text("SnapshotLinkId", "Only this chain of snapshots, `sl-...`."),
    text("SnapshotName", "Only this name."),
    text("SnapshotType", "`auto`, `user` or `all` (default)."),
    text("Status", "`progressing`, `accomplished`, `failed` or `all` (default)."),
    text("SourceDiskType", "`system` or `data`."),
    text("Usage", "What uses it: `image`, `disk`, `image_disk` or `none`."),
    text("Category", "`Standard`, `Flash` or `archive`."),
    ENCRYPTED,
    KMS_KEY,
    RESOURCE_GROUP,
    CREATION_FILTER,
    DRY_RUN,
    TAG_FILTER,
    integer("MaxResults", "Snapshots a page, at most 100; 10 by default."),
    NEXT_TOKEN,
    PAGE_NUMBER,
    PAGE_SIZE,
    text("RegionId", "The region.").needed(),
];

const TAG_RESOURCES: &[Parameter] = &[
    text("ResourceType", "`instance`, `disk`, `snapshot`, `image`, ...").needed(),
    list("ResourceId", "The resources, 1 to 50.").needed(),
    pairs("Tag", "The tags, 1 to 20; key and value at most 128 characters.").needed(),
    text("RegionId", "The region.").needed(),
];

const DELETE_SNAPSHOT_GROUP: &[Parameter] = &[
    text("SnapshotGroupId", "The group, `ssg-...`; its snapshots go with it.").needed(),
    text("RegionId", "The region.").needed(),
];

const DESCRIBE_REGIONS: &[Parameter] = &[
    text("AcceptLanguage", "The language of names: `zh-CN` (default), `en-US`, `ja`, `zh_TW`, `fr`, `de` or `ko`."),
    text("InstanceChargeType", "Only regions that sell this: `PrePaid`, `PostPaid` or `SpotWithPriceLimit`."),
    text("ResourceType", "Only regions that have this: `instance`, `disk`, `reservedinstance`, ..."),
];

const ASSUME_ROLE: &[Parameter] = &[
    text("RoleArn", "The role.").needed(),
    text("RoleSessionName", "Name of the session.").needed(),
    integer("DurationSeconds", "Seconds the credentials last, from 900; 3600 by default."),
    text("ExternalId", "The id that the role's owner asks for."),
    text("Policy", "A policy that narrows the role's rights."),
    text("SourceIdentity", "Who uses the role, for the audit log."),
];

const ASSUME_ROLE_WITH_OIDC: &[Parameter] = &[
    text("OIDCProviderArn", "The identity provider.").needed(),
    text("OIDCToken", "Its token.").needed(),
    text("RoleArn", "The role.").needed(),
    text("RoleSessionName", "Name of the session.").needed(),
    integer("DurationSeconds", "Seconds the credentials last, from 900; 3600 by default."),
    text("Policy", "A policy that narrows the role's rights."),
];
