"""Runs against the service: :class:`Client` for scripts, :class:`AsyncClient` for asyncio. They decide nothing themselves."""

from __future__ import annotations

import json

from . import _native
from ._input import plain
from .errors import ConsnapError, from_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    import threading
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping
    from datetime import date
    from os import PathLike
    from types import TracebackType
    from typing import Any

    from ._types import JobInput
    from .report import Event, Plan, PlannedInstance, Report

__all__ = ["AsyncClient", "AsyncRun", "Client", "Run"]

#: Milliseconds until a waiting script looks whether it is interrupted.
_ATTENTION = 100


class _Connection:
    """What both clients are opened with."""

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
            "state_directory": None if state_directory is None else str(state_directory),
            "ca_file": None if ca_file is None else str(ca_file),
            "vpc": vpc,
            "read_timeout_seconds": read_timeout,
            "time_scale": time_scale,
        }
        native, error = _native.open_client(json.dumps(options).encode(), str(lang))
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

    def __repr__(self) -> str:
        return f"{type(self).__name__}(region={self.region!r}, access_key_id={self.access_key_id!r})"

    def _request(self, what: str, job: JobInput | None, **members: Any) -> bytes:
        request: dict[str, Any] = {"what": what, **{name: value for name, value in members.items() if value is not None}}
        if job is not None:
            document = plain(job)
            # A job that names no region is for the client's.
            if isinstance(document, dict) and not document.get("regions") and self.region:
                document = {**document, "regions": [self.region]}
            request["job"] = document
        return json.dumps(request, ensure_ascii=False).encode("utf-8", "replace")

    def _start(self, request: bytes) -> _native.RunningTask:
        task, error = self._native.start(request, self._lang)
        if task is None:
            raise from_json(error or b"{}")
        return task

    def _call(self, operation: str, region: str | None, parameters: Mapping[str, Any]) -> dict[str, Any]:
        asked = region or self.region or ""
        ok, text = self._native.call(operation, asked, _flat({"RegionId": asked, **parameters}), self._lang)
        if not ok:
            raise from_json(text)
        reply: dict[str, Any] = json.loads(text)
        return reply


