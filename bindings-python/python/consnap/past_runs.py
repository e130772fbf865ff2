"""Runs of the past, from the journals in the state directory of this machine. Nothing is sent, and no credentials are needed."""

from __future__ import annotations

from . import _native
from ._input import answered, text_of
from .report import HistoryEntry, Release, Report, Status

TYPE_CHECKING = False
if TYPE_CHECKING:
    from os import PathLike
    from typing import Any

__all__ = ["history", "release", "show", "status"]


def history(
    *, limit: int = 20, state_directory: str | PathLike[str] | None = None, lang: str = "en"
) -> tuple[HistoryEntry, ...]:
    """The runs whose journals lie on this machine, the newest first, and how each ended.

    Args:
        limit: give at most this many.
        state_directory: where journals are kept; that of the command line when not given.
        lang: the language of messages, ``en`` or ``zh``.

    Returns:
        One entry a run. One whose journal cannot be read has ``unreadable``, and no ``exit_status``.

    Raises:
        ConfigError: the state directory cannot be listed.

    >>> import tempfile
    >>> history(state_directory=tempfile.mkdtemp())
    ()
    """
    listed = _ask("history", state_directory, lang, limit=limit)
    return tuple(HistoryEntry.from_dict(entry) for entry in listed)


def show(run_id: str, *, state_directory: str | PathLike[str] | None = None, lang: str = "en") -> Report:
    """The report of a run as its journal tells it, also while the run goes on.

    Args:
        run_id: the run's id.
        state_directory: where journals are kept; that of the command line when not given.
        lang: the language of messages, ``en`` or ``zh``.

    Raises:
        ConfigError: there is no such run, or its journal cannot be read.
    """
    return Report.from_dict(_ask("show", state_directory, lang, run_id=run_id))


def status(*, state_directory: str | PathLike[str] | None = None, lang: str = "en") -> Status:
    """What the runs of this machine left open: guests that may be held, unknown results, runs that are not over.

    Args:
        state_directory: where journals are kept; that of the command line when not given.
        lang: the language of messages, ``en`` or ``zh``.

    Returns:
        ``exit_status`` is 5 where a guest may still be held, 4 where a result is unknown or a run or its journal is not at its
        end, and 0 where nothing is open.

    Raises:
        ConfigError: the state directory cannot be listed.

    >>> import tempfile
    >>> status(state_directory=tempfile.mkdtemp()).exit_status
    0
    """
    return Status.from_dict(_ask("status", state_directory, lang))


def release(
    run_id: str,
    instance_id: str,
    *,
    note: str,
    by: str | None = None,
    state_directory: str | PathLike[str] | None = None,
    lang: str = "en",
) -> Release:
    """Lets a guest go that may have been held, after somebody has looked into it. The verdict of the run stays; :func:`status`,
    metrics and later runs count the guest no longer. A second release is no error and changes nothing.

    Args:
        run_id: the run's id.
        instance_id: the instance.
        note: what was seen or done.
        by: who has looked; the user of this process when not given.
        state_directory: where journals are kept; that of the command line when not given.
        lang: the language of messages, ``en`` or ``zh``.

    Returns:
        The release that counts: an earlier one if there is one.

    Raises:
        ConfigError: there is no such run, or the note is blank.
        ConsnapError: the guest is not open, or another process works on the run.
    """
    told = {"run_id": run_id, "instance_id": instance_id, "note": note, "by": by}
    return Release.from_dict(_ask("release", state_directory, lang, **told))


def _ask(what: str, state_directory: str | PathLike[str] | None, lang: str, **members: Any) -> Any:
    import os

    given = None if state_directory is None else os.fsdecode(state_directory)
    request = {"what": what, "state_directory": given, **members}
    return answered(_native.past_runs(text_of(what, request), str(lang)))
