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
    with pytest.raises(consnap.ConfigError, match="content_encoding"):
        consnap.decode_many([], content_encoding="utf8")
    with pytest.raises(consnap.ConfigError, match="fr"):
        consnap.decode_many([], lang="fr")
    assert consnap.decode_many([], content_encoding="plain").findings == ()


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
    # The job does not select the last one.
    assert checks.eligible == ["unknown", "unknown", "no"]
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
    # What only all of them together tell stands with the whole: repeats, instances without facts, no facts at all.
    def codes(given: list[Any]) -> set[str]:
        return {finding.code for finding in consnap.check_many(JOB, given).findings}

    assert "CS266" in codes([facts[0], facts[0]]) and "CS266" not in codes(facts)
    assert "CS223" in codes([facts[1]]) and "CS223" not in codes(facts)
    for given in ([facts[1]], []):
        assert codes(given) == {finding.code for finding in consnap.check(JOB, given).findings}
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
    assert ran.returncode == 5, ran.stderr
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


def fleet(count: int) -> list[dict[str, Any]]:
    """Instances that differ in what policies ask for, and one of which next to nothing is known."""
    known = [
        {
            "instance_id": f"i-{number}",
            "region_id": "cn-hangzhou",
            "status": ("Running", "Stopped")[number % 2],
            "os_type": "linux",
            "os_name_en": "Alibaba Cloud Linux 3.2104 LTS 64 bit",
            "network_type": "vpc",
            "metadata_endpoint": "enabled",
            "locks": [],
            "ram_role": "Role",
            "cloud_assistant": {"online": True, "version": "2.2.3.1090", "last_heartbeat": "2027-01-31T01:59:30Z"},
            "tags": {"owner": "dba"} if number % 3 else {"exempt": "yes"},
            "disks": [{"disk_id": f"d-{number}", "category": "cloud_essd", "kind": "system", "status": "In_use", "multi_attach": "Disabled", "encrypted": number % 5 != 0}],
        }
        for number in range(count)
    ]
    return [*known, {"instance_id": "i-unknown"}]


FLEET_POLICIES: dict[str, Any] = {
    "version": 1,
    "language": "cel",
    "policies": [
        {"id": "freeze", "require": "job.linux.freeze_timeout_seconds <= 15", "message": {"en": "too long", "zh": "太长"}},
        {"id": "owned", "require": "has(instance.tags.owner)", "message": {"en": "nobody owns it", "zh": "无人负责"}},
        {
            "id": "encrypted",
            "severity": "warning",
            "when": "instance.status == 'Running'",
            "require": "instance.disks.all(disk, disk.encrypted)",
            "message": {"en": "a disk is open", "zh": "磁盘未加密"},
        },
        {"id": "starts", "require": "plan.instance.starts && plan.eligible > 0", "message": {"en": "it does not start"}},
    ],
    "waivers": [
        {"policy": "owned", "tags": {"exempt": "yes"}, "reason": "old", "owner": "me", "expires": "2999-01-01"},
        {"policy": "freeze", "instances": ["*"], "reason": "old", "owner": "me", "expires": "2000-01-01"},
    ],
    "findings": [{"code": "CS201", "severity": "warning", "reason": "we start them first"}],
}
FLEET_JOB = {**PLAIN_JOB, "required_consistency": "file_system", "targets": {"ids": [f"i-{number}" for number in range(0, 40, 3)]}}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_policies_say_of_many_what_they_say_of_a_list(lang: str) -> None:
    facts, now = fleet(40), "2027-01-31T02:00:00Z"
    one = consnap.check(FLEET_JOB, facts, policies=FLEET_POLICIES, now=now, lang=lang)
    assert one.policies is not None and one.instances is not None
    met = {policy.policy: (policy.passed, policy.failed, policy.cannot_judge, policy.waived) for policy in one.policies.policies}
    # Every way it can come out does.
    assert met == {"freeze": (0, 1, 0, 0), "owned": (26, 14, 1, 14), "encrypted": (16, 4, 1, 0), "starts": (14, 0, 27, 0)}
    lines = b"\n".join(json.dumps(each).encode() for each in facts)
    for many in (facts, lines, json.dumps(facts).encode()):
        for threads in (1, 2, 3):
            table = consnap.check_many(FLEET_JOB, many, policies=FLEET_POLICIES, now=now, lang=lang, threads=threads)
            assert tuple(table) == one.instances
            assert table.findings == one.findings
            assert table.policies == one.policies and (table.ok, one.ok) == (False, False)
    said = table.policies
    assert said is not None and said.to_dict() == one.policies.to_dict()
    # Each result can be looked at by itself, and sent elsewhere.
    assert [said.results[at] for at in range(len(said.results))] == list(one.policies.results)
    assert said.results[-1] == one.policies.results[-1] and said.results[3:5] == tuple(one.policies.results)[3:5]
    with pytest.raises(IndexError):
        said.results[len(said.results)]
    assert pickle.loads(pickle.dumps(said)) == one.policies
    open_ = [
        tuple(result.policy for result in one.policies.results if result.instance_id == facts_["instance_id"] and not result.waived)
        for facts_ in facts
    ]
    assert table.policies_not_met == open_ and open_[1] == ("starts",) and open_[3] == () and "owned" in open_[-1]
    assert table.blocked == [any(finding.blocks for finding in row.findings) for row in one.instances]


