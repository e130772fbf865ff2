//! `consnap record`: replies of the service that can be shared.

use std::path::PathBuf;

use consnap_core::Text;
use consnap_live_check::{record_instance, record_run};

use crate::connection::ConnectionArguments;
use crate::console::{Console, write_json};
use crate::drive::{runtime, state_directory};
use crate::evidence::{replace, try_out};
use crate::exit::{Exit, Failure};

/// Save replies of the service without anything that names a customer, a machine or a secret; sends reading calls only
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  consnap record --run 8f3a01c2 > replies.json         what the journal of a run kept; sends nothing
  consnap record -i i-bp1... --region cn-hangzhou --out replies.json

Accounts, ids, names, tags, addresses, request ids, tokens and keys are replaced, the same by the same throughout the record. It is a \
list of what may stay (states, kinds, times, sizes, systems, regions, consistency tags); of the output of commands only lines of the plug-in's own log stay. \
Read it before you share it.")]
pub(crate) struct Arguments {
    /// An instance whose replies are asked for
    #[arg(short = 'i', long = "instance", value_name = "ID", value_delimiter = ',', required_unless_present = "run")]
    instance: Option<String>,
    /// A run whose kept replies are taken
    #[arg(long, value_name = "ID", conflicts_with = "instance")]
    run: Option<String>,
    /// The region of the instance
    #[arg(long, value_name = "ID")]
    region: Option<String>,
    /// The file to write; standard output when not given
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    connection: ConnectionArguments,
}

pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Failure> {
    if let Some(path) = &arguments.out {
        try_out(path)?;
    }
    let record = if let Some(run) = &arguments.run {
        record_run(run, &state_directory()?)?
    } else {
        let regions: Vec<String> = arguments.region.clone().into_iter().collect();
        let connection = arguments.connection.open(&regions, None)?;
        runtime()?.block_on(record_instance(arguments.instance.as_deref().unwrap_or_default(), &connection))?
    };
    let Some(path) = &arguments.out else {
        console.json(&record)?;
        return Ok(Exit::Reached);
    };
    replace(path, |file| write_json(file, &record))?;
    let counts = [("count", record.replies.len().to_string()), ("path", path.display().to_string())];
    let line = console.safe(&console.text(&WRITTEN, &counts));
    console.note(&line);
    Ok(Exit::Reached)
}

static WRITTEN: Text =
    Text::new("{count} replies: {path}; read it before you share it", "{count} 个响应：{path}；分享前请先查看");
