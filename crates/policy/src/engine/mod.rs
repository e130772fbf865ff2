//! The one module that knows the CEL crate, and the one file that names it: its parser gives our tree, its evaluator gives a
//! value.
//!
//! Values are borrowed from JSON. Whole numbers become CEL's `int`; mappings keep the order of their keys, which the
//! crate's own do not; going over a list counts steps, so that a bound holds whatever an expression does.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use cel::common::ast::{CallExpr, ComprehensionExpr, Expr, IdedExpr, ListExpr, LiteralValue, operators};
use cel::common::traits::{Container, Indexer, Iterable, Iterator as Entered, Sizer};
use cel::common::types::{
    CelBool, CelDouble, CelInt, CelList, CelNull, CelString, CelUInt, LIST_TYPE, MAP_TYPE, STRING_TYPE, Type,
};
use cel::common::value::{CowVal, StaticVal, Val};
use cel::parser::PrattParser;
use cel::{Context, Env, ExecutionError, Value as CelValue};
use regex::bytes::{Regex, RegexBuilder};
use serde_json::Value;

use super::bounds;

mod read;
mod values;

pub(super) use read::{Unread, parse};

/// What the evaluator takes.
#[derive(Clone, Debug)]
pub(super) struct Expression(IdedExpr);

/// Patterns of `matches`, compiled once. A variable of a name that no expression can write stands for each.
#[derive(Clone, Debug, Default)]
pub(super) struct Patterns(BTreeMap<String, Arc<Regex>>);

impl Patterns {
    /// Compiles a pattern.
    fn add(&mut self, pattern: &str) -> Result<String, String> {
        if pattern.len() > bounds::PATTERN_BYTES {
            return Err(format!("{} > {}", pattern.len(), bounds::PATTERN_BYTES));
        }
        let regex = RegexBuilder::new(pattern).unicode(false).size_limit(bounds::PATTERN_SIZE).build();
        let regex = regex.map_err(|error| error.to_string().lines().last().unwrap_or_default().to_owned())?;
        let name = format!("@pattern {pattern}");
        self.0.insert(name.clone(), Arc::new(regex));
        Ok(name)
    }
}

/// The functions that expressions may call. Made once.
#[derive(Clone)]
pub(super) struct Engine(Arc<Env>);

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Engine(..)")
    }
}

impl Engine {
    /// The standard functions, with `matches` on our own engine for patterns.
    pub(super) fn new() -> Self {
        let mut env = Env::default().with_optional_support(false).with_stdlib();
        // It cannot be declared already: no other function takes a pattern.
        let _ = env.add_member_overload(
            "matches",
            "consnap_matches",
            STRING_TYPE,
            vec![PATTERN_TYPE.to_owned()],
            |arguments| {
                let [text, pattern] = arguments.as_slice() else {
                    return Err(ExecutionError::missing_argument_or_target());
                };
                match (text.downcast_ref::<CelString<'_>>(), pattern.downcast_ref::<Pattern>()) {
                    (Some(text), Some(pattern)) => {
                        Ok(CowVal::owned(CelBool::from(pattern.0.is_match(text.inner().as_bytes()))))
                    }
                    _ => Err(ExecutionError::missing_argument_or_target()),
                }
            },
        );
        Self(Arc::new(env))
    }
}

/// The variables an expression sees.
pub(super) struct Scope<'p, 'v>(Context<'p, 'v>);

