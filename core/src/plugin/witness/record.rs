//! The lines of a record, read strictly: what is not exactly as it must be is no record.

use serde::{Deserialize, Serialize};

use super::{Defect, MOST_BYTES};
use crate::catalog::witness::{RecordDefect, RecordState};

/// A record. Its texts are the guest's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// `pre`, `holder` or `post`: who wrote it.
    pub role: &'a str,
    /// The name of the service.
    pub name: &'a str,
    /// The engine.
    pub engine: &'a str,
    /// The verdict of the script.
    pub verdict: &'a str,
    /// Its exit code.
    pub code: i64,
    /// `yes`, `no` or `unknown`: whether anything is held after it.
    pub held: &'a str,
    /// How the hold ended.
    pub result: Option<&'a str>,
    /// `yes`, `no`, `-` or `unknown`: whether nothing was written.
    pub same: Option<&'a str>,
    /// Where the server stood when the lock was had, and at the last look.
    pub positions: [Option<&'a str>; 2],
    /// For how many milliseconds it was held.
    pub held_ms: Option<i64>,
    /// When the pre-script began, in hundredths of a second since boot.
    pub began: i64,
    /// When the script wrote its line.
    pub at: i64,
    /// When the lock was had.
    pub from: Option<i64>,
    /// The last look before the release.
    pub to: Option<i64>,
    /// Why the pre-script refused.
    pub why: Option<&'a str>,
    /// Whether a write still stood when it was released.
    pub frozen_at_release: Option<&'a str>,
    /// The SHA-256 of the pre-script.
    pub pre_hash: &'a str,
    /// The SHA-256 of the post-script; `-` before it has run.
    pub post_hash: &'a str,
    /// The boot id of the kernel.
    pub boot: &'a str,
    /// When the record was written, in hundredths of a second since boot.
    pub uptime: i64,
    /// Mount points with data of the service, in the kernel's spelling.
    pub mounts: Vec<&'a str>,
}

/// What a record says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RecordSummary {
    /// Who wrote it: `pre`, `holder` or `post`.
    pub role: String,
    /// The name of the service.
    pub name: String,
    /// The engine.
    pub engine: String,
    /// The verdict of the script; `consnap scripts explain` explains it.
    pub verdict: String,
    /// Its exit code.
    pub exit_code: i64,
    /// Why the pre-script refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// For how many milliseconds the service was held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_ms: Option<i64>,
    /// Whether a file system was frozen before the hold or still at the release: then the record says nothing about it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub saw_frozen: bool,
    /// Mount points with data of the service, in the kernel's spelling.
    #[serde(default)]
    pub mounts: Vec<String>,
}

impl RecordSummary {
    /// Of a record.
    pub fn of(record: &Record<'_>) -> Self {
        Self {
            role: record.role.to_owned(),
            name: record.name.to_owned(),
            engine: record.engine.to_owned(),
            verdict: record.verdict.to_owned(),
            exit_code: record.code,
            why: record.why.map(str::to_owned),
            held_ms: record.held_ms,
            saw_frozen: record.why == Some("frozen_already") || record.frozen_at_release == Some("yes"),
            mounts: record.mounts.iter().map(|mount| (*mount).to_owned()).collect(),
        }
    }
}

/// A verdict with the exit code and the `held` it comes with, and what it shows.
struct Word {
    role: &'static str,
    verdict: &'static str,
    codes: std::ops::RangeInclusive<i64>,
    held: &'static str,
    state: RecordState,
}

macro_rules! words {
    ($($role:literal $verdict:literal $codes:expr, $held:literal => $state:ident;)*) => {
        static WORDS: &[Word] = &[$(
            Word { role: $role, verdict: $verdict, codes: $codes, held: $held, state: RecordState::$state },
        )*];
    };
}

// `None`: a pre-script or a holder that has left the rest to a post-script.
words! {
    "post" "proven" 0..=0, "no" => Valid;
    "post" "session" 0..=0, "no" => Valid;
    "post" "backup" 0..=0, "no" => Valid;
    "post" "checkpointed" 0..=0, "no" => Valid;
    "post" "saved" 0..=0, "no" => Valid;
    "post" "parts" 0..=0, "no" => Valid;
    "post" "hooks" 0..=0, "no" => Valid;
    "post" "lost" 20..=20, "no" => Lost;
    "post" "written" 22..=22, "no" => Lost;
    "post" "forced" 24..=24, "no" => Lost;
    "post" "wal_missing" 25..=25, "no" => Lost;
    "post" "expired" 21..=21, "no" => Expired;
    "post" "not_released" 24..=24, "unknown" => Unreleased;
    "holder" "lost" 20..=20, "no" => Lost;
    "holder" "written" 22..=22, "no" => Lost;
    "holder" "wal_missing" 25..=25, "no" => Lost;
    "holder" "expired" 21..=21, "no" => Expired;
    "holder" "not_released" 24..=24, "unknown" => Unreleased;
    "holder" "proven" 0..=0, "no" => None;
    "holder" "session" 0..=0, "no" => None;
    "holder" "backup" 0..=0, "no" => None;
    "holder" "checkpointed" 0..=0, "no" => None;
    "holder" "saved" 0..=0, "no" => None;
    "holder" "parts" 0..=0, "no" => None;
    "holder" "hooks" 0..=0, "no" => None;
    "pre" "held" 0..=0, "yes" => None;
    "pre" "refused" 10..=18, "no" => Refused;
    "pre" "not_released" 10..=18, "unknown" => Unreleased;
}

