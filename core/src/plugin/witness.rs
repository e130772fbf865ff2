//! The witness: the record that a pair of quiesce scripts leaves in the guest, read strictly and held to the command it is
//! meant to be about. `scripts/README.md` has the form of the record.
//!
//! The guest says what it says: a record counts only if consnap's own command read it, in the same boot, of the scripts
//! of the job, from within the command. Anything else is no witness, and nothing here makes a result better than the
//! tags.

use base16ct::lower::encode_string;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::base::time::Time;
use crate::catalog::witness::{RecordDefect, RecordState};
use crate::diagnostics::text::Lang;
use crate::input::job::Job;

pub mod coverage;
pub mod look;
mod record;

pub use coverage::{Coverage, WitnessMount, coverage};
pub use record::{Record, RecordSummary, parse};

/// How many bytes of a record are read; a label of PostgreSQL in it has a few hundred.
pub const MOST_BYTES: usize = 65_536;

/// By how many hundredths of a second the service's times may be off: they are whole seconds, of two commands.
const GRANULARITY: i64 = 200;
/// How long the read may take, in hundredths of a second: by so much its moment is not known.
const LONGEST_READ: i64 = 3_000;

/// Why a record does not count, and where.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Defect {
    /// Why.
    pub defect: RecordDefect,
    /// The line, from 1; 0 for none.
    pub line: usize,
    /// The key; empty for none. One of consnap's own words, never the guest's.
    pub key: &'static str,
}

impl Defect {
    const fn of(defect: RecordDefect) -> Self {
        Self { defect, line: 0, key: "" }
    }

    const fn at(defect: RecordDefect, line: usize) -> Self {
        Self { defect, line, key: "" }
    }

    const fn key(defect: RecordDefect, key: &'static str) -> Self {
        Self { defect, line: 0, key }
    }

    /// In words.
    pub fn text(&self, lang: Lang) -> String {
        let args = [("line".into(), self.line.to_string()), ("key".into(), self.key.to_owned())];
        self.defect.text().fill(lang, &args)
    }
}

/// The scripts whose record is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct WitnessScripts {
    /// The name of the service.
    pub name: String,
    /// The SHA-256 of the pre-script, in hexadecimal digits.
    pub pre_sha256: String,
    /// The SHA-256 of the post-script.
    pub post_sha256: String,
}

impl WitnessScripts {
    /// Those of a job; nothing for one without `linux.quiesce`, or whose scripts are not written.
    pub fn of(job: &Job) -> Option<Self> {
        let quiesce = job.linux.quiesce.as_ref()?;
        let uploads: Vec<String> =
            job.linux.uploads().map(|(_, content)| encode_string(&Sha256::digest(content))).collect();
        let [pre_sha256, post_sha256] = <[String; 2]>::try_from(uploads).ok()?;
        Some(Self { name: quiesce.name().to_owned(), pre_sha256, post_sha256 })
    }
}

/// What the read tells beside the record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct WitnessRead {
    /// The boot id of the kernel.
    pub boot_id: String,
    /// Seconds since boot when the record was read.
    pub uptime_seconds: f64,
    /// When the command that read it began, as the service has it.
    pub started_at: Option<Time>,
    /// When it ended.
    pub finished_at: Option<Time>,
    /// The mounts that the record names, with their disks; missing where not all of them could be seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mounts: Option<Vec<WitnessMount>>,
}

/// When the command that is asked about ran, as the service has it.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub struct Ran {
    /// Its beginning.
    pub started_at: Option<Time>,
    /// Its end.
    pub finished_at: Option<Time>,
}

/// What a record shows about a command, and the mount points with data outside of the group, where that is what it shows.
/// `expected`: the disks that must be in the group.
///
/// # Errors
///
/// Why it does not count.
pub fn judge<'a>(
    record: &Record<'_>,
    scripts: &WitnessScripts,
    read: &WitnessRead,
    ran: Ran,
    expected: impl Iterator<Item = &'a str>,
) -> Result<(RecordState, Vec<String>), Defect> {
    if record.name != scripts.name {
        return Err(Defect::of(RecordDefect::OtherService));
    }
    if record.boot != read.boot_id || read.boot_id.is_empty() {
        return Err(Defect::of(RecordDefect::OtherBoot));
    }
    // Pre-script and holder write before the post-script has run.
    let post = if record.role == "post" { scripts.post_sha256.as_str() } else { "-" };
    if record.pre_hash != scripts.pre_sha256 || record.post_hash != post {
        return Err(Defect::of(RecordDefect::OtherScripts));
    }
    within(record, read, ran)?;
    let state = record.state()?;
    if state != RecordState::Valid {
        return Ok((state, Vec::new()));
    }
    match coverage(&record.mounts, read.mounts.as_deref(), expected) {
        Coverage::Inside => Ok((state, Vec::new())),
        Coverage::Outside(mounts) => Ok((RecordState::Outside, mounts)),
        Coverage::Unknown => Err(Defect::of(RecordDefect::Unlocated)),
    }
}

/// Whether pre-script and record lie within the command. The read ties the guest's time since boot to the service's clock.
fn within(record: &Record<'_>, read: &WitnessRead, ran: Ran) -> Result<(), Defect> {
    let clock = Defect::of(RecordDefect::Clock);
    let (Some(read_from), Some(read_to)) = (read.started_at, read.finished_at) else { return Err(clock) };
    let (Some(ran_from), Some(ran_to)) = (ran.started_at, ran.finished_at) else { return Err(clock) };
    if !(0.0..=1e10).contains(&read.uptime_seconds) {
        return Err(clock);
    }
    #[expect(clippy::cast_possible_truncation, reason = "the range is looked at above")]
    let uptime = (read.uptime_seconds * 100.0).round() as i64;
    let hundredths = |time: Time| time.millis() / 10;
    let (read_from, read_to) = (hundredths(read_from), hundredths(read_to));
    let (ran_from, ran_to) = (hundredths(ran_from), hundredths(ran_to));
    if read_to < read_from || read_to - read_from > LONGEST_READ || ran_to < ran_from {
        return Err(clock);
    }
    if record.uptime > uptime {
        return Err(Defect::of(RecordDefect::OtherTime));
    }
    let earliest = read_from - (uptime - record.began);
    let latest = read_to - (uptime - record.at);
    if earliest + GRANULARITY < ran_from || latest - GRANULARITY > ran_to {
        return Err(Defect::of(RecordDefect::OtherTime));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_a_record_can_have_is_not_read() {
        let long = format!("consnap-quiesce format=1 x={}\n", "y".repeat(MOST_BYTES));
        assert_eq!(parse(&long).unwrap_err().defect, RecordDefect::Form);
    }

    #[test]
    fn words_name_their_place_and_nothing_of_the_guest() {
        let defect = parse("consnap-quiesce format=1 role=\u{1b}[31m\nend lines=2\n").unwrap_err();
        assert_eq!(defect.text(Lang::En), "line 1 is not of the form of a record");
        assert_eq!(parse("consnap-quiesce format=1\nend lines=2\n").unwrap_err().text(Lang::En), "`script` is missing");
    }
}
