# Written by `cargo xtask generate`. Do not edit.
"""The parameters of each operation, for type checkers; nothing loads it at run time."""

from __future__ import annotations

from collections.abc import KeysView, Mapping, ValuesView
from typing import TypedDict, Union

#: Several texts. A single text is none of these: it would be taken apart into its letters.
Texts = Union["list[str]", "tuple[str, ...]", "set[str]", "frozenset[str]", "KeysView[str]", "ValuesView[str]"]

#: Keys with values: ``{"key": "value"}``, or ``[{"Key": "key", "Value": "value"}]``.
Pairs = Union["Mapping[str, str]", "list[dict[str, str]]", "tuple[dict[str, str], ...]"]


class Everywhere(TypedDict, total=False):
    """What every operation takes."""

    RegionId: str | None
    """The region the call goes to, as the official SDK has it; ``region`` is the same."""


class RunCommandNeeds(TypedDict):
    """What ``RunCommand`` needs."""

    Type: str
    """``RunShellScript`` (Linux), ``RunBatScript`` or ``RunPowerShellScript`` (Windows)."""

    CommandContent: str
    """The command, plain or in Base64; at most 24 KB after Base64, 18 KB with ``KeepCommand``."""


class RunCommand(RunCommandNeeds, Everywhere, total=False):
    """The parameters of ``RunCommand``."""

    ContentEncoding: str | None
    """How ``CommandContent`` is written: ``PlainText`` (default) or ``Base64``."""

    InstanceId: Texts | None
    """The instances, 1 to 100. One that is not fit fails the whole call."""

    ResourceTag: Pairs | None
    """The instances with these tags, at most 100 of them, in place of ``InstanceId``."""

    Timeout: int | None
    """Seconds after which the service gives up, from 10; 60 by default."""

    Name: str | None
    """Name of the command, at most 128 characters."""

    Description: str | None
    """Description, at most 512 characters."""

    WorkingDir: str | None
    """Where it runs, at most 200 characters; ``/root`` or the agent's folder by default."""

    EnableParameter: bool | None
    """Whether ``{{name}}`` in the command is replaced; false by default."""

    Parameters: Mapping[str, str] | str | None
    """Values for ``{{name}}``, at most 10; needs ``EnableParameter``."""

    RepeatMode: str | None
    """``Once`` (default), ``Period``, ``NextRebootOnly``, ``EveryReboot`` or ``DryRun``."""

    Frequency: str | None
    """When it repeats: ``rate(5m)`` (60 s to 7 days), ``at(...)`` or a cron expression."""

    Timed: bool | None
    """Retired; the service ignores it."""

    KeepCommand: bool | None
    """Whether the command is kept for later use; false by default."""

    Username: str | None
    """Who runs it, at most 255 characters; ``root`` or ``System`` by default."""

    WindowsPasswordName: str | None
    """Windows: name of the password in the parameter store, at most 255 characters."""

    ContainerId: str | None
    """The container it runs in, 64 hexadecimal digits."""

    ContainerName: str | None
    """The container it runs in, by name."""

    ClientToken: str | None
    """The same token with the same parameters is carried out once; ASCII, at most 64 characters. consnap gives each
    call its own."""

    ResourceGroupId: str | None
    """Resource group."""

    Tag: Pairs | None
    """Tags of the invocation, at most 20."""

    TerminationMode: str | None
    """What ends with a time-out or a stop: ``Process`` or ``ProcessTree``."""

    Launcher: str | None
    """The program that starts the script, at most 1 KB."""

    OssOutputDelivery: str | None
    """Where in OSS the output is kept: ``oss://bucket/prefix``."""


