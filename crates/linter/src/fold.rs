//! What words come to: variables that the text gives a value are put in.

use std::cell::Cell;
use std::collections::BTreeMap;

use shuck_ast::{BourneParameterExpansion, ParameterExpansionSyntax, ParameterOp, Word, WordPart, WordPartNode};

use crate::facts::UNKNOWN;

/// More values than this are not kept apart.
const MOST_VALUES: usize = 12;
/// How deep variables may lead to each other.
const MOST_STEPS: usize = 8;
/// How many values are worked out for a script; a hostile one must not take longer.
const MOST_WORK: usize = 50_000;

/// A text, and where in it something stands.
#[derive(Clone, Copy)]
pub(crate) struct Text<'a> {
    pub(crate) source: &'a str,
    pub(crate) scope: &'a Scope,
}

/// Whose positional parameters `$1` and `$@` are.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scope {
    /// The function; none at the top.
    pub(crate) function: String,
    /// How many of them `shift` took away.
    pub(crate) shifted: usize,
}

impl Scope {
    /// The name under which the value of a variable is kept.
    fn name(&self, name: &str) -> String {
        match name {
            "@" | "*" => format!("{}\0@{}", self.function, self.shifted),
            _ => match name.parse::<usize>() {
                Ok(at) if at > 0 => format!("{}\0{}", self.function, at + self.shifted),
                _ => name.to_owned(),
            },
        }
    }
}

/// The values that the text gives to variables.
#[derive(Debug, Default)]
pub(crate) struct Variables {
    given: BTreeMap<String, Vec<String>>,
}

/// A value before its variables are known: pieces of text and names.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Name(String),
    /// A name with a value that is used where it has none.
    Either(String, Vec<Piece>),
    /// Used or empty.
    Maybe(Vec<Piece>),
    /// One word of several.
    Each(Vec<Piece>),
    Unknown,
}

/// Raw values, by variable.
#[derive(Debug, Default)]
pub(crate) struct Assignments {
    given: BTreeMap<String, Vec<Vec<Piece>>>,
    work: Cell<usize>,
}

impl Assignments {
    pub(crate) fn give(&mut self, name: &str, word: &Word, text: Text<'_>) {
        self.push(name.to_owned(), pieces(&word.parts, text));
    }

    /// A variable of `for`: one after the other of the words; of the positional parameters where it names none.
    pub(crate) fn give_each(&mut self, name: &str, word: Option<&Word>, text: Text<'_>) {
        let all = vec![Piece::Name(text.scope.name("@"))];
        let words = word.map_or_else(|| all.clone(), |word| pieces(&word.parts, text));
        if words == all {
            for at in 1..=MOST_VALUES {
                self.push(name.to_owned(), vec![Piece::Name(text.scope.name(&at.to_string()))]);
            }
        } else {
            self.push(name.to_owned(), vec![Piece::Each(words)]);
        }
    }

    /// What a command is given: the positional parameters, where it is a function.
    pub(crate) fn give_arguments(&mut self, function: &str, words: &[Word], text: Text<'_>) {
        let words: Vec<Vec<Piece>> = words.iter().map(|word| pieces(&word.parts, text)).collect();
        for shifted in 0..=words.len().min(MOST_STEPS) {
            let scope = Scope { function: function.to_owned(), shifted };
            let rest = words.get(shifted..).unwrap_or_default();
            let all: Vec<Piece> = rest.join(&Piece::Text(" ".to_owned()));
            self.push(scope.name("@"), all);
        }
        for (at, word) in (1..).zip(words) {
            self.push(Scope { function: function.to_owned(), shifted: 0 }.name(&at.to_string()), word);
        }
    }

    /// `shift` in a loop: each positional parameter may be any of those behind it.
    pub(crate) fn shift_in_loop(&mut self, scope: &Scope) {
        for at in 1..MOST_STEPS {
            let next = scope.name(&(at + 1).to_string());
            self.push(scope.name(&at.to_string()), vec![Piece::Name(next)]);
        }
    }

    fn push(&mut self, name: String, value: Vec<Piece>) {
        self.given.entry(name).or_default().push(value);
    }

    pub(crate) fn give_unknown(&mut self, name: &str) {
        self.given.entry(name.to_owned()).or_default().push(vec![Piece::Unknown]);
    }

    pub(crate) fn give_empty(&mut self, name: &str) {
        self.given.entry(name.to_owned()).or_default().push(Vec::new());
    }

    /// Works out each variable.
    pub(crate) fn variables(&self) -> Variables {
        self.work.set(MOST_WORK);
        Variables { given: self.given.keys().map(|name| (name.clone(), self.values(name, MOST_STEPS))).collect() }
    }

