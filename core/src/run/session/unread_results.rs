//! Results that stay unread: whatever keeps the answer away, the alarm rings when it was due.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Session;
use super::event::{Event, StopReason};
use crate::base::time::Time;
use crate::catalog::pacing;

/// When the results of each running invocation are due.
#[derive(Debug, Default)]
pub(super) struct UnreadResults {
    /// By invocation, with whether the time has passed once: a machine that slept asks before it rings.
    due: BTreeMap<u32, (Time, bool)>,
    order: BTreeSet<(Time, u32)>,
}

impl UnreadResults {
    fn expect(&mut self, invocation: u32, at: Time, has_passed: bool) {
        self.forget(invocation);
        self.due.insert(invocation, (at, has_passed));
        self.order.insert((at, invocation));
    }

    /// Its results are there, or known not to come.
    pub(super) fn forget(&mut self, invocation: u32) {
        if let Some((at, _)) = self.due.remove(&invocation) {
            self.order.remove(&(at, invocation));
        }
    }

    pub(super) fn next_wake(&self) -> Time {
        self.order.first().map_or(Time::FAR_FUTURE, |(at, _)| *at)
    }
}

impl Session {
    /// The service has taken an invocation, or has just said that it goes on: its next answer is due by the end of the
    /// command's time-out and the margin, or after one more pause between looks.
    pub(super) fn expect_results(&mut self, invocation: u32) {
        let Some(record) = self.state.invocations.get(invocation as usize) else { return };
        let next_answer = self.now.plus(pacing::POLL_LONGEST);
        let due = record.accepted_at.plus(record.due_after()).max(next_answer);
        self.unread_results.expect(invocation, due, false);
    }

    /// Rings for guests whose results are due and that nobody could read. They are asked for all the same.
    pub(super) fn ring_for_unread_results(&mut self) {
        while let Some(&(at, invocation)) = self.unread_results.order.first() {
            if at > self.now {
                break;
            }
            let asked = self.unread_results.due.get(&invocation).is_some_and(|(_, has_passed)| *has_passed);
            self.unread_results.forget(invocation);
            let Some(record) = self.state.invocations.get(invocation as usize) else { continue };
            let open = record.open.clone();
            if open.is_empty() {
                continue;
            }
            if !asked {
                // One more try goes out in this time.
                let again = self.now.plus(pacing::BACKOFF_LONGEST);
                self.unread_results.expect(invocation, again, true);
                continue;
            }
            for index in open {
                let Some(target) = self.state.target(index) else { continue };
                let instance = Arc::clone(&target.id);
                self.emit(Event::ResultOverdue { instance: Arc::clone(&instance) });
                self.stop_starts(StopReason::Held { instance: instance.to_string() });
            }
        }
    }
}
