//! The figures of a run in the text format of Prometheus, as the textfile collector of its node exporter reads them.
//!
//! No line carries a time stamp: the collector refuses files that have them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::Report;
use crate::base::time::Time;
use crate::report::sanitize;
use crate::run::session::{OpenGuest, State, Target};
use crate::run::verdict::{GroupLookup, ResultKind};

/// When an instance was last snapshotted with the consistency that was required.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastSuccess {
    /// The region of the instance.
    pub region: String,
    /// When its group was made.
    pub at: Time,
}

/// The instances that reached what was required, each with the time of its group, or of the end of its command where the
/// service gave no time.
pub fn successes(state: &State) -> impl Iterator<Item = (&str, LastSuccess)> {
    let reached = |target: &&Target| target.verdict.as_ref().is_some_and(|verdict| verdict.result == ResultKind::Ok);
    state.targets.iter().filter(reached).map(|target| {
        let made = match target.look.as_deref() {
            Some(GroupLookup::Found(group)) => group.created_at,
            _ => None,
        };
        let finished = target.outcome.as_ref().and_then(|outcome| outcome.finished_at);
        let at = made.or(finished).or(target.started_at).unwrap_or(state.last_at);
        let region = state.regions.get(usize::from(target.region)).cloned().unwrap_or_default();
        (&*target.id, LastSuccess { region, at })
    })
}

/// The figures of a run. `last` has the last success of each instance, over this run and all earlier ones; `open` the guests
/// that any run left open.
pub fn metrics(report: &Report, last: &BTreeMap<String, LastSuccess>, open: &[OpenGuest]) -> String {
    let mut text = String::new();
    let mut page = Page { text: &mut text };
    let summary = &report.summary;
    page.family("consnap_run_info", "gauge", "The run that these figures are of.");
    page.sample(
        "consnap_run_info",
        &[
            ("run_id", &report.run_id),
            ("goal", report.goal),
            ("account_id", report.account_id.as_deref().unwrap_or_default()),
            ("required_consistency", report.required_consistency.name()),
            ("version", report.consnap),
        ],
        1,
    );
    page.single("consnap_run_start_timestamp_seconds", "When the run began.", seconds(report.started_at.millis()));
    page.single(
        "consnap_run_end_timestamp_seconds",
        "When the run ended, or was last looked at.",
        seconds(report.ended_at.millis()),
    );
    let lasted = report.ended_at.millis().saturating_sub(report.started_at.millis());
    page.single("consnap_run_duration_seconds", "How long the run took.", seconds(lasted.max(0)));
    page.single(
        "consnap_run_exit_status",
        "How the run ended: 0 everything reached, 1 failed, weaker or set aside, 2 wrong usage or refused before a start, \
         3 credentials or API refused, 4 unknown, 5 a guest may still be held.",
        report.exit_status,
    );
    page.family("consnap_run_instances", "gauge", "Instances by result.");
    for (result, count) in [
        (ResultKind::Urgent, summary.urgent),
        (ResultKind::Unknown, summary.unknown),
        (ResultKind::Failed, summary.failed),
        (ResultKind::Weaker, summary.weaker),
        (ResultKind::NotRun, summary.not_run),
        (ResultKind::Ok, summary.ok),
    ] {
        page.sample("consnap_run_instances", &[("result", result.name())], count);
    }
    page.single("consnap_run_expected_disks", "Disks that must have a snapshot.", summary.expected_disks);
    page.single("consnap_run_covered_disks", "Of these, disks that have one.", summary.covered_disks);
    page.single("consnap_run_api_calls", "Calls to the service.", summary.calls);
    page.single("consnap_run_api_throttled", "How often the service asked to slow down.", summary.throttled);

    page.family("consnap_instance_info", "gauge", "An instance of the run and how it came out.");
    for instance in &report.instances {
        let labels = [
            ("instance_id", instance.instance_id.as_str()),
            ("region", &instance.region),
            ("name", &instance.name),
            ("result", instance.result.name()),
            ("consistency", instance.got.name()),
        ];
        page.sample("consnap_instance_info", &labels, 1);
    }
    page.family("consnap_instance_ok", "gauge", "Whether the instance reached the required consistency in this run.");
    for instance in &report.instances {
        let labels = [("instance_id", instance.instance_id.as_str()), ("region", &instance.region)];
        page.sample("consnap_instance_ok", &labels, u8::from(instance.result == ResultKind::Ok));
    }
    if report.instances.iter().any(|instance| instance.witness.is_some()) {
        page.family("consnap_instance_witness", "gauge", "What the record of the quiesce scripts came to.");
        for instance in &report.instances {
            if let Some(verdict) = instance.witness.as_ref().and_then(|witness| witness.verdict) {
                let place = [("instance_id", instance.instance_id.as_str()), ("region", &instance.region)];
                page.sample("consnap_instance_witness", &[place[0], place[1], ("verdict", verdict.name())], 1);
            }
        }
    }
    page.family(
        "consnap_instance_may_be_held",
        "gauge",
        "Whether the guest may still be held, by this run or an earlier one of this state directory.",
    );
    let of_run = report
        .instances
        .iter()
        .map(|instance| ((&*instance.instance_id, &*instance.region), instance.held && instance.released.is_none()));
    let of_others = open.iter().chain(&report.left_open).map(|one| ((&*one.instance_id, &*one.region), one.held));
    let mut held: BTreeMap<(&str, &str), bool> = BTreeMap::new();
    for (instance, may_be_held) in of_run.chain(of_others) {
        *held.entry(instance).or_default() |= may_be_held;
    }
    for ((instance, region), held) in held {
        page.sample("consnap_instance_may_be_held", &[("instance_id", instance), ("region", region)], u8::from(held));
    }
    page.family(
        "consnap_instance_hold_seconds",
        "gauge",
        "From freeze to thaw, where the log of the plug-in shows it.",
    );
    for instance in &report.instances {
        if let Some(millis) = instance.held_millis {
            let labels = [("instance_id", instance.instance_id.as_str()), ("region", &instance.region)];
            page.sample("consnap_instance_hold_seconds", &labels, seconds(i64::try_from(millis).unwrap_or(i64::MAX)));
        }
    }
    page.family(
        "consnap_instance_last_success_timestamp_seconds",
        "gauge",
        "When the last group with the required consistency was made, over all runs of this state directory.",
    );
    for (instance, success) in last {
        let labels = [("instance_id", instance.as_str()), ("region", &success.region)];
        page.sample("consnap_instance_last_success_timestamp_seconds", &labels, seconds(success.at.millis()));
    }
    text
}

