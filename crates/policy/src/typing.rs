//! Names, types and costs of an expression, found out before it is ever worked out: a typo is an error at load time, never a
//! pass.

use serde_json::Value;

use super::bounds;
use super::tree::{Fold, Kind, Macro, Node, Operator};
use super::types::{FUNCTION_NAMES, Keys, Type, VARIABLES, member};
use consnap_core::diagnostics::finding::Finding;
use consnap_core::diagnostics::messages::policies as rows;
use consnap_core::input::document::{most_similar, quoted, shorten};

/// What is known of an expression before it is worked out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Typed {
    /// Steps it takes, with lists of usual length.
    pub(super) cost: u64,
    /// The variables it reads.
    pub(super) reads: Vec<&'static str>,
    /// Whether it reads what the plan says of one instance.
    pub(super) reads_planned_instance: bool,
}

/// Looks through an expression that must give true or false.
pub(super) fn check(node: &Node, place: &str) -> (Typed, Vec<Finding>) {
    let mut checker = Checker { place, locals: Vec::new(), typed: Typed::default(), findings: Vec::new() };
    let (ty, cost) = checker.part(node);
    if !ty.is_truth() {
        checker.mismatch(node, "bool", &ty);
    }
    checker.typed.cost = cost;
    if cost > bounds::STATIC_COST {
        checker.say(
            Finding::new(&rows::EXPRESSION_TOO_COSTLY, "")
                .with("cost", cost.to_string())
                .with("limit", bounds::STATIC_COST.to_string()),
        );
    }
    (checker.typed, checker.findings)
}

struct Checker<'a> {
    place: &'a str,
    /// Variables of macros around, the innermost last.
    locals: Vec<(String, Type)>,
    typed: Typed,
    findings: Vec<Finding>,
}

