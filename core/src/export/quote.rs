//! Writing text into other languages, so that it arrives there as it is.

use std::fmt::Write as _;

use crate::report::sanitize::is_hidden;

/// A word of a POSIX shell.
pub(super) fn shell(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// A string in double quotes as JSON, Python, Go and YAML read it alike.
pub(super) fn double(text: &str) -> String {
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

/// A string of HCL: as JSON, with the marks of its templates doubled.
pub(super) fn hcl(text: &str) -> String {
    double(text).replace("${", "$${").replace("%{", "%%{")
}

/// Text as one line for a comment, without controls and directions: what is read there must be what stands there.
pub(super) fn one_line(text: &str) -> String {
    text.chars().filter(|c| !is_hidden(*c) && !matches!(c, '\u{2028}' | '\u{2029}')).take(8000).collect()
}

/// A list of strings in square brackets, as most languages write it.
pub(super) fn list(items: &[String], one: fn(&str) -> String) -> String {
    let items: Vec<String> = items.iter().map(|item| one(item)).collect();
    format!("[{}]", items.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_has_its_own_marks() {
        assert_eq!(shell("it's"), r"'it'\''s'");
        assert_eq!(double("a\"\\\u{1}é"), r#""a\"\\\u0001é""#);
        assert_eq!(double("a\u{202e}b\u{9b}\u{2028}数据库"), r#""a\u202eb\u009b\u2028数据库""#);
        assert_eq!(hcl("${a} %{b}"), r#""$${a} %%{b}""#);
        assert_eq!(one_line("a\nb\u{2028}c\u{202e}\u{9b}"), "abc");
    }
}
