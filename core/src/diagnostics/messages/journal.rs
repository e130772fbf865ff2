//! Rows `CE32x`: the journal of a run.

messages! {
    STATE_DIRECTORY_UNKNOWN = "CE320", Error, "xdg": {
        "there is no place for the journal: neither `CONSNAP_STATE_DIR` nor a home directory is set",
        "没有可存放执行记录的位置：既未设置 `CONSNAP_STATE_DIR`，也没有主目录"
    } help {
        "set `CONSNAP_STATE_DIR` to a directory that survives this process", "请将 `CONSNAP_STATE_DIR` 设置为可长期保留的目录"
    };
    RUN_ID_UNUSABLE = "CE321", Error, "consnap": {
        "`{run}` is not a run id", "`{run}` 不是有效的执行 ID"
    } help {
        "a run id has letters, digits, `-` and `_` only; `consnap history` lists them",
        "执行 ID 只能包含字母、数字、`-` 和 `_`；可用 `consnap history` 查看列表"
    };
    RUN_NOT_FOUND = "CE322", Error, "consnap": {
        "there is no run `{run}` in `{directory}`", "`{directory}` 中没有执行 `{run}`"
    } help {
        "`consnap history` lists the runs; another `CONSNAP_STATE_DIR` holds others",
        "可用 `consnap history` 查看所有执行；其他 `CONSNAP_STATE_DIR` 中可能还有别的执行"
    };
    RUN_EXISTS = "CE323", Error, "consnap": {
        "run `{run}` exists already in `{directory}`", "`{directory}` 中已存在执行 `{run}`"
    } help {
        "go on with it by `consnap resume {run}`, or start a new run", "请用 `consnap resume {run}` 继续该执行，或开始新的执行"
    };
    JOURNAL_IN_USE = "CE324", Error, "consnap": {
        "another process is working on run `{run}`", "另一个进程正在处理执行 `{run}`"
    } help {
        "wait until it ends; `consnap show {run}` reads along", "请等待其结束；可用 `consnap show {run}` 查看进展"
    };
    JOURNAL_DAMAGED = "CE325", Error, "consnap": {
        "`{file}` is damaged in line {line}: {detail}", "`{file}` 第 {line} 行已损坏：{detail}"
    } help {
        "what was started is no longer known for certain: look at the snapshot-consistent groups and into the guests, then move the run's directory away; until then no run starts an instance that the journal names, if it may be held",
        "已启动的内容无法确定：请查看快照一致性组并检查实例内部状态，然后将该执行的目录移走；在此之前，执行记录中可能仍处于冻结状态的实例不会被启动"
    };
    JOURNAL_OF_OTHER_FORMAT = "CE326", Error, "consnap": {
        "the journal `{file}` has format {format}, which this version does not read",
        "执行记录 `{file}` 的格式为 {format}，此版本无法读取"
    } help {
        "use consnap {version} or newer", "请使用 consnap {version} 或更新的版本"
    };
    JOURNAL_DISK_FULL = "CE327", Error, "consnap": {
        "the disk with `{file}` is full", "`{file}` 所在的磁盘空间已满"
    } help {
        "make room; nothing new is started until the journal can be written, and nothing that was is lost",
        "请释放空间；在执行记录可写之前不会启动新的操作，已有内容不会丢失"
    };
    JOURNAL_NOT_WRITABLE = "CE328", Error, "consnap": {
        "`{file}` may not be written: {detail}", "没有写入 `{file}` 的权限：{detail}"
    } help {
        "fix the permissions, or set `CONSNAP_STATE_DIR` to a directory of yours",
        "请修复权限，或将 `CONSNAP_STATE_DIR` 设置为您有权写入的目录"
    };
    JOURNAL_FAILED = "CE329", Error, "consnap": {
        "`{file}` cannot be used: {detail}", "无法使用 `{file}`：{detail}"
    } help {
        "look at the file system it lies on", "请检查其所在的文件系统"
    };
    JOURNAL_OF_OTHER_OWNER = "CE330", Error, "consnap": {
        "`{file}` belongs to another user ({owner})", "`{file}` 属于其他用户（{owner}）"
    } help {
        "resume as that user; what a journal says is sent, so `chown` it only if you know what it holds",
        "请以该用户身份恢复执行；执行记录中的内容会被发送，请确认内容后再用 `chown` 更改所有者"
    };
    JOURNAL_OPEN_TO_ALL = "CE331", Error, "consnap": {
        "every user may write `{file}`", "所有用户都可写入 `{file}`"
    } help {
        "take the right away with `chmod o-w`, after you looked whether somebody changed the journal",
        "请先检查执行记录是否被他人修改，再用 `chmod o-w` 取消该权限"
    };
}
