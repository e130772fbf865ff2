//! What consnap's own keys are called in words: reasons to stop, keys of results, tags. JSON keeps the keys; people read these.

use std::borrow::Cow;

use crate::diagnostics::text::{Lang, Text};

/// A reason to start nothing new.
struct StopRow {
    /// As JSON has it: `held`.
    key: &'static str,
    /// With what it names: an instance, a number, a code, a run.
    with_detail: Text,
    /// Where that is not known.
    alone: Text,
}

const fn stop_row(key: &'static str, with_detail: Text, alone: Text) -> StopRow {
    StopRow { key, with_detail, alone }
}

static STOPS: &[StopRow] = &[
    stop_row(
        "held",
        Text::new("the guest of `{detail}` may still be held", "`{detail}` 可能仍处于冻结状态"),
        Text::new("a guest may still be held", "有实例可能仍处于冻结状态"),
    ),
    stop_row(
        "canary",
        Text::new(
            "`{detail}`, of the first wave, did not reach what is required",
            "首批验证的实例 `{detail}` 未达到要求",
        ),
        Text::new("the first wave did not reach what is required", "首批验证未达到要求"),
    ),
    stop_row(
        "errors",
        Text::new(
            "instances that did not reach what is required: {detail}, more than `max_errors` allows",
            "未达到要求的实例有 {detail} 台，超过 `max_errors` 的限制",
        ),
        Text::new("more instances failed than `max_errors` allows", "失败的实例数超过 `max_errors` 的限制"),
    ),
    stop_row(
        "account",
        Text::new("the service refuses this account's calls (`{detail}`)", "服务拒绝了该账号的请求（`{detail}`）"),
        Text::new("the service refuses this account's calls", "服务拒绝了该账号的请求"),
    ),
    stop_row(
        "user",
        Text::new("somebody interrupted the run", "执行已被人为中断"),
        Text::new("somebody interrupted the run", "执行已被人为中断"),
    ),
    stop_row(
        "deadline",
        Text::new("the time for starting instances is over", "已超过允许启动实例的时间"),
        Text::new("the time for starting instances is over", "已超过允许启动实例的时间"),
    ),
    stop_row(
        "journal",
        Text::new("the journal cannot be written", "无法写入执行记录"),
        Text::new("the journal cannot be written", "无法写入执行记录"),
    ),
    stop_row(
        "unreachable",
        Text::new("the service could not be reached for too long", "服务长时间无法连接"),
        Text::new("the service could not be reached for too long", "服务长时间无法连接"),
    ),
    stop_row(
        "other_run",
        Text::new("run `{detail}` is at work on the same instances", "另一次执行 `{detail}` 正在处理相同的实例"),
        Text::new("another snapshot plug-in is at work on the same instances", "另一个快照插件正在处理相同的实例"),
    ),
    stop_row(
        "unproven",
        Text::new("the plan in the journal is not the one its job makes", "执行记录中的计划与作业生成的计划不一致"),
        Text::new("the plan in the journal is not the one its job makes", "执行记录中的计划与作业生成的计划不一致"),
    ),
];

/// What stands in journals and results for what is not known or not there. Nobody reads it: each place has its words.
pub const NOT_KNOWN: &str = "-";

/// Why nothing new is started, in words. A reason of another version of consnap speaks for itself.
pub fn stop_reason(key: &str, detail: &str, lang: Lang) -> String {
    match STOPS.iter().find(|row| row.key == key) {
        Some(row) if matches!(detail, "" | NOT_KNOWN) => row.alone.get(lang).to_owned(),
        Some(row) => row.with_detail.fill(lang, &[("detail".into(), detail.to_owned())]),
        None => format!("`{key}` {detail}").trim_end().to_owned(),
    }
}

