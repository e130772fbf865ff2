"""Every shared case of an operation gives in Python what it gives in Rust; the numbers are printed."""

from __future__ import annotations

from collections import Counter

import pytest

from shared_cases import answer, differences, suites


def test_all_cases_give_what_is_expected(capsys: pytest.CaptureFixture[str]) -> None:
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    for operation, path, suite in suites():
        for case in suite["cases"]:
            counts[operation] += 1
            lines = differences("", case["expect"], answer(operation, case["input"]))
            wrong += [f"{path.name}: {case['name']}: {line}" for line in lines[:5]]
    with capsys.disabled():
        print("\n" + "\n".join(f"{operation}: {count} cases" for operation, count in sorted(counts.items())))
    assert not wrong, "\n".join(wrong[:60])
    assert counts["sign"] == 159
