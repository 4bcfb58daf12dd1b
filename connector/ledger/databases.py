"""Databases a ledger can lie in: how they are opened, and one transaction to write or to look."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool, StaticPool

from connector.crash import CrashPoint, survive
from connector.errors import LedgerDamaged, LedgerError, LedgerUnavailable
from connector.ledger.room import Room

DATABASE = "ledger.sqlite3"
JOURNALS = ("-wal", "-shm")
BUSY_TIMEOUT = 10.0
"""Seconds that one writing process waits for another's short transaction."""
CARRIED = 4000
"""Pages of the journal (16 MB) at which they are carried into the database: a page is not written anew each time."""


def reaction(error: sa.exc.DBAPIError | sqlite3.Error) -> LedgerError | None:
    """The error of ours that a database's own asks for; None where it is a defect of a statement.

    SQLite's codes: https://www.sqlite.org/rescode.html
    """
    name = str(getattr(getattr(error, "orig", error), "sqlite_errorname", ""))
    if name == "SQLITE_FULL":
        return LedgerUnavailable("there is no room on the disk of the ledger", code="full")
    if name.startswith(("SQLITE_IOERR", "SQLITE_CANTOPEN")):
        return LedgerUnavailable(f"the disk of the ledger fails ({name})", code="io")
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return LedgerDamaged(f"the ledger is damaged ({name})")
    if isinstance(error, sa.exc.DBAPIError) and error.connection_invalidated:
        return LedgerUnavailable("the database of the ledger does not answer", code="connection")
    return None


@dataclass(frozen=True, slots=True)
class Database:
    """An open database: one engine to write, one to read, and a lock where the database allows one writer."""

    writing: sa.Engine
    reading: sa.Engine
    lock: AbstractContextManager[object]
    crash: CrashPoint = survive
    room: Room | None = None

    @contextmanager
    def write(self, point: str = "unnamed") -> Iterator[sa.Connection]:
        """One writing transaction; IMMEDIATE on SQLite, so that it waits its turn instead of failing midway.

        `point` names the crash points before and after its commit. Raises `LedgerUnavailable` or `LedgerDamaged`
        where the disk or the server is to blame; then nothing of the transaction stands.
        """
        with self.lock, self._translated(), self.writing.begin() as connection:
            yield connection
            self.crash(f"ledger.{point}.before_commit")
        self.crash(f"ledger.{point}.after_commit")

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """One consistent look. Raises as `write` does."""
        engine = self.reading
        with (
            self.lock if engine is self.writing else nullcontext(),
            self._translated(),
            engine.begin() as look,
        ):
            yield look

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """What the disk or the server did, as an error of ours; on a full disk the room kept for it is given up."""
        try:
            yield
        except (sa.exc.DBAPIError, sqlite3.Error) as error:  # the latter from before SQLAlchemy listens
            ours = reaction(error)
            if ours is None:
                raise
            if self.room and isinstance(ours, LedgerUnavailable) and ours.code == "full":
                self.room.give_up()
            raise ours from None

    def scrub(self) -> bool:
        """Leave nothing of what was deleted; whether that was done, or somebody was looking meanwhile.

        SQLite writes zeros over what is deleted, but not over what a page held before it was split, and its journal
        keeps pages as they were: so the whole is written anew (`VACUUM`) and the journal emptied. PostgreSQL sets the
        room free for others; what its own journal, replicas and dumps keep is beyond us.
        """
        with self.lock, self._translated(), self._outside_transactions() as cursor:
            cursor.execute("VACUUM")
            if self.writing.dialect.name != "sqlite":
                return True
            busy, _, _ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            return not busy

    @contextmanager
    def _outside_transactions(self) -> Iterator[Any]:
        """A cursor of the driver itself, on which each statement stands alone."""
        connection = self.writing.raw_connection()
        driver: Any = connection.driver_connection
        alone = self.writing.dialect.name != "sqlite"  # on SQLite it is so by itself: no BEGIN was given
        try:
            if alone:
                driver.autocommit = True
            with closing(driver.cursor()) as cursor:
                yield cursor
        finally:
            if alone:
                driver.autocommit = False
            connection.close()

    def close(self) -> None:
        """Close every connection."""
        self.reading.dispose()
        self.writing.dispose()


