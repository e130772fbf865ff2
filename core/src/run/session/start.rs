//! Starting: roles where asked, then commands in waves; and what becomes of the calls that write.

use base16ct::lower::encode_string;
use std::collections::BTreeMap;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::event::{Event, Phase, Purpose, StopReason};
use super::records::{OpenGuest, Stage, TargetIndex};
use super::{Holder, QueuedCall, Session};
use crate::base::consistency::Platform;
use crate::base::http::{HttpReply, Sent};
use crate::base::time::Time;
use crate::catalog::api_errors::{RetryClass, Scope};
use crate::catalog::pacing;
use crate::diagnostics::finding::Finding;
use crate::diagnostics::messages::verdicts as rows;
use crate::ecs::api::requests::{AttachInstanceRamRole, CommandType, Filled, Ids, RunCommand, Tags};
use crate::ecs::api::{Operation, replies};
use crate::ecs::reply::{self, Failure};
use crate::ecs::tags;
use crate::run::verdict::ResultKind;

impl Session {
    pub(super) fn drive_starts(&mut self) {
        if self.journal_broken || self.error.is_some() {
            return;
        }
        self.watch_limits();
        if self.state.stopped.is_some() {
            self.set_aside_stragglers();
            return;
        }
        if !self.knows_its_starts() || !self.no_rivals() {
            return;
        }
        self.set_aside_claimed();
        if self.attach_roles() || self.upload_scripts() || self.awaits_witness() {
            return;
        }
        if self.state.counts.waiting > 0 && self.state.phase < Phase::Run {
            self.emit(Event::PhaseEntered { phase: Phase::Run });
        }
        if !self.split_batches.is_empty() {
            let halves = self.split_batches.drain(..).collect();
            self.look_then_start(halves);
        }
        if !self.looks_before_start() {
            self.start_wave();
        }
    }

    /// Stops new starts when the job's limits say so.
    fn watch_limits(&mut self) {
        if self.state.stopped.is_some() {
            return;
        }
        if self.setup.no_start_after.is_some_and(|limit| self.now >= limit) && self.state.counts.waiting > 0 {
            self.stop_starts(StopReason::Deadline);
        } else if self.state.counts.failures > self.setup.job.run.max_errors.of(self.state.startable)
            && self.state.counts.waiting > 0
        {
            self.stop_starts(StopReason::Errors { failures: self.state.counts.failures });
        }
    }

    /// Instances that came back to waiting after the stop (a rejected batch).
    fn set_aside_stragglers(&mut self) {
        if self.state.counts.waiting == 0 {
            return;
        }
        let Some(reason) = self.state.stopped.as_ref().map(StopReason::name) else { return };
        let waiting: Vec<Arc<str>> = self
            .state
            .targets
            .iter()
            .filter(|target| matches!(target.stage, Stage::Waiting { .. }))
            .map(|target| Arc::clone(&target.id))
            .collect();
        for instance in waiting {
            let why = Finding::new(&rows::NOT_STARTED_STOPPED, "").with("reason", reason);
            self.emit(Event::NotStarted { instance, why });
        }
    }

    /// Sets aside what another process works on, and guests that may still be held.
    fn set_aside_claimed(&mut self) {
        let mut left_open = self.state.left_open.clone();
        for (instance, holder) in std::mem::take(&mut self.claimed) {
            let Some(index) = self.state.find(&instance) else { continue };
            if !self.state.target(index).is_some_and(|target| matches!(target.stage, Stage::Waiting { .. })) {
                continue;
            }
            self.waiting.retain(|&waiting| waiting != index);
            self.pauses.retain(|&(_, paused)| paused != index);
            let why = match holder {
                Holder::Process(run) => Finding::new(&rows::CLAIMED, "").with("run", run),
                Holder::Guest(run) => {
                    let region = self.state.target(index).map(|target| self.region(target.region)).unwrap_or_default();
                    left_open.push(OpenGuest {
                        run_id: run.clone(),
                        instance_id: instance.clone(),
                        region,
                        held: true,
                    });
                    Finding::new(&rows::GUEST_STILL_HELD, "").with("run", run).with("instance", instance.clone())
                }
            };
            self.emit(Event::NotStarted { instance: instance.into(), why });
        }
        if left_open.len() > self.state.left_open.len() {
            self.emit(Event::LeftOpen { guests: left_open });
        }
    }