const RESULTS: [&str; 7] = ["released", "expired", "lost", "killed", "aborted", "abandoned", "forced"];
/// The lines in their order, and whether each must be there.
const LINES: [(&str, bool); 7] = [
    ("consnap-quiesce", true),
    ("script", true),
    ("host", true),
    ("data", true),
    ("label", false),
    ("tablespace_map", false),
    ("end", true),
];

/// A line: its keys and values.
type Pairs<'a> = Vec<(&'a str, &'a str)>;

/// Reads a record.
///
/// # Errors
///
/// Why it is none.
pub fn parse(text: &str) -> Result<Record<'_>, Defect> {
    if text.is_empty() {
        return Err(Defect::of(RecordDefect::Absent));
    }
    let lines = lines(text)?;
    let get = |line: usize, key: &str| -> Option<&str> {
        lines.get(line)?.as_ref()?.iter().find(|pair| pair.0 == key).map(|pair| pair.1)
    };
    let need = |line, key| get(line, key).ok_or(Defect::key(RecordDefect::Missing, key));
    let number = |key, text: &str| {
        let number = if is_digits(text) { text.parse::<i64>().ok() } else { None };
        number.ok_or(Defect::key(RecordDefect::Contradictory, key))
    };
    let time = |key, text: &str| hundredths(text).ok_or(Defect::key(RecordDefect::Contradictory, key));
    let optional_time = |key| get(0, key).map(|text| time(key, text)).transpose();
    // The pre-script's beginning, in hundredths of a second, and its process.
    let run = need(0, "run")?;
    let began = run.split_once('.').filter(|(_, pid)| is_digits(pid)).map_or("", |(began, _)| began);
    let record = Record {
        role: need(0, "role")?,
        name: need(0, "name")?,
        engine: need(0, "engine")?,
        verdict: need(0, "verdict")?,
        code: number("code", need(0, "code")?)?,
        held: need(0, "held")?,
        result: get(0, "result"),
        same: get(0, "same"),
        positions: [get(0, "position_from"), get(0, "position_to")],
        held_ms: get(0, "held_ms").map(|text| number("held_ms", text)).transpose()?,
        began: number("run", began)?,
        at: time("at", need(0, "at")?)?,
        from: optional_time("from")?,
        to: optional_time("to")?,
        why: get(0, "why"),
        frozen_at_release: get(0, "frozen_at_release"),
        pre_hash: need(1, "pre")?,
        post_hash: need(1, "post")?,
        boot: need(2, "boot")?,
        uptime: time("uptime", need(2, "uptime")?)?,
        mounts: need(3, "mounts")?.split(',').filter(|mount| *mount != "-").collect(),
    };
    need(1, "library")?;
    need(2, "wall")?;
    record.is_consistent()?;
    Ok(record)
}

/// The lines by their place in [`LINES`].
fn lines(text: &str) -> Result<Vec<Option<Pairs<'_>>>, Defect> {
    if text.len() > MOST_BYTES {
        return Err(Defect::of(RecordDefect::Form));
    }
    let mut found: Vec<Option<Pairs<'_>>> = vec![None; LINES.len()];
    // The last line is whole only with its line break.
    let Some(whole) = text.strip_suffix('\n') else { return Err(Defect::of(RecordDefect::Cut)) };
    let (mut place, mut count) = (0, 0);
    for (at, line) in whole.split('\n').enumerate() {
        count = at + 1;
        let mut words = line.split(' ');
        let word = words.next().unwrap_or_default();
        if at == 0 && word == LINES[0].0 && format_of(line) != Some("1") {
            return Err(Defect::of(RecordDefect::Format));
        }
        let Some(known) = LINES.iter().position(|(known, _)| *known == word) else {
            return Err(Defect::at(RecordDefect::Form, count));
        };
        if found.get(known).is_some_and(Option::is_some) {
            return Err(Defect::at(RecordDefect::Repeated, count));
        }
        // In their order; nothing after the last.
        if known < place || at == 0 && known != 0 {
            return Err(Defect::at(RecordDefect::Form, count));
        }
        place = known + 1;
        if let Some(slot) = found.get_mut(known) {
            *slot = Some(pairs(words, count)?);
        }
    }
    let Some(Some(end)) = found.last() else { return Err(Defect::of(RecordDefect::Cut)) };
    if end.as_slice() != [("lines", count.to_string().as_str())] {
        return Err(Defect::of(RecordDefect::Count));
    }
    for (slot, (word, must)) in found.iter().zip(LINES) {
        if must && slot.is_none() {
            return Err(Defect::key(RecordDefect::Missing, word));
        }
    }
    Ok(found)
}

