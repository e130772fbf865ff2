"""The cases, and what each of them is given."""

from __future__ import annotations

import contextlib
import dataclasses
import importlib
import pathlib
import shutil
import threading
from collections.abc import Callable

import host
import plugin
import servers

MODULES = ("mariadb", "mariadb_faults", "mysql", "postgresql", "redis", "generic", "frozen_root", "texts")


@dataclasses.dataclass(frozen=True)
class Case:
    name: str
    body: Callable
    root: bool  # freezes real disks
    slow: bool
    seconds: float  # about; long cases begin first
    stop_mode_only: bool

    def here(self) -> bool:
        """Whether this run has the server of the case: which one that is depends on the release of Debian."""
        servers = {"mariadb": "mariadbd", "frozen": "mariadbd", "generic": "mariadbd", "valkey": "valkey-server"}
        name = servers.get(self.name.split()[0].rstrip(","))
        if self.name.startswith("mysql "):
            # MariaDB brings a mysqld too.
            return bool(shutil.which("mysqld")) and not shutil.which("mariadbd")
        return not name or bool(shutil.which(name))


CASES: list[Case] = []


def case(name: str, root: bool = True, slow: bool = False, seconds: float = 5, stop_mode_only: bool = False):
    """Registers a case. Its body gets a Run; it asserts, and may return a note with what was measured."""

    def register(body):
        CASES.append(Case(name, body, root, slow, seconds, stop_mode_only))
        return body

    return register


def collect() -> list[Case]:
    for module in MODULES:
        importlib.import_module(f"cases.{module}")
    return CASES


class Context:
    """What cases share: images with a server that has been set up."""

    def __init__(self, stop_mode: bool):
        self.stop_mode = stop_mode
        self.images: dict[tuple, host.Disk] = {}
        self.locks: dict[tuple, threading.Lock] = {}
        self.lock = threading.Lock()
        self.number = 0

    def prepare(self, cases) -> None:
        host.sh("true")

    def image(self, key: tuple, make: Callable[[host.Disk], None]) -> host.Disk:
        """A disk of its own that holds what `make` once put on one."""
        with self.lock:
            lock = self.locks.setdefault(key, threading.Lock())
        with lock:
            if key not in self.images:
                if self.stop_mode:
                    disk = host.Folder(host.RUN / f"image-{'-'.join(key)}")
                    disk.folder.mkdir()
                else:
                    disk = host.Disk.make(key[-1])
                make(disk)
                disk.unmount()
                self.images[key] = disk
        return self.images[key].clone()

    def case(self, case: Case) -> Run:
        with self.lock:
            self.number += 1
        return Run(self, f"c{self.number}")


class Run:
    """One run of a case; whatever it makes is taken away at its end."""

    def __init__(self, context: Context, name: str):
        self.context = context
        self.name = name
        self.stack = contextlib.ExitStack()

    def clean(self) -> None:
        with contextlib.suppress(Exception):
            self.stack.close()

    def later(self, call: Callable, *arguments) -> None:
        self.stack.callback(call, *arguments)

    def disk(self, key: tuple, make: Callable) -> host.Disk:
        disk = self.context.image(key, make).mount()
        self.later(disk.drop)
        return disk

    def server(self, server: servers.Server) -> servers.Server:
        self.later(server.kill)
        return server

    def snapshot(self, disks, **options) -> plugin.Snapshot:
        made = plugin.snapshot(disks, **options)
        for copy in made.copies:
            self.later(copy.drop)
        return made

    def pair(self, engine: str, **settings) -> pathlib.Path:
        """The scripts of an engine, under the name of this run unless another is given."""
        settings.setdefault("NAME", self.name)
        if host.STOP_MODE and engine not in ("elasticsearch", "opensearch"):
            tools = settings.get("TOOL_PATH", f"{host.TREE}/usr/bin")
            settings |= {"STATE_BASE": settings.get("STATE_BASE", host.STATE.parent), "TOOL_PATH": tools}
            if engine == "mariadb":
                settings["RUN_AS"] = ""
        folder = pathlib.Path(host.RUN, "pairs", settings["NAME"])
        return plugin.build(engine, folder, **settings)

    def mount_of(self, disk) -> str:
        """How the scripts name the file system of a disk."""
        return str(host.RUN.parent if host.STOP_MODE else disk.folder)

    def text(self, name: str, text: str) -> pathlib.Path:
        file = pathlib.Path(host.RUN, "pairs", f"{self.name}-{name}")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(0o700)
        return file

    def nothing_left(self, name: str | None = None) -> None:
        """No process, no state folder of the run; its record alone."""
        name = name or self.name
        assert not (host.STATE / name).exists(), list((host.STATE / name).iterdir())
        end = host.now() + 3
        while left := host.processes(f"{host.RUN}/pairs/{name}/|{host.STATE}/{name}/"):
            assert host.now() < end, left
            plugin.time.sleep(0.05)
