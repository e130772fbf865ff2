//! Findings and verdicts in the form that other tools read: one entry for each thing that was looked at.

use consnap_client::document::Document;
use consnap_core::Severity;
use consnap_core::diagnostics::finding::RenderedFinding;
use consnap_core::operations::check::CheckOutput;
use consnap_linter::{LintReport, ScriptFinding};
use consnap_policy::operations::{PolicyCheckOutput, PolicyTestOutput};
use consnap_policy::{PolicyResult, Verdict};

use crate::arguments::Format;
use crate::console::Console;
use crate::exit::Failure;
use crate::policies::Policies;
use crate::{junit, sarif};

/// What came of one look.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Passed,
    Failed,
    /// It cannot be determined.
    Unknown,
    Skipped,
}

/// One thing that was looked at.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// The policy's id, or the code of a finding.
    pub(crate) rule: String,
    /// Of what: an instance, a case, the job.
    pub(crate) subject: String,
    pub(crate) outcome: Outcome,
    pub(crate) severity: Severity,
    pub(crate) message: String,
    pub(crate) help: String,
    pub(crate) link: Option<String>,
    /// The file, with line and column where they are known.
    pub(crate) file: Option<(String, Option<(u64, u64)>)>,
    /// Why it is let off.
    pub(crate) waived: Option<String>,
    /// Whether that stands in the file itself.
    pub(crate) waived_in_file: bool,
}

impl Entry {
    /// An entry of a finding; a place in a document leads to its line.
    fn of(finding: &RenderedFinding, subject: &str, document: Option<&Document>) -> Self {
        Self {
            rule: finding.code.clone(),
            subject: subject.to_owned(),
            outcome: if finding.severity == Severity::Advice { Outcome::Passed } else { Outcome::Failed },
            severity: finding.severity,
            message: finding.message.clone(),
            help: finding.help.clone(),
            link: None,
            file: document.map(|document| (document.name.clone(), document.position(&finding.place))),
            waived: finding.accepted.clone(),
            waived_in_file: document.is_some(),
        }
    }

    fn of_result(result: &PolicyResult, job: Option<&Document>, policies: &Policies) -> Self {
        let subject =
            result.instance_id.clone().unwrap_or_else(|| job.map_or("job".to_owned(), |job| job.name.clone()));
        let policy = policies.set().policies().find(|(policy, ..)| policy.id == result.policy);
        let mut entry = Self {
            rule: result.policy.clone(),
            subject,
            outcome: match result.result {
                Verdict::Pass => Outcome::Passed,
                Verdict::Fail => Outcome::Failed,
                Verdict::Skip => Outcome::Skipped,
                Verdict::CannotJudge => Outcome::Unknown,
            },
            severity: policy.map_or(Severity::Error, |(policy, ..)| policy.severity),
            message: String::new(),
            help: String::new(),
            link: result.links.first().cloned(),
            file: None,
            waived: None,
            waived_in_file: false,
        };
        if let Some(finding) = &result.finding {
            entry.message.clone_from(&finding.message);
            entry.help.clone_from(&finding.help);
            entry.waived.clone_from(&finding.accepted);
            let about_job = result.about == Some("job") || result.about.is_none();
            entry.file = match (job, policy) {
                (Some(job), _) if about_job => Some((job.name.clone(), job.position(&finding.place))),
                // What is wrong with an instance stands in no file of the user's; the policy does.
                (_, Some((_, place, _))) => policies.file(place),
                _ => None,
            };
        }
        entry
    }
}

/// The entries of a policy check.
pub(crate) fn of_policies(checked: &PolicyCheckOutput, job: Option<&Document>, policies: &Policies) -> Vec<Entry> {
    let of_documents = checked.findings.iter().map(|finding| {
        let (document, rest) = policies.document(&finding.place);
        let finding = RenderedFinding { place: rest.to_owned(), ..finding.clone() };
        Entry::of(&finding, document.map_or("policies", |document| document.name.as_str()), document)
    });
    of_documents.chain(checked.results.iter().map(|result| Entry::of_result(result, job, policies))).collect()
}

/// The entries of a check.
pub(crate) fn of_check(checked: &CheckOutput, job: &Document) -> Vec<Entry> {
    let mut entries: Vec<Entry> =
        checked.findings.iter().map(|finding| Entry::of(finding, &job.name, Some(job))).collect();
    for instance in checked.instances.iter().flatten() {
        let id = instance.verdict.instance_id.as_str();
        entries.extend(instance.findings.iter().map(|finding| Entry::of(finding, id, None)));
    }
    entries
}

/// The entries of a lint.
pub(crate) fn of_lint(report: &LintReport) -> Vec<Entry> {
    let entry = |finding: &ScriptFinding| Entry {
        rule: finding.rule.to_owned(),
        subject: finding.script.clone(),
        outcome: if finding.severity == Severity::Advice { Outcome::Passed } else { Outcome::Failed },
        severity: finding.severity,
        message: finding.message.clone(),
        help: finding.fix.clone(),
        link: None,
        file: Some((finding.script.clone(), Some((finding.line as u64, finding.column as u64)))),
        waived: finding.waived.clone(),
        waived_in_file: true,
    };
    report.findings.iter().map(entry).collect()
}

/// The entries of tried cases.
pub(crate) fn of_cases(tried: &PolicyTestOutput, policies: &Policies) -> Vec<Entry> {
    let mut entries = Vec::new();
    for case in &tried.cases {
        let said = tried.findings.iter().find(|finding| finding.place == case.place && finding.code == "CS424");
        entries.push(Entry {
            rule: case.policy.clone(),
            subject: case.name.clone(),
            outcome: if case.passed { Outcome::Passed } else { Outcome::Failed },
            severity: Severity::Error,
            message: said.map_or_else(String::new, |finding| finding.message.clone()),
            help: said.map_or_else(String::new, |finding| finding.help.clone()),
            link: None,
            file: policies.file(&case.place),
            waived: None,
            waived_in_file: false,
        });
    }
    for finding in tried.findings.iter().filter(|finding| finding.code != "CS424") {
        let (document, rest) = policies.document(&finding.place);
        let finding = RenderedFinding { place: rest.to_owned(), ..finding.clone() };
        entries.push(Entry::of(&finding, document.map_or("policies", |document| document.name.as_str()), document));
    }
    entries
}

/// Writes entries in the form asked for; nothing when it is none of theirs.
pub(crate) fn write(entries: &[Entry], console: &mut Console) -> Result<bool, Failure> {
    match console.format() {
        Format::Sarif => console.json(&sarif::log(entries))?,
        Format::Junit => console.raw(&junit::report(entries)?)?,
        Format::Text | Format::Json => return Ok(false),
    }
    Ok(true)
}
