//! Backoff and rate control as pure functions.
