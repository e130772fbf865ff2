//! consnap for Rust programs: one crate over the engine, the client and the policies.
//!
//! [`core`] decides and does no I/O, [`client`] signs, sends, waits and keeps the journal of a run, [`policy`] holds jobs to
//! the rules of an organisation. The types that nearly every program names stand at the root. The command line is a crate of
//! its own, `consnap-cli`, whose binary is `consnap`.
//!
//! A job is read, then held to what is known of an instance. Findings say what is wrong with either; an [`Error`] means that
//! the check itself could not be carried out.
//!
//! ```
//! use consnap::operations::{CheckInput, check};
//! use consnap::{Consistency, Job};
//!
//! let text = r#"{
//!     "version": 1,
//!     "regions": ["cn-hangzhou"],
//!     "targets": {"ids": ["i-bp1linux000000000001"]},
//!     "instance_ram_role": "AppSnapshotRoleName",
//!     "group_name": "nightly-{run}"
//! }"#;
//! let job = Job::parse_json(text)?;
//! assert_eq!(job.regions, ["cn-hangzhou"]);
//!
//! // Of an instance whose Cloud Assistant agent has not been looked at, nothing is predicted.
//! let input = serde_json::json!({
//!     "job": serde_json::from_str::<serde_json::Value>(text)?,
//!     "facts": {"instance_id": "i-bp1linux000000000001", "status": "Running"},
//! });
//! let checked = check(&serde_json::from_value::<CheckInput>(input)?)?;
//! let instance = checked.instance.ok_or("facts of one instance give one verdict")?;
//! assert_eq!(instance.instance_id, "i-bp1linux000000000001");
//! assert_eq!(instance.predicted_consistency, Consistency::Unknown);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub use consnap_client as client;
pub use consnap_core as core;
pub use consnap_core::input::job::{Job, JobError};
pub use consnap_core::{
    Consistency, Error, ErrorKind, Finding, Lang, Platform, RequiredConsistency, Severity, Text, Time, operations,
};
pub use consnap_policy as policy;
