//! The files of each form. What they say stands in `templates/`.

use askama::Template;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::material::{Material, Share};
use super::{ExportedFile, Target, made_by, oos, quote};
use crate::base::consistency::Platform;
use crate::catalog::ram::Extra;
use crate::ecs::ram::{self, PolicyKind, Wanted, policy};
use crate::input::job::{AttachRole, MaxErrors};

/// Declares a template that takes its values from the material alone.
macro_rules! templates {
    ($($name:ident $path:literal)*) => {
        $(
            #[derive(Template)]
            #[template(path = $path)]
            struct $name<'a> {
                job: &'a Material<'a>,
            }
        )*
    };
}

templates! {
    Shell "snapshot.sh"
    PythonSdk "snapshot.py"
    GoSdk "main.go"
    PythonConsnap "python_consnap.py"
    Terraform "snapshot.tf"
    Service "consnap.service"
    Failed "consnap-failed.service"
    Timer "consnap.timer"
    Cron "consnap.cron"
    Task "consnap-task.xml"
    Workflow "consnap.yml"
    CreateRole "create-role.sh"
}

/// The files of a form, the most important first.
pub(super) fn files(job: &Material<'_>) -> Result<Vec<ExportedFile>, askama::Error> {
    Ok(match job.request.target {
        Target::Command => command(job),
        Target::RunCommand => run_command(job),
        Target::AliyunCli => vec![rendered("snapshot.sh", "shell", &Shell { job })?],
        Target::Job => vec![document(job)],
        Target::PythonConsnap => vec![rendered("snapshot.py", "python", &PythonConsnap { job })?, document(job)],
        Target::PythonSdk => vec![rendered("snapshot.py", "python", &PythonSdk { job })?],
        Target::GoSdk => vec![rendered("main.go", "go", &GoSdk { job })?],
        Target::Terraform => {
            let mut files = vec![rendered("snapshot.tf", "hcl", &Terraform { job })?];
            files.extend(orchestration(job, false)?);
            files
        }
        Target::Oos => orchestration(job, false)?,
        Target::OosTimer => orchestration(job, true)?,
        Target::Systemd => vec![
            rendered("consnap.service", "ini", &Service { job })?,
            rendered("consnap.timer", "ini", &Timer { job })?,
            rendered("consnap-failed.service", "ini", &Failed { job })?,
            document(job),
        ],
        Target::Cron => vec![rendered("consnap.cron", "cron", &Cron { job })?, document(job)],
        Target::TaskScheduler => vec![rendered("consnap-task.xml", "xml", &Task { job })?, document(job)],
        Target::GithubActions => vec![rendered("consnap.yml", "yaml", &Workflow { job })?, document(job)],
        Target::RamPolicies => ram_policies(job)?,
    })
}

fn file(name: &str, language: &'static str, content: String) -> ExportedFile {
    ExportedFile { name: name.to_owned(), language, content }
}

/// A template ends without the last line's end.
fn rendered(name: &str, language: &'static str, template: &impl Template) -> Result<ExportedFile, askama::Error> {
    Ok(file(name, language, template.render()? + "\n"))
}

fn json_file(name: &str, content: &Value) -> ExportedFile {
    file(name, "json", format!("{content:#}\n"))
}

/// One file under its name, several with a number each.
fn numbered(name: &str, extension: &str, at: usize, count: usize) -> String {
    if count > 1 { format!("{name}-{}.{extension}", at + 1) } else { format!("{name}.{extension}") }
}

/// The job document. JSON is the form that every consumer reads; a `#` makes it YAML, of which JSON is a part.
fn document(job: &Material<'_>) -> ExportedFile {
    file("job.yaml", "yaml", format!("{}{:#}\n", job.comment("#"), job.request.document))
}

/// The text to paste into Cloud Assistant, and where. A shell takes comments before it; `cmd.exe` would print them.
fn command(job: &Material<'_>) -> Vec<ExportedFile> {
    let windows = job.request.platform == Platform::Windows;
    let (extension, language, mark, end) =
        if windows { ("bat", "batch", "@rem", "\r\n") } else { ("sh", "shell", "#", "\n") };
    let shares = if job.instances.is_empty() {
        let others = Share { instances: Vec::new(), command: job.command.clone() };
        std::iter::once(others).chain(job.own.iter().cloned()).collect()
    } else {
        job.by_command(&job.instances)
    };
    let one = |(at, share): (usize, &Share)| {
        let mut lines = job.head.clone();
        lines.extend(instructions(job, share));
        let comment = |line: &String| {
            let line = quote::one_line(line);
            let line = if windows { batch(&line) } else { line };
            format!("{mark} {line}{end}")
        };
        let text: String = lines.iter().map(comment).collect();
        file(&numbered("snapshot", extension, at, shares.len()), language, text + &share.command + end)
    };
    shares.iter().enumerate().map(one).collect()
}

/// A comment that every code page shows alike, and of which `cmd.exe` fills in nothing.
fn batch(line: &str) -> String {
    let one = |c: char| if c.is_ascii() { c.to_string() } else { c.escape_unicode().to_string() };
    line.replace('%', "%%").chars().map(one).collect()
}

