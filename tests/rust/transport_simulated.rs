//! Every request consnap can build, over real HTTP to the simulator: taken, answered, and read as typed replies.

use consnap_client::caller::ApiCaller;
use consnap_client::transport::{HttpTransport, TransportOptions};
use consnap_core::ecs::api::requests::*;
use consnap_core::ecs::api::{ApiCall, Operation, replies};
use consnap_core::ecs::credentials::{Credential, Secret};
use consnap_core::ecs::reply::{self, Failure};
use consnap_core::ecs::sign::SignatureVersion;
use consnap_core::{ErrorKind, Time};
use consnap_simulator::{Scenario, Simulator, server};
use serde::Deserialize;

const REGION: &str = "cn-hangzhou";
const LINUX: &str = "i-bp1linux000000000001";

fn credential(secret: &str) -> Credential {
    Credential {
        access_key_id: "testid".to_owned(),
        access_key_secret: Secret::new(secret),
        security_token: None,
        expires_at: None,
        source: "test".to_owned(),
    }
}

struct Client(ApiCaller);

impl Client {
    async fn ask<T: Deserialize<'static>>(&self, call: ApiCall) -> Result<T, Failure> {
        let wall = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        let now = Time::from_millis(i64::try_from(wall.as_millis()).unwrap());
        let reply = self.0.call(&call, now).await.map_err(|failure| reply::transport(&failure))?;
        // Replies borrow from their bytes; in a test these may live on.
        reply::parse(call.operation, Box::leak(Box::new(reply)))
    }
}

async fn started(secret: &str, version: SignatureVersion) -> (server::Server, Client) {
    let server = server::serve(Simulator::new(Scenario::default()), 0).await.unwrap();
    let transport = HttpTransport::new(TransportOptions::default()).unwrap();
    let caller = ApiCaller::new(transport, credential(secret), Some(server.endpoint())).signing(version);
    (server, Client(caller))
}

fn filled(text: &str) -> Filled {
    Filled::new(text).unwrap()
}

fn ids<const MAX: usize>() -> Ids<MAX> {
    Ids::new([LINUX]).unwrap()
}

