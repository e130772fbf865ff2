"""The host of the suite: packages without an installation, namespaces of its own, disks that freeze."""

from __future__ import annotations

import contextlib
import ctypes
import os
import pathlib
import platform
import re
import shutil
import signal
import subprocess
import threading
import time

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
WORK = REPOSITORY / "target" / "databases"
PACKAGES = WORK / "packages"
TREE = WORK / "tree"
DISKS = WORK / "disks"
# Sockets, logs and scripts of the suite lie on a tmpfs: its own eyes may not freeze.
RUN = pathlib.Path("/run/databases")
STATE = pathlib.Path("/run/consnap")
STOP_MODE = False
SCRIPTS = REPOSITORY / "scripts"
# What carries the servers, the file systems and the shells.
TOOLS = ["xfsprogs", "shellcheck", "busybox", "mksh"]
# By release of Debian; the first stands for the release that the host is.
NAMES = {
    "": ["mariadb-server-core", "mariadb-client-core", "redis-server", "redis-tools", "postgresql-15", *TOOLS],
    "trixie": [
        "mariadb-server-core",
        "mariadb-client-core",
        "redis-server",
        "redis-tools",
        "valkey-server",
        "valkey-tools",
        "postgresql-17",
        *TOOLS,
    ],
    "sid": [
        "mysql-server-core",
        "mysql-client-core",
        "redis-server",
        "redis-tools",
        "valkey-server",
        "valkey-tools",
        "postgresql-18",
        *TOOLS,
    ],
}
POSTGRESQL = ""  # the folder of its programs
USERS = {"mysql": 9301, "postgres": 9302, "redis": 9303, "consnap": 9304}
# What Cloud Assistant gives a script.
EMPTY_ENVIRONMENT: dict[str, str] = {}
AGENT_ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root"}


class Unfit(Exception):
    """What the suite needs and this host does not have."""


