//! A plan as text: what will happen, to whom, and what stands against it.

use std::collections::BTreeMap;

use consnap_core::catalog::budget;
use consnap_core::diagnostics::finding::RenderedFinding;
use consnap_core::input::job::Job;
use consnap_core::run::plan::{Plan, PlannedCall, PlannedInstance};
use consnap_core::{Lang, Platform, Text};

use crate::console::Console;
use crate::exit::Failure;

/// Instances that a line names before it says how many more there are.
const NAMED: usize = 6;

/// Writes a plan as data.
pub(crate) fn print(plan: &Plan, job: &Job, console: &mut Console) -> Result<(), Failure> {
    for line in lines(plan, job, console) {
        console.data(&line)?;
    }
    Ok(())
}

/// Writes a plan for whoever decides about it.
pub(crate) fn print_as_notes(plan: &Plan, job: &Job, console: &mut Console) {
    for line in lines(plan, job, console) {
        console.note(&line);
    }
}

fn lines(plan: &Plan, job: &Job, console: &Console) -> Vec<String> {
    let lang = console.lang();
    let say = |text: &Text, args: &[(&'static str, String)]| console.safe(&console.text(text, args));
    let mut lines = vec![say(
        &HEAD,
        &[
            ("eligible", plan.eligible.to_string()),
            ("all", plan.instances.len().to_string()),
            ("account", plan.account_id.clone().unwrap_or_else(|| "?".to_owned())),
            ("group", plan.group_name.clone()),
        ],
    )];
    for call in &plan.calls {
        lines.push(say(
            &CALL,
            &[
                ("operation", call.operation().name().to_owned()),
                ("region", call.to().region.clone()),
                ("count", call.to().instances.len().to_string()),
                ("who", named(call.to().instances.iter().map(String::as_str))),
            ],
        ));
        match call {
            PlannedCall::AttachRole { .. } => {}
            PlannedCall::SendFile { file, sha256, .. } => {
                lines.push(say(&FILE, &[("file", file.clone()), ("sha256", sha256.clone())]));
            }
            PlannedCall::RunCommand { command, timeout_seconds, .. } => {
                lines.push(say(&COMMAND, &[("command", command.clone()), ("seconds", timeout_seconds.to_string())]));
            }
        }
    }
    let starts = || plan.instances.iter().filter(|instance| instance.starts);
    if starts().any(|instance| instance.platform == Some(Platform::Linux)) {
        let freezes = job.linux.freeze_file_systems != Some(false);
        lines.push(say(
            if freezes { &FREEZE } else { &NO_FREEZE },
            &[("seconds", longest_hold_on_linux(job).to_string())],
        ));
    }
    if starts().any(|instance| instance.platform == Some(Platform::Windows)) {
        lines.push(VSS.get(lang).to_owned());
    }
    let disks: usize = starts().map(|instance| instance.expected_disks.len()).sum();
    lines.push(say(&DISKS, &[("disks", disks.to_string())]));
    for (predicted, instances) in by(starts(), |instance| instance.predicted_consistency.to_string()) {
        let why = instances.first().map(|instance| instance.predicted_why.message.clone()).unwrap_or_default();
        let count = instances.len().to_string();
        lines.push(say(&PREDICTED, &[("level", predicted), ("count", count), ("why", why)]));
    }
    let set_aside = plan.instances.iter().filter(|instance| !instance.starts);
    for (why, instances) in by(set_aside, |instance| why_not(instance.set_aside.as_ref(), &instance.findings, lang)) {
        let who = named(instances.iter().map(|instance| instance.instance_id.as_str()));
        lines.push(say(&SET_ASIDE, &[("count", instances.len().to_string()), ("why", why), ("who", who)]));
    }
    lines.push(say(&HASH, &[("hash", plan.hash.clone())]));
    lines
}

/// Why an instance is set aside: the findings that block it say more than the summary that points to them.
pub(crate) fn why_not(set_aside: Option<&RenderedFinding>, findings: &[RenderedFinding], lang: Lang) -> String {
    let mut reasons: Vec<String> = Vec::new();
    for finding in findings.iter().filter(|finding| finding.blocks()) {
        reasons.push(format!("[{}] {}", finding.code, finding.message));
    }
    if reasons.is_empty() {
        reasons.extend(set_aside.map(|finding| format!("[{}] {}", finding.code, finding.message)));
    }
    reasons.join(lang.semicolon())
}

/// Instances by a property of theirs.
fn by<'a>(
    instances: impl Iterator<Item = &'a PlannedInstance>,
    property: impl Fn(&PlannedInstance) -> String,
) -> BTreeMap<String, Vec<&'a PlannedInstance>> {
    let mut groups: BTreeMap<String, Vec<&PlannedInstance>> = BTreeMap::new();
    for instance in instances {
        groups.entry(property(instance)).or_default().push(instance);
    }
    groups
}

