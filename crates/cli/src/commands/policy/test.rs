//! `consnap policy test`: the cases of policies, and what none of them tries out.

use std::path::PathBuf;

use consnap_core::Finding;
use consnap_core::Text;
use consnap_core::diagnostics::finding::RenderedFinding;
use consnap_policy::TestReport;
use consnap_policy::operations::PolicyTestOutput;

use crate::console::Console;
use crate::exit::{Exit, Failure};
use crate::policies::{Policies, explain};
use crate::results;

/// Try the cases of policies out, and name what no case tries out; sends nothing
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  consnap policy test policies/
  consnap policy test policy.yaml more-cases.yaml --format junit > policies.xml

Cases stand under `cases` of a policy, or with a `policy` of their own under `cases` of any document.")]
pub(crate) struct Arguments {
    /// Documents with policies and cases, or folders of them
    #[arg(value_name = "FILE|DIR", required = true)]
    policies: Vec<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Failure> {
    let policies = Policies::read(&arguments.policies)?;
    let lang = console.lang();
    let mut tried = policies.set().test(lang);
    let mut findings: Vec<RenderedFinding> = policies.findings().iter().map(|finding| finding.render(lang)).collect();
    findings.append(&mut tried.findings);
    let passed = tried.passed && !policies.findings().iter().any(Finding::blocks);
    let tried = TestReport { findings, passed, ..tried };
    if console.is_json() {
        console.json(&tried)?;
    } else if !results::write(&results::of_cases(&tried, &policies), console)? {
        print(&tried, &policies, console)?;
    }
    Ok(if tried.passed { Exit::Reached } else { Exit::Findings })
}

fn print(tried: &PolicyTestOutput, policies: &Policies, console: &mut Console) -> Result<(), Failure> {
    for finding in &tried.findings {
        let (document, rest) = policies.document(&finding.place);
        let here = RenderedFinding { place: rest.to_owned(), ..finding.clone() };
        let mut lines = vec![console.rendered(&here, document)];
        let case = tried.cases.iter().find(|case| case.place == finding.place && !case.passed);
        if let Some(explanation) = case.and_then(|case| case.explanation.as_ref()) {
            explain(explanation, 1, console, &mut lines);
        }
        for line in lines {
            console.data(&line)?;
        }
    }
    for of_policy in &tried.exercised {
        let counts = [("PASS", of_policy.passed), ("FAIL", of_policy.failed), ("SKIP", of_policy.skipped)];
        let counts: Vec<String> = counts
            .into_iter()
            .chain([("CANNOT_JUDGE", of_policy.cannot_judge)])
            .filter(|(_, count)| *count > 0)
            .map(|(word, count)| format!("{word} {count}"))
            .collect();
        let line =
            format!("{}: {}", of_policy.policy, if counts.is_empty() { "-".to_owned() } else { counts.join(", ") });
        let line = console.safe(&line);
        console.data(&line)?;
    }
    let passed = tried.cases.iter().filter(|case| case.passed).count();
    let line = console.text(
        &SUMMARY,
        &[
            ("passed", passed.to_string()),
            ("cases", tried.cases.len().to_string()),
            ("policies", tried.exercised.len().to_string()),
        ],
    );
    console.data(&line)
}

static SUMMARY: Text = Text::new(
    "{passed} of {cases} cases of {policies} policies give what is expected",
    "{policies} 条合规规则的 {cases} 个用例中，{passed} 个符合期望",
);
