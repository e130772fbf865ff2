//! Following commands that run, until each instance has a final result.

use std::sync::Arc;
use std::time::Duration;

use super::event::{Event, StopReason};
use super::records::TargetIndex;
use super::repeats::service_date;
use super::shown::Shown;
use super::{CallPurpose, Session};
use crate::base::consistency::Platform;
use crate::base::http::HttpReply;
use crate::base::time::Time;
use crate::catalog::codes::{Layer, Repeat};
use crate::catalog::{PLUGIN_VERSION, pacing};
use crate::ecs::api::requests::{DescribeInvocations, Filled, InvocationFilter};
use crate::ecs::api::{Operation, replies};
use crate::ecs::reply::{self, Failure};
use crate::plugin::output::{ContentEncoding, Outcome, decode};

impl Session {
    /// Looks at the invocations whose time has come.
    pub(super) fn drive_polls(&mut self) {
        while let Some(&(at, invocation)) = self.polls.first() {
            if at > self.now {
                break;
            }
            self.polls.pop_first();
            let Some(record) = self.state.invocations.get(invocation as usize) else { continue };
            if record.open.is_empty() {
                continue;
            }
            let Ok(invoke_id) = Filled::new(&*record.invoke_id) else { continue };
            let region = self.region(record.region);
            let filter = InvocationFilter::Invocation { invoke_id, include_output: true };
            self.read(
                CallPurpose::Poll { invocation },
                DescribeInvocations { filter, next_token: None }.into_call(&region),
            );
        }
    }

    /// An invocation's page has come.
    pub(super) fn polled(&mut self, invocation: u32, reply: &HttpReply) -> Result<(), Failure> {
        let page = reply::parse::<replies::DescribeInvocations<'_>>(Operation::DescribeInvocations, reply)?;
        let Some(record) = self.state.invocations.get(invocation as usize) else { return Ok(()) };
        let invoke_id = record.invoke_id.clone();
        let (open, region) = (record.open.clone(), record.region);
        let grace = record.accepted_at.plus(pacing::RESULT_GRACE);
        let shown = Shown::of(&page, &invoke_id);
        // By the service's clock, where it tells: ours may have been put right since it was taken, by another process.
        let created_at = shown.as_ref().and_then(|shown| shown.created_at);
        let limit = record.due_after();
        let overdue = match service_date(reply).zip(created_at) {
            Some((date, created_at)) => {
                let followed_since = record.accepted_at.max(self.began_at);
                date > created_at.plus(limit) || self.now > followed_since.plus(limit)
            }
            None => self.now > record.accepted_at.plus(limit),
        };
        let mut finished = Vec::new();
        for &index in &open {
            let Some(target) = self.state.target(index) else { continue };
            let Some(result) = shown.as_ref().and_then(|shown| shown.result(&target.id)) else { continue };
            let outcome = decode(result, ContentEncoding::Base64);
            if outcome.finished {
                finished.push((index, outcome));
            }
        }
        if finished.len() == open.len() {
            let longest = finished.iter().filter_map(|(_, outcome)| run_time(outcome)).max().unwrap_or_default();
            self.usual_run_seconds = longest.as_secs().saturating_add(1).min(pacing::POLL_LONGEST.as_secs());
        }
        // Whoever is at work there now, or was meanwhile, was so while these ran.
        let sent = self.first_sent(finished.iter().map(|(index, _)| *index));
        self.look_after_end(region, sent);
        for (index, outcome) in finished {
            self.finish(index, outcome);
        }
        // One that was taken and is no longer shown was pushed out by newer ones: it will not come back.
        if overdue || (shown.is_none() && self.now > grace) {
            let code = if shown.is_some() { "NoResultInTime" } else { "InvocationGone" };
            self.results_gone(invocation, code);
        }
        self.poll_again(invocation);
        Ok(())
    }

    fn poll_again(&mut self, invocation: u32) {
        let Some(record) = self.state.invocations.get(invocation as usize) else { return };
        if record.open.is_empty() {
            self.unread_results.forget(invocation);
            return;
        }
        // A look costs a call: the longer a command has run, the longer it may still run.
        let elapsed = self.now.since(record.accepted_at).as_secs_f64();
        let pause = (elapsed * 0.7).clamp(pacing::POLL_FIRST.as_secs() as f64, pacing::POLL_LONGEST.as_secs() as f64);
        self.polls.insert((self.now.plus(Duration::from_secs_f64(pause)), invocation));
        self.expect_results(invocation);
    }

