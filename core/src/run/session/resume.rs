//! Going on with a run from its journal.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::event::{Event, Goal, Numbered, Phase, Purpose, StopReason};
use super::forgotten_starts::ForgottenStarts;
use super::records::{Stage, Target, TargetIndex};
use super::{CallPurpose, QueuedCall, Session, Setup};
use crate::base::http::Sent;
use crate::base::time::Time;
use crate::ecs::reply::Failure;
use crate::run::verdict::ResultKind;

/// Why a call of an earlier process is repeated or looked for.
pub(crate) const RESUMED: &str = "resumed";

impl Session {
    /// Goes on with a run from its events. With [`Goal::Run`] everything that is open is followed to its end, and
    /// instances that wait for their turn are started; with [`Goal::Verify`] every started instance is looked at
    /// again and nothing is written.
    ///
    /// `now` must not be before the last event: pass the later of the clock and [`Numbered::at`] of the last one.
    pub fn resume(mut setup: Setup, events: &[Numbered], now: Time) -> Self {
        let goal = setup.goal;
        let planned = events.iter().any(|numbered| matches!(numbered.event, Event::PlanMade { .. }));
        if planned && !setup.job.group_name.contains("{run}") {
            // Versions before 0.2 added it by themselves.
            setup.job.group_name.push_str("-{run}");
        }
        let mut session = Self::bare(setup, now);
        for numbered in events {
            session.state.apply(numbered);
        }
        session.now = now.max(session.state.last_at);
        session.began_at = session.now;
        session.random.reseed(session.state.last_seq);
        session.next_call = session.state.last_call + 1;
        session.state.goes_on_for(goal);
        if session.state.plan_hash.is_none() {
            // Nothing was written yet: discovery begins anew.
            let started = Event::RunStarted {
                run_id: session.setup.run_id.clone(),
                goal,
                consnap: env!("CARGO_PKG_VERSION").to_owned(),
                as_of: session.setup.as_of.map(|date| date.to_string()),
            };
            session.emit(started);
            session.refuse_unusable_job();
            // What was written after the plan may be lost with it.
            session.forgotten = Some(ForgottenStarts::new(session.setup.torn_journal, session.now));
            return session;
        }
        if session.state.phase != Phase::Ended {
            session.look_at_what_ended();
        }
        session.to_take_up = true;
        session.ask_identity();
        session
    }

    /// Takes up what the journal left open, now that the credentials are known to be those of the run's account.
    pub(super) fn resume_open_calls(&mut self) {
        if !std::mem::take(&mut self.to_take_up) {
            return;
        }
        self.emit(Event::PhaseEntered { phase: Phase::Identity });
        if !self.learn_disks() {
            self.go_on_from_journal();
        }
    }

    pub(super) fn go_on_from_journal(&mut self) {
        match self.setup.goal {
            Goal::Verify => self.watch_everything_started(),
            Goal::Run | Goal::Plan => self.resume_calls(),
        }
    }

