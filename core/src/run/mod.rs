//! A run over instances: the plan, the session that decides each next call, the verdict on what was reached.
//! It uses `check` and the layers below it.

pub mod plan;
pub mod session;
pub mod verdict;
