"""PostgreSQL: what each level gives, with all disks in one group and with disks apart."""

from __future__ import annotations

import base64
import os
import pathlib
import signal
import time

import host
from host import now, sh
from plugin import Found, Load, record, script
from servers import PostgreSQL, lsn

from cases import Run, case

QUIET = 500


def made(run: Run, kind: str = "ext4"):
    disk = run.disk(("postgresql", kind), lambda disk: PostgreSQL(disk).init().start().schema().stop())
    return disk, run.server(PostgreSQL(disk)).start()


def pair(run: Run, server: PostgreSQL, **settings) -> pathlib.Path:
    return run.pair("postgresql", **{"HOST": server.run, "TOOL_PATH": host.POSTGRESQL, **settings})


def level(kind: str, library: bool, freeze: bool):
    def body(run: Run):
        disk, server = made(run, kind)
        scripts = pair(run, server) if library else None
        with Load(server.writer) as load:
            load.until(200)
            begun = lsn(server.sql("SELECT pg_current_wal_insert_lsn()"))
            snapshot = run.snapshot(
                [disk],
                pre=scripts and scripts / "pre",
                post=scripts and scripts / "post",
                freeze=freeze,
                hold=1 if library else 0.4,
            )
            load.until(5)
        server.kill()
        copy = run.server(PostgreSQL(snapshot.copies[0].mount())).start()
        found = Found.judge(load, snapshot, copy.rows())
        assert (found.lost, found.later, found.gaps, found.doubles) == (0, 0, 0, 0), found
        assert not copy.damaged() and copy.by_index() == sum(len(w) for w in copy.rows()), copy.damaged()
        start, redo = copy.redo()
        if library:
            assert (snapshot.pre.code, snapshot.post.code) == (0, 0), (snapshot.pre, snapshot.post)
            assert snapshot.post["verdict"] == "checkpointed" and snapshot.saw_freeze(), snapshot
            assert record(run.name)["data"]["mounts"] == run.mount_of(disk)
            # A recovery begins at the checkpoint of the script, not at one before.
            assert start >= begun, (start, begun)
            run.nothing_left()
        else:
            assert start < begun, (start, begun)
        return f"0 of {found.acknowledged} lost, redo {redo} bytes" + (
            f"; pre {snapshot.pre.seconds:.2f} s, post {snapshot.post.seconds:.2f} s" if library else ""
        )

    return body


for fs in ("ext4", "xfs"):
    case(f"postgresql {fs} nothing", seconds=6)(level(fs, False, False))
    case(f"postgresql {fs} freeze-only", seconds=6)(level(fs, False, True))
    case(f"postgresql {fs} library checkpoint", seconds=7)(level(fs, True, True))

case("postgresql stop-mode library checkpoint", root=False, stop_mode_only=True)(level("ext4", True, True))


def checkpoint(server: PostgreSQL) -> None:
    """A checkpoint that the index of the disk in the earlier group lacks rows of.

    The load alone would not do: what it writes after the checkpoint brings whole pages of its small index into the
    WAL, and now and then all of them. Nothing writes to this table again.
    """
    server.sql(f"INSERT INTO quiet SELECT generate_series(1, {QUIET})")
    server.sql("CHECKPOINT")


def apart(run: Run, kind: str = "ext4", archive: bool = False):
    """Data and WAL on one disk, the index in a tablespace on another."""
    store = host.RUN / f"archive-{run.name}"
    first, second = run.disk(("empty", kind), lambda _: None), run.disk(("empty", kind), lambda _: None)
    more = f"archive_mode = on\narchive_command = 'cp %p {store}/%f'\n" if archive else ""
    server = run.server(PostgreSQL(first)).init(more=more)
    server.own(store)
    server.start().schema(second.folder)
    return first, second, server, store


