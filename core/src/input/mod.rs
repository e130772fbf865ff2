//! What people and tools bring: what a text is, documents read with findings, the job, the facts of instances.
//! It uses `ecs` and the layers below it.

pub mod document;
pub mod facts;
pub mod job;
pub mod recognise;
pub mod text;
