//! Exit codes as people write them in sentences, and whose they are.

use super::codes::is_part;
use crate::catalog::exit_codes;

/// What stands before an exit code.
const MARKS: &[&str] = &[
    "exit codes",
    "exit code",
    "exit-code",
    "exit_code",
    "exitcode",
    "exit status",
    "exit_status",
    "exit-status",
    "exitstatus",
    "exit value",
    "exit",
    "exited",
    "exits",
    "return code",
    "return value",
    "returned",
    "returncode",
    "retcode",
    "errorlevel",
    "lastexitcode",
    "ret",
    "rc",
    "$?",
    "退出码",
    "退出代码",
    "退出值",
    "退出状态码",
    "退出状态",
    "返回码",
    "返回代码",
    "返回值",
];
/// What stands before an exit code and before other numbers: `code: 404` is of HTTP. Only a failure that is listed counts.
const WEAK_MARKS: &[&str] = &["code", "status", "错误码", "错误代码", "代码", "状态码"];
/// What stands before an exit code where the line speaks of the plug-in: `the plug-in failed (12)`, `云助手返回 12`.
const TOLD_MARKS: &[&str] =
    &["failed", "fails", "failure", "error", "plugin", "plug-in", "插件", "返回", "报错", "失败"];
/// What stands before the exit status of consnap itself, too.
const OWN_MARKS: &[&str] = &["exit status", "exit_status", "exit-status", "退出状态码", "退出状态"];
/// Words between a mark and its number.
const JOINING: &[&str] = &[
    "=>", "->", "→", "equals", "value", "was", "is", "with", "of", "code", "status", "number", "为", "是", "等于", "值",
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
const JOINTS: &[&str] =
    &["and", "or", "then", "to", "和", "或", "与", "以及", "及", "、", ",", ";", "/", "|", "&", "->", "→"];
/// What says that a program ran inside of something else, whose exit code it may be as well.
const INSIDE: &[&str] = &[
    "after", "before", "during", "running", "run", "ran", "calling", "called", "calls", "using", "via", "while",
    "when", "in", "from", "for",
];
/// What may have called a program, in its line.
const CALLERS: &[&str] = &["plug", "snap", "script", "agent", "assist", "invo", "插件", "助手", "脚本", "快照", "命令"];
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
    /// Where its number begins.
    pub(super) at: usize,
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
    let lower = text.to_ascii_lowercase();
    let mut places = places(&lower, MARKS);
    let listed = |number: i64| number != 0 && exit_codes::candidates(number).all(|row| row.number != i64::MIN);
    let is_failure = |at: usize| {
        let rest = lower.get(at..).unwrap_or_default();
        number(rest).is_some_and(|(number, _)| listed(number) && number < 256)
    };
    places.extend(places_of(&lower, WEAK_MARKS).filter(|(at, _)| is_failure(*at)));
    places
        .extend(places_of(&lower, TOLD_MARKS).filter(|(at, mark)| is_failure(*at) && stands_alone(&lower, *at, *mark)));
    places.sort_unstable();
    places.dedup_by_key(|(number, _)| *number);
    let mut found = Vec::new();
    for (begin, mark) in places {
        let rest = lower.get(begin..).unwrap_or_default();
        let (numbers, length) = list(rest);
        let owner = owner(lower.get(..mark).unwrap_or_default(), rest.get(length..).unwrap_or_default());
        found.extend(numbers.into_iter().map(|number| Mention { at: begin, number, owner: owner.clone() }));
    }
    found
}

/// Whether a number counts nothing that follows it, in a line that speaks of the plug-in.
fn stands_alone(lower: &str, at: usize, mark: usize) -> bool {
    let (before, rest) = (lower.get(..mark).unwrap_or_default(), lower.get(at..).unwrap_or_default());
    let line = [before.rsplit('\n').next().unwrap_or_default(), lower.get(mark..at).unwrap_or_default()].concat();
    let behind = rest.get(number(rest).map_or(0, |(_, length)| length)..).unwrap_or_default();
    let next = behind.trim_start_matches([' ', ')', '）', '"', '\'', '`']);
    let counts = behind.starts_with('%') || next.starts_with(|c: char| c.is_alphanumeric() || c == '_');
    let is_part = behind.starts_with(['.', ':', '-', '/'])
        && behind.get(1..).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphanumeric()));
    !counts && !is_part && CALLERS.iter().any(|word| line.contains(word))
}

