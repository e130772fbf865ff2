use super::*;
use crate::catalog::codes::Layer;
use crate::diagnostics::text::Lang;

fn outcome(explained_by: &'static str, group: Option<&str>) -> Outcome {
    let ok = explained_by == "exit:plugin:0";
    Outcome {
        instance_id: "i-1".to_owned(),
        finished: true,
        invocation_status: "".into(),
        error_code: String::new(),
        exit_code: Some(i64::from(!ok)),
        layer: Layer::Plugin,
        succeeded: ok,
        group_may_exist: !ok,
        held: [
            "exit:plugin:9",
            "exit:plugin:10",
            "exit:plugin:11",
            "exit:plugin:12",
            "status:Timeout",
            "exit:launcher:247",
        ]
        .contains(&explained_by),
        snapshot_group_id: group.map(str::to_owned),
        claimed: None,
        explained_by: explained_by.into(),
        findings: Vec::new(),
        plugin_version: None,
        started_at: None,
        finished_at: None,
        frozen_millis: None,
        steps: Vec::new(),
        dropped: 0,
        error_lines: Vec::new(),
    }
}

fn disks(count: usize) -> Vec<ExpectedDisk> {
    (0..count).map(|n| ExpectedDisk { disk_id: format!("d-{n}").into(), device: None }).collect()
}

/// A group whose members are written as `a` (application), `f` (file system), `c` (no tag), `x` (failed), `b` (both).
fn group(members: &str) -> GroupLookup {
    let snapshots = members
        .chars()
        .enumerate()
        .map(|(n, member)| SnapshotEvidence {
            snapshot_id: format!("s-{n}").into(),
            disk_id: format!("d-{n}").into(),
            status: if member == 'x' { SnapshotState::Failed } else { SnapshotState::Accomplished },
            level: match member {
                'a' => Consistency::Application,
                'f' | 'b' => Consistency::FileSystem,
                _ => Consistency::Crash,
            },
            both_tags: member == 'b',
        })
        .collect();
    GroupLookup::Found(GroupEvidence {
        group_id: "ssg-1".into(),
        status: SnapshotState::Accomplished,
        created_at: None,
        snapshots,
    })
}

fn verdict(outcome: Option<&Outcome>, look: Option<&GroupLookup>, disks: &[ExpectedDisk], scripts: bool) -> Verdict {
    judge(&Evidence {
        required: RequiredConsistency::Application,
        platform: Some(Platform::Linux),
        has_scripts: scripts,
        expected: disks,
        start_uncertain: false,
        outcome,
        look,
    })
}

#[test]
fn only_tags_on_every_expected_disk_make_it_ok() {
    let zero = outcome("exit:plugin:0", Some("ssg-1"));
    for (members, result, reached, covered) in [
        ("aa", ResultKind::Ok, Consistency::Application, 2),
        ("af", ResultKind::Weaker, Consistency::FileSystem, 2),
        ("ac", ResultKind::Weaker, Consistency::Crash, 2),
        ("a", ResultKind::Failed, Consistency::Application, 1),
        ("", ResultKind::Failed, Consistency::None, 0),
        ("ax", ResultKind::Failed, Consistency::Application, 1),
        ("ab", ResultKind::Unknown, Consistency::Unknown, 2),
    ] {
        let verdict = verdict(Some(&zero), Some(&group(members)), &disks(2), true);
        assert_eq!((verdict.result, verdict.reached, verdict.disks_covered), (result, reached, covered), "{members}");
        assert!(!verdict.held);
    }
}

#[test]
fn proof_says_whether_the_log_names_the_group() {
    let same = outcome("exit:plugin:0", Some("ssg-1"));
    assert_eq!(verdict(Some(&same), Some(&group("a")), &disks(1), true).proof, Some(Proof::TagAndLog));
    let none = outcome("status:Timeout", None);
    assert_eq!(verdict(Some(&none), Some(&group("a")), &disks(1), true).proof, Some(Proof::Tag));
}

#[test]
fn what_could_not_be_learnt_is_unknown_and_never_none() {
    let zero = outcome("exit:plugin:0", Some("ssg-1"));
    for look in [
        GroupLookup::Refused { code: "Forbidden.RAM".to_owned() },
        GroupLookup::Ambiguous { groups: vec!["ssg-1".to_owned(), "ssg-2".to_owned()] },
        GroupLookup::NotVisible { group_id: "ssg-1".to_owned() },
    ] {
        let verdict = verdict(Some(&zero), Some(&look), &disks(1), true);
        assert_eq!((verdict.result, verdict.reached), (ResultKind::Unknown, Consistency::Unknown), "{look:?}");
    }
    assert_eq!(
        verdict(Some(&zero), Some(&group("a")), &[], true).result,
        ResultKind::Unknown,
        "no expected disk known"
    );
    let mut tagging = outcome("exit:plugin:8", Some("ssg-1"));
    tagging.held = false;
    assert_eq!(verdict(Some(&tagging), Some(&group("c")), &disks(1), true).reached, Consistency::Unknown);
    assert_eq!(verdict(Some(&tagging), Some(&group("a")), &disks(1), true).result, ResultKind::Failed);
}

