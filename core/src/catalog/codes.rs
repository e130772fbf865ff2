//! What stands behind a code of a command's result, whatever its kind, and the look-up that explains any code.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::api_errors::{self, ApiErrorRow, RetryClass, Scope};
use super::assumptions::{self, AssumptionRow};
use super::{exit_codes, sources, statuses, task_errors, vss};
use crate::diagnostics::finding::{MessageRow, Severity};
use crate::diagnostics::messages;
use crate::diagnostics::text::{Lang, Text};

/// Which layer an exit code speaks for.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Layer {
    /// `app-snapshot-plugin`: 0 to 16 and 255.
    Plugin,
    /// `acs-plugin-manager`: 232 to 247.
    Launcher,
    /// The shell: 126, 127, 128 + signal; on Windows 9009 and exception codes.
    Shell,
    /// The Cloud Assistant agent: time-out, reboot codes 193, 194, 3009, 3010.
    Agent,
    /// The service: the command never reached the guest.
    Service,
    /// It cannot be told.
    Unknown,
}

/// When a new run on this instance makes sense.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Repeat {
    /// There is nothing to repeat: it went well or still goes on.
    NotNeeded,
    /// Nothing was made; the cause must be fixed first.
    AfterFix,
    /// Nothing was made; the cause passes by itself.
    AfterPause,
    /// A group may exist, or the guest may be held: look first, never repeat blindly.
    AfterLook,
}

/// What takes back the suspicion that a guest is held.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ClearedBy {
    /// A consistency tag that is only put after the thaw and the post-thaw script (assumption A29).
    Tag,
    /// Nothing that the service shows: somebody has to look into the guest.
    Nothing,
}

/// What may hold a guest.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum HeldBy {
    /// A script that locked the application.
    Script,
    /// Frozen file systems, or the script as well.
    FileSystems,
}

/// The row of an exit code, an invocation status or a task error code.
#[derive(Debug, Serialize)]
pub struct OutcomeRow {
    /// `exit:plugin:12`, `status:Timeout`, `task:ClientNotRunning`.
    pub key: &'static str,
    /// The symbolic name beside a number, such as `SIGKILL` or `DOWNLOAD_FAIL`; the code itself where it is a word.
    pub name: &'static str,
    /// Which layer it speaks for.
    pub layer: Layer,
    /// The guest may still be held: application locked or file systems frozen.
    pub held: bool,
    /// By what, if so.
    pub held_by: HeldBy,
    /// What takes that back.
    pub cleared_by: ClearedBy,
    /// A group may exist although the command failed. A group is looked for after every start; this says how long its absence
    /// is doubted.
    pub group_may_exist: bool,
    /// Whether a group without a consistency tag has none because none was reached. Not where tagging itself failed.
    pub tags_tell: bool,
    /// Whether nobody waited for the end of the command: what the tags show is not contradicted by this result.
    pub unwatched: bool,
    /// When a new run makes sense.
    pub repeat: Repeat,
    /// What it means.
    pub meaning: Text,
    /// What usually leads to it.
    pub cause: Text,
    /// What to do.
    pub next_step: Text,
    /// Document and edition.
    pub source: &'static str,
}

/// The row with a key, such as `exit:plugin:12`.
pub fn find(key: &str) -> Option<&'static OutcomeRow> {
    outcome_rows().find(|row| row.key == key)
}

/// All rows of exit codes, statuses and task error codes.
pub fn outcome_rows() -> impl Iterator<Item = &'static OutcomeRow> {
    exit_codes::rows()
        .map(|row| &row.outcome)
        .chain(statuses::ROWS.iter().map(|row| &row.outcome))
        .chain(task_errors::ROWS)
        .chain([&statuses::UNKNOWN, &task_errors::UNKNOWN])
}

/// What kind of code it is.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CodeKind {
    /// `ExitCode` of a result.
    ExitCode,
    /// `InvocationStatus` of a result.
    InvocationStatus,
    /// `ErrorCode` of a result.
    TaskError,
    /// `Code` of an error reply of the API.
    ApiError,
    /// An error of the Volume Shadow Copy Service, such as `VSS_E_WRITERERROR_TIMEOUT` or `0x800423f2`.
    VssError,
    /// A finding or error of consnap, such as `CS506`.
    Message,
    /// What consnap relies on without having seen it on the live service, such as `A09`.
    Assumption,
}

