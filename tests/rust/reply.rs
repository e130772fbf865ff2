//! Replies as the service, its gateways and broken lines give them: typed, or a failure that says what may have happened.

use std::time::Duration;

use consnap_core::ErrorKind;
use consnap_core::base::http::{HttpReply, Sent, TransportFailure, TransportReason};
use consnap_core::catalog::api_errors::{RetryClass, Scope};
use consnap_core::ecs::api::{Operation, replies};
use consnap_core::ecs::reply::{self, Cause, Failure, Unreadable};
use consnap_core::input::facts;
use proptest::prelude::*;

fn reply(status: u16, body: &str) -> HttpReply {
    HttpReply { status, headers: Vec::new(), body: body.as_bytes().to_vec() }
}

fn failure(operation: Operation, status: u16, body: &str) -> Failure {
    let reply = reply(status, body);
    match operation {
        Operation::RunCommand => reply::parse::<replies::RunCommand>(operation, &reply).unwrap_err(),
        _ => reply::parse::<replies::DescribeInstances<'_>>(operation, &reply).unwrap_err(),
    }
}

#[test]
fn reads_the_documented_examples() {
    let body = r#"{"RequestId":"0F6A2B1C","CommandId":"c-hz0examplecmd0001","InvokeId":"t-hz0exampleinv0001"}"#;
    let reply = reply(200, body);
    let run: replies::RunCommand = reply::parse(Operation::RunCommand, &reply).unwrap();
    assert_eq!(run.invoke_id, "t-hz0exampleinv0001");

    let marked = self::reply(200, &format!("\u{feff}{body}"));
    assert_eq!(reply::parse::<replies::RunCommand>(Operation::RunCommand, &marked).unwrap(), run);

    let parse = |body: &str| serde_json::from_str::<replies::AttachInstanceRamRole>(body).unwrap().results;
    let text = parse(
        r#"{"RequestId":"x","TotalCount":1,"FailCount":0,"AttachInstanceRamRoleResults":{"AttachInstanceRamRoleResult":
        [{"InstanceId":"i-1","Success":true,"Code":"200","Message":"success"}]}}"#,
    );
    let number = parse(
        r#"{"FailCount":"0","AttachInstanceRamRoleResults":{"AttachInstanceRamRoleResult":
        [{"InstanceId":"i-1","Success":"True","Code":200,"Message":"success"}]}}"#,
    );
    assert_eq!(text, number);
    assert_eq!((number[0].success, number[0].code.as_deref()), (Some(true), Some("200")));

    let groups: replies::DescribeSnapshotGroups<'_> = serde_json::from_str(
        r#"{"RequestId":"x","NextToken":"","SnapshotGroups":{"SnapshotGroup":[{"SnapshotGroupId":"ssg-1","Name":"LinuxApp1",
        "InstanceId":"","Status":"accomplished","ProgressStatus":null,"Tags":{"Tag":[]},"Snapshots":{"Snapshot":[
        {"SnapshotId":"s-1","SourceDiskId":"d-1","Available":true,"Tags":{"Tag":[{"Key":"APPConsistent","Value":"True"}]}}]}}]}}"#,
    )
    .unwrap();
    assert_eq!(groups.next_token, None);
    assert_eq!(groups.groups[0].instance_id, None);
    let tag = &groups.groups[0].snapshots[0].tags[0];
    assert_eq!((&*tag.key, &*tag.value), ("APPConsistent", "True"));

    let snapshots: replies::DescribeSnapshots<'_> = serde_json::from_str(
        r#"{"Snapshots":{"Snapshot":[{"SnapshotId":"s-1","Status":"accomplished","Tags":{"Tag":[{"TagKey":"APPConsistent","TagValue":"True"}]}}]}}"#,
    )
    .unwrap();
    assert_eq!(snapshots.snapshots[0].tags, groups.groups[0].snapshots[0].tags);

    let results: replies::DescribeInvocationResults<'_> = serde_json::from_str(
        r#"{"Invocation":{"NextToken":"n","InvocationResults":{"InvocationResult":[{"InstanceId":"i-1",
        "InvocationStatus":"Success","ExitCode":"0","Output":"aGk=","Dropped":0}]}}}"#,
    )
    .unwrap();
    assert_eq!(results.invocation.next_token.as_deref(), Some("n"));
    assert_eq!(results.invocation.invocation_results[0].exit_code, Some(0));
}

