//! What happened in a run, phase by phase and in plain words: the events of the journal, told to people.

use serde::Serialize;

use std::sync::Arc;

use crate::base::consistency::{Consistency, Platform};
use crate::catalog::witness::RecordState;
use crate::diagnostics::finding::Finding;
use crate::diagnostics::text::{Lang, Text};
use crate::ecs::api::Operation;
use crate::plugin::output::Outcome;
use crate::run::session::{Event, Goal, Numbered, Phase, Purpose, RESUMED, StopReason};
use crate::run::verdict::{GroupLookup, SnapshotState, WitnessEvidence};
use crate::{catalog::PLUGIN_VERSION, diagnostics::spoken};

/// A phase of a run, and what happened in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TimelineSpan {
    /// `identity`, `discover`, `check`, `attach`, `run`, `verify`, `ended`.
    pub phase: &'static str,
    /// The phase in words.
    pub title: &'static str,
    /// What happened, in order. Empty when nothing did that is worth a line.
    pub moments: Vec<Moment>,
}

/// Something that happened. The same thing on several instances, one right after the other, is told once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Moment {
    /// When, in milliseconds after the run began.
    pub from_millis: u64,
    /// When it happened last, if it is told once for several times.
    pub to_millis: u64,
    /// How much it matters.
    pub weight: Weight,
    /// In words. Names in backticks; they may be hostile text.
    pub text: String,
}

/// How much a moment matters.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    /// As it should be.
    Calm,
    /// Something went another way than wished.
    Notable,
    /// A guest may be held.
    Urgent,
}

/// Tells events in words.
pub fn timeline(events: &[Numbered], lang: Lang) -> Vec<TimelineSpan> {
    let start = events.first().map(|event| event.at);
    let mut told = Telling { stretches: Vec::new(), last: None, lang };
    for Numbered { at, event, .. } in events {
        let millis = start.map_or(0, |start| u64::try_from(at.since(start).as_millis()).unwrap_or(u64::MAX));
        match event {
            Event::PhaseEntered { phase } => told.enter(*phase),
            Event::RunEnded { .. } => told.enter(Phase::Ended),
            _ => {}
        }
        if let Some(line) = line(event, lang) {
            told.tell(line, millis);
        }
    }
    told.finish_last();
    told.stretches.retain(|stretch| !stretch.moments.is_empty());
    told.stretches
}

/// A line before it is known whether the next event says the same of another instance.
struct Line {
    weight: Weight,
    text: Text,
    args: Vec<(&'static str, String)>,
    /// Whom it is about, where the text has a `{who}`.
    who: Vec<String>,
}

impl Line {
    fn new(text: Text) -> Self {
        Self { weight: Weight::Calm, text, args: Vec::new(), who: Vec::new() }
    }

    fn notable(text: Text) -> Self {
        Self { weight: Weight::Notable, ..Self::new(text) }
    }

    fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.args.push((name, value.into()));
        self
    }

    /// With a value in words: it may not be known.
    fn spoken(self, name: &str, value: &str, lang: Lang) -> Self {
        match spoken::value(name, value, lang) {
            Some((name, words)) => self.with(name, words),
            None => self,
        }
    }

    fn about(mut self, instance: &str) -> Self {
        self.who.push(instance.to_owned());
        self
    }

    fn about_all(mut self, instances: &[Arc<str>]) -> Self {
        self.who.extend(instances.iter().map(ToString::to_string));
        self
    }

    /// Whether it says the same, of whomever.
    fn says_the_same(&self, other: &Self) -> bool {
        self.text == other.text && self.args == other.args && self.who.is_empty() == other.who.is_empty()
    }

    fn words(&self, times: u32, lang: Lang) -> String {
        let mut args: Vec<_> = self.args.iter().map(|(name, value)| ((*name).into(), value.clone())).collect();
        let who = match self.who.as_slice() {
            [one] => format!("`{one}`"),
            several => INSTANCES.fill(lang, &[("count".into(), several.len().to_string())]),
        };
        args.push(("who".into(), who));
        let words = self.text.fill(lang, &args);
        if self.who.is_empty() && times > 1 {
            return TIMES.fill(lang, &[("words".into(), words), ("times".into(), times.to_string())]);
        }
        words
    }
}

struct Telling {
    stretches: Vec<TimelineSpan>,
    /// The last line, from when to when, and how often it was said.
    last: Option<(Line, u64, u64, u32)>,
    lang: Lang,
}

