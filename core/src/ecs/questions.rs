//! Reading questions outside of a run whose whole answers are wanted.

use crate::base::http::{HttpReply, TransportFailure};
use crate::base::time::Time;
use crate::ecs::api::ApiCall;
use crate::ecs::reading::{Next, ReadScheduler};
use crate::ecs::reply::Failure;

/// Reading questions whose whole answers are wanted.
#[derive(Debug)]
pub struct Questions {
    reading: ReadScheduler<usize>,
    answers: Vec<Option<Result<HttpReply, Failure>>>,
}

impl Questions {
    /// These, in any order; those that write are never sent.
    pub fn new(calls: Vec<ApiCall>, seed: u64) -> Self {
        let mut reading = ReadScheduler::new(seed);
        let answers = calls.iter().map(|_| None).collect();
        for (number, call) in calls.into_iter().enumerate() {
            reading.ask(number, call);
        }
        Self { reading, answers }
    }

    /// What to do next.
    pub fn poll(&mut self, now: Time) -> Next {
        self.reading.poll(now)
    }

    /// Takes in what became of a call.
    pub fn handle(&mut self, now: Time, call_id: u64, result: Result<HttpReply, TransportFailure>) {
        let Self { reading, answers } = self;
        let mut put = |number: usize, answer| {
            if let Some(place) = answers.get_mut(number) {
                *place = Some(answer);
            }
        };
        let given_up = reading.handle(now, call_id, result, |number, _, reply| {
            put(*number, Ok(reply.clone()));
            Ok(Vec::new())
        });
        if let Some((number, failure)) = given_up {
            put(number, Err(failure));
        }
    }

    /// The answers, in the order of the questions; `None` for one that was not sent.
    pub fn into_answers(self) -> Vec<Option<Result<HttpReply, Failure>>> {
        self.answers
    }
}
