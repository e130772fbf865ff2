//! Rows `CS150` to `CS199`: writing, reading back and explaining a command.

messages! {
    CONTROL_CHARACTER = "CS150", Error, "launcher 4.2: measured, agent 2.2.3.578": {
        "`{parameter}` contains the control character {character}, which different shells read differently",
        "`{parameter}` 含有控制字符 {character}，不同的 Shell 对它的处理不一致"
    } help {
        "remove it: a value is one line of visible text", "请删除该字符：取值必须是一行可见文本"
    };
    DOUBLE_BRACES = "CS151", Error, "launcher 3.6; run-command: EnableParameter": {
        "`{parameter}` contains `{{`, which Cloud Assistant may replace by a parameter before the command runs",
        "`{parameter}` 含有 `{{`，云助手可能在命令运行前将其替换为参数值"
    } help {
        "use single braces, or none", "请改用单个花括号，或不使用花括号"
    };
    COMMA = "CS152", Error, "launcher 4.1: measured, agent 2.2.3.578": {
        "`{parameter}` contains a comma, which the plug-in manager turns into a blank even inside quotes",
        "`{parameter}` 含有逗号，插件管理程序会将其替换为空格，加引号也无效"
    } help {
        "write it without a comma, or use the separator form (`--use-separator`)", "请去掉逗号，或使用自定义分隔符的写法（`--use-separator`）"
    };
    ROLE_UNKNOWN = "CS155", Error, "go-page: parameters, RamRoleName": {
        "`instance_ram_role` is `attached`, and which role the instance has is not known here",
        "`instance_ram_role` 为 `attached`，但此处不知道实例绑定了哪台实例RAM角色"
    } help {
        "name the role instead, or let `plan` or `run` look it up", "请直接填写角色名称，或由 `plan` 或 `run` 查询"
    };
    NO_ROLE_ATTACHED = "CS156", Error, "go-page: exit code 13": {
        "`instance_ram_role` is `attached`, and the instance has no RAM role",
        "`instance_ram_role` 为 `attached`，但实例没有绑定实例RAM角色"
    } help {
        "attach a role to the instance first, or name the role to attach",
        "请先为实例授予实例RAM角色，或填写要授予的角色名称"
    };
    NOT_ASCII = "CS157", Error, "launcher 3.2: measured with wine 8.0": {
        "`{parameter}` contains {character}; on Windows only ASCII arrives unchanged, whatever the system's language",
        "`{parameter}` 含有 {character}；在 Windows 上，无论系统语言如何，只有 ASCII 字符能原样送达"
    } help {
        "use letters, digits and punctuation of ASCII for Windows instances", "对 Windows 实例请只使用 ASCII 字母、数字和标点"
    };
    WINDOWS_QUOTE = "CS158", Error, "launcher 5": {
        "`{parameter}` contains a double quote, after which cmd.exe would run the rest of the value as commands",
        "`{parameter}` 含有双引号，cmd.exe 会把其后的内容当作命令执行"
    } help {
        "use apostrophes instead", "请改用单引号"
    };
    WINDOWS_OPERATOR = "CS159", Error, "launcher 5": {
        "`{parameter}` contains {character}, which cmd.exe may expand or take for an operator",
        "`{parameter}` 含有 {character}，cmd.exe 可能将其展开或视为运算符"
    } help {
        "leave out `%`, `!`, `^`, `&`, `|`, `<` and `>` for Windows instances",
        "对 Windows 实例请不要使用 `%`、`!`、`^`、`&`、`|`、`<`、`>`"
    };
    SEVERAL_DISKS = "CS160", Error, acceptable, "launcher 6: open question": {
        "{count} disks of `{instance}` are excluded, and how the plug-in separates several is not documented; `{joined}` would be sent",
        "`{instance}` 排除了 {count} 块云盘，而插件如何分隔多块云盘没有文档说明；将发送 `{joined}`"
    } help {
        "exclude at most one disk of an instance, or accept this finding and look at the members of the group afterwards",
        "请最多只排除该实例的一块云盘，或豁免此项并在完成后核对快照一致性组的成员"
    };
    NOT_READ_BACK = "CS161", Error, "consnap: every command is read back before it leaves": {
        "the command `{command}` would not give these values to the plug-in", "命令 `{command}` 无法将这些取值原样交给云助手插件"
    } help {
        "use simpler values; this is a fault of consnap, please report it", "请使用更简单的取值；这是 consnap 的缺陷，请反馈"
    };
    SAMPLE_NAME = "CS162", Advice, "consnap": {
        "the name `{name}` is a sample: each run puts in its own id, date and time",
        "名称 `{name}` 仅为示例：每次执行会填入各自的执行ID、日期和时间"
    } help {
        "nothing to do; `run` writes the real name", "无需处理，`run` 会写入真实名称"
    };
    INVISIBLE_CHARACTER = "CS166", Error, "launcher 4.2": {
        "`{parameter}` contains {character}, which does not show: two groups could look alike",
        "`{parameter}` 含有不可见字符 {character}：两个快照一致性组可能看起来相同"
    } help {
        "remove it", "请删除该字符"
    };
    DISKS_WITHOUT_INSTANCE = "CS167", Warning, "consnap": {
        "`exclude_disks` names disks by instance, and this command is built for no instance in particular: it excludes none",
        "`exclude_disks` 按实例指定云盘，而此命令未针对具体实例生成：不会排除任何云盘"
    } help {
        "name the instance that the command is for (`--instance`)", "请指明命令针对的实例（`--instance`）"
    };
    SEPARATOR_FORM = "CS168", Advice, "launcher 4.1: form C": {
        "the separator form is used: it needs a Cloud Assistant Agent with version 2.2.3.349 or 2.1.3.349 or later",
        "使用自定义分隔符的写法：云助手Agent 需为 2.2.3.349 或 2.1.3.349 及以上版本"
    } help {
        "leave it out unless a value has a comma", "除非取值含有逗号，否则请不要使用"
    };
    TOO_LONG = "CS169", Error, "launcher 3.7; microsoft-cmd": {
        "the command has {length} bytes, and at most {limit} reach the guest whole",
        "命令长 {length} 字节，而完整送达实例的上限为 {limit} 字节"
    } help {
        "use a shorter description and shorter paths", "请缩短描述和路径"
    };
    SHELL_EXPANDS = "CS170", Error, "launcher 4.3; launcher 5.1": {
        "the shell expands part of this command (`$`, a backquote, `*`, `?`, `~` or `%`) before the plug-in manager sees it, and whatever it yields runs with the highest rights",
        "Shell 会先展开此命令的一部分（`$`、反引号、`*`、`?`、`~` 或 `%`），其结果会以最高权限运行，之后才轮到插件管理程序"
    } help {
        "build the command with consnap, or put the whole `--params=...` in single quotes (Linux)",
        "请用 consnap 生成命令，或将整个 `--params=...` 放入单引号中（Linux）"
    };
    SHELL_REDIRECTS = "CS171", Warning, "consnap": {
        "the command redirects input or output, so that its result may not reach the service",
        "命令重定向了输入或输出，执行结果可能无法返回给服务"
    } help {
        "leave the redirection out: Cloud Assistant collects both outputs", "请去掉重定向：云助手会同时收集标准输出和错误输出"
    };
    SHELLS_DIFFER = "CS172", Error, "launcher 3.1; launcher 4.3; launcher 5": {
        "shells, or systems of another language, read this command differently, so what the plug-in would get cannot be determined",
        "不同的 Shell 或不同语言的系统对此命令的处理不一致，因此无法确定云助手插件会收到什么"
    } help {
        "use visible characters (on Windows ASCII only) and no braces, carets or `$'` outside of quotes",
        "请只使用可见字符（Windows 仅限 ASCII），引号外不要使用花括号、`^` 或 `$'`"
    };
    NOT_A_SIMPLE_CALL = "CS173", Warning, "consnap": {
        "this is more, or something else, than a simple call of `acs-plugin-manager`, and was not followed",
        "这不是对 `acs-plugin-manager` 的一次简单调用，因此未作分析"
    } help {
        "give one line that begins with `acs-plugin-manager`", "请提供以 `acs-plugin-manager` 开头的一行命令"
    };
    SHELL_SYNTAX = "CS174", Error, "launcher 2.6: exit code 2": {
        "the shell starts nothing and ends with exit code {exit}: a quote is open or the syntax is wrong",
        "Shell 没有启动任何程序，以退出码 {exit} 结束：引号未闭合或语法有误"
    } help {
        "close every quote; build the command with consnap when a value contains quotes",
        "请闭合所有引号；取值含有引号时请用 consnap 生成命令"
    };
    PROGRAM_NOT_FOUND = "CS175", Error, "launcher 3.1: exit code 127": {
        "the shell finds no such program and ends with exit code {exit}: a byte order mark or a Windows line end is part of its name",
        "Shell 找不到该程序，以退出码 {exit} 结束：程序名中混入了字节顺序标记或 Windows 换行符"
    } help {
        "save the text without a byte order mark and with Unix line ends", "请以不带字节顺序标记、Unix 换行符的方式保存文本"
    };
    LAUNCHER_REFUSES = "CS176", Error, "launcher 2.1; launcher 2.6: exit code 1": {
        "the plug-in manager refuses its arguments with exit code {exit}, which looks like the plug-in's own code for unmet conditions",
        "插件管理程序拒绝其参数，退出码为 {exit}，与云助手插件“条件不满足”的退出码相同"
    } help {
        "give each flag once, no `--`, no unknown short flag, and no value to a flag that takes none",
        "每个选项只写一次，不要使用 `--`、未知的短选项，也不要给不带值的选项赋值"
    };
    LAUNCHER_HELP = "CS177", Error, "launcher 2.1: exit code 0": {
        "the plug-in manager prints help, a version or a list and ends with exit code {exit}: it looks like success, and no snapshot is created",
        "插件管理程序只打印帮助、版本或列表，并以退出码 {exit} 结束：看似成功，但不会创建快照"
    } help {
        "leave out the word `help` and such flags, and give `--exec`", "请去掉单词 `help` 及此类选项，并加上 `--exec`"
    };
    OTHER_PLUGIN = "CS178", Error, "go-page: --plugin": {
        "the plug-in manager is told to start the plug-in `{plugin}`, and the one that creates snapshots here is `{expected}`",
        "要启动的云助手插件为 `{plugin}`，而此平台上创建快照的插件是 `{expected}`"
    } help {
        "write `--plugin {expected}`", "请填写 `--plugin {expected}`"
    };
    WRONG_PLATFORM = "CS179", Error, "go-page: --plugin; launcher 2.4: exit code 234": {
        "`{plugin}` is the plug-in of the other platform; the plug-in manager finds no such plug-in here and ends with exit code 234",
        "`{plugin}` 是另一平台的云助手插件；插件管理程序在此找不到它，以退出码 234 结束"
    } help {
        "use `{expected}` with the parameters of this platform", "请使用 `{expected}` 及此平台的参数"
    };
    NOTHING_TO_RUN = "CS180", Error, "consnap": {
        "there is nothing to run: the shell ends with exit code {exit}, which looks like success",
        "没有可运行的内容：Shell 以退出码 {exit} 结束，看似成功"
    } help {
        "give the command", "请提供命令"
    };
    OTHER_COMMANDS = "CS181", Error, "launcher 4.3; launcher 5.1": {
        "other commands run beside the plug-in manager with the highest rights, and the exit code may be theirs",
        "除插件管理程序外，还有其他命令以最高权限运行，退出码也可能是它们的"
    } help {
        "send a single command; if this was meant to be part of a value, build the command with consnap",
        "请只发送一条命令；如果这部分本应属于取值，请用 consnap 生成命令"
    };
    DROPPED = "CS182", Error, "launcher 2.2: measured, agent 2.2.3.578": {
        "a quote is open or a backslash stands at the end: `{text}` is dropped without an error, and the plug-in runs without it",
        "引号未闭合或末尾有反斜杠：`{text}` 会被静默丢弃，云助手插件在缺少它的情况下运行"
    } help {
        "quote the value once more for the plug-in manager, as `consnap command` does", "请像 `consnap command` 那样为插件管理程序再加一层引号"
    };
    COMMENT = "CS183", Error, "launcher 2.2: measured, agent 2.2.3.578": {
        "`{text}` is taken for a comment and never reaches the plug-in", "`{text}` 被视为注释，不会送达云助手插件"
    } help {
        "quote the value once more for the plug-in manager, or leave out the `#`", "请为插件管理程序再加一层引号，或去掉 `#`"
    };
    STRAY_WORD = "CS184", Error, "launcher 6: inferred from Go's flag package": {
        "`{lost}` is ignored: the plug-in stops reading at the first word without a dash",
        "`{lost}` 会被忽略：云助手插件读到第一个不以短横线开头的词时停止"
    } help {
        "a blank or a comma split a value: quote it for the second lexer too, as `consnap command` does",
        "空格或逗号把取值拆开了：请像 `consnap command` 那样为插件管理程序再加一层引号"
    };
    UNKNOWN_PARAMETER = "CS185", Error, "go-page: parameters": {
        "`{name}` is not a parameter of the plug-in, which ends with exit code 2", "`{name}` 不是云助手插件的参数，插件会以退出码 2 结束"
    } help {
        "use one of {known}", "请使用以下参数之一：{known}"
    };
    MISSPELT = "CS186", Error, "go-page: parameters": {
        "`{name}` is not a parameter of the plug-in, which ends with exit code 2; did you mean `{nearest}`",
        "`{name}` 不是云助手插件的参数，插件会以退出码 2 结束；您是否想写 `{nearest}`"
    } help {
        "write `{nearest}`; upper and lower case count", "请写成 `{nearest}`，注意区分大小写"
    };
    OTHER_PLATFORM_PARAMETER = "CS187", Error, "go-page: parameters": {
        "`{name}` is a parameter of the other platform's plug-in; the one for {platform} ends with exit code 2",
        "`{name}` 是另一平台插件的参数；{platform} 平台的插件会以退出码 2 结束"
    } help {
        "leave it out", "请去掉该参数"
    };
    REPEATED = "CS188", Warning, "launcher 6: inferred from Go's flag package": {
        "`{name}` is given more than once: `{value}` replaces `{earlier}`", "`{name}` 出现多次：`{value}` 会取代 `{earlier}`"
    } help {
        "give it once", "请只写一次"
    };
    MISSING = "CS189", Error, "go-page: parameters": {
        "the plug-in needs `{name}` and does not get it", "云助手插件需要 `{name}`，但没有收到"
    } help {
        "add it, or see above why it is lost", "请补上该参数，或查看上文了解它为何丢失"
    };
    BAD_VALUE = "CS190", Error, "launcher 6: inferred from Go's flag package": {
        "`{value}` is not a value for `{name}`: the plug-in ends with exit code 2", "`{value}` 不是 `{name}` 的有效取值：云助手插件会以退出码 2 结束"
    } help {
        "write `true` or `false`, or a whole number", "请填写 `true` 或 `false`，或整数"
    };
    ODD_NUMBER = "CS191", Warning, "launcher 6: inferred from Go's flag package": {
        "the plug-in reads `{value}` for `{name}` as {number}", "云助手插件会把 `{name}` 的取值 `{value}` 读作 {number}"
    } help {
        "write plain decimal digits without a leading zero", "请只写十进制数字，不要以零开头"
    };
    CHANGED = "CS192", Error, "launcher 2.2: measured, agent 2.2.3.578": {
        "`{written}` arrives as `{arrived}`", "`{written}` 送达时变成 `{arrived}`"
    } help {
        "quote the value once more for the plug-in manager, as `consnap command` does", "请像 `consnap command` 那样为插件管理程序再加一层引号"
    };
    EMPTY_REQUIRED = "CS193", Error, "go-page: parameters": {
        "`{name}` is empty, and the plug-in needs it", "`{name}` 为空，而云助手插件需要它"
    } help {
        "give it a value", "请填写取值"
    };
    IGNORED_BY_LAUNCHER = "CS194", Warning, "launcher 2.1": {
        "the plug-in manager ignores `{words}`", "插件管理程序会忽略 `{words}`"
    } help {
        "leave it out, or put it into `--params`", "请去掉，或将其写入 `--params`"
    };
    OUT_OF_RANGE = "CS195", Warning, "go-page: parameters; create-snapshot-group": {
        "`{name}` is {value}, and the range is {least} to {most}", "`{name}` 为 {value}，而取值范围为 {least} 至 {most}"
    } help {
        "use a number in that range", "请使用此范围内的数值"
    };
    MALFORMED = "CS196", Error, "launcher 6: inferred from Go's flag package": {
        "`{argument}` has no name or no value: the plug-in ends with exit code 2", "`{argument}` 缺少名称或取值：云助手插件会以退出码 2 结束"
    } help {
        "write `-Name=value`", "请写成 `-Name=取值`"
    };
    PLUGIN_HELP = "CS197", Error, "launcher 6: inferred from Go's flag package": {
        "`{name}` makes the plug-in print its help and end with exit code 0: it looks like success, and no snapshot is created",
        "`{name}` 会让云助手插件打印帮助并以退出码 0 结束：看似成功，但不会创建快照"
    } help {
        "leave it out", "请去掉它"
    };
    SPLIT_VALUE = "CS198", Error, "launcher 2.2: measured, agent 2.2.3.578": {
        "`{written}` is split at a blank, and `{second}` becomes a parameter of its own",
        "`{written}` 在空格处被拆开，`{second}` 成为独立的参数"
    } help {
        "quote the value once more for the plug-in manager, as `consnap command` does", "请像 `consnap command` 那样为插件管理程序再加一层引号"
    };
    PERCENT_LOST = "CS199", Error, "launcher 5": {
        "cmd.exe takes away a single `%`, even inside quotes", "cmd.exe 会去掉单个 `%`，即使在引号内也是如此"
    } help {
        "leave it out, or double it", "请去掉它，或写两个"
    };
}
