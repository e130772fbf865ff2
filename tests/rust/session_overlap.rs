//! No two snapshot plug-ins on one instance: who else is at work is seen before a start, and what overlapped all the same is
//! unknown.

use consnap_core::base::http::HttpRequest;
use consnap_core::diagnostics::messages::{runs, verdicts as rows};
use consnap_core::run::session::{Event, Numbered, Session, StopReason};
use consnap_core::run::verdict::ResultKind;
use consnap_core::{Lang, Time};
use consnap_simulator::scenario::GuestFault;
use consnap_simulator::{Arrival, Ended, Onward, Service as _, Simulator};
use consnap_tests::meddled::*;
use consnap_tests::service_step::ServiceStep;

#[test]
fn an_instance_with_another_plug_in_at_work_is_set_aside() {
    for tags in [&[][..], &[("consnap:run", "zzzzzzzz"), ("consnap:job", "other")][..]] {
        let simulator = fleet(3);
        let ids: Vec<String> = simulator.truth().into_iter().map(|truth| truth.instance_id).collect();
        let mut session = Session::new(setup(&simulator), start());
        let hands = |operation: &str, nth, inner: &mut Simulator, _: &mut i64, now: Time, request: &HttpRequest| {
            if (operation, nth) == ("DescribeInvocations", 1) {
                start_elsewhere(inner, now, &ids[1], tags);
            }
            inner.handle(now, request)
        };
        let mut service = Between::new(simulator, hands);
        assert_eq!(driver(start()).run(&mut session, &mut service, |_| Onward::Go), Ended::Done);
        assert_eq!(results(&session), [ResultKind::Ok, ResultKind::NotRun, ResultKind::Ok]);
        assert_eq!(why(&session, 1), rows::PLUGIN_IN_FLIGHT.code);
        assert_eq!(groups(&service.inner), [1, 1, 1]);
    }
}

/// What is being stopped runs on in the guest until it has ended, and is listed apart from what runs.
#[test]
fn a_plug_in_that_is_being_stopped_is_still_at_work() {
    for tags in [&[][..], &[("consnap:run", "zzzzzzzz"), ("consnap:job", "other")][..]] {
        let simulator = with_fault(GuestFault::default(), |scenario| scenario.service.stopping_seconds = 600);
        let mut session = Session::new(setup(&simulator), start());
        let hands = |operation: &str, nth, inner: &mut Simulator, _: &mut i64, now: Time, request: &HttpRequest| {
            if (operation, nth) == ("DescribeInstances", 1) {
                let invocation = start_elsewhere(inner, now, "i-bp1two", tags);
                stop_elsewhere(inner, now.plus_seconds(2), &invocation);
            }
            inner.handle(now, request)
        };
        let mut service = Between::new(simulator, hands);
        assert_eq!(driver(start()).run(&mut session, &mut service, |_| Onward::Go), Ended::Done);
        assert_eq!(results(&session), [ResultKind::Ok, ResultKind::NotRun]);
        assert_eq!(why(&session, 1), rows::PLUGIN_IN_FLIGHT.code);
    }
}

/// The same job on another machine, whose invocation is being stopped.
#[test]
fn a_run_of_the_job_that_is_being_stopped_is_another_run() {
    let simulator = with_fault(GuestFault::default(), |scenario| scenario.service.stopping_seconds = 600);
    let setup = setup(&simulator);
    let job = consnap_core::run::session::job_hash(&setup.job);
    let mut session = Session::new(setup, start());
    let hands = |operation: &str, nth, inner: &mut Simulator, _: &mut i64, now: Time, request: &HttpRequest| {
        if (operation, nth) == ("DescribeInstances", 1) {
            let tags = [("consnap:run", "zzzzzzzz"), ("consnap:job", job.as_str())];
            let invocation = start_elsewhere(inner, now, "i-bp1two", &tags);
            stop_elsewhere(inner, now.plus_seconds(2), &invocation);
        }
        inner.handle(now, request)
    };
    let mut service = Between::new(simulator, hands);
    assert_eq!(driver(start()).run(&mut session, &mut service, |_| Onward::Go), Ended::Done);
    assert_eq!(session.error().map(|error| error.row.code), Some(runs::OTHER_RUN.code));
    assert_eq!(service.count("RunCommand"), 0);
}

