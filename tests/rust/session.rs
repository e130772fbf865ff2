//! The session against the simulator in virtual time, with one thing going wrong at a chosen call.

use std::cell::RefCell;
use std::rc::Rc;

use consnap_core::config::Job;
use consnap_core::credentials::{Credential, Secret};
use consnap_core::http::{HttpReply, HttpRequest};
use consnap_core::report::Report;
use consnap_core::session::{Event, Goal, Next, Numbered, Session, Setup};
use consnap_core::verdict::ResultKind;
use consnap_core::{ErrorKind, Lang, Time};
use consnap_simulator::scenario::{
    ApiFault, DiskSpec, Fleet, GuestFault, InstanceSpec, Millis, Scenario, ServiceError, Throttle,
};
use consnap_simulator::{Answer, Arrival, Ended, MemoryDriver, Onward, Service, Simulator};

/// A service that somebody meddles with: each call is named and counted, and its answer may be exchanged.
struct Meddled<F> {
    inner: Simulator,
    calls: Vec<(Time, String)>,
    meddle: F,
    transcript: Option<Rc<RefCell<Vec<String>>>>,
}

impl<F: FnMut(&str, usize, Answer) -> Answer> Meddled<F> {
    fn new(inner: Simulator, meddle: F) -> Self {
        Self { inner, calls: Vec::new(), meddle, transcript: None }
    }

    fn count(&self, operation: &str) -> usize {
        self.calls.iter().filter(|(_, name)| name == operation).count()
    }
}

