"""B06: a quote that is not closed would swallow all rows after it: the file is held, with the line of the quote."""

from __future__ import annotations

import pytest
from exports import car, csv_of, golden

HELD = (
    "Een cel begint met een aanhalingsteken dat niet goed wordt afgesloten;"
    " wat daarna komt is niet betrouwbaar in regels en cellen te verdelen. (regel {})"
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


def test_in_the_header(take) -> None:
    assert take(csv_of(*ROWS).replace("Achternaam", '"Achternaam', 1)) == golden(held=HELD.format(1))


def test_behind_an_unclosed_quote_more_than_a_cell_may_hold(take) -> None:
    rows = [car(1, name='"Klant 1'), *([car(2)] * 5_000)]
    assert take(csv_of(*rows)) == golden(held=HELD.format(2))