    fn finish(&mut self, index: u32, outcome: Outcome) {
        let Some(target) = self.state.target(index) else { return };
        let instance = Arc::clone(&target.id);
        let held = outcome.held;
        let retry = self.may_retry(index, &outcome);
        let on_linux = target.platform == Some(Platform::Linux);
        let version = outcome.plugin_version.as_deref().filter(|version| on_linux && *version != PLUGIN_VERSION);
        let new = version.filter(|version| !self.state.new_plugins.contains(*version)).map(str::to_owned);
        if let Some(version) = new {
            self.emit(Event::PluginIsNew { instance: Arc::clone(&instance), version });
        }
        self.emit(Event::CommandFinished { instance: Arc::clone(&instance), outcome: Arc::new(outcome) });
        if held && self.counts_as_held(index) {
            self.stop_starts(StopReason::Held { instance: instance.to_string() });
        }
        if retry {
            self.verification.retry.insert(index);
        }
        self.after_end(index);
    }

    /// Whether an instance may be tried once more, if a look finds no group: the cause passes by itself (a snapshot was still
    /// under way), or must be fixed and the role we attached ourselves had not yet reached the guest.
    fn may_retry(&self, index: u32, outcome: &Outcome) -> bool {
        let Some(target) = self.state.target(index) else { return false };
        if self.state.stopped.is_some() || target.starts >= 2 || outcome.held || outcome.layer != Layer::Plugin {
            return false;
        }
        let fresh_role = target.role_attached_at.is_some_and(|at| self.now.since(at) < pacing::ROLE_DELAY);
        match outcome.row().repeat {
            Repeat::AfterPause => true,
            Repeat::AfterFix => fresh_role,
            Repeat::AfterLook | Repeat::NotNeeded => false,
        }
    }

    /// When the first of some instances was sent its command, by the service's clock; `None` for none of them.
    fn first_sent(&self, targets: impl Iterator<Item = TargetIndex>) -> Option<Time> {
        targets.filter_map(|index| self.state.target(index)).map(|it| it.first_sent.unwrap_or(Time::EPOCH)).min()
    }

    fn results_gone(&mut self, invocation: u32, code: &str) {
        let Some(record) = self.state.invocations.get(invocation as usize) else { return };
        let (open, region) = (record.open.clone(), record.region);
        let sent = self.first_sent(open.iter().copied());
        self.look_after_end(region, sent);
        for index in open {
            let Some(target) = self.state.target(index) else { continue };
            let instance = Arc::clone(&target.id);
            self.emit(Event::ResultGone { instance: Arc::clone(&instance), code: code.to_owned() });
            // The plug-in may have frozen the guest, and nobody will tell.
            self.stop_starts(StopReason::Held { instance: instance.to_string() });
            self.watch_group(index);
        }
    }

    /// The service would not tell, for as long as we asked.
    pub(super) fn poll_given_up(&mut self, invocation: u32, failure: &Failure) {
        let code = failure.name().to_owned();
        self.stop_starts(StopReason::of_failure(failure));
        self.results_gone(invocation, &code);
    }

    /// When nothing of an instance's command can still be running: its start plus the full time budget.
    pub(super) fn settled_at(&self, index: u32) -> Time {
        let Some(target) = self.state.target(index) else { return self.now };
        let started = target.started_at.unwrap_or(self.state.started_at);
        let budget = self.state.command_of(target).map_or(0, |command| u64::from(command.budget_seconds));
        started.plus_seconds(budget)
    }
}

/// How long a command ran, by the service's own clock.
fn run_time(outcome: &Outcome) -> Option<Duration> {
    Some(outcome.finished_at?.since(outcome.started_at?))
}

/// Whether the plug-in may run on after this outcome: the service or the agent gave up waiting, or the shell died.
pub(super) fn may_run_on(outcome: Option<&Outcome>) -> bool {
    let Some(outcome) = outcome else { return true };
    outcome.group_may_exist && matches!(outcome.layer, Layer::Agent | Layer::Shell | Layer::Service | Layer::Unknown)
}
