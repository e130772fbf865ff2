//! From a result to its outcome: invocation status, then task error code, then exit code, then the output.

use std::borrow::Cow;

use super::log::{self, Log};
use super::named::{self, Named};
use super::{ContentEncoding, Outcome, encoding};
use crate::base::time::Time;
use crate::catalog::codes::Layer;
use crate::catalog::codes::OutcomeRow;
use crate::catalog::{exit_codes, statuses, task_errors};
use crate::diagnostics::finding::{Finding, Severity};
use crate::diagnostics::messages::outcomes;
use crate::ecs::api::invocation_result::InvocationResult;

/// Decodes one result.
pub fn decode(result: &InvocationResult<'_>, encoding: ContentEncoding) -> Outcome {
    Decoder::new(encoding).decode(result)
}

/// Decodes many results with one scratch buffer.
#[derive(Debug, Default)]
pub struct Decoder {
    encoding: ContentEncoding,
    buffer: Vec<u8>,
}

impl Decoder {
    /// A decoder for outputs in this encoding.
    pub fn new(encoding: ContentEncoding) -> Self {
        Self { encoding, buffer: Vec::new() }
    }

    /// Decodes one result.
    pub fn decode(&mut self, result: &InvocationResult<'_>) -> Outcome {
        let dropped = result.dropped.and_then(|bytes| u64::try_from(bytes).ok()).unwrap_or(0);
        let decoded = encoding::decode(&result.output, self.encoding, dropped, &mut self.buffer);
        let log = log::read(&decoded.text);
        let mut findings = Vec::new();
        if decoded.not_base64 {
            findings.push(Finding::new(&outcomes::NOT_BASE64, "/Output"));
        }
        if let Some(row) = decoded.repaired {
            findings.push(Finding::new(row, "/Output"));
        }
        if dropped > 0 {
            findings.push(Finding::new(&outcomes::OUTPUT_CUT, "/Output").with("bytes", dropped.to_string()));
        }
        let mut verdict = Judge { result, log: &log, dropped, findings: &mut findings }.judge();
        if verdict.finished && !verdict.succeeded {
            refine(&mut verdict, &named::read(&decoded.text), (result, &log), &mut findings);
        }
        Outcome {
            instance_id: result.instance_id.clone().into_owned(),
            finished: verdict.finished,
            invocation_status: status_as_given(&result.invocation_status),
            error_code: result.error_code.clone().into_owned(),
            exit_code: result.exit_code,
            layer: verdict.layer,
            succeeded: verdict.succeeded,
            group_may_exist: verdict.group_may_exist,
            held: verdict.held,
            snapshot_group_id: log.group.map(str::to_owned),
            claimed: log.claimed,
            explained_by: verdict.row.key.into(),
            findings,
            plugin_version: log.version.map(str::to_owned),
            started_at: Time::parse(&result.start_time),
            finished_at: Time::parse(&result.finished_time),
            frozen_millis: log.frozen_millis,
            steps: log.steps(),
            dropped,
            error_lines: log.error_lines(!verdict.succeeded),
        }
    }
}

/// A known status is not copied: there are a hundred thousand of a handful.
fn status_as_given(status: &str) -> Cow<'static, str> {
    statuses::find(status).map_or_else(|| Cow::Owned(status.to_owned()), |row| Cow::Borrowed(row.outcome.name))
}

/// What the codes say, before the words.
struct Verdict {
    row: &'static OutcomeRow,
    layer: Layer,
    finished: bool,
    succeeded: bool,
    held: bool,
    group_may_exist: bool,
}

impl Verdict {
    /// What a row says of a result that is over.
    fn of(row: &'static OutcomeRow) -> Self {
        Self {
            row,
            layer: row.layer,
            finished: true,
            succeeded: false,
            held: row.held,
            group_may_exist: row.group_may_exist,
        }
    }
}

struct Judge<'j, 't> {
    result: &'j InvocationResult<'t>,
    log: &'j Log<'j>,
    dropped: u64,
    findings: &'j mut Vec<Finding>,
}

