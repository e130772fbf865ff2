//! The session against the simulator in virtual time, with one thing going wrong at a chosen call.

use consnap_core::report::Report;
use consnap_core::run::session::{Event, Next, Numbered, Session, Setup};
use consnap_core::run::verdict::ResultKind;
use consnap_core::{ErrorKind, Lang, Platform};
use consnap_simulator::scenario::{DiskSpec, GuestFault, InstanceSpec, Millis, Scenario};
use consnap_simulator::{Answer, Arrival, Ended, Onward, Service, Simulator};
use consnap_tests::meddled::*;

#[test]
fn a_resumed_run_asks_whose_credentials_these_are_before_anything_else() {
    let (simulator, events, now) = died_after_the_first_start(fleet(3));
    let mut session = Session::resume(setup(&simulator), &events, now);
    let mut service = Meddled::new(simulator, untouched);
    let mut driver = driver(now);
    driver.nonce_prefix(1);
    assert_eq!(driver.run(&mut session, &mut service, |_| Onward::Go), Ended::Done);
    let (first, second) = (&service.calls[0], &service.calls[1]);
    assert_eq!(first.1, "GetCallerIdentity");
    assert!(second.0 > first.0, "nothing is sent before the answer is there: {:?}", service.calls);
    assert_eq!(session.state().counts.failures, 0);
    let relied = relied_upon(&session);
    // Found by its tag, and so not sent again.
    assert!(relied.contains(&"A07") && !relied.contains(&"A13"), "{relied:?}");
    assert_eq!(service.inner.truth().iter().map(|truth| truth.groups.len()).collect::<Vec<_>>(), [1, 1, 1]);
}

/// Killed while it checks, taken up, killed once more after it started: what counts is what the second process had found.
#[test]
fn commands_of_a_process_that_never_made_its_plan_are_forgotten() {
    let mut scenario = Scenario::empty();
    scenario.service.latency_millis = Millis { min: 50, max: 50 };
    let instance = |id: &str, platform| InstanceSpec {
        id: id.to_owned(),
        platform,
        role: Some("AppSnapshotRoleName".to_owned()),
        disks: vec![DiskSpec::of("cloud_essd", 40)],
        ..InstanceSpec::default()
    };
    scenario.instances = vec![instance("i-bp1linux", Platform::Linux), instance("i-bp1windows", Platform::Windows)];
    let simulator = Simulator::new(scenario);
    let setup = setup(&simulator);
    let mut service = Meddled::new(simulator, untouched);
    let mut events: Vec<Numbered> = Vec::new();
    let mut now = start();
    let ends: [fn(&Event) -> bool; 2] =
        [|event| matches!(event, Event::InstanceChecked { .. }), |event| matches!(event, Event::CallAccepted { .. })];
    for (process, ends) in ends.into_iter().enumerate() {
        let mut session = Session::resume(setup.clone(), &events, now);
        let mut driver = driver(now);
        driver.nonce_prefix(u64::try_from(process).unwrap());
        let ended = driver.run(&mut session, &mut service, |news| {
            events.extend_from_slice(news);
            if news.iter().any(|numbered| ends(&numbered.event)) { Onward::Crash } else { Onward::Go }
        });
        assert_eq!(ended, Ended::Crashed);
        // Nothing after it reached the disk.
        let first = events.iter().position(|numbered| ends(&numbered.event)).unwrap();
        events.truncate(first + 1);
        now = driver.now.plus_seconds(20);
    }
    let mut session = Session::resume(setup, &events, now);
    for target in &session.state().targets {
        let command = session.state().command_of(target).unwrap();
        assert_eq!(Some(command.platform), target.platform, "{}: {}", target.id, command.command);
    }
    let mut last = driver(now);
    last.nonce_prefix(9);
    assert_eq!(last.run(&mut session, &mut service, |_| Onward::Go), Ended::Done);
    assert_eq!((results(&session), session.state().targets.len()), (vec![ResultKind::Ok; 2], 2));
}

