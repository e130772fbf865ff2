"""What data classes can do beside holding their members. The classes themselves are generated."""

from __future__ import annotations

from typing import Any

from ._record import Record, Rows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .report import InstanceReport


class FindingMethods:
    """Of a finding."""

    @property
    def blocks(self: Any) -> bool:
        """Whether it stops what it speaks of: an error that was not accepted."""
        return bool(self.severity == "error" and self.accepted is None)

    def __str__(self: Any) -> str:
        place = f"{self.place}: " if self.place else ""
        return f"{self.severity} {self.code} {place}{self.message} ({self.help})"


class PolicyResultMethods:
    """Of what a policy says."""

    @property
    def blocks(self: Any) -> bool:
        """Whether it stands against the job: an error that nobody waived."""
        return bool(self.finding is not None and self.finding.blocks)


class CheckResultMethods:
    """Of what a check found."""

    @property
    def ok(self: Any) -> bool:
        """Whether nothing blocks: neither the job, nor any instance, nor a policy."""
        if self.policies is not None and not self.policies.passed:
            return False
        instances = self.instances or ()
        found = [*self.findings, *(finding for instance in instances for finding in instance.findings)]
        fit = [self.eligible, *(instance.eligible for instance in instances)]
        return not any(finding.blocks for finding in found) and "no" not in fit

    def to_dict(self: Any) -> dict[str, Any]:
        """The JSON object: plain dicts, lists, strings and numbers. Empty optional members are left out."""
        out = Record.to_dict(self)
        if self.instance_id is not None:
            out.setdefault("platform", None)
        return out


class ReportMethods:
    """Of the report of a run."""

    @property
    def ok(self: Any) -> bool:
        """Whether the required consistency was reached on every instance."""
        return bool(self.exit_status == 0)

    def instance(self: Any, instance_id: str) -> InstanceReport:
        """The report of one instance.

        Raises:
            KeyError: the run had no such instance.
        """
        instances = self.instances
        for instance in instances.mentioning(instance_id) if isinstance(instances, Rows) else instances:
            if instance.instance_id == instance_id:
                found: InstanceReport = instance
                return found
        raise KeyError(instance_id)

    def __str__(self: Any) -> str:
        return "\n".join(self.sentences)


class CallMethods:
    """Of a request as the simulator saw it."""

    def __getitem__(self: Any, name: str) -> str:
        """The first value of a parameter.

        Raises:
            KeyError: the request had no such parameter.
        """
        for key, value in self.parameters:
            if key == name:
                return str(value)
        raise KeyError(name)
