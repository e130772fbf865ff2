//! Foreign text (output of guests, names, tags, messages of the service) on its way to a reader: one function per sink.
//!
//! Whatever a guest or the service says may be hostile: it may move the cursor, reverse the reading direction, open an
//! HTML element, start a spreadsheet formula or give a command to a CI runner. Every sink first drops what cannot be
//! seen, then takes its own syntax apart. All functions work in linear time and cut what is longer than [`MAX_LINE`].

use crate::base::invisible::is_invisible;
use std::borrow::Cow;
use std::fmt::Write as _;

/// Characters of one line that reach a reader; what is longer is cut, and the cut is said.
pub const MAX_LINE: usize = 4_000;

/// Lines of a block that reach a reader; what is longer is cut, and the cut is said.
pub const MAX_LINES: usize = 2_000;

/// One line for a terminal or a log file: line breaks and tabs become blanks.
pub fn terminal(text: &str) -> Cow<'_, str> {
    if is_plain(text) { Cow::Borrowed(text) } else { Cow::Owned(Visible::one_line(text)) }
}

/// Several lines for a terminal: line breaks and tabs stay, everything else as in [`terminal`].
pub fn terminal_block(text: &str) -> String {
    Visible::block(text)
}

/// Text for the inside of an HTML element or a quoted attribute.
pub fn html(text: &str) -> String {
    let visible = Visible::block(text);
    let mut out = String::with_capacity(visible.len() + 16);
    for c in visible.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}

/// Running text for Markdown, on one line: no emphasis, link, image, HTML, table cell or mention can come of it.
pub fn markdown(text: &str) -> String {
    let visible = Visible::one_line(text);
    let visible = visible.trim();
    let mut out = String::with_capacity(visible.len() + 16);
    let mut number_so_far = true;
    for (at, c) in visible.char_indices() {
        let special = match c {
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '<' | '>' | '|' | '~' | '&' | '!' | '$' | ':' => true,
            // Headings, lists and rules begin a line.
            '#' | '+' | '-' | '=' => at == 0,
            '.' | ')' => (number_so_far && at > 0) || ends_with_www(&out),
            _ => false,
        };
        if special {
            out.push('\\');
        }
        out.push(c);
        if c == '@' {
            // A word joiner: `@name` must not call anybody.
            out.push('\u{2060}');
        }
        number_so_far &= c.is_ascii_digit();
    }
    out
}

/// One field of a CSV file: quoted where needed, and never a formula of a spreadsheet.
pub fn csv(text: &str) -> String {
    let visible = Visible::one_line(text);
    let formula = visible.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '%', '|']);
    let quoted = formula || visible.contains([',', ';', '"', '\'']) || visible.trim() != visible;
    if !quoted {
        return visible;
    }
    let mut out = String::with_capacity(visible.len() + 4);
    out.push('"');
    if formula {
        // The convention of spreadsheets for "this is text".
        out.push('\'');
    }
    for c in visible.chars() {
        if c == '"' {
            out.push('"');
        }
        out.push(c);
    }
    out.push('"');
    out
}

/// One line for the log of a CI runner: it can neither start nor end one of the runner's commands
/// (`::error`, `##[group]`, `##vso[`, `##teamcity[`, Buildkite's `---`).
pub fn ci_log(text: &str) -> String {
    let visible = Visible::one_line(text);
    let mut out = String::with_capacity(visible.len() + 8);
    if visible.starts_with(['-', '+', '~', '^']) {
        out.push(' ');
    }
    let mut last = ' ';
    for c in visible.chars() {
        if (c == ':' || c == '#') && c == last {
            out.push(' ');
        }
        out.push(c);
        last = c;
    }
    out
}

/// JSON as a serialiser wrote it, on many lines, for a terminal or a CI log: the same value, but no character that hides or
/// moves others stands in it as it is, and no `##`, which some runners obey anywhere in a line. Cut nowhere: it must stay JSON.
pub fn json(text: &str) -> Cow<'_, str> {
    // A line of it begins with a quote, a bracket or a number, so `::` gives no order.
    escaped(text, &['\n'], &['#'])
}

