//! Files that a run leaves beside its journal: the report as a page or as data, and figures for a monitoring system.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use consnap_client::journal;
use consnap_client::open_guests;
use consnap_client::past_run::PastRun;
use consnap_client::run::Run;
use consnap_core::diagnostics::messages::errors;
use consnap_core::report::{self, LastSuccess, Report};
use consnap_core::run::session::{Numbered, State};
use consnap_core::{Error, ErrorKind, Text};

use crate::arguments::LogFormat;
use crate::console::{Console, write_json};
use crate::drive::{Shown, state_directory};
use crate::exit::{Exit, Failure};

/// Runs that are read back at most to find the last success of an instance.
const MOST_RUNS: usize = 400;

/// Where a report goes besides standard output.
#[derive(Debug, Default, clap::Args)]
#[command(next_help_heading = "Evidence")]
pub(crate) struct ReportArguments {
    /// Write the report to this file too: a page (`.html`) or data (`.json`); repeat it to get both
    #[arg(long, value_name = "FILE")]
    report: Vec<PathBuf>,
}

/// What a run leaves besides its journal.
#[derive(Debug, Default, clap::Args)]
#[command(next_help_heading = "Evidence")]
pub(crate) struct EvidenceArguments {
    #[command(flatten)]
    report: ReportArguments,
    /// Write figures for Prometheus to this file: for the textfile collector its name must end with `.prom`
    #[arg(long, value_name = "FILE")]
    metrics_file: Option<PathBuf>,
    /// How standard error is written: for people, or every event as a line of JSON
    #[arg(long, value_enum, default_value_t = LogFormat::Text)]
    log_format: LogFormat,
}

/// How much of a run's report is shown, and where it goes.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct ShownArguments {
    /// List the instances that reached what was required too, one by one
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    pub(crate) evidence: EvidenceArguments,
}

impl ShownArguments {
    pub(crate) fn shown(&self) -> Shown<'_> {
        Shown { all: self.all, evidence: &self.evidence }
    }
}

impl ReportArguments {
    /// Looks whether all of it can be written, before anything is started.
    pub(crate) fn prepare(&self) -> Result<(), Failure> {
        for path in &self.report {
            form_of(path)?;
            try_out(path)?;
        }
        Ok(())
    }

    /// Writes the report. What cannot be written is told, and weighs as a finding does.
    pub(crate) fn write(&self, report: &Report, events: &[Numbered], console: &mut Console) -> Exit {
        let mut exit = Exit::Reached;
        for path in &self.report {
            let written = match form_of(path) {
                Ok(Form::Page) => {
                    let story = report::timeline(events, console.lang());
                    replace(path, |file| file.write_all(report::html(report, &story, console.lang()).as_bytes()))
                }
                Ok(Form::Data) => replace(path, |file| write_json(file, report)),
                Err(_) => continue,
            };
            exit = exit.or_worse(tell_written(path, written, console));
        }
        exit
    }
}

/// Says that a report was written. What could not be written is told, and weighs as a finding does.
pub(crate) fn tell_written(path: &Path, written: Result<(), Error>, console: &mut Console) -> Exit {
    match written {
        Ok(()) => {
            let path = path.display().to_string();
            let line = console.safe(&console.text(&WRITTEN, &[("path", path)]));
            console.note(&line);
            Exit::Reached
        }
        Err(error) => {
            console.failure(error.into());
            Exit::Findings
        }
    }
}

impl EvidenceArguments {
    /// Looks whether all of it can be written, before anything is started, and sets how standard error is written.
    pub(crate) fn prepare(&self, console: &mut Console) -> Result<(), Failure> {
        console.log_as(self.log_format);
        self.report.prepare()?;
        self.metrics_file.as_deref().map_or(Ok(()), |path| Ok(try_out(path)?))
    }

    /// Writes the files of a run. The journal it has lies in `directory`, or else in the state directory of this user.
    pub(crate) fn write(&self, run: &Run, report: &Report, directory: Option<&Path>, console: &mut Console) -> Exit {
        if self.report.report.is_empty() && self.metrics_file.is_none() {
            return Exit::Reached;
        }
        let directory = directory.map(Path::to_owned).or_else(|| state_directory().ok());
        // A run that ended before its plan has no journal, and nothing to tell.
        let past = directory.as_deref().and_then(|directory| PastRun::load(directory, &report.run_id).ok());
        let events = past.as_ref().map_or(&[][..], |past| &past.events);
        let mut exit = self.report.write(report, events, console);
        if let Some(path) = &self.metrics_file {
            let last = last_successes(run, report, directory.as_deref());
            // A guest that is held does not leave the figures because another run came after.
            let account = report.account_id.as_deref();
            let open = directory
                .as_deref()
                .and_then(|directory| open_guests::open(directory, account, crate::clock::now(), console.lang()).ok());
            let guests = open.unwrap_or_default().guests;
            let others: Vec<_> = guests.into_iter().filter(|guest| guest.run_id != report.run_id).collect();
            let text = report::metrics(report, &last, &others);
            if let Err(error) = replace(path, |file| file.write_all(text.as_bytes())) {
                console.failure(error.into());
                exit = Exit::Findings;
            }
        }
        exit
    }
}

