//! What was seen, in words.

use consnap_core::Text;

macro_rules! words {
    ($($name:ident = $en:literal, $zh:literal;)+) => {
        $(pub(crate) static $name: Text = Text::new($en, $zh);)+
    };
}

words! {
    NO_RUN = "the snapshot command did not run", "快照命令未执行";
    NO_GROUP = "no group was made", "未创建快照一致性组";
    NO_ANSWER = "the service gave no answer that tells", "服务端未给出可判断的响应";
    NO_TAG = "no consistency tag was seen", "未见一致性标签";
    REFUSED = "the service answered `{code}`", "服务端返回 `{code}`";
    EVERY_SNAPSHOT_TAGGED = "DescribeSnapshots shows a consistency tag on {tagged} of {all} snapshots", "DescribeSnapshots 显示 {all} 个快照中有 {tagged} 个带一致性标签";
    TAGS_IN_GROUP_ONLY = "the group shows consistency tags, DescribeSnapshots does not", "快照一致性组显示一致性标签，而 DescribeSnapshots 不显示";
    FELL_BACK = "the snapshots are file system-consistent, the exit code is 0", "快照为文件系统一致性，退出码为 0";
    FELL_BACK_WITH = "the snapshots are file system-consistent, the exit code is {exit}", "快照为文件系统一致性，退出码为 {exit}";
    NO_FALL_BACK = "nothing fell back: try it without scripts", "未发生降级：请在无脚本时尝试";
    TOOK = "the whole command took {seconds} s", "整个命令用时 {seconds} 秒";
    TOOK_LONGER = "the whole command took {seconds} s; how much of it the group took is not known", "整个命令用时 {seconds} 秒；其中快照一致性组用时未知";
    LAUNCHER_ENDED_IT = "exit code 247: the launcher ended the plug-in", "退出码 247：云助手插件管理程序终止了插件";
    RAN_BEYOND = "the plug-in ran for {seconds} s", "插件运行了 {seconds} 秒";
    RAN_TOO_SHORT = "the plug-in ran for {seconds} s only; the limit would show after 60 s", "插件仅运行 {seconds} 秒；时限要在 60 秒后才会显现";
    FOUND_BY_TAG = "DescribeInvocations found the invocation by its tag and showed it", "DescribeInvocations 按标签查到了该执行并显示该标签";
    NOT_FOUND_BY_TAG = "DescribeInvocations did not find the invocation by its tag", "DescribeInvocations 按标签未查到该执行";
    OTHER_SPELLING = "`{key}` was seen", "见到 `{key}`";
    USUAL_SPELLING = "only the usual spelling was seen: {keys}", "仅见到通常的拼写：{keys}";
    BY_EXACT_NAME = "the group was found by its whole name, and not by the beginning of it", "按完整名称查到该组，按名称开头未查到";
    BY_BEGINNING_TOO = "the group was also found by the beginning of its name", "按名称开头也查到了该组";
    NOT_BY_NAME = "the group was not found by its name", "按名称未查到该组";
    TAGS_IN_TIME = "the tags were there when the run was judged", "判定时标签已存在";
    TAGS_LATE = "the tags are there now, but were not when the run was judged", "现在有标签，但判定时没有";
    SAME_INVOCATION = "the second call with the same token gave the same invocation, `{id}`", "使用相同令牌的第二次请求返回同一执行 `{id}`";
    TWO_INVOCATIONS = "the second call with the same token started another invocation: `{first}`, `{second}`", "使用相同令牌的第二次请求启动了另一执行：`{first}`、`{second}`";
    SCRIPTS_ELSEWHERE = "a script outside of `/tmp` led to application-consistent snapshots", "`/tmp` 以外的脚本得到了应用一致性快照";
    NO_SCRIPTS_ELSEWHERE = "no script outside of `/tmp` led to application-consistent snapshots here", "此处没有 `/tmp` 以外的脚本得到应用一致性快照";
    EMPTY_ROLE = "the instance is listed with an empty role", "实例的角色为空";
    ROLE_NOT_LISTED = "the instance is not listed", "未列出该实例";
    HAS_ROLE = "the instance has a role", "该实例已授予角色";
    UNKNOWN_ID_LEFT_OUT = "a query for this instance and one that does not exist gave this one", "查询该实例与一个不存在的实例时，仅返回该实例";
    UNKNOWN_ID_COUNT = "a query for this instance and one that does not exist gave {count}", "查询该实例与一个不存在的实例时，返回 {count} 个";
    PLACEHOLDER_KEPT = "a command printed `{{ACS::InstanceId}}` as it was written", "命令原样输出 `{{ACS::InstanceId}}`";
    PLACEHOLDER_REPLACED = "a command with `{{ACS::InstanceId}}` printed `{output}`", "含 `{{ACS::InstanceId}}` 的命令输出 `{output}`";
    COMMAND_ARRIVED = "the command reached the plug-in as it was meant", "命令按预期传递给插件";
    REACHED_APPLICATION = "the snapshots are application-consistent", "快照为应用一致性";
    ONLY_WINDOWS = "only a Windows instance that makes a group can tell", "只有成功创建快照一致性组的 Windows 实例可以判断";
    OTHER_METADATA = "the instance has other metadata options: `HttpEndpoint` `{endpoint}`, `HttpTokens` `{tokens}`", "该实例的元数据选项不同：`HttpEndpoint` 为 `{endpoint}`，`HttpTokens` 为 `{tokens}`";
    METADATA_READ = "the plug-in made a group, so it read the metadata service", "插件创建了快照一致性组，因此可访问元数据服务";
    METADATA_NOT_READ = "the plug-in ended with `{why}`", "插件以 `{why}` 结束";
    RUNNING_LISTED = "an invocation that had just been taken was listed", "刚被接受的执行已列出";
    RUNNING_NOT_LISTED = "an invocation that was not over was not listed", "尚未结束的执行未列出";
    OVER_TOO_SOON = "the invocation was over before it could be listed", "执行在可列出之前已结束";
    NEW_ONES_UNUSED = "new snapshots show `none`; that a used one shows otherwise would need an image", "新快照显示 `none`；已使用的快照是否不同，需要创建镜像才能得知";
    NEW_ONES_USED = "a new snapshot shows `{usage}`", "新快照显示 `{usage}`";
    NEEDS_OTHER_JOB = "it needs a job made for it: exclude two disks, switch the freeze off, make a script a link or let one run long", "需要专门的作业：排除两块云盘、关闭冻结、使用符号链接脚本或长时间运行的脚本";
    WOULD_HARM = "trying it would leave a guest frozen, or need an instance that is stopped", "尝试会使实例保持冻结，或需要已停止的实例";
    NEEDS_OTHER_INSTANCE = "it needs an instance of another kind: image, disks, or a role attached a moment ago", "需要其他类型的实例：镜像、云盘，或刚授予角色的实例";
    NEEDS_OTHER_RIGHTS = "it needs credentials that lack a right, or that have ended", "需要缺少权限或已过期的凭证";
    CANNOT_BE_SHOWN = "no single look can show it", "单次检查无法证明";
}

/// Why a look cannot tell about an assumption.
pub(crate) fn not_here(id: &str) -> &'static Text {
    match id {
        "A06" | "A14" | "A19" | "A26" | "A43" | "A44" => &NEEDS_OTHER_JOB,
        "A10" | "A11" => &WOULD_HARM,
        "A16" | "A17" | "A24" | "A27" | "A30" => &NEEDS_OTHER_INSTANCE,
        "A31" | "A32" => &NEEDS_OTHER_RIGHTS,
        _ => &CANNOT_BE_SHOWN,
    }
}
