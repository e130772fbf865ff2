use std::time::Duration;

use super::*;
use crate::diagnostics::error::{Error, ErrorKind};
use crate::estate::inventory::{AttachedDisk, Member};
use crate::run::verdict::SnapshotEvidence;

const NOW: i64 = 1_000;

fn at(hours: i64) -> Time {
    Time::from_millis(hours * 3_600_000)
}

fn group(id: &str, age_hours: i64, levels: &[(&str, Consistency)]) -> Group {
    let members = levels.iter().map(|(disk, level)| Member {
        evidence: SnapshotEvidence {
            snapshot_id: format!("s-{id}-{disk}").into(),
            disk_id: (*disk).into(),
            status: SnapshotState::Accomplished,
            level: *level,
            both_tags: false,
        },
        run: None,
        asked: true,
        usage: None,
    });
    Group {
        group_id: id.to_owned(),
        instance_id: Some("i-1".to_owned()),
        name: "nightly".to_owned(),
        status: SnapshotState::Accomplished,
        created_at: Some(at(NOW - age_hours)),
        on_hold: false,
        members: members.collect(),
    }
}

const APP: Consistency = Consistency::Application;
const FS: Consistency = Consistency::FileSystem;

fn both(level: Consistency) -> [(&'static str, Consistency); 2] {
    [("d-1", level), ("d-2", level)]
}

fn estate(groups: Vec<Group>) -> Estate {
    let disk = |id: &str, category: &str| AttachedDisk {
        disk_id: id.to_owned(),
        device: None,
        category: Some(category.to_owned()),
    };
    let disks = vec![disk("d-1", "cloud_essd"), disk("d-2", "cloud_auto"), disk("d-9", "local_ssd_pro")];
    let mut region = RegionEstate { region: "cn-hangzhou".to_owned(), ..RegionEstate::default() };
    region.instances.insert("i-1".to_owned(), Instance { name: "db-1".to_owned(), disks, ..Instance::default() });
    region.groups = groups.into_iter().map(|group| (group.group_id.clone(), group)).collect();
    Estate { account_id: "1".to_owned(), as_of: at(NOW), calls: 4, regions: vec![region] }
}

fn objective() -> Objective {
    Objective { rpo: Duration::from_secs(24 * 3600), required: RequiredConsistency::Application }
}

fn judged(estate: &Estate) -> (AuditResult, String, u8) {
    let audit = present(estate, &[], &objective(), Lang::En);
    (audit.instances[0].result, audit.instances[0].why.code.clone(), audit.exit_status)
}

fn is(estate: &Estate, result: AuditResult, code: &str) {
    let exit = match result {
        AuditResult::Met => 0,
        AuditResult::Missed => 1,
        AuditResult::Unknown => 4,
    };
    assert_eq!(judged(estate), (result, code.to_owned(), exit));
}

#[test]
fn the_newest_good_group_counts() {
    let groups =
        vec![group("ssg-old", 50, &both(APP)), group("ssg-new", 23, &both(APP)), group("ssg-weak", 1, &both(FS))];
    let estate = estate(groups);
    is(&estate, AuditResult::Met, "CS801");
    let audit = present(&estate, &[], &objective(), Lang::En);
    let one = &audit.instances[0];
    assert_eq!(one.newest.as_ref().map(|point| point.group_id.as_str()), Some("ssg-new"));
    assert_eq!((one.age_seconds, one.newer_weaker), (Some(23 * 3600), 1));
    assert_eq!((one.disks_covered, one.disks_expected), (2, 2), "a local disk cannot be covered");
    assert_eq!(one.gaps.len(), 1, "27 hours lie between the two");
}

#[test]
fn what_is_missed_and_why() {
    is(&estate(vec![]), AuditResult::Missed, "CS803");
    is(&estate(vec![group("ssg-1", 25, &both(APP))]), AuditResult::Missed, "CS802");
    is(&estate(vec![group("ssg-1", 1, &both(FS))]), AuditResult::Missed, "CS804");
    is(&estate(vec![group("ssg-1", 1, &[("d-1", APP), ("d-2", FS)])]), AuditResult::Missed, "CS804");
    is(&estate(vec![group("ssg-1", 1, &[("d-1", APP)])]), AuditResult::Missed, "CS805");
    let mut failed = group("ssg-1", 1, &both(APP));
    failed.members[1].evidence.status = SnapshotState::Failed;
    is(&estate(vec![failed]), AuditResult::Missed, "CS805");
    let mut group_failed = group("ssg-1", 1, &both(APP));
    group_failed.status = SnapshotState::Failed;
    is(&estate(vec![group_failed]), AuditResult::Missed, "CS804");
    // A disk attached since says more than the age of the group before it.
    let audit = present(
        &estate(vec![group("ssg-all", 30, &both(APP)), group("ssg-part", 2, &[("d-1", APP)])]),
        &[],
        &objective(),
        Lang::En,
    );
    assert_eq!(
        (audit.instances[0].why.code.as_str(), &audit.instances[0].uncovered_disks[..]),
        ("CS805", &["d-2".to_owned()][..])
    );
    let exact = estate(vec![group("ssg-1", 24, &both(APP))]);
    is(&exact, AuditResult::Met, "CS801");
}

#[test]
fn unknown_is_neither_met_nor_missed() {
    let mut under_way = group("ssg-1", 1, &both(APP));
    under_way.status = SnapshotState::Progressing;
    is(&estate(vec![under_way.clone(), group("ssg-0", 30, &both(APP))]), AuditResult::Unknown, "CS808");
    // Beside a good one it does not matter.
    is(&estate(vec![under_way.clone(), group("ssg-0", 20, &both(APP))]), AuditResult::Met, "CS801");
    under_way.created_at = Some(at(NOW - 40));
    is(&estate(vec![under_way]), AuditResult::Missed, "CS804");
    let mut contradicts = group("ssg-1", 1, &both(APP));
    contradicts.members[0].evidence.both_tags = true;
    is(&estate(vec![contradicts]), AuditResult::Unknown, "CS808");
    let mut timeless = group("ssg-1", 1, &both(APP));
    timeless.created_at = None;
    is(&estate(vec![timeless]), AuditResult::Unknown, "CS808");

    let error = || Error::new(ErrorKind::Api, &crate::diagnostics::messages::calls::SERVICE_REFUSED);
    let unread = |change: fn(&mut RegionEstate, Error)| {
        let mut estate = estate(vec![group("ssg-1", 1, &both(FS))]);
        change(&mut estate.regions[0], error());
        estate
    };
    is(&unread(|region, error| region.unread.groups = Some(error)), AuditResult::Unknown, "CS806");
    is(&unread(|region, error| region.unread.disks = Some(error)), AuditResult::Unknown, "CS807");
    let no_disks = unread(|region, _| region.instances.values_mut().for_each(|instance| instance.disks.clear()));
    is(&no_disks, AuditResult::Unknown, "CS807");
    let hidden = unread(|region, error| {
        region.unread.snapshots = Some(error);
        for member in region.groups.values_mut().flat_map(|group| &mut group.members) {
            (member.asked, member.evidence.level) = (false, Consistency::Crash);
        }
    });
    is(&hidden, AuditResult::Unknown, "CS808");
    let mut partly = estate(vec![group("ssg-1", 1, &both(APP))]);
    partly.regions[0].unread.instances = Some(error());
    assert_eq!(judged(&partly).2, 4, "instances may be missing");
    assert_eq!(present(&partly, &[], &objective(), Lang::En).unread[0].code, "CS817");
}

#[test]
fn selections_say_who_is_judged_and_by_what() {
    let estate = estate(vec![group("ssg-1", 1, &[("d-1", FS)])]);
    let exclude = [("i-1".to_owned(), "d-2".to_owned())].into();
    let weaker = Selector {
        ids: ["i-1".to_owned(), "i-gone".to_owned()].into(),
        excluded_disks: exclude,
        required: Some(RequiredConsistency::FileSystem),
        ..Selector::default()
    };
    let audit = present(&estate, &[weaker], &objective(), Lang::En);
    let codes: Vec<(&str, &str)> =
        audit.instances.iter().map(|one| (one.instance_id.as_str(), one.why.code.as_str())).collect();
    assert_eq!(codes, [("i-gone", "CS809"), ("i-1", "CS801")]);
    assert_eq!(audit.exit_status, 4);
    let other = Selector { tags: [("app".to_owned(), "x".to_owned())].into(), ..Selector::default() };
    let audit = present(&estate, &[other], &objective(), Lang::En);
    assert_eq!((audit.instances.len(), audit.not_selected.len(), audit.exit_status), (0, 1, 0));
    assert_eq!(audit.not_selected[0].newest, None);
    let nothing_left = Selector {
        excluded_disks: ["d-1", "d-2"].map(|disk| (String::new(), disk.to_owned())).into(),
        ..Selector::default()
    };
    assert_eq!(present(&estate, &[nothing_left], &objective(), Lang::En).instances[0].why.code, "CS810");
}

#[test]
fn only_what_can_matter_is_asked_for() {
    let mut hidden: Vec<Group> =
        (0..9).map(|n| group(&format!("ssg-{n}"), 10 + 10 * n, &both(Consistency::Crash))).collect();
    hidden.iter_mut().flat_map(|group| &mut group.members).for_each(|member| member.asked = false);
    let ask = |groups: Vec<Group>| -> usize {
        snapshots_to_ask(&estate(groups), &[], &objective()).iter().map(|(_, ids)| ids.len()).sum()
    };
    assert_eq!(ask(hidden.clone()), 6, "the newest three");
    hidden[1] = group("ssg-1", 20, &both(APP));
    assert_eq!(ask(hidden.clone()), 2, "down to the newest good one");
    hidden[0] = group("ssg-0", 10, &both(APP));
    assert_eq!(ask(hidden), 0);
}

#[test]
fn tables_hold_no_formula() {
    let mut estate = estate(vec![group("ssg-1", 1, &both(APP))]);
    estate.regions[0]
        .instances
        .values_mut()
        .for_each(|instance| instance.name = "=cmd|' /C calc'!A0,\"x\"\r\n+1".to_owned());
    let audit = present(&estate, &[], &objective(), Lang::En);
    let table = crate::estate::audit::csv(&audit);
    let lines: Vec<&str> = table.split('\n').collect();
    assert_eq!((lines.len(), lines[2]), (3, ""));
    assert!(lines[1].contains(r#","'=cmd|' /C calc'!A0,""x"" +1","#), "{}", lines[1]);
    assert_eq!(lines[0].split(',').count(), 19);
    let page = crate::estate::audit::html(&audit, Lang::Zh);
    assert!(page.contains("&#39; /C calc&#39;!A0") && page.ends_with("</html>\n"), "{page}");
}
