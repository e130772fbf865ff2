"""The older official SDK (`aliyun-python-sdk-ecs`, signature version 1), unchanged, against the simulator."""

import base64
import json
import time

import pytest
from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.client import AcsClient
from aliyunsdkecs.request.v20140526 import (
    AttachInstanceRamRoleRequest,
    DescribeInvocationResultsRequest,
    DescribeInvocationsRequest,
    DescribeSnapshotGroupsRequest,
    DescribeSnapshotsRequest,
    RunCommandRequest,
)
from conftest import LINUX, LINUX_COMMAND, ROLE, WINDOWS, WINDOWS_COMMAND


def client(simulator, secret=None):
    return AcsClient(simulator.access_key_id, secret or simulator.access_key_secret, simulator.region)


def call(acs, simulator, request):
    # The SDK's own switch for another endpoint: it still signs and sends as always.
    request.set_endpoint(simulator.host)
    return json.loads(acs.do_action_with_exception(request))


@pytest.mark.parametrize(
    ("kind", "command", "instance"),
    [("RunShellScript", LINUX_COMMAND, LINUX), ("RunBatScript", WINDOWS_COMMAND, WINDOWS)],
    ids=["linux", "windows"],
)
def test_attach_run_describe(simulator, kind, command, instance):
    acs = client(simulator)
    attach = AttachInstanceRamRoleRequest.AttachInstanceRamRoleRequest()
    attach.set_InstanceIds(json.dumps([instance]))
    attach.set_RamRoleName(ROLE)
    assert call(acs, simulator, attach)["FailCount"] == 0

    run = RunCommandRequest.RunCommandRequest()
    run.set_Type(kind)
    run.set_CommandContent(command)
    run.set_InstanceIds([instance])
    run.set_Timeout(1800)
    run.set_Timed(False)
    run.set_Tags([{"Key": "env", "Value": "测试 a+b*~/"}])
    invoke_id = call(acs, simulator, run)["InvokeId"]

    describe = DescribeInvocationResultsRequest.DescribeInvocationResultsRequest()
    describe.set_InvokeId(invoke_id)
    for _ in range(100):
        [result] = call(acs, simulator, describe)["Invocation"]["InvocationResults"]["InvocationResult"]
        if result["InvocationStatus"] not in ("Pending", "Running"):
            break
        time.sleep(0.2)
    assert (result["InvocationStatus"], result["ExitCode"]) == ("Success", 0)

    groups = DescribeSnapshotGroupsRequest.DescribeSnapshotGroupsRequest()
    groups.set_InstanceId(instance)
    groups.set_Statuss(["accomplished", "failed"])
    [group] = call(acs, simulator, groups)["SnapshotGroups"]["SnapshotGroup"]
    assert f'[snapshotgroup="{group["SnapshotGroupId"]}"]' in base64.b64decode(result["Output"]).decode()

    snapshots = DescribeSnapshotsRequest.DescribeSnapshotsRequest()
    snapshots.set_SnapshotIds(json.dumps([it["SnapshotId"] for it in group["Snapshots"]["Snapshot"]]))
    found = call(acs, simulator, snapshots)["Snapshots"]["Snapshot"]
    assert [it["Tags"]["Tag"] for it in found] == [[{"TagKey": "APPConsistent", "TagValue": "True"}]] * 2

    invocations = DescribeInvocationsRequest.DescribeInvocationsRequest()
    invocations.set_InvokeId(invoke_id)
    [invocation] = call(acs, simulator, invocations)["Invocations"]["Invocation"]
    assert invocation["Tags"]["Tag"] == [{"TagKey": "env", "TagValue": "测试 a+b*~/"}]
    assert simulator.truth(instance)["level"] == "application"


def test_wrong_secret(simulator):
    acs = client(simulator, secret="wrong")
    run = DescribeInvocationsRequest.DescribeInvocationsRequest()
    with pytest.raises(ServerException) as caught:
        call(acs, simulator, run)
    # The SDK compares the server's string to sign with its own and so knows that only the secret can be wrong.
    assert caught.value.get_error_code() == "InvalidAccessKeySecret"


def test_unknown_key(simulator):
    acs = AcsClient("nobody", "testsecret", simulator.region)
    with pytest.raises(ServerException) as caught:
        call(acs, simulator, DescribeInvocationsRequest.DescribeInvocationsRequest())
    assert caught.value.get_error_code() == "InvalidAccessKeyId.NotFound"
    assert caught.value.get_http_status() == 404
