//! All outcomes of a run, in one value that tells an operator, a script and an auditor the same.
//! It uses `run` and the layers below it.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use crate::base::consistency::{Consistency, Platform, RequiredConsistency};
use crate::base::time::Time;
use crate::catalog::codes::Layer;
use crate::catalog::witness::WitnessVerdict;
use crate::diagnostics::error::{Error, ErrorKind, RenderedError};
use crate::diagnostics::exit_status::ExitStatus;
use crate::diagnostics::finding::{Finding, RenderedFinding};
use crate::diagnostics::messages::verdicts;
use crate::diagnostics::text::Lang;
use crate::plugin::output::Outcome;
use crate::run::session::{Goal, OpenGuest, Phase, Release, Stage, State, StopReason, Target};
use crate::run::verdict::{GroupLookup, Proof, ResultKind, SnapshotState};
use crate::{catalog::codes, diagnostics::spoken};

mod assumptions;
mod causes;
mod history;
pub(crate) mod html;
mod metrics;
pub mod sanitize;
mod sentences;
pub(crate) mod timeline;
mod witness;

pub use assumptions::ReliedUpon;
pub use causes::{Cause, causes_apart};
pub use history::{HistoryEntry, OpenGuestStatus, OtherResults, Status, UnreadableRunStatus};
pub use html::html;
pub use metrics::{LastSuccess, metrics, successes};
pub use sentences::{result_word, sentences};
pub use timeline::{Moment, TimelineSpan, Weight, timeline};
pub use witness::WitnessReport;

/// The version of the report's form. It grows when a member is taken away, renamed, or given another meaning or type; new
/// members, and new values where a text says which it may hold, come without a new version: readers pass over what they
/// do not know.
pub const REPORT_VERSION: u32 = 1;

/// The report of a run.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Report {
    /// The version of the report's form: 1.
    pub report_version: u32,
    /// The version of consnap.
    pub consnap: &'static str,
    /// `8f3a01c2`.
    pub run_id: String,
    /// What the run was for.
    pub goal: &'static str,
    /// The account.
    pub account_id: Option<String>,
    /// Regions.
    pub regions: Vec<String>,
    /// Name of the groups.
    pub group_name: String,
    /// Hash of the plan.
    pub plan_hash: Option<String>,
    /// When it began.
    pub started_at: Time,
    /// The last event's time.
    pub ended_at: Time,
    /// What the job requires.
    pub required_consistency: RequiredConsistency,
    /// The exit status of the command line: 0, 1, 2, 3, 4 or 5.
    pub exit_status: u8,
    /// Counts.
    pub summary: Summary,
    /// Guests that earlier runs left open, and that this run did not start. They weigh in the exit status.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left_open: Vec<OpenGuest>,
    /// Why nothing new was started, if so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopped: Option<Stopped>,
    /// The error that ended the run before anything was started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<RenderedError>,
    /// Everything that is not `ok`, grouped by cause, most urgent first.
    pub causes: Vec<CauseGroup>,
    /// Each instance, most urgent first.
    pub instances: Vec<InstanceReport>,
    /// How it ended, in three or four sentences.
    pub sentences: Vec<String>,
    /// What consnap relied on here although nobody has seen it on the live service.
    pub assumptions: Vec<ReliedUpon>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde asks for it")]
fn is_none(count: &u32) -> bool {
    *count == 0
}

/// Counts of a run.
#[derive(Clone, Debug, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Summary {
    /// All instances.
    pub instances: u32,
    /// The required consistency was reached.
    pub ok: u32,
    /// May be held.
    pub urgent: u32,
    /// Could not be learnt.
    pub unknown: u32,
    /// No usable snapshot.
    pub failed: u32,
    /// Weaker than required.
    pub weaker: u32,
    /// Not started.
    pub not_run: u32,
    /// Of those, not started because the run stopped starting.
    pub stopped_before_start: u32,
    /// Started, and still open when consnap stopped looking.
    pub open: u32,
    /// Of those that are `ok`, instances whose scripts' record bears the tags out.
    #[serde(skip_serializing_if = "is_none")]
    pub witnessed: u32,
    /// Instances whose tags the record of the scripts contradicts.
    #[serde(skip_serializing_if = "is_none")]
    pub contradicted: u32,
    /// Disks that must have a snapshot, of instances that were started.
    pub expected_disks: u32,
    /// Of those, disks that have one.
    pub covered_disks: u32,
    /// Disks the job leaves out.
    pub excluded_disks: u32,
    /// Instances whose snapshots should carry the run's tag and could not be tagged.
    pub untagged: u32,
    /// The longest time from freeze to thaw that a log shows, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub longest_hold_millis: Option<u64>,
    /// The instance with the longest hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub longest_hold_instance: Option<String>,
    /// Calls to the service.
    pub calls: u64,
    /// How often the service asked to slow down.
    pub throttled: u64,
}

