"""B04: NUL, Ctrl-Z and form feed."""

from __future__ import annotations

import pytest
from exports import Told, car, csv_of, golden

TWO = csv_of(car(1), car(2))
NUL = "Het bestand bevat binaire tekens (NUL) tussen de gegevens; exporteer het opnieuw. (regel {})"

CASES = {
    "Ctrl-Z on a line of its own": (TWO + "\x1a", golden([1, 2])),
    "Ctrl-Z and a line end": (TWO + "\x1a\r\n", golden([1, 2])),
    "Ctrl-Z behind the last cell": (TWO.rstrip() + "\x1a", golden([1, 2])),
    "Ctrl-Z and NULs to the end of a block": (TWO + "\x1a" + "\0" * 127, golden([1, 2])),
    "NULs to the end of a block": (TWO + "\0" * 4096, golden([1, 2])),
    "NULs to the end of the largest block": (TWO + "\0" * (1 << 16), golden([1, 2])),
    "more NULs than a block has": (TWO + "\0" * ((1 << 16) + 1), golden(held=NUL.format(4))),
    "Ctrl-Z among the rows": (
        TWO + "\x1a\r\n" + ";".join(car(3)) + "\r\n",
        golden([1, 2, 3], rejected=[(4, None, "row_too_short")]),
    ),
    "Ctrl-Z within a name": (
        csv_of(car(1, name="Jan\x1asen")),
        golden([1], warnings=[(1, "Achternaam", "control_characters", "J******")]),
    ),
    "NUL within a name": (csv_of(car(1), car(2, name="Jan\0sen")), golden(held=NUL.format(3))),
    "NUL behind a last line without an end": (TWO.rstrip() + "\0\0", golden(held=NUL.format(3))),
    "NULs among the rows": (TWO + "\0" * 512 + "\r\n" + ";".join(car(3)), golden(held=NUL.format(4))),
    "a form feed on a line of its own": (TWO + "\x0c\r\n" + ";".join(car(3)), golden([1, 2, 3])),
    "a form feed before a row": (TWO + "\x0c" + ";".join(car(3)), golden([1, 2, 3])),
    "a form feed within a name": (
        csv_of(car(1, name="Jan\x0csen")),
        golden([1], warnings=[(1, "Achternaam", "control_characters", "J******")]),
    ),
    "an escape within a name": (
        csv_of(car(1, name="Jan\x1b[31msen")),
        golden([1], warnings=[(1, "Achternaam", "control_characters", "J**********")]),
    ),
    "a control within an address": (
        csv_of(car(1, email="j\x07an@voorbeeld.example")),
        golden([1], warnings=[(1, "E-mail", "control_characters", "j***@v***.example")]),
    ),
    "an unclosed quote behind the padding": (
        TWO + '"\0\0\0',
        golden(held=NUL.format(4)),
    ),
}


@pytest.mark.parametrize(("content", "expected"), CASES.values(), ids=CASES)
def test_padding_at_the_end_is_no_row_and_nul_elsewhere_holds_the_file(
    take, content: str, expected: Told
) -> None:
    assert take(content) == expected
