//! Where a path lies, and which commands write there.

use crate::facts::{Aim, Call, Place, UNKNOWN};

/// Where a path lies.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(crate) enum Lies {
    /// In memory, or no file at all.
    InMemory,
    OnDisk,
    /// The text does not tell.
    Unknown,
}

pub(crate) fn lies(path: &str) -> Lies {
    const MEMORY: [&str; 6] = ["/run", "/var/run", "/dev", "/proc", "/sys", "/var/lock"];
    if path.is_empty() || path.starts_with(UNKNOWN) || path.starts_with("_unknown_") || path == "-" {
        return Lies::Unknown;
    }
    let inside = |folder: &str| path == folder || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
    let leaves = path.split('/').any(|part| part == "..");
    if !leaves && MEMORY.iter().any(|folder| inside(folder)) { Lies::InMemory } else { Lies::OnDisk }
}

/// What a command writes: where it stands, its text, the paths, and whether it makes or opens the file.
pub(crate) fn writes(call: &Call) -> Vec<(Place, String, Vec<String>, bool)> {
    let mut found = Vec::new();
    for to in &call.redirections {
        // Where nothing is written, the file is opened all the same, and that hangs.
        if let Aim::Write(paths) = &to.aim {
            found.push((to.at, to.raw.clone(), paths.clone(), true));
        }
    }
    // The word after an option with a value is no path.
    let valued: &[&str] = match call.name.as_str() {
        "mkdir" | "mkfifo" => &["-m"],
        "touch" => &["-d", "-r", "-t"],
        "truncate" => &["-s", "-r"],
        "install" => &["-m", "-o", "-g"],
        _ => &[],
    };
    let words = || {
        let before = std::iter::once("").chain(call.args.iter().map(crate::facts::Arg::only));
        let pairs = call.args.iter().zip(before);
        pairs.filter(|(arg, before)| !arg.only().starts_with('-') && !valued.contains(before)).map(|(arg, _)| arg)
    };
    let all = |makes: bool, skip: usize| -> Vec<(Place, String, Vec<String>, bool)> {
        words().skip(skip).map(|arg| (call.at, call.raw.clone(), arg.values.clone(), makes)).collect()
    };
    match call.name.as_str() {
        "touch" | "tee" | "mkdir" | "mkfifo" | "truncate" => found.extend(all(true, 0)),
        "rm" | "rmdir" | "unlink" => found.extend(all(false, 0)),
        "chmod" | "chown" | "chgrp" => found.extend(all(false, 1)),
        "cp" | "mv" | "ln" | "install" => {
            if let Some(last) = words().last().filter(|_| words().count() > 1) {
                found.push((call.at, call.raw.clone(), last.values.clone(), true));
            }
        }
        "dd" => {
            for path in call.args.iter().flat_map(|arg| &arg.values).filter_map(|value| value.strip_prefix("of=")) {
                found.push((call.at, call.raw.clone(), vec![path.to_owned()], true));
            }
        }
        "mktemp" => {
            let folder = call
                .args
                .iter()
                .zip(call.args.iter().skip(1))
                .find(|(option, _)| matches!(option.only(), "-p" | "--tmpdir"));
            let by_equals = call.args.iter().find_map(|arg| arg.only().strip_prefix("--tmpdir=").map(str::to_owned));
            let template = words().last().map(|arg| arg.values.clone());
            let paths = match (folder, by_equals, template) {
                (Some((_, folder)), ..) => folder.values.clone(),
                (None, Some(folder), _) => vec![folder],
                (None, None, Some(template))
                    if template.iter().any(|path| path.contains('/') || path.contains(UNKNOWN)) =>
                {
                    template
                }
                _ => vec!["/tmp".to_owned()],
            };
            found.push((call.at, call.raw.clone(), paths, false));
        }
        _ => {}
    }
    found
}
