//! The journal of a run: a directory with `journal.jsonl`, whose first line says what the run is and whose other lines are
//! its numbered events, and `replies.jsonl`, the raw replies that decided a verdict.
//!
//! What [`Journal::sync`] reported as written survives a crash. A line that was being written when the power went is cut
//! off on opening; a damaged line before the last is refused, because what it said cannot be guessed.

mod claims;
mod line;
mod read;
mod record;
mod replies;
pub(crate) mod state_directory;
mod writer;

use std::fs::File;
use std::path::{Path, PathBuf};

use consnap_core::base::http::HttpReply;
use consnap_core::diagnostics::messages::journal as rows;
use consnap_core::{Error, ErrorKind, Time};
use serde::{Deserialize, Serialize};

pub(crate) use claims::claim;
pub use claims::is_alive;
pub use read::{Entry, Recorded, list, load, unfinished, without_journal};
pub(crate) use read::{may_hold_guests, named_in, names_held_guests};
pub use replies::{KeptReply, load_replies};
pub use state_directory::state_directory;

use state_directory::{io_error, make_private, must_be_ours, private_file, run_directory, sync_directory};
use writer::Writer;

const JOURNAL: &str = "journal.jsonl";
const REPLIES: &str = "replies.jsonl";
const TORN: &str = "journal.torn";

/// The format this version writes, and the newest it reads.
pub const FORMAT: u32 = 1;

/// What a run is: the first line of its journal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// The format of the file, [`FORMAT`].
    pub format: u32,
    /// The version of consnap that wrote it.
    pub consnap_version: String,
    /// The version of its catalogue.
    pub catalogue_version: String,
    /// The run's id; letters, digits, `-` and `_`.
    pub run_id: String,
    /// The account's number. Another account must not resume: it would look and find nothing.
    pub account: String,
    /// The regions of the run.
    pub regions: Vec<String>,
    /// The endpoint that was given, if one was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// The job as it was read.
    pub job: serde_json::Value,
    /// The hash of the approved plan.
    pub plan_hash: String,
    /// When the run began.
    pub started_at: Time,
    /// Hash of the job, by which later runs of it know this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job_hash: Option<String>,
    /// After this time the run starts nothing new: the earlier of `run.deadline` and `run.start_before`, resolved when it began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_start_after: Option<Time>,
    /// How many instances the job selected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selected: Option<u32>,
}

/// The journal of a run that this process works on. The lock goes with it.
#[derive(Debug)]
pub struct Journal {
    directory: PathBuf,
    events: Writer,
    replies: Option<Writer>,
    next_seq: u64,
}

impl Journal {
    /// Makes the journal of a new run, whole and durable, or not at all.
    ///
    /// The directory appears under its name only with the header in it. A run that exists already is an error.
    pub fn create(state: &Path, header: &Header) -> Result<Self, Error> {
        let directory = run_directory(state, &header.run_id)?;
        let failed = |error: &std::io::Error| io_error(&directory, error);
        make_private(state).map_err(|error| failed(&error))?;
        // Not a run id, so that it never shows up as a run.
        let draft = state.join(format!(".{}.{}", header.run_id, std::process::id()));
        let made = write_draft(&draft, header).and_then(|()| {
            if directory.exists() {
                return Err(run_exists(&header.run_id, state));
            }
            match std::fs::rename(&draft, &directory) {
                Ok(()) => Ok(()),
                Err(_) if directory.exists() => Err(run_exists(&header.run_id, state)),
                Err(error) => Err(failed(&error)),
            }
        });
        if let Err(error) = made {
            // The draft is ours alone; what cannot be removed does no harm.
            let _ = std::fs::remove_dir_all(&draft);
            return Err(error);
        }
        sync_directory(state).map_err(|error| failed(&error))?;
        Self::open(state, &header.run_id).map(|(journal, _)| journal)
    }

