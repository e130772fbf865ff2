//! The archive of past runs, for an audit: verdicts of journals with the raw replies that were kept.

use std::path::Path;

use consnap_core::estate::audit::archive::{Archive, ObservedGroups, UnreadableRun, verdicts};
use consnap_core::{Error, Lang, Time};

use crate::journal::{self, load_replies};
use crate::past_run::PastRun;

/// Reads the runs that began between two times. A run that cannot be read is in the archive as such.
///
/// Errors: a state directory that cannot be listed.
pub fn load(state_directory: &Path, since: Time, until: Time, lang: Lang) -> Result<Archive, Error> {
    let mut archive = Archive::default();
    let mut accounts: Vec<String> = Vec::new();
    for entry in journal::list(state_directory)? {
        let in_time = |header: &journal::Header| header.started_at >= since && header.started_at <= until;
        let read = match entry.header {
            Ok(header) if !in_time(&header) => continue,
            Ok(_) => read_run(state_directory, &entry.run_id, &mut archive, &mut accounts),
            Err(error) => Err(error),
        };
        if let Err(error) = read {
            archive.unreadable.push(UnreadableRun { run_id: entry.run_id, reason: error.message(lang) });
        }
    }
    archive.account_id = accounts.pop().filter(|_| accounts.is_empty());
    Ok(archive)
}

fn read_run(
    state_directory: &Path,
    run_id: &str,
    archive: &mut Archive,
    accounts: &mut Vec<String>,
) -> Result<(), Error> {
    let past = PastRun::load(state_directory, run_id)?;
    let mut shown = ObservedGroups::default();
    for (_, kept) in load_replies(state_directory, run_id)? {
        shown.take(&kept.operation, &kept.reply());
    }
    if !accounts.contains(&past.header.account) {
        accounts.push(past.header.account.clone());
    }
    archive.verdicts.extend(verdicts(&past.state(), &past.job.targets.tags, &shown));
    Ok(())
}
