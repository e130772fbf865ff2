//! Whatever keeps a result from being read, the alarm rings at the same moment, and an answer that comes later takes it back.

use consnap_core::Time;
use consnap_core::base::http::{HttpReply, HttpRequest};
use consnap_core::report::Report;
use consnap_core::run::session::{Event, Numbered, Session, State, StopReason};
use consnap_core::run::verdict::ResultKind;
use consnap_core::{Lang, catalog::pacing};
use consnap_simulator::scenario::{GuestFault, TagFault};
use consnap_simulator::{Answer, Arrival, Ended, Onward, Service as _, Simulator};
use consnap_tests::meddled::*;

/// What the service says in its own name.
fn said(answer: &Answer, status: u16, header: (&'static str, &str), body: &[u8]) -> Answer {
    let headers = vec![
        ("x-acs-request-id".into(), "r".to_owned()),
        ("content-type".into(), "application/json".to_owned()),
        (header.0.into(), header.1.to_owned()),
    ];
    Answer { at: answer.at, what: Arrival::Reply(HttpReply { status, headers, body: body.to_vec() }) }
}

/// What becomes of an answer.
type Way = fn(Answer) -> Answer;

/// The ways in which the look at a running command gives no result.
const WAYS: [(&str, Way); 12] = [
    ("a page of a gateway", |answer| foreign(&answer, 502, "<html>bad gateway</html>")),
    ("a page that says yes", |answer| foreign(&answer, 200, "<html>welcome</html>")),
    ("a page that refuses", |answer| foreign(&answer, 403, "<html>blocked</html>")),
    ("a closed connection", |answer| lost(&answer)),
    ("no answer", |answer| Answer { at: answer.at, what: Arrival::Silence }),
    ("throttled", |answer| {
        said(&answer, 400, ("a", "b"), br#"{"RequestId":"r","Code":"Throttling.User","Message":"m"}"#)
    }),
    ("throttled for an hour each time", |answer| {
        said(&answer, 400, ("retry-after", "3600"), br#"{"RequestId":"r","Code":"Throttling.User","Message":"m"}"#)
    }),
    ("an error", |answer| said(&answer, 500, ("a", "b"), br#"{"RequestId":"r","Code":"InternalError","Message":"m"}"#)),
    ("half a body", |answer| said(&answer, 200, ("a", "b"), br#"{"RequestId":"r","Invocations":{"Invo"#)),
    ("another type", |answer| said(&answer, 200, ("a", "b"), br#"{"RequestId":"r","Invocations":{"Invocation":7}}"#)),
    ("a page without the results", |answer| {
        changed(answer, |body| {
            body["NextToken"] = "more".into();
            body["Invocations"]["Invocation"][0]["InvokeInstances"]["InvokeInstance"] = serde_json::json!([]);
        })
    }),
    ("a result that never ends", |answer| {
        changed(answer, |body| {
            let one = &mut body["Invocations"]["Invocation"][0]["InvokeInstances"]["InvokeInstance"][0];
            one["InvocationStatus"] = "Running".into();
            one["InstanceInvokeStatus"] = "Running".into();
            one.as_object_mut().map(|one| one.remove("ExitCode"));
        })
    }),
];

fn looks_at_a_command(operation: &str, request: &HttpRequest) -> bool {
    operation == "DescribeInvocations" && request.query.contains("IncludeOutput=true")
}

/// A run of which the looks at running commands are spoiled for so long.
fn spoiled(simulator: Simulator, seconds: u64, way: Way) -> (Session, Vec<Numbered>, Vec<Time>) {
    let until = start().plus_seconds(seconds);
    let mut session = Session::new(setup(&simulator), start());
    let mut looks = Vec::new();
    let hands = |operation: &str, _, inner: &mut Simulator, _: &mut i64, now: Time, request: &HttpRequest| {
        let answer = inner.handle(now, request);
        if !looks_at_a_command(operation, request) {
            return answer;
        }
        looks.push(now);
        if now < until { way(answer) } else { answer }
    };
    let mut service = Between::new(simulator, hands);
    let mut events = Vec::new();
    let ended = driver(start()).run(&mut session, &mut service, |news| {
        events.extend_from_slice(news);
        Onward::Go
    });
    assert_eq!(ended, Ended::Done);
    drop(service);
    (session, events, looks)
}

fn rings(numbered: &Numbered) -> bool {
    matches!(&numbered.event, Event::ResultOverdue { .. } | Event::ResultGone { .. })
}

/// When the service took the start, and by when its result must be there.
fn due(session: &Session, events: &[Numbered]) -> Time {
    let accepted = events.iter().find(|numbered| matches!(numbered.event, Event::CallAccepted { .. })).unwrap().at;
    let time_out = u64::from(session.state().commands[0].timeout_seconds);
    accepted.plus_seconds(time_out + pacing::RESULT_GRACE.as_secs())
}

#[test]
fn however_a_result_stays_unread_the_alarm_rings_when_it_was_due() {
    for (name, way) in WAYS {
        let simulator = fleet(1);
        let job = setup(&simulator).job;
        let (session, events, looks) = spoiled(simulator, 4 * 3_600, way);
        let due = due(&session, &events);
        let rung = events.iter().find(|numbered| rings(numbered)).unwrap_or_else(|| panic!("{name}: no alarm"));
        assert!(rung.at >= due && rung.at <= due.plus_seconds(60), "{name}: {:?} after {due:?}", rung.at);
        // From then on everybody who reads the run sees a guest that may be held, and nothing more is started.
        let mut state = State::new(&job);
        let heard = events.iter().take_while(|numbered| numbered.seq <= rung.seq + 1);
        heard.for_each(|numbered| state.apply(numbered));
        assert!(state.targets[0].may_be_held(), "{name}");
        assert!(matches!(state.stopped, Some(StopReason::Held { .. })), "{name}: {:?}", state.stopped);
        assert_eq!(Report::of(&state, None, 0, Lang::En).exit_status, 5, "{name}");
        if matches!(rung.event, Event::ResultOverdue { .. }) {
            assert!(looks.iter().any(|at| *at > rung.at.plus_seconds(600)), "{name}: nobody asks any more");
        }
        // Nothing was wrong but the look: the tags say so in the end.
        assert_eq!(results(&session), [ResultKind::Ok], "{name}");
    }
}

#[test]
fn an_answer_that_comes_late_takes_the_alarm_back() {
    for (name, way) in WAYS {
        // No tag of the application's clears: the answer alone does.
        let fault = GuestFault { tags: Some(TagFault::Missing), ..GuestFault::default() };
        let (session, events, _) = spoiled(with_fault(fault, |_| ()), 3_000, way);
        let overdue = events.iter().find(|numbered| matches!(numbered.event, Event::ResultOverdue { .. }));
        let Some(overdue) = overdue else { continue };
        let mut later = events.iter().filter(|numbered| numbered.seq > overdue.seq);
        assert!(later.any(|numbered| matches!(numbered.event, Event::CommandFinished { .. })), "{name}");
        assert_eq!(results(&session), [ResultKind::Weaker, ResultKind::Ok], "{name}");
        assert!(session.state().targets.iter().all(|target| !target.may_be_held()), "{name}");
    }
}
