//! What RAM must allow: to the instance, whose plug-in makes the snapshots, and to whoever runs consnap.

use crate::diagnostics::text::Text;

/// The trust policy of the instance's role: ECS may take it on (vendor document: `Configure a RAM role`).
pub const INSTANCE_TRUST: &str = "ecs.aliyuncs.com";

/// The trust policy of the role OOS works with.
pub const OOS_TRUST: &str = "oos.aliyuncs.com";

/// What OOS calls in an exported template: its action `ACS::ECS::RunCommand` and `ACS::SelectTargets`
/// (aliyun/oos-templates, `CloudProductActions/ECS`).
pub static OOS_ACTIONS: &[&str] =
    &["ecs:DescribeInstances", "ecs:RunCommand", "ecs:DescribeInvocations", "ecs:DescribeInvocationResults"];

/// The role's name in the vendor's documents.
pub const EXAMPLE_ROLE: &str = "AppSnapshotRoleName";
/// What a trust policy allows.
pub const ASSUME_ROLE: &str = "sts:AssumeRole";
/// Handing a role to an instance: the one action that belongs to a single role.
pub const PASS_ROLE: &str = "ram:PassRole";

/// Beginnings of the codes with which RAM refuses a call (docs/sources/api.md 4.5, docs/sources/api.md 5.4; STS).
pub static REFUSALS: &[&str] =
    &["Forbidden.RAM", "Forbidden.Unauthorized", "Forbidden.SubUser", "NoPermission", "InvalidUser.PassRoleForbidden"];

/// What not everybody does with consnap, and what needs more than the rest.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Extra {
    /// Attaching the role (`run.attach_role`, `consnap role attach`).
    Attach,
    /// Uploading the scripts (`linux.upload`).
    Upload,
    /// Tagging the snapshots (`run.tag_snapshots`).
    Tag,
    /// Deleting groups (`consnap prune`).
    Prune,
}

impl Extra {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Attach, Self::Upload, Self::Tag, Self::Prune];
}

/// An action, and what it is needed for.
#[derive(Debug)]
pub struct ActionRow {
    /// As RAM spells it.
    pub action: &'static str,
    /// What it is needed for.
    pub about: Text,
    /// Only for whoever does this.
    pub only_to: Option<Extra>,
    /// What it works on, by which it can be narrowed.
    pub works_on: WorksOn,
}

/// What an action works on.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum WorksOn {
    /// Lists, or what has no id before it is made: it cannot be narrowed to instances.
    Anything,
    /// Instances, by a command of Cloud Assistant.
    Commanded,
    /// Instances, and the role they are given.
    Attached,
    /// The role of the instances.
    Role,
}

const fn row(action: &'static str, en: &'static str, zh: &'static str) -> ActionRow {
    ActionRow { action, about: Text::new(en, zh), only_to: None, works_on: WorksOn::Anything }
}

const fn only_to(extra: Extra, action: &'static str, en: &'static str, zh: &'static str) -> ActionRow {
    ActionRow { only_to: Some(extra), ..row(action, en, zh) }
}

impl ActionRow {
    const fn on(self, works_on: WorksOn) -> Self {
        Self { works_on, ..self }
    }
}

/// More ids than these, in two statements, make a policy longer than the 6,144 characters that RAM takes.
pub const MOST_INSTANCES: usize = 50;

/// What the plug-in calls with the instance's role. The vendor's own policy writes `ecs:DescribeSnapshot*` and
/// `ecs:CreateSnapshot*`; these are the actions its log shows (plug-in 1.8, recorded 2025).
pub static INSTANCE_ACTIONS: &[ActionRow] = &[
    row("ecs:DescribeDisks", "find the disks of the instance", "查询实例的云盘"),
    row("ecs:CreateSnapshotGroup", "make the snapshot-consistent group", "创建快照一致性组"),
    row("ecs:DescribeSnapshotGroups", "wait until the group is finished", "等待快照一致性组创建完成"),
    row("ecs:DescribeSnapshots", "look at the snapshots of the group", "查询快照一致性组中的快照"),
    row("ecs:TagResources", "tag the snapshots with the consistency reached", "为快照添加一致性标签"),
];

/// What consnap itself calls.
pub static OPERATOR_ACTIONS: &[ActionRow] = &[
    row("ecs:RunCommand", "start the plug-in", "启动云助手插件").on(WorksOn::Commanded),
    row("ecs:DescribeInvocations", "follow the runs", "跟踪命令执行"),
    row("ecs:DescribeInvocationResults", "read the results, in exported programs", "在导出的程序中读取执行结果"),
    row("ecs:DescribeInstances", "find the instances", "查询实例"),
    row("ecs:DescribeDisks", "find their disks", "查询云盘"),
    row("ecs:DescribeCloudAssistantStatus", "see whether Cloud Assistant is there", "查询云助手状态"),
    row("ecs:DescribeInstanceRamRole", "see which role an instance has", "查询实例RAM角色"),
    row("ecs:DescribeSnapshotGroups", "find the groups made", "查询快照一致性组"),
    row("ecs:DescribeSnapshots", "read the tags that tell the consistency reached", "读取表明一致性级别的标签"),
    only_to(
        Extra::Attach,
        "ecs:AttachInstanceRamRole",
        "attach the role where it is missing",
        "为缺少角色的实例授予实例RAM角色",
    )
    .on(WorksOn::Attached),
    only_to(Extra::Attach, "ram:PassRole", "pass the role to the instance", "将角色传递给实例").on(WorksOn::Role),
    only_to(Extra::Upload, "ecs:SendFile", "put the scripts on the instances", "将脚本发送到实例")
        .on(WorksOn::Commanded),
    only_to(Extra::Upload, "ecs:DescribeSendFileResults", "see whether they arrived", "查询文件发送结果"),
    only_to(Extra::Tag, "ecs:TagResources", "tag the snapshots with the run", "为快照添加本次执行的标签"),
    only_to(
        Extra::Prune,
        "ecs:DeleteSnapshotGroup",
        "delete groups that are not needed any more",
        "删除不再需要的快照一致性组",
    ),
];
