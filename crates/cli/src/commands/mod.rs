//! One file a command: its arguments, what it calls, what it prints.

pub(crate) mod audit;
pub(crate) mod build;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod demo;
pub(crate) mod doctor;
pub(crate) mod explain;
pub(crate) mod export;
pub(crate) mod history;
pub(crate) mod live_check;
pub(crate) mod op;
pub(crate) mod plan;
pub(crate) mod policy;
pub(crate) mod prune;
pub(crate) mod record;
pub(crate) mod release;
pub(crate) mod rerun;
pub(crate) mod resume;
pub(crate) mod role;
pub(crate) mod run;
pub(crate) mod schema;
pub(crate) mod show;
pub(crate) mod simulate;
pub(crate) mod status;
pub(crate) mod verify;
pub(crate) mod whoami;
