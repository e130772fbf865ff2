//! Results as texts tell them: in prose, in logs, in pairs of names and values, in tables, in lists of codes.
//!
//! One pass gathers what a text mentions, in its order; what stands together is one result. What cannot be told counts as the
//! worse: a text refines, it never clears.

use std::borrow::Cow;
use std::cmp::Reverse;

use super::codes::{head, is_part, words_after_codes};
use super::exit_codes::{self, Mention, Owner};
use super::wrapping;
use crate::base::invisible::is_invisible;
use crate::catalog::codes::{CodeExplanation, explain_code};
use crate::catalog::{exit_codes as table, statuses, task_errors};

/// Results of one text that are judged: the worst.
const MOST: usize = 16;

/// A result as a text tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// The invocation status.
    pub status: Option<&'static str>,
    /// The exit code.
    pub exit_code: Option<i64>,
    /// The task error code.
    pub error_code: Option<&'static str>,
}

impl Told {
    /// Whether members of a result stand together.
    pub const fn is_joint(&self) -> bool {
        self.status.is_some() && (self.exit_code.is_some() || self.error_code.is_some())
    }

    fn badness(&self) -> (bool, bool, bool) {
        let of_status = self.status.and_then(statuses::find).map(|row| &row.outcome);
        let rows = self.exit_code.into_iter().flat_map(|number| table::candidates(number).map(|row| &row.outcome));
        let rows = rows.chain(of_status).map(|row| (row.held, row.group_may_exist));
        let (held, group) = rows.fold((false, false), |(held, group), row| (held | row.0, group | row.1));
        (held, group, self.exit_code != Some(0))
    }
}

