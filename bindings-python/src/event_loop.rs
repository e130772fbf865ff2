//! What a client waits for. Whoever waits for an answer drives the network on their own thread: to wake another one, and
//! be woken by it, is a good part of what a call costs. What nobody waits for has a thread, from the first such task on.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use consnap_core::Error;
use pyo3::prelude::*;
use tokio::runtime::Runtime;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::reading;

/// How often a waiting thread looks whether Python wants to interrupt it.
const ATTENTION: Duration = Duration::from_millis(100);

/// Where the calls and runs of a client are driven.
pub(crate) struct EventLoop {
    open: Mutex<Option<Open>>,
    closed: watch::Sender<bool>,
}

struct Open {
    runtime: Arc<Turns>,
    /// The thread ends when this is dropped.
    thread: Option<oneshot::Sender<()>>,
}

/// The runtime, which waits for nothing when it goes, not even for the name of a host to be looked up.
struct Turns(Option<Runtime>);

impl Turns {
    fn block_on<F: Future>(&self, work: F) -> Option<F::Output> {
        self.0.as_ref().map(|runtime| runtime.block_on(work))
    }
}

impl Drop for Turns {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl EventLoop {
    pub(crate) fn open() -> std::io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let open = Open { runtime: Arc::new(Turns(Some(runtime))), thread: None };
        Ok(Self { open: Mutex::new(Some(open)), closed: watch::Sender::new(false) })
    }

    /// Waits for work without holding the interpreter; `None` when the client was closed. The error is an interruption
    /// of Python, which ends the work.
    pub(crate) fn wait<T: Send>(&self, py: Python<'_>, work: impl Future<Output = T> + Send) -> PyResult<Option<T>> {
        let Some(runtime) = self.opened().as_ref().map(|open| Arc::clone(&open.runtime)) else { return Ok(None) };
        let mut closed = self.closed.subscribe();
        let mut work = Box::pin(async move {
            tokio::select! {
                biased;
                done = work => Some(done),
                _ = closed.wait_for(|closed| *closed) => None,
            }
        });
        loop {
            let slice = py.detach(|| runtime.block_on(async { timeout(ATTENTION, &mut work).await }));
            match slice {
                Some(Ok(done)) => return Ok(done),
                Some(Err(_)) => py.check_signals()?,
                None => return Ok(None),
            }
        }
    }

    /// Begins work, and drives it until it is over or the client is closed, which drops it.
    pub(crate) fn spawn<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Result<JoinHandle<T>, Error> {
        let mut opened = self.opened();
        let Some(open) = opened.as_mut() else { return Err(closed("Client")) };
        if open.thread.is_none() {
            open.thread = Some(drive(Arc::clone(&open.runtime))?);
        }
        match &open.runtime.0 {
            Some(runtime) => Ok(runtime.spawn(work)),
            None => Err(closed("Client")),
        }
    }

    /// Breaks the connections and ends the thread; closing twice does no harm.
    pub(crate) fn close(&self) {
        let open = self.opened().take();
        self.closed.send_replace(true);
        drop(open);
    }

    fn opened(&self) -> MutexGuard<'_, Option<Open>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Starts the thread that drives what nobody waits for.
fn drive(runtime: Arc<Turns>) -> Result<oneshot::Sender<()>, Error> {
    let (stop, stopped) = oneshot::channel();
    let thread = std::thread::Builder::new().name("consnap-network".to_owned());
    let started = thread.spawn(move || {
        let _ = runtime.block_on(stopped);
    });
    started.map_err(|error| reading::unusable("Client", error.to_string()))?;
    Ok(stop)
}

pub(crate) fn closed(operation: &str) -> Error {
    reading::unusable(operation, "the client was closed".to_owned())
}