const PLUGIN_EXIT: Text = Text::new("plug-in exit code {number}", "云助手插件退出码 {number}");
const LAUNCHER_EXIT: Text = Text::new("plug-in manager exit code {number}", "插件管理程序退出码 {number}");
const SHELL_EXIT: Text = Text::new("shell exit code {number}", "Shell 退出码 {number}");
const AGENT_EXIT: Text = Text::new("Cloud Assistant exit code {number}", "云助手Agent退出码 {number}");
const PLUGIN_CRASH: Text = Text::new("a crash of the plug-in", "云助手插件崩溃");
const SIGNAL: Text = Text::new("a signal that ended the command", "命令被信号终止");
const UNKNOWN_EXIT: Text = Text::new("an exit code that is not known", "未知的退出码");
const UNKNOWN_STATUS: Text = Text::new("an invocation status that is not known", "未知的命令执行状态");
const UNKNOWN_TASK_ERROR: Text = Text::new("an execution error code that is not known", "未知的执行错误码");
const LOST: Text = Text::new("a command whose result is lost", "命令的执行结果已丢失");
const STATUS: Text = Text::new("invocation status `{number}`", "命令执行状态 `{number}`");
const TASK_ERROR: Text = Text::new("execution error code `{number}`", "执行错误码 `{number}`");

/// The key of a result's row in words: `plug-in exit code 12` for `exit:plugin:12`.
pub fn result_key(key: &str, lang: Lang) -> String {
    let (text, number) = match key {
        NOT_KNOWN => (LOST, ""),
        "exit:plugin:panic" => (PLUGIN_CRASH, ""),
        "exit:shell:128+n" => (SIGNAL, ""),
        "exit:unknown" => (UNKNOWN_EXIT, ""),
        "status:unknown" => (UNKNOWN_STATUS, ""),
        "task:unknown" => (UNKNOWN_TASK_ERROR, ""),
        _ => {
            let kinds = [
                ("exit:plugin:", PLUGIN_EXIT),
                ("exit:launcher:", LAUNCHER_EXIT),
                ("exit:shell:", SHELL_EXIT),
                ("exit:agent:", AGENT_EXIT),
                ("status:", STATUS),
                ("task:", TASK_ERROR),
            ];
            let known = kinds.into_iter().find_map(|(begin, text)| Some((text, key.strip_prefix(begin)?)));
            let Some(known) = known else { return format!("`{key}`") };
            known
        }
    };
    text.fill(lang, &[("number".into(), number.to_owned())])
}

const NO_TAG: Text = Text::new("carry no consistency tag", "没有一致性标签");
const TAGGED: Text = Text::new("are tagged `{value}`", "带有标签 `{value}`");

/// A value that a message has in words: where it is known, and where it is not.
struct Spoken {
    /// As findings and errors carry it.
    name: &'static str,
    /// As messages have it.
    words: &'static str,
    known: Text,
    unknown: Text,
}

const fn spoken(name: &'static str, words: &'static str, known: Text, unknown: Text) -> Spoken {
    Spoken { name, words, known, unknown }
}

const BARE: Text = Text::new("{value}", "{value}");
const QUOTED: Text = Text::new("`{value}`", "`{value}`");
const NO_ROLE: Text = Text::new("no role", "无");

static SPOKEN: &[Spoken] = &[
    spoken("tag", "how_tagged", TAGGED, NO_TAG),
    spoken(
        "invocation",
        "which_invocation",
        Text::new("invocation `{value}`", "命令执行ID `{value}`"),
        Text::new("its invocation was not told", "命令执行ID未知"),
    ),
    spoken(
        "run",
        "whose",
        Text::new("of run `{value}`", "属于执行 `{value}`"),
        Text::new("not started by consnap", "非 consnap 启动"),
    ),
    spoken("seen", "role_seen", QUOTED, NO_ROLE),
    spoken("attached", "role_attached", QUOTED, NO_ROLE),
    spoken("known", "all_known", BARE, Text::new("none", "无")),
    spoken("max", "at_most", QUOTED, Text::new("any number", "不限")),
    spoken("by", "by_whom", BARE, Text::new("somebody", "某人")),
];

