//! A whole run: a session, its journal and the network, put together. Shell, Python and Rust programs all come in here.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use consnap_core::api::{ApiCall, Product};
use consnap_core::catalog::messages::journal as rows;
use consnap_core::config::Job;
use consnap_core::http::HttpReply;
use consnap_core::report::Report;
use consnap_core::session::{Event, Goal, Numbered, Session, Setup, State};
use consnap_core::{Error, ErrorKind, Lang, Time};
use tokio::sync::watch;

use crate::caller::ApiCaller;
use crate::driver::{Clock, Record, Wish, drive};
use crate::journal::{self, Header, Journal};

/// A run to begin.
#[derive(Clone, Debug)]
pub struct Begin {
    /// What the session is told.
    pub setup: Setup,
    /// Where journals are kept; [`journal::state_directory`] knows the usual place.
    pub state_directory: PathBuf,
}

/// A session that came to its end, or that the user left.
#[derive(Debug)]
pub struct Finished {
    /// The session with its state.
    pub session: Session,
    /// Whether it is over; `false` when the user left at once.
    pub over: bool,
    /// The journal's directory, when there is one.
    pub directory: Option<PathBuf>,
}

impl Finished {
    /// The report.
    pub fn report(&self, lang: Lang) -> Report {
        Report::of(self.session.state(), self.session.error(), self.session.calls_sent(), lang)
    }
}

/// Eight characters that no run of this state directory is likely to have.
pub fn new_run_id() -> Result<String, Error> {
    random_text(8)
}

/// A seed for a session.
pub fn new_seed() -> Result<u64, Error> {
    let mut bytes = [0u8; 8];
    getrandom::fill(&mut bytes).map_err(no_randomness)?;
    Ok(u64::from_le_bytes(bytes))
}

/// Random characters `[0-9a-z]`.
fn random_text(length: usize) -> Result<String, Error> {
    const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstuvwxy";
    let mut bytes = vec![0u8; length];
    getrandom::fill(&mut bytes).map_err(no_randomness)?;
    Ok(bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect())
}

fn no_randomness(error: getrandom::Error) -> Error {
    Error::new(ErrorKind::Rejected, &rows::JOURNAL_FAILED)
        .with("file", "random numbers")
        .with("detail", error.to_string())
}

/// Whether every region has an endpoint, before anything is sent.
fn check_regions(caller: &ApiCaller, regions: &[String]) -> Result<(), Error> {
    regions.iter().try_for_each(|region| caller.endpoint_of(Product::Ecs, region).map(drop))
}

/// Begins a run and drives it to its end. With [`Goal::Plan`] nothing is written, neither to the service nor to a journal.
pub async fn begin<F: FnMut(&State, &[Numbered])>(
    begin: Begin,
    caller: &Arc<ApiCaller>,
    clock: &Clock,
    wish: watch::Receiver<Wish>,
    observe: F,
) -> Result<Finished, Error> {
    check_regions(caller, &begin.setup.job.regions)?;
    let mut record = Recorder {
        state_directory: begin.state_directory,
        wants_journal: begin.setup.goal == Goal::Run,
        header: Header {
            format: journal::FORMAT,
            consnap_version: env!("CARGO_PKG_VERSION").to_owned(),
            catalogue_version: env!("CARGO_PKG_VERSION").to_owned(),
            run_id: begin.setup.run_id.clone(),
            account: String::new(),
            regions: begin.setup.job.regions.clone(),
            endpoint: caller.given_endpoint().map(str::to_owned),
            job: serde_json::to_value(&begin.setup.job).unwrap_or_default(),
            plan_hash: String::new(),
            started_at: clock.now(),
        },
        early: Vec::new(),
        journal: None,
        failure: None,
    };
    let mut session = Session::new(begin.setup, clock.now());
    let over = drive(&mut session, &mut record, caller, clock, wish, observe).await;
    record.finish(session, over)
}

