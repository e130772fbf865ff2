//! A pure model of the ECS API around app-consistent snapshots, with an optional loopback server.

use consnap_core::Time;
use consnap_core::http::{HttpReply, HttpRequest};

mod memory;

pub use memory::{Ended, MemoryDriver, Onward};

/// What the model answers to one request.
#[derive(Clone, Debug)]
pub struct Answer {
    /// When the answer (or the broken connection) reaches the client.
    pub at: Time,
    /// What arrives.
    pub what: Arrival,
}

/// What reaches the client.
#[derive(Clone, Debug)]
pub enum Arrival {
    /// A reply.
    Reply(HttpReply),
    /// The connection closes without a reply; the effect may have happened.
    ConnectionClosed,
    /// Nothing ever comes: the client runs into its own read time-out.
    Silence,
}

/// Anything that answers like the service. The session's tests and the loopback server use the same model.
pub trait Service {
    /// Takes a request at a time and tells what comes back, and when.
    fn handle(&mut self, now: Time, request: &HttpRequest) -> Answer;
}
