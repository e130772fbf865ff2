//! The command line of consnap.
//!
//! Data goes to standard output, everything else to standard error; exit codes are in `exit::Exit`. One file a
//! command under `commands/`; each turns its arguments into calls of the engine and prints what comes back. Decisions
//! about snapshots are the engine's.

mod arguments;
mod audit_text;
mod clock;
mod commands;
mod confirm;
mod connection;
mod console;
mod drive;
mod evidence;
mod exit;
mod help;
mod job;
mod junit;
mod language;
mod permissions;
mod plan_text;
mod policies;
mod progress;
mod prune_text;
mod report_text;
mod results;
mod sarif;
mod scenario;
mod schemas;
mod selection;
mod table;
mod usage;

use std::ffi::OsString;
use std::io::Write as _;

use clap::{CommandFactory as _, Parser as _};

use arguments::{Arguments, Command, Format};
use consnap_core::diagnostics::messages::errors;
use consnap_core::{Error, ErrorKind, Lang};
use console::Console;
use exit::Exit;
use exit::Failure;
pub use schemas::schema;

/// A process that crashes leaves no image of its memory: there are keys in it.
#[cfg(unix)]
fn without_core_dumps() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    // What cannot be lowered stays as the system has it.
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    // The limit does not hold for programs that take images through a pipe.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
}

#[cfg(not(unix))]
fn without_core_dumps() {}

/// Runs the command line with its arguments, the program's name first, and gives the exit code.
pub fn main_from(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    without_core_dumps();
    let given = help::as_option(arguments.into_iter().collect());
    let arguments = match Arguments::try_parse_from(&given) {
        Ok(arguments) => arguments,
        Err(error) => return not_understood(&error, &given) as u8,
    };
    let mut console = Console::new(&arguments.output);
    let exit = match dispatch(arguments.command, &mut console) {
        Ok(exit) => exit,
        Err(failure) => console.failure(failure),
    };
    exit as u8
}

/// Shows help and version, which are data, and tells wrong usage on standard error.
fn not_understood(error: &clap::Error, given: &[OsString]) -> Exit {
    let lang = language::before_parsing(given);
    let chinese = lang == Lang::Zh;
    if error.use_stderr() && asks_for_json(given) {
        let reason = usage::reason(error).filter(|_| chinese).unwrap_or_else(|| {
            let reason = error.to_string();
            // clap's hint to try `--help` and its picture of the usage are for people.
            reason.split("\n\n").next().unwrap_or_default().trim_start_matches("error: ").to_owned()
        });
        let error = Error::new(ErrorKind::Input, &errors::USAGE).with("reason", reason);
        return Console::with(Format::Json, lang).failure(error.into());
    }
    let exit = if error.use_stderr() { Exit::Usage } else { Exit::Reached };
    let translated = match error.kind() {
        _ if !chinese => None,
        clap::error::ErrorKind::DisplayHelp | clap::error::ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            Some(chinese_help(given))
        }
        _ => usage::text(error),
    };
    let shown = match translated {
        Some(text) if error.use_stderr() => write!(anstream::stderr(), "{text}"),
        Some(text) => write!(anstream::stdout(), "{text}"),
        None => error.print(),
    };
    match shown {
        // Whoever closed the pipe has seen enough.
        Err(failed) if failed.kind() != std::io::ErrorKind::BrokenPipe => Exit::Usage,
        _ => exit,
    }
}

/// The help that is asked for, as wide as the terminal, with the limit that clap has.
fn chinese_help(given: &[OsString]) -> String {
    let mut root = Arguments::command();
    root.build();
    let columns = || std::env::var("COLUMNS").ok()?.parse().ok();
    let of_terminal = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    let width = of_terminal.or_else(columns).unwrap_or(100).clamp(40, 110);
    help::page(help::asked(&root, given), &help::Texts::chinese(), width)
}

/// Whether somebody who cannot be understood wants errors as JSON: there are no arguments yet to ask.
fn asks_for_json(given: &[OsString]) -> bool {
    let pairs = given.iter().zip(given.iter().skip(1));
    given.iter().any(|word| word == "--format=json")
        || pairs.into_iter().any(|(name, value)| name == "--format" && value == "json")
}

/// The help of every command as it stands on a page of 100 columns: the command and its text. For the reference pages.
pub fn help_pages() -> Vec<(String, String)> {
    let mut root = Arguments::command().term_width(100);
    root.build();
    let mut pages = Vec::new();
    add_help_pages("consnap", root, &mut pages);
    pages
}

fn add_help_pages(name: &str, command: clap::Command, pages: &mut Vec<(String, String)>) {
    let mut command = command.term_width(100);
    pages.push((name.to_owned(), command.render_long_help().to_string()));
    for inner in command.get_subcommands().filter(|inner| !inner.is_hide_set()) {
        add_help_pages(&format!("{name} {}", inner.get_name()), inner.clone(), pages);
    }
}

fn dispatch(command: Command, console: &mut Console) -> Result<Exit, Failure> {
    let format = console.format();
    if matches!(format, Format::Sarif | Format::Junit) && !command.writes_findings() {
        return Err(Error::new(ErrorKind::Input, &errors::FORMAT_NOT_HERE).with("format", format.name()).into());
    }
    match command {
        Command::Demo(arguments) => commands::demo::run(&arguments, console),
        Command::Check(arguments) => commands::check::run(&arguments, console),
        Command::Build(arguments) => commands::build::run(&arguments, console),
        Command::Export(arguments) => commands::export::run(&arguments, console),
        Command::Plan(arguments) => commands::plan::run(&arguments, console),
        Command::Run(arguments) => commands::run::run(&arguments, console),
        Command::Resume(arguments) => commands::resume::run(&arguments, console),
        Command::Rerun(arguments) => commands::rerun::run(&arguments, console),
        Command::Verify(arguments) => commands::verify::run(&arguments, console),
        Command::Show(arguments) => commands::show::run(&arguments, console),
        Command::Whoami(arguments) => commands::whoami::run(&arguments, console),
        Command::Doctor(arguments) => commands::doctor::run(&arguments, console),
        Command::Role(arguments) => commands::role::run(&arguments, console),
        Command::Policy(arguments) => commands::policy::run(&arguments, console),
        Command::Audit(arguments) => commands::audit::run(&arguments, console),
        Command::LiveCheck(arguments) => commands::live_check::run(&arguments, console),
        Command::Record(arguments) => commands::record::run(&arguments, console),
        Command::Prune(arguments) => commands::prune::run(&arguments, console),
        Command::History(arguments) => commands::history::run(&arguments, console),
        Command::Status(arguments) => commands::status::run(&arguments, console),
        Command::Release(arguments) => commands::release::run(&arguments, console),
        Command::Scripts(arguments) => commands::scripts::run(&arguments, console),
        Command::Explain(arguments) => commands::explain::run(&arguments, console),
        Command::Simulate(arguments) => commands::simulate::run(&arguments, console),
        Command::Schema(arguments) => commands::schema::run(&arguments, console),
        Command::Completions(arguments) => commands::completions::run(&arguments, console),
        Command::Op(arguments) => commands::op::run(&arguments, console),
    }
}
