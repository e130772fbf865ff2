//! Rows `CExxx`: calls that could not be carried out.
//!
//! `CE1xx` input, `CE2xx` credentials, transport and service, `CE3xx` session and journal, `CE4xx` command line,
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
}
