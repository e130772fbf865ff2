//! Operation `explain`: what a code, a parameter or a pasted command means.

use super::{Deserialize, Serialize, unreadable};
use crate::base::consistency::Platform;
use crate::catalog::codes::RenderedExplanation;
use crate::catalog::explain_code;
use crate::catalog::parameters::{self, ParameterKind, ParameterRow};
use crate::catalog::sources;
use crate::diagnostics::error::Error;
use crate::diagnostics::finding::RenderedFinding;
use crate::diagnostics::text::Lang;
use crate::plugin::command::{self, Explained, ReadParameter};

/// One thing to explain: `code`, `parameter`, or `command` with its `platform`.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ExplainInput {
    /// An exit code, status, error code or message code: `12`, `Timeout`, `InvalidInstance.NotFound`, `CS506`.
    pub code: Option<String>,
    /// A parameter, as the plug-in or as the job spells it: `ExcludeDiskId`, `script_timeout_seconds`.
    pub parameter: Option<String>,
    /// A whole command, as it would be sent to the instance.
    pub command: Option<String>,
    /// The platform of the instance the command is for; without it the one whose plug-in the command names.
    pub platform: Option<Platform>,
    /// The language of words.
    pub lang: Lang,
}

/// What it means.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum ExplainOutput {
    /// Of a code.
    Code {
        /// All meanings, the most likely first; empty when it is not known.
        explanations: Vec<RenderedExplanation>,
    },
    /// Of a command.
    Command(CommandExplanation),
    /// Of a parameter.
    Parameter {
        /// The parameter; null when it is not known.
        parameter: Option<ParameterExplanation>,
    },
}

/// What becomes of a command in the guest.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CommandExplanation {
    /// The platform it was followed on.
    pub platform: Platform,
    /// Whether the way of the command could be followed.
    pub modelled: bool,
    /// The plug-in that the launcher is told to start.
    pub plugin: Option<String>,
    /// The arguments the plug-in would receive; null when it would not run, or when that cannot be told.
    pub arguments: Option<Vec<String>>,
    /// The parameters as the plug-in would read them.
    pub parameters: Vec<ReadParameter>,
    /// What is wrong, lost or injected on the way, or worth knowing.
    pub findings: Vec<RenderedFinding>,
    /// The same parameters written so that they arrive, where it is clear what was meant and something is wrong.
    pub corrected: Option<String>,
}

/// A parameter in one language.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ParameterExplanation {
    /// Where the job has it: a JSON pointer.
    pub key: &'static str,
    /// How the plug-in spells it.
    pub wire: &'static str,
    /// The platforms whose plug-in has it.
    pub platforms: Vec<Platform>,
    /// How the plug-in reads its value.
    pub kind: ParameterKind,
    /// What the plug-in does when it is left out.
    pub default: Option<&'static str>,
    /// Smallest and largest number, or shortest and longest text in characters.
    pub range: Option<(i64, i64)>,
    /// Whether the plug-in needs it.
    pub required: bool,
    /// What it is for.
    pub about: &'static str,
    /// Document and edition.
    pub source: String,
}

/// Explains one thing.
///
/// # Errors
///
/// `CE102` when not exactly one thing is asked for.
pub fn explain(input: &ExplainInput) -> Result<ExplainOutput, Error> {
    match (&input.code, &input.parameter, &input.command) {
        (Some(code), None, None) => Ok(ExplainOutput::Code {
            explanations: explain_code(code).iter().map(|found| found.render(input.lang)).collect(),
        }),
        (None, Some(name), None) => {
            Ok(ExplainOutput::Parameter { parameter: find_parameter(name).map(|row| explained(row, input.lang)) })
        }
        (None, None, Some(command)) => {
            let platform = input.platform.unwrap_or_else(|| platform_of(command));
            let Explained { modelled, plugin, arguments, parameters, findings, corrected } =
                command::explain(platform, command);
            let findings = findings.iter().map(|finding| finding.render(input.lang)).collect();
            Ok(ExplainOutput::Command(CommandExplanation {
                platform,
                modelled,
                plugin,
                arguments,
                parameters,
                findings,
                corrected,
            }))
        }
        _ => Err(unreadable("explain", "one of `code`, `parameter` and `command` is needed".to_owned())),
    }
}

/// The platform whose plug-in a command names.
fn platform_of(command: &str) -> Platform {
    if command.contains(parameters::plugin(Platform::Windows)) { Platform::Windows } else { Platform::Linux }
}

/// A parameter by either spelling; letter case does not matter here, and a leading dash neither.
fn find_parameter(name: &str) -> Option<&'static ParameterRow> {
    let name = name.trim().trim_start_matches('-');
    let last_of = |pointer: &'static str| pointer.rsplit('/').next().unwrap_or(pointer);
    parameters::ROWS.iter().copied().find(|row| {
        row.wire.eq_ignore_ascii_case(name) || row.key == name || last_of(row.key).eq_ignore_ascii_case(name)
    })
}

fn explained(row: &ParameterRow, lang: Lang) -> ParameterExplanation {
    ParameterExplanation {
        key: row.key,
        wire: row.wire,
        platforms: row.platforms.to_vec(),
        kind: row.kind,
        default: row.default,
        range: row.range,
        required: row.required,
        about: row.about.get(lang),
        source: sources::titled(row.source),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_lead_to_the_parameter() {
        for name in ["ExcludeDiskId", "excludediskid", "-ExcludeDiskId", "exclude_disks", "/exclude_disks"] {
            assert_eq!(find_parameter(name).map(|row| row.wire), Some("ExcludeDiskId"), "{name}");
        }
        assert_eq!(find_parameter(""), None);
    }
}
