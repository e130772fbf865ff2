//! The account: its instances, disks, groups and snapshots.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use consnap_core::Time;

use crate::guest::{LeftRecord, Plan};
use crate::scenario::{InstanceSpec, PastGroup, Scenario};
use crate::service::FixedState;

mod group;
pub(crate) mod ids;

pub(crate) use group::{Group, MemberStatus, Tags};

/// Most disks of one instance; they share the number space of made-up disk ids.
const DISKS_PER_INSTANCE: u64 = 256;

/// All there is.
#[derive(Clone, Debug, Default)]
pub(crate) struct World {
    pub(crate) instances: Vec<Instance>,
    by_id: HashMap<Arc<str>, u32, FixedState>,
    given_disks: HashMap<Arc<str>, (u32, u32), FixedState>,
    /// In the order they were ordered; a group appears when its time has come.
    pub(crate) groups: Vec<Group>,
    /// Tags put by `TagResources`, by resource id.
    pub(crate) extra_tags: BTreeMap<String, Vec<(String, String)>>,
    snapshots: u64,
}

/// An instance.
#[derive(Clone, Debug)]
pub(crate) struct Instance {
    pub(crate) id: Arc<str>,
    pub(crate) name: Arc<str>,
    pub(crate) spec: Arc<InstanceSpec>,
    pub(crate) role: Option<AttachedRole>,
    /// What happened to it; most instances of a large account see nothing.
    pub(crate) past: Option<Box<Past>>,
}

/// The role of an instance.
#[derive(Clone, Debug)]
pub(crate) struct AttachedRole {
    pub(crate) name: Arc<str>,
    /// From when the guest sees it.
    pub(crate) seen_from: Time,
}

/// What happened to an instance.
#[derive(Clone, Debug, Default)]
pub(crate) struct Past {
    /// Commands delivered or tried.
    pub(crate) commands: u32,
    /// Starts of the plug-in.
    pub(crate) started: u32,
    /// Positions in [`World::groups`].
    pub(crate) groups: Vec<u32>,
    /// When the guest was held: application locked or file systems frozen.
    pub(crate) holds: Vec<Hold>,
    /// The last command.
    pub(crate) last_invoked: Time,
    /// Until when the last command runs.
    pub(crate) busy_until: Time,
    /// The exit code of the plug-in's last run, even when nobody was told.
    pub(crate) last_exit: Option<i64>,
    /// What consnap's quiesce scripts left at their last run.
    pub(crate) record: Option<Box<LeftRecord>>,
}

/// A time during which a guest is held.
#[derive(Copy, Clone, Debug)]
pub(crate) struct Hold {
    pub(crate) from: Time,
    /// [`Time::FAR_FUTURE`] when it never ends by itself.
    pub(crate) until: Time,
}

impl World {
    /// The account of a scenario. Of two instances with the same id the first counts.
    pub(crate) fn new(scenario: &Scenario) -> Self {
        let fleet_size: usize = scenario.fleets.iter().map(|fleet| fleet.count as usize).sum();
        let mut world = Self::default();
        world.instances.reserve(fleet_size + scenario.instances.len());
        for spec in &scenario.instances {
            world.add(&spec.id, spec.name.as_str().into(), Arc::new(spec.clone()));
        }
        for fleet in &scenario.fleets {
            let spec = Arc::new(fleet.template.clone());
            let width = fleet.count.to_string().len();
            for number in 1..=fleet.count {
                let id = fleet.id(number);
                let name = spec.name.replace("{n}", &format!("{number:0width$}"));
                world.add(&id, name.into(), Arc::clone(&spec));
            }
        }
        world
    }

    fn add(&mut self, id: &str, name: Arc<str>, spec: Arc<InstanceSpec>) {
        let Ok(number) = u32::try_from(self.instances.len()) else { return };
        if self.by_id.contains_key(id) {
            return;
        }
        let id: Arc<str> = id.into();
        self.by_id.insert(Arc::clone(&id), number);
        for (disk, position) in spec.disks.iter().zip(0u32..) {
            if !disk.id.is_empty() {
                self.given_disks.insert(disk.id.as_str().into(), (number, position));
            }
        }
        let role = spec.role.as_deref().map(|name| AttachedRole { name: name.into(), seen_from: Time::EPOCH });
        self.instances.push(Instance { id, name, spec, role, past: None });
    }

    /// The position of an instance.
    pub(crate) fn find(&self, id: &str) -> Option<u32> {
        self.by_id.get(id).copied()
    }

    /// An instance by its position.
    pub(crate) fn instance(&self, position: u32) -> Option<&Instance> {
        self.instances.get(position as usize)
    }

    /// An instance by its position, to change it.
    pub(crate) fn instance_mut(&mut self, position: u32) -> Option<&mut Instance> {
        self.instances.get_mut(position as usize)
    }

    /// The id of an instance's disk: the one given, else a made-up one.
    pub(crate) fn disk_id(&self, instance: u32, position: usize) -> String {
        let given = self.instance(instance).and_then(|instance| instance.spec.disks.get(position));
        match given {
            Some(disk) if !disk.id.is_empty() => disk.id.clone(),
            _ => ids::write(ids::Kind::Disk, u64::from(instance) * DISKS_PER_INSTANCE + position as u64),
        }
    }

