//! The service's side of the border: typed requests and replies, signatures, credentials, RAM policies, retry and pages.
//! It uses `base`, `diagnostics` and `catalog`.

pub mod api;
pub(crate) mod call_queue;
pub mod credentials;
pub(crate) mod listing;
pub mod questions;
pub mod ram;
pub mod reading;
pub mod reply;
pub mod retry;
pub mod sign;
pub mod tags;
