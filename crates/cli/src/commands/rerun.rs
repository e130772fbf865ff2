//! `consnap rerun`: the instances of a run that did not reach what was required, once more.

use std::io::IsTerminal as _;

use consnap_client::journal::Journal;
use consnap_client::operations::rerun::{self, Selection};
use consnap_client::past_run::PastRun;
use consnap_client::run::Run;
use consnap_core::diagnostics::messages::errors;
use consnap_core::run::session::Goal;
use consnap_core::{Error, ErrorKind, Text};

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
    rerun::must_be_over(&past, console.lang())?;
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
    let selection = Selection::of(&past, &seen, &state_directory()?, console.lang())?;
    say(&selection, console);
    if selection.again.is_empty() {
        console.note(NOTHING_TO_DO.get(console.lang()));
        return Ok(selection.status_of_nothing(seen, console.lang()));
    }

    let mut document = Document::made(&arguments.run, selection.job_of(&past.header.job));
    let job = usable_job(&mut document, policies.as_ref(), console)?;
    let mut setup = connection.setup(job, Goal::Run)?;
    setup.pause_at_plan = !agreed;
    if let Some(policies) = &policies {
        policies.gate.prepare(&mut setup);
    }
    setup.own_instance = runtime.block_on(connection.own_instance());
    setup.include_self = arguments.include_self;
    setup.left_open = selection.left_open;
    setup.wait = arguments.wait;
    let clock = past.clock(connection.time_scale);
    let run = Run::begin(setup, document.value.clone(), &state_directory()?, &connection.caller, clock)?;
    let gate = Gate { agreed, policies: policies.as_ref().map(|policies| (policies, &document)) };
    drive_and_report(run, gate, arguments.shown(), &runtime, console)
}

fn say(selection: &Selection, console: &mut Console) {
    let ids = |ids: &[String]| ids.join(", ");
    let lines = [
        (&REACHED, &selection.reached, false),
        (&LATER, &selection.later, true),
        (&AGAIN, &selection.again, true),
        (&UNKNOWN, &selection.unknown, true),
        (&HELD, &selection.held, true),
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
