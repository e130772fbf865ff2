"""One job on a fleet, written for each client: 10,000 instances in batches of 50, and looks at each batch's results, two at
least, until all are there.

    python bench_clients.py WAY

`bench.py` starts it with HOST, SCHEME, CA, STATE and INSTANCES in the environment, and reads calls and CPU from its output.
Each way imports only what it needs, `json` and `typing` included: the whole process is measured.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence
    from typing import Any

HOST, SCHEME, CA = os.environ.get("HOST", ""), os.environ.get("SCHEME", "http"), os.environ.get("CA", "")
REGION, KEY, SECRET = "cn-hangzhou", "testid", "testsecret"
BATCH, AT_ONCE, LOOKS = 50, 16, 2
#: The plug-in, whose output is a whole log; `bench.py` also measures a command that says nothing.
PLUGIN = 'acs-plugin-manager --exec --plugin app-snapshot-plugin --params=-RamRoleName="AppSnapshotRoleName",-Name="bench"'
COMMAND = os.environ.get("COMMAND", PLUGIN)


def batches() -> list[list[str]]:
    """The instances of the fleet, as the simulator names them."""
    ids = [f"i-bp1{number:017d}" for number in range(1, int(os.environ.get("INSTANCES", "10000")) + 1)]
    return [ids[start : start + BATCH] for start in range(0, len(ids), BATCH)]


def in_threads(work: Callable[[Sequence[str]], tuple[int, int]]) -> tuple[int, int]:
    """Calls and results of all batches, side by side in threads."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return total(pool.map(work, batches()))


def in_tasks(begin: Callable[[], Awaitable[Callable[[Sequence[str]], Awaitable[tuple[int, int]]]]]) -> tuple[int, int]:
    """The same as tasks of asyncio."""
    import asyncio

    async def everything() -> list[tuple[int, int]]:
        work, gate = await begin(), asyncio.Semaphore(AT_ONCE)

        async def one(ids: Sequence[str]) -> tuple[int, int]:
            async with gate:
                return await work(ids)

        return await asyncio.gather(*(one(ids) for ids in batches()))

    return total(asyncio.run(everything()))


def total(parts: Iterable[tuple[int, int]]) -> tuple[int, int]:
    calls = results = 0
    for more_calls, more_results in parts:
        calls, results = calls + more_calls, results + more_results
    return calls, results


def ended(reply: Any) -> int:
    """Results of a reply, as plain values, that are final."""
    return sum(result.get("ExitCode") is not None for result in reply["Invocation"]["InvocationResults"]["InvocationResult"])


# --- the official SDK -------------------------------------------------------------------------------------------------


def sdk() -> tuple[Any, Any]:
    from alibabacloud_ecs20140526 import models
    from alibabacloud_ecs20140526.client import Client
    from alibabacloud_tea_openapi.models import Config

    config = Config(access_key_id=KEY, access_key_secret=SECRET, region_id=REGION, endpoint=HOST, protocol=SCHEME)
    if CA:
        config.ca = CA
    return Client(config), models


def sdk_threads() -> tuple[int, int]:
    client, models = sdk()

    def work(ids: Sequence[str]) -> tuple[int, int]:
        request = models.RunCommandRequest(
            region_id=REGION, type="RunShellScript", command_content=COMMAND, instance_id=ids, timeout=3990
        )
        invoke_id = client.run_command(request).body.invoke_id
        found = looks = 0
        while looks < LOOKS or found < len(ids):
            asked = models.DescribeInvocationResultsRequest(region_id=REGION, invoke_id=invoke_id, max_results=BATCH)
            reply = client.describe_invocation_results(asked).body
            results = reply.invocation.invocation_results.invocation_result
            found, looks = sum(result.exit_code is not None for result in results), looks + 1
        return 1 + looks, found

    return in_threads(work)


def sdk_asyncio() -> tuple[int, int]:
    async def begin() -> Callable[[Sequence[str]], Awaitable[tuple[int, int]]]:
        client, models = sdk()

        async def work(ids: Sequence[str]) -> tuple[int, int]:
            request = models.RunCommandRequest(
                region_id=REGION, type="RunShellScript", command_content=COMMAND, instance_id=ids, timeout=3990
            )
            invoke_id = (await client.run_command_async(request)).body.invoke_id
            found = looks = 0
            while looks < LOOKS or found < len(ids):
                asked = models.DescribeInvocationResultsRequest(region_id=REGION, invoke_id=invoke_id, max_results=BATCH)
                reply = (await client.describe_invocation_results_async(asked)).body
                results = reply.invocation.invocation_results.invocation_result
                found, looks = sum(result.exit_code is not None for result in results), looks + 1
            return 1 + looks, found

        return work

    return in_tasks(begin)


# --- written by hand on aiohttp ---------------------------------------------------------------------------------------


