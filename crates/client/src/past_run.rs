//! A run as its journal tells it.

use std::path::Path;

use consnap_core::diagnostics::messages::errors;
use consnap_core::input::job::{self, Job};
use consnap_core::report::{HistoryEntry, Report};
use consnap_core::run::session::{Goal, Numbered, Phase, Setup, State};
use consnap_core::{Error, ErrorKind, Lang, Time};

use crate::driver::Clock;
use crate::journal::{self, Header, Recorded};
use crate::run::new_seed;

/// The runs whose journals lie in a state directory, the newest first, at most so many.
///
/// Errors: a state directory that cannot be listed.
pub fn history(state_directory: &Path, limit: usize, lang: Lang) -> Result<Vec<HistoryEntry>, Error> {
    let entries = journal::list(state_directory)?;
    let entry = |run_id: &str| match PastRun::load(state_directory, run_id) {
        Ok(past) => HistoryEntry::of(run_id, &past.header.account, past.header.started_at, &past.state(), lang),
        Err(error) => HistoryEntry::unreadable(run_id, &error, lang),
    };
    Ok(entries.iter().rev().take(limit).map(|listed| entry(&listed.run_id)).collect())
}

/// What a journal holds, read.
#[derive(Clone, Debug)]
pub struct PastRun {
    /// The journal's first line.
    pub header: Header,
    /// The job.
    pub job: Job,
    /// Everything that happened.
    pub events: Vec<Numbered>,
    /// Whether the end of the journal was torn.
    pub torn: bool,
}

impl PastRun {
    /// Reads what was recorded. An event that this version does not know is an error, not a gap.
    pub fn of(recorded: Recorded) -> Result<Self, Error> {
        let Recorded { header, events, torn } = recorded;
        let events = (1_u64..).zip(&events).map(|(number, text)| {
            serde_json::from_str(text).map_err(|error| {
                Error::new(ErrorKind::Input, &errors::UNKNOWN_EVENT)
                    .with("run", header.run_id.clone())
                    .with("number", number.to_string())
                    .with("version", header.consnap_version.clone())
                    .with("reason", error.to_string())
            })
        });
        let events = events.collect::<Result<Vec<Numbered>, Error>>()?;
        let (mut job, _) = job::read(&header.job);
        job.regions.clone_from(&header.regions);
        Ok(Self { header, job, events, torn })
    }

    /// Reads a run without a lock, and without a word to the service.
    pub fn load(state_directory: &Path, run_id: &str) -> Result<Self, Error> {
        Self::of(journal::load(state_directory, run_id)?)
    }

    /// The state of the run: the fold of its events.
    pub fn state(&self) -> State {
        let mut state = State::new(&self.job);
        for numbered in &self.events {
            state.apply(numbered);
        }
        state
    }

    /// Refuses a run that is not over. What waits there would be started by a new run and by a later resume; how what runs there
    /// ended nobody has asked.
    ///
    /// Errors: a run that is not over.
    pub fn must_be_over(&self, lang: Lang) -> Result<(), Error> {
        let state = self.state();
        if state.phase == Phase::Ended {
            return Ok(());
        }
        let open = Report::of(&state, None, 0, lang).summary;
        Err(Error::new(ErrorKind::Rejected, &errors::RUN_NOT_OVER)
            .with("run", self.header.run_id.clone())
            .with("open", open.open.saturating_add(open.not_run).to_string()))
    }

    /// What a session is told that goes on with it.
    pub fn setup(&self, goal: Goal) -> Result<Setup, Error> {
        let mut setup = Setup::new(self.job.clone(), self.header.run_id.clone(), new_seed()?, goal);
        setup.approved_plan = Some(self.header.plan_hash.clone());
        setup.torn_journal = self.torn;
        Ok(setup)
    }

    /// A clock for going on: never before the last event, `scale` times as fast as the wall clock.
    pub fn clock(&self, scale: f64) -> Clock {
        let last = self.events.last().map_or(Time::EPOCH, |numbered| numbered.at);
        Clock::starting_at(Clock::of_wall(last).now(), scale)
    }
}
