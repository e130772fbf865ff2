//! How a run ended, in three or four sentences: how many of how many, what the worst is and why, the next command, the
//! exit status.

use std::borrow::Cow;

use super::{CauseGroup, Report, Summary};
use crate::catalog::witness::WitnessVerdict;
use crate::diagnostics::spoken;
use crate::diagnostics::text::{Lang, Text};
use crate::run::session::OpenGuest;
use crate::run::verdict::{Proof, ResultKind};

const ALL_GOOD: Text = Text::new(
    "{ok} of {all} instances reached `{required}` on every expected disk ({covered}; {excluded} excluded by the job).",
    "{all} 台实例中的 {ok} 台在每块应包含的云盘上达到 `{required}`（{covered} 块；作业排除 {excluded} 块）。",
);
const PROOF_TAG: Text = Text::new(
    "Every snapshot carries its consistency tag; no application witness was used.",
    "每个快照都带有一致性标签；未以脚本记录为佐证。",
);
const PROOF_WITNESS: Text = Text::new(
    "Every snapshot carries its consistency tag, and the record of the scripts bears every hold out.",
    "每个快照都带有一致性标签，且脚本记录证实每次静默均保持到结束。",
);
const PROOF_LOG: Text = Text::new(
    "Every snapshot carries its consistency tag and every log names its group; no application witness was used.",
    "每个快照都带有一致性标签，每份输出都写明其快照一致性组；未以脚本记录为佐证。",
);
const LONGEST: Text = Text::new("Longest hold {seconds} s ({instance}).", "最长冻结 {seconds} 秒（{instance}）。");
const SOME_GOOD: Text =
    Text::new("{ok} of {all} instances reached `{required}`.", "{all} 台实例中的 {ok} 台达到 `{required}`。");
const RESULTS: Text = Text::new("Results: {results}.", "结果：{results}。");
const LEFT_OPEN: Text = Text::new(
    "Left open by earlier runs, and not started here: {who}.",
    "之前的执行遗留的未了结实例，此处未启动：{who}。",
);
const RELEASED: Text = Text::new(
    "{instance} was released by {by_whom} at {at}: {note}.",
    "{by_whom} 已于 {at} 解除 {instance} 的告警：{note}。",
);
const HELD_BY_RUN: Text =
    Text::new("{instance} (run {run}, may still be held)", "{instance}（执行 {run}，可能仍处于冻结状态）");
const UNKNOWN_OF_RUN: Text = Text::new("{instance} (run {run}, result unknown)", "{instance}（执行 {run}，结果未知）");
const WORST: Text =
    Text::new("Worst: {count} {result} ({who}): {why}.", "最严重：{result} {count} 台（{who}）：{why}。");
const DO: Text = Text::new("To do: {help}.", "处理方法：{help}。");
const STOPPED: Text = Text::new("The run stopped starting instances: {why}.", "本次执行已停止启动新实例：{why}。");
const STOPPED_BEFORE_SOME: Text = Text::new(
    "The run stopped starting instances: {why}; not run because of it: {not_run}.",
    "本次执行已停止启动新实例：{why}；因此未执行 {not_run} 台。",
);
const UNTAGGED: Text = Text::new(
    "Not tagged `consnap:run`: the snapshots of {count} instances; `consnap resume {run}` tries again, and until then `consnap prune` needs the journal of this run.",
    "未添加标签 `consnap:run`：{count} 台实例的快照；`consnap resume {run}` 会重试，在此之前 `consnap prune` 需要本次执行记录。",
);
const NEXT_RESUME: Text = Text::new(
    "Next: `consnap resume {run}`; what was started is only looked at, never started again.",
    "下一步：`consnap resume {run}`；对已启动的实例只查看，不会再次启动。",
);
const NEXT_RELEASE: Text = Text::new(
    "Next: see first that {instance} and its application accept writes (`consnap show {run}` tells how its command ended), then `consnap release {run} {instance} --note \"...\"`; until then no run starts it. `consnap status` lists what is open.",
    "下一步：请先确认 {instance} 及其应用可写入（`consnap show {run}` 显示其命令如何结束），然后执行 `consnap release {run} {instance} --note \"...\"`；在此之前任何执行都不会启动该实例。`consnap status` 列出所有待处理项。",
);
const UNWITNESSED: Text = Text::new(
    "No valid record of the quiesce scripts on {count} of the instances (first {instance}: {reason}): there, tags and exit codes alone decide.",
    "有 {count} 台实例没有静默脚本的有效记录（首台 {instance}：{reason}）：这些实例仅以标签和退出码判定。",
);
const NEXT_SHOW: Text = Text::new(
    "Next: `consnap show {run}` for the evidence of each instance; when the cause is fixed, `consnap rerun {run} --failed`.",
    "下一步：用 `consnap show {run}` 查看每台实例的证据；排除原因后执行 `consnap rerun {run} --failed`。",
);
const ERROR: Text = Text::new("Nothing was started: {message}.", "未启动任何实例：{message}。");
const EXIT: Text = Text::new("Exit status {status}.", "退出状态 {status}。");

