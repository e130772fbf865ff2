//! A linter for the two scripts that hold a service still around a snapshot: what usually makes them worse than
//! none.
//!
//! [`lint`] takes the text of a pre-script, and of its post-script if there is one, and gives findings with line, cause
//! and fix. It is pure: whoever asks reads the files. [`RULES`] has the rules; what they cannot tell stands in
//! `docs/scripts/lint.md`.
//!
//! Scripts are read by shuck-parser: of the shell parsers in Rust it is the one that is kept, goes on after an error,
//! bounds depth and work on hostile texts, and needs nothing else of the system. It asks for a newer Rust than the
//! engine, hence a crate of its own. What it cannot read is a finding, never clean.

mod clients;
mod dialect;
mod facts;
mod fold;
mod judge;
mod paths;
mod rules;
mod walk;

use consnap_core::{Lang, Severity};
use serde::Serialize;
use shuck_parser::ShellDialect;
use shuck_parser::parser::{ParseStatus, Parser};

use facts::{Facts, Place};
use judge::Found;
pub use rules::{RULES, Rule};

/// A script to be looked at.
#[derive(Copy, Clone, Debug)]
pub struct Source<'a> {
    /// What findings call it: its path, as a rule.
    pub name: &'a str,
    /// Its bytes.
    pub bytes: &'a [u8],
}

/// When a script runs.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Before the freeze.
    Pre,
    /// After the thaw.
    Post,
}

/// Something that is wrong with a script.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ScriptFinding {
    /// The rule, `Q01` and so on.
    pub rule: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// Which script.
    pub role: Role,
    /// Its name, as it was given.
    pub script: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong and what comes of it.
    pub message: String,
    /// What to do.
    pub fix: String,
    /// The reason of the waiver that lets it off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waived: Option<String>,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LintReport {
    /// No error that is not waived. A script that could not be read, or is none of a shell, is an error.
    pub passed: bool,
    /// By script, line, column and rule.
    pub findings: Vec<ScriptFinding>,
}

/// A script as far as it could be read.
struct Script<'a> {
    source: Source<'a>,
    role: Role,
    is_bash: bool,
    /// Nothing where it could not be read.
    facts: Option<Facts>,
    found: Vec<Found>,
}

/// Looks at a pre-script, and at the post-script that belongs to it.
pub fn lint(pre: Source<'_>, post: Option<Source<'_>>, lang: Lang) -> LintReport {
    let mut pre = read(pre, Role::Pre);
    let post = post.map(|post| read(post, Role::Post));
    if let Some(facts) = &pre.facts {
        let between = match &post {
            // What the other script undoes cannot be told while it cannot be read, which is a finding already.
            Some(Script { facts: None, .. }) => Vec::new(),
            Some(Script { facts: Some(post), .. }) => judge::pair(facts, Some(post)),
            None => judge::pair(facts, None),
        };
        pre.found.extend(between);
    }
    let mut findings: Vec<ScriptFinding> = std::iter::once(pre).chain(post).flat_map(|one| settle(one, lang)).collect();
    findings.sort_by(|a, b| (a.role, a.line, a.column, a.rule).cmp(&(b.role, b.line, b.column, b.rule)));
    let passed = !findings.iter().any(|finding| finding.severity == Severity::Error && finding.waived.is_none());
    LintReport { passed, findings }
}

const START: Place = Place { line: 1, column: 1 };

