//! The disks of an instance, and the limits of the group they will form.

use super::Checker;
use super::instance::{Findings, text};
use crate::catalog::disks::{self, DiskSupport};
use crate::catalog::limits::{self, LimitRow};
use crate::diagnostics::finding::{Finding, MessageRow};
use crate::diagnostics::messages::prerequisites as rows;
use crate::input::document::{quoted, shorten};
use crate::input::facts::Disk;

/// How many disks of which support are in the group, and how many were taken out.
#[derive(Default)]
struct Tally {
    included: u32,
    essd: u32,
    beside_essd: u32,
    zone_redundant: u32,
    unknown: u32,
    essd_excluded: u32,
    size_gib: u64,
    size_unknown: u32,
}

pub(super) fn check<S: AsRef<str>>(
    checker: &Checker<'_>,
    disks: Option<&[Disk<S>]>,
    excluded: &[(&str, &str)],
    findings: &mut Findings,
) {
    let Some(disks) = disks else {
        findings.missing("disks", "/disks".to_owned());
        return;
    };
    for (_, stranger) in excluded.iter().filter(|(_, id)| !disks.iter().any(|disk| disk.disk_id.as_ref() == *id)) {
        let finding = Finding::new(&rows::EXCLUDED_DISK_NOT_ATTACHED, "/disks");
        findings.push(finding.with("disk", shorten(stranger)));
    }
    if disks.is_empty() {
        findings.push(Finding::new(&rows::NO_DISKS, "/disks"));
        return;
    }
    let mut tally = Tally::default();
    for (at, disk) in disks.iter().enumerate() {
        if excluded.iter().any(|(_, id)| *id == disk.disk_id.as_ref()) {
            let essd = text(disk.category.as_ref()) == Some("cloud_essd");
            tally.essd_excluded = tally.essd_excluded.saturating_add(u32::from(essd));
        } else {
            one(checker, at, disk, &mut tally, findings);
        }
    }
    if tally.included == 0 {
        findings.push(Finding::new(&rows::ALL_EXCLUDED, "/disks"));
        return;
    }
    kinds(&tally, findings);
    zones(disks, excluded, findings);
    size(&tally, findings);
}

fn one<S: AsRef<str>>(checker: &Checker<'_>, at: usize, disk: &Disk<S>, tally: &mut Tally, findings: &mut Findings) {
    let place = |fact: &str| format!("/disks/{at}/{fact}");
    let about = |row: &'static MessageRow, fact: &str| {
        Finding::new(row, place(fact)).with("disk", shorten(disk.disk_id.as_ref()))
    };
    tally.included = tally.included.saturating_add(1);
    if disk.disk_id.as_ref().is_empty() {
        findings.missing("disk_id", place("disk_id"));
    }
    match text(disk.category.as_ref()) {
        None | Some("") => {
            tally.unknown = tally.unknown.saturating_add(1);
            findings.missing("category", place("category"));
        }
        Some(category) => {
            let with_category = |row| about(row, "category").with("category", shorten(category));
            let counter = match disks::find(category).map(|row| row.support(checker.context.as_of)) {
                Some(DiskSupport::Supported) => &mut tally.essd,
                Some(DiskSupport::BesideEssd) => &mut tally.beside_essd,
                Some(DiskSupport::BesideEssdUndocumented) => {
                    findings.push(with_category(&rows::DISK_UNDOCUMENTED));
                    &mut tally.beside_essd
                }
                Some(DiskSupport::OwnKindUndocumented) => &mut tally.zone_redundant,
                Some(DiskSupport::Unsupported) => {
                    findings.push(with_category(&rows::DISK_UNSUPPORTED));
                    &mut tally.unknown
                }
                None => {
                    findings.push(with_category(&rows::DISK_CATEGORY_UNRECOGNISED));
                    &mut tally.unknown
                }
            };
            *counter = counter.saturating_add(1);
        }
    }
    match text(disk.status.as_ref()) {
        None | Some("") => findings.missing("status", place("status")),
        Some("In_use") => {}
        Some(status) => findings.push(about(&rows::DISK_STATUS, "status").with("status", shorten(status))),
    }
    match text(disk.multi_attach.as_ref()) {
        None => findings.missing("multi_attach", place("multi_attach")),
        Some("" | "Disabled") => {}
        Some("Enabled" | "LegacyShared") => findings.push(about(&rows::MULTI_ATTACH, "multi_attach")),
        Some(other) => findings.unknown_value("multi_attach", other, place("multi_attach")),
    }
    match disk.size_gib {
        Some(size) => tally.size_gib = tally.size_gib.saturating_add(size.into()),
        None => tally.size_unknown = tally.size_unknown.saturating_add(1),
    }
    if let Some(count @ 1..) = disk.snapshots_in_progress {
        let most = limits::SNAPSHOT_TASKS.value;
        let row = if count >= most { &rows::TOO_MANY_SNAPSHOTS } else { &rows::SNAPSHOT_UNDER_WAY };
        findings.push(about(row, "snapshots_in_progress").with("count", count.to_string()));
    }
}

fn kinds(tally: &Tally, findings: &mut Findings) {
    let others = tally.essd.saturating_add(tally.beside_essd).saturating_add(tally.unknown);
    if tally.zone_redundant > 0 {
        let row = if others > 0 { &rows::ZONE_REDUNDANT_MIXED } else { &rows::ZONE_REDUNDANT };
        findings.push(Finding::new(row, "/disks"));
    } else if tally.essd == 0 && tally.beside_essd > 0 {
        let row = if tally.essd_excluded > 0 { &rows::ESSD_EXCLUDED } else { &rows::NO_ESSD_LEFT };
        findings.push(Finding::new(row, "/disks"));
    }
}

fn zones<S: AsRef<str>>(disks: &[Disk<S>], excluded: &[(&str, &str)], findings: &mut Findings) {
    let included = disks.iter().filter(|disk| !excluded.iter().any(|(_, id)| *id == disk.disk_id.as_ref()));
    let mut zones = included.filter_map(|disk| text(disk.zone_id.as_ref())).filter(|zone| !zone.is_empty());
    let Some(first) = zones.next() else { return };
    if let Some(other) = zones.find(|zone| *zone != first) {
        let named = quoted([first, other].into_iter());
        findings.push(Finding::new(&rows::DISK_ZONES, "/disks").with("zones", named));
    }
}

fn size(tally: &Tally, findings: &mut Findings) {
    let mut above = |amount: u64, unit: u64, shown: &'static str, limit: &LimitRow, row| {
        let exceeds = amount > u64::from(limit.value).saturating_mul(unit);
        if exceeds {
            let finding = Finding::new(row, "/disks").with(shown, amount.to_string());
            findings.push(finding.with("most", limit.value.to_string()));
        }
        exceeds
    };
    let count = u64::from(tally.included);
    if !above(count, 1, "count", &limits::GROUP_DISKS_NEWER, &rows::TOO_MANY_DISKS) {
        above(count, 1, "count", &limits::GROUP_DISKS, &rows::MANY_DISKS);
    }
    if !above(tally.size_gib, 1024, "size", &limits::GROUP_SIZE_NEWER, &rows::TOO_LARGE_GROUP) {
        above(tally.size_gib, 1024, "size", &limits::GROUP_SIZE, &rows::LARGE_GROUP);
    }
    if tally.size_unknown > 0 {
        let finding = Finding::new(&rows::SIZE_UNKNOWN, "/disks");
        findings.push(finding.with("count", tally.size_unknown.to_string()));
    }
}
