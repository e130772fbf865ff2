"""The host of the suite: packages without an installation, a mount and process namespace of its own, disks that freeze."""

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
# What carries the servers, the file systems and the shells; Debian 12 names them so.
NAMES = """mariadb-server-core mariadb-client-core redis-server redis-tools postgresql-15 xfsprogs shellcheck busybox
mksh""".split()
POSTGRESQL = "/usr/lib/postgresql/15/bin"
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
        command, shell=isinstance(command, str), text=True, capture_output=True, stdin=subprocess.DEVNULL, **options
    )
    if check and done.returncode:
        raise RuntimeError(f"{command} ended with {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done


def fetch() -> None:
    """Downloads the packages and unpacks them under target/; nothing is installed."""
    done = TREE / ".complete"
    wanted = " ".join(NAMES)
    if done.exists() and done.read_text() == wanted:
        return
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        raise Unfit("apt-get and dpkg-deb are not there (the packages are Debian's)")
    shutil.rmtree(TREE, ignore_errors=True)
    (PACKAGES / "partial").mkdir(parents=True, exist_ok=True)
    # With all they need that is not here yet; apt looks at the system and changes nothing of it.
    own = ["-o", f"Dir::Cache::archives={PACKAGES}", "-o", "Debug::NoLocking=1", "-o", "Dir::Cache::pkgcache="]
    ask = ["apt-get", "install", "-q", "-y", "--download-only", "--no-install-recommends", *own]
    got = sh([*ask, *NAMES], check=False)
    if got.returncode:
        lists = WORK / "lists"
        (lists / "partial").mkdir(parents=True, exist_ok=True)
        sh(["apt-get", "update", "-q", "-o", f"Dir::State::Lists={lists}", *own], check=False)
        got = sh([*ask, "-o", f"Dir::State::Lists={lists}", *NAMES], check=False)
    if got.returncode:
        raise Unfit(f"the packages cannot be had: {got.stderr.strip().splitlines()[-1:]}")
    TREE.mkdir()
    for package in sorted(PACKAGES.glob("*.deb")):
        sh(["dpkg-deb", "-x", str(package), str(TREE)])
    done.write_text(wanted)


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
    if sh(["mount", "-t", "overlay", "overlay", "-o", f"lowerdir={':'.join(merged())}:/usr", "/usr"], check=False).returncode:
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
    global RUN, STATE, STOP_MODE, POSTGRESQL
    STOP_MODE = True
    base = pathlib.Path("/dev/shm")
    RUN = base / f"consnap-databases-{os.getppid() if os.environ.get('CONSNAP_DATABASES_INSIDE') else os.getpid()}"
    STATE = RUN / "consnap"
    POSTGRESQL = next((str(p) for p in (TREE / POSTGRESQL[1:], pathlib.Path(POSTGRESQL)) if p.is_dir()), POSTGRESQL)
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


def kernel() -> str:
    return platform.release()


def die_with_parent() -> None:
    """For a child: no process of the suite outlives it, in the mode without a process namespace."""
    ctypes.CDLL(None).prctl(1, 9)
