//! Rows `CS350` to `CS399`: which consistency was reached, and why not the one required.

messages! {
    REACHED = "CS350", Advice, "go-page: tags": {
        "every expected disk has a snapshot whose tag shows `{level}`", "每块应包含的云盘都有快照，其标签表明达到 `{level}`"
    } help { "nothing to do", "无需操作" };
    REACHED_AFTER_TIME_OUT = "CS351", Warning, "launcher 3.3": {
        "the end of the command was not seen, but the plug-in finished: every expected disk has a snapshot whose tag shows `{level}`",
        "未看到命令结束，但云助手插件已执行完成：每块应包含的云盘都有快照，其标签表明达到 `{level}`"
    } help {
        "where the command timed out, raise the time-out of the job so that the result is not cut off", "若为命令超时，请增大作业的超时时间，以免结果被截断"
    };
    WEAKER_THAN_REQUIRED = "CS352", Error, "go-page: silent fall-back": {
        "the snapshots {how_tagged}: `{level}` instead of `{required}`",
        "快照{how_tagged}：一致性为 `{level}`，而要求为 `{required}`"
    } help {
        "check path, owner (root) and mode (0700) of both scripts, or the VSS Writers on Windows, then rerun; without any tag run `consnap verify` first, it may have come late; the group stays as a weaker backup",
        "请检查两个脚本的路径、属主（root）和权限（0700），Windows 请检查 VSS Writer，然后重新执行；若没有任何标签，请先执行 `consnap verify`，标签可能晚到；该快照一致性组作为较弱的备份保留"
    };
    DISK_NOT_COVERED = "CS353", Error, "consnap: expected disks": {
        "no finished snapshot of `{disks}` in the group", "快照一致性组中没有 `{disks}` 的已完成快照"
    } help {
        "do not restore from this group as a whole; find out why the disk is missing (attached late, excluded by hand), then rerun",
        "请勿将该组作为完整备份回滚；请查明缺少云盘的原因（后挂载或被手动排除），然后重新执行"
    };
    GROUP_FAILED = "CS354", Error, "describe-snapshot-groups": {
        "group `{group}` ended as failed", "快照一致性组 `{group}` 的状态为失败"
    } help { "rerun this instance; ask the vendor with the group's id when it fails again", "请重新执行该实例；若再次失败，请携带该组ID咨询阿里云" };
    GROUP_UNFINISHED = "CS355", Error, "describe-snapshot-groups": {
        "group `{group}` was not finished when consnap stopped looking", "consnap 停止查看时快照一致性组 `{group}` 尚未完成"
    } help { "run `consnap resume` with this run's id: it only looks", "请执行 `consnap resume` 并给出本次执行的 ID：该命令只查看" };
    GROUP_NOT_VISIBLE = "CS356", Error, "plug-in-log": {
        "the log names group `{group}`, but the service does not show it", "执行输出中有快照一致性组 `{group}`，但服务端查询不到"
    } help { "run `consnap resume` with this run's id, and look for the group in the console", "请执行 `consnap resume` 并给出本次执行的 ID，并在控制台查找该组" };
    NO_GROUP = "CS357", Error, "consnap: look by name": {
        "no snapshot-consistent group of this run exists for the instance", "该实例没有本次执行的快照一致性组"
    } help { "see how its command ended, fix the cause, then rerun", "请查看其命令的执行结果，处理原因后重新执行" };
    AMBIGUOUS_GROUPS = "CS358", Error, "consnap: look by name": {
        "it cannot be told which group is the one of this start: `{groups}`", "无法确定哪个快照一致性组属于本次启动：`{groups}`"
    } help { "look at the groups in the console; consnap does not guess", "请在控制台查看这些组；consnap 不会猜测" };
    LOOK_REFUSED = "CS359", Error, "consnap: look by name": {
        "looking up the group was refused or failed: `{code}`", "查询快照一致性组被拒绝或失败：`{code}`"
    } help { "grant `ecs:DescribeSnapshotGroups` and `ecs:DescribeSnapshots`, then run `consnap resume` with this run's id", "请授予 `ecs:DescribeSnapshotGroups` 和 `ecs:DescribeSnapshots` 权限，然后执行 `consnap resume` 并给出本次执行的 ID" };
    BOTH_TAGS = "CS360", Error, "go-page: tags": {
        "snapshot `{snapshot}` carries both consistency tags", "快照 `{snapshot}` 同时带有两种一致性标签"
    } help { "somebody may have tagged it by hand or twice; count on the weaker level until that is cleared up", "可能被手动或重复添加标签；查明之前请按较弱的一致性对待" };
    TAGGING_FAILED = "CS361", Error, "go-page: exit code 8": {
        "the group exists, but its snapshots could not be tagged: the level is unknown", "快照一致性组已存在，但无法为快照添加标签：一致性未知"
    } help { "grant the instance's role `ecs:TagResources`; do not tag the snapshots by hand", "请为实例RAM角色授予 `ecs:TagResources` 权限；请勿手动为快照添加标签" };
    MAY_BE_HELD = "CS362", Error, "consnap: held guests": {
        "the guest may still be held, its application locked or its file systems frozen, after {outcome}", "实例可能仍处于冻结状态，应用被锁定或文件系统被冻结：{outcome}"
    } help {
        "check now that the application accepts writes; if not, by the VNC console: `fsfreeze -u` for each mount with `/` last, then the post-thaw script; if no shell answers, SysRq-j (thaws all file systems) or a restart",
        "请立即确认应用可写入；若不可写入，请通过 VNC 控制台对每个挂载点执行 `fsfreeze -u`（`/` 最后），再执行应用解冻脚本；若终端无响应，请使用 SysRq-j（解冻所有文件系统）或重启实例"
    };
    MAY_BE_HELD_WINDOWS = "CS380", Error, "consnap: held guests": {
        "the guest may still be held, its VSS Writers frozen, after {outcome}", "实例可能仍处于冻结状态，其 VSS Writer 仍被冻结：{outcome}"
    } help {
        "check now that the application accepts writes and that `vssadmin list writers` shows every VSS Writer as stable; if not, restart the service of that VSS Writer (for SQL Server `SQL Server VSS Writer`, then the database service), else the instance",
        "请立即确认应用可写入，且 `vssadmin list writers` 显示所有 VSS Writer 状态稳定；否则请重启对应 VSS Writer 的服务（SQL Server 为 `SQL Server VSS Writer`，然后是数据库服务），仍不行则重启实例"
    };
    MAY_BE_LOCKED = "CS381", Error, "consnap: held guests": {
        "the application may still be locked by the pre-freeze script, after {outcome}", "应用可能仍被应用冻结脚本锁定：{outcome}"
    } help {
        "run the post-thaw script by hand now, then check that the application accepts writes; where writes still block, the file systems are frozen: by the VNC console `fsfreeze -u` for each mount with `/` last",
        "请立即手动执行应用解冻脚本，然后确认应用可写入；若仍无法写入，则文件系统仍被冻结：请通过 VNC 控制台对每个挂载点执行 `fsfreeze -u`（`/` 最后）"
    };
    GROUP_OUT_OF_TIME = "CS382", Error, "consnap: look by name": {
        "no group of this start, but `{groups}` with the name of this run; only one made between {from} and {until} counts",
        "没有属于本次启动的快照一致性组，但存在使用本次执行名称的 `{groups}`；只有在 {from} 至 {until} 之间创建的才算数"
    } help { "look at the groups in the console: who made them, and when; consnap neither counts nor deletes them", "请在控制台查看这些组由谁、在何时创建；consnap 不会将其计入，也不会删除" };
    COMMAND_FAILED = "CS363", Error, "go-page: exit codes": {
        "the command did not succeed: {outcome}", "命令未成功：{outcome}"
    } help { "run `consnap explain {explained}` for cause and next step", "请执行 `consnap explain {explained}` 查看原因和下一步操作" };
    RESULT_UNREADABLE = "CS364", Error, "consnap: unknown is never clean": {
        "the result is not known", "结果未知"
    } help { "run `consnap resume` with this run's id: it only looks, and starts nothing twice", "请执行 `consnap resume` 并给出本次执行的 ID：该命令只查看，不会重复启动" };
    NO_EXPECTED_DISK = "CS365", Error, "consnap: expected disks": {
        "no disk is known that the group must contain", "不知道快照一致性组应包含哪些云盘"
    } help { "give the credentials `ecs:DescribeDisks`, then run `consnap verify`", "请为凭证授予 `ecs:DescribeDisks` 权限，然后执行 `consnap verify`" };
    CALL_LOST = "CS366", Error, "consnap: repeat or look": {
        "the start may or may not have reached the service, and no trace of it was found", "启动请求可能已到达也可能未到达服务端，且未查到任何相关记录"
    } help { "look at the instance's invocations in the console before you start again; consnap never sends it twice", "请先在控制台查看该实例的命令执行记录再重新启动；consnap 不会重复发送" };
    NOT_STARTED_STOPPED = "CS370", Warning, "consnap: waves": {
        "not started, because the run had stopped: {stop_reason}", "未执行，因为本次执行已停止启动新实例：{stop_reason}"
    } help { "fix the cause, then rerun the instances that did not run", "处理原因后，请重新执行未执行的实例" };
    NOT_STARTED_REJECTED = "CS371", Error, "run-command": {
        "not started: the service refused it (`{code}`)", "未执行：服务端拒绝（`{code}`）"
    } help { "run `consnap explain {code}` for cause and next step", "请执行 `consnap explain {code}` 查看原因和下一步操作" };
    NOT_STARTED_UNFIT = "CS372", Error, "consnap: check": {
        "set aside: `{code}`", "不符合条件，未执行：`{code}`"
    } help { "see the findings of the check, fix them, then rerun", "请查看检查结果，处理后重新执行" };
    NOT_STARTED_WEAKER = "CS373", Error, "consnap: check": {
        "set aside: it would only reach `{predicted}`, and `{required}` is required", "不符合条件，未执行：预计只能达到 `{predicted}`，而要求 `{required}`"
    } help { "see the predicted consistency and its reason, fix it, then rerun", "请查看预计一致性及其原因，处理后重新执行" };
    NOT_STARTED_UNKNOWN = "CS374", Error, "consnap: check": {
        "set aside: its fitness is unknown, and the job says not to start such instances", "不符合条件，未执行：是否符合条件未知，且作业要求不启动此类实例"
    } help { "complete the facts (rights to describe disks, role, Cloud Assistant), or set `run.on_unknown: proceed`", "请补全信息（查询云盘、角色、云助手的权限），或设置 `run.on_unknown: proceed`" };
    NOT_STARTED_YET = "CS378", Warning, "consnap: waves": {
        "not started yet", "尚未启动"
    } help { "run `consnap resume` with this run's id", "请执行 `consnap resume` 并给出本次执行的 ID" };
    NOT_FOUND = "CS375", Error, "describe-instances": {
        "instance `{instance}` was not found in `{regions}`", "在 `{regions}` 中找不到实例 `{instance}`"
    } help { "check id, region and account", "请检查实例ID、地域和账号" };
    ROLE_NOT_ATTACHED = "CS376", Error, "attach-instance-ram-role": {
        "the role could not be attached (`{code}`)", "无法授予实例RAM角色（`{code}`）"
    } help { "run `consnap explain {code}`; the caller needs `ecs:AttachInstanceRamRole` and `ram:PassRole`", "请执行 `consnap explain {code}`；调用者需要 `ecs:AttachInstanceRamRole` 和 `ram:PassRole` 权限" };
    COMMAND_NOT_BUILT = "CS377", Error, "consnap: command": {
        "no safe command can be written for the instance: `{code}`", "无法为该实例生成安全的命令：`{code}`"
    } help { "see the findings of the job, fix them, then rerun", "请查看作业的检查结果，处理后重新执行" };
    RUN_TAG_MISSING = "CS379", Warning, "tag-resources": {
        "the snapshots could not be tagged `consnap:run` (`{code}`)", "无法为快照添加标签 `consnap:run`（`{code}`）"
    } help { "the backup stands; allow `ecs:TagResources` and run `consnap resume`, or keep the journal: `consnap prune` knows the group only from it", "备份不受影响；请授予 `ecs:TagResources` 权限后执行 `consnap resume`，或保留执行记录：`consnap prune` 只能据此识别该组" };
    NOT_STARTED_DISKS = "CS385", Error, "consnap": {
        "not started: its disks could not be listed, so nobody could tell whether the snapshots are complete", "未执行：无法列出其云盘，因而无法判断快照是否完整"
    } help { "give the credentials `ecs:DescribeDisks` or wait until the service answers, then rerun", "请为凭证授予 `ecs:DescribeDisks` 权限或等待服务恢复，然后重新执行" };
    PLUGIN_IN_FLIGHT = "CS386", Error, "consnap: overlap": {
        "not started: another snapshot plug-in is at work on it ({which_invocation}, {whose})", "未执行：该实例上有另一个快照插件正在运行（{which_invocation}，{whose}）"
    } help { "let it end and rerun, or use `--wait`; two plug-ins at once run their scripts into each other", "请等待其结束后重新执行，或使用 `--wait`；两个插件同时运行会使脚本相互穿插" };
    PLUGINS_OVERLAPPED = "CS387", Error, "consnap: overlap": {
        "another snapshot plug-in was at work at the same time ({which_invocation}, {whose}): what the snapshots hold is not known", "同时有另一个快照插件在运行（{which_invocation}，{whose}）：快照内容无法确定"
    } help { "keep no snapshot of the two as a backup; find out who started both, then run one of them again", "请勿将两者的快照视为备份；请查明是谁同时启动了两者，然后重新执行其中之一" };
    CLAIMED = "CS388", Error, "consnap: overlap": {
        "not started: run `{run}` on this machine holds the instance", "未执行：本机上的执行 `{run}` 正在处理该实例"
    } help { "let that run end, then rerun; `consnap show {run}` reads along", "请等待该执行结束后重新执行；可用 `consnap show {run}` 查看进展" };
    GUEST_STILL_HELD = "CS389", Error, "consnap: overlap": {
        "not started: its guest may still be held since run `{run}`", "未执行：自执行 `{run}` 起，该实例可能仍处于冻结状态"
    } help { "`consnap resume {run}` if that run is not over; look into the guest, then `consnap release {run} {instance} --note \"...\"` lets later runs start it", "如果该执行尚未结束，请执行 `consnap resume {run}`；请检查实例内部状态，确认后执行 `consnap release {run} {instance} --note \"...\"`，之后的执行才会启动该实例" };
    WITNESS_CONTRADICTED = "CS390", Error, "consnap: witness": {
        "the snapshots are tagged as application-consistent, but the scripts record that the service was not held until then: `{word}`", "快照带有应用一致性标签，但脚本记录表明服务并未保持静默到快照创建：`{word}`"
    } help { "do not rely on this snapshot for the service; `consnap scripts explain {word}` explains the word; then run again", "请勿将此快照用于恢复该服务；请执行 `consnap scripts explain {word}` 查看说明，然后重新执行" };
    WITNESS_REFUSED = "CS391", Error, "consnap: witness": {
        "the pre-script refused to hold the service (`{why}`); nothing was held, and nothing is", "应用冻结脚本拒绝静默该服务（`{why}`）；过去和现在均未静默"
    } help { "run `consnap scripts explain {why}`, resolve what it says, then run again; no guest needs help", "请执行 `consnap scripts explain {why}` 并处理其原因后重新执行；无需对实例进行处理" };
    WITNESS_ENDED_EARLY = "CS392", Error, "consnap: witness": {
        "the service was not held until the snapshot (`{word}`); it is released", "服务未保持静默到快照创建（`{word}`）；现已解除"
    } help { "run `consnap scripts explain {word}`; for `expired` raise `linux.quiesce.limit`; then run again; no guest needs help", "请执行 `consnap scripts explain {word}`；若为 `expired` 请增大 `linux.quiesce.limit`，然后重新执行；无需对实例进行处理" };
    WITNESS_UNRELEASED = "CS393", Error, "consnap: witness": {
        "the scripts cannot tell whether the service was released", "脚本无法确认服务是否已解除静默"
    } help { "check now that the service accepts writes; if not, run the post-thaw script by hand", "请立即确认该服务可写入；若不可写入，请手动执行应用解冻脚本" };
    WITNESS_OUTSIDE = "CS394", Error, "consnap: witness": {
        "the service was held, but it keeps data on `{mounts}`, outside of the disks of the group: its copy is torn", "服务已静默，但其数据还位于 `{mounts}`，不在快照一致性组的云盘上：该副本不完整"
    } help { "do not rely on this snapshot for the service; take those disks out of `exclude_disks`, or move the data, then run again", "请勿将此快照用于恢复该服务；请从 `exclude_disks` 中移除这些云盘，或迁移数据，然后重新执行" };
}

/// The rows that the record of the quiesce scripts decides: they say more than the exit code does.
pub static BY_WITNESS: &[&crate::diagnostics::finding::MessageRow] =
    &[&WITNESS_CONTRADICTED, &WITNESS_OUTSIDE, &WITNESS_REFUSED, &WITNESS_ENDED_EARLY, &WITNESS_UNRELEASED];
