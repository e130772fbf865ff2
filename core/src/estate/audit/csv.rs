//! An audit as CSV: a line an instance, for spreadsheets. Foreign text cannot become a formula.

use super::{Audit, InstanceAudit};
use crate::report::sanitize;

/// The columns, in their order. New ones are added at the end.
const COLUMNS: [&str; 19] = [
    "result",
    "instance_id",
    "name",
    "region",
    "required",
    "level",
    "group_id",
    "created_at",
    "age_seconds",
    "rpo_seconds",
    "disks_covered",
    "disks_expected",
    "uncovered_disks",
    "excluded_disks",
    "newer_weaker",
    "gaps",
    "longest_gap_seconds",
    "code",
    "why",
];

/// The lines of an audit. Instances that nothing selected come last, with the result
/// `not_selected`.
pub fn csv(audit: &Audit) -> String {
    let mut out = String::with_capacity(audit.instances.len().saturating_mul(200).saturating_add(400));
    line(&mut out, &COLUMNS.map(str::to_owned));
    for instance in &audit.instances {
        line(&mut out, &row(audit, instance));
    }
    for other in &audit.not_selected {
        let newest = other.newest.as_ref();
        let mut fields = [const { String::new() }; COLUMNS.len()];
        let known = [
            "not_selected".to_owned(),
            other.instance_id.clone(),
            other.name.clone(),
            other.region.clone(),
            String::new(),
            newest.map(|point| point.level.to_string()).unwrap_or_default(),
            newest.map(|point| point.group_id.clone()).unwrap_or_default(),
            newest.map(|point| point.created_at.to_wire()).unwrap_or_default(),
        ];
        fields.iter_mut().zip(known).for_each(|(field, value)| *field = value);
        line(&mut out, &fields);
    }
    out
}

fn row(audit: &Audit, instance: &InstanceAudit) -> [String; COLUMNS.len()] {
    let newest = instance.newest.as_ref();
    [
        instance.result.to_string(),
        instance.instance_id.clone(),
        instance.name.clone(),
        instance.region.clone(),
        instance.required.to_string(),
        newest.map(|point| point.level.to_string()).unwrap_or_default(),
        newest.map(|point| point.group_id.clone()).unwrap_or_default(),
        newest.map(|point| point.created_at.to_wire()).unwrap_or_default(),
        instance.age_seconds.map(|age| age.to_string()).unwrap_or_default(),
        audit.rpo_seconds.to_string(),
        instance.disks_covered.to_string(),
        instance.disks_expected.to_string(),
        instance.uncovered_disks.join(" "),
        instance.excluded_disks.join(" "),
        instance.newer_weaker.to_string(),
        instance.gaps.len().to_string(),
        instance.gaps.iter().map(|gap| gap.seconds).max().unwrap_or_default().to_string(),
        instance.why.code.clone(),
        instance.why.message.clone(),
    ]
}

fn line(out: &mut String, fields: &[String; COLUMNS.len()]) {
    for (at, field) in fields.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        out.push_str(&sanitize::csv(field));
    }
    out.push('\n');
}
