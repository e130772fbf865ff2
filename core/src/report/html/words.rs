//! The words of the page.

use crate::diagnostics::finding::Severity;
use crate::diagnostics::text::Text;

pub(crate) static SKIP: Text = Text::new("skip to the instances", "跳到实例列表");
pub(crate) static RUN: Text = Text::new("run `{run}`", "执行 `{run}`");
pub(crate) static THE_ONLY_ONE: Text = Text::new("The instance is {level}", "该实例达到{level}");
pub(crate) static ALL_REACHED: Text = Text::new("All {all} instances are {level}", "全部 {all} 台实例达到{level}");
pub(crate) static SOME_REACHED: Text =
    Text::new("{ok} of {all} instances are {level}", "{all} 台实例中有 {ok} 台达到{level}");
pub(crate) static NOTHING_STARTED: Text = Text::new("Nothing was started", "未启动任何实例");
pub(crate) static ALARM: Text = Text::new(
    "May still be held: {count}. Deal with this before anything else.",
    "可能仍处于冻结状态的实例：{count} 台。请优先处理。",
);
pub(crate) static PARTS: Text = Text::new("parts of this page", "本页内容");

pub(crate) static REQUIRED: Text = Text::new("required consistency", "要求的一致性");
pub(crate) static GROUP_NAME: Text = Text::new("name of the groups", "快照一致性组名称");
pub(crate) static ACCOUNT: Text = Text::new("account", "账号");
pub(crate) static REGIONS: Text = Text::new("regions", "地域");
pub(crate) static STARTED: Text = Text::new("began", "开始时间");
pub(crate) static LASTED: Text = Text::new("took", "用时");
pub(crate) static DISKS_COVERED: Text = Text::new("disks with a snapshot", "有快照的云盘");
pub(crate) static OF_DISKS: Text = Text::new(
    "{covered} of {expected}; {excluded} excluded by the job",
    "{expected} 块中的 {covered} 块；作业排除 {excluded} 块",
);
pub(crate) static LONGEST_HOLD: Text = Text::new("longest hold", "最长冻结");
pub(crate) static CALLS: Text = Text::new("calls to the service", "API 调用");
pub(crate) static CALLS_MADE: Text =
    Text::new("{calls}, throttled {throttled} times", "{calls} 次，流控 {throttled} 次");
pub(crate) static EXIT_STATUS: Text = Text::new("exit status", "退出状态");
pub(crate) static PLAN_HASH: Text = Text::new("plan", "计划");

pub(crate) static CAUSES: Text = Text::new("Causes", "原因");
pub(crate) static COURSE: Text = Text::new("Timeline", "过程");
pub(crate) static INSTANCES: Text = Text::new("Instances", "实例");
pub(crate) static ASSUMPTIONS: Text = Text::new("Assumptions", "假设");
pub(crate) static ASSUMPTIONS_LEAD: Text = Text::new(
    "What this report relies on although nobody has seen it on the live service.",
    "本报告依赖但未在真实服务上验证过的内容。",
);
pub(crate) static INSTANCES_COUNT: Text = Text::new("instances: {count}", "实例：{count} 台");
pub(crate) static MORE: Text = Text::new("and {count} more", "另外 {count} 台");
pub(crate) static MEANING: Text = Text::new("meaning", "含义");
pub(crate) static USUAL_CAUSE: Text = Text::new("usual cause", "常见原因");
pub(crate) static WHAT_TO_DO: Text = Text::new("what to do", "处理方法");

pub(crate) static KEY_SENT: Text = Text::new("sent, not begun", "已发送，未开始");
pub(crate) static KEY_COMMAND: Text = Text::new("command in the guest", "实例内命令");
pub(crate) static KEY_SCRIPT: Text = Text::new("application scripts", "应用冻结脚本与解冻脚本");
pub(crate) static KEY_HOLD: Text = Text::new("file systems frozen", "文件系统IO冻结");
pub(crate) static KEY_GROUP: Text = Text::new("group created", "快照一致性组创建");
pub(crate) static WAVE: Text =
    Text::new("wave {wave} · {time} UTC · {count}", "第 {wave} 批 · {time} UTC · {count} 台");
pub(crate) static MORE_STARTED: Text =
    Text::new("{count} more were started; the table lists them all", "另有 {count} 台已启动；完整列表见实例表");
pub(crate) static MORE_MOMENTS: Text = Text::new("{count} more in the journal", "另有 {count} 条，见执行记录");

pub(crate) static NARROW: Text = Text::new("narrow the table", "筛选");
pub(crate) static EVERY: Text = Text::new("all", "全部");
pub(crate) static SEARCH: Text = Text::new("id, name, group or cause", "ID、名称、快照一致性组或原因");
pub(crate) static SHOWN: Text = Text::new("{shown} of {all} shown", "显示 {shown} / {all}");
pub(crate) static RESULT: Text = Text::new("result", "判定结果");
pub(crate) static INSTANCE: Text = Text::new("instance", "实例");
pub(crate) static LEVEL: Text = Text::new("reached", "达到");
pub(crate) static PROOF: Text = Text::new("proof", "依据");
pub(crate) static DISKS: Text = Text::new("disks", "云盘");
pub(crate) static HELD: Text = Text::new("held", "冻结");
pub(crate) static GROUP: Text = Text::new("group", "快照一致性组");
pub(crate) static WHY: Text = Text::new("why", "原因");
pub(crate) static MAYBE_NOW: Text = Text::new("maybe now", "可能仍冻结");
pub(crate) static EVIDENCE: Text = Text::new("evidence", "证据");

