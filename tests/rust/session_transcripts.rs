//! Each rule of repeating or looking as a transcript: what a run does and why, call by call, with the times.

use std::cell::RefCell;
use std::rc::Rc;

use consnap_core::Time;
use consnap_core::run::session::{Event, Numbered, Session};
use consnap_core::run::verdict::ResultKind;
use consnap_simulator::scenario::{
    ApiFault, DiskSpec, Fleet, GuestFault, InstanceSpec, Millis, Scenario, ServiceError, Throttle,
};
use consnap_simulator::{Answer, Arrival, Ended, MemoryDriver, Onward, Simulator};
use consnap_tests::meddled::*;

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

#[test]
fn transcript_of_a_lost_reply() {
    let session = to_the_end(
        "a-lost-reply-is-repeated-with-its-token",
        "The reply of RunCommand is lost after the effect. A look by the call's tag finds nothing yet, and the `Date` of its answer says that the\ncall is young: the same bytes with the same ClientToken go out again, and the service answers\nwith the invocation it made the first time.",
        fleet(2),
        |operation: &str, nth, answer: Answer| match (operation, nth) {
            ("RunCommand", 1) => Answer { what: Arrival::ConnectionClosed, ..answer },
            ("DescribeInvocations", 5) => no_invocation(&answer),
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
            ("DescribeInvocations", 5) => no_invocation(&answer),
            _ => answer,
        },
    );
    assert_eq!(results(&session), [ResultKind::Ok; 2]);
}

/// A run that dies when its first command is intended and sent, taken up so much later.
fn taken_up_later(name: &'static str, about: &str, simulator: Simulator, seconds: u64, hidden_looks: usize) -> Session {
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
    let mut service = Meddled::new(service.inner, |operation: &str, nth, answer: Answer| match operation {
        "DescribeInvocations" if nth <= hidden_looks => no_invocation(&answer),
        _ => answer,
    });
    let mut driver = driver(now);
    driver.nonce_prefix(1);
    assert_eq!(transcribe(&transcript, &mut session, &mut service, driver, |_| false).0, Ended::Done);
    assert_eq!(service.count("RunCommand"), usize::from(seconds < 480), "within eight minutes, and never later");
    transcript.holds(about);
    session
}

#[test]
fn transcript_of_a_crash_taken_up_at_once() {
    let session = taken_up_later(
        "a-crash-taken-up-within-the-window",
        "The process dies after RunCommand was sent and before its answer was written down. A minute later\n`resume` looks for the call by its tag, which does not show yet. By the `Date` of that answer the call is younger than eight minutes, so\nthe journalled bytes go out again with their ClientToken: nothing is started twice.",
        fleet(2),
        60,
        1,
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
        0,
    );
    assert_eq!(results(&session), [ResultKind::Ok; 2]);
}

#[test]
fn transcript_of_an_orphan() {
    let session = taken_up_later(
        "an-orphan-group-is-found-by-name",
        "As before, and the invocation cannot be found by its tag either: by the service's clock the call is too old to be\nrepeated, and after three looks it counts as lost. The groups it made\nare found by the run's exact name and their instance. No exit code is known, so the result rests on the tags alone.",
        fleet(2),
        1800,
        3,
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
    setup.job.run.attach_role = consnap_core::input::job::AttachRole::IfMissing;
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
