//! Organisation policies: what a platform team asks of snapshot jobs, as data, judged with an explanation before anything
//! runs. It uses the core, and takes the operations of the core into its own ([`operations`]). It does no I/O either.
//!
//! [`PolicySet::read`] takes policy documents and never fails: a name that is not known, a comparison of values that cannot
//! be equal, an expression that could take too long are findings. [`PolicySet::judge`] holds a job, instances and a plan to
//! it; [`PolicySet::test`] runs the cases of the documents. [`PolicyBatch`] judges many instances, none of which is
//! kept.
//!
//! Expressions are CEL. They see `job`, `instance` (facts) and `plan`; a member that is not there cannot be judged, which
//! counts as not met. A hostile document can neither hang, exhaust nor abort ([`bounds`]).

use serde::{Deserialize, Serialize};

mod batch;
pub mod bounds;
mod document;
mod engine;
mod explain;
mod judge;
pub mod operations;
mod rules;
mod scan;
#[cfg(test)]
mod tests;
mod tree;
mod trial;
mod types;
mod typing;
mod view;

pub use batch::{BatchJudged, BatchPart, NotMet, PolicyBatch};
#[cfg(feature = "schema")]
pub use document::schema;
pub use document::{Adjustment, Case, FreeCase, Language, Policy, PolicyDocument, Waiver, Words};
pub use explain::{Explanation, Measured};
pub use judge::{Input, Judged, PolicyResult, PolicySummary, WaivedBy};
pub use rules::{PolicyReads, PolicySet};
pub use trial::{CaseResult, Coverage, TestReport};
pub use types::{FUNCTIONS, Function, Member, PLAN_MEMBERS, reference};

/// What a policy says of a job or an instance.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Verdict {
    /// It holds.
    Pass,
    /// It is for others: `when` is false.
    Skip,
    /// Something it needs is not known. That counts as not met.
    CannotJudge,
    /// It does not hold.
    Fail,
}

impl Verdict {
    /// The name as it stands in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pass => "PASS",
            Self::Skip => "SKIP",
            Self::CannotJudge => "CANNOT_JUDGE",
            Self::Fail => "FAIL",
        }
    }
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}
