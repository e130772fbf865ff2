//! Intended against reached, with evidence.
//!
//! Exit code 0 does not prove application consistency: only the tags on the member snapshots tell. The level of an
//! instance is its weakest expected disk; a missing disk is a failure even when the group is tagged; what could not be
//! learnt is unknown, never none.

use serde::{Deserialize, Serialize};

use crate::base::consistency::{Consistency, Platform, RequiredConsistency};
use crate::base::time::Time;
use crate::catalog::codes::{ClearedBy, HeldBy, Layer};
use crate::catalog::witness::{AtBest, WitnessRow, WitnessVerdict};
use crate::diagnostics::finding::{Finding, MessageRow};
use crate::diagnostics::messages::verdicts as rows;
use crate::plugin::output::Outcome;

pub(crate) mod observed;
mod witness;

pub use witness::WitnessEvidence;

/// How an instance came out. The order is the order of urgency.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ResultKind {
    /// The guest may still be held: application locked or file systems frozen.
    Urgent,
    /// It could not be learnt, or is still under way.
    Unknown,
    /// There is no usable snapshot.
    Failed,
    /// There is a snapshot of every expected disk, but of a weaker consistency than required.
    Weaker,
    /// Nothing was started: set aside, refused or stopped before its turn.
    NotRun,
    /// The required consistency was reached on every expected disk.
    Ok,
}

crate::base::consistency::wire_names!(ResultKind {
    Urgent => "urgent", Unknown => "unknown", Failed => "failed", Weaker => "weaker", NotRun => "not_run", Ok => "ok",
});

/// What the reached level rests on.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Proof {
    /// The tags of the member snapshots.
    #[serde(rename = "tag")]
    Tag,
    /// The tags, and the plug-in's own log names the same group.
    #[serde(rename = "tag+log")]
    TagAndLog,
    /// The tags, and the record of the quiesce scripts, which consnap read itself.
    #[serde(rename = "witness")]
    Witness,
}

impl Proof {
    /// The name as it stands in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tag => "tag",
            Self::TagAndLog => "tag+log",
            Self::Witness => "witness",
        }
    }
}

/// A disk that must be in the group: attached to the instance and not excluded by the job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ExpectedDisk {
    /// `d-...`.
    pub disk_id: Box<str>,
    /// `/dev/xvda` as the API names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<Box<str>>,
}

/// A member snapshot as the service showed it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SnapshotEvidence {
    /// `s-...`.
    pub snapshot_id: Box<str>,
    /// The disk it is of.
    pub disk_id: Box<str>,
    /// `accomplished`, `progressing`, `failed`; taken from availability where the service gives no status.
    pub status: SnapshotState,
    /// The level its tags show; `Crash` without a consistency tag.
    pub level: Consistency,
    /// Both consistency tags are on it: they contradict each other.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub both_tags: bool,
}

/// The state of a snapshot or a group.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SnapshotState {
    /// Under way.
    Progressing,
    /// Complete.
    Accomplished,
    /// Failed.
    Failed,
    /// The service said something this version does not know.
    Unknown,
}

/// A snapshot-consistent group as the service showed it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GroupEvidence {
    /// `ssg-...`.
    pub group_id: Box<str>,
    /// Its state.
    pub status: SnapshotState,
    /// When it was created.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Time>,
    /// Its members.
    pub snapshots: Vec<SnapshotEvidence>,
}

/// What a look for the group of an instance found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "look", rename_all = "snake_case")]
pub enum GroupLookup {
    /// One group.
    Found(GroupEvidence),
    /// None, and none can appear any more.
    Nothing,
    /// More than one, or one whose instance cannot be told: none can be trusted to be ours.
    Ambiguous {
        /// Their ids.
        groups: Vec<String>,
    },
    /// Groups with the name of the run, made outside the time of the instance's start: none counts.
    OutOfTime {
        /// Their ids.
        groups: Vec<String>,
        /// From when on a group counts, by the service's clock.
        from: Time,
        /// Until when.
        until: Time,
    },
    /// The log names a group that never became visible.
    NotVisible {
        /// `ssg-...`.
        group_id: String,
    },
    /// The service would not, or could not, tell.
    Refused {
        /// Its code, or the transport's reason.
        code: String,
    },
}

