//! The parameters each operation has, as the vendor's published API metadata of April 2026 lists them. The service takes
//! others without a word (sdk-wire.md 2.2.4); the log of calls names them.

use consnap_core::ecs::api::Operation;

use super::request::Parameters;

/// The parameters of a call that its operation does not have.
pub(crate) fn unknown(operation: Operation, parameters: &Parameters) -> Vec<String> {
    let known = known(operation);
    parameters
        .0
        .iter()
        .map(|(name, _)| name)
        .filter(|name| {
            let form = numberless(name);
            !EVERYWHERE.contains(&form.as_str()) && !known.contains(&form.as_str())
        })
        .cloned()
        .collect()
}

/// `Tag.3.Key` as `Tag.N.Key`.
fn numberless(name: &str) -> String {
    let mut form = String::with_capacity(name.len());
    for (position, part) in name.split('.').enumerate() {
        if position > 0 {
            form.push('.');
        }
        let is_number = position > 0 && !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        form.push_str(if is_number { "N" } else { part });
    }
    form
}

/// What every operation takes (ecs-domain 4).
const EVERYWHERE: &[&str] = &["OwnerAccount", "OwnerId", "ResourceOwnerAccount", "ResourceOwnerId", "RegionId"];

const fn known(operation: Operation) -> &'static [&'static str] {
    match operation {
        Operation::RunCommand => &[
            "ClientToken",
            "CommandContent",
            "ContainerId",
            "ContainerName",
            "ContentEncoding",
            "Description",
            "EnableParameter",
            "Frequency",
            "InstanceId.N",
            "KeepCommand",
            "Launcher",
            "Name",
            "OssOutputDelivery",
            "Parameters",
            "RegionId",
            "RepeatMode",
            "ResourceGroupId",
            "ResourceTag.N.Key",
            "ResourceTag.N.Value",
            "Tag.N.Key",
            "Tag.N.Value",
            "TerminationMode",
            "Timed",
            "Timeout",
            "Type",
            "Username",
            "WindowsPasswordName",
            "WorkingDir",
        ],
        Operation::DescribeInvocations => &[
            "CommandId",
            "CommandName",
            "CommandType",
            "ContentEncoding",
            "IncludeOutput",
            "InstanceId",
            "InvokeId",
            "InvokeStatus",
            "MaxResults",
            "NextToken",
            "PageNumber",
            "PageSize",
            "RegionId",
            "RepeatMode",
            "ResourceGroupId",
            "Tag.N.Key",
            "Tag.N.Value",
            "Timed",
        ],
        Operation::DescribeInvocationResults => &[
            "CommandId",
            "ContentEncoding",
            "IncludeHistory",
            "InstanceId",
            "InvokeId",
            "InvokeRecordStatus",
            "MaxResults",
            "NextToken",
            "PageNumber",
            "PageSize",
            "RegionId",
            "ResourceGroupId",
            "Tag.N.Key",
            "Tag.N.Value",
        ],
        Operation::SendFile => &[
            "ClientToken",
            "Content",
            "ContentType",
            "Description",
            "FileGroup",
            "FileMode",
            "FileOwner",
            "InstanceId.N",
            "Name",
            "Overwrite",
            "RegionId",
            "ResourceGroupId",
            "Tag.N.Key",
            "Tag.N.Value",
            "TargetDir",
            "Timeout",
        ],
        Operation::DescribeSendFileResults => &[
            "InstanceId",
            "InvocationStatus",
            "InvokeId",
            "MaxResults",
            "Name",
            "NextToken",
            "PageNumber",
            "PageSize",
            "RegionId",
            "ResourceGroupId",
            "Tag.N.Key",
            "Tag.N.Value",
        ],
        Operation::StopInvocation => &["InstanceId.N", "InvokeId", "RegionId"],
        Operation::AttachInstanceRamRole => &["InstanceIds", "Policy", "RamRoleName", "RegionId"],
        Operation::DescribeInstanceRamRole => &["InstanceIds", "PageNumber", "PageSize", "RamRoleName", "RegionId"],
        Operation::DescribeInstances => &[
            "AdditionalAttributes.N",
            "DeviceAvailable",
            "DryRun",
            "EipAddresses",
            "Filter.N.Key",
            "Filter.N.Value",
            "HpcClusterId",
            "HttpEndpoint",
            "HttpPutResponseHopLimit",
            "HttpTokens",
            "ImageId",
            "InnerIpAddresses",
            "InstanceChargeType",
            "InstanceIds",
            "InstanceName",
            "InstanceNetworkType",
            "InstanceType",
            "InstanceTypeFamily",
            "InternetChargeType",
            "IoOptimized",
            "Ipv6Address.N",
            "KeyPairName",
            "LockReason",
            "MaxResults",
            "NeedSaleCycle",
            "NextToken",
            "PageNumber",
            "PageSize",
            "PrivateIpAddresses",
            "PublicIpAddresses",
            "RdmaIpAddresses",
            "RegionId",
            "ResourceGroupId",
            "SecurityGroupId",
            "Status",
            "Tag.N.Key",
            "Tag.N.Value",
            "Tag.N.key",
            "Tag.N.value",
            "VSwitchId",
            "VpcId",
            "ZoneId",
        ],
        Operation::DescribeDisks => &[
            "AdditionalAttributes.N",
            "AutoSnapshotPolicyId",
            "Category",
            "DeleteAutoSnapshot",
            "DeleteWithInstance",
            "DiskChargeType",
            "DiskIds",
            "DiskName",
            "DiskType",
            "DryRun",
            "EnableAutoSnapshot",
            "EnableAutomatedSnapshotPolicy",
            "EnableShared",
            "Encrypted",
            "Filter.N.Key",
            "Filter.N.Value",
            "InstanceId",
            "KMSKeyId",
            "LockReason",
            "MaxResults",
            "MultiAttach",
            "NextToken",
            "PageNumber",
            "PageSize",
            "Portable",
            "RegionId",
            "ResourceGroupId",
            "SnapshotId",
            "Status",
            "Tag.N.Key",
            "Tag.N.Value",
            "Tag.N.key",
            "Tag.N.value",
            "ZoneId",
        ],
        Operation::DescribeCloudAssistantStatus => {
            &["InstanceId.N", "MaxResults", "NextToken", "OSType", "PageNumber", "PageSize", "RegionId"]
        }
        Operation::DescribeSnapshotGroups => &[
            "AdditionalAttributes.N",
            "InstanceId",
            "MaxResults",
            "Name",
            "NextToken",
            "RegionId",
            "ResourceGroupId",
            "SnapshotGroupId.N",
            "Status.N",
            "Tag.N.Key",
            "Tag.N.Value",
        ],
        Operation::DescribeSnapshots => &[
            "Category",
            "DiskId",
            "DryRun",
            "Encrypted",
            "Filter.N.Key",
            "Filter.N.Value",
            "InstanceId",
            "KMSKeyId",
            "MaxResults",
            "NextToken",
            "PageNumber",
            "PageSize",
            "RegionId",
            "ResourceGroupId",
            "SnapshotIds",
            "SnapshotLinkId",
            "SnapshotName",
            "SnapshotType",
            "SourceDiskType",
            "Status",
            "Tag.N.Key",
            "Tag.N.Value",
            "Tag.N.key",
            "Tag.N.value",
            "Usage",
        ],
        Operation::TagResources => &["RegionId", "ResourceId.N", "ResourceType", "Tag.N.Key", "Tag.N.Value"],
        Operation::DeleteSnapshotGroup => &["RegionId", "SnapshotGroupId"],
        Operation::DescribeRegions => &["AcceptLanguage", "InstanceChargeType", "ResourceType"],
        Operation::GetCallerIdentity => &[],
        Operation::AssumeRole => {
            &["DurationSeconds", "ExternalId", "Policy", "RoleArn", "RoleSessionName", "SourceIdentity"]
        }
        Operation::AssumeRoleWithOidc => {
            &["DurationSeconds", "OIDCProviderArn", "OIDCToken", "Policy", "RoleArn", "RoleSessionName"]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_what_an_operation_does_not_have() {
        let parameters = Parameters(
            ["RegionId", "InstanceId.12", "Tag.1.Key", "InstanceIds", "Tag.1.Colour", "OwnerId"]
                .map(|name| (name.to_owned(), "x".to_owned()))
                .to_vec(),
        );
        assert_eq!(unknown(Operation::RunCommand, &parameters), ["InstanceIds", "Tag.1.Colour"]);
    }
}
