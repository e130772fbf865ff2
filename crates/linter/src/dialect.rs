//! What bash has and `sh` has not.

use shuck_ast::{BourneParameterExpansion, ParameterExpansionSyntax, ParameterOp, WordPart};

use crate::facts::Arg;

/// A part of a word that only bash knows.
pub(crate) fn of_part(part: &WordPart) -> Option<&'static str> {
    match part {
        WordPart::SingleQuoted { dollar: true, .. } => Some("$'…'"),
        WordPart::ProcessSubstitution { .. } => Some("<(…)"),
        WordPart::ArrayAccess(_)
        | WordPart::ArrayLength(_)
        | WordPart::ArrayIndices(_)
        | WordPart::ArraySlice { .. } => Some("${name[…]}"),
        WordPart::Substring { .. } => Some("${name:offset}"),
        WordPart::IndirectExpansion { .. } | WordPart::PrefixMatch { .. } => Some("${!name}"),
        WordPart::ParameterExpansion { operator, .. } => of_operator(operator),
        WordPart::Parameter(expansion) => match &expansion.syntax {
            ParameterExpansionSyntax::Bourne(BourneParameterExpansion::Slice { .. }) => Some("${name:offset}"),
            ParameterExpansionSyntax::Bourne(
                BourneParameterExpansion::Indirect { .. }
                | BourneParameterExpansion::PrefixMatch { .. }
                | BourneParameterExpansion::Indices { .. },
            ) => Some("${!name}"),
            ParameterExpansionSyntax::Bourne(BourneParameterExpansion::Operation { operator, .. }) => {
                of_operator(operator)
            }
            ParameterExpansionSyntax::Bourne(BourneParameterExpansion::Access { reference })
                if reference.subscript.is_some() =>
            {
                Some("${name[…]}")
            }
            _ => None,
        },
        _ => None,
    }
}

fn of_operator(operator: &ParameterOp) -> Option<&'static str> {
    match operator {
        ParameterOp::ReplaceFirst { .. } | ParameterOp::ReplaceAll { .. } => Some("${name/…/…}"),
        ParameterOp::UpperFirst | ParameterOp::UpperAll | ParameterOp::LowerFirst | ParameterOp::LowerAll => {
            Some("${name^^}")
        }
        _ => None,
    }
}

/// A command that only bash knows, or knows in this form.
pub(crate) fn of_call(name: &str, args: &[Arg]) -> Option<String> {
    match name {
        "source" | "let" | "shopt" | "mapfile" | "readarray" | "pushd" | "popd" => Some(name.to_owned()),
        "[" | "test" if args.iter().any(|arg| arg.raw == "==") => Some("==".to_owned()),
        "read" => args
            .iter()
            .map(Arg::only)
            .find(|word| matches!(*word, "-a" | "-t" | "-p" | "-n"))
            .map(|word| format!("read {word}")),
        "echo" if args.first().is_some_and(|arg| arg.only() == "-e") => Some("echo -e".to_owned()),
        _ => None,
    }
}
