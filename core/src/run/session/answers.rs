//! What becomes of a call: its answer is taken in by whoever asked, or its failure repeated, waited for or given up.

use std::time::Duration;

use super::event::{Event, StopReason};
use super::{CallPurpose, QueuedCall, Session};
use crate::base::http::{HttpReply, Sent};
use crate::base::time::Time;
use crate::catalog::api_errors::RetryClass;
use crate::catalog::pacing;
use crate::ecs::api::replies;
use crate::ecs::reply::{self, Failure};
use crate::ecs::retry::Backoff;

impl Session {
    pub(super) fn answered(&mut self, queued: QueuedCall, reply: &HttpReply) {
        let taken = match &queued.purpose {
            CallPurpose::Identity => reply::parse::<replies::GetCallerIdentity>(queued.call.operation, reply)
                .map(|identity| self.identified(identity)),
            CallPurpose::Discover(purpose) => self.discovered(purpose, reply),
            CallPurpose::Probe(purpose) => self.probed(purpose, reply),
            CallPurpose::Witness(purpose) => self.witness_answered(purpose, reply),
            CallPurpose::Write => self.write_answered(&queued, reply),
            CallPurpose::RoleLook { call } => self.role_looked(*call, reply),
            CallPurpose::Files { sent } => self.files_looked(*sent, reply),
            CallPurpose::Poll { invocation } => self.polled(*invocation, reply),
            CallPurpose::ConcurrentRunCheck { region, status, listing } => {
                self.rivals_listed((*region, *status), (**listing).clone(), reply)
            }
            CallPurpose::ExpectedDisks { target } => self.disks_learnt(*target, reply),
            CallPurpose::OwnStarts { region, listing } => self.own_starts_listed(*region, (**listing).clone(), reply),
            CallPurpose::InFlight { region, moment } => self.open_listed(*region, *moment, reply),
            CallPurpose::CallLook { call, found, listing } => {
                self.call_looked(&queued, *call, (found.clone(), (**listing).clone()), reply)
            }
            CallPurpose::Groups { region, filter } => {
                let sent = queued.first_sent.unwrap_or(Time::EPOCH);
                self.groups_listed(*region, filter, sent, reply)
            }
            CallPurpose::Snapshots { region } => self.snapshots_listed(*region, reply),
        };
        if let Err(failure) = taken {
            self.failed(queued, failure, None);
        }
    }

    /// Decides whether a failed call is repeated, looked for, or given up.
    pub(super) fn failed(&mut self, mut queued: QueuedCall, failure: Failure, reply: Option<&HttpReply>) {
        let code = failure.name();
        queued.maybe_done |= failure.sent == Sent::Maybe;
        let writes = matches!(queued.purpose, CallPurpose::Write);
        match failure.retry {
            RetryClass::Throttled => {
                let operation = queued.call.operation;
                self.queue.throttled(operation, self.now, failure.retry_after);
                self.emit(Event::Throttled { operation, code: code.to_owned() });
                if !writes && self.endures(&queued, failure.retry) {
                    self.requeue(queued, failure.retry_after);
                    return;
                }
            }
            RetryClass::SignAgain if queued.attempt < 4 => {
                if let Some(reply) = reply {
                    self.correct_clock(&failure, reply);
                }
                queued.not_before = self.now;
                self.queue.push_first(queued);
                return;
            }
            _ => {}
        }
        if writes {
            self.write_failed(queued, failure);
            return;
        }
        let passing = matches!(
            failure.retry,
            RetryClass::MaybeCarriedOut
                | RetryClass::StillProcessing
                | RetryClass::AfterPause
                | RetryClass::RefreshCredentials
        );
        if passing && self.endures(&queued, failure.retry) {
            let operation = queued.call.operation;
            self.emit(Event::CallRepeated {
                call: None,
                operation,
                code: code.to_owned(),
                attempt: queued.attempt + 1,
                service_at: None,
            });
            self.requeue(queued, failure.retry_after);
            return;
        }
        self.read_given_up(queued, &failure);
    }