/// One meaning of a code, in both languages.
#[derive(Copy, Clone, Debug, Serialize)]
pub struct CodeExplanation {
    /// What kind of code it is.
    pub kind: CodeKind,
    /// The key of its row, unique over all kinds.
    pub key: &'static str,
    /// The symbolic name, where there is one.
    pub name: &'static str,
    /// What it means.
    pub meaning: Text,
    /// What usually leads to it; of an assumption, why it is believed.
    pub cause: Option<Text>,
    /// What to do.
    pub next_step: Text,
    /// Which layer it speaks for (results only).
    pub layer: Option<Layer>,
    /// Whether the guest may still be held; null where the code says nothing of it.
    pub held: Option<bool>,
    /// Whether a group may exist although the command failed; null where the code says nothing of it.
    pub group_may_exist: Option<bool>,
    /// When a new run makes sense (results only).
    pub repeat: Option<Repeat>,
    /// Whether the call may be repeated (API errors only).
    pub retry: Option<RetryClass>,
    /// Whom it concerns (API errors only).
    pub scope: Option<Scope>,
    /// How much it weighs (messages of consnap only).
    pub severity: Option<Severity>,
    /// Document and edition.
    pub source: &'static str,
}

/// All meanings of a code, the most likely first; empty when it is not known. A number may belong to several layers.
///
/// Takes `12`, `exit 12`, `exit:plugin:12`, `0xC0000005`, `SIGKILL`, `DOWNLOAD_FAIL`, `Timeout`, `ClientNotRunning`,
/// `InvalidInstance.NotFound`, `CS506`, `A09`; letter case does not matter.
pub fn explain_code(code: &str) -> Vec<CodeExplanation> {
    let code = code.trim();
    let bare = ["ExitCode", "exit code", "exit"]
        .iter()
        .find_map(|word| code.get(..word.len()).filter(|head| head.eq_ignore_ascii_case(word)).map(|_| word.len()))
        .and_then(|at| code.get(at..))
        .map_or(code, |rest| rest.trim_start_matches([' ', '=', ':', '\t']));
    if let Some(row) = vss::find_error(bare) {
        return vec![of_vss(row)];
    }
    if let Some(number) = read_number(bare) {
        return exit_codes::candidates(number).map(|row| of_outcome(CodeKind::ExitCode, &row.outcome)).collect();
    }
    let is = |other: &str| other.eq_ignore_ascii_case(code);
    let mut found: Vec<CodeExplanation> = Vec::new();
    if code.is_empty() {
        return found;
    }
    found.extend(
        statuses::ROWS
            .iter()
            .filter(|row| is(row.outcome.name) || is(row.outcome.key))
            .map(|row| of_outcome(CodeKind::InvocationStatus, &row.outcome)),
    );
    found.extend(
        task_errors::ROWS
            .iter()
            .filter(|row| is(row.name) || is(row.key))
            .map(|row| of_outcome(CodeKind::TaskError, row)),
    );
    // The launcher writes `DOWNLOAD_FAIL.ConnectionRefused`.
    let name = code.split('.').next().unwrap_or(code);
    found.extend(
        exit_codes::rows()
            .filter(|row| is(row.outcome.key) || (exit_codes::is_named(row, name) && !name.is_empty()))
            .map(|row| of_outcome(CodeKind::ExitCode, &row.outcome)),
    );
    found.extend(api_errors::rows().find(|row| is(row.code)).or_else(|| api_errors::find(code)).map(of_api_error));
    found.extend(
        messages::TABLES.iter().flat_map(|table| table.iter()).filter(|row| is(row.code)).map(|row| of_message(row)),
    );
    found.extend(assumptions::ROWS.iter().filter(|row| is(row.id)).map(|row| of_assumption(row)));
    found
}

fn read_number(text: &str) -> Option<i64> {
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(hex) => u32::from_str_radix(hex, 16).ok().map(i64::from),
        None => text.parse().ok(),
    }
}

fn of_outcome(kind: CodeKind, row: &'static OutcomeRow) -> CodeExplanation {
    // A status alone leaves to the exit code what became of the guest, and a success is one that made a group.
    let left_open = kind == CodeKind::InvocationStatus && row.layer == Layer::Unknown;
    CodeExplanation {
        kind,
        key: row.key,
        name: row.name,
        meaning: row.meaning,
        cause: Some(row.cause),
        next_step: row.next_step,
        layer: Some(row.layer),
        held: Some(row.held || left_open),
        group_may_exist: Some(row.group_may_exist || left_open || row.repeat == Repeat::NotNeeded),
        repeat: Some(row.repeat),
        retry: None,
        scope: None,
        severity: None,
        source: row.source,
    }
}

