//! `consnap status`: what the runs of this machine left open.

use std::path::Path;

use consnap_client::open_guests::{self, Open};
use consnap_core::Text;
use consnap_core::diagnostics::finding::RenderedFinding;
use consnap_core::run::session::OpenGuest;

use crate::console::Console;
use crate::drive::state_directory;
use crate::exit::{Exit, Failure};

/// List what the runs of this machine left open: guests that may be held, unknown results, unfinished runs; sends nothing
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  consnap status
  consnap status --format json | jq -r '.guests[] | select(.held) | .instance_id'

Exit status 5: a guest may still be held; 4: a result is unknown, or a run or its journal is not at its end; 0: nothing is open.")]
pub(crate) struct Arguments {}

pub(crate) fn run(_: &Arguments, console: &mut Console) -> Result<Exit, Failure> {
    let directory = state_directory()?;
    let open = open_guests::open(&directory, None, crate::clock::now(), console.lang())?;
    let exit = open.exit_status();
    // Where it cannot be said, the alarm stands all the same.
    print(&open, &directory, console).map_or_else(|failure| Ok(console.failure(failure).or_worse(exit)), |()| Ok(exit))
}

fn print(open: &Open, directory: &Path, console: &mut Console) -> Result<(), Failure> {
    if console.is_json() {
        console.json(&open.status(console.lang()))?;
    } else {
        for line in lines(open, directory, console) {
            console.data(&line)?;
        }
    }
    Ok(())
}

/// Rings for the guests of a run that may be held, when nothing can be asked of the service: what is known does not depend on it.
pub(crate) fn ring_for(run: &str, console: &mut Console) -> Result<Exit, Failure> {
    let directory = state_directory()?;
    let mut open = open_guests::open(&directory, None, crate::clock::now(), console.lang())?.of_run(run);
    if open.exit_status() != Exit::Held {
        return Ok(Exit::Reached);
    }
    open.unfinished.clear();
    for line in lines(&open, &directory, console) {
        console.note(&line);
    }
    Ok(Exit::Held)
}

fn lines(open: &Open, directory: &Path, console: &Console) -> Vec<String> {
    let mut lines = Vec::new();
    let mut guests: Vec<(&OpenGuest, &RenderedFinding)> = open.guests.iter().zip(&open.why).collect();
    guests.sort_by_key(|(guest, _)| !guest.held);
    for (guest, why) in guests {
        if !guest.held && open.running.contains(&guest.run_id) {
            // It is being followed: the line of its run says so.
            continue;
        }
        let text = if guest.held { &HELD } else { &UNKNOWN };
        let args = [
            ("instance", guest.instance_id.clone()),
            ("run", guest.run_id.clone()),
            ("why", why.message.clone()),
            ("help", why.help.clone()),
        ];
        lines.push(console.safe(&console.text(text, &args)));
    }
    for run in &open.unfinished {
        let text = if open.running.contains(run) { &RUNNING } else { &UNFINISHED };
        lines.push(console.safe(&console.text(text, &[("run", run.clone())])));
    }
    for run in &open.unreadable {
        let args = [
            ("run", run.run_id.clone()),
            ("why", run.error.message(console.lang())),
            ("help", run.error.help(console.lang())),
        ];
        let line = console.safe(&console.text(if run.held { &HELD_UNREADABLE } else { &UNREADABLE }, &args));
        if run.held { lines.insert(0, line) } else { lines.push(line) }
    }
    if lines.is_empty() {
        let args = [("directory", directory.display().to_string())];
        lines.push(console.safe(&console.text(&NOTHING, &args)));
    }
    lines
}

static HELD: Text = Text::new(
    "URGENT {instance}, run {run}: {why}; to do: {help}; then `consnap release {run} {instance} --note \"...\"`",
    "紧急 {instance}，执行 {run}：{why}；处理方法：{help}；然后执行 `consnap release {run} {instance} --note \"...\"`",
);
static UNKNOWN: Text = Text::new(
    "UNKNOWN {instance}, run {run}: {why}; to do: `consnap resume {run}`",
    "结果未知 {instance}，执行 {run}：{why}；处理方法：`consnap resume {run}`",
);
static UNFINISHED: Text =
    Text::new("run {run} is not over: `consnap resume {run}`", "执行 {run} 未结束：`consnap resume {run}`");
static RUNNING: Text = Text::new(
    "run {run} is going on: another process follows it; `consnap show {run}` reads along",
    "执行 {run} 正在进行：另一个进程正在跟踪；可用 `consnap show {run}` 查看进展",
);
static UNREADABLE: Text = Text::new("run {run} cannot be read: {why}", "无法读取执行 {run}：{why}");
static HELD_UNREADABLE: Text = Text::new(
    "URGENT run {run} cannot be read, and what is left of it says that a guest may be held: {why}; to do: {help}",
    "紧急 无法读取执行 {run}，其剩余内容表明有实例可能仍处于冻结状态：{why}；处理方法：{help}",
);
static NOTHING: Text = Text::new("nothing is open in {directory}", "{directory} 中没有待处理的实例或执行");
