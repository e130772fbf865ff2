"""The built texts: their size, ShellCheck, settings that do not fit, engines that are refused."""

from __future__ import annotations

import pathlib
import re

import host
from host import sh
from plugin import record, script

from cases import Run, case, redis

ENGINES = sh(["sh", str(host.SCRIPTS / "build.sh"), "--list"]).stdout.split()


@case("texts built", root=False, seconds=8)
def built(run: Run):
    """Each text is short enough for the upload, and ShellCheck has nothing to say.

    SC2317 and SC2329 take a function that is called by its name in a variable for one that is never called.
    """
    most = 0
    for engine in ENGINES:
        folder = run.pair(engine, NAME=f"{run.name}-{engine}")
        most = max(most, *((folder / name).stat().st_size for name in ("pre", "post")))
        assert (folder / "pre").stat().st_mode & 0o777 == 0o700
        if engine not in ("mysql", "valkey", "opensearch"):  # the same text, another default
            sh(["shellcheck", "--shell=sh", "--exclude=SC2317,SC2329", str(folder / "pre")])
        sh(["dash", "-n", str(folder / "pre")])
    assert most <= 24576, most
    sh(["shellcheck", "--shell=sh", str(host.SCRIPTS / "build.sh"), str(host.SCRIPTS.parent / "tests/databases/run")])
    return f"{len(ENGINES)} engines, {most} bytes at most"


@case("texts account and settings", root=False, seconds=3)
def account(run: Run):
    for engine in ENGINES:
        settings = sh(["sh", str(host.SCRIPTS / "build.sh"), engine, "--settings"]).stdout.splitlines()
        assert all(len(line.split()) > 3 for line in settings), settings
        folder = run.pair(engine)
        if engine not in ("elasticsearch", "opensearch"):
            assert (
                run.name in (folder / "account.txt").read_text()
                and "@NAME@" not in (folder / "account.txt").read_text()
            )


@case("texts settings that do not fit", root=False, seconds=3)
def unfit(run: Run):
    for engine, setting in (
        ("mariadb", "LIMIT=4"),
        ("mariadb", "LIMIT=9999"),
        ("mariadb", "LIMIT=1 0"),
        ("mariadb", "METHOD=magic"),
        ("mariadb", "NAME=../x"),
        ("mariadb", "NAME="),
        ("mariadb", "SOCKET=relative"),
        ("mariadb", "SOCKET=/a'; id; '"),
        ("mariadb", "DB_USER=a b"),
        ("mariadb", "NAME=x\nROLE=post"),
        ("mariadb", "PORT=1"),
        ("redis", "PORT=70000"),
        ("nothing", "NAME=x"),
        ("postgresql", "RUN_AS=-x"),
        ("generic", "HOLD=touch"),
    ):
        done = sh(
            ["sh", str(host.SCRIPTS / "build.sh"), engine, "--out", str(host.RUN / "pairs" / run.name), setting],
            check=False,
        )
        assert done.returncode == 2 and done.stderr.startswith("build.sh: "), (engine, setting, done)
        assert not pathlib.Path(str(host.RUN / "pairs" / run.name / "pre")).exists(), setting


@case("texts refused engines", root=False, seconds=2)
def refused(run: Run):
    for engine in ("elasticsearch", "opensearch"):
        pair = run.pair(engine)
        pre = script(pair / "pre", environment=host.EMPTY_ENVIRONMENT)
        assert (pre.code, pre["verdict"], pre["held"], pre["engine"]) == (15, "refused", "no", engine), pre
        assert "snapshot API" in pre.output
        assert script(pair / "post", environment=host.EMPTY_ENVIRONMENT).code == 23


@case("texts environment without influence", root=False, seconds=3)
def environment(run: Run):
    """Settings come from the text alone: variables of the same name, of clients and of shells change nothing."""
    _, server = redis.made(run, "ext4", None)
    pair = run.pair("redis", SOCKET=server.socket)
    names = set(re.findall(r"\$\{?([A-Za-z_]+)|\b([A-Za-z_]+)=", (pair / "pre").read_text()))
    hostile = {name: "7" for pair in names for name in pair if name and name not in ("PATH", "LD_LIBRARY_PATH")}
    assert {"pre_hash", "SOCKET", "REDISCLI_AUTH", "S", "paused"} <= set(hostile), hostile
    hostile |= {
        "IFS": "/",
        "ENV": "/etc/passwd",
        "BASH_ENV": "/etc/passwd",
        "PATH": "/usr/bin:/bin",
        **host.EMPTY_ENVIRONMENT,
    }
    pre = script(pair / "pre", environment=hostile)
    assert (pre.code, pre["name"], pre["limit_s"]) == (0, run.name, "60"), pre
    said = record(run.name)
    assert said["script"] == {
        "library": "1",
        "pre": sh(["sha256sum", str(pair / "pre")]).stdout.split()[0],
        "post": "-",
    }
    post = script(pair / "post", environment=hostile)
    assert (post.code, post["verdict"]) == (0, "proven"), post
    assert record(run.name)["script"]["post"] == sh(["sha256sum", str(pair / "post")]).stdout.split()[0]
    run.nothing_left()
