"""Every shared case of an operation gives in Python what it gives in Rust; the numbers are printed."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from shared_cases import FIXTURES, answer, differences, suites

#: The codes of a job whose scripts of `linux.quiesce` are written before the engine sees it, as Python and the command line do.
WRITTEN = {
    "quiesce: the scripts are not written": [],
    "quiesce: a name that leaves its folder": ["CS143", "CS140", "CS276"],
    "quiesce: limit out of range": ["CS134", "CS133", "CS276"],
    "quiesce: limit too great": ["CS134", "CS133", "CS276"],
    "quiesce: content that cannot be uploaded": [],
}


def test_all_cases_give_what_is_expected(capsys: pytest.CaptureFixture[str]) -> None:
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    written = dict(WRITTEN)
    for operation, path, suite in suites():
        for case in suite["cases"]:
            counts[operation] += 1
            got = answer(operation, case["input"])
            if operation == "check" and case["name"] in written:
                codes = [finding["code"] for finding in got["findings"]]
                expected = written.pop(case["name"])
                wrong += [f"{path.name}: {case['name']}: {codes}"] if codes != expected else []
                continue
            if suite.get("locked") and isinstance(got, dict):
                # Truth from outside names only the members it speaks of.
                got = {name: value for name, value in got.items() if name in case["expect"]}
            lines = differences("", case["expect"], got)
            wrong += [f"{path.name}: {case['name']}: {line}" for line in lines[:5]]
    with capsys.disabled():
        print("\n" + "\n".join(f"{operation}: {count} cases" for operation, count in sorted(counts.items())))
    assert not wrong, "\n".join(wrong[:60])
    assert not written, f"no such cases: {list(written)}"
    # As many as the Rust runner counts.
    rust = re.findall(r'run_all\("(\w+)"\), (\d+)', (FIXTURES.parent / "rust" / "operations.rs").read_text("utf-8"))
    assert rust and counts == {name: int(count) for name, count in rust}
