//! What an account has: its inventory, the audit of its backups, what may be deleted, what one live instance shows.
//! It uses `report` and the layers below it.

pub mod audit;
pub mod inventory;
pub mod live_check;
pub mod redact;
pub mod retention;
