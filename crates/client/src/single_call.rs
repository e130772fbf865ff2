//! Single calls: each is sent once, and repeating it is the caller's decision. A call that takes a client token and has none gets
//! one; while it is in doubt whether the call was carried out, the same call keeps it.

use std::borrow::Cow;
use std::sync::{Mutex, MutexGuard, PoisonError};

use consnap_core::base::http::{HttpReply, Sent};
use consnap_core::catalog::pacing;
use consnap_core::diagnostics::messages::journal as rows;
use consnap_core::ecs::api::ApiCall;
use consnap_core::ecs::reply::{self, Failure};
use consnap_core::{Error, ErrorKind, Time};

use crate::caller::{ApiCaller, nonce};

/// What single calls of one client remember of each other.
#[derive(Debug, Default)]
pub struct SingleCalls {
    in_doubt: Mutex<Vec<InDoubt>>,
}

/// A call that may have been carried out, as the caller made it, with the token it was sent with.
#[derive(Debug)]
struct InDoubt {
    call: ApiCall,
    token: String,
    since: Time,
    /// Whether it was sent before: then only "done" ends the doubt, for the service looks at the token last of all.
    repeated: bool,
}

impl SingleCalls {
    /// Sends a call, and gives a reply that says "done".
    ///
    /// Errors: the region has no endpoint, or what [`Failure::to_error`] says. `retryable` is true where repeating is safe.
    pub async fn send(&self, caller: &ApiCaller, mut call: ApiCall, now: Time) -> Result<HttpReply, Error> {
        caller.endpoint_of(call.operation.product(), &call.region)?;
        let mut pending = None;
        if call.operation.takes_token() && call.parameter("ClientToken").is_none() {
            let doubt = self.token_of(&call, now)?;
            call.parameters.push((Cow::Borrowed("ClientToken"), doubt.token.clone()));
            pending = Some(Pending { calls: self, doubt: Some(doubt) });
        }
        let answer = match caller.call(&call, now).await {
            Ok(answer) => reply::classify(call.operation, &answer).map(drop).map(|()| answer),
            Err(failure) => Err(reply::transport(&failure).of(call.operation)),
        };
        if let Some(pending) = &mut pending {
            pending.settle(answer.as_ref().err());
        }
        answer.map_err(|failure| failure.to_error())
    }

    /// The token that the same call was sent with and that is in doubt, or a new one.
    fn token_of(&self, call: &ApiCall, now: Time) -> Result<InDoubt, Error> {
        let window = pacing::REPEAT_WINDOW;
        let mut in_doubt = self.in_doubt();
        in_doubt.retain(|doubt| now.since(doubt.since) < window);
        if let Some(place) = in_doubt.iter().position(|doubt| doubt.call == *call) {
            let doubt = in_doubt.remove(place);
            return Ok(InDoubt { repeated: true, ..doubt });
        }
        let token = nonce().map_err(|detail| {
            Error::new(ErrorKind::Rejected, &rows::JOURNAL_FAILED).with("file", "random numbers").with("detail", detail)
        })?;
        Ok(InDoubt { call: call.clone(), token, since: now, repeated: false })
    }

    fn in_doubt(&self) -> MutexGuard<'_, Vec<InDoubt>> {
        self.in_doubt.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A call on its way. One that nobody waits for any more stays in doubt.
struct Pending<'a> {
    calls: &'a SingleCalls,
    doubt: Option<InDoubt>,
}

impl Pending<'_> {
    fn settle(&mut self, failure: Option<&Failure>) {
        let stays = |doubt: &InDoubt| failure.is_some_and(|failure| doubt.repeated || failure.sent == Sent::Maybe);
        self.doubt = self.doubt.take().filter(stays);
    }
}

impl Drop for Pending<'_> {
    fn drop(&mut self) {
        if let Some(doubt) = self.doubt.take() {
            self.calls.in_doubt().push(doubt);
        }
    }
}
