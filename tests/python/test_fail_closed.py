"""Whatever is not certain to be done as it is meant is refused, and nobody is told that nothing was sent when something was."""

from __future__ import annotations

import asyncio
import dataclasses
import gc
import os
import pickle
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

import consnap
from consnap.testing import Simulator

LINUX, WINDOWS = "i-bp1linux000000000001", "i-bp1windows0000000001"
SCALE = 100


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


def job(*ids: str) -> consnap.Job:
    return consnap.Job(
        instance_ram_role="AppSnapshotRoleName",
        group_name="test-{run}",
        targets=consnap.Targets(ids=ids or (LINUX, WINDOWS)),
        linux=consnap.LinuxOptions(pre_script_path="/tmp/prescript.sh", post_script_path="/tmp/postscript.sh"),
        run=consnap.RunOptions(attach_role="if_missing"),
    )


slow = pytest.mark.ecs_scenario(
    api_faults=[{"operation": "DescribeInvocations", "latency_millis": {"min": 100_000, "max": 100_000}}],
    time_scale=SCALE,
)


# Policies


def test_policies_that_hold_none_are_an_error(ecs_simulator: Simulator, tmp_path: Path) -> None:
    empty, below = tmp_path / "empty", tmp_path / "below"
    empty.mkdir()
    (below / "inner").mkdir(parents=True)
    (below / "inner" / "p.yaml").write_text("version: 1\nlanguage: cel\npolicies: []\n", "utf-8")
    (below / "README.md").write_text("no policy\n", "utf-8")
    client = consnap.Client(**options(ecs_simulator, tmp_path / "state"))
    facts = {"instance_id": LINUX}
    for none in ([], (), empty, str(empty), below, [below]):
        policies: Any = none
        for attempt in (
            lambda: consnap.check(job(), policies=policies),
            lambda: consnap.check_many(job(), [facts], policies=policies),
            lambda: consnap.plan(job(), facts, policies=policies),
            lambda: client.run(job(), policies=policies),
            lambda: client.plan(job(), policies=policies),
            lambda: client.start(job(), policies=policies),
        ):
            with pytest.raises(consnap.ConfigError) as caught:
                attempt()
            assert caught.value.code in ("CE426", "CE429") and caught.value.sent == "no"
        assert none in ([], ()) or "below" in str(caught.value) or "empty" in str(caught.value)
    assert ecs_simulator.calls() == []
    for policies in (empty, str(empty), below, [below]):
        for look in (lambda: consnap.policy_check(policies, job()), lambda: consnap.policy_test(policies)):
            with pytest.raises(consnap.ConfigError):
                look()
    assert not consnap.policy_check([], job()).passed and not consnap.policy_test([]).passed
    for nothing in ({"version": 1, "language": "cel"}, {"version": 1, "language": "cel", "policies": []}):
        assert not consnap.policy_check(nothing, job()).passed
        with pytest.raises(consnap.ConfigError):
            client.run(job(), policies=nothing)


# Parameters of single calls


def test_a_name_that_is_not_known_is_refused_and_the_right_one_told(ecs_simulator: Simulator, tmp_path: Path) -> None:
    client: Any = consnap.Client(**options(ecs_simulator, tmp_path))
    for method, parameters, nearest in (
        ("stop_invocation", {"InvokeId": "t-1", "instance_id": [LINUX]}, "InstanceId"),
        ("stop_invocation", {"InvokeId": "t-1", "InstanceIds": [LINUX]}, "InstanceId"),
        ("describe_instances", {"InstanceId": [LINUX]}, "InstanceIds"),
        ("describe_disks", {"instance_id": LINUX}, "InstanceId"),
        ("describe_snapshots", {"Snapshotids": ["s-1"]}, "SnapshotIds"),
        ("describe_instances", {"Tag.1.Kay": "a"}, None),
        ("describe_instances", {"colour": "red"}, None),
        ("describe_regions", {"InstanceIds": [LINUX]}, None),
    ):
        with pytest.raises(consnap.ConfigError) as caught:
            getattr(client, method)(**parameters)
        assert caught.value.sent == "no" and not caught.value.retryable
        if nearest is not None:
            assert f"`{nearest}`" in caught.value.help, caught.value
        operation = "".join(word.capitalize() for word in method.split("_"))
        with pytest.raises(consnap.ConfigError):
            client.call(operation, **parameters)
        with pytest.raises(consnap.ConfigError):
            list(client.call_many(operation, [parameters]))
        with pytest.raises(consnap.ConfigError):
            asyncio.run(getattr(consnap.AsyncClient(**options(ecs_simulator, tmp_path)), method)(**parameters))
    assert ecs_simulator.calls() == []