class Client(_Connection):
    """A client of the service. It may be used by many threads, and shares nothing with other clients.

    Args:
        region: where calls go when a job names no region; that of the profile when not given.
        profile: a profile of the ``aliyun`` CLI. Without it credentials are looked for where the official SDKs look:
            environment, OIDC, that CLI's file, the SDKs' file, the metadata service, a credentials URI. They are
            renewed before they end.
        endpoint: another endpoint, such as that of a :class:`~consnap.testing.Simulator`.
        access_key_id: together with ``access_key_secret`` (and ``security_token``): credentials of the script's own.
        state_directory: where journals are kept; ``$XDG_STATE_HOME/consnap`` when not given.
        ca_file: certificate authorities to trust, as PEM.
        vpc: use the endpoints inside a VPC.
        read_timeout: seconds of silence after which a call counts as broken.
        time_scale: the speed of the clock, for a simulator of the same scale.
        lang: the language of messages, ``en`` or ``zh``.

    Raises:
        CredentialError: there are no credentials, or they cannot be used.
        ConfigError: the region or the endpoint is not known.

    >>> from consnap import Client, Job, Targets
    >>> from consnap.testing import Simulator
    >>> with Simulator() as ecs:
    ...     client = Client(region=ecs.region, endpoint=ecs.endpoint, access_key_id="testid", access_key_secret="testsecret")
    ...     client.get_caller_identity()["AccountId"] == ecs.account_id
    True
    """

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        return None

    def run(
        self,
        job: JobInput,
        *,
        approve: str | None = None,
        include_self: bool = False,
        on_event: Callable[[Event], object] | None = None,
    ) -> Report:
        """Snapshots the job's instances and finds out which consistency each really reached.

        Args:
            approve: only a plan with this hash may run.
            include_self: the instance this script runs on may be among the targets: it would freeze its own journal.
            on_event: called with each event. What it raises stops new starts and is raised here.

        Raises:
            ConfigError: the job cannot be used. Nothing was sent.
            ConsnapError: nothing was started, and why. Once something was started there is always a report.
        """
        return self.start(job, approve=approve, include_self=include_self, events=_wants_events(on_event)).wait(on_event)

    def start(
        self, job: JobInput, *, approve: str | None = None, include_self: bool = False, events: bool = True
    ) -> Run:
        """Begins a run and gives it at once: iterate over its events, or :meth:`Run.wait` for its report."""
        request = self._request("run", job, approved_plan=approve, include_self=include_self or None, events=events)
        return Run(self._start(request), self._lang)

    def resume(self, run_id: str, *, on_event: Callable[[Event], object] | None = None) -> Report:
        """Goes on with a run from its journal, in this or another process."""
        request = self._request("resume", None, run_id=run_id, events=_wants_events(on_event))
        return Run(self._start(request), self._lang).wait(on_event)

    def verify(self, run_id: str, *, on_event: Callable[[Event], object] | None = None) -> Report:
        """Looks again at what a run made. Nothing is written."""
        request = self._request("verify", None, run_id=run_id, events=_wants_events(on_event))
        return Run(self._start(request), self._lang).wait(on_event)

    def plan(self, job: JobInput, *, as_of: date | str | None = None) -> Plan:
        """The exact calls a run would make, with the predicted level of each instance. Nothing is written."""
        from .report import Plan

        request = self._request("plan", job, as_of=None if as_of is None else str(as_of))
        return Plan.from_dict(Run(self._start(request), self._lang)._finish(None))

    def discover(self, job: JobInput) -> tuple[PlannedInstance, ...]:
        """The instances a job selects, with what was found about each. Nothing is written."""
        return self.plan(job).instances

    def call(self, operation: str, region: str | None = None, **parameters: Any) -> dict[str, Any]:
        """Sends one call by the name of the service's operation, without repeating it.

        Lists become ``Name.1``, ``Name.2``; mappings in lists ``Name.1.Key``.
        """
        return self._call(operation, region, parameters)

    def run_command(self, region: str | None = None, **parameters: Any) -> dict[str, Any]:
        """``RunCommand``. It writes; better let :meth:`run` do it."""
        return self._call("RunCommand", region, parameters)

    def describe_invocations(self, region: str | None = None, **parameters: Any) -> dict[str, Any]:
        """``DescribeInvocations``."""
        return self._call("DescribeInvocations", region, parameters)

    def describe_invocation_results(self, region: str | None = None, **parameters: Any) -> dict[str, Any]:
        """``DescribeInvocationResults``."""
        return self._call("DescribeInvocationResults", region, parameters)

    def stop_invocation(self, region: str | None = None, **parameters: Any) -> dict[str, Any]:
        """``StopInvocation``. It writes."""
        return self._call("StopInvocation", region, parameters)

    def attach_instance_ram_role(self, region: str | None = None, **parameters: Any) -> dict[str, Any]:
        """``AttachInstanceRamRole``. It writes."""
        return self._call("AttachInstanceRamRole", region, parameters)

    def describe_instance_ram_role(self, region: str | None = None, **parameters: Any) -> dict[str, Any]:
        """``DescribeInstanceRamRole``."""
        return self._call("DescribeInstanceRamRole", region, parameters)

    def describe_instances(self, region: str | None = None, **parameters: Any) -> dict[str, Any]:
        """``DescribeInstances``."""
        return self._call("DescribeInstances", region, parameters)

    def describe_disks(self, region: str | None = None, **parameters: Any) -> dict[str, Any]:
        """``DescribeDisks``."""
        return self._call("DescribeDisks", region, parameters)

    def describe_cloud_assistant_status(self, region: str | None = None, **parameters: Any) -> dict[str, Any]:
        """``DescribeCloudAssistantStatus``."""
        return self._call("DescribeCloudAssistantStatus", region, parameters)

    def describe_snapshot_groups(self, region: str | None = None, **parameters: Any) -> dict[str, Any]:
        """``DescribeSnapshotGroups``."""
        return self._call("DescribeSnapshotGroups", region, parameters)

    def describe_snapshots(self, region: str | None = None, **parameters: Any) -> dict[str, Any]:
        """``DescribeSnapshots``."""
        return self._call("DescribeSnapshots", region, parameters)

    def tag_resources(self, region: str | None = None, **parameters: Any) -> dict[str, Any]:
        """``TagResources``. It writes."""
        return self._call("TagResources", region, parameters)

    def describe_regions(self, region: str | None = None, **parameters: Any) -> dict[str, Any]:
        """``DescribeRegions``."""
        return self._call("DescribeRegions", region, parameters)

    def get_caller_identity(self, region: str | None = None, **parameters: Any) -> dict[str, Any]:
        """``GetCallerIdentity`` of STS: whose credentials these are."""
        return self._call("GetCallerIdentity", region, parameters)


