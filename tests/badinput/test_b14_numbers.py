"""B14: numbers with points, commas, spaces and units."""

from __future__ import annotations

import pytest
from exports import car, csv_of, golden, xlsx_of

READ = {
    "123456": 123456,
    "123.456": 123456,
    "1.234.567": 1234567,
    "12 000 km": 12000,
    "12\u00a0000 KM": 12000,
    "123456,00": 123456,
    "123.456,0": 123456,
    "0": 0,
    "000123": 123,
    "": None,
    "-": None,
    "onbekend": None,
    "n.v.t.": None,
    "?": None,
    "#REF!": None,
}
NOT_READ = (
    "1,5",
    "123,456",
    "12.34",
    "1e5",
    "-5",
    "+5",
    "3000001",
    "12 mijl",
    "geen idee",
    "12.00.000",
    "\u0663",
)


@pytest.mark.parametrize(("written", "kilometres"), READ.items())
def test_whole_kilometres_are_read(garage, written: str, kilometres: int | None) -> None:
    assert garage.take(csv_of(car(1, km=written))) == golden([1])
    assert garage.contents()["ZZ001Z"].get("mileage") == kilometres


@pytest.mark.parametrize("written", NOT_READ)
def test_anything_else_rejects_its_row(take, written: str) -> None:
    assert take(csv_of(car(1, km=written), car(2))) == golden(
        [2], rejected=[(2, "Km stand", "number_invalid")]
    )


@pytest.mark.parametrize(
    ("value", "kilometres"),
    [(123456, 123456), (123456.0, 123456), ("123.456", 123456), (0, 0), (None, None), ("=A1/0", None)],
)
def test_numbers_of_a_sheet(garage, value: object, kilometres: int | None) -> None:
    assert garage.take(xlsx_of([*car(1)[:4], value])) == golden([1])
    assert garage.contents()["ZZ001Z"].get("mileage") == kilometres


@pytest.mark.parametrize("value", [1.5, 123.456, -5, True, 1e300])
def test_a_number_of_a_sheet_that_is_no_mileage_rejects_its_row(take, value: object) -> None:
    assert take(xlsx_of([*car(1)[:4], value])) == golden(rejected=[(2, "Km stand", "number_invalid")])
