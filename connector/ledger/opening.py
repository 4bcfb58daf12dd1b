"""Opening a ledger: which database, is its folder fit, who holds it, and bringing its schema up to date."""

from __future__ import annotations

import ctypes
import os
import re
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from filelock import FileLock, Timeout
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool, StaticPool

from connector.errors import LedgerInUse, LedgerUnusable
from connector.ledger.schema import meta

DATABASE = "ledger.sqlite3"
NETWORK_FILE_SYSTEMS = frozenset(
    {
        "nfs",
        "nfs4",
        "cifs",
        "smb2",
        "smb3",
        "smbfs",
        "afs",
        "ceph",
        "glusterfs",
        "fuse.sshfs",
        "fuse.glusterfs",
        "9p",
    }
)
BUSY_TIMEOUT = 10.0
"""Seconds that one writing process waits for another's short transaction."""
ADVISORY_LOCK = 0x69476172
"""The key of the PostgreSQL advisory lock that makes a service the only one of its database."""


@dataclass(frozen=True, slots=True)
class Database:
    """An open database: one engine to write, one to read, and a lock where the database allows one writer."""

    writing: sa.Engine
    reading: sa.Engine
    lock: AbstractContextManager[object]

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """One writing transaction; IMMEDIATE on SQLite, so that it waits its turn instead of failing midway."""
        with self.lock, self.writing.begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """One consistent look."""
        if self.reading is self.writing:
            with self.write() as connection:
                yield connection
        else:
            with self.reading.begin() as connection:
                yield connection

    def close(self) -> None:
        """Close every connection."""
        self.reading.dispose()
        self.writing.dispose()


