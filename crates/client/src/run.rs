//! A whole run: a session, its journal and the network, put together. Shell, Python and Rust programs all come in here.
//!
//! [`Run::begin`] or [`Run::resume`], then [`Run::drive`] until it says [`Driven::Over`]. Where the setup asks for a pause
//! at the plan, it first says [`Driven::Planned`]: look at [`Run::plan`], then [`Run::go_ahead`] and drive on. The journal
//! is made with the first step after the plan: until then nothing was written to the service, and the account that the
//! header must name is not known.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use consnap_core::base::http::HttpReply;
use consnap_core::diagnostics::messages::journal as rows;
use consnap_core::diagnostics::messages::{runs, verdicts};
use consnap_core::ecs::api::{ApiCall, Product};
use consnap_core::input::job::forms::parse_time_of_day;
use consnap_core::input::job::{Job, Probe};
use consnap_core::report::Report;
use consnap_core::run::plan::Plan;
use consnap_core::run::session::{
    Event, Goal, Holder, LastSelection, Numbered, Session, Setup, Stage, State, job_hash, no_start_after,
};
use consnap_core::{Error, ErrorKind, Lang, Time};
use jiff::tz::TimeZone;
use serde_json::Value;
use tokio::sync::watch;

use crate::caller::ApiCaller;
use crate::driver::{Clock, Control, Driven, Record, drive};
use crate::guests;
use crate::journal::{self, Header, Journal};
use crate::open_guests;
use crate::past_run::PastRun;

/// A run that is under way, or over.
pub struct Run {
    session: Session,
    record: Recorder,
    caller: Arc<ApiCaller>,
    clock: Clock,
    over: bool,
    /// Where looks into guests are kept.
    guests: Option<PathBuf>,
    state_directory: PathBuf,
    /// Whether the plan waits for [`Run::go_ahead`].
    waits_for_yes: bool,
    /// Earlier runs of the job that are not over.
    unfinished: Vec<String>,
}

impl Run {
    /// A new run; nothing is sent yet. `document` is the job as it was read, for the journal's header; the setup's goal
    /// [`Goal::Plan`] writes nothing, neither to the service nor to a journal.
    ///
    /// Errors: a region without a known endpoint; a `run.start_before` without offset where the zone of this machine is not known.
    pub fn begin(
        mut setup: Setup,
        document: Value,
        state_directory: &Path,
        caller: &Arc<ApiCaller>,
        clock: Clock,
    ) -> Result<Self, Error> {
        check_regions(caller, &setup.job.regions)?;
        let header = Header {
            format: journal::FORMAT,
            consnap_version: env!("CARGO_PKG_VERSION").to_owned(),
            catalogue_version: env!("CARGO_PKG_VERSION").to_owned(),
            run_id: setup.run_id.clone(),
            account: String::new(),
            regions: setup.job.regions.clone(),
            endpoint: caller.given_endpoint().map(str::to_owned),
            job: document,
            plan_hash: String::new(),
            started_at: clock.now(),
            job_hash: Some(job_hash(&setup.job)),
            no_start_after: None,
            selected: None,
        };
        if setup.no_start_after.is_none() {
            setup.no_start_after = limit(&setup.job, header.started_at)?;
        }
        let header = Header { no_start_after: setup.no_start_after, ..header };
        if setup.goal == Goal::Run && setup.last_selection.is_none() {
            setup.last_selection = last_selection(&header, state_directory);
        }
        let to = match setup.goal {
            Goal::Run => To::NewJournal { state_directory: state_directory.to_owned(), early: Vec::new() },
            Goal::Plan | Goal::Verify => To::Nowhere,
        };
        if setup.job.run.probe != Probe::Never && setup.known_guests.is_empty() {
            setup.known_guests = guests::load(state_directory);
        }
        let unfinished =
            if setup.goal == Goal::Run { journal::unfinished(state_directory, &header) } else { Vec::new() };
        // Before anything is started the instances are claimed: each run pauses here, asked to or not.
        let waits_for_yes = std::mem::replace(&mut setup.pause_at_plan, setup.goal == Goal::Run);
        let session = Session::new(setup, clock.now());
        let record = Recorder { header, to, failure: None };
        let guests = Some(state_directory.to_owned());
        Ok(Self {
            waits_for_yes,
            unfinished,
            ..Self::assemble(session, record, caller, clock, guests, state_directory)
        })
    }

