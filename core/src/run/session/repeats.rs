//! Whether a start that may have been carried out is sent once more. That is decided when it is to be sent, and by the
//! service's clock: the machine may have slept since, its clock may have been put right, the service may have asked to wait.
//!
//! Before each repetition the call is looked for by its tag. When it is found it is adopted; else the `Date` of that answer
//! tells how old the call is, and so does our clock: the older counts. Within the window it goes out again, with its token and its bytes.

use std::time::Duration;

use super::event::{Event, Purpose};
use super::{CallPurpose, QueuedCall, Session};
use crate::base::http::HttpReply;
use crate::base::time::Time;
use crate::catalog::pacing;
use crate::ecs::reply;

/// The service's clock, by an answer.
#[derive(Copy, Clone, Debug)]
pub(super) struct ServiceClock {
    /// When the answer came, by our clock.
    received_at: Time,
    /// Its `Date`.
    date: Time,
}

/// The `Date` of an answer, if it is the service's.
pub(super) fn service_date(answer: &HttpReply) -> Option<Time> {
    Time::parse_http_date(answer.header("date").filter(|_| reply::is_of_service(answer))?)
}

impl Session {
    pub(super) fn read_service_clock(&mut self, queued: &QueuedCall, answer: &HttpReply) {
        // STS is another service; an answer that took long says less than one before it.
        if queued.call.operation.product() == crate::ecs::api::Product::Ecs
            && let Some(date) = service_date(answer)
        {
            self.service_clock = Some(ServiceClock { received_at: self.now, date });
        }
    }

    /// The service's time, at the earliest: our clock may stand still where theirs goes on.
    pub(super) fn service_now(&self) -> Option<Time> {
        self.service_clock.map(|clock| clock.date.plus(self.now.since(clock.received_at)))
    }

    /// A call whose turn has come, if it may leave. A start that may have been carried out is looked for first.
    pub(super) fn cleared(&mut self, queued: QueuedCall) -> Option<QueuedCall> {
        let is_start = matches!(queued.purpose, CallPurpose::Write)
            && self.state.calls.get(&queued.id).is_some_and(|record| record.purpose == Purpose::Run);
        if !is_start || !queued.maybe_done {
            return Some(queued);
        }
        if self.state.stopped.is_some() || self.setup.no_start_after.is_some_and(|limit| self.now >= limit) {
            // It may start an instance only now, and nothing is started any more.
            let code = queued.repeat_code.unwrap_or_default();
            self.mark_uncertain(queued.id, &code);
            return None;
        }
        if queued.cleared_until.is_some_and(|until| self.now <= until) {
            let (call, operation, attempt) = (Some(queued.id), queued.call.operation, queued.attempt + 1);
            let (code, service_at) = (queued.repeat_code.clone().unwrap_or_default(), self.service_now());
            self.emit(Event::CallRepeated { call, operation, code, attempt, service_at });
            return Some(QueuedCall { cleared_until: None, ..queued });
        }
        let region = self.region_of_call(queued.id);
        let Some(look) = self.call_look(&region, queued.id, None) else {
            self.mark_uncertain(queued.id, "no look");
            return None;
        };
        self.read_first(Self::first_look(queued.id), look);
        self.held_back.insert(queued.id, queued);
        None
    }

    /// The look before a repetition found nothing. `asked_at` is when it was sent: its answer is at least that new.
    pub(super) fn decide_repeat(&mut self, queued: QueuedCall, asked_at: Time, answer: &HttpReply) {
        let record = self.state.calls.get(&queued.id);
        let intended_at = record.and_then(|record| record.service_at);
        let by_ours = queued.first_sent.map_or(Duration::ZERO, |sent| self.now.since(sent));
        let age = service_date(answer).zip(intended_at).and_then(|(date, intended_at)| {
            // The date has whole seconds, and time went by since it was written.
            let now = date.plus_seconds(1).plus(self.now.since(asked_at));
            // A clock that went back is none to go by. And it is no younger than it is by ours: theirs may have been set back.
            (now >= intended_at).then(|| now.since(intended_at).max(by_ours))
        });
        if age.is_some_and(|age| age < pacing::REPEAT_WINDOW) {
            let cleared_until = Some(asked_at.plus(pacing::CLOCK_FRESH));
            self.queue.push_first(QueuedCall { cleared_until, not_before: self.now, ..queued });
        } else {
            let code = queued.repeat_code.unwrap_or_default();
            self.mark_uncertain(queued.id, &code);
        }
    }
}