#[tokio::test]
async fn every_request_is_taken_and_every_reply_is_read() {
    for version in [SignatureVersion::V3, SignatureVersion::V1] {
        let (_server, client) = started("testsecret", version).await;
        let who: replies::GetCallerIdentity = client.ask(GetCallerIdentity.into_call(REGION)).await.unwrap();
        assert!(!who.account_id.is_empty());
        let regions: replies::DescribeRegions = client.ask(DescribeRegions.into_call(REGION)).await.unwrap();
        assert!(regions.regions.iter().any(|region| region.region_id == REGION));

        let by_id = DescribeInstances { filter: InstanceFilter::Ids(ids()), next_token: None };
        let instances: replies::DescribeInstances<'_> = client.ask(by_id.into_call(REGION)).await.unwrap();
        assert_eq!(instances.instances[0].instance_id, LINUX);
        let by_tag =
            DescribeInstances { filter: InstanceFilter::Tags(Tags::new([("no", "such")]).unwrap()), next_token: None };
        let instances: replies::DescribeInstances<'_> = client.ask(by_tag.into_call(REGION)).await.unwrap();
        assert!(instances.instances.is_empty());

        let mut disk_id = String::new();
        for filter in [DiskFilter::Region, DiskFilter::Instance(filled(LINUX))] {
            let call = DescribeDisks { filter, next_token: None }.into_call(REGION);
            let disks: replies::DescribeDisks = client.ask(call).await.unwrap();
            let own = disks.disks.iter().find(|disk| disk.is_attached_to(LINUX)).unwrap();
            disk_id.clone_from(&own.disk_id);
        }
        let one = DescribeDisks { filter: DiskFilter::Ids(Ids::new([disk_id]).unwrap()), next_token: None };
        assert_eq!(client.ask::<replies::DescribeDisks>(one.into_call(REGION)).await.unwrap().disks.len(), 1);

        let assistant: replies::DescribeCloudAssistantStatus =
            client.ask(DescribeCloudAssistantStatus { instance_ids: ids() }.into_call(REGION)).await.unwrap();
        assert_eq!(assistant.statuses[0].instance_id, LINUX);

        let attach = AttachInstanceRamRole { ram_role_name: filled("AppSnapshotRoleName"), instance_ids: ids() };
        let attached: replies::AttachInstanceRamRole = client.ask(attach.into_call(REGION)).await.unwrap();
        assert_eq!(attached.results.len(), 1);
        let roles: replies::DescribeInstanceRamRole =
            client.ask(DescribeInstanceRamRole { instance_ids: ids() }.into_call(REGION)).await.unwrap();
        assert_eq!(roles.roles[0].ram_role_name.as_deref(), Some("AppSnapshotRoleName"));

        let run = RunCommand {
            command_type: CommandType::RunShellScript,
            command_content: filled("true # \u{4f60}\u{597d} a+b/c=d&e"),
            instance_ids: ids(),
            timeout_seconds: 60,
            client_token: filled("0123456789abcdef0123456789abcdef"),
            tags: Some(Tags::new([("consnap:run", "k3v9")]).unwrap()),
        };
        let first: replies::RunCommand = client.ask(run.clone().into_call(REGION)).await.unwrap();
        let again: replies::RunCommand = client.ask(run.clone().into_call(REGION)).await.unwrap();
        assert_eq!(first.invoke_id, again.invoke_id, "the same token and bytes are one command");
        let other = RunCommand { timeout_seconds: 61, ..run };
        let refused = client.ask::<replies::RunCommand>(other.into_call(REGION)).await.unwrap_err();
        assert_eq!(refused.code.as_deref(), Some("IdempotentParameterMismatch"));

        for filter in [
            InvocationFilter::Invocation { invoke_id: filled(&first.invoke_id), include_output: true },
            InvocationFilter::Tags(Tags::new([("consnap:run", "k3v9")]).unwrap()),
        ] {
            let call = DescribeInvocations { filter, next_token: None }.into_call(REGION);
            let (id, tags) = {
                let listed: replies::DescribeInvocations<'static> = ask_owned(&client, call).await;
                (listed.invocations[0].invoke_id.clone(), listed.invocations[0].tags.clone())
            };
            assert_eq!(id.as_deref(), Some(first.invoke_id.as_str()));
            assert_eq!(tags[0].value, "k3v9");
        }
        let results =
            DescribeInvocationResults { invoke_id: filled(&first.invoke_id), instance_id: None, next_token: None };
        let results: replies::DescribeInvocationResults<'static> = ask_owned(&client, results.into_call(REGION)).await;
        assert_eq!(results.invocation.invocation_results[0].instance_id, LINUX);

        let stop = StopInvocation { invoke_id: filled(&first.invoke_id), instance_ids: None };
        client.ask::<replies::Acknowledged>(stop.into_call(REGION)).await.unwrap();
        let groups = DescribeSnapshotGroups { filter: GroupFilter::Name(filled("none")), next_token: None };
        assert!(
            client
                .ask::<replies::DescribeSnapshotGroups<'_>>(groups.into_call(REGION))
                .await
                .unwrap()
                .groups
                .is_empty()
        );
        let snapshots = DescribeSnapshots { filter: SnapshotFilter::Instance(filled(LINUX)), next_token: None };
        client.ask::<replies::DescribeSnapshots<'_>>(snapshots.into_call(REGION)).await.unwrap();
        let tag = TagResources {
            resource_type: filled("instance"),
            resource_ids: ids(),
            tags: Tags::new([("empty", "")]).unwrap(),
        };
        client.ask::<replies::Acknowledged>(tag.into_call(REGION)).await.unwrap();
    }
}

/// Replies that borrow from their body, for a test that outlives it.
async fn ask_owned<T: serde::Deserialize<'static>>(client: &Client, call: ApiCall) -> T {
    let body: serde_json::Value = client.ask(call).await.unwrap();
    serde_json::from_str(Box::leak(body.to_string().into_boxed_str())).unwrap()
}

#[tokio::test]
async fn a_wrong_secret_is_a_matter_of_credentials() {
    for version in [SignatureVersion::V3, SignatureVersion::V1] {
        let (_server, client) = started("wrong", version).await;
        let call = GetCallerIdentity.into_call(REGION);
        let failure = client.ask::<replies::GetCallerIdentity>(call).await.unwrap_err();
        assert_eq!(failure.code.as_deref(), Some("SignatureDoesNotMatch"));
        assert_eq!((failure.kind, failure.operation), (ErrorKind::Credential, Some(Operation::GetCallerIdentity)));
        assert_eq!(failure.to_error().row.code, "CE223");
    }
}

#[tokio::test]
async fn an_unknown_region_is_found_before_anything_is_sent() {
    let transport = HttpTransport::new(TransportOptions::default()).unwrap();
    let caller = ApiCaller::new(transport, credential("testsecret"), None);
    let error = caller.endpoint_of(consnap_core::ecs::api::Product::Ecs, "cn-hangzou").unwrap_err();
    assert_eq!(error.row.code, "CE218");
}
