//! A method for each operation of the service, for both clients, with its parameters typed and described.

use std::fmt::Write as _;

use consnap_core::ecs::api::Operation;
use consnap_core::ecs::api::parameters::{self, Form, Parameter};

use super::{FOLDER, MARK, code, docstring};

/// What each operation does. Those that hand out credentials have no method: the client asks for them by itself.
const OPERATIONS: &[(Operation, &str)] = &[
    (Operation::RunCommand, "Runs a command on instances. It writes; better let `run` do it."),
    (Operation::DescribeInvocations, "Lists invocations of commands."),
    (Operation::DescribeInvocationResults, "Lists results of invocations, one an instance."),
    (Operation::StopInvocation, "Stops an invocation where it has not begun. It writes."),
    (Operation::SendFile, "Puts a file on instances. It writes."),
    (Operation::DescribeSendFileResults, "Lists files that were sent, with what came of them."),
    (
        Operation::DeleteSnapshotGroup,
        "Deletes a snapshot-consistent group; its snapshots are gone for good. It writes.",
    ),
    (Operation::AttachInstanceRamRole, "Attaches a RAM role to instances. It writes."),
    (Operation::DescribeInstanceRamRole, "Tells which RAM role is attached to instances."),
    (Operation::DescribeInstances, "Lists instances."),
    (Operation::DescribeDisks, "Lists disks."),
    (Operation::DescribeCloudAssistantStatus, "Tells whether Cloud Assistant is online on instances, and its version."),
    (Operation::DescribeSnapshotGroups, "Lists snapshot-consistent groups with their snapshots."),
    (Operation::DescribeSnapshots, "Lists snapshots."),
    (Operation::TagResources, "Puts tags on resources. It writes."),
    (Operation::DescribeRegions, "Lists regions."),
    (Operation::GetCallerIdentity, "Tells whose credentials these are (STS)."),
];

pub(super) fn files() -> Vec<(String, String)> {
    vec![(format!("{FOLDER}/_parameters.py"), typed()), (format!("{FOLDER}/_operations.py"), methods())]
}

/// The parameters of each operation as types.
fn typed() -> String {
    let mut text = format!(
        "{MARK}\"\"\"The parameters of each operation, for type checkers; nothing loads it at run time.\"\"\"\n\n\
         from __future__ import annotations\n\nfrom collections.abc import KeysView, Mapping, ValuesView\n\
         from typing import TypedDict, Union\n\n\
         #: Several texts. A single text is none of these: it would be taken apart into its letters.\n\
         Texts = Union[\"list[str]\", \"tuple[str, ...]\", \"set[str]\", \"frozenset[str]\", \"KeysView[str]\", \"ValuesView[str]\"]\n\n\
         #: Keys with values: ``{{\"key\": \"value\"}}``, or ``[{{\"Key\": \"key\", \"Value\": \"value\"}}]``.\n\
         Pairs = Union[\"Mapping[str, str]\", \"list[dict[str, str]]\", \"tuple[dict[str, str], ...]\"]\n\n\n\
         class Everywhere(TypedDict, total=False):\n    \"\"\"What every operation takes.\"\"\"\n\n    \
         RegionId: str | None\n    \"\"\"The region the call goes to, as the official SDK has it; ``region`` is the same.\"\"\"\n"
    );
    for (operation, _) in OPERATIONS {
        let (needed, optional): (Vec<&Parameter>, Vec<&Parameter>) = own(*operation).partition(|row| row.required);
        let name = operation.name();
        let mut base = "Everywhere".to_owned();
        if !needed.is_empty() {
            write!(text, "\n\nclass {name}Needs(TypedDict):\n").expect("text");
            text.push_str(&docstring(&format!("What `{name}` needs."), 4));
            for row in needed {
                write!(text, "\n    {}: {}\n{}", row.name, annotation(row), docstring(row.about, 4)).expect("text");
            }
            base = format!("{name}Needs, Everywhere");
        }
        write!(text, "\n\nclass {name}({base}, total=False):\n").expect("text");
        text.push_str(&docstring(&format!("The parameters of `{name}`."), 4));
        for row in optional {
            write!(text, "\n    {}: {} | None\n{}", row.name, annotation(row), docstring(row.about, 4)).expect("text");
        }
    }
    text
}

/// The methods of both clients.
fn methods() -> String {
    let mut text = format!(
        "{MARK}\"\"\"The operations of the service in use, as plain methods of :class:`~consnap.Client` and \
         :class:`~consnap.AsyncClient`.\"\"\"\n\nfrom __future__ import annotations\n\nTYPE_CHECKING = False\nif TYPE_CHECKING:\n    \
         from typing import Any\n\n    from typing_extensions import Unpack\n\n    from . import _parameters\n"
    );
    for (class, define, call) in
        [("Operations", "def", "self.call"), ("AsyncOperations", "async def", "await self.call")]
    {
        write!(
            text,
            "\n\nclass {class}:\n    \"\"\"One method an operation. Each is sent once and never repeated.\"\"\"\n\n    \
             {define} call(self, operation: str, region: str | None = None, **parameters: Any) -> dict[str, Any]:\n        \
             \"\"\"Sends one call by the name of the operation.\"\"\"\n        raise NotImplementedError\n"
        )
        .expect("text");
        for (operation, about) in OPERATIONS {
            let name = operation.name();
            write!(
                text,
                "\n    {define} {}(\n        self, region: str | None = None, **parameters: Unpack[_parameters.{name}]\n    ) \
                 -> dict[str, Any]:\n{}        return {call}(\"{name}\", region, **parameters)\n",
                snake(name),
                described(*operation, about)
            )
            .expect("text");
        }
    }
    text
}

/// A method's documentation, with what each parameter is for.
fn described(operation: Operation, about: &str) -> String {
    let first = format!("`{}`: {}{}", operation.name(), about[..1].to_lowercase(), &about[1..]);
    let mut text = docstring(&first, 8);
    text.truncate(text.len() - "\"\"\"\n".len());
    text.push_str("\n\n        Args:\n            region: where the call goes; the client's region when not given.\n");
    for row in own(operation) {
        let needed = if row.required { " Needed." } else { "" };
        let line = format!("{}: {}{needed}", row.name, code(row.about));
        let mut width = 0;
        let mut lines = vec![String::new()];
        for word in line.split_whitespace() {
            if width + word.chars().count() + 1 > 104 {
                lines.push(String::from("    "));
                width = 4;
            }
            let last = lines.last_mut().expect("a line");
            if !last.trim().is_empty() {
                last.push(' ');
            }
            last.push_str(word);
            width += word.chars().count() + 1;
        }
        for line in lines {
            writeln!(text, "            {line}").expect("text");
        }
    }
    text + "        \"\"\"\n"
}

/// Its parameters without the region, which each method has.
fn own(operation: Operation) -> impl Iterator<Item = &'static Parameter> {
    parameters::of(operation).iter().filter(|row| row.name != "RegionId")
}

fn annotation(row: &Parameter) -> &'static str {
    match row.form {
        Form::Text => "str",
        Form::Integer => "int",
        Form::Boolean => "bool",
        Form::List => "Texts",
        Form::Pairs => "Pairs",
        Form::JsonList => "Texts | str",
        Form::JsonObject => "Mapping[str, str] | str",
    }
}

/// `DescribeDisks` as `describe_disks`.
fn snake(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !text.is_empty() {
            text.push('_');
        }
        text.push(letter.to_ascii_lowercase());
    }
    text
}
