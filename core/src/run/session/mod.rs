//! The state machine of a run: it decides, the driver obeys.
//!
//! Order of calls:
//!
//! 1. [`Session::new`], or [`Session::resume`] with the events of a journal.
//! 2. [`Session::poll`] until it no longer says [`Next::Send`]; before a request with `after` is sent, the journal must
//!    hold that event, synced. Send requests side by side; the session bounds how many.
//! 3. Give each reply or failure to [`Session::handle`], then write [`Session::events`] to the journal and poll again.
//! 4. When it says [`Next::WaitUntil`], wait for a reply or for that time, whichever comes first.
//! 5. When it says [`Next::Planned`] (only where the setup asks for it), [`Session::go_ahead`] once the plan is agreed to.
//! 6. When it says [`Next::Done`], the state holds every verdict.
//!
//! All randomness comes from the seed, time comes in with each call, and the state is the fold of the events: a session
//! that is fed the same replies at the same times does the same again.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use crate::base::http::{HttpReply, TransportFailure};
use crate::base::time::Time;
use crate::diagnostics::error::{Error, ErrorKind};
use crate::diagnostics::messages::runs;
use crate::ecs::api::requests::GetCallerIdentity;
use crate::ecs::api::{ApiCall, replies};
use crate::ecs::call_queue::CallQueue;
use crate::ecs::reply::{self, Failure};
use crate::ecs::retry::Random;
use crate::input::facts::{Guest, InstanceFacts};
use crate::input::job::Job;

mod answers;
mod checking;
mod concurrent_run;
mod discover;
pub mod event;
mod follow;
mod forgotten_starts;
mod group_listing;
mod learn_disks;
mod limits;
mod overlap;
mod probing;
mod proof;
mod queued_call;
mod records;
mod repeats;
mod resume;
mod setup;
mod shown;
mod start;
pub mod state;
mod tagging;
mod uncertain_calls;
mod unread_results;
mod uploads;
mod verify;
mod witness;

pub use concurrent_run::job_hash;
pub use event::{Event, Goal, Numbered, Phase, PlannedCommand, Purpose, StopReason};
pub use limits::no_start_after;
pub use records::{Counts, OpenGuest, Release, Stage, Target, TargetIndex};
pub(crate) use resume::RESUMED;
pub use setup::{Holder, LastSelection, Setup};
pub use state::{State, StateFields};

use checking::Checking;
use concurrent_run::ConcurrentRunCheck;
use discover::Discovery;
use forgotten_starts::ForgottenStarts;
use overlap::Overlaps;
use probing::Probing;
use queued_call::{CallPurpose, QueuedCall};
use repeats::ServiceClock;
use tagging::Tagging;
use unread_results::UnreadResults;
use uploads::Uploading;
use verify::Verification;
use witness::Witnesses;

/// What the driver does next.
#[derive(Clone, Debug)]
pub enum Next {
    /// Sign and send this.
    Send(Box<Send>),
    /// Nothing to send before this time; replies may come earlier.
    WaitUntil(Time),
    /// The plan is made, and the setup asks for a pause: nothing happens before [`Session::go_ahead`].
    Planned,
    /// The run is over.
    Done,
}

/// A call to send.
#[derive(Clone, Debug)]
pub struct Send {
    /// To hand back with the reply.
    pub call_id: u64,
    /// What to send.
    pub call: ApiCall,
    /// The journal must hold this event, synced, before it is sent; 0 for reading calls.
    pub after: u64,
    /// Add this to the clock when signing, in milliseconds.
    pub clock_offset_millis: i64,
    /// The reply may decide a verdict: keep it raw.
    pub keep_reply: bool,
}