/// The last success of each instance of a run, over this run and the journals of earlier ones. A run that ended before it
/// saw its instances speaks for those of the newest run whose job names its
/// groups alike: their figures must not go away.
fn last_successes(run: &Run, report: &Report, directory: Option<&Path>) -> BTreeMap<String, LastSuccess> {
    let mut last: BTreeMap<String, LastSuccess> = BTreeMap::new();
    let mut wanted: BTreeSet<String> = report.instances.iter().map(|instance| instance.instance_id.clone()).collect();
    let mut take = |state: &State, wanted: &mut BTreeSet<String>| {
        for (instance, success) in report::successes(state) {
            if wanted.remove(instance) {
                last.insert(instance.to_owned(), success);
            }
        }
    };
    let nobody_seen = wanted.is_empty();
    take(run.session().state(), &mut wanted);
    let name = stem(&run.session().job().group_name);
    let runs = directory.and_then(|directory| journal::list(directory).ok()).unwrap_or_default();
    let mut adopted = false;
    for entry in runs.iter().rev().filter(|entry| entry.run_id != report.run_id).take(MOST_RUNS) {
        if wanted.is_empty() && (!nobody_seen || adopted) {
            break;
        }
        let Ok(header) = &entry.header else { continue };
        if report.account_id.as_ref().is_some_and(|account| *account != header.account) {
            continue;
        }
        let Some(past) = directory.and_then(|directory| PastRun::load(directory, &entry.run_id).ok()) else { continue };
        let state = past.state();
        if nobody_seen && !adopted && stem(&past.job.group_name) == name {
            wanted = state.targets.iter().map(|target| target.id.to_string()).collect();
            adopted = true;
        }
        take(&state, &mut wanted);
    }
    last
}

/// The name of groups without what a run appends where the job does not say it.
fn stem(group_name: &str) -> &str {
    group_name.strip_suffix("-{run}").unwrap_or(group_name)
}

/// The form a file's name asks for.
enum Form {
    Page,
    Data,
}

fn form_of(path: &Path) -> Result<Form, Error> {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("html" | "htm") => Ok(Form::Page),
        Some("json") => Ok(Form::Data),
        _ => Err(Error::new(ErrorKind::Input, &errors::UNKNOWN_REPORT_FORM).with("path", path.display().to_string())),
    }
}

/// Whether a file can be made beside `path`: whoever mistyped a folder learns it before anything is frozen.
pub(crate) fn try_out(path: &Path) -> Result<(), Error> {
    let draft = draft_of(path);
    let tried = if path.is_dir() {
        Err(io::Error::from(io::ErrorKind::IsADirectory))
    } else {
        OpenOptions::new().write(true).create_new(true).open(&draft).and_then(|_| fs::remove_file(&draft))
    };
    tried.map_err(|error| unwritable(path, &error))
}

/// Writes a file whole or not at all: a reader sees the old one or the new one.
pub(crate) fn replace(path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> Result<(), Error> {
    let draft = draft_of(path);
    let written = OpenOptions::new().write(true).create_new(true).open(&draft).and_then(|mut file| {
        write(&mut file)?;
        file.sync_all()?;
        fs::rename(&draft, path)
    });
    written.map_err(|error| {
        // The draft is ours alone; what cannot be removed does no harm.
        let _ = fs::remove_file(&draft);
        unwritable(path, &error)
    })
}

/// A name in the same folder that no collector takes for its own: it begins with a dot and ends otherwise.
fn draft_of(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}.new", std::process::id()))
}

fn unwritable(path: &Path, error: &io::Error) -> Error {
    Error::new(ErrorKind::Input, &errors::UNWRITABLE_FILE)
        .with("path", path.display().to_string())
        .with("reason", error.to_string())
}

pub(crate) static WRITTEN: Text = Text::new("report: {path}", "报告：{path}");
