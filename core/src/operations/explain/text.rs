//! What a pasted text says: it is recognised, and each part of it explained as what it is.

use serde_json::Value;

use super::{CommandExplanation, ExplainInput, TextExplanation, command_explained, explained};
use crate::base::consistency::Consistency;
use crate::catalog::codes::{CodeExplanation, Repeat};
use crate::catalog::{explain_code, parameters};
use crate::diagnostics::error::Error;
use crate::diagnostics::finding::{Finding, MessageRow, Severity};
use crate::diagnostics::messages::{outcomes, texts};
use crate::diagnostics::text::Lang;
use crate::input::document::shorten;
use crate::input::job::Job;
use crate::input::recognise::{
    DocumentKind, GivenCommand, Malformed, Named, Nearest, Recognised, TextKind, Told, is_base64, member, named,
    outside, own_words, recognise, spelled,
};
use crate::operations::decode::{DecodeInput, decode};
use crate::plugin::command::budget::budget;
use crate::plugin::output::{self, ContentEncoding};
use crate::plugin::probe;
use crate::run::verdict::level_of_tags;

/// Commands, snapshots and codes of one text that are spoken of.
const MOST: usize = 16;
/// The operations whose replies tell of instances.
const OF_INSTANCES: &[&str] =
    &["DescribeInstances", "DescribeDisks", "DescribeCloudAssistantStatus", "DescribeInstanceRamRole"];

pub(super) fn explain(text: &str, input: &ExplainInput) -> Result<TextExplanation, Error> {
    let mut said = Said::new(input);
    // What comes with an exit code or a status is an output, whatever it looks like: a guest can print anything.
    let ended = input.exit_code.is_some() || input.invocation_status.is_some();
    let found = recognise(text);
    let named = match &found {
        Recognised::Documents(_) => named(&outside(text)),
        Recognised::Other(TextKind::Script | TextKind::Scenario | TextKind::Credentials) => Named::default(),
        _ => named(text),
    };
    let tells = ended || !named.results.is_empty();
    if !matches!(found, Recognised::Other(TextKind::Script | TextKind::Scenario | TextKind::Credentials)) {
        said.codes(&own_words(text), &[]);
    }
    match found {
        Recognised::Documents(found) => {
            said.documents(found)?;
            if text.contains("[level=") {
                said.started_all_the_same();
            }
            if tells {
                let kind = said.out.kind;
                said.output(if ended { text } else { "" }, &named, false)?;
                said.out.kind = if ended { said.out.kind } else { kind };
            }
            said.codes(&named.codes, &[]);
        }
        Recognised::Codes(found) => {
            said.codes(&found.codes, &[]);
            said.codes(&named.codes, &named.unknown);
            for (program, code) in &named.of_programs {
                said.of_program(&texts::OF_ANOTHER_PROGRAM, program, *code);
            }
            for (program, code) in &named.unclear {
                said.of_program(&texts::WHOSE_IS_UNCLEAR, program, *code);
            }
            if ended || named.results.iter().any(|one| one.is_joint() || is_launch(one) && named.names_what_ran) {
                said.output("", &named, false)?;
            }
            said.out.kind = TextKind::Code;
        }
        _ if ended => said.output(text, &named, is_base64(text))?,
        Recognised::Output(output) => said.output(&output, &named, false)?,
        other => {
            said.other(other);
            if tells {
                let kind = said.out.kind;
                said.output("", &named, false)?;
                said.out.kind = if kind == TextKind::Nothing { TextKind::Code } else { kind };
            }
        }
    }
    if named.names_what_ran {
        said.started_all_the_same();
    }
    Ok(said.finish())
}

/// Whether an exit code says that nothing was started.
fn is_launch(one: &Told) -> bool {
    matches!(one.exit_code, Some(126 | 127 | 9009))
}

/// What has been said so far.
struct Said<'i> {
    input: &'i ExplainInput,
    lang: Lang,
    out: TextExplanation,
    /// What is explained by findings alone.
    by_findings: bool,
    operation: &'static str,
}

impl<'i> Said<'i> {
    fn new(input: &'i ExplainInput) -> Self {
        let out = TextExplanation {
            kind: TextKind::Nothing,
            taken_for: String::new(),
            explained: false,
            explanations: Vec::new(),
            parameters: Vec::new(),
            commands: Vec::new(),
            outcomes: Vec::new(),
            findings: Vec::new(),
        };
        Self { input, lang: input.lang, out, by_findings: false, operation: "" }
    }

