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
    pub(crate) fn give(&mut self, name: &str, word: &Word, source: &str) {
        self.given.entry(name.to_owned()).or_default().push(pieces(&word.parts, source));
    }

    /// A variable of `for`: one after the other of the words.
    pub(crate) fn give_each(&mut self, name: &str, word: &Word, source: &str) {
        self.given.entry(name.to_owned()).or_default().push(vec![Piece::Each(pieces(&word.parts, source))]);
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

fn bounded(all: Vec<String>) -> Vec<String> {
    if all.len() > MOST_VALUES { vec![UNKNOWN.to_string()] } else { all }
}

fn product(before: &[String], after: &[String]) -> Vec<String> {
    bounded(before.iter().flat_map(|first| after.iter().map(move |second| format!("{first}{second}"))).collect())
}

impl Variables {
    /// What a word may be.
    pub(crate) fn fold(&self, word: &Word, source: &str) -> Vec<String> {
        self.resolve(&pieces(&word.parts, source))
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

fn pieces(parts: &[WordPartNode], source: &str) -> Vec<Piece> {
    let mut all = Vec::new();
    for node in parts {
        match &node.kind {
            WordPart::Literal(text) => all.push(Piece::Text(text.as_str(source, node.span).to_owned())),
            WordPart::SingleQuoted { value, .. } => all.push(Piece::Text(value.slice(source).to_owned())),
            WordPart::DoubleQuoted { parts, .. } => all.extend(pieces(parts, source)),
            WordPart::Variable(name) => all.push(Piece::Name(name.as_str().to_owned())),
            WordPart::Parameter(expansion) => all.push(match &expansion.syntax {
                ParameterExpansionSyntax::Bourne(BourneParameterExpansion::Access { reference })
                    if reference.subscript.is_none() =>
                {
                    Piece::Name(reference.name.as_str().to_owned())
                }
                ParameterExpansionSyntax::Bourne(BourneParameterExpansion::Operation {
                    reference,
                    operator,
                    operand_word_ast,
                    ..
                }) => operation(reference.name.as_str(), operator, operand_word_ast.as_deref(), source),
                _ => Piece::Unknown,
            }),
            WordPart::ParameterExpansion { reference, operator, operand_word_ast, .. } => {
                all.push(operation(reference.name.as_str(), operator, operand_word_ast.as_deref(), source));
            }
            _ => all.push(Piece::Unknown),
        }
    }
    all
}

fn operation(name: &str, operator: &ParameterOp, operand: Option<&Word>, source: &str) -> Piece {
    let operand = operand.map(|word| pieces(&word.parts, source)).unwrap_or_default();
    match operator {
        ParameterOp::UseDefault | ParameterOp::AssignDefault => Piece::Either(name.to_owned(), operand),
        ParameterOp::UseReplacement => Piece::Maybe(operand),
        ParameterOp::Error => Piece::Name(name.to_owned()),
        _ => Piece::Unknown,
    }
}
