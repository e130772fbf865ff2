//! The model of the launcher: shell words, separator, lexer, argument vector.
//!
//! A command crosses four readers before the plug-in sees its arguments (docs/sources/launcher.md 1): the shell
//! ([`posix`], [`cmd`]),
//! the flag parser of `acs-plugin-manager` ([`flags`]), the replacement of the separator and a second lexer ([`lexer`]).
//! Each is a module here. Where a reader expands, redirects or behaves differently from one system to the next, the
//! model says [`Launch::NotModelled`] instead of guessing.

use crate::base::consistency::Platform;

pub mod cmd;
pub mod flags;
pub mod lexer;
pub mod posix;

/// The program that starts plug-ins on the guest.
pub const PROGRAM: &str = "acs-plugin-manager";

/// What a command does on its way to the plug-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Launch {
    /// The plug-in starts with these arguments (without its own path).
    Plugin {
        /// The plug-in's name.
        plugin: String,
        /// Its arguments.
        arguments: Vec<String>,
    },
    /// The plug-in does not start; the shell or the launcher ends with this exit code.
    NoPlugin {
        /// The exit code seen.
        exit: i64,
        /// Why, in a few words for tests and logs.
        why: &'static str,
    },
    /// The shell would expand, redirect or differ from others: no guess.
    NotModelled {
        /// Why.
        why: &'static str,
    },
}

/// Follows a command from the shell to the plug-in. Its exit code is then the plug-in's own; a command beside which
/// others run is therefore not modelled here, while [`trace`] still tells the arguments.
pub fn launch(platform: Platform, command: &str) -> Launch {
    let trace = trace(platform, command);
    if trace.beside { Launch::NotModelled { why: BESIDE } } else { trace.launch }
}

/// Why a command is not modelled. Each is one of a kind, so that they can be counted.
pub(crate) const EXPANDS: &str = "the shell expands part of it";
pub(crate) const REDIRECTS: &str = "the shell redirects input or output";
pub(crate) const DIFFERS: &str = "shells read it differently";
pub(crate) const CONTROL: &str = "a control character that shells read differently";
pub(crate) const STRUCTURE: &str = "more than a simple command";
pub(crate) const OTHER_PROGRAM: &str = "another program than acs-plugin-manager";
pub(crate) const INTERPRETER: &str = "another interpreter than sh";
pub(crate) const ENVIRONMENT: &str = "it sets environment variables";
pub(crate) const COMPLETION: &str = "the launcher panics in completion mode";
pub(crate) const BESIDE: &str = "other commands run beside it";
pub(crate) const GUEST_STATE: &str = "it depends on files or services of the guest";
pub(crate) const CODE_PAGE: &str = "characters beyond ASCII, which depend on the code page";
pub(crate) const LINE_LENGTH: &str = "a line longer than cmd.exe takes";

/// What the shell makes of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shell {
    /// It starts a program.
    Runs {
        /// The program and its arguments.
        words: Vec<String>,
        /// Whether other commands run as well, so that the exit code may not be this program's.
        beside: bool,
    },
    /// It starts nothing and ends with this exit code.
    Ends {
        /// The exit code.
        exit: i64,
        /// Why.
        why: &'static str,
    },
    /// It cannot be told.
    NotModelled {
        /// Why.
        why: &'static str,
    },
}

/// A command and everything that is known of its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    /// The words the shell hands to the launcher, its name included; empty when it starts nothing.
    pub words: Vec<String>,
    /// Whether other commands run as well.
    pub beside: bool,
    /// What the launcher understood.
    pub call: Option<flags::Call>,
    /// What the second lexer made of the parameters.
    pub lexed: Option<lexer::Lexed>,
    /// What becomes of the launcher.
    pub launch: Launch,
}

/// Follows a command and keeps what each reader made of it.
pub fn trace(platform: Platform, command: &str) -> Trace {
    let shell = match platform {
        Platform::Linux => posix::read(command),
        Platform::Windows => cmd::read(command),
    };
    let mut trace = Trace {
        words: Vec::new(),
        beside: false,
        call: None,
        lexed: None,
        launch: Launch::NotModelled { why: STRUCTURE },
    };
    match shell {
        Shell::NotModelled { why } => trace.launch = Launch::NotModelled { why },
        Shell::Ends { exit, why } => trace.launch = Launch::NoPlugin { exit, why },
        Shell::Runs { words, beside } => {
            trace.beside = beside;
            match flags::read(words.get(1..).unwrap_or_default()) {
                Err(launch) => trace.launch = launch,
                Ok(call) => {
                    let lexed = lexer::split(&call.text());
                    trace.launch = Launch::Plugin { plugin: call.plugin.clone(), arguments: lexed.arguments.clone() };
                    trace.call = Some(call);
                    trace.lexed = Some(lexed);
                }
            }
            trace.words = words;
        }
    }
    trace
}
