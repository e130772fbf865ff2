//! An expression as policies know it: what the parser gives, less what policies do not have, with the macros put together
//! again. Types, costs and explanations go by this tree; its parts carry what the evaluator takes.

use std::fmt;

use serde_json::Value;

use super::engine::Expression;

/// A part of an expression.
#[derive(Clone, Debug)]
pub(super) struct Node {
    /// What the evaluator takes.
    pub(super) expression: Expression,
    /// What it is.
    pub(super) kind: Kind,
}

/// What a part of an expression is.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    Literal(Value),
    Name(String),
    /// `of.name`, or `has(of.name)`.
    Member {
        of: Box<Node>,
        name: String,
        asked: bool,
    },
    /// `of[index]`.
    Entry {
        of: Box<Node>,
        index: Box<Node>,
    },
    Not(Box<Node>),
    Minus(Box<Node>),
    And(Box<Node>, Box<Node>),
    Or(Box<Node>, Box<Node>),
    Choice(Box<Node>, Box<Node>, Box<Node>),
    Binary {
        operator: Operator,
        left: Box<Node>,
        right: Box<Node>,
    },
    List(Vec<Node>),
    Call {
        function: String,
        target: Option<Box<Node>>,
        arguments: Vec<Node>,
    },
    Fold(Box<Fold>),
}

/// A macro that goes over the entries of a list, or the keys of a mapping.
#[derive(Clone, Debug)]
pub(super) struct Fold {
    pub(super) macro_: Macro,
    pub(super) range: Node,
    pub(super) variable: String,
    /// What is asked of an entry, or made of it.
    pub(super) body: Node,
    /// The condition of `map` with three arguments.
    pub(super) filter: Option<Node>,
}

/// The macros.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Macro {
    All,
    Exists,
    ExistsOne,
    Map,
    Filter,
}

impl Macro {
    pub(super) const NAMES: &[&str] = &["has", "all", "exists", "exists_one", "map", "filter"];

    fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Exists => "exists",
            Self::ExistsOne => "exists_one",
            Self::Map => "map",
            Self::Filter => "filter",
        }
    }
}

/// The operators between two values.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    Plus,
    Minus,
    Times,
    Over,
    Modulo,
}

impl Operator {
    pub(super) fn sign(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::In => "in",
            Self::Plus => "+",
            Self::Minus => "-",
            Self::Times => "*",
            Self::Over => "/",
            Self::Modulo => "%",
        }
    }

    /// How tightly it binds, as CEL has it.
    fn binds(self) -> u8 {
        match self {
            Self::Plus | Self::Minus => 5,
            Self::Times | Self::Over | Self::Modulo => 6,
            _ => 4,
        }
    }

    /// Whether it tells something of two values.
    pub(super) fn compares(self) -> bool {
        self.binds() == 4
    }
}

impl Node {
    /// Parts of the expression, itself included.
    pub(super) fn size(&self) -> u64 {
        self.parts().into_iter().map(Node::size).fold(1, u64::saturating_add)
    }

    /// The parts right under it.
    pub(super) fn parts(&self) -> Vec<&Node> {
        match &self.kind {
            Kind::Literal(_) | Kind::Name(_) => Vec::new(),
            Kind::Member { of, .. } | Kind::Not(of) | Kind::Minus(of) => vec![of],
            Kind::Entry { of, index } => vec![of, index],
            Kind::And(left, right) | Kind::Or(left, right) | Kind::Binary { left, right, .. } => vec![left, right],
            Kind::Choice(condition, yes, no) => vec![condition, yes, no],
            Kind::List(items) => items.iter().collect(),
            Kind::Call { target, arguments, .. } => target.as_deref().into_iter().chain(arguments).collect(),
            Kind::Fold(fold) => [&fold.range, &fold.body].into_iter().chain(&fold.filter).collect(),
        }
    }

    /// The path of a member, `["instance", "tags", "env"]`, when it is one of names only.
    pub(super) fn path(&self) -> Option<Vec<&str>> {
        match &self.kind {
            Kind::Name(name) => Some(vec![name]),
            Kind::Member { of, name, asked: false } => {
                let mut path = of.path()?;
                path.push(name);
                Some(path)
            }
            Kind::Entry { of, index } => match &index.kind {
                Kind::Literal(Value::String(name)) => {
                    let mut path = of.path()?;
                    path.push(name);
                    Some(path)
                }
                _ => None,
            },
            _ => None,
        }
    }

    fn binds(&self) -> u8 {
        match &self.kind {
            Kind::Choice(..) => 1,
            Kind::Or(..) => 2,
            Kind::And(..) => 3,
            Kind::Binary { operator, .. } => operator.binds(),
            Kind::Not(_) | Kind::Minus(_) => 7,
            Kind::Literal(Value::Number(number)) if number.as_f64().is_some_and(|number| number < 0.0) => 7,
            _ => 8,
        }
    }
}

/// Binds at least so tightly, or stands in brackets.
struct Inside<'a>(&'a Node, u8);

impl fmt::Display for Inside<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.binds() < self.1 { write!(f, "({})", self.0) } else { write!(f, "{}", self.0) }
    }
}

struct Listed<'a>(&'a [Node]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, item) in self.0.iter().enumerate() {
            write!(f, "{}{item}", if at == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::Literal(Value::String(text)) => {
                write!(f, "'{}'", text.replace('\\', "\\\\").replace('\'', "\\'").replace('\n', "\\n"))
            }
            Kind::Literal(value) => write!(f, "{value}"),
            Kind::Name(name) => f.write_str(name),
            Kind::Member { of, name, asked: false } => write!(f, "{}.{name}", Inside(of, 8)),
            Kind::Member { of, name, asked: true } => write!(f, "has({}.{name})", Inside(of, 8)),
            Kind::Entry { of, index } => write!(f, "{}[{index}]", Inside(of, 8)),
            // The parser makes one of two signs in a row.
            Kind::Not(of) => write!(f, "!{}", Inside(of, 8)),
            Kind::Minus(of) => write!(f, "-{}", Inside(of, 8)),
            Kind::And(left, right) => write!(f, "{} && {}", Inside(left, 3), Inside(right, 3)),
            Kind::Or(left, right) => write!(f, "{} || {}", Inside(left, 2), Inside(right, 2)),
            Kind::Choice(condition, yes, no) => {
                write!(f, "{} ? {} : {}", Inside(condition, 2), Inside(yes, 2), Inside(no, 1))
            }
            Kind::Binary { operator, left, right } => {
                let binds = operator.binds();
                write!(f, "{} {} {}", Inside(left, binds), operator.sign(), Inside(right, binds.saturating_add(1)))
            }
            Kind::List(items) => write!(f, "[{}]", Listed(items)),
            Kind::Call { function, target: Some(target), arguments } => {
                write!(f, "{}.{function}({})", Inside(target, 8), Listed(arguments))
            }
            Kind::Call { function, target: None, arguments } => write!(f, "{function}({})", Listed(arguments)),
            Kind::Fold(fold) => {
                let Fold { macro_, range, variable, body, filter } = &**fold;
                write!(f, "{}.{}({variable}, ", Inside(range, 8), macro_.name())?;
                if let Some(filter) = filter {
                    write!(f, "{filter}, ")?;
                }
                write!(f, "{body})")
            }
        }
    }
}
