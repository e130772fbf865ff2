//! The Python package's mirror of the JSON: data classes and enumerations from the schemas, methods from the table of the API's
//! parameters, and the lists of public names. `cargo xtask generate` writes them.

mod operations;
mod records;
mod tables;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use records::Mirror;

/// The folder of the package.
pub(super) const FOLDER: &str = "bindings-python/python/consnap";

const MARK: &str = "# Written by `cargo xtask generate`. Do not edit.\n";

/// Every generated file with its text.
pub(super) fn files(root: &Path) -> Vec<(String, String)> {
    let mirror = Mirror::read();
    let mut files = vec![(format!("{FOLDER}/enums.py"), mirror.enumerations())];
    for module in tables::MODULES {
        files.push((format!("{FOLDER}/{}.py", module.path), mirror.module(module)));
    }
    files.extend(operations::files());
    files.push((format!("{FOLDER}/__init__.py"), initial(root)));
    files
}

/// The package's first file: public names by the module that defines them, each loaded when it is first used.
fn initial(root: &Path) -> String {
    let mut homes: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for module in tables::HAND_WRITTEN {
        let source = std::fs::read_to_string(root.join(format!("{FOLDER}/{module}.py"))).expect("a module");
        homes.insert(module, listed(&source));
    }
    homes.insert("enums", tables::ENUMERATIONS.iter().map(|(name, _)| (*name).to_owned()).collect());
    for module in tables::MODULES.iter().filter(|module| !module.path.contains('/')) {
        homes.entry(module.path).or_default().extend(module.classes.iter().map(|class| class.name.to_owned()));
    }
    let mut names: Vec<String> = homes.values().flatten().cloned().collect();
    names.sort();
    let mut imports = String::new();
    let mut found = String::new();
    for (home, names) in &mut homes {
        names.sort();
        let again = names.iter().map(|name| format!("{name} as {name}"));
        write!(imports, "{}", wrapped(&format!("    from .{home} import ("), again, 8, "    )\n")).expect("text");
        write!(found, "{}", quoted(home, names)).expect("text");
    }
    let all = entries(&names);
    let head = include_str!("initial.py");
    head.replace("# IMPORTS\n", &imports).replace("    # ALL\n", &all).replace("    # HOMES\n", &found)
}

/// The entries of a list of names, one a line.
fn entries(names: &[impl AsRef<str>]) -> String {
    names.iter().fold(String::new(), |text, name| text + "    \"" + name.as_ref() + "\",\n")
}

/// What a module lists in `__all__`.
fn listed(source: &str) -> Vec<String> {
    let (_, rest) = source.split_once("__all__ = [").expect("__all__");
    let (names, _) = rest.split_once(']').expect("the end of __all__");
    names.split(',').map(|name| name.trim().trim_matches('"').to_owned()).filter(|name| !name.is_empty()).collect()
}

/// An entry of the table of homes: names in one text, broken over lines of at most 120 columns.
fn quoted(home: &str, names: &[String]) -> String {
    let mut lines = vec![String::new()];
    for name in names {
        let line = lines.last_mut().expect("a line");
        if line.len() + name.len() > 100 {
            lines.push(format!("{name} "));
        } else {
            line.push_str(name);
            line.push(' ');
        }
    }
    let last = lines.len() - 1;
    let text: Vec<String> = lines
        .iter()
        .enumerate()
        .map(|(number, line)| format!("\"{}\"", if number == last { line.trim_end() } else { line }))
        .collect();
    if let [one] = text.as_slice() {
        return format!("    \"{home}\": {one},\n");
    }
    format!("    \"{home}\": (\n        {}\n    ),\n", text.join("\n        "))
}

/// A list over lines of at most 120 columns, each item whole.
fn wrapped(head: &str, items: impl Iterator<Item = String>, indent: usize, tail: &str) -> String {
    let blank = " ".repeat(indent);
    let mut text = format!("{head}\n{blank}");
    let mut width = indent;
    for item in items {
        if width + item.len() + 2 > 120 {
            text = text.trim_end().to_owned() + "\n" + &blank;
            width = indent;
        }
        write!(text, "{item}, ").expect("text");
        width += item.len() + 2;
    }
    text.trim_end().to_owned() + "\n" + tail
}

/// A docstring below a class, a member or a method: lines of at most 120 columns, code between double backticks.
fn docstring(about: &str, indent: usize) -> String {
    let blank = " ".repeat(indent);
    let mut lines: Vec<String> = Vec::new();
    for paragraph in about.split("\n\n") {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        let mut line = if lines.is_empty() { format!("{blank}\"\"\"") } else { blank.clone() };
        let mut empty = true;
        for word in code(paragraph).split_whitespace() {
            if !empty && line.chars().count() + 1 + word.chars().count() > 117 {
                lines.push(std::mem::replace(&mut line, blank.clone()));
                empty = true;
            }
            if !empty {
                line.push(' ');
            }
            line.push_str(word);
            empty = false;
        }
        lines.push(line);
    }
    lines.join("\n") + "\"\"\"\n"
}

/// Markdown's code as reStructuredText has it.
fn code(text: &str) -> String {
    text.replace('\\', "\\\\").replace('`', "``")
}
