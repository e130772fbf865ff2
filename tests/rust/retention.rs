//! Retention over any estate: what must stay stays, and a second clean-up finds nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use consnap_core::estate::inventory::{Estate, Group, Member, RegionEstate};
use consnap_core::estate::retention::{ManagedGroups, Rule, Ruling, decide};
use consnap_core::run::verdict::{SnapshotEvidence, SnapshotState};
use consnap_core::{Consistency, RequiredConsistency, Time};
use proptest::prelude::*;

const NOW: i64 = 1_000 * HOUR;
const HOUR: i64 = 3_600_000;

fn any_state() -> impl Strategy<Value = SnapshotState> {
    prop_oneof![
        8 => Just(SnapshotState::Accomplished),
        1 => Just(SnapshotState::Progressing),
        1 => Just(SnapshotState::Failed),
        1 => Just(SnapshotState::Unknown),
    ]
}

fn any_level() -> impl Strategy<Value = Consistency> {
    prop_oneof![
        5 => Just(Consistency::Application),
        2 => Just(Consistency::FileSystem),
        1 => Just(Consistency::Crash),
    ]
}

fn any_member() -> impl Strategy<Value = Member> {
    let usage = prop_oneof![
        8 => Just(Some("none".to_owned())),
        1 => Just(Some("image".to_owned())),
        1 => Just(Some("image_disk".to_owned())),
        1 => Just(None),
    ];
    let run = prop_oneof![8 => Just(Some("run1".to_owned())), 1 => Just(None), 1 => Just(Some("run2".to_owned()))];
    (any_state(), any_level(), prop::bool::weighted(0.03), prop::bool::weighted(0.95), usage, run, 0..400_u32).prop_map(
        |(status, level, both_tags, asked, usage, run, number)| Member {
            evidence: SnapshotEvidence {
                snapshot_id: format!("s-{number}").into(),
                disk_id: format!("d-{}", number % 2).into(),
                status,
                level,
                both_tags,
            },
            run,
            asked,
            usage,
        },
    )
}

fn any_group() -> impl Strategy<Value = Group> {
    let instance = prop_oneof![9 => (1..3_u8).prop_map(|n| Some(format!("i-{n}"))), 1 => Just(None)];
    let created_at =
        prop_oneof![19 => (0..900_i64).prop_map(|hours| Some(Time::from_millis(NOW - hours * HOUR))), 1 => Just(None)];
    (instance, any_state(), created_at, prop::bool::weighted(0.05), prop::collection::vec(any_member(), 0..3)).prop_map(
        |(instance_id, status, created_at, on_hold, members)| Group {
            group_id: String::new(),
            instance_id,
            name: "nightly".to_owned(),
            status,
            created_at,
            on_hold,
            members,
        },
    )
}

fn any_estate() -> impl Strategy<Value = Estate> {
    (prop::collection::vec(any_group(), 0..24), prop::collection::btree_set(0..400_u32, 0..20)).prop_map(
        |(groups, sources)| {
            let groups: BTreeMap<String, Group> = (0..)
                .zip(groups)
                .map(|(n, group)| {
                    let group_id = format!("ssg-{n}");
                    let name = format!("nightly-run1-run2-{n}");
                    (group_id.clone(), Group { group_id, name, ..group })
                })
                .collect();
            let sources: BTreeSet<String> = sources.into_iter().map(|number| format!("s-{number}")).collect();
            let region = RegionEstate {
                region: "cn-hangzhou".to_owned(),
                groups,
                sources_of_disks: sources,
                ..Default::default()
            };
            Estate { account_id: "1".to_owned(), as_of: Time::from_millis(NOW), calls: 0, regions: vec![region] }
        },
    )
}

fn any_rule() -> impl Strategy<Value = Rule> {
    (0..5_u32, 0..600_u64, any::<bool>()).prop_map(|(keep_last, hours, strict)| Rule {
        keep_last,
        keep_within: Duration::from_secs(hours * 3600),
        required: if strict { RequiredConsistency::Application } else { RequiredConsistency::FileSystem },
    })
}

