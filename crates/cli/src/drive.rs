//! Driving a run in a shell: progress, interrupts, the question before the first start.

use std::io::IsTerminal as _;
use std::path::PathBuf;

use consnap_client::document::Document;
use consnap_client::driver::{Control, Driven};
use consnap_client::journal;
use consnap_client::run::Run;
use consnap_core::{Error, Text};
use tokio::runtime::Runtime;
use tokio::sync::watch;

use crate::arguments::LogFormat;
use crate::commands::run::print;
use crate::console::{Console, answer_is_yes};
use crate::evidence::EvidenceArguments;
use crate::exit::{Exit, Failure};
use crate::plan_text;
use crate::policies::Policies;
use crate::progress::Progress;

/// Drives a run to its end or to its plan, showing progress. The first interrupt stops new starts, the second leaves at
/// once.
pub(crate) fn drive(run: &mut Run, runtime: &Runtime, console: &Console) -> Result<Driven, Failure> {
    drive_hearing(&mut Interrupts::heard_by(runtime), run, runtime, console)
}

fn drive_hearing(
    interrupts: &mut Interrupts,
    run: &mut Run,
    runtime: &Runtime,
    console: &Console,
) -> Result<Driven, Failure> {
    let progress = Progress::new(console.lang(), console.log());
    let driven = runtime.block_on(async {
        let (control, controls) = watch::channel(Control::Run);
        let interrupted = async {
            interrupts.next().await;
            progress.say_interrupted();
            let _ = control.send(Control::Drain);
            interrupts.next().await;
            let _ = control.send(Control::Abort);
            std::future::pending::<()>().await;
        };
        tokio::select! {
            driven = run.drive(controls, |state, events| progress.observe(state, events)) => driven,
            () = interrupted => Ok(Driven::Left),
        }
    });
    progress.finish();
    Ok(driven?)
}

/// Asks for the yes before the first start. An interrupt is a no, and nobody has to press a key first; one that came while
/// the plan was shown counts too.
fn agrees(interrupts: &mut Interrupts, runtime: &Runtime, console: &mut Console) -> bool {
    console.ask(&format!("{} ", START.get(console.lang())));
    let (told, answer) = tokio::sync::oneshot::channel();
    // A thread of its own, which ends with the process: nothing can call it back from reading.
    std::thread::spawn(move || told.send(answer_is_yes()));
    let yes = runtime.block_on(unless(interrupts.next(), async { answer.await.unwrap_or(false) }));
    if yes.is_none() {
        // The rest of the line belongs to the question.
        console.note("");
    }
    yes.unwrap_or(false)
}

/// What comes of something, unless something else comes first.
async fn unless<T>(interrupt: impl Future<Output = ()>, wanted: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        biased;
        () = interrupt => None,
        wanted = wanted => Some(wanted),
    }
}

/// Says until when a run starts instances, as a point in time: a time of day depends on the zone of the machine.
pub(crate) fn say_limit(run: &Run, console: &mut Console) {
    if let Some(limit) = run.no_start_after() {
        let note = console.text(&LIMIT, &[("time", limit.to_wire())]);
        console.note(&note);
    }
}

/// Whether somebody is there who can be asked.
pub(crate) fn somebody_there(console: &Console) -> bool {
    console.log() == LogFormat::Text && std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// What is made of a report.
#[derive(Copy, Clone)]
pub(crate) struct Shown<'a> {
    /// Show instances that reached what was required one by one too.
    pub(crate) all: bool,
    /// The files it goes to.
    pub(crate) evidence: &'a EvidenceArguments,
}

/// What a run must pass when its plan is made.
#[derive(Copy, Clone)]
pub(crate) struct Gate<'a> {
    /// Whether the start is agreed to already.
    pub(crate) agreed: bool,
    /// The policies it is held to, with the job as it was read.
    pub(crate) policies: Option<(&'a Policies, &'a Document)>,
}

/// Drives a new run from the check to the verdict and prints its report. Policies that stand against it end it. Unless that is agreed already, the plan is shown
/// and a yes asked for before anything is started.
pub(crate) fn drive_and_report(
    mut run: Run,
    gate: Gate<'_>,
    shown: Shown<'_>,
    runtime: &Runtime,
    console: &mut Console,
) -> Result<Exit, Failure> {
    say_limit(&run, console);
    for earlier in run.unfinished() {
        let note = console.text(&UNFINISHED, &[("run", earlier.clone())]);
        console.note(&note);
    }
    let mut interrupts = Interrupts::heard_by(runtime);
    let mut driven = drive_hearing(&mut interrupts, &mut run, runtime, console)?;
    if driven == Driven::Planned {
        if let Some((policies, document)) = gate.policies {
            policies.allow(&run, document, console)?;
        }
        let stopped = run.session().state().stopped.is_some();
        if let (false, false, Some(plan)) = (gate.agreed, stopped, run.plan(console.lang())) {
            plan_text::print_as_notes(&plan, run.session().job(), console);
            if plan.eligible > 0 && !agrees(&mut interrupts, runtime, console) {
                console.note(NOTHING_STARTED.get(console.lang()));
                return Ok(Exit::Usage);
            }
        }
        if stopped {
            // Nothing was started, and no record says so of each instance.
            console.note(NOTHING_STARTED.get(console.lang()));
            return report_of(&run, shown, console);
        }
        run.go_ahead()?;
        driven = drive_hearing(&mut interrupts, &mut run, runtime, console)?;
    }
    if driven == Driven::Left && run.directory().is_none() {
        console.note(NOTHING_STARTED.get(console.lang()));
    } else if driven == Driven::Left {
        let note = console.text(&LEFT, &[("run", run.session().state().run_id.clone())]);
        console.note(&note);
    }
    let exit = report_of(&run, shown, console)?;
    if let Some(directory) = run.directory() {
        let note = console.text(&JOURNAL, &[("path", directory.display().to_string())]);
        console.note(&note);
    }
    Ok(exit)
}

