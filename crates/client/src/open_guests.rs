//! Guests that runs of a state directory left open: they may still be held, or nobody knows what became of their start. And
//! letting one go that somebody has looked into.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use consnap_core::diagnostics::exit_status::ExitStatus;
use consnap_core::diagnostics::finding::RenderedFinding;
use consnap_core::diagnostics::messages::runs;
use consnap_core::diagnostics::spoken;
use consnap_core::report::{InstanceReport, OpenGuestStatus, Report, Status, UnreadableRunStatus, of_left_open};
use consnap_core::run::session::state::State;
use consnap_core::run::session::{Event, Numbered, OpenGuest, Phase, Release};
use consnap_core::run::verdict::ResultKind;
use consnap_core::{Error, ErrorKind, Lang, Time};

use crate::journal::{self, Journal};
use crate::past_run::PastRun;

/// How long after a result is due a run that goes on has rung for it.
const RINGS_BY_ITSELF: Duration = Duration::from_secs(300);

/// What is open in a state directory.
#[derive(Clone, Debug, Default)]
pub struct Open {
    /// Guests that may be held or whose result is unknown, by run.
    pub guests: Vec<OpenGuest>,
    /// Why each of them is open: the code of the plug-in or of the service, and what to do.
    pub why: Vec<RenderedFinding>,
    /// Runs on which a process is at work.
    pub running: Vec<String>,
    /// Runs that have not come to their end.
    pub unfinished: Vec<String>,
    /// Journals that cannot be read: what they left open is not known.
    pub unreadable: Vec<Unreadable>,
}

/// A run whose journal cannot be read.
#[derive(Clone, Debug)]
pub struct Unreadable {
    /// The run.
    pub run_id: String,
    /// Whether what is left of its journal says that a guest may be held.
    pub held: bool,
    /// What is wrong with the journal.
    pub error: Error,
}

impl Open {
    /// What one run left open.
    #[must_use]
    pub fn of_run(self, run_id: &str) -> Self {
        let is_its = |run: &String| run == run_id;
        let guests = self.guests.into_iter().zip(self.why).filter(|(guest, _)| guest.run_id == run_id);
        let (guests, why) = guests.unzip();
        Self {
            guests,
            why,
            running: self.running.into_iter().filter(is_its).collect(),
            unfinished: self.unfinished.into_iter().filter(is_its).collect(),
            unreadable: self.unreadable.into_iter().filter(|run| run.run_id == run_id).collect(),
        }
    }

    /// In words, as data.
    pub fn status(&self, lang: Lang) -> Status {
        let guests = self.guests.iter().cloned().zip(self.why.iter().cloned());
        let unreadable = self.unreadable.iter().map(|run| UnreadableRunStatus {
            run_id: run.run_id.clone(),
            held: run.held,
            why: run.error.render(lang),
        });
        Status {
            exit_status: self.exit_status().code(),
            guests: guests.map(|(guest, why)| OpenGuestStatus { guest, why }).collect(),
            running_runs: self.running.clone(),
            unfinished_runs: self.unfinished.clone(),
            unreadable_runs: unreadable.collect(),
        }
    }

    /// The exit status: 5 while a guest may be held, also by what is left of a journal that cannot be read; 4 while a result is
    /// unknown, a run unfinished or a journal unreadable.
    pub fn exit_status(&self) -> ExitStatus {
        let runs = if self.unfinished.is_empty() && self.unreadable.is_empty() {
            ExitStatus::Reached
        } else {
            ExitStatus::Unknown
        };
        let held = self.unreadable.iter().any(|run| run.held);
        of_left_open(&self.guests).or_worse(if held { ExitStatus::Held } else { runs })
    }
}

/// What the runs of a state directory left open; of one account where one is given.
///
/// Errors: a state directory that cannot be listed.
pub fn open(state_directory: &Path, account: Option<&str>, now: Time, lang: Lang) -> Result<Open, Error> {
    let mut open = Open::default();
    for (run_id, error) in journal::without_journal(state_directory) {
        open.unreadable.push(Unreadable { run_id, held: false, error });
    }
    for entry in journal::list(state_directory)? {
        match entry.header.and_then(|_| PastRun::load(state_directory, &entry.run_id)) {
            Ok(past) if account.is_some_and(|account| past.header.account != account) => {}
            Ok(past) => {
                let mut state = past.state();
                if state.phase != Phase::Ended {
                    let mut due = now;
                    if journal::is_alive(state_directory, &entry.run_id) {
                        open.running.push(entry.run_id.clone());
                        // A process at work rings by itself before; one that is stopped does not.
                        due = now.minus(RINGS_BY_ITSELF);
                    }
                    state.ring_for_due_results(due);
                    open.unfinished.push(entry.run_id);
                }
                for one in Report::of(&state, None, 0, lang).instances.into_iter().filter(is_open) {
                    open.why.push(one.why);
                    open.guests.push(OpenGuest {
                        run_id: past.header.run_id.clone(),
                        instance_id: one.instance_id,
                        region: one.region,
                        held: one.held,
                    });
                }
            }
            Err(error) => {
                let held = journal::names_held_guests(state_directory, &entry.run_id);
                open.unreadable.push(Unreadable { run_id: entry.run_id, held, error });
            }
        }
    }
    Ok(open)
}

