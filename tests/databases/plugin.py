"""A stand-in for the plug-in in the guest, and a load that knows what was acknowledged when."""

from __future__ import annotations

import dataclasses
import os
import pathlib
import re
import signal
import subprocess
import threading
import time

import host
from host import AGENT_ENVIRONMENT, Disk, now, sh


@dataclasses.dataclass
class Ran:
    """A script that has ended."""

    code: int
    output: str
    seconds: float
    timed_out: bool = False

    def __getitem__(self, key: str) -> str:
        found = re.search(rf"(?:^| ){key}=(\S+)", self.output.splitlines()[0] if self.output else "")
        return found.group(1) if found else ""


def build(engine: str, folder: pathlib.Path, **settings) -> pathlib.Path:
    """The pair of an engine, as a user would build it."""
    done = sh(
        [
            "sh",
            str(host.SCRIPTS / "build.sh"),
            engine,
            "--out",
            str(folder),
            *[f"{k}={v}" for k, v in settings.items()],
        ],
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder


def script(path, limit: float = 60, environment: dict | None = None, shell: str | None = None) -> Ran:
    """Runs a script as the plug-in would: no terminal, output read to its end, SIGKILL to the process at the limit."""
    begin = now()
    command = [str(path)]
    if shell:
        # The shell stands in the place of /bin/sh, for the script and for whatever it starts.
        command = [
            "unshare",
            "--mount",
            "--propagation",
            "private",
            "/bin/bash",
            "-c",
            'mount --bind "$0" "$(readlink -f /bin/sh)" && exec "$@"',
            shell,
            str(path),
        ]
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd="/",
        env=AGENT_ENVIRONMENT if environment is None else environment,
        start_new_session=True,
    )
    try:
        output, _ = process.communicate(timeout=limit)
        return Ran(process.returncode, output, now() - begin)
    except subprocess.TimeoutExpired:
        process.kill()
        try:
            output, _ = process.communicate(timeout=5)
        except subprocess.TimeoutExpired:
            output = "<the output is still held open>"
        return Ran(process.returncode or -9, output, now() - begin, True)


def record(name: str) -> dict[str, dict[str, str]]:
    """The record of a run, read strictly."""
    lines = (host.STATE / f"{name}.last").read_text().splitlines()
    words = [line.split() for line in lines]
    parts = {word: dict(pair.split("=", 1) for pair in rest) for word, *rest in words}
    assert lines[-1] == f"end lines={len(lines)}", lines
    assert len(parts) == len(lines), lines
    return parts


@dataclasses.dataclass
class Snapshot:
    """What happened when, in seconds since boot."""

    copies: list[Disk]
    pre: Ran | None = None
    post: Ran | None = None
    before: float = 0  # acknowledged before: must be in the copy
    after: float = 0  # sent after: must not be in it
    frozen_at: float = 0
    frozen_for: float = 0
    held_from: float = 0
    held_until: float = 0

    def times(self) -> str:
        return f"pre {self.pre.seconds:.2f} s, post {self.post.seconds:.2f} s"

    def saw_freeze(self) -> bool:
        """Whether the post-script saw the freeze from inside, and how long it was. Freezing takes a while."""
        if host.STOP_MODE:
            return True
        seen = int(self.post["freeze_seen_ms"].split(",")[0]) / 1000
        return self.frozen_for - 0.1 < seen < self.frozen_for + (self.frozen_at - self.before) + 0.2


def snapshot(
    disks,
    pre=None,
    post=None,
    freeze: bool = True,
    hold: float = 0.4,
    order: str = "pre,freeze",
    between=None,
    apart=None,
    limit: float = 60,
    shell: str | None = None,
    environment: dict | None = None,
) -> Snapshot:
    """Pre-script, freeze, image copies, thaw, post-script; `order` says when the pre-script runs."""
    """`apart` is called between the copies of two disks; each disk is then frozen for its own copy alone."""
    made = Snapshot([])

    def run(path):
        return script(path, limit, environment=environment, shell=shell)

    if pre and order.startswith("pre"):
        made.pre = run(pre)
        made.held_from = now()
    if between:
        between()
    made.before = now()
    if apart:
        for number, disk in enumerate(disks):
            if number:
                apart()
            disk.freeze()
            try:
                made.copies.append(disk.clone())
            finally:
                disk.thaw()
        made.after = made.held_until = now()
        if post:
            made.post = run(post)
        return made
    timer = threading.Timer(15, lambda: [disk.thaw() for disk in disks])
    if freeze:
        timer.start()
    try:
        if freeze:
            for disk in disks:
                disk.freeze()
            made.frozen_at = now()
        if pre and order == "freeze,pre":
            made.pre = run(pre)
        time.sleep(hold)
        if not freeze:
            made.before = now()
        for disk in disks:
            made.copies.append(disk.clone())
        made.after = now()
        if post and order == "pre,freeze,post":
            made.held_until = now()
            made.post = run(post)
    finally:
        timer.cancel()
        if freeze:
            for disk in reversed(disks):
                disk.thaw()
            made.frozen_for = now() - made.frozen_at
    if post and order != "pre,freeze,post":
        made.held_until = now()
        made.post = run(post)
    return made


