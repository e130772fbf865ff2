//! The vendor's own Python SDKs against the simulator.

use std::path::{Path, PathBuf};

use crate::steps::{Failure, Run, cargo, has_program, root, target_folder};

/// What the tests import, beside what they install themselves.
const PACKAGES: [&str; 3] = ["alibabacloud_ecs20140526", "aliyun-python-sdk-ecs", "pytest"];

/// Builds the command line and runs `tests/python_sdk` with it.
pub(crate) fn sdk_tests() -> Result<(), Failure> {
    let tests = root().join("tests/python_sdk");
    if !tests.is_dir() {
        return Err(Failure::new("tests/python_sdk is missing"));
    }
    cargo(&["build", "--quiet", "--package", "consnap"]).run()?;
    let python = environment()?;
    Run::new(python)
        .args(["-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/python_sdk"])
        .env("CONSNAP_BIN", target_folder().join("debug").join(format!("consnap{}", std::env::consts::EXE_SUFFIX)))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .run()
}

/// The interpreter of a virtual environment with the SDKs; made once.
fn environment() -> Result<PathBuf, Failure> {
    let folder = target_folder().join("venv-sdk");
    let python = folder.join("bin/python");
    let complete = folder.join("complete");
    let wanted = PACKAGES.join("\n");
    if std::fs::read_to_string(&complete).is_ok_and(|found| found == wanted) {
        return Ok(python);
    }
    if !has_program("python3") {
        return Err(Failure::new("python3 is not on the search path; install Python 3.10 or newer"));
    }
    Run::new("python3").args([Path::new("-m"), Path::new("venv"), &folder]).run()?;
    Run::new(&python).args(["-m", "pip", "install", "--quiet"]).args(PACKAGES).run()?;
    std::fs::write(complete, wanted)?;
    Ok(python)
}