    fn resolve(&self, value: &[Piece], steps: usize) -> Vec<String> {
        let mut all = vec![String::new()];
        for piece in value {
            let next = match piece {
                Piece::Text(text) => vec![text.clone()],
                Piece::Unknown => vec![UNKNOWN.to_string()],
                Piece::Name(name) => self.values(name, steps),
                Piece::Either(name, other) => {
                    let mut next = self.values(name, steps);
                    next.extend(self.resolve(other, steps.saturating_sub(1)));
                    next
                }
                Piece::Maybe(inner) => {
                    let mut next = self.resolve(inner, steps.saturating_sub(1));
                    next.push(String::new());
                    next
                }
                Piece::Each(inner) => each(&self.resolve(inner, steps.saturating_sub(1))),
            };
            all = product(&all, &next);
        }
        all
    }

    fn values(&self, name: &str, steps: usize) -> Vec<String> {
        let left = self.work.get();
        let Some(given) = self.given.get(name).filter(|_| steps > 0 && left > 0) else {
            return vec![UNKNOWN.to_string()];
        };
        self.work.set(left.saturating_sub(given.len()));
        let mut all: Vec<String> = given.iter().flat_map(|value| self.resolve(value, steps - 1)).collect();
        all.sort();
        all.dedup();
        // An empty value beside others is how scripts declare a variable.
        if all.iter().any(|value| !value.is_empty()) {
            all.retain(|value| !value.is_empty());
        }
        bounded(all)
    }
}

fn each(values: &[String]) -> Vec<String> {
    let words = values.iter().flat_map(|value| value.split_whitespace()).map(str::to_owned).collect::<Vec<_>>();
    if words.is_empty() { vec![UNKNOWN.to_string()] } else { bounded(words) }
}

/// At most so many; that there are more is one of them.
fn bounded(mut all: Vec<String>) -> Vec<String> {
    if all.len() > MOST_VALUES {
        all.truncate(MOST_VALUES - 1);
        all.push(UNKNOWN.to_string());
    }
    all
}

fn product(before: &[String], after: &[String]) -> Vec<String> {
    bounded(before.iter().flat_map(|first| after.iter().map(move |second| format!("{first}{second}"))).collect())
}

impl Variables {
    /// What a word may be.
    pub(crate) fn fold(&self, word: &Word, text: Text<'_>) -> Vec<String> {
        self.resolve(&pieces(&word.parts, text))
    }

    fn resolve(&self, value: &[Piece]) -> Vec<String> {
        let mut all = vec![String::new()];
        for piece in value {
            let next = match piece {
                Piece::Text(text) => vec![text.clone()],
                Piece::Unknown => vec![UNKNOWN.to_string()],
                Piece::Name(name) => self.values(name),
                Piece::Either(name, other) => [self.values(name), self.resolve(other)].concat(),
                Piece::Maybe(inner) => [self.resolve(inner), vec![String::new()]].concat(),
                Piece::Each(inner) => each(&self.resolve(inner)),
            };
            all = product(&all, &next);
        }
        all
    }

    fn values(&self, name: &str) -> Vec<String> {
        self.given.get(name).cloned().unwrap_or_else(|| vec![UNKNOWN.to_string()])
    }
}

fn pieces(parts: &[WordPartNode], text: Text<'_>) -> Vec<Piece> {
    let Text { source, scope } = text;
    let mut all = Vec::new();
    for node in parts {
        match &node.kind {
            WordPart::Literal(literal) => all.push(Piece::Text(literal.as_str(source, node.span).to_owned())),
            WordPart::SingleQuoted { value, .. } => all.push(Piece::Text(value.slice(source).to_owned())),
            WordPart::DoubleQuoted { parts, .. } => all.extend(pieces(parts, text)),
            WordPart::Variable(name) => all.push(Piece::Name(scope.name(name.as_str()))),
            WordPart::Parameter(expansion) => all.push(match &expansion.syntax {
                ParameterExpansionSyntax::Bourne(BourneParameterExpansion::Access { reference })
                    if reference.subscript.is_none() =>
                {
                    Piece::Name(scope.name(reference.name.as_str()))
                }
                ParameterExpansionSyntax::Bourne(BourneParameterExpansion::Operation {
                    reference,
                    operator,
                    operand_word_ast,
                    ..
                }) => operation(reference.name.as_str(), operator, operand_word_ast.as_deref(), text),
                _ => Piece::Unknown,
            }),
            WordPart::ParameterExpansion { reference, operator, operand_word_ast, .. } => {
                all.push(operation(reference.name.as_str(), operator, operand_word_ast.as_deref(), text));
            }
            _ => all.push(Piece::Unknown),
        }
    }
    all
}

fn operation(name: &str, operator: &ParameterOp, operand: Option<&Word>, text: Text<'_>) -> Piece {
    let name = text.scope.name(name);
    let operand = operand.map(|word| pieces(&word.parts, text)).unwrap_or_default();
    match operator {
        ParameterOp::UseDefault | ParameterOp::AssignDefault => Piece::Either(name, operand),
        ParameterOp::UseReplacement => Piece::Maybe(operand),
        ParameterOp::Error => Piece::Name(name),
        _ => Piece::Unknown,
    }
}