def now() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def sh(command, check: bool = True, **options) -> subprocess.CompletedProcess:
    options.setdefault("timeout", 120)
    done = subprocess.run(
        command,
        check=False,
        shell=isinstance(command, str),
        text=True,
        capture_output=True,
        stdin=subprocess.DEVNULL,
        **options,
    )
    if check and done.returncode:
        raise RuntimeError(f"{command} ended with {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done


def fetch(release: str = "") -> None:
    """Downloads the packages and unpacks them under target/; nothing is installed."""
    global PACKAGES, TREE
    if release:
        PACKAGES, TREE = WORK / release / "packages", WORK / release / "tree"
    done = TREE / ".complete"
    wanted = " ".join(NAMES[release])
    if done.exists() and done.read_text() == wanted:
        return
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        raise Unfit("apt-get and dpkg-deb are not there (the packages are Debian's)")
    shutil.rmtree(TREE, ignore_errors=True)
    (PACKAGES / "partial").mkdir(parents=True, exist_ok=True)
    lists = PACKAGES.parent / "lists"
    (lists / "partial").mkdir(parents=True, exist_ok=True)
    # With all they need that is not here yet; apt looks at the system and changes nothing of it.
    own = [
        "-q",
        "-o",
        f"Dir::Cache::archives={PACKAGES}",
        "-o",
        "Debug::NoLocking=1",
        "-o",
        "Dir::Cache::pkgcache=",
        "-o",
        "Dir::Cache::srcpkgcache=",
        "-o",
        "APT::Sandbox::User=",
    ]
    if release:
        # Of another release everything is taken, down to the C library.
        source = PACKAGES.parent / "sources.list"
        source.write_text(
            "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] "
            f"http://deb.debian.org/debian {release} main\n"
        )
        own += [
            "-o",
            f"Dir::Etc::SourceList={source}",
            "-o",
            "Dir::Etc::SourceParts=/dev/null",
            "-o",
            "Dir::State::status=/dev/null",
        ]
    ask = ["install", "-y", "--download-only", "--no-install-recommends", *NAMES[release]]
    got = None if release else sh(["apt-get", *own, *ask], check=False, timeout=600)
    if got is None or got.returncode:
        own += ["-o", f"Dir::State::Lists={lists}"]
        sh(["apt-get", *own, "update"], check=False, timeout=600)
        got = sh(["apt-get", *own, *ask], check=False, timeout=600)
    if got.returncode:
        raise Unfit(f"the packages cannot be had: {' '.join(got.stderr.strip().splitlines()[-1:])}")
    TREE.mkdir(parents=True)
    for package in sorted(PACKAGES.glob("*.deb")):
        sh(["dpkg-deb", "-x", str(package), str(TREE)])
    done.write_text(wanted)


def find_postgresql() -> None:
    global POSTGRESQL
    folders = [
        *TREE.glob("usr/lib/postgresql/*/bin/postgres"),
        *pathlib.Path("/usr/lib/postgresql").glob("*/bin/postgres"),
    ]
    if not folders:
        raise Unfit("PostgreSQL is not there")
    found = folders[0].parent
    POSTGRESQL = (
        str(found) if STOP_MODE else "/" + str(found.relative_to(TREE) if TREE in found.parents else found).lstrip("/")
    )


def mariadb_share() -> pathlib.Path:
    """Messages and system tables; the name of the folder changed with version 11."""
    base = TREE if STOP_MODE else pathlib.Path("/")
    return next(
        base / name
        for name in ("usr/share/mariadb", "usr/share/mysql")
        if list((base / name).glob("*system_tables.sql"))
    )


def system_tables() -> str:
    """The statements that make the system tables."""
    share = mariadb_share()
    parts = [
        next(share.glob(f"*_{part}.sql")) for part in ("system_tables", "performance_tables", "system_tables_data")
    ]
    return "".join(part.read_text() for part in parts)


def merged() -> list[str]:
    """The folders of the tree that lie over the system's: packages of Debian 12 still carry /bin and /lib."""
    for name in ("bin", "sbin", "lib", "lib64"):
        source = TREE / name
        if source.is_dir() and not source.is_symlink():
            sh(["cp", "-a", f"{source}/.", str(TREE / "usr" / name)])
            shutil.rmtree(source)
    return [str(TREE / "usr")]


def enter() -> None:
    """Makes this mount namespace the suite's: packages over /usr, a tmpfs on /run, users, and a place for disks."""
    sh("mount --make-rprivate /")
    sh("mount -t proc proc /proc")
    if sh(
        ["mount", "-t", "overlay", "overlay", "-o", f"lowerdir={':'.join(merged())}:/usr", "/usr"], check=False
    ).returncode:
        raise Unfit("overlayfs is not there")
    sh("mount -t tmpfs -o mode=755 tmpfs /run")
    for name, line in (("passwd", "{0}:x:{1}:{1}::/nonexistent:/bin/sh\n"), ("group", "{0}:x:{1}:\n")):
        text = pathlib.Path("/etc", name).read_text()
        kept = [row for row in text.splitlines(True) if row.split(":")[0] not in USERS]
        file = pathlib.Path("/run", name)
        file.write_text("".join(kept) + "".join(line.format(user, uid) for user, uid in USERS.items()))
        sh(["mount", "--bind", str(file), f"/etc/{name}"])
    RUN.mkdir()
    DISKS.mkdir(parents=True, exist_ok=True)
    sh(["mount", "-t", "tmpfs", "-o", "size=5g,mode=755", "tmpfs", str(DISKS)])
    # An XFS with reflink around all disks: to copy an image is then atomic, as the snapshot of a cloud disk is.
    sh(["truncate", "-s", "16G", str(DISKS / "outer.img")])
    sh(["mkfs.xfs", "-q", "-m", "reflink=1", str(DISKS / "outer.img")])
    (DISKS / "images").mkdir()
    sh(["mount", "-o", "loop", str(DISKS / "outer.img"), str(DISKS / "images")])
    (DISKS / "m").mkdir(mode=0o755)


def without_root() -> None:
    """The mode in which nothing is mounted: programs come from the tree, folders stand for disks."""
    global RUN, STATE, STOP_MODE
    STOP_MODE = True
    base = pathlib.Path("/dev/shm")
    RUN = base / f"consnap-databases-{os.getppid() if os.environ.get('CONSNAP_DATABASES_INSIDE') else os.getpid()}"
    STATE = RUN / "consnap"
    tree = merged()[0]
    if tree not in os.environ["PATH"]:
        os.environ["PATH"] = f"{tree}/sbin:{tree}/bin:{os.environ['PATH']}:/usr/sbin:/sbin"
        os.environ["LD_LIBRARY_PATH"] = f"{tree}/lib/{platform.machine()}-linux-gnu"
    for environment in (AGENT_ENVIRONMENT, EMPTY_ENVIRONMENT):
        environment["LD_LIBRARY_PATH"] = os.environ["LD_LIBRARY_PATH"]


def leave() -> None:
    """Thaws and unmounts whatever stands under the suite's folder. Called by the guard, after the suite has ended."""
    for mount in reversed(mounts_below(DISKS)):
        thaw(mount)
    for mount in reversed(mounts_below(DISKS)):
        sh(["umount", "-l", mount], check=False)


def uncover(place: str) -> None:
    """umount --lazy, without a look into /proc."""
    ctypes.CDLL(None).umount2(place.encode(), 2)


def mounts_below(folder: pathlib.Path) -> list[str]:
    rows = [line.split() for line in pathlib.Path("/proc/self/mounts").read_text().splitlines()]
    return [row[1] for row in rows if row[1].startswith(f"{folder}/") or row[1] == str(folder)]


def attached() -> list[str]:
    """Loop devices that still carry a file of the suite."""
    found = []
    for file in pathlib.Path("/sys/block").glob("loop*/loop/backing_file"):
        with contextlib.suppress(OSError):
            if str(DISKS) in file.read_text():
                found.append(file.parts[3])
    return found


def thaw(mount) -> None:
    sh(["fsfreeze", "-u", str(mount)], check=False)


class Disk:
    """A file system on a loop device."""

    count = 0
    lock = threading.Lock()

    def __init__(self, kind: str, image: pathlib.Path | None = None):
        with Disk.lock:
            Disk.count += 1
            number = Disk.count
        self.kind = kind
        self.image = image or DISKS / "images" / f"{number}.img"
        self.folder = DISKS / "m" / str(number)

    @classmethod
    def make(cls, kind: str, megabytes: int = 512) -> Disk:
        disk = cls(kind)
        sh(["truncate", "-s", f"{megabytes}M", str(disk.image)])
        sh(["mkfs.ext4", "-q", "-F", str(disk.image)] if kind == "ext4" else ["mkfs.xfs", "-q", "-f", str(disk.image)])
        return disk.mount()

    def mount(self) -> Disk:
        self.folder.mkdir(exist_ok=True)
        options = "loop,nouuid" if self.kind == "xfs" else "loop"
        sh(["mount", "-o", options, str(self.image), str(self.folder)])
        return self

    def clone(self) -> Disk:
        """The image as it is now."""
        copy = Disk(self.kind)
        sh(["cp", "--reflink=always", str(self.image), str(copy.image)])
        return copy

    def freeze(self) -> None:
        sh(["fsfreeze", "-f", str(self.folder)])

    def thaw(self) -> None:
        thaw(self.folder)

    def unmount(self) -> None:
        for _ in range(40):
            if not os.path.ismount(self.folder) or sh(["umount", str(self.folder)], check=False).returncode == 0:
                return
            time.sleep(0.05)
        sh(["umount", "-l", str(self.folder)], check=False)

    def drop(self) -> None:
        self.unmount()
        self.image.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            self.folder.rmdir()


class Folder:
    """A folder that stands for a disk: what freezes is the server, by SIGSTOP."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        self.server = None

    def mount(self) -> Folder:
        return self

    def freeze(self) -> None:
        os.kill(self.server.process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self.server.process.pid, signal.SIGCONT)

    def clone(self) -> Folder:
        with Disk.lock:
            Disk.count += 1
            copy = Folder(RUN / f"disk{Disk.count}")
        sh(["cp", "-a", str(self.folder), str(copy.folder)])
        return copy

    def unmount(self) -> None:
        pass

    def drop(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


def processes(pattern: str) -> list[tuple[int, str]]:
    """Living processes whose command line matches."""
    found = []
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
            if re.search(pattern, line) and (folder / "stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX":
                found.append((int(folder.name), line))
    return found


def bound(command) -> list[str]:
    """In the mode without a process namespace: a process that does not outlive the suite."""
    return ["setpriv", "--pdeathsig", "KILL", "--", *command] if STOP_MODE else list(command)
