//! The scenario: which account, which instances, and what goes wrong.
//!
//! A scenario is a YAML or JSON document; [`read`](Scenario::read) takes it with findings, [`Scenario::default`] is the
//! small one of `consnap simulate`, [`demo_scenario`] the large one of `consnap demo`.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

mod demo;
mod faults;
mod instance;
mod past_group;
mod read;
mod shape;
mod small;

pub use demo::demo_scenario;
pub use faults::{
    ApiFault, ClosedConnection, ForeignResult, GroupFault, GroupLine, GuestFault, ListingFault, Millis, ResultFault,
    ServiceError, SnapshotFault, TagFault, Throttle,
};
pub use instance::{
    CloudAssistantSpec, DataSeen, DiskSpec, Fleet, GuestSpec, InstanceSpec, Language, MountSpec, QuiesceRecord,
    ScriptOrder, ScriptSpec,
};
pub use past_group::{PastConsistency, PastGroup, PastStatus, Usage};

/// Everything the simulator is told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Scenario {
    /// The version of the document, always 1.
    pub version: u32,
    /// The region all instances are in.
    pub region: String,
    /// The id of the account, digits.
    pub account: String,
    /// Decides every draw: the same scenario and the same calls give the same day.
    pub seed: u64,
    /// How much faster than the caller's clock the simulated day passes, 0.001 to 100000.
    pub time_scale: f64,
    /// The keys that may sign.
    pub access_keys: Vec<AccessKey>,
    /// The RAM roles of the account.
    pub roles: Vec<Role>,
    /// The machine consnap runs on, as its metadata service shows it.
    pub own_machine: OwnMachine,
    /// Instances, one by one.
    pub instances: Vec<InstanceSpec>,
    /// Instances, many of a kind.
    pub fleets: Vec<Fleet>,
    /// Snapshot-consistent groups that were made before the first day.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<PastGroup>,
    /// What goes wrong between caller and service. The first that applies to a call is taken.
    pub api_faults: Vec<ApiFault>,
    /// What goes wrong in guests. The first that applies to a start of the plug-in is taken.
    pub guest_faults: Vec<GuestFault>,
    /// How many calls of an operation the service takes; by name of the operation, `*` for all others.
    pub rate_limits: BTreeMap<String, RateLimit>,
    /// Choices where the service's behaviour is unknown or differs between regions.
    pub service: ServiceRules,
}

impl Default for Scenario {
    fn default() -> Self {
        small::small_scenario()
    }
}

impl Scenario {
    /// A scenario without any instance, with the key `testid` / `testsecret` and the role `AppSnapshotRoleName`.
    pub fn empty() -> Self {
        Self {
            version: 1,
            region: "cn-hangzhou".to_owned(),
            account: "1234567890123456".to_owned(),
            seed: 1,
            time_scale: 1.0,
            access_keys: vec![AccessKey::default()],
            roles: vec![Role::default()],
            own_machine: OwnMachine::default(),
            instances: Vec::new(),
            fleets: Vec::new(),
            groups: Vec::new(),
            api_faults: Vec::new(),
            guest_faults: Vec::new(),
            rate_limits: BTreeMap::new(),
            service: ServiceRules::default(),
        }
    }
}

/// A key that may sign. Made up for the scenario; never a real one.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct AccessKey {
    /// The `AccessKey` id; temporary ones begin with `STS.`.
    pub id: String,
    /// The `AccessKey` secret.
    pub secret: String,
    /// The STS token that must come with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub security_token: Option<String>,
    /// Seconds after the first request at which the token ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_after_seconds: Option<u32>,
    /// Operations that RAM refuses to this key (`Forbidden.RAM`).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refused_operations: Vec<String>,
}

impl Default for AccessKey {
    fn default() -> Self {
        Self {
            id: "testid".to_owned(),
            secret: "testsecret".to_owned(),
            security_token: None,
            expires_after_seconds: None,
            refused_operations: Vec::new(),
        }
    }
}

/// Shows neither secret nor token.
impl fmt::Debug for AccessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessKey").field("id", &self.id).finish_non_exhaustive()
    }
}

/// A RAM role of the account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Role {
    /// Its name.
    pub name: String,
    /// Whether it trusts ECS and so can be attached to instances.
    pub trusts_ecs: bool,
    /// Whether its policy allows what the plug-in calls.
    pub allows_snapshots: bool,
    /// Whether the account and identity providers may take it on (STS).
    pub assumable: bool,
    /// How long credentials last that the metadata service or a credentials URI gives for it, in seconds.
    pub session_seconds: u32,
    /// Operations that RAM refuses to whoever has taken it on (`Forbidden.RAM`).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refused_operations: Vec<String>,
}

