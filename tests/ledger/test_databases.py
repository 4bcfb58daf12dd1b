"""What a disk or a server does to a transaction: an error of ours that says what to do, and nothing half-written."""

from __future__ import annotations

import resource
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from connector.errors import LedgerDamaged, LedgerUnavailable, LedgerUnusable, Refused
from connector.ledger import Ledger, databases, opening
from connector.ledger.access import to_decide, to_work
from connector.ledger.room import Room
from connector.ledger.schema import garages, meta

DECIDER = """
import secrets, sys
from datetime import UTC, date, datetime
from pathlib import Path
from connector.ledger.access import to_decide
from connector.plan import Policy

with to_decide(Path(sys.argv[1]), now=lambda: datetime.now(UTC), entropy=secrets.token_bytes) as ledger:
    print(*ledger.retry("jansen", None, Policy("never"), date(2027, 3, 1)))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A state folder in which there is no ledger yet."""
    made = tmp_path / "state"
    opening.prepare_folder(made)
    return made


@pytest.fixture
def database(folder: Path, entropy: Any) -> Iterator[databases.Database]:
    """A ledger in a file, with room kept for it."""
    room = Room(folder, 64 * 1024)
    room.keep()
    with closing(databases.sqlite_file(folder, room=room)) as found:
        opening.migrate(found, entropy)
        yield found


def write(database: databases.Database, name: str, size: int = 8) -> None:
    with database.write("test") as connection:
        connection.execute(meta.insert().values(name=name, value="x" * size))


def names(database: databases.Database) -> set[str]:
    with database.read() as connection:
        return set(connection.execute(sa.select(meta.c.name)).scalars())


def let_it_grow(database: databases.Database, pages: int) -> None:
    """The database may grow by so many pages more, as on a disk with so much room."""
    with database.write("test") as connection:  # the one connection that writes
        now = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count={now + pages}")