    /// Goes on with a run from its journal, which stays locked as long as this lives. What was started is only looked at;
    /// instances that waited for their turn are started.
    ///
    /// Errors: no such run, another process has it, a damaged journal, a region without a known endpoint.
    pub fn resume(run_id: &str, state_directory: &Path, caller: &Arc<ApiCaller>, scale: f64) -> Result<Self, Error> {
        let (opened, recorded) = Journal::open(state_directory, run_id)?;
        let past = PastRun::of(recorded)?;
        check_regions(caller, &past.job.regions)?;
        let clock = past.clock(scale);
        let mut setup = past.setup(Goal::Run)?;
        // A journal of an earlier version holds no time. What is not known any more has passed: what runs is followed.
        let began = past.header.started_at;
        setup.no_start_after = past.header.no_start_after.or_else(|| limit(&past.job, began).unwrap_or(Some(began)));
        let session = Session::resume(setup, &past.events, clock.now());
        let record = Recorder { header: past.header, to: To::Journal(opened), failure: None };
        let mut run = Self::assemble(session, record, caller, clock, None, state_directory);
        run.claim()?;
        Ok(run)
    }

    /// Looks again at the groups of a run. Nothing is written, neither to the service nor to its journal.
    ///
    /// Errors: a region without a known endpoint.
    pub fn verify(past: &PastRun, caller: &Arc<ApiCaller>, scale: f64) -> Result<Self, Error> {
        check_regions(caller, &past.job.regions)?;
        let clock = past.clock(scale);
        let session = Session::resume(past.setup(Goal::Verify)?, &past.events, clock.now());
        let record = Recorder { header: past.header.clone(), to: To::Nowhere, failure: None };
        Ok(Self::assemble(session, record, caller, clock, None, Path::new("")))
    }

    fn assemble(
        session: Session,
        record: Recorder,
        caller: &Arc<ApiCaller>,
        clock: Clock,
        guests: Option<PathBuf>,
        state_directory: &Path,
    ) -> Self {
        let (caller, state_directory) = (Arc::clone(caller), state_directory.to_owned());
        Self {
            session,
            record,
            caller,
            clock,
            over: false,
            guests,
            state_directory,
            waits_for_yes: false,
            unfinished: Vec::new(),
        }
    }

    /// Takes the instances that wait, unless another process of this state directory holds them.
    fn claim(&mut self) -> Result<(), Error> {
        let state = self.session.state();
        let waiting = state.targets.iter().filter(|target| matches!(target.stage, Stage::Waiting { .. }));
        let instances: Vec<String> = waiting.map(|target| target.id.to_string()).collect();
        if instances.is_empty() {
            return Ok(());
        }
        // A claim stands as long as the journal is locked.
        self.record.make_journal()?;
        let Header { run_id, endpoint, .. } = &self.record.header;
        let held = open_guests::held(&self.state_directory, &self.record.header, &instances)?;
        let claimed = journal::claim(&self.state_directory, run_id, endpoint.as_deref(), instances)?;
        let claimed = claimed.into_iter().map(|(instance, run)| (instance, Holder::Process(run)));
        let held = held.into_iter().map(|(instance, run)| (instance, Holder::Guest(run)));
        self.session.claimed_elsewhere(claimed.chain(held).collect());
        Ok(())
    }

    /// Drives the run to its end, to its plan where the setup asks for that pause, or until the user leaves. `observe`
    /// sees the state and the events since the last time.
    ///
    /// Errors: the journal could not be made or written before anything was started.
    pub async fn drive<F: FnMut(&State, &[Numbered])>(
        &mut self,
        control: watch::Receiver<Control>,
        mut observe: F,
    ) -> Result<Driven, Error> {
        let mut driven = self.drive_on(control.clone(), &mut observe).await?;
        if driven == Driven::Planned && !self.waits_for_yes {
            if self.session.state().stopped.is_some() {
                // Nothing was started, and no record says so of each instance.
                return Ok(Driven::Left);
            }
            self.go_ahead()?;
            driven = self.drive_on(control, &mut observe).await?;
        }
        Ok(driven)
    }

