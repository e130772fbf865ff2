//! Which run of a state directory holds which instance. Two processes that start at the same moment cannot see each other in
//! the service's list: between the look and the start of one lies that of the other. Here one of them comes first.
//!
//! The claims of all runs lie in one file, which is read and replaced under a lock. A claim lapses with its owner: whoever is
//! gone no longer holds the lock of its journal, and a run that is over holds nothing. A file that cannot be read says
//! nothing of who holds what: then every run that lives holds everything.

use std::collections::BTreeMap;
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use consnap_core::Error;
use serde::{Deserialize, Serialize};

use super::JOURNAL;
use super::read::is_over;
use super::state_directory::{io_error, must_be_ours, private_file, run_directory};

/// Not a run id, so that it never shows up as a run.
const CLAIMS: &str = ".claims.json";
/// What comes in its place.
const NEW_CLAIMS: &str = ".claims.new";
/// Held while the file is read and replaced.
const LOCK: &str = ".claims.lock";

#[derive(Debug, Serialize, Deserialize)]
struct Claim {
    run: String,
    /// The endpoint that was given, if one was: instances of a simulator are no others.
    endpoint: Option<String>,
    instances: Vec<String>,
}

/// Takes the instances of a run whose journal this process holds, and gives those that other living runs hold already, with
/// their runs; these are not taken.
///
/// Errors: the file of claims cannot be read or written.
pub(crate) fn claim(
    state: &Path,
    run_id: &str,
    endpoint: Option<&str>,
    instances: Vec<String>,
) -> Result<BTreeMap<String, String>, Error> {
    let path = state.join(CLAIMS);
    let failed = |error: std::io::Error| io_error(&path, &error);
    // Held for a moment only; gone with the file.
    let lock = private_file().write(true).create(true).truncate(false).open(state.join(LOCK)).map_err(failed)?;
    lock.lock().map_err(failed)?;
    let is_other = |run: &str| run != run_id && is_alive(state, run) && !is_over(state, run);
    let mut claims: Vec<Claim> = match std::fs::read(&path) {
        Ok(bytes) => {
            must_be_ours(&path)?;
            match serde_json::from_slice(&bytes) {
                Ok(claims) => claims,
                Err(_) => of_all_that_live(state, endpoint, &instances)?,
            }
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(failed(error)),
    };
    claims.retain(|claim| is_other(&claim.run));
    let held: BTreeMap<&str, &str> = claims
        .iter()
        .filter(|claim| claim.endpoint.as_deref() == endpoint)
        .flat_map(|claim| claim.instances.iter().map(|instance| (instance.as_str(), claim.run.as_str())))
        .collect();
    let (taken, free): (Vec<String>, Vec<String>) =
        instances.into_iter().partition(|instance| held.contains_key(instance.as_str()));
    let others = taken
        .into_iter()
        .filter_map(|instance| {
            let run = (*held.get(instance.as_str())?).to_owned();
            Some((instance, run))
        })
        .collect();
    claims.push(Claim { run: run_id.to_owned(), endpoint: endpoint.map(str::to_owned), instances: free });
    let text = serde_json::to_vec(&claims).map_err(|error| failed(error.into()))?;
    let new = state.join(NEW_CLAIMS);
    let mut file = private_file().write(true).create(true).truncate(true).open(&new).map_err(failed)?;
    file.write_all(&text).and_then(|()| file.sync_data()).map_err(failed)?;
    drop(file);
    std::fs::rename(&new, &path).map_err(failed)?;
    Ok(others)
}

/// Claims of the instances for each run of the state directory; whoever calls keeps those that live.
fn of_all_that_live(state: &Path, endpoint: Option<&str>, instances: &[String]) -> Result<Vec<Claim>, Error> {
    let claim = |run: String| Claim { run, endpoint: endpoint.map(str::to_owned), instances: instances.to_vec() };
    Ok(super::list(state)?.into_iter().map(|entry| claim(entry.run_id)).collect())
}

/// Whether a process works on a run: it holds the lock of its journal.
pub fn is_alive(state: &Path, run_id: &str) -> bool {
    let Ok(directory) = run_directory(state, run_id) else { return false };
    let Ok(file) = private_file().read(true).write(true).open(directory.join(JOURNAL)) else { return false };
    matches!(file.try_lock(), Err(std::fs::TryLockError::WouldBlock))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_last_as_long_as_their_owner() {
        let place = tempfile::tempdir().unwrap();
        let state = place.path();
        let journal = |run: &str| {
            std::fs::create_dir_all(state.join(run)).unwrap();
            let file = std::fs::File::create(state.join(run).join(JOURNAL)).unwrap();
            file.lock().unwrap();
            file
        };
        let ids = |list: &[&str]| list.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
        let first = journal("first");
        let second = journal("second");
        assert!(claim(state, "first", None, ids(&["i-1", "i-2"])).unwrap().is_empty());
        // Another endpoint has other instances.
        assert!(claim(state, "second", Some("http://127.0.0.1:1"), ids(&["i-1"])).unwrap().is_empty());
        let held = claim(state, "second", None, ids(&["i-2", "i-3"])).unwrap();
        assert_eq!(held, BTreeMap::from([("i-2".to_owned(), "first".to_owned())]));
        let third = journal("third");
        assert_eq!(claim(state, "third", None, ids(&["i-1", "i-3"])).unwrap().len(), 2);
        drop((first, third));
        assert!(claim(state, "second", None, ids(&["i-1", "i-2"])).unwrap().is_empty());
        drop(second);
        // A file that cannot be read frees nothing while somebody else lives.
        let fourth = journal("fourth");
        for damaged in [&b"[{"[..], b""] {
            std::fs::write(state.join(CLAIMS), damaged).unwrap();
            let fifth = journal("fifth");
            assert!(!claim(state, "fourth", None, ids(&["i-1"])).unwrap().is_empty());
            drop(fifth);
        }
        std::fs::write(state.join(CLAIMS), b"[{").unwrap();
        assert!(claim(state, "fourth", None, ids(&["i-1"])).unwrap().is_empty());
        drop(fourth);
    }
}
