"""Exports that make calls of their own, run against the simulator: more instances than the service shows on a page unasked, and
one that fails."""

import json
import os
import pathlib
import shutil
import subprocess
import sys

import pytest
from conftest import ROLE, ROOT, Simulator

FAILS = "i-bp1many000000000007"
IDS = [f"i-bp1many{number:012}" for number in range(1, 13)]
ENDS = [([], 0, "12 instances: 0 failed, 0 unknown, 0 not started"), ([FAILS], 1, "12 instances: 1 failed, 0 unknown, 0 not started")]

# The vendor's clients find the service by its region; here they are told where the simulator is.
SITE = """
import os
from alibabacloud_tea_openapi import models
init = models.Config.__init__
def told(self, *args, **kwargs):
    init(self, *args, **{**kwargs, "endpoint": os.environ["CONSNAP_ENDPOINT"].removeprefix("http://"), "protocol": "http"})
models.Config.__init__ = told
"""

# `aliyun ecs OPERATION --Name value ...`, as the real one passes it on. It refuses what the real one refuses.
ALIYUN = f"""#!{sys.executable}
import json, os, sys
from alibabacloud_tea_openapi.client import Client
from alibabacloud_tea_openapi.models import Config, OpenApiRequest, Params
from alibabacloud_tea_util.models import RuntimeOptions
product, operation, *words = sys.argv[1:]
assert product == "ecs" and len(words) % 2 == 0, words
query = dict(zip((name.removeprefix("--") for name in words[::2]), words[1::2]))
assert not [name for name in query if name.startswith("waiter")], query
client = Client(Config(access_key_id="testid", access_key_secret="testsecret"))
params = Params(action=operation, version="2014-05-26", protocol="HTTP", pathname="/", method="POST", auth_type="AK",
                style="RPC", req_body_type="formData", body_type="json")
print(json.dumps(client.call_api(params, OpenApiRequest(query=query), RuntimeOptions())["body"], indent=1))
"""


BINARY = os.environ.get("CONSNAP_BIN")
CONSNAP = [BINARY] if BINARY else ["cargo", "run", "--quiet", f"--manifest-path={ROOT}/Cargo.toml", "--package", "consnap-cli", "--"]


def export(folder, job, form):
    (folder / "job.json").write_text(json.dumps(job))
    words = [*CONSNAP, "export", "job.json", "--to", form, "--platform", "linux", "--output", "out"]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder / "out"


@pytest.fixture
def fleet(tmp_path):
    """Starts a simulator with twelve instances; the plug-in fails on those it is told."""
    processes = []

    def start(failing):
        scenario = {
            "version": 1,
            "time_scale": 1000,
            "instances": [
                {"id": name, "name": name, "role": ROLE, "tags": {"app": "orders", "tier": "gold" if out else "silver"}}
                for name, out in [*((name, False) for name in IDS), ("i-bp1gold000000000001", True)]
            ],
            "guest_faults": [{"instances": failing, "exit_code": 4}] if failing else [],
        }
        (tmp_path / "scenario.json").write_text(json.dumps(scenario))
        words = [*CONSNAP, "simulate", str(tmp_path / "scenario.json")]
        process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        processes.append(process)
        return Simulator(json.loads(process.stdout.readline()))

    yield start
    for process in processes:
        process.kill()
        process.wait()


def job(**targets):
    return {
        "version": 1, "regions": ["cn-hangzhou"], "targets": targets, "instance_ram_role": ROLE, "group_name": "many-{run}",
        "required_consistency": "file_system", "run": {"max_in_flight": 50, "max_errors": 1},
    }


def run(words, simulator, folder, **more):
    environment = {
        **os.environ, "CONSNAP_ENDPOINT": simulator.endpoint, "PYTHONPATH": str(folder), **more,
        "ALIBABA_CLOUD_ACCESS_KEY_ID": "testid", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "testsecret",
    }
    (folder / "sitecustomize.py").write_text(SITE)
    return subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, timeout=300)


