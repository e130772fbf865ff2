"""Several services in one pair, and hooks."""

from __future__ import annotations

import os
import signal
import time

import host
from host import now
from plugin import Found, Load, record, script
from servers import MariaDB, Redis

from cases import Run, case, mariadb, redis


def both(run: Run):
    first, database = mariadb.made(run)
    second, cache = redis.made(run, "ext4", None)
    pairs = [
        run.pair("mariadb", NAME=f"{run.name}-db", SOCKET=database.socket, LIMIT=40),
        run.pair("redis", NAME=f"{run.name}-cache", SOCKET=cache.socket, LIMIT=40),
    ]
    return first, second, database, cache, pairs


@case("generic two services, two disks", seconds=9)
def two(run: Run):
    first, second, database, cache, pairs = both(run)
    pair = run.pair("generic", PAIRS=":".join(map(str, pairs)), LIMIT=30)
    with Load(database.writer) as load, Load(cache.writer, pause=0.001) as other:
        load.until(60)
        snapshot = run.snapshot([first, second], pre=pair / "pre", post=pair / "post", hold=1)
        load.until(5)
    database.kill()
    cache.kill()
    assert (snapshot.pre.code, snapshot.post.code) == (0, 0), (snapshot.pre, snapshot.post)
    assert snapshot.post["verdict"] == "proven" and snapshot.post["pair_codes"] == "0,0", snapshot.post
    assert record(run.name)["data"]["mounts"] == f"{first.folder},{second.folder}"
    for name in (run.name, f"{run.name}-db", f"{run.name}-cache"):
        run.nothing_left(name)
        assert record(name)["consnap-quiesce"]["verdict"] == "proven"
    one = run.server(MariaDB(snapshot.copies[0].mount())).start()
    two = run.server(Redis(snapshot.copies[1].mount(), None)).start()
    # Both end where they stood when the second one was held.
    found = Found.judge(load, snapshot, one.rows()), Found.judge(other, snapshot, two.rows())
    assert all(f.exact and f.while_held == 0 for f in found) and not one.damaged(), found
    return f"pre {snapshot.pre.seconds:.2f} s, post {snapshot.post.seconds:.2f} s, both exact"


@case("generic fault second service refuses", root=False, seconds=5)
def second_refuses(run: Run):
    _, _, database, cache, pairs = both(run)
    cache.kill()
    pair = run.pair("generic", PAIRS=":".join(map(str, pairs)))
    pre = script(pair / "pre")
    assert (pre.code, pre["why"], pre["held"]) == (11, "pair_refused", "no"), pre
    assert not database.locked()
    for name in (run.name, f"{run.name}-db", f"{run.name}-cache"):
        run.nothing_left(name)


@case("generic fault one of two lost", root=False, seconds=6)
def one_lost(run: Run):
    _, _, database, cache, pairs = both(run)
    pair = run.pair("generic", PAIRS=":".join(map(str, pairs)))
    assert script(pair / "pre").code == 0
    os.kill(int((host.STATE / f"{run.name}-db" / "holder").read_text().split()[0]), signal.SIGKILL)
    post = script(pair / "post")
    assert (post.code, post["verdict"], post["held"]) == (20, "lost", "no"), post
    assert redis.writes(cache) and not database.locked()


@case("generic fault holder killed", root=False, seconds=6)
def killed(run: Run):
    """The post-script releases what the holder cannot any more."""
    _, _, database, cache, pairs = both(run)
    pair = run.pair("generic", PAIRS=":".join(map(str, pairs)))
    assert script(pair / "pre").code == 0
    os.kill(int((host.STATE / run.name / "holder").read_text().split()[0]), signal.SIGKILL)
    post = script(pair / "post")
    assert (post.code, post["verdict"], post["held"]) == (20, "lost", "no"), post
    assert redis.writes(cache) and not database.locked()
    for name in (run.name, f"{run.name}-db", f"{run.name}-cache"):
        run.nothing_left(name)


def hooks(run: Run, check: bool = True):
    flag = host.STATE.parent / f"{run.name}.flag"
    hold = run.text("hold", f"#!/bin/sh\necho 1 >{flag}\n")
    release = run.text("release", f"#!/bin/sh\nrm -f {flag}\n")
    seen = run.text("check", f"#!/bin/sh\ncat {flag}\n")
    return flag, {"HOLD": hold, "RELEASE": release, **({"CHECK": seen} if check else {})}


@case("generic hooks", root=False, seconds=8)
def own(run: Run):
    flag, settings = hooks(run)
    pair = run.pair("generic", **settings, LIMIT=5)
    assert script(pair / "pre", environment=host.EMPTY_ENVIRONMENT).code == 0 and flag.exists()
    post = script(pair / "post", environment=host.EMPTY_ENVIRONMENT)
    assert (post.code, post["verdict"], flag.exists()) == (0, "proven", False), post
    assert script(pair / "pre").code == 0
    flag.write_text("2\n")
    post = script(pair / "post")
    assert (post.code, post["verdict"]) == (22, "written"), post
    assert script(pair / "pre").code == 0
    begin = now()
    while flag.exists():
        assert now() - begin < 6.5, "the limit released nothing"
        time.sleep(0.1)
    assert script(pair / "post").code == 21
    run.nothing_left()
    _, settings = hooks(run, check=False)
    pair = run.pair("generic", **settings)
    assert script(pair / "pre").code == 0
    post = script(pair / "post")
    assert (post.code, post["verdict"]) == (0, "hooks"), post
    failing = run.text("hold", "#!/bin/sh\nexit 3\n")
    pair = run.pair("generic", **{**settings, "HOLD": failing})
    pre = script(pair / "pre")
    assert (pre.code, pre["why"], pre["held"]) == (13, "hook", "no"), pre
    hanging = run.text("hold", f"#!/bin/sh\nsleep 61.{run.name[1:]}\n")
    pair = run.pair("generic", **{**settings, "HOLD": hanging}, LOCK_WAIT=1)
    pre = script(pair / "pre")
    assert (pre.code, pre["why"]) == (13, "hook") and pre.seconds < 5, pre
    run.nothing_left()
    assert not host.processes(rf"^sleep 61\.{run.name[1:]}$")
