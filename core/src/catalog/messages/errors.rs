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
        "mend the line named; indent with blanks, and quote text that begins with a special character",
        "请修正指出的行；请使用空格缩进，以特殊字符开头的文本请加引号"
    };
    UNKNOWN_SCHEMA = "CE404", Error, "consnap": {
        "there is no schema `{name}`", "不存在 schema `{name}`"
    } help {
        "known are: {known}", "可用：{known}"
    };
    UNREADABLE_FACTS = "CE406", Error, "consnap": {
        "the facts at `{place}` cannot be read: {reason}", "无法读取 `{place}` 处的实例信息：{reason}"
    } help {
        "see the member `facts` in `consnap schema check`", "请参见 `consnap schema check` 中的成员 `facts`"
    };
    NOTHING_TO_EXPLAIN = "CE407", Error, "consnap": {
        "`{text}` is no code, parameter, command, result or file that consnap knows",
        "`{text}` 不是 consnap 认识的代码、参数、命令、执行结果或文件"
    } help {
        "give an exit code, an error code, a parameter, a whole command in quotes, results as JSON, or a file",
        "请提供退出码、错误码、参数、加引号的完整命令、JSON 格式的执行结果或文件"
    };
}