impl<'v> Scope<'_, 'v> {
    /// A scope with the patterns of all expressions.
    pub(super) fn new(engine: &Engine, patterns: &Patterns) -> Self {
        let mut context = Context::with_env(Arc::clone(&engine.0));
        for (name, regex) in &patterns.0 {
            context.add_variable_as_val(name.clone(), Box::new(Pattern(Arc::clone(regex))));
        }
        Self(context)
    }

    /// A scope inside, for variables of its own.
    pub(super) fn inner(&self) -> Scope<'_, 'v> {
        Scope(self.0.new_inner_scope())
    }

    /// Sets a variable.
    pub(super) fn set(&mut self, name: &str, value: &'v Value, steps: &'v Steps) {
        if let Some(value) = values::borrowed(value, steps) {
            self.0.add_variable_as_val(name, value);
        }
    }

    /// Works an expression out to true or false; `None` when it is neither.
    pub(super) fn truth(&self, expression: &Expression, steps: &Steps) -> Result<Option<bool>, EvalError> {
        self.resolve(expression, steps, |value| value.downcast_ref::<CelBool>().map(|truth| *truth.inner()))
    }

    /// Works an expression out to a value that can be shown.
    pub(super) fn evaluate(&self, expression: &Expression, steps: &Steps) -> Result<Value, EvalError> {
        self.resolve(expression, steps, |value| values::shown(value, 0))
    }

    fn resolve<T>(
        &self,
        expression: &Expression,
        steps: &Steps,
        read: impl FnOnce(&dyn Val) -> T,
    ) -> Result<T, EvalError> {
        let found = CelValue::resolve_val(&expression.0, &self.0);
        if steps.is_used_up() {
            return Err(EvalError::TooMuch);
        }
        found.map(|value| read(value.as_ref())).map_err(|error| match error {
            ExecutionError::NoSuchKey(name) | ExecutionError::UndeclaredReference(name) => {
                EvalError::Missing(name.as_str().to_owned())
            }
            ExecutionError::IndexOutOfBounds(_) => EvalError::Missing(String::new()),
            // The others show whole values.
            ExecutionError::DivisionByZero(_) | ExecutionError::RemainderByZero(_) => {
                EvalError::NotComputable("division by zero".to_owned())
            }
            ExecutionError::Overflow(..) => EvalError::NotComputable("overflow".to_owned()),
            ExecutionError::FunctionError { function, .. } => EvalError::NotComputable(function),
            ExecutionError::NoSuchOverload(overload) => EvalError::NotComputable(overload.to_string()),
            _ => EvalError::NotComputable("types".to_owned()),
        })
    }

    /// The entries a macro would go over, each in a scope of its own, until the closure has seen enough.
    pub(super) fn each_entry(
        &self,
        range: &Expression,
        variable: &str,
        mut visit: impl FnMut(usize, &Scope<'_, 'v>) -> bool,
    ) {
        let Ok(range) = CelValue::resolve_val(&range.0, &self.0) else { return };
        let Some(entries) = range.as_iterable() else { return };
        let mut entries = entries.iter();
        let mut at = 0usize;
        while let Some(entry) = entries.next() {
            let mut scope = self.inner();
            scope.0.add_variable_as_val(variable, entry.clone_as_boxed());
            if !visit(at, &scope) {
                return;
            }
            at = at.saturating_add(1);
        }
    }
}

/// Why an expression has no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum EvalError {
    /// A member or an entry is not there; its name where there is one.
    Missing(String),
    /// The value cannot be worked out.
    NotComputable(String),
    /// The bound on work was reached.
    TooMuch,
}

/// How many list entries may still be looked at.
#[derive(Debug, Default)]
pub(super) struct Steps {
    left: AtomicU64,
    used_up: AtomicU64,
}

impl Steps {
    /// Allows so many entries from here on.
    pub(super) fn allow(&self, entries: u64) {
        self.left.store(entries, Ordering::Relaxed);
        self.used_up.store(0, Ordering::Relaxed);
    }

    /// Entries that are left.
    pub(super) fn left(&self) -> u64 {
        self.left.load(Ordering::Relaxed)
    }

    pub(super) fn is_used_up(&self) -> bool {
        self.used_up.load(Ordering::Relaxed) != 0
    }

    pub(super) fn take(&self, entries: u64) -> bool {
        let left = self.left();
        self.left.store(left.saturating_sub(entries), Ordering::Relaxed);
        if left < entries {
            self.used_up.store(1, Ordering::Relaxed);
        }
        left >= entries
    }
}

static PATTERN_TYPE: std::sync::LazyLock<Type> = std::sync::LazyLock::new(|| Type::new_opaque_type("pattern"));

/// A compiled pattern.
#[derive(Debug)]
struct Pattern(Arc<Regex>);

impl Val for Pattern {
    fn get_type(&self) -> &Type {
        &PATTERN_TYPE
    }

    fn cel_type() -> &'static Type {
        &PATTERN_TYPE
    }

    fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v>
    where
        Self: 'v,
    {
        Box::new(Self(Arc::clone(&self.0)))
    }

    fn as_any(&self) -> Option<&dyn std::any::Any> {
        Some(self)
    }
}

impl StaticVal for Pattern {}
