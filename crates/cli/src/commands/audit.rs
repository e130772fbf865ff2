//! `consnap audit`: whether each instance has a recovery point that is good enough and new enough.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use consnap_client::{archive, reading};
use consnap_core::diagnostics::messages::{audits, runs};
use consnap_core::estate::audit::{self, Audit, Objective, Period};
use consnap_core::estate::inventory::{Estate, EstateReader, Scope};
use consnap_core::{Error, ErrorKind, Time};

use crate::audit_text;
use crate::connection::{Connection, ConnectionArguments};
use crate::console::{Console, write_json};
use crate::drive::{runtime, state_directory};
use crate::evidence::{replace, tell_written, try_out};
use crate::exit::{Exit, Failure};
use crate::selection::{Selection, SelectionArguments, duration, moment};

/// Show whether every instance has a good group that is new enough, now or in a past period; sends reading calls only
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  consnap audit nightly.yaml weekly.yaml --rpo 24h
  consnap audit --region cn-hangzhou --rpo 24h --report estate.html --report estate.csv
  consnap audit --tag app=orders --rpo 4h --format json | jq '.instances[] | select(.result != \"met\")'
  consnap audit nightly.yaml --rpo 24h --from 2026-07-01 --to 2026-10-01    what was, from the journals of runs

A group counts when every attached disk has a finished snapshot in it with the required consistency tag, whoever made it. \
Disks that a job excludes, and local disks, need none. Instances of the regions that nothing selects are listed. With `--from` nothing is \
sent: verdicts and raw replies of the journals on this machine answer.

Exit code 0 when every objective is met, 1 when one is missed, 4 when one cannot be determined or something could not be read.")]
pub(crate) struct Arguments {
    #[command(flatten)]
    selection: SelectionArguments,
    /// How old the newest good group may be: `24h`, `90m`, `7d`
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    rpo: Duration,
    /// A disk that needs no snapshot; may be repeated
    #[arg(long, value_name = "ID")]
    exclude_disk: Vec<String>,
    /// Audit the past from the run archive, beginning here: `2026-07-01`, or a time with its offset
    #[arg(long, value_name = "TIME", value_parser = moment)]
    from: Option<Time>,
    /// The end of the past period; now when not given
    #[arg(long, value_name = "TIME", value_parser = moment, requires = "from")]
    to: Option<Time>,
    /// Show instances that meet the objective one by one too
    #[arg(long)]
    all: bool,
    /// Write a table for spreadsheets to standard output
    #[arg(long, conflicts_with_all = ["all", "html"])]
    csv: bool,
    /// Write a page to standard output
    #[arg(long, conflicts_with = "all")]
    html: bool,
    /// Write it to this file too: a page (`.html`), data (`.json`) or a table (`.csv`); may be repeated
    #[arg(long, value_name = "FILE")]
    report: Vec<PathBuf>,
    #[command(flatten)]
    connection: ConnectionArguments,
}

pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Failure> {
    for path in &arguments.report {
        form_of(path)?;
        try_out(path)?;
    }
    let selection = arguments.selection.read(&arguments.exclude_disk, console)?;
    let objective = Objective { rpo: arguments.rpo, required: selection.required };
    let audit = match arguments.from {
        Some(from) => past(from, arguments.to, &selection, &objective, console)?,
        None => present(arguments, &selection, &objective, console)?,
    };
    if audit.instances.is_empty() && audit.unread.is_empty() {
        return Err(Error::new(ErrorKind::Input, &runs::NOTHING_SELECTED).into());
    }
    let mut exit = Exit::from_code(audit.exit_status);
    for path in &arguments.report {
        exit = exit.or_worse(write(path, &audit, console));
    }
    if arguments.csv {
        console.table(&audit::csv(&audit))?;
    } else if arguments.html {
        console.raw(audit::html(&audit, console.lang()).as_bytes())?;
    } else if console.is_json() {
        console.json(&audit)?;
    } else {
        audit_text::print(&audit, arguments.all, console)?;
    }
    Ok(exit)
}

