//! `cargo xtask ...`: everything a developer or a CI runner calls, in one place and without a shell script.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a build helper talks to its caller")]

#[cfg(feature = "bindgen")]
mod package;
mod page;
mod programs;
mod python;
mod python_package;
mod run;
mod sbom;
mod soak;
mod static_binary;
mod steps;
#[cfg(feature = "bindgen")]
mod typescript;
mod wasm;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};

use run::{Failure, Run, cargo, root, target_folder};
use steps::{Log, Runner, Steps};

/// Builds, tests, generates and measures consnap.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Test everything, cheap failures first; install what the tests need
    ///
    /// The summary tells how each step ended and how long it took. A step that could not run, or a part of one, is
    /// SKIPPED there, with the reason; with `CI` set in the environment it is a failure.
    Test {
        /// Only these tests
        #[arg(value_enum)]
        parts: Vec<Part>,
    },
    /// Build the core for wasm32: it must import nothing and stay within its size
    WasmCheck,
    /// Build the npm package of the engine in bindings-wasm/pkg
    Wasm,
    /// Build the page in web/dist
    Page,
    /// Write the generated files: reference pages and schemas
    Generate {
        /// Fail when one of them is not up to date, and write nothing
        #[arg(long)]
        check: bool,
    },
    /// Build the binary without any library and try it in an empty root directory
    Static,
    /// Write the bill of materials of the binary to target/sbom
    Sbom {
        /// The platform as rustc names it [default: all together]
        target: Option<String>,
    },
    /// Look at licences, sources and known faults of all dependencies; needs cargo-deny
    Deny,
    /// Measure speed and size; the ratios are printed as tables
    Bench(Bench),
    /// Try more random cases than `test` does
    Soak(soak::Amount),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Unit tests, cases and properties of all crates, and doc tests
    Rust,
    /// All of the three below
    Python,
    /// The wheel in an environment of its own: tests, types, examples
    PythonPackage,
    /// `pip install .` into an empty environment
    PipInstall,
    /// The vendor's Python SDKs against the simulator
    PythonSdk,
    /// The shared cases in Node, and the page in Chromium
    Web,
    /// The quiesce scripts on real servers with file systems that really freeze
    Databases,
}

#[derive(Debug, Args)]
struct Bench {
    /// What to measure: `python` and its parts, `web`, `memory`, or names of the engine's measurements
    names: Vec<String>,
}