/// Where the scripts of the job were to leave a record, and none counts.
fn unwitnessed(report: &Report, lang: Lang) -> Option<String> {
    let without: Vec<_> = report
        .instances
        .iter()
        .filter_map(|instance| Some((&instance.instance_id, instance.witness.as_ref()?)))
        .filter(|(_, witness)| witness.verdict == Some(WitnessVerdict::None))
        .collect();
    let (instance, witness) = without.first()?;
    let reason = witness.reason_text.clone().unwrap_or_else(|| witness.message.clone());
    let args = vec![("count", without.len().to_string()), ("instance", (*instance).clone()), ("reason", reason)];
    Some(say(UNWITNESSED, lang, args))
}

/// The words of a result, in capital letters as the table shows them.
pub const fn result_word(result: ResultKind, lang: Lang) -> &'static str {
    let text = match result {
        ResultKind::Urgent => Text::new("URGENT", "紧急"),
        ResultKind::Unknown => Text::new("UNKNOWN", "结果未知"),
        ResultKind::Failed => Text::new("FAILED", "失败"),
        ResultKind::Weaker => Text::new("WEAKER", "一致性降级"),
        ResultKind::NotRun => Text::new("NOT RUN", "未执行"),
        ResultKind::Ok => Text::new("OK", "达标"),
    };
    text.get(lang)
}

/// The closing sentences of a report.
pub fn sentences(report: &Report, lang: Lang) -> Vec<String> {
    let summary = &report.summary;
    let mut out = Vec::new();
    if let Some(error) = &report.error {
        out.push(say(ERROR, lang, vec![("message", error.message.clone())]));
        out.push(say(DO, lang, vec![("help", error.help.clone())]));
    } else {
        let all_good = summary.ok == summary.instances;
        let template = if all_good { ALL_GOOD } else { SOME_GOOD };
        out.push(say(
            template,
            lang,
            vec![
                ("ok", summary.ok.to_string()),
                ("all", summary.instances.to_string()),
                ("required", report.required_consistency.name().to_owned()),
                ("covered", summary.covered_disks.to_string()),
                ("excluded", summary.excluded_disks.to_string()),
            ],
        ));
        if all_good {
            let logs = report.instances.iter().all(|instance| instance.proof == Some(Proof::TagAndLog));
            let witnessed = report.instances.iter().all(|instance| instance.proof == Some(Proof::Witness));
            let proof = match (witnessed, logs) {
                (true, _) => PROOF_WITNESS,
                (false, true) => PROOF_LOG,
                (false, false) => PROOF_TAG,
            };
            out.push(say(proof, lang, Vec::new()));
            if let (Some(millis), Some(instance)) = (summary.longest_hold_millis, &summary.longest_hold_instance) {
                let seconds = format!("{}.{}", millis / 1000, millis % 1000 / 100);
                out.push(say(LONGEST, lang, vec![("seconds", seconds), ("instance", instance.clone())]));
            }
        } else if let Some(worst) = report.causes.first() {
            out.push(say(RESULTS, lang, vec![("results", results(summary, lang))]));
            out.push(worst_sentence(worst, lang));
            out.push(say(DO, lang, vec![("help", what_to_do(worst))]));
        }
        if let Some(stopped) = &report.stopped {
            let text = if summary.stopped_before_start == 0 { STOPPED } else { STOPPED_BEFORE_SOME };
            out.push(say(
                text,
                lang,
                vec![("why", stopped.message.clone()), ("not_run", summary.stopped_before_start.to_string())],
            ));
        }
        out.extend(unwitnessed(report, lang));
        let run = vec![("run", report.run_id.clone())];
        let held = report.instances.iter().find(|instance| instance.held && instance.released.is_none());
        if let Some(held) = held {
            let instance = ("instance", held.instance_id.clone());
            out.push(say(NEXT_RELEASE, lang, run.iter().cloned().chain([instance]).collect()));
        }
        if summary.untagged > 0 {
            let count = ("count", summary.untagged.to_string());
            out.push(say(UNTAGGED, lang, run.iter().cloned().chain([count]).collect()));
        }
        // A result that was lost may still be told.
        let lost = report.instances.iter().any(|instance| instance.held && instance.command.is_none());
        let is_unfinished = report.left_open.is_empty() && report.exit_status == 4;
        if summary.unknown > 0 || summary.open > 0 || lost || is_unfinished {
            out.push(say(NEXT_RESUME, lang, run));
        } else if !all_good && held.is_none() {
            out.push(say(NEXT_SHOW, lang, run));
        }
    }
    for (instance, release) in report.instances.iter().filter_map(|one| Some((one, one.released.as_ref()?))) {
        let at = release.at.to_wire();
        let (by, by_whom) = spoken::value("by", &release.by, lang).unwrap_or_default();
        let note = release.note.clone();
        let who = instance.instance_id.clone();
        out.push(say(RELEASED, lang, vec![("instance", who), ("at", at), (by, by_whom), ("note", note)]));
    }
    if !report.left_open.is_empty() {
        out.push(say(LEFT_OPEN, lang, vec![("who", left_open(report, lang))]));
    }
    out.push(say(EXIT, lang, vec![("status", report.exit_status.to_string())]));
    out
}

