//! What a condition asks, and what a branch does.

use shuck_ast::{BuiltinCommand, Command, Stmt, Word};

use super::base;

pub(super) enum Asked {
    Failed,
    Succeeded,
}

/// Whether a condition asks if something failed: `! mysql …`, `[ $? -ne 0 ]`.
pub(super) fn status_asked(condition: &str, works: bool, is_negated: bool) -> Option<Asked> {
    if condition.contains("$?") {
        let failed =
            [" -ne 0", " != 0", " -gt 0", "!= \"0\"", "!=0", "> 0"].iter().any(|test| condition.contains(test));
        let succeeded = [" -eq 0", " = 0", " == 0", "= \"0\""].iter().any(|test| condition.contains(test));
        return match (failed != is_negated, succeeded != is_negated) {
            (true, false) => Some(Asked::Failed),
            (false, true) => Some(Asked::Succeeded),
            _ => None,
        };
    }
    works.then_some(if is_negated { Asked::Failed } else { Asked::Succeeded })
}

/// Whether a test asks for a version, so that what hangs on it knows which one runs.
pub(super) fn names_a_version(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    text.contains("version") || text.contains("mariadb") || text.contains("$ver") || text.contains("{ver")
}

/// Whether a condition compares a count or a time with its limit.
pub(super) fn asks_for_a_timeout(condition: &str) -> bool {
    let text = condition.to_ascii_lowercase();
    let compares = [" -ge ", " -gt ", " -eq ", ">=", ">"].iter().any(|word| text.contains(word));
    let names = ["timeout", "time_out", "deadline", "elapsed", "waited", "retries", "attempts", "tries"];
    compares && names.iter().any(|name| text.contains(name))
}

/// Whether a branch says something, removes something, or ends with 0, and nothing else.
pub(super) fn is_only_talk(branch: &[Stmt], source: &str) -> bool {
    const TALK: [&str; 7] = ["echo", "printf", "logger", "rm", "touch", "kill", "log"];
    !branch.is_empty()
        && branch.iter().all(|statement| match &statement.command {
            Command::Simple(command) => TALK.contains(&base(command.name.span.slice(source))),
            Command::Builtin(BuiltinCommand::Exit(command)) => is_zero(command.code.as_ref(), source),
            Command::Builtin(BuiltinCommand::Return(command)) => is_zero(command.code.as_ref(), source),
            _ => false,
        })
}

pub(super) fn is_zero(code: Option<&Word>, source: &str) -> bool {
    code.is_some_and(|code| code.span.slice(source).trim_matches(['"', '\'']) == "0")
}

/// `true` or `:`.
pub(super) fn is_success(statement: &Stmt, source: &str) -> bool {
    match &statement.command {
        Command::Simple(command) => {
            matches!(command.name.span.slice(source), "true" | ":" | "/bin/true") && command.args.is_empty()
        }
        _ => false,
    }
}
