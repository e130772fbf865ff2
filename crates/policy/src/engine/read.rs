//! What the parser gives, made into our tree.

use serde_json::Value;

use super::{
    CallExpr, ComprehensionExpr, Expr, Expression, IdedExpr, ListExpr, LiteralValue, Patterns, PrattParser, operators,
};
use crate::bounds;
use crate::scan::{Refusal, scan};
use crate::tree::{Fold, Kind, Macro, Node, Operator};

/// Reads an expression.
pub(crate) fn parse(text: &str, patterns: &mut Patterns) -> Result<Node, Unread> {
    scan(text).map_err(Unread::Refused)?;
    let parser = PrattParser::new()
        .max_recursion_depth(u16::try_from(bounds::EXPRESSION_DEPTH).unwrap_or(u16::MAX))
        .max_expression_node_count(bounds::EXPRESSION_BYTES.saturating_mul(2))
        .error_recovery_limit(1)
        .error_reporting_limit(1);
    match parser.parse(text) {
        Ok(expression) => node(expression, patterns),
        Err(errors) => {
            // That the parser gave up stands first, and says nothing of the text.
            let first = errors.errors.iter().find(|error| error.pos.0 > 0).or_else(|| errors.errors.first());
            let detail = first.map_or_else(String::new, |error| {
                let (line, column) = error.pos;
                let words = error.msg.strip_prefix("Syntax error: ").unwrap_or(&error.msg);
                if line > 0 { format!("{line}:{column}: {words}") } else { words.to_owned() }
            });
            Err(Unread::Refused(Refusal::Syntax(detail)))
        }
    }
}

/// Why an expression has no tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unread {
    /// The text is refused.
    Refused(Refusal),
    /// A pattern cannot be compiled.
    Pattern {
        /// The pattern.
        pattern: String,
        /// Why.
        why: String,
    },
}

fn unsupported<T>(what: impl Into<String>) -> Result<T, Unread> {
    Err(Unread::Refused(Refusal::Unsupported(what.into())))
}

fn node(expression: IdedExpr, patterns: &mut Patterns) -> Result<Node, Unread> {
    let IdedExpr { id, expr } = expression;
    let again = |expr| Expression(IdedExpr { id, expr });
    match expr {
        Expr::Literal(literal) => {
            let value = match &literal {
                LiteralValue::Boolean(truth) => Value::Bool(*truth.inner()),
                LiteralValue::Int(number) => Value::from(*number.inner()),
                LiteralValue::Double(number) => Value::from(*number.inner()),
                LiteralValue::String(text) => Value::from(text.inner()),
                LiteralValue::Null => Value::Null,
                LiteralValue::UInt(_) => return unsupported("unsigned numbers"),
                LiteralValue::Bytes(_) => return unsupported("bytes"),
            };
            Ok(Node { expression: again(Expr::Literal(literal)), kind: Kind::Literal(value) })
        }
        Expr::Ident(name) => Ok(Node { expression: again(Expr::Ident(name.clone())), kind: Kind::Name(name) }),
        Expr::Select(mut select) => {
            let of = node(*select.operand, patterns)?;
            select.operand = Box::new(of.expression.0.clone());
            let (name, asked) = (select.field.clone(), select.test);
            Ok(Node { expression: again(Expr::Select(select)), kind: Kind::Member { of: Box::new(of), name, asked } })
        }
        Expr::List(list) => {
            if !list.optional_indices.is_empty() {
                return unsupported("optional entries");
            }
            let items = list.elements.into_iter().map(|item| node(item, patterns)).collect::<Result<Vec<_>, _>>()?;
            let list = ListExpr::new(items.iter().map(|item| item.expression.0.clone()).collect());
            Ok(Node { expression: again(Expr::List(list)), kind: Kind::List(items) })
        }
        Expr::Call(call) => called(id, call, patterns),
        Expr::Comprehension(comprehension) => folded(id, *comprehension, patterns),
        Expr::Map(_) | Expr::Struct(_) => unsupported("`{}`"),
        Expr::Unspecified => Err(Unread::Refused(Refusal::Syntax(String::new()))),
    }
}

fn called(id: u64, call: CallExpr, patterns: &mut Patterns) -> Result<Node, Unread> {
    let CallExpr { func_name, target, args } = call;
    if func_name == "matches" {
        return matching(id, func_name, target, args, patterns);
    }
    let target = target.map(|target| node(*target, patterns)).transpose()?;
    let parts = args.into_iter().map(|part| node(part, patterns)).collect::<Result<Vec<_>, _>>()?;
    let expression = Expression(IdedExpr {
        id,
        expr: Expr::Call(CallExpr {
            func_name: func_name.clone(),
            target: target.as_ref().map(|target| Box::new(target.expression.0.clone())),
            args: parts.iter().map(|part| part.expression.0.clone()).collect(),
        }),
    });
    let kind = kind_of_call(func_name, target, parts)?;
    Ok(Node { expression, kind })
}

