//! The page: built from the npm package of the engine, and tested in Node and in Chromium.

use std::fs;
use std::path::Path;

use crate::programs;
use crate::run::{Failure, Run, root};
use crate::steps::{Log, Runner};

/// Installs what `web/package-lock.json` pins, once.
pub(crate) fn install() -> Result<(), Failure> {
    let web = root().join("web");
    let lock = fs::read(web.join("package-lock.json"))?;
    let marker = web.join("node_modules/.consnap-lock");
    if fs::read(&marker).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    programs::node()?;
    Run::new("npm").within(&web).args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]).run()?;
    fs::write(marker, lock)?;
    Ok(())
}

/// Builds the package and the page: `web/dist` and `web/dist/consnap.html`.
pub(crate) fn build() -> Result<(), Failure> {
    programs::node()?;
    crate::wasm_package()?;
    install()?;
    Run::new("npm").within(&root().join("web")).args(["run", "--silent", "build"]).run()
}

/// Format and lints of the page and of its tests.
pub(crate) fn lints() -> Result<(), Failure> {
    install()?;
    Run::new("npm").within(&root().join("web")).args(["run", "--silent", "lint"]).run()
}

/// Every shared case through the package in Node.
pub(crate) fn node_tests(log: &mut Log) -> Result<(), Failure> {
    build()?;
    Run::new("node")
        .args(["--test", "--test-reporter=spec", "tests/web/cases.test.mjs", "tests/web/modules.test.mjs"])
        .tests(Runner::Node, log)
}

/// The page in a browser; the page that the binary writes is held to the same, and policies give in the page what the
/// binary gives.
pub(crate) fn browser_tests(binary: &Path, log: &mut Log) -> Result<(), Failure> {
    let chromium = if let Some(named) = std::env::var_os("CHROMIUM") {
        named.into()
    } else {
        programs::install(&[programs::CHROMIUM])?;
        let found = programs::path_of(programs::CHROMIUM.0);
        found.ok_or_else(|| Failure::missing("chromium: not on the search path"))?
    };
    if !root().join("web/dist/consnap.html").is_file() {
        return Err(Failure::new("the page is not built"));
    }
    let mut result = Ok(());
    for name in ["page", "policies", "report", "facts", "verdict", "work"] {
        let file = format!("tests/web/{name}.test.mjs");
        let done = Run::new("node")
            .args(["--test", "--test-reporter=spec", "--test-timeout=240000", &file])
            .env("CHROMIUM", &chromium)
            .env("CONSNAP", binary)
            .tests(Runner::Node, log);
        result = result.and(done);
    }
    result
}

/// Start and response time of the page, measured in the browser.
pub(crate) fn bench() -> Result<(), Failure> {
    build()?;
    Run::new("node").args(["tests/web/bench.mjs"]).run()
}
