//! What ARCHITECTURE.md promises, held by machine.

mod arrows;
mod layers;
mod purity;
mod skips;
mod sources;
