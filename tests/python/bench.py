"""`cargo xtask bench python`: consnap against what a careful script would use instead, as ratios in one run.

    python tests/python/bench.py [results] [facts]
"""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from typing import Any

COUNT = 100_000
Row = tuple[str, str, str, str]


def cpu_of(code: str, environment: dict[str, str] | None = None, repeat: int = 5) -> tuple[float, float]:
    """Median CPU seconds and peak MiB of a whole Python process."""
    import statistics

    seconds, peak = [], []
    for _ in range(repeat):
        script = f"{code}\nimport resource as r\nu = r.getrusage(r.RUSAGE_SELF)\nprint(u.ru_utime + u.ru_stime, u.ru_maxrss)"
        ran = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, env={**os.environ, **(environment or {})}
        )
        if ran.returncode != 0:
            raise RuntimeError(ran.stderr)
        used, kib = ran.stdout.split()[-2:]
        seconds.append(float(used))
        peak.append(int(kib) / 1024)
    return statistics.median(seconds), statistics.median(peak)


def best(work: Callable[[], Any], repeat: int = 3) -> tuple[float, Any]:
    """The shortest of some runs, in seconds of wall time, and what came out."""
    shortest, out = float("inf"), None
    for _ in range(repeat):
        start = time.perf_counter()
        out = work()
        shortest = min(shortest, time.perf_counter() - start)
    return shortest, out


# --- import -----------------------------------------------------------------------------------------------------------


def imports() -> list[Row]:
    bare, bare_mib = cpu_of("pass", repeat=15)
    mine, mine_mib = cpu_of("import consnap", repeat=15)
    job = "{'version': 1, 'targets': {'ids': ['i-a']}, 'instance_ram_role': 'r', 'group_name': 'g'}"
    first, first_mib = cpu_of(f"import consnap; consnap.check({job})", repeat=15)
    sdk, sdk_mib = cpu_of("import alibabacloud_ecs20140526.client")
    rows = [
        ("import consnap", f"{(mine - bare) * 1000:.1f} ms, {mine_mib - bare_mib:.1f} MiB", "over bare Python", "15 ms, 10 MiB"),
        ("import and first check", f"{(first - bare) * 1000:.1f} ms, {first_mib - bare_mib:.1f} MiB", "over bare Python", "70 ms"),
    ]
    ratio = (sdk - bare) / max(mine - bare, 1e-4)
    rows.append(("import of the official SDK", f"{(sdk - bare) * 1000:.0f} ms, {sdk_mib - bare_mib:.0f} MiB", f"{ratio:.0f} x", "20 x"))
    return rows


# --- decoding results -------------------------------------------------------------------------------------------------

LINE = re.compile(r'\[(\w+)="([^"]*)"\]')
MEANINGS = {0: "made", 1: "parameters", 9: "pre-script", 12: "thaw"}


