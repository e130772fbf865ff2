//! What ARCHITECTURE.md promises, held by machine.

mod arrows;
mod purity;
mod skips;
