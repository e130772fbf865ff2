//! Drives reading calls outside of a run: signs, sends, waits, reports back.

use std::sync::Arc;

use consnap_core::Time;
use consnap_core::base::http::{HttpReply, TransportFailure};
use consnap_core::ecs::questions::Questions;
use consnap_core::ecs::reading::Next;
use consnap_core::estate::inventory::EstateReader;
use tokio::task::JoinSet;

use crate::driver::{Caller, Clock};

/// Somebody who asks.
pub trait Queries {
    /// What to do next.
    fn poll(&mut self, now: Time) -> Next;
    /// Takes in what became of a call.
    fn handle(&mut self, now: Time, call_id: u64, result: Result<HttpReply, TransportFailure>);
}

impl Queries for EstateReader {
    fn poll(&mut self, now: Time) -> Next {
        EstateReader::poll(self, now)
    }

    fn handle(&mut self, now: Time, call_id: u64, result: Result<HttpReply, TransportFailure>) {
        EstateReader::handle(self, now, call_id, result);
    }
}

impl Queries for Questions {
    fn poll(&mut self, now: Time) -> Next {
        Questions::poll(self, now)
    }

    fn handle(&mut self, now: Time, call_id: u64, result: Result<HttpReply, TransportFailure>) {
        Questions::handle(self, now, call_id, result);
    }
}

/// Asks until nothing is left to ask.
pub async fn read_all<C: Caller>(asks: &mut impl Queries, caller: &Arc<C>, clock: &Clock) {
    let mut calls: JoinSet<(u64, Result<HttpReply, TransportFailure>)> = JoinSet::new();
    loop {
        match asks.poll(clock.now()) {
            Next::Done => return,
            Next::Send(send) => {
                let caller = Arc::clone(caller);
                let signed_at = Time::from_millis(clock.now().millis().saturating_add(send.clock_offset_millis));
                calls.spawn(async move { (send.call_id, caller.call(send.call, signed_at).await) });
            }
            Next::WaitUntil(at) => tokio::select! {
                Some(joined) = calls.join_next(), if !calls.is_empty() => match joined {
                    Ok((call_id, result)) => asks.handle(clock.now(), call_id, result),
                    // The runtime is going away; nobody waits for an answer.
                    Err(_) => return,
                },
                () = clock.wait_until(at) => {}
            },
        }
    }
}
