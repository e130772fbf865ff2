//! Lists the estate: whose account, then instances, disks and groups of each region in pages, then single snapshots.

use std::collections::BTreeMap;

use super::{AttachedDisk, Estate, Group, Instance, Member, RegionEstate};
use crate::base::http::{HttpReply, TransportFailure};
use crate::base::time::Time;
use crate::diagnostics::error::Error;
use crate::ecs::api::requests::{
    DescribeDisks, DescribeInstances, DescribeSnapshotGroups, DescribeSnapshots, DiskFilter, Filled, GetCallerIdentity,
    GroupFilter, Ids, InstanceFilter, SnapshotFilter,
};
use crate::ecs::api::{ApiCall, replies};
use crate::ecs::listing::{Listing, Page};
use crate::ecs::reading::{Next, ReadScheduler};
use crate::ecs::reply::{self, Failure};
use crate::ecs::tags;
use crate::run::verdict::SnapshotState;
use crate::run::verdict::observed::{both, evidence, instance_of, level, state_of};

/// Snapshots in one DescribeSnapshots, groups in one DescribeSnapshotGroups (docs/sources/api.md 4.13,
/// docs/sources/api.md 4.14).
const SNAPSHOTS_PER_QUERY: usize = 100;
const GROUPS_PER_QUERY: usize = 10;

/// What is listed.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Instances, disks and groups.
    Everything,
    /// Groups, and disks for the snapshots they were made from.
    Groups,
}

/// What a question is about; the number is that of the region.
#[derive(Clone, Debug)]
enum PendingQuery {
    Identity,
    Instances(usize),
    Disks(usize),
    Groups(usize),
    /// Groups that were asked for by their id.
    GroupsAgain(usize, Vec<String>),
    Snapshots(usize),
}

/// Reads an estate. Drive it with [`EstateReader::poll`] and [`EstateReader::handle`] until it says [`Next::Done`]; ask for
/// single snapshots and drive on, as often as needed.
#[derive(Debug)]
pub struct EstateReader {
    reading: ReadScheduler<PendingQuery>,
    found: Found,
    error: Option<Error>,
}

#[derive(Debug)]
struct Found {
    scope: Scope,
    account_id: String,
    as_of: Option<Time>,
    regions: Vec<RegionEstate>,
    /// Disks by instance: they may be listed before it is.
    disks: Vec<BTreeMap<String, Vec<AttachedDisk>>>,
    /// Listings by region and operation, whether they are whole.
    listings: BTreeMap<(usize, &'static str), Listing>,
}

impl EstateReader {
    /// A reader of some regions. The regions must not be empty.
    pub fn new(regions: &[String], scope: Scope, seed: u64) -> Self {
        let mut reading = ReadScheduler::new(seed);
        let home = regions.first().map_or("", String::as_str);
        reading.ask(PendingQuery::Identity, GetCallerIdentity.into_call(home));
        let known = |region: &String| RegionEstate { region: region.clone(), ..RegionEstate::default() };
        let found = Found {
            scope,
            account_id: String::new(),
            as_of: None,
            regions: regions.iter().map(known).collect(),
            disks: vec![BTreeMap::new(); regions.len()],
            listings: BTreeMap::new(),
        };
        Self { reading, found, error: None }
    }

    /// What to do next.
    pub fn poll(&mut self, now: Time) -> Next {
        self.reading.poll(now)
    }

    /// Takes in what became of a call.
    pub fn handle(&mut self, now: Time, call_id: u64, result: Result<HttpReply, TransportFailure>) {
        let Self { reading, found, error } = self;
        let given_up = reading.handle(now, call_id, result, |query, call, reply| found.take(now, query, call, reply));
        let Some((query, failure)) = given_up else { return };
        let failure = failure.to_error();
        let (region, place): (usize, fn(&mut RegionEstate) -> &mut Option<Error>) = match query {
            PendingQuery::Identity => {
                error.get_or_insert(failure);
                return;
            }
            PendingQuery::Instances(region) => (region, |region| &mut region.unread.instances),
            PendingQuery::Disks(region) => (region, |region| &mut region.unread.disks),
            PendingQuery::Groups(region) | PendingQuery::GroupsAgain(region, _) => {
                (region, |region| &mut region.unread.groups)
            }
            PendingQuery::Snapshots(region) => (region, |region| &mut region.unread.snapshots),
        };
        if let Some(region) = found.regions.get_mut(region) {
            place(region).get_or_insert(failure);
        }
    }

    /// Asks for snapshots by their ids: their own state, tags and usage.
    pub fn look_at_snapshots(&mut self, region: &str, snapshots: &[String]) {
        let Some(index) = self.found.index_of(region) else { return };
        for chunk in snapshots.chunks(SNAPSHOTS_PER_QUERY) {
            if let Ok(ids) = Ids::new(chunk.iter().cloned()) {
                let call = DescribeSnapshots { filter: SnapshotFilter::Ids(ids), next_token: None };
                self.reading.ask(PendingQuery::Snapshots(index), call.into_call(region));
            }
        }
    }

