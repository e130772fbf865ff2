"""Redis: what each level gives, with an append-only file and with snapshots of its own alone."""

from __future__ import annotations

import os
import signal
import subprocess
import time

import host
from host import now
from plugin import Found, Load, record, script
from servers import Redis, Valkey

from cases import Run, case


def made(run: Run, kind: str, appendfsync: str | None, server=Redis):
    disk = run.disk(("empty", kind), lambda _: None)
    # A save takes a while, as one of real data does.
    return disk, run.server(server(disk, appendfsync)).start("--rdb-key-save-delay", "200000")


def level(
    run: Run,
    kind: str,
    appendfsync: str | None,
    freeze: bool = True,
    pre=None,
    post=None,
    hold: float = 0.4,
    warm: int = 300,
    kind_of=Redis,
):
    disk, server = made(run, kind, appendfsync, kind_of)
    with Load(server.writer, pause=0.001) as load:
        load.until(warm)
        snapshot = run.snapshot([disk], pre=pre and pre(server), post=post and post(server), freeze=freeze, hold=hold)
        load.until(5)
    server.kill()
    copy = run.server(kind_of(snapshot.copies[0].mount(), appendfsync)).start()
    return disk, load, snapshot, Found.judge(load, snapshot, copy.rows())


def losing(kind: str, appendfsync: str | None, freeze: bool, sample: bool = False):
    def body(run: Run):
        def bgsave(server):
            return run.text("sample", f"#!/bin/sh\n{' '.join(server.client('BGSAVE'))}\nexit 0\n")

        # The copy may fall on the moment of an fsync, after which nothing is missing.
        for _ in range(3):
            _, _, snapshot, found = level(run, kind, appendfsync, freeze, pre=bgsave if sample else None)
            assert not sample or snapshot.pre.code == 0
            if found.lost:
                break
        assert found.lost > 0, found
        return f"{found.lost} of {found.acknowledged} lost"

    return body


def safe(kind: str):
    def body(run: Run):
        _, _, _, found = level(run, kind, "everysec")
        assert (found.lost, found.gaps) == (0, 0), found
        return f"0 of {found.acknowledged} lost"

    return body


def library(kind: str, appendfsync: str | None, kind_of=Redis):
    def body(run: Run):
        pairs = {}

        def script_of(name):
            def make(server):
                pairs["pair"] = run.pair(server.engine, SOCKET=server.socket, LIMIT=30)
                return pairs["pair"] / name

            return make

        disk, load, snapshot, found = level(
            run, kind, appendfsync, pre=script_of("pre"), post=script_of("post"), hold=1, kind_of=kind_of
        )
        assert (snapshot.pre.code, snapshot.post.code) == (0, 0), (snapshot.pre, snapshot.post)
        assert snapshot.post["verdict"] == "proven" and snapshot.saw_freeze(), snapshot
        assert found.exact and found.while_held == 0, found
        assert record(run.name)["data"]["mounts"] == run.mount_of(disk)
        run.nothing_left()
        return (
            f"{found.acknowledged} acknowledged, exact; {snapshot.times()}, "
            f"longest wait {load.longest_wait():.2f} s for {snapshot.frozen_for:.2f} s frozen"
        )

    return body


for fs in ("ext4", "xfs"):
    case(f"redis {fs} aof nothing", seconds=4)(losing(fs, "everysec", False))
    case(f"redis {fs} aof freeze-only", seconds=4)(safe(fs))
    case(f"redis {fs} aof library", seconds=6)(library(fs, "everysec"))
    case(f"redis {fs} rdb freeze-only", seconds=4)(losing(fs, None, True))
    case(f"redis {fs} rdb usual-sample", seconds=4)(losing(fs, None, True, sample=True))
    case(f"redis {fs} rdb library", seconds=6)(library(fs, None))
    case(f"valkey {fs} aof library", seconds=6)(library(fs, "everysec", Valkey))
    case(f"valkey {fs} rdb library", seconds=6)(library(fs, None, Valkey))
case("redis stop-mode rdb stopped only", root=False, stop_mode_only=True)(losing("ext4", None, True))
case("redis stop-mode rdb usual-sample", root=False, stop_mode_only=True)(losing("ext4", None, True, sample=True))
case("redis stop-mode rdb library", root=False, stop_mode_only=True)(library("ext4", None))
case("redis stop-mode aof library", root=False, stop_mode_only=True)(library("ext4", "everysec"))


def row(name: str, **options):
    return case(f"redis fault {name}", root=False, **options)


def held(run: Run, server: Redis, **settings):
    pair = run.pair("redis", **{"SOCKET": server.socket, "LIMIT": 30, **settings})
    pre = script(pair / "pre")
    assert pre.code == 0, pre
    return pair


def writes(server: Redis) -> bool:
    return host.sh(["timeout", "1", *server.client("SET", "x", "1")], check=False).stdout.strip() == "OK"


