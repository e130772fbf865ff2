//! Rows `CExxx`: calls that could not be carried out.
//!
//! `CE1xx` input, `CE2xx` credentials, transport and service (in [`super::calls`]), `CE3xx` session and journal, `CE4xx` command line,
//! `CE5xx` simulator.

messages! {
    UNKNOWN_CODE = "CE100", Error, "consnap": {
        "code `{code}` is not known to this version of consnap", "此版本的 consnap 不认识代码 `{code}`"
    } help {
        "use the version of consnap that wrote this, or a newer one", "请使用写入此内容的 consnap 版本或更新的版本"
    };
    UNKNOWN_OPERATION = "CE101", Error, "consnap": {
        "there is no operation `{operation}`", "不存在操作 `{operation}`"
    } help {
        "did you mean `{nearest}`? known are: {known}", "您是否想输入 `{nearest}`？可用操作：{known}"
    };
    UNREADABLE_INPUT = "CE102", Error, "consnap": {
        "the input of operation `{operation}` cannot be read: {reason}", "无法读取操作 `{operation}` 的输入：{reason}"
    } help {
        "give one JSON object with the members that `consnap schema {operation}` lists",
        "请提供一个 JSON 对象，其成员见 `consnap schema {operation}`"
    };
    MODULE_NOT_LOADED = "CE103", Error, "consnap": {
        "operation `{operation}` belongs to a module that is not loaded", "操作 `{operation}` 所在的模块尚未加载"
    } help {
        "load it first: `await {load}()`", "请先加载：`await {load}()`"
    };
    UNUSABLE_CALL = "CE110", Error, "consnap": {
        "`{what}` cannot be carried out: {reason}", "无法执行 `{what}`：{reason}"
    } help {
        "look up in its documentation what it takes", "请在其文档中查看可接受的内容"
    };
    CLIENT_CLOSED = "CE111", Error, "consnap": {
        "`{what}` cannot be carried out: the client is closed", "无法执行 `{what}`：客户端已关闭"
    } help {
        "open a new client; a run that had begun goes on with `consnap resume`", "请新建客户端；已开始的执行可用 `consnap resume` 继续"
    };
    OTHER_PROCESS = "CE112", Error, "consnap": {
        "`{what}` belongs to another process", "`{what}` 属于另一个进程"
    } help {
        "open a new one after a fork: connections and threads do not come along", "fork 之后请新建：连接和线程不会随之复制"
    };
    SIMULATOR_STOPPED = "CE113", Error, "consnap": {
        "the simulator has stopped", "模拟器已停止"
    } help {
        "what happened can still be read; start another one to go on", "仍可读取已发生的内容；如需继续，请另行启动模拟器"
    };
    USAGE = "CE400", Error, "consnap": {
        "the command line cannot be understood: {reason}", "无法理解命令行：{reason}"
    } help {
        "add `--help` to see what the command takes", "加上 `--help` 可查看该命令接受的内容"
    };
    NO_SUCH_FILE = "CE401", Error, "consnap": {
        "there is no file `{path}`", "文件 `{path}` 不存在"
    } help {
        "give the path of a file, or `-` for standard input", "请提供文件路径，或用 `-` 表示标准输入"
    };
    UNREADABLE_FILE = "CE402", Error, "consnap": {
        "file `{path}` cannot be read: {reason}", "无法读取文件 `{path}`：{reason}"
    } help {
        "give a readable text file in UTF-8", "请提供可读取的 UTF-8 文本文件"
    };
    UNREADABLE_DOCUMENT = "CE403", Error, "consnap": {
        "`{place}` is neither YAML nor JSON: {reason}", "`{place}` 既不是有效的 YAML，也不是有效的 JSON：{reason}"
    } help {
        "fix the line named; indent with blanks, and quote text that begins with a special character",
        "请修正指出的行；请使用空格缩进，以特殊字符开头的文本请加引号"
    };
    UNKNOWN_SCHEMA = "CE404", Error, "consnap": {
        "there is no schema `{name}`", "不存在 schema `{name}`"
    } help {
        "known are: {known}", "可用：{known}"
    };
    NEEDS_YES = "CE410", Error, "consnap": {
        "there is no terminal on which to agree to the first start", "没有终端可在首次启动前确认"
    } help {
        "look at `consnap plan`, then use `--approve HASH` or `--yes`", "请先查看 `consnap plan`，再使用 `--approve HASH` 或 `--yes`"
    };
    UNKNOWN_EVENT = "CE411", Error, "consnap": {
        "event {number} of run `{run}`, written by consnap {version}, cannot be read: {reason}",
        "无法读取执行 `{run}` 的第 {number} 个事件（由 consnap {version} 写入）：{reason}"
    } help {
        "use the version of consnap that wrote it, or a newer one", "请使用写入它的 consnap 版本或更新的版本"
    };
    RUN_NOT_OVER = "CE412", Error, "consnap": {
        "run `{run}` is not over: {open} instances are still open", "执行 `{run}` 尚未结束：还有 {open} 台实例未完成"
    } help {
        "finish it first with `consnap resume {run}`", "请先用 `consnap resume {run}` 完成该执行"
    };
    FILE_EXISTS = "CE421", Error, "consnap": {
        "file `{path}` is already there", "文件 `{path}` 已存在"
    } help {
        "name another folder, or use `--force` to overwrite it", "请指定其他文件夹，或使用 `--force` 覆盖"
    };
    UNWRITABLE_FILE = "CE422", Error, "consnap": {
        "file `{path}` cannot be written: {reason}", "无法写入文件 `{path}`：{reason}"
    } help {
        "name a folder that may be written to", "请指定可写入的文件夹"
    };
    UNKNOWN_REPORT_FORM = "CE424", Error, "consnap": {
        "the name `{path}` does not say in which form the report is to be written", "文件名 `{path}` 无法表明报告的格式"
    } help {
        "end it with `.html` for the page or with `.json` for the data", "请使用 `.html`（网页）或 `.json`（数据）作为扩展名"
    };
    UNDECIDED_PLATFORM = "CE423", Error, "consnap": {
        "the job does not say for which platform the command is to be written", "作业未说明为哪个平台生成命令"
    } help {
        "use `--platform linux` or `--platform windows`; a mixed fleet takes one export of each",
        "请使用 `--platform linux` 或 `--platform windows`；混合平台请各导出一份"
    };
    SCENARIO_UNUSABLE = "CE501", Error, "consnap": {
        "the scenario cannot be played", "无法运行该模拟场景"
    } help {
        "correct the findings; `consnap schema scenario` shows what a scenario may say",
        "请处理检查结果；`consnap schema scenario` 列出了场景可用的内容"
    };
    PORT_UNUSABLE = "CE502", Error, "consnap": {
        "port {port} on 127.0.0.1 cannot be used: {reason}", "无法使用 127.0.0.1 的端口 {port}：{reason}"
    } help {
        "take another port, or leave `--port` out for a free one", "请改用其他端口，或省略 `--port` 以自动选择空闲端口"
    };
    SCENARIO_INSTANCE_TWICE = "CE503", Error, "consnap": {
        "instance `{instance}` appears more than once; only the first counts", "实例 `{instance}` 重复出现，只有第一个有效"
    } help {
        "give each instance an id of its own", "请为每台实例指定不同的实例ID"
    };
    SCENARIO_OPERATION = "CE504", Error, "consnap": {
        "the simulator has no operation `{operation}`", "模拟器不支持接口 `{operation}`"
    } help {
        "use one of {known}", "请使用以下接口之一：{known}"
    };
    SCENARIO_EFFECT = "CE505", Error, "consnap": {
        "the fault does nothing", "该故障没有任何效果"
    } help {
        "give it an effect, one of {known}", "请指定一种效果：{known}"
    };
    SCENARIO_EFFECTS = "CE506", Error, "consnap": {
        "the fault has several effects at once: {effects}", "该故障同时指定了多种效果：{effects}"
    } help {
        "keep one; write a fault for each of the others", "请保留一种，其余效果请各写一个故障"
    };
    SCENARIO_UNKNOWN_INSTANCE = "CE507", Error, "consnap": {
        "no instance of the scenario is called `{instance}`", "场景中没有实例 `{instance}`"
    } help {
        "name an instance of the scenario; a final `*` stands for any ending", "请填写场景中的实例；末尾的 `*` 代表任意后缀"
    };
    SCENARIO_UNKNOWN_ROLE = "CE508", Error, "consnap": {
        "role `{role}` is not among the roles of the scenario", "RAM角色 `{role}` 不在场景的角色列表中"
    } help {
        "add it to `roles`, or attach another one", "请将其加入 `roles`，或改用其他角色"
    };
    SCENARIO_NO_KEY = "CE509", Error, "consnap": {
        "no AccessKey may sign, so every request would be refused", "没有可用于签名的AccessKey，所有请求都会被拒绝"
    } help {
        "leave `access_keys` out, or give at least one with `id` and `secret`", "请省略 `access_keys`，或至少提供一个包含 `id` 和 `secret` 的条目"
    };
    FORMAT_NOT_HERE = "CE425", Error, "consnap": {
        "this command does not write `{format}`", "此命令不支持输出 `{format}`"
    } help {
        "`sarif` and `junit` are for checks, `policy test` and `scripts lint`; use `text` or `json`",
        "`sarif` 和 `junit` 用于检查、`policy test` 和 `scripts lint`；请使用 `text` 或 `json`"
    };
    NO_POLICY_FILES = "CE426", Error, "consnap": {
        "folder `{path}` holds no policy documents", "文件夹 `{path}` 中没有合规规则文档"
    } help {
        "name a folder with files ending in `.yaml`, `.yml` or `.json`, or one file", "请指定包含 `.yaml`、`.yml` 或 `.json` 文件的文件夹，或单个文件"
    };
    TOO_MANY_INSTANCES = "CE434", Error, "consnap": {
        "a policy that names more than {most} instances is longer than the 6,144 characters that RAM takes",
        "指定超过 {most} 台实例的策略会超出 RAM 允许的 6,144 个字符"
    } help {
        "leave `--instance` out, or make one policy for each part of the instances", "请省略 `--instance`，或按实例分组创建多个策略"
    };
    NO_POLICIES = "CE429", Error, "consnap": {
        "the list of policy documents is empty", "合规规则文档列表为空"
    } help {
        "give at least one document, or leave the policies out", "请至少提供一个文档，或不使用合规规则"
    };
    NO_SUCH_POLICY = "CE427", Error, "consnap": {
        "there is no policy `{policy}` in these documents", "这些文档中没有合规规则 `{policy}`"
    } help { "known are {known}", "可用的有 {known}" };
    POLICIES_NOT_READ = "CE428", Error, "consnap": {
        "the policy documents have errors; nothing was sent", "合规规则文档有错误；未发送任何请求"
    } help {
        "fix the findings above: what cannot be read cannot be met; `consnap policy check` shows them again",
        "请处理以上检查结果：无法读取的规则不视为满足；`consnap policy check` 可再次显示"
    };
    NO_SUCH_ENGINE = "CE440", Error, "consnap": {
        "there are no scripts for `{engine}`", "没有适用于 `{engine}` 的脚本"
    } help {
        "did you mean `{nearest}`? known are {known}; `generic` runs programs of your own",
        "您是否想输入 `{nearest}`？可用的有 {known}；`generic` 可运行自定义程序"
    };
    NO_SUCH_SETTING = "CE441", Error, "consnap": {
        "the scripts for `{engine}` have no setting `{name}`", "`{engine}` 的脚本没有设置项 `{name}`"
    } help {
        "did you mean `{nearest}`? known are {known}", "您是否想输入 `{nearest}`？可用的有 {known}"
    };
    SETTING_TWICE = "CE442", Error, "consnap": {
        "setting `{name}` is given more than once", "设置项 `{name}` 重复"
    } help {
        "give it once; a name and a limit of their own are the settings NAME and LIMIT",
        "请只提供一次；单独给出的名称和时限即设置项 NAME 和 LIMIT"
    };
    SETTING_NO_NAME = "CE443", Error, "consnap": {
        "`{value}` is no name for setting `{name}`", "`{value}` 不是设置项 `{name}` 的有效名称"
    } help {
        "give 1 to 32 letters, digits, `_` and `-`, with no `-` first", "请使用1至32个字母、数字、`_` 和 `-`，且不以 `-` 开头"
    };
    SETTING_NO_WORD = "CE444", Error, "consnap": {
        "setting `{name}` cannot be `{value}`", "设置项 `{name}` 不能为 `{value}`"
    } help {
        "give letters, digits, `_`, `.` and `-`, with no `-` first", "请使用字母、数字、`_`、`.` 和 `-`，且不以 `-` 开头"
    };
    SETTING_NO_PATH = "CE445", Error, "consnap": {
        "`{value}` is no path for setting `{name}`", "`{value}` 不是设置项 `{name}` 的有效路径"
    } help {
        "give an absolute path of letters, digits and `_./:@+=,%-`, several with `:` between them where the setting takes them",
        "请使用由字母、数字和 `_./:@+=,%-` 组成的绝对路径；可接受多个路径的设置项以 `:` 分隔"
    };
    SETTING_OUT_OF_RANGE = "CE446", Error, "consnap": {
        "setting `{name}` cannot be `{value}`", "设置项 `{name}` 不能为 `{value}`"
    } help {
        "give a whole number of the range {range}, without zeros before it", "请使用 {range} 范围内的整数，不带前导零"
    };
    SETTING_NO_CHOICE = "CE447", Error, "consnap": {
        "setting `{name}` cannot be `{value}`", "设置项 `{name}` 不能为 `{value}`"
    } help {
        "give one of {range}", "请使用以下之一：{range}"
    };
    SCRIPT_TOO_LONG = "CE448", Error, "consnap": {
        "the script would have {size} bytes, more than the {most} that an upload carries", "脚本大小为 {size} 字节，超过上传上限 {most} 字节"
    } help {
        "give shorter paths", "请使用较短的路径"
    };
    SCRIPT_CHANGED = "CE449", Error, "consnap": {
        "`{path}` is there already and is not the script that would be written", "`{path}` 已存在，且与要写入的脚本不同"
    } help {
        "look at what differs; `--force` replaces it, another folder keeps both", "请先查看差异；`--force` 会替换它，也可写入其他文件夹"
    };
    NO_KEY_AND_VALUE = "CE450", Error, "consnap": {
        "`{text}` is not of the form NAME=VALUE", "`{text}` 不是 NAME=VALUE 的形式"
    } help {
        "give each setting as `--set NAME=VALUE`", "请以 `--set NAME=VALUE` 的形式提供每个设置项"
    };
    NO_SUCH_SCRIPT_CODE = "CE451", Error, "consnap": {
        "`{code}` is no exit code and no word of the quiesce scripts", "`{code}` 不是静默脚本的退出码或结果词"
    } help {
        "give a number or a word after `why=` or `verdict=`: {known}", "请提供退出码，或 `why=`、`verdict=` 之后的词：{known}"
    };
}
