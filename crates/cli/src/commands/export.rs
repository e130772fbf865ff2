//! `consnap export`: the same job for other tools.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use consnap_core::diagnostics::messages::errors;
use consnap_core::export::{ExportedFile, Target};
use consnap_core::operations::{self, ExportInput};
use consnap_core::{Error, ErrorKind, Platform, Text};
use serde_json::Value;

use crate::commands::build::PlatformName;
use crate::console::Console;
use crate::exit::{Exit, Failure};
use crate::job::JobArguments;

/// Write the job for another tool: a request, a script, a program, a template, a timer, a workflow, RAM policies; sends nothing
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  consnap export job.yaml --to run-command                    the parameters of RunCommand, as JSON
  consnap export job.yaml --to oos-timer --at 03:30           a template that runs every night
  consnap export job.yaml --to terraform --output terraform/  several files, into a folder
  consnap export job.yaml --to systemd --output units/
  consnap export job.yaml --to ram-policies --output ram/     what must be allowed, and no more

Only the tags of the snapshots tell which consistency was reached. `job`, `python`, `systemd`, \
`cron` and `task-scheduler` let consnap run the job, which looks at them; the other forms start \
snapshots and do not look: `consnap audit` tells afterwards. A job that asks for what a form cannot \
carry is not written for it.")]
pub(crate) struct Arguments {
    #[command(flatten)]
    job: JobArguments,
    /// For which tool
    #[arg(long, value_enum, value_name = "TOOL")]
    to: TargetName,
    /// The platform whose command is written; the one of the job's only section when not given
    #[arg(long, value_enum)]
    platform: Option<PlatformName>,
    /// Write files into this folder instead of standard output
    #[arg(long, short = 'o', value_name = "FOLDER")]
    output: Option<PathBuf>,
    /// Overwrite files that are already there
    #[arg(long, requires = "output")]
    force: bool,
    /// When timers start it, by the clock of the machine; `02:00` when not given
    #[arg(long, value_name = "HH:MM")]
    at: Option<String>,
    /// Where the export was made; each file names it
    #[arg(long, value_name = "URL")]
    link: Option<String>,
    /// Write the separator form, so that commas survive; it needs a recent Cloud Assistant Agent
    #[arg(long)]
    use_separator: bool,
}

/// A tool as it is typed.
#[derive(Copy, Clone, Debug, clap::ValueEnum)]
enum TargetName {
    /// The text to paste into Cloud Assistant
    Command,
    /// The parameters of the API operation RunCommand, as JSON
    RunCommand,
    /// A shell script around `aliyun ecs RunCommand`
    AliyunCli,
    /// The job document of consnap itself
    Job,
    /// A Python program that uses consnap
    Python,
    /// A Python program that uses the official SDK
    PythonSdk,
    /// A Go program that uses the official SDK, as the feature's own document does
    GoSdk,
    /// A Terraform configuration that sets up the OOS template and its role, and starts nothing
    Terraform,
    /// A template of the Operation Orchestration Service (OOS), with a loop and rate control
    Oos,
    /// The same, started by a timer
    OosTimer,
    /// A systemd service and its timer, running consnap
    Systemd,
    /// A crontab line, running consnap
    Cron,
    /// A task of the Windows Task Scheduler, running consnap
    TaskScheduler,
    /// A workflow of GitHub Actions that checks the job and holds it to policies
    GithubActions,
    /// The RAM policies of operator and instance role, and a script that creates them
    RamPolicies,
}

impl From<TargetName> for Target {
    fn from(name: TargetName) -> Self {
        match name {
            TargetName::Command => Self::Command,
            TargetName::RunCommand => Self::RunCommand,
            TargetName::AliyunCli => Self::AliyunCli,
            TargetName::Job => Self::Job,
            TargetName::Python => Self::PythonConsnap,
            TargetName::PythonSdk => Self::PythonSdk,
            TargetName::GoSdk => Self::GoSdk,
            TargetName::Terraform => Self::Terraform,
            TargetName::Oos => Self::Oos,
            TargetName::OosTimer => Self::OosTimer,
            TargetName::Systemd => Self::Systemd,
            TargetName::Cron => Self::Cron,
            TargetName::TaskScheduler => Self::TaskScheduler,
            TargetName::GithubActions => Self::GithubActions,
            TargetName::RamPolicies => Self::RamPolicies,
        }
    }
}

pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Failure> {
    let document = arguments.job.document(console.lang())?;
    let target = Target::from(arguments.to);
    let platform = match arguments.platform {
        Some(name) => name.into(),
        None => platform_of(&document.value, target)?,
    };
    let output = operations::export(&ExportInput {
        job: document.value.clone(),
        platform,
        target,
        link: arguments.link.clone(),
        schedule: arguments.at.clone(),
        use_separator: arguments.use_separator,
        as_of: None,
        now: Some(crate::clock::now()),
        naming: None,
        severities: BTreeMap::new(),
        lang: console.lang(),
    })?;
    let exit = if output.files.is_empty() { Exit::Findings } else { Exit::Reached };
    if console.is_json() {
        console.json(&output)?;
    } else {
        console.findings_as_notes(&output.findings, Some(&document));
    }
    match &arguments.output {
        Some(folder) => write(folder, &output.files, arguments.force, console)?,
        None if console.is_json() => {}
        None => print(&output.files, console)?,
    }
    Ok(exit)
}

/// The platform of the job's only section. Forms that carry no command do not ask.
fn platform_of(job: &Value, target: Target) -> Result<Platform, Error> {
    match (job.get("linux").is_some(), job.get("windows").is_some()) {
        (false, true) => Ok(Platform::Windows),
        (true, false) => Ok(Platform::Linux),
        _ if !target.carries_command() => Ok(Platform::Linux),
        _ => Err(Error::new(ErrorKind::Input, &errors::UNDECIDED_PLATFORM)),
    }
}

/// One file as it is; several behind a line each with their name, as `tail` shows files.
fn print(files: &[ExportedFile], console: &mut Console) -> Result<(), Failure> {
    if let [file] = files {
        return console.raw(file.content.as_bytes());
    }
    for (at, file) in files.iter().enumerate() {
        let blank = if at == 0 { "" } else { "\n" };
        console.raw(format!("{blank}==> {} <==\n{}", file.name, file.content).as_bytes())?;
    }
    if !files.is_empty() {
        let line = console.text(&SEVERAL, &[("count", files.len().to_string())]);
        console.note(&line);
    }
    Ok(())
}

/// Writes all files or, when one of them is there already, none.
fn write(folder: &Path, files: &[ExportedFile], force: bool, console: &mut Console) -> Result<(), Failure> {
    if let Some(there) = files.iter().map(|file| folder.join(&file.name)).find(|path| !force && path.exists()) {
        return Err(Error::new(ErrorKind::Input, &errors::FILE_EXISTS)
            .with("path", there.display().to_string())
            .into());
    }
    for file in files {
        let path = folder.join(&file.name);
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create(true).truncate(force).create_new(!force);
        let written = std::fs::create_dir_all(folder)
            .and_then(|()| options.open(&path))
            .and_then(|mut open| open.write_all(file.content.as_bytes()));
        let name = path.display().to_string();
        if let Err(error) = written {
            let error = Error::new(ErrorKind::Input, &errors::UNWRITABLE_FILE).with("reason", error.to_string());
            return Err(error.with("path", name).into());
        }
        let line = console.text(&WRITTEN, &[("path", name)]);
        let line = console.safe(&line);
        console.note(&line);
    }
    Ok(())
}

static WRITTEN: Text = Text::new("written: {path}", "已写入：{path}");
static SEVERAL: Text = Text::new(
    "{count} files; `--output FOLDER` writes each to its place",
    "共 {count} 个文件；使用 `--output 文件夹` 可分别写入",
);
