//! Discovery and check: from the job's targets to instances with facts, findings, predictions and commands.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use super::Session;
use super::event::{Event, Goal, Phase};
use crate::base::http::HttpReply;
use crate::catalog::{limits, pacing};
use crate::check::{CheckContext, Checker, unwritten};
use crate::diagnostics::error::{Error, ErrorKind};
use crate::diagnostics::finding::Finding;
use crate::diagnostics::messages::runs;
use crate::ecs::api::requests::{
    DescribeCloudAssistantStatus, DescribeDisks, DescribeInstanceRamRole, DescribeInstances, DiskFilter, Filled, Ids,
    InstanceFilter,
};
use crate::ecs::api::{Operation, replies};
use crate::ecs::listing::{Listing, Page};
use crate::ecs::reply::{self, Failure};
use crate::input::facts::from_api::{cloud_assistant, disk_of, from_api};
use crate::input::facts::{Disk, InstanceFacts};

/// What a call of discovery asks for.
#[derive(Clone, Debug)]
pub(super) enum CallPurpose {
    /// A page of a listing, whose number this is.
    Instances {
        region: u16,
        filter: InstanceFilter,
        listing: usize,
    },
    Disks {
        region: u16,
        filter: DiskFilter,
        listing: usize,
    },
    Assistants,
    Roles {
        ids: Vec<String>,
    },
}

/// What is known so far.
#[derive(Debug, Default)]
pub(super) struct Discovery {
    pub(super) stage: Step,
    /// Calls for instances, queued or under way.
    listing: usize,
    /// Calls for what belongs to them, queued or under way.
    outstanding: usize,
    /// Instances by region whose Cloud Assistant and role were not asked for yet.
    unasked: BTreeMap<u16, Vec<String>>,
    /// Listings, whether they are whole.
    listings: Vec<Listing>,
    pub(super) found: Vec<Found>,
    by_id: BTreeMap<String, usize>,
    /// The instance that was asked for last.
    recent: usize,
    /// The ids the job asks for, sorted; empty when it asks by tags.
    wanted: Vec<String>,
}

impl Discovery {
    /// How many answers of this kind are missing.
    fn missing(&mut self, purpose: &CallPurpose) -> &mut usize {
        match purpose {
            CallPurpose::Instances { .. } => &mut self.listing,
            CallPurpose::Disks { .. } | CallPurpose::Assistants | CallPurpose::Roles { .. } => &mut self.outstanding,
        }
    }

    pub(super) fn of(&mut self, instance: &str) -> Option<&mut Found> {
        // Replies mostly come in the order of the instances, and the disks of one after another: looking there first is far
        // cheaper than looking among all.
        let near = self.recent..self.recent.saturating_add(2);
        let at = near
            .into_iter()
            .find(|&at| self.found.get(at).is_some_and(|found| found.facts.instance_id == instance))
            .or_else(|| self.by_id.get(instance).copied())?;
        self.recent = at;
        self.found.get_mut(at)
    }

    /// Notes a disk with the instances it is attached to.
    fn attach(&mut self, disk: replies::Disk) {
        let mut owners: Vec<String> = disk.attached_to().map(str::to_owned).collect();
        let last = owners.pop();
        for owner in owners {
            if let Some(found) = self.of(&owner) {
                found.add(disk_of(disk.clone(), &owner));
            }
        }
        if let Some((owner, found)) = last.as_deref().and_then(|owner| Some((owner, self.of(owner)?))) {
            found.add(disk_of(disk, owner));
        }
    }

    /// The disks of an instance, or of all in a region, could not be read.
    fn disks_refused(&mut self, region: u16, filter: &DiskFilter) {
        let is_meant = |found: &&mut Found| match filter {
            DiskFilter::Instance(id) => found.facts.instance_id == id.as_str(),
            DiskFilter::Region | DiskFilter::Ids(_) => found.region == region,
        };
        self.found.iter_mut().filter(is_meant).for_each(|found| found.disks_known = false);
    }
}

/// What is read of a listing next.
enum Turn {
    /// Nothing: it is whole.
    Over,
    /// The page of this token, or the first one again.
    Read(Option<Filled>),
}

/// Why a listing came to no good end.
enum Wrong {
    Incomplete,
    Endless,
}