/// What one word of a text says.
enum Said {
    Status(&'static str),
    ExitCode(i64),
    TaskError(&'static str),
}

/// The results that a text tells of, the worst first.
pub(super) fn results(text: &str, mentions: &[Mention], mut statuses: Vec<(usize, &'static str)>) -> Vec<Told> {
    let mut said: Vec<(usize, Said)> = Vec::new();
    let ours = mentions.iter().filter(|mention| !matches!(mention.owner, Owner::Program(_)));
    said.extend(ours.map(|mention| (mention.at, Said::ExitCode(mention.number))));
    statuses.extend(statuses_in(text));
    statuses.sort_unstable();
    statuses.dedup();
    said.extend(statuses.into_iter().map(|(at, name)| (at, Said::Status(name))));
    said.extend(words_after_codes(text).filter_map(|(at, word, _)| {
        let row = task_errors::find(word).filter(|row| statuses::find(row.name).is_none())?;
        Some((at, Said::TaskError(row.name)))
    }));
    said.sort_by_key(|(at, _)| *at);
    let mut told: Vec<Told> = Vec::new();
    let mut one = Told::default();
    for (_, what) in said {
        let is_taken = match what {
            Said::Status(_) => one.status.is_some(),
            Said::ExitCode(_) => one.exit_code.is_some(),
            Said::TaskError(_) => one.error_code.is_some(),
        };
        if is_taken {
            told.push(std::mem::take(&mut one));
        }
        match what {
            Said::Status(name) => one.status = Some(name),
            Said::ExitCode(number) => one.exit_code = Some(number),
            Said::TaskError(name) => one.error_code = Some(name),
        }
    }
    told.push(one);
    told.retain(|one| *one != Told::default());
    told.sort_by_key(|one| Reverse(one.badness()));
    told.dedup();
    told.truncate(MOST);
    told
}

/// The numbers and statuses of a text that holds nothing but codes, `127 0 12`, and the numbers beside a status in the row
/// of a table.
pub(super) fn bare(text: &str) -> (Vec<Mention>, Vec<(usize, &'static str)>) {
    let (mut numbers, mut statuses) = (Vec::new(), Vec::new());
    let is_end =
        |c: char| c.is_whitespace() || matches!(c, ',' | '|' | ';' | '/' | '、' | '+' | '&' | '"' | '(' | ')' | '`');
    let words = || text.split(is_end).filter(|word| !word.is_empty());
    let is_number = |word: &str| exit_codes::number(word).is_some_and(|(_, length)| length == word.len());
    let is_joint = |word: &str| matches!(word, "and" | "or" | "then" | "和" | "或" | "与" | "->" | "→" | "-");
    let is_code = |word: &str| is_number(word) || is_joint(word) || !explain_code(word).is_empty();
    let is_list = text.len() < 4096 && words().all(is_code);
    let mut line_begin = 0;
    for line in text.split_inclusive('\n') {
        let is_data = is_list || is_data(line);
        if is_data || is_row(line) {
            let mut at = line_begin;
            for part in line.split_inclusive(is_end) {
                let word = part.trim_end_matches(is_end);
                match exit_codes::number(word).filter(|(_, length)| *length == word.len()) {
                    Some((number, _)) => numbers.push(Mention { at, number, owner: Owner::Plugin }),
                    None if is_data => statuses.extend(spelled(word).map(|name| (at, name))),
                    None => {}
                }
                at += part.len();
            }
        }
        line_begin += line.len();
    }
    (numbers, statuses)
}

/// Whether a line is the row of a table with a status in one of its cells.
fn is_row(line: &str) -> bool {
    let cells = || line.split([',', '|', '\t', ';']).flat_map(|cell| cell.split("  ")).map(str::trim);
    cells().filter(|cell| !cell.is_empty()).count() > 1 && cells().any(|cell| spelled(cell).is_some())
}

/// Whether every word of a line is a status, or holds a number: `i-1 Failed 12`.
fn is_data(line: &str) -> bool {
    let mut words = line.split_whitespace();
    let is_status = |word: &str| spelled(word).is_some();
    words.clone().all(|word| is_status(word) || word.contains(|c: char| c.is_ascii_digit())) && words.any(is_status)
}

/// What the console calls the statuses.
const IN_CONSOLE: &[(&str, &str)] = &[
    ("执行超时", "Timeout"),
    ("命令超时", "Timeout"),
    ("执行失败", "Failed"),
    ("执行成功", "Success"),
    ("执行异常", "Error"),
    ("命令异常", "Error"),
    ("已终止", "Terminated"),
    ("命令发送失败", "Aborted"),
    ("已取消", "Cancelled"),
    ("命令校验失败", "Invalid"),
    ("执行中", "Running"),
    ("停止中", "Stopping"),
    ("等待执行", "Pending"),
    ("execution timed out", "Timeout"),
    ("command timed out", "Timeout"),
];
/// What stands before a status.
const BEFORE_STATUSES: &[&str] =
    &["status", "state", "result", "状态", "结果", "invocationstatus", "invokestatus", "invokerecordstatus"];
/// Statuses that are words of every log, too: they count behind a name and in a cell.
const PLAIN: &[&str] = &["Error", "Invalid", "Running", "Success", "Pending", "Finished", "Stopped", "Scheduled"];

/// The status that a word is, however it is spelled.
pub fn spelled(word: &str) -> Option<&'static str> {
    let of_console = IN_CONSOLE.iter().find(|(words, _)| *words == word).map(|(_, name)| *name);
    of_console
        .or_else(|| statuses::ROWS.iter().map(|row| row.outcome.name).find(|name| name.eq_ignore_ascii_case(word)))
}

/// The statuses that a text names, and where.
fn statuses_in(text: &str) -> Vec<(usize, &'static str)> {
    let lower = text.to_ascii_lowercase();
    let mut found = Vec::new();
    for (words, name) in IN_CONSOLE {
        let goes_on =
            |at: usize| *words == "执行中" && lower.get(at..).is_some_and(|rest| rest.starts_with(['断', '止', '的']));
        found
            .extend(lower.match_indices(words).filter(|(at, _)| !goes_on(at + words.len())).map(|(at, _)| (at, *name)));
    }
    for row in statuses::ROWS {
        let (name, word) = (row.outcome.name, row.outcome.name.to_ascii_lowercase());
        for (at, _) in lower.match_indices(&word) {
            let end = at + word.len();
            let (before, behind) = (lower.get(..at).unwrap_or_default(), lower.get(end..).unwrap_or_default());
            if before.ends_with(is_part) || behind.starts_with(|c: char| is_part(c) && c != '.') {
                continue;
            }
            let is_spelled = text.get(at..end) == Some(name);
            if is_named(before) || is_spelled && stands_for_itself(name, before, behind) {
                found.push((at, name));
            }
        }
    }
    found
}

/// Whether what stands before says that a status follows.
fn is_named(before: &str) -> bool {
    let joined = |c: char| c.is_whitespace() || matches!(c, ':' | '=' | '"' | '\'' | '>' | '|' | '[' | '`' | '*' | '(');
    let mut rest = before.trim_end_matches(joined);
    if rest.len() == before.len() && !rest.ends_with("状态") && !rest.ends_with("结果") {
        let han = ["为", "是"].iter().find_map(|word| rest.strip_suffix(word));
        let Some(han) = han else { return false };
        rest = han;
    }
    for word in [" is", " was", " of", "为", "是"] {
        rest = rest.strip_suffix(word).unwrap_or(rest).trim_end();
    }
    BEFORE_STATUSES.iter().any(|mark| rest.ends_with(mark))
}

/// Whether a status in its own spelling is no part of a sentence or the name of a value.
fn stands_for_itself(name: &str, before: &str, behind: &str) -> bool {
    let line = before.rsplit('\n').next().unwrap_or_default();
    let rest = behind.split('\n').next().unwrap_or_default();
    if is_beside_exit_code(line, rest) {
        return true;
    }
    let ends_cell =
        |text: &str| text.is_empty() || text.starts_with([',', '|', ';', '\t', '/']) || text.starts_with("  ");
    let begins_cell = line.trim().is_empty()
        || line.trim_end_matches(' ').ends_with([',', '|', ';', '\t', '/'])
        || line.ends_with("  ");
    let is_cell = begins_cell && ends_cell(rest.trim_end_matches([' ', '\r']).trim_start_matches(' '));
    if is_cell || PLAIN.contains(&name) {
        return is_cell;
    }
    let next = rest.trim_start();
    let is_name = next.starts_with([':', '=', '"', '\'']) || next.starts_with(|c: char| c.is_ascii_digit());
    let is_option = line.ends_with(['-', '.', '"', '\'']);
    let begins_sentence = line.trim().is_empty() && next.starts_with(|c: char| c.is_ascii_lowercase());
    !(is_name || is_option || begins_sentence)
}

/// Whether nothing but marks and joining words lies between a status and an exit code of its line.
fn is_beside_exit_code(line: &str, rest: &str) -> bool {
    const JOINING: &[&str] = &["with", "and", "an", "after", "seconds", "at", "的", "时", "且", "并"];
    let is_mark = |c: char| c != '$' && (c.is_whitespace() || c.is_ascii_punctuation() || matches!(c, '、' | '。'));
    let mut behind = rest;
    loop {
        behind = behind.trim_start_matches(|c: char| is_mark(c) || c.is_ascii_digit());
        match JOINING.iter().find_map(|word| behind.strip_prefix(word)) {
            Some(next) => behind = next,
            None => break,
        }
    }
    let mut ahead = line;
    loop {
        ahead = ahead.trim_end_matches(is_mark);
        match JOINING.iter().find_map(|word| ahead.strip_suffix(word)) {
            Some(next) => ahead = next,
            None => break,
        }
    }
    exit_codes::begins(behind) || exit_codes::ends(ahead)
}

/// A text in clear: without Base64 around it, what is escaped in it resolved, full-width letters as the others.
pub(super) fn in_clear(text: &str) -> String {
    let mut clear = Cow::Borrowed(text);
    while let Some(inner) = wrapping::base64(&wrapping::unwrap(&clear)) {
        clear = Cow::Owned(inner);
    }
    let mut out = String::with_capacity(clear.len());
    let mut letters = clear.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter == '\\' {
            while letters.next_if_eq(&'\\').is_some() {}
            match letters.next() {
                Some('n' | 'r') => out.push('\n'),
                Some('t') => out.push('\t'),
                Some('u') => {
                    let digits: String = letters.by_ref().take(4).collect();
                    out.extend(u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32).map(plain));
                }
                Some(quote @ ('"' | '\'')) => out.push(quote),
                Some(other) => out.extend(['\\', plain(other)]),
                None => {}
            }
        } else if !is_invisible(letter) {
            out.push(plain(letter));
        }
    }
    if out.contains('&') {
        out = out.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&nbsp;", " ");
    }
    without_cells(out)
}

/// The cells of a table of HTML, set off by bars.
fn without_cells(text: String) -> String {
    if !text.contains("</td>") {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    let mut parts = text.split("<td");
    out.extend(parts.next());
    for part in parts {
        out.extend(["|", part.split_once('>').map_or("", |(_, cell)| cell)]);
    }
    out.replace("</td>", "|")
}

/// A full-width letter as its plain one.
fn plain(letter: char) -> char {
    match letter {
        '\u{3000}' | '\u{a0}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(letter) - 0xfee0).unwrap_or(letter),
        '‘' | '’' | '“' | '”' | '「' | '」' | '【' | '】' => '"',
        other => other,
    }
}

/// What consnap itself says of a guest that may be held, or of a result that is not known: the finding that explains it.
pub fn own_words(text: &str) -> Vec<CodeExplanation> {
    own_code(&in_clear(head(text))).into_iter().flat_map(explain_code).collect()
}

fn own_code(text: &str) -> Option<&'static str> {
    let statuses = exit_codes::own_statuses(text);
    let lower = text.to_ascii_lowercase();
    let says = |words: &str| {
        lower.match_indices(words).any(|(at, _)| {
            let value = lower.get(at + words.len()..).unwrap_or_default();
            let value = value.trim_start_matches([' ', ':', '"']);
            !(value.starts_with("no") && !value.starts_with("not") || value.starts_with('否'))
        })
    };
    let is_value = |name: &str| {
        lower.match_indices(name).any(|(at, _)| {
            let value = lower.get(at + name.len()..).unwrap_or_default();
            let value = value.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '"' | '=' | '\''));
            value.starts_with("true") || value.starts_with("yes")
        })
    };
    let is_word = |word: &str| {
        text.match_indices(word).any(|(at, _)| {
            let (before, behind) =
                (text.get(..at).unwrap_or_default(), text.get(at + word.len()..).unwrap_or_default());
            let counts_none = before.trim_end().strip_suffix('0').is_some_and(|rest| !rest.ends_with(is_part));
            !counts_none && !before.ends_with(is_part) && !behind.starts_with(is_part)
        })
    };
    if statuses.contains(&5)
        || is_word("URGENT")
        || is_word("紧急")
        || lower.contains("\"urgent\"")
        || says("may still be held")
        || says("仍处于冻结状态")
        || is_value("\"held\"")
    {
        return Some("CS924");
    }
    let unknown = statuses.contains(&4)
        || is_word("UNKNOWN")
        || is_word("结果未知")
        || lower.contains("\"result\": \"unknown\"")
        || lower.contains("\"result\":\"unknown\"")
        || is_value("\"group_may_exist\"");
    unknown.then_some("CS925")
}
