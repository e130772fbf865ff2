//! Readers of the shared cases under `tests/fixtures`, and what several tests and the fuzz targets share.

#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "panics are for tests")]

pub mod fixtures;
pub mod foreign_bytes;
pub mod judge;
pub mod meddled;
pub mod mutations;
pub mod service_step;
pub mod simulated;
mod skipped;

pub use skipped::skipped;
