//! Rows `CS100` to `CS149`: the job document and its parameters. `CS100` to `CS108` speak of any document consnap reads.

messages! {
    UNREADABLE = "CS100", Error, "consnap": {
        "this cannot be read: {detail}", "内容无法读取：{detail}"
    } help {
        "correct the text at the place named, or write the document again", "请修正所指位置的内容，或重新编写文档"
    };
    UNKNOWN_KEY = "CS101", Error, "consnap": {
        "key `{key}` is not known here, so its value would be ignored", "此处没有键 `{key}`，其值会被忽略"
    } help {
        "remove it; known here are {known}", "请删除；此处可用的键有 {known}"
    };
    UNKNOWN_KEY_SIMILAR = "CS102", Error, "consnap": {
        "key `{key}` is not known here; did you mean `{similar}`", "此处没有键 `{key}`；是否应为 `{similar}`"
    } help {
        "write `{similar}`; known here are {known}", "请改为 `{similar}`；此处可用的键有 {known}"
    };
    WRONG_TYPE = "CS103", Error, "consnap": {
        "`{key}` needs a value of type `{expected}`, found `{found}`", "`{key}` 的值应为 `{expected}` 类型，实际为 `{found}`"
    } help {
        "write a value of type `{expected}`; the value found is not used", "请填写 `{expected}` 类型的值；当前值未被采用"
    };
    MISSING_KEY = "CS104", Error, "consnap": {
        "`{key}` is missing", "缺少 `{key}`"
    } help {
        "add `{key}`: it has no default", "请添加 `{key}`：该项没有默认值"
    };
    BAD_CHOICE = "CS105", Error, "consnap": {
        "`{value}` is not a value of `{key}`", "`{key}` 不能取值 `{value}`"
    } help {
        "use one of {choices}", "请使用以下值之一：{choices}"
    };
    EMPTY_VALUE = "CS106", Advice, "consnap": {
        "`{key}` has no value and counts as left out", "`{key}` 没有值，视为未填写"
    } help {
        "give it a value or remove the key", "请填写值，或删除该键"
    };
    DUPLICATE_KEY = "CS107", Error, "consnap": {
        "key `{key}` appears more than once; only the last one counts", "键 `{key}` 重复出现，只有最后一个有效"
    } help {
        "keep one of them", "请只保留其中一个"
    };
    NO_MAPPING = "CS108", Error, "consnap": {
        "this is not a mapping of keys to values, but `{found}`", "内容不是键值映射，而是 `{found}`"
    } help {
        "write the document as keys and values", "请以键值形式编写文档"
    };
    UNKNOWN_VERSION = "CS109", Error, "consnap": {
        "version `{version}` of the job document is not known", "未知的作业文档版本 `{version}`"
    } help {
        "write `version: 1`", "请写为 `version: 1`"
    };
    IDS_AND_TAGS = "CS110", Error, "consnap": {
        "targets are given in more than one way", "同时用多种方式指定了目标"
    } help {
        "keep one of `ids`, `tags` and `all`; for a mix write two jobs", "请只保留 `ids`、`tags` 和 `all` 之一；需要多种方式时请拆分为多个作业"
    };
    ALL_WITHOUT_BOUND = "CS163", Error, "consnap": {
        "every instance of the regions is selected, without an upper bound", "选中了所有地域的全部实例，但没有上限"
    } help {
        "say in `targets.expect.max` how many instances there may be: what is created tomorrow would be frozen too", "请在 `targets.expect.max` 中写明实例数上限：否则明天新建的实例也会被冻结"
    };
    NO_TARGETS = "CS111", Error, "consnap": {
        "the job selects no instance", "作业没有选中任何实例"
    } help {
        "name instances in `targets.ids` or tags in `targets.tags`, or say `targets.all`; an empty selection is always refused",
        "请在 `targets.ids` 中填写实例ID，或在 `targets.tags` 中填写标签，或使用 `targets.all`；空的选择一律拒绝"
    };
    DUPLICATE = "CS112", Advice, "consnap": {
        "`{value}` appears {count} times and counts once", "`{value}` 出现 {count} 次，只计一次"
    } help {
        "remove the repetitions", "请删除重复项"
    };
    BAD_ID = "CS113", Error, "api-reference: shapes of ids": {
        "`{value}` is not an id such as `{sample}`", "`{value}` 不是形如 `{sample}` 的ID"
    } help {
        "copy the id from the console or from an API reply", "请从控制台或 API 返回结果中复制ID"
    };
    EXPECT_BOUNDS = "CS114", Error, "consnap": {
        "the selection has {count} instances, expected are {least} to {most}", "选中 {count} 台实例，期望为 {least} 到 {most} 台"
    } help {
        "correct `targets.expect` or the selection", "请修正 `targets.expect` 或所选实例"
    };
    EXCLUDED_TARGET = "CS115", Advice, "consnap": {
        "`{value}` is both selected and excluded; it is left out", "`{value}` 既被选中又被排除，将不执行"
    } help {
        "remove it from one of the two lists", "请从其中一个列表中删除"
    };
    BAD_REGION = "CS116", Error, "sdk-go: endpoints": {
        "`{value}` is not a region id such as `cn-hangzhou`", "`{value}` 不是形如 `cn-hangzhou` 的地域ID"
    } help {
        "write region ids, not names", "请填写地域ID，而非地域名称"
    };
    BAD_TAG = "CS117", Error, "run-command: ResourceTag.N": {
        "the tags cannot select instances: {detail}", "标签无法用于选择实例：{detail}"
    } help {
        "use 1 to 10 tags whose keys have 1 to 64 characters", "请使用 1 到 10 个标签，标签键长度为 1 到 64 个字符"
    };
    BAD_ROLE = "CS118", Error, "launcher 4.2; ram-role: names": {
        "`{value}` is not the name of a RAM role", "`{value}` 不是有效的实例RAM角色名称"
    } help {
        "write the name only, 1 to 64 letters, digits, `.`, `_` or `-`, or `attached` for the role each instance has",
        "请只填写角色名称：1 到 64 个字母、数字、`.`、`_` 或 `-`；或填写 `attached` 使用各实例已授予的角色"
    };
    EXCLUDED_DISK_STRANGER = "CS119", Warning, "consnap": {
        "disk `{disk}` is excluded for `{instance}`, which the job does not select", "为 `{instance}` 排除了云盘 `{disk}`，但作业没有选中该实例"
    } help {
        "correct the instance id: an exclusion is sent only to its owner", "请修正实例ID：排除项只发送给所属实例"
    };
    NAME_LENGTH = "CS120", Error, "create-snapshot-group: Name": {
        "the group name has {length} characters, allowed are {least} to {most}", "快照一致性组名称有 {length} 个字符，允许 {least} 到 {most} 个"
    } help {
        "shorten or lengthen the name; `{run}` counts for 8 characters and is appended with a hyphen when it is missing",
        "请调整名称长度；`{run}` 计 8 个字符，缺少时会以连字符附加在末尾"
    };
    NAME_CHARACTER = "CS121", Error, "create-snapshot-group: Name": {
        "the group name contains `{character}`, which the service does not accept", "快照一致性组名称包含服务不接受的字符 `{character}`"
    } help {
        "use letters, digits, `.`, `_`, `-` and `:`", "请使用字母、数字、`.`、`_`、`-` 和 `:`"
    };
    NAME_FIRST = "CS122", Error, "create-snapshot-group: Name": {
        "the group name begins with `{character}`", "快照一致性组名称以 `{character}` 开头"
    } help {
        "begin with a letter or a Chinese character", "请以字母或中文开头"
    };
    NAME_FIRST_DIGIT = "CS123", Warning, "api-reference: letter or digit; create-snapshot-group: letter": {
        "the group name begins with a digit, which newer documents do not allow", "快照一致性组名称以数字开头，较新的文档不允许"
    } help {
        "begin with a letter or a Chinese character", "请以字母或中文开头"
    };
    URL_PREFIX = "CS124", Error, "create-snapshot-group: Name, Description": {
        "`{key}` begins with `http://` or `https://`", "`{key}` 以 `http://` 或 `https://` 开头"
    } help {
        "put another word first", "请在前面加上其他文字"
    };
    UNKNOWN_PLACEHOLDER = "CS125", Error, "consnap": {
        "`{placeholder}` in the group name is not replaced by anything", "快照一致性组名称中的 `{placeholder}` 不会被替换"
    } help {
        "placeholders are {known}", "可用的占位符有 {known}"
    };
    DESCRIPTION_LENGTH = "CS126", Error, "create-snapshot-group: Description": {
        "the description has {length} characters, allowed are {least} to {most}", "描述有 {length} 个字符，允许 {least} 到 {most} 个"
    } help {
        "change the description or leave it out", "请修改描述，或不填写"
    };
    INSTANT_ACCESS = "CS127", Advice, "create-snapshot-group: InstantAccess is deprecated": {
        "`{key}` has no effect today: snapshots of ESSDs are instantly accessible by default", "`{key}` 目前不再生效：ESSD云盘的快照默认支持快照极速可用"
    } help {
        "leave it out, or keep it for systems that compare the command", "可以删除；若其他系统需要比对命令，也可保留"
    };
    RETENTION_DAYS = "CS128", Error, "go-page: 1 to 65536; create-snapshot-group: 1 to 65535": {
        "`instant_access_retention_days` is {value}, allowed are 1 to 65535", "`instant_access_retention_days` 为 {value}，允许 1 到 65535"
    } help {
        "write a number of days from 1 to 65535, or leave it out", "请填写 1 到 65535 之间的天数，或不填写"
    };
    RETENTION_65536 = "CS129", Warning, "go-page: 1 to 65536; create-snapshot-group: 1 to 65535": {
        "the plug-in's page allows 65536 days, the API it calls only 65535", "插件文档允许 65536 天，但其调用的 API 只允许 65535 天"
    } help {
        "write 65535", "请写为 65535"
    };
    SCRIPT_PATH = "CS130", Error, "launcher 4.2; go-page: -plugin app-snapshot-plugin-win": {
        "script path `{value}` is not the absolute path of a file", "脚本路径 `{value}` 不是文件的绝对路径"
    } help {
        "begin with `/`; the vendor's page writes `tmp/prescript.sh` once, by mistake", "请以 `/` 开头；官方文档中曾误写为 `tmp/prescript.sh`"
    };
    ONE_SCRIPT = "CS131", Error, "go-page: both are needed for application consistency": {
        "only `{given}` is given; without `{missing}` the application is not frozen and thawed", "只填写了 `{given}`；缺少 `{missing}` 时不会冻结和解冻应用"
    } help {
        "give both scripts or none", "请同时填写两个脚本，或都不填写"
    };
    SCRIPT_IN_TMP = "CS132", Advice, "go-page: scripts": {
        "`{value}` lies in `/tmp`, which may be emptied by the system or mounted `noexec`", "`{value}` 位于 `/tmp`，该目录可能被系统清理，或以 `noexec` 挂载"
    } help {
        "keep the scripts in a directory of root, such as `/opt/consnap`", "请将脚本放在 root 专有的目录，例如 `/opt/consnap`"
    };
    NUMBER_RANGE = "CS133", Error, "consnap; api-reference: limits": {
        "`{key}` is {value}, allowed are {least} to {most}", "`{key}` 为 {value}，允许 {least} 到 {most}"
    } help {
        "write a number from {least} to {most}", "请填写 {least} 到 {most} 之间的数"
    };
    LONG_SCRIPT = "CS134", Warning, "aws-dlm: 120 s": {
        "a script may run for {seconds} s before it is ended; the application is held meanwhile", "脚本最长可运行 {seconds} 秒，其间应用处于冻结状态"
    } help {
        "set `linux.script_timeout_seconds` to {most} or less: holding an application longer can trigger the fail-over of its cluster", "请将 `linux.script_timeout_seconds` 设为 {most} 或更小：否则可能触发集群的高可用切换"
    };
    LONG_FREEZE = "CS135", Warning, "aws-vss: 10 s at most": {
        "file systems may stay frozen for {seconds} s", "文件系统最长可冻结 {seconds} 秒"
    } help {
        "set `linux.freeze_timeout_seconds` to {most} or less: holding an application longer can trigger the fail-over of its cluster", "请将 `linux.freeze_timeout_seconds` 设为 {most} 或更小：否则可能触发集群的高可用切换"
    };
    NO_EFFECT = "CS136", Warning, "go-page: parameters": {
        "`{key}` has no effect without `{needs}`", "没有 `{needs}` 时，`{key}` 不起作用"
    } help {
        "remove `{key}`, or add `{needs}`", "请删除 `{key}`，或添加 `{needs}`"
    };
    TIMEOUT_TOO_SHORT = "CS137", Error, acceptable, "go-page: ScriptTimeoutInSeconds; launcher 3.3": {
        "`run.timeout` is {given} s, but a run on {platform} may need {needed} s", "`run.timeout` 为 {given} 秒，但在 {platform} 上运行可能需要 {needed} 秒"
    } help {
        "write `auto`: at the time-out the service stops waiting while the plug-in runs on, and the guest may still be held",
        "请写为 `auto`：超时后服务停止等待，而插件会继续运行，实例可能仍处于冻结状态"
    };
    BUDGET_CEILING = "CS138", Error, "assumption A04": {
        "the script limits add up to more than the largest time-out of {most} s", "脚本时限之和超过最大超时时间 {most} 秒"
    } help {
        "lower `linux.script_timeout_seconds`", "请减小 `linux.script_timeout_seconds`"
    };
    SAME_SCRIPT = "CS139", Warning, "consnap": {
        "pre-freeze and post-thaw script are the same file `{value}`", "应用冻结脚本与应用解冻脚本是同一个文件 `{value}`"
    } help {
        "use two scripts: the plug-in gives them no argument to tell freeze from thaw", "请使用两个脚本：插件不会传入参数来区分冻结与解冻"
    };
    LINUX_NOT_APPLICATION = "CS140", Warning, "go-page: no scripts, file system-consistent snapshots": {
        "application consistency is required, but without scripts Linux instances reach file system consistency at most",
        "要求应用一致性，但没有脚本时 Linux 实例最多只能达到文件系统一致性"
    } help {
        "name both scripts under `linux`, or set `required_consistency: file_system`", "请在 `linux` 下填写两个脚本，或设置 `required_consistency: file_system`"
    };
    WINDOWS_NOT_APPLICATION = "CS141", Warning, "go-page: EnableWriters": {
        "application consistency is required, but `windows.vss_writers` is false", "要求应用一致性，但 `windows.vss_writers` 为 false"
    } help {
        "remove `windows.vss_writers`, or set `required_consistency: file_system`", "请删除 `windows.vss_writers`，或设置 `required_consistency: file_system`"
    };
    NOTHING_QUIESCED = "CS142", Warning, "assumption A14": {
        "without scripts and without the freeze, Linux snapshots are crash-consistent", "既没有脚本也不冻结文件系统时，Linux 快照只有崩溃一致性"
    } help {
        "remove `linux.freeze_file_systems: false`, or name both scripts", "请删除 `linux.freeze_file_systems: false`，或填写两个脚本"
    };
    BAD_FORM = "CS143", Error, "consnap": {
        "`{key}` is `{value}`, which cannot be read", "`{key}` 的值 `{value}` 无法识别"
    } help {
        "write it like {sample}", "请按此格式填写：{sample}"
    };
    ACCEPT_WITHOUT_REASON = "CS144", Error, "consnap": {
        "the acceptance of `{code}` gives no reason, so it is not applied", "对 `{code}` 的豁免没有填写原因，因此不生效"
    } help {
        "say in `reason` why the finding is accepted", "请在 `reason` 中说明为何接受该检查结果"
    };
    ACCEPT_UNKNOWN = "CS145", Error, "consnap": {
        "`{code}` is not a finding of consnap, so nothing is accepted", "`{code}` 不是 consnap 的检查结果代码，豁免不生效"
    } help {
        "copy the code from a finding, such as `CS231`", "请从检查结果中复制代码，例如 `CS231`"
    };
    ACCEPT_REFUSED = "CS146", Error, "consnap": {
        "`{code}` cannot be accepted", "`{code}` 不可豁免"
    } help {
        "remove the entry and fix the cause", "请删除该条目并解决其原因"
    };
    ACCEPT_EXPIRED = "CS147", Warning, "consnap": {
        "the acceptance of `{code}` ended on {until}", "对 `{code}` 的豁免已于 {until} 到期"
    } help {
        "fix the cause, or renew `until` on purpose", "请解决其原因，或在确认后更新 `until`"
    };
    ACCEPT_UNDATED = "CS148", Advice, "consnap": {
        "whether the acceptance of `{code}` still holds is not known: it ends on {until}, and no date was given",
        "无法得知对 `{code}` 的豁免是否仍有效：其到期日为 {until}，但未提供当前日期"
    } help {
        "give the date to check for", "请提供检查所用的日期"
    };
    EXPECT_CONTRADICTION = "CS149", Error, "consnap": {
        "at least {least} and at most {most} instances are expected, which no selection can be", "期望至少 {least} 台且至多 {most} 台实例，任何选择都无法满足"
    } help {
        "correct `targets.expect`", "请修正 `targets.expect`"
    };
    REGION_NOT_KNOWN = "CS164", Error, acceptable, "sdk-go: endpoint map": {
        "the region `{value}` is not known; the nearest is `{nearest}`", "地域 `{value}` 未知，最接近的是 `{nearest}`"
    } help {
        "write `{nearest}` if that is meant; a newer region needs `--endpoint`", "如本意如此，请改为 `{nearest}`；新地域需要 `--endpoint`"
    };
}