/// A list that is not there is no empty list: another server's `{}` must not read as "there is none".
#[test]
fn a_missing_list_is_an_error_and_an_empty_one_is_not() {
    let read =
        |body: &str| serde_json::from_str::<replies::DescribeSnapshotGroups<'_>>(body).map(|reply| reply.groups.len());
    assert_eq!(read(r#"{"SnapshotGroups":{"SnapshotGroup":[]}}"#).unwrap(), 0);
    assert_eq!(read(r#"{"SnapshotGroups":{"SnapshotGroup":null}}"#).unwrap(), 0);
    assert_eq!(read(r#"{"SnapshotGroups":{}}"#).unwrap(), 0);
    assert_eq!(read(r#"{"SnapshotGroups":null}"#).unwrap(), 0);
    assert!(read("{}").is_err());
    assert!(read(r#"{"SnapshotGroups":""}"#).is_err());
    assert!(read(r#"{"SnapshotGroups":{"SnapshotGroup":[{"Name":"no id"}]}}"#).is_err());
    assert_eq!(failure(Operation::DescribeInstances, 200, "{}").cause, Cause::Unreadable(Unreadable::Incomplete));
}

#[test]
fn facts_come_from_replies() {
    let instances: replies::DescribeInstances<'_> = serde_json::from_str(
        r#"{"Instances":{"Instance":[{"InstanceId":"i-1","InstanceName":"db","Status":"Running","RegionId":"cn-hangzhou",
        "ZoneId":"cn-hangzhou-k","OSName":"Alibaba Cloud Linux  3.2104 LTS 64位","OSNameEn":"Alibaba Cloud Linux  3.2104 LTS 64 bit",
        "OSType":"linux","InstanceNetworkType":"vpc","OperationLocks":{"LockReason":[{"LockReason":"security"}]},
        "MetadataOptions":{"HttpEndpoint":"","HttpTokens":""}}]}}"#,
    )
    .unwrap();
    let disks: replies::DescribeDisks = serde_json::from_str(
        r#"{"Disks":{"Disk":[
        {"DiskId":"d-1","Type":"system","Category":"cloud_essd","PerformanceLevel":"PL1","Size":40,"Status":"In_use",
         "InstanceId":"i-1","Device":"/dev/xvda","MultiAttach":"Disabled","Encrypted":false,
         "Attachments":{"Attachment":[{"InstanceId":"i-1","Device":"/dev/xvda"}]}},
        {"DiskId":"d-2","Type":"data","Category":"cloud_essd","PerformanceLevel":"","Size":"100","Status":"In_use","InstanceId":"",
         "Device":"","MultiAttach":"Enabled","Attachments":{"Attachment":[{"InstanceId":"i-2","Device":"/dev/xvdb"},
         {"InstanceId":"i-1","Device":"/dev/xvdc"}]}},
        {"DiskId":"d-3","InstanceId":"i-9"}]}}"#,
    )
    .unwrap();
    let assistants: replies::DescribeCloudAssistantStatus = serde_json::from_str(
        r#"{"InstanceCloudAssistantStatusSet":{"InstanceCloudAssistantStatus":[{"InstanceId":"i-1",
        "CloudAssistantStatus":true,"CloudAssistantVersion":"2.2.3.1090","ActiveTaskCount":0}]}}"#,
    )
    .unwrap();
    let facts = facts::from_api(
        instances.instances[0].clone(),
        &disks.disks,
        assistants.statuses.first().cloned(),
        Some(String::new()),
    );
    assert_eq!(
        serde_json::to_value(&facts).unwrap(),
        serde_json::json!({
            "instance_id": "i-1", "instance_name": "db", "status": "Running", "region_id": "cn-hangzhou",
            "zone_id": "cn-hangzhou-k", "os_name": "Alibaba Cloud Linux  3.2104 LTS 64位",
            "os_name_en": "Alibaba Cloud Linux  3.2104 LTS 64 bit", "os_type": "linux", "network_type": "vpc",
            "metadata_endpoint": "", "metadata_tokens": "", "locks": ["security"], "ram_role": "", "tags": {},
            "cloud_assistant": {"online": true, "version": "2.2.3.1090", "active_tasks": 0},
            "disks": [
                {"disk_id": "d-1", "kind": "system", "category": "cloud_essd", "performance_level": "PL1", "size_gib": 40,
                 "status": "In_use", "device": "/dev/xvda", "multi_attach": "Disabled", "encrypted": false},
                {"disk_id": "d-2", "kind": "data", "category": "cloud_essd", "size_gib": 100, "status": "In_use",
                 "device": "/dev/xvdc", "multi_attach": "Enabled"},
            ],
        })
    );
    let unknown = facts::from_api(instances.instances[0].clone(), &[], None, None);
    assert_eq!((unknown.disks, unknown.cloud_assistant, unknown.ram_role), (None, None, None));
}

