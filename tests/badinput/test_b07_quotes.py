"""B07: doubled and bare quotes, and `sep=;`."""

from __future__ import annotations

import pytest
from exports import HEADER, car, csv_of, golden

HELD = (
    "Een cel begint met een aanhalingsteken dat niet goed wordt afgesloten;"
    " wat daarna komt is niet betrouwbaar in regels en cellen te verdelen. (regel {})"
)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ('"Bakkerij ""De Korenaar"""', 'Bakkerij "De Korenaar"'),
        ('"""Jan"""', '"Jan"'),
        ('""', None),
        ('""""', '"'),
        ('"Jansen; Piet"', "Jansen; Piet"),
        ('Jan "de" Boer', 'Jan "de" Boer'),
        ('5" velg', '5" velg'),
        ("'Jansen'", "'Jansen'"),
        ("d'Hooghe", "d'Hooghe"),
        ('Jansen"', 'Jansen"'),
    ],
)
def test_quotes_within_a_cell(garage, written: str, name: str | None) -> None:
    told = garage.take(csv_of(car(1, name=written), car(2)))
    if name is None:
        assert told == golden([2], rejected=[(2, "Achternaam", "last_name_missing")])
    else:
        assert told == golden([1, 2])
        assert garage.contents()["ZZ001Z"]["last_name"] == name


@pytest.mark.parametrize("written", ['"Jan "de" Boer"', '"Jan" Boer', '"x"y'])
def test_a_quote_that_closes_too_early_holds_the_file(take, written: str) -> None:
    assert take(csv_of(car(1), car(2, name=written), car(3))) == golden(held=HELD.format(3))


def test_a_quote_that_closes_at_a_delimiter_makes_its_row_too_long(take) -> None:
    assert take(csv_of(car(1), car(2, name='"Jan"; Boer"'), car(3))) == golden(
        [1, 3], rejected=[(3, None, "row_too_long")]
    )


@pytest.mark.parametrize("told", [";", ",", "\t", "|", "^"])
@pytest.mark.parametrize("quote", ["", '"'])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_a_first_line_sep_is_obeyed_and_no_row(take, told: str, quote: str, bom: str) -> None:
    content = f"{bom}{quote}sep={told}{quote}\r\n" + csv_of(car(1), car(2, km="x"), delimiter=told)
    assert take(content) == golden([1], rejected=[(4, "Km stand", "number_invalid")])


def test_a_sep_line_is_stronger_than_the_setting(take) -> None:
    assert take("SEP=,\n" + csv_of(car(1), delimiter=","), delimiter=";") == golden([1])


def test_a_sep_line_that_lies_holds_the_file(take) -> None:
    told = take("sep=,\n" + csv_of(car(1)))
    assert told.held is not None
    assert "ontbreken de kolommen" in told.held or "scheidingsteken" in told.held


def test_an_export_quoted_throughout(take) -> None:
    quoted = [[f'"{cell}"' for cell in row] for row in (car(1), car(2, apk="31-02-2027"))]
    assert take(csv_of(*quoted, header=[f'"{name}"' for name in HEADER])) == golden(
        [1], rejected=[(3, "APK datum", "date_invalid")]
    )
