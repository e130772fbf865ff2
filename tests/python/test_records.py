"""Data classes: JSON in and out without loss, and the same members as the engine's types."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import pickle
import re
import sys
from enum import Enum
from typing import Any

import pytest

import consnap
from consnap import _record, errors, facts, job, report, results, testing

#: Where the schema of each class is: what `consnap.schema` is asked for, its part, and the definition (None: the root).
SCHEMAS: dict[type[_record.Record], tuple[str, str | None, str | None]] = {
    job.Accept: ("job", None, "Accept"),
    job.Exclude: ("job", None, "Exclude"),
    job.ExcludedDisk: ("job", None, "ExcludedDisk"),
    job.Expect: ("job", None, "Expect"),
    job.Job: ("job", None, None),
    job.LinuxOptions: ("job", None, "LinuxOptions"),
    job.Quiesce: ("job", None, "Quiesce"),
    job.RunOptions: ("job", None, "RunOptions"),
    job.Targets: ("job", None, "Targets"),
    job.Upload: ("job", None, "Upload"),
    job.WindowsOptions: ("job", None, "WindowsOptions"),
    facts.CloudAssistant: ("facts", "output", "CloudAssistant"),
    facts.Disk: ("facts", "output", "Disk"),
    facts.Folder: ("facts", "output", "Folder"),
    facts.Guest: ("facts", "output", "Guest"),
    facts.InstanceFacts: ("facts", "output", "InstanceFacts"),
    facts.Mount: ("facts", "output", "Mount"),
    facts.Script: ("facts", "output", "Script"),
    results.Budget: ("budget", "output", None),
    results.BudgetTerm: ("budget", "output", "BudgetTerm"),
    results.Catalog: ("catalog", "output", None),
    results.CheckedInstance: ("check", "output", "CheckedInstance"),
    results.CheckResult: ("check", "output", None),
    results.CodeExplanation: ("explain", "output", "RenderedExplanation"),
    results.Command: ("build", "output", None),
    results.CommandExplanation: ("explain", "output", "CommandExplanation"),
    results.DecodeResult: ("decode", "output", None),
    results.Export: ("export", "output", None),
    results.ExportedFile: ("export", "output", "ExportedFile"),
    results.Finding: ("check", "output", "RenderedFinding"),
    results.Outcome: ("decode", "output", "RenderedOutcome"),
    results.ParameterExplanation: ("explain", "output", "ParameterExplanation"),
    results.CaseResult: ("policy_test", "output", "CaseResult"),
    results.Coverage: ("policy_test", "output", "Coverage"),
    results.Measured: ("policy_check", "output", "Measured"),
    results.PolicyCheck: ("policy_check", "output", None),
    results.PolicyExplanation: ("policy_check", "output", "Explanation"),
    results.PolicyResult: ("policy_check", "output", "PolicyResult"),
    results.PolicySummary: ("policy_check", "output", "PolicySummary"),
    results.PolicyTest: ("policy_test", "output", None),
    results.WaivedBy: ("policy_check", "output", "WaivedBy"),
    results.Reachable: ("check", "output", "Reachable"),
    results.ReadParameter: ("explain", "output", "ReadParameter"),
    results.Signature: ("sign", "output", None),
    results.TextExplanation: ("explain", "output", "TextExplanation"),
    report.CauseGroup: ("report", None, "CauseGroup"),
    report.HistoryEntry: ("history", None, "HistoryEntry"),
    report.OtherResults: ("history", None, "OtherResults"),
    report.OpenGuest: ("report", None, "OpenGuest"),
    report.OpenGuestStatus: ("status", None, "OpenGuestStatus"),
    report.Status: ("status", None, None),
    report.UnreadableRunStatus: ("status", None, "UnreadableRunStatus"),
    report.Release: ("report", None, "Release"),
    report.CommandReport: ("report", None, "CommandReport"),
    report.DiskReport: ("report", None, "DiskReport"),
    report.Explanation: ("report", None, "Explanation"),
    report.InstanceReport: ("report", None, "InstanceReport"),
    report.Plan: ("plan", "output", "Plan"),
    report.PlanResult: ("plan", "output", None),
    report.PlannedCall: ("plan", "output", "PlannedCall"),
    report.PlannedInstance: ("plan", "output", "PlannedInstance"),
    report.ReliedUpon: ("report", None, "ReliedUpon"),
    report.Report: ("report", None, None),
    report.RecordSummary: ("report", None, "RecordSummary"),
    report.StepReport: ("report", None, "StepReport"),
    report.Stopped: ("report", None, "Stopped"),
    report.Summary: ("report", None, "Summary"),
    report.WitnessReport: ("report", None, "WitnessReport"),
    testing.Call: ("call", None, None),
    testing.GroupTruth: ("truth", None, "GroupTruth"),
    testing.InstanceTruth: ("truth", None, None),
    testing.Moment: ("simulate", "output", "Moment"),
    testing.Rehearsal: ("simulate", "output", None),
    testing.TimelineSpan: ("simulate", "output", "TimelineSpan"),
}

#: Members that depend on the kind: real events are looked at instead.
OPEN = {consnap.Event}

#: What the engine leaves to JSON, and Python gives a type: the simulator's answers within a rehearsal.
TYPED_HERE = {(testing.Rehearsal, "events"), (testing.Rehearsal, "report"), (testing.Rehearsal, "truth")}


def part_of(cls: type) -> tuple[dict[str, Any], dict[str, Any]]:
    """The schema of a class, and the definitions it refers to."""
    name, side, definition = SCHEMAS[cls]
    whole = consnap.schema(name)
    assert whole is not None, name
    whole = whole[side] if side is not None else whole
    definitions = whole.get("$defs", {})
    return (whole if definition is None else definitions[definition]), definitions


def members_of(part: dict[str, Any], definitions: dict[str, Any]) -> tuple[dict[str, Any], set[str]]:
    """All members with their schemas, and those that are always there; flattened parts included."""
    if "$ref" in part:
        part = {**part, **definitions[part["$ref"].rsplit("/", 1)[1]]}
    members, required = dict(part.get("properties", {})), set(part.get("required", []))
    for flattened in part.get("allOf", []):
        more = members_of(flattened, definitions)
        members, required = {**members, **more[0]}, required | more[1]
    for alternative in part.get("anyOf", []):
        members = {**members_of(alternative, definitions)[0], **members}
    return members, required


def kinds_of(part: Any, definitions: dict[str, Any]) -> set[str]:
    """The JSON types that a schema allows, with the values of enumerations and the members of lists."""
    if part is True or not part:
        return {"any"}
    if "$ref" in part:
        return kinds_of(definitions[part["$ref"].rsplit("/", 1)[1]], definitions)
    if "const" in part:
        return {f"={part['const']}"}
    if "enum" in part:
        return {f"={value}" for value in part["enum"] if value is not None} | ({"null"} if None in part["enum"] else set())
    for several in ("anyOf", "oneOf"):
        if several in part and "properties" not in part:
            return set().union(*(kinds_of(alternative, definitions) for alternative in part[several]))
    listed = part.get("type", "any")
    found = set()
    for kind in [listed] if isinstance(listed, str) else listed:
        if kind == "array":
            items = part.get("items") or (part.get("prefixItems") or [{}])[0]
            found |= {f"[{each}]" for each in kinds_of(items, definitions)}
        else:
            found.add(kind)
    return found


def kinds_in_python(annotation: str, names: dict[str, Any]) -> set[str]:
    """The same of an annotation."""
    if " | " in annotation:
        return set().union(*(kinds_in_python(each, names) for each in annotation.split(" | ")))
    for prefix in ("tuple[", "Sequence["):
        if annotation.startswith(prefix):
            inner = annotation[len(prefix) : -1].removesuffix(", ...")
            if not inner.startswith("tuple["):
                inner = inner.split(", ")[0]
            return {f"[{each}]" for each in kinds_in_python(inner, names)}
    if annotation.startswith("Mapping["):
        return {"object"}
    if annotation.startswith("Literal["):
        return {f"={value}" for value in ast.literal_eval(annotation[len("Literal") :])}
    plain = {"str": "string", "int": "integer", "bool": "boolean", "None": "null", "Any": "any"}
    if annotation in plain:
        return {plain[annotation]}
    kind = names[annotation]
    return {f"={value.value}" for value in kind} if issubclass(kind, Enum) else {"object"}


def fields_of(cls: Any) -> dict[str, dataclasses.Field[Any]]:
    return {field.name: field for field in _record._members(cls)}


@pytest.mark.parametrize("cls", SCHEMAS, ids=lambda cls: cls.__name__)
def test_members_are_those_of_the_engine(cls: type[_record.Record]) -> None:
    part, definitions = part_of(cls)
    members, required = members_of(part, definitions)
    fields = {name: str(field.type) for name, field in fields_of(cls).items()}
    assert set(fields) == set(members)
    always = {name for name, default in _record._defaults(cls).items() if default is _record._ALWAYS}
    if SCHEMAS[cls][0] == "job":
        # `version` and `targets` have a default here; the engine asks for them in a document.
        assert always == required - {"version", "targets"}
    else:
        assert always == required
    names = vars(sys.modules[cls.__module__])
    for name, annotation in fields.items():
        theirs, mine = kinds_of(members[name], definitions), kinds_in_python(annotation, names)
        if (cls, name) in TYPED_HERE or mine & {"any"} or theirs & {"[any]"}:
            continue
        if name not in required:
            # What may be absent is None in Python, and null is as good as absent.
            theirs, mine = theirs - {"null"}, mine - {"null"}
        assert mine == theirs, name


def test_every_data_class_is_compared_and_documented() -> None:
    import importlib
    import pkgutil

    found: set[type[_record.Record]] = set()
    for module in pkgutil.walk_packages(consnap.__path__, "consnap."):
        if not module.name.endswith("__main__"):
            for value in vars(importlib.import_module(module.name)).values():
                if isinstance(value, type) and issubclass(value, _record.Record) and value is not _record.Record:
                    found.add(value)
    assert found == {*SCHEMAS, *OPEN}
    for cls in found:
        assert cls.__doc__ and fields_of(cls), cls
        source = inspect.getsource(cls)
        for name in fields_of(cls):
            # Editors show the text below a member.
            assert re.search(rf'\n    {name}: [^\n]+\n    """', source), f"{cls.__name__}.{name}"


