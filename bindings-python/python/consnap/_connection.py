"""What :class:`~consnap.Client` and :class:`~consnap.AsyncClient` share: how they are opened, and what they ask for."""

from __future__ import annotations

import os

from . import _native
from ._input import plain, text_of
from .errors import from_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from os import PathLike
    from typing import Any

    from ._types import JobInput
    from .events import Event
    from .facts import InstanceFacts
    from .job import Targets

#: Milliseconds until a waiting script looks whether it is interrupted.
ATTENTION = 100

#: Events worth more than a line for debugging.
_LEVELS = {
    "run_started": "INFO",
    "plan_made": "INFO",
    "command_finished": "INFO",
    "run_ended": "INFO",
    "not_started": "WARNING",
    "starts_stopped": "WARNING",
    "call_in_doubt": "WARNING",
    "call_lost": "WARNING",
    "result_overdue": "WARNING",
    "result_gone": "WARNING",
}


class Connection:
    """Credentials, endpoint and connections of a client. Nothing of it is shared with other clients."""

    def __init__(
        self,
        *,
        region: str | None = None,
        profile: str | None = None,
        endpoint: str | None = None,
        access_key_id: str | None = None,
        access_key_secret: str | None = None,
        security_token: str | None = None,
        state_directory: str | PathLike[str] | None = None,
        ca_file: str | PathLike[str] | None = None,
        vpc: bool = False,
        read_timeout: float | None = None,
        time_scale: float | None = None,
        lang: str = "en",
    ) -> None:
        options = {
            "region": region,
            "profile": profile,
            "endpoint": endpoint,
            "access_key_id": access_key_id,
            "access_key_secret": access_key_secret,
            "security_token": security_token,
            "state_directory": None if state_directory is None else os.fsdecode(state_directory),
            "ca_file": None if ca_file is None else os.fsdecode(ca_file),
            "vpc": vpc,
            "read_timeout": read_timeout,
            "time_scale": time_scale,
            "lang": str(lang),
        }
        native, error = _native.open_client(options, str(lang))
        if native is None:
            raise from_json(error or b"{}")
        self._native = native
        self._lang = str(lang)

    @property
    def region(self) -> str | None:
        """The region calls go to when none is given."""
        return self._native.region

    @property
    def access_key_id(self) -> str:
        """The id of the access key; not a secret."""
        return self._native.identity()[0]

    @property
    def credential_source(self) -> str:
        """Where the credentials come from."""
        return self._native.identity()[1]

    def close(self) -> None:
        """Breaks the connections; runs under way are left, their journals have everything. Closing twice does no harm."""
        self._native.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}(region={self.region!r}, access_key_id={self.access_key_id!r})"

    def _request(self, what: str, job: JobInput | None, **members: Any) -> bytes:
        request: dict[str, Any] = {"what": what, **{name: value for name, value in members.items() if value is not None}}
        if job is not None:
            document = plain(job)
            # A job that names no region is for the client's.
            if isinstance(document, dict) and not document.get("regions") and self.region:
                document = {**document, "regions": [self.region]}
            request["job"] = with_uploads(document)
        return text_of(what, request)

    def _begin(self, request: bytes) -> _native.RunningTask:
        task, error = self._native.start(request, self._lang)
        if task is None:
            raise from_json(error or b"{}")
        return task


def with_uploads(document: Any) -> Any:
    """The job with the content of the scripts it uploads: the engine reads no files. One that cannot be read stays out, which
    the check of the job says."""
    linux = document.get("linux") if isinstance(document, dict) else None
    upload = linux.get("upload") if isinstance(linux, dict) else None
    if not isinstance(linux, dict) or not isinstance(upload, dict):
        return document
    import base64
    import contextlib

    read = dict(upload)
    for name in ("pre", "post"):
        path, content = read.get(name), f"{name}_content"
        if isinstance(path, str) and not read.get(content):
            with contextlib.suppress(OSError), open(path, "rb") as file:
                read[content] = base64.b64encode(file.read(1 << 20)).decode()
    return {**document, "linux": {**linux, "upload": read}}


def selection_of(selection: Targets | JobInput) -> JobInput:
    """What is looked for, as a job."""
    from .job import Targets

    return {"targets": selection.to_dict()} if isinstance(selection, Targets) else selection


def facts_of(found: Mapping[str, Any]) -> Sequence[InstanceFacts]:
    """The facts that were found, each still in JSON."""
    from ._record import Rows
    from .facts import InstanceFacts

    return Rows(InstanceFacts, found["instances"])


def reply_of(reply: dict[str, Any] | None, error: bytes | None) -> dict[str, Any]:
    """The reply of a call, or its error raised."""
    if reply is None:
        raise from_json(error or b"{}")
    return reply


def wants_events(on_event: Callable[[Event], object] | None) -> bool:
    """Whether anybody would read events."""
    return on_event is not None or event_log() is not None


def event_log() -> Callable[[Event], None] | None:
    """Writes events to the logger ``consnap``, if the script uses logging at all and wants to see them."""
    import sys

    logging = sys.modules.get("logging")
    if logging is None:
        return None
    logger = logging.getLogger("consnap")
    if not logger.isEnabledFor(logging.INFO):
        return None

    def write(event: Event) -> None:
        members = event.to_dict()
        # An instance that is not started says why.
        worse = members.get("set_aside") is not None or members.get("failed") is not None
        level: int = getattr(logging, "WARNING" if worse else _LEVELS.get(event.event, "DEBUG"))
        logger.log(level, "%s", event, extra={"consnap_event": event})

    return write
