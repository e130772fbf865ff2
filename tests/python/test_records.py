"""Data classes: JSON in and out without loss, and the same members as the engine's types."""

from __future__ import annotations

import dataclasses
import pickle
from typing import Any

import pytest

import consnap
from consnap import _record, errors, facts, job, results

#: Where the schema of each class is: operation, input or output, name of the definition (None: the root).
SCHEMAS: dict[type, tuple[str, str, str | None]] = {
    results.Finding: ("check", "output", "RenderedFinding"),
    results.CheckedInstance: ("check", "output", "CheckedInstance"),
    results.CheckResult: ("check", "output", None),
    results.Command: ("build", "output", None),
    results.Outcome: ("decode", "output", "RenderedOutcome"),
    results.DecodeResult: ("decode", "output", None),
    results.Signature: ("sign", "output", None),
    results.Catalog: ("catalog", "output", None),
    results.CodeExplanation: ("explain", "output", "RenderedExplanation"),
    results.ParameterExplanation: ("explain", "output", "ParameterExplanation"),
    results.ReadParameter: ("explain", "output", "ReadParameter"),
}


def members_of(schema: dict[str, Any], definition: str | None) -> tuple[set[str], set[str]]:
    """All members and those that are always there; flattened parts included."""
    definitions = schema.get("$defs", {})
    part = schema if definition is None else definitions[definition]
    names, required = set(part.get("properties", {})), set(part.get("required", []))
    for flattened in part.get("allOf", []):
        more = members_of({**flattened, "$defs": definitions}, None)
        names, required = names | more[0], required | more[1]
    for alternative in part.get("anyOf", []):
        if "$ref" in alternative:
            names |= members_of(schema, alternative["$ref"].rsplit("/", 1)[1])[0]
    if "$ref" in part:
        more = members_of(schema, part["$ref"].rsplit("/", 1)[1])
        names, required = names | more[0], required | more[1]
    return names, required


@pytest.mark.parametrize("cls", SCHEMAS, ids=lambda cls: cls.__name__)
def test_members_are_those_of_the_engine(cls: type) -> None:
    operation, side, definition = SCHEMAS[cls]
    schema = consnap.schema(operation)
    assert schema is not None
    names, required = members_of(schema[side], definition)
    mine = {field.name for field in dataclasses.fields(cls)}
    always = {name for name, default in _record._defaults(cls).items() if default is _record._ALWAYS}
    assert mine == names
    assert always == required


def test_every_record_has_documented_members() -> None:
    for module in (job, facts, results):
        for name in module.__all__:
            cls = getattr(module, name)
            assert cls.__doc__ and dataclasses.is_dataclass(cls), name


def test_lists_of_records_convert_both_ways() -> None:
    written = {
        "instance_ram_role": "r",
        "group_name": "g",
        "targets": {"ids": ["i-a"], "exclude": {"tags": {"a": "b"}}},
        "version": 1,
        "exclude_disks": [{"instance": "i-a", "disk": "d-a"}],
        "required_consistency": "file_system",
        "linux": {"script_timeout_seconds": 5},
    }
    read = consnap.Job.from_dict(written)
    assert read.to_dict() == written
    assert read.exclude_disks == (consnap.ExcludedDisk(instance="i-a", disk="d-a"),)
    assert read.required_consistency is consnap.RequiredConsistency.FILE_SYSTEM
    assert consnap.Job(instance_ram_role="r", group_name="g", exclude_disks=[]).to_dict()["exclude_disks"] == []
    assert repr(consnap.Job(instance_ram_role="r", group_name="g")) == "Job(instance_ram_role='r', group_name='g')"


def test_what_is_not_known_is_kept_for_the_engine_to_judge() -> None:
    written = {"instance_ram_role": "r", "group_name": "g", "version": 1, "linux": "fast", "no_such_key": [1]}
    written["required_consistency"] = "best"
    assert consnap.Job.from_dict(written).to_dict() == written


def test_a_missing_member_is_named() -> None:
    with pytest.raises(consnap.ConfigError, match="`group_name`"):
        consnap.Job.from_dict({"instance_ram_role": "r"})


def test_results_and_errors_pickle() -> None:
    outcome = consnap.decode(exit_code=12, invocation_status="Failed").outcomes[0]
    assert pickle.loads(pickle.dumps(outcome)) == outcome
    with pytest.raises(consnap.ConfigError) as caught:
        consnap.decode()
    again = pickle.loads(pickle.dumps(caught.value))
    assert type(again) is consnap.ConfigError
    assert (again.message, again.help, again.code) == (caught.value.message, caught.value.help, "CE102")


def test_kinds_of_errors_have_their_class() -> None:
    for kind, cls in errors._KINDS.items():
        error = errors.from_dict({"kind": kind, "message": "m", "help": "h", "code": "CE1", "sent": "maybe"})
        assert type(error) is cls and isinstance(error, consnap.ConsnapError)
        assert (str(error), error.sent) == ("m (h)", "maybe")
    api = errors.from_dict({"kind": "api", "message": "m", "code": "CE1", "api_code": "Forbidden.RAM", "request_id": "r"})
    assert (api.code, api.request_id) == ("Forbidden.RAM", "r")


def test_records_are_frozen() -> None:
    job_ = consnap.Job(instance_ram_role="r", group_name="g")
    with pytest.raises(dataclasses.FrozenInstanceError):
        job_.group_name = "x"  # type: ignore[misc]