impl Judge<'_, '_> {
    fn judge(mut self) -> Verdict {
        let status: &str = &self.result.invocation_status;
        let mut verdict = match (status, statuses::find(status)) {
            // Not over: it may have frozen by now, or made its group.
            (_, Some(row)) if !row.finished => return Verdict { finished: false, ..Verdict::of(&row.outcome) },
            ("Success" | "Failed", Some(row)) => {
                self.by_task_error().unwrap_or_else(|| self.by_exit_code(&row.outcome))
            }
            ("Timeout", Some(row)) => {
                // The agent's own word: exit code and other error codes are of no weight.
                self.name_unknown_task_error();
                Verdict::of(&row.outcome)
            }
            (_, Some(row)) => {
                let verdict = self.by_task_error().unwrap_or_else(|| Verdict::of(&row.outcome));
                self.weigh_exit_code(verdict)
            }
            ("", None) => {
                let finding = Finding::new(&outcomes::MISSING_STATUS, "/InvocationStatus");
                let ambiguous = self.result.exit_code == Some(1);
                self.findings.push(if ambiguous { finding.weighing(Severity::Warning) } else { finding });
                self.without_status()
            }
            (_, None) => {
                let finding = Finding::new(&outcomes::UNKNOWN_STATUS, "/InvocationStatus");
                self.findings.push(finding.with("status", status));
                self.by_unknown_status()
            }
        };
        if verdict.finished {
            self.weigh_log(&mut verdict);
        }
        verdict
    }

    fn is_over(&self) -> bool {
        self.result.exit_code.is_some() || !self.result.finished_time.is_empty() || !self.result.error_code.is_empty()
    }

    fn without_status(&mut self) -> Verdict {
        if !self.is_over() {
            return Verdict { finished: false, ..Verdict::of(&statuses::UNKNOWN) };
        }
        if let Some(verdict) = self.by_task_error() {
            return verdict;
        }
        if self.result.exit_code == Some(1) {
            // The agent says 1 as well, when it stops waiting; without a status that cannot be told apart.
            return Verdict::of(&exit_codes::find_as(1, "exit:agent:1").outcome);
        }
        self.by_exit_code(&statuses::UNKNOWN)
    }

    /// A status that nobody knows may be one that leaves the plug-in at work, whatever the exit code is.
    fn by_unknown_status(&self) -> Verdict {
        Verdict { finished: self.is_over(), ..Verdict::of(&statuses::UNKNOWN) }
    }

    /// A command that was never started has no exit code: one that is there tells of a start. 0 stands where none was given.
    fn weigh_exit_code(&mut self, verdict: Verdict) -> Verdict {
        let Some(number) = self.result.exit_code.filter(|number| *number != 0 && verdict.layer == Layer::Service)
        else {
            return verdict;
        };
        self.contradiction(&number.to_string());
        Verdict { held: true, group_may_exist: true, ..verdict }
    }

    fn name_unknown_task_error(&mut self) {
        let code: &str = &self.result.error_code;
        if !code.is_empty() && task_errors::find(code).is_none() {
            self.findings.push(Finding::new(&outcomes::UNKNOWN_TASK_ERROR, "/ErrorCode").with("code", code));
        }
    }

