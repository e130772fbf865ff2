//! Reading any command: what the plug-in would get, what is lost or injected on the way, and how to write it instead.

use super::launcher::{self, Launch, Trace, lexer};
use crate::base::consistency::Platform;
use crate::catalog::parameters::{self, plugin};
use crate::diagnostics::finding::{Finding, MessageRow};
use crate::diagnostics::messages::writing;

mod intention;
mod plugin_flags;

pub use plugin_flags::ReadParameter;

/// What a command does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    /// Whether the way of the command could be followed.
    pub modelled: bool,
    /// The plug-in that the launcher is told to start.
    pub plugin: Option<String>,
    /// The arguments the plug-in would receive; `None` when it would not run, or when that cannot be told.
    pub arguments: Option<Vec<String>>,
    /// The parameters as the plug-in would read them.
    pub parameters: Vec<ReadParameter>,
    /// What is wrong, or worth knowing.
    pub findings: Vec<Finding>,
    /// The same parameters written so that they arrive, where it is clear what was meant and something is wrong.
    pub corrected: Option<String>,
}

/// Where findings about a command point to: the member of the operation's input.
const PLACE: &str = "/command";

/// Explains a command as it would run on a platform.
pub fn explain(platform: Platform, command: &str) -> Explained {
    let trace = launcher::trace(platform, command);
    let mut explained = Explained {
        modelled: !matches!(trace.launch, Launch::NotModelled { .. }),
        plugin: trace.call.as_ref().map(|call| call.plugin.clone()),
        arguments: None,
        parameters: Vec::new(),
        findings: Vec::new(),
        corrected: None,
    };
    let findings = &mut explained.findings;
    if trace.beside {
        findings.push(Finding::new(&writing::OTHER_COMMANDS, PLACE));
    }
    if command.contains("{{") {
        findings.push(Finding::new(&writing::DOUBLE_BRACES, PLACE).with("parameter", "command"));
    }
    match &trace.launch {
        Launch::NotModelled { why } => findings.push(Finding::new(not_modelled_row(why), PLACE)),
        Launch::NoPlugin { exit, why } => findings.push(no_plugin(*exit, why, &trace, platform, command)),
        Launch::Plugin { plugin, arguments } => {
            let other = match platform {
                Platform::Linux => Platform::Windows,
                Platform::Windows => Platform::Linux,
            };
            let wrong_platform = plugin == parameters::plugin(other);
            if plugin != parameters::plugin(platform) {
                let row = if wrong_platform { &writing::WRONG_PLATFORM } else { &writing::OTHER_PLUGIN };
                findings.push(
                    Finding::new(row, PLACE)
                        .with("plugin", plugin.clone())
                        .with("expected", parameters::plugin(platform)),
                );
            }
            lost_on_the_way(platform, command, &trace, findings);
            explained.parameters = plugin_flags::read(platform, arguments, findings);
            explained.arguments = (!wrong_platform).then(|| arguments.clone());
        }
    }
    if explained.findings.iter().any(|finding| finding.severity >= crate::Severity::Warning) {
        explained.corrected = intention::corrected(platform, command);
    }
    explained
}

fn not_modelled_row(why: &str) -> &'static MessageRow {
    match why {
        launcher::EXPANDS => &writing::SHELL_EXPANDS,
        launcher::REDIRECTS => &writing::SHELL_REDIRECTS,
        launcher::DIFFERS | launcher::CONTROL | launcher::CODE_PAGE | launcher::LINE_LENGTH => &writing::SHELLS_DIFFER,
        _ => &writing::NOT_A_SIMPLE_CALL,
    }
}

fn no_plugin(exit: i64, why: &str, trace: &Trace, platform: Platform, command: &str) -> Finding {
    let reached_launcher = !trace.words.is_empty();
    let row = match exit {
        0 if reached_launcher => &writing::LAUNCHER_HELP,
        0 => &writing::NOTHING_TO_RUN,
        1 => &writing::LAUNCHER_REFUSES,
        234 => &writing::OTHER_PLUGIN,
        127 => &writing::PROGRAM_NOT_FOUND,
        126 => &writing::TOO_LONG,
        _ if why == launcher::COMPLETION => &writing::NOT_A_SIMPLE_CALL,
        _ => &writing::SHELL_SYNTAX,
    };
    Finding::new(row, PLACE)
        .with("exit", exit.to_string())
        .with("plugin", "")
        .with("expected", plugin(platform))
        .with("length", command.len().to_string())
        .with("limit", super::CONTENT_LIMIT.to_string())
}

/// What the shell, the launcher and its lexer take away without a word.
fn lost_on_the_way(platform: Platform, command: &str, trace: &Trace, findings: &mut Vec<Finding>) {
    if platform == Platform::Windows && command.replace("%%", "").contains('%') {
        findings.push(Finding::new(&writing::PERCENT_LOST, PLACE));
    }
    if platform == Platform::Linux && command.len() > super::CONTENT_LIMIT {
        findings.push(
            Finding::new(&writing::TOO_LONG, PLACE)
                .with("length", command.len().to_string())
                .with("limit", super::CONTENT_LIMIT.to_string()),
        );
    }
    let Some(call) = &trace.call else { return };
    if !call.ignored.is_empty() {
        findings.push(Finding::new(&writing::IGNORED_BY_LAUNCHER, PLACE).with("words", call.ignored.join(" ")));
    }
    let Some(lexed) = &trace.lexed else { return };
    for written in intention::segments(call) {
        let arrived = lexer::split(&written.text()).arguments;
        let (Some(first), second) = (arrived.first(), arrived.get(1)) else { continue };
        // A blank, or a comma that became one, ends the value; what follows may pass for a parameter of its own.
        if let Some(second) = second.filter(|second| second.starts_with('-')) {
            findings.push(
                Finding::new(&writing::SPLIT_VALUE, PLACE)
                    .with("written", written.text())
                    .with("second", second.clone()),
            );
            continue;
        }
        // A value in a word of its own arrives as two arguments, and a name alone has no value to lose.
        if let Some(value) = written.intended().filter(|_| first.contains('='))
            && *first != format!("{}={value}", written.name)
        {
            findings.push(
                Finding::new(&writing::CHANGED, PLACE)
                    .with("written", format!("{}={value}", written.name))
                    .with("arrived", first.clone()),
            );
        }
    }
    for comment in &lexed.comments {
        findings.push(Finding::new(&writing::COMMENT, PLACE).with("text", comment.clone()));
    }
    if let Some(dropped) = &lexed.dropped {
        findings.push(Finding::new(&writing::DROPPED, PLACE).with("text", dropped.clone()));
    }
}

#[cfg(test)]
mod tests;