    /// Whether a call is worth another attempt: a few before anything runs, for hours while something does.
    fn endures(&self, queued: &QueuedCall, retry: RetryClass) -> bool {
        let since = self.now.since(queued.first_sent.unwrap_or(self.now));
        if matches!(queued.purpose, CallPurpose::Witness(_)) {
            // A verdict waits for it.
            return since < pacing::WITNESS_ENDURANCE;
        }
        if self.state.counts.in_flight > 0
            || matches!(queued.purpose, CallPurpose::Groups { .. } | CallPurpose::Snapshots { .. })
        {
            // A service comes back by itself; credentials that nobody renews do not.
            let longest = match retry {
                RetryClass::RefreshCredentials => pacing::CREDENTIALS_ENDURANCE,
                _ => pacing::READ_ENDURANCE,
            };
            return since < longest;
        }
        queued.attempt < pacing::READ_ATTEMPTS
    }

    pub(super) fn requeue(&mut self, mut queued: QueuedCall, retry_after: Option<Duration>) {
        let pause =
            Backoff::default().wait(queued.attempt, self.random.next_u64()).max(retry_after.unwrap_or(Duration::ZERO));
        queued.not_before = self.now.plus(pause);
        self.queue.push(queued, self.now);
    }

    /// Compares with the service's clock through its `Date` header only.
    fn correct_clock(&mut self, failure: &Failure, reply: &HttpReply) {
        let offset = failure.clock_offset(reply, self.now);
        if let Some(offset_millis) = offset.filter(|offset| *offset != self.state.clock_offset_millis) {
            self.emit(Event::ClockCorrected { offset_millis });
        }
    }

    /// Notes when the service's clock and ours have come apart: its time lay in the second of its `Date` at some moment
    /// between sending and now. What a proxy says is of no weight.
    pub(super) fn read_clock(&mut self, reply: &HttpReply, sent_at: Time) {
        // Whoever cannot take the run up has nothing to tell its journal.
        if self.to_take_up || reply.header("x-acs-request-id").is_none() {
            return;
        }
        let Some(theirs) = reply.header("date").and_then(Time::parse_http_date) else { return };
        let least = theirs.millis().saturating_sub(self.now.millis());
        let most = theirs.millis().saturating_add(999).saturating_sub(sent_at.millis());
        let known = self.state.clock_offset_millis;
        let tolerance = i64::try_from(pacing::CLOCK_TOLERANCE.as_millis()).unwrap_or(i64::MAX);
        let offset_millis = if known < least.saturating_sub(tolerance) {
            least
        } else if known > most.saturating_add(tolerance) {
            most
        } else {
            return;
        };
        self.emit(Event::ClockCorrected { offset_millis });
    }

    fn read_given_up(&mut self, queued: QueuedCall, failure: &Failure) {
        let of_call = || failure.clone().of(queued.call.operation);
        match queued.purpose {
            CallPurpose::Identity => self.end_with(of_call().to_error()),
            CallPurpose::Discover(purpose) => self.discovery_failed(&purpose, &of_call()),
            CallPurpose::Probe(purpose) => self.probe_failed(purpose, failure),
            CallPurpose::Witness(purpose) => self.witness_failed(purpose, failure),
            CallPurpose::Poll { invocation } => self.poll_given_up(invocation, failure),
            CallPurpose::ConcurrentRunCheck { .. } => {
                // Nothing is started in the dark.
                let why = StopReason::of_failure(failure);
                self.end_before_start(of_call().to_error(), why);
            }
            CallPurpose::ExpectedDisks { .. } => self.disk_answered(),
            CallPurpose::OwnStarts { .. } => {
                // What was started already is not known: nothing is started.
                self.forgotten = None;
                self.stop_starts(StopReason::of_failure(failure));
            }
            CallPurpose::InFlight { region, moment } => self.open_refused(region, moment, failure),
            CallPurpose::CallLook { call, .. } => self.look_given_up(call),
            CallPurpose::RoleLook { call } => self.role_look_given_up(call, failure),
            CallPurpose::Files { sent } => self.files_given_up(sent, failure),
            CallPurpose::Groups { region, .. } | CallPurpose::Snapshots { region } => {
                self.look_refused(region, failure);
            }
            CallPurpose::Write => {}
        }
    }
}
