# Written by `cargo xtask generate`. Do not edit.
"""The words of consnap that have a fixed set of values. Each is a ``str``, so it compares with and prints as its value."""

from __future__ import annotations

from enum import Enum


class _Word(str, Enum):
    def __str__(self) -> str:
        return str(self.value)

    def __format__(self, spec: str) -> str:
        return format(str(self.value), spec)


class Lang(_Word):
    """The language of messages. Keys, codes and enumerations in JSON are never translated."""

    EN = "en"
    """English."""

    ZH = "zh"
    """Simplified Chinese, with the vendor's own terms."""


class Platform(_Word):
    """The platform of an instance, which decides plug-in, command type and parameters."""

    LINUX = "linux"
    """``RunShellScript``, ``app-snapshot-plugin``."""

    WINDOWS = "windows"
    """``RunBatScript``, ``app-snapshot-plugin-win``."""


class Consistency(_Word):
    """The consistency a snapshot really has, weakest first; ``Unknown`` is never clean."""

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
    """Snapshots tagged ``APPConsistent:True``."""

    FILE_SYSTEM = "file_system"
    """Snapshots tagged ``FsConsistent:True`` or better."""


class Severity(_Word):
    """How much a finding weighs."""

    ADVICE = "advice"
    """Good to know."""

    WARNING = "warning"
    """Worth a change; nothing is stopped."""

    ERROR = "error"
    """Must be changed, or taken on purpose where that is allowed; it stops what it speaks of."""


class Eligibility(_Word):
    """Whether an instance can be snapshotted, as far as it is known."""

    YES = "yes"
    """Nothing stands against it."""

    NO = "no"
    """Something blocks it: the findings say what."""

    UNKNOWN = "unknown"
    """A fact that the API could show is missing. What only the guest knows does not count here."""


class Form(_Word):
    """How a command is written (docs/sources/launcher.md 4.1 and 5)."""

    VENDOR = "vendor"
    """The vendor's, byte for byte: every value in the safe alphabet."""

    QUOTED = "quoted"
    """Linux: values quoted for the lexer, the whole quoted for the shell."""

    SEPARATOR = "separator"
    """As ``Quoted``, with a blank as the separator, so that commas survive. Only when asked for."""

    WHOLE_ARGUMENT = "whole_argument"
    """Windows: the whole argument in double quotes."""


class Repeat(_Word):
    """When a new run on this instance makes sense."""

    NOT_NEEDED = "not_needed"
    """There is nothing to repeat: it went well or still goes on."""

    AFTER_FIX = "after_fix"
    """Nothing was made; the cause must be fixed first."""

    AFTER_PAUSE = "after_pause"
    """Nothing was made; the cause passes by itself."""

    AFTER_LOOK = "after_look"
    """A group may exist, or the guest may be held: look first, never repeat blindly."""


class RetryClass(_Word):
    """Whether and how a call may be repeated after this code."""

    NEVER = "never"
    """Repeating changes nothing: the request itself must change."""

    THROTTLED = "throttled"
    """The service asks to slow down; the call was not carried out."""

    MAYBE_CARRIED_OUT = "maybe_carried_out"
    """A passing fault of the service; the call may have been carried out."""

    STILL_PROCESSING = "still_processing"
    """Another call with the same token is still being processed; look or wait, then repeat the same bytes."""

    SIGN_AGAIN = "sign_again"
    """The clock or the nonce was wrong: correct it, sign again and repeat at once."""

    REFRESH_CREDENTIALS = "refresh_credentials"
    """The credentials ended: refresh them, then repeat."""

    AFTER_PAUSE = "after_pause"
    """A state that passes by itself, such as a snapshot under way; the call was not carried out."""


class Scope(_Word):
    """Whom a rejection concerns."""

    INSTANCE = "instance"
    """One or some of the instances in the call: the batch can be bisected."""

    BATCH = "batch"
    """The call as a whole: parameters, size, form."""

    ACCOUNT = "account"
    """Everything this account or these credentials do."""


class ParameterKind(_Word):
    """How the plug-in reads a value (Go's ``flag`` package; docs/sources/launcher.md 6)."""

    TEXT = "text"
    """Any text."""

    BOOLEAN = "boolean"
    """``true`` or ``false``."""

    INTEGER = "integer"
    """A whole number in plain decimal digits: a leading zero would make it octal."""


