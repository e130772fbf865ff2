//! Calls that wait to be sent, a lane for each API: one that is slowed down must not hold up the others, and no list is
//! walked to find the next call.

use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use super::{Errand, Queued};
use crate::api::Operation;
use crate::retry::RateLimiter;
use crate::time::Time;

/// The calls that wait.
#[derive(Debug)]
pub(super) struct CallQueue {
    lanes: BTreeMap<Operation, Lane>,
    calls_per_second: u32,
    /// Numbers the calls in the order in which they became due, over all lanes.
    turn: u64,
}

/// The calls of one API.
#[derive(Debug)]
struct Lane {
    limiter: RateLimiter,
    /// In the order in which they leave, with their turns.
    due: VecDeque<(u64, Queued)>,
    /// Those that pause first.
    later: BTreeMap<(Time, u64), Queued>,
}

impl Lane {
    fn is_empty(&self) -> bool {
        self.due.is_empty() && self.later.is_empty()
    }
}

impl CallQueue {
    pub(super) fn new(calls_per_second: u32) -> Self {
        Self { lanes: BTreeMap::new(), calls_per_second, turn: 0 }
    }

    fn lane(&mut self, operation: Operation) -> &mut Lane {
        let rate = self.calls_per_second;
        self.lanes.entry(operation).or_insert_with(|| Lane {
            limiter: RateLimiter::new(rate),
            due: VecDeque::new(),
            later: BTreeMap::new(),
        })
    }

    /// Adds a call behind all others, or behind its pause.
    pub(super) fn push(&mut self, queued: Queued, now: Time) {
        self.turn += 1;
        let turn = self.turn;
        let lane = self.lane(queued.call.operation);
        if queued.not_before <= now {
            lane.due.push_back((turn, queued));
        } else {
            lane.later.insert((queued.not_before, turn), queued);
        }
    }

    /// Adds a call before all others.
    pub(super) fn push_first(&mut self, queued: Queued) {
        self.lane(queued.call.operation).due.push_front((0, queued));
    }

    /// The call whose turn it is among those that may leave now; it counts against its API's rate.
    pub(super) fn next(&mut self, now: Time) -> Option<Queued> {
        let mut first: Option<(u64, Operation)> = None;
        for (&operation, lane) in &mut self.lanes {
            while let Some(entry) = lane.later.first_entry().filter(|entry| entry.key().0 <= now) {
                let (_, turn) = *entry.key();
                lane.due.push_back((turn, entry.remove()));
            }
            let Some(&(turn, _)) = lane.due.front() else { continue };
            if first.is_none_or(|(least, _)| turn < least) && lane.limiter.ready_at(now) <= now {
                first = Some((turn, operation));
            }
        }
        let lane = self.lanes.get_mut(&first?.1)?;
        lane.limiter.take(now);
        lane.due.pop_front().map(|(_, queued)| queued)
    }

    /// When the next call may leave.
    pub(super) fn next_wake(&self, now: Time) -> Time {
        let wakes = self.lanes.values().filter_map(|lane| {
            let due = if lane.due.is_empty() { lane.later.first_key_value().map(|(&(at, _), _)| at)? } else { now };
            Some(due.max(lane.limiter.ready_at(now)))
        });
        wakes.min().unwrap_or(Time::FAR_FUTURE)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lanes.values().all(Lane::is_empty)
    }

    pub(super) fn clear(&mut self) {
        for lane in self.lanes.values_mut() {
            lane.due.clear();
            lane.later.clear();
        }
    }

    /// Takes out the calls that write.
    pub(super) fn take_writes(&mut self) -> Vec<Queued> {
        let mut writes = Vec::new();
        for lane in self.lanes.values_mut() {
            let all =
                lane.due.drain(..).chain(std::mem::take(&mut lane.later).into_iter().map(|((_, turn), q)| (turn, q)));
            let mut reads = VecDeque::new();
            for (turn, queued) in all.collect::<Vec<_>>() {
                if matches!(queued.errand, Errand::Write) {
                    writes.push(queued);
                } else {
                    reads.push_back((turn, queued));
                }
            }
            lane.due = reads;
        }
        writes
    }

    /// A reply came: the API's rate recovers, or waits as the reply asks.
    pub(super) fn answered(&mut self, operation: Operation, now: Time, headers: &[(Cow<'static, str>, String)]) {
        self.lane(operation).limiter.on_answer(now, headers);
    }

    /// The service asked to slow down.
    pub(super) fn throttled(&mut self, operation: Operation, now: Time, retry_after: Option<Duration>) {
        self.lane(operation).limiter.on_throttled(now, retry_after);
    }
}
