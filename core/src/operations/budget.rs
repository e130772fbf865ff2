//! Operation `budget`: how long a command may take at worst, term by term.

use super::{Deserialize, Serialize, Value};
use crate::base::consistency::Platform;
use crate::catalog::budget::ROWS;
use crate::diagnostics::text::Lang;
use crate::input::job;
use crate::plugin::command::budget::budget as add_up;

/// A job and the platform it runs on.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BudgetInput {
    /// The job document; `targets` may be absent.
    pub job: Value,
    /// The platform.
    pub platform: Platform,
    /// The language of words.
    #[serde(default)]
    pub lang: Lang,
}

/// The time budget.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BudgetOutput {
    /// The terms, in the order they are spent.
    pub terms: Vec<BudgetTerm>,
    /// Their sum in seconds, at most the largest time-out consnap sends.
    pub total_seconds: u32,
    /// Whether the sum was above that.
    pub exceeds_ceiling: bool,
}

/// A term of the budget.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BudgetTerm {
    /// Its key.
    pub key: &'static str,
    /// Seconds it takes at worst, all repetitions together.
    pub seconds: u32,
    /// What it is for.
    pub about: &'static str,
}

/// Adds up the budget of a job.
pub fn budget(input: &BudgetInput) -> BudgetOutput {
    let (job, _) = job::read_for_command(&input.job);
    let sum = add_up(&job, input.platform);
    let term = |term: &crate::plugin::command::budget::Term| BudgetTerm {
        key: term.key,
        seconds: term.seconds,
        about: ROWS.iter().find(|row| row.key == term.key).map_or("", |row| row.about.get(input.lang)),
    };
    BudgetOutput {
        terms: sum.terms.iter().map(term).collect(),
        total_seconds: sum.total_seconds,
        exceeds_ceiling: sum.exceeds_ceiling,
    }
}
