//! A binary that needs nothing of its system: built for musl, and tried in an empty root directory.

use std::fs;
use std::path::{Path, PathBuf};

use crate::programs;
use crate::run::{Failure, Run, cargo, target_folder};

/// Builds the static binary for this machine's processor and runs it where there is nothing else.
pub(crate) fn build_and_try() -> Result<(), Failure> {
    let target = format!("{}-unknown-linux-musl", std::env::consts::ARCH);
    let binary = build(&target)?;
    if cfg!(not(target_os = "linux")) {
        println!("only built: an empty root directory needs Linux");
        return Ok(());
    }
    let root = target_folder().join("empty-root");
    if root.exists() {
        fs::remove_dir_all(&root)?;
    }
    fs::create_dir_all(&root)?;
    fs::copy(&binary, root.join("consnap"))?;
    alone(&root, &["--version"])?;
    alone(&root, &["demo"])?;
    println!("{}: {} kB, runs alone", binary.display(), fs::metadata(&binary)?.len() / 1000);
    Ok(())
}

fn build(target: &str) -> Result<PathBuf, Failure> {
    let mut build = cargo(&["build", "--profile", "dist", "--locked", "--package", "consnap-cli", "--target", target]);
    // ring has some C, none of which calls a C library: the system's compiler does when musl's is not there.
    if !programs::has("musl-gcc") {
        build = build.env(&format!("CC_{}", target.replace('-', "_")), "cc");
    }
    build
        .run()
        .map_err(|failure| Failure::new(format!("{failure}; is the target there? `rustup target add {target}`")))?;
    let folder = target_folder().join(target).join("dist");
    Ok(folder.join("consnap"))
}

/// Runs the binary with that directory as its root: no libraries, no certificates, no `/tmp`, no environment.
fn alone(root: &Path, arguments: &[&str]) -> Result<(), Failure> {
    // A namespace of its own instead of the rights of root.
    Run::new("unshare")
        .args(["--user", "--map-root-user", "env", "-i", "/usr/sbin/chroot"])
        .args([root.as_os_str(), "/consnap".as_ref()])
        .args(arguments)
        .run()
}
