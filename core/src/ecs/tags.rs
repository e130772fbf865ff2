//! The tags that consnap puts on what it makes, and those it heeds.

/// The run: on its invocations, and on verified snapshots when the job asks for it.
pub const RUN: &str = "consnap:run";

/// Do not delete: put by people on a group or its snapshots.
pub const HOLD: &str = "consnap:hold";

/// The token of the call, on each start: no other call of the account has it.
pub(crate) const CALL: &str = "consnap:call";

/// The hash of the job, on each start.
pub(crate) const JOB: &str = "consnap:job";

/// The run, on the invocations of a probe: never [`RUN`], so that a look for the run's own starts does not find them.
pub(crate) const PROBE: &str = "consnap:probe";
