"""Who is due when: the ends of months, leap years, and a window that is counted in calendar months."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.selection import Entry, Later, Never, Now, Select, entry, months_after

TODAY = date(2027, 3, 1)
TWO = Select(apk_within_months=2, service_within_months=2)
APK_ONLY = Select(apk_within_months=2)
DAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31))
MONTHS = st.integers(0, 60)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), -6, date(2027, 2, 28)),
        (date(2027, 1, 31), 1, date(2027, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2027, 3, 31), 1, date(2027, 4, 30)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2028, 2, 29), -12, date(2027, 2, 28)),
        (date(2028, 2, 29), 48, date(2032, 2, 29)),
        (date(2027, 12, 15), 1, date(2028, 1, 15)),
        (date(2027, 1, 15), -1, date(2026, 12, 15)),
        (date(2027, 5, 5), 0, date(2027, 5, 5)),
    ],
)
def test_months_are_those_of_the_calendar(day: date, months: int, expected: date) -> None:
    assert months_after(day, months) == expected


@pytest.mark.parametrize(
    ("apk_due", "service_due", "select", "expected"),
    [
        pytest.param(date(2027, 5, 1), None, TWO, Now(), id="the last day of the window"),
        pytest.param(date(2027, 5, 2), None, TWO, Later(date(2027, 3, 2)), id="the day after"),
        pytest.param(TODAY, None, TWO, Now(), id="today"),
        pytest.param(date(2026, 3, 1), None, TWO, Now(), id="twelve months past"),
        pytest.param(date(2026, 2, 28), None, TWO, Never(), id="a day more"),
        pytest.param(None, date(2027, 4, 1), TWO, Now(), id="service"),
        pytest.param(date(2027, 9, 1), date(2027, 4, 1), TWO, Now(), id="service is the earlier"),
        pytest.param(
            date(2027, 9, 1), date(2027, 8, 1), TWO, Later(date(2027, 6, 1)), id="both later: the earlier"
        ),
        pytest.param(
            date(2027, 9, 1),
            date(2027, 8, 1),
            Select(apk_within_months=4, service_within_months=1),
            Later(date(2027, 5, 1)),
            id="the one that comes in earlier, not the one that is due earlier",
        ),
        pytest.param(
            date(2025, 1, 1), date(2027, 8, 1), TWO, Later(date(2027, 6, 1)), id="APK long past, not service"
        ),
        pytest.param(date(2025, 1, 1), date(2025, 1, 1), TWO, Never(), id="both long past"),
        pytest.param(date(2027, 9, 1), date(2027, 4, 1), APK_ONLY, Later(date(2027, 7, 1)), id="APK alone"),
        pytest.param(None, date(2027, 9, 1), APK_ONLY, Now(), id="a date that does not count is none"),
        pytest.param(None, None, TWO, Now(), id="without a date: now"),
        pytest.param(
            None, None, Select(apk_within_months=2, without_date="never"), Never(), id="without a date: never"
        ),
        pytest.param(
            date(2025, 1, 1), None, TWO, Never(), id="a date long past is one, and no date is another matter"
        ),
        pytest.param(date(2027, 3, 2), None, Select(0), Later(date(2027, 3, 2)), id="no months ahead"),
        pytest.param(date(2027, 8, 31), None, Select(6), Now(), id="in the window already"),
    ],
)
def test_a_passport_enters_the_window_by_its_earlier_date(
    apk_due: date | None, service_due: date | None, select: Select, expected: Entry
) -> None:
    today = date(2027, 2, 28) + timedelta(days=1)
    assert entry(apk_due, service_due, select, today) == expected


@pytest.mark.parametrize(
    ("due", "months", "today", "expected"),
    [
        pytest.param(date(2027, 8, 28), 6, date(2027, 2, 28), Now(), id="28 August from 28 February"),
        pytest.param(
            date(2027, 8, 29), 6, date(2027, 2, 28), Later(date(2027, 3, 1)), id="29 August has to wait"
        ),
        pytest.param(date(2027, 8, 31), 6, date(2027, 2, 28), Later(date(2027, 3, 1)), id="31 August too"),
        pytest.param(date(2028, 8, 29), 6, date(2028, 2, 29), Now(), id="29 August from 29 February"),
        pytest.param(date(2028, 2, 29), 6, date(2027, 8, 31), Now(), id="31 August + 6 is 29 February"),
        pytest.param(
            date(2028, 2, 29), 6, date(2027, 8, 28), Later(date(2027, 8, 29)), id="29 February from 29 August"
        ),
        pytest.param(date(2027, 2, 28), 6, date(2026, 8, 31), Now(), id="31 August + 6 is 28 February"),
        pytest.param(date(2027, 2, 28), 6, date(2026, 8, 28), Now(), id="so is 28 August + 6"),
        pytest.param(
            date(2027, 5, 31), 1, date(2027, 4, 30), Later(date(2027, 5, 1)), id="30 April + 1 is 30 May"
        ),
        pytest.param(
            date(2028, 1, 31), 2, date(2027, 11, 30), Later(date(2027, 12, 1)), id="over the turn of the year"
        ),
        pytest.param(date(2027, 2, 28), 2, date(2028, 2, 28), Now(), id="past: 28 February a year ago"),
        pytest.param(date(2027, 2, 28), 2, date(2028, 2, 29), Now(), id="past: 29 February - 12 months"),
        pytest.param(date(2027, 2, 28), 2, date(2028, 3, 1), Never(), id="past: more than twelve months"),
        pytest.param(date(2028, 2, 29), 2, date(2029, 2, 28), Now(), id="past: 29 February, a year later"),
        pytest.param(date(2028, 2, 29), 2, date(2029, 3, 1), Never(), id="past: and then no more"),
        pytest.param(date(9999, 12, 31), 2, TODAY, Later(date(9999, 10, 31)), id="the end of the calendar"),
        pytest.param(date(1, 1, 1), 2, TODAY, Never(), id="and its beginning"),
    ],
)
def test_the_ends_of_months_come_in_on_the_first_day_they_are_reached(
    due: date, months: int, today: date, expected: Entry
) -> None:
    assert entry(due, None, Select(apk_within_months=months), today) == expected


@given(due=DAYS, months=MONTHS, today=DAYS)
def test_a_later_day_is_the_first_day_in_the_window(due: date, months: int, today: date) -> None:
    select = Select(apk_within_months=months)
    entered = entry(due, None, select, today)
    if isinstance(entered, Later):
        assert entered.day > today
        assert entry(due, None, select, entered.day) == Now()
        assert entry(due, None, select, entered.day - timedelta(days=1)) == entered


@given(due=DAYS, months=MONTHS, today=DAYS)
def test_what_is_in_the_window_stays_until_it_is_long_past(due: date, months: int, today: date) -> None:
    select = Select(apk_within_months=months)
    days = [entry(due, None, select, today + timedelta(days=each)) for each in (0, 1)]
    kinds = [(Later, Now, Never).index(type(each)) for each in days]
    assert kinds == sorted(kinds)