/// Why nothing new was started.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Stopped {
    /// `held`, `canary`, `errors`, `account`, `user`, `deadline`, `journal`, `unreachable`, `other_run`.
    pub reason: &'static str,
    /// The instance, number, code or run behind it.
    pub detail: String,
    /// Both in words.
    pub message: String,
}

/// Instances that came out alike for the same cause.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CauseGroup {
    /// How they came out.
    pub result: ResultKind,
    /// The cause, with the words of its first instance.
    pub why: RenderedFinding,
    /// Key of the catalogue row that explains it, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explained_by: Option<String>,
    /// What that means, why, and what to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Explanation>,
    /// The instances.
    pub instances: Vec<String>,
}

/// A catalogue row in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Explanation {
    /// What it means.
    pub meaning: String,
    /// Why it happens.
    pub cause: String,
    /// What to do.
    pub next_step: String,
}

/// One instance.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InstanceReport {
    /// How it came out.
    pub result: ResultKind,
    /// `i-...`.
    pub instance_id: String,
    /// Its name; hostile text.
    pub name: String,
    /// Its region.
    pub region: String,
    /// Its platform, where known.
    pub platform: Option<Platform>,
    /// The level the job requires.
    pub wanted: RequiredConsistency,
    /// The level that was expected.
    pub predicted: Consistency,
    /// Why that was expected.
    pub predicted_why: RenderedFinding,
    /// The level reached.
    pub got: Consistency,
    /// What that rests on.
    pub proof: Option<Proof>,
    /// What the record of the quiesce scripts told, where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub witness: Option<WitnessReport>,
    /// Whether the guest may still be held.
    pub held: bool,
    /// That somebody has looked into the guest and let it go; result and `held` stay as they were judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub released: Option<Release>,
    /// From freeze to thaw in milliseconds, where the log shows it.
    pub held_millis: Option<u64>,
    /// Expected disks with a good snapshot.
    pub disks_covered: u32,
    /// Expected disks.
    pub disks_expected: u32,
    /// Each expected disk.
    pub disks: Vec<DiskReport>,
    /// Disks the job leaves out.
    pub excluded_disks: Vec<String>,
    /// `ssg-...`.
    pub group_id: Option<String>,
    /// When the service says the group was made.
    pub group_created_at: Option<Time>,
    /// Why.
    pub why: RenderedFinding,
    /// The command's result, where there is one.
    pub command: Option<CommandReport>,
    /// How often it was started.
    pub starts: u8,
    /// When its last start was intended, or sent once more, or taken by the service: the latest of these.
    pub started_at: Option<Time>,
    /// Version of Cloud Assistant.
    pub agent_version: Option<String>,
    /// Everything the check found.
    pub findings: Vec<RenderedFinding>,
}

/// An expected disk.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DiskReport {
    /// `d-...`.
    pub disk_id: String,
    /// `/dev/xvda`.
    pub device: Option<String>,
    /// `s-...`; `None` when the group has none of it.
    pub snapshot_id: Option<String>,
    /// The snapshot's state.
    pub status: Option<SnapshotState>,
    /// The level its tags show.
    pub level: Option<Consistency>,
    /// Whether it carries both consistency tags, which contradict each other.
    pub both_tags: bool,
}

