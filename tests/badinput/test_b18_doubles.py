"""B18: one id with two customers, one plate twice.

A key that means two plates is no key: the file is held, for which of the two tomorrow's row is cannot be known.
"""

from __future__ import annotations

import pytest
from exports import COLUMNS, HEADER, car, csv_of, golden

TWO_PLATES = (
    "Het veld record_key wijst bij 1 sleutel(s) meer dan één kenteken aan; kies een kolom die per auto verschilt,"
    " of laat record_key weg."
)
KEYED = {**COLUMNS, "record_key": "Klantnr"}


def keyed(*rows: tuple[str, list[str]]) -> str:
    return csv_of(*([*row, key] for key, row in rows), header=(*HEADER, "Klantnr"))


CASES = {
    "one id, two cars": (keyed(("1", car(1)), ("1", car(2))), golden(held=TWO_PLATES)),
    "one id, two customers with a car each": (
        keyed(("1", car(1)), ("1", car(2, name="Een ander"))),
        golden(held=TWO_PLATES),
    ),
    "one id, two customers, of which one is broken": (
        keyed(("1", car(1)), ("1", car(2, km="x"))),
        golden([1], rejected=[(3, "Km stand", "number_invalid")]),
    ),
    "one plate, two ids": (
        keyed(("1", car(1)), ("2", car(1, name="Een ander"))),
        golden([1], skipped=[(2, "duplicate_in_file")]),
    ),
    "one plate three times, the one with an APK date wins": (
        keyed(("1", car(1, apk="")), ("2", car(1)), ("3", car(1, apk=""))),
        golden([1], skipped=[(2, "duplicate_in_file"), (4, "duplicate_in_file")]),
    ),
    "one plate three times, the last word for word the first": (
        keyed(("1", car(1)), ("2", car(1, name="Een ander")), ("1", car(1))),
        golden([1], skipped=[(3, "duplicate_in_file"), (4, "repeated")]),
    ),
    "one plate four times, two of them twice": (
        keyed(("1", car(1)), ("2", car(1, km="1")), ("2", car(1, km="1")), ("1", car(1))),
        golden([1], skipped=[(3, "duplicate_in_file"), (4, "repeated"), (5, "repeated")]),
    ),
    "one plate twice, one of them broken": (
        keyed(("1", car(1)), ("2", car(1, km="x"))),
        golden([1], rejected=[(3, "Km stand", "number_invalid")]),
    ),
    "a row word for word": (keyed(("1", car(1)), ("1", car(1))), golden([1], skipped=[(3, "repeated")])),
    "a broken row word for word": (
        keyed(("1", car(1, km="x")), ("1", car(1, km="x"))),
        golden(skipped=[(3, "repeated")], rejected=[(2, "Km stand", "number_invalid")]),
    ),
    "one plate in two dresses": (
        keyed(("1", car(1)), ("2", car(1, plate="zz001z"))),
        golden([1], skipped=[(2, "duplicate_in_file")]),
    ),
    "no ids": (keyed(("", car(1)), ("-", car(2))), golden([1, 2])),
}


@pytest.mark.parametrize(("content", "expected"), CASES.values(), ids=CASES)
def test_doubles_are_told_and_none_is_lost(take, content: str, expected) -> None:
    assert take(content, columns=KEYED) == expected


def test_the_row_that_wins_is_the_one_that_is_told(garage) -> None:
    content = keyed(("1", car(1, name="Eerste")), ("2", car(1, name="Tweede")))
    garage.take(content, columns=KEYED)
    assert garage.contents()["ZZ001Z"]["last_name"] == "Tweede"
    assert garage.take(content + "\r\n", columns=KEYED) == golden([1], skipped=[(2, "duplicate_in_file")])
    assert garage.contents()["ZZ001Z"]["last_name"] == "Tweede"


def test_the_last_row_wins_though_it_repeats_the_first(garage) -> None:
    first, second = ("1", car(1, name="Eerste")), ("2", car(1, name="Tweede"))
    garage.take(keyed(first, second, first), columns=KEYED)
    assert garage.contents()["ZZ001Z"]["last_name"] == "Eerste"
    garage.take(keyed(first, second, first, ("3", car(3))), columns=KEYED)
    assert garage.contents()["ZZ001Z"]["last_name"] == "Eerste"
    garage.take(keyed(first, second, ("3", car(3))), columns=KEYED)
    assert garage.contents()["ZZ001Z"]["last_name"] == "Tweede"
