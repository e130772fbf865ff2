//! Why an expression is false, or cannot be told: its parts that made it so, with their values.

use serde::Serialize;
use serde_json::Value;

use super::engine::{EvalError, Scope, Steps};
use super::rules::is_variable;
use super::tree::{Kind, Macro, Node};
use consnap_core::input::document::shorten;

/// A part of an expression, what came of it, and the parts that made it so.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Explanation {
    /// The part as text.
    pub expression: String,
    /// What came of it; null when it could not be worked out.
    pub value: Value,
    /// What is not known, or why it could not be worked out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
    /// The entry of a list it was worked out for: `d = entry 2`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry: Option<String>,
    /// The parts that made it so.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub because: Vec<Explanation>,
}

/// The value a policy went by, and the one it asks for.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Measured {
    /// What was measured: `job.linux.freeze_timeout_seconds`.
    pub expression: String,
    /// Its value.
    pub value: Value,
    /// What is asked for, `<= 15`; nothing where it is no comparison.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wanted: Option<String>,
}

/// Why a place of the input is named.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    /// `job`, `instance` or `plan`.
    pub(super) variable: Option<&'static str>,
    /// A JSON pointer into it.
    pub(super) pointer: String,
}

/// Parts that are shown of one expression, and entries of one list.
const MOST_PARTS: usize = 40;
const MOST_ENTRIES: usize = 3;

/// Explains an expression as it came out in a scope.
pub(super) fn explain(node: &Node, scope: &Scope<'_, '_>, steps: &Steps) -> (Explanation, Option<Measured>, Place) {
    let mut explainer = Explainer { steps, left: MOST_PARTS, measured: None, place: None, entries: Vec::new() };
    let explanation = explainer.part(node, scope);
    (explanation, explainer.measured, explainer.place.unwrap_or_default())
}

struct Explainer<'s> {
    steps: &'s Steps,
    left: usize,
    /// The first comparison that was false, or part that is not known.
    measured: Option<Measured>,
    place: Option<Place>,
    /// The variables of macros around, with the entries they stand for.
    entries: Vec<Entry>,
}

/// The entry a variable of a macro stands for.
struct Entry {
    variable: String,
    /// `instance.disks[2]`.
    text: String,
    place: Option<Place>,
}

