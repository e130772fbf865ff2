//! The state of a run: nothing but the fold of its events. It decides nothing.

use base16ct::lower::encode_string;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::mem;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest as _, Sha256};

use super::event::{Event, Goal, Numbered, Phase, PlannedCommand, Purpose, StopReason};
use super::records::{CallRecord, Counts, Invocation, Release, Stage, Target, TargetIndex};
use crate::base::time::Time;
use crate::diagnostics::finding::Finding;
use crate::diagnostics::messages::verdicts as rows;
use crate::ecs::api::ApiCall;
use crate::input::job::Job;
use crate::plugin::witness::WitnessScripts;
use crate::run::verdict::GroupLookup;

mod fields;
mod outcomes;
pub use fields::StateFields;
use outcomes::SetBack;

/// The service takes no signature whose time differs by more from its own.
const UNKNOWN_SKEW: Duration = Duration::from_secs(900);

/// The state. It is read through [`StateFields`]; [`State::apply`] alone changes it, but for what this process finds out before
/// its plan.
#[derive(Clone, Debug)]
pub struct State {
    fields: StateFields,
    pub(in crate::run::session) set_back: SetBack,
    /// Whether the record of quiesce scripts is read after a command.
    quiesced: bool,
    scripts_on_linux: bool,
    freezes_linux: bool,
    /// How many of the regions the job names; the others were found.
    given_regions: usize,
    index: BTreeMap<Arc<str>, TargetIndex>,
    /// The instance of the last event that was about one.
    recent: TargetIndex,
}

impl Deref for State {
    type Target = StateFields;

    fn deref(&self) -> &StateFields {
        &self.fields
    }
}

impl State {
    /// The state before the first event.
    pub fn new(job: &Job) -> Self {
        Self {
            fields: StateFields {
                run_id: String::new(),
                goal: Goal::Plan,
                started_at: Time::EPOCH,
                last_at: Time::EPOCH,
                last_seq: 0,
                account_id: None,
                caller_arn: None,
                phase: Phase::Identity,
                checked_at: None,
                regions: job.regions.clone(),
                commands: Vec::new(),
                targets: Vec::new(),
                calls: BTreeMap::new(),
                last_call: 0,
                invocations: Vec::new(),
                plan_hash: None,
                group_name: String::new(),
                startable: 0,
                ids_per_call: crate::catalog::pacing::IDS_PER_CALL,
                new_plugins: BTreeSet::new(),
                stopped: None,
                clock_offset_millis: 0,
                throttled: 0,
                calls_sent: 0,
                error: None,
                error_kind: None,
                left_open: Vec::new(),
                counts: Counts::default(),
                required: job.required_consistency,
                uploads: job
                    .linux
                    .uploads()
                    .map(|(path, content)| (path.to_owned(), encode_string(&Sha256::digest(content))))
                    .collect(),
            },
            given_regions: job.regions.len(),
            set_back: SetBack::default(),
            quiesced: WitnessScripts::of(job).is_some(),
            freezes_linux: job.linux.freeze_file_systems != Some(false),
            scripts_on_linux: job.linux.pre_script_path.is_some() || job.linux.post_script_path.is_some(),
            index: BTreeMap::new(),
            recent: TargetIndex::MAX,
        }
    }

    /// A run that is taken up before its plan begins with everything again: what an earlier process had found, and the
    /// numbers of the commands it had written, do not count any more.
    fn begin_anew(&mut self) {
        let Self { fields: before, given_regions, quiesced, scripts_on_linux, freezes_linux, .. } = self;
        let mut regions = mem::take(&mut before.regions);
        regions.truncate(*given_regions);
        let fresh = Self::new(&Job::default());
        let fields = StateFields {
            regions,
            last_seq: before.last_seq,
            last_at: before.last_at,
            required: before.required,
            uploads: mem::take(&mut before.uploads),
            left_open: mem::take(&mut before.left_open),
            ..fresh.fields
        };
        *self = Self {
            fields,
            given_regions: *given_regions,
            scripts_on_linux: *scripts_on_linux,
            quiesced: *quiesced,
            freezes_linux: *freezes_linux,
            ..fresh
        };
    }

    /// A region that was found beside those of the job, before the plan.
    pub(super) fn region_found(&mut self, region: String) {
        self.fields.regions.push(region);
    }