/// JSON on one line for a log that people and CI runners read too: as [`json`], and no `::` either.
pub fn json_line(text: &str) -> Cow<'_, str> {
    escaped(text, &[], &['#', ':'])
}

/// Writes as escapes what is hidden, but for `kept`, and the second of a pair of these. None of them can stand outside of a
/// string, or follow an open backslash.
fn escaped<'j>(text: &'j str, kept: &[char], pairs: &[char]) -> Cow<'j, str> {
    let is_told = |c: char, last: char| {
        ((is_hidden(c) || matches!(c, '\u{2028}' | '\u{2029}')) && !kept.contains(&c))
            || (c == last && pairs.contains(&c))
    };
    let mut last = ' ';
    if !text.chars().any(|c| is_told(c, std::mem::replace(&mut last, c))) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    let mut last = ' ';
    for c in text.chars() {
        if is_told(c, last) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // Writing into a String cannot fail.
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
        last = c;
    }
    Cow::Owned(out)
}

fn ends_with_www(text: &str) -> bool {
    let start = text.len().saturating_sub(3);
    text.get(start..).is_some_and(|tail| tail.eq_ignore_ascii_case("www"))
}

/// Whether nothing has to be done: printable ASCII of ordinary length.
fn is_plain(text: &str) -> bool {
    text.len() <= MAX_LINE && text.bytes().all(|b| (0x20..0x7f).contains(&b))
}

/// Collects what can be seen.
struct Visible {
    out: String,
    /// Whether line breaks and tabs stay.
    block: bool,
    column: usize,
    cut: usize,
    lines: usize,
}

impl Visible {
    fn one_line(text: &str) -> String {
        Self::collect(text, false)
    }

    fn block(text: &str) -> String {
        Self::collect(text, true)
    }

    fn collect(text: &str, block: bool) -> String {
        let mut visible =
            Self { out: String::with_capacity(text.len().min(MAX_LINE)), block, column: 0, cut: 0, lines: 0 };
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            let after = rest.get(c.len_utf8()..).unwrap_or_default();
            rest = match c {
                '\u{1b}' => after_escape_sequence(after),
                // The one-character forms of CSI, and of DCS, SOS, OSC, PM and APC.
                '\u{9b}' => after_control_sequence(after),
                '\u{90}' | '\u{98}' | '\u{9d}' | '\u{9e}' | '\u{9f}' => after_string(after),
                '\r' => {
                    // A lone carriage return would let what follows overwrite what was said.
                    if !after.starts_with('\n') {
                        visible.line_break();
                    }
                    after
                }
                '\n' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => {
                    visible.line_break();
                    after
                }
                '\t' => {
                    visible.push(if block { '\t' } else { ' ' });
                    after
                }
                c if is_hidden(c) => after,
                c => {
                    visible.push(c);
                    after
                }
            };
            if visible.lines > MAX_LINES {
                let more = rest.lines().count();
                visible.say_more(more, " lines");
                return visible.out;
            }
        }
        visible.say_cut();
        visible.out
    }

    fn push(&mut self, c: char) {
        if self.column < MAX_LINE {
            self.out.push(c);
            self.column += 1;
        } else {
            self.cut += 1;
        }
    }

    fn line_break(&mut self) {
        if self.block {
            self.say_cut();
            self.out.push('\n');
            self.column = 0;
            self.lines += 1;
        } else {
            self.push(' ');
        }
    }

    fn say_cut(&mut self) {
        if self.cut > 0 {
            self.say_more(self.cut, "");
            self.cut = 0;
        }
    }

    fn say_more(&mut self, count: usize, unit: &str) {
        self.out.push_str("… (+");
        self.out.push_str(&count.to_string());
        self.out.push_str(unit);
        self.out.push(')');
    }
}