/// The result of a command.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CommandReport {
    /// As the service gave it.
    pub invocation_status: String,
    /// As the service gave it.
    pub error_code: String,
    /// As the service gave it.
    pub exit_code: Option<i64>,
    /// Which layer it speaks for.
    pub layer: Layer,
    /// Key of the catalogue row.
    pub explained_by: String,
    /// That row in words.
    pub explanation: Option<Explanation>,
    /// Version of the plug-in.
    pub plugin_version: Option<String>,
    /// Start in the guest.
    pub started_at: Option<Time>,
    /// End in the guest.
    pub finished_at: Option<Time>,
    /// The group that the plug-in's log names: `ssg-...`.
    pub logged_group_id: Option<String>,
    /// What the plug-in's log says happened when. Times of the guest's clock, counted from the start of the command.
    pub steps: Vec<StepReport>,
    /// Bytes the service cut from the output.
    pub dropped: u64,
    /// The log's error lines; hostile text.
    pub error_lines: Vec<String>,
    /// What is odd about the result.
    pub findings: Vec<RenderedFinding>,
}

/// A step of the plug-in.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StepReport {
    /// `pre_script`, `pre_script_ended`, `freeze`, `frozen`, `group`, `thaw`, `post_script`, `post_script_ended`.
    pub step: &'static str,
    /// When.
    pub at: Time,
}

impl Report {
    /// The report of a state.
    pub fn of(state: &State, error: Option<&Error>, calls: u64, lang: Lang) -> Self {
        let mut instances: Vec<InstanceReport> =
            state.targets.iter().map(|target| instance_report(state, target, lang)).collect();
        instances.sort_by(|a, b| a.result.cmp(&b.result).then_with(|| a.instance_id.cmp(&b.instance_id)));
        let mut summary = summarise(&instances, state);
        summary.calls = calls.max(state.calls_sent);
        let error_kind = error.map(|error| error.kind).or(state.error_kind);
        let mut exit_status = exit_status(&summary, &state.left_open, error_kind);
        if error_kind.is_none() && state.goal == Goal::Run && state.phase != Phase::Ended {
            // As far as is recorded it has not come to its end.
            exit_status = exit_status.or_worse(ExitStatus::Unknown);
        }
        let mut report = Self {
            report_version: REPORT_VERSION,
            consnap: env!("CARGO_PKG_VERSION"),
            run_id: state.run_id.clone(),
            goal: match state.goal {
                Goal::Plan => "plan",
                Goal::Run => "run",
                Goal::Verify => "verify",
            },
            account_id: state.account_id.clone(),
            regions: state.regions.clone(),
            group_name: state.group_name.clone(),
            plan_hash: state.plan_hash.clone(),
            started_at: state.started_at,
            ended_at: state.last_at,
            required_consistency: state.required,
            exit_status: exit_status.code(),
            summary,
            left_open: state.left_open.clone(),
            stopped: state.stopped.as_ref().map(|why| stopped(why, lang)),
            error: error.map(|error| error.render(lang)),
            causes: causes(&instances),
            instances,
            sentences: Vec::new(),
            assumptions: assumptions::relied_upon(state, lang),
        };
        report.sentences = sentences(&report, lang);
        report
    }
}

impl Report {
    /// The same with guests that other runs left open.
    #[must_use]
    pub fn with_left_open(mut self, guests: Vec<OpenGuest>, lang: Lang) -> Self {
        self.exit_status = self.exit_status.max(of_left_open(&guests).code());
        self.left_open = guests;
        self.sentences = sentences(&self, lang);
        self
    }

    /// The same of a run that could not be written down to its end: whoever asks its record later is told that it is not over.
    #[must_use]
    pub fn without_its_record(mut self, lang: Lang) -> Self {
        self.exit_status = self.exit_status.max(ExitStatus::Unknown.code());
        self.sentences = sentences(&self, lang);
        self
    }
}

/// The exit status: the worst wins, 5, 4, 1, 0. An error that ended it before anything was started is 2 or 3.
fn exit_status(summary: &Summary, left_open: &[OpenGuest], error: Option<ErrorKind>) -> ExitStatus {
    let own = if summary.urgent > 0 {
        ExitStatus::Held
    } else if summary.unknown > 0 || summary.open > 0 {
        ExitStatus::Unknown
    } else {
        match error {
            Some(kind) => kind.into(),
            None => ExitStatus::findings_if(summary.ok < summary.instances || summary.instances == 0),
        }
    };
    own.or_worse(of_left_open(left_open))
}