    /// The service took only so many instances in one call, before the plan.
    pub(super) fn ids_per_call_reduced(&mut self, to: usize) {
        self.fields.ids_per_call = self.fields.ids_per_call.min(to);
    }

    /// What this process goes on for.
    pub(super) fn goes_on_for(&mut self, goal: Goal) {
        self.fields.goal = goal;
    }

    /// The index of an instance.
    pub fn find(&self, instance: &str) -> Option<TargetIndex> {
        self.find_after(self.recent, instance)
    }

    /// The same, for one who has just met another: what is asked for together mostly comes in one order, and looking at the
    /// next instance first is ten times as fast as looking among all.
    pub(super) fn find_after(&self, recent: TargetIndex, instance: &str) -> Option<TargetIndex> {
        let next = recent.wrapping_add(1);
        if self.target(next).is_some_and(|target| *target.id == *instance) {
            return Some(next);
        }
        self.index.get(instance).copied()
    }

    /// The index of the instance an event is about.
    fn index_of(&mut self, instance: &str) -> Option<TargetIndex> {
        self.recent = self.find(instance)?;
        Some(self.recent)
    }

    /// An instance.
    pub fn target(&self, index: TargetIndex) -> Option<&Target> {
        self.fields.targets.get(index as usize)
    }

    /// The command an instance gets or got.
    pub fn command_of(&self, target: &Target) -> Option<&PlannedCommand> {
        self.fields.commands.get(target.command? as usize)
    }