class DescribeInvocations(Everywhere, total=False):
    """The parameters of ``DescribeInvocations``."""

    InvokeId: str | None
    """Only this invocation, ``t-...``."""

    InstanceId: str | None
    """Only invocations on this instance."""

    CommandId: str | None
    """Only invocations of this command, ``c-...``."""

    CommandName: str | None
    """Only commands of this name; ignored with ``InstanceId``."""

    CommandType: str | None
    """``RunShellScript``, ``RunBatScript`` or ``RunPowerShellScript``."""

    InvokeStatus: str | None
    """``Running``, ``Finished``, ``Failed``, ``PartialFailed``, ``Stopped`` or ``Stopping``."""

    RepeatMode: str | None
    """``Once``, ``Period``, ``NextRebootOnly`` or ``EveryReboot``; ignored with ``InstanceId``."""

    Timed: bool | None
    """Only invocations that repeat, or do not."""

    IncludeOutput: bool | None
    """Whether to give the output; false by default, needs ``InvokeId`` or ``InstanceId``."""

    ContentEncoding: str | None
    """How command and output come: ``Base64`` (default) or ``PlainText``."""

    MaxResults: int | None
    """Invocations a page, at most 50; 10 by default."""

    NextToken: str | None
    """The page to go on with, from the reply before."""

    PageNumber: int | None
    """Number of the page, from 1; being retired, ``NextToken`` takes its place."""

    PageSize: int | None
    """Entries a page; being retired, ``MaxResults`` takes its place."""

    ResourceGroupId: str | None
    """Resource group."""

    Tag: Pairs | None
    """Only what has all these tags; at most 20."""


class DescribeInvocationResults(Everywhere, total=False):
    """The parameters of ``DescribeInvocationResults``."""

    InvokeId: str | None
    """Only this invocation, ``t-...``."""

    InstanceId: str | None
    """Only results of this instance."""

    CommandId: str | None
    """Only results of this command, ``c-...``."""

    InvokeRecordStatus: str | None
    """``Running``, ``Finished``, ``Failed``, ``PartialFailed``, ``Stopped`` or ``Stopping``."""

    IncludeHistory: bool | None
    """Whether to give earlier rounds of an invocation that repeats; false by default."""

    ContentEncoding: str | None
    """How the output comes: ``Base64`` (default) or ``PlainText``."""

    MaxResults: int | None
    """Results a page, at most 50; 10 by default."""

    NextToken: str | None
    """The page to go on with, from the reply before."""

    PageNumber: int | None
    """Number of the page, from 1; being retired, ``NextToken`` takes its place."""

    PageSize: int | None
    """Entries a page; being retired, ``MaxResults`` takes its place."""

    ResourceGroupId: str | None
    """Resource group."""

    Tag: Pairs | None
    """Only what has all these tags; at most 20."""


class StopInvocationNeeds(TypedDict):
    """What ``StopInvocation`` needs."""

    InvokeId: str
    """The invocation, ``t-...``."""


class StopInvocation(StopInvocationNeeds, Everywhere, total=False):
    """The parameters of ``StopInvocation``."""

    InstanceId: Texts | None
    """Where to stop it, at most 50 instances; without it everywhere."""


class SendFileNeeds(TypedDict):
    """What ``SendFile`` needs."""

    Name: str
    """Name of the file, at most 255 characters."""

    TargetDir: str
    """Its folder, made where it is missing; at most 255 characters."""

    Content: str
    """Its content, plain or in Base64; at most 32 KB after Base64."""

    InstanceId: Texts
    """The instances, 1 to 50."""


class SendFile(SendFileNeeds, Everywhere, total=False):
    """The parameters of ``SendFile``."""

    ContentType: str | None
    """How ``Content`` is written: ``PlainText`` (default) or ``Base64``."""

    FileMode: str | None
    """Linux: mode, octal; ``0644`` by default."""

    FileOwner: str | None
    """Linux: owner, at most 64 characters; ``root`` by default."""

    FileGroup: str | None
    """Linux: group, at most 64 characters; ``root`` by default."""

    Overwrite: bool | None
    """Whether to replace a file of that name; false by default."""

    Description: str | None
    """Description, at most 512 characters."""

    Timeout: int | None
    """Seconds after which the service gives up, from 10; 60 by default."""

    ClientToken: str | None
    """The same token with the same parameters is carried out once; ASCII, at most 64 characters. consnap gives each
    call its own."""

    ResourceGroupId: str | None
    """Resource group."""

    Tag: Pairs | None
    """Tags of the transfer, at most 20."""