impl Wrong {
    fn failure(&self, operation: Operation, reply: &HttpReply) -> Failure {
        match self {
            Self::Incomplete => reply::incomplete_listing(operation, reply),
            Self::Endless => reply::endless_pages(operation, reply),
        }
    }
}

#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Step {
    #[default]
    Instances,
    Details,
    Probe,
}

#[derive(Debug)]
pub(super) struct Found {
    pub(super) region: u16,
    pub(super) facts: InstanceFacts,
    pub(super) disks: Vec<Disk>,
    /// Whether an empty list of disks means that there is none.
    pub(super) disks_known: bool,
    /// What is odd about the look into its guest.
    pub(super) odd: Vec<Finding>,
    /// Whether this process has looked into its guest.
    pub(super) looked: bool,
}

impl Found {
    /// Puts the disks among the facts, unless they could not be read.
    pub(super) fn settle_disks(&mut self) {
        if std::mem::take(&mut self.disks_known) {
            self.facts.disks = Some(std::mem::take(&mut self.disks));
        }
    }

    /// Pages may overlap while disks come and go.
    fn add(&mut self, disk: Disk) {
        if !self.disks.iter().any(|known| known.disk_id == disk.disk_id) {
            self.disks.push(disk);
        }
    }
}

impl Session {
    /// A job with blocking findings, or one that asks for what this version cannot do, ends before anything is sent.
    pub(super) fn refuse_unusable_job(&mut self) {
        let context = CheckContext { as_of: self.setup.as_of, now: Some(self.now) };
        let checked = Checker::new(&self.setup.job, &context).weighing(&self.setup.severities).job_findings(None);
        let read = std::mem::take(&mut self.setup.reading_findings);
        let mut blocking: Vec<Finding> = Vec::new();
        let unwritten = unwritten(&self.setup.job, None);
        for finding in read.into_iter().chain(checked).chain(unwritten).filter(Finding::blocks) {
            if !blocking.contains(&finding) {
                blocking.push(finding);
            }
        }
        if !blocking.is_empty() {
            self.end_with(Error::new(ErrorKind::Input, &runs::JOB_BLOCKED).with_findings(blocking));
        } else if !self.setup.job.group_name.contains("{run}") {
            // Without the run's id its groups could not be told from those of another run.
            self.end_with(Error::new(ErrorKind::Input, &runs::NAME_WITHOUT_RUN));
        } else if self.state.regions.is_empty() {
            self.end_with(Error::new(ErrorKind::Input, &runs::NO_REGION));
        }
    }

    pub(super) fn drive_discovery(&mut self) {
        if self.state.plan_hash.is_some() || self.setup.goal == Goal::Verify {
            return;
        }
        if self.checking.is_some() {
            self.check_some();
            return;
        }
        let Some(discovery) = &self.discovery else {
            self.begin_discovery();
            return;
        };
        match discovery.stage {
            // Each API has its own pace: what is asked for early is there when the last page of instances has come.
            Step::Instances if discovery.listing > 0 => self.ask_about_the_found(100),
            Step::Instances => self.ask_details(),
            _ if discovery.outstanding > 0 => {}
            Step::Details => self.begin_probe(),
            Step::Probe => self.drive_probe(),
        }
    }

    fn begin_discovery(&mut self) {
        self.emit(Event::PhaseEntered { phase: Phase::Discover });
        let mut discovery = Discovery::default();
        let targets = &self.setup.job.targets;
        let mut filters: Vec<InstanceFilter> = Vec::new();
        if targets.all || !targets.tags.is_empty() {
            // Tags are compared here: the service's own filter by tags covers a part of the resources only (assumption A38).
            filters.push(InstanceFilter::Region);
        } else {
            let excluded: BTreeSet<&String> = targets.exclude.ids.iter().collect();
            // In the job's order, without duplicates.
            let mut seen = BTreeSet::new();
            let ids: Vec<&String> =
                targets.ids.iter().filter(|id| !excluded.contains(id) && seen.insert(*id)).collect();
            filters.extend(
                ids.chunks(100).filter_map(|chunk| Ids::new(chunk.iter().copied()).ok()).map(InstanceFilter::Ids),
            );
            discovery.wanted = seen.into_iter().cloned().collect();
        }
        self.discovery = Some(discovery);
        for region in 0..self.state.regions.len() {
            let Ok(index) = u16::try_from(region) else { continue };
            for filter in &filters {
                let listing = self.new_listing();
                self.list_instances(index, filter.clone(), listing, None);
            }
        }
        if filters.is_empty() {
            self.end_with(Error::new(ErrorKind::Input, &runs::NOTHING_SELECTED));
        }
    }