impl Telling {
    fn enter(&mut self, phase: Phase) {
        self.finish_last();
        if self.stretches.last().is_some_and(|stretch| stretch.phase == phase.name()) {
            return;
        }
        let title = phase_words(phase).get(self.lang);
        self.stretches.push(TimelineSpan { phase: phase.name(), title, moments: Vec::new() });
    }

    fn tell(&mut self, line: Line, millis: u64) {
        if let Some((last, _, to, times)) = &mut self.last
            && last.says_the_same(&line)
        {
            last.who.extend(line.who);
            *to = millis;
            *times = times.saturating_add(1);
            return;
        }
        self.finish_last();
        self.last = Some((line, millis, millis, 1));
    }

    fn finish_last(&mut self) {
        let Some((line, from_millis, to_millis, times)) = self.last.take() else { return };
        if self.stretches.is_empty() {
            self.enter(Phase::Identity);
        }
        let moment = Moment { from_millis, to_millis, weight: line.weight, text: line.words(times, self.lang) };
        if let Some(stretch) = self.stretches.last_mut() {
            stretch.moments.push(moment);
        }
    }
}

/// What an event says; `None` for those that only the journal needs.
fn line(event: &Event, lang: Lang) -> Option<Line> {
    Some(match event {
        Event::PhaseEntered { .. } => return None,
        Event::RunStarted { run_id, goal, .. } => Line::new(begins(*goal)).with("run", run_id.as_str()),
        Event::LeftOpen { guests } => {
            let ids: Vec<Arc<str>> = guests.iter().map(|guest| guest.instance_id.as_str().into()).collect();
            Line::notable(LEFT_OPEN).about_all(&ids)
        }
        Event::CallerIdentified { account_id, .. } => Line::new(CALLER).with("account", account_id.as_str()),
        Event::CommandWritten { planned, .. } => Line::new(COMMAND)
            .with("platform", platform_name(planned.platform))
            .with("seconds", planned.timeout_seconds.to_string()),
        Event::InstanceChecked { instance, set_aside, .. } => match set_aside {
            None => Line::new(ELIGIBLE).about(instance),
            Some(why) => Line::notable(SET_ASIDE).with("why", reason(why, lang)).about(instance),
        },
        Event::PlanMade { eligible, .. } => Line::new(PLANNED).with("count", eligible.to_string()),
        Event::CallIntended { purpose, instances, .. } => Line::new(match purpose {
            Purpose::Run => SENDING,
            Purpose::Attach => ATTACHING,
            Purpose::Upload => UPLOADING,
            Purpose::Tag => TAGGING,
        })
        .about_all(instances),
        Event::CallAccepted { invoke_id, adopted, .. } => match (invoke_id, adopted) {
            (Some(id), false) => Line::new(ACCEPTED_AS).with("id", id.as_str()),
            (Some(id), true) => Line::notable(ADOPTED_AS).with("id", id.as_str()),
            (None, false) => Line::new(ACCEPTED),
            (None, true) => Line::notable(ADOPTED),
        },
        Event::CallRejected { failure, .. } => Line::notable(REJECTED).with("code", failure.name()),
        Event::CallInDoubt { code, .. } => Line::notable(IN_DOUBT).with("code", code.as_str()),
        Event::CallLost { .. } => Line::notable(LOST),
        Event::NotStarted { instance, why } => {
            Line::notable(NOT_STARTED).with("why", reason(why, lang)).about(instance)
        }
        Event::SnapshotsTagged { instances, failed: None } => Line::new(TAGGED).about_all(instances),
        Event::SnapshotsTagged { instances, failed: Some(code) } => {
            Line::notable(NOT_TAGGED).with("code", code.as_str()).about_all(instances)
        }
        Event::ScriptsUploaded { instance, failed: None } => Line::new(UPLOADED).about(instance),
        Event::ScriptsUploaded { instance, failed: Some(finding) } => {
            Line::notable(NOT_UPLOADED).about(instance).with("code", finding.code())
        }
        Event::RoleAttached { instance, failed: None } => Line::new(ATTACHED).about(instance),
        Event::RoleAttached { instance, failed: Some(code) } => {
            Line::notable(NOT_ATTACHED).with("code", code.as_str()).about(instance)
        }
        Event::CommandFinished { instance, outcome } => finished(instance, outcome, lang),
        Event::WitnessRead { instance, witness } => witnessed(instance, witness, lang),
        Event::PluginIsNew { instance, version } => {
            Line::notable(NEW_PLUGIN).with("version", version.as_str()).with("known", PLUGIN_VERSION).about(instance)
        }
        Event::ResultOverdue { instance } => Line::notable(OVERDUE).about(instance),
        Event::ResultGone { instance, code } => Line::notable(GONE).with("code", code.as_str()).about(instance),
        Event::ResultAskedAgain { instance } => Line::new(ASKED_AGAIN).about(instance),
        Event::RetryScheduled { instance, .. } => Line::notable(RETRY).about(instance),
        Event::DisksLearnt { instance, expected_disks } => {
            Line::notable(DISKS_LEARNT).with("count", expected_disks.len().to_string()).about(instance)
        }
        Event::StartPostponed { instance, invocation, run, .. } => {
            Line::notable(POSTPONED).spoken("invocation", invocation, lang).spoken("run", run, lang).about(instance)
        }
        Event::PluginsOverlapped { instance, invocation, run } => {
            Line::notable(OVERLAPPED).spoken("invocation", invocation, lang).spoken("run", run, lang).about(instance)
        }
        Event::GroupLooked { instance, look } => looked(instance, look, lang),
        Event::GuestReleased { instance, by, note } => {
            Line::notable(RELEASED).spoken("by", by, lang).with("note", note.as_str()).about(instance)
        }
        Event::StartsStopped { why } => stopped(why, lang),
        Event::ClockCorrected { offset_millis } => {
            Line::notable(CLOCK).with("seconds", offset_millis.div_euclid(1000).to_string())
        }
        Event::Throttled { operation, code } => {
            Line::notable(THROTTLED).with("operation", operation.name()).with("code", code.as_str())
        }
        Event::CallRepeated { operation, code, .. } => {
            let text = match (operation, code.as_str()) {
                (Operation::RunCommand, RESUMED) => REPEATED_AFTER_RESUME,
                (Operation::RunCommand, _) => REPEATED_WITH_TOKEN,
                _ => REPEATED,
            };
            Line::notable(text).with("operation", operation.name()).with("code", code.as_str())
        }
        Event::RunEnded { calls, error: None, .. } => Line::new(ENDED).with("calls", calls.to_string()),
        Event::RunEnded { error: Some(error), .. } => Line::notable(ENDED_EARLY).with("error", error.as_str()),
    })
}

