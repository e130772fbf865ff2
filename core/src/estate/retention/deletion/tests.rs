use std::borrow::Cow;

use super::*;
use crate::base::http::TransportReason;

/// A reply; with status 0 none ever comes.
type Answer = HttpReply;

fn reply(status: u16, body: &str) -> HttpReply {
    let headers = vec![(Cow::Borrowed("date"), "Mon, 06 May 2024 07:08:09 GMT".to_owned())];
    HttpReply { status, headers, body: body.as_bytes().to_vec() }
}

fn lost() -> Answer {
    reply(0, "")
}

fn deleted() -> Answer {
    reply(
        200,
        r#"{"RequestId":"r","OperationProgressSet":{"OperationProgress":[{"OperationStatus":"Success","ErrorCode":"","RelatedItemSet":{"RelatedItem":[{"Name":"SnapshotId","Value":"s-1"}]}}]}}"#,
    )
}

fn there(group: &str) -> Answer {
    let body = format!(r#"{{"SnapshotGroups":{{"SnapshotGroup":[{{"SnapshotGroupId":"{group}"}}]}}}}"#);
    reply(200, &body)
}

fn not_there() -> Answer {
    reply(200, r#"{"SnapshotGroups":{"SnapshotGroup":[]}}"#)
}

fn refused(code: &str) -> Answer {
    reply(403, &format!(r#"{{"RequestId":"r","Code":"{code}"}}"#))
}

fn deletion(n: u32) -> Deletion {
    Deletion {
        region: "cn-hangzhou".to_owned(),
        group_id: format!("ssg-{n}"),
        instance_id: "i-1".to_owned(),
        snapshots: vec![format!("s-{n}")],
    }
}

fn deletions_of(wanted: impl IntoIterator<Item = Deletion>) -> Deletions {
    let mut deletions = Deletions::new(7);
    deletions.add(wanted);
    deletions
}

/// Plays the answers in turn; gives how each group ended and the operations that were called.
fn play(count: u32, answers: Vec<Answer>) -> (Vec<(String, Ended)>, Vec<Operation>) {
    let mut deletions = deletions_of((1..=count).map(deletion));
    let mut answers = answers.into_iter();
    let mut now = Time::from_millis(1_700_000_000_000);
    let (mut ended, mut called, mut recorded) = (Vec::new(), Vec::new(), 0);
    for _ in 0..1_000 {
        let next = deletions.poll(now);
        for numbered in deletions.events() {
            assert_eq!(numbered.seq, recorded + 1);
            recorded = numbered.seq;
            if let DeletionEvent::Ended { group_id, ended: end } = numbered.event {
                ended.push((group_id, end));
            }
        }
        match next {
            Next::Done => {
                assert!(answers.next().is_none(), "an answer is left over");
                return (ended, called);
            }
            Next::WaitUntil(at) => now = at.max(now.plus(Duration::from_millis(1))),
            Next::Send { call_id, call, after, .. } => {
                assert!(after <= recorded, "its intent must be recorded before it is sent");
                assert_eq!(call.operation.writes(), after > 0);
                called.push(call.operation);
                let answer = answers.next().expect("more is called than was expected");
                let reason = TransportReason::TimedOut;
                let lost = TransportFailure { sent: Sent::Maybe, reason, detail: String::new() };
                let result = if answer.status == 0 { Err(lost) } else { Ok(answer) };
                deletions.handle(now, call_id, &result);
            }
        }
    }
    panic!("it does not end");
}

const DELETE: Operation = Operation::DeleteSnapshotGroup;
const LOOK: Operation = Operation::DescribeSnapshotGroups;

fn one(answers: Vec<Answer>) -> (Ended, Vec<Operation>) {
    let (mut ended, called) = play(1, answers);
    assert_eq!(ended.len(), 1);
    (ended.remove(0).1, called)
}

#[test]
fn an_answer_is_believed_and_a_lost_one_is_looked_for() {
    assert_eq!(one(vec![deleted()]), (Ended::Deleted, vec![DELETE]));
    assert_eq!(one(vec![lost(), not_there()]), (Ended::Gone, vec![DELETE, LOOK]));
    assert_eq!(one(vec![reply(503, "{}"), there("ssg-1"), deleted()]), (Ended::Deleted, vec![DELETE, LOOK, DELETE]));
    let never = vec![lost(), there("ssg-1"), lost(), there("ssg-1"), lost(), there("ssg-1")];
    assert_eq!(one(never).0, Ended::Unknown { code: "timed_out".to_owned() });
    assert_eq!(one(vec![lost(), refused("Forbidden.RAM")]).0, Ended::Unknown { code: "timed_out".to_owned() });
    assert_eq!(one(vec![lost(), lost(), not_there()]), (Ended::Gone, vec![DELETE, LOOK, LOOK]));
}

#[test]
fn a_refusal_is_looked_at_too() {
    assert_eq!(one(vec![refused("InvalidSnapshotGroupId.NotFound"), not_there()]).0, Ended::Gone);
    let code = "InvalidParameter".to_owned();
    assert_eq!(one(vec![refused("InvalidParameter"), there("ssg-1")]).0, Ended::Refused { code });
    let throttled = || reply(400, r#"{"RequestId":"r","Code":"Throttling.User"}"#);
    assert_eq!(one(vec![throttled(), throttled(), deleted()]), (Ended::Deleted, vec![DELETE; 3]));
    assert_eq!(one(vec![reply(400, r#"{"RequestId":"r","Code":"IllegalTimestamp"}"#), deleted()]).0, Ended::Deleted);
}

#[test]
fn what_is_left_of_a_group_is_named() {
    let body = r#"{"OperationProgressSet":{"OperationProgress":[{"OperationStatus":"Success"},{"OperationStatus":"Failed","ErrorCode":"SnapshotCreatedImage","RelatedItemSet":{"RelatedItem":[{"Name":"SnapshotId","Value":"s-2"}]}},{}]}}"#;
    let left = vec![("s-2".to_owned(), "SnapshotCreatedImage".to_owned()), ("?".to_owned(), "?".to_owned())];
    assert_eq!(one(vec![reply(200, body)]).0, Ended::Partly { left });
}

#[test]
fn what_concerns_the_account_stops_the_rest() {
    let (ended, called) = play(3, vec![deleted(), refused("Forbidden.RAM"), there("ssg-2")]);
    let ends: Vec<Ended> = ended.into_iter().map(|(_, ended)| ended).collect();
    assert_eq!(ends, [Ended::Deleted, Ended::Refused { code: "Forbidden.RAM".to_owned() }, Ended::NotTried]);
    assert_eq!(called, [DELETE, DELETE, LOOK]);
}

#[test]
fn a_journal_that_fails_stops_before_anything_leaves() {
    let mut deletions = deletions_of([deletion(1), deletion(2)]);
    deletions.stop();
    let now = Time::from_millis(1);
    assert!(matches!(deletions.poll(now), Next::Done));
    let ended = deletions.events();
    assert_eq!(ended.len(), 2);
    assert!(ended.iter().all(|one| matches!(one.event, DeletionEvent::Ended { ended: Ended::NotTried, .. })));
    // After the intent, and before it is sent.
    let mut deletions = deletions_of([deletion(1)]);
    let Next::Send { call_id, after: 1, .. } = deletions.poll(now) else { panic!() };
    deletions.stop();
    let unsent = TransportFailure { sent: Sent::No, reason: TransportReason::Other, detail: "journal".to_owned() };
    deletions.handle(now, call_id, &Err(unsent));
    let mut at = now;
    loop {
        match deletions.poll(at) {
            Next::Done => break,
            Next::WaitUntil(later) => at = later.max(at.plus(Duration::from_millis(1))),
            Next::Send { call, .. } => panic!("{call:?}"),
        }
    }
    let last = deletions.events().pop().map(|one| one.event);
    assert_eq!(last, Some(DeletionEvent::Ended { group_id: "ssg-1".to_owned(), ended: Ended::NotTried }));
}
