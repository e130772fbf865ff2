//! `consnap prune`: deletes groups of past runs that nobody needs any more.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use consnap_client::driver::Clock;
use consnap_client::journal::{FORMAT, Header};
use consnap_client::{pruning, reading, run as ids};
use consnap_core::diagnostics::messages::{retention as rows, runs};
use consnap_core::estate::audit::Selector;
use consnap_core::estate::inventory::{Estate, EstateReader, Scope};
use consnap_core::estate::retention::{
    self, Decision, Deletion, Ended, ManagedGroups, Pruning, Rule, Ruling, pruning as report,
};
use consnap_core::{Error, ErrorKind, Text};
use serde_json::json;

use crate::connection::{Connection, ConnectionArguments};
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

/// Groups that are looked at again at once, right before they are deleted.
const AT_ONCE: usize = 100;

pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Failure> {
    if arguments.keep_last.is_none() && arguments.keep_within.is_none() {
        return Err(Error::new(ErrorKind::Input, &rows::KEEP_NOTHING_SAID).into());
    }
    let selection = arguments.selection.read(&[], console)?;
    let rule = Rule {
        keep_last: arguments.keep_last.unwrap_or(1),
        keep_within: arguments.keep_within.unwrap_or_default(),
        required: selection.required,
    };
    let connection = arguments.connection.open(&selection.regions, None)?;
    if connection.regions.is_empty() {
        return Err(Error::new(ErrorKind::Input, &runs::NO_REGION).into());
    }
    let state = state_directory()?;
    let clock = connection.clock();
    let lang = console.lang();
    let runtime = runtime()?;
    let by_tag = selection.selectors.iter().any(|one| !one.tags.is_empty() || !one.without_tags.is_empty());
    let scope = if by_tag { Scope::Everything } else { Scope::Groups };
    let mut reader = EstateReader::new(&connection.regions, scope, ids::new_seed()?);
    let estate = runtime.block_on(list(&mut reader, &connection, &clock))?;
    if let Some(error) = nothing_listed(&estate) {
        return Err(error.into());
    }
    let (own, unreadable) = pruning::own_groups(&state, &estate.account_id, lang)?;
    for run in &unreadable {
        let line = console.text(&NOT_READ, &[("run", run.run_id.clone()), ("reason", run.reason.clone())]);
        let line = console.safe(&line);
        console.note(&line);
    }
    let mut work = Work { reader, connection: &connection, clock, own, selectors: selection.selectors, rule };
    let (estate, decisions) = runtime.block_on(work.decide())?;
    let unread = retention::unread_regions(&estate);
    let any = decisions.iter().any(|decision| decision.fate == Ruling::Delete);
    let done = if arguments.yes && any {
        let id = ids::new_run_id()?;
        let ended = runtime.block_on(work.delete(&id, &state, &estate, &decisions, console))?;
        report(&estate, &decisions, &unread, &rule, Some((&id, &ended)), lang)
    } else if arguments.yes {
        report(&estate, &decisions, &unread, &rule, Some(("", &BTreeMap::new())), lang)
    } else {
        report(&estate, &decisions, &unread, &rule, None, lang)
    };
    show(&done, arguments.all, &state, console)
}

fn show(done: &Pruning, all: bool, state: &Path, console: &mut Console) -> Result<Exit, Failure> {
    if console.is_json() {
        console.json(done)?;
    } else {
        prune_text::print(done, all, console)?;
    }
    if let Some(id) = &done.prune_id {
        let path = pruning::folder(state).join(id).display().to_string();
        let line = console.text(&JOURNAL, &[("path", path)]);
        let line = console.safe(&line);
        console.note(&line);
    }
    Ok(Exit::from_code(done.exit_status))
}

async fn list(reader: &mut EstateReader, connection: &Connection, clock: &Clock) -> Result<Estate, Error> {
    reading::read_all(reader, &connection.caller, clock).await;
    reader.estate()
}

/// Where no group could be listed in any region, the refusal is the answer.
fn nothing_listed(estate: &Estate) -> Option<Error> {
    let mut first = None;
    for region in &estate.regions {
        let error = region.unread.groups.as_ref().filter(|_| region.groups.is_empty())?;
        first.get_or_insert_with(|| error.clone());
    }
    first
}

