//! The handle of a task under way. Several threads may hold it.

use std::sync::Arc;
use std::time::Duration;

use consnap_client::driver::Control;
use consnap_core::base::http::Sent;
use consnap_core::diagnostics::messages::runs;
use consnap_core::{Error, ErrorKind};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList};
use tokio::sync::watch;

use crate::event_loop::Process;
use crate::progress::Progress;
use crate::reading;

/// What came of a task, all but its instances and each instance; or why nothing did.
type Outcome<'py> = (Option<(Py<PyBytes>, Py<PyList>)>, Option<Bound<'py, PyBytes>>);

/// A task under way.
#[pyclass(frozen, module = "consnap._native")]
pub(crate) struct RunningTask {
    process: Process,
    run_id: Option<String>,
    control: watch::Sender<Control>,
    progress: Arc<Progress>,
}

impl RunningTask {
    pub(crate) fn new(
        process: Process,
        run_id: Option<String>,
        control: watch::Sender<Control>,
        progress: Arc<Progress>,
    ) -> Self {
        Self { process, run_id, control, progress }
    }

    /// Its state, for the process it belongs to.
    fn progress(&self, py: Python<'_>) -> PyResult<&Arc<Progress>> {
        self.process.check("Run").map_err(|error| crate::raised(py, &error))?;
        Ok(&self.progress)
    }
}

#[pymethods]
impl RunningTask {
    /// The run's id; `None` for what leaves no journal.
    #[getter]
    fn run_id(&self) -> Option<&str> {
        self.run_id.as_deref()
    }

    /// Whether it is over.
    fn done(&self, py: Python<'_>) -> PyResult<bool> {
        Ok(self.progress(py)?.is_over())
    }

    /// Waits at most so long until it is over or, for whoever reads events, there is one. Whether that is so.
    fn wait(&self, py: Python<'_>, timeout_millis: u64, for_events: bool) -> PyResult<bool> {
        let progress = self.progress(py)?;
        Ok(py.detach(|| progress.wait(Duration::from_millis(timeout_millis), for_events)))
    }

    /// The oldest event nobody has taken yet, as JSON.
    fn take_event<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyBytes>>> {
        Ok(self.progress(py)?.take_event().map(|event| PyBytes::new(py, &event)))
    }

    /// What came of it, or the error as JSON.
    fn outcome<'py>(&self, py: Python<'py>, lang: &str) -> PyResult<Outcome<'py>> {
        Ok(match self.progress(py)?.outcome(py)? {
            Some(Ok(given)) => (Some(given), None),
            Some(Err(error)) => (None, Some(crate::json(py, &error.render(reading::lang(lang))))),
            None => (None, Some(self.still_running(py, lang))),
        })
    }

    /// The error of whoever did not want to wait longer, as JSON.
    fn still_running<'py>(&self, py: Python<'py>, lang: &str) -> Bound<'py, PyBytes> {
        let run = self.run_id.as_deref().unwrap_or("plan");
        let mut error = Error::new(ErrorKind::Rejected, &runs::STILL_RUNNING).with("run", run);
        error.sent = Sent::Maybe;
        crate::json(py, &error.render(reading::lang(lang)))
    }

    /// Wakes an event loop of asyncio's whenever there is news; the number to forget it by.
    fn listen(&self, py: Python<'_>, event_loop: Py<PyAny>, wake: Py<PyAny>) -> PyResult<u64> {
        Ok(self.progress(py)?.listen(event_loop, wake))
    }

    /// Wakes it no more.
    fn forget(&self, listener: u64) {
        if !self.process.is_another() {
            self.progress.forget(listener);
        }
    }

    /// Starts nothing new; what runs is followed to its end.
    fn stop(&self, py: Python<'_>) -> PyResult<()> {
        self.progress(py)?;
        self.control.send_replace(Control::Drain);
        Ok(())
    }

    /// Leaves at once; the journal has everything.
    fn leave(&self, py: Python<'_>) -> PyResult<()> {
        self.progress(py)?;
        self.control.send_replace(Control::Abort);
        Ok(())
    }
}
