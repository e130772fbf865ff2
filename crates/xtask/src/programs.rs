//! What the steps need beside cargo: found on the search path, or installed by the system's package manager.

use std::path::PathBuf;

use crate::run::{Failure, Run};

/// A program and the Debian package that has it.
pub(crate) type Program = (&'static str, &'static str);

/// The browser of the page's tests.
pub(crate) const CHROMIUM: Program = ("chromium", "chromium");
const PYTHON: Program = ("python3", "python3");
const JQ: Program = ("jq", "jq");
/// What exported programs are run with.
pub(crate) const OF_EXPORTS: [Program; 2] = [("go", "golang-go"), JQ];
/// What the Rust tests run: shells the guest probe and the command must get through, and readers of exports.
pub(crate) const OF_RUST_TESTS: [Program; 11] = [
    PYTHON,
    ("busybox", "busybox"),
    ("gofmt", "golang-go"),
    JQ,
    ("ksh", "ksh93u+m"),
    ("mkfs.ext4", "e2fsprogs"),
    ("mksh", "mksh"),
    ("shellcheck", "shellcheck"),
    ("systemd-analyze", "systemd"),
    ("unshare", "util-linux"),
    ("yash", "yash"),
];

/// Whether a program is on the search path.
pub(crate) fn has(name: &str) -> bool {
    path_of(name).is_some()
}

/// Where a program is.
pub(crate) fn path_of(name: &str) -> Option<PathBuf> {
    let name = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(&name)).find(|file| file.is_file())
}

/// Installs those programs that are missing, where that is possible; says which are still missing.
pub(crate) fn install(programs: &[Program]) -> Result<(), Failure> {
    let missing: Vec<Program> = programs.iter().filter(|(name, _)| !has(name)).copied().collect();
    if missing.is_empty() {
        return Ok(());
    }
    let packages: Vec<&str> = missing.iter().map(|(_, package)| *package).collect();
    let why = apt_install(&packages).err();
    let missing: Vec<&str> = missing.iter().map(|(name, _)| *name).filter(|name| !has(name)).collect();
    match (missing.is_empty(), why) {
        (true, _) => Ok(()),
        (false, why) => {
            let why = why.map_or_else(|| "their packages are installed".to_owned(), |why| why.to_string());
            Err(Failure::missing(format!("{}: not on the search path; {why}", missing.join(", "))))
        }
    }
}

/// Installs packages by Debian's package manager, as root.
fn apt_install(packages: &[&str]) -> Result<(), Failure> {
    if !has("apt-get") {
        return Err(Failure::missing(format!("install {} by hand: there is no apt-get", packages.join(", "))));
    }
    let is_root = Run::new("id").args(["-u"]).output().is_ok_and(|id| id.trim() == "0");
    if !is_root {
        return Err(Failure::missing(format!("as root: apt-get install {}", packages.join(" "))));
    }
    let install = || {
        Run::new("apt-get")
            .args(["install", "--yes", "--quiet", "--no-install-recommends"])
            .args(packages)
            .env("DEBIAN_FRONTEND", "noninteractive")
            .run()
    };
    // Lists that are absent or old name packages that cannot be had.
    install().or_else(|_| Run::new("apt-get").args(["update", "--quiet"]).run().and_then(|()| install()))
}

/// The interpreter with which virtual environments are made.
pub(crate) fn python() -> Result<&'static str, Failure> {
    install(&[PYTHON])?;
    // Debian keeps what makes environments apart.
    if Run::new("python3").args(["-c", "import ensurepip, venv"]).output().is_err() {
        apt_install(&["python3-venv"])?;
    }
    Ok("python3")
}

/// Node and npm, new enough for the tools of the page.
pub(crate) fn node() -> Result<(), Failure> {
    const WANTED: (u32, u32) = (20, 19);
    let version = Run::new("node").args(["--version"]).output().unwrap_or_default();
    let mut numbers = version.trim().trim_start_matches('v').split('.').map_while(|number| number.parse::<u32>().ok());
    let found = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    if found >= WANTED && has("npm") {
        return Ok(());
    }
    let found = if version.is_empty() { "none" } else { version.trim() };
    Err(Failure::missing(format!("Node.js {}.{} or newer with npm; found: {found}", WANTED.0, WANTED.1)))
}
