//! Exit codes as people write them in sentences, and whose they are.

use super::codes::{head, is_part};
use crate::catalog::exit_codes;

/// What stands before an exit code.
const MARKS: &[&str] = &[
    "exit codes",
    "exit code",
    "exit-code",
    "exit_code",
    "exitcode",
    "exit status",
    "exit",
    "exited with",
    "exits with",
    "return code",
    "returned",
    "退出码",
    "退出状态码",
    "退出状态",
    "返回码",
    "返回值",
];
/// Words between whoever ended and the mark.
const FILLERS: &[&str] = &[
    "a",
    "an",
    "the",
    "its",
    "his",
    "with",
    "by",
    "of",
    "in",
    "on",
    "at",
    "is",
    "was",
    "has",
    "had",
    "have",
    "ended",
    "ends",
    "end",
    "failed",
    "fails",
    "fail",
    "failure",
    "finished",
    "finishes",
    "stopped",
    "terminated",
    "died",
    "and",
    "then",
    "error",
    "code",
    "status",
    "s",
];
/// What stands between two exit codes of one list.
const JOINTS: &[&str] = &["and", "or", "then", "和", "或", "与", "及", "、", ",", "，", "/"];
/// What speaks of the plug-in, or of whatever the exit code is asked for.
const OURS: &[&str] = &[
    "plugin",
    "plug-in",
    "plugins",
    "plug-ins",
    "app-snapshot-plugin",
    "app-snapshot-plugin-win",
    "acs-plugin-manager",
    "acs-plugin-manager.exe",
    "plugin-manager",
    "plug-in-manager",
    "agent",
    "assistant",
    "invocation",
    "consnap",
];
/// Programs that commands and scripts call, none of which is the plug-in or the shell that starts it.
const PROGRAMS: &[&str] = &[
    "ansible",
    "apt",
    "apt-get",
    "aws",
    "awk",
    "az",
    "cat",
    "chmod",
    "chown",
    "cp",
    "curl",
    "date",
    "dd",
    "df",
    "docker",
    "dnf",
    "find",
    "fsfreeze",
    "gcloud",
    "git",
    "grep",
    "gzip",
    "java",
    "kubectl",
    "lsblk",
    "lvcreate",
    "make",
    "mariadb",
    "mariadb-dump",
    "mongo",
    "mongodump",
    "mongosh",
    "mount",
    "mv",
    "mysql",
    "mysqladmin",
    "mysqldump",
    "nc",
    "node",
    "npm",
    "ossutil",
    "perl",
    "pg_basebackup",
    "pg_ctl",
    "pg_dump",
    "pg_dumpall",
    "pip",
    "psql",
    "python",
    "python3",
    "rclone",
    "redis-cli",
    "restic",
    "robocopy",
    "rm",
    "rsync",
    "scp",
    "sed",
    "sftp",
    "sqlcmd",
    "ssh",
    "sudo",
    "systemctl",
    "tar",
    "telnet",
    "terraform",
    "umount",
    "unzip",
    "vssadmin",
    "wget",
    "xargs",
    "xtrabackup",
    "yum",
    "zip",
];

/// An exit code of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mention {
    pub(super) number: i64,
    pub(super) owner: Owner,
}

/// Whose an exit code is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    /// Nothing says that it is not the plug-in's.
    Plugin,
    /// Something else is named so near to it that it may be the other's.
    Unclear(String),
    /// Another program.
    Program(String),
}

/// The exit codes that a text names, in their order: `ExitCode: 12`, `exit status 12`, `退出码为 12`, `exit codes 5 and 12`.
pub(super) fn mentions(text: &str) -> Vec<Mention> {
    let lower = head(text).to_ascii_lowercase();
    // Where the number begins, where its mark begins.
    let mut places: Vec<(usize, usize)> = Vec::new();
    for mark in MARKS {
        for (at, _) in lower.match_indices(mark) {
            let before = lower.get(..at).and_then(|text| text.chars().next_back());
            if mark.is_ascii() && before.is_some_and(|c| c.is_ascii_alphanumeric() && c != 'n') {
                continue;
            }
            let rest = lower.get(at + mark.len()..).unwrap_or_default();
            if let Some(number) = number_at(rest) {
                places.push((at + mark.len() + number, at));
            }
        }
    }
    places.sort_unstable();
    places.dedup_by_key(|(number, _)| *number);
    let mut found = Vec::new();
    for (number, mark) in places {
        let rest = lower.get(number..).unwrap_or_default();
        let (numbers, length) = list(rest);
        let owner = owner(lower.get(..mark).unwrap_or_default(), rest.get(length..).unwrap_or_default());
        for number in numbers {
            let mention = Mention { number, owner: owner.clone() };
            if !found.contains(&mention) {
                found.push(mention);
            }
        }
    }
    found
}

