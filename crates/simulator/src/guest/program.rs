//! From the command's content to what runs: the launcher's model, then the plug-in's parameters.

use consnap_core::Platform;
use consnap_core::plugin::command::launcher::{Launch, launch};
use consnap_core::plugin::probe::{self, ScriptPaths};
use consnap_core::plugin::witness::look;

use super::arguments::{self, Options};

/// What a command turns out to be, once for all instances it is sent to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Program {
    /// The snapshot plug-in with these parameters.
    Snapshot(Options),
    /// The guest probe of consnap, looking for these scripts.
    Probe(ScriptPaths),
    /// The read of a record of consnap's quiesce scripts: the service, and the folders it may lie in.
    Record(String, Vec<String>),
    /// It ends at once.
    Ends {
        /// The exit code.
        exit: i64,
        /// Its whole output.
        output: String,
        /// Whether the plug-in was started.
        started: bool,
    },
}

impl Program {
    fn ends(exit: i64, output: impl Into<String>) -> Self {
        Self::Ends { exit, output: output.into(), started: false }
    }
}

/// What `echo` of one text without any meaning to a shell prints.
fn printed(command: &str) -> Option<&str> {
    let text = command.strip_prefix("echo ")?.trim_end();
    let text = text.strip_prefix('\'').and_then(|text| text.strip_suffix('\'')).unwrap_or(text);
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-' | ':' | '.' | '{' | '}');
    text.chars().all(plain).then_some(text)
}

/// Follows a command to the plug-in. A guest of the simulator has no other programs than `acs-plugin-manager` and `echo`.
pub(crate) fn program(platform: Platform, command: &str) -> Program {
    let plugin_name = match platform {
        Platform::Linux => "app-snapshot-plugin",
        Platform::Windows => "app-snapshot-plugin-win",
    };
    if let Some((_, scripts)) = probe::recognise(command).filter(|(probed, _)| *probed == platform) {
        return Program::Probe(scripts);
    }
    if let Some((name, folders)) = look::recognise(command).filter(|_| platform == Platform::Linux) {
        return Program::Record(name, folders);
    }
    if let Some(text) = printed(command) {
        return Program::ends(0, format!("{text}\n"));
    }
    match launch(platform, command) {
        Launch::Plugin { plugin, arguments } if plugin == plugin_name => match arguments::read(platform, &arguments) {
            Ok(options) => Program::Snapshot(options),
            Err(refusal) => Program::Ends {
                exit: refusal.exit,
                output: format!("[level=\"error\"][message=\"{}\"]\n", refusal.message),
                started: true,
            },
        },
        Launch::Plugin { plugin, .. } => Program::ends(
            234,
            format!("ExecutePluginOnlineOrLocal PACKAGE_NOT_FOUND: Could not found package, plugin [{plugin}]\n"),
        ),
        Launch::NoPlugin { exit: 0, .. } => Program::ends(0, "acs-plugin-manager [flags]\n"),
        Launch::NoPlugin { exit: 1, why } => Program::ends(1, format!("\u{1b}[1;31mERROR: {why}\u{1b}[0m\n")),
        Launch::NoPlugin { exit: 2, .. } => Program::ends(2, "sh: Syntax error: Unterminated quoted string\n"),
        Launch::NoPlugin { exit, why } => Program::ends(exit, format!("sh: {why}\n")),
        Launch::NotModelled { why } => {
            let exit = match platform {
                Platform::Linux => 127,
                Platform::Windows => 9009,
            };
            Program::ends(exit, format!("sh: not found (the simulated guest does not carry this out: {why})\n"))
        }
    }
}
