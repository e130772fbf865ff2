//! Rules about the content of scripts that are uploaded: whether Linux starts them, and whether they ask for what the plug-in
//! does not give. Only what is certain without a shell parser: the linter goes deeper.

use crate::catalog::limits;
use crate::diagnostics::finding::{Finding, Severity};
use crate::diagnostics::messages::contents as rows;
use crate::input::document::shorten;

/// A script of the job: its key, the place of findings, its bytes.
pub(super) struct Content<'a> {
    pub(super) key: &'static str,
    pub(super) place: &'static str,
    pub(super) bytes: &'a [u8],
}

impl Content<'_> {
    fn finding(&self, row: &'static crate::diagnostics::finding::MessageRow, line: usize) -> Finding {
        Finding::new(row, self.place).with("key", self.key).with("line", line.to_string())
    }
}

/// How files of other kinds begin.
static MAGIC: &[(&[u8], &str)] = &[
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
    (b"#\0!\0", "UTF-16"),
    (b"\0#\0!", "UTF-16"),
    (b"MZ\x90\0", "Windows EXE"),
    (b"\x1f\x8b", "gzip"),
    (b"PK\x03\x04", "zip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\0", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"%PDF-", "PDF"),
];
/// How texts of other kinds begin, in lower case.
static WORDS: &[(&str, &str)] = &[
    ("<!doctype", "HTML"),
    ("<html", "HTML"),
    ("<?xml", "XML"),
    ("@echo ", "Windows batch"),
    ("rem ", "Windows batch"),
    ("setlocal", "Windows batch"),
    ("param(", "PowerShell"),
    ("param (", "PowerShell"),
    ("$erroractionpreference", "PowerShell"),
    ("#requires ", "PowerShell"),
    ("<#", "PowerShell"),
    ("write-host ", "PowerShell"),
];
/// Programs that read shell.
static SHELLS: &[&str] = &["sh", "bash", "dash", "ash", "ksh", "mksh", "ksh93", "zsh"];

/// Looks at one script; it is ended after `limit` seconds.
pub(super) fn check(content: &Content<'_>, limit: i64, findings: &mut Vec<Finding>) {
    let bytes = content.bytes;
    // A program of the system's own: there is nothing to read.
    if bytes.starts_with(b"\x7fELF") {
        return;
    }
    if let Some((kind, line)) = other_kind(bytes) {
        findings.push(content.finding(&rows::SCRIPT_KIND, line).with("kind", kind));
        return;
    }
    let text = String::from_utf8_lossy(bytes);
    let first = text.split('\n').next().unwrap_or_default();
    let shown = shorten(&first.escape_debug().to_string());
    let Some((program, argument)) = interpreter(first) else {
        findings.push(content.finding(&rows::SCRIPT_INTERPRETER, 1).with("found", shown));
        return;
    };
    if first.ends_with('\r') {
        findings.push(content.finding(&rows::SCRIPT_LINE_END, 1));
        return;
    }
    length(content, first, findings);
    let names = |words: &str| words.split_whitespace().map(base).any(|name| SHELLS.contains(&name));
    if argument.contains([' ', '\t']) && takes_one_word(base(program), argument) {
        findings.push(content.finding(&rows::SCRIPT_ARGUMENT, 1).with("argument", shorten(argument)));
    } else if names(program) || base(program) == "env" && names(argument) {
        // `-u` of env is another option.
        let nounset = base(program) != "env" && is_option(argument, 'u');
        sure_lines(content, &text, nounset, limit, findings);
    }
}

/// What the file is if it is no script for Linux, and the line that tells.
fn other_kind(bytes: &[u8]) -> Option<(&'static str, usize)> {
    if let Some((_, kind)) = MAGIC.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return Some((kind, 1));
    }
    let head = String::from_utf8_lossy(bytes.get(..bytes.len().min(1024)).unwrap_or_default()).to_ascii_lowercase();
    let start = head.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    let (_, kind) = WORDS.iter().find(|(begin, _)| start.starts_with(begin))?;
    let before = head.get(..head.len().saturating_sub(start.len())).unwrap_or_default();
    Some((kind, before.matches('\n').count().saturating_add(1)))
}

/// The interpreter that the first line names by an absolute path, and what it gives it.
fn interpreter(first: &str) -> Option<(&str, &str)> {
    let rest = first.strip_prefix("#!")?.trim_matches([' ', '\t', '\r']);
    let (program, argument) = rest.split_once([' ', '\t']).unwrap_or((rest, ""));
    (program.starts_with('/') && !first.contains('\0')).then(|| (program, argument.trim_start()))
}