    /// Asks again for groups by their ids. Those that are no longer there are forgotten.
    pub fn look_at_groups(&mut self, region: &str, groups: &[String]) {
        let Some(index) = self.found.index_of(region) else { return };
        for chunk in groups.chunks(GROUPS_PER_QUERY) {
            if let Ok(ids) = Ids::new(chunk.iter().cloned()) {
                let call = DescribeSnapshotGroups { filter: GroupFilter::Ids(ids), next_token: None };
                self.reading.ask(PendingQuery::GroupsAgain(index, chunk.to_vec()), call.into_call(region));
            }
        }
    }

    /// What was read so far.
    ///
    /// # Errors
    ///
    /// Why the account could not be told: then nothing was listed.
    pub fn estate(&self) -> Result<Estate, Error> {
        if let Some(error) = &self.error {
            return Err(error.clone());
        }
        let mut regions = self.found.regions.clone();
        for (region, disks) in regions.iter_mut().zip(&self.found.disks) {
            for (owner, disks) in disks {
                if let Some(instance) = region.instances.get_mut(owner) {
                    instance.disks.clone_from(disks);
                }
            }
        }
        Ok(Estate {
            account_id: self.found.account_id.clone(),
            as_of: self.found.as_of.unwrap_or_default(),
            calls: self.reading.calls_sent(),
            regions,
        })
    }
}

impl Found {
    fn index_of(&self, region: &str) -> Option<usize> {
        self.regions.iter().position(|known| known.region == region)
    }

    /// Reads a reply, and gives the questions it leads to.
    fn take(
        &mut self,
        now: Time,
        query: &PendingQuery,
        call: &ApiCall,
        reply: &HttpReply,
    ) -> Result<Vec<(PendingQuery, ApiCall)>, Failure> {
        let operation = call.operation;
        let turn;
        let next_token;
        match *query {
            PendingQuery::Identity => {
                let identity = reply::parse::<replies::GetCallerIdentity>(operation, reply)?;
                self.account_id = identity.account_id;
                // Ages are told by the service's own clock.
                self.as_of = Some(reply.header("date").and_then(Time::parse_http_date).unwrap_or(now));
                return Ok(self.listings());
            }
            PendingQuery::Instances(region) => {
                let page = reply::parse::<replies::DescribeInstances<'_>>(operation, reply)?;
                let ids = page.instances.iter().map(|instance| &*instance.instance_id);
                turn = self.page((region, operation.name()), ids, page.total_count, page.next_token.as_deref());
                next_token = page.next_token.clone();
                let Some(region) = self.regions.get_mut(region) else { return Ok(Vec::new()) };
                for instance in page.instances {
                    let tags = instance.tags.into_iter().map(|tag| (tag.key.into_owned(), tag.value.into_owned()));
                    let known = Instance {
                        name: instance.instance_name.unwrap_or_default(),
                        status: instance.status,
                        tags: tags.collect(),
                        disks: Vec::new(),
                    };
                    region.instances.insert(instance.instance_id, known);
                }
            }
            PendingQuery::Disks(region) => {
                let page = reply::parse::<replies::DescribeDisks>(operation, reply)?;
                let ids = page.disks.iter().map(|disk| &*disk.disk_id);
                turn = self.page((region, operation.name()), ids, page.total_count, page.next_token.as_deref());
                next_token = page.next_token.clone();
                self.take_disks(region, page.disks);
            }
            PendingQuery::Groups(region) => {
                let page = reply::parse::<replies::DescribeSnapshotGroups<'_>>(operation, reply)?;
                let ids = page.groups.iter().map(|group| &*group.snapshot_group_id);
                turn = self.page((region, operation.name()), ids, None, page.next_token.as_deref());
                next_token = page.next_token.clone();
                let Some(region) = self.regions.get_mut(region) else { return Ok(Vec::new()) };
                for group in &page.groups {
                    // Pages may overlap while groups are made: the later look counts.
                    region.groups.insert(group.snapshot_group_id.to_string(), group_of(group));
                }
            }
            PendingQuery::GroupsAgain(region, ref asked) => {
                let page = reply::parse::<replies::DescribeSnapshotGroups<'_>>(operation, reply)?;
                let Some(region) = self.regions.get_mut(region) else { return Ok(Vec::new()) };
                for id in asked {
                    region.groups.remove(id);
                }
                for group in page.groups.iter().filter(|group| asked.iter().any(|id| *id == *group.snapshot_group_id)) {
                    region.groups.insert(group.snapshot_group_id.to_string(), group_of(group));
                }
                return Ok(Vec::new());
            }
            PendingQuery::Snapshots(region) => {
                let page = reply::parse::<replies::DescribeSnapshots<'_>>(operation, reply)?;
                self.take_snapshots(region, &page.snapshots);
                return Ok(Vec::new());
            }
        }
        match turn {
            Page::Whole => Ok(Vec::new()),
            Page::More => {
                let token = next_token.and_then(|token| Filled::new(token).ok());
                Ok(listing(query, &call.region, token).into_iter().collect())
            }
            Page::Anew => Ok(listing(query, &call.region, None).into_iter().collect()),
            Page::Incomplete => Err(reply::incomplete_listing(operation, reply)),
            Page::Endless => Err(reply::endless_pages(operation, reply)),
        }
    }

