//! Operation `export`: the same job for other tools.

use std::collections::BTreeMap;

use super::build::NamingInput;
use super::check::day;
use super::{Deserialize, Serialize, Value, unreadable};
use crate::base::consistency::Platform;
use crate::base::time::Time;
use crate::check::{CheckContext, Checker, Severities};
use crate::diagnostics::error::Error;
use crate::diagnostics::finding::{Finding, RenderedFinding, Severity};
use crate::diagnostics::text::Lang;
use crate::export::{ExportedFile, Request, Target, export as write, made_by};
use crate::input::job;
use crate::plugin::command::Naming;

/// A job and the tool to write it for.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ExportInput {
    /// The job document; only a command needs no `targets`.
    pub job: Value,
    /// The platform whose command is written.
    pub platform: Platform,
    /// For which tool.
    pub target: Target,
    /// Where the export was made; it is named in each file.
    #[serde(default)]
    pub link: Option<String>,
    /// When timers start it, in the time of the machine, `02:00` without it.
    #[serde(default)]
    pub schedule: Option<String>,
    /// Write the separator form, so that commas survive.
    #[serde(default)]
    pub use_separator: bool,
    /// Judge by the facts of this day, `2025-06-01`, and name it; the newest without it. A link keeps the day it was made.
    #[serde(default)]
    pub as_of: Option<String>,
    /// The time of the call, which ends what a job accepts only until a day.
    #[serde(default)]
    pub now: Option<Time>,
    /// What replaces `{run}`, `{date}` and `{time}` where the tool cannot: in a command and in an API request. A sample
    /// without it.
    #[serde(default)]
    pub naming: Option<NamingInput>,
    /// Severities that count instead of consnap's own, by code of finding; those of a policy document.
    #[serde(default)]
    pub severities: BTreeMap<String, Severity>,
    /// The language of words.
    #[serde(default)]
    pub lang: Lang,
}

/// The files, or why there are none.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ExportOutput {
    /// The files, the most important first; none if there is an error finding.
    pub files: Vec<ExportedFile>,
    /// Which consnap wrote them, and from which facts.
    pub made_by: String,
    /// What is wrong, or worth knowing.
    pub findings: Vec<RenderedFinding>,
}

/// Writes a job for another tool.
///
/// # Errors
///
/// `CE102` when `schedule` is no time of day, or `as_of` no day.
pub fn export(input: &ExportInput) -> Result<ExportOutput, Error> {
    let schedule = match &input.schedule {
        None => (2, 0),
        Some(text) => time_of_day(text)
            .ok_or_else(|| unreadable("export", format!("`schedule`: `{text}` is not a time of day such as 02:00")))?,
    };
    let as_of = input.as_of.as_deref().map(|text| day("export", text)).transpose()?;
    // Somebody else says where a command goes; every other form needs the instances.
    let read = if input.target == Target::Command { job::read_for_command } else { job::read };
    let (job, mut findings) = read(&input.job);
    let (severities, refused) = Severities::read(&input.severities, "/severities");
    findings.extend(refused);
    let context = CheckContext { as_of, now: input.now };
    // What consnap runs may meet instances of both platforms, and is checked as `check` does it.
    let platform = input.target.carries_command().then_some(input.platform);
    findings.extend(Checker::new(&job, &context).weighing(&severities).job_findings(platform));
    let naming = input.naming.as_ref().map(Naming::from);
    let mut export = write(&Request {
        document: &input.job,
        job: &job,
        platform: input.platform,
        target: input.target,
        link: input.link.as_deref(),
        as_of,
        schedule,
        use_separator: input.use_separator,
        naming: naming.as_ref(),
    });
    for finding in export.findings {
        // Whoever read the job may have said it already, with a nearer place.
        let said = |known: &Finding| known.row == finding.row && known.args == finding.args;
        if !findings.iter().any(said) {
            findings.push(finding);
        }
    }
    if findings.iter().any(Finding::blocks) {
        export.files.clear();
    }
    Ok(ExportOutput {
        files: export.files,
        made_by: made_by(as_of),
        findings: findings.iter().map(|finding| finding.render(input.lang)).collect(),
    })
}

fn time_of_day(text: &str) -> Option<(u8, u8)> {
    let (hour, minute) = text.split_once(':')?;
    let number = |digits: &str, below: u8| {
        let plain = digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
        digits.parse::<u8>().ok().filter(|number| plain && *number < below)
    };
    Some((number(hour, 24)?, number(minute, 60)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_times_of_day() {
        assert_eq!(time_of_day("23:59"), Some((23, 59)));
        for wrong in ["24:00", "1:00", "01:60", "+1:00", "", "01:00:00"] {
            assert_eq!(time_of_day(wrong), None, "{wrong}");
        }
    }
}