/// The exit status of guests that runs left open: one may still be held, or its result is unknown.
pub fn of_left_open(guests: &[OpenGuest]) -> ExitStatus {
    match (guests.iter().any(|guest| guest.held), guests.is_empty()) {
        (true, _) => ExitStatus::Held,
        (false, false) => ExitStatus::Unknown,
        (false, true) => ExitStatus::Reached,
    }
}

fn stopped(why: &StopReason, lang: Lang) -> Stopped {
    let detail = why.detail();
    Stopped { reason: why.name(), message: spoken::stop_reason(why.name(), &detail, lang), detail }
}

/// A catalogue row in words.
pub fn explanation(key: &str, lang: Lang) -> Option<Explanation> {
    let row = codes::find(key)?;
    Some(Explanation {
        meaning: row.meaning.get(lang).to_owned(),
        cause: row.cause.get(lang).to_owned(),
        next_step: row.next_step.get(lang).to_owned(),
    })
}

fn instance_report(state: &State, target: &Target, lang: Lang) -> InstanceReport {
    let verdict = target.verdict.as_deref();
    let open = matches!(target.stage, Stage::Starting { .. } | Stage::Running { .. } | Stage::Looking);
    let waiting = matches!(target.stage, Stage::Waiting { .. });
    let why: RenderedFinding = match (verdict, target.not_run.as_deref()) {
        (Some(verdict), _) => verdict.why.render(lang),
        (None, Some(reason)) => reason.render(lang),
        // The code tells the way out before the verdict stands.
        (None, None) if target.may_be_held() => state.judge(target).why.render(lang),
        (None, None) => {
            let row = if open || !waiting {
                &crate::diagnostics::messages::verdicts::RESULT_UNREADABLE
            } else {
                &crate::diagnostics::messages::verdicts::NOT_STARTED_YET
            };
            Finding::new(row, "").render(lang)
        }
    };
    let group = match target.look.as_deref() {
        Some(GroupLookup::Found(group)) => Some(group),
        _ => None,
    };
    let disks = target
        .expected
        .iter()
        .map(|disk| {
            let snapshot = group.and_then(|group| group.snapshots.iter().find(|own| own.disk_id == disk.disk_id));
            DiskReport {
                disk_id: disk.disk_id.to_string(),
                device: disk.device.as_ref().map(ToString::to_string),
                snapshot_id: snapshot.map(|snapshot| snapshot.snapshot_id.to_string()),
                status: snapshot.map(|snapshot| snapshot.status),
                level: snapshot.map(|snapshot| snapshot.level),
                both_tags: snapshot.is_some_and(|snapshot| snapshot.both_tags),
            }
        })
        .collect();
    // A guest that an open command may hold is said as soon as it is known.
    let open_held = verdict.is_none() && target.may_be_held();
    let result = match verdict {
        Some(verdict) => verdict.result,
        None if open_held => ResultKind::Urgent,
        None if open => ResultKind::Unknown,
        None => ResultKind::NotRun,
    };
    InstanceReport {
        result,
        instance_id: target.id.to_string(),
        name: target.name.to_string(),
        region: state.regions.get(usize::from(target.region)).cloned().unwrap_or_default(),
        platform: target.platform,
        wanted: state.required,
        predicted: target.predicted,
        predicted_why: target.predicted_why.render(lang),
        got: verdict.map_or(if open { Consistency::Unknown } else { Consistency::None }, |verdict| verdict.reached),
        proof: verdict.and_then(|verdict| verdict.proof),
        witness: WitnessReport::of(target, lang),
        held: verdict.map_or(open_held, |verdict| verdict.held),
        released: target.release().cloned(),
        held_millis: target.outcome.as_ref().and_then(|outcome| outcome.frozen_millis),
        disks_covered: verdict.map_or(0, |verdict| verdict.disks_covered),
        disks_expected: u32::try_from(target.expected.len()).unwrap_or(u32::MAX),
        disks,
        excluded_disks: target.excluded.to_vec(),
        group_id: verdict.and_then(|verdict| verdict.group_id.clone()),
        group_created_at: group.and_then(|group| group.created_at),
        why,
        command: target.outcome.as_deref().map(|outcome| CommandReport {
            invocation_status: outcome.invocation_status.clone().into_owned(),
            error_code: outcome.error_code.clone(),
            exit_code: outcome.exit_code,
            layer: outcome.layer,
            explained_by: outcome.explained_by.to_string(),
            explanation: explanation(&outcome.explained_by, lang),
            plugin_version: outcome.plugin_version.clone(),
            started_at: outcome.started_at,
            finished_at: outcome.finished_at,
            logged_group_id: outcome.snapshot_group_id.clone(),
            steps: steps(outcome),
            dropped: outcome.dropped,
            error_lines: outcome.error_lines.clone(),
            findings: outcome.findings.iter().map(|finding| finding.render(lang)).collect(),
        }),
        starts: target.starts,
        started_at: target.started_at,
        agent_version: target.agent_version.as_ref().map(ToString::to_string),
        findings: target.findings.iter().map(|finding| finding.render(lang)).collect(),
    }
}