def test_the_command_line_says_the_same_of_many(tmp_path: Path) -> None:
    for name, content in (("job.json", FLEET_JOB), ("policies.json", FLEET_POLICIES), ("facts.json", fleet(40))):
        (tmp_path / name).write_text(json.dumps(content), "utf-8")
    words = ["check", "job.json", "--facts", "facts.json", "--policy", "policies.json", "--format", "json"]
    ran = subprocess.run(
        [sys.executable, "-m", "consnap", *words], capture_output=True, text=True, timeout=60, cwd=tmp_path
    )
    said = json.loads(ran.stdout)["policies"]
    table = consnap.check_many(
        tmp_path / "job.json", (tmp_path / "facts.json").read_bytes(), policies=tmp_path / "policies.json"
    )
    mine = consnap.check_many(FLEET_JOB, fleet(40), policies=FLEET_POLICIES, now=None)
    assert table.policies == mine.policies and table.policies is not None

    def verdicts(results: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
        # Only the command line knows the day: waivers count there.
        return [(result["policy"], result.get("instance_id"), result["result"]) for result in results]

    assert verdicts(said["results"]) == verdicts(table.policies.to_dict()["results"]) and len(said["results"]) > 40
    assert (said["passed"], table.policies.passed) == (False, False)
    # The worst counts: an instance of which nothing is known.
    assert ran.returncode == 4 and "unknown" in table.eligible, ran.stderr


def test_policies_are_judged_for_a_line_that_cannot_be_read() -> None:
    owned = {**FLEET_POLICIES, "policies": FLEET_POLICIES["policies"][1:2], "waivers": [], "findings": []}
    lines = b'{"instance_id": "i-a", "tags": {"owner": "me"}}\nnonsense\n{"instance_id": "i-\xff", "tags": {"owner": "me"}, "cpu": 1}\n'
    table = consnap.check_many(PLAIN_JOB, lines, policies=owned, threads=2)
    assert table.policies_not_met == [(), ("owned",), ()]
    assert table.policies is not None and not table.policies.passed
    (result,) = table.policies.results
    assert (result.result, result.instance_id) == (consnap.Verdict.CANNOT_JUDGE, "")
    # Without policies there is nothing to say, and policies that cannot be read are said.
    plain = consnap.check_many(PLAIN_JOB, lines)
    assert plain.policies is None and plain.policies_not_met == [()] * 3
    broken = {**owned, "policies": [{"id": "p", "require": "instance.tgas.owner == 'x'", "message": {"en": "m"}}]}
    wrong = consnap.check_many(PLAIN_JOB, lines, policies=[broken, owned]).policies
    assert wrong is not None and not wrong.passed and wrong.findings[0].place.startswith("/0/policies/0/require")
    with pytest.raises(consnap.ConfigError, match="no-such.yaml"):
        consnap.check_many(PLAIN_JOB, lines, policies="no-such.yaml")
    met = consnap.check_many(PLAIN_JOB, b'{"instance_id": "i-a", "tags": {"owner": "me"}}', policies=owned)
    assert met.policies is not None and met.policies.passed and len(met.policies.results) == 0


def test_tables_say_how_they_are_kept() -> None:
    for table in (consnap.check_many(JOB, b'{"instance_id": "i-a"}'), consnap.decode_many([b"[]"])):
        with pytest.raises(TypeError, match="list"):
            pickle.dumps(table)
