"""Real jobs against the simulator: sync, async, left, resumed elsewhere, throttled, refused, by several threads."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import http.server
import inspect
import itertools
import json
import logging
import pickle
import re
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import consnap
from consnap import _operations
from consnap.testing import Simulator

LINUX, WINDOWS = "i-bp1linux000000000001", "i-bp1windows0000000001"
SCALE = 100


def job(*ids: str, **more: Any) -> consnap.Job:
    return consnap.Job(
        instance_ram_role="AppSnapshotRoleName",
        group_name="test-{run}",
        targets=consnap.Targets(ids=ids or (LINUX, WINDOWS)),
        linux=consnap.LinuxOptions(pre_script_path="/tmp/prescript.sh", post_script_path="/tmp/postscript.sh"),
        run=consnap.RunOptions(attach_role="if_missing"),
        **more,
    )


def options(ecs: Simulator, folder: Path, **more: Any) -> dict[str, Any]:
    found = {
        "region": ecs.region,
        "endpoint": ecs.endpoint,
        "access_key_id": ecs.access_key_id,
        "access_key_secret": ecs.access_key_secret,
        "state_directory": folder,
        "time_scale": SCALE,
    }
    return {**found, **more}


fast = pytest.mark.ecs_scenario(time_scale=SCALE)
slow_first_result = pytest.mark.ecs_scenario(
    api_faults=[{"operation": "DescribeInvocations", "latency_millis": {"min": 100_000, "max": 100_000}}],
    time_scale=SCALE,
)


@fast
def test_a_whole_run(ecs_simulator: Simulator, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    client = consnap.Client(**options(ecs_simulator, tmp_path))
    events: list[consnap.Event] = []
    with caplog.at_level(logging.DEBUG, logger="consnap"):
        report = client.run(job(), on_event=events.append)
    assert report.ok and report.summary.ok == 2, report
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert (events[0].event, events[-1].event) == ("run_started", "run_ended")
    assert [record.__dict__["consnap_event"] for record in caplog.records] == events
    levels = {record.__dict__["consnap_event"].event: record.levelname for record in caplog.records}
    assert (levels["run_started"], levels["phase_entered"]) == ("INFO", "DEBUG")
    assert all(record.name == "consnap" and "\n" not in record.getMessage() for record in caplog.records)
    for instance_id, truth in ecs_simulator.truth().items():
        if instance_id in (LINUX, WINDOWS):
            assert truth.level == report.instance(instance_id).got == consnap.Consistency.APPLICATION
            assert [group.group_id for group in truth.groups] == [report.instance(instance_id).group_id]
    assert pickle.loads(pickle.dumps(report)) == report
    assert consnap.Report.from_dict(report.to_dict()) == report
    writes = len(ecs_simulator.calls("RunCommand"))
    assert client.verify(report.run_id).summary.ok == 2
    assert client.resume(report.run_id).summary.ok == 2
    assert len(ecs_simulator.calls("RunCommand")) == writes


@fast
def test_what_cannot_be_started_is_a_warning_in_the_log(
    ecs_simulator: Simulator, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    client = consnap.Client(**options(ecs_simulator, tmp_path))
    document = {**job(LINUX).to_dict(), "instance_ram_role": "NoSuchRole"}
    with caplog.at_level(logging.INFO, logger="consnap"):
        report = client.run(document)
    assert report.exit_status == 1
    found = {record.__dict__["consnap_event"].event: record.levelno for record in caplog.records}
    assert min(found.values()) == logging.INFO and logging.WARNING in found.values(), found
    caplog.clear()
    with caplog.at_level(logging.WARNING, logger="consnap"):
        client.verify(report.run_id)
    assert caplog.records == []


@fast
def test_only_the_approved_plan_runs(ecs_simulator: Simulator, tmp_path: Path) -> None:
    client = consnap.Client(**options(ecs_simulator, tmp_path))
    plan = client.plan(job(LINUX))
    assert (plan.eligible, plan.set_aside) == (1, 0)
    assert [call.operation for call in plan.calls] == ["AttachInstanceRamRole", "RunCommand"]
    with pytest.raises(consnap.ConsnapError) as caught:
        client.run(job(LINUX, WINDOWS), approve=plan.hash)
    assert caught.value.help and not ecs_simulator.calls("RunCommand")
    assert client.run(job(LINUX), approve=plan.hash).ok


READING = {
    "GetCallerIdentity", "DescribeInstances", "DescribeDisks", "DescribeCloudAssistantStatus", "DescribeInstanceRamRole",
}  # fmt: skip


def test_discover_tells_which_instances_there_are_and_what_is_known(ecs_simulator: Simulator, tmp_path: Path) -> None:
    client = consnap.Client(**options(ecs_simulator, tmp_path))
    found = client.discover(consnap.Targets(ids=[LINUX, "i-none", WINDOWS, LINUX], exclude=consnap.Exclude(ids=[WINDOWS])))
    assert [facts.instance_id for facts in found] == [LINUX, "i-none"]
    assert (found[0].status, found[0].os_type, found[0].region_id) == ("Running", "linux", ecs_simulator.region)
    assert found[0].disks and found[0].cloud_assistant is not None and found[0].guest is None
    assert found[1] == consnap.InstanceFacts(instance_id="i-none")
    # The facts are those the plan of a run goes by.
    document = {**job().to_dict(), "regions": [ecs_simulator.region]}
    facts = client.discover(document)
    mine, theirs = consnap.plan(document, facts).plan, client.plan(document)
    assert mine is not None and (mine.hash, tuple(mine.instances)) == (theirs.hash, tuple(theirs.instances))
    assert [checked.eligible for checked in consnap.check_many(document, facts)] == ["yes", "yes"]
    assert pickle.loads(pickle.dumps(facts)) == facts
    # Of a job only the selection counts: no bound, no probe, nothing else that may be wrong with it. Only an instance that
    # is fit would be probed.
    client.attach_instance_ram_role(InstanceIds=json.dumps([LINUX]), RamRoleName="AppSnapshotRoleName")
    probing = {**document, "run": {"probe": "always"}, "group_name": "", "linux": 5}
    probing["targets"] = {"ids": [LINUX], "expect": {"min": 2}}
    assert [(facts.instance_id, facts.guest) for facts in client.discover(probing)] == [(LINUX, None)]
    assert {call.operation for call in ecs_simulator.calls()} == READING | {"AttachInstanceRamRole"}
    assert list(tmp_path.iterdir()) == []
    assert client.discover(consnap.Targets(tags={"no": "such"})) == ()
    assert {LINUX, WINDOWS} < {facts.instance_id for facts in client.discover(consnap.Targets(all=True))}
    assert client.discover({"targets": {"ids": ["i-none"]}}) == (consnap.InstanceFacts(instance_id="i-none"),)
    wrong: Any
    for wrong in ({"targets": {}}, {}, {"targets": {"idz": [LINUX]}}, [1], 5, {"targets": {"ids": [LINUX]}, "version": 9}):
        with pytest.raises(consnap.ConfigError) as caught:
            client.discover(wrong)
        assert caught.value.message and caught.value.sent == "no"


def test_what_is_empty_is_no_filter(ecs_simulator: Simulator, tmp_path: Path) -> None:
    client = consnap.Client(**options(ecs_simulator, tmp_path))
    empty: Any
    for empty in ([], (), {}, "", set(), [None], iter(())):
        with pytest.raises(consnap.ConfigError, match="`InstanceId` is empty"):
            client.stop_invocation(InvokeId="t-1", InstanceId=empty)
    with pytest.raises(consnap.ConfigError, match="`Tag.1.Value` is empty"):
        client.describe_instances(Tag=[{"Key": "a", "Value": ""}])
    assert ecs_simulator.calls() == []
    some: Any
    for some in ([LINUX], {LINUX}, iter([LINUX]), {LINUX: 1}.keys(), {1: LINUX}, [LINUX.encode()]):
        assert client.describe_cloud_assistant_status(InstanceId=some, NextToken=None)["TotalCount"] == 1
    assert [call["InstanceId.1"] for call in ecs_simulator.calls()] == [LINUX] * 6


async def test_discover_for_asyncio(ecs_simulator: Simulator, tmp_path: Path) -> None:
    async with consnap.AsyncClient(**options(ecs_simulator, tmp_path)) as client:
        one, other = await asyncio.gather(*(client.discover(consnap.Targets(ids=[id])) for id in (LINUX, WINDOWS)))
    assert [facts.os_type for facts in (*one, *other)] == ["linux", "windows"]


@fast
def test_a_plan_writes_nothing_but_a_probe(ecs_simulator: Simulator, tmp_path: Path) -> None:
    client = consnap.Client(**options(ecs_simulator, tmp_path))
    client.plan(job(LINUX))
    assert {call.operation for call in ecs_simulator.calls()} == READING and list(tmp_path.iterdir()) == []
    client.plan({**job(LINUX).to_dict(), "run": {"probe": "always", "attach_role": "if_missing"}})
    (probe,) = ecs_simulator.calls("RunCommand")
    assert "acs-plugin-manager --exec" not in base64.b64decode(probe["CommandContent"]).decode()
    assert ecs_simulator.truth()[LINUX].started == 0
    assert [path.name for path in tmp_path.iterdir()] == ["guests.jsonl"]


@fast
def test_runs_in_threads_share_nothing(ecs_simulator: Simulator, tmp_path: Path) -> None:
    client = consnap.Client(**options(ecs_simulator, tmp_path))
    reports: list[consnap.Report] = []
    targets = [LINUX, WINDOWS]
    threads = [threading.Thread(target=lambda id=id: reports.append(client.run(job(id)))) for id in targets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(report.instances[0].instance_id for report in reports) == targets
    assert all(report.ok for report in reports), reports


@fast
def test_many_threads_call_one_client(ecs_simulator: Simulator, tmp_path: Path) -> None:
    client = consnap.Client(**options(ecs_simulator, tmp_path))
    with ThreadPoolExecutor(8) as pool:
        asked = [(LINUX, WINDOWS)[number % 2] for number in range(64)]
        replies = list(pool.map(lambda id: client.describe_instances(InstanceIds=json.dumps([id])), asked))
    assert [reply["Instances"]["Instance"][0]["InstanceId"] for reply in replies] == asked
    assert len(ecs_simulator.calls("DescribeInstances")) == 64


def test_clients_share_nothing(tmp_path: Path) -> None:
    mine: dict[str, Any] = {"access_keys": [{"id": "mine", "secret": "my-secret"}], "account": "1111111111111111"}
    other: dict[str, Any] = {
        "access_keys": [{"id": "other", "secret": "other-secret"}], "account": "2222222222222222", "region": "cn-beijing",
    }  # fmt: skip
    with Simulator(**mine) as one, Simulator(**other) as two:
        first = consnap.Client(**options(one, tmp_path / "one"))
        second = consnap.Client(**options(two, tmp_path / "two"), lang="zh")
        with ThreadPoolExecutor(2) as pool:
            accounts = list(pool.map(lambda client: client.get_caller_identity()["AccountId"], (first, second) * 10))
        assert accounts == [one.account_id, two.account_id] * 10 and len(set(accounts)) == 2
        assert (first.region, second.region) == ("cn-hangzhou", "cn-beijing")
        assert (first.access_key_id, second.access_key_id) == ("mine", "other")
        first.close()
        first.close()
        with pytest.raises(consnap.ConfigError, match="closed"):
            first.get_caller_identity()
        with pytest.raises(consnap.ConsnapError):
            first.plan(job())
        assert second.get_caller_identity()["AccountId"] == two.account_id
        with pytest.raises(consnap.ConfigError) as caught:
            second.call("NoSuchOperation")
        assert not caught.value.message.isascii()


def test_both_clients_have_the_same_methods(ecs_simulator: Simulator, tmp_path: Path) -> None:
    def methods(cls: type) -> dict[str, list[str]]:
        found = {name: getattr(cls, name) for name in dir(cls) if not name.startswith("_")}
        return {name: list(inspect.signature(value).parameters) for name, value in found.items() if callable(value)}

    assert methods(consnap.Client) == methods(consnap.AsyncClient)
    # Each operation in use is a plain method.
    client = consnap.Client(**options(ecs_simulator, tmp_path))
    source = Path(__file__).parent.parent.parent / "core" / "src" / "ecs" / "api" / "mod.rs"
    known = set(re.findall(r'Self::(\w+) => "\1"', source.read_text("utf-8")))
    operations = set(re.findall(r'self\.call\("(\w+)"', inspect.getsource(_operations.Operations)))
    # What AssumeRole answers are credentials, which the client asks for by itself.
    assert operations == known - {"AssumeRole"}
    for operation in sorted(operations):
        method = re.sub(r"(?<!^)(?=[A-Z])", "_", operation).lower()
        with contextlib.suppress(consnap.ApiError):
            getattr(client, method)()
    assert {call.operation for call in ecs_simulator.calls()} == operations


def test_a_wrong_secret_is_a_credential_error(ecs_simulator: Simulator, tmp_path: Path) -> None:
    client = consnap.Client(**options(ecs_simulator, tmp_path, access_key_secret="wrong-secret"))
    for attempt in (client.get_caller_identity, lambda: client.run(job()), lambda: client.plan(job())):
        with pytest.raises(consnap.CredentialError) as caught:
            attempt()
        assert caught.value.code == "SignatureDoesNotMatch" and caught.value.help
        assert "wrong-secret" not in f"{caught.value!r} {caught.value} {caught.value.to_dict()} {client!r}"
    assert list(tmp_path.iterdir()) == []


def test_errors_say_what_happened(ecs_simulator: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    client = consnap.Client(**options(ecs_simulator, tmp_path))
    with pytest.raises(consnap.ConfigError, match="NoSuchOperation"):
        client.call("NoSuchOperation")
    with pytest.raises(consnap.ConfigError, match="`instance_ram_role` is missing") as refused:
        client.run({"version": 1})
    # A traceback names the places too, and no more of them than one can read.
    assert len(str(refused.value).splitlines()) == 1 + sum(finding.blocks for finding in refused.value.findings)
    many = consnap.ConfigError("no", findings=refused.value.findings * 10)
    assert len(str(many).splitlines()) == 12 and str(many).endswith("more")
    for name, wrong in {"region": 5, "access_key_secret": b"x", "read_timeout": -1, "time_scale": 0, "lang": "fr", "vpc": "no"}.items():
        with pytest.raises(consnap.ConfigError, match=f"`{name}`"):
            consnap.Client(**options(ecs_simulator, tmp_path, **{name: wrong}))
    with pytest.raises(TypeError):
        consnap.Client(**options(ecs_simulator, tmp_path, state_directory=5))
    with pytest.raises(consnap.ConfigError):
        client.resume("nosuchid")
    with pytest.raises(consnap.ConfigError):
        consnap.Client(**options(ecs_simulator, tmp_path, region="cn-atlantis", endpoint=None))
    elsewhere = consnap.Client(**options(ecs_simulator, tmp_path, endpoint=None))
    for wrong_region in ({"region": "cn-atlantis"}, {"RegionId": "cn-atlantis"}):
        with pytest.raises(consnap.ConsnapError, match="cn-atlantis"):
            elsewhere.call("DescribeDisks", **wrong_region)
    ecs_simulator.stop()
    with pytest.raises(consnap.TransportError) as caught:
        client.describe_regions()
    assert caught.value.sent in ("no", "maybe")
    for half in ("access_key_id", "access_key_secret"):
        with pytest.raises(consnap.CredentialError, match=half):
            consnap.Client(**options(ecs_simulator, tmp_path, **{half: None}))
    for name in ("HOME", "ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_PROFILE", "ALIBABA_CLOUD_CONFIG_FILE"):
        monkeypatch.delenv(name, raising=False)
    # The metadata service of the machine the tests run on is nobody's business.
    monkeypatch.setenv("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true")
    with pytest.raises(consnap.CredentialError):
        consnap.Client(region="cn-hangzhou", state_directory=tmp_path)


@pytest.mark.ecs_scenario(own_machine={"role": "AppSnapshotRoleName"})
def test_the_role_of_the_machine_is_enough(
    ecs_simulator: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_PROFILE", "ALIBABA_CLOUD_CONFIG_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    client = consnap.Client(region=ecs_simulator.region, endpoint=ecs_simulator.endpoint, state_directory=tmp_path)
    assert client.credential_source == "metadata service of this instance"
    assert client.access_key_id.startswith("STS.")
    assert "/AppSnapshotRoleName/" in client.get_caller_identity()["Arn"]


@pytest.mark.ecs_scenario(api_faults=[{"throttle": {"code": "Throttling.User"}, "nth": 1}])
def test_single_calls_are_not_repeated(ecs_simulator: Simulator, tmp_path: Path) -> None:
    client = consnap.Client(**options(ecs_simulator, tmp_path))
    with pytest.raises(consnap.ThrottledError) as caught:
        client.describe_disks(InstanceId=LINUX)
    assert (caught.value.code, caught.value.retryable, len(ecs_simulator.calls())) == ("Throttling.User", True, 1)
    assert client.describe_disks(InstanceId=LINUX)["TotalCount"] == 2


def test_a_connection_that_was_closed_meanwhile_is_not_used(tmp_path: Path) -> None:
    with Simulator() as ecs:
        client = consnap.Client(**options(ecs, tmp_path))
        client.describe_regions()
        port = int(ecs.host.rpartition(":")[2])
        # Nobody looks at the network between two calls.
        for _ in range(5):
            ecs.stop()
            with Simulator(port=port) as ecs:
                assert client.describe_disks(InstanceId=LINUX)["TotalCount"] == 2


class Replies(http.server.BaseHTTPRequestHandler):
    """A service that answers what it is told."""

    body = b""
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


def test_replies_are_read_as_they_are(tmp_path: Path) -> None:
    good = [
        b'{"RequestId": "r", "Regions": {"Region": [{"a": 1, "b": 1.5, "c": null, "d": true, "e": "\\u4e2d\\n"}]}}',
        b'{"big": 123456789012345678901234567890, "half": "\\ud800", "twice": 1, "twice": 2, "nan": NaN}',
        b'\xef\xbb\xbf {"mark": 1}',
        '{"名称": "值"}'.encode(),
        b'{"deep": ' + b"[" * 500 + b"]" * 500 + b"}",
    ]
    bad = [b"", b"<html></html>", b"[1]", b"5", b'{"cut": ', b'{"a": 1} x', b"{\xff}", b"null", b'{"deep": ' + b"[" * 100_000]
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Replies)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    given: dict[str, Any] = {
        "region": "cn-hangzhou", "endpoint": f"http://127.0.0.1:{server.server_port}", "access_key_id": "id",
        "access_key_secret": "secret", "state_directory": tmp_path,
    }  # fmt: skip
    client, asyncio_client = consnap.Client(**given), consnap.AsyncClient(**given)
    for Replies.body in good:
        read = client.describe_regions()
        expected = json.loads(Replies.body.removeprefix(b"\xef\xbb\xbf"))
        assert repr(read) == repr(expected) and type(read) is dict
        assert repr(asyncio.run(asyncio_client.describe_regions())) == repr(read)
    for Replies.body in bad:
        for asked in (client, asyncio_client):
            with pytest.raises(consnap.ProtocolError) as caught:
                answer = asked.describe_regions()
                asyncio.run(answer) if inspect.iscoroutine(answer) else None
            assert caught.value.message and caught.value.help and caught.value.sent == "yes", Replies.body[:20]
    server.shutdown()


@pytest.mark.ecs_scenario(api_faults=[{"silence": "before_effect"}])
def test_closing_ends_what_other_threads_wait_for(ecs_simulator: Simulator, tmp_path: Path) -> None:
    client = consnap.Client(**options(ecs_simulator, tmp_path))
    with ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(client.describe_regions) for _ in range(4)]
        while len(ecs_simulator.calls()) < 4:
            time.sleep(0.01)
        client.close()
        for call in waiting:
            assert isinstance(call.exception(5), consnap.ConfigError) and "closed" in str(call.exception())


@fast
def test_calls_go_on_beside_a_run(ecs_simulator: Simulator, tmp_path: Path) -> None:
    client = consnap.Client(**options(ecs_simulator, tmp_path))
    assert client.describe_regions()["Regions"]
    run = client.start(job())
    with ThreadPoolExecutor(4) as pool:
        replies = list(pool.map(lambda _: client.describe_disks(InstanceId=LINUX)["TotalCount"], range(32)))
    assert replies == [2] * 32 and run.wait().ok


@pytest.mark.ecs_scenario(api_faults=[{"throttle": {"code": "Throttling.User"}, "every": 3}], time_scale=SCALE)
def test_a_run_goes_on_when_it_is_throttled(ecs_simulator: Simulator, tmp_path: Path) -> None:
    report = consnap.Client(**options(ecs_simulator, tmp_path)).run(job())
    assert report.ok and report.summary.throttled > 0, report


@fast
async def test_a_callback_of_asyncio_is_awaited(ecs_simulator: Simulator, tmp_path: Path) -> None:
    seen: list[str] = []

    async def see(event: consnap.Event) -> None:
        await asyncio.sleep(0)
        seen.append(event.event)

    async with consnap.AsyncClient(**options(ecs_simulator, tmp_path)) as client:
        run = client.start(job(LINUX))
        assert repr(run) == f"<AsyncRun {run.run_id}, under way>"
        report = await run.wait(see)
        assert (seen[0], seen[-1], repr(run)) == ("run_started", "run_ended", f"<AsyncRun {report.run_id}, over>")


@fast
async def test_asyncio(ecs_simulator: Simulator, tmp_path: Path) -> None:
    client = consnap.AsyncClient(**options(ecs_simulator, tmp_path))
    assert (await client.call("DescribeInstances", InstanceIds=f'["{LINUX}"]'))["TotalCount"] == 1
    assert (await client.plan(job())).eligible == 2
    run = client.start(job(LINUX))
    names = [event.event async for event in run]
    assert (names[0], names[-1]) == ("run_started", "run_ended")
    report = await run.wait()
    assert report.ok
    assert (await client.verify(report.run_id)).ok
    with pytest.raises(consnap.CredentialError):
        await consnap.AsyncClient(**options(ecs_simulator, tmp_path, access_key_secret="x")).run(job())


@fast
async def test_asyncio_calls_run_side_by_side(ecs_simulator: Simulator, tmp_path: Path) -> None:
    async with consnap.AsyncClient(**options(ecs_simulator, tmp_path)) as client:
        ids = [(LINUX, WINDOWS)[number % 2] for number in range(32)]
        replies = await asyncio.gather(*(client.describe_disks(InstanceId=id) for id in ids))
        assert [reply["Disks"]["Disk"][0]["InstanceId"] for reply in replies] == ids
        with pytest.raises(consnap.ConfigError, match="NoSuchOperation"):
            await client.call("NoSuchOperation")
    with pytest.raises(consnap.ConfigError, match="closed"):
        await client.describe_regions()


def owner(reply: dict[str, Any]) -> str:
    found: str = reply["Disks"]["Disk"][0]["InstanceId"]
    return found


def unreachable_in_the_middle(ids: list[str]) -> list[dict[str, str]]:
    requests = [{"InstanceId": id} for id in ids]
    requests[2] = {"RegionId": "cn-nowhere"}
    return requests


@pytest.mark.ecs_scenario(service={"latency_millis": {"min": 100, "max": 100}})
def test_calls_side_by_side_are_answered_in_order(ecs_simulator: Simulator, tmp_path: Path) -> None:
    ids = [(LINUX, WINDOWS)[number % 2] for number in range(32)]
    with consnap.Client(**options(ecs_simulator, tmp_path)) as client:
        start = time.perf_counter()
        replies = client.call_many("DescribeDisks", ({"InstanceId": id} for id in ids), at_once=16)
        assert [owner(reply) for reply in replies] == ids
        assert time.perf_counter() - start < 1.6, "3.2 s one after the other"
        endless = client.call_many("DescribeDisks", ({"InstanceId": id} for id in itertools.cycle(ids)), at_once=2)
        assert [owner(next(endless)) for _ in range(5)] == ids[:5]
        assert len(ecs_simulator.calls("DescribeDisks")) <= 32 + 7, "requests are taken as replies are taken"
        with pytest.raises(ValueError, match="at_once"):
            client.call_many("DescribeDisks", [], at_once=0)
        assert list(client.call_many("DescribeDisks", [])) == []


def test_one_wrong_call_of_many_is_told_in_its_place(ecs_simulator: Simulator, tmp_path: Path) -> None:
    ids = [LINUX, WINDOWS, LINUX, WINDOWS, LINUX]
    client = consnap.Client(**options(ecs_simulator, tmp_path))
    answers = client.call_many("DescribeDisks", unreachable_in_the_middle(ids), return_exceptions=True)
    told = [answer if isinstance(answer, consnap.ConsnapError) else owner(answer) for answer in answers]
    assert told[:2] + told[3:] == ids[:2] + ids[3:] and isinstance(told[2], consnap.ApiError)
    seen = []
    with pytest.raises(consnap.ApiError):
        for reply in client.call_many("DescribeDisks", unreachable_in_the_middle(ids), at_once=1):
            seen.append(owner(reply))
    assert seen == ids[:2]
    refused = list(client.call_many("NoSuchOperation", [{}], return_exceptions=True))
    assert isinstance(refused[0], consnap.ConfigError)
    going = client.call_many("DescribeDisks", [{"InstanceId": LINUX}] * 9, at_once=2)
    assert owner(next(going)) == LINUX
    client.close()
    with pytest.raises(consnap.ConfigError, match="closed"):
        list(going)


async def test_calls_side_by_side_for_asyncio(ecs_simulator: Simulator, tmp_path: Path) -> None:
    ids = [LINUX, WINDOWS, LINUX, WINDOWS, LINUX]
    async with consnap.AsyncClient(**options(ecs_simulator, tmp_path)) as client:
        many = client.call_many("DescribeDisks", ({"InstanceId": id} for id in ids), at_once=2)
        assert [owner(reply) async for reply in many] == ids
        answers = client.call_many("DescribeDisks", unreachable_in_the_middle(ids), return_exceptions=True)
        assert [isinstance(answer, consnap.ApiError) async for answer in answers] == [number == 2 for number in range(5)]
        with pytest.raises(consnap.ApiError):
            async for _ in client.call_many("DescribeDisks", unreachable_in_the_middle(ids)):
                pass
        with pytest.raises(ValueError, match="at_once"):
            client.call_many("DescribeDisks", [], at_once=0)


def test_who_works_long_on_one_answer_gets_the_others_all_the_same(ecs_simulator: Simulator, tmp_path: Path) -> None:
    client = consnap.Client(**options(ecs_simulator, tmp_path, read_timeout=1))
    replies = client.call_many("DescribeDisks", [{"InstanceId": LINUX}] * 4, at_once=4)
    assert owner(next(replies)) == LINUX
    time.sleep(1.5)
    assert [owner(reply) for reply in replies] == [LINUX] * 3


def test_one_client_serves_one_loop_after_another_and_several_at_once(ecs_simulator: Simulator, tmp_path: Path) -> None:
    client = consnap.AsyncClient(**options(ecs_simulator, tmp_path))

    async def owners() -> list[str]:
        ids = [(LINUX, WINDOWS)[number % 2] for number in range(16)]
        replies = await asyncio.gather(*(client.describe_disks(InstanceId=id) for id in ids))
        return [reply["Disks"]["Disk"][0]["InstanceId"] for reply in replies]

    first, second = asyncio.run(owners()), asyncio.run(owners())
    with ThreadPoolExecutor(4) as pool:
        others = list(pool.map(lambda _: asyncio.run(owners()), range(8)))
    assert all(found == [LINUX, WINDOWS] * 8 for found in (first, second, *others))


@pytest.mark.ecs_scenario(api_faults=[{"silence": "before_effect"}])
async def test_an_asyncio_call_is_cancelled_at_once(ecs_simulator: Simulator, tmp_path: Path) -> None:
    client = consnap.AsyncClient(**options(ecs_simulator, tmp_path))
    start = time.perf_counter()
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(client.describe_regions(), 0.1)
    assert time.perf_counter() - start < 1
    pending = asyncio.create_task(client.describe_regions())
    await asyncio.sleep(0.05)
    client.close()
    with pytest.raises(consnap.ConfigError, match="closed"):
        await asyncio.wait_for(pending, 5)


@slow_first_result
async def test_cancelled_then_resumed_in_another_process(ecs_simulator: Simulator, tmp_path: Path) -> None:
    client = consnap.AsyncClient(**options(ecs_simulator, tmp_path))
    started = asyncio.Event()

    def see(event: consnap.Event) -> None:
        if event.event == "call_accepted" and event["seq"] > 12:
            started.set()

    task = asyncio.create_task(client.run(job(LINUX), on_event=see))
    await asyncio.wait_for(started.wait(), 20)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    (run_id,) = [folder.name for folder in tmp_path.iterdir() if folder.is_dir()]
    given = options(ecs_simulator, tmp_path)
    script = (
        "import consnap, sys\n"
        f"client = consnap.Client(**{ {**given, 'state_directory': str(tmp_path)}!r})\n"
        f"report = client.resume({run_id!r})\n"
        "print(report.exit_status, report.instances[0].got)\n"
    )
    ran = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", script], capture_output=True, text=True, timeout=90
    )
    assert ran.stdout.split() == ["0", "application"], ran.stderr
    assert ecs_simulator.truth()[LINUX].started == 1


@slow_first_result
def test_what_a_callback_raises_ends_the_waiting(ecs_simulator: Simulator, tmp_path: Path) -> None:
    client = consnap.Client(**options(ecs_simulator, tmp_path))

    def fail(event: consnap.Event) -> None:
        if event.event == "call_intended":
            raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        client.run(job(LINUX), on_event=fail)
    time.sleep(0.3)
    # The run was left: its journal is free, and it can be gone on with at once.
    (run_id,) = [folder.name for folder in tmp_path.iterdir() if folder.is_dir()]
    resumed = client.resume(run_id)
    assert resumed.run_id == run_id and resumed.exit_status in (0, 1), resumed
    assert ecs_simulator.truth()[LINUX].started <= 1


def test_a_run_that_policies_stand_against_starts_nothing(tmp_path: Path) -> None:
    scenario = {"version": 1, "time_scale": 300, "instances": [{"id": LINUX, "role": "AppSnapshotRoleName"}]}
    document = {
        "version": 1,
        "targets": {"ids": [LINUX]},
        "instance_ram_role": "AppSnapshotRoleName",
        "group_name": "nightly-{run}",
        "required_consistency": "file_system",
        "linux": {"freeze_timeout_seconds": 30},
    }

    def policy(require: str) -> dict[str, object]:
        return {"version": 1, "language": "cel", "policies": [{"id": "p", "require": require, "message": {"en": "no"}}]}

    with Simulator(scenario) as ecs:
        client = consnap.Client(**options(ecs, tmp_path))
        short = policy("job.linux.freeze_timeout_seconds <= 15 && instance.instance_id != ''")
        with pytest.raises(consnap.ConsnapError) as caught:
            client.run(document, policies=short)
        assert isinstance(caught.value, consnap.PolicyRefused) and caught.value.code == "CE308" and caught.value.findings[0].code == "CS400"
        with pytest.raises(consnap.ConsnapError):
            client.plan(document, policies=short)
        with pytest.raises(consnap.ConsnapError) as caught:
            client.run(document, policies=policy("jbo.version == 1"))
        assert caught.value.code == "CE428" and caught.value.findings[0].code == "CS418"
        assert not any(call.operation == "RunCommand" for call in ecs.calls())
        report = client.run(document, policies=policy("plan.eligible == 1 && has(instance.instance_id)"))
        assert report.summary.ok == 1
