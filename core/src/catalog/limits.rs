//! Limits of the service and of consnap's own judgement.

use serde::Serialize;

use crate::diagnostics::text::Text;

/// A limit.
#[derive(Debug, Serialize)]
pub struct LimitRow {
    /// Its key.
    pub key: &'static str,
    /// The limit itself.
    pub value: u32,
    /// `disks`, `TiB`, `characters`, `seconds`, `days`, `tasks`.
    pub unit: &'static str,
    /// What it limits.
    pub about: Text,
    /// Document and edition.
    pub source: &'static str,
}

impl LimitRow {
    /// The limit as a number of things.
    pub const fn count(&self) -> usize {
        self.value as usize
    }
}

/// Where uploaded scripts are put when the job does not say: made by the agent with root's umask, so that only root may write.
pub const UPLOAD_FOLDER: &str = "/opt/consnap";
/// The first version of Cloud Assistant on Linux that takes files (`SendFile`, 2025-12-09).
pub const SEND_FILE_AGENT: &str = "1.0.2.569";

/// Declares the rows and the list of them.
macro_rules! limits {
    ($($name:ident = $key:literal, $value:literal $unit:literal: $en:literal, $zh:literal; $source:literal)*) => {
        $(
            #[doc = $en]
            pub static $name: LimitRow =
                LimitRow { key: $key, value: $value, unit: $unit, about: Text::new($en, $zh), source: $source };
        )*
        /// All limits.
        pub static ROWS: &[&LimitRow] = &[$(&$name),*];
    };
}

limits! {
    GROUP_DISKS = "group_disks", 16 "disks":
        "disks of one snapshot-consistent group, everywhere", "单个快照一致性组的云盘数（所有地域）";
        "groups; api-reference: parameter arrays 1 to 16"
    GROUP_DISKS_NEWER = "group_disks_newer", 128 "disks":
        "disks of one snapshot-consistent group in regions with the raised limit", "单个快照一致性组的云盘数（已提升上限的地域）";
        "groups: about 30 regions"
    GROUP_SIZE = "group_size", 32 "TiB":
        "size of one snapshot-consistent group, everywhere", "单个快照一致性组的总容量（所有地域）";
        "groups"
    GROUP_SIZE_NEWER = "group_size_newer", 256 "TiB":
        "size of one snapshot-consistent group in regions with the raised limit", "单个快照一致性组的总容量（已提升上限的地域）";
        "groups: about 30 regions"
    SNAPSHOT_TASKS = "snapshot_tasks", 10 "tasks":
        "snapshot tasks under way on one disk", "单块云盘上进行中的快照任务数";
        "create-snapshot-group: QuotaExceed.ConcurrentSnapshotQuota"
    NAME_LEAST = "name_least", 2 "characters":
        "least length of a group's name", "快照一致性组名称的最小长度"; "create-snapshot-group: Name"
    NAME_MOST = "name_most", 128 "characters":
        "greatest length of a group's name", "快照一致性组名称的最大长度"; "create-snapshot-group: Name"
    DESCRIPTION_LEAST = "description_least", 2 "characters":
        "least length of a group's description", "快照一致性组描述的最小长度"; "create-snapshot-group: Description"
    DESCRIPTION_MOST = "description_most", 256 "characters":
        "greatest length of a group's description", "快照一致性组描述的最大长度"; "create-snapshot-group: Description"
    ROLE_MOST = "role_most", 64 "characters":
        "greatest length of a RAM role's name", "RAM角色名称的最大长度"; "launcher 4.2"
    INSTANT_ACCESS_DAYS = "instant_access_days", 65_535 "days":
        "greatest number of instant access days", "快照极速可用的最大天数";
        "create-snapshot-group: InstantAccessRetentionDays, 1 to 65535; go-page: 1 to 65536"
    TIMEOUT_LEAST = "timeout_least", 10 "seconds":
        "least time-out of a Cloud Assistant command", "云助手命令的最小超时时间"; "invoke-command: Timeout"
    HEARTBEAT = "heartbeat", 120 "seconds":
        "age of the last heartbeat of Cloud Assistant", "云助手最近一次心跳距今的时间";
        "describe-cloud-assistant-status: heartbeat within two minutes"
    FACTS_AGE = "facts_age", 900 "seconds":
        "age of collected facts before consnap says so", "实例信息采集距今的时间，超过则提示"; "consnap"
    PROBE_AGE = "probe_age", 86_400 "seconds":
        "age of a look into the guest that still counts as fresh", "实例内信息视为有效的时间"; "consnap"
    FILE_SIZE = "file_size", 24_576 "bytes":
        "size of a file that is sent to an instance", "发送到实例的文件大小"; "send-file: 32 KB after Base64"
    FIRST_LINE = "first_line", 127 "bytes":
        "of a script's first line that every kernel reads", "所有内核都会读取的脚本首行长度"; "execve: Interpreter scripts"
    FIRST_LINE_NEWER = "first_line_newer", 255 "bytes":
        "of a script's first line that kernels read since 5.1", "5.1 及以上内核读取的脚本首行长度"; "execve: Interpreter scripts"
    SELECTION_SHRINKS_BY = "selection_shrinks_by", 10 "percent":
        "of the last run's instances that a selection may lack before the run is refused", "与上次运行相比选中实例数允许减少的比例，超过则拒绝执行"; "consnap"
    RESOURCE_TAGS = "resource_tags", 10 "tags":
        "tags that select instances", "用于选择实例的标签数"; "run-command: ResourceTag.N 1 to 10"
}
