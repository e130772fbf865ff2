//! The npm package of the engine: built from source, never committed.

use std::fs;
use std::path::Path;

use consnap_simulator::rehearse;

use crate::run::{Failure, Run, root, target_folder};
use crate::{page, typescript, wasm};

/// The engine, which a page loads first, may have so many bytes gzipped.
const ENGINE_BUDGET_GZIPPED: usize = 422_000;

/// What is cut out of the engine, and how many bytes gzipped each may have. The last is what the others share.
const PARTS: &[Part] = &[
    Part { name: "rehearsal", budget: 533_000 },
    Part { name: "policies", budget: 280_000 },
    Part { name: "shared", budget: 10_000 },
];

struct Part {
    name: &'static str,
    budget: usize,
}

impl Part {
    fn file(&self) -> String {
        format!("consnap_{}.wasm", self.name)
    }
}

/// Builds `bindings-wasm/pkg`: modules, glue, wrapper and types.
pub(crate) fn build() -> Result<(), Failure> {
    let folder = root().join("bindings-wasm/pkg");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    modules(&folder)?;
    for name in ["README.md", "index.js", "parts.js"] {
        fs::copy(root().join("bindings-wasm/package").join(name), folder.join(name))?;
    }
    let mut schemas = Vec::new();
    for name in consnap_policy::operations::NAMES {
        let schema =
            consnap_policy::operations::schema(name).ok_or_else(|| Failure::new(format!("`{name}` has no schema")))?;
        schemas.push((*name, schema));
    }
    schemas.push((rehearse::NAME, rehearse::schema()));
    fs::write(
        folder.join("index.d.ts"),
        typescript::declarations(&schemas, &consnap_core::operations::error_schema()),
    )?;
    fs::write(folder.join("package.json"), manifest())?;
    let packed = |names: &[&str]| {
        names.iter().try_fold(0, |sum, name| Ok::<_, Failure>(sum + wasm::gzipped(&fs::read(folder.join(name))?)?))
    };
    let engine = packed(&["consnap_engine.js", "consnap_engine_bg.wasm", "parts.js"])?;
    let mut sizes = vec![("engine", engine, ENGINE_BUDGET_GZIPPED)];
    for part in PARTS {
        sizes.push((part.name, packed(&[&part.file()])?, part.budget));
    }
    for (name, size, budget) in &sizes {
        println!("{name}: {} kB gzipped of at most {}", size / 1000, budget / 1000);
    }
    match sizes.iter().find(|(_, size, budget)| size > budget) {
        Some((name, size, budget)) => {
            Err(Failure::new(format!("{name}: {size} bytes gzipped are above the budget of {budget}")))
        }
        None => Ok(()),
    }
}

/// Links the whole, cuts out what only rehearsals or policies need, and writes glue for the rest.
fn modules(folder: &Path) -> Result<(), Failure> {
    // The cut is made along the linker's own relocations.
    wasm::build("consnap-wasm", &["--emit-relocs"])?;
    let built = target_folder().join(wasm::TARGET).join("wasm").join("consnap_wasm.wasm");
    let linked = fs::read(&built).map_err(|error| Failure::new(format!("{}: {error}", built.display())))?;
    let parts = target_folder().join("wasm-parts");
    let engine = parts.join("consnap_engine.wasm");
    let mut options = wasm_split_cli_support::Options::new(&linked);
    options.output_dir = &parts;
    options.main_out_path = &engine;
    // What is written under this name is replaced by our own, which tells its host nothing about addresses.
    options.link_name = "./parts.js";
    let cut =
        wasm_split_cli_support::transform(options).map_err(|error| Failure::new(format!("wasm-split: {error:#}")))?;
    wasm_bindgen_cli_support::Bindgen::new()
        .input_path(&engine)
        .out_name("consnap_engine")
        // The parts take their places in the table of functions.
        .keep_lld_exports(true)
        .web(true)
        .and_then(|bindgen| {
            bindgen.typescript(false).remove_name_section(true).remove_producers_section(true).generate(folder)
        })
        .map_err(|error| Failure::new(format!("wasm-bindgen: {error:#}")))?;
    optimise(&folder.join("consnap_engine_bg.wasm"))?;
    // What two parts share is cut out as a part of its own, numbered by the order in which it was found.
    let shared = |stem: &str| stem.starts_with("chunk_");
    if cut.split_modules.len() != PARTS.len() {
        return Err(Failure::new(format!("{} parts were cut out instead of {}", cut.split_modules.len(), PARTS.len())));
    }
    for module in &cut.split_modules {
        let stem = module.file_stem().unwrap_or_default().to_string_lossy();
        let name = if shared(&stem) { "shared" } else { stem.trim_start_matches("split_") };
        let part = PARTS.iter().find(|part| part.name == name);
        let part = part.ok_or_else(|| Failure::new(format!("nobody asked for the part `{stem}`")))?;
        let file = folder.join(part.file());
        fs::copy(module, &file)?;
        optimise(&file)?;
        // A part has no way to its host but through the engine.
        let foreign: Vec<String> =
            wasm::imports(&fs::read(&file)?)?.into_iter().filter(|name| !name.starts_with("__wasm_split.")).collect();
        if !foreign.is_empty() {
            return Err(Failure::new(format!("{} imports {} from its host", part.file(), foreign.join(", "))));
        }
    }
    Ok(())
}

/// Runs binaryen over a module in place, with the version the page's lockfile pins.
fn optimise(module: &Path) -> Result<(), Failure> {
    page::install()?;
    let program = root().join("web/node_modules/.bin/wasm-opt");
    // What rustc makes for this target and every browser of the last years reads; newer encodings only some know.
    let features =
        ["bulk-memory", "multivalue", "mutable-globals", "nontrapping-float-to-int", "reference-types", "sign-ext"];
    Run::new(program)
        // What counts is the size on its way, compressed: harder passes make modules smaller and less alike in themselves, and
        // 12 kB (the engine) to 40 kB (the rehearsal) larger gzipped. The first kilobyte is the far end of the stack: nobody
        // counts an address across the end of memory into it.
        .args(["-O1"])
        .args(["--low-memory-unused", "--strip-debug", "--strip-producers", "--strip-target-features"])
        .args(features.map(|name| format!("--enable-{name}")))
        .args([module, Path::new("-o"), module])
        .run()
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
        "exports": {
            ".": {"types": "./index.d.ts", "default": "./index.js"},
            "./consnap_engine_bg.wasm": "./consnap_engine_bg.wasm",
            "./consnap_policies.wasm": "./consnap_policies.wasm",
            "./consnap_rehearsal.wasm": "./consnap_rehearsal.wasm",
            "./consnap_shared.wasm": "./consnap_shared.wasm",
        },
        "engines": {"node": ">=20.6"},
        "repository": {"type": "git", "url": "git+https://github.com/consnap/consnap.git", "directory": "bindings-wasm"},
        "keywords": ["alibaba-cloud", "aliyun", "ecs", "snapshot", "backup"],
        "sideEffects": false,
        "files": [
            "README.md", "index.js", "index.d.ts", "parts.js", "consnap_engine.js", "consnap_engine_bg.wasm",
            "consnap_policies.wasm", "consnap_rehearsal.wasm", "consnap_shared.wasm",
        ],
    });
    format!("{manifest:#}\n")
}
