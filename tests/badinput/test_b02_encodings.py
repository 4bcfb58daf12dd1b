"""B02: BOM, UTF-16, cp1252, cp850, and lines of several encodings."""

from __future__ import annotations

import codecs

import pytest
from exports import COLUMNS, HEADER, car, csv_of, golden, xlsx_of

NAMES = ("Çelik", "Müller", "d\u2019Hooghe", "José Piña", "Zoë")
ROWS = [car(number, name=name) for number, name in enumerate(NAMES, 1)]
HEADER_2 = (*HEADER[:2], "E-mail privé", *HEADER[3:])
COLUMNS_2 = {**COLUMNS, "email": "E-mail privé"}

WAYS = {
    "UTF-8": lambda text: text.encode(),
    "UTF-8 with a BOM": lambda text: text.encode("utf-8-sig"),
    "UTF-16 with a BOM, little end first": lambda text: codecs.BOM_UTF16_LE + text.encode("utf-16-le"),
    "UTF-16 with a BOM, big end first": lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
    "UTF-16 without a BOM, little end first": lambda text: text.encode("utf-16-le"),
    "UTF-16 without a BOM, big end first": lambda text: text.encode("utf-16-be"),
    "cp1252": lambda text: text.encode("cp1252"),
    "cp850": lambda text: text.replace("\u2019", "'").encode("cp850"),
}


@pytest.mark.parametrize("encode", WAYS.values(), ids=WAYS)
def test_names_come_as_they_are_written_in_every_encoding(garage, encode) -> None:
    content = encode(csv_of(*ROWS, header=HEADER_2))
    assert garage.take(content, columns=COLUMNS_2) == golden([1, 2, 3, 4, 5])
    names = [content["last_name"].replace("\u2019", "'") for content in garage.contents().values()]
    assert names == [name.replace("\u2019", "'") for name in NAMES]


def test_the_same_list_in_another_encoding_changes_nothing(garage) -> None:
    for encode in (WAYS["UTF-8"], WAYS["cp1252"], WAYS["UTF-16 without a BOM, big end first"]):
        assert garage.take(encode(csv_of(*ROWS))) == golden([1, 2, 3, 4, 5])
    assert garage.take(xlsx_of(*ROWS)) == golden([1, 2, 3, 4, 5])


MIXED = csv_of(car(1, name="Müller"), car(2, name="Çelik"), car(3, name="Zoë")).encode()
CP1252_ROW = ";".join(car(4, name="José")).encode("cp1252") + b"\r\n"

CASES = {
    "a row of cp1252 among UTF-8": (
        MIXED + CP1252_ROW + ";".join(car(5)).encode() + b"\r\n",
        golden([1, 2, 3, 5], rejected=[(5, "Achternaam", "encoding_error")]),
    ),
    "UTF-32": (
        csv_of(*ROWS).encode("utf-32"),
        golden(
            held="Dit bestand is in UTF-32 geschreven; dat wordt niet gelezen. Bewaar de export als CSV UTF-8."
        ),
    ),
    "UTF-16 cut within a character": (
        csv_of(*ROWS).encode("utf-16")[:-1],
        golden(
            held="Het bestand houdt midden in een teken op; het is niet heel, exporteer het opnieuw. (regel 6)"
        ),
    ),
    "half a pair in UTF-16": (
        csv_of(car(1), car(2, name="Jos\ud83d"), car(3)).encode("utf-16-le", "surrogatepass"),
        golden([1, 3], rejected=[(3, "Achternaam", "encoding_error")]),
    ),
}


@pytest.mark.parametrize(("content", "expected"), CASES.values(), ids=CASES)
def test_a_row_in_another_encoding_is_rejected_and_a_file_in_none_is_held(take, content, expected) -> None:
    assert take(content) == expected


def test_a_header_that_the_setting_cannot_read_holds_the_file(take) -> None:
    content = csv_of(*ROWS, header=HEADER_2).encode("cp1252")
    assert take(content, columns=COLUMNS_2, encoding="utf-8") == golden(
        held="De kopregel bevat tekens die niet in de codering utf-8 passen. (regel 1)"
    )
