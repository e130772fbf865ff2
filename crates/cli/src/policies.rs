//! Policy documents of the command line: files and folders of them, read once, and what they say in words.

use std::path::{Path, PathBuf};

use consnap_client::document::Document;
use consnap_client::operations::{Passage, PolicyGate};
use consnap_client::run::Run;
use consnap_core::check::{CheckContext, Severities};
use consnap_core::diagnostics::finding::RenderedFinding;
use consnap_core::diagnostics::messages::errors;
use consnap_core::operations::PlanInput;
use consnap_core::{Error, ErrorKind, Finding, Text, input::job, operations};
use consnap_policy::operations::{PolicyCheckOutput, answer};
use consnap_policy::{Explanation, Input, PolicyResult, PolicySet, Verdict};
use serde_json::Value;

use crate::console::Console;
use crate::exit::Failure;

/// Results of one policy that are shown as text; the others are counted.
const SHOWN: usize = 20;

/// The policies a command is to hold to.
#[derive(Debug, clap::Args)]
pub(crate) struct PolicyArguments {
    /// Hold it to the policies of a file, or of all files of a folder; may be repeated
    #[arg(long = "policy", value_name = "FILE|DIR")]
    policies: Vec<PathBuf>,
}

impl PolicyArguments {
    /// The policies; `None` when none are asked for.
    pub(crate) fn read(&self) -> Result<Option<Policies>, Failure> {
        if self.policies.is_empty() { Ok(None) } else { Policies::read(&self.policies).map(Some) }
    }

    /// The policies of a run: what is wrong with their documents ends it before anything is sent.
    pub(crate) fn usable(&self, console: &mut Console) -> Result<Option<Policies>, Failure> {
        let Some(policies) = self.read()? else { return Ok(None) };
        let rendered: Vec<_> = policies.findings().iter().map(|finding| finding.render(console.lang())).collect();
        for finding in &rendered {
            let (document, rest) = policies.document(&finding.place);
            let finding = RenderedFinding { place: rest.to_owned(), ..finding.clone() };
            console.findings_as_notes(&[finding], document);
        }
        policies.gate.usable().map_err(told)?;
        Ok(Some(policies))
    }
}

/// Policy documents that were read.
#[derive(Debug)]
pub(crate) struct Policies {
    pub(crate) documents: Vec<Document>,
    pub(crate) gate: PolicyGate,
}

impl Policies {
    /// Reads files, and the files of folders in the order of their names.
    pub(crate) fn read(paths: &[PathBuf]) -> Result<Self, Failure> {
        let mut documents = Vec::new();
        for path in paths {
            if path.is_dir() {
                let files = files_of(path)?;
                if files.is_empty() {
                    let error = Error::new(ErrorKind::Input, &errors::NO_POLICY_FILES);
                    return Err(error.with("path", path.display().to_string()).into());
                }
                for file in files {
                    documents.push(Document::read(&file)?);
                }
            } else {
                documents.push(Document::read(path)?);
            }
        }
        let values: Value = documents.iter().map(|document| document.value.clone()).collect();
        Ok(Self { documents, gate: PolicyGate::read(&values) })
    }

    pub(crate) fn set(&self) -> &PolicySet {
        self.gate.set()
    }

    /// What is wrong with the documents; places begin with a document's number.
    pub(crate) fn findings(&self) -> &[Finding] {
        self.gate.findings()
    }