/// Intended, lost with the process, and carried out when it was repeated minutes later: its time-out counts from then, and
/// that the guest may be held is said.
#[test]
fn a_start_that_was_repeated_late_has_its_whole_time() {
    let fault = GuestFault { stall_seconds: Some(4_000), ..GuestFault::default() };
    let simulator = with_fault(fault, |scenario| {
        scenario.instances.truncate(1);
    });
    let setup = setup(&simulator);
    let mut service = Meddled::new(simulator, untouched);
    let mut first = Session::new(setup.clone(), start());
    let mut events: Vec<Numbered> = Vec::new();
    let mut dying = driver(start());
    let ended = dying.run(&mut first, &mut service, |news| {
        events.extend_from_slice(news);
        let intended = news.iter().any(|numbered| matches!(numbered.event, Event::CallIntended { .. }));
        if intended { Onward::Crash } else { Onward::Go }
    });
    assert_eq!((ended, service.count("RunCommand")), (Ended::Crashed, 0));
    let now = dying.now.plus_seconds(250);
    let mut second = Session::resume(setup, &events, now);
    let mut driver = driver(now);
    driver.nonce_prefix(1);
    assert_eq!(driver.run(&mut second, &mut service, |_| Onward::Go), Ended::Done);
    let target = &second.state().targets[0];
    assert!(target.outcome.as_ref().is_some_and(|outcome| outcome.held), "{:?}", target.outcome);
    assert_eq!(results(&second), [ResultKind::Urgent]);
    // From then on counts also until when a group may still come.
    assert!(target.started_at >= Some(now), "{:?}", target.started_at);
}

#[test]
fn a_run_of_another_account_is_neither_looked_at_nor_gone_on_with() {
    let (simulator, events, now) = died_after_the_first_start(fleet(3));
    let mut session = Session::resume(setup(&simulator), &events, now);
    let stranger = r#"{"AccountId":"999","Arn":"acs:ram::999:user/other","RequestId":"r"}"#;
    let mut service = Meddled::new(simulator, |operation: &str, _, answer: Answer| match operation {
        "GetCallerIdentity" => instead(&answer, 200, stranger),
        _ => answer,
    });
    let mut driver = driver(now);
    driver.nonce_prefix(1);
    assert_eq!(driver.run(&mut session, &mut service, |_| Onward::Go), Ended::Done);
    let asked: Vec<&str> = service.calls.iter().map(|(_, operation)| operation.as_str()).collect();
    assert_eq!(asked, ["GetCallerIdentity"]);
    let error = session.error().unwrap();
    assert_eq!(error.kind, ErrorKind::Rejected);
    assert!(error.message(Lang::En).contains("999"), "{error:?}");
}

#[test]
fn a_no_after_a_lost_yes_is_looked_for_and_not_believed() {
    // The first RunCommand is carried out and its reply lost; the repetition is refused for another reason, as it is
    // when meanwhile an instance was stopped: the service looks at the token last of all.
    let simulator = fleet(3);
    let mut session = Session::new(setup(&simulator), start());
    let refused = r#"{"Code":"InstanceNotRunning","Message":"m","RequestId":"r"}"#;
    let mut service = Meddled::new(simulator, |operation: &str, nth, answer: Answer| match (operation, nth) {
        ("RunCommand", 1) => Answer { what: Arrival::ConnectionClosed, ..answer },
        ("RunCommand", _) => instead(&answer, 403, refused),
        // The look before the repetition comes too early: the tag does not show yet.
        ("DescribeInvocations", 5) => no_invocation(&answer),
        _ => answer,
    });
    let events = run(&mut session, &mut service);
    assert!(events.iter().any(|numbered| matches!(numbered.event, Event::CallInDoubt { .. })));
    let adopted = |numbered: &Numbered| matches!(numbered.event, Event::CallAccepted { adopted: true, .. });
    assert_eq!(events.iter().filter(|numbered| adopted(numbered)).count(), 1);
    assert!(events.iter().all(|numbered| !matches!(numbered.event, Event::CallRejected { .. })));
    let verdicts: Vec<_> =
        session.state().targets.iter().map(|target| target.verdict.as_ref().unwrap().result).collect();
    assert_eq!(verdicts, [ResultKind::Ok; 3]);
    assert_eq!(service.count("RunCommand"), 2);
    // Found by its tag: that tags are stored is assumed; sent twice: so is that a token counts.
    let relied = relied_upon(&session);
    assert!(relied.contains(&"A07") && relied.contains(&"A13"), "{relied:?}");
}

fn relied_upon(session: &Session) -> Vec<&'static str> {
    Report::of(session.state(), None, 0, Lang::En).assumptions.iter().map(|assumption| assumption.id).collect()
}

