"""The shell and the client come to the same end: the same status, results and findings of the same job on the same service."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import consnap
from consnap.testing import Simulator

SCALE = 500
ROLE = "AppSnapshotRoleName"
LINUX = [f"i-bp1linux00000000000{number}" for number in range(1, 5)]
WINDOWS = "i-bp1windows0000000001"

#: What may be wrong with an instance.
FLAWS: tuple[dict[str, Any], ...] = (
    {},
    {},
    {"status": "Stopped"},
    {"role": None},
    {"guest": {"pre_script": {"mode": "0755"}}},
    {"guest": {"pre_script": {"exit_code": 1}}},
    {"guest": {"post_script": {"exit_code": 1}}},
    {"guest": {"plugin_list_reachable": False}},
    {"guest": {"metadata_reachable": False}},
    {"cloud_assistant": {"online": False}},
    {"disks": [{"id": "d-bp1slow", "category": "cloud_efficiency", "size_gib": 40}]},
)

#: What may be wrong on the way.
FAULTS: tuple[list[dict[str, Any]], ...] = (
    [],
    [],
    [{"operation": "RunCommand", "throttle": {}, "times": 2}],
    [{"operation": "DescribeInstances", "error": {"status": 403, "code": "Forbidden.RAM"}}],
    [{"operation": "RunCommand", "error": {"status": 403, "code": "Forbidden.RAM"}}],
)

#: What a job may ask for.
WISHES: tuple[dict[str, Any], ...] = (
    {},
    {"required_consistency": "file_system"},
    {"linux": {}},
    {"group_name": "x" * 200},
    {"linux": {"freeze_timeout_seconds": 9999}},
    {"run": {"probe": "always"}},
)

#: Expressions that a run may be held to; the last cannot be read.
RULES: tuple[str | None, ...] = (
    None,
    None,
    "job.linux.freeze_timeout_seconds <= 30",
    "job.linux.freeze_timeout_seconds <= 5",
    "plan.eligible >= 2",
    "jbo.version == 1",
)


def given(seed: int) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any] | None]:
    """A scenario, a job and policies."""
    chance = random.Random(seed)
    instances = [{"id": one, "role": ROLE, **chance.choice(FLAWS)} for one in LINUX]
    instances.append({"id": WINDOWS, "role": ROLE, "platform": "windows"})
    scenario = {"version": 1, "time_scale": SCALE, "instances": instances, "api_faults": chance.choice(FAULTS)}
    job = {
        "version": 1,
        "regions": ["cn-hangzhou"],
        "targets": {"ids": [*LINUX, WINDOWS]},
        "instance_ram_role": ROLE,
        "group_name": "nightly-{run}",
        "linux": {"pre_script_path": "/tmp/prescript.sh", "post_script_path": "/tmp/postscript.sh"},
        **chance.choice(WISHES),
    }
    rule = chance.choice(RULES)
    policies = rule and {"version": 1, "language": "cel", "policies": [{"id": "p", "require": rule, "message": {"en": "no"}}]}
    return scenario, job, policies or None


def told(report: dict[str, Any]) -> Any:
    """What of a report does not depend on ids and on the time."""
    instances = [
        (one["instance_id"], one["result"], one["got"], one["predicted"], one["held"], [finding["code"] for finding in one["findings"]])
        for one in report["instances"]
    ]
    stopped, error = report.get("stopped") or {}, report.get("error") or {}
    return report["exit_status"], sorted(instances), stopped.get("reason"), error.get("code")


def of_client(scenario: dict[str, Any], job: dict[str, Any], policies: Any, folder: Path) -> Any:
    """The end by the client."""
    with Simulator(scenario) as ecs:
        client = consnap.Client(
            region=ecs.region, endpoint=ecs.endpoint, access_key_id=ecs.access_key_id, access_key_secret=ecs.access_key_secret,
            state_directory=folder / "client", time_scale=SCALE,
        )
        try:
            return told(client.run(job, policies=policies).to_dict())
        except consnap.ConsnapError as error:
            return error.code


def of_shell(scenario: dict[str, Any], job: dict[str, Any], policies: Any, folder: Path) -> tuple[Any, int, str]:
    """The end by the shell: the report, or nothing where an error was the answer, its exit status and what it said."""
    (folder / "job.json").write_text(json.dumps(job), "utf-8")
    (folder / "rules.json").write_text(json.dumps(policies), "utf-8")
    held_to = ["--policy", str(folder / "rules.json")] if policies else []
    with Simulator(scenario) as ecs:
        environment = {**os.environ, **ecs.environment, "CONSNAP_STATE_DIR": str(folder / "shell")}
        done = subprocess.run(
            [sys.executable, "-m", "consnap", "run", str(folder / "job.json"), "--format", "json",
             "--time-scale", str(SCALE), "--endpoint", ecs.endpoint, *held_to],
            capture_output=True, text=True, timeout=60, env=environment,
        )  # fmt: skip
    return (told(json.loads(done.stdout)) if done.stdout.strip() else None), done.returncode, done.stderr


@pytest.mark.parametrize("seed", range(int(os.environ.get("CONSNAP_SHELL_SEEDS", "16"))))
def test_both_come_to_the_same_end(seed: int, tmp_path: Path) -> None:
    scenario, job, policies = given(seed)
    by_client = of_client(scenario, job, policies, tmp_path)
    by_shell, exit_status, said = of_shell(scenario, job, policies, tmp_path)
    if by_shell is None:
        # An error was the answer, of the same code; nothing was started.
        assert isinstance(by_client, str) and by_client in said and exit_status in (2, 3), (by_client, exit_status, said)
    else:
        assert (by_client, exit_status) == (by_shell, by_shell[0]), said


def test_the_seeds_reach_refusals_and_reports(tmp_path: Path) -> None:
    ends = [given(seed) for seed in range(16)]
    assert len({json.dumps(end, sort_keys=True) for end in ends}) == 16
    assert {policies is None for _, _, policies in ends} == {True, False}
