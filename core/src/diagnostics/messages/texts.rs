//! Rows `CS9xx`: texts that people paste, and what they were taken for.

messages! {
    NOT_KNOWN = "CS901", Error, "consnap": {
        "this is none of what consnap knows; the nearest is {nearest}", "这不是 consnap 认识的内容，最接近的是{nearest}"
    } help {
        "give an exit code, an error code, a parameter, a whole command, a reply of the API as JSON, or the output of a command",
        "请提供退出码、错误码、参数、完整命令、JSON 格式的 API 返回或命令输出"
    };
    JSON_CUT = "CS902", Error, "consnap": {
        "what begins in line {line} is never closed: the text was cut", "第 {line} 行开始的内容没有结束，文本被截断"
    } help {
        "copy the whole of it", "请复制完整内容"
    };
    JSON_COMMA = "CS903", Error, "consnap": {
        "JSON has no comma before a closing bracket: line {line}", "JSON 的右括号前不能有逗号：第 {line} 行"
    } help {
        "take the comma out", "请删除该逗号"
    };
    JSON_QUOTES = "CS904", Error, "consnap": {
        "what begins in line {line} is printed as a program shows its values, not JSON", "第 {line} 行开始的内容是程序打印的值，不是 JSON"
    } help {
        "print it as JSON, in Python with `json.dumps`", "请以 JSON 格式输出，Python 中可使用 `json.dumps`"
    };
    JSON_OTHER = "CS905", Error, "consnap": {
        "what begins in line {line} looks like JSON and is none: {reason}", "第 {line} 行开始的内容类似 JSON，但无法解析：{reason}"
    } help {
        "copy it again from where it was printed", "请从原处重新复制"
    };
    TIMEOUT_NOT_GIVEN = "CS906", Warning, "run-command: Timeout": {
        "no `Timeout` is given for this command: RunCommand then waits 60 s, and it may take {needed} s",
        "未为该命令设置 `Timeout`：RunCommand 默认只等待 60 秒，而它最长可能需要 {needed} 秒"
    } help {
        "give RunCommand `Timeout` {needed}; a time-out can leave the guest held",
        "请在 RunCommand 中设置 `Timeout` 为 {needed}；超时可能使实例一直处于冻结状态"
    };
    TIMEOUT_TOO_SHORT = "CS907", Warning, "run-command: Timeout": {
        "`Timeout` is {given} s, and this command may take {needed} s", "`Timeout` 为 {given} 秒，而该命令最长可能需要 {needed} 秒"
    } help {
        "give RunCommand `Timeout` {needed}; a time-out can leave the guest held",
        "请在 RunCommand 中设置 `Timeout` 为 {needed}；超时可能使实例一直处于冻结状态"
    };
    ENCODING_NOT_GIVEN = "CS908", Error, "run-command: ContentEncoding": {
        "the command is Base64, and `ContentEncoding` does not say so: the guest would run the Base64 text itself",
        "命令是 Base64 编码，但 `ContentEncoding` 未说明：实例会把 Base64 文本本身当作命令执行"
    } help {
        "set `ContentEncoding` to `Base64`", "请将 `ContentEncoding` 设为 `Base64`"
    };
    ENCODING_CONTRADICTS = "CS909", Error, "run-command: ContentEncoding": {
        "`ContentEncoding` is `Base64`, and the command is in clear: the service refuses it",
        "`ContentEncoding` 为 `Base64`，但命令是明文：服务端会拒绝"
    } help {
        "encode the command, or set `ContentEncoding` to `PlainText`", "请对命令进行编码，或将 `ContentEncoding` 设为 `PlainText`"
    };
    CALL_ACCEPTED = "CS910", Warning, "run-command": {
        "this says that the call was accepted as `{invocation}`, and nothing of what became of it",
        "这只表明请求已被接受（`{invocation}`），不能说明执行结果"
    } help {
        "ask for the results: `aliyun ecs DescribeInvocationResults --InvokeId {invocation}`",
        "请查询执行结果：`aliyun ecs DescribeInvocationResults --InvokeId {invocation}`"
    };
    TELLS_FACTS = "CS911", Warning, "consnap": {
        "this tells of instances, and nothing of a run", "这说明的是实例的情况，与执行结果无关"
    } help {
        "hold it to a job: `consnap check JOB --facts FILE`", "请与作业一起检查：`consnap check JOB --facts FILE`"
    };
    READ_ELSEWHERE = "CS912", Warning, "consnap": {
        "consnap knows this, and another command reads it", "consnap 认识这种内容，由其他命令读取"
    } help {
        "use `{command}`", "请使用 `{command}`"
    };
    TAG_APPLICATION = "CS913", Advice, "go-page: APPConsistent": {
        "`{snapshot}` carries the tag of an application-consistent snapshot", "`{snapshot}` 带有应用一致性快照的标签"
    } help {
        "for the whole of a group every snapshot must carry it: `consnap verify` looks at all of them",
        "快照一致性组内的每个快照都必须带有该标签，可使用 `consnap verify` 检查"
    };
    TAG_FILE_SYSTEM = "CS914", Warning, "go-page: FsConsistent": {
        "`{snapshot}` carries the tag of a file-system-consistent snapshot: no application was held",
        "`{snapshot}` 带有文件系统一致性快照的标签：未暂停应用"
    } help {
        "if the application must be held, look at why the scripts or writers were not used",
        "如需应用一致性，请检查脚本或 Writer 未生效的原因"
    };
    TAG_ABSENT = "CS915", Warning, "consnap: assumption A02": {
        "`{snapshot}` carries no consistency tag: at most crash-consistent", "`{snapshot}` 没有一致性标签：至多为崩溃一致性"
    } help {
        "tags may still be put while a group is young; look again, then at the output of its command",
        "快照一致性组刚创建时标签可能尚未添加；请稍后再查，并查看该命令的输出"
    };
    CODE_NOT_KNOWN = "CS916", Error, "consnap: not in any list it knows": {
        "the error code `{code}` is not known", "错误码 `{code}` 未知"
    } help {
        "look it up in the vendor's error center; use a newer version of consnap", "请在官方错误中心查询，并使用更新版本的 consnap"
    };
    NAMES_A_GROUP = "CS917", Warning, "go-page: success line": {
        "this is what the plug-in prints when it made `{group}`; without exit code and tags it shows no consistency",
        "这是云助手插件创建 `{group}` 后打印的内容；没有退出码和标签，无法说明一致性"
    } help {
        "give the exit code and status too, then look at the tags: `consnap verify`",
        "请同时提供退出码和执行状态，并使用 `consnap verify` 查看标签"
    };
    HOLDS_SECRETS = "CS918", Warning, "consnap": {
        "this holds credentials; consnap read nothing of it", "这里含有访问凭证，consnap 未读取其内容"
    } help {
        "do not paste it anywhere; `consnap whoami` says which of them works", "请勿粘贴到任何地方；可使用 `consnap whoami` 查看哪个凭证有效"
    };
    HOLDS_NOTHING = "CS919", Error, "consnap": {
        "this reply of {operation} holds nothing, which is no evidence that there is nothing",
        "{operation} 的返回为空，不能证明确实没有"
    } help {
        "look in the region and account that are meant, and without filters", "请确认地域和账号无误，并去掉过滤条件后再查"
    };
    OTHER_REPLY = "CS920", Warning, "consnap": {
        "this is a reply of {operation}, which says nothing of what became of a command", "这是 {operation} 的返回，不能说明命令的执行结果"
    } help {
        "results of commands are in the reply of DescribeInvocationResults", "命令的执行结果在 DescribeInvocationResults 的返回中"
    };
    TELLS_NO_FACTS = "CS921", Error, "consnap": {
        "this is {kind}, which tells no facts of instances", "这是{kind}，不包含实例信息"
    } help {
        "give facts as consnap writes them, or replies of DescribeInstances, DescribeDisks, DescribeCloudAssistantStatus and DescribeInstanceRamRole",
        "请提供 consnap 输出的实例信息，或 DescribeInstances、DescribeDisks、DescribeCloudAssistantStatus、DescribeInstanceRamRole 的返回"
    };
    OF_ANOTHER_PROGRAM = "CS922", Warning, "consnap": {
        "exit code {exit_code} is that of `{program}`, not of the snapshot plug-in", "退出码 {exit_code} 属于 `{program}`，而不是快照插件"
    } help {
        "look it up in the manual of `{program}`; give the exit code of the Cloud Assistant command to have that explained",
        "请在 `{program}` 的手册中查询；如需解释云助手命令，请提供该命令的退出码"
    };
    WHOSE_IS_UNCLEAR = "CS923", Warning, "consnap": {
        "whether exit code {exit_code} is that of `{program}` or of the snapshot plug-in cannot be told; it is read as the plug-in's",
        "无法判断退出码 {exit_code} 属于 `{program}` 还是快照插件，此处按快照插件的退出码解释"
    } help {
        "give the exit code of the Cloud Assistant command alone, or its whole result", "请仅提供云助手命令的退出码，或提供完整的执行结果"
    };
    OWN_HELD = "CS924", Error, "consnap: exit status 5": {
        "consnap itself says here that a guest may still be held", "consnap 自身在此表明：实例可能仍处于冻结状态"
    } help {
        "check now that the application accepts writes; `consnap status` names the run and the instance",
        "请立即确认应用可正常写入；可使用 `consnap status` 查看执行和实例"
    };
    OWN_UNKNOWN = "CS925", Error, "consnap: exit status 4": {
        "consnap itself says here that a result is not known: a group may exist",
        "consnap 自身在此表明：结果未知，可能已创建快照一致性组"
    } help {
        "look for the group before another run: `consnap verify`", "再次执行前，请使用 `consnap verify` 查找快照一致性组"
    };
}