/// A value in words, such as the invocation and the run of somebody else's plug-in.
pub fn value(name: &str, value: &str, lang: Lang) -> Option<(&'static str, String)> {
    let row = SPOKEN.iter().find(|row| row.name == name)?;
    let text = if value == NOT_KNOWN { &row.unknown } else { &row.known };
    Some((row.words, text.fill(lang, &[("value".into(), value.to_owned())])))
}

/// The words for a value of a finding or an error, with the name under which a message has them.
fn of_argument(name: &str, given: &str, lang: Lang) -> Option<(Cow<'static, str>, String)> {
    let (name, words) = match name {
        "explained" => ("outcome", result_key(given, lang)),
        "reason" => ("stop_reason", stop_reason(given, "", lang)),
        _ => value(name, given, lang)?,
    };
    Some((Cow::Borrowed(name), words))
}

/// A text with its values, those that are keys in words too.
pub(crate) fn fill(text: &Text, args: &[(Cow<'static, str>, String)], lang: Lang) -> String {
    let mut all: Vec<_> = args.iter().filter_map(|(name, value)| of_argument(name, value, lang)).collect();
    if all.is_empty() {
        return text.fill(lang, args);
    }
    all.extend(args.iter().cloned());
    text.fill(lang, &all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::codes;
    use crate::diagnostics::finding::Finding;
    use crate::diagnostics::messages::verdicts;
    use crate::run::session::StopReason;

    #[test]
    fn every_reason_to_stop_has_words() {
        let reasons = [
            StopReason::Held { instance: "i-1".into() },
            StopReason::Canary { instance: "i-1".into() },
            StopReason::Errors { failures: 2 },
            StopReason::Account { code: "Forbidden.RAM".into() },
            StopReason::User,
            StopReason::Deadline,
            StopReason::Journal,
            StopReason::Unreachable,
            StopReason::OtherRun { run: "8f3a01c2".into() },
            StopReason::Unproven,
        ];
        assert_eq!(reasons.len(), STOPS.len());
        for reason in &reasons {
            for lang in [Lang::En, Lang::Zh] {
                let words = stop_reason(reason.name(), &reason.detail(), lang);
                assert!(
                    words.contains(&reason.detail()) && !words.contains(&format!("`{}`", reason.name())),
                    "{words}"
                );
                assert_eq!(words.is_ascii(), lang == Lang::En, "{words}");
            }
        }
        assert_eq!(stop_reason("newer", "i-1", Lang::En), "`newer` i-1");
    }

    #[test]
    fn no_key_of_a_result_is_shown_bare() {
        for row in codes::outcome_rows() {
            for lang in [Lang::En, Lang::Zh] {
                let words = result_key(row.key, lang);
                assert!(!words.contains(row.key) && !words.contains('{'), "{}: {words}", row.key);
                assert_eq!(words.is_ascii(), lang == Lang::En, "{words}");
            }
        }
        assert_eq!(result_key("exit:plugin:12", Lang::En), "plug-in exit code 12");
        assert_eq!(result_key("something:else", Lang::En), "`something:else`");
    }

    #[test]
    fn findings_tell_keys_in_words() {
        let why = Finding::new(&verdicts::NOT_STARTED_STOPPED, "").with("reason", "held");
        assert_eq!(why.message(Lang::En), "not started, because the run had stopped: a guest may still be held");
        let why = Finding::new(&verdicts::COMMAND_FAILED, "").with("explained", "exit:plugin:4");
        assert_eq!(why.message(Lang::En), "the command did not succeed: plug-in exit code 4");
        assert_eq!(why.message(Lang::Zh), "命令未成功：云助手插件退出码 4");
        let why = Finding::new(&verdicts::WEAKER_THAN_REQUIRED, "")
            .with("level", "crash")
            .with("required", "application")
            .with("tag", "-");
        assert_eq!(why.message(Lang::En), "the snapshots carry no consistency tag: `crash` instead of `application`");
    }
}