/// What follows an escape sequence whose ESC was just read (ECMA-48). An unfinished sequence loses only its ESC, so that
/// it cannot hide what comes after it.
fn after_escape_sequence(after: &str) -> &str {
    let Some(c) = after.chars().next() else { return after };
    let rest = after.get(c.len_utf8()..).unwrap_or_default();
    match c {
        '[' => after_control_sequence(rest),
        ']' | 'P' | 'X' | '^' | '_' => after_string(rest),
        // Intermediate bytes, then one final byte.
        ' '..='/' => {
            let end = rest.trim_start_matches(|c| (' '..='/').contains(&c));
            match end.chars().next() {
                Some(last @ '0'..='~') => end.get(last.len_utf8()..).unwrap_or_default(),
                _ => rest,
            }
        }
        '0'..='~' => rest,
        _ => after,
    }
}

/// What follows a control sequence: parameter bytes, intermediate bytes, one final byte.
fn after_control_sequence(after: &str) -> &str {
    let end = after.find(|c| !(' '..='?').contains(&c)).unwrap_or(after.len());
    // No terminal knows longer ones; more is text that somebody wants hidden.
    if end > 64 {
        return after;
    }
    match after.get(end..).and_then(|tail| tail.chars().next()) {
        Some(last @ '@'..='~') => after.get(end + last.len_utf8()..).unwrap_or_default(),
        _ => after,
    }
}

/// What follows a string such as a window title, which ends with BEL or ST. Looks no further than the next control
/// character, so that a row of openings stays linear.
fn after_string(after: &str) -> &str {
    let Some(end) = after.find(|c: char| c.is_control()) else { return after };
    let (_, tail) = after.split_at(end);
    if let Some(rest) = tail.strip_prefix("\u{1b}\\") {
        return rest;
    }
    tail.strip_prefix(['\u{7}', '\u{9c}']).unwrap_or(after)
}

