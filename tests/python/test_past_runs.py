"""Runs of the past: listed, shown, released and run again, as the shell does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import consnap
from consnap.testing import Simulator

SCALE = 500
ROLE = "AppSnapshotRoleName"
GOOD, OTHER = "i-bp1linux000000000001", "i-bp1linux000000000002"
HELD = {"instances": [OTHER], "nth": 1, "exit_code": 12, "held": True}
FAILED_ONCE = {"instances": [OTHER], "nth": 1, "exit_code": 4}


def scenario(*faults: dict[str, Any]) -> dict[str, Any]:
    instances = [{"id": one, "role": ROLE} for one in (GOOD, OTHER)]
    return {"version": 1, "time_scale": SCALE, "instances": instances, "guest_faults": list(faults)}


def job(*ids: str) -> dict[str, Any]:
    return {
        "version": 1,
        "regions": ["cn-hangzhou"],
        "targets": {"ids": ids or (GOOD, OTHER)},
        "instance_ram_role": ROLE,
        "group_name": "nightly-{run}",
        "linux": {"pre_script_path": "/tmp/prescript.sh", "post_script_path": "/tmp/postscript.sh"},
    }


def client(ecs: Simulator, folder: Path) -> consnap.Client:
    return consnap.Client(
        region=ecs.region, endpoint=ecs.endpoint, access_key_id=ecs.access_key_id, access_key_secret=ecs.access_key_secret,
        state_directory=folder, time_scale=SCALE,
    )  # fmt: skip


def shell(folder: Path, *arguments: str) -> tuple[int, Any]:
    environment = {**os.environ, "CONSNAP_STATE_DIR": str(folder)}
    command = [sys.executable, "-m", "consnap", *arguments, "--format", "json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment)
    return done.returncode, json.loads(done.stdout) if done.stdout.strip() else None


def test_a_held_guest_stays_open_until_it_is_released(tmp_path: Path) -> None:
    with Simulator(scenario(HELD)) as ecs:
        report = client(ecs, tmp_path).run(job())
    assert report.exit_status == 5
    open_ = consnap.status(state_directory=tmp_path)
    assert shell(tmp_path, "status") == (5, open_.to_dict())
    assert [(guest.instance_id, guest.held, guest.run_id) for guest in open_.guests] == [(OTHER, True, report.run_id)]
    assert open_.guests[0].why.help and open_.exit_status == 5

    with pytest.raises(consnap.ConfigError, match="note"):
        consnap.release(report.run_id, OTHER, note=" ", state_directory=tmp_path)
    with pytest.raises(consnap.ConsnapError):
        consnap.release(report.run_id, GOOD, note="never held", state_directory=tmp_path)
    assert consnap.status(state_directory=tmp_path).exit_status == 5
    first = consnap.release(report.run_id, OTHER, note="post-script run by hand", by="ops", state_directory=tmp_path)
    again = consnap.release(report.run_id, OTHER, note="once more", state_directory=tmp_path)
    assert (first.by, first.note) == ("ops", "post-script run by hand") and again == first
    assert consnap.status(state_directory=tmp_path).exit_status == 0
    # The verdict stays as it was judged.
    shown = consnap.show(report.run_id, state_directory=tmp_path)
    assert shown.exit_status == 5 and shell(tmp_path, "show", report.run_id) == (5, shown.to_dict())


def test_history_is_that_of_the_shell_and_names_what_cannot_be_read(tmp_path: Path) -> None:
    with Simulator(scenario()) as ecs:
        mine = client(ecs, tmp_path)
        runs = [mine.run(job(one)).run_id for one in (GOOD, OTHER)]
    listed = consnap.history(state_directory=tmp_path)
    assert [entry.run_id for entry in listed] == runs[::-1]
    assert [(entry.exit_status, entry.ok, entry.instances) for entry in listed] == [(0, 1, 1)] * 2
    assert shell(tmp_path, "history") == (0, [entry.to_dict() for entry in listed])
    assert len(consnap.history(state_directory=tmp_path, limit=1)) == 1
    journal = next(tmp_path.rglob(f"{runs[0]}/journal.jsonl"))
    journal.write_text("no journal\n", "utf-8")
    broken = consnap.history(state_directory=tmp_path)[-1]
    assert broken.unreadable and broken.exit_status is None and broken.run_id == runs[0]
    assert consnap.status(state_directory=tmp_path).exit_status == 4
    with pytest.raises(consnap.ConsnapError):
        consnap.show(runs[0], state_directory=tmp_path)
    with pytest.raises(consnap.ConfigError):
        consnap.show("no-such-run", state_directory=tmp_path)
    with pytest.raises(consnap.ConfigError):
        consnap.history(state_directory=tmp_path, limit=-1)


def test_what_failed_is_run_again_and_nothing_else(tmp_path: Path) -> None:
    with Simulator(scenario(FAILED_ONCE)) as ecs:
        mine = client(ecs, tmp_path)
        first = mine.run(job())
        assert first.exit_status == 1
        second = mine.rerun(first.run_id)
        assert second.run_id != first.run_id and second.exit_status == 0
        assert [one.instance_id for one in second.instances] == [OTHER]
        # Reached since: nothing is started, and nothing is wrong any more.
        groups = sum(len(one.groups) for one in ecs.truth().values())
        third = mine.rerun(first.run_id)
        assert (third.run_id, third.exit_status) == (first.run_id, 0)
        assert sum(len(one.groups) for one in ecs.truth().values()) == groups == 2
        assert len(consnap.history(state_directory=tmp_path)) == 2


def test_a_rerun_leaves_a_held_guest_alone_and_keeps_its_alarm(tmp_path: Path) -> None:
    with Simulator(scenario(HELD)) as ecs:
        mine = client(ecs, tmp_path)
        first = mine.run(job())
        again = mine.rerun(first.run_id)
        assert again.exit_status == 5 and again.run_id == first.run_id
        assert [(guest.instance_id, guest.held) for guest in again.left_open] == [(OTHER, True)]
        assert len(consnap.history(state_directory=tmp_path)) == 1
        with pytest.raises(consnap.ConfigError):
            mine.rerun("no-such-run")


async def test_the_asynchronous_client_runs_again_too(tmp_path: Path) -> None:
    with Simulator(scenario(FAILED_ONCE)) as ecs:
        async with consnap.AsyncClient(
            region=ecs.region, endpoint=ecs.endpoint, access_key_id=ecs.access_key_id,
            access_key_secret=ecs.access_key_secret, state_directory=tmp_path, time_scale=SCALE,
        ) as mine:  # fmt: skip
            first = await mine.run(job())
            second = await mine.rerun(first.run_id)
    assert (first.exit_status, second.exit_status) == (1, 0)
