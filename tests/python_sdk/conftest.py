"""Starts the simulator, or uses the one that CONSNAP_SIMULATOR_ENDPOINT names.

Needs the official SDKs: `pip install alibabacloud_ecs20140526 aliyun-python-sdk-ecs pytest`; `cargo xtask test` does it.
"""

import json
import os
import pathlib
import subprocess
import urllib.request

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
LINUX = "i-bp1linux000000000001"
WINDOWS = "i-bp1windows0000000001"
ROLE = "AppSnapshotRoleName"
# The two sample commands of the vendor's document, to the letter.
LINUX_COMMAND = (
    'acs-plugin-manager --exec --plugin app-snapshot-plugin --params=-RamRoleName="AppSnapshotRoleName",'
    '-InstantAccess=true,-EnableFsFreeze=true,-TimeoutInSeconds=30,-PreScriptPath="/tmp/prescript.sh",'
    '-PostScriptPath="/tmp/postscript.sh",-InstantAccessRentationDays=1,-ExcludeDiskId="",-Name="LinuxApp1"'
)
WINDOWS_COMMAND = (
    'acs-plugin-manager --exec --plugin app-snapshot-plugin-win --params=-RamRoleName="AppSnapshotRoleName",'
    '-InstantAccess=true,-EnableWriters=true,-Description="AppSnapshot",-InstantAccessRentationDays=1,'
    '-ExcludeDiskId="",-Name="APPSnapshot-1"'
)


def command():
    """The command that serves: the binary, or the example while there is none."""
    if binary := os.environ.get("CONSNAP_BIN"):
        return [binary, "simulate"]
    return [
        "cargo", "run", "--quiet", "--package", "consnap-simulator", "--features", "server", "--example", "serve",
    ]


class Simulator:
    def __init__(self, line):
        self.endpoint = line["endpoint"]
        self.region = line["region"]
        self.access_key_id = line["access_key_id"]
        self.access_key_secret = line["access_key_secret"]

    @property
    def host(self):
        return self.endpoint.removeprefix("http://")

    def get(self, what):
        with urllib.request.urlopen(f"{self.endpoint}/__consnap/{what}") as reply:
            return json.load(reply)

    def reset(self):
        urllib.request.urlopen(urllib.request.Request(f"{self.endpoint}/__consnap/reset", method="POST")).close()

    def truth(self, instance):
        return next(entry for entry in self.get("truth") if entry["instance_id"] == instance)

    def unknown_parameters(self):
        return [name for call in self.get("requests")["calls"] for name in call.get("unknown_parameters", [])]


@pytest.fixture(scope="session")
def running():
    if endpoint := os.environ.get("CONSNAP_SIMULATOR_ENDPOINT"):
        yield Simulator({
            "endpoint": endpoint,
            "region": os.environ.get("CONSNAP_SIMULATOR_REGION", "cn-hangzhou"),
            "access_key_id": os.environ.get("CONSNAP_SIMULATOR_ACCESS_KEY_ID", "testid"),
            "access_key_secret": os.environ.get("CONSNAP_SIMULATOR_ACCESS_KEY_SECRET", "testsecret"),
        })
        return
    process = subprocess.Popen(command(), cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        yield Simulator(json.loads(process.stdout.readline()))
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def simulator(running):
    running.reset()
    return running
