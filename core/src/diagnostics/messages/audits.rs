//! Rows `CS801` to `CS829`, `CE430`, `CE431` and `CE433`: whether there is a recovery point that is good enough and new enough.

messages! {
    OBJECTIVE_MET = "CS801", Advice, "consnap": {
        "`{group}` is {age} old and covers {disks} of {disks} disks at `{level}`", "`{group}` 创建于 {age} 前，覆盖 {disks}/{disks} 块云盘，级别为 `{level}`"
    } help { "nothing is to be done", "无需处理" };
    POINT_TOO_OLD = "CS802", Error, "consnap": {
        "the newest `{level}` group `{group}` is {age} old, the objective is {rpo}", "最新的 `{level}` 快照一致性组 `{group}` 创建于 {age} 前，目标为 {rpo}"
    } help {
        "look at the runs since with `consnap history`: did none start, or did they reach less?",
        "请用 `consnap history` 查看此后的执行：是没有启动，还是未达到要求？"
    };
    NO_GROUP_AT_ALL = "CS803", Error, "consnap": {
        "there is no snapshot-consistent group", "没有快照一致性组"
    } help { "take the instance into a job and run it", "请将该实例加入作业并执行" };
    ONLY_WEAKER = "CS804", Error, "consnap": {
        "no group of {count} reaches `{required}`; the newest, `{group}`, reaches `{level}`",
        "{count} 个快照一致性组均未达到 `{required}`；最新的 `{group}` 为 `{level}`"
    } help {
        "`consnap show` of the run that made it tells why; fix scripts or VSS Writers, then run again",
        "请用 `consnap show` 查看创建它的执行以了解原因；修复脚本或 VSS Writer 后重新执行"
    };
    DISK_WITHOUT_SNAPSHOT = "CS805", Error, "consnap": {
        "the newest `{level}` group `{group}` has no usable snapshot of {disks}", "最新的 `{level}` 快照一致性组 `{group}` 中没有以下云盘的可用快照：{disks}"
    } help {
        "a disk attached since is covered by the next run; one that is left out on purpose belongs in `exclude_disks` of the job",
        "之后挂载的云盘会在下次执行时包含；有意排除的云盘请写入作业的 `exclude_disks`"
    };
    GROUPS_NOT_LISTED = "CS806", Error, "consnap": {
        "the groups of the region could not be listed: {reason}", "无法列出该地域的快照一致性组：{reason}"
    } help { "fix that, then audit again: what was not seen is unknown, not absent", "请先处理该问题再审计：未查到不等于不存在" };
    DISKS_NOT_LISTED = "CS807", Error, "consnap": {
        "the disks of the instance are not known", "该实例的云盘未知"
    } help { "allow `ecs:DescribeDisks`, then audit again", "请授予 `ecs:DescribeDisks` 权限后重新审计" };
    NEWER_NOT_SETTLED = "CS808", Error, "consnap": {
        "whether `{group}` of {age} ago is good enough cannot be determined: it is unfinished, or its tags contradict each other",
        "无法判断 {age} 前的 `{group}` 是否合格：尚未完成，或标签相互矛盾"
    } help { "audit again in some minutes; if it stays so, look at its snapshots in the console", "请几分钟后重新审计；若仍如此，请在控制台查看其快照" };
    INSTANCE_NOT_THERE = "CS809", Error, "consnap": {
        "there is no such instance in the regions looked at", "在所查地域中没有该实例"
    } help { "check id, region and account; take an instance that was released out of the job", "请检查实例ID、地域和账号；已释放的实例请移出作业" };
    NO_DISK_TO_COVER = "CS810", Error, "consnap": {
        "no disk is left that could have a snapshot", "没有可创建快照的云盘"
    } help { "check `exclude_disks` of the job", "请检查作业的 `exclude_disks`" };
    NOT_IN_ARCHIVE = "CS811", Error, "consnap": {
        "no run of this archive had the instance in the period", "该时段内此归档中没有任何执行包含该实例"
    } help { "audit on the machine that runs its job, or set `CONSNAP_STATE_DIR` to a copy of its archive", "请在执行其作业的机器上审计，或将 `CONSNAP_STATE_DIR` 指向其归档副本" };
    GAPS_IN_PERIOD = "CS812", Error, "consnap": {
        "{count} times longer than {rpo} without a good group; the longest {longest}, from {from} to {to}",
        "有 {count} 段超过 {rpo} 没有合格的快照一致性组；最长 {longest}，自 {from} 至 {to}"
    } help { "`consnap show` of the runs in between tells why they reached less", "请用 `consnap show` 查看其间的执行以了解原因" };
    GAPS_UNCLEAR = "CS813", Error, "consnap": {
        "whether there was a good group every {rpo} cannot be determined: {unclear} runs ended without a clear verdict",
        "无法判断是否每 {rpo} 都有合格的快照一致性组：{unclear} 次执行没有明确的判定结果"
    } help { "`consnap verify` of these runs may still tell, while their groups exist", "若其快照一致性组仍在，可用 `consnap verify` 重新查看" };
    PERIOD_COVERED = "CS814", Advice, "consnap": {
        "{points} good groups, the longest time between them {longest}", "{points} 个合格的快照一致性组，间隔最长 {longest}"
    } help { "nothing is to be done", "无需处理" };
    RUN_UNREADABLE = "CS815", Error, "consnap": {
        "run `{run}` of the archive cannot be read: {reason}", "无法读取归档中的执行 `{run}`：{reason}"
    } help { "restore its directory from a backup: what it reached is unknown", "请从备份恢复其目录：其结果未知" };
    REPLY_CONTRADICTS = "CS816", Error, "consnap": {
        "the raw replies of run `{run}` show `{group}` as `{shown}`, its verdict says `{level}`",
        "执行 `{run}` 的原始响应显示 `{group}` 为 `{shown}`，而其判定结果为 `{level}`"
    } help { "trust neither: compare journal and replies of the run with a backup", "两者均不可信：请将该执行的记录和响应与备份比对" };
    INSTANCES_NOT_LISTED = "CS817", Error, "consnap": {
        "the instances of region `{region}` could not be listed whole: {reason}", "无法完整列出地域 `{region}` 的实例：{reason}"
    } help { "fix that, then audit again: instances may be missing here", "请先处理该问题再审计：此处可能缺少实例" };
    ONE_INSTANCE = "CE433", Error, "consnap": {
        "one instance is to be named, by `-i`", "须用 `-i` 指定一台实例"
    } help { "name an instance that may be spared", "请指定一个可供试验的实例" };
    PERIOD_EMPTY = "CE430", Error, "consnap": {
        "the period from {from} to {to} has no length", "自 {from} 至 {to} 的时段长度为零"
    } help { "let `--to` be later than `--from`", "请使 `--to` 晚于 `--from`" };
    UNKNOWN_AUDIT_FORM = "CE431", Error, "consnap": {
        "the name `{path}` does not say in which form the audit is to be written", "文件名 `{path}` 无法表明审计结果的格式"
    } help {
        "let it end with `.html` for the page, `.json` for the data or `.csv` for the table",
        "请使用 `.html`（网页）、`.json`（数据）或 `.csv`（表格）作为扩展名"
    };
}