def prepare_folder(folder: Path, mounts: Path = Path("/proc/self/mountinfo")) -> None:
    """Make a state folder fit for a ledger: on a disk of this machine, and for this account alone.

    Raises `LedgerUnusable` when it cannot be made or written, or lies on a network drive.
    """
    _refuse_network_drive(folder, mounts)
    with _unwritable(folder):
        for parent in reversed([each for each in folder.parents if not each.exists()]):
            parent.mkdir(mode=0o700, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        folder.chmod(0o700)


def sqlite_file(folder: Path) -> Database:
    """The ledger in a prepared state folder, made where it is not there yet. Raises `LedgerUnusable`."""
    path = folder / DATABASE
    with _unwritable(folder):
        # SQLite gives its journals the mode of the file it finds, whatever the umask.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        path.chmod(0o600)
    writing = _sqlite_engine(path, "rwc", "BEGIN IMMEDIATE", pool_size=1)
    reading = _sqlite_engine(path, "rwc", "BEGIN", pool_size=8)
    return Database(writing, reading, threading.RLock())


def sqlite_file_to_look(folder: Path) -> Database | None:
    """The ledger of a state folder, for looking only; None where there is none yet. Writes nothing."""
    path = folder / DATABASE
    if not path.exists():
        return None
    # Without a journal nobody writes now: `immutable` then keeps SQLite from making journal files of its own.
    idle = not path.with_name(path.name + "-wal").exists()
    engine = _sqlite_engine(path, "ro&immutable=1" if idle else "ro", "BEGIN", pool_size=2)
    return Database(engine, engine, threading.RLock())


def sqlite_memory(entropy: Callable[[int], bytes]) -> Database:
    """A ledger that is gone with the process."""
    engine = sa.create_engine(
        "sqlite+pysqlite://",
        poolclass=StaticPool,
        connect_args={"check_same_thread": False},
        hide_parameters=True,
    )
    _prepare_sqlite(engine, "BEGIN IMMEDIATE", journal=False)
    database = Database(engine, engine, threading.RLock())
    migrate(database, entropy)
    return database


def postgresql(url: str, *, look_only: bool = False) -> Database:
    """The ledger in a PostgreSQL database; `url` as `postgresql+psycopg://…`."""
    options = {"options": "-c default_transaction_read_only=on"} if look_only else {}
    engine = sa.create_engine(
        url, pool_pre_ping=True, pool_size=16, hide_parameters=True, connect_args=options
    )
    # Several questions get one answer: each statement would see what was committed just before it.
    reading = engine.execution_options(isolation_level="REPEATABLE READ")
    return Database(engine, reading, nullcontext())


def migrate(database: Database, entropy: Callable[[int], bytes]) -> None:
    """Bring the schema up to date, in one transaction; a ledger from a newer version is refused.

    Raises `LedgerUnusable` when the database is not a ledger this version can work on.
    """
    config = _alembic_config()
    try:
        with _unopenable(), database.write() as connection:
            if _revision(connection) == ScriptDirectory.from_config(config).get_current_head():
                return
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            _give_identity(connection, entropy)
    except CommandError as error:
        raise LedgerUnusable("this ledger was made by a newer version; install that version") from error


def is_ledger(database: Database) -> bool:
    """Whether there is a ledger here to look at, or nothing yet.

    Raises `LedgerUnusable`, with a sentence on what to do, when its schema is not this version's.
    """
    with _unopenable(), database.read() as connection:
        found = _revision(connection)
    if found not in (None, ScriptDirectory.from_config(_alembic_config()).get_current_head()):
        raise LedgerUnusable(
            "this ledger has the form of another version; start the service of this one first"
        )
    return found is not None


@contextmanager
def only_instance(folder: Path) -> Iterator[None]:
    """Be the only process that works on this state folder. Raises `LedgerInUse` naming the other's process id."""
    owner = folder / "ledger.pid"
    lock = FileLock(folder / "ledger.lock", mode=0o600)
    try:
        with _unwritable(folder):
            lock.acquire(timeout=0)
    except Timeout:
        raise LedgerInUse(f"another igarage-connector works on {folder} {_owner(owner)}") from None
    try:
        with _unwritable(folder):
            _write_private(owner, str(os.getpid()))
        yield
        owner.unlink(missing_ok=True)
    finally:
        lock.release()


@contextmanager
def only_instance_of(database: Database) -> Iterator[None]:
    """Be the only process that works on this PostgreSQL database. Raises `LedgerInUse`."""
    with _unopenable():
        connection = database.writing.connect()
    with connection:
        connection.detach()  # the lock lives as long as this connection, which no pool is to keep
        taken = connection.execute(sa.select(sa.func.pg_try_advisory_lock(ADVISORY_LOCK))).scalar()
        if not taken:
            raise LedgerInUse("another igarage-connector works on this database")
        connection.commit()
        yield


@contextmanager
def _unwritable(folder: Path) -> Iterator[None]:
    try:
        yield
    except Timeout:
        raise
    except OSError as error:
        raise LedgerUnusable(f"state folder {folder} cannot be written: {error.strerror}") from error


@contextmanager
def _unopenable() -> Iterator[None]:
    try:
        yield
    except sa.exc.DBAPIError as error:
        raise LedgerUnusable(f"the ledger cannot be opened: {type(error.orig).__name__}") from error
    except sqlite3.Error as error:  # from the first words with a database, before SQLAlchemy listens
        raise LedgerUnusable(f"the ledger cannot be opened: {error}") from error


def _owner(file: Path) -> str:
    try:
        return f"(process {int(file.read_text())})"
    except (OSError, ValueError):
        return ""


def _write_private(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)


def _refuse_network_drive(folder: Path, mounts: Path) -> None:
    """The journal of SQLite corrupts on a network drive, where shared memory is not shared."""
    remote = _is_remote_windows(folder) if sys.platform == "win32" else _file_system(folder, mounts)
    if remote is True or remote in NETWORK_FILE_SYSTEMS:
        raise LedgerUnusable(
            f"state folder {folder} lies on a network drive; choose one on this machine's own disk"
        )


def _is_remote_windows(folder: Path) -> bool:
    drive_remote = 4
    windll: Any = getattr(ctypes, "windll", None)
    root = folder.absolute().anchor
    return root.startswith("\\\\") or windll.kernel32.GetDriveTypeW(root) == drive_remote


def _file_system(folder: Path, mounts: Path) -> str | None:
    """The type of the file system a folder lies on, from the longest mount point above it (proc(5), mountinfo)."""
    try:
        lines = mounts.read_bytes().splitlines()
    except OSError:
        return None
    target = Path(os.path.realpath(folder))
    best, found = -1, None
    for line in lines:
        before, _, after = line.partition(b" - ")
        point = _unescaped(before.split(b" ")[4])
        if target.is_relative_to(point) and len(point.parts) >= best:
            best, found = len(point.parts), after.split(b" ")[0].decode()
    return found


def _unescaped(mount_point: bytes) -> Path:
    r"""A mount point as mountinfo writes it: spaces, tabs and backslashes as octal escapes (`\040`)."""
    octal = re.compile(rb"\\([0-7]{3})")
    return Path(os.fsdecode(octal.sub(lambda found: bytes([int(found[1], 8)]), mount_point)))


def _sqlite_engine(path: Path, mode: str, begin: str, *, pool_size: int) -> sa.Engine:
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    engine = sa.create_engine(
        "sqlite+pysqlite://",
        creator=lambda: sqlite3.connect(uri, uri=True, timeout=BUSY_TIMEOUT, check_same_thread=False),
        poolclass=QueuePool,
        pool_size=pool_size,
        max_overflow=0,
        hide_parameters=True,
    )
    _prepare_sqlite(engine, begin, journal=mode == "rwc")
    return engine


def _prepare_sqlite(engine: sa.Engine, begin: str, *, journal: bool) -> None:
    def connect(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # the driver's own BEGIN comes too late and is never IMMEDIATE
        if journal:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")  # NORMAL loses acknowledged rows on power loss
            connection.execute("PRAGMA secure_delete=ON")

    def begin_transaction(connection: sa.Connection) -> None:
        connection.exec_driver_sql(begin)

    sa.event.listen(engine, "connect", connect)
    sa.event.listen(engine, "begin", begin_transaction)


def _alembic_config() -> Config:
    config = Config()
    config.set_main_option("script_location", "connector.ledger:migrations")
    config.set_main_option("path_separator", "os")
    return config


def _revision(connection: sa.Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _give_identity(connection: sa.Connection, entropy: Callable[[int], bytes]) -> None:
    """A ledger's own id, part of every idempotency key: a rebuilt ledger is another one."""
    if connection.execute(sa.select(meta.c.value).where(meta.c.name == "ledger_id")).scalar() is None:
        connection.execute(meta.insert().values(name="ledger_id", value=entropy(16).hex()))
