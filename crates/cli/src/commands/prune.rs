//! `consnap prune`: deletes groups of past runs that nobody needs any more.

use std::time::Duration;

use consnap_client::operations::{PruneProgress, PruneRequest, prune};
use consnap_core::Text;
use consnap_core::estate::retention::Rule;

use crate::connection::ConnectionArguments;
use crate::console::Console;
use crate::drive::{runtime, state_directory};
use crate::exit::{Exit, Failure};
use crate::prune_text;
use crate::selection::{SelectionArguments, duration};

/// Delete groups of past runs that are no longer needed, without --yes only show them; sends writing calls
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  consnap prune --region cn-hangzhou --keep-last 7                     what would go
  consnap prune nightly.yaml --keep-last 7 --keep-within 30d --yes     deletes it

A group goes only when consnap made it (a journal on this machine says so, or every snapshot carries the tag `consnap:run`), it is \
neither among the newest good groups of its instance nor young, and no image or disk was made from it. Good means every snapshot has the \
required consistency tag; weaker groups never count, and go only when a newer good one stays. Kept in any case: the newest \
application-consistent group of each instance, groups with the tag `consnap:hold`, unfinished ones, and whatever is not known for certain.

Right before a group is deleted it is looked at once more. Each deletion stands in a journal before it is sent.")]
pub(crate) struct Arguments {
    #[command(flatten)]
    selection: SelectionArguments,
    /// Keep so many of the newest good groups of each instance, at least 1
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..))]
    keep_last: Option<u32>,
    /// Keep everything younger than this: `30d`, `12h`
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    keep_within: Option<Duration>,
    /// Delete; without it nothing is deleted and what would be is shown
    #[arg(long, short = 'y')]
    yes: bool,
    /// Show groups that are kept one by one too
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    connection: ConnectionArguments,
}

pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Failure> {
    let rule = Rule::new(arguments.keep_last, arguments.keep_within, arguments.selection.required())?;
    let selection = arguments.selection.read(&[], console)?;
    let connection = arguments.connection.open(&selection.regions, None)?;
    let request = PruneRequest { selectors: selection.selectors, rule, delete: arguments.yes };
    let lang = console.lang();
    let state = state_directory()?;
    let pruned = runtime()?.block_on(prune(&request, &connection, &state, lang, |progress| say(progress, console)))?;
    if console.is_json() {
        console.json(&pruned.pruning)?;
    } else {
        prune_text::print(&pruned.pruning, arguments.all, console)?;
    }
    if let Some(path) = &pruned.journal {
        let line = console.text(&JOURNAL, &[("path", path.display().to_string())]);
        let line = console.safe(&line);
        console.note(&line);
    }
    Ok(Exit::from_code(pruned.pruning.exit_status))
}

fn say(progress: PruneProgress<'_>, console: &mut Console) {
    let line = match progress {
        PruneProgress::NotRead(run) => {
            console.text(&NOT_READ, &[("run", run.run_id.clone()), ("reason", run.reason.clone())])
        }
        PruneProgress::Deleted { done, all } => {
            console.text(&SO_FAR, &[("done", done.to_string()), ("all", all.to_string())])
        }
    };
    let line = console.safe(&line);
    console.note(&line);
}

static NOT_READ: Text = Text::new(
    "run {run} cannot be read, so its groups are kept: {reason}",
    "无法读取执行 {run}，因此保留其快照一致性组：{reason}",
);
static JOURNAL: Text = Text::new("journal of the deletions: {path}", "删除记录：{path}");
static SO_FAR: Text = Text::new("{done} of {all} groups", "{all} 个快照一致性组中的 {done} 个");
