//! The session against the simulator in virtual time, with one thing going wrong at a chosen call.

use consnap_core::config::Job;
use consnap_core::credentials::{Credential, Secret};
use consnap_core::http::{HttpReply, HttpRequest};
use consnap_core::session::{Event, Goal, Next, Numbered, Session, Setup};
use consnap_core::verdict::ResultKind;
use consnap_core::{ErrorKind, Time};
use consnap_simulator::scenario::{DiskSpec, Fleet, InstanceSpec, Millis, Scenario};
use consnap_simulator::{Answer, Arrival, Ended, MemoryDriver, Onward, Service, Simulator};

/// A service that somebody meddles with: each call is named and counted, and its answer may be exchanged.
struct Meddled<F> {
    inner: Simulator,
    calls: Vec<(Time, String)>,
    meddle: F,
}

impl<F: FnMut(&str, usize, Answer) -> Answer> Meddled<F> {
    fn new(inner: Simulator, meddle: F) -> Self {
        Self { inner, calls: Vec::new(), meddle }
    }

    fn count(&self, operation: &str) -> usize {
        self.calls.iter().filter(|(_, name)| name == operation).count()
    }
}

impl<F: FnMut(&str, usize, Answer) -> Answer> Service for Meddled<F> {
    fn handle(&mut self, now: Time, request: &HttpRequest) -> Answer {
        let operation = request.header("x-acs-action").unwrap_or_default().to_owned();
        self.calls.push((now, operation.clone()));
        let nth = self.count(&operation);
        let answer = self.inner.handle(now, request);
        (self.meddle)(&operation, nth, answer)
    }
}

fn untouched(_: &str, _: usize, answer: Answer) -> Answer {
    answer
}

/// A reply in the place of what the service answered, at the same time.
fn instead(answer: &Answer, status: u16, body: &str) -> Answer {
    let headers = vec![("content-type".into(), "application/json".to_owned())];
    Answer { at: answer.at, what: Arrival::Reply(HttpReply { status, headers, body: body.as_bytes().to_vec() }) }
}

fn fleet(count: u32) -> Simulator {
    let mut scenario = Scenario::empty();
    scenario.service.latency_millis = Millis { min: 50, max: 50 };
    scenario.fleets.push(Fleet {
        count,
        id_prefix: "i-bp1web".to_owned(),
        template: InstanceSpec {
            role: Some("AppSnapshotRoleName".to_owned()),
            disks: vec![DiskSpec::of("cloud_essd", 40)],
            ..InstanceSpec::default()
        },
    });
    Simulator::new(scenario)
}

fn setup(simulator: &Simulator) -> Setup {
    let mut job = Job { version: 1, regions: vec!["cn-hangzhou".to_owned()], ..Job::default() };
    job.targets.ids = simulator.truth().into_iter().map(|truth| truth.instance_id).collect();
    job.instance_ram_role = String::from("AppSnapshotRoleName");
    job.group_name = String::from("nightly-{run}");
    job.linux.pre_script_path = Some("/tmp/prescript.sh".to_owned());
    job.linux.post_script_path = Some("/tmp/postscript.sh".to_owned());
    job.linux.script_timeout_seconds = Some(60);
    job.run.canary = 0;
    job.run.max_in_flight = u32::MAX;
    Setup::new(job, "a1b2c3d4", 1, Goal::Run)
}

fn start() -> Time {
    Time::parse("2026-11-03T02:00:00Z").unwrap()
}

fn driver(now: Time) -> MemoryDriver {
    let credential = Credential {
        access_key_id: "testid".to_owned(),
        access_key_secret: Secret::new("testsecret"),
        security_token: None,
        expires_at: None,
        source: "test".to_owned(),
    };
    MemoryDriver::new(now, credential)
}

/// Runs to the end and gives all events.
fn run<F: FnMut(&str, usize, Answer) -> Answer>(session: &mut Session, service: &mut Meddled<F>) -> Vec<Numbered> {
    let mut events = Vec::new();
    let ended = driver(start()).run(session, service, |news| {
        events.extend_from_slice(news);
        Onward::Go
    });
    assert_eq!(ended, Ended::Done);
    events
}

/// A run that dies as soon as its first command is intended and sent; the events that survived.
fn died_after_the_first_start(simulator: Simulator) -> (Simulator, Vec<Numbered>, Time) {
    let mut session = Session::new(setup(&simulator), start());
    let mut service = Meddled::new(simulator, untouched);
    let mut driver = driver(start());
    let mut events: Vec<Numbered> = Vec::new();
    let ended = driver.run(&mut session, &mut service, |news| {
        events.extend_from_slice(news);
        let accepted = news.iter().any(|numbered| matches!(numbered.event, Event::CallAccepted { .. }));
        if accepted { Onward::Crash } else { Onward::Go }
    });
    assert_eq!((ended, service.count("RunCommand")), (Ended::Crashed, 1));
    events.retain(|numbered| !matches!(numbered.event, Event::CallAccepted { .. }));
    (service.inner, events, driver.now)
}

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
    assert_eq!(service.inner.truth().iter().map(|truth| truth.groups.len()).collect::<Vec<_>>(), [1, 1, 1]);
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
    assert!(error.message(consnap_core::Lang::En).contains("999"), "{error:?}");
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
                let request = consnap_core::sign::sign_call(
                    &send.call,
                    "127.0.0.1",
                    &driver.credential,
                    now,
                    &format!("{:032x}", send.call_id),
                    consnap_core::sign::SignatureVersion::V3,
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