/// Instances of a job whose guests may be held since another run over the same endpoint, with that run. Journals that say nothing
/// of the kind are not read in full: there is one for each night. A journal that cannot be read may hold whatever it names.
pub(crate) fn held(
    state_directory: &Path,
    own: &journal::Header,
    instances: &[String],
) -> Result<BTreeMap<String, String>, Error> {
    let mut found = BTreeMap::new();
    for entry in journal::list(state_directory)? {
        let other = |header: &journal::Header| header.run_id != own.run_id && header.endpoint == own.endpoint;
        if !entry.header.as_ref().map_or(true, other) || !journal::may_hold_guests(state_directory, &entry.run_id) {
            continue;
        }
        let Ok(past) = PastRun::load(state_directory, &entry.run_id) else {
            let named = journal::named_in(state_directory, &entry.run_id, instances);
            found.extend(named.into_iter().map(|instance| (instance, entry.run_id.clone())));
            continue;
        };
        let state = past.state();
        // How a start ended that nobody follows, nobody knows: the run is resumed, or its guest released, before another one.
        let is_left = state.phase != Phase::Ended && !journal::is_alive(state_directory, &entry.run_id);
        let is_unread =
            |one: &InstanceReport| is_left && one.starts > 0 && one.command.is_none() && one.released.is_none();
        let report = Report::of(&state, None, 0, Lang::En);
        for one in report.instances.into_iter().filter(|one| one.held && is_open(one) || is_unread(one)) {
            if instances.contains(&one.instance_id) {
                found.insert(one.instance_id, entry.run_id.clone());
            }
        }
    }
    Ok(found)
}

/// Whether nobody knows that the guest goes its way again.
fn is_open(instance: &InstanceReport) -> bool {
    matches!(instance.result, ResultKind::Urgent | ResultKind::Unknown) && instance.released.is_none()
}

/// The user of this session, who counts as the one who has looked where nobody is named.
pub fn this_user() -> String {
    let user = || ["USER", "LOGNAME", "USERNAME"].into_iter().find_map(|name| std::env::var(name).ok());
    user().unwrap_or_else(|| spoken::NOT_KNOWN.to_owned())
}

/// Lets a guest go that somebody has looked into: an event at the end of the run's journal. The verdict stays. Once more is
/// no error and records nothing.
///
/// Errors: no such run or instance, a guest that is not open, a journal that another process has or that cannot be written.
pub fn release(
    state_directory: &Path,
    run_id: &str,
    instance: &str,
    (by, note): (&str, &str),
    now: Time,
) -> Result<Release, Error> {
    if note.trim().is_empty() {
        return Err(Error::new(ErrorKind::Input, &runs::NO_NOTE));
    }
    let (mut journal, recorded) = Journal::open(state_directory, run_id)?;
    let past = PastRun::of(recorded)?;
    let mut state = past.state();
    let is_overdue = |state: &State| state.targets.iter().any(|target| &*target.id == instance && target.may_be_held());
    let was_overdue = is_overdue(&state);
    if state.phase != Phase::Ended {
        state.ring_for_due_results(now);
    }
    let report = Report::of(&state, None, 0, Lang::En);
    let refused =
        |row| Error::new(ErrorKind::Rejected, row).with("run", run_id.to_owned()).with("instance", instance.to_owned());
    let known = report.instances.iter().find(|one| one.instance_id == instance && one.starts > 0);
    let known = known.ok_or_else(|| refused(&runs::NOT_OF_RUN))?;
    if let Some(before) = &known.released {
        return Ok(before.clone());
    }
    if !is_open(known) {
        return Err(refused(&runs::NOT_OPEN));
    }
    let at = now.max(state.last_at);
    // What is released is an alarm: that it rang is part of the run.
    let rang = (!was_overdue && is_overdue(&state)).then(|| Event::ResultOverdue { instance: instance.into() });
    let released = Event::GuestReleased { instance: instance.into(), by: by.to_owned(), note: note.to_owned() };
    for (seq, event) in (state.last_seq + 1..).zip(rang.into_iter().chain([released])) {
        journal.append(seq, &Numbered { seq, at, event })?;
    }
    journal.sync()?;
    Ok(Release { at, by: by.to_owned(), note: note.to_owned() })
}
