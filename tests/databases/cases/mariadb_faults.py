"""MariaDB: what may go wrong, and that nothing stays held."""

from __future__ import annotations

import concurrent.futures
import os
import pathlib
import signal
import subprocess
import time

import host
from host import now
from plugin import Load, Ran, record, script
from servers import MariaDB

from cases import Run, case
from cases.mariadb import made

SHELLS = {"dash": "/usr/bin/dash", "bash": "/usr/bin/bash", "ash": "/usr/bin/busybox", "mksh": "/usr/bin/mksh"}


def pid(run: Run, word: str, name: str | None = None) -> int:
    return int((host.STATE / (name or run.name) / word).read_text().split()[0])


def held(run: Run, server: MariaDB, **settings) -> tuple[pathlib.Path, Ran]:
    """A pair whose pre-script holds."""
    pair = run.pair("mariadb", **{"SOCKET": server.socket, "LIMIT": 30, **settings})
    pre = script(pair / "pre")
    assert pre.code == 0 and pre["verdict"] == "held", pre
    return pair, pre


def free_within(server: MariaDB, seconds: float) -> float:
    """Seconds until a write goes through; fails after `seconds`."""
    begin = now()
    done = subprocess.run(
        server.client("-e", "INSERT INTO test.m VALUES (9, 9, 'x')"),
        check=False,
        capture_output=True,
        timeout=seconds + 5,
    )
    took = now() - begin
    assert done.returncode == 0 and took <= seconds, (took, done)
    return took


def ended(run: Run, pair: pathlib.Path, code: int, verdict: str) -> Ran:
    post = script(pair / "post")
    assert (post.code, post["verdict"]) == (code, verdict), post
    run.nothing_left()
    return post


def row(name: str, **options):
    return case(f"mariadb fault {name}", root=False, seconds=options.pop("seconds", 4), **options)


def kills(word: str, how: int, verdict: tuple[int, str] = (20, "lost")):
    def body(run: Run):
        _, server = made(run)
        pair, _ = held(run, server)
        os.kill(pid(run, word), how)
        took = free_within(server, 1.5)
        ended(run, pair, *verdict)
        return f"writers back after {took:.2f} s"

    return body


row("holder killed")(kills("holder", signal.SIGKILL))
row("holder told to stop")(kills("holder", signal.SIGTERM))
row("client killed")(kills("client", signal.SIGKILL))


@row("session killed in the server")
def session_killed(run: Run):
    _, server = made(run)
    pair, pre = held(run, server)
    server.sql(f"KILL {pre['session']}")
    free_within(server, 1.5)
    ended(run, pair, 20, "lost")


@row("holder stopped", seconds=17)
def holder_stopped(run: Run):
    """SIGSTOP: nobody but the server can end it."""
    _, server = made(run)
    pair, _ = held(run, server)
    os.kill(pid(run, "holder"), signal.SIGSTOP)
    begin = now()
    free_within(server, 16.5)
    took = now() - begin
    post = script(pair / "post", limit=40)
    assert post.code == 24 and post["held"] == "no", post
    run.nothing_left()
    return f"writers back after {took:.1f} s"


@row("limit", seconds=6)
def limit(run: Run):
    """No post-script comes."""
    _, server = made(run)
    begin = now()
    pair, pre = held(run, server, LIMIT=5)
    free_within(server, 6)
    took = now() - begin
    assert took <= 6.3 + pre.seconds, took
    end = now() + 5
    while (said := record(run.name)["consnap-quiesce"])["role"] == "pre" and now() < end:
        time.sleep(0.05)
    assert (said["role"], said["verdict"], said["held"], said["code"]) == ("holder", "expired", "no", "21"), said
    ended(run, pair, 21, "expired")
    return f"writers back {float(said['to']) - float(said['from']):.2f} s after the lock, LIMIT 5"


