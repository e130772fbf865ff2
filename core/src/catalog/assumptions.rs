//! What consnap relies on although nobody has written it down, or nobody has tried it here.
//!
//! Each assumption has a number that never changes, is named in a report where it mattered, and is settled by a look at
//! the live service.

use serde::Serialize;

use crate::diagnostics::text::Text;

/// An assumption.
#[derive(Debug, Serialize)]
pub struct AssumptionRow {
    /// `A01`.
    pub id: &'static str,
    /// What is assumed.
    pub what: Text,
    /// Why it is believed, and what would happen if it were wrong.
    pub why: Text,
    /// The modules that rely on it.
    pub used_in: &'static [&'static str],
    /// What speaks for it: document and edition, log or source code.
    pub source: &'static str,
}

/// Declares the rows and the list of them.
macro_rules! assumptions {
    ($($name:ident = $id:literal, [$($used:literal),+], $source:literal:
        { $what_en:literal, $what_zh:literal } why { $why_en:literal, $why_zh:literal };)*) => {
        $(
            #[doc = concat!("`", $id, "`: ", $what_en)]
            pub static $name: AssumptionRow = AssumptionRow {
                id: $id,
                what: Text::new($what_en, $what_zh),
                why: Text::new($why_en, $why_zh),
                used_in: &[$($used),+],
                source: $source,
            };
        )*
        /// All assumptions, in the order of their numbers.
        pub static ROWS: &[&AssumptionRow] = &[$(&$name),*];
    };
}

