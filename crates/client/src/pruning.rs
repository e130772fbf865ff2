//! Deleting groups with a journal: nothing is sent before its intent is on the disk.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use consnap_core::base::http::{Sent, TransportFailure, TransportReason};
use consnap_core::estate::audit::archive::UnreadableRun;
use consnap_core::estate::retention::{Deletion, DeletionEvent, Deletions, Ended, ManagedGroups, Next};
use consnap_core::{Error, Lang, Time};

use crate::caller::ApiCaller;
use crate::driver::{Caller, Clock};
use crate::journal::{self, Header, Journal};
use crate::past_run::PastRun;
use crate::run::new_seed;

/// The folder of the state directory in which clean-ups keep their journals.
pub(crate) const FOLDER: &str = "prune";

/// Where the journals of clean-ups lie.
pub fn folder(state_directory: &Path) -> PathBuf {
    state_directory.join(FOLDER)
}

/// The groups that the journals of an account tell to be ours, and the runs that could not be read: their groups are not
/// known to be ours, so they are kept.
///
/// Errors: a state directory that cannot be listed.
pub fn own_groups(
    state_directory: &Path,
    account: &str,
    lang: Lang,
) -> Result<(ManagedGroups, Vec<UnreadableRun>), Error> {
    let mut own = ManagedGroups::default();
    let mut unreadable = Vec::new();
    for entry in journal::list(state_directory)? {
        let read = entry.header.and_then(|header| {
            if header.account == account {
                own.take(&PastRun::load(state_directory, &entry.run_id)?.state());
            }
            Ok(())
        });
        if let Err(error) = read {
            unreadable.push(UnreadableRun { run_id: entry.run_id, reason: error.message(lang) });
        }
    }
    Ok((own, unreadable))
}

/// Deletions under way, with their journal.
pub struct Deleting {
    deletions: Deletions,
    journal: Journal,
    failure: Option<Error>,
    sent: bool,
}

impl Deleting {
    /// Makes the journal. Nothing is deleted yet.
    ///
    /// Errors: the journal cannot be made.
    pub fn begin(state_directory: &Path, header: &Header) -> Result<Self, Error> {
        let journal = Journal::create(&folder(state_directory), header)?;
        Ok(Self { deletions: Deletions::new(new_seed()?), journal, failure: None, sent: false })
    }

    /// Whether nothing more is deleted.
    pub fn is_stopped(&self) -> bool {
        self.deletions.is_stopped()
    }

    /// Deletes some groups, and says how each deletion ended, by group.
    ///
    /// Errors: the journal cannot be written, and nothing was sent.
    pub async fn delete(
        &mut self,
        wanted: Vec<Deletion>,
        caller: &Arc<ApiCaller>,
        clock: &Clock,
    ) -> Result<BTreeMap<String, Ended>, Error> {
        self.deletions.add(wanted);
        let mut ended = BTreeMap::new();
        loop {
            let next = self.deletions.poll(clock.now());
            self.record(&mut ended);
            match next {
                Next::Done => break,
                Next::WaitUntil(at) => clock.wait_until(at).await,
                Next::Send { call_id, call, after, clock_offset_millis } => {
                    let result = if after > 0 && !self.is_recorded() {
                        let detail = "the journal cannot be written".to_owned();
                        Err(TransportFailure { sent: Sent::No, reason: TransportReason::Other, detail })
                    } else {
                        self.sent |= after > 0;
                        let signed_at = Time::from_millis(clock.now().millis().saturating_add(clock_offset_millis));
                        Caller::call(&**caller, *call, signed_at).await
                    };
                    self.deletions.handle(clock.now(), call_id, &result);
                }
            }
        }
        let synced = self.journal.sync();
        match self.failure.clone().or(synced.err()) {
            Some(error) if !self.sent => Err(error),
            _ => Ok(ended),
        }
    }

    /// Hands new events to the journal. One that could not be recorded is missing for good: from then on nothing is sent.
    fn record(&mut self, ended: &mut BTreeMap<String, Ended>) {
        for numbered in self.deletions.events() {
            if self.failure.is_none()
                && let Err(error) = self.journal.append(numbered.seq, &numbered)
            {
                self.failure = Some(error);
                self.deletions.stop();
            }
            if let DeletionEvent::Ended { group_id, ended: end } = numbered.event {
                ended.insert(group_id, end);
            }
        }
    }

    /// Whether everything so far is durable.
    fn is_recorded(&mut self) -> bool {
        if self.failure.is_none() {
            self.failure = self.journal.sync().err();
        }
        if self.failure.is_some() {
            self.deletions.stop();
        }
        self.failure.is_none()
    }
}