@row("server hangs", seconds=8)
def server_hangs(run: Run):
    """A server that stands still: the holder does not outlive its limit."""
    _, server = made(run)
    pair, _ = held(run, server, LIMIT=5)
    os.kill(server.process.pid, signal.SIGSTOP)
    begin = now()
    holder = pid(run, "holder")
    while host.processes(f"{run.name}/pre --holder"):
        assert now() - begin < 8, holder
        time.sleep(0.1)
    took = now() - begin
    os.kill(server.process.pid, signal.SIGCONT)
    free_within(server, 1.5)
    ended(run, pair, 21, "expired")
    return f"the holder ended after {took:.1f} s, LIMIT 5"


@row("server killed and started")
def restarted(run: Run):
    _, server = made(run)
    pair, _ = held(run, server)
    server.kill()
    server.start()
    ended(run, pair, 20, "lost")


@row("pre-script killed while it waits")
def pre_killed(run: Run):
    _, server = made(run)
    pair = run.pair("mariadb", SOCKET=server.socket, METHOD="ftwrl", LONG_QUERY=60)
    blocker = subprocess.Popen(server.client("-e", "LOCK TABLES test.m WRITE; DO SLEEP(4)"))
    time.sleep(0.3)
    pre = script(pair / "pre", limit=1.5)
    assert pre.timed_out, pre
    begin = now()
    free_within(server, 6.5)
    took = now() - begin
    blocker.wait()
    end = now() + 3
    while host.processes(f"{run.name}/pre"):
        assert now() < end
        time.sleep(0.1)
    post = script(pair / "post")
    assert post.code in (20, 23) and post["held"] == "no", post
    run.nothing_left()
    return f"writers back after {took:.1f} s"


@row("pre-script killed after the lock", seconds=5)
def pre_killed_late(run: Run):
    """The lock is had, and nobody has taken note of it."""
    _, server = made(run)
    pair = run.pair("mariadb", SOCKET=server.socket)
    process = subprocess.Popen([str(pair / "pre")], env=host.AGENT_ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=-3)
    state = host.STATE / run.name
    wait_for((state / "holder").exists)
    process.send_signal(signal.SIGSTOP)
    wait_for((state / "held").exists)
    process.kill()
    process.wait()
    free_within(server, 2)
    wait_for(lambda: not host.processes(f"{run.name}/pre"))
    said = record(run.name)["consnap-quiesce"]
    assert (said["role"], said["result"], said["held"]) == ("holder", "abandoned", "no"), said
    ended(run, pair, 20, "lost")


def wait_for(condition, limit: float = 10) -> None:
    end = now() + limit
    while not condition():
        assert now() < end, "it did not happen"
        time.sleep(0.002)


@row("number of a process that came back")
def number_reused(run: Run):
    """The state of a killed run names a process that lives, but is another one."""
    _, server = made(run)
    pair = run.pair("mariadb", SOCKET=server.socket)
    state = host.STATE / run.name
    state.mkdir(mode=0o700, parents=True)
    state.parent.chmod(0o700)
    for word in ("holder", "pre", "client"):
        (state / word).write_text(f"{server.process.pid} 1\n")
    assert script(pair / "pre").code == 0
    ended(run, pair, 0, "proven")
    assert server.answers()


@row("lock not had in time", seconds=8)
def lock_wait(run: Run):
    _, server = made(run)
    pair = run.pair("mariadb", SOCKET=server.socket, METHOD="ftwrl", LONG_QUERY=60, LOCK_WAIT=2)
    blocker = subprocess.Popen(server.client("-e", "LOCK TABLES test.m WRITE; DO SLEEP(5)"))
    time.sleep(0.3)
    pre = script(pair / "pre")
    assert (pre.code, pre["why"], pre["held"]) == (13, "lock_wait", "no"), pre
    run.nothing_left()
    blocker.wait()
    said = record(run.name)["consnap-quiesce"]
    assert said["verdict"] == "refused" and said["held"] == "no", said
    return f"refused after {pre.seconds:.1f} s"


