"""What consnap raises. Findings about input are data; an exception means that a call could not be carried out."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from .results import Finding

__all__ = [
    "ApiError",
    "ClientClosed",
    "ConfigError",
    "ConsnapError",
    "CredentialError",
    "NothingSelected",
    "PlanChanged",
    "PolicyRefused",
    "ProtocolError",
    "RunBusy",
    "RunLeft",
    "StillRunning",
    "ThrottledError",
    "TransportError",
]


class ConsnapError(Exception):
    """The base of everything consnap raises.

    Attributes:
        message: what happened.
        help: what to do.
        code: the code of consnap's catalogue, such as ``CE102``; for :class:`ApiError` the code of the service.
        request_id: the service's id of the request, where there is one.
        sent: ``no``, ``maybe`` or ``yes``: whether the service may have seen the request.
        retryable: whether to repeat the same call is safe and may help.
        findings: the findings that led to it.
        run_id: the run it is about, where there is one: :meth:`Client.resume` goes on with it.
    """

    message: str
    help: str
    code: str
    request_id: str | None
    sent: str
    retryable: bool
    findings: tuple[Finding, ...]
    run_id: str | None

    def __init__(
        self,
        message: str,
        *,
        help: str = "",
        code: str = "",
        request_id: str | None = None,
        sent: str = "no",
        retryable: bool = False,
        findings: tuple[Finding, ...] = (),
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.help = help
        self.code = code
        self.request_id = request_id
        self.sent = sent
        self.retryable = retryable
        self.findings = findings
        self.run_id = None
        self._detail = dict(detail or {})

    def to_dict(self) -> dict[str, Any]:
        """The error in the one form all languages share."""
        return dict(self._detail) or {"message": self.message, "help": self.help, "code": self.code}

    def __str__(self) -> str:
        said = f"{self.message} ({self.help})" if self.help else self.message
        # Those that stand against it, or else all: a traceback must tell what to mend.
        told = [finding for finding in self.findings if finding.blocks] or self.findings
        more = [f"... and {len(told) - _TOLD} more"] if len(told) > _TOLD else []
        return "\n  ".join([said, *map(str, told[:_TOLD]), *more])

    def __reduce__(self) -> tuple[Any, ...]:
        # Keyword-only members: exceptions pickle by position otherwise.
        return (_restore, (type(self), self.message, dict(self.__dict__)))


class ConfigError(ConsnapError, ValueError):
    """The input cannot be used, or carrying it out would be wrong. Nothing was sent, unless ``sent`` says otherwise."""


class RunBusy(ConfigError):
    """The run, or another one of the same job, is under way elsewhere. Nothing was started; try again when it is over."""


class PlanChanged(ConfigError):
    """The plan is not the approved one. Nothing was started."""


class PolicyRefused(ConfigError):
    """Policies of the organisation stand against it: ``findings`` say which. Nothing was started."""


class NothingSelected(ConfigError):
    """The targets name no instance that exists. Nothing was started."""


class ClientClosed(ConfigError):
    """The client was closed. ``sent`` tells whether the call was already on its way."""


class RunLeft(ConsnapError):
    """The client of a run was closed under it. What had begun may go on in the guests, ``sent`` is ``maybe``:
    :meth:`Client.resume` with ``run_id`` finds out."""


class StillRunning(ConsnapError, TimeoutError):
    """A run was not over in the time somebody wanted to wait. It goes on."""


class CredentialError(ConsnapError):
    """There are no credentials, or the service does not take them."""


class TransportError(ConsnapError, ConnectionError):
    """The service could not be reached, or the connection broke. ``sent`` tells whether it may have acted."""


class ApiError(ConsnapError):
    """The service answered with an error: ``code`` is its code, ``help`` says what to do about it."""


class ThrottledError(ApiError):
    """The service asks to slow down: repeat later."""


class ProtocolError(ConsnapError):
    """The reply cannot be understood: report it with the request id."""


#: Findings that an error shows as text.
_TOLD = 10

_KINDS: dict[str, type[ConsnapError]] = {
    "input": ConfigError,
    "rejected": ConfigError,
    "credential": CredentialError,
    "transport": TransportError,
    "throttled": ThrottledError,
    "api": ApiError,
    "protocol": ProtocolError,
}


#: Those that scripts tell apart, by their code.
_CODES: dict[str, type[ConsnapError]] = {
    "CE302": NothingSelected,
    "CE305": PlanChanged,
    "CE307": RunBusy,
    "CE308": PolicyRefused,
    "CE310": RunLeft,
    "CE311": StillRunning,
    "CE324": RunBusy,
    "CE111": ClientClosed,
}


def _restore(kind: type[ConsnapError], message: str, state: dict[str, Any]) -> ConsnapError:
    error = kind(message)
    error.__dict__.update(state)
    return error


def from_json(text: bytes) -> ConsnapError:
    """The exception for an error of the engine."""
    import json

    return from_dict(json.loads(text))


def from_dict(detail: Mapping[str, Any]) -> ConsnapError:
    """The exception for an error of the engine, read from its JSON."""
    findings: tuple[Finding, ...] = ()
    if detail.get("findings"):
        from .results import Finding

        findings = tuple(Finding.from_dict(finding) for finding in detail["findings"])
    kind = _CODES.get(detail.get("code", "")) or _KINDS.get(detail.get("kind", ""), ProtocolError)
    return kind(
        detail.get("message", "the engine gave no answer"),
        help=detail.get("help", ""),
        code=detail.get("api_code") or detail.get("code", ""),
        request_id=detail.get("request_id"),
        sent=detail.get("sent", "no"),
        retryable=detail.get("retryable", False),
        findings=findings,
        detail=detail,
    )


def with_run_id(error: BaseException, run_id: str | None) -> BaseException:
    """An exception that says which run it ended the waiting for."""
    if run_id is not None:
        # From Python 3.11 on.
        add_note = getattr(error, "add_note", None)
        if add_note is not None and not isinstance(error, ConsnapError):
            add_note(f"consnap run {run_id}")
        vars(error)["run_id"] = run_id
    return error