    /// Opens the journal of a run to go on with it: takes the lock, cuts a torn end off, and gives what was recorded.
    ///
    /// Errors: no such run, another process has it, another user may have written it, a newer format, a damaged line that is
    /// not the last.
    pub fn open(state: &Path, run_id: &str) -> Result<(Self, Recorded), Error> {
        let directory = run_directory(state, run_id)?;
        let path = directory.join(JOURNAL);
        let file = match private_file().read(true).write(true).open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err(run_not_found(run_id, state)),
            Err(error) => return Err(io_error(&path, &error)),
        };
        for trusted in [state, &directory, &path] {
            must_be_ours(trusted)?;
        }
        lock(&file, &path, run_id)?;
        let (recorded, whole) = read::read(&file, &path)?;
        let next_seq = u64::try_from(recorded.events.len()).unwrap_or(u64::MAX).saturating_add(1);
        let mut events = Writer::new(file, path.clone(), whole);
        if recorded.torn {
            keep_what_is_cut(&directory, &path, whole)?;
        }
        events.cut()?;
        sync_directory(&directory).map_err(|error| io_error(&path, &error))?;
        Ok((Self { directory, events, replies: None, next_seq }, recorded))
    }

    /// Records an event. It is durable only after [`Journal::sync`]. `seq` counts from 1 without a gap; anything else is an
    /// error and records nothing.
    pub fn append(&mut self, seq: u64, event: &impl Serialize) -> Result<(), Error> {
        let path = self.events.path();
        if seq != self.next_seq {
            return Err(Error::new(ErrorKind::Rejected, &rows::JOURNAL_FAILED)
                .with("file", path.display().to_string())
                .with("detail", format!("event {seq} was to follow event {}", self.next_seq.saturating_sub(1))));
        }
        let text = serde_json::to_string(event).map_err(|error| unwritable(path, &error))?;
        self.events.push(|out| line::write(out, seq, "event", &text));
        self.next_seq = seq.saturating_add(1);
        if self.events.is_long() { self.sync() } else { Ok(()) }
    }

    /// Keeps a raw reply that decides a verdict, under the number of its call. Durable after [`Journal::sync`].
    pub fn keep_reply(&mut self, call_id: u64, operation: &str, reply: &HttpReply) -> Result<(), Error> {
        let path = self.directory.join(REPLIES);
        let text =
            serde_json::to_string(&KeptReply::new(operation, reply)).map_err(|error| unwritable(&path, &error))?;
        if self.replies.is_none() {
            let failed = |error: &std::io::Error| io_error(&path, error);
            let file = private_file()
                .read(true)
                .write(true)
                .create(true)
                .truncate(false)
                .open(&path)
                .map_err(|error| failed(&error))?;
            let whole = replies::whole_length(&file).map_err(|error| failed(&error))?;
            sync_directory(&self.directory).map_err(|error| failed(&error))?;
            let mut writer = Writer::new(file, path.clone(), whole);
            writer.cut()?;
            self.replies = Some(writer);
        }
        if let Some(writer) = &mut self.replies {
            writer.push(|out| line::write(out, call_id, "reply", &text));
            if writer.is_long() {
                return writer.sync();
            }
        }
        Ok(())
    }

    /// Hands what was recorded to the operating system, so that another process can read along. Not yet durable.
    pub fn flush(&mut self) -> Result<(), Error> {
        if let Some(replies) = &mut self.replies {
            replies.flush()?;
        }
        self.events.flush()
    }

    /// Makes everything recorded durable. After an error nothing is lost: the next call tries the same bytes again.
    pub fn sync(&mut self) -> Result<(), Error> {
        // Replies first: an event must not speak of a reply that is lost.
        if let Some(replies) = &mut self.replies {
            replies.sync()?;
        }
        self.events.sync()
    }

    /// The run's directory.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The number the next event must have.
    pub fn next_seq(&self) -> u64 {
        self.next_seq
    }
}

impl Drop for Journal {
    /// Gives the lock back at once: left to closing, it would live on in a child process that was being started.
    fn drop(&mut self) {
        self.events.unlock();
    }
}

/// Keeps the end of a journal that is cut off, because no line of it is whole: for whoever wants to know what it said.
fn keep_what_is_cut(directory: &Path, journal: &Path, whole: u64) -> Result<(), Error> {
    let path = directory.join(TORN);
    let failed = |error: &std::io::Error| io_error(&path, error);
    let bytes = std::fs::read(journal).map_err(|error| failed(&error))?;
    let cut = usize::try_from(whole).ok().and_then(|whole| bytes.get(whole..)).unwrap_or_default();
    let mut file = private_file().append(true).create(true).open(&path).map_err(|error| failed(&error))?;
    std::io::Write::write_all(&mut file, cut).map_err(|error| failed(&error))
}

/// A run's directory under another name, with the header in it, durable.
fn write_draft(draft: &Path, header: &Header) -> Result<(), Error> {
    let failed = |error: &std::io::Error| io_error(draft, error);
    make_private(draft).map_err(|error| failed(&error))?;
    let path = draft.join(JOURNAL);
    let file = private_file().write(true).create_new(true).open(&path).map_err(|error| failed(&error))?;
    let text = serde_json::to_string(header).map_err(|error| unwritable(&path, &error))?;
    let mut writer = Writer::new(file, path, 0);
    writer.push(|out| line::write(out, 0, "header", &text));
    writer.sync()?;
    sync_directory(draft).map_err(|error| failed(&error))
}

fn lock(file: &File, path: &Path, run_id: &str) -> Result<(), Error> {
    file.try_lock().map_err(|error| match error {
        std::fs::TryLockError::WouldBlock => Error::new(ErrorKind::Rejected, &rows::JOURNAL_IN_USE).with("run", run_id),
        std::fs::TryLockError::Error(error) => io_error(path, &error),
    })
}

fn run_exists(run_id: &str, state: &Path) -> Error {
    Error::new(ErrorKind::Rejected, &rows::RUN_EXISTS)
        .with("run", run_id)
        .with("directory", state.display().to_string())
}

fn run_not_found(run_id: &str, state: &Path) -> Error {
    Error::new(ErrorKind::Input, &rows::RUN_NOT_FOUND)
        .with("run", run_id)
        .with("directory", state.display().to_string())
}

fn unwritable(path: &Path, error: &serde_json::Error) -> Error {
    Error::new(ErrorKind::Rejected, &rows::JOURNAL_FAILED)
        .with("file", path.display().to_string())
        .with("detail", error.to_string())
}
