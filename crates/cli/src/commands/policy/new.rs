//! `consnap policy new`: a first policy document, to be changed.

use crate::console::Console;
use crate::exit::{Exit, Failure};

/// Write a first policy document to standard output, with cases; sends nothing
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  consnap policy new > policies/ours.yaml; consnap policy test policies/ours.yaml")]
pub(crate) struct Arguments {}

pub(crate) fn run(_: &Arguments, console: &mut Console) -> Result<Exit, Failure> {
    console.raw(FIRST.as_bytes())?;
    Ok(Exit::Reached)
}

/// It passes its own cases; a test tries it.
const FIRST: &str = "\
# Policies of our organisation. `consnap policy test` tries the cases; docs/reference/policies.md lists what expressions see.
version: 1
language: cel
policies:
  - id: production-keeps-application-consistency
    severity: error            # error stops a run; warning and advice are only said
    when: has(instance.tags.env) && instance.tags.env == 'production'
    require: job.required_consistency == 'application'
    message:
      en: production instances need application-consistent snapshots
      zh: 生产实例需要应用一致性快照
    help:
      en: 'write `required_consistency: application` into the job'
      zh: '请在作业中填写 `required_consistency: application`'
    cases:
      - name: production with application consistency
        job: {required_consistency: application}
        facts: {tags: {env: production}}
        expect: PASS
      - name: production with less
        job: {required_consistency: file_system}
        facts: {tags: {env: production}}
        expect: FAIL
      - name: a test machine
        facts: {tags: {env: test}}
        expect: SKIP
      - name: tags are not known
        facts: {}
        expect: CANNOT_JUDGE
# Who is let off, why, by whom and until when. What is waived stays visible.
waivers: []
";
