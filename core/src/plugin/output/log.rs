//! What the plug-in's output says: lines of `[key="value"]` pairs, raw lines between them, a head or a middle missing.
//!
//! Inner quotes are not escaped, so a value ends at `"]`. Nothing here is trusted: scripts print into the same log.
//! One pass, each byte looked at a bounded number of times.

use memchr::{memchr, memmem};

use super::{Step, StepAt};
use crate::base::consistency::Consistency;
use crate::catalog::exit_codes;

/// Error lines kept for the reader.
const ERROR_LINES: usize = 5;
/// Bytes kept of an error line.
const ERROR_LINE_BYTES: usize = 300;
/// Different groups counted.
const MOST_GROUPS: usize = 16;
/// Steps kept: a log that repeats itself says no more.
const MOST_STEPS: usize = 16;
/// Longest group id, version or key worth reading.
const MOST_ID_BYTES: usize = 64;

/// The facts of an output.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Log<'t> {
    /// The last id in a `[snapshotgroup="..."]` pair.
    pub(super) group: Option<&'t str>,
    /// Other ids in such pairs.
    pub(super) other_groups: Vec<&'t str>,
    /// A value of such a pair that is no id.
    pub(super) odd_group: Option<&'t [u8]>,
    /// An id that stands elsewhere in the text; only looked for when no pair names one.
    pub(super) mentioned_group: Option<&'t str>,
    /// The plug-in wrote here.
    pub(super) plugin: bool,
    /// Version from the plug-in's banner.
    pub(super) version: Option<&'t str>,
    /// The launcher reports an error of its own.
    pub(super) launcher: bool,
    /// A Go program crashed.
    pub(super) panic: bool,
    /// The shell could not read the command.
    pub(super) shell_syntax: bool,
    /// The level the plug-in says it reached.
    pub(super) claimed: Option<Consistency>,
    /// File systems were frozen.
    pub(super) frozen: bool,
    /// A thaw follows the last freeze.
    pub(super) thawed: bool,
    /// From freeze to thaw.
    pub(super) frozen_millis: Option<u64>,
    pub(super) scripts_not_used: bool,
    pub(super) freeze_interrupted: bool,
    pub(super) thawed_too_early: bool,
    pub(super) essd_excluded: bool,
    /// The time of the first line that has one.
    began: &'t [u8],
    /// Steps with the time of their line.
    steps: Vec<(Step, &'t [u8])>,
    /// The last lines that speak of an error: (is it a raw line, text).
    errors: Ring<'t>,
    frozen_at: Option<i64>,
}

/// Reads an output, which is valid UTF-8.
pub(super) fn read(text: &[u8]) -> Log<'_> {
    let mut log = Log::default();
    let mut rest = text;
    while !rest.is_empty() {
        let (line, next) = match memchr(b'\n', rest) {
            Some(end) => (&rest[..end], &rest[end + 1..]),
            None => (rest, &rest[rest.len()..]),
        };
        log.read_line(line.strip_suffix(b"\r").unwrap_or(line));
        rest = next;
    }
    if log.group.is_none() {
        log.look_for_group(text);
    }
    log
}

impl<'t> Log<'t> {
    /// The last lines that speak of an error; with raw lines, which carry the shell's and launcher's errors, when asked.
    pub(super) fn error_lines(&self, with_raw: bool) -> Vec<String> {
        self.errors.lines(with_raw)
    }

    /// When the log says that what happened, counted from its first line. Empty where the log has no beginning, because
    /// then nothing says what its times count from.
    pub(super) fn steps(&self) -> Vec<StepAt> {
        let Some(began) = self.version.and_then(|_| millis(self.began)) else { return Vec::new() };
        let at = |time| millis(time).and_then(|at| u32::try_from(at.saturating_sub(began)).ok());
        self.steps.iter().filter_map(|(step, time)| Some(StepAt { step: *step, after_millis: at(time)? })).collect()
    }

    /// All different groups the log names in pairs.
    pub(super) fn group_count(&self) -> usize {
        self.other_groups.len() + usize::from(self.group.is_some())
    }