    fn finish(mut self) -> TextExplanation {
        let out = &self.out;
        self.out.explained = self.by_findings
            || !(out.explanations.is_empty()
                && out.parameters.is_empty()
                && out.commands.is_empty()
                && out.outcomes.is_empty());
        self.out.kind.name().get(self.lang).clone_into(&mut self.out.taken_for);
        if !self.operation.is_empty() {
            self.out.taken_for.push_str(&[" (`", self.operation, "`)"].concat());
        }
        self.out
    }

    fn say(&mut self, finding: &Finding) {
        let finding = output::rendered(finding, self.lang);
        if !self.out.findings.contains(&finding) {
            self.out.findings.push(finding);
        }
    }

    fn about(&mut self, row: &'static MessageRow) {
        self.say(&Finding::new(row, ""));
    }

    fn nothing(&mut self, nearest: &Nearest) {
        let nearest = match nearest {
            Nearest::Word(word) => format!("`{word}`"),
            Nearest::Kind(kind) => kind.get(self.lang).to_owned(),
        };
        self.say(&Finding::new(&texts::NOT_KNOWN, "").with("nearest", nearest));
    }

    fn elsewhere(&mut self, kind: TextKind) {
        self.out.kind = kind;
        match kind.reader() {
            Some(command) => self.say(&Finding::new(&texts::READ_ELSEWHERE, "").with("command", command)),
            None if kind == TextKind::Credentials => self.about(&texts::HOLDS_SECRETS),
            None => self.about(&texts::TELLS_FACTS),
        }
    }

    fn of_program(&mut self, row: &'static MessageRow, program: &str, code: i64) {
        self.say(&Finding::new(row, "").with("exit_code", code.to_string()).with("program", shorten(program)));
    }

    fn codes(&mut self, codes: &[CodeExplanation], unknown: &[String]) {
        for code in codes {
            let rendered = code.render(self.lang);
            if !self.out.explanations.iter().any(|known| known.key == rendered.key) {
                self.out.explanations.push(rendered);
            }
        }
        for code in unknown {
            self.say(&Finding::new(&texts::CODE_NOT_KNOWN, "").with("code", shorten(code)));
        }
    }

    /// What is neither a code, an output nor a document.
    fn other(&mut self, found: Recognised) {
        match found {
            Recognised::Empty => self.nothing(&Nearest::Kind(TextKind::Code.name())),
            Recognised::Parameters(rows) => {
                self.out.kind = TextKind::Parameter;
                let lang = self.lang;
                self.out.parameters.extend(rows.into_iter().map(|row| explained(row, lang)));
            }
            Recognised::Tag(key, value) => {
                self.out.kind = TextKind::Tag;
                self.level(&format!("{key}:{value}"), level_of_tags([(key.as_str(), value.as_str())]).0);
            }
            Recognised::Command(given) => self.command(&given, ""),
            Recognised::Probe(answer) => self.probe(&answer),
            Recognised::Malformed(line, why) => self.say(&malformed(line, &why)),
            Recognised::Other(kind) => self.elsewhere(kind),
            Recognised::Nothing(nearest) => self.nothing(&nearest),
            Recognised::Codes(_) | Recognised::Output(_) | Recognised::Documents(_) => {}
        }
    }

    /// An output with the results that are told beside it, with what it plainly says where nothing tells how its command
    /// ended.
    fn output(&mut self, output: &str, named: &Named, is_encoded: bool) -> Result<(), Error> {
        self.out.kind = TextKind::Output;
        let given = (self.input.exit_code, self.input.invocation_status.as_deref());
        let status = given.1.map(|status| spelled(status).unwrap_or(status));
        let mut results: Vec<(Option<i64>, Option<&str>, Option<&str>)> = Vec::new();
        if given.0.is_some() || named.results.is_empty() {
            results.push((given.0, status, None));
        }
        for told in &named.results {
            // What was given holds for what the text leaves open, and beside what it says otherwise.
            let one = (told.exit_code.or(given.0), told.status.or(status), told.error_code);
            results.push(one);
            if told.status.is_some() && status.is_some_and(|status| Some(status) != told.status) {
                results.push((one.0, status, told.error_code));
            }
        }
        results.dedup();
        for (exit_code, status, error_code) in results {
            let decoded = decode(&DecodeInput {
                output: Some(output.to_owned()),
                content_encoding: if is_encoded { ContentEncoding::Base64 } else { ContentEncoding::PlainText },
                exit_code,
                invocation_status: status.map(str::to_owned),
                error_code: error_code.map(str::to_owned),
                lang: self.lang,
                ..DecodeInput::default()
            })?;
            if exit_code.is_none() && status.is_none() {
                for finding in output::plainly_said(output) {
                    self.say(&finding);
                }
                let group = decoded.outcomes.first().and_then(|outcome| outcome.snapshot_group_id.clone());
                if let Some(group) = group {
                    self.say(&Finding::new(&texts::NAMES_A_GROUP, "").with("group", group));
                }
            }
            for outcome in decoded.outcomes {
                if !self.out.outcomes.contains(&outcome) {
                    self.out.outcomes.push(outcome);
                }
            }
            self.out.findings.extend(decoded.findings);
        }
        Ok(())
    }

