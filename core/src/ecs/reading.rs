//! Reading calls outside of a run: which may leave when, and what is asked again.
//!
//! Whoever lists an estate asks questions ([`ReadScheduler::ask`]); each reply may lead to more, such as the next page. Rate and
//! backoff are those of a run ([`crate::ecs::retry`]), a lane for each API. Nothing that writes may be asked here.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::base::http::{HttpReply, TransportFailure};
use crate::base::time::Time;
use crate::catalog::api_errors::RetryClass;
use crate::catalog::pacing;
use crate::ecs::api::{ApiCall, Operation};
use crate::ecs::call_queue::{CallQueue, Queued};
use crate::ecs::reply::{self, Failure};
use crate::ecs::retry::{Backoff, Random};

/// What the driver does next.
#[derive(Clone, Debug)]
pub enum Next {
    /// Sign and send this.
    Send(Box<Outgoing>),
    /// Nothing to send before this time; replies may come earlier.
    WaitUntil(Time),
    /// Nothing is left to ask.
    Done,
}

/// A call to send.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// To hand back with the reply.
    pub call_id: u64,
    /// What to send.
    pub call: ApiCall,
    /// Add this to the clock when signing, in milliseconds.
    pub clock_offset_millis: i64,
}

/// How often a signature is mended by the service's clock before the call is given up.
const MOST_SIGNED: u32 = 4;

/// Questions of kind `E` that wait, or are under way.
#[derive(Debug)]
pub struct ReadScheduler<E> {
    call_queue: CallQueue<Question<E>>,
    in_flight: BTreeMap<u64, Question<E>>,
    most_in_flight: usize,
    next_call: u64,
    calls_sent: u64,
    clock_offset_millis: i64,
    random: Random,
}

#[derive(Debug)]
struct Question<E> {
    about: E,
    call: ApiCall,
    attempt: u32,
    not_before: Time,
}

impl<E> Queued for Question<E> {
    fn operation(&self) -> Operation {
        self.call.operation
    }

    fn not_before(&self) -> Time {
        self.not_before
    }
}

impl<E> ReadScheduler<E> {
    /// Nothing is asked yet. All randomness comes from the seed.
    pub fn new(seed: u64) -> Self {
        Self {
            call_queue: CallQueue::new(pacing::CALLS_PER_SECOND),
            in_flight: BTreeMap::new(),
            most_in_flight: pacing::CALLS_IN_FLIGHT,
            next_call: 1,
            calls_sent: 0,
            clock_offset_millis: 0,
            random: Random::new(seed),
        }
    }

    /// Asks a question. A call that writes is not taken: it belongs to whoever keeps a journal.
    pub fn ask(&mut self, about: E, call: ApiCall) {
        if !call.operation.writes() {
            self.call_queue.push(Question { about, call, attempt: 0, not_before: Time::EPOCH }, Time::EPOCH);
        }
    }

    /// Calls sent so far.
    pub fn calls_sent(&self) -> u64 {
        self.calls_sent
    }

    /// What to do next.
    pub fn poll(&mut self, now: Time) -> Next {
        if self.in_flight.len() < self.most_in_flight
            && let Some(question) = self.call_queue.next(now)
        {
            let call_id = self.next_call;
            self.next_call += 1;
            self.calls_sent += 1;
            let call = question.call.clone();
            self.in_flight.insert(call_id, question);
            return Next::Send(Box::new(Outgoing { call_id, call, clock_offset_millis: self.clock_offset_millis }));
        }
        if self.in_flight.is_empty() && self.call_queue.is_empty() {
            return Next::Done;
        }
        let full = self.in_flight.len() >= self.most_in_flight;
        let wake = if full { Time::FAR_FUTURE } else { self.call_queue.next_wake(now) };
        // Never before now: the driver would spin.
        Next::WaitUntil(wake.max(now.plus(Duration::from_millis(1))))
    }

    /// Takes in what became of a call. `take` reads a reply and gives the questions it leads to, or says why it cannot be read.
    /// A question that is given up comes back with the failure.
    pub fn handle(
        &mut self,
        now: Time,
        call_id: u64,
        result: Result<HttpReply, TransportFailure>,
        take: impl FnOnce(&E, &ApiCall, &HttpReply) -> Result<Vec<(E, ApiCall)>, Failure>,
    ) -> Option<(E, Failure)> {
        let mut question = self.in_flight.remove(&call_id)?;
        question.attempt += 1;
        let operation = question.call.operation;
        let failure = match &result {
            Err(failure) => reply::transport(failure).of(operation),
            Ok(answer) => {
                self.call_queue.answered(operation, now, &answer.headers);
                let taken =
                    reply::classify(operation, answer).and_then(|_| take(&question.about, &question.call, answer));
                match taken {
                    Ok(more) => {
                        for (about, call) in more {
                            self.ask(about, call);
                        }
                        return None;
                    }
                    Err(failure) => failure,
                }
            }
        };
        self.failed(now, question, failure, result.ok().as_ref())
    }