fn finished(instance: &str, outcome: &Outcome, lang: Lang) -> Line {
    let text = if outcome.held {
        FINISHED_HELD
    } else if outcome.succeeded {
        FINISHED
    } else {
        FINISHED_BADLY
    };
    let ended = match outcome.exit_code {
        Some(code) => EXIT_CODE.fill(lang, &[("code".into(), code.to_string())]),
        None if outcome.invocation_status.is_empty() => spoken::result_key("status:unknown", lang),
        None => format!("`{}`", outcome.invocation_status),
    };
    let weight = match (outcome.held, outcome.succeeded) {
        (true, _) => Weight::Urgent,
        (false, false) => Weight::Notable,
        (false, true) => Weight::Calm,
    };
    let line = Line { weight, ..Line::new(text) };
    line.with("ended", ended).with("meaning", outcome.message(lang)).about(instance)
}

fn witnessed(instance: &str, witness: &WitnessEvidence, lang: Lang) -> Line {
    let text = if witness.reason.is_some() { WITNESS_NONE } else { WITNESS };
    let weight = match witness.state {
        RecordState::Valid => Weight::Calm,
        RecordState::Unreleased => Weight::Urgent,
        _ => Weight::Notable,
    };
    let line = Line { weight, ..Line::new(text) };
    let told = witness.reason_text(lang).unwrap_or_else(|| witness.state.text().get(lang).to_owned());
    line.with("told", told).about(instance)
}

fn looked(instance: &str, look: &GroupLookup, lang: Lang) -> Line {
    match look {
        GroupLookup::Found(group) => {
            let complete = group.snapshots.iter().all(|snapshot| snapshot.status == SnapshotState::Accomplished);
            let level = group.snapshots.iter().map(|snapshot| snapshot.level).min().unwrap_or(Consistency::Unknown);
            let good = complete && level == Consistency::Application;
            let line = if good { Line::new(LOOKED) } else { Line::notable(LOOKED) };
            line.with("level", level_words(level).get(lang)).with("count", group.snapshots.len().to_string())
        }
        GroupLookup::Nothing => Line::notable(NO_GROUP),
        GroupLookup::Ambiguous { groups } => Line::notable(SEVERAL_GROUPS).with("count", groups.len().to_string()),
        GroupLookup::OutOfTime { groups, .. } => Line::notable(OUT_OF_TIME).with("groups", groups.join(", ")),
        GroupLookup::NotVisible { group_id } => Line::notable(NOT_VISIBLE).with("group", group_id.as_str()),
        GroupLookup::Refused { code } => Line::notable(LOOK_REFUSED).with("code", code.as_str()),
    }
    .about(instance)
}

