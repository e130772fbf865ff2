//! Where an operation works: who calls the service, in which regions, by which clock.

use std::sync::Arc;

use consnap_core::diagnostics::messages::{errors, runs};
use consnap_core::input::job::Job;
use consnap_core::run::session::{Goal, Setup};
use consnap_core::{Error, ErrorKind, Time};

use crate::caller::ApiCaller;
use crate::driver::Clock;
use crate::{own_instance, run};

/// A connection that is ready for the first call.
pub struct Connection {
    /// Who signs and sends.
    pub caller: Arc<ApiCaller>,
    /// The regions to look in: those of the job, else that of the profile.
    pub regions: Vec<String>,
    /// Whether all calls stay on this machine.
    pub is_loopback: bool,
    /// How many times as fast as the wall clock time goes by; 1 unless all calls stay on this machine.
    pub time_scale: f64,
}

impl Connection {
    /// What a session is told that begins here.
    ///
    /// Errors: the system gives no random numbers.
    pub fn setup(&self, mut job: Job, goal: Goal) -> Result<Setup, Error> {
        job.regions.clone_from(&self.regions);
        Ok(Setup::new(job, run::new_run_id()?, run::new_seed()?, goal))
    }

    /// The clock of an operation that begins now.
    pub fn clock(&self) -> Clock {
        Clock::starting_at(Clock::of_wall(Time::EPOCH).now(), self.time_scale)
    }

    /// The instance consnap itself runs on, where that can be learnt.
    pub async fn own_instance(&self) -> Option<String> {
        own_instance::find(|name| std::env::var(name).ok(), &self.caller).await
    }

    /// Whether the start of a run is agreed to: it was said, or nothing real is started.
    ///
    /// Errors: it is not, and nobody is there to be asked.
    pub fn agreed(&self, said: bool, somebody_there: bool) -> Result<bool, Error> {
        let agreed = said || self.is_loopback;
        if !agreed && !somebody_there {
            return Err(Error::new(ErrorKind::Rejected, &errors::NEEDS_YES));
        }
        Ok(agreed)
    }

    /// The region of something that is in one.
    ///
    /// Errors: there is none.
    pub fn first_region(&self) -> Result<&str, Error> {
        self.some_regions().map(|regions| regions.first().map_or("", String::as_str))
    }

    /// The regions, where there must be one.
    ///
    /// Errors: there is none.
    pub fn some_regions(&self) -> Result<&[String], Error> {
        if self.regions.is_empty() { Err(Error::new(ErrorKind::Input, &runs::NO_REGION)) } else { Ok(&self.regions) }
    }
}
