//! Which instances of a past run are run again, and which are left alone.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use consnap_core::report::Report;
use consnap_core::run::session::{OpenGuest, Phase};
use consnap_core::run::verdict::ResultKind;
use consnap_core::{Error, Lang};
use serde_json::{Value, json};

use super::{ExitStatus, RunOptions};
use crate::journal::{self, Header, Journal};
use crate::past_run::PastRun;
use crate::run::Run;

/// The instances of a run, by what is to become of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// They reached what is required.
    pub reached: Vec<String>,
    /// They reached it in a later run of the same job.
    pub later: Vec<String>,
    /// They are run again.
    pub again: Vec<String>,
    /// Their result is unknown: a plug-in may still be at work. They are left out.
    pub unknown: Vec<String>,
    /// They may still be held. They are left out.
    pub held: Vec<String>,
    /// Those left out: the new run speaks of them, or its exit status would take back an alarm.
    pub left_open: Vec<OpenGuest>,
}

/// A run of which some instances are run again. It is locked as long as this lives: nobody resumes it meanwhile.
pub struct Rerun {
    _locked: Journal,
    past: PastRun,
    state_directory: PathBuf,
}

impl Rerun {
    /// Opens a run that is over.
    ///
    /// Errors: no such run, one that is not over, that another process has or whose journal is damaged.
    pub fn open(run_id: &str, state_directory: &Path, lang: Lang) -> Result<Self, Error> {
        let (locked, recorded) = Journal::open(state_directory, run_id)?;
        let past = PastRun::of(recorded)?;
        past.must_be_over(lang)?;
        Ok(Self { _locked: locked, past, state_directory: state_directory.to_owned() })
    }

    /// The run.
    pub fn past(&self) -> &PastRun {
        &self.past
    }

    /// Selects by a new look at the run, which is over, and by the later runs of the same job.
    ///
    /// Errors: what kept the look from being made; a state directory that cannot be listed.
    pub fn select(&self, look: &Run, lang: Lang) -> Result<Selection, Error> {
        if let Some(error) = look.session().error() {
            return Err(error.clone());
        }
        Selection::of(&self.past, &look.report(lang), &self.state_directory, lang)
    }

    /// The job of the new run: the old one for the instances that are run again.
    pub fn job(&self, selection: &Selection) -> Value {
        selection.job_of(&self.past.header.job)
    }

    /// What the new run is told besides.
    pub fn options<'a>(&self, selection: &Selection) -> RunOptions<'a> {
        let not_before = self.past.events.last().map(|numbered| numbered.at);
        RunOptions { left_open: selection.left_open.clone(), not_before, ..RunOptions::default() }
    }
}

impl Selection {
    /// Selects by the report of a new look at the run, and by the later runs of the same job in the state directory.
    ///
    /// Errors: a state directory that cannot be listed.
    fn of(past: &PastRun, seen: &Report, state_directory: &Path, lang: Lang) -> Result<Self, Error> {
        let mut selection = Self::of_report(seen);
        let later = later_results(past, &selection.again, state_directory, lang)?;
        selection.heed_later_runs(&later);
        selection.left_open = selection.left_open(seen, &later);
        Ok(selection)
    }

    /// The report of the look where nothing is to be run again. What failed there was reached since: only what is open weighs.
    pub fn report_of_nothing(&self, seen: Report, lang: Lang) -> Report {
        let mut report = seen.with_left_open(self.left_open.clone(), lang);
        if !matches!(ExitStatus::from_code(report.exit_status), ExitStatus::Held | ExitStatus::Unknown) {
            report.exit_status = ExitStatus::Reached.code();
        }
        report
    }

    /// The old job for the instances that are run again. Bounds on the selection spoke of all of them.
    fn job_of(&self, job: &Value) -> Value {
        let mut job = job.clone();
        if let Value::Object(members) = &mut job {
            members.insert("targets".to_owned(), json!({"ids": self.again}));
            if let Some(Value::Array(excluded)) = members.get_mut("exclude_disks") {
                excluded.retain(|entry| {
                    let instance = entry.get("instance").and_then(Value::as_str);
                    instance.is_none_or(|id| self.again.iter().any(|one| one == id))
                });
            }
        }
        job
    }

    fn of_report(seen: &Report) -> Self {
        let mut sorted = Self::default();
        for instance in &seen.instances {
            let list = match instance.result {
                ResultKind::Ok => &mut sorted.reached,
                // Somebody has looked, and let it go.
                ResultKind::Urgent | ResultKind::Unknown if instance.released.is_some() => &mut sorted.again,
                ResultKind::Urgent => &mut sorted.held,
                ResultKind::Unknown => &mut sorted.unknown,
                ResultKind::Failed | ResultKind::Weaker | ResultKind::NotRun => &mut sorted.again,
            };
            list.push(instance.instance_id.clone());
        }
        sorted
    }

    /// Whoever reruns a run twice does not want its instances snapshotted twice, and never two at the same time.
    fn heed_later_runs(&mut self, later: &BTreeMap<String, Later>) {
        for instance in std::mem::take(&mut self.again) {
            let list = match later.get(&instance).map(|later| later.result) {
                Some(ResultKind::Ok) => &mut self.later,
                Some(ResultKind::Urgent) => &mut self.held,
                Some(ResultKind::Unknown) => &mut self.unknown,
                Some(ResultKind::Failed | ResultKind::Weaker | ResultKind::NotRun) | None => &mut self.again,
            };
            list.push(instance);
        }
    }

    fn left_open(&self, seen: &Report, later: &BTreeMap<String, Later>) -> Vec<OpenGuest> {
        let region = |id: &str| seen.instances.iter().find(|one| one.instance_id == id).map(|one| one.region.clone());
        let open = |held: bool| {
            move |id: &String| OpenGuest {
                run_id: later.get(id).map_or_else(|| seen.run_id.clone(), |later| later.run_id.clone()),
                instance_id: id.clone(),
                region: region(id).unwrap_or_default(),
                held,
            }
        };
        self.held.iter().map(open(true)).chain(self.unknown.iter().map(open(false))).collect()
    }
}

/// What became of an instance in a later run.
struct Later {
    run_id: String,
    result: ResultKind,
}

/// What became of instances in later runs of the same job, as the journals of this machine tell it; the last one counts. What
/// a journal names that cannot be read is unknown.
fn later_results(
    past: &PastRun,
    again: &[String],
    state_directory: &Path,
    lang: Lang,
) -> Result<BTreeMap<String, Later>, Error> {
    let is_later = |other: &Header| other.account == past.header.account && other.started_at > past.header.started_at;
    let mut results = BTreeMap::new();
    // The oldest comes first.
    for entry in journal::list(state_directory)? {
        if entry.run_id == past.header.run_id || !entry.header.as_ref().map_or(true, is_later) {
            continue;
        }
        let run_id = || entry.run_id.clone();
        match PastRun::load(state_directory, &entry.run_id) {
            Ok(other) if other.job.group_name == past.job.group_name => {
                let state = other.state();
                let ended = state.phase == Phase::Ended;
                let report = Report::of(&state, None, 0, lang);
                // What waits in a run that is not over is started by its resume.
                results.extend(report.instances.into_iter().map(|instance| {
                    let result = if ended || instance.held { instance.result } else { ResultKind::Unknown };
                    (instance.instance_id, Later { run_id: run_id(), result })
                }));
            }
            Ok(_) => {}
            Err(_) => {
                let named = journal::named_in(state_directory, &entry.run_id, again).into_iter();
                results.extend(named.map(|id| (id, Later { run_id: run_id(), result: ResultKind::Unknown })));
            }
        }
    }
    Ok(results)
}