/// The one of several exit codes that is the worst for the guest, without those of other programs.
pub(super) fn worst(text: &str) -> Option<i64> {
    let badness = |number: i64| {
        let rows = exit_codes::candidates(number).map(|row| (row.outcome.held, row.outcome.group_may_exist));
        rows.max().unwrap_or((true, true))
    };
    let ours = mentions(text).into_iter().filter(|mention| !matches!(mention.owner, Owner::Program(_)));
    // The first of those that are equally bad.
    ours.map(|mention| mention.number).rev().max_by_key(|number| (*number != 0, badness(*number)))
}

/// Where the number begins in a text, behind words that join it to what it counts.
fn number_at(text: &str) -> Option<usize> {
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(|c: char| {
            c.is_whitespace() || matches!(c, ':' | '：' | '=' | '"' | '\'' | '”' | '“' | '`' | '(' | '（')
        });
        let joining = ["is", "was", "with", "of", "code", "status", "为", "是"];
        match joining.iter().find_map(|word| rest.strip_prefix(word)) {
            Some(next) => rest = next,
            None => break,
        }
    }
    number(rest).map(|_| text.len() - rest.len())
}

/// The number that begins a text, and its length.
fn number(text: &str) -> Option<(i64, usize)> {
    let sign = usize::from(text.starts_with('-'));
    let digits = text.get(sign..)?.bytes().take_while(u8::is_ascii_digit).count();
    let end = text.get(sign + digits..)?.chars().next();
    let ends = !end.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_');
    let number = || text.get(..sign + digits)?.parse().ok();
    ((1..=10).contains(&digits) && ends).then(number)?.map(|number| (number, sign + digits))
}

/// The numbers of a list that begins a text, and its length. `5 and 12 snapshots` has one: the second counts something.
fn list(text: &str) -> (Vec<i64>, usize) {
    let Some((first, mut length)) = number(text) else { return (Vec::new(), 0) };
    let mut numbers = vec![first];
    let mut waiting: Vec<(i64, usize)> = Vec::new();
    let mut at = length;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let mut next = rest.trim_start();
        let mut joined = false;
        while let Some(after) = JOINTS.iter().find_map(|joint| next.strip_prefix(joint)) {
            joined = true;
            next = after.trim_start();
        }
        let number = if joined { number(next) } else { None };
        let Some((value, digits)) = number else {
            let ends = rest.trim_start_matches([' ', '\t']);
            if !ends.starts_with(|c: char| c.is_ascii_alphanumeric()) {
                numbers.extend(waiting.iter().map(|(value, _)| *value));
                length = waiting.last().map_or(length, |(_, end)| *end);
            }
            return (numbers, length);
        };
        at += rest.len() - next.len() + digits;
        waiting.push((value, at));
    }
}

