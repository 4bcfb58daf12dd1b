"""B12: huge cells and five thousand columns."""

from __future__ import annotations

import pytest
from exports import HEADER, car, csv_of, golden, xlsx_of

TOO_LONG = "Een regel of een cel is te lang; dit lijkt geen CSV-bestand. (regel {})"


def test_a_long_text_is_cut_with_a_warning(garage) -> None:
    assert garage.take(csv_of(car(1, name="J" * 100_000), car(2))) == golden(
        [1, 2], warnings=[(1, "Achternaam", "text_cut", "J" + "*" * 22 + "…")]
    )
    assert garage.contents()["ZZ001Z"]["last_name"] == "J" * 500


@pytest.mark.parametrize(
    ("changes", "column", "code"),
    [
        ({"plate": "Z" * 100_000}, "Kenteken", "plate_foreign_needs_country"),
        ({"apk": "1" * 100_000}, "APK datum", "date_invalid"),
        ({"km": "1" * 100_000}, "Km stand", "number_invalid"),
    ],
)
def test_a_huge_cell_that_must_be_something_rejects_its_row(take, changes, column, code) -> None:
    assert take(csv_of(car(1, **changes), car(2))) == golden([2], rejected=[(2, column, code)])


def test_a_huge_address_is_kept_and_never_mailed(garage) -> None:
    assert garage.take(csv_of(car(1, email="j" * 100_000 + "@voorbeeld.example"))) == golden(
        [1], warnings=[(1, "E-mail", "text_cut", "j***@v***.example")]
    )
    assert garage.verdicts() == ["unwritable"]


@pytest.mark.parametrize("size", [131_073, 1 << 20, 3 << 20])
def test_a_cell_beyond_the_limit_holds_the_file_with_its_line(take, size: int) -> None:
    assert take(csv_of(car(1), car(2, name="J" * size), car(3))) == golden(held=TOO_LONG.format(3))


def test_five_thousand_columns_are_read_and_one_more_is_not(take) -> None:
    header = (*HEADER, *(f"Kolom {number}" for number in range(4_995)))
    row = [*car(1), *["x"] * 4_995]
    assert take(csv_of(row, car(2), header=header)) == golden([1], rejected=[(3, None, "row_too_short")])
    told = take(csv_of([*row, "x"], header=(*header, "x")))
    assert told == golden([1], held="De kopregel heeft meer dan 5000 kolommen. (regel 1)")


def test_five_thousand_columns_of_a_sheet(take) -> None:
    header = (*HEADER, *(f"Kolom {number}" for number in range(4_995)))
    assert take(xlsx_of([*car(1), *["x"] * 4_995], car(2), header=header)) == golden([1, 2])
    told = take(xlsx_of(car(1), header=(*header, "x")))
    assert told == golden([1, 2], held="De kopregel heeft meer dan 5000 kolommen. (regel 1)")
