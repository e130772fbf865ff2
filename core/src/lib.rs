//! The pure engine of consnap.
//!
//! Everything consnap decides, it decides here: whether an instance is fit, which command leaves, when a call is
//! repeated, what an exit code means and which consistency a snapshot really has. This crate does no I/O, reads no
//! clock, no environment and no random numbers: they come in as arguments (`ARCHITECTURE.md`, invariant 1).
//!
//! Start reading at [`ops`], the border that every front (shell, Python, browser, Rust) shares.

pub mod api;
pub mod audit;
pub mod catalog;
pub mod check;
pub mod command;
pub mod config;
pub mod consistency;
pub mod credentials;
pub mod document;
pub mod error;
pub mod estate;
pub mod export;
pub mod facts;
pub mod finding;
pub mod http;
mod lanes;
pub mod live_check;
pub mod ops;
pub mod output;
pub mod plan;
#[cfg(feature = "policy")]
pub mod policy;
pub mod probe;
pub mod ram;
pub mod reading;
pub mod reply;
pub mod report;
pub mod retention;
pub mod retry;
pub mod sanitize;
pub mod scrub;
pub mod session;
pub mod sign;
pub mod text;
pub mod time;
pub mod verdict;

pub use consistency::{Consistency, Platform, RequiredConsistency};
pub use error::{Error, ErrorKind};
pub use finding::{Finding, Severity};
pub use text::{Lang, Text};
pub use time::Time;

/// The Rust example of the README compiles and holds.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct ReadmeExamples;
