//! The pure engine of consnap.
//!
//! Everything consnap decides, it decides here: whether an instance is fit, which command leaves, when a call is
//! repeated, what an exit code means and which consistency a snapshot really has. This crate does no I/O, reads no
//! clock, no environment and no random numbers: they come in as arguments (`ARCHITECTURE.md`, invariant 1).
//!
//! Start reading at [`operations`], the border that every front (shell, Python, browser, Rust) shares.

pub mod base;
pub mod catalog;
pub mod check;
pub mod diagnostics;
pub mod ecs;
pub mod estate;
pub mod export;
pub mod input;
pub mod operations;
pub mod plugin;
pub mod report;
pub mod run;

pub use base::consistency::{Consistency, Platform, RequiredConsistency};
pub use base::time::Time;
pub use diagnostics::error::{Error, ErrorKind};
pub use diagnostics::finding::{Finding, Severity};
pub use diagnostics::text::{Lang, Text};

/// The Rust example of the README compiles and holds.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct ReadmeExamples;