    /// What is spoken of as having run was started, whatever an exit code of the shell says.
    fn started_all_the_same(&mut self) {
        let mut numbers = Vec::new();
        for outcome in self.out.outcomes.iter_mut().filter(|outcome| !outcome.held) {
            if let Some(number @ (126 | 127 | 9009)) = outcome.exit_code {
                numbers.push(number);
                (outcome.held, outcome.group_may_exist) = (true, true);
                outcome.repeat = Repeat::AfterLook;
            }
        }
        for number in numbers {
            let finding = Finding::new(&outcomes::STARTED_ALL_THE_SAME, "").with("exit_code", number.to_string());
            self.say(&finding);
        }
    }

    fn probe(&mut self, answer: &str) {
        self.out.kind = TextKind::Probe;
        self.about(&texts::TELLS_FACTS);
        let read = probe::read(answer.as_bytes());
        for finding in read.findings {
            self.say(&finding);
        }
    }

    /// A command, and what stands around it.
    fn command(&mut self, given: &GivenCommand, place: &'static str) {
        if self.out.commands.len() >= MOST {
            return;
        }
        if self.out.kind == TextKind::Nothing {
            self.out.kind = if given.is_call { TextKind::Call } else { TextKind::Command };
        }
        let platform = self.input.platform.or(given.platform);
        let found = command_explained(&given.command, platform, self.lang);
        let encoding = given.encoding.as_deref().unwrap_or_default();
        let is_base64 = encoding.eq_ignore_ascii_case("Base64");
        match (given.is_call && place.is_empty(), given.is_encoded, is_base64) {
            (true, true, false) => self.about(&texts::ENCODING_NOT_GIVEN),
            (true, false, true) => self.about(&texts::ENCODING_CONTRADICTS),
            _ => {}
        }
        if let Some(needed) = needed(&found) {
            let finding = match given.timeout {
                None => {
                    let weight = if given.is_call { Severity::Warning } else { Severity::Advice };
                    Some(Finding::new(&texts::TIMEOUT_NOT_GIVEN, place).weighing(weight))
                }
                Some(seconds) if seconds < i64::from(needed) => {
                    Some(Finding::new(&texts::TIMEOUT_TOO_SHORT, place).with("given", seconds.to_string()))
                }
                Some(_) => None,
            };
            if let Some(finding) = finding {
                self.say(&finding.with("needed", needed.to_string()));
            }
        }
        if !self.out.commands.contains(&found) {
            self.out.commands.push(found);
        }
    }

