"""What functions take, for type checkers; nothing loads it at run time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from os import PathLike
from typing import Any, Protocol, Union

from .facts import InstanceFacts
from .job import Job


class ToMap(Protocol):
    """A request or response object of the official SDK."""

    def to_map(self) -> Any:
        """Its content."""


Document = Union[Mapping[str, Any], str, bytes, "PathLike[str]"]
JobInput = Union[Job, ToMap, Document]
FactsInput = Union[InstanceFacts, Document, Iterable[Union[InstanceFacts, Mapping[str, Any]]]]
ResultsInput = Union[ToMap, Document, Iterable[Union[ToMap, Mapping[str, Any]]]]
PoliciesInput = Union[Document, Iterable[Document]]
