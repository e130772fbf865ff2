//! `consnap rerun`: the instances of a run that did not reach what was required, once more.

use consnap_client::document::Document;
use consnap_client::operations::rerun::{Rerun, Selection};
use consnap_client::operations::{RunOptions, begin_run, verify_run};
use consnap_core::Text;
use consnap_core::run::session::Goal;

use crate::commands::run::usable_job;
use crate::connection::ConnectionArguments;
use crate::console::Console;
use crate::drive::{self, Gate, drive_and_report, state_directory};
use crate::evidence::ShownArguments;
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
    #[command(flatten)]
    policies: PolicyArguments,
    #[command(flatten)]
    shown: ShownArguments,
    #[command(flatten)]
    connection: ConnectionArguments,
}

pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Failure> {
    arguments.shown.evidence.prepare(console)?;
    let policies = arguments.policies.usable(console)?;
    let (state, lang) = (state_directory()?, console.lang());
    let rerun = Rerun::open(&arguments.run, &state, lang)?;
    let header = &rerun.past().header;
    let connection = arguments.connection.open(&header.regions, header.endpoint.as_deref())?;
    let agreed = connection.agreed(arguments.yes, drive::somebody_there(console))?;
    let runtime = drive::runtime()?;
    let mut look = verify_run(rerun.past(), &connection, lang)?;
    drive::drive(&mut look, &runtime, console)?;
    let selection = rerun.select(&look, lang)?;
    say(&selection, console);
    if selection.again.is_empty() {
        console.note(NOTHING_TO_DO.get(lang));
        return Ok(Exit::from_code(selection.report_of_nothing(look.report(lang), lang).exit_status));
    }

    let mut document = Document::made(&arguments.run, rerun.job(&selection));
    let job = usable_job(&mut document, policies.as_ref(), console)?;
    let options = RunOptions {
        policies: policies.as_ref().map(|policies| &policies.gate),
        pause_at_plan: !agreed,
        include_self: arguments.include_self,
        wait: arguments.wait,
        ..rerun.options(&selection)
    };
    let job = (job, document.value.clone());
    let run = runtime.block_on(begin_run(job, Goal::Run, options, &connection, &state))?;
    let gate = Gate { agreed, policies: policies.as_ref().map(|policies| (policies, &document)) };
    drive_and_report(run, gate, arguments.shown.shown(), &runtime, console)
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
