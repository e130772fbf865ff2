//! Reaches every operation of core and policies, so that the linker keeps them all.
//!
//! Built for wasm32-unknown-unknown, its import section must be empty: the core then has no way to reach a clock, a
//! file, the network or a source of random numbers. `cargo xtask wasm-check` looks.

use std::hint::black_box;

fn main() {
    for name in consnap_policy::operations::NAMES {
        let answer = consnap_policy::operations::run(black_box(name), black_box(serde_json::Value::Null));
        black_box(answer.is_ok());
    }
}
