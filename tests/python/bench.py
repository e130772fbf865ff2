"""`cargo xtask bench python`: consnap against what a careful script would use instead, as ratios in one run.

    python tests/python/bench.py [import] [results] [facts] [calls] [https]

Each line has the goal it is held to and whether it was reached: `ok` or `NO`. Other work on the machine changes the figures;
ratios change less.
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
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

COUNT = 100_000
#: What, figure, ratio, goal, and `ok` or `NO`.
Row = tuple[str, str, str, str, str]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from consnap.testing import Simulator


def row(what: str, figure: str) -> Row:
    """A figure that is only shown."""
    return (what, figure, "", "", "")


def ratio(what: str, reached: float, goal: float, figure: str = "") -> Row:
    """How many times better, held to a goal."""
    return (what, figure, f"{reached:.1f} x", f"{goal:g} x", "ok" if reached >= goal else "NO")


def limit(what: str, reached: float, goal: float, unit: str) -> Row:
    """A figure that may not be above its goal."""
    return (what, f"{reached:.1f} {unit}", "", f"{goal:g} {unit}", "ok" if reached <= goal else "NO")


def cpu_of(code: str, environment: dict[str, str] | None = None, repeat: int = 5) -> tuple[float, float]:
    """Median CPU seconds and peak MiB of a whole Python process."""
    import statistics

    seconds, peak = [], []
    for _ in range(repeat):
        # Not `ru_maxrss`, which begins with the peak of the process that started this one.
        script = (
            f"{code}\nimport resource as r\nu = r.getrusage(r.RUSAGE_SELF)\n"
            "peak = [line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')][0]\n"
            "print(u.ru_utime + u.ru_stime, peak)"
        )
        ran = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, env={**os.environ, **(environment or {})}
        )
        if ran.returncode != 0:
            raise RuntimeError(ran.stderr)
        used, kib = ran.stdout.split()[-2:]
        seconds.append(float(used))
        peak.append(int(kib) / 1024)
    return statistics.median(seconds), statistics.median(peak)


def best(work: Callable[[], Any], repeat: int = 3, clock: Callable[[], float] = time.process_time) -> tuple[float, Any]:
    """The shortest of some runs, in seconds of CPU (or wall time where threads work side by side), and what came out."""
    shortest, out = float("inf"), None
    for _ in range(repeat):
        start = clock()
        out = work()
        shortest = min(shortest, clock() - start)
    return shortest, out


def both_clocks(work: Callable[[], Any], repeat: int = 3) -> tuple[dict[int, float], Any]:
    """The shortest in seconds of CPU, for comparison with one thread, and of wall time, with two."""
    cpu, out = best(work, repeat)
    wall, _ = best(work, repeat, time.perf_counter)
    return {1: cpu, 2: wall}, out


# --- import -----------------------------------------------------------------------------------------------------------


def imports() -> list[Row]:
    import consnap.testing

    bare, bare_mib = cpu_of("pass", repeat=15)
    mine, mine_mib = cpu_of("import consnap", repeat=15)
    job = "{'version': 1, 'targets': {'ids': ['i-a']}, 'instance_ram_role': 'r', 'group_name': 'g'}"
    first, first_mib = cpu_of(f"import consnap; consnap.check({job})", repeat=15)
    sdk, sdk_mib = cpu_of("import alibabacloud_ecs20140526.client")
    return [
        limit("import consnap, over bare Python", (mine - bare) * 1000, 15, "ms CPU"),
        limit("import consnap, over bare Python", mine_mib - bare_mib, 10, "MiB"),
        limit("import and first check, over bare Python", (first - bare) * 1000, 70, "ms CPU"),
        row("import and first check, over bare Python", f"{first_mib - bare_mib:.1f} MiB"),
        row("import of the official SDK, over bare Python", f"{(sdk - bare) * 1000:.0f} ms CPU, {sdk_mib - bare_mib:.0f} MiB"),
        ratio("import consnap against the official SDK", (sdk - bare) / max(mine - bare, 1e-3), 20),
        limit("a simulator is ready after", best(consnap.testing.Simulator, 5, time.perf_counter)[0] * 1000, 50, "ms"),
    ]


# --- decoding results -------------------------------------------------------------------------------------------------

LINE = re.compile(r'\[(\w+)="([^"]*)"\]')
MEANINGS = {0: "made", 1: "parameters", 9: "pre-script", 12: "thaw"}


#: What the plug-in wrote, from its last line alone (as the vendor's page shows it) to a whole log.
LAST = '[snapshotgroup="{group}"][message="Finish whole Processes of Snapshot successfully"]\n'
BROKEN = '[level="error"][time="2026-11-22 02:15:09.928454240"][message="Thaw File System Failed"]\n'
STEPS = (
    "Version 1.0.0.8", "InstanceID= i-bp1example0000000001 RegionID= cn-hangzhou ProductNetwork= vpc",
    "Begin to Create Application Consistent Snapshots ...",
    "Network connection RequestId= 62D8B1F8-3B87-E9F7-6A57-134BA1CAEDDF, timeCost=206.19ms",
    "Attached DiskId=d-bp10000000uo5oupi4ay, Device=/dev/xvda, Category=cloud_essd", "Start to check Pre/Post-Script",
    "Discovering Mounted Volumes ...", "MountPoint: /, FsType: ext4 Added", "###########1. Starting FsFreeze",
    "###########2. Filesystem Freeze Started", "###########3. Filesystem Freeze Completed",
    "Unexpected length of the snapshot group", "SnapshotGroupId= {group}, Status= accomplished",
    "###########4. Thawing FsFreeze", "###########5. Filesystem Thaw Received",
    "Take FsConsistent snapshots successfully", "FsFreeze cost 1.639s", "Total cost 2.064s",
)  # fmt: skip


def pages(log: str) -> list[bytes]:
    """Pages of 50 results as the service replies them."""
    found = []
    for page in range(COUNT // 50):
        results = []
        for index in range(50):
            number = page * 50 + index
            code = (0, 0, 0, 12)[number % 4]
            output = (log + (LAST if code == 0 else BROKEN)).replace("{group}", f"ssg-bp{number:018d}")
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
                if key == "snapshotgroup":
                    group = value
            code = result["ExitCode"]
            out.append((result["InstanceId"], code, MEANINGS.get(code, "unknown"), group))
    return out


def decoding() -> list[Row]:
    import orjson

    import consnap

    whole = "".join(f'[level="info"][time="2026-11-22 02:15:09.928454240"][message="{step}"]\n' for step in STEPS)
    rows: list[Row] = []
    for kind, log in (("last line", ""), ("whole log", whole)):
        bodies = pages(log)
        plain, expected = both_clocks(lambda: careful_python(json.loads, bodies), 2)
        fast, _ = both_clocks(lambda: careful_python(orjson.loads, bodies), 2)
        for threads in (1, 2):
            clock = time.process_time if threads == 1 else time.perf_counter
            took, table = best(partial(consnap.decode_many, bodies, threads=threads), 5, clock)
            assert table.instance_ids == [line[0] for line in expected] and table.exit_codes == [line[1] for line in expected]
            # A group the log only speaks of counts for consnap too; of those that succeeded all agree.
            groups = [(mine, line[3]) for mine, line in zip(table.snapshot_group_ids, expected) if line[1] == 0]
            assert all(mine == theirs for mine, theirs in groups)
            what, speed = f"decode_many, {kind}, {threads} thread{'s' * (threads > 1)}", f"{COUNT / took:,.0f}/s"
            rows.append(ratio(f"{what}, against json", plain[threads] / took, 3, speed))
            rows.append(ratio(f"{what}, against orjson", fast[threads] / took, 2, speed))
        took, _ = best(lambda: sum(1 for _ in table), 1)
        rows.append(row(f"decode_many, {kind}, all rows put into words", f"{COUNT / took:,.0f}/s"))
        columns = ("instance_ids", "exit_codes", "explained_by", "snapshot_group_ids")
        took, _ = best(lambda: [getattr(table, column) for column in columns])
        rows.append(row(f"decode_many, {kind}, four columns as lists", f"{COUNT / took:,.0f}/s"))
        rows.append(row(f"careful Python, {kind}, json", f"{COUNT / plain[1]:,.0f}/s"))
        rows.append(row(f"careful Python, {kind}, orjson", f"{COUNT / fast[1]:,.0f}/s"))
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


POLICIES = {
    "version": 1,
    "language": "cel",
    "policies": [
        {"id": name, "require": require, "message": {"en": "no"}}
        for name, require in {
            "disks": "size(instance.disks) <= 16 && instance.disks.all(disk, disk.status == 'In_use')",
            "owned": "has(instance.tags.owner)",
            "running": "instance.status == 'Running' && instance.ram_role == job.instance_ram_role",
        }.items()
    ],
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

    theirs, fits = both_clocks(rival, 2)
    rows: list[Row] = []
    for threads, goal in ((1, 3), (2, 5)):
        clock = time.process_time if threads == 1 else time.perf_counter
        took, table = best(partial(consnap.check_many, job, joined, threads=threads), 5, clock)
        assert [word != "no" for word in table.eligible] == fits, table.counts()
        what = f"check_many, {threads} thread{'s' * (threads > 1)}, against orjson + jsonschema-rs"
        rows.append(ratio(what, theirs[threads] / took, goal, f"{COUNT / took:,.0f}/s"))
    rows.append(row("orjson + jsonschema-rs, all reasons", f"{COUNT / theirs[1]:,.0f}/s"))
    took, held = best(partial(consnap.check_many, job, joined, policies=POLICIES, threads=1), 2)
    # Half of the instances are stopped, none has an owner.
    assert (said := held.policies) is not None and [(each.passed, each.failed) for each in said.policies] == [
        (COUNT, 0), (0, COUNT), (COUNT // 2, COUNT // 2),
    ]  # fmt: skip
    rows.append(row("check_many, three policies an instance, 1 thread", f"{COUNT / took:,.0f}/s"))
    took, _ = best(lambda: sum(1 for _ in table), 1)
    rows.append(row("check_many, all rows put into words", f"{COUNT / took:,.0f}/s"))
    return rows


# --- calls ------------------------------------------------------------------------------------------------------------

#: How often each way is measured; the median counts.
REPEAT = 5
#: Instances over HTTPS, where a call of the SDK's asyncio form costs 49 ms.
FEW = 500
#: How fast the simulated day passes for single calls, so that results are there at the second look, and for a whole run.
CALL_SCALE, RUN_SCALE = 50_000, 200


def scenario(instances: int, scale: float) -> dict[str, Any]:
    template = {"role": "AppSnapshotRoleName", "tags": {"fleet": "bench"}}
    return {
        "version": 1,
        "fleets": [{"count": instances, "id_prefix": "i-bp1", "template": template}],
        "service": {"instances_per_command": 50},
        "time_scale": scale,
    }


def once(name: str, ecs: Simulator, environment: dict[str, str], instances: int) -> tuple[float, float, int]:
    """CPU milliseconds a call and MiB of a whole process, and how many calls."""
    here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "bench_clients.py")
    ecs.reset()
    with tempfile.TemporaryDirectory() as state:
        given = {**os.environ, "STATE": state, "INSTANCES": str(instances), "TIME_SCALE": str(RUN_SCALE), **environment}
        ran = subprocess.run([sys.executable, here, name], capture_output=True, text=True, env=given)
    if ran.returncode != 0:
        raise RuntimeError(f"{name}: {ran.stderr[-2000:]}")
    out = json.loads(ran.stdout)
    if out["ok"] != instances:
        raise RuntimeError(f"{name}: {out['ok']} of {instances} came out well")
    return out["cpu"] / out["calls"] * 1000, out["mib"], out["calls"]


def ways(
    where: dict[str, tuple[Simulator, dict[str, str]]], instances: int, unit: str, digits: int
) -> tuple[dict[str, float], list[Row]]:
    """The median CPU milliseconds a call of each way, and what to print of it. They take turns: what else the machine does
    falls on all of them."""
    import statistics

    taken: dict[str, list[tuple[float, float, int]]] = {name: [] for name in where}
    for _ in range(REPEAT):
        for name, (ecs, environment) in where.items():
            taken[name].append(once(name, ecs, environment, instances))
    medians = {name: statistics.median(cpu for cpu, _, _ in figures) for name, figures in taken.items()}
    rows = []
    for name, figures in taken.items():
        mib, calls = statistics.median(mib for _, mib, _ in figures), figures[-1][2]
        rows.append(row(f"{unit}, {name}", f"{medians[name]:.{digits}f} ms CPU a call, {calls} calls, {mib:.0f} MiB"))
    return medians, rows


def compared(kind: str, medians: dict[str, float], mine: Iterable[str]) -> list[Row]:
    """Our ways against the others, each held to its goal."""
    goals = (("sdk_threads", 12), ("sdk_asyncio", 8), ("aiohttp_by_hand", 4))
    return [
        ratio(f"{kind}: {ours} against {theirs}", medians[theirs] / medians[ours], goal)
        for ours in mine
        for theirs, goal in goals
    ]


def calling() -> list[Row]:
    """Whole-process CPU a call, import and all, against a simulator in another process (this one): with pages of 50 results
    that say nothing (as the goals were set by), and with the plug-in's whole logs."""
    from consnap.testing import Simulator

    instances = 10_000
    rows: list[Row] = []
    short, whole = {"COMMAND": "true"}, dict[str, str]()
    with (
        Simulator(scenario(instances, CALL_SCALE)) as for_calls,
        Simulator(scenario(instances, RUN_SCALE)) as for_runs,
    ):
        for kind, given, mine in (
            ("short outputs", short, ("consnap_calls", "consnap_many", "consnap_asyncio")),
            ("whole logs", whole, ("consnap_calls", "consnap_many", "consnap_asyncio", "consnap_run")),
        ):
            where = {}
            for name in (*mine, "sdk_threads", "sdk_asyncio", "aiohttp_by_hand"):
                ecs = for_runs if name == "consnap_run" else for_calls
                where[name] = (ecs, {"HOST": ecs.host, **given})
            medians, told = ways(where, instances, f"{instances} instances, {kind}", 3)
            rows += told + compared(kind, medians, mine)
    return rows


