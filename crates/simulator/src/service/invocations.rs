//! Invocations: what was ordered, and how each instance's task stands at a time. Nothing moves by itself: all event times
//! are fixed when a command is ordered, the state is derived when somebody asks.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use consnap_core::Time;

use crate::guest::{Plan, Program};
use crate::scenario::ResultFault;

/// The state of a task, or of a whole invocation.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Pending,
    Running,
    Stopping,
    Success,
    Failed,
    Invalid,
    Aborted,
    Error,
    Timeout,
    Cancelled,
    Terminated,
    Stopped,
    PartialFailed,
}

impl Status {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Pending => "Pending",
            Self::Running => "Running",
            Self::Stopping => "Stopping",
            Self::Success => "Success",
            Self::Failed => "Failed",
            Self::Invalid => "Invalid",
            Self::Aborted => "Aborted",
            Self::Error => "Error",
            Self::Timeout => "Timeout",
            Self::Cancelled => "Cancelled",
            Self::Terminated => "Terminated",
            Self::Stopped => "Stopped",
            Self::PartialFailed => "PartialFailed",
        }
    }

    /// The older family of names. A one-time run that failed by its exit code counts as finished there
    /// (docs/sources/feature.md 11 C8).
    pub(crate) const fn legacy_name(self) -> &'static str {
        match self {
            Self::Pending | Self::Running => "Running",
            Self::Stopping => "Stopping",
            Self::Success | Self::Failed => "Finished",
            Self::Invalid | Self::Aborted | Self::Error | Self::Timeout => "Failed",
            Self::Cancelled | Self::Terminated | Self::Stopped => "Stopped",
            Self::PartialFailed => "PartialFailed",
        }
    }

    pub(crate) const fn is_final(self) -> bool {
        !matches!(self, Self::Pending | Self::Running | Self::Stopping)
    }

    /// The state of an invocation from those of its tasks (docs/sources/api.md 4.3).
    pub(crate) fn aggregate(tasks: impl Iterator<Item = Self>) -> Self {
        let (mut running, mut stopping, mut good, mut bad) = (false, false, false, false);
        for status in tasks {
            match status {
                Self::Pending => return Self::Pending,
                Self::Running => running = true,
                Self::Stopping => stopping = true,
                Self::Success => good = true,
                Self::Cancelled | Self::Terminated | Self::Stopped => {}
                _ => bad = true,
            }
        }
        match (running, stopping, good, bad) {
            (true, ..) => Self::Running,
            (_, true, ..) => Self::Stopping,
            (.., true, true) => Self::PartialFailed,
            (.., true, false) => Self::Success,
            (.., false, true) => Self::Failed,
            (.., false, false) => Self::Stopped,
        }
    }
}

/// The command of an invocation.
#[derive(Clone, Debug)]
pub(crate) struct Command {
    pub(crate) kind: &'static str,
    /// As Base64, the way it is given back.
    pub(crate) content: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) username: String,
    pub(crate) working_dir: String,
    pub(crate) timeout_seconds: u32,
    pub(crate) program: Program,
}

/// A command ordered for some instances.
#[derive(Clone, Debug)]
pub(crate) struct Invocation {
    pub(crate) number: u64,
    pub(crate) command: Arc<Command>,
    pub(crate) tags: Vec<(String, String)>,
    pub(crate) created_at: Time,
    pub(crate) tasks: Vec<Task>,
}

impl Invocation {
    /// The state of the whole.
    pub(crate) fn status(&self, now: Time) -> Status {
        Status::aggregate(self.tasks.iter().map(|task| task.status(now)))
    }
}

/// The command's task on one instance.
#[derive(Clone, Debug)]
pub(crate) struct Task {
    /// Position of the instance.
    pub(crate) instance: u32,
    pub(crate) created_at: Time,
    /// When the command starts in the guest; never when it cannot be delivered.
    pub(crate) started_at: Option<Time>,
    /// When the service takes it for ended.
    pub(crate) ends_at: Time,
    pub(crate) ending: Ending,
    pub(crate) stop: Option<Stop>,
    /// What the plug-in does, as far as it starts.
    pub(crate) plan: Option<Box<Plan>>,
    /// Position of the group made.
    pub(crate) group: Option<u32>,
    /// Position of the scenario's fault.
    pub(crate) fault: Option<u32>,
    pub(crate) excluded: Option<u16>,
    /// What becomes of its result at the service.
    pub(crate) result: Option<ResultFault>,
    pub(crate) seed: u64,
}

/// How a task ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ending {
    pub(crate) status: Status,
    pub(crate) exit_code: Option<i64>,
    pub(crate) error_code: Arc<str>,
}