/// Milliseconds as seconds, without the rounding of floating point.
fn seconds(millis: i64) -> String {
    let (sign, millis) = if millis < 0 { ("-", millis.unsigned_abs()) } else { ("", millis.unsigned_abs()) };
    match millis % 1000 {
        0 => format!("{sign}{}", millis / 1000),
        rest => format!("{sign}{}.{rest:03}", millis / 1000),
    }
}

struct Page<'p> {
    text: &'p mut String,
}

impl Page<'_> {
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        let _ = write!(self.text, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
    }

    fn single(&mut self, name: &str, help: &str, value: impl std::fmt::Display) {
        self.family(name, "gauge", help);
        self.sample(name, &[], value);
    }

    fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: impl std::fmt::Display) {
        self.text.push_str(name);
        for (index, (label, content)) in labels.iter().enumerate() {
            self.text.push(if index == 0 { '{' } else { ',' });
            let _ = write!(self.text, "{label}=\"");
            for c in sanitize::terminal(content).chars() {
                match c {
                    '\\' => self.text.push_str("\\\\"),
                    '"' => self.text.push_str("\\\""),
                    c => self.text.push(c),
                }
            }
            self.text.push('"');
        }
        if !labels.is_empty() {
            self.text.push('}');
        }
        let _ = writeln!(self.text, " {value}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_cannot_leave_its_quotes() {
        let mut text = String::new();
        Page { text: &mut text }.sample("m", &[("name", "a\"} 1\nb\\\u{1b}[31m\u{202e}c"), ("x", "")], 2);
        assert_eq!(text, "m{name=\"a\\\"} 1 b\\\\c\",x=\"\"} 2\n");
    }

    #[test]
    fn seconds_keep_their_milliseconds() {
        for (millis, text) in [(0, "0"), (1, "0.001"), (1_772_600_767_000, "1772600767"), (-1500, "-1.500")] {
            assert_eq!(seconds(millis), text);
        }
    }
}
