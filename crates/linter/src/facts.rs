//! What the rules look at: commands with their words, folded as far as the text tells, and the shapes around them.

use std::collections::BTreeSet;

/// Stands in a folded word for what only a run would tell.
pub(crate) const UNKNOWN: char = '\u{1a}';

/// A line and a column of the text, from 1.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

/// A word of a command.
#[derive(Clone, Debug)]
pub(crate) struct Arg {
    /// What it may be: several where a variable has several values.
    pub(crate) values: Vec<String>,
    /// As it stands in the text.
    pub(crate) raw: String,
    pub(crate) quoted: bool,
}

impl Arg {
    /// The value, where there is but one.
    pub(crate) fn only(&self) -> &str {
        match self.values.as_slice() {
            [one] => one,
            _ => "\u{1a}",
        }
    }
}

/// Where a redirection leads.
#[derive(Clone, Debug)]
pub(crate) enum Aim {
    /// To a file, for writing.
    Write(Vec<String>),
    /// From a file.
    Read,
    /// A copy of another descriptor, or closed (`-`).
    Copy(String),
    /// A here-document or here-string.
    Text,
}

/// A redirection.
#[derive(Clone, Debug)]
pub(crate) struct Redirection {
    pub(crate) descriptors: Vec<i32>,
    pub(crate) aim: Aim,
    pub(crate) raw: String,
    pub(crate) at: Place,
}

/// What stands around a command.
#[derive(Clone, Debug, Default)]
pub(crate) struct Around {
    /// It, or what it is part of, runs with `&`.
    pub(crate) background: bool,
    /// Its output is read by the script: `$(…)`.
    pub(crate) captured: bool,
    pub(crate) piped_out: bool,
    pub(crate) piped_in: bool,
    /// Something around it gives it a standard input.
    pub(crate) has_input: bool,
    /// A test of a version stands around it.
    pub(crate) guarded: bool,
    /// It is the condition of `if`, `while`, or on the left of `&&` or `||`, or negated.
    pub(crate) tested: bool,
    /// `|| true`.
    pub(crate) tolerated: bool,
    /// What comes next is another command that does not ask for its status.
    pub(crate) followed: bool,
    /// `wait` follows: the script does not end before it.
    pub(crate) awaited: bool,
    /// It is part of a handler of `trap`.
    pub(crate) in_trap: bool,
}

/// A command.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// Its name without folders, after what only starts it (`timeout`, `sudo`).
    pub(crate) name: String,
    pub(crate) args: Vec<Arg>,
    /// What starts it, outermost first.
    pub(crate) starters: Vec<String>,
    /// Assignments in front of it or of their own.
    pub(crate) sets: Vec<(String, Arg)>,
    /// Arguments and standard input as one text, blanks made one, in upper case: statements are looked for here.
    pub(crate) said: String,
    /// Whether statements come by standard input or from a file.
    pub(crate) reads_statements: bool,
    pub(crate) redirections: Vec<Redirection>,
    pub(crate) around: Around,
    pub(crate) at: Place,
    pub(crate) raw: String,
}

impl Call {
    pub(crate) fn is(&self, names: &[&str]) -> bool {
        names.contains(&self.name.as_str())
    }

    pub(crate) fn has(&self, word: &str) -> bool {
        self.args.iter().any(|arg| arg.values.iter().any(|value| value == word))
    }

    /// Where a descriptor leads: the last redirection counts, and the inner one before the outer one.
    pub(crate) fn writes_to(&self, descriptor: i32) -> Option<&Aim> {
        self.redirections.iter().rev().find(|to| to.descriptors.contains(&descriptor)).map(|to| &to.aim)
    }
}

/// A process that the script does not wait for.
#[derive(Clone, Debug)]
pub(crate) struct Background {
    pub(crate) at: Place,
    pub(crate) raw: String,
    /// Descriptors that are still those of the script.
    pub(crate) open: Vec<&'static str>,
}

/// A loop of `while` or `until`.
#[derive(Clone, Debug)]
pub(crate) struct Loop {
    pub(crate) at: Place,
    pub(crate) raw: String,
    /// It sleeps between two looks.
    pub(crate) waits: bool,
    /// A number is compared in it, so that it may end by the clock or a count.
    pub(crate) bounded: bool,
    /// Its condition is always true, and nothing in it leaves it.
    pub(crate) endless: bool,
}

/// All that was read of a script.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    /// The functions that it defines.
    pub(crate) functions: BTreeSet<String>,
    pub(crate) calls: Vec<Call>,
    pub(crate) backgrounds: Vec<Background>,
    pub(crate) loops: Vec<Loop>,
    /// Failures that end with 0.
    pub(crate) failures_that_succeed: Vec<(Place, String)>,
    /// Time-outs that are noticed and then forgotten.
    pub(crate) forgotten_timeouts: Vec<(Place, String)>,
    /// What `sh` does not know.
    pub(crate) bash_words: Vec<(Place, String)>,
    /// `exec >file 2>&1`: nothing that follows keeps the script's own output.
    pub(crate) output_moved: bool,
    pub(crate) stops_on_failure: bool,
    pub(crate) pipefail: bool,
    pub(crate) waivers: Vec<Waiver>,
}

/// A comment that lets findings off.
#[derive(Clone, Debug)]
pub(crate) struct Waiver {
    pub(crate) at: Place,
    pub(crate) text: String,
    /// First and last line that it speaks of.
    pub(crate) lines: (usize, usize),
}