@row("long query")
def long_query(run: Run):
    _, server = made(run)
    pair = run.pair("mariadb", SOCKET=server.socket, LONG_QUERY=1)
    blocker = subprocess.Popen(server.client("-e", "SELECT SLEEP(3)"), stdout=subprocess.DEVNULL)
    time.sleep(1.6)
    pre = script(pair / "pre")
    assert (pre.code, pre["why"]) == (13, "long_query"), pre
    assert free_within(server, 1) < 1
    run.nothing_left()
    blocker.wait()


@row("post-script twice, alone, pre-script twice")
def idempotent(run: Run):
    _, server = made(run)
    pair = run.pair("mariadb", SOCKET=server.socket, LIMIT=30)
    ended(run, pair, 23, "nothing_held")
    assert script(pair / "pre").code == 0
    again = script(pair / "pre")
    assert (again.code, again["why"]) == (14, "busy"), again
    assert record(run.name)["consnap-quiesce"]["verdict"] == "held"
    ended(run, pair, 0, "proven")
    ended(run, pair, 23, "nothing_held")
    assert record(run.name)["consnap-quiesce"]["verdict"] == "proven"


@row("ten pre-scripts at once", seconds=6)
def ten(run: Run):
    _, server = made(run)
    pair = run.pair("mariadb", SOCKET=server.socket, LIMIT=30)
    with concurrent.futures.ThreadPoolExecutor(10) as pool:
        codes = sorted(r.code for r in pool.map(lambda _: script(pair / "pre"), range(10)))
    assert codes == [0] + [14] * 9, codes
    ended(run, pair, 0, "proven")


@row("state of a killed run")
def stale(run: Run):
    _, server = made(run)
    pair, _ = held(run, server)
    os.kill(pid(run, "holder"), signal.SIGKILL)
    time.sleep(0.2)
    assert script(pair / "pre").code == 0
    ended(run, pair, 0, "proven")


@row("ten pre-scripts over the state of a killed run", seconds=6)
def stale_ten(run: Run):
    _, server = made(run)
    pair, _ = held(run, server)
    os.kill(pid(run, "holder"), signal.SIGKILL)
    time.sleep(0.2)
    with concurrent.futures.ThreadPoolExecutor(10) as pool:
        codes = sorted(r.code for r in pool.map(lambda _: script(pair / "pre"), range(10)))
    assert codes == [0] + [14] * 9, codes
    ended(run, pair, 0, "proven")


@row("two servers of one host")
def two(run: Run):
    _, server = made(run)
    first, _ = held(run, server)
    second_name = f"{run.name}b"
    _, other = made(run)
    second, _ = held(run, other, NAME=second_name)
    os.kill(pid(run, "holder", second_name), signal.SIGKILL)
    ended(run, first, 0, "proven")
    assert script(second / "post").code == 20
    run.nothing_left(second_name)


@row("refusals")
def refusals(run: Run):
    _, server = made(run)

    def refused(code, why, **settings):
        pair = run.pair("mariadb", **{"SOCKET": server.socket, **settings})
        pre = script(pair / "pre")
        assert (pre.code, pre["why"], pre["verdict"], pre["held"]) == (code, why, "refused", "no"), pre
        run.nothing_left()
        free_within(server, 1)

    refused(11, "not_reached", SOCKET="/run/databases/none")
    refused(12, "denied", DB_USER="nobody")
    secret = run.text("secret", "[client]\nuser=root\n")
    secret.chmod(0o644)
    refused(10, "secret_file", OPTION_FILE=secret)
    secret.chmod(0o600)
    pair = run.pair("mariadb", SOCKET=server.socket, OPTION_FILE=secret, DB_USER="")
    assert script(pair / "pre").code == 0
    ended(run, pair, 0, "proven")
    refused(16, "no_state", STATE_BASE="/var:/nonexistent")
    refused(15, "not_innodb", METHOD="ddl")
    server.sql("REVOKE RELOAD ON *.* FROM consnap@localhost")
    refused(12, "denied")


