//! What was seen in guests, kept for later runs: one line of JSON an instance, in the state directory.
//!
//! It saves calls and is no evidence: what cannot be read is not known, and what cannot be written is looked at again.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use consnap_core::Time;
use consnap_core::input::facts::Guest;
use serde::{Deserialize, Serialize};

use crate::journal::state_directory::{make_private, private_file};

/// Days after which a look is forgotten.
const KEPT_DAYS: u64 = 30;
/// A file larger than this is not ours.
const LARGEST: u64 = 512 * 1024 * 1024;

#[derive(Serialize, Deserialize)]
struct Line {
    instance_id: String,
    guest: Guest,
}

fn file(state_directory: &Path) -> PathBuf {
    state_directory.join("guests.jsonl")
}

/// What earlier looks told, by instance.
pub fn load(state_directory: &Path) -> BTreeMap<String, Guest> {
    let path = file(state_directory);
    let readable = std::fs::metadata(&path).is_ok_and(|status| status.is_file() && status.len() <= LARGEST);
    let text = if readable { std::fs::read_to_string(&path).unwrap_or_default() } else { String::new() };
    let lines = text.lines().filter_map(|line| serde_json::from_str::<Line>(line).ok());
    lines.map(|line| (line.instance_id, line.guest)).collect()
}

/// Keeps new looks beside the earlier ones, and forgets what is old.
///
/// # Errors
///
/// The file could not be written; the earlier one is still there.
pub fn store(state_directory: &Path, seen: Vec<(String, Guest)>, now: Time) -> std::io::Result<()> {
    let mut known = load(state_directory);
    known.extend(seen);
    let longest = KEPT_DAYS * 24 * 3600;
    known.retain(|_, guest| guest.probed_at.is_some_and(|at| now.since(at).as_secs() <= longest));
    make_private(state_directory)?;
    let path = file(state_directory);
    let new = state_directory.join(format!("guests.jsonl.{}", std::process::id()));
    let mut out = std::io::BufWriter::new(private_file().write(true).create(true).truncate(true).open(&new)?);
    for (instance_id, guest) in known {
        serde_json::to_writer(&mut out, &Line { instance_id, guest })?;
        out.write_all(b"\n")?;
    }
    out.flush()?;
    drop(out);
    // Whoever writes last wins; a look that is lost is made again.
    std::fs::rename(&new, &path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_are_kept_renewed_and_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("state");
        let at = |day: u32| Time::parse(&format!("2026-10-{day:02}T00:00:00Z"));
        let guest = |day: u32, launcher: bool| Guest {
            launcher_present: Some(launcher),
            probed_at: at(day),
            ..Guest::default()
        };
        assert!(load(&state).is_empty());
        store(&state, vec![("i-a".to_owned(), guest(1, false)), ("i-b".to_owned(), guest(1, false))], at(1).unwrap())
            .unwrap();
        store(&state, vec![("i-b".to_owned(), guest(20, true))], at(20).unwrap()).unwrap();
        assert_eq!(load(&state).len(), 2);
        assert_eq!(load(&state)["i-b"], guest(20, true));
        store(&state, vec![], Time::parse("2026-11-05T00:00:00Z").unwrap()).unwrap();
        assert_eq!(load(&state).into_keys().collect::<Vec<_>>(), ["i-b"]);
        // A damaged line is not known; the others are.
        let mut text = std::fs::read_to_string(file(&state)).unwrap();
        text.insert_str(0, "{\"instance_id\": \"i-c\", \"guest\": {\"mounts\": 1}}\n\u{0}\n");
        std::fs::write(file(&state), text).unwrap();
        assert_eq!(load(&state).into_keys().collect::<Vec<_>>(), ["i-b"]);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            store(&state, vec![], at(20).unwrap()).unwrap();
            let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!((mode(&state), mode(&file(&state))), (0o700, 0o600));
        }
    }
}