class Run:
    """A run under way. Iterate over it for its events; :meth:`wait` gives the report."""

    def __init__(self, task: _native.RunningTask, lang: str) -> None:
        self._task = task
        self._lang = lang
        self._answer: dict[str, Any] | None = None
        self._error: ConsnapError | None = None

    def stop(self) -> None:
        """Starts nothing new; what runs is followed to its end."""
        self._task.stop()

    def leave(self) -> None:
        """Leaves at once; the journal has everything, :meth:`Client.resume` goes on."""
        self._task.leave()

    def __iter__(self) -> Iterator[Event]:
        """The events, as they happen, until the run is over."""
        from .report import Event

        for text in self._news():
            yield Event.from_dict(json.loads(text))

    def wait(self, on_event: Callable[[Event], object] | None = None) -> Report:
        """Waits for the end. Ctrl-C leaves at once: the journal has everything.

        Raises:
            ConsnapError: nothing was started, and why.
        """
        from .report import Report

        return Report.from_dict(self._finish(on_event))

    def _finish(self, on_event: Callable[[Event], object] | None) -> dict[str, Any]:
        logger = _logger()
        try:
            for event in self:
                if logger is not None:
                    logger.debug("%s", event)
                if on_event is not None:
                    on_event(event)
        except BaseException:
            # Nobody will read on: start nothing more.
            self._task.leave()
            raise
        if self._error is not None:
            raise self._error
        return self._answer or {}

    def _news(self) -> Iterator[bytes]:
        return self._news_until(None)

    def _news_until(self, leaving: threading.Event | None) -> Iterator[bytes]:
        while self._answer is None and self._error is None and not (leaving is not None and leaving.is_set()):
            news = self._task.next(_ATTENTION, self._lang)
            if news is not None and self._take(*news):
                yield news[1]

    def _take(self, kind: str, text: bytes) -> bool:
        """Takes in news; whether it is an event."""
        if kind == "done":
            self._answer = json.loads(text)
        elif kind == "error":
            self._error = from_json(text)
        return kind == "event"


class AsyncClient(_Connection):
    """A client for asyncio, opened as :class:`Client` is. Cancelling stops new starts and keeps the journal."""

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        return None

    async def run(
        self,
        job: JobInput,
        *,
        approve: str | None = None,
        include_self: bool = False,
        on_event: Callable[[Event], object] | None = None,
    ) -> Report:
        """As :meth:`Client.run`. When it is cancelled nothing new is started, and the journal has everything."""
        run = self.start(job, approve=approve, include_self=include_self, events=_wants_events(on_event))
        return await run.wait(on_event)

    def start(
        self, job: JobInput, *, approve: str | None = None, include_self: bool = False, events: bool = True
    ) -> AsyncRun:
        """Begins a run and gives it at once: ``async for event in run``, or ``await run.wait()``."""
        request = self._request("run", job, approved_plan=approve, include_self=include_self or None, events=events)
        return AsyncRun(self._start(request), self._lang)

    async def resume(self, run_id: str, *, on_event: Callable[[Event], object] | None = None) -> Report:
        """Goes on with a run from its journal, in this or another process."""
        request = self._request("resume", None, run_id=run_id, events=_wants_events(on_event))
        return await AsyncRun(self._start(request), self._lang).wait(on_event)

    async def verify(self, run_id: str, *, on_event: Callable[[Event], object] | None = None) -> Report:
        """Looks again at what a run made. Nothing is written."""
        request = self._request("verify", None, run_id=run_id, events=_wants_events(on_event))
        return await AsyncRun(self._start(request), self._lang).wait(on_event)

    async def plan(self, job: JobInput, *, as_of: date | str | None = None) -> Plan:
        """The exact calls a run would make, with the predicted level of each instance. Nothing is written."""
        from .report import Plan

        request = self._request("plan", job, as_of=None if as_of is None else str(as_of))
        return Plan.from_dict(await AsyncRun(self._start(request), self._lang)._finish(None))

    async def discover(self, job: JobInput) -> tuple[PlannedInstance, ...]:
        """The instances a job selects, with what was found about each. Nothing is written."""
        return (await self.plan(job)).instances

    async def call(self, operation: str, region: str | None = None, **parameters: Any) -> dict[str, Any]:
        """Sends one call by the name of the service's operation, without repeating it."""
        import asyncio
        from functools import partial

        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(None, partial(self._call, operation, region, parameters))


