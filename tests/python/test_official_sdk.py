"""The official SDK and consnap side by side against one simulator: they see the same, and hand over to each other."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from alibabacloud_ecs20140526 import models
from alibabacloud_ecs20140526.client import Client as SdkClient
from alibabacloud_tea_openapi.models import Config

import consnap
from consnap.testing import Simulator

LINUX, WINDOWS = "i-bp1linux000000000001", "i-bp1windows0000000001"
BOTH = f'["{LINUX}", "{WINDOWS}"]'
ROLE = "AppSnapshotRoleName"
EXAMPLES = Path(__file__).parent.parent.parent / "bindings-python" / "examples"


@pytest.fixture
def sdk(ecs_simulator: Simulator) -> Any:
    return SdkClient(
        Config(
            access_key_id=ecs_simulator.access_key_id,
            access_key_secret=ecs_simulator.access_key_secret,
            region_id=ecs_simulator.region,
            endpoint=ecs_simulator.host,
            protocol="http",
        )
    )


@pytest.fixture
def client(ecs_simulator: Simulator, tmp_path: Path) -> Iterator[consnap.Client]:
    with consnap.Client(
        region=ecs_simulator.region,
        endpoint=ecs_simulator.endpoint,
        access_key_id=ecs_simulator.access_key_id,
        access_key_secret=ecs_simulator.access_key_secret,
        state_directory=tmp_path,
        time_scale=100,
    ) as opened:
        yield opened


def job() -> consnap.Job:
    return consnap.Job(
        instance_ram_role=ROLE,
        group_name="side-{run}",
        targets=consnap.Targets(ids=[LINUX, WINDOWS]),
        linux=consnap.LinuxOptions(pre_script_path="/tmp/prescript.sh", post_script_path="/tmp/postscript.sh"),
    )


def replies_of_sdk(sdk: Any, region: str) -> list[Any]:
    disks = [
        sdk.describe_disks(models.DescribeDisksRequest(region_id=region, instance_id=instance)) for instance in (LINUX, WINDOWS)
    ]
    return [
        sdk.describe_instances(models.DescribeInstancesRequest(region_id=region, instance_ids=BOTH)),
        *disks,
        sdk.describe_cloud_assistant_status(
            models.DescribeCloudAssistantStatusRequest(region_id=region, instance_id=[LINUX, WINDOWS])
        ),
        sdk.describe_instance_ram_role(models.DescribeInstanceRamRoleRequest(region_id=region, instance_ids=BOTH)),
    ]


def replies_of_consnap(client: consnap.Client) -> list[Any]:
    return [
        client.describe_instances(InstanceIds=BOTH),
        client.describe_disks(InstanceId=LINUX),
        client.describe_disks(InstanceId=WINDOWS),
        client.describe_cloud_assistant_status(InstanceId=[LINUX, WINDOWS]),
        client.describe_instance_ram_role(InstanceIds=BOTH),
    ]


def test_both_give_the_same_facts(ecs_simulator: Simulator, sdk: Any, client: consnap.Client) -> None:
    with ThreadPoolExecutor(2) as pool:
        theirs = pool.submit(lambda: consnap.read_facts(*replies_of_sdk(sdk, ecs_simulator.region)))
        mine = pool.submit(lambda: consnap.read_facts(*replies_of_consnap(client)))

    def apart_from_the_heartbeat(facts: tuple[consnap.InstanceFacts, ...]) -> list[dict[str, Any]]:
        plain = [fact.to_dict() for fact in facts]
        for fact in plain:
            assert fact["cloud_assistant"].pop("last_heartbeat")
        return plain

    facts = mine.result()
    assert apart_from_the_heartbeat(facts) == apart_from_the_heartbeat(theirs.result())
    assert [fact.instance_id for fact in facts] == [LINUX, WINDOWS]
    assert all(fact.disks and fact.cloud_assistant and fact.cloud_assistant.online for fact in facts)
    # Without a role neither is fit; an SDK script learns from consnap why.
    checked = consnap.check(job(), facts).instances
    assert checked is not None and [one.eligible for one in checked] == ["no", "no"]
    assert [one.eligible for one in (consnap.check(job(), theirs.result()).instances or ())] == ["no", "no"]


@pytest.mark.ecs_scenario(time_scale=100)
def test_what_the_sdk_starts_both_read_alike(ecs_simulator: Simulator, sdk: Any, client: consnap.Client) -> None:
    region = ecs_simulator.region
    sdk.attach_instance_ram_role(
        models.AttachInstanceRamRoleRequest(region_id=region, instance_ids=f'["{LINUX}"]', ram_role_name=ROLE)
    )
    built = consnap.build_command(job(), "linux", naming={"run": "sdkstart", "date": "", "time": ""})
    assert built.command is not None
    started = sdk.run_command(
        models.RunCommandRequest(
            region_id=region,
            type="RunShellScript",
            command_content=built.command,
            instance_id=[LINUX],
            timeout=built.timeout_seconds,
        )
    ).body
    response: Any = None
    theirs = consnap.decode(exit_code=1).outcomes[0]
    for _ in range(100):
        response = sdk.describe_invocation_results(
            models.DescribeInvocationResultsRequest(region_id=region, invoke_id=started.invoke_id)
        )
        (theirs,) = consnap.decode(response).outcomes
        if theirs.finished:
            break
        time.sleep(0.05)
    (mine,) = consnap.decode(client.describe_invocation_results(InvokeId=started.invoke_id)).outcomes
    assert mine == theirs and theirs.succeeded and theirs.snapshot_group_id
    assert list(consnap.decode_many([response])) == [theirs]
    (group,) = ecs_simulator.truth()[LINUX].groups
    assert (group.group_id, group.name) == (theirs.snapshot_group_id, "side-sdkstart")


@pytest.mark.ecs_scenario(time_scale=100)
def test_what_consnap_reports_the_sdk_sees(ecs_simulator: Simulator, sdk: Any, client: consnap.Client) -> None:
    document = {**job().to_dict(), "run": {"attach_role": "if_missing"}}
    report = client.run(document)
    assert report.ok, report
    region = ecs_simulator.region
    for instance_id in (LINUX, WINDOWS):
        mine = report.instance(instance_id)
        groups = sdk.describe_snapshot_groups(
            models.DescribeSnapshotGroupsRequest(region_id=region, instance_id=instance_id)
        ).to_map()["body"]["SnapshotGroups"]["SnapshotGroup"]
        assert [group["SnapshotGroupId"] for group in groups] == [mine.group_id]
        ids = "[" + ", ".join(f'"{disk.snapshot_id}"' for disk in mine.disks) + "]"
        snapshots = sdk.describe_snapshots(
            models.DescribeSnapshotsRequest(region_id=region, snapshot_ids=ids)
        ).to_map()["body"]["Snapshots"]["Snapshot"]
        assert {one["SourceDiskId"] for one in snapshots} == {disk.disk_id for disk in mine.disks}
        assert all(one["Tags"]["Tag"] == [{"TagKey": "APPConsistent", "TagValue": "True"}] for one in snapshots)


@pytest.mark.ecs_scenario(virtual_time=True)
def test_a_script_on_the_sdk_is_tested_in_virtual_time(
    ecs_simulator: Simulator, sdk: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.syspath_prepend(str(EXAMPLES))
    import importlib

    script: Any = importlib.import_module("migration_before")
    before = ecs_simulator.now
    # What the script waits passes on the simulated clock only.
    monkeypatch.setattr(time, "sleep", ecs_simulator.advance)
    start = time.perf_counter()
    assert script.main(sdk, ecs_simulator.region, LINUX) == 0
    assert time.perf_counter() - start < 5
    assert capsys.readouterr().out.startswith("0 ")
    assert ecs_simulator.now > before and ecs_simulator.truth()[LINUX].started == 1
    assert [call.operation for call in ecs_simulator.calls()][:2] == ["AttachInstanceRamRole", "RunCommand"]
    sys.modules.pop("migration_before")
