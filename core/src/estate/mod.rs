//! What an account has: its inventory, the audit of its backups, what may be deleted.
//! It uses `report` and the layers below it.

pub mod audit;
pub mod inventory;
pub mod retention;