    /// Rebuilds what is not in the state: timers, queues, looks.
    fn resume_calls(&mut self) {
        if !self.plan_is_proven() {
            self.stop_starts(StopReason::Unproven);
        }
        let held = |(target, index): &(&Target, TargetIndex)| {
            target.release().is_none()
                && if target.stage == Stage::Looking { self.counts_as_held(*index) } else { target.may_be_held() }
        };
        if let Some(instance) = self.state.targets.iter().zip(0..).find(held).map(|(target, _)| target.id.to_string()) {
            // The line that said so may be lost.
            self.stop_starts(StopReason::Held { instance });
        }
        self.forgotten = Some(ForgottenStarts::new(self.setup.torn_journal, self.now));
        self.attach_asked = true;
        self.attaching = true;
        self.canary_chosen = self.state.targets.iter().any(|target| target.starts > 0);
        let (mut looking, mut unknown, mut done, mut unread) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for index in 0..self.state.targets.len() {
            let Ok(index) = TargetIndex::try_from(index) else { break };
            let Some(target) = self.state.target(index) else { continue };
            match target.stage {
                Stage::Waiting { not_before } if not_before > self.now => {
                    self.pauses.insert((not_before, index));
                }
                Stage::Waiting { .. } => self.waiting.push_back(index),
                Stage::Looking => looking.push(index),
                // The service may know by now how the command ended.
                Stage::Done if target.outcome.is_none() && target.invocation.is_some() && is_open(target) => {
                    unread.push(index);
                }
                // What could not be seen then may be seen now.
                Stage::Done if target.verdict.as_ref().is_some_and(|verdict| verdict.result == ResultKind::Unknown) => {
                    unknown.push(index);
                }
                Stage::Done => done.push(index),
                _ => {}
            }
        }
        if self.state.calls.values().all(|record| record.purpose == Purpose::Run)
            && !self.canary_chosen
            && self.state.phase < Phase::Run
        {
            // Roles that were never asked for are asked for now.
            self.attach_asked = false;
        }
        let canary = usize::try_from(self.setup.job.run.canary).unwrap_or(usize::MAX);
        if self.canary_chosen && canary > 0 {
            // The canary is whoever was started first; the rest waits for it again.
            let mut started: Vec<(Time, TargetIndex)> = self
                .state
                .targets
                .iter()
                .zip(0..)
                .filter_map(|(target, index)| Some((target.started_at?, index)))
                .collect();
            started.sort_unstable();
            self.canary = started.into_iter().take(canary).map(|(_, index)| index).collect();
        }
        for index in unread {
            if let Some(instance) = self.state.target(index).map(|target| Arc::clone(&target.id)) {
                self.emit(Event::ResultAskedAgain { instance });
            }
        }
        for index in looking {
            self.after_end(index);
        }
        for index in unknown {
            self.watch_again(index);
        }
        for index in done {
            self.tag_later(index);
        }
        let mut regions = BTreeSet::new();
        for (invocation, record) in self.state.invocations.iter().enumerate() {
            if let (false, Ok(invocation)) = (record.open.is_empty(), u32::try_from(invocation)) {
                self.polls.insert((self.now, invocation));
                regions.insert(record.region);
            }
        }
        for &(_, invocation) in &self.polls.clone() {
            self.expect_results(invocation);
        }
        for region in regions {
            self.look_after_start(region);
        }
        let open: Vec<u64> = self.state.calls.keys().copied().collect();
        for call in open {
            self.resume_call(call);
        }
    }

    /// A call without an answer: it may have been sent. A start is looked for, and repeated if the service's clock allows it;
    /// everything else is only looked for.
    fn resume_call(&mut self, call: u64) {
        let Some(record) = self.state.calls.get(&call) else { return };
        let repeatable = record.purpose == Purpose::Run && !record.in_doubt && self.start_is_proven(record);
        match record.request.clone().filter(|_| repeatable) {
            Some(request) => {
                let mut queued = QueuedCall::new(call, CallPurpose::Write, *request, 0, self.now);
                queued.attempt = 1;
                queued.first_sent = Some(record.intended_at);
                queued.maybe_done = true;
                queued.repeat_code = Some(RESUMED.to_owned());
                self.queue.push(queued, self.now);
            }
            None => self.mark_uncertain(call, RESUMED),
        }
    }
}

/// Whether its verdict may still change with what the service tells later.
fn is_open(target: &Target) -> bool {
    target.verdict.as_ref().is_none_or(|verdict| matches!(verdict.result, ResultKind::Urgent | ResultKind::Unknown))
}

impl Failure {
    /// A call that was never handed to the network.
    pub(super) fn never_sent(why: &str) -> Self {
        let mut failure = crate::ecs::reply::transport(&crate::base::http::TransportFailure {
            sent: Sent::No,
            reason: crate::base::http::TransportReason::Other,
            detail: why.to_owned(),
        });
        failure.scope = crate::catalog::api_errors::Scope::Batch;
        failure
    }
}