    /// Attaches the role where that is asked and needed. True while that is under way.
    fn attach_roles(&mut self) -> bool {
        if self.attach_asked && !self.attaching {
            return false;
        }
        if !self.attach_asked {
            self.attach_asked = true;
            let mut groups: BTreeMap<(u16, String), Vec<TargetIndex>> = BTreeMap::new();
            for &index in &self.waiting {
                let Some(target) = self.state.target(index).filter(|target| target.needs_role) else { continue };
                let role = self.setup.job.instance_ram_role.clone();
                groups.entry((target.region, role)).or_default().push(index);
            }
            if !groups.is_empty() {
                self.emit(Event::PhaseEntered { phase: Phase::Attach });
            }
            for ((region, role), targets) in groups {
                // As many as one look can ask about afterwards.
                for chunk in targets.chunks(pacing::IDS_PER_ROLE_QUERY) {
                    let ids = self.ids_of(chunk);
                    let region = self.region(region);
                    self.write(Purpose::Attach, chunk, |_| {
                        let request = AttachInstanceRamRole {
                            ram_role_name: Filled::new(role.as_str()).ok()?,
                            instance_ids: Ids::new(ids).ok()?,
                        };
                        Some(request.into_call(&region))
                    });
                }
            }
        }
        self.attaching = self.state.calls.values().any(|record| record.purpose == Purpose::Attach);
        self.attaching
    }

    pub(super) fn ids_of(&self, targets: &[TargetIndex]) -> Vec<String> {
        targets.iter().filter_map(|&index| self.state.target(index)).map(|target| target.id.to_string()).collect()
    }

    /// Starts as many instances as the job allows now.
    fn start_wave(&mut self) {
        while let Some(&(at, index)) = self.pauses.first().filter(|(at, _)| *at <= self.now) {
            self.pauses.remove(&(at, index));
            self.waiting.push_back(index);
        }
        if self.waiting.is_empty() {
            return;
        }
        let run = &self.setup.job.run;
        let canary_size = run.canary;
        let max_in_flight = run.max_in_flight.max(1);
        if canary_size > 0 && !self.canary_chosen {
            self.canary_chosen = true;
            self.canary = self.take_waiting(canary_size);
            let canary = self.canary.clone();
            self.start_all(&canary);
            return;
        }
        if !self.canary.is_empty() {
            if !self.canary_passed() {
                self.retry_canary();
                return;
            }
            self.canary.clear();
        }
        let counts = self.state.counts;
        // The service forgets the oldest results when there are too many.
        let readable = pacing::UNREAD_RESULTS.saturating_sub(counts.unread);
        let free = max_in_flight.saturating_sub(counts.in_flight).min(readable);
        let left = u32::try_from(self.waiting.len()).unwrap_or(u32::MAX);
        // A slot at a time would mean a call for each instance.
        let several_calls = u32::try_from(self.state.ids_per_call.saturating_mul(5)).unwrap_or(u32::MAX);
        if counts.in_flight == 0 || free >= left.min(max_in_flight.div_ceil(2)).min(several_calls) {
            let wave = self.take_waiting(free);
            self.start_all(&wave);
        }
    }

    /// Whether every instance of the canary came out well. Stops the run when one did not.
    fn canary_passed(&mut self) -> bool {
        let mut bad = None;
        for &index in &self.canary {
            let Some(target) = self.state.target(index) else { continue };
            match target.stage {
                Stage::Done => {
                    if target.verdict.as_ref().is_none_or(|verdict| verdict.result != ResultKind::Ok) {
                        bad = Some(target.id.to_string());
                    }
                }
                Stage::SetAside => bad = Some(target.id.to_string()),
                _ => return false,
            }
        }
        if let Some(instance) = bad {
            self.stop_starts(StopReason::Canary { instance });
            return false;
        }
        true
    }

