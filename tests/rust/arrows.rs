//! Who may use whom: the arrows of ARCHITECTURE.md, held by a look at what cargo knows.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{Dependency, DependencyKind, Metadata, MetadataCommand, Node, NodeDep, PackageId};

/// The crates that ship, and the crates of this workspace each may use.
const ARROWS: &[(&str, &[&str])] = &[
    ("consnap-core", &[]),
    ("consnap-policy", &["consnap-core"]),
    ("consnap-client", &["consnap-core", "consnap-policy", "consnap-scripts"]),
    ("consnap-scripts", &["consnap-core"]),
    ("consnap-linter", &["consnap-core"]),
    ("consnap-live-check", &["consnap-core", "consnap-client"]),
    ("consnap-simulator", &["consnap-core"]),
    ("consnap", &["consnap-core", "consnap-policy", "consnap-client"]),
    (
        "consnap-cli",
        &[
            "consnap-core",
            "consnap-policy",
            "consnap-scripts",
            "consnap-client",
            "consnap-linter",
            "consnap-live-check",
            "consnap-simulator",
        ],
    ),
    ("consnap-wasm", &["consnap-core", "consnap-policy", "consnap-simulator"]),
    ("consnap-python", &["consnap-core", "consnap-policy", "consnap-client", "consnap-simulator", "consnap-cli"]),
];

/// Crates that only one of ours may name.
const RESERVED: &[(&str, &str)] = &[
    ("cel", "consnap-policy"),
    ("shuck-parser", "consnap-linter"),
    ("reqwest", "consnap-client"),
    ("rustls", "consnap-client"),
    ("clap", "consnap-cli"),
    ("indicatif", "consnap-cli"),
    ("serde-saphyr", "consnap-client"),
    ("pyo3", "consnap-python"),
];

/// Crates that would bring a clock, randomness, files or threads into the core.
const IMPURE: &[&str] = &[
    "getrandom",
    "rand",
    "fastrand",
    "tokio",
    "reqwest",
    "hyper",
    "mio",
    "socket2",
    "js-sys",
    "wasm-bindgen",
    "web-sys",
    "libc",
    "ahash",
];

fn metadata(options: &[&str]) -> Metadata {
    MetadataCommand::new()
        .manifest_path(concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml"))
        .other_options(options.iter().map(|option| (*option).to_owned()).collect::<Vec<_>>())
        .exec()
        .expect("cargo metadata")
}

#[test]
fn shipping_crates_use_each_other_along_the_arrows_only() {
    let metadata = metadata(&["--no-deps", "--locked"]);
    let allowed: BTreeMap<&str, &[&str]> = ARROWS.iter().copied().collect();
    let ours: BTreeSet<String> = metadata.workspace_packages().iter().map(|package| package.name.to_string()).collect();
    for name in allowed.keys() {
        assert!(ours.contains(*name), "{name} is not a crate of this workspace");
    }
    for package in metadata.workspace_packages() {
        // Tests, benches and xtask may use anything.
        let Some(may_use) = allowed.get(package.name.as_str()) else { continue };
        for dependency in
            package.dependencies.iter().filter(|dependency| dependency.kind != DependencyKind::Development)
        {
            if ours.contains(&dependency.name) {
                assert!(
                    may_use.contains(&dependency.name.as_str()),
                    "{} must not use {}",
                    package.name,
                    dependency.name
                );
            }
            for (reserved, owner) in RESERVED {
                assert!(
                    dependency.name != *reserved || package.name.as_str() == *owner,
                    "{} uses {reserved}, which only {owner} may",
                    package.name
                );
            }
        }
    }
}

/// Whether a dependency is really used: cargo also lists an optional one that a feature names weakly (`js-sys?/std`).
fn is_switched_on(metadata: &Metadata, node: &Node, dependency: &NodeDep) -> bool {
    let package = &metadata[&node.id];
    let name = &metadata[&dependency.pkg].name;
    let of_this_kind =
        |declared: &&Dependency| declared.name == name.as_str() && declared.kind == DependencyKind::Normal;
    let mut declared = package.dependencies.iter().filter(of_this_kind).peekable();
    if declared.peek().is_none() || declared.any(|declared| !declared.optional) {
        return true;
    }
    node.features.iter().any(|feature| {
        let switches = package.features.get(feature.as_str()).into_iter().flatten();
        feature.as_str() == name.as_str()
            || switches.into_iter().any(|on| *on == format!("dep:{name}") || on == name.as_str())
    })
}

#[test]
fn nothing_impure_is_reachable_from_what_is_pure() {
    let metadata = metadata(&["--locked", "--filter-platform", "wasm32-unknown-unknown"]);
    let resolve = metadata.resolve.as_ref().expect("a resolved graph");
    let nodes: BTreeMap<&PackageId, _> = resolve.nodes.iter().map(|node| (&node.id, node)).collect();
    let name_of = |id: &PackageId| metadata[id].name.to_string();
    let policy = metadata.packages.iter().find(|package| package.name.as_str() == "consnap-policy").expect("policies");
    let mut reached = BTreeSet::new();
    // The core is among what it uses.
    let scripts = metadata.packages.iter().find(|package| package.name.as_str() == "consnap-scripts").expect("scripts");
    let linter = metadata.packages.iter().find(|package| package.name.as_str() == "consnap-linter").expect("linter");
    let mut open = vec![&policy.id, &scripts.id, &linter.id];
    while let Some(id) = open.pop() {
        if !reached.insert(name_of(id)) {
            continue;
        }
        for dependency in &nodes[id].deps {
            // Build scripts and macros run on the builder's machine; `schema` is a feature for tools.
            let normal = dependency.dep_kinds.iter().any(|kind| kind.kind == DependencyKind::Normal);
            let is_macro = metadata[&dependency.pkg]
                .targets
                .iter()
                .all(|target| target.is_proc_macro() || target.is_custom_build());
            if normal && !is_macro && dependency.name != "schemars" && is_switched_on(&metadata, nodes[id], dependency)
            {
                open.push(&dependency.pkg);
            }
        }
    }
    for found in ["consnap-core", "serde_json", "cel"] {
        assert!(reached.contains(found), "the walk does not find {found}: {reached:?}");
    }
    for impure in IMPURE {
        assert!(!reached.contains(*impure), "core, policies, scripts or linter reach {impure}");
    }
}