fn stopped(why: &StopReason, lang: Lang) -> Line {
    let weight = if matches!(why, StopReason::Held { .. }) { Weight::Urgent } else { Weight::Notable };
    let why = spoken::stop_reason(why.name(), &why.detail(), lang);
    Line { weight, ..Line::new(STOPPED) }.with("why", why)
}

fn reason(why: &Finding, lang: Lang) -> String {
    why.message(lang)
}

const fn platform_name(platform: Platform) -> &'static str {
    match platform {
        Platform::Linux => "Linux",
        Platform::Windows => "Windows",
    }
}

const fn begins(goal: Goal) -> Text {
    match goal {
        Goal::Plan => Text::new("planning begins; nothing is changed", "开始生成计划；不会做任何更改"),
        Goal::Run => Text::new("run `{run}` begins", "执行 `{run}` 开始"),
        Goal::Verify => Text::new("the look at run `{run}` begins", "开始核查执行 `{run}`"),
    }
}

const fn phase_words(phase: Phase) -> Text {
    match phase {
        Phase::Identity => Text::new("Identifying the caller", "确认身份"),
        Phase::Discover => Text::new("Looking at the instances", "查询实例"),
        Phase::Probe => Text::new("Looking into the guests", "查看实例内部"),
        Phase::Check => Text::new("Checking the prerequisites", "检查前提条件"),
        Phase::Upload => Text::new("Uploading the scripts", "上传脚本"),
        Phase::Attach => Text::new("Attaching the RAM role", "授予RAM角色"),
        Phase::Run => Text::new("Making the snapshots", "创建快照"),
        Phase::Verify => Text::new("Looking at the tags", "核查标签"),
        Phase::Ended => Text::new("The end", "结束"),
    }
}

pub(crate) const fn level_words(level: Consistency) -> Text {
    match level {
        Consistency::Application => Text::new("application-consistent", "应用一致性"),
        Consistency::FileSystem => Text::new("file system-consistent", "文件系统一致性"),
        Consistency::Crash => Text::new("no consistency tag", "没有一致性标签"),
        Consistency::None => Text::new("no snapshot", "没有快照"),
        Consistency::Unknown => Text::new("unknown", "未知"),
    }
}

const INSTANCES: Text = Text::new("{count} instances", "{count} 台实例");
const TIMES: Text = Text::new("{words} ({times} times)", "{words}（{times} 次）");
const CALLER: Text = Text::new("the credentials belong to account `{account}`", "凭证属于账号 `{account}`");
const COMMAND: Text = Text::new(
    "the command for {platform} is written and proven; it is given {seconds} s",
    "已生成并验证 {platform} 实例的命令；超时时间 {seconds} 秒",
);
const ELIGIBLE: Text = Text::new("checked and eligible: {who}", "检查通过：{who}");
const SET_ASIDE: Text = Text::new("set aside: {who}: {why}", "不符合条件，未执行：{who}：{why}");
const PLANNED: Text =
    Text::new("the plan is complete: instances to start: {count}", "计划已完成：将启动 {count} 台实例");
const SENDING: Text = Text::new("the command is sent to {who}", "向 {who} 发送命令");
const ATTACHING: Text = Text::new("the RAM role is attached to {who}", "为 {who} 授予RAM角色");
const ACCEPTED_AS: Text = Text::new("the service accepted the call: `{id}`", "服务已受理：`{id}`");
const ADOPTED_AS: Text = Text::new(
    "the call had been carried out after all: found as `{id}`, and not sent a second time",
    "该请求其实已执行：查到 `{id}`，未重复发送",
);
const ACCEPTED: Text = Text::new("the service accepted the call", "服务已受理");
const ADOPTED: Text =
    Text::new("the call had been carried out after all, and is not sent a second time", "该请求其实已执行，未重复发送");
