//! The kinds of text, what they are called, and the marks by which texts that are no JSON are known.

use serde::Serialize;
use serde_json::Value;

use super::call::LAUNCHER;
use crate::diagnostics::text::Text;

/// What a text was taken for.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TextKind {
    /// A code, alone or in a text.
    Code,
    /// A parameter of the plug-in or of a job.
    Parameter,
    /// A consistency tag.
    Tag,
    /// A command.
    Command,
    /// A command with the parameters of `RunCommand` around it.
    Call,
    /// The output of a command.
    Output,
    /// Results of commands.
    Results,
    /// A reply of another operation.
    Reply,
    /// A reply that refuses a call.
    Refusal,
    /// An answer of the guest probe.
    Probe,
    /// Facts of instances.
    Facts,
    /// A job.
    Job,
    /// Policies of an organisation.
    Policies,
    /// A policy of RAM.
    RamPolicy,
    /// A scenario of the simulator.
    Scenario,
    /// A quiesce script.
    Script,
    /// Credentials.
    Credentials,
    /// None of what consnap knows.
    Nothing,
}

impl TextKind {
    /// What it is called.
    pub const fn name(self) -> Text {
        match self {
            Self::Code => Text::new("a code", "错误码或退出码"),
            Self::Parameter => Text::new("a parameter", "参数"),
            Self::Tag => Text::new("a consistency tag", "一致性标签"),
            Self::Command => Text::new("a command", "命令"),
            Self::Call => Text::new("a command with the parameters of RunCommand", "带 RunCommand 参数的命令"),
            Self::Output => OUTPUT,
            Self::Results => RESULTS,
            Self::Reply => REPLY,
            Self::Refusal => Text::new("a reply that refuses a call", "拒绝请求的 API 返回"),
            Self::Probe => Text::new("an answer of the guest probe", "实例探测的返回"),
            Self::Facts => Text::new("facts of instances", "实例信息"),
            Self::Job => JOB,
            Self::Policies => Text::new("policies of an organisation", "组织策略"),
            Self::RamPolicy => RAM_POLICY,
            Self::Scenario => Text::new("a scenario of the simulator", "模拟器场景"),
            Self::Script => Text::new("a script", "脚本"),
            Self::Credentials => Text::new("credentials", "访问凭证"),
            Self::Nothing => Text::new("none of what consnap knows", "不是 consnap 认识的内容"),
        }
    }

    /// The command that reads it, where explaining it is not all there is to it.
    pub const fn reader(self) -> Option<&'static str> {
        match self {
            Self::Job | Self::Script => Some("consnap check JOB"),
            Self::Policies => Some("consnap policy check JOB --policy FILE"),
            Self::RamPolicy => Some("consnap role check FILE"),
            Self::Scenario => Some("consnap demo --scenario FILE"),
            _ => None,
        }
    }
}

pub(super) const RESULTS: Text = Text::new("a result of a command", "命令执行结果");
const OUTPUT: Text = Text::new("the output of a command", "命令输出");
const REPLY: Text = Text::new("a reply of the API", "API 返回");
const JOB: Text = Text::new("a job", "作业");
const RAM_POLICY: Text = Text::new("a policy of RAM", "RAM 权限策略");
const SENTENCE: Text = Text::new("a code or a parameter in a sentence", "句子中的错误码或参数");

/// What only the logs of plug-in and launcher hold.
pub(super) fn is_log(text: &str) -> bool {
    let marks =
        ["[level=", "[snapshotgroup=", "[message=\"", "snapshotgroup", "app-snapshot-plugin", "consnap-witness"];
    marks.iter().any(|mark| text.contains(mark)) && !text.contains("--params")
        || text.lines().any(|line| line.trim_start().starts_with("acs-plugin-manager: "))
}

/// What shells and systems print when they refuse something that belongs to a snapshot.
pub(super) fn is_of_a_shell(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let refuses = [
        "not found",
        "not recognized",
        "未找到命令",
        "不是内部或外部命令",
        "no space left",
        "磁盘空间不足",
        "没有空间",
        "permission denied",
        "access is denied",
        "权限不够",
        "拒绝访问",
        "last error",
        "上一个错误",
    ];
    let ours = [
        LAUNCHER,
        "aliyun-assist",
        "prescript",
        "postscript",
        "pre-script",
        "post-script",
        "fsfreeze",
        "writer",
        "command not found",
        "not recognized as",
        "未找到命令",
        "不是内部或外部命令",
        "no space left",
        "磁盘空间不足",
    ];
    let freezes = ["start to freeze", "starting freeze", "开始冻结"];
    refuses.iter().any(|mark| lower.contains(mark)) && ours.iter().any(|mark| lower.contains(mark))
        || freezes.iter().any(|mark| lower.contains(mark))
}

/// What is told by how its lines begin.
pub(super) fn of_lines(text: &str) -> Option<TextKind> {
    let key = |line: &str| -> String {
        let name = line.trim_start_matches("export ").trim_start_matches("- ");
        name.split([':', '=']).next().unwrap_or_default().trim().trim_matches('"').to_owned()
    };
    let lines = || text.lines().filter(|line| !line.trim_start().starts_with('#'));
    let any = |names: &[&str], nested: bool| {
        lines().any(|line| {
            (nested || !line.starts_with(char::is_whitespace))
                && line.contains([':', '='])
                && names.contains(&key(line.trim()).as_str())
        })
    };
    if any(&["access_key_secret", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "AccessKeySecret", "security_token"], true) {
        return Some(TextKind::Credentials);
    }
    if any(&["guest_faults", "faults"], false) && any(&["instances"], false) {
        return Some(TextKind::Scenario);
    }
    if any(&["policies"], false) && any(&["version", "language"], false) {
        return Some(TextKind::Policies);
    }
    let of_jobs = ["targets", "group_name", "instance_ram_role", "required_consistency", "linux", "windows"];
    if lines()
        .filter(|line| !line.starts_with(char::is_whitespace) && line.contains(':'))
        .filter(|line| of_jobs.contains(&key(line).as_str()))
        .count()
        >= 2
        || text.contains("consnap run ")
    {
        return Some(TextKind::Job);
    }
    text.starts_with("#!").then_some(TextKind::Script)
}

/// The kind that a text is nearest to.
pub(super) fn nearest(text: &str) -> Text {
    match text {
        _ if text.contains(LAUNCHER) => TextKind::Command.name(),
        _ if text.starts_with('<') => REPLY,
        _ if text.contains('\n') => OUTPUT,
        _ => SENTENCE,
    }
}

/// The kind that a JSON document is nearest to, by its members.
pub(super) fn nearest_document(value: &Value) -> Text {
    let Some(members) = value.as_object() else { return RESULTS };
    let starts_in =
        |upper: bool| members.keys().filter(|key| key.starts_with(|c: char| c.is_ascii_uppercase()) == upper).count();
    let has = |names: &[&str]| members.keys().any(|key| names.iter().any(|name| key.eq_ignore_ascii_case(name)));
    match () {
        () if has(&["Action", "Effect", "Resource"]) => RAM_POLICY,
        () if has(&["version", "regions", "run", "tags"]) => JOB,
        () if starts_in(true) > starts_in(false) => REPLY,
        () => RESULTS,
    }
}