/// What the kernel reads of the first line; it drops the rest without a word.
fn length(content: &Content<'_>, first: &str, findings: &mut Vec<Finding>) {
    let (older, newer) = (&limits::FIRST_LINE, &limits::FIRST_LINE_NEWER);
    if first.len() > older.count() {
        let finding = content.finding(&rows::SCRIPT_FIRST_LINE, 1).with("length", first.len().to_string());
        let finding = finding.with("most", older.value.to_string()).with("newer", newer.value.to_string());
        findings.push(if first.len() > newer.count() { finding.weighing(Severity::Error) } else { finding });
    }
}

fn base(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Whether a program does not take several words apart that the kernel hands over as one.
fn takes_one_word(program: &str, argument: &str) -> bool {
    if program == "env" {
        let first = argument.split_whitespace().next().unwrap_or_default();
        return !(first.starts_with("--split-string") || is_option(first, 'S'));
    }
    SHELLS.contains(&program) || program == "busybox" || program.starts_with("python")
}

/// Whether a word is a group of short options with this one among them.
fn is_option(word: &str, option: char) -> bool {
    word.strip_prefix('-').is_some_and(|letters| !letters.starts_with('-') && letters.contains(option))
}

/// Reads the lines at the beginning that run for certain, whatever the script does further on: simple commands, one on a
/// line, up to the first that is anything else.
fn sure_lines(content: &Content<'_>, text: &str, mut nounset: bool, limit: i64, findings: &mut Vec<Finding>) {
    let mut slept = 0_i64;
    for (number, line) in (1..).zip(text.split('\n')).skip(1) {
        let line = line.trim_start_matches([' ', '\t']);
        let Some(words) = simple(line) else {
            // `case` looks at an argument that is never there.
            if let Some(what) = decides_by_argument(line, text) {
                findings.push(content.finding(&rows::SCRIPT_CALL, number).with("what", what));
            }
            return;
        };
        let Some(command) = words.first() else { continue };
        // In a comment it does no harm.
        if line.ends_with('\r') && !line.contains('#') {
            findings.push(content.finding(&rows::SCRIPT_LINE_END, number));
            return;
        }
        let call = |what: &str| content.finding(&rows::SCRIPT_CALL, number).with("what", what);
        if let Some(argument) = words.iter().find_map(|word| argument_in(word)) {
            if nounset {
                findings.push(call(argument).weighing(Severity::Error));
                return;
            }
            if assigned(command).is_some_and(|(name, value)| value == argument && !has_default(name, text)) {
                findings.push(call(argument));
            }
        }
        match command.as_str() {
            "read" => findings.push(call("read")),
            "set" if words.iter().skip(1).any(|word| !is_plain_option(word)) => return,
            "set" => {
                nounset |= words.iter().any(|word| is_option(word, 'u') || word == "nounset");
                nounset &= !words.iter().any(|word| word.starts_with('+'));
            }
            "sleep" => {
                let longer = slept.saturating_add(words.get(1).and_then(|word| seconds(word)).unwrap_or(0));
                if slept <= limit && limit < longer {
                    let finding = content.finding(&rows::SCRIPT_SLEEP, number);
                    findings.push(finding.with("seconds", longer.to_string()).with("most", limit.to_string()));
                }
                slept = longer;
            }
            _ => {}
        }
    }
}

/// Words after which what follows is no longer sure, or that begin something longer than a line.
static NOT_SIMPLE: &[&str] = &[
    "!", ".", "[[", "alias", "break", "case", "continue", "coproc", "do", "done", "elif", "else", "esac", "eval",
    "exec", "exit", "fi", "for", "function", "if", "return", "select", "shift", "source", "then", "time", "until",
    "while",
];

/// The words of a line that is one simple command, an assignment, a comment or nothing. Quotes are taken off, and `$` where
/// the shell would not look at it.
fn simple(line: &str) -> Option<Vec<String>> {
    let mut words: Vec<String> = Vec::new();
    let (mut word, mut quote) = (None::<String>, None);
    let mut rest = line.chars().peekable();
    while let Some(c) = rest.next() {
        match (quote, c) {
            (_, '`') if quote != Some('\'') => return None,
            (_, '$') if quote != Some('\'') && rest.peek() == Some(&'(') => return None,
            (Some(open), _) if c == open => quote = None,
            (Some('\''), '$') => word.get_or_insert_default().push('_'),
            (Some('"') | None, '\\') => {
                let next = rest.next()?;
                word.get_or_insert_default().push(if next == '$' { '_' } else { next });
            }
            (_, '$') if rest.peek() == Some(&'{') => {
                rest.clone().find(|c| *c == '}')?;
                let inner: String = rest.by_ref().skip(1).take_while(|c| *c != '}').collect();
                if inner.contains(['{', '"', '\'', '`', '$']) {
                    return None;
                }
                let word = word.get_or_insert_default();
                word.push('$');
                // What has a default or a test is no plain use.
                word.push_str(if inner.chars().all(|c| c.is_ascii_alphanumeric()) { &inner } else { "_" });
            }
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, '#') if word.is_none() => break,
            (None, ' ' | '\t' | '\r') => words.extend(word.take()),
            (None, ';' | '&' | '|' | '<' | '>' | '(' | ')' | '{' | '}') => return None,
            _ => word.get_or_insert_default().push(c),
        }
    }
    if quote.is_some() {
        return None;
    }
    words.extend(word);
    let sure = !words.first().is_some_and(|first| NOT_SIMPLE.contains(&first.as_str()));
    sure.then_some(words)
}