def restored(
    run: Run, snapshot, second, label: str = "", mapped: str = "", store: pathlib.Path | None = None
) -> PostgreSQL:
    space, data = [copy.mount() for copy in snapshot.copies]
    folder = data.folder / "pg"
    link = next((folder / "pg_tblspc").iterdir())
    link.unlink()
    link.symlink_to(space.folder / "space")
    os.chown(link, host.USERS["postgres"], host.USERS["postgres"], follow_symlinks=False)
    if label:
        (folder / "backup_label").write_bytes(base64.b64decode(label))
        (folder / "tablespace_map").write_bytes(
            base64.b64decode(mapped).replace(bytes(second.folder), bytes(space.folder))
        )
        (folder / "recovery.signal").touch()
        sh(
            [
                "chown",
                "postgres:",
                *(str(folder / name) for name in ("backup_label", "tablespace_map", "recovery.signal")),
            ]
        )
        with (folder / "postgresql.auto.conf").open("a") as file:
            file.write(f"archive_mode = off\nrestore_command = 'cp {store}/%f %p'\nrecovery_target_action = promote\n")
    return run.server(PostgreSQL(data))


def judge(run: Run, load, snapshot, copy: PostgreSQL):
    copy.start()
    end = now() + 20
    while copy.sql("SELECT pg_is_in_recovery()") == "t":
        assert now() < end, "still in recovery"
        time.sleep(0.1)
    rows = copy.rows()
    return Found.judge(load, snapshot, rows), copy.damaged(), copy.by_index(), sum(len(w) for w in rows)


@case("postgresql disks apart, nothing", seconds=8)
def apart_nothing(run: Run):
    """Two groups and a checkpoint between them: starts without a word, and the index does not find the rows."""
    first, second, server, _ = apart(run)
    with Load(server.writer) as load:
        load.until(150)

        def between():
            load.until(80)
            checkpoint(server)

        snapshot = run.snapshot([second, first], apart=between)
    server.kill()
    copy = restored(run, snapshot, second)
    copy.start()
    damaged, heap = copy.damaged(), copy.quiet()
    try:
        by_index = copy.quiet(by_index=True)
    except RuntimeError:
        by_index = 0
    assert damaged and (heap, by_index) == (QUIET, 0), (damaged, heap, by_index)
    return f"starts; the index finds {by_index} of {heap} rows"


def apart_backup(with_label: bool):
    def body(run: Run):
        first, second, server, store = apart(run, archive=True)
        scripts = pair(run, server, METHOD="backup", LIMIT=60)
        with Load(server.writer) as load:
            load.until(150)

            def between():
                load.until(80)
                checkpoint(server)

            snapshot = run.snapshot([second, first], pre=scripts / "pre", post=scripts / "post", apart=between)
            load.until(5)
        assert (snapshot.pre.code, snapshot.post.code) == (0, 0), (snapshot.pre, snapshot.post)
        assert snapshot.post["verdict"] == "backup" and snapshot.post["wal"] == "archived", snapshot.post
        parts = record(run.name)
        assert set(parts["data"]["mounts"].split(",")) == {str(first.folder), str(second.folder)}, parts
        run.nothing_left()
        server.kill()
        if with_label:
            copy = restored(run, snapshot, second, parts["label"]["base64"], parts["tablespace_map"]["base64"], store)
            found, damaged, by_index, rows = judge(run, load, snapshot, copy)
            assert (found.lost, found.gaps, found.doubles, damaged) == (0, 0, 0, ""), (found, damaged)
            assert (by_index, copy.quiet(by_index=True)) == (rows, QUIET), (by_index, rows)
            return f"0 of {found.acknowledged} lost, whole"
        copy = restored(run, snapshot, second)
        copy.start()
        rows = copy.rows()
        found = Found.judge(load, snapshot, rows)
        damaged = copy.damaged()
        assert damaged, found
        return f"without its label: starts; {found.lost} lost, {found.doubles} doubles, amcheck: {damaged[:60]!r}"

    return body


case("postgresql disks apart, backup mode, label lost", seconds=9)(apart_backup(False))
case("postgresql disks apart, library backup", seconds=9)(apart_backup(True))


def row(name: str, **options):
    return case(f"postgresql fault {name}", root=False, **options)


def kills(word: str):
    def body(run: Run):
        _, server = made(run)
        scripts = pair(run, server, METHOD="backup")
        server.sql("ALTER SYSTEM SET wal_keep_size = '64MB'")
        server.sql("SELECT pg_reload_conf()")
        time.sleep(0.2)
        assert script(scripts / "pre").code == 0
        os.kill(int((host.STATE / run.name / word).read_text().split()[0]), signal.SIGKILL)
        end = now() + 2
        while server.sql("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'consnap-quiesce'") != "0":
            assert now() < end
        post = script(scripts / "post")
        assert (post.code, post["verdict"], post["held"]) == (20, "lost", "no"), post
        run.nothing_left()

    return body