def test_events_keep_every_member() -> None:
    scenario = {"api_faults": [{"operation": "RunCommand", "throttle": {}, "times": 1}]}
    document = {
        "version": 1,
        "regions": ["cn-hangzhou"],
        "targets": {"ids": ["i-bp1linux000000000001", "i-none"]},
        "instance_ram_role": "AppSnapshotRoleName",
        "group_name": "g-{run}",
        "required_consistency": "file_system",
        "run": {"attach_role": "if_missing"},
    }
    given = consnap.operation("simulate", {"job": document, "scenario": scenario, "now": "2027-01-31T02:00:00Z"})
    played = testing.rehearse(document, scenario, now="2027-01-31T02:00:00Z")
    assert [event.to_dict() for event in played.events] == given["events"]
    assert played.to_dict() == given
    assert [event.seq for event in played.events] == list(range(1, len(played.events) + 1))
    assert {"run_started", "plan_made", "throttled", "command_finished", "run_ended"} <= {event.event for event in played.events}
    assert played.ended == "done" and played.report.summary.ok == 1 and played.report.summary.not_run == 1


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


def test_rows_are_read_when_they_are_looked_at() -> None:
    texts = [b'{"key": "k%d", "seconds": %d, "about": "a"}' % (number, number) for number in range(1000)]
    texts[7] = b"this is no JSON, and nobody looks"
    read: Any = _record.Rows(results.BudgetTerm, texts)
    assert len(read) == 1000 and repr(read) == "<1000 BudgetTerms>"
    assert (read[5].seconds, read[-1].key, [term.key for term in read[2:4]]) == (5, "k999", ["k2", "k3"])
    assert read[5] is read[5] and [term.seconds for term in read.mentioning("k30")] == [2, 3, 5, 30, 999]
    with pytest.raises(IndexError):
        read[1000]
    few: Any = _record.Rows(results.BudgetTerm, texts[:3])
    same = tuple(results.BudgetTerm(key=f"k{number}", seconds=number, about="a") for number in range(3))
    assert few == same and same == few and hash(few) == hash(same) and few != same[:2]
    assert pickle.loads(pickle.dumps(few)) == few and repr(few) == repr(same)
