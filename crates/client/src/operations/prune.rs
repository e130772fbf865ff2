//! A clean-up: groups of past runs that nobody needs any more are found, looked at once more and deleted.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use consnap_core::estate::audit::Selector;
use consnap_core::estate::audit::archive::UnreadableRun;
use consnap_core::estate::inventory::{Estate, EstateReader};
use consnap_core::estate::retention::{self, Decision, Ended, ManagedGroups, Pruning, Rule, Ruling};
use consnap_core::{Error, Lang};
use serde_json::json;

use super::Connection;
use crate::driver::Clock;
use crate::journal::{FORMAT, Header};
use crate::pruning::{self, Deleting};
use crate::{reading, run};

/// Groups that are looked at again at once, right before they are deleted.
const AT_ONCE: usize = 100;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct PruneRequest {
    /// The instances; without selectors those of every group that consnap made.
    pub selectors: Vec<Selector>,
    /// What is kept.
    pub rule: Rule,
    /// Whether it is carried out; otherwise nothing is deleted and what would be is said.
    pub delete: bool,
}

/// What a clean-up says on its way.
#[derive(Copy, Clone, Debug)]
pub enum PruneProgress<'a> {
    /// A run cannot be read, so its groups are kept.
    NotRead(&'a UnreadableRun),
    /// So many groups are dealt with.
    Deleted {
        /// So far.
        done: usize,
        /// Of all.
        all: usize,
    },
}

/// A clean-up that is over.
#[derive(Clone, Debug)]
pub struct Pruned {
    /// What was done, or would be.
    pub pruning: Pruning,
    /// Where its journal lies, if anything was to be deleted.
    pub journal: Option<PathBuf>,
}

/// Cleans up. Each deletion stands in a journal before it is sent.
///
/// Errors: no region, a refusal where the groups of no region could be listed, a state directory that cannot be read, and a
/// journal that cannot be written before anything was sent.
pub async fn prune(
    request: &PruneRequest,
    connection: &Connection,
    state_directory: &Path,
    lang: Lang,
    mut observe: impl FnMut(PruneProgress<'_>),
) -> Result<Pruned, Error> {
    let scope = retention::scope(&request.selectors);
    let reader = EstateReader::new(connection.some_regions()?, scope, run::new_seed()?);
    let clock = connection.clock();
    let mut work = Work { request, connection, reader, clock, own: ManagedGroups::default() };
    let estate = work.list().await?;
    if let Some(refusal) = estate.no_groups() {
        return Err(refusal.clone());
    }
    let (own, unreadable) = pruning::own_groups(state_directory, &estate.account_id, lang)?;
    for run in &unreadable {
        observe(PruneProgress::NotRead(run));
    }
    work.own = own;
    let (estate, decisions) = work.decide().await?;
    let any = decisions.iter().any(|decision| decision.fate == Ruling::Delete);
    let (mut id, mut ended) = (String::new(), BTreeMap::new());
    if request.delete && any {
        id = run::new_run_id()?;
        ended = work.delete(&id, state_directory, &estate, &decisions, observe).await?;
    }
    let ended = request.delete.then_some((id.as_str(), &ended));
    let unread = retention::unread_regions(&estate);
    let pruning = retention::pruning(&estate, &decisions, &unread, &request.rule, ended, lang);
    let journal = pruning.prune_id.as_ref().map(|id| pruning::folder(state_directory).join(id));
    Ok(Pruned { pruning, journal })
}

/// What a clean-up works with.
struct Work<'a> {
    request: &'a PruneRequest,
    connection: &'a Connection,
    reader: EstateReader,
    clock: Clock,
    own: ManagedGroups,
}

impl Work<'_> {
    async fn list(&mut self) -> Result<Estate, Error> {
        reading::read_all(&mut self.reader, &self.connection.caller, &self.clock).await;
        self.reader.estate()
    }

    /// Decides, once it is known what would go and whether that is in use.
    async fn decide(&mut self) -> Result<(Estate, Vec<Decision>), Error> {
        let PruneRequest { selectors, rule, .. } = self.request;
        let estate = self.reader.estate()?;
        for (region, snapshots) in &retention::snapshots_to_ask(&estate, &self.own, selectors, rule) {
            self.reader.look_at_snapshots(region, snapshots);
        }
        let estate = self.list().await?;
        let decisions = retention::decide(&estate, &self.own, selectors, rule);
        Ok((estate, decisions))
    }

    /// Deletes what is still to be deleted after another look, some groups at a time.
    async fn delete(
        &mut self,
        id: &str,
        state_directory: &Path,
        estate: &Estate,
        decisions: &[Decision],
        mut observe: impl FnMut(PruneProgress<'_>),
    ) -> Result<BTreeMap<String, Ended>, Error> {
        let mut journal = Deleting::begin(state_directory, &self.header(id, estate))?;
        let wanted: Vec<&Decision> = decisions.iter().filter(|decision| decision.fate == Ruling::Delete).collect();
        let mut ended = BTreeMap::new();
        for some in wanted.chunks(AT_ONCE) {
            for (region, groups) in &retention::groups_by_region(some) {
                self.reader.look_at_groups(region, groups);
            }
            self.list().await?;
            let (_, now) = self.decide().await?;
            let deletions = retention::still_to_delete(some, &now);
            let more = journal.delete(deletions, &self.connection.caller, &self.clock).await?;
            let done = more.len();
            ended.extend(more);
            if done > 0 && wanted.len() > AT_ONCE {
                observe(PruneProgress::Deleted { done: ended.len(), all: wanted.len() });
            }
            if journal.is_stopped() {
                break;
            }
        }
        for decision in wanted.iter().filter(|_| journal.is_stopped()) {
            ended.entry(decision.group_id.clone()).or_insert(Ended::NotTried);
        }
        Ok(ended)
    }

    fn header(&self, id: &str, estate: &Estate) -> Header {
        Header {
            format: FORMAT,
            consnap_version: env!("CARGO_PKG_VERSION").to_owned(),
            catalogue_version: env!("CARGO_PKG_VERSION").to_owned(),
            run_id: id.to_owned(),
            account: estate.account_id.clone(),
            regions: self.connection.regions.clone(),
            endpoint: self.connection.caller.given_endpoint().map(str::to_owned),
            job: json!({"prune": self.request.rule}),
            plan_hash: String::new(),
            started_at: self.clock.now(),
            job_hash: None,
            no_start_after: None,
            selected: None,
        }
    }
}