/// Prints the report of a run and gives its exit code. An error that ended it before it started or saw anything is the answer
/// itself; what an earlier process left open stays open.
pub(crate) fn report_of(run: &Run, shown: Shown<'_>, console: &mut Console) -> Result<Exit, Failure> {
    let written = shown.evidence.write(run, &run.report(console.lang()), None, console);
    Ok(tell(run, shown.all, console)?.or_worse(written))
}

fn tell(run: &Run, all: bool, console: &mut Console) -> Result<Exit, Failure> {
    let Some(error) = run.session().error() else {
        return print(&run.report(console.lang()), all, console);
    };
    console.failure(error.clone().into());
    // What an earlier process left open stays open: the report says the same.
    Ok(Exit::from_code(run.report(console.lang()).exit_status))
}

/// The runtime of a command that talks to the service: one thread is enough for a loop that waits.
pub(crate) fn runtime() -> Result<Runtime, Failure> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}

/// Interrupts, and the polite requests to end that service managers send, from when this is made: the system's handler stays
/// for the whole process, and what comes while nobody waits is heard by the next who does.
pub(crate) struct Interrupts {
    #[cfg(unix)]
    signals: Option<[tokio::signal::unix::Signal; 2]>,
    #[cfg(windows)]
    signals: Option<tokio::signal::windows::CtrlC>,
}

impl Interrupts {
    pub(crate) fn heard_by(runtime: &Runtime) -> Self {
        let _inside = runtime.enter();
        #[cfg(unix)]
        let signals = {
            use tokio::signal::unix::{SignalKind, signal};
            signal(SignalKind::interrupt()).and_then(|one| Ok([one, signal(SignalKind::terminate())?])).ok()
        };
        #[cfg(windows)]
        let signals = tokio::signal::windows::ctrl_c().ok();
        Self { signals }
    }

    /// Without a handler there is nothing to wait for; the system's own way of ending the process remains.
    pub(crate) async fn next(&mut self) {
        let heard = match &mut self.signals {
            #[cfg(unix)]
            Some([interrupt, terminate]) => {
                tokio::select! {
                    heard = interrupt.recv() => heard,
                    heard = terminate.recv() => heard,
                }
            }
            #[cfg(windows)]
            Some(interrupt) => interrupt.recv().await,
            None => None,
        };
        if heard.is_none() {
            std::future::pending::<()>().await;
        }
    }
}

/// The state directory of this user, or the error that there is none.
pub(crate) fn state_directory() -> Result<PathBuf, Error> {
    journal::state_directory(|name| std::env::var(name).ok())
}

static START: Text = Text::new("start? [y/N]", "是否开始？[y/N]");
static UNFINISHED: Text = Text::new(
    "run `{run}` of the same job is not over: what it started may still be at work; `consnap resume {run}` follows it",
    "同一作业的执行 `{run}` 尚未结束：它启动的命令可能仍在运行；请用 `consnap resume {run}` 跟踪",
);
static LIMIT: Text = Text::new("no instance is started after {time}", "{time} 之后不再启动任何实例");
static NOTHING_STARTED: Text = Text::new("nothing was started", "未启动任何实例");
static LEFT: Text = Text::new(
    "left before the end; what was started goes on: `consnap resume {run}` looks at it",
    "已提前退出，已启动的命令仍在执行：请使用 `consnap resume {run}` 查看",
);
static JOURNAL: Text = Text::new("journal and evidence: {path}", "执行记录与证据：{path}");

#[cfg(test)]
mod tests {
    use super::*;

    /// Whoever reads the answer waits for a line that never comes.
    #[test]
    fn an_interrupt_does_not_wait_for_the_answer() {
        let runtime = runtime().unwrap_or_else(|_| panic!("no runtime"));
        let never = std::future::pending::<bool>();
        assert_eq!(runtime.block_on(unless(std::future::ready(()), never)), None);
        assert_eq!(runtime.block_on(unless(std::future::pending(), std::future::ready(true))), Some(true));
    }

    #[cfg(unix)]
    #[test]
    fn an_interrupt_that_comes_while_nobody_waits_is_heard_by_the_next_who_does() {
        let runtime = runtime().unwrap_or_else(|_| panic!("no runtime"));
        let mut interrupts = Interrupts::heard_by(&runtime);
        let own = std::process::id().to_string();
        for signal in ["-INT", "-TERM"] {
            let sent = std::process::Command::new("kill").args([signal, &own]).status();
            assert!(sent.is_ok_and(|status| status.success()));
        }
        let limit = std::time::Duration::from_mins(1);
        for _ in 0..2 {
            let heard = runtime.block_on(async { tokio::time::timeout(limit, interrupts.next()).await });
            assert_eq!(heard, Ok(()));
        }
    }
}