struct Row(Operation, u16, &'static str, ErrorKind, Sent, RetryClass, Cause);

#[test]
fn failures_say_what_may_have_happened() {
    use Operation::{DescribeInstances as Read, RunCommand as Write};
    let page = "<!DOCTYPE html><html><body>gateway</body></html>";
    let xml = "<?xml version='1.0'?><Error><RequestId>R</RequestId><Code>Throttling.User</Code><Message>a &lt; b</Message></Error>";
    let unreadable = Cause::Unreadable;
    for Row(operation, status, body, kind, sent, retry, cause) in [
        // Answered: certainly not carried out.
        Row(
            Write,
            404,
            r#"{"RequestId":"r","Code":"InvalidInstance.NotFound","Message":"no"}"#,
            ErrorKind::Api,
            Sent::Yes,
            RetryClass::Never,
            Cause::Refused,
        ),
        Row(
            Write,
            400,
            r#"{"RequestId":"r","Code":"NeverSeenBefore"}"#,
            ErrorKind::Api,
            Sent::Yes,
            RetryClass::Never,
            Cause::Refused,
        ),
        Row(
            Write,
            400,
            r#"{"RequestId":"r","Code":"Throttling"}"#,
            ErrorKind::Throttled,
            Sent::Yes,
            RetryClass::Throttled,
            Cause::Refused,
        ),
        Row(
            Write,
            503,
            r#"{"RequestId":"r","Code":"Throttling.Api"}"#,
            ErrorKind::Throttled,
            Sent::Yes,
            RetryClass::Throttled,
            Cause::Refused,
        ),
        Row(
            Write,
            400,
            r#"{"RequestId":"r","Code":"Foo.Throttling.Bar"}"#,
            ErrorKind::Throttled,
            Sent::Yes,
            RetryClass::Throttled,
            Cause::Refused,
        ),
        Row(
            Write,
            400,
            r#"{"RequestId":"r","code":"SignatureDoesNotMatch","message":"x"}"#,
            ErrorKind::Credential,
            Sent::Yes,
            RetryClass::Never,
            Cause::Refused,
        ),
        // A gateway's "no" with status 200.
        Row(
            Write,
            200,
            r#"{"RequestId":"r","Code":"InvalidInstance.NotFound","Message":"no"}"#,
            ErrorKind::Api,
            Sent::Yes,
            RetryClass::Never,
            Cause::Refused,
        ),
        // Perhaps carried out.
        Row(
            Write,
            403,
            r#"{"RequestId":"r","Code":"IdempotentProcessing"}"#,
            ErrorKind::Api,
            Sent::Maybe,
            RetryClass::StillProcessing,
            Cause::Refused,
        ),
        Row(
            Write,
            500,
            r#"{"RequestId":"r","Code":"InternalError"}"#,
            ErrorKind::Api,
            Sent::Maybe,
            RetryClass::MaybeCarriedOut,
            Cause::Refused,
        ),
        Row(
            Write,
            500,
            r#"{"RequestId":"r","Code":"NeverSeenBefore"}"#,
            ErrorKind::Api,
            Sent::Maybe,
            RetryClass::MaybeCarriedOut,
            Cause::Refused,
        ),
        Row(
            Write,
            502,
            page,
            ErrorKind::Protocol,
            Sent::Maybe,
            RetryClass::MaybeCarriedOut,
            unreadable(Unreadable::Html),
        ),
        Row(
            Write,
            200,
            r#"{"RequestId":"x","Invo"#,
            ErrorKind::Protocol,
            Sent::Maybe,
            RetryClass::MaybeCarriedOut,
            unreadable(Unreadable::Truncated),
        ),
        Row(
            Write,
            200,
            r#"{"RequestId":"x","InvokeId":""}"#,
            ErrorKind::Protocol,
            Sent::Maybe,
            RetryClass::MaybeCarriedOut,
            unreadable(Unreadable::Incomplete),
        ),
        Row(
            Write,
            200,
            page,
            ErrorKind::Protocol,
            Sent::Maybe,
            RetryClass::MaybeCarriedOut,
            unreadable(Unreadable::Html),
        ),
        Row(
            Write,
            200,
            "",
            ErrorKind::Protocol,
            Sent::Maybe,
            RetryClass::MaybeCarriedOut,
            unreadable(Unreadable::Empty),
        ),
        Row(
            Write,
            200,
            "[]",
            ErrorKind::Protocol,
            Sent::Maybe,
            RetryClass::MaybeCarriedOut,
            unreadable(Unreadable::NotJson),
        ),
        Row(
            Write,
            302,
            r#"{"InvokeId":"t-1"}"#,
            ErrorKind::Protocol,
            Sent::Maybe,
            RetryClass::MaybeCarriedOut,
            unreadable(Unreadable::Redirect),
        ),
        // No answer of the service's, whatever it says.
        Row(
            Write,
            413,
            page,
            ErrorKind::Protocol,
            Sent::Maybe,
            RetryClass::MaybeCarriedOut,
            unreadable(Unreadable::Html),
        ),
        Row(Write, 429, "", ErrorKind::Throttled, Sent::Maybe, RetryClass::Throttled, unreadable(Unreadable::Empty)),
        Row(
            Write,
            403,
            r#"{"Code":"Forbidden.RAM","Message":"blocked"}"#,
            ErrorKind::Protocol,
            Sent::Maybe,
            RetryClass::MaybeCarriedOut,
            unreadable(Unreadable::Foreign),
        ),
        Row(
            Write,
            200,
            r#"{"Code":"InvalidInstance.NotFound","Message":"blocked"}"#,
            ErrorKind::Protocol,
            Sent::Maybe,
            RetryClass::MaybeCarriedOut,
            unreadable(Unreadable::Foreign),
        ),
        Row(
            Write,
            404,
            "<Error><Code>NoSuchKey</Code></Error>",
            ErrorKind::Protocol,
            Sent::Maybe,
            RetryClass::MaybeCarriedOut,
            unreadable(Unreadable::Xml),
        ),
        Row(Read, 407, page, ErrorKind::Protocol, Sent::Yes, RetryClass::MaybeCarriedOut, unreadable(Unreadable::Html)),
        Row(
            Read,
            403,
            r#"{"Code":"Forbidden.RAM"}"#,
            ErrorKind::Protocol,
            Sent::Yes,
            RetryClass::MaybeCarriedOut,
            unreadable(Unreadable::Foreign),
        ),
        // A read has no effect to be unsure of.
        Row(
            Read,
            200,
            r#"{"Instances":{"#,
            ErrorKind::Protocol,
            Sent::Yes,
            RetryClass::MaybeCarriedOut,
            unreadable(Unreadable::Truncated),
        ),
        Row(
            Read,
            503,
            r#"{"RequestId":"r","Code":"ServiceUnavailable"}"#,
            ErrorKind::Api,
            Sent::Yes,
            RetryClass::MaybeCarriedOut,
            Cause::Refused,
        ),
        Row(Read, 400, xml, ErrorKind::Throttled, Sent::Yes, RetryClass::Throttled, unreadable(Unreadable::Xml)),
    ] {
        let failure = failure(operation, status, body);
        assert_eq!(
            (failure.kind, failure.sent, failure.retry, failure.cause),
            (kind, sent, retry, cause),
            "{operation:?} {status} {body}"
        );
        let stored = serde_json::to_string(&failure).unwrap();
        assert_eq!(serde_json::from_str::<Failure>(&stored).unwrap(), failure);
        let error = failure.to_error();
        assert_eq!((error.kind, error.sent), (kind, sent));
        for lang in [consnap_core::Lang::En, consnap_core::Lang::Zh] {
            assert!(!error.message(lang).contains('{'), "{}", error.message(lang));
        }
    }
}

/// The header alone tells the service, too.
#[test]
fn an_error_with_the_header_of_a_request_id_is_the_services() {
    let mut given = reply(403, r#"{"Code":"Forbidden.RAM"}"#);
    given.headers = vec![("x-acs-request-id".into(), "540CFF28".to_owned())];
    let failure = reply::classify(Operation::RunCommand, &given).unwrap_err();
    assert_eq!((failure.sent, failure.cause, failure.is_of_service()), (Sent::Yes, Cause::Refused, true));
}

#[test]
fn an_error_keeps_code_words_request_id_and_wait() {
    let mut given = reply(
        400,
        r#"{"RequestId":"540CFF28","HostId":"h","Code":"Throttling.User","Message":"Request was denied due to user flow control.","Recommend":"u"}"#,
    );
    given.headers = vec![("X-RateLimit-User-Api".into(), "Limit:1,Remain:0,TimeLeft:2000,Reset:1234".to_owned())];
    let failure = reply::classify(Operation::RunCommand, &given).unwrap_err();
    assert_eq!(failure.code.as_deref(), Some("Throttling.User"));
    assert_eq!(failure.request_id.as_deref(), Some("540CFF28"));
    assert_eq!(failure.retry_after, Some(Duration::from_secs(2)));
    assert_eq!(failure.scope, Scope::Account);
    let error = failure.to_error();
    assert!(error.retryable);
    assert_eq!(
        error.message(consnap_core::Lang::En),
        "RunCommand was throttled: `Throttling.User`: Request was denied due to user flow control."
    );

    let xml =
        "<Error><RequestId>R-1</RequestId><Code>InvalidRegionId.NotFound</Code><Message>a &lt; b</Message></Error>";
    let failure = reply::classify(Operation::RunCommand, &reply(404, xml)).unwrap_err();
    assert_eq!(failure.message.as_deref(), Some("a < b"));
    assert_eq!(failure.request_id.as_deref(), Some("R-1"));
}

/// The service repeats its string to sign, which holds the STS token in version 1.
#[test]
fn the_string_to_sign_is_not_kept() {
    let third = r#"{"RequestId":"r","Code":"SignatureDoesNotMatch","Message":"Specified signature does not match our calculation. server StringToSign is [ACS3-HMAC-SHA256\nab] server CanonicalRequest is [POST\n/\nx-acs-security-token:sts-secret]"}"#;
    let stored = serde_json::to_string(&failure(Operation::RunCommand, 403, third)).unwrap();
    assert!(stored.contains("does not match") && !stored.contains("sts-secret"), "{stored}");
    let body = r#"{"RequestId":"r","Code":"SignatureDoesNotMatch","Message":"Specified signature is not matched with our calculation. server string to sign is:GET&%2F&SecurityToken%3Dsts-secret"}"#;
    let failure = failure(Operation::RunCommand, 400, body);
    let stored = serde_json::to_string(&failure).unwrap();
    assert!(!stored.contains("sts-secret"), "{stored}");
    assert!(stored.contains("server string to sign"), "{stored}");
}

#[test]
fn broken_transport_keeps_what_was_sent() {
    for (sent, retry) in [(Sent::No, RetryClass::AfterPause), (Sent::Maybe, RetryClass::MaybeCarriedOut)] {
        let failure = reply::transport(&TransportFailure {
            sent,
            reason: TransportReason::ConnectionClosed,
            detail: "ecs.cn-beijing.aliyuncs.com".to_owned(),
        });
        assert_eq!((failure.kind, failure.sent, failure.retry), (ErrorKind::Transport, sent, retry));
        assert_eq!(failure.to_error().row.code, "CE214");
    }
}

/// Only a call that may have been carried out, and that nothing protects when it is, is not for repeating.
#[test]
fn only_what_may_be_repeated_is_retryable() {
    for (operation, sent, retry, retryable) in [
        (Operation::AttachInstanceRamRole, Sent::No, RetryClass::AfterPause, true),
        (Operation::AttachInstanceRamRole, Sent::Yes, RetryClass::Throttled, true),
        (Operation::AttachInstanceRamRole, Sent::Maybe, RetryClass::MaybeCarriedOut, false),
        (Operation::RunCommand, Sent::Maybe, RetryClass::MaybeCarriedOut, true),
        (Operation::DescribeInstances, Sent::Maybe, RetryClass::AfterPause, true),
        (Operation::DescribeInstances, Sent::Yes, RetryClass::Never, false),
        (Operation::AttachInstanceRamRole, Sent::No, RetryClass::Never, false),
    ] {
        let lost = TransportFailure { sent, reason: TransportReason::ConnectionClosed, detail: String::new() };
        let failure = Failure { operation: Some(operation), retry, ..reply::transport(&lost) };
        assert_eq!(failure.to_error().retryable, retryable, "{operation:?} {sent:?} {retry:?}");
    }
}

proptest! {
    /// Any bytes and any status are read without a panic, and only 2xx can be a success.
    #[test]
    fn no_reply_panics(
        status in 0_u16..1000,
        body in prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..200),
            "[\\{\\}\\[\\]\":,<>/!a-zA-Z0-9 \\\\]{0,200}".prop_map(String::into_bytes),
        ],
        operation in proptest::sample::select(Operation::ALL.to_vec()),
    ) {
        let reply = HttpReply { status, headers: vec![("retry-after".into(), status.to_string())], body };
        macro_rules! each {
            ($($reply:ty),+) => { $(
                match reply::parse::<$reply>(operation, &reply) {
                    Ok(_) => prop_assert!((200..300).contains(&status)),
                    Err(failure) => prop_assert!(!failure.to_error().message(consnap_core::Lang::En).is_empty()),
                }
            )+ };
        }
        each!(
            replies::RunCommand, replies::DescribeInvocations<'_>, replies::DescribeInvocationResults<'_>,
            replies::Acknowledged, replies::AttachInstanceRamRole, replies::DescribeInstanceRamRole,
            replies::DescribeInstances<'_>, replies::DescribeDisks, replies::DescribeCloudAssistantStatus,
            replies::DescribeSnapshotGroups<'_>, replies::DescribeSnapshots<'_>, replies::DescribeRegions,
            replies::GetCallerIdentity
        );
    }

    /// Members of any type: a value where a text, number, truth value or list belongs never panics.
    #[test]
    fn no_type_panics(value in prop_oneof![
        Just("null"), Just("1.5"), Just("-1"), Just("18446744073709551615"), Just("\"x\""), Just("\"\\ud83d\\ude00\""),
        Just("true"), Just("[]"), Just("[[]]"), Just("{}"), Just("{\"Disk\":1}"), Just("{\"Tag\":[{}]}")
    ], name in proptest::sample::select(vec![
        "DiskId", "Size", "Encrypted", "Attachments", "Tags", "MultiAttach", "InstanceId", "NextToken"])) {
        let body = format!(r#"{{"Disks":{{"Disk":[{{"DiskId":"d-1","{name}":{value}}}]}}}}"#);
        let _ = serde_json::from_str::<replies::DescribeDisks>(&body);
    }
}

/// Each code that the documents name has a row of its own: families are for codes nobody has seen.
#[test]
fn every_documented_code_has_its_own_row() {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/api/error-codes.json")).unwrap();
    let documented: serde_json::Value = serde_json::from_str(&text).unwrap();
    let mut count = 0;
    let mut missing = Vec::new();
    for (operation, codes) in documented["operations"].as_object().unwrap() {
        for code in codes.as_array().unwrap().iter().filter_map(serde_json::Value::as_str) {
            count += 1;
            if consnap_core::catalog::api_errors::find(code).is_none_or(|row| row.code != code) {
                missing.push(format!("{operation}: {code}"));
            }
        }
    }
    assert!(count > 200, "{count}");
    assert!(missing.is_empty(), "without a row: {missing:#?}");
}
