"""What callers hand over, turned into plain JSON values: our classes, dicts, JSON, YAML files, SDK responses."""

from __future__ import annotations

import os

from . import _native
from .errors import from_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def plain(value: Any) -> Any:
    """The JSON value of something a caller handed over.

    - mappings, lists, numbers, our data classes: as they are;
    - anything with ``to_map()``: a request or response object of the official SDK;
    - ``bytes``: JSON or YAML text;
    - ``str``: JSON or YAML text if it spans lines or begins like JSON, else the path of a JSON or YAML file;
    - a ``pathlib.Path``: such a file.
    """
    try:
        return _plain(value)
    except RecursionError as error:
        raise _not_json("call", error) from None


def _plain(value: Any) -> Any:
    if isinstance(value, (bytes, bytearray, memoryview)):
        return document(bytes(value).decode("utf-8", "replace"))
    # Enumerations of ours are text, but never documents.
    if isinstance(value, str) and not hasattr(value, "value"):
        text = value.lstrip()
        if text.startswith(("{", "[")) or "\n" in text:
            return document(value)
        return document_file(value)
    if isinstance(value, os.PathLike):
        return document_file(os.fspath(value))
    return _member(value)


def _member(value: Any) -> Any:
    """A value inside another: text is text here, never a path."""
    if value is None or isinstance(value, (str, bool, int, float)):
        return getattr(value, "value", value)
    if isinstance(value, dict):
        return {key: _member(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_member(item) for item in value]
    for name in ("to_dict", "to_map"):
        method = getattr(value, name, None)
        if callable(method):
            return _member(method())
    items = getattr(value, "items", None)
    if callable(items):
        pairs: Any = items()
        return {str(key): _member(item) for key, item in pairs}
    isoformat = getattr(value, "isoformat", None)
    if callable(isoformat):
        return isoformat()
    if hasattr(value, "__iter__") and not isinstance(value, (bytes, bytearray)):
        return [_member(item) for item in value]
    return value


def policies_of(value: Any, lang: str = "en") -> Any:
    """Policy documents that something is to be held to: one, a list of them, or those of a folder in the order of their names.

    Raises:
        ConfigError: the list or a folder has none.
    """
    if isinstance(value, (list, tuple)) and not value:
        raise from_json(_native.no_policies(None, str(lang)))
    return policy_documents(value, lang)


def policy_documents(value: Any, lang: str = "en") -> Any:
    """The same to be looked at: that a list is empty is a finding."""
    if isinstance(value, (list, tuple)):
        documents: list[Any] = []
        for one in value:
            found = policy_documents(one, lang)
            # A folder is several documents; a list that somebody wrote is none.
            several = isinstance(found, list) and not isinstance(one, (list, tuple))
            documents += found if several else [found]
        return documents
    path: Any = value if isinstance(value, os.PathLike) else None
    if isinstance(value, str) and "\n" not in value and not value.lstrip().startswith(("{", "[")):
        path = value
    if path is not None and os.path.isdir(path):
        folder = os.fspath(path)
        names = sorted(name for name in os.listdir(folder) if name.endswith((".yaml", ".yml", ".json")))
        if not names:
            raise from_json(_native.no_policies(os.fsdecode(folder), str(lang)))
        return [document_file(os.path.join(folder, name)) for name in names]
    return plain(value)


def _default(value: Any) -> Any:
    """What the JSON writer does not know by itself."""
    member = _member(value)
    if member is value:
        raise TypeError(f"a value of type {type(value).__name__}")
    return member


def moment(value: Any) -> str | None:
    """A point in time as the engine reads it; a ``datetime`` without a zone is local time, as everywhere in Python."""
    if value is None or isinstance(value, str):
        return value
    astimezone = getattr(value, "astimezone", None)
    if callable(astimezone):
        from datetime import timezone

        moved: Any = astimezone(timezone.utc)
        return str(moved.isoformat(timespec="milliseconds")).replace("+00:00", "Z")
    return str(value)


def document(text: str) -> Any:
    """A JSON or YAML document from text."""
    if text.lstrip().startswith(("{", "[")):
        import json

        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            pass
    return answered(_native.read_document(None, text, "en"))


def document_file(path: str | bytes) -> Any:
    """A JSON or YAML document from a file."""
    try:
        answer = _native.read_document(os.fsdecode(path), None, "en")
    except UnicodeError as error:
        raise _not_json("call", error) from None
    return answered(answer)


def answered(answer: tuple[bool, bytes]) -> Any:
    """The value of an answer of the engine, or its error raised."""
    ok, text = answer
    if not ok:
        raise from_json(text)
    import json

    return json.loads(text)


def text_of(name: str, value: Any) -> bytes:
    """JSON text for the engine.

    Raises:
        ConfigError: something in it is not JSON.
    """
    # Scripts that only send single calls never need it; it costs as much as all the rest of their imports.
    import json

    try:
        text = json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=_default)
    except (TypeError, ValueError, RecursionError) as error:
        raise _not_json(name, error) from None
    return text.encode("utf-8", "replace")


def _not_json(name: str, error: Exception) -> Exception:
    from .errors import ConfigError

    reason = "it is nested too deeply" if isinstance(error, RecursionError) else error
    return ConfigError(f"the input of `{name}` is not JSON: {reason}", help="hand over plain values")


def carry_out(name: str, members: dict[str, Any], lang: str = "en") -> Any:
    """Carries out an operation; members that are None are left out."""
    given = {key: value for key, value in members.items() if value is not None}
    return answered(_native.operation(name, text_of(name, given), str(lang)))