def pages() -> list[bytes]:
    """Pages of 50 results as the service replies them, with outputs of one line."""
    found = []
    for page in range(COUNT // 50):
        results = []
        for index in range(50):
            number = page * 50 + index
            code = (0, 0, 0, 12)[number % 4]
            output = f'[level="info"] [msg="create snapshot group"] [SnapshotGroupId="ssg-bp{number:018d}"] [code="{code}"]\n'
            results.append(
                {
                    "InstanceId": f"i-bp{number:018d}",
                    "InvokeId": "t-hz0123456789",
                    "CommandId": "c-hz0123456789",
                    "InvocationStatus": "Success" if code == 0 else "Failed",
                    "InvokeRecordStatus": "Finished",
                    "ExitCode": code,
                    "Output": base64.b64encode(output.encode()).decode(),
                    "Dropped": 0,
                    "ErrorCode": "",
                    "ErrorInfo": "",
                    "StartTime": "2026-11-22T02:15:00Z",
                    "FinishedTime": "2026-11-22T02:15:09Z",
                    "StopTime": "",
                    "Repeats": 1,
                    "Username": "root",
                }
            )
        body = {"RequestId": "r", "Invocation": {"InvocationResults": {"InvocationResult": results}, "TotalCount": 50}}
        found.append(json.dumps(body).encode())
    return found


def careful_python(loads: Callable[[bytes], Any], bodies: list[bytes]) -> list[tuple[str, Any, str, str | None]]:
    """Base64, key-value records and the exit-code table, without any library but the JSON reader."""
    decode, records = base64.b64decode, LINE.findall
    out = []
    for body in bodies:
        for result in loads(body)["Invocation"]["InvocationResults"]["InvocationResult"]:
            text = decode(result["Output"]).decode("utf-8", "replace")
            group = None
            for key, value in records(text):
                if key == "SnapshotGroupId":
                    group = value
            code = result["ExitCode"]
            out.append((result["InstanceId"], code, MEANINGS.get(code, "unknown"), group))
    return out


def decoding() -> list[Row]:
    import orjson

    import consnap

    bodies = pages()
    plain, expected = best(lambda: careful_python(json.loads, bodies), 2)
    fast, _ = best(lambda: careful_python(orjson.loads, bodies), 2)
    rows = []
    for threads in (1, 2):
        took, table = best(partial(consnap.decode_many, bodies, threads=threads))
        assert table.instance_ids == [row[0] for row in expected] and table.exit_codes == [row[1] for row in expected]
        assert table.snapshot_group_ids == [row[3] for row in expected]
        rows.append(
            (
                f"decode_many, {threads} thread{'s' * (threads > 1)}",
                f"{COUNT / took:,.0f}/s",
                f"{plain / took:.1f} x json, {fast / took:.1f} x orjson",
                "3 x json, 2 x orjson",
            )
        )
    took, _ = best(lambda: sum(1 for _ in table[: COUNT // 10]), 1)
    rows.append(("rows of it put into words", f"{COUNT / 10 / took:,.0f}/s", "", "-"))
    return rows


# --- checking facts ---------------------------------------------------------------------------------------------------


def documents() -> list[bytes]:
    """Facts of about 800 bytes, half of them of unfit instances."""
    found = []
    for number in range(COUNT):
        fit = number % 2 == 0
        facts = {
            "instance_id": f"i-bp{number:018d}",
            "region_id": "cn-hangzhou",
            "zone_id": "cn-hangzhou-k",
            "instance_name": f"app-{number}",
            "status": "Running" if fit else "Stopped",
            "os_type": "linux",
            "os_name": "Alibaba Cloud Linux  3.2104 LTS 64位",
            "os_name_en": "Alibaba Cloud Linux 3.2104 LTS 64 bit",
            "network_type": "vpc",
            "metadata_endpoint": "enabled",
            "metadata_tokens": "optional",
            "locks": [],
            "ram_role": "Role",
            "cloud_assistant": {"online": fit, "version": "2.2.3.1090", "last_heartbeat": "2026-11-22T02:14:30Z"},
            "disks": [
                {
                    "disk_id": f"d-bp{number:017d}{disk}",
                    "category": "cloud_essd",
                    "kind": "system" if disk == 0 else "data",
                    "performance_level": "PL1",
                    "size_gib": 40,
                    "status": "In_use",
                    "device": "/dev/xvda",
                    "multi_attach": "Disabled",
                    "encrypted": False,
                }
                for disk in range(2)
            ],
            "tags": {"backup": "nightly"},
        }
        found.append(json.dumps(facts, ensure_ascii=False).encode())
    return found


SCHEMA = {
    "type": "object",
    "required": ["instance_id", "status", "os_type", "network_type", "cloud_assistant", "disks", "ram_role"],
    "properties": {
        "instance_id": {"type": "string", "pattern": "^i-"},
        "status": {"const": "Running"},
        "os_type": {"enum": ["linux", "windows"]},
        "os_name_en": {"type": "string", "pattern": "^(Alibaba Cloud Linux|CentOS|Ubuntu|Windows Server)"},
        "network_type": {"const": "vpc"},
        "metadata_endpoint": {"enum": ["enabled", ""]},
        "locks": {"maxItems": 0},
        "ram_role": {"const": "Role"},
        "cloud_assistant": {
            "required": ["online", "version"],
            "properties": {"online": {"const": True}, "version": {"type": "string", "minLength": 1}},
        },
        "disks": {
            "type": "array",
            "minItems": 1,
            "maxItems": 16,
            "items": {
                "required": ["disk_id", "category"],
                "properties": {
                    "category": {"enum": ["cloud_essd", "cloud_auto", "cloud_essd_entry"]},
                    "status": {"const": "In_use"},
                    "multi_attach": {"const": "Disabled"},
                    "size_gib": {"maximum": 32768},
                },
            },
        },
    },
}


def checking() -> list[Row]:
    import jsonschema_rs
    import orjson

    import consnap

    job = consnap.Job(instance_ram_role="Role", group_name="g-{run}", targets=consnap.Targets(tags={"backup": "nightly"}))
    lines = documents()
    joined = b"\n".join(lines)
    validator = jsonschema_rs.validator_for(SCHEMA)

    def rival() -> list[bool]:
        return [not [error.message for error in validator.iter_errors(orjson.loads(line))] for line in lines]

    theirs, fits = best(rival, 2)
    rows = []
    for threads, goal in ((1, "3 x"), (2, "5 x")):
        took, table = best(partial(consnap.check_many, job, joined, threads=threads))
        assert [word != "no" for word in table.eligible] == fits, table.counts()
        speed = f"{COUNT / took:,.0f}/s"
        rows.append((f"check_many, {threads} thread{'s' * (threads > 1)}", speed, f"{theirs / took:.1f} x orjson + jsonschema-rs", goal))
    return rows


# --- calls ------------------------------------------------------------------------------------------------------------

SDK = """
import os, asyncio
from concurrent.futures import ThreadPoolExecutor
from alibabacloud_ecs20140526.client import Client
from alibabacloud_ecs20140526 import models
from alibabacloud_tea_openapi.models import Config
client = Client(Config(access_key_id='testid', access_key_secret='testsecret', region_id='cn-hangzhou',
                       endpoint=os.environ['HOST'], protocol='http'))
asked = models.DescribeInstancesRequest(region_id='cn-hangzhou', page_size=50)
N = int(os.environ['N'])
"""
WAYS = {
    "SDK, 16 threads": SDK + "\nwith ThreadPoolExecutor(16) as pool: list(pool.map(lambda _: client.describe_instances(asked), range(N)))",
    "SDK, asyncio": SDK
    + "\nasync def main():\n    gate = asyncio.Semaphore(16)\n    async def one():\n        async with gate: await client.describe_instances_async(asked)\n"
    "    await asyncio.gather(*(one() for _ in range(N)))\nasyncio.run(main())",
    "consnap": "import os, consnap\nclient = consnap.Client(region='cn-hangzhou', endpoint='http://' + os.environ['HOST'],\n"
    "    access_key_id='testid', access_key_secret='testsecret', state_directory=os.environ['STATE'])\n"
    "for _ in range(int(os.environ['N'])): client.describe_instances(PageSize=50)",
}


def calling() -> list[Row]:
    """Whole-process CPU a call, import and all, against a simulator in another process."""
    from consnap.testing import Simulator

    count = 600
    rows: list[Row] = []
    with Simulator() as ecs, tempfile.TemporaryDirectory() as state:
        environment = {"HOST": ecs.host, "STATE": state, "N": str(count)}
        mine = cpu_of(WAYS["consnap"], environment, 3)[0]
        rows.append(("a call, consnap", f"{mine / count * 1000:.2f} ms CPU", "", "-"))
        for name, goal in (("SDK, 16 threads", "12 x"), ("SDK, asyncio", "8 x")):
            theirs = cpu_of(WAYS[name], environment, 3)[0]
            rows.append((f"a call, {name}", f"{theirs / count * 1000:.2f} ms CPU", f"{theirs / mine:.1f} x consnap", goal))
    return rows


def main() -> None:
    parts = {"import": imports, "results": decoding, "facts": checking, "calls": calling}
    rows: list[Row] = [("what", "figure", "ratio", "goal")]
    for name in sys.argv[1:] or parts:
        rows += parts[name]()
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())


if __name__ == "__main__":
    main()
