"""A client for scripts: runs, resumes, verifies, and sends single calls. It decides nothing itself."""

from __future__ import annotations

from itertools import islice

from . import _native
from ._connection import ATTENTION, Connection, event_log, facts_of, reply_of, selection_of, wants_events
from ._input import policies_of
from .errors import ConsnapError, from_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import date
    from types import TracebackType
    from typing import Any, Literal, overload

    from ._types import JobInput, PoliciesInput
    from .facts import InstanceFacts
    from .job import Targets
    from .report import Event, Plan, Report

__all__ = ["Client", "Run"]


class Client(Connection):
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
            policies=policies_of(policies),
            fewer=fewer or None,
            events=events,
        )
        return Run(self._begin(request), self._lang)

    def resume(self, run_id: str, *, on_event: Callable[[Event], object] | None = None) -> Report:
        """Goes on with a run from its journal, in this or another process."""
        request = self._request("resume", None, run_id=run_id, events=wants_events(on_event))
        return Run(self._begin(request), self._lang).wait(on_event)

    def verify(self, run_id: str, *, on_event: Callable[[Event], object] | None = None) -> Report:
        """Looks again at what a run made. Nothing is written."""
        request = self._request("verify", None, run_id=run_id, events=wants_events(on_event))
        return Run(self._begin(request), self._lang).wait(on_event)

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
            "plan", job, as_of=None if as_of is None else str(as_of), policies=policies_of(policies)
        )
        return Plan.from_dict(Run(self._begin(request), self._lang).finish())

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
        return facts_of(Run(self._begin(request), self._lang).finish())

    def call(self, operation: str, region: str | None = None, **parameters: Any) -> dict[str, Any]:
        """Sends one call by the name of the service's operation, without repeating it.

        Lists become ``Name.1``, ``Name.2``; mappings in lists ``Name.1.Key``.
        """
        asked, wire = self._asked(region, parameters)
        return reply_of(*self._native.call(operation, asked, wire, self._lang))

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
                calls.begin(operation, *self._asked(region, request))
            given = calls.next(lang)
            if given is None:
                return
            free, (reply, error) = 1, given
            if reply is not None or not return_exceptions:
                yield reply_of(reply, error)
            else:
                yield from_json(error or b"{}")

    def run_command(self, region: str | None = None, **parameters: Any) -> dict[str, Any]:
        """``RunCommand``. It writes; better let :meth:`run` do it."""
        return self.call("RunCommand", region, **parameters)

    def describe_invocations(self, region: str | None = None, **parameters: Any) -> dict[str, Any]:
        """``DescribeInvocations``."""
        return self.call("DescribeInvocations", region, **parameters)

    def describe_invocation_results(self, region: str | None = None, **parameters: Any) -> dict[str, Any]:
        """``DescribeInvocationResults``."""
        return self.call("DescribeInvocationResults", region, **parameters)

    def stop_invocation(self, region: str | None = None, **parameters: Any) -> dict[str, Any]:
        """``StopInvocation``. It writes."""
        return self.call("StopInvocation", region, **parameters)

    def send_file(self, region: str | None = None, **parameters: Any) -> dict[str, Any]:
        """``SendFile``. It writes."""
        return self.call("SendFile", region, **parameters)

    def describe_send_file_results(self, region: str | None = None, **parameters: Any) -> dict[str, Any]:
        """``DescribeSendFileResults``."""
        return self.call("DescribeSendFileResults", region, **parameters)

    def delete_snapshot_group(self, region: str | None = None, **parameters: Any) -> dict[str, Any]:
        """``DeleteSnapshotGroup``. It writes: the snapshots of the group are gone for good."""
        return self.call("DeleteSnapshotGroup", region, **parameters)

    def attach_instance_ram_role(self, region: str | None = None, **parameters: Any) -> dict[str, Any]:
        """``AttachInstanceRamRole``. It writes."""
        return self.call("AttachInstanceRamRole", region, **parameters)

    def describe_instance_ram_role(self, region: str | None = None, **parameters: Any) -> dict[str, Any]:
        """``DescribeInstanceRamRole``."""
        return self.call("DescribeInstanceRamRole", region, **parameters)

    def describe_instances(self, region: str | None = None, **parameters: Any) -> dict[str, Any]:
        """``DescribeInstances``."""
        return self.call("DescribeInstances", region, **parameters)

    def describe_disks(self, region: str | None = None, **parameters: Any) -> dict[str, Any]:
        """``DescribeDisks``."""
        return self.call("DescribeDisks", region, **parameters)

    def describe_cloud_assistant_status(self, region: str | None = None, **parameters: Any) -> dict[str, Any]:
        """``DescribeCloudAssistantStatus``."""
        return self.call("DescribeCloudAssistantStatus", region, **parameters)

    def describe_snapshot_groups(self, region: str | None = None, **parameters: Any) -> dict[str, Any]:
        """``DescribeSnapshotGroups``."""
        return self.call("DescribeSnapshotGroups", region, **parameters)

    def describe_snapshots(self, region: str | None = None, **parameters: Any) -> dict[str, Any]:
        """``DescribeSnapshots``."""
        return self.call("DescribeSnapshots", region, **parameters)

    def tag_resources(self, region: str | None = None, **parameters: Any) -> dict[str, Any]:
        """``TagResources``. It writes."""
        return self.call("TagResources", region, **parameters)

    def describe_regions(self, region: str | None = None, **parameters: Any) -> dict[str, Any]:
        """``DescribeRegions``."""
        return self.call("DescribeRegions", region, **parameters)

    def get_caller_identity(self, region: str | None = None, **parameters: Any) -> dict[str, Any]:
        """``GetCallerIdentity`` of STS: whose credentials these are."""
        return self.call("GetCallerIdentity", region, **parameters)


