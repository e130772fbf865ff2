"""A client for scripts: runs, resumes, verifies, and sends single calls. It decides nothing itself."""

from __future__ import annotations

from itertools import islice

from . import _native
from ._connection import ATTENTION, Connection, event_log, facts_of, reply_of, selection_of, wants_events
from ._input import policies_of
from ._operations import Operations
from .errors import ConsnapError, StillRunning, from_json, with_run_id

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import date
    from types import TracebackType
    from typing import Any, Literal, overload

    from ._types import JobInput, PoliciesInput
    from .facts import InstanceFacts
    from .job import Targets
    from .events import Event
    from .report import Plan, Report

__all__ = ["Client", "Run"]


class Client(Operations, Connection):
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
        self.close()

    def run(
        self,
        job: JobInput,
        *,
        approve: str | None = None,
        include_self: bool = False,
        policies: PoliciesInput | None = None,
        fewer: bool = False,
        on_event: Callable[[Event], object] | None = None,
    ) -> Report:
        """Snapshots the job's instances and finds out which consistency each really reached.

        Args:
            approve: only a plan with this hash may run.
            include_self: the instance this script runs on may be among the targets: it would freeze its own journal.
            policies: policies of the organisation, as :func:`policy_check` takes them. One that stands against the run
                refuses it before anything is started; the error's ``findings`` say which.
            fewer: allow fewer instances than nine tenths of what the last run of the same job selected.
            on_event: called with each event. What it raises stops new starts and is raised here.

        Raises:
            ConfigError: the job cannot be used. Nothing was sent.
            ConsnapError: nothing was started, and why. Once something was started there is always a report.
        """
        run = self.start(
            job,
            approve=approve,
            include_self=include_self,
            policies=policies,
            fewer=fewer,
            events=wants_events(on_event),
        )
        return run.wait(on_event)

    def start(
        self,
        job: JobInput,
        *,
        approve: str | None = None,
        include_self: bool = False,
        policies: PoliciesInput | None = None,
        fewer: bool = False,
        events: bool = True,
    ) -> Run:
        """Begins a run and gives it at once: iterate over its events, or :meth:`Run.wait` for its report."""
        request = self._request(
            "run",
            job,
            approved_plan=approve,
            include_self=include_self or None,
            policies=policies_of(policies, self._lang),
            fewer=fewer or None,
            events=events,
        )
        return Run(self, self._begin(request), self._lang)

    def resume(self, run_id: str, *, on_event: Callable[[Event], object] | None = None) -> Report:
        """Goes on with a run from its journal, in this or another process."""
        request = self._request("resume", None, run_id=run_id, events=wants_events(on_event))
        return Run(self, self._begin(request), self._lang).wait(on_event)

    def rerun(
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
        return Run(self, self._begin(request), self._lang).wait(on_event)

    def verify(self, run_id: str, *, on_event: Callable[[Event], object] | None = None) -> Report:
        """Looks again at what a run made. Nothing is written."""
        request = self._request("verify", None, run_id=run_id, events=wants_events(on_event))
        return Run(self, self._begin(request), self._lang).wait(on_event)

    def plan(
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
        return Plan.from_dict(Run(self, self._begin(request), self._lang).finish())

    def discover(self, selection: Targets | JobInput) -> Sequence[InstanceFacts]:
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
        return facts_of(Run(self, self._begin(request), self._lang).finish())

    def call(self, operation: str, region: str | None = None, **parameters: Any) -> dict[str, Any]:
        """Sends one call by the name of the service's operation, without repeating it.

        Names are those of the service (``InstanceId``). Values are written in the form the service wants: lists as
        ``InstanceId.1``, ``InstanceId.2`` or as one JSON array, tags as ``Tag.1.Key``, ``Tag.1.Value``. ``None`` is left out.
        ``RunCommand`` and ``SendFile`` get a ``ClientToken`` of their own; one that may have been carried out and is called
        again with the same parameters within ten minutes keeps it, and is carried out once.

        Args:
            region: where the call goes; the client's region when not given.

        Raises:
            ConfigError: there is no such operation or parameter, or a value is empty or has another form. Nothing was sent.
            ApiError: the service refused; ``code`` is its code.
            TransportError: no answer came; ``sent`` tells whether the call may have been carried out.
        """
        return reply_of(*self._native.call(operation, region, parameters, self._lang))

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
        ) -> Iterator[dict[str, Any]]: ...
        @overload
        def call_many(
            self,
            operation: str,
            requests: Iterable[Mapping[str, Any]],
            region: str | None = None,
            *,
            at_once: int = 8,
            return_exceptions: bool,
        ) -> Iterator[dict[str, Any] | ConsnapError]: ...

    def call_many(
        self,
        operation: str,
        requests: Iterable[Mapping[str, Any]],
        region: str | None = None,
        *,
        at_once: int = 8,
        return_exceptions: bool = False,
    ) -> Iterator[dict[str, Any] | ConsnapError]:
        """Sends one call for each request, so many at once, and gives the replies in the order of the requests.

        Requests are taken as replies are taken, so both may be without end. No call is repeated, and none waits for the
        service's limits of calls a second: :meth:`run` does.

        Args:
            requests: the parameters of each call, as :meth:`call` takes them.
            at_once: how many are on their way; at least 1.
            return_exceptions: give an error in the place of its reply and go on. Otherwise the first one is raised, and what
                was sent after that call may have been carried out.

        >>> from consnap import Client
        >>> from consnap.testing import Simulator
        >>> with Simulator() as ecs:
        ...     client = Client(region=ecs.region, endpoint=ecs.endpoint, access_key_id="testid", access_key_secret="testsecret")
        ...     pages = client.call_many("DescribeInstances", [{"PageNumber": number} for number in (1, 2, 3)])
        ...     [page["PageNumber"] for page in pages]
        [1, 2, 3]
        """
        if at_once < 1:
            raise ValueError(f"at_once is {at_once}; at least 1 is needed")
        return self._many(operation, requests, region, at_once, return_exceptions)

    def _many(
        self,
        operation: str,
        requests: Iterable[Mapping[str, Any]],
        region: str | None,
        at_once: int,
        return_exceptions: bool,
    ) -> Iterator[dict[str, Any] | ConsnapError]:
        calls, lang = _native.Calls(self._native), self._lang
        left = iter(requests)
        free = at_once
        while True:
            for request in islice(left, free):
                calls.begin(operation, region, dict(request))
            given = calls.next(lang)
            if given is None:
                return
            free, (reply, error) = 1, given
            if reply is not None or not return_exceptions:
                yield reply_of(reply, error)
            else:
                yield from_json(error or b"{}")


class Run:
    """A run under way: a handle that several threads may hold.

    Iterate over it for its events, each of which is given once; :meth:`wait` gives the report to everyone who asks. The run
    goes on whether anybody waits for it or not, until it is over, left, or its client is closed.
    """

    def __init__(self, client: Connection, task: _native.RunningTask, lang: str) -> None:
        # A client that nobody holds any more would be closed under it.
        self._client = client
        self._task = task
        self._lang = lang

    def __repr__(self) -> str:
        return f"<Run {self.run_id or 'without an id'}, {'over' if self.done() else 'under way'}>"

    @property
    def run_id(self) -> str | None:
        """The id by which :meth:`Client.resume` goes on with it; ``None`` for a plan, which leaves no journal."""
        return self._task.run_id

    def done(self) -> bool:
        """Whether it is over, so that :meth:`wait` comes back at once."""
        return self._task.done()

    def stop(self) -> None:
        """Starts nothing new; what runs is followed to its end."""
        self._task.stop()

    def leave(self) -> None:
        """Leaves at once; the journal has everything, :meth:`Client.resume` goes on."""
        self._task.leave()

    def __iter__(self) -> Iterator[Event]:
        """The events nobody has taken yet, as they happen, until the run is over."""
        import json

        from .events import Event

        while True:
            over = self._task.done()
            while (text := self._task.take_event()) is not None:
                yield Event.from_dict(json.loads(text))
            if over:
                return
            self._task.wait(ATTENTION, True)

    def wait(self, on_event: Callable[[Event], object] | None = None, *, timeout: float | None = None) -> Report:
        """Waits for the end. Ctrl-C leaves at once: the journal has everything, and the ``KeyboardInterrupt`` has the
        ``run_id`` to go on with.

        Args:
            on_event: called with each event nobody has taken yet. What it raises leaves the run and is raised here.
            timeout: seconds to wait at most; the run goes on after that.

        Returns:
            The report. Of a run that was left it is the report as things stood.

        Raises:
            StillRunning: the run was not over in time; it goes on.
            RunLeft: the client was closed under it; what had begun may go on in the guests.
            ConsnapError: nothing was started, and why. Each has the ``run_id``.
        """
        from .report import Report

        return Report.from_dict(self.finish(on_event, timeout))

    def finish(
        self, on_event: Callable[[Event], object] | None = None, timeout: float | None = None
    ) -> dict[str, Any]:
        """Waits for the end and gives the report, or the plan, as plain values."""
        from time import monotonic

        log = event_log()
        until = None if timeout is None else monotonic() + timeout
        reads = log is not None or on_event is not None
        try:
            while True:
                over = self._task.done()
                if reads:
                    self._tell(log, on_event)
                if over:
                    break
                left = ATTENTION if until is None else min(ATTENTION, int((until - monotonic()) * 1000))
                if left <= 0:
                    raise from_json(self._task.still_running(self._lang))
                self._task.wait(left, reads)
        except BaseException as error:
            with_run_id(error, self.run_id)
            if not isinstance(error, StillRunning):
                # Nobody will read on: start nothing more.
                self.leave()
            raise
        return self.answer()

    def _tell(self, *listeners: Callable[[Event], object] | None) -> None:
        import json

        from .events import Event

        while (text := self._task.take_event()) is not None:
            event = Event.from_dict(json.loads(text))
            for listener in listeners:
                if listener is not None:
                    listener(event)

    def answer(self) -> dict[str, Any]:
        """What came of it, as plain values, once it is over."""
        import json

        done, error = self._task.outcome(self._lang)
        if done is None:
            raise with_run_id(from_json(error or b"{}"), self.run_id)
        whole, instances = done
        return {**json.loads(whole), "instances": instances}