def test_a_value_of_another_form_is_refused(ecs_simulator: Simulator, tmp_path: Path) -> None:
    client = consnap.Client(**options(ecs_simulator, tmp_path))
    wrong: Any
    for operation, name, wrong in (
        ("DescribeDisks", "InstanceId", [LINUX]),
        ("DescribeDisks", "InstanceId", {"a": LINUX}),
        ("DescribeDisks", "DiskIds", "d-1"),
        ("DescribeDisks", "DiskIds", '{"a": 1}'),
        ("DescribeDisks", "DiskIds", "[1]"),
        ("DescribeDisks", "DiskIds", [["d-1"]]),
        ("DescribeDisks", "MaxResults", "many"),
        ("DescribeDisks", "MaxResults", 1.5),
        ("DescribeDisks", "Encrypted", "yes"),
        ("StopInvocation", "InstanceId", LINUX),
        ("StopInvocation", "InstanceId", {"first": LINUX}),
        ("DescribeInstances", "Tag", "backup=nightly"),
        ("DescribeInstances", "Tag", {"Key": "backup", "Value": "nightly"}),
        ("DescribeInstances", "Tag", [{"TagKey": "backup"}]),
        ("DescribeInstances", "Tag", [{"Value": "nightly"}]),
        ("RunCommand", "Parameters", "a=b"),
        ("DescribeDisks", "DiskIds", "[]"),
        ("DescribeDisks", "DiskIds", ["d-1", ""]),
        ("DescribeDisks", "DiskIds", ["d-1", None]),
    ):
        with pytest.raises(consnap.ConfigError, match=f"`{name}"):
            client.call(operation, **{name: wrong})
    with pytest.raises(consnap.ConfigError, match="cn-beijing"):
        client.describe_disks("cn-hangzhou", RegionId="cn-beijing")
    assert ecs_simulator.calls() == []


def test_values_are_written_in_the_form_the_service_wants(ecs_simulator: Simulator, tmp_path: Path) -> None:
    client = consnap.Client(**options(ecs_simulator, tmp_path))
    assert client.describe_instances(InstanceIds=[LINUX])["TotalCount"] == 1
    assert client.describe_instances(InstanceIds=f'["{LINUX}"]')["TotalCount"] == 1
    assert client.describe_instances(InstanceIds=(id for id in (LINUX, WINDOWS)))["TotalCount"] == 2  # type: ignore[arg-type]
    sent = [dict(call.parameters)["InstanceIds"] for call in ecs_simulator.calls()]
    assert sent == [f'["{LINUX}"]', f'["{LINUX}"]', f'["{LINUX}","{WINDOWS}"]']
    client.describe_instances(Tag={"backup": "nightly", "owner": "dba"}, MaxResults=50, DryRun=False)
    client.describe_instances(Tag=[{"Key": "backup"}], NextToken=None)
    client.describe_cloud_assistant_status(InstanceId=[LINUX, WINDOWS])
    client.call("DescribeCloudAssistantStatus", **{"InstanceId.1": LINUX})
    named, keys, several, flat = (dict(call.parameters) for call in ecs_simulator.calls()[3:])
    assert (named["Tag.1.Key"], named["Tag.1.Value"], named["Tag.2.Key"]) == ("backup", "nightly", "owner")
    assert (named["MaxResults"], named["DryRun"]) == ("50", "false")
    assert keys == {"RegionId": ecs_simulator.region, "Tag.1.Key": "backup"}
    assert (several["InstanceId.1"], several["InstanceId.2"], flat["InstanceId.1"]) == (LINUX, WINDOWS, LINUX)
    assert all(call.unknown_parameters == () for call in ecs_simulator.calls())