fn kind_of_call(function: String, target: Option<Node>, arguments: Vec<Node>) -> Result<Kind, Unread> {
    if target.is_some() || function.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return Ok(Kind::Call { function, target: target.map(Box::new), arguments });
    }
    let arguments = match <[Node; 3]>::try_from(arguments) {
        Ok([condition, yes, no]) if function == operators::CONDITIONAL => {
            return Ok(Kind::Choice(Box::new(condition), Box::new(yes), Box::new(no)));
        }
        Ok(_) => return unsupported(format!("`{function}`")),
        Err(arguments) => arguments,
    };
    let arguments = match <[Node; 1]>::try_from(arguments) {
        Ok([of]) if function == operators::LOGICAL_NOT => return Ok(Kind::Not(Box::new(of))),
        Ok([of]) if function == operators::NEGATE => return Ok(Kind::Minus(Box::new(of))),
        Ok(_) => return unsupported(format!("`{function}`")),
        Err(arguments) => arguments,
    };
    let Ok([left, right]) = <[Node; 2]>::try_from(arguments) else { return unsupported(format!("`{function}`")) };
    let (left, right) = (Box::new(left), Box::new(right));
    let operator = match function.as_str() {
        operators::LOGICAL_AND => return Ok(Kind::And(left, right)),
        operators::LOGICAL_OR => return Ok(Kind::Or(left, right)),
        operators::INDEX => return Ok(Kind::Entry { of: left, index: right }),
        operators::EQUALS => Operator::Equal,
        operators::NOT_EQUALS => Operator::NotEqual,
        operators::LESS => Operator::Less,
        operators::LESS_EQUALS => Operator::LessOrEqual,
        operators::GREATER => Operator::Greater,
        operators::GREATER_EQUALS => Operator::GreaterOrEqual,
        operators::IN => Operator::In,
        operators::ADD => Operator::Plus,
        operators::SUBSTRACT => Operator::Minus,
        operators::MULTIPLY => Operator::Times,
        operators::DIVIDE => Operator::Over,
        operators::MODULO => Operator::Modulo,
        _ => return unsupported("optional values"),
    };
    Ok(Kind::Binary { operator, left, right })
}

/// `text.matches('pattern')`: the pattern is compiled now, and a variable stands for it.
fn matching(
    id: u64,
    function: String,
    target: Option<Box<IdedExpr>>,
    mut args: Vec<IdedExpr>,
    patterns: &mut Patterns,
) -> Result<Node, Unread> {
    let pattern = args.pop();
    let text = target.map(|target| *target).or_else(|| args.pop());
    let (Some(text), Some(pattern), true) = (text, pattern, args.is_empty()) else {
        return unsupported("`matches` without one text and one pattern");
    };
    let text = node(text, patterns)?;
    let Expr::Literal(LiteralValue::String(written)) = &pattern.expr else {
        return unsupported("`matches` with a pattern that is worked out");
    };
    let written = written.inner().to_owned();
    let name = patterns.add(&written).map_err(|why| Unread::Pattern { pattern: written.clone(), why })?;
    let compiled = IdedExpr { id: pattern.id, expr: Expr::Ident(name) };
    let expression = Expression(IdedExpr {
        id,
        expr: Expr::Call(CallExpr {
            func_name: function.clone(),
            target: Some(Box::new(text.expression.0.clone())),
            args: vec![compiled.clone()],
        }),
    });
    let pattern = Node { expression: Expression(compiled), kind: Kind::Literal(Value::String(written)) };
    Ok(Node { expression, kind: Kind::Call { function, target: Some(Box::new(text)), arguments: vec![pattern] } })
}

/// Puts a macro together again from what the parser made of it.
fn folded(id: u64, comprehension: ComprehensionExpr, patterns: &mut Patterns) -> Result<Node, Unread> {
    let unknown = || unsupported("a macro of another kind");
    let mut comprehension = comprehension;
    if comprehension.iter_var2.is_some() {
        return unknown();
    }
    let range = node(std::mem::take(&mut comprehension.iter_range), patterns)?;
    comprehension.iter_range = range.expression.0.clone();
    let Expr::Call(step) = &mut comprehension.loop_step.expr else { return unknown() };
    let variable = comprehension.iter_var.clone();
    let (macro_, body, filter) =
        match (&comprehension.accu_init.expr, step.func_name.as_str(), step.args.as_mut_slice()) {
            (Expr::Literal(LiteralValue::Boolean(_)), operators::LOGICAL_AND, [_, asked]) => {
                (Macro::All, replaced(asked, patterns)?, None)
            }
            (Expr::Literal(LiteralValue::Boolean(_)), operators::LOGICAL_OR, [_, asked]) => {
                (Macro::Exists, replaced(asked, patterns)?, None)
            }
            (Expr::Literal(LiteralValue::Int(_)), operators::CONDITIONAL, [asked, _, _]) => {
                (Macro::ExistsOne, replaced(asked, patterns)?, None)
            }
            (Expr::List(_), operators::ADD, [_, made]) => (Macro::Map, made_entry(made, patterns)?, None),
            (Expr::List(_), operators::CONDITIONAL, [asked, step, _]) => {
                let asked = replaced(asked, patterns)?;
                let Expr::Call(step) = &mut step.expr else { return unknown() };
                let [_, made] = step.args.as_mut_slice() else { return unknown() };
                let made = made_entry(made, patterns)?;
                match &made.kind {
                    Kind::Name(name) if *name == variable => (Macro::Filter, asked, None),
                    _ => (Macro::Map, made, Some(asked)),
                }
            }
            _ => return unknown(),
        };
    let expression = Expression(IdedExpr { id, expr: Expr::Comprehension(Box::new(comprehension)) });
    Ok(Node { expression, kind: Kind::Fold(Box::new(Fold { macro_, range, variable, body, filter })) })
}

/// Reads a part where it stands, and puts back what the evaluator is to take.
fn replaced(part: &mut IdedExpr, patterns: &mut Patterns) -> Result<Node, Unread> {
    let read = node(std::mem::take(part), patterns)?;
    *part = read.expression.0.clone();
    Ok(read)
}

/// The entry in `[entry]`.
fn made_entry(list: &mut IdedExpr, patterns: &mut Patterns) -> Result<Node, Unread> {
    match &mut list.expr {
        Expr::List(list) => match list.elements.as_mut_slice() {
            [entry] => replaced(entry, patterns),
            _ => unsupported("a macro of another kind"),
        },
        _ => unsupported("a macro of another kind"),
    }
}
