//! The npm package of the engine: built from source, never committed.

use std::fs;
use std::path::{Path, PathBuf};

use consnap_simulator::rehearse;

use crate::steps::{Failure, Run, cargo, has_program, root, target_folder};
use crate::{typescript, wasm};

/// The first load of the page may have so many bytes gzipped.
const BUDGET_GZIPPED: usize = 400_000;

/// Builds `bindings-wasm/pkg`: module, glue, wrapper and types.
pub(crate) fn build() -> Result<PathBuf, Failure> {
    wasm::build("consnap-wasm")?;
    let module = target_folder().join(wasm::TARGET).join("wasm").join("consnap_wasm.wasm");
    let folder = root().join("bindings-wasm/pkg");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    wasm_bindgen_cli_support::Bindgen::new()
        .input_path(&module)
        .web(true)
        .and_then(|bindgen| {
            bindgen.typescript(false).remove_name_section(true).remove_producers_section(true).generate(&folder)
        })
        .map_err(|error| Failure::new(format!("wasm-bindgen: {error:#}")))?;
    let built = folder.join("consnap_wasm_bg.wasm");
    optimise(&built)?;
    fs::copy(root().join("bindings-wasm/package/index.js"), folder.join("index.js"))?;
    let mut schemas = Vec::new();
    for name in consnap_core::ops::NAMES {
        let schema = consnap_core::ops::schema(name).ok_or_else(|| Failure::new(format!("`{name}` has no schema")))?;
        schemas.push((*name, schema));
    }
    schemas.push((rehearse::NAME, rehearse::schema()));
    fs::write(folder.join("index.d.ts"), typescript::declarations(&schemas, &consnap_core::ops::error_schema()))?;
    fs::write(folder.join("package.json"), manifest())?;
    let bytes = fs::read(&built)?;
    let glue = fs::read(folder.join("consnap_wasm.js"))?;
    let gzipped = wasm::gzipped(&bytes)? + wasm::gzipped(&glue)?;
    println!("engine: {} kB, {} kB gzipped of at most {}", bytes.len() / 1000, gzipped / 1000, BUDGET_GZIPPED / 1000);
    if gzipped > BUDGET_GZIPPED {
        return Err(Failure::new(format!("{gzipped} bytes gzipped are above the budget of {BUDGET_GZIPPED}")));
    }
    Ok(folder)
}

/// Runs binaryen over a module in place, with the version the page's lockfile pins.
fn optimise(module: &Path) -> Result<(), Failure> {
    install()?;
    let program = root().join("web/node_modules/.bin/wasm-opt");
    Run::new(program)
        .args([
            Path::new("-Oz"),
            Path::new("--all-features"),
            Path::new("--strip-debug"),
            module,
            Path::new("-o"),
            module,
        ])
        .run()
}

/// Installs what `web/package-lock.json` pins, once.
pub(crate) fn install() -> Result<(), Failure> {
    let web = root().join("web");
    let lock = fs::read(web.join("package-lock.json"))?;
    let marker = web.join("node_modules/.consnap-lock");
    if fs::read(&marker).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    if !has_program("npm") {
        return Err(Failure::new("npm is not on the search path; install Node.js 20.19 or newer"));
    }
    Run::new("npm").within(&web).args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]).run()?;
    fs::write(marker, lock)?;
    Ok(())
}

/// Builds the package and the page: `web/dist` and `web/dist/consnap.html`.
pub(crate) fn page() -> Result<(), Failure> {
    build()?;
    Run::new("npm").within(&root().join("web")).args(["run", "--silent", "build"]).run()
}

/// Every shared case through the package in Node; then the page in a browser where one is installed.
pub(crate) fn test() -> Result<(), Failure> {
    page()?;
    Run::new("node").args(["--test", "tests/web/cases.test.mjs"]).run()?;
    if has_program("chromium") {
        Run::new("node").args(["--test", "--test-timeout=240000", "tests/web/page.test.mjs"]).run()
    } else {
        println!("chromium is not installed: the page's own tests were skipped");
        Ok(())
    }
}

/// Start and response time of the page, measured in the browser.
pub(crate) fn bench() -> Result<(), Failure> {
    page()?;
    cargo(&["--version"]).run()?;
    Run::new("node").args(["tests/web/bench.mjs"]).run()
}

fn manifest() -> String {
    let manifest = serde_json::json!({
        "name": "consnap",
        "version": env!("CARGO_PKG_VERSION"),
        "description": "Application-consistent snapshots of Alibaba Cloud ECS instances: the engine of consnap in WebAssembly.",
        "license": "Apache-2.0",
        "type": "module",
        "main": "index.js",
        "types": "index.d.ts",
        "sideEffects": false,
        "files": ["index.js", "index.d.ts", "consnap_wasm.js", "consnap_wasm_bg.wasm"],
    });
    format!("{manifest:#}\n")
}