class Run:
    """A run under way. Iterate over it for its events; :meth:`wait` gives the report."""

    def __init__(self, task: _native.RunningTask, lang: str) -> None:
        self._task = task
        self._lang = lang
        self._answer: dict[str, Any] | None = None
        self._error: ConsnapError | None = None

    def __repr__(self) -> str:
        over = self._answer is not None or self._error is not None
        return f"<Run {(self._answer or {}).get('run_id', 'over') if over else 'under way'}>"

    def stop(self) -> None:
        """Starts nothing new; what runs is followed to its end."""
        self._task.stop()

    def leave(self) -> None:
        """Leaves at once; the journal has everything, :meth:`Client.resume` goes on."""
        self._task.leave()

    def __iter__(self) -> Iterator[Event]:
        """The events, as they happen, until the run is over."""
        import json

        from .report import Event

        for text in self.news():
            yield Event.from_dict(json.loads(text))

    def wait(self, on_event: Callable[[Event], object] | None = None) -> Report:
        """Waits for the end. Ctrl-C leaves at once: the journal has everything.

        Raises:
            ConsnapError: nothing was started, and why.
        """
        from .report import Report

        return Report.from_dict(self.finish(on_event))

    def finish(self, on_event: Callable[[Event], object] | None = None) -> dict[str, Any]:
        """Waits for the end and gives the report, or the plan, as plain values."""
        log = event_log()
        try:
            for event in self:
                if log is not None:
                    log(event)
                if on_event is not None:
                    on_event(event)
        except BaseException:
            # Nobody will read on: start nothing more.
            self.leave()
            raise
        return self.answer()

    def answer(self) -> dict[str, Any]:
        """What came of it once it is over."""
        if self._error is not None:
            raise self._error
        return self._answer or {}

    def news(self, leaving: threading.Event | None = None) -> Iterator[bytes]:
        """The events as JSON, until the run is over or nobody listens any more."""
        while self._answer is None and self._error is None and not (leaving is not None and leaving.is_set()):
            news = self._task.next(ATTENTION, self._lang)
            if news is not None and self._take(*news):
                yield news[1]

    def _take(self, kind: str, text: bytes) -> bool:
        """Takes in news; whether it is an event."""
        if kind == "done":
            import json

            self._answer = {**json.loads(text), "instances": self._task.instances()}
        elif kind == "error":
            self._error = from_json(text)
        return kind == "event"
