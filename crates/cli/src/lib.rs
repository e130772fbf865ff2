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
mod job;
mod junit;
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

use std::ffi::OsString;

use clap::{CommandFactory as _, Parser as _};

use arguments::{Arguments, Command, Format, OutputOptions};
use consnap_core::diagnostics::messages::errors;
use consnap_core::{Error, ErrorKind};
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
    let given: Vec<OsString> = arguments.into_iter().collect();
    let arguments = match Arguments::try_parse_from(&given) {
        Ok(arguments) => arguments,
        Err(error) if error.use_stderr() && asks_for_json(&given) => {
            let output = OutputOptions { format: Format::Json, lang: None };
            let reason = error.to_string();
            // clap's hint to try `--help` and its picture of the usage are for people.
            let reason = reason.split("\n\n").next().unwrap_or_default().trim_start_matches("error: ").to_owned();
            let error = Error::new(ErrorKind::Input, &errors::USAGE).with("reason", reason);
            return Console::new(&output).failure(error.into()) as u8;
        }
        Err(error) => {
            // Help and version are data; wrong usage is told on standard error.
            let exit = if error.use_stderr() { Exit::Usage } else { Exit::Reached };
            // Whoever closed the pipe has seen enough.
            let shown = error.print().or_else(|failed| match failed.kind() {
                std::io::ErrorKind::BrokenPipe => Ok(()),
                _ => Err(failed),
            });
            return if shown.is_ok() { exit as u8 } else { Exit::Usage as u8 };
        }
    };
    let mut console = Console::new(&arguments.output);
    let exit = match dispatch(arguments.command, &mut console) {
        Ok(exit) => exit,
        Err(failure) => console.failure(failure),
    };
    exit as u8
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
