//! The one place where the command line asks for the time.

use std::time::{SystemTime, UNIX_EPOCH};

use consnap_core::Time;

/// Now, by the system's clock.
pub(crate) fn now() -> Time {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Time::EPOCH.plus(since_epoch)
}
