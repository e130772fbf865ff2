//! The quiesce scripts for databases: a pair is put together from the texts in `scripts/`, which are part of the program.
//!
//! [`write`] gives byte for byte what `scripts/build.sh` builds; `tests/rust/scripts.rs` holds it. Nothing here touches a
//! file. How the scripts work, and the record they leave, stands in `scripts/README.md`.

mod codes;
mod compose;
mod engines;
mod pair;
mod settings;

pub use codes::{CodeExplanation, explain};
pub use compose::compose;
pub use engines::{ENGINES, Engine, engine};
pub use pair::{MOST_BYTES, Pair, Script, write};
pub use settings::{Kind, Setting};
