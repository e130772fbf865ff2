"""The servers of the suite: made, started on a folder, loaded, looked into."""

from __future__ import annotations

import contextlib
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import threading
import time
from typing import ClassVar

import host
from host import USERS, now, sh
from plugin import stop_process


class Server:
    """A server on a data folder. `folder` may be a disk's mount point or any other folder."""

    count = 0
    lock = threading.Lock()
    user = "root"
    process: subprocess.Popen | None = None

    def __init__(self, disk: host.Disk | host.Folder):
        disk.server = self
        with Server.lock:
            Server.count += 1
            self.number = Server.count
        self.folder = disk.folder
        self.run = host.RUN / str(self.number)
        self.run.mkdir(mode=0o755)
        self.log = self.run / "log"
        if os.getuid() == 0:
            os.chown(self.run, USERS[self.user], USERS[self.user])
        else:
            self.user = ""

    def as_user(self, command) -> list[str]:
        if not self.user:
            return host.bound(command)
        return ["setpriv", f"--reuid={self.user}", f"--regid={USERS[self.user]}", "--clear-groups", "--", *command]

    def own(self, *folders: pathlib.Path) -> None:
        for folder in folders:
            folder.mkdir(parents=True, exist_ok=True)
            if self.user:
                os.chown(folder, USERS[self.user], USERS[self.user])

    def launch(self, command) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.as_user(command),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
            )

    def ready(self, limit: float = 30) -> None:
        end = now() + limit
        while not self.answers():
            if self.process.poll() is not None or now() > end:
                raise RuntimeError(f"{type(self).__name__} does not start\n{self.log.read_text()[-2000:]}")
            time.sleep(0.05)

    def answers(self) -> bool:
        raise NotImplementedError

    def stop(self, how: int = signal.SIGTERM) -> None:
        if self.process:
            stop_process(self.process, how)

    def kill(self) -> None:
        self.stop(signal.SIGKILL)


