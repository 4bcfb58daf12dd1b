"""Dates and numbers as exports write them: read or not, never guessed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector import figures


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2026-12-31", "2026-12-31"),
        ("31-12-2026", "2026-12-31"),
        ("31/12/2026", "2026-12-31"),
        ("31.12.2026", "2026-12-31"),
        ("1-2-2026", "2026-02-01"),
        ("06/10/2026", "2026-10-06"),  # the day comes first
        ("29-02-2028", "2028-02-29"),
        ("2026-12-31 00:00:00", "2026-12-31"),
        ("31-12-2026 0:00", "2026-12-31"),
        ("2026-12-31T09:30:00.123", "2026-12-31"),
        ("2026-12-31T00:00:00Z", "2026-12-31"),
        ("2026-12-31T00:00:00+01:00", "2026-12-31"),
        ("2026-12-30T23:00:00Z", None),  # whose 31 December?
        ("31-02-2026", None),
        ("29-02-2026", None),
        ("31-12-26", "2026-12-31"),
        ("1/2/49", "2049-02-01"),
        ("01.02.50", "1950-02-01"),
        ("29-02-28 09:30", "2028-02-29"),
        ("31-02-26", None),
        ("98-02-01", None),  # the year first, and of two digits
        ("31-12-026", None),
        ("10/25/2026", None),
        ("2026-13-01", None),
        ("2026-1-1", None),
        ("20261231", "2026-12-31"),
        ("19991231", "1999-12-31"),
        ("20261331", None),
        ("31122026", None),  # a format must say so
        ("18991231", None),
        ("46387", "2026-12-31"),
        ("46387.5", "2026-12-31"),
        ("46387,99999", "2026-12-31"),
        ("20000", "1954-10-03"),
        ("19999", None),
        ("73050", "2099-12-31"),
        ("73051", None),
        ("4638", None),
        ("31-12/2026", None),
        ("31-12-2026 24:00", None),
        ("31 december 2026", None),
        ("٣١-١٢-٢٠٢٦", None),
        ("", None),
    ],
)
def test_a_date_is_iso_or_day_month_year(text: str, iso: str | None) -> None:
    found = figures.read_date(text)
    assert (found and found.isoformat()) == iso


@pytest.mark.parametrize(
    ("text", "ambiguous"),
    [
        ("31-12-26", True),  # or the 26th of December 2031
        ("1-1-26", True),
        ("06/10/2026", True),
        ("06/10/2026 14:00", True),
        ("6/6/2026", False),
        ("25/10/2026", False),
        ("06-10-2026", False),
        ("06.10.2026", False),
        ("2026-10-06", False),
        ("20261006", False),
        ("46387", False),
        ("geen", False),
    ],
)
def test_a_date_that_could_be_another_day_is_ambiguous(text: str, ambiguous: bool) -> None:
    assert figures.is_ambiguous(text) is ambiguous


@pytest.mark.parametrize(
    ("text", "form", "iso"),
    [
        ("31122026", "%d%m%Y", "2026-12-31"),
        ("31-12-26", "%d-%m-%y", "2026-12-31"),
        ("12/31/2026", "%m/%d/%Y", "2026-12-31"),
        ("2026-12-31", "%d-%m-%Y", "2026-12-31"),  # as a date cell of a sheet comes
        ("2026-12-31 00:00:00", "%d-%m-%Y", "2026-12-31"),
        ("2026-12-31T09:30:00", "%d-%m-%y", "2026-12-31"),
        ("2026-02-31", "%d-%m-%Y", None),
        ("2026-02-01", "%Y-%d-%m", "2026-01-02"),
        ("2026-12-31", "%Y-%d-%m", None),  # whose year stands first and day next: no other meaning is sure
        ("31/12/2026", "%d-%m-%Y", None),
        ("20261231", "%d-%m-%Y", None),
        ("46387", "%d-%m-%Y", None),
        ("31-12-2026", "%d-%d", None),
        ("31-12-2026", "%", None),
    ],
)
def test_with_a_format_nothing_else_is_read_but_iso(text: str, form: str, iso: str | None) -> None:
    found = figures.read_date(text, form)
    assert (found and found.isoformat()) == iso


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "--",
        "\u2013",
        "00-00-0000",
        "0000-00-00",
        "00/00/0000",
        "00-00-0000 00:00:00",
        "0",
        "01-01-0001",
        "0001-01-01T00:00:00",
        "01/01/1900",
        "30-12-1899",
        "00-01-1900",
    ],
)
def test_a_date_that_is_none_is_blank(text: str) -> None:
    assert figures.is_blank_date(text)


@pytest.mark.parametrize("text", ["31-12-2026", "01-01-2000", "10-10-2010", "2000-01-01", "geen", "x"])
def test_what_is_filled_in_is_not_blank(text: str) -> None:
    assert not figures.is_blank_date(text)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-06-10", "2026-06-10"),
        ("10-06-2026 14:03", "2026-06-10T14:03:00"),
        ("2026-06-10T14:03:05.9", "2026-06-10T14:03:05"),
        ("2026-06-10T14:03:05+02:00", "2026-06-10T12:03:05Z"),
        ("2026-06-10T00:30:00+0200", "2026-06-09T22:30:00Z"),
        ("2026-06-10T14:03:05+99:00", None),
        ("0001-01-01T00:00:00+02:00", None),
        ("gisteren", None),
        ("20260610", "2026-06-10"),
        ("46183", "2026-06-10"),
        ("46183,5", "2026-06-10T12:00:00"),
        ("46183.999999999", "2026-06-11"),  # a whole second is the least there is
        ("10-06-26 14:03", "2026-06-10T14:03:00"),
    ],
)
def test_a_moment_is_text_that_sorts_as_time_does(text: str, moment: str | None) -> None:
    assert figures.read_moment(text) == moment


def test_a_moment_by_format_keeps_its_time() -> None:
    assert figures.read_moment("202606101403", "%Y%m%d%H%M") == "2026-06-10T14:03:00"
    assert figures.read_moment("10-06-2026", "%Y%m%d%H%M") is None
    assert figures.read_moment("2026-06-10T14:03:05", "%d-%m-%Y %H:%M") == "2026-06-10T14:03:05"
    assert figures.read_moment("2026-06-10", "%d-%m-%Y %H:%M") == "2026-06-10"


@pytest.mark.parametrize(
    ("text", "kilometres"),
    [
        ("0", 0),
        ("123456", 123_456),
        ("000123", 123),
        ("123.456", 123_456),
        ("1.234.567", 1_234_567),
        ("12 000 km", 12_000),
        ("12\u00a0000KM", 12_000),
        ("123456km.", 123_456),
        ("123456,00", 123_456),
        ("123456.0", 123_456),
        ("3000000", 3_000_000),
        ("3000001", None),
        ("1,5", None),
        ("1.5", None),
        ("123,456", None),
        ("12.34.567", None),
        ("1234.567", None),
        ("-5", None),
        ("+5", None),
        ("1e5", None),
        ("12 mijl", None),
        ("٣", None),
        ("9" * 5000, None),
        ("km", None),
    ],
)
def test_a_mileage_is_whole_kilometres(text: str, kilometres: int | None) -> None:
    assert figures.read_kilometres(text) == kilometres


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("0612345678", "0612345678"),
        ("06-12345678", "06-12345678"),
        ("612345678.0", "612345678"),
        ("612345678,00", "612345678"),
        ("0612345678.0", "0612345678"),
        ("612345678.5", "612345678.5"),
        ("020.000", "020.000"),
        ("6,12345678E+08", "612345678"),
        ("6.12345678E+08", "612345678"),
        ("6.12345678e8", "612345678"),
        ("6,123456780E+008", "612345678"),
        ("3,1612345678E+10", "31612345678"),
        ("3,16E+10", None),
        ("3E+10", None),
        ("6,1234567E+08", None),  # a nought at its end, or a digit that is lost
        ("6,123456785E+08", None),
        ("6,12345678E-08", "6,12345678E-08"),
        ("0,6E+09", "0,6E+09"),
        ("12E+08", "12E+08"),
        ("6,1E+999", None),
        ("geen", "geen"),
        ("", ""),
    ],
)
def test_a_number_that_a_sheet_wrote_as_one_has_its_digits_back_or_has_lost_them(
    text: str, digits: str | None
) -> None:
    assert figures.whole_number(text) == digits


@given(st.dates())
def test_a_date_is_read_back_from_both_ways_of_writing_it(day: date) -> None:
    assert figures.read_date(day.isoformat()) == day
    assert figures.read_date(f"{day.day:02}-{day.month:02}-{day.year:04}") == day


@given(st.integers(0, figures.MOST_KILOMETRES))
def test_a_mileage_is_read_back_with_and_without_groups(kilometres: int) -> None:
    assert figures.read_kilometres(str(kilometres)) == kilometres
    assert figures.read_kilometres(f"{kilometres:,}".replace(",", ".")) == kilometres


@given(st.integers(10**7, 10**15 - 1), st.sampled_from([",", "."]))
def test_a_number_is_read_back_from_its_powers_of_ten(number: int, point: str) -> None:
    first, *rest = str(number)
    assert figures.whole_number(f"{first}{point}{''.join(rest)}E+{len(rest):02}") == str(number)


@given(st.datetimes(), st.timedeltas(timedelta(seconds=1), timedelta(days=999)))
def test_moments_sort_as_text(moment: object, later: timedelta) -> None:
    try:
        after = moment + later  # type: ignore[operator]  # hypothesis gives datetimes
    except OverflowError:
        return
    assert str(figures.read_moment(str(moment))) <= str(figures.read_moment(str(after)))


@given(st.text(), st.one_of(st.none(), st.text(alphabet="%dmYyHMSzfjUA- ")))
def test_no_text_and_no_format_raises(text: str, form: str | None) -> None:
    figures.read_date(text, form)
    figures.read_moment(text, form)
    figures.read_kilometres(text)
    figures.is_blank_date(text)
    figures.whole_number(text)
