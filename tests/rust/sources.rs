//! Citations resolve: each names a file of `docs/sources` and a section that is there.

use std::fs;
use std::path::{Path, PathBuf};

use consnap_core::catalog::{assumptions, codes, sources};
use consnap_core::diagnostics::messages;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// Names of notes that nobody can open; split, so that this file does not contain them.
const CLOSED: &[(&str, &str)] =
    &[("ecs-", "domain"), ("seed ", "document"), ("field-", "notes"), ("sdk-", "wire"), ("contradiction ", "C")];

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        let left_out = ["target", "node_modules", "pkg", "dist", "corpus"].contains(&&*name) || name.starts_with('.');
        if path.is_dir() && !left_out && !path.ends_with("docs/sources") {
            files(&path, found);
        } else if ["rs", "md", "ts", "tsx", "py", "mjs", "sh"].iter().any(|kind| name.ends_with(&format!(".{kind}"))) {
            found.push(path);
        }
    }
}

/// Whether a study has a section: a heading `### 4.2 ...`, a numbered item `5.` of section 12 as `12.5`, or a row `| C1 |`
/// of section 11 as `11 C1`.
fn has(study: &str, section: &str) -> bool {
    let text = fs::read_to_string(Path::new(ROOT).join("docs/sources").join(study)).unwrap_or_default();
    let heading = |number: &str| {
        text.lines().position(|line| {
            let title = line.trim_start_matches('#').trim_start();
            line.starts_with('#') && title.split([' ', '.']).next().is_some() && {
                let rest = title.strip_prefix(number);
                rest.is_some_and(|rest| rest.starts_with([' ', ':']) || rest.starts_with(". "))
            }
        })
    };
    let within = |number: &str, mark: &str| {
        heading(number).is_some_and(|from| {
            let rest = text.lines().skip(from + 1).take_while(|line| !line.starts_with("## "));
            rest.into_iter().any(|line| line.starts_with(mark))
        })
    };
    if let Some((number, row)) = section.split_once(' ') {
        return within(number, &format!("| {row} |"));
    }
    heading(section).is_some()
        || section.rsplit_once('.').is_some_and(|(number, item)| within(number, &format!("{item}. ")))
}

#[test]
fn citations_in_the_code_lead_to_a_section() {
    let mut paths = Vec::new();
    for folder in ["core", "crates", "bindings-python", "bindings-wasm", "tests", "web/src", "docs", "fuzz", "policies"]
    {
        files(&Path::new(ROOT).join(folder), &mut paths);
    }
    paths.extend(["README.md", "ARCHITECTURE.md", "SECURITY.md"].map(|name| Path::new(ROOT).join(name)));
    let mut seen = 0;
    for path in paths {
        let text = fs::read_to_string(&path).expect("a source");
        for (first, second) in CLOSED {
            let name = format!("{first}{second}");
            let at = text.lines().position(|line| line.contains(&name));
            assert!(at.is_none(), "{}:{}: `{name}` cannot be opened", path.display(), at.unwrap_or(0) + 1);
        }
        for cited in text.split("docs/sources/").skip(1) {
            let Some((study, rest)) = cited.split_once(".md ") else { continue };
            let digits = |text: &str| {
                let section: String = text.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
                section.trim_end_matches('.').to_owned()
            };
            let mut section = digits(rest);
            if section.is_empty() || study.contains(char::is_whitespace) {
                continue;
            }
            if let Some(row) = rest.get(section.len()..).and_then(|rest| rest.strip_prefix(" C")) {
                section = format!("{section} C{}", digits(row));
            }
            seen += 1;
            assert!(has(&format!("{study}.md"), &section), "{}: {study}.md has no {section}", path.display());
        }
    }
    assert!(seen > 80, "{seen} citations");
}

#[test]
fn citations_in_the_catalogue_lead_to_a_section() {
    let rows = messages::TABLES.iter().flat_map(|table| table.iter()).map(|row| (row.code, row.source));
    let rows = rows.chain(assumptions::ROWS.iter().map(|row| (row.id, row.source)));
    let rows = rows.chain(codes::outcome_rows().map(|row| (row.key, row.source)));
    let mut seen = 0;
    for (place, citations) in rows {
        for (source, rest) in citations.split("; ").filter_map(sources::find) {
            if source.is_study() && source.key != "plug-in-log" {
                let section = rest.trim_start().split(':').next().unwrap_or_default();
                assert!(has(source.address, section), "{place}: {} has no {section}", source.address);
                seen += 1;
            }
        }
    }
    assert!(seen > 30, "{seen} citations");
}
