//! What the text of a failed command plainly says: a program not found, a full disk, a code of the API. It refines the
//! table of exit codes or adds a doubt; it takes back nothing.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::catalog::{api_errors, vss};
use crate::diagnostics::finding::Finding;
use crate::diagnostics::messages::outcomes;
use crate::input::document::shorten;

/// Different codes named.
const MOST_CODES: usize = 4;
/// Bytes of a line that are looked at.
const LINE_BYTES: usize = 1024;

/// Bytes at the end of an output that are looked at; the service hands over 24 KB at most.
const OUTPUT_BYTES: usize = 64 * 1024;

/// What the text says.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Named<'t> {
    /// A program that the shell did not find.
    pub(super) program: Option<&'t str>,
    /// It was Windows that did not find it.
    pub(super) on_windows: bool,
    no_space: bool,
    denied: Option<&'t str>,
    codes: Vec<&'t str>,
    vss: Vec<&'static str>,
    /// A line says that a freeze began, and no later one speaks of a thaw.
    pub(super) freeze_begun: bool,
}

/// Reads an output.
pub(super) fn read(text: &[u8]) -> Named<'_> {
    let mut named = Named::default();
    let Ok(text) = std::str::from_utf8(text) else { return named };
    let mut from = text.len().saturating_sub(OUTPUT_BYTES);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let text = text.get(from..).unwrap_or(text);
    for line in text.lines() {
        let line = line.get(..LINE_BYTES).unwrap_or(line).trim();
        if !line.is_empty() {
            named.read_line(line);
        }
    }
    named
}

/// What the text of an output plainly says, where nothing tells how its command ended.
pub fn plainly_said(text: &str) -> Vec<Finding> {
    let (named, mut findings) = (read(text.as_bytes()), Vec::new());
    named.say(&mut findings);
    if named.freeze_begun {
        findings.push(Finding::new(&outcomes::FREEZE_BEGUN, "/Output"));
    }
    findings
}

impl<'t> Named<'t> {
    fn read_line(&mut self, line: &'t str) {
        let lower = line.to_ascii_lowercase();
        let says = |words: &[&str]| words.iter().any(|word| lower.contains(word));
        if self.program.is_none() {
            (self.program, self.on_windows) = match (not_found_in_shell(line), not_found_in_windows(line)) {
                (Some(program), _) => (Some(program), false),
                (None, Some(program)) => (Some(program), true),
                (None, None) => (None, false),
            };
        }
        self.no_space |= says(&["no space left on device", "not enough space on the disk", "没有空间", "磁盘空间不足"]);
        if self.denied.is_none() && says(&["permission denied", "access is denied", "权限不够", "拒绝访问"]) {
            self.denied = Some(line);
        }
        if says(&["thaw", "unfreez", "解冻"]) {
            self.freeze_begun = false;
        } else if says(&[
            "start to freeze",
            "starting freeze",
            "starting to freeze",
            "start freez",
            "begin to freeze",
            "开始冻结",
        ]) {
            self.freeze_begun = true;
        }
        self.read_codes(line);
    }

    fn read_codes(&mut self, line: &'t str) {
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_');
        let mut after_code = false;
        for word in line.split(|c: char| !is_part(c)).map(|word| word.trim_matches('.')).filter(|word| !word.is_empty())
        {
            let is_code = word.contains('.') || std::mem::replace(&mut after_code, false);
            after_code = matches!(word, "ErrorCode" | "Code" | "code" | "errorcode");
            if let Some(row) = vss::find_error(word) {
                if self.vss.len() < MOST_CODES && !self.vss.contains(&row.name) {
                    self.vss.push(row.name);
                }
            } else if is_code
                && self.codes.len() < MOST_CODES
                && !self.codes.contains(&word)
                && api_errors::find(word).is_some()
            {
                self.codes.push(word);
            }
        }
    }

    /// The findings of it.
    pub(super) fn say(&self, findings: &mut Vec<Finding>) {
        let about = |row| Finding::new(row, "/Output");
        if let Some(program) = self.program {
            findings.push(match from_base64(program) {
                Some(text) => about(&outcomes::BASE64_RUN_AS_COMMAND)
                    .with("program", shorten(program))
                    .with("text", shorten(&text)),
                None => about(&outcomes::PROGRAM_NOT_FOUND).with("program", shorten(program)),
            });
        }
        if self.no_space {
            findings.push(about(&outcomes::NO_SPACE_LEFT));
        }
        if let Some(line) = self.denied {
            findings.push(about(&outcomes::PERMISSION_DENIED).with("line", shorten(line)));
        }
        findings.extend(self.codes.iter().map(|code| about(&outcomes::API_CODE_IN_OUTPUT).with("code", *code)));
        findings.extend(self.vss.iter().map(|name| about(&outcomes::VSS_IN_OUTPUT).with("code", *name)));
    }
}