class DescribeSendFileResults(Everywhere, total=False):
    """The parameters of ``DescribeSendFileResults``."""

    InvokeId: str | None
    """Only this transfer, ``f-...``."""

    InstanceId: str | None
    """Only transfers to this instance."""

    Name: str | None
    """Only files of this name."""

    InvocationStatus: str | None
    """``Pending``, ``Running``, ``Success``, ``Failed`` or ``PartialFailed``."""

    MaxResults: int | None
    """Transfers a page, at most 50; 10 by default."""

    NextToken: str | None
    """The page to go on with, from the reply before."""

    PageNumber: int | None
    """Number of the page, from 1; being retired, ``NextToken`` takes its place."""

    PageSize: int | None
    """Entries a page; being retired, ``MaxResults`` takes its place."""

    ResourceGroupId: str | None
    """Resource group."""

    Tag: Pairs | None
    """Only what has all these tags; at most 20."""


class DeleteSnapshotGroupNeeds(TypedDict):
    """What ``DeleteSnapshotGroup`` needs."""

    SnapshotGroupId: str
    """The group, ``ssg-...``; its snapshots go with it."""


class DeleteSnapshotGroup(DeleteSnapshotGroupNeeds, Everywhere, total=False):
    """The parameters of ``DeleteSnapshotGroup``."""


class AttachInstanceRamRoleNeeds(TypedDict):
    """What ``AttachInstanceRamRole`` needs."""

    InstanceIds: Texts | str
    """The instances, 1 to 100."""

    RamRoleName: str
    """The role."""


class AttachInstanceRamRole(AttachInstanceRamRoleNeeds, Everywhere, total=False):
    """The parameters of ``AttachInstanceRamRole``."""

    Policy: str | None
    """A policy that narrows the role's rights, 1 to 1024 characters."""


class DescribeInstanceRamRole(Everywhere, total=False):
    """The parameters of ``DescribeInstanceRamRole``."""

    InstanceIds: Texts | str | None
    """Only these instances, at most 50; this or ``RamRoleName`` is needed."""

    RamRoleName: str | None
    """Only instances with this role."""

    PageNumber: int | None
    """Number of the page, from 1; being retired, ``NextToken`` takes its place."""

    PageSize: int | None
    """Entries a page, 1 to 50; 10 by default."""


class DescribeInstances(Everywhere, total=False):
    """The parameters of ``DescribeInstances``."""

    InstanceIds: Texts | str | None
    """Only these instances, at most 100."""

    InstanceName: str | None
    """Only this name; ``*`` stands for any text."""

    Status: str | None
    """``Pending``, ``Running``, ``Starting``, ``Stopping`` or ``Stopped``."""

    InstanceType: str | None
    """Only this type, ``ecs.g7.large``."""

    InstanceTypeFamily: str | None
    """Only this family, ``ecs.g7``."""

    InstanceNetworkType: str | None
    """``vpc`` or ``classic``."""

    InstanceChargeType: str | None
    """``PostPaid`` or ``PrePaid``."""

    InternetChargeType: str | None
    """``PayByBandwidth`` or ``PayByTraffic``."""

    ImageId: str | None
    """Only this image."""

    VpcId: str | None
    """Only this VPC, ``vpc-...``."""

    VSwitchId: str | None
    """Only this vSwitch, ``vsw-...``."""

    ZoneId: str | None
    """Only this zone, ``cn-hangzhou-k``."""

    SecurityGroupId: str | None
    """Only members of this security group, ``sg-...``."""

    PrivateIpAddresses: Texts | str | None
    """Only these private addresses, at most 100; VPC."""

    PublicIpAddresses: Texts | str | None
    """Only these public addresses, at most 100."""

    InnerIpAddresses: Texts | str | None
    """Only these inner addresses, at most 100; classic network."""

    EipAddresses: Texts | str | None
    """Only these elastic addresses, at most 100."""

    Ipv6Address: Texts | None
    """Only these IPv6 addresses."""

    RdmaIpAddresses: str | None
    """Only this RDMA address of an HPC instance."""

    KeyPairName: str | None
    """Only this key pair."""

    HpcClusterId: str | None
    """Only this HPC cluster."""

    IoOptimized: bool | None
    """Only instances that are I/O optimised, or are not."""

    LockReason: str | None
    """Only what is locked for this reason."""

    ResourceGroupId: str | None
    """Resource group."""

    HttpEndpoint: str | None
    """Metadata service: ``enabled`` or ``disabled``."""

    HttpTokens: str | None
    """Metadata service with tokens: ``optional`` or ``required``."""

    HttpPutResponseHopLimit: int | None
    """Metadata service: hop limit of a token's reply, 1 to 64."""

    AdditionalAttributes: Texts | None
    """More to tell of each entry."""

    DryRun: bool | None
    """Only check whether the call would be allowed."""

    NeedSaleCycle: bool | None
    """Whether to tell the billing cycle."""

    DeviceAvailable: bool | None
    """Only instances a disk can be attached to, or cannot."""

    Filter: Pairs | None
    """``CreationStartTime`` and ``CreationEndTime`` with a time, ``2027-01-31T02:00Z``: only what was created
    between them."""

    Tag: Pairs | None
    """Only instances with all these tags, at most 20; the service looks at most at 1,000 instances."""

    MaxResults: int | None
    """Instances a page, 10 to 100; 10 by default."""

    NextToken: str | None
    """The page to go on with, from the reply before."""

    PageNumber: int | None
    """Number of the page, from 1; being retired, ``NextToken`` takes its place."""

    PageSize: int | None
    """Entries a page; being retired, ``MaxResults`` takes its place."""