fn of_api_error(row: &'static ApiErrorRow) -> CodeExplanation {
    let may_be_sent = row.retry == RetryClass::MaybeCarriedOut;
    CodeExplanation {
        kind: CodeKind::ApiError,
        key: row.code,
        name: "",
        meaning: row.meaning,
        cause: None,
        next_step: row.next_step,
        layer: None,
        held: None,
        group_may_exist: may_be_sent.then_some(true),
        repeat: None,
        retry: Some(row.retry),
        scope: Some(row.scope),
        severity: None,
        source: row.source,
    }
}

fn of_vss(row: &'static vss::VssErrorRow) -> CodeExplanation {
    CodeExplanation {
        kind: CodeKind::VssError,
        key: row.name,
        name: row.number,
        meaning: row.meaning,
        cause: None,
        next_step: row.next_step,
        layer: None,
        held: None,
        // The service fell back or gave up: whether a group was made all the same, nobody says.
        group_may_exist: Some(true),
        repeat: None,
        retry: None,
        scope: None,
        severity: None,
        source: vss::SOURCE,
    }
}

/// Findings about a guest that may still be held.
const OF_HELD_GUESTS: &[&str] = &[
    "CS362", "CS380", "CS381", "CS389", "CS393", "CS501", "CS503", "CS505", "CS513", "CS514", "CS523", "CS533", "CS924",
];
/// Findings about a result that is not known, or a group that may exist although nothing says what is in it.
const OF_UNKNOWN_RESULTS: &[&str] = &[
    "CS355", "CS356", "CS358", "CS359", "CS360", "CS361", "CS364", "CS365", "CS366", "CS382", "CS387", "CS506",
    "CS516", "CS525", "CS526", "CS925",
];

fn of_message(row: &'static MessageRow) -> CodeExplanation {
    // What the finding says holds for whoever looks it up, too.
    let listed = |codes: &[&str]| codes.contains(&row.code).then_some(true);
    CodeExplanation {
        kind: CodeKind::Message,
        key: row.code,
        name: "",
        meaning: row.message,
        cause: None,
        next_step: row.help,
        layer: None,
        held: listed(OF_HELD_GUESTS),
        group_may_exist: listed(OF_HELD_GUESTS).or(listed(OF_UNKNOWN_RESULTS)),
        repeat: None,
        retry: None,
        scope: None,
        severity: Some(row.severity),
        source: row.source,
    }
}

const TRY_IT: Text = Text::new(
    "nothing to do; a run on an instance that may be lost shows whether it holds",
    "无需处理；在可丢弃的实例上试运行即可验证",
);

fn of_assumption(row: &'static AssumptionRow) -> CodeExplanation {
    CodeExplanation {
        kind: CodeKind::Assumption,
        key: row.id,
        name: "",
        meaning: row.what,
        cause: Some(row.why),
        next_step: TRY_IT,
        layer: None,
        held: None,
        group_may_exist: None,
        repeat: None,
        retry: None,
        scope: None,
        severity: None,
        source: row.source,
    }
}

impl CodeExplanation {
    /// The explanation in one language.
    pub fn render(&self, lang: Lang) -> RenderedExplanation {
        RenderedExplanation {
            kind: self.kind,
            key: self.key,
            name: self.name,
            message: self.meaning.without_values(lang),
            cause: self.cause.map(|text| text.get(lang)),
            next_step: self.next_step.without_values(lang),
            layer: self.layer,
            held: self.held,
            group_may_exist: self.group_may_exist,
            repeat: self.repeat,
            retry: self.retry,
            scope: self.scope,
            severity: self.severity,
            source: sources::titled(self.source),
        }
    }
}