row("holder killed")(kills("holder"))
row("client killed")(kills("client"))


@row("restarted while it was held")
def restarted(run: Run):
    _, server = made(run)
    scripts = pair(run, server)
    assert script(scripts / "pre").code == 0
    server.kill()
    server.start()
    post = script(scripts / "post")
    assert (post.code, post["verdict"]) == (20, "lost"), post
    run.nothing_left()


@row("backup mode past its limit", seconds=9)
def limit(run: Run):
    _, server = made(run)
    server.sql("ALTER SYSTEM SET wal_keep_size = '64MB'")
    server.sql("SELECT pg_reload_conf()")
    scripts = pair(run, server, METHOD="backup", LIMIT=5)
    assert script(scripts / "pre").code == 0
    time.sleep(6.2)
    assert server.sql("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'consnap-quiesce'") == "0"
    post = script(scripts / "post")
    assert (post.code, post["verdict"], post["held"]) == (21, "expired", "no"), post
    run.nothing_left()


@row("holder stopped", seconds=18)
def holder_stopped(run: Run):
    """SIGSTOP: the server ends backup mode."""
    _, server = made(run)
    server.sql("ALTER SYSTEM SET wal_keep_size = '64MB'")
    server.sql("SELECT pg_reload_conf()")
    scripts = pair(run, server, METHOD="backup", LIMIT=60)
    assert script(scripts / "pre").code == 0
    os.kill(int((host.STATE / run.name / "holder").read_text().split()[0]), signal.SIGSTOP)
    begin = now()
    while server.sql("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'consnap-quiesce'") != "0":
        assert now() - begin < 17
        time.sleep(0.2)
    took = now() - begin
    post = script(scripts / "post")
    assert (post.code, post["held"]) == (24, "no"), post
    run.nothing_left()
    return f"the session ended after {took:.1f} s"


@row("refusals", seconds=6)
def refusals(run: Run):
    _, server = made(run)

    def refused(code, why, **settings):
        pre = script(pair(run, server, **settings) / "pre")
        assert (pre.code, pre["why"], pre["verdict"], pre["held"]) == (code, why, "refused", "no"), pre
        run.nothing_left()

    refused(11, "not_reached", HOST="/run/databases/none")
    refused(12, "denied", DB_USER="nobody")
    refused(15, "no_wal", METHOD="backup")
    secret = run.text("pgpass", "*:*:*:consnap:x\n")
    secret.chmod(0o640)
    refused(10, "secret_file", PASS_FILE=secret)
    server.sql("REVOKE pg_checkpoint FROM consnap")
    refused(12, "denied")
    server.sql("ALTER SYSTEM SET fsync = off")
    server.sql("SELECT pg_reload_conf()")
    time.sleep(0.3)
    refused(15, "unsafe")


@row("WAL that nothing keeps", seconds=6)
def wal_missing(run: Run):
    """An archive that fails: backup mode ends, and the post-script says that a restore has not what it needs."""
    _, server = made(run)
    server.sql("ALTER SYSTEM SET archive_mode = on")
    server.sql("ALTER SYSTEM SET archive_command = 'false'")
    server.stop()
    server.start()
    scripts = pair(run, server, METHOD="backup", ARCHIVE_WAIT=2)
    assert script(scripts / "pre").code == 0
    post = script(scripts / "post")
    assert (post.code, post["verdict"], post["wal"], post["held"]) == (25, "wal_missing", "missing", "no"), post
    run.nothing_left()


@case("postgresql as the server's own user", seconds=4)
def own_user(run: Run):
    _, server = made(run)
    scripts = pair(run, server, RUN_AS="postgres", DB_USER="postgres")
    assert script(scripts / "pre", environment=host.EMPTY_ENVIRONMENT).code == 0
    post = script(scripts / "post", environment=host.EMPTY_ENVIRONMENT)
    assert (post.code, post["verdict"]) == (0, "checkpointed"), post
    run.nothing_left()
