"""What was deleted leaves the file itself: deleting alone, and emptying the journal, does not do that."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import Any

import pytest

from connector.ledger import databases
from connector.ledger.databases import DATABASE

ROWS = 20_000


@pytest.fixture
def grown(tmp_path: Path) -> Any:
    """A database of which rows came and grew in no order, so that its pages were split again and again; then 500 went.

    With it the plain texts that were deleted.
    """
    database, dice, keys = databases.sqlite_file(tmp_path), random.Random(1), []
    with database.write() as connection:
        connection.exec_driver_sql("CREATE TABLE t (k TEXT PRIMARY KEY, v TEXT, a TEXT)")
        connection.exec_driver_sql("CREATE INDEX i ON t (a)")
        for number in range(ROWS):
            keys.append(f"K{dice.randrange(10**9)}")
            row = (keys[-1], f"name{number:05}-" + "x" * dice.randrange(300), _address(number))
            connection.exec_driver_sql("INSERT OR REPLACE INTO t VALUES (?, ?, ?)", row)
    for _ in range(3):
        with database.write() as connection:
            for key in dice.sample(keys, 5000):
                more = ("y" * dice.randrange(200), key)
                connection.exec_driver_sql("UPDATE t SET v = v || ? WHERE k = ?", more)
    gone = dice.sample(range(ROWS), 500)
    with database.write() as connection:
        for number in gone:
            connection.exec_driver_sql("DELETE FROM t WHERE k = ?", (keys[number],))
    yield database, [(f"name{number:05}-".encode(), _address(number).encode()) for number in gone]
    database.close()


def _address(number: int) -> str:
    return f"klant{number:05}@voorbeeld.example"


def left(path: Path, gone: Any) -> int:
    """How many of those who were deleted can still be read in the file."""
    there = set(re.findall(rb"name\d{5}-|klant\d{5}@voorbeeld.example", path.read_bytes()))
    return sum(not there.isdisjoint(words) for words in gone)


def test_only_writing_the_whole_anew_leaves_nothing_of_what_was_deleted(grown: Any, tmp_path: Path) -> None:
    database, gone = grown
    with database.writing.raw_connection() as connection:
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert left(tmp_path / DATABASE, gone) > 0, "then deleting is enough, and nothing need be written anew"
    assert database.scrub()
    assert left(tmp_path / DATABASE, gone) == 0
    assert (tmp_path / f"{DATABASE}-wal").stat().st_size == 0
    with database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM t").scalar() == ROWS - 500


def test_while_somebody_looks_it_says_that_it_was_not_done(grown: Any) -> None:
    database, _ = grown
    with database.read() as connection:
        connection.exec_driver_sql("SELECT count(*) FROM t").scalar()
        with database.writing.raw_connection() as writing:
            writing.cursor().execute("PRAGMA busy_timeout=0")
        assert not database.scrub()
    assert database.scrub()