impl Default for Role {
    fn default() -> Self {
        Self {
            name: "AppSnapshotRoleName".to_owned(),
            trusts_ecs: true,
            allows_snapshots: true,
            assumable: true,
            session_seconds: 3600,
            refused_operations: Vec::new(),
        }
    }
}

/// The machine consnap runs on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct OwnMachine {
    /// The RAM role attached to it; none when not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Its instance id; empty when it is no instance.
    pub instance_id: String,
    /// Whether its metadata service knows and demands tokens.
    pub metadata_tokens: MetadataTokens,
}

/// Tokens of the metadata service (docs/sources/api.md 6.4).
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum MetadataTokens {
    /// Given, and not demanded.
    #[default]
    Optional,
    /// Demanded: questions without one are refused.
    Required,
    /// Not known: the question for one is answered 404.
    Unknown,
}

/// So many calls in so many seconds.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct RateLimit {
    /// Calls, 1 or more.
    pub calls: u32,
    /// Seconds, 1 or more.
    pub seconds: u32,
}

impl Default for RateLimit {
    fn default() -> Self {
        Self { calls: 100, seconds: 1 }
    }
}

/// Choices where the service's behaviour is unknown or differs between regions (docs/sources/feature.md 10,
/// docs/sources/feature.md 11, docs/sources/feature.md 12).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ServiceRules {
    /// Instances one `RunCommand` takes: 100, or 50 as in 2021.
    pub instances_per_command: u32,
    /// What a command for an instance that is not running does.
    pub not_running: NotRunning,
    /// What stopping a command that already runs does.
    pub stop_running: StopRunning,
    /// Seconds until a command that is stopped has ended.
    pub stopping_seconds: u32,
    /// Whether `InvokeStatus=Running` lists invocations that wait for delivery (assumption A33).
    pub running_lists_pending: bool,
    /// Results kept, over all invocations; the oldest invocations go first.
    pub history_records: u32,
    /// Seconds a `ClientToken` is remembered.
    pub client_token_seconds: u32,
    /// Milliseconds a new group stays invisible.
    pub group_invisible_millis: u32,
    /// Seconds until a newly attached role is seen in the guest.
    pub role_propagation_seconds: u32,
    /// Whether `DescribeSnapshotGroups` shows the tags of the member snapshots.
    pub tags_in_groups: bool,
    /// Whether `TotalCount` counts the whole listing when paging by token, or the page alone.
    pub total_counts: TotalCounts,
    /// Resources that a filter by tags covers.
    pub tag_filter_covers: u32,
    /// What a filter by tags does where more resources carry them.
    pub beyond_tag_filter: BeyondTagFilter,
    /// How long an answer takes.
    pub latency_millis: Millis,
}

/// What `TotalCount` means when paging by token.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TotalCounts {
    /// The entries of the page: it says nothing.
    #[default]
    Page,
    /// The entries of the whole listing.
    Listing,
}

/// What a filter by tags does beyond the resources it covers (SDK model 7.11.8: "at most 1,000"; which is unknown).
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum BeyondTagFilter {
    /// The others are left out, and nothing says so.
    #[default]
    Cut,
    /// The call is refused.
    Refuse,
}

impl Default for ServiceRules {
    fn default() -> Self {
        Self {
            instances_per_command: 100,
            not_running: NotRunning::Reject,
            stop_running: StopRunning::Terminate,
            stopping_seconds: 1,
            running_lists_pending: true,
            history_records: 10_000,
            client_token_seconds: 600,
            group_invisible_millis: 200,
            role_propagation_seconds: 0,
            tags_in_groups: true,
            total_counts: TotalCounts::Page,
            tag_filter_covers: 1_000,
            beyond_tag_filter: BeyondTagFilter::Cut,
            latency_millis: Millis { min: 0, max: 0 },
        }
    }
}

/// What a command for an instance that is not running does (docs/sources/feature.md 10.2: which of them is unknown).
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum NotRunning {
    /// The whole call fails with `InvalidInstance.NotRunning`.
    #[default]
    Reject,
    /// The call is taken; the instance's task ends `Aborted` with `InstanceNotRunning`.
    Abort,
}

/// What stopping a command that already runs does (docs/sources/feature.md 11 C11).
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum StopRunning {
    /// Cloud Assistant ends the shell and says `Terminated`; the plug-in runs on (docs/sources/launcher.md 3.3).
    #[default]
    Terminate,
    /// Nothing: a command that runs is not interrupted.
    Ignore,
}