def https() -> list[Row]:
    """The same over HTTPS, on a smaller fleet."""
    from consnap.testing import Simulator

    with (
        Simulator(scenario(FEW, CALL_SCALE)) as for_calls,
        Simulator(scenario(FEW, RUN_SCALE)) as for_runs,
        tempfile.TemporaryDirectory() as folder,
        tempfile.TemporaryDirectory() as other_folder,
        TlsRelay(for_calls.host, folder) as calls,
        TlsRelay(for_runs.host, other_folder) as runs,
    ):
        where = {}
        for name in ("consnap_calls", "consnap_run", "sdk_threads", "sdk_asyncio", "aiohttp_by_hand"):
            ecs, relay = (for_runs, runs) if name == "consnap_run" else (for_calls, calls)
            where[name] = (ecs, {"HOST": relay.host, "SCHEME": "https", "CA": relay.bundle})
        medians, rows = ways(where, FEW, f"{FEW} instances over HTTPS", 2)
    return rows + compared("over HTTPS", medians, ("consnap_calls",))


class TlsRelay:
    """TLS in front of the simulator. Clients trust it beside the usual authorities, in a file as large as theirs."""

    def __init__(self, upstream: str, folder: str) -> None:
        import certifi
        import trustme

        self.upstream = upstream
        authority = trustme.CA()
        self.chain = os.path.join(folder, "server.pem")
        authority.issue_cert("127.0.0.1", "localhost").private_key_and_cert_chain_pem.write_to_path(self.chain)
        self.bundle = os.path.join(folder, "bundle.pem")
        with open(certifi.where(), "rb") as usual, open(self.bundle, "wb") as file:
            file.write(usual.read() + authority.cert_pem.bytes())
        self.host = ""

    def __enter__(self) -> TlsRelay:
        import asyncio
        import threading

        self.loop = asyncio.new_event_loop()
        ready = threading.Event()

        async def pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                while data := await reader.read(65536):
                    writer.write(data)
                    await writer.drain()
            except OSError:
                pass
            finally:
                writer.close()

        async def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            host, port = self.upstream.split(":")
            far_reader, far_writer = await asyncio.open_connection(host, int(port))
            await asyncio.gather(pipe(reader, far_writer), pipe(far_reader, writer), return_exceptions=True)

        async def listen() -> None:
            import ssl

            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(self.chain)
            server = await asyncio.start_server(accepted, "127.0.0.1", 0, ssl=context)
            self.host = f"localhost:{server.sockets[0].getsockname()[1]}"
            ready.set()

        def work() -> None:
            self.loop.create_task(listen())
            self.loop.run_forever()

        threading.Thread(target=work, daemon=True).start()
        ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)


def main() -> None:
    parts = {"import": imports, "results": decoding, "facts": checking, "calls": calling, "https": https}
    widths = (66, 44, 8, 9, 2)
    print("  ".join(cell.ljust(width) for cell, width in zip(("what", "figure", "ratio", "goal", ""), widths)).rstrip())
    for name in sys.argv[1:] or parts:
        for line in parts[name]():
            print("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip(), flush=True)


if __name__ == "__main__":
    main()