    fn read_line(&mut self, line: &'t [u8]) {
        let mut time: &'t [u8] = b"";
        let mut message: &'t [u8] = b"";
        let mut error = false;
        let mut pairs = 0_u32;
        let mut rest = line;
        while let Some((key, value, next)) = next_pair(rest) {
            pairs += 1;
            rest = next;
            match key {
                b"message" => message = value,
                b"time" => time = value,
                b"level" => {
                    self.plugin = true;
                    error = matches!(value, b"error" | b"fatal" | b"panic");
                }
                b"snapshotgroup" => self.take_group(value),
                _ => {}
            }
        }
        if pairs == 0 {
            if !line.trim_ascii().is_empty() {
                self.read_raw_line(line);
            }
            return;
        }
        if error {
            // A message cut off by the hole has no end and is no pair: show the line.
            self.errors.push(false, if message.is_empty() { line } else { message });
        }
        if self.began.is_empty() {
            self.began = time;
        }
        self.read_message(message, time);
    }

    fn take_step(&mut self, step: Step, time: &'t [u8]) {
        if !time.is_empty() && self.steps.len() < MOST_STEPS {
            self.steps.push((step, time));
        }
    }

    fn take_group(&mut self, value: &'t [u8]) {
        self.plugin = true;
        let Some(id) = group_id(value) else {
            self.odd_group = Some(value);
            return;
        };
        if self.group == Some(id) {
            return;
        }
        self.other_groups.retain(|other| *other != id);
        let before = self.group.replace(id);
        if self.other_groups.len() < MOST_GROUPS {
            self.other_groups.extend(before);
        }
    }

    /// A group that a pair inside another value names, or the only id that stands anywhere.
    fn look_for_group(&mut self, text: &'t [u8]) {
        for at in memmem::find_iter(text, b"ssg-") {
            let Some(id) = group_id(id_at(&text[at..])) else { continue };
            let is_whole = text[at + id.len()..].starts_with(b"\"]");
            if is_whole && text[..at].ends_with(b"[snapshotgroup=\"") {
                self.take_group(id.as_bytes());
            }
            match self.mentioned_group {
                Some(other) if other != id => {
                    self.mentioned_group = None;
                    return;
                }
                _ => self.mentioned_group = Some(id),
            }
        }
    }

    /// A line of the launcher, the shell, the freeze helper or a script.
    fn read_raw_line(&mut self, line: &'t [u8]) {
        self.errors.push(true, line);
        let text = line.trim_ascii();
        if is_launcher_error(text) {
            self.launcher = true;
        } else if text.starts_with(b"panic: ") || text.starts_with(b"fatal error: ") {
            self.panic = true;
        } else if contains(text, b"yntax error") || contains(text, b"unexpected EOF") {
            self.shell_syntax = true;
        } else {
            self.read_message(text, b"");
        }
    }

    fn read_message(&mut self, message: &'t [u8], time: &'t [u8]) {
        // Most lines say nothing of interest: the first byte tells.
        match message.first() {
            Some(b'#') => self.read_banner(message, time),
            Some(b'V') => {
                if let Some(version) = message.strip_prefix(b"Version") {
                    let version = id_at(version.trim_ascii_start().strip_prefix(b":").unwrap_or(version).trim_ascii());
                    if self.version.is_none() && version.first().is_some_and(u8::is_ascii_digit) {
                        self.version = std::str::from_utf8(version).ok();
                    }
                }
            }
            Some(b'T') => {
                if starts_with_any_case(message, b"Take AppConsistent snapshots successfully") {
                    self.claimed = Some(Consistency::Application);
                } else if starts_with_any_case(message, b"Take FsConsistent snapshots successfully") {
                    self.claimed = Some(Consistency::FileSystem);
                } else if message.starts_with(b"Timedout to receive Thaw") {
                    self.thawed_too_early = true;
                }
            }
            Some(b'P' | b'N') => {
                self.scripts_not_used |= message.starts_with(b"Pre/Post-Script files were not found")
                    || message.starts_with(b"Pre/Post-Script have no Expected Permission")
                    || message.starts_with(b"No such Pre/Post-Script files");
            }
            Some(b'F') => self.freeze_interrupted |= message.starts_with(b"FsFreeze was interrupted"),
            // No document shows these lines of a run with scripts: where they are worded otherwise, the steps are not told.
            Some(b'S') if message.starts_with(b"Start to run Pre-Script") => self.take_step(Step::PreScript, time),
            Some(b'S') if message.starts_with(b"Start to run Post-Script") => self.take_step(Step::PostScript, time),
            Some(b'S') if message.starts_with(b"SnapshotGroupId= ") => self.take_step(Step::Group, time),
            Some(b'R') if message.starts_with(b"Run Pre-Script ") => self.take_step(Step::PreScriptEnded, time),
            Some(b'R') if message.starts_with(b"Run Post-Script ") => self.take_step(Step::PostScriptEnded, time),
            Some(b'A') => self.essd_excluded |= message.starts_with(b"All attached ESSD Disks were excluded"),
            _ => {}
        }
    }

