//! A pure model of the ECS API around app-consistent snapshots, with an optional loopback server.
//!
//! [`Simulator`] takes a request at a time and tells what comes back and when; it reads no clock and draws no random
//! numbers but those of its [`Scenario`]'s seed. Sessions are tested against it in virtual time; feature `server` puts
//! it behind a port on 127.0.0.1 for real clients.

use consnap_core::Time;
use consnap_core::base::http::{HttpReply, HttpRequest};

mod calls;
mod guest;
mod json;
mod memory;
mod random;
pub mod rehearse;
pub mod scenario;
#[cfg(feature = "server")]
pub mod server;
mod service;
mod truth;
mod world;

pub use calls::{CallResult, RecordedCall};
pub use memory::{Ended, MemoryDriver, Onward, Step};
pub use scenario::{Scenario, demo_scenario};
pub use service::Simulator;
pub use truth::{GroupTruth, InstanceTruth, PluginRun};

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

/// What the simulator verifies of a request. All of it by default.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Checks {
    /// The signature.
    pub signature: bool,
    /// That the clock is not off by more than 15 minutes.
    pub time: bool,
    /// That no nonce comes twice.
    pub nonce: bool,
}

impl Default for Checks {
    fn default() -> Self {
        Self { signature: true, time: true, nonce: true }
    }
}
