//! The exit codes of the scripts and the words of their line, for `explain`. `scripts/README.md` has them as a table.

use consnap_core::diagnostics::messages::errors;
use consnap_core::{Error, ErrorKind, Lang, Text};
use serde::Serialize;

/// An exit code.
struct CodeRow {
    number: u8,
    meaning: Text,
    next: Text,
}

/// A word after `why=` or `verdict=`, and the exit code it comes with.
struct WordRow {
    word: &'static str,
    number: u8,
    meaning: Text,
}

/// An exit code or a word, explained.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CodeExplanation {
    /// The exit code.
    pub code: u8,
    /// The word; empty for the code as such.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub word: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// What to do.
    pub next_step: &'static str,
}

macro_rules! codes {
    ($($number:literal: $en:literal, $zh:literal => $next_en:literal, $next_zh:literal;)*) => {
        static CODES: &[CodeRow] = &[$(CodeRow {
            number: $number, meaning: Text::new($en, $zh), next: Text::new($next_en, $next_zh),
        },)*];
    };
}

macro_rules! words {
    ($($number:literal $word:literal: $en:literal, $zh:literal;)*) => {
        static WORDS: &[WordRow] = &[$(WordRow { word: $word, number: $number, meaning: Text::new($en, $zh) },)*];
    };
}

codes! {
    0: "the script did what it is for; its word says what is proven", "脚本执行成功；结果词说明所证明的内容"
        => "nothing; `proven` is the only word that says that nothing was written", "无需处理；只有 `proven` 表示期间没有写入";
    10: "a setting, a file mode or a tool on the host is wrong; nothing is held", "设置、文件权限或主机上的工具有误；未静默"
        => "correct what the line after `consnap:` names, and write the pair anew", "请修正 `consnap:` 之后指出的内容，并重新生成脚本";
    11: "the server was not reached; nothing is held", "无法连接数据库；未静默"
        => "see whether the service runs, and whether SOCKET or PORT is right", "请检查服务是否运行，以及 SOCKET 或 PORT 是否正确";
    12: "the account or one of its privileges is missing; nothing is held", "账号或其权限缺失；未静默"
        => "run what account.txt says as an administrator of the server", "请以数据库管理员身份执行 account.txt 中的语句";
    13: "not had in time, or not asked for because others would have waited; nothing is held", "未能及时静默，或为避免阻塞他人而未申请；未静默"
        => "run again when no long statement or save is under way; the snapshot was not made consistent", "请在没有长语句或保存任务时重试；本次快照未达到应用一致性";
    14: "another run of the same name is under way", "同名的另一次执行正在进行"
        => "wait for it; give two services of one host two names", "请等待其结束；同一主机上的两个服务须使用不同名称";
    15: "this server cannot be held in this way; nothing is held", "无法以此方式静默该服务；未静默"
        => "see the page of the engine for what it needs", "请查看该引擎的文档页";
    16: "no tmpfs for the state; nothing is held", "没有可存放状态的 tmpfs；未静默"
        => "mount a tmpfs on /run or name one with STATE_BASE", "请在 /run 挂载 tmpfs，或用 STATE_BASE 指定";
    17: "a file system was frozen before the pre-script; nothing is held", "应用冻结脚本执行前文件系统已被冻结；未静默"
        => "see what froze it: another backup, or a plug-in that freezes before it runs scripts", "请查明冻结的来源：其他备份，或先冻结后执行脚本的云助手插件";
    18: "the process that holds did not live; nothing is held", "负责静默的进程未能存活；未静默"
        => "look at the line after `consnap:`; memory and process limits are the usual cause", "请查看 `consnap:` 之后的内容；通常由内存或进程数限制引起";
    20: "the session or the holder was lost before the post-script", "应用解冻脚本执行前，会话或静默进程已丢失"
        => "the snapshot may hold writes made after the lock; run again and see what ended the session", "快照可能包含加锁之后的写入；请重试，并查明会话中断的原因";
    21: "LIMIT was over before the post-script", "应用解冻脚本执行前已超过 LIMIT"
        => "raise LIMIT above the time for freeze, group and thaw, and run again", "请将 LIMIT 调整到大于冻结、创建快照一致性组和解冻的总时长，然后重试";
    22: "the position moved while it was held", "静默期间位点发生了变化"
        => "something writes past the lock: replication, a superuser, another server on the same files", "有绕过锁的写入：复制、超级用户，或使用相同文件的另一个服务";
    23: "nothing was held: the post-script alone, twice, or after a pre-script that was refused", "没有静默：单独执行、重复执行应用解冻脚本，或应用冻结脚本已拒绝"
        => "look at what the pre-script said", "请查看应用冻结脚本的结果";
    24: "the release is not certain, or the holder had to be killed", "无法确认已解除静默，或静默进程被强制终止"
        => "see at once whether the service takes writes; `held=no` says that it was released", "请立即确认服务能否写入；`held=no` 表示已解除";
    25: "the WAL that a restore needs is not known to be kept", "无法确认恢复所需的 WAL 已保留"
        => "set up an archive or a replication slot, or raise ARCHIVE_WAIT", "请配置归档或复制槽，或调大 ARCHIVE_WAIT";
}

