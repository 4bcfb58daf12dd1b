"""Polls in the ledger, on each database: a page with its cursor, and what the next poll begins with."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from connector.arrivals import Arrival
from connector.ledger import Finding, StagedRow, Start, looking
from connector.model import Draft, Page, Rejected, Skipped
from connector.plan import Policy

HOUR = timedelta(hours=1)
FIRST = datetime(2026, 1, 1, tzinfo=UTC)
LATER = datetime(2027, 2, 1, 12, 0, tzinfo=UTC)


def start(recipe=b"r1", since=FIRST, **more):
    return Start("bevraging", recipe, since, HOUR, **more)


def row(position, *, key=None, said="", verdict=None):
    key = key or str(position)
    content = {"country": "NL", "email": f"klant{key}@voorbeeld.example", "last_name": f"Klant {key}{said}"}
    draft = Draft(f"ZZ{int(key):03}Z", key, content)
    return StagedRow(position, None, f"{key}{said}".encode().ljust(16), verdict or draft, key)


@pytest.fixture
def polls(ledger):
    ledger.know_garage("jansen")
    return ledger.polls


def take(ledger, file):
    assert ledger.settle_file(file) is None
    assert ledger.judge_file(file) is None
    while ledger.accept_slice(file, "api", Policy("never"), date(2027, 3, 1), contains="selection"):
        pass


def begun(polls, **more):
    return polls.begin("jansen", "api", start(**more))


def whole(ledger, polls, *rows, cursor=None, newest=None):
    poll = begun(polls)
    polls.stage_page(poll.file, Page((), cursor, False, newest), rows)
    take(ledger, poll.file)
    return poll.file


def test_a_page_is_there_with_its_cursor_and_the_poll_goes_on_behind_it(ledger, polls):
    poll = begun(polls)
    assert (poll.cursor, poll.since, poll.staged, poll.ended) == (None, FIRST, 0, False)
    assert polls.stage_page(poll.file, Page((), "p2", True), [row(1), row(2)]) == 2
    again = begun(polls)
    assert (again.file, again.cursor, again.staged) == (poll.file, "p2", 2)
    assert sum(len(chunk) for chunk in ledger.staged_rows(poll.file)) == 2


def test_a_restart_leaves_a_poll_under_way_and_nothing_else_unread(ledger, polls):
    poll = begun(polls)
    polls.stage_page(poll.file, Page((), "p2", True), [row(1)])
    assert ledger.forget_unread("jansen") == 0
    assert begun(polls).cursor == "p2"


def test_what_is_said_twice_in_a_poll_is_there_once(ledger, polls):
    poll = begun(polls)
    assert polls.stage_page(poll.file, Page((), "p2", True), [row(1), row(2), row(2)]) == 2
    assert polls.stage_page(poll.file, Page((), "p3", True), [row(3, key="2"), row(4)]) == 1
    assert [each["key"] for chunk in ledger.staged_rows(poll.file) for each in chunk] == ["1", "2", "4"]


def test_the_next_poll_begins_behind_the_last_that_was_taken_less_the_lag(ledger, polls):
    whole(ledger, polls, row(1), cursor="feed-7", newest=LATER)
    poll = begun(polls)
    assert (poll.cursor, poll.since, poll.staged) == ("feed-7", LATER - HOUR, 0)


def test_a_poll_that_is_not_taken_moves_nothing_but_its_own_cursor(ledger, polls):
    poll = begun(polls)
    polls.stage_page(poll.file, Page((), None, False, LATER), [row(1)])
    ledger.forget_file(poll.file)
    assert begun(polls).since == FIRST


def test_the_newest_change_counts_and_none_that_lies_ahead(ledger, polls, clock):
    ahead = clock() + timedelta(days=2)
    poll = begun(polls)
    polls.stage_page(poll.file, Page((), "p2", True, LATER), [row(1)])
    polls.stage_page(poll.file, Page((), "p3", True, ahead), [row(2)])
    polls.stage_page(poll.file, Page((), None, False, FIRST), [row(3)])
    take(ledger, poll.file)
    assert begun(polls).since == LATER - HOUR


def test_another_recipe_begins_anew(ledger, polls):
    whole(ledger, polls, row(1), cursor="feed-7", newest=LATER)
    poll = begun(polls, recipe=b"r2")
    assert (poll.cursor, poll.since) == (None, FIRST)
    polls.stage_page(poll.file, Page((), "p2", True), [row(1)])
    other = begun(polls, recipe=b"r3")
    assert (other.cursor, other.staged) == (None, 0)
    assert list(ledger.staged_rows(other.file)) == []


def test_a_poll_of_the_whole_base_begins_at_the_start_each_time(ledger, polls):
    whole(ledger, polls, row(1), cursor="feed-7", newest=LATER)
    poll = begun(polls, whole=True)
    assert (poll.cursor, poll.since) == (None, FIRST)


def test_a_reset_begins_at_its_day_and_then_goes_on_as_ever(ledger, polls):
    whole(ledger, polls, row(1), cursor="feed-7", newest=LATER)
    decisions = ledger.decisions()
    assert polls.reset("jansen", "api", date(2026, 6, 1))
    assert ledger.decisions() == decisions + 1, "the service notices"
    poll = begun(polls)
    assert (poll.cursor, poll.since) == (None, datetime(2026, 6, 1, tzinfo=UTC))
    polls.stage_page(poll.file, Page((), None, False, LATER), [row(1), row(2)])
    take(ledger, poll.file)
    assert begun(polls).since == LATER - HOUR
    assert polls.reset("jansen", "api", None)
    assert begun(polls).since == FIRST


def test_a_reset_calls_off_the_poll_under_way_and_its_late_page(ledger, polls):
    poll = begun(polls)
    polls.stage_page(poll.file, Page((), "p2", True), [row(1)])
    polls.reset("jansen", "api", None)
    assert polls.stage_page(poll.file, Page((), "p3", True), [row(2)]) is None
    assert begun(polls).cursor is None


def test_a_reset_while_a_poll_is_accepted_is_not_undone_by_it(ledger, polls):
    poll = begun(polls)
    polls.stage_page(poll.file, Page((), "feed-7", False, LATER), [row(1)])
    assert ledger.settle_file(poll.file) is None and ledger.judge_file(poll.file) is None
    polls.reset("jansen", "api", date(2026, 6, 1))
    take_rest(ledger, poll.file)
    assert begun(polls).since == datetime(2026, 6, 1, tzinfo=UTC)
    assert ledger.file(poll.file).state == "taken"


def take_rest(ledger, file):
    while ledger.accept_slice(file, "api", Policy("never"), date(2027, 3, 1), contains="selection"):
        pass


def test_a_reset_leaves_a_poll_that_is_being_judged_to_itself(ledger, polls):
    poll = begun(polls)
    polls.stage_page(poll.file, Page((), "feed-7", False, LATER), [row(1)])
    polls.reset("jansen", "api", None)
    take(ledger, poll.file)
    assert ledger.file(poll.file).new == 1
    assert (begun(polls).cursor, begun(polls).since) == (None, FIRST)


def test_what_was_never_polled_cannot_be_reset(polls):
    assert not polls.reset("jansen", "api", None)


def test_a_poll_without_news_leaves_no_file_and_moves_the_cursor(ledger, polls):
    file = whole(ledger, polls, row(1), newest=LATER)
    known = ledger.recognise("jansen", "api", b"r1", [row(1)])
    poll = begun(polls)
    again = StagedRow(1, None, row(1).digest, known[row(1).digest])
    polls.stage_page(poll.file, Page((), "feed-8", False, LATER + HOUR), [again])
    assert polls.end_quietly(poll.file)
    assert [each.id for each in ledger.history("jansen", "api")] == [file]
    assert (begun(polls).cursor, begun(polls).since) == ("feed-8", LATER)


def test_a_poll_with_news_does_not_end_quietly(ledger, polls):
    poll = begun(polls)
    polls.stage_page(poll.file, Page((), None, False), [row(1)])
    assert not polls.end_quietly(poll.file)
    assert begun(polls).ended


def no(key):
    return Rejected("plate_invalid", "Nee.", "license", "x", key)


def listed(ledger):
    with ledger.looking() as connection:
        found = looking.rejected(connection, "jansen", everything=True)
    return [(each.message, each.first_seen) for each in found]


def test_a_rejection_stands_over_the_polls_until_its_record_is_said_anew(ledger, polls, clock):
    whole(ledger, polls, row(1, verdict=no("1")), row(2, verdict=no("2")), newest=LATER)
    first = listed(ledger)
    clock.forward(days=1)
    whole(ledger, polls, row(3))
    assert listed(ledger) == first
    assert len(ledger.history("jansen", "api")) == 1, "the last one is kept"
    whole(ledger, polls, row(1, said="!"), row(2, said="!", verdict=Skipped("no_email")))
    assert listed(ledger) == []


def test_a_rejection_that_comes_again_is_listed_once_and_is_no_news(ledger, polls):
    whole(ledger, polls, row(1, verdict=no("1")), newest=LATER)
    poll = begun(polls)
    polls.stage_page(poll.file, Page((), None, False), [row(1, verdict=no("1"))])
    assert polls.end_quietly(poll.file)
    whole(ledger, polls, row(1, verdict=no("1")), row(2))
    assert len(listed(ledger)) == 1


def test_a_number_that_a_poll_gave_up_is_not_taken_for_it(ledger, polls, clock):
    """SQLite gives the number of a file that is forgotten to the next one."""
    poll = begun(polls)
    polls.stage_page(poll.file, Page((), "feed-7", False, LATER), [row(1)])
    ledger.hold_file(poll.file, Finding("passports_changed", "Nee."))
    assert polls.held("jansen", "api", b"r1") and not polls.held("jansen", "api", b"r2")
    ledger.release_file("jansen", poll.file)
    assert not polls.held("jansen", "api", b"r1")
    other = ledger.begin_file("jansen", "klanten", Arrival("klanten.csv", 1, clock(), b"x"), b"r1")
    assert begun(polls).file != other
    ledger.stage(other, [row(5)])
    take(ledger, other)
    assert (begun(polls).cursor, begun(polls).since) == (None, FIRST)


def test_a_held_poll_that_is_discarded_is_passed_over(ledger, polls):
    poll = begun(polls)
    polls.stage_page(poll.file, Page((), "feed-7", False, LATER), [row(1)])
    ledger.hold_file(poll.file, Finding("passports_changed", "Nee."))
    ledger.discard("jansen", poll.file)
    assert (begun(polls).cursor, begun(polls).since) == ("feed-7", LATER - HOUR)


def test_two_garages_and_two_sources_have_places_of_their_own(ledger, polls):
    whole(ledger, polls, row(1), cursor="feed-7", newest=LATER)
    ledger.know_garage("pietersen")
    assert polls.begin("pietersen", "api", start()).cursor is None
    assert polls.begin("jansen", "other", start()).since == FIRST


def test_a_poll_that_is_held_for_a_page_keeps_its_place_and_what_is_staged(ledger, polls):
    poll = begun(polls)
    polls.stage_page(poll.file, Page((), "p2", True), [row(1)])
    odd = Finding("layout_unknown", "Onbekend.")
    assert [polls.hold(poll.file, odd), polls.hold(poll.file, odd)] == [True, False], "news, and then none"
    assert not polls.held("jansen", "api", b"r1"), "nobody's leave is waited for"
    assert ledger.forget_unread("jansen") == 0
    again = begun(polls)
    assert (again.file, again.cursor, again.staged) == (poll.file, "p2", 1)
    polls.stage_page(poll.file, Page((), None, False), [row(2)])
    assert (ledger.file(poll.file).state, ledger.file(poll.file).message) == ("reading", None)
    take(ledger, poll.file)
    assert ledger.file(poll.file).new == 2


def test_a_poll_that_was_called_off_is_held_for_nothing(ledger, polls):
    poll = begun(polls)
    polls.reset("jansen", "api", None)
    assert polls.hold(poll.file, Finding("layout_unknown", "Onbekend.")) is None


def test_a_poll_that_waits_for_leave_is_not_read_on(ledger, polls):
    poll = begun(polls)
    polls.stage_page(poll.file, Page((), None, False), [row(1)])
    ledger.hold_file(poll.file, Finding("passports_changed", "Te veel."))
    assert polls.held("jansen", "api", b"r1")
    assert begun(polls).file != poll.file