/// Good in the plainest words: finished, every snapshot usable and tagged as required.
fn is_good(group: &Group, required: RequiredConsistency) -> bool {
    group.status == SnapshotState::Accomplished
        && group.created_at.is_some()
        && !group.members.is_empty()
        && group.members.iter().all(|member| {
            let evidence = &member.evidence;
            evidence.status == SnapshotState::Accomplished && !evidence.both_tags && required.is_met_by(evidence.level)
        })
}

fn is_ours(group: &Group) -> bool {
    let runs: BTreeSet<&Option<String>> = group.members.iter().map(|member| &member.run).collect();
    runs.len() == 1 && !runs.contains(&None)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn what_must_stay_stays(estate in any_estate(), rule in any_rule()) {
        let groups = &estate.regions[0].groups;
        let decisions = decide(&estate, &ManagedGroups::default(), &[], &rule);
        let gone: BTreeSet<&String> =
            decisions.iter().filter(|one| one.fate == Ruling::Delete).map(|one| &one.group_id).collect();
        prop_assert_eq!(decisions.len(), groups.values().filter(|group| is_ours(group)).count());
        for group in gone.iter().map(|id| &groups[*id]) {
            prop_assert!(is_ours(group) && !group.on_hold, "{:?}", group);
            let created_at = group.created_at.unwrap();
            prop_assert!(estate.as_of.since(created_at) > rule.keep_within);
            prop_assert!(matches!(group.status, SnapshotState::Accomplished | SnapshotState::Failed));
            for member in &group.members {
                prop_assert!(member.asked && member.usage.as_deref() == Some("none"), "{:?}", member);
                let snapshot: &str = &member.evidence.snapshot_id;
                prop_assert!(!estate.regions[0].sources_of_disks.contains(snapshot));
                prop_assert!(member.evidence.status != SnapshotState::Progressing);
            }
            // A newer good one of ours stays.
            let stays = groups.values().any(|other| {
                other.instance_id == group.instance_id && other.instance_id.is_some() && is_ours(other)
                    && is_good(other, rule.required) && other.created_at >= Some(created_at)
                    && !gone.contains(&other.group_id)
            });
            prop_assert!(stays, "{:?}", group);
        }
        for instance in ["i-1", "i-2"] {
            let of = |group: &&Group| group.instance_id.as_deref() == Some(instance);
            let newest = |required| {
                let mut good: Vec<&Group> = groups.values().filter(of).filter(|group| is_good(group, required)).collect();
                good.sort_by_key(|group| std::cmp::Reverse(group.created_at));
                good
            };
            // Of several made at the same time any may be taken for the newest, but one of them stays.
            let application = newest(RequiredConsistency::Application);
            if let Some(first) = application.first() {
                let same = application.iter().filter(|group| group.created_at == first.created_at);
                prop_assert!(same.clone().any(|group| !gone.contains(&group.group_id)));
            }
            let ours: Vec<&Group> = newest(rule.required).into_iter().filter(|group| is_ours(group)).collect();
            let left = ours.iter().filter(|group| !gone.contains(&group.group_id)).count();
            prop_assert!(left >= ours.len().min(rule.keep_last.max(1) as usize), "{} of {}", left, ours.len());
        }
    }

    #[test]
    fn a_second_clean_up_finds_nothing(estate in any_estate(), rule in any_rule()) {
        let mut after = estate.clone();
        for decision in decide(&estate, &ManagedGroups::default(), &[], &rule) {
            if decision.fate == Ruling::Delete {
                after.regions[0].groups.remove(&decision.group_id);
            }
        }
        let again = decide(&after, &ManagedGroups::default(), &[], &rule);
        prop_assert!(again.iter().all(|one| one.fate == Ruling::Keep));
    }
}