/// Characters that are not seen themselves but change what is. The separators of lines and paragraphs are not among them: what
/// they become depends on the sink.
pub(crate) fn is_hidden(c: char) -> bool {
    c.is_control() || (is_invisible(c) && !matches!(c, '\u{2028}' | '\u{2029}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_gets_no_control_of_itself() {
        for (hostile, seen) in [
            ("db-17", "db-17"),
            ("数据库-17 é", "数据库-17 é"),
            ("\u{1b}[31mred\u{1b}[0m", "red"),
            ("\u{9b}2Jgone", "gone"),
            ("\u{1b}]0;title\u{7}x", "x"),
            ("\u{1b}]8;;http://evil\u{1b}\\link\u{1b}]8;;\u{1b}\\", "link"),
            ("\u{1b}(0box\u{1b}c", "box"),
            ("a\u{8}\u{8}b\u{7f}", "ab"),
            ("ok\rFAILED", "ok FAILED"),
            ("a\r\nb\tc\u{2028}d", "a b c d"),
            ("\u{202e}gpj.exe\u{202c}\u{2066}x\u{2069}\u{200f}\u{61c}", "gpj.exex"),
            ("a\u{200b}b\u{feff}c\u{e0041}", "abc"),
            // Unfinished sequences lose their introducer and hide nothing.
            ("\u{1b}]0;rm -rf", "0;rm -rf"),
            ("\u{1b}[12", "12"),
            ("\u{1b}", ""),
        ] {
            assert_eq!(terminal(hostile), seen, "{hostile:?}");
        }
        assert_eq!(terminal_block("a\tb\u{1b}[1m\r\nc\rd"), "a\tb\nc\nd");
    }

    #[test]
    fn html_keeps_its_own_syntax() {
        assert_eq!(html("<script>'\"&</script>\u{202e}"), "&lt;script&gt;&#39;&quot;&amp;&lt;/script&gt;");
    }

    #[test]
    fn markdown_stays_running_text() {
        for (hostile, written) in [
            ("db-17 (main)", "db-17 (main)"),
            ("[x](javascript:alert(1))", "\\[x\\](javascript\\:alert(1))"),
            ("a|b\nc", "a\\|b c"),
            ("![i](http://e)", "\\!\\[i\\](http\\://e)"),
            ("# title", "\\# title"),
            ("1. one", "1\\. one"),
            ("v1.2", "v1.2"),
            ("www.evil.example", "www\\.evil.example"),
            ("@all", "@\u{2060}all"),
            ("`*_~<b>&amp;$", "\\`\\*\\_\\~\\<b\\>\\&amp;\\$"),
        ] {
            assert_eq!(markdown(hostile), written, "{hostile:?}");
        }
    }

    #[test]
    fn csv_never_holds_a_formula() {
        for (hostile, written) in [
            ("plain", "plain"),
            ("a,b", "\"a,b\""),
            ("say \"x\"", "\"say \"\"x\"\"\""),
            ("=cmd|' /C calc'!A0", "\"'=cmd|' /C calc'!A0\""),
            ("\t=1+1", "\"' =1+1\""),
            ("＝1", "\"'＝1\""),
            ("a\nb", "a b"),
            ("-1", "\"'-1\""),
        ] {
            assert_eq!(csv(hostile), written, "{hostile:?}");
        }
    }

    #[test]
    fn a_ci_runner_takes_no_orders() {
        for (hostile, written) in [
            ("::error::x", ": :error: :x"),
            ("a\n::set-output name=x::y", "a : :set-output name=x: :y"),
            ("##[error]x", "# #[error]x"),
            ("##vso[task.x]", "# #vso[task.x]"),
            (":\u{200b}:warning", ": :warning"),
            ("--- group", " --- group"),
            ("10:20", "10:20"),
        ] {
            assert_eq!(ci_log(hostile), written, "{hostile:?}");
        }
    }

    #[test]
    fn json_keeps_its_value_and_moves_nothing() {
        for value in [
            "plain ascii",
            "\u{9b}2J\u{7f}\u{1b}[0m\u{202e}\u{e0041}\u{2028}\u{85} 数据库",
            "##vso[task.x] ###[error] #\\##",
            "\\\u{9b}\\\\##",
        ] {
            for text in [serde_json::to_string(&[value]).unwrap(), serde_json::to_string_pretty(&[value]).unwrap()] {
                let safe = json(&text);
                assert_eq!(serde_json::from_str::<[String; 1]>(&safe).unwrap(), [value]);
                assert!(!safe.contains("##") && !safe.chars().any(|c| c != '\n' && is_hidden(c)), "{safe}");
            }
        }
        assert!(matches!(json("{\"a\": \"b\"}\n"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_line_of_json_keeps_its_value() {
        let value = serde_json::json!({"a": "x\u{202e}\u{9b}2J::error::y##[z]###", "名": "数据库\u{e0041}\n", "b": [":", ":", 1.5]});
        let text = value.to_string();
        let line = json_line(&text);
        assert_eq!(serde_json::from_str::<serde_json::Value>(&line).unwrap(), value);
        assert!(line.contains("数据库") && !line.contains("::") && !line.contains("##"), "{line}");
        assert!(!line.chars().any(is_hidden), "{line}");
        assert!(matches!(json_line("{\"a\":\":\"}"), Cow::Borrowed(_)));
    }

    #[test]
    fn long_text_is_cut_and_says_so() {
        let line = "x".repeat(10_000_000);
        assert_eq!(terminal(&line).chars().count(), MAX_LINE + "… (+9996000)".chars().count());
        assert!(terminal(&line).ends_with("… (+9996000)"));
        let openings = "\u{1b}]".repeat(5_000_000);
        assert!(terminal(&openings).is_empty());
        let lines = "y\n".repeat(1_000_000);
        assert!(terminal_block(&lines).ends_with("lines)"));
        assert_eq!(terminal_block(&lines).lines().count(), MAX_LINES + 2);
    }
}
