"""B11: titles above, headers repeated, totals and blank lines below."""

from __future__ import annotations

import pytest
from exports import COLUMNS, HEADER, Told, car, csv_of, golden, xlsx_of

BAD = car(9, km="veel")
TITLES = ["Garage Voorbeeld", "", "Klanten per 01-03-2027;;pagina 1", ";;;;"]

CASES = {
    "title lines": (
        "\r\n".join([*TITLES, csv_of(car(1), BAD)]),
        golden([1], rejected=[(7, "Km stand", "number_invalid")]),
    ),
    "a title over two lines, in quotes": (
        '"Garage\r\nVoorbeeld"\r\n' + csv_of(car(1), BAD),
        golden([1], rejected=[(5, "Km stand", "number_invalid")]),
    ),
    "a title that bears some names": (
        "Kenteken;en;E-mail\r\n" + csv_of(car(1), BAD),
        golden([1], rejected=[(4, "Km stand", "number_invalid")]),
    ),
    "a header on every page": (
        csv_of(car(1), list(HEADER), car(2), ["KENTEKEN", " achternaam", "e-mail ", "", ""]),
        golden([1, 2], skipped=[(3, "header_repeated"), (5, "header_repeated")]),
    ),
    "a header repeated with fewer cells": (
        csv_of(car(1), list(HEADER[:4]), car(2)),
        golden([1, 2], skipped=[(3, "header_repeated")]),
    ),
    "the whole export twice": (
        csv_of(car(1), BAD) + csv_of(car(2), BAD),
        golden(
            [1, 2],
            skipped=[(4, "header_repeated"), (6, "repeated")],
            rejected=[(3, "Km stand", "number_invalid")],
        ),
    ),
    "a line of totals": (csv_of(car(1), ["Totaal", "", "", "", "60500"]), golden([1], skipped=[(3, "totals_line")])),
    "totals in one cell": (csv_of(car(1)) + "Totaal: 1 auto's\r\n", golden([1], skipped=[(3, "totals_line")])),
    "totals at the end": (csv_of(car(1), ["", "", "", "Totaal", "60500"]), golden([1], skipped=[(3, "totals_line")])),
    "a sum without a word": (csv_of(car(1), ["", "", "", "", "60500"]), golden([1], skipped=[(3, "no_plate")])),
    "a customer called Totaal": (csv_of(car(1, name="Totaal Auto")), golden([1])),
    "a footer": (csv_of(car(1)) + "Einde\r\n", golden([1], rejected=[(3, None, "row_too_short")])),
    "blank lines": (
        csv_of(car(1)) + "\r\n  \r\n\r\n" + ";".join(car(2)) + "\r\n" + ";".join(BAD),
        golden([1, 2], rejected=[(7, "Km stand", "number_invalid")]),
    ),
    "a sheet with titles, pages and totals": (
        xlsx_of([], HEADER, car(1), [], HEADER, BAD, ["Totaal", None, None, None, 60500], header=["Klanten"]),
        golden(
            [1],
            skipped=[(6, "header_repeated"), (8, "totals_line")],
            rejected=[(7, "Km stand", "number_invalid")],
        ),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("content", "expected"), CASES.values(), ids=CASES)
def test_what_is_no_row_is_skipped_and_said_so(take, content: str | bytes, expected: Told) -> None:
    assert take(content) == expected


def test_a_header_lower_than_the_fiftieth_row_is_not_looked_for(take) -> None:
    told = take("Verslag\r\n" * 50 + csv_of(car(1)))
    assert told.held is not None
    assert "ontbreken de kolommen" in told.held


def test_a_header_on_the_fiftieth_row_is_found(take) -> None:
    assert take("Verslag\r\n" * 49 + csv_of(car(1)), columns=COLUMNS) == golden([1])
