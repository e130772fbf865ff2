//! The terms of the time budget: what a run may need before the service must give up waiting.

use serde::Serialize;

use crate::diagnostics::text::Text;

/// A term of the budget.
#[derive(Debug, Serialize)]
pub struct BudgetRow {
    /// Its key.
    pub key: &'static str,
    /// Seconds, or the default where the job can say otherwise.
    pub seconds: u32,
    /// What it is for.
    pub about: Text,
    /// Document and edition.
    pub source: &'static str,
}

/// Limit of one script where the job says nothing. The plug-in's own default.
pub static SCRIPT: BudgetRow = BudgetRow {
    key: "script",
    seconds: 1800,
    about: Text::new(
        "limit of each application script, spent twice: pre-freeze and post-thaw",
        "每个应用脚本的时限，计两次：冻结脚本与解冻脚本",
    ),
    source: "go-page: ScriptTimeoutInSeconds",
};
/// Limit of the freeze where the job says nothing. The plug-in's own default.
pub static FREEZE: BudgetRow = BudgetRow {
    key: "freeze",
    seconds: 30,
    about: Text::new("limit of the file system freeze", "文件系统IO冻结的时限"),
    source: "go-page: TimeoutInSeconds",
};
/// Fetching the plug-in.
pub static FETCH: BudgetRow = BudgetRow {
    key: "fetch",
    seconds: 20,
    about: Text::new(
        "fetching the plug-in, when it is missing or a newer one exists",
        "获取云助手插件（缺失或有新版本时）",
    ),
    source: "launcher 2.4: --fetchTimeout",
};
/// Making the group.
pub static GROUP: BudgetRow = BudgetRow {
    key: "group",
    seconds: 300,
    about: Text::new(
        "making the snapshot-consistent group and tagging its snapshots",
        "创建快照一致性组并为快照添加标签",
    ),
    source: "consnap: assumption A03",
};
/// The whole budget of a Windows run.
pub static WINDOWS: BudgetRow = BudgetRow {
    key: "windows",
    seconds: 1800,
    about: Text::new(
        "the whole run on Windows, as the vendor's sample sets it",
        "Windows 上的整个过程，与官方示例一致",
    ),
    source: "go-page: Windows sample, Timeout",
};
/// The largest time-out consnap sends.
pub static CEILING: BudgetRow = BudgetRow {
    key: "ceiling",
    seconds: 86_400,
    about: Text::new("the largest time-out consnap sends", "consnap 发送的最大超时时间"),
    source: "consnap: assumption A04",
};
/// Warn when a script may take longer than this: fail-over timers of clusters are near.
pub static SCRIPT_WARNING: BudgetRow = BudgetRow {
    key: "script_warning",
    seconds: 120,
    about: Text::new("a script limit above this endangers fail-over timers", "脚本时限超过此值可能触发高可用切换"),
    source: "aws-dlm: 120 s",
};
/// Warn when a freeze may take longer than this.
pub static FREEZE_WARNING: BudgetRow = BudgetRow {
    key: "freeze_warning",
    seconds: 10,
    about: Text::new("a freeze limit above this endangers fail-over timers", "冻结时限超过此值可能触发高可用切换"),
    source: "aws-vss: 10 s at most",
};

/// All terms.
pub static ROWS: &[&BudgetRow] =
    &[&SCRIPT, &FREEZE, &FETCH, &GROUP, &WINDOWS, &CEILING, &SCRIPT_WARNING, &FREEZE_WARNING];