pub(crate) static VERDICT: Text = Text::new("Verdict", "判定结果");
pub(crate) static WANTED: Text = Text::new("wanted", "要求");
pub(crate) static GOT: Text = Text::new("reached", "达到");
pub(crate) static RECORD: Text = Text::new("record of the scripts", "脚本记录");
pub(crate) static PREDICTED: Text = Text::new("predicted", "预计");
pub(crate) static PLACE: Text = Text::new("place", "地域与平台");
pub(crate) static AGENT: Text = Text::new("Cloud Assistant", "云助手Agent");
pub(crate) static SENT: Text = Text::new("sent (times started)", "发送时间（启动次数）");
pub(crate) static COMMAND: Text = Text::new("Command", "命令");
pub(crate) static STATUS: Text = Text::new("invocation status", "执行状态");
pub(crate) static ERROR_CODE: Text = Text::new("error code", "错误码");
pub(crate) static EXIT_CODE: Text = Text::new("exit code", "退出码");
pub(crate) static MARKER: Text = Text::new("log names", "输出中的组");
pub(crate) static MARKER_SAME: Text = Text::new("the same group", "同一快照一致性组");
pub(crate) static MARKER_OTHER: Text = Text::new("`{group}`, which the look did not find", "`{group}`，但未查询到");
pub(crate) static MARKER_NONE: Text = Text::new("no group", "未给出快照一致性组");
pub(crate) static PLUGIN: Text = Text::new("plug-in", "云助手插件");
pub(crate) static IN_GUEST: Text = Text::new("in the guest", "实例内时间");
pub(crate) static DROPPED: Text = Text::new("bytes cut from the output", "输出被截断的字节数");
pub(crate) static GROUP_AND_SNAPSHOTS: Text = Text::new("Group and snapshots", "快照一致性组与快照");
pub(crate) static MADE_AT: Text = Text::new("created {at}", "创建于 {at}");
pub(crate) static DISK: Text = Text::new("disk", "云盘");
pub(crate) static DEVICE: Text = Text::new("device", "设备");
pub(crate) static SNAPSHOT: Text = Text::new("snapshot", "快照");
pub(crate) static STATE: Text = Text::new("state", "状态");
pub(crate) static TAG: Text = Text::new("tag", "标签");
pub(crate) static NO_SNAPSHOT: Text = Text::new("no snapshot", "没有快照");
pub(crate) static NO_TAG: Text = Text::new("no consistency tag", "没有一致性标签");
pub(crate) static EXCLUDED: Text = Text::new("excluded by the job:", "作业排除：");
pub(crate) static LOG_LINES: Text = Text::new("Error lines in the output", "实例输出中的错误行");
pub(crate) static FINDINGS: Text = Text::new("Findings", "检查结果");
pub(crate) static ACCEPTED: Text = Text::new("accepted: {reason}", "已豁免：{reason}");

pub(crate) static HOW_TO_READ: Text = Text::new(
    "Levels are read from the tags of the snapshots, never from an exit code. Neither tag nor tag+log proves that the \
     application can be restored; only a restore does. All times are UTC.",
    "一致性级别取自快照标签，而非退出码。tag 与 tag+log 均不能证明应用可以恢复；只有恢复演练才能证明。所有时间均为 UTC（+00:00）。",
);
pub(crate) static RESTORE: Text =
    Text::new("From a group to a running database, step by step", "从快照一致性组到运行中的数据库：逐步说明");
pub(crate) static RESTORE_PAGE: Text = Text::new("restore.md", "zh/restore.md");
pub(crate) static MADE_BY: Text = Text::new(
    "consnap {version}, report version {report}; the same as data: `consnap show {run} --format json`",
    "consnap {version}，报告版本 {report}；数据形式：`consnap show {run} --format json`",
);

/// The weight of a finding.
pub(crate) const fn severity(severity: Severity) -> Text {
    match severity {
        Severity::Error => Text::new("error", "错误"),
        Severity::Warning => Text::new("warning", "警告"),
        Severity::Advice => Text::new("advice", "建议"),
    }
}

/// A step of the plug-in; what is not known speaks for itself.
pub(crate) fn step(name: &str) -> Text {
    match name {
        "pre_script" => Text::new("application pre-freeze script begins", "应用冻结脚本开始"),
        "pre_script_ended" => Text::new("pre-freeze script over", "应用冻结脚本结束"),
        "freeze" => Text::new("freezing", "文件系统IO冻结开始"),
        "frozen" => Text::new("frozen", "文件系统IO已冻结"),
        "group" => Text::new("group complete", "快照一致性组完成"),
        "thaw" => Text::new("thawing", "文件系统IO解冻"),
        "post_script" => Text::new("application post-thaw script begins", "应用解冻脚本开始"),
        "post_script_ended" => Text::new("post-thaw script over", "应用解冻脚本结束"),
        _ => Text::new("step", "步骤"),
    }
}
