//! Requests and replies of the operations in use, in the wire's spelling. Nothing here decides or sends.

pub mod endpoint;
pub mod filters;
pub mod given;
pub mod invocation_result;
pub(crate) mod lenient;
pub mod parameters;
pub mod replies;
pub mod requests;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// The operations consnap knows. Only those marked as writing change anything.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Operation {
    /// Run a command on instances. Writing; takes a `ClientToken`.
    RunCommand,
    /// List invocations, with output when asked.
    DescribeInvocations,
    /// List results of invocations.
    DescribeInvocationResults,
    /// Put a file on instances. Writing; takes a `ClientToken`.
    SendFile,
    /// List results of sent files.
    DescribeSendFileResults,
    /// Stop an invocation. Writing; naturally repeatable.
    StopInvocation,
    /// Attach a RAM role to instances. Writing; takes no token.
    AttachInstanceRamRole,
    /// Which role is attached to instances.
    DescribeInstanceRamRole,
    /// Instances.
    DescribeInstances,
    /// Disks.
    DescribeDisks,
    /// Cloud Assistant of instances.
    DescribeCloudAssistantStatus,
    /// Snapshot-consistent groups.
    DescribeSnapshotGroups,
    /// Snapshots.
    DescribeSnapshots,
    /// Tag resources. Writing; naturally repeatable.
    TagResources,
    /// Delete a snapshot-consistent group with its snapshots. Writing; takes no token, but ids are never used again.
    DeleteSnapshotGroup,
    /// Regions.
    DescribeRegions,
    /// Whose credentials these are (STS).
    GetCallerIdentity,
    /// Temporary credentials of a role (STS). Its reply holds a secret.
    AssumeRole,
    /// Temporary credentials of a role for a token of an identity provider (STS). Not signed; its reply holds a secret.
    #[serde(rename = "AssumeRoleWithOIDC")]
    AssumeRoleWithOidc,
}

/// The service behind an operation.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Product {
    /// Elastic Compute Service, API 2014-05-26.
    Ecs,
    /// Security Token Service, API 2015-04-01.
    Sts,
}

impl Operation {
    /// All of them.
    pub const ALL: [Operation; 19] = [
        Self::RunCommand,
        Self::DescribeInvocations,
        Self::DescribeInvocationResults,
        Self::SendFile,
        Self::DescribeSendFileResults,
        Self::StopInvocation,
        Self::AttachInstanceRamRole,
        Self::DescribeInstanceRamRole,
        Self::DescribeInstances,
        Self::DescribeDisks,
        Self::DescribeCloudAssistantStatus,
        Self::DescribeSnapshotGroups,
        Self::DescribeSnapshots,
        Self::TagResources,
        Self::DeleteSnapshotGroup,
        Self::DescribeRegions,
        Self::GetCallerIdentity,
        Self::AssumeRole,
        Self::AssumeRoleWithOidc,
    ];

    /// The name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::RunCommand => "RunCommand",
            Self::DescribeInvocations => "DescribeInvocations",
            Self::DescribeInvocationResults => "DescribeInvocationResults",
            Self::SendFile => "SendFile",
            Self::DescribeSendFileResults => "DescribeSendFileResults",
            Self::StopInvocation => "StopInvocation",
            Self::AttachInstanceRamRole => "AttachInstanceRamRole",
            Self::DescribeInstanceRamRole => "DescribeInstanceRamRole",
            Self::DescribeInstances => "DescribeInstances",
            Self::DescribeDisks => "DescribeDisks",
            Self::DescribeCloudAssistantStatus => "DescribeCloudAssistantStatus",
            Self::DescribeSnapshotGroups => "DescribeSnapshotGroups",
            Self::DescribeSnapshots => "DescribeSnapshots",
            Self::TagResources => "TagResources",
            Self::DeleteSnapshotGroup => "DeleteSnapshotGroup",
            Self::DescribeRegions => "DescribeRegions",
            Self::GetCallerIdentity => "GetCallerIdentity",
            Self::AssumeRole => "AssumeRole",
            Self::AssumeRoleWithOidc => "AssumeRoleWithOIDC",
        }
    }

    /// The service it belongs to.
    pub const fn product(self) -> Product {
        match self {
            Self::GetCallerIdentity | Self::AssumeRole | Self::AssumeRoleWithOidc => Product::Sts,
            _ => Product::Ecs,
        }
    }

    /// The API version it is called with.
    pub const fn version(self) -> &'static str {
        match self.product() {
            Product::Ecs => "2014-05-26",
            Product::Sts => "2015-04-01",
        }
    }

    /// Whether it takes a `ClientToken`: the same token with the same parameters is carried out once.
    pub const fn takes_token(self) -> bool {
        matches!(self, Self::RunCommand | Self::SendFile)
    }

    /// Whether a call that may have been carried out can be repeated without doing more than it: it changes nothing, has a
    /// token, leaves what is done already as it is, or its ids are never used again.
    pub const fn repeats_safely(self) -> bool {
        !matches!(self, Self::AttachInstanceRamRole)
    }

    /// Whether it changes anything.
    pub const fn writes(self) -> bool {
        matches!(
            self,
            Self::RunCommand
                | Self::SendFile
                | Self::StopInvocation
                | Self::AttachInstanceRamRole
                | Self::TagResources
                | Self::DeleteSnapshotGroup
        )
    }
}

/// A call before it is signed: what the journal keeps and what a repetition repeats, byte for byte.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiCall {
    /// What to call.
    pub operation: Operation,
    /// The region whose endpoint answers.
    pub region: String,
    /// Wire name and value of each parameter, flattened (`InstanceId.1`), `RegionId` among them. Never an empty filter.
    pub parameters: Vec<(Cow<'static, str>, String)>,
}

impl ApiCall {
    /// The value of a parameter.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The value of a tag it puts.
    pub(crate) fn tag(&self, key: &str) -> Option<&str> {
        let (name, _) = self.parameters.iter().find(|(name, value)| {
            name.strip_prefix("Tag.").is_some_and(|rest| rest.ends_with(".Key")) && value == key
        })?;
        self.parameter(&format!("{}Value", name.strip_suffix("Key")?))
    }
}
