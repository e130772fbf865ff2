//! `cargo xtask ...`
fn main() {}
