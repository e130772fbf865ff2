//! Which group a run judges, and which guests it takes for held, whatever the guest prints and whatever the service loses.

use consnap_core::base::consistency::Consistency;
use consnap_core::diagnostics::messages::{runs, verdicts};
use consnap_core::run::session::{Event, Goal, Numbered, Session, StopReason, Target};
use consnap_core::run::verdict::{GroupLookup, Proof, ResultKind};
use consnap_core::{Lang, Time};
use consnap_simulator::scenario::{
    ApiFault, BeyondTagFilter, ForeignResult, GroupFault, GroupLine, GuestFault, ListingFault, PastConsistency,
    PastGroup, ResultFault, Scenario, ScriptOrder, TagFault, TotalCounts,
};
use consnap_simulator::{Ended, Onward, Simulator};
use consnap_tests::meddled::*;

mod session_unread;

/// An older, good group of the same instance, and one of another.
fn with_older_groups(scenario: &mut Scenario) {
    for instance in ["i-bp1one", "i-bp1two"] {
        scenario.groups.push(PastGroup {
            instance: instance.to_owned(),
            name: "nightly-0ld00000".to_owned(),
            consistency: PastConsistency::Application,
            ..PastGroup::default()
        });
    }
}

/// The id of the group that was there before the day, of the first or the second instance.
fn older(simulator: &Simulator, position: usize) -> String {
    simulator.truth_at(start())[position].groups[0].group_id.clone()
}

fn played(simulator: Simulator) -> (Session, Simulator, Vec<Numbered>) {
    let mut session = Session::new(setup(&simulator), start());
    let mut service = Meddled::new(simulator, untouched);
    let events = run(&mut session, &mut service);
    (session, service.inner, events)
}

fn first(session: &Session) -> &Target {
    &session.state().targets[0]
}

fn why(session: &Session) -> &'static str {
    first(session).verdict.as_ref().unwrap().why.code()
}

/// The output names an older good group, of the instance itself or of another one, in the place of the new one.
fn naming(position: usize, fault: &GuestFault) -> Simulator {
    let mut plain = with_fault(GuestFault::default(), with_older_groups);
    plain.begin(start());
    let text = format!("[snapshotgroup=\"{}\"][message=\"Finish\"]", older(&plain, position));
    let fault = GuestFault { output_text: Some(text), group_line: Some(GroupLine::Absent), ..fault.clone() };
    with_fault(fault, with_older_groups)
}

#[test]
fn an_output_that_names_an_older_good_group_changes_nothing() {
    for position in [0, 1] {
        // The new group carries no tag: weaker, whatever the output names.
        let untagged = GuestFault { tags: Some(TagFault::Missing), ..GuestFault::default() };
        let (session, simulator, _) = played(naming(position, &untagged));
        let new = simulator.truth()[0].groups[1].group_id.clone();
        let verdict = first(&session).verdict.as_ref().unwrap();
        assert_eq!((verdict.result, verdict.reached), (ResultKind::Weaker, Consistency::Crash), "{:?}", verdict.why);
        assert_eq!(verdict.group_id.as_deref(), Some(&*new));
        assert_eq!(verdict.proof, Some(Proof::Tag), "the log names another group");

        // A guest that is held stays held.
        let held =
            GuestFault { exit_code: Some(247), group_made: Some(false), held: Some(true), ..GuestFault::default() };
        let (session, ..) = played(naming(position, &held));
        assert_eq!(first(&session).verdict.as_ref().unwrap().result, ResultKind::Urgent);
        assert_eq!(first(&session).verdict.as_ref().unwrap().group_id, None, "a hint is no group of this run");

        // No group was made: what the output names is no evidence, and its absence is doubted.
        let nothing = GuestFault { exit_code: Some(4), ..GuestFault::default() };
        let (session, ..) = played(naming(position, &nothing));
        assert_eq!((first(&session).verdict.as_ref().unwrap().result, why(&session)), (ResultKind::Unknown, "CS356"));
    }
}

