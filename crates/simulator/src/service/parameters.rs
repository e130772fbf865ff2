//! The parameters a call has that its operation does not. The service takes them without a word (docs/sources/sdk.md
//! 2.2, 4); the log of
//! calls names them.

use consnap_core::ecs::api::Operation;
use consnap_core::ecs::api::parameters::{self, EVERYWHERE, Form, Parameter};

use super::request::Parameters;

/// The parameters of a call that its operation does not have.
pub(crate) fn unknown(operation: Operation, parameters: &Parameters) -> Vec<String> {
    let rows = parameters::of(operation);
    let is_known = |name: &str| EVERYWHERE.contains(&name) || rows.iter().any(|row| is_its(row, name));
    parameters.0.iter().map(|(name, _)| name).filter(|name| !is_known(name)).cloned().collect()
}

/// Whether a name on the wire is that of a parameter: `RegionId`, `InstanceId.3`, `Tag.3.Key`.
fn is_its(row: &Parameter, name: &str) -> bool {
    let Some(rest) = name.strip_prefix(row.name) else { return false };
    let mut parts = rest.split('.');
    let is_number = |part: Option<&str>| {
        part.is_some_and(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let (before, number, member, after) = (parts.next(), parts.next(), parts.next(), parts.next());
    match row.form {
        Form::Text | Form::Integer | Form::Boolean | Form::JsonList | Form::JsonObject => rest.is_empty(),
        Form::List => before == Some("") && is_number(number) && member.is_none(),
        Form::Pairs => {
            before == Some("")
                && is_number(number)
                && matches!(member, Some("Key" | "Value" | "key" | "value"))
                && after.is_none()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_what_an_operation_does_not_have() {
        let parameters = Parameters(
            ["RegionId", "InstanceId.12", "Tag.1.Key", "InstanceIds", "Tag.1.Colour", "OwnerId"]
                .map(|name| (name.to_owned(), "x".to_owned()))
                .to_vec(),
        );
        assert_eq!(unknown(Operation::RunCommand, &parameters), ["InstanceIds", "Tag.1.Colour"]);
    }
}