    async fn drive_on<F: FnMut(&State, &[Numbered])>(
        &mut self,
        control: watch::Receiver<Control>,
        observe: F,
    ) -> Result<Driven, Error> {
        let driven = drive(&mut self.session, &mut self.record, &self.caller, &self.clock, control, observe).await;
        self.over = driven == Driven::Over;
        let seen = self.session.take_guests_seen();
        if let Some(state_directory) = self.guests.as_deref().filter(|_| !seen.is_empty()) {
            // What cannot be kept is looked at again; the run itself says what is wrong with the directory.
            let _ = guests::store(state_directory, seen, self.clock.now());
        }
        let started = self.session.state().targets.iter().any(|target| target.starts > 0);
        match &self.record.failure {
            Some(failure) if !started => Err(failure.clone()),
            _ => Ok(driven),
        }
    }

    /// After this time nothing new is started: `run.deadline` and `run.start_before` as a point in time.
    pub fn no_start_after(&self) -> Option<Time> {
        self.record.header.no_start_after
    }

    /// The plan, once it is made.
    pub fn plan(&self, lang: Lang) -> Option<Plan> {
        Plan::of(self.session.state(), self.session.job().run.attach_role, lang)
    }

    /// The plan is agreed to: the next [`Run::drive`] starts it.
    ///
    /// Errors: the journal or the file of claims cannot be written.
    pub fn go_ahead(&mut self) -> Result<(), Error> {
        self.claim()?;
        self.session.go_ahead();
        Ok(())
    }

    /// Earlier runs of the same job that are not over and on which nobody works: what they started may still be at work.
    pub fn unfinished(&self) -> &[String] {
        &self.unfinished
    }

    /// The session with its state.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Whether the run is over; not, when the user left at once.
    pub fn is_over(&self) -> bool {
        self.over
    }

    /// The report as things stand.
    pub fn report(&self, lang: Lang) -> Report {
        let report = Report::of(self.session.state(), self.session.error(), self.session.calls_sent(), lang);
        if self.record.failure.is_some() { report.without_its_record(lang) } else { report }
    }

    /// Where journal and evidence lie, once there is a journal.
    pub fn directory(&self) -> Option<&Path> {
        match &self.record.to {
            To::Journal(journal) => Some(journal.directory()),
            To::NewJournal { .. } | To::Nowhere => None,
        }
    }
}

/// Eight characters that no run of this state directory is likely to have.
pub fn new_run_id() -> Result<String, Error> {
    const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstuvwxy";
    let mut bytes = [0u8; 8];
    getrandom::fill(&mut bytes).map_err(no_randomness)?;
    Ok(bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect())
}

