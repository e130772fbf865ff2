//! Error codes of the API, each with the two things the session needs (may it be repeated, whom does it concern) and
//! words for the operator.

use serde::Serialize;

use crate::text::Text;

/// Whether and how a call may be repeated after this code.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RetryClass {
    /// Repeating changes nothing: the request itself must change.
    Never,
    /// The service asks to slow down; the call was not carried out.
    Throttled,
    /// A passing fault of the service; the call may have been carried out.
    MaybeCarriedOut,
    /// Another call with the same token is still being processed; look or wait, then repeat the same bytes.
    StillProcessing,
    /// The clock or the nonce was wrong: correct it, sign again and repeat at once.
    SignAgain,
    /// The credentials ended: refresh them, then repeat.
    RefreshCredentials,
    /// A state that passes by itself, such as a snapshot under way; the call was not carried out.
    AfterPause,
}

/// Whom a rejection concerns.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// One or some of the instances in the call: the batch can be bisected.
    Instance,
    /// The call as a whole: parameters, size, form.
    Batch,
    /// Everything this account or these credentials do.
    Account,
}

/// A row of the table.
#[derive(Debug, Serialize)]
pub struct ApiErrorRow {
    /// The code as the service writes it. A row ending in `.*` covers all codes with that beginning.
    pub code: &'static str,
    /// Whether and how to repeat.
    pub retry: RetryClass,
    /// Whom it concerns.
    pub scope: Scope,
    /// What it means.
    pub meaning: Text,
    /// What to do.
    pub next_step: Text,
    /// Document and edition.
    pub source: &'static str,
}

/// All rows.
pub static ROWS: &[ApiErrorRow] = &[];

/// The row of a code: an exact one first, then the longest family (`Throttling.*`). An unknown code has no row.
pub fn find(code: &str) -> Option<&'static ApiErrorRow> {
    ROWS.iter().find(|row| row.code == code).or_else(|| {
        ROWS.iter()
            .filter(|row| row.code.strip_suffix('*').is_some_and(|family| code.starts_with(family)))
            .max_by_key(|row| row.code.len())
    })
}