/// It begins to be stopped between the two listings of one look: what ran when the first was made is not missed by the second.
#[test]
fn a_plug_in_that_begins_to_be_stopped_meanwhile_is_not_missed() {
    for between in 1..=6 {
        let mut simulator = with_fault(GuestFault::default(), |scenario| scenario.service.stopping_seconds = 600);
        let before = Time::from_millis(start().millis() - 3_000);
        let invocation = start_elsewhere(&mut simulator, before, "i-bp1two", &[]);
        let mut session = Session::new(setup(&simulator), start());
        let hands = |operation: &str, nth, inner: &mut Simulator, _: &mut i64, now: Time, request: &HttpRequest| {
            if (operation, nth) == ("DescribeInvocations", between) {
                stop_elsewhere(inner, now, &invocation);
            }
            inner.handle(now, request)
        };
        let mut service = Between::new(simulator, hands);
        assert_eq!(driver(start()).run(&mut session, &mut service, |_| Onward::Go), Ended::Done);
        assert_eq!(results(&session), [ResultKind::Ok, ResultKind::NotRun], "stopped at listing {between}");
    }
}

/// Were invocations that wait for delivery in no list, both would start: the look after the start sees it.
#[test]
fn where_waiting_plug_ins_are_not_listed_the_overlap_is_seen_afterwards() {
    let fault = GuestFault { stall_seconds: Some(30), ..GuestFault::default() };
    let simulator = with_fault(fault, |scenario| {
        scenario.service.running_lists_pending = false;
        scenario.service.stopping_seconds = 600;
    });
    let mut session = Session::new(setup(&simulator), start());
    let hands = |operation: &str, nth, inner: &mut Simulator, _: &mut i64, now: Time, request: &HttpRequest| {
        if (operation, nth) == ("RunCommand", 1) {
            start_elsewhere(inner, now, "i-bp1one", &[]);
        }
        inner.handle(now, request)
    };
    let mut service = Between::new(simulator, hands);
    assert_eq!(driver(start()).run(&mut session, &mut service, |_| Onward::Go), Ended::Done);
    assert_eq!(results(&session), [ResultKind::Unknown, ResultKind::Ok]);
    assert_eq!(why(&session, 0), rows::PLUGINS_OVERLAPPED.code);
}

/// A person's command has no run: it is told in words, in both languages.
#[test]
fn the_plug_in_of_a_person_is_told_in_words() {
    for (tags, english, chinese) in [
        (&[][..], "not started by consnap", "非 consnap 启动"),
        (&[("consnap:run", "zzzzzzzz"), ("consnap:job", "other")][..], "of run `zzzzzzzz`", "属于执行 `zzzzzzzz`"),
    ] {
        let simulator = fleet(1);
        let ids: Vec<String> = simulator.truth().into_iter().map(|truth| truth.instance_id).collect();
        let mut session = Session::new(setup(&simulator), start());
        let hands = |operation: &str, nth, inner: &mut Simulator, _: &mut i64, now: Time, request: &HttpRequest| {
            if (operation, nth) == ("DescribeInstances", 1) {
                start_elsewhere(inner, now, &ids[0], tags);
            }
            inner.handle(now, request)
        };
        let mut service = Between::new(simulator, hands);
        assert_eq!(driver(start()).run(&mut session, &mut service, |_| Onward::Go), Ended::Done);
        let why = session.state().targets[0].not_run.as_deref().unwrap();
        assert_eq!(why.code(), rows::PLUGIN_IN_FLIGHT.code);
        for (lang, words) in [(Lang::En, english), (Lang::Zh, chinese)] {
            let message = why.message(lang);
            assert!(message.contains(words) && !message.contains("`-`"), "{message}");
        }
    }
}

#[test]
fn with_wait_an_instance_starts_when_the_other_plug_in_is_over() {
    let simulator = fleet(2);
    let ids: Vec<String> = simulator.truth().into_iter().map(|truth| truth.instance_id).collect();
    let mut setup = setup(&simulator);
    setup.wait = true;
    let mut session = Session::new(setup, start());
    let hands = |operation: &str, nth, inner: &mut Simulator, _: &mut i64, now: Time, request: &HttpRequest| {
        if (operation, nth) == ("DescribeInvocations", 1) {
            start_elsewhere(inner, now, &ids[1], &[]);
        }
        inner.handle(now, request)
    };
    let mut service = Between::new(simulator, hands);
    assert_eq!(driver(start()).run(&mut session, &mut service, |_| Onward::Go), Ended::Done);
    assert_eq!(results(&session), [ResultKind::Ok, ResultKind::Ok]);
    assert_eq!(groups(&service.inner), [1, 2]);
}