#[test]
fn a_guest_that_may_be_held_is_urgent_whatever_the_tags_say() {
    for code in ["exit:plugin:9", "exit:plugin:10", "exit:plugin:11", "exit:plugin:12"] {
        let held = outcome(code, Some("ssg-1"));
        let verdict = verdict(Some(&held), Some(&group("a")), &disks(1), true);
        assert_eq!((verdict.result, verdict.held), (ResultKind::Urgent, true), "{code}");
    }
}

#[test]
fn after_a_time_out_only_a_tag_clears_the_suspicion() {
    let late = outcome("status:Timeout", None);
    let held = |look: Option<&GroupLookup>, scripts| verdict(Some(&late), look, &disks(1), scripts).held;
    assert!(held(None, true));
    assert!(held(Some(&GroupLookup::Nothing), true));
    assert!(held(Some(&group("c")), true));
    assert!(held(Some(&group("f")), true), "the post-thaw script may not have run");
    assert!(!held(Some(&group("f")), false), "there is no script that could hold it");
    assert!(!held(Some(&group("a")), true));
    assert_eq!(verdict(Some(&late), Some(&group("a")), &disks(1), true).result, ResultKind::Ok);
    let killed = outcome("exit:launcher:247", None);
    assert_eq!(verdict(Some(&killed), Some(&group("a")), &disks(1), true).result, ResultKind::Failed);
}

/// Whether the start is uncertain, what the look shows, and what comes of it when no result was to be had.
fn untold(start_uncertain: bool, look: &GroupLookup, platform: Platform, has_scripts: bool) -> Verdict {
    judge(&Evidence {
        required: RequiredConsistency::Application,
        platform: Some(platform),
        has_scripts,
        expected: &disks(1),
        start_uncertain,
        outcome: None,
        look: Some(look),
    })
}

#[test]
fn without_a_result_only_a_tag_says_that_nothing_is_held() {
    let linux = |uncertain, look: &GroupLookup| untold(uncertain, look, Platform::Linux, true);
    for uncertain in [false, true] {
        assert_eq!(linux(uncertain, &group("a")).result, ResultKind::Ok);
        // A group of the run proves that it was started.
        let weaker = linux(uncertain, &group("f"));
        assert_eq!((weaker.result, weaker.held), (ResultKind::Urgent, true), "the post-thaw script may not have run");
        assert_eq!(linux(uncertain, &group("c")).result, ResultKind::Urgent);
    }
    assert_eq!(untold(false, &group("f"), Platform::Windows, false).result, ResultKind::Weaker);
    let refused = GroupLookup::Refused { code: "Forbidden.RAM".to_owned() };
    for look in [&GroupLookup::Nothing, &refused] {
        assert_eq!(linux(false, look).result, ResultKind::Urgent, "{look:?}");
        assert_eq!((linux(true, look).result, linux(true, look).held), (ResultKind::Unknown, false), "{look:?}");
    }
}

#[test]
fn the_words_of_an_alarm_fit_what_holds_the_guest() {
    let why = |explained, platform| {
        let held = outcome(explained, None);
        let evidence = Evidence {
            required: RequiredConsistency::Application,
            platform: Some(platform),
            has_scripts: true,
            expected: &disks(1),
            start_uncertain: false,
            outcome: Some(&held),
            look: Some(&GroupLookup::Nothing),
        };
        judge(&evidence).why
    };
    for code in ["exit:plugin:9", "exit:plugin:10"] {
        assert!(why(code, Platform::Linux).help(Lang::En).starts_with("run the post-thaw script by hand"), "{code}");
    }
    assert!(why("exit:plugin:12", Platform::Linux).help(Lang::En).contains("VNC console"));
    for code in ["exit:plugin:12", "status:Timeout"] {
        let help = why(code, Platform::Windows).help(Lang::En);
        assert!(help.contains("VSS Writer") && help.contains("SQL Server") && !help.contains("fsfreeze"), "{help}");
    }
}

#[test]
fn tags_are_compared_without_regard_to_case() {
    assert_eq!(level_of_tags([("AppConsistent", "true")]), (Consistency::Application, false));
    assert_eq!(level_of_tags([("APPConsistent", "True"), ("fsconsistent", "TRUE")]), (Consistency::FileSystem, true));
    assert_eq!(level_of_tags([("APPConsistent", "False"), ("other", "True")]), (Consistency::Crash, false));
}
