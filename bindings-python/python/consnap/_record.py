"""The base of every data class of consnap: JSON in, JSON out, nothing lost on the way."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, field, fields
from enum import Enum
from typing import Any, Callable, TypeVar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import overload

_R = TypeVar("_R", bound="Record")
_Converter = Callable[[Any], Any]
_CONVERTERS: dict[type, dict[str, _Converter]] = {}
_DEFAULTS: dict[type, dict[str, Any]] = {}

#: The value of a member that is always written.
_ALWAYS = object()

#: The field that is no member of the JSON object.
_UNKNOWN = "unknown_members"


@dataclass(frozen=True, kw_only=True, repr=False)
class Record:
    """A frozen data class that mirrors one JSON object of consnap.

    ``to_dict`` gives that object. ``from_dict`` reads it: members it does not know are kept and written again, values of
    another type than expected are kept as they are, so that the engine sees (and judges) exactly what was given.
    """

    unknown_members: Mapping[str, Any] | None = field(default=None, hash=False)
    """Members of the JSON object that this class does not have; ``None`` when there are none."""

    @classmethod
    def from_dict(cls: type[_R], data: Mapping[str, Any]) -> _R:
        """Reads the JSON object.

        Raises:
            ConfigError: a member without which there is no such object is missing, or ``data`` is no object.
        """
        if not isinstance(data, Mapping):
            raise _misshapen(cls, f"a JSON object is needed, not {type(data).__name__}")
        converters = _converters(cls)
        known = {name: converters[name](value) for name, value in data.items() if name in converters}
        if len(known) < len(data):
            known[_UNKNOWN] = {name: value for name, value in data.items() if name not in converters}
        missing = [name for name, default in _defaults(cls).items() if default is _ALWAYS and name not in known]
        if missing:
            raise _misshapen(cls, "missing: " + ", ".join(f"`{name}`" for name in missing))
        return cls(**known)

    def to_dict(self) -> dict[str, Any]:
        """The JSON object: plain dicts, lists, strings and numbers. Empty optional members are left out."""
        out: dict[str, Any] = {}
        for name, default in _defaults(type(self)).items():
            value = getattr(self, name)
            if default is not _ALWAYS and _is_empty(value) and value == default:
                continue
            plain = _plain(value)
            # A section that is as it would be without it.
            if isinstance(default, Record) and plain == default.to_dict():
                continue
            out[name] = plain
        out.update(self.unknown_members or {})
        return out

    def __post_init__(self) -> None:
        # Lists become tuples, so that what is frozen stays so and equal content is equal.
        for name, value in self.__dict__.items():
            if isinstance(value, list):
                object.__setattr__(self, name, tuple(value))

    def __repr__(self) -> str:
        shown = (
            f"{name}={getattr(self, name)!r}"
            for name, default in _defaults(type(self)).items()
            if default is _ALWAYS or getattr(self, name) != default
        )
        more = (f"{name}={value!r}" for name, value in (self.unknown_members or {}).items())
        return f"{type(self).__name__}({', '.join([*shown, *more])})"


class Lazy(Sequence[_R]):
    """Records of one kind, each read when somebody looks at it: of ten thousand a script reads a few. It compares, hashes and
    is shown as the tuple of them would be."""

    _kind: type[_R]

    if TYPE_CHECKING:

        @overload
        def __getitem__(self, index: int) -> _R: ...
        @overload
        def __getitem__(self, index: slice) -> tuple[_R, ...]: ...

    def __getitem__(self, index: int | slice) -> _R | tuple[_R, ...]:
        raise NotImplementedError

    def __eq__(self, other: object) -> bool:
        return isinstance(other, (Lazy, tuple)) and len(self) == len(other) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return repr(tuple(self)) if len(self) <= 3 else f"<{len(self)} {self._kind.__name__}s>"


class Rows(Lazy[_R]):
    """Records from the JSON of each."""

    def __init__(self, kind: type[_R], texts: Sequence[bytes]) -> None:
        self._kind = kind
        self._rows: list[bytes | _R] = list(texts)

    def __len__(self) -> int:
        return len(self._rows)

    if TYPE_CHECKING:

        @overload
        def __getitem__(self, index: int) -> _R: ...
        @overload
        def __getitem__(self, index: slice) -> tuple[_R, ...]: ...

    def __getitem__(self, index: int | slice) -> _R | tuple[_R, ...]:
        if isinstance(index, slice):
            return tuple(self[row] for row in range(*index.indices(len(self))))
        row = self._rows[index]
        if isinstance(row, bytes):
            row = self._rows[index] = self._kind.from_dict(json.loads(row))
        return row

    def __iter__(self) -> Iterator[_R]:
        return (self[index] for index in range(len(self)))

    def mentioning(self, text: str) -> Iterator[_R]:
        """Those whose JSON has a text; no other is read."""
        needle = json.dumps(text).encode()
        return (self[at] for at, row in enumerate(self._rows) if not isinstance(row, bytes) or needle in row)


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, (tuple, dict, str)) and not value)


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Record):
        return value.to_dict()
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        return [_plain(item) for item in value]
    return value


def _misshapen(cls: type, reason: str) -> Exception:
    from .errors import ConfigError

    return ConfigError(f"`{cls.__name__}` cannot be read: {reason}", help="see its documentation for its members")


def _members(cls: type) -> list[Field[Any]]:
    """The fields that are members of the JSON object."""
    return [member for member in fields(cls) if member.name != _UNKNOWN]


def _defaults(cls: type) -> dict[str, Any]:
    """The default of each member, or `_ALWAYS`."""
    found = _DEFAULTS.get(cls)
    if found is None:
        found = {}
        for member in _members(cls):
            if member.default is not MISSING:
                found[member.name] = member.default
            elif member.default_factory is not MISSING:
                found[member.name] = member.default_factory()
            else:
                found[member.name] = _ALWAYS
        _DEFAULTS[cls] = found
    return found


def _converters(cls: type) -> dict[str, _Converter]:
    """How each member is read, worked out of its annotation once."""
    found = _CONVERTERS.get(cls)
    if found is None:
        names = vars(sys.modules[cls.__module__])
        found = {member.name: _converter(str(member.type), names) for member in _members(cls)}
        _CONVERTERS[cls] = found
    return found


def _converter(annotation: str, names: Mapping[str, Any]) -> _Converter:
    annotation = annotation.replace(" | None", "").strip()
    for prefix in ("tuple[", "Sequence["):
        if annotation.startswith(prefix):
            inner = annotation[len(prefix) : -1].removesuffix(", ...")
            each, kind = _converter(inner, names), names.get(inner)

            def read(value: Any) -> Any:
                if not isinstance(value, (list, tuple)):
                    return value
                # The JSON of each, from the engine.
                if value and isinstance(value[0], bytes) and isinstance(kind, type) and issubclass(kind, Record):
                    return Rows(kind, value)
                return tuple(map(each, value))

            return read
    kind = names.get(annotation)
    if isinstance(kind, type) and issubclass(kind, Record):
        record = kind
        return lambda value: record.from_dict(value) if isinstance(value, Mapping) else value
    if isinstance(kind, type) and issubclass(kind, Enum):
        members = kind._value2member_map_
        return lambda value: members.get(value, value) if isinstance(value, str) else value
    return lambda value: value
