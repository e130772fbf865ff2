{% for line in job.head -%}
# {= line|safe =}
{% endfor -%}
"""Starts app-consistent snapshots and waits for the commands.

    pip install alibabacloud_ecs20140526 alibabacloud_credentials

It ends with
    0  every command succeeded
    1  a command failed, or instances were left out after too many failures
    2  the instances are not those the job expects; nothing was started
    4  a result is unknown: look at it before anything is started again
Which consistency was reached, only the tags of the snapshots tell: `consnap audit` reads them.
"""

import base64
import json
import sys
import time
import uuid

from alibabacloud_credentials.client import Client as CredentialClient
from alibabacloud_ecs20140526 import models
from alibabacloud_ecs20140526.client import Client
from alibabacloud_tea_openapi.models import Config

REGION = {= job.region =}
COMMAND = {= job.command =}
# Instances that leave disks out.
OWN_COMMANDS = {
{%- for share in job.own %}{% for id in share.instances %}
    {= id =}: {= share.command =},
{%- endfor %}{% endfor %}
}
TIMEOUT = {= job.timeout_seconds|safe =}  # of each command, in seconds
IDS = [{% for id in job.instances %}{% if !loop.first %}, {% endif %}{= id =}{% endfor %}]
TAGS = {{% for (key, value) in job.selection.tags %}{% if !loop.first %}, {% endif %}{= key =}: {= value =}{% endfor %}}
EXCLUDED_IDS = [{% for id in job.selection.without %}{% if !loop.first %}, {% endif %}{= id =}{% endfor %}]
EXCLUDED_TAGS = {{% for (key, value) in job.selection.without_tags %}{% if !loop.first %}, {% endif %}{= key =}: {= value =}{% endfor %}}
EXPECTED = range({= job.selection.expect.0|safe =}, {= job.selection.expect_end()|safe =})
CANARY = {= job.canary|safe =}  # instances of the first wave, which must go well
MAX_IN_FLIGHT = {= job.wave|safe =}
RUNNING = {"Pending", "Scheduled", "Running", "Stopping"}


def describe(client: Client, **filters) -> list:
    """The instances of all pages."""
    found, token = [], None
    while True:
        request = models.DescribeInstancesRequest(region_id=REGION, max_results=100, next_token=token, **filters)
        body = client.describe_instances(request).body
        found += body.instances.instance
        token = body.next_token
        if not token:
            return found


def select(client: Client) -> list[str]:
    """The ids of the instances. The service filters; a filter that it ignores must not widen the selection."""
    if IDS and not EXCLUDED_TAGS:
        return IDS
    found = []
    for at in range(0, len(IDS), 100):
        found += describe(client, instance_ids=json.dumps(IDS[at : at + 100]))
    if not IDS:
        found = describe(client, tag=[models.DescribeInstancesRequestTag(key=key, value=TAGS[key]) for key in TAGS])
    elif {instance.instance_id for instance in found} != set(IDS):
        print("some of the instances were not found; nothing was started", file=sys.stderr)
        sys.exit(2)

    def wanted(instance) -> bool:
        tags = {tag.tag_key: tag.tag_value for tag in (instance.tags.tag if instance.tags else [])}
        excluded = instance.instance_id in EXCLUDED_IDS or EXCLUDED_TAGS.items() & tags.items()
        return TAGS.items() <= tags.items() and not excluded

    return [instance.instance_id for instance in found if wanted(instance)]


def start(client: Client, command: str, instances: list[str]) -> str:
    request = models.RunCommandRequest(
        region_id=REGION,
        type={= job.command_type =},
        command_content=base64.b64encode(command.encode()).decode(),
        content_encoding="Base64",
        enable_parameter=False,
        keep_command=False,
        timeout=TIMEOUT,
        instance_id=instances,
        client_token=uuid.uuid4().hex,
    )
    return client.run_command(request).body.invoke_id


def wait(client: Client, invoke_id: str, count: int) -> list:
    """The results that are there at the end. One page holds 50, and no invocation has more."""
    deadline = time.monotonic() + TIMEOUT + 60
    request = models.DescribeInvocationResultsRequest(
        region_id=REGION, invoke_id=invoke_id, max_results=50, content_encoding="PlainText"
    )
    ended = []
    while True:
        try:
            invocation = client.describe_invocation_results(request).body.invocation
            results = invocation.invocation_results.invocation_result
            ended = [result for result in results if result.invocation_status not in RUNNING]
        except Exception as error:
            print(f"{invoke_id} cannot be read: {error}", file=sys.stderr)
        if len(ended) == count or time.monotonic() > deadline:
            return ended
        time.sleep(5)


def main() -> int:
    client = Client(Config(credential=CredentialClient(), region_id=REGION))
    run, stamp = uuid.uuid4().hex[:8], time.gmtime()
    ids = select(client)
    if len(ids) not in EXPECTED:
        print(f"{len(ids)} instances are not what the job expects; nothing was started", file=sys.stderr)
        return 2
    max_errors = {% match job.max_errors %}{% when MaxErrors::Count(count) %}{= count|safe =}{% when MaxErrors::Percent(percent) %}len(ids) * {= percent|safe =} // 100{% endmatch %}
    failed = unknown = at = 0
    while at < len(ids) and failed + unknown <= (0 if 0 < at == CANARY else max_errors):
        wave = ids[at : at + (CANARY if at == 0 and CANARY else MAX_IN_FLIGHT)]
        at += len(wave)
        by_command: dict[str, list[str]] = {}
        for instance in wave:
            by_command.setdefault(OWN_COMMANDS.get(instance, COMMAND), []).append(instance)
        started = []
        for command, instances in by_command.items():
            command = command.replace("RUNID000", run).replace("DATE0000", time.strftime("%Y%m%d", stamp))
            command = command.replace("TIME00", time.strftime("%H%M%S", stamp))
            try:
                started.append((start(client, command, instances), len(instances)))
            except Exception as error:
                print(f"it is not known whether the command was started on {instances}: {error}", file=sys.stderr)
                unknown += len(instances)
        for invoke_id, count in started:
            results = wait(client, invoke_id, count)
            for result in results:
                print(result.instance_id, result.invocation_status, result.exit_code, result.error_code or "")
                print(result.output or "")
                failed += result.invocation_status != "Success" or result.exit_code != 0
            unknown += count - len(results)
    print(f"{len(ids)} instances: {failed} failed, {unknown} unknown, {len(ids) - at} not started")
    return 4 if unknown else int(failed > 0 or at < len(ids))


if __name__ == "__main__":
    sys.exit(main())