#[test]
fn never_more_results_unread_than_the_service_keeps() {
    let simulator = fleet(6_000);
    let mut session = Session::new(setup(&simulator), start());
    let mut service = Meddled::new(simulator, untouched);
    let mut driver = driver(start());
    let (mut open, mut most) = (0_usize, 0);
    let ended = driver.run(&mut session, &mut service, |news| {
        for numbered in news {
            match &numbered.event {
                Event::CallIntended { instances, .. } => open += instances.len(),
                Event::CommandFinished { .. } => open -= 1,
                _ => {}
            }
            most = most.max(open);
        }
        Onward::Go
    });
    assert_eq!((ended, open), (Ended::Done, 0));
    assert!((4_500..=5_000).contains(&most), "{most}");
    assert!(session.state().targets.iter().all(|target| target.outcome.is_some()), "every result was read");
    let mut by_operation = std::collections::BTreeMap::<&str, u32>::new();
    for (_, operation) in &service.calls {
        *by_operation.entry(operation).or_default() += 1;
    }
    assert!(service.calls.len() <= 600, "{} calls for 6,000 instances: {by_operation:?}", service.calls.len());
}

#[test]
fn a_listing_says_none_only_of_what_was_there_when_it_began() {
    // 250 groups are three pages of 2 s each; while they are listed no instance may be called without a group.
    let simulator = fleet(250);
    let mut session = Session::new(setup(&simulator), start());
    let mut service = Meddled::new(simulator, |operation: &str, _, answer: Answer| match operation {
        "DescribeSnapshotGroups" => Answer { at: answer.at.plus_seconds(10), ..answer },
        _ => answer,
    });
    run(&mut session, &mut service);
    assert_eq!(session.state().counts.failures, 0);
}

#[test]
fn one_listing_tells_of_results_that_come_while_it_runs() {
    // Sixty pages take longer to read than it takes until the last results are in.
    let simulator = fleet(6_000);
    let mut session = Session::new(setup(&simulator), start());
    let mut service = Meddled::new(simulator, untouched);
    let events = run(&mut session, &mut service);
    assert_eq!((session.state().counts.done, session.state().counts.failures), (6_000, 0));
    let pages = service.count("DescribeSnapshotGroups");
    assert!((60..=90).contains(&pages), "{pages} pages");
    let at = |is: fn(&Event) -> bool| events.iter().filter(|one| is(&one.event)).map(|one| one.at).max().unwrap();
    let finished = at(|event| matches!(event, Event::CommandFinished { .. }));
    let looked = at(|event| matches!(event, Event::GroupLooked { .. }));
    assert!(looked.since(finished).as_secs() <= 5, "{:?} after the last result", looked.since(finished));
}

fn tagging(simulator: &Simulator) -> Setup {
    let mut setup = setup(simulator);
    setup.job.run.tag_snapshots = true;
    setup
}

fn untagged(session: &Session) -> usize {
    session.state().targets.iter().filter(|target| !target.tagged).count()
}

#[test]
fn snapshots_are_tagged_fifty_a_call_when_the_job_asks_for_it() {
    let simulator = fleet(120);
    let mut session = Session::new(tagging(&simulator), start());
    // The first tag is put, and the answer lost: the same tag twice is the same tag.
    let mut service = Meddled::new(simulator, |operation: &str, nth, answer: Answer| match (operation, nth) {
        ("TagResources", 1) => Answer { what: Arrival::ConnectionClosed, ..answer },
        _ => answer,
    });
    let events = run(&mut session, &mut service);
    assert_eq!((session.state().counts.failures, untagged(&session)), (0, 0));
    assert_eq!(service.count("TagResources"), 4, "three calls, and one of them twice");
    let place = |is: fn(&Event) -> bool| events.iter().filter(move |one| is(&one.event)).map(|one| one.seq);
    let first = place(|event| matches!(event, Event::SnapshotsTagged { .. })).min().unwrap();
    let looked = place(|event| matches!(event, Event::GroupLooked { .. })).take(50).max().unwrap();
    assert!(first > looked, "nothing is tagged before it was verified");
}

#[test]
fn an_instance_with_more_snapshots_than_a_call_holds_is_tagged_whole() {
    let mut scenario = Scenario::empty();
    let disks = vec![DiskSpec::of("cloud_essd", 40); 60];
    let role = Some("AppSnapshotRoleName".to_owned());
    let spec = InstanceSpec { id: "i-bp1wide00000000000001".to_owned(), role, disks, ..InstanceSpec::default() };
    scenario.instances.push(spec);
    let simulator = Simulator::new(scenario);
    let mut session = Session::new(tagging(&simulator), start());
    let mut service = Meddled::new(simulator, untouched);
    run(&mut session, &mut service);
    assert_eq!((untagged(&session), service.count("TagResources")), (0, 2), "{:?}", session.state().targets);
}

