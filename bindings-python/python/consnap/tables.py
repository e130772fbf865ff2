"""Lazy results of the batch operations: columns at once, rows in words only where somebody reads them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

from .results import CheckedInstance, Finding, Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import overload

    from . import _native

__all__ = ["CheckTable", "DecodeTable"]

#: Rows turned into words at a time while a table is walked.
_STRIDE = 512


class CheckTable(Sequence[CheckedInstance]):
    """The checks of many instances, in the order of the input. Index it for the full findings of a row."""

    def __init__(self, native: _native.CheckTable) -> None:
        self._native = native

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was found about the job itself."""
        return tuple(map(Finding.from_dict, json.loads(self._native.job_findings())))

    @property
    def instance_ids(self) -> list[str]:
        """The ids; empty for a row that could not be read."""
        return self._native.instance_ids()

    @property
    def platforms(self) -> list[str | None]:
        """``linux``, ``windows`` or ``None``."""
        return self._native.platforms()

    @property
    def eligible(self) -> list[str]:
        """``yes``, ``no`` or ``unknown``."""
        return self._native.eligible()

    @property
    def predicted_consistency(self) -> list[str]:
        """The consistency that will come of each."""
        return self._native.predicted()

    @property
    def codes(self) -> list[tuple[str, ...]]:
        """The codes of all findings of each."""
        return self._native.codes()

    def counts(self) -> dict[str, int]:
        """How many are eligible, not eligible, unknown."""
        return dict(Counter(self.eligible))

    def __len__(self) -> int:
        return len(self._native)

    if TYPE_CHECKING:

        @overload
        def __getitem__(self, index: int) -> CheckedInstance: ...
        @overload
        def __getitem__(self, index: slice) -> list[CheckedInstance]: ...

    def __getitem__(self, index: int | slice) -> CheckedInstance | list[CheckedInstance]:
        if isinstance(index, slice):
            return [self[row] for row in range(*index.indices(len(self)))]
        return CheckedInstance.from_dict(json.loads(self._native.row(_within(index, len(self)))))

    def __iter__(self) -> Iterator[CheckedInstance]:
        for start in range(0, len(self), _STRIDE):
            yield from map(CheckedInstance.from_dict, json.loads(self._native.slice(start, start + _STRIDE)))

    def __repr__(self) -> str:
        return f"CheckTable({len(self)} instances, {self.counts()})"


class DecodeTable(Sequence[Outcome]):
    """What became of many commands, in the order of the input. Index it for a row in words."""

    def __init__(self, native: _native.DecodeTable) -> None:
        self._native = native

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What could not be read; a place begins with the number of the page."""
        return tuple(map(Finding.from_dict, json.loads(self._native.findings())))

    @property
    def instance_ids(self) -> list[str]:
        """The ids."""
        return self._native.instance_ids()

    @property
    def exit_codes(self) -> list[int | None]:
        """The exit codes as given."""
        return self._native.exit_codes()

    @property
    def succeeded(self) -> list[bool]:
        """Whether a group was made; no word about its level."""
        return self._native.succeeded()

    @property
    def held(self) -> list[bool]:
        """Whether the guest may still be held."""
        return self._native.held()

    @property
    def group_may_exist(self) -> list[bool]:
        """Whether a group may exist although the command failed."""
        return self._native.group_may_exist()

    @property
    def snapshot_group_ids(self) -> list[str | None]:
        """The last group each output names."""
        return self._native.snapshot_group_ids()

    @property
    def explained_by(self) -> list[str]:
        """Keys of the catalogue rows, such as ``exit:plugin:12``."""
        return self._native.explained_by()

    def counts(self) -> dict[str, int]:
        """How many of each catalogue row."""
        return dict(Counter(self.explained_by))

    def __len__(self) -> int:
        return len(self._native)

    if TYPE_CHECKING:

        @overload
        def __getitem__(self, index: int) -> Outcome: ...
        @overload
        def __getitem__(self, index: slice) -> list[Outcome]: ...

    def __getitem__(self, index: int | slice) -> Outcome | list[Outcome]:
        if isinstance(index, slice):
            return [self[row] for row in range(*index.indices(len(self)))]
        return Outcome.from_dict(json.loads(self._native.row(_within(index, len(self)))))

    def __iter__(self) -> Iterator[Outcome]:
        for start in range(0, len(self), _STRIDE):
            yield from map(Outcome.from_dict, json.loads(self._native.slice(start, start + _STRIDE)))

    def __repr__(self) -> str:
        return f"DecodeTable({len(self)} results, {self.counts()})"


def _within(index: int, length: int) -> int:
    at = index + length if index < 0 else index
    if not 0 <= at < length:
        raise IndexError(f"row {index} of {length}")
    return at
