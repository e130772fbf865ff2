//! The plain values every layer uses: time, platforms and consistency levels, HTTP messages as data.
//! It uses nothing else of this crate.

pub mod consistency;
pub mod http;
pub(crate) mod invisible;
pub mod time;
