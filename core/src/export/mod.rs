//! The same job for other tools: each [`Target`] has its templates and is read by a real consumer in the tests.
//! [`MEMBERS`] says what each carries. It uses `estate` and the layers below it.
//!
//! Every file says which consnap wrote it, from which catalogue, and where the link that made it leads. What the job's
//! `{run}`, `{date}` and `{time}` become is left to the tool: marks stand in their place until then.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::base::consistency::Platform;
use crate::diagnostics::finding::Finding;
use crate::diagnostics::messages::exports;
use crate::input::job::Job;
use crate::plugin::command::Naming;

mod carriage;
mod forms;
mod material;
mod oos;
mod quote;

pub use carriage::{Carriage, MEMBERS, Member};

/// What to write the job for.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// The text to paste into Cloud Assistant.
    Command,
    /// The job document of consnap itself.
    Job,
    /// The parameters of the API operation RunCommand, as JSON.
    RunCommand,
    /// A shell script around the `aliyun` command line.
    AliyunCli,
    /// Python with consnap.
    PythonConsnap,
    /// Python with the official SDK.
    PythonSdk,
    /// Go with the official SDK, as the feature's own document does it.
    GoSdk,
    /// Terraform that sets up the OOS template and its role, and starts nothing.
    Terraform,
    /// A template of the Operation Orchestration Service: a loop with rate control.
    Oos,
    /// The same, started by a timer.
    OosTimer,
    /// A systemd service and its timer, running consnap.
    Systemd,
    /// A crontab line, running consnap.
    Cron,
    /// A task of the Windows Task Scheduler, running consnap.
    TaskScheduler,
    /// A workflow of GitHub Actions that checks the job and holds it to policies.
    GithubActions,
    /// The RAM policies of operator and instance role.
    RamPolicies,
}

crate::base::consistency::wire_names!(Target {
    Command => "command", Job => "job", RunCommand => "run_command", AliyunCli => "aliyun_cli",
    PythonConsnap => "python_consnap", PythonSdk => "python_sdk", GoSdk => "go_sdk", Terraform => "terraform",
    Oos => "oos", OosTimer => "oos_timer", Systemd => "systemd", Cron => "cron", TaskScheduler => "task_scheduler", GithubActions => "github_actions",
    RamPolicies => "ram_policies",
});

impl Target {
    /// All of them, the most used first.
    pub const ALL: [Target; 15] = [
        Self::Command,
        Self::RunCommand,
        Self::AliyunCli,
        Self::Job,
        Self::PythonConsnap,
        Self::PythonSdk,
        Self::GoSdk,
        Self::Terraform,
        Self::Oos,
        Self::OosTimer,
        Self::Systemd,
        Self::Cron,
        Self::TaskScheduler,
        Self::GithubActions,
        Self::RamPolicies,
    ];

    /// Whether it carries the command of one platform; the others hand the job to consnap, which looks at the tags too.
    pub const fn carries_command(self) -> bool {
        matches!(
            self,
            Self::Command
                | Self::RunCommand
                | Self::AliyunCli
                | Self::PythonSdk
                | Self::GoSdk
                | Self::Terraform
                | Self::Oos
                | Self::OosTimer
        )
    }

    /// Whether OOS reads it.
    const fn is_oos(self) -> bool {
        matches!(self, Self::Terraform | Self::Oos | Self::OosTimer)
    }

    /// Whether it makes calls of its own.
    const fn is_program(self) -> bool {
        matches!(self, Self::RunCommand | Self::AliyunCli | Self::PythonSdk | Self::GoSdk)
    }

    /// Whether something fills in `{run}`, `{date}` and `{time}` when it starts.
    const fn fills_in(self) -> bool {
        !matches!(self, Self::Command | Self::RunCommand)
    }
}

/// A file of an export.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ExportedFile {
    /// Its name.
    pub name: String,
    /// The language of its content: `shell`, `batch`, `json`, `python`, `go`, `hcl`, `yaml`, `ini`, `cron`, `xml`.
    pub language: &'static str,
    /// Its content.
    pub content: String,
}

/// What to export.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// The document as it was written, for exports that hand it to consnap.
    pub document: &'a Value,
    /// The job read from it.
    pub job: &'a Job,
    /// The platform whose command is written.
    pub platform: Platform,
    /// For which tool.
    pub target: Target,
    /// Where the export was made; one line.
    pub link: Option<&'a str>,
    /// The day whose facts it is made from; the newest without it.
    pub as_of: Option<Date>,
    /// When timers start it, `02:00`.
    pub schedule: (u8, u8),
    /// Whether to write the separator form, so that commas survive.
    pub use_separator: bool,
    /// What replaces the placeholders of the group's name where the tool cannot; a sample without it.
    pub naming: Option<&'a Naming>,
}

/// An export, or why there is none.
#[derive(Clone, Debug, PartialEq)]
pub struct Export {
    /// The files; none if there is a blocking finding.
    pub files: Vec<ExportedFile>,
    /// What is wrong, or worth knowing.
    pub findings: Vec<Finding>,
}

/// The line that says which consnap wrote something, and from the facts of which day.
pub fn made_by(as_of: Option<Date>) -> String {
    let day = as_of.map(|day| day.to_string()).filter(|day| day.as_str() < crate::catalog::DATE);
    format!("consnap {}, catalogue {}", env!("CARGO_PKG_VERSION"), day.as_deref().unwrap_or(crate::catalog::DATE))
}

/// Writes a job for another tool.
pub fn export(request: &Request<'_>) -> Export {
    let mut findings = Vec::new();
    let material = material::Material::new(request, &mut findings);
    if request.target.carries_command() {
        findings.push(Finding::new(&exports::EXPORT_UNVERIFIED, ""));
        findings.extend(carriage::refusals(request, !material.instances.is_empty()));
    }
    if findings.iter().any(Finding::blocks) {
        return Export { files: Vec::new(), findings };
    }
    match forms::files(&material) {
        Ok(files) => Export { files, findings },
        // A template writes into a string: nothing there fails.
        Err(error) => {
            debug_assert!(false, "{error}");
            findings.push(Finding::new(&exports::EXPORT_CANNOT_CARRY, "").with("member", error.to_string()));
            Export { files: Vec::new(), findings }
        }
    }
}