#[test]
fn after_every_exit_code_the_group_is_looked_for_whatever_the_log_says() {
    let codes = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 126, 127, 240, 247, 255];
    for order in [ScriptOrder::BeforeFreeze, ScriptOrder::AfterFreeze] {
        for line in [GroupLine::Last, GroupLine::Mentioned, GroupLine::Absent] {
            for code in codes {
                let fault = GuestFault {
                    exit_code: Some(code),
                    group_made: Some(true),
                    held: Some(false),
                    group_line: Some(line),
                    ..GuestFault::default()
                };
                let (session, simulator, _) = played(with_fault(fault, |scenario| {
                    scenario.instances.iter_mut().for_each(|spec| spec.guest.script_order = order);
                }));
                let made: Vec<String> =
                    simulator.truth()[0].groups.iter().map(|group| group.group_id.clone()).collect();
                let target = first(&session);
                let found = match target.look.as_deref() {
                    Some(GroupLookup::Found(group)) => vec![group.group_id.to_string()],
                    _ => Vec::new(),
                };
                assert_eq!(found, made, "exit code {code}, {order:?}, {line:?}: {:?}", target.look);
                assert!(!made.is_empty(), "exit code {code} makes a group when it is told to");
                assert_ne!(target.verdict.as_ref().unwrap().result, ResultKind::Ok, "exit code {code}");
                assert_eq!(results(&session)[1], ResultKind::Ok);
            }
        }
    }
}

#[test]
fn both_orders_of_script_and_freeze_come_to_the_same_verdict() {
    for order in [ScriptOrder::BeforeFreeze, ScriptOrder::AfterFreeze] {
        let (session, simulator, _) = played(with_fault(GuestFault::default(), |scenario| {
            scenario.instances.iter_mut().for_each(|spec| spec.guest.script_order = order);
        }));
        assert_eq!(results(&session), [ResultKind::Ok, ResultKind::Ok], "{order:?}");
        assert!(simulator.truth().iter().all(|truth| truth.level == Consistency::Application && !truth.held));
    }
}

/// A second group of the run's name on the same instance, made in the same time.
#[test]
fn two_groups_of_one_start_are_unknown_and_both_named() {
    let double = |_: &str, _: usize, answer: consnap_simulator::Answer| {
        changed(answer, |body| {
            if let Some(groups) = body.pointer_mut("/SnapshotGroups/SnapshotGroup").and_then(|it| it.as_array_mut()) {
                let mut twins: Vec<serde_json::Value> =
                    groups.iter().filter(|group| group["InstanceId"] == "i-bp1one").cloned().collect();
                for twin in &mut twins {
                    twin["SnapshotGroupId"] = serde_json::Value::from("ssg-bp1twin");
                }
                groups.append(&mut twins);
            }
        })
    };
    let simulator = with_fault(GuestFault::default(), |_| ());
    let mut session = Session::new(setup(&simulator), start());
    let mut service = Meddled::new(simulator, double);
    run(&mut session, &mut service);
    let verdict = first(&session).verdict.as_ref().unwrap();
    assert_eq!((verdict.result, why(&session)), (ResultKind::Unknown, "CS358"));
    let told = verdict.why.message(Lang::En);
    let real = &service.inner.truth()[0].groups[0].group_id;
    assert!(told.contains("ssg-bp1twin") && told.contains(real.as_str()), "{told}");
    assert_eq!(results(&session)[1], ResultKind::Ok);
}

#[test]
fn a_group_made_at_another_time_does_not_count() {
    for (hours, counts) in [(-2, false), (2, false), (0, true)] {
        let shift = move |_: &str, _: usize, answer: consnap_simulator::Answer| {
            changed(answer, |body| {
                for group in body
                    .pointer_mut("/SnapshotGroups/SnapshotGroup")
                    .and_then(|it| it.as_array_mut())
                    .into_iter()
                    .flatten()
                {
                    let at = group["CreationTime"].as_str().and_then(Time::parse).unwrap();
                    group["CreationTime"] = Time::from_millis(at.millis() + hours * 3_600_000).to_wire().into();
                }
            })
        };
        let simulator = with_fault(GuestFault::default(), |_| ());
        let mut session = Session::new(setup(&simulator), start());
        let mut service = Meddled::new(simulator, shift);
        run(&mut session, &mut service);
        let expected = if counts { (ResultKind::Ok, "CS350") } else { (ResultKind::Unknown, "CS382") };
        assert_eq!((results(&session)[0], why(&session)), expected, "{hours} h");
    }
}