def test_a_client_without_a_region_says_so(ecs_simulator: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ALIBABA_CLOUD_REGION_ID", raising=False)
    for endpoint in (None, ecs_simulator.endpoint):
        client = consnap.Client(**options(ecs_simulator, tmp_path, region=None, endpoint=endpoint))
        with pytest.raises(consnap.ConfigError, match="region") as caught:
            client.describe_disks()
        assert caught.value.sent == "no"
    assert ecs_simulator.calls() == []


# Data classes


def test_unknown_members_stay_in_copies_and_count_in_comparisons() -> None:
    written = {"instance_ram_role": "r", "group_name": "g", "version": 1, "required_consistency": "application", "new": [1]}
    read = consnap.Job.from_dict(written)
    assert read.unknown_members == {"new": [1]}
    copy = dataclasses.replace(read, group_name="h")
    assert copy.to_dict() == {**written, "group_name": "h"} and "new=[1]" in repr(copy)
    assert read != consnap.Job(instance_ram_role="r", group_name="g")
    assert read == consnap.Job.from_dict(written) == pickle.loads(pickle.dumps(read))
    facts = consnap.InstanceFacts.from_dict({"instance_id": "i-a", "new": [1]})
    assert hash(facts) == hash(consnap.InstanceFacts(instance_id="i-a")) and facts != consnap.InstanceFacts(instance_id="i-a")


# What was sent


def begun(ecs: Simulator, operation: str = "RunCommand") -> None:
    until = time.monotonic() + 20
    while not ecs.calls(operation):
        assert time.monotonic() < until, f"no {operation}"
        time.sleep(0.01)


@slow
def test_a_client_that_is_closed_under_a_run_tells_which(ecs_simulator: Simulator, tmp_path: Path) -> None:
    client = consnap.Client(**options(ecs_simulator, tmp_path))
    run = client.start(job(LINUX))
    begun(ecs_simulator)
    client.close()
    for _ in range(2):
        with pytest.raises(consnap.RunLeft) as caught:
            run.wait()
        assert (caught.value.run_id, caught.value.sent, caught.value.retryable) == (run.run_id, "maybe", False)
    assert run.done() and run.run_id is not None
    assert consnap.Client(**options(ecs_simulator, tmp_path)).resume(run.run_id).run_id == run.run_id
    assert ecs_simulator.truth()[LINUX].started == 1


@slow
def test_a_run_that_is_left_gives_its_report_to_everyone(ecs_simulator: Simulator, tmp_path: Path) -> None:
    client = consnap.Client(**options(ecs_simulator, tmp_path))
    run = client.start(job(LINUX))
    begun(ecs_simulator)
    run.leave()
    first, second = run.wait(), run.wait()
    assert first == second and first.run_id == run.run_id and not first.ok
    assert first.summary.open == 1, first


@slow
async def test_a_run_of_asyncio_that_is_left_gives_its_report(ecs_simulator: Simulator, tmp_path: Path) -> None:
    async with consnap.AsyncClient(**options(ecs_simulator, tmp_path)) as client:
        run = client.start(job(LINUX))
        async for event in run:
            if event.event == "call_accepted" and event.to_dict().get("invoke_id"):
                break
        run.leave()
        first, second = await asyncio.wait_for(asyncio.gather(run.wait(), run.wait()), 20)
        assert first == second and first.run_id == run.run_id and not first.ok


@pytest.mark.ecs_scenario(api_faults=[{"silence": "before_effect"}])
def test_a_run_that_is_left_before_anything_is_known_is_not_well(ecs_simulator: Simulator, tmp_path: Path) -> None:
    client = consnap.Client(**options(ecs_simulator, tmp_path))
    policy = {"version": 1, "language": "cel", "policies": [{"id": "p", "require": "plan.eligible > 0", "message": {"en": "no"}}]}
    for policies in (None, policy):
        run = client.start(job(LINUX), policies=policies)
        begun(ecs_simulator, "GetCallerIdentity")
        run.leave()
        try:
            assert not run.wait().ok
        except consnap.ConsnapError as error:
            assert isinstance(error, consnap.RunLeft) and error.run_id == run.run_id


@pytest.mark.ecs_scenario(api_faults=[{"silence": "before_effect"}])
def test_a_call_that_was_on_its_way_may_have_been_carried_out(ecs_simulator: Simulator, tmp_path: Path) -> None:
    client = consnap.Client(**options(ecs_simulator, tmp_path))
    caught: list[BaseException] = []

    def call() -> None:
        try:
            client.stop_invocation(InvokeId="t-1")
        except consnap.ConsnapError as error:
            caught.append(error)

    thread = threading.Thread(target=call)
    thread.start()
    begun(ecs_simulator, "StopInvocation")
    client.close()
    thread.join(10)
    (error,) = caught
    assert isinstance(error, consnap.ClientClosed) and error.sent == "maybe"
    with pytest.raises(consnap.ClientClosed) as after:
        client.stop_invocation(InvokeId="t-1")
    assert after.value.sent == "no"


RUN: dict[str, Any] = {"Type": "RunShellScript", "CommandContent": "true", "InstanceId": [LINUX]}


@pytest.mark.ecs_scenario(api_faults=[{"operation": "RunCommand", "connection_closed": "after_effect", "nth": 1}])
def test_a_command_in_doubt_is_repeated_with_its_token(ecs_simulator: Simulator, tmp_path: Path) -> None:
    client = consnap.Client(**options(ecs_simulator, tmp_path))
    with pytest.raises(consnap.TransportError) as caught:
        client.call("RunCommand", **RUN)
    assert (caught.value.sent, caught.value.retryable) == ("maybe", True)
    client.call("RunCommand", **RUN)
    client.call("RunCommand", **RUN)
    client.call("RunCommand", **{**RUN, "ClientToken": "mine"})
    lost, again, other, mine = (call["ClientToken"] for call in ecs_simulator.calls("RunCommand"))
    assert lost == again and len({lost, other, mine}) == 3 and mine == "mine"
    assert ecs_simulator.truth()[LINUX].commands == 3


@pytest.mark.ecs_scenario(api_faults=[{"operation": "AttachInstanceRamRole", "connection_closed": "after_effect"}])
def test_what_has_no_token_is_not_to_be_repeated_unseen(ecs_simulator: Simulator, tmp_path: Path) -> None:
    client = consnap.Client(**options(ecs_simulator, tmp_path))
    with pytest.raises(consnap.TransportError) as caught:
        client.attach_instance_ram_role(InstanceIds=[LINUX], RamRoleName="AppSnapshotRoleName")
    assert (caught.value.sent, caught.value.retryable) == ("maybe", False)


# The test double


def test_what_happened_stays_readable_after_the_simulator_is_gone(tmp_path: Path) -> None:
    with Simulator() as ecs:
        consnap.Client(**options(ecs, tmp_path)).describe_disks(InstanceId=LINUX)
        truth, now = ecs.truth(), ecs.now
    assert [call.operation for call in ecs.calls()] == ["DescribeDisks"]
    assert ecs.truth() == truth and truth[LINUX].started == 0 and ecs.now >= now
    ecs.stop()
    assert len(ecs.calls()) == 1
    with pytest.raises(consnap.ConfigError, match="stopped"):
        ecs.advance(1)
    with pytest.raises(consnap.ConfigError, match="stopped"):
        ecs.reset()


@pytest.mark.parametrize(
    "faults",
    [
        {"guest_faults": [{"instances": ["i-none"], "exit_code": 12}]},
        {"guest_faults": [{"instances": ["i-bp1linuks*"], "exit_code": 12}]},
        {"api_faults": [{"operation": "RunCommand", "instance": "i-none", "throttle": {}}]},
    ],
)
def test_a_fault_for_nobody_is_refused(faults: dict[str, Any]) -> None:
    with pytest.raises(consnap.ConfigError) as caught:
        Simulator(**faults)
    assert "i-" in str(caught.value)


def test_an_operation_that_is_not_played_says_so_in_its_own_name(ecs_simulator: Simulator) -> None:
    query = "Action=DescribeInstanceTypes&Version=2014-05-26&Format=JSON"
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(urllib.request.Request(f"{ecs_simulator.endpoint}/?{query}", data=b""), timeout=10)
    assert caught.value.code == 501 and "not modelled by the simulator" in caught.value.read().decode()


# Processes


def in_a_child(what: Any) -> str:
    """What a forked process says of something: its answer, or what it raised."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            said = str(what())
        except BaseException as error:
            said = f"{type(error).__name__}: {error}"
        os.write(writer, said.encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        said = pipe.read().decode()
    os.waitpid(child, 0)
    return said


@slow
def test_another_process_is_told_at_once_and_does_no_harm(ecs_simulator: Simulator, tmp_path: Path) -> None:
    client = consnap.Client(**options(ecs_simulator, tmp_path))
    async_client = consnap.AsyncClient(**options(ecs_simulator, tmp_path))
    run = client.start(job(LINUX))
    begun(ecs_simulator)
    for use in (
        client.describe_regions,
        lambda: client.run(job()),
        lambda: list(client.call_many("DescribeRegions", [{}])),
        run.wait,
        run.done,
        run.stop,
        lambda: next(iter(run)),
        lambda: asyncio.run(async_client.describe_regions()),
        ecs_simulator.truth,
    ):
        begin = time.monotonic()
        said = in_a_child(use)
        assert said.startswith("ConfigError") and "process" in said and time.monotonic() - begin < 5, said

    def drop() -> str:
        nonlocal client, async_client, run
        client.close()
        del client, async_client, run
        gc.collect()
        return "gone"

    assert in_a_child(drop) == "gone"
    assert client.describe_regions()["Regions"] and asyncio.run(async_client.describe_regions())["Regions"]
    assert run.wait(timeout=60).ok


def test_a_connection_of_the_parent_outlives_the_child(ecs_simulator: Simulator, tmp_path: Path) -> None:
    client = consnap.Client(**options(ecs_simulator, tmp_path, read_timeout=3))
    client.describe_regions()

    def drop() -> str:
        nonlocal client
        del client
        gc.collect()
        return "gone"

    for _ in range(3):
        assert in_a_child(drop) == "gone"
        assert client.describe_regions()["Regions"]


# Time


def test_only_a_simulator_is_hurried() -> None:
    """Toward the service itself the pauses between attempts last as long as they say, whatever `time_scale` asks for."""
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        proxy.settimeout(60)
        script = (
            "import consnap\n"
            "given = {'region': 'cn-hangzhou', 'access_key_id': 'testid', 'access_key_secret': 'testsecret', 'time_scale': 100_000}\n"
            f"job = {{'version': 1, 'targets': {{'ids': [{LINUX!r}]}}, 'instance_ram_role': 'r', 'group_name': 'group-{{run}}'}}\n"
            "consnap.Client(**given).plan(job)\n"
        )
        environment = {**os.environ, "HTTPS_PROXY": f"http://127.0.0.1:{proxy.getsockname()[1]}"}
        process = subprocess.Popen([sys.executable, "-c", script], env=environment, stderr=subprocess.DEVNULL)
        try:
            attempts = []
            # The pauses between five attempts are drawn from up to 0.5, 1, 2 and 4 s.
            for _ in range(5):
                connection, _ = proxy.accept()
                connection.close()
                attempts.append(time.monotonic())
        finally:
            process.kill()
            process.wait()
    assert attempts[-1] - attempts[0] > 0.05, attempts