/// The state machine of a run.
#[derive(Debug)]
pub struct Session {
    setup: Setup,
    state: State,
    events: Vec<Numbered>,
    queue: CallQueue<QueuedCall>,
    in_flight: BTreeMap<u64, QueuedCall>,
    next_call: u64,
    random: Random,
    now: Time,
    /// When this process began.
    began_at: Time,
    calls_sent: u64,
    error: Option<Error>,
    journal_broken: bool,
    identity_asked: bool,
    /// Whether this process has seen whose credentials these are: with another account nothing may be sent or concluded.
    identified: bool,
    /// Whether the journal's open ends are still to be taken up.
    to_take_up: bool,
    discovery: Option<Discovery>,
    checking: Option<Box<Checking>>,
    probing: Option<Box<Probing>>,
    /// What this process saw in guests, until somebody takes it.
    guests_seen: Vec<(String, Guest)>,
    /// The facts of checked instances, where the setup asks for them.
    facts: Vec<InstanceFacts>,
    /// When each running invocation is looked at next.
    polls: BTreeSet<(Time, u32)>,
    unread_results: UnreadResults,
    /// Calls in doubt, and when they are looked for next, with the looks done so far.
    uncertain_calls: BTreeMap<u64, (Time, u32)>,
    /// The service's clock, by its last answer.
    service_clock: Option<ServiceClock>,
    /// Starts that may have been carried out, until a look says whether they may be repeated.
    held_back: BTreeMap<u64, QueuedCall>,
    /// Halves of rejected batches, before anything else is started.
    split_batches: VecDeque<Vec<TargetIndex>>,
    /// Instances that wait for their turn, in order.
    waiting: VecDeque<TargetIndex>,
    /// Instances that pause before they are tried once more.
    pauses: BTreeSet<(Time, TargetIndex)>,
    canary: Vec<TargetIndex>,
    canary_chosen: bool,
    attach_asked: bool,
    concurrent_run: ConcurrentRunCheck,
    /// Instances whose disks are being learnt before they are looked at again.
    learning_disks: usize,
    /// The look for starts that the journal does not know; `None` for a run that begins here.
    forgotten: Option<ForgottenStarts>,
    /// Instances that are not free, and why.
    claimed: BTreeMap<String, Holder>,
    /// Looks for snapshot plug-ins of others.
    overlaps: Overlaps,
    /// Hash of the job, by which another run of it is known.
    job_hash: String,
    /// Scripts that are being uploaded; `None` before that is asked for.
    uploading: Option<Box<Uploading>>,
    /// Whether roles are being attached.
    attaching: bool,
    /// How long the last command took that is over, in seconds: an earlier look at the next one would be wasted.
    usual_run_seconds: u64,
    verification: Verification,
    tagging: Tagging,
    witnesses: Witnesses,
}

impl Session {
    /// A new run. Findings of the job that block it end it before anything is sent.
    pub fn new(setup: Setup, now: Time) -> Self {
        let mut session = Self::bare(setup, now);
        let started = Event::RunStarted {
            run_id: session.setup.run_id.clone(),
            goal: session.setup.goal,
            consnap: env!("CARGO_PKG_VERSION").to_owned(),
            as_of: session.setup.as_of.map(|date| date.to_string()),
        };
        session.emit(started);
        let guests = std::mem::take(&mut session.setup.left_open);
        if !guests.is_empty() {
            session.emit(Event::LeftOpen { guests });
        }
        session.refuse_unusable_job();
        session
    }

