//! `consnap policy explain`: what a policy asks for, of whom, and why.

use std::path::PathBuf;

use consnap_core::diagnostics::messages::errors;
use consnap_core::{Error, ErrorKind, Text};
use serde_json::json;

use crate::console::Console;
use crate::exit::{Exit, Failure};
use crate::policies::Policies;

/// Show what a policy asks for, of whom, and what it gives in its cases; sends nothing
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  consnap policy explain freeze-at-most-15s --policy policies/")]
pub(crate) struct Arguments {
    /// The policy's id
    id: String,
    /// Policy documents, or folders of them; may be repeated
    #[arg(long = "policy", value_name = "FILE|DIR", required = true)]
    policies: Vec<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments, console: &mut Console) -> Result<Exit, Failure> {
    let policies = Policies::read(&arguments.policies)?;
    let lang = console.lang();
    let found = policies.set().policies().find(|(policy, ..)| policy.id == arguments.id);
    let Some((policy, place, reads)) = found else {
        let known: Vec<String> = policies.set().policies().map(|(policy, ..)| format!("`{}`", policy.id)).collect();
        return Err(Error::new(ErrorKind::Input, &errors::NO_SUCH_POLICY)
            .with("policy", arguments.id.clone())
            .with("known", known.join(", "))
            .into());
    };
    let (document, rest) = policies.document(place);
    let file = document.map_or_else(String::new, |document| document.place(rest));
    let cases: Vec<_> = policies.set().cases().filter(|(case, _)| case.policy == policy.id).collect();
    if console.is_json() {
        console.json(&json!({
            "policy": policy,
            "place": file,
            "per_instance": reads.instance,
            "reads_plan": reads.plan,
            "cases": cases.iter().map(|(case, _)| &case.case).collect::<Vec<_>>(),
        }))?;
        return Ok(Exit::Reached);
    }
    let scope = if reads.instance { PER_INSTANCE.get(lang) } else { ONCE.get(lang) };
    let mut lines = vec![format!("{} [{}]  {file}", policy.id, policy.severity), policy.message.get(lang).to_owned()];
    lines.extend(policy.help.as_ref().map(|help| help.get(lang).to_owned()));
    lines.push(format!("  {}", console.text(&JUDGED, &[("scope", scope.to_owned())])));
    lines.extend(policy.when.as_ref().map(|when| format!("  when     {}", when.trim())));
    lines.push(format!("  require  {}", policy.require.trim()));
    lines.extend(policy.links.iter().map(|link| format!("  link     {link}")));
    lines.extend(cases.iter().map(|(case, _)| format!("  {:12} {}", case.case.expect, case.case.name)));
    for line in lines {
        let line = console.safe(&line);
        console.data(&line)?;
    }
    Ok(Exit::Reached)
}

static JUDGED: Text = Text::new("judged {scope}", "判断方式：{scope}");
static PER_INSTANCE: Text = Text::new("for each instance", "逐台实例");
static ONCE: Text = Text::new("once for the job", "整个作业一次");