assumptions! {
    LEVEL_TAGS = "A01", ["verdict"], "sql-server; plug-in-log": {
        "the level is tagged on every member snapshot (`APPConsistent` or `FsConsistent`, value `True`), and DescribeSnapshots shows it",
        "一致性级别以标签形式写在每个成员快照上（`APPConsistent` 或 `FsConsistent`，值为 `True`），且 DescribeSnapshots 会返回"
    } why {
        "the documents speak of the snapshot, not of the group; were the tags elsewhere, levels would read as `crash`, never as better than they are",
        "文档描述的是快照而非快照一致性组；若标签写在别处，级别会被判为崩溃一致性，但绝不会被高估"
    };
    DEGRADE_EXITS_0 = "A02", ["output", "verdict"], "plug-in-log; go-page": {
        "a run that falls back to a file system-consistent snapshot ends with exit code 0",
        "降级为文件系统一致性快照时，退出码仍为 0"
    } why {
        "seen in the log of a run without scripts; consnap reads the tags in any case, so another code would only change the wording",
        "来自一次无脚本执行的日志；consnap 始终读取标签，退出码不同只影响措辞"
    };
    GROUP_TIME = "A03", ["command", "session"], "plug-in-log: about 1 s": {
        "making and tagging a snapshot-consistent group takes at most 300 s",
        "创建快照一致性组并添加标签最多需要 300 秒"
    } why {
        "about one second was seen, for few disks; were it longer, the service could stop waiting while the plug-in still works, and the result would be unknown",
        "实测少量云盘约 1 秒；若更长，服务可能在插件仍运行时停止等待，结果将为未知"
    };
    TIMEOUT_CEILING = "A04", ["command"], "run-command: Timeout, no maximum given": {
        "RunCommand takes a `Timeout` of up to 86400 s", "RunCommand 接受最长 86400 秒的 `Timeout`"
    } why {
        "the error `InvalidTimeout.ExceedLimit` exists, its limit is not documented; a smaller limit would be an answered rejection",
        "存在错误码 `InvalidTimeout.ExceedLimit`，但上限未见于文档；若上限更小，请求会被明确拒绝"
    };
    PLUGIN_TIMEOUT = "A05", ["command", "output"], "agent: acspluginmanager": {
        "the plug-in manager lets the snapshot plug-in run as long as it needs",
        "云助手插件管理程序不会提前终止快照插件"
    } why {
        "its limit is 60 s unless the plug-in's own configuration says otherwise, and what that says is not known; were it too short, runs would end with exit code 247",
        "除非插件配置另有规定，其时限为 60 秒，而插件配置的值未知；若过短，运行会以退出码 247 结束"
    };
    EXCLUDED_DISKS_SEPARATOR = "A06", ["command"], "launcher 6; plug-in-log": {
        "the plug-in takes several excluded disks in one `ExcludeDiskId`, in the form consnap writes",
        "插件接受在一个 `ExcludeDiskId` 中按 consnap 的写法排除多块云盘"
    } why {
        "its log prints a list, but the separator is not documented; a job with two excluded disks on one instance must accept this on purpose",
        "其日志打印的是列表，但分隔符未见于文档；同一实例排除两块云盘的作业须明确接受此项"
    };
    INVOCATION_TAGS = "A07", ["session"], "sdk-go: RunCommand and DescribeInvocations, Tag.N": {
        "tags given to RunCommand are stored on the invocation, and DescribeInvocations finds it by them",
        "RunCommand 设置的标签会保存在命令执行上，DescribeInvocations 可据此查询"
    } why {
        "both take `Tag.N`; were it otherwise, a look after a crash would find nothing by tag and go on to look for the group by its name",
        "两个接口都有 `Tag.N` 参数；若不成立，崩溃后的查找按标签找不到结果，会改为按组名查找"
    };
    TAG_KEY_CASE = "A08", ["verdict"], "go-page: APPConsistent; console: AppConsistent": {
        "`APPConsistent` and `AppConsistent` mean the same", "`APPConsistent` 与 `AppConsistent` 含义相同"
    } why {
        "one English page of 2025 spells it otherwise than all the others", "仅 2025 年的一个英文页面与其他页面拼写不同"
    };
    GROUP_NAME_SEARCH = "A09", ["session"], "sdk-go: DescribeSnapshotGroups, Name": {
        "DescribeSnapshotGroups finds a group by its exact name and gives the name back",
        "DescribeSnapshotGroups 可按完整名称查到快照一致性组并返回该名称"
    } why {
        "the parameter is documented, exactness is not; consnap compares the returned name itself",
        "该参数有文档，是否精确匹配没有；consnap 会自行比较返回的名称"
    };
    STOPPED_INSTANCES = "A10", ["check", "session"], "describe-invocation-results: InstanceNotRunning; feature 12": {
        "RunCommand for a stopped instance is rejected or ends as `Aborted`; it never waits for the start",
        "对已停止的实例执行 RunCommand 会被拒绝或以 `Aborted` 结束，不会等待实例启动"
    } why {
        "both were read in documents, neither was tried; consnap sets stopped instances aside before",
        "两种说法均见于文档，均未验证；consnap 会事先排除已停止的实例"
    };
    RUNS_ON_AFTER_TIMEOUT = "A11", ["session", "verdict"], "agent: util/process": {
        "after a time-out or a stop the plug-in runs on to its own end", "超时或停止之后，插件会继续运行直至自行结束"
    } why {
        "the agent kills its direct child only; so consnap never says \"none\" before the full budget has passed",
        "云助手只终止其直接子进程；因此在全部时间预算过去之前，consnap 不会判定为“无快照”"
    };
    TAGS_WITHIN = "A12", ["verdict"], "plug-in-log: TagResources right after the group": {
        "tags are visible 120 s after the group is `accomplished`", "快照一致性组 `accomplished` 后 120 秒内标签可见"
    } why {
        "the plug-in tags about one second after it made the group; later tags would be missed and the level read as `crash`",
        "插件在创建组约 1 秒后添加标签；若更晚，标签会被漏读，级别被判为崩溃一致性"
    };
    CLIENT_TOKEN = "A13", ["session"], "run-command: ClientToken": {
        "a RunCommand repeated with the same ClientToken within 10 minutes starts nothing a second time",
        "10 分钟内以相同 ClientToken 重复的 RunCommand 不会再次启动"
    } why {
        "documented without a duration; consnap repeats no later than that and only looks afterwards",
        "文档未说明有效时长；consnap 只在此时限内重复，之后只查询"
    };
    FREEZE_OFF = "A14", ["check"], "consnap: not documented": {
        "with `EnableFsFreeze=false` working scripts still give `APPConsistent`, and without scripts nothing is tagged",
        "`EnableFsFreeze=false` 时，脚本有效仍会得到 `APPConsistent`；没有脚本则不添加标签"
    } why {
        "no document and no log shows it; it changes the prediction only, the verdict reads the tags",
        "没有文档或日志可证；它只影响预测，判定结果以标签为准"
    };
    METADATA_DEFAULT = "A15", ["check"], "credentials: instance metadata; plug-in-log": {
        "an empty `HttpEndpoint` means the metadata service is on", "`HttpEndpoint` 为空表示实例元数据服务已开启"
    } why {
        "recorded replies of ordinary instances carry the empty text", "普通实例的真实返回中该字段为空"
    };
    IMAGE_VARIANTS = "A16", ["check"], "public-images; feature 7": {
        "UEFI, Arm, container, security and quick-boot variants of a listed system count as that system",
        "已列出操作系统的 UEFI、ARM、容器优化、等保、快速启动等变体视为该操作系统"
    } why {
        "the lists name systems, not images; a plug-in that lacks the architecture ends with exit code 234 or 238",
        "支持列表只列操作系统，不列镜像；若插件缺少对应架构，会以退出码 234 或 238 结束"
    };
    AUTOPL_ALONE = "A17", ["check"], "guide-2024-03: ESSD AutoPL; plug-in-log: All attached ESSD Disks were excluded": {
        "the plug-in may refuse an instance whose only disks left are ESSD AutoPL or ESSD Entry",
        "若仅剩 ESSD AutoPL 或 ESSD Entry 云盘，插件可能拒绝执行"
    } why {
        "documents list AutoPL, a log of plug-in 1.8 shows a refusal; so it is a warning, not an error",
        "文档列出 AutoPL，但插件 1.8 的日志显示被拒绝；因此是警告而非错误"
    };
    SCRIPT_PATHS = "A18", ["check", "command"], "go-page: PreScriptPath, no range given": {
        "the plug-in takes scripts from any absolute path", "插件接受任意绝对路径下的脚本"
    } why {
        "the parameters exist, every sample uses `/tmp`; were it otherwise, the tags would show the fall-back",
        "参数存在，但所有示例都使用 `/tmp`；若不成立，标签会显示降级"
    };
    SCRIPT_LIMIT_EACH = "A19", ["command", "check"], "go-page: ScriptTimeoutInSeconds": {
        "`ScriptTimeoutInSeconds` limits each script, not both together; it and `TimeoutInSeconds` take 1 and more",
        "`ScriptTimeoutInSeconds` 是每个脚本的时限，而非两者之和；它与 `TimeoutInSeconds` 的取值从 1 开始"
    } why {
        "ranges are not documented; the budget counts it twice, so it is never too short",
        "取值范围未见于文档；时间预算计两次，因此不会过短"
    };
    NO_ROLE_IS_EMPTY = "A20", ["facts", "check"], "terraform: ram_role_attachment": {
        "DescribeInstanceRamRole shows an instance without a role with an empty name, or not at all",
        "DescribeInstanceRamRole 对未授予角色的实例返回空名称，或不返回该实例"
    } why {
        "the vendor's own Terraform provider treats both as none", "官方 Terraform Provider 将两者都视为无角色"
    };
    UNKNOWN_IDS_MISSING = "A21", ["session"], "describe-invocation-results; describe-instances": {
        "queries leave out ids they do not know instead of failing", "查询接口对不存在的ID不返回结果，而不是报错"
    } why {
        "inferred; an error instead would be shown as such and stop the run before it starts",
        "属于推断；若改为报错，执行会在开始前停止并显示错误"
    };
    NO_PLACEHOLDERS = "A22", ["command"], "launcher 3.6": {
        "with `EnableParameter=false` `{{...}}` in a command is not replaced", "`EnableParameter=false` 时命令中的 `{{...}}` 不会被替换"
    } why {
        "true of the agent, not stated for the service; consnap refuses such values as well",
        "对云助手Agent成立，服务端未说明；consnap 同时拒绝此类取值"
    };
    WINDOWS_SHELL = "A23", ["command"], "launcher 5: measured under wine": {
        "cmd.exe of Windows Server reads the command as the measured one does", "Windows Server 的 cmd.exe 对命令的解析与实测环境一致"
    } why {
        "measured with wine, not with Windows; consnap sends only characters on which both agree",
        "在 wine 中实测，而非真实 Windows；consnap 只发送两者一致的字符"
    };
    ROLE_DELAY = "A24", ["session"], "consnap: not documented": {
        "a role attached a moment ago reaches the guest within 5 minutes", "刚授予的角色会在 5 分钟内对实例生效"
    } why {
        "credentials come through the metadata service; exit code 13 or 1 soon after our own attach is tried once more",
        "凭证通过元数据服务下发；若授予后不久出现退出码 13 或 1，会再试一次"
    };
    WINDOWS_WRITERS = "A25", ["check"], "go-page; sql-server": {
        "on Windows at least one stable VSS Writer is enough for an application-consistent snapshot",
        "Windows 上只要有一个稳定的 VSS Writer 即可得到应用一致性快照"
    } why {
        "the documents say what happens without writers only; no log of the Windows plug-in was found",
        "文档只说明没有 Writer 时的行为；未找到 Windows 插件的日志"
    };
    SCRIPT_LINKS = "A26", ["check"], "plug-in-log: lstat on both scripts": {
        "a script that is a symbolic link counts as none", "符号链接形式的脚本视为无脚本"
    } why {
        "the plug-in looks with lstat, under which a link never has mode 0700; a wrong guess is on the safe side",
        "插件使用 lstat 检查，符号链接的权限不会是 0700；若判断有误，也偏于安全"
    };
    RAISED_LIMITS = "A27", ["check"], "api-reference: 10 disks; groups: 16 disks, 128 in some regions": {
        "groups of more than 16 disks or 32 TiB work in some regions only", "超过 16 块云盘或 32 TiB 的快照一致性组仅在部分地域可用"
    } why {
        "the pages disagree about the regions; the service rejects what it does not take",
        "各文档列出的地域不一致；不支持时服务会拒绝"
    };
    METADATA_TOKENS = "A28", ["check"], "plug-in-log: plain metadata URLs": {
        "newer plug-ins can read a metadata service that demands tokens", "较新的插件可以访问要求令牌（加固模式）的元数据服务"
    } why {
        "plug-in 1.8 was seen asking without a token; on such instances a run may end with exit code 1 or 13",
        "插件 1.8 被观察到不带令牌访问；在此类实例上运行可能以退出码 1 或 13 结束"
    };
    TAG_AFTER_THAW = "A29", ["verdict"], "plug-in-log: thaw, then TagResources; console": {
        "a consistency tag is put after the thaw, and `APPConsistent` only when both scripts ran", "一致性标签在解冻之后添加，且仅在两个脚本都执行后才添加 `APPConsistent`"
    } why {
        "the log tags last; were it otherwise, a time-out followed by a tag could hide a guest that is still held", "日志显示最后才添加标签；若非如此，超时之后出现的标签可能掩盖仍处于冻结状态的实例"
    };
    NO_ROLE_IS_404 = "A30", ["client"], "credentials: instance metadata": {
        "the metadata service answers 404 to the question for a role where none is attached", "未授予实例RAM角色时，元数据服务对角色查询返回 404"
    } why {
        "seen for other paths; were it another status, the message would speak of a service that gave no credentials, and the next place of the chain would be asked just the same",
        "其他路径的行为如此；若为其他状态码，只是提示文字不同，仍会继续查找凭证链的下一处"
    };
    RIGHTS_BEFORE_RESOURCES = "A31", ["cli"], "consnap: not documented": {
        "RAM refuses a call before the service looks whether what it names exists", "RAM 鉴权先于资源存在性检查"
    } why {
        "so `whoami` and `doctor` can ask for what does not exist; were it the other way round, a missing right would show in the first run only",
        "因此 `whoami` 和 `doctor` 可以用不存在的资源检查权限；若顺序相反，缺少的权限要到首次执行时才会发现"
    };
    ENDED_TOKEN_CODE = "A32", ["client", "session"], "api-reference: names of codes": {
        "a call with a token that has ended is refused with `InvalidSecurityToken.Expired`", "使用已过期的临时安全令牌时返回 `InvalidSecurityToken.Expired`"
    } why {
        "tokens are renewed three minutes before their known end; with another code an early end stops the run, which can be resumed",
        "令牌会在已知到期前三分钟刷新；若错误码不同，令牌提前失效会使执行停止，之后可恢复"
    };
    RUNNING_LISTS_PENDING = "A33", ["session"], "describe-invocations: InvokeStatus has no `Pending`": {
        "`InvokeStatus=Running` lists invocations that run and those that wait for delivery or their time, `Stopping` those being stopped; together all that are not over",
        "`InvokeStatus=Running` 会列出正在运行以及等待下发或等待定时执行的命令执行，`Stopping` 会列出正在停止的命令执行；两者合起来即所有尚未结束的执行"
    } why {
        "so two listings before each wave tell who else is at work; were waiting ones left out, two runs begun within the same second could both start: the look after the start then makes both unknown, and exit code 16 is a further guard",
        "因此每批启动前列出两次即可得知还有谁在运行；若不含等待下发的执行，同一秒内开始的两次执行可能都会启动：启动后的再次查询会将两者判为未知，退出码 16 也会把关"
    };
    USAGE_TELLS = "A34", ["retention"], "describe-snapshots: Usage": {
        "`Usage` of DescribeSnapshots is `none` only for snapshots of which neither an image nor a disk was made", "仅当快照未用于创建镜像或云盘时，DescribeSnapshots 的 `Usage` 才为 `none`"
    } why {
        "its four values are documented, how soon they change is not; a snapshot that is the source of a listed disk is kept whatever `Usage` says, and the service refuses to delete one that an image needs",
        "其四个取值有文档，变更时效没有；若快照是现有云盘的来源，无论 `Usage` 如何都会保留，且镜像所需的快照会被服务端拒绝删除"
    };
    GROUP_IDS_NEVER_RETURN = "A35", ["retention"], "consnap: not documented": {
        "the id of a deleted snapshot-consistent group is never given to another one", "已删除的快照一致性组的ID不会再分配给其他组"
    } why {
        "ids of 20 random characters; so a deletion that may have been carried out can be looked for by its id, and repeated where the group is still there",
        "ID 为 20 个随机字符；因此可按 ID 查找可能已执行的删除，若该组仍在可重复删除"
    };
    SCRIPT_LINES = "A36", ["output", "report"], "plug-in-log: a run without scripts": {
        "the plug-in logs the begin and the end of both scripts in lines that begin with `Start to run Pre-Script` and `Run Pre-Script`",
        "插件会在日志中记录两个脚本的开始和结束，相应的行以 `Start to run Pre-Script` 和 `Run Pre-Script` 开头"
    } why {
        "no output of a run with scripts was seen; were the lines worded otherwise, the times of the scripts would be missing, and no level would change",
        "未见过带脚本执行的输出；若措辞不同，只会缺少脚本的时间，不影响一致性级别"
    };
    SCRIPT_ORDER = "A37", ["output", "report", "verdict"], "go-page: pre-freeze script": {
        "the pre-freeze script runs before the file systems are frozen, and the group is made after both",
        "应用冻结脚本在文件系统冻结之前执行，快照一致性组在两者之后创建"
    } why {
        "the documents call it so, a field note draws the script after the freeze; so the group is looked for after every exit code, and after 9 to 12 both application and file systems count as held; the quiesce scripts notice the other order and refuse (17)",
        "文档如此命名，而一份实测记录将脚本画在冻结之后；因此无论退出码为何都会查找快照一致性组，且退出码 9 至 12 之后应用与文件系统均视为可能仍冻结；静默脚本会发现相反的顺序并拒绝执行（17）"
    };
    TAG_FILTER_COVERS = "A38", ["session", "audit"], "sdk-go: Tag.N of DescribeInstances and DescribeInvocations": {
        "a filter by tags covers at most 1,000 resources", "按标签过滤最多覆盖 1,000 个资源"
    } why {
        "what the service does beyond, cut in silence or refuse, is not documented; so instances are listed by region and their tags compared by consnap, and nothing is concluded from a filter that may have been cut",
        "超出后服务端是截断还是拒绝未见于文档；因此 consnap 按地域列出实例并自行比较标签，不会依据可能被截断的过滤结果下结论"
    };
    OOS_LISTS = "A39", ["export"], "oos-tags: Fn::Difference of two lists; oos-templates": {
        "in a template of OOS, `Fn::Difference` takes lists that `Fn::Difference` made, and a loop over an empty list ends well",
        "在 OOS 模板中，`Fn::Difference` 可以嵌套使用，且对空列表的循环正常结束"
    } why {
        "the vendor's page takes one list away from another; were it otherwise, the execution of an exported template would fail before it starts a command",
        "官方页面仅展示两个列表的差集；若不成立，导出模板的执行会在发起命令之前失败"
    };
    NEWEST_FIRST = "A40", ["session"], "describe-invocations: no order given": {
        "DescribeInvocations lists the newest invocations first", "DescribeInvocations 按创建时间从新到旧列出命令执行"
    } why {
        "so what came and went beside a run is found in the first pages; were it otherwise, a snapshot plug-in of somebody who looks for nobody, begun and over while the run's own was at work, could be passed over",
        "因此与执行同时出现并结束的命令在前几页即可找到；若不成立，他人在本次执行期间启动并已结束的快照插件可能会被漏掉"
    };
    RESULT_CREATED = "A41", ["session"], "describe-invocations: CreationTime of InvokeInstance, no relation given": {
        "the CreationTime of a result is at most 30 s before that of its invocation",
        "结果的 CreationTime 最多比其命令执行的 CreationTime 早 30 秒"
    } why {
        "so a result that is older belongs to an earlier command and is no evidence; were it otherwise, results would count as lost, and their guests as possibly held",
        "因此更早的结果属于之前的命令，不作为证据；若不成立，结果会被视为丢失，对应实例会被视为可能仍被冻结"
    };
    SCRIPT_OUTPUT = "A42", ["output", "witness"], "consnap: not documented": {
        "what the scripts print may stand in the output of the command, and may not",
        "脚本打印的内容可能出现在命令输出中，也可能不出现"
    } why {
        "no output of a run with scripts was seen; so the record of the quiesce scripts is read by a command of consnap's own, and a line in the output is no evidence in either case",
        "未见过带脚本执行的输出；因此静默脚本的记录由 consnap 自己的命令读取，输出中的行在任何情况下都不作为证据"
    };
    POST_FAILURE_CODE = "A43", ["verdict", "witness"], "go-page: exit code 10": {
        "a post-thaw script that ends with any other exit code than 0 gives exit code 10, and the group stays",
        "应用解冻脚本的退出码不为 0 时，插件以退出码 10 结束，且快照一致性组保留"
    } why {
        "the documents name the code, not which exit codes of a script lead to it; were it 0, the record of the scripts would contradict the tag, and the result would still be WEAKER",
        "文档列出了该退出码，但未说明脚本的哪些退出码会导致它；若插件仍以 0 结束，脚本记录会与标签矛盾，结果仍为一致性降级"
    };
    FREEZE_WRITES_OUT = "A44", ["check"], "consnap: tests/databases": {
        "the freeze writes out what programs have handed to the system; with `EnableFsFreeze=false` writes that were acknowledged without `fsync` may be missing from the snapshots, whatever the tags say",
        "冻结会将程序已交给系统的数据落盘；`EnableFsFreeze=false` 时，未经 `fsync` 即已确认的写入可能不在快照中，无论标签为何"
    } why {
        "measured on copies of disks (Redis with `appendfsync everysec`, MyISAM, SQLite with `synchronous=normal`), not on the service; consnap warns, and the verdict reads the tags",
        "在云盘副本上测得（`appendfsync everysec` 的 Redis、MyISAM、`synchronous=normal` 的 SQLite），而非在服务上；consnap 会给出警告，判定以标签为准"
    };
}

/// The assumption with a number.
pub fn find(id: &str) -> Option<&'static AssumptionRow> {
    ROWS.iter().find(|row| row.id == id).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_run_on() {
        for (at, row) in ROWS.iter().enumerate() {
            assert_eq!(row.id, format!("A{:02}", at + 1));
            for text in [&row.what, &row.why] {
                assert!(!text.en.ends_with('.') && !text.zh.ends_with('。'), "{}: no full stop", row.id);
                assert!(text.zh.chars().any(|c| c > '\u{2e80}'), "{}: not Chinese", row.id);
            }
        }
        assert_eq!(find("A03").map(|row| row.used_in), Some(&["command", "session"][..]));
    }

    #[test]
    fn the_budget_names_assumptions_that_exist() {
        for row in crate::catalog::budget::ROWS {
            if let Some((_, id)) = row.source.split_once("assumption ") {
                assert!(find(id).is_some(), "{} names {id}", row.key);
            }
        }
    }
}