    fn failed(
        &mut self,
        now: Time,
        mut question: Question<E>,
        failure: Failure,
        answer: Option<&HttpReply>,
    ) -> Option<(E, Failure)> {
        let operation = question.call.operation;
        let worth_it = question.attempt < pacing::READ_ATTEMPTS;
        match failure.retry {
            RetryClass::SignAgain if question.attempt < MOST_SIGNED => {
                if let Some(offset) = answer.and_then(|answer| failure.clock_offset(answer, now)) {
                    self.clock_offset_millis = offset;
                }
                self.call_queue.push_first(question);
                return None;
            }
            RetryClass::Throttled => self.call_queue.throttled(operation, now, failure.retry_after),
            RetryClass::MaybeCarriedOut
            | RetryClass::StillProcessing
            | RetryClass::AfterPause
            | RetryClass::RefreshCredentials => {}
            RetryClass::Never | RetryClass::SignAgain => return Some((question.about, failure)),
        }
        if !worth_it {
            return Some((question.about, failure));
        }
        let pause = Backoff::default().wait(question.attempt, self.random.next_u64());
        question.not_before = now.plus(pause.max(failure.retry_after.unwrap_or_default()));
        self.call_queue.push(question, now);
        None
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;
    use crate::base::http::{Sent, TransportReason};
    use crate::ecs::api::requests::{DescribeRegions, TagResources};
    use crate::ecs::api::requests::{Filled, Ids, Tags};

    fn answer(status: u16, body: &str) -> HttpReply {
        let headers = vec![(Cow::Borrowed("date"), "Mon, 06 May 2024 07:08:09 GMT".to_owned())];
        HttpReply { status, headers, body: body.as_bytes().to_vec() }
    }

    fn send(reading: &mut ReadScheduler<u8>, now: Time) -> Outgoing {
        match reading.poll(now) {
            Next::Send(send) => *send,
            other => panic!("{other:?}"),
        }
    }

    /// Gives a call the same end until it is given up; how often it was sent.
    fn tried(result: &Result<HttpReply, TransportFailure>) -> (u32, String) {
        let mut reading = ReadScheduler::new(1);
        reading.ask(7, DescribeRegions.into_call("cn-hangzhou"));
        let mut now = Time::from_millis(1_700_000_000_000);
        for count in 1.. {
            let sent = loop {
                match reading.poll(now) {
                    Next::Send(send) => break send,
                    Next::WaitUntil(at) => now = at,
                    Next::Done => panic!("done"),
                }
            };
            let given_up = reading.handle(now, sent.call_id, result.clone(), |_, _, _| Ok(Vec::new()));
            if let Some((about, failure)) = given_up {
                assert_eq!(about, 7);
                assert!(matches!(reading.poll(now), Next::Done));
                return (count, failure.name().to_owned());
            }
            assert!(count < 100);
        }
        unreachable!()
    }

    #[test]
    fn what_may_pass_is_asked_again_and_nothing_for_ever() {
        let lost =
            Err(TransportFailure { sent: Sent::Maybe, reason: TransportReason::TimedOut, detail: String::new() });
        assert_eq!(tried(&lost), (6, "timed_out".to_owned()));
        assert_eq!(
            tried(&Ok(answer(503, r#"{"RequestId":"r","Code":"ServiceUnavailable"}"#))),
            (6, "ServiceUnavailable".to_owned())
        );
        assert_eq!(
            tried(&Ok(answer(400, r#"{"RequestId":"r","Code":"Throttling.User"}"#))),
            (6, "Throttling.User".to_owned())
        );
        assert_eq!(
            tried(&Ok(answer(403, r#"{"RequestId":"r","Code":"Forbidden.RAM"}"#))),
            (1, "Forbidden.RAM".to_owned())
        );
        assert_eq!(
            tried(&Ok(answer(400, r#"{"RequestId":"r","Code":"IllegalTimestamp"}"#))),
            (4, "IllegalTimestamp".to_owned())
        );
    }

    #[test]
    fn pages_follow_pages_and_a_clock_is_mended_once() {
        let mut reading = ReadScheduler::new(1);
        let now = Time::from_millis(1_700_000_000_000);
        reading.ask(1, DescribeRegions.into_call("cn-hangzhou"));
        let first = send(&mut reading, now);
        assert!(matches!(reading.poll(now), Next::WaitUntil(_)));
        let refused = Ok(answer(400, r#"{"RequestId":"r","Code":"IllegalTimestamp"}"#));
        assert!(reading.handle(now, first.call_id, refused, |_, _, _| panic!("no reply")).is_none());
        let again = send(&mut reading, now);
        assert_eq!(now.millis() + again.clock_offset_millis, Time::parse("2024-05-06T07:08:09Z").unwrap().millis());
        let more = |about: &u8, call: &ApiCall, _: &HttpReply| Ok(vec![(about + 1, call.clone())]);
        assert!(reading.handle(now, again.call_id, Ok(answer(200, "{}")), more).is_none());
        let next = send(&mut reading, now);
        let done = |about: &u8, _: &ApiCall, _: &HttpReply| {
            assert_eq!(*about, 2);
            Ok(Vec::new())
        };
        assert!(reading.handle(now, next.call_id, Ok(answer(200, "{}")), done).is_none());
        assert!(matches!(reading.poll(now), Next::Done));
        assert_eq!(reading.calls_sent(), 3);
    }

    #[test]
    fn nothing_that_writes_is_sent() {
        let mut reading = ReadScheduler::new(1);
        let tag = TagResources {
            resource_type: Filled::new("snapshot").unwrap(),
            resource_ids: Ids::new(["s-1"]).unwrap(),
            tags: Tags::new([("a", "b")]).unwrap(),
        };
        reading.ask(1, tag.into_call("cn-hangzhou"));
        assert!(matches!(reading.poll(Time::EPOCH), Next::Done));
    }
}