    /// Takes one event in. An event about something unknown changes nothing: an old journal never breaks a new reader.
    pub fn apply(&mut self, numbered: &Numbered) {
        let at = numbered.at;
        self.fields.last_seq = numbered.seq;
        self.fields.last_at = self.fields.last_at.max(at);
        match &numbered.event {
            Event::RunStarted { run_id, goal, .. } => {
                self.begin_anew();
                self.fields.run_id.clone_from(run_id);
                self.fields.goal = *goal;
                self.fields.started_at = at;
            }
            Event::LeftOpen { guests } => self.fields.left_open.clone_from(guests),
            Event::CallerIdentified { account_id, arn } => {
                self.fields.account_id = Some(account_id.clone());
                self.fields.caller_arn = Some(arn.clone());
            }
            Event::PhaseEntered { phase } => {
                self.fields.phase = *phase;
                if *phase == Phase::Check {
                    self.fields.checked_at = Some(at);
                }
            }
            Event::DisksLearnt { instance, expected_disks } => {
                if let Some(target) =
                    self.index_of(instance).and_then(|index| self.fields.targets.get_mut(index as usize))
                {
                    target.expected = Arc::clone(expected_disks);
                }
            }
            Event::CommandWritten { planned, .. } => self.fields.commands.push(planned.clone()),
            Event::InstanceChecked { .. } => self.add_target(&numbered.event),
            Event::PlanMade { hash, group_name, eligible, .. } => {
                self.fields.startable = *eligible;
                self.fields.plan_hash = Some(hash.clone());
                self.fields.group_name.clone_from(group_name);
            }
            Event::CallIntended { call, purpose, instances, request, service_at } => {
                self.intend((at, *service_at), *call, *purpose, instances, request);
                if let Some(record) = self.fields.calls.get_mut(call) {
                    record.service_at = *service_at;
                    record.last_sent_at = *service_at;
                }
            }
            Event::CallAccepted { call, invoke_id, adopted, .. } => {
                self.accept(at, *call, invoke_id.as_deref(), *adopted);
            }
            Event::CallRejected { call, failure } => self.reject(*call, failure.code.as_deref().unwrap_or("-")),
            Event::CallRepeated { call, service_at, .. } => {
                if let Some(record) = call.and_then(|call| self.fields.calls.get_mut(&call)) {
                    record.repeated = true;
                    record.last_sent_at = *service_at;
                    let (targets, purpose) = (record.targets.clone(), record.purpose);
                    if purpose == Purpose::Run {
                        self.started(&targets, at);
                    }
                }
            }
            Event::CallInDoubt { call, .. } => {
                if let Some(record) = self.fields.calls.get_mut(call) {
                    record.in_doubt = true;
                }
            }
            Event::CallLost { call } => self.lose(at, *call),
            Event::NotStarted { instance, why } => {
                if let Some(index) = self.index_of(instance) {
                    let started_before = self.target(index).is_some_and(|target| target.outcome.is_some());
                    // Who was not free did not fail.
                    let not_free =
                        [&rows::NOT_STARTED_STOPPED, &rows::CLAIMED, &rows::GUEST_STILL_HELD, &rows::PLUGIN_IN_FLIGHT];
                    if !not_free.contains(&why.row) && !started_before {
                        self.fields.counts.failures += 1;
                    }
                    self.set_aside(index, why.clone());
                }
            }
            Event::RoleAttached { instance, failed } => self.role_attached(at, instance, failed.as_deref()),
            Event::ScriptsUploaded { instance, failed } => self.scripts_uploaded(instance, failed.as_ref()),
            Event::CommandFinished { instance, outcome } => self.command_finished(at, instance, outcome),
            Event::WitnessRead { instance, witness } => self.witness_read(instance, witness),
            Event::ResultOverdue { instance } => self.result_overdue(instance),
            Event::ResultGone { instance, .. } => self.result_gone(at, instance),
            Event::ResultAskedAgain { instance } => self.ask_again(instance),
            Event::RetryScheduled { instance, not_before, .. } => {
                if let Some(index) = self.index_of(instance) {
                    // The outcome stays until the next start is taken: it is the verdict if that never comes.
                    if let Some(target) = self.fields.targets.get_mut(index as usize) {
                        target.look = Some(Arc::new(GroupLookup::Nothing));
                    }
                    self.set_stage(index, Stage::Waiting { not_before: *not_before });
                }
            }
            Event::StartPostponed { instance, not_before, .. } => {
                if let Some(index) = self.index_of(instance) {
                    self.set_stage(index, Stage::Waiting { not_before: *not_before });
                }
            }
            Event::PluginsOverlapped { instance, invocation, run } => self.overlapped(instance, invocation, run),
            Event::GroupLooked { instance, look } => self.group_looked(instance, look),
            Event::GuestReleased { instance, by, note } => {
                let release = Release { at, by: by.clone(), note: note.clone() };
                if let Some(target) =
                    self.index_of(instance).and_then(|index| self.fields.targets.get_mut(index as usize))
                    && target.release().is_none()
                {
                    target.released_while_held = target.is_held();
                    target.released = Some(Box::new(release));
                }
            }
            Event::SnapshotsTagged { instances, failed } => self.snapshots_tagged(instances, failed.as_deref()),
            Event::StartsStopped { why } => self.stop(why),
            Event::ClockCorrected { offset_millis } => self.correct_clock(*offset_millis),
            Event::Throttled { .. } => self.fields.throttled += 1,
            Event::PluginIsNew { version, .. } => {
                self.fields.new_plugins.insert(version.clone());
            }
            Event::RunEnded { calls, error, error_kind } => {
                self.fields.error_kind = *error_kind;
                if error.is_none() {
                    self.conclude_unlooked();
                }
                self.fields.calls_sent += calls;
                self.fields.error.clone_from(error);
                self.fields.phase = Phase::Ended;
            }
        }
    }

    fn add_target(&mut self, event: &Event) {
        let Event::InstanceChecked {
            instance,
            name,
            region,
            platform,
            predicted,
            why,
            findings,
            expected_disks,
            excluded_disks,
            agent_version,
            spread,
            needs_role,
            needs_upload,
            command,
            set_aside,
        } = event
        else {
            return;
        };
        let Ok(index) = TargetIndex::try_from(self.fields.targets.len()) else { return };
        let Entry::Vacant(place) = self.index.entry(Arc::clone(instance)) else { return };
        place.insert(index);
        let region = self.fields.regions.iter().position(|known| known == region).unwrap_or_else(|| {
            self.fields.regions.push(region.clone());
            self.fields.regions.len() - 1
        });
        let stage = if set_aside.is_some() { Stage::SetAside } else { Stage::Waiting { not_before: Time::EPOCH } };
        if set_aside.is_some() {
            self.fields.counts.done += 1;
        } else {
            self.fields.counts.waiting += 1;
        }
        self.fields.targets.push(Target {
            id: Arc::clone(instance),
            name: name.as_str().into(),
            region: u16::try_from(region).unwrap_or(u16::MAX),
            platform: *platform,
            predicted: *predicted,
            predicted_why: Arc::clone(why),
            findings: Arc::clone(findings),
            expected: Arc::clone(expected_disks),
            excluded: excluded_disks.clone().into_boxed_slice(),
            agent_version: agent_version.as_deref().map(Into::into),
            spread: spread.as_deref().map(Into::into),
            needs_role: *needs_role,
            role_planned: *needs_role,
            needs_upload: *needs_upload,
            role_attached_at: None,
            command: *command,
            stage,
            starts: 0,
            first_sent: None,
            ended: None,
            invocation: None,
            started_at: None,
            lost: false,
            start_adopted: false,
            start_repeated: false,
            overlapped: None,
            overdue: false,
            outcome: None,
            witness: None,
            look: None,
            tagged: false,
            not_run: set_aside.as_ref().map(|finding| Box::new(finding.clone())),
            released: None,
            released_while_held: false,
            verdict: None,
        });
    }

