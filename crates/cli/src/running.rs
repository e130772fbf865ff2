//! What all commands that drive a session share: the loop, the signals, the record.

use std::convert::Infallible;
use std::sync::Arc;

use consnap_client::driver::{Caller, Clock, Record, Wish, drive};
use consnap_core::api::ApiCall;
use consnap_core::http::HttpReply;
use consnap_core::session::{Numbered, Session};
use tokio::sync::watch;

use crate::exit::Failure;
use crate::progress::Progress;

/// A run in memory only: plans, and looks that change nothing.
#[derive(Default)]
pub(crate) struct InMemory {
    pub(crate) events: Vec<Numbered>,
}

impl Record for InMemory {
    type Error = Infallible;

    fn append(&mut self, numbered: &Numbered) -> Result<(), Infallible> {
        self.events.push(numbered.clone());
        Ok(())
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }

    fn sync(&mut self) -> Result<(), Infallible> {
        Ok(())
    }

    fn keep_reply(&mut self, _: u64, _: &ApiCall, _: &HttpReply) -> Result<(), Infallible> {
        Ok(())
    }
}

/// The runtime of a command that talks to the service: one thread is enough for a loop that waits.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}

/// Drives a session to its end, showing progress. The first interrupt stops new starts, the second leaves at once.
/// Returns whether the session is over.
pub(crate) async fn to_its_end<C: Caller, R: Record>(
    session: &mut Session,
    record: &mut R,
    caller: &Arc<C>,
    clock: &Clock,
    progress: &Progress,
) -> bool {
    let (wish, wishes) = watch::channel(Wish::GoOn);
    let interrupts = async {
        interrupted().await;
        progress.say_interrupted();
        let _ = wish.send(Wish::StopStarting);
        interrupted().await;
        let _ = wish.send(Wish::LeaveNow);
        std::future::pending::<()>().await;
    };
    let over = tokio::select! {
        over = drive(session, record, caller, clock, wishes, |state, events| progress.observe(state, events)) => over,
        () = interrupts => false,
    };
    progress.finish();
    over
}

/// Waits for an interrupt, or for the polite request to end that service managers send.
pub(crate) async fn interrupted() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    // Without a handler there is nothing to wait for; the system's own way of ending the process remains.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Eight characters that no other run has.
pub(crate) fn new_run_id() -> Result<String, Failure> {
    const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let mut number = random()?;
    let mut id = String::with_capacity(8);
    for _ in 0..8 {
        let digit = usize::try_from(number % 36).unwrap_or_default();
        id.push(char::from(DIGITS.get(digit).copied().unwrap_or(b'0')));
        number /= 36;
    }
    Ok(id)
}

/// A random number.
pub(crate) fn random() -> Result<u64, Failure> {
    getrandom::u64().map_err(|error| Failure::Output(std::io::Error::other(error)))
}
