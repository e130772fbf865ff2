//! The rules: number, weight, cause and fix. `{what}` is what stands in the script.

use consnap_core::Severity::{Advice, Error, Warning};
use consnap_core::{Severity, Text};

/// A rule.
#[derive(Debug)]
pub struct Rule {
    /// `Q01` to `Q30`; from `Q90` on the linter speaks of the file or of a waiver.
    pub id: &'static str,
    /// Its weight, unless a finding says less.
    pub severity: Severity,
    /// What is wrong and what comes of it.
    pub cause: Text,
    /// What to do.
    pub fix: Text,
}

macro_rules! rules {
    ($($name:ident $id:literal $severity:ident:
        $cause_en:literal, $cause_zh:literal => $fix_en:literal, $fix_zh:literal;)*) => {
        $(pub(crate) static $name: Rule = Rule {
            id: $id, severity: $severity, cause: Text::new($cause_en, $cause_zh), fix: Text::new($fix_en, $fix_zh),
        };)*
        /// All rules, by number.
        pub static RULES: &[&Rule] = &[$(&$name),*];
    };
}

rules! {
    ONE_SHOT_LOCK "Q01" Error:
        "the client ends after `{what}`, and its lock with it: nothing is locked when the snapshot is made",
        "客户端在 `{what}` 之后即退出，锁随之释放：创建快照时没有任何锁"
        => "hold the lock in a session that lives until the post-script; `consnap scripts write` has such a pair",
        "请在一直存活到应用解冻脚本的会话中持有锁；`consnap scripts write` 提供这样的脚本对";
    ONE_SHOT_BACKUP "Q02" Error:
        "backup mode ends with the session that `{what}` opens and closes",
        "`{what}` 打开并关闭的会话一结束，备份模式即终止"
        => "keep the session open until the post-script, or run CHECKPOINT and put all disks into one group",
        "请让会话保持到应用解冻脚本，或执行 CHECKPOINT 并将所有云盘放入同一个快照一致性组";
    REMOVED_NAME "Q03" Error:
        "`{what}` does not exist in current versions of the server: the statement fails",
        "当前版本的服务器已没有 `{what}`：该语句会失败"
        => "use pg_backup_start and pg_backup_stop (15 and later), SHOW BINARY LOG STATUS (8.4 and later), or test the version",
        "请使用 pg_backup_start 与 pg_backup_stop（15 及以上）、SHOW BINARY LOG STATUS（8.4 及以上），或先判断版本";
    LABEL_LOST "Q04" Error:
        "the backup label that `{what}` returns is thrown away: a copy without it may start damaged and say nothing",
        "`{what}` 返回的备份标签被丢弃：没有它的副本可能损坏却毫无提示地启动"
        => "keep the output as backup_label where a restore finds it",
        "请将输出保存为恢复时可以找到的 backup_label";
    FOREIGN_UNLOCK "Q05" Error:
        "`{what}` runs in a session of its own: it releases nothing that another session holds",
        "`{what}` 在自己的会话中执行：不会释放其他会话持有的锁"
        => "release in the session that took the lock",
        "请在加锁的会话中释放";
    FIXED_HOLD "Q06" Warning:
        "`{what}` holds for a fixed time: a snapshot that takes longer is made without the lock, and nobody notices",
        "`{what}` 只保持固定的时长：快照耗时更长时锁已释放，且无人察觉"
        => "hold until the post-script releases, with a limit, and let the post-script fail when the limit was over",
        "请保持到应用解冻脚本释放为止并设置上限，超过上限时让应用解冻脚本失败";
    SETTING_LEFT "Q07" Error:
        "`{what}` changes the server for everybody, and nothing sets it back",
        "`{what}` 更改了整个服务器的设置，且没有恢复"
        => "use a lock or a setting of the session; otherwise set it back in the post-script and in a `trap`",
        "请使用锁或会话级设置；否则在应用解冻脚本和 `trap` 中恢复";
    FAILURE_SUCCEEDS "Q08" Error:
        "a failure ends with 0 (`{what}`): the snapshot is called consistent although nothing was held",
        "失败时以 0 结束（`{what}`）：没有静默，快照却被视为一致"
        => "end with another code than 0 (10 to 18 as in consnap's scripts), or begin with `set -e`",
        "请以非 0 的退出码结束（如 consnap 脚本的 10 到 18），或在开头使用 `set -e`";
    OUTPUT_OPEN "Q09" Error:
        "`{what}` runs on with the script's output open: the plug-in waits for it until the time-out",
        "`{what}` 在后台保持脚本的输出打开：插件会一直等待到超时"
        => "redirect both: `>/run/NAME.log 2>&1 </dev/null &`",
        "请重定向两者：`>/run/名称.log 2>&1 </dev/null &`";
    ENDLESS_WAIT "Q10" Error:
        "`{what}` waits without an end: the plug-in kills the script at the time-out, with the lock held",
        "`{what}` 的等待没有期限：插件在超时后终止脚本，而锁仍被持有"
        => "count the turns or look at the clock, and fail when the limit is over",
        "请计数或查看时间，超过期限即失败";
    TIMEOUT_FORGOTTEN "Q11" Error:
        "the time-out is noticed, then the script goes on as if it had succeeded (`{what}`)",
        "发现超时后脚本仍按成功继续（`{what}`）"
        => "release what is held and end with another code than 0",
        "请释放已持有的内容，并以非 0 的退出码结束";
    WRITES_WHERE_FROZEN "Q12" Error:
        "`{what}` writes to a disk: while it is frozen the write hangs, and no signal ends it",
        "`{what}` 写入磁盘：文件系统冻结期间写入会挂起，且任何信号都无法终止"
        => "write to a tmpfs, such as a folder of mode 0700 under /run",
        "请写入 tmpfs，例如 /run 下权限为 0700 的目录";
    OWN_FREEZE "Q13" Error:
        "`{what}`: the plug-in freezes the file systems itself, a second freeze fails (EBUSY)",
        "`{what}`：插件自己会冻结文件系统，再次冻结会失败（EBUSY）"
        => "leave the freeze to the plug-in",
        "请将冻结交给插件";
    SYNC_ALONE "Q14" Advice:
        "`{what}` is all the script does: the freeze does the same",
        "脚本只执行 `{what}`：冻结本身就会做同样的事"
        => "run without scripts, or hold the service",
        "请不使用脚本，或对服务进行静默";
    PREDICTABLE_NAME "Q15" Error:
        "`{what}` uses a name in a folder that everybody may write to: any user can put a link or a file of his own there",
        "`{what}` 使用任何人都可写目录中的固定名称：任何用户都可以预先放置链接或文件"
        => "use a folder of root's own under /run, mode 0700",
        "请使用 /run 下属于 root 且权限为 0700 的目录";
    FOREIGN_PID "Q16" Error:
        "`{what}` kills whatever has that number or name now, which may be another process",
        "`{what}` 会终止当前拥有该进程号或名称的任何进程，可能并非目标进程"
        => "keep the pid under /run together with its start time (/proc/PID/stat), and compare both before",
        "请将进程号与其启动时间（/proc/PID/stat）一起保存在 /run 下，终止前比较两者";
    PASSWORD_SHOWN "Q17" Error:
        "`{what}` shows a password to everybody who lists processes or reads the script",
        "`{what}` 会让查看进程列表或读取脚本的人看到密码"
        => "use socket authentication, or an option file of root's with mode 0600",
        "请使用套接字认证，或属于 root 且权限为 0600 的选项文件";
    ASKS_TERMINAL "Q18" Error:
        "`{what}` asks a terminal, and the plug-in has none",
        "`{what}` 需要终端，而插件没有终端"
        => "give the answer by a file or an option; root needs no sudo (or `sudo -n`)",
        "请通过文件或选项提供输入；root 无需 sudo（或使用 `sudo -n`）";
    CANNOT_START "Q19" Error:
        "the system cannot start the script as it is: look at its `{what}`",
        "系统无法按原样启动该脚本，请检查其 `{what}`"
        => "begin the file with `#!/bin/sh`, without a mark before it, and end lines with LF alone",
        "请以 `#!/bin/sh` 开头，前面没有任何标记，并且只用 LF 换行";
    BASH_UNDER_SH "Q20" Warning:
        "`{what}` is bash's, and the first line names sh",
        "`{what}` 属于 bash，而首行指定的是 sh"
        => "name bash in the first line, or use what POSIX has",
        "请在首行指定 bash，或使用 POSIX 的写法";
    ALWAYS_TRUE "Q21" Error:
        "`{what}` does not test what it seems to: it is always true, or is not a command",
        "`{what}` 并未检查它看上去检查的内容：结果恒为真，或不是命令"
        => "quote the variable and put blanks around each word: `[ -n \"$x\" ]`, `[ \"$x\" = y ]`",
        "请为变量加引号，并在每个词之间留空格：`[ -n \"$x\" ]`、`[ \"$x\" = y ]`";
    AGENT_CODE "Q22" Error:
        "`{what}`: for the agent this exit code means to shut down (193) or restart (194) the instance",
        "`{what}`：对云助手而言，该退出码表示关闭（193）或重启（194）实例"
        => "use another exit code",
        "请使用其他退出码";
    LOCK_UNLIMITED "Q23" Warning:
        "`{what}` waits for the lock without a limit: behind it every other statement waits too",
        "`{what}` 无限期等待锁：其后的所有语句都会一起等待"
        => "set lock_wait_timeout in the same session, and refuse while long statements run",
        "请在同一会话中设置 lock_wait_timeout，并在有长语句运行时拒绝";
    ERRORS_IGNORED "Q24" Error:
        "`{what}` goes on after an error and ends with 0",
        "`{what}` 出错后仍继续，并以 0 结束"
        => "leave out `--force`; give psql `-v ON_ERROR_STOP=1`",
        "请去掉 `--force`；为 psql 加上 `-v ON_ERROR_STOP=1`";
    SAVE_UNWAITED "Q25" Error:
        "`{what}` only begins to save: nothing waits until the file is whole",
        "`{what}` 只是开始保存：没有等待文件写完"
        => "wait, with a limit, until rdb_bgsave_in_progress is 0 and rdb_last_bgsave_status is ok, and pause writes before",
        "请在期限内等待 rdb_bgsave_in_progress 为 0 且 rdb_last_bgsave_status 为 ok，并先暂停写入";
    STOP_WITHOUT_START "Q26" Warning:
        "`{what}` stops the service, and nothing starts it again",
        "`{what}` 停止了服务，且没有任何操作重新启动它"
        => "start it in the post-script and in a `trap` of the pre-script",
        "请在应用解冻脚本和应用冻结脚本的 `trap` 中启动服务";
    NOT_UNDONE "Q27" Error:
        "the post-script does not undo `{what}` of the pre-script",
        "应用解冻脚本没有撤销应用冻结脚本的 `{what}`"
        => "release in the post-script what the pre-script holds",
        "请在应用解冻脚本中释放应用冻结脚本所持有的内容";
    NO_DEAD_MAN "Q28" Error:
        "`{what}` holds for hours or for ever when the post-script never runs",
        "如果应用解冻脚本没有运行，`{what}` 会保持数小时甚至永远"
        => "let the holder give up after the freeze and the group, a minute or two",
        "请让持有者在冻结和创建快照一致性组所需的时长（一两分钟）之后放弃";
    NETWORK "Q29" Warning:
        "`{what}` needs the network while the service stands still",
        "`{what}` 在服务静默期间依赖网络"
        => "fetch or send before or after the backup",
        "请在备份之前或之后下载或发送";
    REFUSED_ENGINE "Q30" Error:
        "`{what}`: a copy of the disks of Elasticsearch or OpenSearch is no backup, whatever a script does",
        "`{what}`：无论脚本做什么，Elasticsearch 或 OpenSearch 的云盘副本都不是备份"
        => "use the snapshot API of the service",
        "请使用该服务自身的快照 API";
    NOT_READ "Q90" Error:
        "the script cannot be read as shell, so that nothing is known of it: {what}",
        "无法按 shell 解析该脚本，因此对其一无所知：{what}"
        => "correct the line; `sh -n FILE` says more",
        "请修正该行；`sh -n 文件` 会给出更多信息";
    NOT_LINTED "Q91" Error:
        "this is no shell script (`{what}`): it was not looked at",
        "这不是 shell 脚本（`{what}`）：未作检查"
        => "review it by hand; sh, bash, dash and ksh are looked at",
        "请人工检查；支持 sh、bash、dash 和 ksh";
    WAIVER_WITHOUT_REASON "Q92" Error:
        "the waiver `{what}` names no rule of the linter, or no reason",
        "豁免 `{what}` 没有给出规则编号或理由"
        => "write `# consnap: allow Q12 REASON` on the line, or on a line of its own above the command",
        "请在该行或命令上方单独一行写 `# consnap: allow Q12 理由`";
    WAIVER_UNUSED "Q93" Error:
        "the waiver `{what}` lets nothing off",
        "豁免 `{what}` 没有对应的问题"
        => "remove it",
        "请删除";
}
