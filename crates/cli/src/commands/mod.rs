//! One file a command: its arguments, what it calls, what it prints.

pub(crate) mod build;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod explain;
pub(crate) mod op;
pub(crate) mod schema;