impl<F: FnMut(&str, usize, Answer) -> Answer> Service for Meddled<F> {
    fn handle(&mut self, now: Time, request: &HttpRequest) -> Answer {
        let operation = request.header("x-acs-action").unwrap_or_default().to_owned();
        self.calls.push((now, operation.clone()));
        if let Some(transcript) = &self.transcript {
            let seconds = now.since(start()).as_millis() as f64 / 1000.0;
            transcript.borrow_mut().push(format!("{seconds:>9.3} s  -> {operation}"));
        }
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
    let relied = relied_upon(&session);
    assert!(relied.contains(&"A13") && !relied.contains(&"A07"), "{relied:?}");
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

/// What a run does and why, with the times: one line a call or event, in the files of `tests/transcripts`. With
/// `UPDATE_FIXTURES=1` they are written anew.
struct Transcript {
    name: &'static str,
    lines: Rc<RefCell<Vec<String>>>,
}

impl Transcript {
    fn of(name: &'static str) -> Self {
        Self { name, lines: Rc::default() }
    }

    fn say(&self, at: Time, what: &str) {
        let seconds = at.since(start()).as_millis() as f64 / 1000.0;
        self.lines.borrow_mut().push(format!("{seconds:>9.3} s  {what}"));
    }

    fn events(&self, news: &[Numbered]) {
        for numbered in news {
            let mut event = serde_json::to_value(&numbered.event).unwrap();
            let members = event.as_object_mut().unwrap();
            let name = members.remove("event").unwrap().as_str().unwrap().to_owned();
            let telling = [
                "call",
                "code",
                "purpose",
                "invoke_id",
                "adopted",
                "instance",
                "why",
                "not_before",
                "explained_by",
                "look",
                "reason",
                "attempt",
                "operation",
                "failed",
                "instances",
                "failure",
                "outcome",
                "phase",
            ];
            members.retain(|member, _| telling.contains(&member.as_str()));
            let shorter = |value: &serde_json::Value| match value {
                serde_json::Value::Object(inner) => ["code", "explained_by", "look", "scope"]
                    .iter()
                    .filter_map(|member| inner.get(*member)?.as_str())
                    .collect::<Vec<_>>()
                    .join(" "),
                serde_json::Value::String(text) => text.clone(),
                serde_json::Value::Array(all) => format!("{} instances", all.len()),
                other => other.to_string(),
            };
            let told: Vec<String> =
                members.iter().map(|(member, value)| format!("{member}={}", shorter(value))).collect();
            if !matches!(name.as_str(), "instance_checked" | "command_written" | "run_started") {
                self.say(numbered.at, format!("         {name} {}", told.join(", ")).trim_end());
            }
        }
    }

    /// Compares with the file.
    fn holds(&self, about: &str) {
        let text = format!("{about}\n\n{}\n", self.lines.borrow().join("\n"));
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/transcripts");
        let path = format!("{folder}/{}.txt", self.name);
        if std::env::var_os("UPDATE_FIXTURES").is_some() {
            std::fs::create_dir_all(folder).unwrap();
            std::fs::write(&path, &text).unwrap();
        }
        assert_eq!(text, std::fs::read_to_string(&path).unwrap_or_default(), "{path}: look, then `UPDATE_FIXTURES=1`");
    }
}

/// Runs a session and writes down calls and events.
fn transcribe<F: FnMut(&str, usize, Answer) -> Answer>(
    transcript: &Transcript,
    session: &mut Session,
    service: &mut Meddled<F>,
    mut driver: MemoryDriver,
    die: impl Fn(&Event) -> bool,
) -> (Ended, Vec<Numbered>, Time) {
    service.transcript = Some(Rc::clone(&transcript.lines));
    let mut events = Vec::new();
    let ended = driver.run(session, service, |news| {
        transcript.events(news);
        events.extend_from_slice(news);
        if news.iter().any(|numbered| die(&numbered.event)) { Onward::Crash } else { Onward::Go }
    });
    (ended, events, driver.now)
}

fn to_the_end<F: FnMut(&str, usize, Answer) -> Answer>(
    name: &'static str,
    about: &str,
    simulator: Simulator,
    meddle: F,
) -> Session {
    let transcript = Transcript::of(name);
    let mut session = Session::new(setup(&simulator), start());
    let mut service = Meddled::new(simulator, meddle);
    let (ended, ..) = transcribe(&transcript, &mut session, &mut service, driver(start()), |_| false);
    assert_eq!(ended, Ended::Done);
    transcript.holds(about);
    session
}

fn results(session: &Session) -> Vec<ResultKind> {
    let result =
        |target: &consnap_core::session::Target| target.verdict.as_ref().map_or(ResultKind::NotRun, |it| it.result);
    session.state().targets.iter().map(result).collect()
}

fn with_fault(fault: GuestFault, change: impl FnOnce(&mut Scenario)) -> Simulator {
    let mut scenario = Scenario::empty();
    scenario.service.latency_millis = Millis { min: 50, max: 50 };
    let instance = |id: &str| InstanceSpec {
        id: id.to_owned(),
        role: Some("AppSnapshotRoleName".to_owned()),
        disks: vec![DiskSpec::of("cloud_essd", 40)],
        ..InstanceSpec::default()
    };
    scenario.instances = vec![instance("i-bp1one"), instance("i-bp1two")];
    scenario.guest_faults.push(GuestFault { instances: vec!["i-bp1one".to_owned()], ..fault });
    change(&mut scenario);
    Simulator::new(scenario)
}

#[test]
fn transcript_of_a_lost_reply() {
    let session = to_the_end(
        "a-lost-reply-is-repeated-with-its-token",
        "The reply of RunCommand is lost after the effect. The same bytes with the same ClientToken go out again, and the service answers\nwith the invocation it made the first time.",
        fleet(2),
        |operation: &str, nth, answer: Answer| match (operation, nth) {
            ("RunCommand", 1) => Answer { what: Arrival::ConnectionClosed, ..answer },
            _ => answer,
        },
    );
    assert_eq!(results(&session), [ResultKind::Ok; 2]);
}

#[test]
fn transcript_of_a_no_after_a_lost_yes() {
    let refused = r#"{"Code":"InvalidInstance.NotMatch","Message":"m","RequestId":"r"}"#;
    let session = to_the_end(
        "a-no-after-a-lost-yes-is-looked-for",
        "The reply of RunCommand is lost after the effect; the repetition is refused for another reason. The service looks at the token last\nof all, so the refusal says nothing about the first attempt: it is looked for by its tag, found and adopted.",
        fleet(2),
        |operation: &str, nth, answer: Answer| match (operation, nth) {
            ("RunCommand", 1) => Answer { what: Arrival::ConnectionClosed, ..answer },
            ("RunCommand", _) => instead(&answer, 403, refused),
            _ => answer,
        },
    );
    assert_eq!(results(&session), [ResultKind::Ok; 2]);
}

/// A run that dies when its first command is intended and sent, taken up so much later.
fn taken_up_later(name: &'static str, about: &str, simulator: Simulator, seconds: u64, tags_are_lost: bool) -> Session {
    let transcript = Transcript::of(name);
    let mut session = Session::new(setup(&simulator), start());
    let mut service = Meddled::new(simulator, untouched);
    let dies = |event: &Event| matches!(event, Event::CallAccepted { .. });
    let (ended, mut events, now) = transcribe(&transcript, &mut session, &mut service, driver(start()), dies);
    assert_eq!(ended, Ended::Crashed);
    events.retain(|numbered| !dies(&numbered.event));
    let now = now.plus_seconds(seconds);
    transcript.say(now, "======== the process died before it could write the answer down; `consnap resume`");
    let mut session = Session::resume(setup(&service.inner), &events, now);
    let nothing = r#"{"Invocations":{"Invocation":[]},"RequestId":"r","NextToken":""}"#;
    let mut service = Meddled::new(service.inner, |operation: &str, nth, answer: Answer| match operation {
        "DescribeInvocations" if tags_are_lost && nth <= 2 => instead(&answer, 200, nothing),
        _ => answer,
    });
    let mut driver = driver(now);
    driver.nonce_prefix(1);
    assert_eq!(transcribe(&transcript, &mut session, &mut service, driver, |_| false).0, Ended::Done);
    assert_eq!(service.count("RunCommand"), usize::from(seconds < 600), "within ten minutes, and never later");
    transcript.holds(about);
    session
}

#[test]
fn transcript_of_a_crash_taken_up_at_once() {
    let session = taken_up_later(
        "a-crash-taken-up-within-the-window",
        "The process dies after RunCommand was sent and before its answer was written down. A minute later, within ten minutes of the intent,\n`resume` repeats the journalled bytes with their ClientToken: nothing is started twice.",
        fleet(2),
        60,
        false,
    );
    assert_eq!(results(&session), [ResultKind::Ok; 2]);
}

#[test]
fn transcript_of_a_crash_taken_up_late() {
    let session = taken_up_later(
        "a-crash-taken-up-after-the-window",
        "As before, but half an hour later the token protects nobody any more: `resume` only looks. The invocation is found by its tag and adopted.",
        fleet(2),
        1800,
        false,
    );
    assert_eq!(results(&session), [ResultKind::Ok; 2]);
}

#[test]
fn transcript_of_an_orphan() {
    let session = taken_up_later(
        "an-orphan-group-is-found-by-name",
        "As before, and the invocation cannot be found by its tag either: two looks, 30 s apart, then the call counts as lost. The groups it made\nare found by the run's exact name and their instance. No exit code is known, so the result rests on the tags alone.",
        fleet(2),
        1800,
        true,
    );
    assert!(results(&session).iter().all(|result| *result != ResultKind::Failed), "{:?}", results(&session));
}

#[test]
fn transcript_of_a_time_out() {
    let session = to_the_end(
        "a-time-out-settles-before-none-is-said",
        "Cloud Assistant stops waiting for one instance, the plug-in runs on. Nothing new is started, and only when the full time budget and the\nwait for the group are over could \"none\" be said; here the group appears before, with its tags.",
        with_fault(GuestFault { stall_past_timeout_seconds: Some(40), ..GuestFault::default() }, |_| {}),
        untouched,
    );
    assert_eq!(results(&session), [ResultKind::Ok; 2]);
}

#[test]
fn transcript_of_exit_16() {
    let session = to_the_end(
        "exit-16-waits-and-tries-again-after-a-look",
        "A snapshot of the same disk is still under way (exit code 16). A look for an orphan of our own finds none; after a pause the instance is\ntried once more.",
        with_fault(GuestFault { exit_code: Some(16), nth: Some(1), ..GuestFault::default() }, |_| {}),
        untouched,
    );
    assert_eq!(results(&session), [ResultKind::Ok; 2]);
}

#[test]
fn transcript_of_a_fresh_role() {
    let simulator = with_fault(GuestFault::default(), |scenario| {
        scenario.guest_faults.clear();
        scenario.instances[0].role = None;
        scenario.service.role_propagation_seconds = 30;
    });
    let transcript = Transcript::of("a-fresh-role-needs-its-time");
    let mut setup = setup(&simulator);
    setup.job.run.attach_role = consnap_core::config::AttachRole::IfMissing;
    let mut session = Session::new(setup, start());
    let mut service = Meddled::new(simulator, untouched);
    let (ended, ..) = transcribe(&transcript, &mut session, &mut service, driver(start()), |_| false);
    assert_eq!((ended, results(&session)), (Ended::Done, vec![ResultKind::Ok; 2]));
    transcript.holds(
        "consnap attaches the role to one instance. The role has not yet reached the guest when the plug-in asks for it (exit code 13 or 1):\nwithin five minutes of our own attach, and after a look, it is tried once more.",
    );
}

#[test]
fn transcript_of_a_batch_with_one_unfit_instance() {
    let session = to_the_end(
        "a-rejected-batch-is-halved-by-scope",
        "One instance of four makes the service reject the whole call with a code whose scope is the instance. The call is halved until it stands\nalone; each half has a token of its own, and each rejection is written down before the halves are intended.",
        {
            let mut scenario = Scenario::empty();
            scenario.service.latency_millis = Millis { min: 50, max: 50 };
            scenario.instances = (1..=4)
                .map(|n| InstanceSpec {
                    id: format!("i-bp1no{n}"),
                    role: Some("AppSnapshotRoleName".to_owned()),
                    disks: vec![DiskSpec::of("cloud_essd", 40)],
                    ..InstanceSpec::default()
                })
                .collect();
            scenario.api_faults.push(ApiFault {
                operation: Some("RunCommand".to_owned()),
                instance: Some("i-bp1no3".to_owned()),
                error: Some(ServiceError {
                    status: 404,
                    code: "InvalidInstance.NotMatch".to_owned(),
                    ..ServiceError::default()
                }),
                ..ApiFault::default()
            });
            Simulator::new(scenario)
        },
        untouched,
    );
    assert_eq!(results(&session), [ResultKind::Ok, ResultKind::Ok, ResultKind::NotRun, ResultKind::Ok]);
}

#[test]
fn transcript_of_a_batch_that_is_wrong_as_a_whole() {
    let refused = r#"{"Code":"CmdContent.DecodeError","Message":"m","RequestId":"r"}"#;
    let session = to_the_end(
        "a-batch-that-is-wrong-as-a-whole-is-not-halved",
        "A code whose scope is the batch says nothing about single instances: halving it would only ask the same question more often.",
        fleet(4),
        |operation: &str, _, answer: Answer| match operation {
            "RunCommand" => instead(&answer, 403, refused),
            _ => answer,
        },
    );
    assert_eq!(results(&session), [ResultKind::NotRun; 4]);
}

#[test]
fn transcript_of_throttling() {
    let mut scenario = Scenario::empty();
    scenario.service.latency_millis = Millis { min: 50, max: 50 };
    scenario.fleets.push(Fleet {
        count: 2,
        id_prefix: "i-bp1web".to_owned(),
        template: InstanceSpec {
            role: Some("AppSnapshotRoleName".to_owned()),
            disks: vec![DiskSpec::of("cloud_essd", 40)],
            ..InstanceSpec::default()
        },
    });
    scenario.api_faults.push(ApiFault {
        operation: Some("RunCommand".to_owned()),
        times: Some(2),
        throttle: Some(Throttle { code: "Throttling.User".to_owned(), time_left_millis: 4_000 }),
        ..ApiFault::default()
    });
    let session = to_the_end(
        "throttling-is-waited-out-by-its-headers",
        "RunCommand is throttled twice; the `x-ratelimit-*` headers ask for four seconds. It certainly did not happen, so the same call goes out\nagain when they are over, at half the rate.",
        Simulator::new(scenario),
        untouched,
    );
    assert_eq!(results(&session), [ResultKind::Ok; 2]);
}
