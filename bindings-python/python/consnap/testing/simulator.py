"""The simulated ECS behind a port on 127.0.0.1. It checks signatures, and plays the plug-in from the command it is sent."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from .. import _native
from .._input import plain, text_of
from ..errors import TransportError, from_json
from .records import Call, InstanceTruth

TYPE_CHECKING = False
if TYPE_CHECKING:
    from os import PathLike
    from types import TracebackType

__all__ = ["Simulator"]


class Simulator:
    """A simulated ECS for tests, as a context manager.

    Args:
        scenario: which instances there are and what goes wrong: a mapping, JSON or YAML text, or the path of a file.
            Without it there are a few instances, among them ``i-bp1linux000000000001`` and ``i-bp1windows0000000001``, both fit.
        time_scale: how much faster than real time the simulated day passes, 0.001 to 100000.
        virtual_time: the simulated clock stands still, and only :meth:`advance` moves it: hours pass in no time.
        port: 0 takes a free one.
        changes: members that take the place of the scenario's own, such as ``api_faults`` or ``guest_faults``.

    Raises:
        ConfigError: the scenario cannot be used; ``findings`` name the places.
        TransportError: the port cannot be had.

    >>> from consnap.testing import Simulator
    >>> with Simulator() as ecs:
    ...     print(ecs.endpoint.startswith("http://127.0.0.1:"), ecs.region, ecs.access_key_id)
    True cn-hangzhou testid
    """

    def __init__(
        self,
        scenario: Mapping[str, Any] | str | bytes | PathLike[str] | None = None,
        *,
        time_scale: float | None = None,
        virtual_time: bool = False,
        port: int = 0,
        **changes: Any,
    ) -> None:
        if time_scale is not None:
            changes["time_scale"] = float(time_scale)
        given, replaced = text_of("scenario", plain(scenario)), text_of("scenario", plain(changes))
        try:
            native, error = _native.start_simulator(given, replaced, port, virtual_time, "en")
        except (OSError, OverflowError) as reason:
            raise TransportError(f"port {port}: {reason}", help="take another port, or 0 for a free one") from None
        if native is None:
            raise from_json(error or b"{}")
        self._native = native
        about = json.loads(native.about())
        key = about["access_keys"][0] if about["access_keys"] else {}
        #: ``http://127.0.0.1:PORT``.
        self.endpoint: str = native.endpoint
        #: The region all instances are in.
        self.region: str = about["region"]
        #: The id of the account.
        self.account_id: str = about["account_id"]
        #: The first key of the scenario; made up, never a real one.
        self.access_key_id: str = key.get("access_key_id", "")
        #: Its secret.
        self.access_key_secret: str = key.get("access_key_secret", "")
        #: Its STS token, where it has one.
        self.security_token: str | None = key.get("security_token")

    @property
    def host(self) -> str:
        """``127.0.0.1:PORT``, as the official SDK wants it beside ``protocol="http"``."""
        return self.endpoint.removeprefix("http://")

    @property
    def environment(self) -> dict[str, str]:
        """Environment variables with which SDKs and ``consnap`` find key and region."""
        found = {
            "ALIBABA_CLOUD_ACCESS_KEY_ID": self.access_key_id,
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET": self.access_key_secret,
            "ALIBABA_CLOUD_REGION_ID": self.region,
            "CONSNAP_ENDPOINT": self.endpoint,
        }
        return {**found, "ALIBABA_CLOUD_SECURITY_TOKEN": self.security_token} if self.security_token else found

    def calls(self, operation: str | None = None) -> Sequence[Call]:
        """The requests so far, all or of one operation, in their order."""
        found = map(Call.from_dict, json.loads(self._native.requests()) or ())
        return [call for call in found if operation in (None, call.operation)]

    def truth(self) -> dict[str, InstanceTruth]:
        """What really happened to each instance, by its id."""
        found = map(InstanceTruth.from_dict, json.loads(self._native.truth()) or ())
        return {truth.instance_id: truth for truth in found}

    @property
    def now(self) -> str:
        """The simulated clock."""
        return json.loads(self._native.now()) or ""

    def advance(self, seconds: float) -> None:
        """Moves the simulated clock forward; what is due by then has happened.

        >>> from consnap.testing import Simulator
        >>> with Simulator(virtual_time=True) as ecs:
        ...     before = ecs.now
        ...     ecs.advance(3600)
        ...     ecs.now[11:13] != before[11:13]
        True
        """
        self._native.advance(seconds)

    def reset(self) -> None:
        """Begins the scenario anew, under the same address."""
        self._native.reset()

    def stop(self) -> None:
        """Stops listening and breaks open connections; stopping twice does no harm."""
        self._native.stop()

    def __enter__(self) -> Simulator:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"Simulator({self.endpoint!r}, region={self.region!r}, access_key_id={self.access_key_id!r})"