/// Whose an exit code is, by what stands before its mark and behind its number.
fn owner(before: &str, behind: &str) -> Owner {
    if let Some(program) = named_behind(behind) {
        return Owner::Program(program.to_owned());
    }
    let line = before.rsplit(['\n', ';', '；', '。']).next().unwrap_or_default();
    let mut crossed = false;
    let mut end = line.len();
    // `curl failed, exit code 7`: a handful of words back.
    for _ in 0..6 {
        let rest = line.get(..end).unwrap_or_default();
        let trimmed = rest.trim_end_matches(|c: char| !is_word(c) && !is_han(c));
        crossed |= rest.get(trimmed.len()..).is_some_and(|gap| gap.contains([',', '，', '.', '!', '?', '{', '}', '[']));
        let han = trimmed.chars().next_back().is_some_and(is_han);
        let begin = trimmed.rfind(|c: char| if han { !is_han(c) } else { !is_word(c) });
        let begin =
            begin.map_or(0, |at| at + trimmed.get(at..).and_then(|c| c.chars().next()).map_or(1, char::len_utf8));
        let word = trimmed.get(begin..).unwrap_or_default().trim_matches(['.', '-', '/']);
        let is_marked = rest.get(trimmed.len()..).is_some_and(|gap| gap.starts_with([':', '：']));
        end = begin;
        if word.is_empty() {
            return Owner::Plugin;
        }
        if han {
            if ["插件", "云助手", "命令"].iter().any(|ours| word.contains(ours)) {
                return Owner::Plugin;
            }
            continue;
        }
        let name = word.rsplit('/').next().unwrap_or(word);
        if OURS.contains(&name) {
            return Owner::Plugin;
        }
        if PROGRAMS.contains(&name) {
            let name = name.to_owned();
            return if crossed { Owner::Unclear(name) } else { Owner::Program(name) };
        }
        if FILLERS.contains(&name) {
            continue;
        }
        let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic())
            && (name.rsplit_once('.').is_some_and(|(_, ending)| ["sh", "py", "bat", "ps1"].contains(&ending))
                || word.contains('/')
                || is_marked && !crossed && !["result", "info", "warn", "warning"].contains(&name));
        return if is_name { Owner::Unclear(name.to_owned()) } else { Owner::Plugin };
    }
    Owner::Plugin
}

/// `exit code 7 from curl`, `exit status 23 (rsync)`.
fn named_behind(text: &str) -> Option<&'static str> {
    let text = text.trim_start_matches([' ', ')', '）']);
    let begin = ["from the ", "from ", "of the ", "of ", "by ", "in ", "(", "（"]
        .iter()
        .find_map(|word| text.strip_prefix(word))?;
    let word = begin.split(|c: char| !is_word(c)).next()?;
    PROGRAMS.iter().find(|name| **name == word.trim_matches('.')).copied()
}

fn is_word(c: char) -> bool {
    is_part(c) || c == '/'
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(text: &str) -> Vec<i64> {
        mentions(text).into_iter().map(|mention| mention.number).collect()
    }

    #[test]
    fn every_exit_code_of_a_sentence_counts() {
        for (text, want) in [
            ("exit code 5 and exit code 12", &[5, 12][..]),
            ("exit codes 5, 12 and 9.", &[5, 12, 9]),
            ("退出码为 5 和 12", &[5, 12]),
            ("退出码 5、12，请问", &[5, 12]),
            ("\"ExitCode\": 12, \"Dropped\": 0", &[12]),
            ("exit code 5 and 12 snapshots", &[5]),
            ("exit code 12abc", &[]),
            ("exited with status -1", &[-1]),
            ("no exit", &[]),
        ] {
            assert_eq!(numbers(text), want, "{text}");
        }
        assert_eq!(worst("exit code 5, later exit code 12, curl exit code 99"), Some(12));
        assert_eq!(worst("exit code 0, then exit code 3"), Some(3));
        assert_eq!(worst("curl exit code 7"), None);
    }

    #[test]
    fn an_exit_code_of_another_program_is_not_the_plug_ins() {
        let program = |name: &str| Owner::Program(name.to_owned());
        let unclear = |name: &str| Owner::Unclear(name.to_owned());
        for (text, want) in [
            ("curl exit code 7", program("curl")),
            ("rsync: exit status 23", program("rsync")),
            ("/usr/bin/curl failed with exit code 7", program("curl")),
            ("exit code 7 from curl", program("curl")),
            ("exit status 23 (rsync)", program("rsync")),
            ("rsync 的退出码为 23", program("rsync")),
            ("curl返回值 7", program("curl")),
            ("curl failed, exit code 7", unclear("curl")),
            ("pre.sh: exit code 3", unclear("pre.sh")),
            ("/opt/backup exit 3", unclear("backup")),
            ("the plug-in ended with exit code 12", Owner::Plugin),
            ("curl worked, the plug-in ended with exit code 12", Owner::Plugin),
            ("云助手执行 curl 后，插件退出码为 12", Owner::Plugin),
            ("curl went well\nexit code 12", Owner::Plugin),
            ("error: exit code 12", Owner::Plugin),
            ("{\"InvocationStatus\": \"Failed\", \"ExitCode\": 12}", Owner::Plugin),
            ("ExitCode: 12", Owner::Plugin),
        ] {
            let found = mentions(text);
            assert_eq!(found.first().map(|mention| &mention.owner), Some(&want), "{text}");
        }
    }
}
