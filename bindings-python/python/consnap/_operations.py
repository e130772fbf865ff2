# Written by `cargo xtask generate`. Do not edit.
"""The operations of the service in use, as plain methods of :class:`~consnap.Client` and :class:`~consnap.AsyncClient`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from typing_extensions import Unpack

    from . import _parameters


class Operations:
    """One method an operation. Each is sent once and never repeated."""

    def call(self, operation: str, region: str | None = None, **parameters: Any) -> dict[str, Any]:
        """Sends one call by the name of the operation."""
        raise NotImplementedError

    def run_command(
        self, region: str | None = None, **parameters: Unpack[_parameters.RunCommand]
    ) -> dict[str, Any]:
        """``RunCommand``: runs a command on instances. It writes; better let ``run`` do it.

        Args:
            region: where the call goes; the client's region when not given.
            Type: ``RunShellScript`` (Linux), ``RunBatScript`` or ``RunPowerShellScript`` (Windows). Needed.
            CommandContent: The command, plain or in Base64; at most 24 KB after Base64, 18 KB with
                ``KeepCommand``. Needed.
            ContentEncoding: How ``CommandContent`` is written: ``PlainText`` (default) or ``Base64``.
            InstanceId: The instances, 1 to 100. One that is not fit fails the whole call.
            ResourceTag: The instances with these tags, at most 100 of them, in place of ``InstanceId``.
            Timeout: Seconds after which the service gives up, from 10; 60 by default.
            Name: Name of the command, at most 128 characters.
            Description: Description, at most 512 characters.
            WorkingDir: Where it runs, at most 200 characters; ``/root`` or the agent's folder by default.
            EnableParameter: Whether ``{{name}}`` in the command is replaced; false by default.
            Parameters: Values for ``{{name}}``, at most 10; needs ``EnableParameter``.
            RepeatMode: ``Once`` (default), ``Period``, ``NextRebootOnly``, ``EveryReboot`` or ``DryRun``.
            Frequency: When it repeats: ``rate(5m)`` (60 s to 7 days), ``at(...)`` or a cron expression.
            Timed: Retired; the service ignores it.
            KeepCommand: Whether the command is kept for later use; false by default.
            Username: Who runs it, at most 255 characters; ``root`` or ``System`` by default.
            WindowsPasswordName: Windows: name of the password in the parameter store, at most 255 characters.
            ContainerId: The container it runs in, 64 hexadecimal digits.
            ContainerName: The container it runs in, by name.
            ClientToken: The same token with the same parameters is carried out once; ASCII, at most 64 characters.
                consnap gives each call its own.
            ResourceGroupId: Resource group.
            Tag: Tags of the invocation, at most 20.
            TerminationMode: What ends with a time-out or a stop: ``Process`` or ``ProcessTree``.
            Launcher: The program that starts the script, at most 1 KB.
            OssOutputDelivery: Where in OSS the output is kept: ``oss://bucket/prefix``.
        """
        return self.call("RunCommand", region, **parameters)

    def describe_invocations(
        self, region: str | None = None, **parameters: Unpack[_parameters.DescribeInvocations]
    ) -> dict[str, Any]:
        """``DescribeInvocations``: lists invocations of commands.

        Args:
            region: where the call goes; the client's region when not given.
            InvokeId: Only this invocation, ``t-...``.
            InstanceId: Only invocations on this instance.
            CommandId: Only invocations of this command, ``c-...``.
            CommandName: Only commands of this name; ignored with ``InstanceId``.
            CommandType: ``RunShellScript``, ``RunBatScript`` or ``RunPowerShellScript``.
            InvokeStatus: ``Running``, ``Finished``, ``Failed``, ``PartialFailed``, ``Stopped`` or ``Stopping``.
            RepeatMode: ``Once``, ``Period``, ``NextRebootOnly`` or ``EveryReboot``; ignored with ``InstanceId``.
            Timed: Only invocations that repeat, or do not.
            IncludeOutput: Whether to give the output; false by default, needs ``InvokeId`` or ``InstanceId``.
            ContentEncoding: How command and output come: ``Base64`` (default) or ``PlainText``.
            MaxResults: Invocations a page, at most 50; 10 by default.
            NextToken: The page to go on with, from the reply before.
            PageNumber: Number of the page, from 1; being retired, ``NextToken`` takes its place.
            PageSize: Entries a page; being retired, ``MaxResults`` takes its place.
            ResourceGroupId: Resource group.
            Tag: Only what has all these tags; at most 20.
        """
        return self.call("DescribeInvocations", region, **parameters)

    def describe_invocation_results(
        self, region: str | None = None, **parameters: Unpack[_parameters.DescribeInvocationResults]
    ) -> dict[str, Any]:
        """``DescribeInvocationResults``: lists results of invocations, one an instance.

        Args:
            region: where the call goes; the client's region when not given.
            InvokeId: Only this invocation, ``t-...``.
            InstanceId: Only results of this instance.
            CommandId: Only results of this command, ``c-...``.
            InvokeRecordStatus: ``Running``, ``Finished``, ``Failed``, ``PartialFailed``, ``Stopped`` or
                ``Stopping``.
            IncludeHistory: Whether to give earlier rounds of an invocation that repeats; false by default.
            ContentEncoding: How the output comes: ``Base64`` (default) or ``PlainText``.
            MaxResults: Results a page, at most 50; 10 by default.
            NextToken: The page to go on with, from the reply before.
            PageNumber: Number of the page, from 1; being retired, ``NextToken`` takes its place.
            PageSize: Entries a page; being retired, ``MaxResults`` takes its place.
            ResourceGroupId: Resource group.
            Tag: Only what has all these tags; at most 20.
        """
        return self.call("DescribeInvocationResults", region, **parameters)

    def stop_invocation(
        self, region: str | None = None, **parameters: Unpack[_parameters.StopInvocation]
    ) -> dict[str, Any]:
        """``StopInvocation``: stops an invocation where it has not begun. It writes.

        Args:
            region: where the call goes; the client's region when not given.
            InvokeId: The invocation, ``t-...``. Needed.
            InstanceId: Where to stop it, at most 50 instances; without it everywhere.
        """
        return self.call("StopInvocation", region, **parameters)

    def send_file(
        self, region: str | None = None, **parameters: Unpack[_parameters.SendFile]
    ) -> dict[str, Any]:
        """``SendFile``: puts a file on instances. It writes.

        Args:
            region: where the call goes; the client's region when not given.
            Name: Name of the file, at most 255 characters. Needed.
            TargetDir: Its folder, made where it is missing; at most 255 characters. Needed.
            Content: Its content, plain or in Base64; at most 32 KB after Base64. Needed.
            ContentType: How ``Content`` is written: ``PlainText`` (default) or ``Base64``.
            InstanceId: The instances, 1 to 50. Needed.
            FileMode: Linux: mode, octal; ``0644`` by default.
            FileOwner: Linux: owner, at most 64 characters; ``root`` by default.
            FileGroup: Linux: group, at most 64 characters; ``root`` by default.
            Overwrite: Whether to replace a file of that name; false by default.
            Description: Description, at most 512 characters.
            Timeout: Seconds after which the service gives up, from 10; 60 by default.
            ClientToken: The same token with the same parameters is carried out once; ASCII, at most 64 characters.
                consnap gives each call its own.
            ResourceGroupId: Resource group.
            Tag: Tags of the transfer, at most 20.
        """
        return self.call("SendFile", region, **parameters)

    def describe_send_file_results(
        self, region: str | None = None, **parameters: Unpack[_parameters.DescribeSendFileResults]
    ) -> dict[str, Any]:
        """``DescribeSendFileResults``: lists files that were sent, with what came of them.

        Args:
            region: where the call goes; the client's region when not given.
            InvokeId: Only this transfer, ``f-...``.
            InstanceId: Only transfers to this instance.
            Name: Only files of this name.
            InvocationStatus: ``Pending``, ``Running``, ``Success``, ``Failed`` or ``PartialFailed``.
            MaxResults: Transfers a page, at most 50; 10 by default.
            NextToken: The page to go on with, from the reply before.
            PageNumber: Number of the page, from 1; being retired, ``NextToken`` takes its place.
            PageSize: Entries a page; being retired, ``MaxResults`` takes its place.
            ResourceGroupId: Resource group.
            Tag: Only what has all these tags; at most 20.
        """
        return self.call("DescribeSendFileResults", region, **parameters)

    def delete_snapshot_group(
        self, region: str | None = None, **parameters: Unpack[_parameters.DeleteSnapshotGroup]
    ) -> dict[str, Any]:
        """``DeleteSnapshotGroup``: deletes a snapshot-consistent group; its snapshots are gone for good. It writes.

        Args:
            region: where the call goes; the client's region when not given.
            SnapshotGroupId: The group, ``ssg-...``; its snapshots go with it. Needed.
        """
        return self.call("DeleteSnapshotGroup", region, **parameters)

    def attach_instance_ram_role(
        self, region: str | None = None, **parameters: Unpack[_parameters.AttachInstanceRamRole]
    ) -> dict[str, Any]:
        """``AttachInstanceRamRole``: attaches a RAM role to instances. It writes.

        Args:
            region: where the call goes; the client's region when not given.
            InstanceIds: The instances, 1 to 100. Needed.
            RamRoleName: The role. Needed.
            Policy: A policy that narrows the role's rights, 1 to 1024 characters.
        """
        return self.call("AttachInstanceRamRole", region, **parameters)

    def describe_instance_ram_role(
        self, region: str | None = None, **parameters: Unpack[_parameters.DescribeInstanceRamRole]
    ) -> dict[str, Any]:
        """``DescribeInstanceRamRole``: tells which RAM role is attached to instances.

        Args:
            region: where the call goes; the client's region when not given.
            InstanceIds: Only these instances, at most 50; this or ``RamRoleName`` is needed.
            RamRoleName: Only instances with this role.
            PageNumber: Number of the page, from 1; being retired, ``NextToken`` takes its place.
            PageSize: Entries a page, 1 to 50; 10 by default.
        """
        return self.call("DescribeInstanceRamRole", region, **parameters)

    def describe_instances(
        self, region: str | None = None, **parameters: Unpack[_parameters.DescribeInstances]
    ) -> dict[str, Any]:
        """``DescribeInstances``: lists instances.

        Args:
            region: where the call goes; the client's region when not given.
            InstanceIds: Only these instances, at most 100.
            InstanceName: Only this name; ``*`` stands for any text.
            Status: ``Pending``, ``Running``, ``Starting``, ``Stopping`` or ``Stopped``.
            InstanceType: Only this type, ``ecs.g7.large``.
            InstanceTypeFamily: Only this family, ``ecs.g7``.
            InstanceNetworkType: ``vpc`` or ``classic``.
            InstanceChargeType: ``PostPaid`` or ``PrePaid``.
            InternetChargeType: ``PayByBandwidth`` or ``PayByTraffic``.
            ImageId: Only this image.
            VpcId: Only this VPC, ``vpc-...``.
            VSwitchId: Only this vSwitch, ``vsw-...``.
            ZoneId: Only this zone, ``cn-hangzhou-k``.
            SecurityGroupId: Only members of this security group, ``sg-...``.
            PrivateIpAddresses: Only these private addresses, at most 100; VPC.
            PublicIpAddresses: Only these public addresses, at most 100.
            InnerIpAddresses: Only these inner addresses, at most 100; classic network.
            EipAddresses: Only these elastic addresses, at most 100.
            Ipv6Address: Only these IPv6 addresses.
            RdmaIpAddresses: Only this RDMA address of an HPC instance.
            KeyPairName: Only this key pair.
            HpcClusterId: Only this HPC cluster.
            IoOptimized: Only instances that are I/O optimised, or are not.
            LockReason: Only what is locked for this reason.
            ResourceGroupId: Resource group.
            HttpEndpoint: Metadata service: ``enabled`` or ``disabled``.
            HttpTokens: Metadata service with tokens: ``optional`` or ``required``.
            HttpPutResponseHopLimit: Metadata service: hop limit of a token's reply, 1 to 64.
            AdditionalAttributes: More to tell of each entry.
            DryRun: Only check whether the call would be allowed.
            NeedSaleCycle: Whether to tell the billing cycle.
            DeviceAvailable: Only instances a disk can be attached to, or cannot.
            Filter: ``CreationStartTime`` and ``CreationEndTime`` with a time, ``2027-01-31T02:00Z``: only what was
                created between them.
            Tag: Only instances with all these tags, at most 20; the service looks at most at 1,000 instances.
            MaxResults: Instances a page, 10 to 100; 10 by default.
            NextToken: The page to go on with, from the reply before.
            PageNumber: Number of the page, from 1; being retired, ``NextToken`` takes its place.
            PageSize: Entries a page; being retired, ``MaxResults`` takes its place.
        """
        return self.call("DescribeInstances", region, **parameters)

    def describe_disks(
        self, region: str | None = None, **parameters: Unpack[_parameters.DescribeDisks]
    ) -> dict[str, Any]:
        """``DescribeDisks``: lists disks.

        Args:
            region: where the call goes; the client's region when not given.
            DiskIds: Only these disks, at most 100.
            InstanceId: Only disks of this instance.
            ZoneId: Only this zone, ``cn-hangzhou-k``.
            DiskType: ``all``, ``system`` or ``data``.
            Category: Only this category, ``cloud_essd``.
            Status: ``In_use``, ``Available``, ``Attaching``, ``Detaching``, ``Creating``, ``ReIniting`` or
                ``All``.
            DiskName: Only this name.
            DiskChargeType: ``PostPaid`` or ``PrePaid``.
            Portable: Only disks that can be detached alone, or cannot.
            DeleteWithInstance: Only disks that go with their instance, or do not.
            DeleteAutoSnapshot: Only disks whose automatic snapshots go with them, or do not.
            EnableAutoSnapshot: Only disks with automatic snapshots enabled, or without.
            EnableAutomatedSnapshotPolicy: Only disks with an automatic snapshot policy, or without.
            AutoSnapshotPolicyId: Only disks of this automatic snapshot policy.
            EnableShared: Retired: ``MultiAttach`` takes its place.
            MultiAttach: ``Disabled``, ``Enabled`` or ``LegacyShared``.
            Encrypted: Only what is encrypted, or is not.
            KMSKeyId: Only what is encrypted with this key.
            SnapshotId: Only disks made from this snapshot.
            LockReason: Only what is locked for this reason.
            ResourceGroupId: Resource group.
            AdditionalAttributes: More to tell of each entry.
            DryRun: Only check whether the call would be allowed.
            Filter: ``CreationStartTime`` and ``CreationEndTime`` with a time, ``2027-01-31T02:00Z``: only what was
                created between them.
            Tag: Only what has all these tags; at most 20.
            MaxResults: Disks a page, 10 to 500; 10 by default.
            NextToken: The page to go on with, from the reply before.
            PageNumber: Number of the page, from 1; being retired, ``NextToken`` takes its place.
            PageSize: Entries a page; being retired, ``MaxResults`` takes its place.
        """
        return self.call("DescribeDisks", region, **parameters)

    def describe_cloud_assistant_status(
        self, region: str | None = None, **parameters: Unpack[_parameters.DescribeCloudAssistantStatus]
    ) -> dict[str, Any]:
        """``DescribeCloudAssistantStatus``: tells whether Cloud Assistant is online on instances, and its version.

        Args:
            region: where the call goes; the client's region when not given.
            InstanceId: Only these instances, at most 100.
            OSType: ``Windows``, ``Linux`` or ``FreeBSD``.
            MaxResults: Instances a page, 1 to 50; 10 by default. Ignored with ``InstanceId``.
            NextToken: The page to go on with, from the reply before.
            PageNumber: Number of the page, from 1; being retired, ``NextToken`` takes its place.
            PageSize: Entries a page; being retired, ``MaxResults`` takes its place.
        """
        return self.call("DescribeCloudAssistantStatus", region, **parameters)

    def describe_snapshot_groups(
        self, region: str | None = None, **parameters: Unpack[_parameters.DescribeSnapshotGroups]
    ) -> dict[str, Any]:
        """``DescribeSnapshotGroups``: lists snapshot-consistent groups with their snapshots.

        Args:
            region: where the call goes; the client's region when not given.
            SnapshotGroupId: Only these groups, 1 to 10, ``ssg-...``.
            InstanceId: Only groups of this instance.
            Name: Only this name.
            Status: ``progressing``, ``accomplished``, ``failed``.
            MaxResults: Groups a page, 1 to 100; 10 by default.
            NextToken: The page to go on with, from the reply before.
            ResourceGroupId: Resource group.
            Tag: Only what has all these tags; at most 20.
            AdditionalAttributes: More to tell of each entry.
        """
        return self.call("DescribeSnapshotGroups", region, **parameters)

    def describe_snapshots(
        self, region: str | None = None, **parameters: Unpack[_parameters.DescribeSnapshots]
    ) -> dict[str, Any]:
        """``DescribeSnapshots``: lists snapshots.

        Args:
            region: where the call goes; the client's region when not given.
            SnapshotIds: Only these snapshots, at most 100.
            InstanceId: Only snapshots of this instance's disks.
            DiskId: Only snapshots of this disk.
            SnapshotLinkId: Only this chain of snapshots, ``sl-...``.
            SnapshotName: Only this name.
            SnapshotType: ``auto``, ``user`` or ``all`` (default).
            Status: ``progressing``, ``accomplished``, ``failed`` or ``all`` (default).
            SourceDiskType: ``system`` or ``data``.
            Usage: What uses it: ``image``, ``disk``, ``image_disk`` or ``none``.
            Category: ``Standard``, ``Flash`` or ``archive``.
            Encrypted: Only what is encrypted, or is not.
            KMSKeyId: Only what is encrypted with this key.
            ResourceGroupId: Resource group.
            Filter: ``CreationStartTime`` and ``CreationEndTime`` with a time, ``2027-01-31T02:00Z``: only what was
                created between them.
            DryRun: Only check whether the call would be allowed.
            Tag: Only what has all these tags; at most 20.
            MaxResults: Snapshots a page, at most 100; 10 by default.
            NextToken: The page to go on with, from the reply before.
            PageNumber: Number of the page, from 1; being retired, ``NextToken`` takes its place.
            PageSize: Entries a page; being retired, ``MaxResults`` takes its place.
        """
        return self.call("DescribeSnapshots", region, **parameters)

    def tag_resources(
        self, region: str | None = None, **parameters: Unpack[_parameters.TagResources]
    ) -> dict[str, Any]:
        """``TagResources``: puts tags on resources. It writes.

        Args:
            region: where the call goes; the client's region when not given.
            ResourceType: ``instance``, ``disk``, ``snapshot``, ``image``, ... Needed.
            ResourceId: The resources, 1 to 50. Needed.
            Tag: The tags, 1 to 20; key and value at most 128 characters. Needed.
        """
        return self.call("TagResources", region, **parameters)

    def describe_regions(
        self, region: str | None = None, **parameters: Unpack[_parameters.DescribeRegions]
    ) -> dict[str, Any]:
        """``DescribeRegions``: lists regions.

        Args:
            region: where the call goes; the client's region when not given.
            AcceptLanguage: The language of names: ``zh-CN`` (default), ``en-US``, ``ja``, ``zh_TW``, ``fr``,
                ``de`` or ``ko``.
            InstanceChargeType: Only regions that sell this: ``PrePaid``, ``PostPaid`` or ``SpotWithPriceLimit``.
            ResourceType: Only regions that have this: ``instance``, ``disk``, ``reservedinstance``, ...
        """
        return self.call("DescribeRegions", region, **parameters)

    def get_caller_identity(
        self, region: str | None = None, **parameters: Unpack[_parameters.GetCallerIdentity]
    ) -> dict[str, Any]:
        """``GetCallerIdentity``: tells whose credentials these are (STS).

        Args:
            region: where the call goes; the client's region when not given.
        """
        return self.call("GetCallerIdentity", region, **parameters)


class AsyncOperations:
    """One method an operation. Each is sent once and never repeated."""

    async def call(self, operation: str, region: str | None = None, **parameters: Any) -> dict[str, Any]:
        """Sends one call by the name of the operation."""
        raise NotImplementedError

    async def run_command(
        self, region: str | None = None, **parameters: Unpack[_parameters.RunCommand]
    ) -> dict[str, Any]:
        """``RunCommand``: runs a command on instances. It writes; better let ``run`` do it.

        Args:
            region: where the call goes; the client's region when not given.
            Type: ``RunShellScript`` (Linux), ``RunBatScript`` or ``RunPowerShellScript`` (Windows). Needed.
            CommandContent: The command, plain or in Base64; at most 24 KB after Base64, 18 KB with
                ``KeepCommand``. Needed.
            ContentEncoding: How ``CommandContent`` is written: ``PlainText`` (default) or ``Base64``.
            InstanceId: The instances, 1 to 100. One that is not fit fails the whole call.
            ResourceTag: The instances with these tags, at most 100 of them, in place of ``InstanceId``.
            Timeout: Seconds after which the service gives up, from 10; 60 by default.
            Name: Name of the command, at most 128 characters.
            Description: Description, at most 512 characters.
            WorkingDir: Where it runs, at most 200 characters; ``/root`` or the agent's folder by default.
            EnableParameter: Whether ``{{name}}`` in the command is replaced; false by default.
            Parameters: Values for ``{{name}}``, at most 10; needs ``EnableParameter``.
            RepeatMode: ``Once`` (default), ``Period``, ``NextRebootOnly``, ``EveryReboot`` or ``DryRun``.
            Frequency: When it repeats: ``rate(5m)`` (60 s to 7 days), ``at(...)`` or a cron expression.
            Timed: Retired; the service ignores it.
            KeepCommand: Whether the command is kept for later use; false by default.
            Username: Who runs it, at most 255 characters; ``root`` or ``System`` by default.
            WindowsPasswordName: Windows: name of the password in the parameter store, at most 255 characters.
            ContainerId: The container it runs in, 64 hexadecimal digits.
            ContainerName: The container it runs in, by name.
            ClientToken: The same token with the same parameters is carried out once; ASCII, at most 64 characters.
                consnap gives each call its own.
            ResourceGroupId: Resource group.
            Tag: Tags of the invocation, at most 20.
            TerminationMode: What ends with a time-out or a stop: ``Process`` or ``ProcessTree``.
            Launcher: The program that starts the script, at most 1 KB.
            OssOutputDelivery: Where in OSS the output is kept: ``oss://bucket/prefix``.
        """
        return await self.call("RunCommand", region, **parameters)

    async def describe_invocations(
        self, region: str | None = None, **parameters: Unpack[_parameters.DescribeInvocations]
    ) -> dict[str, Any]:
        """``DescribeInvocations``: lists invocations of commands.

        Args:
            region: where the call goes; the client's region when not given.
            InvokeId: Only this invocation, ``t-...``.
            InstanceId: Only invocations on this instance.
            CommandId: Only invocations of this command, ``c-...``.
            CommandName: Only commands of this name; ignored with ``InstanceId``.
            CommandType: ``RunShellScript``, ``RunBatScript`` or ``RunPowerShellScript``.
            InvokeStatus: ``Running``, ``Finished``, ``Failed``, ``PartialFailed``, ``Stopped`` or ``Stopping``.
            RepeatMode: ``Once``, ``Period``, ``NextRebootOnly`` or ``EveryReboot``; ignored with ``InstanceId``.
            Timed: Only invocations that repeat, or do not.
            IncludeOutput: Whether to give the output; false by default, needs ``InvokeId`` or ``InstanceId``.
            ContentEncoding: How command and output come: ``Base64`` (default) or ``PlainText``.
            MaxResults: Invocations a page, at most 50; 10 by default.
            NextToken: The page to go on with, from the reply before.
            PageNumber: Number of the page, from 1; being retired, ``NextToken`` takes its place.
            PageSize: Entries a page; being retired, ``MaxResults`` takes its place.
            ResourceGroupId: Resource group.
            Tag: Only what has all these tags; at most 20.
        """
        return await self.call("DescribeInvocations", region, **parameters)

    async def describe_invocation_results(
        self, region: str | None = None, **parameters: Unpack[_parameters.DescribeInvocationResults]
    ) -> dict[str, Any]:
        """``DescribeInvocationResults``: lists results of invocations, one an instance.

        Args:
            region: where the call goes; the client's region when not given.
            InvokeId: Only this invocation, ``t-...``.
            InstanceId: Only results of this instance.
            CommandId: Only results of this command, ``c-...``.
            InvokeRecordStatus: ``Running``, ``Finished``, ``Failed``, ``PartialFailed``, ``Stopped`` or
                ``Stopping``.
            IncludeHistory: Whether to give earlier rounds of an invocation that repeats; false by default.
            ContentEncoding: How the output comes: ``Base64`` (default) or ``PlainText``.
            MaxResults: Results a page, at most 50; 10 by default.
            NextToken: The page to go on with, from the reply before.
            PageNumber: Number of the page, from 1; being retired, ``NextToken`` takes its place.
            PageSize: Entries a page; being retired, ``MaxResults`` takes its place.
            ResourceGroupId: Resource group.
            Tag: Only what has all these tags; at most 20.
        """
        return await self.call("DescribeInvocationResults", region, **parameters)

    async def stop_invocation(
        self, region: str | None = None, **parameters: Unpack[_parameters.StopInvocation]
    ) -> dict[str, Any]:
        """``StopInvocation``: stops an invocation where it has not begun. It writes.

        Args:
            region: where the call goes; the client's region when not given.
            InvokeId: The invocation, ``t-...``. Needed.
            InstanceId: Where to stop it, at most 50 instances; without it everywhere.
        """
        return await self.call("StopInvocation", region, **parameters)

    async def send_file(
        self, region: str | None = None, **parameters: Unpack[_parameters.SendFile]
    ) -> dict[str, Any]:
        """``SendFile``: puts a file on instances. It writes.

        Args:
            region: where the call goes; the client's region when not given.
            Name: Name of the file, at most 255 characters. Needed.
            TargetDir: Its folder, made where it is missing; at most 255 characters. Needed.
            Content: Its content, plain or in Base64; at most 32 KB after Base64. Needed.
            ContentType: How ``Content`` is written: ``PlainText`` (default) or ``Base64``.
            InstanceId: The instances, 1 to 50. Needed.
            FileMode: Linux: mode, octal; ``0644`` by default.
            FileOwner: Linux: owner, at most 64 characters; ``root`` by default.
            FileGroup: Linux: group, at most 64 characters; ``root`` by default.
            Overwrite: Whether to replace a file of that name; false by default.
            Description: Description, at most 512 characters.
            Timeout: Seconds after which the service gives up, from 10; 60 by default.
            ClientToken: The same token with the same parameters is carried out once; ASCII, at most 64 characters.
                consnap gives each call its own.
            ResourceGroupId: Resource group.
            Tag: Tags of the transfer, at most 20.
        """
        return await self.call("SendFile", region, **parameters)

    async def describe_send_file_results(
        self, region: str | None = None, **parameters: Unpack[_parameters.DescribeSendFileResults]
    ) -> dict[str, Any]:
        """``DescribeSendFileResults``: lists files that were sent, with what came of them.

        Args:
            region: where the call goes; the client's region when not given.
            InvokeId: Only this transfer, ``f-...``.
            InstanceId: Only transfers to this instance.
            Name: Only files of this name.
            InvocationStatus: ``Pending``, ``Running``, ``Success``, ``Failed`` or ``PartialFailed``.
            MaxResults: Transfers a page, at most 50; 10 by default.
            NextToken: The page to go on with, from the reply before.
            PageNumber: Number of the page, from 1; being retired, ``NextToken`` takes its place.
            PageSize: Entries a page; being retired, ``MaxResults`` takes its place.
            ResourceGroupId: Resource group.
            Tag: Only what has all these tags; at most 20.
        """
        return await self.call("DescribeSendFileResults", region, **parameters)

    async def delete_snapshot_group(
        self, region: str | None = None, **parameters: Unpack[_parameters.DeleteSnapshotGroup]
    ) -> dict[str, Any]:
        """``DeleteSnapshotGroup``: deletes a snapshot-consistent group; its snapshots are gone for good. It writes.

        Args:
            region: where the call goes; the client's region when not given.
            SnapshotGroupId: The group, ``ssg-...``; its snapshots go with it. Needed.
        """
        return await self.call("DeleteSnapshotGroup", region, **parameters)

    async def attach_instance_ram_role(
        self, region: str | None = None, **parameters: Unpack[_parameters.AttachInstanceRamRole]
    ) -> dict[str, Any]:
        """``AttachInstanceRamRole``: attaches a RAM role to instances. It writes.

        Args:
            region: where the call goes; the client's region when not given.
            InstanceIds: The instances, 1 to 100. Needed.
            RamRoleName: The role. Needed.
            Policy: A policy that narrows the role's rights, 1 to 1024 characters.
        """
        return await self.call("AttachInstanceRamRole", region, **parameters)

    async def describe_instance_ram_role(
        self, region: str | None = None, **parameters: Unpack[_parameters.DescribeInstanceRamRole]
    ) -> dict[str, Any]:
        """``DescribeInstanceRamRole``: tells which RAM role is attached to instances.

        Args:
            region: where the call goes; the client's region when not given.
            InstanceIds: Only these instances, at most 50; this or ``RamRoleName`` is needed.
            RamRoleName: Only instances with this role.
            PageNumber: Number of the page, from 1; being retired, ``NextToken`` takes its place.
            PageSize: Entries a page, 1 to 50; 10 by default.
        """
        return await self.call("DescribeInstanceRamRole", region, **parameters)

    async def describe_instances(
        self, region: str | None = None, **parameters: Unpack[_parameters.DescribeInstances]
    ) -> dict[str, Any]:
        """``DescribeInstances``: lists instances.

        Args:
            region: where the call goes; the client's region when not given.
            InstanceIds: Only these instances, at most 100.
            InstanceName: Only this name; ``*`` stands for any text.
            Status: ``Pending``, ``Running``, ``Starting``, ``Stopping`` or ``Stopped``.
            InstanceType: Only this type, ``ecs.g7.large``.
            InstanceTypeFamily: Only this family, ``ecs.g7``.
            InstanceNetworkType: ``vpc`` or ``classic``.
            InstanceChargeType: ``PostPaid`` or ``PrePaid``.
            InternetChargeType: ``PayByBandwidth`` or ``PayByTraffic``.
            ImageId: Only this image.
            VpcId: Only this VPC, ``vpc-...``.
            VSwitchId: Only this vSwitch, ``vsw-...``.
            ZoneId: Only this zone, ``cn-hangzhou-k``.
            SecurityGroupId: Only members of this security group, ``sg-...``.
            PrivateIpAddresses: Only these private addresses, at most 100; VPC.
            PublicIpAddresses: Only these public addresses, at most 100.
            InnerIpAddresses: Only these inner addresses, at most 100; classic network.
            EipAddresses: Only these elastic addresses, at most 100.
            Ipv6Address: Only these IPv6 addresses.
            RdmaIpAddresses: Only this RDMA address of an HPC instance.
            KeyPairName: Only this key pair.
            HpcClusterId: Only this HPC cluster.
            IoOptimized: Only instances that are I/O optimised, or are not.
            LockReason: Only what is locked for this reason.
            ResourceGroupId: Resource group.
            HttpEndpoint: Metadata service: ``enabled`` or ``disabled``.
            HttpTokens: Metadata service with tokens: ``optional`` or ``required``.
            HttpPutResponseHopLimit: Metadata service: hop limit of a token's reply, 1 to 64.
            AdditionalAttributes: More to tell of each entry.
            DryRun: Only check whether the call would be allowed.
            NeedSaleCycle: Whether to tell the billing cycle.
            DeviceAvailable: Only instances a disk can be attached to, or cannot.
            Filter: ``CreationStartTime`` and ``CreationEndTime`` with a time, ``2027-01-31T02:00Z``: only what was
                created between them.
            Tag: Only instances with all these tags, at most 20; the service looks at most at 1,000 instances.
            MaxResults: Instances a page, 10 to 100; 10 by default.
            NextToken: The page to go on with, from the reply before.
            PageNumber: Number of the page, from 1; being retired, ``NextToken`` takes its place.
            PageSize: Entries a page; being retired, ``MaxResults`` takes its place.
        """
        return await self.call("DescribeInstances", region, **parameters)

    async def describe_disks(
        self, region: str | None = None, **parameters: Unpack[_parameters.DescribeDisks]
    ) -> dict[str, Any]:
        """``DescribeDisks``: lists disks.

        Args:
            region: where the call goes; the client's region when not given.
            DiskIds: Only these disks, at most 100.
            InstanceId: Only disks of this instance.
            ZoneId: Only this zone, ``cn-hangzhou-k``.
            DiskType: ``all``, ``system`` or ``data``.
            Category: Only this category, ``cloud_essd``.
            Status: ``In_use``, ``Available``, ``Attaching``, ``Detaching``, ``Creating``, ``ReIniting`` or
                ``All``.
            DiskName: Only this name.
            DiskChargeType: ``PostPaid`` or ``PrePaid``.
            Portable: Only disks that can be detached alone, or cannot.
            DeleteWithInstance: Only disks that go with their instance, or do not.
            DeleteAutoSnapshot: Only disks whose automatic snapshots go with them, or do not.
            EnableAutoSnapshot: Only disks with automatic snapshots enabled, or without.
            EnableAutomatedSnapshotPolicy: Only disks with an automatic snapshot policy, or without.
            AutoSnapshotPolicyId: Only disks of this automatic snapshot policy.
            EnableShared: Retired: ``MultiAttach`` takes its place.
            MultiAttach: ``Disabled``, ``Enabled`` or ``LegacyShared``.
            Encrypted: Only what is encrypted, or is not.
            KMSKeyId: Only what is encrypted with this key.
            SnapshotId: Only disks made from this snapshot.
            LockReason: Only what is locked for this reason.
            ResourceGroupId: Resource group.
            AdditionalAttributes: More to tell of each entry.
            DryRun: Only check whether the call would be allowed.
            Filter: ``CreationStartTime`` and ``CreationEndTime`` with a time, ``2027-01-31T02:00Z``: only what was
                created between them.
            Tag: Only what has all these tags; at most 20.
            MaxResults: Disks a page, 10 to 500; 10 by default.
            NextToken: The page to go on with, from the reply before.
            PageNumber: Number of the page, from 1; being retired, ``NextToken`` takes its place.
            PageSize: Entries a page; being retired, ``MaxResults`` takes its place.
        """
        return await self.call("DescribeDisks", region, **parameters)

    async def describe_cloud_assistant_status(
        self, region: str | None = None, **parameters: Unpack[_parameters.DescribeCloudAssistantStatus]
    ) -> dict[str, Any]:
        """``DescribeCloudAssistantStatus``: tells whether Cloud Assistant is online on instances, and its version.

        Args:
            region: where the call goes; the client's region when not given.
            InstanceId: Only these instances, at most 100.
            OSType: ``Windows``, ``Linux`` or ``FreeBSD``.
            MaxResults: Instances a page, 1 to 50; 10 by default. Ignored with ``InstanceId``.
            NextToken: The page to go on with, from the reply before.
            PageNumber: Number of the page, from 1; being retired, ``NextToken`` takes its place.
            PageSize: Entries a page; being retired, ``MaxResults`` takes its place.
        """
        return await self.call("DescribeCloudAssistantStatus", region, **parameters)

    async def describe_snapshot_groups(
        self, region: str | None = None, **parameters: Unpack[_parameters.DescribeSnapshotGroups]
    ) -> dict[str, Any]:
        """``DescribeSnapshotGroups``: lists snapshot-consistent groups with their snapshots.

        Args:
            region: where the call goes; the client's region when not given.
            SnapshotGroupId: Only these groups, 1 to 10, ``ssg-...``.
            InstanceId: Only groups of this instance.
            Name: Only this name.
            Status: ``progressing``, ``accomplished``, ``failed``.
            MaxResults: Groups a page, 1 to 100; 10 by default.
            NextToken: The page to go on with, from the reply before.
            ResourceGroupId: Resource group.
            Tag: Only what has all these tags; at most 20.
            AdditionalAttributes: More to tell of each entry.
        """
        return await self.call("DescribeSnapshotGroups", region, **parameters)

    async def describe_snapshots(
        self, region: str | None = None, **parameters: Unpack[_parameters.DescribeSnapshots]
    ) -> dict[str, Any]:
        """``DescribeSnapshots``: lists snapshots.

        Args:
            region: where the call goes; the client's region when not given.
            SnapshotIds: Only these snapshots, at most 100.
            InstanceId: Only snapshots of this instance's disks.
            DiskId: Only snapshots of this disk.
            SnapshotLinkId: Only this chain of snapshots, ``sl-...``.
            SnapshotName: Only this name.
            SnapshotType: ``auto``, ``user`` or ``all`` (default).
            Status: ``progressing``, ``accomplished``, ``failed`` or ``all`` (default).
            SourceDiskType: ``system`` or ``data``.
            Usage: What uses it: ``image``, ``disk``, ``image_disk`` or ``none``.
            Category: ``Standard``, ``Flash`` or ``archive``.
            Encrypted: Only what is encrypted, or is not.
            KMSKeyId: Only what is encrypted with this key.
            ResourceGroupId: Resource group.
            Filter: ``CreationStartTime`` and ``CreationEndTime`` with a time, ``2027-01-31T02:00Z``: only what was
                created between them.
            DryRun: Only check whether the call would be allowed.
            Tag: Only what has all these tags; at most 20.
            MaxResults: Snapshots a page, at most 100; 10 by default.
            NextToken: The page to go on with, from the reply before.
            PageNumber: Number of the page, from 1; being retired, ``NextToken`` takes its place.
            PageSize: Entries a page; being retired, ``MaxResults`` takes its place.
        """
        return await self.call("DescribeSnapshots", region, **parameters)

    async def tag_resources(
        self, region: str | None = None, **parameters: Unpack[_parameters.TagResources]
    ) -> dict[str, Any]:
        """``TagResources``: puts tags on resources. It writes.

        Args:
            region: where the call goes; the client's region when not given.
            ResourceType: ``instance``, ``disk``, ``snapshot``, ``image``, ... Needed.
            ResourceId: The resources, 1 to 50. Needed.
            Tag: The tags, 1 to 20; key and value at most 128 characters. Needed.
        """
        return await self.call("TagResources", region, **parameters)

    async def describe_regions(
        self, region: str | None = None, **parameters: Unpack[_parameters.DescribeRegions]
    ) -> dict[str, Any]:
        """``DescribeRegions``: lists regions.

        Args:
            region: where the call goes; the client's region when not given.
            AcceptLanguage: The language of names: ``zh-CN`` (default), ``en-US``, ``ja``, ``zh_TW``, ``fr``,
                ``de`` or ``ko``.
            InstanceChargeType: Only regions that sell this: ``PrePaid``, ``PostPaid`` or ``SpotWithPriceLimit``.
            ResourceType: Only regions that have this: ``instance``, ``disk``, ``reservedinstance``, ...
        """
        return await self.call("DescribeRegions", region, **parameters)

    async def get_caller_identity(
        self, region: str | None = None, **parameters: Unpack[_parameters.GetCallerIdentity]
    ) -> dict[str, Any]:
        """``GetCallerIdentity``: tells whose credentials these are (STS).

        Args:
            region: where the call goes; the client's region when not given.
        """
        return await self.call("GetCallerIdentity", region, **parameters)
