//! An audit as a page.

use super::Audit;
use crate::diagnostics::text::Lang;
use crate::report::audit_page;

/// The page of an audit: one file that needs nothing else, as the page of a report is.
pub fn html(audit: &Audit, lang: Lang) -> String {
    audit_page(audit, lang)
}