/// One meaning of a code in one language, as it crosses the border.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RenderedExplanation {
    /// What kind of code it is.
    pub kind: CodeKind,
    /// The key of its row, unique over all kinds.
    pub key: &'static str,
    /// The symbolic name, where there is one.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub name: &'static str,
    /// What it means.
    pub message: Cow<'static, str>,
    /// What usually leads to it; of an assumption, why it is believed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<&'static str>,
    /// What to do.
    pub next_step: Cow<'static, str>,
    /// Which layer it speaks for (results only).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layer: Option<Layer>,
    /// Whether the guest may still be held; null where the code says nothing of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held: Option<bool>,
    /// Whether a group may exist although the command failed; null where the code says nothing of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_may_exist: Option<bool>,
    /// When a new run makes sense (results only).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repeat: Option<Repeat>,
    /// Whether the call may be repeated (API errors only).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry: Option<RetryClass>,
    /// Whom it concerns (API errors only).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<Scope>,
    /// How much it weighs (messages of consnap only).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// Document and edition.
    pub source: String,
}

/// Builds a row: layer, whether the guest may be `held` (`locked`, `frozen`, `unwatched`) or is `free`, whether a `group`
/// (`untagged_group`) may exist or `no_group`, when to repeat, and the words.
macro_rules! outcome {
    ($key:expr, $name:expr, $layer:ident, $held:ident, $group:ident, $repeat:ident, $source:expr,
        ($en:expr, $zh:expr), ($cause_en:expr, $cause_zh:expr), $next:expr) => {
        $crate::catalog::codes::OutcomeRow {
            key: $key,
            name: $name,
            layer: $crate::catalog::codes::Layer::$layer,
            held: !matches!($crate::catalog::codes::outcome!(@held $held), $crate::catalog::codes::Hold::None),
            held_by: match $crate::catalog::codes::outcome!(@held $held) {
                $crate::catalog::codes::Hold::Locked => $crate::catalog::codes::HeldBy::Script,
                _ => $crate::catalog::codes::HeldBy::FileSystems,
            },
            cleared_by: match $crate::catalog::codes::outcome!(@held $held) {
                $crate::catalog::codes::Hold::Locked | $crate::catalog::codes::Hold::Frozen => {
                    $crate::catalog::codes::ClearedBy::Nothing
                }
                _ => $crate::catalog::codes::ClearedBy::Tag,
            },
            group_may_exist: $crate::catalog::codes::outcome!(@group $group),
            tags_tell: $crate::catalog::codes::outcome!(@tags $group),
            unwatched: matches!($crate::catalog::codes::outcome!(@held $held), $crate::catalog::codes::Hold::Unwatched),
            repeat: $crate::catalog::codes::Repeat::$repeat,
            meaning: $crate::diagnostics::text::Text::new($en, $zh),
            cause: $crate::diagnostics::text::Text::new($cause_en, $cause_zh),
            next_step: $next,
            source: $source,
        }
    };
    (@held held) => { $crate::catalog::codes::Hold::UntilTagged };
    (@held unwatched) => { $crate::catalog::codes::Hold::Unwatched };
    (@held locked) => { $crate::catalog::codes::Hold::Locked };
    (@held frozen) => { $crate::catalog::codes::Hold::Frozen };
    (@held free) => { $crate::catalog::codes::Hold::None };
    (@group group) => { true };
    (@group untagged_group) => { true };
    (@group no_group) => { false };
    (@tags untagged_group) => { false };
    (@tags $other:ident) => { true };
}
pub(crate) use outcome;