#[test]
fn a_group_whose_instance_cannot_be_told_is_nobodys_and_no_absence() {
    let hidden = |_: &str, _: usize, answer: consnap_simulator::Answer| {
        changed(answer, |body| {
            for group in
                body.pointer_mut("/SnapshotGroups/SnapshotGroup").and_then(|it| it.as_array_mut()).into_iter().flatten()
            {
                group["InstanceId"] = "".into();
                for snapshot in group["Snapshots"]["Snapshot"].as_array_mut().unwrap() {
                    snapshot["Tags"]["Tag"].as_array_mut().unwrap().retain(|tag| tag["Key"] != "acs:ecs:createFrom");
                }
            }
        })
    };
    let simulator = with_fault(GuestFault { exit_code: Some(4), ..GuestFault::default() }, |_| ());
    let mut session = Session::new(setup(&simulator), start());
    let mut service = Meddled::new(simulator, hidden);
    run(&mut session, &mut service);
    assert_eq!(results(&session), [ResultKind::Unknown, ResultKind::Unknown]);
}

/// A clock of ours that is wrong, which the service never refuses: its time is what counts.
#[test]
fn the_time_of_a_group_is_held_against_the_services_clock() {
    for minutes in [-10_i64, 10] {
        let simulator = with_fault(GuestFault::default(), |_| ());
        let ours = |at: Time| Time::from_millis(at.millis() + minutes * 60_000);
        let mut session = Session::new(setup(&simulator), ours(start()));
        let mut service = Skewed { inner: simulator, minutes };
        assert_eq!(driver(ours(start())).run(&mut session, &mut service, |_| Onward::Go), Ended::Done);
        assert_eq!(results(&session), [ResultKind::Ok, ResultKind::Ok], "{minutes} min: {}", why(&session));
    }
}

/// A service whose clock is so many minutes behind ours.
struct Skewed {
    inner: Simulator,
    minutes: i64,
}

impl consnap_simulator::Service for Skewed {
    fn handle(&mut self, now: Time, request: &consnap_core::base::http::HttpRequest) -> consnap_simulator::Answer {
        let theirs = Time::from_millis(now.millis() - self.minutes * 60_000);
        let mut answer = self.inner.handle(theirs, request);
        answer.at = Time::from_millis(answer.at.millis() + self.minutes * 60_000);
        answer
    }
}

#[test]
fn a_run_without_its_id_in_the_name_is_refused() {
    let simulator = fleet(1);
    for goal in [Goal::Run, Goal::Plan] {
        let mut setup = setup(&simulator);
        setup.goal = goal;
        setup.job.group_name = "nightly".to_owned();
        let mut session = Session::new(setup, start());
        let mut service = Meddled::new(simulator.clone(), untouched);
        run(&mut session, &mut service);
        assert_eq!(session.error().map(|error| error.row.code), Some(runs::NAME_WITHOUT_RUN.code));
        assert_eq!(service.calls, []);
    }
}

/// The result is lost, unreadable or never comes, and the guest may be held.
#[test]
fn without_a_result_and_a_clearing_tag_the_guest_may_be_held() {
    for result in [ResultFault::NeverEnds, ResultFault::Vanishes, ResultFault::Unreadable, ResultFault::Late] {
        let lost = |fault: GuestFault| GuestFault { result: Some(result), ..fault };
        // Without the application's tag nobody knows whether the post-thaw script ran.
        let weaker = lost(GuestFault { tags: Some(TagFault::Missing), ..GuestFault::default() });
        let (session, _, events) = played(with_fault(weaker, |_| ()));
        assert_eq!(results(&session)[0], ResultKind::Urgent, "{result:?}: {}", why(&session));
        let stopped = |event: &Event| matches!(event, Event::StartsStopped { why: StopReason::Held { .. } });
        assert!(events.iter().any(|numbered| stopped(&numbered.event)), "{result:?}");
        let none = lost(GuestFault {
            exit_code: Some(12),
            group_made: Some(false),
            held: Some(true),
            ..GuestFault::default()
        });
        let (session, ..) = played(with_fault(none, |_| ()));
        assert_eq!(results(&session)[0], ResultKind::Urgent, "{result:?}: {}", why(&session));
        // The tag on every disk is put after both scripts: it clears.
        let (session, ..) = played(with_fault(lost(GuestFault::default()), |_| ()));
        assert_eq!(results(&session)[0], ResultKind::Ok, "{result:?}: {}", why(&session));
    }
}

