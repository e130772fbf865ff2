"""The client for asyncio. Cancelling what is awaited stops new starts and keeps the journal."""

from __future__ import annotations

from collections import deque
from itertools import islice

from . import _native
from ._connection import Connection, event_log, facts_of, reply_of, selection_of, wants_events
from ._input import policies_of
from ._operations import AsyncOperations
from .client import Run
from .errors import ConsnapError, StillRunning, from_json, with_run_id

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
    from .events import Event
    from .report import Plan, Report

__all__ = ["AsyncClient", "AsyncRun"]


class AsyncClient(AsyncOperations, Connection):
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
            policies=policies_of(policies, self._lang),
            fewer=fewer or None,
            events=events,
        )
        return AsyncRun(self, self._begin(request), self._lang)

    async def resume(self, run_id: str, *, on_event: Callable[[Event], object] | None = None) -> Report:
        """Goes on with a run from its journal, in this or another process."""
        request = self._request("resume", None, run_id=run_id, events=wants_events(on_event))
        return await AsyncRun(self, self._begin(request), self._lang).wait(on_event)

    async def rerun(
        self,
        run_id: str,
        *,
        include_self: bool = False,
        policies: PoliciesInput | None = None,
        on_event: Callable[[Event], object] | None = None,
    ) -> Report:
        """Runs again what failed in a run, is weaker than required or was not run, after another look at it.

        An instance that reached its level meanwhile, or in a later run of the same job, is not run again; one that may still be
        held or whose result is unknown is left out, and stands in the report's ``left_open``. The others become a new run with
        the job of the old one, and with an id of its own.

        Args:
            run_id: the run, which is over.
            include_self: the instance this script runs on may be among the targets.
            policies: policies of the organisation, as for :meth:`run`.
            on_event: called with each event of the new run.

        Returns:
            The report of the new run. Where nothing is to be run again it is that of the look at the old one, by its
            ``run_id``; its ``exit_status`` is 0 unless something is open.

        Raises:
            ConfigError: there is no such run, or its journal cannot be read.
            ConsnapError: the run is not over, or another process works on it; or the new run was refused. Nothing was started.
        """
        request = self._request(
            "rerun",
            None,
            of_run=run_id,
            include_self=include_self or None,
            policies=policies_of(policies, self._lang),
            events=wants_events(on_event),
        )
        return await AsyncRun(self, self._begin(request), self._lang).wait(on_event)

    async def verify(self, run_id: str, *, on_event: Callable[[Event], object] | None = None) -> Report:
        """Looks again at what a run made. Nothing is written."""
        request = self._request("verify", None, run_id=run_id, events=wants_events(on_event))
        return await AsyncRun(self, self._begin(request), self._lang).wait(on_event)

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
            "plan", job, as_of=None if as_of is None else str(as_of), policies=policies_of(policies, self._lang)
        )
        return Plan.from_dict(await AsyncRun(self, self._begin(request), self._lang).finish())

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
        return facts_of(await AsyncRun(self, self._begin(request), self._lang).finish())

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
        call = self._native.call_later(operation, region, parameters, self._lang, self._answers_to(loop), answer)
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


class AsyncRun:
    """A run under way: ``async for event in run``; ``await run.wait()`` gives the report to everyone who asks."""

    def __init__(self, client: Connection, task: _native.RunningTask, lang: str) -> None:
        self._run = Run(client, task, lang)
        self._task = task

    def __repr__(self) -> str:
        return f"<Async{repr(self._run)[1:]}"

    @property
    def run_id(self) -> str | None:
        """The id by which :meth:`AsyncClient.resume` goes on with it; ``None`` for a plan, which leaves no journal."""
        return self._run.run_id

    def done(self) -> bool:
        """Whether it is over, so that :meth:`wait` comes back at once."""
        return self._run.done()

    def stop(self) -> None:
        """Starts nothing new; what runs is followed to its end."""
        self._run.stop()

    def leave(self) -> None:
        """Leaves at once; the journal has everything."""
        self._run.leave()

    async def __aiter__(self) -> AsyncIterator[Event]:
        """The events nobody has taken yet, as they happen, until the run is over."""
        async for event in self._events(None):
            yield event

    async def _events(self, until: float | None) -> AsyncIterator[Event]:
        import json

        from .events import Event

        async for over in self._news(until):
            while (text := self._task.take_event()) is not None:
                yield Event.from_dict(json.loads(text))
            if over:
                return

    async def _news(self, until: float | None) -> AsyncIterator[bool]:
        """Whether it is over, now and whenever there is news; until a time of the monotonic clock."""
        import asyncio
        from time import monotonic

        woken = asyncio.Event()
        listener = self._task.listen(asyncio.get_running_loop(), woken.set)
        try:
            while True:
                woken.clear()
                yield self._task.done()
                if until is None:
                    await woken.wait()
                    continue
                try:
                    await asyncio.wait_for(woken.wait(), until - monotonic())
                except asyncio.TimeoutError:
                    raise from_json(self._task.still_running(self._run._lang)) from None
        finally:
            self._task.forget(listener)

    async def wait(self, on_event: Callable[[Event], object] | None = None, *, timeout: float | None = None) -> Report:
        """Waits for the end, as :meth:`Run.wait`. When it is cancelled nothing new is started, and the journal has
        everything; ``on_event`` may be a coroutine function."""
        from .report import Report

        return Report.from_dict(await self.finish(on_event, timeout))

    async def finish(
        self, on_event: Callable[[Event], object] | None = None, timeout: float | None = None
    ) -> dict[str, Any]:
        """Waits for the end and gives the report, or the plan, as plain values."""
        from time import monotonic

        try:
            await self._until_over(on_event, None if timeout is None else monotonic() + timeout)
        except BaseException as error:
            with_run_id(error, self.run_id)
            if not isinstance(error, StillRunning):
                self.leave()
            raise
        return self._run.answer()

    async def _until_over(self, on_event: Callable[[Event], object] | None, until: float | None) -> None:
        from inspect import isawaitable

        log = event_log()
        if log is None and on_event is None:
            async for over in self._news(until):
                if over:
                    return
        async for event in self._events(until):
            if log is not None:
                log(event)
            if on_event is not None:
                said = on_event(event)
                if isawaitable(said):
                    await said