    fn bare(setup: Setup, now: Time) -> Self {
        let state = State::new(&setup.job);
        Self {
            random: Random::new(setup.seed),
            state,
            events: Vec::new(),
            queue: CallQueue::new(setup.calls_per_second),
            in_flight: BTreeMap::new(),
            next_call: 1,
            now,
            began_at: now,
            calls_sent: 0,
            error: None,
            journal_broken: false,
            identity_asked: false,
            identified: false,
            to_take_up: false,
            discovery: None,
            checking: None,
            probing: None,
            guests_seen: Vec::new(),
            facts: Vec::new(),
            polls: BTreeSet::new(),
            unread_results: UnreadResults::default(),
            uncertain_calls: BTreeMap::new(),
            service_clock: None,
            held_back: BTreeMap::new(),
            split_batches: VecDeque::new(),
            waiting: VecDeque::new(),
            pauses: BTreeSet::new(),
            canary: Vec::new(),
            canary_chosen: false,
            attach_asked: false,
            concurrent_run: ConcurrentRunCheck::default(),
            job_hash: concurrent_run::job_hash(&setup.job),
            witnesses: Witnesses::of(&setup.job),
            learning_disks: 0,
            forgotten: None,
            claimed: BTreeMap::new(),
            overlaps: Overlaps::default(),
            uploading: None,
            attaching: false,
            usual_run_seconds: 0,
            verification: Verification::default(),
            tagging: Tagging::default(),
            setup,
        }
    }

    /// The state: the fold of all events so far.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The error that ended the run before anything was started.
    pub fn error(&self) -> Option<&Error> {
        self.error.as_ref()
    }

    /// Calls sent by this process.
    pub fn calls_sent(&self) -> u64 {
        self.calls_sent
    }

    /// Takes what was seen in guests, to be handed in again as [`Setup::known_guests`].
    pub fn take_guests_seen(&mut self) -> Vec<(String, Guest)> {
        std::mem::take(&mut self.guests_seen)
    }

    /// The job of the run.
    pub fn job(&self) -> &Job {
        &self.setup.job
    }

    /// The facts of the instances that were checked, in the order of the plan; empty unless the setup asks for them.
    pub fn facts(&self) -> &[InstanceFacts] {
        &self.facts
    }

    /// Takes the events since the last time.
    pub fn events(&mut self) -> Vec<Numbered> {
        std::mem::take(&mut self.events)
    }

    /// Instances that are not free: none of them is started here.
    pub fn claimed_elsewhere(&mut self, claimed: BTreeMap<String, Holder>) {
        self.claimed = claimed;
    }

    /// The plan is agreed to.
    pub fn go_ahead(&mut self) {
        self.setup.pause_at_plan = false;
    }

    /// The user asks to stop: nothing new is started, what runs is tracked to its end.
    pub fn stop(&mut self, now: Time) {
        self.now = self.now.max(now);
        self.stop_starts(StopReason::User);
    }

    /// The journal cannot be written: nothing new is sent that writes, what runs is still tracked.
    pub fn journal_failed(&mut self, now: Time) {
        self.now = self.now.max(now);
        self.journal_broken = true;
        let unsent = self.queue.take(|queued| matches!(queued.purpose, CallPurpose::Write));
        self.stop_starts(StopReason::Journal);
        let held_back = std::mem::take(&mut self.held_back);
        for queued in unsent.into_iter().chain(held_back.into_values()) {
            if queued.first_sent.is_none() {
                // Never sent: it certainly did not happen.
                self.reject_call(queued.id, Failure::never_sent("journal"));
            } else {
                self.mark_uncertain(queued.id, "journal");
            }
        }
    }

    /// What to do next.
    pub fn poll(&mut self, now: Time) -> Next {
        self.now = self.now.max(now);
        if self.state.phase == Phase::Ended && !self.to_take_up {
            return Next::Done;
        }
        self.advance();
        if self.checking.is_some() {
            // There is more to do at once, after what was done so far is written away.
            return Next::WaitUntil(self.now);
        }
        if self.pauses_at_plan() {
            return Next::Planned;
        }
        if let Some(send) = self.next_send() {
            return Next::Send(Box::new(send));
        }
        if self.queue.is_empty() && self.in_flight.is_empty() && self.is_over() {
            if self.to_take_up {
                // Whoever could not take the run up has nothing to tell its journal.
                return Next::Done;
            }
            let ended = Event::RunEnded {
                calls: self.calls_sent,
                error: self.error.as_ref().map(|error| error.row.code.to_owned()),
                error_kind: self.error.as_ref().map(|error| error.kind),
            };
            self.emit(ended);
            return Next::Done;
        }
        Next::WaitUntil(self.next_wake())
    }