class Load:
    """Writers that count. Each remembers when a number was sent, and when the server said that it is safe."""

    def __init__(self, connect, writers: int = 3, pause: float = 0.002):
        self.connect = connect
        self.pause = pause
        self.log: list[list[list[float | None]]] = [[] for _ in range(writers)]
        self.stopped = threading.Event()
        self.errors: list[str] = []

    def work(self, writer: int) -> None:
        put = None
        number = 0
        while not self.stopped.is_set():
            try:
                put = put or self.connect(writer)
                number += 1
                entry: list[float | None] = [now(), None]
                self.log[writer].append(entry)
                put(number)
                entry[1] = now()
                time.sleep(self.pause)
            except Exception as error:  # noqa: BLE001 - the load goes on, and tells what it met
                if self.stopped.is_set():
                    return
                self.errors.append(f"{writer}/{number}: {error!r}"[:200])
                number -= 1
                self.log[writer].pop()
                put = None
                time.sleep(0.05)

    def __enter__(self) -> Load:
        self.threads = [threading.Thread(target=self.work, args=(w,), daemon=True) for w in range(len(self.log))]
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_) -> None:
        self.stopped.set()
        for thread in self.threads:
            thread.join(20)

    def until(self, count: int, limit: float = 60) -> None:
        """Waits until each writer has that many more numbers acknowledged."""
        end = now() + limit
        begin = self.acknowledged(now())
        while min(a - b for a, b in zip(self.acknowledged(now()), begin)) < count:
            assert now() < end, f"the load does not run: {[len(w) for w in self.log]} {self.errors[:3]}"
            time.sleep(0.05)

    def acknowledged(self, before: float) -> list[int]:
        return [sum(1 for e in w if e[1] and e[1] <= before) for w in self.log]

    def sent(self, before: float) -> list[int]:
        return [sum(1 for e in w if e[0] <= before) for w in self.log]

    def between(self, begin: float, end: float) -> int:
        return sum(1 for w in self.log for e in w if e[1] and begin < e[1] < end)

    def longest_wait(self) -> float:
        return max((e[1] - e[0] for w in self.log for e in w if e[1]), default=0)


@dataclasses.dataclass
class Found:
    """A copy held against what the load knows."""

    acknowledged: int
    lost: int  # acknowledged before the snapshot, not in the copy
    later: int  # in the copy, sent after the snapshot
    gaps: int  # numbers missing below the last one
    doubles: int
    while_held: int  # acknowledged between pre-script and post-script
    exact: bool  # the copy ends at the last number that was acknowledged when the lock was had

    @classmethod
    def judge(cls, load: Load, made: Snapshot, rows: list[list[int]]) -> Found:
        must, may = load.acknowledged(made.before), load.sent(made.after)
        at_hold = load.acknowledged(made.held_from)
        lost = later = gaps = doubles = 0
        exact = bool(made.held_from)
        for writer, numbers in enumerate(rows):
            unique = set(numbers)
            top = max(unique, default=0)
            lost += len(set(range(1, must[writer] + 1)) - unique)
            later += max(0, top - may[writer])
            gaps += top - len(unique)
            doubles += len(numbers) - len(unique)
            exact = exact and top == at_hold[writer]
        exact = exact and not (lost or later or gaps or doubles)
        return cls(sum(must), lost, later, gaps, doubles, load.between(made.held_from, made.held_until), exact)


def stop_process(process: subprocess.Popen, how: int = signal.SIGTERM, limit: float = 20) -> None:
    if process.poll() is None:
        os.kill(process.pid, how)
        try:
            process.wait(limit)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)
