//! How results, looks and verdicts fold into the state.

use std::sync::Arc;
use std::time::Duration;

use super::State;
use crate::base::consistency::{Consistency, Platform};
use crate::base::time::Time;
use crate::catalog::pacing;
use crate::diagnostics::finding::Finding;
use crate::diagnostics::messages::verdicts as rows;
use crate::plugin::output::Outcome;
use crate::run::session::follow::may_run_on;
use crate::run::session::records::{Stage, Target, TargetIndex};
use crate::run::verdict::{Evidence, GroupLookup, ResultKind, Verdict, WitnessEvidence, judge};

/// By how much the service's clock was set back against ours, in milliseconds.
#[derive(Copy, Clone, Debug, Default)]
pub(in crate::run::session) struct SetBack {
    highest: Option<i64>,
    most: i64,
}

impl SetBack {
    /// By how much two times of the service may stand in the wrong order.
    pub(in crate::run::session) fn margin(self) -> Duration {
        let most = u64::try_from(self.most).unwrap_or(0);
        // Less than the tolerance is not noted.
        let tolerance = if most == 0 { 0 } else { pacing::CLOCK_TOLERANCE.as_secs().saturating_mul(2_000) };
        Duration::from_millis(most.saturating_add(tolerance))
    }
}

impl State {
    pub(super) fn correct_clock(&mut self, offset_millis: i64) {
        // Before the first answer nothing is known of it.
        let known = self.fields.account_id.is_some().then_some(self.fields.clock_offset_millis);
        let highest = self.set_back.highest.or(known).unwrap_or(offset_millis).max(offset_millis);
        let most = self.set_back.most.max(highest.saturating_sub(offset_millis));
        self.set_back = SetBack { highest: Some(highest), most };
        self.fields.clock_offset_millis = offset_millis;
    }

    /// Whatever the codes say, a group is looked for by its name.
    pub(super) fn command_finished(&mut self, at: Time, instance: &str, outcome: &Arc<Outcome>) {
        let Some(index) = self.index_of(instance) else { return };
        if let Some(target) = self.fields.targets.get_mut(index as usize) {
            target.outcome = Some(Arc::clone(outcome));
        }
        self.end_command(index, at);
    }

    pub(super) fn result_overdue(&mut self, instance: &str) {
        if let Some(target) = self.index_of(instance).and_then(|index| self.fields.targets.get_mut(index as usize)) {
            target.overdue = true;
        }
    }

    pub(super) fn result_gone(&mut self, at: Time, instance: &str) {
        self.result_overdue(instance);
        if let Some(index) = self.index_of(instance) {
            self.end_command(index, at);
        }
    }

    pub(super) fn end_command(&mut self, index: TargetIndex, at: Time) {
        self.close_result(index);
        let ended = self.by_service(at);
        if let Some(target) = self.fields.targets.get_mut(index as usize) {
            target.ended = Some(ended);
        }
        self.set_stage(index, Stage::Looking);
    }

    /// Whether the record of an instance is still to be read: its command has ended for certain, and nobody has read it.
    pub fn awaits_witness(&self, index: TargetIndex) -> bool {
        let awaits = |target: &Target| {
            let over = target.outcome.as_deref().is_some_and(|outcome| outcome.finished && !may_run_on(Some(outcome)));
            over && target.platform == Some(Platform::Linux) && target.witness.is_none()
        };
        self.quiesced && self.target(index).is_some_and(awaits)
    }

    /// What the record told. It may be read after the verdict, by a later look.
    pub(super) fn witness_read(&mut self, instance: &str, witness: &Arc<WitnessEvidence>) {
        let Some(index) = self.index_of(instance) else { return };
        let Some(target) = self.fields.targets.get_mut(index as usize) else { return };
        target.witness = Some(Arc::clone(witness));
        if target.verdict.is_some() {
            self.take_back_verdict(index);
            self.conclude(index);
        }
    }

    /// The service is asked once more for a result that was not to be had.
    pub(super) fn ask_again(&mut self, instance: &str) {
        let Some(index) = self.index_of(instance) else { return };
        let Some(invocation) = self.target(index).and_then(|target| target.invocation) else { return };
        let held = self.target(index).and_then(|target| target.verdict.as_ref()).is_some_and(|verdict| verdict.held);
        self.take_back_verdict(index);
        if let Some(target) = self.fields.targets.get_mut(index as usize) {
            target.overdue = held;
            target.look = None;
            target.witness = None;
        }
        if let Some(record) = self.fields.invocations.get_mut(invocation as usize)
            && !record.open.contains(&index)
        {
            record.open.push(index);
        }
        self.set_stage(index, Stage::Running { invocation });
    }

