//! What consnap says of its input and of calls that failed: texts in two languages, messages with their codes, findings, errors.
//! It uses `base` only.

pub mod error;
pub mod exit_status;
pub mod finding;
pub mod guards;
pub mod messages;
pub mod spoken;
pub mod text;
