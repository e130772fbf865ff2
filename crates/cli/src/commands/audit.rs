//! `consnap audit`: whether each instance has a recovery point that is good enough and new enough.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use consnap_client::operations::{audit_past, audit_present};
use consnap_core::diagnostics::messages::audits;
use consnap_core::estate::audit::{self, Audit, Objective, Period};
use consnap_core::{Error, ErrorKind, Time};

use crate::audit_text;
use crate::connection::ConnectionArguments;
use crate::console::{Console, write_json};
use crate::drive::{runtime, state_directory};
use crate::evidence::{replace, tell_written, try_out};
use crate::exit::{Exit, Failure};
use crate::selection::{SelectionArguments, duration, moment};

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
    let objective = Objective { rpo: arguments.rpo, required: arguments.selection.required() };
    let lang = console.lang();
    let audit = if let Some(from) = arguments.from {
        let period = Period::new(from, arguments.to.unwrap_or_else(crate::clock::now))?;
        audit_past(&selection.selectors, &selection.regions, &objective, period, &state_directory()?, lang)?
    } else {
        let connection = arguments.connection.open(&selection.regions, None)?;
        runtime()?.block_on(audit_present(&selection.selectors, &objective, &connection, lang))?
    };
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
