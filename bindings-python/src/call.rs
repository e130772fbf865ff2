//! Single calls: one signed request, one answer, never repeated. A caller waits for the answer, or is told it later.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use consnap_core::api::{ApiCall, Operation};
use consnap_core::http::HttpReply;
use consnap_core::{Error, Lang, Time, reply};
use jiter::{PythonParse, StringCacheMode};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use serde::de::IgnoredAny;
use tokio::task::AbortHandle;

use crate::client::Inner;
use crate::event_loop::{EventLoop, closed};
use crate::reading;

/// A reply that says "done", or why there is none.
pub(crate) type Answer = Result<(Operation, HttpReply), Error>;

/// What crosses the border: the reply as Python's own values, or the error as JSON.
pub(crate) type Given<'py> = (Option<Bound<'py, PyDict>>, Option<Bound<'py, PyBytes>>);

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
        return Err(reading::unusable(operation, "consnap does not use this operation".to_owned()));
    };
    // To this service a filter that is empty is none at all.
    if let Some((name, _)) = parameters.iter().find(|(_, value)| value.is_empty()) {
        return Err(reading::unusable(operation, format!("`{name}` is empty; leave it out if that is meant")));
    }
    let parameters = parameters.into_iter().map(|(name, value)| (name.into(), value)).collect();
    Ok(ApiCall { operation: known, region, parameters })
}

/// Sends it and waits, without holding the interpreter; the outer error is an interruption.
pub(crate) fn wait(py: Python<'_>, events: &EventLoop, inner: &Inner, call: &ApiCall) -> PyResult<Answer> {
    let answer = events.wait(py, send(inner, call))?;
    Ok(answer.unwrap_or_else(|| Err(closed(call.operation.name()))))
}

/// Sends it and calls `tell(reply, error)` when it is over, in any case.
pub(crate) fn later(
    events: &EventLoop,
    inner: &Arc<Inner>,
    call: Result<ApiCall, Error>,
    lang: Lang,
    tell: Py<PyAny>,
) -> PendingCall {
    let mut told = Told { tell: Some(tell), lang };
    match call {
        Ok(call) => {
            let sending = Arc::clone(inner);
            // When the loop is closed already, what is dropped tells so.
            let task = events.spawn(async move {
                let answer = send(&sending, &call).await;
                told.tell(answer);
            });
            PendingCall { task: task.ok() }
        }
        Err(error) => {
            told.tell(Err(error));
            PendingCall { task: None }
        }
    }
}

/// The answer as it crosses the border.
pub(crate) fn give(py: Python<'_>, answer: Answer, lang: Lang) -> Given<'_> {
    let read = answer.and_then(|(operation, answer)| values(py, operation, &answer));
    match read {
        Ok(values) => (Some(values), None),
        Err(error) => (None, Some(crate::json(py, &error.render(lang)))),
    }
}

/// The reply as Python's own values, made without a copy of its text.
fn values<'py>(py: Python<'py>, operation: Operation, answer: &HttpReply) -> Result<Bound<'py, PyDict>, Error> {
    let body = reply::classify(operation, answer).map_err(|failure| failure.to_error())?;
    // Short texts are the same in every result of a page: a status, a user, a time.
    let reader = PythonParse { cache_mode: StringCacheMode::All, allow_inf_nan: true, ..PythonParse::default() };
    let read = match reader.python_parse(py, body) {
        Ok(read) => Some(read),
        // Python's own reader takes half a surrogate pair and numbers of any length.
        Err(_) => py.import("json").and_then(|json| json.call_method1("loads", (PyBytes::new(py, body),))).ok(),
    };
    if let Some(values) = read.and_then(|read| read.cast_into::<PyDict>().ok()) {
        return Ok(values);
    }
    Err(match reply::parse::<IgnoredAny>(operation, answer) {
        Err(failure) => failure.to_error(),
        Ok(_) => reading::unusable(operation.name(), "the reply cannot be read".to_owned()),
    })
}

async fn send(inner: &Inner, call: &ApiCall) -> Answer {
    // Nobody drives the network between two calls. Connections that were closed meanwhile are noticed before one of
    // them is used: the first turn learns of it, the second lets go of them.
    tokio::task::yield_now().await;
    tokio::task::yield_now().await;
    match inner.caller.call(call, wall_clock()).await {
        Ok(answer) => match reply::classify(call.operation, &answer) {
            Ok(_) => Ok((call.operation, answer)),
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

pub(crate) fn wall_clock() -> Time {
    Time::EPOCH.plus(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
}