@contextmanager
def files_no_larger_than(size: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


# ---------------------------------------------------------------- what the codes ask for


@pytest.mark.parametrize(
    ("name", "kind", "code"),
    [
        ("SQLITE_FULL", LedgerUnavailable, "full"),
        ("SQLITE_IOERR", LedgerUnavailable, "io"),
        ("SQLITE_IOERR_WRITE", LedgerUnavailable, "io"),
        ("SQLITE_IOERR_FSYNC", LedgerUnavailable, "io"),
        ("SQLITE_CANTOPEN", LedgerUnavailable, "io"),
        ("SQLITE_CANTOPEN_ISDIR", LedgerUnavailable, "io"),
        ("SQLITE_CORRUPT", LedgerDamaged, None),
        ("SQLITE_CORRUPT_INDEX", LedgerDamaged, None),
        ("SQLITE_NOTADB", LedgerDamaged, None),
        ("SQLITE_ERROR", None, None),
        ("SQLITE_CONSTRAINT_PRIMARYKEY", None, None),
    ],
)
def test_each_code_of_sqlite_asks_for_its_reaction(name: str, kind: type | None, code: str | None) -> None:
    error = sqlite3.OperationalError("no")
    error.sqlite_errorname = name
    wrapped = sa.exc.OperationalError("SELECT 1", {}, error)
    for each in (error, wrapped):
        found = databases.reaction(each)
        assert (type(found) if found else None, getattr(found, "code", None)) == (kind, code)


# ---------------------------------------------------------------- the real disk


def test_on_a_full_disk_nothing_of_a_transaction_stands_and_the_room_is_given_up(
    database: databases.Database,
) -> None:
    let_it_grow(database, 2)
    with pytest.raises(LedgerUnavailable, match="no room") as caught:
        write(database, "large", 100_000)
    assert caught.value.code == "full"
    assert database.room is not None and database.room.given_up
    assert "large" not in names(database)
    write(database, "small")  # it goes on with what fits
    assert "small" in names(database)


def test_a_disk_that_will_not_write_is_told_and_the_same_goes_later(database: databases.Database) -> None:
    with files_no_larger_than(4096), pytest.raises(LedgerUnavailable, match="disk of the ledger") as caught:
        write(database, "large", 100_000)
    assert caught.value.code == "io"
    assert database.room is not None and not database.room.given_up
    write(database, "large", 100_000)
    assert "large" in names(database)


def test_a_damaged_page_is_damage_for_who_reads_and_who_writes(
    database: databases.Database, folder: Path
) -> None:
    with database.write("test") as connection:
        connection.execute(garages.insert(), [{"garage": f"g{each}"} for each in range(2000)])
    with database.writing.connect() as connection:
        raw = connection.connection.driver_connection
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.rollback()
    path = folder / databases.DATABASE
    with path.open("rb+") as file:
        for page in range(1, path.stat().st_size // 4096):
            file.seek(page * 4096)
            file.write(b"\xff" * 4096)
    with closing(databases.sqlite_file(folder)) as anew:
        with pytest.raises(LedgerDamaged), anew.read() as connection:
            connection.execute(sa.select(garages)).all()
        with pytest.raises(LedgerDamaged), anew.write("test") as connection:
            connection.execute(garages.insert().values(garage="x"))


def test_what_is_no_database_is_damage(folder: Path) -> None:
    (folder / databases.DATABASE).write_bytes(b"no database at all" * 1000)
    with (
        closing(databases.sqlite_file(folder)) as database,
        pytest.raises(LedgerDamaged),
        database.read() as connection,
    ):
        connection.execute(sa.select(meta)).all()


def test_a_folder_that_is_gone_is_a_disk_that_fails(folder: Path, entropy: Any) -> None:
    with closing(databases.sqlite_file(folder)) as database:
        shutil.rmtree(folder)
        with pytest.raises(LedgerUnavailable) as caught, database.read():
            pass
        assert caught.value.code == "io"


def test_a_mistake_in_a_statement_is_nobodys_disk(database: databases.Database) -> None:
    write(database, "once")
    with pytest.raises(sa.exc.IntegrityError):
        write(database, "once")
    with pytest.raises(sa.exc.OperationalError), database.read() as connection:
        connection.exec_driver_sql("SELECT * FROM no_such_table")
    assert database.room is not None and not database.room.given_up


def test_a_server_that_goes_away_in_a_transaction_is_unavailable(postgresql_url: str, entropy: Any) -> None:
    with closing(databases.postgresql(postgresql_url)) as database:
        opening.migrate(database, entropy)
        with pytest.raises(LedgerUnavailable) as caught, database.write("test") as connection:
            connection.execute(meta.insert().values(name="lost", value="x"))
            process = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
            with database.writing.connect() as other:
                other.exec_driver_sql(f"SELECT pg_terminate_backend({process})")
            connection.exec_driver_sql("SELECT 1")
        assert caught.value.code == "connection"
        assert "lost" not in names(database)


# ---------------------------------------------------------------- crash points


def test_a_transaction_passes_a_point_before_its_commit_and_one_after(folder: Path, entropy: Any) -> None:
    passed: list[tuple[str, bool]] = []
    with closing(databases.sqlite_file(folder)) as beside:
        opening.migrate(beside, entropy)
        crash = lambda point: passed.append((point, "x" in names(beside)))  # noqa: E731
        with (
            closing(databases.sqlite_file(folder, crash=crash)) as database,
            database.write("claim") as connection,
        ):
            connection.execute(meta.insert().values(name="x", value="x"))
    assert passed == [("ledger.claim.before_commit", False), ("ledger.claim.after_commit", True)]


def test_a_transaction_that_is_left_by_an_error_passes_no_point(folder: Path, entropy: Any) -> None:
    passed: list[str] = []
    with closing(databases.sqlite_file(folder, crash=passed.append)) as database:
        opening.migrate(database, entropy)
        passed.clear()
        with pytest.raises(ZeroDivisionError), database.write("claim"):
            raise ZeroDivisionError
    assert passed == []


# ---------------------------------------------------------------- deciding beside a working ledger


@pytest.fixture
def working(folder: Path, clock: Any, entropy: Any) -> Iterator[Ledger]:
    """The ledger of the folder, as the service has it open."""
    with to_work(folder, now=clock, entropy=entropy) as ledger:
        yield ledger


def decide(folder: Path) -> list[str]:
    """What another process retries."""
    command = [sys.executable, "-c", DECIDER, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_who_decides_beside_the_service_writes_and_carries_no_journal_over(
    working: Ledger, folder: Path, hand: Callable[[Ledger], Any]
) -> None:
    jansen = hand(working)
    with working.database.write("test") as connection:  # the service has much in its journal just now
        connection.connection.driver_connection.execute("PRAGMA wal_autocheckpoint=0")
    jansen.night(*(jansen.car(number, make="Volvo" * 2000) for number in range(1, 1001)))
    journal, path = folder / "ledger.sqlite3-wal", folder / databases.DATABASE
    assert journal.stat().st_size > databases.CARRIED * 4096  # so much would be carried over by who may
    jansen.fail(Refused("422", code="invalid", status=422))
    # Only looked at from outside: a file that this process closed would lose it SQLite's locks.
    before, long = path.stat().st_mtime_ns, journal.stat().st_size
    noticed = working.decisions()
    assert decide(folder) == ["ZZ001Z"]
    assert path.stat().st_mtime_ns == before
    assert journal.stat().st_size > long
    assert working.decisions() == noticed + 1
    assert jansen.held() == {} and jansen.claimed().plate == "ZZ001Z"


def test_who_decides_without_a_service_leaves_a_ledger_that_works(
    folder: Path, clock: Any, entropy: Any, hand: Callable[[Ledger], Any]
) -> None:
    with to_work(folder, now=clock, entropy=entropy) as ledger:
        hand(ledger).night(hand(ledger).car(1))
    assert decide(folder) == []
    with to_work(folder, now=clock, entropy=entropy) as ledger:
        assert (ledger.decisions(), hand(ledger).counts()) == (1, {"pending": 1})


def test_there_is_nothing_to_decide_where_there_is_no_ledger(folder: Path, clock: Any, entropy: Any) -> None:
    with (
        pytest.raises(LedgerUnusable, match="nog geen administratie"),
        to_decide(folder, now=clock, entropy=entropy),
    ):
        pass
    assert list(folder.iterdir()) == []


def test_who_decides_waits_for_the_one_who_writes(
    working: Ledger, folder: Path, hand: Callable[[Ledger], Any]
) -> None:
    jansen = hand(working)
    jansen.night(jansen.car(1))
    command = [sys.executable, "-c", DECIDER, str(folder)]
    with working.database.write("test") as connection:
        connection.execute(meta.insert().values(name="meanwhile", value="x"))
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    assert out == "\n" and working.decisions() == 1