fn read(source: Source<'_>, role: Role) -> Script<'_> {
    let mut script = Script { source, role, is_bash: false, facts: None, found: Vec::new() };
    let text = String::from_utf8_lossy(source.bytes);
    let mut cannot_start = |what: &str, line| {
        script.found.push(Found::new(&rules::CANNOT_START, Place { line, column: 1 }, what));
    };
    let body = text.strip_prefix('\u{feff}');
    if body.is_some() {
        cannot_start("BOM", 1);
    }
    let body = body.unwrap_or(&text);
    if let Some(line) = body.split('\n').position(|line| line.ends_with('\r')) {
        cannot_start("CRLF", line + 1);
    }
    let body = body.replace("\r\n", "\n");
    let first = body.lines().next().unwrap_or_default();
    let Some(interpreter) = first.strip_prefix("#!") else {
        cannot_start("#!", 1);
        parse(&mut script, &body, "sh", false);
        return script;
    };
    let mut words = interpreter.split_whitespace();
    let mut program = words.next().map(walk::base).unwrap_or_default();
    if program == "env" {
        program = words
            .by_ref()
            .find(|word| !word.starts_with('-') && !word.contains('='))
            .map(walk::base)
            .unwrap_or_default();
    }
    let stops = words.any(|word| word.starts_with('-') && !word.starts_with("--") && word.contains('e'));
    if matches!(program, "sh" | "bash" | "dash" | "ksh" | "ash" | "mksh" | "ksh93" | "busybox") {
        parse(&mut script, &body, program, stops);
    } else {
        let shown = if program.is_empty() { first } else { program };
        script.found.push(Found::new(&rules::NOT_LINTED, START, shown));
    }
    script
}

fn parse(script: &mut Script<'_>, text: &str, program: &str, stops: bool) {
    if let Some(at) = text.find('\0') {
        let line = text.get(..at).unwrap_or_default().matches('\n').count() + 1;
        script.found.push(Found::new(&rules::NOT_READ, Place { line, column: 1 }, "NUL"));
        return;
    }
    script.is_bash = program == "bash";
    // Bash's grammar takes in what the others have; what `sh` lacks is a finding of its own.
    let parsed = Parser::with_dialect(text, ShellDialect::Bash).parse();
    if parsed.status != ParseStatus::Clean {
        let (at, what) = match (parsed.diagnostics.first(), &parsed.terminal_error) {
            (Some(first), _) => {
                let start = first.span.start;
                (Place { line: start.line().max(1), column: start.column().max(1) }, first.message.clone())
            }
            (None, Some(error)) => (error_place(error), error.to_string()),
            (None, None) => (START, String::new()),
        };
        script.found.push(Found::new(&rules::NOT_READ, at, what));
        return;
    }
    let is_posix = matches!(program, "sh" | "dash" | "ash" | "busybox");
    let mut facts = walk::facts(&parsed.file, text, is_posix);
    facts.stops_on_failure |= stops;
    let found = judge::script(script, script.role, &facts);
    script.found.extend(found);
    script.facts = Some(facts);
}

fn error_place(error: &shuck_parser::Error) -> Place {
    let shuck_parser::Error::Parse { line, column, .. } = error;
    Place { line: (*line).max(1), column: (*column).max(1) }
}

/// Findings in words, waivers applied.
fn settle(script: Script<'_>, lang: Lang) -> Vec<ScriptFinding> {
    let mut found = script.found;
    // One statement may be met twice: once in a function, once where it is called with another output.
    found.sort_by(|a, b| (a.at, a.rule.id, &a.what).cmp(&(b.at, b.rule.id, &b.what)));
    found.dedup_by(|a, b| a.at == b.at && a.rule.id == b.rule.id);
    let waivers = script.facts.map(|facts| facts.waivers).unwrap_or_default();
    let mut reasons: Vec<Option<String>> = vec![None; found.len()];
    for waiver in waivers {
        let mut words = waiver.text.splitn(3, char::is_whitespace);
        let (verb, id, reason) = (words.next(), words.next(), words.next().map(str::trim).unwrap_or_default());
        let known = RULES.iter().find(|rule| Some(rule.id) == id && !rule.id.starts_with("Q9"));
        let (Some("allow"), Some(known), false) = (verb, known, reason.is_empty()) else {
            found.push(Found::new(&rules::WAIVER_WITHOUT_REASON, waiver.at, waiver.text));
            continue;
        };
        let mut used = false;
        for (one, let_off) in found.iter().zip(&mut reasons) {
            if one.rule.id == known.id && (waiver.lines.0..=waiver.lines.1).contains(&one.at.line) {
                *let_off = Some(reason.to_owned());
                used = true;
            }
        }
        if !used {
            found.push(Found::new(&rules::WAIVER_UNUSED, waiver.at, waiver.text));
        }
    }
    reasons.resize(found.len(), None);
    found
        .into_iter()
        .zip(reasons)
        .map(|(one, waived)| ScriptFinding {
            rule: one.rule.id,
            severity: one.severity,
            role: script.role,
            script: script.source.name.to_owned(),
            line: one.at.line,
            column: one.at.column,
            message: one.rule.cause.get(lang).replace("{what}", &one.what),
            fix: one.rule.fix.get(lang).to_owned(),
            waived,
        })
        .collect()
}
