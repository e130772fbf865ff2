//! `consnap check`: is the job right, are the instances fit, and which consistency will it give?

use std::collections::BTreeMap;
use std::path::PathBuf;

use consnap_core::check::Eligibility;
use consnap_core::finding::RenderedFinding;
use consnap_core::ops::check::{CheckOutput, CheckedInstance, check_documents};
use consnap_core::ops::{self, CheckInput, PolicyCheckOutput};
use consnap_core::{Severity, Text};
use serde::Serialize;
use serde_json::Value;

use crate::arguments::Format;
use crate::commands::policy::documents;
use crate::console::Console;
use crate::document::{self, Document};
use crate::exit::{Exit, Failure};
use crate::judgement;
use crate::policies::{self, Policies, PolicyArguments};

/// Check a job document, and instances against it; sends nothing
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  consnap check job.yaml
  consnap check job.yaml --facts fleet.json --as-of 2025-06-01
  consnap check job.yaml --facts fleet.json --policy policies/ --format sarif > check.sarif
  consnap check job.yaml --facts fleet.jsonl --format json | jq '.instances[].eligible'

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
    #[command(flatten)]
    policies: PolicyArguments,
}

/// What the check found, and what policies say.
#[derive(Serialize)]
struct Held<'a> {
    #[serde(flatten)]
    checked: &'a CheckOutput,
    policies: &'a PolicyCheckOutput,
}

pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Failure> {
    let document = Document::read(&arguments.job)?;
    let policies = arguments.policies.read()?;
    let input = CheckInput {
        job: document.value.clone(),
        facts: None,
        platform: None,
        as_of: arguments.as_of.clone(),
        now: Some(crate::clock::now()),
        severities: policies.as_ref().map(severities_of).unwrap_or_default(),
        policies: None,
        lang: console.lang(),
    };
    let text = arguments.facts.as_deref().map(document::read_text).transpose()?;
    let checked = match &text {
        Some(text) => check_documents(&input, text.as_bytes())?,
        None => ops::check(&input)?,
    };
    let held = match &policies {
        Some(policies) => {
            let facts = text.as_deref().map(documents).transpose()?.unwrap_or_default();
            let held = policies::Held { job: &document.value, facts: &facts, plan: None };
            let all = console.format() == Format::Junit;
            Some((policies, policies.judge(&held, all, console)?))
        }
        None => None,
    };
    let mut entries = judgement::of_check(&checked, &document);
    entries.extend(held.iter().flat_map(|(policies, held)| judgement::of_policies(held, Some(&document), policies)));
    match &held {
        _ if judgement::write(&entries, console)? => {}
        Some((_, policies)) if console.is_json() => console.json(&Held { checked: &checked, policies })?,
        None if console.is_json() => console.json(&checked)?,
        held => {
            print(&document, &checked, console)?;
            if let Some((policies, held)) = held {
                for line in policies.lines(held, Some(&document), console) {
                    console.data(&line)?;
                }
            }
        }
    }
    let refused = held.is_some_and(|(_, held)| !held.passed);
    Ok(exit_of(&checked).or_worse(if refused { Exit::Findings } else { Exit::Reached }))
}

fn severities_of(policies: &Policies) -> BTreeMap<String, Severity> {
    policies.severities().iter().map(|(code, severity)| (code.to_owned(), severity)).collect()
}

fn exit_of(checked: &CheckOutput) -> Exit {
    let blocked = |findings: &[RenderedFinding]| {
        if findings.iter().any(RenderedFinding::blocks) { Exit::Findings } else { Exit::Reached }
    };
    let instances = checked.instances.iter().flatten().map(|instance| {
        blocked(&instance.findings).or_worse(match instance.verdict.eligible {
            Eligibility::Yes => Exit::Reached,
            Eligibility::No => Exit::Findings,
            Eligibility::Unknown => Exit::Unknown,
        })
    });
    instances.fold(blocked(&checked.findings), Exit::or_worse)
}

fn print(document: &Document, checked: &CheckOutput, console: &mut Console) -> Result<(), Failure> {
    console.findings_as_data(&checked.findings, document)?;
    let instances = checked.instances.as_deref().unwrap_or_default();
    for CheckedInstance { findings, verdict } in instances {
        let line = console.text(
            &INSTANCE,
            &[
                ("instance", verdict.instance_id.clone()),
                ("eligible", verdict.eligible.to_string()),
                ("predicted", verdict.predicted_consistency.to_string()),
                ("why", verdict.predicted_why.message.clone()),
            ],
        );
        let line = console.safe(&line);
        console.data(&line)?;
        console.findings_as_data(findings, &Document::made(&verdict.instance_id, Value::Null))?;
    }
    let count = |severity| {
        let all = checked.findings.iter().chain(instances.iter().flat_map(|instance| &instance.findings));
        all.filter(|finding| finding.severity == severity).count().to_string()
    };
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

static INSTANCE: Text = Text::new(
    "{instance}: eligible {eligible}, predicted consistency {predicted}: {why}",
    "{instance}：是否符合条件 {eligible}，预计一致性 {predicted}：{why}",
);
static SUMMARY: Text = Text::new(
    "{job}: {errors} errors, {warnings} warnings, {advice} pieces of advice; {instances} instances checked",
    "{job}：{errors} 个错误，{warnings} 个警告，{advice} 条建议；已检查 {instances} 台实例",
);
