//! The time budget of a run: the least `Timeout` that cannot cut it short.

use serde::Serialize;

use crate::base::consistency::Platform;
use crate::catalog::budget;
use crate::input::job::Job;

/// A term as it applies to a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Term {
    /// Key of the catalogue row.
    pub key: &'static str,
    /// Seconds it takes at worst, all repetitions together.
    pub seconds: u32,
}

/// The budget of a job on a platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Budget {
    /// The terms, in the order they are spent.
    pub terms: Vec<Term>,
    /// Their sum in seconds, at most the ceiling.
    pub total_seconds: u32,
    /// Whether the sum was above the ceiling.
    pub exceeds_ceiling: bool,
}

/// Adds up the budget: `2 x script (only with scripts) + freeze + fetch + group` on Linux, a flat term on Windows.
pub fn budget(job: &Job, platform: Platform) -> Budget {
    let seconds = |given: Option<i64>, row: &budget::BudgetRow| {
        given.map_or(row.seconds, |value| u32::try_from(value.max(0)).unwrap_or(u32::MAX))
    };
    let mut terms = Vec::with_capacity(4);
    match platform {
        Platform::Linux => {
            terms.push(Term { key: budget::FETCH.key, seconds: budget::FETCH.seconds });
            if job.linux.pre_script_path.is_some() || job.linux.post_script_path.is_some() {
                let script = seconds(job.linux.script_timeout_seconds, &budget::SCRIPT);
                terms.push(Term { key: budget::SCRIPT.key, seconds: script.saturating_mul(2) });
            }
            if job.linux.freeze_file_systems != Some(false) {
                let freeze = seconds(job.linux.freeze_timeout_seconds, &budget::FREEZE);
                terms.push(Term { key: budget::FREEZE.key, seconds: freeze });
            }
            terms.push(Term { key: budget::GROUP.key, seconds: budget::GROUP.seconds });
        }
        Platform::Windows => terms.push(Term { key: budget::WINDOWS.key, seconds: budget::WINDOWS.seconds }),
    }
    let total = terms.iter().fold(0u32, |sum, term| sum.saturating_add(term.seconds));
    Budget {
        terms,
        total_seconds: total.min(budget::CEILING.seconds),
        exceeds_ceiling: total > budget::CEILING.seconds,
    }
}
