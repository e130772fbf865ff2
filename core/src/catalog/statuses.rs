//! Invocation statuses: how far the service got with a command on one instance.

use serde::Serialize;

use super::codes::{OutcomeRow, outcome};
use crate::diagnostics::text::Text;

/// A row of the table.
#[derive(Debug, Serialize)]
pub struct StatusRow {
    /// Whether it stays as it is from here on.
    pub finished: bool,
    /// `InvocationStatus` of one instance; the others speak of the whole invocation and never decide.
    pub of_one_instance: bool,
    /// What it means and what to do.
    pub outcome: OutcomeRow,
}

/// The row of the status of one instance; an unknown status has none.
pub fn find(status: &str) -> Option<&'static StatusRow> {
    ROWS.iter().find(|row| row.of_one_instance && row.outcome.name == status)
}

const WAIT: Text = Text::new("wait; consnap goes on asking", "请等待，consnap 会继续查询");
const SEE_EXIT: Text = Text::new("look at exit code and output", "请查看退出码和输出");
const SEE_ERROR: Text = Text::new(
    "look at the execution error code, resolve its cause, then run again",
    "请查看执行错误码，处理原因后重新执行",
);
const CHECK_GUEST: Text = Text::new(
    "do not start another snapshot; check that the application accepts writes, then look for the group",
    "请勿再次创建快照；请确认应用可正常写入，然后查找快照一致性组",
);
const SEE_INSTANCES: Text = Text::new("look at the invocation status of each instance", "请查看每台实例的命令执行状态");

macro_rules! statuses {
    ($($name:literal $finished:ident $of:ident $layer:ident $held:ident $group:ident $repeat:ident
        $meaning:tt $cause:tt => $next:expr;)*) => {
        /// All rows.
        pub static ROWS: &[StatusRow] = &[$(StatusRow {
            finished: statuses!(@$finished),
            of_one_instance: statuses!(@$of),
            outcome: outcome!(concat!("status:", $name), $name, $layer, $held, $group, $repeat,
                "describe-invocation-results", $meaning, $cause, $next),
        },)*];
    };
    (@finished) => { true };
    (@going_on) => { false };
    (@instance) => { true };
    (@invocation) => { false };
}

statuses! {
    "Success" finished instance Unknown free no_group NotNeeded
        ("the command ended with exit code 0; whether a group was made, the output tells",
         "执行完成且退出码为0；是否创建快照一致性组以输出为准")
        ("the command ended", "命令已执行完成") => SEE_EXIT;
    "Failed" finished instance Unknown free no_group AfterFix
        ("the command ended with an exit code other than 0", "执行完成且退出码非0")
        ("see the exit code", "请参见退出码") => SEE_EXIT;
    "Timeout" finished instance Agent unwatched group AfterLook
        ("execution timed out: Cloud Assistant stopped waiting, the plug-in may run on and the guest may still be held",
         "执行超时：云助手停止等待，插件可能仍在运行，实例可能仍处于冻结状态")
        ("`Timeout` of the command is shorter than scripts, freeze and snapshots need",
         "命令的 `Timeout` 短于脚本、冻结和创建快照所需的时间") => CHECK_GUEST;
    "Error" finished instance Agent held group AfterLook
        ("an exception ended the command on the instance", "执行异常")
        ("the instance or the agent was restarted, or the command could not be started", "实例或云助手Agent被重启，或命令无法启动")
        => CHECK_GUEST;
    "Aborted" finished instance Service free no_group AfterFix
        ("the command could not be sent to the instance", "命令发送失败")
        ("the instance is not running, or its Cloud Assistant is offline", "实例不处于运行中状态，或云助手不在线") => SEE_ERROR;
    "Invalid" finished instance Service free no_group AfterFix
        ("the command was refused: its type or a parameter does not fit the instance", "命令校验失败：命令类型或参数与实例不匹配")
        ("a shell command for Windows, a batch command for Linux, or a user or directory that does not exist",
         "对 Windows 使用了 Shell 命令、对 Linux 使用了 Bat 命令，或用户、目录不存在") => SEE_ERROR;
    "Cancelled" finished instance Service free no_group AfterFix
        ("the command was cancelled before it started", "已取消：命令在启动前被取消")
        ("somebody stopped the invocation", "该命令执行被人为停止")
        => Text::new("run again when it was not on purpose", "如非有意取消，请重新执行");
    "Terminated" finished instance Agent held group AfterLook
        ("the command was stopped while it ran; the plug-in may run on and the guest may still be held",
         "已终止：命令在执行中被停止，插件可能仍在运行，实例可能仍处于冻结状态")
        ("somebody stopped the invocation", "该命令执行被人为停止") => CHECK_GUEST;
    "Pending" going_on instance Unknown held group AfterLook
        ("the command is being checked or sent", "系统正在校验或发送命令")
        ("it has just been started", "命令刚刚下发") => WAIT;
    "Scheduled" going_on instance Unknown held group AfterLook
        ("the command waits for its time", "命令已发送，等待定时执行")
        ("a periodic command, which consnap never makes", "周期性命令，consnap 不会创建此类命令") => WAIT;
    "Running" going_on instance Unknown held group AfterLook
        ("the command runs on the instance", "命令正在实例上运行")
        ("scripts, freeze and snapshots take their time", "脚本、冻结和创建快照需要时间") => WAIT;
    "Stopping" going_on instance Unknown held group AfterLook
        ("the command is being stopped", "命令正在停止")
        ("somebody stopped the invocation", "该命令执行被人为停止") => WAIT;
    "Finished" finished invocation Unknown free no_group NotNeeded
        ("the whole invocation is over; it may have failed on instances", "整个命令执行已结束，但可能在部分实例上失败")
        ("an older status of the whole invocation", "整个命令执行的旧版状态") => SEE_INSTANCES;
    "PartialFailed" finished invocation Unknown free no_group AfterFix
        ("the command failed on some instances of the invocation", "部分执行失败")
        ("see the status of each instance", "请参见每台实例的状态") => SEE_INSTANCES;
    "Stopped" finished invocation Unknown free no_group AfterFix
        ("the invocation was stopped", "命令执行已停止")
        ("somebody stopped it", "该命令执行被人为停止") => SEE_INSTANCES;
}

/// What stands for statuses that are not known.
pub static UNKNOWN: OutcomeRow = outcome!(
    "status:unknown",
    "",
    Unknown,
    unwatched,
    group,
    AfterLook,
    "consnap: not in any list it knows",
    (
        "the invocation status is missing or not in any list that consnap knows",
        "命令执行状态缺失，或不在 consnap 已知的列表中"
    ),
    (
        "the service is newer than this version of consnap, or the result is not complete",
        "服务版本比当前 consnap 更新，或结果不完整"
    ),
    Text::new(
        "look at the result in the console; use a newer version of consnap",
        "请在控制台查看执行结果，并使用更新版本的 consnap"
    )
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn final_statuses_are_those_of_the_document() {
        let finished: Vec<_> =
            ROWS.iter().filter(|row| row.finished && row.of_one_instance).map(|row| row.outcome.name).collect();
        assert_eq!(
            finished,
            ["Success", "Failed", "Timeout", "Error", "Aborted", "Invalid", "Cancelled", "Terminated"]
        );
        assert!(find("Finished").is_none(), "the status of a whole invocation never decides");
        assert!(find("success").is_none());
    }
}