    /// Takes in what became of a call.
    pub fn handle(&mut self, now: Time, call_id: u64, result: Result<HttpReply, TransportFailure>) {
        self.now = self.now.max(now);
        let Some(mut queued) = self.in_flight.remove(&call_id) else { return };
        queued.attempt += 1;
        let answer = match &result {
            Ok(reply) => {
                self.read_clock(reply, queued.sent_at);
                self.queue.answered(queued.call.operation, self.now, &reply.headers);
                self.read_service_clock(&queued, reply);
                reply::classify(queued.call.operation, reply).map(|_| reply)
            }
            Err(failure) => Err(reply::transport(failure)),
        };
        match answer {
            Ok(reply) => self.answered(queued, reply),
            Err(failure) => self.failed(queued, failure, result.ok().as_ref()),
        }
    }

    /// Lets every part of the run take its next step.
    fn advance(&mut self) {
        if self.error.is_some() {
            self.queue.clear();
            self.held_back.clear();
            self.checking = None;
            self.probing = None;
            return;
        }
        if !self.identified {
            self.ask_identity();
            return;
        }
        self.drive_discovery();
        if self.state.plan_hash.is_none() || self.pauses_at_plan() {
            return;
        }
        if self.setup.goal == Goal::Run {
            self.drive_starts();
            self.drive_overlaps();
            self.drive_doubts();
            self.drive_polls();
            self.ring_for_unread_results();
        }
        self.drive_witnesses();
        self.drive_verification();
        self.drive_tagging();
    }

    fn pauses_at_plan(&self) -> bool {
        self.setup.pause_at_plan && self.setup.goal == Goal::Run && self.state.plan_hash.is_some()
    }

    /// Whether nothing is left to do.
    fn is_over(&self) -> bool {
        if self.error.is_some() {
            return true;
        }
        if self.state.plan_hash.is_none() {
            return false;
        }
        match self.setup.goal {
            Goal::Plan => true,
            Goal::Verify => self.learning_disks == 0 && self.witnesses.is_idle() && self.verification.is_idle(),
            Goal::Run => {
                let counts = self.state.counts;
                let told = self.verification.is_idle() && self.tagging.is_idle() && self.overlaps.is_idle();
                counts.in_flight == 0
                    && counts.waiting == 0
                    && self.learning_disks == 0
                    && self.witnesses.is_idle()
                    && self.uncertain_calls.is_empty()
                    && told
            }
        }
    }

    fn next_wake(&self) -> Time {
        // With all places taken a reply makes room; there is nothing to wake up for.
        let full = self.in_flight.len() >= self.setup.calls_in_flight;
        let mut wake = if full { Time::FAR_FUTURE } else { self.queue.next_wake(self.now) };
        if let Some(&(at, _)) = self.polls.first() {
            wake = wake.min(at);
        }
        wake = wake.min(self.unread_results.next_wake());
        for (at, _) in self.uncertain_calls.values() {
            wake = wake.min(*at);
        }
        wake = wake.min(self.verification.next_wake()).min(self.witnesses.next_wake());
        wake = wake.min(self.uploading.as_ref().map_or(Time::FAR_FUTURE, |uploading| uploading.next_wake()));
        wake = wake.min(self.probing.as_ref().map_or(Time::FAR_FUTURE, |probing| probing.next_wake()));
        wake = wake.min(self.next_start_wake()).min(self.next_overlap_look());
        wake = wake.min(self.forgotten.as_ref().map_or(Time::FAR_FUTURE, ForgottenStarts::next_wake));
        // Never before now: the driver would spin.
        wake.max(self.now.plus(Duration::from_millis(1)))
    }