impl Explainer<'_> {
    fn part(&mut self, node: &Node, scope: &Scope<'_, '_>) -> Explanation {
        let (value, trouble) = match scope.evaluate(&node.expression, self.steps) {
            Ok(value) => (value, None),
            Err(trouble) => (Value::Null, Some(trouble)),
        };
        let mut explanation = Explanation {
            expression: text(node),
            value: value.clone(),
            trouble: trouble.as_ref().map(|trouble| in_words(node, trouble)),
            entry: None,
            because: Vec::new(),
        };
        self.left = self.left.saturating_sub(1);
        if self.left == 0 {
            return explanation;
        }
        let outcome = value.as_bool();
        explanation.because = match &node.kind {
            Kind::And(..) => self.chain(node, outcome, scope, true),
            Kind::Or(..) => self.chain(node, outcome, scope, false),
            Kind::Not(of) => vec![self.part(of, scope)],
            Kind::Choice(condition, yes, no) => {
                let condition = self.part(condition, scope);
                let chosen = match condition.value {
                    Value::Bool(true) => Some(yes),
                    Value::Bool(false) => Some(no),
                    _ => None,
                };
                std::iter::once(condition).chain(chosen.map(|chosen| self.part(chosen, scope))).collect()
            }
            Kind::Fold(fold) if matches!(fold.macro_, Macro::All | Macro::Exists | Macro::ExistsOne) => {
                self.entries(node, scope, outcome)
            }
            Kind::Binary { left, right, .. } => self.operands(node, left, right, scope, outcome),
            _ => {
                self.note(node, &value, None, outcome);
                self.inside(node, scope)
            }
        };
        explanation
    }

    /// What lies under a part whose value is no truth of other truths: only what is not known is worth a look.
    fn inside(&mut self, node: &Node, scope: &Scope<'_, '_>) -> Vec<Explanation> {
        let mut shown = Vec::new();
        for part in node.parts() {
            if shown.len() >= MOST_ENTRIES || matches!(part.kind, Kind::Literal(_)) || is_name(part) {
                continue;
            }
            shown.push(self.part(part, scope));
        }
        shown
    }

    /// The operands of a chain of `&&`, or of `||`, that made it so: those that decided, or else those that are not known.
    fn chain(&mut self, node: &Node, outcome: Option<bool>, scope: &Scope<'_, '_>, and: bool) -> Vec<Explanation> {
        let mut operands = Vec::new();
        flatten(node, and, &mut operands);
        let mut shown = Vec::new();
        for operand in operands {
            let came = scope.evaluate(&operand.expression, self.steps).ok().and_then(|value| value.as_bool());
            // Of a false `&&` only the false operands speak; of a false `||` all of them do.
            if (came == outcome || (outcome.is_none() && came.is_none())) && self.left > 0 {
                shown.push(self.part(operand, scope));
            }
        }
        shown
    }

    /// The first entries that made it so.
    fn entries(&mut self, node: &Node, scope: &Scope<'_, '_>, outcome: Option<bool>) -> Vec<Explanation> {
        let Kind::Fold(fold) = &node.kind else { return Vec::new() };
        let mut shown = Vec::new();
        let range = scope.evaluate(&fold.range.expression, self.steps);
        if range.is_err() {
            return vec![self.part(&fold.range, scope)];
        }
        scope.each_entry(&fold.range.expression, &fold.variable, |at, inner| {
            let came = inner.evaluate(&fold.body.expression, self.steps).ok().and_then(|value| value.as_bool());
            let telling = match (fold.macro_, outcome) {
                (Macro::All, Some(false)) => came == Some(false),
                (Macro::ExistsOne, _) => came != Some(false),
                (_, None) => came.is_none(),
                _ => true,
            };
            if telling && self.left > 0 {
                let mut place = self.place_of(&fold.range);
                if let Some(place) = &mut place {
                    place.pointer = format!("{}/{at}", place.pointer);
                }
                let text = format!("{}[{at}]", self.in_full(&fold.range));
                let entry = format!("{} = {text}", fold.variable);
                self.entries.push(Entry { variable: fold.variable.clone(), text, place });
                let mut part = self.part(&fold.body, inner);
                self.entries.pop();
                part.entry = Some(entry);
                shown.push(part);
            }
            shown.len() < MOST_ENTRIES && self.left > 0
        });
        if shown.is_empty() {
            // No entry speaks: then their number does.
            self.note(&fold.range, &range.clone().unwrap_or_default(), None, outcome);
            shown.push(Explanation {
                expression: text(&fold.range),
                value: range.unwrap_or_default(),
                trouble: None,
                entry: None,
                because: Vec::new(),
            });
        }
        shown
    }

    fn operands(
        &mut self,
        node: &Node,
        left: &Node,
        right: &Node,
        scope: &Scope<'_, '_>,
        outcome: Option<bool>,
    ) -> Vec<Explanation> {
        let Kind::Binary { operator, .. } = &node.kind else { return Vec::new() };
        let mut shown = Vec::new();
        for operand in [left, right] {
            if !matches!(operand.kind, Kind::Literal(_)) && !is_constant(operand) {
                let explained = self.part_value(operand, scope);
                shown.push(explained);
            }
        }
        if operator.compares() && outcome.is_some() && self.measured.is_none() {
            let (of, wanted) = if is_constant(left) && !is_constant(right) {
                (right, format!("{} {}", text(left), operator.sign()))
            } else {
                (left, format!("{} {}", operator.sign(), self.value_or_text(right, scope)))
            };
            let value = scope.evaluate(&of.expression, self.steps).unwrap_or_default();
            self.note(of, &value, Some(wanted), outcome);
        }
        shown
    }

    /// A value that is compared: shown, and looked into only when it is not known.
    fn part_value(&mut self, node: &Node, scope: &Scope<'_, '_>) -> Explanation {
        self.left = self.left.saturating_sub(1);
        match scope.evaluate(&node.expression, self.steps) {
            Ok(value) => Explanation { expression: text(node), value, trouble: None, entry: None, because: Vec::new() },
            Err(trouble) => {
                self.note(node, &Value::Null, None, None);
                Explanation {
                    expression: text(node),
                    value: Value::Null,
                    trouble: Some(in_words(node, &trouble)),
                    entry: None,
                    because: Vec::new(),
                }
            }
        }
    }

    fn value_or_text(&self, node: &Node, scope: &Scope<'_, '_>) -> String {
        match (&node.kind, scope.evaluate(&node.expression, self.steps)) {
            (Kind::Literal(_) | Kind::List(_), _) | (_, Err(_)) => text(node),
            (_, Ok(value)) => format!("{} ({})", text(node), shorten(&value.to_string())),
        }
    }

    /// The first part that says something is what a reader is shown, and where.
    fn note(&mut self, node: &Node, value: &Value, wanted: Option<String>, outcome: Option<bool>) {
        if self.measured.is_none() && outcome.is_some() && !is_name(node) {
            self.measured = Some(Measured { expression: self.in_full(node), value: value.clone(), wanted });
        }
        if self.place.is_none() {
            self.place = self.place_of(node);
        }
    }

    /// A part as text, with the entry in place of a macro's variable.
    fn in_full(&self, node: &Node) -> String {
        let written = text(node);
        for entry in self.entries.iter().rev() {
            let rest =
                written.strip_prefix(&entry.variable).filter(|rest| rest.is_empty() || rest.starts_with(['.', '[']));
            if let Some(rest) = rest {
                return format!("{}{rest}", entry.text);
            }
        }
        written
    }

    /// The place a part speaks of: its own path, or that of the first path in it.
    fn place_of(&self, node: &Node) -> Option<Place> {
        let own = match &node.kind {
            Kind::Member { of, name, asked: true } => of.path().map(|mut path| {
                path.push(name);
                path
            }),
            _ => node.path(),
        };
        if let Some([variable, rest @ ..]) = own.as_deref() {
            let rest = rest.iter().fold(String::new(), |mut pointer, name| {
                pointer.push('/');
                pointer.push_str(&name.replace('~', "~0").replace('/', "~1"));
                pointer
            });
            if let Some(entry) = self.entries.iter().rev().find(|entry| entry.variable == *variable) {
                let Place { variable, pointer } = entry.place.clone()?;
                return Some(Place { variable, pointer: format!("{pointer}{rest}") });
            }
            let variable = ["job", "instance", "plan"].into_iter().find(|known| known == variable);
            if variable.is_some() {
                return Some(Place { variable, pointer: rest });
            }
        }
        node.parts().into_iter().find_map(|part| self.place_of(part))
    }
}

