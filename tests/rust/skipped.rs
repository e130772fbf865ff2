//! Nothing is skipped in silence.

/// Says that a test, or a part of it, cannot run on this machine. `cargo xtask test` shows it in its summary; where `CI` is
/// set it is a failure.
///
/// # Panics
///
/// Where `CI` is set, or when the file that `CONSNAP_SKIPPED` names cannot be written.
#[track_caller]
pub fn skipped(why: &str) {
    use std::io::Write as _;
    let ci = std::env::var("CI").unwrap_or_default();
    assert!(matches!(ci.as_str(), "" | "0" | "false"), "cannot run here, and CI is set: {why}");
    let line = format!("{}: {why}\n", std::panic::Location::caller());
    if let Some(file) = std::env::var_os("CONSNAP_SKIPPED") {
        let mut file = std::fs::OpenOptions::new().create(true).append(true).open(file).expect("the list of skips");
        // In one piece: test programs run side by side.
        file.write_all(line.as_bytes()).expect("the list of skips");
    }
    println!("skipped: {line}");
}
