//! The model of the launcher: shell words, separator, lexer, argument vector.

use crate::consistency::Platform;

/// What a command does on its way to the plug-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Launch {
    /// The plug-in starts with these arguments (without its own path).
    Plugin {
        /// The plug-in's name.
        plugin: String,
        /// Its arguments.
        arguments: Vec<String>,
    },
    /// The plug-in does not start; the shell or the launcher ends with this exit code.
    NoPlugin {
        /// The exit code seen.
        exit: i64,
        /// Why, in a few words for tests and logs.
        why: &'static str,
    },
    /// The shell would expand, redirect or differ from others: no guess.
    NotModelled {
        /// Why.
        why: &'static str,
    },
}

/// Follows a command from the shell to the plug-in.
pub fn launch(_platform: Platform, _command: &str) -> Launch {
    Launch::NotModelled { why: "not written yet" }
}
