"""A system whose `/` freezes: everything, server, programs and data, on one file system."""

from __future__ import annotations

import os
import pathlib
import re
import shutil
import subprocess
import time

import host
import plugin
from host import Disk, now, sh

from cases import Run, case

TOOLS = [
    "sh",
    "bash",
    "dash",
    "mksh",
    "busybox",
    "cat",
    "cut",
    "head",
    "tail",
    "tr",
    "sleep",
    "stat",
    "mkdir",
    "rm",
    "mv",
    "mkfifo",
    "id",
    "date",
    "printf",
    "touch",
    "sync",
    "chmod",
    "readlink",
    "sed",
    "grep",
    "find",
    "env",
    "setsid",
    "setpriv",
    "flock",
    "df",
    "wc",
    "sha256sum",
    "ls",
    "true",
    "mariadb",
    "mariadbd",
]
SHELLS = ("dash", "bash", "busybox", "mksh")


def make(disk: Disk) -> None:
    """A small system: the tools with the libraries they need, and a server with its data."""
    root = disk.folder
    for name in (
        "bin",
        "lib",
        "lib64",
        "proc",
        "dev",
        "run",
        "tmp",
        "etc",
        "data",
        "scripts",
        "usr/share",
        "usr/lib/mysql/plugin",
    ):
        (root / name).mkdir(parents=True, exist_ok=True)
    (root / "usr/bin").symlink_to("/bin")
    (root / "usr/sbin").symlink_to("/bin")
    libraries = set()
    for tool in TOOLS:
        source = shutil.which(tool, path="/usr/bin:/bin:/usr/sbin:/sbin")
        assert source, tool
        shutil.copy2(os.path.realpath(source), root / "bin" / tool)
        libraries.update(re.findall(r"(/\S+) \(0x", sh(["ldd", source], check=False).stdout))
    for library in libraries:
        target = root / ("lib64" if "ld-linux" in library else "lib") / os.path.basename(library)
        shutil.copy2(os.path.realpath(library), target)
    if not (root / "lib64").iterdir():
        (root / "lib64").rmdir()
    (root / "etc/ld.so.conf").write_text("/lib\n")
    (root / "etc/passwd").write_text("root:x:0:0:root:/root:/bin/sh\n")
    (root / "etc/group").write_text("root:x:0:\n")
    share = host.mariadb_share()
    for name in ("english", "charsets"):
        shutil.copytree(share / name, root / str(share)[1:] / name)
    (root / "data/mysql").mkdir()
    text = "USE mysql;\n" + host.system_tables()
    done = subprocess.run(
        inside(disk, [*SERVER, "--bootstrap"]), input=text, text=True, check=False, capture_output=True, env=ENVIRONMENT
    )
    assert done.returncode == 0, done.stderr[-2000:]


ENVIRONMENT = {"PATH": "/bin", "LD_LIBRARY_PATH": "/lib"}
SERVER = [
    "mariadbd",
    "--no-defaults",
    "--user=root",
    "--datadir=/data",
    "--socket=/run/s",
    "--pid-file=/run/pid",
    "--tmpdir=/run",
    "--skip-networking",
    "--innodb-buffer-pool-size=32M",
    "--innodb-log-file-size=24M",
    "--innodb-use-native-aio=0",
]


def inside(disk: Disk, command) -> list[str]:
    return ["/usr/sbin/chroot", str(disk.folder), *command]


