//! What a client waits for. Whoever waits for an answer drives the network on their own thread: to wake another one, and
//! be woken by it, is a good part of what a call costs. What nobody waits for has a thread, from the first such task on.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use consnap_core::base::http::Sent;
use consnap_core::diagnostics::messages::errors;
use consnap_core::{Error, ErrorKind};
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
    process: Process,
}

/// The process something belongs to. After a fork the child has a copy that must not be used: it shares its connections with
/// the parent, and its threads are not there.
#[derive(Copy, Clone)]
pub(crate) struct Process(u32);

impl Process {
    pub(crate) fn current() -> Self {
        Self(std::process::id())
    }

    /// Whether this is another process.
    pub(crate) fn is_another(self) -> bool {
        self.0 != std::process::id()
    }

    /// The error of whoever uses `what` in another process.
    pub(crate) fn check(self, what: &str) -> Result<(), Error> {
        if self.is_another() {
            return Err(Error::new(ErrorKind::Input, &errors::OTHER_PROCESS).with("what", what));
        }
        Ok(())
    }
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
        Ok(Self { open: Mutex::new(Some(open)), closed: watch::Sender::new(false), process: Process::current() })
    }

    /// Waits for work without holding the interpreter. The outer error is an interruption of Python, which ends the work; the
    /// inner one says that the client was closed before, or meanwhile, or belongs to another process.
    pub(crate) fn wait<T: Send>(
        &self,
        py: Python<'_>,
        what: &str,
        work: impl Future<Output = T> + Send,
    ) -> PyResult<Result<T, Error>> {
        if let Err(error) = self.process.check("Client") {
            return Ok(Err(error));
        }
        let Some(runtime) = self.opened().as_ref().map(|open| Arc::clone(&open.runtime)) else {
            return Ok(Err(closed(what, Sent::No)));
        };
        let mut closing = self.closed.subscribe();
        let mut work = Box::pin(async move {
            tokio::select! {
                biased;
                done = work => Some(done),
                _ = closing.wait_for(|closed| *closed) => None,
            }
        });
        loop {
            let slice = py.detach(|| runtime.block_on(async { timeout(ATTENTION, &mut work).await }));
            match slice {
                Some(Ok(done)) => return Ok(done.ok_or_else(|| closed(what, Sent::Maybe))),
                Some(Err(_)) => py.check_signals()?,
                None => return Ok(Err(closed(what, Sent::Maybe))),
            }
        }
    }

    /// Begins work, and drives it until it is over or the client is closed, which drops it.
    pub(crate) fn spawn<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Result<JoinHandle<T>, Error> {
        self.process.check("Client")?;
        let mut opened = self.opened();
        let Some(open) = opened.as_mut() else { return Err(closed("Client", Sent::No)) };
        if open.thread.is_none() {
            open.thread = Some(drive(Arc::clone(&open.runtime))?);
        }
        match &open.runtime.0 {
            Some(runtime) => Ok(runtime.spawn(work)),
            None => Err(closed("Client", Sent::No)),
        }
    }

    /// Breaks the connections and ends the thread; closing twice does no harm, and in another process it does nothing.
    pub(crate) fn close(&self) {
        if self.process.is_another() {
            return;
        }
        let open = self.opened().take();
        self.closed.send_replace(true);
        drop(open);
    }

    /// Whether work can begin: it belongs to this process and is open.
    pub(crate) fn check(&self, what: &str) -> Result<(), Error> {
        self.process.check("Client")?;
        if self.opened().is_some() { Ok(()) } else { Err(closed(what, Sent::No)) }
    }

    /// Who it belongs to.
    pub(crate) fn process(&self) -> Process {
        self.process
    }

    fn opened(&self) -> MutexGuard<'_, Option<Open>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for EventLoop {
    fn drop(&mut self) {
        if self.process.is_another() {
            // To let go of the runtime would take its connections out of what the parent waits for.
            let open = self.open.get_mut().unwrap_or_else(PoisonError::into_inner).take();
            std::mem::forget(open);
        }
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

/// The error of whoever uses a client that was closed, or waits while it is.
pub(crate) fn closed(what: &str, sent: Sent) -> Error {
    let mut error = Error::new(ErrorKind::Input, &errors::CLIENT_CLOSED).with("what", what);
    error.sent = sent;
    error
}