def aiohttp_by_hand() -> tuple[int, int]:
    """One session, signature version 1: the leanest a careful author gets in Python."""
    import base64
    import hmac
    import json
    import uuid
    from datetime import datetime, timezone
    from hashlib import sha1
    from urllib.parse import quote

    import aiohttp

    def signed(action: str, parameters: dict[str, str]) -> str:
        everything = {
            "Action": action, "Version": "2014-05-26", "Format": "JSON", "AccessKeyId": KEY, "RegionId": REGION,
            "SignatureMethod": "HMAC-SHA1", "SignatureVersion": "1.0", "SignatureNonce": uuid.uuid4().hex,
            "Timestamp": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"), **parameters,
        }  # fmt: skip
        query = "&".join(f"{quote(name, safe='~')}={quote(everything[name], safe='~')}" for name in sorted(everything))
        digest = hmac.new(f"{SECRET}&".encode(), f"POST&%2F&{quote(query, safe='~')}".encode(), sha1).digest()
        return f"{query}&Signature={quote(base64.b64encode(digest).decode(), safe='~')}"

    async def begin() -> Callable[[Sequence[str]], Awaitable[tuple[int, int]]]:
        import ssl

        context = ssl.create_default_context(cafile=CA) if CA else True
        session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=AT_ONCE, ssl=context))
        headers = {"Content-Type": "application/x-www-form-urlencoded"}

        async def call(action: str, parameters: dict[str, str]) -> Any:
            body = signed(action, parameters)
            async with session.post(f"{SCHEME}://{HOST}/", data=body, headers=headers) as reply:
                return json.loads(await reply.read())

        async def work(ids: Sequence[str]) -> tuple[int, int]:
            listed = {f"InstanceId.{at}": name for at, name in enumerate(ids, 1)}
            started = await call(
                "RunCommand", {"Type": "RunShellScript", "CommandContent": COMMAND, "Timeout": "3990", **listed}
            )
            found = looks = 0
            while looks < LOOKS or found < len(ids):
                asked = {"InvokeId": started["InvokeId"], "MaxResults": str(BATCH)}
                found, looks = ended(await call("DescribeInvocationResults", asked)), looks + 1
            return 1 + looks, found

        return work

    return in_tasks(begin)


# --- consnap ----------------------------------------------------------------------------------------------------------


def options() -> dict[str, Any]:
    return {
        "region": REGION, "endpoint": f"{SCHEME}://{HOST}", "access_key_id": KEY, "access_key_secret": SECRET,
        "state_directory": os.environ["STATE"], "ca_file": CA or None,
    }  # fmt: skip


def consnap_calls() -> tuple[int, int]:
    """The same calls by its plain methods, in the plainest of scripts: one after the other."""
    import consnap

    client = consnap.Client(**options())
    # All are started first: looked at one after the other, they would be asked more often than by those with 16 at once.
    started = [
        client.run_command(Type="RunShellScript", CommandContent=COMMAND, InstanceId=list(ids), Timeout=3990)["InvokeId"]
        for ids in batches()
    ]
    parts = []
    for invoke_id, ids in zip(started, batches()):
        found = looks = 0
        while looks < LOOKS or found < len(ids):
            reply = client.describe_invocation_results(InvokeId=invoke_id, MaxResults=BATCH)
            found, looks = ended(reply), looks + 1
        parts.append((1 + looks, found))
    return total(parts)


def consnap_many() -> tuple[int, int]:
    """The same calls side by side, as many at once as the others."""
    import consnap

    client = consnap.Client(**options())
    commands = (
        {"Type": "RunShellScript", "CommandContent": COMMAND, "InstanceId": ids, "Timeout": 3990} for ids in batches()
    )
    waiting = [(reply["InvokeId"], 0) for reply in client.call_many("RunCommand", commands, at_once=AT_ONCE)]
    calls, results = len(waiting), 0
    while waiting:
        asked = ({"InvokeId": invoke_id, "MaxResults": BATCH} for invoke_id, _ in waiting)
        replies = client.call_many("DescribeInvocationResults", asked, at_once=AT_ONCE)
        open_ones = []
        for (invoke_id, looks), reply in zip(waiting, replies):
            found, looks, calls = ended(reply), looks + 1, calls + 1
            if looks < LOOKS or found < BATCH:
                open_ones.append((invoke_id, looks))
            else:
                results += found
        waiting = open_ones
    return calls, results


def consnap_asyncio() -> tuple[int, int]:
    """The same calls by the asyncio client."""

    async def begin() -> Callable[[Sequence[str]], Awaitable[tuple[int, int]]]:
        import consnap

        client = consnap.AsyncClient(**options())

        async def work(ids: Sequence[str]) -> tuple[int, int]:
            started = await client.run_command(
                Type="RunShellScript", CommandContent=COMMAND, InstanceId=list(ids), Timeout=3990
            )
            found = looks = 0
            while looks < LOOKS or found < len(ids):
                reply = await client.describe_invocation_results(InvokeId=started["InvokeId"], MaxResults=BATCH)
                found, looks = ended(reply), looks + 1
            return 1 + looks, found

        return work

    return in_tasks(begin)


def consnap_run() -> tuple[int, int]:
    """The whole job: found, checked, started, followed and judged by tags, with a journal on disk."""
    import consnap

    client = consnap.Client(**options(), time_scale=float(os.environ["TIME_SCALE"]))
    job = {
        "version": 1,
        "targets": {"tags": {"fleet": "bench"}},
        "instance_ram_role": "AppSnapshotRoleName",
        "group_name": "bench-{run}",
        "required_consistency": "file_system",
        "run": {"canary": 0, "max_in_flight": 100_000},
    }
    report = client.run(job)
    assert report.ok, report
    return report.summary.calls, report.summary.ok


WAYS = {
    way.__name__: way
    for way in (sdk_threads, sdk_asyncio, aiohttp_by_hand, consnap_calls, consnap_many, consnap_asyncio, consnap_run)
}


def main() -> None:
    calls, results = WAYS[sys.argv[1]]()
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    with open("/proc/self/status") as status:
        (peak,) = [int(line.split()[1]) for line in status if line.startswith("VmHWM")]
    import json

    print(json.dumps({"calls": calls, "ok": results, "cpu": used.ru_utime + used.ru_stime, "mib": peak / 1024}))
    sys.stdout.flush()
    # What is open is closed with the process; nothing of it is measured.
    os._exit(0)


if __name__ == "__main__":
    main()