/// Both looked, both saw nobody, both started: neither snapshot is called a backup, and the younger goes no further.
#[test]
fn an_overlap_that_is_seen_afterwards_is_unknown() {
    let simulator = fleet(3);
    let ids: Vec<String> = simulator.truth().into_iter().map(|truth| truth.instance_id).collect();
    let mut setup = setup(&simulator);
    setup.job.run.max_in_flight = 2;
    let mut session = Session::new(setup, start());
    let hands = |operation: &str, nth, inner: &mut Simulator, _: &mut i64, now: Time, request: &HttpRequest| {
        if (operation, nth) == ("RunCommand", 1) {
            start_elsewhere(inner, now, &ids[0], &[("consnap:run", "zzzzzzzz")]);
        }
        inner.handle(now, request)
    };
    let mut service = Between::new(simulator, hands);
    assert_eq!(driver(start()).run(&mut session, &mut service, |_| Onward::Go), Ended::Done);
    assert_eq!(results(&session), [ResultKind::Unknown, ResultKind::Ok, ResultKind::NotRun]);
    assert_eq!(why(&session, 0), rows::PLUGINS_OVERLAPPED.code);
    assert_eq!(session.state().stopped, Some(StopReason::OtherRun { run: "zzzzzzzz".to_owned() }));
}

/// The one that came first learns of the other too, and goes on.
#[test]
fn who_was_first_goes_on_and_says_so_too() {
    let fault = GuestFault { stall_seconds: Some(120), ..GuestFault::default() };
    let simulator = with_fault(fault, |_| ());
    let ids: Vec<String> = simulator.truth().into_iter().map(|truth| truth.instance_id).collect();
    let mut setup = setup(&simulator);
    setup.job.run.max_in_flight = 1;
    let mut session = Session::new(setup, start());
    let mut polls = 0;
    let hands = |operation: &str, _, inner: &mut Simulator, _: &mut i64, now: Time, request: &HttpRequest| {
        let polled = operation == "DescribeInvocations" && request.query.contains("InvokeId=");
        polls += usize::from(polled);
        if polled && polls == 2 {
            start_elsewhere(inner, now, &ids[0], &[("consnap:run", "zzzzzzzz")]);
        }
        inner.handle(now, request)
    };
    let mut service = Between::new(simulator, hands);
    let mut events = Vec::new();
    let ended = driver(start()).run(&mut session, &mut service, |news| {
        events.extend_from_slice(news);
        Onward::Go
    });
    assert_eq!(ended, Ended::Done);
    let overlapped = |numbered: &Numbered| matches!(numbered.event, Event::PluginsOverlapped { .. });
    assert!(events.iter().any(overlapped), "{:?} {:?}", service.calls, service.inner.truth());
    assert!(!matches!(results(&session)[0], ResultKind::Ok | ResultKind::Weaker), "{:?}", results(&session));
}

/// The service's clock is set back while ours is at work: a plug-in that came and went meanwhile seems to have come later.
#[test]
fn an_overlap_is_seen_although_the_services_clock_was_set_back() {
    for set_back in [300, 30, 0] {
        let long = GuestFault { stall_seconds: Some(20), nth: Some(1), ..GuestFault::default() };
        let simulator = with_fault(long, |_| ());
        let ids: Vec<String> = simulator.truth().into_iter().map(|truth| truth.instance_id).collect();
        let mut setup = setup(&simulator);
        setup.job.targets.ids.truncate(1);
        let mut session = Session::new(setup, start());
        let (mut polls, mut step) = (0, None::<ServiceStep>);
        let hands = |operation: &str, _, inner: &mut Simulator, _: &mut i64, now: Time, request: &HttpRequest| {
            let polled = operation == "DescribeInvocations" && request.query.contains("InvokeId=");
            polls += usize::from(polled);
            if polled && polls == 2 {
                start_elsewhere(inner, now, &ids[0], &[]);
                step = Some(ServiceStep { at: now.plus_seconds(1), millis: -set_back * 1_000 });
            }
            let mut answer = inner.handle(now, request);
            if let (Some(step), Arrival::Reply(reply)) = (step, &mut answer.what) {
                step.rewrite(reply);
            }
            answer
        };
        let mut service = Between::new(simulator, hands);
        assert_eq!(driver(start()).run(&mut session, &mut service, |_| Onward::Go), Ended::Done);
        let runs = service.inner.plugin_runs();
        let [other, own] = &runs[..] else { panic!("{runs:?}") };
        assert!(other.from < own.until && own.from < other.until, "{runs:?}");
        assert!(
            !matches!(results(&session)[0], ResultKind::Ok | ResultKind::Weaker),
            "{set_back}: {:?}",
            results(&session)
        );
    }
}