@row("holder killed, post-script releases", seconds=5)
def killed(run: Run):
    _, server = made(run, "ext4", "everysec")
    pair = held(run, server)
    assert not writes(server)
    os.kill(int((host.STATE / run.name / "holder").read_text().split()[0]), signal.SIGKILL)
    post = script(pair / "post")
    assert (post.code, post["verdict"], post["held"]) == (20, "lost", "no"), post
    assert writes(server)
    run.nothing_left()


@row("holder killed, the server goes on", seconds=9)
def server_goes_on(run: Run):
    _, server = made(run, "ext4", "everysec")
    pair = held(run, server, LIMIT=5)
    begin = now()
    os.kill(int((host.STATE / run.name / "holder").read_text().split()[0]), signal.SIGKILL)
    while not writes(server):
        assert now() - begin < 6.5
    took = now() - begin
    assert script(pair / "post").code == 20
    run.nothing_left()
    return f"writers back after {took:.1f} s, LIMIT 5"


@row("limit", seconds=9)
def limit(run: Run):
    _, server = made(run, "ext4", None)
    pair = held(run, server, LIMIT=5)
    time.sleep(6)
    assert writes(server)
    post = script(pair / "post")
    assert (post.code, post["verdict"], post["held"]) == (21, "expired", "no"), post
    run.nothing_left()


@row("released by somebody else", seconds=5)
def released(run: Run):
    _, server = made(run, "ext4", "everysec")
    pair = held(run, server)
    server.ask("CLIENT", "UNPAUSE")
    server.ask("SET", "x", "1")
    post = script(pair / "post")
    assert (post.code, post["verdict"]) == (22, "written"), post
    run.nothing_left()


@row("restarted while it was held", seconds=5)
def restarted(run: Run):
    _, server = made(run, "ext4", "everysec")
    pair = held(run, server)
    server.kill()
    server.start()
    post = script(pair / "post")
    assert (post.code, post["verdict"]) == (20, "lost"), post
    assert writes(server)
    run.nothing_left()


def waiting(run: Run):
    """A pre-script that waits for a save, while writes are paused."""
    disk = run.disk(("empty", "ext4"), lambda _: None)
    server = run.server(Redis(disk, None)).start("--enable-debug-command", "local", "--rdb-key-save-delay", "30000")
    server.ask("DEBUG", "POPULATE", "500")
    pair = run.pair("redis", SOCKET=server.socket, SAVE_WAIT=30)
    environment = host.AGENT_ENVIRONMENT
    pre = subprocess.Popen(
        [str(pair / "pre")], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    )
    end = now() + 15
    while writes(server):
        assert now() < end
    return server, pair, pre


@row("holder killed while the pre-script waits", seconds=8)
def killed_early(run: Run):
    server, _, pre = waiting(run)
    os.kill(int((host.STATE / run.name / "holder").read_text().split()[0]), signal.SIGKILL)
    output, _ = pre.communicate(timeout=20)
    assert pre.returncode == 18 and " held=no " in output, output
    assert writes(server)
    run.nothing_left()


@row("pre-script told to stop while it waits", seconds=6)
def told_to_stop(run: Run):
    server, _, pre = waiting(run)
    pre.terminate()
    output, _ = pre.communicate(timeout=20)
    assert pre.returncode == 13 and " why=stopped" in output and " held=no " in output, output
    assert writes(server)
    run.nothing_left()


@row("refusals", seconds=6)
def refusals(run: Run):
    disk = run.disk(("empty", "ext4"), lambda _: None)
    server = run.server(Redis(disk, None)).start("--enable-debug-command", "local")

    def refused(code, why, **settings):
        pre = script(run.pair("redis", **{"SOCKET": server.socket, **settings}) / "pre")
        assert (pre.code, pre["why"], pre["held"]) == (code, why, "no"), pre
        assert writes(server)
        run.nothing_left()

    refused(11, "not_reached", SOCKET="/run/databases/none")
    server.ask("DEBUG", "POPULATE", "40000", "k", "600")
    refused(13, "long_save", SAVE_WAIT=1, SAVE_RATE=1)
    secret = run.text("secret", "guess\n")
    secret.chmod(0o600)
    refused(12, "denied", PASS_FILE=secret, DB_USER="consnap")
    server.ask(
        "ACL",
        "SETUSER",
        "consnap",
        "on",
        ">guess",
        "-@all",
        "+ping",
        "+info",
        "+bgsave",
        "+client|pause",
        "+client|unpause",
        "+config|get",
    )
    pair = run.pair("redis", SOCKET=server.socket, PASS_FILE=secret, DB_USER="consnap")
    assert script(pair / "pre", environment=host.EMPTY_ENVIRONMENT).code == 0
    post = script(pair / "post", environment=host.EMPTY_ENVIRONMENT)
    assert (post.code, post["verdict"]) == (0, "proven"), post
    run.nothing_left()


@row("save without a pause", seconds=4)
def save(run: Run):
    _, server = made(run, "ext4", None)
    pair = held(run, server, METHOD="save")
    assert writes(server)
    post = script(pair / "post")
    assert (post.code, post["verdict"]) == (0, "saved"), post
    run.nothing_left()
