//! The vendor's own Python SDKs against the simulator.

use std::path::{Path, PathBuf};

use crate::programs;
use crate::run::{Failure, Run, root, target_folder};
use crate::steps::{Log, Runner};

/// What the tests import, beside what they install themselves.
const PACKAGES: [&str; 5] =
    ["alibabacloud_ecs20140526", "aliyun-python-sdk-ecs", "pytest", "check-jsonschema", "zizmor"];

/// Runs `tests/python_sdk` with a command line that is built.
pub(crate) fn sdk_tests(binary: &Path, log: &mut Log) -> Result<(), Failure> {
    // Each test says itself what it misses.
    if let Err(missing) = programs::install(&programs::OF_EXPORTS) {
        println!("{missing}");
    }
    let python = environment("venv-sdk", &PACKAGES)?.join("bin/python");
    Run::new(python)
        .args(["-m", "pytest", "-q", "-rfEsx", "-p", "no:cacheprovider"])
        .args([root().join("tests/python_sdk")])
        .env("CONSNAP_BIN", binary)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .tests(Runner::Pytest, log)
}

/// A virtual environment with packages from PyPI; made anew when they change.
pub(crate) fn environment(name: &str, packages: &[&str]) -> Result<PathBuf, Failure> {
    let folder = target_folder().join(name);
    let complete = folder.join("complete");
    let wanted = packages.join("\n");
    if std::fs::read_to_string(&complete).is_ok_and(|found| found == wanted) {
        return Ok(folder);
    }
    Run::new(programs::python()?).args([Path::new("-m"), Path::new("venv"), &folder]).run()?;
    Run::new(folder.join("bin/python"))
        .args(["-m", "pip", "install", "--quiet"])
        .args(packages)
        .run()
        .map_err(|failure| Failure::missing(format!("packages from PyPI: {failure}")))?;
    std::fs::write(complete, wanted)?;
    Ok(folder)
}
