use super::*;
use crate::diagnostics::error::{Error, ErrorKind};
use crate::run::verdict::SnapshotEvidence;

const HOURS: i64 = 10_000;

fn at(hours: i64) -> Time {
    Time::from_millis(hours * 3_600_000)
}

fn group(id: &str, age_hours: i64, level: Consistency) -> Group {
    let member = Member {
        evidence: SnapshotEvidence {
            snapshot_id: format!("s-{id}").into(),
            disk_id: "d-1".into(),
            status: SnapshotState::Accomplished,
            level,
            both_tags: false,
        },
        run: Some("run1".to_owned()),
        asked: true,
        usage: Some("none".to_owned()),
    };
    Group {
        group_id: id.to_owned(),
        instance_id: Some("i-1".to_owned()),
        name: format!("nightly-run1-{id}"),
        status: SnapshotState::Accomplished,
        created_at: Some(at(HOURS - age_hours)),
        on_hold: false,
        members: vec![member],
    }
}

const APP: Consistency = Consistency::Application;
const FS: Consistency = Consistency::FileSystem;

fn estate(groups: Vec<Group>) -> Estate {
    let groups = groups.into_iter().map(|group| (group.group_id.clone(), group)).collect();
    let region = RegionEstate { region: "cn-hangzhou".to_owned(), groups, ..RegionEstate::default() };
    Estate { account_id: "1".to_owned(), as_of: at(HOURS), calls: 1, regions: vec![region] }
}

fn rule(keep_last: u32, keep_within_hours: u64) -> Rule {
    let keep_within = Duration::from_secs(keep_within_hours * 3600);
    Rule { keep_last, keep_within, required: RequiredConsistency::Application }
}

/// Group and code, `-` before those that are deleted.
fn decided(estate: &Estate, rule: &Rule) -> Vec<String> {
    let word = |decision: &Decision| {
        let sign = if decision.fate == Ruling::Delete { "-" } else { "" };
        format!("{sign}{} {}", decision.group_id, decision.why.code())
    };
    decide(estate, &ManagedGroups::default(), &[], rule).iter().map(word).collect()
}

#[test]
fn the_newest_good_ones_and_all_young_ones_stay() {
    let four = || (1..=4).map(|n| group(&format!("g{n}"), n * 24, APP)).collect::<Vec<_>>();
    assert_eq!(decided(&estate(four()), &rule(2, 0)), ["g1 CS834", "g2 CS832", "-g3 CS830", "-g4 CS830"]);
    assert_eq!(decided(&estate(four()), &rule(1, 80)), ["g1 CS834", "g2 CS833", "g3 CS833", "-g4 CS830"]);
    assert_eq!(decided(&estate(four()), &rule(0, 0))[0], "g1 CS834", "the newest stays whatever is said");
    assert_eq!(decided(&estate(four()), &rule(9, 0)).iter().filter(|word| word.starts_with('-')).count(), 0);
}

#[test]
fn weaker_groups_never_count_and_stay_where_nothing_is_better() {
    let groups =
        vec![group("g1", 1, FS), group("g2", 24, APP), group("g3", 48, FS), group("g4", 72, APP), group("g5", 96, APP)];
    assert_eq!(decided(&estate(groups), &rule(2, 0)), ["g1 CS839", "g2 CS834", "-g3 CS831", "g4 CS832", "-g5 CS830"]);
    // Whoever asks for less counts them.
    let less = Rule { required: RequiredConsistency::FileSystem, ..rule(1, 0) };
    let groups = vec![group("g1", 1, FS), group("g2", 24, APP), group("g3", 48, FS)];
    assert_eq!(decided(&estate(groups), &less), ["g1 CS832", "g2 CS834", "-g3 CS830"]);
}

#[test]
fn what_is_held_used_unfinished_or_unknown_stays() {
    let changed = |change: fn(&mut Group)| {
        let mut old = group("old", 900, APP);
        change(&mut old);
        let mut words = decided(&estate(vec![group("new", 1, APP), old]), &rule(1, 0));
        words.retain(|word| word.contains("old"));
        words.pop()
    };
    assert_eq!(changed(|_| ()).as_deref(), Some("-old CS830"));
    assert_eq!(changed(|group| group.on_hold = true).as_deref(), Some("old CS835"));
    assert_eq!(changed(|group| group.members[0].usage = Some("image".to_owned())).as_deref(), Some("old CS836"));
    assert_eq!(changed(|group| group.members[0].usage = Some("something".to_owned())).as_deref(), Some("old CS836"));
    assert_eq!(changed(|group| group.members[0].usage = None).as_deref(), Some("old CS838"));
    assert_eq!(changed(|group| group.members[0].asked = false).as_deref(), Some("old CS838"));
    assert_eq!(changed(|group| group.status = SnapshotState::Progressing).as_deref(), Some("old CS837"));
    assert_eq!(changed(|group| group.members[0].evidence.both_tags = true).as_deref(), Some("old CS837"));
    assert_eq!(changed(|group| group.created_at = None).as_deref(), Some("old CS840"));
    assert_eq!(changed(|group| group.status = SnapshotState::Failed).as_deref(), Some("-old CS831"));
    // Not ours: nobody decides about it.
    assert_eq!(changed(|group| group.members[0].run = None), None);
    assert_eq!(changed(|group| group.members[0].run = Some(String::new())), None);

    let mut source = estate(vec![group("new", 1, APP), group("old", 900, APP)]);
    source.regions[0].sources_of_disks.insert("s-old".to_owned());
    assert_eq!(decided(&source, &rule(1, 0))[1], "old CS836");
    let mut hidden = estate(vec![group("new", 1, APP), group("old", 900, APP)]);
    hidden.regions[0].unread.groups =
        Some(Error::new(ErrorKind::Api, &crate::diagnostics::messages::calls::SERVICE_REFUSED));
    assert_eq!(decided(&hidden, &rule(1, 0))[1], "old CS838");
    assert_eq!(unread_regions(&hidden)[0].code(), "CS841");
}

