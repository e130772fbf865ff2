//! The command line that leaves us, and the model of what the guest does to it.

use serde::{Deserialize, Serialize};

pub mod budget;
mod explain;
pub mod launcher;
pub mod quoting;
mod write;

pub use explain::{Explained, ReadParameter, explain};
pub use write::{BuildRequest, BuiltCommand, CONTENT_LIMIT, Naming, build};

/// How a command is written (docs/sources/launcher.md 4.1 and 5).
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// The vendor's, byte for byte: every value in the safe alphabet.
    Vendor,
    /// Linux: values quoted for the lexer, the whole quoted for the shell.
    Quoted,
    /// As `Quoted`, with a blank as the separator, so that commas survive. Only when asked for.
    Separator,
    /// Windows: the whole argument in double quotes.
    WholeArgument,
}
