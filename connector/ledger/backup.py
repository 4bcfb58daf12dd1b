"""The nightly copy of a ledger in a file: made whole beside the last one, and then put in its place."""

from __future__ import annotations

import os
import sqlite3
from contextlib import AbstractContextManager, closing
from pathlib import Path

from connector.crash import CrashPoint
from connector.errors import LedgerDamaged
from connector.ledger.databases import DATABASE

BACKUP = "ledger.backup.sqlite3"
PAGES = 2000
"""Pages copied at a time: in between, whoever waits to write has his turn."""


def back_up(folder: Path, crash: CrashPoint) -> None:
    """Copy the ledger of a state folder. The copy replaces the one before when it is whole and on the disk.

    Raises `OSError` or `sqlite3.Error` where it cannot be made, and `LedgerDamaged` when the copy is not sound, for
    then the ledger is not: the one before stays.
    """
    partial = folder / f"{BACKUP}.partial"
    partial.unlink(missing_ok=True)
    os.close(os.open(partial, os.O_WRONLY | os.O_CREAT, 0o600))
    try:
        _copy(folder / DATABASE, partial)
        if not is_sound(partial):
            raise LedgerDamaged("the ledger is damaged: its copy is not sound")
        sync(partial)
        crash("backup.before_replace")
        partial.replace(folder / BACKUP)
        sync_folder(folder)
        crash("backup.after_replace")
    finally:
        partial.unlink(missing_ok=True)


def is_sound(path: Path) -> bool:
    """Whether a database can be read and its pages hang together (`PRAGMA quick_check`).

    Raises `sqlite3.OperationalError` when the disk fails or somebody holds it: that is no damage.
    """
    try:
        with _connected(path) as connection:
            return str(connection.execute("PRAGMA quick_check(1)").fetchone()[0]) == "ok"
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError:
        return False


def has_tables(path: Path) -> bool:
    """Whether anything was ever written into a database, and can be read. Raises as `is_sound`."""
    try:
        with _connected(path) as connection:
            return int(connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]) > 0
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError:
        return False


def _connected(path: Path) -> AbstractContextManager[sqlite3.Connection]:
    """A connection that is closed on leaving: sqlite3's own context manager only ends a transaction."""
    return closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=10))


def _copy(source: Path, target: Path) -> None:
    with _connected(source) as reading, _connected(target) as writing:
        reading.backup(writing, pages=PAGES)
        writing.execute("PRAGMA journal_mode=DELETE")  # one file: nothing of it may lie in a journal


def sync(path: Path) -> None:
    """Have a file's content on the disk."""
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Have a folder's names on the disk, where the system can do that."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
