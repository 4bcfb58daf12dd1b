"""What keeps the service well: a backup every night by the clock it is given, decisions noticed, the folder watched."""

from __future__ import annotations

import os
import shutil
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from connector.arrivals import Arrival
from connector.errors import LedgerUnusable
from connector.ledger.backup import BACKUP, is_sound
from connector.ledger.databases import DATABASE
from connector.ledger.schema import events
from connector.ledger.writing import event, record
from connector.plan import Policy
from connector.service.forgetting import AFTER_VAIN, SWEEP_EVERY
from connector.service.scheduler import Task
from connector.service.upkeep import BACKUP_AT, NIGHTLY_EVERY, TEND_EVERY, Upkeep


class Hand:
    """The upkeep of one installation, and whom it called."""

    def __init__(self, place: Any, folder: Any) -> None:
        self.place = place
        self.folder = folder
        self.ledger = place.world.ledger
        self.tended = 0
        self.woken = 0
        self.upkeep = Upkeep(place.world, folder)
        self.tend, self.nightly, self.sweep = self.upkeep.tasks([self._tend], self._wake_all)

    def _tend(self) -> None:
        self.tended += 1

    def _wake_all(self) -> None:
        self.woken += 1

    @property
    def backup(self) -> Any:
        return self.folder / BACKUP

    def made_at(self) -> int | None:
        """Which backup there is: its inode, for each is made beside the one before."""
        return int(self.backup.stat().st_ino) if self.backup.exists() else None

    def at(self, local: datetime) -> bool:
        """Set the clock to a local time of this machine; whether a backup was made then. It is of that time."""
        self.place.clock.at = local.astimezone(UTC)
        before = self.made_at()
        assert self.nightly.run() == NIGHTLY_EVERY
        made = self.made_at() != before
        if made:
            os.utime(self.backup, (local.timestamp(), local.timestamp()))
        return made


@pytest.fixture
def hand(place, garage):
    with place() as opened:
        opened.world.ledger.know_garage("jansen")
        yield Hand(opened, garage.installation.state)


def local(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2027, 3, day, hour, minute).astimezone()


# ---------------------------------------------------------------- the backup


def test_a_ledger_without_a_backup_gets_one_at_once(hand):
    hand.at(local(1, 12))
    assert is_sound(hand.backup)
    with sqlite3.connect(hand.backup) as copy:
        assert copy.execute("SELECT garage FROM garages").fetchall() == [("jansen",)]


def test_the_backup_is_made_once_a_night_and_no_more(hand):
    for day in (1, 2, 3):
        times = ((0, 5), (3, 25), (3, 30), (3, 35), (12, 0), (23, 55))
        made = [time for time in times if hand.at(local(day, *time))]
        assert made == ([(0, 5), (3, 30)] if day == 1 else [(3, 30)])  # the first time there was none


def test_a_machine_that_was_off_in_the_night_makes_it_when_it_is_on(hand):
    assert hand.at(local(1, 12))
    assert hand.at(local(2, 9))


def test_a_backup_of_a_clock_that_ran_ahead_is_made_again(hand):
    assert hand.at(local(20, 12))
    assert hand.at(local(1, 12))


def test_a_backup_is_due_at_half_past_three_of_this_machine(hand):
    assert (BACKUP_AT.hour, BACKUP_AT.minute) == (3, 30)


def test_a_backup_that_cannot_be_made_is_told_and_tried_again_and_the_one_before_stays(hand):
    hand.at(local(1, 12))
    in_the_way = hand.folder / f"{BACKUP}.partial"
    in_the_way.mkdir()
    assert not hand.at(local(2, 9))
    assert is_sound(hand.backup)
    assert "service.no_backup" in hand.place.said.getvalue()
    in_the_way.rmdir()
    assert hand.at(local(2, 10))


def test_on_a_full_disk_no_backup_is_made(hand):
    hand.ledger.database.room.give_up()
    assert not hand.at(local(1, 12))
    hand.ledger.database.room.keep()
    assert hand.at(local(1, 12, 5))


def test_a_ledger_in_a_server_is_backed_up_by_its_server(hand):
    assert Upkeep(hand.place.world, None).nightly() == NIGHTLY_EVERY
    assert hand.made_at() is None


# ---------------------------------------------------------------- tending


def test_each_second_everybody_is_looked_after(hand):
    for _ in range(3):
        assert hand.tend.run() == TEND_EVERY <= 2
    assert hand.tended == 3 and hand.woken == 0


def test_a_decision_wakes_everybody_once(hand):
    hand.tend.run()
    _decide(hand)
    hand.tend.run()
    hand.tend.run()
    assert hand.woken == 1
    for _ in range(3):
        _decide(hand)
    hand.tend.run()
    assert hand.woken == 2


def _decide(hand: Hand) -> None:
    hand.ledger.retry("jansen", None, Policy(), hand.place.clock().date())


def test_decisions_of_before_it_started_wake_nobody(hand):
    _decide(hand)
    hand.tend.run()
    assert hand.woken == 0


def test_what_a_scan_or_a_pause_writes_is_no_decision(hand):
    hand.tend.run()
    hand.ledger.note_source("jansen", "klanten", "generic_csv", "ok", None)
    hand.ledger.met("jansen", "igarage-7")
    hand.tend.run()
    assert hand.woken == 0


# ---------------------------------------------------------------- the state folder


