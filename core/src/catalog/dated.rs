//! Facts that changed over time: rows with a day, of which the newest not later than the day in question counts.

use jiff::civil::Date;
use serde::Serializer;

/// A row that is known from a day on.
pub trait Dated {
    /// The day.
    fn date(&self) -> Date;
}

/// The newest row not later than a day, or the newest of all without one. Rows stand oldest first.
pub fn newest<T: Dated>(rows: &[T], as_of: Option<Date>) -> Option<&T> {
    rows.iter().rev().find(|row| as_of.is_none_or(|day| row.date() <= day))
}

/// Writes a day as `2024-03-14`.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form serde calls")]
pub(super) fn write_date<S: Serializer>(date: &Date, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(date)
}
