"""A run is a handle: its id is there at once, several may wait, no event is lost, and whoever stops waiting has the id."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import consnap
from consnap.testing import Simulator

LINUX, WINDOWS = "i-bp1linux000000000001", "i-bp1windows0000000001"
SCALE = 100

fast = pytest.mark.ecs_scenario(time_scale=SCALE)
slow = pytest.mark.ecs_scenario(
    api_faults=[{"operation": "DescribeInvocations", "latency_millis": {"min": 100_000, "max": 100_000}}],
    time_scale=SCALE,
)


def options(ecs: Simulator, folder: Path) -> dict[str, Any]:
    return {
        "region": ecs.region,
        "endpoint": ecs.endpoint,
        "access_key_id": ecs.access_key_id,
        "access_key_secret": ecs.access_key_secret,
        "state_directory": folder,
        "time_scale": SCALE,
    }


def job(*ids: str) -> consnap.Job:
    return consnap.Job(
        instance_ram_role="AppSnapshotRoleName",
        group_name="test-{run}",
        targets=consnap.Targets(ids=ids or (LINUX, WINDOWS)),
        linux=consnap.LinuxOptions(pre_script_path="/tmp/prescript.sh", post_script_path="/tmp/postscript.sh"),
        run=consnap.RunOptions(attach_role="if_missing"),
    )


@fast
def test_the_id_is_there_at_once_and_everyone_gets_the_report(ecs_simulator: Simulator, tmp_path: Path) -> None:
    client = consnap.Client(**options(ecs_simulator, tmp_path))
    run = client.start(job(LINUX))
    assert run.run_id is not None and len(run.run_id) == 8 and not run.done()
    with ThreadPoolExecutor(4) as pool:
        reports = list(pool.map(lambda _: run.wait(), range(4)))
    assert run.done() and {report.run_id for report in reports} == {run.run_id} and all(report.ok for report in reports)
    assert run.wait(timeout=0) == reports[0]
    # Waiting took none of the events.
    names = [event.event for event in run]
    assert (names[0], names[-1], list(run)) == ("run_started", "run_ended", [])


@fast
def test_events_are_given_once_and_none_is_lost(ecs_simulator: Simulator, tmp_path: Path) -> None:
    run = consnap.Client(**options(ecs_simulator, tmp_path)).start(job(LINUX))
    seen: list[int] = []
    for event in run:
        seen.append(event.seq)
        if len(seen) == 3:
            break
    with ThreadPoolExecutor(2) as pool:
        rest = list(pool.map(lambda _: [event.seq for event in run], range(2)))
    everything = sorted([*seen, *rest[0], *rest[1]])
    assert everything == list(range(1, len(everything) + 1)) and len(everything) > 10


@fast
async def test_events_of_asyncio_are_given_once_and_none_is_lost(ecs_simulator: Simulator, tmp_path: Path) -> None:
    async with consnap.AsyncClient(**options(ecs_simulator, tmp_path)) as client:
        run = client.start(job(LINUX))
        assert run.run_id is not None and not run.done()
        seen: list[int] = []
        async for event in run:
            seen.append(event.seq)
            if len(seen) == 3:
                break
        rest, report, again = await asyncio.gather(collected(run), run.wait(), run.wait())
        assert sorted([*seen, *rest]) == list(range(1, len(seen) + len(rest) + 1))
        assert report == again and report.ok and report.run_id == run.run_id and run.done()


async def collected(run: consnap.AsyncRun) -> list[int]:
    return [event.seq async for event in run]


@slow
def test_who_waits_no_longer_has_the_id_and_the_run_goes_on(ecs_simulator: Simulator, tmp_path: Path) -> None:
    run = consnap.Client(**options(ecs_simulator, tmp_path)).start(job(LINUX))
    begin = time.monotonic()
    with pytest.raises(consnap.StillRunning) as caught:
        run.wait(timeout=0.2)
    assert 0.15 < time.monotonic() - begin < 2
    assert isinstance(caught.value, TimeoutError) and caught.value.run_id == run.run_id and caught.value.sent == "maybe"
    assert run.run_id is not None and run.run_id in str(caught.value)
    assert run.wait(timeout=60).ok


@slow
async def test_a_time_out_of_asyncio_has_the_id_and_the_run_goes_on(ecs_simulator: Simulator, tmp_path: Path) -> None:
    async with consnap.AsyncClient(**options(ecs_simulator, tmp_path)) as client:
        run = client.start(job(LINUX))
        with pytest.raises(consnap.StillRunning) as caught:
            await run.wait(timeout=0.2)
        assert caught.value.run_id == run.run_id and not run.done()
        assert (await run.wait(lambda event: None, timeout=60)).ok


@slow
def test_an_interruption_has_the_id(ecs_simulator: Simulator, tmp_path: Path) -> None:
    run = consnap.Client(**options(ecs_simulator, tmp_path)).start(job(LINUX))
    signal.signal(signal.SIGINT, signal.default_int_handler)
    timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt) as caught:
        run.wait()
    timer.join()
    assert getattr(caught.value, "run_id") == run.run_id
    # Before its journal was begun there is nothing to report; afterwards it is the report as things stood.
    try:
        report = run.wait()
    except consnap.RunLeft as left:
        assert left.run_id == run.run_id
    else:
        assert report.run_id == run.run_id and report.summary.ok == 0 and report.exit_status != 0


@slow
def test_what_a_callback_raises_has_the_id(ecs_simulator: Simulator, tmp_path: Path) -> None:
    def fail(event: consnap.Event) -> None:
        raise KeyError("mine")

    with pytest.raises(KeyError) as caught:
        consnap.Client(**options(ecs_simulator, tmp_path)).run(job(LINUX), on_event=fail)
    assert len(getattr(caught.value, "run_id")) == 8


@slow
def test_kinds_of_refusal_have_a_class_of_their_own(ecs_simulator: Simulator, tmp_path: Path) -> None:
    client = consnap.Client(**options(ecs_simulator, tmp_path))
    with pytest.raises(consnap.NothingSelected):
        client.run(job("i-bp1none00000000000001"))
    with pytest.raises(consnap.PlanChanged):
        client.run(job(LINUX), approve=client.plan(job(WINDOWS)).hash)
    run = client.start(job(LINUX))
    until = time.monotonic() + 20
    while not ecs_simulator.calls("RunCommand"):
        assert time.monotonic() < until
        time.sleep(0.01)
    assert run.run_id is not None
    with pytest.raises(consnap.RunBusy) as busy:
        client.resume(run.run_id)
    assert busy.value.run_id == run.run_id
    run.leave()
    for error in (consnap.NothingSelected, consnap.PlanChanged, consnap.PolicyRefused, consnap.RunBusy, consnap.ClientClosed):
        assert issubclass(error, consnap.ConfigError)
    run.wait()
    client.close()
    with pytest.raises(consnap.ClientClosed):
        client.start(job(LINUX))