impl Checker<'_> {
    fn say(&mut self, mut finding: Finding) {
        finding.place = self.place.to_owned().into();
        if !self.findings.contains(&finding) {
            self.findings.push(finding);
        }
    }

    fn mismatch(&mut self, node: &Node, expected: &str, found: &Type) {
        self.say(
            Finding::new(&rows::TYPE_MISMATCH, "")
                .with("expression", shorten(&node.to_string()))
                .with("expected", expected)
                .with("found", found.name()),
        );
    }

    fn unknown(&mut self, name: &str, of: &str, known: &[&str]) {
        let similar = most_similar(name, known.iter().copied());
        let row = if similar.is_some() { &rows::UNKNOWN_NAME_SIMILAR } else { &rows::UNKNOWN_NAME };
        let mut finding = Finding::new(row, "").with("name", shorten(name)).with("of", shorten(of));
        if let Some(similar) = similar {
            finding = finding.with("similar", similar);
        }
        self.say(finding.with("known", quoted(known.iter().copied())));
    }

    /// The type of a part, and the steps it takes. A part that was refused has any type, so that one mistake is said once.
    fn part(&mut self, node: &Node) -> (Type, u64) {
        match &node.kind {
            Kind::Literal(value) => (of_literal(value), 1),
            Kind::Name(name) => (self.name(name), 1),
            Kind::Member { of, name, asked } => {
                let (of_type, cost) = self.part(of);
                let ty = self.member(of, &of_type, name);
                (if *asked { Type::Truth } else { ty }, cost.saturating_add(1))
            }
            Kind::Entry { of, index } => self.entry(node, of, index),
            Kind::Not(of) => (Type::Truth, self.truth(of)),
            Kind::Minus(of) => {
                let (ty, cost) = self.part(of);
                if !ty.is_number() {
                    self.mismatch(of, "int", &ty);
                    return (Type::Any, cost);
                }
                (ty, cost.saturating_add(1))
            }
            Kind::And(left, right) | Kind::Or(left, right) => {
                (Type::Truth, self.truth(left).saturating_add(self.truth(right)))
            }
            Kind::Choice(condition, yes, no) => {
                let condition = self.truth(condition);
                let ((yes_type, yes), (no_type, no)) = (self.part(yes), self.part(no));
                let ty = if yes_type == no_type { yes_type } else { Type::Any };
                (ty, condition.saturating_add(yes.max(no)))
            }
            Kind::Binary { operator, left, right } => self.binary(node, *operator, left, right),
            Kind::List(items) => {
                let mut inner: Option<Type> = None;
                let mut cost = 1u64;
                for item in items {
                    let (ty, of_item) = self.part(item);
                    cost = cost.saturating_add(of_item);
                    inner = Some(match inner {
                        Some(before) if before != ty => Type::Any,
                        _ => ty,
                    });
                }
                (Type::List(Box::new(inner.unwrap_or(Type::Any))), cost)
            }
            Kind::Call { function, target, arguments } => self.call(node, function, target.as_deref(), arguments),
            Kind::Fold(fold) => self.fold(fold),
        }
    }

    /// A part that must give true or false; the steps it takes.
    fn truth(&mut self, node: &Node) -> u64 {
        let (ty, cost) = self.part(node);
        if !ty.is_truth() {
            self.mismatch(node, "bool", &ty);
        }
        cost.saturating_add(1)
    }

    fn name(&mut self, name: &str) -> Type {
        if let Some((_, ty)) = self.locals.iter().rev().find(|(local, _)| local == name) {
            return ty.clone();
        }
        if let Some(variable) = VARIABLES.iter().find(|variable| variable.name == name) {
            if !self.typed.reads.contains(&variable.name) {
                self.typed.reads.push(variable.name);
            }
            return variable.ty();
        }
        let locals: Vec<String> = self.locals.iter().map(|(name, _)| name.clone()).collect();
        let known: Vec<&str> =
            VARIABLES.iter().map(|variable| variable.name).chain(locals.iter().map(String::as_str)).collect();
        self.unknown(name, "policies", &known);
        Type::Any
    }

    fn member(&mut self, of: &Node, ty: &Type, name: &str) -> Type {
        if name == "instance" && matches!(&of.kind, Kind::Name(of) if of == "plan") {
            self.typed.reads_planned_instance = true;
        }
        if let Some(found) = member(ty, name) {
            return found;
        }
        match ty {
            Type::Object(Keys(keys)) => {
                let known: Vec<&str> = keys.iter().map(|key| key.name).collect();
                self.unknown(name, &of.to_string(), &known);
            }
            _ => self.mismatch(of, "object", ty),
        }
        Type::Any
    }

    fn entry(&mut self, node: &Node, of: &Node, index: &Node) -> (Type, u64) {
        let ((of_type, of_cost), (index_type, index_cost)) = (self.part(of), self.part(index));
        let cost = of_cost.saturating_add(index_cost).saturating_add(1);
        let ty = match (&of_type, &index.kind) {
            (Type::Object(_), Kind::Literal(Value::String(name))) => self.member(of, &of_type, name),
            (Type::Mapping(inner), _) if index_type.is_text() => (**inner).clone(),
            (Type::List(inner), _) if index_type.is_number() => (**inner).clone(),
            (Type::Any, _) => Type::Any,
            _ => {
                let expected = if matches!(of_type, Type::List(_)) { "int" } else { "string" };
                self.mismatch(if matches!(of_type, Type::List(_)) { index } else { node }, expected, &index_type);
                Type::Any
            }
        };
        (ty, cost)
    }

    fn binary(&mut self, node: &Node, operator: Operator, left: &Node, right: &Node) -> (Type, u64) {
        let ((left_type, left_cost), (right_type, right_cost)) = (self.part(left), self.part(right));
        let mut cost = left_cost.saturating_add(right_cost).saturating_add(1);
        if operator == Operator::In {
            cost = cost.saturating_add(bounds::NOMINAL_ITEMS / 8);
            let fits = match &right_type {
                Type::List(inner) => {
                    if let Kind::List(items) = &right.kind {
                        for item in items {
                            self.known_word(left, &left_type, item);
                        }
                    }
                    left_type.equals(inner)
                }
                Type::Mapping(_) | Type::Object(_) => left_type.is_text(),
                ty => *ty == Type::Any,
            };
            if !fits {
                let found = format!("{} in {}", left_type.name(), right_type.name());
                self.mismatch_of(node, "a value and a list of such values", found);
            }
            return (Type::Truth, cost);
        }
        let both = || format!("{} {} {}", left_type.name(), operator.sign(), right_type.name());
        if operator.compares() {
            self.known_word(left, &left_type, right);
            self.known_word(right, &right_type, left);
            let equality = matches!(operator, Operator::Equal | Operator::NotEqual);
            let fits = if equality { left_type.equals(&right_type) } else { left_type.orders(&right_type) };
            if !fits {
                self.mismatch_of(node, "two values of one simple type", both());
            }
            return (Type::Truth, cost);
        }
        let fits = left_type.is_number() && right_type.is_number();
        if !fits || (left_type != right_type && left_type != Type::Any && right_type != Type::Any) {
            self.mismatch_of(node, "two numbers of one type", both());
            return (Type::Any, cost);
        }
        (left_type, cost)
    }

    fn mismatch_of(&mut self, node: &Node, expected: &str, found: String) {
        self.say(
            Finding::new(&rows::TYPE_MISMATCH, "")
                .with("expression", shorten(&node.to_string()))
                .with("expected", expected)
                .with("found", found),
        );
    }

    /// A text that is compared with one of a few words must be one of them.
    fn known_word(&mut self, of: &Node, ty: &Type, written: &Node) {
        let (Type::Choice(words), Kind::Literal(Value::String(word))) = (ty, &written.kind) else { return };
        if !words.contains(&word.as_str()) {
            self.say(
                Finding::new(&rows::UNKNOWN_CHOICE, "")
                    .with("of", shorten(&of.to_string()))
                    .with("value", shorten(word))
                    .with("known", quoted(words.iter().copied())),
            );
        }
    }

    fn call(&mut self, node: &Node, function: &str, target: Option<&Node>, arguments: &[Node]) -> (Type, u64) {
        let mut cost = 2u64;
        let mut types = Vec::new();
        for part in target.into_iter().chain(arguments) {
            let (ty, of_part) = self.part(part);
            cost = cost.saturating_add(of_part);
            types.push((part, ty));
        }
        let (gives, wanted): (Type, &str) = match (function, target.is_some(), types.as_slice()) {
            ("size", _, [(_, ty)]) => {
                let sized = matches!(ty, Type::List(_) | Type::Mapping(_)) || ty.is_text();
                (Type::Whole, if sized { "" } else { "string, list or map" })
            }
            ("startsWith" | "endsWith" | "contains", true, [(_, one), (_, other)]) => {
                (Type::Truth, if one.is_text() && other.is_text() { "" } else { "string" })
            }
            ("matches", true, [(_, text), _]) => {
                // As many steps as it has states to be in, more or less.
                cost = cost.saturating_add(100);
                (Type::Truth, if text.is_text() { "" } else { "string" })
            }
            ("int" | "double", false, [(_, ty)]) => {
                let gives = if function == "int" { Type::Whole } else { Type::Number };
                (gives, if ty.is_number() || ty.is_text() { "" } else { "string or number" })
            }
            ("string", false, [(_, ty)]) => {
                let simple = ty.is_number() || ty.is_text() || ty.is_truth();
                (Type::Text, if simple { "" } else { "string, number or bool" })
            }
            _ if FUNCTION_NAMES.contains(&function) => {
                self.mismatch_of(node, "another form of call, see the reference of functions", format!("`{function}`"));
                return (Type::Any, cost);
            }
            _ => {
                let known: Vec<&str> = FUNCTION_NAMES.iter().chain(Macro::NAMES).copied().collect();
                self.unknown(function, "functions", &known);
                return (Type::Any, cost);
            }
        };
        if !wanted.is_empty() {
            let found = types.iter().map(|(_, ty)| ty.name()).collect::<Vec<_>>().join(", ");
            self.mismatch_of(node, wanted, found);
        }
        (gives, cost)
    }

    fn fold(&mut self, fold: &Fold) -> (Type, u64) {
        let (range_type, range_cost) = self.part(&fold.range);
        let entry = match &range_type {
            Type::List(inner) => (**inner).clone(),
            Type::Mapping(_) => Type::Text,
            Type::Any => Type::Any,
            other => {
                self.mismatch(&fold.range, "list or map", other);
                Type::Any
            }
        };
        let count = match &fold.range.kind {
            Kind::List(items) => u64::try_from(items.len()).unwrap_or(u64::MAX),
            _ => bounds::NOMINAL_ITEMS,
        };
        if VARIABLES.iter().any(|variable| variable.name == fold.variable) {
            self.say(
                Finding::new(&rows::UNSUPPORTED, "")
                    .with("what", format!("`{}` as the variable of a macro", fold.variable))
                    .with("functions", quoted(FUNCTION_NAMES.iter().copied()))
                    .with("macros", quoted(Macro::NAMES.iter().copied())),
            );
        }
        self.locals.push((fold.variable.clone(), entry.clone()));
        let filter_cost = fold.filter.as_ref().map_or(0, |filter| self.truth(filter));
        let (body_type, body_cost) = match fold.macro_ {
            Macro::Map => self.part(&fold.body),
            _ => (Type::Truth, self.truth(&fold.body)),
        };
        self.locals.pop();
        let each = filter_cost.saturating_add(body_cost).saturating_add(2);
        let ty = match fold.macro_ {
            Macro::All | Macro::Exists | Macro::ExistsOne => Type::Truth,
            Macro::Map => Type::List(Box::new(body_type)),
            Macro::Filter => Type::List(Box::new(entry)),
        };
        (ty, range_cost.saturating_add(each.saturating_mul(count)))
    }
}

fn of_literal(value: &Value) -> Type {
    match value {
        Value::Null => Type::Null,
        Value::Bool(_) => Type::Truth,
        Value::Number(number) if number.is_f64() => Type::Number,
        Value::Number(_) => Type::Whole,
        _ => Type::Text,
    }
}