    /// Versions before 0.2 looked for no group where the code says that none was made, and ended the run.
    pub(super) fn conclude_unlooked(&mut self) {
        for index in 0..self.fields.targets.len() {
            let unlooked = self.fields.targets.get(index).is_some_and(|target| {
                let certain = |outcome: &Outcome| outcome.finished && !outcome.group_may_exist && !outcome.succeeded;
                target.stage == Stage::Looking && target.outcome.as_deref().is_some_and(certain)
            });
            if unlooked {
                self.conclude(TargetIndex::try_from(index).unwrap_or(TargetIndex::MAX));
            }
        }
    }

    /// The invocation no longer waits for this instance.
    pub(super) fn close_result(&mut self, index: TargetIndex) {
        let Some(Stage::Running { invocation }) = self.target(index).map(|target| target.stage) else { return };
        if let Some(invocation) = self.fields.invocations.get_mut(invocation as usize) {
            invocation.open.retain(|&open| open != index);
        }
    }

    pub(super) fn group_looked(&mut self, instance: &str, look: &Arc<GroupLookup>) {
        let Some(index) = self.index_of(instance) else { return };
        if let Some(target) = self.fields.targets.get_mut(index as usize) {
            target.look = Some(Arc::clone(look));
        }
        self.take_back_verdict(index);
        self.conclude(index);
    }

    /// Another plug-in was at work at the same time. What was said before is taken back.
    pub(super) fn overlapped(&mut self, instance: &str, invocation: &str, run: &str) {
        let Some(index) = self.index_of(instance) else { return };
        let Some(target) = self.fields.targets.get_mut(index as usize) else { return };
        target.overlapped = Some((invocation.into(), run.into()));
        if target.verdict.is_some() {
            self.take_back_verdict(index);
            self.conclude(index);
        }
    }

    /// A later look, or a later result, replaces an earlier verdict.
    pub(super) fn take_back_verdict(&mut self, index: TargetIndex) {
        let verdict = self.fields.targets.get_mut(index as usize).and_then(|target| target.verdict.take());
        if verdict.is_some_and(|verdict| verdict.result != ResultKind::Ok) {
            self.fields.counts.failures = self.fields.counts.failures.saturating_sub(1);
        }
    }

    pub(super) fn snapshots_tagged(&mut self, instances: &[Arc<str>], failed: Option<&str>) {
        for instance in instances {
            let Some(index) = self.index_of(instance) else { continue };
            let Some(target) = self.fields.targets.get_mut(index as usize) else { continue };
            target.tagged = failed.is_none();
            let is_of_tag = |finding: &&Finding| finding.row == &rows::RUN_TAG_MISSING;
            if failed.is_some() || target.findings.iter().any(|finding| is_of_tag(&finding)) {
                let finding = failed.map(|code| Finding::new(&rows::RUN_TAG_MISSING, "").with("code", code));
                let others = target.findings.iter().filter(|finding| !is_of_tag(finding)).cloned();
                target.findings = others.chain(finding).collect();
            }
        }
    }

    /// What all that is known of an instance comes to.
    pub fn judge(&self, target: &Target) -> Verdict {
        judge(&Evidence {
            required: self.fields.required,
            platform: target.platform,
            has_scripts: target.platform == Some(Platform::Linux) && self.scripts_on_linux,
            expected: &target.expected,
            start_uncertain: target.lost,
            outcome: target.outcome.as_deref(),
            look: target.look.as_deref(),
            witness: target.witness.as_deref(),
            freezes: target.platform != Some(Platform::Linux) || self.freezes_linux,
        })
    }

    /// A run that nobody follows any more: results that are due by now may never come, and the guests may be held.
    pub fn ring_for_due_results(&mut self, now: Time) {
        for target in &mut self.fields.targets {
            let Stage::Running { invocation } = target.stage else { continue };
            let Some(record) = self.fields.invocations.get(invocation as usize) else { continue };
            target.overdue |= record.accepted_at.plus(record.due_after()) <= now;
        }
    }

    /// All is known: the verdict stands.
    pub(super) fn conclude(&mut self, index: TargetIndex) {
        let Some(target) = self.fields.targets.get(index as usize) else { return };
        let mut verdict = self.judge(target);
        if target.lost && verdict.reached == Consistency::None {
            verdict.result = ResultKind::Unknown;
            verdict.reached = Consistency::Unknown;
            verdict.why = Finding::new(&rows::CALL_LOST, "");
        }
        if let (ResultKind::Ok | ResultKind::Weaker, Some((invocation, run))) = (verdict.result, &target.overlapped) {
            verdict.result = ResultKind::Unknown;
            verdict.reached = Consistency::Unknown;
            verdict.why = Finding::new(&rows::PLUGINS_OVERLAPPED, "")
                .with("invocation", invocation.to_string())
                .with("run", run.to_string());
        }
        if verdict.result != ResultKind::Ok {
            self.fields.counts.failures += 1;
        }
        if let Some(target) = self.fields.targets.get_mut(index as usize) {
            target.overdue = false;
            target.verdict = Some(Box::new(verdict));
        }
        self.set_stage(index, Stage::Done);
    }
}
