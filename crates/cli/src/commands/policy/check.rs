//! `consnap policy check`: a job, instances and a plan held to policies; without a job the documents alone are read.

use std::path::PathBuf;

use consnap_client::document::{self, Document};
use consnap_core::input::facts;
use consnap_policy::Judged;
use consnap_policy::operations::answer;
use serde_json::Value;

use crate::console::Console;
use crate::exit::{Exit, Failure};
use crate::policies::{Held, Policies};
use crate::results;

/// Check a job, and instances, against policies; without a job only the documents are read; sends nothing
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  consnap policy check policies/                                          are the documents right?
  consnap policy check policies/ --job job.yaml --facts fleet.json
  consnap plan job.yaml --format json > plan.json; consnap policy check policies/ --job job.yaml --plan plan.json
  consnap policy check policies/ --job job.yaml --format sarif > policies.sarif")]
pub(crate) struct Arguments {
    /// Policy documents, or folders of them
    #[arg(value_name = "FILE|DIR", required = true)]
    policies: Vec<PathBuf>,
    /// The job document, YAML or JSON; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    job: Option<PathBuf>,
    /// Facts of instances: one JSON object, a list, or JSON Lines
    #[arg(long, value_name = "FILE", requires = "job")]
    facts: Option<PathBuf>,
    /// A plan as `consnap plan --format json` writes it
    #[arg(long, value_name = "FILE", requires = "job")]
    plan: Option<PathBuf>,
    /// List what is met too
    #[arg(long)]
    all: bool,
}

pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Failure> {
    let policies = Policies::read(&arguments.policies)?;
    let mut job = arguments.job.as_deref().map(Document::read).transpose()?;
    if let Some(job) = &mut job {
        // What is wrong with `linux.quiesce` is for the check of the job to say.
        consnap_scripts::compose(&mut job.value);
    }
    let checked = match &job {
        None => {
            answer(policies.set(), policies.findings(), Judged { passed: true, ..Judged::default() }, console.lang())
        }
        Some(job) => {
            let facts = match &arguments.facts {
                Some(path) => documents(&document::read_text(path)?)?,
                None => Vec::new(),
            };
            let plan = arguments.plan.as_deref().map(Document::read).transpose()?;
            // JUnit counts what is met, too.
            let all = arguments.all || console.format() == crate::arguments::Format::Junit;
            let held = Held { job: &job.value, facts: &facts, plan: plan.as_ref().map(|plan| &plan.value) };
            policies.judge(&held, all, console)?
        }
    };
    if console.is_json() {
        console.json(&checked)?;
    } else if !results::write(&results::of_policies(&checked, job.as_ref(), &policies), console)? {
        for line in policies.lines(&checked, job.as_ref(), console) {
            console.data(&line)?;
        }
    }
    Ok(if checked.passed { Exit::Reached } else { Exit::Findings })
}

/// The facts of a text, each as its reader gives it back: a list, one object, or one after the other.
pub(crate) fn documents(text: &str) -> Result<Vec<Value>, Failure> {
    let mut found = Vec::new();
    for value in serde_json::Deserializer::from_str(text).into_iter::<Value>() {
        match value {
            Ok(Value::Array(list)) => found.extend(list),
            Ok(one) => found.push(one),
            Err(error) => {
                return Err(consnap_core::Error::new(
                    consnap_core::ErrorKind::Input,
                    &consnap_core::diagnostics::messages::errors::UNREADABLE_DOCUMENT,
                )
                .with("place", "facts")
                .with("reason", error.to_string())
                .into());
            }
        }
    }
    Ok(found.iter().map(|facts| serde_json::to_value(facts::read(facts).0).unwrap_or_default()).collect())
}
