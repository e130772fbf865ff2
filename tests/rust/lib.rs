//! Readers of the shared cases under `tests/fixtures`.

pub mod fixtures;
pub mod simulated;
