//! Every message of consnap, once, in English and Chinese, beside its code.
//!
//! Ranges: `CS1xx` parameters and commands, `CS2xx` prerequisites, `CS3xx` consistency, `CS4xx` organisation policies,
//! `CS5xx` outcomes of plug-in, launcher and service, `CS6xx` exports, `CS7xx` policies of RAM,
//! `CS8xx` audits and retention, `CS9xx` pasted texts; `CExxx` errors. Codes are never reused.

use crate::diagnostics::finding::MessageRow;

/// The one word that may follow a severity.
macro_rules! acceptable {
    (acceptable) => {
        true
    };
}
use acceptable;

/// Declares rows of the catalogue and the list of them.
macro_rules! messages {
    ($($(#[$meta:meta])* $name:ident = $code:literal, $severity:ident $(, $acceptable:ident)?, $source:literal:
        { $en:literal, $zh:literal } help { $help_en:literal, $help_zh:literal };)*) => {
        $(
            #[doc = concat!("`", $code, "`: ", $en)]
            $(#[$meta])*
            pub static $name: $crate::diagnostics::finding::MessageRow = $crate::diagnostics::finding::MessageRow {
                code: $code,
                severity: $crate::diagnostics::finding::Severity::$severity,
                message: $crate::diagnostics::text::Text::new($en, $zh),
                help: $crate::diagnostics::text::Text::new($help_en, $help_zh),
                acceptable: false $(|| $crate::diagnostics::messages::acceptable!($acceptable))?,
                source: $source,
            };
        )*
        /// All rows of this table, in the order of their codes.
        pub static ROWS: &[&$crate::diagnostics::finding::MessageRow] = &[$(&$name),*];
    };
}

pub mod audits;
pub mod calls;
pub mod consistency;
pub mod contents;
pub mod errors;
pub mod exports;
pub mod guest;
pub mod journal;
pub mod outcomes;
pub mod parameters;
pub mod permissions;
pub mod policies;
pub mod prerequisites;
pub mod quiesce;
pub mod retention;
pub mod runs;
pub mod texts;
pub mod verdicts;
pub mod writing;

/// All tables.
pub static TABLES: &[&[&MessageRow]] = &[
    parameters::ROWS,
    quiesce::ROWS,
    writing::ROWS,
    exports::ROWS,
    prerequisites::ROWS,
    guest::ROWS,
    contents::ROWS,
    consistency::ROWS,
    verdicts::ROWS,
    outcomes::ROWS,
    errors::ROWS,
    calls::ROWS,
    journal::ROWS,
    runs::ROWS,
    permissions::ROWS,
    audits::ROWS,
    retention::ROWS,
    policies::ROWS,
    texts::ROWS,
];

/// The row of a code.
pub fn find(code: &str) -> Option<&'static MessageRow> {
    TABLES.iter().flat_map(|table| table.iter()).find(|row| row.code == code).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn placeholders(text: &str) -> BTreeSet<&str> {
        text.split('{').skip(1).filter_map(|part| part.split_once('}').map(|(name, _)| name)).collect()
    }

    #[test]
    fn codes_are_unique_and_words_complete() {
        let mut seen = BTreeSet::new();
        for row in TABLES.iter().flat_map(|table| table.iter()) {
            assert!(seen.insert(row.code), "{} appears twice", row.code);
            for (en, zh) in [(row.message.en, row.message.zh), (row.help.en, row.help.zh)] {
                assert!(!en.is_empty() && !zh.is_empty(), "{}: words are missing", row.code);
                assert!(!en.ends_with('.') && !zh.ends_with('。'), "{}: no full stop", row.code);
                assert_eq!(placeholders(en), placeholders(zh), "{}: the languages speak of other values", row.code);
                assert!(zh.chars().any(|c| c > '\u{2e80}'), "{}: not Chinese", row.code);
            }
            let first = row.message.en.chars().next().unwrap_or(' ');
            assert!(
                !first.is_ascii_uppercase()
                    || row.message.en[1..].starts_with(|c: char| !c.is_lowercase())
                    || ["Cloud ", "Windows ", "Linux ", "Chinese "].iter().any(|name| row.message.en.starts_with(name)),
                "{}: begins in upper case",
                row.code
            );
        }
    }
}
