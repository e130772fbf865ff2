//! Building the command of an instance: from the job to a line that provably arrives.

use super::quoting::{self, Assigned, Value};
use super::{Form, budget, launcher};
use crate::base::consistency::Platform;
use crate::base::invisible::is_invisible;
use crate::catalog::parameters::{self, ParameterKind, ParameterRow};
use crate::diagnostics::finding::Finding;
use crate::diagnostics::messages::{parameters as rows, writing};
use crate::input::job::accept::apply_acceptances;
use crate::input::job::{ExcludedDisk, Job, Timeout};

/// Largest content in bytes for Linux: 24 KB once in Base64 (API: `RunCommand`, `CommandContent`, with `KeepCommand=false`).
pub const CONTENT_LIMIT: usize = 18_000;

/// What to build a command for.
#[derive(Clone, Copy, Debug)]
pub struct BuildRequest<'a> {
    /// The job.
    pub job: &'a Job,
    /// The platform, which decides plug-in and parameters.
    pub platform: Platform,
    /// The instance; excluded disks go only to their owner.
    pub instance: Option<&'a str>,
    /// The role the instance has, for `instance_ram_role: attached`.
    pub role: Option<&'a str>,
    /// What replaces `{run}`, `{date}` and `{time}` in the group's name.
    pub naming: Option<&'a Naming>,
    /// Write the separator form, so that commas survive.
    pub use_separator: bool,
}

/// What replaces the placeholders of a group's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Naming {
    /// The run's id, 8 characters.
    pub run: String,
    /// The date of the run.
    pub date: String,
    /// The time of day of the run.
    pub time: String,
}

impl Naming {
    /// The name that a template becomes.
    pub fn apply(&self, template: &str) -> String {
        template.replace("{run}", &self.run).replace("{date}", &self.date).replace("{time}", &self.time)
    }

    /// What stands in for a run that is not there yet.
    fn sample() -> Self {
        Self { run: "a1b2c3d4".to_owned(), date: "20270131".to_owned(), time: "033000".to_owned() }
    }
}

/// A command, or why there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuiltCommand {
    /// The command; `None` if there is a blocking finding.
    pub command: Option<String>,
    /// How it is written.
    pub form: Form,
    /// The arguments the plug-in receives, as the model of the launcher gives them back; empty without a command.
    pub arguments: Vec<String>,
    /// The `Timeout` to send, in seconds.
    pub timeout_seconds: u32,
    /// What is wrong, or worth knowing.
    pub findings: Vec<Finding>,
}

/// Builds the command of an instance. It is given out only if the model of the launcher reads the same arguments back.
pub fn build(request: &BuildRequest<'_>) -> BuiltCommand {
    let mut findings = Vec::new();
    // Whether a time-out given by hand fits the budget is for `check` to say.
    let timeout_seconds = match request.job.run.timeout {
        Timeout::Auto => budget::budget(request.job, request.platform).total_seconds,
        Timeout::Seconds(seconds) => seconds,
    };
    let parameters = parameters(request, &mut findings);
    for parameter in &parameters {
        check_value(request, parameter, &mut findings);
    }
    let form = quoting::form(request.platform, &parameters, request.use_separator);
    if form == Form::Separator {
        findings.push(Finding::new(&writing::SEPARATOR_FORM, ""));
    }
    let plugin = parameters::plugin(request.platform);
    let command = quoting::write(request.platform, form, plugin, &parameters);
    let limit = match request.platform {
        Platform::Linux => CONTENT_LIMIT,
        Platform::Windows => launcher::cmd::LINE_LIMIT,
    };
    if command.len() > limit {
        let too_long = Finding::new(&writing::TOO_LONG, "");
        findings.push(too_long.with("length", command.len().to_string()).with("limit", limit.to_string()));
    }
    // Acceptances that have ended are out of the job by now: the core knows no day here.
    apply_acceptances(request.job, None, &mut findings);
    if findings.iter().any(Finding::blocks) {
        return BuiltCommand { command: None, form, arguments: Vec::new(), timeout_seconds, findings };
    }
    let wanted: Vec<String> = parameters.iter().map(Assigned::argument).collect();
    match launcher::launch(request.platform, &command) {
        launcher::Launch::Plugin { plugin: read, arguments } if read == plugin && arguments == wanted => {
            BuiltCommand { command: Some(command), form, arguments, timeout_seconds, findings }
        }
        _ => {
            findings.push(Finding::new(&writing::NOT_READ_BACK, "").with("command", command));
            BuiltCommand { command: None, form, arguments: Vec::new(), timeout_seconds, findings }
        }
    }
}

/// The parameters in the order of the catalogue. What the job leaves out is left out.
fn parameters(request: &BuildRequest<'_>, findings: &mut Vec<Finding>) -> Vec<Assigned> {
    let job = request.job;
    let text = |value: &Option<String>| value.clone().map(Value::Text);
    let rows = parameters::ROWS.iter().filter(|row| row.is_for(request.platform));
    rows.filter_map(|row| {
        let value = match row.wire {
            "RamRoleName" => Some(Value::Text(role(request, findings))),
            "InstantAccess" => job.instant_access.map(Value::Boolean),
            "EnableFsFreeze" => job.linux.freeze_file_systems.map(Value::Boolean),
            "TimeoutInSeconds" => job.linux.freeze_timeout_seconds.map(Value::Integer),
            "ScriptTimeoutInSeconds" => job.linux.script_timeout_seconds.map(Value::Integer),
            "PreScriptPath" => text(&job.linux.pre_script_path),
            "PostScriptPath" => text(&job.linux.post_script_path),
            "EnableWriters" => job.windows.vss_writers.map(Value::Boolean),
            "Description" => text(&job.description),
            "InstantAccessRentationDays" => job.instant_access_retention_days.map(Value::Integer),
            "ExcludeDiskId" => exclusion(request, findings).map(Value::Text),
            "Name" => Some(Value::Text(name(request, findings))),
            _ => None,
        }?;
        Some(Assigned { wire: row.wire, value })
    })
    .collect()
}

