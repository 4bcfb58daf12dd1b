"""B03: bytes that cp1252 does not define."""

from __future__ import annotations

import pytest
from exports import car, csv_of, golden

UNDEFINED = (b"\x81", b"\x8d", b"\x8f", b"\x90", b"\x9d")
SOUND = csv_of(*(car(number, name=f"Jos\u00e9 Zo\u00eb {number}") for number in range(1, 9))).encode("cp1252")


@pytest.mark.parametrize("byte", UNDEFINED)
def test_a_row_with_an_undefined_byte_is_rejected_with_its_line_and_column(take, byte: bytes) -> None:
    bad = csv_of(car(9, name="Kap@t")).encode().replace(b"p@", b"p" + byte).split(b"\r\n")[1] + b"\r\n"
    last = ";".join(car(10)).encode() + b"\r\n"
    assert take(SOUND + bad + last, encoding="cp1252") == golden(
        [*range(1, 9), 10], rejected=[(10, "Achternaam", "encoding_error")]
    )


def test_all_five_at_once_spoil_no_other_row(take) -> None:
    rows = [car(number, name="Jos\u00e9 X") for number in range(1, 6)]
    lines = csv_of(*rows).encode("cp1252").split(b"\r\n")
    broken = [line.replace(b" X", byte) for line, byte in zip(lines[1:6], UNDEFINED, strict=True)]
    content = SOUND.replace(b"ZZ-00", b"ZZ-10").replace(b"klant", b"ander") + b"\r\n".join(broken) + b"\r\n"
    assert take(content, encoding="cp1252") == golden(
        [f"ZZ10{number}Z" for number in range(1, 9)],
        rejected=[(line, "Achternaam", "encoding_error") for line in range(10, 15)],
    )


def test_an_undefined_byte_in_the_address_names_that_column(take) -> None:
    content = csv_of(car(1), car(2, email="j@n@voorbeeld.example")).encode().replace(b"j@n", b"j\x81n")
    assert take(content, encoding="cp1252") == golden([1], rejected=[(3, "E-mail", "encoding_error")])


def test_an_undefined_byte_in_a_column_that_is_not_mapped_is_told_all_the_same(take) -> None:
    content = csv_of(
        [*car(1), "Opm\u00e9rking"],
        header=("Kenteken", "Achternaam", "E-mail", "APK datum", "Km stand", "Opmerking"),
    )
    broken = content.encode("cp1252").replace(b"\xe9", b"\x9d")
    assert take(broken, encoding="cp1252") == golden(rejected=[(2, "Opmerking", "encoding_error")])