/// An argument of the script in a word.
fn argument_in(word: &str) -> Option<&str> {
    let (at, _) = word.match_indices('$').find(|(at, _)| {
        let next = word.as_bytes().get(at.saturating_add(1));
        next.is_some_and(|next| (b'1'..=b'9').contains(next))
    })?;
    word.get(at..at.saturating_add(2))
}

/// Name and value of an assignment.
fn assigned(word: &str) -> Option<(&str, &str)> {
    word.split_once('=')
        .filter(|(name, _)| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'))
}

/// Whether the script looks somewhere whether a variable is empty, or counts its arguments.
fn has_default(name: &str, text: &str) -> bool {
    let used = [
        format!("${{{name}:"),
        format!("${{{name}-"),
        format!("${{{name}+"),
        format!("-z \"${name}"),
        format!("-n \"${name}"),
    ];
    used.iter().any(|form| text.contains(form.as_str()))
        || ["$#", "-z $", "-n $", "-z \"${", "-n \"${", "\"\")", "'')", "*)"].iter().any(|form| text.contains(form))
}

/// A `case` over an argument that has no branch for none.
fn decides_by_argument(line: &str, text: &str) -> Option<&'static str> {
    let over = line.strip_prefix("case ")?.trim_end().strip_suffix("in")?.trim_matches([' ', '"']);
    let argument = matches!(over, "$1" | "${1}");
    let handled = ["\"\")", "'')", "\"\"|", "''|", "*)"].iter().any(|form| text.contains(form));
    (argument && !handled).then_some("$1")
}

/// Whether a word of `set` leaves the arguments as they are.
fn is_plain_option(word: &str) -> bool {
    let letters = word.strip_prefix(['-', '+']);
    letters.is_some_and(|letters| !letters.is_empty() && letters.bytes().all(|b| b.is_ascii_alphabetic()))
        || ["errexit", "nounset", "pipefail", "posix", "xtrace", "noglob", "noclobber"].contains(&word)
}

