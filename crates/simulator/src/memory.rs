//! Session and service in one thread with virtual time: hours of a run in milliseconds, natively and in the browser.

use std::collections::BTreeMap;
use std::time::Duration;

use consnap_core::Time;
use consnap_core::base::http::{HttpReply, Sent, TransportFailure, TransportReason};
use consnap_core::ecs::credentials::Credential;
use consnap_core::ecs::sign::{SignatureVersion, sign_call};
use consnap_core::run::session::{Next, Numbered, Session};

use crate::{Arrival, Service};

/// Whether a run goes on after some events.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Onward {
    /// Go on.
    Go,
    /// The process dies here: nothing is sent or handled any more.
    Crash,
}

/// How a run in memory came to its end.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The session said that it is over.
    Done,
    /// The observer let the process die.
    Crashed,
    /// The session neither sends nor waits for anything: a defect of the session.
    Stuck,
}

/// What came of one thing that a session did.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// It goes on.
    Onward,
    /// It waits for somebody to agree to the plan.
    Planned,
    /// It has ended.
    Over(Ended),
}

/// A driver for one session against one service, in virtual time.
#[derive(Debug)]
pub struct MemoryDriver {
    /// The virtual clock.
    pub now: Time,
    /// How long the client waits for a reply.
    pub read_timeout: Duration,
    /// Signs the requests.
    pub credential: Credential,
    /// How far the client's clock is behind the service's, in milliseconds.
    pub clock_error_millis: i64,
    nonce: u64,
    nonce_prefix: u64,
    arrivals: BTreeMap<(Time, u64), (u64, Result<HttpReply, TransportFailure>)>,
    sequence: u64,
    synced: u64,
}

impl MemoryDriver {
    /// A driver that starts at a time.
    pub fn new(now: Time, credential: Credential) -> Self {
        Self {
            now,
            read_timeout: Duration::from_secs(15),
            credential,
            clock_error_millis: 0,
            nonce: 0,
            nonce_prefix: 0,
            arrivals: BTreeMap::new(),
            sequence: 0,
            synced: 0,
        }
    }

    /// Makes the nonces of this driver differ from those of another: the service refuses one it has seen.
    pub fn nonce_prefix(&mut self, prefix: u64) {
        self.nonce_prefix = prefix;
    }

    /// The last event that had to be durable before a call was sent. Later ones may be lost in a crash.
    pub fn synced(&self) -> u64 {
        self.synced
    }

    /// Runs until the session is over or the observer lets the process die. The observer sees every event once.
    pub fn run(
        &mut self,
        session: &mut Session,
        service: &mut impl Service,
        mut observe: impl FnMut(&[Numbered]) -> Onward,
    ) -> Ended {
        loop {
            match self.step(session, service, &mut observe) {
                Step::Onward => {}
                // Nobody is asked here.
                Step::Planned => session.go_ahead(),
                Step::Over(ended) => return ended,
            }
        }
    }

    /// Lets the session do one thing: send, take an answer in, or wait. Of several sessions with one service the one goes next
    /// whose clock shows the earliest time.
    pub fn step(
        &mut self,
        session: &mut Session,
        service: &mut impl Service,
        mut observe: impl FnMut(&[Numbered]) -> Onward,
    ) -> Step {
        let next = session.poll(self.now);
        if observe(&session.events()) == Onward::Crash {
            return Step::Over(Ended::Crashed);
        }
        match next {
            Next::Done => return Step::Over(Ended::Done),
            Next::Planned => return Step::Planned,
            Next::Send(send) => {
                self.synced = self.synced.max(send.after);
                let offset = send.clock_offset_millis.saturating_sub(self.clock_error_millis);
                let signed_at = Time::from_millis(self.now.millis().saturating_add(offset));
                self.nonce += 1;
                let nonce = format!("{:016x}{:016x}", self.nonce_prefix, self.nonce);
                let host = "127.0.0.1";
                let request = sign_call(&send.call, host, &self.credential, signed_at, &nonce, SignatureVersion::V3);
                let answer = service.handle(self.now, &request);
                let given_up = self.now.plus(self.read_timeout);
                let failure = |reason, detail: &str| {
                    Err(TransportFailure { sent: Sent::Maybe, reason, detail: detail.to_owned() })
                };
                let (at, result) = match answer.what {
                    Arrival::Silence => (given_up, failure(TransportReason::TimedOut, "no answer")),
                    _ if answer.at > given_up => (given_up, failure(TransportReason::TimedOut, "too late")),
                    Arrival::ConnectionClosed => {
                        (answer.at, failure(TransportReason::ConnectionClosed, "connection closed"))
                    }
                    Arrival::Reply(reply) => (answer.at, Ok(reply)),
                };
                self.sequence += 1;
                self.arrivals.insert((at.max(self.now), self.sequence), (send.call_id, result));
            }
            Next::WaitUntil(wake) => {
                let arrival = self.arrivals.first_entry().filter(|entry| entry.key().0 <= wake);
                if let Some(entry) = arrival {
                    let (at, _) = *entry.key();
                    let (call, result) = entry.remove();
                    self.now = self.now.max(at);
                    session.handle(self.now, call, result);
                } else if wake == Time::FAR_FUTURE {
                    return Step::Over(Ended::Stuck);
                } else {
                    self.now = self.now.max(wake);
                }
            }
        }
        Step::Onward
    }
}