    /// A member of the canary that is tried once more is still the canary.
    fn retry_canary(&mut self) {
        let due: Vec<TargetIndex> = self
            .canary
            .iter()
            .copied()
            .filter(|&index| {
                let stage = self.state.target(index).map(|target| target.stage);
                matches!(stage, Some(Stage::Waiting { not_before }) if not_before <= self.now)
            })
            .collect();
        if !due.is_empty() {
            self.waiting.retain(|index| !due.contains(index));
            self.start_all(&due);
        }
    }

    /// The next instances whose turn it is; members of one cluster never together.
    fn take_waiting(&mut self, count: u32) -> Vec<TargetIndex> {
        let spread = self.setup.job.run.spread_by.is_some();
        let mut busy: std::collections::BTreeSet<Box<str>> = std::collections::BTreeSet::new();
        if spread {
            busy.extend(
                self.state
                    .targets
                    .iter()
                    .filter(|target| {
                        matches!(target.stage, Stage::Starting { .. } | Stage::Running { .. } | Stage::Looking)
                    })
                    .filter_map(|target| target.spread.clone()),
            );
        }
        let mut taken = Vec::new();
        let mut passed_over = Vec::new();
        while taken.len() < count as usize {
            let Some(index) = self.waiting.pop_front() else { break };
            let Some(target) = self.state.target(index) else { continue };
            let Stage::Waiting { not_before } = target.stage else { continue };
            if not_before > self.now {
                self.pauses.insert((not_before, index));
                continue;
            }
            if target.spread.as_ref().is_some_and(|value| busy.contains(value)) {
                passed_over.push(index);
                continue;
            }
            if let Some(value) = target.spread.clone().filter(|_| spread) {
                busy.insert(value);
            }
            taken.push(index);
        }
        for index in passed_over.into_iter().rev() {
            self.waiting.push_front(index);
        }
        taken
    }

    /// When an instance that pauses before another try may start.
    pub(super) fn next_start_wake(&self) -> Time {
        let pause = self.pauses.first().map_or(Time::FAR_FUTURE, |(at, _)| *at);
        match self.setup.no_start_after {
            Some(limit) if self.state.counts.waiting > 0 && limit > self.now => pause.min(limit),
            _ => pause,
        }
    }

    /// Starts instances: one call for those whose command is byte for byte the same, up to the service's limit.
    fn start_all(&mut self, targets: &[TargetIndex]) {
        let mut groups: BTreeMap<(u16, u32), Vec<TargetIndex>> = BTreeMap::new();
        for &index in targets {
            let Some(target) = self.state.target(index) else { continue };
            let Some(command) = target.command else { continue };
            groups.entry((target.region, command)).or_default().push(index);
        }
        let size = self.state.ids_per_call.max(1);
        let batches = groups.into_values().flat_map(|group| group.chunks(size).map(<[_]>::to_vec).collect::<Vec<_>>());
        self.look_then_start(batches.collect());
    }

    pub(super) fn start_batch(&mut self, targets: &[TargetIndex]) {
        let Some(first) = targets.first().and_then(|&index| self.state.target(index)) else { return };
        let Some(planned) = self.state.command_of(first).cloned() else { return };
        let region = self.region(first.region);
        let run = self.setup.run_id.clone();
        let job = self.job_hash.clone();
        let ids = self.ids_of(targets);
        self.write(Purpose::Run, targets, |call| {
            let command_type = match planned.platform {
                Platform::Linux => CommandType::RunShellScript,
                Platform::Windows => CommandType::RunBatScript,
            };
            let token = token(&run, call, &planned.command, &ids);
            let request = RunCommand {
                command_type,
                command_content: Filled::new(planned.command.as_str()).ok()?,
                instance_ids: Ids::new(ids).ok()?,
                timeout_seconds: planned.timeout_seconds,
                // The token is no other call's, in any run: by it the call is looked for.
                tags: Tags::new([(tags::RUN, run.clone()), (tags::CALL, token.clone()), (tags::JOB, job.clone())]).ok(),
                client_token: Filled::new(token).ok()?,
            };
            Some(request.into_call(&region))
        });
    }