/// The level that the tags of a snapshot show, and whether they contradict one another: both levels, or yes and no. Keys
/// and values are compared without regard to case: the vendor prints both `APPConsistent` and `AppConsistent`
/// (docs/sources/feature.md 11 C1).
pub fn level_of_tags<'a>(tags: impl IntoIterator<Item = (&'a str, &'a str)>) -> (Consistency, bool) {
    let (mut application, mut file_system, mut not_application) = (false, false, false);
    for (key, value) in tags {
        let yes = value.eq_ignore_ascii_case("true");
        let of_application = key.eq_ignore_ascii_case("APPConsistent");
        application |= of_application && yes;
        not_application |= of_application && !yes;
        file_system |= key.eq_ignore_ascii_case("FsConsistent") && yes;
    }
    let level = match (application, file_system) {
        (_, true) => Consistency::FileSystem,
        (true, false) => Consistency::Application,
        (false, false) => Consistency::Crash,
    };
    (level, application && (file_system || not_application))
}

/// All that a verdict rests on.
#[derive(Clone, Debug)]
pub struct Evidence<'a> {
    /// What the job asks for.
    pub required: RequiredConsistency,
    /// The platform, where known.
    pub platform: Option<Platform>,
    /// Whether the job gives scripts for this platform.
    pub has_scripts: bool,
    /// The disks that must be in the group.
    pub expected: &'a [ExpectedDisk],
    /// Whether it is not known that the start reached the service at all.
    pub start_uncertain: bool,
    /// What became of the command; `None` when no result could be had.
    pub outcome: Option<&'a Outcome>,
    /// What a look for the group found; `None` when nobody had to look.
    pub look: Option<&'a GroupLookup>,
    /// What the record of the quiesce scripts told; `None` where none was asked for.
    pub witness: Option<&'a WitnessEvidence>,
    /// Whether the job freezes the file systems of this platform.
    pub freezes: bool,
}

/// The verdict on one instance that was started.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// How it came out.
    pub result: ResultKind,
    /// The level reached on the weakest expected disk.
    pub reached: Consistency,
    /// What that rests on.
    pub proof: Option<Proof>,
    /// What the record of the quiesce scripts comes to; `None` where none was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub witness: Option<WitnessVerdict>,
    /// Whether the guest may still be held.
    pub held: bool,
    /// Why, as a catalogue row with values.
    pub why: Finding,
    /// Expected disks that have a good snapshot.
    pub disks_covered: u32,
    /// Expected disks.
    pub disks_expected: u32,
    /// `ssg-...`.
    pub group_id: Option<String>,
}

/// Judges one started instance. Never returns `Ok` unless every expected disk has a finished snapshot with a
/// sufficient tag and nothing may be held.
pub fn judge(evidence: &Evidence<'_>) -> Verdict {
    let expected = u32::try_from(evidence.expected.len()).unwrap_or(u32::MAX);
    let mut verdict = Verdict {
        result: ResultKind::Unknown,
        reached: Consistency::Unknown,
        proof: None,
        witness: None,
        held: false,
        why: Finding::new(&rows::RESULT_UNREADABLE, ""),
        disks_covered: 0,
        disks_expected: expected,
        group_id: None,
    };
    let level = read_level(evidence, &mut verdict);
    verdict.reached = level;
    let all_covered = verdict.disks_covered == expected && expected > 0;
    let tagged = all_covered && level == Consistency::Application;
    let witness = evidence.witness.zip(evidence.outcome);
    let row = witness.and_then(|(witness, outcome)| witness.row(outcome, tagged));
    verdict.witness = row.map(|row| row.verdict);
    let witnessed = witness.and_then(|(witness, outcome)| witness.held(outcome, tagged));
    verdict.held = witnessed.unwrap_or_else(|| may_be_held(evidence, level, all_covered));
    let finished = evidence.outcome.is_some_and(|outcome| outcome.finished);
    // Exit code 0 whose output names no group may be a launcher that ran nothing, or a lost end of the output: where the group is
    // there and tagged, the second is certain.
    let succeeded = evidence.outcome.is_some_and(|outcome| outcome.succeeded);
    let exit_zero = succeeded || evidence.outcome.is_some_and(Outcome::ended_with_zero);
    verdict.result = if verdict.held {
        ResultKind::Urgent
    } else if level == Consistency::Unknown || (!finished && level == Consistency::None) {
        ResultKind::Unknown
    } else if level == Consistency::None || verdict.disks_covered < expected || expected == 0 {
        ResultKind::Failed
    } else if !evidence.required.is_met_by(level) {
        ResultKind::Weaker
    } else if !exit_zero && !evidence.outcome.is_none_or(Outcome::is_unwatched) {
        // The tags are good, but the plug-in reported a failure: a person should look before trusting it.
        ResultKind::Failed
    } else {
        ResultKind::Ok
    };
    if let Some((row, (witness, _))) = row.zip(witness) {
        weigh_witness(evidence, row, &mut verdict);
        let bad = matches!(verdict.result, ResultKind::Failed | ResultKind::Weaker);
        let decides = match row.verdict {
            WitnessVerdict::Unreleased => true,
            WitnessVerdict::Contradicted | WitnessVerdict::Refused => bad,
            WitnessVerdict::Outside => bad && all_covered,
            WitnessVerdict::Lost | WitnessVerdict::Expired => {
                bad && (all_covered || verdict.why.row == &rows::NO_GROUP)
            }
            WitnessVerdict::Valid | WitnessVerdict::None => false,
        };
        if let Some(why) = witness.why(row.verdict).filter(|_| decides) {
            verdict.why = why;
            return verdict;
        }
    }
    if verdict.held {
        let explained = evidence.outcome.map_or_else(|| "-".into(), |outcome| outcome.explained_by.clone());
        verdict.why = Finding::new(held_row(evidence), "").with("explained", explained);
    } else if verdict.result == ResultKind::Ok {
        verdict.why = if exit_zero {
            Finding::new(&rows::REACHED, "").with("level", level.name())
        } else {
            Finding::new(&rows::REACHED_AFTER_TIME_OUT, "").with("level", level.name())
        };
    } else if matches!(verdict.result, ResultKind::Failed | ResultKind::Unknown)
        && !succeeded
        && let Some(outcome) = evidence.outcome
        && (verdict.result == ResultKind::Failed || !outcome.finished)
    {
        verdict.why = Finding::new(&rows::COMMAND_FAILED, "").with("explained", outcome.explained_by.clone());
    }
    verdict
}

