//! The shell that starts the launcher: 2, 126, 127, 128 + signal; on Windows 9009 and exception codes.

use super::exit_codes;
use crate::diagnostics::text::Text;

const EXPLAIN: Text = Text::new("paste the command into `consnap explain`", "请将命令粘贴到 `consnap explain` 检查");
const LOOK_AT_GUEST: Text = Text::new(
    "check at once that the application accepts writes, thaw by hand if not; look for the group before another run",
    "请立即确认应用可正常写入，否则请手动解冻；再次执行前请先查找快照一致性组",
);
const REINSTALL: Text = Text::new(
    "reinstall or upgrade the Cloud Assistant Agent, then run again",
    "请重新安装或升级云助手Agent，然后重新执行",
);

/// Rows of signals differ in the name of the signal and its usual sender.
macro_rules! shell_codes {
    ($($number:literal $name:literal from ($cause_en:literal, $cause_zh:literal);)* ; $($rest:tt)*) => {
        exit_codes! { Shell "exit:shell:" "posix-shell: 128 + signal; ntstatus; launcher 2.6":
            $($rest)*
            $($number $name held group AfterLook
                (concat!("the plug-in manager or its shell was killed by ", $name, "; the plug-in may run on"),
                 concat!("插件管理程序或其 Shell 被 ", $name, " 信号终止，插件可能仍在运行"))
                ($cause_en, $cause_zh) => LOOK_AT_GUEST;)*
        }
    };
}

shell_codes! {
    129 "SIGHUP" from ("the session that started it was closed", "启动它的会话被关闭");
    130 "SIGINT" from ("somebody interrupted it", "被人为中断");
    131 "SIGQUIT" from ("somebody ended it with a core dump", "被人为终止并生成转储");
    132 "SIGILL" from ("a program for another processor", "程序与处理器不匹配");
    133 "SIGTRAP" from ("a debugger", "调试器");
    134 "SIGABRT" from ("a fault inside the plug-in manager", "插件管理程序内部错误");
    135 "SIGBUS" from ("a damaged file or a full disk", "文件损坏或磁盘已满");
    136 "SIGFPE" from ("a fault inside the plug-in manager", "插件管理程序内部错误");
    137 "SIGKILL" from ("the out-of-memory (OOM) killer, or somebody who ended it", "OOM 或被人为强制结束");
    138 "SIGUSR1" from ("the freeze helper signalled a process that was not the plug-in", "冻结辅助进程向非插件进程发送了信号");
    139 "SIGSEGV" from ("a fault inside the plug-in manager", "插件管理程序内部错误");
    140 "SIGUSR2" from ("another program sent the signal", "其他程序发送了信号");
    141 "SIGPIPE" from ("nobody read the output any more", "输出已无人读取");
    142 "SIGALRM" from ("a timer ended it", "被定时器终止");
    143 "SIGTERM" from ("a stop of the agent or a shutdown of the instance", "云助手Agent停止或实例关机");
    ;
    2 "" free no_group AfterFix
        ("the shell cannot read the command", "Shell 无法解析该命令")
        ("a quote that is not closed", "引号未闭合") => EXPLAIN;
    126 "" free no_group AfterFix
        ("`acs-plugin-manager` is there but cannot be executed", "`acs-plugin-manager` 存在但无法执行")
        ("a missing permission, a `noexec` mount, a command that is too long, or control characters in it",
         "缺少权限、以 `noexec` 挂载、命令过长或包含控制字符") => REINSTALL;
    127 "" free no_group AfterFix
        ("`acs-plugin-manager` was not found", "未找到 `acs-plugin-manager`")
        ("an old or damaged Cloud Assistant Agent, or a line break or byte order mark in the command",
         "云助手Agent版本过旧或已损坏，或命令中包含换行符、BOM") => REINSTALL;
    9009 "" free no_group AfterFix
        ("`acs-plugin-manager` was not found (Windows)", "未找到 `acs-plugin-manager`（Windows）")
        ("an old or damaged Cloud Assistant Agent", "云助手Agent版本过旧或已损坏") => REINSTALL;
    1_073_807_364 "DBG_TERMINATE_PROCESS" held group AfterLook
        ("the process was ended because the session or the instance shut down", "会话或实例关闭导致进程被结束")
        ("a shutdown or restart of the instance", "实例关机或重启") => LOOK_AT_GUEST;
    3_221_225_477 "STATUS_ACCESS_VIOLATION" held group AfterLook
        ("a process crashed: access violation (0xC0000005)", "进程崩溃：访问冲突 (0xC0000005)")
        ("a fault inside the plug-in or the plug-in manager, or security software", "插件或插件管理程序内部错误，或安全软件干扰") => LOOK_AT_GUEST;
    3_221_225_495 "STATUS_NO_MEMORY" held group AfterLook
        ("a process ran out of memory (0xC0000017)", "进程内存不足 (0xC0000017)")
        ("too little memory in the guest", "实例内存不足") => LOOK_AT_GUEST;
    3_221_225_725 "STATUS_STACK_OVERFLOW" held group AfterLook
        ("a process crashed: stack overflow (0xC00000FD)", "进程崩溃：栈溢出 (0xC00000FD)")
        ("a fault inside the plug-in or the plug-in manager", "插件或插件管理程序内部错误") => LOOK_AT_GUEST;
    3_221_225_781 "STATUS_DLL_NOT_FOUND" free no_group AfterFix
        ("a program could not start: a DLL is missing (0xC0000135)", "程序无法启动：缺少 DLL (0xC0000135)")
        ("a damaged Cloud Assistant Agent or plug-in", "云助手Agent或插件已损坏") => REINSTALL;
    3_221_225_786 "STATUS_CONTROL_C_EXIT" held group AfterLook
        ("the process was interrupted (0xC000013A)", "进程被中断 (0xC000013A)")
        ("its console was closed", "控制台窗口被关闭") => LOOK_AT_GUEST;
    3_221_225_794 "STATUS_DLL_INIT_FAILED" free no_group AfterFix
        ("a program could not start: a DLL failed to initialise (0xC0000142)", "程序无法启动：DLL 初始化失败 (0xC0000142)")
        ("too many processes in the session of the agent, or a shutdown under way", "云助手Agent会话中进程过多，或实例正在关机")
        => Text::new("restart the Cloud Assistant Agent or the instance, then run again", "请重启云助手Agent或实例后重新执行");
    3_221_226_505 "STATUS_STACK_BUFFER_OVERRUN" held group AfterLook
        ("a process ended itself after damage to its memory (0xC0000409)", "进程因内存损坏而自行终止 (0xC0000409)")
        ("a fault inside the plug-in or the plug-in manager", "插件或插件管理程序内部错误") => LOOK_AT_GUEST;
}

/// 128 + n for a signal without a row of its own.
pub(super) static ANY_SIGNAL: super::ExitCodeRow = super::ExitCodeRow {
    number: i64::MIN,
    outcome: crate::catalog::codes::outcome!(
        "exit:shell:128+n",
        "",
        Shell,
        held,
        group,
        AfterLook,
        "posix-shell: 128 + signal",
        (
            "the plug-in manager or its shell was killed by a signal; the plug-in may run on",
            "插件管理程序或其 Shell 被信号终止，插件可能仍在运行"
        ),
        (
            "another program sent the signal: subtract 128 to get its number",
            "其他程序发送了信号：减去 128 即为信号编号"
        ),
        LOOK_AT_GUEST
    ),
};
