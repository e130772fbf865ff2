//! `consnap record`: replies of the service that can be shared.

use std::path::PathBuf;

use consnap_client::journal::load_replies;
use consnap_client::past_run::PastRun;
use consnap_client::{reading, run as ids};
use consnap_core::base::http::HttpReply;
use consnap_core::diagnostics::messages::runs;
use consnap_core::ecs::api::requests::{
    DescribeCloudAssistantStatus, DescribeDisks, DescribeInstanceRamRole, DescribeInstances, DescribeSnapshotGroups,
    DescribeSnapshots, DiskFilter, Filled, GroupFilter, Ids, InstanceFilter, SnapshotFilter,
};
use consnap_core::estate::live_check::Questions;
use consnap_core::estate::redact::Anonymizer;
use consnap_core::{Error, ErrorKind, Text};
use serde::Serialize;
use serde_json::Value;

use crate::connection::ConnectionArguments;
use crate::console::{Console, write_json};
use crate::drive::{runtime, state_directory};
use crate::evidence::{replace, try_out};
use crate::exit::{Exit, Failure};

/// Save replies of the service without anything that names a customer, a machine or a secret; sends reading calls only
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  consnap record --run 8f3a01c2 > replies.json         what the journal of a run kept; sends nothing
  consnap record -i i-bp1... --region cn-hangzhou --out replies.json

Accounts, ids, names, tags, addresses, request ids, tokens and keys are replaced, the same by the same throughout the record. It is a \
list of what may stay (states, kinds, times, sizes, systems, regions, consistency tags); of the output of commands only lines of the plug-in's own log stay. \
Read it before you share it.")]
pub(crate) struct Arguments {
    /// An instance whose replies are asked for
    #[arg(short = 'i', long = "instance", value_name = "ID", required_unless_present = "run")]
    instance: Option<String>,
    /// A run whose kept replies are taken
    #[arg(long, value_name = "ID", conflicts_with = "instance")]
    run: Option<String>,
    /// The region of the instance
    #[arg(long, value_name = "ID")]
    region: Option<String>,
    /// The file to write; standard output when not given
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    connection: ConnectionArguments,
}

/// What is shared.
#[derive(Serialize)]
struct Shared {
    record_version: u32,
    consnap: &'static str,
    replies: Vec<Recorded>,
}

/// A reply.
#[derive(Serialize)]
struct Recorded {
    operation: String,
    status: u16,
    /// Null when it was no JSON.
    body: Value,
    /// The transport's reason or the service's code where no reply came.
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<String>,
}

pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Failure> {
    if let Some(path) = &arguments.out {
        try_out(path)?;
    }
    let mut scrubber = Anonymizer::new();
    let replies = match (&arguments.run, &arguments.instance) {
        (Some(run), _) => of_run(run, &mut scrubber)?,
        (None, Some(instance)) => of_instance(arguments, instance, &mut scrubber)?,
        (None, None) => Vec::new(),
    };
    let record = Shared { record_version: 1, consnap: env!("CARGO_PKG_VERSION"), replies };
    let Some(path) = &arguments.out else {
        console.json(&record)?;
        return Ok(Exit::Reached);
    };
    replace(path, |file| write_json(file, &record))?;
    let counts = [("count", record.replies.len().to_string()), ("path", path.display().to_string())];
    let line = console.safe(&console.text(&WRITTEN, &counts));
    console.note(&line);
    Ok(Exit::Reached)
}

/// The replies a journal kept. Nothing is sent.
fn of_run(run: &str, scrubber: &mut Anonymizer) -> Result<Vec<Recorded>, Failure> {
    let state = state_directory()?;
    let past = PastRun::load(&state, run)?;
    for name in names_of(&past) {
        scrubber.learn_name(&name);
    }
    let kept = load_replies(&state, run)?;
    Ok(kept.into_iter().map(|(_, kept)| recorded(&kept.operation, &kept.reply(), scrubber)).collect())
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
fn of_instance(arguments: &Arguments, instance: &str, scrubber: &mut Anonymizer) -> Result<Vec<Recorded>, Failure> {
    let regions: Vec<String> = arguments.region.clone().into_iter().collect();
    let connection = arguments.connection.open(&regions, None)?;
    let region = connection.regions.first().ok_or_else(|| Error::new(ErrorKind::Input, &runs::NO_REGION))?;
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
    runtime()?.block_on(reading::read_all(&mut questions, &connection.caller, &clock));
    let answers = questions.into_answers();
    // Where nothing was answered at all, the refusal is the answer.
    if let Some(Some(Err(failure))) = answers.first()
        && answers.iter().all(|answer| matches!(answer, Some(Err(_))))
    {
        return Err(failure.to_error().into());
    }
    let recorded = operations.into_iter().zip(answers).map(|(operation, answer)| match answer {
        Some(Ok(reply)) => recorded(operation, &reply, scrubber),
        Some(Err(failure)) => Recorded {
            operation: operation.to_owned(),
            status: failure.status.unwrap_or(0),
            body: Value::Null,
            failure: Some(failure.name().to_owned()),
        },
        None => Recorded { operation: operation.to_owned(), status: 0, body: Value::Null, failure: None },
    });
    Ok(recorded.collect())
}

fn recorded(operation: &str, reply: &HttpReply, scrubber: &mut Anonymizer) -> Recorded {
    let body = scrubber.body(&reply.body);
    Recorded { operation: operation.to_owned(), status: reply.status, body, failure: None }
}

static WRITTEN: Text =
    Text::new("{count} replies: {path}; read it before you share it", "{count} 个响应：{path}；分享前请先查看");
