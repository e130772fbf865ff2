//! What shell and Python do alike beyond driving a run: the job is read, policies are held to, and the instances to run again
//! are selected here, so that no front decides.

mod compose;
mod job;
mod policy_gate;
pub mod rerun;

pub use compose::operation;
pub use consnap_core::diagnostics::exit_status::ExitStatus;
pub use job::{JobRead, read_job};
pub use policy_gate::{Passage, PolicyGate};
