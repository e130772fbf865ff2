//! `consnap command`: the one command line that reaches the plug-in as it was meant.

use consnap_core::operations::{self, BuildInput};
use consnap_core::{Platform, Text};

use crate::console::Console;
use crate::exit::{Exit, Failure};
use crate::job::JobArguments;

/// Build the command line of an instance, proven by a model of what the guest does to it; sends nothing
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  consnap command job.yaml --platform linux
  consnap command --platform windows --role AppSnapshotRoleName --name 'nightly-{run}'
  consnap command job.yaml --platform linux -i i-bp1... --format json | jq -r .command

Standard output holds the command and nothing else.")]
pub(crate) struct Arguments {
    #[command(flatten)]
    job: JobArguments,
    /// The platform of the instance
    #[arg(long, value_enum)]
    platform: PlatformName,
    /// Write the separator form, so that commas survive; it needs a recent Cloud Assistant Agent
    #[arg(long)]
    use_separator: bool,
}

/// A platform as it is typed.
#[derive(Copy, Clone, Debug, clap::ValueEnum)]
pub(crate) enum PlatformName {
    /// `app-snapshot-plugin`, sent as `RunShellScript`
    Linux,
    /// `app-snapshot-plugin-win`, sent as `RunBatScript`
    Windows,
}

impl From<PlatformName> for Platform {
    fn from(name: PlatformName) -> Self {
        match name {
            PlatformName::Linux => Self::Linux,
            PlatformName::Windows => Self::Windows,
        }
    }
}

pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Failure> {
    let document = arguments.job.document(console.lang())?;
    let platform = Platform::from(arguments.platform);
    let built = operations::build(&BuildInput {
        job: document.value.clone(),
        platform,
        instance: arguments.job.flags().instances.first().cloned(),
        role: None,
        naming: None,
        use_separator: arguments.use_separator,
        now: Some(crate::clock::now()),
        lang: console.lang(),
    });
    let exit = if built.command.is_some() { Exit::Reached } else { Exit::Findings };
    if console.is_json() {
        console.json(&built)?;
        return Ok(exit);
    }
    console.findings_as_notes(&built.findings, Some(&document));
    if let Some(command) = built.command {
        let kind = match platform {
            Platform::Linux => "RunShellScript",
            Platform::Windows => "RunBatScript",
        };
        let note =
            console.text(&HOW_TO_SEND, &[("type", kind.to_owned()), ("seconds", built.timeout_seconds.to_string())]);
        console.note(&note);
        // As it is: this line is meant for a machine, and a blocking finding forbids control characters in it.
        console.data(&command)?;
    }
    Ok(exit)
}

static HOW_TO_SEND: Text = Text::new(
    "send it with Type={type}, Timeout={seconds}, ContentEncoding=Base64, EnableParameter=false, KeepCommand=false",
    "发送时请使用 Type={type}、Timeout={seconds}、ContentEncoding=Base64、EnableParameter=false、KeepCommand=false",
);
