"""The three steps of the feature's document, with the official SDK: attach the role, run the command, ask for its result.

It stops at exit code 0, which does not say which consistency was reached; `migration_after.py` does.

    python migration_before.py cn-hangzhou i-bp1...
"""

from __future__ import annotations

import json
import sys
import time

from alibabacloud_credentials.client import Client as Credentials
from alibabacloud_ecs20140526 import models
from alibabacloud_ecs20140526.client import Client
from alibabacloud_tea_openapi.models import Config

COMMAND = (
    'acs-plugin-manager --exec --plugin app-snapshot-plugin --params=-RamRoleName="AppSnapshotRoleName",'
    '-EnableFsFreeze=true,-TimeoutInSeconds=30,-ScriptTimeoutInSeconds=1800,-PreScriptPath="/tmp/prescript.sh",'
    '-PostScriptPath="/tmp/postscript.sh",-Name="LinuxApp-1"'
)


def main(client: Client, region: str, instance_id: str) -> int:
    client.attach_instance_ram_role(
        models.AttachInstanceRamRoleRequest(
            region_id=region, instance_ids=json.dumps([instance_id]), ram_role_name="AppSnapshotRoleName"
        )
    )
    started = client.run_command(
        models.RunCommandRequest(
            region_id=region, type="RunShellScript", command_content=COMMAND, instance_id=[instance_id], timeout=3990
        )
    ).to_map()["body"]
    while True:
        time.sleep(5)
        asked = models.DescribeInvocationResultsRequest(region_id=region, invoke_id=started["InvokeId"])
        reply = client.describe_invocation_results(asked).to_map()["body"]
        (result,) = reply["Invocation"]["InvocationResults"]["InvocationResult"]
        if result["InvokeRecordStatus"] in ("Finished", "Failed", "Stopped"):
            print(result["ExitCode"], result["Output"])
            return int(result["ExitCode"] != 0)


if __name__ == "__main__":
    sys.exit(main(Client(Config(credential=Credentials(), region_id=sys.argv[1])), sys.argv[1], sys.argv[2]))
