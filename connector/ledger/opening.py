"""Opening a ledger: which database, is its folder fit, who holds it, and bringing its schema up to date."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from filelock import FileLock, Timeout

from connector import drives
from connector.errors import LedgerInUse, LedgerUnavailable, LedgerUnusable
from connector.ledger.databases import Database
from connector.ledger.schema import meta

OWNER = "ledger.pid"
LOCK = "ledger.lock"
GLANCE = 0.5
"""Seconds: whoever only asks whether somebody holds the lock has let it go by then."""
ADVISORY_LOCK = 0x69476172
"""The key of the PostgreSQL advisory lock that makes a service the only one of its database."""


def prepare_folder(folder: Path, mounts: Path = drives.MOUNTS) -> None:
    """Make a state folder fit for a ledger: on a disk of this machine, and for this account alone.

    Raises `LedgerUnusable` when it cannot be made or written, or lies on a network drive.
    """
    _refuse_network_drive(folder, mounts)
    with unwritable(folder):
        for parent in reversed([each for each in folder.parents if not each.exists()]):
            parent.mkdir(mode=0o700, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        folder.chmod(0o700)


def migrate(database: Database, entropy: Callable[[int], bytes]) -> None:
    """Bring the schema up to date, in one transaction; a ledger from a newer version is refused.

    Raises `LedgerUnusable` when the database is not a ledger this version can work on.
    """
    config = _alembic_config()
    try:
        with unopenable(), database.write("migrate") as connection:
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
    with unopenable(), database.read() as connection:
        found = _revision(connection)
    if found not in (None, ScriptDirectory.from_config(_alembic_config()).get_current_head()):
        raise LedgerUnusable(
            "this ledger has the form of another version; start the service of this one first"
        )
    return found is not None


@contextmanager
def only_instance(folder: Path) -> Iterator[bool]:
    """Be the only process that works on this state folder; whether the one before died without an end.

    Raises `LedgerInUse` naming the other's process id.
    """
    owner = folder / OWNER
    lock = FileLock(folder / LOCK, mode=0o600)
    try:
        with unwritable(folder):
            lock.acquire(timeout=GLANCE)
    except Timeout:
        raise LedgerInUse(f"another igarage-connector works on {folder} {_owner(owner)}".rstrip()) from None
    try:
        died = owner.exists()
        with unwritable(folder):
            write_private(owner, str(os.getpid()))
        yield died
        owner.unlink(missing_ok=True)
    finally:
        lock.release()


def instance(folder: Path) -> int | None:
    """The process that works on this state folder now; None when there is none. Writes nothing that was not there."""
    if not (folder / LOCK).exists():
        return None
    lock = FileLock(folder / LOCK, mode=0o600)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return _process(folder / OWNER)
    lock.release()
    return None


@contextmanager
def only_instance_of(database: Database) -> Iterator[None]:
    """Be the only process that works on this PostgreSQL database. Raises `LedgerInUse`."""
    with unopenable():
        connection = database.writing.connect()
    with connection:
        connection.detach()  # the lock lives as long as this connection, which no pool is to keep
        taken = connection.execute(sa.select(sa.func.pg_try_advisory_lock(ADVISORY_LOCK))).scalar()
        if not taken:
            raise LedgerInUse("another igarage-connector works on this database")
        connection.commit()
        yield


def instance_of(database: Database) -> int | None:
    """0 where somebody works on this PostgreSQL database now, who cannot be told; None where nobody does."""
    query = sa.text(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = :key AND database = "
        "(SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    with unopenable(), database.read() as connection:
        return 0 if connection.execute(query, {"key": ADVISORY_LOCK}).scalar() else None


@contextmanager
def unwritable(folder: Path) -> Iterator[None]:
    try:
        yield
    except Timeout:
        raise
    except OSError as error:
        raise LedgerUnusable(f"state folder {folder} cannot be written: {error.strerror}") from error


@contextmanager
def unopenable() -> Iterator[None]:
    """What a database says that cannot be opened, as `LedgerUnusable`."""
    try:
        yield
    except (sa.exc.DBAPIError, sqlite3.Error) as error:
        raise LedgerUnusable(f"the ledger cannot be opened: {_kind(error)}") from error
    except LedgerUnavailable as error:
        raise LedgerUnusable(f"the ledger cannot be opened: {error}") from error


def _kind(error: Exception) -> str:
    return type(getattr(error, "orig", error)).__name__


def _owner(file: Path) -> str:
    process = _process(file)
    return f"(process {process})" if process else ""


def _process(file: Path) -> int:
    """The number in the file; 0 where there is none to read: the owner is just writing it."""
    try:
        return int(file.read_text())
    except (OSError, ValueError):
        return 0


def _refuse_network_drive(folder: Path, mounts: Path) -> None:
    """The journal of SQLite corrupts on a network drive, where shared memory is not shared."""
    if drives.is_network_drive(folder, mounts):
        raise LedgerUnusable(
            f"state folder {folder} lies on a network drive; choose one on this machine's own disk"
        )


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


def write_private(path: Path, text: str) -> None:
    """Write a file that only this account may read."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
