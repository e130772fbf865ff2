//! Rows `CS5xx`: outcomes of plug-in, launcher, agent and service.

messages! {
    UNKNOWN_STATUS = "CS501", Error, "describe-invocation-results": {
        "invocation status `{status}` is not known, so the result counts as unknown",
        "命令执行状态 `{status}` 未知，结果视为未知"
    } help {
        "look at the result in the console; use a newer version of consnap",
        "请在控制台查看执行结果，并使用更新版本的 consnap"
    };
    MISSING_STATUS = "CS502", Advice, "describe-invocation-results": {
        "the result has no invocation status; only exit code and output could be read",
        "结果中没有命令执行状态，只能依据退出码和输出判断"
    } help {
        "give `InvocationStatus` too: with exit code 1 it tells a time-out from an unmet condition",
        "请同时提供 `InvocationStatus`：退出码为 1 时，它可区分执行超时与条件不满足"
    };
    STATUS_CONTRADICTS_EXIT_CODE = "CS503", Error, "describe-invocation-results": {
        "invocation status `{status}` and exit code {exit_code} contradict each other",
        "命令执行状态 `{status}` 与退出码 {exit_code} 互相矛盾"
    } help {
        "the result is not counted as success; look at the output and for the group",
        "该结果不计为成功；请查看输出并查找快照一致性组"
    };
    UNKNOWN_TASK_ERROR = "CS504", Warning, "cloud-assistant-errors": {
        "execution error code `{code}` is not known", "执行错误码 `{code}` 未知"
    } help {
        "look at the result in the console; use a newer version of consnap",
        "请在控制台查看执行结果，并使用更新版本的 consnap"
    };
    UNKNOWN_EXIT_CODE = "CS505", Error, "consnap: not in any list it knows": {
        "exit code {exit_code} is not known, so a group may exist and the guest may be held",
        "退出码 {exit_code} 未知，可能已创建快照一致性组，实例可能仍处于冻结状态"
    } help {
        "look for the group and check that the application accepts writes before another run",
        "再次执行前，请先查找快照一致性组，并确认应用可正常写入"
    };
    NO_GROUP_NAMED = "CS506", Error, "agent: help, version and lists exit with 0": {
        "exit code 0, but the output names no snapshot-consistent group",
        "退出码为 0，但输出中没有快照一致性组ID"
    } help {
        "look for the group by its name; paste the command into `consnap explain`, it may have printed help only",
        "请按名称查找快照一致性组；并将命令粘贴到 `consnap explain`，它可能只打印了帮助"
    };
    SEVERAL_GROUPS = "CS507", Warning, "consnap: a run makes one group": {
        "the output names {count} different groups; the last one, `{group}`, is taken",
        "输出中有 {count} 个不同的快照一致性组，以最后一个 `{group}` 为准"
    } help {
        "look at each of them before you rely on one; a script may have printed into the log",
        "请逐一确认后再使用；可能是脚本向日志写入了内容"
    };
    OUTPUT_CUT = "CS508", Advice, "describe-invocation-results: Dropped": {
        "{bytes} bytes in the middle of the output were cut by Cloud Assistant",
        "云助手截断了输出中间的 {bytes} 字节"
    } help {
        "the whole log lies on the instance in the `log` folder of the plug-in",
        "完整日志位于实例上插件目录的 `log` 文件夹中"
    };
    NOT_BASE64 = "CS509", Warning, "describe-invocation-results: ContentEncoding": {
        "the output is not valid Base64 and is read as plain text", "输出不是有效的 Base64，按纯文本读取"
    } help {
        "say `content_encoding` `PlainText` when the output is not encoded",
        "如输出未编码，请将 `content_encoding` 设为 `PlainText`"
    };
    READ_AS_GBK = "CS510", Advice, "agent: Windows output is in the console's code page": {
        "the output is not UTF-8 and is read as GBK", "输出不是 UTF-8 编码，按 GBK 读取"
    } help {
        "no action is needed; Chinese Windows systems write GBK", "无需处理；中文 Windows 系统默认输出 GBK 编码"
    };
    BYTES_REPLACED = "CS511", Advice, "agent: a character can be cut at a seam": {
        "some bytes of the output are not text and are shown as U+FFFD", "输出中有部分字节无法识别为文本，以 U+FFFD 显示"
    } help {
        "read the log on the instance when the damaged part matters", "如需查看受损部分，请在实例上查看日志"
    };
    LAUNCHER_LINE_MISSING = "CS512", Warning, "agent: the plug-in manager prints one line per error": {
        "exit code {exit_code} belongs to the plug-in manager, but the output shows the plug-in and no line of the plug-in manager",
        "退出码 {exit_code} 属于插件管理程序，但输出中有插件日志而没有插件管理程序的错误行"
    } help {
        "look for the group and check that the application accepts writes before another run",
        "再次执行前，请先查找快照一致性组，并确认应用可正常写入"
    };
    EXIT_CODE_MISSING = "CS513", Error, "describe-invocation-results: ExitCode": {
        "the command is over with status `{status}`, but no exit code came with it",
        "命令已结束，状态为 `{status}`，但没有退出码"
    } help {
        "the result is not counted as success; look for the group", "该结果不计为成功；请查找快照一致性组"
    };
    THAW_NOT_LOGGED = "CS514", Error, "plug-in-log": {
        "the log shows the freeze of the file systems but no thaw", "日志中有文件系统冻结的记录，但没有解冻的记录"
    } help {
        "check at once that the application accepts writes; if not, `fsfreeze -u` on each mount with `/` last",
        "请立即确认应用可正常写入；否则请对每个挂载点执行 `fsfreeze -u`（最后处理 `/`）"
    };
    SCRIPTS_NOT_USED = "CS515", Warning, "plug-in-log": {
        "the log says that the application scripts were not found or have the wrong mode, so the snapshots are file system-consistent",
        "日志显示未找到应用脚本或脚本权限不正确，因此创建的是文件系统一致性快照"
    } help {
        "put both scripts at the paths the job names, owner root, mode 0700",
        "请将两个脚本放到作业指定的路径，属主为 root，权限为 0700"
    };
    FREEZE_INTERRUPTED = "CS516", Error, "plug-in-log": {
        "the log says that the freeze was interrupted by its time-out", "日志显示文件系统冻结因超时被中断"
    } help {
        "check at once that the application accepts writes; then raise `freeze_timeout_seconds`",
        "请立即确认应用可正常写入，然后增大 `freeze_timeout_seconds`"
    };
    THAWED_TOO_EARLY = "CS517", Warning, "plug-in-log": {
        "the freeze helper thawed by itself before the plug-in asked it to",
        "冻结辅助进程在插件通知之前自行解冻"
    } help {
        "do not rely on the consistency of this group; raise `freeze_timeout_seconds`",
        "请勿依赖该快照一致性组的一致性；请增大 `freeze_timeout_seconds`"
    };
    ESSD_EXCLUDED = "CS518", Warning, "plug-in-log": {
        "the log says that all attached ESSDs are excluded", "日志显示所有已挂载的ESSD云盘均被排除"
    } help {
        "leave at least one ESSD (`cloud_essd`) in; plug-in 1.8 does not count ESSD AutoPL",
        "请至少保留一块ESSD云盘（`cloud_essd`）；1.8 版插件不计入ESSD AutoPL云盘"
    };
    NOT_A_GROUP_ID = "CS519", Warning, "api-reference: ids of snapshot-consistent groups begin with ssg-": {
        "the output names `{value}` as group, which is not the id of a snapshot-consistent group",
        "输出中的 `{value}` 不是快照一致性组ID"
    } help {
        "look for the group by its name", "请按名称查找快照一致性组"
    };
    UNREADABLE_RESULT = "CS520", Error, "describe-invocation-results": {
        "this is not a result of a command: {reason}", "这不是命令执行结果：{reason}"
    } help {
        "give a reply of DescribeInvocationResults, a reply of DescribeInvocations with output, a list of results, or one result",
        "请提供 DescribeInvocationResults 的返回、包含输出的 DescribeInvocations 返回、结果列表或单个结果"
    };
    NOT_JSON = "CS521", Error, "rfc-8259": {
        "this is not JSON: {reason}", "这不是 JSON：{reason}"
    } help {
        "give the reply as the service sent it", "请提供服务返回的原始内容"
    };
    NO_INSTANCE_NAMED = "CS522", Warning, "describe-invocation-results": {
        "the result names no instance", "结果中没有实例ID"
    } help {
        "give the reply as the service sent it", "请提供服务返回的原始内容"
    };
    STATUS_CONTRADICTS_ERROR = "CS523", Error, "describe-invocation-results": {
        "invocation status `{status}` and execution error code `{code}` contradict each other",
        "命令执行状态 `{status}` 与执行错误码 `{code}` 互相矛盾"
    } help {
        "the result is not counted as success; look at the output and for the group",
        "该结果不计为成功；请查看输出并查找快照一致性组"
    };
    GROUP_MENTIONED = "CS524", Advice, "consnap: only a `snapshotgroup` pair names the group of a run": {
        "the output speaks of `{group}`, but not as the group this command made",
        "输出中提到了 `{group}`，但未表明它是本次命令创建的快照一致性组"
    } help {
        "look at its name and time of creation before you take it for the group of this run",
        "请先核对其名称和创建时间，再判断它是否为本次创建的快照一致性组"
    };
    EMPTY_REPLY = "CS525", Error, "describe-invocation-results": {
        "the reply holds no result, which says nothing of any run", "返回中没有任何执行结果，不能说明任何一次执行的情况"
    } help {
        "look in the region and account of the run; the service keeps results for some weeks only",
        "请确认地域和账号与执行时一致；服务端只保留几周内的执行结果"
    };
    PAGE_OF_SEVERAL = "CS526", Error, "describe-invocation-results: TotalCount, NextToken": {
        "this is one page of several: {held} of {total}, and nothing is known of the others",
        "这只是多页中的一页：共 {total}，仅有 {held}，其余情况未知"
    } help {
        "fetch all pages and give them as one list", "请获取全部分页，并作为一个列表提供"
    };
    PROGRAM_NOT_FOUND = "CS527", Warning, "posix-shell: 127; launcher 2.6": {
        "the output says that the program `{program}` was not found", "输出显示未找到程序 `{program}`"
    } help {
        "if it is `acs-plugin-manager`, install or upgrade the Cloud Assistant Agent; if not, install the program or give its whole path in the script",
        "若为 `acs-plugin-manager`，请安装或升级云助手Agent；否则请安装该程序，或在脚本中填写完整路径"
    };
    BASE64_RUN_AS_COMMAND = "CS528", Warning, "run-command: ContentEncoding": {
        "the guest ran the Base64 text itself as a command: `{program}` stands for `{text}`",
        "实例把 Base64 文本本身当作命令执行：`{program}` 即 `{text}`"
    } help {
        "send it with `ContentEncoding` `Base64`, or send the command in clear with `PlainText`",
        "请将 `ContentEncoding` 设为 `Base64`，或以 `PlainText` 发送明文命令"
    };
    NO_SPACE_LEFT = "CS529", Warning, "consnap": {
        "the output says that a file system of the guest is full", "输出显示实例内某个文件系统已满"
    } help {
        "make room where the output says, `/` and the folder of the agent first, then run again",
        "请在输出所示的位置清理空间（首先检查 `/` 和云助手Agent目录），然后重新执行"
    };
    PERMISSION_DENIED = "CS530", Warning, "consnap": {
        "the output says that the guest denied access: `{line}`", "输出显示实例内拒绝访问：`{line}`"
    } help {
        "look at owner, mode and `noexec` of what it names, and at SELinux, AppArmor or security software",
        "请检查其属主、权限和 `noexec`，以及 SELinux、AppArmor 或安全软件"
    };
    API_CODE_IN_OUTPUT = "CS531", Warning, "consnap": {
        "the output names the error code `{code}`", "输出中有错误码 `{code}`"
    } help {
        "run `consnap explain {code}` for what it means", "请执行 `consnap explain {code}` 查看含义"
    };
    VSS_IN_OUTPUT = "CS532", Warning, "vss": {
        "the output names the VSS error `{code}`", "输出中有 VSS 错误 `{code}`"
    } help {
        "run `consnap explain {code}` for what it means", "请执行 `consnap explain {code}` 查看含义"
    };
    FREEZE_BEGUN = "CS533", Error, "consnap": {
        "the output says that a freeze began, and no line says that it was thawed", "输出显示冻结已开始，但没有任何一行显示已解冻"
    } help {
        "check at once that the application accepts writes; if not, `fsfreeze -u` on each mount with `/` last",
        "请立即确认应用可正常写入；否则请对每个挂载点执行 `fsfreeze -u`（最后处理 `/`）"
    };
    STARTED_ALL_THE_SAME = "CS534", Warning, "posix-shell: 126, 127; launcher 2.6": {
        "exit code {exit_code} says that nothing was started, but the output shows the plug-in at work",
        "退出码 {exit_code} 表示没有启动任何程序，但输出显示云助手插件已运行"
    } help {
        "look for the group and check that the application accepts writes before another run",
        "再次执行前，请先查找快照一致性组，并确认应用可正常写入"
    };
}
