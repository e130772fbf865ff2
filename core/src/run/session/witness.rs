//! The record of the quiesce scripts, read after the command of an instance has ended and before its group is looked at: the
//! same read-only command for all, a hundred a call, its answers taken from the listing of the invocation.
//!
//! Reading changes nothing in the guest, so it is asked like a question: no intent of it is journalled, and a call that may
//! have been carried out is simply repeated, with its token. What was read is journalled; what could not be read says nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Session;
use super::event::{Event, Goal, StopReason};
use super::records::{Stage, Target, TargetIndex};
use super::shown::Shown;
use super::start::token;
use crate::base::http::HttpReply;
use crate::base::time::Time;
use crate::catalog::api_errors::Scope;
use crate::catalog::pacing;
use crate::catalog::witness::RecordDefect;
use crate::ecs::api::requests::{CommandType, DescribeInvocations, Filled, Ids, InvocationFilter, RunCommand, Tags};
use crate::ecs::api::{ApiCall, Operation, replies};
use crate::ecs::reply::{self, Failure};
use crate::ecs::tags;
use crate::input::job::Job;
use crate::plugin::output::{ContentEncoding, Outcome, decode};
use crate::plugin::witness::{Ran, RecordSummary, WitnessRead, WitnessScripts, judge, look, parse};
use crate::run::verdict::WitnessEvidence;

/// What a call asks for.
#[derive(Clone, Debug)]
pub(super) enum CallPurpose {
    /// Start the read.
    Start { region: u16, targets: Vec<TargetIndex> },
    /// Have the guests answered?
    Answers { read: usize },
}

/// Reads of records.
#[derive(Debug, Default)]
pub(super) struct Witnesses {
    /// Whose record is asked for, and with which command; `None` for a job without `linux.quiesce`.
    asked: Option<(WitnessScripts, String)>,
    /// Instances whose record is not read yet.
    pending: BTreeSet<TargetIndex>,
    /// Of these, those that no call has taken yet, by region.
    waiting: BTreeMap<u16, Vec<TargetIndex>>,
    reads: Vec<Read>,
    /// When each read is looked at next.
    looks: BTreeSet<(Time, usize)>,
}

/// One invocation.
#[derive(Debug)]
struct Read {
    region: u16,
    invoke_id: String,
    open: BTreeSet<TargetIndex>,
    started_at: Time,
}

impl Witnesses {
    pub(super) fn of(job: &Job) -> Self {
        let asked = job.linux.quiesce.as_ref().zip(WitnessScripts::of(job)).map(|(quiesce, scripts)| {
            let command = look::command(&scripts.name, &quiesce.state_folders());
            (scripts, command)
        });
        Self { asked, ..Self::default() }
    }

    pub(super) fn is_idle(&self) -> bool {
        self.pending.is_empty()
    }

    pub(super) fn next_wake(&self) -> Time {
        self.looks.first().map_or(Time::FAR_FUTURE, |(at, _)| *at)
    }
}

impl Session {
    /// The command of an instance has ended: its record is read where there may be one, then its group is looked for.
    pub(super) fn after_end(&mut self, index: TargetIndex) {
        if self.state.awaits_witness(index) {
            self.ask_witness(index);
        } else {
            self.watch_group(index);
        }
    }

    fn ask_witness(&mut self, index: TargetIndex) {
        let Some(region) = self.state.target(index).map(|target| target.region) else { return };
        if self.witnesses.pending.insert(index) {
            self.witnesses.waiting.entry(region).or_default().push(index);
        }
    }

    /// A later look asks again for what could not be read. True if it does: the group is looked for afterwards.
    pub(super) fn asks_witness_again(&mut self, index: TargetIndex) -> bool {
        let unread = self.state.target(index).and_then(|target| target.witness.as_deref());
        let unread = unread.is_some_and(|witness| witness.reason == Some(RecordDefect::Unread));
        let wants = self.state.awaits_witness(index) || (unread && self.witnesses.asked.is_some());
        if wants {
            self.ask_witness(index);
        }
        wants
    }

    /// Whether the guest of an instance whose command has ended may be held, as far as it is known by now. What a record may
    /// still take back does not count yet; nothing is started meanwhile.
    pub(super) fn counts_as_held(&self, index: TargetIndex) -> bool {
        let Some(target) = self.state.target(index) else { return false };
        target.may_be_held() && !self.state.awaits_witness(index)
    }