const REJECTED: Text = Text::new(
    "the service refused the call (`{code}`): nothing was carried out",
    "服务拒绝了该请求（`{code}`）：未执行任何操作",
);
const IN_DOUBT: Text = Text::new(
    "no clear answer (`{code}`): the call may have been carried out, so consnap looks before it sends anything again",
    "没有得到明确答复（`{code}`）：可能已执行，因此先查询，不会贸然重发",
);
const LOST: Text = Text::new(
    "no trace of the call was found: its instances count as unknown",
    "未查到任何结果：相关实例按结果未知处理",
);
const NOT_STARTED: Text = Text::new("not started: {who}: {why}", "未启动：{who}：{why}");
const TAGGING: Text = Text::new("the snapshots of {who} are to be tagged", "为 {who} 的快照添加标签");
const TAGGED: Text = Text::new("the snapshots carry the run's tag: {who}", "快照已带有本次执行的标签：{who}");
const NOT_TAGGED: Text =
    Text::new("the snapshots could not be tagged (`{code}`): {who}", "无法为快照添加标签（`{code}`）：{who}");
const UPLOADING: Text = Text::new("a script is sent to {who}", "向 {who} 发送脚本");
const UPLOADED: Text = Text::new("the scripts are in place: {who}", "脚本已就位：{who}");
const NOT_UPLOADED: Text =
    Text::new("the scripts are not as they should be ({code}): {who}", "脚本不符合要求（{code}）：{who}");
const ATTACHED: Text = Text::new("the RAM role is attached: {who}", "已授予RAM角色：{who}");
const NOT_ATTACHED: Text =
    Text::new("the RAM role cannot be attached to {who}: `{code}`", "无法为 {who} 授予RAM角色：`{code}`");
const EXIT_CODE: Text = Text::new("exit code {code}", "退出码 {code}");
const FINISHED: Text = Text::new(
    "the command ended with {ended}: {who}; only the tags tell which consistency was reached",
    "命令结束，{ended}：{who}；达到的一致性级别只能由标签判断",
);
const WITNESS: Text = Text::new("the record of the scripts on {who}: {told}", "{who} 上的脚本记录：{told}");
const WITNESS_NONE: Text =
    Text::new("no record of the scripts counts for {who}: {told}", "{who} 没有可用的脚本记录：{told}");
const FINISHED_BADLY: Text =
    Text::new("the command ended with {ended}: {who}: {meaning}", "命令结束，{ended}：{who}：{meaning}");
const FINISHED_HELD: Text = Text::new(
    "the command ended with {ended}: {who}: {meaning}; the guest may still be held",
    "命令结束，{ended}：{who}：{meaning}；实例可能仍处于冻结状态",
);
const RELEASED: Text = Text::new("{who} was released by {by_whom}: {note}", "{by_whom} 已解除 {who} 的告警：{note}");
const LEFT_OPEN: Text = Text::new(
    "left open by an earlier run, and not started by this one: {who}",
    "之前的执行遗留的未了结实例，本次执行不启动：{who}",
);
const ASKED_AGAIN: Text = Text::new("the result of {who} is asked for once more", "再次查询 {who} 的执行结果");
const OVERDUE: Text = Text::new(
    "the result is overdue and cannot be read; the guest may be held: {who}",
    "执行结果已逾期且无法读取，实例可能仍处于冻结状态：{who}",
);
const GONE: Text =
    Text::new("the result can no longer be read (`{code}`): {who}", "已无法获取执行结果（`{code}`）：{who}");
const DISKS_LEARNT: Text =
    Text::new("its disks are known now, {count} of them: {who}", "现已获知其云盘，共 {count} 块：{who}");
const POSTPONED: Text = Text::new(
    "waits for another snapshot plug-in ({which_invocation}, {whose}): {who}",
    "等待另一个快照插件结束（{which_invocation}，{whose}）：{who}",
);
const OVERLAPPED: Text = Text::new(
    "another snapshot plug-in was at work at the same time ({which_invocation}, {whose}): {who}",
    "同时有另一个快照插件在运行（{which_invocation}，{whose}）：{who}",
);
const RETRY: Text = Text::new(
    "will be tried once more, because it certainly made no group: {who}",
    "再尝试一次，因为可以确定未创建快照一致性组：{who}",
);
const LOOKED: Text = Text::new("{count} snapshots each: {level}: {who}", "各 {count} 个快照：{level}：{who}");
const NO_GROUP: Text = Text::new("no snapshot-consistent group was made: {who}", "未创建快照一致性组：{who}");
const SEVERAL_GROUPS: Text = Text::new(
    "{count} groups could be the one of {who}: none is trusted",
    "有 {count} 个快照一致性组可能属于 {who}：均不采信",
);
const OUT_OF_TIME: Text = Text::new(
    "groups with the name of this run were not made by the start of {who}: {groups}",
    "使用本次执行名称的快照一致性组并非由 {who} 的启动创建：{groups}",
);
const NOT_VISIBLE: Text =
    Text::new("group `{group}` of {who} never became visible", "{who} 的快照一致性组 `{group}` 始终不可见");
