//! Requests as they leave: only parameters the API has, in the spelling each operation wants, never an empty one.

use std::collections::BTreeMap;

use consnap_core::Time;
use consnap_core::ecs::api::requests::*;
use consnap_core::ecs::api::{ApiCall, Operation};
use consnap_core::ecs::credentials::{Credential, Secret};
use consnap_core::ecs::sign::{SignatureVersion, sign_call, v1, v3};
use proptest::prelude::*;
use serde::Deserialize;

#[derive(Deserialize)]
struct Api {
    operations: BTreeMap<String, OperationParameters>,
}

#[derive(Deserialize)]
struct OperationParameters {
    parameters: BTreeMap<String, Parameter>,
}

#[derive(Deserialize)]
struct Parameter {
    r#type: String,
    required: bool,
}

const REGION: &str = "cn-hangzhou";

fn filled(text: &str) -> Filled {
    Filled::new(text).unwrap()
}

fn ids<const MAX: usize>() -> Ids<MAX> {
    Ids::new(["x-1", "x-2"]).unwrap()
}

fn tags() -> Tags {
    Tags::new([("consnap:run", "k3v9"), ("empty", "")]).unwrap()
}

/// Every form of every request that can be built.
fn all_calls() -> Vec<ApiCall> {
    let token = || Some(filled("AAAA"));
    vec![
        run_command().into_call(REGION),
        RunCommand { tags: None, ..run_command() }.into_call(REGION),
        DescribeInvocations {
            filter: InvocationFilter::Invocation { invoke_id: filled("t-1"), include_output: true },
            next_token: token(),
        }
        .into_call(REGION),
        DescribeInvocations { filter: InvocationFilter::Tags(tags()), next_token: None }.into_call(REGION),
        DescribeInvocationResults { invoke_id: filled("t-1"), instance_id: Some(filled("i-1")), next_token: token() }
            .into_call(REGION),
        DescribeInvocationResults { invoke_id: filled("t-1"), instance_id: None, next_token: None }.into_call(REGION),
        SendFile {
            name: filled("pre.sh"),
            target_dir: filled("/opt/consnap"),
            content: b"#!/bin/sh\n".to_vec(),
            instance_ids: ids(),
            timeout_seconds: 60,
            client_token: filled("0123456789abcdef"),
        }
        .into_call(REGION),
        DescribeSendFileResults { invoke_id: filled("f-1") }.into_call(REGION),
        StopInvocation { invoke_id: filled("t-1"), instance_ids: Some(ids()) }.into_call(REGION),
        StopInvocation { invoke_id: filled("t-1"), instance_ids: None }.into_call(REGION),
        AttachInstanceRamRole { ram_role_name: filled("role"), instance_ids: ids() }.into_call(REGION),
        DescribeInstanceRamRole { instance_ids: ids() }.into_call(REGION),
        DescribeInstances { filter: InstanceFilter::Ids(ids()), next_token: None }.into_call(REGION),
        DescribeInstances { filter: InstanceFilter::Tags(tags()), next_token: token() }.into_call(REGION),
        DescribeInstances { filter: InstanceFilter::Region, next_token: token() }.into_call(REGION),
        DescribeDisks { filter: DiskFilter::Region, next_token: token() }.into_call(REGION),
        DescribeDisks { filter: DiskFilter::Instance(filled("i-1")), next_token: None }.into_call(REGION),
        DescribeDisks { filter: DiskFilter::Ids(ids()), next_token: None }.into_call(REGION),
        DescribeCloudAssistantStatus { instance_ids: ids() }.into_call(REGION),
        DescribeSnapshotGroups { filter: GroupFilter::Ids(ids()), next_token: None }.into_call(REGION),
        DescribeSnapshotGroups { filter: GroupFilter::Name(filled("n")), next_token: token() }.into_call(REGION),
        DescribeSnapshotGroups { filter: GroupFilter::Instance(filled("i-1")), next_token: None }.into_call(REGION),
        DescribeSnapshotGroups {
            filter: GroupFilter::NameOfInstance { name: filled("n"), instance_id: filled("i-1") },
            next_token: None,
        }
        .into_call(REGION),
        DescribeSnapshotGroups { filter: GroupFilter::Region, next_token: None }.into_call(REGION),
        DeleteSnapshotGroup { snapshot_group_id: filled("ssg-1") }.into_call(REGION),
        DescribeSnapshots { filter: SnapshotFilter::Ids(ids()), next_token: None }.into_call(REGION),
        DescribeSnapshots { filter: SnapshotFilter::Instance(filled("i-1")), next_token: token() }.into_call(REGION),
        TagResources { resource_type: filled("snapshot"), resource_ids: ids(), tags: tags() }.into_call(REGION),
        DescribeRegions.into_call(REGION),
        GetCallerIdentity.into_call(REGION),
    ]
}

