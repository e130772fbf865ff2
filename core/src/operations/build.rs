//! Operation `build`: the one command line of an instance.

use super::{Deserialize, Serialize, Value};
use crate::base::consistency::Platform;
use crate::base::time::Time;
use crate::check::{CheckContext, Checker, unwritten};
use crate::diagnostics::finding::{Finding, RenderedFinding};
use crate::diagnostics::messages::parameters;
use crate::diagnostics::text::Lang;
use crate::input::job;
use crate::input::job::accept::keep_standing_acceptances;
use crate::plugin::command::{self, BuildRequest, Form, Naming};

/// A job and the instance to build for.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BuildInput {
    /// The job document; `targets` may be absent.
    pub job: Value,
    /// The platform, which decides plug-in and parameters.
    pub platform: Platform,
    /// `i-...`; excluded disks go only to their owner.
    #[serde(default)]
    pub instance: Option<String>,
    /// The role the instance has, for `instance_ram_role: attached`.
    #[serde(default)]
    pub role: Option<String>,
    /// What replaces `{run}`, `{date}` and `{time}` in the group's name; a sample without it.
    #[serde(default)]
    pub naming: Option<NamingInput>,
    /// Write the separator form, so that commas survive.
    #[serde(default)]
    pub use_separator: bool,
    /// The time of the call, which ends what a job accepts only until a day.
    #[serde(default)]
    pub now: Option<Time>,
    /// The language of words.
    #[serde(default)]
    pub lang: Lang,
}

/// What replaces the placeholders of the group's name.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NamingInput {
    /// The run's id, 8 characters.
    pub run: String,
    /// The date, `20270131`.
    pub date: String,
    /// The time of day, `033000`.
    pub time: String,
}

impl From<&NamingInput> for Naming {
    fn from(given: &NamingInput) -> Self {
        Self { run: given.run.clone(), date: given.date.clone(), time: given.time.clone() }
    }
}

/// The command, or why there is none.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BuildOutput {
    /// The command; null if there is an error finding.
    pub command: Option<String>,
    /// How it is written.
    pub form: Form,
    /// The arguments the plug-in receives; empty without a command.
    pub arguments: Vec<String>,
    /// The `Timeout` to send with it, in seconds.
    pub timeout_seconds: u32,
    /// What is wrong, or worth knowing.
    pub findings: Vec<RenderedFinding>,
}

/// Builds a command. It is given out only if nothing stands against it and the model of the launcher reads the same
/// arguments back.
pub fn build(input: &BuildInput) -> BuildOutput {
    let (mut job, mut findings) = job::read_for_command(&input.job);
    let context = CheckContext { as_of: None, now: input.now };
    findings.extend(Checker::new(&job, &context).job_findings(Some(input.platform)));
    findings.extend(unwritten(&job, Some(input.platform)));
    keep_standing_acceptances(&mut job, context.today());
    let naming = input.naming.as_ref().map(Naming::from);
    let built = command::build(&BuildRequest {
        job: &job,
        platform: input.platform,
        instance: input.instance.as_deref(),
        role: input.role.as_deref(),
        naming: naming.as_ref(),
        use_separator: input.use_separator,
    });
    for finding in built.findings {
        // What is missing was said where the job was read, with the nearer place.
        let said = |known: &Finding| {
            *known == finding
                || (known.row == &parameters::MISSING_KEY && known.row == finding.row && known.args == finding.args)
        };
        if !findings.iter().any(said) {
            findings.push(finding);
        }
    }
    let blocked = findings.iter().any(Finding::blocks);
    BuildOutput {
        command: built.command.filter(|_| !blocked),
        form: built.form,
        arguments: if blocked { Vec::new() } else { built.arguments },
        timeout_seconds: built.timeout_seconds,
        findings: findings.iter().map(|finding| finding.render(input.lang)).collect(),
    }
}
