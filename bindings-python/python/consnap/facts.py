# Written by `cargo xtask generate`. Do not edit.
"""What is known of an instance. ``None`` means unknown, which is never clean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ._record import Record

__all__ = [
    "CloudAssistant",
    "Disk",
    "Folder",
    "Guest",
    "InstanceFacts",
    "Mount",
    "Script",
]


@dataclass(frozen=True, kw_only=True, repr=False)
class CloudAssistant(Record):
    """Cloud Assistant as the API sees it."""

    active_tasks: int | None = None
    """Tasks under way."""

    last_heartbeat: str | None = None
    """The last heartbeat."""

    online: bool | None = None
    """Whether a heartbeat came within two minutes."""

    version: str | None = None
    """``2.2.3.1090``; empty when it is not installed or not running."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Disk(Record):
    """An attached disk."""

    disk_id: str
    """``d-...``."""

    category: str | None = None
    """``cloud_essd``, ``cloud_auto``, ..."""

    device: str | None = None
    """``/dev/xvda`` as the API names it; the guest may name it otherwise."""

    encrypted: bool | None = None
    """Whether it is encrypted."""

    kind: str | None = None
    """``system`` or ``data``."""

    multi_attach: str | None = None
    """``Disabled``, ``Enabled``, ``LegacyShared``."""

    performance_level: str | None = None
    """``PL0`` to ``PL3``."""

    size_gib: int | None = None
    """GiB."""

    snapshots_in_progress: int | None = None
    """Snapshot tasks under way on this disk."""

    status: str | None = None
    """``In_use``, ..."""

    zone_id: str | None = None
    """``cn-hangzhou-k``."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Mount(Record):
    """A mounted file system or a Windows volume."""

    target: str
    """``/data``, ``D:``."""

    file_system: str
    """``ext4``, ``xfs``, ``NTFS``, ``nfs4``, ..."""

    disk_id: str | None = None
    """The disk it lies on, where that is known."""

    disk_ids: Sequence[str] | None = None
    """All disks it lies on, where it lies on several (LVM, RAID)."""

    holds_data: bool | None = None
    """Whether it holds application data. Unknown counts as data."""

    options: str | None = None
    """Mount options, ``rw,noexec``."""

    other_devices: Sequence[str] | None = None
    """Devices it lies on that are none of the instance's cloud disks, as the guest names them."""

    source: str | None = None
    """What is mounted, ``/dev/vdb1``."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Folder(Record):
    """A folder above a script."""

    path: str
    """Its path."""

    group: str | None = None
    """``root``, or the numeric group id."""

    kind: str | None = None
    """``directory``, ``symbolic link``, ..."""

    mode: str | None = None
    """Octal, ``1777``."""

    owner: str | None = None
    """``root``, or the numeric user id."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Script(Record):
    """A script as it lies in the guest."""

    path: str
    """The path looked at."""

    exists: bool
    """Whether it is there."""

    folders: Sequence[Folder] | None = None
    """The folders above it, up to the root."""

    kind: str | None = None
    """``regular file``, ``symbolic link``, ..."""

    mode: str | None = None
    """Octal, ``0700``."""

    noexec: bool | None = None
    """Whether its file system forbids execution."""

    owner: str | None = None
    """``root``, or the numeric user id."""

    sha256: str | None = None
    """SHA-256 of the content in hexadecimal."""

    size: int | None = None
    """Bytes."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Guest(Record):
    """What only the guest knows."""

    agent_version: str | None = None
    """The newest version of Cloud Assistant installed."""

    data_mounts: Sequence[str] | None = None
    """Linux: mount points on which the service of ``linux.quiesce`` keeps data, as its processes show."""

    data_services: Sequence[str] | None = None
    """Windows: services that run and belong to products that keep data; they tell which writers are needed."""

    freezer_running: bool | None = None
    """Whether a process that freezes file systems for a snapshot (``fsfreezer``) is alive."""

    launcher_present: bool | None = None
    """Whether ``acs-plugin-manager`` is found."""

    metadata_reachable: bool | None = None
    """Whether the metadata service answers inside the guest."""

    metadata_role: str | None = None
    """The RAM role the guest sees; the empty string means that it sees none."""

    mounts: Sequence[Mount] | None = None
    """Mounted file systems."""

    plugin_running: bool | None = None
    """Whether a snapshot plug-in is alive."""

    plugin_version: str | None = None
    """The newest version of the snapshot plug-in installed; empty where none has been fetched yet."""

    post_script: Script | None = None
    """The post-thaw script."""

    pre_script: Script | None = None
    """The pre-freeze script."""

    probed_at: str | None = None
    """When the guest was looked into."""

    vss_writer_errors: Mapping[str, str] | None = None
    """Windows: VSS writers of which it is not known that they had no error, each with the words for their last one."""

    vss_writers: Sequence[str] | None = None
    """Windows: VSS writers that are stable; an empty list means there is none."""

    vss_writers_not_stable: Mapping[str, str] | None = None
    """Windows: VSS writers that are not stable, each with the number of its state; empty when all are stable."""


@dataclass(frozen=True, kw_only=True, repr=False)
class InstanceFacts(Record):
    """The facts of one instance, from our own JSON, from API replies or from the guest probe."""

    instance_id: str
    """``i-...``."""

    cloud_assistant: CloudAssistant | None = None
    """Cloud Assistant as the API sees it."""

    collected_at: str | None = None
    """When these facts were collected."""

    disks: Sequence[Disk] | None = None
    """All attached disks."""

    guest: Guest | None = None
    """What only the guest knows."""

    instance_name: str | None = None
    """The instance's name."""

    locks: Sequence[str] | None = None
    """Security or financial locks on the instance, by reason."""

    metadata_endpoint: str | None = None
    """``enabled`` (also the empty string) or ``disabled``."""

    metadata_tokens: str | None = None
    """``optional`` or ``required``."""

    network_type: str | None = None
    """``vpc`` or ``classic``."""

    os_name: str | None = None
    """The name of the operating system, in Chinese on many accounts."""

    os_name_en: str | None = None
    """The name of the operating system in English."""

    os_type: str | None = None
    """``linux`` or ``windows``, as DescribeInstances says."""

    ram_role: str | None = None
    """The attached RAM role; the empty string means none is attached."""

    region_id: str | None = None
    """``cn-hangzhou``."""

    status: str | None = None
    """``Running``, ``Stopped``, ..."""

    tags: Mapping[str, str] | None = None
    """Tags of the instance."""

    zone_id: str | None = None
    """``cn-hangzhou-k``."""