/// The path of the first member that is not there.
pub(super) fn missing(node: &Node, scope: &Scope<'_, '_>, steps: &Steps) -> Option<String> {
    let here = scope.evaluate(&node.expression, steps);
    if here.is_ok() {
        return None;
    }
    if let Kind::Fold(fold) = &node.kind {
        let mut found = missing(&fold.range, scope, steps);
        if found.is_none() {
            scope.each_entry(&fold.range.expression, &fold.variable, |at, inner| {
                found = missing(&fold.body, inner, steps).map(|of_entry| match of_entry.strip_prefix(&fold.variable) {
                    Some(rest) if rest.starts_with(['.', '[']) => format!("{}[{at}]{rest}", fold.range),
                    _ => of_entry,
                });
                found.is_none()
            });
        }
        return found.or_else(|| Some(text(node)));
    }
    let inner = node.parts().into_iter().find_map(|part| missing(part, scope, steps));
    inner.or_else(|| Some(text(node)))
}

fn flatten<'a>(node: &'a Node, and: bool, operands: &mut Vec<&'a Node>) {
    match &node.kind {
        Kind::And(left, right) if and => {
            flatten(left, and, operands);
            flatten(right, and, operands);
        }
        Kind::Or(left, right) if !and => {
            flatten(left, and, operands);
            flatten(right, and, operands);
        }
        _ => operands.push(node),
    }
}

fn is_name(node: &Node) -> bool {
    matches!(&node.kind, Kind::Name(name) if is_variable(name))
}

fn is_constant(node: &Node) -> bool {
    match &node.kind {
        Kind::Literal(_) => true,
        Kind::Name(_) | Kind::Fold(_) => false,
        _ => node.parts().into_iter().all(is_constant),
    }
}

fn text(node: &Node) -> String {
    const MOST: usize = 200;
    let text = node.to_string();
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

/// The error in a few words that are not translated; the finding says it in the reader's language.
fn in_words(node: &Node, trouble: &EvalError) -> String {
    match trouble {
        EvalError::Missing(_) => format!("not known: {}", text(node)),
        EvalError::NotComputable(detail) => detail.clone(),
        EvalError::TooMuch => "too much work".to_owned(),
    }
}
