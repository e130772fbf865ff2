//! What really happened in the guests, for comparison with what a client concluded.

use std::time::Duration;

use consnap_core::{Consistency, Time};
use serde::Serialize;

use crate::service::Simulator;
use crate::world::{Group, Instance, MemberStatus, ids};

/// What really happened on an instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InstanceTruth {
    /// `i-...`.
    pub instance_id: String,
    /// Commands that reached the service for it.
    pub commands: u32,
    /// Starts of the plug-in.
    pub started: u32,
    /// Groups made, the oldest first.
    pub groups: Vec<GroupTruth>,
    /// The level of the last group: its weakest expected disk, by the tags that were put. Expected is every attached disk
    /// that snapshots can be made of, less the one excluded. [`Consistency::None`] without a group,
    /// [`Consistency::Unknown`] while the group is in progress and for contradicting tags.
    pub level: Consistency,
    /// Whether the guest is held now: application locked or file systems frozen.
    pub held: bool,
    /// Milliseconds the guest was held, over all runs that ended.
    pub held_millis: u64,
    /// The exit code of the plug-in's last run, even when nobody was told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i64>,
}

/// A group that really exists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GroupTruth {
    /// `ssg-...`.
    pub group_id: String,
    /// Its name.
    pub name: String,
    /// When it was made.
    pub created_at: Time,
    /// `progressing`, `accomplished` or `failed`.
    pub status: &'static str,
    /// Its weakest expected disk.
    pub level: Consistency,
    /// Member snapshots.
    pub snapshots: usize,
}

/// A plug-in that really ran in a guest, or runs there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PluginRun {
    /// `i-...`.
    pub instance_id: String,
    /// The tag `consnap:run` of its invocation.
    pub run: Option<String>,
    /// When it began.
    pub from: Time,
    /// When it ends, whether anybody is told or not.
    pub until: Time,
    /// From and until when it holds the guest: [`Time::FAR_FUTURE`] when that never ends by itself.
    pub hold: Option<(Time, Time)>,
}

impl Simulator {
    /// Every plug-in that ran, the newest first, of invocations that the service still knows.
    pub fn plugin_runs(&self) -> Vec<PluginRun> {
        let mut runs = Vec::new();
        for invocation in self.history.newest_first() {
            let run = invocation.tags.iter().find(|(key, _)| key == "consnap:run").map(|(_, value)| value.clone());
            for task in &invocation.tasks {
                let (Some(from), Some(plan)) = (task.started_at, task.plan.as_deref().filter(|plan| plan.starts))
                else {
                    continue;
                };
                let Some(instance) = self.world.instance(task.instance) else { continue };
                let after = |millis: u32| from.plus(Duration::from_millis(u64::from(millis)));
                let hold = plan.hold.map(|(begin, end)| (after(begin), end.map_or(Time::FAR_FUTURE, after)));
                let (instance_id, until) = (instance.id.as_ref().to_owned(), after(plan.shell_ends));
                runs.push(PluginRun { instance_id, run: run.clone(), from, until, hold });
            }
        }
        runs
    }

    /// What really happened on every instance, in the order of the scenario, as of the last request.
    pub fn truth(&self) -> Vec<InstanceTruth> {
        self.truth_at(self.now)
    }

    /// The same as of a time on the service's clock, so that runs nobody asks about any more can come to their end.
    pub fn truth_at(&self, now: Time) -> Vec<InstanceTruth> {
        self.world.instances.iter().map(|instance| self.truth_of(instance, now)).collect()
    }

    /// What really happened on one instance as of the last request.
    pub fn truth_of_instance(&self, instance_id: &str) -> Option<InstanceTruth> {
        let instance = self.world.instance(self.world.find(instance_id)?)?;
        Some(self.truth_of(instance, self.now))
    }

    fn truth_of(&self, instance: &Instance, now: Time) -> InstanceTruth {
        let mut truth = InstanceTruth {
            instance_id: instance.id.as_ref().to_owned(),
            commands: 0,
            started: 0,
            groups: Vec::new(),
            level: Consistency::None,
            held: false,
            held_millis: 0,
            exit_code: None,
        };
        let Some(past) = &instance.past else { return truth };
        truth.commands = past.commands;
        truth.started = past.started;
        truth.exit_code = past.last_exit;
        truth.groups = past
            .groups
            .iter()
            .filter_map(|position| Some((*position, self.world.groups.get(*position as usize)?)))
            .filter(|(_, group)| group.created_at <= now)
            .map(|(position, group)| group_truth(position, group, now))
            .collect();
        truth.level = truth.groups.last().map_or(Consistency::None, |group| group.level);
        for hold in &past.holds {
            truth.held |= hold.from <= now && now < hold.until;
            if hold.until <= now {
                let millis = u64::try_from(hold.until.since(hold.from).as_millis()).unwrap_or(u64::MAX);
                truth.held_millis = truth.held_millis.saturating_add(millis);
            }
        }
        truth
    }
}

fn group_truth(position: u32, group: &Group, now: Time) -> GroupTruth {
    let status: MemberStatus = group.status(now);
    GroupTruth {
        group_id: ids::write(ids::Kind::Group, u64::from(position)),
        name: group.name.as_ref().to_owned(),
        created_at: group.created_at,
        status: status.name(),
        level: group.level(now),
        snapshots: group.members.len(),
    }
}