/// What the record of the scripts changes: it never makes a result better than the tags.
fn weigh_witness(evidence: &Evidence<'_>, row: &WitnessRow, verdict: &mut Verdict) {
    if row.verdict == WitnessVerdict::Valid && verdict.result == ResultKind::Ok {
        verdict.proof = Some(Proof::Witness);
    }
    let Some(at_best) = row.at_best else { return };
    verdict.result = match (verdict.result, at_best) {
        (ResultKind::Ok, AtBest::Weaker) => ResultKind::Weaker,
        (ResultKind::Ok | ResultKind::Weaker, AtBest::Failed) => ResultKind::Failed,
        (other, _) => other,
    };
    if verdict.reached == Consistency::Application {
        // What the tag says of the scripts does not hold; of the freeze it may.
        verdict.reached = if evidence.freezes { Consistency::FileSystem } else { Consistency::Crash };
    }
}

/// The level of the weakest expected disk, with the reason in `verdict.why` where it is not plain.
fn read_level(evidence: &Evidence<'_>, verdict: &mut Verdict) -> Consistency {
    let Some(look) = evidence.look else {
        // Nobody looked, as versions before 0.2 did not when a command made no group for certain.
        let certain =
            evidence.outcome.is_some_and(|outcome| outcome.finished && !outcome.group_may_exist && !outcome.succeeded);
        return if certain { Consistency::None } else { Consistency::Unknown };
    };
    let group = match look {
        GroupLookup::Found(group) => group,
        GroupLookup::Nothing => {
            verdict.why = Finding::new(&rows::NO_GROUP, "");
            return Consistency::None;
        }
        GroupLookup::Ambiguous { groups } => {
            verdict.why = Finding::new(&rows::AMBIGUOUS_GROUPS, "").with("groups", groups.join(", "));
            return Consistency::Unknown;
        }
        GroupLookup::OutOfTime { groups, from, until } => {
            verdict.why = Finding::new(&rows::GROUP_OUT_OF_TIME, "")
                .with("groups", groups.join(", "))
                .with("from", from.to_wire())
                .with("until", until.to_wire());
            return Consistency::Unknown;
        }
        GroupLookup::NotVisible { group_id } => {
            verdict.why = Finding::new(&rows::GROUP_NOT_VISIBLE, "").with("group", group_id.clone());
            return Consistency::Unknown;
        }
        GroupLookup::Refused { code } => {
            verdict.why = Finding::new(&rows::LOOK_REFUSED, "").with("code", code.clone());
            return Consistency::Unknown;
        }
    };
    verdict.group_id = Some(group.group_id.to_string());
    if let Some(named) = evidence.outcome.and_then(|outcome| outcome.snapshot_group_id.as_deref()) {
        verdict.proof = Some(if named == &*group.group_id { Proof::TagAndLog } else { Proof::Tag });
    } else {
        verdict.proof = Some(Proof::Tag);
    }
    let mut weakest = Consistency::Application;
    let mut missing: Vec<&str> = Vec::new();
    let mut failed: Vec<&str> = Vec::new();
    let mut unclear = false;
    for disk in evidence.expected {
        // The service makes one of each disk; of several the worst counts, in whatever order they come.
        let of_disk = || group.snapshots.iter().filter(|snapshot| snapshot.disk_id == disk.disk_id);
        if of_disk().next().is_none() {
            missing.push(&disk.disk_id);
            continue;
        }
        if of_disk().any(|snapshot| matches!(snapshot.status, SnapshotState::Failed)) {
            failed.push(&disk.disk_id);
            continue;
        }
        for snapshot in of_disk() {
            unclear |= matches!(snapshot.status, SnapshotState::Unknown | SnapshotState::Progressing);
            if snapshot.both_tags {
                unclear = true;
                verdict.why = Finding::new(&rows::BOTH_TAGS, "").with("snapshot", snapshot.snapshot_id.to_string());
            }
            weakest = weakest.min(snapshot.level);
        }
        verdict.disks_covered += 1;
    }
    if matches!(group.status, SnapshotState::Failed) {
        verdict.why = Finding::new(&rows::GROUP_FAILED, "").with("group", group.group_id.to_string());
        verdict.disks_covered = 0;
        return Consistency::None;
    }
    if matches!(group.status, SnapshotState::Progressing | SnapshotState::Unknown) {
        verdict.why = Finding::new(&rows::GROUP_UNFINISHED, "").with("group", group.group_id.to_string());
        return Consistency::Unknown;
    }
    if !missing.is_empty() || !failed.is_empty() {
        let mut disks = missing;
        disks.append(&mut failed);
        verdict.why = Finding::new(&rows::DISK_NOT_COVERED, "").with("disks", disks.join(", "));
        return if verdict.disks_covered == 0 { Consistency::None } else { weakest };
    }
    if evidence.expected.is_empty() {
        verdict.why = Finding::new(&rows::NO_EXPECTED_DISK, "");
        return Consistency::Unknown;
    }
    if unclear {
        if verdict.why.row == &rows::RESULT_UNREADABLE {
            verdict.why = Finding::new(&rows::GROUP_UNFINISHED, "").with("group", group.group_id.to_string());
        }
        return Consistency::Unknown;
    }
    // Exit code 8: the group is there, but tagging failed half-way; a missing tag then says nothing about the level.
    let tagging_failed = evidence.outcome.map(Outcome::row).is_some_and(|row| !row.tags_tell);
    if weakest == Consistency::Crash && tagging_failed {
        verdict.why = Finding::new(&rows::TAGGING_FAILED, "");
        return Consistency::Unknown;
    }
    if !evidence.required.is_met_by(weakest) {
        let tag = match weakest {
            Consistency::FileSystem => "FsConsistent:True",
            Consistency::Application => "APPConsistent:True",
            _ => "-",
        };
        verdict.why = Finding::new(&rows::WEAKER_THAN_REQUIRED, "")
            .with("level", weakest.name())
            .with("required", evidence.required.name())
            .with("tag", tag);
    }
    weakest
}

