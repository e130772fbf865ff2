//! Calls that wait to be sent, a lane for each API: one that is slowed down must not hold up the others, and no list is
//! walked to find the next call. A run and whoever only reads send through the same queue.

use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use crate::base::time::Time;
use crate::ecs::api::Operation;
use crate::ecs::retry::RateLimiter;

/// What waits in a lane.
pub(crate) trait Queued {
    /// The API it calls.
    fn operation(&self) -> Operation;

    /// When it may leave at the earliest.
    fn not_before(&self) -> Time;
}

/// The calls that wait.
#[derive(Debug)]
pub(crate) struct CallQueue<T> {
    of: BTreeMap<Operation, Lane<T>>,
    calls_per_second: u32,
    /// Numbers the calls in the order in which they became due, over all operations.
    turn: u64,
}

/// The calls of one API.
#[derive(Debug)]
struct Lane<T> {
    limiter: RateLimiter,
    /// In the order in which they leave, with their turns.
    due: VecDeque<(u64, T)>,
    /// Those that pause first.
    later: BTreeMap<(Time, u64), T>,
}

impl<T> Lane<T> {
    fn is_empty(&self) -> bool {
        self.due.is_empty() && self.later.is_empty()
    }
}

impl<T: Queued> CallQueue<T> {
    pub(crate) fn new(calls_per_second: u32) -> Self {
        Self { of: BTreeMap::new(), calls_per_second, turn: 0 }
    }

    fn lane(&mut self, operation: Operation) -> &mut Lane<T> {
        let rate = self.calls_per_second;
        self.of.entry(operation).or_insert_with(|| Lane {
            limiter: RateLimiter::new(rate),
            due: VecDeque::new(),
            later: BTreeMap::new(),
        })
    }

    /// Adds a call behind all others, or behind its pause.
    pub(crate) fn push(&mut self, waiting: T, now: Time) {
        self.turn += 1;
        let turn = self.turn;
        let lane = self.lane(waiting.operation());
        if waiting.not_before() <= now {
            lane.due.push_back((turn, waiting));
        } else {
            lane.later.insert((waiting.not_before(), turn), waiting);
        }
    }

    /// Adds a call before all others.
    pub(crate) fn push_first(&mut self, waiting: T) {
        self.lane(waiting.operation()).due.push_front((0, waiting));
    }

    /// The call whose turn it is among those that may leave now; it counts against its API's rate.
    pub(crate) fn next(&mut self, now: Time) -> Option<T> {
        let mut first: Option<(u64, Operation)> = None;
        for (&operation, lane) in &mut self.of {
            while let Some(entry) = lane.later.first_entry().filter(|entry| entry.key().0 <= now) {
                let (_, turn) = *entry.key();
                lane.due.push_back((turn, entry.remove()));
            }
            let Some(&(turn, _)) = lane.due.front() else { continue };
            if first.is_none_or(|(least, _)| turn < least) && lane.limiter.ready_at(now) <= now {
                first = Some((turn, operation));
            }
        }
        let lane = self.of.get_mut(&first?.1)?;
        lane.limiter.take(now);
        lane.due.pop_front().map(|(_, waiting)| waiting)
    }

    /// When the next call may leave.
    pub(crate) fn next_wake(&self, now: Time) -> Time {
        let wakes = self.of.values().filter_map(|lane| {
            let due = if lane.due.is_empty() { lane.later.first_key_value().map(|(&(at, _), _)| at)? } else { now };
            Some(due.max(lane.limiter.ready_at(now)))
        });
        wakes.min().unwrap_or(Time::FAR_FUTURE)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.of.values().all(Lane::is_empty)
    }

    pub(crate) fn clear(&mut self) {
        for lane in self.of.values_mut() {
            lane.due.clear();
            lane.later.clear();
        }
    }

    /// Takes out the calls that are meant.
    pub(crate) fn take(&mut self, is_meant: impl Fn(&T) -> bool) -> Vec<T> {
        let mut taken = Vec::new();
        for lane in self.of.values_mut() {
            let all =
                lane.due.drain(..).chain(std::mem::take(&mut lane.later).into_iter().map(|((_, turn), q)| (turn, q)));
            let mut left = VecDeque::new();
            for (turn, waiting) in all.collect::<Vec<_>>() {
                if is_meant(&waiting) {
                    taken.push(waiting);
                } else {
                    left.push_back((turn, waiting));
                }
            }
            lane.due = left;
        }
        taken
    }

    /// A reply came: the API's rate recovers, or waits as the reply asks.
    pub(crate) fn answered(&mut self, operation: Operation, now: Time, headers: &[(Cow<'static, str>, String)]) {
        self.lane(operation).limiter.on_answer(now, headers);
    }

    /// The service asked to slow down.
    pub(crate) fn throttled(&mut self, operation: Operation, now: Time, retry_after: Option<Duration>) {
        self.lane(operation).limiter.on_throttled(now, retry_after);
    }
}
