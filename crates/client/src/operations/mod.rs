//! What shell and Python do alike: jobs are read, policies are held to, the instances to run again are selected, backups are
//! audited and cleaned up here, so that no front decides.

mod audit;
mod compose;
mod connection;
mod job;
mod policy_gate;
mod prune;
pub mod rerun;
mod runs;

pub use audit::{audit_past, audit_present};
pub use compose::operation;
pub use connection::Connection;
pub use consnap_core::diagnostics::exit_status::ExitStatus;
pub use job::{JobRead, read_job};
pub use policy_gate::{Passage, PolicyGate};
pub use prune::{PruneProgress, PruneRequest, Pruned, prune};
pub use runs::{RunOptions, begin_run, plan_status, resume_run, verify_run};
