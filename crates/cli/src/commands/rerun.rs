//! `consnap rerun`: the instances of a run that did not reach what was required, once more.

use std::collections::BTreeMap;
use std::io::IsTerminal as _;

use consnap_client::journal::{self, Journal};
use consnap_client::past_run::PastRun;
use consnap_client::run::Run;
use consnap_core::diagnostics::messages::errors;
use consnap_core::report::Report;
use consnap_core::run::session::{Goal, OpenGuest, Phase};
use consnap_core::run::verdict::ResultKind;
use consnap_core::{Error, ErrorKind, Text};
use serde_json::{Value, json};

use crate::arguments::LogFormat;
use crate::commands::run::usable_job;
use crate::connection::ConnectionArguments;
use crate::console::Console;
use crate::document::Document;
use crate::drive::{self, Gate, Shown, drive_and_report, state_directory};
use crate::evidence::EvidenceArguments;
use crate::exit::{Exit, Failure};
use crate::policies::PolicyArguments;

/// Run again what failed, is weaker or was not run, after another look at it; sends writing calls
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  consnap rerun 8f3a01c2 --failed

First it looks at the groups, snapshots and tags of the old run again: what reached its level meanwhile is not run again. An \
instance whose result is unknown is left out, because its plug-in may still be at work, and so is one that may still be held; \
what a later run of the same job reached is not run again either. \
The others become a new run with the job of the old one, with a journal and a group name of their own.")]
pub(crate) struct Arguments {
    /// The run's id
    run: String,
    /// The instances that failed, are weaker than required or were not run: there is no other choice
    #[arg(long, required = true)]
    failed: bool,
    /// Start without asking
    #[arg(long, short = 'y')]
    yes: bool,
    /// Allow the instance consnap runs on among the targets; it would freeze its own journal
    #[arg(long)]
    include_self: bool,
    /// Wait for another snapshot plug-in at work on an instance instead of setting the instance aside
    #[arg(long)]
    wait: bool,
    /// List the instances that reached what was required too, one by one
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    policies: PolicyArguments,
    #[command(flatten)]
    evidence: EvidenceArguments,
    #[command(flatten)]
    connection: ConnectionArguments,
}

/// The instances of a run, by what is to become of them.
#[derive(Default)]
struct Sorted {
    reached: Vec<String>,
    /// Reached by another run since.
    later: Vec<String>,
    again: Vec<String>,
    unknown: Vec<String>,
    held: Vec<String>,
}

impl Arguments {
    fn shown(&self) -> Shown<'_> {
        Shown { all: self.all, evidence: &self.evidence }
    }
}

pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Failure> {
    arguments.evidence.prepare(console)?;
    let policies = arguments.policies.usable(console)?;
    // Locked to the end: nobody resumes the old run while its instances are run again.
    let (_locked, recorded) = Journal::open(&state_directory()?, &arguments.run)?;
    let past = PastRun::of(recorded)?;
    let state = past.state();
    if state.phase != Phase::Ended {
        // What waits there would be started here and by a later resume.
        let open = Report::of(&state, None, 0, console.lang()).summary;
        return Err(Error::new(ErrorKind::Rejected, &errors::RUN_NOT_OVER)
            .with("run", arguments.run.clone())
            .with("open", open.open.saturating_add(open.not_run).to_string())
            .into());
    }
    let connection = arguments.connection.open(&past.header.regions, past.header.endpoint.as_deref())?;
    let agreed = arguments.yes || connection.is_loopback;
    let somebody_there =
        console.log() == LogFormat::Text && std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
    if !agreed && !somebody_there {
        return Err(Error::new(ErrorKind::Rejected, &errors::NEEDS_YES).into());
    }
    let runtime = drive::runtime()?;
    let mut look = Run::verify(&past, &connection.caller, connection.time_scale)?;
    drive::drive(&mut look, &runtime, console)?;
    if let Some(error) = look.session().error() {
        return Err(error.clone().into());
    }
    let seen = look.report(console.lang());
    let mut sorted = sort(&seen);
    let later = later_results(&past, console);
    heed_later_runs(&mut sorted, &later);
    say(&sorted, console);
    let left_open = left_open(&sorted, &seen, &later);
    if sorted.again.is_empty() {
        console.note(NOTHING_TO_DO.get(console.lang()));
        let exit = Exit::from_status(seen.with_left_open(left_open, console.lang()).exit_status);
        // What failed there was reached since.
        return Ok(if matches!(exit, Exit::Held | Exit::Unknown) { exit } else { Exit::Reached });
    }

    let document = Document::made(&arguments.run, job_of(&past.header.job, &sorted.again));
    let job = usable_job(&document, policies.as_ref(), console)?;
    let mut setup = connection.setup(job, Goal::Run)?;
    setup.pause_at_plan = !agreed;
    if let Some(policies) = &policies {
        policies.set.prepare(&mut setup);
    }
    setup.own_instance = runtime.block_on(connection.own_instance());
    setup.include_self = arguments.include_self;
    setup.left_open = left_open;
    setup.wait = arguments.wait;
    let clock = past.clock(connection.time_scale);
    let run = Run::begin(setup, document.value.clone(), &state_directory()?, &connection.caller, clock)?;
    let gate = Gate { agreed, policies: policies.as_ref().map(|policies| (policies, &document)) };
    drive_and_report(run, gate, arguments.shown(), &runtime, console)
}