@row("ddl: writes go on")
def ddl(run: Run):
    _, server = made(run)
    server.sql(
        "ALTER TABLE test.m ENGINE=InnoDB; ALTER TABLE test.batch ENGINE=InnoDB; ALTER TABLE test.a ENGINE=InnoDB"
    )
    pair, _ = held(run, server, METHOD="ddl")
    free_within(server, 1)
    done = subprocess.run(
        server.client("-e", "SET lock_wait_timeout=1; ALTER TABLE test.m ADD COLUMN z INT"),
        check=False,
        capture_output=True,
    )
    assert done.returncode != 0, "a change of a table went through"
    ended(run, pair, 0, "session")


@row("without a binary log")
def no_binlog(run: Run):
    """Without a position only the session is proven."""
    _, server = made(run)
    server.stop()
    server.start(binlog=False)
    pair, _ = held(run, server)
    ended(run, pair, 0, "session")


@row("script replaced while it holds")
def replaced(run: Run):
    _, server = made(run)
    pair, _ = held(run, server)
    (pair / "pre").write_text("#!/bin/sh\nexit 1\n")
    ended(run, pair, 0, "proven")


def shell(name: str):
    def body(run: Run):
        _, server = made(run)
        pair = run.pair("mariadb", SOCKET=server.socket, LIMIT=30)
        with Load(server.writer) as load:
            load.until(20)
            pre = script(pair / "pre", shell=SHELLS[name], environment=host.EMPTY_ENVIRONMENT)
            begin = now()
            time.sleep(1.2)
            assert pre.code == 0, pre
            assert load.between(begin + 0.01, now()) == 0
            post = script(pair / "post", shell=SHELLS[name], environment=host.EMPTY_ENVIRONMENT)
            load.until(5)
        assert (post.code, post["verdict"]) == (0, "proven"), post
        assert int(post["beats"]) >= 1, post
        run.nothing_left()
        return f"pre {pre.seconds:.2f} s, post {post.seconds:.2f} s"

    return body


for shell_name in SHELLS:
    case(f"mariadb shell {shell_name}", seconds=5)(shell(shell_name))


@case("mariadb order freeze before pre-script", seconds=6)
def freeze_first(run: Run):
    disk, server = made(run)
    pair = run.pair("mariadb", SOCKET=server.socket, LIMIT=30)
    snapshot = run.snapshot([disk], pre=pair / "pre", post=pair / "post", order="freeze,pre")
    assert (snapshot.pre.code, snapshot.pre["why"]) == (17, "frozen_already"), snapshot.pre
    assert snapshot.post.code == 23, snapshot.post
    free_within(server, 2)
    run.nothing_left()
    assert not list(disk.folder.rglob(".consnap-*"))
    assert snapshot.pre.seconds < 6, snapshot.pre
    return f"refused after {snapshot.pre.seconds:.1f} s"


@case("mariadb order post-script before thaw", seconds=6)
def post_first(run: Run):
    disk, server = made(run)
    pair = run.pair("mariadb", SOCKET=server.socket, LIMIT=30)
    with Load(server.writer) as load:
        load.until(30)
        snapshot = run.snapshot([disk], pre=pair / "pre", post=pair / "post", order="pre,freeze,post", hold=1)
    assert (snapshot.post.code, snapshot.post["verdict"]) == (0, "proven"), snapshot.post
    assert snapshot.post["frozen_at_release"] == "yes", snapshot.post
    run.nothing_left()
    return f"post ended after {snapshot.post.seconds:.1f} s on the frozen disk"


@case("mariadb limit shorter than the snapshot", seconds=9)
def too_long(run: Run):
    disk, server = made(run)
    pair = run.pair("mariadb", SOCKET=server.socket, LIMIT=5)
    snapshot = run.snapshot([disk], pre=pair / "pre", post=pair / "post", hold=6)
    assert (snapshot.post.code, snapshot.post["verdict"]) == (21, "expired"), snapshot.post
    assert int(snapshot.post["held_ms"]) <= 6000, snapshot.post
    run.nothing_left()
