//! Single calls: one signed request, one answer, never repeated. A caller waits for the answer, or is told it later.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use consnap_core::api::{ApiCall, Operation};
use consnap_core::{Error, Lang, Time, reply};
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use tokio::runtime::Handle;
use tokio::task::AbortHandle;

use crate::client::Inner;
use crate::reading;

/// How often a waiting thread looks whether Python wants to interrupt it.
const ATTENTION: Duration = Duration::from_millis(100);

/// The body of a reply, or why there is none.
pub(crate) type Answer = Result<Vec<u8>, Error>;

/// A call somebody will be told of.
#[pyclass(frozen, module = "consnap._native")]
pub(crate) struct PendingCall {
    task: Option<AbortHandle>,
}

#[pymethods]
impl PendingCall {
    /// Nobody waits any more. A request that left is not taken back.
    fn abort(&self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

/// Reads what is to be called.
pub(crate) fn read(operation: &str, region: String, parameters: Vec<(String, String)>) -> Result<ApiCall, Error> {
    let Some(known) = Operation::ALL.into_iter().find(|known| known.name() == operation) else {
        return Err(reading::unreadable(operation, "consnap does not use this operation".to_owned()));
    };
    let parameters = parameters.into_iter().map(|(name, value)| (name.into(), value)).collect();
    Ok(ApiCall { operation: known, region, parameters })
}

/// Sends it and waits, without holding the interpreter; the outer error is an interruption.
pub(crate) fn wait(py: Python<'_>, inner: &Arc<Inner>, call: ApiCall) -> PyResult<Answer> {
    let operation = call.operation;
    let sending = Arc::clone(inner);
    let answer = attend(py, &inner.handle, async move { send(&sending, &call).await })?;
    Ok(answer.unwrap_or_else(|| Err(closed(operation.name()))))
}

/// Waits for something on the network's thread, without holding the interpreter; None when that thread ended. An
/// interruption of Python ends it.
pub(crate) fn attend<T: Send + 'static>(
    py: Python<'_>,
    handle: &Handle,
    work: impl Future<Output = T> + Send + 'static,
) -> PyResult<Option<T>> {
    let (told, tell) = channel();
    let task = handle.spawn(async move {
        let _ = told.send(work.await);
    });
    // Only so that it may leave the interpreter's lock: nobody else has it.
    let tell = Mutex::new(tell);
    loop {
        match py.detach(|| tell.lock().unwrap_or_else(PoisonError::into_inner).recv_timeout(ATTENTION)) {
            Ok(answer) => return Ok(Some(answer)),
            Err(RecvTimeoutError::Timeout) => {
                if let Err(interrupted) = py.check_signals() {
                    task.abort();
                    return Err(interrupted);
                }
            }
            Err(RecvTimeoutError::Disconnected) => return Ok(None),
        }
    }
}

/// Sends it and calls `tell(ok, JSON)` when it is over, in any case.
pub(crate) fn later(inner: &Arc<Inner>, call: Result<ApiCall, Error>, lang: Lang, tell: Py<PyAny>) -> PendingCall {
    let mut told = Told { tell: Some(tell), lang };
    match call {
        Ok(call) => {
            let sending = Arc::clone(inner);
            let task = inner.handle.spawn(async move {
                let answer = send(&sending, &call).await;
                told.tell(answer);
            });
            PendingCall { task: Some(task.abort_handle()) }
        }
        Err(error) => {
            told.tell(Err(error));
            PendingCall { task: None }
        }
    }
}

/// The answer as it crosses the border.
pub(crate) fn give(py: Python<'_>, answer: Answer, lang: Lang) -> (bool, Bound<'_, PyBytes>) {
    match answer {
        Ok(body) => (true, PyBytes::new(py, &body)),
        Err(error) => (false, crate::json(py, &error.render(lang))),
    }
}

async fn send(inner: &Inner, call: &ApiCall) -> Answer {
    match inner.caller.call(call, wall_clock()).await {
        Ok(answer) => match reply::classify(call.operation, &answer) {
            Ok(_) => Ok(answer.body),
            Err(failure) => Err(failure.to_error()),
        },
        Err(failure) => Err(reply::transport(&failure).to_error()),
    }
}

/// Who is told, once. A task that is dropped before its end tells that too: somebody waits.
struct Told {
    tell: Option<Py<PyAny>>,
    lang: Lang,
}

impl Told {
    fn tell(&mut self, answer: Answer) {
        let Some(tell) = self.tell.take() else { return };
        // An interpreter that shuts down has nobody left to tell.
        let _ = Python::try_attach(|py| {
            if let Err(error) = tell.call1(py, give(py, answer, self.lang)) {
                error.write_unraisable(py, None);
            }
        });
    }
}

impl Drop for Told {
    fn drop(&mut self) {
        self.tell(Err(closed("call")));
    }
}

pub(crate) fn closed(operation: &str) -> Error {
    reading::unreadable(operation, "the client was closed".to_owned())
}

pub(crate) fn wall_clock() -> Time {
    Time::EPOCH.plus(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
}