    fn discover(&mut self, purpose: CallPurpose, call: crate::ecs::api::ApiCall) {
        if let Some(discovery) = &mut self.discovery {
            *discovery.missing(&purpose) += 1;
        }
        self.read(super::CallPurpose::Discover(purpose), call);
    }

    pub(super) fn region(&self, index: u16) -> String {
        self.state.regions.get(usize::from(index)).cloned().unwrap_or_default()
    }

    /// A page has come.
    pub(super) fn discovered(&mut self, purpose: &CallPurpose, reply: &HttpReply) -> Result<(), Failure> {
        match purpose {
            CallPurpose::Instances { region, filter, listing } => {
                let operation = Operation::DescribeInstances;
                let page = reply::parse::<replies::DescribeInstances<'_>>(operation, reply)?;
                let ids = page.instances.iter().map(|instance| &*instance.instance_id);
                let token = self.page_of(*listing, ids, page.total_count, page.next_token.as_deref());
                let token = token.map_err(|wrong| wrong.failure(operation, reply))?;
                for instance in page.instances {
                    self.found(*region, instance);
                }
                if let Turn::Read(token) = token {
                    self.list_instances(*region, filter.clone(), *listing, token);
                }
            }
            CallPurpose::Disks { region, filter, listing } => {
                let operation = Operation::DescribeDisks;
                let page = reply::parse::<replies::DescribeDisks>(operation, reply)?;
                let ids = page.disks.iter().map(|disk| &*disk.disk_id);
                let token = self.page_of(*listing, ids, page.total_count, page.next_token.as_deref());
                let token = token.map_err(|wrong| wrong.failure(operation, reply))?;
                if let Some(discovery) = &mut self.discovery {
                    for disk in page.disks {
                        discovery.attach(disk);
                    }
                }
                if let Turn::Read(token) = token {
                    self.list_disks(*region, filter.clone(), *listing, token);
                }
            }
            CallPurpose::Assistants => {
                let page = reply::parse::<replies::DescribeCloudAssistantStatus>(
                    Operation::DescribeCloudAssistantStatus,
                    reply,
                )?;
                if let Some(discovery) = &mut self.discovery {
                    for status in page.statuses {
                        if let Some(found) = discovery.of(&status.instance_id) {
                            found.facts.cloud_assistant = Some(cloud_assistant(status));
                        }
                    }
                }
            }
            CallPurpose::Roles { ids } => {
                let mut page =
                    reply::parse::<replies::DescribeInstanceRamRole>(Operation::DescribeInstanceRamRole, reply)?;
                if let Some(discovery) = &mut self.discovery {
                    // An instance that was asked for and is not listed has no role, unless the list is not whole.
                    let whole = page
                        .total_count
                        .is_none_or(|count| usize::try_from(count).is_ok_and(|count| count <= page.roles.len()));
                    for id in ids {
                        let is_listed = |role: &replies::InstanceRole| role.instance_id.as_deref() == Some(id);
                        if !whole && !page.roles.iter().any(is_listed) {
                            continue;
                        }
                        let role = page.roles.iter_mut().find(|role| role.instance_id.as_deref() == Some(id));
                        let role = role.and_then(|role| role.ram_role_name.take());
                        if let Some(found) = discovery.of(id) {
                            found.facts.ram_role = Some(role.unwrap_or_default());
                        }
                    }
                }
            }
        }
        if let Some(discovery) = &mut self.discovery {
            let missing = discovery.missing(purpose);
            *missing = missing.saturating_sub(1);
        }
        Ok(())
    }

    fn new_listing(&mut self) -> usize {
        let listings = &mut self.discovery.get_or_insert_default().listings;
        listings.push(Listing::default());
        listings.len() - 1
    }

