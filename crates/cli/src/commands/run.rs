//! `consnap run`: the whole way, from the check to the verdict.

use consnap_client::document::Document;
use consnap_client::operations::{RunOptions, begin_run, read_job};
use consnap_core::check::CheckContext;
use consnap_core::input::job::Job;
use consnap_core::report::Report;
use consnap_core::run::session::Goal;

use crate::connection::ConnectionArguments;
use crate::console::Console;
use crate::drive::{self, Gate, drive_and_report, state_directory};
use crate::evidence::ShownArguments;
use crate::exit::{Exit, Failure};
use crate::job::JobArguments;
use crate::policies::{Policies, PolicyArguments, told};
use crate::report_text;

/// Snapshot instances and show which consistency was really reached; sends writing calls
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  consnap run job.yaml
  consnap run job.yaml --yes             in a scheduled job
  consnap run job.yaml --approve HASH    only if the plan is still the one `consnap plan` showed
  consnap run job.yaml --policy policies/   only if no policy of the organisation stands against it
  consnap run -i i-bp1... --region cn-hangzhou --role attached --name 'try-{run}'

Before the first start it says what will happen and asks for a yes on a terminal. An interrupt stops new starts and \
follows what runs to its end; a second one leaves, and `consnap resume` goes on from the journal.")]
pub(crate) struct Arguments {
    #[command(flatten)]
    job: JobArguments,
    /// Start without asking
    #[arg(long, short = 'y')]
    yes: bool,
    /// Start without asking, but only the plan with this hash
    #[arg(long, value_name = "HASH")]
    approve: Option<String>,
    /// Allow the instance consnap runs on among the targets; it would freeze its own journal
    #[arg(long)]
    include_self: bool,
    /// Allow fewer instances than nine tenths of what the last run of the same job selected
    #[arg(long)]
    fewer: bool,
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
    let mut document = arguments.job.document(console.lang())?;
    let policies = arguments.policies.usable(console)?;
    let job = usable_job(&mut document, policies.as_ref(), console)?;
    let connection = arguments.connection.open(&job.regions, None)?;
    let said = arguments.yes || arguments.approve.is_some();
    let agreed = connection.agreed(said, drive::somebody_there(console))?;
    let options = RunOptions {
        policies: policies.as_ref().map(|policies| &policies.gate),
        pause_at_plan: !agreed,
        approved_plan: arguments.approve.clone(),
        include_self: arguments.include_self,
        fewer: arguments.fewer,
        wait: arguments.wait,
        ..RunOptions::default()
    };
    let runtime = drive::runtime()?;
    let (job, state) = ((job, document.value.clone()), state_directory()?);
    let run = runtime.block_on(begin_run(job, Goal::Run, options, &connection, &state))?;
    let gate = Gate { agreed, policies: policies.as_ref().map(|policies| (policies, &document)) };
    drive_and_report(run, gate, arguments.shown.shown(), &runtime, console)
}

/// The job of a document; findings that block it end the command before anything is sent.
pub(crate) fn usable_job(
    document: &mut Document,
    policies: Option<&Policies>,
    console: &mut Console,
) -> Result<Job, Failure> {
    let context = CheckContext { as_of: None, now: Some(crate::clock::now()) };
    let severities = policies.map(|policies| policies.severities().clone()).unwrap_or_default();
    let read = read_job(&mut document.value, &context, &severities);
    let rendered: Vec<_> = read.findings.iter().map(|finding| finding.render(console.lang())).collect();
    console.findings_as_notes(&rendered, Some(document));
    read.usable().map_err(told)
}

/// Prints a report and gives its exit code. What happened on the instances stands, even if nobody can be told.
pub(crate) fn print(report: &Report, all: bool, console: &mut Console) -> Result<Exit, Failure> {
    let exit = Exit::from_code(report.exit_status);
    let shown = if console.is_json() { console.json(report) } else { report_text::print(report, all, console) };
    match shown {
        Err(Failure::Output(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(exit),
        Err(failure @ Failure::Output(_)) => {
            console.failure(failure);
            Ok(exit.or_worse(Exit::Findings))
        }
        Err(failure) => Err(failure),
        Ok(()) => Ok(exit),
    }
}