    fn documents(&mut self, found: Vec<(DocumentKind, Value)>) -> Result<(), Error> {
        let mut results = Vec::new();
        for (kind, value) in found {
            let is_first = self.out.kind == TextKind::Nothing && results.is_empty();
            match kind {
                DocumentKind::Results | DocumentKind::Reply("DescribeInvocationResults" | "DescribeInvocations") => {
                    for given in commands_of(&value) {
                        self.out.kind = TextKind::Results;
                        self.command(&given, "/Invocations");
                    }
                    results.push(value);
                }
                DocumentKind::Refusal => {
                    let code = value.as_object().and_then(|members| member(members, "Code")).and_then(Value::as_str);
                    let code = code.unwrap_or_default();
                    let codes = explain_code(code);
                    let unknown = codes.is_empty().then(|| code.to_owned());
                    self.codes(&codes, unknown.as_slice());
                    self.take(is_first, TextKind::Refusal);
                }
                DocumentKind::RunCommand => {
                    let given = value.as_object().and_then(GivenCommand::of).filter(|given| is_ours(&given.command));
                    match given {
                        Some(given) => self.command(&given, ""),
                        None => self.nothing(&Nearest::Kind(TextKind::Call.name())),
                    }
                }
                DocumentKind::Reply(operation) => {
                    self.reply(operation, &value);
                    self.take(is_first, TextKind::Reply);
                }
                DocumentKind::Facts => {
                    self.about(&texts::TELLS_FACTS);
                    self.take(is_first, TextKind::Facts);
                }
                DocumentKind::Job => self.elsewhere(TextKind::Job),
                DocumentKind::Policies => self.elsewhere(TextKind::Policies),
                DocumentKind::RamPolicy => self.elsewhere(TextKind::RamPolicy),
                DocumentKind::Credentials => self.elsewhere(TextKind::Credentials),
                DocumentKind::Unknown => self.nothing(&Nearest::Kind(TextKind::Results.name())),
            }
        }
        if results.is_empty() {
            return Ok(());
        }
        self.out.kind = TextKind::Results;
        self.operation = "";
        let content_encoding =
            if results.iter().any(holds_plain) { ContentEncoding::PlainText } else { ContentEncoding::Base64 };
        let results = if results.len() == 1 { results.swap_remove(0) } else { Value::Array(results) };
        let input = DecodeInput { results: Some(results), content_encoding, lang: self.lang, ..DecodeInput::default() };
        let decoded = decode(&input)?;
        self.out.outcomes.extend(decoded.outcomes);
        self.out.findings.extend(decoded.findings);
        Ok(())
    }

    fn take(&mut self, is_first: bool, kind: TextKind) {
        if is_first {
            self.out.kind = kind;
        }
    }

    fn reply(&mut self, operation: &'static str, value: &Value) {
        self.operation = operation;
        match operation {
            "RunCommand" => {
                let id = value.as_object().and_then(|members| member(members, "InvokeId")).and_then(Value::as_str);
                self.say(&Finding::new(&texts::CALL_ACCEPTED, "").with("invocation", shorten(id.unwrap_or_default())));
            }
            "DescribeSnapshots" | "DescribeSnapshotGroups" => self.snapshots(operation, value),
            _ if OF_INSTANCES.contains(&operation) => self.about(&texts::TELLS_FACTS),
            _ => self.say(&Finding::new(&texts::OTHER_REPLY, "").with("operation", operation)),
        }
    }

    /// The levels that the tags of snapshots show.
    fn snapshots(&mut self, operation: &'static str, value: &Value) {
        let (set, one) = match operation {
            "DescribeSnapshots" => ("Snapshots", "Snapshot"),
            _ => ("SnapshotGroups", "SnapshotGroup"),
        };
        let listed = listed(value, set, one);
        if listed.is_empty() {
            self.say(&Finding::new(&texts::HOLDS_NOTHING, "").with("operation", operation));
        }
        let members = value.as_object();
        let total = members.and_then(|members| member(members, "TotalCount")).and_then(Value::as_u64).unwrap_or(0);
        let token =
            members.and_then(|members| member(members, "NextToken")).and_then(Value::as_str).unwrap_or_default();
        if total > listed.len() as u64 || !token.is_empty() {
            let total = if total > 0 { total.to_string() } else { format!("> {}", listed.len()) };
            let finding = Finding::new(&outcomes::PAGE_OF_SEVERAL, "").with("held", listed.len().to_string());
            self.say(&finding.with("total", total));
        }
        let snapshots = listed.into_iter().flat_map(|one| match operation {
            "DescribeSnapshots" => vec![one],
            _ => self::listed(one, "Snapshots", "Snapshot"),
        });
        for snapshot in snapshots.take(MOST) {
            let text = |value: &Value, name: &str| {
                let found = value.as_object().and_then(|members| member(members, name)).and_then(Value::as_str);
                found.map(str::to_owned)
            };
            let tags = self::listed(snapshot, "Tags", "Tag").into_iter().map(|tag| {
                let either = |one: &str, other: &str| text(tag, one).or_else(|| text(tag, other)).unwrap_or_default();
                (either("TagKey", "Key"), either("TagValue", "Value"))
            });
            let tags: Vec<(String, String)> = tags.collect();
            let level = level_of_tags(tags.iter().map(|(key, value)| (key.as_str(), value.as_str()))).0;
            self.level(&shorten(&text(snapshot, "SnapshotId").unwrap_or_default()), level);
        }
    }

