//! Rows `CS150` to `CS199`: writing, reading back and explaining a command.

messages! {
    CONTROL_CHARACTER = "CS150", Error, "launcher.md 4.2; measured, agent 2.2.3.578": {
        "`{parameter}` contains the control character {character}, which shells read differently",
        "`{parameter}` 含有控制字符 {character}，不同的 Shell 对它的处理不一致"
    } help {
        "remove it: a value is one line of visible text", "请删除该字符：取值必须是一行可见文本"
    };
    DOUBLE_BRACES = "CS151", Error, "launcher.md 3.6; API: RunCommand, EnableParameter": {
        "`{parameter}` contains `{{`, which Cloud Assistant may replace by a parameter before the command runs",
        "`{parameter}` 含有 `{{`，云助手可能在命令运行前将其替换为参数值"
    } help {
        "use single braces, or none", "请改用单个花括号，或不使用花括号"
    };
    COMMA = "CS152", Error, "launcher.md 4.1; measured, agent 2.2.3.578": {
        "`{parameter}` contains a comma, which the launcher turns into a blank even inside quotes",
        "`{parameter}` 含有逗号，插件管理程序会将其替换为空格，加引号也无效"
    } help {
        "write it without a comma, or ask for the separator form", "请去掉逗号，或选择使用自定义分隔符的写法"
    };
    NO_NAME = "CS153", Error, "seed document: parameter table, Name": {
        "`group_name` is empty, and the plug-in needs a name for the snapshot-consistent group",
        "`group_name` 为空，而云助手插件需要快照一致性组的名称"
    } help {
        "give the group a name such as `nightly-{run}`", "请填写快照一致性组的名称，例如 `nightly-{run}`"
    };
    NO_ROLE = "CS154", Error, "seed document: parameter table, RamRoleName": {
        "`instance_ram_role` is empty, and the plug-in needs the RAM role of the instance",
        "`instance_ram_role` 为空，而云助手插件需要实例RAM角色"
    } help {
        "name the role attached to the instance, or write `attached`", "请填写实例已绑定的实例RAM角色，或填写 `attached`"
    };
    ROLE_UNKNOWN = "CS155", Error, "seed document: parameter table, RamRoleName": {
        "`instance_ram_role` is `attached`, and which role the instance has is not known here",
        "`instance_ram_role` 为 `attached`，但此处不知道实例绑定了哪个实例RAM角色"
    } help {
        "name the role instead, or let `plan` or `run` look it up", "请直接填写角色名称，或由 `plan` 或 `run` 查询"
    };
    NO_ROLE_ATTACHED = "CS156", Error, "seed document: exit code 13": {
        "`instance_ram_role` is `attached`, and the instance has no RAM role",
        "`instance_ram_role` 为 `attached`，但实例没有绑定实例RAM角色"
    } help {
        "attach a role to the instance first, or name the role to attach",
        "请先为实例授予实例RAM角色，或填写要授予的角色名称"
    };
    NOT_ASCII = "CS157", Error, "launcher.md 3.2; measured with wine 8.0": {
        "`{parameter}` contains {character}; on Windows only ASCII arrives unchanged, whatever the system's language",
        "`{parameter}` 含有 {character}；在 Windows 上，无论系统语言如何，只有 ASCII 字符能原样送达"
    } help {
        "use letters, digits and punctuation of ASCII for Windows instances", "对 Windows 实例请只使用 ASCII 字母、数字和标点"
    };
    WINDOWS_QUOTE = "CS158", Error, "launcher.md 5": {
        "`{parameter}` contains a double quote, after which cmd.exe would run the rest of the value as commands",
        "`{parameter}` 含有双引号，cmd.exe 会把其后的内容当作命令执行"
    } help {
        "use apostrophes instead", "请改用单引号"
    };
    WINDOWS_OPERATOR = "CS159", Error, "launcher.md 5": {
        "`{parameter}` contains {character}, which cmd.exe may expand or take for an operator",
        "`{parameter}` 含有 {character}，cmd.exe 可能将其展开或视为运算符"
    } help {
        "leave out `%`, `!`, `^`, `&`, `|`, `<` and `>` for Windows instances",
        "对 Windows 实例请不要使用 `%`、`!`、`^`、`&`、`|`、`<`、`>`"
    };
    SEVERAL_DISKS = "CS160", Error, acceptable, "launcher.md 6: open question": {
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
        "名称 `{name}` 仅为示例：每次运行会填入各自的运行编号、日期和时间"
    } help {
        "nothing to do; `run` writes the real name", "无需处理，`run` 会写入真实名称"
    };
    TIMEOUT_BELOW_BUDGET = "CS163", Warning, "launcher.md 3.3: a time-out does not stop the plug-in": {
        "`run.timeout` is {seconds} s, and this job may take {budget} s: the result could be lost while the guest is still held",
        "`run.timeout` 为 {seconds} 秒，而此任务最长可能需要 {budget} 秒：结果可能丢失，而实例可能仍处于冻结状态"
    } help {
        "write `auto`, at least {budget} s, or smaller limits for scripts and freeze",
        "请填写 `auto` 或不小于 {budget} 秒的值，或减小脚本和冻结的时限"
    };
    BUDGET_ABOVE_CEILING = "CS164", Warning, "consnap: assumption A04": {
        "the limits of scripts and freeze add up to more than {ceiling} s, the largest time-out consnap sends",
        "脚本和冻结的时限之和超过 {ceiling} 秒，即 consnap 发送的最大超时时间"
    } help {
        "use smaller limits", "请减小时限"
    };
    TIMEOUT_OUT_OF_RANGE = "CS165", Error, "API: InvokeCommand, Timeout; consnap: assumption A04": {
        "`run.timeout` is {seconds} s, and the service takes {least} to {most} s",
        "`run.timeout` 为 {seconds} 秒，而服务只接受 {least} 至 {most} 秒"
    } help {
        "write `auto`, or a number in that range", "请填写 `auto` 或此范围内的秒数"
    };
    INVISIBLE_CHARACTER = "CS166", Error, "launcher.md 4.2": {
        "`{parameter}` contains {character}, which does not show: two groups could look alike",
        "`{parameter}` 含有不可见字符 {character}：两个快照一致性组可能看起来相同"
    } help {
        "remove it", "请删除该字符"
    };
    DISKS_WITHOUT_INSTANCE = "CS167", Warning, "consnap": {
        "`exclude_disks` names disks by instance, and this command is built for no instance in particular: it excludes none",
        "`exclude_disks` 按实例指定云盘，而此命令未针对具体实例生成：不会排除任何云盘"
    } help {
        "say for which instance the command is", "请指明命令针对哪个实例"
    };
    SEPARATOR_FORM = "CS168", Advice, "launcher.md 4.1, form C": {
        "the separator form is used: it needs a Cloud Assistant client with version 2.2.3.349 or 2.1.3.349 or later",
        "使用自定义分隔符的写法：云助手Agent 需为 2.2.3.349 或 2.1.3.349 及以上版本"
    } help {
        "leave it out unless a value has a comma", "除非取值含有逗号，否则请不要使用"
    };
    TOO_LONG = "CS169", Error, "launcher.md 3.7; Microsoft KB 830473": {
        "the command has {length} bytes, and at most {limit} reach the guest whole",
        "命令长 {length} 字节，而完整送达实例的上限为 {limit} 字节"
    } help {
        "use a shorter description and shorter paths", "请缩短描述和路径"
    };
}