    /// The task error code, unless it only repeats that the exit code is not 0.
    fn by_task_error(&mut self) -> Option<Verdict> {
        let code: &str = &self.result.error_code;
        if code.is_empty() || code == "ExitCodeNonzero" {
            return None;
        }
        self.name_unknown_task_error();
        let status: &str = &self.result.invocation_status;
        let of_status = statuses::find(status).map_or(&statuses::UNKNOWN, |row| &row.outcome);
        let of_failure = self.result.exit_code.filter(|number| *number != 0 && of_status.layer == Layer::Unknown);
        let mut verdict = match (task_errors::find(code), of_failure) {
            (Some(row), _) => Verdict::of(row),
            (None, Some(number)) => Verdict { group_may_exist: true, ..self.by_failure(number) },
            (None, None) if of_status.layer == Layer::Unknown => Verdict::of(&task_errors::UNKNOWN),
            // An unknown code adds a doubt to what the status says.
            (None, None) => Verdict { group_may_exist: true, ..Verdict::of(of_status) },
        };
        if !verdict.group_may_exist {
            // The code says that nothing was started. The status may know better.
            verdict.held |= of_status.held;
            verdict.group_may_exist |= of_status.group_may_exist;
        }
        if status == "Success" {
            self.contradicting_error();
            verdict = Verdict { held: true, group_may_exist: true, ..verdict };
        }
        // The command ran to an end of its own all the same: its exit code weighs too.
        if let ("Success" | "Failed" | "", Some(number)) = (status, self.result.exit_code) {
            let exit = &exit_codes::find(number).outcome;
            verdict.held |= exit.held;
            verdict.group_may_exist |= exit.group_may_exist || number == 0;
        }
        Some(verdict)
    }

    fn contradicting_error(&mut self) {
        let finding = Finding::new(&outcomes::STATUS_CONTRADICTS_ERROR, "/ErrorCode");
        let (status, code): (&str, &str) = (&self.result.invocation_status, &self.result.error_code);
        self.findings.push(finding.with("status", status).with("code", code));
    }

    fn contradiction(&mut self, exit_code: &str) {
        let finding = Finding::new(&outcomes::STATUS_CONTRADICTS_EXIT_CODE, "/InvocationStatus");
        let status: &str = &self.result.invocation_status;
        self.findings.push(finding.with("status", status).with("exit_code", exit_code));
    }

    fn by_exit_code(&mut self, status: &'static OutcomeRow) -> Verdict {
        let given: &str = &self.result.invocation_status;
        let Some(number) = self.result.exit_code else {
            let finding = Finding::new(&outcomes::EXIT_CODE_MISSING, "/ExitCode");
            self.findings.push(finding.with("status", given));
            // Nobody knows how the plug-in ended.
            return Verdict { held: true, group_may_exist: true, ..Verdict::of(status) };
        };
        match (given, number) {
            ("Failed", 0) => {
                self.contradiction("0");
                Verdict { held: true, group_may_exist: true, ..Verdict::of(status) }
            }
            (_, 0) if !self.result.error_code.is_empty() => {
                // The error code says that the exit code is not 0.
                self.contradicting_error();
                let row = task_errors::find(&self.result.error_code).unwrap_or(&task_errors::UNKNOWN);
                Verdict { held: true, group_may_exist: true, ..Verdict::of(row) }
            }
            (_, 0) if self.log.group.is_some() => {
                Verdict { succeeded: true, ..Verdict::of(&exit_codes::find(0).outcome) }
            }
            (_, 0) => {
                self.findings.push(Finding::new(&outcomes::NO_GROUP_NAMED, "/Output"));
                Verdict { layer: Layer::Unknown, ..Verdict::of(&exit_codes::find_as(0, "exit:launcher:0").outcome) }
            }
            _ => {
                let verdict = self.by_failure(number);
                if given == "Success" {
                    self.contradiction(&number.to_string());
                    return Verdict { held: true, group_may_exist: true, ..verdict };
                }
                verdict
            }
        }
    }

