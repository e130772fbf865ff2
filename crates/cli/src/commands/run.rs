//! `consnap run`: the whole way, from the check to the verdict.

use std::io::{BufRead as _, IsTerminal as _};

use consnap_client::driver::Clock;
use consnap_core::catalog::messages::{errors, runs};
use consnap_core::check::{CheckContext, Checker};
use consnap_core::config::{self, Job};
use consnap_core::report::Report;
use consnap_core::session::Session;
use consnap_core::{Error, ErrorKind, Finding, Text, Time};

use crate::connection::ConnectionArguments;
use crate::console::Console;
use crate::course::{Conditions, Course, state_directory};
use crate::document::Document;
use crate::exit::{Exit, Failure};
use crate::job::JobArguments;
use crate::{own_instance, plan_text, report_text, running};

/// Snapshot instances and show which consistency was really reached; sends writing calls
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  consnap run job.yaml
  consnap run job.yaml --yes             in a scheduled job
  consnap run job.yaml --approve HASH    only if the plan is still the one `consnap plan` showed
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
    /// Show instances that reached what was required one by one too
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    connection: ConnectionArguments,
}

pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Failure> {
    let document = arguments.job.document()?;
    let job = usable_job(&document, console)?;
    let connection = arguments.connection.open(&job.regions, None)?;
    let agreed = arguments.yes || arguments.approve.is_some() || connection.is_loopback;
    let somebody_there = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
    if !agreed && !somebody_there {
        return Err(Error::new(ErrorKind::Rejected, &errors::NEEDS_YES).into());
    }
    let runtime = running::runtime()?;
    let course = Course { runtime: &runtime, connection: &connection, clock: &Clock::of_wall(Time::EPOCH) };
    let conditions = Conditions {
        approve: arguments.approve.clone(),
        own_instance: own_instance::find(connection.is_loopback),
        include_self: arguments.include_self,
    };
    let mut planned = course.plan(&job, conditions, console)?;
    let Some(plan) = planned.plan.take() else {
        return report_of(&planned.session, arguments.all, console);
    };
    if !agreed {
        plan_text::print_as_notes(&plan, &job, console);
        if plan.eligible > 0 && !asked(console) {
            console.note(NOTHING_STARTED.get(console.lang()));
            return Ok(Exit::Usage);
        }
    }
    let ended = course.start(planned, &plan, &document.value, &state_directory()?, console)?;
    if !ended.over {
        let note = console.text(&LEFT, &[("run", ended.session.state().run_id.clone())]);
        console.note(&note);
    }
    let exit = report_of(&ended.session, arguments.all, console)?;
    let note = console.text(&JOURNAL, &[("path", ended.directory.display().to_string())]);
    console.note(&note);
    Ok(exit)
}

/// The job of a document; findings that block it end the command before anything is sent.
pub(crate) fn usable_job(document: &Document, console: &mut Console) -> Result<Job, Failure> {
    let (job, mut findings) = config::read(&document.value);
    let context = CheckContext { as_of: None, now: Some(crate::clock::now()) };
    for finding in Checker::new(&job, &context).job_findings(None) {
        if !findings.contains(&finding) {
            findings.push(finding);
        }
    }
    let rendered: Vec<_> = findings.iter().map(|finding| finding.render(console.lang())).collect();
    console.findings_as_notes(&rendered, Some(document));
    if findings.iter().any(Finding::blocks) {
        return Err(Error::new(ErrorKind::Input, &runs::JOB_BLOCKED).into());
    }
    Ok(job)
}

/// Prints the report of a session and gives its exit code.
pub(crate) fn report_of(session: &Session, all: bool, console: &mut Console) -> Result<Exit, Failure> {
    let report = Report::of(session.state(), session.error(), session.calls_sent(), console.lang());
    if let Some(error) = session.error()
        && report.instances.iter().all(|instance| instance.starts == 0)
    {
        return Err(error.clone().into());
    }
    print(&report, all, console)
}

/// Prints a report and gives its exit code.
pub(crate) fn print(report: &Report, all: bool, console: &mut Console) -> Result<Exit, Failure> {
    if console.is_json() {
        console.json(report)?;
    } else {
        report_text::print(report, all, console)?;
    }
    Ok(Exit::from_status(report.exit_status))
}

/// Asks for a yes; anything else is a no.
fn asked(console: &mut Console) -> bool {
    console.ask(START.get(console.lang()));
    let mut answer = String::new();
    let read = std::io::stdin().lock().read_line(&mut answer).is_ok();
    read && matches!(answer.trim().to_lowercase().as_str(), "y" | "yes" | "是")
}

static START: Text = Text::new("start? [y/N] ", "是否开始？[y/N] ");
static NOTHING_STARTED: Text = Text::new("nothing was started", "未启动任何实例");
static LEFT: Text = Text::new(
    "left before the end; what was started goes on: `consnap resume {run}` looks at it",
    "已提前退出，已启动的命令仍在执行：请使用 `consnap resume {run}` 查看",
);
static JOURNAL: Text = Text::new("journal and evidence: {path}", "执行记录与证据：{path}");