class Layer(_Word):
    """Which layer an exit code speaks for."""

    PLUGIN = "plugin"
    """``app-snapshot-plugin``: 0 to 16 and 255."""

    LAUNCHER = "launcher"
    """``acs-plugin-manager``: 232 to 247."""

    SHELL = "shell"
    """The shell: 126, 127, 128 + signal; on Windows 9009 and exception codes."""

    AGENT = "agent"
    """The Cloud Assistant agent: time-out, reboot codes 193, 194, 3009, 3010."""

    SERVICE = "service"
    """The service: the command never reached the guest."""

    UNKNOWN = "unknown"
    """It cannot be told."""


class ResultKind(_Word):
    """How an instance came out. The order is the order of urgency."""

    URGENT = "urgent"
    """The guest may still be held: application locked or file systems frozen."""

    UNKNOWN = "unknown"
    """It could not be learnt, or is still under way."""

    FAILED = "failed"
    """There is no usable snapshot."""

    WEAKER = "weaker"
    """There is a snapshot of every expected disk, but of a weaker consistency than required."""

    NOT_RUN = "not_run"
    """Nothing was started: set aside, refused or stopped before its turn."""

    OK = "ok"
    """The required consistency was reached on every expected disk."""


class Proof(_Word):
    """What the reached level rests on."""

    TAG = "tag"
    """The tags of the member snapshots."""

    TAG_AND_LOG = "tag+log"
    """The tags, and the plug-in's own log names the same group."""

    WITNESS = "witness"
    """The tags, and the record of the quiesce scripts, which consnap read itself."""


class SnapshotState(_Word):
    """The state of a snapshot or a group."""

    PROGRESSING = "progressing"
    """Under way."""

    ACCOMPLISHED = "accomplished"
    """Complete."""

    FAILED = "failed"
    """Failed."""

    UNKNOWN = "unknown"
    """The service said something this version does not know."""


class Sent(_Word):
    """Whether a request may have reached the service. It decides whether a call may be repeated."""

    NO = "no"
    """Certainly not."""

    MAYBE = "maybe"
    """Perhaps: the connection broke, or the service said 5xx."""

    YES = "yes"
    """It answered."""


class ExportTarget(_Word):
    """What to write the job for."""

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
    """Terraform that sets up the OOS template and its role, and starts nothing."""

    OOS = "oos"
    """A template of the Operation Orchestration Service: a loop with rate control."""

    OOS_TIMER = "oos_timer"
    """The same, started by a timer."""

    SYSTEMD = "systemd"
    """A systemd service and its timer, running consnap."""

    CRON = "cron"
    """A crontab line, running consnap."""

    TASK_SCHEDULER = "task_scheduler"
    """A task of the Windows Task Scheduler, running consnap."""

    GITHUB_ACTIONS = "github_actions"
    """A workflow of GitHub Actions that checks the job and holds it to policies."""

    RAM_POLICIES = "ram_policies"
    """The RAM policies of operator and instance role."""


class Weight(_Word):
    """How much a moment matters."""

    CALM = "calm"
    """As it should be."""

    NOTABLE = "notable"
    """Something went another way than wished."""

    URGENT = "urgent"
    """A guest may be held."""


class CodeKind(_Word):
    """What kind of code it is."""

    EXIT_CODE = "exit_code"
    """``ExitCode`` of a result."""

    INVOCATION_STATUS = "invocation_status"
    """``InvocationStatus`` of a result."""

    TASK_ERROR = "task_error"
    """``ErrorCode`` of a result."""

    API_ERROR = "api_error"
    """``Code`` of an error reply of the API."""

    VSS_ERROR = "vss_error"
    """An error of the Volume Shadow Copy Service, such as ``VSS_E_WRITERERROR_TIMEOUT`` or ``0x800423f2``."""

    MESSAGE = "message"
    """A finding or error of consnap, such as ``CS506``."""

    ASSUMPTION = "assumption"
    """What consnap relies on without having seen it on the live service, such as ``A09``."""


