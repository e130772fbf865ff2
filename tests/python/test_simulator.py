"""The simulator as users' own tests see it."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

import consnap
from consnap.testing import Simulator


def post(ecs: Simulator, secret: str, action: str, **params: str) -> tuple[int, dict[str, object]]:
    """A signed call without any SDK."""
    from datetime import datetime, timezone
    from urllib.parse import urlencode
    from uuid import uuid4

    common = {
        "Action": action,
        "Version": "2014-05-26",
        "Format": "JSON",
        "AccessKeyId": ecs.access_key_id,
        "SignatureMethod": "HMAC-SHA1",
        "SignatureVersion": "1.0",
        "SignatureNonce": uuid4().hex,
        "Timestamp": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        **params,
    }
    signed = consnap.sign(
        version="v1", params=common, access_key_id=ecs.access_key_id, access_key_secret=secret, nonce=common["SignatureNonce"],
        timestamp=common["Timestamp"],
    )
    query = urlencode({**common, "Signature": signed.signature})
    request = urllib.request.Request(f"{ecs.endpoint}/?{query}", method="POST", data=b"")
    try:
        with urllib.request.urlopen(request, timeout=10) as reply:
            return reply.status, json.loads(reply.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def test_it_answers_signed_calls_and_tells_what_it_was_asked(ecs_simulator: Simulator) -> None:
    status, reply = post(ecs_simulator, ecs_simulator.access_key_secret, "DescribeInstances", RegionId="cn-hangzhou")
    assert status == 200 and reply["TotalCount"] == len(ecs_simulator.truth()), reply
    status, reply = post(ecs_simulator, "wrong", "DescribeInstances", RegionId="cn-hangzhou")
    assert (status, reply["Code"]) == (400, "SignatureDoesNotMatch")
    first, second = ecs_simulator.calls()
    assert (first.operation, first.result, first["RegionId"]) == ("DescribeInstances", "ok", "cn-hangzhou")
    assert second.result == {"error": "SignatureDoesNotMatch"}
    assert len(ecs_simulator.calls("DescribeInstances")) == 2 and not ecs_simulator.calls("RunCommand")
    truth = ecs_simulator.truth()["i-bp1linux000000000001"]
    assert (truth.started, truth.groups, truth.held) == (0, (), False)
    ecs_simulator.reset()
    assert ecs_simulator.calls() == []


def test_two_at_once_know_nothing_of_each_other() -> None:
    with Simulator() as one, Simulator(time_scale=50) as two:
        assert one.endpoint != two.endpoint
        post(one, one.access_key_secret, "DescribeRegions")
        assert (len(one.calls()), len(two.calls())) == (1, 0)
        assert "i-bp1windows0000000001" in two.truth()


def test_it_is_ready_at_once_and_gone_afterwards() -> None:
    took, endpoint, ecs = float("inf"), "", Simulator()
    for _ in range(5):
        start = time.perf_counter()
        with Simulator() as ecs:
            took = min(took, time.perf_counter() - start)
            endpoint = ecs.endpoint
    # Other work on the machine may delay a start; not five of them.
    assert took < 0.05
    ecs.stop()
    assert ecs.calls() == []
    with pytest.raises(OSError):
        urllib.request.urlopen(endpoint, timeout=5)


def test_a_scenario_may_be_a_file(tmp_path: Path) -> None:
    path = tmp_path / "scenario.yaml"
    path.write_text("version: 1\nregion: cn-beijing\ninstances:\n  - {id: i-one}\n", "utf-8")
    with Simulator(path) as ecs:
        assert ecs.region == "cn-beijing"
        assert list(ecs.truth()) == ["i-one"]
    with pytest.raises(consnap.ConfigError, match="no_such_member"):
        Simulator({"version": 1, "no_such_member": 1})
    with pytest.raises(consnap.ConfigError) as caught:
        Simulator(api_faults=[{"operation": "NoSuchOperation", "throttle": {}}])
    assert [finding.place for finding in caught.value.findings] == ["/api_faults/0/operation"]


@pytest.mark.ecs_scenario({"version": 1, "region": "cn-beijing", "instances": []}, time_scale=10)
def test_a_marker_chooses_the_scenario(ecs_simulator: Simulator) -> None:
    assert ecs_simulator.region == "cn-beijing"
    assert ecs_simulator.truth() == {}
