//! How a task is going: what it tells, and what everyone who holds its handle sees. Each event is given once, the outcome to
//! everyone who asks.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use consnap_core::Error;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList};

use crate::at_exit::attach;
use crate::run::Written;

/// The progress of a task.
pub(crate) struct Progress {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    /// Events nobody has taken yet.
    events: VecDeque<Vec<u8>>,
    outcome: Option<Outcome>,
    listeners: Vec<Arc<Listener>>,
}

enum Outcome {
    Done(Arc<Written>),
    /// The same as Python's values: made for the first who asks.
    Given(Given),
    Failed(Box<Error>),
}

/// What came of a task: all but its instances as JSON, and each instance.
type Given = (Py<PyBytes>, Py<PyList>);

/// Somebody in an event loop of asyncio's who is woken when there is news.
struct Listener {
    number: u64,
    event_loop: Py<PyAny>,
    wake: Py<PyAny>,
}

impl Progress {
    pub(crate) fn begun() -> Arc<Self> {
        let state = State { events: VecDeque::new(), outcome: None, listeners: Vec::new() };
        Arc::new(Self { state: Mutex::new(state), changed: Condvar::new() })
    }

    /// Tells an event.
    pub(crate) fn event(&self, event: Vec<u8>) {
        let mut state = self.state();
        state.events.push_back(event);
        // Whoever was woken takes all there are.
        let listeners = if state.events.len() == 1 { state.listeners.clone() } else { Vec::new() };
        drop(state);
        self.changed.notify_all();
        wake(&listeners);
    }

    /// Tells that it is over. What was told first counts.
    pub(crate) fn end(&self, outcome: Result<Written, Error>) {
        let mut state = self.state();
        if state.outcome.is_some() {
            return;
        }
        state.outcome = Some(match outcome {
            Ok(written) => Outcome::Done(Arc::new(written)),
            Err(error) => Outcome::Failed(Box::new(error)),
        });
        let listeners = state.listeners.clone();
        drop(state);
        self.changed.notify_all();
        wake(&listeners);
    }

    pub(crate) fn is_over(&self) -> bool {
        self.state().outcome.is_some()
    }

    /// Waits at most so long until it is over or, for whoever reads events, there is one. Whether that is so.
    pub(crate) fn wait(&self, longest: Duration, for_events: bool) -> bool {
        let until = Instant::now() + longest;
        let mut state = self.state();
        loop {
            if state.outcome.is_some() || for_events && !state.events.is_empty() {
                return true;
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// The oldest event nobody has taken yet.
    pub(crate) fn take_event(&self) -> Option<Vec<u8>> {
        self.state().events.pop_front()
    }

    /// What came of it, once it is over.
    pub(crate) fn outcome(&self, py: Python<'_>) -> PyResult<Option<Result<Given, Error>>> {
        let written = match &self.state().outcome {
            None => return Ok(None),
            Some(Outcome::Failed(error)) => return Ok(Some(Err((**error).clone()))),
            Some(Outcome::Given((whole, instances))) => {
                return Ok(Some(Ok((whole.clone_ref(py), instances.clone_ref(py)))));
            }
            Some(Outcome::Done(written)) => Arc::clone(written),
        };
        // Not under the lock: making a list may let Python run something that asks for it too.
        let whole = PyBytes::new(py, &written.whole).unbind();
        let instances = written.instances.iter().map(|instance| PyBytes::new(py, instance));
        let instances = PyList::new(py, instances)?.unbind();
        let given = (whole.clone_ref(py), instances.clone_ref(py));
        let before = self.state().outcome.replace(Outcome::Given((whole, instances)));
        drop(before);
        Ok(Some(Ok(given)))
    }

    /// Wakes somebody in an event loop whenever there is news, until [`Self::forget`].
    pub(crate) fn listen(&self, event_loop: Py<PyAny>, wake: Py<PyAny>) -> u64 {
        let mut state = self.state();
        let number = state.listeners.last().map_or(0, |last| last.number + 1);
        state.listeners.push(Arc::new(Listener { number, event_loop, wake }));
        number
    }

    pub(crate) fn forget(&self, number: u64) {
        let gone = {
            let mut state = self.state();
            let place = state.listeners.iter().position(|listener| listener.number == number);
            place.map(|place| state.listeners.remove(place))
        };
        drop(gone);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn wake(listeners: &[Arc<Listener>]) {
    if listeners.is_empty() {
        return;
    }
    // An interpreter that shuts down and a loop that is closed have nobody left to wake.
    let _ = attach(|py| {
        for listener in listeners {
            let woken = listener.event_loop.call_method1(py, "call_soon_threadsafe", (&listener.wake,));
            drop(woken);
        }
    });
}
