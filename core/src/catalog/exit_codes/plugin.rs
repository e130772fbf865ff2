//! `app-snapshot-plugin` and `app-snapshot-plugin-win`: 0 to 16 and 255.

use super::exit_codes;
use crate::diagnostics::text::Text;

const UNFREEZE: Text = Text::new(
    "check at once that the application accepts writes; if not: VNC console, `fsfreeze -u` on each mount with `/` last, then the post-thaw script",
    "请立即确认应用可正常写入；否则请通过 VNC 控制台对每个挂载点执行 `fsfreeze -u`（最后处理 `/`），再执行应用解冻脚本",
);
const LOOK: Text = Text::new(
    "look for the group by its name before anything else; run again only when there is none",
    "请先按名称查找快照一致性组，确认不存在后再重新执行",
);

exit_codes! { Plugin "exit:plugin:" "go-page: error codes; plug-in-log":
    0 "" free no_group NotNeeded
        ("the snapshot-consistent group was made; which consistency it has, only the tags of its snapshots tell",
         "快照一致性组已创建；其一致性级别只能以快照标签为准")
        ("the plug-in finished", "云助手插件已执行完成")
        => Text::new("look at the tags: `APPConsistent:True` or `FsConsistent:True`",
                     "请查看快照标签：`APPConsistent:True` 或 `FsConsistent:True`");
    1 "" free no_group AfterFix
        ("a precondition is not met; no snapshot was made", "不满足前提条件，未创建快照")
        ("an unsupported disk category, a snapshot name that is not valid, no network, no RAM role, or an unsupported operating system",
         "云盘种类不支持、快照名称无效、网络不通、未授予实例RAM角色或操作系统不受支持")
        => Text::new("run `consnap check` on this instance and resolve what it finds",
                     "请对该实例执行 `consnap check`，并处理检查结果");
    2 "" free no_group AfterFix
        ("the parameters after `--params` are wrong in type or number", "`--params` 之后的参数类型或数量错误")
        ("a command that was not built by consnap, or a plug-in that does not know a parameter",
         "命令不是由 consnap 生成，或插件版本不支持某个参数")
        => Text::new("paste the command into `consnap explain` to see what the plug-in receives",
                     "请将命令粘贴到 `consnap explain`，查看插件实际收到的参数");
    3 "" free no_group AfterFix
        ("no ESSD is attached, or the RAM role may not call the snapshot operations",
         "实例未挂载ESSD云盘，或实例RAM角色无权调用快照相关接口")
        ("the policy of the role lacks an action, or all ESSDs are excluded", "角色的权限策略缺少所需操作，或ESSD云盘均被排除")
        => Text::new("allow the role `ecs:CreateSnapshot*`, `ecs:DescribeSnapshot*`, `ecs:DescribeDisks` and `ecs:TagResources`; leave an ESSD in",
                     "请为角色授予 `ecs:CreateSnapshot*`、`ecs:DescribeSnapshot*`、`ecs:DescribeDisks` 和 `ecs:TagResources` 权限，并至少保留一块ESSD云盘");
    4 "" free no_group AfterFix
        ("the snapshot-consistent group could not be created", "创建快照一致性组失败")
        ("CreateSnapshotGroup was refused; the log names the request id", "CreateSnapshotGroup 请求被拒绝，日志中有 RequestId")
        => Text::new("look at the error lines of the output and explain their code with `consnap explain`",
                     "请查看输出中的错误行，并用 `consnap explain` 查询其中的错误码");
    5 "" free group AfterLook
        ("the snapshot-consistent group ended in an unexpected state", "快照一致性组状态不符合预期")
        ("the group failed while its snapshots were being made", "创建过程中快照一致性组失败") => LOOK;
    6 "" free group AfterLook
        ("the request to create the group timed out; the group may appear later",
         "创建快照一致性组的请求超时，该组可能稍后出现")
        ("the group was still in progress when the plug-in stopped waiting", "插件停止等待时快照一致性组仍在创建中") => LOOK;
    7 "" free group AfterLook
        ("a snapshot of the group is in an unexpected state", "快照一致性组中有快照的状态不符合预期")
        ("a disk of the group could not be snapshotted", "组内有云盘未能创建快照") => LOOK;
    8 "" free untagged_group AfterLook
        ("the group exists but its snapshots could not be tagged, so its consistency is unknown",
         "快照一致性组已创建，但无法为快照添加标签，一致性结果未知")
        ("the RAM role lacks `ecs:TagResources`, or the number of tags is at its limit",
         "实例RAM角色缺少 `ecs:TagResources` 权限，或标签数量已达上限")
        => Text::new("grant the role `ecs:TagResources`; keep the group as unproven, do not tag it by hand",
                     "请为角色授予 `ecs:TagResources` 权限；该组的一致性未经证实，请勿手动添加标签");
    9 "" locked group AfterLook
        ("the application pre-freeze script could not be executed; the application may be locked in part",
         "应用冻结脚本无法执行，应用可能处于部分冻结状态")
        ("the script failed or timed out", "脚本执行失败或超时")
        => Text::new("check that the application accepts writes, else run the post-thaw script by hand; then read the script's log",
                     "请确认应用可正常写入，否则请手动执行应用解冻脚本，然后查看脚本日志");
    10 "" locked group AfterLook
        ("the application post-thaw script could not be executed; the application may still be held",
         "应用解冻脚本无法执行，应用可能仍处于冻结状态")
        ("the script failed or timed out", "脚本执行失败或超时")
        => Text::new("run the post-thaw script by hand now and check that the application accepts writes; then look for the group",
                     "请立即手动执行应用解冻脚本，并确认应用可正常写入，然后查找快照一致性组");
    11 "" frozen group AfterLook
        ("the I/O of the file systems could not be frozen; some may be frozen", "无法冻结文件系统IO，部分文件系统可能已冻结")
        ("the freeze took longer than its time-out, or a file system does not allow it",
         "冻结超过超时时间，或文件系统不支持冻结") => UNFREEZE;
    12 "" frozen group AfterLook
        ("the I/O of the file systems could not be thawed; writes may be blocked now",
         "无法解冻文件系统IO，当前写入可能被阻塞")
        ("the thaw failed or took longer than its time-out; a frozen `/` stops Cloud Assistant too",
         "解冻失败或超时；`/` 被冻结时云助手也无法工作")
        => Text::new(
            "VNC console: `fsfreeze -u` on each mount with `/` last, then the post-thaw script; if no shell answers, SysRq-j (thaws all file systems) or restart the instance",
            "请通过 VNC 控制台对每个挂载点执行 `fsfreeze -u`（最后处理 `/`），再执行应用解冻脚本；若终端无响应，请使用 SysRq-j（解冻所有文件系统）或重启实例");
    13 "" free no_group AfterFix
        ("no RAM role is attached to the instance", "实例未授予实例RAM角色")
        ("no role, or one attached a moment ago that the guest does not see yet", "未授予角色，或刚授予的角色在实例内尚未生效")
        => Text::new("attach the RAM role to the instance, wait a minute, then run again",
                     "请为实例授予RAM角色，等待一分钟后重新执行");
    14 "" free no_group AfterFix
        ("the number of snapshots has reached its limit", "快照数量已达上限")
        ("old snapshots of a disk or of the account", "云盘或账号下的历史快照过多")
        => Text::new("delete snapshots that are not needed any more, or have the quota raised",
                     "请删除不再需要的快照，或申请提升配额");
    15 "" free group AfterLook
        ("a snapshot is in an unexpected state", "快照状态不符合预期")
        ("a snapshot failed after the group was made", "快照一致性组创建后有快照失败") => LOOK;
    16 "" free no_group AfterPause
        ("the previous snapshot is still being created", "上一个快照仍在创建中")
        ("an earlier run or an automatic snapshot of the same disk", "同一云盘上有之前的任务或自动快照正在进行")
        => Text::new("wait until it is finished, check whether it is a group of your own run, then run again",
                     "请等待其完成，确认是否为您自己的执行所创建的快照一致性组，然后重新执行");
    255 "" held group AfterLook
        ("unknown error, or the plug-in was killed", "未知错误，或插件进程被终止")
        ("a fault inside the plug-in, or a signal to it, for example from the out-of-memory (OOM) killer",
         "插件内部错误，或插件被信号终止（例如 OOM）") => UNFREEZE;
    4_294_967_295 "" held group AfterLook
        ("unknown error, or the plug-in was killed (-1 on Windows)", "未知错误，或插件进程被终止（Windows 上的 -1）")
        ("a fault inside the plug-in, or a task manager that ended it", "插件内部错误，或进程被任务管理器结束")
        => Text::new("check at once that the application accepts writes and that `vssadmin list writers` shows no failed writer; then look for the group",
                     "请立即确认应用可正常写入，并用 `vssadmin list writers` 确认没有异常的 VSS Writer，然后查找快照一致性组");
}

/// Exit code 2 after the plug-in had started: its run time ended it in the middle of its work.
pub static PANIC: super::ExitCodeRow = super::ExitCodeRow {
    number: 2,
    outcome: crate::catalog::codes::outcome!(
        "exit:plugin:panic",
        "panic",
        Plugin,
        held,
        group,
        AfterLook,
        "go-runtime: an unrecovered panic exits with 2",
        ("the plug-in crashed in the middle of its work", "插件在执行过程中崩溃"),
        ("a fault inside the plug-in", "插件内部错误"),
        UNFREEZE
    ),
};