    /// `###########3. Filesystem Freeze Completed` and its like.
    fn read_banner(&mut self, message: &[u8], time: &'t [u8]) {
        let step = message.trim_ascii_start();
        let step = step.get(step.iter().take_while(|byte| **byte == b'#').count()..).unwrap_or_default();
        let words = step.iter().position(|byte| *byte == b' ').and_then(|at| step.get(at + 1..)).unwrap_or_default();
        let at = millis(time);
        let step = [
            (&b"Starting FsFreeze"[..], Step::Freeze),
            (b"Filesystem Freeze Completed", Step::Frozen),
            (b"Thawing FsFreeze", Step::Thaw),
        ];
        if let Some((_, step)) = step.iter().find(|(banner, _)| words.starts_with(banner)) {
            self.take_step(*step, time);
        }
        if words.starts_with(b"Filesystem Freeze Started") || words.starts_with(b"Filesystem Freeze Completed") {
            (self.frozen, self.thawed, self.frozen_millis) = (true, false, None);
            // The start counts until the completion is logged.
            self.frozen_at = at.or(self.frozen_at);
        } else if words.starts_with(b"Thawing FsFreeze") || words.starts_with(b"Filesystem Thaw Received") {
            self.thawed = true;
            if let (Some(from), Some(to)) = (self.frozen_at, at) {
                self.frozen_millis = u64::try_from(to.saturating_sub(from)).ok();
            }
        }
    }
}

/// The next `[key="value"]`, and what follows it.
fn next_pair(text: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let mut rest = text;
    loop {
        rest = &rest[memchr(b'[', rest)? + 1..];
        let length = rest.iter().take(MOST_ID_BYTES).take_while(|byte| is_key_byte(**byte)).count();
        let (key, after) = rest.split_at(length);
        if key.is_empty() {
            continue;
        }
        if let Some(from_value) = after.strip_prefix(b"=\"") {
            let end = end_of_value(from_value)?;
            return Some((key, &from_value[..end], &from_value[end + 2..]));
        }
        rest = after;
    }
}

/// Where `"]` stands.
fn end_of_value(text: &[u8]) -> Option<usize> {
    let mut from = 0;
    loop {
        let quote = from + memchr(b'"', &text[from..])?;
        match text.get(quote + 1) {
            Some(b']') => return Some(quote),
            Some(_) => from = quote + 1,
            None => return None,
        }
    }
}

fn is_key_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

/// `ssg-...` and nothing else. Documents mask the end of ids with asterisks.
fn group_id(value: &[u8]) -> Option<&str> {
    let body = value.strip_prefix(b"ssg-")?;
    let fits = !body.is_empty() && value.len() <= MOST_ID_BYTES && id_at(value).len() == value.len();
    if fits { std::str::from_utf8(value).ok() } else { None }
}

/// The id or version that a text begins with.
fn id_at(text: &[u8]) -> &[u8] {
    let is_id = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(**byte, b'-' | b'_' | b'.' | b'*');
    &text[..text.iter().take(MOST_ID_BYTES + 1).take_while(is_id).count()]
}

/// `<Function> <ERRNAME>[.<phrase>]: <tip>`, or a refusal of options, which is coloured even without a terminal.
fn is_launcher_error(line: &[u8]) -> bool {
    if line.starts_with(b"\x1b[1;31mERROR:") || line.starts_with(b"ERROR: ") {
        return true;
    }
    let Some(second) = line.split(|byte| *byte == b' ').nth(1) else { return false };
    let name = second.split(|byte| matches!(byte, b'.' | b':')).next().unwrap_or_default();
    std::str::from_utf8(name).is_ok_and(|name| name.len() > 5 && exit_codes::launcher_code(name).is_some())
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    // A raw line may be the whole output: look at its beginning only.
    memmem::find(&text[..text.len().min(1024)], part).is_some()
}

