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

/// Processor time of this thread, so that other work on the machine does not count; where the system does not tell it, the
/// time that goes by.
///
/// # Panics
///
/// Where the system has no such clock.
pub fn cpu_time() -> std::time::Duration {
    #[cfg(unix)]
    return std::time::Duration::try_from(rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime))
        .expect("a time since the thread began");
    #[cfg(not(unix))]
    return std::time::SystemTime::UNIX_EPOCH.elapsed().expect("a time after 1970");
}
