//! Rows about `linux.quiesce`: the scripts that consnap writes for a job.

messages! {
    QUIESCE_CONFLICT = "CS274", Error, "consnap: scripts/README.md": {
        "`{key}` stands beside `linux.quiesce`, which says by itself what runs and where it lies", "`{key}` 与 `linux.quiesce` 同时填写，而后者已决定执行哪些脚本及其路径"
    } help {
        "remove `{key}`, or `linux.quiesce`", "请删除 `{key}`，或删除 `linux.quiesce`"
    };
    QUIESCE_SETTING = "CS275", Error, "consnap: scripts/README.md": {
        "the scripts of `{engine}` do not take `{name}` with the value `{value}`", "`{engine}` 的脚本不接受 `{name}` 的值 `{value}`"
    } help {
        "it takes {allowed}", "可填写 {allowed}"
    };
    QUIESCE_DATA_OUTSIDE = "CS258", Error, "consnap: docs/scripts/README.md": {
        "`{engine}` keeps data on `{mounts}`, outside of the disks that form the group: its copy would be torn", "`{engine}` 的数据还位于 `{mounts}`，不在组成快照一致性组的云盘上：副本会不完整"
    } help {
        "take those disks out of `exclude_disks`, or move the data; a PostgreSQL with an index on another disk starts without a word and finds nothing by it",
        "请从 `exclude_disks` 中移除这些云盘，或迁移数据；若索引位于其他云盘，PostgreSQL 会毫无提示地启动，却无法通过索引查到数据"
    };
    QUIESCE_DATA_UNKNOWN = "CS259", Warning, "consnap: docs/scripts/README.md": {
        "whether all data of `{engine}` lie on the disks of the group is not known", "无法确定 `{engine}` 的数据是否全部位于快照一致性组的云盘上"
    } help {
        "run it once on this host outside of a container, then look again with `consnap check JOB --probe`; after the run the record of the scripts tells, and without it the copy has no proof `witness`",
        "请确认该主机上只有一个该服务且未在容器中运行，然后执行 `consnap check JOB --probe`；执行之后由脚本记录判断，无法判断时没有 `witness` 依据"
    };
    QUIESCE_UNWRITTEN = "CS276", Error, "consnap": {
        "the scripts of `linux.quiesce` are not in the job, so nothing would hold the service", "作业中没有 `linux.quiesce` 的脚本，因此不会静默该服务"
    } help {
        "use the command line or the Python package, which write them; elsewhere run `consnap scripts write` and name its files in `linux.upload`",
        "请使用会写入脚本的命令行或 Python 包；其他场合请执行 `consnap scripts write`，并在 `linux.upload` 中填写其文件"
    };
    QUIESCE_LIMIT = "CS277", Error, "consnap: scripts/README.md": {
        "the service is held for {limit} s at most, but freeze and thaw may need {needed} s", "服务最多静默 {limit} 秒，但冻结和解冻可能需要 {needed} 秒"
    } help {
        "raise `linux.quiesce.limit` to {needed}, or lower `linux.freeze_timeout_seconds`", "请将 `linux.quiesce.limit` 增大到 {needed}，或减小 `linux.freeze_timeout_seconds`"
    };
    QUIESCE_SCRIPT_TIME = "CS278", Error, "consnap: scripts/README.md": {
        "a script is ended after {given} s, but one of `linux.quiesce` may take {needed} s", "脚本在 {given} 秒后被终止，但 `linux.quiesce` 的脚本可能需要 {needed} 秒"
    } help {
        "leave `linux.script_timeout_seconds` out: it is worked out then", "请不要填写 `linux.script_timeout_seconds`，系统会自动计算"
    };
}
