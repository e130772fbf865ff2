//! The simulator behind a port on 127.0.0.1, for users' own tests.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use consnap_core::diagnostics::messages::errors;
use consnap_core::{Error, ErrorKind, Finding, Lang, Time};
use consnap_simulator::Scenario;
use consnap_simulator::server::{Server, serve};
use pyo3::exceptions::PyOSError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use serde_json::{Value, json};
use tokio::sync::oneshot;

use crate::event_loop::Process;
use crate::reading;

/// A running simulator. It has its own thread and stops when it is dropped.
#[pyclass(frozen, module = "consnap._native")]
pub(crate) struct Simulator {
    endpoint: String,
    about: Value,
    running: Mutex<Running>,
    process: Process,
}

/// The server, which can be looked into after it has stopped.
struct Running {
    server: Server,
    /// The thread ends when this is dropped.
    stop: Option<oneshot::Sender<()>>,
    /// Its end closes the listener.
    thread: Option<JoinHandle<()>>,
}

impl Running {
    /// Looks into it as things stand, or stood when it stopped.
    fn look<T>(&self, look: impl FnOnce(&mut consnap_simulator::Simulator) -> T) -> T {
        let goes_on = self.stop.is_some();
        self.server.with(|simulator| {
            if goes_on {
                simulator.catch_up(wall_clock());
            }
            look(simulator)
        })
    }

    fn stop(&mut self) {
        if self.stop.is_some() {
            self.look(|_| ());
            self.server.stop();
            self.stop = None;
            // Only then is the port free for another.
            if let Some(thread) = self.thread.take() {
                let _ = thread.join();
            }
        }
    }
}

#[pymethods]
impl Simulator {
    /// `http://127.0.0.1:PORT`.
    #[getter]
    fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Region, account and keys, as JSON.
    fn about<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        crate::json(py, &self.about)
    }

    /// The requests so far, as JSON.
    fn requests<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        self.look(py, |simulator| {
            let calls: Vec<_> = simulator.calls().collect();
            serde_json::to_value(calls)
        })
    }

    /// What really happened to each instance, as JSON.
    fn truth<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        self.look(py, |simulator| serde_json::to_value(simulator.truth()))
    }

    /// The service's clock, as JSON.
    fn now<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        self.look(py, |simulator| serde_json::to_value(simulator.now()))
    }

    /// Moves the service's clock forward.
    fn advance(&self, py: Python<'_>, seconds: f64) -> PyResult<()> {
        let by = Duration::try_from_secs_f64(seconds).unwrap_or_default();
        self.change(py, |simulator| simulator.advance(by))
    }

    /// As on its first day.
    fn reset(&self, py: Python<'_>) -> PyResult<()> {
        self.change(py, |simulator| {
            simulator.reset();
            simulator.begin(wall_clock());
        })
    }

    /// Stops listening and breaks open connections; what happened can still be read. In another process it does nothing.
    fn stop(&self, py: Python<'_>) {
        if !self.process.is_another() {
            py.detach(|| self.running().stop());
        }
    }
}

impl Simulator {
    fn running(&self) -> MutexGuard<'_, Running> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn look<'py>(
        &self,
        py: Python<'py>,
        look: impl FnOnce(&mut consnap_simulator::Simulator) -> serde_json::Result<Value> + Send,
    ) -> PyResult<Bound<'py, PyBytes>> {
        self.process.check("Simulator").map_err(|error| crate::raised(py, &error))?;
        let seen = py.detach(|| self.running().look(look).ok());
        Ok(crate::json(py, &seen))
    }

    fn change(&self, py: Python<'_>, change: impl FnOnce(&mut consnap_simulator::Simulator) + Send) -> PyResult<()> {
        self.process.check("Simulator").map_err(|error| crate::raised(py, &error))?;
        let changed = py.detach(|| {
            let running = self.running();
            running.stop.as_ref().map(|_| running.server.with(change))
        });
        changed.ok_or_else(|| crate::raised(py, &Error::new(ErrorKind::Input, &errors::SIMULATOR_STOPPED)))
    }
}

/// Starts a simulator of a scenario, the small one for `null`, with members that take the place of the scenario's own.
pub(crate) fn start(
    scenario: &[u8],
    changes: &[u8],
    port: u16,
    virtual_time: bool,
) -> Result<PyResult<Simulator>, Error> {
    let mut document = match reading::value("simulate", scenario)? {
        Value::Null => serde_json::to_value(Scenario::default()).unwrap_or_default(),
        given => given,
    };
    if let (Some(members), Value::Object(changes)) = (document.as_object_mut(), reading::value("simulate", changes)?) {
        members.extend(changes);
    }
    let (scenario, findings) = Scenario::read(&document);
    if findings.iter().any(Finding::blocks) {
        let blocking = findings.iter().filter(|finding| finding.blocks());
        let words: Vec<String> =
            blocking.map(|finding| format!("`{}`: {}", finding.place, finding.message(Lang::En))).collect();
        let mut error = reading::unreadable("simulate", words.join("; "));
        error.findings = findings;
        return Err(error);
    }
    let keys: Vec<Value> = scenario
        .access_keys
        .iter()
        .map(|key| {
            json!({
                "access_key_id": key.id, "access_key_secret": key.secret, "security_token": key.security_token,
            })
        })
        .collect();
    let about = json!({"region": scenario.region, "account_id": scenario.account, "access_keys": keys});
    Ok(listen(scenario, port, virtual_time)
        .map(|(endpoint, running)| Simulator {
            endpoint,
            about,
            running: Mutex::new(running),
            process: Process::current(),
        })
        .map_err(|error| PyOSError::new_err(error.to_string())))
}

fn listen(scenario: Scenario, port: u16, virtual_time: bool) -> std::io::Result<(String, Running)> {
    let (told, tell) = std::sync::mpsc::channel();
    let (stop, stopped) = oneshot::channel::<()>();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let thread = std::thread::Builder::new().name("consnap-simulator".to_owned()).spawn(move || {
        runtime.block_on(async {
            let mut simulator = consnap_simulator::Simulator::new(scenario);
            if virtual_time {
                simulator.hold_clock();
            }
            let _ = told.send(serve(simulator, port).await);
            // Its other end was dropped: nobody needs the server any more.
            let _ = stopped.await;
        });
    })?;
    let server = tell.recv().map_err(|_| std::io::Error::other("the simulator's thread died"))??;
    Ok((server.endpoint(), Running { server, stop: Some(stop), thread: Some(thread) }))
}

fn wall_clock() -> Time {
    Time::EPOCH.plus(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
}
