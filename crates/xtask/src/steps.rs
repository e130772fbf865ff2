//! Running programs, and the list of steps with their times.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Why a task failed, in words for its caller.
#[derive(Debug)]
pub(crate) struct Failure(String);

impl Failure {
    pub(crate) fn new(words: impl Into<String>) -> Self {
        Self(words.into())
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self(error.to_string())
    }
}

/// The steps taken so far.
#[derive(Default)]
pub(crate) struct Steps {
    taken: Vec<(&'static str, Duration, Option<Failure>)>,
}

impl Steps {
    /// Takes a step, says how it ended and how long it took, and goes on in any case.
    pub(crate) fn take(&mut self, name: &'static str, step: impl FnOnce() -> Result<(), Failure>) {
        println!("\n=== {name}");
        let start = Instant::now();
        let failure = step().err();
        let took = start.elapsed();
        match &failure {
            None => println!("=== {name}: ok, {:.1} s", took.as_secs_f64()),
            Some(failure) => println!("=== {name}: FAILED after {:.1} s: {failure}", took.as_secs_f64()),
        }
        self.taken.push((name, took, failure));
    }

    /// The table of all steps; an error when one failed.
    pub(crate) fn finish(self) -> Result<(), Failure> {
        println!("\n=== summary");
        for (name, took, failure) in &self.taken {
            let end = if failure.is_none() { "ok" } else { "FAILED" };
            println!("{end:7} {:7.1} s  {name}", took.as_secs_f64());
        }
        let failed = self.taken.iter().filter(|(_, _, failure)| failure.is_some()).count();
        if failed == 0 { Ok(()) } else { Err(Failure::new(format!("{failed} of {} steps failed", self.taken.len()))) }
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

/// Whether a program is on the search path.
pub(crate) fn has_program(name: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(name).is_file()))
}

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap_or_else(|| Path::new(".")).to_owned()
}

/// Where cargo puts what it builds.
pub(crate) fn target_folder() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}
