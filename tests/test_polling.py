"""Polling with a plugin that does what APIs do: cursors of its own, pages that fail half-way, and broken answers."""

from __future__ import annotations

import io
import threading
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import EntryPoint
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from connector import adapters, hookimpl
from connector.errors import SourceNotAdmitted, SourceUnavailable
from connector.http import Http, Open, SourceSession
from connector.intake import Intake
from connector.judging import Source
from connector.ledger import access, looking
from connector.log import make_log
from connector.model import Column, Page, SourceRecord
from connector.plan import Policy
from connector.polling import REPEATS, Polling, Range

NOW = datetime(2027, 3, 1, 1, 0, tzinfo=UTC)
QUIET = make_log("error", None, lambda: NOW, io.StringIO())


def record(number, **more):
    values = {
        "plaat": f"ZZ-{number:03}-Z",
        "mail": f"klant{number}@voorbeeld.example",
        "naam": f"Klant {number}",
    }
    return SourceRecord({"id": str(number), **values, **more})


class Plugin:
    """A feed of pages: the cursor says how many were had. `trouble` is raised in its turn, before its page is given."""

    def __init__(self):
        self.begin()

    def begin(self):
        self.pages, self.asked, self.trouble = [], [], {}

    @hookimpl
    def connector_fetch_page(self, cursor, since):
        self.asked.append((cursor, since))
        if fault := self.trouble.pop(len(self.asked), None):
            raise fault
        at = int(cursor or 0)
        if at >= len(self.pages):
            return Page([], cursor)
        return Page(self.pages[at], str(at + 1), more=at + 1 < len(self.pages))

    @hookimpl
    def connector_columns(self):
        names = {"record_key": "id", "plate": "plaat", "email": "mail", "last_name": "naam"}
        return {field: Column(names=(name,)) for field, name in names.items()}


PLUGIN = Plugin()


@pytest.fixture
def house():
    """A polled source, its plugin, and the loop that polls."""
    PLUGIN.begin()
    point = EntryPoint("feed", f"{__name__}:PLUGIN", adapters.GROUP)
    source = Source(
        "jansen", "api", Path(), (), "selection", adapters.load("feed", entry_points=[point]), None
    )
    session = SourceSession("http://127.0.0.1:1", Http(timeout=1), Open())
    asked = Range(date(2026, 1, 1), timedelta(hours=1), ZoneInfo("Europe/Amsterdam"))
    with access.scratch(now=lambda: NOW, entropy=lambda size: b"\x07" * size) as ledger:
        ledger.know_garage("jansen")
        intake = Intake(ledger, Policy(), lambda: date(2027, 3, 1), lambda: NOW, QUIET)
        polling = Polling(intake, lambda: 0.0, threading.Event())

        def poll():
            return polling.poll(source, session, asked, seconds=10)

        yield SimpleNamespace(poll=poll, plugin=PLUGIN, ledger=ledger)


def taken(polled):
    return [(file.new, file.changed, file.unchanged, file.rejected) for file in polled.read]


def test_a_feed_goes_on_where_the_last_poll_ended(house):
    house.plugin.pages = [[record(1), record(2)], [record(3)]]
    assert taken(house.poll()) == [(3, 0, 0, 0)]
    house.plugin.pages.append([record(4), record(1, naam="Anders")])
    assert taken(house.poll()) == [(1, 1, 0, 0)]
    since = datetime(2025, 12, 31, 23, 0, tzinfo=UTC)
    assert house.plugin.asked == [(None, since), ("1", since), ("2", since)]


def test_an_empty_page_keeps_the_place(house):
    house.plugin.pages = [[record(1)]]
    house.poll()
    assert taken(house.poll()) == []
    house.plugin.pages.append([record(2)])
    assert taken(house.poll()) == [(1, 0, 0, 0)]
    assert [cursor for cursor, _ in house.plugin.asked] == [None, "1", "1"]


@pytest.mark.parametrize(
    "fault", [SourceUnavailable("nee", retry_after=7), SourceNotAdmitted("nee"), KeyError("x")]
)
def test_a_page_that_fails_is_asked_for_again_with_the_same_cursor_and_none_twice(house, fault):
    house.plugin.pages = [[record(1)], [record(2)], [record(3)]]
    house.plugin.trouble = {2: fault}
    polled = house.poll()
    assert polled.state == ("paused" if isinstance(fault, SourceNotAdmitted) else "unavailable")
    assert polled.retry_after == getattr(fault, "retry_after", None)
    assert taken(house.poll()) == [(3, 0, 0, 0)]
    assert [cursor for cursor, _ in house.plugin.asked] == [None, "1", "1", "2"]


def test_a_record_on_two_pages_counts_once_and_of_two_states_the_last(house):
    house.plugin.pages = [[record(1), record(2)], [record(2), record(1, naam="Anders")]]
    (file,) = house.poll().read
    assert (file.read, file.new, file.skipped) == (3, 2, 1)


def test_pages_that_repeat_themselves_do_not_go_on_for_ever(house):
    house.plugin.pages = [[record(1)]] * (REPEATS + 5)
    polled = house.poll()
    assert (polled.state, "herhalen zich" in polled.message) == ("unavailable", True)


def test_a_cell_that_rejects_names_the_record_but_no_plate(house):
    house.plugin.pages = [[record(7, naam=""), SourceRecord({**record(8, naam="").values, "id": "ZZ-008-Z"})]]
    house.poll()
    with house.ledger.looking() as connection:
        messages = [each.message for each in looking.rejected(connection, "jansen", everything=True)]
    assert messages[0].endswith("Het is record 7 van het garagesysteem.")
    assert "ZZ-008-Z" not in messages[1]
