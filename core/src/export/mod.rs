//! The same job for other tools: each [`Target`] is written by its own file and read by a real consumer in the tests.
//! It uses `estate` and the layers below it.
//!
//! Every file says which consnap wrote it, from which catalogue, and where the link that made it leads. What the job's
//! `{run}`, `{date}` and `{time}` become is left to the tool: [`Naming::marks`] stand in their place until then.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::base::consistency::Platform;
use crate::diagnostics::finding::Finding;
use crate::diagnostics::messages::exports;
use crate::input::job::Job;
use crate::plugin::command::{self, BuildRequest, Naming};

mod automation;
mod call;
mod infrastructure;
mod policies;
mod programs;
mod quote;

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
    /// Terraform.
    Terraform,
    /// A template of the Operation Orchestration Service: a loop with rate control.
    Oos,
    /// The same, started by a timer.
    OosTimer,
    /// A systemd service and its timer, running consnap.
    Systemd,
    /// A crontab line, running consnap.
    Cron,
    /// The RAM policies of operator and instance role.
    RamPolicies,
}

crate::base::consistency::wire_names!(Target {
    Command => "command", Job => "job", RunCommand => "run_command", AliyunCli => "aliyun_cli",
    PythonConsnap => "python_consnap", PythonSdk => "python_sdk", GoSdk => "go_sdk", Terraform => "terraform",
    Oos => "oos", OosTimer => "oos_timer", Systemd => "systemd", Cron => "cron", RamPolicies => "ram_policies",
});

impl Target {
    /// All of them, the most used first.
    pub const ALL: [Target; 13] = [
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
        Self::RamPolicies,
    ];

    /// Whether it lets consnap run the job, so that the tags are looked at.
    const fn verifies(self) -> bool {
        matches!(self, Self::Job | Self::PythonConsnap | Self::Systemd | Self::Cron | Self::RamPolicies)
    }

    /// Whether it carries the command of one platform.
    pub const fn carries_command(self) -> bool {
        !self.verifies()
    }
}

/// A file of an export.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ExportedFile {
    /// Its name.
    pub name: String,
    /// The language of its content: `shell`, `batch`, `json`, `python`, `go`, `hcl`, `yaml`, `ini`, `cron`.
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

/// Instances that take the same command.
struct Share {
    instances: Vec<String>,
    command: String,
    timeout_seconds: u32,
}

/// What the writers of all targets work on.
struct Material<'a> {
    request: &'a Request<'a>,
    region: String,
    shares: Vec<Share>,
    /// What goes into the first lines of each file.
    head: Vec<String>,
}

/// The line that says which consnap wrote something, and from the facts of which day.
pub fn made_by(as_of: Option<Date>) -> String {
    let day = as_of.map(|day| day.to_string()).filter(|day| day.as_str() < crate::catalog::DATE);
    format!("consnap {}, catalogue {}", env!("CARGO_PKG_VERSION"), day.as_deref().unwrap_or(crate::catalog::DATE))
}

const PLACEHOLDER_REGION: &str = "cn-hangzhou";

/// Writes a job for another tool.
pub fn export(request: &Request<'_>) -> Export {
    let mut findings = Vec::new();
    let carries = request.target.carries_command();
    let region = request.job.regions.first().cloned().unwrap_or_else(|| PLACEHOLDER_REGION.to_owned());
    if request.job.regions.is_empty() && carries && request.target != Target::Command {
        findings.push(Finding::new(&exports::EXPORT_REGION, "/regions").with("region", region.clone()));
    }
    let shares = if carries { shares(request, &mut findings) } else { Vec::new() };
    if carries {
        findings.push(Finding::new(&exports::EXPORT_UNVERIFIED, ""));
        if matches!(request.target, Target::Oos | Target::OosTimer) && !request.job.targets.tags.is_empty() {
            let platform = Finding::new(&exports::EXPORT_ONE_PLATFORM, "/targets/tags");
            findings.push(platform.with("platform", platform_name(request.platform)));
        }
    }
    if findings.iter().any(Finding::blocks) {
        return Export { files: Vec::new(), findings };
    }
    let mut head = vec![made_by(request.as_of)];
    head.extend(request.link.map(quote::one_line).filter(|link| !link.is_empty()));
    let material = Material { request, region, shares, head };
    let files = match request.target {
        Target::Command => call::command(&material),
        Target::Job => automation::job(&material),
        Target::RunCommand => call::run_command(&material),
        Target::AliyunCli => call::aliyun_cli(&material),
        Target::PythonConsnap => programs::python_consnap(&material),
        Target::PythonSdk => programs::python_sdk(&material),
        Target::GoSdk => programs::go_sdk(&material),
        Target::Terraform => infrastructure::terraform(&material),
        Target::Oos => infrastructure::oos(&material, false),
        Target::OosTimer => infrastructure::oos(&material, true),
        Target::Systemd => automation::systemd(&material),
        Target::Cron => automation::cron(&material),
        Target::RamPolicies => policies::ram_policies(&material),
    };
    Export { files, findings }
}

