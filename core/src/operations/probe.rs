//! Operation `probe`: the read-only command that looks into a guest, for a job and a platform.

use super::{Deserialize, Serialize, Value};
use crate::base::consistency::Platform;
use crate::catalog::pacing;
use crate::diagnostics::finding::RenderedFinding;
use crate::diagnostics::text::Lang;
use crate::input::job;
use crate::plugin::probe::{ScriptPaths, command};

/// For whom.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ProbeInput {
    /// The job document: the probe looks for its scripts. Without it the probe looks for none.
    #[serde(default)]
    pub job: Option<Value>,
    /// Which script.
    pub platform: Platform,
    /// The language of words.
    #[serde(default)]
    pub lang: Lang,
}

/// The command.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProbeOutput {
    /// `RunShellScript` or `RunPowerShellScript`.
    pub command_type: &'static str,
    /// The script. Its output goes to operation `facts`.
    pub content: String,
    /// Seconds after which it is given up.
    pub timeout_seconds: u32,
    /// About the job document.
    pub findings: Vec<RenderedFinding>,
}

/// Writes the command.
pub fn probe(input: &ProbeInput) -> ProbeOutput {
    let (mut scripts, mut findings) = (ScriptPaths::default(), Vec::new());
    if let Some(document) = &input.job {
        let (job, found) = job::read_for_command(document);
        scripts = ScriptPaths::of(&job);
        findings.extend(found.iter().map(|finding| finding.render(input.lang)));
    }
    let written = command(input.platform, &scripts);
    ProbeOutput {
        command_type: written.command_type.name(),
        content: written.content,
        timeout_seconds: pacing::PROBE_TIMEOUT,
        findings,
    }
}
