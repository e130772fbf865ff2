"""Lazy results of the batch operations: columns at once, rows in words only where somebody reads them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

from ._record import Lazy
from .results import CheckedInstance, Finding, Outcome, PolicyCheck, PolicyResult

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import NoReturn, overload

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

    @property
    def blocked(self) -> list[bool]:
        """Whether an error stands against each that nobody accepted; policies stand in ``policies_not_met``."""
        return self._native.blocked()

    @property
    def policies(self) -> PolicyCheck | None:
        """What policies say of the job and of all instances, where there are any. Its ``results`` are put into words when
        they are looked at."""
        said = self._native.policies()
        if said is None:
            return None
        return PolicyCheck.from_dict({**json.loads(said), "results": PolicyResults(self._native)})

    @property
    def policies_not_met(self) -> list[tuple[str, ...]]:
        """The ids of the policies that each instance does not meet, or that cannot be judged for it, without those a waiver
        lets it off."""
        return self._native.policies_not_met()

    @property
    def ok(self) -> bool:
        """Whether nothing blocks: neither the job, nor any instance, nor a policy."""
        policies = self.policies
        stands = any(finding.blocks for finding in self.findings) or (policies is not None and not policies.passed)
        return not (stands or any(self.blocked) or "no" in self.eligible)

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
            start, stop, step = index.indices(len(self))
            if step == 1:
                return list(map(CheckedInstance.from_dict, json.loads(self._native.slice(start, max(start, stop)))))
            return [self[row] for row in range(start, stop, step)]
        return CheckedInstance.from_dict(json.loads(self._native.row(_within(index, len(self)))))

    def __iter__(self) -> Iterator[CheckedInstance]:
        for start in range(0, len(self), _STRIDE):
            yield from map(CheckedInstance.from_dict, json.loads(self._native.slice(start, start + _STRIDE)))

    def __repr__(self) -> str:
        return f"CheckTable({len(self)} instances, {self.counts()})"

    def __reduce__(self) -> NoReturn:
        raise _no_pickle(self)


class PolicyResults(Lazy[PolicyResult]):
    """What policies say of the instances of a table, in the order of the policies."""

    _kind = PolicyResult

    def __init__(self, native: _native.CheckTable) -> None:
        self._native = native

    def __len__(self) -> int:
        return self._native.policy_results()

    if TYPE_CHECKING:

        @overload
        def __getitem__(self, index: int) -> PolicyResult: ...
        @overload
        def __getitem__(self, index: slice) -> tuple[PolicyResult, ...]: ...

    def __getitem__(self, index: int | slice) -> PolicyResult | tuple[PolicyResult, ...]:
        if isinstance(index, slice):
            return tuple(self[row] for row in range(*index.indices(len(self))))
        at = _within(index, len(self))
        return PolicyResult.from_dict(json.loads(self._native.policy_slice(at, at + 1))[0])

    def __iter__(self) -> Iterator[PolicyResult]:
        for start in range(0, len(self), _STRIDE):
            yield from map(PolicyResult.from_dict, json.loads(self._native.policy_slice(start, start + _STRIDE)))

    def __reduce__(self) -> tuple[object, ...]:
        # What is read elsewhere is put into words here.
        return (tuple, (list(self),))


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
            start, stop, step = index.indices(len(self))
            if step == 1:
                return list(map(Outcome.from_dict, json.loads(self._native.slice(start, max(start, stop)))))
            return [self[row] for row in range(start, stop, step)]
        return Outcome.from_dict(json.loads(self._native.row(_within(index, len(self)))))

    def __iter__(self) -> Iterator[Outcome]:
        for start in range(0, len(self), _STRIDE):
            yield from map(Outcome.from_dict, json.loads(self._native.slice(start, start + _STRIDE)))

    def __repr__(self) -> str:
        return f"DecodeTable({len(self)} results, {self.counts()})"

    def __reduce__(self) -> NoReturn:
        raise _no_pickle(self)


def _no_pickle(table: object) -> TypeError:
    return TypeError(f"a {type(table).__name__} is not pickled: pickle its columns, or `list(table)` for all rows in words")


def _within(index: int, length: int) -> int:
    at = index + length if index < 0 else index
    if not 0 <= at < length:
        raise IndexError(f"row {index} of {length}")
    return at
