//! `consnap check`: is the job right, are the instances fit, and which consistency will it give?

use std::path::PathBuf;

use consnap_core::catalog::messages::errors;
use consnap_core::check::{CheckContext, Checker, Eligibility, InstanceCheck};
use consnap_core::facts::InstanceFacts;
use consnap_core::ops::check::{CheckOutput, CheckedInstance, InstanceVerdict};
use consnap_core::{Error, ErrorKind, Finding, Severity, Text, config};
use serde::Deserialize as _;
use serde_json::Value;

use crate::console::Console;
use crate::document::{self, Document};
use crate::exit::{Exit, Failure};

/// Check a job document, and instances against it; sends nothing
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  consnap check job.yaml
  consnap check job.yaml --facts fleet.json --as-of 2025-06-01
  consnap check job.yaml --facts fleet.jsonl --format json | jq '.instances[] | select(.eligible != \"yes\")'

Without facts only the document is checked; `consnap plan` looks the instances up.")]
pub(crate) struct Arguments {
    /// The job document, YAML or JSON; `-` reads standard input
    job: PathBuf,
    /// Facts of instances: one JSON object, a list, or JSON Lines
    #[arg(long, value_name = "FILE")]
    facts: Option<PathBuf>,
    /// Judge by the newest edition of the vendor's documents not later than this day
    #[arg(long, value_name = "DATE")]
    as_of: Option<String>,
}

pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Failure> {
    let document = Document::read(&arguments.job)?;
    let as_of = match &arguments.as_of {
        Some(text) => {
            Some(text.parse().map_err(|_| Error::new(ErrorKind::Input, &errors::BAD_DAY).with("text", text.clone()))?)
        }
        None => None,
    };
    let context = CheckContext { as_of, now: Some(crate::clock::now()) };
    let (job, mut findings) = config::read(&document.value);
    let checker = Checker::new(&job, &context);
    findings.extend(checker.job_findings(None));
    let mut instances = Vec::new();
    if let Some(path) = &arguments.facts {
        for facts in read_facts(path)? {
            let checked = checker.check(&facts);
            instances.push((facts, checked));
        }
    }
    if console.is_json() {
        console.json(&as_output(&findings, &instances, arguments.facts.is_some(), console.lang()))?;
    } else {
        print(&document, &findings, &instances, console)?;
    }
    Ok(exit_of(&findings, &instances))
}

type Checked = (InstanceFacts, InstanceCheck);

fn exit_of(findings: &[Finding], instances: &[Checked]) -> Exit {
    let mut exit = Exit::Reached;
    if findings.iter().any(Finding::blocks) {
        exit = Exit::Findings;
    }
    for (_, checked) in instances {
        exit = exit.or_worse(match checked.eligible {
            Eligibility::Yes if !checked.findings.iter().any(Finding::blocks) => Exit::Reached,
            Eligibility::Yes | Eligibility::No => Exit::Findings,
            Eligibility::Unknown => Exit::Unknown,
        });
    }
    exit
}

fn as_output(findings: &[Finding], instances: &[Checked], with_facts: bool, lang: consnap_core::Lang) -> CheckOutput {
    let rendered = |findings: &[Finding]| findings.iter().map(|finding| finding.render(lang)).collect();
    let instances = instances.iter().map(|(facts, checked)| CheckedInstance {
        findings: rendered(&checked.findings),
        verdict: InstanceVerdict {
            instance_id: facts.instance_id.clone(),
            platform: checked.platform,
            eligible: checked.eligible,
            predicted_consistency: checked.predicted,
            predicted_why: checked.predicted_why.render(lang),
        },
    });
    CheckOutput { findings: rendered(findings), instance: None, instances: with_facts.then(|| instances.collect()) }
}

fn print(
    document: &Document,
    findings: &[Finding],
    instances: &[Checked],
    console: &mut Console,
) -> Result<(), Failure> {
    console.findings_as_data(findings, document)?;
    for (facts, checked) in instances {
        let line = console.text(
            &INSTANCE,
            &[
                ("instance", facts.instance_id.clone()),
                ("eligible", checked.eligible.to_string()),
                ("predicted", checked.predicted.to_string()),
                ("why", checked.predicted_why.message(console.lang())),
            ],
        );
        let line = console.safe(&line);
        console.data(&line)?;
        console.findings_as_data(&checked.findings, &Document::made(&facts.instance_id, Value::Null))?;
    }
    let all = || findings.iter().chain(instances.iter().flat_map(|(_, checked)| &checked.findings));
    let count = |severity| all().filter(|finding| finding.severity == severity).count().to_string();
    let line = console.text(
        &SUMMARY,
        &[
            ("job", document.name.clone()),
            ("errors", count(Severity::Error)),
            ("warnings", count(Severity::Warning)),
            ("advice", count(Severity::Advice)),
            ("instances", instances.len().to_string()),
        ],
    );
    let line = console.safe(&line);
    console.data(&line)
}

/// One object, a list, or one object a line.
fn read_facts(path: &std::path::Path) -> Result<Vec<InstanceFacts>, Error> {
    let text = document::read_text(path)?;
    let unreadable = |place: String, reason: String| {
        Error::new(ErrorKind::Input, &errors::UNREADABLE_FACTS).with("place", place).with("reason", reason)
    };
    let mut all = Vec::new();
    let values = serde_json::Deserializer::from_str(&text).into_iter::<Value>();
    for value in values {
        let value = value.map_err(|error| {
            unreadable(format!("{}:{}:{}", path.display(), error.line(), error.column()), error.to_string())
        })?;
        let list = match value {
            Value::Array(list) => list,
            one => vec![one],
        };
        for value in list {
            let facts = InstanceFacts::deserialize(value)
                .map_err(|error| unreadable(format!("{} [{}]", path.display(), all.len()), error.to_string()))?;
            all.push(facts);
        }
    }
    Ok(all)
}

static INSTANCE: Text = Text::new(
    "{instance}: eligible {eligible}, predicted consistency {predicted}: {why}",
    "{instance}：是否符合条件 {eligible}，预计一致性 {predicted}：{why}",
);
static SUMMARY: Text = Text::new(
    "{job}: {errors} errors, {warnings} warnings, {advice} pieces of advice; {instances} instances checked",
    "{job}：{errors} 个错误，{warnings} 个警告，{advice} 条建议；已检查 {instances} 台实例",
);