/// What whoever pastes the command must see to: there is nothing else in that form that could.
fn instructions(job: &Material<'_>, share: &Share) -> Vec<String> {
    let selection = &job.selection;
    let pairs = |tags: &std::collections::BTreeMap<String, String>| {
        tags.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(", ")
    };
    let mut lines = Vec::new();
    let mut say = |holds: bool, line: String| lines.extend(holds.then_some(line));
    let regions = &job.request.job.regions;
    say(!regions.is_empty(), format!("regions: {}", regions.join(", ")));
    say(!share.instances.is_empty(), format!("instances: {}", share.instances.join(", ")));
    if share.instances.is_empty() {
        say(!selection.tags.is_empty(), format!("instances with the tags {}", pairs(selection.tags)));
        say(selection.all, "all instances of the regions".to_owned());
        let own: Vec<&str> = job.own.iter().flat_map(|share| &share.instances).map(String::as_str).collect();
        say(
            !own.is_empty(),
            format!("not on {}: they leave disks out and take a command of their own", own.join(", ")),
        );
        say(!selection.without.is_empty(), format!("not on {}", selection.without.join(", ")));
    }
    say(
        !selection.without_tags.is_empty(),
        format!("not on instances with one of the tags {}", pairs(selection.without_tags)),
    );
    let given = job.request.job.targets.expect.is_some();
    let most = if selection.expect.1 == u32::MAX { String::new() } else { format!(", {} at most", selection.expect.1) };
    say(given, format!("{} instances at least{most}", selection.expect.0));
    say(true, format!("time-out {} s", job.timeout_seconds));
    let first =
        if job.canary > 0 { format!("first on {}, and only when that went well, ", job.canary) } else { String::new() };
    say(true, format!("{first}on {} at a time; stop after more than {} failed", job.max_in_flight, job.max_errors));
    lines
}

/// The parameters of RunCommand, in the spelling of the SDKs (`InstanceId` is a list): each request after the one before
/// it ended.
fn run_command(job: &Material<'_>) -> Vec<ExportedFile> {
    // Whoever sends a request by hand asks for a first instance alone, or wants as few requests as there can be.
    let canary = if job.request.document.pointer("/run/canary").is_some() { job.canary } else { 0 };
    let shares = if job.instances.is_empty() {
        vec![Share { instances: Vec::new(), command: job.command.clone() }]
    } else {
        job.waves(canary)
    };
    // JSON has no comments, and the API takes 512 characters.
    let whole = job.head.join(" ");
    let description = if whole.chars().count() <= 512 { whole } else { made_by(job.request.as_of) };
    let one = |(at, share): (usize, &Share)| {
        let mut request = json!({
            "RegionId": job.region,
            "Type": job.command_type,
            "CommandContent": STANDARD.encode(&share.command),
            "ContentEncoding": "Base64",
            "EnableParameter": false,
            "KeepCommand": false,
            "Timeout": job.timeout_seconds,
            "Description": description,
        });
        if share.instances.is_empty() {
            let tag = |(key, value)| json!({"Key": key, "Value": value});
            request["ResourceTag"] = job.selection.tags.iter().map(tag).collect();
        } else {
            request["InstanceId"] = json!(share.instances);
        }
        json_file(&numbered("run-command", "json", at, shares.len()), &request)
    };
    shares.iter().enumerate().map(one).collect()
}

/// The OOS template and what its role needs.
fn orchestration(job: &Material<'_>, timer: bool) -> Result<Vec<ExportedFile>, askama::Error> {
    let name = if timer { "snapshot-timer.oos.yaml" } else { "snapshot.oos.yaml" };
    Ok(vec![
        rendered(name, "yaml", &oos::template(job, timer))?,
        json_file("oos-role-policy.json", &ram::oos_policy()),
        json_file("oos-role-trust.json", &ram::trust(crate::catalog::ram::OOS_TRUST)),
    ])
}

/// Trust and permission policy of the instance's role, permission policy of the operator, and the calls that create them.
fn ram_policies(material: &Material<'_>) -> Result<Vec<ExportedFile>, askama::Error> {
    let job = material.request.job;
    let extras = [
        (job.run.attach_role == AttachRole::IfMissing).then_some(Extra::Attach),
        (job.linux.upload.is_some() || job.linux.quiesce.is_some()).then_some(Extra::Upload),
        job.run.tag_snapshots.then_some(Extra::Tag),
    ];
    let wanted = Wanted {
        extras: extras.into_iter().flatten().collect(),
        role: Some(material.role().to_owned()),
        instances: job.targets.selected_ids().into_iter().map(str::to_owned).collect(),
    };
    Ok(vec![
        json_file("instance-role-policy.json", &policy(PolicyKind::Instance, &wanted)),
        json_file("instance-role-trust.json", &policy(PolicyKind::Trust, &wanted)),
        json_file("operator-policy.json", &policy(PolicyKind::Operator, &wanted)),
        rendered("create-role.sh", "shell", &CreateRole { job: material })?,
    ])
}
