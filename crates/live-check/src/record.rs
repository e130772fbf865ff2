//! Replies of the service that can be shared: without accounts, names, addresses and keys.

use std::path::Path;

use consnap_client::journal::load_replies;
use consnap_client::operations::Connection;
use consnap_client::past_run::PastRun;
use consnap_client::{reading, run as ids};
use consnap_core::Error;
use consnap_core::base::http::HttpReply;
use consnap_core::ecs::api::requests::{
    DescribeCloudAssistantStatus, DescribeDisks, DescribeInstanceRamRole, DescribeInstances, DescribeSnapshotGroups,
    DescribeSnapshots, DiskFilter, Filled, GroupFilter, Ids, InstanceFilter, SnapshotFilter,
};
use consnap_core::ecs::questions::Questions;
use serde::Serialize;
use serde_json::Value;

use crate::Anonymizer;

/// What is shared.
#[derive(Clone, Debug, Serialize)]
pub struct Record {
    /// The version of this form: 1.
    pub record_version: u32,
    /// The version of consnap.
    pub consnap: &'static str,
    /// The replies, in the order they came.
    pub replies: Vec<RecordedReply>,
}

/// A reply.
#[derive(Clone, Debug, Serialize)]
pub struct RecordedReply {
    /// What was called.
    pub operation: String,
    /// The HTTP status; 0 where no reply came.
    pub status: u16,
    /// Null when it was no JSON.
    pub body: Value,
    /// The transport's reason or the service's code where no reply came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
}

impl Record {
    fn of(replies: Vec<RecordedReply>) -> Self {
        Self { record_version: 1, consnap: env!("CARGO_PKG_VERSION"), replies }
    }
}

/// The replies that the journal of a run kept. Nothing is sent.
///
/// Errors: no such run, one that cannot be read.
pub fn record_run(run: &str, state_directory: &Path) -> Result<Record, Error> {
    let past = PastRun::load(state_directory, run)?;
    let mut anonymizer = Anonymizer::new();
    for name in names_of(&past) {
        anonymizer.learn_name(&name);
    }
    let kept = load_replies(state_directory, run)?;
    let recorded = kept.into_iter().map(|(_, kept)| recorded(&kept.operation, &kept.reply(), &mut anonymizer));
    Ok(Record::of(recorded.collect()))
}

/// Names of a run that stand in its commands and logs, and in no reply that was kept.
fn names_of(past: &PastRun) -> Vec<String> {
    let (job, state) = (&past.job, past.state());
    let mut names = vec![job.group_name.clone(), job.group_name.replace("{run}", ""), state.group_name.clone()];
    names.extend(job.description.clone());
    names.extend([&job.linux.pre_script_path, &job.linux.post_script_path].into_iter().flatten().cloned());
    names.extend(job.targets.tags.iter().flat_map(|(key, value)| [key.clone(), value.clone()]));
    names.extend(state.commands.iter().map(|command| command.role.clone()));
    names.extend(state.targets.iter().map(|target| target.name.to_string()));
    names
}

/// Asks for everything consnap reads of an instance.
///
/// Errors: no region, and a refusal where nothing was answered at all.
pub async fn record_instance(instance: &str, connection: &Connection) -> Result<Record, Error> {
    let region = connection.first_region()?;
    let filled = || Filled::new(instance);
    let calls = vec![
        DescribeInstances { filter: InstanceFilter::Ids(Ids::new([instance])?), next_token: None }.into_call(region),
        DescribeDisks { filter: DiskFilter::Instance(filled()?), next_token: None }.into_call(region),
        DescribeCloudAssistantStatus { instance_ids: Ids::new([instance])? }.into_call(region),
        DescribeInstanceRamRole { instance_ids: Ids::new([instance])? }.into_call(region),
        DescribeSnapshotGroups { filter: GroupFilter::Instance(filled()?), next_token: None }.into_call(region),
        DescribeSnapshots { filter: SnapshotFilter::Instance(filled()?), next_token: None }.into_call(region),
    ];
    let operations: Vec<&str> = calls.iter().map(|call| call.operation.name()).collect();
    let mut questions = Questions::new(calls, ids::new_seed()?);
    let clock = connection.clock();
    reading::read_all(&mut questions, &connection.caller, &clock).await;
    let answers = questions.into_answers();
    // Where nothing was answered at all, the refusal is the answer.
    if let Some(Some(Err(failure))) = answers.first()
        && answers.iter().all(|answer| matches!(answer, Some(Err(_))))
    {
        return Err(failure.to_error());
    }
    let mut anonymizer = Anonymizer::new();
    let recorded = operations.into_iter().zip(answers).map(|(operation, answer)| match answer {
        Some(Ok(reply)) => recorded(operation, &reply, &mut anonymizer),
        Some(Err(failure)) => RecordedReply {
            operation: operation.to_owned(),
            status: failure.status.unwrap_or(0),
            body: Value::Null,
            failure: Some(failure.name().to_owned()),
        },
        None => RecordedReply { operation: operation.to_owned(), status: 0, body: Value::Null, failure: None },
    });
    Ok(Record::of(recorded.collect()))
}

fn recorded(operation: &str, reply: &HttpReply, anonymizer: &mut Anonymizer) -> RecordedReply {
    let body = anonymizer.body(&reply.body);
    RecordedReply { operation: operation.to_owned(), status: reply.status, body, failure: None }
}