/// A command's result comes as another's, or beside another's that says the opposite.
#[test]
fn the_result_of_another_command_is_no_evidence() {
    use ForeignResult::*;
    let with = |guest: GuestFault, results: ForeignResult, times: Option<u32>| {
        with_fault(guest, |scenario| {
            let operation = Some("DescribeInvocations".to_owned());
            scenario.api_faults.push(ApiFault { operation, results: Some(results), times, ..ApiFault::default() });
        })
    };
    let held = || GuestFault { exit_code: Some(12), held: Some(true), ..GuestFault::default() };
    let failed = || GuestFault { exit_code: Some(3), ..GuestFault::default() };
    for (results_of, is_told) in [
        (OtherInvocation, false),
        (OtherInvocationToo, true),
        (OtherInstance, false),
        (OtherInstanceToo, true),
        (OtherCommand, false),
        (OtherCommandToo, true),
        (Second, false),
    ] {
        let first = |guest: GuestFault, times: Option<u32>| {
            let (session, ..) = played(with(guest, results_of, times));
            results(&session)[0]
        };
        assert_eq!(first(held(), None), ResultKind::Urgent, "{results_of:?}");
        let without_a_result = if is_told { ResultKind::Failed } else { ResultKind::Urgent };
        assert_eq!(first(failed(), None), without_a_result, "{results_of:?}");
        // Asked again, it is told.
        assert_eq!(first(held(), Some(1)), ResultKind::Urgent, "{results_of:?}");
        assert_eq!(first(failed(), Some(3)), ResultKind::Failed, "{results_of:?}");
        assert_eq!(first(GuestFault::default(), Some(3)), ResultKind::Ok, "{results_of:?}");
    }
}

#[test]
fn a_lost_result_is_asked_for_again_as_long_as_the_service_keeps_it() {
    let fault = GuestFault { result: Some(ResultFault::Late), tags: Some(TagFault::Missing), ..GuestFault::default() };
    let simulator = with_fault(fault, |_| ());
    let job = setup(&simulator);
    let (session, simulator, mut events) = played(simulator);
    assert_eq!(results(&session)[0], ResultKind::Urgent);
    for (hours, expected) in [(0, ResultKind::Urgent), (3, ResultKind::Weaker)] {
        let now = events.last().unwrap().at.plus_seconds(60 + hours * 3_600);
        let mut resumed = Session::resume(job.clone(), &events, now);
        let mut service = Meddled::new(simulator.clone(), untouched);
        let mut driver = driver(now);
        driver.nonce_prefix(7 + hours);
        let mut news = Vec::new();
        let ended = driver.run(&mut resumed, &mut service, |more| {
            news.extend_from_slice(more);
            Onward::Go
        });
        assert_eq!(ended, Ended::Done);
        assert_eq!(results(&resumed)[0], expected, "after {hours} h");
        assert!(news.iter().any(|numbered| matches!(numbered.event, Event::ResultAskedAgain { .. })));
        events.extend(news);
        // What the journal holds folds to the same.
        let mut state = consnap_core::run::session::State::new(&job.job);
        for numbered in &events {
            state.apply(numbered);
        }
        assert_eq!(state.targets[0].verdict.as_ref().unwrap().result, expected);
        assert_eq!(state.counts, resumed.state().counts);
    }
}

