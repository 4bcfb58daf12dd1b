"""B05: CR, LF and CRLF, mixed, and line ends within quotes: every line told is the physical one."""

from __future__ import annotations

import pytest
from exports import car, csv_of, golden

HEADER = csv_of().strip()
BAD = ";".join(car(9, apk="31-02-2027"))


def row(number: int, **changes: str) -> str:
    return ";".join(car(number, **changes))


CASES = {
    "LF": "\n".join([HEADER, row(1), BAD, row(2), ""]),
    "CR": "\r".join([HEADER, row(1), BAD, row(2), ""]),
    "CRLF": "\r\n".join([HEADER, row(1), BAD, row(2), ""]),
    "mixed": f"{HEADER}\r\n{row(1)}\r{BAD}\n{row(2)}\r\n",
    "no end at the end": "\r\n".join([HEADER, row(1), BAD, row(2)]),
}


@pytest.mark.parametrize("content", CASES.values(), ids=CASES)
def test_any_line_end_ends_a_line(take, content: str) -> None:
    assert take(content) == golden([1, 2], rejected=[(3, "APK datum", "date_invalid")])


QUOTED = {
    "LF in quotes": ('"Klant\n1"', 4, "K******"),
    "CR in quotes": ('"Klant\r1"', 4, "K******"),
    "CRLF in quotes": ('"Klant\r\n1"', 4, "K*******"),
    "many in quotes": ('"\r\n\nKlant\r\r\n1\n"', 8, "K********"),
    "none": ('"Klant 1"', 3, None),
}


@pytest.mark.parametrize(("name", "line", "mask"), QUOTED.values(), ids=QUOTED)
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_a_line_end_in_quotes_is_a_line_in_the_file(
    garage, name: str, line: int, mask: str, end: str
) -> None:
    content = end.join([HEADER, row(1, name=name), BAD, "", row(2), BAD, ""])
    assert garage.take(content) == golden(
        [1, 2],
        skipped=[(line + 3, "repeated")],
        rejected=[(line, "APK datum", "date_invalid")],
        warnings=[(1, "Achternaam", "control_characters", mask)] if mask else [],
    )
    assert garage.contents()["ZZ001Z"]["last_name"].split() == ["Klant", "1"]


def test_other_signs_that_look_like_line_ends_part_no_lines(take) -> None:
    names = ("Jan\x0bsen", "Jan\x85sen", "Jan\u2028sen", "Jan\x1csen")
    told = take(csv_of(*(car(number, name=name) for number, name in enumerate(names, 1)), car(9, km="x")))
    assert told.rejected == ((6, "Km stand", "number_invalid"),)
    assert told.accepted == ("ZZ001Z", "ZZ002Z", "ZZ003Z", "ZZ004Z")
