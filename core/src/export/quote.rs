//! Writing text into other languages, so that it arrives there as it is. Templates use the type that belongs to their
//! extension (`core/askama.toml`).

use std::fmt::{Result, Write};

use askama::filters::Escaper;

use crate::report::sanitize::is_hidden;

/// A word of a POSIX shell.
#[derive(Clone, Copy)]
pub(crate) struct Shell;

/// A string in double quotes as JSON, Python, Go and YAML read it alike.
#[derive(Clone, Copy)]
pub(crate) struct Double;

/// A string of HCL: as JSON, with the marks of its templates doubled.
#[derive(Clone, Copy)]
pub(crate) struct Hcl;

/// Running text without controls and directions: what is read there must be what stands there.
#[derive(Clone, Copy)]
pub(crate) struct Words;

impl Escaper for Shell {
    fn write_escaped_str<W: Write>(&self, mut to: W, text: &str) -> Result {
        to.write_str(&shell(text))
    }
}

impl Escaper for Double {
    fn write_escaped_str<W: Write>(&self, mut to: W, text: &str) -> Result {
        to.write_str(&double(text))
    }
}

impl Escaper for Hcl {
    fn write_escaped_str<W: Write>(&self, mut to: W, text: &str) -> Result {
        to.write_str(&double(text).replace("${", "$${").replace("%{", "%%{"))
    }
}

impl Escaper for Words {
    fn write_escaped_str<W: Write>(&self, mut to: W, text: &str) -> Result {
        to.write_str(&one_line(text))
    }
}

pub(super) fn shell(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

fn double(text: &str) -> String {
    // serde_json writes characters beyond ASCII as they are, and control characters as `\u00XX`. What an editor would not
    // show, or show elsewhere, is written so too; beyond the first plane these languages have no common way.
    let mut out = String::new();
    for c in serde_json::Value::from(text).to_string().chars() {
        match u16::try_from(u32::from(c)) {
            Ok(unit) if is_hidden(c) || matches!(c, '\u{2028}' | '\u{2029}') => {
                let _ = write!(out, "\\u{unit:04x}");
            }
            _ => out.push(c),
        }
    }
    out
}

/// Text as one line for a comment.
pub(super) fn one_line(text: &str) -> String {
    text.chars().filter(|c| !is_hidden(*c) && !matches!(c, '\u{2028}' | '\u{2029}')).take(8000).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(escaper: impl Escaper, text: &str) -> String {
        let mut out = String::new();
        escaper.write_escaped_str(&mut out, text).unwrap();
        out
    }

    #[test]
    fn each_language_has_its_own_marks() {
        assert_eq!(written(Shell, "it's"), r"'it'\''s'");
        assert_eq!(written(Double, "a\"\\\u{1}é"), r#""a\"\\\u0001é""#);
        assert_eq!(written(Double, "a\u{202e}b\u{9b}\u{2028}数据库"), r#""a\u202eb\u009b\u2028数据库""#);
        assert_eq!(written(Hcl, "${a} %{b}"), r#""$${a} %%{b}""#);
        assert_eq!(written(Words, "a\nb\u{2028}c\u{202e}\u{9b}"), "abc");
    }
}