    fn intend(
        &mut self,
        (at, service_at): (Time, Option<Time>),
        call: u64,
        purpose: Purpose,
        instances: &[Arc<str>],
        request: &ApiCall,
    ) {
        let targets: Vec<TargetIndex> = instances.iter().filter_map(|id| self.index_of(id)).collect();
        self.fields.last_call = self.fields.last_call.max(call);
        // Journals of versions before 0.2 tell only our own time, which may differ from the service's by as much as it takes.
        let sent = service_at.unwrap_or_else(|| self.by_service(at).minus(UNKNOWN_SKEW));
        if purpose == Purpose::Run {
            for &index in &targets {
                self.set_stage(index, Stage::Starting { call });
                if let Some(target) = self.fields.targets.get_mut(index as usize) {
                    target.starts = target.starts.saturating_add(1);
                    target.first_sent.get_or_insert(sent);
                    target.started_at = Some(at);
                }
            }
        }
        let record = CallRecord {
            purpose,
            targets,
            request: Some(Box::new(request.clone())),
            intended_at: at,
            service_at: None,
            last_sent_at: None,
            in_doubt: false,
            repeated: false,
        };
        self.fields.calls.insert(call, record);
    }

    /// What was sent once more may only now be carried out: whatever counts from a start counts from its latest time.
    fn started(&mut self, targets: &[TargetIndex], at: Time) {
        for &index in targets {
            if let Some(target) = self.fields.targets.get_mut(index as usize) {
                target.started_at = Some(at);
            }
        }
    }

    fn accept(&mut self, at: Time, call: u64, invoke_id: Option<&str>, adopted: bool) {
        let Some(record) = self.fields.calls.remove(&call) else { return };
        let Some(invoke_id) = invoke_id else { return };
        let Ok(invocation) = u32::try_from(self.fields.invocations.len()) else { return };
        let first = record.targets.first().and_then(|&index| self.target(index));
        let region = first.map_or(0, |target| target.region);
        let timeout_seconds =
            first.and_then(|target| self.command_of(target)).map_or(60, |command| command.timeout_seconds);
        if !adopted {
            self.started(&record.targets, at);
        }
        for &index in &record.targets {
            self.forget_earlier_start(index);
            if let Some(target) = self.fields.targets.get_mut(index as usize) {
                target.invocation = Some(invocation);
                target.start_adopted = adopted;
                target.start_repeated = record.repeated;
            }
            self.set_stage(index, Stage::Running { invocation });
        }
        self.fields.invocations.push(Invocation {
            invoke_id: invoke_id.into(),
            region,
            open: record.targets,
            accepted_at: at,
            timeout_seconds,
        });
    }

    fn reject(&mut self, call: u64, code: &str) {
        let Some(record) = self.fields.calls.remove(&call) else { return };
        if record.purpose != Purpose::Run {
            return;
        }
        if code == "InstanceIds.ExceedLimit" {
            self.fields.ids_per_call = crate::catalog::pacing::IDS_PER_CALL_REDUCED;
        }
        // They wait again; what follows (a half, or being set aside) is the session's decision and another event.
        for &index in &record.targets {
            if let Some(target) = self.fields.targets.get_mut(index as usize) {
                target.starts = target.starts.saturating_sub(1);
                target.started_at = None;
                if target.starts == 0 {
                    target.first_sent = None;
                }
            }
            self.set_stage(index, Stage::Waiting { not_before: Time::EPOCH });
        }
    }