    /// Instance and position of a disk.
    pub(crate) fn find_disk(&self, id: &str) -> Option<(u32, usize)> {
        if let Some((instance, position)) = self.given_disks.get(id) {
            return Some((*instance, *position as usize));
        }
        let number = ids::read(ids::Kind::Disk, id)?;
        let instance = u32::try_from(number / DISKS_PER_INSTANCE).ok()?;
        let position = usize::try_from(number % DISKS_PER_INSTANCE).ok()?;
        let disk = self.instance(instance)?.spec.disks.get(position)?;
        disk.id.is_empty().then_some((instance, position))
    }

    /// Takes in a group that will be made, and gives its position.
    pub(crate) fn add_group(&mut self, mut group: Group) -> Option<u32> {
        let position = u32::try_from(self.groups.len()).ok()?;
        group.first_snapshot = self.snapshots;
        self.snapshots += group.members.len() as u64;
        if let Some(instance) = self.instance_mut(group.instance) {
            instance.past.get_or_insert_default().groups.push(position);
        }
        self.groups.push(group);
        Some(position)
    }

    /// Undoes what was planned for a command that was stopped before it started.
    pub(crate) fn cancel_start(&mut self, instance: u32, plan: Option<&Plan>, group: Option<u32>) {
        if let Some(past) = self.instance_mut(instance).and_then(|instance| instance.past.as_mut()) {
            past.started = past.started.saturating_sub(u32::from(plan.is_some_and(|plan| plan.starts)));
            if plan.is_some_and(|plan| plan.hold.is_some()) {
                past.holds.pop();
            }
            past.last_exit = None;
            past.record = None;
            past.groups.retain(|position| Some(*position) != group);
        }
        if let Some(group) = group.and_then(|position| self.groups.get_mut(position as usize)) {
            group.created_at = Time::FAR_FUTURE;
            group.visible_from = Time::FAR_FUTURE;
        }
    }

    /// Makes the groups that were there before the first request.
    pub(crate) fn plant(&mut self, groups: &[PastGroup], begin: Time) {
        for given in groups {
            let beginning = given.instance.strip_suffix('*');
            let means = |id: &str| beginning.map_or(id == given.instance, |beginning| id.starts_with(beginning));
            let owners: Vec<u32> = match beginning {
                None => self.find(&given.instance).into_iter().collect(),
                Some(_) => (0u32..)
                    .zip(&self.instances)
                    .filter_map(|(position, instance)| means(&instance.id).then_some(position))
                    .collect(),
            };
            for owner in owners {
                let disks: Vec<u16> = self
                    .instance(owner)
                    .map(|instance| {
                        (0u16..)
                            .zip(&instance.spec.disks)
                            .filter_map(|(position, disk)| disk.has_snapshots().then_some(position))
                            .collect()
                    })
                    .unwrap_or_default();
                let Some(position) = self.add_group(Group::past(given, owner, &disks, begin)) else { return };
                let first = self.groups.get(position as usize).map_or(0, |group| group.first_snapshot);
                let count = self.groups.get(position as usize).map_or(0, |group| group.members.len() as u64);
                for number in first..first + count {
                    for (key, value) in &given.tags {
                        let id = ids::write(ids::Kind::Snapshot, number);
                        self.extra_tags.entry(id).or_default().push((key.clone(), value.clone()));
                    }
                }
            }
        }
    }

    /// Deletes the members of a group of which no image was made, and the group when none is left. Gives each member's
    /// number and whether it is gone.
    pub(crate) fn delete_group(&mut self, position: u32) -> Vec<(u64, bool)> {
        let Some(group) = self.groups.get_mut(position as usize) else { return Vec::new() };
        let mut outcome = Vec::new();
        for (member, number) in (0..group.members.len()).zip(group.first_snapshot..) {
            if group.has_member(member) {
                let goes = !group.usage_of(member).is_held_by_image();
                outcome.push((number, goes));
                if let (true, Ok(member)) = (goes, u16::try_from(member)) {
                    group.deleted.push(member);
                }
            }
        }
        if outcome.iter().all(|(_, gone)| *gone) {
            group.visible_from = Time::FAR_FUTURE;
            let owner = group.instance;
            if let Some(past) = self.instance_mut(owner).and_then(|instance| instance.past.as_mut()) {
                past.groups.retain(|known| *known != position);
            }
        }
        outcome
    }

    /// A group by its id.
    pub(crate) fn find_group(&self, id: &str) -> Option<u32> {
        let number = ids::read(ids::Kind::Group, id)?;
        u32::try_from(number).ok().filter(|number| (*number as usize) < self.groups.len())
    }

    /// Group and member position of a snapshot.
    pub(crate) fn find_snapshot(&self, id: &str) -> Option<(u32, usize)> {
        let number = ids::read(ids::Kind::Snapshot, id)?;
        let after = self.groups.partition_point(|group| group.first_snapshot <= number);
        // Groups without members share their first number with the next one: the last of them is meant.
        let position = after.checked_sub(1)?;
        let group = self.groups.get(position)?;
        let member = usize::try_from(number.checked_sub(group.first_snapshot)?).ok()?;
        (member < group.members.len()).then_some((u32::try_from(position).ok()?, member))
    }
}
