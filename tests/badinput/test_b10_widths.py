"""B10: short and long rows."""

from __future__ import annotations

import pytest
from exports import HEADER, car, csv_of, golden, xlsx_of

SHORT, LONG = "row_too_short", "row_too_long"

ROWS = {
    "one cell less": (car(2)[:4], golden([1, 3], rejected=[(3, None, SHORT)])),
    "one cell": (["ZZ-002-Z"], golden([1, 3], rejected=[(3, None, SHORT)])),
    "one cell more": ([*car(2), "x"], golden([1, 3], rejected=[(3, None, LONG)])),
    "one cell more, behind an empty one": ([*car(2), "", "x"], golden([1, 3], rejected=[(3, None, LONG)])),
    "empty cells more": ([*car(2), "", " ", ""], golden([1, 2, 3])),
    "a thousand cells more": ([*car(2), *["x"] * 1_000], golden([1, 3], rejected=[(3, None, LONG)])),
    "a delimiter in a name": (car(2, name="Klant;2"), golden([1, 3], rejected=[(3, None, LONG)])),
    "all cells empty": ([""] * 5, golden([1, 3], skipped=[(3, "no_plate")])),
    "no cells": ([], golden([1, 3])),
}


@pytest.mark.parametrize(("row", "expected"), ROWS.values(), ids=ROWS)
def test_a_row_of_another_width_is_rejected_and_its_cells_never_moved(take, row, expected) -> None:
    assert take(csv_of(car(1), row, car(3))) == expected


def test_a_plate_whose_row_is_cut_short_today_keeps_what_it_had(garage) -> None:
    garage.take(csv_of(car(1), car(2)))
    assert garage.take(csv_of(car(1), car(2, km="70000")[:3])) == golden([1, 2], rejected=[(3, None, SHORT)])
    assert garage.contents()["ZZ002Z"]["mileage"] == 60500


def test_rows_of_a_sheet_have_no_width(take) -> None:
    rows = [car(1), car(2)[:3], [*car(3), None, "een opmerking"], car(4)]
    assert take(xlsx_of(*rows)) == golden([1, 2, 3, 4])


def test_last_columns_without_a_name_may_be_left_out(take) -> None:
    assert take(csv_of(car(1), [*car(2), "", ""], header=(*HEADER, "", ""))) == golden([1, 2])
