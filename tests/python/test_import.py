"""What importing costs: next to nothing, and nothing that was not asked for."""

from __future__ import annotations

import subprocess
import sys


def run(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60).stdout


def test_import_loads_nothing_else() -> None:
    loaded = run(
        "import sys; before = set(sys.modules); import consnap; "
        "print(*sorted(name for name in set(sys.modules) - before if name != 'consnap'))"
    )
    assert loaded.split() == []


def test_every_public_name_is_there_and_listed() -> None:
    import consnap

    for name in consnap.__all__:
        assert getattr(consnap, name).__module__.startswith("consnap."), name
        assert name in dir(consnap)
    assert consnap.__version__.count(".") == 2


def test_pure_operations_load_no_network_and_no_typing_at_run_time() -> None:
    loaded = run("import sys, consnap; consnap.explain(12); print(*sys.modules)").split()
    assert not {"asyncio", "logging", "ssl", "socket", "http", "subprocess"} & set(loaded)