def test_a_state_folder_that_is_gone_ends_the_service(hand):
    hand.tend.run()
    away = hand.folder.rename(hand.folder.parent / "away")
    with pytest.raises(LedgerUnusable, match="gone"):
        hand.tend.run()
    away.rename(hand.folder)


def test_another_ledger_in_its_place_ends_the_service(hand):
    hand.tend.run()
    away = hand.folder.rename(hand.folder.parent / "away")
    shutil.copytree(away, hand.folder)
    with pytest.raises(LedgerUnusable, match="another ledger"):
        hand.tend.run()
    shutil.rmtree(hand.folder)
    away.rename(hand.folder)


def test_a_ledger_that_is_only_touched_is_the_same(hand):
    hand.tend.run()
    os.utime(hand.folder / DATABASE, (0, 0))
    assert hand.tend.run() == TEND_EVERY


def test_a_ledger_in_a_server_has_no_folder_to_look_after(hand):
    tend: Task = Upkeep(hand.place.world, None).tasks([], lambda: None)[0]
    assert tend.run() == TEND_EVERY
    assert timedelta(seconds=TEND_EVERY) <= timedelta(seconds=2)


# ---------------------------------------------------------------- cleaning up after erasures


def test_after_an_erasure_database_journal_and_backup_are_written_anew(hand):
    hand.at(local(1, 12))
    before = hand.made_at()
    assert hand.sweep.run() == SWEEP_EVERY
    assert hand.made_at() == before  # there is nothing to clean
    number = hand.ledger.erasures.erase("jansen", "ZZ001Z", None).id
    (hand.folder / f"{DATABASE}.damaged-20270101T000000Z-wal").write_bytes(b"somebody")
    (hand.folder / f"{BACKUP}.partial-journal").write_bytes(b"somebody")
    hand.sweep.run()
    assert hand.made_at() != before
    assert (hand.folder / f"{DATABASE}-wal").stat().st_size < 20_000  # what was written of it since
    assert not [*hand.folder.glob("*.damaged-*"), *hand.folder.glob("*.partial*")]
    assert hand.ledger.erasures.unclean() == {}
    assert [each.id for each in hand.ledger.erasures.listed("jansen") if each.clean] == [number]


def test_where_no_backup_was_made_yet_cleaning_makes_none(hand):
    hand.ledger.erasures.erase("jansen", "ZZ001Z", None)
    hand.sweep.run()
    assert hand.made_at() is None and hand.ledger.erasures.unclean() == {}


def test_what_cannot_be_cleaned_now_is_told_and_cleaned_later(hand):
    hand.at(local(1, 12))
    hand.ledger.erasures.erase("jansen", "ZZ001Z", None)
    in_the_way = hand.folder / f"{BACKUP}.partial"
    in_the_way.mkdir()
    assert hand.sweep.run() == AFTER_VAIN
    assert "service.not_cleaned" in hand.place.said.getvalue()
    assert hand.ledger.erasures.unclean() != {}
    in_the_way.rmdir()
    assert hand.sweep.run() == SWEEP_EVERY
    assert hand.ledger.erasures.unclean() == {}


def test_while_somebody_looks_the_journal_cannot_be_emptied_and_it_is_tried_again(hand):
    looking = sqlite3.connect(hand.folder / DATABASE)
    looking.execute("BEGIN")
    looking.execute("SELECT count(*) FROM garages").fetchone()
    hand.ledger.erasures.erase("jansen", "ZZ001Z", None)
    assert hand.sweep.run() == AFTER_VAIN
    looking.close()
    assert hand.sweep.run() == SWEEP_EVERY


# ---------------------------------------------------------------- what is kept


@pytest.fixture
def keeper(place, garage):
    """The upkeep of an installation whose garage keeps events for ten days."""
    garage.configure(retention={"events": "10d"})
    with place() as opened:
        opened.world.ledger.know_garage("jansen")
        opened.world.ledger.erasures.erase("jansen", "ZZ001Z", None)
        yield Upkeep(opened.world, garage.installation.state, opened.garages), opened


def test_what_is_old_enough_goes_once_a_night_and_at_the_start(keeper):
    upkeep, place = keeper
    retired = []
    points = [
        at.astimezone(UTC) for at in (local(1, 12), local(1, 12, 5), local(2, 3), local(2, 4), local(2, 5))
    ]
    for at in points:
        place.clock.at = at
        _happen(place, at - timedelta(days=11))
        upkeep.nightly()
        retired.append(_events(place) == 0)
    assert retired == [True, False, False, True, False]


def _happen(place, at):
    with place.world.ledger.database.write() as connection:
        record(connection, [event("jansen", "ZZ002Z", at, "new")])


def _events(place):
    with place.world.ledger.looking() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(events)).scalar_one()


def test_what_lies_in_a_folder_is_asked_of_the_folder_itself(keeper, garage, car):
    upkeep, place = keeper
    path = garage.export(car(1))
    now = place.clock()
    arrival = Arrival("klanten.csv", path.stat().st_size, now, b"1")
    for each in (arrival, replace(arrival, name="weg.csv"), replace(arrival, name="laatste.csv")):
        number = place.world.ledger.begin_file("jansen", "klanten", each, b"recipe")
        place.world.ledger.settle_file(number)
        place.world.ledger.judge_file(number)
        place.world.ledger.accept_slice(number, "generic_csv", Policy(), now.date())
    place.clock.forward(days=500)
    upkeep.nightly()
    history = place.world.ledger.history("jansen", "klanten")
    assert [each.name for each in history] == ["klanten.csv", "laatste.csv"]
