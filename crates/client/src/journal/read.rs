//! Reads journals.

use std::fs::File;
use std::io::{Read as _, Seek as _};
use std::path::Path;

use consnap_core::diagnostics::messages::journal as rows;
use consnap_core::run::session::{Event, Numbered};
use consnap_core::{Error, ErrorKind, Time};

use super::{FORMAT, Header, JOURNAL, io_error, line, run_directory, run_not_found};

/// What a journal holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// What the run is.
    pub header: Header,
    /// The JSON of each event, from number 1.
    pub events: Vec<String>,
    /// Whether the end was torn: a line that was being written when the process or the machine stopped.
    pub torn: bool,
}

/// A run in the state directory.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its id.
    pub run_id: String,
    /// What it is, or why that cannot be read.
    pub header: Result<Header, Error>,
}

/// Reads a journal without a lock and without changing it, also while another process works on it.
pub fn load(state: &Path, run_id: &str) -> Result<Recorded, Error> {
    let path = run_directory(state, run_id)?.join(JOURNAL);
    match File::open(&path) {
        Ok(file) => read(&file, &path).map(|(recorded, _)| recorded),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(run_not_found(run_id, state)),
        Err(error) => Err(io_error(&path, &error)),
    }
}

/// The runs of a state directory, oldest first. A state directory that does not exist has none.
pub fn list(state: &Path) -> Result<Vec<Entry>, Error> {
    let entries = match std::fs::read_dir(state) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(io_error(state, &error)),
    };
    let mut runs = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| io_error(state, &error))?;
        let Ok(run_id) = entry.file_name().into_string() else { continue };
        let Ok(directory) = run_directory(state, &run_id) else { continue };
        let path = directory.join(JOURNAL);
        if path.exists() {
            runs.push(Entry { run_id, header: first_line(&path) });
        }
    }
    let began = |entry: &Entry| entry.header.as_ref().map_or(Time::EPOCH, |header| header.started_at);
    runs.sort_by(|a, b| began(a).cmp(&began(b)).then_with(|| a.run_id.cmp(&b.run_id)));
    Ok(runs)
}

/// Directories that are named like runs and have no journal, with what is wrong: what they left open is not known.
pub fn without_journal(state: &Path) -> Vec<(String, Error)> {
    let entries = std::fs::read_dir(state).into_iter().flatten().flatten();
    let lacks = entries.filter_map(|entry| {
        let run_id = entry.file_name().into_string().ok().filter(|name| name != crate::pruning::FOLDER)?;
        let directory = run_directory(state, &run_id).ok().filter(|directory| directory.is_dir())?;
        let path = directory.join(JOURNAL);
        let error = std::fs::metadata(&path).err()?;
        Some((run_id, io_error(&path, &error)))
    });
    lacks.collect()
}

/// The runs of the same job, over the same endpoint, that began and are not over, and on which no process works: what they
/// started may still be at work.
pub fn unfinished(state: &Path, header: &Header) -> Vec<String> {
    let runs = list(state).unwrap_or_default();
    let same = |other: &Header| {
        other.job_hash.is_some() && other.job_hash == header.job_hash && other.endpoint == header.endpoint
    };
    runs.into_iter()
        .filter(|entry| entry.header.as_ref().is_ok_and(same))
        .map(|entry| entry.run_id)
        .filter(|run| !super::claims::is_alive(state, run) && !is_over(state, run))
        .collect()
}

/// Whether a journal has anything in it that may leave a guest held: a command that held it, or one whose result nobody saw.
pub(crate) fn may_hold_guests(state: &Path, run_id: &str) -> bool {
    names_held_guests(state, run_id) || !is_over(state, run_id)
}

/// Whether a journal says somewhere that a guest may be held, as far as that can be told of one that is damaged.
pub(crate) fn names_held_guests(state: &Path, run_id: &str) -> bool {
    let Ok(directory) = run_directory(state, run_id) else { return false };
    let Ok(bytes) = std::fs::read(directory.join(JOURNAL)) else { return true };
    let signs =
        ["\"held\":true", "\"event\":\"result_overdue\"", "\"event\":\"result_gone\"", "\"event\":\"call_lost\""];
    signs.iter().any(|sign| memchr::memmem::find(&bytes, sign.as_bytes()).is_some())
}

