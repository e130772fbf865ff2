//! Nothing is skipped in silence: only what another test runs is ignored.

use std::fs;
use std::path::{Path, PathBuf};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        let skipped = ["target", "node_modules", "pkg", "dist"].iter().any(|name| path.ends_with(name));
        if path.is_dir() && !skipped {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

fn sources() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for folder in ["core", "crates", "bindings-python", "bindings-wasm", "tests"] {
        files(&Path::new(ROOT).join(folder), &mut found);
    }
    found.retain(|path| !path.ends_with("rust/skips.rs"));
    found.into_iter().map(|path| (path.clone(), fs::read_to_string(path).expect("a source"))).collect()
}

#[test]
fn a_test_is_ignored_only_because_another_runs_it() {
    let mut seen = 0;
    for (path, text) in sources() {
        for ignored in text.split("#[ignore").skip(1) {
            seen += 1;
            let reason = ignored.lines().next().unwrap_or_default();
            let runner = reason.strip_prefix(" = \"run by `").and_then(|rest| rest.strip_suffix("`\"]"));
            let name = ignored.split_once("fn ").and_then(|(_, rest)| rest.split('(').next()).unwrap_or_default();
            let is_run = runner.is_some_and(|runner| {
                text.split_once(&format!("fn {runner}()")).is_some_and(|(_, body)| body.contains(name))
            });
            assert!(is_run, "{}: #[ignore{reason}", path.display());
        }
    }
    assert!(seen > 0, "the sources were not read");
}
