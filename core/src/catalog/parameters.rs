//! The parameters of the two plug-ins, `app-snapshot-plugin` and `app-snapshot-plugin-win`.

use serde::Serialize;

use crate::base::consistency::Platform;
use crate::diagnostics::text::Text;

/// How the plug-in reads a value (Go's `flag` package; docs/sources/launcher.md 6).
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ParameterKind {
    /// Any text.
    Text,
    /// `true` or `false`.
    Boolean,
    /// A whole number in plain decimal digits: a leading zero would make it octal.
    Integer,
}

/// A parameter of a plug-in.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct ParameterRow {
    /// Where the job has it: a JSON pointer.
    pub key: &'static str,
    /// How the plug-in spells it. Upper and lower case count.
    pub wire: &'static str,
    /// The platforms whose plug-in has it.
    pub platforms: &'static [Platform],
    /// How the plug-in reads its value.
    pub kind: ParameterKind,
    /// What the plug-in does when it is left out.
    pub default: Option<&'static str>,
    /// Smallest and largest number, or shortest and longest text in characters. `None`: not documented.
    pub range: Option<(i64, i64)>,
    /// Whether the plug-in needs it.
    pub required: bool,
    /// What it is for.
    pub about: Text,
    /// Document and edition.
    pub source: &'static str,
}

impl ParameterRow {
    /// Whether the plug-in of a platform has this parameter.
    pub fn is_for(&self, platform: Platform) -> bool {
        self.platforms.contains(&platform)
    }
}

const BOTH: &[Platform] = &[Platform::Linux, Platform::Windows];
const LINUX: &[Platform] = &[Platform::Linux];
const WINDOWS: &[Platform] = &[Platform::Windows];

/// The role.
pub static RAM_ROLE_NAME: ParameterRow = ParameterRow {
    key: "/instance_ram_role",
    wire: "RamRoleName",
    platforms: BOTH,
    kind: ParameterKind::Text,
    default: None,
    range: Some((1, 64)),
    required: true,
    about: Text::new(
        "the RAM role attached to the instance, with which the plug-in calls the service",
        "实例已绑定的实例RAM角色，云助手插件以此角色调用服务",
    ),
    source: "go-page: parameters; ram-role: length of RoleName",
};
/// Instant access.
pub static INSTANT_ACCESS: ParameterRow = ParameterRow {
    key: "/instant_access",
    wire: "InstantAccess",
    platforms: BOTH,
    kind: ParameterKind::Boolean,
    default: None,
    range: None,
    required: false,
    about: Text::new(
        "instant access of the snapshots; accepted and of no effect today, since it is always on for ESSDs",
        "快照极速可用；目前仍可填写但不再起作用，ESSD云盘的快照始终极速可用",
    ),
    source: "go-page: parameters; create-snapshot-group: InstantAccess",
};
/// Whether to freeze.
pub static ENABLE_FS_FREEZE: ParameterRow = ParameterRow {
    key: "/linux/freeze_file_systems",
    wire: "EnableFsFreeze",
    platforms: LINUX,
    kind: ParameterKind::Boolean,
    default: Some("true"),
    range: None,
    required: false,
    about: Text::new(
        "whether the file systems are frozen (read-only) before the snapshots are created",
        "创建快照前是否冻结文件系统（使其只读）",
    ),
    source: "go-page: parameters",
};
/// Limit of the freeze.
pub static TIMEOUT_IN_SECONDS: ParameterRow = ParameterRow {
    key: "/linux/freeze_timeout_seconds",
    wire: "TimeoutInSeconds",
    platforms: LINUX,
    kind: ParameterKind::Integer,
    default: Some("30"),
    range: None,
    required: false,
    about: Text::new("limit of the file system freeze in seconds", "文件系统IO冻结的时限，单位为秒"),
    source: "go-page: parameters (no range given)",
};
/// Limit of each script.
pub static SCRIPT_TIMEOUT_IN_SECONDS: ParameterRow = ParameterRow {
    key: "/linux/script_timeout_seconds",
    wire: "ScriptTimeoutInSeconds",
    platforms: LINUX,
    kind: ParameterKind::Integer,
    default: Some("1800"),
    range: None,
    required: false,
    about: Text::new("limit of each application script in seconds", "每个应用脚本的时限，单位为秒"),
    source: "go-page: parameters (no range given)",
};
/// The pre-freeze script.
pub static PRE_SCRIPT_PATH: ParameterRow = ParameterRow {
    key: "/linux/pre_script_path",
    wire: "PreScriptPath",
    platforms: LINUX,
    kind: ParameterKind::Text,
    default: Some("/tmp/prescript.sh"),
    range: None,
    required: false,
    about: Text::new(
        "path of the application pre-freeze script; needed for application-consistent snapshots",
        "应用冻结脚本的路径；创建应用一致性快照时必填",
    ),
    source: "go-page: parameters; plug-in-log: default",
};
/// The post-thaw script.
pub static POST_SCRIPT_PATH: ParameterRow = ParameterRow {
    key: "/linux/post_script_path",
    wire: "PostScriptPath",
    platforms: LINUX,
    kind: ParameterKind::Text,
    default: Some("/tmp/postscript.sh"),
    range: None,
    required: false,
    about: Text::new(
        "path of the application post-thaw script; needed for application-consistent snapshots",
        "应用解冻脚本的路径；创建应用一致性快照时必填",
    ),
    source: "go-page: parameters; plug-in-log: default",
};
/// Whether VSS writers take part.
pub static ENABLE_WRITERS: ParameterRow = ParameterRow {
    key: "/windows/vss_writers",
    wire: "EnableWriters",
    platforms: WINDOWS,
    kind: ParameterKind::Boolean,
    default: Some("true"),
    range: None,
    required: false,
    about: Text::new(
        "whether VSS Writers take part: true for application-consistent, false for file system-consistent snapshots",
        "是否由 VSS Writer 参与：true 创建应用一致性快照，false 创建文件系统一致性快照",
    ),
    source: "go-page: parameters",
};
/// Description of the group.
pub static DESCRIPTION: ParameterRow = ParameterRow {
    key: "/description",
    wire: "Description",
    platforms: BOTH,
    kind: ParameterKind::Text,
    default: None,
    range: Some((2, 256)),
    required: false,
    about: Text::new("description of the snapshot-consistent group", "快照一致性组的描述"),
    source: "go-page: parameters; create-snapshot-group: Description",
};
/// Days of instant access.
pub static INSTANT_ACCESS_RETENTION_DAYS: ParameterRow = ParameterRow {
    key: "/instant_access_retention_days",
    // The plug-in's own spelling.
    wire: "InstantAccessRentationDays",
    platforms: BOTH,
    kind: ParameterKind::Integer,
    default: Some("1"),
    range: Some((1, 65_535)),
    required: false,
    about: Text::new(
        "days of instant access; of no effect today. The plug-in's page allows 65536, the API behind it 65535",
        "快照极速可用的保留天数；目前不再起作用。插件文档允许 65536，而其调用的 API 只允许 65535",
    ),
    source: "go-page: 1 to 65536; create-snapshot-group: InstantAccessRetentionDays, 1 to 65535",
};
/// Disks left out.
pub static EXCLUDE_DISK_ID: ParameterRow = ParameterRow {
    key: "/exclude_disks",
    wire: "ExcludeDiskId",
    platforms: BOTH,
    kind: ParameterKind::Text,
    default: Some(""),
    range: None,
    required: false,
    about: Text::new(
        "the disk to leave out; how several are separated is not documented",
        "不创建快照的云盘；多个云盘之间如何分隔，文档没有说明",
    ),
    source: "go-page: parameters",
};
/// Name of the group.
pub static NAME: ParameterRow = ParameterRow {
    key: "/group_name",
    wire: "Name",
    platforms: BOTH,
    kind: ParameterKind::Text,
    default: None,
    range: Some((2, 128)),
    required: true,
    about: Text::new("name of the snapshot-consistent group", "快照一致性组的名称"),
    source: "go-page: parameters; create-snapshot-group: Name",
};