/// A seed for a session.
pub fn new_seed() -> Result<u64, Error> {
    getrandom::u64().map_err(no_randomness)
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

/// Until when a job may start instances. A time of day without offset is one of this machine's zone; where that is not known,
/// it says nothing.
fn limit(job: &Job, started_at: Time) -> Result<Option<Time>, Error> {
    let needs_zone = |text: &str| parse_time_of_day(text).is_some_and(|time| time.offset_minutes.is_none());
    let Some(time) = job.run.start_before.as_deref().filter(|text| needs_zone(text)) else {
        return Ok(no_start_after(&job.run, started_at, &TimeZone::UTC));
    };
    let unknown =
        |detail: String| Error::new(ErrorKind::Input, &runs::ZONE_UNKNOWN).with("time", time).with("detail", detail);
    // By convention an empty `TZ` is UTC; here it is more often a variable that nobody filled in.
    if std::env::var_os("TZ").is_some_and(|zone| zone.is_empty()) {
        return Err(unknown("`TZ` is empty".to_owned()));
    }
    let zone = TimeZone::try_system().map_err(|error| unknown(error.to_string()))?;
    if zone.is_unknown() {
        return Err(unknown("Etc/Unknown".to_owned()));
    }
    Ok(no_start_after(&job.run, started_at, &zone))
}

/// What the last run of the same job selected, over the same endpoint. A journal that cannot be read tells nothing.
fn last_selection(header: &Header, state_directory: &Path) -> Option<LastSelection> {
    let runs = journal::list(state_directory).ok()?;
    runs.into_iter().rev().find_map(|entry| {
        let past = entry.header.ok()?;
        let same = past.job_hash.is_some() && past.job_hash == header.job_hash && past.endpoint == header.endpoint;
        let count = past.selected.filter(|_| same)?;
        Some(LastSelection { run_id: past.run_id, count })
    })
}

/// Writes the events of a run, and remembers why it could not.
struct Recorder {
    header: Header,
    to: To,
    failure: Option<Error>,
}

/// Where events go.
enum To {
    /// Plans, and looks that change nothing.
    Nowhere,
    /// Into a journal that is made with the first event after the plan.
    NewJournal { state_directory: PathBuf, early: Vec<Numbered> },
    /// Into the journal.
    Journal(Journal),
}

impl Recorder {
    fn try_append(&mut self, numbered: &Numbered) -> Result<(), Error> {
        match &mut self.to {
            To::Nowhere => return Ok(()),
            To::Journal(journal) => return Record::append(journal, numbered),
            To::NewJournal { early, .. } => match &numbered.event {
                _ if !self.header.plan_hash.is_empty() => {}
                Event::CallerIdentified { account_id, .. } => {
                    self.header.account.clone_from(account_id);
                    early.push(numbered.clone());
                    return Ok(());
                }
                Event::PlanMade { hash, .. } => {
                    self.header.plan_hash.clone_from(hash);
                    let is_there = |numbered: &&Numbered| match &numbered.event {
                        Event::InstanceChecked { why, .. } => why.row != &verdicts::NOT_FOUND,
                        _ => false,
                    };
                    self.header.selected = u32::try_from(early.iter().filter(is_there).count()).ok();
                    early.push(numbered.clone());
                    return Ok(());
                }
                _ => {
                    early.push(numbered.clone());
                    return Ok(());
                }
            },
        }
        self.make_journal()?;
        self.try_append(numbered)
    }

    /// Makes the journal with everything up to the plan in it.
    fn make_journal(&mut self) -> Result<(), Error> {
        let To::NewJournal { state_directory, early } = &self.to else { return Ok(()) };
        let mut journal = Journal::create(state_directory, &self.header)?;
        for numbered in early {
            Record::append(&mut journal, numbered)?;
        }
        self.to = To::Journal(journal);
        Ok(())
    }

    fn noted(&mut self, result: Result<(), Error>) -> Result<(), Error> {
        if let Err(error) = &result {
            self.failure.get_or_insert_with(|| error.clone());
        }
        result
    }

    fn in_journal(&mut self, write: impl FnOnce(&mut Journal) -> Result<(), Error>) -> Result<(), Error> {
        let result = match &mut self.to {
            To::Journal(journal) => write(journal),
            // Before the plan there is nothing to be made durable; where making the journal failed, nothing ever will be.
            To::NewJournal { .. } | To::Nowhere => self.failure.clone().map_or(Ok(()), Err),
        };
        self.noted(result)
    }
}

impl Record for Recorder {
    type Error = Error;

    fn append(&mut self, numbered: &Numbered) -> Result<(), Error> {
        let result = self.try_append(numbered);
        self.noted(result)
    }

    fn flush(&mut self) -> Result<(), Error> {
        self.in_journal(Record::flush)
    }

    fn sync(&mut self) -> Result<(), Error> {
        self.in_journal(Record::sync)
    }

    fn keep_reply(&mut self, call_id: u64, call: &ApiCall, reply: &HttpReply) -> Result<(), Error> {
        self.in_journal(|journal| Record::keep_reply(journal, call_id, call, reply))
    }
}