/// Every instance in one line: `7 URGENT, 1 UNKNOWN, 14 FAILED, 26 OK`.
fn results(summary: &Summary, lang: Lang) -> String {
    let counts = [
        (ResultKind::Urgent, summary.urgent),
        (ResultKind::Unknown, summary.unknown),
        (ResultKind::Failed, summary.failed),
        (ResultKind::Weaker, summary.weaker),
        (ResultKind::NotRun, summary.not_run),
        (ResultKind::Ok, summary.ok),
    ];
    let told = counts.into_iter().filter(|(_, count)| *count > 0);
    told.map(|(result, count)| format!("{count} {}", result_word(result, lang))).collect::<Vec<_>>().join(lang.comma())
}

fn left_open(report: &Report, lang: Lang) -> String {
    let guest = |guest: &OpenGuest| {
        let text = if guest.held { HELD_BY_RUN } else { UNKNOWN_OF_RUN };
        say(text, lang, vec![("instance", guest.instance_id.clone()), ("run", guest.run_id.clone())])
    };
    report.left_open.iter().map(guest).collect::<Vec<_>>().join(lang.comma())
}

fn worst_sentence(worst: &CauseGroup, lang: Lang) -> String {
    const NAMED: usize = 3;
    let mut who = worst.instances.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    if worst.instances.len() > NAMED {
        who.push_str(", ...");
    }
    let why = match &worst.explanation {
        Some(explanation) => format!("{}{}{}", worst.why.message, lang.semicolon(), explanation.meaning),
        None => worst.why.message.clone(),
    };
    say(
        WORST,
        lang,
        vec![
            ("count", worst.instances.len().to_string()),
            ("result", result_word(worst.result, lang).to_owned()),
            ("who", who),
            ("why", why),
        ],
    )
}

fn what_to_do(worst: &CauseGroup) -> String {
    match &worst.explanation {
        // The command failed: the catalogue's own next step is nearer to the cause than a pointer to it.
        Some(explanation) if worst.result == ResultKind::Failed => explanation.next_step.clone(),
        _ => worst.why.help.clone(),
    }
}

fn say(template: Text, lang: Lang, args: Vec<(&'static str, String)>) -> String {
    let args: crate::diagnostics::finding::Args =
        args.into_iter().map(|(name, value)| (Cow::Borrowed(name), value)).collect();
    template.fill(lang, &args)
}
