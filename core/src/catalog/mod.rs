//! The tables everything else reads: facts with their source, codes with their words. Nothing here decides.

pub mod api_errors;
pub mod assumptions;
pub mod budget;
pub mod dated;
pub mod disks;
pub mod file_systems;
pub mod limits;
pub mod messages;
pub mod systems;
