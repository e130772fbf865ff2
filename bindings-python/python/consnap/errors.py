"""What consnap raises. Findings about input are data; an exception means that a call could not be carried out."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from .results import Finding

__all__ = [
    "ApiError",
    "ConfigError",
    "ConsnapError",
    "CredentialError",
    "ProtocolError",
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
        retryable: whether the same call may succeed when repeated.
        findings: the findings that led to it.
    """

    message: str
    help: str
    code: str
    request_id: str | None
    sent: str
    retryable: bool
    findings: tuple[Finding, ...]

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
    """The input cannot be used, or carrying it out would be wrong. Nothing was sent."""


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
    kind = _KINDS.get(detail.get("kind", ""), ProtocolError)
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
