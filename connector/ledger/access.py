"""Ways into a ledger: to work on it as its only process, or to look at it beside whoever works."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path

from connector.ledger import opening
from connector.ledger.ledger import Ledger

Where = Path | str
"""A state folder, or the URL of a PostgreSQL database."""


@contextmanager
def to_work(
    where: Where, *, now: Callable[[], datetime], entropy: Callable[[int], bytes]
) -> Iterator[Ledger]:
    """The ledger, its schema up to date, for the one process that works on it; what a dead one claimed is free.

    Raises `LedgerInUse` when another process has it, and `LedgerUnusable` when it cannot serve.
    """
    with ExitStack() as leaving:
        database = _open(where, leaving)
        opening.migrate(database, entropy)
        ledger = Ledger(database, now, entropy)
        ledger.free_claims()
        yield ledger


@contextmanager
def to_look(
    where: Where, *, now: Callable[[], datetime], entropy: Callable[[int], bytes]
) -> Iterator[Ledger]:
    """The ledger as it stands, for looking only: nothing is written, and one that is not there yet is empty.

    Raises `LedgerUnusable` when it was made by another version.
    """
    with ExitStack() as leaving:
        database = _open_to_look(where)
        if database:
            leaving.callback(database.close)
        if database and opening.is_ledger(database):
            yield Ledger(database, now, entropy)
        else:
            yield leaving.enter_context(scratch(now=now, entropy=entropy))


def _open_to_look(where: Where) -> opening.Database | None:
    if isinstance(where, Path):
        return opening.sqlite_file_to_look(where)
    return opening.postgresql(where, look_only=True)


def _open(where: Where, leaving: ExitStack) -> opening.Database:
    if isinstance(where, Path):
        opening.prepare_folder(where)
        leaving.enter_context(opening.only_instance(where))
        database = opening.sqlite_file(where)
        leaving.callback(database.close)
    else:
        database = opening.postgresql(where)
        leaving.callback(database.close)
        leaving.enter_context(opening.only_instance_of(database))
    return database


@contextmanager
def scratch(*, now: Callable[[], datetime], entropy: Callable[[int], bytes]) -> Iterator[Ledger]:
    """A ledger in memory, gone on leaving: to try something out beside the real one."""
    database = opening.sqlite_memory(entropy)
    try:
        yield Ledger(database, now, entropy)
    finally:
        database.close()
