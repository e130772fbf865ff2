//! Drives a consnap session over the network: transport, credential providers, journal files.

pub mod driver;