#[test]
fn somebody_elses_newest_group_takes_no_place_of_ours() {
    let mut foreign = group("foreign", 1, APP);
    foreign.members[0].run = None;
    let words = decided(&estate(vec![foreign, group("g1", 24, APP), group("g2", 48, APP)]), &rule(1, 0));
    assert_eq!(words, ["g1 CS832", "-g2 CS830"]);
}

#[test]
fn a_journal_makes_a_group_ours_and_knows_what_it_had_to_cover() {
    let mut untagged: Vec<Group> = (1..=3).map(|n| group(&format!("g{n}"), n * 24, APP)).collect();
    for group in &mut untagged {
        group.members[0].run = None;
    }
    let own = |expected: &[&str]| ManagedGroups {
        groups: (1..=3)
            .map(|n| {
                let expected = expected.iter().map(|disk| (*disk).to_owned()).collect();
                let own = OwnGroup {
                    run_id: format!("run{n}"),
                    name: format!("nightly-run1-g{n}"),
                    instance_id: "i-1".to_owned(),
                    created_at: Some(at(HOURS - n * 24)),
                    expected,
                };
                (format!("g{n}"), own)
            })
            .collect(),
    };
    let fates = |own: &ManagedGroups| -> Vec<(Ruling, String)> {
        let decided = decide(&estate(untagged.clone()), own, &[], &rule(1, 0));
        decided.into_iter().map(|decision| (decision.fate, decision.run_id)).collect()
    };
    let run = |n: u32| format!("run{n}");
    assert_eq!(fates(&own(&["d-1"])), [(Ruling::Keep, run(1)), (Ruling::Delete, run(2)), (Ruling::Delete, run(3))]);
    // None of them covers its disks: none is good, so none is superseded.
    assert!(fates(&own(&["d-1", "d-2"])).iter().all(|(fate, _)| *fate == Ruling::Keep));
    assert_eq!(fates(&ManagedGroups::default()), []);
}

#[test]
fn only_the_use_of_what_would_go_is_asked_for() {
    let mut groups: Vec<Group> = (1..=3).map(|n| group(&format!("g{n}"), n * 24, APP)).collect();
    for group in &mut groups {
        group.members[0].asked = false;
        group.members[0].usage = None;
    }
    let estate = estate(groups);
    let asked = snapshots_to_ask(&estate, &ManagedGroups::default(), &[], &rule(2, 0));
    assert_eq!(asked, [("cn-hangzhou".to_owned(), vec!["s-g3".to_owned()])]);
    assert!(decided(&estate, &rule(2, 0)).iter().all(|word| !word.starts_with('-')));
    let other = Selector { ids: ["i-2".to_owned()].into(), ..Selector::default() };
    assert_eq!(decide(&estate, &ManagedGroups::default(), &[other], &rule(1, 0)), []);
}

#[test]
fn a_group_that_a_journal_only_thinks_its_own_is_not_touched() {
    let groups = || (1..=3).map(|n| group(&format!("g{n}"), n * 24, APP)).collect::<Vec<_>>();
    let own = |change: fn(&mut OwnGroup)| {
        let mut own = OwnGroup {
            run_id: "run1".to_owned(),
            name: "nightly-run1-g3".to_owned(),
            instance_id: "i-1".to_owned(),
            created_at: Some(at(HOURS - 72)),
            expected: Vec::new(),
        };
        change(&mut own);
        let decisions =
            decide(&estate(groups()), &ManagedGroups { groups: [("g3".to_owned(), own)].into() }, &[], &rule(1, 0));
        decisions.into_iter().find(|decision| decision.group_id == "g3").map(|decision| decision.fate)
    };
    assert_eq!(own(|_| ()), Some(Ruling::Delete));
    assert_eq!(own(|own| own.name = "nightly-run1".to_owned()), None, "an output named another's group");
    assert_eq!(own(|own| own.instance_id = "i-2".to_owned()), None);
    assert_eq!(own(|own| own.created_at = Some(at(HOURS))), None);
    // The tag alone is no proof: guests may tag too.
    let mut foreign = group("g3", 72, APP);
    foreign.name = "somebody-elses".to_owned();
    assert_eq!(decided(&estate(vec![group("g1", 24, APP), foreign]), &rule(1, 0)), ["g1 CS834"]);
}

#[test]
fn two_groups_of_one_name_and_instance_both_stay() {
    let mut groups: Vec<Group> = (1..=3).map(|n| group(&format!("g{n}"), n * 24, APP)).collect();
    groups[1].name.clone_from(&"nightly-run1".to_owned());
    groups[2].name.clone_from(&"nightly-run1".to_owned());
    assert_eq!(decided(&estate(groups), &rule(1, 0)), ["g1 CS834", "g2 CS849", "g3 CS849"]);
}
