//! Rows `CS600` to `CS609`: writing a job for other tools.

messages! {
    EXPORT_REGION = "CS600", Advice, "consnap: export": {
        "the job names no region, and `{region}` stands in for it",
        "作业未填写地域，暂以 `{region}` 代替"
    } help {
        "add the region of the instances to `regions`", "请在 `regions` 中填写实例所在地域"
    };
    EXPORT_INSTANCES = "CS601", Error, "consnap: export": {
        "this form needs instance ids, and the job names none",
        "此格式需要实例ID，但作业未填写"
    } help {
        "name the instances in `targets.ids`, or select them by `targets.tags`",
        "请在 `targets.ids` 中填写实例ID，或在 `targets.tags` 中按标签选择实例"
    };
    EXPORT_UNVERIFIED = "CS602", Advice, "go-page: exit code 0": {
        "this form starts snapshots and does not look at their tags, so it cannot tell which consistency was reached",
        "此格式只发起快照，不检查快照标签，因此无法判断实际达到的一致性级别"
    } help {
        "run `consnap audit` afterwards: it reads the tags of the snapshots and needs no journal",
        "请在执行后运行 `consnap audit`：它读取快照标签，不需要执行记录"
    };
    EXPORT_ONE_PLATFORM = "CS603", Advice, "consnap: export": {
        "it is written for {platform} instances only; a mixed fleet needs one for each platform",
        "仅针对 {platform} 实例；混合平台需为每个平台各导出一份"
    } help {
        "export it again for the other platform", "请再为另一平台导出一份"
    };
    EXPORT_CANNOT_CARRY = "CS604", Error, "consnap: export": {
        "this form cannot carry `{member}`",
        "此格式无法体现 `{member}`"
    } help {
        "leave it out of the job, or take a form in which consnap runs the job: Python, systemd, cron, Task Scheduler",
        "请从作业中去掉该项，或使用由 consnap 执行作业的格式：Python、systemd、cron、任务计划程序"
    };
    EXPORT_ONE_REGION = "CS605", Error, "consnap: export": {
        "this form works in one region, and the job names {count}",
        "此格式仅适用于一个地域，而作业填写了 {count} 个"
    } help {
        "export the job once for each region, or take a form in which consnap runs the job",
        "请按地域分别导出，或使用由 consnap 执行作业的格式"
    };
}
