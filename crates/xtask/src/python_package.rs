//! The Python package: its wheel, installed into an environment of its own and tested there, outside the sources.

use std::path::Path;

use crate::programs;
use crate::python::environment;
use crate::run::{Failure, Run, root, target_folder};
use crate::steps::{Log, Runner};

/// What building and testing needs from PyPI; the package itself depends on nothing. `basedpyright` is pyright with a
/// Node of its own, from PyPI too; the official SDK is what consnap is compared with, and an example shows it.
const PACKAGES: [&str; 10] = [
    "maturin>=1.9,<2",
    "pytest",
    "pytest-asyncio",
    "mypy",
    "basedpyright",
    "alibabacloud_ecs20140526",
    "orjson",
    "jsonschema-rs",
    "aiohttp",
    "trustme",
];

/// Builds the wheel, installs it and runs everything that holds of it.
pub(crate) fn tests(log: &mut Log) -> Result<(), Failure> {
    let folder = environment("venv-package", &PACKAGES)?;
    let python = folder.join("bin/python");
    install(&folder, "dev")?;
    let outside = target_folder().join("python-outside");
    std::fs::create_dir_all(&outside)?;
    let tests = root().join("tests/python");
    let configuration = root().join("pyproject.toml");
    let inside = |arguments: &[&str]| Run::new(&python).args(arguments).within(&outside);
    let pytest = || {
        inside(&["-m", "pytest", "-q", "-rfEsx", "-p", "no:cacheprovider", "-c"])
            .args([&configuration])
            .env("PYTHONDONTWRITEBYTECODE", "1")
    };
    pytest().args([&tests]).tests(Runner::Pytest, log)?;
    pytest().args(["--doctest-modules", "--pyargs", "consnap"]).tests(Runner::Pytest, log)?;
    inside(&["-m", "mypy", "--config-file"]).args([&configuration]).args(["-p", "consnap"]).run()?;
    inside(&["-m", "mypy", "--config-file"]).args([&configuration]).args([&tests]).run()?;
    let examples = root().join("bindings-python/examples");
    inside(&["-m", "mypy", "--config-file"]).args([&configuration]).args([&examples]).run()?;
    let allowed = tests.join("stubtest-allowlist.txt");
    inside(&["-m", "mypy.stubtest", "consnap", "--mypy-config-file"])
        .args([&configuration])
        .args(["--allowlist"])
        .args([&allowed])
        .run()?;
    pyright(&folder).run()?;
    pyright(&folder).args(["--verifytypes", "consnap", "--ignoreexternal"]).within(&outside).run()
}

/// `pip install .` as a user types it, into an empty environment, and there what the README shows. The wheel is built
/// with the profile of the tests, in the same folder: nothing but that differs.
pub(crate) fn pip_install() -> Result<(), Failure> {
    let folder = target_folder().join("venv-user");
    if folder.is_dir() {
        std::fs::remove_dir_all(&folder)?;
    }
    Run::new(programs::python()?).args([Path::new("-m"), Path::new("venv"), &folder]).run()?;
    let python = folder.join("bin/python");
    Run::new(&python)
        .args(["-m", "pip", "install", "--quiet", "."])
        .env("MATURIN_PEP517_ARGS", "--profile dev")
        .env("CARGO_TARGET_DIR", target_folder())
        .run()?;
    let outside = std::env::temp_dir().join(format!("consnap-user-{}", std::process::id()));
    std::fs::create_dir_all(&outside)?;
    let checks = root().join("tests/python/installed.py");
    let done = Run::new(&python).args([&checks]).within(&outside).run();
    std::fs::remove_dir_all(&outside)?;
    done
}

/// pyright with the project's configuration and the packages of the environment, which it finds by the search path.
fn pyright(environment: &Path) -> Run {
    let mut path = environment.join("bin").into_os_string();
    if let Some(before) = std::env::var_os("PATH") {
        path.push(":");
        path.push(before);
    }
    Run::new(environment.join("bin/basedpyright")).env("PATH", path)
}

/// Speed against what a careful script would use instead, of the wheel as it is released.
pub(crate) fn bench(parts: &[&str]) -> Result<(), Failure> {
    let folder = environment("venv-package", &PACKAGES)?;
    let python = folder.join("bin/python");
    install(&folder, "dist")?;
    Run::new(&python).args([root().join("tests/python/bench.py")]).args(parts).within(&target_folder()).run()
}

/// Builds the wheel with a profile of cargo and installs it; everything that was there of it is replaced.
fn install(environment: &Path, profile: &str) -> Result<(), Failure> {
    let wheels = target_folder().join("wheels").join(profile);
    if wheels.is_dir() {
        std::fs::remove_dir_all(&wheels)?;
    }
    Run::new(environment.join("bin/maturin"))
        .args(["build", "--quiet", "--profile", profile, "--out"])
        .args([&wheels])
        .run()?;
    let wheel = std::fs::read_dir(&wheels)?
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|extension| extension == "whl"))
        .ok_or_else(|| Failure::new(format!("no wheel in {}", wheels.display())))?;
    Run::new(environment.join("bin/python"))
        .args(["-m", "pip", "install", "--quiet", "--force-reinstall", "--no-deps", "--no-index"])
        .args([&wheel])
        .run()
}