fn run_command() -> RunCommand {
    RunCommand {
        command_type: CommandType::RunShellScript,
        command_content: filled("acs-plugin-manager --exec"),
        instance_ids: ids(),
        timeout_seconds: 3950,
        client_token: filled("0123456789abcdef"),
        tags: Some(tags()),
    }
}

#[test]
fn every_request_uses_only_parameters_the_api_has() {
    let api: Api = serde_json::from_str(include_str!("../fixtures/api/parameters.json")).unwrap();
    let calls = all_calls();
    for call in &calls {
        let name = call.operation.name();
        if call.operation == Operation::GetCallerIdentity {
            // Of the other service; it takes no parameters at all.
            assert!(call.parameters.is_empty());
            continue;
        }
        let known = &api.operations[name].parameters;
        for (parameter, value) in &call.parameters {
            let row = known.get(parameter.as_ref()).or_else(|| {
                let (list, _) = parameter.split_once('.')?;
                known.get(list).filter(|row| row.r#type == "RepeatList")
            });
            let row = row.unwrap_or_else(|| panic!("{name} has no parameter {parameter}"));
            match row.r#type.as_str() {
                "Long" | "Integer" => assert!(value.parse::<u32>().is_ok(), "{name}: {parameter}={value}"),
                "Boolean" => assert!(matches!(value.as_str(), "true" | "false"), "{name}: {parameter}={value}"),
                _ => {}
            }
            let may_be_empty = parameter.starts_with("Tag.") && parameter.ends_with(".Value");
            assert!(may_be_empty || !value.is_empty(), "{name}: {parameter} is empty");
        }
        for (parameter, _) in known.iter().filter(|(_, row)| row.required) {
            let given = |key: &str| key == parameter || key.starts_with(&format!("{parameter}."));
            assert!(call.parameters.iter().any(|(key, _)| given(key)), "{name} lacks {parameter}");
        }
    }
    // The calls that hand out credentials are built beside the credentials: `consnap_core::ecs::credentials::sts`.
    let issuing = [Operation::AssumeRole, Operation::AssumeRoleWithOidc];
    for operation in Operation::ALL.into_iter().filter(|operation| !issuing.contains(operation)) {
        assert!(calls.iter().any(|call| call.operation == operation), "{operation:?} is never built here");
    }
}