    fn level(&mut self, snapshot: &str, level: Consistency) {
        let row = match level {
            Consistency::Application => &texts::TAG_APPLICATION,
            Consistency::FileSystem => &texts::TAG_FILE_SYSTEM,
            _ => &texts::TAG_ABSENT,
        };
        self.by_findings = true;
        self.say(&Finding::new(row, "").with("snapshot", snapshot));
    }
}

/// The finding about something that begins like JSON and is none.
pub(crate) fn malformed(line: usize, why: &Malformed) -> Finding {
    let (row, reason) = match why {
        Malformed::Cut => (&texts::JSON_CUT, ""),
        Malformed::Comma => (&texts::JSON_COMMA, ""),
        Malformed::Quotes => (&texts::JSON_QUOTES, ""),
        Malformed::Other(reason) => (&texts::JSON_OTHER, reason.as_str()),
    };
    Finding::new(row, "").with("line", line.to_string()).with("reason", shorten(reason))
}

/// The members of a list, in the shape of the service or flat.
fn listed<'v>(value: &'v Value, set: &str, one: &str) -> Vec<&'v Value> {
    let list = value.as_object().and_then(|members| member(members, set));
    let list = list.and_then(|inner| inner.as_object().map_or(Some(inner), |members| member(members, one)));
    match list {
        Some(Value::Array(items)) => items.iter().collect(),
        Some(item @ Value::Object(_)) => vec![item],
        _ => Vec::new(),
    }
}

/// The commands of invocations.
fn commands_of(value: &Value) -> Vec<GivenCommand> {
    let mut found: Vec<GivenCommand> = Vec::new();
    for invocation in listed(value, "Invocations", "Invocation") {
        let given = invocation.as_object().and_then(GivenCommand::of).filter(|given| is_ours(&given.command));
        if let Some(given) = given
            && found.len() < MOST
            && !found.contains(&given)
        {
            found.push(given);
        }
    }
    found
}

/// Whether a command is one of the plug-in, and not any other that somebody ran.
fn is_ours(command: &str) -> bool {
    command.contains("acs-plugin-manager")
}

/// Whether an output in a page is in clear: the reply does not say.
fn holds_plain(value: &Value) -> bool {
    match value {
        Value::Object(members) => members.iter().any(|(name, inner)| match inner {
            Value::String(text) if name.eq_ignore_ascii_case("Output") => !text.bytes().all(|byte| {
                byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=') || byte.is_ascii_whitespace()
            }),
            inner => holds_plain(inner),
        }),
        Value::Array(items) => items.iter().any(holds_plain),
        _ => false,
    }
}

/// The least `Timeout` that cannot cut a command short, in seconds, where it starts the plug-in.
fn needed(found: &CommandExplanation) -> Option<u32> {
    found.arguments.as_ref()?;
    if found.plugin.as_deref() != Some(parameters::plugin(found.platform)) {
        return None;
    }
    let value = |row: &parameters::ParameterRow| {
        let mut given = found.parameters.iter().rev();
        given.find(|parameter| parameter.name == row.wire).map(|parameter| parameter.value.clone())
    };
    let mut job = Job::default();
    job.linux.pre_script_path = value(&parameters::PRE_SCRIPT_PATH);
    job.linux.post_script_path = value(&parameters::POST_SCRIPT_PATH);
    job.linux.script_timeout_seconds = value(&parameters::SCRIPT_TIMEOUT_IN_SECONDS).and_then(|text| text.parse().ok());
    job.linux.freeze_timeout_seconds = value(&parameters::TIMEOUT_IN_SECONDS).and_then(|text| text.parse().ok());
    job.linux.freeze_file_systems = value(&parameters::ENABLE_FS_FREEZE).map(|text| text != "false");
    Some(budget(&job, found.platform).total_seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exit_code_counts_whatever_the_output_looks_like() {
        for text in ["{\"Snapshots\": {\"Snapshot\": []}}", "12", "consnap-probe format=1", "no more"] {
            let input = ExplainInput { text: Some(text.to_owned()), exit_code: Some(12), ..ExplainInput::default() };
            let told = explain(text, &input).unwrap();
            assert!(told.outcomes.iter().any(|outcome| outcome.held), "{text}");
        }
    }
}