const LOOK_REFUSED: Text = Text::new(
    "the service refused the look for the group (`{code}`): {who}",
    "服务拒绝查询快照一致性组（`{code}`）：{who}",
);
/// A version of the plug-in that the facts know nothing of; `{version}`, `{known}`.
const NEW_PLUGIN: Text = Text::new(
    "plug-in version {version}; what consnap knows of the plug-in was recorded of {known}: read the first verdicts with care",
    "插件版本为 {version}；consnap 对该插件的了解来自版本 {known}：请仔细核对最初的结果",
);
const STOPPED: Text = Text::new("nothing new is started from here on: {why}", "此后不再启动新实例：{why}");
const CLOCK: Text = Text::new(
    "the clock was {seconds} s behind that of the service, and is corrected",
    "本地时钟比服务慢 {seconds} 秒，已校正",
);
const THROTTLED: Text = Text::new(
    "the service throttles `{operation}` (`{code}`); consnap slows down",
    "服务对 `{operation}` 流控（`{code}`）；已降低调用频率",
);
const REPEATED: Text =
    Text::new("`{operation}` is asked again after `{code}`", "`{operation}` 返回 `{code}` 后重新请求");
const REPEATED_WITH_TOKEN: Text = Text::new(
    "`{operation}` is sent again after `{code}`, with the same token, so that it cannot start twice",
    "`{operation}` 返回 `{code}` 后以相同的令牌重新发送，不会重复启动",
);
const REPEATED_AFTER_RESUME: Text = Text::new(
    "`{operation}` of the earlier process may have been sent: it is sent again with the same token, so that it cannot start twice",
    "先前进程的 `{operation}` 可能已发送：以相同的令牌重新发送，不会重复启动",
);
const ENDED: Text = Text::new("the run is over after {calls} calls", "执行结束；共调用 {calls} 次");
const ENDED_EARLY: Text =
    Text::new("the run ended before anything was started: {error}", "执行在启动任何实例之前结束：{error}");

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn told(events: &Value, lang: Lang) -> Vec<TimelineSpan> {
        let events: Vec<Numbered> = serde_json::from_value(events.clone()).unwrap();
        timeline(&events, lang)
    }

    #[test]
    fn the_same_of_several_instances_is_told_once() {
        let at = |second: u8| format!("2027-01-31T02:00:{second:02}Z");
        let events = json!([
            {"seq": 1, "at": at(0), "event": "run_started", "run_id": "8f3a01c2", "goal": "run", "consnap": "0", "as_of": null},
            {"seq": 2, "at": at(0), "event": "phase_entered", "phase": "check"},
            {"seq": 3, "at": at(1), "event": "phase_entered", "phase": "run"},
            {"seq": 4, "at": at(1), "event": "role_attached", "instance": "i-1"},
            {"seq": 5, "at": at(2), "event": "role_attached", "instance": "i-2"},
            {"seq": 6, "at": at(3), "event": "throttled", "operation": "RunCommand", "code": "Throttling"},
            {"seq": 7, "at": at(4), "event": "throttled", "operation": "RunCommand", "code": "Throttling"},
            {"seq": 8, "at": at(5), "event": "starts_stopped", "reason": "held", "instance": "i-2"},
        ]);
        let stretches = told(&events, Lang::En);
        assert_eq!(stretches.iter().map(|stretch| stretch.phase).collect::<Vec<_>>(), ["identity", "run"]);
        let run = &stretches[1].moments;
        assert_eq!(run[0].text, "the RAM role is attached: 2 instances");
        assert_eq!((run[0].from_millis, run[0].to_millis), (1000, 2000));
        assert_eq!(run[1].text, "the service throttles `RunCommand` (`Throttling`); consnap slows down (2 times)");
        assert_eq!(run[2].text, "nothing new is started from here on: the guest of `i-2` may still be held");
        assert_eq!(run[2].weight, Weight::Urgent);
        let chinese = told(&events, Lang::Zh);
        assert!(chinese.iter().flat_map(|stretch| &stretch.moments).all(|moment| !moment.text.is_ascii()));
    }
}
