"""Ways into a ledger: for one process at a time, on a fit disk, for this account alone; and beside it, to look."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from connector.errors import LedgerDamaged, LedgerInUse, LedgerUnusable
from connector.ledger import Ledger, databases, looking, opening
from connector.ledger.access import scratch, to_look, to_work

HOLDER = """
import secrets, sys
from datetime import UTC, datetime
from pathlib import Path
from connector.ledger.access import to_work

where = sys.argv[1] if "://" in sys.argv[1] else Path(sys.argv[1])
with to_work(where, now=lambda: datetime.now(UTC), entropy=secrets.token_bytes) as ledger:
    ledger.know_garage("jansen")
    print("here", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def work(clock: Any, entropy: Any) -> Callable[..., Any]:
    return lambda where: to_work(where, now=clock, entropy=entropy)


@pytest.fixture
def look(clock: Any, entropy: Any) -> Callable[..., Any]:
    return lambda where: to_look(where, now=clock, entropy=entropy)


@pytest.fixture(params=["file", "postgresql"])
def where(request: pytest.FixtureRequest, state: Path) -> Path | str:
    """What `state` in connector.yaml can be: a folder, or the URL of a database."""
    return state if request.param == "file" else str(request.getfixturevalue("postgresql_url"))


@contextmanager
def another_process(where: Path | str) -> Iterator[subprocess.Popen[str]]:
    """A process that works on the ledger until its standard input ends."""
    command = [sys.executable, "-c", HOLDER, str(where)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "here\n"
        try:
            yield process
        finally:
            process.kill()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def picture(folder: Path) -> dict[str, tuple[bytes, int, int]]:
    """Every file of a folder: content, mode, time of its last change.

    Of the journal's index (`-shm`) only that it is there: it is memory that SQLite's processes share, no file of
    record, and readers mark in it how far they read so that the writer leaves them their pages.
    """
    return {
        path.name: (
            b"" if path.name.endswith("-shm") else path.read_bytes(),
            mode(path),
            0 if path.name.endswith("-shm") else path.stat().st_mtime_ns,
        )
        for path in sorted(folder.iterdir())
    }


# ---------------------------------------------------------------- for this account alone (S14)


@pytest.fixture(params=[0o000, 0o022, 0o077])
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


@pytest.mark.usefixtures("umask")
def test_folder_and_files_are_for_this_account_alone_under_any_umask(
    tmp_path: Path, work: Callable[..., Any], hand: Callable[[Ledger], Any]
) -> None:
    folder = tmp_path / "site" / "state"
    with work(folder) as ledger:
        jansen = hand(ledger)
        jansen.night(jansen.car(1))
        found = {path.name: mode(path) for path in folder.iterdir()}
        expected = {"ledger.sqlite3", "ledger.sqlite3-wal", "ledger.sqlite3-shm"}
        expected |= {"ledger.lock", "ledger.pid", "ledger.room"}
        assert found == dict.fromkeys(expected, 0o600)
    assert mode(folder) == mode(folder.parent) == 0o700
    assert {mode(path) for path in folder.iterdir()} == {0o600}


def test_a_folder_and_a_ledger_that_stood_open_are_closed_to_others(
    state: Path, work: Callable[..., Any]
) -> None:
    with work(state):
        pass
    state.chmod(0o755)
    (state / databases.DATABASE).chmod(0o644)
    with work(state):
        assert (mode(state), mode(state / databases.DATABASE)) == (0o700, 0o600)


# ---------------------------------------------------------------- how SQLite is asked to write


def test_sqlite_writes_ahead_syncs_in_full_and_overwrites_what_is_deleted(
    state: Path, work: Callable[..., Any]
) -> None:
    with work(state) as ledger, ledger.database.write() as connection:
        pragmas = ("journal_mode", "synchronous", "secure_delete")
        found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in pragmas]
    assert found == ["wal", 2, 1]


def test_a_writer_holds_the_write_lock_from_its_first_word(state: Path, work: Callable[..., Any]) -> None:
    with work(state) as ledger, ledger.database.write():
        other = sqlite3.connect(state / databases.DATABASE, timeout=0, isolation_level=None)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        other.execute("BEGIN")
        assert other.execute("SELECT count(*) FROM passports").fetchone() == (0,)
        other.close()


def test_a_transaction_that_fails_leaves_nothing(ledger: Ledger) -> None:
    with pytest.raises(ZeroDivisionError), ledger.database.write() as connection:
        connection.exec_driver_sql("INSERT INTO garages (garage) VALUES ('jansen')")
        raise ZeroDivisionError
    with ledger.looking() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM garages").scalar() == 0


# ---------------------------------------------------------------- a disk of this machine (F11)


def mounts(tmp_path: Path, *points: tuple[str, str]) -> Path:
    """A mountinfo with a local root and these mounts, each with its file system; see proc(5)."""
    lines = ["22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw"]
    for number, (point, system) in enumerate(points, start=23):
        escaped = point.replace("\\", "\\134").replace(" ", "\\040")
        lines.append(f"{number} 22 0:50 / {escaped} rw,relatime - {system} //nas/share rw,user=x - y")
    file = tmp_path / "mountinfo"
    file.write_text("\n".join(lines) + "\n", "utf-8")
    return file


@pytest.mark.parametrize("system", ["nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "9p"])
def test_a_network_drive_is_refused_and_nothing_is_made_there(tmp_path: Path, system: str) -> None:
    folder = tmp_path / "share" / "state"
    with pytest.raises(LedgerUnusable, match="network drive"):
        opening.prepare_folder(folder, mounts(tmp_path, (str(tmp_path / "share"), system)))
    assert not folder.parent.exists()


@pytest.mark.parametrize("name", ["met spatie", "Çelik", "back\\slash", "040"])
def test_a_network_drive_is_known_by_any_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(LedgerUnusable, match="network drive"):
        opening.prepare_folder(tmp_path / name / "state", mounts(tmp_path, (str(tmp_path / name), "cifs")))


def test_a_network_drive_is_found_behind_a_link(tmp_path: Path) -> None:
    (tmp_path / "share").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "share")
    with pytest.raises(LedgerUnusable, match="network drive"):
        opening.prepare_folder(
            tmp_path / "link" / "state", mounts(tmp_path, (str(tmp_path / "share"), "cifs"))
        )


def test_the_nearest_mount_and_of_two_there_the_last_decides(tmp_path: Path) -> None:
    point = str(tmp_path / "data")
    opening.prepare_folder(
        tmp_path / "data" / "state", mounts(tmp_path, (str(tmp_path), "nfs"), (point, "nfs"), (point, "xfs"))
    )
    assert (tmp_path / "data" / "state").is_dir()


def test_a_share_beside_the_folder_is_no_matter(tmp_path: Path) -> None:
    opening.prepare_folder(tmp_path / "database", mounts(tmp_path, (str(tmp_path / "data"), "nfs")))
    opening.prepare_folder(tmp_path / "elsewhere", tmp_path / "no-mountinfo-here")


@pytest.mark.parametrize("place", ["state", "site/state"])
def test_a_file_where_the_state_folder_should_be_is_said_and_left_alone(
    tmp_path: Path, place: str, work: Callable[..., Any]
) -> None:
    in_the_way = tmp_path / place.split("/", maxsplit=1)[0]
    in_the_way.write_text("van een ander")
    in_the_way.chmod(0o644)
    with pytest.raises(LedgerUnusable, match="cannot be written"), work(tmp_path / place):
        pass
    assert (in_the_way.read_text(), mode(in_the_way)) == ("van een ander", 0o644)


@pytest.mark.parametrize("name", ["ledger.sqlite3", "ledger.lock", "ledger.pid"])
def test_a_state_folder_that_cannot_be_written_is_said(
    state: Path, name: str, work: Callable[..., Any]
) -> None:
    (state / name).mkdir(parents=True)
    with pytest.raises(LedgerUnusable, match="cannot be written"), work(state):
        pass
    shutil.rmtree(state)
    with work(state) as ledger:
        assert ledger.ledger_id()


def test_a_damaged_ledger_is_said_to_who_looks_and_left_as_it_is(
    state: Path, look: Callable[..., Any]
) -> None:
    state.mkdir()
    (state / databases.DATABASE).write_bytes(b"no database at all" * 1000)
    with pytest.raises(LedgerDamaged, match="damaged"), look(state):
        pass
    assert (state / databases.DATABASE).read_bytes() == b"no database at all" * 1000


def test_a_database_that_is_not_there_is_said_without_its_password(
    work: Callable[..., Any], look: Callable[..., Any]
) -> None:
    url = "postgresql+psycopg://jansen:geheim@127.0.0.1:1/ledger"
    for way_in in (work, look):
        with pytest.raises(LedgerUnusable, match="cannot be opened") as said, way_in(url):
            pass
        assert "geheim" not in str(said.value)


# ---------------------------------------------------------------- one process at a time (F10)


def test_a_second_instance_is_refused_and_told_who_has_the_ledger(
    state: Path, work: Callable[..., Any]
) -> None:
    with work(state) as ledger:
        with pytest.raises(LedgerInUse, match=rf"process {os.getpid()}\b"), work(state):
            pass
        ledger.know_garage("jansen")
        assert (state / "ledger.pid").read_text() == str(os.getpid())
    with work(state):
        pass


def test_a_second_instance_on_postgresql_is_refused(postgresql_url: str, work: Callable[..., Any]) -> None:
    with work(postgresql_url) as ledger:
        with pytest.raises(LedgerInUse), work(postgresql_url):
            pass
        ledger.know_garage("jansen")
    with work(postgresql_url):
        pass


def test_the_lock_on_postgresql_ends_with_its_holder_though_the_pool_lives_on(postgresql_url: str) -> None:
    pools = [databases.postgresql(postgresql_url) for _ in range(2)]
    for database in pools:
        with opening.only_instance_of(database):
            pass
    for database in pools:
        database.close()


def test_another_process_is_refused_until_this_one_has_died(
    where: Path | str, work: Callable[..., Any], until: Callable[..., None]
) -> None:
    def serves() -> bool:
        try:
            with work(where) as ledger:
                return ledger.standing("jansen").last_contact is None
        except LedgerInUse:
            return False

    with another_process(where) as process:
        who = rf"process {process.pid}\b" if isinstance(where, Path) else "another igarage-connector"
        with pytest.raises(LedgerInUse, match=who), work(where):
            pass
    assert process.wait() != 0, "it was killed, and cleared nothing away"
    until(serves)  # PostgreSQL notices the death of a client in its own time


def test_the_claims_of_a_dead_process_are_free_when_the_next_one_works(
    where: Path | str, work: Callable[..., Any], hand: Callable[[Ledger], Any]
) -> None:
    with work(where) as ledger:
        jansen = hand(ledger)
        jansen.night(jansen.car(1))
        jansen.claimed()
    with work(where) as ledger:
        assert jansen.but(ledger=ledger).claim() is not None


# ---------------------------------------------------------------- looking


def test_looking_where_there_is_no_ledger_is_empty_and_makes_nothing(
    tmp_path: Path, look: Callable[..., Any], clock: Any
) -> None:
    (tmp_path / "empty").mkdir()
    for folder in (tmp_path / "nothing", tmp_path / "empty"):
        with look(folder) as ledger, ledger.looking() as connection:
            assert sum(looking.counts(connection, "jansen", clock()).values()) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["empty"]
    assert list((tmp_path / "empty").iterdir()) == []


def test_looking_into_a_database_without_a_ledger_is_empty_and_makes_nothing(
    postgresql_url: str, look: Callable[..., Any], clock: Any
) -> None:
    with look(postgresql_url) as ledger, ledger.looking() as connection:
        assert sum(looking.counts(connection, "jansen", clock()).values()) == 0
    engine = sa.create_engine(postgresql_url, poolclass=sa.pool.NullPool)
    assert sa.inspect(engine).get_table_names() == []


def test_a_ledger_whose_maker_died_before_its_first_word_is_empty(
    state: Path, look: Callable[..., Any], clock: Any
) -> None:
    state.mkdir()
    (state / databases.DATABASE).touch()
    with look(state) as ledger, ledger.looking() as connection:
        assert sum(looking.counts(connection, "jansen", clock()).values()) == 0
    assert [path.name for path in state.iterdir()] == [databases.DATABASE]


def look_around(look: Callable[..., Any], where: Path | str, hand: Callable[[Ledger], Any]) -> Any:
    with look(where) as ledger, ledger.looking() as connection:
        return (
            looking.counts(connection, "jansen", ledger.now()),
            looking.traced(connection, "jansen", "ZZ001Z", ledger.now()).facts.revision,
            looking.rejected(connection, "jansen", everything=True),
            looking.file_summaries(connection, "jansen", "taken"),
        )


def test_looking_at_an_idle_ledger_leaves_its_folder_as_it_was(
    state: Path, work: Callable[..., Any], look: Callable[..., Any], hand: Callable[[Ledger], Any]
) -> None:
    with work(state) as ledger:
        jansen = hand(ledger)
        jansen.night(jansen.car(1))
    before, folder_time = picture(state), state.stat().st_mtime_ns
    for _ in range(2):
        assert look_around(look, state, hand)[1] == 1
    assert picture(state) == before and state.stat().st_mtime_ns == folder_time


def test_looking_beside_a_live_writer_leaves_its_folder_as_it_was_and_sees_what_it_wrote(
    state: Path, work: Callable[..., Any], look: Callable[..., Any], hand: Callable[[Ledger], Any]
) -> None:
    with work(state) as ledger:
        jansen = hand(ledger)
        for revision, make in enumerate(("Volvo", "Saab", "Opel"), start=1):
            jansen.night(jansen.car(1, make=make))
            before, folder_time = picture(state), state.stat().st_mtime_ns
            assert look_around(look, state, hand)[1] == revision
            assert picture(state) == before and state.stat().st_mtime_ns == folder_time


def test_looking_at_what_a_killed_process_left_leaves_it_as_it_was(
    state: Path, tmp_path: Path, work: Callable[..., Any], look: Callable[..., Any], hand: Callable[..., Any]
) -> None:
    left = tmp_path / "left"
    with work(state) as ledger:
        jansen = hand(ledger)
        jansen.night(jansen.car(1))
        shutil.copytree(state, left)  # the journal has not been carried over yet
    before = picture(left)
    assert look_around(look, left, hand)[1] == 1
    assert picture(left) == before
    with work(left) as ledger:
        assert jansen.but(ledger=ledger).trace(1).facts.revision == 1


def test_what_is_opened_to_look_cannot_write(
    where: Path | str, work: Callable[..., Any], look: Callable[..., Any]
) -> None:
    with work(where) as writer:
        for way_in in (look(where), look(where)):
            with way_in as ledger, pytest.raises(sa.exc.DBAPIError, match=r"(?i)read.?only"):
                ledger.know_garage("jansen")
        writer.know_garage("pietersen")


def test_looking_at_a_ledger_of_another_version_is_refused(
    where: Path | str, work: Callable[..., Any], look: Callable[..., Any]
) -> None:
    with work(where) as ledger, ledger.database.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(LedgerUnusable, match="another version"), look(where):
        pass
    with pytest.raises(LedgerUnusable, match="newer version"), work(where):
        pass


def test_a_scratch_ledger_is_whole_and_leaves_nothing(
    tmp_path: Path, clock: Any, entropy: Any, hand: Callable[[Ledger], Any]
) -> None:
    with scratch(now=clock, entropy=entropy) as ledger:
        jansen = hand(ledger)
        jansen.night(jansen.car(1))
        assert jansen.deliver_all() == ["ZZ001Z"]
    assert list(tmp_path.iterdir()) == []
