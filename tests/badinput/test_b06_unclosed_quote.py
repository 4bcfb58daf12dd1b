"""B06: a quote that is not closed would swallow all rows after it: the file is held, with the line of the quote."""

from __future__ import annotations

import pytest
from exports import HEADER, car, csv_of, golden

HELD = (
    "Een cel begint met een aanhalingsteken dat niet goed wordt afgesloten;"
    " wat daarna komt is niet betrouwbaar in regels en cellen te verdelen. (regel {})"
)
SWALLOWED = (
    "Een cel begint met een aanhalingsteken dat pas in een latere regel wordt afgesloten, zodat hele regels in die cel"
    " vallen; haal het aanhalingsteken weg in het garagesysteem. (regel {})"
)
ROWS = [car(number) for number in range(1, 1_000)]


@pytest.mark.parametrize("at", [0, 998])
@pytest.mark.parametrize("field", range(5))
def test_in_any_row_and_cell(take, at: int, field: int) -> None:
    rows = [list(row) for row in ROWS]
    rows[at][field] = '"' + rows[at][field]
    assert take(csv_of(*rows)) == golden(held=HELD.format(at + 2))


def test_nothing_of_the_file_is_taken_and_what_stood_stays(garage) -> None:
    garage.take(csv_of(car(1), car(2)))
    broken = csv_of(car(1, km="70000"), car(3, name='"Klant 3'), car(2, km="70000"))
    assert garage.take(broken) == golden([1, 2], held=HELD.format(3))
    assert {content["mileage"] for content in garage.contents().values()} == {60500}


def test_a_quote_that_is_closed_by_that_of_a_later_row(take) -> None:
    assert take(csv_of(car(1), car(2, name='"Klant 2'), car(3, name='"Klant 3"'))) == golden(
        held=HELD.format(3)
    )


@pytest.mark.parametrize("later", [1, 2, 500])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("field", range(5))
def test_a_quote_that_a_later_row_closes_in_the_same_column(take, later: int, end: str, field: int) -> None:
    rows = [list(row) for row in ROWS]
    rows[3][field] = '"' + rows[3][field]
    rows[3 + later][field] += '"'
    assert take(csv_of(*rows, end=end)) == golden(held=SWALLOWED.format(5))


def test_a_quote_that_a_later_row_closes_in_a_column_that_nobody_reads(take) -> None:
    rows = [[*car(1), '"velg 17'], [*car(2), ""], [*car(3), '19"'], [*car(4), ""]]
    assert take(csv_of(*rows, header=(*HEADER, "Opmerking"))) == golden(held=SWALLOWED.format(2))


def test_a_quote_that_a_later_row_closes_in_another_column(take) -> None:
    rows = [car(1, name='"Klant 1'), car(2, email='klant2@voorbeeld.example"'), car(3)]
    assert take(csv_of(*rows)) == golden(held=SWALLOWED.format(2))


def test_a_remark_of_many_lines_with_delimiters_in_it_is_a_cell(take) -> None:
    rows = [
        [*car(1), '"velgen; winterbanden; haak\r\n\r\nop afspraak; bellen;\r\nniet mailen"'],
        [*car(2), ""],
    ]
    assert take(csv_of(*rows, header=(*HEADER, "Opmerking"))) == golden([1, 2])


def test_in_the_header(take) -> None:
    assert take(csv_of(*ROWS).replace("Achternaam", '"Achternaam', 1)) == golden(held=HELD.format(1))


def test_behind_an_unclosed_quote_more_than_a_cell_may_hold(take) -> None:
    rows = [car(1, name='"Klant 1'), *([car(2)] * 5_000)]
    assert take(csv_of(*rows)) == golden(held=HELD.format(2))
