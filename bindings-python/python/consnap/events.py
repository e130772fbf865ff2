"""What happens in a run, as it happens."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from ._record import Record

__all__ = ["Event"]


@dataclass(frozen=True, kw_only=True, repr=False)
class Event(Record):
    """Something that happened in a run. Other members depend on ``event``: see ``to_dict()``."""

    seq: int
    """Its number; numbers begin at 1 and have no gaps."""
    at: str
    """When it happened."""
    event: str
    """What happened: ``run_started``, ``call_accepted``, ``command_finished``, ``run_ended``, ..."""

    def __getitem__(self, name: str) -> Any:
        """A member by its name."""
        return self.to_dict()[name]

    def __str__(self) -> str:
        """One line, safe for any log: control characters and foreign scripts are escaped."""
        members = {name: value for name, value in self.to_dict().items() if name not in ("seq", "at", "event")}
        return f"#{self.seq} {self.event} {json.dumps(members)}"
