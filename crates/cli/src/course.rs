//! The course of a run as `plan`, `run` and `demo` share it: look and plan in memory, then start with a journal.

use std::path::{Path, PathBuf};

use consnap_client::driver::Clock;
use consnap_client::journal::{self, Header, Journal};
use consnap_core::Error;
use consnap_core::config::Job;
use consnap_core::plan::Plan;
use consnap_core::session::{Event, Goal, Numbered, Session, Setup};
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::connection::Connection;
use crate::console::Console;
use crate::exit::Failure;
use crate::progress::Progress;
use crate::running::{self, InMemory};

/// What every step needs.
pub(crate) struct Course<'a> {
    pub(crate) runtime: &'a Runtime,
    pub(crate) connection: &'a Connection,
    pub(crate) clock: &'a Clock,
}

/// Conditions of a plan.
#[derive(Default)]
pub(crate) struct Conditions {
    /// Only a plan with this hash.
    pub(crate) approve: Option<String>,
    /// The instance consnap itself runs on.
    pub(crate) own_instance: Option<String>,
    /// Whether that instance may be among the targets.
    pub(crate) include_self: bool,
}

/// A plan that was made by looking only.
pub(crate) struct Planned {
    pub(crate) session: Session,
    /// `None` when the look ended in an error.
    pub(crate) plan: Option<Plan>,
    setup: Setup,
    events: Vec<Numbered>,
}

/// A run that came to its end, or was left.
pub(crate) struct Ended {
    pub(crate) session: Session,
    /// Where journal and evidence lie.
    pub(crate) directory: PathBuf,
    /// Whether the run is over; else the user left it.
    pub(crate) over: bool,
}

impl Course<'_> {
    /// Looks at the instances and plans, in memory: nothing is written, neither there nor here.
    pub(crate) fn plan(&self, job: &Job, conditions: Conditions, console: &Console) -> Result<Planned, Failure> {
        let mut job = job.clone();
        job.regions.clone_from(&self.connection.regions);
        let attach_role = job.run.attach_role;
        let mut setup = Setup::new(job, running::new_run_id()?, running::random()?, Goal::Plan);
        setup.approved_plan = conditions.approve;
        setup.own_instance = conditions.own_instance;
        setup.include_self = conditions.include_self;
        let mut session = Session::new(setup.clone(), self.clock.now());
        let mut record = InMemory::default();
        self.drive(&mut session, &mut record, console);
        let plan = Plan::of(session.state(), attach_role, console.lang());
        Ok(Planned { session, plan, setup, events: record.events })
    }

    /// Starts what was planned: the journal first, then the run from where the plan ended. `document` is the job as it
    /// was read.
    pub(crate) fn start(
        &self,
        planned: Planned,
        plan: &Plan,
        document: &Value,
        state: &Path,
        console: &Console,
    ) -> Result<Ended, Failure> {
        let Planned { mut setup, mut events, .. } = planned;
        // The plan becomes the beginning of the run, as if the run had been interrupted right after planning.
        events.retain(|numbered| !matches!(numbered.event, Event::RunEnded { .. }));
        for numbered in &mut events {
            if let Event::RunStarted { goal, .. } = &mut numbered.event {
                *goal = Goal::Run;
            }
        }
        setup.goal = Goal::Run;
        let mut journal = Journal::create(state, &self.header(&setup, plan, document, &events))?;
        for numbered in &events {
            journal.append(numbered.seq, numbered)?;
        }
        journal.sync()?;
        let mut session = Session::resume(setup, &events, self.clock.now());
        let over = self.drive(&mut session, &mut journal, console);
        Ok(Ended { session, directory: journal.directory().to_owned(), over })
    }

    /// Drives a session to its end; returns whether it is over.
    pub(crate) fn drive(
        &self,
        session: &mut Session,
        record: &mut impl consnap_client::driver::Record,
        console: &Console,
    ) -> bool {
        let progress = Progress::new(console.lang());
        self.runtime.block_on(running::to_its_end(session, record, &self.connection.caller, self.clock, &progress))
    }

    fn header(&self, setup: &Setup, plan: &Plan, document: &Value, events: &[Numbered]) -> Header {
        Header {
            format: journal::FORMAT,
            consnap_version: env!("CARGO_PKG_VERSION").to_owned(),
            catalogue_version: env!("CARGO_PKG_VERSION").to_owned(),
            run_id: setup.run_id.clone(),
            account: plan.account_id.clone().unwrap_or_default(),
            regions: self.connection.regions.clone(),
            endpoint: self.connection.endpoint.clone(),
            job: document.clone(),
            plan_hash: plan.hash.clone(),
            started_at: events.first().map_or_else(|| self.clock.now(), |numbered| numbered.at),
        }
    }
}

/// The state directory of this user, or the error that there is none.
pub(crate) fn state_directory() -> Result<PathBuf, Error> {
    journal::state_directory(|name| std::env::var(name).ok())
}