words! {
    0 "held": "the pre-script holds it", "应用冻结脚本已静默";
    0 "proven": "one session held it, and nothing was written until the release", "由同一会话静默，直到解除期间没有写入";
    0 "session": "one session held it; whether something was written cannot be told, or writes are not stopped", "由同一会话静默；无法判断是否有写入，或不阻止写入";
    0 "backup": "backup mode lasted, and the label is in the record", "备份模式持续有效，标签已写入记录";
    0 "checkpointed": "a checkpoint was made before the freeze; writes went on", "冻结前完成了检查点；写入未停止";
    0 "saved": "a save was made before the freeze; what was written after it is not in it", "冻结前完成了保存；之后的写入不在其中";
    0 "parts": "all pairs held, one of them with a weaker word than `proven`", "各对脚本均已静默，但至少一对的结果弱于 `proven`";
    0 "hooks": "programs of your own said that they held", "自定义程序报告已静默";
    10 "secret_file": "the file with the password is not root's with mode 0600", "密码文件的属主不是 root 或权限不是 0600";
    10 "settings": "a setting does not fit the host", "设置与主机不符";
    10 "no_tool": "a program that the script needs is not there", "缺少脚本所需的程序";
    11 "not_reached": "the server was not reached", "无法连接数据库";
    12 "denied": "the server refused the account, or a privilege is missing", "数据库拒绝了该账号，或缺少权限";
    13 "long_query": "a statement ran for longer than LONG_QUERY, so the lock was not asked for", "有语句执行时间超过 LONG_QUERY，因此未申请锁";
    13 "lock_wait": "the lock was not had within LOCK_WAIT", "未能在 LOCK_WAIT 内获得锁";
    13 "no_lock": "nothing was held in time", "未能及时静默";
    13 "long_save": "a save takes, or is forecast to take, longer than SAVE_WAIT", "保存耗时超过或预计超过 SAVE_WAIT";
    13 "hook": "a program of your own did not hold", "自定义程序未能静默";
    13 "stopped": "the script was told to stop, as by the time limit of the plug-in", "脚本被要求停止，例如超过云助手插件的时限";
    13 "pair_refused": "the pre-script of one of the pairs refused; the code is that of the pair", "其中一对的应用冻结脚本拒绝；退出码为该脚本的退出码";
    14 "busy": "another run of the same name is under way", "同名的另一次执行正在进行";
    15 "unsafe": "a setting of the server makes any copy unsafe: fsync or full_page_writes is off", "服务器设置使任何副本都不安全：fsync 或 full_page_writes 已关闭";
    15 "not_local": "the data is not in a plain directory of this host", "数据不在本机的普通目录中";
    15 "not_innodb": "METHOD=ddl, and there are tables that are not InnoDB", "METHOD=ddl，但存在非 InnoDB 表";
    15 "method": "the server does not have the METHOD", "服务器不支持所选的 METHOD";
    15 "no_wal": "nothing keeps the WAL that a restore from backup mode needs", "没有任何机制保留备份模式恢复所需的 WAL";
    15 "standby": "backup mode is not for a standby", "备库不支持备份模式";
    15 "loading": "the server is still loading its data", "服务器仍在加载数据";
    15 "no_room": "the disk has no room for a save", "磁盘空间不足以完成保存";
    15 "save_failed": "the save failed, or the append-only file cannot be written", "保存失败，或无法写入 AOF 文件";
    15 "server_error": "the server answered with an error", "服务器返回错误";
    15 "refused_engine": "no script can hold this engine", "任何脚本都无法静默该引擎";
    16 "no_state": "there is no tmpfs that is ours alone", "没有仅供本脚本使用的 tmpfs";
    17 "frozen_already": "a file system was frozen before the pre-script", "应用冻结脚本执行前文件系统已被冻结";
    18 "no_holder": "the process that holds did not live", "负责静默的进程未能存活";
    18 "fault": "something failed that the script does not know", "发生脚本未知的错误";
    20 "lost": "the session or the holder was lost, or its last look was too late to prove anything", "会话或静默进程丢失，或最后一次检查过晚，无法证明";
    21 "expired": "LIMIT was over", "已超过 LIMIT";
    22 "written": "the position moved while it was held", "静默期间位点发生了变化";
    23 "nothing_held": "nothing was held", "没有静默";
    24 "not_released": "the release is not certain", "无法确认已解除静默";
    24 "forced": "the holder had to be killed; nothing is held any more", "静默进程被强制终止；已不再静默";
    25 "wal_missing": "the WAL that a restore needs is not known to be kept", "无法确认恢复所需的 WAL 已保留";
}