class Client:
    """A command line client as a session: a statement goes in, a line comes out."""

    def __init__(self, command):
        self.process = subprocess.Popen(
            host.bound(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            bufsize=1,
            cwd="/",
        )

    def ask(self, text: str) -> str:
        self.process.stdin.write(text + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("the session ended")
        return line.rstrip("\n")

    def close(self) -> None:
        self.process.stdin.close()
        stop_process(self.process, limit=5)


class MariaDB(Server):
    user = "mysql"
    engine = "mariadb"
    # A table of each kind, and a writer for each.
    tables: ClassVar = {"i": "InnoDB", "m": "MyISAM", "a": "Aria TRANSACTIONAL=0"}

    @property
    def socket(self) -> pathlib.Path:
        return self.run / "s"

    def init(self) -> MariaDB:
        self.own(self.folder, self.folder / "my")
        for name in ("mysql", "test"):
            self.own(self.folder / "my" / name)
        text = "CREATE DATABASE IF NOT EXISTS mysql;\nUSE mysql;\n" + host.system_tables()
        boot = subprocess.run(
            self.as_user(self.command("--bootstrap", "--skip-log-bin")),
            input=text,
            text=True,
            check=False,
            capture_output=True,
            timeout=120,
        )
        assert boot.returncode == 0, boot.stderr[-2000:]
        self.start()
        for key, engine in self.tables.items():
            name, _, option = engine.partition(" ")
            self.sql(f"CREATE TABLE test.{key} (w INT, n INT, t VARCHAR(200), KEY (n), KEY (t)) ENGINE={name} {option}")
        self.sql(
            "CREATE TABLE test.batch (n INT PRIMARY KEY, g INT, t VARCHAR(60), KEY (t), KEY (g)) ENGINE=MyISAM; "
            "INSERT INTO test.batch SELECT seq, 0, LEFT(SHA2(seq, 256), 40) FROM test.seq_1_to_20000"
        )
        way = "VIA unix_socket" if self.user else "BY ''"
        self.sql(
            f"CREATE USER consnap@localhost IDENTIFIED {way}; "
            "GRANT RELOAD, PROCESS, BINLOG MONITOR ON *.* TO consnap@localhost"
        )
        self.stop()
        return self

    def command(self, *more: str) -> list[str]:
        return [
            "mariadbd",
            "--no-defaults",
            f"--datadir={self.folder}/my",
            f"--socket={self.socket}",
            f"--pid-file={self.run}/pid",
            "--skip-networking",
            "--innodb-buffer-pool-size=32M",
            "--innodb-log-file-size=24M",
            "--key-buffer-size=8M",
            "--innodb-flush-log-at-trx-commit=1",
            "--sync-binlog=0",
            f"--tmpdir={self.run}",
            "--performance-schema=0",
            *(
                []
                if self.user
                else [f"--lc-messages-dir={host.mariadb_share()}", f"--plugin-dir={host.TREE}/usr/lib/mysql/plugin"]
            ),
            *more,
        ]

    def start(self, *more: str, binlog: bool = True) -> MariaDB:
        # Recovery of MyISAM would hide what the copy is like.
        binary = ["--log-bin=bin", "--server-id=1", "--binlog-format=ROW"] if binlog else []
        self.launch(self.command(*binary, "--myisam-recover-options=OFF", "--aria-recover-options=", *more))
        self.ready()
        return self

    def client(self, *more: str) -> list[str]:
        return [
            shutil.which("mariadb"),
            "--no-defaults",
            f"--socket={self.socket}",
            "-uroot",
            "-NB",
            "--unbuffered",
            *more,
        ]

    def answers(self) -> bool:
        return self.socket.exists() and sh(self.client("-e", "SELECT 1"), check=False).returncode == 0

    def sql(self, text: str) -> str:
        return sh(self.client("-e", text)).stdout.strip()

    def writer(self, number: int):
        table = list(self.tables)[number % len(self.tables)]
        client = Client(self.client())

        def put(n: int) -> None:
            answer = client.ask(
                f"INSERT INTO test.{table} VALUES ({number}, {n}, CONCAT(SHA2({n}, 256), REPEAT('x', 100))); "
                f"SELECT {n};"
            )
            if answer != str(n):
                raise RuntimeError(answer)

        return put

    @contextlib.contextmanager
    def batches(self):
        """Statements on a MyISAM table that take long: the freeze falls into the middle of one."""
        stopped = threading.Event()

        def work():
            client = Client(self.client())
            generation = 0
            with contextlib.suppress(RuntimeError, OSError):
                while not stopped.is_set():
                    generation += 1
                    client.ask(
                        f"UPDATE test.batch SET g = {generation}, t = LEFT(SHA2(CONCAT(n, g), 256), 40); SELECT 1;"
                    )
            client.close()

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        try:
            yield
        finally:
            stopped.set()
            thread.join(20)

    def rows(self) -> list[list[int]]:
        return [
            [int(n) for n in self.sql(f"SELECT n FROM test.{table} IGNORE INDEX (n)").split()] for table in self.tables
        ]

    def damaged(self) -> list[str]:
        """Tables that CHECK TABLE complains about."""
        bad = []
        for table in [*self.tables, "batch"]:
            said = [line.split("\t") for line in self.sql(f"CHECK TABLE test.{table} EXTENDED").splitlines()]
            if any(row[2] == "error" or (row[2] == "status" and row[3] != "OK") for row in said):
                bad.append(table)
        if "batch" not in bad and self.sql("SELECT COUNT(DISTINCT g) FROM test.batch IGNORE INDEX (g)") != "1":
            bad.append("half a statement")
        return bad

    def locked(self) -> bool:
        """Whether a write waits: nothing may be held any more."""
        done = sh(
            self.client("-e", "SET lock_wait_timeout=1; CREATE TABLE test.z (z INT) ENGINE=MyISAM; DROP TABLE test.z"),
            check=False,
        )
        return done.returncode != 0


class MySQL(MariaDB):
    engine = "mysql"
    tables: ClassVar = {"i": "InnoDB", "m": "MyISAM", "a": "InnoDB"}

    def init(self) -> MySQL:
        self.own(self.folder)
        sh(self.as_user(self.command("--initialize-insecure")), timeout=180)
        self.start()
        self.sql("CREATE DATABASE test")
        for key, engine in self.tables.items():
            self.sql(f"CREATE TABLE test.{key} (w INT, n INT, t VARCHAR(200), KEY (n), KEY (t)) ENGINE={engine}")
        self.sql(
            "CREATE TABLE test.batch (n INT PRIMARY KEY, g INT, t VARCHAR(60), KEY (t), KEY (g)) ENGINE=MyISAM; "
            "USE test; SET SESSION cte_max_recursion_depth = 30000; INSERT INTO test.batch WITH RECURSIVE s AS "
            "(SELECT 1 AS n UNION ALL SELECT n + 1 FROM s WHERE n < 20000) SELECT n, 0, LEFT(SHA2(n, 256), 40) FROM s"
        )
        self.sql(
            "CREATE USER consnap@localhost IDENTIFIED WITH auth_socket AS 'root'; "
            "GRANT RELOAD, PROCESS, BACKUP_ADMIN, REPLICATION CLIENT ON *.* TO consnap@localhost"
        )
        self.stop()
        return self

    def command(self, *more: str) -> list[str]:
        return [
            "mysqld",
            "--no-defaults",
            f"--datadir={self.folder}/my",
            f"--socket={self.socket}",
            f"--pid-file={self.run}/pid",
            "--skip-networking",
            "--mysqlx=OFF",
            "--innodb-buffer-pool-size=64M",
            "--innodb-redo-log-capacity=32M",
            "--performance-schema=0",
            "--secure-file-priv=NULL",
            "--plugin-load-add=auth_socket.so",
            f"--tmpdir={self.run}",
            *more,
        ]

    def start(self, *more: str, binlog: bool = True) -> MySQL:
        self.launch(
            self.command(*(["--log-bin=bin"] if binlog else ["--skip-log-bin"]), "--myisam-recover-options=OFF", *more)
        )
        self.ready(60)
        return self

    def client(self, *more: str) -> list[str]:
        return [
            shutil.which("mysql"),
            "--no-defaults",
            f"--socket={self.socket}",
            "-uroot",
            "-NB",
            "--unbuffered",
            *more,
        ]


class PostgreSQL(Server):
    user = "postgres"

    def init(self, wal: pathlib.Path | None = None, more: str = "") -> PostgreSQL:
        self.own(self.folder)
        binary = f"{host.POSTGRESQL}/initdb"
        walled = [f"--waldir={wal}/wal"] if wal else []
        if wal:
            self.own(wal)
        sh(
            self.as_user(
                [
                    binary,
                    "-D",
                    f"{self.folder}/pg",
                    "-U",
                    "postgres",
                    "-A",
                    "trust",
                    "-N",
                    "-k",
                    "--no-instructions",
                    *walled,
                ]
            ),
            env={**os.environ, "LC_ALL": "C"},
        )
        (self.folder / "pg" / "postgresql.auto.conf").write_text(
            "shared_buffers = 32MB\nmax_connections = 30\nlisten_addresses = ''\nmax_wal_size = 512MB\n"
            "autovacuum = off\n"
            "checkpoint_timeout = 1h\nwal_recycle = off\ndynamic_shared_memory_type = mmap\nlogging_collector = off\n"
            f"jit = off\n{more}"
        )
        (self.folder / "pg" / "pg_hba.conf").write_text(
            f"local all consnap {'peer map=consnap' if self.user else 'trust'}\nlocal all all trust\n"
        )
        (self.folder / "pg" / "pg_ident.conf").write_text("consnap root consnap\n")
        return self

    def schema(self, space: pathlib.Path | None = None) -> PostgreSQL:
        where = ""
        if space:
            self.own(space, space / "space")
            self.sql(f"CREATE TABLESPACE far LOCATION '{space}/space'")
            where = "TABLESPACE far"
        self.sql(
            f"CREATE TABLE t (w int, n int, x text); CREATE UNIQUE INDEX t_n ON t (w, n) {where};"
            f"CREATE TABLE quiet (n int); CREATE UNIQUE INDEX quiet_n ON quiet (n) {where};"
            "CREATE EXTENSION amcheck;"
            "CREATE ROLE consnap LOGIN; GRANT pg_checkpoint, pg_read_all_settings TO consnap;"
            "GRANT EXECUTE ON FUNCTION pg_backup_start(text, boolean), pg_backup_stop(boolean) TO consnap"
        )
        return self

    def start(self, *more: str) -> PostgreSQL:
        self.launch([f"{host.POSTGRESQL}/postgres", "-D", f"{self.folder}/pg", "-k", str(self.run), *more])
        self.ready()
        return self

    def stop(self, how: int = signal.SIGINT) -> None:
        super().stop(how)

    def kill(self) -> None:
        # As a crash, but for the shared memory, which would stay.
        self.stop(signal.SIGQUIT)

    def client(self, *more: str) -> list[str]:
        return [
            "psql",
            "-X",
            "-qAt",
            "-v",
            "ON_ERROR_STOP=1",
            "-h",
            str(self.run),
            "-U",
            "postgres",
            "-d",
            "postgres",
            *more,
        ]

    def answers(self) -> bool:
        return sh(self.client("-c", "SELECT 1"), check=False).returncode == 0

    def sql(self, text: str) -> str:
        return sh(self.client("-c", text)).stdout.strip()

    def writer(self, number: int):
        client = Client(self.client())

        def put(n: int) -> None:
            answer = client.ask(f"INSERT INTO t VALUES ({number}, {n}, repeat(md5('{n}'), 4)); SELECT {n};")
            if answer != str(n):
                raise RuntimeError(answer)

        return put

    def rows(self, writers: int = 3) -> list[list[int]]:
        """What the heap holds."""
        text = self.sql(
            "SET enable_indexscan = off; SET enable_bitmapscan = off; SET enable_indexonlyscan = off;SELECT w, n FROM t"
        )
        found: list[list[int]] = [[] for _ in range(writers)]
        for line in text.splitlines():
            writer, n = line.split("|")
            found[int(writer)].append(int(n))
        return found

    def by_index(self) -> int:
        return int(self.sql("SET enable_seqscan = off; SELECT count(*) FROM t WHERE w >= 0"))

    def quiet(self, by_index: bool = False) -> int:
        """The rows of the table that the load does not write to."""
        off = ["seqscan"] if by_index else ["indexscan", "indexonlyscan", "bitmapscan"]
        return int(
            self.sql("".join(f"SET enable_{way} = off; " for way in off) + "SELECT count(*) FROM quiet WHERE n > 0")
        )

    def damaged(self) -> str:
        """What amcheck says of the indexes; empty when they are whole."""
        text = "SELECT bt_index_check('t_n', true), bt_index_check('quiet_n', true)"
        return sh(self.client("-c", text), check=False).stderr.strip()

    def redo(self) -> tuple[int, int]:
        """Where the last recovery began, and how many bytes it went through."""
        text = self.log.read_text()
        begin = re.search(r"redo starts at (\w+/\w+)", text)
        end = re.search(r"redo done at (\w+/\w+)", text)
        return (lsn(begin.group(1)), lsn(end.group(1)) - lsn(begin.group(1))) if begin and end else (0, 0)


def lsn(text: str) -> int:
    high, low = text.split("/")
    return (int(high, 16) << 32) + int(low, 16)


class Redis(Server):
    user = "redis"
    engine = "redis"

    def __init__(self, disk, appendfsync: str | None = "everysec"):
        super().__init__(disk)
        self.appendfsync = appendfsync

    @property
    def socket(self) -> pathlib.Path:
        return self.run / "s"

    def start(self, *more: str) -> Redis:
        self.own(self.folder, self.folder / "data")
        sh(["chown", "-R", self.user, str(self.folder / "data")]) if self.user else None
        aof = ["--appendonly", "yes", "--appendfsync", self.appendfsync] if self.appendfsync else ["--appendonly", "no"]
        self.launch(
            [
                f"{self.engine}-server",
                "--port",
                "0",
                "--unixsocket",
                str(self.socket),
                "--unixsocketperm",
                "777",
                "--dir",
                f"{self.folder}/data",
                "--save",
                "",
                "--daemonize",
                "no",
                *aof,
                *more,
            ]
        )
        self.ready()
        return self

    def answers(self) -> bool:
        return self.socket.exists() and sh(self.client("PING"), check=False).stdout.strip() == "PONG"

    def client(self, *words: str) -> list[str]:
        return [shutil.which(f"{self.engine}-cli"), "-s", str(self.socket), *words]

    def ask(self, *words: str) -> str:
        return sh(self.client(*words)).stdout.strip()

    def writer(self, number: int):
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(str(self.socket))
        connection.settimeout(60)
        reader = connection.makefile("rb")

        def put(n: int) -> None:
            key, value = f"w{number}", str(n)
            parts = "".join(f"${len(word)}\r\n{word}\r\n" for word in ("RPUSH", key, value))
            connection.sendall(f"*3\r\n{parts}".encode())
            answer = reader.readline()
            if not answer.startswith(b":"):
                raise RuntimeError(answer)
            time.sleep(0.0005)

        return put

    def rows(self, writers: int = 3) -> list[list[int]]:
        return [[int(n) for n in self.ask("LRANGE", f"w{w}", "0", "-1").split()] for w in range(writers)]


class Valkey(Redis):
    engine = "valkey"
