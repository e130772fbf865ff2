//! The core on wasm32-unknown-unknown: it builds, imports nothing, and stays small.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::programs;
use crate::run::{Failure, Run, cargo, root, target_folder};

pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// All of the core, planning, signing and policies included, may have so many bytes gzipped as the compiler leaves them. What a
/// page loads first is held to less where the program is cut in parts.
const BUDGET_GZIPPED: usize = 915_000;

/// Builds the program that uses every operation of the core and looks at what it imports and how large it is.
pub(crate) fn check() -> Result<(), Failure> {
    build("consnap-wasm-purity", &[])?;
    let file = target_folder().join(TARGET).join("wasm").join("consnap-wasm-purity.wasm");
    let module = fs::read(&file).map_err(|error| Failure::new(format!("{}: {error}", file.display())))?;
    let content = Content::read(&module)?;
    if !content.imports.is_empty() {
        return Err(Failure::new(format!("the core imports {} from its host", content.imports.join(", "))));
    }
    let code = without_custom_sections(&module)?;
    let gzipped = gzipped(&code)?;
    println!(
        "no imports; {} functions, {} kB, {} kB gzipped of at most {}",
        content.functions,
        code.len() / 1000,
        gzipped / 1000,
        BUDGET_GZIPPED / 1000
    );
    // A linker that threw everything away would import nothing either.
    if content.functions < 500 {
        return Err(Failure::new("the module is nearly empty: the operations are not in it"));
    }
    if gzipped > BUDGET_GZIPPED {
        return Err(Failure::new(format!("{gzipped} bytes gzipped are above the budget of {BUDGET_GZIPPED}")));
    }
    Ok(())
}

/// Builds a package for wasm32 with the profile of the page, handing `linker` to the linker.
pub(crate) fn build(package: &str, linker: &[&str]) -> Result<(), Failure> {
    let build = ["rustc", "--quiet", "--profile", "wasm", "--package", package, "--target", TARGET];
    let linker = linker.iter().map(|argument| format!("-Clink-arg={argument}"));
    let cargo = cargo(&build).env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", without_own_paths());
    match toolchain()? {
        Toolchain::Installed => cargo.args(["--"]).args(linker).run(),
        Toolchain::Unpacked(folder) => {
            with_unpacked(cargo, &folder).args(["-Zbuild-std=std,panic_abort", "--"]).args(linker).run()
        }
    }
}

/// Flags that keep the folders of whoever builds it out of the module.
fn without_own_paths() -> String {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cargo")));
    let sources = home.unwrap_or_default().join("registry/src");
    format!("--remap-path-prefix={}=/crates --remap-path-prefix={}=consnap", sources.display(), root().display())
}

/// What a module consists of, as far as it matters here.
struct Content {
    imports: Vec<String>,
    functions: u32,
}

/// What a module wants of its host, as `module.name`.
#[cfg(feature = "bindgen")]
pub(crate) fn imports(module: &[u8]) -> Result<Vec<String>, Failure> {
    Content::read(module).map(|content| content.imports)
}

impl Content {
    fn read(module: &[u8]) -> Result<Self, Failure> {
        let mut content = Self { imports: Vec::new(), functions: 0 };
        for payload in wasmparser::Parser::new(0).parse_all(module) {
            match payload.map_err(|error| unreadable(&error))? {
                wasmparser::Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        let import = import.map_err(|error| unreadable(&error))?;
                        content.imports.push(format!("{}.{}", import.module, import.name));
                    }
                }
                wasmparser::Payload::FunctionSection(functions) => content.functions = functions.count(),
                _ => {}
            }
        }
        Ok(content)
    }
}