/// Goes on with a run from its journal: with [`Goal::Run`] to its end, with [`Goal::Verify`] only to look again.
pub async fn resume<F: FnMut(&State, &[Numbered])>(
    run_id: &str,
    goal: Goal,
    state_directory: &Path,
    caller: &Arc<ApiCaller>,
    wish: watch::Receiver<Wish>,
    observe: F,
) -> Result<Finished, Error> {
    let (opened, recorded) = Journal::open(state_directory, run_id)?;
    let (job, events) = read_events(&recorded, run_id)?;
    check_regions(caller, &job.regions)?;
    let last = events.last().map_or(Time::EPOCH, |numbered| numbered.at);
    let clock = Clock::of_wall(last);
    let mut record = Recorder {
        state_directory: state_directory.to_owned(),
        wants_journal: true,
        header: recorded.header,
        early: Vec::new(),
        journal: Some(opened),
        failure: None,
    };
    let setup = Setup::new(job, run_id, new_seed()?, goal);
    let mut session = Session::resume(setup, &events, clock.now());
    let over = drive(&mut session, &mut record, caller, &clock, wish, observe).await;
    record.finish(session, over)
}

/// The state of a recorded run, without a lock and without a word to the service.
pub fn recorded_state(state_directory: &Path, run_id: &str) -> Result<State, Error> {
    let recorded = journal::load(state_directory, run_id)?;
    let (job, events) = read_events(&recorded, run_id)?;
    let mut state = State::new(&job);
    for numbered in &events {
        state.apply(numbered);
    }
    Ok(state)
}

/// Job and events of a journal.
pub fn read_events(recorded: &journal::Recorded, run_id: &str) -> Result<(Job, Vec<Numbered>), Error> {
    let unreadable = |detail: String| {
        Error::new(ErrorKind::Input, &rows::JOURNAL_FAILED).with("file", run_id.to_owned()).with("detail", detail)
    };
    let job = serde_json::from_value(recorded.header.job.clone()).map_err(|error| unreadable(error.to_string()))?;
    let events = recorded
        .events
        .iter()
        .map(|text| serde_json::from_str(text).map_err(|error| unreadable(error.to_string())))
        .collect::<Result<Vec<Numbered>, Error>>()?;
    Ok((job, events))
}

/// Writes the events of a run. The journal is made when the plan is: until then nothing was written to the service, and
/// the account is not known.
struct Recorder {
    state_directory: PathBuf,
    wants_journal: bool,
    header: Header,
    early: Vec<Numbered>,
    journal: Option<Journal>,
    failure: Option<Error>,
}

impl Recorder {
    fn finish(self, session: Session, over: bool) -> Result<Finished, Error> {
        let started = session.state().targets.iter().any(|target| target.starts > 0);
        match self.failure {
            Some(failure) if !started => Err(failure),
            _ => Ok(Finished {
                directory: self.journal.as_ref().map(|journal| journal.directory().to_owned()),
                session,
                over,
            }),
        }
    }

    fn try_append(&mut self, numbered: &Numbered) -> Result<(), Error> {
        if let Some(journal) = &mut self.journal {
            return Record::append(journal, numbered);
        }
        if !self.wants_journal {
            return Ok(());
        }
        match &numbered.event {
            Event::CallerIdentified { account_id, .. } => self.header.account.clone_from(account_id),
            Event::PlanMade { hash, .. } => self.header.plan_hash.clone_from(hash),
            _ => {}
        }
        self.early.push(numbered.clone());
        if matches!(numbered.event, Event::PlanMade { .. }) {
            let mut journal = Journal::create(&self.state_directory, &self.header)?;
            for early in self.early.drain(..) {
                Record::append(&mut journal, &early)?;
            }
            self.journal = Some(journal);
        }
        Ok(())
    }

    fn noted(&mut self, result: Result<(), Error>) -> Result<(), Error> {
        if let Err(error) = &result {
            self.failure.get_or_insert_with(|| error.clone());
        }
        result
    }
}

impl Record for Recorder {
    type Error = Error;

    fn append(&mut self, numbered: &Numbered) -> Result<(), Error> {
        let result = self.try_append(numbered);
        self.noted(result)
    }

    fn flush(&mut self) -> Result<(), Error> {
        let result = match &mut self.journal {
            Some(journal) => Record::flush(journal),
            None => Ok(()),
        };
        self.noted(result)
    }

    fn sync(&mut self) -> Result<(), Error> {
        let result = match &mut self.journal {
            Some(journal) => Record::sync(journal),
            None => Ok(()),
        };
        self.noted(result)
    }

    fn keep_reply(&mut self, call_id: u64, call: &ApiCall, reply: &HttpReply) -> Result<(), Error> {
        let result = match &mut self.journal {
            Some(journal) => Record::keep_reply(journal, call_id, call, reply),
            None => Ok(()),
        };
        self.noted(result)
    }
}