/// A stop that was asked for.
#[derive(Copy, Clone, Debug)]
pub(crate) struct Stop {
    pub(crate) asked_at: Time,
    pub(crate) done_at: Time,
    pub(crate) before_start: bool,
}

impl Task {
    /// How the task stands.
    pub(crate) fn status(&self, now: Time) -> Status {
        if let Some(stop) = self.stop {
            return match (stop.before_start, now >= stop.done_at) {
                (true, _) => Status::Cancelled,
                (false, true) => Status::Terminated,
                (false, false) => Status::Stopping,
            };
        }
        if self.is_told(now) {
            return self.ending.status;
        }
        match self.started_at {
            Some(started) if now >= started => Status::Running,
            _ => Status::Pending,
        }
    }

    /// When the service took the task for ended, if it has.
    pub(crate) fn finished_at(&self, now: Time) -> Option<Time> {
        match self.stop {
            Some(stop) => (now >= stop.done_at).then_some(stop.done_at),
            None => self.is_told(now).then_some(self.ends_at),
        }
    }

    /// Whether the service knows by now that it has ended.
    fn is_told(&self, now: Time) -> bool {
        const LATE: Duration = Duration::from_secs(4_200);
        match self.result {
            Some(ResultFault::NeverEnds) => self.started_at.is_none() && now >= self.ends_at,
            Some(ResultFault::Late) => now >= self.ends_at.plus(LATE),
            Some(ResultFault::Vanishes | ResultFault::Unreadable) | None => now >= self.ends_at,
        }
    }

    /// Whether the invocation lists it.
    pub(crate) fn is_listed(&self, now: Time) -> bool {
        self.result != Some(ResultFault::Vanishes) || now < self.ends_at
    }

    /// Whether its result has neither status nor exit code.
    pub(crate) fn is_unreadable(&self, now: Time) -> bool {
        self.result == Some(ResultFault::Unreadable) && now >= self.ends_at
    }

    /// The exit code, once there is one.
    pub(crate) fn exit_code(&self, now: Time) -> Option<i64> {
        let told = self.stop.is_none() && self.is_told(now) && !self.is_unreadable(now);
        if told { self.ending.exit_code } else { None }
    }

    /// The task's error code, once there is one.
    pub(crate) fn error_code(&self, now: Time) -> &str {
        let told = self.stop.is_none() && self.is_told(now) && !self.is_unreadable(now);
        if told { &self.ending.error_code } else { "" }
    }
}

/// All invocations the service still knows, the oldest first.
#[derive(Clone, Debug, Default)]
pub(crate) struct History {
    list: VecDeque<Invocation>,
    next_number: u64,
    records: usize,
}

impl History {
    /// The number the next invocation will have.
    pub(crate) fn next_number(&self) -> u64 {
        self.next_number
    }

    /// Takes in an invocation and forgets the oldest ones beyond the limit of records.
    pub(crate) fn add(&mut self, invocation: Invocation, limit: usize) {
        self.records += invocation.tasks.len();
        self.next_number = invocation.number + 1;
        self.list.push_back(invocation);
        while self.records > limit && self.list.len() > 1 {
            if let Some(oldest) = self.list.pop_front() {
                self.records -= oldest.tasks.len();
            }
        }
    }

    /// An invocation by its number.
    pub(crate) fn find(&self, number: u64) -> Option<&Invocation> {
        let first = self.list.front()?.number;
        self.list.get(usize::try_from(number.checked_sub(first)?).ok()?)
    }

    /// An invocation by its number, to change it.
    pub(crate) fn find_mut(&mut self, number: u64) -> Option<&mut Invocation> {
        let first = self.list.front()?.number;
        self.list.get_mut(usize::try_from(number.checked_sub(first)?).ok()?)
    }

    /// All, the newest first.
    pub(crate) fn newest_first(&self) -> impl Iterator<Item = &Invocation> {
        self.list.iter().rev()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_aggregate_as_documented() {
        use Status::{
            Aborted, Cancelled, Failed, PartialFailed, Pending, Running, Stopped, Stopping, Success, Timeout,
        };
        for (tasks, whole) in [
            (vec![Success, Pending, Running], Pending),
            (vec![Success, Running, Stopping], Running),
            (vec![Stopping, Success], Stopping),
            (vec![Success, Success], Success),
            (vec![Success, Cancelled], Success),
            (vec![Failed, Cancelled], Failed),
            (vec![Timeout, Aborted], Failed),
            (vec![Cancelled], Stopped),
            (vec![Success, Timeout], PartialFailed),
        ] {
            assert_eq!(Status::aggregate(tasks.iter().copied()), whole, "{tasks:?}");
        }
    }
}