/// The command of each instance, those that share one together.
fn shares(request: &Request<'_>, findings: &mut Vec<Finding>) -> Vec<Share> {
    let targets = &request.job.targets;
    let by_tags =
        matches!(request.target, Target::Oos | Target::OosTimer | Target::AliyunCli) && !targets.tags.is_empty();
    let mut instances: Vec<&str> = Vec::new();
    for id in &targets.ids {
        if !targets.exclude.ids.contains(id) && !instances.contains(&id.as_str()) {
            instances.push(id);
        }
    }
    if instances.is_empty() && !by_tags && request.target != Target::Command {
        findings.push(Finding::new(&exports::EXPORT_INSTANCES, "/targets/ids"));
    }
    let marks = Naming::marks();
    let mut shares: Vec<Share> = Vec::new();
    let one_for_all = instances.is_empty() || request.job.exclude_disks.as_ref().is_none_or(Vec::is_empty);
    let build = |instance: Option<&str>| {
        command::build(&BuildRequest {
            job: request.job,
            platform: request.platform,
            instance,
            role: None,
            naming: match request.target {
                Target::Command | Target::RunCommand => request.naming,
                _ => Some(&marks),
            },
            use_separator: request.use_separator,
        })
    };
    let mut add = |instance: Option<&str>, named: Vec<String>, findings: &mut Vec<Finding>| {
        let built = build(instance);
        for finding in built.findings {
            if !findings.contains(&finding) {
                findings.push(finding);
            }
        }
        let Some(command) = built.command else { return };
        match shares.iter_mut().find(|share| share.command == command) {
            Some(share) => share.instances.extend(named),
            None => shares.push(Share { instances: named, command, timeout_seconds: built.timeout_seconds }),
        }
    };
    if one_for_all {
        let named: Vec<String> = instances.iter().map(|id| (*id).to_owned()).collect();
        add(instances.first().copied(), named, findings);
    } else {
        for id in instances {
            add(Some(id), vec![id.to_owned()], findings);
        }
    }
    shares
}

/// The platform in running text.
fn platform_name(platform: Platform) -> &'static str {
    match platform {
        Platform::Linux => "Linux",
        Platform::Windows => "Windows",
    }
}

impl Material<'_> {
    fn command_type(&self) -> &'static str {
        match self.request.platform {
            Platform::Linux => "RunShellScript",
            Platform::Windows => "RunBatScript",
        }
    }

    /// The head with each line behind the mark of a comment.
    fn comment(&self, mark: &str) -> String {
        self.head.iter().fold(String::new(), |text, line| text + mark + " " + line + "\n")
    }
}

impl Naming {
    /// Marks that stand in the place of `{run}`, `{date}` and `{time}` until the tool that runs the export fills them in.
    /// They are of the safe alphabet, so that what replaces them changes nothing about quoting.
    fn marks() -> Self {
        Self { run: "RUNID000".to_owned(), date: "DATE0000".to_owned(), time: "TIME00".to_owned() }
    }

    /// Whether a command holds one of the marks.
    fn has_marks(command: &str) -> bool {
        let marks = Self::marks();
        [&marks.run, &marks.date, &marks.time].into_iter().any(|mark| command.contains(mark.as_str()))
    }
}

fn file(name: &str, language: &'static str, content: String) -> ExportedFile {
    ExportedFile { name: name.to_owned(), language, content }
}