/// The instances that are left out because they may be held or are unknown: the new run speaks of them, or its exit status
/// would take back an alarm.
fn left_open(sorted: &Sorted, seen: &Report, later: &BTreeMap<String, Later>) -> Vec<OpenGuest> {
    let region = |id: &str| seen.instances.iter().find(|one| one.instance_id == id).map(|one| one.region.clone());
    let open = |held: bool| {
        move |id: &String| OpenGuest {
            run_id: later.get(id).map_or_else(|| seen.run_id.clone(), |later| later.run_id.clone()),
            instance_id: id.clone(),
            region: region(id).unwrap_or_default(),
            held,
        }
    };
    sorted.held.iter().map(open(true)).chain(sorted.unknown.iter().map(open(false))).collect()
}

/// What became of an instance in a later run.
struct Later {
    run_id: String,
    result: ResultKind,
}

fn sort(seen: &Report) -> Sorted {
    let mut sorted = Sorted::default();
    for instance in &seen.instances {
        let list = match instance.result {
            ResultKind::Ok => &mut sorted.reached,
            // Somebody has looked, and let it go.
            ResultKind::Urgent | ResultKind::Unknown if instance.released.is_some() => &mut sorted.again,
            ResultKind::Urgent => &mut sorted.held,
            ResultKind::Unknown => &mut sorted.unknown,
            ResultKind::Failed | ResultKind::Weaker | ResultKind::NotRun => &mut sorted.again,
        };
        list.push(instance.instance_id.clone());
    }
    sorted
}

/// What became of instances in later runs of the same job, as the journals of this machine tell it; the last one counts.
fn later_results(past: &PastRun, console: &Console) -> BTreeMap<String, Later> {
    let Ok(directory) = state_directory() else { return BTreeMap::new() };
    let Ok(entries) = journal::list(&directory) else { return BTreeMap::new() };
    let mut later: Vec<PastRun> = entries
        .iter()
        .filter(|entry| entry.run_id != past.header.run_id)
        .filter_map(|entry| PastRun::load(&directory, &entry.run_id).ok())
        .filter(|other| {
            other.header.account == past.header.account
                && other.header.started_at > past.header.started_at
                && other.job.group_name == past.job.group_name
        })
        .collect();
    later.sort_by_key(|other| other.header.started_at);
    let mut results = BTreeMap::new();
    for other in later {
        let state = other.state();
        let ended = state.phase == Phase::Ended;
        let report = Report::of(&state, None, 0, console.lang());
        // What waits in a run that is not over is started by its resume.
        results.extend(report.instances.into_iter().map(|instance| {
            let result = if ended || instance.held { instance.result } else { ResultKind::Unknown };
            (instance.instance_id, Later { run_id: other.header.run_id.clone(), result })
        }));
    }
    results
}

/// Whoever reruns a run twice does not want its instances snapshotted twice, and never two at the same time.
fn heed_later_runs(sorted: &mut Sorted, later: &BTreeMap<String, Later>) {
    for instance in std::mem::take(&mut sorted.again) {
        let list = match later.get(&instance).map(|later| later.result) {
            Some(ResultKind::Ok) => &mut sorted.later,
            Some(ResultKind::Urgent) => &mut sorted.held,
            Some(ResultKind::Unknown) => &mut sorted.unknown,
            Some(ResultKind::Failed | ResultKind::Weaker | ResultKind::NotRun) | None => &mut sorted.again,
        };
        list.push(instance);
    }
}

/// The old job for some of its instances. Bounds on the selection spoke of all of them.
fn job_of(job: &Value, instances: &[String]) -> Value {
    let mut job = job.clone();
    if let Value::Object(members) = &mut job {
        members.insert("targets".to_owned(), json!({"ids": instances}));
        if let Some(Value::Array(excluded)) = members.get_mut("exclude_disks") {
            excluded.retain(|entry| {
                entry.get("instance").and_then(Value::as_str).is_none_or(|id| instances.iter().any(|one| one == id))
            });
        }
    }
    job
}

fn say(sorted: &Sorted, console: &mut Console) {
    let ids = |ids: &[String]| ids.join(", ");
    let lines = [
        (&REACHED, &sorted.reached, false),
        (&LATER, &sorted.later, true),
        (&AGAIN, &sorted.again, true),
        (&UNKNOWN, &sorted.unknown, true),
        (&HELD, &sorted.held, true),
    ];
    for (text, instances, named) in lines {
        if instances.is_empty() {
            continue;
        }
        let names = if named { ids(instances) } else { String::new() };
        let line = console.text(text, &[("count", instances.len().to_string()), ("instances", names)]);
        let line = console.safe(&line);
        console.note(&line);
    }
}

static REACHED: Text = Text::new(
    "not run again, because they reached what is required: {count}{instances}",
    "{count} 台实例已达到要求，不再重新执行{instances}",
);
static LATER: Text = Text::new(
    "not run again, because they reached it in a later run of this job: {count}: {instances}",
    "{count} 台实例已在此作业之后的执行中达到要求，不再重新执行：{instances}",
);
static AGAIN: Text = Text::new("run again: {count}: {instances}", "{count} 台实例将重新执行：{instances}");
static UNKNOWN: Text = Text::new(
    "left out, because their result is unknown and a snapshot may still appear: {count}: {instances}",
    "{count} 台实例结果未知，仍可能产生快照，不重新执行：{instances}",
);
static HELD: Text = Text::new(
    "left out, because they may still be held; deal with them first: {count}: {instances}",
    "{count} 台实例可能仍处于冻结状态，不重新执行，请先处理：{instances}",
);
static NOTHING_TO_DO: Text = Text::new("nothing to run again", "没有需要重新执行的实例");
