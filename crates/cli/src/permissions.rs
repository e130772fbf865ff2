//! Which rights the credentials have: each reading call is made once, for something that does not exist.

use consnap_client::caller::ApiCaller;
use consnap_client::driver::Clock;
use consnap_core::catalog::ram;
use consnap_core::ecs::api::ApiCall;
use consnap_core::ecs::api::requests::{
    DescribeCloudAssistantStatus, DescribeDisks, DescribeInstanceRamRole, DescribeInstances, DescribeInvocationResults,
    DescribeInvocations, DescribeSnapshotGroups, DescribeSnapshots, DiskFilter, Filled, GroupFilter, Ids,
    InstanceFilter, InvocationFilter, SnapshotFilter, Tags,
};
use consnap_core::{Error, ecs::reply};
use serde::Serialize;

/// What was seen of the rights of some credentials.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Rights {
    /// Actions that the service answered.
    pub(crate) allowed: Vec<String>,
    /// Actions that RAM refused.
    pub(crate) missing: Vec<String>,
    /// Actions whose answer does not tell, with the reason.
    pub(crate) unclear: Vec<(String, String)>,
    /// Actions that write: only a run shows whether they are allowed.
    pub(crate) not_asked: Vec<String>,
}

/// No instance, disk or invocation has these.
const NO_INSTANCE: &str = "i-00000000000000000000";
const NO_INVOCATION: &str = "t-00000000000000000000";
/// What the service says of them, where it does not just find nothing.
const NOT_THERE: &[&str] = &["InvalidInstance.NotFound", "InvalidInstanceId.NotFound", "InvalidInvokeId.NotFound"];
const NO_NAME: &str = "consnap-no-such-group";
const NO_TAG: (&str, &str) = ("consnap:no-such", "tag");

/// Makes every reading call that consnap needs, in one region.
pub(crate) async fn look(caller: &ApiCaller, region: &str, clock: &Clock) -> Result<Rights, Error> {
    let mut rights = Rights::default();
    let calls = reading_calls(region)?;
    let of_a_run = |row: &&ram::ActionRow| matches!(row.only_to, None | Some(ram::Extra::Attach));
    for row in ram::OPERATOR_ACTIONS.iter().filter(of_a_run) {
        let name = row.action.strip_prefix("ecs:").unwrap_or_default();
        let Some(call) = calls.iter().find(|call| call.operation.name() == name) else {
            rights.not_asked.push(row.action.to_owned());
            continue;
        };
        let action = row.action.to_owned();
        let failure = match caller.call(call, clock.now()).await {
            Ok(answer) => reply::classify(call.operation, &answer).err(),
            Err(failure) => Some(reply::transport(&failure)),
        };
        let Some(failure) = failure else {
            rights.allowed.push(action);
            continue;
        };
        match failure.code.as_deref() {
            Some(code) if ram::REFUSALS.iter().any(|refusal| code.starts_with(refusal)) => rights.missing.push(action),
            // RAM is asked before the resource is looked for (assumption A31).
            Some(code) if NOT_THERE.contains(&code) => rights.allowed.push(action),
            _ => rights.unclear.push((action, failure.name().to_owned())),
        }
    }
    Ok(rights)
}

fn reading_calls(region: &str) -> Result<Vec<ApiCall>, Error> {
    let instance = || Filled::new(NO_INSTANCE);
    Ok(vec![
        DescribeInvocations { filter: InvocationFilter::Tags(Tags::new([NO_TAG])?), next_token: None }
            .into_call(region),
        DescribeInvocationResults { invoke_id: Filled::new(NO_INVOCATION)?, instance_id: None, next_token: None }
            .into_call(region),
        DescribeInstances { filter: InstanceFilter::Tags(Tags::new([NO_TAG])?), next_token: None }.into_call(region),
        DescribeDisks { filter: DiskFilter::Instance(instance()?), next_token: None }.into_call(region),
        DescribeCloudAssistantStatus { instance_ids: Ids::new([NO_INSTANCE])? }.into_call(region),
        DescribeInstanceRamRole { instance_ids: Ids::new([NO_INSTANCE])? }.into_call(region),
        DescribeSnapshotGroups { filter: GroupFilter::Name(Filled::new(NO_NAME)?), next_token: None }.into_call(region),
        DescribeSnapshots { filter: SnapshotFilter::Instance(instance()?), next_token: None }.into_call(region),
    ])
}