/// The seconds of a word for `sleep`, whole ones only.
fn seconds(word: &str) -> Option<i64> {
    let digits = word.trim_end_matches(['s', 'm', 'h', 'd']);
    let each = match word.get(digits.len()..)? {
        "" | "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return None,
    };
    digits.parse::<i64>().ok()?.checked_mul(each)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Codes and lines, with the first letter of the weight.
    fn found(bytes: impl AsRef<[u8]>) -> Vec<String> {
        let mut findings = Vec::new();
        let content = Content { key: "k", place: "/k", bytes: bytes.as_ref() };
        check(&content, 60, &mut findings);
        let line = |finding: &Finding| finding.args.iter().find(|(name, _)| name == "line").unwrap().1.clone();
        let weight = |finding: &Finding| finding.severity.name().get(..1).unwrap().to_owned();
        findings.iter().map(|found| format!("{} {}{}", found.code(), weight(found), line(found))).collect()
    }

    #[test]
    fn files_of_other_kinds_are_named() {
        let cases: [(&[u8], &str); 14] = [
            (b"\xff\xfe#\0!\0", "CS234 e1"),
            (b"#\0!\0/\0", "CS234 e1"),
            (b"MZ\x90\0\x03", "CS234 e1"),
            (b"\x1f\x8b\x08", "CS234 e1"),
            (b"PK\x03\x04", "CS234 e1"),
            (b"<!DOCTYPE html>\n", "CS234 e1"),
            (b"\n\n <HTML lang=en>", "CS234 e3"),
            (b"@ECHO OFF\r\n", "CS234 e1"),
            (b"\xef\xbb\xbfparam($x)\n", "CS234 e1"),
            (b"$ErrorActionPreference = 'Stop'\n", "CS234 e1"),
            (b"\0\0\0", "CS235 e1"),
            (b"\x89PNG\r\n", "CS235 e1"),
            (b"set -e\n", "CS235 e1"),
            (b"\n", "CS235 e1"),
        ];
        for (bytes, expected) in cases {
            assert_eq!(found(bytes), [expected], "{}", bytes.escape_ascii());
        }
        assert_eq!(found(b"\x7fELF\x02\x01"), [""; 0]);
    }

    #[test]
    fn the_first_line_is_read_as_the_kernel_reads_it() {
        for good in [
            "#!/bin/sh",
            "#!/bin/sh\n",
            "#! /bin/sh -eu \n",
            "#!/usr/bin/env bash\n",
            "#!/usr/bin/env -S bash -eu\n",
            "#!/usr/bin/env -vS bash -eu\n",
            "#!/usr/bin/env --split-string=bash -eu\n",
            "#!/usr/bin/perl -w -T\n",
            "#!/usr/bin/python3 -u\nimport sys\nread = sys.argv[1]\n",
        ] {
            assert_eq!(found(good), [""; 0], "{good}");
        }
        for bad in [
            "\u{feff}#!/bin/sh\n",
            " #!/bin/sh\n",
            "\n#!/bin/sh\n",
            "#!bin/sh\n",
            "#!\n",
            "#!/bin/s\0h\n",
            "# /bin/sh\n",
        ] {
            assert_eq!(found(bad), ["CS235 e1"], "{bad:?}");
        }
        for bad in
            ["#!/bin/bash -e -u\n", "#!/usr/bin/env bash -e\n", "#!/bin/sh # mine\n", "#!/usr/bin/python3 -u -E\n"]
        {
            assert_eq!(found(bad), ["CS238 e1"], "{bad}");
        }
        assert_eq!(found("#!/bin/sh\r\nset -eu\r\n"), ["CS236 e1"]);
        let long = |length: usize| format!("#!/{}\n", "x".repeat(length - 3));
        assert_eq!(found(long(127)), [""; 0]);
        assert_eq!(found(long(128)), ["CS237 w1"]);
        assert_eq!(found(long(255)), ["CS237 w1"]);
        assert_eq!(found(long(256)), ["CS237 e1"]);
    }

    #[test]
    fn lines_that_run_for_certain_are_held_to_the_call() {
        for (lines, expected) in [
            ("set -e\r\n", "CS236 e2"),
            ("# x\n\nsleep 61\n", "CS226 e4"),
            ("sleep 40\nsync\nsleep 30\nsleep 9\n", "CS226 e4"),
            ("sleep 2m\n", "CS226 e2"),
            ("read answer\n", "CS239 w2"),
            ("set -eu\necho \"$1\"\n", "CS239 e3"),
            ("set -o nounset\nMODE=${2}\n", "CS239 e3"),
            ("MODE=$1\necho $MODE\n", "CS239 w2"),
            ("case \"$1\" in\nfreeze) lock ;;\nesac\n", "CS239 w2"),
        ] {
            assert_eq!(found(format!("#!/bin/sh\n{lines}")), [expected], "{lines}");
        }
        assert_eq!(found("#!/bin/sh -eu\nx=$1\n"), ["CS239 e2"]);
        for good in [
            "set -eu\nset -- a b\necho $1\n",
            "set -eu\nf() {\necho $1\n}\nmain \"$@\"\n",
            "set -eu\nawk '{ print $1 }' /x\n",
            "set -eu\necho \"\\$1\" \\$2\n",
            "set -u\nset +u\necho $1\n",
            "set -u\nMODE=${1:-freeze}\n",
            "set -u\nsh -c 'echo $1\necho $2' x\n",
            "set -u\n. /etc/lib.sh\necho $1\n",
            "set -u\ncat <<X\necho $1\nsleep 99\nX\n",
            "MODE=$1\nMODE=${MODE:-freeze}\n",
            "MODE=$1\n[ -z \"$MODE\" ] && MODE=freeze\n",
            "case $1 in\n\"\") lock ;;\nesac\n",
            "read x </etc/x\nread y\n",
            "exec </etc/x\nread y\n",
            "sleep 60\n",
            "sleep 99 &\n",
            "sleep $T\n",
            "sleep infinity\n",
            "if false; then\nsleep 99\nfi\n",
            "exit 0\nsleep 99\n",
            "echo 'one\nsleep 99\n'\n",
            "echo one \\\nsleep 99\n",
            "echo x # one\r\n",
            "# one\r\n\r\n",
        ] {
            assert_eq!(found(format!("#!/bin/sh\n{good}")), [""; 0], "{good}");
        }
    }
}
