"""The code in the documentation and the examples is code that runs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from consnap.testing import Simulator

ROOT = Path(__file__).parent.parent.parent
EXAMPLES = ROOT / "bindings-python" / "examples"
LINUX = "i-bp1linux000000000001"


def blocks(path: Path) -> list[str]:
    """Python blocks that stand for themselves: those for pytest are shown, not run."""
    found = re.findall(r"^```python\n(.*?)^```", path.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    return [block for block in found if "import consnap" in block and "pytest" not in block]


@pytest.mark.parametrize("name", ["docs/python.md", "README.md"])
def test_documented_blocks_run(name: str, ecs_simulator: Simulator, tmp_path: Path) -> None:
    path = ROOT / name
    if not path.exists():
        pytest.skip(f"there is no {name}")
    for block in blocks(path):
        ran = run(["-c", block], ecs_simulator, tmp_path)
        assert ran.returncode == 0, f"{block}\n{ran.stderr}"


@pytest.mark.ecs_scenario(
    {
        "instances": [
            {"id": LINUX, "tags": {"backup": "nightly"}, "role": "AppSnapshotRoleName"},
        ],
        "time_scale": 1,
    }
)
def test_examples_run(ecs_simulator: Simulator, tmp_path: Path) -> None:
    job = tmp_path / "job.yaml"
    job.write_text(
        f"version: 1\ntargets: {{ids: [{LINUX}]}}\ninstance_ram_role: AppSnapshotRoleName\ngroup_name: n-{{run}}\n"
        "required_consistency: file_system\nrun: {attach_role: if_missing}\n",
        "utf-8",
    )
    examples = [
        ["one_instance.py", LINUX, "AppSnapshotRoleName"],
        ["fleet_by_tags.py", "backup=nightly"],
        ["nightly.py", str(job)],
        ["migration_after.py", "cn-hangzhou", LINUX],
    ]
    # Side by side: each waits for the service most of its time.
    with ThreadPoolExecutor() as pool:
        started = [(words, pool.submit(run, [str(EXAMPLES / words[0]), *words[1:]], ecs_simulator, tmp_path)) for words in examples]
    for words, future in started:
        ran = future.result()
        said = ran.stdout + ran.stderr
        # Whether the scripts are in place decides between 0 and 1; anything else is a fault of the example.
        assert ran.returncode in (0, 1) and "Traceback" not in said, (words, said)
        assert "of 1 instance" in said or f"{LINUX}  file_system" in said, (words, said)


def test_the_example_of_a_test_passes(ecs_simulator: Simulator, tmp_path: Path) -> None:
    example = EXAMPLES / "test_with_simulator.py"
    ran = run(["-m", "pytest", "-q", "-p", "no:cacheprovider", str(example)], ecs_simulator, tmp_path)
    assert ran.returncode == 0 and "1 passed" in ran.stdout, ran.stdout


def run(arguments: list[str], ecs: Simulator, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("ALIBABA")},
        **ecs.environment,
        "CONSNAP_STATE_DIR": str(folder / "state"),
    }
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, timeout=60, env=environment, cwd=folder
    )
