//! The core's layers: each folder of `core/src` uses the layers below it only.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// From the bottom up; each name is a folder of `core/src`.
const LAYERS: &[&str] = &[
    "base",
    "diagnostics",
    "catalog",
    "ecs",
    "input",
    "plugin",
    "check",
    "run",
    "report",
    "estate",
    "export",
    "operations",
];

/// What the crate's root hands on, by the layer that owns it.
const AT_THE_ROOT: &[(&str, &str)] = &[
    ("Consistency", "base"),
    ("Platform", "base"),
    ("RequiredConsistency", "base"),
    ("Time", "base"),
    ("Error", "diagnostics"),
    ("ErrorKind", "diagnostics"),
    ("Finding", "diagnostics"),
    ("Lang", "diagnostics"),
    ("Severity", "diagnostics"),
    ("Text", "diagnostics"),
];

fn core() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../core/src")
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("tests.rs") {
            found.push(path);
        }
    }
}

fn height(layer: &str) -> Option<usize> {
    LAYERS.iter().position(|known| *known == layer)
}

/// The first names behind `crate::` outside of unit tests, of single paths and of groups.
fn names_behind_crate(text: &str) -> BTreeSet<String> {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or("");
    let code: String = text.lines().map(|line| line.split("//").next().unwrap_or("")).collect::<Vec<_>>().join(" ");
    let mut names = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        // `crate` itself, `$crate` of a macro, but not the end of a longer name.
        if code[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_') {
            continue;
        }
        let rest = &code[at + "crate::".len()..];
        let first = |path: &str| -> String {
            path.trim_start().chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect()
        };
        let Some(group) = rest.strip_prefix('{') else {
            names.insert(first(rest));
            continue;
        };
        let (mut depth, mut start) = (0, 0);
        for (index, letter) in group.char_indices() {
            match letter {
                '{' => depth += 1,
                '}' if depth > 0 => depth -= 1,
                ',' if depth == 0 => {
                    names.insert(first(&group[start..index]));
                    start = index + 1;
                }
                '}' => {
                    names.insert(first(&group[start..index]));
                    break;
                }
                _ => {}
            }
        }
    }
    names.remove("");
    names
}

/// Arrows that point up, as `layer uses layer: file`.
fn upward(layer: &str, file: &str, text: &str) -> Vec<String> {
    let mine = height(layer).unwrap_or_else(|| panic!("{file}: `{layer}` is not a layer"));
    names_behind_crate(text)
        .into_iter()
        .filter_map(|name| {
            let owner = AT_THE_ROOT.iter().find(|(item, _)| *item == name).map_or(name.as_str(), |(_, owner)| *owner);
            let theirs = height(owner).unwrap_or_else(|| panic!("{file}: `crate::{name}` belongs to no known layer"));
            (theirs > mine).then(|| format!("{layer} uses {owner}: {file}"))
        })
        .collect()
}

#[test]
fn no_layer_uses_one_above_it() {
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    for layer in LAYERS {
        let mut files = Vec::new();
        sources(&core().join(layer), &mut files);
        for path in files {
            seen.insert(*layer);
            found.extend(upward(layer, &path.display().to_string(), &fs::read_to_string(&path).unwrap()));
        }
    }
    assert_eq!(seen.len(), LAYERS.len(), "a layer without files");
    assert!(found.is_empty(), "arrows that point up:\n{}", found.join("\n"));
}

#[test]
fn every_folder_is_a_layer_and_says_what_it_is() {
    let folders: BTreeSet<String> = fs::read_dir(core())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| Path::new(name).extension().is_none_or(|extension| extension != "rs"))
        .collect();
    assert_eq!(folders, LAYERS.iter().map(|layer| (*layer).to_owned()).collect());
    for layer in LAYERS {
        let text = fs::read_to_string(core().join(layer).join("mod.rs")).unwrap();
        let words: Vec<&str> = text.lines().map_while(|line| line.strip_prefix("//!")).collect();
        assert!(words.join(" ").contains("It uses"), "{layer}/mod.rs does not say what it may use");
    }
}

#[test]
fn an_arrow_that_points_up_is_found() {
    let text =
        "use crate::{base::time::Time, run::{plan, session::State}};\n// crate::report\nfn f() -> crate::Error {}";
    assert_eq!(names_behind_crate(text), ["Error", "base", "run"].map(str::to_owned).into());
    assert_eq!(upward("ecs", "x.rs", text), ["ecs uses run: x.rs"]);
    assert_eq!(upward("run", "x.rs", text), Vec::<String>::new());
}

/// Paths that ARCHITECTURE.md names in backticks, with a folder and an ending, or ending in `/`.
#[test]
fn every_path_in_the_architecture_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let page = fs::read_to_string(root.join("ARCHITECTURE.md")).unwrap();
    let mut looked_at = 0;
    for name in page.split('`').skip(1).step_by(2) {
        let is_path = name.contains('/')
            && !name.contains([' ', '<', ':', '('])
            && (name.ends_with('/') || Path::new(name).extension().is_some());
        if !is_path {
            continue;
        }
        looked_at += 1;
        let places = ["", "core/src", "tests", "web", "bindings-python", "bindings-python/python", "docs/schema"];
        assert!(places.iter().any(|place| root.join(place).join(name).exists()), "ARCHITECTURE.md names `{name}`");
    }
    assert!(looked_at > 30, "only {looked_at} paths found");
}
