//! The simulator's gate: requests in every spelling, signatures, errors, paging, faults between caller and service.

use std::borrow::Cow;

use consnap_core::Time;
use consnap_core::base::http::HttpRequest;
use consnap_core::ecs::api::{Operation, Product};
use consnap_core::ecs::credentials::Secret;
use consnap_core::ecs::sign::{SignatureVersion, v1};
use consnap_simulator::scenario::{
    AccessKey, ApiFault, ClosedConnection, DiskSpec, Fleet, InstanceSpec, Millis, Scenario, ServiceError, Throttle,
};
use consnap_simulator::{Arrival, CallResult, Checks, Service, Simulator};
use consnap_tests::fixtures;
use consnap_tests::simulated::{Api, LINUX_COMMAND, credential, list};
use serde_json::Value;

const LINUX: &str = "i-bp1linux000000000001";

fn with_fault(fault: ApiFault) -> Api {
    Api::new(Scenario { api_faults: vec![fault], ..Scenario::default() })
}

/// The instances of the captured requests; both ran the Linux command there.
fn captured() -> Scenario {
    let instance = |id: &str| InstanceSpec { id: id.to_owned(), ..InstanceSpec::default() };
    Scenario {
        instances: vec![instance("i-bp17r83nppqf141vtest"), instance("i-bp11vqwgh574test")],
        ..Scenario::empty()
    }
}

fn request_of(case: &Value) -> HttpRequest {
    let line = case["request_line"].as_str().unwrap();
    let (method, rest) = line.split_once(' ').unwrap();
    let target = rest.strip_suffix(" HTTP/1.1").unwrap();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    HttpRequest {
        method: Cow::Owned(method.to_owned()),
        path: Cow::Owned(path.to_owned()),
        query: query.to_owned(),
        headers: case["headers"]
            .as_array()
            .unwrap()
            .iter()
            .map(|pair| (Cow::Owned(pair[0].as_str().unwrap().to_owned()), pair[1].as_str().unwrap().to_owned()))
            .collect(),
        body: case["body"].as_str().unwrap().as_bytes().to_vec(),
    }
}