fn starts_with_any_case(text: &[u8], prefix: &[u8]) -> bool {
    text.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix))
}

/// Milliseconds of `2025-11-03 08:12:45.120334907` on a scale of its own: only differences mean anything.
fn millis(time: &[u8]) -> Option<i64> {
    let number = |from: usize, to: usize| -> Option<i64> {
        time.get(from..to)?
            .iter()
            .try_fold(0_i64, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + i64::from(byte - b'0')))
    };
    let separators = [(4, b'-'), (7, b'-'), (13, b':'), (16, b':')];
    if !separators.iter().all(|(at, byte)| time.get(*at) == Some(byte)) {
        return None;
    }
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let seconds = number(11, 13)? * 3600 + number(14, 16)? * 60 + number(17, 19)?;
    let digits =
        |from: usize| time.get(from).filter(|byte| byte.is_ascii_digit()).map_or(0, |byte| i64::from(byte - b'0'));
    let fraction =
        if time.get(19) == Some(&b'.') { [20, 21, 22].iter().fold(0, |sum, at| sum * 10 + digits(*at)) } else { 0 };
    Some((crate::base::time::days_from_civil(year, month, day) * 86_400 + seconds) * 1000 + fraction)
}

/// The last few lines that speak of an error. Raw lines are kept apart, so that they cannot push out the plug-in's.
#[derive(Debug, Default, PartialEq)]
struct Ring<'t> {
    logged: [Option<(usize, &'t [u8])>; ERROR_LINES],
    raw: [Option<(usize, &'t [u8])>; ERROR_LINES],
    pushed: usize,
}

impl<'t> Ring<'t> {
    fn push(&mut self, raw: bool, line: &'t [u8]) {
        let lines = if raw { &mut self.raw } else { &mut self.logged };
        lines.rotate_left(1);
        lines[ERROR_LINES - 1] = Some((self.pushed, line));
        self.pushed += 1;
    }

    fn lines(&self, with_raw: bool) -> Vec<String> {
        let raw = if with_raw { self.raw.as_slice() } else { &[] };
        let mut lines: Vec<_> = self.logged.iter().chain(raw).flatten().collect();
        lines.sort_unstable_by_key(|(order, _)| *order);
        lines.iter().skip(lines.len().saturating_sub(ERROR_LINES)).map(|(_, line)| shortened(line)).collect()
    }
}

fn shortened(line: &[u8]) -> String {
    let head = line.get(..ERROR_LINE_BYTES).unwrap_or(line);
    let mut text = String::from_utf8_lossy(head).trim_end_matches('\u{fffd}').to_owned();
    if line.len() > head.len() {
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inner_quotes_do_not_end_a_value() {
        let line = br#"[level="error"][time="t"][message="no "execute" right"] [x="1"]"#;
        let (key, value, rest) = next_pair(line).unwrap();
        assert_eq!((key, value), (&b"level"[..], &b"error"[..]));
        let (_, _, rest) = next_pair(rest).unwrap();
        let (key, value, rest) = next_pair(rest).unwrap();
        assert_eq!((key, value), (&b"message"[..], &br#"no "execute" right"#[..]));
        assert_eq!(next_pair(rest).map(|(key, ..)| key), Some(&b"x"[..]));
    }

    #[test]
    fn broken_pairs_are_no_pairs() {
        for text in ["", "[", "[]", "[a]", "[a=", "[a=\"", "[a=\"b", "[a=\"b\"", "[=\"b\"]", "a=\"b\"]", "[a b=\"c\"]"]
        {
            assert_eq!(next_pair(text.as_bytes()), None, "{text}");
        }
        let (key, value, _) = next_pair(b"[[a=[b=\"c\"]").unwrap();
        assert_eq!((key, value), (&b"b"[..], &b"c"[..]));
    }

    #[test]
    fn the_last_group_wins_and_the_others_are_counted() {
        let log =
            read(b"[snapshotgroup=\"ssg-1\"]\n[snapshotgroup=\"ssg-2\"]\n[snapshotgroup=\"ssg-1\"][message=\"x\"]");
        assert_eq!((log.group, log.group_count()), (Some("ssg-1"), 2));
        assert_eq!(read(b"[snapshotgroup=\"sg-1\"]").odd_group, Some(&b"sg-1"[..]));
        assert_eq!(read(b"[snapshotgroup=\"ssg-\"]").group, None);
        assert_eq!(read(b"[message=\"a [snapshotgroup=\"ssg-1\"]\"]").group, Some("ssg-1"));
        let longer = read(b"[snapshotgroup=\"ssg-1;x\"]");
        assert_eq!((longer.group, longer.mentioned_group), (None, Some("ssg-1")));
        assert_eq!(read(b"made ssg-1, tag ssg-1").mentioned_group, Some("ssg-1"));
        assert_eq!(read(b"made ssg-1, tag ssg-2").mentioned_group, None);
    }

    #[test]
    fn banners_give_the_time_of_the_freeze() {
        let log = |lines: &[(&str, &str)]| {
            let text: Vec<String> = lines
                .iter()
                .map(|(time, step)| {
                    format!("[level=\"info\"][time=\"2025-11-03 {time}\"][message=\"###########{step}\"]\n")
                })
                .collect();
            let text = text.concat();
            let log = read(text.as_bytes());
            (log.frozen, log.thawed, log.frozen_millis)
        };
        let all = [
            ("08:12:45.000000000", "2. Filesystem Freeze Started"),
            ("08:12:45.100000000", "3. Filesystem Freeze Completed"),
            ("08:12:46.000000000", "4. Thawing FsFreeze"),
            ("08:12:46.150999999", "5. Filesystem Thaw Received"),
        ];
        assert_eq!(log(&all), (true, true, Some(1050)));
        assert_eq!(log(&all[..3]), (true, true, Some(900)));
        assert_eq!(log(&all[..2]), (true, false, None));
        assert_eq!(log(&all[2..]), (false, true, None));
        assert_eq!(log(&[("08:12:45.1", "3. Filesystem Freeze Completed"), all[2]]), (true, true, Some(900)));
        assert_eq!(log(&[("08:12:46.4", "3. Filesystem Freeze Completed"), all[2]]), (true, true, None));
        assert_eq!(log(&[("8:12", "3. Filesystem Freeze Completed"), all[2]]), (true, true, None));
    }

    #[test]
    fn lines_of_scripts_group_and_freeze_are_steps() {
        let text = [
            "Start to run Pre-Script /a",
            "Run Pre-Script success",
            "SnapshotGroupId= ssg-1",
            "Start to run Post-Script /b",
            "Run Post-Script success",
            "Run another thing",
        ]
        .map(|message| format!("[level=\"info\"][time=\"2025-11-03 08:12:45\"][message=\"{message}\"]\n"))
        .concat();
        let steps: Vec<Step> = read(text.as_bytes()).steps.iter().map(|(step, _)| *step).collect();
        assert_eq!(
            steps,
            [Step::PreScript, Step::PreScriptEnded, Step::Group, Step::PostScript, Step::PostScriptEnded]
        );
    }

    #[test]
    fn who_wrote_a_raw_line() {
        assert!(read(b"ExecutePluginOnline DOWNLOAD_FAIL.Timeout: see").launcher);
        assert!(read(b"ExecutePlugin EXECUTE_TIMEOUT_ERR: x").launcher);
        assert!(read(b"\x1b[1;31mERROR: repeated flag\x1b[0m").launcher);
        assert!(!read(b"the SIGKILL: x").launcher);
        assert!(read(b"sh: 1: Syntax error: Unterminated quoted string").shell_syntax);
        assert!(read(b"panic: runtime error").panic);
        assert!(
            read(b"  FsFreeze was interrupted by cancel or timeout context deadline exceeded\r\n").freeze_interrupted
        );
    }

    #[test]
    fn error_lines_are_few_and_short() {
        let text = format!("{}\n[level=\"error\"][message=\"{}\"]", "raw\n".repeat(9), "长".repeat(200));
        let log = read(text.as_bytes());
        let lines = log.error_lines(false);
        assert_eq!(lines, ["长".repeat(100) + "…"]);
        assert_eq!(log.error_lines(true).len(), ERROR_LINES);
        assert_eq!(log.error_lines(true).last(), lines.last());
    }
}