/// What to say of a guest that may still be held: it depends on what may hold it.
fn held_row(evidence: &Evidence<'_>) -> &'static MessageRow {
    let held_by = evidence.outcome.map(Outcome::row).filter(|row| row.held).map(|row| row.held_by);
    match (evidence.platform, held_by) {
        (Some(Platform::Windows), _) => &rows::MAY_BE_HELD_WINDOWS,
        (_, Some(HeldBy::Script)) => &rows::MAY_BE_LOCKED,
        (_, Some(HeldBy::FileSystems) | None) => &rows::MAY_BE_HELD,
    }
}

/// Whether the guest may still be held.
///
/// After exit codes 9 to 12 nothing clears the suspicion. After a time-out, a killed plug-in or a lost result a tag does:
/// tags are put on after the thaw (assumption A29), and `APPConsistent` only when both scripts ran (console page of 2026).
fn may_be_held(evidence: &Evidence<'_>, level: Consistency, all_covered: bool) -> bool {
    let cleared = cleared_by_tag(evidence, level, all_covered);
    match evidence.outcome {
        // Nobody knows how the command ended, or whether it ended. A group of the run proves that it was started.
        None => {
            let started = !evidence.start_uncertain || matches!(evidence.look, Some(GroupLookup::Found(_)));
            started && !cleared
        }
        Some(outcome) => {
            // What never reached the guest makes no group: a group of the run disproves it, and nobody knows how it ended.
            let disproved = outcome.layer == Layer::Service && matches!(evidence.look, Some(GroupLookup::Found(_)));
            (outcome.held || disproved) && (outcome.cleared_by() == ClearedBy::Nothing || !cleared)
        }
    }
}

fn cleared_by_tag(evidence: &Evidence<'_>, level: Consistency, all_covered: bool) -> bool {
    if !all_covered {
        return false;
    }
    match level {
        Consistency::Application => true,
        Consistency::FileSystem => !evidence.has_scripts,
        _ => false,
    }
}

#[cfg(test)]
mod tests;