    /// The service answered a writing call with success.
    pub(super) fn write_answered(&mut self, queued: &QueuedCall, reply: &HttpReply) -> Result<(), Failure> {
        let request_id = reply.header("x-acs-request-id").map(str::to_owned);
        match queued.call.operation {
            Operation::RunCommand => {
                let answer = reply::parse::<replies::RunCommand>(Operation::RunCommand, reply)?;
                self.accept_call(queued.id, answer.invoke_id, request_id, false);
            }
            Operation::SendFile => {
                let answer = reply::parse::<replies::SendFile>(Operation::SendFile, reply)?;
                let targets = self.state.calls.get(&queued.id).map(|record| record.targets.clone()).unwrap_or_default();
                self.emit(Event::CallAccepted { call: queued.id, invoke_id: None, request_id, adopted: false });
                self.file_sent(queued.id, &targets, answer.invoke_id);
            }
            Operation::TagResources => self.tagged(queued.id, request_id),
            Operation::AttachInstanceRamRole => {
                let answer = reply::parse::<replies::AttachInstanceRamRole>(Operation::AttachInstanceRamRole, reply)?;
                let targets = self.state.calls.get(&queued.id).map(|record| record.targets.clone()).unwrap_or_default();
                self.emit(Event::CallAccepted { call: queued.id, invoke_id: None, request_id, adopted: false });
                for instance in self.ids_of(&targets) {
                    let result = answer.results.iter().find(|result| result.instance_id.as_deref() == Some(&*instance));
                    let failed = match result {
                        Some(result) if result.success == Some(true) => None,
                        Some(result) => Some(result.code.clone().unwrap_or_else(|| "NoResult".to_owned())),
                        None => Some("NoResult".to_owned()),
                    };
                    self.role_result(instance, failed);
                }
            }
            _ => {}
        }
        Ok(())
    }

    pub(super) fn role_result(&mut self, instance: String, failed: Option<String>) {
        let index = self.state.find(&instance);
        if failed.is_some() {
            self.waiting.retain(|&waiting| Some(waiting) != index);
        }
        self.emit(Event::RoleAttached { instance: instance.into(), failed });
    }

    pub(super) fn accept_call(&mut self, call: u64, invoke_id: String, request_id: Option<String>, adopted: bool) {
        self.uncertain_calls.remove(&call);
        self.held_back.remove(&call);
        let before = self.state.invocations.len();
        let started = self.state.calls.get(&call).map_or(self.now, |record| record.intended_at);
        self.emit(Event::CallAccepted { call, invoke_id: Some(invoke_id), request_id, adopted });
        if self.state.invocations.len() > before
            && let Ok(invocation) = u32::try_from(before)
        {
            if let Some(record) = self.state.invocations.get(before) {
                self.look_after_start(record.region);
            }
            let first = started.plus_seconds(self.usual_run_seconds.max(pacing::POLL_FIRST.as_secs())).max(self.now);
            self.polls.insert((first, invocation));
            self.expect_results(invocation);
        }
    }