/// `bash: acs-plugin-manager: command not found`, `sh: 1: x: not found`, `zsh: command not found: x`, `x：未找到命令`.
fn not_found_in_shell(line: &str) -> Option<&str> {
    const ENDS: [&str; 4] = [": command not found", ": not found", ": 未找到命令", "：未找到命令"];
    let program = match ENDS.iter().find_map(|end| line.strip_suffix(end)) {
        Some(before) => before.rsplit([' ', ':', '：']).next(),
        None => line.split_once("command not found: ").map(|(_, program)| program),
    };
    program.map(str::trim).filter(|program| !program.is_empty() && !program.contains(char::is_whitespace))
}

/// `'x' is not recognized as ...`, `The term 'x' is not recognized ...`, and the same in Chinese.
fn not_found_in_windows(line: &str) -> Option<&str> {
    let speaks =
        ["is not recognized as", "不是内部或外部命令", "识别为 cmdlet"].iter().any(|words| line.contains(words));
    let mut parts = line.split(['\'', '"', '“', '”', '‘', '’']).skip(1);
    parts.next().filter(|program| speaks && !program.is_empty())
}

/// What a word stands for that is Base64 of plain text. A path or a plain name is none.
fn from_base64(word: &str) -> Option<String> {
    let padded: Cow<'_, str> = match word.len() % 4 {
        0 => Cow::Borrowed(word),
        over => Cow::Owned(format!("{word}{}", "=".repeat(4 - over))),
    };
    let text = STANDARD.decode(padded.as_bytes()).ok().and_then(|bytes| String::from_utf8(bytes).ok())?;
    let plain = text.len() >= 8 && text.chars().all(|c| c.is_ascii_graphic() || matches!(c, ' ' | '\n' | '\r' | '\t'));
    plain.then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_that_were_not_found() {
        for (line, program) in [
            ("/tmp/x.sh: line 1: acs-plugin-manager: command not found", Some("acs-plugin-manager")),
            ("sh: 1: acs-plugin-manager: not found", Some("acs-plugin-manager")),
            ("zsh: command not found: mysql", Some("mysql")),
            ("bash: mysql: 未找到命令", Some("mysql")),
            ("-bash: mysql：未找到命令", Some("mysql")),
            ("'acs-plugin-manager' is not recognized as an internal or external command,", Some("acs-plugin-manager")),
            ("'mysql' 不是内部或外部命令，也不是可运行的程序", Some("mysql")),
            ("the table was not found", None),
            ("ERROR: user: not found here", None),
        ] {
            assert_eq!(read(line.as_bytes()).program, program, "{line}");
        }
    }

    #[test]
    fn only_base64_of_plain_text_is_base64() {
        assert_eq!(from_base64("YWNzLXBsdWdpbi1tYW5hZ2Vy").as_deref(), Some("acs-plugin-manager"));
        assert_eq!(from_base64("YWNzLXBsdWdpbg").as_deref(), Some("acs-plugin"));
        for word in ["mysqldump", "acs-plugin-manager", "/usr/bin/mysql", "fsfreeze"] {
            assert_eq!(from_base64(word), None, "{word}");
        }
    }

    #[test]
    fn codes_are_found_in_texts_of_sdks() {
        let codes = |text: &'static str| read(text.as_bytes()).codes;
        assert_eq!(
            codes("[ERROR]SDK.ServerError\nErrorCode: Throttling.User\nRecommend: https://a.b"),
            ["Throttling.User"]
        );
        assert_eq!(codes("{\"Code\":\"Forbidden.RAM\",\"Message\":\"x\"} Forbidden.RAM"), ["Forbidden.RAM"]);
        assert_eq!(codes("file pre.sh of version 1.0.0.8"), Vec::<&str>::new());
        assert_eq!(read(b"VSS error 0x8004230F").vss, ["VSS_E_UNEXPECTED_PROVIDER_ERROR"]);
    }

    #[test]
    fn a_thaw_ends_a_freeze() {
        assert!(read(b"[INFO]Start to freeze\n").freeze_begun);
        assert!(!read(b"[INFO]Start to freeze\nThaw done").freeze_begun);
    }
}
