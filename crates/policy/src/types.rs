//! The variables an expression sees, with their types: those of the job document, of the facts of an instance and of the
//! plan, taken from the shapes their readers go by, so that none is forgotten.

use consnap_core::input::document::{Key, Shape, optional};
use consnap_core::input::{facts, job};

/// The type of a part of an expression.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Type {
    /// Known only when it is worked out.
    Any,
    Null,
    Truth,
    Whole,
    Number,
    Text,
    /// A text that is one of a few words; the words' place.
    Choice(&'static [&'static str]),
    List(Box<Type>),
    /// Any keys, each with a value of one type.
    Mapping(Box<Type>),
    /// Known keys.
    Object(Keys),
}

/// The known keys of an object.
#[derive(Copy, Clone)]
pub(super) struct Keys(pub(super) &'static [Key]);

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.iter().map(|key| key.name)).finish()
    }
}

impl PartialEq for Keys {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}

impl Type {
    fn of(shape: &'static Shape) -> Self {
        match shape {
            Shape::Text | Shape::Time => Self::Text,
            Shape::Choice(words) => Self::Choice(words),
            Shape::Whole(..) => Self::Whole,
            Shape::Number(..) => Self::Number,
            Shape::Truth => Self::Truth,
            Shape::AutoOrSeconds | Shape::CountOrPercent | Shape::Document => Self::Any,
            Shape::List(inner) => Self::List(Box::new(Self::of(inner))),
            Shape::TextMap => Self::Mapping(Box::new(Self::Text)),
            Shape::Map(inner) => Self::Mapping(Box::new(Self::of(inner))),
            Shape::Object(keys) => Self::Object(Keys(keys)),
        }
    }

    /// Its name, as findings and the reference give it; types, like keys, are not translated.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Any => "any".to_owned(),
            Self::Null => "null".to_owned(),
            Self::Truth => "bool".to_owned(),
            Self::Whole => "int".to_owned(),
            Self::Number => "double".to_owned(),
            Self::Text | Self::Choice(_) => "string".to_owned(),
            Self::List(inner) => format!("list({})", inner.name()),
            Self::Mapping(inner) => format!("map(string, {})", inner.name()),
            Self::Object(_) => "object".to_owned(),
        }
    }

    pub(super) fn is_text(&self) -> bool {
        matches!(self, Self::Text | Self::Choice(_) | Self::Any)
    }

    pub(super) fn is_number(&self) -> bool {
        matches!(self, Self::Whole | Self::Number | Self::Any)
    }

    pub(super) fn is_truth(&self) -> bool {
        matches!(self, Self::Truth | Self::Any)
    }

    /// Whether values of both can be equal.
    pub(super) fn equals(&self, other: &Self) -> bool {
        let simple = |of: &Self| !matches!(of, Self::List(_) | Self::Mapping(_) | Self::Object(_));
        simple(self)
            && simple(other)
            && ((self.is_text() && other.is_text())
                || (self.is_number() && other.is_number())
                || (self.is_truth() && other.is_truth())
                || matches!(self, Self::Null | Self::Any)
                || matches!(other, Self::Null | Self::Any))
    }

    /// Whether one value can be before the other.
    pub(super) fn orders(&self, other: &Self) -> bool {
        (self.is_text() && other.is_text()) || (self.is_number() && other.is_number())
    }
}

/// A variable of expressions.
#[derive(Debug)]
pub(super) struct Variable {
    pub(super) name: &'static str,
    pub(super) keys: &'static [Key],
    pub(super) about: &'static str,
}

impl Variable {
    pub(super) fn ty(&self) -> Type {
        Type::Object(Keys(self.keys))
    }
}

/// The variables.
pub(super) static VARIABLES: &[Variable] = &[
    Variable {
        name: "job",
        keys: job::KEYS,
        about: "the job document, with the defaults of consnap and of the plug-ins filled in",
    },
    Variable {
        name: "instance",
        keys: facts::KEYS,
        about: "the facts of one instance; what is not known is not there",
    },
    Variable { name: "plan", keys: PLAN, about: "what a run of the job would do" },
];

/// The members of the plan.
pub(super) static PLAN: &[Key] = &[
    optional("group_name", Shape::Text),
    optional("account_id", Shape::Text),
    optional("instances", COUNT),
    optional("eligible", COUNT),
    optional("set_aside", COUNT),
    optional("regions", Shape::List(&Shape::Text)),
    optional("longest_timeout_seconds", COUNT),
    optional("roles_to_attach", COUNT),
    optional("instance", Shape::Object(PLANNED)),
];