    /// A writing call failed, and the failure does not simply mean "slower".
    pub(super) fn write_failed(&mut self, queued: QueuedCall, failure: Failure) {
        let Some(record) = self.state.calls.get(&queued.id) else { return };
        if record.purpose == Purpose::Tag {
            self.tagging_failed(queued, failure);
            return;
        }
        let age = self.now.since(record.intended_at);
        let in_window = age < pacing::REPEAT_WINDOW;
        let answered_no = failure.sent == Sent::No
            || (failure.sent == Sent::Yes
                && matches!(failure.retry, RetryClass::Never | RetryClass::AfterPause | RetryClass::Throttled));
        let has_token = matches!(queued.call.operation, Operation::RunCommand | Operation::SendFile);
        let attempts_left = queued.attempt < pacing::WRITE_ATTEMPTS;
        let code = failure.name().to_owned();
        if queued.maybe_done && failure.sent != Sent::Maybe {
            // An earlier attempt may have been carried out, and the service looks at the token last of all
            // (docs/sources/feature.md 10.2): this "no" says nothing about that attempt.
            if failure.retry != RetryClass::Never && attempts_left && in_window {
                self.repeat(queued, &code, &failure);
            } else {
                self.mark_uncertain(queued.id, &code);
            }
            return;
        }
        let let_in = queued.maybe_done || failure.sent == Sent::Maybe;
        if !let_in && matches!(failure.retry, RetryClass::RefreshCredentials | RetryClass::SignAgain) {
            // Nothing happened: the service did not let the call in.
            if self.state.counts.in_flight > 0 && attempts_left && in_window {
                self.repeat(queued, &code, &failure);
            } else {
                self.reject_call(queued.id, failure);
            }
            return;
        }
        if answered_no && failure.sent == Sent::Yes && failure.retry == RetryClass::Never {
            self.reject_call(queued.id, failure);
        } else if answered_no {
            if attempts_left && in_window && self.state.stopped.is_none() {
                self.repeat(queued, &code, &failure);
            } else {
                self.reject_call(queued.id, failure);
            }
        } else if has_token && attempts_left && in_window {
            // It may have happened: the same bytes with the same token cannot happen twice.
            self.repeat(queued, &code, &failure);
        } else {
            self.mark_uncertain(queued.id, &code);
        }
    }

    pub(super) fn repeat(&mut self, queued: QueuedCall, code: &str, failure: &Failure) {
        let operation = queued.call.operation;
        let (call, attempt) = (Some(queued.id), queued.attempt + 1);
        if queued.maybe_done && operation == Operation::RunCommand {
            // Whether it is sent is decided when its turn comes.
            self.requeue(QueuedCall { repeat_code: Some(code.to_owned()), ..queued }, failure.retry_after);
            return;
        }
        self.emit(Event::CallRepeated { call, operation, code: code.to_owned(), attempt, service_at: None });
        self.requeue(queued, failure.retry_after);
    }

    /// An answered rejection: nothing of the call happened.
    pub(super) fn reject_call(&mut self, call: u64, failure: Failure) {
        let Some(record) = self.state.calls.get(&call) else { return };
        let (purpose, targets) = (record.purpose, record.targets.clone());
        if purpose == Purpose::Tag {
            self.tags_refused(call, failure);
            return;
        }
        let code = failure.name().to_owned();
        let scope = failure.scope;
        let never_started = self.state.invocations.is_empty() && self.state.counts.in_flight as usize <= targets.len();
        let (error, why) = (failure.to_error(), StopReason::of_failure(&failure));
        self.uncertain_calls.remove(&call);
        // Durable before the parts are intended: their intents come later in the journal.
        self.emit(Event::CallRejected { call, failure });
        let too_many = code == "InstanceIds.ExceedLimit" && targets.len() > 1;
        if purpose == Purpose::Upload {
            self.upload_refused(call, &targets, scope, too_many, &code);
            return;
        }
        if purpose == Purpose::Attach {
            for instance in self.ids_of(&targets) {
                self.role_result(instance, Some(code.clone()));
            }
            return;
        }
        if self.state.stopped.is_some() {
            self.set_aside_stragglers();
        } else if (scope == Scope::Instance || too_many) && targets.len() > 1 {
            let (left, right) = targets.split_at(targets.len() / 2);
            self.split_batches.push_back(left.to_vec());
            self.split_batches.push_back(right.to_vec());
        } else {
            for instance in self.ids_of(&targets) {
                let why = Finding::new(&rows::NOT_STARTED_REJECTED, "").with("code", code.clone());
                self.emit(Event::NotStarted { instance: instance.into(), why });
            }
            if scope == Scope::Account {
                self.stop_starts(why);
                if never_started && self.error.is_none() {
                    self.error = Some(error);
                }
            }
        }
    }
}

/// The same token with the same bytes is carried out once. Another call, or other bytes, is another token.
pub(super) fn token(run: &str, call: u64, command: &str, ids: &[String]) -> String {
    let mut hash = Sha256::new();
    for part in [run, &call.to_string(), command, &ids.join(",")] {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part.as_bytes());
    }
    let digest = encode_string(&hash.finalize());
    format!("consnap-{}", digest.get(..40).unwrap_or(&digest))
}