#[test]
fn a_start_that_is_not_known_to_have_happened_holds_nobody() {
    let (simulator, events, now) = died_after_the_first_start(fleet(1));
    let mut service = Meddled::new(simulator, |operation: &str, _: usize, answer: consnap_simulator::Answer| {
        if operation == "DescribeInvocations" {
            instead(&answer, 200, r#"{"Invocations":{"Invocation":[]}}"#)
        } else {
            answer
        }
    });
    // Long after the token's time: it is only looked for, and neither invocation nor group is shown.
    let now = now.plus_seconds(3_600);
    let mut none = Session::resume(setup(&service.inner), &events, now);
    let mut hiding =
        Meddled::new(service.inner.clone(), |operation: &str, _: usize, answer: consnap_simulator::Answer| {
            match operation {
                "DescribeInvocations" => instead(&answer, 200, r#"{"Invocations":{"Invocation":[]}}"#),
                "DescribeSnapshotGroups" => instead(&answer, 200, r#"{"SnapshotGroups":{"SnapshotGroup":[]}}"#),
                _ => answer,
            }
        });
    let mut first_driver = driver(now);
    first_driver.nonce_prefix(3);
    assert_eq!(first_driver.run(&mut none, &mut hiding, |_| Onward::Go), Ended::Done);
    assert_eq!((results(&none)[0], why(&none)), (ResultKind::Unknown, verdicts::CALL_LOST.code));
    // The group is there: the start has happened, and its tag tells that it ended well.
    let mut found = Session::resume(setup(&service.inner), &events, now);
    let mut second_driver = driver(now);
    second_driver.nonce_prefix(4);
    assert_eq!(second_driver.run(&mut found, &mut service, |_| Onward::Go), Ended::Done);
    assert_eq!(results(&found)[0], ResultKind::Ok);
}

#[test]
fn listings_that_are_not_whole_are_read_anew_and_then_refused() {
    let many = |listing: ListingFault, operation: &str, times: Option<u32>| {
        let mut scenario = Scenario::empty();
        scenario.service.total_counts = TotalCounts::Listing;
        scenario.fleets.push(consnap_simulator::scenario::Fleet {
            count: 130,
            id_prefix: "i-bp1web".to_owned(),
            template: consnap_simulator::scenario::InstanceSpec {
                role: Some("AppSnapshotRoleName".to_owned()),
                tags: [("env".to_owned(), "prod".to_owned())].into(),
                ..Default::default()
            },
        });
        let fault =
            ApiFault { operation: Some(operation.to_owned()), listing: Some(listing), times, ..ApiFault::default() };
        scenario.api_faults.push(fault);
        Simulator::new(scenario)
    };
    let play = |simulator: Simulator| {
        let mut setup = setup(&simulator);
        setup.job.targets.ids.clear();
        setup.job.targets.tags = [("env".to_owned(), "prod".to_owned())].into();
        setup.goal = Goal::Plan;
        let mut session = Session::new(setup, start());
        let mut service = Meddled::new(simulator, untouched);
        run(&mut session, &mut service);
        (session, service.count("DescribeInstances"), service.count("DescribeDisks"))
    };
    for fault in [ListingFault::OneMissing, ListingFault::CountMoved] {
        let (session, calls, _) = play(many(fault, "DescribeInstances", Some(1)));
        assert_eq!(
            (session.error().map(|error| error.row.code), session.state().targets.len()),
            (None, 130),
            "{fault:?}"
        );
        assert_eq!(calls, 4, "{fault:?}: two pages, read twice");
        let (session, calls, _) = play(many(fault, "DescribeInstances", None));
        assert!(session.error().is_some(), "{fault:?}");
        assert_eq!((session.state().targets.len(), calls), (0, 6), "{fault:?}: two pages, three times");
    }
    let (session, calls, _) = play(many(ListingFault::RepeatedToken, "DescribeInstances", None));
    assert!(session.error().is_some() && calls <= 3, "{calls} calls");
    let (session, ..) = play(many(ListingFault::EmptyPage, "DescribeInstances", Some(1)));
    assert_eq!((session.error().map(|error| error.row.code), session.state().targets.len()), (None, 130));
    // Disks that were promised and did not come: which disks an instance has is unknown.
    let (session, _, calls) = play(many(ListingFault::OneMissing, "DescribeDisks", None));
    assert_eq!((session.state().targets.len(), calls), (130, 3));
    assert!(session.state().targets.iter().all(|target| target.expected.is_empty()));
}

#[test]
fn groups_whose_listing_leads_round_in_a_circle_are_unknown() {
    let simulator = with_fault(GuestFault::default(), |scenario| {
        let listing = Some(ListingFault::RepeatedToken);
        let operation = Some("DescribeSnapshotGroups".to_owned());
        scenario.api_faults.push(ApiFault { operation, listing, ..ApiFault::default() });
    });
    let mut session = Session::new(setup(&simulator), start());
    let mut service = Meddled::new(simulator, untouched);
    run(&mut session, &mut service);
    assert_eq!(results(&session), [ResultKind::Unknown, ResultKind::Unknown]);
    assert!(service.count("DescribeSnapshotGroups") < 10, "{}", service.count("DescribeSnapshotGroups"));
}

/// A filter by tags covers a thousand resources: beyond, it cuts or refuses.
#[test]
fn a_selection_by_tags_is_whole_beyond_what_a_filter_covers() {
    for beyond in [BeyondTagFilter::Cut, BeyondTagFilter::Refuse] {
        let mut scenario = Scenario::empty();
        scenario.service.beyond_tag_filter = beyond;
        scenario.fleets.push(consnap_simulator::scenario::Fleet {
            count: 1_040,
            id_prefix: "i-bp1web".to_owned(),
            template: consnap_simulator::scenario::InstanceSpec {
                role: Some("AppSnapshotRoleName".to_owned()),
                tags: [("env".to_owned(), "prod".to_owned())].into(),
                ..Default::default()
            },
        });
        scenario.instances.push(consnap_simulator::scenario::InstanceSpec {
            id: "i-bp1other".to_owned(),
            role: Some("AppSnapshotRoleName".to_owned()),
            ..Default::default()
        });
        let simulator = Simulator::new(scenario);
        let mut setup = setup(&simulator);
        setup.job.targets.ids.clear();
        setup.job.targets.tags = [("env".to_owned(), "prod".to_owned())].into();
        setup.goal = Goal::Plan;
        let mut session = Session::new(setup, start());
        let mut service = Meddled::new(simulator, untouched);
        run(&mut session, &mut service);
        assert_eq!(session.error().map(|error| error.row.code), None, "{beyond:?}");
        assert_eq!(session.state().targets.len(), 1_040, "{beyond:?}");
    }
}

#[test]
fn what_is_not_known_of_a_snapshot_is_no_weaker_level() {
    // Groups show no tags, and of the snapshots themselves one is never shown.
    let simulator = with_fault(GuestFault::default(), |scenario| {
        scenario.service.tags_in_groups = false;
        let listing = Some(ListingFault::OneMissing);
        let operation = Some("DescribeSnapshots".to_owned());
        scenario.api_faults.push(ApiFault { operation, listing, ..ApiFault::default() });
    });
    let (session, ..) = played(simulator);
    let unknown = results(&session).into_iter().filter(|result| *result == ResultKind::Unknown).count();
    assert!(unknown >= 1, "{:?}", results(&session));
    assert!(!results(&session).contains(&ResultKind::Weaker), "{:?}", results(&session));
}

#[test]
fn a_slow_group_that_no_line_names_is_waited_for() {
    let fault =
        GuestFault { group: Some(GroupFault::Slow), group_line: Some(GroupLine::Absent), ..GuestFault::default() };
    let (session, ..) = played(with_fault(fault, |_| ()));
    assert!(matches!(first(&session).look.as_deref(), Some(GroupLookup::Found(_))), "{:?}", first(&session).look);
}

/// Every night of a job leaves invocations with its tag: a filter by tags soon covers the old ones only.
#[test]
fn another_run_of_the_job_is_seen_beyond_what_a_filter_by_tags_covers() {
    for beyond in [BeyondTagFilter::Cut, BeyondTagFilter::Refuse] {
        let mut scenario = Scenario::empty();
        scenario.service.tag_filter_covers = 1;
        scenario.service.beyond_tag_filter = beyond;
        scenario.instances.push(consnap_simulator::scenario::InstanceSpec {
            id: "i-bp1one".to_owned(),
            role: Some("AppSnapshotRoleName".to_owned()),
            ..Default::default()
        });
        let mut service = Meddled::new(Simulator::new(scenario), untouched);
        let mut now = start();
        let mut errors = Vec::new();
        for (night, run) in ["night001", "night002", "night003"].into_iter().enumerate() {
            let mut setup = setup(&service.inner);
            setup.run_id = run.to_owned();
            let mut session = Session::new(setup, now);
            let mut driver = driver(now);
            driver.nonce_prefix(u64::try_from(night).unwrap());
            let ended = driver.run(&mut session, &mut service, |news| {
                let accepted = news.iter().any(|numbered| matches!(numbered.event, Event::CallAccepted { .. }));
                // The second one goes on while nobody follows it.
                if accepted && night == 1 { Onward::Crash } else { Onward::Go }
            });
            assert_eq!(ended, if night == 1 { Ended::Crashed } else { Ended::Done });
            now = driver.now;
            errors.push(session.error().map(|error| error.row.code));
        }
        assert_eq!(errors, [None, None, Some(runs::OTHER_RUN.code)], "{beyond:?}");
        assert_eq!(service.inner.truth()[0].started, 2, "{beyond:?}");
    }
}

/// Versions before 0.2 looked for no group after a code that says that none was made.
#[test]
fn a_journal_without_a_look_reads_as_it_was_judged() {
    let fault = GuestFault { exit_code: Some(4), ..GuestFault::default() };
    let simulator = with_fault(fault, |_| ());
    let job = setup(&simulator);
    let (_, _, events) = played(simulator);
    let mut state = consnap_core::run::session::State::new(&job.job);
    for numbered in &events {
        if !matches!(&numbered.event, Event::GroupLooked { instance, .. } if **instance == *"i-bp1one") {
            state.apply(numbered);
        }
    }
    assert_eq!(state.targets[0].verdict.as_ref().map(|verdict| verdict.result), Some(ResultKind::Failed));
    assert_eq!(state.counts.in_flight, 0);
}
