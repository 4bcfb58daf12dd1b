"""When the day's customer lists are written."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from connector.service import source_of
from connector.service.lists import EVERY, list_task

HOME = ZoneInfo("Europe/Amsterdam")


@pytest.fixture
def nights(installation, place, clock, car):
    """A garage by list; `pass_at` moves the clock and looks after its lists, and says which there are."""
    garage = installation.add(
        "jansen",
        delivery={
            "route": "list_file",
            "send": "always",
            "list_file": {"folder": str(installation.folder / "lijsten"), "at": "01:00"},
        },
    )
    with place() as opened:
        (config,) = opened.garages
        task = list_task(config, config.lists, opened.world)

        class Nights:
            def says(self, *numbers):
                garage.export(*(car(each) for each in numbers))
                source = config.sources[0]
                lookout = opened.world.lookout(source, settle=0)
                lookout.look()
                opened.world.intake(config).scan(source_of(config, source), lookout)

            def pass_at(self, *local):
                clock.at = datetime(*local, tzinfo=HOME)
                assert task.run() == EVERY
                folder = installation.folder / "lijsten"
                return [each.name[13:23] for each in sorted(folder.glob("*.csv"))]

        yield Nights()


def test_a_new_garage_begins_with_the_next_round(nights):
    nights.pass_at(2027, 3, 1, 12)
    nights.says(1, 2)
    assert nights.pass_at(2027, 3, 1, 12, 5) == []
    assert nights.pass_at(2027, 3, 2, 0, 59) == []
    assert nights.pass_at(2027, 3, 2, 1, 0) == ["2027-03-02"]


def test_a_round_is_once_a_local_date(nights):
    nights.pass_at(2027, 3, 1, 12)
    nights.says(1)
    nights.pass_at(2027, 3, 2, 1, 0)
    nights.says(1, 2)
    assert nights.pass_at(2027, 3, 2, 9, 0) == ["2027-03-02"]
    assert nights.pass_at(2027, 3, 3, 1, 1) == ["2027-03-02", "2027-03-03"]


def test_a_garage_that_was_off_makes_up_for_it_by_day(nights):
    nights.pass_at(2027, 3, 1, 12)
    assert nights.pass_at(2027, 3, 2, 8, 0) == []
    nights.says(1)
    assert nights.pass_at(2027, 3, 2, 8, 30) == ["2027-03-02"]


def test_a_garage_that_was_on_and_had_nothing_waits_for_the_next_night(nights):
    nights.pass_at(2027, 3, 1, 12)
    nights.pass_at(2027, 3, 2, 1, 0)
    nights.says(1)
    assert nights.pass_at(2027, 3, 2, 8, 30) == []


@pytest.mark.parametrize("day", [28, 31])
def test_a_round_passes_both_changes_of_the_clock(nights, day):
    month = 3 if day == 28 else 10
    nights.pass_at(2027, month, day - 1, 12)
    nights.says(1)
    nights.pass_at(2027, month, day, 1, 0)
    nights.says(1, 2)
    nights.pass_at(2027, month, day, 3, 30)
    assert nights.pass_at(2027, month, day, 23) == [f"2027-{month:02}-{day}"]
