"""The pure operations as a script uses them."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import consnap
from consnap.testing import Simulator, rehearse

JOB = {"version": 1, "targets": {"ids": ["i-a"]}, "instance_ram_role": "Role", "group_name": "g-{run}"}


class SdkResponse:
    """What the official SDK hands back: an object with `to_map`."""

    def __init__(self, content: dict[str, Any]) -> None:
        self.content = content

    def to_map(self) -> dict[str, Any]:
        return self.content


def test_a_job_may_come_in_any_form(tmp_path: Path) -> None:
    yaml = "version: 1\ntargets:\n  ids: [i-a]\ninstance_ram_role: Role\ngroup_name: g-{run}\n"
    path = tmp_path / "job.yaml"
    path.write_text(yaml, "utf-8")
    expected = consnap.build_command(JOB, "linux")
    assert expected.command is not None and "Role" in expected.command
    forms: list[Any] = [
        consnap.Job.from_dict(JOB), json.dumps(JOB), json.dumps(JOB).encode(), yaml, yaml.encode(), path, str(path),
        SdkResponse(JOB),
    ]
    for form in forms:
        assert consnap.build_command(form, "linux") == expected, form


def test_unreadable_input_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(consnap.ConfigError, match="no-such.yaml"):
        consnap.check(tmp_path / "no-such.yaml")
    with pytest.raises(consnap.ConfigError, match=":2:"):
        consnap.check("a: 1\n  b: 2\n")
    with pytest.raises(consnap.ConfigError) as caught:
        consnap.operation("catalgo", {})
    assert "catalog" in caught.value.help
    with pytest.raises(consnap.ConfigError, match="as_of"):
        consnap.check(JOB, as_of="tomorrow")
    with pytest.raises(consnap.ConfigError):
        consnap.check(JOB, as_of="tomorrow", lang="zh")
    with pytest.raises(consnap.ConfigError, match="as_of"):
        consnap.check_many(JOB, b"", as_of="tomorrow")


def test_decode_takes_what_the_sdk_answers() -> None:
    result = {"InstanceId": "i-a", "ExitCode": 12, "InvocationStatus": "Failed", "Output": ""}
    body = {"RequestId": "r", "Invocation": {"InvocationResults": {"InvocationResult": [result]}}}
    response = {"headers": {}, "statusCode": 200, "body": body}
    for form in (SdkResponse(response), response, body, [result], json.dumps(body), json.dumps(body).encode()):
        (outcome,) = consnap.decode(form).outcomes
        assert (outcome.instance_id, outcome.exit_code, outcome.held) == ("i-a", 12, True)
        assert outcome.layer is consnap.Layer.PLUGIN
    table = consnap.decode_many([json.dumps(body).encode(), SdkResponse(response), body], threads=2)
    assert (table.instance_ids, table.held) == (["i-a"] * 3, [True] * 3)
    assert list(table) == [outcome] * 3 and table[-1] == outcome and table[1:] == [outcome] * 2
    assert table.counts() == {"exit:plugin:12": 3}


def test_many_results_keep_their_order_on_any_number_of_threads() -> None:
    lines = b"\n".join(b'{"InstanceId": "i-%d", "ExitCode": %d, "InvocationStatus": "Failed"}' % (n, n % 17) for n in range(500))
    one, two = consnap.decode_many(lines, threads=1), consnap.decode_many(lines, threads=3)
    assert one.instance_ids == two.instance_ids == [f"i-{n}" for n in range(500)]
    assert one.exit_codes == two.exit_codes
    assert list(one) == list(two)


def test_what_cannot_be_read_is_not_lost() -> None:
    table = consnap.decode_many([b"{}", b"<html>", b""])
    assert len(table) == 0 and [finding.place[:2] for finding in table.findings] == ["/0", "/1"]
    checks = consnap.check_many(JOB, b'{"instance_id": "i-a"}\nnonsense\n\n{"instance_id": "i-b", "cpu": 1}\n', threads=2)
    assert checks.instance_ids == ["i-a", "", "i-b"]
    assert checks.eligible == ["unknown"] * 3
    # What the documents say counts, whatever else is wrong with them; `one and many` judge alike.
    codes = [[finding.code for finding in row.findings] for row in checks]
    assert codes == [list(row) for row in checks.codes] and codes[1] == ["CS100"]
    for row, facts in ((checks[0], {"instance_id": "i-a"}), (checks[2], {"instance_id": "i-b", "cpu": 1})):
        assert (row,) == (consnap.check(JOB, [facts]).instances or ())
    broken = consnap.check_many(JOB, b'[{"instance_id": "i-a"}, {"instance_id": 5}]')
    assert broken.instance_ids[0] == "i-a" and broken.eligible == ["unknown"] * 2
    latin = consnap.check_many(JOB, b'{"instance_id": "i-a"}\n{"instance_id": "i-b", "instance_name": "\xe9"}\n')
    assert latin.instance_ids == ["i-a", "i-b"] and latin[0] == checks[0]
    with pytest.raises(IndexError):
        checks[3]


def test_one_and_many_agree() -> None:
    facts: list[Any] = [consnap.InstanceFacts(instance_id="i-a", os_type="linux"), {"instance_id": "i-b", "status": "Stopped"}]
    one = consnap.check(JOB, facts)
    assert one.instances is not None
    assert tuple(consnap.check_many(JOB, facts)) == one.instances
    assert consnap.check(JOB, facts[0]).instance_id == "i-a"


def test_languages() -> None:
    english, chinese = consnap.explain(12)[0], consnap.explain(12, lang="zh")[0]
    assert english.key == chinese.key and english.message != chinese.message
    assert consnap.explain("no-such-code") == ()
    assert consnap.explain_parameter("no-such") is None


def test_a_pasted_command_is_read_back() -> None:
    built = consnap.build_command(JOB, "linux")
    assert built.command is not None
    read = consnap.explain_command(built.command)
    assert read.arguments == built.arguments and read.platform is consnap.Platform.LINUX


def test_the_command_line_comes_with_the_package() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "consnap", "explain", "12", "--format", "json"], capture_output=True, text=True, timeout=60
    )
    assert ran.returncode == 0, ran.stderr
    assert "exit:plugin:12" in ran.stdout
    wrong = subprocess.run([sys.executable, "-m", "consnap", "nonsense"], capture_output=True, text=True, timeout=60)
    assert (wrong.returncode, wrong.stdout) == (2, "")


def odd_values() -> list[Any]:
    """What nobody means to hand over, and somebody will."""
    deep: Any = "end"
    for _ in range(100_000):
        deep = [deep]
    circular: dict[str, Any] = {}
    circular["self"] = circular
    text = "[" * 50_000
    return [
        deep, circular, text, text.encode(), {"a": float("nan")}, {"a": b"bytes"}, {"a": object()}, {1: {2: object}}, object(), 5,
        True, "\ud800", {"\ud800": "\udfff"}, b"\xff\xfe", b"", "", "\0", "{", b"[1,", {"a": {1, 2}}, [None], [[]], "a: &x [*x]",
        "no/such/file", "\n", "a: b: c\n", {"job": {}}, 10**400, -0.0, "x" * 100_000,
    ]  # fmt: skip


@pytest.mark.parametrize("number", range(len(odd_values())))
def test_odd_input_gives_an_answer_or_an_error_of_ours(number: int) -> None:
    value = odd_values()[number]
    attempts: list[Callable[[], object]] = [
        lambda: consnap.check(value),
        lambda: consnap.check(JOB, value),
        lambda: consnap.check_many(JOB, value)[:],
        lambda: consnap.build_command(value, "linux"),
        lambda: consnap.budget(value, "linux"),
        lambda: consnap.export(value, "cron"),
        lambda: consnap.decode(value),
        lambda: consnap.decode_many([value])[:],
        lambda: consnap.decode_many(value)[:] if isinstance(value, bytes) else None,
        lambda: consnap.read_facts(value),
        lambda: consnap.explain(value),
        lambda: consnap.explain_command(value),
        lambda: consnap.operation("check", {"job": value}),
        lambda: Simulator(value).stop(),
        lambda: rehearse(value, value),
    ]
    for attempt in attempts:
        try:
            attempt()
        except consnap.ConsnapError as error:
            assert error.message and "panick" not in str(error) and "rust" not in str(error).lower(), error
            assert pickle.loads(pickle.dumps(error)).to_dict() == error.to_dict()


POLICY = {
    "version": 1,
    "language": "cel",
    "policies": [
        {
            "id": "freeze-at-most-15s",
            "require": "job.linux.freeze_timeout_seconds <= 15",
            "message": {"en": "the freeze may take too long"},
            "cases": [{"name": "the default", "expect": "FAIL"}],
        },
        {"id": "tagged", "severity": "warning", "require": "has(instance.tags.owner)", "message": {"en": "no owner"}},
    ],
    "findings": [{"code": "CS201", "severity": "warning", "reason": "we start them first"}],
}
PLAIN_JOB = {"version": 1, "targets": {"ids": ["i-a"]}, "instance_ram_role": "Role", "group_name": "g-{run}"}


def test_policies_go_with_check_and_plan(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(POLICY), "utf-8")
    facts = {"instance_id": "i-a", "region_id": "cn-hangzhou", "status": "Stopped", "os_type": "linux", "tags": {}}
    alone = consnap.policy_check(tmp_path, PLAIN_JOB, [facts])
    assert not alone.passed and [result.policy for result in alone.results] == ["freeze-at-most-15s", "tagged"]
    first = alone.results[0]
    assert first.blocks and first.measured is not None and (first.measured.value, first.measured.wanted) == (30, "<= 15")
    assert first.explanation is not None and first.explanation.because[0].value == 30
    checked = consnap.check(PLAIN_JOB, facts, policies=[POLICY])
    assert checked.policies is not None and not checked.ok
    assert next(finding for finding in checked.findings if finding.code == "CS201").severity == "warning"
    planned = consnap.plan(PLAIN_JOB, facts, policies=str(tmp_path))
    assert planned.policies is not None and not planned.policies.passed
    tested = consnap.policy_test(POLICY)
    assert tested.passed and tested.exercised[0].failed == 1 and "PASS" in tested.exercised[0].missing
    assert consnap.check(PLAIN_JOB, facts).policies is None
