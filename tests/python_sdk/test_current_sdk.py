"""The current official SDK (`alibabacloud_ecs20140526`), unchanged, against the simulator."""

import asyncio
import base64
import time

import pytest
from alibabacloud_ecs20140526 import models
from alibabacloud_ecs20140526.client import Client
from alibabacloud_tea_openapi import models as openapi_models
from alibabacloud_tea_openapi.client import Client as OpenApiClient
from alibabacloud_tea_openapi.models import Config
from alibabacloud_tea_util.models import RuntimeOptions
from conftest import LINUX, LINUX_COMMAND, ROLE, WINDOWS, WINDOWS_COMMAND


def client(simulator, secret=None, **more):
    return Client(Config(
        access_key_id=simulator.access_key_id,
        access_key_secret=secret or simulator.access_key_secret,
        endpoint=simulator.host,
        protocol="http",
        region_id=simulator.region,
        **more,
    ))


def wait_for(describe, request):
    for _ in range(100):
        results = describe(request).body.invocation.invocation_results.invocation_result
        if all(result.invocation_status not in ("Pending", "Running") for result in results):
            return results
        time.sleep(0.2)
    raise AssertionError("it does not end")


@pytest.mark.parametrize("algorithm", [None, "v2"], ids=["acs3", "hmac-sha1"])
@pytest.mark.parametrize(
    ("kind", "command", "instance"),
    [("RunShellScript", LINUX_COMMAND, LINUX), ("RunBatScript", WINDOWS_COMMAND, WINDOWS)],
    ids=["linux", "windows"],
)
def test_attach_run_describe(simulator, algorithm, kind, command, instance):
    ecs = client(simulator, **({"signature_algorithm": algorithm} if algorithm else {}))
    region = simulator.region
    attached = ecs.attach_instance_ram_role(models.AttachInstanceRamRoleRequest(
        region_id=region, instance_ids=f'["{instance}"]', ram_role_name=ROLE,
    )).body
    assert (attached.total_count, attached.fail_count) == (1, 0)
    run = ecs.run_command(models.RunCommandRequest(
        region_id=region, type=kind, command_content=command, instance_id=[instance], timeout=1800, timed=False,
        tag=[models.RunCommandRequestTag(key="env", value="测试 a+b*~/")],
    )).body
    results = wait_for(ecs.describe_invocation_results, models.DescribeInvocationResultsRequest(
        region_id=region, invoke_id=run.invoke_id, instance_id=instance, command_id=run.command_id,
    ))
    assert [(result.invocation_status, result.exit_code) for result in results] == [("Success", 0)]
    output = base64.b64decode(results[0].output).decode()
    groups = ecs.describe_snapshot_groups(models.DescribeSnapshotGroupsRequest(
        region_id=region, instance_id=instance, status=["accomplished", "failed"],
    )).body.snapshot_groups.snapshot_group
    assert f'[snapshotgroup="{groups[0].snapshot_group_id}"]' in output
    snapshots = ecs.describe_snapshots(models.DescribeSnapshotsRequest(
        region_id=region, snapshot_ids="[" + ",".join(f'"{s.snapshot_id}"' for s in groups[0].snapshots.snapshot) + "]",
    )).body.snapshots.snapshot
    assert len(snapshots) == 2
    for snapshot in snapshots:
        assert [(tag.tag_key, tag.tag_value) for tag in snapshot.tags.tag] == [("APPConsistent", "True")]
    invocation = ecs.describe_invocations(models.DescribeInvocationsRequest(
        region_id=region, include_output=True, tag=[models.DescribeInvocationsRequestTag(key="env", value="测试 a+b*~/")],
    )).body.invocations.invocation
    assert [found.invoke_id for found in invocation] == [run.invoke_id]
    assert simulator.truth(instance)["level"] == "application"
    assert simulator.unknown_parameters() == []