class AsyncRun:
    """A run under way: ``async for event in run``; ``await run.wait()`` gives the report."""

    def __init__(self, task: _native.RunningTask, lang: str) -> None:
        self._run = Run(task, lang)

    def stop(self) -> None:
        """Starts nothing new; what runs is followed to its end."""
        self._run.stop()

    def leave(self) -> None:
        """Leaves at once; the journal has everything."""
        self._run.leave()

    async def __aiter__(self) -> AsyncIterator[Event]:
        """The events, as they happen, until the run is over."""
        import asyncio
        import threading

        from .report import Event

        loop = asyncio.get_running_loop()
        news: asyncio.Queue[bytes | None] = asyncio.Queue()
        leaving = threading.Event()

        def tell(text: bytes | None) -> None:
            try:
                loop.call_soon_threadsafe(news.put_nowait, text)
            except RuntimeError:
                leaving.set()  # the loop is closed: nobody waits any more

        def pump() -> None:
            for text in self._run._news_until(leaving):
                tell(text)
            tell(None)

        # A thread of its own: runs may take hours, and the loop's executor is for others.
        threading.Thread(target=pump, name="consnap-events", daemon=True).start()
        try:
            while (text := await news.get()) is not None:
                yield Event.from_dict(json.loads(text))
        finally:
            leaving.set()

    async def wait(self, on_event: Callable[[Event], object] | None = None) -> Report:
        """Waits for the end. When it is cancelled nothing new is started, and the journal has everything."""
        from .report import Report

        return Report.from_dict(await self._finish(on_event))

    async def _finish(self, on_event: Callable[[Event], object] | None) -> dict[str, Any]:
        logger = _logger()
        try:
            async for event in self:
                if logger is not None:
                    logger.debug("%s", event)
                if on_event is not None:
                    on_event(event)
        except BaseException:
            self._run.leave()
            raise
        if self._run._error is not None:
            raise self._run._error
        return self._run._answer or {}


def _wants_events(on_event: Callable[[Event], object] | None) -> bool:
    return on_event is not None or _logger() is not None


def _logger() -> Any:
    """The logger ``consnap``, if the script uses logging at all and wants to see events."""
    import sys

    logging = sys.modules.get("logging")
    if logging is None:
        return None
    logger = logging.getLogger("consnap")
    return logger if logger.isEnabledFor(logging.DEBUG) else None


def _flat(parameters: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Parameters as the wire carries them; None and empty lists are left out."""
    found: list[tuple[str, str]] = []

    def add(name: str, value: Any) -> None:
        if value is None or value == "":
            return
        if isinstance(value, dict):
            for key, item in value.items():
                add(f"{name}.{key}", item)
        elif isinstance(value, (list, tuple)):
            for index, item in enumerate(value, 1):
                add(f"{name}.{index}", item)
        elif isinstance(value, bool):
            found.append((name, "true" if value else "false"))
        else:
            found.append((name, str(value)))

    for name, value in parameters.items():
        add(name, value)
    return found
