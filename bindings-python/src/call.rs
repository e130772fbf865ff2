//! Single calls: one signed request, one answer, never repeated. A caller waits for the answer, or is told it later.

use std::mem;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use consnap_core::base::http::{HttpReply, Sent};
use consnap_core::ecs::api::{self, ApiCall, Operation};
use consnap_core::{Error, Lang, Time, ecs::reply};
use jiter::{PythonParse, StringCacheMode};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use serde::de::IgnoredAny;
use tokio::task::AbortHandle;

use crate::at_exit::attach;
use crate::client::Inner;
use crate::event_loop::{EventLoop, closed};
use crate::given;
use crate::reading;

/// A reply that says "done", or why there is none.
pub(crate) type Answer = Result<(Operation, HttpReply), Error>;

/// What crosses the border: the reply as Python's own values, or the error as JSON.
pub(crate) type Reply<'py> = (Option<Bound<'py, PyDict>>, Option<Bound<'py, PyBytes>>);

/// Answers on their way to an event loop of asyncio's. It is woken once for all that come until it looks: to take the
/// interpreter from another thread costs more than to read a reply.
#[pyclass(frozen, module = "consnap._native")]
pub(crate) struct Answers {
    event_loop: Py<PyAny>,
    arrived: Mutex<Vec<Arrived>>,
}

/// An answer, and the future that waits for it.
struct Arrived {
    future: Py<PyAny>,
    answer: Answer,
    lang: Lang,
}

#[pymethods]
impl Answers {
    #[new]
    fn of(event_loop: Py<PyAny>) -> Self {
        Self { event_loop, arrived: Mutex::default() }
    }

    /// Gives all that arrived to those who wait, in the event loop's own thread.
    fn deliver(&self, py: Python<'_>) {
        let arrived = mem::take(&mut *self.arrived.lock().unwrap_or_else(PoisonError::into_inner));
        for Arrived { future, answer, lang } in arrived {
            let future = future.bind(py);
            let told = future.call_method0("done").and_then(|done| {
                // One that was cancelled takes nothing any more.
                if !done.is_truthy()? {
                    future.call_method1("set_result", (give(py, answer, lang),))?;
                }
                Ok(())
            });
            if let Err(error) = told {
                error.write_unraisable(py, Some(future));
            }
        }
    }
}

impl Answers {
    fn arrive(this: &Py<Self>, arrived: Arrived) {
        let first = {
            let mut waiting = this.get().arrived.lock().unwrap_or_else(PoisonError::into_inner);
            waiting.push(arrived);
            waiting.len() == 1
        };
        if !first {
            return;
        }
        // An interpreter that shuts down and a loop that is closed have nobody left to tell.
        let _ = attach(|py| {
            let deliver = this.getattr(py, "deliver")?;
            this.get().event_loop.call_method1(py, "call_soon_threadsafe", (deliver,))
        });
    }
}

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

/// Reads what is to be called; the outer error is what a value of the script's own raised.
pub(crate) fn read(
    inner: &Inner,
    operation: &str,
    region: Option<&str>,
    parameters: &Bound<'_, PyDict>,
) -> PyResult<Result<ApiCall, Error>> {
    let parameters = given::parameters(parameters)?;
    Ok(api::given::call(operation, region, inner.region.as_deref(), parameters))
}

/// Sends it and waits, without holding the interpreter; the outer error is an interruption.
pub(crate) fn wait(py: Python<'_>, events: &EventLoop, inner: &Inner, call: ApiCall) -> PyResult<Answer> {
    let operation = call.operation.name();
    let work = async {
        // Nobody drives the network between two such calls. Connections that were closed meanwhile are noticed before one
        // of them is used: the first turn learns of it, the second lets go of them.
        tokio::task::yield_now().await;
        tokio::task::yield_now().await;
        send(inner, call).await
    };
    Ok(events.wait(py, operation, work)?.and_then(|answer| answer))
}

/// Sends it and tells the future when it is over, in any case.
pub(crate) fn later(
    events: &EventLoop,
    inner: &Arc<Inner>,
    call: Result<ApiCall, Error>,
    lang: Lang,
    answers: Py<Answers>,
    future: Py<PyAny>,
) -> PendingCall {
    let mut told = Completion { answers, future: Some(future), lang };
    match call.and_then(|call| events.check(call.operation.name()).map(|()| call)) {
        Ok(call) => {
            let sending = Arc::clone(inner);
            // When the loop is closed already, what is dropped tells so.
            let task = events.spawn(async move {
                let answer = send(&sending, call).await;
                told.tell(answer);
            });
            PendingCall { task: task.ok().map(|task| task.abort_handle()) }
        }
        Err(error) => {
            told.tell(Err(error));
            PendingCall { task: None }
        }
    }
}

/// The answer as it crosses the border.
pub(crate) fn give(py: Python<'_>, answer: Answer, lang: Lang) -> Reply<'_> {
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

pub(crate) async fn send(inner: &Inner, call: ApiCall) -> Answer {
    let operation = call.operation;
    let answer = inner.single_calls.send(&inner.caller, call, wall_clock()).await?;
    Ok((operation, answer))
}

/// Completes the future exactly once, also when the task is dropped.
struct Completion {
    answers: Py<Answers>,
    future: Option<Py<PyAny>>,
    lang: Lang,
}

impl Completion {
    fn tell(&mut self, answer: Answer) {
        if let Some(future) = self.future.take() {
            Answers::arrive(&self.answers, Arrived { future, answer, lang: self.lang });
        }
    }
}

impl Drop for Completion {
    fn drop(&mut self) {
        self.tell(Err(closed("call", Sent::Maybe)));
    }
}

pub(crate) fn wall_clock() -> Time {
    Time::EPOCH.plus(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
}