/// What the members of the plan are, by their path; the others are described where they are read.
pub static PLAN_MEMBERS: &[(&str, &str)] = &[
    ("group_name", "Name of the groups, with the run id of the plan"),
    ("account_id", "The account the credentials belong to; not known where the plan is made of facts at hand"),
    ("instances", "Instances the job selects"),
    ("eligible", "Instances that would be started"),
    ("set_aside", "Instances that would not"),
    ("regions", "Regions of the instances that would be started"),
    ("longest_timeout_seconds", "The greatest time-out of a command, in seconds"),
    ("roles_to_attach", "Instances to which the role would be attached first"),
    ("instance", "What the plan says of the instance at hand"),
    ("instance.starts", "Whether it would be started"),
    ("instance.platform", "Its platform"),
    ("instance.predicted_consistency", "The level the command is expected to reach"),
    ("instance.expected_disks", "Ids of the disks that must be in its group"),
    ("instance.timeout_seconds", "The time-out of its command, in seconds"),
    ("instance.command", "Its command line"),
    ("instance.findings", "Codes of the findings about it"),
];

/// The members of the plan for one instance.
static PLANNED: &[Key] = &[
    optional("starts", Shape::Truth),
    optional("platform", Shape::Choice(&["linux", "windows"])),
    optional("predicted_consistency", Shape::Choice(LEVELS)),
    optional("expected_disks", Shape::List(&Shape::Text)),
    optional("timeout_seconds", COUNT),
    optional("command", Shape::Text),
    optional("findings", Shape::List(&Shape::Text)),
];

const LEVELS: &[&str] = &["unknown", "none", "crash", "file_system", "application"];
const COUNT: Shape = Shape::Whole(0, u32::MAX as i64);

/// The member of a type.
pub(super) fn member(of: &Type, name: &str) -> Option<Type> {
    match of {
        Type::Any => Some(Type::Any),
        Type::Mapping(inner) => Some((**inner).clone()),
        Type::Object(keys) => keys.0.iter().find(|key| key.name == name).map(|key| Type::of(&key.shape)),
        _ => None,
    }
}

/// A member of a variable, for the reference.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Member {
    /// Its path, `instance.disks[].size_gib`.
    pub path: String,
    /// Its type.
    pub r#type: String,
    /// The words it can have, where there are only a few.
    pub values: Vec<&'static str>,
    /// What it is, for the variables themselves.
    pub about: &'static str,
}

/// All variables and their members, in the order of their documents.
pub fn reference() -> Vec<Member> {
    let mut members = Vec::new();
    for variable in VARIABLES {
        let ty = variable.ty();
        members.push(Member {
            path: variable.name.to_owned(),
            r#type: ty.name(),
            values: Vec::new(),
            about: variable.about,
        });
        list_members(variable.name, &ty, &mut members);
    }
    members
}

fn list_members(path: &str, ty: &Type, members: &mut Vec<Member>) {
    match ty {
        Type::Object(keys) => {
            for key in keys.0 {
                let inner = Type::of(&key.shape);
                let values = if let Type::Choice(words) = inner { words.to_vec() } else { Vec::new() };
                let path = format!("{path}.{}", key.name);
                members.push(Member { path: path.clone(), r#type: inner.name(), values, about: "" });
                list_members(&path, &inner, members);
            }
        }
        Type::List(inner) => list_members(&format!("{path}[]"), inner, members),
        Type::Mapping(inner) => list_members(&format!("{path}[...]"), inner, members),
        _ => {}
    }
}

/// A function or macro, for the reference.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Function {
    /// How it is written.
    pub form: &'static str,
    /// What it gives.
    pub gives: &'static str,
    /// What it is for.
    pub about: &'static str,
}

/// The names of the functions, as [`FUNCTIONS`] has them.
pub(super) const FUNCTION_NAMES: &[&str] =
    &["size", "startsWith", "endsWith", "contains", "matches", "int", "double", "string"];

/// The functions and macros of expressions.
pub static FUNCTIONS: &[Function] = &[
    Function {
        form: "has(a.b)",
        gives: "bool",
        about: "whether `b` is known; an unknown member in a comparison cannot be judged",
    },
    Function {
        form: "list.all(x, condition)",
        gives: "bool",
        about: "whether the condition holds for each entry; of a mapping, for each key",
    },
    Function { form: "list.exists(x, condition)", gives: "bool", about: "whether it holds for at least one" },
    Function { form: "list.exists_one(x, condition)", gives: "bool", about: "whether it holds for exactly one" },
    Function { form: "list.filter(x, condition)", gives: "list", about: "the entries for which it holds" },
    Function {
        form: "list.map(x, value)",
        gives: "list",
        about: "a value for each entry; `map(x, condition, value)` for some of them",
    },
    Function {
        form: "size(x)",
        gives: "int",
        about: "characters of a text, entries of a list, keys of a mapping; also `x.size()`",
    },
    Function { form: "text.startsWith(text)", gives: "bool", about: "whether a text begins so" },
    Function { form: "text.endsWith(text)", gives: "bool", about: "whether a text ends so" },
    Function { form: "text.contains(text)", gives: "bool", about: "whether a text holds another" },
    Function {
        form: "text.matches('pattern')",
        gives: "bool",
        about: "whether the pattern, written out, is found anywhere; ASCII classes only, so `^` and `$` for the whole text",
    },
    Function { form: "int(x)", gives: "int", about: "a whole number from a text or another number" },
    Function { form: "double(x)", gives: "double", about: "a number from a text or a whole number" },
    Function { form: "string(x)", gives: "string", about: "a number or a truth as text" },
];
