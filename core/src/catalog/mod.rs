//! The tables everything else reads: facts with their source, codes with their words. Nothing here decides.
//! It uses `diagnostics` and `base`.

pub mod api_errors;
pub mod assumptions;
pub mod budget;
pub mod codes;
pub mod dated;
pub mod disks;
pub mod endpoints;
pub mod exit_codes;
pub mod file_systems;
pub mod limits;
pub mod pacing;
pub mod parameters;
pub mod quiesce;
pub mod ram;
pub mod sources;
pub mod statuses;
pub mod systems;
pub mod task_errors;
pub mod vss;
pub mod witness;

/// The day up to which the facts of these tables were gathered.
pub const DATE: &str = "2026-11-22";

/// The version of the Linux plug-in (1.8 by its folder) whose log, recorded in 2025, the facts about its behaviour come from.
/// Of the one for Windows no log was seen.
pub const PLUGIN_VERSION: &str = "1.0.0.8";

pub use codes::{CodeExplanation, explain_code};
