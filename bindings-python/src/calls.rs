//! Calls side by side: several are on their way, and their answers come in the order in which they were begun.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use consnap_core::Error;
use consnap_core::base::http;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use tokio::task::JoinHandle;

use crate::call::{self, Answer, Reply};
use crate::client::Client;
use crate::event_loop::closed;
use crate::reading;

/// Calls that were begun and whose answers nobody has taken yet. They go on whether somebody waits for them or not: a
/// script that works long on one answer must not let the others run into their time limit.
#[pyclass(frozen, module = "consnap._native")]
pub(crate) struct Calls {
    client: Py<Client>,
    begun: Mutex<VecDeque<Begun>>,
}

/// A call on its way, or why it was never sent.
enum Begun {
    Sent(Sent),
    Refused(Error),
}

/// A call that ends when nobody waits for it any more. A request that left is not taken back.
struct Sent {
    answer: JoinHandle<Answer>,
}

impl Drop for Sent {
    fn drop(&mut self) {
        self.answer.abort();
    }
}

#[pymethods]
impl Calls {
    #[new]
    fn of(client: Py<Client>) -> Self {
        Self { client, begun: Mutex::default() }
    }

    /// Begins a call.
    fn begin(&self, operation: &str, region: Option<&str>, parameters: &Bound<'_, PyDict>) -> PyResult<()> {
        let client = self.client.get();
        let begun = call::read(client.inner(), operation, region, parameters)?.and_then(|call| {
            let inner = Arc::clone(client.inner());
            let answer = client.events().spawn(async move { call::send(&inner, call).await })?;
            Ok(Begun::Sent(Sent { answer }))
        });
        self.waiting().push_back(begun.unwrap_or_else(Begun::Refused));
        Ok(())
    }

    /// Waits for the answer to the oldest call: the reply, or the error as JSON; `None` when all answers were given.
    fn next<'py>(&self, py: Python<'py>, lang: &str) -> PyResult<Option<Reply<'py>>> {
        let Some(oldest) = self.waiting().pop_front() else { return Ok(None) };
        let answer = match oldest {
            Begun::Refused(error) => Err(error),
            Begun::Sent(mut sent) => {
                let answer = match Pin::new(&mut sent.answer).poll(&mut Context::from_waker(Waker::noop())) {
                    Poll::Ready(answer) => Ok(answer),
                    Poll::Pending => self.client.get().events().wait(py, "call_many", &mut sent.answer)?,
                };
                // A task that was dropped with its client may have sent its call.
                answer.and_then(|answer| answer.unwrap_or_else(|_| Err(closed("call_many", http::Sent::Maybe))))
            }
        };
        Ok(Some(call::give(py, answer, reading::lang(lang))))
    }
}

impl Calls {
    fn waiting(&self) -> MutexGuard<'_, VecDeque<Begun>> {
        self.begun.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
