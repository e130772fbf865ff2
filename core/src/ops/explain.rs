//! Operation `explain`: what a code, a parameter or a pasted command means.

use super::{Deserialize, Serialize, unreadable};
use crate::catalog::codes::RenderedExplanation;
use crate::catalog::explain_code;
use crate::catalog::parameters::{self, ParameterKind, ParameterRow};
use crate::consistency::Platform;
use crate::error::Error;
use crate::text::Lang;

/// One thing to explain: `code`, `parameter`, or `command` with its `platform`.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ExplainInput {
    /// An exit code, status, error code or message code: `12`, `Timeout`, `InvalidInstance.NotFound`, `CS506`.
    pub code: Option<String>,
    /// A parameter, as the plug-in or as the job spells it: `ExcludeDiskId`, `script_timeout_seconds`.
    pub parameter: Option<String>,
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
    /// Of a parameter.
    Parameter {
        /// The parameter; null when it is not known.
        parameter: Option<ParameterExplanation>,
    },
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
    pub source: &'static str,
}

/// Explains one thing.
///
/// # Errors
///
/// `CE102` when not exactly one thing is asked for.
pub fn explain(input: &ExplainInput) -> Result<ExplainOutput, Error> {
    match (&input.code, &input.parameter) {
        (Some(code), None) => Ok(ExplainOutput::Code {
            explanations: explain_code(code).iter().map(|found| found.render(input.lang)).collect(),
        }),
        (None, Some(name)) => {
            Ok(ExplainOutput::Parameter { parameter: find_parameter(name).map(|row| explained(row, input.lang)) })
        }
        _ => Err(unreadable("explain", "one of `code`, `parameter` and `command` is needed".to_owned())),
    }
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
        source: row.source,
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
