//! `cargo xtask ...`: everything a developer or a CI runner calls, in one place and without a shell script.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a build helper talks to its caller")]

#[cfg(feature = "bindgen")]
mod package;
mod python;
mod python_package;
mod sbom;
mod soak;
mod static_binary;
mod steps;
#[cfg(feature = "bindgen")]
mod typescript;
mod wasm;

use std::process::ExitCode;

use steps::{Failure, Steps, cargo, has_program};

const HELP: &str = "\
cargo xtask test               everything that must hold: format, lints, Rust, doc, wasm, Python and web tests
cargo xtask test rust|python   only these; of the latter `python-package` and `pip-install` are parts
cargo xtask wasm-check         the core for wasm32: nothing imported, size within its budget
cargo xtask wasm               the npm package of the engine, in bindings-wasm/pkg
cargo xtask page               the page, in web/dist
cargo xtask test web           the shared cases in Node, and the page in Chromium
cargo xtask generate           write what is generated: reference pages, schemas, assumptions in README.md
cargo xtask generate --check   fail when one of them is not up to date
cargo xtask static             the binary without any library, tried in an empty root directory
cargo xtask sbom [TARGET]      the bill of materials of the binary, in target/sbom; TARGET as rustc names it
cargo xtask deny               licences, sources and known faults of what consnap is built from; needs cargo-deny
cargo xtask bench [NAME]       speed and size in ratios, as a table; also `bench memory`, `bench python`, `bench web`
cargo xtask soak --seeds N     so many seeded days of session and simulator, beyond those of `test`; [--from SEED]
cargo xtask soak --properties N
                               the properties with so many other choices of random cases; [--from SEED]
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["test"] => test_all(),
        ["test", "rust"] => rust_tests(),
        ["test", "python-package"] => python_package::tests(),
        ["test", "pip-install"] => python_package::pip_install(),
        ["test", "python"] => {
            python_package::tests().and_then(|()| python_package::pip_install()).and_then(|()| python::sdk_tests())
        }
        ["wasm-check"] => wasm::check(),
        ["wasm" | "page"] | ["test" | "bench", "web"] => with_bindgen(&words),
        ["generate"] => generate(true),
        ["generate", "--check"] => generate(false),
        ["static"] => static_binary::build_and_try(),
        ["sbom"] => sbom::write(None).map(drop),
        ["sbom", target] => sbom::write(Some(target)).map(drop),
        ["deny"] => cargo(&["deny", "check"]).run(),
        ["bench", "python", parts @ ..] => python_package::bench(parts),
        ["bench"] => bench("engine", &[]).and_then(|()| bench("memory", &[])),
        ["bench", "memory"] => bench("memory", &[]),
        ["bench", rest @ ..] => bench("engine", rest),
        ["soak", rest @ ..] => soak::run(rest),
        [] | ["help" | "--help" | "-h"] => {
            print!("{HELP}");
            Ok(())
        }
        _ => Err(Failure::new(format!("unknown task `{}`\n\n{HELP}", words.join(" ")))),
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
    steps.take("format", || cargo(&["fmt", "--all", "--check"]).run());
    steps.take("lints", || {
        cargo(&["clippy", "--workspace", "--all-targets", "--quiet", "--", "--deny", "warnings"]).run()
    });
    steps.take("Rust tests", rust_tests);
    steps.take("doc tests", || cargo(&["test", "--workspace", "--doc", "--quiet"]).run());
    steps.take("core on wasm32", wasm::check);
    steps.take("Python package", python_package::tests);
    steps.take("pip install", python_package::pip_install);
    steps.take("Python SDKs against the simulator", python::sdk_tests);
    steps.take("engine in Node, page in Chromium", || with_bindgen(&["test", "web"]));
    steps.finish()
}

/// Tasks that need the reader of wasm-bindgen's format: built in only where they are asked for.
#[cfg(feature = "bindgen")]
fn with_bindgen(words: &[&str]) -> Result<(), Failure> {
    match words {
        ["wasm"] => package::build().map(drop),
        ["page"] => package::page(),
        ["bench", ..] => package::bench(),
        _ => package::test(),
    }
}

/// Tasks that need the reader of wasm-bindgen's format: they run in a helper built with it.
#[cfg(not(feature = "bindgen"))]
fn with_bindgen(words: &[&str]) -> Result<(), Failure> {
    cargo(&["run", "--quiet", "--package", "consnap-xtask", "--features", "bindgen", "--"]).args(words).run()
}

/// Unit tests, cases and properties of all crates.
fn rust_tests() -> Result<(), Failure> {
    if has_program("cargo-nextest") {
        cargo(&["nextest", "run", "--workspace", "--status-level", "fail", "--no-fail-fast"]).run()
    } else {
        cargo(&["test", "--workspace", "--lib", "--bins", "--tests", "--no-fail-fast", "--quiet"]).run()
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
