//! Deletes groups one by one: intent, call, and what came of it, as events for a journal.
//!
//! DeleteSnapshotGroup takes no token. That is no danger here: ids of groups are never used again, so that a second call for the
//! same id can only find it gone. A call that may have been carried out is looked for, and sent again only where the group is
//! still there.

use std::collections::VecDeque;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::base::http::{HttpReply, Sent, TransportFailure};
use crate::base::time::Time;
use crate::catalog::api_errors::{RetryClass, Scope};
use crate::catalog::pacing;
use crate::ecs::api::requests::{DeleteSnapshotGroup, DescribeSnapshotGroups, Filled, GroupFilter, Ids};
use crate::ecs::api::{ApiCall, Operation, replies};
use crate::ecs::reply::{self, Failure};
use crate::ecs::retry::{Backoff, Random, RateLimiter};

/// A group to delete.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deletion {
    /// Its region.
    pub region: String,
    /// `ssg-...`.
    pub group_id: String,
    /// Its instance.
    pub instance_id: String,
    /// Its snapshots.
    pub snapshots: Vec<String>,
}

/// An event with its number and time. Numbers begin at 1 and have no gaps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Numbered {
    /// Its number.
    pub seq: u64,
    /// When it happened.
    pub at: Time,
    /// What happened.
    #[serde(flatten)]
    pub event: DeletionEvent,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum DeletionEvent {
    /// A deletion is about to be sent. It must be durable before it is.
    Intended {
        /// What.
        #[serde(flatten)]
        deletion: Deletion,
        /// The call.
        request: ApiCall,
    },
    /// It may have been carried out; a look will tell.
    InDoubt {
        /// `ssg-...`.
        group_id: String,
        /// The service's code or the transport's reason.
        code: String,
    },
    /// What came of it.
    Ended {
        /// `ssg-...`.
        group_id: String,
        /// How it ended.
        #[serde(flatten)]
        ended: Ended,
    },
}

/// How a deletion ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ended", rename_all = "snake_case")]
pub enum Ended {
    /// The service says that all of it is deleted.
    Deleted,
    /// A look after a call in doubt, or after a refusal, shows that it is not there.
    Gone,
    /// Some snapshots were not deleted.
    Partly {
        /// These, with the service's code.
        left: Vec<(String, String)>,
    },
    /// The service refused; the group is as it was.
    Refused {
        /// Its code.
        code: String,
    },
    /// It could not be learnt.
    Unknown {
        /// The service's code or the transport's reason.
        code: String,
    },
    /// Not tried, because something stopped all deletions before.
    NotTried,
}

/// What the driver does next.
#[derive(Clone, Debug)]
pub enum Next {
    /// Sign and send this, once the journal holds the event `after`, synced; 0 for a look.
    Send {
        /// To hand back with the reply.
        call_id: u64,
        /// What to send.
        call: Box<ApiCall>,
        /// The journal must hold this event before.
        after: u64,
        /// Add this to the clock when signing, in milliseconds.
        clock_offset_millis: i64,
    },
    /// Nothing to do before this time.
    WaitUntil(Time),
    /// All is done that can be.
    Done,
}

/// What the group at hand waits for.
#[derive(Debug)]
enum Step {
    /// To be deleted.
    Delete,
    /// To be looked for, because of this failure.
    Look(Box<Failure>),
}

/// Deletes groups, one after the other.
#[derive(Debug)]
pub struct Deletions {
    waiting: VecDeque<Deletion>,
    current: Option<Current>,
    events: Vec<Numbered>,
    last_seq: u64,
    next_call: u64,
    in_flight: Option<u64>,
    limiter: RateLimiter,
    clock_offset_millis: i64,
    random: Random,
    stopped: bool,
}

#[derive(Debug)]
struct Current {
    deletion: Deletion,
    step: Step,
    /// The event of its intent.
    intended: u64,
    /// Attempts of the step.
    attempt: u32,
    /// Deletions sent.
    sent: u32,
    /// Whether one of them may have been carried out.
    maybe_done: bool,
    not_before: Time,
}

impl Deletions {
    /// Nothing is to be deleted yet.
    pub fn new(seed: u64) -> Self {
        Self {
            waiting: VecDeque::new(),
            current: None,
            events: Vec::new(),
            last_seq: 0,
            next_call: 1,
            in_flight: None,
            limiter: RateLimiter::new(pacing::CALLS_PER_SECOND),
            clock_offset_millis: 0,
            random: Random::new(seed),
            stopped: false,
        }
    }

    /// Adds groups behind those that wait.
    pub fn add(&mut self, deletions: impl IntoIterator<Item = Deletion>) {
        self.waiting.extend(deletions);
    }