class DescribeDisks(Everywhere, total=False):
    """The parameters of ``DescribeDisks``."""

    DiskIds: Texts | str | None
    """Only these disks, at most 100."""

    InstanceId: str | None
    """Only disks of this instance."""

    ZoneId: str | None
    """Only this zone, ``cn-hangzhou-k``."""

    DiskType: str | None
    """``all``, ``system`` or ``data``."""

    Category: str | None
    """Only this category, ``cloud_essd``."""

    Status: str | None
    """``In_use``, ``Available``, ``Attaching``, ``Detaching``, ``Creating``, ``ReIniting`` or ``All``."""

    DiskName: str | None
    """Only this name."""

    DiskChargeType: str | None
    """``PostPaid`` or ``PrePaid``."""

    Portable: bool | None
    """Only disks that can be detached alone, or cannot."""

    DeleteWithInstance: bool | None
    """Only disks that go with their instance, or do not."""

    DeleteAutoSnapshot: bool | None
    """Only disks whose automatic snapshots go with them, or do not."""

    EnableAutoSnapshot: bool | None
    """Only disks with automatic snapshots enabled, or without."""

    EnableAutomatedSnapshotPolicy: bool | None
    """Only disks with an automatic snapshot policy, or without."""

    AutoSnapshotPolicyId: str | None
    """Only disks of this automatic snapshot policy."""

    EnableShared: bool | None
    """Retired: ``MultiAttach`` takes its place."""

    MultiAttach: str | None
    """``Disabled``, ``Enabled`` or ``LegacyShared``."""

    Encrypted: bool | None
    """Only what is encrypted, or is not."""

    KMSKeyId: str | None
    """Only what is encrypted with this key."""

    SnapshotId: str | None
    """Only disks made from this snapshot."""

    LockReason: str | None
    """Only what is locked for this reason."""

    ResourceGroupId: str | None
    """Resource group."""

    AdditionalAttributes: Texts | None
    """More to tell of each entry."""

    DryRun: bool | None
    """Only check whether the call would be allowed."""

    Filter: Pairs | None
    """``CreationStartTime`` and ``CreationEndTime`` with a time, ``2027-01-31T02:00Z``: only what was created
    between them."""

    Tag: Pairs | None
    """Only what has all these tags; at most 20."""

    MaxResults: int | None
    """Disks a page, 10 to 500; 10 by default."""

    NextToken: str | None
    """The page to go on with, from the reply before."""

    PageNumber: int | None
    """Number of the page, from 1; being retired, ``NextToken`` takes its place."""

    PageSize: int | None
    """Entries a page; being retired, ``MaxResults`` takes its place."""


