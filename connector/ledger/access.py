"""Ways into a ledger: to work on it as its only process, or to look at it beside whoever works."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime
from pathlib import Path

from connector.crash import CrashPoint, survive
from connector.errors import LedgerUnusable
from connector.ledger import databases, opening, rescue
from connector.ledger.key_file import KeyFile
from connector.ledger.ledger import Ledger
from connector.ledger.room import Room

Where = Path | str
"""A state folder, or the URL of a PostgreSQL database."""


@contextmanager
def to_work(
    where: Where,
    *,
    now: Callable[[], datetime],
    entropy: Callable[[int], bytes],
    crash: CrashPoint = survive,
    suspect: bool = False,
    keys: Path | None = None,
) -> Iterator[Ledger]:
    """The ledger, its schema up to date, for the one process that works on it; what a dead one claimed is free.

    One that is damaged is set aside first and what can be restored takes its place; it is read through for that when
    the last process died, or when it is `suspect`. Whoever was erased after what was restored is forgotten once more.
    `keys` is the folder of that key, for a ledger in a server. Raises `LedgerInUse` when another process has the
    ledger, and `LedgerUnusable` when it cannot serve.
    """
    with ExitStack() as leaving:
        if isinstance(where, Path):
            ledger = leaving.enter_context(_file_to_work(where, now, entropy, crash, suspect))
        else:
            ledger = leaving.enter_context(
                _server_to_work(where, now, entropy, crash, _key_file(where, keys))
            )
        ledger.erasures.catch_up()
        ledger.free_claims()
        yield ledger


@contextmanager
def _file_to_work(
    folder: Path,
    now: Callable[[], datetime],
    entropy: Callable[[int], bytes],
    crash: CrashPoint,
    suspect: bool,
) -> Iterator[Ledger]:
    opening.prepare_folder(folder)
    with opening.only_instance(folder) as died:
        with opening.unwritable(folder), opening.unopenable():
            wrong = rescue.needed(folder, died=died, suspect=suspect)
            rescued = rescue.rescue(folder, now()) if wrong else None
            room = Room(folder)
            room.keep()
            database = databases.sqlite_file(folder, crash=crash, room=room)
        with closing(database):
            opening.migrate(database, entropy)
            if rescued:
                rescue.confirm(folder, database, rescued, entropy)
            yield Ledger(database, now, entropy, KeyFile(folder))


@contextmanager
def _server_to_work(
    url: str,
    now: Callable[[], datetime],
    entropy: Callable[[int], bytes],
    crash: CrashPoint,
    key_file: KeyFile | None,
) -> Iterator[Ledger]:
    with closing(databases.postgresql(url, crash=crash)) as database, opening.only_instance_of(database):
        opening.migrate(database, entropy)
        yield Ledger(database, now, entropy, key_file)


def _key_file(where: Where, keys: Path | None) -> KeyFile | None:
    folder = where if isinstance(where, Path) else keys
    return None if folder is None else KeyFile(folder)


def instance(where: Where) -> int | None:
    """The process that works on a ledger now; None when there is none, 0 when it cannot be told which."""
    if isinstance(where, Path):
        return opening.instance(where)
    with closing(databases.postgresql(where, look_only=True)) as database:
        return opening.instance_of(database)


@contextmanager
def to_decide(
    where: Where,
    *,
    now: Callable[[], datetime],
    entropy: Callable[[int], bytes],
    crash: CrashPoint = survive,
    keys: Path | None = None,
) -> Iterator[Ledger]:
    """The ledger, for one short decision beside the service, or without it.

    Raises `LedgerUnusable` when there is none yet, or it was made by another version.
    """
    if isinstance(where, Path):
        database = databases.sqlite_file_to_decide(where, crash=crash)
    else:
        database = databases.postgresql(where, crash=crash)
    if database is None:
        raise LedgerUnusable("er is nog geen administratie: start eerst de dienst (run)")
    with closing(database):
        if not opening.is_ledger(database):
            raise LedgerUnusable("er is nog geen administratie: start eerst de dienst (run)")
        yield Ledger(database, now, entropy, _key_file(where, keys))


@contextmanager
def to_look(
    where: Where,
    *,
    now: Callable[[], datetime],
    entropy: Callable[[int], bytes],
    keys: Path | None = None,
) -> Iterator[Ledger]:
    """The ledger as it stands, for looking only: nothing is written, and one that is not there yet is empty.

    Raises `LedgerUnusable` when it was made by another version.
    """
    with ExitStack() as leaving:
        database = _open_to_look(where)
        if database:
            leaving.callback(database.close)
        if database and opening.is_ledger(database):
            yield Ledger(database, now, entropy, _key_file(where, keys))
        else:
            yield leaving.enter_context(scratch(now=now, entropy=entropy))


def _open_to_look(where: Where) -> databases.Database | None:
    if isinstance(where, Path):
        return databases.sqlite_file_to_look(where)
    return databases.postgresql(where, look_only=True)


@contextmanager
def scratch(
    *,
    now: Callable[[], datetime],
    entropy: Callable[[int], bytes],
    key_file: KeyFile | None = None,
) -> Iterator[Ledger]:
    """A ledger in memory, gone on leaving: to try something out beside the real one, with the real one's key."""
    database = databases.sqlite_memory()
    try:
        opening.migrate(database, entropy)
        yield Ledger(database, now, entropy, key_file)
    finally:
        database.close()
