"""MySQL: what differs from MariaDB."""

from __future__ import annotations

import os
import signal
import subprocess
import time

import host
from plugin import Found, Load, script
from servers import MySQL

from cases import Run, case, mariadb
from cases.mariadb_faults import free_within


def pair(run: Run, server: MySQL, **settings):
    return run.pair("mysql", **{"SOCKET": server.socket, "LIMIT": 30, **settings})


@case("mysql ext4 library ddl", seconds=14)
def ddl(run: Run):
    """InnoDB alone: writes go on, changes of tables do not; with the freeze nothing is lost."""
    disk, server = mariadb.made(run, "ext4", MySQL)
    scripts = pair(run, server, METHOD="ddl")
    pre = script(scripts / "pre")
    assert (pre.code, pre["why"]) == (15, "not_innodb"), pre
    server.sql("ALTER TABLE test.m ENGINE=InnoDB; ALTER TABLE test.batch ENGINE=InnoDB")
    with Load(server.writer) as load:
        load.until(100)
        snapshot = run.snapshot(
            [disk], pre=scripts / "pre", post=scripts / "post", hold=1, between=lambda: refused(server)
        )
        load.until(5)
    server.kill()
    assert (snapshot.pre.code, snapshot.post.code, snapshot.post["verdict"]) == (0, 0, "session"), (
        snapshot.pre,
        snapshot.post,
    )
    copy = run.server(MySQL(snapshot.copies[0].mount())).start()
    found = Found.judge(load, snapshot, copy.rows())
    assert (found.lost, found.gaps) == (0, 0) and not copy.damaged(), found
    run.nothing_left()


def refused(server: MySQL) -> None:
    done = subprocess.run(
        server.client("-e", "SET lock_wait_timeout=1; ALTER TABLE test.m ADD COLUMN z INT"),
        check=False,
        capture_output=True,
    )
    assert done.returncode != 0, "a change of a table went through"


@case("mysql fault long query", root=False, seconds=14)
def long_query(run: Run):
    """Asked for nevertheless, the lock would make everybody wait behind the statement: the guard does not ask."""
    _, server = mariadb.made(run, "ext4", MySQL)
    blocker = subprocess.Popen(server.client("-e", "SELECT SLEEP(4)"), stdout=subprocess.DEVNULL)
    time.sleep(1.6)
    pre = script(pair(run, server, LONG_QUERY=1) / "pre")
    assert (pre.code, pre["why"]) == (13, "long_query"), pre
    free_within(server, 1)
    blocker.wait()
    run.nothing_left()


def kills(word: str):
    def body(run: Run):
        _, server = mariadb.made(run, "ext4", MySQL)
        scripts = pair(run, server)
        assert script(scripts / "pre").code == 0
        os.kill(int((host.STATE / run.name / word).read_text().split()[0]), signal.SIGKILL)
        took = free_within(server, 1.5)
        post = script(scripts / "post")
        assert (post.code, post["verdict"], post["held"]) == (20, "lost", "no"), post
        run.nothing_left()
        return f"writers back after {took:.2f} s"

    return body


case("mysql fault holder killed", root=False, seconds=12)(kills("holder"))
case("mysql fault client killed", root=False, seconds=12)(kills("client"))


@case("mysql fault rights", root=False, seconds=14)
def rights(run: Run):
    """Each right of the account is needed."""
    _, server = mariadb.made(run, "ext4", MySQL)
    for right in ("RELOAD", "BACKUP_ADMIN", "REPLICATION CLIENT", "PROCESS"):
        server.sql(f"REVOKE {right} ON *.* FROM consnap@localhost")
        pre = script(pair(run, server) / "pre")
        assert (pre.code, pre["why"], pre["held"]) == (12, "denied", "no"), (right, pre)
        server.sql(f"GRANT {right} ON *.* TO consnap@localhost")
        run.nothing_left()
    scripts = pair(run, server)
    assert script(scripts / "pre").code == 0
    assert script(scripts / "post").code == 0
