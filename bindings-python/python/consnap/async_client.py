"""The client for asyncio. Cancelling what is awaited stops new starts and keeps the journal."""

from __future__ import annotations

from collections import deque
from itertools import islice

from . import _native
from ._connection import Connection, event_log, facts_of, reply_of, selection_of, wants_events
from ._input import policies_of
from .client import Run
from .errors import ConsnapError

TYPE_CHECKING = False
if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
    from datetime import date
    from types import TracebackType
    from typing import Any, Literal, overload

    from ._types import JobInput, PoliciesInput
    from .facts import InstanceFacts
    from .job import Targets
    from .report import Event, Plan, Report

__all__ = ["AsyncClient", "AsyncRun"]


class AsyncClient(Connection):
    """A client for asyncio, opened as :class:`Client` is. Cancelling stops new starts and keeps the journal."""

    #: Answers of single calls on their way to the loop that called last; a client may be used in one loop after another.
    _answers: tuple[asyncio.AbstractEventLoop | None, _native.Answers | None] = None, None

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    async def run(
        self,
        job: JobInput,
        *,
        approve: str | None = None,
        include_self: bool = False,
        policies: PoliciesInput | None = None,
        fewer: bool = False,
        on_event: Callable[[Event], object] | None = None,
    ) -> Report:
        """As :meth:`Client.run`; ``on_event`` may be a coroutine function. When it is cancelled nothing new is started, and
        the journal has everything."""
        run = self.start(
            job,
            approve=approve,
            include_self=include_self,
            policies=policies,
            fewer=fewer,
            events=wants_events(on_event),
        )
        return await run.wait(on_event)

    def start(
        self,
        job: JobInput,
        *,
        approve: str | None = None,
        include_self: bool = False,
        policies: PoliciesInput | None = None,
        fewer: bool = False,
        events: bool = True,
    ) -> AsyncRun:
        """Begins a run and gives it at once: ``async for event in run``, or ``await run.wait()``."""
        request = self._request(
            "run",
            job,
            approved_plan=approve,
            include_self=include_self or None,
            policies=policies_of(policies),
            fewer=fewer or None,
            events=events,
        )
        return AsyncRun(self._begin(request), self._lang)

    async def resume(self, run_id: str, *, on_event: Callable[[Event], object] | None = None) -> Report:
        """Goes on with a run from its journal, in this or another process."""
        request = self._request("resume", None, run_id=run_id, events=wants_events(on_event))
        return await AsyncRun(self._begin(request), self._lang).wait(on_event)

    async def verify(self, run_id: str, *, on_event: Callable[[Event], object] | None = None) -> Report:
        """Looks again at what a run made. Nothing is written."""
        request = self._request("verify", None, run_id=run_id, events=wants_events(on_event))
        return await AsyncRun(self._begin(request), self._lang).wait(on_event)

    async def plan(
        self, job: JobInput, *, as_of: date | str | None = None, policies: PoliciesInput | None = None
    ) -> Plan:
        """The exact calls a run would make, with the predicted level of each instance.

        It starts no snapshot and changes no instance. Where the job asks for a probe (``run.probe``), it looks into the
        guests first: one read-only command an instance, by ``RunCommand``; what it saw is kept in the state directory.
        Otherwise it sends reading calls alone.

        Args:
            as_of: judge by the vendor's documents as they were on this day.
            policies: policies of the organisation, as :func:`policy_check` takes them. One that stands against the plan is a
                :class:`~consnap.ConfigError`, as for :meth:`run`.
        """
        from .report import Plan

        request = self._request(
            "plan", job, as_of=None if as_of is None else str(as_of), policies=policies_of(policies)
        )
        return Plan.from_dict(await AsyncRun(self._begin(request), self._lang).finish())

    async def discover(self, selection: Targets | JobInput) -> Sequence[InstanceFacts]:
        """The instances a selection names, with their facts: what :func:`consnap.check`, :func:`consnap.check_many` and
        :func:`consnap.plan` take. It asks the service with reading calls alone, looks into no guest, and writes nothing.

        Args:
            selection: the targets, or a job: of a job only ``targets`` and ``regions`` count, and not the bounds of
                ``targets.expect``. Without ``regions`` it looks in that of the client.

        Returns:
            The facts, each read when it is looked at; empty when there is no such instance. One that the selection names by
            its id and that nobody found is there with nothing known but the id.

        Raises:
            ConfigError: the selection cannot be used. Nothing was sent.
        """
        request = self._request("discover", selection_of(selection))
        return facts_of(await AsyncRun(self._begin(request), self._lang).finish())

    def _answers_to(self, loop: asyncio.AbstractEventLoop) -> _native.Answers:
        known, answers = self._answers
        if known is not loop or answers is None:
            answers = _native.Answers(loop)
            self._answers = loop, answers
        return answers

    async def call(self, operation: str, region: str | None = None, **parameters: Any) -> dict[str, Any]:
        """Sends one call by the name of the service's operation, without repeating it; see :meth:`Client.call`."""
        import asyncio

        loop = asyncio.get_running_loop()
        answer: asyncio.Future[tuple[dict[str, Any] | None, bytes | None]] = loop.create_future()
        asked, wire = self._asked(region, parameters)
        call = self._native.call_later(operation, asked, wire, self._lang, self._answers_to(loop), answer)
        try:
            return reply_of(*await answer)
        finally:
            call.abort()

    if TYPE_CHECKING:

        @overload
        def call_many(
            self,
            operation: str,
            requests: Iterable[Mapping[str, Any]],
            region: str | None = None,
            *,
            at_once: int = 8,
            return_exceptions: Literal[False] = False,
        ) -> AsyncIterator[dict[str, Any]]: ...
        @overload
        def call_many(
            self,
            operation: str,
            requests: Iterable[Mapping[str, Any]],
            region: str | None = None,
            *,
            at_once: int = 8,
            return_exceptions: bool,
        ) -> AsyncIterator[dict[str, Any] | ConsnapError]: ...

    def call_many(
        self,
        operation: str,
        requests: Iterable[Mapping[str, Any]],
        region: str | None = None,
        *,
        at_once: int = 8,
        return_exceptions: bool = False,
    ) -> AsyncIterator[dict[str, Any] | ConsnapError]:
        """Sends one call for each request, so many at once, and gives the replies in the order of the requests, to
        ``async for``; see :meth:`Client.call_many`."""
        if at_once < 1:
            raise ValueError(f"at_once is {at_once}; at least 1 is needed")
        return self._many(operation, requests, region, at_once, return_exceptions)

    async def _many(
        self,
        operation: str,
        requests: Iterable[Mapping[str, Any]],
        region: str | None,
        at_once: int,
        return_exceptions: bool,
    ) -> AsyncIterator[dict[str, Any] | ConsnapError]:
        import asyncio

        left = iter(requests)
        calls: deque[asyncio.Task[dict[str, Any]]] = deque()
        free = at_once
        try:
            while True:
                for request in islice(left, free):
                    calls.append(asyncio.create_task(self.call(operation, region, **request)))
                if not calls:
                    return
                free = 1
                oldest = calls[0]
                await asyncio.wait([oldest])
                calls.popleft()
                error = oldest.exception()
                if isinstance(error, ConsnapError) and return_exceptions:
                    yield error
                else:
                    yield oldest.result()
        finally:
            for call in calls:
                # Nobody asks any more what became of it.
                if not call.cancel() and not call.cancelled():
                    call.exception()

    async def run_command(self, region: str | None = None, **parameters: Any) -> dict[str, Any]:
        """``RunCommand``. It writes; better let :meth:`run` do it."""
        return await self.call("RunCommand", region, **parameters)

    async def describe_invocations(self, region: str | None = None, **parameters: Any) -> dict[str, Any]:
        """``DescribeInvocations``."""
        return await self.call("DescribeInvocations", region, **parameters)

    async def describe_invocation_results(self, region: str | None = None, **parameters: Any) -> dict[str, Any]:
        """``DescribeInvocationResults``."""
        return await self.call("DescribeInvocationResults", region, **parameters)

    async def stop_invocation(self, region: str | None = None, **parameters: Any) -> dict[str, Any]:
        """``StopInvocation``. It writes."""
        return await self.call("StopInvocation", region, **parameters)

    async def send_file(self, region: str | None = None, **parameters: Any) -> dict[str, Any]:
        """``SendFile``. It writes."""
        return await self.call("SendFile", region, **parameters)

    async def describe_send_file_results(self, region: str | None = None, **parameters: Any) -> dict[str, Any]:
        """``DescribeSendFileResults``."""
        return await self.call("DescribeSendFileResults", region, **parameters)

    async def delete_snapshot_group(self, region: str | None = None, **parameters: Any) -> dict[str, Any]:
        """``DeleteSnapshotGroup``. It writes: the snapshots of the group are gone for good."""
        return await self.call("DeleteSnapshotGroup", region, **parameters)

    async def attach_instance_ram_role(self, region: str | None = None, **parameters: Any) -> dict[str, Any]:
        """``AttachInstanceRamRole``. It writes."""
        return await self.call("AttachInstanceRamRole", region, **parameters)

    async def describe_instance_ram_role(self, region: str | None = None, **parameters: Any) -> dict[str, Any]:
        """``DescribeInstanceRamRole``."""
        return await self.call("DescribeInstanceRamRole", region, **parameters)

    async def describe_instances(self, region: str | None = None, **parameters: Any) -> dict[str, Any]:
        """``DescribeInstances``."""
        return await self.call("DescribeInstances", region, **parameters)

    async def describe_disks(self, region: str | None = None, **parameters: Any) -> dict[str, Any]:
        """``DescribeDisks``."""
        return await self.call("DescribeDisks", region, **parameters)

    async def describe_cloud_assistant_status(self, region: str | None = None, **parameters: Any) -> dict[str, Any]:
        """``DescribeCloudAssistantStatus``."""
        return await self.call("DescribeCloudAssistantStatus", region, **parameters)

    async def describe_snapshot_groups(self, region: str | None = None, **parameters: Any) -> dict[str, Any]:
        """``DescribeSnapshotGroups``."""
        return await self.call("DescribeSnapshotGroups", region, **parameters)

    async def describe_snapshots(self, region: str | None = None, **parameters: Any) -> dict[str, Any]:
        """``DescribeSnapshots``."""
        return await self.call("DescribeSnapshots", region, **parameters)

    async def tag_resources(self, region: str | None = None, **parameters: Any) -> dict[str, Any]:
        """``TagResources``. It writes."""
        return await self.call("TagResources", region, **parameters)

    async def describe_regions(self, region: str | None = None, **parameters: Any) -> dict[str, Any]:
        """``DescribeRegions``."""
        return await self.call("DescribeRegions", region, **parameters)

    async def get_caller_identity(self, region: str | None = None, **parameters: Any) -> dict[str, Any]:
        """``GetCallerIdentity`` of STS: whose credentials these are."""
        return await self.call("GetCallerIdentity", region, **parameters)


class AsyncRun:
    """A run under way: ``async for event in run``; ``await run.wait()`` gives the report."""

    def __init__(self, task: _native.RunningTask, lang: str) -> None:
        self._run = Run(task, lang)

    def __repr__(self) -> str:
        return f"<Async{repr(self._run)[1:]}"

    def stop(self) -> None:
        """Starts nothing new; what runs is followed to its end."""
        self._run.stop()

    def leave(self) -> None:
        """Leaves at once; the journal has everything."""
        self._run.leave()

    async def __aiter__(self) -> AsyncIterator[Event]:
        """The events, as they happen, until the run is over."""
        import asyncio
        import json
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
            for text in self._run.news(leaving):
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

        return Report.from_dict(await self.finish(on_event))

    async def finish(self, on_event: Callable[[Event], object] | None = None) -> dict[str, Any]:
        """Waits for the end and gives the report, or the plan, as plain values."""
        from inspect import isawaitable

        log = event_log()
        try:
            async for event in self:
                if log is not None:
                    log(event)
                if on_event is not None:
                    said = on_event(event)
                    if isawaitable(said):
                        await said
        except BaseException:
            self._run.leave()
            raise
        return self._run.answer()