def test_describe_what_is_there(simulator):
    ecs = client(simulator)
    region = simulator.region
    instances = ecs.describe_instances(models.DescribeInstancesRequest(
        region_id=region, instance_ids=f'["{LINUX}", "{WINDOWS}"]', max_results=100,
    )).body.instances.instance
    assert [(it.instance_id, it.ostype) for it in instances] == [(LINUX, "linux"), (WINDOWS, "windows")]
    disks = ecs.describe_disks(models.DescribeDisksRequest(region_id=region, instance_id=LINUX)).body.disks.disk
    assert [(disk.category, disk.type) for disk in disks] == [("cloud_essd", "system"), ("cloud_essd", "data")]
    status = ecs.describe_cloud_assistant_status(models.DescribeCloudAssistantStatusRequest(
        region_id=region, instance_id=[LINUX, WINDOWS],
    )).body.instance_cloud_assistant_status_set.instance_cloud_assistant_status
    assert [(it.cloud_assistant_status, it.ostype) for it in status] == [("true", "Linux"), ("true", "Windows")]
    roles = ecs.describe_instance_ram_role(models.DescribeInstanceRamRoleRequest(
        region_id=region, instance_ids=f'["{LINUX}"]',
    )).body.instance_ram_role_sets.instance_ram_role_set
    assert [role.ram_role_name for role in roles] == [""]
    regions = ecs.describe_regions(models.DescribeRegionsRequest()).body.regions.region
    assert region in [it.region_id for it in regions]


def test_asyncio(simulator):
    async def both():
        ecs = client(simulator)
        request = models.DescribeInstancesRequest(region_id=simulator.region, instance_ids=f'["{LINUX}"]')
        return await asyncio.gather(*(ecs.describe_instances_async(request) for _ in range(4)))

    assert [reply.body.total_count for reply in asyncio.run(both())] == [1] * 4


@pytest.mark.parametrize("algorithm", [None, "v2"], ids=["acs3", "hmac-sha1"])
def test_wrong_secret(simulator, algorithm):
    ecs = client(simulator, secret="wrong", **({"signature_algorithm": algorithm} if algorithm else {}))
    with pytest.raises(Exception) as caught:
        ecs.describe_regions(models.DescribeRegionsRequest())
    assert caught.value.code == "SignatureDoesNotMatch"


def test_unknown_instance(simulator):
    with pytest.raises(Exception) as caught:
        client(simulator).run_command(models.RunCommandRequest(
            region_id=simulator.region, type="RunShellScript", command_content="true", instance_id=["i-none"],
        ))
    assert caught.value.code == "InvalidInstance.NotFound"
    assert caught.value.status_code == 404


def test_caller_identity(simulator):
    # STS has a package of its own; the generic client under all of them does the same.
    sts = OpenApiClient(Config(
        access_key_id=simulator.access_key_id, access_key_secret=simulator.access_key_secret,
        endpoint=simulator.host, protocol="http",
    ))
    params = openapi_models.Params(
        action="GetCallerIdentity", version="2015-04-01", protocol="HTTP", pathname="/", method="POST",
        auth_type="AK", style="RPC", req_body_type="formData", body_type="json",
    )
    reply = sts.call_api(params, openapi_models.OpenApiRequest(), RuntimeOptions())
    assert reply["body"]["AccountId"] == "1234567890123456"


def test_parameters_in_a_form(simulator):
    ecs = OpenApiClient(Config(
        access_key_id=simulator.access_key_id, access_key_secret=simulator.access_key_secret,
        endpoint=simulator.host, protocol="http",
    ))
    params = openapi_models.Params(
        action="DescribeInstances", version="2014-05-26", protocol="HTTP", pathname="/", method="POST",
        auth_type="AK", style="RPC", req_body_type="formData", body_type="json",
    )
    request = openapi_models.OpenApiRequest(body={"RegionId": simulator.region, "InstanceIds": f'["{LINUX}"]'})
    reply = ecs.call_api(params, request, RuntimeOptions())
    assert reply["body"]["TotalCount"] == 1