fn main() -> ExitCode {
    let done = match Arguments::parse().task {
        Task::Test { parts } if parts.is_empty() => test_all(),
        Task::Test { parts } => test(&parts),
        Task::WasmCheck => wasm::check(),
        Task::Wasm => wasm_package(),
        Task::Page => page::build(),
        Task::Generate { check } => generate(!check),
        Task::Static => static_binary::build_and_try(),
        Task::Sbom { target } => sbom::write(target.as_deref()).map(drop),
        Task::Deny => cargo(&["deny", "check"]).run(),
        Task::Bench(Bench { names }) => measure(&names),
        Task::Soak(amount) => soak::run(&amount),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// All steps, even when one fails: whoever reads a CI log wants to know everything at once.
fn test_all() -> Result<(), Failure> {
    let mut steps = Steps::default();
    steps.take("format", |_| component("fmt", "rustfmt").and_then(|()| cargo(&["fmt", "--all", "--check"]).run()));
    steps.take("format and lints of the page", |_| page::lints());
    steps.take("lints", |_| {
        component("clippy", "clippy")?;
        cargo(&["clippy", "--workspace", "--all-targets", "--quiet", "--", "--deny", "warnings"]).run()
    });
    steps.take("Rust tests", rust_tests);
    steps.take("doc tests", doc_tests);
    // What the tests were built with: another choice of packages would build the dependencies with other features.
    let binary = || cargo(&["build", "--quiet", "--workspace", "--tests", "--bins"]).run().map(|()| built_binary());
    steps.take("Python SDKs against the simulator", |log| python::sdk_tests(&binary()?, log));
    steps.take("quiesce scripts on real servers", databases);
    steps.take("core on wasm32", |_| wasm::check());
    steps.take("engine in Node", page::node_tests);
    steps.take("page in Chromium", |log| page::browser_tests(&binary()?, log));
    steps.take("Python package", python_package::tests);
    steps.take("pip install", |_| python_package::pip_install());
    steps.finish()
}

/// Only some parts; a part that needs the command line builds nothing else.
fn test(parts: &[Part]) -> Result<(), Failure> {
    let asked = |part: Part| {
        let of_python = matches!(part, Part::PythonPackage | Part::PipInstall | Part::PythonSdk);
        parts.contains(&part) || of_python && parts.contains(&Part::Python)
    };
    let binary = || cargo(&["build", "--quiet", "--package", "consnap-cli"]).run().map(|()| built_binary());
    let mut steps = Steps::default();
    if asked(Part::Rust) {
        steps.take("Rust tests", rust_tests);
        steps.take("doc tests", doc_tests);
    }
    if asked(Part::PythonPackage) {
        steps.take("Python package", python_package::tests);
    }
    if asked(Part::PipInstall) {
        steps.take("pip install", |_| python_package::pip_install());
    }
    if asked(Part::PythonSdk) {
        steps.take("Python SDKs against the simulator", |log| python::sdk_tests(&binary()?, log));
    }
    if asked(Part::Databases) {
        steps.take("quiesce scripts on real servers", databases);
    }
    if asked(Part::Web) {
        steps.take("format and lints of the page", |_| page::lints());
        steps.take("engine in Node", page::node_tests);
        steps.take("page in Chromium", |log| page::browser_tests(&binary()?, log));
    }
    steps.finish()
}

/// Looks for a component of the toolchain. It is not added: rustup may bring the whole toolchain up to date to do so.
fn component(command: &str, name: &str) -> Result<(), Failure> {
    let found = cargo(&[command, "--version"]).output();
    found.map(drop).map_err(|_| Failure::missing(format!("{name}: `rustup component add {name}`")))
}

/// Unit tests, cases and properties of all crates.
fn rust_tests(log: &mut Log) -> Result<(), Failure> {
    // Each test says itself what it misses.
    if let Err(missing) = programs::install(&programs::OF_RUST_TESTS) {
        println!("{missing}");
    }
    if programs::has("cargo-nextest") {
        // Some wait for a simulated service most of their time: one more than there are cores.
        let threads = std::thread::available_parallelism().map_or(2, |cores| cores.get() + 1).to_string();
        let run = cargo(&["nextest", "run", "--workspace", "--status-level", "fail", "--no-fail-fast"]);
        run.args(["--test-threads", &threads]).env("NEXTEST_HIDE_PROGRESS_BAR", "1").tests(Runner::Nextest, log)
    } else {
        cargo(&["test", "--workspace", "--lib", "--bins", "--tests", "--no-fail-fast", "--quiet"])
            .tests(Runner::CargoTest, log)
    }
}

fn doc_tests(log: &mut Log) -> Result<(), Failure> {
    cargo(&["test", "--workspace", "--doc", "--quiet"]).tests(Runner::CargoTest, log)
}

/// The suite unpacks servers and tools from Debian packages under `target/`; without root it says what it skips.
fn databases(log: &mut Log) -> Result<(), Failure> {
    Run::new(root().join("tests/databases/run")).tests(Runner::Databases, log)
}

/// The binary of the command line, as a debug build leaves it.
fn built_binary() -> PathBuf {
    target_folder().join("debug").join(format!("consnap{}", std::env::consts::EXE_SUFFIX))
}

/// Builds `bindings-wasm/pkg`.
#[cfg(feature = "bindgen")]
fn wasm_package() -> Result<(), Failure> {
    package::build()
}

/// Builds `bindings-wasm/pkg` by a helper that has the reader of wasm-bindgen's format: only this needs it.
#[cfg(not(feature = "bindgen"))]
fn wasm_package() -> Result<(), Failure> {
    cargo(&["run", "--quiet", "--package", "consnap-xtask", "--features", "bindgen", "--", "wasm"]).run()
}

fn measure(names: &[String]) -> Result<(), Failure> {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    match names.as_slice() {
        [] => bench("engine", &[]).and_then(|()| bench("memory", &[])),
        ["python", parts @ ..] => python_package::bench(parts),
        ["web"] => page::bench(),
        ["memory"] => bench("memory", &[]),
        names => bench("engine", names),
    }
}

fn bench(target: &str, names: &[&str]) -> Result<(), Failure> {
    cargo(&["bench", "--package", "consnap-tests", "--bench", target, "--"]).args(names).run()
}

/// Generated files are written by the test that compares them, so that `test` and `generate --check` cannot disagree.
fn generate(write: bool) -> Result<(), Failure> {
    let mut command = cargo(&["test", "--quiet", "--package", "consnap-tests", "--test", "generated"]);
    if write {
        command = command.env("UPDATE_GENERATED", "1");
    }
    command.run()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn arguments_are_consistent() {
        super::Arguments::command().debug_assert();
    }
}