    /// Whether nothing may be started before a record was read: the guest may be held, or the record takes that back.
    pub(super) fn awaits_witness(&self) -> bool {
        let held = |index: &TargetIndex| self.state.target(*index).is_some_and(Target::may_be_held);
        self.witnesses.pending.iter().any(held)
    }

    /// Starts reads, and looks at those whose time has come.
    pub(super) fn drive_witnesses(&mut self) {
        let size = self.state.ids_per_call.max(1);
        for (region, targets) in std::mem::take(&mut self.witnesses.waiting) {
            for chunk in targets.chunks(size) {
                self.start_read(region, chunk.to_vec());
            }
        }
        while let Some(&(at, read)) = self.witnesses.looks.first().filter(|(at, _)| *at <= self.now) {
            self.witnesses.looks.remove(&(at, read));
            let Some(known) = self.witnesses.reads.get(read) else { continue };
            let region = self.region(known.region);
            let Ok(invoke_id) = Filled::new(known.invoke_id.clone()) else { continue };
            let filter = InvocationFilter::Invocation { invoke_id, include_output: true };
            let call = DescribeInvocations { filter, next_token: None }.into_call(&region);
            self.read(super::CallPurpose::Witness(CallPurpose::Answers { read }), call);
        }
    }

    fn start_read(&mut self, region: u16, targets: Vec<TargetIndex>) {
        match self.read_call(region, &targets) {
            Some(call) => self.read(super::CallPurpose::Witness(CallPurpose::Start { region, targets }), call),
            None => targets.into_iter().for_each(|index| self.witness_read(index, WitnessEvidence::unread("-"))),
        }
    }

    fn read_call(&self, region: u16, targets: &[TargetIndex]) -> Option<ApiCall> {
        let (_, content) = self.witnesses.asked.as_ref()?;
        let (run, ids) = (self.setup.run_id.clone(), self.ids_of(targets));
        let token = token(&format!("{run}-witness"), self.next_call, content, &ids);
        let request = RunCommand {
            command_type: CommandType::RunShellScript,
            command_content: Filled::new(content.clone()).ok()?,
            instance_ids: Ids::new(ids).ok()?,
            timeout_seconds: pacing::PROBE_TIMEOUT,
            client_token: Filled::new(token).ok()?,
            tags: Tags::new([(tags::PROBE, run)]).ok(),
        };
        Some(request.into_call(&self.region(region)))
    }

    /// An answer of the service has come.
    pub(super) fn witness_answered(&mut self, purpose: &CallPurpose, reply: &HttpReply) -> Result<(), Failure> {
        match purpose {
            CallPurpose::Start { region, targets } => {
                let taken = reply::parse::<replies::RunCommand>(Operation::RunCommand, reply)?;
                let first = self.now.plus(pacing::WITNESS_FIRST);
                let (region, open) = (*region, targets.iter().copied().collect());
                self.witnesses.looks.insert((first, self.witnesses.reads.len()));
                let invoke_id = taken.invoke_id;
                self.witnesses.reads.push(Read { region, invoke_id, open, started_at: self.now });
                Ok(())
            }
            &CallPurpose::Answers { read } => self.answers_listed(read, reply),
        }
    }

    fn answers_listed(&mut self, read: usize, reply: &HttpReply) -> Result<(), Failure> {
        let page = reply::parse::<replies::DescribeInvocations<'_>>(Operation::DescribeInvocations, reply)?;
        let Some(known) = self.witnesses.reads.get_mut(read) else { return Ok(()) };
        let shown = Shown::of(&page, &known.invoke_id);
        let mut told: Vec<(TargetIndex, Outcome, String)> = Vec::new();
        for &index in &known.open {
            let Some(target) = self.state.target(index) else { continue };
            let Some(result) = shown.as_ref().and_then(|shown| shown.result(&target.id)) else { continue };
            let outcome = decode(result, ContentEncoding::Base64);
            if outcome.finished {
                told.push((index, outcome, result.output.clone().into_owned()));
            }
        }
        known.open.retain(|index| !told.iter().any(|(answered, ..)| answered == index));
        let waited = self.now.since(known.started_at).as_secs();
        let mut late = BTreeSet::new();
        if waited > u64::from(pacing::PROBE_TIMEOUT).saturating_add(pacing::RESULT_GRACE.as_secs()) {
            late = std::mem::take(&mut known.open);
        } else if !known.open.is_empty() {
            let pause = (waited * 7 / 10).clamp(pacing::WITNESS_FIRST.as_secs(), pacing::POLL_LONGEST.as_secs());
            self.witnesses.looks.insert((self.now.plus_seconds(pause), read));
        }
        for (index, outcome, output) in told {
            let witness = self.judged(index, &outcome, &output);
            self.witness_read(index, witness);
        }
        for index in late {
            self.witness_read(index, WitnessEvidence::unread("NoResultInTime"));
        }
        Ok(())
    }