def sqlite_file(folder: Path, *, crash: CrashPoint = survive, room: Room | None = None) -> Database:
    """The ledger in a prepared state folder, made where it is not there yet. Raises `OSError`."""
    path = folder / DATABASE
    # SQLite gives its journals the mode of the file it finds, whatever the umask.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    path.chmod(0o600)
    writing = _sqlite_engine(path, "rwc", "BEGIN IMMEDIATE", pool_size=1)
    reading = _sqlite_engine(path, "rwc", "BEGIN", pool_size=8)
    return Database(writing, reading, threading.RLock(), crash, room)


def sqlite_file_to_decide(folder: Path, *, crash: CrashPoint = survive) -> Database | None:
    """The ledger of a state folder for one short decision beside the service; None where there is none yet.

    It never carries the journal over into the database: that is the service's, the one writer for long.
    """
    path = folder / DATABASE
    if not path.exists():
        return None
    engine = _sqlite_engine(path, "rw", "BEGIN IMMEDIATE", pool_size=1)
    return Database(engine, engine, threading.RLock(), crash)


def sqlite_file_to_look(folder: Path) -> Database | None:
    """The ledger of a state folder, for looking only; None where there is none yet. Writes nothing."""
    path = folder / DATABASE
    if not path.exists():
        return None
    # Without a journal nobody writes now: `immutable` then keeps SQLite from making journal files of its own.
    idle = not path.with_name(path.name + "-wal").exists()
    engine = _sqlite_engine(path, "ro&immutable=1" if idle else "ro", "BEGIN", pool_size=2)
    return Database(engine, engine, threading.RLock())


def sqlite_memory() -> Database:
    """An empty database that is gone with the process."""
    engine = sa.create_engine(
        "sqlite+pysqlite://",
        poolclass=StaticPool,
        connect_args={"check_same_thread": False},
        hide_parameters=True,
    )
    _prepare_sqlite(engine, "BEGIN IMMEDIATE", journal=False)
    return Database(engine, engine, threading.RLock())


def postgresql(url: str, *, look_only: bool = False, crash: CrashPoint = survive) -> Database:
    """The ledger in a PostgreSQL database; `url` as `postgresql+psycopg://…`."""
    options = {"options": "-c default_transaction_read_only=on"} if look_only else {}
    engine = sa.create_engine(
        url, pool_pre_ping=True, pool_size=16, hide_parameters=True, connect_args=options
    )
    # Several questions get one answer: each statement would see what was committed just before it.
    reading = engine.execution_options(isolation_level="REPEATABLE READ")
    return Database(engine, reading, nullcontext(), crash)


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
    _prepare_sqlite(engine, begin, journal=mode == "rwc", carry=mode != "rw")
    return engine


def _prepare_sqlite(engine: sa.Engine, begin: str, *, journal: bool, carry: bool = True) -> None:
    def connect(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # the driver's own BEGIN comes too late and is never IMMEDIATE
        if journal:
            connection.execute("PRAGMA journal_mode=WAL")
        if journal or not carry:
            connection.execute("PRAGMA synchronous=FULL")  # NORMAL loses acknowledged rows on power loss
            connection.execute("PRAGMA secure_delete=ON")
            connection.execute(f"PRAGMA wal_autocheckpoint={CARRIED if carry else 0}")

    def begin_transaction(connection: sa.Connection) -> None:
        connection.exec_driver_sql(begin)

    sa.event.listen(engine, "connect", connect)
    sa.event.listen(engine, "begin", begin_transaction)
