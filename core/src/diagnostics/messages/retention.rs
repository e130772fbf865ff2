//! Rows `CS830` to `CS849`: why a group is deleted, or kept.

messages! {
    BEYOND_THE_RULE = "CS830", Advice, "consnap": {
        "newer good groups of the instance that stay: {newer}; it is {age} old", "该实例有 {newer} 个更新的合格快照一致性组会保留，且该组已创建 {age}"
    } help { "it is deleted; tag it `consnap:hold` to keep it", "该组将被删除；如需保留，请添加标签 `consnap:hold`" };
    WEAKER_AND_SUPERSEDED = "CS831", Advice, "consnap": {
        "it reaches `{level}` only, and `{better}` after it is good; it is {age} old", "该组仅达到 `{level}`，其后的 `{better}` 合格；该组已创建 {age}"
    } help { "it is deleted; tag it `consnap:hold` to keep it", "该组将被删除；如需保留，请添加标签 `consnap:hold`" };
    AMONG_THE_LAST = "CS832", Advice, "consnap": {
        "it is number {rank} of the newest {last} good groups that are kept", "它是保留的最新 {last} 个合格快照一致性组中的第 {rank} 个"
    } help { "nothing is to be done", "无需处理" };
    WITHIN_TIME = "CS833", Advice, "consnap": {
        "it is {age} old, younger than {within}", "该组已创建 {age}，未超过 {within}"
    } help { "nothing is to be done", "无需处理" };
    NEWEST_APPLICATION = "CS834", Advice, "consnap": {
        "it is the newest application-consistent group of the instance", "它是该实例最新的应用一致性快照一致性组"
    } help { "nothing is to be done: this one is never deleted", "无需处理：该组永不删除" };
    ON_HOLD = "CS835", Advice, "consnap": {
        "the tag `consnap:hold` keeps it", "标签 `consnap:hold` 使其保留"
    } help { "remove the tag from all its snapshots when it is no longer needed", "不再需要时，请从其所有快照移除该标签" };
    IN_USE = "CS836", Warning, "consnap": {
        "an image or a disk was made from `{snapshot}`", "已使用 `{snapshot}` 创建镜像或云盘"
    } help { "delete the image first if neither is needed any more", "若均不再需要，请先删除该镜像" };
    UNDER_WAY = "CS837", Warning, "consnap": {
        "it is not finished, or its tags contradict each other", "该组尚未完成，或标签相互矛盾"
    } help { "prune again later; if it stays so, look at its snapshots in the console", "请稍后重新清理；若仍如此，请在控制台查看其快照" };
    USE_UNKNOWN = "CS838", Warning, "consnap": {
        "whether it is in use could not be learnt", "无法得知该组是否正在使用"
    } help { "allow `ecs:DescribeSnapshots` and `ecs:DescribeDisks`, then prune again", "请授予 `ecs:DescribeSnapshots` 和 `ecs:DescribeDisks` 权限后重新清理" };
    NOTHING_BETTER = "CS839", Warning, "consnap": {
        "it reaches `{level}` only, but no good group of the instance is newer", "该组仅达到 `{level}`，但该实例没有更新的合格快照一致性组"
    } help { "make a good group first: `consnap audit` shows who has none", "请先创建合格的快照一致性组：`consnap audit` 会显示缺少的实例" };
    AGE_UNKNOWN = "CS840", Warning, "consnap": {
        "its instance or the time it was made is not known", "该组的实例或创建时间未知"
    } help { "look at it in the console", "请在控制台查看" };
    TWO_OF_ONE_NAME = "CS849", Warning, "consnap: look by name": {
        "group `{other}` has the same name and instance: which of them the run made cannot be told", "快照一致性组 `{other}` 与其名称和实例相同：无法确定哪个由该次执行创建"
    } help { "look at both in the console, and delete by hand what is not needed", "请在控制台查看两者，并手动删除不需要的组" };
    REGION_NOT_LISTED = "CS841", Error, "consnap": {
        "the groups of region `{region}` could not be listed whole: {reason}", "无法完整列出地域 `{region}` 的快照一致性组：{reason}"
    } help { "fix that, then prune again: nothing is deleted where something may be missing", "请先处理该问题再清理：列表可能不完整时不会删除任何内容" };
    GROUP_DELETED = "CS842", Advice, "consnap": {
        "deleted; snapshots: {snapshots}", "已删除；快照：{snapshots} 个"
    } help { "nothing is to be done", "无需处理" };
    GROUP_GONE = "CS843", Advice, "consnap": {
        "it is no longer there", "该组已不存在"
    } help { "nothing is to be done", "无需处理" };
    SNAPSHOTS_LEFT = "CS844", Error, "consnap": {
        "{left} of {snapshots} snapshots were not deleted: `{code}`", "{snapshots} 个快照中有 {left} 个未删除：`{code}`"
    } help { "`consnap explain {code}` may tell why; the rest of the group is gone and must not be relied on", "`consnap explain {code}` 可能说明原因；该组其余部分已删除，请勿再依赖该组" };
    DELETION_REFUSED = "CS845", Error, "consnap": {
        "the service refused: `{code}`", "服务端拒绝：`{code}`"
    } help { "`consnap explain {code}` may tell why; the group is as it was", "`consnap explain {code}` 可能说明原因；该组未变" };
    DELETION_UNKNOWN = "CS846", Error, "consnap": {
        "it may have been deleted: `{code}`, and no look told", "该组可能已删除：`{code}`，且未能查明"
    } help { "prune again: it looks first, and deletes nothing twice", "请重新清理：会先查看，不会重复删除" };
    NOT_DELETED_ANY_MORE = "CS847", Warning, "consnap": {
        "it changed since it was listed", "该组在列出之后发生了变化"
    } help { "prune again to see how it stands", "请重新清理以查看其现状" };
    NOT_TRIED = "CS848", Warning, "consnap": {
        "not tried: the deletions before it were stopped", "未尝试：此前的删除已停止"
    } help { "fix what stopped them, then prune again", "请处理停止的原因后重新清理" };
    KEEP_NOTHING_SAID = "CE432", Error, "consnap": {
        "what is to be kept is not said", "未说明要保留的内容"
    } help { "give `--keep-last N`, `--keep-within 30d`, or both", "请使用 `--keep-last N`、`--keep-within 30d` 或两者" };
}