/// How the tables write whether a guest may be held.
pub(crate) enum Hold {
    /// `free`: it is not.
    None,
    /// `held`: until a tag shows that the plug-in came past the thaw.
    UntilTagged,
    /// `unwatched`: likewise; nobody waited for the end of the command, which may have been a good one.
    Unwatched,
    /// `locked`: the application by its script, until somebody has looked.
    Locked,
    /// `frozen`: file systems, until somebody has looked.
    Frozen,
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn keys(code: &str) -> Vec<&'static str> {
        explain_code(code).iter().map(|explanation| explanation.key).collect()
    }

    #[test]
    fn keys_are_unique_and_words_complete() {
        let mut seen = BTreeSet::new();
        for row in outcome_rows() {
            assert!(seen.insert(row.key), "{} appears twice", row.key);
            for text in [row.meaning, row.cause, row.next_step] {
                assert!(!text.en.is_empty() && !text.en.ends_with('.'), "{}: {}", row.key, text.en);
                assert!(
                    text.zh.chars().any(|c| c > '\u{2e80}') && !text.zh.ends_with('。'),
                    "{}: {}",
                    row.key,
                    text.zh
                );
            }
            // What may exist or be held is never repeated without a look.
            if row.held || row.group_may_exist {
                assert_eq!(row.repeat, Repeat::AfterLook, "{}", row.key);
            }
        }
    }

    #[test]
    fn a_number_may_mean_several_layers() {
        assert_eq!(keys("12"), ["exit:plugin:12"]);
        assert_eq!(keys("1"), ["exit:plugin:1", "exit:agent:1", "exit:launcher:1"]);
        assert_eq!(keys("exit code 2").first(), Some(&"exit:plugin:2"));
        assert_eq!(keys("247"), ["exit:launcher:247"]);
        assert_eq!(keys("0xC0000005"), ["exit:shell:3221225477"]);
        assert_eq!(keys("-1073741819"), ["exit:shell:3221225477"]);
        assert_eq!(keys("140"), ["exit:shell:140"]);
        assert_eq!(keys("160"), ["exit:shell:128+n"]);
        assert_eq!(keys("77"), ["exit:unknown"]);
    }

    /// A finding that says so is listed, and what is listed is a finding.
    #[test]
    fn findings_weigh_what_they_say() {
        let rows = || messages::TABLES.iter().flat_map(|table| table.iter());
        for row in rows() {
            let says = |words: &str| row.message.en.contains(words);
            if says("may still be held") || says("may be held") {
                assert!(OF_HELD_GUESTS.contains(&row.code), "{}", row.code);
            }
            if says("group may exist") || says("as unknown") || says("not known: a group") {
                let listed = OF_HELD_GUESTS.contains(&row.code) || OF_UNKNOWN_RESULTS.contains(&row.code);
                assert!(listed, "{}", row.code);
            }
        }
        for code in OF_HELD_GUESTS.iter().chain(OF_UNKNOWN_RESULTS) {
            assert_eq!(rows().filter(|row| row.code == *code).count(), 1, "{code}");
            assert!(!(OF_HELD_GUESTS.contains(code) && OF_UNKNOWN_RESULTS.contains(code)), "{code}");
        }
    }

    #[test]
    fn words_are_found_in_any_case() {
        assert_eq!(keys("timeout"), ["status:Timeout"]);
        assert_eq!(keys("ClientNotRunning"), ["task:ClientNotRunning"]);
        assert_eq!(keys("InvalidInstance.NotFound"), ["InvalidInstance.NotFound"]);
        assert_eq!(keys("invalidinstance.notfound"), ["InvalidInstance.NotFound"]);
        assert_eq!(keys("DOWNLOAD_FAIL.ConnectionRefused"), ["exit:launcher:240"]);
        assert_eq!(keys("EXECUTE_TIMEOUT_ERR"), ["exit:launcher:247"]);
        assert_eq!(keys("SIGKILL"), ["exit:shell:137"]);
        assert_eq!(keys("exit:plugin:0"), ["exit:plugin:0"]);
        assert_eq!(keys("0x800423F2"), ["VSS_E_WRITERERROR_TIMEOUT"]);
        assert_eq!(keys("vss_e_writererror_timeout"), ["VSS_E_WRITERERROR_TIMEOUT"]);
        assert_eq!(keys("cs501"), ["CS501"]);
        assert_eq!(keys("a09"), ["A09"]);
        assert!(keys("").is_empty());
        assert!(keys("no such thing").is_empty());
        assert!(keys("exit").is_empty());
    }

    #[test]
    fn rendering_speaks_the_language_asked_for() {
        let explanation = explain_code("12").remove(0);
        assert!(explanation.render(Lang::Zh).message.contains("解冻"));
        assert_eq!(explain_code("0").first().and_then(|found| found.group_may_exist), Some(true));
        let of = |code| explain_code(code).first().map(|found| (found.held, found.group_may_exist));
        assert_eq!(of("Success"), Some((Some(true), Some(true))), "the exit code tells, and it is not there");
        assert_eq!(of("Aborted"), Some((Some(false), Some(false))));
        for row in messages::TABLES.iter().flat_map(|table| table.iter()) {
            for lang in [Lang::En, Lang::Zh] {
                let shown = of_message(row).render(lang);
                for text in [shown.message, shown.next_step] {
                    let is_shown =
                        text.split('{').skip(1).any(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase()));
                    assert!(!is_shown, "{}: {text}", row.code);
                }
            }
        }
        let json = serde_json::to_value(explanation.render(Lang::En)).unwrap();
        assert_eq!(json["held"], true);
        assert!(json.get("retry").is_none());
    }
}
