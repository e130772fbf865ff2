"""The shared cases, through the public Python functions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import consnap

FIXTURES = Path(__file__).parent.parent / "fixtures"

#: Folders whose cases are of no operation at the border; other runners have them.
OTHERS = {"api", "launcher", "session", "simulator", "journal", "wire"}


def suites() -> Iterator[tuple[str, Path, dict[str, Any]]]:
    """Operation, file and content of each file of cases."""
    known = set(consnap.operation_names())
    for path in sorted(FIXTURES.glob("*/*.json")):
        if path.parent.name in known:
            yield path.parent.name, path, json.loads(path.read_text("utf-8"))


def answer(operation: str, given: dict[str, Any]) -> Any:
    """What the public function answers, as JSON."""
    # A bare text is the path of a file to Python; as JSON it is what the case means.
    documents = {name: json.dumps(given[name]).encode() for name in ("job", "facts", "policies") if isinstance(given.get(name), str)}
    try:
        return _typed(operation, {**given, **documents})
    except TypeError:
        # Members that the function does not have: only the generic form can be asked.
        return _caught(lambda: consnap.operation(operation, given))


def _typed(operation: str, given: dict[str, Any]) -> Any:
    if operation == "build":
        return _caught(lambda: consnap.build_command(**given).to_dict())
    if operation == "explain":
        if set(given) - {"lang"} == {"code"}:
            found = _caught(lambda: consnap.explain(**given))
            return found if isinstance(found, dict) else {"explanations": [row.to_dict() for row in found]}
        if set(given) - {"lang"} == {"parameter"}:
            lang = given.get("lang", "en")
            row = _caught(lambda: consnap.explain_parameter(given["parameter"], lang=lang))
            return row if isinstance(row, dict) else {"parameter": row and row.to_dict()}
        if "command" in given and set(given) <= {"command", "platform", "lang"}:
            return _caught(lambda: consnap.explain_command(**given).to_dict())
        if "text" in given and not set(given) & {"code", "parameter", "command"}:
            return _caught(lambda: consnap.explain_text(**given).to_dict())
        raise TypeError
    if operation in ("budget", "catalog", "check", "decode", "export", "plan", "policy_check", "policy_test", "sign"):
        function = getattr(consnap, operation)
        return _caught(lambda: function(**given).to_dict())
    return _caught(lambda: consnap.operation(operation, given))


def _caught(function: Any) -> Any:
    try:
        return function()
    except consnap.ConsnapError as error:
        return {"error": error.to_dict()}


def differences(place: str, expected: Any, got: Any) -> list[str]:
    """The places, as JSON pointers, where two values differ."""
    if isinstance(expected, dict) and isinstance(got, dict):
        keys = [*expected, *(key for key in got if key not in expected)]
        return [
            line for key in keys for line in differences(f"{place}/{key}", expected.get(key, "(none)"), got.get(key, "(none)"))
        ]
    if isinstance(expected, list) and isinstance(got, list) and len(expected) == len(got):
        pairs = enumerate(zip(expected, got))
        return [line for index, (left, right) in pairs for line in differences(f"{place}/{index}", left, right)]
    same = expected == got and isinstance(expected, bool) == isinstance(got, bool)
    return [] if same else [f"{place}: expected {expected!r}, got {got!r}"]
