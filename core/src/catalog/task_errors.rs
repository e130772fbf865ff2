//! Task error codes: `ErrorCode` of a result, why the service or the agent gave up on one instance.

use super::codes::{OutcomeRow, outcome};
use crate::diagnostics::text::Text;

/// The row of a task error code; an unknown code has none.
pub fn find(code: &str) -> Option<&'static OutcomeRow> {
    ROWS.iter().find(|row| row.name == code)
}

const RESTART_AGENT: Text = Text::new(
    "start or reinstall the Cloud Assistant Agent (`systemctl restart aliyun.service`; on Windows the service `Aliyun Assist Service`), then run again",
    "请启动或重新安装云助手Agent（`systemctl restart aliyun.service`；Windows 上为服务 `Aliyun Assist Service`），然后重新执行",
);
const OPEN_NETWORK: Text = Text::new(
    "allow outbound TCP 443 and 80 and UDP 53 to Cloud Assistant in security groups and firewalls, then run again",
    "请在安全组和防火墙中放行到云助手服务的出方向 TCP 443、TCP 80 和 UDP 53，然后重新执行",
);
const CHECK_GUEST: Text = Text::new(
    "do not start another snapshot; check that the application accepts writes, then look for the group",
    "请勿再次创建快照；请确认应用可正常写入，然后查找快照一致性组",
);
const LOOK: Text = Text::new(
    "look for the group by its name before anything else; run again only when there is none",
    "请先按名称查找快照一致性组，确认不存在后再重新执行",
);
const REMOVE_INSTANCE: Text = Text::new("take the instance out of the job", "请将该实例移出作业");
const AGAIN_LATER: Text = Text::new("run again in a few minutes", "请几分钟后重新执行");
const REPORT: Text = Text::new(
    "consnap should not send such a command: report it with the invocation id",
    "consnap 不应发出这样的命令，请附上命令执行ID反馈此问题",
);

macro_rules! task_errors {
    ($($name:literal $layer:ident $held:ident $group:ident $repeat:ident $meaning:tt $cause:tt => $next:expr;)*) => {
        /// All rows.
        pub static ROWS: &[OutcomeRow] = &[$(outcome!(
            concat!("task:", $name), $name, $layer, $held, $group, $repeat,
            "cloud-assistant-errors; describe-invocation-results: ErrorCode", $meaning, $cause, $next
        ),)*];
    };
}

/// Rows that differ in nothing but what is wrong with the command, which consnap writes itself.
macro_rules! with_refused_commands {
    ($($name:literal ($en:literal, $zh:literal);)* ; $($rest:tt)*) => {
        task_errors! {
            $($name Service free no_group AfterFix ($en, $zh)
                ("the command was not made by consnap", "该命令不是由 consnap 生成") => REPORT;)*
            $($rest)*
        }
    };
}

