"""The words of consnap that have a fixed set of values. Each is a ``str``, so it compares with and prints as its value."""

from __future__ import annotations

from enum import Enum


class _Word(str, Enum):
    def __str__(self) -> str:
        return str(self.value)

    def __format__(self, spec: str) -> str:
        return format(str(self.value), spec)


class Lang(_Word):
    """The language of messages."""

    EN = "en"
    ZH = "zh"


class Platform(_Word):
    """The platform of an instance, which decides plug-in, command type and parameters."""

    LINUX = "linux"
    WINDOWS = "windows"


class Consistency(_Word):
    """The consistency a snapshot really has.

    >>> from consnap import Consistency
    >>> Consistency.APPLICATION == "application"
    True
    """

    UNKNOWN = "unknown"
    """It could not be learnt."""
    NONE = "none"
    """There is no snapshot."""
    CRASH = "crash"
    """A snapshot without a consistency tag: as after a power cut."""
    FILE_SYSTEM = "file_system"
    """Tagged ``FsConsistent:True``."""
    APPLICATION = "application"
    """Tagged ``APPConsistent:True``."""


class RequiredConsistency(_Word):
    """The consistency a job asks for."""

    APPLICATION = "application"
    FILE_SYSTEM = "file_system"


class Severity(_Word):
    """How much a finding weighs."""

    ADVICE = "advice"
    """Good to know."""
    WARNING = "warning"
    """Worth a change; nothing is stopped."""
    ERROR = "error"
    """Must be changed, or taken on purpose where that is allowed."""


class Eligibility(_Word):
    """Whether an instance can be snapshotted, as far as the API shows."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Form(_Word):
    """How a command is written."""

    VENDOR = "vendor"
    """The vendor's form, byte for byte."""
    QUOTED = "quoted"
    """Linux: values quoted for the launcher, the whole quoted for the shell."""
    SEPARATOR = "separator"
    """As ``QUOTED`` with a blank between parameters, so that commas survive."""
    WHOLE_ARGUMENT = "whole_argument"
    """Windows: the whole argument in double quotes."""


class Repeat(_Word):
    """When a new run makes sense."""

    NOT_NEEDED = "not_needed"
    AFTER_FIX = "after_fix"
    AFTER_PAUSE = "after_pause"
    AFTER_LOOK = "after_look"


class RetryClass(_Word):
    """Whether a call may be repeated after an error of the service."""

    NEVER = "never"
    """Repeating changes nothing: the request itself must change."""
    THROTTLED = "throttled"
    """The service asks to slow down; the call was not carried out."""
    MAYBE_CARRIED_OUT = "maybe_carried_out"
    """A passing fault of the service; the call may have been carried out."""
    STILL_PROCESSING = "still_processing"
    """Another call with the same token is still being processed."""
    SIGN_AGAIN = "sign_again"
    """The clock or the nonce was wrong: correct it, sign again and repeat at once."""
    REFRESH_CREDENTIALS = "refresh_credentials"
    """The credentials ended: refresh them, then repeat."""
    AFTER_PAUSE = "after_pause"
    """A state that passes by itself; the call was not carried out."""


class Scope(_Word):
    """Whom a rejection of the service concerns."""

    INSTANCE = "instance"
    """One or some of the instances in the call."""
    BATCH = "batch"
    """The call as a whole: parameters, size, form."""
    ACCOUNT = "account"
    """Everything this account or these credentials do."""


class ParameterKind(_Word):
    """How the plug-in reads the value of a parameter."""

    TEXT = "text"
    BOOLEAN = "boolean"
    INTEGER = "integer"


class Layer(_Word):
    """Which layer an exit code speaks for."""

    PLUGIN = "plugin"
    LAUNCHER = "launcher"
    SHELL = "shell"
    AGENT = "agent"
    SERVICE = "service"
    UNKNOWN = "unknown"


class ResultKind(_Word):
    """How an instance came out, most urgent first."""

    URGENT = "urgent"
    """The guest may still be held: application locked or file systems frozen."""
    UNKNOWN = "unknown"
    """It could not be learnt, or is still under way."""
    FAILED = "failed"
    """There is no usable snapshot."""
    WEAKER = "weaker"
    """There is a snapshot of every expected disk, but of a weaker consistency than required."""
    NOT_RUN = "not_run"
    """Nothing was started."""
    OK = "ok"
    """The required consistency was reached on every expected disk."""


class Proof(_Word):
    """What a reached level rests on."""

    TAG = "tag"
    TAG_AND_LOG = "tag+log"
    WITNESS = "witness"


class SnapshotState(_Word):
    """The state of a snapshot."""

    PROGRESSING = "progressing"
    ACCOMPLISHED = "accomplished"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Sent(_Word):
    """Whether a request may have reached the service."""

    NO = "no"
    MAYBE = "maybe"
    YES = "yes"


class ExportTarget(_Word):
    """What to write a job for."""

    COMMAND = "command"
    """The text to paste into Cloud Assistant."""
    JOB = "job"
    """The job document of consnap itself."""
    RUN_COMMAND = "run_command"
    """The parameters of the API operation RunCommand, as JSON."""
    ALIYUN_CLI = "aliyun_cli"
    """A shell script around the ``aliyun`` command line."""
    PYTHON_CONSNAP = "python_consnap"
    """Python with consnap."""
    PYTHON_SDK = "python_sdk"
    """Python with the official SDK."""
    GO_SDK = "go_sdk"
    """Go with the official SDK, as the feature's own document does it."""
    TERRAFORM = "terraform"
    """Terraform."""
    OOS = "oos"
    """A template of the Operation Orchestration Service: a loop with rate control."""
    OOS_TIMER = "oos_timer"
    """The same, started by a timer."""
    SYSTEMD = "systemd"
    """A systemd service and its timer, running consnap."""
    CRON = "cron"
    """A crontab line, running consnap."""
    RAM_POLICIES = "ram_policies"
    """The RAM policies of operator and instance role."""


class Weight(_Word):
    """How much a moment of a run matters."""

    CALM = "calm"
    """As it should be."""
    NOTABLE = "notable"
    """Something went another way than wished."""
    URGENT = "urgent"
    """A guest may be held."""


class CodeKind(_Word):
    """What kind of code an explanation is of."""

    EXIT_CODE = "exit_code"
    INVOCATION_STATUS = "invocation_status"
    TASK_ERROR = "task_error"
    API_ERROR = "api_error"
    MESSAGE = "message"


class Verdict(_Word):
    """What an organisation policy says of a job or an instance."""

    PASS = "PASS"
    """It holds."""
    SKIP = "SKIP"
    """It is for others: ``when`` is false."""
    CANNOT_JUDGE = "CANNOT_JUDGE"
    """Something it needs is not known. That counts as not met."""
    FAIL = "FAIL"
    """It does not hold."""
