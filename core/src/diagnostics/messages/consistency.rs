//! Rows `CS3xx`: which consistency this will give, or gave. `CS300` to `CS349` predict.

messages! {
    UNKNOWN_FITNESS = "CS300", Advice, "consnap": {
        "the consistency cannot be predicted: `{fact}` is not known", "无法预测一致性级别：`{fact}` 未知"
    } help {
        "collect the missing fact", "请补齐缺失的信息"
    };
    SCRIPTS_READY = "CS301", Advice, "go-page: APPConsistent": {
        "both scripts are in place, so the snapshots will be application-consistent if they succeed", "两个脚本均已就绪，执行成功则快照为应用一致性快照"
    } help {
        "nothing to do: the tags will tell", "无需处理：以标签为准"
    };
    SCRIPTS_READY_WITHOUT_FREEZE = "CS302", Advice, "assumption A14": {
        "both scripts are in place, but file systems are not frozen: application consistency rests on the scripts alone",
        "两个脚本均已就绪，但不冻结文件系统：应用一致性完全依赖脚本"
    } help {
        "remove `linux.freeze_file_systems: false`: without the freeze, writes that were acknowledged without `fsync` are lost (Redis `appendfsync everysec`, MyISAM); else the pre-freeze script must write everything to disk",
        "请删除 `linux.freeze_file_systems: false`：不冻结时，未经 `fsync` 即已确认的写入会丢失（Redis `appendfsync everysec`、MyISAM）；否则应用冻结脚本必须将数据全部落盘"
    };
    WRITERS_READY = "CS303", Advice, "go-page: VSS": {
        "the VSS Writer of each data product that runs is present, stable and without an error, so the snapshots will be application-consistent if they succeed", "正在运行的每个数据产品的 VSS Writer 均存在、状态稳定且没有错误，执行成功则快照为应用一致性快照"
    } help {
        "nothing to do: the tags will tell", "无需处理：以标签为准"
    };
    NO_SCRIPTS = "CS304", Advice, "go-page: no application scripts": {
        "the job names no scripts, so the snapshots will be file system-consistent", "作业没有填写脚本，快照将为文件系统一致性快照"
    } help {
        "name both scripts under `linux` to reach application consistency", "如需应用一致性，请在 `linux` 下填写两个脚本"
    };
    SCRIPTS_UNFIT = "CS305", Advice, "go-page: invalid script configurations": {
        "the scripts cannot be used ({code}), so the snapshots will silently be file system-consistent", "脚本不可用（{code}），快照将静默降级为文件系统一致性快照"
    } help {
        "resolve finding {code}", "请处理 {code} 指出的问题"
    };
    NO_WRITER_READY = "CS306", Advice, "go-page: no VSS Writers": {
        "no VSS Writer is present, so the snapshots will silently be file system-consistent", "没有 VSS Writer，快照将静默降级为文件系统一致性快照"
    } help {
        "install or repair the application's writer", "请安装或修复应用的 VSS Writer"
    };
    WRITERS_OFF = "CS307", Advice, "go-page: EnableWriters": {
        "the job switches VSS Writers off, so the snapshots will be file system-consistent", "作业关闭了 VSS Writer，快照将为文件系统一致性快照"
    } help {
        "remove `windows.vss_writers: false` to reach application consistency", "如需应用一致性，请删除 `windows.vss_writers: false`"
    };
    NOTHING_HELD = "CS308", Advice, "assumption A14": {
        "without scripts and without the freeze nothing is held, so the snapshots will be crash-consistent", "既没有可用脚本也不冻结文件系统，快照将为崩溃一致性快照"
    } help {
        "name both scripts, or remove `linux.freeze_file_systems: false`", "请填写两个脚本，或删除 `linux.freeze_file_systems: false`"
    };
    SCRIPTS_UNSEEN = "CS309", Advice, "consnap": {
        "only a look into the guest shows whether the scripts are in place", "脚本是否就绪只有实例内部知道"
    } help {
        "set `run.probe: always`, so that a read-only command looks before the run", "请设置 `run.probe: always`，由只读命令在执行前查看"
    };
    WRITERS_UNSEEN = "CS310", Advice, "consnap": {
        "only a look into the guest shows whether VSS Writers are present", "是否存在 VSS Writer 只有实例内部知道"
    } help {
        "set `run.probe: always`, so that a read-only command looks before the run", "请设置 `run.probe: always`，由只读命令在执行前查看"
    };
    MOUNTS_UNSEEN = "CS311", Advice, "consnap": {
        "only a look into the guest shows which file systems hold the data", "数据位于哪些文件系统只有实例内部知道"
    } help {
        "set `run.probe: always`, so that a read-only command looks before the run", "请设置 `run.probe: always`，由只读命令在执行前查看"
    };
    DATA_NOT_COVERED = "CS312", Advice, "go-page: file systems": {
        "`{target}` lies on a file system that is not covered ({code}), whatever the tags say", "`{target}` 所在的文件系统不在覆盖范围内（{code}），标签不代表其一致性"
    } help {
        "resolve finding {code}", "请处理 {code} 指出的问题"
    };
    NOT_ELIGIBLE = "CS313", Advice, "consnap": {
        "no snapshot is expected: a prerequisite is not met ({code})", "预计不会有快照：不满足前提条件（{code}）"
    } help {
        "resolve finding {code}", "请处理 {code} 指出的问题"
    };
    SCRIPTS_UPLOADED = "CS314", Advice, "send-file; go-page: APPConsistent": {
        "the scripts are uploaded and looked at before the start, so the snapshots will be application-consistent if they succeed",
        "脚本会在启动前上传并核对，执行成功则快照为应用一致性快照"
    } help {
        "nothing to do: the tags will tell", "无需处理：以标签为准"
    };
    IF_SCRIPTS = "CS315", Advice, "go-page: APPConsistent, invalid script configurations": {
        "application-consistent if both scripts exist, belong to root, have mode 0700, and succeed within {seconds} s each; if not, the snapshots will silently be file system-consistent",
        "两个脚本均存在、属主为 root、权限为 0700，且各自在 {seconds} 秒内执行成功，快照才为应用一致性快照；否则静默降级为文件系统一致性快照"
    } help {
        "set `run.probe: always`, so that a read-only command looks before the run", "请设置 `run.probe: always`，由只读命令在执行前查看"
    };
    IF_SCRIPTS_ALONE = "CS316", Advice, "assumption A14": {
        "application-consistent if both scripts exist, belong to root, have mode 0700, and succeed within {seconds} s each; file systems are not frozen, so nothing else is held",
        "两个脚本均存在、属主为 root、权限为 0700，且各自在 {seconds} 秒内执行成功，快照才为应用一致性快照；不冻结文件系统，没有其他保障"
    } help {
        "make sure that the pre-freeze script writes everything to disk", "请确认应用冻结脚本会将数据全部落盘"
    };
    IF_UPLOADED = "CS317", Advice, "send-file; go-page: APPConsistent": {
        "application-consistent if both scripts, which are uploaded before the start, succeed within {seconds} s each; if not, the snapshots will silently be file system-consistent",
        "两个脚本会在启动前上传，且各自在 {seconds} 秒内执行成功，快照才为应用一致性快照；否则静默降级为文件系统一致性快照"
    } help {
        "nothing to do: the tags will tell", "无需处理：以标签为准"
    };
    IF_WRITERS = "CS318", Advice, "go-page: VSS": {
        "application-consistent if each application on the instance has a VSS Writer that is present and stable (SQL Server has one, MySQL has none); if not, the snapshots will silently be file system-consistent",
        "实例上的每个应用都有存在且状态稳定的 VSS Writer（SQL Server 有，MySQL 没有），快照才为应用一致性快照；否则静默降级为文件系统一致性快照"
    } help {
        "set `run.probe: always`, so that a read-only command looks before the run", "请设置 `run.probe: always`，由只读命令在执行前查看"
    };
    DATA_WRITER_UNFIT = "CS319", Advice, "vss; go-page: no VSS Writers": {
        "the VSS Writer `{writer}` is not stable, so the data it holds is file system-consistent at most",
        "VSS Writer `{writer}` 状态不稳定，其数据最多为文件系统一致性"
    } help {
        "repair the writer or restart its service, then look again", "请修复该 Writer 或重启其所属服务，然后重新查看"
    };
    WEAKER_THAN_REQUIRED = "CS320", Error, "consnap": {
        "the job requires `{required}`, but this instance would only reach `{predicted}`", "作业要求 `{required}`，但该实例预计只能达到 `{predicted}`"
    } help {
        "fix what the prediction names, or lower `required_consistency`; `run` does not start this instance as it is",
        "请处理预测中指出的问题，或降低 `required_consistency`；目前 `run` 不会执行该实例"
    };
    DATA_WRITER_MISSING = "CS322", Advice, "vss; go-page: no VSS Writers": {
        "the service `{service}` runs, and the VSS Writer of its product is not there, so its data is file system-consistent at most",
        "服务 `{service}` 正在运行，但其产品的 VSS Writer 不存在，其数据最多为文件系统一致性"
    } help {
        "install or start the writer of the product, for SQL Server the service `SQLWriter`, then look again",
        "请安装或启动该产品的 Writer（SQL Server 为服务 `SQLWriter`），然后重新查看"
    };
    NO_WRITER_OF_IT = "CS323", Advice, "vss; go-page: no VSS Writers": {
        "the service `{service}` runs, whose product has no VSS Writer, so its data is file system-consistent at most",
        "服务 `{service}` 正在运行，其产品没有 VSS Writer，其数据最多为文件系统一致性"
    } help {
        "back it up by its own means, or accept `required_consistency: file_system`", "请使用其自带方式备份，或接受 `required_consistency: file_system`"
    };
    WRITER_ERROR_UNREAD = "CS324", Advice, "vss": {
        "the last error of the VSS Writer `{writer}` is told in words that consnap does not know, so the consistency cannot be predicted",
        "VSS Writer `{writer}` 的上一个错误使用了 consnap 不认识的文字，因此无法预测一致性级别"
    } help {
        "look at `vssadmin list writers`", "请查看 `vssadmin list writers`"
    };
    NO_DATA_SERVICE = "CS325", Advice, "vss": {
        "no service of a data product that consnap knows runs, so no VSS Writer is expected and the consistency cannot be predicted",
        "没有 consnap 已知的数据产品服务在运行，因此没有预期的 VSS Writer，无法预测一致性级别"
    } help {
        "see whether the application on the instance has a writer of its own: `vssadmin list writers`",
        "请确认实例上的应用是否有自己的 Writer：`vssadmin list writers`"
    };
    SERVICES_UNSEEN = "CS326", Advice, "vss": {
        "which services run is not known, so neither is which VSS Writers are needed", "正在运行的服务未知，因此无法得知需要哪些 VSS Writer"
    } help {
        "look into the guest: `consnap check --probe`", "请查看实例内部：`consnap check --probe`"
    };
}