    fn page<'i>(
        &mut self,
        which: (usize, &'static str),
        ids: impl Iterator<Item = &'i str>,
        total: Option<i64>,
        next_token: Option<&str>,
    ) -> Page {
        self.listings.entry(which).or_default().page(ids, total, next_token)
    }

    /// The first page of everything.
    fn listings(&self) -> Vec<(PendingQuery, ApiCall)> {
        let mut asked = Vec::new();
        for (index, region) in self.regions.iter().enumerate() {
            let name = region.region.as_str();
            if self.scope == Scope::Everything {
                asked.extend(listing(&PendingQuery::Instances(index), name, None));
            }
            asked.extend(listing(&PendingQuery::Disks(index), name, None));
            asked.extend(listing(&PendingQuery::Groups(index), name, None));
        }
        asked
    }

    fn take_disks(&mut self, region: usize, disks: Vec<replies::Disk>) {
        for disk in disks {
            if let (Some(source), Some(region)) = (&disk.source_snapshot_id, self.regions.get_mut(region)) {
                region.sources_of_disks.insert(source.clone());
            }
            let Some(known) = self.disks.get_mut(region) else { return };
            for owner in disk.attached_to() {
                let disks = known.entry(owner.to_owned()).or_default();
                // Pages may overlap while disks come and go.
                if !disks.iter().any(|known| known.disk_id == disk.disk_id) {
                    let there = disk.attachments.iter().find(|at| at.instance_id.as_deref() == Some(owner));
                    let device = disk.device.clone().or_else(|| there.and_then(|at| at.device.clone()));
                    disks.push(AttachedDisk { disk_id: disk.disk_id.clone(), device, category: disk.category.clone() });
                }
            }
        }
    }

    fn take_snapshots(&mut self, region: usize, snapshots: &[replies::Snapshot<'_>]) {
        let Some(region) = self.regions.get_mut(region) else { return };
        let seen: BTreeMap<&str, &replies::Snapshot<'_>> =
            snapshots.iter().map(|snapshot| (&*snapshot.snapshot_id, snapshot)).collect();
        for group in region.groups.values_mut() {
            for member in &mut group.members {
                let Some(snapshot) = seen.get(&*member.evidence.snapshot_id) else { continue };
                let known = &mut member.evidence;
                (known.level, known.both_tags) = both((known.level, known.both_tags), level(snapshot));
                if snapshot.status.is_some() {
                    known.status = state_of(snapshot.status.as_deref());
                }
                member.asked = true;
                member.usage = snapshot.usage.as_deref().map(str::to_owned);
                member.run = member.run.take().or_else(|| tag(&snapshot.tags, tags::RUN));
                group.on_hold |= tag(&snapshot.tags, tags::HOLD).is_some();
            }
        }
    }
}

fn listing(query: &PendingQuery, region: &str, next_token: Option<Filled>) -> Option<(PendingQuery, ApiCall)> {
    let call = match query {
        PendingQuery::Instances(_) => {
            DescribeInstances { filter: InstanceFilter::Region, next_token }.into_call(region)
        }
        PendingQuery::Disks(_) => DescribeDisks { filter: DiskFilter::Region, next_token }.into_call(region),
        PendingQuery::Groups(_) => DescribeSnapshotGroups { filter: GroupFilter::Region, next_token }.into_call(region),
        PendingQuery::Identity | PendingQuery::GroupsAgain(..) | PendingQuery::Snapshots(_) => return None,
    };
    Some((query.clone(), call))
}

/// A group as a listing shows it.
pub(crate) fn group_of(group: &replies::SnapshotGroup<'_>) -> Group {
    let shown = evidence(group);
    let members = shown.snapshots.into_iter().zip(&group.snapshots).map(|(evidence, snapshot)| Member {
        evidence,
        run: tag(&snapshot.tags, tags::RUN),
        asked: false,
        usage: None,
    });
    Group {
        group_id: group.snapshot_group_id.to_string(),
        instance_id: instance_of(group).map(str::to_owned),
        name: group.name.as_deref().unwrap_or_default().to_owned(),
        status: shown.status,
        created_at: shown.created_at,
        on_hold: std::iter::once(&group.tags)
            .chain(group.snapshots.iter().map(|snapshot| &snapshot.tags))
            .any(|tags| tag(tags, tags::HOLD).is_some()),
        members: members.collect(),
    }
}

fn tag(tags: &[replies::Tag<'_>], key: &str) -> Option<String> {
    tags.iter().find(|tag| tag.key.eq_ignore_ascii_case(key)).map(|tag| tag.value.to_string())
}

/// Whether a snapshot must be asked for by itself: its group shows no level, or not its state.
pub(crate) fn is_unclear(member: &Member) -> bool {
    !member.asked
        && (member.evidence.level == crate::Consistency::Crash || member.evidence.status != SnapshotState::Accomplished)
}
