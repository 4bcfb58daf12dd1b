"""Exports that were changed at random: never a crash, never a hang, and every physical record is told of once.

That the rows of a file that is taken add up, and that none is listed twice, is seen by `Garage.take` itself.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from itertools import accumulate

from exports import HEADER, car, csv_of, xlsx_of
from hypothesis import given, settings
from hypothesis import strategies as st

PATIENCE = settings(deadline=5_000, max_examples=60)
"""Milliseconds after which an example counts as hung."""

LIKELY = st.sampled_from(
    (
        *(
            "",
            " ",
            "-",
            "geen",
            "ZZ-001-Z",
            "ZZ-002-Z",
            "1-ABC-234",
            "Kenteken",
            "E-mail",
            "Totaal",
            "x" * 600,
        ),
        *(
            "jan@voorbeeld.nl",
            "a@b.nl; c@d.nl",
            "Jan <jan@voorbeeld.nl>",
            "jan jansen@b.nl",
            "Jansen, J. van",
        ),
        *(
            "31-12-2027",
            "31-12-27",
            "06/10/2027",
            "46752",
            "31-02-2027",
            "00-00-0000",
            "123.456",
            "1,5",
            "12 km",
        ),
        *(
            '5" velg',
            '"',
            "a;b",
            "a,b",
            "a\nb",
            "a\r\nb",
            "\x0c",
            "\x1b[0m",
            "=1+1",
            "../..",
            "\u674e",
            "\u202e",
        ),
    )
)
ANY = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\x1a"), max_size=12)
CELL = LIKELY | ANY
ROW = st.lists(CELL, min_size=0, max_size=8) | st.lists(CELL, min_size=5, max_size=5)
SOUND = st.integers(1, 9).map(car)
ROWS = st.lists(SOUND | SOUND | ROW | st.just(list(HEADER)), max_size=12)

ENCODINGS = st.sampled_from(("utf-8", "utf-8-sig", "utf-16"))
ENDS = st.sampled_from(
    (("\r\n", csv.QUOTE_MINIMAL), ("\r\n", csv.QUOTE_ALL), ("\n", csv.QUOTE_ALL), ("\r", csv.QUOTE_ALL))
)  # the writer itself quotes no LF in a file of CR


def physical(rows: list[list[str]]) -> list[int]:
    """The lines of the records below a header on line 1, blank ones left out."""
    heights = [1 + len(re.findall("\r\n|\r|\n", "\x1f".join(row))) for row in rows]
    starts = accumulate(heights, initial=2)
    return [line for line, row in zip(starts, rows, strict=False) if len(row) > 1 or "".join(row).strip()]


@PATIENCE
@given(rows=ROWS, delimiter=st.sampled_from(";,\t|"), end=ENDS, encoding=ENCODINGS)
def test_every_physical_record_is_taken_skipped_or_rejected_on_its_own_line(
    new_garage, rows: list[list[str]], delimiter: str, end: tuple[str, int], encoding: str
) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator=end[0], quoting=end[1]).writerows([HEADER, *rows])
    garage, lines = new_garage(), physical(rows)
    told = garage.take(text.getvalue().encode(encoding))
    assert told.held is None
    assert garage.read == len(lines)
    assert {line for line, *_ in (*told.skipped, *told.rejected)} <= set(lines)


MUTATIONS = st.lists(
    st.tuples(
        st.sampled_from(("cut", "drop", "insert", "repeat", "flip", "swap")),
        st.floats(0, 1, exclude_max=True),
        st.floats(0, 1, exclude_max=True),
        st.binary(max_size=6)
        | st.sampled_from((b'"', b";", b"\r", b"\n", b"\0", b"\x1a", b"\x81", b"\xc3", b",")),
    ),
    min_size=1,
    max_size=4,
)


def mutated(data: bytes, mutations: list[tuple[str, float, float, bytes]]) -> bytes:
    for kind, one, other, more in mutations:
        at, end = sorted((int(one * len(data)), int(other * len(data))))
        data = {
            "cut": data[:end],
            "drop": data[:at] + data[end:],
            "insert": data[:at] + more + data[at:],
            "repeat": data[:end] + data[at:],
            "flip": data[:at] + bytes(byte ^ 0x80 for byte in data[at : at + 1]) + data[at + 1 :],
            "swap": data[end:] + data[:at] + data[at:end],
        }[kind]
    return data or b"\n"


EXPORT = csv_of(
    *(car(number, name=name) for number, name in enumerate(("Müller", '"A ""b"" c"', "Zoë", "x"), 1))
)
EXPORTS = st.sampled_from(
    (
        EXPORT.encode(),
        EXPORT.encode("cp1252"),
        EXPORT.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + EXPORT.encode("utf-16-be"),
        ("sep=;\r\nTitel\r\n" + EXPORT).encode("cp850"),
    )
)


@settings(PATIENCE, max_examples=200)
@given(export=EXPORTS, mutations=MUTATIONS)
def test_an_export_with_any_bytes_changed_is_taken_or_held_and_adds_up(
    new_garage, export: bytes, mutations: list[tuple[str, float, float, bytes]]
) -> None:
    data = mutated(export, mutations)
    garage = new_garage()
    told = garage.take(data)
    if told.held is None:
        assert garage.read <= len(re.findall(rb"[^\r\n]+", data))
    else:
        assert told.held.strip()
        assert not re.search(r"klant\d|voorbeeld", told.held)


VALUES = CELL.filter(
    lambda text: not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f]", text) and not text.startswith("=")
)
SHEET = st.lists(
    st.lists(VALUES | st.none() | st.integers(-9, 10**9) | st.floats(-1e6, 1e6) | st.booleans(), max_size=7),
    max_size=9,
)


@PATIENCE
@given(rows=SHEET)
def test_every_filled_row_of_a_sheet_is_told_of_once(new_garage, rows: list[list[object]]) -> None:
    garage = new_garage()
    told = garage.take(xlsx_of(*rows), name="klanten.xlsx")
    filled = [
        line
        for line, row in enumerate(rows, 2)
        if any(value is not None and str(value).strip() for value in row)
    ]
    assert told.held is None
    assert garage.read == len(filled)
    assert {line for line, *_ in (*told.skipped, *told.rejected)} <= set(filled)


WORKBOOK = xlsx_of(*(car(number) for number in range(1, 5)))


@settings(PATIENCE, max_examples=200)
@given(mutations=MUTATIONS)
def test_a_workbook_with_any_bytes_changed_is_taken_or_held(
    new_garage, mutations: list[tuple[str, float, float, bytes]]
) -> None:
    new_garage().take(mutated(WORKBOOK, mutations), name="klanten.xlsx")