with_refused_commands! {
    "InvalidCommandText" ("the text of the command is not valid", "命令内容无效");
    "CommandContentDecodeError" ("the text of the command cannot be decoded", "命令内容解码失败");
    "InvalidSystemBuiltInParameter" ("a built-in parameter of the command is not valid", "命令的内置参数无效");
    "BadCronExpression" ("the cron expression is not valid", "Cron 表达式无效");
    "CronExpressionExpired" ("the cron expression has expired", "Cron 表达式已过期");
    "InvalidGMTOffsetForTimezone" ("the offset of the time zone is not valid", "时区偏移量无效");
    "InvalidGMTOffsetHourForTimezone" ("the hours of the time zone are not valid", "时区偏移的小时无效");
    "InvalidGMTOffsetMinuteForTimezone" ("the minutes of the time zone are not valid", "时区偏移的分钟无效");
    "TimezoneInformationCorrupt" ("the time zone is not valid", "时区信息错误");
    "InvalidRateExpression" ("the interval is not valid", "固定间隔表达式无效");
    "RateFrequencyTooLarge" ("the interval is too long", "执行间隔过长");
    "InvalidAtExpression" ("the time of execution is not valid", "指定时间表达式无效");
    "AtExpressionExpired" ("the time of execution has passed", "指定的执行时间已过");
    "InvalidContainerName" ("the container name is not valid", "容器名称无效");
    "InvalidContainerId" ("the container id is not valid", "容器ID无效");
    "UnsupportedContainerRuntime" ("the container runtime is not supported", "不支持该容器运行时");
    "ContainerConnectFailed" ("the container cannot be reached", "无法连接容器");
    "ContainerStateAbnormal" ("the container is not running", "容器状态异常");
    "ContainerNotFound" ("there is no such container", "容器不存在");
    "ContainerNameDuplicated" ("the container name is not unique", "容器名称重复");
    "ContainerNameAndIdNotMatch" ("container name and id do not go together", "容器名称与 ID 不匹配");
    "QueryParameterStoreFailed" ("the password could not be read from Parameter Store", "从参数仓库查询密码失败");
    "FileAlreadyExists" ("the file exists already", "文件已存在");
    "FileNameInvalid" ("the file name is not valid", "文件名无效");
    "FilePathInvalid" ("the path of the file is not valid", "文件路径无效");
    "FileAuthorityInvalid" ("the mode of the file is not valid", "文件权限设置无效");
    "UserGroupNotExists" ("the user or group of the file does not exist", "文件的用户或用户组不存在");
    "FileContentInvalid" ("the content of the file is not valid", "文件内容无效");
    ;
    "ExecutionTimeout" Agent unwatched group AfterLook
        ("the command took longer than its `Timeout`; the plug-in may run on and the guest may still be held",
         "命令执行超过 `Timeout`，插件可能仍在运行，实例可能仍处于冻结状态")
        ("`Timeout` is shorter than scripts, freeze and snapshots need", "`Timeout` 短于脚本、冻结和创建快照所需的时间")
        => CHECK_GUEST;
    "ExecutionException" Agent held group AfterLook
        ("an exception ended the command on the instance", "命令执行时发生异常")
        ("too little memory or disk in the guest, or a fault of the agent", "实例内存或磁盘不足，或云助手Agent故障") => CHECK_GUEST;
    "ExecutionInterrupted" Agent held group AfterLook
        ("the command was interrupted while it ran", "命令执行被中断")
        ("the agent or the instance was stopped", "云助手Agent或实例被停止") => CHECK_GUEST;
    "TerminationException" Agent held group AfterLook
        ("the command could not be stopped; it may run on", "终止命令时发生异常，命令可能仍在运行")
        ("somebody stopped the invocation", "该命令执行被人为停止") => CHECK_GUEST;
    "ExitCodeNonzero" Unknown free no_group AfterFix
        ("the command ended with an exit code other than 0", "命令执行完成，但退出码非0")
        ("see the exit code", "请参见退出码")
        => Text::new("look at exit code and output", "请查看退出码和输出");
    "ClientNotRunning" Service free no_group AfterFix
        ("the Cloud Assistant Agent is not running on the instance", "实例上的云助手Agent未运行")
        ("the agent was stopped or never installed", "云助手Agent被停止或未安装") => RESTART_AGENT;
    "ClientNotOnline" Service free no_group AfterFix
        ("the Cloud Assistant Agent is not online", "云助手Agent不在线")
        ("the agent was stopped, or the instance cannot reach the service", "云助手Agent被停止，或实例无法访问服务") => RESTART_AGENT;
    "ClientNotResponse" Agent held group AfterLook
        ("the Cloud Assistant Agent did not answer; the command may have started", "云助手Agent未响应，命令可能已经启动")
        ("a busy or hanging guest, such as one that is frozen, or a broken connection", "实例繁忙、无响应（例如已被冻结）或网络中断")
        => CHECK_GUEST;
    "ClientIsUpgrading" Service free no_group AfterPause
        ("the Cloud Assistant Agent is being upgraded", "云助手Agent正在升级")
        ("a new version of the agent", "云助手Agent发布了新版本") => AGAIN_LATER;
    "ClientNeedUpgrade" Service free no_group AfterFix
        ("the Cloud Assistant Agent is too old", "云助手Agent版本过低")
        ("updates are switched off or blocked", "自动升级被关闭或被阻止") => RESTART_AGENT;
    "ClientRestarted" Agent held group AfterLook
        ("the Cloud Assistant Agent was restarted while the command ran; the plug-in may run on",
         "命令执行期间云助手Agent重启，插件可能仍在运行")
        ("an upgrade or a crash of the agent", "云助手Agent升级或崩溃") => CHECK_GUEST;
    "ClientNetworkBlocked" Service free no_group AfterFix
        ("the network of the Cloud Assistant Agent is blocked", "云助手Agent的网络被阻断")
        ("a firewall, a route or a proxy", "防火墙、路由或代理") => OPEN_NETWORK;
    "SecurityGroupRuleDenied" Service free no_group AfterFix
        ("a security group denies the traffic of Cloud Assistant", "安全组规则拒绝了云助手的访问")
        ("no outbound rule for Cloud Assistant", "缺少放行云助手的出方向规则") => OPEN_NETWORK;
    "DeliveryTimeout" Service free group AfterLook
        ("the command could not be delivered in time; it may have started", "命令下发超时，命令可能已经启动")
        ("the agent was busy or offline", "云助手Agent繁忙或不在线") => LOOK;
    "InstanceNotExists" Service free no_group AfterFix
        ("the instance does not exist", "实例不存在")
        ("a wrong id, region or account", "实例ID、地域或账号错误") => REMOVE_INSTANCE;
    "InstanceReleased" Service free group AfterLook
        ("the instance was released while the command ran", "命令执行期间实例被释放")
        ("somebody released it, or it expired", "实例被释放或到期") => REMOVE_INSTANCE;
    "InstanceNotRunning" Service free no_group AfterFix
        ("the instance was not running when the command was sent", "下发命令时实例不处于运行中状态")
        ("a stopped or restarting instance", "实例已停止或正在重启")
        => Text::new("start the instance, wait for Cloud Assistant, then run again", "请启动实例，等待云助手就绪后重新执行");
    "InstanceRestarted" Agent free group AfterLook
        ("the instance was restarted while the command ran", "命令执行期间实例被重启")
        ("a restart by hand or by maintenance", "人为重启或运维事件") => LOOK;
    "InstanceDeregistered" Service free no_group AfterFix
        ("the instance is no longer registered with Cloud Assistant", "实例已从云助手注销")
        ("a managed instance was deregistered", "托管实例已被注销") => REMOVE_INSTANCE;
    "CommandNotApplicable" Service free no_group AfterFix
        ("the type of the command does not fit the instance", "命令类型不适用于该实例")
        ("a shell command for Windows or a batch command for Linux", "对 Windows 使用了 Shell 命令，或对 Linux 使用了 Bat 命令")
        => Text::new("check the platform of the instance in the job document", "请检查作业文档中该实例的操作系统类型");
    "AccountNotExists" Service free no_group AfterFix
        ("the user that should run the command does not exist", "执行命令的用户不存在")
        ("`root` or `System` was renamed", "`root` 或 `System` 用户被重命名") => RESTART_AGENT;
    "DirectoryNotExists" Service free no_group AfterFix
        ("the working directory does not exist", "执行目录不存在")
        ("the home directory of root is missing", "root 用户的主目录不存在")
        => Text::new("create the directory `/root`, then run again", "请创建 `/root` 目录后重新执行");
    "DefaultWorkingDirectoryNotAvailable" Service free no_group AfterFix
        ("the default working directory is not available", "默认执行目录不可用")
        ("the home directory of root is missing", "root 用户的主目录不存在")
        => Text::new("create the directory `/root`, then run again", "请创建 `/root` 目录后重新执行");
    "UserOrPasswordInvalid" Service free no_group AfterFix
        ("the Windows user or its password is wrong", "Windows 用户名或密码错误")
        ("a command that runs as another user, which consnap never asks for", "以其他用户执行命令，consnap 不会这样做") => REPORT;
    "InstanceRoleInvalid" Service free no_group AfterFix
        ("the RAM role of the instance is missing or not valid", "实例RAM角色不存在或无效")
        ("no role is attached, or it was deleted", "未授予角色，或角色已被删除")
        => Text::new("attach the RAM role to the instance, then run again", "请为实例授予RAM角色后重新执行");
    "FileCreateFail" Service free no_group AfterFix
        ("a file could not be created on the instance", "在实例上创建文件失败")
        ("a full or read-only disk", "磁盘已满或只读")
        => Text::new("free space on the instance, then run again", "请清理实例磁盘空间后重新执行");
}

/// What stands for codes that are not known.
pub static UNKNOWN: OutcomeRow = outcome!(
    "task:unknown",
    "",
    Unknown,
    held,
    group,
    AfterLook,
    "consnap: not in any list it knows",
    ("the execution error code is not in any list that consnap knows", "该执行错误码不在 consnap 已知的列表中"),
    ("the service is newer than this version of consnap", "服务版本比当前 consnap 更新"),
    Text::new(
        "look at the result in the console; use a newer version of consnap",
        "请在控制台查看执行结果，并使用更新版本的 consnap"
    )
);