/// The module without names and producers, which a page does not load.
fn without_custom_sections(module: &[u8]) -> Result<Vec<u8>, Failure> {
    let mut kept = Vec::with_capacity(module.len());
    let mut from = 0;
    for payload in wasmparser::Parser::new(0).parse_all(module) {
        if let wasmparser::Payload::CustomSection(section) = payload.map_err(|error| unreadable(&error))? {
            let range = section.range();
            kept.extend_from_slice(bytes_between(module, from, range.start));
            from = range.end;
        }
    }
    kept.extend_from_slice(bytes_between(module, from, module.len() as u64));
    Ok(kept)
}

fn bytes_between(module: &[u8], from: u64, to: u64) -> &[u8] {
    let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX);
    module.get(place(from)..place(to)).unwrap_or_default()
}

fn unreadable(error: &wasmparser::BinaryReaderError) -> Failure {
    Failure::new(format!("the module cannot be read: {error}"))
}

pub(crate) fn gzipped(bytes: &[u8]) -> Result<usize, Failure> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?.len())
}

/// Where the standard library for wasm32 comes from.
enum Toolchain {
    /// From the compiler's own distribution.
    Installed,
    /// From Debian's packages, unpacked in a folder of ours; the library is built along with the module.
    Unpacked(PathBuf),
}

fn toolchain() -> Result<Toolchain, Failure> {
    let sysroot = Run::new("rustc").args(["--print", "sysroot"]).output()?;
    let installed = Path::new(sysroot.trim()).join("lib/rustlib").join(TARGET).join("lib");
    if installed.is_dir() {
        return Ok(Toolchain::Installed);
    }
    let rustup = if programs::has("rustup") {
        Run::new("rustup").args(["target", "add", TARGET]).run()
    } else {
        Err(Failure::new("rustup is not installed"))
    };
    let Err(no_rustup) = rustup else { return Ok(Toolchain::Installed) };
    let folder = target_folder().join("wasm-toolchain");
    unpack_debian(&folder).map(|()| Toolchain::Unpacked(folder)).map_err(|no_debian| {
        Failure::missing(format!(
            "the standard library for {TARGET} is missing, and neither way to get it worked\n\
             rustup: {no_rustup}\nDebian packages: {no_debian}"
        ))
    })
}

/// Fetches Debian's Rust for the web as any user, without installing it.
fn unpack_debian(folder: &Path) -> Result<(), Failure> {
    if folder.join("usr/bin/rustc").is_file() {
        return Ok(());
    }
    if !programs::has("apt-get") || !programs::has("dpkg") {
        return Err(Failure::new("apt-get and dpkg are not here"));
    }
    let parts = folder.join("packages");
    fs::create_dir_all(&parts)?;
    let depends = Run::new("apt-cache").args(["depends", "rustc-web", "libstd-rust-web-dev"]).output()?;
    let dependency = |beginning: &str| {
        depends
            .split_whitespace()
            .find(|word| word.starts_with(beginning) && word.ends_with(|c: char| c.is_ascii_digit()))
            .map(str::to_owned)
            .ok_or_else(|| Failure::new(format!("no package `{beginning}` among the dependencies of rustc-web")))
    };
    let llvm = dependency("libllvm")?;
    let linker = llvm.replace("libllvm", "lld-");
    let library = dependency("libstd-rust-web-")?;
    Run::new("apt-get")
        .within(&parts)
        .args(["download", "rustc-web", "libstd-rust-web-dev", "rust-web-src", &library, &linker, &llvm])
        .run()?;
    for package in fs::read_dir(&parts)? {
        Run::new("dpkg").args([Path::new("-x"), &package?.path(), folder]).run()?;
    }
    Ok(())
}

fn with_unpacked(cargo: Run, folder: &Path) -> Run {
    let linker = fs::read_dir(folder.join("usr/lib"))
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("bin/wasm-ld"))
        .find(|path| path.exists())
        .unwrap_or_else(|| "wasm-ld".into());
    cargo
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTC", folder.join("usr/bin/rustc"))
        .env("LD_LIBRARY_PATH", folder.join("usr/lib/x86_64-linux-gnu"))
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker)
}
