//! The end of the interpreter. Until Python 3.14, a thread that waits for the interpreter while it shuts down is ended inside of
//! our frames, and the process aborts: so nobody begins to wait any more once the end is near.

use std::sync::RwLock;
use std::thread;
use std::time::Duration;

use pyo3::prelude::*;

/// Whether the interpreter is about to end. Whoever attaches holds it for reading.
static IS_ENDING: RwLock<bool> = RwLock::new(false);

/// Takes the interpreter in a thread of ours; `None` once it shuts down: then nobody is left to tell.
pub(crate) fn attach<T>(work: impl FnOnce(Python<'_>) -> T) -> Option<T> {
    let is_ending = IS_ENDING.try_read().ok()?;
    if *is_ending {
        return None;
    }
    Python::try_attach(work)
}

/// Waits for those who have begun to attach, and lets nobody begin. Python calls it before it shuts down.
#[pyfunction]
pub(crate) fn ending(py: Python<'_>) {
    py.detach(|| {
        // After a fork nobody is left to let go of it: two seconds are enough for all others.
        for _ in 0..200 {
            if let Ok(mut is_ending) = IS_ENDING.try_write() {
                *is_ending = true;
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
    });
}