/// What a clean-up works with.
struct Work<'a> {
    reader: EstateReader,
    connection: &'a Connection,
    clock: Clock,
    own: ManagedGroups,
    selectors: Vec<Selector>,
    rule: Rule,
}

impl Work<'_> {
    /// Decides, once it is known what would go and whether that is in use.
    async fn decide(&mut self) -> Result<(Estate, Vec<Decision>), Error> {
        let estate = self.reader.estate()?;
        let asked = retention::snapshots_to_ask(&estate, &self.own, &self.selectors, &self.rule);
        for (region, snapshots) in &asked {
            self.reader.look_at_snapshots(region, snapshots);
        }
        let estate = list(&mut self.reader, self.connection, &self.clock).await?;
        let decisions = retention::decide(&estate, &self.own, &self.selectors, &self.rule);
        Ok((estate, decisions))
    }

    /// Deletes what is still to be deleted after another look, some groups at a time.
    async fn delete(
        &mut self,
        id: &str,
        state: &Path,
        estate: &Estate,
        decisions: &[Decision],
        console: &mut Console,
    ) -> Result<BTreeMap<String, Ended>, Error> {
        let header = Header {
            format: FORMAT,
            consnap_version: env!("CARGO_PKG_VERSION").to_owned(),
            catalogue_version: env!("CARGO_PKG_VERSION").to_owned(),
            run_id: id.to_owned(),
            account: estate.account_id.clone(),
            regions: self.connection.regions.clone(),
            endpoint: self.connection.caller.given_endpoint().map(str::to_owned),
            job: json!({"prune": self.rule}),
            plan_hash: String::new(),
            started_at: self.clock.now(),
            job_hash: None,
            no_start_after: None,
            selected: None,
        };
        let wanted: Vec<&Decision> = decisions.iter().filter(|decision| decision.fate == Ruling::Delete).collect();
        let mut journal = pruning::Deleting::begin(state, &header)?;
        let mut ended = BTreeMap::new();
        for some in wanted.chunks(AT_ONCE) {
            let mut by_region: BTreeMap<&str, Vec<String>> = BTreeMap::new();
            for decision in some {
                by_region.entry(&decision.region).or_default().push(decision.group_id.clone());
            }
            for (region, groups) in by_region {
                self.reader.look_at_groups(region, &groups);
            }
            list(&mut self.reader, self.connection, &self.clock).await?;
            let (_, now) = self.decide().await?;
            let still = |decision: &&&Decision| {
                now.iter().any(|other| other.group_id == decision.group_id && other.fate == Ruling::Delete)
            };
            let deletions: Vec<Deletion> = some.iter().filter(still).map(|decision| deletion(decision)).collect();
            let more = journal.delete(deletions, &self.connection.caller, &self.clock).await?;
            let done = more.len();
            ended.extend(more);
            let line = console.text(&SO_FAR, &[("done", ended.len().to_string()), ("all", wanted.len().to_string())]);
            if done > 0 && wanted.len() > AT_ONCE {
                console.note(&line);
            }
            if journal.is_stopped() {
                break;
            }
        }
        for decision in wanted.iter().filter(|_| journal.is_stopped()) {
            ended.entry(decision.group_id.clone()).or_insert(Ended::NotTried);
        }
        Ok(ended)
    }
}

fn deletion(decision: &Decision) -> Deletion {
    Deletion {
        region: decision.region.clone(),
        group_id: decision.group_id.clone(),
        instance_id: decision.instance_id.clone().unwrap_or_default(),
        snapshots: decision.snapshots.clone(),
    }
}

static NOT_READ: Text = Text::new(
    "run {run} cannot be read, so its groups are kept: {reason}",
    "无法读取执行 {run}，因此保留其快照一致性组：{reason}",
);
static JOURNAL: Text = Text::new("journal of the deletions: {path}", "删除记录：{path}");
static SO_FAR: Text = Text::new("{done} of {all} groups", "{all} 个快照一致性组中的 {done} 个");
