//! Findings that guard against a command that would do something else than the job says, or to somebody else. No
//! organisation policy can lower them.

use super::messages::{consistency, parameters, prerequisites};
use crate::diagnostics::finding::{MessageRow, Severity};

/// Guards beside the errors about targets and parameters, which all are.
static OTHERS: &[&MessageRow] = &[
    // The command of the other platform.
    &prerequisites::PLATFORM_CONTRADICTION,
    // A disk that somebody wants left out, and that would not be.
    &prerequisites::EXCLUDED_DISK_NOT_ATTACHED,
    // A database frozen for a snapshot that is known to be too weak.
    &consistency::WEAKER_THAN_REQUIRED,
];

/// Whether a policy may set the severity of a finding at all: one that `check` raises about a job or an instance.
pub fn is_adjustable(row: &MessageRow) -> bool {
    let of_job = parameters::ROWS.contains(&row) && row.code >= "CS110";
    of_job || prerequisites::ROWS.contains(&row) || *row == consistency::WEAKER_THAN_REQUIRED
}

/// Whether lowering it would let a dangerous command pass.
pub fn is_guard(row: &MessageRow) -> bool {
    let about_the_command = row.severity == Severity::Error && ("CS110".."CS200").contains(&row.code);
    about_the_command || OTHERS.contains(&row)
}
