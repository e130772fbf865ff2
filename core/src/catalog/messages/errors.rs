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
}
