//! Input from Python.

use consnap_core::diagnostics::messages::errors;
use consnap_core::{Error, ErrorKind, Lang};
use serde_json::Value;

/// `zh`, or else English.
pub(crate) fn lang(name: &str) -> Lang {
    if name == "zh" { Lang::Zh } else { Lang::En }
}

/// JSON to a value.
pub(crate) fn value(operation: &str, json: &[u8]) -> Result<Value, Error> {
    serde_json::from_slice(json).map_err(|error| unreadable(operation, error.to_string()))
}

/// The error for a call of Python's that cannot be carried out as it is made.
pub(crate) fn unusable(what: &str, reason: String) -> Error {
    Error::new(ErrorKind::Input, &errors::UNUSABLE_CALL).with("what", what).with("reason", reason)
}

/// The error for input that an operation cannot use.
pub(crate) fn unreadable(operation: &str, reason: String) -> Error {
    Error::new(ErrorKind::Input, &errors::UNREADABLE_INPUT).with("operation", operation).with("reason", reason)
}