/// The first `format` of a line, before anything else of it is read.
fn format_of(line: &str) -> Option<&str> {
    line.split(' ').find_map(|word| word.strip_prefix("format="))
}

fn pairs<'a>(words: impl Iterator<Item = &'a str>, line: usize) -> Result<Pairs<'a>, Defect> {
    let mut pairs: Pairs<'a> = Vec::new();
    for word in words {
        let (key, value) = word.split_once('=').ok_or(Defect::at(RecordDefect::Form, line))?;
        let is_key = !key.is_empty()
            && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
        if !is_key || value.is_empty() || !value.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Defect::at(RecordDefect::Form, line));
        }
        if pairs.iter().any(|(known, _)| *known == key) {
            return Err(Defect::at(RecordDefect::Repeated, line));
        }
        pairs.push((key, value));
    }
    Ok(pairs)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.len() <= 15 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Seconds with two decimals, as `/proc/uptime` has them.
pub(super) fn hundredths(text: &str) -> Option<i64> {
    let (whole, part) = text.split_once('.')?;
    if !is_digits(whole) || whole.len() > 12 || !is_digits(part) || part.len() != 2 {
        return None;
    }
    Some(whole.parse::<i64>().ok()? * 100 + part.parse::<i64>().ok()?)
}

impl Record<'_> {
    /// What its words mean.
    fn word(&self) -> Result<&'static Word, Defect> {
        if !["pre", "holder", "post"].contains(&self.role) {
            return Err(Defect::key(RecordDefect::Unknown, "role"));
        }
        WORDS
            .iter()
            .find(|word| word.role == self.role && word.verdict == self.verdict)
            .ok_or(Defect::key(RecordDefect::Unknown, "verdict"))
    }

    /// Whether its words fit each other.
    fn is_consistent(&self) -> Result<(), Defect> {
        let contradictory = |key| Err(Defect::key(RecordDefect::Contradictory, key));
        let word = self.word()?;
        if !word.codes.contains(&self.code) {
            return contradictory("code");
        }
        if self.held != word.held {
            return contradictory("held");
        }
        if self.result.is_some_and(|result| !RESULTS.contains(&result)) {
            return Err(Defect::key(RecordDefect::Unknown, "result"));
        }
        if self.same.is_some_and(|same| !["yes", "no", "-", "unknown"].contains(&same)) {
            return Err(Defect::key(RecordDefect::Unknown, "same"));
        }
        let [position_from, position_to] = self.positions;
        let moved = position_from != position_to || matches!(position_from, None | Some("-"));
        if self.same == Some("yes") && moved {
            return contradictory("same");
        }
        let times = [Some(self.began), self.from, self.to, Some(self.at), Some(self.uptime)];
        if !times.into_iter().flatten().is_sorted() {
            return contradictory("at");
        }
        match word.state {
            RecordState::Refused if self.why.is_none() => Err(Defect::key(RecordDefect::Missing, "why")),
            RecordState::Valid => {
                if self.result != Some("released") {
                    return contradictory("result");
                }
                if self.verdict == "proven" && self.same != Some("yes") || !matches!(self.same, Some("yes" | "-")) {
                    return contradictory("same");
                }
                let (Some(from), Some(to)) = (self.from, self.to) else {
                    return Err(Defect::key(RecordDefect::Missing, "from"));
                };
                let held = self.held_ms.ok_or(Defect::key(RecordDefect::Missing, "held_ms"))?;
                // It counts from the lock, or from the first of several.
                if held.saturating_add(1_000) < (to - from).saturating_mul(10) {
                    return contradictory("held_ms");
                }
                Ok(())
            }
            RecordState::Expired if self.result != Some("expired") => contradictory("result"),
            _ => Ok(()),
        }
    }

    /// What it shows.
    pub(super) fn state(&self) -> Result<RecordState, Defect> {
        let state = self.word()?.state;
        match state {
            RecordState::None => Err(Defect::of(RecordDefect::Unfinished)),
            // The snapshot may be later than the release.
            RecordState::Valid if self.frozen_at_release != Some("no") => Err(Defect::of(RecordDefect::StillFrozen)),
            _ => Ok(state),
        }
    }
}