class TextKind(_Word):
    """What a text was taken for."""

    CODE = "code"
    """A code, alone or in a text."""

    PARAMETER = "parameter"
    """A parameter of the plug-in or of a job."""

    TAG = "tag"
    """A consistency tag."""

    COMMAND = "command"
    """A command."""

    CALL = "call"
    """A command with the parameters of ``RunCommand`` around it."""

    OUTPUT = "output"
    """The output of a command."""

    RESULTS = "results"
    """Results of commands."""

    REPLY = "reply"
    """A reply of another operation."""

    REFUSAL = "refusal"
    """A reply that refuses a call."""

    PROBE = "probe"
    """An answer of the guest probe."""

    FACTS = "facts"
    """Facts of instances."""

    JOB = "job"
    """A job."""

    POLICIES = "policies"
    """Policies of an organisation."""

    RAM_POLICY = "ram_policy"
    """A policy of RAM."""

    SCENARIO = "scenario"
    """A scenario of the simulator."""

    SCRIPT = "script"
    """A quiesce script."""

    CREDENTIALS = "credentials"
    """Credentials."""

    NOTHING = "nothing"
    """None of what consnap knows."""


class Verdict(_Word):
    """What a policy says of a job or an instance."""

    PASS = "PASS"
    """It holds."""

    SKIP = "SKIP"
    """It is for others: ``when`` is false."""

    CANNOT_JUDGE = "CANNOT_JUDGE"
    """Something it needs is not known. That counts as not met."""

    FAIL = "FAIL"
    """It does not hold."""


class WitnessVerdict(_Word):
    """What a record and the rest of the evidence come to."""

    VALID = "valid"
    """The tag says application, and the record bears it out."""

    CONTRADICTED = "contradicted"
    """The tag says application, and the record says otherwise."""

    OUTSIDE = "outside"
    """The service was held, but part of its data is not in the group."""

    REFUSED = "refused"
    """The pre-script refused: there is no application-consistent snapshot, and nothing is held."""

    LOST = "lost"
    """The hold did not last; it is released."""

    EXPIRED = "expired"
    """The hold ended at its limit; it is released."""

    UNRELEASED = "unreleased"
    """The release is not certain."""

    NONE = "none"
    """The record adds nothing."""


class RecordState(_Word):
    """What a record shows."""

    VALID = "valid"
    """The service was held from the lock to the release, after the thaw."""

    LOST = "lost"
    """The hold was lost, something was written meanwhile, or what a restore needs is missing; nothing is held."""

    OUTSIDE = "outside"
    """The service was held, but part of its data lies on disks outside of the group; nothing is held."""

    EXPIRED = "expired"
    """The limit was over before the post-script; nothing is held."""

    REFUSED = "refused"
    """The pre-script refused; nothing was held."""

    UNRELEASED = "unreleased"
    """The release is not certain."""

    NONE = "none"
    """There is no record that counts."""


class RecordDefect(_Word):
    """Why a record does not count."""

    ABSENT = "absent"
    """There is none."""

    FORM = "form"
    """A line is not of the form of a record."""

    FORMAT = "format"
    """Its format is another than this version reads."""

    CUT = "cut"
    """Its last line is missing."""

    COUNT = "count"
    """It has another number of lines than its last line says."""

    REPEATED = "repeated"
    """A line or a key is there twice."""

    MISSING = "missing"
    """A line or a key is missing."""

    UNKNOWN = "unknown"
    """A role, verdict or result is not known."""

    CONTRADICTORY = "contradictory"
    """What it says contradicts itself."""

    OTHER_SERVICE = "other_service"
    """It is of another service."""

    OTHER_BOOT = "other_boot"
    """It was written before the instance was started anew."""

    OTHER_SCRIPTS = "other_scripts"
    """Other scripts than those of the job wrote it."""

    OTHER_TIME = "other_time"
    """It is not from the time of the command."""

    CLOCK = "clock"
    """The time of the command cannot be told by the guest's clock."""

    UNFINISHED = "unfinished"
    """The post-script has left none."""

    STILL_FROZEN = "still_frozen"
    """It was released while a file system still stood."""

    UNLOCATED = "unlocated"
    """On which disks the data of the service lie cannot be told."""

    FOREIGN = "foreign"
    """Somebody else than root may have made it."""

    UNREAD = "unread"
    """The answer of the command that reads it is not whole."""
