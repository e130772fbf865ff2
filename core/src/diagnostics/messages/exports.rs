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
        "name the instances in `targets.ids`, or use the OOS template, which takes tags",
        "请在 `targets.ids` 中填写实例ID，或使用支持按标签选择实例的 OOS 模板"
    };
    EXPORT_UNVERIFIED = "CS602", Advice, "go-page: exit code 0": {
        "this form starts snapshots and does not look at their tags, so it cannot tell which consistency was reached",
        "此格式只发起快照，不检查快照标签，因此无法判断实际达到的一致性级别"
    } help {
        "look at the tags of the snapshots afterwards, or run `consnap verify`",
        "请在执行后检查快照标签，或运行 `consnap verify`"
    };
    EXPORT_ONE_PLATFORM = "CS603", Advice, "consnap: export": {
        "it is written for {platform} instances only; a mixed fleet needs one for each platform",
        "仅针对 {platform} 实例；混合平台需为每个平台各导出一份"
    } help {
        "export it again for the other platform", "请再为另一平台导出一份"
    };
}
