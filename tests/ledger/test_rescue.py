"""A damaged ledger: set aside, its place taken by the backup or by nothing, and known to be unsure."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connector.errors import LedgerDamaged
from connector.ledger import Ledger, backup, databases, rescue
from connector.ledger.access import to_work
from connector.plan import Look, Put

STAMP = "20270301T010000Z"
WAYS = {
    "no database at all": lambda path: path.write_bytes(b"no database at all" * 1000),
    "a page overwritten": lambda path: _overwrite(path, 4096, b"\xff" * 4096),
    "half of it": lambda path: os.truncate(path, path.stat().st_size // 2 // 4096 * 4096),
    "nothing": lambda path: os.truncate(path, 0),
    "gone": lambda path: path.unlink(),
}


def _overwrite(path: Path, at: int, content: bytes) -> None:
    with path.open("rb+") as file:
        file.seek(at)
        file.write(content)


def nothing(_point: str) -> None:
    """No crash point is armed."""


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def work(clock: Any, entropy: Any) -> Callable[..., Any]:
    return lambda where, **how: to_work(where, now=clock, entropy=entropy, **how)


@pytest.fixture
def filled(state: Path, work: Callable[..., Any], hand: Callable[[Ledger], Any]) -> tuple[Path, str]:
    """A state folder with a ledger of three delivered passports and its backup, and the ledger's id."""
    with work(state) as ledger:
        jansen = hand(ledger)
        jansen.night(jansen.car(1), jansen.car(2), jansen.car(3))
        jansen.deliver_all(sent_at=None)
        backup.back_up(state, nothing)
        return state, ledger.ledger_id()


@pytest.mark.parametrize("way", WAYS)
def test_a_damaged_ledger_is_set_aside_and_its_backup_takes_its_place(
    filled: Any, work: Callable[..., Any], hand: Callable[[Ledger], Any], way: str
) -> None:
    state, before = filled
    WAYS[way](state / databases.DATABASE)
    broken = (state / databases.DATABASE).read_bytes() if way != "gone" else None
    (state / "ledger.pid").write_text("1")
    with work(state) as ledger:
        assert hand(ledger).reindexed().counts() == {"pending": 3}
        assert ledger.ledger_id() != before
        with ledger.looking() as connection:
            assert rescue.told(connection) == rescue.Rescue(STAMP, "backup")
    aside = state / f"ledger.sqlite3.damaged-{STAMP}"
    assert (aside.read_bytes() if aside.exists() else None) == broken
    assert not (state / rescue.UNDER_WAY).exists()


def test_without_a_backup_an_empty_ledger_takes_its_place_that_knows_what_it_lacks(
    filled: Any, work: Callable[..., Any], hand: Callable[[Ledger], Any]
) -> None:
    state, _ = filled
    (state / backup.BACKUP).unlink()
    with (state / databases.DATABASE).open("rb+") as file:
        file.write(b"x" * 8192)
    with work(state, suspect=True) as ledger:
        jansen = hand(ledger)
        assert jansen.counts() == {}
        jansen.night(jansen.car(1))
        assert jansen.claimed().step == Look()
        with ledger.looking() as connection:
            assert rescue.told(connection) == rescue.Rescue(STAMP, "nothing")


def test_a_rescued_ledger_asks_nothing_but_what_igarage_holds_until_the_exports_were_read_again(
    filled: Any, work: Callable[..., Any], hand: Callable[[Ledger], Any]
) -> None:
    state, _ = filled
    (state / databases.DATABASE).unlink()
    with work(state) as ledger:
        jansen = hand(ledger).reindexed()
        assert jansen.deliver_looks() == 3
        assert jansen.claim() is None
        ledger.note_read("jansen")
        assert [jansen.claimed().step for _ in range(3)] == [Put(send=False)] * 3


def test_a_ledger_that_ended_well_is_not_read_through(
    filled: Any, work: Callable[..., Any], hand: Callable[[Ledger], Any]
) -> None:
    state, before = filled
    with work(state) as ledger:
        assert (hand(ledger).counts(), ledger.ledger_id()) == ({"delivered": 3}, before)


def test_a_rescue_that_was_killed_in_the_middle_is_gone_on_with(
    filled: Any, work: Callable[..., Any], hand: Callable[[Ledger], Any]
) -> None:
    state, _ = filled
    (state / databases.DATABASE).write_bytes(b"broken")
    rescue.rescue(state, datetime(2027, 3, 1, 0, 30, tzinfo=UTC))
    with work(state) as ledger:
        assert hand(ledger).reindexed().counts() == {"pending": 3}
    assert (state / "ledger.sqlite3.damaged-20270301T003000Z").read_bytes() == b"broken"
    assert not list(state.glob(f"*{STAMP}*"))


def test_a_backup_is_whole_or_the_one_before_stays(filled: Any) -> None:
    state, _ = filled
    before = (state / backup.BACKUP).read_bytes()
    _overwrite(state / databases.DATABASE, 4096, b"\xff" * 8192)
    with pytest.raises(LedgerDamaged):
        backup.back_up(state, nothing)
    assert (state / backup.BACKUP).read_bytes() == before
    assert not list(state.glob("*.partial"))


def test_a_backup_is_for_this_account_alone(filled: Any) -> None:
    state, _ = filled
    assert (state / backup.BACKUP).stat().st_mode & 0o777 == 0o600