/// The three spellings of "these instances" (`InstanceId.N`, `InstanceIds`, `InstanceId`), and what a command always says.
#[test]
fn spelling_on_the_wire() {
    let text = |call: ApiCall| {
        call.parameters.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(
        text(run_command().into_call(REGION)),
        "RegionId=cn-hangzhou Type=RunShellScript CommandContent=YWNzLXBsdWdpbi1tYW5hZ2VyIC0tZXhlYw== \
         ContentEncoding=Base64 EnableParameter=false KeepCommand=false Timeout=3950 ClientToken=0123456789abcdef \
         InstanceId.1=x-1 InstanceId.2=x-2 Tag.1.Key=consnap:run Tag.1.Value=k3v9 Tag.2.Key=empty Tag.2.Value="
    );
    assert_eq!(
        text(AttachInstanceRamRole { ram_role_name: filled("r"), instance_ids: ids() }.into_call(REGION)),
        r#"RegionId=cn-hangzhou RamRoleName=r InstanceIds=["x-1","x-2"]"#
    );
    assert_eq!(
        text(DescribeDisks { filter: DiskFilter::Instance(filled("i-1")), next_token: None }.into_call(REGION)),
        "RegionId=cn-hangzhou InstanceId=i-1 MaxResults=500"
    );
    assert_eq!(
        text(DescribeCloudAssistantStatus { instance_ids: ids() }.into_call(REGION)),
        "RegionId=cn-hangzhou InstanceId.1=x-1 InstanceId.2=x-2"
    );
}

fn credential(token: Option<&str>) -> Credential {
    Credential {
        access_key_id: "testid".to_owned(),
        access_key_secret: Secret::new("testsecret"),
        security_token: token.map(Secret::new),
        expires_at: None,
        source: "test".to_owned(),
    }
}

/// A verifier that knows only the request as it arrives: decodes the query and builds each stage anew.
fn verifies(request: &consnap_core::base::http::HttpRequest, secret: &str) -> bool {
    let decode = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8().unwrap().into_owned();
    let query: Vec<(String, String)> = request
        .query
        .split('&')
        .filter(|part| !part.is_empty())
        .map(|part| part.split_once('=').map(|(name, value)| (decode(name), decode(value))).unwrap())
        .collect();
    let query: Vec<(&str, &str)> = query.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let Some(authorization) = request.header("authorization") else {
        let given = query.iter().find(|(name, _)| *name == "Signature").unwrap().1;
        return v1::signature(&v1::string_to_sign(&request.method, &query), secret) == given;
    };
    let member = |name: &str| authorization.split(name).nth(1).unwrap().split(',').next().unwrap();
    let signed: Vec<&str> = member("SignedHeaders=").split(';').collect();
    let headers: Vec<(&str, &str)> =
        request.headers.iter().map(|(name, value)| (name.as_ref(), value.as_str())).collect();
    let hash = v3::payload_hash(&request.body);
    assert_eq!(request.header("x-acs-content-sha256"), Some(hash.as_str()));
    assert!(signed.contains(&"host") && signed.contains(&"x-acs-action"));
    let canonical = v3::canonical_request(&request.method, &request.path, &query, &headers, &signed, &hash);
    v3::signature(&v3::string_to_sign(&canonical), secret) == member("Signature=")
}

#[test]
fn signed_calls_verify_and_carry_what_the_service_wants() {
    let now = Time::parse("2024-05-06T07:08:09Z").unwrap();
    for call in all_calls() {
        for token in [None, Some("sts/token+==")] {
            for version in [SignatureVersion::V3, SignatureVersion::V1] {
                let request = sign_call(&call, "127.0.0.1:8080", &credential(token), now, "n-1", version);
                assert!(verifies(&request, "testsecret"), "{:?} {version:?}", call.operation);
                assert!(!verifies(&request, "testsecreT"));
                assert_eq!((request.method.as_ref(), request.path.as_ref()), ("POST", "/"));
                assert_eq!(request.header("host"), Some("127.0.0.1:8080"));
                assert!(request.header("user-agent").unwrap().starts_with("consnap/"));
                assert!(request.body.is_empty());
            }
            let request = sign_call(&call, "h", &credential(token), now, "n-1", SignatureVersion::V3);
            assert_eq!(request.header("x-acs-date"), Some("2024-05-06T07:08:09Z"));
            assert_eq!(request.header("x-acs-version"), Some(call.operation.version()));
            assert_eq!(request.header("x-acs-security-token"), token);
            assert_eq!(request.header("x-acs-accesskey-id"), token.map(|_| "testid"));
            assert!(!request.query.contains("Action="));
        }
    }
}

proptest! {
    /// Names and values of any characters, in any order: same query, same signature.
    #[test]
    fn signatures_do_not_depend_on_parameter_order(
        parameters in proptest::collection::btree_map("\\PC{1,12}", "(?s).{0,40}", 0..12),
        seed in any::<u64>(),
        nonce in "[!-~]{1,32}",
        v1 in any::<bool>(),
    ) {
        let version = if v1 { SignatureVersion::V1 } else { SignatureVersion::V3 };
        let reserved = ["Signature", "Action", "Version", "Format", "AccessKeyId", "SignatureMethod", "SignatureNonce",
            "SignatureVersion", "Timestamp", "SecurityToken"];
        let sorted: Vec<_> = parameters.into_iter().filter(|(name, _)| !reserved.contains(&name.as_str()))
            .map(|(name, value)| (name.into(), value)).collect();
        let mut shuffled = sorted.clone();
        let mut state = seed | 1;
        for i in (1..shuffled.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            shuffled.swap(i, (state >> 33) as usize % (i + 1));
        }
        let call = |parameters| ApiCall { operation: Operation::RunCommand, region: REGION.to_owned(), parameters };
        let now = Time::from_millis(1_714_979_289_000);
        let one = sign_call(&call(sorted), "h", &credential(None), now, &nonce, version);
        let other = sign_call(&call(shuffled), "h", &credential(None), now, &nonce, version);
        prop_assert!(verifies(&one, "testsecret"));
        prop_assert_eq!(one, other);
    }

    /// Nothing that was built has an empty value where the service would read "no filter".
    #[test]
    fn no_text_makes_an_empty_filter(text in "\\s{0,3}[a-z]{0,2}") {
        match Filled::new(text.as_str()) {
            Ok(filled) => prop_assert!(!filled.as_str().trim().is_empty()),
            Err(error) => prop_assert_eq!(error.row.code, "CE240"),
        }
        prop_assert_eq!(Ids::<2>::new(["a", text.as_str()]).is_ok(), !text.trim().is_empty());
    }
}