    /// Plug-in, launcher and shell share numbers: the output tells who wrote them.
    fn by_failure(&mut self, number: i64) -> Verdict {
        let log = self.log;
        let row = match number {
            1 | 3 if log.launcher && !log.plugin => exit_codes::find_as(number, launcher_key(number)),
            2 if log.panic && log.plugin => &exit_codes::PLUGIN_PANIC,
            2 if (log.panic || log.launcher) && !log.plugin => exit_codes::find_as(2, launcher_key(2)),
            2 if log.shell_syntax && !log.plugin => exit_codes::find_as(2, "exit:shell:2"),
            _ => exit_codes::find(number),
        };
        let mut verdict = Verdict::of(&row.outcome);
        if row.outcome.key == "exit:unknown" {
            let finding = Finding::new(&outcomes::UNKNOWN_EXIT_CODE, "/ExitCode");
            self.findings.push(finding.with("exit_code", number.to_string()));
        } else if row.outcome.layer == Layer::Launcher && log.plugin && !log.launcher {
            // The launcher prints a line for every error of its own; a plug-in may end with the same number.
            let finding = Finding::new(&outcomes::LAUNCHER_LINE_MISSING, "/Output");
            self.findings.push(finding.with("exit_code", number.to_string()));
            verdict = Verdict { layer: Layer::Unknown, held: true, group_may_exist: true, ..verdict };
        } else if matches!(number, 126 | 127 | 9009) && log.plugin {
            let finding = Finding::new(&outcomes::STARTED_ALL_THE_SAME, "/Output");
            self.findings.push(finding.with("exit_code", number.to_string()));
            verdict = Verdict { layer: Layer::Unknown, held: true, group_may_exist: true, ..verdict };
        }
        verdict
    }

    /// What the log itself says, whatever the codes say.
    fn weigh_log(&mut self, verdict: &mut Verdict) {
        let log = self.log;
        let mut say = |row| self.findings.push(Finding::new(row, "/Output"));
        if log.scripts_not_used {
            say(&outcomes::SCRIPTS_NOT_USED);
        }
        if log.thawed_too_early {
            say(&outcomes::THAWED_TOO_EARLY);
        }
        if log.essd_excluded {
            say(&outcomes::ESSD_EXCLUDED);
        }
        if log.freeze_interrupted {
            say(&outcomes::FREEZE_INTERRUPTED);
        }
        // A thaw may lie in the hole, and an instance that was restarted holds nothing.
        let not_thawed = log.frozen && !log.thawed && self.dropped == 0;
        if verdict.layer != Layer::Agent && !verdict.succeeded {
            if not_thawed {
                say(&outcomes::THAW_NOT_LOGGED);
            }
            verdict.held |= not_thawed || log.freeze_interrupted;
        }
        if let Some(value) = log.odd_group {
            let value = String::from_utf8_lossy(value.get(..80).unwrap_or(value)).into_owned();
            self.findings.push(Finding::new(&outcomes::NOT_A_GROUP_ID, "/Output").with("value", value));
        }
        if let (Some(group), true) = (log.group, log.group_count() > 1) {
            let finding = Finding::new(&outcomes::SEVERAL_GROUPS, "/Output");
            self.findings.push(finding.with("count", log.group_count().to_string()).with("group", group));
        }
        if let Some(group) = log.mentioned_group.filter(|_| log.group.is_none()) {
            self.findings.push(Finding::new(&outcomes::GROUP_MENTIONED, "/Output").with("group", group));
        }
        if !verdict.succeeded && (log.group.is_some() || log.mentioned_group.is_some()) {
            verdict.group_may_exist = true;
        }
    }
}

/// What the text plainly says may name the cause better, or add a doubt. It never takes one back.
fn refine(
    verdict: &mut Verdict,
    named: &Named<'_>,
    (result, log): (&InvocationResult<'_>, &Log<'_>),
    findings: &mut Vec<Finding>,
) {
    named.say(findings);
    if named.freeze_begun && verdict.layer != Layer::Agent {
        findings.push(Finding::new(&outcomes::FREEZE_BEGUN, "/Output"));
        (verdict.held, verdict.group_may_exist) = (true, true);
    }
    let launch_failed = named.program == Some(LAUNCHER) && !log.plugin && !log.launcher;
    if let (true, Some(1 | 2), false) = (launch_failed, result.exit_code, verdict.held) {
        let number = if named.on_windows { 9009 } else { 127 };
        (verdict.row, verdict.layer) = (&exit_codes::find(number).outcome, Layer::Shell);
    }
}

/// The program that starts the plug-in.
const LAUNCHER: &str = "acs-plugin-manager";

fn launcher_key(number: i64) -> &'static str {
    match number {
        1 => "exit:launcher:1",
        2 => "exit:launcher:2",
        _ => "exit:launcher:3",
    }
}
