use super::*;
use crate::catalog::codes::Layer;
use crate::catalog::witness::RecordState;
use crate::diagnostics::text::Lang;
use crate::plugin::witness::RecordSummary;

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
        witness: None,
        freezes: true,
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
fn of_several_snapshots_of_a_disk_the_worst_counts_in_any_order() {
    let zero = outcome("exit:plugin:0", Some("ssg-1"));
    for (members, want) in [
        ("ac", ResultKind::Weaker),
        ("ca", ResultKind::Weaker),
        ("ax", ResultKind::Failed),
        ("xa", ResultKind::Failed),
        ("ab", ResultKind::Unknown),
        ("ba", ResultKind::Unknown),
        ("aa", ResultKind::Ok),
    ] {
        let GroupLookup::Found(mut evidence) = group(members) else { panic!("a group") };
        for snapshot in &mut evidence.snapshots {
            snapshot.disk_id = "d-0".into();
        }
        let verdict = verdict(Some(&zero), Some(&GroupLookup::Found(evidence)), &disks(1), true);
        assert_eq!(verdict.result, want, "{members}");
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
        witness: None,
        freezes: true,
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
            witness: None,
            freezes: true,
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

/// The record of the scripts takes a claim back, or an alarm where it may; it never makes a result better than the tags.
#[test]
fn a_record_is_weighed_with_code_and_tags() {
    use {Consistency as C, RecordState as S, ResultKind as R};
    let record = |saw_frozen| RecordSummary {
        role: "post".to_owned(),
        name: "m1".to_owned(),
        engine: "mariadb".to_owned(),
        verdict: "written".to_owned(),
        exit_code: 22,
        why: None,
        held_ms: Some(900),
        saw_frozen,
        mounts: Vec::new(),
    };
    let come_to = |exit: i64, members: &str, state, saw_frozen, required, freezes| {
        let mut outcome = outcome(if exit == 0 { "exit:plugin:0" } else { "exit:plugin:9" }, None);
        outcome.exit_code = Some(exit);
        let look = if members.is_empty() { GroupLookup::Nothing } else { group(members) };
        let verdict = judge(&Evidence {
            required,
            platform: Some(Platform::Linux),
            has_scripts: true,
            expected: &disks(1),
            start_uncertain: false,
            outcome: Some(&outcome),
            look: Some(&look),
            witness: Some(&WitnessEvidence::of((state, vec!["/pg/fast".to_owned()]), record(saw_frozen))),
            freezes,
        });
        assert_eq!(verdict.held, verdict.result == ResultKind::Urgent);
        (verdict.result, verdict.reached, verdict.proof, verdict.why.code())
    };
    let application = RequiredConsistency::Application;
    let plain = |exit, members, state| come_to(exit, members, state, false, application, true);
    assert_eq!(plain(0, "a", S::Valid), (R::Ok, C::Application, Some(Proof::Witness), "CS350"));
    assert_eq!(plain(0, "f", S::Valid), (R::Weaker, C::FileSystem, Some(Proof::Tag), "CS352"));
    for state in [S::Lost, S::Expired, S::Refused] {
        assert_eq!(plain(0, "a", state), (R::Weaker, C::FileSystem, Some(Proof::Tag), "CS390"));
        // Nobody asked for more than the file systems: the claim is wrong all the same.
        let lower = come_to(0, "a", state, false, RequiredConsistency::FileSystem, true);
        assert_eq!(lower, (R::Weaker, C::FileSystem, Some(Proof::Tag), "CS390"));
        assert_eq!(come_to(0, "a", state, false, application, false).1, C::Crash, "nothing was frozen");
    }
    // Part of its data is in no snapshot: whatever was asked for, this is no copy of the service.
    assert_eq!(plain(0, "a", S::Outside), (R::Weaker, C::FileSystem, Some(Proof::Tag), "CS394"));
    for members in ["a", "f"] {
        let required = RequiredConsistency::FileSystem;
        let lower = come_to(0, members, S::Outside, false, required, true);
        assert_eq!(lower, (R::Weaker, C::FileSystem, Some(Proof::Tag), "CS394"));
    }
    assert_eq!(plain(9, "", S::Outside).0, R::Urgent, "of this code it says nothing");
    assert_eq!(plain(0, "a", S::None), (R::Ok, C::Application, Some(Proof::Tag), "CS350"));
    assert_eq!(plain(0, "a", S::Unreleased), (R::Urgent, C::Application, Some(Proof::Tag), "CS393"));
    assert_eq!(plain(9, "", S::Refused), (R::Failed, C::None, None, "CS391"));
    assert_eq!(plain(9, "", S::None), (R::Urgent, C::None, None, "CS381"));
    assert_eq!(plain(9, "", S::Valid).0, R::Urgent, "it does not speak of this code");
    assert_eq!(come_to(9, "", S::Refused, true, application, true).0, R::Urgent, "a file system was frozen");
    for state in [S::Lost, S::Expired] {
        assert_eq!(plain(10, "f", state), (R::Weaker, C::FileSystem, Some(Proof::Tag), "CS392"));
        assert_eq!(plain(10, "a", state).0, R::Failed, "a tag does not outweigh the exit code");
        assert_eq!(plain(10, "", state), (R::Failed, C::None, None, "CS392"), "no group, and why");
        assert_eq!(plain(11, "f", state).0, R::Urgent, "of this code it says nothing");
    }
}

#[test]
fn tags_are_compared_without_regard_to_case() {
    assert_eq!(level_of_tags([("AppConsistent", "true")]), (Consistency::Application, false));
    assert_eq!(level_of_tags([("APPConsistent", "True"), ("fsconsistent", "TRUE")]), (Consistency::FileSystem, true));
    assert_eq!(level_of_tags([("APPConsistent", "False"), ("other", "True")]), (Consistency::Crash, false));
}

#[test]
fn tags_that_say_yes_and_no_contradict_one_another() {
    for tags in [
        [("APPConsistent", "True"), ("APPConsistent", "False")],
        [("AppConsistent", "False"), ("APPConsistent", "True")],
        [("APPConsistent", "True"), ("AppConsistent", "")],
    ] {
        assert_eq!(level_of_tags(tags), (Consistency::Application, true), "{tags:?}");
    }
}

/// What never reached the guest makes no group. Where there is one, nobody knows how the command ended.
#[test]
fn a_group_disproves_that_nothing_was_started() {
    let mut never = outcome("task:InstanceNotRunning", None);
    never.layer = Layer::Service;
    never.exit_code = None;
    assert!(!verdict(Some(&never), Some(&GroupLookup::Nothing), &disks(1), true).held);
    for (members, held) in [("c", true), ("f", true), ("x", true), ("a", false)] {
        let verdict = verdict(Some(&never), Some(&group(members)), &disks(1), true);
        assert_eq!((verdict.held, verdict.result == ResultKind::Urgent), (held, held), "{members}");
        assert_ne!(verdict.result, ResultKind::Ok, "{members}");
    }
}
