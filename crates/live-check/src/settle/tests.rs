use super::*;
use consnap_core::run::verdict::{SnapshotEvidence, SnapshotState};

fn of<'a>(answers: &'a [Answer], id: &str) -> &'a Answer {
    answers.iter().find(|answer| answer.id == id).unwrap()
}

fn result(seen: &Seen, id: &str) -> Settlement {
    of(&settle(seen, Lang::En), id).result
}

#[test]
fn nothing_is_settled_by_silence() {
    for lang in [Lang::En, Lang::Zh] {
        let answers = settle(&Seen::default(), lang);
        assert_eq!(answers.len(), rows::ROWS.len());
        for answer in &answers {
            assert!(matches!(answer.result, Settlement::NotSeen | Settlement::NotHere), "{answer:?}");
            assert!(!answer.seen.is_empty());
        }
    }
}

#[test]
fn a_token_that_starts_twice_is_a_contradiction() {
    let marker = |first: &str, second: Result<&str, &str>| Seen {
        marker: Marker {
            first: Some(Ok(first.to_owned())),
            second: Some(second.map(str::to_owned).map_err(str::to_owned)),
            ..Marker::default()
        },
        ..Seen::default()
    };
    assert_eq!(result(&marker("t-1", Ok("t-1")), "A13"), Settlement::Settled);
    assert_eq!(result(&marker("t-1", Ok("t-2")), "A13"), Settlement::Contradicted);
    assert_eq!(result(&marker("t-1", Err("Throttling")), "A13"), Settlement::NotSeen);
}

#[test]
fn tags_must_stand_on_every_snapshot_and_in_describe_snapshots() {
    let member = |level| consnap_core::estate::inventory::Member {
        evidence: SnapshotEvidence {
            snapshot_id: "s-1".into(),
            disk_id: "d-1".into(),
            status: SnapshotState::Accomplished,
            level,
            both_tags: false,
        },
        run: None,
        asked: true,
        usage: Some("none".to_owned()),
    };
    let seen = |levels: &[Consistency], keys: &[&str]| Seen {
        group: Some(Group {
            group_id: "ssg-1".to_owned(),
            instance_id: None,
            name: String::new(),
            status: SnapshotState::Accomplished,
            created_at: None,
            on_hold: false,
            members: levels.iter().copied().map(member).collect(),
        }),
        level_keys: keys.iter().map(|key| (*key).to_owned()).collect(),
        ..Seen::default()
    };
    let app = Consistency::Application;
    assert_eq!(result(&seen(&[app, app], &["APPConsistent"]), "A01"), Settlement::Settled);
    assert_eq!(result(&seen(&[app, Consistency::Crash], &["APPConsistent"]), "A01"), Settlement::Contradicted);
    assert_eq!(result(&seen(&[app], &[]), "A01"), Settlement::Contradicted);
    assert_eq!(result(&seen(&[Consistency::Crash], &[]), "A01"), Settlement::NotSeen);
    assert_eq!(result(&seen(&[app], &["AppConsistent"]), "A08"), Settlement::Settled);
    assert_eq!(result(&seen(&[app], &["APPConsistent"]), "A08"), Settlement::NotSeen);
    assert_eq!(result(&seen(&[app], &["APPConsistent"]), "A34"), Settlement::NotSeen);
}

#[test]
fn placeholders_and_names() {
    let printed = |output: &str| Seen {
        marker: Marker {
            output: Some(output.to_owned()),
            text: "consnap {{ACS::InstanceId}}".to_owned(),
            ..Marker::default()
        },
        ..Seen::default()
    };
    assert_eq!(result(&printed("consnap {{ACS::InstanceId}}\n"), "A22"), Settlement::Settled);
    assert_eq!(result(&printed("consnap i-1\n"), "A22"), Settlement::Contradicted);
    assert!(of(&settle(&printed("consnap i-1\nx"), Lang::En), "A22").seen.ends_with("printed `consnap i-1`"));
    let named = |found| Seen { by_name: Some(Ok(found)), ..Seen::default() };
    assert_eq!(result(&named((true, false)), "A09"), Settlement::Settled);
    assert_eq!(result(&named((true, true)), "A09"), Settlement::Contradicted);
    let unknown = |answer| Seen { with_unknown_id: Some(answer), ..Seen::default() };
    assert_eq!(result(&unknown(Ok(1)), "A21"), Settlement::Settled);
    assert_eq!(result(&unknown(Err("InvalidInstanceId.NotFound".to_owned())), "A21"), Settlement::Contradicted);
}