class System:
    def __init__(self, run: Run, data: str = "/data"):
        self.disk = run.disk(("root", "ext4"), make)
        for kind, place in (("proc", "proc"), ("tmpfs", "run")):
            sh(["mount", "-t", kind, kind, str(self.disk.folder / place)])
            run.later(sh, ["umount", "-l", str(self.disk.folder / place)], False)
        sh(["mount", "--bind", "/dev", str(self.disk.folder / "dev")])
        run.later(sh, ["umount", "-l", str(self.disk.folder / "dev")], False)
        if data != "/data":
            sh(["cp", "-a", str(self.disk.folder / "data"), str(self.disk.folder / data[1:])])
        self.log = (host.RUN / f"{run.name}.log").open("w")
        self.server = subprocess.Popen(
            inside(self.disk, [*SERVER, f"--datadir={data}", "--log-bin=bin", "--server-id=1"]),
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
        )
        run.later(plugin.stop_process, self.server)
        run.later(self.disk.thaw)
        end = now() + 20
        while self.sql(
            "CREATE DATABASE IF NOT EXISTS t; CREATE TABLE IF NOT EXISTS t.t (n INT) ENGINE=MyISAM"
        ).returncode:
            assert now() < end, pathlib.Path(self.log.name).read_text()[-2000:]
            time.sleep(0.1)

    def sql(self, text: str):
        return subprocess.run(
            inside(self.disk, ["mariadb", "--no-defaults", "-S/run/s", "-uroot", "-NB", "-e", text]),
            env=ENVIRONMENT,
            check=False,
            capture_output=True,
            text=True,
        )

    def scripts(self, run: Run, **settings):
        made = run.pair("mariadb", SOCKET="/run/s", DB_USER="root", RUN_AS="", **settings)
        for name in ("pre", "post"):
            shutil.copy2(made / name, self.disk.folder / "scripts" / name)

    def script(self, name: str, shell: str, limit: float = 20) -> plugin.Ran:
        link = self.disk.folder / "bin/sh"
        if not self.frozen():
            link.unlink()
            shutil.copy2(self.disk.folder / "bin" / shell, link)
        begin = now()
        process = subprocess.Popen(
            inside(self.disk, [f"/scripts/{name}"]),
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            output, _ = process.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            self.disk.thaw()
            raise AssertionError(f"{name} under {shell} did not end within {limit} s") from None
        return plugin.Ran(process.returncode, output, now() - begin)

    is_frozen = False

    def frozen(self) -> bool:
        return self.is_frozen

    def freeze(self, on: bool) -> None:
        self.disk.freeze() if on else self.disk.thaw()
        self.is_frozen = on

    def left(self) -> list[str]:
        return [
            str(p)
            for p in (self.disk.folder / "run/consnap").glob("*")
            if p.name not in ("lock",) and not p.name.endswith(".last")
        ]


def held(shell: str):
    def body(run: Run):
        system = System(run)
        system.scripts(run, LIMIT=20)
        pre = system.script("pre", shell)
        assert pre.code == 0, pre
        system.freeze(True)
        time.sleep(1.2)
        # The post-script is run on the frozen system, which is the harder order.
        post = system.script("post", shell)
        system.freeze(False)
        assert (post.code, post["verdict"], post["frozen_at_release"]) == (0, "proven", "yes"), post
        assert int(post["freeze_seen_ms"]) > 1000 and not system.left(), (post, system.left())
        assert system.sql("INSERT INTO t.t VALUES (1)").returncode == 0
        return f"pre {pre.seconds:.2f} s, post {post.seconds:.2f} s on the frozen root"

    return body


for shell_name in SHELLS:
    case(f"frozen root, {'ash' if shell_name == 'busybox' else shell_name}", seconds=8)(held(shell_name))


@case("frozen root, limit", seconds=12)
def limit(run: Run):
    """The holder keeps its limit while nothing can be written."""
    system = System(run)
    system.scripts(run, LIMIT=5)
    pre = system.script("pre", "dash")
    assert pre.code == 0, pre
    system.freeze(True)
    time.sleep(7)
    said = (system.disk.folder / "run/consnap" / f"{run.name}.last").read_text().split()
    system.freeze(False)
    said = dict(pair.split("=", 1) for pair in said if "=" in pair)
    assert (said["role"], said["verdict"], said["held"]) == ("holder", "expired", "no"), said
    assert int(said["held_ms"]) <= 6000, said
    post = system.script("post", "dash")
    assert post.code == 21 and not system.left(), post
    return f"held {said['held_ms']} ms, LIMIT 5, frozen 7 s"


def first(run: Run, data: str):
    system = System(run, data)
    system.scripts(run)
    system.script("post", "dash")
    system.freeze(True)
    pre = system.script("pre", "dash")
    system.freeze(False)
    assert (pre.code, pre["why"]) == (17, "frozen_already"), pre
    time.sleep(0.5)
    assert not system.left() and not list(system.disk.folder.glob(".consnap-*"))
    return f"refused after {pre.seconds:.1f} s"


case("frozen root, frozen before the pre-script", seconds=8)(lambda run: first(run, "/data"))
case("frozen root, frozen before the pre-script, data elsewhere", seconds=8)(lambda run: first(run, "/run/data"))
