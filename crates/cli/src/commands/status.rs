//! `consnap status`: what the runs of this machine left open.

use std::path::Path;

use consnap_client::open_guests::{self, Open};
use consnap_core::Text;
use consnap_core::run::session::OpenGuest;
use serde::Serialize;

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

/// What is open, as data.
#[derive(Serialize)]
struct OpenReport<'a> {
    exit_status: u8,
    guests: &'a [OpenGuest],
    unfinished_runs: &'a [String],
    unreadable_runs: Vec<&'a str>,
}

pub(crate) fn run(_: &Arguments, console: &mut Console) -> Result<Exit, Failure> {
    let directory = state_directory()?;
    let open = open_guests::open(&directory, None)?;
    let exit = open.exit_status();
    if console.is_json() {
        let unreadable_runs = open.unreadable.iter().map(|(run, _)| run.as_str()).collect();
        let (guests, unfinished_runs) = (&open.guests, &open.unfinished);
        console.json(&OpenReport { exit_status: exit.code(), guests, unfinished_runs, unreadable_runs })?;
    } else {
        for line in lines(&open, &directory, console) {
            console.data(&line)?;
        }
    }
    Ok(exit)
}

fn lines(open: &Open, directory: &Path, console: &Console) -> Vec<String> {
    let mut lines = Vec::new();
    let mut guests: Vec<&OpenGuest> = open.guests.iter().collect();
    guests.sort_by_key(|guest| !guest.held);
    for guest in guests {
        let text = if guest.held { &HELD } else { &UNKNOWN };
        let args = [("instance", guest.instance_id.clone()), ("run", guest.run_id.clone())];
        lines.push(console.safe(&console.text(text, &args)));
    }
    for run in &open.unfinished {
        lines.push(console.safe(&console.text(&UNFINISHED, &[("run", run.clone())])));
    }
    for (run, error) in &open.unreadable {
        let args = [("run", run.clone()), ("why", error.message(console.lang()))];
        lines.push(console.safe(&console.text(&UNREADABLE, &args)));
    }
    if lines.is_empty() {
        let args = [("directory", directory.display().to_string())];
        lines.push(console.safe(&console.text(&NOTHING, &args)));
    }
    lines
}

static HELD: Text = Text::new(
    "URGENT {instance}: may still be held by run {run}; look into it, then `consnap release {run} {instance} --note \"...\"`",
    "紧急 {instance}：可能仍因执行 {run} 处于冻结状态；请确认后执行 `consnap release {run} {instance} --note \"...\"`",
);
static UNKNOWN: Text = Text::new(
    "UNKNOWN {instance}: nobody knows what became of it in run {run}: `consnap resume {run}`",
    "结果未知 {instance}：执行 {run} 的结果未知：`consnap resume {run}`",
);
static UNFINISHED: Text =
    Text::new("run {run} is not over: `consnap resume {run}`", "执行 {run} 未结束：`consnap resume {run}`");
static UNREADABLE: Text = Text::new("run {run} cannot be read: {why}", "无法读取执行 {run}：{why}");
static NOTHING: Text = Text::new("nothing is open in {directory}", "{directory} 中没有待处理的实例或执行");
