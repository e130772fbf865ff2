"""MariaDB: what each level gives."""

from __future__ import annotations

import time

from plugin import Found, Load, record, script
from servers import MariaDB, MySQL

from cases import Run, case


def made(run: Run, kind: str = "ext4", server=MariaDB):
    """A disk with a server on it that runs."""
    disk = run.disk((server.engine, kind), lambda disk: server(disk).init())
    return disk, run.server(server(disk)).start()


def judge(run: Run, load: Load, snapshot, server=MariaDB) -> tuple[Found, list[str]]:
    copy = snapshot.copies[0].mount()
    server = run.server(server(copy)).start()
    damaged = server.damaged()
    # What a table that is damaged still holds can only be read after a repair.
    for table in set(damaged) & set(server.tables):
        server.sql(f"REPAIR TABLE test.{table}")
    return Found.judge(load, snapshot, server.rows()), damaged


def level(run: Run, kind: str, freeze: bool, pre=None, post=None, between=None, kind_of=MariaDB):
    disk, server = made(run, kind, kind_of)
    with Load(server.writer) as load, server.batches():
        load.until(60)
        snapshot = run.snapshot(
            [disk], pre=pre and pre(server), post=post and post(server), freeze=freeze, between=between
        )
        load.until(5)
    server.kill()
    found, damaged = judge(run, load, snapshot, kind_of)
    return snapshot, load, found, damaged


def nothing(kind: str, kind_of=MariaDB):
    def body(run: Run):
        _, _, found, damaged = level(run, kind, freeze=False, kind_of=kind_of)
        # InnoDB keeps what it acknowledged; the others have it in memory.
        assert found.lost > 0, found
        return f"{found.lost} of {found.acknowledged} lost, damaged: {damaged}"

    return body


def freeze_only(kind: str, kind_of=MariaDB):
    def body(run: Run):
        _, _, found, damaged = level(run, kind, freeze=True, kind_of=kind_of)
        assert found.lost == 0, found
        assert "batch" in damaged, damaged
        return f"0 of {found.acknowledged} lost, damaged: {damaged}"

    return body


def usual_sample(kind: str, kind_of=MariaDB):
    """The lock of a client that ends: it is gone before the freeze, and every script ends with 0."""

    def body(run: Run):
        def text(server, statement):
            return run.text(statement.split()[0], f"#!/bin/sh\nexec {' '.join(server.client())} -e '{statement}'\n")

        snapshot, _, found, damaged = level(
            run,
            kind,
            True,
            lambda s: text(s, "FLUSH TABLES WITH READ LOCK"),
            lambda s: text(s, "UNLOCK TABLES"),
            between=lambda: time.sleep(0.2),
            kind_of=kind_of,
        )
        assert (snapshot.pre.code, snapshot.post.code) == (0, 0)
        assert not found.exact and "batch" in damaged, (found, damaged)
        return f"scripts end with 0; {found.later} later, damaged: {damaged}"

    return body


def library(kind: str, method: str, kind_of=MariaDB):
    def body(run: Run):
        disk, server = made(run, kind, kind_of)
        pair = run.pair(server.engine, SOCKET=server.socket, METHOD=method, LIMIT=30)
        with Load(server.writer) as load, server.batches():
            load.until(60)
            snapshot = run.snapshot([disk], pre=pair / "pre", post=pair / "post", hold=1)
            load.until(5)
        server.kill()
        assert (snapshot.pre.code, snapshot.post.code) == (0, 0), (snapshot.pre, snapshot.post)
        assert snapshot.post["verdict"] == "proven" and snapshot.post["same"] == "yes", snapshot.post
        assert snapshot.saw_freeze(), snapshot
        found, damaged = judge(run, load, snapshot, kind_of)
        assert found.exact and found.while_held == 0 and not damaged, (found, damaged)
        parts = record(run.name)
        assert parts["consnap-quiesce"]["verdict"] == "proven" and parts["data"]["mounts"] == run.mount_of(disk), parts
        # The end of the binary log in the copy is the position of the witness.
        file, at = snapshot.post["position_to"].split(":")
        assert (snapshot.copies[0].folder / "my" / file).stat().st_size >= int(at)
        run.nothing_left()
        return (
            f"{found.acknowledged} acknowledged, exact; {snapshot.times()}, "
            f"longest wait {load.longest_wait():.2f} s for {snapshot.frozen_for:.2f} s frozen"
        )

    return body


def elsewhere(kind_of=MariaDB):
    """A table on another disk: its mount is named too, so that nobody leaves that disk out of the group."""

    def body(run: Run):
        disk, server = made(run, "ext4", kind_of)
        other = run.disk(("empty", "ext4"), lambda _: None)
        server.own(other.folder / "far")
        if kind_of is MySQL:
            server.stop()
            server.start(f"--innodb-directories={other.folder}")
        server.sql(f"CREATE TABLE test.far (n INT) ENGINE=InnoDB DATA DIRECTORY='{other.folder}/far'")
        pair = run.pair(server.engine, SOCKET=server.socket, LIMIT=30)
        pre, post = script(pair / "pre"), script(pair / "post")
        assert (pre.code, post.code, post["verdict"]) == (0, 0, "proven"), (pre, post)
        assert post["mounts"] == f"{disk.folder},{other.folder}", post
        assert len(post["freeze_seen_ms"].split(",")) == 2, post
        server.kill()

    return body


case("mariadb table on another disk", seconds=6)(elsewhere())
case("mysql table on another disk", seconds=14)(elsewhere(MySQL))
for kind in ("ext4", "xfs"):
    case(f"mariadb {kind} nothing", seconds=6)(nothing(kind))
    case(f"mariadb {kind} freeze-only", seconds=6)(freeze_only(kind))
    case(f"mariadb {kind} usual-sample", seconds=6)(usual_sample(kind))
    case(f"mariadb {kind} library stage", seconds=7)(library(kind, "stage"))
    case(f"mariadb {kind} library ftwrl", seconds=7)(library(kind, "ftwrl"))
for kind in ("ext4", "xfs"):
    case(f"mysql {kind} nothing", seconds=12)(nothing(kind, MySQL))
    case(f"mysql {kind} freeze-only", seconds=12)(freeze_only(kind, MySQL))
    case(f"mysql {kind} usual-sample", seconds=12)(usual_sample(kind, MySQL))
    case(f"mysql {kind} library ftwrl", seconds=14)(library(kind, "ftwrl", MySQL))
case("mariadb stop-mode stopped only", root=False, stop_mode_only=True)(freeze_only("ext4"))
case("mariadb stop-mode usual-sample", root=False, stop_mode_only=True)(usual_sample("ext4"))
case("mariadb stop-mode library stage", root=False, stop_mode_only=True)(library("ext4", "stage"))
case("mariadb stop-mode library ftwrl", root=False, stop_mode_only=True)(library("ext4", "ftwrl"))
