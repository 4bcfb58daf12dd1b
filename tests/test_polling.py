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
from connector.errors import NotReleasable, SourceFormatError, SourceNotAdmitted, SourceUnavailable
from connector.http import Http, Open, SourceSession
from connector.intake import Intake
from connector.judging import Source
from connector.ledger import access, consents, looking
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
            raise fault() if callable(fault) else fault
        at = int(cursor or 0)
        if at >= len(self.pages):
            return Page([], cursor)
        return Page(self.pages[at], str(at + 1), more=at + 1 < len(self.pages))

    @hookimpl
    def connector_columns(self):
        names = {
            "record_key": "id",
            "plate": "plaat",
            "email": "mail",
            "last_name": "naam",
            "consent": "akkoord",
        }
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

        def files(*states):
            with ledger.looking() as connection:
                return looking.file_summaries(connection, "jansen", *states)

        def lacking():
            with ledger.looking() as connection:
                return consents.lacking(connection, "jansen")

        yield SimpleNamespace(poll=poll, plugin=PLUGIN, ledger=ledger, files=files, lacking=lacking)


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


STATES = {SourceUnavailable: "unavailable", SourceNotAdmitted: "paused"}


@pytest.mark.parametrize(
    "fault",
    [
        SourceUnavailable("nee", retry_after=7),
        SourceNotAdmitted("nee"),
        SourceFormatError("nee"),
        KeyError("x"),
    ],
)
def test_a_page_that_fails_is_asked_for_again_with_the_same_cursor_and_none_twice(house, fault):
    house.plugin.pages = [[record(1)], [record(2)], [record(3)]]
    house.plugin.trouble = {2: fault}
    polled = house.poll()
    assert polled.state == STATES.get(type(fault), "held")
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
    assert (polled.state, "herhalen zich" in polled.message) == ("held", True)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [(SourceFormatError("Het veld plaat ontbreekt."), "layout_unknown"), (KeyError("x"), "adapter_failed")],
)
def test_a_page_that_is_not_what_is_known_is_a_question_until_it_is_again(house, fault, reason):
    house.plugin.pages = [[record(1)], [record(2)]]
    house.plugin.trouble = {2: fault, 3: fault}
    house.poll()
    first = house.files("held")
    assert [each.reason for each in first] == [reason]
    assert first[0].message.endswith("klopt zij weer, dan gaat het vanzelf verder.")
    house.poll()
    assert house.files("held") == first, "the same question, however often it is asked"
    assert taken(house.poll()) == [(2, 0, 0, 0)]
    assert house.files("held") == [] and [each.reason for each in house.files("taken")] == [None]


def test_a_poll_that_stops_at_a_page_is_read_anew_after_discard_and_passes_nothing_over(house):
    house.plugin.pages = [[record(1)], [record(2)]]
    house.plugin.trouble = {2: SourceFormatError("nee")}
    house.poll()
    (held,) = house.files("held")
    with pytest.raises(NotReleasable, match="vanzelf verder"):
        house.ledger.release_file("jansen", held.id)
    house.ledger.discard("jansen", held.id)
    assert house.files("held") == []
    assert taken(house.poll()) == [(2, 0, 0, 0)]
    assert [cursor for cursor, _ in house.plugin.asked] == [None, "1", None, "1"]


def test_a_plugin_that_broke_on_a_page_is_tried_anew_after_release(house):
    house.plugin.pages = [[record(1)], [record(2)]]
    house.plugin.trouble = {2: KeyError("x")}
    house.poll()
    (held,) = house.files("held")
    house.ledger.release_file("jansen", held.id)
    assert taken(house.poll()) == [(2, 0, 0, 0)]


def test_a_reset_of_a_poll_that_stops_at_a_page_leaves_nothing_of_it(house):
    house.plugin.pages = [[record(1)], [record(2)]]
    house.plugin.trouble = {2: SourceFormatError("nee")}
    house.poll()
    (held,) = house.files("held")
    assert house.ledger.polls.reset("jansen", "api", None)
    assert house.files("held", "superseded") == []
    assert list(house.ledger.staged_rows(held.id)) == []
    assert taken(house.poll()) == [(2, 0, 0, 0)]


def test_a_range_that_is_reset_while_its_page_is_asked_for_holds_nothing(house):
    house.plugin.pages = [[record(1)], [record(2)]]

    def reset_and_fail():
        house.ledger.polls.reset("jansen", "api", None)
        return SourceFormatError("nee")

    house.plugin.trouble = {2: reset_and_fail}
    polled = house.poll()
    assert (polled.state, polled.more) == ("waiting", True)
    assert house.files("held") == []


def test_a_consent_that_is_gone_from_a_page_withholds_invitations_until_a_page_has_it_again(house):
    house.plugin.pages = [[record(1)]]
    house.poll()
    house.plugin.pages.append([record(2)])
    house.plugin.trouble = {2: SourceFormatError("Het veld akkoord ontbreekt.", column="akkoord")}
    house.poll()
    assert house.lacking() == ["api"]
    house.plugin.pages = [[record(1)], [record(1)]]
    house.poll()
    assert house.lacking() == [], "nothing is new, and it is there again"


def test_of_another_field_that_is_gone_no_invitation_is_withheld(house):
    house.plugin.pages = [[record(1)]]
    house.plugin.trouble = {1: SourceFormatError("Het veld plaat ontbreekt.", column="plaat")}
    house.poll()
    assert house.lacking() == []


def test_a_cell_that_rejects_names_the_record_but_no_plate(house):
    house.plugin.pages = [[record(7, naam=""), SourceRecord({**record(8, naam="").values, "id": "ZZ-008-Z"})]]
    house.poll()
    with house.ledger.looking() as connection:
        messages = [each.message for each in looking.rejected(connection, "jansen", everything=True)]
    assert messages[0].endswith("Het is record 7 van het garagesysteem.")
    assert "ZZ-008-Z" not in messages[1]