fn body_of(simulator: &mut Simulator, now: Time, request: &HttpRequest) -> (u16, Value) {
    match simulator.handle(now, request).what {
        Arrival::Reply(reply) => (reply.status, serde_json::from_slice(&reply.body).unwrap()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn requests_of_official_sdks_are_answered() {
    let mut count = 0;
    for (path, suite) in fixtures::read("simulator") {
        let mut simulator = Simulator::new(captured());
        let mut forger = Simulator::new(Scenario {
            access_keys: vec![AccessKey { secret: "another".to_owned(), ..AccessKey::default() }],
            ..captured()
        });
        for case in &suite.cases {
            count += 1;
            let now = Time::from_millis(case.input["time"].as_i64().unwrap() * 1000);
            let request = request_of(&case.input);
            let (status, body) = body_of(&mut simulator, now, &request);
            assert_eq!(status, 200, "{}: {}: {body}", path.display(), case.name);
            // The string to sign is the very one the SDK's own server saw, and ends the message.
            let (status, body) = body_of(&mut forger, now, &request);
            assert_eq!((status, &body["Code"]), (400, &"SignatureDoesNotMatch".into()));
            assert_eq!(
                body["Message"].as_str().unwrap(),
                format!(
                    "Specified signature is not matched with our calculation. server string to sign is:{}",
                    case.expect["string_to_sign"].as_str().unwrap()
                )
            );
            // The same request again is a replay.
            assert_eq!(body_of(&mut simulator, now, &request).1["Code"], "SignatureNonceUsed");
        }
        assert!(simulator.calls().all(|call| call.unknown_parameters.is_empty()));
        assert_eq!(simulator.truth()[0].started, 1);
    }
    println!("simulator: {count} captured requests");
    assert_eq!(count, 24);
}

#[test]
fn both_signatures_are_taken_and_a_changed_request_is_not() {
    for version in [SignatureVersion::V1, SignatureVersion::V3] {
        let mut api = Api::new(Scenario::default());
        api.version = version;
        api.ok(Operation::DescribeInstances, &[("InstanceName", "中 a+b*~/%2F")]);
        api.ok(Operation::GetCallerIdentity, &[]);
        let mut request = api.request(Operation::DescribeInstances, &[("InstanceName", "a")]);
        request.query = request.query.replace("InstanceName=a", "InstanceName=b");
        let now = api.now();
        assert_eq!(body_of(&mut api.simulator, now, &request).1["Code"], "SignatureDoesNotMatch");
        api.credential = credential("testid", "wrong");
        assert_eq!(api.refused(Operation::DescribeRegions, &[]), (400, "SignatureDoesNotMatch".to_owned()));
        api.credential = credential("nobody", "testsecret");
        assert_eq!(api.refused(Operation::DescribeRegions, &[]), (404, "InvalidAccessKeyId.NotFound".to_owned()));
    }
}

/// A request of signature version 1, with its parameters where the test wants them.
fn plain_request(method: &'static str, in_form: bool, parameters: &[(&str, &str)], secret: &str) -> HttpRequest {
    let signature = v1::signature(&v1::string_to_sign(method, parameters), secret);
    let mut all = parameters.to_vec();
    all.push(("Signature", &signature));
    let encode = consnap_core::ecs::sign::percent_encode;
    let text =
        all.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect::<Vec<_>>().join("&");
    let (query, body) = if in_form { (String::new(), text.into_bytes()) } else { (text, Vec::new()) };
    let mut headers = vec![(Cow::Borrowed("Host"), "127.0.0.1".to_owned())];
    if in_form {
        headers.push((Cow::Borrowed("Content-Type"), "application/x-www-form-urlencoded; charset=UTF-8".to_owned()));
    }
    HttpRequest { method: Cow::Borrowed(method), path: Cow::Borrowed("/"), query, headers, body }
}

const COMMON: [(&str, &str); 8] = [
    ("Action", "DescribeRegions"),
    ("Version", "2014-05-26"),
    ("AccessKeyId", "testid"),
    ("SignatureMethod", "HMAC-SHA1"),
    ("SignatureVersion", "1.0"),
    ("SignatureType", ""),
    ("Timestamp", "2026-03-04T05:06:07Z"),
    ("SignatureNonce", "n"),
];

fn start() -> Time {
    Time::from_millis(Api::START)
}

#[test]
fn get_query_post_query_and_post_form_are_one() {
    for (method, in_form) in [("GET", false), ("POST", false), ("POST", true)] {
        let mut simulator = Simulator::new(Scenario::default());
        let request = plain_request(method, in_form, &COMMON, "testsecret");
        assert_eq!(body_of(&mut simulator, start(), &request).0, 200, "{method} {in_form}");
    }
}

#[test]
fn what_is_missing_is_named() {
    for (position, (missing, _)) in COMMON.iter().enumerate().filter(|(_, (name, _))| *name != "SignatureType") {
        let mut parameters = COMMON.to_vec();
        parameters.remove(position);
        let mut simulator = Simulator::new(Scenario::default());
        let (status, body) = body_of(&mut simulator, start(), &plain_request("GET", false, &parameters, "testsecret"));
        assert_eq!((status, &body["Code"]), (400, &"MissingParameter".into()), "{missing}");
        assert!(body["Message"].as_str().unwrap().contains(&format!("\"{missing}\"")));
        for member in ["RequestId", "HostId", "Recommend"] {
            assert!(body[member].as_str().is_some_and(|text| !text.is_empty()), "{member}");
        }
    }
    let mut parameters = COMMON;
    parameters[0].1 = "DescribeMoon";
    let mut simulator = Simulator::new(Scenario::default());
    let (status, body) = body_of(&mut simulator, start(), &plain_request("GET", false, &parameters, "testsecret"));
    assert_eq!((status, &body["Code"]), (501, &"Simulator.NotModelled".into()));
    assert_eq!(body["Message"], "`DescribeMoon` is not modelled by the simulator.");
}

#[test]
fn the_clock_may_be_fifteen_minutes_off() {
    let code = |seconds: i64| {
        let mut simulator = Simulator::new(Scenario::default());
        let now = Time::from_millis(Api::START + seconds * 1000);
        body_of(&mut simulator, now, &plain_request("GET", false, &COMMON, "testsecret")).1["Code"].clone()
    };
    assert_eq!((code(900), code(-900)), (Value::Null, Value::Null));
    assert_eq!((code(901), code(-901)), ("IllegalTimestamp".into(), "IllegalTimestamp".into()));
    let mut old = Simulator::new(Scenario::default()).with_checks(Checks { time: false, ..Checks::default() });
    let later = Time::from_millis(Api::START + 86_400_000);
    assert_eq!(body_of(&mut old, later, &plain_request("GET", false, &COMMON, "testsecret")).0, 200);
}

#[test]
fn tokens_must_come_match_and_last() {
    let sts = AccessKey {
        id: "STS.x".to_owned(),
        secret: "s".to_owned(),
        security_token: Some("token".to_owned()),
        expires_after_seconds: Some(900),
        ..AccessKey::default()
    };
    for version in [SignatureVersion::V1, SignatureVersion::V3] {
        let mut api = Api::new(Scenario { access_keys: vec![sts.clone()], ..Scenario::default() });
        api.version = version;
        api.credential = credential("STS.x", "s");
        assert_eq!(api.refused(Operation::DescribeRegions, &[]).1, "MissingSecurityToken");
        api.credential.security_token = Some(Secret::new("other"));
        assert_eq!(api.refused(Operation::DescribeRegions, &[]).1, "InvalidSecurityToken.Malformed");
        api.credential.security_token = Some(Secret::new("token"));
        api.ok(Operation::DescribeRegions, &[]);
        api.wait(900);
        assert_eq!(api.refused(Operation::DescribeRegions, &[]).1, "InvalidSecurityToken.Expired");
    }
}

#[test]
fn ram_refuses_single_operations() {
    let key = AccessKey { refused_operations: vec!["DescribeSnapshots".to_owned()], ..AccessKey::default() };
    let mut api = Api::new(Scenario { access_keys: vec![key], ..Scenario::default() });
    api.ok(Operation::DescribeSnapshotGroups, &[]);
    assert_eq!(api.refused(Operation::DescribeSnapshots, &[]), (403, "Forbidden.RAM".to_owned()));
}

#[test]
fn replies_carry_the_headers_of_the_service() {
    let mut api = Api::new(Scenario::default());
    let reply = api.reply(Operation::DescribeRegions, &[]);
    let body: Value = serde_json::from_slice(&reply.body).unwrap();
    assert_eq!(reply.header("x-acs-request-id"), body["RequestId"].as_str());
    assert_eq!(reply.header("content-type"), Some("application/json;charset=utf-8"));
    assert_eq!(reply.header("date"), Some("Wed, 04 Mar 2026 05:06:07 GMT"));
}

#[test]
fn regions_are_known_or_not() {
    let mut api = Api::new(Scenario::default());
    let elsewhere = api.ok(Operation::DescribeInstances, &[("RegionId", "cn-beijing")]);
    assert_eq!(elsewhere["TotalCount"], 0);
    assert_eq!(
        api.refused(Operation::DescribeInstances, &[("RegionId", "cn-nowhere")]),
        (404, "InvalidRegionId.NotFound".to_owned())
    );
    assert_eq!(
        api.refused(
            Operation::RunCommand,
            &[
                ("RegionId", "cn-beijing"),
                ("Type", "RunShellScript"),
                ("CommandContent", LINUX_COMMAND),
                ("InstanceId.1", LINUX)
            ]
        )
        .1,
        "InvalidInstance.NotFound"
    );
}

/// So many instances of two disks.
fn fleet(count: u32) -> Scenario {
    let template = InstanceSpec {
        name: "web-{n}".to_owned(),
        role: Some("AppSnapshotRoleName".to_owned()),
        disks: vec![DiskSpec::of("cloud_essd", 40), DiskSpec::of("cloud_essd", 100)],
        ..InstanceSpec::default()
    };
    Scenario { fleets: vec![Fleet { count, id_prefix: "i-bp1web".to_owned(), template }], ..Scenario::empty() }
}

/// All ids of a listing, by token.
fn listed(api: &mut Api, operation: Operation, more: &[(&str, &str)], place: &str, id: &str) -> (Vec<String>, u32) {
    let (mut ids, mut token, mut pages) = (Vec::new(), String::new(), 0);
    loop {
        let mut parameters = vec![("MaxResults", "50")];
        parameters.extend(more);
        if !token.is_empty() {
            parameters.push(("NextToken", &token));
        }
        let body = api.ok(operation, &parameters);
        pages += 1;
        let before_list = place.rsplit_once('/').unwrap().0.rsplit_once('/').unwrap().0;
        token = body.pointer(&format!("{before_list}/NextToken")).unwrap().as_str().unwrap().into();
        ids.extend(list(&body, place).iter().map(|item| item[id].as_str().unwrap().to_owned()));
        if token.is_empty() {
            return (ids, pages);
        }
    }
}

#[test]
fn listings_page_through_everything_once() {
    let mut api = Api::new(fleet(120));
    for first in (1..=120).step_by(40) {
        let ids: Vec<String> = (first..first + 40).map(|number| format!("i-bp1web{number:014}")).collect();
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        api.run("RunShellScript", LINUX_COMMAND, "3600", &ids);
    }
    api.wait(60);
    for (operation, place, id, count, pages) in [
        (Operation::DescribeInstances, "/Instances/Instance", "InstanceId", 120, 3),
        (Operation::DescribeDisks, "/Disks/Disk", "DiskId", 240, 5),
        (
            Operation::DescribeCloudAssistantStatus,
            "/InstanceCloudAssistantStatusSet/InstanceCloudAssistantStatus",
            "InstanceId",
            120,
            3,
        ),
        (Operation::DescribeSnapshotGroups, "/SnapshotGroups/SnapshotGroup", "SnapshotGroupId", 120, 3),
        (Operation::DescribeSnapshots, "/Snapshots/Snapshot", "SnapshotId", 240, 5),
        (Operation::DescribeInvocations, "/Invocations/Invocation", "InvokeId", 3, 1),
        (Operation::DescribeInvocationResults, "/Invocation/InvocationResults/InvocationResult", "InstanceId", 120, 3),
    ] {
        let (mut ids, read) = listed(&mut api, operation, &[], place, id);
        assert_eq!((ids.len(), read), (count, pages), "{}", operation.name());
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), count, "{}", operation.name());
    }
    let (named, _) = listed(
        &mut api,
        Operation::DescribeSnapshotGroups,
        &[("Name", "LinuxApp1"), ("Status.1", "accomplished")],
        "/SnapshotGroups/SnapshotGroup",
        "SnapshotGroupId",
    );
    assert_eq!(named.len(), 120);
    // By number, as older clients do; the total counts there.
    let body = api.ok(Operation::DescribeInstances, &[("PageNumber", "3"), ("PageSize", "50")]);
    assert_eq!((list(&body, "/Instances/Instance").len(), &body["TotalCount"]), (20, &120.into()));
    assert_eq!(body["Instances"]["Instance"][0]["InstanceName"], "web-101");
    let body = api.ok(Operation::DescribeInvocationResults, &[("PageNumber", "2"), ("PageSize", "50")]);
    assert_eq!(body["Invocation"]["TotalCount"], 120);
}

#[test]
fn filters_filter_and_empty_ones_do_not() {
    let mut api = Api::new(Scenario::default());
    let count = |api: &mut Api, parameters: &[(&str, &str)]| {
        api.ok(Operation::DescribeInstances, parameters)["TotalCount"].as_i64().unwrap()
    };
    assert_eq!(count(&mut api, &[]), 7);
    assert_eq!(count(&mut api, &[("InstanceIds", "")]), 7);
    assert_eq!(count(&mut api, &[("InstanceIds", "[\"i-none\"]")]), 0);
    assert_eq!(count(&mut api, &[("Status", "Stopped")]), 1);
    assert_eq!(count(&mut api, &[("InstanceName", "db-*")]), 6);
    assert_eq!(count(&mut api, &[("Tag.1.Key", "app"), ("Tag.1.Value", "orders")]), 1);
    assert_eq!(count(&mut api, &[("Tag.1.Key", "app")]), 2);
    assert_eq!(count(&mut api, &[("Tag.1.Key", "app"), ("Tag.2.Key", "none")]), 0);

    let first = api.run("RunShellScript", "true", "60", &[LINUX]);
    let second = api.run("RunShellScript", "true", "60", &[LINUX]);
    let mut results = |parameters: &[(&str, &str)]| {
        let body = api.ok(Operation::DescribeInvocationResults, parameters);
        list(&body, "/Invocation/InvocationResults/InvocationResult")
            .iter()
            .map(|result| result["InvokeId"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(results(&[("InvokeId", &first)]), std::slice::from_ref(&first));
    // A client that sends an empty id gets somebody else's results.
    assert_eq!(results(&[("InvokeId", "")]), [second, first]);
    assert!(results(&[("InvokeId", "t-hz0none")]).is_empty());
}

#[test]
fn history_forgets_the_oldest() {
    let mut scenario = Scenario::default();
    scenario.service.history_records = 2;
    let mut api = Api::new(scenario);
    let ids: Vec<String> = (0..3).map(|_| api.run("RunShellScript", "true", "60", &[LINUX])).collect();
    assert!(api.results(&ids[0]).is_empty());
    assert_eq!((api.results(&ids[1]).len(), api.results(&ids[2]).len()), (1, 1));
}

#[test]
fn invocations_are_found_by_tag() {
    let mut api = Api::new(Scenario::default());
    let id = api.ok(
        Operation::RunCommand,
        &[
            ("Type", "RunShellScript"),
            ("CommandContent", "dHJ1ZQ=="),
            ("ContentEncoding", "Base64"),
            ("InstanceId.1", LINUX),
            ("Tag.1.Key", "consnap:run"),
            ("Tag.1.Value", "r1"),
        ],
    )["InvokeId"]
        .clone();
    api.run("RunShellScript", "true", "60", &[LINUX]);
    let body = api.ok(
        Operation::DescribeInvocations,
        &[("Tag.1.Key", "consnap:run"), ("Tag.1.Value", "r1"), ("MaxResults", "50")],
    );
    let found = list(&body, "/Invocations/Invocation");
    assert_eq!(found.len(), 1);
    assert_eq!((&found[0]["InvokeId"], &found[0]["CommandContent"]), (&id, &"dHJ1ZQ==".into()));
    assert_eq!(found[0]["Tags"]["Tag"][0]["TagValue"], "r1");
    let reserved = api.refused(
        Operation::RunCommand,
        &[("Type", "RunShellScript"), ("CommandContent", "true"), ("InstanceId.1", LINUX), ("Tag.1.Key", "acs:x")],
    );
    assert_eq!(reserved.1, "InvalidTagKey.Malformed");
}

#[test]
fn large_commands_are_refused() {
    let mut api = Api::new(Scenario::default());
    let command = "x".repeat(18_433);
    let parameters =
        |more| vec![("Type", "RunShellScript"), ("CommandContent", command.as_str()), ("InstanceId.1", LINUX), more];
    assert_eq!(api.refused(Operation::RunCommand, &parameters(("KeepCommand", "false"))).1, "CmdContent.ExceedLimit");
    let parameters = [("Type", "RunShellScript"), ("CommandContent", &command[..18_432]), ("InstanceId.1", LINUX)];
    api.ok(Operation::RunCommand, &parameters);
    let kept = [parameters[0], parameters[1], parameters[2], ("KeepCommand", "true")];
    assert_eq!(api.refused(Operation::RunCommand, &kept).1, "CmdContent.ExceedLimit");
    let broken = [parameters[0], ("CommandContent", "no base64!"), parameters[2], ("ContentEncoding", "base64")];
    assert_eq!(api.refused(Operation::RunCommand, &broken).1, "CmdContent.DecodeError");
}

#[test]
fn tags_can_be_put_on_what_exists() {
    let mut api = Api::new(fleet(1));
    api.run("RunShellScript", LINUX_COMMAND, "3600", &["i-bp1web00000000000001"]);
    api.wait(30);
    let snapshot = api.snapshots("i-bp1web00000000000001")[0]["SnapshotId"].as_str().unwrap().to_owned();
    let tag = [("ResourceType", "snapshot"), ("Tag.1.Key", "owner"), ("Tag.1.Value", "me")];
    let put = |id| [tag[0], tag[1], tag[2], ("ResourceId.1", id)];
    api.ok(Operation::TagResources, &put(&snapshot));
    assert_eq!(api.refused(Operation::TagResources, &put("s-none")).1, "InvalidResourceId.NotFound");
    let body = api.ok(Operation::DescribeSnapshots, &[("Tag.1.Key", "owner")]);
    assert_eq!(list(&body, "/Snapshots/Snapshot")[0]["SnapshotId"], snapshot);
}

#[test]
fn faults_strike_by_rule() {
    let error = || Some(ServiceError { status: 500, code: "InternalError".to_owned(), ..ServiceError::default() });
    let strikes = |fault: ApiFault| {
        let mut api = with_fault(fault);
        (0..6)
            .map(|_| api.reply(Operation::DescribeInstances, &[("InstanceIds", &format!("[\"{LINUX}\"]"))]).status)
            .map(|status| if status == 200 { '.' } else { 'x' })
            .collect::<String>()
    };
    let rule = |change: fn(&mut ApiFault)| {
        let mut fault = ApiFault { error: error(), ..ApiFault::default() };
        change(&mut fault);
        strikes(fault)
    };
    assert_eq!(rule(|_| {}), "xxxxxx");
    assert_eq!(rule(|fault| fault.nth = Some(3)), "..x...");
    assert_eq!(rule(|fault| fault.every = Some(2)), ".x.x.x");
    assert_eq!(rule(|fault| fault.times = Some(2)), "xx....");
    assert_eq!(rule(|fault| fault.operation = Some("DescribeDisks".to_owned())), "......");
    assert_eq!(rule(|fault| fault.instance = Some("i-bp1lin*".to_owned())), "xxxxxx");
    assert_eq!(rule(|fault| fault.instance = Some("i-bp1win*".to_owned())), "......");
}

#[test]
fn lost_answers_have_their_effect_or_not() {
    let run = [("Type", "RunShellScript"), ("CommandContent", LINUX_COMMAND), ("InstanceId.1", LINUX)];
    for (when, started) in [(ClosedConnection::BeforeEffect, 0), (ClosedConnection::AfterEffect, 1)] {
        for fault in [
            ApiFault { connection_closed: Some(when), ..ApiFault::default() },
            ApiFault { silence: Some(when), ..ApiFault::default() },
            ApiFault {
                error: Some(ServiceError { after_effect: started == 1, ..ServiceError::default() }),
                ..ApiFault::default()
            },
        ] {
            let mut api = with_fault(ApiFault { operation: Some("RunCommand".to_owned()), ..fault.clone() });
            let request = api.request(Operation::RunCommand, &run);
            let answer = api.send(&request);
            match (&fault.connection_closed, &fault.silence, &answer.what) {
                (Some(_), _, Arrival::ConnectionClosed) | (_, Some(_), Arrival::Silence) => {}
                (_, _, Arrival::Reply(reply)) => assert_eq!(reply.status, 503),
                other => panic!("{other:?}"),
            }
            assert_eq!(api.simulator.truth_of_instance(LINUX).unwrap().commands, started, "{fault:?}");
        }
    }
}

#[test]
fn throttling_html_and_latency_look_as_they_do() {
    let mut api = with_fault(ApiFault { throttle: Some(Throttle::default()), ..ApiFault::default() });
    let reply = api.reply(Operation::DescribeRegions, &[]);
    assert_eq!(reply.status, 400);
    assert!(reply.header("x-ratelimit-user-api").unwrap().starts_with("Limit:1,Remain:0,TimeLeft:2000,Reset:"));
    assert_eq!(api.simulator.calls().next().unwrap().result, CallResult::Error("Throttling.User".to_owned()));

    let mut api = with_fault(ApiFault {
        error: Some(ServiceError::default()),
        html: Some("<html>503</html>".to_owned()),
        ..ApiFault::default()
    });
    let reply = api.reply(Operation::DescribeRegions, &[]);
    assert_eq!((reply.status, reply.header("content-type")), (503, Some("text/html")));
    assert_eq!(reply.body, b"<html>503</html>");

    let mut api = with_fault(ApiFault { latency_millis: Some(Millis { min: 100, max: 200 }), ..ApiFault::default() });
    let request = api.request(Operation::DescribeRegions, &[]);
    let millis = api.send(&request).at.since(api.now()).as_millis();
    assert!((100..=200).contains(&millis), "{millis}");
}

#[test]
fn a_fast_day_passes_in_the_callers_time() {
    let mut scenario = Scenario { time_scale: 100.0, ..fleet(1) };
    scenario.service.latency_millis = Millis { min: 500, max: 500 };
    let mut api = Api::new(scenario);
    let request = api.request(Operation::DescribeRegions, &[]);
    assert_eq!(api.send(&request).at.since(api.now()).as_millis(), 5);
    let id = api.run("RunShellScript", LINUX_COMMAND, "3600", &["i-bp1web00000000000001"]);
    api.millis += 300;
    assert_eq!(api.result(&id)["InvocationStatus"], "Success");
    // Hours later on the service's clock, a caller's own clock is still taken.
    api.wait(600);
    api.ok(Operation::DescribeRegions, &[]);
}

#[test]
fn calls_are_recorded_without_secrets() {
    let mut api = Api::new(Scenario::default());
    api.version = SignatureVersion::V1;
    api.ok(Operation::DescribeDisks, &[("InstanceId", LINUX), ("Colour", "red")]);
    let call = api.simulator.calls().next().unwrap().clone();
    assert_eq!((call.operation.as_str(), &call.result), ("DescribeDisks", &CallResult::Ok));
    assert_eq!(call.unknown_parameters, ["Colour"]);
    let names: Vec<&str> = call.parameters.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["Colour", "InstanceId", "RegionId"]);
    assert_eq!(api.simulator.call_counts().get("DescribeDisks"), Some(&1));
}

#[test]
fn known_parameters_are_those_of_the_published_metadata() {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/api/parameters.json")).unwrap();
    let metadata: Value = serde_json::from_str(&text).unwrap();
    let mut api = Api::new(Scenario::default());
    let mut checked = 0;
    for operation in Operation::ALL.into_iter().filter(|operation| operation.product() == Product::Ecs) {
        let mut names: Vec<String> = Vec::new();
        for (name, parameter) in metadata["operations"][operation.name()]["parameters"].as_object().unwrap() {
            match (parameter["type"].as_str(), parameter["members"].as_object()) {
                (Some("RepeatList"), Some(members)) => {
                    names.extend(members.keys().map(|member| format!("{name}.7.{member}")));
                }
                (Some("RepeatList"), None) => names.push(format!("{name}.7")),
                _ => names.push(name.clone()),
            }
        }
        checked += names.len();
        let parameters: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "x")).collect();
        api.reply(operation, &parameters);
        let last = api.simulator.calls().last().unwrap();
        assert!(last.unknown_parameters.is_empty(), "{}: {:?}", operation.name(), last.unknown_parameters);
    }
    assert!(checked > 200, "{checked}");
}
