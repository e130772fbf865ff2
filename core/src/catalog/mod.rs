//! The tables everything else reads: facts with their source, codes with their words. Nothing here decides.

pub mod api_errors;
pub mod budget;
pub mod messages;
pub mod parameters;
