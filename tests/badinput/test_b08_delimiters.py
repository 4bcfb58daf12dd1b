"""B08: the delimiter is another than yesterday, and commas stand in numbers."""

from __future__ import annotations

import pytest
from exports import COLUMNS, HEADER, car, csv_of, golden

SET = (
    "Het scheidingsteken is ingesteld op {}, maar in dit bestand is het {};"
    " herstel de export of zet delimiter op auto."
)


@pytest.mark.parametrize("today", [";", ",", "\t", "|"])
@pytest.mark.parametrize("yesterday", [";", ",", "\t", "|"])
def test_another_delimiter_changes_nothing(garage, yesterday: str, today: str) -> None:
    garage.take(csv_of(car(1), car(2), delimiter=yesterday))
    before = garage.contents()
    assert garage.take(csv_of(car(2), car(1), delimiter=today)) == golden([1, 2])
    assert garage.contents() == before


@pytest.mark.parametrize(
    ("setting", "found", "words"),
    [(";", ",", ("“;”", "“,”")), ("tab", ";", ("TAB", "“;”")), (",", "\t", ("“,”", "TAB"))],
)
def test_a_delimiter_other_than_the_one_set_holds_the_file_and_is_named(take, setting, found, words) -> None:
    assert take(csv_of(car(1), delimiter=found), delimiter=setting) == golden(held=SET.format(*words))


def test_decimal_commas_part_no_cells(take) -> None:
    rows = [[*car(number, km="60500,00"), "1,5", "2,25"] for number in (1, 2)]
    assert take(csv_of(*rows, header=(*HEADER, "Uren", "Prijs, incl"))) == golden([1, 2])


def test_with_a_comma_as_delimiter_a_decimal_comma_makes_its_row_too_long(take) -> None:
    content = csv_of(car(1), car(2, km="60500,5"), car(3, km='"60500,00"'), delimiter=",")
    assert take(content) == golden([1, 3], rejected=[(3, None, "row_too_long")])


def test_a_decimal_comma_that_means_something_rejects_its_row(take) -> None:
    assert take(csv_of(car(1), car(2, km="1,5"), car(3, km="60500,00"))) == golden(
        [1, 3], rejected=[(3, "Km stand", "number_invalid")]
    )


def test_delimiters_in_the_title_are_not_heeded(take) -> None:
    content = "Klanten, auto's, en meer, per 1-3-2027, alle\r\n" + csv_of(car(1))
    assert take(content) == golden([1])


def test_one_column_alone_is_another_layout(take) -> None:
    told = take("Kenteken\r\nZZ-001-Z\r\n", columns={**COLUMNS})
    assert told.held is not None
    assert "“Achternaam”, “E-mail”" in told.held