/// All parameters of both platforms, in the order in which a command has them.
pub static ROWS: &[&ParameterRow] = &[
    &RAM_ROLE_NAME,
    &INSTANT_ACCESS,
    &ENABLE_FS_FREEZE,
    &TIMEOUT_IN_SECONDS,
    &SCRIPT_TIMEOUT_IN_SECONDS,
    &PRE_SCRIPT_PATH,
    &POST_SCRIPT_PATH,
    &ENABLE_WRITERS,
    &DESCRIPTION,
    &INSTANT_ACCESS_RETENTION_DAYS,
    &EXCLUDE_DISK_ID,
    &NAME,
];

/// The parameter that the plug-in spells so.
pub fn find(wire: &str) -> Option<&'static ParameterRow> {
    ROWS.iter().find(|row| row.wire == wire).copied()
}

/// The plug-in of a platform.
pub const fn plugin(platform: Platform) -> &'static str {
    match platform {
        Platform::Linux => "app-snapshot-plugin",
        Platform::Windows => "app-snapshot-plugin-win",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Both samples of the vendor's document keep the order of the table.
    #[test]
    fn the_order_is_the_vendors() {
        for sample in [
            "RamRoleName InstantAccess EnableFsFreeze TimeoutInSeconds PreScriptPath PostScriptPath \
             InstantAccessRentationDays ExcludeDiskId Name",
            "RamRoleName InstantAccess EnableWriters Description InstantAccessRentationDays ExcludeDiskId Name",
        ] {
            let places: Vec<usize> = sample
                .split_whitespace()
                .map(|wire| ROWS.iter().position(|row| row.wire == wire).unwrap_or_else(|| panic!("{wire}")))
                .collect();
            assert!(places.is_sorted(), "{sample}");
        }
    }
}
