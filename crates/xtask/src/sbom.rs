//! The bill of materials of the binary: CycloneDX JSON from what cargo resolved. The same sources give the same file.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::PathBuf;

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package, PackageId};
use serde_json::{Value, json};

use crate::run::{Failure, root, target_folder};

/// The binary that is released.
const BINARY: &str = "consnap";

/// Its package.
const PACKAGE: &str = "consnap-cli";

/// Writes the bill of materials of a platform, or of all platforms together, and gives its place.
pub(crate) fn write(platform: Option<&str>) -> Result<PathBuf, Failure> {
    let document = of_workspace(platform)?;
    let name =
        platform.map_or_else(|| format!("{BINARY}.cdx.json"), |platform| format!("{BINARY}-{platform}.cdx.json"));
    let folder = target_folder().join("sbom");
    std::fs::create_dir_all(&folder)?;
    let file = folder.join(name);
    std::fs::write(&file, format!("{document:#}\n"))?;
    let count = document["components"].as_array().map_or(0, Vec::len);
    println!("{}: {count} components", file.display());
    Ok(file)
}

fn of_workspace(platform: Option<&str>) -> Result<Value, Failure> {
    let mut command = MetadataCommand::new();
    command.current_dir(root()).other_options(vec!["--locked".to_owned()]);
    if let Some(platform) = platform {
        command.other_options(vec!["--locked".to_owned(), "--filter-platform".to_owned(), platform.to_owned()]);
    }
    let metadata = command.exec().map_err(|error| Failure::new(format!("cargo metadata: {error}")))?;
    let lock = std::fs::read_to_string(root().join("Cargo.lock"))?;
    document(&metadata, &checksums(&lock))
}

/// Name and version of a package to the SHA-256 of its archive, as the lock file has it.
fn checksums(lock: &str) -> BTreeMap<(String, String), String> {
    let member = |part: &str, name: &str| {
        let rest = part.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(" = \""))?;
        Some(rest.trim_end_matches('"').to_owned())
    };
    lock.split("[[package]]")
        .filter_map(|part| Some(((member(part, "name")?, member(part, "version")?), member(part, "checksum")?)))
        .collect()
}

fn document(metadata: &Metadata, checksums: &BTreeMap<(String, String), String>) -> Result<Value, Failure> {
    let missing = |what: &str| Failure::new(format!("cargo metadata has no {what}"));
    let resolve = metadata.resolve.as_ref().ok_or_else(|| missing("resolved dependencies"))?;
    let packages: BTreeMap<&PackageId, &Package> =
        metadata.packages.iter().map(|package| (&package.id, package)).collect();
    let nodes: BTreeMap<&PackageId, _> = resolve.nodes.iter().map(|node| (&node.id, node)).collect();
    let binary = metadata
        .workspace_packages()
        .into_iter()
        .find(|package| package.name.as_str() == PACKAGE)
        .ok_or_else(|| missing("package of the binary"))?;

    // What is linked in, or runs while it is built; not what only tests use.
    let (mut seen, mut waiting) = (BTreeSet::from([&binary.id]), VecDeque::from([&binary.id]));
    let mut dependencies = Vec::new();
    while let Some(id) = waiting.pop_front() {
        let node = nodes.get(id).ok_or_else(|| missing("node of a package"))?;
        let mut used = BTreeSet::new();
        for dependency in &node.deps {
            if dependency.dep_kinds.iter().any(|kind| kind.kind != DependencyKind::Development) {
                used.insert(&dependency.pkg);
                if seen.insert(&dependency.pkg) {
                    waiting.push_back(&dependency.pkg);
                }
            }
        }
        let of = packages.get(id).map(|package| reference(package));
        let on: Vec<String> =
            used.iter().filter_map(|id| packages.get(*id)).map(|package| reference(package)).collect();
        dependencies.push(json!({"ref": of, "dependsOn": on}));
    }
    dependencies.sort_by(|a, b| a["ref"].as_str().cmp(&b["ref"].as_str()));
    let mut components: Vec<Value> = seen
        .into_iter()
        .filter(|id| **id != binary.id)
        .filter_map(|id| packages.get(id))
        .map(|package| component(package, "library", checksums))
        .collect();
    components.sort_by(|a, b| a["bom-ref"].as_str().cmp(&b["bom-ref"].as_str()));
    Ok(json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": component(binary, "application", checksums)},
        "components": components,
        "dependencies": dependencies,
    }))
}

fn component(package: &Package, kind: &str, checksums: &BTreeMap<(String, String), String>) -> Value {
    let version = package.version.to_string();
    let mut component = json!({
        "type": kind,
        "bom-ref": reference(package),
        "name": package.name.as_str(),
        "version": version,
        "purl": reference(package),
    });
    if let Some(text) = &package.description {
        component["description"] = json!(text.trim());
    }
    if let Some(license) = &package.license {
        // Old manifests put a slash where SPDX has `OR`.
        component["licenses"] = json!([{"expression": license.replace(" / ", " OR ").replace('/', " OR ")}]);
    }
    if let Some(checksum) = checksums.get(&(package.name.to_string(), version)) {
        component["hashes"] = json!([{"alg": "SHA-256", "content": checksum}]);
    }
    if let Some(url) = &package.repository {
        component["externalReferences"] = json!([{"type": "vcs", "url": url}]);
    }
    component
}

/// The package's URL, `pkg:cargo/serde@1.0.229`, which names it everywhere.
fn reference(package: &Package) -> String {
    // A plus sign stands for build metadata and must be escaped in a package URL.
    format!("pkg:cargo/{}@{}", package.name, package.version.to_string().replace('+', "%2B"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bill_of_the_binary_is_whole() {
        let bill = of_workspace(Some("x86_64-unknown-linux-musl")).unwrap();
        assert_eq!((&bill["bomFormat"], &bill["specVersion"]), (&json!("CycloneDX"), &json!("1.6")));
        let root = &bill["metadata"]["component"];
        assert_eq!((&root["type"], &root["name"]), (&json!("application"), &json!("consnap-cli")));
        let components = bill["components"].as_array().unwrap();
        let mut known = BTreeSet::from([root["bom-ref"].as_str().unwrap()]);
        for component in components {
            assert!(known.insert(component["bom-ref"].as_str().unwrap()), "twice: {component}");
            let own = component["name"].as_str().unwrap().starts_with("consnap-");
            let hash = component["hashes"][0]["content"].as_str().unwrap_or_default();
            assert!(own || hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()), "{component}");
            let license = component["licenses"][0]["expression"].as_str().unwrap();
            assert!(!license.contains('/'), "{license}");
        }
        let dependencies = bill["dependencies"].as_array().unwrap();
        assert_eq!(dependencies.len(), known.len());
        for dependency in dependencies {
            assert!(known.contains(dependency["ref"].as_str().unwrap()));
            for on in dependency["dependsOn"].as_array().unwrap() {
                assert!(known.contains(on.as_str().unwrap()), "{dependency}");
            }
        }
        let has = |name: &str| components.iter().any(|component| component["name"] == name);
        for linked in ["consnap-core", "consnap-policy", "consnap-client", "ring", "reqwest", "clap", "tokio"] {
            assert!(has(linked), "{linked} is linked in");
        }
        // Only of tests, of other platforms, of other packages of the workspace.
        for other in ["proptest", "assert_cmd", "windows-sys", "pyo3", "wasm-bindgen"] {
            assert!(!has(other), "{other} is not linked in");
        }
        assert_eq!(bill, of_workspace(Some("x86_64-unknown-linux-musl")).unwrap(), "not the same twice");
    }
}
