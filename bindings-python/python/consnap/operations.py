"""The pure operations. Nothing here touches the network, the clock or the environment; only named files are read."""

from __future__ import annotations

import json

from . import _native
from ._input import carry_out, moment, plain, policies_of, policy_documents, text_of
from .errors import from_json
from .results import (
    Budget,
    Catalog,
    CheckResult,
    CodeExplanation,
    Command,
    CommandExplanation,
    DecodeResult,
    Export,
    ParameterExplanation,
    PolicyCheck,
    PolicyTest,
    Signature,
    TextExplanation,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime
    from typing import Any

    from ._types import Document, FactsInput, JobInput, PoliciesInput, ResultsInput, ToMap
    from .facts import InstanceFacts
    from .report import Plan, PlanResult
    from .tables import CheckTable, DecodeTable

__all__ = [
    "budget",
    "build_command",
    "catalog",
    "check",
    "check_many",
    "decode",
    "decode_many",
    "explain",
    "explain_command",
    "explain_parameter",
    "explain_text",
    "export",
    "operation",
    "operation_names",
    "plan",
    "policy_check",
    "policy_test",
    "read_facts",
    "schema",
    "sign",
]


def check(
    job: JobInput,
    facts: FactsInput | None = None,
    *,
    platform: str | None = None,
    as_of: date | str | None = None,
    now: datetime | str | None = None,
    policies: PoliciesInput | None = None,
    lang: str = "en",
) -> CheckResult:
    """Checks a job, and instances against it: what is wrong, which are fit, and which consistency will come of it.

    Args:
        job: a :class:`~consnap.Job`, a mapping, JSON or YAML text, or the path of a file.
        facts: what is known of one instance, or a list of such.
        platform: check the job for this platform only, where there are no facts to tell it.
        as_of: judge by the vendor's documents as they were on this day.
        now: the time of the check; without it the age of heartbeats and facts is not judged.
        policies: policies of the organisation, as :func:`policy_check` takes them; what they say stands in ``policies``.
        lang: the language of messages, ``en`` or ``zh``.

    Raises:
        ConfigError: ``facts`` or ``as_of`` cannot be read. What is wrong with a job is a finding, never an exception.

    >>> import consnap
    >>> result = consnap.check({"version": 1, "targets": {"ids": ["i-a"]}, "instance_ram_role": "Role", "group_name": "g"})
    >>> result.eligible is None  # no facts: nothing is said about an instance
    True
    """
    members = {
        "job": plain(job),
        "facts": plain(facts),
        "platform": platform,
        "as_of": None if as_of is None else str(as_of),
        "now": moment(now),
        "policies": policies_of(policies, lang),
        "lang": lang,
    }
    return CheckResult.from_dict(carry_out("check", members, lang))


def check_many(
    job: JobInput,
    facts: bytes | FactsInput,
    *,
    platform: str | None = None,
    as_of: date | str | None = None,
    now: datetime | str | None = None,
    policies: PoliciesInput | None = None,
    lang: str = "en",
    threads: int | None = None,
) -> CheckTable:
    """Checks many instances in one go, beside other Python threads: what :func:`check` says of a list, as a table.

    Args:
        job: a :class:`~consnap.Job`, a mapping, JSON or YAML text, or the path of a file.
        facts: JSON bytes, one instance a line or one list of them; or anything :func:`check` takes.
        platform: check the job for this platform only, beside the instances.
        as_of: judge by the vendor's documents as they were on this day.
        now: the time of the check; without it the age of heartbeats and facts is not judged.
        policies: policies of the organisation, as :func:`policy_check` takes them, compiled once for all instances; what they
            say stands in ``policies`` and ``policies_not_met`` of the table.
        lang: the language of messages, ``en`` or ``zh``.
        threads: how many threads work; as many as the process has processors when not given.

    Raises:
        ConfigError: the job, ``as_of`` or another argument cannot be read. A line of facts that cannot be read is a row
            with a finding.

    >>> import consnap
    >>> job = {"version": 1, "targets": {"tags": {"a": "b"}}, "instance_ram_role": "Role", "group_name": "g"}
    >>> owned = {"version": 1, "language": "cel", "policies": [{"id": "owned",
    ...     "require": "has(instance.tags.owner)", "message": {"en": "nobody owns it"}}]}
    >>> facts = [{"instance_id": "i-a", "tags": {"owner": "dba"}}, {"instance_id": "i-b", "tags": {}}]
    >>> table = consnap.check_many(job, facts, policies=owned)
    >>> list(zip(table.instance_ids, table.policies_not_met))
    [('i-a', ()), ('i-b', ('owned',))]
    >>> table.policies.results[0].result
    <Verdict.FAIL: 'FAIL'>
    """
    from .tables import CheckTable

    members = {
        "job": plain(job),
        "platform": platform,
        "as_of": None if as_of is None else str(as_of),
        "now": moment(now),
        "policies": policies_of(policies, lang),
        "lang": lang,
    }
    text = text_of("check", {name: value for name, value in members.items() if value is not None})
    if isinstance(facts, (bytes, bytearray, memoryview)):
        lines = bytes(facts)
    else:
        listed = plain(facts)
        lines = text_of("check", listed if isinstance(listed, list) else [listed])
    table, error = _native.check_many(text, lines, _threads(threads), str(lang))
    if table is None:
        raise from_json(error or b"{}")
    return CheckTable(table)


def build_command(
    job: JobInput,
    platform: str,
    *,
    instance: str | None = None,
    role: str | None = None,
    naming: Mapping[str, str] | None = None,
    use_separator: bool = False,
    now: datetime | str | None = None,
    lang: str = "en",
) -> Command:
    """Builds the one command line that reaches the plug-in as it was meant. The job needs no targets for it.

    Args:
        platform: ``linux`` or ``windows``.
        instance: ``i-...``; excluded disks go only to their owner.
        role: the role the instance has, for ``instance_ram_role: attached``.
        naming: what replaces the placeholders of the group's name: ``run``, ``date`` and ``time``.
        use_separator: write the separator form, so that commas survive.

    >>> import consnap
    >>> job = consnap.Job(instance_ram_role="AppSnapshotRoleName", group_name="nightly")
    >>> built = consnap.build_command(job, "linux")
    >>> built.arguments[0]
    '-RamRoleName=AppSnapshotRoleName'
    """
    members = {
        "job": plain(job),
        "platform": platform,
        "instance": instance,
        "role": role,
        "naming": naming,
        "use_separator": use_separator or None,
        "now": moment(now),
        "lang": lang,
    }
    return Command.from_dict(carry_out("build", members, lang))


def explain(code: str | int, *, lang: str = "en") -> tuple[CodeExplanation, ...]:
    """What a code means: all meanings, the most likely first; empty when it is not known.

    Args:
        code: an exit code, status, error code or message code: ``12``, ``Timeout``, ``InvalidInstance.NotFound``,
            ``CS506``.

    >>> import consnap
    >>> consnap.explain(12)[0].key
    'exit:plugin:12'
    """
    answer = carry_out("explain", {"code": str(code) if isinstance(code, int) else code, "lang": lang}, lang)
    return tuple(CodeExplanation.from_dict(row) for row in answer["explanations"])


def explain_parameter(name: str, *, lang: str = "en") -> ParameterExplanation | None:
    """What a parameter means, by the plug-in's or the job's spelling; ``None`` when it is not known.

    >>> import consnap
    >>> consnap.explain_parameter("ExcludeDiskId").key
    '/exclude_disks'
    """
    answer = carry_out("explain", {"parameter": name, "lang": lang}, lang)["parameter"]
    return None if answer is None else ParameterExplanation.from_dict(answer)


def explain_command(command: str, platform: str | None = None, *, lang: str = "en") -> CommandExplanation:
    """What becomes of a command in the guest: the arguments the plug-in would receive, what is lost or injected.

    Args:
        platform: ``linux`` or ``windows``; without it the one whose plug-in the command names.
    """
    members = {"command": command, "platform": platform, "lang": lang}
    return CommandExplanation.from_dict(carry_out("explain", members, lang))


def explain_text(
    text: str,
    *,
    exit_code: int | None = None,
    invocation_status: str | None = None,
    platform: str | None = None,
    lang: str = "en",
) -> TextExplanation:
    """What a text is that somebody has, and what it says: a code in a sentence, a command with what stands around it,
    replies as an SDK prints them, the output of a command.

    Args:
        exit_code: the exit code that came with an output.
        invocation_status: the invocation status that came with an output.
        platform: ``linux`` or ``windows``, for a command; without it the one whose plug-in the command names.

    >>> import consnap
    >>> consnap.explain_text("it ended with exit code 12").explanations[0].key
    'exit:plugin:12'
    """
    members = {
        "text": text,
        "exit_code": exit_code,
        "invocation_status": invocation_status,
        "platform": platform,
        "lang": lang,
    }
    return TextExplanation.from_dict(carry_out("explain", members, lang))


def decode(
    results: ResultsInput | None = None,
    *,
    output: str | bytes | None = None,
    exit_code: int | None = None,
    invocation_status: str | None = None,
    error_code: str | None = None,
    dropped: int | None = None,
    content_encoding: str = "Base64",
    lang: str = "en",
) -> DecodeResult:
    """What became of commands.

    Args:
        results: a reply of ``DescribeInvocationResults`` (SDK object, mapping, JSON or the path of a file), or a list of
            results; or leave it out and give the members of one result.
        content_encoding: how ``output`` is encoded: ``Base64`` (the service's default) or ``PlainText``.

    Raises:
        ConfigError: there are both results and members of one result, or neither.

    >>> import consnap
    >>> outcome = consnap.decode(exit_code=12, invocation_status="Failed").outcomes[0]
    >>> outcome.held  # the guest may still be held
    True
    """
    if isinstance(output, bytes):
        output = output.decode("utf-8", "replace")
    members = {
        "results": None if results is None else _results(results),
        "output": output,
        "exit_code": exit_code,
        "invocation_status": invocation_status,
        "error_code": error_code,
        "dropped": dropped,
        "content_encoding": content_encoding,
        "lang": lang,
    }
    return DecodeResult.from_dict(carry_out("decode", members, lang))


def decode_many(
    pages: bytes | Iterable[bytes | str | ToMap | Mapping[str, Any]],
    *,
    content_encoding: str = "Base64",
    lang: str = "en",
    threads: int | None = None,
) -> DecodeTable:
    """Decodes many results in one go, beside other Python threads.

    Args:
        pages: the bodies of replies of ``DescribeInvocationResults``; or bytes with one page or one result a line.
        content_encoding: how outputs are encoded: ``Base64`` (the service's default) or ``PlainText``.
        lang: the language of messages, ``en`` or ``zh``.
        threads: how many threads work; as many as the process has processors when not given.

    Raises:
        ConfigError: an argument cannot be used. What cannot be read of the pages stands in ``findings`` of the table.

    >>> import consnap
    >>> lines = b'{"InstanceId": "i-a", "ExitCode": 12, "InvocationStatus": "Failed"}'
    >>> table = consnap.decode_many(lines)
    >>> table.held, table.counts()
    ([True], {'exit:plugin:12': 1})
    """
    from .tables import DecodeTable

    if isinstance(pages, (bytes, bytearray, memoryview)):
        listed = [bytes(pages)]
    else:
        listed = [_page(page) for page in pages]
    options = text_of("decode", {"content_encoding": content_encoding, "lang": lang})
    table, error = _native.decode_many(options, listed, _threads(threads), str(lang))
    if table is None:
        raise from_json(error or b"{}")
    return DecodeTable(table)


def sign(
    *,
    version: str = "v3",
    access_key_id: str,
    access_key_secret: str,
    security_token: str | None = None,
    method: str = "POST",
    host: str | None = None,
    path: str | None = None,
    params: Mapping[str, Any] | None = None,
    body: str | None = None,
    headers: Mapping[str, str] | None = None,
    timestamp: datetime | str | None = None,
    nonce: str | None = None,
    signed_headers: Sequence[str] | None = None,
    lang: str = "en",
) -> Signature:
    """Signs a request, with every stage visible: for comparing with what another program sends.

    Args:
        version: ``v1`` (HMAC-SHA1 over the parameters) or ``v3`` (ACS3-HMAC-SHA256 over the whole request).

    >>> import consnap
    >>> len(consnap.sign(access_key_id="testid", access_key_secret="testsecret", nonce="1").signature)
    64
    """
    members = {
        "version": version,
        "method": method,
        "host": host,
        "path": path,
        "params": params,
        "body": body,
        "headers": headers,
        "access_key_id": access_key_id,
        "access_key_secret": access_key_secret,
        "security_token": security_token,
        "timestamp": moment(timestamp),
        "nonce": nonce,
        "signed_headers": signed_headers,
        "lang": lang,
    }
    return Signature.from_dict(carry_out("sign", members, lang))


def budget(job: JobInput, platform: str, *, lang: str = "en") -> Budget:
    """How long the command of a job may take at worst, term by term: what ``timeout_seconds`` of a command rests on.

    >>> import consnap
    >>> job = consnap.Job(instance_ram_role="AppSnapshotRoleName", group_name="nightly")
    >>> consnap.budget(job, "linux").total_seconds == consnap.build_command(job, "linux").timeout_seconds
    True
    """
    return Budget.from_dict(carry_out("budget", {"job": plain(job), "platform": platform, "lang": lang}, lang))


def plan(
    job: JobInput,
    facts: FactsInput,
    *,
    run_id: str | None = None,
    as_of: date | str | None = None,
    now: datetime | str | None = None,
    policies: PoliciesInput | None = None,
    lang: str = "en",
) -> PlanResult:
    """The calls a run of this job would make on these instances, with a hash to approve. Nothing is sent.

    :meth:`consnap.Client.plan` finds the instances itself; both give the same hash for the same instances.

    Args:
        job: a :class:`~consnap.Job`, a mapping, JSON or YAML text, or the path of a file.
        facts: what is known of one instance, or a list of such. One that the job names and that is not among them counts
            as an instance of which nothing is known.
        run_id: the run id in the groups' name; eight zeros when not given.
        as_of: judge by the vendor's documents as they were on this day.
        now: the time of the plan, for ``{date}`` and ``{time}`` in the groups' name.
        policies: policies of the organisation, as :func:`policy_check` takes them; what they say stands in ``policies``.
        lang: the language of messages, ``en`` or ``zh``.

    >>> import consnap
    >>> job = consnap.Job(targets=consnap.Targets(ids=["i-a"]), instance_ram_role="Role", group_name="g-{run}")
    >>> result = consnap.plan(job, {"instance_id": "i-a", "region_id": "cn-hangzhou", "os_type": "linux"})
    >>> result.plan.instances[0].starts
    False
    """
    members = {
        "job": plain(job),
        "facts": plain(facts),
        "run_id": run_id,
        "as_of": None if as_of is None else str(as_of),
        "now": moment(now),
        "policies": policies_of(policies, lang),
        "lang": lang,
    }
    from .report import PlanResult

    return PlanResult.from_dict(carry_out("plan", members, lang))


def policy_check(
    policies: PoliciesInput,
    job: JobInput | None = None,
    facts: FactsInput | None = None,
    *,
    plan: Plan | Document | None = None,
    as_of: date | str | None = None,
    now: datetime | str | None = None,
    all: bool = False,
    lang: str = "en",
) -> PolicyCheck:
    """Holds a job, and instances, to policies of the organisation. What cannot be judged counts as not met.

    Args:
        policies: a document, the path of a file or of a folder of them, or a list of such.
        job: without it only the policies themselves are read.
        facts: what is known of one instance, or a list of such; without it only policies about the job are judged.
        plan: what :func:`plan` or :meth:`consnap.Client.plan` gave; worked out of job and facts when a policy reads it.
        now: the time of the check, by which waivers end.
        all: list what is met too.

    >>> import consnap
    >>> document = {"version": 1, "language": "cel", "policies": [{"id": "freeze-at-most-15s",
    ...     "require": "job.linux.freeze_timeout_seconds <= 15", "message": {"en": "the freeze may take too long"}}]}
    >>> job = {"version": 1, "targets": {"ids": ["i-a"]}, "instance_ram_role": "Role", "group_name": "g"}
    >>> consnap.policy_check(document, job).results[0].measured.value
    30
    """
    members = {
        "policies": policy_documents(policies, lang),
        "job": plain(job),
        "facts": plain(facts),
        "plan": plain(plan),
        "as_of": None if as_of is None else str(as_of),
        "now": moment(now),
        "all": all or None,
        "lang": lang,
    }
    return PolicyCheck.from_dict(carry_out("policy_check", members, lang))


def policy_test(policies: PoliciesInput, *, lang: str = "en") -> PolicyTest:
    """Tries the cases of policies out, and says what none of them tries out.

    Args:
        policies: a document, the path of a file or of a folder of them, or a list of such; cases may stand in documents of
            their own.

    >>> import consnap
    >>> case = {"name": "the default", "expect": "FAIL"}
    >>> policy = {"id": "short", "require": "job.linux.freeze_timeout_seconds <= 15", "message": {"en": "m"}, "cases": [case]}
    >>> consnap.policy_test({"version": 1, "language": "cel", "policies": [policy]}).passed
    True
    """
    members = {"policies": policy_documents(policies, lang), "lang": lang}
    return PolicyTest.from_dict(carry_out("policy_test", members, lang))


def export(
    job: JobInput,
    target: str,
    platform: str = "linux",
    *,
    schedule: str | None = None,
    link: str | None = None,
    use_separator: bool = False,
    now: datetime | str | None = None,
    lang: str = "en",
) -> Export:
    """Writes a job for another tool: Terraform, OOS, cron, systemd, the official SDKs, RAM policies and more.

    Args:
        target: an :class:`~consnap.ExportTarget` or its value.
        platform: the platform whose command is written, for targets that carry one.
        schedule: when timers start it, in the time of the machine; ``02:00`` when not given.
        link: where the export was made; it is named in each file.
        use_separator: write the separator form, so that commas survive.

    Raises:
        ConfigError: there is no such target, or ``schedule`` is no time of day.

    >>> import consnap
    >>> targets = consnap.Targets(ids=["i-bp1linux000000000001"])
    >>> job = consnap.Job(instance_ram_role="AppSnapshotRoleName", group_name="nightly-{run}", targets=targets)
    >>> [file.name for file in consnap.export(job, "cron").files]
    ['consnap.cron', 'job.yaml']
    """
    members = {
        "job": plain(job),
        "target": target,
        "platform": platform,
        "schedule": schedule,
        "link": link,
        "use_separator": use_separator or None,
        "now": moment(now),
        "lang": lang,
    }
    return Export.from_dict(carry_out("export", members, lang))


def read_facts(*replies: ToMap | Document) -> tuple[InstanceFacts, ...]:
    """The facts of instances from replies of the service, for :func:`check`. What no reply tells stays unknown.

    Args:
        replies: whole replies of DescribeInstances, DescribeDisks, DescribeCloudAssistantStatus and
            DescribeInstanceRamRole in any order: SDK objects, mappings, JSON or paths of files.

    Raises:
        ConfigError: a reply is of none of these operations, or cannot be read.

    >>> import consnap
    >>> reply = {"Instances": {"Instance": [{"InstanceId": "i-a", "Status": "Running"}]}}
    >>> consnap.read_facts(reply)[0].status
    'Running'
    """
    from .facts import InstanceFacts

    answer = carry_out("facts", {"replies": [_reply(plain(reply)) for reply in replies]})
    return tuple(InstanceFacts.from_dict(facts) for facts in answer["facts"])


def catalog(*, lang: str = "en") -> Catalog:
    """The tables everything else reads, in one language."""
    return Catalog.from_dict(carry_out("catalog", {"lang": lang}, lang))


def operation(name: str, input: Mapping[str, Any], *, lang: str | None = None) -> Any:
    """Carries out an operation as ``consnap op NAME`` does: one JSON object in, one out.

    Args:
        lang: the language of errors; that of the input's ``lang`` when not given.

    Raises:
        ConfigError: there is no such operation, or the input misses a member or has one of the wrong type.
    """
    return carry_out(name, dict(input), lang or str(input.get("lang") or "en"))


def operation_names() -> list[str]:
    """The names of all operations, as :func:`operation` takes them."""
    return _native.operation_names()


def schema(name: str) -> dict[str, Any] | None:
    """The JSON Schemas of an operation: ``{"operation", "input", "output"}``; ``None`` for an unknown one.

    Documents and answers have one too: ``job``, ``scenario``, ``report``, ``plan``, ``error``, ``call``, ``truth``.
    """
    text = _native.schema(name)
    return None if text is None else json.loads(text)


def _threads(asked: int | None) -> int:
    if asked is not None:
        return max(1, asked)
    import os

    count = getattr(os, "sched_getaffinity", None)
    return len(count(0)) if count is not None else os.cpu_count() or 1


def _results(results: Any) -> Any:
    """Results as the engine reads them. Text that is not JSON goes on as it is: what is wrong with it is a finding."""
    if isinstance(results, (bytes, bytearray, memoryview)):
        results = bytes(results).decode("utf-8", "replace")
        if not results.lstrip().startswith(("{", "[")):
            return results
    if isinstance(results, str) and results.lstrip().startswith(("{", "[")):
        try:
            return _reply(json.loads(results))
        except (ValueError, RecursionError):
            return results
    return _reply(plain(results))


def _reply(value: Any) -> Any:
    """The body of a reply: responses of the official SDK have it beside headers and status."""
    if isinstance(value, dict) and isinstance(value.get("body"), dict):
        return value["body"]
    if isinstance(value, list):
        return [_reply(item) if isinstance(item, dict) else item for item in value]
    return value


def _page(page: Any) -> bytes:
    if isinstance(page, (bytes, bytearray, memoryview)):
        return bytes(page)
    if isinstance(page, str):
        return page.encode("utf-8", "replace")
    return text_of("decode", _reply(plain(page)))