/// The exit statuses of consnap itself that a text may name.
pub(super) fn own_statuses(text: &str) -> Vec<i64> {
    let lower = text.to_ascii_lowercase();
    let ours = lower.contains("consnap");
    let marks = if ours { MARKS } else { OWN_MARKS };
    places_of(&lower, marks).filter_map(|(at, _)| Some(number(lower.get(at..)?)?.0)).collect()
}

/// Whether a text begins with the mark of an exit code and its number.
pub(super) fn begins(text: &str) -> bool {
    places_of(&text.to_ascii_lowercase(), MARKS).any(|(_, mark)| mark == 0)
}

/// Whether a text ends with the mark of an exit code and its number.
pub(super) fn ends(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let is_last = |at: usize| lower.get(at..).and_then(number).is_some_and(|(_, length)| at + length == lower.len());
    places_of(&lower, MARKS).any(|(at, _)| is_last(at))
}

fn places(lower: &str, marks: &'static [&'static str]) -> Vec<(usize, usize)> {
    places_of(lower, marks).collect()
}

/// Where the numbers behind marks begin, and where their marks do.
fn places_of(lower: &str, marks: &'static [&'static str]) -> impl Iterator<Item = (usize, usize)> {
    marks.iter().flat_map(move |mark| {
        lower.match_indices(mark).filter_map(move |(at, _)| {
            let before = lower.get(..at).and_then(|text| text.chars().next_back());
            if mark.is_ascii() && before.is_some_and(|c| c.is_ascii_alphanumeric()) {
                return None;
            }
            let behind = at + mark.len();
            Some((behind + number_at(lower.get(behind..)?)?, at))
        })
    })
}

/// Where the number begins in a text, behind words that join it to what it counts.
fn number_at(text: &str) -> Option<usize> {
    const AROUND: &str = ":=\"'”“`(#>[|【*_%";
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || AROUND.contains(c));
        // `<td>ExitCode</td><td>12</td>`: the next cell.
        while let Some((_, next)) = rest.strip_prefix('<').and_then(|tag| tag.split_at_checked(tag.find('>')? + 1)) {
            rest = next.trim_start();
        }
        match JOINING.iter().find_map(|word| rest.strip_prefix(word)) {
            Some(next) => rest = next,
            None => break,
        }
    }
    // `ExitCode,12` of a table.
    let rest = rest.strip_prefix(',').map_or(rest, str::trim_start);
    number(rest).map(|_| text.len() - rest.len())
}

/// The number that begins a text, and its length.
pub(super) fn number(text: &str) -> Option<(i64, usize)> {
    if let Some(hex) = text.strip_prefix("0x") {
        let digits = hex.bytes().take_while(u8::is_ascii_hexdigit).count();
        let number = u32::from_str_radix(hex.get(..digits)?, 16).ok()?;
        return Some((i64::from(number), digits + 2));
    }
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
    let line = before.rsplit(['\n', ';', '。']).next().unwrap_or_default();
    let line_behind = behind.split(['\n', ';', '。']).next().unwrap_or_default();
    // What calls a program may have ended with its code.
    let mut crossed = CALLERS.iter().any(|word| line.contains(word) || line_behind.contains(word));
    if let Some(program) = named_behind(behind) {
        let is_ours = crossed || !line.trim().is_empty();
        return if is_ours { Owner::Unclear(program.to_owned()) } else { Owner::Program(program.to_owned()) };
    }
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
            crossed |= word != "的";
            continue;
        }
        let name = word.rsplit('/').next().unwrap_or(word);
        if OURS.contains(&name) {
            return Owner::Plugin;
        }
        if PROGRAMS.contains(&name) {
            let name = name.to_owned();
            let outer = line.get(..end).unwrap_or_default();
            let outer = outer.trim_end_matches(|c: char| !is_word(c) && !is_han(c));
            let inside =
                outer.ends_with(is_han) || INSIDE.iter().any(|word| outer.split([' ', '\t']).next_back() == Some(word));
            return if crossed || inside { Owner::Unclear(name) } else { Owner::Program(name) };
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
