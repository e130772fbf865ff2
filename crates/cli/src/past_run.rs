//! A run as its journal tells it.

use consnap_client::journal::{self, Header, Recorded};
use consnap_core::catalog::messages::errors;
use consnap_core::config::{self, Job};
use consnap_core::session::{Goal, Numbered, Setup, State};
use consnap_core::{Error, ErrorKind};

use crate::course::state_directory;
use crate::exit::Failure;
use crate::running;

/// What a journal holds, read.
pub(crate) struct PastRun {
    pub(crate) header: Header,
    pub(crate) job: Job,
    pub(crate) events: Vec<Numbered>,
}

impl PastRun {
    /// Reads what was recorded. An event that this version does not know is an error, not a gap.
    pub(crate) fn of(recorded: Recorded) -> Result<Self, Error> {
        let Recorded { header, events, .. } = recorded;
        let events = events
            .iter()
            .enumerate()
            .map(|(index, text)| {
                serde_json::from_str(text).map_err(|error| {
                    Error::new(ErrorKind::Input, &errors::UNKNOWN_EVENT)
                        .with("run", header.run_id.clone())
                        .with("number", (index + 1).to_string())
                        .with("version", header.consnap_version.clone())
                        .with("reason", error.to_string())
                })
            })
            .collect::<Result<Vec<Numbered>, Error>>()?;
        let (mut job, _) = config::read(&header.job);
        job.regions.clone_from(&header.regions);
        Ok(Self { header, job, events })
    }

    /// Reads a run without a lock.
    pub(crate) fn load(run_id: &str) -> Result<Self, Error> {
        Self::of(journal::load(&state_directory()?, run_id)?)
    }

    /// The state of the run: the fold of its events.
    pub(crate) fn state(&self) -> State {
        let mut state = State::new(&self.job);
        for numbered in &self.events {
            state.apply(numbered);
        }
        state
    }

    /// What a session is told that goes on with it.
    pub(crate) fn setup(&self, goal: Goal) -> Result<Setup, Failure> {
        Ok(Setup::new(self.job.clone(), self.header.run_id.clone(), running::random()?, goal))
    }
}