fn steps(outcome: &Outcome) -> Vec<StepReport> {
    let Some(started_at) = outcome.started_at else { return Vec::new() };
    let at = |after: u32| started_at.plus(Duration::from_millis(u64::from(after)));
    outcome.steps.iter().map(|step| StepReport { step: step.step.name(), at: at(step.after_millis) }).collect()
}

fn summarise(instances: &[InstanceReport], state: &State) -> Summary {
    let mut summary = Summary { throttled: state.throttled, ..Summary::default() };
    for instance in instances {
        summary.instances += 1;
        match instance.result {
            ResultKind::Urgent => summary.urgent += 1,
            ResultKind::Unknown => summary.unknown += 1,
            ResultKind::Failed => summary.failed += 1,
            ResultKind::Weaker => summary.weaker += 1,
            ResultKind::NotRun => summary.not_run += 1,
            ResultKind::Ok => summary.ok += 1,
        }
        summary.witnessed += u32::from(instance.proof == Some(Proof::Witness));
        let verdict = instance.witness.as_ref().and_then(|witness| witness.verdict);
        summary.contradicted += u32::from(verdict == Some(WitnessVerdict::Contradicted));
        if instance.why.code == verdicts::NOT_STARTED_STOPPED.code {
            summary.stopped_before_start += 1;
        }
        let untagged = instance.findings.iter().any(|finding| finding.code == verdicts::RUN_TAG_MISSING.code);
        summary.untagged += u32::from(untagged);
        if instance.starts > 0 {
            summary.expected_disks += instance.disks_expected;
            summary.covered_disks += instance.disks_covered;
            summary.excluded_disks += u32::try_from(instance.excluded_disks.len()).unwrap_or(u32::MAX);
        }
        if instance.held_millis > summary.longest_hold_millis {
            summary.longest_hold_millis = instance.held_millis;
            summary.longest_hold_instance = Some(instance.instance_id.clone());
        }
    }
    summary.open = state.counts.in_flight;
    summary
}

/// Whether the record of the scripts decides it: then what the exit code may mean besides is beside the point.
fn is_by_witness(why: &RenderedFinding) -> bool {
    verdicts::BY_WITNESS.iter().any(|row| row.code == why.code)
}

fn causes(instances: &[InstanceReport]) -> Vec<CauseGroup> {
    let mut groups: BTreeMap<(ResultKind, String, Option<String>, String), CauseGroup> = BTreeMap::new();
    for instance in instances.iter().filter(|instance| instance.result != ResultKind::Ok) {
        let explained_by = instance.command.as_ref().map(|command| command.explained_by.clone());
        let key = (instance.result, instance.why.code.clone(), explained_by.clone(), instance.why.message.clone());
        groups
            .entry(key)
            .or_insert_with(|| CauseGroup {
                result: instance.result,
                why: instance.why.clone(),
                explained_by,
                // What an exit code of 0 means explains nothing that went wrong.
                explanation: instance
                    .command
                    .as_ref()
                    .filter(|command| command.exit_code != Some(0) && !is_by_witness(&instance.why))
                    .and_then(|command| command.explanation.clone()),
                instances: Vec::new(),
            })
            .instances
            .push(instance.instance_id.clone());
    }
    groups.into_values().collect()
}