fn role(request: &BuildRequest<'_>, findings: &mut Vec<Finding>) -> String {
    let place = parameters::RAM_ROLE_NAME.key;
    let role = match request.job.instance_ram_role.as_str() {
        "attached" => request.role.unwrap_or_default(),
        named => named,
    };
    if role.is_empty() {
        findings.push(match request.role {
            _ if request.job.instance_ram_role != "attached" => missing("instance_ram_role"),
            None => Finding::new(&writing::ROLE_UNKNOWN, place),
            Some(_) => Finding::new(&writing::NO_ROLE_ATTACHED, place),
        });
    }
    role.to_owned()
}

/// The plug-in needs it; said as whoever read the job says it.
fn missing(key: &str) -> Finding {
    Finding::new(&rows::MISSING_KEY, "").with("key", key)
}

fn name(request: &BuildRequest<'_>, findings: &mut Vec<Finding>) -> String {
    let place = parameters::NAME.key;
    let template = request.job.group_name.as_str();
    if template.is_empty() {
        findings.push(missing("group_name"));
    }
    if let Some(naming) = request.naming {
        return naming.apply(template);
    }
    let name = Naming::sample().apply(template);
    if name != template {
        findings.push(Finding::new(&writing::SAMPLE_NAME, place).with("name", name.clone()));
    }
    name
}

/// The disks to leave out of this instance's snapshot, as one value.
fn exclusion(request: &BuildRequest<'_>, findings: &mut Vec<Finding>) -> Option<String> {
    let place = parameters::EXCLUDE_DISK_ID.key;
    let all = request.job.exclude_disks.as_deref()?;
    if all.is_empty() {
        return Some(String::new());
    }
    let Some(instance) = request.instance else {
        findings.push(Finding::new(&writing::DISKS_WITHOUT_INSTANCE, place));
        return None;
    };
    let mut disks: Vec<&str> = Vec::new();
    for ExcludedDisk { disk, .. } in all.iter().filter(|excluded| excluded.instance == instance) {
        if !disks.contains(&disk.as_str()) {
            disks.push(disk);
        }
    }
    if disks.len() > 1 {
        // A comma arrives in the separator form only.
        let joined = disks.join(if request.use_separator { "," } else { ";" });
        findings.push(
            Finding::new(&writing::SEVERAL_DISKS, place)
                .with("instance", instance)
                .with("count", disks.len().to_string())
                .with("joined", joined.clone()),
        );
        return Some(joined);
    }
    disks.first().map(|disk| (*disk).to_owned())
}

/// What no form can carry, or nobody should.
fn check_value(request: &BuildRequest<'_>, parameter: &Assigned, findings: &mut Vec<Finding>) {
    let (Some(text), Some(row)) = (parameter.text(), parameters::find(parameter.wire)) else { return };
    debug_assert_eq!(row.kind, ParameterKind::Text);
    for (message, character) in hazards(request.platform, text, request.use_separator, row == &parameters::NAME) {
        findings.push(
            Finding::new(message, row.key).with("parameter", our_name(row)).with("character", spelled(character)),
        );
    }
}

/// The job's name of a parameter: its key without the slashes of a pointer.
fn our_name(row: &ParameterRow) -> String {
    row.key.trim_start_matches('/').replace('/', ".")
}

/// What makes a text unfit to be written, each kind once, with its first character.
pub(super) fn hazards(
    platform: Platform,
    text: &str,
    use_separator: bool,
    is_name: bool,
) -> Vec<(&'static crate::diagnostics::finding::MessageRow, char)> {
    let mut found: Vec<(&crate::diagnostics::finding::MessageRow, char)> = Vec::new();
    let mut add = |row, c| {
        if !found.iter().any(|(other, _)| *other == row) {
            found.push((row, c));
        }
    };
    if text.contains("{{") {
        add(&writing::DOUBLE_BRACES, '{');
    }
    for c in text.chars() {
        match c {
            _ if c.is_control() => add(&writing::CONTROL_CHARACTER, c),
            ',' if !use_separator => add(&writing::COMMA, c),
            _ if is_name && is_invisible(c) => add(&writing::INVISIBLE_CHARACTER, c),
            _ if platform == Platform::Linux => {}
            _ if !c.is_ascii() => add(&writing::NOT_ASCII, c),
            '"' => add(&writing::WINDOWS_QUOTE, c),
            '%' | '!' | '^' | '&' | '|' | '<' | '>' => add(&writing::WINDOWS_OPERATOR, c),
            _ => {}
        }
    }
    found
}

/// A character for people: itself, or its number where nothing would show.
fn spelled(c: char) -> String {
    if c.is_control() || is_invisible(c) { format!("U+{:04X}", u32::from(c)) } else { format!("`{c}`") }
}

#[cfg(test)]
mod tests;