/// What the journals of this machine tell.
fn past(
    from: Time,
    to: Option<Time>,
    selection: &Selection,
    objective: &Objective,
    console: &Console,
) -> Result<Audit, Failure> {
    let to = to.unwrap_or_else(crate::clock::now);
    if to <= from {
        let error = Error::new(ErrorKind::Input, &audits::PERIOD_EMPTY);
        return Err(error.with("from", from.to_wire()).with("to", to.to_wire()).into());
    }
    // What was made before the period still counts in it, as long as the objective allows.
    let before = i64::try_from(objective.rpo.as_millis()).unwrap_or(i64::MAX).saturating_mul(2);
    let since = Time::from_millis(from.millis().saturating_sub(before));
    let mut archive = archive::load(&state_directory()?, since, to, console.lang())?;
    if !selection.regions.is_empty() {
        archive.verdicts.retain(|verdict| selection.regions.contains(&verdict.region));
    }
    Ok(audit::archive::past(&archive, &selection.selectors, objective, Period { from, to }, console.lang()))
}

/// What the service shows now.
fn present(
    arguments: &Arguments,
    selection: &Selection,
    objective: &Objective,
    console: &Console,
) -> Result<Audit, Failure> {
    let connection = arguments.connection.open(&selection.regions, None)?;
    if connection.regions.is_empty() {
        return Err(Error::new(ErrorKind::Input, &runs::NO_REGION).into());
    }
    let estate = runtime()?.block_on(read(&connection, selection, objective))?;
    let listed = |region: &consnap_core::estate::inventory::RegionEstate| {
        region.unread.instances.as_ref().filter(|_| region.instances.is_empty()).cloned()
    };
    // Where not even the instances could be listed, the refusal is the answer.
    if let Some(Some(error)) = estate.regions.iter().map(listed).reduce(Option::and) {
        return Err(error.into());
    }
    Ok(audit::present(&estate, &selection.selectors, objective, console.lang()))
}

async fn read(connection: &Connection, selection: &Selection, objective: &Objective) -> Result<Estate, Error> {
    let seed = consnap_client::run::new_seed()?;
    let clock = connection.clock();
    let mut reader = EstateReader::new(&connection.regions, Scope::Everything, seed);
    reading::read_all(&mut reader, &connection.caller, &clock).await;
    let estate = reader.estate()?;
    let unclear = audit::snapshots_to_ask(&estate, &selection.selectors, objective);
    if unclear.is_empty() {
        return Ok(estate);
    }
    for (region, snapshots) in &unclear {
        reader.look_at_snapshots(region, snapshots);
    }
    reading::read_all(&mut reader, &connection.caller, &clock).await;
    reader.estate()
}

/// The form a file's name asks for.
enum Form {
    Page,
    Data,
    Table,
}

fn form_of(path: &Path) -> Result<Form, Error> {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("html" | "htm") => Ok(Form::Page),
        Some("json") => Ok(Form::Data),
        Some("csv") => Ok(Form::Table),
        _ => {
            let error = Error::new(ErrorKind::Input, &audits::UNKNOWN_AUDIT_FORM);
            Err(error.with("path", path.display().to_string()))
        }
    }
}

/// Writes a file; what cannot be written is told, and weighs as a finding does.
fn write(path: &Path, audit: &Audit, console: &mut Console) -> Exit {
    let written = match form_of(path) {
        Ok(Form::Page) => replace(path, |file| file.write_all(audit::html(audit, console.lang()).as_bytes())),
        Ok(Form::Data) => replace(path, |file| write_json(file, audit)),
        Ok(Form::Table) => replace(path, |file| file.write_all(audit::csv(audit).as_bytes())),
        Err(_) => return Exit::Usage,
    };
    tell_written(path, written, console)
}
