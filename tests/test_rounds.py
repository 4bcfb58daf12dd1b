"""When batches go up: tables of clocks, and the nights on which they are set."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from connector.rounds import Route, due_round, run_of, turn_of

HOME, AT, LEAD = ZoneInfo("Europe/Amsterdam"), time(1), timedelta(minutes=30)


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=HOME).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (local(2027, 3, 1, 0, 29), date(2027, 2, 28)),
        (local(2027, 3, 1, 0, 30), date(2027, 3, 1)),
        (local(2027, 3, 1, 12), date(2027, 3, 1)),
        (local(2027, 3, 1, 23, 59), date(2027, 3, 1)),
        (local(2027, 3, 28, 3, 30), date(2027, 3, 28)),
        (local(2027, 10, 31, 2, 30), date(2027, 10, 31)),
    ],
)
def test_a_round_is_due_from_its_lead_on(now: datetime, day: date) -> None:
    assert due_round(now, AT, LEAD, HOME) == day


def test_a_lead_of_more_than_the_time_of_the_run_reaches_into_the_day_before() -> None:
    assert due_round(local(2027, 3, 1, 22), AT, timedelta(hours=4), HOME) == date(2027, 3, 2)


@pytest.mark.parametrize("day", [date(2027, 3, 28), date(2027, 10, 31)])
@pytest.mark.parametrize("at", [time(1), time(2, 30), time(3)])
def test_on_the_nights_the_clock_is_set_there_is_one_round(day: date, at: time) -> None:
    start = run_of(day - timedelta(days=1), at, HOME)
    days = {due_round(start + timedelta(minutes=each), at, LEAD, HOME) for each in range(0, 27 * 60, 10)}
    assert days == {day - timedelta(days=1), day, *({day + timedelta(days=1)} & days)}


@pytest.mark.parametrize(
    ("route", "due", "gathers"),
    [
        (Route("direct"), 10_000, False),
        (Route("batch"), 0, True),
        (Route("auto", over=200), 200, False),
        (Route("auto", over=200), 201, True),
    ],
)
def test_who_gathers(route: Route, due: int, gathers: bool) -> None:
    assert route.gathers(due) is gathers


@pytest.mark.parametrize(
    ("before", "turn"),
    [
        (None, "first"),
        (date(2027, 3, 1), "due"),
        (date(2027, 3, 2), "done"),
        (date(2027, 3, 3), "done"),
        (date(2027, 3, 4), "first"),  # of a clock that ran ahead
    ],
)
def test_a_round_is_done_once_and_the_first_of_all_is_the_next_one(before: date | None, turn: str) -> None:
    assert turn_of(date(2027, 3, 2), before) == turn