class DescribeCloudAssistantStatus(Everywhere, total=False):
    """The parameters of ``DescribeCloudAssistantStatus``."""

    InstanceId: Texts | None
    """Only these instances, at most 100."""

    OSType: str | None
    """``Windows``, ``Linux`` or ``FreeBSD``."""

    MaxResults: int | None
    """Instances a page, 1 to 50; 10 by default. Ignored with ``InstanceId``."""

    NextToken: str | None
    """The page to go on with, from the reply before."""

    PageNumber: int | None
    """Number of the page, from 1; being retired, ``NextToken`` takes its place."""

    PageSize: int | None
    """Entries a page; being retired, ``MaxResults`` takes its place."""


class DescribeSnapshotGroups(Everywhere, total=False):
    """The parameters of ``DescribeSnapshotGroups``."""

    SnapshotGroupId: Texts | None
    """Only these groups, 1 to 10, ``ssg-...``."""

    InstanceId: str | None
    """Only groups of this instance."""

    Name: str | None
    """Only this name."""

    Status: Texts | None
    """``progressing``, ``accomplished``, ``failed``."""

    MaxResults: int | None
    """Groups a page, 1 to 100; 10 by default."""

    NextToken: str | None
    """The page to go on with, from the reply before."""

    ResourceGroupId: str | None
    """Resource group."""

    Tag: Pairs | None
    """Only what has all these tags; at most 20."""

    AdditionalAttributes: Texts | None
    """More to tell of each entry."""


class DescribeSnapshots(Everywhere, total=False):
    """The parameters of ``DescribeSnapshots``."""

    SnapshotIds: Texts | str | None
    """Only these snapshots, at most 100."""

    InstanceId: str | None
    """Only snapshots of this instance's disks."""

    DiskId: str | None
    """Only snapshots of this disk."""

    SnapshotLinkId: str | None
    """Only this chain of snapshots, ``sl-...``."""

    SnapshotName: str | None
    """Only this name."""

    SnapshotType: str | None
    """``auto``, ``user`` or ``all`` (default)."""

    Status: str | None
    """``progressing``, ``accomplished``, ``failed`` or ``all`` (default)."""

    SourceDiskType: str | None
    """``system`` or ``data``."""

    Usage: str | None
    """What uses it: ``image``, ``disk``, ``image_disk`` or ``none``."""

    Category: str | None
    """``Standard``, ``Flash`` or ``archive``."""

    Encrypted: bool | None
    """Only what is encrypted, or is not."""

    KMSKeyId: str | None
    """Only what is encrypted with this key."""

    ResourceGroupId: str | None
    """Resource group."""

    Filter: Pairs | None
    """``CreationStartTime`` and ``CreationEndTime`` with a time, ``2027-01-31T02:00Z``: only what was created
    between them."""

    DryRun: bool | None
    """Only check whether the call would be allowed."""

    Tag: Pairs | None
    """Only what has all these tags; at most 20."""

    MaxResults: int | None
    """Snapshots a page, at most 100; 10 by default."""

    NextToken: str | None
    """The page to go on with, from the reply before."""

    PageNumber: int | None
    """Number of the page, from 1; being retired, ``NextToken`` takes its place."""

    PageSize: int | None
    """Entries a page; being retired, ``MaxResults`` takes its place."""


class TagResourcesNeeds(TypedDict):
    """What ``TagResources`` needs."""

    ResourceType: str
    """``instance``, ``disk``, ``snapshot``, ``image``, ..."""

    ResourceId: Texts
    """The resources, 1 to 50."""

    Tag: Pairs
    """The tags, 1 to 20; key and value at most 128 characters."""


class TagResources(TagResourcesNeeds, Everywhere, total=False):
    """The parameters of ``TagResources``."""


class DescribeRegions(Everywhere, total=False):
    """The parameters of ``DescribeRegions``."""

    AcceptLanguage: str | None
    """The language of names: ``zh-CN`` (default), ``en-US``, ``ja``, ``zh_TW``, ``fr``, ``de`` or ``ko``."""

    InstanceChargeType: str | None
    """Only regions that sell this: ``PrePaid``, ``PostPaid`` or ``SpotWithPriceLimit``."""

    ResourceType: str | None
    """Only regions that have this: ``instance``, ``disk``, ``reservedinstance``, ..."""


class GetCallerIdentity(Everywhere, total=False):
    """The parameters of ``GetCallerIdentity``."""