    /// Whether nothing more is deleted.
    pub fn is_stopped(&self) -> bool {
        self.stopped
    }

    /// Takes the events since the last time.
    pub fn events(&mut self) -> Vec<Numbered> {
        std::mem::take(&mut self.events)
    }

    /// Nothing more is deleted: the journal cannot be written, or the user asks. What is under way is still looked at.
    pub fn stop(&mut self) {
        self.stopped = true;
    }

    /// What to do next.
    pub fn poll(&mut self, now: Time) -> Next {
        if self.in_flight.is_some() {
            return Next::WaitUntil(Time::FAR_FUTURE);
        }
        if self.current.is_none() {
            if self.stopped {
                while let Some(deletion) = self.waiting.pop_front() {
                    self.ended(now, deletion.group_id, Ended::NotTried);
                }
            }
            let Some(deletion) = self.waiting.pop_front() else { return Next::Done };
            let Some(request) = delete_call(&deletion) else {
                self.ended(now, deletion.group_id, Ended::Refused { code: "MissingParameter".to_owned() });
                return Next::WaitUntil(now);
            };
            let intended = self.emit(now, DeletionEvent::Intended { deletion: deletion.clone(), request });
            let step = Step::Delete;
            self.current =
                Some(Current { deletion, step, intended, attempt: 0, sent: 0, maybe_done: false, not_before: now });
        }
        let ready = self.limiter.ready_at(now);
        let Some(current) = &mut self.current else { return Next::Done };
        if matches!(current.step, Step::Delete) && self.stopped {
            let (group, maybe_done) = (current.deletion.group_id.clone(), current.maybe_done);
            self.current = None;
            let ended = if maybe_done { Ended::Unknown { code: "stopped".to_owned() } } else { Ended::NotTried };
            self.ended(now, group, ended);
            return Next::WaitUntil(now);
        }
        let wake = current.not_before.max(ready);
        if wake > now {
            return Next::WaitUntil(wake);
        }
        let (call, after) = match &current.step {
            Step::Delete => (delete_call(&current.deletion), current.intended),
            Step::Look(_) => (look_call(&current.deletion), 0),
        };
        let Some(call) = call else { return Next::Done };
        if matches!(current.step, Step::Delete) {
            current.sent += 1;
        }
        current.attempt += 1;
        self.limiter.take(now);
        let call_id = self.next_call;
        self.next_call += 1;
        self.in_flight = Some(call_id);
        Next::Send { call_id, call: Box::new(call), after, clock_offset_millis: self.clock_offset_millis }
    }

    /// Takes in what became of a call.
    pub fn handle(&mut self, now: Time, call_id: u64, result: &Result<HttpReply, TransportFailure>) {
        if self.in_flight != Some(call_id) {
            return;
        }
        self.in_flight = None;
        let Some(current) = self.current.take() else { return };
        if let Ok(answer) = result {
            self.limiter.on_answer(now, &answer.headers);
        }
        match &current.step {
            Step::Delete => self.delete_answered(now, current, result),
            Step::Look(_) => self.look_answered(now, current, result),
        }
    }

    fn delete_answered(&mut self, now: Time, mut current: Current, result: &Result<HttpReply, TransportFailure>) {
        let operation = Operation::DeleteSnapshotGroup;
        let parsed = match result {
            Ok(answer) => reply::parse::<replies::DeleteSnapshotGroup>(operation, answer),
            Err(failure) => Err(reply::transport(failure)),
        };
        let failure = match parsed {
            Ok(done) => {
                let left = not_deleted(&done);
                let ended = if left.is_empty() { Ended::Deleted } else { Ended::Partly { left } };
                self.ended(now, current.deletion.group_id, ended);
                return;
            }
            Err(failure) => failure,
        };
        current.maybe_done |= failure.sent == Sent::Maybe;
        match failure.retry {
            RetryClass::SignAgain if current.attempt < 4 => {
                self.mend_clock(now, &failure, result);
                self.again(now, current, Duration::ZERO);
            }
            RetryClass::Throttled | RetryClass::AfterPause | RetryClass::RefreshCredentials
                if failure.sent != Sent::Maybe && current.attempt < pacing::WRITE_ATTEMPTS =>
            {
                if failure.retry == RetryClass::Throttled {
                    self.limiter.on_throttled(now, failure.retry_after);
                }
                let pause = self.pause(&current, &failure);
                self.again(now, current, pause);
            }
            // The first attempt may have been carried out, or the service may say "no" because it was: only a look tells.
            _ => {
                if failure.sent == Sent::Maybe {
                    let (group_id, code) = (current.deletion.group_id.clone(), failure.name().to_owned());
                    self.emit(now, DeletionEvent::InDoubt { group_id, code });
                }
                let not_before = now.plus(pacing::VERIFY_GAP);
                let step = Step::Look(Box::new(failure));
                self.current = Some(Current { step, attempt: 0, not_before, ..current });
            }
        }
    }

