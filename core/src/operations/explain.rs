//! Operation `explain`: what a code, a parameter, a command or any pasted text means.

use super::{Deserialize, Serialize, unreadable};
use crate::base::consistency::Platform;
use crate::catalog::codes::RenderedExplanation;
use crate::catalog::explain_code;
use crate::catalog::parameters::{self, ParameterKind, ParameterRow};
use crate::catalog::sources;
use crate::diagnostics::error::Error;
use crate::diagnostics::finding::RenderedFinding;
use crate::diagnostics::text::Lang;
use crate::input::recognise::{self, TextKind};
use crate::plugin::command::{self, Explained, ReadParameter};
use crate::plugin::output::RenderedOutcome;

mod text;

pub(crate) use text::malformed;

/// One thing to explain: `code`, `parameter`, `command` with its `platform`, or `text` of which it is not known what it is.
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
    /// Whatever somebody pasted: a code or a parameter, alone or in a sentence, a command with what stands around it, replies of
    /// the API, the output of a command.
    pub text: Option<String>,
    /// The exit code that came with an output in `text`.
    pub exit_code: Option<i64>,
    /// The invocation status that came with an output in `text`.
    pub invocation_status: Option<String>,
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
    /// Of a text.
    Text(Box<TextExplanation>),
    /// Of a command.
    Command(CommandExplanation),
    /// Of a parameter.
    Parameter {
        /// The parameter; null when it is not known.
        parameter: Option<ParameterExplanation>,
    },
}

/// What a text was taken for, and what it holds.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TextExplanation {
    /// What it was taken for.
    pub kind: TextKind,
    /// The same in words.
    pub taken_for: String,
    /// Whether anything of it is explained.
    pub explained: bool,
    /// The codes it names.
    pub explanations: Vec<RenderedExplanation>,
    /// The parameters it names.
    pub parameters: Vec<ParameterExplanation>,
    /// The commands it holds.
    pub commands: Vec<CommandExplanation>,
    /// The results it holds, or the one of its output.
    pub outcomes: Vec<RenderedOutcome>,
    /// About the text as a whole, and about what stands around a command.
    pub findings: Vec<RenderedFinding>,
}

/// What becomes of a command in the guest.
#[derive(Clone, Debug, PartialEq, Serialize)]
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
#[derive(Clone, Debug, PartialEq, Serialize)]
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
    match &input.text {
        Some(text) if input.code.is_none() && input.parameter.is_none() && input.command.is_none() => {
            text::explain(text, input).map(|found| ExplainOutput::Text(Box::new(found)))
        }
        Some(_) => Err(not_one()),
        None => explain_one(input),
    }
}

/// As [`explain`], of what is known to be a code, a parameter or a command: it reads no results.
///
/// # Errors
///
/// `CE102` when not exactly one of these is asked for.
pub fn explain_one(input: &ExplainInput) -> Result<ExplainOutput, Error> {
    match (&input.code, &input.parameter, &input.command) {
        _ if input.exit_code.is_some() || input.invocation_status.is_some() => Err(not_one()),
        (Some(code), None, None) => Ok(ExplainOutput::Code {
            explanations: explain_code(code).iter().map(|found| found.render(input.lang)).collect(),
        }),
        (None, Some(name), None) => {
            Ok(ExplainOutput::Parameter { parameter: recognise::parameter(name).map(|row| explained(row, input.lang)) })
        }
        (None, None, Some(command)) => {
            Ok(ExplainOutput::Command(command_explained(command, input.platform, input.lang)))
        }
        _ => Err(not_one()),
    }
}

fn not_one() -> Error {
    unreadable("explain", "one of `code`, `parameter`, `command` and `text` is needed".to_owned())
}

fn command_explained(command: &str, platform: Option<Platform>, lang: Lang) -> CommandExplanation {
    let platform = platform.unwrap_or_else(|| platform_of(command));
    let Explained { modelled, plugin, arguments, parameters, findings, corrected } =
        command::explain(platform, command);
    let findings = findings.iter().map(|finding| finding.render(lang)).collect();
    CommandExplanation { platform, modelled, plugin, arguments, parameters, findings, corrected }
}

/// The platform whose plug-in a command names.
fn platform_of(command: &str) -> Platform {
    if command.contains(parameters::plugin(Platform::Windows)) { Platform::Windows } else { Platform::Linux }
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