fn named<'a>(ids: impl ExactSizeIterator<Item = &'a str>) -> String {
    let count = ids.len();
    let mut text = ids.take(NAMED).collect::<Vec<_>>().join(", ");
    if count > NAMED {
        text.push_str(", ...");
    }
    text
}

/// Seconds an application may be held at worst: the pre-freeze script, the freeze, and the post-thaw script.
fn longest_hold_on_linux(job: &Job) -> u64 {
    let seconds =
        |given: Option<i64>, default: u32| given.map_or(u64::from(default), |given| u64::try_from(given).unwrap_or(0));
    let linux = &job.linux;
    let scripts = u64::from(linux.pre_script_path.is_some()) + u64::from(linux.post_script_path.is_some());
    let script = seconds(linux.script_timeout_seconds, budget::SCRIPT.seconds);
    let freeze = if linux.freeze_file_systems == Some(false) {
        0
    } else {
        seconds(linux.freeze_timeout_seconds, budget::FREEZE.seconds)
    };
    scripts.saturating_mul(script).saturating_add(freeze)
}

static HEAD: Text = Text::new(
    "{eligible} of {all} instances would be started, in account {account}; groups are named `{group}`",
    "将启动 {all} 台实例中的 {eligible} 台，账号 {account}；快照一致性组名称为 `{group}`",
);
static CALL: Text = Text::new(
    "{operation} in {region} (instances: {count}): {who}",
    "在 {region} 对 {count} 台实例调用 {operation}：{who}",
);
static FILE: Text = Text::new(
    "  {file}, root, mode 0700, in place of what lies there; SHA-256 {sha256}",
    "  {file}，属主 root，权限 0700，覆盖已有文件；SHA-256 {sha256}",
);
static COMMAND: Text = Text::new("  Timeout {seconds} s: {command}", "  超时时间 {seconds} 秒：{command}");
static FREEZE: Text = Text::new(
    "Linux: all mounted ext3, ext4 and XFS file systems are frozen, `/` and those of excluded disks too; the longest possible hold is {seconds} s",
    "Linux：所有已挂载的 ext3、ext4 和 XFS 文件系统都会被冻结，包括 `/` 和被排除云盘上的文件系统；最长可能冻结 {seconds} 秒",
);
static NO_FREEZE: Text = Text::new(
    "Linux: no file system is frozen; the longest possible hold by the scripts is {seconds} s",
    "Linux：不冻结文件系统；脚本最长可能冻结应用 {seconds} 秒",
);
static VSS: Text = Text::new(
    "Windows: the VSS Writers hold their applications while the shadow copy is made",
    "Windows：创建卷影副本期间，VSS Writer 会冻结其应用",
);
static DISKS: Text = Text::new("disks in the snapshots: {disks}", "快照包含的云盘：{disks} 块");
static PREDICTED: Text = Text::new(
    "predicted consistency {level} (instances: {count}): {why}",
    "{count} 台实例的预计一致性为 {level}：{why}",
);
static SET_ASIDE: Text =
    Text::new("set aside (instances: {count}): {why}: {who}", "不符合条件，未执行：{count} 台实例：{why}：{who}");
static HASH: Text = Text::new("plan {hash}", "计划 {hash}");