    fn look_answered(&mut self, now: Time, current: Current, result: &Result<HttpReply, TransportFailure>) {
        let operation = Operation::DescribeSnapshotGroups;
        let parsed = match result {
            Ok(answer) => reply::parse::<replies::DescribeSnapshotGroups<'_>>(operation, answer)
                .map(|page| page.groups.iter().any(|group| *group.snapshot_group_id == *current.deletion.group_id)),
            Err(failure) => Err(reply::transport(failure)),
        };
        let Step::Look(because) = &current.step else { return };
        match parsed {
            Ok(false) => self.ended(now, current.deletion.group_id, Ended::Gone),
            Ok(true) if because.sent == Sent::Maybe => {
                if current.sent < 3 && !self.stopped {
                    self.current = Some(Current { step: Step::Delete, attempt: 0, not_before: now, ..current });
                } else {
                    let code = because.name().to_owned();
                    self.ended(now, current.deletion.group_id, Ended::Unknown { code });
                }
            }
            Ok(true) => {
                // What concerns the account concerns all that would come after.
                self.stopped |= because.scope == Scope::Account;
                let code = because.name().to_owned();
                self.ended(now, current.deletion.group_id, Ended::Refused { code });
            }
            Err(failure) => {
                let worth_it = failure.retry != RetryClass::Never && current.attempt < pacing::READ_ATTEMPTS;
                if failure.retry == RetryClass::SignAgain {
                    self.mend_clock(now, &failure, result);
                }
                if worth_it {
                    let pause = self.pause(&current, &failure);
                    self.again(now, current, pause);
                } else {
                    self.stopped |= because.scope == Scope::Account;
                    let code = because.name().to_owned();
                    let ended =
                        if because.sent == Sent::Maybe { Ended::Unknown { code } } else { Ended::Refused { code } };
                    self.ended(now, current.deletion.group_id, ended);
                }
            }
        }
    }

    fn again(&mut self, now: Time, current: Current, pause: Duration) {
        self.current = Some(Current { not_before: now.plus(pause), ..current });
    }

    fn pause(&mut self, current: &Current, failure: &Failure) -> Duration {
        let pause = Backoff::default().wait(current.attempt, self.random.next_u64());
        pause.max(failure.retry_after.unwrap_or_default())
    }

    fn mend_clock(&mut self, now: Time, failure: &Failure, result: &Result<HttpReply, TransportFailure>) {
        if let Some(offset) = result.as_ref().ok().and_then(|answer| failure.clock_offset(answer, now)) {
            self.clock_offset_millis = offset;
        }
    }

    fn ended(&mut self, now: Time, group_id: String, ended: Ended) {
        self.emit(now, DeletionEvent::Ended { group_id, ended });
    }

    fn emit(&mut self, now: Time, event: DeletionEvent) -> u64 {
        self.last_seq += 1;
        self.events.push(Numbered { seq: self.last_seq, at: now, event });
        self.last_seq
    }
}

/// The snapshots a reply names as not deleted, with the code. What has no `Success` was not.
fn not_deleted(reply: &replies::DeleteSnapshotGroup) -> Vec<(String, String)> {
    reply
        .progress
        .iter()
        .filter(|one| !one.operation_status.as_deref().is_some_and(|status| status.eq_ignore_ascii_case("success")))
        .map(|one| {
            let snapshot = one.items.iter().find(|item| item.name.as_deref() == Some("SnapshotId"));
            let snapshot = snapshot.and_then(|item| item.value.clone()).unwrap_or_else(|| "?".to_owned());
            (snapshot, one.error_code.clone().unwrap_or_else(|| "?".to_owned()))
        })
        .collect()
}

fn delete_call(deletion: &Deletion) -> Option<ApiCall> {
    let snapshot_group_id = Filled::new(deletion.group_id.as_str()).ok()?;
    Some(DeleteSnapshotGroup { snapshot_group_id }.into_call(&deletion.region))
}

fn look_call(deletion: &Deletion) -> Option<ApiCall> {
    let filter = GroupFilter::Ids(Ids::new([deletion.group_id.as_str()]).ok()?);
    Some(DescribeSnapshotGroups { filter, next_token: None }.into_call(&deletion.region))
}

#[cfg(test)]
mod tests;