/// Those instances that a journal names somewhere, as far as that can be told of one that is damaged.
pub(crate) fn named_in(state: &Path, run_id: &str, instances: &[String]) -> Vec<String> {
    let bytes = run_directory(state, run_id).ok().and_then(|directory| std::fs::read(directory.join(JOURNAL)).ok());
    let names = |id: &String| bytes.as_ref().is_none_or(|bytes| memchr::memmem::find(bytes, id.as_bytes()).is_some());
    instances.iter().filter(|id| names(id)).cloned().collect()
}

/// Whether the end of a journal says that the run is over.
pub(super) fn is_over(state: &Path, run_id: &str) -> bool {
    let Ok(directory) = run_directory(state, run_id) else { return false };
    let Ok(mut file) = File::open(directory.join(JOURNAL)) else { return false };
    // These lines are short; those before them do not matter.
    let from = file.metadata().map_or(0, |metadata| metadata.len()).saturating_sub(16_384);
    let mut end = Vec::new();
    if file.seek(std::io::SeekFrom::Start(from)).is_err() || file.read_to_end(&mut end).is_err() {
        return false;
    }
    // What is said of its guests afterwards does not open it again.
    let events = end.rsplit(|byte| *byte == b'\n').skip(1).map(|line| {
        let text = line::read(line, "event").ok()?.text;
        serde_json::from_str::<Numbered>(text).ok().map(|numbered| numbered.event)
    });
    let mut of_run = events.skip_while(|event| matches!(event, Some(Event::GuestReleased { .. })));
    matches!(of_run.next(), Some(Some(Event::RunEnded { .. })))
}

fn first_line(path: &Path) -> Result<Header, Error> {
    let failed = |error: &std::io::Error| io_error(path, error);
    let mut first = Vec::new();
    let file = File::open(path).map_err(|error| failed(&error))?;
    std::io::BufRead::read_until(&mut std::io::BufReader::new(file), b'\n', &mut first)
        .map_err(|error| failed(&error))?;
    header(path, first.strip_suffix(b"\n").unwrap_or(&first))
}

/// The content of a journal, and how many bytes of it are whole lines.
pub(super) fn read(mut file: &File, path: &Path) -> Result<(Recorded, u64), Error> {
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(|error| io_error(path, &error))?;
    let first = bytes.split_inclusive(|byte| *byte == b'\n').next().unwrap_or_default();
    // The journal got its name only with its header in it, so a header that is not whole is damage, not a crash.
    let whole_first = first.strip_suffix(b"\n").ok_or_else(|| damaged(path, 1, "it is not whole"))?;
    let header = header(path, whole_first)?;
    let mut whole = first.len();
    let mut events = Vec::new();
    let mut torn = false;
    let rest = bytes.get(whole..).unwrap_or_default();
    for (number, full) in (2_u64..).zip(rest.split_inclusive(|byte| *byte == b'\n')) {
        let expected = number - 1;
        let read = full.strip_suffix(b"\n").ok_or("it is not whole").and_then(|text| line::read(text, "event"));
        match read {
            Ok(line) if line.seq == expected => {
                events.push(line.text.to_owned());
                whole = whole.saturating_add(full.len());
            }
            Ok(line) => return Err(damaged(path, number, &format!("it has number {}, not {expected}", line.seq))),
            // Only the very last line can be torn by a crash.
            Err(_) if whole.saturating_add(full.len()) == bytes.len() => torn = true,
            Err(detail) => return Err(damaged(path, number, detail)),
        }
    }
    Ok((Recorded { header, events, torn }, u64::try_from(whole).unwrap_or(u64::MAX)))
}

/// What every format's header has.
#[derive(serde::Deserialize)]
struct Format {
    format: u32,
    #[serde(default)]
    consnap_version: String,
}

fn header(path: &Path, line: &[u8]) -> Result<Header, Error> {
    let text = line::read(line, "header").map_err(|detail| damaged(path, 1, detail))?.text;
    let format: Format = serde_json::from_str(text).map_err(|error| damaged(path, 1, &error.to_string()))?;
    if format.format == 0 || format.format > FORMAT {
        return Err(Error::new(ErrorKind::Input, &rows::JOURNAL_OF_OTHER_FORMAT)
            .with("file", path.display().to_string())
            .with("format", format.format.to_string())
            .with("version", format.consnap_version));
    }
    serde_json::from_str(text).map_err(|error| damaged(path, 1, &error.to_string()))
}

pub(super) fn damaged(path: &Path, number: u64, detail: &str) -> Error {
    Error::new(ErrorKind::Input, &rows::JOURNAL_DAMAGED)
        .with("file", path.display().to_string())
        .with("line", number.to_string())
        .with("detail", detail)
}
