//! What a job must know of the quiesce scripts: the engines, how long a pair holds, and how long its scripts take at most.
//! The scripts themselves are no part of the engine; `tests/rust/scripts.rs` holds these figures to their settings.

use super::limits::UPLOAD_FOLDER;

/// A setting with a time, and how often a script may wait for so long.
#[derive(Debug)]
pub struct Wait {
    /// As it is typed: `LOCK_WAIT`.
    pub setting: &'static str,
    /// Seconds when it is not given.
    pub seconds: u32,
    /// How often the pre-script may wait.
    pub pre: u32,
    /// How often the post-script may wait.
    pub post: u32,
}

/// An engine with a pair of scripts that does not refuse.
#[derive(Debug)]
pub struct QuiesceEngine {
    /// As it is typed: `mariadb`.
    pub name: &'static str,
    /// `LIMIT` in seconds when it is not given.
    pub limit: u32,
    /// What its scripts wait for.
    pub waits: &'static [Wait],
    /// Seconds that the post-script takes at most beside its waits.
    pub post: u32,
}

/// Seconds that a pre-script takes at most beside its waits: 20, four questions of 8 s each to a server that does not
/// answer, and 38 s for a file system (`scripts/README.md`).
pub const PRE_SECONDS: u32 = 90;
/// Seconds between lock and release beside the freeze: the end of the pre-script, the thaw, the start of the post-script.
pub const HOLD_MARGIN_SECONDS: u32 = 10;
/// The least `LIMIT` in seconds.
pub const LIMIT_LEAST: u32 = 5;
/// The greatest `LIMIT` in seconds.
pub const LIMIT_MOST: u32 = 1800;
/// The longest name of a service.
pub const NAME_MOST: usize = 32;
/// Where the scripts look for a tmpfs when `STATE_BASE` is not given.
pub const STATE_BASE: &str = "/run:/dev/shm";

const fn wait(setting: &'static str, seconds: u32, pre: u32, post: u32) -> Wait {
    Wait { setting, seconds, pre, post }
}

const fn engine(name: &'static str, limit: u32, waits: &'static [Wait], post: u32) -> QuiesceEngine {
    QuiesceEngine { name, limit, waits, post }
}

/// All of them.
pub static ENGINES: &[QuiesceEngine] = &[
    engine("mariadb", 60, &[wait("LOCK_WAIT", 5, 3, 0)], 17),
    engine("mysql", 60, &[wait("LOCK_WAIT", 5, 3, 0)], 17),
    engine("postgresql", 600, &[wait("LOCK_WAIT", 60, 2, 0), wait("ARCHIVE_WAIT", 10, 0, 1)], 32),
    engine("redis", 60, &[wait("SAVE_WAIT", 20, 2, 0)], 17),
    engine("valkey", 60, &[wait("SAVE_WAIT", 20, 2, 0)], 17),
    engine("generic", 60, &[wait("LOCK_WAIT", 30, 4, 2)], 12),
];

/// Their names.
pub const NAMES: &[&str] = &["mariadb", "mysql", "postgresql", "redis", "valkey", "generic"];

/// The engine of a name.
pub fn find(name: &str) -> Option<&'static QuiesceEngine> {
    ENGINES.iter().find(|engine| engine.name == name)
}

/// Whether a name is one that the scripts take: it is part of paths, and stands in single quotes in a shell.
pub fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    (1..=NAME_MOST).contains(&name.len()) && name.bytes().all(plain) && !name.starts_with('-')
}

/// Where the two scripts of a service are put on an instance.
pub fn paths(name: &str) -> [String; 2] {
    ["pre", "post"].map(|role| format!("{UPLOAD_FOLDER}/{name}-{role}.sh"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_engines() {
        assert_eq!(ENGINES.iter().map(|engine| engine.name).collect::<Vec<_>>(), NAMES);
        assert!(is_name("m1") && is_name("a_b-c") && !is_name("") && !is_name("-a") && !is_name("a/b"));
        assert!(!is_name(&"x".repeat(33)));
    }
}
