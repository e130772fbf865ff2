//! Core, policies, scripts and linter are pure: beside the lints (their `clippy.toml`) and the empty import section (`cargo xtask wasm-check`), no
//! source line of them names a part of the standard library that reaches the world.

use std::fs;
use std::path::{Path, PathBuf};

/// Paths that no source file of the core may name outside its unit tests.
const FORBIDDEN: &[&str] = &[
    "std::fs",
    "std::io::stdin",
    "std::io::stdout",
    "std::io::stderr",
    "std::env",
    "std::process",
    "std::thread",
    "std::net",
    "std::time::Instant",
    "std::time::SystemTime",
    "SystemTime",
    "Instant::now",
    "HashMap",
    "HashSet",
    "RandomState",
    "println!",
    "eprintln!",
    "Timestamp::now",
    "Zoned::now",
    "unsafe ",
];

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of the core") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn what_is_pure_names_nothing_that_reaches_the_world() {
    let mut files = Vec::new();
    for folder in ["/../core/src", "/../crates/policy/src", "/../crates/scripts/src", "/../crates/linter/src"] {
        rust_files(Path::new(&format!("{}{folder}", env!("CARGO_MANIFEST_DIR"))), &mut files);
    }
    assert!(files.len() > 30, "only {} files found", files.len());
    let mut named = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).expect("a source file");
        let shipped = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
        for (at, line) in shipped.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            for forbidden in FORBIDDEN.iter().filter(|forbidden| code.contains(**forbidden)) {
                named.push(format!("{}:{}: {forbidden}", file.display(), at + 1));
            }
        }
    }
    assert!(named.is_empty(), "the core reaches for the world:\n{}", named.join("\n"));
}
