"""B13: dates that are none, of two digits, with day and month swapped, and Excel's. Today is 1 March 2027."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from exports import COLUMNS, HEADER, Told, car, csv_of, golden, xlsx_of

INVALID = golden(rejected=[(2, "APK datum", "date_invalid")])
FAR = "apk_out_of_range"


def odd(*codes: str, mask: str) -> Told:
    return golden([1], warnings=[(1, "APK datum", code, mask) for code in codes])


CASES = {
    "31-12-2027": ("2027-12-31", golden([1])),
    "1-2-2028": ("2028-02-01", golden([1])),
    "31/12/2027": ("2027-12-31", golden([1])),
    "31.12.2027": ("2027-12-31", golden([1])),
    "2027-12-31": ("2027-12-31", golden([1])),
    "20271231": ("2027-12-31", golden([1])),
    "46752": ("2027-12-31", golden([1])),
    "46752,5": ("2027-12-31", golden([1])),
    "31-12-2027 00:00:00": ("2027-12-31", golden([1])),
    "2027-12-31T09:30:00": ("2027-12-31", golden([1])),
    "31-12-27": ("2027-12-31", odd("date_ambiguous", mask="3*-**-**")),
    "06/10/2027": ("2027-10-06", odd("date_ambiguous", mask="0*/**/****")),
    "10/06/2027": ("2027-06-10", odd("date_ambiguous", mask="1*/**/****")),
    "25/10/2027": ("2027-10-25", golden([1])),
    "06-10-2027": ("2027-10-06", golden([1])),
    "28-02-2026": ("2026-02-28", odd(FAR, mask="2*-**-****")),
    "01-03-2026": ("2026-03-01", golden([1])),
    "01-03-2031": ("2031-03-01", golden([1])),
    "02-03-2031": ("2031-03-02", odd(FAR, mask="0*-**-****")),
    "31-12-99": ("1999-12-31", odd("date_ambiguous", FAR, mask="3*-**-**")),
    "29-02-2028": ("2028-02-29", golden([1])),
    "29-02-2027": (None, INVALID),
    "31-02-2027": (None, INVALID),
    "00-00-0000": (None, golden([1])),
    "0000-00-00": (None, golden([1])),
    "01-01-0001": (None, golden([1])),
    "30-12-1899": (None, golden([1])),
    "-": (None, golden([1])),
    "nvt": (None, golden([1])),
    "Onbekend": (None, golden([1])),
    "?": (None, golden([1])),
    "00-12-2027": (None, INVALID),
    "12/25/2027": (None, INVALID),
    "2027-13-01": (None, INVALID),
    "31-12": (None, INVALID),
    "2027": (None, INVALID),
    "12-2027": (None, INVALID),
    "99999": (None, INVALID),
    "31 december 2027": (None, INVALID),
    "morgen": (None, INVALID),
    "31-12-2027 25:00": (None, INVALID),
    "############": (None, INVALID),
}


@pytest.mark.parametrize(("written", "case"), CASES.items(), ids=CASES)
def test_a_date_is_read_warned_of_or_rejected_and_never_guessed(garage, written: str, case) -> None:
    read, expected = case
    assert garage.take(csv_of(car(1, apk=written))) == expected
    if expected.accepted:
        assert garage.contents()["ZZ001Z"].get("apk_due") == read


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (date(2027, 12, 31), "2027-12-31"),
        (datetime(2027, 12, 31, 9, 30), "2027-12-31"),  # noqa: DTZ001
        ("31-12-2027", "2027-12-31"),
        (46752, "2027-12-31"),
        (20271231, "2027-12-31"),
        (None, None),
    ],
)
def test_a_date_of_a_sheet(garage, value: object, read: str | None) -> None:
    assert garage.take(xlsx_of([*car(1)[:3], value, 60500])) == golden([1])
    assert garage.contents()["ZZ001Z"].get("apk_due") == read


@pytest.mark.parametrize(
    "value",
    [date(2027, 12, 31), datetime(2027, 12, 31, 9, 30), "31-12-2027"],  # noqa: DTZ001
)
def test_a_date_of_a_sheet_is_read_where_its_column_has_a_format(garage, value: object) -> None:
    columns = {**COLUMNS, "apk_due": {"column": "APK datum", "format": "%d-%m-%Y"}}
    assert garage.take(xlsx_of([*car(1)[:3], value, 60500]), columns=columns) == golden([1])
    assert garage.contents()["ZZ001Z"]["apk_due"] == "2027-12-31"


def test_a_date_cell_that_holds_nothing_but_zero_is_no_date(garage) -> None:
    import openpyxl  # noqa: PLC0415  # for a format that only this test needs

    made = openpyxl.Workbook()
    for row in (HEADER, [*car(1)[:3], 0, 1]):
        made.active.append(row)
    made.active["D2"].number_format = "dd-mm-yyyy"
    path = garage.folder.parent / "made.xlsx"
    made.save(path)
    assert garage.take(path.read_bytes(), name="klanten.xlsx") == golden([1])
    assert "apk_due" not in garage.contents()["ZZ001Z"]


@pytest.mark.parametrize(
    ("form", "written", "read"),
    [
        ("%d-%m-%y", "31-12-27", "2027-12-31"),
        ("%m/%d/%Y", "06/10/2027", "2027-06-10"),
        ("%d%m%Y", "31122027", "2027-12-31"),
    ],
)
def test_a_format_settles_what_a_date_means(garage, form: str, written: str, read: str) -> None:
    columns = {**COLUMNS, "apk_due": {"column": "APK datum", "format": form}}
    assert garage.take(csv_of(car(1, apk=written)), columns=columns) == golden([1])
    assert garage.contents()["ZZ001Z"]["apk_due"] == read


def test_day_and_month_swapped_in_a_whole_export_are_rejected_or_warned_of(take) -> None:
    rows = [car(number, apk=f"{number:02}/{number + 10:02}/2027") for number in range(1, 13)]
    assert take(csv_of(*rows)) == golden(
        [1, 2],
        rejected=[(line, "APK datum", "date_invalid") for line in range(4, 14)],
        warnings=[(number, "APK datum", "date_ambiguous", "0*/**/****") for number in (1, 2)],
    )