    /// What an answer shows about the command of an instance.
    fn judged(&self, index: TargetIndex, read: &Outcome, output: &str) -> WitnessEvidence {
        let ran = self.state.target(index).and_then(|target| target.outcome.as_deref());
        let (Some((scripts, _)), Some(ran)) = (&self.witnesses.asked, ran) else {
            return WitnessEvidence::unread("-");
        };
        if !read.ended_with_zero() {
            let code = if read.error_code.is_empty() { &*read.invocation_status } else { &*read.error_code };
            return WitnessEvidence::unread(code);
        }
        let text = STANDARD.decode(output.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let told = match look::read(&text.unwrap_or_default()) {
            Ok(told) => told,
            Err(unread) => return WitnessEvidence::none(unread, None),
        };
        let record = match told.record.as_deref().map_err(|none| *none).and_then(parse) {
            Ok(record) => record,
            Err(none) => return WitnessEvidence::none(none, None),
        };
        let seen = WitnessRead {
            boot_id: told.boot_id.clone(),
            uptime_seconds: told.uptime_seconds,
            started_at: read.started_at,
            finished_at: read.finished_at,
            mounts: told.mounts,
        };
        let expected = self.state.target(index).map(|target| Arc::clone(&target.expected)).unwrap_or_default();
        let ran = Ran { started_at: ran.started_at, finished_at: ran.finished_at };
        let summary = RecordSummary::of(&record);
        match judge(&record, scripts, &seen, ran, expected.iter().map(|disk| &*disk.disk_id)) {
            Ok(shown) => WitnessEvidence::of(shown, summary),
            Err(none) => WitnessEvidence::none(none, Some(summary)),
        }
    }

    /// A call could not be had. A batch that one instance spoils is halved; what stays out says nothing.
    pub(super) fn witness_failed(&mut self, purpose: CallPurpose, failure: &Failure) {
        let targets = match purpose {
            CallPurpose::Start { region, mut targets } => {
                let too_many = failure.name() == "InstanceIds.ExceedLimit";
                if targets.len() > 1 && (too_many || failure.scope == Scope::Instance) {
                    let behind = targets.split_off(targets.len() / 2);
                    self.start_read(region, targets);
                    self.start_read(region, behind);
                    return;
                }
                targets
            }
            CallPurpose::Answers { read } => {
                let known = self.witnesses.reads.get_mut(read);
                known.map(|known| std::mem::take(&mut known.open)).unwrap_or_default().into_iter().collect()
            }
        };
        for index in targets {
            self.witness_read(index, WitnessEvidence::unread(failure.name()));
        }
    }

    /// What the record of an instance told stands: from here on its group is looked for.
    fn witness_read(&mut self, index: TargetIndex, witness: WitnessEvidence) {
        if !self.witnesses.pending.remove(&index) {
            return;
        }
        let Some(instance) = self.state.target(index).map(|target| Arc::clone(&target.id)) else { return };
        self.emit(Event::WitnessRead { instance: Arc::clone(&instance), witness: Arc::new(witness) });
        if self.counts_as_held(index) && self.setup.goal == Goal::Run {
            self.stop_starts(StopReason::Held { instance: instance.to_string() });
        }
        let looking = self.state.target(index).is_some_and(|target| target.stage == Stage::Looking);
        if looking && self.setup.goal == Goal::Run {
            self.watch_group(index);
        } else {
            self.watch_again(index);
        }
    }
}
