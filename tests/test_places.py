"""Columns that changed places, told by what stands in them: hardly ever wrongly, for such a file is held whole."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from connector.errors import SourceFormatError
from connector.model import Draft, Skipped, SourceRecord, Verdict
from connector.places import FEWEST, LOOKED_AT, Places, is_sound

NAMES = ("A", "B", "C", "D")
STEPS = tuple(
    (field, (column,), ("", column), lambda text: not text)
    for field, column in (("plate", "A"), ("last_name", "B"), ("email", "C"))
)
RIGHT = ("ZZ-001-Z", "Berg", "jan@voorbeeld.example", "1234 AB")
TURNED = ("jan@voorbeeld.example", "ZZ-001-Z", "Berg", "1234 AB")
SWAPPED = ("ZZ-001-Z", "jan@voorbeeld.example", "Berg", "1234 AB")
SHIFTED = ("Berg", "", "", "jan@voorbeeld.example")


def refused(*rows: Sequence[str], sound: int = 0, has_header: bool = False) -> str | None:
    """Why a file of these unsound rows, and so many sound ones, is held."""
    places = Places.of(STEPS, has_header=has_header)
    for row in rows:
        places.note(SourceRecord(dict(zip(NAMES, row, strict=True))))
    try:
        places.refuse(len(rows) + sound)
    except SourceFormatError as error:
        return str(error)
    return None


def test_columns_that_turned_are_all_named() -> None:
    told = refused(*[TURNED] * 8)
    assert told
    assert "kentekens staan in de kolom “B” en niet in “A”" in told
    assert "e-mailadressen staan in de kolom “A” en niet in “C”" in told
    assert "8 rijen" in told
    assert "jan" not in told and "ZZ" not in told


@pytest.mark.parametrize("has_header", [True, False])
def test_an_address_in_the_column_of_the_name_is_enough(has_header: bool) -> None:
    told = refused(*[SWAPPED] * 4, has_header=has_header)
    assert told and "e-mailadressen staan in de kolom “B” en niet in “C”" in told and "kentekens" not in told


@pytest.mark.parametrize(
    ("rows", "sound"),
    [
        ([TURNED] * (FEWEST - 1), 0),  # too few to tell
        ([TURNED] * 8, 1),  # one row in nine is sound
        ([SHIFTED] * 8, 0),  # an address in a column that nothing is read from, and its own is empty
        ([("", "Berg", "", "1234 AB")] * 8, 0),  # a postal code has the form of a plate
        ([("x", "Berg", "y", "1234AB")] * 8, 0),
        ([("x", "Berg", "geen", "z")] * 8, 0),
        ([TURNED, *[("ZZ-001-Z", "Berg", "", "")] * 7], 0),  # customers without an address
        ([TURNED] * 4 + [("ZZ-001-Z", "Berg", "x@voorbeeld.example", "")] * 4, 0),
    ],
)
def test_rows_that_are_only_wrong_hold_no_file(rows: list[Sequence[str]], sound: int) -> None:
    assert refused(*rows, sound=sound) is None


def test_where_a_header_names_the_columns_an_empty_one_is_not_moved() -> None:
    row = ("ZZ-001-Z", "jan@voorbeeld.example", "", "")
    assert refused(*[row] * 8, has_header=True) is None
    assert refused(*[row] * 8, has_header=False)


def test_rows_without_an_address_do_not_hide_that_the_others_have_it_elsewhere() -> None:
    assert refused(*[TURNED] * 6, *[("", "ZZ-002-Z", "Berg", "")] * 4)


@pytest.mark.parametrize(
    ("verdict", "sound"),
    [
        (Draft("ZZ001Z", "ZZ001Z", {}), True),
        (Draft("ZZ001Z", "ZZ001Z", {}, address_fault="Er staat geen @ in."), False),
        (Skipped("no_email"), False),
    ],
)
def test_a_draft_is_sound_unless_its_address_is_none(verdict: Verdict, sound: bool) -> None:
    assert is_sound(verdict) is sound


def test_of_a_large_file_the_first_unsound_rows_tell() -> None:
    told = refused(*[TURNED] * (LOOKED_AT + 50))
    assert told and f"{LOOKED_AT} rijen" in told
