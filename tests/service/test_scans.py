"""The scans of one garage: when a folder is looked at, and what an event does while one is looked at."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from connector.service.scans import SOONEST, Scans

PATIENCE = 30


class Hand:
    """The scans of jansen, and whom they woke."""

    def __init__(self, place: Any, garage: Any) -> None:
        self.place = place
        self.garage = garage
        self.woken: list[str] = []
        self.noticed = threading.Event()
        self.scans = Scans(place.garages[0], place.world, self._wake)
        self.run = self.scans.run

    def _wake(self, name: str) -> None:
        self.woken.append(name)
        if name == "scan:jansen":
            self.noticed.set()

    def files(self) -> list[str]:
        return [each.state for each in self.place.world.ledger.history("jansen", "klanten")]


@pytest.fixture
def scanning(place, installation):
    """Opens the scans of a garage; what an event of its folder tells is in `noticed`."""
    hands = []

    def make(*, points=lambda _point: None, settle=3, scan_every=60, **source):
        source = {"settle": settle, "scan_every": scan_every, **source}
        garage = installation.add("jansen", source=source)
        opened = place(points=points)
        hands.append((opened, Hand(opened.__enter__(), garage)))
        return hands[-1][1]

    yield make
    for opened, hand in hands:
        hand.scans.end()
        opened.__exit__(None, None, None)


def test_an_empty_folder_is_looked_at_again_after_scan_every(scanning):
    hand = scanning()
    assert hand.run() == 60
    assert hand.scans.task().longest == 60


def test_a_file_that_is_moving_is_looked_at_again_when_it_may_have_settled(scanning, car, clock):
    hand = scanning()
    hand.garage.export(car(1))
    assert hand.run() == 3
    assert hand.files() == []
    clock.forward(seconds=3)
    assert hand.run() == 60
    assert hand.files() == ["taken"]
    assert hand.woken[-1] == "deliver:jansen"


def test_a_garage_that_does_not_wait_for_files_to_settle_looks_twice_at_once(scanning, car, clock):
    hand = scanning(settle=0)
    hand.garage.export(car(1))
    assert hand.run() == pytest.approx(SOONEST)
    clock.forward(seconds=SOONEST)
    hand.run()
    assert hand.files() == ["taken"]


def test_a_file_that_stands_still_and_is_not_whole_is_looked_at_again_soon(scanning, car, clock):
    hand = scanning()
    whole = hand.garage.export(car(1), car(2)).read_bytes()
    at = clock().timestamp()
    hand.garage.drop(whole[:-5], at=at)
    hand.run()
    clock.forward(seconds=3)
    assert hand.run() == 2.0
    assert hand.files() == []


def test_an_event_makes_the_folder_due_as_soon_as_it_can_be_listed_again(scanning, car, clock):
    hand = scanning()
    hand.run()
    hand.noticed.clear()
    hand.garage.export(car(1))
    assert hand.noticed.wait(PATIENCE)
    assert hand.run() == SOONEST
    clock.forward(seconds=SOONEST)
    assert hand.run() == 3


def test_everybody_woken_means_that_every_folder_is_looked_at(scanning, car):
    hand = scanning()
    hand.run()
    hand.scans.end()  # no events from here
    hand.garage.export(car(1))
    hand.scans.refresh()
    assert hand.run() == 3


def test_an_event_that_comes_while_the_folder_is_scanned_is_not_lost(scanning, car, clock):
    """A file that comes while another is read is on its way within `settle` as any other."""
    hand = None

    def drop_another(point):
        if point == "ledger.stage.before_commit" and not (hand.garage.export_folder / "b.csv").exists():
            hand.noticed.clear()
            hand.garage.export(car(1), car(2), name="b.csv")
            assert hand.noticed.wait(PATIENCE)

    hand = scanning(points=drop_another)
    hand.garage.export(car(1), name="a.csv")
    hand.run()
    clock.forward(seconds=3)
    assert hand.run() <= 3
    clock.forward(seconds=SOONEST)
    hand.run()
    clock.forward(seconds=3)
    hand.run()
    assert hand.files() == ["taken", "taken"]


def test_a_source_that_cannot_be_listed_holds_up_no_other(place, installation, car, clock, tmp_path):
    columns = {"plate": "Kenteken", "last_name": "Achternaam", "email": "E-mail"}
    other = {"name": "apk", "adapter": "generic_csv", "watch": str(tmp_path), "settle": 0, "scan_every": 20}
    source = {"settle": 0, "scan_every": 60}
    garage = installation.add(
        "jansen", source=source, more_sources=[{**other, "settings": {"columns": columns}}]
    )
    export = garage.export(car(1)).rename(tmp_path / "apk.csv")
    garage.export_folder.rmdir()
    with place() as opened:
        scans = Scans(opened.garages[0], opened.world, lambda _name: None)
        assert scans.task().longest == 20
        scans.run()
        clock.forward(seconds=1)
        assert scans.run() == 20
        history = opened.world.ledger.history("jansen", "apk")
        scans.end()
    assert [each.state for each in history] == ["taken"] and export.exists()
    assert [each["state"] for each in garage.stand()["sources"]] == ["unavailable", "ok"]


def test_it_stops_between_two_sources(scanning):
    hand = scanning()
    hand.place.world.stop.set()
    hand.run()
    assert hand.garage.stand()["sources"][0]["state"] == "new"