#[test]
fn whoever_may_not_tag_is_told_so_once_and_the_backup_stands() {
    let simulator = fleet(120);
    let mut session = Session::new(tagging(&simulator), start());
    let refused = r#"{"Code":"Forbidden.RAM","Message":"m","RequestId":"r"}"#;
    let mut service = Meddled::new(simulator, |operation: &str, _, answer: Answer| match operation {
        "TagResources" => instead(&answer, 403, refused),
        _ => answer,
    });
    run(&mut session, &mut service);
    // All three may be under way when the first is refused; none is sent after that.
    assert!((1..=3).contains(&service.count("TagResources")), "{}", service.count("TagResources"));
    assert_eq!(results(&session), [ResultKind::Ok; 120]);
    let report = Report::of(session.state(), None, 0, Lang::En);
    assert_eq!((report.summary.untagged, report.exit_status), (120, 0));
    assert!(report.sentences.iter().any(|line| line.contains("120 instances") && line.contains("resume a1b2c3d4")));
}

#[test]
fn one_snapshot_that_is_gone_does_not_keep_the_others_from_their_tag() {
    let simulator = fleet(8);
    let mut session = Session::new(tagging(&simulator), start());
    let gone = r#"{"Code":"InvalidResourceId.NotFound","Message":"m","RequestId":"r"}"#;
    // The call of all eight, a half, a quarter, and the one.
    let mut service = Meddled::new(simulator, |operation: &str, nth, answer: Answer| match (operation, nth) {
        ("TagResources", 1 | 2 | 4 | 6) => instead(&answer, 404, gone),
        _ => answer,
    });
    run(&mut session, &mut service);
    assert_eq!(untagged(&session), 1, "{:?}", service.calls);
    assert_eq!(service.count("TagResources"), 7);
}

#[test]
fn a_crash_while_tags_are_put_is_made_up_for() {
    let simulator = fleet(120);
    let mut session = Session::new(tagging(&simulator), start());
    let mut service = Meddled::new(simulator, untouched);
    let mut driver = driver(start());
    let mut events: Vec<Numbered> = Vec::new();
    let ended = driver.run(&mut session, &mut service, |news| {
        events.extend_from_slice(news);
        let tagged = news.iter().any(|numbered| matches!(numbered.event, Event::SnapshotsTagged { .. }));
        if tagged { Onward::Crash } else { Onward::Go }
    });
    assert_eq!(ended, Ended::Crashed);
    let sent = service.count("TagResources");
    let mut session = Session::resume(tagging(&service.inner), &events, driver.now);
    assert!((1..120).contains(&untagged(&session)));
    driver.nonce_prefix(1);
    assert_eq!(driver.run(&mut session, &mut service, |_| Onward::Go), Ended::Done);
    assert_eq!((untagged(&session), session.state().counts.failures), (0, 0));
    assert!(service.count("TagResources") <= sent + 3 && service.count("RunCommand") == 2);
}

#[test]
fn a_session_pauses_at_its_plan_where_that_is_asked() {
    let simulator = fleet(2);
    let mut setup = setup(&simulator);
    setup.pause_at_plan = true;
    let mut session = Session::new(setup, start());
    let mut service = Meddled::new(simulator, untouched);
    let (mut now, mut driver) = (start(), driver(start()));
    // Up to the plan by hand: the driver in memory asks nobody.
    let planned = loop {
        match session.poll(now) {
            Next::Send(send) => {
                let request = consnap_core::ecs::sign::sign_call(
                    &send.call,
                    "127.0.0.1",
                    &driver.credential,
                    now,
                    &format!("{:032x}", send.call_id),
                    consnap_core::ecs::sign::SignatureVersion::V3,
                );
                let answer = service.handle(now, &request);
                let Arrival::Reply(reply) = answer.what else { panic!("a reply") };
                session.handle(now, send.call_id, Ok(reply));
            }
            Next::WaitUntil(at) => now = now.max(at),
            other => break matches!(other, Next::Planned),
        }
    };
    assert!(planned);
    assert_eq!((session.state().counts.waiting, service.count("RunCommand")), (2, 0));
    assert!(matches!(session.poll(now.plus_seconds(60)), Next::Planned), "it waits as long as it takes");
    session.go_ahead();
    driver.now = now;
    driver.nonce_prefix(1);
    assert_eq!(driver.run(&mut session, &mut service, |_| Onward::Go), Ended::Done);
    assert_eq!((session.state().counts.failures, service.count("RunCommand")), (0, 1));
}
