//! What people and tools put around a text: quotes, code fences, prompts, marks of mails and logs.

use std::borrow::Cow;

use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::base::invisible::is_invisible;
use crate::input::text;

/// Wrappings taken off, one inside the other.
const LEVELS: usize = 8;
/// Letters of the shortest text that is taken for Base64.
const LEAST_BASE64: usize = 24;
/// Letters of the shortest line of it but the last.
const LEAST_PART: usize = 16;

/// A text without what stands around the whole of it.
pub(super) fn unwrap(text: &str) -> Cow<'_, str> {
    let mut inner = Cow::Borrowed(bare(text));
    for _ in 0..LEVELS {
        let next = fenced(&inner)
            .or_else(|| quoted(&inner).map(Cow::into_owned))
            .or_else(|| cited(&inner))
            .or_else(|| without_prompt(&inner).map(str::to_owned));
        match next {
            Some(next) => inner = Cow::Owned(bare(&next).to_owned()),
            None => break,
        }
    }
    inner
}

/// Without blanks and characters that show nothing at both ends.
fn bare(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || is_invisible(c) || c == '\0')
}

/// What stands between the first pair of code fences.
fn fenced(text: &str) -> Option<String> {
    let mut lines = text.lines();
    let is_fence = |line: &str| line.trim_start().starts_with("```") || line.trim_start().starts_with("~~~");
    lines.by_ref().find(|line| is_fence(line))?;
    let inner: Vec<&str> = lines.take_while(|line| !is_fence(line)).collect();
    (!inner.is_empty()).then(|| inner.join("\n"))
}

/// What stands in one pair of quotes.
fn quoted(text: &str) -> Option<Cow<'_, str>> {
    if text.starts_with('"')
        && let Ok(inner) = serde_json::from_str::<String>(text)
    {
        return Some(Cow::Owned(inner));
    }
    for (open, close) in [('"', '"'), ('\'', '\''), ('`', '`'), ('“', '”'), ('‘', '’'), ('「', '」'), ('《', '》')]
    {
        let inner = text.strip_prefix(open).and_then(|rest| rest.strip_suffix(close));
        if let Some(inner) = inner.filter(|inner| !inner.is_empty() && !inner.contains([open, close])) {
            return Some(Cow::Borrowed(inner));
        }
    }
    None
}

/// Lines of which each begins with the mark of a citation.
fn cited(text: &str) -> Option<String> {
    let is_cited = text.lines().all(|line| line.starts_with('>') || line.trim().is_empty());
    let strip =
        |line: &'_ str| line.strip_prefix('>').map_or(line, |line| line.strip_prefix(' ').unwrap_or(line)).to_owned();
    (is_cited && text.starts_with('>')).then(|| text.lines().map(strip).collect::<Vec<_>>().join("\n"))
}

/// A line behind the prompt of a shell: `$ `, `# `, `root@db:~# `, `[root@db ~]# `, `PS C:\> `, `C:\>`.
fn without_prompt(text: &str) -> Option<&str> {
    let (line, at) = (text.lines().next()?, text.find(['$', '#', '>', '%'])?);
    let (before, after) = (text.get(..at)?, text.get(at + 1..)?);
    let first = before.chars().next();
    let is_prompt = at < line.len()
        && (before.is_empty()
            || before.starts_with("PS ") && after.starts_with(' ')
            || first.is_some_and(|c| c.is_ascii_alphabetic())
                && before.get(1..3) == Some(":\\")
                && !before.contains('"')
            || before.contains('@')
                && before.contains([':', '['])
                && !before.ends_with(char::is_whitespace)
                && after.starts_with(' ')
                && !before.contains(['"', '\'', '=', '{']));
    let begins = after.starts_with(' ') || !before.is_empty();
    (is_prompt && begins && !after.trim().is_empty()).then_some(after)
}

/// Whether a text can be Base64: it holds nothing but its letters.
pub fn is_base64(text: &str) -> bool {
    let letters = text.bytes().filter(|byte| !byte.is_ascii_whitespace());
    letters.clone().count() >= LEAST_BASE64
        && letters.clone().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='))
}

/// The text that Base64 stands for, standard or for addresses, wrapped or not.
pub(super) fn base64(text: &str) -> Option<String> {
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    // Lines of one length or longer words: short ones are words, whatever their letters stand for.
    let mut parts = text.split_whitespace().rev().skip(1);
    if text.contains('\t') || parts.any(|part| part.len() < LEAST_PART) {
        return None;
    }
    let letters: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'-' | b'_');
    if letters.len() < LEAST_BASE64 || !letters.bytes().all(is_letter) {
        return None;
    }
    let alphabet = if letters.contains(['-', '_']) { &URL_SAFE } else { &STANDARD };
    let bytes = GeneralPurpose::new(alphabet, config).decode(&letters).ok()?;
    let text = text::read(&bytes)?;
    let is_plain = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t' | '\u{1b}');
    text.chars().all(is_plain).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_around_is_taken_off() {
        for wrapped in [
            "acs x",
            "\u{feff}acs x\r\n",
            "  \"acs x\"  ",
            "'acs x'",
            "`acs x`",
            "“acs x”",
            "```sh\nacs x\n```",
            "see:\n```\n$ acs x\n```\nthanks",
            "> acs x",
            "$ acs x",
            "# acs x",
            "root@db:~# acs x",
            "[root@db ~]# acs x",
            "PS C:\\Users\\a> acs x",
            "C:\\>acs x",
        ] {
            assert_eq!(unwrap(wrapped), "acs x", "{wrapped:?}");
        }
        for plain in ["'a' 'b'", "${x}", "$x", "a@b.c says # 1", "12"] {
            assert_eq!(unwrap(plain), plain);
        }
    }

    #[test]
    fn base64_of_text_alone() {
        assert_eq!(base64("YWNzLXBsdWdpbi1tYW5hZ2Vy\nIC0taGVscA=="), Some("acs-plugin-manager --help".to_owned()));
        assert_eq!(base64("YWNzLXBsdWdpbi1tYW5hZ2VyIC0taGVscA"), Some("acs-plugin-manager --help".to_owned()));
        for other in ["InvalidInstanceStatusNotFound", "short", "AAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
            assert_eq!(base64(other), None, "{other}");
        }
    }
}
