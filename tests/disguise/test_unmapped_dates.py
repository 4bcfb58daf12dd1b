"""What looks like a date becomes another that is read, or cannot be read, in the same ways."""

from __future__ import annotations

from datetime import date
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector import figures
from connector.disguise.unmapped_dates import another_date
from connector.proposing import looks

TODAY = date(2026, 11, 25)


def another(text: str, form: str | None = None, seed: int = 1, today: date = TODAY) -> str | None:
    return another_date(text, form, today, Random(seed), lambda _: True)


@pytest.mark.parametrize(
    "text",
    ["31-12-26", "20261231", "12-10-2026", "12/31/2026", "31122026", "1-5-2027", "31 dec 2026", "5-mei-2026",
     "2026-12-31", "2026-12-31T00:00:00", "31.12.2031", "17-05-1968", "26-11-2026"],
)  # fmt: skip
def test_a_date_that_is_read_becomes_another_that_is(text):
    found = another(text)
    assert found is not None and found != text and len(found) == len(text)
    assert looks.format_of_one(found) == looks.format_of_one(text)
    old, new = figures.read_date(text), figures.read_date(found)
    if old is not None and new is not None:
        assert (new.year, new > TODAY) == (old.year, old > TODAY)
    else:
        assert (old, new) == (None, None)


@pytest.mark.parametrize(
    "text", ["31-02-2026", "2026-13-01", "99-99-9999", "31-00-2026", "20260231", "31-4-26", "29/02/2023"]
)
def test_a_date_that_no_calendar_has_becomes_another_that_none_has(text):
    found = another(text)
    assert found is not None and found != text and len(found) == len(text)
    assert figures.read_date(found) is None and not looks.is_date(found) and not figures.is_blank_date(found)


@pytest.mark.parametrize("text", ["00-00-0000", "01-01-1900", "30-12-1899", "0000-00-00", "00/00/0000"])
def test_what_says_that_there_is_no_date_stays(text):
    assert another(text) == text


@pytest.mark.parametrize(
    "text", ["06-51423987", "0512-12-34", "88442211", "12-2026", "Jansen", "1.234.567", "10", "ZZ-001-Z", ""]
)
def test_what_looks_like_no_date_is_none(text):
    assert another(text) is None


@settings(deadline=None)
@given(st.dates(date(1960, 1, 1), date(2049, 12, 31)), st.sampled_from(["%d-%m-%Y", "%Y-%m-%d", "%d/%m/%y", "%Y%m%d"]),
       st.dates(date(2020, 1, 1), date(2030, 12, 31)), st.integers(0, 3))  # fmt: skip
def test_whatever_day_it_is_a_day_stays_before_or_behind_it(day, form, today, seed):
    text = day.strftime(form)
    found = another(text, None, seed, today)
    assert found is not None and looks.format_of_one(found) == looks.format_of_one(text)
    old, new = figures.read_date(text), figures.read_date(found)
    assert old is not None and new is not None and (new > today) == (old > today)
