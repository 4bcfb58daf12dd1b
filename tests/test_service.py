"""One pass over the garages: what it waits for, and whom it serves."""

from __future__ import annotations

import io
import threading
from datetime import UTC, datetime

import pytest

from connector import config
from connector.cli import workplace
from connector.ledger import access
from connector.log import make_log
from connector.service import World, run_once

QUIET = make_log("error", None, lambda: datetime.now(UTC), io.StringIO())


@pytest.fixture
def once(installation):
    """One pass over every garage of the installation; `meanwhile` happens in place of every wait."""

    def run(meanwhile=lambda _seconds: None):
        now = lambda: datetime.now(UTC)  # noqa: E731
        garages = config.load(installation.folder, env={}).garages
        with access.to_work(installation.state, now=now, entropy=lambda size: b"\x07" * size) as ledger:
            stop = threading.Event()
            world = World(ledger, workplace.connect, QUIET, stop, meanwhile, now, chance=lambda: 0.5)
            return run_once(garages, world)

    return run


def test_it_waits_once_for_the_longest_settle_of_all(installation, car, once):
    for name, settle in (("jansen", 2), ("pietersen", 7)):
        installation.add(name, source={"settle": settle}).export(car(1))
    waits = []
    once(waits.append)
    assert waits == [7.0]


def test_it_waits_for_nothing_where_no_file_lies(installation, once):
    installation.add("jansen", source={"settle": 7})
    waits = []
    once(waits.append)
    assert waits == []


def test_it_never_waits_for_a_due_time(garage, sandbox, car, once):
    garage.configure(delivery={"retry": {"first": 600, "max": 600}})
    sandbox.order_fault(method="PUT", status=500)
    garage.export(car(1))
    waits = []
    (result,) = once(waits.append)
    (again,) = once(waits.append)
    assert waits == [0.0, 0.0]
    assert (result.delivered.failed, again.delivered.failed) == (1, 0)
    assert again.counts["pending"] == 1


def test_a_file_that_grows_while_it_waits_is_left_for_the_next_pass(garage, car, once):
    whole = garage.export(car(1), car(2)).read_bytes()
    garage.drop(whole[: whole.index(b"\r\nZZ-002") + 2])
    (first,) = once(lambda _seconds: garage.drop(whole))
    assert (first.scans[0].state, first.balance("read")) == ("waiting", 0)
    (second,) = once()
    assert (second.scans[0].state, second.balance("new")) == ("ok", 2)


def test_a_folder_that_comes_back_while_it_waits_is_read_when_its_files_stood_still(installation, car, once):
    away, there = installation.add("jansen"), installation.add("pietersen")
    there.export(car(1))
    away.export(car(1))
    elsewhere = away.export_folder.rename(installation.folder / "elsewhere")
    first, _ = once(lambda _seconds: elsewhere.rename(away.export_folder))
    assert first.scans[0].state == "waiting"
    second, _ = once()
    assert second.balance("new") == 1


def test_a_garage_whose_token_goes_midway_is_paused_and_the_next_is_served(installation, car, once):
    jansen, pietersen = installation.add("jansen"), installation.add("pietersen")
    for each in (jansen, pietersen):
        each.export(car(1))
    first, second = once(lambda _seconds: jansen.token_file.unlink())
    assert (first.troubles[0], first.delivered.paused) == ("configuration", "token_unusable")
    assert (second.troubles, second.counts["delivered"]) == ((), 1)