    /// The document a place is in, and the place in it.
    pub(crate) fn document<'a>(&self, place: &'a str) -> (Option<&Document>, &'a str) {
        let inside = place.strip_prefix('/').unwrap_or_default();
        let (number, rest) = inside.find('/').map_or((inside, ""), |at| inside.split_at(at));
        (number.parse::<usize>().ok().and_then(|number| self.documents.get(number)), rest)
    }

    /// The file a place is in, with line and column.
    pub(crate) fn file(&self, place: &str) -> Option<(String, Option<(u64, u64)>)> {
        let (document, rest) = self.document(place);
        document.map(|document| (document.name.clone(), document.position(rest)))
    }

    /// Severities of consnap's own findings.
    pub(crate) fn severities(&self) -> &Severities {
        self.set().severities()
    }

    /// Holds a job, facts and a plan to the policies. A plan that is needed and not given is worked out of the facts.
    pub(crate) fn judge(&self, held: &Held<'_>, all: bool, console: &Console) -> Result<PolicyCheckOutput, Failure> {
        let (job, _) = job::read(held.job);
        let now = crate::clock::now();
        let made = match held.plan {
            None if self.set().reads_plan() && !held.facts.is_empty() => {
                let input = PlanInput {
                    job: held.job.clone(),
                    facts: Value::Array(held.facts.to_vec()),
                    run_id: None,
                    as_of: None,
                    now: Some(now),
                    severities: self.severities().iter().map(|(code, severity)| (code.to_owned(), severity)).collect(),
                    lang: console.lang(),
                };
                operations::plan(&input)?.plan.and_then(|plan| serde_json::to_value(plan).ok())
            }
            _ => None,
        };
        let scene = Input {
            job: &job,
            instances: held.facts,
            plan: held.plan.or(made.as_ref()),
            today: CheckContext { as_of: None, now: Some(now) }.today(),
            all,
            lang: console.lang(),
        };
        Ok(answer(self.set(), self.findings(), self.set().judge(&scene), console.lang()))
    }

    /// Shows what the policies say of a run that has made its plan; what stands against it ends it before anything is started.
    pub(crate) fn allow(&self, run: &Run, document: &Document, console: &mut Console) -> Result<(), Failure> {
        let Passage { said, refusal } = self.gate.judge(run, console.lang());
        for line in self.lines(&said, Some(document), console) {
            console.note(&line);
        }
        refusal.map_or(Ok(()), |refusal| Err(told(refusal)))
    }

    /// What the policies say, as lines.
    pub(crate) fn lines(&self, checked: &PolicyCheckOutput, job: Option<&Document>, console: &Console) -> Vec<String> {
        let mut lines = Vec::new();
        for finding in &checked.findings {
            let (document, rest) = self.document(&finding.place);
            let finding = RenderedFinding { place: rest.to_owned(), ..finding.clone() };
            lines.push(console.rendered(&finding, document));
        }
        let mut of_policy = ("", 0usize);
        for result in &checked.results {
            if of_policy.0 != result.policy {
                of_policy = (&result.policy, 0);
            }
            let Some(finding) = &result.finding else {
                lines.push(console.safe(&format!("{} {} {}", result.result, result.policy, subject(result, job))));
                continue;
            };
            of_policy.1 += 1;
            if of_policy.1 > SHOWN {
                continue;
            }
            let mut about = result.instance_id.as_deref().map(|id| Document::made(id, Value::Null));
            if result.about == Some("job") {
                lines.push(console.rendered(finding, job));
                if let Some(about) = about.take() {
                    lines.push(console.safe(&format!("  = {}", about.name)));
                }
            } else {
                lines.push(console.rendered(finding, about.as_ref().or(job)));
            }
            if let Some(waived) = &result.waived {
                let arguments = [("owner", waived.owner.clone()), ("expires", waived.expires.clone())];
                lines.push(console.safe(&format!("  = {}", console.text(&WAIVED, &arguments))));
            }
            if let Some(explanation) = &result.explanation {
                explain(explanation, 1, console, &mut lines);
            }
            lines.extend(result.links.iter().map(|link| console.safe(&format!("  = {link}"))));
        }
        for summary in &checked.policies {
            let told = summary.failed.saturating_add(summary.cannot_judge);
            let hidden = usize::try_from(told).unwrap_or(usize::MAX).saturating_sub(SHOWN);
            if hidden > 0 {
                let arguments = [("policy", summary.policy.clone()), ("count", hidden.to_string())];
                lines.push(console.safe(&console.text(&MORE, &arguments)));
            }
        }
        lines.push(console.safe(&self.summary(checked, console)));
        lines
    }

    fn summary(&self, checked: &PolicyCheckOutput, console: &Console) -> String {
        let sum = |of: fn(&consnap_policy::PolicySummary) -> u32| {
            checked.policies.iter().map(of).fold(0u32, u32::saturating_add).to_string()
        };
        let unheld = checked
            .policies
            .iter()
            .filter(|of| [of.passed, of.failed, of.skipped, of.cannot_judge].iter().all(|count| *count == 0))
            .count();
        let mut line = console.text(
            &SUMMARY,
            &[
                ("policies", self.set().policies().count().to_string()),
                ("passed", sum(|of| of.passed)),
                ("failed", sum(|of| of.failed)),
                ("unknown", sum(|of| of.cannot_judge)),
                ("skipped", sum(|of| of.skipped)),
                ("waived", sum(|of| of.waived)),
            ],
        );
        if unheld > 0 && !checked.policies.is_empty() {
            line.push_str(&console.text(&UNHELD, &[("count", unheld.to_string())]));
        }
        line
    }
}