def holds(done, simulator, status, last):
    assert done.returncode == status, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == last, done.stdout + done.stderr
    assert simulator.unknown_parameters() == []
    started = [entry["instance_id"] for entry in simulator.get("truth") if entry["started"]]
    assert sorted(started) == IDS, "who is excluded is not frozen"


SELECTIONS = [{"ids": IDS}, {"tags": {"app": "orders"}, "exclude": {"tags": {"tier": "gold"}}}]


@pytest.mark.parametrize("targets", SELECTIONS, ids=["ids", "tags"])
@pytest.mark.parametrize(("failing", "status", "last"), ENDS, ids=["well", "one-fails"])
def test_python_program(fleet, tmp_path, targets, failing, status, last):
    simulator = fleet(failing)
    folder = export(tmp_path, job(**targets), "python-sdk")
    # A program that waits five seconds between two looks need not wait here.
    program = folder / "snapshot.py"
    program.write_text(program.read_text().replace("time.sleep(5)", "time.sleep(0.05)"))
    holds(run([sys.executable, "snapshot.py"], simulator, folder), simulator, status, last)


@pytest.mark.parametrize("targets", SELECTIONS, ids=["ids", "tags"])
@pytest.mark.parametrize(("failing", "status", "last"), ENDS, ids=["well", "one-fails"])
def test_script_around_the_cli(fleet, tmp_path, targets, failing, status, last):
    if not shutil.which("jq"):
        pytest.skip("jq is not installed")
    simulator = fleet(failing)
    folder = export(tmp_path, job(**targets), "aliyun-cli")
    for name, text in [("aliyun", ALIYUN), ("sleep", "#!/bin/sh\nexec /bin/sleep 0.1\n")]:
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    done = run(["bash", "snapshot.sh"], simulator, folder, PATH=f"{folder}:{os.environ['PATH']}")
    holds(done, simulator, status, last)


@pytest.mark.parametrize("targets", SELECTIONS, ids=["ids", "tags"])
@pytest.mark.parametrize(("failing", "status", "last"), ENDS, ids=["well", "one-fails"])
def test_go_program(fleet, tmp_path, targets, failing, status, last):
    if not shutil.which("go"):
        pytest.skip("Go is not installed")
    simulator = fleet(failing)
    folder = export(tmp_path, job(**targets), "go-sdk")
    program = folder / "main.go"
    program.write_text(program.read_text().replace("time.Sleep(5 * time.Second)", "time.Sleep(time.Second / 20)"))
    sdk = "github.com/aliyun/alibaba-cloud-sdk-go"
    (folder / "go.mod").write_text(
        f"module snapshot\n\ngo 1.18\n\nrequire {sdk} v0.0.0\n\nreplace {sdk} => {ROOT}/tests/fixtures/go_sdk\n"
    )
    settings = {"GOPROXY": "off", "GOFLAGS": "-mod=mod", "GOCACHE": str(ROOT / "target/go-cache"), "GO111MODULE": "on"}
    for words in (["go", "vet", "."], ["go", "build", "-o", "snapshot", "."]):
        built = run(words, simulator, folder, **settings)
        assert built.returncode == 0, built.stdout + built.stderr
    holds(run(["./snapshot"], simulator, folder), simulator, status, last)


def test_workflow_of_github(tmp_path):
    """Read by the schema of GitHub's workflows and by a linter for their security."""
    folder = export(tmp_path, job(ids=IDS), "github-actions")
    workflow = folder / ".github/workflows/consnap.yml"
    workflow.parent.mkdir(parents=True)
    (folder / "consnap.yml").rename(workflow)
    tools = pathlib.Path(sys.executable).parent
    for words in (["check-jsonschema", "--builtin-schema", "vendor.github-workflows"], ["zizmor", "--offline", "--quiet"]):
        done = subprocess.run([tools / words[0], *words[1:], workflow], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
    if shutil.which("actionlint"):
        subprocess.run(["actionlint", workflow], check=True)