    fn lose(&mut self, at: Time, call: u64) {
        let Some(record) = self.fields.calls.remove(&call) else { return };
        if record.purpose != Purpose::Run {
            return;
        }
        for &index in &record.targets {
            self.forget_earlier_start(index);
            if let Some(target) = self.fields.targets.get_mut(index as usize) {
                target.lost = true;
            }
            self.end_command(index, at);
        }
    }

    fn role_attached(&mut self, at: Time, instance: &str, failed: Option<&str>) {
        let Some(index) = self.index_of(instance) else { return };
        if let Some(target) = self.fields.targets.get_mut(index as usize) {
            target.needs_role = false;
            match failed {
                None => target.role_attached_at = Some(at),
                Some(code) => {
                    target.not_run = Some(Box::new(Finding::new(&rows::ROLE_NOT_ATTACHED, "").with("code", code)));
                }
            }
        }
        if failed.is_some() {
            self.fields.counts.failures += 1;
            self.set_stage(index, Stage::SetAside);
        }
    }

    fn scripts_uploaded(&mut self, instance: &str, failed: Option<&Finding>) {
        let Some(index) = self.index_of(instance) else { return };
        if let Some(target) = self.fields.targets.get_mut(index as usize) {
            target.needs_upload = false;
            target.not_run = failed.map(|finding| Box::new(finding.clone()));
        }
        if failed.is_some() {
            self.fields.counts.failures += 1;
            self.set_stage(index, Stage::SetAside);
        }
    }

    /// A time of ours by the service's clock.
    pub(in crate::run::session) fn by_service(&self, at: Time) -> Time {
        Time::from_millis(at.millis().saturating_add(self.fields.clock_offset_millis))
    }

    fn stop(&mut self, why: &StopReason) {
        if self.fields.stopped.is_none() {
            self.fields.stopped = Some(why.clone());
        }
        for index in 0..self.fields.targets.len() {
            let waiting = matches!(self.fields.targets.get(index), Some(Target { stage: Stage::Waiting { .. }, .. }));
            if waiting {
                let reason = Finding::new(&rows::NOT_STARTED_STOPPED, "").with("reason", why.name());
                self.set_aside(TargetIndex::try_from(index).unwrap_or(TargetIndex::MAX), reason);
            }
        }
    }

    fn forget_earlier_start(&mut self, index: TargetIndex) {
        if let Some(target) = self.fields.targets.get_mut(index as usize) {
            target.overdue = false;
            target.outcome = None;
            target.witness = None;
            target.look = None;
        }
    }

    fn set_aside(&mut self, index: TargetIndex, reason: Finding) {
        if self.target(index).is_some_and(|target| target.outcome.is_some()) {
            // It was started before and waited to be tried once more: what came of that stands.
            self.conclude(index);
            return;
        }
        if let Some(target) = self.fields.targets.get_mut(index as usize) {
            target.not_run = Some(Box::new(reason));
        }
        self.set_stage(index, Stage::SetAside);
    }

    /// Moves an instance and keeps the counters right.
    fn set_stage(&mut self, index: TargetIndex, stage: Stage) {
        let Some(target) = self.fields.targets.get_mut(index as usize) else { return };
        let counts = &mut self.fields.counts;
        match target.stage {
            Stage::Waiting { .. } => counts.waiting = counts.waiting.saturating_sub(1),
            Stage::Starting { .. } | Stage::Running { .. } => {
                counts.in_flight = counts.in_flight.saturating_sub(1);
                counts.unread = counts.unread.saturating_sub(1);
            }
            Stage::Looking => counts.in_flight = counts.in_flight.saturating_sub(1),
            Stage::SetAside | Stage::Done => counts.done = counts.done.saturating_sub(1),
        }
        match stage {
            Stage::Waiting { .. } => counts.waiting += 1,
            Stage::Starting { .. } | Stage::Running { .. } => {
                counts.in_flight += 1;
                counts.unread += 1;
            }
            Stage::Looking => counts.in_flight += 1,
            Stage::SetAside | Stage::Done => counts.done += 1,
        }
        target.stage = stage;
    }
}