    /// Takes a page into its listing; which page comes next.
    fn page_of<'i>(
        &mut self,
        listing: usize,
        ids: impl Iterator<Item = &'i str>,
        total: Option<i64>,
        next_token: Option<&str>,
    ) -> Result<Turn, Wrong> {
        let listing = self.discovery.as_mut().and_then(|discovery| discovery.listings.get_mut(listing));
        let Some(listing) = listing else { return Ok(Turn::Over) };
        match listing.page(ids, total, next_token) {
            Page::More => Ok(next_token
                .and_then(|token| Filled::new(token).ok())
                .map_or(Turn::Over, |token| Turn::Read(Some(token)))),
            Page::Whole => Ok(Turn::Over),
            Page::Anew => Ok(Turn::Read(None)),
            Page::Incomplete => Err(Wrong::Incomplete),
            Page::Endless => Err(Wrong::Endless),
        }
    }

    fn list_instances(&mut self, region: u16, filter: InstanceFilter, listing: usize, next_token: Option<Filled>) {
        let call = DescribeInstances { filter: filter.clone(), next_token }.into_call(&self.region(region));
        self.discover(CallPurpose::Instances { region, filter, listing }, call);
    }

    fn list_disks(&mut self, region: u16, filter: DiskFilter, listing: usize, next_token: Option<Filled>) {
        let call = DescribeDisks { filter: filter.clone(), next_token }.into_call(&self.region(region));
        self.discover(CallPurpose::Disks { region, filter, listing }, call);
    }

    fn found(&mut self, region: u16, instance: replies::Instance<'_>) {
        let Some(discovery) = &mut self.discovery else { return };
        let exclude = &self.setup.job.targets.exclude;
        let tags_match = |tags: &[replies::Tag<'_>], key: &str, value: &str| {
            tags.iter().any(|tag| tag.key == key && tag.value == value)
        };
        if exclude.ids.contains(&instance.instance_id)
            || exclude.tags.iter().any(|(key, value)| tags_match(&instance.tags, key, value))
        {
            return;
        }
        // The service filters, but a filter it ignores must not widen the selection.
        let wanted = &self.setup.job.targets;
        let selected = if wanted.all {
            true
        } else if wanted.tags.is_empty() {
            discovery.wanted.binary_search(&instance.instance_id).is_ok()
        } else {
            wanted.tags.iter().all(|(key, value)| tags_match(&instance.tags, key, value))
        };
        if !selected {
            return;
        }
        if let Entry::Vacant(place) = discovery.by_id.entry(instance.instance_id.clone()) {
            place.insert(discovery.found.len());
            discovery.unasked.entry(region).or_default().push(instance.instance_id.clone());
            let mut facts = from_api(instance, &[], None, None);
            facts.collected_at = Some(self.now);
            discovery.found.push(Found {
                region,
                facts,
                disks: Vec::new(),
                disks_known: true,
                odd: Vec::new(),
                looked: false,
            });
        }
    }

    /// Takes in an instance whose facts, disks included, are at hand.
    pub(super) fn hand_over(&mut self, region: u16, mut facts: InstanceFacts) {
        let discovery = self.discovery.get_or_insert_default();
        if let Entry::Vacant(place) = discovery.by_id.entry(facts.instance_id.clone()) {
            place.insert(discovery.found.len());
            let disks = facts.disks.take();
            let disks_known = disks.is_some();
            discovery.found.push(Found {
                region,
                facts,
                disks: disks.unwrap_or_default(),
                disks_known,
                odd: Vec::new(),
                looked: false,
            });
        }
    }

    /// The index of a region, which may be a new one.
    pub(super) fn region_index(&mut self, name: &str) -> u16 {
        let known = self.state.regions.iter().position(|region| region == name);
        let index = known.unwrap_or_else(|| {
            self.state.region_found(name.to_owned());
            self.state.regions.len() - 1
        });
        u16::try_from(index).unwrap_or(u16::MAX)
    }

    /// Asks for Cloud Assistant and roles of the instances found so far, as soon as a region has so many.
    fn ask_about_the_found(&mut self, at_least: usize) {
        let roles_per_call = pacing::IDS_PER_ROLE_QUERY;
        let mut ready: Vec<(u16, Vec<String>)> = Vec::new();
        if let Some(discovery) = &mut self.discovery {
            for (&region, ids) in discovery.unasked.iter_mut().filter(|(_, ids)| ids.len() >= at_least) {
                let whole = if at_least > 1 { ids.len() / at_least * at_least } else { ids.len() };
                ready.push((region, ids.drain(..whole).collect()));
            }
        }
        for (region, ids) in ready {
            let name = self.region(region);
            for chunk in ids.chunks(100) {
                let Ok(instance_ids) = Ids::new(chunk.iter().cloned()) else { continue };
                let call = DescribeCloudAssistantStatus { instance_ids }.into_call(&name);
                self.discover(CallPurpose::Assistants, call);
            }
            for chunk in ids.chunks(roles_per_call) {
                let Ok(instance_ids) = Ids::new(chunk.iter().cloned()) else { continue };
                let call = DescribeInstanceRamRole { instance_ids }.into_call(&name);
                self.discover(CallPurpose::Roles { ids: chunk.to_vec() }, call);
            }
        }
    }

    /// The instances are known: ask for their disks, and for what else was not asked yet.
    fn ask_details(&mut self) {
        if let Err(error) = self.selection_allowed() {
            self.end_with(error);
            return;
        }
        let mut by_region: BTreeMap<u16, Vec<String>> = BTreeMap::new();
        if let Some(discovery) = &mut self.discovery {
            discovery.stage = Step::Details;
            // All are found: what their list took in advance is a good part of the memory of a large run.
            discovery.found.shrink_to_fit();
            for found in &discovery.found {
                by_region.entry(found.region).or_default().push(found.facts.instance_id.clone());
            }
        }
        let list_from = pacing::LIST_DISKS_FROM;
        for (region, ids) in by_region {
            let filters = if ids.len() >= list_from {
                vec![DiskFilter::Region]
            } else {
                ids.iter().filter_map(|id| Filled::new(id.as_str()).ok()).map(DiskFilter::Instance).collect()
            };
            for filter in filters {
                let listing = self.new_listing();
                self.list_disks(region, filter, listing, None);
            }
        }
        self.ask_about_the_found(1);
    }

    /// Whether the selection may be worked on at all.
    fn selection_allowed(&self) -> Result<(), Error> {
        let Some(discovery) = &self.discovery else { return Ok(()) };
        let count = discovery.found.len();
        if count == 0 {
            return Err(Error::new(ErrorKind::Input, &runs::NOTHING_SELECTED));
        }
        if let Some(expect) = self.setup.job.targets.expect {
            let (min, max) = (expect.min.unwrap_or(0), expect.max.unwrap_or(u32::MAX));
            if count < min as usize || count > max as usize {
                return Err(Error::new(ErrorKind::Input, &runs::SELECTION_OUT_OF_BOUNDS)
                    .with("count", count.to_string())
                    .with("min", min.to_string())
                    .with("max", if max == u32::MAX { "-".to_owned() } else { max.to_string() }));
            }
        }
        if let Some(last) = self.setup.last_selection.as_ref().filter(|_| !self.setup.fewer) {
            let least = u64::from(last.count) * u64::from(100 - limits::SELECTION_SHRINKS_BY.value);
            if (count as u64) * 100 < least {
                return Err(Error::new(ErrorKind::Rejected, &runs::SELECTION_SHRANK)
                    .with("count", count.to_string())
                    .with("last", last.count.to_string())
                    .with("run", last.run_id.clone()));
            }
        }
        if let Some(own) = self.setup.own_instance.as_deref().filter(|_| !self.setup.include_self)
            && discovery.by_id.contains_key(own)
        {
            return Err(Error::new(ErrorKind::Rejected, &runs::OWN_INSTANCE).with("instance", own));
        }
        Ok(())
    }

    pub(super) fn discovery_failed(&mut self, purpose: &CallPurpose, failure: &Failure) {
        if let Some(discovery) = &mut self.discovery {
            let missing = discovery.missing(purpose);
            *missing = missing.saturating_sub(1);
            match purpose {
                // Without the instances there is nothing to do.
                CallPurpose::Instances { .. } => {}
                CallPurpose::Disks { region, filter, .. } => {
                    discovery.disks_refused(*region, filter);
                    return;
                }
                // The facts stay unknown, which counts against success where it matters.
                CallPurpose::Assistants | CallPurpose::Roles { .. } => return,
            }
        }
        self.end_with(failure.to_error());
    }
}