    fn next_send(&mut self) -> Option<Send> {
        if self.in_flight.len() >= self.setup.calls_in_flight {
            return None;
        }
        let now = self.now;
        let mut queued = loop {
            let queued = self.queue.next(now)?;
            if let Some(queued) = self.cleared(queued) {
                break queued;
            }
        };
        self.calls_sent += 1;
        queued.first_sent.get_or_insert(now);
        queued.sent_at = now;
        let send = Send {
            call_id: queued.id,
            call: queued.call.clone(),
            after: queued.after,
            clock_offset_millis: self.state.clock_offset_millis,
            keep_reply: !matches!(
                queued.purpose,
                CallPurpose::Identity | CallPurpose::Discover(_) | CallPurpose::Probe(_)
            ),
        };
        self.in_flight.insert(queued.id, queued);
        Some(send)
    }

    /// Writes an event into the stream and the state.
    fn emit(&mut self, event: Event) -> u64 {
        let numbered = Numbered { seq: self.state.last_seq + 1, at: self.now, event };
        self.state.apply(&numbered);
        self.events.push(numbered);
        self.state.last_seq
    }

    /// Queues a reading call.
    fn read(&mut self, purpose: CallPurpose, call: ApiCall) {
        let id = self.next_call;
        self.next_call += 1;
        self.queue.push(QueuedCall::new(id, purpose, call, 0, self.now), self.now);
    }

    /// Queues a reading call before the others of its API.
    fn read_first(&mut self, purpose: CallPurpose, call: ApiCall) {
        let id = self.next_call;
        self.next_call += 1;
        self.queue.push_first(QueuedCall::new(id, purpose, call, 0, self.now));
    }

    /// Queues a writing call after its intent is in the stream.
    fn write(&mut self, purpose: Purpose, targets: &[TargetIndex], request: impl FnOnce(u64) -> Option<ApiCall>) {
        let id = self.next_call;
        let Some(call) = request(id) else { return };
        self.next_call += 1;
        let instances =
            targets.iter().filter_map(|&index| self.state.target(index)).map(|target| Arc::clone(&target.id)).collect();
        let service_at = Some(self.service_now().unwrap_or_else(|| self.state.by_service(self.now)));
        let after = self.emit(Event::CallIntended { call: id, purpose, instances, request: call.clone(), service_at });
        self.queue.push(QueuedCall::new(id, CallPurpose::Write, call, after, self.now), self.now);
    }

    /// Ends the run with an error; only right while nothing was started.
    fn end_with(&mut self, error: Error) {
        self.queue.clear();
        if self.error.is_none() {
            self.error = Some(error);
        }
    }

    /// Ends a run whose plan is made and of which nothing was started.
    fn end_before_start(&mut self, error: Error, why: StopReason) {
        self.stop_starts(why);
        self.end_with(error);
    }

    fn stop_starts(&mut self, why: StopReason) {
        if self.state.stopped.is_some() {
            return;
        }
        self.split_batches.clear();
        self.forget_batches();
        self.waiting.clear();
        self.pauses.clear();
        self.emit(Event::StartsStopped { why });
    }

    fn identified(&mut self, identity: replies::GetCallerIdentity) {
        if let Some(known) = &self.state.account_id
            && *known != identity.account_id
        {
            // A look with the wrong account finds nothing, and would read as "not sent".
            let error = Error::new(ErrorKind::Rejected, &runs::OTHER_ACCOUNT)
                .with("expected", known.clone())
                .with("found", identity.account_id);
            self.end_with(error);
            return;
        }
        self.identified = true;
        self.emit(Event::CallerIdentified { account_id: identity.account_id, arn: identity.arn.unwrap_or_default() });
        self.resume_open_calls();
    }

    fn ask_identity(&mut self) {
        if !self.identity_asked {
            self.identity_asked = true;
            let region = self.state.regions.first().cloned().unwrap_or_default();
            if !self.to_take_up {
                self.emit(Event::PhaseEntered { phase: Phase::Identity });
            }
            self.read(CallPurpose::Identity, GetCallerIdentity.into_call(&region));
        }
    }
}
