//! Running programs, and why a task failed.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::steps::{Log, Runner};

/// Why a task did not succeed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// It ran and failed.
    Failed(String),
    /// It could not run: something it needs is not installed, and could not be.
    Missing(String),
}

impl Failure {
    pub(crate) fn new(words: impl Into<String>) -> Self {
        Self::Failed(words.into())
    }

    pub(crate) fn missing(words: impl Into<String>) -> Self {
        Self::Missing(words.into())
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (Self::Failed(words) | Self::Missing(words)) = self;
        f.write_str(words)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::new(error.to_string())
    }
}

/// A program about to run in the workspace, without input.
pub(crate) struct Run(Command);

impl Run {
    pub(crate) fn new(program: impl AsRef<OsStr>) -> Self {
        let mut command = Command::new(program);
        command.current_dir(root()).stdin(Stdio::null());
        Self(command)
    }

    pub(crate) fn args(mut self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        self.0.args(arguments);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.0.env(name, value);
        self
    }

    pub(crate) fn within(mut self, folder: &Path) -> Self {
        self.0.current_dir(folder);
        self
    }

    fn words(&self) -> String {
        let program = Path::new(self.0.get_program()).file_name().unwrap_or_default().to_string_lossy().into_owned();
        self.0.get_args().fold(program, |line, word| line + " " + &word.to_string_lossy())
    }

    /// Runs it, its output going to ours.
    pub(crate) fn run(mut self) -> Result<(), Failure> {
        let words = self.words();
        println!("$ {words}");
        let status = self.0.status().map_err(|error| Failure::new(format!("`{words}` cannot start: {error}")))?;
        if status.success() { Ok(()) } else { Err(Failure::new(format!("`{words}` ended with {status}"))) }
    }

    /// Runs a test runner: its output goes to ours, and its closing lines and what it skipped go to the log.
    pub(crate) fn tests(mut self, runner: Runner, log: &mut Log) -> Result<(), Failure> {
        let words = self.words();
        println!("$ {words}");
        let cannot = |error: std::io::Error| Failure::new(format!("`{words}` cannot start: {error}"));
        let (reader, writer) = std::io::pipe().map_err(cannot)?;
        self.0.stdout(writer.try_clone().map_err(cannot)?).stderr(writer);
        let skipped = target_folder().join("skipped.txt");
        let _ = std::fs::remove_file(&skipped);
        self.0.env("CONSNAP_SKIPPED", &skipped);
        let mut child = self.0.spawn().map_err(cannot)?;
        // What this process holds of the pipe must go, else its end is never seen.
        drop(self.0);
        let mut output = log.runner(runner);
        for line in BufReader::new(reader).split(b'\n') {
            let line = String::from_utf8_lossy(&line?).into_owned();
            println!("{line}");
            output.line(line);
        }
        let status = child.wait()?;
        output.end(status.success());
        for line in std::fs::read_to_string(&skipped).unwrap_or_default().lines() {
            log.skip(line);
        }
        if status.success() { Ok(()) } else { Err(Failure::new(format!("`{words}` ended with {status}"))) }
    }

    /// Runs it and gives what it wrote to standard output.
    pub(crate) fn output(mut self) -> Result<String, Failure> {
        let words = self.words();
        let output = self.0.output().map_err(|error| Failure::new(format!("`{words}` cannot start: {error}")))?;
        if output.status.success() {
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        } else {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            Err(Failure::new(format!("`{words}` ended with {}: {}", output.status, said.trim())))
        }
    }
}

/// The cargo that runs us.
pub(crate) fn cargo(arguments: &[&str]) -> Run {
    Run::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())).args(arguments)
}

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap_or_else(|| Path::new(".")).to_owned()
}

/// Where cargo puts what it builds.
pub(crate) fn target_folder() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}
