//! Rows `CE300` to `CE319`: runs that could not be carried out.

messages! {
    JOB_BLOCKED = "CE300", Error, "consnap": {
        "the job has errors; nothing was sent", "作业有错误；未发送任何请求"
    } help { "fix the findings below, or accept those that may be accepted with `accept`", "请处理以下检查结果；可豁免的结果可用 `accept` 豁免" };
    NO_REGION = "CE301", Error, "consnap": {
        "no region is given", "未指定地域"
    } help { "give `regions: [cn-hangzhou]` in the job, or `--region`", "请在作业中给出 `regions: [cn-hangzhou]`，或使用 `--region`" };
    NOTHING_SELECTED = "CE302", Error, "consnap": {
        "no instance is selected; nothing was started", "未选中任何实例；未启动任何实例"
    } help { "check ids, tags, `exclude`, region and account: none of the targets exists there", "请检查实例ID、标签、`exclude`、地域和账号：目标在此处均不存在" };
    SELECTION_OUT_OF_BOUNDS = "CE303", Error, "consnap": {
        "{count} instances are selected, but the job expects `{min}` to {at_most}", "选中了 {count} 台实例，而作业要求的台数为 `{min}` 至 {at_most}"
    } help { "look at the selection with `consnap plan`, then fix the targets or `targets.expect`", "请用 `consnap plan` 查看选中的实例，再修改目标或 `targets.expect`" };
    OWN_INSTANCE = "CE304", Error, "consnap": {
        "`{instance}` is the instance consnap runs on: it would freeze its own journal", "`{instance}` 是 consnap 所在的实例：会冻结自己的执行记录"
    } help { "run consnap elsewhere, exclude the instance, or use `--include-self`", "请在其他机器上运行 consnap、排除该实例，或使用 `--include-self`" };
    PLAN_CHANGED = "CE305", Error, "consnap": {
        "the plan is not the approved one: approved `{approved}`, found `{found}`; nothing was started", "计划与已批准的不同：批准的是 `{approved}`，现在是 `{found}`；未启动任何实例"
    } help { "look at `consnap plan` again: instances, roles or commands have changed since", "请重新查看 `consnap plan`：实例、角色或命令已发生变化" };
    OTHER_ACCOUNT = "CE306", Error, "consnap": {
        "the run belongs to account `{expected}`, but these credentials to `{found}`", "该执行属于账号 `{expected}`，而当前凭证属于 `{found}`"
    } help { "use credentials of the run's account: a look with another account finds nothing", "请使用该账号的凭证：用其他账号查询不到任何结果" };
    OTHER_RUN = "CE307", Error, "consnap": {
        "run `{run}` of the same job is under way ({which_invocation}); nothing was started", "同一作业的另一次执行 `{run}` 正在进行（{which_invocation}）；未启动任何实例"
    } help { "wait until it is over: `consnap history` shows it on the machine it was started on; two runs of a job at once freeze each instance twice", "请等待其结束：可在启动它的机器上用 `consnap history` 查看；同一作业同时执行两次会使每台实例被冻结两次" };
    POLICIES_NOT_MET = "CE308", Error, "consnap": {
        "policies of the organisation stand against this run; nothing was started", "有合规规则未满足；未启动任何实例"
    } help { "fix the job or the instances, or have a waiver written into the policy document", "请整改作业或实例，或在合规规则文档中登记豁免" };
    LEFT = "CE310", Error, "consnap": {
        "run `{run}` was left before it was over; what had begun may go on in the guests", "执行 `{run}` 未结束即被中断；已开始的操作可能仍在实例中继续"
    } help { "`consnap resume {run}` finds out what became of it; where there is no such run, nothing was started", "可用 `consnap resume {run}` 查明结果；如果没有该执行，则未启动任何实例" };
    STILL_RUNNING = "CE311", Error, "consnap": {
        "run `{run}` is not over yet", "执行 `{run}` 尚未结束"
    } help { "wait for it again, or leave it and go on later with `consnap resume {run}`", "请继续等待，或先离开，稍后用 `consnap resume {run}` 继续" };
    NAME_WITHOUT_RUN = "CE313", Error, "consnap: look by name": {
        "`group_name` has no `{run}`: the groups of this run could not be told from those of another; nothing was sent", "`group_name` 中没有 `{run}`：无法将本次执行的快照一致性组与其他执行的区分开；未发送任何请求"
    } help { "write for example `group_name: nightly-{run}`", "请写为例如 `group_name: nightly-{run}`" };
    NOT_OF_RUN = "CE314", Error, "consnap": {
        "run `{run}` started no instance `{instance}`", "执行 `{run}` 未启动实例 `{instance}`"
    } help { "see `consnap status` for what is open", "请用 `consnap status` 查看未了结的实例" };
    NOT_OPEN = "CE315", Error, "consnap": {
        "`{instance}` may not be held by run `{run}`: there is nothing to release", "执行 `{run}` 未使 `{instance}` 处于冻结状态：无需解除"
    } help { "see `consnap status` for what is open", "请用 `consnap status` 查看未了结的实例" };
    NO_NOTE = "CE332", Error, "consnap": {
        "the note is empty: nobody could tell later why the guest was released", "备注为空：事后无法得知为何解除"
    } help { "say what you found, as in `--note \"thawed by console, orders are written again\"`", "请写明所见情况，例如 `--note \"已在控制台解冻，订单恢复写入\"`" };
    SELECTION_SHRANK = "CE309", Error, "consnap": {
        "{count} instances are selected, but run `{run}` of the same job selected {last}; nothing was started", "选中了 {count} 台实例，而同一作业的运行 `{run}` 选中了 {last} 个；未启动任何实例"
    } help { "look with `consnap plan` whether tags or instances got lost; when the selection is right, run once with `--fewer`, or state its size in `targets.expect`", "请用 `consnap plan` 查看标签或实例是否丢失；如果选择无误，请使用 `--fewer` 执行一次，或在 `targets.expect` 中写明实例数" };
    ZONE_UNKNOWN = "CE312", Error, "consnap": {
        "`run.start_before` is `{time}` without an offset, and the time zone of this machine is not known: {detail}", "`run.start_before` 为 `{time}`，未写时区偏移，且无法确定本机时区：{detail}"
    } help { "write the offset, as in `03:00+08:00`, or set `TZ` to a zone such as `Asia/Shanghai`", "请写明偏移，例如 `03:00+08:00`，或将 `TZ` 设置为时区名称，例如 `Asia/Shanghai`" };
}