/// An error whose findings were shown already.
pub(crate) fn told(error: Error) -> Failure {
    Error { findings: Vec::new(), ..error }.into()
}

/// What is held to policies.
pub(crate) struct Held<'a> {
    pub(crate) job: &'a Value,
    /// Each as its reader gives it back.
    pub(crate) facts: &'a [Value],
    /// As `plan` gives it.
    pub(crate) plan: Option<&'a Value>,
}

fn subject(result: &PolicyResult, job: Option<&Document>) -> String {
    let of_job = || job.map_or_else(String::new, |job| job.name.clone());
    result.instance_id.clone().unwrap_or_else(of_job)
}

/// Lines of an explanation: the value, the part, and what made it so a step further in.
pub(crate) fn explain(explanation: &Explanation, depth: usize, console: &Console, lines: &mut Vec<String>) {
    let value = match &explanation.trouble {
        Some(_) => Verdict::CannotJudge.name().to_owned(),
        None => explanation.value.to_string(),
    };
    let entry = explanation.entry.as_ref().map_or_else(String::new, |entry| format!("  ({entry})"));
    let line = format!("{}{value}  {}{entry}", "  ".repeat(depth), explanation.expression);
    lines.push(format!("  | {}", console.safe(&line)));
    for part in &explanation.because {
        explain(part, depth.saturating_add(1), console, lines);
    }
}

/// The documents of a folder, in the order of their names.
fn files_of(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let unreadable = |error: std::io::Error| {
        let reason = error.to_string();
        Error::new(ErrorKind::Input, &errors::UNREADABLE_FILE)
            .with("path", folder.display().to_string())
            .with("reason", reason)
    };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let document = path.extension().is_some_and(|end| ["yaml", "yml", "json"].iter().any(|known| end == *known));
        if document && path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

static WAIVED: Text = Text::new("waived until {expires}, {owner} answers for it", "豁免至 {expires}，负责人 {owner}");
static MORE: Text = Text::new(
    "{policy}: {count} more are not shown; `--format json` lists all",
    "{policy}：另有 {count} 项未显示；`--format json` 会列出全部",
);
static SUMMARY: Text = Text::new(
    "{policies} policies: {passed} met, {failed} not met, {unknown} cannot be judged, {skipped} for others; {waived} waived",
    "{policies} 条合规规则：满足 {passed}，未满足 {failed}，无法判断 {unknown}，不适用 {skipped}；已豁免 {waived}",
);
static UNHELD: Text = Text::new(
    "; {count} were held against nothing: give facts of instances",
    "；{count} 条未用于任何对象：请提供实例信息",
);
