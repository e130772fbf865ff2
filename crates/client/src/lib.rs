//! Drives a consnap session over the network: transport, credential providers, journal files.
//!
//! Nothing here decides what is sent or repeated: that is the session's business, in the core.

pub mod archive;
pub mod caller;
pub mod credentials;
pub mod document;
pub mod driver;
pub mod guests;
pub mod journal;
pub mod metadata;
pub mod open_guests;
pub mod operations;
pub mod own_instance;
pub mod past_run;
pub mod pruning;
pub mod reading;
mod redact;
pub mod run;
pub mod single_call;
pub mod transport;
