"""Test a script of your own against the simulator: no account, no network, no minutes of waiting.

    pytest test_with_simulator.py
"""

from __future__ import annotations

import pytest

import consnap
from consnap.testing import Simulator


@pytest.mark.ecs_scenario(time_scale=200)
def test_the_backup_is_application_consistent(ecs_simulator: Simulator, tmp_path: object) -> None:
    client = consnap.Client(
        region=ecs_simulator.region,
        endpoint=ecs_simulator.endpoint,
        access_key_id=ecs_simulator.access_key_id,
        access_key_secret=ecs_simulator.access_key_secret,
        state_directory=str(tmp_path),
        time_scale=200,
    )
    job = consnap.Job(
        instance_ram_role="AppSnapshotRoleName",
        group_name="test-{run}",
        targets=consnap.Targets(ids=["i-bp1linux000000000001"]),
        linux=consnap.LinuxOptions(pre_script_path="/tmp/prescript.sh", post_script_path="/tmp/postscript.sh"),
        run=consnap.RunOptions(attach_role="if_missing"),
    )
    report = client.run(job)
    assert report.ok, report
    truth = ecs_simulator.truth()["i-bp1linux000000000001"]
    assert truth.level == report.instance("i-bp1linux000000000001").got == consnap.Consistency.APPLICATION
