//! `consnap check`: is the job right, are the instances fit, and which consistency will it give?

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use consnap_client::document::{self, Document};
use consnap_client::operations::{RunOptions, begin_run};
use consnap_core::check::Eligibility;
use consnap_core::diagnostics::finding::{Finding, RenderedFinding};
use consnap_core::diagnostics::messages::guest;
use consnap_core::input::facts::InstanceFacts;
use consnap_core::operations::check::{CheckOutput, CheckedInstance, InstanceVerdict, check_documents, check_found};
use consnap_core::operations::{self, CheckInput};
use consnap_core::run::session::{Goal, Target};
use consnap_core::{Severity, Text};
use consnap_policy::operations::PolicyCheckOutput;
use serde::Serialize;
use serde_json::{Value, json};

use crate::arguments::Format;
use crate::commands::policy::documents;
use crate::commands::run::usable_job;
use crate::connection::ConnectionArguments;
use crate::console::Console;
use crate::drive::{self, state_directory};
use crate::exit::{Exit, Failure};
use crate::policies::{self, Policies, PolicyArguments};
use crate::results;

/// Check a job document, and instances against it; without `--probe`, sends nothing
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  consnap check job.yaml
  consnap check job.yaml --facts fleet.json --as-of 2025-06-01
  consnap check job.yaml --facts fleet.json --policy policies/ --format sarif > check.sarif
  consnap check job.yaml --facts fleet.jsonl --format json | jq '.instances[].eligible'
  consnap check job.yaml --probe --save-facts fleet.jsonl

Without facts only the document is checked. `--probe` looks the job's instances up and into their guests, with one
read-only command each; `consnap plan` looks them up alone.")]
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
    /// Look the job's instances up, and into their guests with one read-only command
    #[arg(long, conflicts_with_all = ["facts", "as_of"])]
    probe: bool,
    /// Use an earlier look into a guest that is not older than this, such as `12h`
    #[arg(long, value_name = "AGE", requires = "probe")]
    probe_max_age: Option<String>,
    /// Keep the facts that were found, for `--facts` later
    #[arg(long, value_name = "FILE", requires = "probe")]
    save_facts: Option<PathBuf>,
    #[command(flatten)]
    connection: ConnectionArguments,
}

/// What the check found, and what policies say.
#[derive(Serialize)]
struct Held<'a> {
    #[serde(flatten)]
    checked: &'a CheckOutput,
    policies: &'a PolicyCheckOutput,
}

pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Failure> {
    let mut document = Document::read(&arguments.job)?;
    let policies = arguments.policies.read()?;
    let unfit = consnap_scripts::compose(&mut document.value);
    let looked = if arguments.probe { Some(look(arguments, &mut document, console)?) } else { None };
    let input = CheckInput {
        job: document.value.clone(),
        facts: None,
        platform: None,
        as_of: arguments.as_of.clone(),
        now: Some(crate::clock::now()),
        severities: policies.as_ref().map(severities_of).unwrap_or_default(),
        lang: console.lang(),
    };
    let text = arguments.facts.as_deref().map(document::read_text).transpose()?;
    let seen: Option<Vec<Value>> = looked
        .as_ref()
        .map(|looked| looked.facts.iter().filter_map(|facts| serde_json::to_value(facts).ok()).collect());
    let mut checked = match (&text, looked) {
        (_, Some(looked)) => looked.check(&input, arguments.save_facts.as_deref(), console)?,
        (Some(text), None) => check_documents(&input, text.as_bytes())?,
        (None, None) => operations::check(&input)?,
    };
    checked.findings.extend(unfit.iter().map(|finding| finding.render(console.lang())));
    let held = match &policies {
        Some(policies) => {
            let facts = match seen {
                Some(seen) => seen,
                None => text.as_deref().map(documents).transpose()?.unwrap_or_default(),
            };
            let held = policies::Held { job: &document.value, facts: &facts, plan: None };
            let all = console.format() == Format::Junit;
            Some((policies, policies.judge(&held, all, console)?))
        }
        None => None,
    };
    let mut entries = results::of_check(&checked, &document);
    entries.extend(held.iter().flat_map(|(policies, held)| results::of_policies(held, Some(&document), policies)));
    match &held {
        _ if results::write(&entries, console)? => {}
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

/// What a look at the instances told.
struct Looked {
    facts: Vec<InstanceFacts>,
    /// Every instance as the session judged it, those that were asked for and not found behind the others.
    targets: Vec<Target>,
}

/// Looks the instances of a job up, and into their guests.
fn look(arguments: &Arguments, document: &mut Document, console: &mut Console) -> Result<Looked, Failure> {
    if let Some(job) = document.value.as_object_mut() {
        let options = job.entry("run").or_insert_with(|| json!({}));
        if let Some(options) = options.as_object_mut() {
            options.insert("probe".to_owned(), json!("always"));
            if let Some(age) = &arguments.probe_max_age {
                options.insert("probe_max_age".to_owned(), json!(age));
            }
        }
    }
    let job = usable_job(document, None, console)?;
    let connection = arguments.connection.open(&job.regions, None)?;
    let runtime = drive::runtime()?;
    // Looking at the own instance changes nothing on it.
    let options = RunOptions { keep_facts: true, include_self: true, ..RunOptions::default() };
    let (job, state) = ((job, document.value.clone()), state_directory()?);
    let mut run = runtime.block_on(begin_run(job, Goal::Plan, options, &connection, &state))?;
    drive::drive(&mut run, &runtime, console)?;
    if let Some(error) = run.session().error() {
        return Err(error.clone().into());
    }
    let session = run.session();
    Ok(Looked { facts: session.facts().to_vec(), targets: session.state().targets.clone() })
}

impl Looked {
    /// Checks what was found, and keeps it where that is asked.
    fn check(self, input: &CheckInput, save: Option<&Path>, console: &Console) -> Result<CheckOutput, Failure> {
        let mut lines = Vec::new();
        for facts in &self.facts {
            serde_json::to_writer(&mut lines, facts).map_err(std::io::Error::from)?;
            lines.push(b'\n');
        }
        if let Some(path) = save {
            std::fs::write(path, &lines)?;
        }
        let mut checked = check_found(input, &lines)?;
        let lang = console.lang();
        let rendered = |findings: &[Finding]| findings.iter().map(|finding| finding.render(lang)).collect();
        for (instance, target) in checked.instances.iter_mut().flatten().zip(&self.targets) {
            // What is odd about the look stands in no facts.
            let odd = target.findings.iter().filter(|finding| guest::ABOUT_THE_LOOK.contains(&finding.row));
            instance.findings.extend(odd.map(|finding| finding.render(lang)));
        }
        let missing = self.targets.iter().skip(self.facts.len()).map(|target| CheckedInstance {
            findings: rendered(&target.findings),
            verdict: InstanceVerdict {
                instance_id: target.id.to_string(),
                platform: None,
                eligible: Eligibility::No,
                predicted_consistency: target.predicted,
                predicted_why: target.predicted_why.render(lang),
            },
        });
        checked.instances.get_or_insert_default().extend(missing);
        Ok(checked)
    }
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
                ("eligible", eligibility(verdict.eligible).get(console.lang()).to_owned()),
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

const fn eligibility(eligible: Eligibility) -> Text {
    match eligible {
        Eligibility::Yes => Text::new("eligible", "符合条件"),
        Eligibility::No => Text::new("not eligible", "不符合条件"),
        Eligibility::Unknown => Text::new("not known whether eligible", "是否符合条件未知"),
    }
}

static INSTANCE: Text = Text::new(
    "{instance}: {eligible}; predicted consistency {predicted}: {why}",
    "{instance}：{eligible}；预计一致性 {predicted}：{why}",
);
static SUMMARY: Text = Text::new(
    "{job}: {errors} errors, {warnings} warnings, {advice} pieces of advice; {instances} instances checked",
    "{job}：{errors} 个错误，{warnings} 个警告，{advice} 条建议；已检查 {instances} 台实例",
);
