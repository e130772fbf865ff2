//! The Cloud Assistant agent: 1 on its own time-out, -1 after a signal, and the codes that switch the instance off.

use super::exit_codes;
use crate::diagnostics::text::Text;

const NEVER_USE: Text = Text::new(
    "see why the instance was switched off or restarted; never let a script end with this code; look for the group before another run",
    "请确认实例被关机或重启的原因，切勿让脚本返回该退出码；再次执行前请先查找快照一致性组",
);

exit_codes! { Agent "exit:agent:" "agent: taskengine":
    1 "" held group AfterLook
        ("with status Timeout: Cloud Assistant stopped waiting, the plug-in may run on and the guest may still be held",
         "状态为执行超时：云助手停止等待，插件可能仍在运行，实例可能仍处于冻结状态")
        ("`Timeout` of the command is shorter than scripts, freeze and snapshots need",
         "命令的 `Timeout` 短于脚本、冻结和创建快照所需的时间")
        => Text::new("do not start another snapshot; check that the application accepts writes, then look for the group",
                     "请勿再次创建快照；请确认应用可正常写入，然后查找快照一致性组");
    -1 "" held group AfterLook
        ("the shell of the command was killed by a signal; the plug-in may run on", "命令的 Shell 被信号终止，插件可能仍在运行")
        ("the out-of-memory (OOM) killer, a stop of the agent, or somebody who ended it", "OOM、云助手Agent停止或被人为结束")
        => Text::new("check at once that the application accepts writes, thaw by hand if not; look for the group before another run",
                     "请立即确认应用可正常写入，否则请手动解冻；再次执行前请先查找快照一致性组");
    193 "" free group AfterLook
        ("the agent powers the instance off", "云助手Agent将实例关机")
        ("a script ended with the code that asks for it", "脚本返回了请求关机的退出码") => NEVER_USE;
    194 "" free group AfterLook
        ("the agent restarts the instance", "云助手Agent将实例重启")
        ("a script ended with the code that asks for it", "脚本返回了请求重启的退出码") => NEVER_USE;
    3009 "" free group AfterLook
        ("the agent powers the instance off (Windows)", "云助手Agent将实例关机（Windows）")
        ("a script ended with the code that asks for it", "脚本返回了请求关机的退出码") => NEVER_USE;
    3010 "" free group AfterLook
        ("the agent restarts the instance (Windows)", "云助手Agent将实例重启（Windows）")
        ("a script ended with the code that asks for it", "脚本返回了请求重启的退出码") => NEVER_USE;
}