/// Explains an exit code, with its words, or a word.
///
/// # Errors
///
/// `CE451` for anything else.
pub fn explain(code: &str, lang: Lang) -> Result<Vec<CodeExplanation>, Error> {
    let by_number = |number: u8| CODES.iter().find(|row| row.number == number);
    let explained = |row: &'static WordRow| {
        let next = by_number(row.number).map_or("", |code| code.next.get(lang));
        CodeExplanation { code: row.number, word: row.word, meaning: row.meaning.get(lang), next_step: next }
    };
    let of_number = code.parse().ok().and_then(by_number).map(|row| {
        let next_step = row.next.get(lang);
        let code = CodeExplanation { code: row.number, word: "", meaning: row.meaning.get(lang), next_step };
        std::iter::once(code).chain(WORDS.iter().filter(|word| word.number == row.number).map(explained)).collect()
    });
    let of_word = || WORDS.iter().find(|row| row.word == code).map(|row| vec![explained(row)]);
    of_number.or_else(of_word).ok_or_else(|| {
        let numbers: Vec<String> = CODES.iter().map(|row| row.number.to_string()).collect();
        Error::new(ErrorKind::Input, &errors::NO_SUCH_SCRIPT_CODE).with("code", code).with("known", numbers.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engines::ENGINES;

    #[test]
    fn every_word_of_the_texts_is_explained_with_its_code() {
        let mut seen = 0;
        for engine in ENGINES {
            for line in engine.parts.iter().flat_map(|part| part.lines()) {
                for rest in line.split("fail ").skip(1) {
                    let mut words = rest.split([' ', ';']);
                    let (Some(number), Some(word)) = (words.next(), words.next()) else { continue };
                    let Ok(number) = number.parse::<u8>() else { continue };
                    assert!(WORDS.iter().any(|row| row.word == word && row.number == number), "{number} {word}");
                    seen += 1;
                }
                for rest in line.split("verdict=").skip(1) {
                    let word: String = rest.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
                    assert!(word.is_empty() || WORDS.iter().any(|row| row.word == word), "{word}");
                }
                for rest in line.split("report ").skip(1) {
                    let word: String = rest.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
                    let known = ["", "refused"].contains(&word.as_str()) || WORDS.iter().any(|row| row.word == word);
                    assert!(known || line.trim_start().starts_with('#'), "{word}");
                }
            }
        }
        assert!(seen > 60, "{seen}");
    }

    #[test]
    fn every_word_has_a_code_and_every_engine_its_verdicts() {
        assert!(WORDS.iter().all(|row| CODES.iter().any(|code| code.number == row.number)));
        for engine in ENGINES {
            for verdict in engine.verdicts {
                assert!(WORDS.iter().any(|row| row.word == *verdict && row.number == 0), "{verdict}");
            }
        }
    }

    #[test]
    fn a_code_brings_its_words() {
        let found = explain("13", Lang::En).unwrap();
        assert_eq!((found[0].code, found[0].word, found[1].word), (13, "", "long_query"));
        assert_eq!(explain("lost", Lang::Zh).unwrap()[0].code, 20);
        for unknown in ["", "1", "19", "256", "-1", "LOST", "193"] {
            assert_eq!(explain(unknown, Lang::En).unwrap_err().row.code, "CE451", "{unknown}");
        }
    }
}
